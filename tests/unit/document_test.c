/* Documents to records and back, and the rule table: what AWS would refuse is found before. */
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
#include "connectors/aws/referrals.h"
#include "connectors/document.h"
#include "model/value.h"
#include "tests/support/rulebook.h"

#define NOW_MS INT64_C(1795600000000) /* 2026-11-25 */
#define SEP    "\x1f"

static const char whole[] =
    "{\"Catalog\":\"AWS\",\"Id\":\"O1234567\",\"Arn\":\"arn:x\","
    "\"CreatedDate\":\"2026-11-02T10:00:00.123Z\","
    "\"LastModifiedDate\":\"2026-11-02T10:00:00.123456Z\","
    "\"PartnerOpportunityIdentifier\":\"CRM-4711\",\"OpportunityType\":\"Net New Business\","
    "\"NationalSecurity\":\"No\",\"PrimaryNeedsFromAws\":[\"Co-Sell - Deal Support\"],"
    "\"FutureMember\":{\"Ratio\":1.50,\"Big\":123456789012345678901234567890,\"Exp\":1E+2},"
    "\"Customer\":{\"Account\":{\"CompanyName\":\"Example Corp\",\"Industry\":\"Retail\","
    "\"WebsiteUrl\":\"https://www.example.com\",\"Tier\":3,"
    "\"Address\":{\"City\":\"Seattle\",\"PostalCode\":\"01234\",\"StateOrRegion\":\"Washington\","
    "\"CountryCode\":\"US\",\"StreetAddress\":null}},"
    "\"Contacts\":[{\"FirstName\":\"Buyer\",\"Email\":\"b@example.com\",\"Pronoun\":\"x\"},"
    "{\"FirstName\":\"Second\"}]},"
    "\"Project\":{\"Title\":\"Analytics\","
    "\"CustomerBusinessProblem\":\"One place to analyse logs from four sites.\","
    "\"CustomerUseCase\":\"Storage & Backup\",\"DeliveryModels\":[\"SaaS or PaaS\",\"Resell\"],"
    "\"SalesActivities\":[\"SOW Signed\"],"
    "\"ExpectedCustomerSpend\":[{\"Amount\":\"9000\",\"CurrencyCode\":\"USD\","
    "\"Frequency\":\"Monthly\",\"TargetCompany\":\"Self\"},"
    "{\"Amount\":\"4000.5\",\"CurrencyCode\":\"USD\",\"Frequency\":\"Monthly\","
    "\"TargetCompany\":\"AWS\",\"EstimationUrl\":\"https://calculator.aws/#/estimate?id=a1\"}],"
    "\"ExpectedContractDuration\":{\"Term\":\"Months\",\"Value\":\"12\"}},"
    "\"LifeCycle\":{\"Stage\":\"Qualified\",\"TargetCloseDate\":\"2027-03-31\","
    "\"NextStepsHistory\":[{\"Value\":\"Call\",\"Time\":\"2026-11-02T10:00:00Z\"}],"
    "\"ReviewStatus\":\"Approved\"},"
    "\"Marketing\":{\"Source\":\"None\"},\"OpportunityTeam\":[{\"Email\":\"o@example.com\"}],"
    "\"RelatedEntityIdentifiers\":{\"AwsProducts\":[\"AmazonEC2\"],\"Solutions\":[\"S-1\"],"
    "\"AwsMarketplaceProducts\":[\"arn:aws:p\"]}}";

static struct json *parse(struct arena *arena, const char *text)
{
    struct json *json = NULL;
    struct error error = {0};
    if (json_parse(arena, text, strlen(text), &json, &error) < 0)
        fail_msg("%s", error.message);
    return json;
}

static struct record *decode(struct arena *arena, const char *text, struct heard *heard)
{
    const struct json *json = parse(arena, text);
    return document_decode(arena, &aws_referrals, "O1234567", "v1", json, heard_note, heard);
}

/* ------------------------------------------------------------------ tables */

/* Every row has a canonical field, none two; codes and words exist. */
static void test_tables(void **state)
{
    (void)state;
    rulebook_check_tables(&aws_referrals);
    const struct kind *kind = &kinds[KIND_REFERRAL];
    for (size_t i = 0; i < kind->field_count; i++) {
        const struct remote_field *row = connector_field(&aws_referrals, kind->fields[i].name);
        for (size_t n = 0; kind->fields[i].words && row && row->words && row->words[n]; n += 2) {
            bool known = false; /* the kind may have more: other clouds' */
            for (size_t w = 0; kind->fields[i].words[w]; w++)
                known = known || !strcmp(row->words[n], kind->fields[i].words[w]);
            assert_true(known);
        }
    }
}

/* ------------------------------------------------------------------ decoding */

static void test_decode(void **state)
{
    (void)state;
    static const struct {
        const char *field, *value;
    } cases[] = {
        {"id", "O1234567"},
        {"partner_reference", "CRM-4711"},
        {"opportunity_type", "new"},
        {"national_security", "no"},
        {"needs", "Co-Sell - Deal Support"},
        {"company", "Example Corp"},
        {"postal_code", "01234"},
        {"street", NULL},
        {"contact_first_name", "Buyer"},
        {"delivery_models", "Resell" SEP "SaaS or PaaS"}, /* a set: sorted */
        {"spend", "4000.50 USD"},
        {"contract_value", "9000.00 USD"},
        {"contract_months", "12"},
        {"stage", "qualified"},
        {"close_date", "2027-03-31"},
        {"status", "approved"},
        {"solutions", "S-1" SEP "arn:aws:p"},
        {"involvement", NULL},
        {"owner_email", "o@example.com"},
        {"offers", NULL},
        {"modified", "2026-11-02T10:00:00.123Z"},
    };
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct heard heard = {0};
    struct record *record = decode(arena, whole, &heard);
    assert_int_equal(heard.count, 0);
    assert_string_equal(record->version, "v1");
    assert_int_equal(record->modified_ms, INT64_C(1793613600123));
    assert_true(json_equal(parse(arena, record->raw), parse(arena, whole)));
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *value = record_get(record, cases[i].field);
        print_message("  %s\n", cases[i].field);
        if (cases[i].value)
            assert_string_equal(value, cases[i].value);
        else
            assert_null(value);
    }
}

static void test_decode_oddities(void **state)
{
    (void)state;
    static const struct {
        const char *document, *field, *value;
        size_t findings;
    } cases[] = {
        {"{}", "title", NULL, 0},
        {"{\"LifeCycle\":null}", "stage", NULL, 0},
        {"{\"LifeCycle\":{\"Stage\":\"Daydream\"}}", "stage", NULL, 1},
        {"{\"LifeCycle\":{\"Stage\":7}}", "stage", NULL, 1},
        {"{\"LifeCycle\":[]}", "stage", NULL, 0},
        {"{\"LifeCycle\":{\"ReviewStatus\":\"In review\"}}", "status", "in_review", 0},
        {"{\"LifeCycle\":{\"TargetCloseDate\":\"2027-02-30\"}}", "close_date", NULL, 1},
        {"{\"LifeCycle\":{\"TargetCloseDate\":\"2027-02-28T00:00:00Z\"}}", "close_date",
         "2027-02-28", 0},
        {"{\"Project\":{\"Title\":{}}}", "title", NULL, 1},
        {"{\"Project\":{\"Title\":\"  \"}}", "title", NULL, 0},
        {"{\"Project\":{\"DeliveryModels\":\"Resell\"}}", "delivery_models", NULL, 1},
        {"{\"Project\":{\"DeliveryModels\":[null,\"Resell\"]}}", "delivery_models", "Resell", 0},
        {"{\"Project\":{\"ExpectedCustomerSpend\":[{\"TargetCompany\":\"AWS\",\"Amount\":\"\","
         "\"CurrencyCode\":\"USD\"}]}}",
         "spend", NULL, 0},
        {"{\"Project\":{\"ExpectedCustomerSpend\":[{\"TargetCompany\":\"AWS\",\"Amount\":\"12.\","
         "\"CurrencyCode\":\"USD\"}]}}",
         "spend", "12.00 USD", 0},
        {"{\"Project\":{\"ExpectedCustomerSpend\":[{\"TargetCompany\":\"AWS\",\"Amount\":\"x\","
         "\"CurrencyCode\":\"USD\"}]}}",
         "spend", NULL, 1},
        {"{\"PartnerOpportunityIdentifier\":\"2.5E+09\"}", "partner_reference", "2.5E+09", 0},
        {"{\"Customer\":{\"Account\":{\"Industry\":\"Space Mining\"}}}", "industry", "Space Mining",
         0},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        CLEANUP_ARENA struct arena *arena = arena_new();
        struct heard heard = {0};
        print_message("  %s\n", cases[i].document);
        struct record *record = decode(arena, cases[i].document, &heard);
        const char *value = record_get(record, cases[i].field);
        assert_int_equal(heard.count, cases[i].findings);
        assert_true(text_equal(value, cases[i].value));
        if (heard.count)
            assert_string_equal(heard.codes[0], "CLD-001");
    }
}

/* ------------------------------------------------------------------ overlaying */

static void set_change(struct arena *arena, struct change *change, const char *field,
                       const char *value)
{
    if (!change->fields)
        change->fields = arena_array(arena, 64, sizeof *change->fields);
    change->kind = &kinds[KIND_REFERRAL];
    change->fields[change->field_count++] =
        (struct change_field){.field = kind_field(change->kind, field), .new_value = value};
}

/* Promise 1: everything that the change does not name travels back as it came. */
static void test_overlay_keeps(void **state)
{
    (void)state;
    static const char *const drop[] = {
        "Id", "Arn", "CreatedDate", "OpportunityTeam", "RelatedEntityIdentifiers", NULL};
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct error error = {0};
    struct change change = {0};
    set_change(arena, &change, "next_steps", "Call back");
    set_change(arena, &change, "spend", "4100.25 USD");
    const struct json *fresh = parse(arena, whole);
    const char *before = json_print(arena, fresh);
    struct json *sent = NULL;
    assert_int_equal(document_overlay(arena, &aws_referrals, fresh, &change, drop, &sent, &error),
                     0);
    assert_string_equal(json_print(arena, fresh), before); /* the input is untouched */

    struct json *want = parse(arena, whole);
    for (size_t i = 0; drop[i]; i++)
        json_remove(want, drop[i]);
    json_remove(json_find(want, "Customer.Account.Address"), "StreetAddress"); /* a null */
    json_set_text(arena, json_find(want, "LifeCycle"), "NextSteps", "Call back");
    json_set_text(arena, json_find(want, "Project.ExpectedCustomerSpend[1]"), "Amount", "4100.25");
    assert_string_equal(json_print(arena, sent), json_print(arena, want));
    const char *text = json_print(arena, sent);
    assert_non_null(strstr(text, "\"Ratio\":1.50,\"Big\":123456789012345678901234567890,"
                                 "\"Exp\":1E+2"));
    assert_non_null(strstr(text, "\"LastModifiedDate\":\"2026-11-02T10:00:00.123456Z\""));
    assert_non_null(strstr(text, "\"ReviewStatus\":\"Approved\""));
    assert_non_null(strstr(text, "NextStepsHistory"));
}

static void test_put(void **state)
{
    (void)state;
    static const struct {
        const char *before, *field, *value, *after;
    } cases[] = {
        {"{}", "title", "T", "{\"Project\":{\"Title\":\"T\"}}"},
        {"{}", "stage", "technical_validation",
         "{\"LifeCycle\":{\"Stage\":\"Technical Validation\"}}"},
        {"{}", "national_security", "yes", "{\"NationalSecurity\":\"Yes\"}"},
        {"{}", "needs", "a" SEP "b", "{\"PrimaryNeedsFromAws\":[\"a\",\"b\"]}"},
        {"{}", "contract_months", "12",
         "{\"Project\":{\"ExpectedContractDuration\":{\"Value\":\"12\",\"Term\":\"Months\"}}}"},
        {"{}", "spend", "10.00 EUR",
         "{\"Project\":{\"ExpectedCustomerSpend\":[{\"TargetCompany\":\"AWS\",\"Amount\":\"10.00\","
         "\"CurrencyCode\":\"EUR\",\"Frequency\":\"Monthly\"}]}}"},
        {"{\"Project\":{\"ExpectedCustomerSpend\":[{\"TargetCompany\":\"Self\"}]}}", "spend",
         "1 JPY",
         "{\"Project\":{\"ExpectedCustomerSpend\":[{\"TargetCompany\":\"Self\"},"
         "{\"TargetCompany\":\"AWS\",\"Amount\":\"1\",\"CurrencyCode\":\"JPY\","
         "\"Frequency\":\"Monthly\"}]}}"},
        {"{}", "contact_email", "a@b.example",
         "{\"Customer\":{\"Contacts\":[{\"Email\":\"a@b.example\"}]}}"},
        {"{\"Project\":null}", "title", "T", "{\"Project\":{\"Title\":\"T\"}}"},
        /* Removing takes what it leaves empty with it, and nothing else. */
        {"{\"Project\":{\"Title\":\"T\",\"X\":1}}", "title", NULL, "{\"Project\":{\"X\":1}}"},
        {"{\"Y\":1,\"Project\":{\"Title\":\"T\"}}", "title", NULL, "{\"Y\":1}"},
        {"{\"Y\":1}", "title", NULL, "{\"Y\":1}"},
        {"{\"Project\":{\"Z\":1,\"ExpectedContractDuration\":{\"Term\":\"Months\","
         "\"Value\":\"3\"}}}",
         "contract_months", NULL, "{\"Project\":{\"Z\":1}}"},
        {"{\"Project\":{\"ExpectedCustomerSpend\":[{\"TargetCompany\":\"Self\"},"
         "{\"TargetCompany\":\"AWS\",\"Amount\":\"1\"}]}}",
         "spend", NULL, "{\"Project\":{\"ExpectedCustomerSpend\":[{\"TargetCompany\":\"Self\"}]}}"},
        {"{\"Customer\":{\"Contacts\":[{\"Email\":\"a@b\"},{\"Email\":\"c@d\"}]}}", "contact_email",
         NULL, "{\"Customer\":{\"Contacts\":[{},{\"Email\":\"c@d\"}]}}"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        CLEANUP_ARENA struct arena *arena = arena_new();
        struct error error = {0};
        struct json *document = parse(arena, cases[i].before);
        print_message("  %s = %s\n", cases[i].field, cases[i].value ? cases[i].value : "-");
        assert_int_equal(
            document_put(arena, &aws_referrals, document, cases[i].field, cases[i].value, &error),
            0);
        assert_string_equal(json_print(arena, document), cases[i].after);
    }
}

static void test_put_refuses(void **state)
{
    (void)state;
    static const struct {
        const char *before, *field, *value;
    } cases[] = {
        {"{\"Project\":\"text\"}", "title", "T"}, /* another shape than we know */
        {"{\"Customer\":{\"Contacts\":{}}}", "contact_email", "a@b.example"},
        {"{}", "stage", "daydream"},
        {"{}", "spend", "many"},
        {"{}", "involvement", "co_sell"},
        {"{}", "solutions", "S-1"},
        {"{}", "offers", "offer-1"},
        {"{}", "owner_email", "a@b.example"},
        {"{}", "no_such_field", "x"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        CLEANUP_ARENA struct arena *arena = arena_new();
        struct error error = {0};
        struct json *document = parse(arena, cases[i].before);
        print_message("  %s\n", cases[i].field);
        assert_true(document_put(arena, &aws_referrals, document, cases[i].field, cases[i].value,
                                 &error) < 0);
        assert_string_equal(json_print(arena, document), cases[i].before);
    }
}

/* ------------------------------------------------------------------ rules */

/* A record that may be created and submitted as it is. */
static const char *const good[][2] = {
    {"partner_reference", "CRM-1"},
    {"title", "Analytics"},
    {"company", "Example Corp"},
    {"website", "https://www.example.com"},
    {"industry", "Retail"},
    {"country", "US"},
    {"state", "Washington"},
    {"postal_code", "98101"},
    {"problem", "One place to analyse logs from four sites."},
    {"use_case", "Storage & Backup"},
    {"delivery_models", "SaaS or PaaS"},
    {"sales_activities", "SOW Signed"},
    {"needs", "Co-Sell - Deal Support"},
    {"spend", "4000.00 USD"},
    {"competitor", "No Competition"},
    {"stage", "qualified"},
    {"close_date", "2027-03-31"},
    {"marketing_source", "None"},
    {"national_security", "no"},
    {"solutions", "S-1"},
};

static struct record *good_record(struct arena *arena)
{
    struct record *record = record_new(arena, &kinds[KIND_REFERRAL], "O1");
    for (size_t i = 0; i < COUNT(good); i++)
        record_set(record, good[i][0], good[i][1]);
    return record;
}

#define SIGNS_64 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define LONG_256 SIGNS_64 SIGNS_64 SIGNS_64 SIGNS_64

#define TEN                                                                                        \
    "S-1" SEP "S-10" SEP "S-2" SEP "S-3" SEP "S-4" SEP "S-5" SEP "S-6" SEP "S-7" SEP "S-8" SEP "S" \
    "-"                                                                                            \
    "9"

enum { ALL = AT_CREATE | AT_SUBMIT | AT_UPDATE };

/* Each row: the good record with some values set, and the one fault that comes of it at the named
 * moments; at all others there is none. */
static const struct {
    unsigned at;
    const char *set[4][2]; /* a value of NULL empties the field */
    const char *code, *field;
} requirements[] = {
    {ALL, {{0}}, NULL, NULL},
    {ALL, {{"title", NULL}}, "REF-001", "title"},
    {ALL, {{"company", NULL}}, "REF-001", "company"},
    {ALL, {{"industry", NULL}}, "REF-001", "industry"},
    {ALL, {{"country", NULL}, {"state", NULL}}, "REF-001", "country"},
    {ALL, {{"website", NULL}}, "REF-001", "website"},
    {ALL, {{"postal_code", NULL}}, "REF-001", "postal_code"},
    {ALL, {{"postal_code", NULL}, {"country", "DE"}}, "REF-001", "postal_code"},
    {ALL, {{"postal_code", NULL}, {"country", "AE"}, {"state", NULL}}, NULL, NULL},
    {ALL, {{"postal_code", NULL}, {"country", "ZW"}, {"state", NULL}}, NULL, NULL},
    {ALL, {{"postal_code", NULL}, {"country", "HK"}}, NULL, NULL},
    {ALL, {{"state", NULL}}, "REF-001", "state"},
    {ALL, {{"state", NULL}, {"country", "DE"}}, NULL, NULL},
    {ALL, {{"state", "CA"}}, "REF-013", "state"},
    {ALL, {{"state", "Dist. of Columbia"}}, NULL, NULL},
    {ALL, {{"state", "Bayern"}, {"country", "DE"}}, NULL, NULL},
    {ALL, {{"problem", NULL}}, "REF-001", "problem"},
    {ALL, {{"problem", "too short"}}, "REF-006", "problem"},
    {ALL, {{"problem", "exactly twenty signs"}}, NULL, NULL},
    {ALL, {{"use_case", NULL}}, "REF-001", "use_case"},
    {ALL, {{"use_case", "Something of our own"}}, NULL, NULL},
    {ALL, {{"delivery_models", NULL}}, "REF-001", "delivery_models"},
    {ALL, {{"delivery_models", "Resell" SEP "SaaS"}}, "REF-008", "delivery_models"},
    {ALL, {{"spend", NULL}}, "REF-001", "spend"},
    {ALL, {{"spend", "10.005 USD"}}, "REF-009", "spend"},
    {ALL, {{"spend", "10.00 GBP"}}, "REF-009", "spend"},
    {ALL, {{"spend", "-1.00 USD"}}, "REF-009", "spend"},
    {ALL, {{"close_date", NULL}}, "REF-001", "close_date"},
    {ALL, {{"close_date", "2026-11-24"}}, "REF-005", "close_date"},
    {ALL, {{"close_date", "2026-11-25"}}, NULL, NULL},
    {ALL, {{"title", LONG_256}}, "REF-007", "title"},
    {ALL, {{"website", "a.b"}}, "REF-006", "website"},
    {ALL, {{"industry", "Retail "}}, "REF-008", "industry"},
    {ALL, {{"industry", "Other"}}, "REF-015", "other_industry"},
    {ALL, {{"industry", "Other"}, {"other_industry", "Zeppelins"}}, NULL, NULL},
    {ALL, {{"competitor", "*Other"}}, "REF-015", "other_competitors"},
    {ALL, {{"competitor", "*Other"}, {"other_competitors", "Us"}}, NULL, NULL},
    {ALL, {{"other_competitors", "Us"}}, "REF-016", "other_competitors"},
    {ALL, {{"opportunity_type", "renewal"}}, "REF-015", "related"},
    {ALL, {{"opportunity_type", "renewal"}, {"related", "O77"}}, NULL, NULL},
    {ALL, {{"related", "77"}}, "REF-009", "related"},
    {ALL, {{"lost_reason", "Price"}}, "REF-010", "lost_reason"},
    {AT_CREATE | AT_UPDATE, {{"stage", "lost"}}, "REF-015", "lost_reason"},
    {AT_SUBMIT, {{"stage", "lost"}, {"lost_reason", "Price"}}, "REF-016", "stage"},
    {ALL, {{"contract_value", "5.00 USD"}}, "REF-015", "contract_months"},
    {ALL, {{"contract_value", "5.00 USD"}, {"contract_months", "144"}}, NULL, NULL},
    {ALL,
     {{"contract_value", "5.00 USD"}, {"contract_months", "145"}},
     "REF-009",
     "contract_months"},
    {ALL, {{"duns", "12345678"}}, "REF-009", "duns"},
    {ALL, {{"cloud_account", "12345678901"}}, "REF-009", "cloud_account"}, /* lost its zero */
    {ALL, {{"cloud_account", "012345678901"}}, NULL, NULL},
    {ALL, {{"cloud_account", "4ever_aws"}}, NULL, NULL}, /* an alias */
    {ALL, {{"contact_email", "b.o'neil+aws@mail.example.com"}}, NULL, NULL},
    {ALL, {{"contact_email", "jos\u00e9@example.com"}}, "REF-009", "contact_email"},
    {ALL, {{"owner_email", "ann@example"}}, "REF-009", "owner_email"},
    {ALL, {{"owner_phone", "0123"}}, "REF-009", "owner_phone"},
    {ALL, {{"offers", "offer-abc1"}}, NULL, NULL},
    {ALL, {{"offers", "abc"}}, "REF-009", "offers"},
    {ALL, {{"offers", "offer-a" SEP "offer-b"}}, "REF-023", "offers"},
    {ALL, {{"offer_sets", "offerset-a1"}}, NULL, NULL},
    {ALL, {{"offer_sets", "offerset-a" SEP "offerset-b"}}, "REF-023", "offer_sets"},
    {ALL, {{"offer_sets", "offerset-a"}, {"offers", "offer-b"}}, "REF-016", "offer_sets"},
    {ALL, {{"solutions", TEN}}, NULL, NULL},
    {ALL, {{"solutions", TEN SEP "S-11"}}, "REF-023", "solutions"},
    {ALL, {{"reject_reason", "Other"}}, NULL, NULL},
    {ALL, {{"reject_reason", "No time"}}, "REF-008", "reject_reason"},
    {ALL, {{"country", "KP"}, {"state", NULL}}, "REF-008", "country"},
    {ALL, {{"cloud_account", "0123-4567"}}, "REF-009", "cloud_account"},
    {ALL, {{"contact_phone", "+0123"}}, "REF-009", "contact_phone"},
    {ALL, {{"solutions", "Solution 1"}}, "REF-009", "solutions"},
    {AT_SUBMIT, {{"needs", NULL}}, "REF-002", "needs"},
    {ALL, {{"needs", NULL}, {"involvement", "visibility_only"}}, NULL, NULL},
    {AT_SUBMIT, {{"sales_activities", NULL}}, "REF-002", "sales_activities"},
    {AT_SUBMIT, {{"marketing_source", NULL}}, "REF-002", "marketing_source"},
    {AT_SUBMIT, {{"marketing_source", "Marketing Activity"}}, "REF-015", "marketing_funded"},
    {ALL, {{"marketing_campaign", "X"}}, "REF-016", "marketing_campaign"},
    {ALL, {{"marketing_channels", "TV"}}, "REF-016", "marketing_channels"},
    {ALL, {{"marketing_use_cases", "IoT"}}, "REF-016", "marketing_use_cases"},
    {ALL,
     {{"marketing_source", "Marketing Activity"},
      {"marketing_funded", "no"},
      {"marketing_campaign", "X"}},
     "REF-016",
     "marketing_campaign"},
    {ALL,
     {{"marketing_source", "Marketing Activity"},
      {"marketing_funded", "yes"},
      {"marketing_campaign", "X"}},
     NULL,
     NULL},
    {AT_SUBMIT, {{"solutions", NULL}}, "REF-014", "solutions"},
    {AT_SUBMIT, {{"solutions", NULL}, {"other_solution", "Ours"}}, "REF-014", "solutions"},
    {AT_SUBMIT | AT_UPDATE,
     {{"solutions", NULL}, {"other_solution", "Ours"}, {"stage", "committed"}},
     "REF-014",
     "solutions"},
    {AT_SUBMIT, {{"stage", "prospect"}}, "REF-016", "stage"},
    {ALL, {{"national_security", "yes"}, {"industry", "Government"}}, NULL, NULL},
    {ALL,
     {{"national_security", "yes"},
      {"industry", "Government"},
      {"company", NULL},
      {"website", NULL}},
     NULL,
     NULL},
    {ALL,
     {{"national_security", "yes"},
      {"industry", "Government"},
      {"postal_code", NULL},
      {"state", NULL}},
     NULL,
     NULL},
};

static void test_requirements(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(requirements); i++) {
        CLEANUP_ARENA struct arena *arena = arena_new();
        struct record *after = good_record(arena);
        print_message("  %zu:", i);
        for (size_t f = 0; f < 4 && requirements[i].set[f][0]; f++) {
            const char *const *set = requirements[i].set[f];
            print_message(" %s=%.20s", set[0], set[1] ? set[1] : "-");
            record_set(after, set[0], set[1]);
        }
        print_message("\n");
        for (unsigned at = AT_CREATE; at <= AT_UPDATE; at <<= 1) {
            if (at == AT_SUBMIT && text_equal(record_get(after, "stage"), "lost") &&
                !(requirements[i].at & AT_SUBMIT))
                continue; /* one fault a row; this one would have two */
            struct heard heard = {0};
            struct record *before = at == AT_UPDATE ? good_record(arena) : NULL;
            size_t count =
                document_check(&aws_referrals, at, before, after, NOW_MS, heard_note, &heard);
            bool expected = requirements[i].code && requirements[i].at & at;
            assert_int_equal(count, heard.count);
            assert_int_equal(count, expected);
            if (expected) {
                assert_string_equal(heard.codes[0], requirements[i].code);
                assert_string_equal(heard.fields[0], requirements[i].field);
            }
        }
    }
}

/* National security with another industry breaks both rows of the pair. */
static void test_national_security(void **state)
{
    (void)state;
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct heard heard = {0};
    struct record *after = good_record(arena);
    record_set(after, "national_security", "yes");
    document_check(&aws_referrals, AT_CREATE, NULL, after, NOW_MS, heard_note, &heard);
    assert_int_equal(heard.count, 2);
    assert_string_equal(heard.codes[0], "REF-016");
    assert_string_equal(heard.codes[1], "REF-016");
}

/* What an update may touch, by review status and stage. */
static const struct {
    const char *status, *stage, *field, *value;
    const char *code; /* NULL: may change */
} locks[] = {
    {"invited", "qualified", "title", "New", "REF-022"},
    {"accepted", "qualified", "offers", "offer-1", "REF-022"},
    {"declined", "qualified", "stage", "committed", "REF-022"},
    {"expired", "qualified", "next_steps", "New", "REF-022"},
    {"submitted", "qualified", "owner_email", "new@example.com", "REF-004"},
    {"action_required", "qualified", "owner_email", "new@example.com", NULL},
    {"action_required", "qualified", "offers", "offer-1", NULL},
    {"approved", "won", "offers", "offer-1", NULL},
    {"rejected", "qualified", "offers", "offer-1", "REF-012"},
    {"draft", "qualified", "title", "New", NULL},
    {"draft", "qualified", "stage", "committed", "REF-011"},
    {"submitted", "qualified", "title", "New", "REF-004"},
    {"submitted", "qualified", "next_steps", "New", "REF-004"},
    {"submitted", "qualified", "stage", "committed", "REF-004"},
    {"in_review", "qualified", "next_steps", "New", "REF-004"},
    {"in_review", "qualified", "solutions", "S-2", "REF-004"},
    {"action_required", "qualified", "city", "Tacoma", NULL},
    {"action_required", "qualified", "country", "DE", NULL},
    {"action_required", "qualified", "postal_code", "98102", NULL},
    {"action_required", "qualified", "state", "Oregon", NULL},
    {"action_required", "qualified", "street", "1 Way", NULL},
    {"action_required", "qualified", "website", "https://example.org", NULL},
    {"action_required", "qualified", "close_date", "2027-05-01", NULL},
    {"action_required", "qualified", "spend", "1.00 USD", NULL},
    {"action_required", "qualified", "problem", "Another problem that is long enough.", NULL},
    {"action_required", "qualified", "partner_reference", "CRM-2", NULL},
    {"action_required", "qualified", "title", "New", "REF-003"},
    {"action_required", "qualified", "stage", "committed", "REF-003"},
    {"action_required", "qualified", "next_steps", "New", "REF-003"},
    {"approved", "qualified", "stage", "committed", NULL},
    {"approved", "qualified", "stage", "prospect", NULL},
    {"approved", "qualified", "next_steps", "New", NULL},
    {"approved", "qualified", "city", "Tacoma", NULL},
    {"approved", "qualified", "partner_reference", "CRM-2", "REF-003"},
    {"approved", "qualified", "title", "New", "REF-003"},
    {"approved", "qualified", "company", "New", "REF-003"},
    {"approved", "qualified", "website", "https://example.org", "REF-003"},
    {"approved", "qualified", "industry", "Travel", "REF-003"},
    {"approved", "qualified", "other_industry", "New", "REF-003"},
    {"approved", "qualified", "country", "DE", "REF-003"},
    {"approved", "qualified", "state", "Oregon", "REF-003"},
    {"approved", "qualified", "postal_code", "98102", "REF-003"},
    {"approved", "qualified", "problem", "Another problem that is long enough.", "REF-003"},
    {"draft", "qualified", "solutions", NULL, NULL},
    {"approved", "qualified", "solutions", "S-2", NULL},
    {"approved", "qualified", "solutions", NULL, "REF-014"},
    {"approved", "committed", "solutions", NULL, "REF-014"},
    {"action_required", "qualified", "solutions", NULL, "REF-014"},
    {"rejected", "qualified", "next_steps", "New", "REF-012"},
    {"rejected", "won", "comments", "New", "REF-012"},
    {"approved", "won", "next_steps", "New", "REF-012"},
    {"approved", "won", "delivery_models", "Resell", NULL},
    {"approved", "won", "comments", "New", NULL},
    {"approved", "won", "revenue_value", "5.00 USD", NULL},
    {"approved", "won", "stage", "committed", "REF-012"},
    {NULL, "qualified", "title", "New", NULL},
};

static void test_locks(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(locks); i++) {
        CLEANUP_ARENA struct arena *arena = arena_new();
        struct record *before = good_record(arena), *after = good_record(arena);
        struct record *both[] = {before, after};
        for (size_t r = 0; r < COUNT(both); r++) {
            record_set(both[r], "status", locks[i].status);
            record_set(both[r], "stage", locks[i].stage);
        }
        struct heard heard = {0};
        print_message("  %s %s %s\n", locks[i].status ? locks[i].status : "-", locks[i].stage,
                      locks[i].field);
        assert_int_equal(
            document_check(&aws_referrals, AT_UPDATE, before, after, NOW_MS, heard_note, &heard),
            0);
        record_set(after, locks[i].field, locks[i].value);
        document_check(&aws_referrals, AT_UPDATE, before, after, NOW_MS, heard_note, &heard);
        assert_int_equal(heard.count, locks[i].code ? 1 : 0);
        if (locks[i].code) {
            assert_string_equal(heard.codes[0], locks[i].code);
            assert_string_equal(heard.fields[0], locks[i].field);
        }
    }
}

/* An old close date blocks every update; other old values are the cloud's own affair. */
static void test_old_values(void **state)
{
    (void)state;
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct record *before = good_record(arena), *after = good_record(arena);
    record_set(before, "industry", "Space Mining");
    record_set(after, "industry", "Space Mining");
    record_set(before, "title", LONG_256);
    record_set(after, "title", LONG_256);
    record_set(after, "next_steps", "Call");
    struct heard heard = {0};
    assert_int_equal(
        document_check(&aws_referrals, AT_UPDATE, before, after, NOW_MS, heard_note, &heard), 0);
    record_set(before, "close_date", "2020-01-01");
    record_set(after, "close_date", "2020-01-01");
    assert_int_equal(
        document_check(&aws_referrals, AT_UPDATE, before, after, NOW_MS, heard_note, &heard), 1);
    assert_string_equal(heard.codes[0], "REF-005");
}

/* A submission is judged as a whole, what stands at the cloud already included. */
static void test_submission_of_old_values(void **state)
{
    (void)state;
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct record *before = good_record(arena), *after = good_record(arena);
    record_set(before, "stage", "prospect");
    record_set(after, "stage", "prospect");
    struct heard heard = {0};
    assert_int_equal(
        document_check(&aws_referrals, AT_SUBMIT, before, after, NOW_MS, heard_note, &heard), 1);
    assert_string_equal(heard.codes[0], "REF-016");
    assert_string_equal(heard.fields[0], "stage");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tables),
        cmocka_unit_test(test_decode),
        cmocka_unit_test(test_decode_oddities),
        cmocka_unit_test(test_overlay_keeps),
        cmocka_unit_test(test_put),
        cmocka_unit_test(test_put_refuses),
        cmocka_unit_test(test_requirements),
        cmocka_unit_test(test_national_security),
        cmocka_unit_test(test_locks),
        cmocka_unit_test(test_old_values),
        cmocka_unit_test(test_submission_of_old_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
