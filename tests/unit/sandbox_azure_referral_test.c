/* Referrals: what the service takes, what it refuses, and what it does by itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "tests/support/azure_deals.h"

#define CONSENT "consent.consentToShareReferralWithMicrosoftSellers"
#define STATUS(status, substatus)                                                                  \
    "[{'op':'replace','path':'/status','value':'" status "'},"                                     \
    "{'op':'replace','path':'/substatus','value':'" substatus "'}]"
#define SET(path, value) "[{'op':'replace','path':'" path "','value':" value "}]"

static void assert_refused(struct azure_deals_bench *bench, int got, int wanted, const char *code)
{
    if (got != wanted || strcmp(azure_deals_error(bench), code) != 0)
        fail_msg("wanted %d %s, got %d %s", wanted, code, got, bench->drive.response.body);
}

/* ---- Creating. */
static void test_own_deals_are_accepted_at_once(void **state)
{
    (void)state;
    struct azure_deals_bench bench;
    azure_deals_start(&bench, NULL);
    assert_int_equal(azure_deals_post(&bench, azure_deals_sample(&bench, "Independent")), 201);
    struct drive *drive = &bench.drive;
    assert_string_equal(drive_answer(drive, "status"), "Active");
    assert_string_equal(drive_answer(drive, "substatus"), "Accepted");
    assert_string_equal(drive_answer(drive, "direction"), "Outgoing");
    assert_string_equal(drive_answer(drive, "organizationId"), AZURE_ORGANIZATION);
    assert_string_equal(azure_drive_header(drive, "etag"), drive_answer(drive, "eTag"));
    assert_int_equal(strlen(drive_answer(drive, "updatedDateTime")), 28);
    assert_string_equal(azure_drive_header(drive, "client-request-id"), AZURE_DRIVE_GUID);
    assert_non_null(strstr(drive_answer(drive, "links.self.uri"), "/engagments/"));
    assert_int_equal(sandbox_azure_referrals(drive->sandbox), 1);
    azure_deals_create(&bench, "Independent");
    assert_int_equal(sandbox_azure_duplicates(drive->sandbox), 1);
    azure_deals_stop(&bench);
}

static void test_creations_refused(void **state)
{
    (void)state;
    static const struct {
        const char *type, *path, *value, *code;
    } cases[] = {
        {"Independent", "type", NULL, "missingMember"},
        {"Independent", "customerProfile", NULL, "missingMember"},
        {"Independent", "consent", NULL, "missingMember"},
        {"Independent", "details", NULL, "missingMember"},
        {"Independent", "customerProfile.name", NULL, "missingMember"},
        {"Independent", "customerProfile.address", NULL, "missingMember"},
        {"Independent", "id", "'x'", "unknownMember"},
        {"Independent", "unknown", "1", "unknownMember"},
        {"Independent", "registrations", "[]", "unknownMember"},
        {"Independent", "type", "'shared'", "invalidValue"},
        {"Independent", "name", "1", "invalidType"},
        {"Independent", "details", "[]", "invalidType"},
        {"Independent", "details.dealValue", "0", "invalidValue"},
        {"Independent", "details.dealValue", "-1", "invalidValue"},
        {"Independent", "details.dealValue", "'50000'", "invalidType"},
        {"Independent", "details.dealValue", "null", "invalidType"},
        {"Independent", "details.currency", "'Dollar'", "invalidValue"},
        {"Independent", "details.closingDateTime", "'2026-09-30'", "invalidValue"},
        {"Independent", "details.closingDateTime", "'2026-02-30T00:00:00Z'", "invalidValue"},
        {"Independent", "customerProfile.address.country", "'United States'", "invalidValue"},
        {"Independent", "customerProfile.address.country", "'ZZ'", "invalidValue"},
        {"Independent", "team[0].email", "'nobody'", "invalidValue"},
        {"Independent", "inviteContext.assistanceRequestCode", "'Help'", "invalidValue"},
        {"Independent", "target[0].type", "'Somewhere'", "invalidValue"},
        {"Independent", "direction", "'Incoming'", "invalidValue"},
        {"Independent", "substatus", "'Accepted'", "invalidStatusTransition"},
        {"Independent", "substatus", NULL, "invalidStatusTransition"},
        {"Independent", "engagementId", "'x'", "unknownEngagement"},
        {"Shared", "customerProfile.team", "[]", "coSellRequirement"},
        {"Shared", "team", NULL, "coSellRequirement"},
        {"Shared", "details.requirements.solutions", NULL, "coSellRequirement"},
        {"Shared", "details.requirements.solutions[0].type", "'Category'", "coSellRequirement"},
        {"Shared", "details.requirements.solutions[0].id", "'SOL-1'", "coSellRequirement"},
        {"Shared", "customerProfile.address.country", NULL, "coSellRequirement"},
    };
    struct azure_deals_bench bench;
    azure_deals_start(&bench, NULL);
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct json *deal = azure_deals_sample(&bench, cases[i].type);
        drive_put(&bench.drive, deal, cases[i].path, cases[i].value);
        int status = azure_deals_post(&bench, deal);
        if (status != 400 || strcmp(azure_deals_error(&bench), cases[i].code) != 0)
            fail_msg("case %zu: %d %s", i, status, bench.drive.response.body);
    }
    struct json *closed = azure_deals_sample(&bench, "Independent");
    drive_put(&bench.drive, closed, "status", "'Closed'");
    drive_put(&bench.drive, closed, "substatus", "'Won'");
    assert_refused(&bench, azure_deals_post(&bench, closed), 400, "invalidStatusTransition");
    assert_refused(&bench, azure_deals_call(&bench, "POST", "", "[]"), 400, "invalidType");
    assert_refused(&bench, azure_deals_call(&bench, "POST", "", NULL), 400, "invalidType");
    assert_int_equal(sandbox_azure_referrals(bench.drive.sandbox), 0);
    azure_deals_stop(&bench);
}

static void test_headers_refused(void **state)
{
    (void)state;
    struct azure_deals_bench bench;
    azure_deals_start(&bench, NULL);
    const char *token = azure_drive_person(&bench.drive, AZURE_DRIVE_PARTNER);
    const char *bearer = arena_printf(bench.drive.arena, "Bearer %s", token);
    const struct {
        const char *id, *type, *length;
        int status;
    } cases[] = {
        {AZURE_DRIVE_GUID, "application/json", "2", 400},
        {AZURE_DRIVE_GUID, "application/json; charset=utf-8", NULL, 400},
        {NULL, "application/json", NULL, 400},
        {"not-a-guid", "application/json", NULL, 400},
        {AZURE_DRIVE_GUID, "application/json-patch+json", NULL, 415},
        {AZURE_DRIVE_GUID, NULL, NULL, 415},
        {AZURE_DRIVE_GUID, "application/json", "3", 400},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct http_header headers[5] = {{"Authorization", bearer}};
        size_t count = 1;
        if (cases[i].id)
            headers[count++] = (struct http_header){"client-request-id", cases[i].id};
        if (cases[i].type)
            headers[count++] = (struct http_header){"Content-Type", cases[i].type};
        if (cases[i].length)
            headers[count++] = (struct http_header){"Content-Length", cases[i].length};
        assert_int_equal(drive_send(&bench.drive, "POST", AZURE_DEALS_PATH, headers, "{}"),
                         cases[i].status);
    }
    const struct http_header chunked[] = {{"Authorization", bearer},
                                          {"client-request-id", AZURE_DRIVE_GUID},
                                          {"Content-Type", "application/json"},
                                          {"Transfer-Encoding", "chunked"},
                                          {NULL, NULL}};
    assert_int_equal(drive_send(&bench.drive, "POST", AZURE_DEALS_PATH, chunked, "{}"), 411);
    assert_int_equal(azure_deals_call(&bench, "DELETE", "/x", NULL), 405);
    assert_int_equal(azure_deals_call(&bench, "GET", "/x/y", NULL), 404);
    /* The path of the published links leads nowhere. */
    assert_int_equal(
        azure_drive_call(&bench.drive, token, "GET", "/v1.0/referrals", NULL, NULL, NULL), 404);
    azure_deals_stop(&bench);
}

/* ---- Co-sell. */
static void test_microsoft_answers_an_invitation(void **state)
{
    (void)state;
    const struct sandbox_options options = {.review_ms = 60000};
    struct azure_deals_bench bench;
    azure_deals_start(&bench, &options);
    const char *own = azure_deals_create(&bench, "Shared");
    const char *engagement = drive_answer(&bench.drive, "engagementId");
    struct json *invitation = azure_deals_invitation(&bench, engagement, "msft");
    assert_int_equal(azure_deals_post(&bench, invitation), 201);
    const char *theirs = drive_answer(&bench.drive, "id");
    assert_string_equal(drive_answer(&bench.drive, "organizationId"), "msft");
    assert_string_equal(drive_answer(&bench.drive, "status"), "New");
    assert_refused(&bench, azure_deals_post(&bench, invitation), 409, "duplicateInvitation");
    assert_int_equal(azure_deals_patch(&bench, theirs, SET("/name", "'x'")), 403);
    const char *before = azure_deals_member(&bench, own, "eTag");
    before = arena_copy(bench.drive.arena, before);
    azure_deals_wait(&bench, 60000);
    assert_string_equal(azure_deals_member(&bench, theirs, "status"), "Active");
    const char *number = azure_deals_member(&bench, theirs, "trackingInfo.microsoftMsxId");
    assert_true(number[0]);
    assert_string_equal(azure_deals_member(&bench, own, "trackingInfo.microsoftMsxId"), number);
    assert_string_not_equal(azure_deals_member(&bench, own, "eTag"), before);
    assert_int_equal(sandbox_azure_referrals(bench.drive.sandbox), 1);
    azure_deals_stop(&bench);
}

static void test_microsoft_may_decline(void **state)
{
    (void)state;
    struct azure_deals_bench bench;
    azure_deals_start(&bench, NULL);
    const char *own = azure_deals_create(&bench, "Shared");
    const char *engagement = drive_answer(&bench.drive, "engagementId");
    azure_deals_post(&bench, azure_deals_invitation(&bench, engagement, "msft"));
    const char *body = arena_printf(bench.drive.arena, "{'id':'%s','status':'Declined'}", own);
    assert_int_equal(drive_control(&bench.drive, "azure/answer-referral", body), 200);
    assert_string_equal(drive_answer(&bench.drive, "substatus"), "Declined");
    assert_int_equal(drive_control(&bench.drive, "azure/answer-referral", body), 400);
    assert_string_equal(azure_deals_member(&bench, own, "trackingInfo.microsoftMsxId"), "");
    assert_string_equal(azure_deals_member(&bench, own, "status"), "Active");
    azure_deals_stop(&bench);
}

/* A partner is invited by its business profile, once, and answers for itself. */
static void test_partners_are_invited(void **state)
{
    static const char profile[] = "c0ffee01-0000-4b21-8a10-000000000001";
    (void)state;
    struct azure_deals_bench bench;
    azure_deals_start(&bench, NULL);
    const char *own = azure_deals_create(&bench, "Shared");
    const char *engagement = drive_answer(&bench.drive, "engagementId");
    struct json *invitation = azure_deals_invitation(&bench, engagement, profile);
    drive_put(&bench.drive, invitation, CONSENT, "false"); /* Microsoft is not asked */
    assert_int_equal(azure_deals_post(&bench, invitation), 201);
    const char *theirs = drive_answer(&bench.drive, "id");
    assert_string_equal(drive_answer(&bench.drive, "organizationName"), "Fabrikam");
    assert_string_equal(drive_answer(&bench.drive, "engagementId"), engagement);
    assert_string_equal(drive_answer(&bench.drive, "status"), "New");
    assert_refused(&bench, azure_deals_post(&bench, invitation), 409, "duplicateInvitation");
    assert_refused(&bench,
                   azure_deals_post(&bench, azure_deals_invitation(&bench, engagement, "nobody")),
                   400, "unknownProfile");
    assert_int_equal(azure_deals_patch(&bench, theirs, SET("/name", "'x'")), 403);
    const char *body = arena_printf(bench.drive.arena,
                                    "{'id':'%s','profile':'%s','status':'Accepted'}", own, profile);
    assert_int_equal(drive_control(&bench.drive, "azure/answer-referral", body), 200);
    assert_int_equal(drive_control(&bench.drive, "azure/answer-referral", body), 400);
    assert_string_equal(azure_deals_member(&bench, theirs, "status"), "Active");
    assert_string_equal(azure_deals_member(&bench, own, "trackingInfo.microsoftMsxId"), "");
    assert_int_equal(sandbox_azure_referrals(bench.drive.sandbox), 1);
    azure_deals_stop(&bench);
}

static void test_invitations_refused(void **state)
{
    (void)state;
    struct azure_deals_bench bench;
    azure_deals_start(&bench, NULL);
    azure_deals_create(&bench, "Independent");
    const char *lone = drive_answer(&bench.drive, "engagementId");
    const char *own = azure_deals_create(&bench, "Shared");
    const char *shared = drive_answer(&bench.drive, "engagementId");
    const struct {
        const char *engagement, *path, *value, *code;
    } cases[] = {
        {NULL, "name", "'x'", "unknownEngagement"},
        {"unknown", "name", "'x'", "unknownEngagement"},
        {lone, "name", "'x'", "engagementNotShared"},
        {shared, "type", "'Independent'", "engagementNotShared"},
        {shared, CONSENT, "false", "coSellRequirement"},
        {shared, "inviteContext.assistanceRequestCode", NULL, "coSellRequirement"},
        {shared, "team", NULL, "coSellRequirement"},
        {shared, "target", "[{'type':'SolutionProfile','id':'x'}]", "unknownEngagement"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct json *deal = azure_deals_invitation(&bench, cases[i].engagement, "msft");
        if (!cases[i].engagement)
            json_remove(deal, "engagementId");
        drive_put(&bench.drive, deal, cases[i].path, cases[i].value);
        assert_refused(&bench, azure_deals_post(&bench, deal), 400, cases[i].code);
    }
    azure_deals_patch(&bench, own, STATUS("Closed", "Lost"));
    assert_refused(&bench, azure_deals_post(&bench, azure_deals_invitation(&bench, shared, "msft")),
                   400, "engagementNotShared");
    azure_deals_stop(&bench);
}

static void test_unanswered_invitations_expire(void **state)
{
    (void)state;
    struct azure_deals_bench bench;
    azure_deals_start(&bench, NULL);
    assert_int_equal(drive_control(&bench.drive, "azure/invite", "{'title':'Hello'}"), 200);
    const char *id = drive_answer(&bench.drive, "id");
    assert_string_equal(azure_deals_member(&bench, id, "name"), "Hello");
    assert_string_equal(azure_deals_member(&bench, id, "direction"), "Incoming");
    drive_control(&bench.drive, "azure/invite", "{'from':'5b1f0c9e-0000-4c11-9a10-2f6d3c8e7a01'}");
    const char *answered = drive_answer(&bench.drive, "id");
    assert_int_equal(azure_deals_patch(&bench, answered, STATUS("Active", "Accepted")), 200);
    azure_deals_wait(&bench, 14 * AZURE_DEALS_DAY - 60000);
    assert_string_equal(azure_deals_member(&bench, id, "status"), "New");
    azure_deals_wait(&bench, 60000);
    assert_string_equal(azure_deals_member(&bench, id, "status"), "Closed");
    assert_string_equal(azure_deals_member(&bench, id, "substatus"), "Expired");
    assert_string_equal(azure_deals_member(&bench, answered, "status"), "Active");
    azure_deals_stop(&bench);
}

/* ---- Patching. */
static void test_patches_pass(void **state)
{
    (void)state;
    static const struct {
        const char *steps, *path, *value;
    } cases[] = {
        {SET("/details/dealValue", "'65000'"), "details.dealValue", "65000"},
        {SET("/details/dealValue", "65000.25"), "details.dealValue", "65000.25"},
        {SET("/externalReferenceId", "null"), "externalReferenceId", ""},
        {"[{'op':'add','path':'/team/-','value':{'email':'b@c.example'}}]", "team[1].email",
         "b@c.example"},
        {"[{'op':'add','path':'/team/0','value':{'email':'a@c.example'}}]", "team[1].email",
         AZURE_PERSON},
        {SET("/team", "[{'email':'x@c.example','lastName':'X'}]"), "team[0].email", "x@c.example"},
        {SET("/customerProfile/address/country", "'DE'"), "customerProfile.address.country", "DE"},
        {SET("/details/requirements/solutions/0/id", "'SOL-20417-QXD'"),
         "details.requirements.solutions[0].id", "SOL-20417-QXD"},
        {SET("/type", "'Shared'"), "type", "Shared"},
        {SET("/salesStage", "'40'"), "salesStage", "40"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct azure_deals_bench bench;
        azure_deals_start(&bench, NULL);
        const char *id = azure_deals_create(&bench, "Independent");
        const char *tag = drive_answer(&bench.drive, "eTag"),
                   *updated = drive_answer(&bench.drive, "updatedDateTime");
        if (azure_deals_patch(&bench, id, cases[i].steps) != 200)
            fail_msg("case %zu: %s", i, bench.drive.response.body);
        assert_string_equal(azure_deals_member(&bench, id, cases[i].path), cases[i].value);
        assert_string_not_equal(azure_deals_member(&bench, id, "eTag"), tag);
        assert_true(strcmp(azure_deals_member(&bench, id, "updatedDateTime"), updated) > 0);
        azure_deals_stop(&bench);
    }
}

static void test_patches_refused(void **state)
{
    (void)state;
    static const struct {
        const char *steps, *code;
    } cases[] = {
        {"{}", "invalidPatch"},
        {"[]", "invalidPatch"},
        {"[1]", "invalidPatch"},
        {"[{'op':'remove','path':'/name'}]", "invalidPatch"},
        {"[{'op':'test','path':'/name','value':'x'}]", "invalidPatch"},
        {"[{'op':'replace','path':'/name'}]", "invalidPatch"},
        {"[{'op':'replace','path':'name','value':'x'}]", "invalidPatch"},
        {"[{'op':'replace','path':'','value':{}}]", "invalidPatch"},
        {SET("/na~me", "'x'"), "invalidPatch"},
        {SET("/Name", "'x'"), "unknownMember"},
        {SET("/details/unknown", "'x'"), "unknownMember"},
        {SET("/id", "'x'"), "readOnly"},
        {SET("/eTag", "'x'"), "readOnly"},
        {SET("/engagementId", "'x'"), "readOnly"},
        {SET("/mpnId", "'x'"), "readOnly"},
        {SET("/direction", "'Incoming'"), "readOnly"},
        {SET("/updatedDateTime", "null"), "readOnly"},
        {SET("/trackingInfo", "{}"), "readOnly"},
        {SET("/registrationStatus", "'Approved'"), "readOnly"},
        {SET("/registrations", "[]"), "readOnly"},
        {SET("/links", "{}"), "readOnly"},
        {SET("/team/7", "{}"), "targetNotFound"},
        {SET("/team/-", "{}"), "targetNotFound"},
        {SET("/team/01", "{}"), "targetNotFound"},
        {SET("/team/0/contactPreference/locale", "'x'"), "targetNotFound"},
        {SET("/name/x", "'x'"), "targetNotFound"},
        {SET("/team/0", "'x'"), "invalidType"},
        {SET("/details/dealValue", "0"), "invalidValue"},
        {SET("/details/dealValue", "''"), "invalidType"},
        {SET("/details/dealValue", "'1e5'"), "invalidType"},
        {SET("/details/dealValue", "null"), "invalidType"},
        {SET("/customerProfile/address/country", "'Germany'"), "invalidValue"},
        {SET("/type", "'Other'"), "invalidValue"},
        {SET("/status", "'Closed'"), "invalidStatusTransition"},
        {SET("/substatus", "'Won'"), "invalidStatusTransition"},
        {STATUS("Closed", "Accepted"), "invalidStatusTransition"},
        {STATUS("New", "Pending"), "invalidStatusTransition"},
        {STATUS("Closed", "Expired"), "invalidStatusTransition"},
        {"[{'op':'replace','path':'/status','value':'Closed'},{'op':'replace','path':'/"
         "substatus','value':'Won'},{'op':'replace','path':'/name','value':'x'}]",
         "referralClosed"},
        {SET("/consent/consentToShareReferralWithMicrosoftSellers", "false"), "visibilityLocked"},
        {SET("/consent", "{}"), "visibilityLocked"},
        {"[{'op':'add','path':'/registrations/-','value':{}}]", "registrationNotAllowed"},
        /* All or nothing. */
        {"[{'op':'replace','path':'/name','value':'x'},{'op':'replace','path':'/id','value':'x'}]",
         "readOnly"},
    };
    struct azure_deals_bench bench;
    azure_deals_start(&bench, NULL);
    const char *id = azure_deals_create(&bench, "Independent");
    const char *tag = drive_answer(&bench.drive, "eTag");
    for (size_t i = 0; i < COUNT(cases); i++) {
        int status = azure_deals_patch(&bench, id, cases[i].steps);
        if (status != 400 || strcmp(azure_deals_error(&bench), cases[i].code) != 0)
            fail_msg("case %zu: %d %s", i, status, bench.drive.response.body);
    }
    assert_string_equal(azure_deals_member(&bench, id, "eTag"), tag);
    assert_refused(&bench, azure_deals_patch(&bench, "unknown", "[]"), 404, "itemNotFound");
    azure_deals_stop(&bench);
}

static void test_versions_are_held_against_each_other(void **state)
{
    (void)state;
    struct azure_deals_bench bench;
    azure_deals_start(&bench, NULL);
    const char *id = azure_deals_create(&bench, "Independent");
    bench.match = drive_answer(&bench.drive, "eTag");
    const char *first = bench.match;
    assert_int_equal(azure_deals_patch(&bench, id, SET("/name", "'a'")), 204);
    assert_string_equal(bench.drive.response.body, "");
    assert_string_not_equal(azure_drive_header(&bench.drive, "etag"), first);
    bench.match = first;
    assert_refused(&bench, azure_deals_patch(&bench, id, SET("/name", "'b'")), 412,
                   "preconditionFailed");
    /* Without it, whoever writes last wins. */
    assert_int_equal(azure_deals_patch(&bench, id, SET("/name", "'c'")), 200);
    azure_deals_stop(&bench);
}

static void test_closed_is_closed(void **state)
{
    (void)state;
    struct azure_deals_bench bench;
    azure_deals_start(&bench, NULL);
    const char *id = azure_deals_create(&bench, "Independent");
    assert_int_equal(azure_deals_patch(&bench, id, STATUS("Closed", "Lost")), 200);
    assert_true(drive_answer(&bench.drive, "closedDateTime")[0]);
    assert_refused(&bench, azure_deals_patch(&bench, id, SET("/details/notes", "'x'")), 400,
                   "referralClosed");
    assert_refused(&bench, azure_deals_patch(&bench, id, STATUS("Active", "Accepted")), 400,
                   "invalidStatusTransition");
    assert_string_equal(drive_answer(&bench.drive, "error.innerError.message"), "Closed to Active");
    assert_refused(&bench, azure_deals_patch(&bench, id, STATUS("Closed", "Won")), 400,
                   "invalidStatusTransition");
    azure_deals_stop(&bench);
}

/* ---- Replacing. */
static int put(struct azure_deals_bench *bench, const char *id, const struct json *document)
{
    return azure_deals_call(bench, "PUT", arena_printf(bench->drive.arena, "/%s", id),
                            json_print(bench->drive.arena, document));
}

static void test_what_a_put_leaves_out_is_lost(void **state)
{
    (void)state;
    struct azure_deals_bench bench;
    azure_deals_start(&bench, NULL);
    const char *id = azure_deals_create(&bench, "Independent");
    const char *edit = arena_printf(bench.drive.arena,
                                    "{'id':'%s','path':'partnerRole.kind','value':'Services'}", id);
    assert_int_equal(drive_control(&bench.drive, "azure/edit-referral", edit), 200);
    azure_deals_call(&bench, "GET", arena_printf(bench.drive.arena, "/%s", id), NULL);
    struct json *document = json_clone(bench.drive.arena, bench.drive.answer);
    const char *tag = drive_answer(&bench.drive, "eTag");
    assert_refused(&bench, put(&bench, id, document), 428, "preconditionFailed");
    bench.match = tag;
    assert_refused(&bench, put(&bench, id, document), 400, "readOnly");
    json_remove(document, "links");
    bench.match = "\"stale\"";
    assert_refused(&bench, put(&bench, id, document), 412, "preconditionFailed");
    bench.match = tag;
    assert_int_equal(put(&bench, id, document), 200);
    assert_string_equal(azure_deals_member(&bench, id, "partnerRole.kind"), "Services");

    json_set_text(bench.drive.arena, document, "eTag", drive_answer(&bench.drive, "eTag"));
    json_set_text(bench.drive.arena, document, "updatedDateTime",
                  drive_answer(&bench.drive, "updatedDateTime"));
    json_remove(document, "partnerRole");
    json_remove(document, "inviteContext");
    json_remove(document, "engagementId");
    bench.match = drive_answer(&bench.drive, "eTag");
    assert_int_equal(put(&bench, id, document), 200);
    assert_string_equal(azure_deals_member(&bench, id, "partnerRole.kind"), "");
    assert_string_equal(azure_deals_member(&bench, id, "inviteContext.notes"), "");
    assert_true(azure_deals_member(&bench, id, "engagementId")[0]);
    azure_deals_stop(&bench);
}

static void test_puts_refused(void **state)
{
    (void)state;
    static const struct {
        const char *path, *value, *code;
    } cases[] = {
        {"id", "'x'", "readOnly"},
        {"mpnId", "'9'", "readOnly"},
        {"createdDateTime", "'2026-01-01T00:00:00Z'", "readOnly"},
        {"trackingInfo", "{'microsoftMsxId':'7'}", "readOnly"},
        {"registrations", "[{}]", "readOnly"},
        {"status", NULL, "missingMember"},
        {"details", NULL, "missingMember"},
        {"customerProfile.address", NULL, "missingMember"},
        {"status", "'New'", "invalidStatusTransition"},
        {CONSENT, "false", "visibilityLocked"},
        {"details.dealValue", "0", "invalidValue"},
    };
    struct azure_deals_bench bench;
    azure_deals_start(&bench, NULL);
    const char *id = azure_deals_create(&bench, "Independent");
    struct json *document = json_clone(bench.drive.arena, bench.drive.answer);
    const char *tag = drive_answer(&bench.drive, "eTag");
    json_remove(document, "links");
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct json *other = json_clone(bench.drive.arena, document);
        drive_put(&bench.drive, other, cases[i].path, cases[i].value);
        bench.match = tag;
        assert_refused(&bench, put(&bench, id, other), 400, cases[i].code);
    }
    assert_string_equal(azure_deals_member(&bench, id, "eTag"), tag);
    azure_deals_stop(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_own_deals_are_accepted_at_once),
        cmocka_unit_test(test_creations_refused),
        cmocka_unit_test(test_headers_refused),
        cmocka_unit_test(test_microsoft_answers_an_invitation),
        cmocka_unit_test(test_microsoft_may_decline),
        cmocka_unit_test(test_partners_are_invited),
        cmocka_unit_test(test_invitations_refused),
        cmocka_unit_test(test_unanswered_invitations_expire),
        cmocka_unit_test(test_patches_pass),
        cmocka_unit_test(test_patches_refused),
        cmocka_unit_test(test_versions_are_held_against_each_other),
        cmocka_unit_test(test_closed_is_closed),
        cmocka_unit_test(test_what_a_put_leaves_out_is_lost),
        cmocka_unit_test(test_puts_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
