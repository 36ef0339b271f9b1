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

#define OFFERS  8
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
#define SIGNED(key, buyer, sell, terms)                                                            \
    key ",,,Sale " key ",00A000-000000-00000" buyer ",flat_fee=1000,2026-03-01," sell "," terms "\n"
#define ROW(key, buyer, sell) SIGNED(key, buyer, sell, "standard")

struct stage {
    bool deletes;  /* a person has the draft S3 deleted, and nothing else is to be done */
    size_t offers; /* at the end */
};

static const struct stage changing = {false, OFFERS}, deleting = {true, 5};

/* A person asks for a draft to be deleted: its last word before the run. */
static void ask(struct rig *rig)
{
    static struct change_field field = {.new_value = STATE_DELETED};
    static const struct wish wish = {
        .action = ACTION_CANCEL, .subject = "S3", .fields = &field, .field_count = 1, .who = "ann"};
    field.field = kind_field(&kinds[KIND_OFFER], FIELD_STATE);
    rig->work.wishes = &wish;
    rig->work.wish_count = 1;
}

static void run_disturbed(const struct trial *trial, struct rig *rig)
{
    const struct stage *stage = trial->stage;
    if (stage->deletes)
        ask(rig);
    rig_run(rig);
    rig->work.wish_count = 0;
}

/* Rows and offers as they stand; ids and tokens differ with the order of making. */
static const char *state_of(struct rig *rig)
{
    static const char *const keys[] = {"S1", "S2", "S3", "S4", "S5", "S6", "S7", "S8"};
    static const char *const members[] = {"title", "state", "cancellationNote"};
    static const char *const parts[] = {
        "acceptDeadlineTime.month",
        "singleProductOffer.standardIntervalPrice.priceModel.flatFee.flatFeeOverride.units"};
    const char *text = rig_csv(rig);
    for (size_t i = 0; i < COUNT(keys); i++) {
        const char *id = arena_copy(rig->arena, rig_cell(rig, keys[i], "Id"));
        const struct json *offer =
            id && *id ? sandbox_gcp_offer(rig->sandbox, rig->arena, id) : NULL;
        while (id && *id && strstr(text, id))
            text = rig_replace(rig, text, id, "<id>");
        text = arena_printf(rig->arena, "%s%s:", text, keys[i]);
        for (size_t j = 0; j < COUNT(members); j++) {
            const char *value = json_get_text(offer, members[j]);
            text = arena_printf(rig->arena, "%s %s", text, value ? value : "-");
        }
        for (size_t j = 0; j < COUNT(parts); j++) {
            const char *value = json_text(json_find(offer, parts[j]));
            text = arena_printf(rig->arena, "%s %s", text, value ? value : "-");
        }
        const char *papers =
            id && *id ? json_print(rig->arena, sandbox_gcp_documents(rig->sandbox, rig->arena, id))
                      : "-";
        text = arena_printf(rig->arena, "%s %s\n", text, papers);
    }
    return text;
}

static void check_end(const struct trial *trial, struct rig *rig, const char *what, size_t number)
{
    const struct stage *stage = trial->stage;
    trial_finish(rig);
    if (stage->deletes) { /* who did not see it done asks again */
        run_disturbed(trial, rig);
        trial_finish(rig);
    }
    const char *state = state_of(rig);
    size_t offers = sandbox_gcp_offers(rig->sandbox);
    size_t twice = sandbox_gcp_offer_duplicates(rig->sandbox);
    if (twice || offers != stage->offers || strcmp(state, trial->expected) != 0) {
        print_error("after %s %zu: %zu offers, %zu twice\n%s\nexpected:\n%s\n", what, number,
                    offers, twice, state, trial->expected);
        fail();
    }
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

static void open_trial(struct trial *trial, const struct stage *stage)
{
    static const char *const changed[] = {"S1: Sale S1 PUBLISHED - 3 1000",
                                          "S2: Sale S2 CANCELLED Other budget 3 1000",
                                          "S3: Sale S3 DRAFT - 3 2000",
                                          "S4: Sale S4 PUBLISHED - 3 1000",
                                          "S5: Sale S5 DRAFT - 3 1000",
                                          "S6: Sale S6 PUBLISHED - 3 1000 [" FILE_A "]",
                                          "S7: Sale S7 PUBLISHED - 3 1000 [" STANDARD "]",
                                          "S8: Sale S8 PUBLISHED - 3 1000 [" FILE_B "]"};
    static const char *const deleted[] = {"S1: Sale S1 PUBLISHED", "S2: Sale S2 PUBLISHED",
                                          "S3,<id>,deleted,", "S3: - - -"};
    const bool deletes = stage->deletes;
    *trial = (struct trial){
        .yaml = yaml, .stage = stage, .meddle = deletes ? ask : NULL, .check = check_end};
    trial_make(trial, "gcp-offers-crash-test");
    put_contracts(trial->folder);
    struct rig *rig = rig_new(&(struct rig_options){
        .folder = trial->folder,
        .yaml = yaml,
        .csv = HEADER ROW("S1", "1", "yes") ROW("S2", "2", "yes") ROW("S3", "3", "no")
            SIGNED("S6", "6", "no", "standard") SIGNED("S7", "7", "no", "a.pdf")
                SIGNED("S8", "8", "no", "a.pdf"),
        .persistent = true});
    trial_finish(rig);
    if (!deletes)
        prepare(rig);
    rig_free(rig);
    trial_restore(trial);
    put_contracts(trial->copy);
    rig = trial_open(trial, TRIAL_HOUR_MS);
    trial_finish(rig);
    if (deletes) {
        run_disturbed(trial, rig);
        trial_finish(rig);
    }
    trial->expected = memory_copy(state_of(rig));
    check_end(trial, rig, "no disturbance", 0);
    for (size_t i = 0; i < (deletes ? COUNT(deleted) : COUNT(changed)); i++)
        if (!strstr(trial->expected, deletes ? deleted[i] : changed[i]))
            fail_msg("the end does not show %s\n%s", deletes ? deleted[i] : changed[i],
                     trial->expected);
    rig_free(rig);
}

static void kill_at_each(const char *point, const struct stage *stage, size_t least)
{
    struct trial trial;
    open_trial(&trial, stage);
    assert_true(trial_kill_at_each(&trial, point, 1) >= least); /* they were really passed */
    trial_remove(&trial);
}

static void test_killed_before_journal(void **state)
{
    (void)state;
    kill_at_each("journal-before", &changing, 24);
    kill_at_each("journal-before", &deleting, 2);
}

static void test_killed_after_journal(void **state)
{
    (void)state;
    kill_at_each("journal-after", &changing, 24);
    kill_at_each("journal-after", &deleting, 2);
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
static void fault_at_each(const char *fault)
{
    static const char *const made[] = {
        "CreateGcpOffer", "CreateGcpDocument", "UpdateGcpDocument", "DeleteGcpDocument",
        "UpdateGcpOffer", "PublishGcpOffer",   "CancelGcpOffer"};
    struct trial trial;
    open_trial(&trial, &changing);
    for (size_t i = 0; i < COUNT(made); i++)
        trial_fault_at_each(&trial, fault, made[i], run_disturbed, sent);
    trial_remove(&trial);
    open_trial(&trial, &deleting);
    trial_fault_at_each(&trial, fault, "DeleteGcpOffer", run_disturbed, sent);
    trial_remove(&trial);
}

static void test_lost_answers(void **state)
{
    (void)state;
    fault_at_each("lost-after");
}

static void test_resets(void **state)
{
    (void)state;
    fault_at_each("reset");
}

static void test_server_errors(void **state)
{
    (void)state;
    fault_at_each("500");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_killed_before_journal), cmocka_unit_test(test_killed_after_journal),
        cmocka_unit_test(test_lost_answers),          cmocka_unit_test(test_resets),
        cmocka_unit_test(test_server_errors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
