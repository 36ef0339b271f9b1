/* Invented deals, the same ones for the cloud and for the CRM: deal number n of a seed is always
 * the same. Nobody in here exists. */
#ifndef SANDBOX_DEALS_H
#define SANDBOX_DEALS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

/* How the two sides know of each other. */
enum deal_link {
    DEAL_BY_ID,        /* the CRM holds the opportunity's id */
    DEAL_BY_REFERENCE, /* the opportunity carries the CRM's key */
    DEAL_BY_NAME,      /* only website and title */
    DEAL_REMOTE_ONLY,  /* made in the portal by somebody else */
    DEAL_LOCAL_ONLY,   /* known to the CRM alone */
};

struct place {
    const char *country, *code; /* as the CRM names it; ISO 3166 */
    const char *state, *city, *postal_code, *phone;
};

struct deal {
    uint64_t chance; /* feeds deal_roll() */
    size_t index;
    enum deal_link link;
    bool carries_reference;     /* the opportunity holds the CRM's key */
    bool co_sell;               /* local only: to be handed to AWS */
    const char *opportunity_id; /* "O2000013" */
    const char *key;            /* the CRM's: "2500000013" */
    const char *company, *website, *industry;
    const struct place *place;
    const char *street;
    const char *first_name, *last_name, *email, *phone, *job_title;
    const char *title, *problem, *use_case, *next_step, *competitor;
    const char *stage;       /* AWS's word */
    const char *status;      /* review */
    const char *lost_reason; /* NULL unless lost */
    const char *solution;
    const char *spend; /* "4000.00", USD, a month */
    long long contract_months;
    const char *contract_value; /* of all those months */
    long long employees;        /* of the customer */
    const char *type;
    int64_t close_day;
    int64_t created_ms, modified_ms;
};

/* Deal `index` of the seed; those from `remote_count` on are local only. */
void deal_make(struct arena *arena, uint64_t seed, size_t index, size_t remote_count,
               int64_t now_ms, struct deal *ret_deal);
/* A number below `bound` that depends on the deal and on what it is asked for. */
unsigned deal_roll(const struct deal *deal, const char *purpose, unsigned bound);

/* The CRM's export of the seed, in `out`; damage included. */
struct text;
void crm_export(uint64_t seed, size_t referrals, int64_t now_ms, struct text *out);

#endif
