/* Private offers: what entity, agreement and terms say together. */
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
#include "connectors/aws/aws.h"
#include "connectors/aws/offers.h"
#include "connectors/document.h"
#include "connectors/remark.h"
#include "model/value.h"
#include "tests/support/fake.h"
#include "tests/support/quoted.h"

#define NOW FAKE_START_MS /* 2026-01-01 */

static void never(void *context, const struct finding *finding)
{
    (void)context;
    fail_msg("%s %s: %s", finding->type->code, finding->field, finding->detail);
}

static struct record *record_of(struct arena *arena, const char *entity, const char *agreement,
                                const char *terms, int64_t now_ms)
{
    struct json *document =
        offer_document(arena, quoted_json(arena, entity), quoted_json(arena, agreement),
                       quoted_json(arena, terms), now_ms);
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
    {"free, by duration",
     OFFER_HEAD "'Terms':[{'Type':'ConfigurableUpfrontPricingTerm','CurrencyCode':'USD','RateCards'"
                ":[{'Selector':{'Value':'P1Y'},'RateCard':[{'DimensionKey':'a','Price':'0.0'}]}]}"
                "]}}",
     NULL,
     NULL,
     {{"pricing", "free"}, {"value", NULL}, {"prices", "a=0"}, {"duration", "P1Y"}}},
    {"no price for the contract, but for use beyond it",
     OFFER_HEAD "'Terms':[{'Type':'ConfigurableUpfrontPricingTerm','CurrencyCode':'USD','RateCards'"
                ":[{'Selector':{'Value':'P1Y'},'RateCard':[{'DimensionKey':'a','Price':'0.0'}]}]},"
                "{'Type':'UsageBasedPricingTerm','CurrencyCode':'USD','RateCards':[{'RateCard':["
                "{'DimensionKey':'gb','Price':'0.1'}]}]}]}}",
     NULL,
     NULL,
     {{"pricing", "configurable"}, {"prices", "a=0"}, {"usage_prices", "gb=0.1"}}},
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
                           "{'BuyerAccounts':[{'AwsAccountId':'246813579024','LegalName':'L'}]}},"
                           "{'Type':'BuyerValidityTerm','MaximumAgreementStartDate':'2026-06-30'}],"
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
      {"start_date", "2026-06-30"},
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
                   "{'Type':'ConfigurableUpfrontPricingTerm','CurrencyCode':'QQQ','RateCards':[{},"
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
        quoted_json(arena, "{'acceptanceTime':'never','startTime':-1,'endTime':1e300}");
    const struct json *terms =
        quoted_json(arena, "[null,7,{'paymentScheduleTerm':{'schedule':[{}]}}]");
    for (size_t i = 0; i < COUNT(odd); i++) {
        struct json *document =
            offer_document(arena, quoted_json(arena, odd[i]), agreement, terms, NOW);
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
        {"Seats [10]", "D [EMEA] 17", true, "Seats [10] [D [EMEA] 17 cancelled]"},
        {NULL, "D[1]", false, "[D[1]]"},
    };
    CLEANUP_ARENA struct arena *arena = arena_new();
    const char *note, *reference;
    bool cancelled;
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *text = remark_make(arena, cases[i].note, cases[i].reference, cases[i].cancelled,
                                       AWS_OFFER_DESCRIPTION);
        assert_string_equal(text, cases[i].text);
        remark_split(arena, text, &note, &reference, &cancelled);
        assert_true(text_equal(note, cases[i].note));
        assert_true(text_equal(reference, cases[i].reference));
        assert_int_equal(cancelled, cases[i].cancelled);
    }
    assert_null(remark_make(arena, " ", NULL, false, AWS_OFFER_DESCRIPTION));
    remark_split(arena, NULL, &note, &reference, &cancelled);
    assert_null(note);
    assert_null(reference);

    /* The reference survives whatever the note costs, and characters stay whole. */
    char *lengthy = arena_alloc(arena, 1001);
    for (size_t i = 0; i < 1000; i += 2)
        memcpy(lengthy + i, "ö", 2);
    const char *cut = remark_make(arena, lengthy, "D-17", true, AWS_OFFER_DESCRIPTION);
    assert_int_equal(utf8_length(cut), 255);
    assert_true(utf8_valid(cut, strlen(cut), NULL));
    remark_split(arena, cut, &note, &reference, &cancelled);
    assert_string_equal(reference, "D-17");
    assert_true(cancelled);
    assert_int_equal(utf8_length(remark_make(arena, lengthy, NULL, false, AWS_OFFER_DESCRIPTION)),
                     255);
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
            offer_state(cases[i].status, cases[i].end, quoted_json(arena, cases[i].agreement),
                        cases[i].cancelled, at(cases[i].now));
        if (strcmp(now, cases[i].state) != 0)
            fail_msg("case %zu: %s, not %s", i, now, cases[i].state);
    }
    const struct record *record =
        record_of(arena, OFFER_HEAD "'Rules':[" UNTIL("2026-02-28") "]}}", REPLACED, NULL, NOW);
    assert_string_equal(record->version, "2025-12-01T10:00:00Z replaced agmt-1 REPLACED");
}

/* Every row stands for a field of the kind, once; its words are the kind's. */
static void test_table(void **state)
{
    (void)state;
    const struct kind *kind = &kinds[KIND_OFFER];
    for (size_t i = 0; i < AWS_OFFER_FIELDS; i++) {
        const struct remote_field *remote = &aws_offer_fields[i];
        size_t index = kind_field(kind, remote->field);
        assert_int_not_equal(index, FIELD_NONE);
        assert_ptr_equal(connector_field(&aws_offers, remote->field), remote);
        assert_non_null(remote->vendor);
        if (kind->fields[index].direction == FIELD_FROM_CLOUD)
            assert_int_equal(remote->flags, REMOTE_READ);
        for (size_t w = 0; remote->words && remote->words[w]; w += 2) {
            size_t known = 0;
            while (kind->fields[index].words[known] &&
                   strcmp(kind->fields[index].words[known], remote->words[w]) != 0)
                known++;
            assert_non_null(kind->fields[index].words[known]);
        }
    }
    assert_int_equal(aws_offers.field_count, AWS_OFFER_FIELDS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_decoding),    cmocka_unit_test(test_odd_documents),
        cmocka_unit_test(test_description), cmocka_unit_test(test_ids),
        cmocka_unit_test(test_states),      cmocka_unit_test(test_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
