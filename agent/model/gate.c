#include "model/gate.h"

#include "base/memory.h"
#include "base/text.h"

#define DEAL    WORDS("company", "country", "spend", "close_date", "expires")
#define BARGAIN WORDS("value", "product", "buyer_accounts", "expires")
/* The last two as far as the release writes them. */
#define RELEASE WORDS("value", "product", "buyer_accounts", "expires", "eula", "documents")
#define ORDER   WORDS("agreement", "agreement_plan", "value", "buyer", "buyer_approval")

/* None is due in the state "deleted", and none makes it: that takes a person. */
const struct gate_type gate_types[GATE_COUNT] = {
    [GATE_CREATE] = {.name = "create",
                     .action = ACTION_CREATE,
                     .of = {[KIND_REFERRAL] = {.help = "which local records are created at the "
                                                       "cloud"},
                            [KIND_OFFER] = {.help = "which local records are created at the "
                                                    "cloud"}}},
    [GATE_SUBMIT] = {.name = "submit",
                     .action = ACTION_SUBMIT,
                     .of = {[KIND_REFERRAL] = {.field = "status",
                                               .words = WORDS("draft", "action_required"),
                                               .goes =
                                                   WORDS("involvement", "visibility", "partners"),
                                               .tells = DEAL,
                                               .help = "which referrals are handed to the cloud's "
                                                       "sellers"}}},
    [GATE_PUBLISH] = {.name = "publish",
                      .action = ACTION_PUBLISH,
                      .of = {[KIND_OFFER] = {.field = "state",
                                             .words = WORDS("draft"),
                                             .tells = RELEASE,
                                             .help = "which drafts are released to their buyers"}}},
    [GATE_CANCEL] = {.name = "cancel",
                     .action = ACTION_CANCEL,
                     .of = {[KIND_OFFER] = {.field = "state",
                                            .words = WORDS("open", "with_partner", "publishing"),
                                            .tells = BARGAIN,
                                            .help = "which open offers are taken back"}},
                     .alone = true},
    [GATE_ACCEPT] = {.name = "accept",
                     .action = ACTION_ACCEPT,
                     .of = {[KIND_REFERRAL] = {.field = "status",
                                               .words = WORDS("invited"),
                                               .tells = DEAL,
                                               .help = "which invitations are accepted"},
                            [KIND_OFFER] = {.field = "agreement_approval",
                                            .words = WORDS("due"),
                                            .tells = ORDER,
                                            .help = "which orders of buyers are accepted"}},
                     .alone = true},
    [GATE_REJECT] = {.name = "reject",
                     .action = ACTION_REJECT,
                     .of = {[KIND_REFERRAL] = {.field = "status",
                                               .words = WORDS("invited"),
                                               .goes = WORDS("reject_reason"),
                                               .tells = DEAL,
                                               .help = "which invitations are rejected"},
                            [KIND_OFFER] = {.field = "agreement_approval",
                                            .words = WORDS("due"),
                                            .goes = WORDS("reject_reason"),
                                            .tells = ORDER,
                                            .help = "which orders of buyers are rejected"}},
                     .alone = true},
    [GATE_REGISTER] =
        {.name = "register",
         .action = ACTION_REGISTER,
         .of = {[KIND_REFERRAL] = {.field = "registration",
                                   .words = WORDS("due"),
                                   .goes = WORDS("revenue_value", "revenue_start", "revenue_end",
                                                 "signed", "revenue_model", "deployment"),
                                   .tells = WORDS("company", "country", "contract_value", "closed"),
                                   .help = "which deals that were won are "
                                           "registered"}}},
    [GATE_IMPORT] = {.name = "import",
                     .action = ACTION_IMPORT,
                     .of = {[KIND_REFERRAL] = {.help = "which of the cloud's records are added to "
                                                       "the source"},
                            [KIND_OFFER] = {.help = "which of the cloud's records are added to the "
                                                    "source"}}},
};

const struct gate_type *gate_of(enum action action)
{
    for (size_t i = 0; i < GATE_COUNT; i++) {
        if (gate_types[i].action == action)
            return &gate_types[i];
    }
    return NULL;
}

const struct gate_kind *gate_kind(const struct gate_type *type, const struct kind *kind)
{
    return type && type->of[kind->id].help ? &type->of[kind->id] : NULL;
}

bool gate_due(const struct gate_type *type, const struct record *remote)
{
    const struct gate_kind *of = gate_kind(type, remote->kind);
    if (!of || !of->field)
        return false;
    const char *value = record_get(remote, of->field);
    for (size_t i = 0; of->words[i]; i++) {
        if (text_equal(value, of->words[i]))
            return true;
    }
    return false;
}
