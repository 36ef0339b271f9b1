#include "connectors/gcp/offers.h"

#include "base/memory.h"
#include "connectors/gcp/offer_steps.h"
#include "connectors/gcp/values.h"
#include "connectors/los_angeles.h"

static const struct deadline deadlines[] = {
    {.field = "expires",
     .when = "state",
     .words = (const char *const[]){"open", "publishing", NULL},
     .days = 14,
     .code = "OFR-017",
     .what = "the offer expires"},
};

/* google.rpc.Code; what violates what stands in the message. */
static const struct refusal refusals[] = {
    {"INVALID_ARGUMENT", "OFR-027"},    {"OUT_OF_RANGE", "OFR-027"},
    {"FAILED_PRECONDITION", "OFR-028"}, {"NOT_FOUND", "OFR-029"},
    {"UNIMPLEMENTED", "OFR-030"},       {GCP_OFFER_IN_FORCE, "OFR-013"},
    {GCP_OFFER_NO_TARGET, "OFR-024"},   {GCP_OFFER_PAPER, "OFR-021"},
    {GCP_BUYER_REJECTED, "OFR-033"},
};

#define WRITES(action) (1u << ACTION_##action)
#define PRODUCER       "commerceproducer.privateOffers."
#define PAPERS         "commerceproducer.privateOfferDocuments."
#define PROCUREMENT    "commerceprocurement.provider"
#define AGREEMENT                                                                                  \
    "agreement|agreement_status|agreement_stage|agreement_approval|agreement_plan|"                \
    "agreement_start|agreement_end|auto_renew|buyer|agreement_order|agreement_end_reason|"         \
    "metering_id|buyer_approval"

static const struct permission permissions[] = {
    {.name = "commerceproducer.locations.list"},
    {.name = "commerceproducer.locations.list"},
    {.name = PRODUCER "list"},
    {.name = PRODUCER "get"},
    {.name = PRODUCER "create", .actions = WRITES(CREATE)},
    {.name = PRODUCER "update", .actions = WRITES(UPDATE) | WRITES(EXTEND)},
    {.name = PRODUCER "publish", .actions = WRITES(PUBLISH)},
    {.name = PRODUCER "cancel", .actions = WRITES(CANCEL)},
    {.name = PRODUCER "delete", .actions = WRITES(CANCEL)},
    {.name = PAPERS "list", .field = "attached"},
    {.name = PAPERS "create", .actions = WRITES(CREATE)},
    {.name = PROCUREMENT "Entitlements.list", .field = AGREEMENT},
    {.name = PROCUREMENT "Accounts.list", .field = "buyer_approval"},
};

/* A draft can be deleted where a person asks for it; nothing else is ever deleted. */
const struct connector_kind gcp_offers = {
    .kind = KIND_OFFER,
    .capabilities =
        CAN_LIST | CAN_READ | CAN_CREATE | CAN_UPDATE | CAN_CLOSE | CAN_INCREMENTAL | CAN_DISCARD,
    .fields = gcp_offer_fields,
    .field_count = GCP_OFFER_FIELDS,
    .rules = gcp_offer_rules,
    .rule_count = GCP_OFFER_RULES,
    .procedures = gcp_offer_procedures,
    .procedure_count = GCP_OFFER_PROCEDURES,
    .write_family = GCP_PRODUCER_CALLS,
    .writes_per_action =
        {
            [ACTION_CREATE] = 2, /* and a document */
            [ACTION_UPDATE] = 1,
            [ACTION_PUBLISH] = 2,
            [ACTION_EXTEND] = 1,
            [ACTION_CANCEL] = 1,
            [ACTION_ACCEPT] = 1,
            [ACTION_REJECT] = 1,
        },
    .permissions = permissions,
    .permission_count = COUNT(permissions),
    .classify = gcp_offer_classify,
    .doubts = gcp_offer_doubts,
    .deadlines = deadlines,
    .deadline_count = COUNT(deadlines),
    .refusals = refusals,
    .refusal_count = COUNT(refusals),
    /* No limit of what may be under way is published, and a review lasts for days. */
    .max_in_flight = 0,
    .agrees = gcp_offer_agrees,
    .beside = gcp_offer_beside,
    .today = los_angeles_day_of,
    .replaced_by = FIELD_ID,
    .read = gcp_offers_read,
};
