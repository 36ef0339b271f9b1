/* SaaS subscriptions, as the fulfillment API shows them. */
#include <string.h>

#include "tests/sandbox/azure/identities.h"
#include "tests/sandbox/azure/ingestion.h"
#include "tests/sandbox/identity.h"

#define API_VERSION "2018-08-31"
#define PAGE_SIZE   100
#define HOST        "https://marketplaceapi.microsoft.com"
#define BASE        "/api/saas/subscriptions"

/* Most refusals have no body; a token for anybody else is forbidden, not unauthenticated. */
static void report(struct rest_call *call, struct sandbox_response *response)
{
    const char *header = request_header(call->request, "authorization");
    const struct azure_access *access = header && text_starts(header, "Bearer ")
                                            ? azure_access_find(call->sandbox, header + 7)
                                            : NULL;
    bool foreign = access && strcmp(access->audience, call->surface->audience) != 0;
    int status = call->failure->status == 401 && foreign ? 403 : call->failure->status;
    const char *body = "";
    if (status >= 500 || status == 400) {
        struct json *answer = json_object(call->arena), *error = json_object(call->arena);
        json_set_text(call->arena, error, "code",
                      status == 400 ? "BadArgument" : "UnexpectedError");
        json_set_text(call->arena, error, "message", call->failure->message);
        json_set(call->arena, answer, "error", error);
        body = json_print(call->arena, answer);
    }
    answer_body(response, status, body);
}

const struct rest_surface azure_saas_surface = {
    .base = BASE,
    .audience = "20e940b3-4c77-4b0b-9a53-9e16a1b010a7",
    .identities = AZURE_APP,
    .answer_id = "x-ms-requestid",
    .echo = "x-ms-correlationid",
    .link = "@nextLink",
    .link_base = HOST BASE "/",
    .report = report,
};

static int check_version(struct rest_call *call)
{
    const char *version = json_get_text(call->query, "api-version");
    if (text_equal(version, API_VERSION))
        return 0;
    return fail(call->failure, 400, "BadArgument", "api-version must be " API_VERSION ".");
}

/* NULL after the failure was said. */
static const struct rest_record *find(struct rest_call *call)
{
    const struct rest_record *record =
        rest_find(&call->sandbox->azure->parts.market->subscriptions, call->segments[0]);
    if (!record)
        fail(call->failure, 404, "NotFound", "There is no such subscription.");
    return record;
}

static int page_start(struct rest_call *call, size_t count, size_t *ret_start)
{
    const char *token = json_get_text(call->query, "continuationToken");
    long long number = 0;
    *ret_start = 0;
    if (!token)
        return 0;
    size_t length = strlen(token);
    if (!text_starts(token, "[{\"token\":\"") || length < 15 ||
        !text_to_int64(arena_copy_n(call->arena, token + 11, length - 14), &number) || number < 1)
        return fail(call->failure, 400, "BadArgument", "The continuationToken is invalid.");
    *ret_start = (size_t)number < count ? (size_t)number : count;
    return 0;
}

static int list(struct rest_call *call)
{
    const struct rest_table *table = &call->sandbox->azure->parts.market->subscriptions;
    struct arena *arena = call->arena;
    size_t start = 0;
    int result = check_version(call);
    if (result == 0)
        result = page_start(call, table->count, &start);
    if (result < 0 || !table->count) /* none: an answer without a body */
        return result;
    size_t end = table->count - start > PAGE_SIZE ? start + PAGE_SIZE : table->count;
    struct json *rows = json_array(arena);
    for (size_t i = start; i < end; i++)
        json_append(arena, rows, json_clone(arena, json_get(table->records[i]->document, "shown")));
    call->answer = json_object(arena);
    json_set(arena, call->answer, "subscriptions", rows);
    json_set_text(arena, call->answer, "@nextLink",
                  end == table->count
                      ? ""
                      : arena_printf(arena,
                                     HOST BASE "/?continuationToken=%%5b%%7b%%22token%%22%%3a%%22"
                                               "%zu%%22%%7d%%5d&api-version=" API_VERSION,
                                     end));
    return 0;
}

static int get(struct rest_call *call)
{
    int result = check_version(call);
    const struct rest_record *record = result < 0 ? NULL : find(call);
    if (!record)
        return -ERROR_REFUSED;
    call->answer = json_clone(call->arena, json_get(record->document, "shown"));
    return 0;
}

static struct json *show_components(struct arena *arena, const struct json *pricing)
{
    struct json *terms = json_array(arena), *dimensions = json_array(arena);
    const struct json *prices = json_find(pricing, "recurrentPrice.prices");
    const struct json *meters = json_find(pricing, "customMeters.meters");
    for (size_t i = 0; prices && i < prices->count; i++) {
        const struct json *entry = prices->items[i];
        const char *value = json_text(json_find(entry, "billingTerm.value"));
        bool years = text_equal(json_text(json_find(entry, "billingTerm.type")), "year");
        json_append(arena, terms,
                    rest_make(arena,
                              "{'currency':'USD','price':%s,'termUnit':'P%s%c',"
                              "'termDescription':'%s %s','meteredQuantityIncluded':[]}",
                              json_get_text(entry, "pricePerPaymentInUsd"), value,
                              years ? 'Y' : 'M', value, years ? "year" : "month"));
    }
    for (size_t i = 0; meters && i < meters->count; i++)
        json_append(arena, dimensions,
                    rest_make(arena,
                              "{'id':'%s','currency':'USD','pricePerUnit':%s,"
                              "'unitOfMeasure':'unit','displayName':'%s'}",
                              meters->names[i],
                              json_get_text(meters->items[i], "pricePerPaymentInUsd"),
                              meters->names[i]));
    struct json *components = json_object(arena);
    json_set(arena, components, "recurrentBillingTerms", terms);
    json_set(arena, components, "meteringDimensions", dimensions);
    return components;
}

/* A plan as a buyer sees it; the offers it was bought under are told for the purchased plan only.
 */
static struct json *show_plan(struct rest_call *call, const struct rest_record *record,
                              const struct json *plan, bool asked)
{
    struct arena *arena = call->arena;
    const char *id = json_text(json_find(plan, "identity.externalId"));
    const struct json *price =
        ingestion_list_price(arena, call->sandbox->azure->parts.market,
                             ingestion_part(arena, json_get_text(plan, "id"), 1),
                             ingestion_part(arena, json_get_text(plan, "id"), 2));
    bool seats = text_equal(
        json_text(json_find(price, "pricing.recurrentPrice.recurrentPriceMode")), "perUser");
    struct json *row =
        rest_make(arena,
                  "{'planId':'%s','displayName':null,'isPrivate':false,'description':null,"
                  "'minQuantity':0,'maxQuantity':%d,'hasFreeTrials':false,'isPricePerSeat':%s,"
                  "'isStopSell':false,'market':'US'}",
                  id, seats ? 1000 : 0, seats ? "true" : "false");
    json_set_text(arena, row, "displayName", json_get_text(plan, "alias"));
    json_set_text(arena, row, "description", json_get_text(plan, "alias"));
    json_set(arena, row, "planComponents", show_components(arena, json_get(price, "pricing")));
    if (!asked)
        return row;
    struct json *sources = json_array(arena);
    const char *offer = json_get_text(record->document, "offer");
    bool purchased = text_equal(json_text(json_find(record->document, "shown.planId")), id);
    if (offer && purchased) {
        struct json *source = json_object(arena);
        json_set_text(arena, source, "externalId", offer);
        json_append(arena, sources, source);
    }
    json_set(arena, row, "sourceOffers", sources);
    return row;
}

static int list_plans(struct rest_call *call)
{
    const char *wanted = json_get_text(call->query, "planId");
    int result = check_version(call);
    const struct rest_record *record = result < 0 ? NULL : find(call);
    if (!record)
        return -ERROR_REFUSED;
    const struct rest_table *table = &call->sandbox->azure->parts.market->resources;
    const char *prefix =
        arena_printf(call->arena, "plan/%s/", json_get_text(record->document, "product"));
    struct json *rows = json_array(call->arena);
    for (size_t i = 0; i < table->count; i++) {
        const struct json *plan = table->records[i]->document;
        const char *external = json_text(json_find(plan, "identity.externalId"));
        if (text_starts(table->records[i]->id, prefix) && (!wanted || text_equal(wanted, external)))
            json_append(call->arena, rows, show_plan(call, record, plan, wanted != NULL));
    }
    call->answer = json_object(call->arena);
    json_set(call->arena, call->answer, "plans", rows);
    return 0;
}

static const struct rest_route routes[] = {
    {"GET", "", "ListSubscriptions", list, NULL},
    {"GET", "/", "ListSubscriptions", list, NULL},
    {"GET", "/{}", "GetSubscription", get, NULL},
    {"GET", "/{}/listAvailablePlans", "ListAvailablePlans", list_plans, NULL},
};
const struct rest_routes azure_saas_routes = {&azure_saas_surface, routes, COUNT(routes)};

/* ---- A customer buys. */
struct rest_record *saas_subscribe(struct sandbox *sandbox, const char *product, const char *plan,
                                   const char *offer, long long quantity)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct azure_market *market = ingestion_market(sandbox);
    const struct rest_record *goods =
        rest_find(&market->resources, arena_printf(arena, "product/%s", product));
    const struct rest_record *terms =
        rest_find(&market->resources, arena_printf(arena, "plan/%s/%s", product, plan));
    int64_t now = sandbox_now(sandbox);
    if (!goods || !terms)
        return NULL;
    const char *id = azure_new_guid(sandbox, arena);
    const char *person = "{'emailId':'it@customer.example','objectId':"
                         "'cccccccc-0000-4000-8000-000000000001','tenantId':"
                         "'dddddddd-0000-4000-8000-000000000001','puid':'1003200000000001'}";
    struct json *document = rest_make(
        arena,
        "{'product':'%s','shown':{'id':'%s','name':null,'publisherId':'sandbox','offerId':'%s',"
        "'planId':'%s','quantity':null,'beneficiary':%s,'purchaser':%s,'term':{'startDate':null,"
        "'endDate':null,'termUnit':'P1Y','chargeDuration':null},'autoRenew':true,'isTest':false,"
        "'isFreeTrial':false,'allowedCustomerOperations':['Delete','Update','Read'],"
        "'sandboxType':'None','sessionMode':'None','saasSubscriptionStatus':"
        "'PendingFulfillmentStart','created':'%s'}}",
        product, id, json_text(json_find(goods->document, "identity.externalId")),
        json_text(json_find(terms->document, "identity.externalId")), person, person,
        azure_instant(arena, now));
    json_set_text(arena, json_get(document, "shown"), "name",
                  json_get_text(goods->document, "alias"));
    json_set_text(arena, document, "offer", offer);
    if (quantity > 0)
        json_set(arena, json_get(document, "shown"), "quantity", json_int(arena, quantity));
    sandbox->dirty = true;
    return rest_add(&market->subscriptions, id, document, now);
}
