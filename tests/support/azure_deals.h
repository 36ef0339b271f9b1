/* Deals to be sent to Referrals, and what becomes of them. */
#ifndef TESTS_SUPPORT_AZURE_DEALS_H
#define TESTS_SUPPORT_AZURE_DEALS_H

#include "tests/support/azure_drive.h"

#define AZURE_DEALS_PATH "/v1.0/engagements/referrals"
#define AZURE_DEALS_DAY  INT64_C(86400000)

/* A drive with a person's token, renewed whenever it is about to end. */
struct azure_deals_bench {
    struct drive drive;
    const char *token;
    int64_t token_ms;  /* when it was given */
    const char *match; /* If-Match of the next write; NULL: none */
};
void azure_deals_start(struct azure_deals_bench *bench, const struct sandbox_options *options);
void azure_deals_stop(struct azure_deals_bench *bench);

/* `below` is what follows the path: "", "?$top=1", "/ID". Returns the status. */
int azure_deals_call(struct azure_deals_bench *bench, const char *method, const char *below,
                     const char *body);
/* A deal that the service takes, of type "Shared" or "Independent". Set members with drive_put().
 */
struct json *azure_deals_sample(struct azure_deals_bench *bench, const char *type);
/* The invitation of `target` ("msft") that goes with it. */
struct json *azure_deals_invitation(struct azure_deals_bench *bench, const char *engagement,
                                    const char *target);
int azure_deals_post(struct azure_deals_bench *bench, const struct json *deal);
/* Creates it and returns its id. */
const char *azure_deals_create(struct azure_deals_bench *bench, const char *type);
/* Steps as text with ' for ". */
int azure_deals_patch(struct azure_deals_bench *bench, const char *id, const char *steps);
/* The code inside the last refusal ("readOnly"), else its own ("itemNotFound"), "" if none. */
const char *azure_deals_error(const struct azure_deals_bench *bench);
/* A text of the stored document, "" if absent. */
const char *azure_deals_member(const struct azure_deals_bench *bench, const char *id,
                               const char *path);
/* Moves the business clock. */
void azure_deals_wait(struct azure_deals_bench *bench, int64_t ms);

#endif
