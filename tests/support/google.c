#include "tests/support/google.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"

#define HOST       "http://127.0.0.1:1/"
#define TOKENS     HOST "token"
#define PERSON_ENV "GOOGLE_TEST_CREDENTIALS"

static void handle(void *context, struct arena *arena, const struct http_request *request,
                   struct fake_answer *ret_answer)
{
    const struct google *google = context;
    if (text_starts(request->url, TOKENS))
        ret_answer->body = "{\"access_token\":\"t\",\"expires_in\":3599,\"token_type\":\"Bearer\"}";
    else
        google->handler(google->context, arena, request, ret_answer);
}

static void set(struct google *google, const char *name, const char *text,
                const char *const *changed)
{
    for (; changed && *changed; changed += 2)
        if (!strcmp(*changed, name))
            text = changed[1];
    if (text)
        google->items[google->settings.count++] =
            (struct setting){.name = name, .text = text, .given = true};
}

void google_open(struct google *google, fake_handler *handler, void *context,
                 const char *const *changed)
{
    struct error error = {0};
    memset(google, 0, sizeof *google);
    google->handler = handler;
    google->context = context;
    google->settings.items = google->items;
    setenv(PERSON_ENV,
           "{\"type\":\"authorized_user\",\"client_id\":\"c\",\"client_secret\":\"s\","
           "\"refresh_token\":\"r\"}",
           1);
    google->secret = (struct secret_source){.from = SECRET_ENV, .text = PERSON_ENV};
    set(google, "project", "acme-public", changed);
    set(google, "project_number", "123456789012", changed);
    set(google, "location", "us", changed);
    set(google, "provider", "acme", changed);
    set(google, "endpoint_url", HOST, changed);
    set(google, "token_url", TOKENS, changed);
    google->items[google->settings.count++] =
        (struct setting){.name = "credentials", .secret = &google->secret, .given = true};
    google->items[google->settings.count++] =
        (struct setting){.name = "patience", .text = "4m", .number = 240000};
    google->items[google->settings.count++] =
        (struct setting){.name = "publish_poll", .text = "30s", .number = 30000};
    reading_prepare(&google->reading, handle, google);
    google->reading.close = gcp_close;
    const struct connector_env around = {.loop = google->reading.loop,
                                         .log = &google->reading.fake.log};
    if (gcp_open(&around, &google->settings, &google->reading.cloud, &error) < 0)
        fail_msg("%s", error.message);
}

void google_close(struct google *google)
{
    reading_close(&google->reading);
}

const char *google_line(struct google *google, size_t index)
{
    for (size_t i = 0; i < fake_http_count(google->reading.http); i++) {
        const struct http_request *request = &fake_http_at(google->reading.http, i)->request;
        if (text_starts(request->url, TOKENS) || index--)
            continue;
        const char *path = request->url + strlen(HOST);
        return arena_printf(google->reading.arena, "%s %s", request->method, strchr(path, '/') + 1);
    }
    return NULL;
}

size_t google_sent(struct google *google)
{
    size_t count = 0;
    while (google_line(google, count))
        count++;
    return count;
}

const char *google_text(struct arena *arena, const char *text)
{
    char *copy = arena_copy(arena, text);
    for (char *at = copy; (at = strchr(at, '\'')); at++)
        *at = '"';
    return copy;
}

struct json *google_json(struct arena *arena, const char *text)
{
    struct json *json = NULL;
    struct error error = {0};
    const char *real = google_text(arena, text);
    if (json_parse(arena, real, strlen(real), &json, &error) < 0)
        fail_msg("%s: %s", error.message, real);
    return json;
}
