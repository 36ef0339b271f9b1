/* Google's private offers: what a write is refused for, what publishing asks for, what follows on
 * what, and what the service works out by itself. */
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
#define SINGLE "private_offer.single_product_offer"

static void start(struct drive *drive)
{
    drive_start(drive, &(struct sandbox_options){.rate = 100});
}

static int patch(struct drive *drive, const char *id, const char *mask, const char *body)
{
    return gcp_market_call(
        drive, "PATCH", arena_printf(drive->arena, GCP_MARKET_OFFERS "/%s?updateMask=%s", id, mask),
        body);
}

/* Makes the draft and publishes it; `field` NULL: that is fine, else it is refused for it. */
static void assert_publish(struct drive *drive, const char *offer, const char *field)
{
    const char *id = gcp_market_create(drive, offer);
    if (!*id)
        fail_msg("not even a draft: %s\n%s", drive->response.body, offer);
    int status = gcp_market_act(drive, id, "publish", "{'validateOnly':true}");
    if ((status == 200) != !field || (field && !*gcp_market_violation(drive, field)))
        fail_msg("wanted %s, got %d: %s\n%s", field ? field : "success", status,
                 gcp_market_violations(drive), offer);
    assert_int_equal(
        gcp_market_call(drive, "DELETE",
                        arena_printf(drive->arena, GCP_MARKET_OFFERS "/%s?force=true", id), NULL),
        200);
}

/* ---- Drafts. */
static void test_draft(void **state)
{
    (void)state;
    struct drive drive;
    start(&drive);
    const char *id = gcp_market_create(&drive, gcp_market_offer(&drive, NULL, NULL));
    assert_string_not_equal(id, "");
    assert_int_equal(sandbox_gcp_offers(drive.sandbox), 1);
    assert_string_equal(gcp_market_state(&drive, id), "DRAFT");
    assert_string_equal(drive_answer(&drive, "customer.entityTitle"), "Northwind");
    /* Nobody but the service knows what it is worth; what it earns is not told of drafts. */
    assert_string_equal(
        drive_answer(&drive, "singleProductOffer.contractValue.totalContractValue.units"), "48000");
    assert_null(json_find(drive.answer, "singleProductOffer.revenueShare"));
    assert_null(json_find(drive.answer, "term.effectiveTermEndTime"));
    /* A basic view says almost nothing, and that is what comes unless the other is asked for. */
    gcp_market_get(&drive, GCP_MARKET_OFFERS "/%s", id);
    assert_int_equal(drive.answer->count, 5);
    assert_string_equal(drive_answer(&drive, "title"), "Sandbox DB for Northwind");
    const char *before = arena_copy(drive.arena, drive_answer(&drive, "updateTime"));
    assert_int_equal(patch(&drive, id, "title,customer.contact,internalNote",
                           "{'title':'Another','customer':{'contact':'Nobody'}}"),
                     200);
    assert_string_equal(drive_answer(&drive, "title"), "Another");
    assert_string_equal(drive_answer(&drive, "customer.contact"), "Nobody");
    assert_string_equal(drive_answer(&drive, "customer.entityTitle"), "Northwind");
    assert_null(json_get(drive.answer, "internalNote")); /* in the mask, not in the body */
    assert_string_not_equal(drive_answer(&drive, "updateTime"), before);
    drive_stop(&drive);
}

static void test_refused_writes(void **state)
{
    (void)state;
    static const struct {
        const char *path, *value, *field;
    } cases[] = {
        {"state", "'DRAFT'", "private_offer.state"},
        {"createTime", "'2026-01-01T00:00:00Z'", "private_offer.create_time"},
        {"name", "'privateOffers/mine'", "private_offer.name"},
        {"offerdealtype", "'NEW'", "private_offer"},
        {"offerDealType", "'RENEWAL'", "private_offer.offer_deal_type"},
        {"customer.address", "'Main Street'", "private_offer.customer.address"},
        {"customer.email", "'nobody'", "private_offer.customer.email"},
        {"customer.targetBillingAccount", "'012345-567890-ABCDEF'",
         "private_offer.customer.target_billing_account"},
        {"term.durationMonths", "'a year'", "private_offer.term.duration_months"},
        {"term.durationMonths", "0", "private_offer.term.duration_months"},
        {"term.maxRenewalCount", "-1", "private_offer.term.max_renewal_count"},
        {"term.unlimitedRenewal", "true", "private_offer.term.unlimited_renewal"},
        {"term.scheduledEndTime", "{'year':2030,'month':1,'day':1}", "private_offer.term"},
        {"term.scheduledStartTime", "{'year':2030,'month':2,'day':30,'timeZone':{'id':'UTC'}}",
         "private_offer.term.scheduled_start_time"},
        {"acceptDeadlineTime", "{'year':2030,'month':2,'day':3}",
         "private_offer.accept_deadline_time"},
        {"acceptDeadlineTime",
         "{'year':2030,'month':2,'day':3,'utcOffset':'-28800s','timeZone':{'id':'UTC'}}",
         "private_offer.accept_deadline_time"},
        {"singleProductOffer.customIntervalPrice", "{'installments':[]}", SINGLE},
        {"singleProductOffer.serviceLevel", "'x'", SINGLE ".service_level"},
        {"singleProductOffer.contractValue", "{}", SINGLE ".contract_value"},
        {"singleProductOffer.standardIntervalPrice.priceModel.commitment", "{}",
         SINGLE ".standard_interval_price.price_model"},
        {"singleProductOffer.standardIntervalPrice.priceModel.flatFee.flatFeeOverride",
         "{'currencyCode':'EUR','units':'1'}",
         SINGLE ".standard_interval_price.price_model.flat_fee.flat_fee_override"},
        {"singleProductOffer.standardIntervalPrice.priceModel.flatFee.flatFeeOverride",
         "{'currencyCode':'USD','nanos':1000000}",
         SINGLE ".standard_interval_price.price_model.flat_fee.flat_fee_override"},
        {"singleProductOffer.standardIntervalPrice.priceModel.flatFee.flatFeeOverride.units",
         "'1000000001'", SINGLE ".standard_interval_price.price_model.flat_fee.flat_fee_override"},
        {"singleProductOffer.standardIntervalPrice.priceModel.usage.defaultDiscountPercent.value",
         "'.5'", SINGLE ".standard_interval_price.price_model.usage.default_discount_percent"},
        {"singleProductOffer.standardIntervalPrice.priceModel.usage.defaultDiscountPercent.value",
         "'100.01'", SINGLE ".standard_interval_price.price_model.usage.default_discount_percent"},
    };
    struct drive drive;
    start(&drive);
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_string_equal(
            gcp_market_create(&drive, gcp_market_offer(&drive, cases[i].path, cases[i].value)), "");
        assert_int_equal(drive.response.status, 400);
        if (!*gcp_market_violation(&drive, cases[i].field))
            fail_msg("%s = %s: wanted %s, got %s", cases[i].path, cases[i].value, cases[i].field,
                     drive.response.body);
    }
    /* As the front end of the service words it. */
    gcp_market_create(&drive, gcp_market_offer(&drive, "somethingNew", "1"));
    assert_string_equal(drive_answer(&drive, "error.message"),
                        "Invalid JSON payload received. Unknown name \"somethingNew\" at "
                        "'private_offer': Cannot find field.");
    assert_int_equal(sandbox_gcp_offers(drive.sandbox), 0);
    drive_stop(&drive);
}

/* ---- Publishing. */
static void test_refused_publishing(void **state)
{
    (void)state;
#define PRICE SINGLE ".standard_interval_price"
#define MODEL PRICE ".price_model"
    static const struct {
        const char *path, *value, *field;
    } cases[] = {
        {NULL, NULL, NULL},
        {"title", NULL, "private_offer.title"},
        {"offerDealType", "'OFFER_DEAL_TYPE_UNSPECIFIED'", "private_offer.offer_deal_type"},
        {"partnerContact.contact", NULL, "private_offer.partner_contact.contact"},
        {"partnerContact.email", "'desk'", "private_offer.partner_contact.email"},
        {"customer.entityTitle", "''", "private_offer.customer.entity_title"},
        {"customer.targetBillingAccount", NULL, "private_offer.customer.target_billing_account"},
        {"customer.targetBillingAccount", "'" GCP_BUYER_TRIAL "'",
         "private_offer.customer.target_billing_account"},
        {"customer.targetBillingAccount", "'" GCP_BUYER_UNKNOWN "'",
         "private_offer.customer.target_billing_account"},
        {"customer.targetBillingAccount", "'" GCP_BUYER_PARENT "'",
         "private_offer.customer.target_billing_account"},
        {"customer.targetBillingAccount", "'" GCP_BUYER_BELOW "'", NULL}, /* may be resold */
        {"acceptDeadlineTime", NULL, "private_offer.accept_deadline_time"},
        {"acceptDeadlineTime.hours", "1", "private_offer.accept_deadline_time"},
        {"acceptDeadlineTime.nanos", "1", "private_offer.accept_deadline_time"},
        {"acceptDeadlineTime.timeZone.id", "'UTC'", "private_offer.accept_deadline_time"},
        {"acceptDeadlineTime.year", "2020", "private_offer.accept_deadline_time"},
        {"acceptDeadlineTime.year", "2040", "private_offer.accept_deadline_time"},
        {"term.startPolicy", NULL, "private_offer.term.start_policy"},
        {"term.startPolicy", "'SCHEDULED_START_TIME'", "private_offer.term.scheduled_start_time"},
        {"term.scheduledStartTime",
         "{'year':2040,'month':1,'day':1,'timeZone':{'id':'America/Los_Angeles'}}",
         "private_offer.term.scheduled_start_time"},
        {"term.endPolicy", "'SCHEDULED_END_TIME'", "private_offer.term.scheduled_end_time"},
        {"term.endPolicy", "'MATCH_AMENDED_OFFER'", "private_offer.term.end_policy"},
        {"term.durationMonths", NULL, "private_offer.term.duration_months"},
        {"term.durationMonths", "18", NULL}, /* nothing says that it must be whole years */
        {"term.durationMonths", "84", NULL},
        {"term.durationMonths", "96", "private_offer.term"},
        {"term.maxRenewalCount", "6", NULL},
        {"term.maxRenewalCount", "7", "private_offer.term"},
        {"singleProductOffer.baseStandardOffer", NULL, SINGLE ".base_standard_offer"},
        {"singleProductOffer.baseStandardOffer", "'" GCP_MARKET_STANDARD "0'",
         SINGLE ".base_standard_offer"},
        {"singleProductOffer.baseStandardOffer",
         "'projects/other/locations/global/services/s/standardOffers/o'",
         SINGLE ".base_standard_offer"},
        {"singleProductOffer.baseStandardOffer",
         "'" GCP_PARENT "/services/" GCP_SERVICE_DB "/standardOffers/" GCP_STANDARD_OLD "'",
         SINGLE ".base_standard_offer"},
        {"singleProductOffer.baseStandardOffer",
         "'" GCP_PARENT "/services/" GCP_SERVICE_DB "/standardOffers/" GCP_STANDARD_COMING "'",
         SINGLE ".base_standard_offer"},
        {"singleProductOffer.baseStandardOffer", "'" GCP_MARKET_TEAM "'", MODEL ".usage"},
        {"singleProductOffer.baseStandardOffer", "'" GCP_MARKET_METER "'", MODEL ".flat_fee"},
        {"singleProductOffer.standardIntervalPrice", NULL, SINGLE},
        {"singleProductOffer.standardIntervalPrice.standardInterval", NULL,
         PRICE ".standard_interval"},
        {"singleProductOffer.standardIntervalPrice.standardInterval", "'MONTHLY_POSTPAY'",
         PRICE ".standard_interval"},
        {"singleProductOffer.standardIntervalPrice.priceModel", NULL, MODEL},
        {"singleProductOffer.standardIntervalPrice.priceModel.flatFee", "{}",
         MODEL ".flat_fee.flat_fee_override"},
        {"singleProductOffer.standardIntervalPrice.priceModel.flatFee", NULL,
         PRICE ".standard_interval"},
        {"singleProductOffer.standardIntervalPrice.priceModel.usage.skuDiscounts",
         "[{'sku':'" GCP_PARENT "/services/" GCP_SERVICE_DB "/skus/" GCP_SKU_DB_USAGE
         "','discountPercent':{'value':'10'}}]",
         NULL},
        {"singleProductOffer.standardIntervalPrice.priceModel.usage.skuDiscounts",
         "[{'sku':'" GCP_PARENT "/services/" GCP_SERVICE_DB "/skus/nothing','discountPercent':"
         "{'value':'10'}}]",
         MODEL ".usage.sku_discounts[0]"},
        {"singleProductOffer.standardIntervalPrice.priceModel.usage.skuDiscounts",
         "[{'discountPercent':{'value':'10'}}]", MODEL ".usage.sku_discounts[0]"},
        {"singleProductOffer.features", "[{'displayName':'A'},{'displayName':'A'}]",
         SINGLE ".features[1].display_name"},
        {"singleProductOffer.features", "[{'value':'24x7'}]", SINGLE ".features[0].display_name"},
        {"singleProductOffer.additionalContractValue",
         "{'contractValue':{'currencyCode':'USD','units':'1'}}",
         SINGLE ".additional_contract_value.eligible_skus"},
        {"singleProductOffer.amendedStandardOffer", "'" GCP_MARKET_STANDARD "'", SINGLE},
        {"singleProductOffer.amendedPrivateOffer", "'" GCP_PARENT "/privateOffers/x'", SINGLE},
    };
    struct drive drive;
    start(&drive);
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_publish(&drive, gcp_market_offer(&drive, cases[i].path, cases[i].value),
                       cases[i].field);
    /* What somebody typed in the portal is found, too. */
    const char *id = gcp_market_create(&drive, gcp_market_offer(&drive, NULL, NULL));
    gcp_market_control(
        &drive, "edit-offer",
        arena_printf(drive.arena, "{'id':'%s','path':'customer.email','value':'nobody'}", id));
    assert_int_equal(drive.response.status, 200);
    assert_int_equal(gcp_market_act(&drive, id, "publish", "{}"), 400);
    assert_string_equal(drive_answer(&drive, "error.message"),
                        "Request contains an invalid argument.");
    assert_string_not_equal(gcp_market_violation(&drive, "private_offer.customer.email"), "");
    assert_string_equal(gcp_market_state(&drive, id), "DRAFT");
    drive_stop(&drive);
}

/* Commitments and usage, on a product that is sold so. */
static void test_usage_prices(void **state)
{
    (void)state;
#define AMOUNT "'commitmentAmount':{'currencyCode':'USD','units':'1000'}"
#define HALF   "'discountPercent':{'value':'50'}"
    static const struct {
        const char *interval, *model, *field;
    } cases[] = {
        {"", "{'usage':{}}", NULL},
        {"", "{'usage':{'defaultDiscountPercent':{'value':'100.00'}}}", NULL},
        {"'standardInterval':'MONTHLY_NOT_PRORATED',", "{'usage':{}}", PRICE ".standard_interval"},
        {"", "{'commitment':{" AMOUNT "," HALF "}}", PRICE ".standard_interval"},
        {"'standardInterval':'MONTHLY_NOT_PRORATED',", "{'commitment':{" AMOUNT "," HALF "}}",
         NULL},
        {"'standardInterval':'MONTHLY_NOT_PRORATED',", "{'commitment':{" AMOUNT "}}",
         MODEL ".commitment.discount_percent"},
        {"'standardInterval':'MONTHLY_NOT_PRORATED',",
         "{'commitment':{" AMOUNT "," HALF "},'usage':{}}", MODEL ".commitment.discount_percent"},
        {"'standardInterval':'MONTHLY_NOT_PRORATED',", "{'commitment':{" AMOUNT "},'usage':{}}",
         NULL},
        {"'standardInterval':'MONTHLY_NOT_PRORATED',", "{'commitment':{" HALF "}}",
         MODEL ".commitment.commitment_amount"},
        {"'standardInterval':'MONTHLY_NOT_PRORATED',",
         "{'commitment':{" AMOUNT "," HALF ",'additionalCredit':{'currencyCode':'USD'}}}",
         MODEL ".commitment.additional_credit"},
        {"",
         "{'usage':{'skuDiscounts':[{'cloudBillingSku':'services/6F81-5844-456A/skus/"
         "0000-1111-2222','discountPercent':{'value':'1'}}]}}",
         NULL},
    };
    struct drive drive;
    start(&drive);
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct json *offer = gcp_market_sample(&drive);
        drive_put(&drive, offer, "singleProductOffer",
                  arena_printf(drive.arena,
                               "{'baseStandardOffer':'" GCP_MARKET_METER
                               "','standardIntervalPrice':{%s'priceModel':%s}}",
                               cases[i].interval, cases[i].model));
        assert_publish(&drive, json_print(drive.arena, offer), cases[i].field);
    }
    drive_stop(&drive);
}

static const char *custom(struct drive *drive, const char *start, const char *installments)
{
    struct json *offer = gcp_market_sample(drive);
    drive_put(drive, offer, "term.startPolicy", start ? "'SCHEDULED_START_TIME'" : "'IMMEDIATE'");
    drive_put(drive, offer, "term.scheduledStartTime", start);
    drive_put(drive, offer, "singleProductOffer.standardIntervalPrice", NULL);
    drive_put(drive, offer, "singleProductOffer.customIntervalPrice",
              arena_printf(drive->arena, "{'installments':[%s]}", installments));
    return json_print(drive->arena, offer);
}

static const char *part(struct drive *drive, int64_t days, const char *model)
{
    const char *time =
        days ? arena_printf(drive->arena, "'startTime':%s,", gcp_market_midnight(drive, days)) : "";
    return arena_printf(drive->arena, "{%s'priceModel':%s}", time, model);
}

static void test_installments(void **state)
{
    (void)state;
#define ROWS SINGLE ".custom_interval_price.installments"
#define FEE  "{'flatFee':{'flatFeeOverride':{'currencyCode':'USD','units':'500','nanos':10000000}}}"
    struct drive drive;
    start(&drive);
    drive.pace_ms = 0;
    const char *now = part(&drive, 0, FEE), *later = part(&drive, 60, FEE);
    const char *most = part(&drive, 120, FEE), *over = part(&drive, 500, FEE);
    struct arena *arena = drive.arena;
    assert_publish(&drive, custom(&drive, NULL, now), NULL);
    assert_publish(&drive, custom(&drive, NULL, ""), ROWS);
    assert_publish(&drive, custom(&drive, NULL, later), ROWS "[0].start_time");
    assert_publish(&drive, custom(&drive, NULL, arena_printf(arena, "%s,%s,%s", now, later, most)),
                   NULL);
    assert_publish(&drive, custom(&drive, NULL, arena_printf(arena, "%s,%s,%s", now, most, later)),
                   ROWS "[2].start_time");
    assert_publish(&drive, custom(&drive, NULL, arena_printf(arena, "%s,%s", now, now)),
                   ROWS "[1].start_time");
    assert_publish(&drive, custom(&drive, NULL, arena_printf(arena, "%s,%s", now, over)),
                   ROWS "[1].start_time");
    /* The deadline must not be after what comes first. */
    assert_publish(&drive,
                   custom(&drive, NULL, arena_printf(arena, "%s,%s", now, part(&drive, 20, FEE))),
                   "private_offer.accept_deadline_time");
    assert_publish(&drive, custom(&drive, gcp_market_midnight(&drive, 60), later), NULL);
    assert_publish(&drive, custom(&drive, gcp_market_midnight(&drive, 60), most),
                   ROWS "[0].start_time");
    assert_publish(&drive, custom(&drive, gcp_market_midnight(&drive, 20), part(&drive, 20, FEE)),
                   "private_offer.accept_deadline_time");
    assert_publish(
        &drive,
        custom(&drive, NULL, arena_printf(arena, "%s,%s", now, part(&drive, 60, "{'usage':{}}"))),
        ROWS "[1].price_model");
    /* Nothing to be renewed, and no standard frequency. */
    struct json *offer = gcp_market_sample(&drive);
    drive_put(&drive, offer, "term.maxRenewalCount", "1");
    drive_put(&drive, offer, "singleProductOffer.standardIntervalPrice", NULL);
    drive_put(&drive, offer, "singleProductOffer.customIntervalPrice",
              arena_printf(arena, "{'installments':[%s]}", now));
    assert_publish(&drive, json_print(arena, offer), "private_offer.term.max_renewal_count");
    drive_stop(&drive);
}

/* ---- States. */
static void test_way(void **state)
{
    (void)state;
    struct drive drive;
    start(&drive);
    const char *id = gcp_market_create(&drive, gcp_market_offer(&drive, NULL, NULL));
    /* Looking first changes nothing. */
    assert_int_equal(gcp_market_act(&drive, id, "publish", "{'validateOnly':true}"), 200);
    assert_string_equal(gcp_market_state(&drive, id), "DRAFT");
    assert_int_equal(gcp_market_act(&drive, id, "publish", NULL), 200);
    assert_string_equal(drive_answer(&drive, "state"), "PUBLISHING");
    assert_string_equal(drive_answer(&drive, "singleProductOffer.serviceLevel"), "enterprise");
    assert_null(json_get(drive.answer, "publishRequirementGoogleReview"));
    assert_int_equal(gcp_market_act(&drive, id, "publish", "{}"), 400);
    assert_string_equal(drive_answer(&drive, "error.status"), "FAILED_PRECONDITION");
    assert_int_equal(patch(&drive, id, "title", "{'title':'x'}"), 400);
    assert_string_equal(drive_answer(&drive, "error.status"), "FAILED_PRECONDITION");
    gcp_market_wait(&drive, 3000);
    assert_string_equal(gcp_market_state(&drive, id), "PUBLISHED");
    assert_string_not_equal(drive_answer(&drive, "publishTime"), "");
    assert_string_equal(drive_answer(&drive, "singleProductOffer.revenueShare."
                                             "currentTermVendorNetRevenuePercent.value"),
                        "97");
    /* Only the deadline moves now, and only away. */
    assert_int_equal(patch(&drive, id, "title", "{'title':'x'}"), 400);
    assert_int_equal(patch(&drive, id, "acceptDeadlineTime,title",
                           arena_printf(drive.arena, "{'acceptDeadlineTime':%s,'title':'x'}",
                                        gcp_market_midnight(&drive, 40))),
                     400);
    static const struct {
        int days, status;
    } moves[] = {{29, 400}, {40, 200}, {39, 400}, {95, 400}, {80, 200}};
    for (size_t i = 0; i < COUNT(moves); i++)
        assert_int_equal(patch(&drive, id, "acceptDeadlineTime",
                               arena_printf(drive.arena, "{'acceptDeadlineTime':%s}",
                                            gcp_market_midnight(&drive, moves[i].days))),
                         moves[i].status);
    assert_int_equal(gcp_market_call(&drive, "DELETE",
                                     arena_printf(drive.arena, GCP_MARKET_OFFERS "/%s", id), NULL),
                     400);
    assert_int_equal(gcp_market_act(&drive, id, "cancel", "{'cancellationNote':'Too late'}"), 200);
    assert_string_equal(drive_answer(&drive, "state"), "CANCELLED");
    assert_string_equal(drive_answer(&drive, "cancellationNote"), "Too late");
    assert_string_not_equal(drive_answer(&drive, "cancelTime"), "");
    assert_int_equal(gcp_market_act(&drive, id, "cancel", "{}"), 400);
    drive_stop(&drive);
}

static void test_expiry(void **state)
{
    (void)state;
    struct drive drive;
    start(&drive);
    const char *id = gcp_market_create(&drive, gcp_market_offer(&drive, NULL, NULL));
    assert_string_equal(gcp_market_publish(&drive, id), "PUBLISHED");
    gcp_market_wait(&drive, 29 * DAY_MS);
    assert_string_equal(gcp_market_state(&drive, id), "PUBLISHED");
    gcp_market_wait(&drive, 2 * DAY_MS);
    assert_string_equal(gcp_market_state(&drive, id), "EXPIRED");
    assert_int_equal(
        gcp_market_control(&drive, "accept-offer", arena_printf(drive.arena, "{'id':'%s'}", id)),
        409);
    drive_stop(&drive);
}

static void test_review(void **state)
{
    (void)state;
    static const char path[] =
        "singleProductOffer.standardIntervalPrice.priceModel.flatFee.flatFeeOverride.units";
    struct drive drive;
    start(&drive);
    const char *id = gcp_market_create(&drive, gcp_market_offer(&drive, path, "'1000000'"));
    assert_string_equal(gcp_market_publish(&drive, id), "PUBLISHING");
    /* That it is there says that Google looks at it. */
    assert_non_null(json_get(drive.answer, "publishRequirementGoogleReview"));
    assert_int_equal(
        gcp_market_control(&drive, "review-offer", arena_printf(drive.arena, "{'id':'%s'}", id)),
        200);
    assert_string_equal(gcp_market_state(&drive, id), "PUBLISHED");
    assert_string_not_equal(
        drive_answer(&drive, "publishRequirementGoogleReview.reviewApproveTime"), "");
    /* Or everything is looked at, and it takes its time. */
    gcp_market_control(&drive, "review-offer", "{'mode':'always'}");
    id = gcp_market_create(&drive, gcp_market_offer(&drive, "internalNote", "'crm=0062 rid=r2'"));
    assert_string_equal(gcp_market_publish(&drive, id), "PUBLISHING");
    gcp_market_wait(&drive, 60000);
    assert_string_equal(gcp_market_state(&drive, id), "PUBLISHED");
    drive_stop(&drive);
}

static void test_delete(void **state)
{
    (void)state;
    struct drive drive;
    start(&drive);
    const char *id = gcp_market_create(&drive, gcp_market_offer(&drive, NULL, NULL));
    const char *name = arena_printf(drive.arena, GCP_MARKET_OFFERS "/%s", id);
    assert_int_equal(gcp_market_call(&drive, "DELETE", name, NULL), 400);
    assert_string_equal(drive_answer(&drive, "error.status"), "FAILED_PRECONDITION");
    assert_int_equal(gcp_market_call(&drive, "DELETE",
                                     arena_printf(drive.arena, "%s?force=perhaps", name), NULL),
                     400);
    assert_int_equal(
        gcp_market_call(&drive, "DELETE", arena_printf(drive.arena, "%s?force=true", name), NULL),
        200);
    assert_int_equal(drive.answer->count, 0);
    assert_int_equal(gcp_market_get(&drive, "%s", name), 404);
    assert_int_equal(sandbox_gcp_offers(drive.sandbox), 0);
    drive_stop(&drive);
}

/* ---- What the service works out. */
static struct json *make_json(struct drive *drive, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static struct json *make_json(struct drive *drive, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    const char *text = arena_vprintf(drive->arena, format, list);
    va_end(list);
    return drive_json(drive, text);
}

static size_t timeline(struct drive *drive, const char *id)
{
    gcp_market_state(drive, id);
    const struct json *rows =
        json_find(drive->answer, "singleProductOffer.effectiveInstallmentTimeline");
    return rows ? rows->count : 0;
}

static void test_prorated(void **state)
{
    (void)state;
    struct drive drive;
    start(&drive);
    /* From the sixteenth of June until the sixteenth of September 2027. */
    const struct json *offer = drive_json(
        &drive,
        "{'title':'x','customer':{'targetBillingAccount':'" GCP_BUYER "'},'term':{'startPolicy':"
        "'SCHEDULED_START_TIME','scheduledStartTime':{'year':2027,'month':6,'day':16,'timeZone':"
        "{'id':'America/Los_Angeles'}},'endPolicy':'AFTER_DURATION','durationMonths':3},"
        "'singleProductOffer':{'standardIntervalPrice':{'standardInterval':'MONTHLY_PRORATED',"
        "'priceModel':{'flatFee':{'flatFeeOverride':{'currencyCode':'USD','units':'100'}}}}}}");
    const char *id = gcp_market_create(&drive, json_print(drive.arena, offer));
    assert_int_equal(timeline(&drive, id), 4);
#define ROW(n, what)                                                                               \
    drive_answer(&drive, "singleProductOffer.effectiveInstallmentTimeline[" #n "]." what)
    assert_string_equal(ROW(0, "startTime.day"), "16");
    assert_string_equal(ROW(0, "priceModel.flatFee.flatFeeOverride.units"), "50"); /* 15 of 30 */
    assert_string_equal(ROW(1, "startTime.month"), "7");
    assert_string_equal(ROW(1, "startTime.day"), "1");
    assert_string_equal(ROW(1, "priceModel.flatFee.flatFeeOverride.units"), "100");
    assert_string_equal(ROW(3, "startTime.month"), "9");
    assert_string_equal(ROW(3, "priceModel.flatFee.flatFeeOverride.units"), "50"); /* 15 of 30 */
    assert_string_equal(
        drive_answer(&drive, "singleProductOffer.contractValue.totalContractValue.units"), "300");
    assert_string_equal(drive_answer(&drive, "term.effectiveTermEndTime.day"), "16");
    assert_string_equal(drive_answer(&drive, "term.effectiveTermEndTime.month"), "9");
    /* From the first of a month there is nothing to split. */
    patch(&drive, id, "term.scheduledStartTime",
          "{'term':{'scheduledStartTime':{'year':2027,'month':6,'day':1,'timeZone':{'id':"
          "'America/Los_Angeles'}}}}");
    assert_int_equal(drive.response.status, 200);
    assert_int_equal(timeline(&drive, id), 3);
    drive_stop(&drive);
}

/* The last day of January and thirteen months is the last day of February. */
static void test_clamping(void **state)
{
    (void)state;
    struct drive drive;
    start(&drive);
    const struct json *offer = drive_json(
        &drive,
        "{'term':{'startPolicy':'SCHEDULED_START_TIME','scheduledStartTime':{'year':2027,'month':1,"
        "'day':31,'timeZone':{'id':'America/Los_Angeles'}},'endPolicy':'AFTER_DURATION',"
        "'durationMonths':13}}");
    gcp_market_create(&drive, json_print(drive.arena, offer));
    gcp_market_get(&drive, GCP_MARKET_OFFERS);
    const char *name = strrchr(drive_answer(&drive, "privateOffers[0].name"), '/');
    gcp_market_state(&drive, arena_copy(drive.arena, name + 1));
    assert_string_equal(drive_answer(&drive, "term.effectiveTermEndTime.year"), "2028");
    assert_string_equal(drive_answer(&drive, "term.effectiveTermEndTime.month"), "2");
    assert_string_equal(drive_answer(&drive, "term.effectiveTermEndTime.day"), "29");
    drive_stop(&drive);
}

static void test_contract_value(void **state)
{
    (void)state;
    static const struct {
        const char *interval;
        int months;
        const char *model, *units, *nanos;
    } cases[] = {
        {"YEARLY_NOT_PRORATED", 36,
         "{'flatFee':{'flatFeeOverride':{'currencyCode':'USD','units':'33333','nanos':330000000}}}",
         "99999", "990000000"},
        {"QUARTERLY_NOT_PRORATED", 12,
         "{'flatFee':{'flatFeeOverride':{'currencyCode':'USD','nanos':250000000}}}", "1", ""},
        {"MONTHLY_NOT_PRORATED", 2,
         "{'commitment':{'commitmentAmount':{'currencyCode':'USD','units':'1000'},"
         "'discountPercent':{'value':'12.34'}}}",
         "1753", "200000000"},
    };
    struct drive drive;
    start(&drive);
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct json *offer = make_json(
            &drive,
            "{'customer':{'targetBillingAccount':'" GCP_BUYER "'},'term':{'durationMonths':%d},"
            "'singleProductOffer':{'standardIntervalPrice':{'standardInterval':'%s','priceModel':"
            "%s}}}",
            cases[i].months, cases[i].interval, cases[i].model);
        gcp_market_state(&drive, gcp_market_create(&drive, json_print(drive.arena, offer)));
        assert_string_equal(
            drive_answer(&drive, "singleProductOffer.contractValue.totalContractValue.units"),
            cases[i].units);
        assert_string_equal(
            drive_answer(&drive, "singleProductOffer.contractValue.totalContractValue.nanos"),
            cases[i].nanos);
    }
    drive_stop(&drive);
}

/* ---- Oneofs. */
static void test_oneofs(void **state)
{
    (void)state;
    struct drive drive;
    start(&drive);
    const char *id = gcp_market_create(&drive, gcp_market_offer(&drive, NULL, NULL));
    /* Who sets the one clears the other. */
    assert_int_equal(patch(&drive, id, "singleProductOffer.customIntervalPrice",
                           "{'singleProductOffer':{'customIntervalPrice':{'installments':[{}]}}}"),
                     200);
    assert_null(json_find(drive.answer, "singleProductOffer.standardIntervalPrice"));
    assert_int_equal(patch(&drive, id, "term.scheduledEndTime",
                           arena_printf(drive.arena, "{'term':{'scheduledEndTime':%s}}",
                                        gcp_market_midnight(&drive, 400))),
                     200);
    assert_null(json_find(drive.answer, "term.durationMonths"));
    /* What is set in a oneof is shown, be it zero. */
    assert_int_equal(patch(&drive, id, "term.maxRenewalCount", "{'term':{'maxRenewalCount':0}}"),
                     200);
    assert_string_equal(drive_answer(&drive, "term.maxRenewalCount"), "0");
    static const char *const masks[] = {"",      "*",    "titel",
                                        "state", "name", "term.effectiveTermEndTime"};
    for (size_t i = 0; i < COUNT(masks); i++)
        assert_int_equal(patch(&drive, id, masks[i], "{'title':'x'}"), 400);
    drive_stop(&drive);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_draft),
    cmocka_unit_test(test_refused_writes),
    cmocka_unit_test(test_refused_publishing),
    cmocka_unit_test(test_usage_prices),
    cmocka_unit_test(test_installments),
    cmocka_unit_test(test_way),
    cmocka_unit_test(test_expiry),
    cmocka_unit_test(test_review),
    cmocka_unit_test(test_delete),
    cmocka_unit_test(test_prorated),
    cmocka_unit_test(test_clamping),
    cmocka_unit_test(test_contract_value),
    cmocka_unit_test(test_oneofs),
};

int main(void)
{
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
