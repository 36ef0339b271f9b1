/* The operations of Marketplace Agreement. */
#include <stdlib.h>
#include <string.h>

#include "tests/sandbox/listing.h"
#include "tests/sandbox/market.h"
#include "tests/sandbox/words.h"

#define DEFAULT_PAGE 50

enum filter_name {
    FILTER_PARTY = 1 << 0,
    FILTER_TYPE = 1 << 1,
    FILTER_RESOURCE_TYPE = 1 << 2,
    FILTER_RESOURCE = 1 << 3,
    FILTER_OFFER = 1 << 4,
    FILTER_OFFER_SET = 1 << 5,
    FILTER_ACCEPTOR = 1 << 6,
    FILTER_STATUS = 1 << 7,
    FILTER_BEFORE = 1 << 8,
    FILTER_AFTER = 1 << 9,
};

static const char *const words_parties[] = {"Proposer", "Acceptor", NULL};
static const char *const words_agreement_types[] = {"PurchaseAgreement", NULL};
static const char *const words_resource_types[] = {
    "SaaSProduct", "AmiProduct", "ContainerProduct", "MachineLearningProduct", "DataProduct", NULL};

static const struct {
    const char *name;
    enum filter_name bit;
    const char *const *words;
} filter_rows[] = {
    {"PartyType", FILTER_PARTY, words_parties},
    {"AgreementType", FILTER_TYPE, words_agreement_types},
    {"ResourceType", FILTER_RESOURCE_TYPE, words_resource_types},
    {"ResourceIdentifier", FILTER_RESOURCE, NULL},
    {"OfferId", FILTER_OFFER, NULL},
    {"OfferSetId", FILTER_OFFER_SET, NULL},
    {"AcceptorAccountId", FILTER_ACCEPTOR, NULL},
    {"Status", FILTER_STATUS, words_agreement_states},
    {"BeforeEndTime", FILTER_BEFORE, NULL},
    {"AfterEndTime", FILTER_AFTER, NULL},
};

/* The legal combinations, beside the party, the type, and the optional state and end. */
static const unsigned combinations[] = {
    0,
    FILTER_RESOURCE_TYPE,
    FILTER_RESOURCE,
    FILTER_OFFER,
    FILTER_OFFER_SET,
    FILTER_ACCEPTOR,
    FILTER_ACCEPTOR | FILTER_RESOURCE_TYPE,
    FILTER_ACCEPTOR | FILTER_RESOURCE,
    FILTER_ACCEPTOR | FILTER_OFFER,
};
#define OPTIONAL (FILTER_STATUS | FILTER_BEFORE | FILTER_AFTER)
#define NEEDED   (FILTER_PARTY | FILTER_TYPE)

static int refuse(struct call_context *call, const char *reason, const char *field, const char *why)
{
    call->failure->reason = reason;
    fail_field(call->failure, "INVALID_VALUE", field, "%s", why);
    return fail_validation(call->failure, REASON_REQUEST);
}

static const char *filter_value(const struct json *request, const char *name)
{
    const struct json *filters = json_get(request, "filters");
    for (size_t i = 0; filters && i < filters->count; i++) {
        if (text_equal(json_get_text(filters->items[i], "name"), name))
            return json_text(json_at(json_get(filters->items[i], "values"), 0));
    }
    return NULL;
}

static int check_filter(struct call_context *call, const struct json *filter, unsigned *given)
{
    const char *name = json_get_text(filter, "name");
    const char *value = json_text(json_at(json_get(filter, "values"), 0));
    int64_t ms;
    for (size_t i = 0; i < COUNT(filter_rows); i++) {
        if (strcmp(filter_rows[i].name, name) != 0)
            continue;
        enum filter_name bit = filter_rows[i].bit;
        bool time = bit == FILTER_BEFORE || bit == FILTER_AFTER;
        if (*given & bit)
            return refuse(call, "UNSUPPORTED_FILTERS", "filters", "a filter is given twice");
        if ((filter_rows[i].words && !words_have(filter_rows[i].words, value)) ||
            (time && !instant_parse(value, &ms)))
            return refuse(call,
                          bit == FILTER_PARTY ? "INVALID_PARTY_TYPE" : "INVALID_FILTER_VALUES",
                          "filters", "the value is none of this filter's");
        *given |= bit;
        return 0;
    }
    return refuse(call, "INVALID_FILTER_NAME", "filters", "there is no such filter");
}

static int check_filters(struct call_context *call)
{
    const struct json *filters = json_get(call->request, "filters");
    unsigned given = 0;
    for (size_t i = 0; filters && i < filters->count; i++) {
        int result = check_filter(call, filters->items[i], &given);
        if (result < 0)
            return result;
    }
    if (!(given & FILTER_PARTY))
        return refuse(call, "MISSING_PARTY_TYPE", "filters", "PartyType is required");
    for (size_t i = 0; given & FILTER_TYPE && i < COUNT(combinations); i++) {
        if ((given & ~(unsigned)(OPTIONAL | NEEDED)) == combinations[i])
            return 0;
    }
    return refuse(call, "UNSUPPORTED_FILTERS", "filters", "Filter combination is not supported.");
}

static bool same(const struct json *request, const char *filter, const char *value)
{
    const char *wanted = filter_value(request, filter);
    return !wanted || !strcmp(wanted, value);
}

static bool agreement_wanted(const struct json *request, const struct agreement *agreement)
{
    int64_t bound;
    const char *before = filter_value(request, "BeforeEndTime");
    const char *after = filter_value(request, "AfterEndTime");
    int64_t end = agreement->end_ms;
    return text_equal(filter_value(request, "PartyType"), "Proposer") &&
           same(request, "ResourceType", agreement->product_type) &&
           same(request, "ResourceIdentifier", agreement->product) &&
           same(request, "OfferId", agreement->offer) &&
           same(request, "OfferSetId", agreement->offer_set) &&
           same(request, "AcceptorAccountId", agreement->acceptor) &&
           same(request, "Status", agreement->status) &&
           (!before || (end && instant_parse(before, &bound) && end < bound)) &&
           (!after || (end && instant_parse(after, &bound) && end > bound));
}

static struct json *page_answer(struct call_context *call, const char *name, struct json *list,
                                const char *token)
{
    struct json *answer = json_object(call->arena);
    json_set(call->arena, answer, name, list);
    json_set(call->arena, answer, "nextToken", json_string(call->arena, token));
    return answer;
}

int handle_search_agreements(struct call_context *call, struct json **ret_answer)
{
    const struct market *market = call->sandbox->market;
    int result = check_filters(call);
    if (result < 0)
        return result;
    struct listing listing = {
        .entries = arena_array(call->arena, market->agreement_count + 1, sizeof *listing.entries)};
    for (size_t i = 0; i < market->agreement_count; i++) {
        const struct agreement *agreement = market->agreements[i];
        long long end = agreement->end_ms ? agreement->end_ms : INT64_MAX;
        if (agreement_wanted(call->request, agreement))
            listing.entries[listing.count++] =
                (struct entry){arena_printf(call->arena, "%020lld", end), agreement->id, agreement};
    }
    const char *order = json_text(json_find(call->request, "sort.sortOrder"));
    const char *token;
    size_t size = (size_t)json_get_int(call->request, "maxResults", DEFAULT_PAGE);
    result = listing_cut(call, &listing, !text_equal(order, "ASCENDING"), size, &token);
    if (result < 0)
        return result;
    struct json *rows = json_array(call->arena);
    for (size_t i = 0; i < listing.count; i++)
        json_append(call->arena, rows, agreement_summary(call->arena, listing.entries[i].thing));
    *ret_answer = page_answer(call, "agreementViewSummaries", rows, token);
    return 0;
}

static int find_agreement(struct call_context *call, struct agreement **ret_agreement)
{
    const char *id = json_get_text(call->request, "agreementId");
    *ret_agreement = agreement_find(call->sandbox, id);
    if (*ret_agreement)
        return 0;
    call->failure->resource = id;
    return fail_not_found(call->failure, "agreement", id);
}

int handle_describe_agreement(struct call_context *call, struct json **ret_answer)
{
    struct agreement *agreement;
    int result = find_agreement(call, &agreement);
    if (result < 0)
        return result;
    struct json *charges = json_object(call->arena);
    json_set_text(call->arena, charges, "currencyCode", agreement->currency);
    json_set_text(call->arena, charges, "agreementValue", agreement->value);
    *ret_answer = agreement_summary(call->arena, agreement);
    json_set(call->arena, *ret_answer, "estimatedCharges", charges);
    return 0;
}

int handle_agreement_terms(struct call_context *call, struct json **ret_answer)
{
    struct agreement *agreement;
    int result = find_agreement(call, &agreement);
    if (result < 0)
        return result;
    const struct json *terms = agreement->terms;
    struct listing listing = {
        .entries = arena_array(call->arena, terms->count + 1, sizeof *listing.entries)};
    for (size_t i = 0; i < terms->count; i++)
        listing.entries[listing.count++] =
            (struct entry){arena_printf(call->arena, "%04zu", i), "", terms->items[i]};
    const char *token;
    size_t size = (size_t)json_get_int(call->request, "maxResults", DEFAULT_PAGE);
    result = listing_cut(call, &listing, false, size, &token);
    if (result < 0)
        return result;
    struct json *rows = json_array(call->arena);
    for (size_t i = 0; i < listing.count; i++)
        json_append(call->arena, rows, json_clone(call->arena, listing.entries[i].thing));
    *ret_answer = page_answer(call, "acceptedTerms", rows, token);
    return 0;
}
