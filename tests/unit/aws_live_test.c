/* The connector against the sandbox, without an engine between them: the sandbox refuses what the
 * models do not have, so each request is held to them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/map.h"
#include "base/memory.h"
#include "base/text.h"
#include "connectors/aws/aws.h"
#include "tests/support/rig.h"

struct live {
    struct rig *rig;
    const struct connector_kind *kind;
    struct map *records; /* id → struct record */
    enum read_outcome outcome;
    /* a procedure */
    const struct procedure *procedure;
    const struct step *step;
    struct step_context context;
    struct http_request request;
    enum step_result ending;
    struct error error;
    bool stop;
};

/* `body` NULL is a GET. */
static struct json *control(struct live *live, const char *path, const char *body)
{
    struct arena *arena = live->rig->arena;
    struct json *answer = NULL;
    struct sandbox_response response;
    const struct sandbox_request request = {.method = body ? "POST" : "GET",
                                            .path = arena_printf(arena, "/_sandbox/%s", path),
                                            .body = body,
                                            .body_length = body ? strlen(body) : 0};
    sandbox_handle(live->rig->sandbox, &request, arena, &response);
    assert_int_equal(response.status, 200);
    assert_int_equal(json_parse(arena, response.body, response.body_length, &answer, NULL), 0);
    return answer;
}

static const char *invite(struct live *live)
{
    return json_get_text(control(live, "invite", "{\"title\":\"Cold chain\"}"), "id");
}

static void live_open(struct live *live, size_t referrals)
{
    *live = (struct live){.rig = rig_new(&(struct rig_options){.referrals = referrals})};
    live->kind = connector_kind(&connector_aws, KIND_REFERRAL);
    live->records = map_new();
}

static void live_close(struct live *live)
{
    map_free(live->records);
    rig_free(live->rig);
}

/* ---- reading ---- */

static const char *no_version(void *context, const char *id)
{
    (void)context;
    (void)id;
    return NULL;
}

static int take_record(void *context, const struct record *record)
{
    struct live *live = context;
    map_put(live->records, record->id, record_copy(live->rig->arena, record));
    return 0;
}

static int take_seen(void *context, const char *id)
{
    (void)context;
    fail_msg("%s is not known", id);
    return 0;
}

static void take_finding(void *context, const struct finding *finding)
{
    (void)context;
    fail_msg("%s %s: %s", finding->type->code, finding->subject, finding->detail);
}

static void take_done(void *context, enum read_outcome outcome, const char *watermark,
                      const struct error *error)
{
    struct live *live = context;
    (void)watermark;
    live->outcome = outcome;
    live->stop = true;
    if (error)
        print_error("%s\n", error->message);
}

static void live_read(struct live *live)
{
    const struct read_scope scope = {.full = true, .proposals = true}; /* and all fields */
    const struct read_sink sink = {live,      no_version,   take_record,
                                   take_seen, take_finding, take_done};
    live->stop = false;
    live->kind->read(live->rig->cloud, &scope, &sink);
    assert_int_equal(loop_run(live->rig->loop, &live->stop, NULL), 0);
    assert_int_equal(live->outcome, READ_COMPLETE);
}

static const char *value(const struct live *live, const char *id, const char *field)
{
    const struct record *record = map_get(live->records, id);
    assert_non_null(record);
    const char *text = record_get(record, field);
    return text ? text : "";
}

/* ---- procedures ---- */

static void go(void *context);

static void answered(void *context, const struct http_response *response,
                     const struct error *failure)
{
    struct live *live = context;
    live->context.now_ms = live->rig->fake.now_ms;
    live->ending = live->step->answer(&live->context, response, failure, &live->error);
    if (live->ending == STEP_NEXT)
        live->step++;
    for (size_t i = 0; live->ending == STEP_GOTO && i < live->procedure->count; i++) {
        if (!strcmp(live->procedure->steps[i].name, live->context.goto_step))
            live->step = &live->procedure->steps[i];
    }
    if (live->ending == STEP_WAIT)
        loop_after(live->rig->loop, live->context.wait_ms, go, live);
    else if (live->ending == STEP_NEXT || live->ending == STEP_GOTO)
        go(live);
    else
        live->stop = true;
}

static void go(void *context)
{
    struct live *live = context;
    live->request = (struct http_request){0};
    int built = live->step->build(&live->context, &live->request, &live->error);
    assert_true(built >= 0);
    if (built == 1) {
        live->step++;
        go(live);
        return;
    }
    session_send(connector_aws.session(live->rig->cloud),
                 &(struct call){.family = live->step->family,
                                .operation = live->step->operation,
                                .repeatable = live->step->repeatable,
                                .request = &live->request,
                                .done = answered,
                                .context = live});
}

static const struct record *live_run(struct live *live, enum action action, const char *id,
                                     const char *const (*values)[2])
{
    struct arena *arena = live->rig->arena;
    const struct kind *kind = &kinds[KIND_REFERRAL];
    const struct record *before = id ? map_get(live->records, id) : NULL;
    struct change change = {.kind = kind,
                            .action = action,
                            .remote_id = id,
                            .local_key = "CRM-1",
                            .version = before ? before->version : NULL,
                            .fields = arena_array(arena, 32, sizeof *change.fields)};
    for (; values && (*values)[0]; values++)
        change.fields[change.field_count++] =
            (struct change_field){.field = kind_field(kind, (*values)[0]),
                                  .old_value = before ? record_get(before, (*values)[0]) : NULL,
                                  .new_value = (*values)[1]};
    live->procedure = connector_procedure(live->kind, action);
    live->step = live->procedure->steps;
    while (strcmp(live->step->name, live->procedure->first) != 0)
        live->step++;
    live->context = (struct step_context){
        .cloud = live->rig->cloud,
        .arena = arena,
        .change = &change,
        .progress = json_object(arena),
        .token = arena_printf(arena, "token %d %s", (int)action, id ? id : "new"),
        .began_ms = live->rig->fake.now_ms};
    live->stop = false;
    memset(&live->error, 0, sizeof live->error);
    go(live);
    assert_int_equal(loop_run(live->rig->loop, &live->stop, NULL), 0);
    return live->context.after;
}

/* ---- tests ---- */

static void test_everything_is_read(void **state)
{
    (void)state;
    struct live live;
    live_open(&live, 60);
    const char *invited = invite(&live), *accepted = invite(&live), *rejected = invite(&live);
    control(&live, "answer",
            arena_printf(live.rig->arena, "{\"id\":\"%s\",\"status\":\"ACCEPTED\"}", accepted));
    control(&live, "answer",
            arena_printf(live.rig->arena, "{\"id\":\"%s\",\"status\":\"REJECTED\"}", rejected));
    live_read(&live);
    assert_int_equal(map_count(live.records), 64); /* and what the accepted one became */
    assert_string_equal(value(&live, invited, "status"), "invited");
    assert_string_equal(value(&live, rejected, "status"), "declined");
    const char *became = value(&live, accepted, "became"); /* by its engagement: no task */
    assert_string_equal(value(&live, became, "origin"), "AWS Referral");
    assert_string_equal(value(&live, became, "engagement"), value(&live, accepted, "engagement"));
    size_t engaged = 0;
    for (size_t i = 0; i < map_count(live.records); i++) {
        const char *id = map_key_at(live.records, i);
        bool draft = !strcmp(value(&live, id, "status"), "draft");
        if (!text_starts(id, "O"))
            continue;
        assert_int_equal(!*value(&live, id, "cloud_stage"), draft);
        assert_int_equal(!*value(&live, id, "members"), draft);
        engaged += !draft;
    }
    assert_true(engaged > 10);
    live_close(&live);
}

static void test_an_invitation_is_accepted(void **state)
{
    (void)state;
    struct live live;
    live_open(&live, 0);
    const char *id = invite(&live);
    live_read(&live);
    const struct record *after = live_run(&live, ACTION_ACCEPT, id, NULL);
    assert_int_equal(live.ending, STEP_DONE);
    assert_true(text_starts(after->id, "O"));
    assert_string_equal(record_get(after, "title"), "Cold chain");
    assert_string_equal(record_get(after, "stage"), "prospect");
    const char *made = arena_copy(live.rig->arena, after->id);

    after = live_run(&live, ACTION_ACCEPT, id, NULL); /* again: it is that one, no second */
    assert_string_equal(after->id, made);
    assert_int_equal(sandbox_count(live.rig->sandbox, "AWS"), 1);
    live_read(&live);
    assert_string_equal(value(&live, id, "status"), "accepted");
    assert_string_equal(value(&live, id, "became"), made);

    live_run(&live, ACTION_REJECT, id, NULL);
    assert_int_equal(live.ending, STEP_FAIL);
    assert_int_equal(live.error.class, ERROR_REFUSED);
    live_close(&live);
}

static void test_an_invitation_is_rejected(void **state)
{
    (void)state;
    static const char *const why[][2] = {{"reject_reason", "Unable to support"}, {NULL, NULL}};
    struct live live;
    live_open(&live, 0);
    const char *id = invite(&live);
    const struct record *after = live_run(&live, ACTION_REJECT, id, why);
    assert_int_equal(live.ending, STEP_DONE);
    assert_string_equal(record_get(after, "status"), "declined");
    assert_string_equal(record_get(after, "status_reason"), "Unable to support");
    live_run(&live, ACTION_ACCEPT, id, NULL);
    assert_int_equal(live.ending, STEP_FAIL);
    assert_non_null(strstr(live.error.message, "was rejected"));
    live_close(&live);
}

static void test_an_expired_one_is_refused(void **state)
{
    (void)state;
    struct live live;
    live_open(&live, 0);
    const char *id = invite(&live);
    control(&live, "clock", "{\"advance_ms\":1296000000}");
    live_run(&live, ACTION_ACCEPT, id, NULL);
    assert_int_equal(live.ending, STEP_FAIL);
    assert_non_null(strstr(live.error.message, "expired on "));
    live_close(&live);
}

static void test_create_with_owner_and_solution(void **state)
{
    (void)state;
    const char *wanted[][2] = {
        {"partner_reference", "CRM-1"},
        {"title", "Analytics"},
        {"company", "Amber Foods"},
        {"website", "https://amber.example"},
        {"industry", "Retail"},
        {"country", "US"},
        {"state", "Washington"},
        {"postal_code", "98101"},
        {"problem", "One place to analyse logs from four sites."},
        {"use_case", "Storage & Backup"},
        {"delivery_models", "SaaS or PaaS"},
        {"spend", "4000.00 USD"},
        {"close_date", "2027-03-31"},
        {"solutions", "S-2000004"}, /* not active */
        {"owner_email", "ann.lee@partner.example"},
        {"owner_first_name", "Ann"},
        {"owner_last_name", "Lee"},
        {NULL, NULL},
    };
    struct live live;
    live_open(&live, 0);
    live_run(&live, ACTION_CREATE, NULL, (const char *const(*)[2])wanted);
    assert_int_equal(live.ending, STEP_FAIL);
    assert_non_null(strstr(live.error.message, "S-2000004 is no active solution; active are "));
    assert_int_equal(sandbox_count(live.rig->sandbox, "AWS"), 0); /* nothing was made */

    wanted[13][1] = "S-2000001";
    const struct record *after =
        live_run(&live, ACTION_CREATE, NULL, (const char *const(*)[2])wanted);
    assert_int_equal(live.ending, STEP_DONE);
    assert_string_equal(record_get(after, "owner_email"), "ann.lee@partner.example");
    assert_string_equal(record_get(after, "owner_title"), "OpportunityOwner");
    assert_string_equal(record_get(after, "solutions"), "S-2000001");

    static const char *const other[][2] = {{"owner_email", "raj.patel@partner.example"},
                                           {"owner_first_name", "Raj"},
                                           {"owner_last_name", "Patel"},
                                           {"next_steps", "Call"},
                                           {NULL, NULL}};
    const char *id = after->id;
    live_read(&live);
    after = live_run(&live, ACTION_UPDATE, id, other);
    assert_int_equal(live.ending, STEP_DONE);
    assert_string_equal(record_get(after, "owner_first_name"), "Raj");
    assert_string_equal(record_get(after, "next_steps"), "Call");
    assert_null(json_find(sandbox_document(live.rig->sandbox, "AWS", id), "agent"));
    live_close(&live);
}

/* Known by its identifier here, by its address there; one at a time, and only a released one. */
static void test_an_offer_is_tied(void **state)
{
    (void)state;
    struct live live;
    live_open(&live, 60);
    const struct json *offers = json_get(control(&live, "offers", NULL), "offers");
    const char *released[2] = {NULL, NULL};
    for (size_t i = 0, found = 0; i < offers->count && found < 2; i++) {
        if (text_equal(json_get_text(offers->items[i], "state"), "Released"))
            released[found++] = json_get_text(offers->items[i], "id");
    }
    assert_non_null(released[1]);
    live_read(&live);
    const char *id = NULL;
    for (size_t i = 0; i < map_count(live.records) && !id; i++) {
        const char *candidate = map_key_at(live.records, i);
        if (!strcmp(value(&live, candidate, "status"), "approved") &&
            !strcmp(value(&live, candidate, "stage"), "qualified"))
            id = candidate;
    }
    for (size_t i = 0; i < 2; i++) { /* the second one takes the first one's place */
        const char *const wanted[][2] = {{"offers", released[i]}, {NULL, NULL}};
        const struct record *after =
            live_run(&live, ACTION_UPDATE, id, (const char *const(*)[2])wanted);
        assert_int_equal(live.ending, STEP_DONE);
        assert_string_equal(record_get(after, "offers"), released[i]);
        live_read(&live);
    }
    const struct json *related =
        json_find(sandbox_document(live.rig->sandbox, "AWS", id), "RelatedEntityIdentifiers");
    assert_int_equal(json_get(related, "AwsMarketplaceOffers")->count, 1);
    assert_string_equal(value(&live, id, "offers"), released[1]);

    static const char *const unknown[][2] = {{"offers", "offer-nobodyknows"}, {NULL, NULL}};
    live_run(&live, ACTION_UPDATE, id, unknown);
    assert_int_equal(live.ending, STEP_FAIL);
    assert_int_equal(live.error.class, ERROR_REFUSED);
    live_read(&live);
    assert_string_equal(value(&live, id, "offers"), released[1]); /* it was not taken off */
    live_close(&live);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_everything_is_read),
        cmocka_unit_test(test_an_invitation_is_accepted),
        cmocka_unit_test(test_an_invitation_is_rejected),
        cmocka_unit_test(test_an_expired_one_is_refused),
        cmocka_unit_test(test_create_with_owner_and_solution),
        cmocka_unit_test(test_an_offer_is_tied),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
