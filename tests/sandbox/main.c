/* sandbox: AWS Partner Central and Marketplace, Microsoft Partner Center and Google Cloud on
 * loopback, and the CRM that belongs to them. */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/times.h"
#include "tests/sandbox/azure/account.h"
#include "tests/sandbox/deals.h"
#include "tests/sandbox/server.h"

#define CRM_MAX    (512u * 1024 * 1024)
#define FAULTS_MAX 32

static const char usage[] =
    "usage: sandbox serve [--port N] [--port-file FILE] [--seed N] [--referrals N]\n"
    "                     [--invitations N] [--catalog AWS|Sandbox] [--unregistered CATALOG] "
    "[--state FILE]\n"
    "                     [--rate X] [--review-seconds N] [--task-ms N] [--unknown-members]\n"
    "                     [--access-key ID] [--secret KEY] [--session-token TOKEN]\n"
    "                     [--expires INSTANT] [--skew MS] [--now INSTANT] [--fault SPEC]...\n"
    "                     [--session-seconds N] [--metadata-v1] [--products N] [--offers N]\n"
    "                     [--set-ms N] [--buyer-ms N]\n"
    "                     [--azure-referrals N] [--azure-offers N] [--azure-products N]\n"
    "                     [--gcp-opportunities N] [--gcp-older] [--confirm-ms N]\n"
    "                     [--azure-certificate FILE] [--azure-role admin|user] [--job-ms N]\n"
    "                     [--gcp-offers N] [--publish-ms N]\n"
    "       sandbox crm   [--seed N] [--referrals N] [--now INSTANT] --out FILE\n"
    "       sandbox ctl   URL stats | reset-stats | show ID | ids [N] | edit ID PATH VALUE |\n"
    "                     force-edit ID PATH VALUE | review ID STATUS [COMMENTS] |\n"
    "                     invite TITLE COMPANY | answer INVITATION STATUS |\n"
    "                     fault SPEC | no-faults | advance DURATION | skew MS |\n"
    "                     offers [TYPE] | entity ID | edit-entity ID PATH VALUE |\n"
    "                     accept OFFER [ACCOUNT] | end AGREEMENT STATUS | browse ADDRESS |\n"
    "                     azure-show NAME [MEMBER=VALUE]... | azure NAME [MEMBER=VALUE]... |\n"
    "                     gcp-show NAME [MEMBER=VALUE]... | gcp NAME [MEMBER=VALUE]...\n"
    "\n"
    "azure-show sign-in; azure revoke, expire, end-sessions, deny, need need=nothing|mfa|consent,\n"
    "role role=admin|user; azure-show referrals [organization=own|msft], referral id=ID;\n"
    "azure edit-referral id=ID path=PATH value=VALUE, answer-referral id=ID\n"
    "status=Accepted|Declined, invite [from=msft|PARTNER title=T company=C],\n"
    "review-registration id=ID status=ActionRequired|Failed|Approved;\n"
    "azure-show offers; azure accept-offer, seller-publishes, sell, cancel-offer id=OFFER,\n"
    "edit-offer id=OFFER path=PATH value=VALUE, edit-resource id=ID path=PATH value=VALUE,\n"
    "subscribe id=OFFER | product=GUID plan=GUID, subscription id=ID status=STATUS,\n"
    "lock product=GUID hours=N;\n"
    "gcp-show offers, offer id=OFFER, documents id=OFFER, entitlements, entitlement id=ID;\n"
    "gcp accept-offer id=OFFER [signed_up=true], end-offer, expire id=OFFER, review-offer id=OFFER "
    "|\n"
    "mode=always|never|by-value,\n"
    "edit-offer id=OFFER path=PATH value=VALUE, edit-listing id=services/S path=PATH value=VALUE,\n"
    "sign-up buyer=BILLING-ACCOUNT [state=APPROVED test=true], buy buyer=BILLING-ACCOUNT\n"
    "standard=services/S/standardOffers/O, change-plan id=ID standard=..., cancel id=ID "
    "[now=true];\n"
    "gcp-show opportunities [state=STATE], opportunity id=ID, leads, lead id=ID,\n"
    "crm-opportunities, crm-opportunity id=ID; gcp edit-opportunity, edit-crm-opportunity id=ID\n"
    "path=PATH value=VALUE, review id=ID word=ACCEPTED|NOT_ACCEPTED [why=T customer=C],\n"
    "confirm-close, close-admin, detach id=ID, share [source=GOOGLE... title=T company=C\n"
    "view=FULL|LIMITED], revision word=current|older|newer, listing word=full|names,\n"
    "review-lead id=ID word=APPROVED|REJECTED [why=T]\n"
    "\n"
    "At Microsoft's the tenant is " AZURE_TENANT ",\n"
    "the application " AZURE_CLIENT " with the secret\n" AZURE_SECRET
    " (or the certificate of --azure-certificate, or the federated token\n" AZURE_FEDERATED_TOKEN
    "); " AZURE_PERSON " has signed in, which gave\n"
    "the refresh token " AZURE_REFRESH_TOKEN ".\n"
    "App Service asks with X-IDENTITY-HEADER: " AZURE_IDENTITY_HEADER ".\n";

struct settings_given {
    struct sandbox_options options;
    uint16_t port;
    const char *port_file, *out;
    const char *faults[FAULTS_MAX];
    size_t fault_count;
};

enum option_code {
    OPT_PORT = 256,
    OPT_PORT_FILE,
    OPT_SEED,
    OPT_REFERRALS,
    OPT_INVITATIONS,
    OPT_CATALOG,
    OPT_UNREGISTERED,
    OPT_STATE,
    OPT_RATE,
    OPT_REVIEW,
    OPT_TASK,
    OPT_UNKNOWN,
    OPT_ACCESS_KEY,
    OPT_SECRET,
    OPT_SESSION_TOKEN,
    OPT_EXPIRES,
    OPT_SKEW,
    OPT_NOW,
    OPT_FAULT,
    OPT_OUT,
    OPT_SESSION,
    OPT_METADATA_V1,
    OPT_PRODUCTS,
    OPT_OFFERS,
    OPT_SET,
    OPT_BUYER,
    OPT_AZURE_REFERRALS,
    OPT_AZURE_OFFERS,
    OPT_AZURE_PRODUCTS,
    OPT_AZURE_CERTIFICATE,
    OPT_AZURE_ROLE,
    OPT_JOB,
    OPT_GCP_OFFERS,
    OPT_PUBLISH,
    OPT_GCP_OPPORTUNITIES,
    OPT_GCP_OLDER,
    OPT_CONFIRM,
};

static const struct option long_options[] = {
    {"port", required_argument, NULL, OPT_PORT},
    {"port-file", required_argument, NULL, OPT_PORT_FILE},
    {"seed", required_argument, NULL, OPT_SEED},
    {"referrals", required_argument, NULL, OPT_REFERRALS},
    {"invitations", required_argument, NULL, OPT_INVITATIONS},
    {"catalog", required_argument, NULL, OPT_CATALOG},
    {"unregistered", required_argument, NULL, OPT_UNREGISTERED},
    {"state", required_argument, NULL, OPT_STATE},
    {"rate", required_argument, NULL, OPT_RATE},
    {"review-seconds", required_argument, NULL, OPT_REVIEW},
    {"task-ms", required_argument, NULL, OPT_TASK},
    {"unknown-members", no_argument, NULL, OPT_UNKNOWN},
    {"access-key", required_argument, NULL, OPT_ACCESS_KEY},
    {"secret", required_argument, NULL, OPT_SECRET},
    {"session-token", required_argument, NULL, OPT_SESSION_TOKEN},
    {"expires", required_argument, NULL, OPT_EXPIRES},
    {"skew", required_argument, NULL, OPT_SKEW},
    {"now", required_argument, NULL, OPT_NOW},
    {"fault", required_argument, NULL, OPT_FAULT},
    {"out", required_argument, NULL, OPT_OUT},
    {"session-seconds", required_argument, NULL, OPT_SESSION},
    {"metadata-v1", no_argument, NULL, OPT_METADATA_V1},
    {"products", required_argument, NULL, OPT_PRODUCTS},
    {"offers", required_argument, NULL, OPT_OFFERS},
    {"set-ms", required_argument, NULL, OPT_SET},
    {"buyer-ms", required_argument, NULL, OPT_BUYER},
    {"azure-referrals", required_argument, NULL, OPT_AZURE_REFERRALS},
    {"azure-offers", required_argument, NULL, OPT_AZURE_OFFERS},
    {"azure-products", required_argument, NULL, OPT_AZURE_PRODUCTS},
    {"azure-certificate", required_argument, NULL, OPT_AZURE_CERTIFICATE},
    {"azure-role", required_argument, NULL, OPT_AZURE_ROLE},
    {"job-ms", required_argument, NULL, OPT_JOB},
    {"gcp-offers", required_argument, NULL, OPT_GCP_OFFERS},
    {"publish-ms", required_argument, NULL, OPT_PUBLISH},
    {"gcp-opportunities", required_argument, NULL, OPT_GCP_OPPORTUNITIES},
    {"gcp-older", no_argument, NULL, OPT_GCP_OLDER},
    {"confirm-ms", required_argument, NULL, OPT_CONFIRM},
    {NULL, 0, NULL, 0},
};

static bool parse_number(const char *text, long long min, long long max, long long *ret_number)
{
    long long number;
    if (!text_to_int64(text, &number) || number < min || number > max)
        return false;
    *ret_number = number;
    return true;
}

static size_t *count_of(struct settings_given *given, int option)
{
    switch (option) {
    case OPT_PRODUCTS:
        return &given->options.products;
    case OPT_OFFERS:
        return &given->options.offers;
    case OPT_AZURE_REFERRALS:
        return &given->options.azure_referrals;
    case OPT_AZURE_OFFERS:
        return &given->options.azure_offers;
    case OPT_AZURE_PRODUCTS:
        return &given->options.azure_products;
    case OPT_GCP_OFFERS:
        return &given->options.gcp_offers;
    case OPT_GCP_OPPORTUNITIES:
        return &given->options.gcp_opportunities;
    default:
        return NULL;
    }
}

static bool take_number(struct settings_given *given, int option, const char *text)
{
    long long number;
    size_t *count = count_of(given, option);
    if (count) {
        if (!parse_number(text, 0, 100000, &number))
            return false;
        *count = (size_t)number;
        return true;
    }
    switch (option) {
    case OPT_PORT:
        if (!parse_number(text, 0, 65535, &number))
            return false;
        given->port = (uint16_t)number;
        return true;
    case OPT_SEED:
        if (!parse_number(text, 0, INT64_MAX, &number))
            return false;
        given->options.seed = (uint64_t)number;
        return true;
    case OPT_REFERRALS:
        if (!parse_number(text, 0, 100000, &number))
            return false;
        given->options.referrals = (size_t)number;
        return true;
    case OPT_INVITATIONS:
        if (!parse_number(text, 0, 1000, &number))
            return false;
        given->options.invitations = (size_t)number;
        return true;
    case OPT_RATE:
        if (!parse_number(text, 1, 100000, &number))
            return false;
        given->options.rate = (unsigned)number;
        return true;
    case OPT_REVIEW:
        if (!parse_number(text, 1, 1000000000, &number))
            return false;
        given->options.review_ms = number * 1000;
        return true;
    case OPT_SESSION:
        if (!parse_number(text, 1, 1000000, &number))
            return false;
        given->options.session_ms = number * 1000;
        return true;
    case OPT_SET:
    case OPT_BUYER:
        if (!parse_number(text, 1, 10000000000, &number))
            return false;
        *(option == OPT_SET ? &given->options.set_ms : &given->options.buyer_ms) = number;
        return true;
    case OPT_TASK:
        return parse_number(text, 1, 1000000000, &number) && (given->options.task_ms = number);
    case OPT_JOB:
        return parse_number(text, 1, 1000000000, &number) && (given->options.job_ms = number);
    case OPT_PUBLISH:
        return parse_number(text, 1, 1000000000, &number) && (given->options.publish_ms = number);
    case OPT_CONFIRM:
        return parse_number(text, 1, 1000000000, &number) && (given->options.confirm_ms = number);
    default:
        if (!parse_number(text, -1000000000, 1000000000, &number))
            return false;
        given->options.skew_ms = number;
        return true;
    }
}

static bool take_option(struct settings_given *given, int option, const char *text)
{
    switch (option) {
    case OPT_PORT_FILE:
        given->port_file = text;
        return true;
    case OPT_CATALOG:
        given->options.catalog = text;
        return true;
    case OPT_UNREGISTERED:
        given->options.unregistered = text;
        return true;
    case OPT_STATE:
        given->options.state_path = text;
        return true;
    case OPT_UNKNOWN:
        given->options.unknown_members = true;
        return true;
    case OPT_GCP_OLDER:
        given->options.gcp_older = true;
        return true;
    case OPT_METADATA_V1:
        given->options.metadata_v1 = true;
        return true;
    case OPT_ACCESS_KEY:
        given->options.access_key = text;
        return true;
    case OPT_SECRET:
        given->options.secret = text;
        return true;
    case OPT_SESSION_TOKEN:
        given->options.session_token = text;
        return true;
    case OPT_EXPIRES:
        return instant_parse(text, &given->options.expires_ms);
    case OPT_NOW:
        return instant_parse(text, &given->options.now_ms);
    case OPT_OUT:
        given->out = text;
        return true;
    case OPT_AZURE_CERTIFICATE:
        given->options.azure_certificate = text;
        return true;
    case OPT_AZURE_ROLE:
        given->options.user_role = text;
        return true;
    case OPT_FAULT:
        if (given->fault_count == FAULTS_MAX)
            return false;
        given->faults[given->fault_count++] = text;
        return true;
    default:
        return take_number(given, option, text);
    }
}

static bool parse_options(int argc, char **argv, struct settings_given *given)
{
    int option, index = 0;
    while ((option = getopt_long(argc, argv, "", long_options, &index)) != -1) {
        if (option == '?')
            return false;
        if (take_option(given, option, optarg))
            continue;
        fprintf(stderr, "sandbox: --%s %s: not understood\n", long_options[index].name,
                optarg ? optarg : "");
        return false;
    }
    return optind == argc;
}

static int complain(const struct error *error)
{
    fprintf(stderr, "sandbox: %s\n", error->message);
    return 1;
}

/* Made only once the port answers, so that whoever waits for the file can connect. */
static int write_port(const struct settings_given *given, uint16_t port, struct error *error)
{
    if (!given->port_file)
        return 0;
    char text[16];
    int length = snprintf(text, sizeof text, "%u\n", port);
    return file_replace(given->port_file, text, (size_t)length, 0644, error);
}

static int serve(const struct settings_given *given)
{
    struct error error;
    struct sandbox *sandbox = NULL;
    struct server *server = NULL;
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    /* Before any thread is there, so that only sigwait() below sees them. */
    sigprocmask(SIG_BLOCK, &signals, NULL);
    int result = sandbox_new(&given->options, &world_real, &sandbox, &error);
    for (size_t i = 0; result == 0 && i < given->fault_count; i++)
        result = sandbox_fault_add(sandbox, given->faults[i], &error);
    if (result == 0)
        result = server_start(sandbox, given->port, &server, &error);
    if (result == 0)
        result = write_port(given, server_port(server), &error);
    if (result == 0) {
        printf("sandbox: listening on http://127.0.0.1:%u\n", server_port(server));
        fflush(stdout);
        int number;
        sigwait(&signals, &number);
    }
    server_stop(server);
    sandbox_free(sandbox);
    return result < 0 ? complain(&error) : 0;
}

static int crm(const struct settings_given *given)
{
    struct error error;
    if (!given->out) {
        fprintf(stderr, "sandbox: crm needs --out FILE\n");
        return 2;
    }
    CLEANUP_TEXT struct text out;
    text_init(&out, CRM_MAX);
    int64_t now = given->options.now_ms ? given->options.now_ms : world_now(&world_real);
    crm_export(given->options.seed, given->options.referrals, now, &out);
    if (file_replace(given->out, out.data, out.length, 0644, &error) < 0)
        return complain(&error);
    return 0;
}

int main(int argc, char **argv)
{
    struct settings_given given = {.options = {.seed = 1, .referrals = 100}};
    const char *command = argc > 1 ? argv[1] : "";
    if (!strcmp(command, "ctl"))
        return ctl_main(argc - 1, argv + 1);
    if (!strcmp(command, "--help")) {
        fputs(usage, stdout);
        return 0;
    }
    bool known = !strcmp(command, "serve") || !strcmp(command, "crm");
    if (!known || !parse_options(argc - 1, argv + 1, &given)) {
        fputs(usage, stderr);
        return 2;
    }
    return strcmp(command, "crm") ? serve(&given) : crm(&given);
}
