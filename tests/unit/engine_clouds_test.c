/* One run for two clouds and one file: a cloud that hangs, or asks to wait, delays its own jobs and
 * no others, and who comes late works on what the file has become. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "tests/support/rig.h"

#define SECOND INT64_C(1000)
#define MINUTE (60 * SECOND)

enum { GOOGLE, AMAZON, BOTH }; /* the one in trouble comes first */

static const char google_job[] = "  - name: google-deals\n"
                                 "    cloud: gcp\n"
                                 "    kind: referral\n"
                                 "    source: crm\n"
                                 "    mode: apply\n"
                                 "    limits: {max_share: 100%}\n"
                                 "    match: [id, partner_reference]\n"
                                 "    create: {when: {column: GShare, equals: \"yes\"}}\n"
                                 "    fields:\n"
                                 "      id: {column: GId}\n"
                                 "      title: {column: Name, owner: local}\n"
                                 "      company: {column: Company}\n"
                                 "      website: {column: Website}\n"
                                 "      country: {column: Country}\n"
                                 "      city: {column: GCity}\n"
                                 "      close_date: {column: Close}\n"
                                 "      contract_value: {column: Spend}\n"
                                 "      problem: {column: Problem}\n"
                                 "      comments: {column: NextStep}\n"
                                 "      next_steps: {column: GNext}\n"
                                 "      employees: {value: 250}\n"
                                 "      industry: {value: SOFTWARE}\n"
                                 "      sales_region: {value: NORTH_AMERICA}\n"
                                 "      contract_months: {value: 12}\n"
                                 "      opportunity_type: {value: new}\n"
                                 "      contact_wanted: {value: \"yes\"}\n"
                                 "      cloud_products: {value: GOOGLE_CLOUD_PLATFORM}\n"
                                 "      needs: {value: TECH}\n"
                                 "      delivery_models: {value: SAAS_ON_GOOGLE_CLOUD}\n"
                                 "      contract_vehicle: {value: CLOUD_MARKETPLACE}\n"
                                 "      legal_accepted: {value: \"yes\"}\n";

struct pair {
    struct rig *rig; /* runs the job at AWS */
    struct cloud *google;
    struct work works[BOTH];
    struct engine_result results[BOTH];
    struct engine_control control;
    int64_t started;       /* ticks at the start of the last run */
    size_t lists;          /* of Google's deals, in the last run */
    const char *early;     /* L1's opportunity in the file when Google was asked again */
    struct run_row *ended; /* the run of the job at AWS, as the store had it then */
};

static const char *no_environment(void *context, const char *name)
{
    (void)context, (void)name;
    return NULL;
}

static void open_google(struct pair *pair)
{
    struct rig *rig = pair->rig;
    const struct connector *connector = connector_find("gcp");
    const struct connector_env env = {
        .loop = rig->loop, .log = &rig->fake.log, .env = no_environment};
    rig_assert_ok(rig, connector->open(&env, &config_cloud(rig->config, "gcp")->settings,
                                       &pair->google, &rig->error));
    pair->works[AMAZON] = pair->works[GOOGLE] = rig->work;
    pair->works[GOOGLE].job = config_job(rig->config, "google-deals");
    pair->works[GOOGLE].connector = connector;
    pair->works[GOOGLE].kind = connector_kind(connector, KIND_REFERRAL);
    pair->works[GOOGLE].cloud = pair->google;
}

static void forget_results(struct pair *pair)
{
    for (size_t i = 0; i < BOTH; i++)
        engine_result_free(&pair->results[i]);
}

static void note_call(struct rig *rig, const char *operation)
{
    struct pair *pair = rig->context;
    if (strcmp(operation, "v1alpha1/opportunities:query") != 0 || ++pair->lists != 2)
        return;
    pair->early = rig_cell(rig, "L1", "OppId");
    rig_assert_ok(rig, rig->store->ops->run_last(rig->store, rig->work.job->name, rig->arena,
                                                 &pair->ended, &rig->error));
}

/* A row: whether AWS is to have the deal, and whether Google is. */
static const char *row_of(struct rig *rig, size_t number, const char *amazon, const char *google)
{
    const char *row = rig_row(rig, arena_printf(rig->arena, "L%zu", number), amazon);
    return arena_printf(rig->arena, "%.*s,,%s,Austin,Call\n", (int)strcspn(row, "\n"), row, google);
}

static const char *header_of(struct rig *rig)
{
    return arena_printf(rig->arena, "%.*s,GId,GShare,GCity,GNext\n", (int)strcspn(RIG_HEADER, "\n"),
                        RIG_HEADER);
}

static void open_pair(struct pair *pair)
{
    static char yaml[8192];
    const char *sources = strstr(rig_yaml, "sources:");
    snprintf(yaml, sizeof yaml, "%.*s%s%s%s", (int)(sources - rig_yaml), rig_yaml, RIG_GCP, sources,
             google_job);
    *pair = (struct pair){.rig = rig_new(&(struct rig_options){.yaml = yaml})};
    pair->rig->context = pair;
    pair->rig->before_call = note_call;
    open_google(pair);
}

static void close_google(struct pair *pair)
{
    forget_results(pair);
    pair->works[GOOGLE].connector->close(pair->google);
}

static void close_pair(struct pair *pair)
{
    close_google(pair);
    rig_free(pair->rig);
}

static void restart(struct pair *pair)
{
    close_google(pair);
    rig_restart(pair->rig);
    open_google(pair);
}

static void run_with(struct pair *pair, bool apply)
{
    struct rig *rig = pair->rig;
    forget_results(pair);
    pair->control = (struct engine_control){0};
    pair->lists = 0;
    rig_advance(rig, MINUTE);
    pair->started = rig->fake.ticks_ms;
    const struct engine_options options = {.apply = apply, .control = &pair->control};
    rig_assert_ok(rig,
                  engine_run(rig->loop, pair->works, BOTH, &options, pair->results, &rig->error));
}

/* Until neither has anything left to do. */
static void settle(struct pair *pair)
{
    for (int i = 0; i < 6; i++) {
        rig_advance(pair->rig, 5 * MINUTE);
        run_with(pair, true);
        if (!pair->results[GOOGLE].plan->change_count && !pair->results[AMAZON].plan->change_count)
            return;
    }
    fail_msg("it does not come to rest");
}

/* One deal that both have. */
static void settle_one(struct pair *pair)
{
    open_pair(pair);
    struct rig *rig = pair->rig;
    rig_csv_put(rig,
                arena_printf(rig->arena, "%s%s", header_of(rig), row_of(rig, 1, "yes", "yes")));
    settle(pair);
    assert_int_equal(sandbox_count(rig->sandbox, "AWS"), 1);
    assert_int_equal(sandbox_gcp_opportunities(rig->sandbox), 1);
}

/* One new deal for each. */
static void open_fresh(struct pair *pair)
{
    open_pair(pair);
    struct rig *rig = pair->rig;
    rig_csv_put(rig, arena_printf(rig->arena, "%s%s%s", header_of(rig), row_of(rig, 1, "yes", "no"),
                                  row_of(rig, 2, "no", "yes")));
}

static const char *google_member(struct rig *rig, const char *path)
{
    const char *id = rig_cell(rig, "L1", "GId");
    const char *text = json_text(json_find(sandbox_gcp_opportunity(rig->sandbox, id), path));
    return text ? text : "";
}

static void edit_at_google(struct rig *rig, const char *path, const char *value)
{
    struct json *body = json_object(rig->arena);
    json_set_text(rig->arena, body, "id", rig_cell(rig, "L1", "GId"));
    json_set_text(rig->arena, body, "path", path);
    json_set_text(rig->arena, body, "value", value);
    rig_control(rig, "/_sandbox/gcp/edit-opportunity", body);
}

/* Ticks from the start of the run to the last call at AWS. */
static int64_t last_call_at_amazon(const struct pair *pair)
{
    int64_t at = 0;
    for (size_t i = 0; i < fake_http_count(pair->rig->http); i++) {
        const struct fake_request *call = fake_http_at(pair->rig->http, i);
        if (http_request_get(&call->request, "X-Amz-Target"))
            at = call->ticks_ms;
    }
    return at - pair->started;
}

/* ---- one is late ---- */

static void check_amazon_was_early(struct pair *pair)
{
    assert_int_equal(pair->results[AMAZON].outcome, READ_COMPLETE);
    assert_int_equal(pair->results[AMAZON].counts.created, 1);
    assert_true(last_call_at_amazon(pair) < MINUTE);
    assert_true(pair->results[AMAZON].elapsed_ms < MINUTE);
    assert_string_not_equal(pair->early, "");
    assert_string_equal(pair->ended->outcome, "complete");
    assert_true(pair->ended->ended_ms > 0);
}

static void test_throttled_cloud_delays_itself_alone(void **state)
{
    (void)state;
    struct pair pair;
    open_fresh(&pair);
    rig_fault(pair.rig, "429:ListDeals:1:300");
    run_with(&pair, true);
    assert_true(pair.results[GOOGLE].elapsed_ms >= 5 * MINUTE);
    check_amazon_was_early(&pair);
    assert_int_equal(pair.results[GOOGLE].outcome, READ_COMPLETE);
    assert_int_equal(pair.results[GOOGLE].counts.created, 1);
    assert_string_not_equal(rig_cell(pair.rig, "L2", "GId"), "");
    close_pair(&pair);
}

static void test_hanging_cloud_delays_itself_alone(void **state)
{
    (void)state;
    struct pair pair;
    open_fresh(&pair);
    rig_fault(pair.rig, "latency:ListDeals::3600000");
    run_with(&pair, true);
    assert_true(pair.results[GOOGLE].elapsed_ms >= 2 * MINUTE);
    check_amazon_was_early(&pair);
    assert_int_equal(pair.results[GOOGLE].outcome, READ_FAILED);
    assert_int_equal(sandbox_gcp_opportunities(pair.rig->sandbox), 0);
    rig_clear_faults(pair.rig);
    settle(&pair);
    assert_int_equal(sandbox_gcp_opportunities(pair.rig->sandbox), 1);
    assert_int_equal(sandbox_count(pair.rig->sandbox, "AWS"), 1);
    close_pair(&pair);
}

/* A write that takes long holds nobody up, either. */
static void test_slow_write_delays_its_cloud_alone(void **state)
{
    (void)state;
    struct pair pair;
    open_fresh(&pair);
    rig_fault(pair.rig, "429:CreateDeal:1:300");
    run_with(&pair, true);
    assert_true(pair.results[GOOGLE].elapsed_ms >= 5 * MINUTE);
    assert_int_equal(pair.results[GOOGLE].counts.created, 1);
    assert_int_equal(pair.results[AMAZON].counts.created, 1);
    assert_true(pair.results[AMAZON].elapsed_ms < MINUTE);
    close_pair(&pair);
}

static void test_plan_waits_no_more_than_it_must(void **state)
{
    (void)state;
    struct pair pair;
    open_fresh(&pair);
    rig_fault(pair.rig, "429:ListDeals:1:300");
    run_with(&pair, false);
    for (size_t i = 0; i < BOTH; i++)
        assert_int_equal(pair.results[i].plan->change_count, 1);
    assert_true(pair.results[AMAZON].elapsed_ms < MINUTE);
    assert_true(pair.results[GOOGLE].elapsed_ms >= 5 * MINUTE);
    assert_string_equal(pair.early, "");
    assert_int_equal(sandbox_count(pair.rig->sandbox, "AWS"), 0);
    assert_int_equal(sandbox_gcp_opportunities(pair.rig->sandbox), 0);
    close_pair(&pair);
}

/* What an earlier run left open at one cloud is brought to its end before that cloud is read; the
 * other does not wait for it. */
static void test_resuming_delays_its_cloud_alone(void **state)
{
    (void)state;
    struct pair pair;
    open_fresh(&pair);
    rig_fault(pair.rig, "lost-after:CreateDeal");
    run_with(&pair, true);
    assert_true(pair.results[GOOGLE].counts.open > 0);
    rig_clear_faults(pair.rig);
    rig_set_cell(pair.rig, "L1", "NextStep", "Typed between the runs");
    rig_fault(pair.rig, "429:ListDeals:1:300"); /* by which the lost one is looked for */
    restart(&pair);
    run_with(&pair, true);
    assert_true(pair.results[GOOGLE].elapsed_ms >= 5 * MINUTE);
    assert_true(pair.results[AMAZON].elapsed_ms < MINUTE);
    assert_int_equal(pair.results[AMAZON].outcome, READ_COMPLETE);
    settle(&pair);
    assert_int_equal(sandbox_gcp_opportunities(pair.rig->sandbox), 1);
    assert_int_equal(sandbox_gcp_duplicates(pair.rig->sandbox), 0);
    close_pair(&pair);
}

/* ---- one file ---- */

/* The file changes while Google's deals are still being read: what is planned for Google rests on
 * the new content, so that the cell is neither overwritten nor left behind. */
static void test_late_plan_rests_on_what_the_other_wrote(void **state)
{
    (void)state;
    struct pair pair;
    settle_one(&pair);
    struct rig *rig = pair.rig;
    rig_edit(rig, rig_id_of(rig, "L1"), "LifeCycle.NextSteps", "From AWS");
    edit_at_google(rig, "isvSolutionConnectInfo.nextStep", "From Google");
    rig_fault(rig, "429:ListDeals:1:300");
    run_with(&pair, true);
    assert_string_equal(rig_cell(rig, "L1", "NextStep"), "From AWS");
    assert_string_equal(rig_cell(rig, "L1", "GNext"), "From Google");
    assert_string_equal(google_member(rig, "isvSolutionConnectInfo.notes"), "From AWS [crm:L1]");
    assert_int_equal(pair.results[GOOGLE].counts.stale, 0);
    settle(&pair);
    assert_string_equal(rig_cell(rig, "L1", "NextStep"), "From AWS");
    assert_string_equal(rig_cell(rig, "L1", "GNext"), "From Google");
    close_pair(&pair);
}

/* The file changes after Google's plan was made: the pull is planned afresh. */
static void test_late_pull_does_not_undo_the_others(void **state)
{
    (void)state;
    struct pair pair;
    settle_one(&pair);
    struct rig *rig = pair.rig;
    rig_edit(rig, rig_id_of(rig, "L1"), "LifeCycle.NextSteps", "From AWS");
    edit_at_google(rig, "isvSolutionConnectInfo.nextStep", "From Google");
    rig_set_cell(rig, "L1", "GCity", "Dallas");
    rig_fault(rig, "latency:ListOpportunities:1:10000");
    rig_fault(rig, "latency:PatchDeal:1:25000");
    run_with(&pair, true);
    assert_int_equal(pair.results[GOOGLE].counts.stale, 1);
    assert_string_equal(rig_cell(rig, "L1", "NextStep"), "From AWS");
    assert_string_equal(rig_cell(rig, "L1", "GNext"), "From Google");
    assert_string_equal(google_member(rig, "customerInfo.customerDetails.address.locality"),
                        "Dallas");
    settle(&pair);
    assert_string_equal(rig_cell(rig, "L1", "GNext"), "From Google");
    assert_string_equal(google_member(rig, "isvSolutionConnectInfo.notes"), "From AWS [crm:L1]");
    close_pair(&pair);
}

/* A deal that is with both is told at both, at the latest by the run after. */
static void test_deal_beside_is_told_at_both(void **state)
{
    (void)state;
    struct pair pair;
    open_pair(&pair);
    struct rig *rig = pair.rig;
    rig_csv_put(rig,
                arena_printf(rig->arena, "%s%s", header_of(rig), row_of(rig, 1, "yes", "yes")));
    rig_fault(rig, "429:CreateDeal:1:300");
    run_with(&pair, true);
    assert_int_equal(pair.results[GOOGLE].left->finding_count, 1);
    assert_string_equal(pair.results[GOOGLE].left->findings[0].type->code, "MAT-006");
    run_with(&pair, true);
    assert_int_equal(rig_finding_count(rig, "MAT-006"), 1); /* of the job at AWS */
    close_pair(&pair);
}

/* ---- stopping ---- */

static void stop_now(void *context)
{
    struct pair *pair = context;
    engine_stop(&pair->control);
}

/* Long after the one is through, while the other waits as it was asked to. */
static void test_stop_while_one_waits(void **state)
{
    (void)state;
    struct pair pair;
    open_fresh(&pair);
    rig_fault(pair.rig, "429:ListDeals:1:600");
    loop_after(pair.rig->loop, 3 * MINUTE, stop_now, &pair);
    run_with(&pair, true);
    assert_true(pair.rig->fake.ticks_ms - pair.started <= 3 * MINUTE);
    assert_true(pair.results[AMAZON].elapsed_ms < MINUTE);
    assert_int_equal(pair.results[AMAZON].outcome, READ_COMPLETE);
    assert_int_equal(pair.results[AMAZON].counts.created, 1);
    assert_int_equal(pair.results[GOOGLE].outcome, READ_FAILED);
    assert_int_equal(sandbox_gcp_opportunities(pair.rig->sandbox), 0);
    restart(&pair);
    settle(&pair);
    assert_int_equal(sandbox_gcp_opportunities(pair.rig->sandbox), 1);
    assert_int_equal(sandbox_count(pair.rig->sandbox, "AWS"), 1);
    close_pair(&pair);
}

static void stop_at_first_create(struct rig *rig, const char *operation)
{
    if (strcmp(operation, "CreateOpportunity") != 0)
        return;
    rig->before_call = NULL;
    loop_after(rig->loop, 0, stop_now, rig->context);
}

/* In the midst of one's writes, while the other is still reading. */
static void test_stop_amid_writes(void **state)
{
    (void)state;
    struct pair pair;
    open_pair(&pair);
    struct rig *rig = pair.rig;
    const char *csv = header_of(rig);
    for (size_t i = 1; i <= 80; i++)
        csv = arena_printf(rig->arena, "%s%s", csv, row_of(rig, i, "yes", "no"));
    rig_csv_put(rig, csv);
    rig_fault(rig, "429:ListDeals:1:600");
    rig->before_call = stop_at_first_create;
    run_with(&pair, true);
    assert_true(rig->fake.ticks_ms - pair.started < MINUTE);
    assert_int_equal(pair.results[AMAZON].outcome, READ_PARTIAL);
    assert_true(pair.results[AMAZON].counts.open > 0);
    assert_true(sandbox_count(rig->sandbox, "AWS") < 80);
    assert_int_not_equal(pair.results[GOOGLE].outcome, READ_COMPLETE);
    restart(&pair);
    settle(&pair);
    assert_int_equal(sandbox_count(rig->sandbox, "AWS"), 80);
    assert_int_equal(sandbox_duplicates(rig->sandbox), 0);
    close_pair(&pair);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_throttled_cloud_delays_itself_alone),
        cmocka_unit_test(test_hanging_cloud_delays_itself_alone),
        cmocka_unit_test(test_slow_write_delays_its_cloud_alone),
        cmocka_unit_test(test_plan_waits_no_more_than_it_must),
        cmocka_unit_test(test_resuming_delays_its_cloud_alone),
        cmocka_unit_test(test_late_plan_rests_on_what_the_other_wrote),
        cmocka_unit_test(test_late_pull_does_not_undo_the_others),
        cmocka_unit_test(test_deal_beside_is_told_at_both),
        cmocka_unit_test(test_stop_while_one_waits),
        cmocka_unit_test(test_stop_amid_writes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
