#include "connectors/aws/aws.h"

#include "base/memory.h"
#include "connectors/aws/access.h"
#include "connectors/aws/client.h"
#include "connectors/aws/listings.h"
#include "connectors/aws/offers.h"
#include "connectors/aws/referrals.h"
#include "connectors/document.h"

#define MINUTE INT64_C(60000)

static const char *const catalogs[] = {"AWS", "Sandbox", NULL};

static const struct option_row options[] = {
    {.name = "catalog",
     .type = OPTION_WORD,
     .required = true,
     .words = catalogs,
     .help = "AWS, or Sandbox for rehearsals that reach no seller"},
    {.name = "profile",
     .type = OPTION_TEXT,
     .help = "profile of the shared files; goes before keys in the environment"},
    {.name = "marketplace_profile",
     .type = OPTION_TEXT,
     .help = "profile of the seller account for listings and offers, if it is another one"},
    {.name = "access_key_id",
     .type = OPTION_SECRET,
     .help = "access key, with secret_access_key; goes before everything else"},
    {.name = "secret_access_key", .type = OPTION_SECRET, .help = "secret of the access key"},
    {.name = "session_token", .type = OPTION_SECRET, .help = "token of temporary keys"},
    {.name = "shared_credentials_file",
     .type = OPTION_PATH,
     .help = "instead of AWS_SHARED_CREDENTIALS_FILE and ~/.aws/credentials"},
    {.name = "config_file",
     .type = OPTION_PATH,
     .help = "instead of AWS_CONFIG_FILE and ~/.aws/config"},
    {.name = "endpoint_url",
     .type = OPTION_TEXT,
     .help = "another address for all services of AWS; http only on this host"},
    {.name = "change_set_poll",
     .type = OPTION_DURATION,
     .fallback = "30s",
     .min = 100,
     .max = 10 * MINUTE,
     .help = "time between two looks at a change set that AWS works on"},
    {.name = "patience",
     .type = OPTION_DURATION,
     .fallback = "2m",
     .min = 100,
     .max = 60 * MINUTE,
     .help = "how long a run waits for what AWS works on before it leaves it to a later run"},
    {.name = "max_attempts",
     .type = OPTION_NUMBER,
     .min = 1,
     .max = 10,
     .help = "tries of one call in all; 3 unless AWS_MAX_ATTEMPTS says otherwise"},
};

/* Published per second; those of Partner Central also per rolling day. */
const struct quota aws_quotas[] = {
    {.family = AWS_READ, .per_minute = 600, .burst = 10, .daily = 100000},
    {.family = AWS_WRITE, .per_minute = 60, .burst = 1, .daily = 10000},
    {.family = AWS_LIST_ENTITIES, .per_minute = 600, .burst = 10},
    {.family = AWS_DESCRIBE_ENTITY, .per_minute = 1200, .burst = 20},
    {.family = AWS_START_CHANGE_SET, .per_minute = 300, .burst = 5},
    {.family = AWS_LIST_CHANGE_SETS, .per_minute = 300, .burst = 5},
    {.family = AWS_DESCRIBE_SET, .per_minute = 600, .burst = 10},
    {.family = AWS_CANCEL_CHANGE_SET, .per_minute = 300, .burst = 5},
    {.family = AWS_SEARCH_AGREEMENTS, .per_minute = 300, .burst = 5},
    {.family = AWS_DESCRIBE_AGREEMENT, .per_minute = 300, .burst = 5},
    {.family = AWS_AGREEMENT_TERMS, .per_minute = 600, .burst = 10},
};
const size_t aws_quota_count = COUNT(aws_quotas);

/* There is no delete; closing is an update of the stage. */
const struct connector_kind aws_referrals = {
    .kind = KIND_REFERRAL,
    .capabilities = CAN_LIST | CAN_READ | CAN_CREATE | CAN_UPDATE | CAN_CLOSE | CAN_SUBMIT |
                    CAN_INCREMENTAL | CAN_LOCK | CAN_TOKEN,
    .fields = aws_referral_fields,
    .field_count = AWS_REFERRAL_FIELDS,
    .rules = aws_referral_rules,
    .rule_count = AWS_REFERRAL_RULES,
    .procedures = aws_referral_procedures,
    .procedure_count = AWS_REFERRAL_PROCEDURES,
    .classify = document_classify_by_stage,
    .write_family = AWS_WRITE,
    .writes_per_action =
        {
            [ACTION_CREATE] = 2, /* create, associate */
            [ACTION_UPDATE] = 1,
            [ACTION_SUBMIT] = 1,
            [ACTION_LAUNCH] = 1,
            [ACTION_CLOSE] = 1,
            [ACTION_ACCEPT] = 1,
            [ACTION_REJECT] = 1,
        },
    .deadlines = aws_referral_deadlines,
    .deadline_count = AWS_REFERRAL_DEADLINES,
    .permissions = aws_permissions,
    .permission_count = AWS_PERMISSIONS,
    .portal = "AWS Partner Central",
    .read = aws_referrals_read,
};

static const struct connector_kind *const served[] = {&aws_listings, &aws_offers, &aws_referrals,
                                                      NULL};

static struct session *session_of(struct cloud *cloud)
{
    return cloud->session;
}

const struct connector connector_aws = {
    .name = "aws",
    .title = "AWS Marketplace and Partner Central",
    .options = options,
    .option_count = COUNT(options),
    .quotas = aws_quotas,
    .quota_count = COUNT(aws_quotas),
    .kinds = served,
    .open = aws_open,
    .close = aws_close,
    .session = session_of,
    .status = aws_status,
    .probes = aws_probes,
    .probe_count = AWS_PROBES,
    .policy = aws_policy,
};
