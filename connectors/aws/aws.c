#include "connectors/aws/aws.h"

#include "base/memory.h"
#include "connectors/aws/access.h"
#include "connectors/aws/client.h"
#include "connectors/aws/referrals.h"

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
    .write_family = AWS_WRITE,
    .writes_per_action =
        {
            [ACTION_CREATE] = 2, /* create, associate */
            [ACTION_UPDATE] = 1,
            [ACTION_SUBMIT] = 1,
            [ACTION_LAUNCH] = 1,
            [ACTION_CLOSE] = 1,
        },
    .permissions = aws_permissions,
    .permission_count = AWS_PERMISSIONS,
    .read = aws_referrals_read,
};

static const struct connector_kind *const served[] = {&aws_referrals, NULL};

static struct session *session_of(struct cloud *cloud)
{
    return cloud->session;
}

const struct connector connector_aws = {
    .name = "aws",
    .title = "AWS Partner Central",
    .options = aws_options,
    .option_count = AWS_OPTIONS,
    .quotas = aws_quotas,
    .quota_count = AWS_QUOTAS,
    .kinds = served,
    .open = aws_open,
    .close = aws_close,
    .session = session_of,
    .status = aws_status,
    .probes = aws_probes,
    .probe_count = AWS_PROBES,
    .policy = aws_policy,
};
