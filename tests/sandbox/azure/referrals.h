/* Referrals: leads, deals and co-sell opportunities, and the registration of webhooks for them. */
#ifndef SANDBOX_AZURE_REFERRALS_H
#define SANDBOX_AZURE_REFERRALS_H

#include "tests/sandbox/azure/azure.h"

struct azure_deals {
    struct azure_table referrals; /* each side of an engagement has its own */
    struct azure_table hooks;     /* id: name of the event */
};

#endif
