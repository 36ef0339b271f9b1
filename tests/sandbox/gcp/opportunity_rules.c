/* What an opportunity must be, beyond the types of its members: what a registration needs, what
 * fits together, and what stands still once Google has it. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "tests/sandbox/gcp/deals.h"
#include "tests/sandbox/words.h"

#define NANOS_MOST 999999999

/* Paths in lowerCamelCase; violations name them in snake_case. */
static const char *snake(struct rest_call *call, const char *path)
{
    CLEANUP_TEXT struct text out;
    text_init(&out, 1024);
    for (; *path; path++) {
        if (isupper((unsigned char)*path))
            text_addf(&out, "_%c", tolower((unsigned char)*path));
        else
            text_add_char(&out, *path);
    }
    return arena_copy(call->arena, out.data);
}

static void refuse(struct rest_call *call, const char *path, const char *what)
{
    const char *field = snake(call, path);
    gcp_violation(call, field, "%s %s", field, what);
}

/* ---- Single values. */
static bool is_partner(const char *text)
{
    return text_starts(text, "partners/") && text[9] && !strchr(text + 9, '/');
}

static bool is_own(const char *text)
{
    return !strcmp(text, GCP_PARTNER);
}

static bool is_country(const char *text)
{
    return words_have(words_countries, text);
}

static bool is_domain(const char *text)
{
    return strchr(text, '.') && !text[strcspn(text, " /:@")];
}

static bool is_email(const char *text)
{
    const char *at = strchr(text, '@');
    return at && at != text && strchr(at, '.') && !text[strcspn(text, " ,;<>")];
}

static bool is_phone(const char *text)
{
    return *text == '+' && text[1] && !text[1 + strspn(text + 1, "0123456789")];
}

static const struct {
    const char *path;
    bool (*fits)(const char *text);
    const char *what;
} forms[] = {
    {"opportunityInfo.partnerEntity", is_partner, "must be partners/{partner}"},
    {"opportunityInfo.indirectPartnerEntity", is_partner, "must be partners/{partner}"},
    {"customerInfo.customerDetails.address.regionCode", is_country, "must be a CLDR region code"},
    {"customerInfo.customerDetails.domain", is_domain, "must be a domain name"},
    {"customerInfo.contact.email", is_email, "must be an e-mail address"},
    {"customerInfo.contact.phone.e164Number", is_phone, "must be in E.164 format"},
    {"submitterEmail", is_email, "must be an e-mail address"},
};

static const char *const dates[] = {
    "qualificationInfo.estimatedCloseDate",
    "partnerInfo.contractExpiryDate",
    "salesCycle.closeDate",
};

static const char *const counts[] = {
    "qualificationInfo.contractLengthMonths",
    "qualificationInfo.quantity",
    "customerInfo.customerDetails.employeeCount",
};

static void check_money(struct rest_call *call, const struct json *after)
{
    static const char path[] = "qualificationInfo.dealSize";
    const struct json *money = json_find(after, path);
    long long units = json_get_int(money, "units", 0), nanos = json_get_int(money, "nanos", 0);
    if (!money)
        return;
    if (!words_have(words_currencies, json_get_text(money, "currencyCode")))
        refuse(call, path, "needs a currency code of ISO 4217");
    else if (llabs(nanos) > NANOS_MOST || (units > 0 && nanos < 0) || (units < 0 && nanos > 0))
        refuse(call, path, "has nanos that are out of range or of the other sign");
    else if (units < 0 || nanos < 0)
        refuse(call, path, "must not be negative");
}

static void check_values(struct rest_call *call, const struct json *after)
{
    int64_t day;
    for (size_t i = 0; i < COUNT(forms); i++) {
        const char *text = gcp_deal_text(after, forms[i].path);
        if (text[0] && !forms[i].fits(text))
            refuse(call, forms[i].path, forms[i].what);
    }
    for (size_t i = 0; i < COUNT(dates); i++) {
        const struct json *date = json_find(after, dates[i]);
        if (date && !gcp_deal_day(date, &day))
            refuse(call, dates[i], "must be a whole date of the calendar");
    }
    for (size_t i = 0; i < COUNT(counts); i++) {
        if (*gcp_deal_text(after, counts[i]) == '-')
            refuse(call, counts[i], "must not be negative");
    }
    check_money(call, after);
    if (json_find(after, "customerInfo.contact.phone.e164Number") &&
        json_find(after, "customerInfo.contact.phone.shortCode"))
        refuse(call, "customerInfo.contact.phone", "has two members of the oneof 'kind'");
    if (json_find(after, "customerInfo.customerDetails.address.revision"))
        refuse(call, "customerInfo.customerDetails.address.revision", "must be 0");
}

/* ---- Members together. */
static bool is_isv(const struct json *document)
{
    return gcp_deal_is(document, "opportunityType", "ISV_SOLUTION_CONNECT");
}

static void check_company(struct rest_call *call, const struct json *after)
{
    static const char partner[] = "opportunityInfo.partnerEntity",
                      indirect[] = "opportunityInfo.indirectPartnerEntity";
    bool tiers = gcp_deal_is(after, "opportunityType", "TWO_TIER");
    if (!is_own(gcp_deal_text(after, partner)) &&
        !(tiers && is_own(gcp_deal_text(after, indirect))))
        refuse(call, partner, "must be the caller's partner");
    if (!tiers && json_find(after, indirect))
        refuse(call, indirect, "is of opportunities of type TWO_TIER only");
    if (!is_isv(after) && json_get(after, "isvSolutionConnectInfo"))
        refuse(call, "isvSolutionConnectInfo",
               "is of opportunities of type ISV_SOLUTION_CONNECT only");
}

/* ---- What a registration needs: of which types, and what of it already a draft. */
enum { ISV = 1 << 0, OTHERS = 1 << 1, ALL = ISV | OTHERS };

static const struct {
    const char *path;
    unsigned types;
    bool drafts;
} needed[] = {
    {"opportunityInfo.partnerEntity", ALL, true},
    {"opportunityInfo.displayName", ALL, false},
    {"opportunityInfo.description", ALL, false},
    {"opportunityInfo.productFamily", ISV, false},
    {"opportunityInfo.productCategory", OTHERS, false},
    {"qualificationInfo.operationType", ALL, false},
    {"qualificationInfo.contractLengthMonths", ALL, true},
    {"qualificationInfo.dealSize", ALL, true},
    {"qualificationInfo.estimatedCloseDate", ALL, true},
    {"qualificationInfo.legalLanguageAccepted", ALL, true},
    {"qualificationInfo.budget", OTHERS, false},
    {"customerInfo.customerDetails.organizationName", ALL, true},
    {"customerInfo.customerDetails.domain", ALL, true},
    {"customerInfo.customerDetails.address.regionCode", ALL, true},
    {"customerInfo.customerDetails.industry", ALL, false},
    {"customerInfo.customerDetails.employeeCount", ALL, true},
    {"customerInfo.region", ALL, false},
    {"isvSolutionConnectInfo", ISV, true},
    {"isvSolutionConnectInfo.isvSolutionConnectDeal", ISV, false},
    {"isvSolutionConnectInfo.customerContactRequested", ISV, false},
    {"isvSolutionConnectInfo.supportLevel", ISV, false},
    {"isvSolutionConnectInfo.contractVehicle", ISV, false},
    {"isvSolutionConnectInfo.deliveryModel", ISV, false},
};

/* What is 0, false, empty or unspecified is not there: documents are kept as answers show them.
 * `before` NULL: all is asked for; else only what was there already must not go. */
static void check_needed(struct rest_call *call, const struct json *before,
                         const struct json *after)
{
    static const char size[] = "qualificationInfo.dealSize",
                      attested[] = "qualificationInfo.publicTenderAttestation";
    unsigned type = is_isv(after) ? ISV : OTHERS;
    bool draft =
        !gcp_deal_is(after, "state", "SUBMITTED") && !gcp_deal_is(after, "state", "ACCEPTED");
    for (size_t i = 0; i < COUNT(needed); i++) {
        if (needed[i].types & type && (needed[i].drafts || !draft) &&
            (!before || json_find(before, needed[i].path)) && !json_find(after, needed[i].path))
            refuse(call, needed[i].path, "is required.");
    }
    const struct json *money = json_find(after, size);
    if (money && !json_get_int(money, "units", 0) && !json_get_int(money, "nanos", 0))
        refuse(call, size, "must be more than zero");
    if (!draft && json_find(after, "qualificationInfo.publicSector") &&
        !json_find(after, attested) && (!before || json_find(before, attested)))
        refuse(call, attested, "is required for the public sector.");
}

/* ---- What stands still. */
static bool same(const struct json *before, const struct json *after, const char *path)
{
    const struct json *old = json_find(before, path), *new = json_find(after, path);
    return old && new ? json_equal(old, new) : !old && !new;
}

/* Of these the pages say that acceptance ends them, or that the sales cycle goes on with them;
 * whose deal it is cannot be another one's then. */
static const char *const frozen[] = {
    "opportunityType",
    "opportunityInfo.partnerEntity",
    "opportunityInfo.indirectPartnerEntity",
    "qualificationInfo.estimatedCloseDate",
    "qualificationInfo.legalLanguageAccepted",
};

static int check_accepted(struct rest_call *call, const struct json *before,
                          const struct json *after)
{
    static const char asked[] = "salesCycle.partnerReadyToClose";
    if (gcp_opportunity_is_closed(before))
        return gcp_fail(call, "FAILED_PRECONDITION", "The opportunity is closed.");
    for (size_t i = 0; i < COUNT(frozen); i++) {
        if (!same(before, after, frozen[i]))
            return gcp_fail(call, "FAILED_PRECONDITION",
                            "%s cannot be changed once the opportunity is ACCEPTED.",
                            snake(call, frozen[i]));
    }
    if (json_find(before, asked) && !json_find(after, asked))
        return gcp_fail(call, "FAILED_PRECONDITION",
                        "sales_cycle.partner_ready_to_close cannot be taken back.");
    return 0;
}

/* Before Google's word there is neither a stage nor a sales cycle. */
static int check_open(struct rest_call *call, const struct json *before, const struct json *after)
{
    static const char *const later[] = {"stage", "salesCycle"};
    for (size_t i = 0; i < COUNT(later); i++) {
        if (!same(before, after, later[i]))
            return gcp_fail(call, "FAILED_PRECONDITION",
                            "%s can be set once the opportunity is ACCEPTED.",
                            snake(call, later[i]));
    }
    return 0;
}

static int check_stage(struct rest_call *call, const struct json *before, const struct json *after)
{
    static const char *const partners[] = {"QUALIFY", "REFINE", "TECH_EVAL_SOL_DEV",
                                           "PROPOSAL_NEGOTIATION", NULL};
    if (!same(before, after, "stage") && !words_have(partners, gcp_deal_text(after, "stage")))
        gcp_violation(call, "stage",
                      "stage must be QUALIFY, REFINE, TECH_EVAL_SOL_DEV or PROPOSAL_NEGOTIATION; "
                      "Google closes.");
    return gcp_fail_fields(call);
}

/* A partner writes DRAFT and SUBMITTED, and what was declined may be submitted again. */
static int check_state(struct rest_call *call, const struct json *before, const struct json *after)
{
    const char *state = gcp_deal_text(after, "state");
    if (before && same(before, after, "state"))
        return 0;
    if (strcmp(state, "DRAFT") != 0 && strcmp(state, "SUBMITTED") != 0) {
        gcp_violation(call, "state", "state must be DRAFT or SUBMITTED.");
        return gcp_fail_fields(call);
    }
    if (before && (gcp_deal_is(before, "state", "ACCEPTED") || strcmp(state, "SUBMITTED") != 0))
        return gcp_fail(call, "FAILED_PRECONDITION", "The opportunity cannot go from %s to %s.",
                        gcp_deal_text(before, "state"), state);
    return 0;
}

int gcp_opportunity_check(struct rest_call *call, const struct json *before,
                          const struct json *after)
{
    bool accepted = before && gcp_deal_is(before, "state", "ACCEPTED");
    if (before && gcp_deal_is(before, "state", "SUBMITTED"))
        return gcp_fail(
            call, "FAILED_PRECONDITION",
            "The opportunity is SUBMITTED and cannot be changed before it is reviewed.");
    int result = check_state(call, before, after);
    if (result == 0)
        result = accepted ? check_accepted(call, before, after) : check_open(call, before, after);
    if (result == 0)
        result = check_stage(call, before, after);
    if (result < 0)
        return result;
    check_values(call, after);
    check_company(call, after);
    check_needed(call, gcp_deal_is(after, "state", "SUBMITTED") ? NULL : before, after);
    return gcp_fail_fields(call);
}
