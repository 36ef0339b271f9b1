/* What Google requires of private offers, one broken record per rule, and what a person should look
 * at before one is made. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/times.h"
#include "connectors/gcp/offers.h"
#include "connectors/document.h"
#include "tests/support/rulebook.h"

#define SERVICE "db.endpoints.isv.cloud.goog"
#define ACCOUNT "012345-567890-ABCDEF"

/* Noon in Greenwich, and four in the morning in Los Angeles. */
static int64_t now_at(const char *instant)
{
    int64_t ms = 0;
    assert_true(instant_parse(instant, &ms));
    return ms;
}
#define NOW now_at("2026-01-05T12:00:00Z")

#define COMMON                                                                                     \
    {"title", "Quince for Larkfield"}, {"partner_reference", "D-17"}, {"deal_type", "new"},        \
        {"product", SERVICE}, {"plan", "so-1"}, {"buyer_accounts", ACCOUNT},                       \
        {"company", "Larkfield"}, {"buyer_contact", "Bo"}, {"prepared_by", "deals@isv.example"},   \
        {"prepared_by_name", "Deal Desk"}, {"expires", "2026-02-28"},                              \
    {                                                                                              \
        "eula", "standard"                                                                         \
    }

enum base { FIXED, FIXED_USAGE, USAGE, COMMITTED, COMMITTED_USAGE, INSTALMENTS, RENEWAL, BASES };

static const struct cell bases[BASES][24] = {
    [FIXED] = {COMMON,
               {"pricing", "fixed"},
               {"prices", "flat_fee=48000.5"},
               {"payment_period", "P1Y"},
               {"duration", "P12M"},
               {"renewals", "6"},
               {"features", "Support: 24x7;SSO;Link: https://isv.example"}},
    [FIXED_USAGE] = {COMMON,
                     {"pricing", "fixed_usage"},
                     {"prices", "flat_fee=1000000000"},
                     {"discounts", "all=12.5;AAAA=100;services/6F81/skus/BB=0.01"},
                     {"payment_period", "P1M"},
                     {"proration", "yes"},
                     {"duration", "P84M"}},
    [USAGE] = {COMMON,
               {"pricing", "usage"},
               {"discounts", "all=10"},
               {"duration", "P12M"},
               {"additional_value", "100 USD"},
               {"additional_skus", "AAAA"}},
    [COMMITTED] = {COMMON,
                   {"pricing", "commitment"},
                   {"prices", "commitment=100000"},
                   {"discounts", "commitment=10"},
                   {"payment_period", "P3M"},
                   {"duration", "P36M"}},
    [COMMITTED_USAGE] = {COMMON,
                         {"pricing", "commitment_usage"},
                         {"prices", "commitment=100000"},
                         {"discounts", "all=10"},
                         {"payment_period", "P3M"},
                         {"duration", "P36M"}},
    [INSTALMENTS] = {COMMON,
                     {"pricing", "commitment"},
                     {"schedule", "2026-03-01=100;2026-11-01=0.01"},
                     {"credits", "2026-11-01=999999.99"},
                     {"lapses", "2026-11-01"},
                     {"discounts", "commitment=10;2026-11-01/commitment=20"},
                     {"start_date", "2026-03-01"},
                     {"end_date", "2027-02-28"}},
    [RENEWAL] = {COMMON,
                 {"form", "replacement"},
                 {"replaces", "o-old"},
                 {"pricing", "fixed"},
                 {"prices", "flat_fee=0"},
                 {"payment_period", "P1M"},
                 {"duration", "P1M"}},
};

static struct rulebook book(void)
{
    return (struct rulebook){
        .kind = &gcp_offers, .bases = bases[0], .width = COUNT(bases[0]), .now_ms = NOW};
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
        if (document_check(&gcp_offers, MADE, NULL, record, NOW, heard_note, &heard))
            fail_msg("base %zu: %s %s", i, heard.codes[0], heard.fields[0]);
    }
}

/* A draft may wait for most of it. */
static void test_drafts(void **state)
{
    (void)state;
    static const struct cell least[] = {{"title", "T"},
                                        {"product", SERVICE},
                                        {"plan", "so-1"},
                                        {"pricing", "fixed"},
                                        {"eula", "eula-2026.pdf"}};
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct heard heard = {0};
    struct record *record = record_new(arena, &kinds[KIND_OFFER], NULL);
    cells_put(arena, record, least, COUNT(least));
    document_check(&gcp_offers, AT_CREATE, NULL, record, NOW, heard_note, &heard);
    if (heard.count)
        fail_msg("%s %s", heard.codes[0], heard.fields[0]);
    document_check(&gcp_offers, AT_SUBMIT, NULL, record, NOW, heard_note, &heard);
    assert_int_equal(heard.count, 10);
}

static void test_broken(void **state)
{
    (void)state;
    static const struct rulebook_fault cases[] = {
        {FIXED, {{"title", "-"}}, "OFR-001", "title", AT_CREATE},
        {FIXED, {{"product", "-"}}, "OFR-001", "product", AT_CREATE},
        {FIXED, {{"plan", "-"}}, "OFR-001", "plan", AT_CREATE},
        {FIXED, {{"pricing", "-"}}, "OFR-001", "pricing", AT_CREATE},
        {FIXED, {{"eula", "-"}}, "OFR-001", "eula", AT_CREATE},
        {FIXED, {{"deal_type", "-"}}, "OFR-001", "deal_type", AT_SUBMIT},
        {FIXED, {{"company", "-"}}, "OFR-001", "company", AT_SUBMIT},
        {FIXED, {{"buyer_contact", "-"}}, "OFR-001", "buyer_contact", AT_SUBMIT},
        {FIXED, {{"buyer_accounts", "-"}}, "OFR-001", "buyer_accounts", AT_SUBMIT},
        {FIXED, {{"prepared_by", "-"}}, "OFR-001", "prepared_by", AT_SUBMIT},
        {FIXED, {{"prepared_by_name", "-"}}, "OFR-001", "prepared_by_name", AT_SUBMIT},
        {FIXED, {{"expires", "-"}}, "OFR-001", "expires", AT_SUBMIT},
        {FIXED, {{"duration", "-"}}, "OFR-002", "duration", AT_SUBMIT},
        {FIXED, {{"payment_period", "-"}}, "OFR-002", "payment_period", AT_SUBMIT},
        {COMMITTED, {{"prices", "-"}}, "OFR-002", "prices", AT_SUBMIT},
        {COMMITTED, {{"discounts", "-"}}, "OFR-002", "discounts", AT_SUBMIT},
        {USAGE, {{"additional_skus", "-"}}, "OFR-002", "additional_skus", AT_SUBMIT},
        {USAGE, {{"additional_value", "-"}}, "OFR-002", "additional_value", AT_SUBMIT},
        {FIXED, {{"form", "channel"}}, "OFR-003", "form", AT_CREATE},
        {FIXED, {{"form", "margin"}}, "OFR-003", "form", AT_CREATE},
        {FIXED, {{"replaces", "o-old"}}, "OFR-003", "replaces", 0},
        {INSTALMENTS, {{"duration", "P12M"}}, "OFR-003", "end_date", 0},
        {FIXED, {{"duration", "-"}, {"end_date", "2027-01-31"}}, "OFR-003", "end_date", 0},
        {INSTALMENTS, {{"prices", "commitment=1"}}, "OFR-003", "prices", 0},
        {USAGE, {{"prices", "flat_fee=1"}}, "OFR-003", "prices", 0},
        {INSTALMENTS, {{"pricing", "usage"}}, "OFR-003", "schedule", 0},
        {INSTALMENTS, {{"payment_period", "P1M"}}, "OFR-003", "payment_period", 0},
        {USAGE, {{"payment_period", "P1M"}}, "OFR-003", "payment_period", 0},
        {FIXED, {{"proration", "yes"}}, "OFR-003", "proration", 0},
        {INSTALMENTS, {{"renewals", "1"}}, "OFR-003", "renewals", 0},
        {USAGE, {{"renewals", "1"}}, "OFR-003", "renewals", 0},
        {COMMITTED, {{"credits", "start=5"}}, "OFR-003", "credits", 0},
        {INSTALMENTS, {{"pricing", "fixed"}}, "OFR-003", "credits", 0},
        {COMMITTED, {{"lapses", "start"}}, "OFR-003", "lapses", 0},
        {INSTALMENTS, {{"pricing", "fixed"}}, "OFR-003", "lapses", 0},
        {FIXED, {{"discounts", "all=5"}}, "OFR-003", "discounts", 0},
        {COMMITTED_USAGE, {{"discounts", "commitment=5"}}, "OFR-003", "discounts", 0},
        {FIXED, {{"buyer_accounts", "billingAccounts/" ACCOUNT}}, "OFR-005", "buyer_accounts", 0},
        {FIXED, {{"buyer_accounts", "012345-567890-abcdef"}}, "OFR-005", "buyer_accounts", 0},
        {FIXED,
         {{"buyer_accounts", ACCOUNT ";111111-222222-333333"}},
         "OFR-006",
         "buyer_accounts",
         0},
        {FIXED, {{"documents", "a.pdf;b.pdf"}}, "OFR-006", "documents", 0},
        {FIXED, {{"prices", "flat_fee=1;commitment=2"}}, "OFR-006", "prices", 0},
        {FIXED, {{"product", "services/" SERVICE}}, "OFR-004", "product", 0},
        {FIXED, {{"plan", "so 1"}}, "OFR-004", "plan", 0},
        {RENEWAL, {{"replaces", "a/b/c"}}, "OFR-004", "replaces", 0},
        {FIXED, {{"eula", "../secret.pdf"}}, "OFR-004", "eula", 0},
        {FIXED, {{"documents", ".hidden"}}, "OFR-004", "documents", 0},
        {FIXED, {{"features", ": nameless"}}, "OFR-004", "features", 0},
        {USAGE, {{"additional_skus", "a=b"}}, "OFR-004", "additional_skus", 0},
        {USAGE, {{"additional_value", "100 EUR"}}, "OFR-009", "additional_value", 0},
        {USAGE, {{"additional_value", "100.005 USD"}}, "OFR-009", "additional_value", 0},
        {USAGE, {{"additional_value", "1000000000.01 USD"}}, "OFR-009", "additional_value", 0},
        {FIXED, {{"prices", "commitment=1"}}, "OFR-004", "prices", 0},
        {COMMITTED, {{"prices", "flat_fee=1"}}, "OFR-004", "prices", 0},
        {FIXED, {{"prices", "flat_fee=1.005"}}, "OFR-004", "prices", 0},
        {FIXED, {{"prices", "flat_fee=1000000000.01"}}, "OFR-004", "prices", 0},
        {FIXED, {{"prices", "flat_fee=-1"}}, "OFR-004", "prices", 0},
        {INSTALMENTS, {{"schedule", "soon=5"}}, "OFR-004", "schedule", 0},
        {INSTALMENTS, {{"credits", "2026-11-01=1000000.01"}}, "OFR-004", "credits", 0},
        {INSTALMENTS, {{"lapses", "soon"}}, "OFR-004", "lapses", 0},
        {COMMITTED, {{"discounts", "all=5"}}, "OFR-004", "discounts", 0},
        {COMMITTED, {{"discounts", "commitment=100.5"}}, "OFR-004", "discounts", 0},
        {USAGE, {{"discounts", "all=12.345"}}, "OFR-004", "discounts", 0},
        {USAGE, {{"discounts", "a/b=5"}}, "OFR-004", "discounts", 0},
        {FIXED, {{"duration", "P1Y"}}, "OFR-004", "duration", 0},
        {FIXED, {{"payment_period", "P6M"}}, "OFR-004", "payment_period", 0},
        {FIXED, {{"renewals", "-1"}}, "OFR-004", "renewals", 0},
        {FIXED, {{"renewals", "7"}}, "OFR-007", "duration", 0}, /* eight years */
        {FIXED_USAGE, {{"duration", "P85M"}}, "OFR-007", "duration", 0},
        {FIXED_USAGE, {{"renewals", "1"}}, "OFR-007", "duration", 0},
        {INSTALMENTS, {{"end_date", "2033-03-01"}}, "OFR-007", "end_date", 0},
        {FIXED, {{"expires", "2026-01-04"}}, "OFR-008", "expires", 0},
        {FIXED, {{"expires", "2026-04-05"}}, "OFR-007", "expires", AT_SUBMIT},
        {INSTALMENTS, {{"start_date", "2026-01-04"}}, "OFR-007", "start_date", AT_SUBMIT},
        {INSTALMENTS, {{"start_date", "2027-01-06"}}, "OFR-007", "start_date", AT_SUBMIT},
        {INSTALMENTS, {{"start_date", "2026-02-28"}}, "OFR-007", "start_date", 0},
        {INSTALMENTS, {{"end_date", "2026-03-01"}}, "OFR-007", "end_date", 0},
        {INSTALMENTS, {{"start_date", "-"}, {"end_date", "2026-02-27"}}, "OFR-007", "end_date", 0},
        {INSTALMENTS, {{"schedule", "2026-02-28=1"}}, "OFR-010", "schedule", 0},
        {FIXED, {{"pricing", "byol"}}, "REF-008", "pricing", 0},
        {FIXED, {{"currency", "EUR"}}, "REF-008", "currency", 0},
        {FIXED,
         {{"buyer_note", "1234567890123456789012345678901234567890123456789012345678901234567890"
                         "123456789012345678901234567890123456789012345678901"}},
         "REF-007",
         "buyer_note",
         0},
    };
    const struct rulebook rules = book();
    rulebook_faults(&rules, cases, COUNT(cases));
}

/* Days end in Los Angeles: what is over in Greenwich may be today there. */
static void test_days(void **state)
{
    (void)state;
    static const struct {
        const char *now, *expires, *code; /* NULL: it may be */
    } cases[] = {
        {"2026-01-05T07:59:59Z", "2026-01-04", NULL}, /* the last second of it */
        {"2026-01-05T08:00:00Z", "2026-01-04", "OFR-008"},
        {"2026-07-05T06:59:59Z", "2026-07-04", NULL}, /* summer */
        {"2026-07-05T07:00:00Z", "2026-07-04", "OFR-008"},
        /* Published on 5 March, until the end of 4 June, midnight of the 5th. */
        {"2026-03-05T21:00:00Z", "2026-06-04", NULL},
        {"2026-03-05T21:00:00Z", "2026-06-05", "OFR-007"},
        {"2026-03-06T07:00:00Z", "2026-06-05", "OFR-007"}, /* still the 5th there */
        {"2026-03-06T08:00:00Z", "2026-06-05", NULL},
        /* Three months on there is no such day: the month's last. */
        {"2026-11-30T20:00:00Z", "2027-02-27", NULL},
        {"2026-11-30T20:00:00Z", "2027-02-28", "OFR-007"},
    };
    const struct rulebook rules = book();
    CLEANUP_ARENA struct arena *arena = arena_new();
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct heard heard = {0};
        struct record *record = rulebook_record(&rules, arena, NULL, FIXED);
        cells_put(arena, record, &(struct cell){"expires", cases[i].expires}, 1);
        document_check(&gcp_offers, MADE, NULL, record, now_at(cases[i].now), heard_note, &heard);
        if (cases[i].code ? !heard_has(&heard, cases[i].code, "expires") : heard.count)
            fail_msg("case %zu: %s %s", i, heard.codes[0], heard.fields[0]);
    }
}

/* What is out stays, but that it may be accepted longer. */
static void test_locked(void **state)
{
    (void)state;
    static const struct rulebook_edit cases[] = {
        {"draft", {"title", "Other"}, NULL, ACTION_UPDATE},
        {"draft", {"expires", "2026-03-01"}, NULL, ACTION_UPDATE},
        {"draft", {"expires", "2026-01-01"}, NULL, ACTION_UPDATE},
        {"open", {"title", "Other"}, "OFR-011", ACTION_UPDATE},
        {"open", {"note", "x"}, "OFR-011", ACTION_UPDATE},
        {"publishing", {"title", "Other"}, "OFR-011", ACTION_UPDATE},
        {"publishing", {"expires", "2026-02-27"}, "OFR-011", ACTION_UPDATE},
        {"open", {"expires", "2026-03-01"}, NULL, ACTION_EXTEND},
        {"open", {"expires", "2026-04-01"}, NULL, ACTION_EXTEND},
        {"open", {"expires", "2026-04-02"}, "OFR-007", ACTION_EXTEND}, /* from 2 January on */
        {"open", {"expires", "2026-02-27"}, "OFR-011", ACTION_UPDATE},
        {"open", {"expires", "2026-01-05"}, "OFR-011", ACTION_UPDATE},
        {"open", {"expires", "2026-01-04"}, NULL, ACTION_CANCEL},
        {"publishing", {"expires", "2026-01-04"}, NULL, ACTION_CANCEL},
        {"expired", {"expires", "2026-03-01"}, "OFR-011", ACTION_UPDATE},
        {"cancelled", {"expires", "2026-03-01"}, "OFR-011", ACTION_UPDATE},
        {"accepted", {"expires", "2026-03-01"}, "OFR-012", ACTION_UPDATE},
        {"ended", {"note", "x"}, "OFR-012", ACTION_UPDATE},
    };
    const struct rulebook rules = book();
    rulebook_edits(&rules, FIXED, &(struct cell){"released", "2026-01-03T07:59:00Z"}, cases,
                   COUNT(cases));
}

/* ------------------------------------------------------------------ doubts */

static void test_doubts(void **state)
{
    (void)state;
    static const struct rulebook_doubt cases[] = {
        {FIXED, {{0}}, {{"state", "open"}}, "OFR-014"},
        {FIXED, {{0}}, {{"state", "draft"}}, "OFR-014"},
        {FIXED, {{0}}, {{"state", "publishing"}}, "OFR-014"},
        {FIXED, {{0}}, {{0}}, "OFR-014"},
        {FIXED, {{0}}, {{"state", "accepted"}}, "OFR-013"},
        {FIXED, {{0}}, {{"state", "ended"}}, NULL},
        {FIXED, {{0}}, {{"state", "cancelled"}}, NULL},
        {FIXED, {{0}}, {{"state", "open"}, {"product", "other"}}, NULL},
        {FIXED, {{0}}, {{"state", "open"}, {"buyer_accounts", "111111-222222-333333"}}, NULL},
        {RENEWAL, {{"replaces", "o-1"}}, {{"state", "accepted"}}, NULL},
        {FIXED, {{"title", "Quince D-17"}}, {{"state", "ended"}}, "OFR-032"},
    };
    const struct rulebook rules = book();
    rulebook_doubts(&rules, cases, COUNT(cases));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_well_formed), cmocka_unit_test(test_drafts),
        cmocka_unit_test(test_broken),      cmocka_unit_test(test_days),
        cmocka_unit_test(test_locked),      cmocka_unit_test(test_doubts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
