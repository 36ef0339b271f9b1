/* What becomes of a private offer: made, edited as a whole, published, withdrawn, deleted,
 * completed by its seller. */
#include <stdio.h>
#include <string.h>

#include "tests/sandbox/azure/ingestion.h"

#define NO_DAY "0001-01-01"

const struct json *offer_shown(const struct rest_record *record)
{
    return json_get(record->document, "shown");
}

bool offer_accepted(const struct json *shown)
{
    return ingestion_is(shown, "state", "live") && ingestion_is(shown, "subState", "accepted");
}

static bool is_kind(const struct json *offer, const char *kind)
{
    return ingestion_is(offer, "privateOfferType", kind);
}

void offer_period(const struct json *shown, int64_t today, int64_t *ret_start, int64_t *ret_end)
{
    const char *start = json_get_text(shown, "start"), *end = json_get_text(shown, "end");
    *ret_start = today;
    *ret_end = INT64_MAX;
    if (start)
        day_parse(start, ret_start);
    if (end)
        day_parse(end, ret_end);
}

void offer_link(struct arena *arena, struct json *shown)
{
    const struct json *list = json_get(shown, "beneficiaries");
    struct json *links = json_array(arena);
    for (size_t i = 0; list && i < list->count; i++) {
        struct json *link = json_object(arena);
        json_set_text(arena, link, "beneficiaryId", json_get_text(list->items[i], "id"));
        json_set_text(arena, link, "link",
                      arena_printf(arena, "https://portal.azure.com/?example-acceptance-link=%s",
                                   ingestion_bare(json_get_text(shown, "id"))));
        json_append(arena, links, link);
    }
    json_set(arena, shown, "acceptanceLinks", links);
}

/* ---- Keeping. */
static void stamp(struct arena *arena, struct json *shown, long long revision, int64_t now_ms)
{
    const char *guid = ingestion_bare(json_get_text(shown, "id"));
    bool draft = ingestion_is(shown, "state", "draft");
    json_set_text(arena, shown, "lastModified",
                  draft ? NO_DAY : ingestion_day(arena, day_of(now_ms)));
    json_set_text(
        arena, shown, "eTag",
        arena_printf(arena, "\"%.8s-0000-0800-0000-%012llx\"", guid, (unsigned long long)revision));
}

void offer_store(struct sandbox *sandbox, struct rest_record *record, const struct json *shown)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct json *document = json_clone(arena, record->document);
    struct json *copy = json_clone(arena, shown);
    int64_t now = sandbox_now(sandbox);
    stamp(arena, copy, record->revision + 1, now);
    json_set(arena, document, "shown", copy);
    rest_write(record, document, now);
    sandbox->dirty = true;
}

struct rest_record *offer_add(struct sandbox *sandbox, const char *guid, const struct json *shown)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct json *document = json_object(arena), *copy = json_clone(arena, shown);
    int64_t now = sandbox_now(sandbox);
    json_set_text(arena, copy, "id", arena_printf(arena, "private-offer/%s", guid));
    stamp(arena, copy, 1, now);
    json_set(arena, document, "shown", copy);
    sandbox->dirty = true;
    return rest_add(&ingestion_market(sandbox)->offers, guid, document, now);
}

struct json *offer_summary(struct arena *arena, const struct json *shown)
{
    static const char *const names[] = {
        "$schema",           "id",           "name", "privateOfferType", "offerPricingType",
        "variableStartDate", "start",        "end",  "acceptBy",         "state",
        "subState",          "lastModified", "eTag"};
    struct json *row = json_object(arena);
    for (size_t i = 0; i < COUNT(names); i++) {
        if (json_get(shown, names[i]))
            json_set(arena, row, names[i], json_clone(arena, json_get(shown, names[i])));
    }
    return row;
}

/* ---- The offer as it is shown, made of what was sent. */
static void resolve_plan(struct ingestion_step *step, struct json *item, const char *member,
                         const char *product)
{
    const struct json *reference = json_get(item, member);
    if (!reference)
        return;
    const char *durable = step_resolve(step, reference, "plan", ingestion_bare(product));
    const struct rest_record *plan = rest_find(&step->market->resources, durable);
    json_set_text(step->arena, item, member, durable);
    json_set_text(step->arena, item, "planName", json_get_text(plan->document, "alias"));
}

static void resolve_item(struct ingestion_step *step, struct json *item)
{
    const char *product = step_resolve(step, json_get(item, "product"), "product", NULL);
    const struct rest_record *record = rest_find(&step->market->resources, product);
    const struct json *details = json_get(item, "priceDetails");
    struct json *made = json_get(item, "newPlanDetails");
    json_set_text(step->arena, item, "product", product);
    json_set_text(step->arena, item, "productName", json_get_text(record->document, "alias"));
    resolve_plan(step, item, "plan", product);
    resolve_plan(step, item, "basePlan", product);
    if (details)
        json_set_text(
            step->arena, item, "priceDetails",
            step_resolve(step, details, "price-and-availability-private-offer-plan", NULL));
    bool reserves = ingestion_is(step->item, "offerPricingType", "vmSoftwareReservations");
    if (reserves)
        json_set(step->arena, item, "newPlanDetails",
                 made = rest_make(step->arena, "{'name':'Software reservation'}"));
    if (made && !json_get(made, "id"))
        json_set_text(step->arena, made, "id",
                      arena_printf(step->arena, "plan/%s/%s", ingestion_bare(product),
                                   azure_new_guid(step->sandbox, step->arena)));
}

/* What is not sent is not kept: a write replaces the whole offer. */
static struct json *make_shown(struct ingestion_step *step, const struct json *current)
{
    static const char *const own[] = {"resourceName", "lastModified", "eTag",
                                      "termsAndConditionsDocSasUrl"};
    static const char *const lists[] = {"notificationContacts", "beneficiaries"};
    struct json *shown = json_clone(step->arena, step->item);
    bool seller = is_kind(step->item, "multipartyPromotionChannelPartner");
    for (size_t i = 0; i < COUNT(own); i++)
        json_remove(shown, own[i]);
    for (size_t i = 0; i < COUNT(lists); i++) {
        if (!json_get(shown, lists[i]))
            json_set(step->arena, shown, lists[i], json_array(step->arena));
    }
    if (!json_get(shown, "variableStartDate"))
        json_set(step->arena, shown, "variableStartDate", json_bool(step->arena, false));
    if (!json_get(shown, "offerPricingType"))
        json_set_text(step->arena, shown, "offerPricingType", "editExistingOfferPricingOnly");
    struct json *pricing = json_get(shown, "pricing");
    if (!pricing && !seller)
        json_set(step->arena, shown, "pricing", pricing = json_array(step->arena));
    for (size_t i = 0; pricing && i < pricing->count; i++)
        resolve_item(step, pricing->items[i]);
    for (size_t i = 0; seller && i < current->count; i++) { /* what is the originator's stays */
        static const char *const theirs[] = {
            "beneficiaries", "partners", "variableStartDate", "start",
            "end",           "acceptBy", "offerPricingType",  "originatorTermsAndConditionsDocs"};
        for (size_t j = 0; j < COUNT(theirs); j++) {
            if (!strcmp(current->names[i], theirs[j]))
                json_set(step->arena, shown, theirs[j], json_clone(step->arena, current->items[i]));
        }
    }
    return shown;
}

static void set_state(struct arena *arena, struct json *shown, const char *state,
                      const char *substate)
{
    json_set_text(arena, shown, "state", state);
    if (substate)
        json_set_text(arena, shown, "subState", substate);
    else
        json_remove(shown, "subState");
    bool linked = text_equal(substate, "pendingAcceptance");
    json_remove(shown, "acceptanceLinks");
    if (linked)
        offer_link(arena, shown);
}

static int write_offer(struct ingestion_step *step, struct rest_record *record)
{
    const struct json *current = record ? offer_shown(record) : NULL;
    int result = offer_judge(step, current);
    if (result < 0)
        return result;
    struct json *shown = make_shown(step, current);
    const char *guid = record ? record->id : azure_new_guid(step->sandbox, step->arena);
    json_set_text(step->arena, shown, "id", arena_printf(step->arena, "private-offer/%s", guid));
    bool live = ingestion_is(step->item, "state", "live") && !step->half;
    bool originator = is_kind(step->item, "multipartyPromotionOriginator");
    bool csp = is_kind(step->item, "cspPromotion");
    set_state(step->arena, shown, live ? "live" : "draft",
              !live || csp ? NULL
              : originator ? "pendingPartnerAction"
                           : "pendingAcceptance");
    if (record)
        offer_store(step->sandbox, record, shown);
    else
        record = offer_add(step->sandbox, guid, shown);
    /* The service keeps a copy of the terms, and does not show where it came from. */
    struct json *document = json_clone(step->arena, record->document);
    json_set_text(step->arena, document, "terms",
                  json_get_text(step->item, "termsAndConditionsDocSasUrl"));
    rest_write(record, document, step->now_ms);
    step->made = json_get_text(shown, "id");
    return 0;
}

/* ---- Taking back. */
static int withdraw(struct ingestion_step *step, struct rest_record *record)
{
    const struct json *shown = offer_shown(record);
    struct json *changed = json_clone(step->arena, shown);
    if (!ingestion_is(shown, "state", "live"))
        return step_fail(step, "invalidState", "The offer is not live.");
    if (offer_accepted(shown))
        return step_fail(step, "invalidState", "The offer has been accepted.");
    if (is_kind(shown, "cspPromotion") && json_get_bool(record->document, "sold", false))
        return step_fail(step, "invalidState", "A partner has sold under the offer.");
    if (is_kind(shown, "multipartyPromotionOriginator") &&
        !ingestion_is(shown, "subState", "pendingPartnerAction"))
        return step_fail(step, "invalidState", "The partner has published the offer.");
    set_state(step->arena, changed, "draft", NULL);
    offer_store(step->sandbox, record, changed);
    step->made = arena_copy(step->arena, json_get_text(step->item, "id"));
    return 0;
}

static int remove_offer(struct ingestion_step *step, struct rest_record *record)
{
    const struct json *shown = offer_shown(record);
    if (is_kind(shown, "multipartyPromotionChannelPartner"))
        return step_fail(step, "invalidState", "Only the originator deletes the offer.");
    if (!ingestion_is(shown, "state", "draft"))
        return step_fail(step, "invalidState", "Only a draft can be deleted.");
    step->made = arena_copy(step->arena, json_get_text(step->item, "id"));
    rest_remove(&step->market->offers, ingestion_bare(step->made));
    step->sandbox->dirty = true;
    return 0;
}

int offer_apply(struct ingestion_step *step)
{
    const char *id = json_get_text(step->item, "id");
    const char *wish = json_get_text(step->item, "state");
    bool takes_back = !strcmp(wish, "withdrawn") || !strcmp(wish, "deleted");
    struct rest_record *record = id && text_starts(id, "private-offer/")
                                     ? rest_find(&step->market->offers, ingestion_bare(id))
                                     : NULL;
    if (!id && takes_back)
        return step_fail(step, "schemaValidationError", "id is required");
    if (id && !record)
        return step_fail(step, "resourceNotFound", "The private offer %s does not exist.", id);
    if (record && !text_equal(json_get_text(offer_shown(record), "privateOfferType"),
                              json_get_text(step->item, "privateOfferType")))
        return step_fail(step, "invalidRequest", "The privateOfferType cannot be changed.");
    if (takes_back)
        return !strcmp(wish, "deleted") ? remove_offer(step, record) : withdraw(step, record);
    if (record && !ingestion_is(offer_shown(record), "state", "draft"))
        return step_fail(step, "invalidState", "Only a draft can be changed.");
    return write_offer(step, record);
}
