/* What AWS requires of offers, one broken record per rule, and what a person should look at before
 * one is made. */
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
#include "connectors/aws/aws.h"
#include "connectors/aws/offers.h"
#include "connectors/document.h"
#include "tests/support/fake.h"
#include "tests/support/rulebook.h"

#define NOW FAKE_START_MS /* 2026-01-01 */

#define COMMON                                                                                     \
    {"title", "Quince for Larkfield"},                                                             \
    {                                                                                              \
        "partner_reference", "D-17"                                                                \
    }
#define BUYER                                                                                      \
    {                                                                                              \
        "buyer_accounts", "013579246801"                                                           \
    }
#define LASTS                                                                                      \
    {                                                                                              \
        "expires", "2026-02-28"                                                                    \
    }
#define EULA                                                                                       \
    {                                                                                              \
        "eula", "standard"                                                                         \
    }
#define MADE                                                                                       \
    {                                                                                              \
        "product", "prod-quince"                                                                   \
    }

enum base { FIXED, SCHEDULED, CONFIGURABLE, USAGE, FUTURE, REPLACEMENT, CHANNEL, RESALE, BASES };

static const struct cell bases[BASES][16] = {
    [FIXED] = {COMMON,
               BUYER,
               LASTS,
               EULA,
               MADE,
               {"pricing", "fixed"},
               {"currency", "USD"},
               {"value", "12000 USD"},
               {"grants", "seats=10"},
               {"duration", "P12M"}},
    [SCHEDULED] = {COMMON,
                   BUYER,
                   LASTS,
                   EULA,
                   MADE,
                   {"form", "private"},
                   {"pricing", "fixed"},
                   {"value", "9000.5 USD"},
                   {"grants", "seats=10"},
                   {"duration", "P12M"},
                   {"schedule", "2026-02-01=3000;2026-08-01=6000.50"},
                   {"currency", "USD"}},
    [CONFIGURABLE] = {COMMON,
                      BUYER,
                      LASTS,
                      EULA,
                      MADE,
                      {"pricing", "configurable"},
                      {"currency", "EUR"},
                      {"prices", "seats=120.5;base=0"},
                      {"duration", "P365D"}},
    [USAGE] = {COMMON,
               BUYER,
               LASTS,
               EULA,
               MADE,
               {"pricing", "usage"},
               {"currency", "JPY"},
               {"usage_prices", "gb=0.00000013"},
               {"duration", "P1Y"}},
    [FUTURE] = {COMMON,
                BUYER,
                LASTS,
                EULA,
                MADE,
                {"pricing", "fixed"},
                {"value", "5 GBP"},
                {"grants", "seats=1"},
                {"start_date", "2026-03-01"},
                {"end_date", "2027-02-28"}},
    [REPLACEMENT] = {COMMON,
                     LASTS,
                     EULA,
                     {"form", "replacement"},
                     {"replaces", "agmt-1"},
                     {"pricing", "fixed"},
                     {"value", "5 AUD"},
                     {"grants", "seats=1"},
                     {"end_date", "2027-02-28"}},
    [CHANNEL] = {COMMON,
                 BUYER,
                 LASTS,
                 {"form", "channel"},
                 {"resale_authorization", "resaleauthz-1"},
                 {"markup", "5"}},
    [RESALE] = {COMMON,
                EULA,
                MADE,
                {"form", "resale_authorization"},
                {"reseller", "975310864297"},
                {"pricing", "configurable"},
                {"currency", "USD"},
                {"prices", "seats=100"},
                {"duration", "P12M"}},
};

static struct record *base_of(struct arena *arena, enum base base)
{
    struct record *record = record_new(arena, &kinds[KIND_OFFER], "D-17");
    cells_put(arena, record, bases[base], COUNT(bases[base]));
    return record;
}

struct faults {
    struct arena *arena;
    const char *text; /* "OFR-001 title;" each */
    const char *details;
    size_t count;
};

static void note(void *context, const struct finding *finding)
{
    struct faults *faults = context;
    assert_non_null(finding->type);
    faults->count++;
    faults->text = arena_printf(faults->arena, "%s%s %s;", faults->text, finding->type->code,
                                finding->field ? finding->field : "");
    faults->details = arena_printf(faults->arena, "%s%s\n", faults->details,
                                   finding->detail ? finding->detail : "");
}

static struct faults check(struct arena *arena, unsigned moment, const struct record *before,
                           const struct record *after)
{
    struct faults faults = {arena, "", "", 0};
    document_check(&aws_offers, moment, before, after, NOW, note, &faults);
    return faults;
}

static void test_good(void **state)
{
    (void)state;
    CLEANUP_ARENA struct arena *arena = arena_new();
    for (int base = 0; base < BASES; base++) {
        const struct record *record = base_of(arena, (enum base)base);
        struct faults faults = check(arena, AT_CREATE | AT_SUBMIT, NULL, record);
        if (faults.count)
            fail_msg("base %d: %s %s", base, faults.text, faults.details);
    }
}

static const struct broken {
    enum base base;
    struct cell sets[4];
    const char *fault; /* NULL: none */
} broken[] = {
    {FIXED, {{"title", "-"}}, "OFR-001 title"},
    {FIXED, {{"product", "-"}}, "OFR-001 product"},
    {RESALE, {{"product", "-"}}, "OFR-001 product"},
    {FIXED, {{"buyer_accounts", "-"}}, "OFR-001 buyer_accounts"},
    {CHANNEL, {{"buyer_accounts", "-"}}, "OFR-001 buyer_accounts"},
    {FIXED, {{"expires", "-"}}, "OFR-001 expires"},
    {FIXED, {{"pricing", "-"}}, "OFR-001 pricing"},
    {FIXED, {{"eula", "-"}}, "OFR-001 eula"},
    {REPLACEMENT, {{"replaces", "-"}}, "OFR-002 replaces"},
    {REPLACEMENT, {{"end_date", "-"}, {"duration", "P12M"}}, "OFR-002 end_date"},
    {CHANNEL, {{"resale_authorization", "-"}}, "OFR-002 resale_authorization"},
    {CHANNEL, {{"markup", "-"}}, "OFR-002 markup"},
    {CHANNEL, {{"markup", "-"}, {"schedule", "2026-06-01=5"}}, NULL},
    {RESALE, {{"reseller", "-"}}, "OFR-002 reseller"},
    {CONFIGURABLE, {{"currency", "-"}}, "OFR-002 currency"},
    {FIXED, {{"currency", "-"}}, NULL}, /* the value has one */
    {FIXED, {{"value", "-"}}, "OFR-002 value"},
    {SCHEDULED, {{"value", "-"}}, NULL},
    {FIXED, {{"grants", "-"}}, "OFR-002 grants"},
    {CONFIGURABLE, {{"prices", "-"}}, "OFR-002 prices"},
    {USAGE, {{"usage_prices", "-"}}, "OFR-002 usage_prices"},
    {CONFIGURABLE, {{"duration", "-"}}, "OFR-002 prices"},
    {CONFIGURABLE, {{"duration", "-"}, {"prices", "P1Y/seats=9;P2Y/seats=17"}}, NULL},
    {CONFIGURABLE, {{"duration", "-"}, {"prices", "P1Y/seats=9;base=17"}}, "OFR-002 prices"},
    {CONFIGURABLE, {{"prices", "seats=9;P2Y/seats=17"}}, "OFR-003 prices"},
    {FIXED, {{"duration", "-"}}, "OFR-002 duration"},
    {USAGE, {{"duration", "-"}}, "OFR-002 duration"},
    {USAGE, {{"value", "5 JPY"}}, "OFR-003 value"},
    {FIXED, {{"pricing", "byol"}, {"grants", "-"}}, "OFR-003 value"},
    {FIXED, {{"pricing", "byol"}}, NULL},
    {USAGE, {{"schedule", "2026-06-01=5"}}, "OFR-003 schedule"},
    {FIXED, {{"prices", "seats=1"}}, "OFR-003 prices"},
    {FIXED, {{"pricing", "byol"}, {"usage_prices", "gb=1"}}, "OFR-003 usage_prices"},
    {CONFIGURABLE, {{"grants", "seats=1"}}, "OFR-003 grants"},
    {CONFIGURABLE, {{"value", "5 EUR"}}, "OFR-009 prices"},
    {CONFIGURABLE, {{"value", "5 EUR"}, {"prices", "seats=5"}}, NULL},
    {CONFIGURABLE, {{"value", "50 EUR"}, {"prices", "seats=5"}}, "OFR-009 prices"},
    {CONFIGURABLE,
     {{"value", "50 EUR"}, {"prices", "seats=5"}, {"schedule", "2026-02-01=50"}},
     NULL},
    {FIXED, {{"value", "12000 EUR"}}, "OFR-009 value"},
    {SCHEDULED, {{"value", "9000 USD"}}, "OFR-009 schedule"},
    {RESALE, {{"currency", "CAD"}}, "OFR-009 currency"},
    {FIXED, {{"currency", "CAD"}, {"value", "5 CAD"}}, NULL},
    {FIXED, {{"currency", "SEK"}, {"value", "5 SEK"}}, "REF-008 currency"},
    {REPLACEMENT, {BUYER}, "OFR-003 buyer_accounts"},
    {REPLACEMENT, {{"countries", "SE"}}, "OFR-003 countries"},
    {REPLACEMENT, {{"offer_set", "offerset-1"}}, "OFR-003 offer_set"},
    {RESALE, {{"offer_set", "offerset-1"}}, "OFR-003 offer_set"},
    {RESALE, {{"countries", "SE"}}, "OFR-003 countries"},
    {RESALE, {{"start_date", "2026-03-01"}}, NULL}, /* the latest first day of a contract */
    {RESALE, {{"start_date", "2026-03-01"}, {"expires", "2026-03-01"}}, NULL},
    {RESALE, {{"end_date", "2027-03-01"}}, "OFR-003 end_date"},
    {RESALE, {{"refund_policy", "None"}}, "OFR-003 refund_policy"},
    {RESALE, {{"payment_due", "P30D"}}, "OFR-003 payment_due"},
    {RESALE, {{"renewals", "1"}}, "OFR-003 renewals"},
    {RESALE, {{"renewal_increase", "1"}}, "OFR-003 renewal_increase"},
    {RESALE, {{"renewal_lockout", "P30D"}}, "OFR-003 renewal_lockout"},
    {RESALE, {{"renewal_adjustment", "P30D"}}, "OFR-003 renewal_adjustment"},
    {FIXED, {{"replaces", "agmt-1"}}, "OFR-003 replaces"},
    {FIXED, {{"reseller", "975310864297"}}, "OFR-003 reseller"},
    {FIXED, {{"resale_authorization", "resaleauthz-1"}}, "OFR-003 resale_authorization"},
    {FIXED, {{"markup", "5"}}, "OFR-003 markup"},
    {CHANNEL, {{"schedule", "2026-06-01=5"}}, "OFR-003 markup"},
    {FIXED, {{"buyer_accounts", "13579246801"}}, "OFR-005 buyer_accounts"},
    {FIXED, {{"buyer_accounts", "013579246801;777777777777"}}, "OFR-005 buyer_accounts"},
    {RESALE, {{"reseller", "fennel"}}, "OFR-005 reseller"},
    {FIXED, {{"expires", "2025-12-31"}}, "OFR-008 expires"},
    {FIXED, {{"expires", "2026-01-01"}}, NULL},
    {FUTURE, {{"end_date", "-"}, {"duration", "P12M"}}, "OFR-002 end_date"},
    {FIXED, {{"end_date", "2027-01-01"}, {"duration", "-"}}, "OFR-003 end_date"},
    {FUTURE, {{"duration", "P12M"}}, "OFR-003 end_date"},
    {FUTURE, {{"start_date", "2026-02-28"}}, "OFR-007 start_date"},
    {FUTURE, {{"end_date", "2026-03-01"}}, "OFR-007 end_date"},
    {REPLACEMENT, {{"end_date", "2026-02-28"}}, "OFR-007 end_date"},
    {FUTURE, {{"start_date", "2029-01-01"}, {"end_date", "2030-01-01"}}, "OFR-007 start_date"},
    {FUTURE, {{"start_date", "2028-12-31"}, {"end_date", "2030-01-01"}}, NULL},
    {SCHEDULED, {{"expires", "2026-08-01"}}, "OFR-010 schedule"},
    {SCHEDULED, {{"expires", "2026-07-31"}}, NULL},
    {FIXED, {{"product", "quince!"}}, "OFR-004 product"},
    {REPLACEMENT, {{"replaces", "agmt 1"}}, "OFR-004 replaces"},
    {FIXED, {{"value", "100000000 USD"}}, NULL},
    {FIXED, {{"value", "100000000.01 USD"}}, "OFR-004 value"},
    {FIXED, {{"value", "1.0001 USD"}}, "OFR-004 value"},
    {CONFIGURABLE, {{"prices", "seats=0.000000001"}}, "OFR-004 prices"},
    {USAGE, {{"usage_prices", "gb=-1"}}, "OFR-004 usage_prices"},
    {FIXED, {{"grants", "seats=0"}}, "OFR-004 grants"},
    {FIXED, {{"grants", "seats=1.5"}}, "OFR-004 grants"},
    {SCHEDULED, {{"schedule", "1 August=9000.5"}}, "OFR-004 schedule"},
    {SCHEDULED, {{"schedule", "2026-08-01=9000.499;2026-09-01=0.001"}}, "OFR-004 schedule"},
    {FIXED, {{"duration", "12 months"}}, "OFR-004 duration"},
    {FIXED, {{"duration", "P"}}, "OFR-004 duration"},
    {FIXED, {{"renewal_lockout", "30D"}}, "OFR-004 renewal_lockout"},
    {FIXED, {{"renewal_adjustment", "30D"}}, "OFR-004 renewal_adjustment"},
    {FIXED, {{"payment_due", "P31D"}}, "OFR-004 payment_due"},
    {FIXED, {{"eula", "standard 2020-01-01"}}, "OFR-004 eula"},
    {FIXED, {{"eula", "standard 2019-04-24"}}, NULL},
    {RESALE, {{"eula", "standard 2019-04-24"}}, "OFR-004 eula"},
    {RESALE, {{"eula", "https://example.com/eula.pdf"}}, NULL},
    {FIXED, {{"eula", "https://example.com/eula.pdf"}}, NULL},
    {FIXED, {{"refund_policy", "Zurück"}}, "OFR-004 refund_policy"},
    {FIXED, {{"refund_policy", "Larkfield™ pays £5"}}, NULL},
    {CHANNEL, {{"markup", "5.0"}}, "OFR-004 markup"},
    {FIXED, {{"renewals", "2"}, {"renewal_increase", "3-"}}, "OFR-004 renewal_increase"},
    {FIXED, {{"renewals", "2"}, {"renewal_increase", "3-7.5"}}, NULL},
    {FIXED, {{"renewals", "2"}}, "OFR-002 renewal_increase"},
    {FIXED, {{"prior_channel", "External"}}, "OFR-002 prior_pricing"},
    {FIXED, {{"prior_pricing", "Contract"}}, "OFR-002 prior_channel"},
    {FIXED, {{"prior_channel", "Elsewhere"}, {"prior_pricing", "Usage"}}, "REF-008 prior_channel"},
};

static void test_broken(void **state)
{
    (void)state;
    CLEANUP_ARENA struct arena *arena = arena_new();
    for (size_t i = 0; i < COUNT(broken); i++) {
        struct record *record = base_of(arena, broken[i].base);
        cells_put(arena, record, broken[i].sets, COUNT(broken[i].sets));
        struct faults faults = check(arena, AT_CREATE | AT_SUBMIT, NULL, record);
        const char *expected = arena_printf(arena, "%s;", broken[i].fault ? broken[i].fault : "");
        bool right = broken[i].fault ? strstr(faults.text, expected) != NULL : !faults.count;
        if (!right)
            fail_msg("case %zu, %s=%s: \"%s\", not \"%s\"\n%s", i, broken[i].sets[0].field,
                     broken[i].sets[0].value, faults.text, expected, faults.details);
    }
}

/* `count` items, each made from its number. */
static const char *many(struct arena *arena, const char *format, int count)
{
    const char *list = "";
    for (int i = 0; i < count; i++) {
        const char *item = !strcmp(format, "account") ? arena_printf(arena, "9753108%05d", i)
                           : !strcmp(format, "month")
                               ? arena_printf(arena, "20%02d-%02d-01=1", 30 + i / 12, 1 + i % 12)
                               : arena_printf(arena, "%s%d=1", format, i);
        list = arena_printf(arena, "%s%s%s", list, *list ? ";" : "", item);
    }
    return list;
}

static void test_too_many(void **state)
{
    (void)state;
    static const struct {
        enum base base;
        const char *field, *format;
        int most;
    } cases[] = {
        {FIXED, "buyer_accounts", "account", 26},
        {CHANNEL, "buyer_accounts", "account", 25},
        {RESALE, "buyer_accounts", "account", 25},
        {FIXED, "countries", "country", 244},
        {CONFIGURABLE, "prices", "seat", 800},
        {USAGE, "usage_prices", "seat", 800},
        {FIXED, "grants", "seat", 800},
        {SCHEDULED, "schedule", "month", 60},
    };
    CLEANUP_ARENA struct arena *arena = arena_new();
    for (size_t i = 0; i < COUNT(cases); i++) {
        for (int more = 0; more < 2; more++) {
            struct record *record = base_of(arena, cases[i].base);
            const struct cell sets[] = {
                {cases[i].field, many(arena, cases[i].format, cases[i].most + more)},
                {"value", cases[i].base == SCHEDULED ? "60 USD" : "-"},
            };
            cells_put(arena, record, sets, !strcmp(cases[i].field, "schedule") ? 2 : 1);
            struct faults faults = check(arena, AT_CREATE, NULL, record);
            const char *fault = arena_printf(arena, "OFR-006 %s;", cases[i].field);
            assert_int_equal(strstr(faults.text, fault) != NULL, more);
        }
    }
    struct record *record = base_of(arena, RESALE);
    const struct cell name = {"title", many(arena, "n", 60)};
    cells_put(arena, record, &name, 1);
    record_set(record, "title", arena_copy_n(arena, name.value, 101));
    assert_string_equal(check(arena, AT_CREATE, NULL, record).text, "OFR-004 title;");
}

/* Every row of the table is broken by some case above. */
static void test_every_rule(void **state)
{
    (void)state;
    for (size_t i = 0; i < AWS_OFFER_RULES; i++) {
        const struct rule *rule = &aws_offer_rules[i];
        assert_non_null(rule->code);
        assert_non_null(finding_type(rule->code));
        bool known = rule->type == RULE_COUNT || rule->type == RULE_LOCKED ||
                     (rule->type == RULE_PATTERN && !strcmp(rule->field, "title"));
        for (size_t j = 0; !known && j < COUNT(broken); j++)
            known = broken[j].fault && text_starts(broken[j].fault, rule->code) &&
                    !strcmp(broken[j].fault + strlen(rule->code) + 1, rule->field);
        if (!known)
            fail_msg("no case breaks %s %s", rule->code, rule->field);
        if (strcmp(rule->field, "*") != 0)
            assert_int_not_equal(kind_field(&kinds[KIND_OFFER], rule->field), FIELD_NONE);
        for (size_t w = 0; w < COUNT(rule->when) && rule->when[w].field; w++)
            assert_int_not_equal(kind_field(&kinds[KIND_OFFER], rule->when[w].field), FIELD_NONE);
    }
}

static void test_locked(void **state)
{
    (void)state;
    static const struct {
        const char *state;
        struct cell set;
        const char *faults;
    } cases[] = {
        {"draft", {"value", "13000 USD"}, ""},
        {"open", {"title", "Another"}, ""},
        {"open", {"note", "Another"}, ""},
        {"open", {"partner_reference", "D-18"}, ""},
        {"open", {"expires", "2026-03-31"}, ""},
        {"open", {"expires", "2025-12-31"}, ""}, /* taken back */
        {"expired", {"expires", "2026-03-31"}, ""},
        {"cancelled", {"expires", "2026-03-31"}, ""},
        {"open", {"value", "13000 USD"}, "OFR-011 value;"},
        {"open", {"buyer_accounts", "246813579024"}, "OFR-011 buyer_accounts;"},
        {"expired", {"duration", "P24M"}, "OFR-011 duration;"},
        {"accepted", {"note", "Another"}, ""},
        {"accepted", {"partner_reference", "D-18"}, ""},
        {"accepted", {"title", "Another"}, "OFR-012 title;"},
        {"accepted", {"expires", "2026-03-31"}, "OFR-012 expires;"},
        {"replaced", {"value", "13000 USD"}, "OFR-012 value;"},
    };
    CLEANUP_ARENA struct arena *arena = arena_new();
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct record *before = base_of(arena, FIXED);
        record_set(before, "state", cases[i].state);
        struct record *after = record_copy(arena, before);
        cells_put(arena, after, &cases[i].set, 1);
        struct faults faults = check(arena, AT_UPDATE, before, after);
        if (strcmp(faults.text, cases[i].faults) != 0)
            fail_msg("%s, %s: \"%s\"", cases[i].state, cases[i].set.field, faults.text);
    }
    /* A later last day may not overtake what the contract says. */
    struct record *before = base_of(arena, FUTURE);
    record_set(before, "state", "open");
    struct record *after = record_copy(arena, before);
    record_set(after, "expires", "2026-03-01");
    assert_string_equal(check(arena, AT_UPDATE, before, after).text, "OFR-007 start_date;");
}

/* ------------------------------------------------------------------ doubts */

static const struct cell peers[][14] = {
    {{"id", "o-live"},
     {"state", "accepted"},
     {"agreement_status", "ACTIVE"},
     {"agreement", "agmt-live"},
     {"buyer", "013579246801"},
     {"product", "prod-quince"},
     {"agreement_schedule", "2025-12-01=1;2026-01-01=2;2026-04-01=3000;2026-07-01=3000.5"}},
    {{"id", "o-ended"},
     {"state", "accepted"},
     {"agreement_status", "EXPIRED"},
     {"agreement", "agmt-ended"},
     {"buyer", "246813579024"},
     {"product", "prod-quince"}},
    {{"id", "o-open"},
     {"state", "open"},
     {"buyer_accounts", "864297531086;975310864297"},
     {"product", "prod-quince"},
     {"expires", "2026-03-31"}},
    {{"id", "o-amends"}, {"state", "open"}, {"form", "replacement"}, {"replaces", "agmt-other"}},
    {{"id", "o-gone"},
     {"state", "expired"},
     {"buyer_accounts", "246813579024"},
     {"product", "prod-quince"}},
};

static void test_doubts(void **state)
{
    (void)state;
    static const struct {
        const char *title;
        struct cell sets[6];
        const char *doubts, *says;
    } cases[] = {
        {"nothing there", {{"buyer_accounts", "246813579024"}, {"product", "prod-quince"}}, "", ""},
        {"live agreement",
         {{"buyer_accounts", "013579246801;246813579024"}, {"product", "prod-quince"}},
         "OFR-013 buyer_accounts;",
         "013579246801 has the agreement agmt-live for prod-quince, from the offer o-live"},
        {"of another product", {{"buyer_accounts", "013579246801"}, {"product", "prod-b"}}, "", ""},
        {"open offer",
         {{"buyer_accounts", "864297531086"}, {"product", "prod-quince"}},
         "OFR-014 buyer_accounts;",
         "until 2026-03-31"},
        {"a replacement restates what is due",
         {{"form", "replacement"},
          {"replaces", "agmt-live"},
          {"schedule", "2026-04-01=3000.00;2026-07-01=3000.50"}},
         "",
         ""},
        {"a replacement that drops one",
         {{"form", "replacement"}, {"replaces", "agmt-live"}, {"schedule", "2026-04-01=3000"}},
         "OFR-015 schedule;",
         "2026-07-01=3000.5 is still due of agmt-live"},
        {"a second replacement",
         {{"form", "replacement"}, {"replaces", "agmt-other"}},
         "OFR-014 replaces;",
         "o-amends"},
        {"the reseller's own account",
         {{"form", "resale_authorization"},
          {"reseller", "975310864297"},
          {"buyer_accounts", "975310864297"},
          {"product", "prod-quince"}},
         "OFR-016 buyer_accounts;",
         "975310864297 is the account of the reseller"},
        {"our own account",
         {{"buyer_accounts", "111222333444"}, {"product", "prod-quince"}},
         "OFR-016 buyer_accounts;",
         "111222333444 is the account of the seller"},
        {"an offer that says nothing", {{"title", "Quince"}}, "", ""},
    };
    CLEANUP_ARENA struct arena *arena = arena_new();
    const struct record *all[COUNT(peers)];
    for (size_t i = 0; i < COUNT(peers); i++) {
        struct record *peer = record_new(arena, &kinds[KIND_OFFER], peers[i][0].value);
        cells_put(arena, peer, peers[i], COUNT(peers[i]));
        peer->raw = "{\"Entity\":{\"EntityArn\":\"arn:aws:aws-marketplace:us-east-1:111222333444:"
                    "AWSMarketplace/Offer/o\"}}";
        all[i] = peer;
    }
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct record *record = record_new(arena, &kinds[KIND_OFFER], "D-17");
        cells_put(arena, record, cases[i].sets, COUNT(cases[i].sets));
        const struct newcomer newcomer = {record, all, COUNT(all), NOW};
        struct faults faults = {arena, "", "", 0};
        aws_offer_doubts(&newcomer, note, &faults);
        if (strcmp(faults.text, cases[i].doubts) != 0 || !strstr(faults.details, cases[i].says))
            fail_msg("%s: %s %s", cases[i].title, faults.text, faults.details);
    }
    const struct newcomer alone = {base_of(arena, FIXED), NULL, 0, NOW};
    struct faults faults = {arena, "", "", 0};
    aws_offer_doubts(&alone, note, &faults);
    assert_int_equal(faults.count, 0);
}

static void test_deadlines(void **state)
{
    (void)state;
    for (size_t i = 0; i < aws_offers.deadline_count; i++) {
        const struct deadline *deadline = &aws_offers.deadlines[i];
        assert_non_null(finding_type(deadline->code));
        assert_int_not_equal(kind_field(&kinds[KIND_OFFER], deadline->field), FIELD_NONE);
        assert_int_not_equal(kind_field(&kinds[KIND_OFFER], deadline->when), FIELD_NONE);
    }
    assert_int_equal(aws_offers.deadline_count, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),      cmocka_unit_test(test_broken),
        cmocka_unit_test(test_too_many),  cmocka_unit_test(test_every_rule),
        cmocka_unit_test(test_locked),    cmocka_unit_test(test_doubts),
        cmocka_unit_test(test_deadlines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
