/* What change sets say of offers: the whole of a new one by its record, and of an edit what is new
 * beside everything that is not ours. */
#include "tests/unit/aws_offer_fixture.h"

/* ------------------------------------------------------------------ what a set says */

/* One wanted change of the set: its type and document. Entities are checked apart. */
struct said {
    const char *type, *details;
};

struct body {
    const char *title;
    struct wish fields[16];
    struct said said[10];
    const char *refused; /* or part of the message */
};

#define EULA                                                                                       \
    {                                                                                              \
        "UpdateLegalTerms", "{\"Terms\":[{\"Type\":\"LegalTerm\",\"Documents\":[{\"Type\":"        \
                            "\"StandardEula\",\"Version\":\"2022-07-14\"}]}]}"                     \
    }
#define INFORMATION                                                                                \
    {                                                                                              \
        "UpdateInformation", "{\"Name\":\"Deal\",\"Description\":\"Northwind [CRM-1]\"}"           \
    }
#define CREATED                                                                                    \
    {                                                                                              \
        "CreateOffer", "{\"ProductId\":\"prod-1\",\"Name\":\"Deal\"}"                              \
    }
#define BUYERS                                                                                     \
    {                                                                                              \
        "UpdateTargeting", "{\"PositiveTargeting\":{\"BuyerAccounts\":[\"444455556666\"]}}"        \
    }
#define EXPIRES                                                                                    \
    {                                                                                              \
        "UpdateAvailability", "{\"AvailabilityEndDate\":\"2026-02-01\"}"                           \
    }
#define NOTED                                                                                      \
    {                                                                                              \
        "note", NULL, "Northwind"                                                                  \
    }
#define TO_BUYER                                                                                   \
    {                                                                                              \
        "buyer_accounts", NULL, "444455556666"                                                     \
    }
#define STANDARD                                                                                   \
    {                                                                                              \
        "eula", NULL, "standard"                                                                   \
    }
#define DOLLARS                                                                                    \
    {                                                                                              \
        "currency", NULL, "USD"                                                                    \
    }

static const struct body bodies[] = {
    {"a fixed price for a year",
     {DEAL,
      NOTED,
      TO_BUYER,
      STANDARD,
      {"pricing", NULL, "fixed"},
      {"value", NULL, "12000.00 USD"},
      {"grants", NULL, "basic=10\x1fseats=3"},
      {"duration", NULL, "P12M"}},
     {CREATED,
      INFORMATION,
      BUYERS,
      EULA,
      {"UpdatePricingTerms",
       "{\"PricingModel\":\"Contract\",\"Terms\":[{\"Type\":\"FixedUpfrontPricingTerm\","
       "\"CurrencyCode\":\"USD\",\"Price\":\"12000.00\",\"Duration\":\"P12M\",\"Grants\":["
       "{\"DimensionKey\":\"basic\",\"MaxQuantity\":10},"
       "{\"DimensionKey\":\"seats\",\"MaxQuantity\":3}]}]}"},
      EXPIRES},
     NULL},
    {"instalments: the price is zero and the duration stands apart",
     {DEAL,
      NOTED,
      {"pricing", NULL, "fixed"},
      {"value", NULL, "12000.00 USD"},
      {"grants", NULL, "basic=10"},
      {"duration", NULL, "P12M"},
      {"schedule", NULL,
       "2026-03-01=6000\x1f"
       "2026-09-01=6000"}},
     {CREATED,
      INFORMATION,
      {"UpdatePricingTerms",
       "{\"PricingModel\":\"Contract\",\"Terms\":[{\"Type\":\"FixedUpfrontPricingTerm\","
       "\"CurrencyCode\":\"USD\",\"Price\":\"0\",\"Grants\":[{\"DimensionKey\":\"basic\","
       "\"MaxQuantity\":10}]}]}"},
      {"UpdatePaymentScheduleTerms",
       "{\"Terms\":[{\"Type\":\"PaymentScheduleTerm\",\"CurrencyCode\":\"USD\",\"Schedule\":["
       "{\"ChargeDate\":\"2026-03-01\",\"ChargeAmount\":\"6000\"},"
       "{\"ChargeDate\":\"2026-09-01\",\"ChargeAmount\":\"6000\"}]}]}"},
      {"UpdateValidityTerms",
       "{\"Terms\":[{\"Type\":\"ValidityTerm\",\"AgreementDuration\":\"P12M\"}]}"},
      EXPIRES},
     NULL},
    {"prices to choose from, with use beyond them",
     {DEAL,
      NOTED,
      DOLLARS,
      {"pricing", NULL, "configurable"},
      {"duration", NULL, "P12M"},
      {"prices", NULL, "basic=12000\x1fseats=24000.5"},
      {"usage_prices", NULL, "gb=0.13"}},
     {CREATED,
      INFORMATION,
      {"UpdatePricingTerms",
       "{\"PricingModel\":\"Contract\",\"Terms\":[{\"Type\":\"ConfigurableUpfrontPricingTerm\","
       "\"CurrencyCode\":\"USD\",\"RateCards\":[{\"Selector\":{\"Type\":\"Duration\",\"Value\":"
       "\"P12M\"},\"Constraints\":{\"MultipleDimensionSelection\":\"Disallowed\","
       "\"QuantityConfiguration\":\"Disallowed\"},\"RateCard\":[{\"DimensionKey\":\"basic\","
       "\"Price\":\"12000\"},{\"DimensionKey\":\"seats\",\"Price\":\"24000.5\"}]}]},"
       "{\"Type\":\"UsageBasedPricingTerm\",\"CurrencyCode\":\"USD\",\"RateCards\":[{\"RateCard\":"
       "[{\"DimensionKey\":\"gb\",\"Price\":\"0.13\"}]}]}]}"},
      EXPIRES},
     NULL},
    {"prices by use, from a day on",
     {DEAL,
      NOTED,
      DOLLARS,
      {"pricing", NULL, "usage"},
      {"usage_prices", NULL, "gb=0.13"},
      {"start_date", NULL, "2026-03-01"},
      {"end_date", NULL, "2027-02-28"},
      {"countries", NULL, "DE\x1fUS"},
      TO_BUYER},
     {CREATED,
      INFORMATION,
      {"UpdateTargeting", "{\"PositiveTargeting\":{\"BuyerAccounts\":[\"444455556666\"],"
                          "\"CountryCodes\":[\"DE\",\"US\"]}}"},
      {"UpdatePricingTerms",
       "{\"PricingModel\":\"Usage\",\"Terms\":[{\"Type\":\"UsageBasedPricingTerm\","
       "\"CurrencyCode\":\"USD\",\"RateCards\":[{\"RateCard\":[{\"DimensionKey\":\"gb\","
       "\"Price\":\"0.13\"}]}]}]}"},
      {"UpdateValidityTerms", "{\"Terms\":[{\"Type\":\"ValidityTerm\",\"AgreementStartDate\":"
                              "\"2026-03-01\",\"AgreementEndDate\":\"2027-02-28\"}]}"},
      EXPIRES},
     NULL},
    {"nothing to pay",
     {DEAL, NOTED, DOLLARS, {"pricing", NULL, "free"}, {"usage_prices", NULL, "gb=0"}},
     {CREATED,
      INFORMATION,
      {"UpdatePricingTerms",
       "{\"PricingModel\":\"Free\",\"Terms\":[{\"Type\":\"UsageBasedPricingTerm\","
       "\"CurrencyCode\":\"USD\",\"RateCards\":[{\"RateCard\":[{\"DimensionKey\":\"gb\","
       "\"Price\":\"0\"}]}]}]}"},
      EXPIRES},
     NULL},
    {"the buyer's own licence",
     {DEAL, NOTED, {"pricing", NULL, "byol"}, {"duration", NULL, "P365D"}},
     {CREATED,
      INFORMATION,
      {"UpdatePricingTerms",
       "{\"PricingModel\":\"Byol\",\"Terms\":[{\"Type\":\"ByolPricingTerm\"}]}"},
      {"UpdateValidityTerms",
       "{\"Terms\":[{\"Type\":\"ValidityTerm\",\"AgreementDuration\":\"P365D\"}]}"},
      EXPIRES},
     NULL},
    {"support, payment, renewal, an earlier contract, a EULA of one's own",
     {DEAL,
      NOTED,
      {"eula", NULL, "https://example.com/eula.pdf"},
      {"refund_policy", NULL, "Case by case"},
      {"payment_due", NULL, "P30D"},
      {"renewals", NULL, "3"},
      {"renewal_increase", NULL, "3-7"},
      {"renewal_lockout", NULL, "P30D"},
      {"prior_channel", NULL, "External"},
      {"prior_pricing", NULL, "Contract"},
      {"offer_set", NULL, "offerset-1"}},
     {{"CreateOffer", "{\"ProductId\":\"prod-1\",\"Name\":\"Deal\",\"OfferSetId\":\"offerset-1\"}"},
      {"UpdateInformation",
       "{\"Name\":\"Deal\",\"Description\":\"Northwind [CRM-1]\",\"PreExistingAgreement\":"
       "{\"AcquisitionChannel\":\"External\",\"PricingModel\":\"Contract\"}}"},
      {"UpdateLegalTerms", "{\"Terms\":[{\"Type\":\"LegalTerm\",\"Documents\":[{\"Type\":"
                           "\"CustomEula\",\"Url\":\"https://example.com/eula.pdf\"}]}]}"},
      {"UpdateSupportTerms",
       "{\"Terms\":[{\"Type\":\"SupportTerm\",\"RefundPolicy\":\"Case by case\"}]}"},
      {"UpdateRenewalTerms",
       "{\"Terms\":[{\"Type\":\"RenewalTerm\",\"LockoutPeriod\":\"P30D\",\"MaxRenewals\":3,"
       "\"PriceIncrease\":{\"PercentageRange\":{\"Range\":{\"Min\":\"3\",\"Max\":\"7\","
       "\"Default\":\"3\"}}}}]}"},
      {"UpdateNetPaymentTerms",
       "{\"Terms\":[{\"Type\":\"NetPaymentTerm\",\"PaymentDuePeriod\":\"P30D\"}]}"},
      EXPIRES},
     NULL},
    {"a replacement has its agreement's buyer",
     {{"title", NULL, "Deal"},
      {"replaces", NULL, "agmt-1"},
      NOTED,
      TO_BUYER,
      DOLLARS,
      {"pricing", NULL, "fixed"},
      {"grants", NULL, "basic=20"},
      {"end_date", NULL, "2027-12-31"},
      {"schedule", NULL, "2026-02-01=9000"},
      {"expires", NULL, "2026-02-01"}},
     {{"CreateReplacementOffer", "{\"AgreementId\":\"agmt-1\",\"Name\":\"Deal\"}"},
      INFORMATION,
      {"UpdatePricingTerms",
       "{\"PricingModel\":\"Contract\",\"Terms\":[{\"Type\":\"FixedUpfrontPricingTerm\","
       "\"CurrencyCode\":\"USD\",\"Price\":\"0\",\"Grants\":[{\"DimensionKey\":\"basic\","
       "\"MaxQuantity\":20}]}]}"},
      {"UpdatePaymentScheduleTerms",
       "{\"Terms\":[{\"Type\":\"PaymentScheduleTerm\",\"CurrencyCode\":\"USD\",\"Schedule\":["
       "{\"ChargeDate\":\"2026-02-01\",\"ChargeAmount\":\"9000\"}]}]}"},
      {"UpdateValidityTerms",
       "{\"Terms\":[{\"Type\":\"ValidityTerm\",\"AgreementEndDate\":\"2027-12-31\"}]}"},
      EXPIRES},
     NULL},
    {"a reseller's offer with a markup",
     {{"title", NULL, "Deal"},
      {"form", NULL, "channel"},
      NOTED,
      TO_BUYER,
      {"markup", NULL, "5.5"},
      {"resale_authorization", NULL, "resaleauthz-1"},
      {"expires", NULL, "2026-02-01"}},
     {{"CreateOfferUsingResaleAuthorization",
       "{\"ResaleAuthorizationId\":\"resaleauthz-1\",\"Name\":\"Deal\"}"},
      INFORMATION,
      BUYERS,
      {"UpdateMarkup", "{\"Percentage\":\"5.5\"}"},
      EXPIRES},
     NULL},
    {"a reseller's offer with instalments has the authorization's prices",
     {{"title", NULL, "Deal"},
      NOTED,
      DOLLARS,
      {"resale_authorization", NULL, "resaleauthz-1"},
      {"pricing", NULL, "fixed"},
      {"duration", NULL, "P12M"},
      {"schedule", NULL, "2026-03-01=7"}},
     {{"CreateOfferUsingResaleAuthorization",
       "{\"ResaleAuthorizationId\":\"resaleauthz-1\",\"Name\":\"Deal\"}"},
      INFORMATION,
      {"UpdatePaymentScheduleTerms",
       "{\"Terms\":[{\"Type\":\"PaymentScheduleTerm\",\"CurrencyCode\":\"USD\",\"Schedule\":["
       "{\"ChargeDate\":\"2026-03-01\",\"ChargeAmount\":\"7\"}]}]}"},
      {"UpdateValidityTerms",
       "{\"Terms\":[{\"Type\":\"ValidityTerm\",\"AgreementDuration\":\"P12M\"}]}"}},
     NULL},
    {"a reseller's replacement",
     {{"title", NULL, "Deal"},
      NOTED,
      {"replaces", NULL, "agmt-1"},
      {"markup", NULL, "5"},
      {"resale_authorization", NULL, "resaleauthz-1"}},
     {{"CreateReplacementOfferUsingResaleAuthorization",
       "{\"AgreementId\":\"agmt-1\",\"ResaleAuthorizationId\":\"resaleauthz-1\",\"Name\":"
       "\"Deal\"}"},
      INFORMATION,
      {"UpdateMarkup", "{\"Percentage\":\"5\"}"}},
     NULL},
    {"a resale authorization for one offer",
     {{"title", NULL, "Deal"},
      {"product", NULL, "prod-1"},
      NOTED,
      DOLLARS,
      {"form", NULL, "resale_authorization"},
      {"reseller", NULL, "777788889999"},
      {"pricing", NULL, "configurable"},
      {"prices", NULL, "basic=10000"},
      {"duration", NULL, "P12M"},
      STANDARD,
      {"start_date", NULL, "2026-06-30"},
      TO_BUYER},
     {{"CreateResaleAuthorization",
       "{\"ProductId\":\"prod-1\",\"Name\":\"Deal\",\"ResellerAccountId\":\"777788889999\","
       "\"Description\":\"Northwind [CRM-1]\"}"},
      {"UpdatePricingTerms",
       "{\"PricingModel\":\"Contract\",\"Terms\":[{\"Type\":"
       "\"ResaleConfigurableUpfrontPricingTerm\",\"CurrencyCode\":\"USD\",\"RateCards\":[{"
       "\"Selector\":{\"Type\":\"Duration\",\"Value\":\"P12M\"},\"Constraints\":{"
       "\"MultipleDimensionSelection\":\"Allowed\",\"QuantityConfiguration\":\"Allowed\"},"
       "\"RateCard\":[{\"DimensionKey\":\"basic\",\"Price\":\"10000\"}]}]}]}"},
      {"UpdateLegalTerms", "{\"Terms\":[{\"Type\":\"BuyerLegalTerm\",\"Documents\":[{\"Type\":"
                           "\"StandardEula\"}]}]}"},
      {"UpdateBuyerTargetingTerms",
       "{\"Terms\":[{\"Type\":\"BuyerTargetingTerm\",\"PositiveTargeting\":{\"BuyerAccounts\":["
       "\"444455556666\"]}}]}"},
      {"UpdateBuyerValidityTerms", "{\"Terms\":[{\"Type\":\"BuyerValidityTerm\","
                                   "\"MaximumAgreementStartDate\":\"2026-06-30\"}]}"},
      {"UpdateAvailability", "{\"OffersMaxQuantity\":1}"}},
     NULL},
    {"a resale authorization until a day, with instalments",
     {DEAL,
      NOTED,
      {"form", NULL, "resale_authorization"},
      {"reseller", NULL, "777788889999"},
      DOLLARS,
      {"pricing", NULL, "fixed"},
      {"grants", NULL, "basic=1"},
      {"duration", NULL, "P12M"},
      {"schedule", NULL, "2026-03-01=100.5"},
      {"prior_channel", NULL, "External"},
      {"prior_pricing", NULL, "Contract"}},
     {{"CreateResaleAuthorization",
       "{\"ProductId\":\"prod-1\",\"Name\":\"Deal\",\"ResellerAccountId\":\"777788889999\","
       "\"Description\":\"Northwind [CRM-1]\"}"},
      {"UpdateInformation", "{\"PreExistingBuyerAgreement\":{\"AcquisitionChannel\":\"External\","
                            "\"PricingModel\":\"Contract\"}}"},
      {"UpdatePricingTerms",
       "{\"PricingModel\":\"Contract\",\"Terms\":[{\"Type\":\"ResaleFixedUpfrontPricingTerm\","
       "\"CurrencyCode\":\"USD\",\"Price\":\"0\",\"Duration\":\"P12M\",\"Grants\":[{"
       "\"DimensionKey\":\"basic\",\"MaxQuantity\":1}]}]}"},
      {"UpdatePaymentScheduleTerms",
       "{\"Terms\":[{\"Type\":\"ResalePaymentScheduleTerm\",\"CurrencyCode\":\"USD\","
       "\"Schedule\":[{\"ChargeDate\":\"2026-03-01\",\"ChargeAmount\":\"100.5\"}]}]}"},
      EXPIRES},
     NULL},
    {"no price",
     {DEAL, {"pricing", NULL, "fixed"}, {"grants", NULL, "basic=1"}},
     {{0}},
     "set value"},
    {"no currency",
     {DEAL, {"pricing", NULL, "usage"}, {"usage_prices", NULL, "gb=1"}},
     {{0}},
     "set currency"},
    {"no duration", {DEAL, DOLLARS, {"prices", NULL, "basic=1"}}, {{0}}, "set duration"},
    {"one duration said with the prices",
     {DEAL, DOLLARS, {"prices", NULL, "P12M/basic=1"}},
     {{0}},
     "set duration to it"},
    {"two currencies",
     {DEAL,
      DOLLARS,
      {"pricing", NULL, "fixed"},
      {"value", NULL, "1.00 EUR"},
      {"grants", NULL, "basic=1"}},
     {{0}},
     "an offer has one currency"},
    {"half a seat",
     {DEAL, {"pricing", NULL, "fixed"}, {"value", NULL, "1.00 USD"}, {"grants", NULL, "basic=0.5"}},
     {{0}},
     "a dimension and how many"},
    {"no such day",
     {DEAL, DOLLARS, {"schedule", NULL, "2026-02-30=1"}},
     {{0}},
     "a day and an amount"},
};

/* A change's entity: made under a name, or the one that the name stands for. */
static void check_said(struct run *run, const struct json *set, const struct said *said)
{
    size_t count = 0;
    for (; count < 10 && said[count].type; count++) {
        const struct json *change = json_at(set, count);
        const char *identifier = json_text(json_find(change, "Entity.Identifier"));
        if (!change || !text_equal(json_get_text(change, "ChangeType"), said[count].type))
            fail_msg("no %s in %s", said[count].type, json_print(run->arena, set));
        assert_json(run, json_get(change, "DetailsDocument"), said[count].details);
        if (count)
            assert_string_equal(identifier, "$CreateOffer.Entity.Identifier");
        else
            assert_true(!identifier &&
                        text_equal(json_get_text(change, "ChangeName"), "CreateOffer"));
    }
    if (set->count != count)
        fail_msg("more than was to be said: %s", json_print(run->arena, set));
}

static void test_bodies(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(bodies); i++) {
        struct scene scene = {.title = bodies[i].title, .action = ACTION_CREATE};
        memcpy(scene.fields, bodies[i].fields, sizeof scene.fields);
        size_t at = 0;
        bool replaces = false, authorised = false;
        for (size_t f = 0; f < COUNT(scene.fields) && scene.fields[f].name; f++) {
            replaces = replaces || !strcmp(scene.fields[f].name, "replaces");
            authorised = authorised || !strcmp(scene.fields[f].name, "resale_authorization");
        }
        if (replaces)
            scene.replies[at++] = (struct reply){200, AGREEMENT("ACTIVE")};
        if (!authorised)
            scene.replies[at++] = (struct reply){200, PRODUCT};
        const struct reply rest[] = {{200, NO_DRAFTS}, {422, INVALID}};
        memcpy(&scene.replies[at], rest, sizeof rest);
        struct run run;
        print_message("  %s\n", bodies[i].title);
        play_scene(&run, &scene);
        if (bodies[i].refused) {
            assert_int_equal(run.error.class, ERROR_REFUSED);
            if (!strstr(run.error.message, bodies[i].refused))
                fail_msg("%s", run.error.message);
            assert_null(strstr(run.trail, "start"));
        } else {
            const struct json *set = started(&run);
            assert_string_equal(json_get_text(set, "ClientRequestToken"), "token-1");
            assert_true(text_starts(json_get_text(set, "ChangeSetName"), "CRM-1 "));
            check_said(&run, json_get(set, "ChangeSet"), bodies[i].said);
        }
        arena_free(run.arena);
    }
}

/* Promise 2: what is started again is the same request, and the lock stands in it. */
/* ------------------------------------------------------------------ on what stands */

struct edit {
    const char *title;
    enum action action;
    struct wish fields[4];
    const char *entity;
    const char *said[3]; /* changes of the set; none: nothing to say */
    int64_t later_ms;
};

#define TERMS(list) STATE("Draft", "Deal", "[CRM-1]") ",\"Terms\":[" list "]"
#define RATES(members)                                                                             \
    "{\"Type\":\"ConfigurableUpfrontPricingTerm\",\"CurrencyCode\":\"USD\",\"Odd\":1.50,"          \
    "\"RateCards\":[{\"Selector\":{\"Type\":\"Duration\",\"Value\":\"P12M\"},\"Constraints\":{"    \
    "\"MultipleDimensionSelection\":\"Allowed\",\"QuantityConfiguration\":\"Allowed\"},"           \
    "\"New\":true,\"RateCard\":[" members "]}]}"
#define CARD(duration, price)                                                                      \
    "{\"Selector\":{\"Type\":\"Duration\",\"Value\":\"" duration "\"},\"Constraints\":{"           \
    "\"MultipleDimensionSelection\":\"Allowed\",\"QuantityConfiguration\":\"Allowed\"},"           \
    "\"New\":true,\"RateCard\":[{\"DimensionKey\":\"seats\",\"Price\":\"" price "\"}]}"
#define NEW_CARD(duration, price)                                                                  \
    "{\"Selector\":{\"Type\":\"Duration\",\"Value\":\"" duration "\"},\"Constraints\":{"           \
    "\"MultipleDimensionSelection\":\"Disallowed\",\"QuantityConfiguration\":\"Disallowed\"},"     \
    "\"RateCard\":[{\"DimensionKey\":\"seats\",\"Price\":\"" price "\"}]}"
#define TRIAL "{\"Type\":\"FreeTrialPricingTerm\",\"Duration\":\"P7D\",\"Grants\":[]}"
#define CHANGE(type, identifier, details)                                                          \
    "{\"ChangeType\":\"" type "\",\"Entity\":{\"Type\":\"Offer@1.0\",\"Identifier\":\"" identifier \
    "\"},\"DetailsDocument\":" details "}"

static const struct edit edits[] = {
    {"terms and members that are not ours travel back",
     ACTION_UPDATE,
     {{"prices", "basic=12000\x1fseats=5", "basic=12000\x1fseats=6"}},
     OFFER(V1, "3",
           TERMS(TRIAL "," RATES("{\"DimensionKey\":\"basic\",\"Price\":\"12000.00\",\"Tier\":7},{"
                                 "\"DimensionKey\":\"seats\",\"Price\":\"5.0\"}"))),
     {CHANGE("UpdatePricingTerms", "offer-1@3",
             "{\"PricingModel\":\"Contract\",\"Terms\":[" TRIAL
             "," RATES("{\"DimensionKey\":\"basic\",\"Price\":\"12000.00\",\"Tier\":7},{"
                       "\"DimensionKey\":\"seats\",\"Price\":\"6\"}") "]}")},
     0},
    {"one price for the duration, one for another: each on its own card",
     ACTION_UPDATE,
     {{"prices", NULL, "P24M/seats=18\x1fseats=10"}, {"duration", NULL, "P12M"}},
     OFFER(V1, "3", TERMS(RATES("{\"DimensionKey\":\"seats\",\"Price\":\"9\"}"))),
     {CHANGE("UpdatePricingTerms", "offer-1@3",
             "{\"PricingModel\":\"Contract\",\"Terms\":[{\"Type\":"
             "\"ConfigurableUpfrontPricingTerm\",\"CurrencyCode\":\"USD\",\"Odd\":1.50,"
             "\"RateCards\":[" CARD("P12M", "10") "," NEW_CARD("P24M", "18") "]}]}")},
     0},
    {"nulls and ids of what stands are not sent back",
     ACTION_UPDATE,
     {{"prices", NULL, "seats=10"}, {"buyer_accounts", "1", "444455556666"}},
     OFFER(
         V1, "3",
         TERMS("{\"Type\":\"RecurringPaymentTerm\",\"Id\":\"t-1\",\"Duration\":null,"
               "\"Price\":\"1\"}," RATES(
                   "{\"DimensionKey\":\"seats\",\"Price\":\"9\"}")) ",\"Rules\":[{\"Type\":"
                                                                    "\"TargetingRule\",\"Id\":\"r-"
                                                                    "1\",\"PositiveTargeting\":{"
                                                                    "\"BuyerAccounts\":[\"1\"],"
                                                                    "\"CountryCodes\":null}}]"),
     {CHANGE("UpdateTargeting", "offer-1@3",
             "{\"PositiveTargeting\":{\"BuyerAccounts\":[\"444455556666\"]}}"),
      CHANGE("UpdatePricingTerms", "offer-1",
             "{\"PricingModel\":\"Contract\",\"Terms\":[{\"Type\":\"RecurringPaymentTerm\","
             "\"Price\":\"1\"}," RATES("{\"DimensionKey\":\"seats\",\"Price\":\"10\"}") "]}")},
     0},
    {"the same price in other digits is no edit",
     ACTION_UPDATE,
     {{"prices", NULL, "basic=12000"}},
     OFFER(V1, "3", TERMS(RATES("{\"DimensionKey\":\"basic\",\"Price\":\"12000.00\"}"))),
     {NULL},
     0},
    {"other buyers, the same countries",
     ACTION_UPDATE,
     {{"buyer_accounts", "1", "444455556666"}},
     OFFER(V1, "3",
           STATE("Draft", "Deal",
                 "[CRM-1]") ",\"Rules\":[{\"Type\":\"TargetingRule\",\"PositiveTargeting\":{"
                            "\"BuyerAccounts\":[\"1\"],\"CountryCodes\":[\"DE\"],\"Later\":[1]},"
                            "\"NegativeTargeting\":{\"CountryCodes\":[\"FR\"]}}]"),
     {CHANGE("UpdateTargeting", "offer-1@3",
             "{\"PositiveTargeting\":{\"BuyerAccounts\":[\"444455556666\"],\"CountryCodes\":["
             "\"DE\"],\"Later\":[1]},\"NegativeTargeting\":{\"CountryCodes\":[\"FR\"]}}")},
     0},
    {"no instalments any more: the list is emptied, the price and the duration come back",
     ACTION_UPDATE,
     {{"schedule", "2026-03-01=600", NULL}, {"value", "600.00 USD", "500.00 USD"}},
     OFFER(V1, "3",
           TERMS("{\"Type\":\"FixedUpfrontPricingTerm\",\"CurrencyCode\":\"USD\",\"Price\":\"0.0\","
                 "\"Grants\":[{\"DimensionKey\":\"basic\",\"MaxQuantity\":1}]},{\"Type\":"
                 "\"PaymentScheduleTerm\",\"CurrencyCode\":\"USD\",\"Schedule\":[{\"ChargeDate\":"
                 "\"2026-03-01T00:00:00.000Z\",\"ChargeAmount\":\"600\"}]},{\"Type\":"
                 "\"ValidityTerm\",\"AgreementDuration\":\"P12M\"}")),
     {CHANGE("UpdatePricingTerms", "offer-1@3",
             "{\"PricingModel\":\"Contract\",\"Terms\":[{\"Type\":\"FixedUpfrontPricingTerm\","
             "\"CurrencyCode\":\"USD\",\"Price\":\"500.00\",\"Duration\":\"P12M\",\"Grants\":[{"
             "\"DimensionKey\":\"basic\",\"MaxQuantity\":1}]}]}"),
      CHANGE("UpdatePaymentScheduleTerms", "offer-1", "{\"Terms\":[]}"),
      CHANGE("UpdateValidityTerms", "offer-1", "{\"Terms\":[]}")},
     0},
    {"an instalment more: the days are days again",
     ACTION_UPDATE,
     {{"schedule", "2026-03-01=600",
       "2026-03-01=600\x1f"
       "2026-04-01=7"}},
     OFFER(V1, "3",
           TERMS("{\"Type\":\"PaymentScheduleTerm\",\"CurrencyCode\":\"USD\",\"Schedule\":[{"
                 "\"ChargeDate\":\"2026-03-01T00:00:00.000Z\",\"ChargeAmount\":\"600.00\"}]}")),
     {CHANGE("UpdatePaymentScheduleTerms", "offer-1@3",
             "{\"Terms\":[{\"Type\":\"PaymentScheduleTerm\",\"CurrencyCode\":\"USD\",\"Schedule\":["
             "{\"ChargeDate\":\"2026-03-01\",\"ChargeAmount\":\"600.00\"},{\"ChargeDate\":\"2026-"
             "04-01\",\"ChargeAmount\":\"7\"}]}]}")},
     0},
    {"another renewal keeps its templates",
     ACTION_UPDATE,
     {{"renewal_increase", "3", "5"}},
     OFFER(V1, "3",
           TERMS("{\"Type\":\"RenewalTerm\",\"MaxRenewals\":2,\"PriceIncrease\":{"
                 "\"FixedPercentage\":{\"Value\":\"3\"}},\"TermTemplates\":[{\"A\":1}]}")),
     {CHANGE("UpdateRenewalTerms", "offer-1@3",
             "{\"Terms\":[{\"Type\":\"RenewalTerm\",\"MaxRenewals\":2,\"PriceIncrease\":{"
             "\"FixedPercentage\":{\"Value\":\"5\"}},\"TermTemplates\":[{\"A\":1}]}]}")},
     0},
    {"support taken off",
     ACTION_UPDATE,
     {{"refund_policy", "None", NULL}},
     OFFER(V1, "3", TERMS("{\"Type\":\"SupportTerm\",\"RefundPolicy\":\"None\"}")),
     {CHANGE("UpdateSupportTerms", "offer-1@3", "{\"Terms\":[]}")},
     0},
    {"another note keeps reference and mark",
     ACTION_UPDATE,
     {{"note", "Old", "New"}},
     OFFER(V1, "3", STATE("Released", "Deal", "Old [CRM-1 cancelled]")),
     {CHANGE("UpdateInformation", "offer-1@3", "{\"Description\":\"New [CRM-1 cancelled]\"}")},
     0},
    {"there was no earlier contract after all",
     ACTION_UPDATE,
     {{"prior_channel", "External", NULL}, {"prior_pricing", "Contract", NULL}},
     OFFER(V1, "3",
           STATE("Draft", "Deal", "[CRM-1]") ",\"PreExistingAgreement\":{\"AcquisitionChannel\":"
                                             "\"External\",\"PricingModel\":\"Contract\"}"),
     {CHANGE("UpdateInformation", "offer-1@3", "{\"PreExistingAgreement\":null}")},
     0},
    {"publish with an edit that is still to be made",
     ACTION_PUBLISH,
     {{"title", "Deal", "Big deal"}},
     OFFER(V1, "3", STATE("Draft", "Deal", "[CRM-1]")),
     {CHANGE("UpdateInformation", "offer-1@3", "{\"Name\":\"Big deal\"}"),
      CHANGE("ReleaseOffer", "offer-1", "{}")},
     0},
    {"publish",
     ACTION_PUBLISH,
     {{0}},
     OFFER(V1, "3", STATE("Draft", "Deal", "[CRM-1]")),
     {CHANGE("ReleaseOffer", "offer-1@3", "{}")},
     0},
    {"extend an offer that was taken back: it is open again",
     ACTION_EXTEND,
     {{"expires", "2025-12-01", "2026-03-01"}},
     OFFER(V1, "3", STATE("Released", "Deal", "Note [CRM-1 cancelled]") "," UNTIL("2025-12-01")),
     {CHANGE("UpdateInformation", "offer-1@3", "{\"Description\":\"Note [CRM-1]\"}"),
      CHANGE("UpdateAvailability", "offer-1", "{\"AvailabilityEndDate\":\"2026-03-01\"}")},
     0},
    {"take back in the first millisecond of a day",
     ACTION_CANCEL,
     {{0}},
     RELEASED,
     {CHANGE("UpdateInformation", "offer-1@1", "{\"Description\":\"[CRM-1 cancelled]\"}"),
      CHANGE("UpdateAvailability", "offer-1", "{\"AvailabilityEndDate\":\"2025-12-31\"}")},
     0},
    {"take back in the last millisecond of a day",
     ACTION_CANCEL,
     {{0}},
     RELEASED,
     {CHANGE("UpdateInformation", "offer-1@1", "{\"Description\":\"[CRM-1 cancelled]\"}"),
      CHANGE("UpdateAvailability", "offer-1", "{\"AvailabilityEndDate\":\"2025-12-31\"}")},
     DAY_MS - 1},
    {"take back a moment later",
     ACTION_CANCEL,
     {{0}},
     RELEASED,
     {CHANGE("UpdateInformation", "offer-1@1", "{\"Description\":\"[CRM-1 cancelled]\"}"),
      CHANGE("UpdateAvailability", "offer-1", "{\"AvailabilityEndDate\":\"2026-01-01\"}")},
     DAY_MS},
    {"take back as of a day that the local side names",
     ACTION_CANCEL,
     {{"expires", "2026-02-01", "2025-11-30"}},
     RELEASED,
     {CHANGE("UpdateInformation", "offer-1@1", "{\"Description\":\"[CRM-1 cancelled]\"}"),
      CHANGE("UpdateAvailability", "offer-1", "{\"AvailabilityEndDate\":\"2025-11-30\"}")},
     0},
    {"what has expired is marked, and its last day stays",
     ACTION_CANCEL,
     {{0}},
     OFFER(V1, "3", STATE("Released", "Deal", "[CRM-1]") "," UNTIL("2025-12-01")),
     {CHANGE("UpdateInformation", "offer-1@3", "{\"Description\":\"[CRM-1 cancelled]\"}")},
     0},
};

static void check_edit(struct run *run, const struct edit *edit)
{
    const struct json *set = json_get(started(run), "ChangeSet");
    for (size_t i = 0; i < COUNT(edit->said); i++) {
        if (edit->said[i])
            assert_json(run, json_at(set, i), edit->said[i]);
        else
            assert_null(json_at(set, i));
    }
}

static void test_edits(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(edits); i++) {
        const struct edit *edit = &edits[i];
        struct scene scene = {.title = edit->title,
                              .action = edit->action,
                              .replies = {{200, edit->entity}, {422, INVALID}},
                              .later_ms = edit->later_ms};
        memcpy(scene.fields, edit->fields, sizeof edit->fields);
        if (!edit->said[0]) {
            scene.replies[1] = (struct reply){200, SUMMARY("")};
            scene.replies[2] = (struct reply){200, NO_AGREEMENT};
        }
        struct run run;
        print_message("  %s\n", edit->title);
        play_scene(&run, &scene);
        if (edit->said[0])
            check_edit(&run, edit);
        else
            assert_string_equal(run.trail, "get summary");
        arena_free(run.arena);
    }
}

/* A resale authorization is released and restricted by changes of its own. */
static void test_resale(void **state)
{
    (void)state;
#define RESALE_CHANGE(type, details)                                                               \
    "{\"ChangeType\":\"" type "\",\"Entity\":{\"Type\":\"ResaleAuthorization@1.0\","               \
    "\"Identifier\":\"resaleauthz-1@1\"},\"DetailsDocument\":" details "}"
    static const struct edit rows[] = {
        {"publish",
         ACTION_PUBLISH,
         {{0}},
         RESALE(V1, "\"Status\":\"Draft\""),
         {RESALE_CHANGE("ReleaseResaleAuthorization", "{}")},
         0},
        {"take back",
         ACTION_CANCEL,
         {{0}},
         RESALE(V1, "\"Status\":\"Active\""),
         {RESALE_CHANGE("RestrictResaleAuthorization", "{}")},
         0},
        {"extend keeps for how many offers it is",
         ACTION_EXTEND,
         {{"expires", "2026-02-01", "2026-03-01"}},
         RESALE(V1, "\"Status\":\"Active\",\"Rules\":[{\"Type\":\"AvailabilityRule\","
                    "\"AvailabilityEndDate\":\"2026-02-01T23:59:59.000Z\","
                    "\"OffersMaxQuantity\":1}]"),
         {RESALE_CHANGE("UpdateAvailability",
                        "{\"AvailabilityEndDate\":\"2026-03-01\",\"OffersMaxQuantity\":1}")},
         0},
        {"buyers are objects when read and texts when written",
         ACTION_UPDATE,
         {{"eula", NULL, "https://example.com/e"}},
         RESALE(V1, "\"Status\":\"Draft\",\"Terms\":[{\"Type\":\"ResaleLegalTerm\",\"Id\":\"t-1\","
                    "\"Documents\":[{\"Type\":\"CustomResellerContract\",\"Url\":\"u\"}]}]"),
         {RESALE_CHANGE(
             "UpdateLegalTerms",
             "{\"Terms\":[{\"Type\":\"ResaleLegalTerm\",\"Documents\":[{\"Type\":"
             "\"CustomResellerContract\",\"Url\":\"u\"}]},{\"Type\":\"BuyerLegalTerm\","
             "\"Documents\":[{\"Type\":\"CustomEula\",\"Url\":\"https://example.com/e\"}]"
             "}]}")},
         0},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct scene scene = {.title = rows[i].title,
                              .action = rows[i].action,
                              .replies = {{200, rows[i].entity}, {422, INVALID}}};
        memcpy(scene.fields, rows[i].fields, sizeof rows[i].fields);
        struct run run;
        print_message("  %s\n", rows[i].title);
        play_scene(&run, &scene);
        check_edit(&run, &rows[i]);
        arena_free(run.arena);
    }
    struct scene over = {
        .title = "restricted already",
        .action = ACTION_CANCEL,
        .replies = {{200, RESALE(V2, "\"Status\":\"Restricted\"")},
                    {200, "{\"EntitySummaryList\":[{\"ResaleAuthorizationSummary\":"
                          "{\"Status\":\"Restricted\"}}]}"}}};
    struct run run;
    play_scene(&run, &over);
    assert_string_equal(run.trail, "get summary");
    assert_string_equal(run.context.after->version, V2 " cancelled - -");
    assert_string_equal(json_get_text(body_of(&run, 1), "EntityType"), "ResaleAuthorization");
    arena_free(run.arena);
}

/* Agreements of data products have names of their own, but not where they are resold. */
static void test_data_product(void **state)
{
    (void)state;
    static const struct {
        const char *form, *documents;
    } rows[] = {
        {"private", "[{\"Type\":\"StandardDsa\",\"Version\":\"2022-07-14\"}]"},
        {"resale_authorization", "[{\"Type\":\"StandardEula\"}]"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct scene scene = {
            .title = rows[i].form,
            .action = ACTION_CREATE,
            .fields = {DEAL, {"form", NULL, rows[i].form}, STANDARD},
            .replies = {{200, "{\"EntityType\":\"DataProduct@1.0\",\"EntityIdentifier\":"
                              "\"prod-1@7\",\"LastModifiedDate\":\"" V1 "\","
                              "\"DetailsDocument\":{}}"},
                        {200, NO_DRAFTS},
                        {422, INVALID}}};
        struct run run;
        play_scene(&run, &scene);
        const struct json *changes = json_get(started(&run), "ChangeSet");
        const struct json *documents = NULL;
        for (size_t c = 0; c < changes->count; c++) {
            if (text_equal(json_get_text(changes->items[c], "ChangeType"), "UpdateLegalTerms"))
                documents = json_find(changes->items[c], "DetailsDocument.Terms[0].Documents");
        }
        assert_json(&run, documents, rows[i].documents);
        arena_free(run.arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bodies),
        cmocka_unit_test(test_edits),
        cmocka_unit_test(test_resale),
        cmocka_unit_test(test_data_product),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
