#include "tests/support/gcp_cosell.h"

#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "tests/sandbox/gcp/identities.h"
#include "tests/support/quoted.h"

#define WEEK_S (7 * 24 * 3600)

static void make_tokens(struct gcp_cosell *bench)
{
    bench->channel = gcp_cosell_token(bench, GCP_ADMIN, GCP_SCOPE_CHANNEL);
    bench->crm = gcp_cosell_token(bench, NULL, GCP_SCOPE_CRM);
}

void gcp_cosell_start(struct gcp_cosell *bench, const struct sandbox_options *options)
{
    memset(bench, 0, sizeof *bench);
    drive_start(&bench->drive, options);
    make_tokens(bench);
}

void gcp_cosell_stop(struct gcp_cosell *bench)
{
    drive_stop(&bench->drive);
}

void gcp_cosell_restart(struct gcp_cosell *bench, const struct sandbox_options *options)
{
    drive_restart(&bench->drive, options);
    make_tokens(bench);
}

const char *gcp_cosell_token(struct gcp_cosell *bench, const char *subject, const char *scopes)
{
    return arena_copy(
        bench->drive.arena,
        gcp_access_make(bench->drive.sandbox, GCP_ACCOUNT, subject, scopes, WEEK_S)->text);
}

int gcp_cosell_send(struct gcp_cosell *bench, const char *token, const char *method,
                    const char *target, const char *body)
{
    struct drive *drive = &bench->drive;
    const struct http_header headers[] = {
        {"Content-Type", "application/json"},
        {token ? "Authorization" : NULL,
         arena_printf(drive->arena, "Bearer %s", token ? token : "")},
        {NULL, NULL},
    };
    return drive_send(drive, method, target, headers, quoted_body(drive->arena, body));
}

int gcp_cosell_call(struct gcp_cosell *bench, const char *method, const char *below,
                    const char *body)
{
    return gcp_cosell_send(bench, bench->channel, method,
                           arena_printf(bench->drive.arena, GCP_COSELL_PATH "%s", below), body);
}

static const char sample[] =
    "{'opportunityInfo':{'partnerEntity':'" GCP_PARTNER "','displayName':'Claims data lake',"
    "'description':'Four systems become one. [crm:0061]'},"
    "'qualificationInfo':{'operationType':'NEW','contractLengthMonths':12,'quantity':1,"
    "'dealSize':{'currencyCode':'USD','units':'48000','nanos':500000000},"
    "'estimatedCloseDate':{'year':2026,'month':9,'day':30},'legalLanguageAccepted':true},"
    "'customerInfo':{'customerDetails':{'organizationName':'Example Corp',"
    "'domain':'example.com','address':{'regionCode':'US','locality':'Seattle'},"
    "'industry':'SOFTWARE','employeeCount':250},'region':'NORTH_AMERICA',"
    "'contact':{'givenName':'A','familyName':'Buyer','email':'a.buyer@example.com',"
    "'phone':{'e164Number':'+12065550100'}}}}";

static const char connect_info[] =
    "{'isvSolutionConnectDeal':true,'customerContactRequested':true,'supportLevel':'TECH',"
    "'contractVehicle':'CLOUD_MARKETPLACE','deliveryModel':'SAAS_ON_GOOGLE_CLOUD',"
    "'nextStep':'Demo'}";

struct json *gcp_cosell_sample(struct gcp_cosell *bench, const char *type, const char *state)
{
    struct drive *drive = &bench->drive;
    struct json *deal = drive_json(drive, sample);
    json_set_text(drive->arena, deal, "opportunityType", type);
    json_set_text(drive->arena, deal, "state", state);
    if (!strcmp(type, "ISV_SOLUTION_CONNECT")) {
        drive_put(drive, deal, "isvSolutionConnectInfo", connect_info);
        drive_put(drive, deal, "opportunityInfo.productFamily", "['GOOGLE_CLOUD_PLATFORM']");
    } else {
        drive_put(drive, deal, "opportunityInfo.productCategory", "['GCP_ANALYTICS']");
        drive_put(drive, deal, "qualificationInfo.budget", "'EXACT_BUDGET_GIVEN'");
    }
    return deal;
}

int gcp_cosell_post(struct gcp_cosell *bench, const struct json *deal)
{
    return gcp_cosell_call(bench, "POST", "", json_print(bench->drive.arena, deal));
}

const char *gcp_cosell_create(struct gcp_cosell *bench, const char *type, const char *state)
{
    gcp_cosell_post(bench, gcp_cosell_sample(bench, type, state));
    const char *name = drive_answer(&bench->drive, "name");
    const char *slash = strchr(name, '/');
    return slash ? arena_copy(bench->drive.arena, slash + 1) : "";
}

const char *gcp_cosell_accepted(struct gcp_cosell *bench)
{
    const char *id = gcp_cosell_create(bench, "ISV_SOLUTION_CONNECT", "SUBMITTED");
    gcp_cosell_control(bench, "review", id, ",'word':'ACCEPTED'");
    return id;
}

int gcp_cosell_patch(struct gcp_cosell *bench, const char *id, const char *mask, const char *body)
{
    return gcp_cosell_call(
        bench, "PATCH",
        arena_printf(bench->drive.arena, "/%s?" GCP_COSELL_OWN "&updateMask=%s", id, mask), body);
}

int gcp_cosell_control(struct gcp_cosell *bench, const char *name, const char *id, const char *more)
{
    struct drive *drive = &bench->drive;
    return drive_control(drive, arena_printf(drive->arena, "gcp/%s", name),
                         arena_printf(drive->arena, "{'id':'%s'%s}", id, more));
}

const char *gcp_cosell_error(const struct gcp_cosell *bench)
{
    return drive_answer(&bench->drive, "error.status");
}

const char *gcp_cosell_field(const struct gcp_cosell *bench)
{
    return drive_answer(&bench->drive, "error.details[0].fieldViolations[0].field");
}

const char *gcp_cosell_member(const struct gcp_cosell *bench, const char *id, const char *path)
{
    const char *text =
        json_text(json_find(sandbox_gcp_opportunity(bench->drive.sandbox, id), path));
    return text ? arena_copy(bench->drive.arena, text) : "";
}

void gcp_cosell_wait(struct gcp_cosell *bench, int64_t ms)
{
    drive_control(&bench->drive, "clock",
                  arena_printf(bench->drive.arena, "{'advance_ms':%lld}", (long long)ms));
}
