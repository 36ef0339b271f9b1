/* What an offer must have to be published, prices and amendments aside. */
#include <string.h>

#include "tests/sandbox/gcp/market.h"
#include "tests/sandbox/gcp/pacific.h"

#define DEADLINE_MONTHS 3
#define START_MONTHS    12
#define MOST_MONTHS     (7 * 12)

int64_t offer_three_months(int64_t instant_ms)
{
    return pacific_midnight(pacific_add_months(pacific_day(instant_ms), DEADLINE_MONTHS));
}

bool offer_boundary(struct rest_call *call, const char *path, const struct json *datetime,
                    int64_t *ret_ms)
{
    int64_t ms;
    if (!pacific_read(datetime, &ms) || !pacific_is_boundary(ms) ||
        json_get_int(datetime, "nanos", 0)) {
        gcp_violation(call, path, "Must be at a day boundary in America/Los_Angeles.");
        return false;
    }
    *ret_ms = ms;
    return true;
}

/* ---- What must be there. */
static const char *const required[][2] = {
    {"title", "title"},
    {"offerDealType", "offer_deal_type"},
    {"partnerContact.contact", "partner_contact.contact"},
    {"customer.entityTitle", "customer.entity_title"},
    {"customer.contact", "customer.contact"},
    {"customer.targetBillingAccount", "customer.target_billing_account"},
    {"acceptDeadlineTime", "accept_deadline_time"},
    {"term.startPolicy", "term.start_policy"},
    {"term.endPolicy", "term.end_policy"},
    {"singleProductOffer.baseStandardOffer", "single_product_offer.base_standard_offer"},
};

static void check_required(const struct offer_check *check)
{
    for (size_t i = 0; i < COUNT(required); i++) {
        const struct json *value = json_find(check->shown, required[i][0]);
        const char *text = json_text(value);
        if (!value || (text && (!*text || strstr(text, "_UNSPECIFIED"))))
            gcp_violation(check->call,
                          arena_printf(check->call->arena, "private_offer.%s", required[i][1]),
                          "Must be provided to publish the offer.");
    }
}

/* ---- The buyer. */
static const char *account_fault(const struct offer_check *check, const char *account)
{
    static const char *const known[] = {GCP_BUYER, GCP_BUYER_OTHER};
    if (text_equal(account, GCP_BUYER_TRIAL))
        return "Billing account is in a free trial.";
    if (text_equal(account, GCP_BUYER_PARENT))
        return "Reseller parent billing accounts are prohibited.";
    if (text_equal(account, GCP_BUYER_BELOW))
        return listing_flag(check->call->sandbox, check->service, "resale")
                   ? NULL
                   : "Reseller subaccounts are prohibited: the service is not enabled for "
                     "reselling.";
    for (size_t i = 0; i < COUNT(known); i++) {
        if (text_equal(account, known[i]))
            return NULL;
    }
    return text_starts(account, GCP_BUYERS) ? NULL : "Billing account does not exist.";
}

static void check_buyer(const struct offer_check *check)
{
    const char *account = json_text(json_find(check->shown, "customer.targetBillingAccount"));
    const char *fault = text_blank(account) ? NULL : account_fault(check, account);
    if (fault)
        gcp_violation(check->call, "private_offer.customer.target_billing_account", "%s", fault);
}

static void check_contact(const struct offer_check *check)
{
    const char *email = json_text(json_find(check->shown, "partnerContact.email"));
    const char *at = email ? strchr(email, '@') : NULL;
    if (!text_blank(email) && (!at || at == email || !strchr(at, '.') || strchr(email, ' ')))
        gcp_violation(check->call, "private_offer.partner_contact.email",
                      "Must be a well-formed email address.");
}

/* ---- What is sold. */
static void check_standard(const struct offer_check *check)
{
    const char *path = "private_offer.single_product_offer.base_standard_offer";
    const struct rest_record *standard =
        listing_find(check->call->sandbox, json_get_text(check->single, "baseStandardOffer"));
    const char *now = gcp_instant(check->call->arena, check->now_ms);
    const char *from = json_get_text(market_shown(standard), "effectiveTime");
    const char *until = json_get_text(market_shown(standard), "expireTime");
    if (text_blank(json_get_text(check->single, "baseStandardOffer")))
        return;
    if (!standard || !strstr(standard->id, "/standardOffers/"))
        gcp_violation(check->call, path, "There is no such standard offer in the project.");
    else if ((from && market_compare_instants(from, now) > 0) ||
             (until && market_compare_instants(until, now) <= 0))
        gcp_violation(check->call, path, "The standard offer must be effective.");
}

static void check_features(const struct offer_check *check)
{
    const struct json *features = json_get(check->single, "features");
    for (size_t i = 0; features && i < features->count; i++) {
        const char *name = json_get_text(features->items[i], "displayName");
        const char *path = arena_printf(
            check->call->arena, "private_offer.single_product_offer.features[%zu].display_name", i);
        if (text_blank(name))
            gcp_violation(check->call, path, "Must not be empty.");
        for (size_t j = 0; name && j < i; j++) {
            if (text_equal(name, json_get_text(features->items[j], "displayName")))
                gcp_violation(check->call, path, "Must be unique.");
        }
    }
}

static void check_additional(const struct offer_check *check)
{
    const char *path = "private_offer.single_product_offer.additional_contract_value";
    const struct json *additional = json_get(check->single, "additionalContractValue");
    const struct json *skus = json_get(additional, "eligibleSkus");
    struct arena *arena = check->call->arena;
    if (!additional)
        return;
    if (!json_get(additional, "contractValue"))
        gcp_violation(check->call, arena_printf(arena, "%s.contract_value", path),
                      "Must be provided to publish the offer.");
    if (!skus || !skus->count)
        gcp_violation(check->call, arena_printf(arena, "%s.eligible_skus", path),
                      "Must not be empty.");
    for (size_t i = 0; skus && check->standard && i < skus->count; i++) {
        if (!listing_sells(check->call->sandbox, market_shown(check->standard),
                           skus->items[i]->text))
            gcp_violation(check->call, arena_printf(arena, "%s.eligible_skus[%zu]", path, i),
                          "Must be a SKU of the base standard offer.");
    }
}

/* Services that people render need a statement of work; all others a license agreement. */
static void check_documents(const struct offer_check *check)
{
    const struct sandbox *sandbox = check->call->sandbox;
    const char *id = check->offer->id;
    bool work = gcp_documents_have(sandbox, id, "STATEMENT_OF_WORK");
    bool custom = gcp_documents_have(sandbox, id, "CUSTOM_END_USER_LICENSE_AGREEMENT");
    bool standard = gcp_documents_have(sandbox, id, "STANDARD_END_USER_LICENSE_AGREEMENT_V2");
    if (!check->service)
        return;
    if (!listing_flag(sandbox, check->service, "professional")) {
        if (!custom && !standard)
            gcp_violation(check->call, "private_offer",
                          "The offer must have a standard or custom EULA document.");
        if (work)
            gcp_violation(check->call, "private_offer",
                          "A statement of work is for professional services only.");
    } else if (!work || standard) {
        gcp_violation(check->call, "private_offer",
                      "An offer of professional services must have a statement of work, and no "
                      "standard EULA.");
    }
}

/* ---- Times. */
static void check_start(struct offer_check *check)
{
    const char *path = "private_offer.term.scheduled_start_time";
    const struct json *term = json_get(check->shown, "term");
    const struct json *time = json_get(term, "scheduledStartTime");
    const char *policy = json_get_text(term, "startPolicy");
    int64_t most = pacific_midnight(pacific_add_months(pacific_day(check->now_ms), START_MONTHS));
    if (text_equal(policy, "IMMEDIATE") && time)
        gcp_violation(check->call, path, "Must not be set if start_policy is IMMEDIATE.");
    if (!text_equal(policy, "SCHEDULED_START_TIME"))
        return;
    if (!time)
        gcp_violation(check->call, path, "Must be provided to publish the offer.");
    else if (!offer_boundary(check->call, path, time, &check->start_ms))
        return;
    else if (check->start_ms <= check->now_ms)
        gcp_violation(check->call, path, "Must be in the future.");
    else if (check->start_ms > most)
        gcp_violation(check->call, path, "Must be within one year of publishing.");
}

static void check_scheduled_end(const struct offer_check *check, const struct json *time)
{
    const char *path = "private_offer.term.scheduled_end_time";
    int64_t from = check->start_ms >= 0 ? check->start_ms : check->now_ms, ms;
    if (!time) {
        gcp_violation(check->call, path, "Must be provided to publish the offer.");
        return;
    }
    if (!offer_boundary(check->call, path, time, &ms))
        return;
    if (ms <= from)
        gcp_violation(check->call, path, "Must be in the future, and after the start.");
    else if (ms > pacific_midnight(pacific_add_months(pacific_day(from), MOST_MONTHS)))
        gcp_violation(check->call, path, "The offer must not exceed 7 years.");
}

static void check_end(const struct offer_check *check)
{
    const struct json *term = json_get(check->shown, "term");
    const char *policy = json_get_text(term, "endPolicy");
    long long months = check->terms.months, renewals = json_get_int(term, "maxRenewalCount", 0);
    const struct json *end = json_get(term, "scheduledEndTime");
    if (text_equal(policy, "MATCH_AMENDED_OFFER"))
        gcp_violation(check->call, "private_offer.term.end_policy",
                      "MATCH_AMENDED_OFFER is currently not supported.");
    if (text_equal(policy, "AFTER_DURATION") && (end || months <= 0))
        gcp_violation(check->call, "private_offer.term.duration_months",
                      "Must be positive if end_policy is AFTER_DURATION.");
    if (text_equal(policy, "SCHEDULED_END_TIME"))
        check_scheduled_end(check, end);
    if (renewals > 0 && !check->terms.step_months)
        gcp_violation(check->call, "private_offer.term.max_renewal_count",
                      "Offers without a standard interval cannot be renewed.");
    if (months > 0 && (renewals < 0 || months > MOST_MONTHS || renewals > MOST_MONTHS ||
                       months * (renewals + 1) > MOST_MONTHS))
        gcp_violation(check->call, "private_offer.term",
                      "The offer, including all renewals, must not exceed 7 years.");
}

static void check_deadline(struct offer_check *check)
{
    const char *path = "private_offer.accept_deadline_time";
    const struct json *time = json_get(check->shown, "acceptDeadlineTime");
    const struct json *installments = check->terms.installments;
    int64_t ms, end;
    if (!time || !offer_boundary(check->call, path, time, &ms))
        return;
    check->deadline_ms = ms;
    if (ms <= check->now_ms)
        gcp_violation(check->call, path, "Must be in the future.");
    else if (ms > offer_three_months(check->now_ms))
        gcp_violation(check->call, path, "Must be within three months of publishing.");
    if (check->start_ms >= 0 && ms > check->start_ms)
        gcp_violation(check->call, path, "Must not be after the scheduled start time.");
    if (pacific_read(json_find(check->shown, "term.scheduledEndTime"), &end) && ms > end)
        gcp_violation(check->call, path, "Must not be after the scheduled end time.");
    for (size_t i = 0; installments && i < installments->count; i++) {
        int64_t start;
        if (pacific_read(json_get(installments->items[i], "startTime"), &start) && ms > start)
            gcp_violation(check->call, path, "Must not be after an upcoming installment.");
    }
}

/* ---- All of it. */
/* What a write would have refused: a draft may have been edited elsewhere. */
static void check_form(const struct offer_check *check)
{
    struct json *body = json_clone(check->call->arena, check->shown);
    json_remove(body, "state");
    gcp_shape_check_at(check->call, &gcp_offer_shape, "private_offer", body);
    offer_check_values(check->call, body);
}

int offer_check_publish(struct rest_call *call, const struct rest_record *offer)
{
    const struct json *shown = market_shown(offer);
    const struct json *single = json_get(shown, "singleProductOffer");
    const char *standard = json_get_text(single, "baseStandardOffer");
    struct offer_check check = {
        .call = call,
        .offer = offer,
        .shown = shown,
        .single = single,
        .standard = listing_find(call->sandbox, standard),
        .now_ms = sandbox_now(call->sandbox),
        .deadline_ms = -1,
        .start_ms = -1,
    };
    check.service = check.standard ? listing_service(call->arena, standard) : NULL;
    offer_read_terms(shown, market_hold(offer), &check.terms);
    check_form(&check);
    check_required(&check);
    check_contact(&check);
    check_buyer(&check);
    check_standard(&check);
    check_start(&check);
    check_end(&check);
    check_deadline(&check);
    check_features(&check);
    check_additional(&check);
    check_documents(&check);
    offer_check_prices(&check);
    offer_check_amendment(&check);
    return gcp_fail_fields(call) < 0
               ? gcp_fail(call, "INVALID_ARGUMENT", "Request contains an invalid argument.")
               : 0;
}
