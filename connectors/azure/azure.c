#include "connectors/azure/azure.h"

#include "base/memory.h"
#include "connectors/azure/client.h"
#include "connectors/azure/listings.h"
#include "connectors/azure/offers.h"
#include "connectors/azure/probes.h"
#include "connectors/azure/referrals.h"
#include "connectors/azure/tokens.h"
#include "connectors/azure/webhooks.h"

#define MINUTE INT64_C(60000)
#define HOUR   (60 * MINUTE)

static const char *const environments[] = {"public", "us_government", "china", NULL};
static const char *const token_endpoints[] = {"v2", "v1", NULL};
static const char *const roles[] = {"admin", "user", NULL};
static const char *const algorithms[] = {"PS256", "RS256", NULL};

static const struct option_row options[] = {
    {.name = "tenant", .type = OPTION_TEXT, .help = "the tenant's guid or domain"},
    {.name = "client_id",
     .type = OPTION_TEXT,
     .help = "the application that is associated with the Partner Center account"},
    {.name = "client_secret", .type = OPTION_SECRET, .help = "a secret of the application"},
    {.name = "certificate",
     .type = OPTION_PATH,
     .help = "instead: PEM file with the application's certificate"},
    {.name = "certificate_key",
     .type = OPTION_PATH,
     .help = "PEM file with its key, if that is another file"},
    {.name = "certificate_algorithm",
     .type = OPTION_WORD,
     .words = algorithms,
     .fallback = "PS256",
     .help = "how assertions are signed; RS256 for older set-ups"},
    {.name = "federated_token_file",
     .type = OPTION_PATH,
     .help = "instead: file with a foreign assertion, read for every exchange"},
    {.name = "managed_identity",
     .type = OPTION_TEXT,
     .help = "instead: the host's identity, \"system\" or its client id; with client_id it "
             "vouches for that application"},
    {.name = "sign_in",
     .type = OPTION_PATH,
     .help = "file that keeps a person's sign-in, made by `agent login azure`; referrals need it"},
    {.name = "referral_role",
     .type = OPTION_WORD,
     .words = roles,
     .help = "role of that person; only an admin sees all referrals, so that only then one that is "
             "not listed is taken for gone"},
    {.name = "write_pause",
     .type = OPTION_DURATION,
     .fallback = "1m",
     .min = 0,
     .max = HOUR,
     .help = "time between two writes to one referral; Microsoft asks for a minute"},
    {.name = "webhook_url",
     .type = OPTION_TEXT,
     .help = "where events of referrals shall go, for `agent webhook azure`; https"},
    {.name = "token_endpoint",
     .type = OPTION_WORD,
     .words = token_endpoints,
     .fallback = "v2",
     .help = "version of the token endpoint"},
    {.name = "saas_client_id",
     .type = OPTION_TEXT,
     .help = "the application of the offers' technical configuration, if it is another one"},
    {.name = "saas_client_secret", .type = OPTION_SECRET, .help = "its secret"},
    {.name = "environment",
     .type = OPTION_WORD,
     .words = environments,
     .fallback = "public",
     .help = "sovereign cloud; its services' addresses have to be set"},
    {.name = "authority_url", .type = OPTION_TEXT, .help = "another address for tokens"},
    {.name = "graph_url", .type = OPTION_TEXT, .help = "… for listings and private offers"},
    {.name = "partner_url", .type = OPTION_TEXT, .help = "… for referrals"},
    {.name = "partner_center_url", .type = OPTION_TEXT, .help = "… for webhooks and analytics"},
    {.name = "marketplace_url", .type = OPTION_TEXT, .help = "… for SaaS subscriptions"},
    {.name = "endpoint_url",
     .type = OPTION_TEXT,
     .help = "one address for all services of Microsoft; http only on this host"},
    {.name = "product_version",
     .type = OPTION_TEXT,
     .fallback = "2022-07-01",
     .help = "$version of products, plans and jobs"},
    {.name = "offer_version",
     .type = OPTION_TEXT,
     .fallback = "2023-07-15",
     .help = "$version of private offers and their prices"},
    {.name = "document_links",
     .type = OPTION_PATH,
     .help = "folder with the files that hold the links to offers' documents"},
    {.name = "analytics",
     .type = OPTION_FLAG,
     .fallback = "no",
     .help = "whether orders that Microsoft's analytics reports prove that offers were accepted; "
             "offers of virtual machines and Azure applications have no other proof"},
    {.name = "job_poll",
     .type = OPTION_DURATION,
     .fallback = "1m",
     .min = 100,
     .max = HOUR,
     .help = "time between two looks at a job; Microsoft asks for a minute at least"},
    {.name = "patience",
     .type = OPTION_DURATION,
     .fallback = "4m",
     .min = 100,
     .max = HOUR,
     .help = "how long a run waits for what Microsoft works on before it leaves it to a later run"},
    {.name = "max_attempts",
     .type = OPTION_NUMBER,
     .fallback = "3",
     .min = 1,
     .max = 10,
     .help = "tries of one call in all"},
};

/* Nothing is published: 4 a second and host is what others found to pass; the pacer halves that
 * when a service says 429. */
const struct quota azure_quotas[] = {
    {.family = AZURE_GRAPH, .per_minute = 240, .burst = 4},
    {.family = AZURE_PARTNER, .per_minute = 240, .burst = 4},
    {.family = AZURE_CENTER, .per_minute = 240, .burst = 4},
    {.family = AZURE_MARKETPLACE, .per_minute = 240, .burst = 4},
};
const size_t azure_quota_count = COUNT(azure_quotas);

static const struct connector_kind *const served[] = {&azure_listings, &azure_offers,
                                                      &azure_referrals, NULL};

static struct session *session_of(struct cloud *cloud)
{
    return cloud->session;
}

static int login_url(struct cloud *cloud, struct arena *arena, const char *redirect,
                     const char **ret_url, const char **ret_state, struct error *error)
{
    return azure_tokens_login_url(cloud->tokens, arena, redirect, ret_url, ret_state, error);
}

static void login_finish(struct cloud *cloud, const char *code, session_ready *done, void *context)
{
    azure_tokens_login(cloud->tokens, code, done, context);
}

static const struct connector_login login = {login_url, login_finish};

static const char *remark(struct arena *arena, const struct settings *settings)
{
    (void)arena;
    return settings_text(settings, "sign_in")
               ? NULL
               : "without sign_in there are listings and offers, but no referrals: Microsoft wants "
                 "a person's sign-in for those (agent login azure)";
}

const struct connector connector_azure = {
    .name = "azure",
    .title = "Microsoft commercial marketplace and Partner Center",
    .options = options,
    .option_count = COUNT(options),
    .quotas = azure_quotas,
    .quota_count = COUNT(azure_quotas),
    .kinds = served,
    .open = azure_open,
    .close = azure_close,
    .session = session_of,
    .status = azure_status,
    .probes = azure_probes,
    .probe_count = AZURE_PROBES,
    .login = &login,
    .remark = remark,
    .webhook = &azure_webhook,
};
