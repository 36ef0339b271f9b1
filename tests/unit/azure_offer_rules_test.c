/* What Microsoft requires of private offers, one broken record per rule, and what a person should
 * look at before one is made. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"
#include "connectors/azure/offers.h"
#include "connectors/document.h"
#include "tests/support/fake.h"
#include "tests/support/rulebook.h"

#define NOW     FAKE_START_MS /* 2026-01-01 */
#define PRODUCT "50000000-0000-4000-8000-000000000001"
#define PLAN    "60000000-0000-4000-8000-000000000011"
#define OTHER   "50000000-0000-4000-8000-000000000002"
#define ACCOUNT                                                                                    \
    "70000000-0000-4000-8000-000000000001:80000000-0000-4000-8000-000000000001_2019-05-31"

#define COMMON                                                                                     \
    {"title", "Quince for Larkfield"}, {"partner_reference", "D-17"}, {"product", PRODUCT},        \
    {                                                                                              \
        "end_date", "2027-01-31"                                                                   \
    }
#define BUYER                                                                                      \
    {"buyer_accounts", ACCOUNT}, {"expires", "2026-02-28"},                                        \
    {                                                                                              \
        "notify", "a@b.example"                                                                    \
    }
#define BY                                                                                         \
    {                                                                                              \
        "prepared_by", "deals@contoso.com"                                                         \
    }

enum base {
    DISCOUNT,
    PLAN_PRICE,
    CUSTOM,
    RESERVED,
    RENEWAL,
    MARGIN,
    AUTHORIZATION,
    CHANNEL,
    BASES
};

static const struct cell bases[BASES][16] = {
    [DISCOUNT] = {COMMON, BUYER, BY, {"pricing", "discount"}, {"discounts", "all=12.5"}},
    [PLAN_PRICE] = {COMMON,
                    BUYER,
                    BY,
                    {"pricing", "plan_price"},
                    {"prices", PLAN "/P1M=9.50;" PLAN "/P1Y/P1M=8"},
                    {"discounts", OTHER "/all=5"},
                    {"usage_prices", PLAN "/events=0.002"}},
    [CUSTOM] = {COMMON,
                BUYER,
                BY,
                {"form", "private"},
                {"pricing", "custom_plan"},
                {"prices", PLAN "/P1Y=9600"},
                {"user_limits", "20-100"},
                {"plan_name", "Larkfield"},
                {"plan_description", "Twenty seats and more"}},
    [RESERVED] = {COMMON,
                  BUYER,
                  BY,
                  {"pricing", "reservation"},
                  {"prices", PLAN "/8Core=1200"},
                  {"grants", PLAN "/8Core=4"},
                  {"duration", "P3Y"},
                  {"payment_period", "P1Y"}},
    [RENEWAL] = {COMMON,
                 BUYER,
                 BY,
                 {"form", "replacement"},
                 {"replaces", OTHER},
                 {"start_date", "2026-03-01"},
                 {"pricing", "discount"},
                 {"discounts", PLAN "=10"}},
    [MARGIN] = {COMMON,
                BY,
                {"form", "margin"},
                {"buyer_accounts", "5d1c7a40-0a32-4b44-b904-000000000001"},
                {"discounts", "all=20"}},
    [AUTHORIZATION] =
        {COMMON,
         BUYER,
         {"form", "resale_authorization"},
         {"reseller", "12345678"},
         {"pricing", "discount"},
         {"discounts", "all=5"}},
    [CHANNEL] = {{"title", "Theirs"},
                 {"form", "channel"},
                 BY,
                 {"markup", "1.5"},
                 {"buyer_accounts", ACCOUNT},
                 {"state", "draft"}},
};

static struct rulebook book(void)
{
    return (struct rulebook){
        .kind = &azure_offers, .bases = bases[0], .width = COUNT(bases[0]), .now_ms = NOW};
}

#define MADE (AT_CREATE | AT_SUBMIT)

static void test_well_formed(void **state)
{
    (void)state;
    const struct rulebook rules = book();
    CLEANUP_ARENA struct arena *arena = arena_new();
    for (size_t i = 0; i < BASES; i++) {
        struct heard heard = {0};
        struct record *record = rulebook_record(&rules, arena, NULL, i);
        unsigned at = i == CHANNEL ? AT_SUBMIT : MADE;
        if (document_check(&azure_offers, at, NULL, record, NOW, heard_note, &heard))
            fail_msg("base %zu: %s %s", i, heard.codes[0], heard.fields[0]);
    }
}

static void test_broken(void **state)
{
    (void)state;
    static const struct rulebook_fault cases[] = {
        {DISCOUNT, {{"title", "-"}}, "OFR-001", "title", 0},
        {DISCOUNT, {{"product", "-"}}, "OFR-001", "product", 0},
        {DISCOUNT, {{"end_date", "-"}}, "OFR-001", "end_date", AT_CREATE},
        {MARGIN, {{"end_date", "-"}}, "OFR-001", "end_date", AT_SUBMIT},
        {DISCOUNT, {{"expires", "-"}}, "OFR-001", "expires", AT_CREATE},
        {DISCOUNT, {{"pricing", "-"}}, "OFR-001", "pricing", 0},
        {DISCOUNT, {{"buyer_accounts", "-"}}, "OFR-001", "buyer_accounts", AT_SUBMIT},
        {DISCOUNT, {{"prepared_by", "-"}}, "OFR-001", "prepared_by", AT_SUBMIT},
        {DISCOUNT, {{"notify", "-"}}, "OFR-001", "notify", AT_SUBMIT},
        {RENEWAL, {{"replaces", "-"}}, "OFR-002", "replaces", 0},
        {AUTHORIZATION, {{"reseller", "-"}}, "OFR-002", "reseller", 0},
        {CHANNEL, {{"markup", "-"}}, "OFR-001", "markup", AT_SUBMIT},
        {CHANNEL, {{"product", PRODUCT}}, "OFR-003", "form", AT_CREATE},
        {DISCOUNT, {{"discounts", "-"}}, "OFR-002", "discounts", 0},
        {MARGIN, {{"discounts", "-"}}, "OFR-002", "discounts", 0},
        {PLAN_PRICE, {{"prices", "-"}, {"usage_prices", "-"}}, "OFR-002", "prices", 0},
        {CUSTOM, {{"prices", "-"}}, "OFR-002", "prices", 0},
        {CUSTOM, {{"plan_name", "-"}}, "OFR-002", "plan_name", 0},
        {CUSTOM, {{"plan_description", "-"}}, "OFR-002", "plan_description", 0},
        {RESERVED, {{"grants", "-"}}, "OFR-002", "grants", 0},
        {RESERVED, {{"duration", "-"}}, "OFR-002", "duration", 0},
        {CUSTOM, {{"discounts", "all=5"}}, "OFR-003", "discounts", 0},
        {DISCOUNT, {{"prices", PLAN "/P1M=9"}}, "OFR-003", "prices", 0},
        {MARGIN, {{"prices", PLAN "/P1M=9"}}, "OFR-003", "prices", 0},
        {DISCOUNT, {{"usage_prices", PLAN "/events=9"}}, "OFR-003", "usage_prices", 0},
        {MARGIN, {{"usage_prices", PLAN "/events=9"}}, "OFR-003", "usage_prices", 0},
        {PLAN_PRICE, {{"plan_name", "x"}}, "OFR-003", "plan_name", 0},
        {PLAN_PRICE, {{"plan_description", "x"}}, "OFR-003", "plan_description", 0},
        {PLAN_PRICE, {{"user_limits", "1-2"}}, "OFR-003", "user_limits", 0},
        {PLAN_PRICE, {{"grants", PLAN "/8Core=4"}}, "OFR-003", "grants", 0},
        {PLAN_PRICE, {{"duration", "P1Y"}}, "OFR-003", "duration", 0},
        {PLAN_PRICE, {{"payment_period", "P1Y"}}, "OFR-003", "payment_period", 0},
        {MARGIN, {{"pricing", "plan_price"}}, "OFR-003", "pricing", 0},
        {MARGIN, {{"expires", "2026-02-28"}}, "OFR-003", "expires", 0},
        {MARGIN, {{"note", "x"}}, "OFR-003", "note", 0},
        {AUTHORIZATION, {BY}, "OFR-003", "prepared_by", 0},
        {DISCOUNT, {{"replaces", OTHER}}, "OFR-003", "replaces", 0},
        {DISCOUNT, {{"reseller", "12345678"}}, "OFR-003", "reseller", 0},
        {DISCOUNT, {{"markup", "5"}}, "OFR-003", "markup", 0},
        {DISCOUNT, {{"buyer_accounts", PRODUCT}}, "OFR-005", "buyer_accounts", 0},
        {MARGIN, {{"buyer_accounts", ACCOUNT}}, "OFR-005", "buyer_accounts", 0},
        {DISCOUNT, {{"buyer_accounts", ACCOUNT ";12345"}}, "OFR-006", "buyer_accounts", 0},
        {DISCOUNT, {{"notify", "a@b;b@b;c@b;d@b;e@b;f@b"}}, "OFR-006", "notify", 0},
        {DISCOUNT, {{"notify", "nobody"}}, "OFR-004", "notify", 0},
        {DISCOUNT, {{"expires", "2025-12-31"}}, "OFR-008", "expires", 0},
        {DISCOUNT, {{"start_date", "2025-12-31"}}, "OFR-007", "start_date", AT_SUBMIT},
        {DISCOUNT, {{"end_date", "2026-02-28"}}, "OFR-007", "end_date", 0},
        {RENEWAL, {{"end_date", "2026-03-01"}}, "OFR-007", "end_date", 0},
        {DISCOUNT, {{"product", "product/" PRODUCT}}, "OFR-004", "product", 0},
        {RENEWAL, {{"replaces", "private-offer/" OTHER}}, "OFR-004", "replaces", 0},
        {DISCOUNT, {{"discounts", "gold=5"}}, "OFR-004", "discounts", 0},
        {DISCOUNT, {{"discounts", "all=100.5"}}, "OFR-004", "discounts", 0},
        {DISCOUNT, {{"discounts", "all=0"}}, "OFR-004", "discounts", 0},
        {DISCOUNT, {{"discounts", "all=0.009"}}, "OFR-004", "discounts", 0},
        {PLAN_PRICE, {{"prices", PLAN "=9"}}, "OFR-004", "prices", 0},
        {PLAN_PRICE, {{"prices", PLAN "/month=9"}}, "OFR-004", "prices", 0},
        {RESERVED, {{"prices", PLAN "/P1Y=9"}}, "OFR-004", "prices", 0},
        {RESERVED, {{"grants", PLAN "/8Core=0"}}, "OFR-004", "grants", 0},
        {RESERVED, {{"duration", "P2Y"}}, "OFR-004", "duration", 0},
        {RESERVED, {{"payment_period", "yearly"}}, "OFR-004", "payment_period", 0},
        {PLAN_PRICE, {{"usage_prices", "events=9"}}, "OFR-004", "usage_prices", 0},
        {CUSTOM, {{"user_limits", "20"}}, "OFR-004", "user_limits", 0},
        {AUTHORIZATION, {{"reseller", "the partner"}}, "OFR-004", "reseller", 0},
        {CHANNEL, {{"markup", "0"}}, "OFR-004", "markup", AT_SUBMIT},
        {CHANNEL, {{"markup", "5 %"}}, "OFR-004", "markup", AT_SUBMIT},
        {DISCOUNT, {{"pricing", "byol"}}, "REF-008", "pricing", 0},
        {DISCOUNT,
         {{"partner_reference", "12345678901234567890123456789012345678901234567"}},
         "REF-007",
         "partner_reference",
         0},
    };
    const struct rulebook rules = book();
    rulebook_faults(&rules, cases, COUNT(cases));
}

/* What is out stays; its last day may move, since it is published anew then. */
static void test_locked(void **state)
{
    (void)state;
    static const struct rulebook_edit cases[] = {
        {"draft", {"title", "Other"}, NULL, ACTION_UPDATE},
        {"cancelled", {"title", "Other"}, NULL, ACTION_UPDATE},
        {"open", {"title", "Other"}, "OFR-011", ACTION_UPDATE},
        {"open", {"discounts", "all=20"}, "OFR-011", ACTION_UPDATE},
        {"with_partner", {"discounts", "all=20"}, "OFR-011", ACTION_UPDATE},
        {"open", {"expires", "2026-03-31"}, NULL, ACTION_EXTEND},
        {"open", {"expires", "2026-01-31"}, NULL, ACTION_EXTEND},
        {"open", {"expires", "2025-12-31"}, NULL, ACTION_CANCEL},
        {"with_partner", {"expires", "2025-12-31"}, NULL, ACTION_CANCEL},
        {"expired", {"expires", "2026-03-31"}, NULL, ACTION_EXTEND},
        {"expired", {"note", "x"}, "OFR-011", ACTION_UPDATE},
        {"cancelled", {"expires", "2026-03-31"}, NULL, ACTION_EXTEND},
        {"accepted", {"expires", "2026-03-31"}, "OFR-012", ACTION_UPDATE},
        {"ended", {"note", "x"}, "OFR-012", ACTION_UPDATE},
        {"draft", {"expires", "2026-03-31"}, NULL, ACTION_UPDATE},
    };
    const struct rulebook rules = book();
    rulebook_edits(&rules, DISCOUNT, NULL, cases, COUNT(cases));
}

/* ------------------------------------------------------------------ doubts */

static void test_doubts(void **state)
{
    (void)state;
    static const struct rulebook_doubt cases[] = {
        {DISCOUNT, {{0}}, {{"state", "open"}}, "OFR-014"},
        {DISCOUNT, {{0}}, {{"state", "draft"}}, "OFR-014"},
        {DISCOUNT, {{0}}, {{"state", "accepted"}}, "OFR-013"},
        {DISCOUNT, {{0}}, {{"state", "ended"}}, NULL},
        {DISCOUNT, {{0}}, {{"state", "expired"}}, NULL},
        {DISCOUNT, {{0}}, {{"state", "open"}, {"product", OTHER}}, NULL},
        {DISCOUNT, {{0}}, {{"state", "open"}, {"buyer_accounts", "4711"}}, NULL},
        {DISCOUNT,
         {{"start_date", "2026-07-01"}},
         {{"state", "accepted"}, {"end_date", "2026-06-30"}},
         NULL},
        {DISCOUNT,
         {{"start_date", "2026-06-30"}},
         {{"state", "accepted"}, {"end_date", "2026-06-30"}},
         "OFR-013"},
        {AUTHORIZATION, {{0}}, {{"state", "with_partner"}}, "OFR-014"},
        {MARGIN, {{"buyer_accounts", ACCOUNT}}, {{"state", "open"}}, NULL},
        {RENEWAL, {{"replaces", "o-1"}}, {{"state", "accepted"}}, NULL},
        {DISCOUNT, {{"title", "Quince D-17"}}, {{"state", "ended"}}, "OFR-032"},
    };
    const struct rulebook rules = book();
    rulebook_doubts(&rules, cases, COUNT(cases));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_well_formed),
        cmocka_unit_test(test_broken),
        cmocka_unit_test(test_locked),
        cmocka_unit_test(test_doubts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
