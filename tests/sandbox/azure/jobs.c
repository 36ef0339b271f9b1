/* Jobs: a configure request is taken, waits, works through its resources one by one, and ends. What
 * was applied stays applied, whatever becomes of the rest. */
#include <stdio.h>
#include <string.h>

#include "tests/sandbox/azure/ingestion.h"
#include "tests/sandbox/azure/shape.h"

#define STATUS_SCHEMA INGESTION_NEW "configure-status/2022-07-01"
#define POLL_MS       60000 /* status of a job: at most once a minute */

/* ---- Errors of a resource. */
static struct json *make_error(struct arena *arena, const char *code, const char *message,
                               const char *resource)
{
    struct json *error = json_object(arena);
    json_set_text(arena, error, "code", code);
    json_set_text(arena, error, "message", message);
    if (resource && resource[0])
        json_set_text(arena, error, "resourceId", resource);
    return error;
}

int step_fail(struct ingestion_step *step, const char *code, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    const char *message = arena_vprintf(step->arena, format, list);
    va_end(list);
    json_append(step->arena, step->errors, make_error(step->arena, code, message, step->label));
    return -ERROR_REFUSED;
}

static void add_shape_error(struct arena *arena, struct json *errors, struct json *problems,
                            const char *label)
{
    struct json *error = make_error(arena, "schemaValidationError",
                                    "The request is not valid against the schema.", label);
    json_set(arena, error, "details", problems);
    json_append(arena, errors, error);
}

int step_fail_shape(struct ingestion_step *step, struct json *problems)
{
    add_shape_error(step->arena, step->errors, problems, step->label);
    return -ERROR_REFUSED;
}

int step_check_lock(struct ingestion_step *step, const char *product)
{
    if (!submission_running(step->market, product))
        return 0;
    step->label = arena_printf(step->arena, "product/%s", product);
    return step_fail(step, "productLocked", "The product has a submission in progress.");
}

/* ---- References. */
static const char *find_external(const struct ingestion_step *step, const char *external,
                                 const char *prefix)
{
    for (size_t i = 0; i < step->market->resources.count; i++) {
        const struct rest_record *record = step->market->resources.records[i];
        if (text_starts(record->id, prefix) &&
            text_equal(json_text(json_find(record->document, "identity.externalId")), external))
            return record->id;
    }
    return NULL;
}

const char *step_resolve(const struct ingestion_step *step, const struct json *reference,
                         const char *type, const char *product)
{
    const char *external = json_get_text(reference, "externalId");
    const char *name = json_get_text(reference, "resourceName"), *text = json_text(reference);
    const char *prefix = product ? arena_printf(step->arena, "%s/%s/", type, product)
                                 : arena_printf(step->arena, "%s/", type);
    if (external)
        return find_external(step, external, prefix);
    if (name)
        text = json_get_text(step->names, name);
    if (!text)
        return NULL;
    char *durable = arena_copy(step->arena, text);
    text_lower(durable);
    if (!text_starts(durable, prefix) || !rest_find(&step->market->resources, durable))
        return NULL;
    return durable;
}

/* ---- Running. The document of a job is worked on as a copy, and written once. */
struct run {
    struct sandbox *sandbox;
    struct arena *arena;
    struct json *job;
    int64_t start_ms, now_ms, length_ms;
};

static const char *label_of(const struct json *item)
{
    const char *name = json_get_text(item, "resourceName");
    return name ? name : json_get_text(item, "id");
}

static void put_number(struct run *run, const char *name, long long number)
{
    json_set(run->arena, run->job, name, json_int(run->arena, number));
}

static void finish(struct run *run, const char *result, int64_t when_ms)
{
    json_set_text(run->arena, run->job, "status", "completed");
    json_set_text(run->arena, run->job, "result", result);
    put_number(run, "end_ms", when_ms);
}

static struct json *errors_of(struct run *run)
{
    return json_get(run->job, "errors");
}

/* The whole request is held against the schemas before anything is done. */
static bool check_shapes(struct run *run)
{
    const struct json *resources = json_get(run->job, "resources");
    for (size_t i = 0; i < resources->count; i++) {
        const struct json *item = resources->items[i];
        const struct ingestion_type *type =
            ingestion_type_of(run->arena, json_get_text(item, "$schema"));
        struct json *problems = json_array(run->arena);
        shape_check(run->arena, type->shape, item, "", problems);
        if (problems->count)
            add_shape_error(run->arena, errors_of(run), problems, label_of(item));
    }
    return errors_of(run)->count == 0;
}

static bool has_submission(const struct run *run)
{
    const struct json *resources = json_get(run->job, "resources");
    for (size_t i = 0; i < resources->count; i++) {
        const struct ingestion_type *type =
            ingestion_type_of(run->arena, json_get_text(resources->items[i], "$schema"));
        if (!strcmp(type->name, "submission"))
            return true;
    }
    return false;
}

static int apply_item(struct run *run, size_t index, int64_t when_ms, const char *fate)
{
    const struct json *resources = json_get(run->job, "resources");
    const struct json *item = resources->items[index];
    struct json *names = json_get(run->job, "names");
    struct ingestion_step step = {
        .sandbox = run->sandbox,
        .market = ingestion_market(run->sandbox),
        .arena = run->arena,
        .type = ingestion_type_of(run->arena, json_get_text(item, "$schema")),
        .item = item,
        .names = names,
        .label = label_of(item),
        .now_ms = when_ms,
        .half = !strcmp(fate, "half") && index + 1 == resources->count,
        .certified = strcmp(fate, "fails") != 0,
        .errors = errors_of(run),
    };
    if (!strcmp(fate, "fails") && !has_submission(run))
        return step_fail(&step, "businessValidationError", "The resource was refused.");
    if (!strcmp(fate, "fails-service"))
        return step_fail(&step, "internalServerError", "An internal error occurred.");
    int result = step.type->apply(&step);
    if (result < 0)
        return result;
    const char *name = json_get_text(item, "resourceName");
    if (name && step.made)
        json_set_text(run->arena, names, name, step.made);
    if (step.made)
        json_append(run->arena, json_get(run->job, "made"), json_string(run->arena, step.made));
    if (step.waits)
        json_set_text(run->arena, run->job, "waits", step.waits);
    if (step.half)
        return step_fail(&step, "internalServerError", "An internal error occurred.");
    return 0;
}

/* False: the submission is still under way. */
static bool wait_over(struct run *run, int64_t *ret_when_ms)
{
    const char *waits = json_get_text(run->job, "waits");
    const struct rest_record *record =
        rest_find(&ingestion_market(run->sandbox)->submissions, waits);
    if (!waits)
        return true;
    if (record && !ingestion_is(json_get(record->document, "shown"), "status", "completed"))
        return false;
    *ret_when_ms = record ? json_get_int(record->document, "end_ms", run->now_ms) : run->now_ms;
    json_remove(run->job, "waits");
    if (record && ingestion_is(json_get(record->document, "shown"), "result", "succeeded"))
        return true;
    struct json *error =
        make_error(run->arena, "invalidState", "The submission was cancelled.", waits);
    struct json *details = json_array(run->arena);
    json_append(run->arena, details,
                make_error(run->arena, "invalidState",
                           "Certification failed. See the certification report.", NULL));
    json_set(run->arena, error, "details", details);
    json_append(run->arena, errors_of(run), error);
    finish(run, "failed", *ret_when_ms);
    return false;
}

/* Applies what is due by now. */
static void work(struct run *run, const char *fate)
{
    long long next = json_get_int(run->job, "next", 0);
    long long count = (long long)json_get(run->job, "resources")->count;
    int64_t when_ms = run->start_ms + run->length_ms;
    while (ingestion_is(run->job, "status", "running") && wait_over(run, &when_ms)) {
        if (next == count) {
            finish(run, "succeeded", when_ms);
            return;
        }
        int64_t due_ms = run->start_ms + run->length_ms / 3 +
                         (run->length_ms - run->length_ms / 3) * (next + 1) / count;
        when_ms = due_ms > when_ms ? due_ms : when_ms;
        if (run->now_ms < due_ms)
            return;
        if (apply_item(run, (size_t)next, due_ms, fate) < 0)
            finish(run, "failed", due_ms);
        put_number(run, "next", ++next);
        when_ms = due_ms;
    }
}

static bool still_stuck(const struct sandbox *sandbox)
{
    for (size_t i = 0; i < sandbox->fault_count; i++) {
        if (!strcmp(sandbox->faults[i].kind, "job-stuck"))
            return true;
    }
    return false;
}

static void advance(struct sandbox *sandbox, struct rest_record *record)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    int64_t now = sandbox_now(sandbox);
    struct run run = {sandbox,
                      arena,
                      json_clone(arena, record->document),
                      json_get_int(record->document, "start_ms", now),
                      now,
                      sandbox->options.job_ms};
    const char *fate = json_get_text(run.job, "fate");
    if (now < run.start_ms + run.length_ms / 3)
        return;
    if (ingestion_is(run.job, "status", "notStarted")) {
        json_set_text(arena, run.job, "status", "running");
        if (!check_shapes(&run))
            finish(&run, "failed", run.start_ms + run.length_ms / 3);
    }
    if (strcmp(fate, "stuck") != 0 || !still_stuck(sandbox))
        work(&run, fate);
    if (json_equal(run.job, record->document))
        return;
    rest_write(record, run.job, now);
    sandbox->dirty = true;
}

void jobs_run(struct sandbox *sandbox)
{
    struct azure_market *market = ingestion_market(sandbox);
    for (size_t i = 0; i < market->jobs.count; i++) {
        if (!ingestion_is(market->jobs.records[i]->document, "status", "completed"))
            advance(sandbox, market->jobs.records[i]);
    }
}

/* ---- Showing. */
static bool anything_left(struct rest_call *call, const struct json *made)
{
    for (size_t i = 0; made && i < made->count; i++) {
        if (ingestion_current(call->arena, call->sandbox, json_text(made->items[i])))
            return true;
    }
    return false;
}

static struct json *show_status(struct rest_call *call, const struct rest_record *record)
{
    struct arena *arena = call->arena;
    const struct json *job = record->document;
    struct json *answer = json_object(arena);
    bool odd = call->sandbox->options.unknown_members;
    json_set_text(arena, answer, "$schema", STATUS_SCHEMA);
    json_set_text(arena, answer, odd ? "jobID" : "jobId", record->id);
    json_set_text(arena, answer, "jobStatus", json_get_text(job, "status"));
    json_set_text(arena, answer, "jobResult", json_get_text(job, "result"));
    json_set_text(arena, answer, "jobStart",
                  azure_instant(arena, json_get_int(job, "start_ms", 0)));
    bool ended = ingestion_is(job, "status", "completed");
    json_set_text(arena, answer, "jobEnd",
                  ended ? azure_instant(arena, json_get_int(job, "end_ms", 0))
                  : odd ? "0001-01-01T00:00:00"
                        : "0001-01-01");
    if (ingestion_is(job, "result", "succeeded") && anything_left(call, json_get(job, "made")))
        json_set_text(arena, answer, "resourceUri",
                      arena_printf(arena, "https://product-ingestion.mp.microsoft.com/configure/%s",
                                   record->id));
    json_set(arena, answer, "errors", json_clone(arena, json_get(job, "errors")));
    return answer;
}

/* NULL after the failure was said. */
static struct rest_record *find_job(struct rest_call *call)
{
    struct rest_record *job =
        rest_find(&call->sandbox->azure->parts.market->jobs, call->segments[0]);
    if (!job)
        fail(call->failure, 404, "notFound", "Resource not found.");
    return job;
}

/* A poll that comes too early is refused, and does not count as one. */
static int take_poll(struct rest_call *call, struct rest_record *job)
{
    int64_t now = sandbox_now(call->sandbox), polled = json_get_int(job->document, "polled_ms", 0);
    int64_t wait_ms = polled + POLL_MS / call->sandbox->options.rate - now;
    if (polled && wait_ms > 0) {
        call->failure->retry_after_s = (wait_ms + 999) / 1000;
        return fail(call->failure, 429, "TooManyRequests", "Too many requests.");
    }
    struct json *document = json_clone(call->arena, job->document);
    json_set(call->arena, document, "polled_ms", json_int(call->arena, now));
    rest_write(job, document, now);
    return 0;
}

int job_status(struct rest_call *call)
{
    struct rest_record *job = find_job(call);
    int result = job ? take_poll(call, job) : -ERROR_REFUSED;
    if (result == 0)
        call->answer = show_status(call, job);
    return result;
}

int job_detail(struct rest_call *call)
{
    struct rest_record *job = find_job(call);
    if (!job)
        return -ERROR_REFUSED;
    if (!ingestion_is(job->document, "status", "completed"))
        return fail(call->failure, 400, "badRequest", "The job has not completed.");
    struct arena *arena = call->arena;
    struct json *rows = json_array(arena);
    const struct json *made = json_get(job->document, "made");
    for (size_t i = 0; i < made->count; i++) {
        const struct json *resource =
            ingestion_current(arena, call->sandbox, json_text(made->items[i]));
        if (resource)
            json_append(arena, rows,
                        ingestion_view(arena, call->sandbox, resource,
                                       json_get_text(call->query, "$version")));
    }
    call->answer = json_object(arena);
    json_set_text(arena, call->answer, "$schema", INGESTION_NEW "configure-detail/2022-07-01");
    json_set(arena, call->answer, "resources", rows);
    return 0;
}

int job_cancel(struct rest_call *call)
{
    struct rest_record *job = find_job(call);
    if (!job)
        return -ERROR_REFUSED;
    if (ingestion_is(job->document, "status", "completed"))
        return fail(call->failure, 400, "badRequest",
                    "Cannot cancel job, job has already completed.");
    int64_t now = sandbox_now(call->sandbox);
    struct rest_table *submissions = &call->sandbox->azure->parts.market->submissions;
    struct run run = {call->sandbox, call->arena, json_clone(call->arena, job->document),
                      now,           now,         0};
    finish(&run, "cancelled", now);
    const char *waits = json_get_text(run.job, "waits");
    if (waits)
        rest_remove(submissions, waits);
    json_remove(run.job, "waits");
    rest_write(job, run.job, now);
    call->answer = show_status(call, job);
    return 0;
}

/* ---- Taking. */
static int refuse_schema(struct rest_call *call, struct json *problems)
{
    call->failure->errors = problems;
    return fail(call->failure, 400, "schemaValidationError",
                "The request is not valid against the schema.");
}

static bool is_configure(const char *schema)
{
    return text_equal(schema, INGESTION_NEW "configure/2022-07-01") ||
           text_equal(schema, INGESTION_OLD "configure/2022-03-01-preview2");
}

static void check_item(struct rest_call *call, const struct json *item, struct json *names,
                       struct json *problems)
{
    const struct ingestion_type *type =
        ingestion_type_of(call->arena, json_get_text(item, "$schema"));
    const char *name = json_get_text(item, "resourceName");
    if (item->type != JSON_OBJECT || !type) {
        shape_problem(call->arena, problems, "$schema does not name a resource");
        return;
    }
    shape_check_needed(call->arena, type->shape, item, problems);
    if (name && json_get(names, name))
        shape_problem(call->arena, problems, "resourceName %s stands twice", name);
    if (name)
        json_set(call->arena, names, name, json_bool(call->arena, true));
}

static struct json *check_request(struct rest_call *call)
{
    struct json *problems = json_array(call->arena), *names = json_object(call->arena);
    const struct json *body = call->body, *resources = json_get(body, "resources");
    if (!body || body->type != JSON_OBJECT) {
        shape_problem(call->arena, problems, "a body is required");
        return problems;
    }
    if (!is_configure(json_get_text(body, "$schema")))
        shape_problem(call->arena, problems, "$schema is not that of configure");
    for (size_t i = 0; i < body->count; i++) {
        if (strcmp(body->names[i], "$schema") != 0 && strcmp(body->names[i], "resources") != 0)
            shape_problem(call->arena, problems, "%s: is not in the schema", body->names[i]);
    }
    if (!resources || resources->type != JSON_ARRAY || !resources->count) {
        shape_problem(call->arena, problems, "resources is required");
        return problems;
    }
    for (size_t i = 0; i < resources->count; i++)
        check_item(call, resources->items[i], names, problems);
    return problems;
}

static const char *fate_of(const struct rest_call *call)
{
    const char *kind = call->fate ? call->fate->kind : "";
    if (!strcmp(kind, "job-fails"))
        return call->fate->parameter > 0 ? "fails-service" : "fails";
    return !strcmp(kind, "job-half") ? "half" : !strcmp(kind, "job-stuck") ? "stuck" : "";
}

int job_post(struct rest_call *call)
{
    struct json *problems = check_request(call);
    if (problems->count)
        return refuse_schema(call, problems);
    struct arena *arena = call->arena;
    int64_t now = sandbox_now(call->sandbox);
    struct json *job = rest_make(arena,
                                 "{'status':'notStarted','result':'pending','fate':'%s',"
                                 "'start_ms':%lld,'next':0,'errors':[],'made':[],'names':{}}",
                                 fate_of(call), (long long)now);
    json_set(arena, job, "resources", json_clone(arena, json_get(call->body, "resources")));
    call->answer = show_status(call, rest_add(&call->sandbox->azure->parts.market->jobs,
                                              azure_new_guid(call->sandbox, arena), job, now));
    call->status = 202;
    call->sandbox->dirty = true;
    return 0;
}
