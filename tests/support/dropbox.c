#include "tests/support/dropbox.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <dirent.h>

#include "connectors/drop/drop.h"
#include "tests/support/folder.h"

static void answer_none(void *context, struct arena *arena, const struct http_request *request,
                        struct fake_answer *ret_answer)
{
    (void)context, (void)arena, (void)ret_answer;
    fail_msg("a file drop calls %s", request->url);
}

static void open_cloud(struct dropbox *box)
{
    const struct connector_env env = {.loop = box->loop, .log = &box->fake.log};
    if (connector_drop.open(&env, &box->settings, &box->cloud, &box->error) < 0)
        fail_msg("%s", box->error.message);
}

void dropbox_open(struct dropbox *box, const char **columns, const char *date_format)
{
    *box = (struct dropbox){.arena = arena_new()};
    fake_init(&box->fake, 1);
    box->http = fake_http_new(&box->fake, answer_none, box);
    box->loop = loop_new(&box->fake.world, box->http);
    folder_make(box->folder, sizeof box->folder, "drop-test");
    mkdir(dropbox_path(box, "inbox"), 0700);
    box->items[0] = (struct setting){.name = "folder", .text = box->folder};
    box->items[1] = (struct setting){.name = "cosell_columns", .list = columns};
    box->items[2] = (struct setting){.name = "date_format", .text = date_format};
    box->settings = (struct settings){box->items, 3};
    open_cloud(box);
}

void dropbox_reopen(struct dropbox *box)
{
    connector_drop.close(box->cloud);
    open_cloud(box);
}

void dropbox_close(struct dropbox *box)
{
    connector_drop.close(box->cloud);
    map_free(box->records);
    map_free(box->findings);
    loop_free(box->loop);
    box->http->ops->close(box->http);
    folder_remove(box->folder);
    arena_free(box->arena);
    fake_free(&box->fake);
}

/* ---- files ---- */

const char *dropbox_path(struct dropbox *box, const char *path)
{
    return arena_printf(box->arena, "%s/%s", box->folder, path);
}

void dropbox_put_bytes(struct dropbox *box, const char *path, const char *bytes, size_t length)
{
    FILE *out = fopen(dropbox_path(box, path), "w");
    assert_non_null(out);
    assert_int_equal(fwrite(bytes, 1, length, out), length);
    assert_int_equal(fclose(out), 0);
}

void dropbox_put(struct dropbox *box, const char *path, const char *content)
{
    dropbox_put_bytes(box, path, content, strlen(content));
}

const char *dropbox_get(struct dropbox *box, const char *path)
{
    struct text content;
    text_init(&content, 64u * 1024 * 1024);
    int r = file_read(dropbox_path(box, path), &content, NULL, NULL);
    const char *copy = r < 0 ? NULL : arena_copy(box->arena, content.data);
    text_free(&content);
    return copy;
}

bool dropbox_has(struct dropbox *box, const char *path)
{
    return access(dropbox_path(box, path), F_OK) == 0;
}

static const char *walk(struct dropbox *box, const char *room, const char *start, size_t *ret_count)
{
    const char *first = NULL;
    DIR *stream = opendir(dropbox_path(box, room));
    *ret_count = 0;
    for (const struct dirent *entry; stream && (entry = readdir(stream));) {
        if (entry->d_name[0] == '.' || !text_starts(entry->d_name, start))
            continue;
        ++*ret_count;
        if (!first || strcmp(entry->d_name, first) < 0)
            first = arena_copy(box->arena, entry->d_name);
    }
    if (stream)
        closedir(stream);
    return first;
}

size_t dropbox_count(struct dropbox *box, const char *room, const char *start)
{
    size_t count;
    walk(box, room, start, &count);
    return count;
}

const char *dropbox_first(struct dropbox *box, const char *room, const char *start)
{
    size_t count;
    const char *name = walk(box, room, start, &count);
    return name ? arena_printf(box->arena, "%s/%s", room, name) : NULL;
}

/* ---- reading ---- */

static const char *no_version(void *context, const char *id)
{
    (void)context, (void)id;
    return NULL;
}

static int keep_record(void *context, const struct record *record)
{
    struct dropbox *box = context;
    assert_false(map_has(box->records, record->id));
    map_put(box->records, record->id, record_copy(box->arena, record));
    return 0;
}

static int keep_seen(void *context, const char *id)
{
    (void)context;
    fail_msg("%s was only seen", id);
    return 0;
}

static void keep_finding(void *context, const struct finding *finding)
{
    struct dropbox *box = context;
    assert_non_null(finding->type);
    assert_non_null(finding->subject);
    map_put(box->findings, arena_printf(box->arena, "%s %s", finding->type->code, finding->subject),
            arena_copy(box->arena, finding->detail ? finding->detail : ""));
}

static void keep_end(void *context, enum read_outcome outcome, const char *watermark,
                     const struct error *error)
{
    struct dropbox *box = context;
    assert_null(watermark);
    assert_true(error || outcome == READ_COMPLETE);
    box->done++;
    box->outcome = outcome;
    box->error = error ? *error : (struct error){0};
}

void dropbox_read(struct dropbox *box, enum kind_id kind, bool takes)
{
    const struct read_sink sink = {box, no_version, keep_record, keep_seen, keep_finding, keep_end};
    const struct read_scope scope = {.full = true, .takes = takes};
    map_free(box->records);
    map_free(box->findings);
    box->records = map_new();
    box->findings = map_new();
    box->done = 0;
    connector_kind(&connector_drop, kind)->read(box->cloud, &scope, &sink);
    assert_int_equal(box->done, 1);
}

const char *dropbox_value(struct dropbox *box, const char *id, const char *field)
{
    const struct record *record = map_get(box->records, id);
    return record ? record_get(record, field) : NULL;
}

const char *dropbox_finding(struct dropbox *box, const char *code, const char *subject)
{
    return map_get(box->findings, arena_printf(box->arena, "%s %s", code, subject));
}
