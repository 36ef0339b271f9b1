#include "connectors/azure/webhooks.h"

#include "base/memory.h"
#include "base/text.h"
#include "connectors/document.h"

#define SETTING      "webhook_url"
#define REGISTRATION "/registration"

static const char *const events[] = {"referral-created", "referral-updated",
                                     "related-referral-created", "related-referral-updated", NULL};

/* ------------------------------------------------------------------ the registration */

static int check(struct cloud *cloud, struct arena *arena, struct http_request *ret_request,
                 struct error *error)
{
    (void)error;
    azure_request(cloud, arena, AZURE_WEBHOOKS, "GET", REGISTRATION, NULL, ret_request);
    return 0;
}

static const char **texts(struct arena *arena, const struct json *list)
{
    size_t count = list && list->type == JSON_ARRAY ? list->count : 0, used = 0;
    const char **items = arena_array(arena, count + 1, sizeof *items);
    for (size_t i = 0; i < count; i++) {
        const char *text = json_text(list->items[i]);
        if (!text_blank(text))
            items[used++] = text;
    }
    return items;
}

/* What is answered where nothing is registered is not said: a 404 or an empty body would be it. */
static int read_registration(struct arena *arena, const struct http_response *response,
                             const struct error *failure, struct webhook *ret_now,
                             struct error *error)
{
    struct json *answer = NULL;
    if (failure && failure->http_status != 404) {
        *error = *failure;
        return -(int)failure->class;
    }
    if (failure || !response->body_length) {
        *ret_now = (struct webhook){NULL, NULL};
        return 0;
    }
    int result = document_parse(arena, response, &answer, error);
    if (result < 0)
        return result;
    const char *url = json_get_text(answer, "WebhookUrl");
    const struct json *list = json_get(answer, "WebhookEvents");
    if (!json_get(answer, "WebhookUrl") && answer->count)
        return error_set(error, ERROR_TEMPORARY, SCOPE_CLOUD,
                         "the registration was answered without WebhookUrl");
    *ret_now = (struct webhook){text_blank(url) ? NULL : url, texts(arena, list)};
    return 0;
}

/* POST makes a registration, PUT replaces one. The signature goes into a header of its own, since
 * proxies strip Authorization. */
static int enlist(struct cloud *cloud, struct arena *arena, const struct webhook *now,
                  const char *url, struct http_request *ret_request, struct error *error)
{
    struct json *body = json_object(arena), *list = json_array(arena);
    if (!text_starts(url, "https://"))
        return error_set(error, ERROR_INPUT, SCOPE_CLOUD,
                         "clouds.azure." SETTING " must be an https address");
    for (const char *const *each = webhook_union(arena, now->events, events); *each; each++)
        json_append(arena, list, json_string(arena, *each));
    json_set_text(arena, body, "WebhookUrl", url);
    json_set(arena, body, "WebhookEvents", list);
    json_set(arena, body, "SignatureTokenToMsSignatureHeader", json_bool(arena, true));
    azure_request(cloud, arena, AZURE_WEBHOOKS, now->url ? "PUT" : "POST", REGISTRATION, body,
                  ret_request);
    return 0;
}

const struct connector_webhook azure_webhook = {
    .setting = SETTING,
    .events = events,
    .family = AZURE_CENTER,
    .check = check,
    .read = read_registration,
    .enlist = enlist,
};

/* ------------------------------------------------------------------ doctor */

static const char *our_url(const struct probe_context *context)
{
    return settings_text(context->cloud->settings, SETTING);
}

static int build_probe(struct probe_context *context, const char *path,
                       struct http_request *request)
{
    if (text_blank(our_url(context))) {
        context->detail = "no " SETTING " is set: changes are found by polling";
        return 1;
    }
    azure_request(context->cloud, context->arena, AZURE_WEBHOOKS, "GET", path, NULL, request);
    return 0;
}

int azure_webhook_ask_events(struct probe_context *context, struct http_request *request,
                             struct error *error)
{
    (void)error;
    return build_probe(context, REGISTRATION "/events", request);
}

/* A bare list. */
int azure_webhook_take_events(struct probe_context *context, const struct http_response *response,
                              struct error *error)
{
    struct json *answer = NULL;
    if (json_parse(context->arena, response->body, response->body_length, &answer, error) < 0 ||
        answer->type != JSON_ARRAY)
        return error_set(error, ERROR_TEMPORARY, SCOPE_CLOUD, "the events came in no list");
    const char **offered = texts(context->arena, answer);
    for (const char *const *event = events; *event; event++) {
        if (!webhook_has(offered, *event))
            return error_set(error, ERROR_REFUSED, SCOPE_CLOUD,
                             "%s is not offered to this account: changes are found by polling",
                             *event);
    }
    context->detail = "all events of referrals are offered";
    return 0;
}

int azure_webhook_ask_registration(struct probe_context *context, struct http_request *request,
                                   struct error *error)
{
    (void)error;
    return build_probe(context, REGISTRATION, request);
}

int azure_webhook_take_registration(struct probe_context *context,
                                    const struct http_response *response, struct error *error)
{
    struct webhook now = {NULL, NULL};
    int result = read_registration(context->arena, response, NULL, &now, error);
    if (result < 0)
        return result;
    const char *words = webhook_words(context->arena, &azure_webhook, our_url(context), &now);
    if (webhook_state(&azure_webhook, our_url(context), &now) != WEBHOOK_OURS)
        return error_set(error, ERROR_REFUSED, SCOPE_CLOUD, "%s; see `agent webhook`", words);
    context->detail = words;
    return 0;
}
