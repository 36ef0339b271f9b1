#include "net/oauth.h"

#include <string.h>

#include "base/json.h"
#include "base/limits.h"

#define DAY_S     INT64_C(86400)
#define FORM_TYPE "application/x-www-form-urlencoded"

static void add_encoded(struct text *out, const char *text)
{
    for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
        bool plain = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') ||
                     (*c >= '0' && *c <= '9') || strchr("-_.~", *c);
        if (plain)
            text_add_char(out, (char)*c);
        else
            text_addf(out, "%%%02X", *c);
    }
}

void oauth_field(struct text *form, const char *name, const char *value)
{
    if (!value)
        return;
    if (form->length)
        text_add_char(form, '&');
    add_encoded(form, name);
    text_add_char(form, '=');
    add_encoded(form, value);
}

const char *oauth_encode(struct arena *arena, const char *text)
{
    CLEANUP_TEXT struct text out;
    text_init_secret(&out, LIMIT_SECRET_BYTES * 4);
    add_encoded(&out, text);
    return arena_copy(arena, out.data);
}

void oauth_post(struct arena *arena, const char *url, const struct text *form,
                struct http_request *ret_request)
{
    struct http_request request = {.method = "POST", .url = url, .timeout_ms = 30000};
    request.body = arena_copy(arena, form->data);
    request.body_length = form->length;
    http_request_set(arena, &request, "Content-Type", FORM_TYPE);
    http_request_set(arena, &request, "Accept", "application/json");
    *ret_request = request;
}

void oauth_wipe(const struct http_request *request)
{
    if (request->body)
        secret_wipe((void *)(uintptr_t)request->body, request->body_length);
}

void oauth_grant_clear(struct oauth_grant *grant)
{
    secret_free(grant->access_token);
    secret_free(grant->refresh_token);
    *grant = (struct oauth_grant){0};
}

static struct secret *take(const struct json *answer, const char *name)
{
    struct json *node = json_get(answer, name);
    const char *text = node && node->type == JSON_STRING ? node->text : NULL;
    if (!text || text_blank(text))
        return NULL;
    size_t length = strlen(text);
    struct secret *secret = secret_new(text, length);
    secret_wipe((void *)(uintptr_t)text, length); /* the parsed answer is no place for it */
    return secret;
}

int oauth_read(const struct http_response *response, int64_t now_ms, struct oauth_grant *ret_grant,
               struct error *error)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct json *answer = NULL;
    if (json_parse(arena, response->body, response->body_length, &answer, NULL) < 0)
        return error_set(error, ERROR_TEMPORARY, SCOPE_CLOUD,
                         "the token endpoint's answer is not JSON");
    struct oauth_grant grant = {.access_token = take(answer, "access_token"),
                                .refresh_token = take(answer, "refresh_token")};
    long long seconds = json_get_int(answer, "expires_in", 0);
    long long until = json_get_int(answer, "expires_on", 0);
    if (seconds <= 0 && until > now_ms / 1000)
        seconds = until - now_ms / 1000;
    grant.life_ms = (seconds < 0 ? 0 : seconds > DAY_S ? DAY_S : seconds) * 1000;
    if (!grant.access_token) {
        oauth_grant_clear(&grant);
        return error_set(error, ERROR_AUTH, SCOPE_CLOUD,
                         "the token endpoint answered without access_token");
    }
    *ret_grant = grant;
    return 0;
}
