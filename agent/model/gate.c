#include "model/gate.h"

#include "base/memory.h"
#include "base/text.h"

#define REFERRALS (1u << KIND_REFERRAL)
#define OFFERS    (1u << KIND_OFFER)
#define DEAL      WORDS("company", "country", "spend", "close_date", "expires")
#define BARGAIN   WORDS("value", "product", "buyer_accounts", "expires")

/* None is due in the state "deleted", and none makes it: that takes a person. */
const struct gate_type gate_types[GATE_COUNT] = {
    [GATE_CREATE] = {.name = "create",
                     .action = ACTION_CREATE,
                     .kinds = REFERRALS | OFFERS,
                     .help = "which local records are created at the cloud"},
    [GATE_SUBMIT] = {.name = "submit",
                     .action = ACTION_SUBMIT,
                     .kinds = REFERRALS,
                     .field = "status",
                     .words = WORDS("draft", "action_required"),
                     .goes = WORDS("involvement", "visibility", "partners"),
                     .tells = DEAL,
                     .help = "which referrals are handed to the cloud's sellers"},
    [GATE_PUBLISH] = {.name = "publish",
                      .action = ACTION_PUBLISH,
                      .kinds = OFFERS,
                      .field = "state",
                      .words = WORDS("draft"),
                      .tells = BARGAIN,
                      .help = "which drafts are released to their buyers"},
    [GATE_CANCEL] = {.name = "cancel",
                     .action = ACTION_CANCEL,
                     .kinds = OFFERS,
                     .field = "state",
                     .words = WORDS("open", "with_partner", "publishing"),
                     .tells = BARGAIN,
                     .alone = true,
                     .help = "which open offers are taken back"},
    [GATE_ACCEPT] = {.name = "accept",
                     .action = ACTION_ACCEPT,
                     .kinds = REFERRALS,
                     .field = "status",
                     .words = WORDS("invited"),
                     .tells = DEAL,
                     .alone = true,
                     .help = "which invitations are accepted"},
    [GATE_REJECT] = {.name = "reject",
                     .action = ACTION_REJECT,
                     .kinds = REFERRALS,
                     .field = "status",
                     .words = WORDS("invited"),
                     .goes = WORDS("reject_reason"),
                     .tells = DEAL,
                     .alone = true,
                     .help = "which invitations are rejected"},
    [GATE_REGISTER] = {.name = "register",
                       .action = ACTION_REGISTER,
                       .kinds = REFERRALS,
                       .field = "registration",
                       .words = WORDS("due"),
                       .goes = WORDS("revenue_value", "revenue_start", "revenue_end", "signed",
                                     "revenue_model", "deployment"),
                       .tells = WORDS("company", "country", "contract_value", "closed"),
                       .help = "which deals that were won are registered"},
    [GATE_IMPORT] = {.name = "import",
                     .action = ACTION_IMPORT,
                     .kinds = REFERRALS | OFFERS,
                     .help = "which of the cloud's records are added to the source"},
};

const struct gate_type *gate_of(enum action action)
{
    for (size_t i = 0; i < GATE_COUNT; i++) {
        if (gate_types[i].action == action)
            return &gate_types[i];
    }
    return NULL;
}

bool gate_due(const struct gate_type *type, const struct record *remote)
{
    if (!type->field)
        return false;
    const char *value = record_get(remote, type->field);
    for (size_t i = 0; type->words[i]; i++) {
        if (text_equal(value, type->words[i]))
            return true;
    }
    return false;
}
