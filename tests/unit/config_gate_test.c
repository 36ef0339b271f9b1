/* The gates of a job and their conditions: what a file says, what it means, and the fault that a
 * person is shown for what makes no sense. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/error.h"
#include "base/limits.h"
#include "base/memory.h"
#include "base/text.h"
#include "config_schema.h"
#include "model/gate.h"

#define HEAD(write)                                                                                \
    "version: 1\n"                                                                                 \
    "clouds: {aws: {catalog: Sandbox}}\n"                                                          \
    "sources: {crm: {type: csv, path: a.csv, key: Id" write "}}\n"
#define WRITTEN HEAD(", write: in-place")
#define JOB(kind, fields)                                                                          \
    "jobs:\n"                                                                                      \
    "- name: j\n"                                                                                  \
    "  cloud: aws\n"                                                                               \
    "  kind: " kind "\n"                                                                           \
    "  source: crm\n"                                                                              \
    "  mode: observe\n"                                                                            \
    "  fields: {" fields "}\n" /* line 10 */
#define PLAIN    "title: {column: Name}"
#define WITH_ID  "title: {column: Name}, id: {column: Cloud}"
#define REFERRAL WRITTEN JOB("referral", PLAIN)
#define OFFER    WRITTEN JOB("offer", PLAIN)

/* clang-format off */
static const struct {
    const char *name, *file, *faults;
} cases[] = {
    {"an offer's gate in a job of referrals",
     REFERRAL "  publish: yes\n",
     "11:12: publish has no meaning for referrals (remove it; for referrals there are create, submit, accept, reject, register or import)\n"},
    {"a closed gate must have a meaning, too",
     REFERRAL "  cancel: no\n",
     "11:11: cancel has no meaning for referrals (remove it; for referrals there are create, submit, accept, reject, register or import)\n"},
    {"a referral's gates in a job of offers",
     OFFER "  submit: yes\n  register: yes\n",
     "11:11: submit has no meaning for offers (remove it; for offers there are create, publish, cancel, accept, reject or import)\n"
     "12:13: register has no meaning for offers (remove it; for offers there are create, publish, cancel, accept, reject or import)\n"},
    {"listings have none",
     WRITTEN JOB("listing", WITH_ID) "  create: yes\n  import: yes\n",
     "11:11: create has no meaning for listings (remove it)\n"
     "12:11: import has no meaning for listings (remove it)\n"},
    {"neither yes nor no",
     OFFER "  publish: maybe\n",
     "11:12: publish does not say when (write publish: {when: CONDITION}, publish: yes or publish: no)\n"},
    {"a list is no gate",
     OFFER "  publish: [{field: state, equals: draft}]\n",
     "11:12: publish does not say when (write publish: {when: CONDITION}, publish: yes or publish: no)\n"},
    {"a misspelt gate",
     OFFER "  pubish: yes\n",
     "11:3: unknown key \"pubish\" in job \"j\" (did you mean \"publish\"?)\n"},
    {"no such field",
     REFERRAL "  accept: {when: {field: stauts, equals: invited}}\n",
     "11:26: referrals have no field \"stauts\" (did you mean \"status\"?)\n"},
    {"a field of another kind",
     OFFER "  publish: {when: {field: close_date, equals: 2027-01-01}}\n",
     "11:27: offers have no field \"close_date\" (agent.yaml(5) lists them all)\n"},
    {"neither column nor field",
     REFERRAL "  accept: {when: {equals: invited}}\n",
     "11:18: a condition needs exactly one of column and field (write column: NAME for a cell of the source, or field: NAME for what the cloud has)\n"},
    {"both column and field",
     REFERRAL "  accept: {when: {field: status, column: A, equals: invited}}\n",
     "11:18: a condition needs exactly one of column and field (write column: NAME for a cell of the source, or field: NAME for what the cloud has)\n"},
    {"a word that the field cannot have",
     REFERRAL "  accept: {when: {field: status, equals: invitd}}\n",
     "11:42: status: \"invitd\" is not one of draft, submitted, in_review, action_required, approved, rejected, invited, accepted, declined, expired, closed; did you mean \"invited\"?\n"},
    {"a day that is none, and one that is negated",
     OFFER "  cancel:\n"
     "    when:\n"
     "    - {field: expires, equals: soon}\n"
     "    - {field: expires, not: 2026-02-30}\n",
     "13:32: expires: \"soon\" is not a real day written as YYYY-MM-DD\n"
     "14:29: expires: \"2026-02-30\" is not a real day written as YYYY-MM-DD\n"},
    {"only knows no fields",
     REFERRAL "  only: {field: status, equals: invited}\n",
     "11:17: only is asked of a row before there is a record, so it takes no field (name a column; fields are for the gates of the job)\n"},
    {"allow",
     OFFER "  allow: [publsh, import, create]\n",
     "11:11: allow does not know \"publsh\" (did you mean \"publish\"?)\n"
     "11:19: allow does not know \"import\" (known here: submit, launch, close, publish, cancel, accept, reject or register)\n"
     "11:27: allow does not know \"create\" (known here: submit, launch, close, publish, cancel, accept, reject or register)\n"},

    /* import */
    {"import without a column for the identifier",
     OFFER "  import: yes\n",
     "11:11: import needs a column for the cloud's identifier (add id: {column: NAME} under fields)\n"},
    {"import without matching by it",
     WRITTEN JOB("offer", WITH_ID) "  match: [partner_reference]\n  import: yes\n",
     "12:11: import needs records to be matched by id, or it would add them again (add id to match, best as its first entry)\n"},
    {"import whose rows the job would not look at",
     WRITTEN JOB("offer", WITH_ID) "  only: {column: Private, equals: 'yes'}\n  import: yes\n",
     "12:11: only leaves out every row that import adds (let only: hold for an empty cell, too, or map that column)\n"},
    {"import under two conditions, of which one leaves them out",
     WRITTEN JOB("offer", WITH_ID) "  only: [{column: Name, not: x}, {column: P, equals: a}]\n  import: yes\n",
     "12:11: only leaves out every row that import adds (let only: hold for an empty cell, too, or map that column)\n"},
    {"import whose rows have a blank cell that is welcome",
     WRITTEN JOB("offer", WITH_ID) "  only: {column: Private, equals: ['yes', '']}\n  import: yes\n", ""},
    {"import whose rows differ from a word",
     WRITTEN JOB("offer", WITH_ID) "  only: {column: Private, not: 'no'}\n  import: yes\n", ""},
    {"import under a condition on a mapped column",
     WRITTEN JOB("offer", WITH_ID) "  only: {column: Name, equals: a}\n  import: yes\n", ""},
    {"import under a condition on the key",
     WRITTEN JOB("offer", WITH_ID) "  only: {column: Id, not: ''}\n  import: yes\n", ""},
    {"import into what is only read",
     HEAD("") JOB("offer", WITH_ID) "  import: yes\n",
     "11:11: warning: import adds nothing while the source crm is read-only (set write: in-place or write: changes-file for the source)\n"},
    {"a closed import asks for nothing",
     HEAD("") JOB("offer", PLAIN) "  import: no\n", ""},
};
/* clang-format on */

/* line:col: [warning: ]message (remedy) */
static void take(void *context, const struct config_fault *fault)
{
    text_addf(context, "%zu:%zu: %s%s", fault->place.line, fault->place.column,
              fault->warning ? "warning: " : "", fault->message);
    if (fault->remedy)
        text_addf(context, " (%s)", fault->remedy);
    text_add(context, "\n");
}

static void test_faults(void **state)
{
    (void)state;
    size_t failed = 0;
    for (size_t i = 0; i < COUNT(cases); i++) {
        CLEANUP_TEXT struct text faults;
        text_init(&faults, 65536);
        struct config *config = NULL;
        config_parse("x/agent.yaml", cases[i].file, strlen(cases[i].file), &test_schema, take,
                     &faults, &config);
        config_free(config);
        if (strcmp(faults.data, cases[i].faults)) {
            print_error("%s: got\n%sinstead of\n%s", cases[i].name, faults.data, cases[i].faults);
            failed++;
        }
    }
    assert_int_equal(failed, 0);
}

static struct config *load(const char *file)
{
    CLEANUP_TEXT struct text faults;
    text_init(&faults, 65536);
    struct config *config = NULL;
    config_parse("x/agent.yaml", file, strlen(file), &test_schema, take, &faults, &config);
    assert_string_equal(faults.data, "");
    return config;
}

static void test_every_gate_opens(void **state)
{
    (void)state;
    for (enum gate gate = 0; gate < GATE_COUNT; gate++) {
        for (enum kind_id kind = 0; kind < KIND_COUNT; kind++) {
            CLEANUP_ARENA struct arena *arena = arena_new();
            if (!gate_kind(&gate_types[gate], &kinds[kind]))
                continue;
            static const char *const words[] = {"yes", "no", "{when: {field: title, equals: X}}"};
            for (size_t i = 0; i < COUNT(words); i++) {
                struct config *config =
                    load(arena_printf(arena, WRITTEN JOB("%s", WITH_ID) "  %s: %s\n",
                                      kinds[kind].name, gate_types[gate].name, words[i]));
                for (enum gate other = 0; other < GATE_COUNT; other++)
                    assert_int_equal(config->jobs[0].gates[other].open, other == gate && i != 1);
                assert_int_equal(config->jobs[0].gates[gate].when.count, i == 2);
                config_free(config);
            }
        }
    }
}

/* The words of a condition are understood as values of its field are; not those of a column. */
static void test_words_are_values(void **state)
{
    (void)state;
    struct config *config = load(REFERRAL "  accept:\n"
                                          "    when:\n"
                                          "    - {field: country, equals: [Germany, at, '']}\n"
                                          "    - {field: close_date, not: 2027-01-31}\n"
                                          "    - {field: national_security, equals: 'true'}\n"
                                          "    - {field: solutions, equals: S-1}\n"
                                          "    - {column: country, equals: Germany}\n");
    const struct conditions *when = &config->jobs[0].gates[GATE_ACCEPT].when;
    const struct kind *kind = &kinds[KIND_REFERRAL];
    static const struct {
        const char *field, *column, *word;
        bool negate;
    } expected[] = {
        {"country", NULL, "DE", false},
        {"close_date", NULL, "2027-01-31", true},
        {"national_security", NULL, "yes", false},
        {"solutions", NULL, "S-1", false},
        {NULL, "country", "Germany", false},
    };
    assert_int_equal(when->count, COUNT(expected));
    for (size_t i = 0; i < COUNT(expected); i++) {
        const struct condition *item = &when->items[i];
        assert_string_equal(item->words[0], expected[i].word);
        assert_int_equal(item->negate, expected[i].negate);
        assert_true(text_equal(item->column, expected[i].column));
        if (expected[i].field)
            assert_int_equal(item->field, kind_field(kind, expected[i].field));
    }
    assert_string_equal(when->items[0].words[1], "AT");
    assert_string_equal(when->items[0].words[2], "");
    config_free(config);
}

/* Whatever changes what a gate opens is another set of rules. */
static void test_gates_are_rules(void **state)
{
    (void)state;
    static const char *const gates[] = {
        "",
        "  publish: yes\n",
        "  cancel: yes\n",
        "  publish: {when: {field: state, equals: draft}}\n",
        "  publish: {when: {column: state, equals: draft}}\n",
        "  publish: {when: {field: state, not: draft}}\n",
        "  publish: {when: {field: state, equals: open}}\n",
        "  publish: {when: {field: title, equals: open}}\n",
        "  publish: {when: [{field: state, equals: open}, {field: title, equals: open}]}\n",
        "  allow: [publish]\n",
        "  allow: [cancel]\n",
    };
    CLEANUP_ARENA struct arena *arena = arena_new();
    const char *hashes[COUNT(gates)];
    for (size_t i = 0; i < COUNT(gates); i++) {
        struct config *config = load(arena_printf(arena, OFFER "%s", gates[i]));
        hashes[i] = arena_copy(arena, config->jobs[0].rules_hash);
        config_free(config);
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(hashes[i], hashes[k]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_faults),
        cmocka_unit_test(test_every_gate_opens),
        cmocka_unit_test(test_words_are_values),
        cmocka_unit_test(test_gates_are_rules),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
