#include "tests/support/slow.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"
#include "tests/support/folder.h"

#define LATENCY_MS 20

struct cloud {
    struct slow *slow;
    struct session *session;
};

void slow_ok(struct slow *slow, int result, const char *call, const char *file, int line)
{
    if (result < 0)
        print_error("%s gave %d: %s\n", call, result, slow->error.message);
    _assert_true(result >= 0, call, file, line);
}

/* ---- the cloud ---- */

static struct slow_record *find(struct slow_cloud *there, const char *id)
{
    for (size_t i = 0; i < there->count; i++)
        if (!strcmp(there->records[i].id, id))
            return &there->records[i];
    return NULL;
}

static struct slow_record *find_token(struct slow_cloud *there, const char *token)
{
    for (size_t i = 0; token && i < there->count; i++)
        if (!strcmp(there->records[i].token, token))
            return &there->records[i];
    return NULL;
}

static void set(char *member, size_t size, const char *text)
{
    snprintf(member, size, "%s", text ? text : "");
}
#define SET(record, member, text) set((record)->member, sizeof(record)->member, text)

static struct slow_record *add(struct slow_cloud *there, const char *id)
{
    assert_true(there->count < COUNT(there->records));
    struct slow_record *record = &there->records[there->count++];
    *record = (struct slow_record){.version = 1};
    SET(record, id, id);
    SET(record, status, "draft");
    return record;
}

static void note_peak(struct slow *slow)
{
    struct slow_cloud *there = slow->there;
    size_t busy = 0;
    for (size_t i = 0; i < there->count; i++)
        busy += there->records[i].ready_ms > slow->fake.now_ms;
    if (busy > there->peak)
        there->peak = busy;
}

/* The same token starts nothing twice. */
static struct slow_record *start(struct slow *slow, struct arena *arena, const struct json *body)
{
    struct slow_cloud *there = slow->there;
    struct slow_record *record = find_token(there, json_get_text(body, "token"));
    if (record)
        return record;
    record = add(there, arena_printf(arena, "N%zu", there->count + 1));
    SET(record, token, json_get_text(body, "token"));
    SET(record, reference, json_get_text(body, "reference"));
    SET(record, title, json_get_text(body, "title"));
    SET(record, next, json_get_text(body, "next"));
    record->ready_ms = slow->fake.now_ms + there->takes_ms;
    note_peak(slow);
    return record;
}

static struct slow_record *accept(struct slow *slow, struct arena *arena, const char *id)
{
    struct slow_record *invited = find(slow->there, id);
    const char *became = arena_printf(arena, "O-%s", id);
    struct slow_record *record = find(slow->there, became);
    assert_non_null(invited);
    if (record)
        return record;
    record = add(slow->there, became);
    SET(record, title, invited->title);
    SET(record, next, invited->next);
    SET(invited, status, "accepted");
    invited->version++;
    return record;
}

static struct slow_record *change(struct slow *slow, const struct json *body, const char *id)
{
    struct slow_record *record = find(slow->there, id);
    assert_non_null(record);
    if (json_get_text(body, "title"))
        SET(record, title, json_get_text(body, "title"));
    if (json_get_text(body, "next"))
        SET(record, next, json_get_text(body, "next"));
    if (json_get_text(body, "status"))
        SET(record, status, json_get_text(body, "status"));
    record->version++;
    slow->there->updates++;
    return record;
}

static void handle(void *context, struct arena *arena, const struct http_request *request,
                   struct fake_answer *ret_answer)
{
    struct slow *slow = context;
    struct slow_cloud *there = slow->there;
    const char *verb = strrchr(request->url, '/') + 1, *id = strchr(verb, ':');
    struct json *body = NULL;
    assert_int_equal(json_parse(arena, request->body, request->body_length, &body, NULL), 0);
    struct slow_record *record = NULL;
    ret_answer->latency_ms = LATENCY_MS;
    id = id ? id + 1 : NULL;
    there->starts += text_starts(verb, "start");
    there->polls += text_starts(verb, "poll");
    if (there->locked && !text_starts(verb, "poll")) {
        ret_answer->status = 409;
        ret_answer->body = "LOCKED";
        return;
    }
    if (text_starts(verb, "start") && there->refuses[0]) {
        ret_answer->status = 400;
        ret_answer->body = there->refuses;
        return;
    }
    if (text_starts(verb, "poll") && there->spoils[0] && !strcmp(id, "N1")) {
        ret_answer->status = 400;
        ret_answer->body = there->spoils;
        return;
    }
    if (text_starts(verb, "start"))
        record = start(slow, arena, body);
    else if (text_starts(verb, "poll"))
        record = find(there, id);
    else if (text_starts(verb, "accept"))
        record = accept(slow, arena, id);
    else
        record = change(slow, body, id);
    assert_non_null(record);
    ret_answer->body = record->id;
}

/* ---- the connector ---- */

static const struct remote_field remote_fields[] = {
    {.field = "id", .path = "Id", .flags = REMOTE_READ},
    {.field = "partner_reference", .path = "Ref", .flags = REMOTE_READ | REMOTE_CREATE},
    {.field = "title", .path = "T", .flags = REMOTE_READ | REMOTE_CREATE | REMOTE_UPDATE},
    {.field = "next_steps", .path = "N", .flags = REMOTE_READ | REMOTE_CREATE | REMOTE_UPDATE},
    {.field = "spend", .path = "S", .flags = REMOTE_READ},
    {.field = "status", .path = "St", .flags = REMOTE_READ},
};

static struct record *to_record(struct arena *arena, const struct slow_record *held)
{
    struct record *record = record_new(arena, &kinds[KIND_REFERRAL], held->id);
    const struct {
        const char *field, *text;
    } values[] = {{"id", held->id},
                  {"partner_reference", held->reference},
                  {"title", held->title},
                  {"next_steps", held->next},
                  {"status", held->status}};
    for (size_t i = 0; i < COUNT(values); i++)
        if (values[i].text[0])
            record_set(record, values[i].field, arena_copy(arena, values[i].text));
    record->version = arena_printf(arena, "v%d", held->version);
    record->raw = "{}";
    return record;
}

static int send(struct step_context *context, struct http_request *request, const char *verb,
                const char *id)
{
    struct json *body = json_object(context->arena);
    context->cloud->slow->there->began_ms = context->began_ms;
    json_set_text(context->arena, body, "token", context->token);
    if (context->local)
        json_set_text(context->arena, body, "reference", context->local->id);
    for (size_t i = 0; i < context->change->field_count; i++) {
        const struct change_field *field = &context->change->fields[i];
        const char *name = context->change->kind->fields[field->field].name;
        json_set_text(context->arena, body, !strcmp(name, "next_steps") ? "next" : name,
                      field->new_value);
    }
    request->method = "POST";
    request->url =
        arena_printf(context->arena, "http://127.0.0.1/%s%s%s", verb, id ? ":" : "", id ? id : "");
    request->body = json_print(context->arena, body);
    request->body_length = strlen(request->body);
    return 0;
}

static enum step_result fail_with(struct step_context *context, const struct error *failure,
                                  struct error *error)
{
    *error = *failure;
    if (strcmp(failure->vendor_code, "LOCKED") != 0)
        return STEP_FAIL;
    json_set_text(context->arena, context->progress, PROGRESS_NOTE,
                  "another change locks the record");
    return STEP_LATER;
}

static int start_build(struct step_context *context, struct http_request *request,
                       struct error *error)
{
    (void)error;
    return send(context, request, "start", NULL);
}

static enum step_result start_answer(struct step_context *context,
                                     const struct http_response *response,
                                     const struct error *failure, struct error *error)
{
    if (failure)
        return fail_with(context, failure, error);
    json_set_text(context->arena, context->progress, "task", response->body);
    json_set_text(context->arena, context->progress, "id", response->body);
    return STEP_NEXT;
}

static int poll_build(struct step_context *context, struct http_request *request,
                      struct error *error)
{
    (void)error;
    return send(context, request, "poll", json_get_text(context->progress, "task"));
}

static enum step_result poll_answer(struct step_context *context,
                                    const struct http_response *response,
                                    const struct error *failure, struct error *error)
{
    if (failure)
        return fail_with(context, failure, error);
    const struct slow_record *record = find(context->cloud->slow->there, response->body);
    if (!record)
        return STEP_FAIL;
    if (record->ready_ms > context->now_ms) /* no note: the engine has words of its own */
        return STEP_LATER;
    context->after = to_record(context->arena, record);
    return STEP_DONE;
}

static int change_build(struct step_context *context, struct http_request *request,
                        struct error *error)
{
    (void)error;
    return send(context, request, "change", context->change->remote_id);
}

static int accept_build(struct step_context *context, struct http_request *request,
                        struct error *error)
{
    (void)error;
    return send(context, request, "accept", context->change->remote_id);
}

static enum step_result change_answer(struct step_context *context,
                                      const struct http_response *response,
                                      const struct error *failure, struct error *error)
{
    if (failure)
        return fail_with(context, failure, error);
    context->after = to_record(context->arena, find(context->cloud->slow->there, response->body));
    return STEP_DONE;
}

static const struct step create_steps[] = {
    {.name = "start",
     .operation = "Start",
     .writes = true,
     .repeatable = true,
     .resume = "start",
     .build = start_build,
     .answer = start_answer},
    {.name = "poll",
     .operation = "Poll",
     .repeatable = true,
     .build = poll_build,
     .answer = poll_answer},
};

#define ONE_STEP(step_name, builder)                                                               \
    {                                                                                              \
        {                                                                                          \
            .name = step_name, .operation = step_name, .writes = true, .resume = step_name,        \
            .build = builder, .answer = change_answer                                              \
        }                                                                                          \
    }
static const struct step change_steps[] = ONE_STEP("change", change_build);
static const struct step accept_steps[] = ONE_STEP("accept", accept_build);

static const struct procedure procedures[] = {
    {ACTION_CREATE, create_steps, COUNT(create_steps), "start"},
    {ACTION_UPDATE, change_steps, 1, "change"},
    {ACTION_SUBMIT, change_steps, 1, "change"},
    {ACTION_REJECT, change_steps, 1, "change"},
    {ACTION_ACCEPT, accept_steps, 1, "accept"},
};

static void read_all(struct cloud *cloud, const struct read_scope *scope,
                     const struct read_sink *sink)
{
    struct slow *slow = cloud->slow;
    slow->full = scope->full;
    slow->proposals = scope->proposals;
    slow->afresh = false;
    memcpy(slow->mapped, scope->mapped, kinds[KIND_REFERRAL].field_count);
    for (size_t i = 0; i < slow->there->count; i++) {
        CLEANUP_ARENA struct arena *arena = arena_new();
        const struct slow_record *held = &slow->there->records[i];
        if (held->ready_ms > slow->fake.now_ms)
            continue;
        if (!sink->version(sink->context, held->id))
            slow->afresh = true;
        sink->record(sink->context, to_record(arena, held));
    }
    sink->done(sink->context, READ_COMPLETE, "now", NULL);
}

static struct session *session_of(struct cloud *cloud)
{
    return cloud->session;
}

static void status_of(struct cloud *cloud, struct cloud_status *ret_status)
{
    (void)cloud;
    *ret_status = (struct cloud_status){.realm = "slow"};
}

static int sign(void *cloud, struct arena *arena, struct http_request *request, int64_t now_ms,
                struct error *error)
{
    (void)cloud, (void)arena, (void)request, (void)now_ms, (void)error;
    return 0;
}

static int judge(void *cloud, const struct http_response *response, bool *ret_auth_refresh,
                 struct error *error)
{
    (void)cloud, (void)ret_auth_refresh;
    if (response->status < 300)
        return 0;
    error_set(error, ERROR_REFUSED, SCOPE_RECORD, "refused: %s", response->body);
    snprintf(error->vendor_code, sizeof error->vendor_code, "%s", response->body);
    return -ERROR_REFUSED;
}

static bool never_due(void *cloud, size_t set, int64_t now_ms, bool force)
{
    (void)cloud, (void)set, (void)now_ms, (void)force;
    return false;
}

static const struct session_ops session_ops = {
    .sign = sign, .judge = judge, .credentials_due = never_due};

/* ---- life ---- */

static void pass_point(void *context, const char *name)
{
    struct slow *slow = context;
    slow->points += text_starts(name, "journal-");
    if (text_starts(name, "journal-") && slow->points == slow->die_at)
        kill(getpid(), SIGKILL);
}

static void add_map(struct slow *slow, const char *field, const char *column, enum owner owner)
{
    slow->fields[slow->job.field_count++] =
        (struct field_map){.field = kind_field(&kinds[KIND_REFERRAL], field),
                           .column = column,
                           .owner = owner,
                           .currency_column = strcmp(field, "spend") ? NULL : "Currency"};
}

static void set_up_job(struct slow *slow)
{
    slow->job = (struct job){.name = "deals",
                             .cloud = "slow",
                             .source = "crm",
                             .kind = &kinds[KIND_REFERRAL],
                             .mode = MODE_APPLY,
                             .every_ms = SLOW_HOUR,
                             .full_every_ms = 1000 * SLOW_HOUR,
                             .fields = slow->fields,
                             .match = slow->rules,
                             .match_count = 2,
                             .gates = {[GATE_CREATE] = {.open = true}},
                             .rules_hash = "1"};
    slow->rules[0] = (struct match_rule){.type = MATCH_ID};
    slow->rules[1] = (struct match_rule){.type = MATCH_REFERENCE};
    add_map(slow, "id", "Id", OWNER_CLOUD);
    add_map(slow, "title", "Name", OWNER_LOCAL);
    add_map(slow, "next_steps", "Next", OWNER_NEWEST);
    add_map(slow, "spend", "Spend", OWNER_CLOUD);
    slow->items[0] = (struct setting){.name = "path", .text = slow->csv_path};
    slow->items[1] = (struct setting){.name = "key", .text = "Key"};
    slow->items[2] = (struct setting){.name = "write", .text = "in-place"};
    slow->settings = (struct settings){.items = slow->items, .count = 3};
    slow->kind = (struct connector_kind){.kind = KIND_REFERRAL,
                                         .capabilities = CAN_LIST | CAN_CREATE | CAN_UPDATE,
                                         .fields = remote_fields,
                                         .field_count = COUNT(remote_fields),
                                         .procedures = procedures,
                                         .procedure_count = COUNT(procedures),
                                         .read = read_all};
    slow->connector = (struct connector){
        .name = "slow", .title = "Slow", .session = session_of, .status = status_of};
}

static void open_program(struct slow *slow)
{
    slow->http = fake_http_new(&slow->fake, handle, slow);
    slow->loop = loop_new(&slow->fake.world, slow->http);
    slow->cloud = memory_alloc(sizeof *slow->cloud);
    slow->cloud->slow = slow;
    slow->cloud->session = session_new(
        slow->loop, &(struct session_options){
                        .ops = &session_ops, .cloud = slow->cloud, .log = &slow->fake.log});
    slow_assert_ok(slow,
                   store_open(slow->store_path, &slow->fake.world, &slow->store, &slow->error));
    slow_assert_ok(slow, source_open("crm", source_type_find("csv"), &slow->settings,
                                     &slow->fake.world, &slow->source, &slow->error));
    slow->work.job = &slow->job;
    slow->work.connector = &slow->connector;
    slow->work.kind = &slow->kind;
    slow->work.cloud = slow->cloud;
    slow->work.source = slow->source;
    slow->work.store = slow->store;
    slow->work.world = &slow->fake.world;
    slow->work.log = &slow->fake.log;
}

static void close_program(struct slow *slow)
{
    engine_result_free(&slow->result);
    session_free(slow->cloud->session);
    free(slow->cloud);
    source_close(slow->source);
    store_close(slow->store);
    loop_free(slow->loop);
    slow->http->ops->close(slow->http);
}

struct slow *slow_new(const char *csv)
{
    struct slow *slow = memory_alloc(sizeof *slow);
    slow->arena = arena_new();
    slow->there =
        mmap(NULL, sizeof *slow->there, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(slow->there != MAP_FAILED);
    folder_make(slow->folder, sizeof slow->folder, "slow-test");
    snprintf(slow->csv_path, sizeof slow->csv_path, "%s/crm.csv", slow->folder);
    snprintf(slow->store_path, sizeof slow->store_path, "%s/state/agent.db", slow->folder);
    slow_csv_put(slow, csv);
    fake_init(&slow->fake, 3);
    slow->fake.on_point = pass_point;
    slow->fake.point_context = slow;
    set_up_job(slow);
    open_program(slow);
    return slow;
}

void slow_free(struct slow *slow)
{
    close_program(slow);
    folder_remove(slow->folder);
    munmap(slow->there, sizeof *slow->there);
    fake_free(&slow->fake);
    arena_free(slow->arena);
    free(slow);
}

void slow_restart(struct slow *slow)
{
    close_program(slow);
    open_program(slow);
}

void slow_later(struct slow *slow, int64_t ms)
{
    fake_advance(&slow->fake, ms);
}

bool slow_doomed(struct slow *slow, size_t die_at, void (*work)(struct slow *slow))
{
    close_program(slow);
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (!child) {
        slow->points = 0;
        slow->die_at = die_at;
        open_program(slow);
        work(slow);
        _exit(0);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    open_program(slow);
    if (!WIFSIGNALED(status))
        assert_int_equal(WEXITSTATUS(status), 0);
    return WIFSIGNALED(status);
}

/* ---- work ---- */

const struct engine_result *slow_run(struct slow *slow)
{
    engine_result_free(&slow->result);
    fake_advance(&slow->fake, 60 * 1000);
    slow_assert_ok(slow,
                   engine_run(slow->loop, &slow->work, 1, &(struct engine_options){.apply = true},
                              &slow->result, &slow->error));
    return &slow->result;
}

struct plan *slow_plan(struct slow *slow)
{
    struct arena *arena = arena_new();
    struct plan *plan = arena_alloc(arena, sizeof *plan);
    *plan = (struct plan){.arena = arena, .job = &slow->job, .at_ms = slow->fake.now_ms};
    return plan;
}

static void note_end(void *context)
{
    *(bool *)context = true;
}

static struct apply_counts carry_out(struct slow *slow, struct plan *plan)
{
    struct apply_counts counts;
    bool ended = false;
    struct applier *applier = applier_new(&slow->work, plan, 1);
    slow_assert_ok(slow, plan ? applier_take(applier, &slow->error)
                              : applier_resume(applier, &slow->error));
    applier_start(applier, note_end, &ended);
    if (!ended)
        slow_assert_ok(slow, loop_run(slow->loop, &ended, &slow->error));
    assert_true(ended);
    applier_counts(applier, &counts);
    applier_free(applier);
    return counts;
}

struct apply_counts slow_apply(struct slow *slow, struct plan *plan)
{
    for (size_t i = 0; i < plan->change_count; i++)
        change_identify(plan->changes[i]);
    return carry_out(slow, plan);
}

struct apply_counts slow_resume(struct slow *slow)
{
    return carry_out(slow, NULL);
}

struct apply_counts slow_write(struct slow *slow, struct plan *plan)
{
    struct apply_counts counts = {0};
    struct intake_result read;
    for (size_t i = 0; i < plan->change_count; i++)
        change_identify(plan->changes[i]);
    slow_assert_ok(slow, intake_local(&slow->work, slow->arena, &read, &slow->error));
    slow_assert_ok(slow, apply_local(&slow->work, plan, 1, &read.state, &counts, &slow->error));
    return counts;
}

/* ---- looking ---- */

void slow_put(struct slow *slow, const char *id, const char *reference, const char *title,
              const char *status)
{
    struct slow_record *record = add(slow->there, id);
    SET(record, reference, reference);
    SET(record, title, title);
    SET(record, status, status);
}

void slow_csv_put(struct slow *slow, const char *content)
{
    FILE *file = fopen(slow->csv_path, "w");
    assert_non_null(file);
    assert_true(fputs(content, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

const char *slow_csv(struct slow *slow)
{
    CLEANUP_TEXT struct text content;
    text_init(&content, 1024 * 1024);
    slow_assert_ok(slow, file_read(slow->csv_path, &content, NULL, &slow->error));
    return arena_copy(slow->arena, content.data);
}

static int count_row(void *context, const struct journal_row *row)
{
    (void)row;
    (*(size_t *)context)++;
    return 0;
}

size_t slow_open_rows(struct slow *slow)
{
    size_t count = 0;
    slow_assert_ok(slow, slow->store->ops->journal_open(slow->store, "deals", slow->arena,
                                                        count_row, &count, &slow->error));
    return count;
}

struct counting {
    const char *code;
    size_t count;
};

static int count_finding(void *context, const struct finding *finding)
{
    struct counting *counting = context;
    counting->count += !strcmp(finding->type->code, counting->code);
    return 0;
}

size_t slow_findings(struct slow *slow, const char *code)
{
    struct counting counting = {.code = code};
    slow_assert_ok(slow, slow->store->ops->finding_each(slow->store, "deals", slow->arena,
                                                        count_finding, &counting, &slow->error));
    return counting.count;
}

struct store_link *slow_link(struct slow *slow, enum side side, const char *id)
{
    struct store_link *link = NULL;
    slow_assert_ok(slow, slow->store->ops->link_get(slow->store, "deals", slow->job.kind, side, id,
                                                    slow->arena, &link, &slow->error));
    return link;
}

struct store_record *slow_record(struct slow *slow, enum side side, const char *id)
{
    struct store_record *record = NULL;
    slow_assert_ok(slow, slow->store->ops->record_get(slow->store, "deals", slow->job.kind, side,
                                                      id, slow->arena, &record, &slow->error));
    return record;
}
