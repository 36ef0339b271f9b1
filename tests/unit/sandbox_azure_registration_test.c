/* Registering deals that were won, and webhooks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "tests/support/azure_deals.h"

#define WON                                                                                        \
    "[{'op':'replace','path':'/status','value':'Closed'},"                                         \
    "{'op':'replace','path':'/substatus','value':'Won'}]"
#define HOOKS "/webhooks/v1/registration"

static const char registration[] =
    "{'type':'AzureIPCoSell','contract':{'value':120000,'currency':'USD',"
    "'startDateTime':'2026-01-10T00:00:00Z','endDateTime':'2026-12-31T00:00:00Z',"
    "'signDateTime':'2026-01-04T00:00:00Z','term':'Finite'},"
    "'solutionDetails':[{'id':'SOL-34104-EBB','value':110000,'currency':'USD',"
    "'isDeployedOnAzure':true,'primaryDeploymentOn':'Customer','pricingModel':'Other'}]}";

/* A deal that was won after `days`; returns its id. */
static const char *win(struct azure_deals_bench *bench, const char *type, int days)
{
    const char *id = azure_deals_create(bench, type);
    azure_deals_wait(bench, days * AZURE_DEALS_DAY);
    if (azure_deals_patch(bench, id, WON) != 200)
        fail_msg("%s", bench->drive.response.body);
    return id;
}

/* Registers with one member of the registration set anew. */
static int submit(struct azure_deals_bench *bench, const char *id, const char *path,
                  const char *value)
{
    struct drive *drive = &bench->drive;
    struct json *document = drive_json(drive, registration);
    if (path)
        drive_put(drive, document, path, value);
    struct json *steps = drive_json(drive, "[{'op':'add','path':'/registrations/-'}]");
    json_set(drive->arena, json_at(steps, 0), "value", document);
    return azure_deals_patch(bench, id, json_print(drive->arena, steps));
}

static void test_a_registration_is_approved_in_time(void **state)
{
    (void)state;
    const struct sandbox_options options = {.review_ms = 60000};
    struct azure_deals_bench bench;
    azure_deals_start(&bench, &options);
    const char *id = win(&bench, "Independent", 4);
    assert_int_equal(submit(&bench, id, NULL, NULL), 200);
    assert_string_equal(azure_deals_member(&bench, id, "registrationStatus"), "ReviewPending");
    assert_true(azure_deals_member(&bench, id, "registrations[0].registrationDateTime")[0]);
    assert_int_equal(submit(&bench, id, NULL, NULL), 400);
    azure_deals_wait(&bench, 60000);
    assert_string_equal(azure_deals_member(&bench, id, "registrationStatus"), "Approved");
    assert_string_equal(azure_deals_member(&bench, id, "registrations[0].status"), "Approved");
    azure_deals_stop(&bench);
}

static void test_registrations_refused(void **state)
{
    (void)state;
    static const struct {
        const char *path, *value;
    } cases[] = {
        {"type", "'Other'"},
        {"contract", NULL},
        {"contract.value", "24999.99"},
        {"contract.value", NULL},
        {"contract.currency", NULL},
        {"contract.term", "'Yearly'"},
        {"contract.term", "'Perpetual'"}, /* 120,000 are 20,000 a year */
        {"contract.signDateTime", "'2026-01-06T00:00:00Z'"},
        {"contract.signDateTime", "'2025-12-31T00:00:00Z'"},
        {"contract.signDateTime", NULL},
        {"contract.startDateTime", "'2025-09-01T00:00:00Z'"},
        {"contract.endDateTime", "'2026-01-09T00:00:00Z'"},
        {"contract.endDateTime", NULL},
        {"solutionDetails", "[]"},
        {"solutionDetails[0].value", "120000.01"},
        {"solutionDetails[0].value", NULL},
        {"solutionDetails[0].id", "'x'"},
        {"solutionDetails[0].primaryDeploymentOn", "'Nobody'"},
        {"solutionDetails[0].pricingModel", NULL},
    };
    struct azure_deals_bench bench;
    azure_deals_start(&bench, NULL);
    const char *id = win(&bench, "Independent", 4);
    for (size_t i = 0; i < COUNT(cases); i++) {
        if (submit(&bench, id, cases[i].path, cases[i].value) != 400)
            fail_msg("case %zu: %s", i, bench.drive.response.body);
    }
    assert_string_equal(azure_deals_member(&bench, id, "registrationStatus"), "None");
    assert_int_equal(submit(&bench, id, "contract.value", "25000"), 400); /* below its solution */
    azure_deals_stop(&bench);
}

static void test_deals_that_cannot_be_registered(void **state)
{
    (void)state;
    struct azure_deals_bench bench;
    azure_deals_start(&bench, NULL);
    const char *open = azure_deals_create(&bench, "Independent");
    const char *hasty = win(&bench, "Independent", 2);
    const char *lone = win(&bench, "Shared", 4); /* Microsoft was never asked */
    struct json *deal = azure_deals_sample(&bench, "Independent");
    drive_put(&bench.drive, deal, "consent.consentToShareReferralWithMicrosoftSellers", "false");
    azure_deals_post(&bench, deal);
    const char *hidden = drive_answer(&bench.drive, "id");
    azure_deals_wait(&bench, 4 * AZURE_DEALS_DAY);
    assert_int_equal(azure_deals_patch(&bench, hidden, WON), 200);
    const char *const ids[] = {open, hasty, lone, hidden};
    for (size_t i = 0; i < COUNT(ids); i++) {
        assert_int_equal(submit(&bench, ids[i], "contract.signDateTime", "'2026-01-09T00:00:00Z'"),
                         400);
        assert_string_equal(azure_deals_error(&bench), "registrationNotAllowed");
    }
    /* Two months later it is too late for everybody. */
    const char *late = win(&bench, "Independent", 61);
    assert_int_equal(submit(&bench, late, "contract.signDateTime", "'2026-01-12T00:00:00Z'"), 400);
    azure_deals_stop(&bench);
}

static void test_co_sell_is_registered_once_accepted(void **state)
{
    (void)state;
    struct azure_deals_bench bench;
    azure_deals_start(&bench, NULL);
    const char *id = azure_deals_create(&bench, "Shared");
    azure_deals_post(
        &bench, azure_deals_invitation(&bench, drive_answer(&bench.drive, "engagementId"), "msft"));
    azure_deals_wait(&bench, 4 * AZURE_DEALS_DAY);
    azure_deals_patch(&bench, id, WON);
    assert_int_equal(submit(&bench, id, NULL, NULL), 200);
    azure_deals_stop(&bench);
}

static void test_corrections_are_made_when_asked_for(void **state)
{
    (void)state;
    static const char correction[] =
        "[{'op':'replace','path':'/registrations/0/contract/value','value':130000},"
        "{'op':'replace','path':'/registrations/0/solutionDetails/0/value','value':'125000'}]";
    struct azure_deals_bench bench;
    azure_deals_start(&bench, NULL);
    const char *id = win(&bench, "Independent", 4);
    submit(&bench, id, NULL, NULL);
    assert_int_equal(azure_deals_patch(&bench, id, correction), 400);
    const char *review =
        arena_printf(bench.drive.arena, "{'id':'%s','status':'ActionRequired'}", id);
    assert_int_equal(drive_control(&bench.drive, "azure/review-registration", review), 200);
    assert_int_equal(azure_deals_patch(&bench, id,
                                       "[{'op':'replace','path':'/registrations/0/status',"
                                       "'value':'Approved'}]"),
                     400);
    assert_int_equal(azure_deals_patch(&bench, id,
                                       "[{'op':'replace','path':'/registrations/0/contract/value',"
                                       "'value':100}]"),
                     400);
    assert_int_equal(azure_deals_patch(&bench, id, correction), 200);
    assert_string_equal(azure_deals_member(&bench, id, "registrationStatus"), "ReviewPending");
    assert_string_equal(azure_deals_member(&bench, id, "registrations[0].contract.value"),
                        "130000");
    azure_deals_stop(&bench);
}

/* ---- Webhooks. */
static int hook(struct drive *drive, const char *token, const char *method, const char *below,
                const char *body)
{
    return azure_drive_call(drive, token, method, arena_printf(drive->arena, HOOKS "%s", below),
                            NULL, NULL, body);
}

static void test_whoever_registers_last_has_it(void **state)
{
    (void)state;
    struct drive drive;
    drive_start(&drive, NULL);
    const char *app = azure_drive_application(&drive, AZURE_DRIVE_CENTER);
    const char *person = azure_drive_person(&drive, AZURE_DRIVE_CENTER);
    assert_int_equal(hook(&drive, app, "GET", "/events", NULL), 200);
    assert_int_equal(drive.answer->count, 5);
    assert_int_equal(hook(&drive, app, "GET", "", NULL), 404);
    static const char first[] = "{'WebhookUrl':'https://one.example/x','WebhookEvents':"
                                "['referral-created'],'SignatureTokenToMsSignatureHeader':true}";
    static const char second[] = "{'WebhookUrl':'https://two.example/x','WebhookEvents':"
                                 "['referral-updated','test-created']}";
    assert_int_equal(hook(&drive, app, "PUT", "", first), 404);
    assert_int_equal(hook(&drive, app, "POST", "", first), 200);
    const char *subscriber = drive_answer(&drive, "SubscriberId");
    assert_int_equal(hook(&drive, app, "POST", "/validationEvents", NULL), 400);
    assert_int_equal(hook(&drive, person, "POST", "", second), 200);
    assert_string_equal(drive_answer(&drive, "SubscriberId"), subscriber);
    assert_int_equal(hook(&drive, app, "GET", "", NULL), 200);
    assert_string_equal(drive_answer(&drive, "WebhookUrl"), "https://two.example/x");
    assert_null(json_get(drive.answer, "SubscriberId"));
    assert_int_equal(hook(&drive, app, "PUT", "", first), 200);
    drive_stop(&drive);
}

static void test_hooks_refused(void **state)
{
    (void)state;
    static const char *const bodies[] = {
        "[]",
        "{'WebhookEvents':['referral-created']}",
        "{'WebhookUrl':'http://one.example/x','WebhookEvents':['referral-created']}",
        "{'WebhookUrl':'https://one.example/x'}",
        "{'WebhookUrl':'https://one.example/x','WebhookEvents':[]}",
        "{'WebhookUrl':'https://one.example/x','WebhookEvents':['offer-created']}",
        "{'WebhookUrl':'https://one.example/x','WebhookEvents':['referral-created'],'Other':1}",
        ("{'WebhookUrl':'https://one.example/x','WebhookEvents':['referral-created'],"
         "'SignatureTokenToMsSignatureHeader':'yes'}"),
    };
    struct drive drive;
    drive_start(&drive, NULL);
    const char *app = azure_drive_application(&drive, AZURE_DRIVE_CENTER);
    for (size_t i = 0; i < COUNT(bodies); i++) {
        assert_int_equal(hook(&drive, app, "POST", "", bodies[i]), 400);
        assert_true(json_get(drive.answer, "code")->type == JSON_NUMBER);
    }
    assert_int_equal(hook(&drive, "x", "GET", "/events", NULL), 401);
    drive_stop(&drive);
}

static void test_two_validations_a_minute(void **state)
{
    (void)state;
    struct drive drive;
    drive_start(&drive, NULL);
    const char *app = azure_drive_application(&drive, AZURE_DRIVE_CENTER);
    hook(&drive, app, "POST", "",
         "{'WebhookUrl':'https://one.example/x','WebhookEvents':['test-created']}");
    assert_int_equal(hook(&drive, app, "POST", "/validationEvents", NULL), 200);
    const char *id = drive_answer(&drive, "correlationId");
    assert_int_equal(hook(&drive, app, "POST", "/validationEvents", NULL), 200);
    assert_int_equal(hook(&drive, app, "POST", "/validationEvents", NULL), 429);
    assert_true(azure_drive_header(&drive, "retry-after")[0]);
    const char *path = arena_printf(drive.arena, "/validationEvents/%s", id);
    assert_int_equal(hook(&drive, app, "GET", path, NULL), 200);
    assert_string_equal(drive_answer(&drive, "callbackUrl"), "https://one.example/x");
    assert_int_equal(hook(&drive, app, "GET", "/validationEvents/registration", NULL), 404);
    fake_advance(&drive.fake, 60000);
    assert_int_equal(hook(&drive, app, "POST", "/validationEvents", NULL), 200);
    drive_stop(&drive);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_registration_is_approved_in_time),
        cmocka_unit_test(test_registrations_refused),
        cmocka_unit_test(test_deals_that_cannot_be_registered),
        cmocka_unit_test(test_co_sell_is_registered_once_accepted),
        cmocka_unit_test(test_corrections_are_made_when_asked_for),
        cmocka_unit_test(test_whoever_registers_last_has_it),
        cmocka_unit_test(test_hooks_refused),
        cmocka_unit_test(test_two_validations_a_minute),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
