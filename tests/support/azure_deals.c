#include "tests/support/azure_deals.h"

#include <string.h>

#include "base/text.h"

#define TOKEN_MS (50 * 60 * 1000)

void azure_deals_start(struct azure_deals_bench *bench, const struct sandbox_options *options)
{
    memset(bench, 0, sizeof *bench);
    drive_start(&bench->drive, options);
}

void azure_deals_stop(struct azure_deals_bench *bench)
{
    drive_stop(&bench->drive);
}

int azure_deals_call(struct azure_deals_bench *bench, const char *method, const char *below,
                     const char *body)
{
    struct drive *drive = &bench->drive;
    if (!bench->token || drive->fake.now_ms - bench->token_ms > TOKEN_MS) {
        bench->token = azure_drive_person(drive, AZURE_DRIVE_PARTNER);
        bench->token_ms = drive->fake.now_ms;
    }
    const char *match = bench->match;
    bench->match = NULL;
    return azure_drive_call(
        drive, bench->token, method, arena_printf(drive->arena, AZURE_DEALS_PATH "%s", below),
        match ? "If-Match" : "Prefer", match ? match : "return=representation", body);
}

static const char sample[] =
    "{'name':'Fabrikam analytics','externalReferenceId':'0065e00000A1b2C','status':'New',"
    "'substatus':'Pending','qualification':'SalesQualified','type':'Independent',"
    "'target':[{'type':'SolutionProfile','id':'SOL-34104-EBB'}],"
    "'customerProfile':{'name':'Fabrikam Inc','address':{'city':'Seattle','state':'WA',"
    "'postalCode':'98101','country':'US'},'size':'251to1000employees','team':[{'firstName':'A',"
    "'lastName':'Buyer','email':'buyer@fabrikam.example'}],'ids':[]},"
    "'consent':{'consentToToShareInfoWithOthers':true,'consentToContact':true,"
    "'consentToShareReferralWithMicrosoftSellers':true},"
    "'details':{'notes':'Three regions.','dealValue':50000,'currency':'USD',"
    "'closingDateTime':'2026-09-30T00:00:00Z','requirements':{'products':[{'id':'Azure'}],"
    "'solutions':[{'id':'SOL-34104-EBB','type':'Name'}]}},"
    "'team':[{'firstName':'A','lastName':'Seller','email':'" AZURE_PERSON "'}],"
    "'inviteContext':{'notes':'Review.','assistanceRequestCode':'QuotesOrLicensing'}}";

struct json *azure_deals_sample(struct azure_deals_bench *bench, const char *type)
{
    struct json *deal = drive_json(&bench->drive, sample);
    json_set_text(bench->drive.arena, deal, "type", type);
    return deal;
}

struct json *azure_deals_invitation(struct azure_deals_bench *bench, const char *engagement,
                                    const char *target)
{
    struct json *deal = azure_deals_sample(bench, "Shared");
    json_set_text(bench->drive.arena, deal, "engagementId", engagement);
    json_remove(deal, "externalReferenceId");
    drive_put(&bench->drive, deal, "target", "[{'type':'BusinessProfileLocation','id':''}]");
    json_set_text(bench->drive.arena, json_find(deal, "target[0]"), "id", target);
    return deal;
}

int azure_deals_post(struct azure_deals_bench *bench, const struct json *deal)
{
    return azure_deals_call(bench, "POST", "", json_print(bench->drive.arena, deal));
}

const char *azure_deals_create(struct azure_deals_bench *bench, const char *type)
{
    azure_deals_post(bench, azure_deals_sample(bench, type));
    return drive_answer(&bench->drive, "id");
}

int azure_deals_patch(struct azure_deals_bench *bench, const char *id, const char *steps)
{
    return azure_deals_call(bench, "PATCH", arena_printf(bench->drive.arena, "/%s", id), steps);
}

const char *azure_deals_error(const struct azure_deals_bench *bench)
{
    const char *inner = drive_answer(&bench->drive, "error.innerError.code");
    return inner[0] ? inner : drive_answer(&bench->drive, "error.code");
}

const char *azure_deals_member(const struct azure_deals_bench *bench, const char *id,
                               const char *path)
{
    const char *text = json_text(json_find(sandbox_azure_referral(bench->drive.sandbox, id), path));
    return text ? text : "";
}

void azure_deals_wait(struct azure_deals_bench *bench, int64_t ms)
{
    drive_control(&bench->drive, "clock",
                  arena_printf(bench->drive.arena, "{'advance_ms':%lld}", (long long)ms));
}
