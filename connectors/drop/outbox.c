#include "connectors/drop/outbox.h"

#include <ctype.h>
#include <string.h>
#include <unistd.h>

#include "base/csv.h"
#include "base/memory.h"
#include "base/text.h"
#include "connectors/drop/records.h"
#include "connectors/steps.h"

#define NAME_CHARS  40 /* of the key in a file's name */
#define TOKEN_CHARS 12
#define FILE_KEPT   "file"
#define OUTBOX      "outbox"
#define PREPARED    "state/prepared"
#define HANDED_OUT  "handed_out"
#define ROW_BYTES   (8u * 1024 * 1024) /* a row has 30 cells of 1 MiB at most, and never does */

static const struct drop_records *const records = &drop_referrals;

/* What the disk does not let us do now may pass later: the change stays open. */
static enum step_result broken(struct error *error)
{
    error->scope = SCOPE_RUN;
    return STEP_FAIL;
}

static const char *path_in(const struct step_context *context, const char *room)
{
    return drop_path(&context->cloud->folder, context->arena, room, step_text(context, FILE_KEPT));
}

/* ---- which deal ---- */

static struct drop_entry *present(struct drop_entry *entry)
{
    return entry && !entry->deleted && !entry->gone ? entry : NULL;
}

static void put(const struct step_context *context, struct json *row, const char *column,
                const char *field)
{
    json_set_text(context->arena, row, column, step_wanted(context, field));
}

/* As a row without an identifier is found: by the key it carries, by its tag, by customer, name and
 * date. What carries the key of another one is not meant. */
static struct drop_entry *find_created(const struct step_context *context, struct drop_state *state,
                                       bool *ret_many)
{
    struct json *row = json_object(context->arena);
    const char *reference = step_reference(context);
    json_set_text(context->arena, row, DROP_CRM, reference);
    put(context, row, DROP_DOMAIN, "website");
    put(context, row, DROP_TITLE, "title");
    put(context, row, DROP_CLOSES, "close_date");
    struct drop_entry *entry = drop_state_match(state, row, ret_many);
    const char *theirs = entry ? drop_row_reference(context->arena, entry->row) : NULL;
    return !theirs || text_equal(theirs, reference) ? entry : NULL;
}

static struct drop_entry *find_deal(const struct step_context *context, struct drop_state *state,
                                    bool *ret_many)
{
    *ret_many = false;
    if (!context->change->remote_id)
        return find_created(context, state, ret_many);
    return present(drop_state_find(state, context->change->remote_id));
}

/* ---- what became of it ---- */

static bool is_submitted(const struct record *now)
{
    const char *status = record_get(now, "status");
    return status && strcmp(status, "draft") != 0;
}

static bool is_carried_out(const struct step_context *context, const struct record *now)
{
    switch (context->change->action) {
    case ACTION_CREATE:
        return true;
    case ACTION_SUBMIT:
        return is_submitted(now);
    default:
        return step_has_values(context, records->kind, now);
    }
}

/* Somebody has entered something else in a field of the change: it is thought over. */
static bool has_moved(const struct step_context *context, const struct record *now)
{
    const struct change *change = context->change;
    for (size_t i = 0; i < change->field_count; i++) {
        const struct change_field *field = &change->fields[i];
        const struct remote_field *remote =
            connector_field(records->kind, change->kind->fields[field->field].name);
        const char *value = now->values[field->field];
        if (remote && remote->flags & REMOTE_UPDATE && !text_equal(value, field->new_value) &&
            !text_equal(value, field->old_value))
            return true;
    }
    return false;
}

/* Whether there is nothing to lay out: it is carried out, or has to be thought over. */
static bool is_answered(const struct step_context *context, const struct drop_entry *entry)
{
    const struct record *now = drop_record(context->arena, records, entry, NULL, NULL);
    return is_carried_out(context, now) || has_moved(context, now);
}

/* ---- the row ---- */

static int put_fields(const struct step_context *context, struct json *document,
                      struct error *error)
{
    const struct change *change = context->change;
    unsigned wanted = change->action == ACTION_CREATE ? REMOTE_CREATE : REMOTE_UPDATE;
    int r = 0;
    for (size_t i = 0; r == 0 && i < change->field_count; i++) {
        const char *name = change->kind->fields[change->fields[i].field].name;
        const struct remote_field *remote = connector_field(records->kind, name);
        if (remote && remote->flags & wanted)
            r = document_put(context->arena, records->kind, document, name,
                             change->fields[i].new_value, error);
    }
    return r;
}

static int make_row(const struct step_context *context, const struct drop_entry *entry,
                    struct json **ret_row, struct error *error)
{
    struct arena *arena = context->arena;
    struct json *empty = json_object(arena);
    struct json *row = drop_document(arena, records, entry ? entry->row : empty);
    const char *plain, *tagged;
    int r = put_fields(context, row, error);
    if (r < 0)
        return r;
    json_set_text(arena, row, DROP_SCHEMA, records->format->schema);
    json_set_text(arena, row, DROP_CRM,
                  entry ? drop_row_reference(arena, entry->row) : step_reference(context));
    if (!entry)
        json_set_text(arena, row, "state", "DRAFT");
    if (context->change->action == ACTION_SUBMIT)
        json_set_text(arena, row, "state", "SUBMITTED");
    drop_tag_split(arena, drop_row_text(row, "description"), &plain, &tagged);
    json_set_text(arena, row, "description",
                  drop_tag_make(arena, plain, drop_row_text(row, DROP_CRM),
                                connector_field(records->kind, "problem")->max));
    *ret_row = row;
    return 0;
}

static const char *changed_fields(const struct step_context *context)
{
    const struct change *change = context->change;
    const char **names = arena_array(context->arena, change->field_count + 1, sizeof *names);
    for (size_t i = 0; i < change->field_count; i++) {
        const char *name = change->kind->fields[change->fields[i].field].name;
        const struct remote_field *remote = connector_field(records->kind, name);
        names[i] = remote && remote->vendor ? remote->vendor : name;
    }
    return list_print(context->arena, NULL, list_join(context->arena, names, change->field_count));
}

static void write_row(const struct step_context *context, const struct json *row, struct text *out)
{
    const struct drop_format *format = records->format;
    for (size_t i = 0; i < format->column_count; i++)
        text_addf(out, "%s,", format->columns[i].name);
    text_add(out, DROP_OURS "action," DROP_OURS "changed\r\n");
    for (size_t i = 0; i < format->column_count; i++) {
        csv_write_safe(out, json_get_text(row, format->columns[i].name), ',');
        text_add_char(out, ',');
    }
    text_addf(out, "%s,", action_name(context->change->action));
    if (context->change->action != ACTION_CREATE)
        csv_write_safe(out, changed_fields(context), ',');
    text_add(out, "\r\n");
}

/* "cosell.0061.ab12cd34ef56.csv": the same for the same attempt, however often it is made. */
static const char *make_name(const struct step_context *context)
{
    const char *reference = step_reference(context);
    const char *from = reference ? reference : context->change->remote_id;
    char *key = arena_copy_n(context->arena, from, strnlen(from, NAME_CHARS));
    for (char *at = key; *at; at++)
        if (!isalnum((unsigned char)*at))
            *at = '-';
    size_t skip = strcspn(context->token, "-");
    skip += context->token[skip] == '-';
    return arena_printf(context->arena, "%s.%s.%.*s.csv", records->format->name, key, TOKEN_CHARS,
                        context->token + (context->token[skip] ? skip : 0));
}

/* ---- the steps ---- */

static enum step_result prepare(struct step_context *context, struct error *error)
{
    struct drop_state *state = NULL;
    struct json *row = NULL;
    bool many = false;
    int r = drop_inbox_look(context->cloud, records->format, &state, error);
    if (r < 0)
        return broken(error);
    struct drop_entry *entry = find_deal(context, state, &many);
    if (context->change->remote_id && !entry)
        return STEP_STALE;
    step_keep(context, FILE_KEPT, make_name(context));
    if (many || (entry && is_answered(context, entry))) /* somebody has entered it already */
        return step_go_to(context, "await");
    if (make_row(context, entry, &row, error) < 0)
        return STEP_FAIL;
    CLEANUP_TEXT struct text out;
    text_init(&out, ROW_BYTES);
    write_row(context, row, &out);
    r = drop_folder_write(&context->cloud->folder, path_in(context, PREPARED), &out, error);
    return r < 0 ? broken(error) : STEP_NEXT;
}

/* What is not prepared any more was handed out. */
static enum step_result hand_out(struct step_context *context, struct error *error)
{
    int r = drop_folder_move(&context->cloud->folder, path_in(context, PREPARED),
                             path_in(context, OUTBOX), error);
    step_keep(context, HANDED_OUT, "yes");
    return r < 0 ? broken(error) : STEP_NEXT;
}

/* Nobody shall enter what is answered, or asked no more. */
static int take_back(struct step_context *context, struct error *error)
{
    const char *outbox = path_in(context, OUTBOX);
    if (access(outbox, F_OK) < 0)
        return 0;
    int r = drop_folder_move(&context->cloud->folder, outbox, path_in(context, "done"), error);
    return r < 0 ? r : 0;
}

static enum step_result end(struct step_context *context, enum step_result result,
                            struct error *error)
{
    return take_back(context, error) < 0 ? broken(error) : result;
}

static enum step_result wait_on(struct step_context *context, const char *note)
{
    step_keep(context, PROGRESS_NOTE, note);
    return STEP_LATER;
}

static enum step_result wait_for_person(struct step_context *context, struct error *error)
{
    const char *name = step_text(context, FILE_KEPT);
    if (!step_text(context, HANDED_OUT)) /* what seemed to answer it does not any more */
        return step_go_to(context, "prepare");
    if (access(path_in(context, "failed"), F_OK) == 0) {
        error_set(error, ERROR_REFUSED, SCOPE_RECORD, "a person moved %s to failed/", name);
        return STEP_FAIL;
    }
    return wait_on(context,
                   arena_printf(context->arena,
                                "outbox/%s waits for a person to enter it in the portal; it is "
                                "done when a file in inbox/ shows that",
                                name));
}

static enum step_result await(struct step_context *context, struct error *error)
{
    struct drop_state *state = NULL;
    bool many = false;
    if (drop_inbox_look(context->cloud, records->format, &state, error) < 0)
        return broken(error);
    struct drop_entry *entry = find_deal(context, state, &many);
    if (many)
        return wait_on(context, arena_printf(context->arena,
                                             "more than one deal of the portal fits: enter crm_id "
                                             "%s in the row of the right one",
                                             step_reference(context)));
    if (!entry && context->change->remote_id)
        return end(context, STEP_STALE, error);
    if (!entry)
        return wait_for_person(context, error);
    if (!context->change->remote_id && !drop_row_reference(context->arena, entry->row) &&
        drop_inbox_claim(context->cloud, records->format, entry, step_reference(context), error) <
            0)
        return broken(error);
    struct record *now = drop_record(context->arena, records, entry, NULL, NULL);
    if (is_carried_out(context, now)) {
        context->after = now;
        step_keep(context, "id", now->id);
        return end(context, STEP_DONE, error);
    }
    return has_moved(context, now) ? end(context, STEP_STALE, error)
                                   : wait_for_person(context, error);
}

static const struct step steps[] = {
    {.name = "prepare", .writes = true, .resume = "prepare", .perform = prepare},
    {.name = "hand_out", .writes = true, .resume = "hand_out", .perform = hand_out},
    {.name = "await", .resume = "await", .perform = await},
};

const struct procedure drop_procedures[DROP_PROCEDURES] = {
    {ACTION_CREATE, steps, COUNT(steps), "prepare"},
    {ACTION_UPDATE, steps, COUNT(steps), "prepare"},
    {ACTION_SUBMIT, steps, COUNT(steps), "prepare"},
    {ACTION_LAUNCH, steps, COUNT(steps), "prepare"},
    {ACTION_CLOSE, steps, COUNT(steps), "prepare"},
};
