/* Private offers at Microsoft through the whole engine: rows become drafts, are published, extended
 * and taken back, and what customers do comes back into the rows. A second run finds nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"
#include "tests/sandbox/azure/goods.h"
#include "tests/support/rig.h"

#define MINUTE_MS INT64_C(60000)

static const char yaml[] = "version: 1\n"
                           "store: {path: state/agent.db}\n"
                           "clouds:\n" RIG_AZURE "sources:\n"
                           "  crm: {type: csv, path: crm.csv, key: Key, write: in-place}\n"
                           "jobs:\n"
                           "  - name: offers\n"
                           "    cloud: azure\n"
                           "    kind: offer\n"
                           "    source: crm\n"
                           "    mode: apply\n"
                           "    limits: {max_share: 100%}\n"
                           "    create: yes\n"
                           "    publish: yes\n"
                           "    allow: [publish, cancel]\n"
                           "    fields:\n"
                           "      id: {column: Id}\n"
                           "      state: {column: State}\n"
                           "      acceptance_link: {column: Link}\n"
                           "      agreement: {column: Subscription}\n"
                           "      agreement_stage: {column: Stage}\n"
                           "      title: {column: Title, owner: local}\n"
                           "      product: {value: " INGESTION_SAAS "}\n"
                           "      buyer_accounts: {column: Buyer, owner: local}\n"
                           "      pricing: {column: Pricing, owner: local}\n"
                           "      discounts: {column: Discount, owner: local}\n"
                           "      prices: {column: Prices, owner: local}\n"
                           "      end_date: {column: Ends, owner: local}\n"
                           "      expires: {column: Expires, owner: local}\n"
                           "      prepared_by: {value: deals@contoso.com}\n"
                           "      notify: {value: deals@contoso.com}\n";

#define HEADER                                                                                     \
    "Key,Id,State,Link,Subscription,Stage,Title,Buyer,Pricing,Discount,Prices,Ends,Expires\n"
#define ROW(key, buyer, pricing, discount, prices)                                                 \
    key ",,,,,,Sale to " buyer "," buyer "," pricing "," discount "," prices                       \
        ",2027-01-31,2026-03-01\n"

static struct rig *rig_of(const char *rows)
{
    return rig_new(&(struct rig_options){.yaml = yaml, .csv = rows, .seed = 11});
}

/* What customers do. */
static void post(struct rig *rig, const char *path, const char *body)
{
    const struct sandbox_request request = {
        .method = "POST", .path = path, .body = body, .body_length = strlen(body)};
    struct sandbox_response response;
    sandbox_handle(rig->sandbox, &request, rig->arena, &response);
    if (response.status != 200)
        fail_msg("%s: %s", path, response.body);
}

static void post_id(struct rig *rig, const char *path, const char *id)
{
    post(rig, path, arena_printf(rig->arena, "{\"id\":\"%s\"}", id));
}

static void assert_cell(struct rig *rig, const char *key, const char *column, const char *wanted)
{
    const char *cell = rig_cell(rig, key, column);
    if (!text_equal(cell, wanted))
        fail_msg("%s of %s is \"%s\"", column, key, cell ? cell : "(no row)");
}

static const char *id_of(struct rig *rig, const char *key)
{
    return arena_copy(rig->arena, rig_cell(rig, key, "Id"));
}

static void test_life(void **state)
{
    (void)state;
    struct rig *rig = rig_of(HEADER ROW("S1", "4711", "discount", "all=12.5", "") ROW(
        "S2", "4712", "plan_price", "", INGESTION_STANDARD "/P1M=90;" INGESTION_STANDARD "/P1Y=900")
                                 ROW("S3", "4713", "discount", INGESTION_STANDARD "=5", ""));
    rig_settle(rig, 6);
    assert_int_equal(sandbox_azure_offers(rig->sandbox), 3);
    assert_cell(rig, "S1", "State", "open");
    assert_cell(rig, "S2", "State", "open");
    assert_non_null(strstr(rig_cell(rig, "S2", "Link"), "https://portal.azure.com/"));
    const char *first = id_of(rig, "S1"), *second = id_of(rig, "S2"), *third = id_of(rig, "S3");
    /* Longer, taken back, accepted and bought. */
    rig_set_cell(rig, "S1", "Expires", "2026-05-01");
    rig_set_cell(rig, "S2", "Expires", "2025-12-30");
    post_id(rig, "/_sandbox/azure/accept-offer", third);
    rig_settle(rig, 6);
    assert_cell(rig, "S1", "State", "open");
    assert_cell(rig, "S2", "State", "cancelled");
    assert_cell(rig, "S3", "State", "accepted");
    assert_cell(rig, "S3", "Stage", "accepted");
    assert_cell(rig, "S1", "Id", first);
    assert_cell(rig, "S2", "Id", second);
    const struct json *offer = sandbox_azure_offer(rig->sandbox, first);
    assert_string_equal(json_get_text(offer, "acceptBy"), "2026-05-01");
    assert_string_equal(json_get_text(offer, "notes"), "[S1]");
    offer = sandbox_azure_offer(rig->sandbox, second);
    assert_string_equal(json_get_text(offer, "state"), "draft");
    assert_string_equal(json_get_text(offer, "notes"), "[S2 cancelled]");
    post_id(rig, "/_sandbox/azure/subscribe", third);
    rig_settle(rig, 4);
    assert_cell(rig, "S3", "Stage", "subscribed");
    assert_string_not_equal(rig_cell(rig, "S3", "Subscription"), "");
    assert_int_equal(sandbox_azure_offers(rig->sandbox), 3);
    assert_int_equal(sandbox_azure_offer_duplicates(rig->sandbox), 0);
    rig_free(rig);
}

/* A person asks for one thing by a command. */
static void ask(struct rig *rig, enum action action, const char *subject, const char *state)
{
    const struct change_field field = {.field = kind_field(&kinds[KIND_OFFER], FIELD_STATE),
                                       .new_value = state};
    const struct wish wish = {.action = action,
                              .subject = subject,
                              .fields = &field,
                              .field_count = state ? 1 : 0,
                              .who = "ann"};
    rig->work.wishes = &wish;
    rig->work.wish_count = 1;
    rig_run(rig);
    rig->work.wishes = NULL;
    rig->work.wish_count = 0;
}

static void read_fully(struct rig *rig)
{
    rig_run_with(rig,
                 &(struct engine_options){.apply = true, .full = true, .control = &rig->control});
}

/* One row, its draft at the cloud, and every gate but that of release wide open. */
static struct rig *draft_rig(void)
{
    struct rig *rig = rig_of(HEADER ROW("S1", "4711", "discount", "all=12.5", "")
                                 ROW("S2", "4712", "discount", "all=5", ""));
    rig_configure(rig, rig_replace(rig, yaml, "    publish: yes\n", "    cancel: yes\n"));
    rig_settle(rig, 6);
    assert_cell(rig, "S1", "State", "draft");
    assert_int_equal(sandbox_azure_offers(rig->sandbox), 2);
    return rig;
}

/* No gate and no edit deletes a draft. */
static void test_no_rule_deletes(void **state)
{
    (void)state;
    struct rig *rig = draft_rig();
    rig_set_cell(rig, "S1", "Expires", "2025-12-30");
    rig_run(rig);
    rig_set_cell(rig, "S2", "State", "deleted");
    rig_run(rig);
    rig_csv_put(rig, HEADER);
    rig_run(rig);
    assert_int_equal(sandbox_azure_offers(rig->sandbox), 2);
    rig_free(rig);
}

/* A person does: once, for good, and nothing is made anew for the row before a person says so. */
static void test_deleted(void **state)
{
    (void)state;
    struct rig *rig = draft_rig();
    const char *first = id_of(rig, "S1"), *other = id_of(rig, "S2");
    ask(rig, ACTION_CANCEL, "S1", STATE_DELETED);
    const struct change *change = rig->result.plan->changes[0];
    assert_int_equal(rig->result.plan->change_count, 1);
    assert_non_null(strstr(change->note, "cannot be undone"));
    assert_int_equal(rig->result.counts.applied, 1);
    assert_null(sandbox_azure_offer(rig->sandbox, first));
    assert_non_null(sandbox_azure_offer(rig->sandbox, other));
    rig_run(rig);
    assert_cell(rig, "S1", "State", "deleted");
    rig_settle(rig, 2);
    read_fully(rig);
    rig_settle(rig, 2);
    rig_restart(rig);
    rig_settle(rig, 2);
    assert_int_equal(sandbox_azure_offers(rig->sandbox), 1);
    assert_non_null(rig_link(rig, "S1"));
    assert_int_equal(rig_finding_count(rig, NULL), 0);
    /* Asked for again, edited, gone, back. */
    ask(rig, ACTION_CANCEL, first, STATE_DELETED);
    assert_int_equal(rig_changes(rig), 0);
    rig_set_cell(rig, "S1", "Title", "Better");
    rig_run(rig);
    assert_int_equal(rig_changes(rig), 0);
    assert_int_equal(rig_finding_count(rig, "MAT-007"), 1);
    const char *rows = rig_csv(rig);
    rig_csv_put(rig, HEADER ROW("S2", "4712", "discount", "all=5", ""));
    rig_run(rig);
    rig_csv_put(rig, rows);
    rig_run(rig);
    assert_int_equal(sandbox_azure_offers(rig->sandbox), 1);
    assert_int_equal(rig_finding_count(rig, "MAT-003") + rig_finding_count(rig, "MAT-004"), 0);
    /* A person wants another one after all. */
    ask(rig, ACTION_CREATE, "S1", NULL);
    assert_int_equal(rig->result.counts.created, 1);
    rig_settle(rig, 4);
    assert_int_equal(sandbox_azure_offers(rig->sandbox), 2);
    assert_int_equal(sandbox_azure_offer_duplicates(rig->sandbox), 0);
    assert_string_not_equal(rig_cell(rig, "S1", "Id"), first);
    assert_cell(rig, "S1", "State", "draft");
    assert_int_equal(rig_finding_count(rig, NULL), 0);
    rig_free(rig);
}

/* What was a draft when it was asked for is not deleted once it is out, nor once it was. */
static void test_released_meanwhile(void **state)
{
    (void)state;
    struct rig *rig = draft_rig();
    const char *first = id_of(rig, "S1");
    ask(rig, ACTION_PUBLISH, "S1", NULL);
    ask(rig, ACTION_CANCEL, "S1", STATE_DELETED);
    assert_int_equal(rig_changes(rig), 0);
    assert_string_equal(json_get_text(sandbox_azure_offer(rig->sandbox, first), "state"), "live");
    rig_free(rig);
}

/* Taken from the list by the service's support: nothing is closed, nothing is made anew. */
static void test_vanished(void **state)
{
    (void)state;
    struct rig *rig = rig_of(HEADER ROW("S1", "4711", "discount", "all=12.5", ""));
    rig_settle(rig, 6);
    const char *id = id_of(rig, "S1");
    post_id(rig, "/_sandbox/azure/accept-offer", id);
    rig_settle(rig, 4);
    assert_cell(rig, "S1", "State", "accepted");
    post_id(rig, "/_sandbox/azure/cancel-offer", id);
    read_fully(rig);
    rig_settle(rig, 4);
    assert_int_equal(sandbox_azure_offers(rig->sandbox), 0);
    assert_cell(rig, "S1", "State", "accepted"); /* as it was last known */
    rig_free(rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_life),     cmocka_unit_test(test_no_rule_deletes),
        cmocka_unit_test(test_deleted),  cmocka_unit_test(test_released_meanwhile),
        cmocka_unit_test(test_vanished),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
