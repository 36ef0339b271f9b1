#include "tests/support/account.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "connectors/azure/azure.h"

#define HOST "http://127.0.0.1:1"

static bool is_token(const struct http_request *request)
{
    return strstr(request->url, "/oauth2/") != NULL;
}

static void handle(void *context, struct arena *arena, const struct http_request *request,
                   struct fake_answer *ret_answer)
{
    struct account *account = context;
    if (is_token(request))
        ret_answer->body = "{\"token_type\":\"Bearer\",\"expires_in\":3599,\"access_token\":\"t\"}";
    else
        account->handler(account->context, arena, request, ret_answer);
}

static const char *env(void *context, const char *name)
{
    (void)context;
    return !strcmp(name, "ACCOUNT_SECRET") ? "s" : NULL;
}

void account_open(struct account *account, fake_handler *handler, void *context,
                  const char *webhook_url)
{
    memset(account, 0, sizeof *account);
    account->handler = handler;
    account->context = context;
    fake_init(&account->fake, 5);
    account->http = fake_http_new(&account->fake, handle, account);
    account->loop = loop_new(&account->fake.world, account->http);
    account->arena = arena_new();
    struct setting *items = arena_array(account->arena, 7, sizeof *items);
    struct settings *settings = arena_alloc(account->arena, sizeof *settings);
    struct secret_source *secret = arena_alloc(account->arena, sizeof *secret);
    *secret = (struct secret_source){.from = SECRET_ENV, .text = "PATH"}; /* any text does */
    items[0] = (struct setting){.name = "tenant", .text = "contoso.example", .given = true};
    items[1] = (struct setting){.name = "client_id", .text = "c", .given = true};
    items[2] = (struct setting){.name = "client_secret", .secret = secret, .given = true};
    items[3] = (struct setting){.name = "endpoint_url", .text = HOST, .given = true};
    items[4] = (struct setting){.name = "patience", .text = "4m", .number = 240000};
    items[5] = (struct setting){.name = "job_poll", .text = "1m", .number = 60000};
    items[6] = (struct setting){.name = "webhook_url", .text = webhook_url};
    *settings = (struct settings){items, webhook_url ? 7 : 6};
    const struct connector_env around = {
        .loop = account->loop, .log = &account->fake.log, .env = env};
    struct error error = {0};
    if (connector_azure.open(&around, settings, &account->cloud, &error) < 0)
        fail_msg("%s", error.message);
}

void account_close(struct account *account)
{
    connector_azure.close(account->cloud);
    loop_free(account->loop);
    account->http->ops->close(account->http);
    arena_free(account->arena);
    fake_free(&account->fake);
}

const struct http_request *account_request(const struct account *account, size_t index)
{
    for (size_t i = 0; i < fake_http_count(account->http); i++) {
        const struct http_request *request = &fake_http_at(account->http, i)->request;
        if (!is_token(request) && !index--)
            return request;
    }
    return NULL;
}

size_t account_sent(const struct account *account)
{
    size_t count = 0;
    while (account_request(account, count))
        count++;
    return count;
}

const char *account_line(const struct account *account, size_t index)
{
    static const char *const bases[] = {HOST "/rp/product-ingestion", HOST "/webhooks/v1", HOST};
    const struct http_request *request = account_request(account, index);
    if (!request)
        return "";
    for (size_t i = 0; i < COUNT(bases); i++) {
        size_t length = strlen(bases[i]);
        if (!strncmp(request->url, bases[i], length))
            return arena_printf(account->arena, "%s %s", request->method, request->url + length);
    }
    return request->url;
}

const char *account_text(struct arena *arena, const char *text)
{
    char *copy = arena_copy(arena, text);
    for (char *at = copy; (at = strchr(at, '\'')); at++)
        *at = '"';
    return copy;
}

struct json *account_json(struct arena *arena, const char *text)
{
    struct json *json = NULL;
    struct error error = {0};
    const char *copy = account_text(arena, text);
    if (json_parse(arena, copy, strlen(copy), &json, &error) < 0)
        fail_msg("%s: %s", error.message, copy);
    return json;
}
