/* The way from each credential to each token. */
#include "base/memory.h"
#include "base/text.h"
#include "connectors/gcp/grant.h"

#define AUTH "https://www.googleapis.com/auth/"

static const char *const scopes[GCP_AUDIENCES] = {
    [GCP_FOR_CLOUD] = AUTH "cloud-platform",
    [GCP_FOR_CHANNEL] = AUTH "apps.order",
    [GCP_FOR_CRM] = AUTH "cloudcrmpartners",
};

static struct gcp_step *plan_add(struct gcp_plan *plan, enum gcp_step_kind kind,
                                 const struct gcp_credentials *by, const char *scope)
{
    struct gcp_step *step = &plan->steps[plan->count++];
    *step = (struct gcp_step){.kind = kind, .by = by, .scope = scope};
    return step;
}

/* To the token of the one who holds the credential, before he acts as somebody else. */
static void plan_own(struct gcp_plan *plan, const struct gcp_credentials *by, const char *scope)
{
    switch (by->type) {
    case GCP_SERVICE_ACCOUNT:
        plan_add(plan, GCP_STEP_ASSERT, by, scope);
        break;
    case GCP_AUTHORIZED_USER: /* the scopes are those of his sign-in */
        plan_add(plan, GCP_STEP_REFRESH, by, scope);
        break;
    case GCP_EXTERNAL_ACCOUNT:
        plan_add(plan, GCP_STEP_SUBJECT, by, scope);
        plan_add(plan, GCP_STEP_EXCHANGE, by, scope);
        break;
    case GCP_IMPERSONATED:
        plan_own(plan, by->base, scope);
        break;
    default:
        plan_add(plan, GCP_STEP_METADATA, by, scope);
    }
}

static bool impersonates(const struct gcp_credentials *by)
{
    return by->account && by->type != GCP_SERVICE_ACCOUNT;
}

static void plan_impersonate(struct gcp_plan *plan, const struct gcp_credentials *by,
                             const char *scope)
{
    const struct gcp_credentials *base = by->base;
    plan_own(plan, by, scopes[GCP_FOR_CLOUD]);
    if (base && impersonates(base)) /* an external account that impersonates, and then again */
        plan_add(plan, GCP_STEP_IMPERSONATE, base, scopes[GCP_FOR_CLOUD])->account = base->account;
    struct gcp_step *step = plan_add(plan, GCP_STEP_IMPERSONATE, by, scope);
    step->account = by->account;
    step->delegates = by->delegates;
}

/* Without a key IAM signs: for the account that the setting names, else the impersonated one. */
static int plan_delegation(struct gcp_plan *plan, const struct gcp_credentials *by,
                           const char *scope, const char *signer, const char *subject,
                           struct error *error)
{
    const char *cloud = scopes[GCP_FOR_CLOUD];
    bool own = impersonates(by) && (!signer || text_equal(signer, by->account));
    const char *account = own ? by->account : signer;
    if (!gcp_credentials_is_account(account))
        return error_set(error, ERROR_INPUT, SCOPE_CLOUD,
                         "clouds.gcp.service_account: to act for %s without a key file IAM signs "
                         "for a service account: its e-mail is %s",
                         subject, account ? "not right" : "missing");
    if (!own && impersonates(by))
        plan_impersonate(plan, by, cloud);
    else
        plan_own(plan, by, cloud);
    if (own && by->base && impersonates(by->base))
        plan_add(plan, GCP_STEP_IMPERSONATE, by->base, cloud)->account = by->base->account;
    struct gcp_step *sign = plan_add(plan, GCP_STEP_SIGN, by, scope);
    sign->account = account;
    sign->delegates = own ? by->delegates : NULL;
    sign->subject = subject;
    plan_add(plan, GCP_STEP_REDEEM, by, scope)->subject = subject;
    return 0;
}

int gcp_grant_plan(const struct gcp_tokens_options *options,
                   const struct gcp_credentials *credentials, enum gcp_audience audience,
                   struct gcp_plan *ret_plan, struct error *error)
{
    struct gcp_plan plan = {0};
    const char *scope = scopes[audience], *subject = settings_text(options->settings, "subject");
    bool self = audience == GCP_FOR_CLOUD && settings_flag(options->settings, "self_signed");
    int result = 0;
    if (audience == GCP_FOR_CLOUD)
        subject = NULL;
    else if (audience == GCP_FOR_CHANNEL && !subject)
        return error_set(error, ERROR_INPUT, SCOPE_CLOUD,
                         "co-sell calls act for a super admin of the reseller domain: set "
                         "clouds.gcp.subject to his e-mail");
    if (credentials->type == GCP_SERVICE_ACCOUNT)
        plan_add(&plan, self ? GCP_STEP_SELF : GCP_STEP_ASSERT, credentials, scope)->subject =
            subject;
    else if (subject)
        result =
            plan_delegation(&plan, credentials, scope,
                            settings_text(options->settings, "service_account"), subject, error);
    else if (impersonates(credentials))
        plan_impersonate(&plan, credentials, scope);
    else
        plan_own(&plan, credentials, scope);
    if (!result)
        *ret_plan = plan;
    return result;
}
