#include "tests/support/dropping.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <dirent.h>

#include "base/csv.h"
#include "base/file.h"

const char dropping_yaml[] =
    "version: 1\n"
    "store: {path: state/agent.db}\n"
    "clouds:\n"
    "  drop: {folder: drop}\n"
    "sources:\n"
    "  crm: {type: csv, path: crm.csv, key: Key, write: in-place, currency: USD}\n"
    "jobs:\n"
    "  - name: deals\n"
    "    cloud: drop\n"
    "    kind: referral\n"
    "    source: crm\n"
    "    mode: apply\n"
    "    fields:\n"
    "      id: {column: Deal}\n"
    "      status: {column: Status}\n"
    "      title: {column: Name}\n"
    "      company: {column: Account, owner: local}\n"
    "      website: {column: Web, owner: cloud}\n"
    "      close_date: {column: Close, owner: cloud}\n"
    "      contract_value: {column: Amount, owner: local}\n"
    "      stage: {column: Stage, owner: newest}\n"
    "    match: [id, partner_reference, {website: exact, title: exact, close_date: exact}]\n"
    "    create: {when: {column: Share, equals: \"yes\"}}\n"
    "    limits: {max_share: 100%}\n";

static const char *path_of(struct rig *rig, const char *path)
{
    return arena_printf(rig->arena, "%s/drop/%s", rig->folder, path);
}

struct rig *dropping_new(const struct rig_options *options)
{
    struct rig_options with = *options;
    if (!with.csv && !with.folder)
        with.csv = DROPPING_HEADER;
    struct rig *rig = rig_new(&with);
    mkdir(arena_printf(rig->arena, "%s/drop", rig->folder), 0700);
    mkdir(path_of(rig, "inbox"), 0700);
    return rig;
}

void dropping_put(struct rig *rig, const char *path, const char *content)
{
    FILE *out = fopen(path_of(rig, path), "w");
    assert_non_null(out);
    fputs(content, out);
    assert_int_equal(fclose(out), 0);
}

void dropping_remove(struct rig *rig, const char *path)
{
    assert_int_equal(remove(path_of(rig, path)), 0);
}

void dropping_move(struct rig *rig, const char *path, const char *room)
{
    const char *to = arena_printf(rig->arena, "%s/%s", room, strrchr(path, '/') + 1);
    assert_int_equal(rename(path_of(rig, path), path_of(rig, to)), 0);
}

static const char *walk(struct rig *rig, const char *room, size_t *ret_count)
{
    const char *first = NULL;
    DIR *stream = opendir(path_of(rig, room));
    *ret_count = 0;
    for (const struct dirent *entry; stream && (entry = readdir(stream));) {
        size_t length = strlen(entry->d_name);
        if (entry->d_name[0] == '.' || length < 4 ||
            strcmp(entry->d_name + length - 4, ".csv") != 0)
            continue;
        ++*ret_count;
        if (!first || strcmp(entry->d_name, first) < 0)
            first = arena_copy(rig->arena, entry->d_name);
    }
    if (stream)
        closedir(stream);
    return first ? arena_printf(rig->arena, "%s/%s", room, first) : NULL;
}

size_t dropping_count(struct rig *rig, const char *room)
{
    size_t count;
    walk(rig, room, &count);
    return count;
}

const char *dropping_first(struct rig *rig, const char *room)
{
    size_t count;
    return walk(rig, room, &count);
}

/* ---- rows ---- */

static void read_two(struct rig *rig, const char *path, struct csv_record *ret_header,
                     struct csv_record *ret_row)
{
    struct text content;
    struct csv_reader reader;
    struct error error;
    text_init(&content, 1024 * 1024);
    if (file_read(path_of(rig, path), &content, NULL, &error) < 0)
        fail_msg("%s", error.message);
    csv_start(&reader, arena_copy(rig->arena, content.data), content.length, ',');
    text_free(&content);
    assert_true(csv_next(&reader, rig->arena, ret_header));
    assert_true(csv_next(&reader, rig->arena, ret_row));
    assert_int_equal(ret_header->count, ret_row->count);
}

const char *dropping_cell(struct rig *rig, const char *path, const char *column)
{
    struct csv_record header, row;
    read_two(rig, path, &header, &row);
    for (size_t i = 0; i < header.count; i++)
        if (!strcmp(header.cells[i].text, column))
            return row.cells[i].text;
    fail_msg("%s has no column %s", path, column);
    return NULL;
}

void dropping_answer(struct rig *rig, const char *path, const char *id, const char *updated,
                     const char *review)
{
    static const char *const columns[] = {"deal_id", "update_time", "state"};
    const char *const values[] = {id, updated, review};
    struct csv_record header, row;
    struct text out;
    read_two(rig, path, &header, &row);
    text_init(&out, 1024 * 1024);
    for (size_t i = 0; i < header.count; i++)
        text_addf(&out, "%s%s", i ? "," : "", header.cells[i].text);
    text_add_char(&out, '\n');
    for (size_t i = 0; i < row.count; i++) {
        const char *cell = row.cells[i].text;
        for (size_t k = 0; k < 3; k++)
            if (!strcmp(header.cells[i].text, columns[k]))
                cell = values[k] ? values[k] : cell;
        if (i)
            text_add_char(&out, ',');
        csv_write_cell(&out, cell, ',');
    }
    dropping_put(rig, arena_printf(rig->arena, "inbox/answer-%s", strrchr(path, '/') + 1),
                 out.data);
    text_free(&out);
}

static int keep_note(void *context, const struct journal_row *row)
{
    const char **note = context;
    if (!*note)
        *note = json_get_text(row->progress, PROGRESS_NOTE);
    return 0;
}

const char *dropping_note(struct rig *rig)
{
    const char *note = NULL;
    rig_assert_ok(rig, rig->store->ops->journal_open(rig->store, "deals", rig->arena, keep_note,
                                                     &note, &rig->error));
    assert_non_null(note);
    return note;
}
