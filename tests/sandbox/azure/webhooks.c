/* The registration of webhooks for events of referrals: one per tenant, and whoever registers anew
 * overwrites what another integration had. The sandbox calls nobody: a validation event says so. */
#include <string.h>

#include "tests/sandbox/azure/referrals.h"
#include "tests/sandbox/identity.h"

#define REGISTRATION "registration" /* id of the one record */
#define MINUTE_MS    (60 * 1000)
#define PER_MINUTE   2 /* validation events */

static const char *const events[] = {"test-created", "referral-created", "referral-updated",
                                     "related-referral-created", "related-referral-updated"};

/* ---- How Partner Center says no. */
static void report(struct rest_call *call, struct sandbox_response *response)
{
    const struct failure *failure = call->failure;
    struct arena *arena = call->arena;
    struct json *body = json_object(arena);
    if (failure->status == 429) {
        json_set(arena, body, "statusCode", json_int(arena, 429));
        json_set_text(arena, body, "message", failure->message);
    } else {
        json_set(arena, body, "code", json_int(arena, 900000 + failure->status));
        if (failure->reason)
            json_set(arena, body, "code", json_number(arena, failure->reason));
        json_set_text(arena, body, "description", failure->message);
        json_set(arena, body, "data", json_array(arena));
        json_set_text(arena, body, "source", "PartnerCenter.Webhooks");
    }
    answer_body(response, failure->status, json_print(arena, body));
}

const struct rest_surface azure_webhooks_surface = {
    .base = "/webhooks/v1/registration",
    .audience = "https://api.partnercenter.microsoft.com",
    .identities = AZURE_APP | AZURE_USER,
    .answer_id = "ms-requestid",
    .echo = "ms-correlationid",
    .report = report,
};

static int refuse(struct rest_call *call, const char *what)
{
    return fail(call->failure, 400, "invalidRequest", "%s", what);
}

/* ---- Registration. */
static struct rest_record *registration(const struct rest_call *call)
{
    return rest_find(&referral_deals(call->sandbox)->hooks, REGISTRATION);
}

static int list_events(struct rest_call *call)
{
    call->answer = json_array(call->arena);
    for (size_t i = 0; i < COUNT(events); i++)
        json_append(call->arena, call->answer, json_string(call->arena, events[i]));
    return 0;
}

static int get_registration(struct rest_call *call)
{
    static const char *const shown[] = {"WebhookUrl", "WebhookEvents"};
    const struct rest_record *record = registration(call);
    if (!record)
        return fail(call->failure, 404, "itemNotFound", "There is no registration.");
    call->answer = json_object(call->arena);
    for (size_t i = 0; i < COUNT(shown); i++)
        json_set(call->arena, call->answer, shown[i],
                 json_clone(call->arena, json_get(record->document, shown[i])));
    return 0;
}

static bool has_event(const struct json *list, const char *event)
{
    for (size_t i = 0; list && i < list->count; i++) {
        if (text_equal(json_text(list->items[i]), event))
            return true;
    }
    return false;
}

static int check_events(struct rest_call *call, const struct json *list)
{
    if (!list || list->type != JSON_ARRAY || !list->count)
        return refuse(call, "WebhookEvents must be a list of events.");
    for (size_t i = 0; i < list->count; i++) {
        const char *event = json_text(list->items[i]);
        size_t j = 0;
        while (j < COUNT(events) && !text_equal(events[j], event))
            j++;
        if (j == COUNT(events))
            return refuse(call, "WebhookEvents names an event that there is not.");
    }
    return 0;
}

static int check_registration(struct rest_call *call)
{
    static const char *const known[] = {"WebhookUrl", "WebhookEvents",
                                        "SignatureTokenToMsSignatureHeader"};
    const struct json *body = call->body;
    if (!body || body->type != JSON_OBJECT)
        return refuse(call, "The body must be an object.");
    for (size_t i = 0; i < body->count; i++) {
        size_t j = 0;
        while (j < COUNT(known) && strcmp(known[j], body->names[i]) != 0)
            j++;
        if (j == COUNT(known))
            return refuse(call, "There is a member that is not known.");
    }
    const struct json *flag = json_get(body, known[2]);
    const char *url = json_get_text(body, "WebhookUrl");
    if (!url || !text_starts(url, "https://") || strlen(url) < 12)
        return refuse(call, "WebhookUrl must be an https address.");
    if (flag && flag->type != JSON_BOOL)
        return refuse(call, "SignatureTokenToMsSignatureHeader must be true or false.");
    return check_events(call, json_get(body, "WebhookEvents"));
}

static int put_registration(struct rest_call *call)
{
    struct rest_table *hooks = &referral_deals(call->sandbox)->hooks;
    struct rest_record *record = registration(call);
    int64_t now = sandbox_now(call->sandbox);
    int result = check_registration(call);
    if (result < 0)
        return result;
    struct json *document = json_clone(call->arena, call->body);
    json_set_text(call->arena, document, "SubscriberId",
                  record ? json_get_text(record->document, "SubscriberId")
                         : azure_new_guid(call->sandbox, call->arena));
    if (record)
        rest_write(record, document, now);
    else
        rest_add(hooks, REGISTRATION, document, now);
    call->answer = json_object(call->arena);
    json_set(call->arena, call->answer, "SubscriberId",
             json_clone(call->arena, json_get(document, "SubscriberId")));
    json_set(call->arena, call->answer, "WebhookUrl",
             json_clone(call->arena, json_get(document, "WebhookUrl")));
    json_set(call->arena, call->answer, "WebhookEvents",
             json_clone(call->arena, json_get(document, "WebhookEvents")));
    return 0;
}

static int replace_registration(struct rest_call *call)
{
    return registration(call)
               ? put_registration(call)
               : fail(call->failure, 404, "itemNotFound", "There is no registration.");
}

/* ---- Validation events. */
static int count_recent(const struct rest_call *call)
{
    const struct rest_table *hooks = &referral_deals(call->sandbox)->hooks;
    int64_t since = sandbox_now(call->sandbox) - MINUTE_MS;
    int count = 0;
    for (size_t i = 0; i < hooks->count; i++)
        count += strcmp(hooks->records[i]->id, REGISTRATION) && hooks->records[i]->made_ms > since;
    return count;
}

static int start_validation(struct rest_call *call)
{
    struct arena *arena = call->arena;
    const struct rest_record *record = registration(call);
    int64_t now = sandbox_now(call->sandbox);
    if (!record || !has_event(json_get(record->document, "WebhookEvents"), "test-created"))
        return refuse(call, "test-created must be registered.");
    if (count_recent(call) >= PER_MINUTE) {
        call->failure->retry_after_s = MINUTE_MS / 1000;
        return fail(call->failure, 429, "tooManyRequests",
                    "Rate limit is exceeded. Try again in 60 seconds.");
    }
    const char *id = azure_new_guid(call->sandbox, arena);
    struct json *document = json_object(arena), *result = json_object(arena);
    json_set_text(arena, result, "responseCode", "NotSent");
    json_set_text(arena, result, "responseMessage", "The sandbox calls nobody.");
    json_set(arena, result, "systemError", json_bool(arena, true));
    json_set_text(arena, result, "dateTimeUtc", azure_instant(arena, now));
    json_set_text(arena, document, "correlationId", id);
    json_set_text(arena, document, "partnerId", AZURE_ORGANIZATION);
    json_set_text(arena, document, "status", "completed");
    json_set_text(arena, document, "callbackUrl", json_get_text(record->document, "WebhookUrl"));
    json_set(arena, document, "results", json_array(arena));
    json_append(arena, json_get(document, "results"), result);
    rest_add(&referral_deals(call->sandbox)->hooks, id, document, now);
    call->answer = json_object(arena);
    json_set_text(arena, call->answer, "correlationId", id);
    return 0;
}

static int get_validation(struct rest_call *call)
{
    const struct rest_record *record =
        rest_find(&referral_deals(call->sandbox)->hooks, call->segments[0]);
    if (!record || !strcmp(record->id, REGISTRATION))
        return fail(call->failure, 404, "itemNotFound", "There is no such event.");
    call->answer = json_clone(call->arena, record->document);
    return 0;
}

static const struct rest_route routes[] = {
    {"GET", "/events", "ListWebhookEvents", list_events, NULL},
    {"GET", "", "GetWebhook", get_registration, NULL},
    {"POST", "", "CreateWebhook", put_registration, NULL},
    {"PUT", "", "PutWebhook", replace_registration, NULL},
    {"POST", "/validationEvents", "ValidateWebhook", start_validation, NULL},
    {"GET", "/validationEvents/{}", "GetWebhookValidation", get_validation, NULL},
};
const struct rest_routes azure_webhook_routes = {&azure_webhooks_surface, routes, COUNT(routes)};
