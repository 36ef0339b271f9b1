/* The snapshot: all that must survive a restart, written whole and atomically. Page tokens, quotas,
 * faults and counts end with the process. */
#include <string.h>

#include "base/file.h"
#include "base/limits.h"
#include "tests/sandbox/rest.h"
#include "tests/sandbox/engagements.h"
#include "tests/sandbox/market.h"

#define STATE_MAX     LIMIT_JSON_BYTES /* what the JSON reader takes: some 10,000 records */
#define STATE_VERSION 1

static struct json *describe_record(struct arena *arena, const struct opportunity *record)
{
    struct json *row = json_object(arena);
    json_set_text(arena, row, "catalog", record->catalog);
    json_set_text(arena, row, "id", record->id);
    json_set_text(arena, row, "origin", record->origin);
    json_set_text(arena, row, "involvement", record->involvement);
    json_set_text(arena, row, "task", record->task);
    json_set_text(arena, row, "engagement", record->engagement);
    json_set(arena, row, "engaged_ms", json_int(arena, record->engaged_ms));
    json_set(arena, row, "modified_ms", json_int(arena, record->modified_ms));
    json_set(arena, row, "submitted_ms", json_int(arena, record->submitted_ms));
    json_set(arena, row, "document", record->document); /* borrowed: the row is only printed */
    return row;
}

/* Tasks and client tokens are all text but for one instant. */
struct text_member {
    const char *name;
    char **slot;
};

#define TASK_MEMBERS(task)                                                                         \
    (struct text_member[])                                                                         \
    {                                                                                              \
        {"kind", &(task)->kind}, {"id", &(task)->id}, {"catalog", &(task)->catalog},               \
            {"opportunity", &(task)->opportunity}, {"involvement", &(task)->involvement},          \
            {"engagement", &(task)->engagement}, {"invitation", &(task)->invitation},              \
            {"job", &(task)->job}, {"reason", &(task)->reason}, {"message", &(task)->message},     \
            {"status", &(task)->status}, {NULL, NULL},                                             \
    }
#define TOKEN_MEMBERS(token)                                                                       \
    (struct text_member[])                                                                         \
    {                                                                                              \
        {"key", &(token)->key}, {"body", &(token)->body}, {"answer", &(token)->answer},            \
            {NULL, NULL},                                                                          \
    }

static struct json *describe_texts(struct arena *arena, const struct text_member *members,
                                   int64_t instant_ms)
{
    struct json *row = json_object(arena);
    for (; members->name; members++)
        json_set_text(arena, row, members->name, *members->slot);
    json_set(arena, row, "instant_ms", json_int(arena, instant_ms));
    return row;
}

static void read_texts(const struct json *row, const struct text_member *members,
                       int64_t *ret_instant_ms)
{
    for (; members->name; members++) {
        const char *text = json_get_text(row, members->name);
        text_replace(members->slot, text ? text : "");
    }
    *ret_instant_ms = json_get_int(row, "instant_ms", 0);
}

int state_save(struct sandbox *sandbox, struct error *error)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct json *root = json_object(arena);
    struct json *records = json_array(arena);
    struct json *tasks = json_array(arena);
    struct json *tokens = json_array(arena);
    struct json *invitations = json_array(arena);
    for (size_t i = 0; i < sandbox->invitation_count; i++)
        json_append(arena, invitations, invitation_describe(arena, sandbox->invitations[i]));
    for (size_t i = 0; i < sandbox->record_count; i++)
        json_append(arena, records, describe_record(arena, sandbox->records[i]));
    for (size_t i = 0; i < sandbox->task_count; i++)
        json_append(
            arena, tasks,
            describe_texts(arena, TASK_MEMBERS(&sandbox->tasks[i]), sandbox->tasks[i].start_ms));
    for (size_t i = 0; i < sandbox->token_count; i++)
        json_append(
            arena, tokens,
            describe_texts(arena, TOKEN_MEMBERS(&sandbox->tokens[i]), sandbox->tokens[i].made_ms));
    json_set(arena, root, "version", json_int(arena, STATE_VERSION));
    json_set(arena, root, "offset_ms", json_int(arena, sandbox->offset_ms));
    json_set(arena, root, "next_id", json_int(arena, (long long)sandbox->next_id));
    json_set(arena, root, "records", records);
    json_set(arena, root, "tasks", tasks);
    json_set(arena, root, "tokens", tokens);
    json_set(arena, root, "invitations", invitations);
    market_describe(sandbox, arena, root);
    rest_describe(sandbox, arena, root);
    CLEANUP_TEXT struct text out;
    text_init(&out, STATE_MAX);
    json_write(root, JSON_COMPACT, &out);
    if (text_failed(&out))
        return error_set(error, ERROR_PERMANENT, SCOPE_RUN, "the snapshot is too large");
    return file_replace(sandbox->options.state_path, out.data, out.length, 0600, error);
}

static void read_record(struct sandbox *sandbox, const struct json *row)
{
    struct opportunity *record = record_add(sandbox, json_get_text(row, "catalog"),
                                            json_get_text(row, "id"), json_get_text(row, "origin"));
    text_replace(&record->involvement, json_get_text(row, "involvement"));
    text_replace(&record->task, json_get_text(row, "task"));
    const char *engagement = json_get_text(row, "engagement");
    text_replace(&record->engagement, engagement ? engagement : "");
    record->engaged_ms = json_get_int(row, "engaged_ms", 0);
    record->modified_ms = json_get_int(row, "modified_ms", 0);
    record->submitted_ms = json_get_int(row, "submitted_ms", 0);
    record_replace(record, json_get(row, "document"));
}

static bool row_is_whole(const struct json *row)
{
    static const char *const members[] = {"catalog", "id", "origin", "involvement", "task"};
    for (size_t i = 0; i < COUNT(members); i++) {
        if (!json_get_text(row, members[i]))
            return false;
    }
    return json_get(row, "document") != NULL;
}

static int read_state(struct sandbox *sandbox, const struct json *root, struct error *error)
{
    const struct json *records = json_get(root, "records");
    const struct json *tasks = json_get(root, "tasks");
    const struct json *tokens = json_get(root, "tokens");
    if (json_get_int(root, "version", 0) != STATE_VERSION || !records || !tasks || !tokens)
        return error_set(error, ERROR_INPUT, SCOPE_RUN, "%s is no snapshot of this sandbox",
                         sandbox->options.state_path);
    sandbox->offset_ms = json_get_int(root, "offset_ms", 0);
    sandbox->next_id = (uint64_t)json_get_int(root, "next_id", (long long)sandbox->next_id);
    for (size_t i = 0; i < records->count; i++) {
        if (!row_is_whole(records->items[i]))
            return error_set(error, ERROR_INPUT, SCOPE_RUN, "%s: record %zu is damaged",
                             sandbox->options.state_path, i);
        read_record(sandbox, records->items[i]);
    }
    const struct json *invitations = json_get(root, "invitations");
    for (size_t i = 0; invitations && i < invitations->count; i++) {
        if (!invitation_read(sandbox, invitations->items[i]))
            return error_set(error, ERROR_INPUT, SCOPE_RUN, "%s: invitation %zu is damaged",
                             sandbox->options.state_path, i);
    }
    ARRAY_GROW(sandbox->tasks, &sandbox->task_capacity, tasks->count + 1);
    for (size_t i = 0; i < tasks->count; i++) {
        struct task *task = &sandbox->tasks[sandbox->task_count++];
        *task = (struct task){0};
        read_texts(tasks->items[i], TASK_MEMBERS(task), &task->start_ms);
    }
    ARRAY_GROW(sandbox->tokens, &sandbox->token_capacity, tokens->count + 1);
    for (size_t i = 0; i < tokens->count; i++) {
        struct client_token *token = &sandbox->tokens[sandbox->token_count++];
        *token = (struct client_token){0};
        read_texts(tokens->items[i], TOKEN_MEMBERS(token), &token->made_ms);
    }
    int result = market_read(sandbox, root, error);
    return result < 0 ? result : rest_read(sandbox, root, error);
}

int state_load(struct sandbox *sandbox, bool *ret_found, struct error *error)
{
    struct file_state state;
    int result = file_stat(sandbox->options.state_path, &state, error);
    if (result < 0)
        return result;
    *ret_found = state.exists;
    if (!state.exists)
        return 0;
    CLEANUP_TEXT struct text bytes;
    text_init(&bytes, STATE_MAX);
    result = file_read(sandbox->options.state_path, &bytes, NULL, error);
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct json *root = NULL;
    if (result == 0)
        result = json_parse(arena, bytes.data, bytes.length, &root, error);
    return result < 0 ? result : read_state(sandbox, root, error);
}
