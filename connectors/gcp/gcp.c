#include "connectors/gcp/gcp.h"

#include "base/memory.h"
#include "connectors/gcp/client.h"
#include "connectors/gcp/listings.h"
#include "connectors/gcp/offers.h"
#include "connectors/gcp/probes.h"
#include "connectors/gcp/referrals.h"

#define MINUTE INT64_C(60000)
#define HOUR   (60 * MINUTE)

static const struct option_row options[] = {
    {.name = "project",
     .type = OPTION_TEXT,
     .required = true,
     .help = "id of the project that owns the products"},
    {.name = "project_number",
     .type = OPTION_TEXT,
     .help = "its number: resource names have the one or the other"},
    {.name = "location",
     .type = OPTION_TEXT,
     .help = "location id of listings and private offers; asked for if there is only one"},
    {.name = "provider",
     .type = OPTION_TEXT,
     .help = "provider id of the Partner Procurement API; without it no entitlements are read"},
    {.name = "partner",
     .type = OPTION_TEXT,
     .help = "id of the account at Cloud Channel, partners/ID; for co-sell"},
    {.name = "credentials",
     .type = OPTION_SECRET,
     .help = "credential file in JSON; without it the order of Application Default Credentials"},
    {.name = "subject",
     .type = OPTION_TEXT,
     .help = "e-mail of the super admin for whom co-sell calls act (domain-wide delegation)"},
    {.name = "service_account",
     .type = OPTION_TEXT,
     .help = "e-mail of the service account that IAM signs for where there is no key file"},
    {.name = "self_signed",
     .type = OPTION_FLAG,
     .fallback = "no",
     .help = "whether a key file's own signature is the token, without an exchange; not for "
             "co-sell"},
    {.name = "executable_source",
     .type = OPTION_FLAG,
     .fallback = "no",
     .help = "whether a program that a credential file names may be run"},
    {.name = "quota_project",
     .type = OPTION_TEXT,
     .help = "project whose quota is used, if it is not the principal's own"},
    {.name = "universe_domain", .type = OPTION_TEXT, .help = "another domain than googleapis.com"},
    {.name = "endpoint_url",
     .type = OPTION_TEXT,
     .help = "one address for all services of Google; http only on this host"},
    {.name = "producer_url", .type = OPTION_TEXT, .help = "… for listings and private offers"},
    {.name = "procurement_url", .type = OPTION_TEXT, .help = "… for accounts and entitlements"},
    {.name = "channel_url", .type = OPTION_TEXT, .help = "… for co-sell opportunities"},
    {.name = "crm_url", .type = OPTION_TEXT, .help = "… for the older co-sell API"},
    {.name = "token_url", .type = OPTION_TEXT, .help = "… for tokens"},
    {.name = "sts_url", .type = OPTION_TEXT, .help = "… for exchanges of foreign tokens"},
    {.name = "iam_url", .type = OPTION_TEXT, .help = "… for impersonation"},
    {.name = "producer_version",
     .type = OPTION_TEXT,
     .fallback = "v1beta",
     .help = "version of the Commerce Producer API"},
    {.name = "channel_version",
     .type = OPTION_TEXT,
     .fallback = "v1alpha1",
     .help = "version of the opportunities of Cloud Channel"},
    {.name = "documents",
     .type = OPTION_PATH,
     .help = "folder with the PDF files that private offers carry"},
    {.name = "calls_per_minute",
     .type = OPTION_NUMBER,
     .fallback = "60",
     .min = 1,
     .max = 100000,
     .help = "quota of each service whose limit is not published, as the project's console shows "
             "it"},
    {.name = "publish_poll",
     .type = OPTION_DURATION,
     .fallback = "30s",
     .min = 100,
     .max = HOUR,
     .help = "time between two looks at an offer that is being published"},
    {.name = "patience",
     .type = OPTION_DURATION,
     .fallback = "4m",
     .min = 100,
     .max = HOUR,
     .help = "how long a run waits for what Google works on before it leaves it to a later run"},
    {.name = "max_attempts",
     .type = OPTION_NUMBER,
     .fallback = "3",
     .min = 1,
     .max = 10,
     .help = "tries of one call in all"},
};

const struct quota gcp_quotas[] = {
    {.family = GCP_PRODUCER_CALLS, .per_minute = 60, .burst = 10},
    {.family = GCP_PROCUREMENT_CALLS, .per_minute = 60, .burst = 10},
    {.family = GCP_CRM_CALLS, .per_minute = 60, .burst = 10},
    /* cloud.google.com/channel/docs/quotas: all methods that are not named there share it */
    {.family = GCP_CHANNEL_CALLS, .per_minute = 120, .burst = 10},
};
const size_t gcp_quota_count = COUNT(gcp_quotas);

static const struct connector_kind *const served[] = {&gcp_listings, &gcp_offers, &gcp_referrals,
                                                      NULL};

static struct session *session_of(struct cloud *cloud)
{
    return cloud->session;
}

static const char *remark(struct arena *arena, const struct settings *settings)
{
    (void)arena;
    if (!settings_text(settings, "partner") || !settings_text(settings, "subject"))
        return "without partner and subject there are listings and offers, but no co-sell: Google "
               "wants a super admin's name on those calls";
    return settings_text(settings, "provider")
               ? NULL
               : "without provider there are no entitlements: whether a customer bought under an "
                 "offer is not read";
}

const struct connector connector_gcp = {
    .name = "gcp",
    .title = "Google Cloud Marketplace and Partner Network Hub",
    .options = options,
    .option_count = COUNT(options),
    .quotas = gcp_quotas,
    .quota_count = COUNT(gcp_quotas),
    .kinds = served,
    .open = gcp_open,
    .close = gcp_close,
    .session = session_of,
    .status = gcp_status,
    .probes = gcp_probes,
    .probe_count = GCP_PROBES,
    .remark = remark,
};
