#include "connectors/azure/offers.h"

#include "base/memory.h"
#include "connectors/azure/offer_steps.h"
#include "connectors/azure/probes.h"

static const struct deadline deadlines[] = {
    {.field = "expires",
     .when = "state",
     .words = (const char *const[]){"open", "with_partner", NULL},
     .days = 14,
     .code = "OFR-017",
     .what = "the offer expires"},
};

/* The codes inside a failed job; an open set, in letters that vary. */
static const struct refusal refusals[] = {
    {"businessValidationError", "OFR-027"},
    {"schemaValidationError", "OFR-027"},
    {"invalidRequest", "OFR-027"},
    {"invalidResource", "OFR-027"},
    {"badRequest", "OFR-027"},
    {"Conflict", "OFR-027"},
    {"conflict", "OFR-027"},
    {"collectionLimitExceeded", "OFR-006"},
    {"invalidState", "OFR-028"},
    {"invalidEntityStatus", "OFR-028"},
    {"operationCanceled", "OFR-028"},
    {"resourceNotFound", "OFR-029"},
    {"notFound", "OFR-029"},
    {"invalidId", "OFR-029"},
    {"notDeployed", "OFR-030"},
    {"notSupported", "OFR-030"},
    {AZURE_OFFER_TWINS, "OFR-031"},
};

/* What became of an offer is shown to the application that the offer's product names. */
static const struct permission permissions[] = {
    {.name = AZURE_ROLE_MANAGER},
    {.name = AZURE_ROLE_LANDING,
     .field = "agreement|agreement_status|agreement_start|agreement_end|auto_renew|buyer"},
};

/* Everything is changed by jobs, one per action but for those that take an offer back first.
 * Nothing is ever deleted but a draft, where a person asks for it. */
const struct connector_kind azure_offers = {
    .kind = KIND_OFFER,
    .capabilities = CAN_LIST | CAN_READ | CAN_CREATE | CAN_UPDATE | CAN_CLOSE | CAN_INCREMENTAL |
                    CAN_LOCK | CAN_DISCARD,
    .fields = azure_offer_fields,
    .field_count = AZURE_OFFER_FIELDS,
    .rules = azure_offer_rules,
    .rule_count = AZURE_OFFER_RULES,
    .procedures = azure_offer_procedures,
    .procedure_count = AZURE_OFFER_PROCEDURES,
    .write_family = AZURE_GRAPH,
    .writes_per_action =
        {
            [ACTION_CREATE] = 1,
            [ACTION_UPDATE] = 1,
            [ACTION_PUBLISH] = 1,
            [ACTION_EXTEND] = 2,
            [ACTION_CANCEL] = 2,
        },
    .classify = azure_offer_classify,
    .doubts = azure_offer_doubts,
    .deadlines = deadlines,
    .deadline_count = COUNT(deadlines),
    .refusals = refusals,
    .refusal_count = COUNT(refusals),
    .permissions = permissions,
    .permission_count = COUNT(permissions),
    .max_in_flight = 10, /* jobs; each is looked at once a minute, and no limit is published */
    .beside = azure_offer_beside,
    .replaced_by = FIELD_ID,
    .portal = "Partner Center",
    .read = azure_offers_read,
};
