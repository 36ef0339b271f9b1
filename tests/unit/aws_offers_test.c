/* Private offers: what entity, agreement and terms say together, and reads that miss neither an
 * acceptance nor an expiry, though neither touches the offer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/limits.h"
#include "base/map.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/times.h"
#include "connectors/aws/aws.h"
#include "connectors/aws/offers.h"
#include "connectors/document.h"
#include "model/value.h"
#include "tests/support/fake.h"

#define NOW FAKE_START_MS /* 2026-01-01 */

/* JSON with ' for ", to be read by people. */
static const char *quoted(struct arena *arena, const char *text)
{
    char *copy = arena_copy(arena, text);
    for (char *c = copy; c && *c; c++)
        *c = *c == '\'' ? '"' : *c;
    return copy;
}

static struct json *parsed(struct arena *arena, const char *text)
{
    struct json *json = NULL;
    struct error error = {0};
    if (!text)
        return NULL;
    const char *copy = quoted(arena, text);
    if (json_parse(arena, copy, strlen(copy), &json, &error) < 0)
        fail_msg("%s: %s", error.message, copy);
    return json;
}

static void never(void *context, const struct finding *finding)
{
    (void)context;
    fail_msg("%s %s: %s", finding->type->code, finding->field, finding->detail);
}

static struct record *record_of(struct arena *arena, const char *entity, const char *agreement,
                                const char *terms, int64_t now_ms)
{
    struct json *document = offer_document(arena, parsed(arena, entity), parsed(arena, agreement),
                                           parsed(arena, terms), now_ms);
    return offer_record(arena, document, never, NULL);
}

/* ------------------------------------------------------------------ decoding */

#define HEAD(type, id)                                                                             \
    "{'EntityType':'" type "@1.0','EntityIdentifier':'" id "@7',"                                  \
    "'LastModifiedDate':'2025-12-01T10:00:00Z','DetailsDocument':{'Id':'" id "',"
#define OFFER_HEAD   HEAD("Offer", "offer-quince") "'State':'Released','ProductId':'prod-quince',"
#define UNTIL(end)   "{'Type':'AvailabilityRule','AvailabilityEndDate':'" end "'}"
#define BUYERS(list) "{'Type':'TargetingRule','PositiveTargeting':{'BuyerAccounts':[" list "]}}"

struct expected {
    const char *field, *value; /* list items joined by "; "; NULL: absent */
};

static const struct decoding {
    const char *title, *entity, *agreement, *terms;
    struct expected values[20];
} decodings[] = {
    {"configurable, standard EULA, as the listing completes it",
     OFFER_HEAD "'Name':'Quince for Larkfield','Description':'Renewal of 2024 [D-17]',"
                "'ResaleAuthorizationId':null,'MarkupPercentage':null,'Terms':["
                "{'Type':'ConfigurableUpfrontPricingTerm','CurrencyCode':'EUR','RateCards':[{"
                "'Selector':{'Type':'Duration','Value':'P12M'},'RateCard':["
                "{'DimensionKey':'seats','Price':'120.50'},{'DimensionKey':'base','Price':'0.00'}]}"
                "]},{'Type':'UsageBasedPricingTerm','CurrencyCode':'EUR','RateCards':[{'RateCard':["
                "{'DimensionKey':'gb','Price':'0.130'}]}]},"
                "{'Type':'SupportTerm','RefundPolicy':'None.'},"
                "{'Type':'NetPaymentTerm','PaymentDuePeriod':'P30D'},"
                "{'Type':'LegalTerm','Documents':[{'Type':'CustomEula','Url':'https://s3/x'}]}],"
                "'Rules':[" UNTIL("2026-02-28T23:59:59.000Z") "," BUYERS(
                    "'013579246801','246813579024'") "]},'Summary':{'ReleaseDate':"
                                                     "'2025-12-01T09:59:00Z'}}",
     NULL,
     NULL,
     {{"id", "offer-quince"},
      {"title", "Quince for Larkfield"},
      {"note", "Renewal of 2024"},
      {"partner_reference", "D-17"},
      {"form", "private"},
      {"state", "open"},
      {"pricing", "configurable"},
      {"currency", "EUR"},
      {"value", NULL}, /* the buyer chooses */
      {"prices", "base=0; seats=120.5"},
      {"usage_prices", "gb=0.13"},
      {"duration", "P12M"},
      {"expires", "2026-02-28"},
      {"buyer_accounts", "013579246801; 246813579024"},
      {"refund_policy", "None."},
      {"payment_due", "P30D"},
      {"eula", NULL}, /* the cloud shows the address of its own copy */
      {"released", "2025-12-01T09:59:00.000Z"},
      {"modified", "2025-12-01T10:00:00.000Z"}}},
    {"fixed with instalments, renewal, an earlier contract",
     OFFER_HEAD "'PreExistingAgreement':{'AcquisitionChannel':'External','PricingModel':"
                "'Contract'},'OfferSetId':'offerset-1','Terms':["
                "{'Type':'FixedUpfrontPricingTerm','CurrencyCode':'USD','Price':'0.0','Grants':["
                "{'DimensionKey':'seats','MaxQuantity':10}]},"
                "{'Type':'PaymentScheduleTerm','CurrencyCode':'USD','Schedule':["
                "{'ChargeDate':'2026-07-15T00:00:00.000Z','ChargeAmount':'0.20'},"
                "{'ChargeDate':'2026-03-15','ChargeAmount':'6000.10'}]},"
                "{'Type':'ValidityTerm','AgreementStartDate':'2026-03-01T00:00:00.000Z',"
                "'AgreementEndDate':'2027-02-28'},"
                "{'Type':'RenewalTerm','LockoutPeriod':'P30D','AdjustmentDeadline':'P60D',"
                "'MaxRenewals':2,'PriceIncrease':{'PercentageRange':{'Range':{'Min':'3.0',"
                "'Max':'7.50'}}}}],'Rules':[" UNTIL("2026-02-10") "]}}",
     NULL,
     NULL,
     {{"pricing", "fixed"},
      {"value", "6000.30 USD"},
      {"grants", "seats=10"},
      {"schedule", "2026-03-15=6000.1; 2026-07-15=0.2"},
      {"start_date", "2026-03-01"},
      {"end_date", "2027-02-28"},
      {"duration", NULL},
      {"renewals", "2"},
      {"renewal_increase", "3-7.5"},
      {"renewal_lockout", "P30D"},
      {"renewal_adjustment", "P60D"},
      {"prior_channel", "External"},
      {"prior_pricing", "Contract"},
      {"offer_set", "offerset-1"},
      {"released", NULL}}},
    {"usage",
     OFFER_HEAD "'Terms':[{'Type':'UsageBasedPricingTerm','CurrencyCode':'JPY','RateCards':[{"
                "'RateCard':[{'DimensionKey':'calls','Price':'12.'}]}]},"
                "{'Type':'ValidityTerm','AgreementDuration':'P365D'}],'Rules':[]}}",
     NULL,
     NULL,
     {{"pricing", "usage"},
      {"usage_prices", "calls=12"},
      {"value", NULL},
      {"currency", "JPY"},
      {"duration", "P365D"},
      {"expires", NULL},
      {"state", "open"}}},
    {"free",
     OFFER_HEAD "'Terms':[{'Type':'UsageBasedPricingTerm','CurrencyCode':'USD','RateCards':[{"
                "'RateCard':[{'DimensionKey':'calls','Price':'0.00'}]}]}]}}",
     NULL,
     NULL,
     {{"pricing", "free"}, {"value", NULL}}},
    {"one price to choose is the value",
     OFFER_HEAD "'Terms':[{'Type':'ConfigurableUpfrontPricingTerm','CurrencyCode':'USD','RateCards'"
                ":[{'Selector':{'Value':'P1Y'},'RateCard':[{'DimensionKey':'a','Price':'99.9'}]}]}"
                "]}}",
     NULL,
     NULL,
     {{"value", "99.90 USD"}, {"duration", "P1Y"}}},
    {"several durations are told apart",
     OFFER_HEAD "'Terms':[{'Type':'ConfigurableUpfrontPricingTerm','CurrencyCode':'USD','RateCards'"
                ":[{'Selector':{'Value':'P1Y'},'RateCard':[{'DimensionKey':'a','Price':'9'}]},"
                "{'Selector':{'Value':'P2Y'},'RateCard':[{'DimensionKey':'a','Price':'17'}]}]}]}}",
     NULL,
     NULL,
     {{"value", NULL}, {"duration", NULL}, {"prices", "P1Y/a=9; P2Y/a=17"}}},
    {"licence of one's own",
     OFFER_HEAD "'Terms':[{'Type':'ByolPricingTerm'}]}}",
     NULL,
     NULL,
     {{"pricing", "byol"}}},
    {"a reseller's offer",
     OFFER_HEAD "'ResaleAuthorizationId':'resaleauthz-1','MarkupPercentage':'5.0','Rules':["
                "{'Type':'TargetingRule','PositiveTargeting':{'BuyerAccounts':['246813579024'],"
                "'CountryCodes':['SE','FI']}}]}}",
     NULL,
     NULL,
     {{"form", "channel"},
      {"resale_authorization", "resaleauthz-1"},
      {"markup", "5"},
      {"countries", "FI; SE"},
      {"pricing", NULL}}},
    {"a replacement; its buyer is the agreement's",
     OFFER_HEAD "'Rules':[" BUYERS("'246813579024'") "]},'Summary':{'TargetAgreementId':'agmt-old',"
                                                     "'BuyerAccounts':['246813579024']}}",
     NULL,
     NULL,
     {{"form", "replacement"}, {"replaces", "agmt-old"}, {"buyer_accounts", NULL}}},
    {"a resale authorization",
     HEAD("ResaleAuthorization",
          "resaleauthz-1") "'Status':'Active','Name':'Quince by Fennel','ProductId':'prod-quince',"
                           "'PreExistingBuyerAgreement':'Unknown','Terms':["
                           "{'Type':'ResaleFixedUpfrontPricingTerm','CurrencyCode':'GBP',"
                           "'Price':'900.000','Duration':'P6M','Grants':[{'DimensionKey':'seats',"
                           "'MaxQuantity':'3'}]},{'Type':'BuyerTargetingTerm','PositiveTargeting':"
                           "{'BuyerAccounts':[{'AwsAccountId':'246813579024','LegalName':'L'}]}}],"
                           "'Rules':[{'Type':'PartnerTargetingRule','ResellerAccountId':"
                           "'975310864297'}]}}",
     NULL,
     NULL,
     {{"form", "resale_authorization"},
      {"state", "open"},
      {"reseller", "975310864297"},
      {"pricing", "fixed"},
      {"value", "900.00 GBP"},
      {"duration", "P6M"},
      {"grants", "seats=3"},
      {"buyer_accounts", "246813579024"},
      {"prior_channel", NULL}}},
    {"accepted, with the buyer's choice",
     OFFER_HEAD "'Description':'no brackets','Rules':[" UNTIL("2025-12-20") "]}}",
     "{'agreementId':'agmt-1','acceptanceTime':1765000000.25,'startTime':1.765E9,"
     "'endTime':1796536799,'acceptor':{'accountId':'013579246801'},'status':'ACTIVE',"
     "'estimatedCharges':{'currencyCode':'USD','agreementValue':'12000.0'}}",
     "[{'configurableUpfrontPricingTerm':{'configuration':{'selectorValue':'P12M','dimensions':["
     "{'dimensionKey':'seats','dimensionValue':4}]}}},{'paymentScheduleTerm':{'schedule':["
     "{'chargeDate':1768435200,'chargeAmount':'6000.00'}]}},"
     "{'renewalTerm':{'configuration':{'enableAutoRenew':true}}}]",
     {{"state", "accepted"},
      {"note", "no brackets"},
      {"partner_reference", NULL},
      {"agreement", "agmt-1"},
      {"agreement_status", "ACTIVE"},
      {"accepted", "2025-12-06T05:46:40.250Z"},
      {"buyer", "013579246801"},
      {"agreement_value", "12000.00 USD"},
      {"agreement_start", "2025-12-06"},
      {"agreement_end", "2026-12-06"},
      {"agreement_schedule", "2026-01-15=6000"},
      {"agreement_chosen", "seats=4"},
      {"auto_renew", "yes"}}},
    {"an agreement without end",
     OFFER_HEAD "'Terms':[]}}",
     "{'agreementId':'agmt-1','startTime':1765000000,'endTime':253370764800,'status':'ACTIVE',"
     "'acceptanceTime':null}",
     NULL,
     {{"agreement_end", NULL}, {"agreement_start", "2025-12-06"}, {"accepted", NULL}}},
};

static void test_decoding(void **state)
{
    (void)state;
    CLEANUP_ARENA struct arena *arena = arena_new();
    for (size_t i = 0; i < COUNT(decodings); i++) {
        const struct decoding *c = &decodings[i];
        const struct record *record = record_of(arena, c->entity, c->agreement, c->terms, NOW);
        for (size_t v = 0; v < COUNT(c->values) && c->values[v].field; v++) {
            const char *field = c->values[v].field, *value = record_get(record, field);
            if (value &&
                value_type_many(record->kind->fields[kind_field(record->kind, field)].type))
                value = list_print(arena, "; ", value);
            if (!text_equal(value, c->values[v].value))
                fail_msg("%s: %s is %s, not %s", c->title, field, value ? value : "absent",
                         c->values[v].value ? c->values[v].value : "absent");
        }
    }
}

/* Whatever the services leave out or send wrong makes a poor record, not a crash. */
static void ignore(void *context, const struct finding *finding)
{
    (void)context;
    assert_non_null(finding->type);
}

static void test_odd_documents(void **state)
{
    (void)state;
    static const char *const odd[] = {
        "{}",
        "{'DetailsDocument':null}",
        "{'EntityIdentifier':'x','DetailsDocument':{'Terms':{},'Rules':'none','Name':7}}",
        OFFER_HEAD "'Terms':[null,{'Type':null},{'Type':'PaymentScheduleTerm','Schedule':[{}]},"
                   "{'Type':'FixedUpfrontPricingTerm','Grants':[{}],'Price':''},"
                   "{'Type':'ConfigurableUpfrontPricingTerm','CurrencyCode':'XXX','RateCards':[{},"
                   "{'RateCard':[{}]}]}],'Rules':[{'Type':'AvailabilityRule',"
                   "'AvailabilityEndDate':'soon'},{'Type':'TargetingRule','PositiveTargeting':"
                   "{'BuyerAccounts':[null,7,{}]}}],'Description':']['}}",
        OFFER_HEAD "'Terms':[{'Type':'ConfigurableUpfrontPricingTerm','CurrencyCode':'USD',"
                   "'RateCards':[{'RateCard':[{'DimensionKey':'a','Price':'cheap'}]}]},"
                   "{'Type':'PaymentScheduleTerm','CurrencyCode':'USD','Schedule':["
                   "{'ChargeDate':'2026-01-01','ChargeAmount':'lots'},"
                   "{'ChargeDate':'2026-01-01','ChargeAmount':'5'}]}]}}",
    };
    CLEANUP_ARENA struct arena *arena = arena_new();
    const struct json *agreement =
        parsed(arena, "{'acceptanceTime':'never','startTime':-1,'endTime':1e300}");
    const struct json *terms = parsed(arena, "[null,7,{'paymentScheduleTerm':{'schedule':[{}]}}]");
    for (size_t i = 0; i < COUNT(odd); i++) {
        struct json *document = offer_document(arena, parsed(arena, odd[i]), agreement, terms, NOW);
        const struct record *record = offer_record(arena, document, ignore, NULL);
        assert_null(record_get(record, "agreement_start"));
        assert_null(record_get(record, "agreement_end"));
        assert_non_null(record->version);
    }
}

/* ------------------------------------------------------------------ description */

static void test_description(void **state)
{
    (void)state;
    static const struct {
        const char *note, *reference;
        bool cancelled;
        const char *text;
    } cases[] = {
        {"Renewal", "D-17", false, "Renewal [D-17]"},
        {"Renewal", "D-17", true, "Renewal [D-17 cancelled]"},
        {NULL, "D-17", false, "[D-17]"},
        {NULL, NULL, true, "[cancelled]"},
        {"Seats [10]", "D-17", false, "Seats [10] [D-17]"},
        {"Seats [10]", NULL, false, "Seats [10] []"},
        {"Just so", NULL, false, "Just so"},
        {NULL, "Deal 17", true, "[Deal 17 cancelled]"},
        {NULL, "uncancelled", false, "[uncancelled]"},
    };
    CLEANUP_ARENA struct arena *arena = arena_new();
    const char *note, *reference;
    bool cancelled;
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *text =
            offer_description(arena, cases[i].note, cases[i].reference, cases[i].cancelled);
        assert_string_equal(text, cases[i].text);
        offer_split_description(arena, text, &note, &reference, &cancelled);
        assert_true(text_equal(note, cases[i].note));
        assert_true(text_equal(reference, cases[i].reference));
        assert_int_equal(cancelled, cases[i].cancelled);
    }
    assert_null(offer_description(arena, " ", NULL, false));
    offer_split_description(arena, NULL, &note, &reference, &cancelled);
    assert_null(note);
    assert_null(reference);

    /* The reference survives whatever the note costs, and characters stay whole. */
    char *lengthy = arena_alloc(arena, 1001);
    for (size_t i = 0; i < 1000; i += 2)
        memcpy(lengthy + i, "ö", 2);
    const char *cut = offer_description(arena, lengthy, "D-17", true);
    assert_int_equal(utf8_length(cut), 255);
    assert_true(utf8_valid(cut, strlen(cut), NULL));
    offer_split_description(arena, cut, &note, &reference, &cancelled);
    assert_string_equal(reference, "D-17");
    assert_true(cancelled);
    assert_int_equal(utf8_length(offer_description(arena, lengthy, NULL, false)), 255);
}

static void test_ids(void **state)
{
    (void)state;
    CLEANUP_ARENA struct arena *arena = arena_new();
    assert_string_equal(offer_id(arena, "offer-a@3"), "offer-a");
    assert_string_equal(offer_id(arena, "offer-a"), "offer-a");
    assert_string_equal(
        offer_id(arena, "arn:aws:aws-marketplace:us-east-1:013579246801:AWSMarketplace/Offer/o-1"),
        "o-1");
    assert_null(offer_id(arena, NULL));
}

/* ------------------------------------------------------------------ states */

static int64_t at(const char *text)
{
    int64_t ms = 0;
    assert_true(instant_parse(text, &ms));
    return ms;
}

static void test_states(void **state)
{
    (void)state;
#define ACTIVE   "{'agreementId':'agmt-1','status':'ACTIVE'}"
#define REPLACED "{'agreementId':'agmt-1','status':'REPLACED'}"
#define DAY_END  "2026-12-31T23:59:59Z"
    static const struct {
        const char *status, *end, *agreement;
        bool cancelled;
        const char *now, *state;
    } cases[] = {
        {"Draft", NULL, NULL, false, "2026-12-01T00:00:00Z", "draft"},
        {"Draft", DAY_END, NULL, true, "2027-12-01T00:00:00Z", "draft"},
        {"Released", NULL, NULL, false, "2026-12-01T00:00:00Z", "open"},
        {"Released", DAY_END, NULL, false, "2026-12-31T23:59:58.999Z", "open"},
        {"Released", DAY_END, NULL, false, "2026-12-31T23:59:59.000Z", "open"},
        {"Released", DAY_END, NULL, false, "2026-12-31T23:59:59.999Z", "open"},
        {"Released", DAY_END, NULL, false, "2027-01-01T00:00:00.000Z", "expired"},
        {"Released", "2026-12-31T23:59:59.000Z", NULL, false, "2026-12-31T23:59:59.999Z", "open"},
        {"Released", "2026-12-31T23:59:59.999Z", NULL, false, "2027-01-01T00:00:00.000Z",
         "expired"},
        {"Released", "2026-12-31", NULL, false, "2026-12-31T23:59:59.999Z", "open"},
        {"Released", "2026-12-31", NULL, false, "2027-01-01T00:00:00.000Z", "expired"},
        {"Released", "2024-08-30T01:56:03.000Z", NULL, false, "2024-08-30T01:56:04Z", "expired"},
        {"Released", DAY_END, NULL, true, "2027-01-01T00:00:00Z", "cancelled"},
        {"Released", DAY_END, NULL, true, "2026-12-31T00:00:00Z", "open"}, /* extended again */
        {"Released", DAY_END, ACTIVE, false, "2027-01-01T00:00:00Z", "accepted"},
        {"Released", DAY_END, ACTIVE, true, "2027-01-01T00:00:00Z", "accepted"},
        {"Released", DAY_END, "{'status':'TERMINATED'}", false, "2026-01-01T00:00:00Z", "accepted"},
        {"Released", DAY_END, REPLACED, false, "2026-12-01T00:00:00Z", "replaced"},
        {"Released", DAY_END, "{'status':'RENEWED'}", false, "2026-01-01T00:00:00Z", "replaced"},
        {"Active", NULL, NULL, false, "2026-12-01T00:00:00Z", "open"},
        {"Active", DAY_END, NULL, false, "2027-01-01T00:00:00Z", "expired"},
        {"Restricted", DAY_END, NULL, false, "2026-01-01T00:00:00Z", "cancelled"},
        {NULL, "soon", NULL, false, "2026-01-01T00:00:00Z", "open"},
    };
    CLEANUP_ARENA struct arena *arena = arena_new();
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *now =
            offer_state(cases[i].status, cases[i].end, parsed(arena, cases[i].agreement),
                        cases[i].cancelled, at(cases[i].now));
        if (strcmp(now, cases[i].state) != 0)
            fail_msg("case %zu: %s, not %s", i, now, cases[i].state);
    }
    const struct record *record =
        record_of(arena, OFFER_HEAD "'Rules':[" UNTIL("2026-02-28") "]}}", REPLACED, NULL, NOW);
    assert_string_equal(record->version, "2025-12-01T10:00:00Z replaced agmt-1 REPLACED");
}

/* ------------------------------------------------------------------ reading */

struct bench {
    struct fake fake;
    struct http *http;
    struct loop *loop;
    struct cloud *cloud;
    struct arena *arena;
    /* the cloud: summaries by listing, documents by id, agreements */
    const char *changed, *ended, *related, *authorizations; /* items; NULL: none */
    const char *agreements;                                 /* items */
    struct fake_answer search;                              /* if it has a status */
    const char *gone;        /* id that BatchDescribeEntities has an error for */
    const char *description; /* of all documents */
    const char *details_end;
    /* the engine */
    const bool *mapped;
    struct map *known, *records, *seen;
    size_t findings, done, describes, values, terms;
    enum read_outcome outcome;
    char watermark[128];
    struct error error;
};

static const char *env(void *context, const char *name)
{
    (void)context;
    return !strcmp(name, "AWS_ACCESS_KEY_ID") || !strcmp(name, "AWS_SECRET_ACCESS_KEY") ? "x"
                                                                                        : NULL;
}

static struct json *body_of(struct arena *arena, const struct http_request *request)
{
    struct json *body = NULL;
    assert_int_equal(json_parse(arena, request->body, request->body_length, &body, NULL), 0);
    return body;
}

static const char *list_of(const struct bench *bench, const struct json *body)
{
    const char *type = json_get_text(body, "EntityType");
    const struct json *filters = json_find(body, "EntityTypeFilters.OfferFilters");
    assert_true(json_get_int(body, "MaxResults", 0) <= 50);
    if (!strcmp(type, "ResaleAuthorization"))
        return bench->authorizations;
    if (json_get(filters, "EntityId"))
        return bench->related;
    return json_get(filters, "AvailabilityEndDate") ? bench->ended : bench->changed;
}

static const char *documents_of(struct bench *bench, struct arena *arena, const struct json *body)
{
    const struct json *asked = json_get(body, "EntityRequestList");
    const char *list = "", *errors = "";
    assert_in_range(asked->count, 1, 20);
    for (size_t i = 0; i < asked->count; i++) {
        const char *id = json_get_text(asked->items[i], "EntityId");
        bench->describes++;
        if (text_equal(id, bench->gone)) {
            errors = arena_printf(arena, "\"%s\":{\"ErrorCode\":\"ResourceNotFound\"}", id);
            continue;
        }
        bool draft = text_starts(id, "draft");
        list = arena_printf(
            arena,
            "%s%s\"%s\":{\"EntityType\":\"Offer@1.0\",\"EntityIdentifier\":\"%s@1\","
            "\"LastModifiedDate\":\"2025-12-01T10:00:00.5Z\",\"DetailsDocument\":{\"Id\":\"%s\","
            "\"State\":\"%s\",\"Name\":\"%s\",\"Description\":\"%s\",\"Rules\":[{\"Type\":"
            "\"AvailabilityRule\",\"AvailabilityEndDate\":\"%s\"}]}}",
            list, *list ? "," : "", id, id, id, draft ? "Draft" : "Released", id,
            bench->description ? bench->description : "",
            bench->details_end ? bench->details_end : "2026-06-30");
    }
    return arena_printf(arena, "{\"EntityDetails\":{%s},\"Errors\":{%s}}", list, errors);
}

static void handle(void *context, struct arena *arena, const struct http_request *request,
                   struct fake_answer *ret_answer)
{
    struct bench *bench = context;
    const char *target = http_request_get(request, "x-amz-target");
    const struct json *body = body_of(arena, request);
    if (strstr(request->url, "/ListEntities")) {
        const char *items = list_of(bench, body);
        ret_answer->body = arena_printf(arena, "{\"EntitySummaryList\":[%s],\"NextToken\":null}",
                                        items ? quoted(arena, items) : "");
    } else if (strstr(request->url, "/BatchDescribeEntities")) {
        ret_answer->body = documents_of(bench, arena, body);
    } else if (strstr(target, ".SearchAgreements")) {
        *ret_answer = bench->search;
        if (!bench->search.status)
            ret_answer->body =
                arena_printf(arena, "{\"agreementViewSummaries\":[%s]}",
                             bench->agreements ? quoted(arena, bench->agreements) : "");
    } else if (strstr(target, ".DescribeAgreement")) {
        bench->values++;
        ret_answer->body =
            arena_printf(arena,
                         "{\"agreementId\":\"%s\",\"status\":\"EXPIRED\",\"estimatedCharges\":"
                         "{\"currencyCode\":\"USD\",\"agreementValue\":\"77\"}}",
                         json_get_text(body, "agreementId"));
    } else {
        assert_non_null(strstr(target, ".GetAgreementTerms"));
        bool second = json_get(body, "nextToken") != NULL;
        bench->terms++;
        ret_answer->body =
            second ? "{\"acceptedTerms\":[{\"paymentScheduleTerm\":{\"schedule\":[{\"chargeDate\":"
                     "1768435200,\"chargeAmount\":\"5.0\"}]}}],\"nextToken\":null}"
                   : "{\"acceptedTerms\":[],\"nextToken\":\"more\"}";
    }
}

static const char *version(void *context, const char *id)
{
    struct bench *bench = context;
    return map_get(bench->known, id);
}

static int take_record(void *context, const struct record *record)
{
    struct bench *bench = context;
    map_put(bench->records, record->id, record_copy(bench->arena, record));
    return 0;
}

static int take_seen(void *context, const char *id)
{
    struct bench *bench = context;
    map_put(bench->seen, id, bench);
    return 0;
}

static void take_finding(void *context, const struct finding *finding)
{
    struct bench *bench = context;
    assert_non_null(finding->type);
    bench->findings++;
}

static void take_done(void *context, enum read_outcome outcome, const char *watermark,
                      const struct error *error)
{
    struct bench *bench = context;
    bench->done++;
    bench->outcome = outcome;
    snprintf(bench->watermark, sizeof bench->watermark, "%s", watermark ? watermark : "");
    assert_int_equal(!error, outcome == READ_COMPLETE);
    if (error)
        bench->error = *error;
}

static void bench_open(struct bench *bench)
{
    static const struct setting items[] = {
        {.name = "catalog", .text = "AWS", .given = true},
        {.name = "endpoint_url", .text = "http://127.0.0.1:1", .given = true},
    };
    static const struct settings settings = {items, COUNT(items)};
    static bool nothing[LIMIT_FIELDS];
    memset(bench, 0, sizeof *bench);
    bench->mapped = nothing;
    fake_init(&bench->fake, 5);
    bench->http = fake_http_new(&bench->fake, handle, bench);
    bench->loop = loop_new(&bench->fake.world, bench->http);
    bench->arena = arena_new();
    bench->known = map_new();
    bench->records = map_new();
    bench->seen = map_new();
    const struct connector_env around = {.loop = bench->loop, .log = &bench->fake.log, .env = env};
    assert_int_equal(connector_aws.open(&around, &settings, &bench->cloud, NULL), 0);
}

static void bench_close(struct bench *bench)
{
    connector_aws.close(bench->cloud);
    loop_free(bench->loop);
    bench->http->ops->close(bench->http);
    map_free(bench->known);
    map_free(bench->records);
    map_free(bench->seen);
    arena_free(bench->arena);
    fake_free(&bench->fake);
}

static void bench_read(struct bench *bench, const char *watermark)
{
    const struct read_scope scope = {
        .full = !watermark, .watermark = watermark, .mapped = bench->mapped};
    const struct read_sink sink = {bench, version, take_record, take_seen, take_finding, take_done};
    bool stop = false;
    aws_offers_read(bench->cloud, &scope, &sink);
    assert_int_equal(bench->done, 0);
    assert_int_equal(loop_run(bench->loop, &stop, NULL), 0);
    assert_int_equal(bench->done, 1);
}

static void know(struct bench *bench, const char *id, const char *text)
{
    map_put(bench->known, id, arena_copy(bench->arena, text));
}

static const char *value(struct bench *bench, const char *id, const char *field)
{
    const struct record *record = map_get(bench->records, id);
    assert_non_null(record);
    return record_get(record, field);
}

#define ENDS(id, state, end, more)                                                                 \
    "{'EntityId':'" id                                                                             \
    "','LastModifiedDate':'2025-12-01T10:00:00Z','OfferSummary':{'State':'" state                  \
    "','AvailabilityEndDate':'" end "'," more "}}"
#define SUMMARY(id) ENDS(id, "Released", "2026-06-30T23:59:59Z", "'Targeting':['BuyerAccounts']")
#define AGREED(id, offer, when, status)                                                            \
    "{'agreementId':'" id "','acceptanceTime':" when ",'status':'" status "','acceptor':"          \
    "{'accountId':'013579246801'},'proposalSummary':{'offerId':'" offer "'}}"
#define STAMP "2025-12-01T10:00:00Z"
#define SINCE "Offer=" STAMP

static void test_full(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench);
    bench.changed = SUMMARY("o-open") "," SUMMARY("o-sold") "," SUMMARY(
        "o-same") ","
                  "{'EntityId':'o-public','LastModifiedDate':'2025-11-01T10:00:00Z','Visibility':'"
                  "Public',"
                  "'OfferSummary':{'State':'Released','Targeting':['None']}}," ENDS(
                      "o-amend", "Released", "2026-06-30T23:59:59Z",
                      "'Targeting':['None'],'TargetAgreementId':'agmt-1'");
    /* several buyers accepted o-sold: the latest agreement speaks */
    bench.agreements = AGREED("agmt-2", "o-sold", "1765000002.5", "ACTIVE") "," AGREED(
        "agmt-1", "o-sold", "1765000001", "REPLACED") "," AGREED("agmt-9", "o-public", "1765000001",
                                                                 "ACTIVE");
    know(&bench, "o-same", "2025-12-01T10:00:00.5Z open - -");
    bench_read(&bench, NULL);
    assert_int_equal(bench.outcome, READ_COMPLETE);
    assert_string_equal(bench.watermark, SINCE);
    assert_int_equal(map_count(bench.records), 3);
    assert_true(map_has(bench.seen, "o-same"));
    assert_string_equal(value(&bench, "o-open", "state"), "open");
    assert_string_equal(value(&bench, "o-sold", "state"), "accepted");
    assert_string_equal(value(&bench, "o-sold", "agreement"), "agmt-2");
    assert_string_equal(value(&bench, "o-amend", "form"), "replacement");
    assert_string_equal(value(&bench, "o-amend", "replaces"), "agmt-1");
    const struct record *sold = map_get(bench.records, "o-sold");
    assert_string_equal(sold->version, "2025-12-01T10:00:00.5Z accepted agmt-2 ACTIVE");
    assert_int_equal(bench.describes, 3);
    assert_int_equal(bench.values + bench.terms, 0); /* nobody maps them */
    bench_close(&bench);
}

/* Nothing new costs the listings and nothing else. */
static void test_nothing_new(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench);
    bench.changed = SUMMARY("o-1");
    bench.ended = ENDS("o-2", "Released", "2025-12-31T23:59:59Z", "'Targeting':['BuyerAccounts']");
    bench.agreements = AGREED("agmt-1", "o-3", "1765000001", "ACTIVE");
    know(&bench, "o-1", "2025-12-01T10:00:00Z open - -");
    know(&bench, "o-2", "2025-12-01T10:00:00Z cancelled - -");
    know(&bench, "o-3", "2025-12-01T10:00:00Z accepted agmt-1 ACTIVE");
    bench_read(&bench, SINCE);
    assert_int_equal(bench.outcome, READ_COMPLETE);
    assert_string_equal(bench.watermark, SINCE);
    assert_int_equal(map_count(bench.records), 0);
    assert_int_equal(fake_http_count(bench.http), 3);
    size_t ended = 0;
    for (size_t i = 0; i < 3; i++) {
        const struct json *body = body_of(bench.arena, &fake_http_at(bench.http, i)->request);
        const struct json *range =
            json_find(body, "EntityTypeFilters.OfferFilters.AvailabilityEndDate.DateRange");
        if (!range)
            continue;
        ended++;
        assert_string_equal(json_get_text(range, "AfterValue"), "2025-11-30T10:00:00Z");
        assert_int_equal(strlen(json_get_text(range, "BeforeValue")), 20);
    }
    assert_int_equal(ended, 1);
    bench_close(&bench);
}

/* What does not touch the offer: expiry, acceptance, the end of an agreement. */
static void test_untouched(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench);
    bench.ended =
        ENDS("o-late", "Released", "2025-12-31T23:59:59Z", "'Targeting':['BuyerAccounts']");
    bench.details_end = "2025-12-31T23:59:59Z";
    bench.related = SUMMARY("o-sold") "," SUMMARY("o-over");
    bench.agreements = AGREED("agmt-1", "o-sold", "1765000001", "ACTIVE") "," AGREED(
        "agmt-2", "o-over", "1765000001", "REPLACED") "," AGREED("agmt-3", "o-public", "1765000001",
                                                                 "ACTIVE");
    know(&bench, "o-late", "2025-12-01T10:00:00Z open - -");
    know(&bench, "o-sold", "2025-12-01T10:00:00Z open - -");
    know(&bench, "o-over", "2025-12-01T10:00:00Z accepted agmt-2 ACTIVE");
    bench_read(&bench, SINCE);
    assert_int_equal(bench.outcome, READ_COMPLETE);
    assert_int_equal(map_count(bench.records), 3);
    assert_string_equal(value(&bench, "o-late", "state"), "expired");
    assert_string_equal(value(&bench, "o-sold", "state"), "accepted");
    assert_string_equal(value(&bench, "o-over", "state"), "replaced");
    bool asked = false;
    for (size_t i = 0; i < fake_http_count(bench.http); i++) {
        const struct json *body = body_of(bench.arena, &fake_http_at(bench.http, i)->request);
        const struct json *ids =
            json_find(body, "EntityTypeFilters.OfferFilters.EntityId.ValueList");
        asked = asked || ids;
        if (ids)
            assert_int_equal(ids->count, 2);
    }
    assert_true(asked);
    bench_close(&bench);
}

static void test_details(void **state)
{
    (void)state;
    struct bench bench;
    bool mapped[LIMIT_FIELDS] = {false};
    mapped[kind_field(&kinds[KIND_OFFER], "agreement_value")] = true;
    mapped[kind_field(&kinds[KIND_OFFER], "replaces")] = true;
    bench_open(&bench);
    bench.mapped = mapped;
    bench.changed = SUMMARY("o-sold") "," SUMMARY("o-open");
    bench.agreements = AGREED("agmt-1", "o-sold", "1765000001", "ACTIVE");
    bench_read(&bench, NULL);
    assert_int_equal(bench.outcome, READ_COMPLETE);
    assert_int_equal(bench.values, 1);
    assert_int_equal(bench.terms, 2); /* two pages */
    assert_string_equal(value(&bench, "o-sold", "agreement_value"), "77.00 USD");
    assert_string_equal(value(&bench, "o-sold", "agreement_schedule"), "2026-01-15=5");
    assert_int_equal(map_count(bench.records), 2);
    bench_close(&bench);
}

/* Agreements that a search leaves out are asked for, not forgotten. */
static void test_former_agreement(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench);
    bench.changed = SUMMARY("o-old") "," SUMMARY("o-same");
    know(&bench, "o-old", "2025-11-01T10:00:00Z accepted agmt-1 ACTIVE");
    know(&bench, "o-same", "2025-12-01T10:00:00Z accepted agmt-2 ACTIVE");
    bench_read(&bench, NULL);
    assert_int_equal(bench.outcome, READ_COMPLETE);
    assert_int_equal(bench.values, 1);
    assert_string_equal(value(&bench, "o-old", "agreement_status"), "EXPIRED");
    assert_string_equal(value(&bench, "o-old", "state"), "accepted");
    assert_true(map_has(bench.seen, "o-same"));
    bench_close(&bench);
}

/* Without the agreements nobody knows what a released offer is; drafts and their errors are. */
static void test_agreements_denied(void **state)
{
    (void)state;
    static const struct fake_answer faults[] = {
        {.status = 403, .body = "{\"__type\":\"AccessDeniedException\",\"message\":\"no\"}"},
        {.status = 500},
        {.status = 400, .body = "{\"__type\":\"ValidationException\"}"},
        {.status = 200, .body = "{}"},
        {.status = 200, .body = "{\"agreementViewSummaries\":[],\"nextToken\":\"round\"}"},
    };
    for (size_t i = 0; i < COUNT(faults); i++) {
        struct bench bench;
        bench_open(&bench);
        bench.search = faults[i];
        bench.changed = SUMMARY("o-sold") "," SUMMARY("o-new") "," ENDS(
            "draft-1", "Draft", "2026-06-30T23:59:59Z", "'Targeting':['BuyerAccounts']");
        know(&bench, "o-sold", "2025-11-01T10:00:00Z accepted agmt-1 ACTIVE");
        bench_read(&bench, NULL);
        assert_int_equal(bench.outcome, READ_PARTIAL);
        assert_string_equal(bench.watermark, "");
        assert_non_null(strstr(bench.error.message, "agreements cannot be read"));
        assert_int_equal(map_count(bench.records), 1);
        assert_string_equal(value(&bench, "draft-1", "state"), "draft");
        bench_close(&bench);
    }
}

static void test_missing_document(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench);
    bench.changed = SUMMARY("o-1") "," SUMMARY("o-gone");
    bench.gone = "o-gone";
    bench_read(&bench, NULL);
    assert_int_equal(bench.outcome, READ_PARTIAL);
    assert_int_equal(bench.findings, 1);
    assert_int_equal(map_count(bench.records), 1);
    bench_close(&bench);
}

static void test_authorizations(void **state)
{
    (void)state;
    struct bench bench;
    bool mapped[LIMIT_FIELDS] = {false};
    mapped[kind_field(&kinds[KIND_OFFER], "reseller")] = true;
    bench_open(&bench);
    bench.authorizations =
        "{'EntityId':'ra-1','LastModifiedDate':'2025-12-02T10:00:00Z',"
        "'ResaleAuthorizationSummary':{'Status':'Active','AvailabilityEndDate':null}},"
        "{'EntityId':'ra-2','LastModifiedDate':'2025-12-01T10:00:00Z',"
        "'ResaleAuthorizationSummary':{'Status':'Restricted'}}";
    know(&bench, "ra-1", "2025-12-02T10:00:00Z open - -");
    know(&bench, "ra-2", "2025-12-01T10:00:00Z cancelled - -");
    bench_read(&bench, NULL); /* the job does not map them */
    assert_int_equal(fake_http_count(bench.http), 2);
    assert_int_equal(map_count(bench.seen), 0);
    bench.done = 0;
    bench.mapped = mapped;
    bench_read(&bench, NULL);
    assert_int_equal(bench.outcome, READ_COMPLETE);
    assert_int_equal(map_count(bench.seen), 2);
    assert_string_equal(bench.watermark, "ResaleAuthorization=2025-12-02T10:00:00Z");
    bench_close(&bench);
}

/* More acceptances than one filter takes, more documents than one batch. */
static void test_many(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench);
    const char *agreements = NULL, *related = NULL;
    for (int i = 0; i < 45; i++) {
        const char *comma = i ? "," : "";
        const char *id = arena_printf(bench.arena, "o-%d", i);
        agreements = arena_printf(bench.arena,
                                  "%s%s{'agreementId':'a-%d','acceptanceTime':1,'status':'ACTIVE',"
                                  "'proposalSummary':{'offerId':'%s'}}",
                                  agreements ? agreements : "", comma, i, id);
        related = arena_printf(bench.arena,
                               "%s%s{'EntityId':'%s','LastModifiedDate':'" STAMP "',"
                               "'OfferSummary':{'State':'Released','Targeting':['BuyerAccounts']}}",
                               related ? related : "", comma, id);
        know(&bench, id, STAMP " open - -");
    }
    bench.agreements = agreements;
    bench.related = related; /* a server that passes over the filter does no harm */
    bench_read(&bench, SINCE);
    assert_int_equal(bench.outcome, READ_COMPLETE);
    assert_int_equal(map_count(bench.records), 45);
    assert_int_equal(bench.describes, 45);
    bench_close(&bench);
}

/* Every row stands for a field of the kind, once. */
static void test_table(void **state)
{
    (void)state;
    const struct kind *kind = &kinds[KIND_OFFER];
    assert_int_equal(AWS_OFFER_FIELDS, kind->field_count);
    for (size_t i = 0; i < kind->field_count; i++) {
        const struct remote_field *remote = connector_field(&aws_offers, kind->fields[i].name);
        assert_non_null(remote);
        assert_non_null(remote->vendor);
        if (kind->fields[i].direction == FIELD_FROM_CLOUD)
            assert_int_equal(remote->flags, REMOTE_READ);
        for (size_t w = 0; kind->fields[i].words && kind->fields[i].words[w]; w++)
            assert_non_null(document_word(remote, kind->fields[i].words[w]));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_decoding),
        cmocka_unit_test(test_odd_documents),
        cmocka_unit_test(test_description),
        cmocka_unit_test(test_ids),
        cmocka_unit_test(test_states),
        cmocka_unit_test(test_full),
        cmocka_unit_test(test_nothing_new),
        cmocka_unit_test(test_untouched),
        cmocka_unit_test(test_details),
        cmocka_unit_test(test_former_agreement),
        cmocka_unit_test(test_agreements_denied),
        cmocka_unit_test(test_missing_document),
        cmocka_unit_test(test_authorizations),
        cmocka_unit_test(test_many),
        cmocka_unit_test(test_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
