/* What answers mean. The services have error bodies of their own each; what is read here fits all
 * of them, since nothing but the answer says which one spoke. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/memory.h"
#include "base/text.h"
#include "connectors/azure/client.h"
#include "connectors/judge.h"

#define DEPTH 8 /* of errors inside errors */

/* By status (README of each service, and RFC 9110): whether trying again helps. */
static const struct meaning meanings[] = {
    {401, ERROR_AUTH, SCOPE_CLOUD, true,
     "the token is not taken: is the application associated with the Partner Center account?"},
    {403, ERROR_AUTH, SCOPE_CLOUD, false,
     "a role is missing, or the wrong kind of identity asks: see `agent doctor azure`"},
    {407, ERROR_AUTH, SCOPE_CLOUD, false, "the proxy wants a sign-in"},
    {408, ERROR_TEMPORARY, SCOPE_RECORD, false, NULL},
    {409, ERROR_TEMPORARY, SCOPE_RECORD, false, NULL}, /* locked by something that runs */
    {412, ERROR_STALE, SCOPE_RECORD, false, NULL},
    {423, ERROR_TEMPORARY, SCOPE_RECORD, false, NULL},
    {428, ERROR_BUG, SCOPE_RECORD, false, NULL},
    {429, ERROR_THROTTLED, SCOPE_CLOUD, false, NULL},
    {501, ERROR_REFUSED, SCOPE_RECORD, false, NULL},
    {507, ERROR_REFUSED, SCOPE_RECORD, false, NULL},
    {509, ERROR_THROTTLED, SCOPE_CLOUD, false, "the hour's bandwidth is used up"},
};

static const char *text_of(const struct json *body, const char *const *names)
{
    for (; *names; names++) {
        const char *text = json_get_text(body, *names);
        if (!text_blank(text))
            return text;
    }
    return NULL;
}

/* The innermost error that says something: {error: {code, message, innerError | details[]}},
 * {code, description}, {statusCode, message}. */
static void dig(const struct json *body, const char **ret_code, const char **ret_message)
{
    static const char *const codes[] = {"code", "Code", "errorCode", NULL};
    static const char *const messages[] = {"message", "description", "Message", NULL};
    const struct json *error = json_get(body, "error");
    if (!error || error->type != JSON_OBJECT)
        error = body;
    for (int depth = 0; error && error->type == JSON_OBJECT && depth < DEPTH; depth++) {
        const char *code = text_of(error, codes), *message = text_of(error, messages);
        *ret_code = code ? code : *ret_code;
        *ret_message = message ? message : *ret_message;
        const struct json *inner = json_get(error, "innerError");
        error = inner ? inner : json_at(json_get(error, "details"), 0);
    }
}

/* "Rate limit is exceeded. Try again in 57 seconds." */
static int64_t said_wait(const char *message)
{
    const char *in = message ? strstr(message, "again in ") : NULL;
    long long seconds = 0;
    for (in = in ? in + 9 : ""; isdigit((unsigned char)*in) && seconds < LIMIT_RETRY_AFTER_MS; in++)
        seconds = seconds * 10 + (*in - '0');
    return seconds * 1000;
}

static void keep_id(const struct http_response *response, struct error *error)
{
    static const char *const names[] = {"request-id", "ms-requestid", "x-ms-requestid",
                                        "x-ms-request-id"};
    for (size_t i = 0; i < COUNT(names) && !error->request_id[0]; i++)
        error_name(error->request_id, sizeof error->request_id,
                   http_response_get(response, names[i]));
}

static int judge_error(struct arena *arena, const struct http_response *response,
                       bool *ret_auth_refresh, struct error *error)
{
    const struct meaning meaning = meaning_of(meanings, COUNT(meanings), response->status);
    const char *code = NULL, *message = NULL;
    struct json *body = NULL;
    if (!http_is_page(response) && response->body_length <= LIMIT_ERROR_BODY_BYTES &&
        !json_parse(arena, response->body, response->body_length, &body, NULL))
        dig(body, &code, &message);
    *ret_auth_refresh = meaning.refresh;
    int result = error_set(error, meaning.class, meaning.scope, "%s%s%s%s%s",
                           code ? code : arena_printf(arena, "HTTP status %d", response->status),
                           message ? ": " : "", message ? message : "", meaning.remedy ? "; " : "",
                           meaning.remedy ? meaning.remedy : "");
    if (!error)
        return result;
    error_name(error->vendor_code, sizeof error->vendor_code, code);
    if (meaning.class == ERROR_THROTTLED)
        error->retry_after_ms = said_wait(message);
    if (response->status == 509)
        error->retry_after_ms = LIMIT_RETRY_AFTER_MS;
    return result;
}

int azure_judge(void *cloud, const struct http_response *response, bool *ret_auth_refresh,
                struct error *error)
{
    (void)cloud;
    CLEANUP_ARENA struct arena *arena = arena_new();
    int result = 0;
    *ret_auth_refresh = false;
    if (response->status >= 300)
        result = judge_error(arena, response, ret_auth_refresh, error);
    else
        result = judge_success(response, error);
    if (!result || !error)
        return result;
    error->http_status = response->status;
    keep_id(response, error);
    return result;
}
