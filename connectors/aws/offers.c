#include "connectors/aws/offers.h"

#include "base/memory.h"
#include "connectors/aws/access.h"
#include "connectors/aws/change_set.h"

static const struct deadline deadlines[] = {
    {.field = "expires",
     .when = "state",
     .words = (const char *const[]){"open", NULL},
     .days = 14,
     .code = "OFR-017",
     .what = "the offer expires"},
};

/* Everything is changed by change sets, one per action; nothing can be deleted. */
const struct connector_kind aws_offers = {
    .kind = KIND_OFFER,
    .capabilities = CAN_LIST | CAN_READ | CAN_CREATE | CAN_UPDATE | CAN_CLOSE | CAN_INCREMENTAL |
                    CAN_LOCK | CAN_TOKEN,
    .fields = aws_offer_fields,
    .field_count = AWS_OFFER_FIELDS,
    .rules = aws_offer_rules,
    .rule_count = AWS_OFFER_RULES,
    .procedures = aws_offer_procedures,
    .procedure_count = AWS_OFFER_PROCEDURES,
    .write_family = AWS_START_CHANGE_SET,
    .writes_per_action =
        {
            [ACTION_CREATE] = 1,
            [ACTION_UPDATE] = 1,
            [ACTION_PUBLISH] = 1,
            [ACTION_EXTEND] = 1,
            [ACTION_CANCEL] = 1,
        },
    .classify = aws_offer_classify,
    .doubts = aws_offer_doubts,
    .deadlines = deadlines,
    .deadline_count = COUNT(deadlines),
    .refusals = change_set_refusals,
    .refusal_count = CHANGE_SET_REFUSALS,
    .permissions = aws_offer_permissions,
    .permission_count = AWS_OFFER_PERMISSIONS,
    .max_in_flight = 20, /* offers in creation or update at the same time */
    .portal = "the AWS Marketplace Management Portal",
    .read = aws_offers_read,
};
