/* What becomes of Google's private offers once buyers have them: orders, accounts, approvals,
 * changes of plan, amendments, renewals and ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "tests/support/gcp_market.h"

#define DAY_MS INT64_C(86400000)

static void start(struct drive *drive)
{
    drive_start(drive, &(struct sandbox_options){.rate = 100});
}

/* Of the offer that the sample is, with the product of `standard` and its price. */
static const char *offer_of(struct drive *drive, const char *standard, const char *price)
{
    struct json *offer = gcp_market_sample(drive);
    drive_put(drive, offer, "internalNote", NULL);
    drive_put(drive, offer, "singleProductOffer",
              arena_printf(drive->arena, "{'baseStandardOffer':'%s','standardIntervalPrice':%s}",
                           standard, price));
    return json_print(drive->arena, offer);
}

#define YEARLY                                                                                     \
    "{'standardInterval':'YEARLY_NOT_PRORATED','priceModel':{'flatFee':{'flatFeeOverride':"        \
    "{'currencyCode':'USD','units':'1000'}}}}"
#define USAGE "{'priceModel':{'usage':{}}}"

static int act(struct drive *drive, const char *order, const char *verb, const char *body)
{
    return gcp_market_call(
        drive, "POST",
        arena_printf(drive->arena, GCP_PROCUREMENT "/entitlements/%s:%s", order, verb), body);
}

static const char *account_of(struct drive *drive, const char *order)
{
    gcp_market_order(drive, order);
    return arena_copy(drive->arena, strrchr(drive_answer(drive, "account"), '/') + 1);
}

static int decide(struct drive *drive, const char *account, const char *verb, const char *body)
{
    return gcp_market_call(
        drive, "POST", arena_printf(drive->arena, GCP_PROCUREMENT "/accounts/%s:%s", account, verb),
        body);
}

static bool has(const struct drive *drive, const char *member)
{
    return json_get(drive->answer, member) != NULL;
}

/* ---- The way to an active entitlement. */
static void test_approval(void **state)
{
    (void)state;
    struct drive drive;
    start(&drive);
    const char *id = gcp_market_create(&drive, gcp_market_offer(&drive, NULL, NULL));
    const char *order = gcp_market_accept(&drive, id, false);
    assert_string_not_equal(order, "");
    assert_string_equal(gcp_market_state(&drive, id), "ACCEPTED");
    assert_string_not_equal(drive_answer(&drive, "acceptTime"), "");
    assert_string_equal(gcp_market_order(&drive, order), "ENTITLEMENT_ACTIVATION_REQUESTED");
    assert_string_equal(drive_answer(&drive, "productExternalName"), GCP_SERVICE_DB);
    assert_string_equal(drive_answer(&drive, "plan"), "enterprise");
    assert_string_equal(drive_answer(&drive, "offerDuration"), "P1Y");
    assert_false(has(&drive, "offerEndTime"));
    assert_false(has(&drive, "newOfferStartTime"));
    assert_false(has(&drive, "usageReportingId"));
    /* Another parent than the producer's, the same last segment. */
    const char *offer = drive_answer(&drive, "offer");
    assert_non_null(strstr(offer, "/services/" GCP_SERVICE_DB "/privateOffers/"));
    assert_string_equal(strrchr(offer, '/') + 1, id);
    /* The account comes first, and nobody says so. */
    assert_int_equal(act(&drive, order, "approve", "{}"), 400);
    assert_string_equal(drive_answer(&drive, "error.message"), "Precondition check failed.");
    assert_null(json_find(drive.answer, "error.details"));
    const char *account = account_of(&drive, order);
    assert_int_equal(decide(&drive, account, "approve", "{'approvalName':'nothing'}"), 400);
    assert_int_equal(decide(&drive, account, "approve", "{'approvalName':'signup'}"), 200);
    assert_int_equal(drive.answer->count, 0);
    assert_int_equal(decide(&drive, account, "approve", "{}"), 400);
    /* The message may be set while the buyer waits. */
    const char *entitlement = arena_printf(
        drive.arena, GCP_PROCUREMENT "/entitlements/%s?updateMask=messageToUser", order);
    assert_int_equal(gcp_market_call(&drive, "PATCH", entitlement, "{'messageToUser':'Tomorrow'}"),
                     200);
    assert_string_equal(drive_answer(&drive, "messageToUser"), "Tomorrow");
    assert_int_equal(gcp_market_call(&drive, "PATCH", entitlement, "{'plan':'team'}"), 400);
    drive.pace_ms = 0;
    assert_int_equal(act(&drive, order, "approve", "{}"), 200);
    assert_string_equal(gcp_market_order(&drive, order), "ENTITLEMENT_ACTIVATION_REQUESTED");
    assert_true(has(&drive, "newOfferStartTime"));
    assert_true(has(&drive, "offerEndTime"));
    assert_int_equal(act(&drive, order, "approve", "{}"), 400);
    gcp_market_wait(&drive, 1000);
    assert_string_equal(gcp_market_order(&drive, order), "ENTITLEMENT_ACTIVE");
    assert_false(has(&drive, "messageToUser"));
    assert_false(has(&drive, "newOfferStartTime"));
    assert_true(has(&drive, "offerEndTime"));
    assert_true(has(&drive, "subscriptionEndTime"));
    assert_true(has(&drive, "usageReportingId"));
    assert_int_equal(gcp_market_call(&drive, "PATCH", entitlement, "{'messageToUser':'x'}"), 400);
    gcp_market_state(&drive, id);
    assert_true(json_find(drive.answer, "term.effectiveTermEndTime") != NULL);
    assert_int_equal(act(&drive, order, "suspend", "{}"), 501);
    drive_stop(&drive);
}

static void test_rejection(void **state)
{
    (void)state;
    struct drive drive;
    start(&drive);
    const char *id = gcp_market_create(&drive, gcp_market_offer(&drive, NULL, NULL));
    const char *order = gcp_market_accept(&drive, id, false);
    const char *account = account_of(&drive, order);
    char reason[400];
    memset(reason, 'x', sizeof reason - 1);
    reason[sizeof reason - 1] = '\0';
    assert_int_equal(
        decide(&drive, account, "reject", arena_printf(drive.arena, "{'reason':'%s'}", reason)),
        200);
    gcp_market_get(&drive, GCP_PROCUREMENT "/accounts/%s", account);
    assert_string_equal(drive_answer(&drive, "approvals[0].state"), "REJECTED");
    assert_int_equal(strlen(drive_answer(&drive, "approvals[0].reason")), 256);
    /* What was rejected may be approved after all. */
    assert_int_equal(decide(&drive, account, "approve", "{}"), 200);
    assert_int_equal(act(&drive, order, "reject", "{'reason':'No'}"), 200);
    assert_int_equal(gcp_market_get(&drive, GCP_PROCUREMENT "/entitlements/%s", order), 404);
    assert_string_equal(gcp_market_state(&drive, id), "ENDED");
    assert_int_equal(decide(&drive, account, "reset", "{}"), 400); /* no test account */
    gcp_market_control(&drive, "sign-up", "{'buyer':'" GCP_BUYER "','test':true}");
    assert_int_equal(decide(&drive, account, "reset", "{}"), 200);
    assert_int_equal(gcp_market_get(&drive, GCP_PROCUREMENT "/accounts/%s", account), 404);
    drive_stop(&drive);
}

static void test_scheduled_start(void **state)
{
    (void)state;
    struct drive drive;
    start(&drive);
    struct json *offer = gcp_market_sample(&drive);
    drive_put(&drive, offer, "term.startPolicy", "'SCHEDULED_START_TIME'");
    drive_put(&drive, offer, "term.scheduledStartTime", gcp_market_midnight(&drive, 60));
    const char *id = gcp_market_create(&drive, json_print(drive.arena, offer));
    const char *order = gcp_market_accept(&drive, id, true);
    assert_int_equal(act(&drive, order, "approve", "{}"), 200);
    gcp_market_wait(&drive, 50 * DAY_MS);
    assert_string_equal(gcp_market_order(&drive, order), "ENTITLEMENT_ACTIVATION_REQUESTED");
    assert_true(has(&drive, "newOfferStartTime"));
    gcp_market_wait(&drive, 11 * DAY_MS);
    assert_string_equal(gcp_market_order(&drive, order), "ENTITLEMENT_ACTIVE");
    drive_stop(&drive);
}

/* ---- Ends. */
static void test_renewal(void **state)
{
    (void)state;
    struct drive drive;
    start(&drive);
    const char *id =
        gcp_market_create(&drive, gcp_market_offer(&drive, "term.maxRenewalCount", "1"));
    const char *order = gcp_market_accept(&drive, id, true);
    act(&drive, order, "approve", "{}");
    gcp_market_wait(&drive, DAY_MS);
    gcp_market_order(&drive, order);
    const char *end = arena_copy(drive.arena, drive_answer(&drive, "offerEndTime"));
    gcp_market_wait(&drive, 366 * DAY_MS);
    assert_string_equal(gcp_market_order(&drive, order), "ENTITLEMENT_ACTIVE");
    assert_string_not_equal(drive_answer(&drive, "offerEndTime"), end);
    assert_string_equal(gcp_market_state(&drive, id), "ACCEPTED");
    gcp_market_wait(&drive, 366 * DAY_MS);
    assert_string_equal(gcp_market_order(&drive, order), "ENTITLEMENT_CANCELLED");
    assert_string_equal(drive_answer(&drive, "cancellationReason"), "expired");
    assert_string_equal(gcp_market_state(&drive, id), "ENDED");
    assert_string_not_equal(drive_answer(&drive, "endTime"), "");
    assert_null(json_find(drive.answer, "term.effectiveTermEndTime"));
    drive_stop(&drive);
}

/* What is sold by usage goes on at list price when its offer is over. */
static void test_usage_goes_on(void **state)
{
    (void)state;
    struct drive drive;
    start(&drive);
    const char *id = gcp_market_create(&drive, offer_of(&drive, GCP_MARKET_METER, USAGE));
    const char *order = gcp_market_accept(&drive, id, true);
    assert_string_equal(gcp_market_order(&drive, order), "ENTITLEMENT_ACTIVE"); /* by itself */
    gcp_market_wait(&drive, 400 * DAY_MS);
    assert_string_equal(gcp_market_state(&drive, id), "ENDED");
    assert_string_equal(gcp_market_order(&drive, order), "ENTITLEMENT_ACTIVE");
    assert_true(has(&drive, "offerEndTime"));
    assert_false(has(&drive, "subscriptionEndTime"));
    drive_stop(&drive);
}

static void test_cancellation(void **state)
{
    (void)state;
    struct drive drive;
    start(&drive);
    const char *id = gcp_market_create(&drive, offer_of(&drive, GCP_MARKET_API, YEARLY));
    const char *order = gcp_market_accept(&drive, id, true);
    const char *which = arena_printf(drive.arena, "{'id':'%s'}", order);
    assert_int_equal(gcp_market_control(&drive, "cancel", which), 200);
    /* Alive until the end of its term. */
    assert_string_equal(gcp_market_order(&drive, order), "ENTITLEMENT_PENDING_CANCELLATION");
    gcp_market_wait(&drive, 370 * DAY_MS);
    assert_string_equal(gcp_market_order(&drive, order), "ENTITLEMENT_CANCELLED");
    assert_string_equal(drive_answer(&drive, "cancellationReason"), "user-cancelled");
    assert_int_equal(gcp_market_control(&drive, "cancel", which), 409);
    drive_stop(&drive);
}

/* ---- Changes of plan. */
static void test_plan_change(void **state)
{
    (void)state;
    struct drive drive;
    start(&drive);
    assert_int_equal(gcp_market_control(&drive, "buy",
                                        "{'buyer':'" GCP_BUYER
                                        "','standard':'services/" GCP_SERVICE_DB
                                        "/standardOffers/" GCP_STANDARD_DB_TEAM "'}"),
                     200);
    const char *order = arena_copy(drive.arena, drive_answer(&drive, "id"));
    act(&drive, order, "approve", "{}");
    gcp_market_wait(&drive, 2000);
    assert_string_equal(gcp_market_order(&drive, order), "ENTITLEMENT_ACTIVE");
    const char *change = arena_printf(drive.arena,
                                      "{'id':'%s','standard':'services/" GCP_SERVICE_DB
                                      "/standardOffers/" GCP_STANDARD_DB "'}",
                                      order);
    assert_int_equal(gcp_market_control(&drive, "change-plan", change), 200);
    assert_string_equal(gcp_market_order(&drive, order),
                        "ENTITLEMENT_PENDING_PLAN_CHANGE_APPROVAL");
    assert_string_equal(drive_answer(&drive, "newPendingPlan"), "enterprise");
    assert_string_equal(drive_answer(&drive, "plan"), "team");
    assert_true(has(&drive, "newPendingOffer"));
    assert_false(has(&drive, "newOfferStartTime"));
    assert_int_equal(act(&drive, order, "approvePlanChange", "{}"), 400);
    assert_int_equal(act(&drive, order, "approvePlanChange", "{'pendingPlanName':'team'}"), 400);
    assert_int_equal(
        act(&drive, order, "rejectPlanChange", "{'pendingPlanName':'enterprise','reason':'x'}"),
        200);
    assert_string_equal(gcp_market_order(&drive, order), "ENTITLEMENT_ACTIVE");
    assert_string_equal(drive_answer(&drive, "plan"), "team");
    gcp_market_control(&drive, "change-plan", change);
    assert_int_equal(act(&drive, order, "approvePlanChange", "{'pendingPlanName':'enterprise'}"),
                     200);
    assert_string_equal(gcp_market_order(&drive, order), "ENTITLEMENT_ACTIVE");
    assert_string_equal(drive_answer(&drive, "plan"), "enterprise");
    assert_false(has(&drive, "newPendingPlan"));
    drive_stop(&drive);
}

/* ---- Amendments. */
static const char *resolve(struct drive *drive, const char *account, const char *standard)
{
    gcp_market_get(drive,
                   GCP_MARKET_OFFERS ":resolveAmendmentTarget?targetBillingAccount=%s"
                                     "&baseStandardOffer=%s",
                   account, standard);
    return drive->answer->count ? drive->answer->names[0] : "";
}

static const char *amendment(struct drive *drive, const char *id, const char *path,
                             const char *value)
{
    struct json *offer = gcp_market_sample(drive);
    drive_put(drive, offer, "internalNote", NULL);
    drive_put(drive, offer, "singleProductOffer.amendedPrivateOffer",
              arena_printf(drive->arena, "'" GCP_PARENT "/privateOffers/%s'", id));
    if (path)
        drive_put(drive, offer, path, value);
    return gcp_market_create(drive, json_print(drive->arena, offer));
}

static void test_amendment(void **state)
{
    (void)state;
    static const char single[] = "private_offer.single_product_offer";
    struct drive drive;
    start(&drive);
    assert_string_equal(resolve(&drive, GCP_BUYER, GCP_MARKET_STANDARD), "");
    const char *first =
        gcp_market_create(&drive, gcp_market_offer(&drive, "offerDealType", "'MIGRATION'"));
    const char *order = gcp_market_accept(&drive, first, true);
    act(&drive, order, "approve", "{}");
    gcp_market_wait(&drive, DAY_MS);
    assert_string_equal(resolve(&drive, GCP_BUYER, GCP_MARKET_STANDARD), "requiredPrivateOffer");
    assert_string_equal(strrchr(drive_answer(&drive, "requiredPrivateOffer"), '/') + 1, first);
    assert_string_equal(resolve(&drive, GCP_BUYER_OTHER, GCP_MARKET_STANDARD), "");
    /* Now a fresh offer is refused, and one that amends only passes if it fits the running one. */
    const char *id = gcp_market_create(&drive, gcp_market_offer(&drive, NULL, NULL));
    assert_int_equal(gcp_market_act(&drive, id, "publish", "{}"), 400);
    assert_string_not_equal(gcp_market_violation(&drive, single), "");
    id = amendment(&drive, first, NULL, NULL);
    assert_int_equal(gcp_market_act(&drive, id, "publish", "{}"), 400);
    assert_string_not_equal(gcp_market_violation(&drive, "private_offer.offer_deal_type"), "");
    static const struct {
        const char *path, *value, *field;
    } cases[] = {
        {"singleProductOffer.standardIntervalPrice.standardInterval", "'MONTHLY_NOT_PRORATED'",
         single},
        {"customer.targetBillingAccount", "'" GCP_BUYER_OTHER "'", single},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        id = amendment(&drive, first, cases[i].path, cases[i].value);
        gcp_market_act(&drive, id, "publish", "{}");
        assert_string_not_equal(gcp_market_violation(&drive, cases[i].field), "");
    }
    id = amendment(&drive, first, "offerDealType", "'MIGRATION'");
    const char *again = gcp_market_accept(&drive, id, true);
    assert_string_equal(again, order); /* the order stays, under another offer */
    assert_string_equal(gcp_market_order(&drive, order),
                        "ENTITLEMENT_PENDING_PLAN_CHANGE_APPROVAL");
    assert_string_equal(strrchr(drive_answer(&drive, "newPendingOffer"), '/') + 1, id);
    assert_string_equal(drive_answer(&drive, "newPendingOfferDuration"), "P1Y");
    assert_int_equal(act(&drive, order, "approvePlanChange", "{'pendingPlanName':'enterprise'}"),
                     200);
    assert_string_equal(gcp_market_order(&drive, order), "ENTITLEMENT_ACTIVE");
    assert_string_equal(strrchr(drive_answer(&drive, "offer"), '/') + 1, id);
    assert_string_equal(gcp_market_state(&drive, first), "ENDED");
    assert_string_equal(gcp_market_state(&drive, id), "ACCEPTED");
    assert_int_equal(sandbox_gcp_entitlements(drive.sandbox), 1);
    drive_stop(&drive);
}

/* A committed use may grow, and stays what it is. */
static void test_commitments(void **state)
{
    (void)state;
    static const char form[] =
        "{'standardInterval':'YEARLY_NOT_PRORATED','priceModel':{'commitment':{'commitmentAmount':"
        "{'currencyCode':'USD','units':'%d'}%s}%s}}";
    static const struct {
        int units;
        bool usage, fits;
    } cases[] = {
        {1000, false, true}, {999, false, false}, {1000, true, false}, {2000, false, true}};
    struct drive drive;
    start(&drive);
    const char *discount = ",'discountPercent':{'value':'0'}";
    const char *first =
        gcp_market_create(&drive, offer_of(&drive, GCP_MARKET_METER,
                                           arena_printf(drive.arena, form, 1000, discount, "")));
    assert_string_not_equal(gcp_market_accept(&drive, first, true), "");
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *usage = cases[i].usage ? ",'usage':{}" : "";
        struct json *offer = gcp_market_sample(&drive);
        drive_put(&drive, offer, "singleProductOffer",
                  arena_printf(drive.arena,
                               "{'baseStandardOffer':'" GCP_MARKET_METER
                               "','amendedPrivateOffer':'" GCP_PARENT "/privateOffers/%s',"
                               "'standardIntervalPrice':%s}",
                               first,
                               arena_printf(drive.arena, form, cases[i].units,
                                            cases[i].usage ? "" : discount, usage)));
        const char *id = gcp_market_create(&drive, json_print(drive.arena, offer));
        int status = gcp_market_act(&drive, id, "publish", "{'validateOnly':true}");
        if ((status == 200) != cases[i].fits)
            fail_msg("case %zu: %d\n%s", i, status, gcp_market_violations(&drive));
    }
    drive_stop(&drive);
}

/* Of some products a buyer may have several orders; of those at list price, that offer is amended.
 */
static void test_other_targets(void **state)
{
    (void)state;
    struct drive drive;
    start(&drive);
    const char *id = gcp_market_create(&drive, offer_of(&drive, GCP_MARKET_API, YEARLY));
    assert_string_not_equal(gcp_market_accept(&drive, id, true), "");
    assert_string_equal(resolve(&drive, GCP_BUYER, GCP_MARKET_API), "optionalOffers");
    const char *second = gcp_market_create(&drive, offer_of(&drive, GCP_MARKET_API, YEARLY));
    assert_string_not_equal(gcp_market_accept(&drive, second, true), "");
    assert_int_equal(sandbox_gcp_entitlements(drive.sandbox), 2);
    gcp_market_control(&drive, "buy",
                       "{'buyer':'" GCP_BUYER "','standard':'services/" GCP_SERVICE_METER
                       "/standardOffers/" GCP_STANDARD_METER "'}");
    assert_string_equal(resolve(&drive, GCP_BUYER, GCP_MARKET_METER), "requiredStandardOffer");
    struct json *offer = gcp_market_sample(&drive);
    drive_put(&drive, offer, "singleProductOffer",
              "{'baseStandardOffer':'" GCP_MARKET_METER
              "','amendedStandardOffer':'" GCP_MARKET_METER "','standardIntervalPrice':" USAGE "}");
    id = gcp_market_create(&drive, json_print(drive.arena, offer));
    assert_string_not_equal(gcp_market_accept(&drive, id, true), "");
    assert_string_equal(resolve(&drive, GCP_BUYER, GCP_MARKET_METER), "requiredPrivateOffer");
    drive_stop(&drive);
}

/* ---- Lists. */
static size_t found(struct drive *drive, const char *filter)
{
    CLEANUP_TEXT struct text query;
    text_init(&query, 4096);
    for (const char *c = filter; *c; c++)
        text_addf(&query, "%%%02X", (unsigned)(unsigned char)*c);
    if (gcp_market_get(drive, GCP_PROCUREMENT "/entitlements?filter=%s", query.data) != 200)
        return SIZE_MAX;
    const struct json *rows = json_get(drive->answer, "entitlements");
    return rows ? rows->count : 0;
}

static void test_filter(void **state)
{
    (void)state;
    struct drive drive;
    start(&drive);
    const char *id = gcp_market_create(&drive, gcp_market_offer(&drive, NULL, NULL));
    const char *waiting = gcp_market_accept(&drive, id, true);
    const char *other = gcp_market_create(&drive, offer_of(&drive, GCP_MARKET_METER, USAGE));
    const char *active = gcp_market_accept(&drive, other, true);
    gcp_market_order(&drive, active);
    const char *consumer = arena_copy(drive.arena, drive_answer(&drive, "consumers[0].project"));
    const char *account = account_of(&drive, waiting);
    static const struct {
        const char *filter;
        size_t count;
    } cases[] = {
        {"", 2},
        {"state=active", 1},
        {"state=ENTITLEMENT_ACTIVE", 1},
        {"state=Activation_Requested", 1},
        {"state!=active", 1},
        {"NOT state=active", 1},
        {"-state=active", 1},
        {"state=active OR state=activation_requested", 2},
        {"state=active plan=payg", 1},
        {"state=active AND plan=enterprise", 0},
        {"plan=enterprise OR plan=payg AND state=active", 1}, /* OR binds tighter */
        {"(plan=enterprise AND state=active) OR plan=payg", 1},
        {"product_external_name=\"" GCP_SERVICE_DB "\"", 1},
        {"services=\"" GCP_SERVICE_METER "\"", 1},
        {"customer_billing_account=\"" GCP_BUYER "\"", 2},
        {"customer_billing_account=\"" GCP_BUYER_OTHER "\"", 0},
        {"new_pending_plan=team", 0},
        {"state=", SIZE_MAX},
        {"state:active", SIZE_MAX},
        {"colour=red", SIZE_MAX},
        {"plan=a.b", SIZE_MAX},
        {"(state=active", SIZE_MAX},
        {"state=active)", SIZE_MAX},
        {"state=active AND", SIZE_MAX},
        {"update_time>\"2026-01-01T00:00:00Z\"", SIZE_MAX},
        {"consumers.project=projects/1", SIZE_MAX},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        size_t count = found(&drive, cases[i].filter);
        if (count != cases[i].count)
            fail_msg("%s: wanted %zd, got %zd", cases[i].filter, (ssize_t)cases[i].count,
                     (ssize_t)count);
    }
    assert_int_equal(found(&drive, arena_printf(drive.arena, "account=%s", account)), 2);
    assert_int_equal(found(&drive, arena_printf(drive.arena, "consumers.project:%s", consumer)), 1);
    assert_int_equal(found(&drive, arena_printf(drive.arena,
                                                "change_history.new_offer:\"projects/" GCP_PROJECT
                                                "/services/x/privateOffers/%s\"",
                                                other)),
                     1);
    drive_stop(&drive);
}

static void test_accounts(void **state)
{
    (void)state;
    struct drive drive;
    drive_start(&drive, &(struct sandbox_options){.rate = 100, .gcp_offers = 100});
    gcp_market_get(&drive, GCP_PROCUREMENT "/accounts");
    assert_int_equal(json_get(drive.answer, "accounts")->count, 25);
    assert_string_equal(drive_answer(&drive, "accounts[0].state"), "ACCOUNT_ACTIVE");
    assert_string_not_equal(drive_answer(&drive, "nextPageToken"), "");
    gcp_market_get(&drive, GCP_PROCUREMENT "/accounts?pageSize=200");
    assert_int_equal(json_get(drive.answer, "accounts")->count, 40);
    assert_string_equal(drive_answer(&drive, "nextPageToken"), "");
    /* A reseller's customer shows whose it is, if all is asked for. */
    gcp_market_control(&drive, "sign-up", "{'buyer':'" GCP_BUYER_BELOW "','state':'APPROVED'}");
    const char *id = arena_copy(drive.arena, drive_answer(&drive, "id"));
    gcp_market_get(&drive, GCP_PROCUREMENT "/accounts/%s", id);
    assert_false(has(&drive, "resellerParentBillingAccount"));
    gcp_market_get(&drive, GCP_PROCUREMENT "/accounts/%s?view=ACCOUNT_VIEW_FULL", id);
    assert_string_equal(drive_answer(&drive, "resellerParentBillingAccount"), GCP_BUYER_PARENT);
    assert_string_equal(drive_answer(&drive, "approvals[0].state"), "APPROVED");
    drive_stop(&drive);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_approval),        cmocka_unit_test(test_rejection),
    cmocka_unit_test(test_scheduled_start), cmocka_unit_test(test_renewal),
    cmocka_unit_test(test_usage_goes_on),   cmocka_unit_test(test_cancellation),
    cmocka_unit_test(test_plan_change),     cmocka_unit_test(test_amendment),
    cmocka_unit_test(test_commitments),     cmocka_unit_test(test_other_targets),
    cmocka_unit_test(test_filter),          cmocka_unit_test(test_accounts),
};

int main(void)
{
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
