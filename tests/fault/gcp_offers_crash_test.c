/* Kills the program at every journal write of what private offers at Google take, and takes the
 * answer of each write away: there is no key that would keep a repeated request from making a
 * second offer, and nothing that a write could rest on. Whatever happens, a restart ends where an
 * undisturbed run ends, with one offer for each row. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/memory.h"
#include "base/text.h"
#include "tests/support/trial.h"

#define SERVICE "sandbox-db.endpoints.sandbox-partner.cloud.goog"

static const char yaml[] = "version: 1\n"
                           "store: {path: state/agent.db}\n"
                           "clouds:\n" RIG_GCP "sources:\n"
                           "  crm: {type: csv, path: crm.csv, key: Key, write: in-place}\n"
                           "jobs:\n"
                           "  - name: offers\n"
                           "    cloud: gcp\n"
                           "    kind: offer\n"
                           "    source: crm\n"
                           "    mode: apply\n"
                           "    limits: {max_share: 100%}\n"
                           "    match: [id, partner_reference]\n"
                           "    create: yes\n"
                           "    publish: {when: {column: Sell, equals: \"yes\"}}\n"
                           "    allow: [publish, cancel]\n"
                           "    fields:\n"
                           "      id: {column: Id}\n"
                           "      state: {column: State}\n"
                           "      title: {column: Title, owner: local}\n"
                           "      deal_type: {value: new}\n"
                           "      product: {value: " SERVICE "}\n"
                           "      plan: {value: so-db-enterprise-1y}\n"
                           "      buyer_accounts: {column: Buyer, owner: local}\n"
                           "      company: {column: Title, owner: local}\n"
                           "      buyer_contact: {value: Procurement}\n"
                           "      prepared_by: {value: desk@partner.example}\n"
                           "      prepared_by_name: {value: Deal Desk}\n"
                           "      pricing: {value: fixed}\n"
                           "      prices: {column: Price, owner: local}\n"
                           "      payment_period: {value: P1Y}\n"
                           "      duration: {value: P12M}\n"
                           "      eula: {column: Terms}\n"
                           "      cancel_reason: {value: Other budget}\n"
                           "      expires: {column: Expires, owner: local}\n";

#define HEADER "Key,Id,State,Title,Buyer,Price,Expires,Sell,Terms\n"
#define TERMS(key, buyer, sell, terms)                                                             \
    key ",,,Sale " key ",00A000-000000-00000" buyer ",flat_fee=1000,2026-03-01," sell "," terms "\n"
#define ROW(key, buyer, sell) TERMS(key, buyer, sell, "standard")

struct stage {
    size_t offers;             /* at the end */
    size_t points;             /* journal writes of one kind, at least */
    const char *const *writes; /* operations */
};

/* Rows and offers as they stand; ids and tokens differ with the order of making. */
static const char *tell(const struct trial *trial, struct rig *rig)
{
    static const char *const keys[] = {"S1", "S2", "S3", "S4", "S5", "S6", "S7", "S8"};
    static const char *const paths[] = {
        "title",
        "state",
        "cancellationNote",
        "acceptDeadlineTime.month",
        "singleProductOffer.standardIntervalPrice.priceModel.flatFee.flatFeeOverride.units",
        NULL};
    const char *text = rig_csv(rig);
    (void)trial;
    for (size_t i = 0; i < COUNT(keys); i++) {
        const char *id = arena_copy(rig->arena, rig_cell(rig, keys[i], "Id"));
        const struct json *offer =
            id && *id ? sandbox_gcp_offer(rig->sandbox, rig->arena, id) : NULL;
        const char *papers =
            offer ? json_print(rig->arena, sandbox_gcp_documents(rig->sandbox, rig->arena, id))
                  : "-";
        text = arena_printf(rig->arena, "%s%s:%s %s\n", trial_tell_id(rig, text, id, "<id>"),
                            keys[i], trial_tell_parts(rig, offer, paths), papers);
    }
    return text;
}

static const char *complain(const struct trial *trial, struct rig *rig)
{
    const struct stage *stage = trial->stage;
    size_t offers = sandbox_gcp_offers(rig->sandbox);
    size_t twice = sandbox_gcp_offer_duplicates(rig->sandbox);
    return twice || offers != stage->offers
               ? arena_printf(rig->arena, "%zu offers, %zu twice", offers, twice)
               : NULL;
}

static void put_contracts(const char *folder)
{
    static const char *const names[] = {"a.pdf", "b.pdf"};
    char path[160];
    snprintf(path, sizeof path, "%s/papers", folder);
    assert_int_equal(mkdir(path, 0700), 0);
    for (size_t i = 0; i < COUNT(names); i++) {
        snprintf(path, sizeof path, "%s/papers/%s", folder, names[i]);
        FILE *file = fopen(path, "w");
        assert_non_null(file);
        fprintf(file, "%%PDF-1.7 %s", names[i]);
        fclose(file);
    }
}

/* A draft goes out with another contract than it was made with. */
static void sign(struct rig *rig, const char *key, const char *terms)
{
    rig_set_cell(rig, key, "Terms", terms);
    rig_set_cell(rig, key, "Sell", "yes");
}

/* Two to make, one of which is published; one each to extend, to take back, to edit; three to
 * publish with another contract. */
static void prepare(struct rig *rig)
{
    rig_set_cell(rig, "S1", "Expires", "2026-03-20");
    rig_set_cell(rig, "S2", "Expires", "2025-12-30");
    rig_set_cell(rig, "S3", "Price", "flat_fee=2000");
    sign(rig, "S6", "a.pdf");
    sign(rig, "S7", "standard");
    sign(rig, "S8", "b.pdf");
    rig_csv_put(rig, arena_printf(rig->arena, "%s" ROW("S4", "4", "yes") ROW("S5", "5", "no"),
                                  rig_csv(rig)));
}

#define STANDARD "{\"documentType\":\"STANDARD_END_USER_LICENSE_AGREEMENT_V2\"}"
#define FILE_OF(content)                                                                           \
    "{\"documentType\":\"CUSTOM_END_USER_LICENSE_AGREEMENT\",\"mimeType\":\"application/pdf\","    \
    "\"inlineContent\":\"" content "\"}"
#define FILE_A FILE_OF("JVBERi0xLjcgYS5wZGY=")
#define FILE_B FILE_OF("JVBERi0xLjcgYi5wZGY=")

static const char rows[] = HEADER ROW("S1", "1", "yes") ROW("S2", "2", "yes") ROW("S3", "3", "no")
    TERMS("S6", "6", "no", "standard") TERMS("S7", "7", "no", "a.pdf")
        TERMS("S8", "8", "no", "a.pdf");

static struct trial *begin(const struct trial *trial, void (*work)(struct rig *rig),
                           const char *const *shows)
{
    struct trial *made = trial_new(trial, "gcp-offers-crash-test");
    put_contracts(made->folder);
    mkdir(made->copy, 0700);
    put_contracts(made->copy);
    struct rig *rig = rig_new(&(struct rig_options){
        .folder = made->folder, .yaml = yaml, .csv = rows, .persistent = true});
    trial_finish(rig);
    if (work)
        work(rig);
    rig_free(rig);
    trial_expect(made, shows);
    return made;
}

static int setup_changes(void **state)
{
    static const char *const writes[] = {
        "CreateGcpOffer", "CreateGcpDocument", "UpdateGcpDocument", "DeleteGcpDocument",
        "UpdateGcpOffer", "PublishGcpOffer",   "CancelGcpOffer",    NULL};
    static const struct stage stage = {8, 24, writes};
    static const char *const shows[] = {"S1: Sale S1 PUBLISHED - 3 1000",
                                        "S2: Sale S2 CANCELLED Other budget 3 1000",
                                        "S3: Sale S3 DRAFT - 3 2000",
                                        "S4: Sale S4 PUBLISHED - 3 1000",
                                        "S5: Sale S5 DRAFT - 3 1000",
                                        "S6: Sale S6 PUBLISHED - 3 1000 [" FILE_A "]",
                                        "S7: Sale S7 PUBLISHED - 3 1000 [" STANDARD "]",
                                        "S8: Sale S8 PUBLISHED - 3 1000 [" FILE_B "]",
                                        NULL};
    *state =
        begin(&(struct trial){.yaml = yaml, .stage = &stage, .tell = tell, .complain = complain},
              prepare, shows);
    return 0;
}

/* A person has the draft S3 deleted, and nothing else is to be done. */
static int setup_deletion(void **state)
{
    static const char *const writes[] = {"DeleteGcpOffer", NULL};
    static const struct stage stage = {5, 2, writes};
    static const char *const shows[] = {"S1: Sale S1 PUBLISHED", "S2: Sale S2 PUBLISHED",
                                        "S3,<id>,deleted,", "S3: - - -", NULL};
    *state = begin(
        &(struct trial){
            .yaml = yaml, .stage = &stage, .discards = "S3", .tell = tell, .complain = complain},
        NULL, shows);
    return 0;
}

static void kill_at_each(const struct trial *trial, const char *point)
{
    const struct stage *stage = trial->stage;
    assert_true(trial_kill_at_each(trial, point, 1) >= stage->points); /* really passed */
}

static void test_killed_before_journal(void **state)
{
    kill_at_each(*state, "journal-before");
}

static void test_killed_after_journal(void **state)
{
    kill_at_each(*state, "journal-after");
}

/* How the calls of an operation look. */
static size_t sent(const struct rig *rig, const char *operation)
{
    static const struct {
        const char *operation, *method, *part;
    } calls[] = {
        {"CreateGcpOffer", "POST", "/privateOffers"},
        {"CreateGcpDocument", "POST", "/documents"},
        {"UpdateGcpDocument", "PATCH", "/documents/"},
        {"DeleteGcpDocument", "DELETE", "/documents/"},
        {"UpdateGcpOffer", "PATCH", "/privateOffers/"},
        {"PublishGcpOffer", "POST", ":publish"},
        {"CancelGcpOffer", "POST", ":cancel"},
        {"DeleteGcpOffer", "DELETE", "/privateOffers/"},
    };
    for (size_t i = 0; i < COUNT(calls); i++) {
        if (strcmp(calls[i].operation, operation) != 0)
            continue;
        size_t count = rig_sent(rig, calls[i].method, calls[i].part);
        if (!strcmp(calls[i].part, "/privateOffers/")) /* not what is below it */
            count -= rig_sent(rig, calls[i].method, "/documents/");
        if (i == 0) /* what goes on below it, or with a verb, is none */
            count -= rig_sent(rig, "POST", "/documents") + rig_sent(rig, "POST", ":publish") +
                     rig_sent(rig, "POST", ":cancel");
        return count;
    }
    fail_msg("no operation %s", operation);
    return 0;
}

/* Each write in turn meets the fault; the program runs on. */
static void fault_at_each(const struct trial *trial, const char *fault)
{
    const struct stage *stage = trial->stage;
    trial_fault_at_each(trial, fault, stage->writes, sent);
}

static void test_lost_answers(void **state)
{
    fault_at_each(*state, "lost-after");
}

static void test_resets(void **state)
{
    fault_at_each(*state, "reset");
}

static void test_server_errors(void **state)
{
    fault_at_each(*state, "500");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_killed_before_journal), cmocka_unit_test(test_killed_after_journal),
        cmocka_unit_test(test_lost_answers),          cmocka_unit_test(test_resets),
        cmocka_unit_test(test_server_errors),
    };
    bool failed = cmocka_run_group_tests_name("changes", tests, setup_changes, trial_teardown) != 0;
    return cmocka_run_group_tests_name("deletion", tests, setup_deletion, trial_teardown) || failed;
}
