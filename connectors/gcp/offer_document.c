/* The document of an offer: what the service shows, and beside it what follows from that and from
 * the entitlement, in canonical words and normal forms. */
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/times.h"
#include "connectors/document.h"
#include "connectors/gcp/offers.h"
#include "connectors/gcp/values.h"
#include "model/value.h"

struct deriving {
    struct arena *arena;
    const struct json *offer, *product; /* singleProductOffer; NULL: content of another form */
    struct json *derived;
};

static void say(const struct deriving *of, const char *name, const char *text)
{
    if (!text_blank(text))
        json_set_text(of->arena, of->derived, name, text);
}

const char *gcp_offer_shortest(struct arena *arena, const char *number)
{
    const char *sum = number && decimal_valid(number) ? decimal_add(arena, number, "0") : NULL;
    return sum ? sum : number;
}

const char *gcp_offer_service(struct arena *arena, const char *name)
{
    const char *at = name ? strstr(name, "services/") : NULL;
    if (!at || (at > name && at[-1] != '/'))
        return NULL;
    at += strlen("services/");
    const char *id = arena_copy_n(arena, at, strcspn(at, "/"));
    return *id ? id : NULL;
}

/* A standard offer is of no use without its service. */
static const char *standard_offer(struct arena *arena, const char *name)
{
    const char *service = gcp_offer_service(arena, name);
    return service ? arena_printf(arena, "%s/%s", service, gcp_bare_id(name)) : name;
}

/* ------------------------------------------------------------------ who, when, what for */

static void derive_parties(const struct deriving *of)
{
    const struct gcp_offer_tag tag =
        gcp_offer_tag_read(of->arena, json_get_text(of->offer, "internalNote"));
    const char *account =
        gcp_bare_id(json_text(json_find(of->offer, "customer.targetBillingAccount")));
    const char *base = json_get_text(of->product, "baseStandardOffer");
    say(of, "Id", gcp_bare_id(json_get_text(of->offer, "name")));
    say(of, "Reference", tag.reference);
    say(of, "Note", tag.note);
    say(of, "Product", gcp_offer_service(of->arena, base));
    say(of, "BasePlan", gcp_bare_id(base));
    if (!text_blank(account)) {
        struct json *accounts = json_array(of->arena);
        json_append(of->arena, accounts, json_string(of->arena, account));
        json_set(of->arena, of->derived, "BuyerAccounts", accounts);
    }
}

static void derive_form(const struct deriving *of)
{
    const char *offer = json_get_text(of->product, "amendedPrivateOffer");
    const char *standard = json_get_text(of->product, "amendedStandardOffer");
    bool resold = !text_blank(json_get_text(of->product, "resellerPrivateOfferPlanId"));
    bool amends = !text_blank(offer) || !text_blank(standard);
    say(of, "Form", resold ? "channel" : amends ? "replacement" : "private");
    say(of, "Replaces",
        text_blank(offer) ? standard_offer(of->arena, standard) : gcp_bare_id(offer));
}

static void derive_days(const struct deriving *of)
{
    const struct json *term = json_get(of->offer, "term");
    const char *months = json_get_text(term, "durationMonths");
    say(of, "Expires", gcp_datetime_last_day(of->arena, json_get(of->offer, "acceptDeadlineTime")));
    say(of, "Start", gcp_datetime_day(of->arena, json_get(term, "scheduledStartTime")));
    say(of, "End", gcp_datetime_last_day(of->arena, json_get(term, "scheduledEndTime")));
    if (months)
        say(of, "Duration", arena_printf(of->arena, "P%sM", months));
}

/* Present only where Google reviews at all. */
static void derive_review(const struct deriving *of)
{
    const struct json *review = json_get(of->offer, "publishRequirementGoogleReview");
    if (review && review->type == JSON_OBJECT)
        say(of, "Review", json_get_text(review, "reviewApproveTime") ? "approved" : "pending");
}

static void derive_features(const struct deriving *of)
{
    const struct json *features = json_get(of->product, "features");
    struct json *list = json_array(of->arena);
    for (size_t i = 0; features && features->type == JSON_ARRAY && i < features->count; i++) {
        const char *name = json_get_text(features->items[i], "displayName");
        const char *value = json_get_text(features->items[i], "value");
        const char *text = arena_printf(of->arena, "%s%s%s", name ? name : "",
                                        value && *value ? ": " : "", value ? value : "");
        if (*text)
            json_append(of->arena, list, json_string(of->arena, text));
    }
    if (list->count)
        json_set(of->arena, of->derived, "Features", list);
}

/* ------------------------------------------------------------------ amounts and shares */

static void say_money(const struct deriving *of, const char *name, const struct json *money)
{
    const char *amount, *currency, *value = gcp_money_read(of->arena, money);
    if (!value || !money_split(of->arena, value, &amount, &currency))
        return;
    struct json *said = json_object(of->arena);
    json_set_text(of->arena, said, "Amount", amount);
    json_set_text(of->arena, said, "Currency", currency);
    json_set(of->arena, of->derived, name, said);
}

static void say_percent(const struct deriving *of, const char *name, const char *path)
{
    say(of, name, gcp_offer_shortest(of->arena, json_text(json_find(of->product, path))));
}

static void derive_values(const struct deriving *of)
{
    say_money(of, "Value", json_find(of->product, "contractValue.totalContractValue"));
    say_money(of, "AdditionalValue",
              json_find(of->product, "additionalContractValue.contractValue"));
    say_percent(of, "RevenueShare", "revenueShare.currentTermVendorNetRevenuePercent.value");
    say_percent(of, "RenewalRevenueShare", "revenueShare.renewalTermVendorNetRevenuePercent.value");
    const struct json *skus = json_find(of->product, "additionalContractValue.eligibleSkus");
    struct json *keys = json_array(of->arena);
    for (size_t i = 0; skus && skus->type == JSON_ARRAY && i < skus->count; i++) {
        const char *sku = json_text(skus->items[i]);
        if (sku)
            json_append(
                of->arena, keys,
                json_string(of->arena, gcp_offer_sku_key(of->arena, sku,
                                                         json_get_text(of->derived, "Product"))));
    }
    if (keys->count)
        json_set(of->arena, of->derived, "AdditionalSkus", keys);
}

/* ------------------------------------------------------------------ documents */

static const char *const papers[][2] = {
    {"CUSTOM_END_USER_LICENSE_AGREEMENT", "custom_eula"},
    {"STATEMENT_OF_WORK", "statement_of_work"},
    {"STANDARD_END_USER_LICENSE_AGREEMENT_V1", "standard_eula_v1"},
    {"STANDARD_END_USER_LICENSE_AGREEMENT_V2", "standard_eula"},
};

static void derive_papers(const struct deriving *of, const struct json *documents)
{
    struct json *kept = json_array(of->arena), *list = json_array(of->arena);
    for (size_t i = 0; documents && i < documents->count; i++) {
        const char *type = json_get_text(documents->items[i], "documentType");
        struct json *one = json_clone(of->arena, documents->items[i]);
        json_remove(one, "inlineContent"); /* megabytes */
        json_append(of->arena, kept, one);
        for (size_t j = 0; type && j < COUNT(papers); j++)
            if (!strcmp(papers[j][0], type))
                type = papers[j][1];
        if (type)
            json_append(of->arena, list, json_string(of->arena, type));
    }
    if (documents)
        json_set(of->arena, of->derived, "Documents", kept);
    if (list->count)
        json_set(of->arena, of->derived, "Attached", list);
}

/* ------------------------------------------------------------------ the whole */

/* What the entitlement does not say the offer may. */
static void derive_agreement(const struct deriving *of)
{
    const char *state = json_get_text(of->offer, "state");
    const char *accepted = json_get_text(of->offer, "acceptTime");
    say(of, "Accepted", accepted ? accepted : json_get_text(of->derived, "Purchased"));
    if (!json_get(of->derived, "Stage") && text_equal(state, "ACCEPTED"))
        say(of, "Stage", "ACCEPTED");
    if (!json_get(of->derived, "Stage") && text_equal(state, "ENDED"))
        say(of, "Stage", "CANCELLED");
    if (!json_get(of->derived, "AgreementEnd"))
        say(of, "AgreementEnd",
            gcp_datetime_last_day(of->arena, json_find(of->offer, "term.effectiveTermEndTime")));
}

struct json *gcp_offer_document(const struct cloud *cloud, struct arena *arena,
                                const struct json *offer, const struct json *entitlement,
                                const struct json *account, const struct json *documents)
{
    struct json *document = json_clone(arena, offer);
    struct json *derived = json_object(arena);
    const struct deriving of = {arena, offer, json_get(offer, "singleProductOffer"), derived};
    const char *time = json_get_text(offer, "updateTime");
    json_set(arena, document, "agent", derived);
    derive_parties(&of);
    derive_form(&of);
    derive_days(&of);
    derive_review(&of);
    derive_features(&of);
    derive_values(&of);
    gcp_offer_derive_terms(arena, offer, derived);
    derive_papers(&of, documents);
    if (entitlement)
        gcp_entitlement_say(cloud, arena, entitlement, account, json_get_text(derived, "Id"),
                            document);
    derive_agreement(&of);
    say(&of, "Version", gcp_entitlement_version(arena, time ? time : "", entitlement));
    return document;
}

struct record *gcp_offer_record(struct arena *arena, const struct json *document,
                                void (*report)(void *context, const struct finding *finding),
                                void *context)
{
    const struct json *derived = json_get(document, "agent");
    return document_decode(arena, &gcp_offers, json_get_text(derived, "Id"),
                           json_get_text(derived, "Version"), document, report, context);
}

/* Both sums: of what is local and additional, and of what is shown and additional. */
bool gcp_offer_agrees(struct arena *arena, const struct record *remote, const char *field,
                      const char *local)
{
    const char *additional = record_get(remote, "additional_value");
    const char *here, *there, *more = "0", *currency, *other;
    if (strcmp(field, "value") != 0 || !money_split(arena, local, &here, &currency) ||
        !money_split(arena, record_get(remote, field), &there, &other) ||
        !text_equal(currency, other))
        return false;
    if (additional &&
        (!money_split(arena, additional, &more, &other) || !text_equal(currency, other)))
        return false;
    const char *with = decimal_add(arena, there, more), *less = decimal_add(arena, here, more);
    return !decimal_compare(here, there) || (with && !decimal_compare(here, with)) ||
           (less && !decimal_compare(less, there));
}
