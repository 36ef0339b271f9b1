/* The document of a private offer: states that never arrive, odd spellings, what is sold in pairs,
 * and nothing in it that lets anybody in. */
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
#include "base/times.h"
#include "base/limits.h"
#include "connectors/azure/offer_item.h"
#include "connectors/document.h"
#include "tests/support/fake.h"
#include "tests/support/quoted.h"

#define P1 "50000000-0000-4000-8000-000000000001"
#define P2 "50000000-0000-4000-8000-000000000002"
#define L1 "60000000-0000-4000-8000-000000000011"
#define L2 "60000000-0000-4000-8000-000000000012"
#define L3 "60000000-0000-4000-8000-000000000021"

static int64_t at(const char *day)
{
    int64_t number = 0;
    assert_true(day_parse(day, &number));
    return number * INT64_C(86400000) + 3600000;
}

static void test_states(void **state)
{
    (void)state;
    static const struct {
        const char *offer, *subscription, *day, *state;
    } cases[] = {
        {"{'state':'draft'}", NULL, "2026-01-01", "draft"},
        {"{'state':'Draft','notes':'x [D-1 cancelled]'}", NULL, "2026-01-01", "cancelled"},
        {"{'state':'withdrawn'}", NULL, "2026-01-01", "cancelled"},
        {"{'state':'deleted'}", NULL, "2026-01-01", "deleted"},
        {"{'state':'live','subState':'pendingPartnerAction'}", NULL, "2026-01-01", "with_partner"},
        {"{'state':'live','subState':'pendingPartnerAction','acceptBy':'2026-01-31'}", NULL,
         "2026-02-02", "expired"},
        {"{'state':'LIVE','subState':'PendingAcceptance','acceptBy':'2026-01-31'}", NULL,
         "2026-01-31", "open"},
        {"{'state':'live','subState':'pendingAcceptance','acceptBy':'2026-01-31'}", NULL,
         "2026-02-01", "open"}, /* somewhere it is still the day before */
        {"{'state':'live','subState':'pendingAcceptance','acceptBy':'2026-01-31'}", NULL,
         "2026-02-02", "expired"},
        {"{'state':'live','subState':'accepted','acceptBy':'2026-01-31','end':'2026-03-31'}", NULL,
         "2026-02-02", "accepted"},
        {"{'state':'live','subState':'accepted','end':'2026-03-31'}", NULL, "2026-04-01",
         "accepted"},
        {"{'state':'live','subState':'accepted','end':'2026-03-31'}", NULL, "2026-04-02", "ended"},
        {"{'state':'live','acceptBy':'2026-01-31'}", NULL, "2026-01-31", "open"},
        {"{'state':'live','acceptBy':'2026-01-31'}", "{'id':'s'}", "2026-02-02", "accepted"},
        {"{'state':'live','subState':'pendingAcceptance'}", "{'id':'s'}", "2026-02-02", "accepted"},
        {"{'state':'live','acceptBy':'0001-01-01','end':'0001-01-01'}", NULL, "2026-02-02", "open"},
        {"{'state':'live','privateOfferType':'cspPromotion','end':'2026-01-31'}", NULL,
         "2026-01-01", "open"},
        {"{'state':'live','privateOfferType':'cspPromotion','end':'2026-01-31'}", NULL,
         "2026-02-02", "ended"},
        {"{'state':'live','subState':'somethingNew'}", NULL, "2026-01-01", "somethingNew"},
        {"{'state':'frozen'}", NULL, "2026-01-01", "frozen"},
        {"{}", NULL, "2026-01-01", NULL},
    };
    CLEANUP_ARENA struct arena *arena = arena_new();
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *is =
            azure_offer_state(quoted_json(arena, cases[i].offer),
                              quoted_json(arena, cases[i].subscription), at(cases[i].day));
        if (!text_equal(is, cases[i].state))
            fail_msg("case %zu is %s", i, is ? is : "nothing");
    }
}

static void test_versions(void **state)
{
    (void)state;
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct azure_offer_version parts;
    const char *plain = azure_offer_version(arena, "\"7d 02\"", "open", NULL);
    assert_string_equal(plain, "\"7d 02\" open - - -");
    assert_true(azure_offer_split_version(arena, plain, &parts));
    assert_string_equal(parts.etag, "\"7d 02\"");
    assert_string_equal(parts.state, "open");
    assert_null(parts.subscription);
    struct json *bought = quoted_json(arena, "{'id':'s-1','planId':'gold','quantity':3,'term':"
                                             "{'startDate':'2026-04-01T00:00:00Z'}}");
    const char *one = azure_offer_version(arena, "\"t\"", "accepted", bought);
    assert_true(azure_offer_split_version(arena, one, &parts));
    assert_string_equal(parts.subscription, "s-1");
    assert_string_equal(parts.key, "gold@2026-04-01");
    json_set(arena, bought, "quantity", json_number(arena, "4"));
    assert_string_not_equal(azure_offer_version(arena, "\"t\"", "accepted", bought), one);
    assert_false(azure_offer_split_version(arena, "2026-01-01", &parts));
    assert_false(azure_offer_split_version(arena, NULL, &parts));
    assert_string_equal(azure_offer_etag(quoted_json(arena, "{'_etag':'old'}")), "old");
    assert_string_equal(azure_offer_etag(quoted_json(arena, "{}")), "");
}

static size_t findings;

static void hear(void *context, const struct finding *finding)
{
    (void)context;
    assert_string_equal(finding->type->code, "CLD-001");
    findings++;
}

static struct record *record_of(struct arena *arena, const char *offer, const char *subscription,
                                const char *prices)
{
    struct json *document =
        azure_offer_document(arena, quoted_json(arena, offer), quoted_json(arena, subscription),
                             quoted_json(arena, prices), FAKE_START_MS);
    return azure_offer_record(arena, document, hear, NULL);
}

static void assert_value(const struct record *record, const char *field, const char *wanted)
{
    const char *value = record_get(record, field);
    if (!text_equal(value, wanted))
        fail_msg("%s is \"%s\"", field, value ? value : "(absent)");
}

/* Everything in other letters, with days that are not set, and members that nobody knows. */
static void test_spellings(void **state)
{
    (void)state;
    CLEANUP_ARENA struct arena *arena = arena_new();
    findings = 0;
    const struct record *record = record_of(
        arena,
        "{'$schema':'https://product-ingestion.azureedge.net/schema/private-offer/2022-07-01',"
        "'id':'private-offer/o-5','name':'Old offer','privateOfferType':'CustomerPromotion',"
        "'offerPricingType':'EditExistingOfferPricingOnly','state':'Live','variableStartDate':true,"
        "'start':'0001-01-01','end':'2026-12-31','acceptBy':'2026-03-31','beneficiaries':"
        "[{'id':'87654321','description':'EA customer'}],'notes':'Hello [D-17]','pricing':"
        "[{'product':'product/" P1 "','plan':'plan/" P1 "/" L1
        "','discountType':'Percentage','discountPercentage':33.33333333}],"
        "'lastModified':'0001-01-01','_etag':'x','somethingNew':{'a':1.50}}",
        NULL, NULL);
    assert_int_equal(findings, 0);
    assert_string_equal(record->id, "o-5");
    assert_value(record, "form", "private");
    assert_value(record, "pricing", "discount");
    assert_value(record, "discounts", L1 "=33.33333333");
    assert_value(record, "start_date", NULL);
    assert_value(record, "end_date", "2026-12-31");
    assert_value(record, "modified", NULL);
    assert_value(record, "note", "Hello");
    assert_value(record, "partner_reference", "D-17");
    assert_value(record, "company", "EA customer");
    assert_value(record, "agreement_stage", NULL);
    assert_non_null(strstr(record->raw, "\"somethingNew\":{\"a\":1.50}"));
    record_of(arena, "{'id':'private-offer/a','name':'x','state':'live','subState':'new'}", NULL,
              NULL);
    record_of(arena, "{'id':'private-offer/a','name':'x','state':'live','privateOfferType':'new'}",
              NULL, NULL);
    assert_int_equal(findings, 2);
}

static void test_forms(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"'privateOfferType':'customerPromotion','upgradedFrom':{'id':'private-offer/old'}",
         "replacement"},
        {"'privateOfferType':'customerPromotion','upgradedFrom':null", "private"},
        {"'privateOfferType':'cspPromotion'", "margin"},
        {"'privateOfferType':'multiPartyPromotionOriginator'", "resale_authorization"},
        {"'privateOfferType':'multiPartyPromotionChannelPartner'", "channel"},
    };
    CLEANUP_ARENA struct arena *arena = arena_new();
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct record *record = record_of(
            arena, arena_printf(arena, "{'id':'private-offer/a','state':'draft',%s}", cases[i][0]),
            NULL, NULL);
        assert_value(record, "form", cases[i][1]);
        assert_value(record, "replaces", i == 0 ? "old" : NULL);
    }
}

/* What lets anybody fetch a document is not kept; the link that the buyer needs is. */
static void test_links(void **state)
{
    (void)state;
    CLEANUP_ARENA struct arena *arena = arena_new();
    const struct record *record = record_of(
        arena,
        "{'id':'private-offer/a','state':'live','termsAndConditionsDocSasUrl':"
        "'https://s.example/a.pdf?sv=1&sig=secret','originatorTermsAndConditionsDocs':[{'sasUrl':"
        "'https://s.example/b.pdf?sig=secret','fileName':'b.pdf'}],'acceptanceLinks':"
        "[{'beneficiaryId':'x','link':'https://portal.azure.com/?accept=1'}]}",
        NULL, NULL);
    assert_null(strstr(record->raw, "secret"));
    assert_non_null(strstr(record->raw, "https://s.example/b.pdf"));
    assert_value(record, "acceptance_link", "https://portal.azure.com/?accept=1");
}

static void test_subscriptions(void **state)
{
    (void)state;
    static const struct {
        const char *members, *stage, *quantity, *start, *end, *renew;
    } cases[] = {
        {"'saasSubscriptionStatus':'PendingFulfillmentStart','quantity':'','term':"
         "{'startDate':null,'endDate':null},'autoRenew':true",
         "subscribed", NULL, NULL, NULL, "yes"},
        {"'saasSubscriptionStatus':'Subscribed','quantity':10,'term':{'startDate':'2025-05-31',"
         "'endDate':'2026-05-30T00:00:00'},'autoRenew':false",
         "activated", "10", "2025-05-31", "2026-05-30", "no"},
        {"'saasSubscriptionStatus':'Suspended','quantity':null,'term':{}", "activated", NULL, NULL,
         NULL, NULL},
        {"'saasSubscriptionStatus':'Unsubscribed'", "ended", NULL, NULL, NULL, NULL},
    };
    CLEANUP_ARENA struct arena *arena = arena_new();
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct record *record =
            record_of(arena, "{'id':'private-offer/a','state':'live','subState':'accepted'}",
                      arena_printf(arena, "{'id':'s-1','beneficiary':{'tenantId':'t-1'},%s}",
                                   cases[i].members),
                      NULL);
        assert_value(record, "agreement", "s-1");
        assert_value(record, "buyer", "t-1");
        assert_value(record, "agreement_stage", cases[i].stage);
        assert_value(record, "agreement_quantity", cases[i].quantity);
        assert_value(record, "agreement_start", cases[i].start);
        assert_value(record, "agreement_end", cases[i].end);
        assert_value(record, "auto_renew", cases[i].renew);
    }
}

/* Two products, whole and by plan, by percent and by prices. */
static void test_terms(void **state)
{
    (void)state;
    CLEANUP_ARENA struct arena *arena = arena_new();
    const struct record *record = record_of(
        arena,
        "{'id':'private-offer/a','state':'draft','offerPricingType':"
        "'editExistingOfferPricingOnly','pricing':["
        "{'product':'product/" P1 "','plan':'plan/" P1 "/" L1
        "','discountType':'absolute','priceDetails':'price/1'},"
        "{'product':'product/" P1 "','discountType':'percentage','discountPercentage':10.0},"
        "{'product':'product/" P2 "','plan':'plan/" P2 "/" L3
        "','discountType':'percentage','discountPercentage':5},"
        "{'product':'product/" P2 "','discountType':'percentage','discountPercentage':7}]}",
        NULL,
        "{'price/1':{'pricing':{'recurrentPrice':{'prices':[{'billingTerm':{'type':'month',"
        "'value':1},'pricePerPaymentInUsd':90.50},{'billingTerm':{'type':'Year','value':1},"
        "'paymentOption':{'type':'month','value':1},'pricePerPaymentInUsd':80},{'billingTerm':"
        "{'type':'year','value':3},'paymentOption':{'type':'year','value':3},"
        "'pricePerPaymentInUsd':2000}]},'customMeters':{'meters':{'events':"
        "{'pricePerPaymentInUsd':0.0020}}}}}}");
    assert_value(record, "product", P1);
    assert_value(record, "pricing", "plan_price");
    assert_value(record, "prices", L1 "/P1M=90.5\x1f" L1 "/P1Y/P1M=80\x1f" L1 "/P3Y=2000");
    assert_value(record, "usage_prices", L1 "/events=0.002");
    assert_value(record, "discounts",
                 P2 "/" L3 "=5\x1f" P2 "/all=7\x1f"
                    "all=10");
    record = record_of(arena,
                       "{'id':'private-offer/a','state':'draft','offerPricingType':"
                       "'vmSoftwareReservations','pricing':[{'product':'product/" P1
                       "','basePlan':'plan/" P1 "/" L1
                       "','discountType':'absolute','priceDetails':'price/1','newPlanDetails':"
                       "{'name':'made'}}]}",
                       NULL,
                       "{'price/1':{'softwareReservation':{'reservationDuration':{'type':'year',"
                       "'value':3},'paymentSchedule':{'type':'month','value':1},'vmPrices':"
                       "{'8Core':{'quantity':4.0,'unitPricePerPaymentPeriodInUsd':1200.0}}}}}");
    assert_value(record, "pricing", "reservation");
    assert_value(record, "prices", L1 "/8Core=1200");
    assert_value(record, "grants", L1 "/8Core=4");
    assert_value(record, "duration", "P3Y");
    assert_value(record, "payment_period", "P1M");
    /* The seller's view: one markup for all, or none that could be said. */
    static const char seller[] =
        "{'id':'private-offer/a','state':'draft','originatorPricing':[{'product':'product/" P1
        "','discountType':'percentage','discountPercentage':5,'markupPercentage':1.50},"
        "{'product':'product/" P2
        "','discountType':'percentage','discountPercentage':5,'markupPercentage':%s}]}";
    assert_value(record_of(arena, arena_printf(arena, seller, "1.5"), NULL, NULL), "markup", "1.5");
    assert_value(record_of(arena, arena_printf(arena, seller, "2"), NULL, NULL), "markup", NULL);
}

static void test_keys(void **state)
{
    (void)state;
    static const struct {
        const char *text, *product, *plan, *rest;
    } cases[] = {
        {"all", P1, NULL, NULL},
        {L1, P1, L1, NULL},
        {L1 "/P1Y/P1M", P1, L1, "P1Y/P1M"},
        {P2 "/all", P2, NULL, NULL},
        {P2 "/" L2, P2, L2, NULL},
        {P2 "/" L2 "/events/a", P2, L2, "events/a"},
        {"gold", NULL, NULL, NULL},
        {"", NULL, NULL, NULL},
    };
    CLEANUP_ARENA struct arena *arena = arena_new();
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct azure_sold sold = {0};
        bool fits = azure_sold_parse(arena, cases[i].text, P1, &sold);
        if (fits != (cases[i].product != NULL))
            fail_msg("\"%s\"", cases[i].text);
        if (!fits)
            continue;
        assert_true(text_equal(sold.product, cases[i].product));
        assert_true(text_equal(sold.plan, cases[i].plan));
        assert_true(text_equal(sold.rest, cases[i].rest));
        assert_string_equal(azure_sold_print(arena, &sold, P1), cases[i].text);
    }
    assert_null(azure_term_parse(arena, "P"));
    assert_null(azure_term_parse(arena, "P1D"));
    assert_null(azure_term_parse(arena, "1Y"));
    assert_null(azure_term_parse(arena, "P99999Y"));
    assert_string_equal(azure_term_print(arena, azure_term_parse(arena, "P12M")), "P12M");
}

/* Whatever a member is, nothing breaks, and what is written back holds all the others. */
static void try_shape(struct arena *arena, struct json *offer)
{
    static const struct settings settings;
    struct cloud cloud = {.settings = &settings};
    bool wanted[LIMIT_FIELDS] = {false};
    struct json *resources = NULL, *plans = NULL;
    struct error error = {0};
    struct json *prices = json_object(arena);
    json_set(arena, prices, "price/1", json_clone(arena, offer));
    struct json *document =
        azure_offer_document(arena, offer, json_get(offer, "subscription"), prices, FAKE_START_MS);
    struct record *record = azure_offer_record(arena, document, NULL, NULL);
    static const char *const fields[] = {"title",  "note",       "buyer_accounts", "company",
                                         "markup", "start_date", "discounts",      "notify"};
    for (size_t i = 0; i < COUNT(fields); i++)
        wanted[kind_field(&kinds[KIND_OFFER], fields[i])] = true;
    const struct azure_offer_writing writing = {
        .arena = arena, .cloud = &cloud, .record = record, .wanted = wanted};
    azure_offer_priced_plans(&writing, offer, &plans, &error);
    if (azure_offer_resources(&writing, offer, "draft", NULL, &resources, &error) == 0)
        assert_true(resources->count > 0);
    azure_offer_end(arena, &cloud, offer, "withdrawn");
}

static void test_shapes(void **state)
{
    (void)state;
    static const char *const shapes[] = {"null", "5",    "'x'",  "[]",       "{}", "true",
                                         "[5]",  "[[]]", "[{}]", "{'a':{}}", "''", "-1e400"};
    static const char *const paths[] = {"id",
                                        "name",
                                        "state",
                                        "subState",
                                        "privateOfferType",
                                        "offerPricingType",
                                        "start",
                                        "end",
                                        "acceptBy",
                                        "variableStartDate",
                                        "notes",
                                        "beneficiaries",
                                        "beneficiaries[0]",
                                        "beneficiaries[0].id",
                                        "partners",
                                        "pricing",
                                        "pricing[0]",
                                        "pricing[0].product",
                                        "pricing[0].plan",
                                        "pricing[0].discountPercentage",
                                        "pricing[0].priceDetails",
                                        "pricing[0].newPlanDetails",
                                        "originatorPricing",
                                        "upgradedFrom",
                                        "acceptanceLinks",
                                        "eTag",
                                        "lastModified",
                                        "termsAndConditionsDocs",
                                        "pricingTerms",
                                        "subscription",
                                        "subscription.term",
                                        "subscription.id",
                                        "softwareReservation",
                                        "softwareReservation.vmPrices",
                                        "notificationContacts"};
    static const char offer[] =
        "{'id':'private-offer/a','name':'n','state':'live','subState':'accepted',"
        "'privateOfferType':'customerPromotion','offerPricingType':'editExistingOfferPricingOnly',"
        "'start':'2026-01-01','end':'2026-12-31','acceptBy':'2026-01-31','notes':'n [k]',"
        "'beneficiaries':[{'id':'4711','description':'d'}],'partners':[{'id':'1'}],"
        "'pricing':[{'product':'product/" P1 "','plan':'plan/" P1 "/" L1
        "','discountPercentage':5,'priceDetails':'price/1','newPlanDetails':{'name':'x'}}],"
        "'subscription':{'id':'s','term':{'startDate':'2026-01-01'}},"
        "'softwareReservation':{'vmPrices':{'8Core':{'quantity':1}}},'eTag':'t'}";
    for (size_t i = 0; i < COUNT(paths); i++) {
        for (size_t j = 0; j < COUNT(shapes); j++) {
            CLEANUP_ARENA struct arena *arena = arena_new();
            struct json *json = quoted_json(arena, offer);
            struct json *holder = quoted_json(arena, arena_printf(arena, "[%s]", shapes[j]));
            json_put(arena, json, paths[i], json_at(holder, 0), NULL);
            try_shape(arena, json);
        }
    }
}

/* Every row stands for a field of the kind, once; its words are the kind's. */
static void test_table(void **state)
{
    (void)state;
    const struct kind *kind = &kinds[KIND_OFFER];
    for (size_t i = 0; i < AZURE_OFFER_FIELDS; i++) {
        const struct remote_field *remote = &azure_offer_fields[i];
        size_t index = kind_field(kind, remote->field);
        assert_int_not_equal(index, FIELD_NONE);
        assert_ptr_equal(connector_field(&azure_offers, remote->field), remote);
        assert_non_null(remote->vendor);
        bool writes = remote->flags & (REMOTE_CREATE | REMOTE_UPDATE);
        assert_int_equal(writes, kind->fields[index].direction != FIELD_FROM_CLOUD);
        for (size_t w = 0; remote->words && remote->words[w]; w += 2) {
            size_t known = 0;
            while (kind->fields[index].words && kind->fields[index].words[known] &&
                   strcmp(kind->fields[index].words[known], remote->words[w]) != 0)
                known++;
            assert_true(!kind->fields[index].words || kind->fields[index].words[known]);
        }
    }
    assert_int_equal(azure_offers.field_count, AZURE_OFFER_FIELDS);
    for (size_t i = 0; i < AZURE_OFFER_RULES; i++) {
        const struct rule *rule = &azure_offer_rules[i];
        assert_non_null(rule->field);
        assert_non_null(finding_type(rule->code));
        assert_true(!strcmp(rule->field, "*") || connector_field(&azure_offers, rule->field));
    }
    for (size_t i = 0; i < azure_offers.refusal_count; i++)
        assert_non_null(finding_type(azure_offers.refusals[i].code));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_states),    cmocka_unit_test(test_versions),
        cmocka_unit_test(test_spellings), cmocka_unit_test(test_forms),
        cmocka_unit_test(test_links),     cmocka_unit_test(test_subscriptions),
        cmocka_unit_test(test_terms),     cmocka_unit_test(test_keys),
        cmocka_unit_test(test_shapes),    cmocka_unit_test(test_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
