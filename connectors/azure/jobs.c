#include "connectors/azure/jobs.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/limits.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/times.h"

#define SCHEMAS     "https://schema.mp.microsoft.com/schema/"
#define GRACE_MS    (INT64_C(10) * 60 * 1000) /* a status may lag behind its job */
#define QUICK_POLLS 5                         /* then it is no offer: publishing takes hours */
#define SLOWER      5

/* ------------------------------------------------------------------ names and versions */

const char *azure_product_api(const struct cloud *cloud)
{
    const char *version = settings_text(cloud->settings, "product_version");
    return text_blank(version) ? "2022-07-01" : version;
}

const char *azure_offer_api(const struct cloud *cloud)
{
    const char *version = settings_text(cloud->settings, "offer_version");
    return text_blank(version) ? "2023-07-15" : version;
}

const char *azure_schema(struct arena *arena, const char *name, const char *version)
{
    return arena_printf(arena, SCHEMAS "%s/%s", name, version);
}

const char *azure_schema_name(struct arena *arena, const char *schema)
{
    const char *at = schema ? strstr(schema, "/schema/") : NULL;
    if (!at)
        return NULL;
    at += strlen("/schema/");
    size_t length = strcspn(at, "/ ");
    return length ? arena_copy_n(arena, at, length) : NULL;
}

const char *azure_versioned(struct arena *arena, const char *path, const char *version)
{
    return arena_printf(arena, "%s%c$version=%s", path, strchr(path, '?') ? '&' : '?',
                        azure_encode(arena, version));
}

const char *azure_bare_id(struct arena *arena, const char *durable)
{
    const char *slash = durable ? strrchr(durable, '/') : NULL;
    return arena_copy(arena, slash ? slash + 1 : durable);
}

/* ------------------------------------------------------------------ start */

void azure_job_start(struct step_context *context, struct json *resources,
                     struct http_request *ret_request)
{
    static const char *const former[] = {"job",      "job_since", "job_polls",
                                         "job_over", "job_empty", "job_made"};
    struct arena *arena = context->arena;
    const char *version = azure_product_api(context->cloud);
    for (size_t i = 0; i < COUNT(former); i++)
        json_remove(context->progress, former[i]);
    struct json *body = json_object(arena);
    json_set_text(arena, body, "$schema", azure_schema(arena, "configure", version));
    json_set(arena, body, "resources", resources);
    azure_request(context->cloud, arena, AZURE_INGESTION, "POST",
                  azure_versioned(arena, "/configure", version), body, ret_request);
}

/* Some samples spell it so, some so. */
static const char *job_id(const struct json *status)
{
    const char *id = json_get_text(status, "jobId");
    return id ? id : json_get_text(status, "jobID");
}

enum step_result azure_job_answer_start(struct step_context *context,
                                        const struct http_response *response,
                                        const struct error *failure, struct error *error)
{
    struct json *status = NULL;
    char text[INSTANT_TEXT];
    if (step_parse(context, response, failure, &status, error) < 0)
        return step_failed(error);
    const char *id = job_id(status);
    if (text_blank(id)) { /* it may run: the next run looks for what it wrote */
        error_set(error, ERROR_TEMPORARY, SCOPE_RECORD, "configure answered without jobId");
        return STEP_FAIL;
    }
    step_keep(context, "job", id);
    step_keep(context, "job_since", instant_print(context->now_ms, text));
    step_keep(context, PROGRESS_NOTE, arena_printf(context->arena, "job %s was started", id));
    context->wait_ms = context->cloud->job_poll_ms;
    return STEP_NEXT;
}

/* ------------------------------------------------------------------ poll */

static int build_path(struct step_context *context, const char *tail, const char *version,
                      struct http_request *request, struct error *error)
{
    struct arena *arena = context->arena;
    const char *job = step_text(context, "job");
    if (!job)
        return error_set(error, ERROR_BUG, SCOPE_RECORD, "the job's id got lost");
    const char *path = arena_printf(arena, "/configure/%s%s", azure_encode(arena, job), tail);
    azure_request(context->cloud, arena, AZURE_INGESTION, "GET",
                  azure_versioned(arena, path, version), NULL, request);
    return 0;
}

int azure_job_build_poll(struct step_context *context, struct http_request *request,
                         struct error *error)
{
    return build_path(context, "/status", azure_product_api(context->cloud), request, error);
}

static enum step_result wait_on(struct step_context *context, const char *what)
{
    long long polls = step_count_of(context, "job_polls") + 1;
    int64_t wait_ms = context->cloud->job_poll_ms * (polls > QUICK_POLLS ? SLOWER : 1);
    step_keep_count(context, "job_polls", polls);
    return step_wait(context, context->cloud->patience_ms, wait_ms,
                     arena_printf(context->arena, "job %s: %s", step_text(context, "job"), what));
}

static bool is_young(const struct step_context *context)
{
    const char *since = step_text(context, "job_since");
    int64_t ms;
    return since && instant_parse(since, &ms) && context->now_ms - ms < GRACE_MS;
}

/* A look that fails tells nothing of the job, which may be at work. */
static enum step_result look_failed(struct step_context *context, const struct error *failure,
                                    struct error *error)
{
    bool lacking = failure->http_status == 404;
    *error = *failure;
    if (lacking && !is_young(context))
        return STEP_STALE;
    if (lacking || failure->class == ERROR_TEMPORARY || failure->class == ERROR_THROTTLED)
        return wait_on(context, failure->message);
    if (error->class != ERROR_AUTH)
        error->class = ERROR_TEMPORARY;
    return STEP_FAIL;
}

/* ---- What a failed job is blamed for: a tree. */

struct blame {
    struct text why;  /* all messages, for people */
    const char *code; /* deepest of the first error */
    bool locked, theirs;
};

static bool is_code(const char *code, const char *name)
{
    return code && !strcasecmp(code, name);
}

/* The same code says "locked" and "invalid": only the text tells. */
static bool speaks_of_lock(const char *message)
{
    static const char *const signs[] = {"in progress", "running submission", "is locked",
                                        "being published", "already running"};
    for (size_t i = 0; message && i < COUNT(signs); i++)
        if (strcasestr(message, signs[i]))
            return true;
    return false;
}

static void add_blame(struct blame *blame, const struct json *errors, unsigned depth, bool first)
{
    bool list = errors && errors->type == JSON_ARRAY && depth < LIMIT_JSON_DEPTH;
    for (size_t i = 0; list && i < errors->count; i++) {
        const struct json *error = errors->items[i];
        const char *code = json_get_text(error, "code");
        const char *message = json_get_text(error, "message");
        const char *where = json_get_text(error, "resourceId");
        text_addf(&blame->why, "%s%s%s%s", blame->why.length ? "; " : "", where ? where : "",
                  where ? ": " : "",
                  message ? message
                  : code  ? code
                          : "no reason given");
        if (first && i == 0 && code)
            blame->code = code;
        blame->locked |= is_code(code, "productLocked") ||
                         (is_code(code, "conflict") && speaks_of_lock(message));
        blame->theirs |= is_code(code, "internalServerError");
        add_blame(blame, json_get(error, "details"), depth + 1, first && i == 0);
    }
}

static enum step_result job_failed(const struct step_context *context, const struct json *status,
                                   struct error *error)
{
    struct blame blame = {0};
    text_init(&blame.why, LIMIT_ERROR_BODY_BYTES);
    add_blame(&blame, json_get(status, "errors"), 0, true);
    bool later = blame.locked || blame.theirs;
    error_set(error, later ? ERROR_TEMPORARY : ERROR_REFUSED, SCOPE_RECORD, "the job %s failed: %s",
              step_text(context, "job"), blame.why.length ? blame.why.data : "no reason given");
    snprintf(error->vendor_code, sizeof error->vendor_code, "%s", blame.code ? blame.code : "");
    text_free(&blame.why);
    return later ? STEP_OVER : STEP_FAIL;
}

static enum step_result job_succeeded(struct step_context *context, const struct json *status)
{
    bool empty = json_is_null(json_get(status, "resourceUri"));
    json_remove(context->progress, "job_empty");
    json_set(context->arena, context->progress, "job_empty", json_bool(context->arena, empty));
    json_remove(context->progress, PROGRESS_NOTE);
    return STEP_NEXT;
}

enum step_result azure_job_answer_poll(struct step_context *context,
                                       const struct http_response *response,
                                       const struct error *failure, struct error *error)
{
    struct json *status = NULL;
    if (failure)
        return look_failed(context, failure, error);
    if (step_parse(context, response, NULL, &status, error) < 0)
        return wait_on(context, error->message);
    const char *state = json_get_text(status, "jobStatus");
    const char *result = json_get_text(status, "jobResult");
    /* Only the two words together tell; jobEnd may hold an instant while the job still works. */
    if (!is_code(state, "completed"))
        return wait_on(context, state ? state : "its status does not say how far it is");
    if (is_code(result, "succeeded"))
        return job_succeeded(context, status);
    if (is_code(result, "failed"))
        return job_failed(context, status, error);
    if (!is_code(result, "cancelled"))
        return wait_on(context, result ? result : "its status does not say how it ended");
    step_keep(context, "job_over", "cancelled");
    return STEP_NEXT;
}

/* ------------------------------------------------------------------ result */

int azure_job_build_result(struct step_context *context, struct http_request *request,
                           struct error *error)
{
    if (json_get_bool(context->progress, "job_empty", false))
        return 1;
    /* The link that the status gives is on another host, where the token must not go; the path is
     * the same. */
    return build_path(context, "", azure_offer_api(context->cloud), request, error);
}

enum step_result azure_job_answer_result(struct step_context *context,
                                         const struct http_response *response,
                                         const struct error *failure, struct error *error)
{
    struct json *answer = NULL;
    struct arena *arena = context->arena;
    bool cancelled = step_text(context, "job_over") != NULL;
    bool none = failure && cancelled && failure->class == ERROR_REFUSED;
    if (!none && step_parse(context, response, failure, &answer, error) < 0)
        return step_failed(error);
    const struct json *resources = json_get(answer, "resources");
    struct json *made = json_array(arena);
    for (size_t i = 0; resources && resources->type == JSON_ARRAY && i < resources->count; i++) {
        const char *id = json_get_text(resources->items[i], "id");
        if (!text_blank(id))
            json_append(arena, made, json_string(arena, id));
    }
    json_remove(context->progress, "job_made");
    json_set(arena, context->progress, "job_made", made);
    if (!cancelled || made->count)
        return STEP_NEXT;
    error_set(error, ERROR_REFUSED, SCOPE_RECORD, "somebody cancelled the job %s",
              step_text(context, "job"));
    snprintf(error->vendor_code, sizeof error->vendor_code, "operationCanceled");
    return STEP_FAIL;
}

const char *azure_job_made(const struct step_context *context, const char *type)
{
    const struct json *made = json_get(context->progress, "job_made");
    const char *start = arena_printf(context->arena, "%s/", type);
    for (size_t i = 0; made && i < made->count; i++) {
        const char *id = json_text(made->items[i]);
        if (id && text_starts(id, start))
            return id;
    }
    return NULL;
}
