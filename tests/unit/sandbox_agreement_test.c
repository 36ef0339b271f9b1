/* Buyers and agreements: who may accept what, what an agreement says, which searches are legal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/times.h"
#include "tests/support/offers.h"

#define DAY_MS INT64_C(86400000)
#define PARTY  "{'name':'PartyType','values':['Proposer']}"
#define TYPE   "{'name':'AgreementType','values':['PurchaseAgreement']}"

static int accept(struct drive *drive, const char *offer, const char *account)
{
    return drive_control(drive, "accept",
                         arena_printf(drive->arena, "{'id':'%s'%s%s%s}", offer,
                                      account ? ",'account':'" : "", account ? account : "",
                                      account ? "'" : ""));
}

/* An offer that is accepted; returns the agreement's id. */
static const char *make_agreement(struct drive *drive, const char **ret_offer)
{
    const char *offer = offer_make(drive);
    assert_int_equal(accept(drive, offer, NULL), 200);
    if (ret_offer)
        *ret_offer = offer;
    return drive_answer(drive, "agreementId");
}

static const char *status_of(struct drive *drive, const char *agreement)
{
    drive_agreement(drive, "DescribeAgreement", "{'agreementId':'%s'}", agreement);
    return drive_answer(drive, "status");
}

static int search(struct drive *drive, const char *filters)
{
    return drive_agreement(drive, "SearchAgreements",
                           "{'catalog':'AWSMarketplace','filters':[%s],'maxResults':50}", filters);
}

static size_t found(struct drive *drive, const char *more)
{
    const char *filters =
        arena_printf(drive->arena, PARTY "," TYPE "%s%s", more[0] ? "," : "", more);
    if (search(drive, filters) != 200)
        fail_msg("%s: %s", filters, drive->response.body);
    return json_get(drive->answer, "agreementViewSummaries")->count;
}

/* ---- Accepting. */
static void test_who_may_accept(void **state)
{
    (void)state;
    struct drive drive;
    drive_start(&drive, NULL);
    assert_string_equal(drive_set(&drive, offer_set(&drive, "ReleaseOffer", NULL, NULL)),
                        "SUCCEEDED");
    const char *draft = drive_set_entity(&drive, 0);
    assert_int_equal(accept(&drive, draft, NULL), 400);
    assert_int_equal(accept(&drive, "offer-nowhere", NULL), 404);
    assert_int_equal(accept(&drive, SANDBOX_PRODUCT, NULL), 404);
    const char *offer = offer_make(&drive);
    assert_int_equal(accept(&drive, offer, "999988887777"), 400); /* not made to them */
    assert_int_equal(accept(&drive, offer, "4444"), 400);
    assert_int_equal(accept(&drive, offer, SANDBOX_BUYER), 200);
    assert_int_equal(accept(&drive, offer, SANDBOX_BUYER), 400); /* twice */
    assert_int_equal(accept(&drive, "offer-sandboxsaas01", NULL), 400);
    assert_int_equal(accept(&drive, "offer-sandboxsaas01", "999988887777"), 200); /* public */
    offer_update(&drive, "SaaSProduct", SANDBOX_PRODUCT, "UpdateVisibility",
                 "{'TargetVisibility':'Restricted'}");
    assert_int_equal(accept(&drive, "offer-sandboxsaas01", "999988887778"), 400);
    const char *late = offer_make(&drive);
    fake_advance(&drive.fake, 90 * DAY_MS);
    assert_int_equal(accept(&drive, late, NULL), 400); /* the offer's last day was 31 March */
    assert_int_equal(sandbox_agreements(drive.sandbox, NULL), 2);
    drive_stop(&drive);
}

static void test_what_it_says(void **state)
{
    (void)state;
    static const struct {
        const char *path, *text;
    } texts[] = {
        {"status", "ACTIVE"},
        {"acceptor.accountId", SANDBOX_BUYER},
        {"proposer.accountId", SANDBOX_ACCOUNT},
        {"agreementType", "PurchaseAgreement"},
        {"proposalSummary.resources[0].id", SANDBOX_PRODUCT},
        {"proposalSummary.resources[0].type", "SaaSProduct"},
        {"estimatedCharges.currencyCode", "USD"},
        {"estimatedCharges.agreementValue", "12000.00"},
    };
    struct drive drive;
    const char *offer;
    drive_start(&drive, NULL);
    drive.fake.now_ms += 123; /* times have a fraction */
    const char *id = make_agreement(&drive, &offer);
    drive_agreement(&drive, "DescribeAgreement", "{'agreementId':'%s'}", id);
    for (size_t i = 0; i < COUNT(texts); i++)
        assert_string_equal(drive_answer(&drive, texts[i].path), texts[i].text);
    assert_string_equal(drive_answer(&drive, "proposalSummary.offerId"), offer);
    const struct json *start = json_get(drive.answer, "startTime");
    assert_int_equal(start->type, JSON_NUMBER);
    assert_non_null(strstr(start->text, ".123"));

    drive_agreement(&drive, "GetAgreementTerms", "{'agreementId':'%s'}", id);
    const struct json *terms = json_get(drive.answer, "acceptedTerms");
    assert_int_equal(terms->count, 4);
    for (size_t i = 0; i < terms->count; i++)
        assert_int_equal(terms->items[i]->count, 1); /* each a union */
    const struct json *charge = NULL, *validity = NULL;
    for (size_t i = 0; i < terms->count; i++) {
        const struct json *schedule = json_get(terms->items[i], "paymentScheduleTerm");
        charge = schedule ? json_find(schedule, "schedule[0]") : charge;
        validity = json_get(terms->items[i], "validityTerm")
                       ? json_get(terms->items[i], "validityTerm")
                       : validity;
    }
    assert_int_equal(json_get(charge, "chargeDate")->type, JSON_NUMBER);
    assert_string_equal(json_get_text(charge, "chargeDate"), "1776211200"); /* 2026-04-15 */
    assert_string_equal(json_get_text(charge, "chargeAmount"), "6000.00");
    assert_string_equal(json_get_text(validity, "agreementDuration"), "P12M");
    assert_int_equal(json_get(validity, "agreementEndDate")->type, JSON_NUMBER);

    drive_agreement(&drive, "GetAgreementTerms", "{'agreementId':'%s','maxResults':3}", id);
    assert_int_equal(json_get(drive.answer, "acceptedTerms")->count, 3);
    const char *token = drive_answer(&drive, "nextToken");
    drive_agreement(&drive, "GetAgreementTerms",
                    "{'agreementId':'%s','maxResults':3,'nextToken':'%s'}", id, token);
    assert_int_equal(json_get(drive.answer, "acceptedTerms")->count, 1);
    drive_stop(&drive);
}

static void test_configuration(void **state)
{
    (void)state;
    struct drive drive;
    drive_start(&drive, NULL);
    assert_int_equal(accept(&drive, "offer-sandboxsaas01", SANDBOX_BUYER), 200);
    const char *id = drive_answer(&drive, "agreementId");
    drive_agreement(&drive, "GetAgreementTerms", "{'agreementId':'%s'}", id);
    static const char path[] = "acceptedTerms[0].configurableUpfrontPricingTerm.configuration.%s";
    assert_string_equal(drive_answer(&drive, arena_printf(drive.arena, path, "selectorValue")),
                        "P12M");
    assert_string_equal(
        drive_answer(&drive, arena_printf(drive.arena, path, "dimensions[0].dimensionKey")),
        "basic_service");
    assert_string_equal(
        drive_answer(&drive, arena_printf(drive.arena, path, "dimensions[0].dimensionValue")), "1");
    drive_agreement(&drive, "DescribeAgreement", "{'agreementId':'%s'}", id);
    assert_string_equal(drive_answer(&drive, "estimatedCharges.agreementValue"), "12000.00");
    drive_stop(&drive);
}

/* A reseller's markup is on the price. */
static void test_markup(void **state)
{
    (void)state;
    static const char set[] =
        "[{'ChangeType':'CreateOfferUsingResaleAuthorization','ChangeName':'New','Entity':{'Type':"
        "'Offer@1.0'},'DetailsDocument':{'ResaleAuthorizationId':'" SANDBOX_RESALE
        "','Name':'Resold'}},%s,%s,%s,%s]";
    struct drive drive;
    drive_start(&drive, NULL);
    const char *changes = arena_printf(
        drive.arena, set,
        offer_change(&drive, "Offer", OFFER_REF, "UpdateTargeting", offer_pieces[2].details),
        offer_change(&drive, "Offer", OFFER_REF, "UpdateAvailability", offer_pieces[4].details),
        offer_change(&drive, "Offer", OFFER_REF, "UpdateMarkup", "{'Percentage':'5.25'}"),
        offer_change(&drive, "Offer", OFFER_REF, "ReleaseOffer", "{}"));
    assert_string_equal(drive_set(&drive, changes), "SUCCEEDED");
    assert_int_equal(accept(&drive, drive_set_entity(&drive, 0), NULL), 200);
    drive_agreement(&drive, "DescribeAgreement", "{'agreementId':'%s'}",
                    drive_answer(&drive, "agreementId"));
    assert_string_equal(drive_answer(&drive, "estimatedCharges.agreementValue"), "10525.00");
    drive_stop(&drive);
}

/* ---- Ends. */
static void test_ends(void **state)
{
    (void)state;
    struct drive drive;
    drive_start(&drive, NULL);
    const char *first = make_agreement(&drive, NULL);
    const char *second = make_agreement(&drive, NULL);
    assert_int_equal(
        drive_control(&drive, "end",
                      arena_printf(drive.arena, "{'id':'%s','status':'TERMINATED'}", second)),
        200);
    assert_int_equal(
        drive_control(&drive, "end",
                      arena_printf(drive.arena, "{'id':'%s','status':'DONE'}", second)),
        400);
    assert_string_equal(status_of(&drive, second), "TERMINATED");
    fake_advance(&drive.fake, 364 * DAY_MS);
    assert_string_equal(status_of(&drive, first), "ACTIVE");
    fake_advance(&drive.fake, DAY_MS);
    assert_string_equal(status_of(&drive, first), "EXPIRED");
    assert_string_equal(status_of(&drive, second), "TERMINATED");
    drive_stop(&drive);
}

static const char replacement[] =
    "[{'ChangeType':'CreateReplacementOffer','ChangeName':'New','Entity':{'Type':'Offer@1.0'},"
    "'DetailsDocument':{'AgreementId':'%s','Name':'Amended'}},%s,%s,%s,%s%s%s]";

static const char *replace(struct drive *drive, const char *agreement, const char *validity,
                           const char *extra)
{
    const char *changes = arena_printf(
        drive->arena, replacement, agreement,
        offer_change(drive, "Offer", OFFER_REF, "UpdateLegalTerms", offer_pieces[3].details),
        offer_change(drive, "Offer", OFFER_REF, "UpdateAvailability", offer_pieces[4].details),
        offer_change(drive, "Offer", OFFER_REF, "UpdatePricingTerms", offer_pieces[5].details),
        offer_change(drive, "Offer", OFFER_REF, "ReleaseOffer", "{}"), validity, extra);
    return drive_set(drive, changes);
}

static void test_replacement(void **state)
{
    (void)state;
    struct drive drive;
    const char *offer;
    drive_start(&drive, NULL);
    const char *old = make_agreement(&drive, &offer);
    const char *until =
        arena_printf(drive.arena, ",%s",
                     offer_change(&drive, "Offer", OFFER_REF, "UpdateValidityTerms",
                                  "{'Terms':[{'Type':'ValidityTerm','AgreementEndDate':"
                                  "'2027-12-31'}]}"));
    const char *targeting = arena_printf(
        drive.arena, ",%s",
        offer_change(&drive, "Offer", OFFER_REF, "UpdateTargeting", offer_pieces[2].details));
    assert_string_equal(replace(&drive, "agmt-nowhere", until, ""), "FAILED");
    assert_string_equal(drive_set_error(&drive), "INCOMPATIBLE_AGREEMENT");
    assert_string_equal(replace(&drive, old, "", ""), "FAILED");
    assert_string_equal(drive_set_error(&drive), "MISSING_AGREEMENT_END_DATE");
    assert_string_equal(replace(&drive, old, until, targeting), "FAILED");
    assert_string_equal(drive_set_error(&drive), "INCOMPATIBLE_TARGETING");
    assert_string_equal(replace(&drive, old, until, ""), "SUCCEEDED");
    const char *amended = drive_set_entity(&drive, 0);
    drive_catalog(&drive, "ListEntities",
                  "{'Catalog':'AWSMarketplace','EntityType':'Offer','EntityTypeFilters':"
                  "{'OfferFilters':{'TargetAgreementId':{'ValueList':['%s']}}}}",
                  old);
    assert_string_equal(drive_answer(&drive, "EntitySummaryList[0].EntityId"), amended);
    assert_string_equal(drive_answer(&drive, "EntitySummaryList[0].OfferSummary.BuyerAccounts[0]"),
                        SANDBOX_BUYER);
    assert_string_equal(status_of(&drive, old), "ACTIVE");
    assert_int_equal(accept(&drive, amended, NULL), 200);
    const char *new = drive_answer(&drive, "agreementId");
    assert_string_not_equal(new, old);
    assert_string_equal(status_of(&drive, old), "REPLACED");
    assert_string_equal(status_of(&drive, new), "ACTIVE");
    assert_string_equal(json_get_text(drive.answer, "endTime"), "1830297599"); /* 2027-12-31 */
    assert_string_equal(replace(&drive, old, until, ""), "FAILED"); /* no longer active */
    drive_stop(&drive);
}

/* Buyers who need no telling. */
static void test_buyers(void **state)
{
    (void)state;
    const struct sandbox_options options = {.buyer_ms = 60000, .offers = 10};
    struct drive drive;
    drive_start(&drive, &options);
    size_t before = sandbox_agreements(drive.sandbox, NULL);
    const char *offer = offer_make(&drive);
    const char *taken_back = offer_make(&drive);
    offer_update(&drive, "Offer", taken_back, "UpdateAvailability",
                 "{'AvailabilityEndDate':'2025-12-01'}");
    fake_advance(&drive.fake, 40000);
    drive_control(&drive, "stats", NULL);
    assert_int_equal(sandbox_agreements(drive.sandbox, NULL), before);
    fake_advance(&drive.fake, 60000);
    drive_control(&drive, "stats", NULL);
    assert_int_equal(sandbox_agreements(drive.sandbox, NULL), before + 1);
    assert_int_equal(sandbox_agreements(drive.sandbox, offer), 1);
    drive_stop(&drive);
}

/* ---- Searching. */
static void test_searches(void **state)
{
    (void)state;
    struct drive drive;
    const char *offer;
    drive_start(&drive, NULL);
    const char *first = make_agreement(&drive, &offer);
    make_agreement(&drive, NULL);
    accept(&drive, "offer-sandboxami001", "999988887777");
    drive_control(&drive, "end",
                  arena_printf(drive.arena, "{'id':'%s','status':'CANCELLED'}", first));
    const struct {
        const char *filters;
        size_t count;
    } cases[] = {
        {"", 3},
        {"{'name':'Status','values':['ACTIVE']}", 2},
        {"{'name':'Status','values':['CANCELLED']}", 1},
        {arena_printf(drive.arena, "{'name':'OfferId','values':['%s']}", offer), 1},
        {arena_printf(drive.arena,
                      "{'name':'OfferId','values':['%s']},{'name':'Status','values':['ACTIVE']}",
                      offer),
         0},
        {"{'name':'ResourceIdentifier','values':['" SANDBOX_PRODUCT "']}", 2},
        {"{'name':'ResourceType','values':['AmiProduct']}", 1},
        {"{'name':'AcceptorAccountId','values':['444455556666']}", 2},
        {"{'name':'AcceptorAccountId','values':['444455556666']},"
         "{'name':'ResourceType','values':['AmiProduct']}",
         0},
        {"{'name':'BeforeEndTime','values':['2026-06-01T00:00:00Z']}", 1},
        {"{'name':'AfterEndTime','values':['2026-06-01T00:00:00Z']},"
         "{'name':'Status','values':['ACTIVE']}",
         2},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        size_t count = found(&drive, cases[i].filters);
        if (count != cases[i].count)
            fail_msg("%s: %zu", cases[i].filters, count);
    }
    drive_stop(&drive);
}

static void test_refused_searches(void **state)
{
    (void)state;
    static const struct {
        const char *body, *reason;
    } cases[] = {
        {"{}", "MISSING_PARTY_TYPE"},
        {"{'catalog':'AWS'}", "INVALID_CATALOG"},
        {"{'filters':[" TYPE "]}", "MISSING_PARTY_TYPE"},
        {"{'filters':[" PARTY "]}", "UNSUPPORTED_FILTERS"},
        {"{'filters':[" PARTY "," PARTY "," TYPE "]}", "UNSUPPORTED_FILTERS"},
        {"{'filters':[{'name':'PartyType','values':['Seller']}," TYPE "]}", "INVALID_PARTY_TYPE"},
        {"{'filters':[" PARTY "," TYPE ",{'name':'AcceptanceTime','values':['1']}]}",
         "INVALID_FILTER_NAME"},
        {"{'filters':[" PARTY "," TYPE ",{'name':'Status','values':['ACTIVE','EXPIRED']}]}",
         "INVALID_FILTER_VALUES"},
        {"{'filters':[" PARTY "," TYPE ",{'name':'Status','values':['Active']}]}",
         "INVALID_FILTER_VALUES"},
        {"{'filters':[" PARTY "," TYPE ",{'name':'Status'}]}", "MISSING_FILTER_VALUES"},
        {"{'filters':[" PARTY "," TYPE ",{'name':'AfterEndTime','values':['tomorrow']}]}",
         "INVALID_FILTER_VALUES"},
        {"{'filters':[" PARTY "," TYPE ",{'name':'OfferId','values':['offer-1']},"
         "{'name':'ResourceType','values':['SaaSProduct']}]}",
         "UNSUPPORTED_FILTERS"},
        {"{'filters':[" PARTY "," TYPE ",{'name':'OfferSetId','values':['offerset-1']},"
         "{'name':'AcceptorAccountId','values':['444455556666']}]}",
         "UNSUPPORTED_FILTERS"},
        {"{'filters':[" PARTY "," TYPE "],'maxResults':51}", "INVALID_MAX_RESULTS"},
        {"{'filters':[" PARTY "," TYPE "],'nextToken':'invented'}", "INVALID_NEXT_TOKEN"},
        {"{'filters':[" PARTY "," TYPE "],'sort':{'sortBy':'StartTime'}}", "INVALID_SORT_BY"},
        {"{'filters':[" PARTY "," TYPE "],'sort':{'sortBy':'EndTime','sortOrder':'UP'}}",
         "INVALID_SORT_ORDER"},
    };
    struct drive drive;
    drive_start(&drive, NULL);
    for (size_t i = 0; i < COUNT(cases); i++) {
        if (drive_agreement(&drive, "SearchAgreements", "%s", cases[i].body) != 400 ||
            strcmp(drive_error(&drive), "ValidationException") != 0 ||
            strcmp(drive_answer(&drive, "reason"), cases[i].reason) != 0)
            fail_msg("%s: wanted %s, got %s", cases[i].body, cases[i].reason, drive.response.body);
        assert_true(json_get(drive.answer, "fields")->count >= 1);
        assert_int_equal(strlen(drive_answer(&drive, "requestId")), 36);
    }
    drive_agreement(&drive, "DescribeAgreement", "{}");
    assert_string_equal(drive_answer(&drive, "reason"), "MISSING_AGREEMENT_ID");
    assert_int_equal(drive_agreement(&drive, "DescribeAgreement", "{'agreementId':'agmt-1'}"), 404);
    assert_string_equal(drive_error(&drive), "ResourceNotFoundException");
    assert_string_equal(drive_answer(&drive, "resourceId"), "agmt-1");
    drive_agreement(&drive, "GetAgreementTerms", "{'agreementId':'agmt 1'}");
    assert_string_equal(drive_answer(&drive, "reason"), "INVALID_AGREEMENT_ID");
    drive_agreement(&drive, "CancelAgreement", "{'agreementId':'agmt-1'}");
    assert_string_equal(drive_error(&drive), "UnknownOperationException");
    drive_stop(&drive);
}

static void test_pages(void **state)
{
    (void)state;
    static const char page[] = "{'filters':[" PARTY "," TYPE "],'sort':{'sortBy':'EndTime',"
                               "'sortOrder':'ASCENDING'},'maxResults':4%s}";
    const struct sandbox_options options = {.offers = 40};
    struct drive drive;
    drive_start(&drive, &options);
    size_t seen = 0;
    const char *token = NULL, *last = "0";
    do {
        const char *more = token ? arena_printf(drive.arena, ",'nextToken':'%s'", token) : "";
        assert_int_equal(drive_agreement(&drive, "SearchAgreements", page, more), 200);
        const struct json *rows = json_get(drive.answer, "agreementViewSummaries");
        for (size_t i = 0; i < rows->count; i++) {
            const char *end = json_get_text(rows->items[i], "endTime");
            assert_true(strcmp(last, end) <= 0);
            last = end;
        }
        seen += rows->count;
        token = json_get_text(drive.answer, "nextToken");
    } while (token);
    assert_int_equal(seen, sandbox_agreements(drive.sandbox, NULL));
    assert_true(seen > 12);
    static const char *const states[] = {"ACTIVE", "EXPIRED", "REPLACED"}; /* all are seeded */
    for (size_t i = 0; i < COUNT(states); i++)
        assert_true(found(&drive, arena_printf(drive.arena, "{'name':'Status','values':['%s']}",
                                               states[i])) > 0);
    drive_stop(&drive);
}

static void test_quota(void **state)
{
    (void)state;
    struct drive drive;
    drive_start(&drive, NULL);
    drive.pace_ms = 0;
    for (size_t i = 0; i < 5; i++)
        found(&drive, "");
    assert_int_equal(search(&drive, PARTY "," TYPE), 429);
    assert_string_equal(drive_error(&drive), "ThrottlingException");
    drive_stop(&drive);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_who_may_accept),
        cmocka_unit_test(test_what_it_says),
        cmocka_unit_test(test_configuration),
        cmocka_unit_test(test_markup),
        cmocka_unit_test(test_ends),
        cmocka_unit_test(test_replacement),
        cmocka_unit_test(test_buyers),
        cmocka_unit_test(test_searches),
        cmocka_unit_test(test_refused_searches),
        cmocka_unit_test(test_pages),
        cmocka_unit_test(test_quota),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
