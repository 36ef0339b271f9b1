/* The document of a private offer at Google: what is sold in pairs, days that end at midnight in
 * Los Angeles, the line in the note, and back: the narrowest mask for what is wanted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"
#include "connectors/gcp/offer_steps.h"
#include "model/value.h"
#include "tests/support/fake.h"
#include "tests/support/quoted.h"

#define PARENT  "projects/isv/locations/global"
#define SERVICE "db.endpoints.isv.cloud.goog"

static struct settings settings;

static struct cloud cloud_of(void)
{
    return (struct cloud){.settings = &settings, .project = "isv", .location = "global"};
}

static size_t findings;

static void hear(void *context, const struct finding *finding)
{
    (void)context;
    assert_string_equal(finding->type->code, "CLD-001");
    findings++;
}

static struct record *record_of(struct arena *arena, const char *offer, const char *entitlement)
{
    const struct cloud cloud = cloud_of();
    struct json *document = gcp_offer_document(&cloud, arena, quoted_json(arena, offer),
                                               quoted_json(arena, entitlement), NULL, NULL);
    return gcp_offer_record(arena, document, hear, NULL);
}

static void assert_value(const struct record *record, const char *field, const char *wanted)
{
    size_t index = kind_field(record->kind, field);
    assert_int_not_equal(index, FIELD_NONE);
    CLEANUP_ARENA struct arena *arena = arena_new();
    const char *value = record->values[index];
    if (value && value_type_many(record->kind->fields[index].type))
        value = list_print(arena, ";", value);
    if (!text_equal(value, wanted))
        fail_msg("%s is \"%s\"", field, value ? value : "(absent)");
}

#define NAME "'name':'" PARENT "/privateOffers/o-1','updateTime':'2026-02-14T19:00:00.123456Z'"
#define FULL                                                                                       \
    "{" NAME ",'title':'Quince for Larkfield','state':'ACCEPTED','createTime':"                    \
    "'2026-01-20T17:00:00Z','publishTime':'2026-01-22T17:30:00Z',"                                 \
    "'acceptTime':'2026-02-14T19:00:00Z','offerDealType':'NEW',"                                   \
    "'internalNote':'crm=D-17 rid=c-1-2\\nAsk Ann','customerNote':'Thank you',"                    \
    "'partnerContact':{'contact':'Deal Desk','email':'deals@isv.example'},"                        \
    "'customer':{'entityTitle':'Larkfield','contact':'Bo','email':'bo@larkfield.example',"         \
    "'targetBillingAccount':'billingAccounts/012345-567890-ABCDEF'},"                              \
    "'acceptDeadlineTime':{'year':2026,'month':3,'day':9,'timeZone':{'id':"                        \
    "'America/Los_Angeles'}},'term':{'startPolicy':'IMMEDIATE','endPolicy':'AFTER_DURATION',"      \
    "'durationMonths':12,'maxRenewalCount':0,'effectiveTermEndTime':{'year':2027,'month':2,"       \
    "'day':15,'timeZone':{'id':'America/Los_Angeles'}}},"                                          \
    "'singleProductOffer':{'baseStandardOffer':'" PARENT "/services/" SERVICE                      \
    "/standardOffers/so-1','serviceLevel':'enterprise','standardIntervalPrice':"                   \
    "{'standardInterval':'YEARLY_NOT_PRORATED','priceModel':{'flatFee':{'flatFeeOverride':"        \
    "{'currencyCode':'USD','units':'48000','nanos':500000000}},'usage':"                           \
    "{'defaultDiscountPercent':{'value':'12.50'},'skuDiscounts':[{'sku':'" PARENT                  \
    "/services/" SERVICE "/skus/AAAA','discountPercent':{'value':'5'}},{'cloudBillingSku':"        \
    "'services/6F81/skus/BB','discountPercent':{'value':'7'}}]}}},"                                \
    "'features':[{'displayName':'Support','value':'24x7'},{'displayName':'SSO'}],"                 \
    "'contractValue':{'totalContractValue':{'currencyCode':'USD','units':'48000'}},"               \
    "'additionalContractValue':{'contractValue':{'currencyCode':'USD','units':'100'},"             \
    "'eligibleSkus':['" PARENT "/services/" SERVICE "/skus/AAAA']},"                               \
    "'revenueShare':{'currentTermVendorNetRevenuePercent':{'value':'97.0'}}},"                     \
    "'somethingNew':{'a':1.50}}"

static void test_whole(void **state)
{
    (void)state;
    CLEANUP_ARENA struct arena *arena = arena_new();
    static const char *const values[][2] = {
        {"id", "o-1"},
        {"partner_reference", "D-17"},
        {"title", "Quince for Larkfield"},
        {"note", "Ask Ann"},
        {"buyer_note", "Thank you"},
        {"form", "private"},
        {"deal_type", "new"},
        {"product", SERVICE},
        {"plan", "so-1"},
        {"plan_name", "enterprise"},
        {"buyer_accounts", "012345-567890-ABCDEF"},
        {"company", "Larkfield"},
        {"buyer_contact", "Bo"},
        {"buyer_email", "bo@larkfield.example"},
        {"state", "accepted"},
        {"review", NULL},
        {"pricing", "fixed_usage"},
        {"currency", "USD"},
        {"value", "48000.00 USD"},
        {"prices", "flat_fee=48000.5"},
        {"schedule", NULL},
        {"discounts", "AAAA=5;all=12.5;services/6F81/skus/BB=7"},
        {"additional_value", "100.00 USD"},
        {"additional_skus", "AAAA"},
        {"features", "Support: 24x7;SSO"},
        {"duration", "P12M"},
        {"payment_period", "P1Y"},
        {"proration", NULL},
        {"start_date", NULL},
        {"end_date", NULL},
        {"renewals", "0"},
        {"expires", "2026-03-08"}, /* clocks go forward on it: midnight is 7 hours behind */
        {"prepared_by", "deals@isv.example"},
        {"prepared_by_name", "Deal Desk"},
        {"accepted", "2026-02-14T19:00:00.000Z"},
        {"agreement_stage", "accepted"},
        {"agreement_end", "2027-02-14"},
        {"revenue_share", "97"},
        {"released", "2026-01-22T17:30:00.000Z"},
        {"modified", "2026-02-14T19:00:00.123Z"},
    };
    findings = 0;
    const struct record *record = record_of(arena, FULL, NULL);
    assert_int_equal(findings, 0);
    assert_string_equal(record->version, "2026-02-14T19:00:00.123456Z");
    assert_non_null(strstr(record->raw, "\"somethingNew\":{\"a\":1.50}"));
    for (size_t i = 0; i < COUNT(values); i++)
        assert_value(record, values[i][0], values[i][1]);
}

/* With what is billed elsewhere and without. */
static void test_value_agrees(void **state)
{
    (void)state;
    CLEANUP_ARENA struct arena *arena = arena_new();
    static const struct {
        const char *shown, *additional, *local;
        bool agrees;
    } rows[] = {
        {"48000.00 USD", "100.00 USD", "48000.00 USD", true},
        {"48000.00 USD", "100.00 USD", "48100.00 USD", true},
        {"48000.00 USD", "100.00 USD", "47900.00 USD", true},
        {"48000.00 USD", "100.00 USD", "47900.01 USD", false},
        {"48000.00 USD", "100.00 USD", "48000.01 USD", false},
        {"48000.00 USD", "100.00 USD", "48100.00 EUR", false},
        {"48000.00 USD", "100.00 EUR", "48100.00 USD", false},
        {"48000.00 USD", NULL, "48000.000 USD", true},
        {"48000.00 USD", NULL, "48100.00 USD", false},
        {"48000.00 USD", NULL, "nothing", false},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct record *record = record_new(arena, &kinds[KIND_OFFER], "o-1");
        record_set(record, "value", rows[i].shown);
        record_set(record, "additional_value", rows[i].additional);
        if (gcp_offers.agrees(arena, record, "value", rows[i].local) != rows[i].agrees)
            fail_msg("row %zu: %s", i, rows[i].local);
        assert_false(gcp_offers.agrees(arena, record, "additional_value", rows[i].local));
    }
}

static void test_entitlement(void **state)
{
    (void)state;
    CLEANUP_ARENA struct arena *arena = arena_new();
    const struct record *record =
        record_of(arena, FULL,
                  "{'name':'providers/isv/entitlements/e-1','account':'providers/isv/accounts/A-1',"
                  "'state':'ENTITLEMENT_ACTIVE','plan':'enterprise','orderId':'ord-1','offer':"
                  "'projects/isv/services/" SERVICE "/privateOffers/o-1','offerEndTime':"
                  "'2027-02-20T08:00:00Z','createTime':'2026-02-14T19:00:01Z','updateTime':"
                  "'2026-02-15T08:00:04.900Z'}");
    assert_string_equal(record->version,
                        "2026-02-14T19:00:00.123456Z e-1@2026-02-15T08:00:04.900Z");
    assert_value(record, "agreement", "e-1");
    assert_value(record, "agreement_stage", "activated");
    assert_value(record, "agreement_end", "2027-02-19"); /* not what the offer says */
    assert_value(record, "accepted", "2026-02-14T19:00:00.000Z");
    assert_value(record, "buyer", "A-1");
}

static void test_states(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"DRAFT", "draft"},       {"PUBLISHING", "publishing"}, {"PUBLISHED", "open"},
        {"ACCEPTED", "accepted"}, {"CANCELLED", "cancelled"},   {"EXPIRED", "expired"},
        {"ENDED", "ended"},
    };
    CLEANUP_ARENA struct arena *arena = arena_new();
    findings = 0;
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_value(
            record_of(arena, arena_printf(arena, "{" NAME ",'state':'%s'}", cases[i][0]), NULL),
            "state", cases[i][1]);
    assert_int_equal(findings, 0);
    assert_value(record_of(arena, "{" NAME ",'state':'FROZEN','offerDealType':'BARTER'}", NULL),
                 "state", NULL);
    assert_int_equal(findings, 2); /* kept in the document, and said */
    assert_value(record_of(arena,
                           "{" NAME ",'state':'PUBLISHING',"
                           "'publishRequirementGoogleReview':{}}",
                           NULL),
                 "review", "pending");
    assert_value(record_of(arena,
                           "{" NAME ",'state':'PUBLISHED','publishRequirementGoogleReview':"
                           "{'reviewApproveTime':'2026-01-01T00:00:00Z'}}",
                           NULL),
                 "review", "approved");
}

static void test_forms(void **state)
{
    (void)state;
    static const char *const cases[][3] = {
        {"'amendedPrivateOffer':'" PARENT "/privateOffers/old'", "replacement", "old"},
        {"'amendedStandardOffer':'" PARENT "/services/s/standardOffers/so'", "replacement", "s/so"},
        {"'resellerPrivateOfferPlanId':'rpop-1'", "channel", NULL},
        {"'features':[]", "private", NULL},
    };
    CLEANUP_ARENA struct arena *arena = arena_new();
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct record *record = record_of(
            arena,
            arena_printf(arena,
                         "{" NAME ",'state':'DRAFT','resellerContact':{'contact':'R','email':"
                         "'r@r.example'},'singleProductOffer':{%s}}",
                         cases[i][0]),
            NULL);
        assert_value(record, "form", cases[i][1]);
        assert_value(record, "replaces", cases[i][2]);
        assert_value(record, "reseller_contact", "R");
        assert_value(record, "resale_authorization", i == 2 ? "rpop-1" : NULL);
    }
}

/* Section by section of the price model: which members make which kind. */
static void test_pricings(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"'usage':{}", "usage"},
        {"'commitment':{}", "commitment"},
        {"'commitment':{},'usage':{}", "commitment_usage"},
        {"'flatFee':{}", "fixed"},
        {"'flatFee':{},'usage':{}", "fixed_usage"},
        {"'barter':{}", NULL},
    };
    CLEANUP_ARENA struct arena *arena = arena_new();
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_value(record_of(arena,
                               arena_printf(arena,
                                            "{" NAME ",'singleProductOffer':"
                                            "{'standardIntervalPrice':{'priceModel':{%s}}}}",
                                            cases[i][0]),
                               NULL),
                     "pricing", cases[i][1]);
}

#define LA(year, month, day)                                                                       \
    "{'year':" year ",'month':" month ",'day':" day ",'timeZone':{'id':'America/Los_Angeles'}}"

static void test_instalments(void **state)
{
    (void)state;
    CLEANUP_ARENA struct arena *arena = arena_new();
    const struct record *record = record_of(
        arena,
        "{" NAME ",'state':'DRAFT','term':{'startPolicy':'IMMEDIATE','endPolicy':"
        "'SCHEDULED_END_TIME','scheduledEndTime':" LA(
            "2028", "1",
            "1") "},'singleProductOffer':"
                 "{'customIntervalPrice':{'installments':["
                 "{'priceModel':{'commitment':{'commitmentAmount':{'currencyCode':'USD','units':'"
                 "100'},"
                 "'discountPercent':{'value':'10'}}}},"
                 "{'startTime':" LA(
                     "2027", "1",
                     "1") ",'priceModel':{'commitment':{'commitmentAmount':"
                          "{'currencyCode':'USD','units':'200'},'discountPercent':{'value':'20'},"
                          "'additionalCredit':{'currencyCode':'USD','units':'5','nanos':250000000},"
                          "'discardPreviousCreditBalance':true}}}]}}}",
        NULL);
    assert_value(record, "pricing", "commitment");
    assert_value(record, "schedule", "2027-01-01=200;start=100");
    assert_value(record, "credits", "2027-01-01=5.25");
    assert_value(record, "lapses", "2027-01-01");
    assert_value(record, "discounts", "2027-01-01/commitment=20;start/commitment=10");
    assert_value(record, "end_date", "2027-12-31");
    assert_value(record, "prices", NULL);
}

/* ------------------------------------------------------------------ the line in the note */

static void test_tags(void **state)
{
    (void)state;
    static const struct {
        const char *text, *reference, *token, *note;
    } cases[] = {
        {NULL, NULL, NULL, NULL},
        {"", NULL, NULL, NULL},
        {"Ask Ann", NULL, NULL, "Ask Ann"},
        {"crm=006 rid=abc", "006", "abc", NULL},
        {"crm=Deal 17 rid=abc", "Deal 17", "abc", NULL},
        {"crm=a rid=b rid=abc", "a rid=b", "abc", NULL},
        {"crm=006 rid=abc more\nAnd more", "006", "abc", "more\nAnd more"},
        {"crm=006 ask Ann", "006", NULL, "ask Ann"}, /* typed by a person */
        {"First\ncrm=006 rid=abc\nSecond", "006", "abc", "First\nSecond"},
        {"crm= rid=abc", NULL, "abc", NULL},
    };
    CLEANUP_ARENA struct arena *arena = arena_new();
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct gcp_offer_tag tag = gcp_offer_tag_read(arena, cases[i].text);
        if (!text_equal(tag.reference, cases[i].reference) ||
            !text_equal(tag.token, cases[i].token) || !text_equal(tag.note, cases[i].note))
            fail_msg("%s", cases[i].text);
        const struct gcp_offer_tag again =
            gcp_offer_tag_read(arena, gcp_offer_tag_write(arena, &tag));
        assert_true(text_equal(again.reference, tag.reference));
        assert_true(text_equal(again.token, tag.token));
        assert_true(text_equal(again.note, tag.note));
    }
}

/* ------------------------------------------------------------------ writing */

struct wish {
    const char *field, *value; /* as a cell has it; NULL: emptied */
};

static int write_offer(struct arena *arena, const char *fresh, const struct wish *wishes,
                       const char **ret_mask, const char **ret_body, struct error *error)
{
    static const struct value_style canonical;
    const struct kind *kind = &kinds[KIND_OFFER];
    const struct cloud cloud = cloud_of();
    struct json *before = quoted_json(arena, fresh), *after = NULL, *body;
    struct record *record = fresh ? record_of(arena, fresh, NULL) : record_new(arena, kind, NULL);
    bool *wanted = arena_array(arena, kind->field_count, sizeof *wanted);
    for (; wishes->field; wishes++) {
        size_t index = kind_field(kind, wishes->field);
        assert_int_not_equal(index, FIELD_NONE);
        wanted[index] = true;
        record->values[index] = NULL;
        if (wishes->value && value_normalise(arena, &kind->fields[index], &canonical, wishes->value,
                                             &record->values[index], error) < 0)
            fail_msg("%s: %s", wishes->field, error->message);
    }
    const struct gcp_offer_writing writing = {arena, &cloud, record, wanted, "c-9"};
    int result = gcp_offer_write(&writing, before, &after, error);
    if (result < 0)
        return result;
    gcp_offer_mask(arena, before ? before : json_object(arena), after, ret_mask, &body);
    char *text = json_print(arena, body);
    for (char *c = text; *c; c++)
        *c = *c == '"' ? '\'' : *c;
    *ret_body = text;
    return 0;
}

#define ZONE "'timeZone':{'id':'America/Los_Angeles'}"

/* Each edit names what it touches and nothing else. */
static void test_masks(void **state)
{
    (void)state;
    static const struct {
        struct wish wishes[4];
        const char *mask, *body;
    } cases[] = {
        {{{"title", "Quince for Larkfield"}}, "", "{}"}, /* it has that */
        {{{"title", "New"}}, "title", "{'title':'New'}"},
        {{{"company", "L"}}, "customer.entityTitle", "{'customer':{'entityTitle':'L'}}"},
        {{{"buyer_email", NULL}}, "customer.email", "{}"},
        {{{"expires", "2026-03-31"}},
         "acceptDeadlineTime",
         "{'acceptDeadlineTime':{'year':2026,'month':4,'day':1," ZONE "}}"},
        {{{"note", NULL}}, "internalNote", "{'internalNote':'crm=D-17 rid=c-1-2'}"},
        {{{"partner_reference", "D-18"}},
         "internalNote",
         "{'internalNote':'crm=D-18 rid=c-1-2\\nAsk Ann'}"},
        {{{"duration", "P24M"}}, "term.durationMonths", "{'term':{'durationMonths':24}}"},
        {{{"start_date", "2026-04-01"}},
         "term.startPolicy,term.scheduledStartTime",
         "{'term':{'startPolicy':'SCHEDULED_START_TIME','scheduledStartTime':{'year':2026,"
         "'month':4,'day':1," ZONE "}}}"},
        /* Of the two ends one clears the other. */
        {{{"end_date", "2027-12-31"}, {"duration", NULL}},
         "term.endPolicy,term.scheduledEndTime",
         "{'term':{'endPolicy':'SCHEDULED_END_TIME','scheduledEndTime':{'year':2028,'month':1,"
         "'day':1," ZONE "}}}"},
        {{{"renewals", "2"}}, "term.maxRenewalCount", "{'term':{'maxRenewalCount':2}}"},
        {{{"plan", "so-2"}},
         "singleProductOffer.baseStandardOffer",
         "{'singleProductOffer':{'baseStandardOffer':'" PARENT "/services/" SERVICE
         "/standardOffers/so-2'}}"},
        {{{"prices", "flat_fee=50000"}},
         "singleProductOffer.standardIntervalPrice.priceModel.flatFee.flatFeeOverride",
         "{'singleProductOffer':{'standardIntervalPrice':{'priceModel':{'flatFee':"
         "{'flatFeeOverride':{'currencyCode':'USD','units':'50000'}}}}}}"},
        {{{"payment_period", "P1M"}},
         "singleProductOffer.standardIntervalPrice.standardInterval",
         "{'singleProductOffer':{'standardIntervalPrice':{'standardInterval':"
         "'MONTHLY_NOT_PRORATED'}}}"},
        {{{"payment_period", "P1M"}, {"proration", "yes"}},
         "singleProductOffer.standardIntervalPrice.standardInterval",
         "{'singleProductOffer':{'standardIntervalPrice':{'standardInterval':"
         "'MONTHLY_PRORATED'}}}"},
        {{{"pricing", "fixed"}, {"discounts", NULL}},
         "singleProductOffer.standardIntervalPrice.priceModel.usage",
         "{}"},
        {{{"pricing", "commitment_usage"}, {"prices", "commitment=9.5"}},
         "singleProductOffer.standardIntervalPrice.priceModel.commitment",
         "{'singleProductOffer':{'standardIntervalPrice':{'priceModel':{'commitment':"
         "{'commitmentAmount':{'currencyCode':'USD','units':'9','nanos':500000000}}}}}}"},
        {{{"features", "Support: 24x7"}},
         "singleProductOffer.features",
         "{'singleProductOffer':{'features':[{'displayName':'Support','value':'24x7'}]}}"},
    };
    CLEANUP_ARENA struct arena *arena = arena_new();
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *mask = NULL, *body = NULL;
        struct error error = {0};
        if (write_offer(arena, FULL, cases[i].wishes, &mask, &body, &error) < 0)
            fail_msg("case %zu: %s", i, error.message);
        if (strcmp(mask, cases[i].mask) != 0 || strcmp(body, cases[i].body) != 0)
            fail_msg("case %zu: %s %s", i, mask, body);
    }
}

/* From one form of price to the other: the mask names the new one, which clears the old. */
static void test_new_schedule(void **state)
{
    (void)state;
    CLEANUP_ARENA struct arena *arena = arena_new();
    static const struct wish wishes[] = {
        {"schedule", "start=100;2027-01-01=200.50"},
        {"prices", NULL},
        {"payment_period", NULL},
        {"discounts", "all=10;2027-01-01/all=20;AAAA=5"},
        {NULL, NULL},
    };
    const char *mask = NULL, *body = NULL;
    struct error error = {0};
    assert_int_equal(write_offer(arena, FULL, wishes, &mask, &body, &error), 0);
    assert_string_equal(mask, "singleProductOffer.customIntervalPrice");
#define SKU                                                                                        \
    "'skuDiscounts':[{'sku':'" PARENT "/services/" SERVICE                                         \
    "/skus/AAAA','discountPercent':{'value':'5'}}]"
    assert_string_equal(
        body, "{'singleProductOffer':{'customIntervalPrice':{'installments':["
              "{'priceModel':{'flatFee':{'flatFeeOverride':{'currencyCode':'USD','units':'100'}},"
              "'usage':{'defaultDiscountPercent':{'value':'10'}," SKU "}}},"
              "{'priceModel':{'flatFee':{'flatFeeOverride':{'currencyCode':'USD','units':'200',"
              "'nanos':500000000}},'usage':{'defaultDiscountPercent':{'value':'20'}," SKU "}},"
              "'startTime':{'year':2027,'month':1,'day':1," ZONE "}}]}}}");
}

static void test_refusals(void **state)
{
    (void)state;
    static const struct wish cases[][4] = {
        {{"prices", "flat_fee=1.005"}, {NULL, NULL}},
        {{"schedule", "2027-01-01=5"}, {NULL, NULL}}, /* it starts when it is accepted */
        {{"schedule", "start=5"}, {"start_date", "2026-04-01"}, {NULL, NULL}},
        {{"schedule", "start=5"}, {"pricing", "usage"}, {NULL, NULL}},
        {{"schedule", "start=5"}, {"lapses", "start"}, {NULL, NULL}}, /* a flat fee */
        {{"product", "a/../b"}, {NULL, NULL}},
        {{"plan", ".."}, {NULL, NULL}},
    };
    CLEANUP_ARENA struct arena *arena = arena_new();
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *mask, *body;
        struct error error = {0};
        if (write_offer(arena, FULL, cases[i], &mask, &body, &error) >= 0)
            fail_msg("case %zu", i);
        assert_int_equal(error.class, ERROR_REFUSED);
    }
}

/* What is made reads back as what was wanted. */
static void test_round_trip(void **state)
{
    (void)state;
    static const struct wish wishes[] = {
        {"title", "T"},
        {"partner_reference", "D-1"},
        {"note", "N"},
        {"deal_type", "channel_shift"},
        {"product", SERVICE},
        {"plan", "so-1"},
        {"replaces", "old"},
        {"buyer_accounts", "012345-567890-ABCDEF"},
        {"pricing", "commitment"},
        {"schedule", "2026-04-01=100;2026-11-01=0.01"},
        {"credits", "2026-11-01=5"},
        {"lapses", "2026-11-01"},
        {"discounts", "commitment=10"},
        {"start_date", "2026-04-01"},
        {"end_date", "2026-11-30"},
        {"expires", "2026-03-31"},
        {"additional_value", "10.50 USD"},
        {"additional_skus", "AAAA"},
        {"features", "A: b;C"},
        {NULL, NULL},
    };
    CLEANUP_ARENA struct arena *arena = arena_new();
    const char *mask, *body;
    struct error error = {0};
    if (write_offer(arena, NULL, wishes, &mask, &body, &error) < 0)
        fail_msg("%s", error.message);
    const struct record *record = record_of(arena, body, NULL);
    for (const struct wish *wish = wishes; wish->field; wish++)
        assert_value(record, wish->field, wish->value);
    assert_non_null(strstr(body, "'internalNote':'crm=D-1 rid=c-9\\nN'"));
    assert_non_null(strstr(body, "'startPolicy':'SCHEDULED_START_TIME'"));
    assert_value(record, "form", "replacement");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole),       cmocka_unit_test(test_value_agrees),
        cmocka_unit_test(test_entitlement), cmocka_unit_test(test_states),
        cmocka_unit_test(test_forms),       cmocka_unit_test(test_pricings),
        cmocka_unit_test(test_instalments), cmocka_unit_test(test_tags),
        cmocka_unit_test(test_masks),       cmocka_unit_test(test_new_schedule),
        cmocka_unit_test(test_refusals),    cmocka_unit_test(test_round_trip),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
