/* The document of an offer: what the service shows, and beside it what follows from that, the
 * clock and the subscription, in canonical words and normal forms. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/digest.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/times.h"
#include "connectors/azure/offers.h"
#include "connectors/azure/orders.h"
#include "connectors/document.h"
#include "connectors/remark.h"

#define NONE "-"
#define MARK_LENGTH                                                                                \
    12               /* characters of a digest that tell one state of a subscription from another */
#define GRACE_DAYS 1 /* in which zone a day ends is not documented */

bool azure_offer_says(const struct json *object, const char *name, const char *word)
{
    const char *text = json_get_text(object, name);
    return text && !strcasecmp(text, word);
}

bool azure_offer_is_margin(const struct json *offer)
{
    return azure_offer_says(offer, "privateOfferType", "cspPromotion");
}

struct json *azure_offer_pricing(const struct json *offer)
{
    struct json *pricing = json_get(offer, "pricing");
    if (!pricing || pricing->type != JSON_ARRAY)
        pricing = json_get(offer, "originatorPricing");
    return pricing && pricing->type == JSON_ARRAY ? pricing : NULL;
}

/* ------------------------------------------------------------------ days */

/* "0001-01-01" is how the service says "not set". */
static const char *day_in(const struct json *object, const char *name)
{
    const char *text = json_get_text(object, name);
    return text_blank(text) || text_starts(text, "0001-") ? NULL : text;
}

/* "2026-04-01" of a day, an instant, or an instant without a zone. */
static const char *only_day(struct arena *arena, const char *text)
{
    int64_t day;
    const char *start = text ? arena_copy_n(arena, text, strcspn(text, "T ")) : NULL;
    return start && day_parse(start, &day) ? start : NULL;
}

static bool is_past(const struct json *offer, const char *name, int64_t now_ms)
{
    const char *text = day_in(offer, name);
    int64_t day;
    return text && day_parse(text, &day) && day_of(now_ms) > day + GRACE_DAYS;
}

/* ------------------------------------------------------------------ state */

static bool was_taken_back(const struct json *offer)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    const char *note, *reference;
    bool cancelled = false;
    remark_split(arena, json_get_text(offer, "notes"), &note, &reference, &cancelled);
    return cancelled;
}

static bool is_pending(const struct json *offer)
{
    return text_blank(json_get_text(offer, "subState")) ||
           azure_offer_says(offer, "subState", "pendingPartnerAction") ||
           azure_offer_says(offer, "subState", "pendingAcceptance");
}

/* Where the service does not say that it was accepted, what was bought proves it. An order is known
 * a day late, so it speaks only where the offer still says nothing else. */
static bool is_accepted(const struct json *offer, const struct json *purchase)
{
    return azure_offer_says(offer, "subState", "accepted") ||
           (purchase && (!azure_order_is(purchase) || is_pending(offer)));
}

static const char *live_state(const struct json *offer, const struct json *purchase, int64_t now_ms)
{
    bool margin = azure_offer_is_margin(offer);
    bool over = is_past(offer, "acceptBy", now_ms);
    if (is_accepted(offer, purchase))
        return is_past(offer, "end", now_ms) ? "ended" : "accepted";
    if (margin && is_past(offer, "end", now_ms))
        return "ended";
    if (!is_pending(offer))
        return json_get_text(offer, "subState");
    if (over)
        return "expired";
    return azure_offer_says(offer, "subState", "pendingPartnerAction") ? "with_partner" : "open";
}

const char *azure_offer_state(const struct json *offer, const struct json *purchase, int64_t now_ms)
{
    const char *state = json_get_text(offer, "state");
    if (azure_offer_says(offer, "state", "live"))
        return live_state(offer, purchase, now_ms);
    if (azure_offer_says(offer, "state", "withdrawn"))
        return STATE_CANCELLED;
    if (azure_offer_says(offer, "state", "deleted"))
        return STATE_DELETED;
    if (azure_offer_says(offer, "state", "draft"))
        return was_taken_back(offer) ? "cancelled" : "draft";
    return text_blank(state) ? NULL : state;
}

/* ------------------------------------------------------------------ version */

const char *azure_offer_etag(const struct json *offer)
{
    const char *etag = json_get_text(offer, "eTag");
    if (text_blank(etag))
        etag = json_get_text(offer, "_etag");
    return etag ? etag : "";
}

const char *azure_subscription_key(struct arena *arena, const struct json *subscription)
{
    const char *plan = json_get_text(subscription, "planId");
    const char *day = only_day(arena, json_text(json_find(subscription, "term.startDate")));
    return arena_printf(arena, "%s@%s", plan ? plan : "", day ? day : "");
}

static const char *mark_of(struct arena *arena, const struct json *subscription)
{
    char hex[SHA256_HEX];
    const char *text = json_print(arena, subscription);
    return arena_copy_n(arena, sha256_hex(text, strlen(text), hex), MARK_LENGTH);
}

const char *azure_offer_version(struct arena *arena, const char *etag, const char *state,
                                const struct json *purchase)
{
    const char *id = json_get_text(purchase, "id");
    if (azure_order_is(purchase))
        return arena_printf(arena, "%s %s %s %s " NONE, etag, state ? state : NONE,
                            azure_order_id(arena, purchase), azure_order_key(arena, purchase));
    if (!id)
        return arena_printf(arena, "%s %s " NONE " " NONE " " NONE, etag, state ? state : NONE);
    return arena_printf(arena, "%s %s %s %s %s", etag, state ? state : NONE, id,
                        azure_subscription_key(arena, purchase), mark_of(arena, purchase));
}

/* An eTag may hold blanks: what is ours is counted from the end. */
bool azure_offer_split_version(struct arena *arena, const char *version,
                               struct azure_offer_version *ret_version)
{
    const char *parts[4] = {NULL};
    if (!version)
        return false;
    char *copy = arena_copy(arena, version);
    for (size_t i = COUNT(parts); i > 0; i--) {
        char *blank = strrchr(copy, ' ');
        if (!blank)
            return false;
        *blank = '\0';
        parts[i - 1] = strcmp(blank + 1, NONE) != 0 ? blank + 1 : NULL;
    }
    *ret_version = (struct azure_offer_version){copy, parts[0], parts[1], parts[2], parts[3]};
    return true;
}

/* ------------------------------------------------------------------ deriving */

struct deriving {
    struct arena *arena;
    const struct json *offer, *purchase;
    struct json *derived;
};

static void say(const struct deriving *of, const char *name, const char *text)
{
    if (!text_blank(text))
        json_set_text(of->arena, of->derived, name, text);
}

static void say_instant(const struct deriving *of, const char *name, const char *text)
{
    int64_t ms, day;
    char buffer[INSTANT_TEXT];
    if (text && (instant_parse(text, &ms) ||
                 (day_parse(text, &day) && (ms = day * INT64_C(86400000), true))))
        say(of, name, instant_print(ms, buffer));
}

static const char *form_of(const struct json *offer)
{
    static const char *const forms[][2] = {
        {"customerPromotion", "private"},
        {"cspPromotion", "margin"},
        {"multipartyPromotionOriginator", "resale_authorization"},
        {"multipartyPromotionChannelPartner", "channel"},
    };
    const char *type = json_get_text(offer, "privateOfferType");
    bool upgrade = !json_is_null(json_get(offer, "upgradedFrom"));
    if (type && upgrade && azure_offer_says(offer, "privateOfferType", forms[0][0]))
        return "replacement";
    for (size_t i = 0; type && i < COUNT(forms); i++)
        if (!strcasecmp(type, forms[i][0]))
            return forms[i][1];
    return type;
}

static void derive_ids(const struct deriving *of, const char *name, const char *list_name)
{
    const struct json *list = json_get(of->offer, list_name);
    struct json *ids = json_array(of->arena);
    for (size_t i = 0; list && list->type == JSON_ARRAY && i < list->count; i++) {
        const char *id = json_get_text(list->items[i], "id");
        if (!text_blank(id))
            json_append(of->arena, ids, json_string(of->arena, id));
    }
    if (ids->count)
        json_set(of->arena, of->derived, name, ids);
}

static void derive_offer(const struct deriving *of)
{
    const char *note, *reference;
    bool cancelled;
    remark_split(of->arena, json_get_text(of->offer, "notes"), &note, &reference, &cancelled);
    say(of, "Id", azure_bare_id(of->arena, json_get_text(of->offer, "id")));
    say(of, "Note", note);
    say(of, "Reference", reference);
    say(of, "Form", form_of(of->offer));
    derive_ids(of, "BuyerAccounts", "beneficiaries");
    say(of, "Replaces",
        azure_bare_id(of->arena, json_text(json_find(of->offer, "upgradedFrom.id"))));
    if (!json_get_bool(of->offer, "variableStartDate", false))
        say(of, "Start", day_in(of->offer, "start"));
    say(of, "End", day_in(of->offer, "end"));
    say(of, "Expires", day_in(of->offer, "acceptBy"));
    say_instant(of, "Modified", day_in(of->offer, "lastModified"));
}

static const char *status_of(const struct json *purchase)
{
    return json_get_text(purchase, azure_order_is(purchase) ? "status" : "saasSubscriptionStatus");
}

/* Accepting buys nothing yet: the customer subscribes, and we activate. */
static const char *stage_of(const struct json *purchase, const char *state)
{
    static const char *const stages[][2] = {
        {"NotStarted", "accepted"},  {"PendingFulfillmentStart", "subscribed"},
        {"Subscribed", "activated"}, {"Suspended", "activated"},
        {"Unsubscribed", "ended"},   {"Active", "activated"},
        {"Cancelled", "ended"},      {"Canceled", "ended"},
    };
    const char *status = status_of(purchase);
    if (!purchase)
        return text_equal(state, "accepted") ? "accepted" : NULL;
    for (size_t i = 0; status && i < COUNT(stages); i++)
        if (!strcasecmp(status, stages[i][0]))
            return stages[i][1];
    return status ? status : azure_order_is(purchase) ? "subscribed" : NULL;
}

static void derive_order(const struct deriving *of)
{
    json_set(of->arena, of->derived, "Order", json_clone(of->arena, of->purchase));
    say(of, "Agreement", json_get_text(of->purchase, "order"));
    say(of, "Buyer", json_get_text(of->purchase, "buyer"));
    say(of, "AgreementStart", json_get_text(of->purchase, "start"));
    say(of, "AgreementEnd", json_get_text(of->purchase, "end"));
}

static void derive_subscription(const struct deriving *of)
{
    const struct json *bought = of->purchase;
    const struct json *renew = json_get(bought, "autoRenew");
    const char *quantity = json_get_text(bought, "quantity"); /* a number, "" or null */
    json_set(of->arena, of->derived, "Subscription", json_clone(of->arena, bought));
    say(of, "Agreement", json_get_text(bought, "id"));
    say(of, "Buyer", json_text(json_find(bought, "beneficiary.tenantId")));
    say(of, "AgreementStart", only_day(of->arena, json_text(json_find(bought, "term.startDate"))));
    say(of, "AgreementEnd", only_day(of->arena, json_text(json_find(bought, "term.endDate"))));
    say(of, "Quantity", quantity);
    if (renew && renew->type == JSON_BOOL)
        say(of, "AutoRenew", renew->boolean ? "yes" : "no");
}

/* What a link to a document is signed with lets anybody fetch it. */
static void drop_signatures(struct arena *arena, struct json *node)
{
    static const char *const names[] = {"sasUrl", "termsAndConditionsDocSasUrl"};
    for (size_t i = 0; i < node->count; i++) {
        const char *text = json_text(node->items[i]);
        for (size_t n = 0; node->type == JSON_OBJECT && text && n < COUNT(names); n++)
            if (!strcmp(node->names[i], names[n]))
                json_set_text(arena, node, names[n], arena_copy_n(arena, text, strcspn(text, "?")));
        if (node->items[i]->type == JSON_ARRAY || node->items[i]->type == JSON_OBJECT)
            drop_signatures(arena, node->items[i]);
    }
}

struct json *azure_offer_document(struct arena *arena, const struct json *offer,
                                  const struct json *purchase, const struct json *prices,
                                  int64_t now_ms)
{
    struct json *document = json_clone(arena, offer);
    const struct deriving of = {arena, offer, purchase, json_object(arena)};
    const char *state = azure_offer_state(offer, purchase, now_ms);
    drop_signatures(arena, document);
    say(&of, "State", state);
    say(&of, "Stage", stage_of(purchase, state));
    say(&of, "AgreementStatus", status_of(purchase));
    say(&of, "Version", azure_offer_version(arena, azure_offer_etag(offer), state, purchase));
    derive_offer(&of);
    azure_offer_derive_terms(arena, offer, prices, of.derived);
    if (azure_order_is(purchase))
        derive_order(&of);
    else if (purchase)
        derive_subscription(&of);
    if (prices)
        json_set(arena, of.derived, "PriceResources", json_clone(arena, prices));
    json_set(arena, document, "agent", of.derived);
    return document;
}

struct record *azure_offer_record(struct arena *arena, const struct json *document,
                                  void (*report)(void *context, const struct finding *finding),
                                  void *context)
{
    const struct json *derived = json_get(document, "agent");
    return document_decode(arena, &azure_offers, json_get_text(derived, "Id"),
                           json_get_text(derived, "Version"), document, report, context);
}
