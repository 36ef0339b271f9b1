/* What the marketplace makes of offers, products, resale authorizations and offer sets: which data
 * it takes, and with which code a set fails on the rest. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "tests/support/offers.h"

#define CREATE                                                                                     \
    "{'ChangeType':'CreateOffer','ChangeName':'New','Entity':{'Type':'Offer@1.0'},"                \
    "'DetailsDocument':{'ProductId':'" SANDBOX_PRODUCT "'}}"
#define NAME(identifier, name)                                                                     \
    "{'ChangeType':'UpdateInformation','Entity':{'Type':'Offer@1.0','Identifier':'" identifier     \
    "'},'DetailsDocument':{'Name':'" name "'}}"

/* ---- Accepted for processing, and then FAILED with a code; nothing is left of it. */
static void test_failing_offers(void **state)
{
    (void)state;
    static const struct {
        const char *type, *details, *code;
    } cases[] = {
        {"CreateOffer", "{'ProductId':'prod-nowhere'}", "INCOMPATIBLE_PRODUCT"},
        {"CreateOffer", "{'ProductId':'offer-sandboxsaas01'}", "INCOMPATIBLE_PRODUCT"},
        {"UpdateInformation", NULL, "MISSING_NAME"},
        {"UpdateTargeting", NULL, "MISSING_BUYER_ACCOUNTS"},
        {"UpdateTargeting", "{'PositiveTargeting':{'BuyerAccounts':['44445555666']}}",
         "INVALID_BUYER_ACCOUNTS"},
        {"UpdateTargeting", "{'PositiveTargeting':{'BuyerAccounts':['000000000000']}}",
         "INVALID_BUYER_ACCOUNTS"},
        {"UpdateTargeting",
         "{'PositiveTargeting':{'BuyerAccounts':['444455556666','444455556666']}}",
         "INVALID_BUYER_ACCOUNTS"},
        {"UpdateTargeting",
         "{'PositiveTargeting':{'BuyerAccounts':['444455556666'],'CountryCodes':['XX']}}",
         "INVALID_TARGETING"},
        {"UpdateLegalTerms", NULL, "MISSING_MANDATORY_TERMS"},
        {"UpdateLegalTerms",
         "{'Terms':[{'Type':'LegalTerm','Documents':[{'Type':'StandardEula'}]}]}",
         "INVALID_LEGAL_DOCUMENTS"},
        {"UpdateLegalTerms", "{'Terms':[{'Type':'LegalTerm','Documents':[{'Type':'CustomEula'}]}]}",
         "INVALID_LEGAL_DOCUMENTS"},
        {"UpdateLegalTerms",
         "{'Terms':[{'Type':'LegalTerm','Documents':[{'Type':'CustomEula','Url':"
         "'https://www.example.com/eula.pdf'}]}]}",
         "INVALID_LEGAL_DOCUMENTS"},
        {"UpdateLegalTerms",
         "{'Terms':[{'Type':'LegalTerm','Documents':[{'Type':'StandardDsa','Version':"
         "'2022-07-14'}]}]}",
         "INVALID_LEGAL_DOCUMENTS"},
        {"UpdateAvailability", NULL, "MISSING_AVAILABILITY_END_DATE"},
        {"UpdateAvailability", "{'AvailabilityEndDate':'2025-12-30'}",
         "INVALID_AVAILABILITY_END_DATE"},
        {"UpdateAvailability", "{'AvailabilityEndDate':'2026-11-30'}",
         "TOO_MANY_BACKDATED_CHARGES"},
        {"UpdatePricingTerms", NULL, "INCOMPATIBLE_TERMS"}, /* a schedule without a price */
        {"UpdatePricingTerms",
         "{'PricingModel':'Contract','Terms':[{'Type':'FixedUpfrontPricingTerm','CurrencyCode':"
         "'USD','Price':'5','Grants':[{'DimensionKey':'basic_service'}]}]}",
         "INCOMPATIBLE_TERMS"}, /* a schedule carries the money */
        {"UpdatePricingTerms",
         "{'PricingModel':'Contract','Terms':[{'Type':'FixedUpfrontPricingTerm','CurrencyCode':"
         "'EUR','Price':'0','Grants':[{'DimensionKey':'basic_service'}]}]}",
         "INCOMPATIBLE_TERMS"}, /* two currencies */
        {"UpdatePricingTerms",
         "{'PricingModel':'Contract','Terms':[{'Type':'FixedUpfrontPricingTerm','CurrencyCode':"
         "'USD','Price':'0','Grants':[{'DimensionKey':'nowhere'}]}]}",
         "INCOMPATIBLE_TERMS"},
        {"UpdatePricingTerms",
         "{'PricingModel':'Contract','Terms':[{'Type':'FixedUpfrontPricingTerm','CurrencyCode':"
         "'USD','Price':'0','Grants':[{'DimensionKey':'gb_ingested'}]}]}",
         "INCOMPATIBLE_TERMS"}, /* metered */
        {"UpdatePricingTerms",
         "{'PricingModel':'Usage','Terms':[{'Type':'FixedUpfrontPricingTerm','CurrencyCode':"
         "'USD','Price':'0','Grants':[{'DimensionKey':'basic_service'}]}]}",
         "INCOMPATIBLE_TERMS"},
        {"UpdateValidityTerms", NULL, "MISSING_MANDATORY_TERMS"},
        {"UpdateValidityTerms",
         "{'Terms':[{'Type':'ValidityTerm','AgreementDuration':'P12M','AgreementEndDate':"
         "'2027-01-01'}]}",
         "INVALID_AGREEMENT_DURATION"},
        {"UpdateValidityTerms",
         "{'Terms':[{'Type':'ValidityTerm','AgreementEndDate':'2027-01-01'}]}",
         "INVALID_AGREEMENT_END_DATE"},
        {"UpdateValidityTerms",
         "{'Terms':[{'Type':'ValidityTerm','AgreementStartDate':'2026-05-01'}]}",
         "MISSING_AGREEMENT_END_DATE"},
        {"UpdateValidityTerms",
         "{'Terms':[{'Type':'ValidityTerm','AgreementStartDate':'2026-03-01','AgreementEndDate':"
         "'2027-03-01'}]}",
         "INVALID_AGREEMENT_START_DATE"}, /* before the offer ends */
        {"UpdateValidityTerms",
         "{'Terms':[{'Type':'ValidityTerm','AgreementStartDate':'2029-05-01','AgreementEndDate':"
         "'2030-05-01'}]}",
         "INVALID_AGREEMENT_START_DATE"}, /* more than three years ahead */
        {"UpdatePaymentScheduleTerms",
         "{'Terms':[{'Type':'PaymentScheduleTerm','CurrencyCode':'USD','Schedule':[{'ChargeDate':"
         "'2026-10-15','ChargeAmount':'1'},{'ChargeDate':'2026-04-15','ChargeAmount':'1'}]}]}",
         "INVALID_CHARGE_DATES"},
        {"UpdatePaymentScheduleTerms",
         "{'Terms':[{'Type':'PaymentScheduleTerm','CurrencyCode':'USD','Schedule':[{'ChargeDate':"
         "'2029-04-15','ChargeAmount':'1'}]}]}",
         "INVALID_CHARGE_DATES"}, /* after the agreement */
        {"UpdatePaymentScheduleTerms",
         "{'Terms':[{'Type':'PaymentScheduleTerm','CurrencyCode':'USD','Schedule':[{'ChargeDate':"
         "'2026-02-15','ChargeAmount':'1'},{'ChargeDate':'2026-03-15','ChargeAmount':'1'}]}]}",
         "TOO_MANY_BACKDATED_CHARGES"},
    };
    struct drive drive;
    drive_start(&drive, NULL);
    size_t offers = sandbox_entities(drive.sandbox, "Offer");
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *set = offer_set(&drive, cases[i].type, cases[i].details, NULL);
        const char *status = drive_set(&drive, set);
        if (strcmp(status, "FAILED") != 0 || strcmp(drive_set_error(&drive), cases[i].code) != 0)
            fail_msg("%s %s: wanted %s, got %s %s %s", cases[i].type,
                     cases[i].details ? cases[i].details : "left out", cases[i].code, status,
                     drive_set_error(&drive), drive.response.body);
        assert_string_equal(drive_answer(&drive, "FailureCode"), "CLIENT_ERROR");
        assert_int_equal(sandbox_entities(drive.sandbox, "Offer"), offers);
    }
    drive_stop(&drive);
}

static void test_too_many_buyers(void **state)
{
    (void)state;
    struct drive drive;
    drive_start(&drive, NULL);
    const char *list = "";
    for (unsigned i = 0; i < 27; i++)
        list = arena_printf(drive.arena, "%s%s'4444555%05u'", list, i ? "," : "", i);
    const char *details =
        arena_printf(drive.arena, "{'PositiveTargeting':{'BuyerAccounts':[%s]}}", list);
    assert_string_equal(drive_set(&drive, offer_set(&drive, "UpdateTargeting", details, NULL)),
                        "FAILED");
    assert_string_equal(drive_set_error(&drive), "TOO_MANY_BUYER_ACCOUNTS");
    drive_stop(&drive);
}

/* One public offer for each product; a private one needs it. */
static void test_public_offers(void **state)
{
    (void)state;
    struct drive drive;
    drive_start(&drive, NULL);
    static const char public[] =
        "[" CREATE ",{'ChangeType':'UpdatePricingTerms','Entity':{'Type':'Offer@1.0','Identifier':"
        "'" OFFER_REF "'},'DetailsDocument':{'PricingModel':'Usage','Terms':[{'Type':"
        "'UsageBasedPricingTerm','CurrencyCode':'USD','RateCards':[{'RateCard':[{'DimensionKey':"
        "'gb_ingested','Price':'0.00000001'}]}]}]}},{'ChangeType':'UpdateLegalTerms','Entity':"
        "{'Type':'Offer@1.0','Identifier':'" OFFER_REF "'},'DetailsDocument':{'Terms':[{'Type':"
        "'LegalTerm','Documents':[{'Type':'StandardEula','Version':'2022-07-14'}]}]}},"
        "{'ChangeType':'ReleaseOffer','Entity':{'Type':'Offer@1.0','Identifier':'" OFFER_REF "'},"
        "'DetailsDocument':{}}]";
    assert_string_equal(drive_set(&drive, public), "FAILED");
    assert_string_equal(drive_set_error(&drive), "TOO_MANY_OFFERS");
    drive_control(&drive, "edit-entity",
                  "{'id':'offer-sandboxsaas01','path':'ProductId','value':'"
                  "prod-other'}");
    assert_string_equal(drive_set(&drive, offer_set(&drive, NULL, NULL, NULL)), "FAILED");
    assert_string_equal(drive_set_error(&drive), "INCOMPATIBLE_PRODUCT");
    drive_stop(&drive);
}

/* ---- After the release. */
static void test_locked_after_release(void **state)
{
    (void)state;
    struct drive drive;
    drive_start(&drive, NULL);
    const char *offer = offer_make(&drive);
    for (size_t i = 2; i < OFFER_PIECES; i++) {
        if (!strcmp(offer_pieces[i].type, "UpdateAvailability"))
            continue;
        assert_string_equal(
            offer_update(&drive, "Offer", offer, offer_pieces[i].type, offer_pieces[i].details),
            "FAILED");
        assert_string_equal(drive_set_error(&drive), "INVALID_ENTITY_STATE");
    }
    assert_string_equal(offer_update(&drive, "Offer", offer, "UpdateInformation",
                                     "{'Description':'Other words [CRM-1]'}"),
                        "SUCCEEDED");
    assert_string_equal(json_get_text(sandbox_entity(drive.sandbox, offer), "Name"),
                        "Twelve months");
    assert_string_equal(
        offer_update(&drive, "Offer", offer, "UpdateInformation", "{'PreExistingAgreement':null}"),
        "FAILED");
    /* Longer, but not so long that two charges are due before it ends. */
    assert_string_equal(offer_update(&drive, "Offer", offer, "UpdateAvailability",
                                     "{'AvailabilityEndDate':'2026-06-30'}"),
                        "SUCCEEDED");
    assert_string_equal(offer_update(&drive, "Offer", offer, "UpdateAvailability",
                                     "{'AvailabilityEndDate':'2026-12-31'}"),
                        "FAILED");
    assert_string_equal(drive_set_error(&drive), "TOO_MANY_BACKDATED_CHARGES");
    assert_string_equal(offer_update(&drive, "Offer", offer, "UpdateAvailability",
                                     "{'AvailabilityEndDate':'2025-12-31'}"),
                        "SUCCEEDED"); /* taken back */
    drive_query(&drive, "GET", "DescribeEntity", "entityId", offer);
    assert_string_equal(drive_answer(&drive, "EntityIdentifier"),
                        arena_printf(drive.arena, "%s@4", offer));
    drive_stop(&drive);
}

/* A sub-document is replaced whole: what a later change leaves out is gone. */
static void test_replaced_parts(void **state)
{
    (void)state;
    struct drive drive;
    drive_start(&drive, NULL);
    assert_string_equal(
        drive_set(&drive, offer_set(&drive, "UpdateTargeting",
                                    "{'PositiveTargeting':{'BuyerAccounts':['444455556666'],"
                                    "'CountryCodes':['US']}}",
                                    NULL)),
        "SUCCEEDED");
    const char *released = drive_set_entity(&drive, 0);
    static const char draft[] = "[" CREATE "," NAME(OFFER_REF, "Draft") "]";
    assert_string_equal(drive_set(&drive, draft), "SUCCEEDED");
    const char *offer = drive_set_entity(&drive, 0);
    static const struct offer_piece steps[] = {
        {"UpdateTargeting", "{'PositiveTargeting':{'BuyerAccounts':['444455556666'],"
                            "'CountryCodes':['US']}}"},
        {"UpdateTargeting", "{'PositiveTargeting':{'BuyerAccounts':['444455556667']}}"},
        {"UpdateSupportTerms", "{'Terms':[{'Type':'SupportTerm','RefundPolicy':'None.'}]}"},
        {"UpdateSupportTerms", "{'Terms':[]}"},
    };
    for (size_t i = 0; i < COUNT(steps); i++)
        assert_string_equal(offer_update(&drive, "Offer", offer, steps[i].type, steps[i].details),
                            "SUCCEEDED");
    const struct json *document = sandbox_entity(drive.sandbox, offer);
    const struct json *positive =
        json_find(document, "Rules[Type=TargetingRule].PositiveTargeting");
    assert_int_equal(positive->count, 1);
    assert_string_equal(json_text(json_find(positive, "BuyerAccounts[0]")), "444455556667");
    assert_null(json_find(document, "Terms[Type=SupportTerm]"));
    assert_non_null(json_find(sandbox_entity(drive.sandbox, released),
                              "Rules[Type=TargetingRule].PositiveTargeting.CountryCodes"));
    drive_stop(&drive);
}

/* ---- Products. */
static void test_products(void **state)
{
    (void)state;
    static const struct {
        const char *entity, *id, *type, *details, *code; /* NULL: succeeds */
        const char *path, *value;
    } cases[] = {
        {"SaaSProduct", SANDBOX_PRODUCT, "UpdateInformation",
         "{'ShortDescription':'Short','SupportDescription':'By phone','VideoUrls':"
         "['https://www.example.com/v']}",
         NULL, "SupportInformation.Description", "By phone"},
        {"SaaSProduct", SANDBOX_PRODUCT, "UpdateInformation", "{'Highlights':['One']}", NULL,
         "Description.ShortDescription", "Short"},
        {"MachineLearningProduct", SANDBOX_MODEL, "UpdateInformation", "{'ProductTitle':'Oracle'}",
         NULL, "Description.ProductTitle", "Oracle"},
        {"SaaSProduct", SANDBOX_PRODUCT, "AddDimensions",
         "[{'Key':'users','Name':'n','Description':'d','Unit':'Units','Types':['Entitled']}]",
         "INVALID_DIMENSION_KEYS", NULL, NULL},
        {"SaaSProduct", SANDBOX_PRODUCT, "UpdateDimensions",
         "[{'Key':'users','Name':'People','Types':['Entitled']}]", NULL,
         "Dimensions[Key=users].Name", "People"},
        {"SaaSProduct", SANDBOX_PRODUCT, "UpdateDimensions",
         "[{'Key':'nowhere','Types':['Entitled']}]", "INVALID_DIMENSION_KEYS", NULL, NULL},
        {"SaaSProduct", SANDBOX_PRODUCT, "RestrictDimensions",
         "[{'Key':'users','Types':['Entitled']}]", NULL, "Dimensions[Key=users]", NULL},
        {"SaaSProduct", SANDBOX_PRODUCT, "UpdateTargeting",
         "{'PositiveTargeting':{'BuyerAccounts':['444455556666']}}", NULL,
         "Targeting.PositiveTargeting.BuyerAccounts[0]", "444455556666"},
        {"SaaSProduct", SANDBOX_PRODUCT, "UpdateVisibility", "{'TargetVisibility':'Limited'}", NULL,
         "Description.Visibility", "Limited"},
        {"SaaSProduct", SANDBOX_PRODUCT, "UpdateVisibility",
         "{'TargetVisibility':'Restricted','ReplacementProductId':'prod-nowhere'}",
         "INCOMPATIBLE_PRODUCT", NULL, NULL},
        {"AmiProduct", SANDBOX_AMI, "AddRegions", "{'Regions':['eu-west-1']}", NULL,
         "RegionAvailability.Regions[2]", "eu-west-1"},
        {"AmiProduct", SANDBOX_AMI, "RestrictRegions", "{'Regions':['us-east-1']}", NULL,
         "RegionAvailability.Restrict[0]", "us-east-1"},
    };
    struct drive drive;
    drive_start(&drive, NULL);
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *status =
            offer_update(&drive, cases[i].entity, cases[i].id, cases[i].type, cases[i].details);
        if (strcmp(status, cases[i].code ? "FAILED" : "SUCCEEDED") != 0)
            fail_msg("%s %s: %s", cases[i].type, cases[i].details, drive.response.body);
        if (cases[i].code)
            assert_string_equal(drive_set_error(&drive), cases[i].code);
        const char *read =
            cases[i].path
                ? json_text(json_find(sandbox_entity(drive.sandbox, cases[i].id), cases[i].path))
                : NULL;
        if (cases[i].value)
            assert_string_equal(read, cases[i].value);
        else
            assert_null(read);
    }
    assert_string_equal(offer_update(&drive, "SaaSProduct", SANDBOX_PRODUCT, "AddVersion", "{}"),
                        "");
    drive_stop(&drive);
}

/* A dimension for one deal, and the offer that uses it, in one set. */
static void test_dimension_and_offer(void **state)
{
    (void)state;
    struct drive drive;
    drive_start(&drive, NULL);
    const char *extra = offer_change(
        &drive, "SaaSProduct", SANDBOX_PRODUCT, "AddDimensions",
        "[{'Key':'deal_9','Name':'Deal','Description':'d','Unit':'Units','Types':['Entitled']}]");
    const char *set =
        offer_set(&drive, "UpdatePricingTerms",
                  "{'PricingModel':'Contract','Terms':[{'Type':'FixedUpfrontPricingTerm',"
                  "'CurrencyCode':'USD','Price':'0','Grants':[{'DimensionKey':'deal_9'}]}]}",
                  extra);
    assert_string_equal(drive_set(&drive, set), "SUCCEEDED");
    drive_stop(&drive);
}

/* ---- Resale, offer sets. */
static void test_resale(void **state)
{
    (void)state;
    static const char create[] =
        "{'ChangeType':'CreateOfferUsingResaleAuthorization','ChangeName':'New','Entity':{'Type':"
        "'Offer@1.0'},'DetailsDocument':{'ResaleAuthorizationId':'" SANDBOX_RESALE "'}}";
    struct drive drive;
    drive_start(&drive, NULL);
    const char *common = arena_printf(
        drive.arena, "%s,%s,%s,%s", create, NAME(OFFER_REF, "Resold"),
        offer_change(&drive, "Offer", OFFER_REF, "UpdateTargeting", offer_pieces[2].details),
        offer_change(&drive, "Offer", OFFER_REF, "UpdateAvailability", offer_pieces[4].details));
    const char *release = offer_change(&drive, "Offer", OFFER_REF, "ReleaseOffer", "{}");
    const char *markup =
        offer_change(&drive, "Offer", OFFER_REF, "UpdateMarkup", "{'Percentage':'5.0'}");
    assert_string_equal(drive_set(&drive, arena_printf(drive.arena, "[%s,%s]", common, release)),
                        "FAILED");
    assert_string_equal(drive_set_error(&drive), "MISSING_MANDATORY_TERMS");
    const char *prices =
        offer_change(&drive, "Offer", OFFER_REF, "UpdatePricingTerms", offer_pieces[5].details);
    assert_string_equal(
        drive_set(&drive, arena_printf(drive.arena, "[%s,%s,%s]", common, prices, markup)),
        "FAILED");
    assert_string_equal(
        drive_set(&drive, arena_printf(drive.arena, "[%s,%s,%s]", common, markup, release)),
        "SUCCEEDED");
    const struct json *document = sandbox_entity(drive.sandbox, drive_set_entity(&drive, 0));
    assert_string_equal(json_get_text(document, "MarkupPercentage"), "5.0");
    assert_non_null(json_find(document, "Terms[Type=ConfigurableUpfrontPricingTerm]"));
    assert_string_equal(
        offer_update(&drive, "Offer", "offer-sandboxsaas01", "UpdateMarkup", "{'Percentage':'5'}"),
        "FAILED");

    static const char resale[] =
        "[{'ChangeType':'CreateResaleAuthorization','ChangeName':'R','Entity':{'Type':"
        "'ResaleAuthorization@1.0'},'DetailsDocument':{'Name':'To a reseller','ProductId':"
        "'" SANDBOX_PRODUCT "','ResellerAccountId':'777788889999'}},%s]";
    drive_set(&drive,
              arena_printf(drive.arena, resale,
                           offer_change(&drive, "ResaleAuthorization", "$R.Entity.Identifier",
                                        "ReleaseResaleAuthorization", "{}")));
    assert_string_equal(drive_set_error(&drive), "MISSING_MANDATORY_TERMS");
    assert_string_equal(
        drive_set(&drive,
                  arena_printf(drive.arena, resale,
                               offer_change(&drive, "ResaleAuthorization", "$R.Entity.Identifier",
                                            "UpdateAvailability", "{'OffersMaxQuantity':1}"))),
        "SUCCEEDED");
    const char *id = drive_set_entity(&drive, 0);
    assert_string_equal(json_get_text(sandbox_entity(drive.sandbox, id), "Status"), "Draft");
    offer_update(&drive, "ResaleAuthorization", id, "RestrictResaleAuthorization", "{}");
    assert_string_equal(drive_set_error(&drive), "INVALID_ENTITY_STATE");
    drive_stop(&drive);
}

static void test_offer_sets(void **state)
{
    (void)state;
    static const char create[] =
        "{'ChangeType':'CreateOfferSet','ChangeName':'S','Entity':{'Type':'OfferSet@1.0'},"
        "'DetailsDocument':{'Name':'Both'}}";
    static const char offer[] =
        "{'ChangeType':'CreateOffer','ChangeName':'%s','Entity':{'Type':'Offer@1.0'},"
        "'DetailsDocument':{'ProductId':'%s','Name':'Part','OfferSetId':"
        "'$S.Entity.Identifier'}}";
    struct drive drive;
    drive_start(&drive, NULL);
    const char *first = arena_printf(drive.arena, offer, "A", SANDBOX_PRODUCT);
    const char *second = arena_printf(drive.arena, offer, "B", SANDBOX_AMI);
    const char *same = arena_printf(drive.arena, offer, "B", SANDBOX_PRODUCT);
    const char *release =
        offer_change(&drive, "OfferSet", "$S.Entity.Identifier", "ReleaseOfferSet", "{}");
    drive_set(&drive, arena_printf(drive.arena, "[%s,%s,%s]", first, create, release));
    assert_string_equal(drive_set_error(&drive), "MISSING_OFFERS");
    drive_set(&drive, arena_printf(drive.arena, "[%s,%s,%s,%s]", first, same, create, release));
    assert_string_equal(drive_set_error(&drive), "INCOMPATIBLE_PRODUCT");
    assert_string_equal(drive_set(&drive, arena_printf(drive.arena, "[%s,%s,%s,%s]", first, second,
                                                       create, release)),
                        "SUCCEEDED");
    const char *set = drive_set_entity(&drive, 2);
    assert_int_equal(json_get(sandbox_entity(drive.sandbox, set), "Offers")->count, 2);
    drive_catalog(&drive, "ListEntities",
                  "{'Catalog':'AWSMarketplace','EntityType':'Offer','EntityTypeFilters':"
                  "{'OfferFilters':{'OfferSetId':{'ValueList':['%s']}}}}",
                  set);
    assert_int_equal(json_get(drive.answer, "EntitySummaryList")->count, 2);

    /* An opportunity has an offer or a set, not both. */
    const char *deal = drive_create(&drive, "AWS", "a");
    static const char tie[] = "{'Catalog':'AWS','OpportunityIdentifier':'%s','RelatedEntityType':"
                              "'AwsMarketplaceOffer%s','RelatedEntityIdentifier':'arn:aws:"
                              "aws-marketplace:us-east-1:111122223333:AWSMarketplace/Offer%s'}";
    const char *path = arena_printf(drive.arena, "Set/%s", set);
    assert_int_equal(drive_text(&drive, "AssociateOpportunity", tie, deal, "Sets", path), 200);
    drive_text(&drive, "AssociateOpportunity", tie, deal, "s", "/offer-sandboxsaas01");
    assert_true(drive_has_error(&drive, "ACTION_NOT_PERMITTED", NULL));
    drive_stop(&drive);
}

/* An offer that is not released cannot be tied to an opportunity. */
static void test_ties(void **state)
{
    (void)state;
    struct drive drive;
    drive_start(&drive, NULL);
    drive_set(&drive, "[" CREATE "]");
    const char *draft = drive_set_entity(&drive, 0);
    const char *released = offer_make(&drive);
    const char *deal = drive_create(&drive, "AWS", "a");
    static const char tie[] = "{'Catalog':'AWS','OpportunityIdentifier':'%s','RelatedEntityType':"
                              "'AwsMarketplaceOffers','RelatedEntityIdentifier':'arn:aws:"
                              "aws-marketplace:us-east-1:111122223333:AWSMarketplace/Offer/%s'}";
    drive_text(&drive, "AssociateOpportunity", tie, deal, draft);
    assert_true(drive_has_error(&drive, "INVALID_RESOURCE_STATE", NULL));
    assert_int_equal(drive_text(&drive, "AssociateOpportunity", tie, deal, "offer-nowhere"), 404);
    assert_int_equal(drive_text(&drive, "AssociateOpportunity", tie, deal, released), 200);
    drive_stop(&drive);
}

/* ---- Duplicates. */
static void test_duplicates(void **state)
{
    (void)state;
    struct drive drive;
    drive_start(&drive, NULL);
    const char *first = offer_make(&drive);
    assert_int_equal(sandbox_offer_duplicates(drive.sandbox), 0);
    offer_make(&drive);
    assert_int_equal(sandbox_offer_duplicates(drive.sandbox), 1);
    assert_string_equal(offer_update(&drive, "Offer", first, "UpdateInformation",
                                     "{'Description':'For a deal [CRM-1 cancelled]'}"),
                        "SUCCEEDED");
    assert_int_equal(sandbox_offer_duplicates(drive.sandbox), 0);
    drive_stop(&drive);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_failing_offers),      cmocka_unit_test(test_too_many_buyers),
        cmocka_unit_test(test_public_offers),       cmocka_unit_test(test_locked_after_release),
        cmocka_unit_test(test_replaced_parts),      cmocka_unit_test(test_products),
        cmocka_unit_test(test_dimension_and_offer), cmocka_unit_test(test_resale),
        cmocka_unit_test(test_offer_sets),          cmocka_unit_test(test_ties),
        cmocka_unit_test(test_duplicates),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
