#include "model/gate.h"

#include <stddef.h>

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})
#define REFERRALS  (1u << KIND_REFERRAL)
#define OFFERS     (1u << KIND_OFFER)

const struct gate_type gate_types[GATE_COUNT] = {
    [GATE_CREATE] = {"create", ACTION_CREATE, REFERRALS | OFFERS, NULL, NULL,
                     "which local records are created at the cloud"},
    [GATE_SUBMIT] = {"submit", ACTION_SUBMIT, REFERRALS, "status",
                     WORDS("draft", "action_required"),
                     "which referrals are handed to the cloud's sellers"},
    [GATE_PUBLISH] = {"publish", ACTION_PUBLISH, OFFERS, "state", WORDS("draft"),
                      "which drafts are released to their buyers"},
    [GATE_CANCEL] = {"cancel", ACTION_CANCEL, OFFERS, "state", WORDS("open"),
                     "which open offers are taken back"},
    [GATE_ACCEPT] = {"accept", ACTION_ACCEPT, REFERRALS, "status", WORDS("invited"),
                     "which invitations are accepted"},
    [GATE_REJECT] = {"reject", ACTION_REJECT, REFERRALS, "status", WORDS("invited"),
                     "which invitations are rejected"},
    [GATE_IMPORT] = {"import", ACTION_IMPORT, REFERRALS | OFFERS, NULL, NULL,
                     "which of the cloud's records are added to the source"},
};
