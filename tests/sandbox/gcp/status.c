/* google.rpc.Status as AIP-193 has it. */
#include <stdio.h>
#include <string.h>

#include "tests/sandbox/gcp/gcp.h"
#include "tests/sandbox/identity.h"

#define TYPE "type.googleapis.com/google.rpc."

static const struct code {
    const char *name;
    int status;
    const char *reason; /* where nothing else was said; NULL: no ErrorInfo */
} codes[] = {
    {"INVALID_ARGUMENT", 400, NULL},
    {"FAILED_PRECONDITION", 400, NULL},
    {"OUT_OF_RANGE", 400, NULL},
    {"UNAUTHENTICATED", 401, "ACCESS_TOKEN_EXPIRED"},
    {"PERMISSION_DENIED", 403, "IAM_PERMISSION_DENIED"},
    {"NOT_FOUND", 404, NULL},
    {"ALREADY_EXISTS", 409, NULL},
    {"ABORTED", 409, NULL},
    {"RESOURCE_EXHAUSTED", 429, "RATE_LIMIT_EXCEEDED"},
    {"INTERNAL", 500, NULL},
    {"UNIMPLEMENTED", 501, NULL},
    {"UNAVAILABLE", 503, NULL},
};

/* By its name, else, of what rest.c refused in words of its own, by its HTTP status. A method that
 * a path has not is not found, and what else is odd is the argument. */
static const struct code *code_of(const char *name, int status)
{
    for (size_t i = 0; i < COUNT(codes); i++) {
        if (text_equal(codes[i].name, name))
            return &codes[i];
    }
    status = status == 405 ? 404 : status;
    for (size_t i = 0; i < COUNT(codes); i++) {
        if (codes[i].status == status)
            return &codes[i];
    }
    return &codes[0];
}

/* ---- Details. */
static struct json *detail(struct rest_call *call, const char *name)
{
    struct json *row = json_object(call->arena);
    json_set_text(call->arena, row, "@type", arena_printf(call->arena, "%s%s", TYPE, name));
    if (!call->failure->errors)
        call->failure->errors = json_array(call->arena);
    json_append(call->arena, call->failure->errors, row);
    return row;
}

static struct json *find_detail(const struct rest_call *call, const char *name)
{
    const struct json *list = call->failure->errors;
    for (size_t i = 0; list && i < list->count; i++) {
        const char *type = json_get_text(list->items[i], "@type");
        if (type && text_equal(type + strlen(TYPE), name))
            return list->items[i];
    }
    return NULL;
}

void gcp_violation(struct rest_call *call, const char *field, const char *format, ...)
{
    struct arena *arena = call->arena;
    struct json *bad = find_detail(call, "BadRequest"), *row = json_object(arena);
    va_list list;
    va_start(list, format);
    const char *text = arena_vprintf(arena, format, list);
    va_end(list);
    if (!bad) {
        bad = detail(call, "BadRequest");
        json_set(arena, bad, "fieldViolations", json_array(arena));
    }
    if (*field)
        json_set_text(arena, row, "field", field);
    json_set_text(arena, row, "description", text);
    json_append(arena, json_get(bad, "fieldViolations"), row);
}

int gcp_fail_fields(struct rest_call *call)
{
    const struct json *rows = json_get(find_detail(call, "BadRequest"), "fieldViolations");
    return rows ? gcp_fail(call, "INVALID_ARGUMENT", "%s",
                           json_get_text(json_at(rows, 0), "description"))
                : 0;
}

static void add_info(struct rest_call *call, const char *reason)
{
    struct arena *arena = call->arena;
    struct json *info = detail(call, "ErrorInfo"), *metadata = json_object(arena);
    json_set_text(arena, info, "reason", reason);
    json_set_text(arena, info, "domain", "googleapis.com");
    json_set_text(arena, metadata, "consumer", "projects/" GCP_PROJECT_NUMBER);
    json_set(arena, info, "metadata", metadata);
}

/* What a limit per minute says (samples of the documentation of quotas). */
static void add_quota(struct rest_call *call)
{
    struct arena *arena = call->arena;
    struct json *retry = detail(call, "RetryInfo"), *quota = detail(call, "QuotaFailure");
    struct json *violations = json_array(arena), *row = json_object(arena);
    json_set_text(arena, retry, "retryDelay",
                  arena_printf(arena, "%llds", (long long)call->failure->retry_after_s));
    json_set_text(arena, row, "subject", "project:" GCP_PROJECT_NUMBER);
    json_set_text(arena, row, "description", "Requests per minute");
    json_append(arena, violations, row);
    json_set(arena, quota, "violations", violations);
}

/* ---- Refusals. */
int gcp_fail(struct rest_call *call, const char *status, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    const char *text = arena_vprintf(call->arena, format, list);
    va_end(list);
    return fail(call->failure, code_of(status, 0)->status, status, "%s", text);
}

int gcp_fail_reason(struct rest_call *call, const char *status, const char *reason,
                    const char *format, ...)
{
    va_list list;
    va_start(list, format);
    const char *text = arena_vprintf(call->arena, format, list);
    va_end(list);
    call->failure->reason = reason;
    return fail(call->failure, code_of(status, 0)->status, status, "%s", text);
}

void gcp_report(struct rest_call *call, struct sandbox_response *response)
{
    struct failure *failure = call->failure;
    struct arena *arena = call->arena;
    const struct code *code = code_of(failure->type, failure->status);
    struct json *body = json_object(arena), *error = json_object(arena);
    const char *reason = failure->reason ? failure->reason : code->reason;
    if (reason)
        add_info(call, reason);
    if (code->status == 429)
        add_quota(call);
    json_set(arena, error, "code", json_int(arena, code->status));
    json_set_text(arena, error, "message", failure->message);
    json_set_text(arena, error, "status", code->name);
    if (failure->errors)
        json_set(arena, error, "details", failure->errors);
    json_set(arena, body, "error", error);
    answer_body(response, code->status, json_print(arena, body));
}
