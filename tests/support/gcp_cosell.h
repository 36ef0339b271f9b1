/* Deals to be sent to Google's sandbox, and what becomes of them. */
#ifndef TESTS_SUPPORT_GCP_COSELL_H
#define TESTS_SUPPORT_GCP_COSELL_H

#include "tests/sandbox/gcp/account.h"
#include "tests/support/drive.h"

#define GCP_COSELL_PATH  "/v1alpha1/opportunities"
#define GCP_COSELL_CRM   "/v1/" GCP_PARTNER
#define GCP_COSELL_OWN   "partner=" GCP_PARTNER
#define GCP_COSELL_SCOPE "https://www.googleapis.com/auth/apps.order"

/* A drive with tokens of the super admin's for each of the two APIs. */
struct gcp_cosell {
    struct drive drive;
    const char *channel, *crm;
};
void gcp_cosell_start(struct gcp_cosell *bench, const struct sandbox_options *options);
void gcp_cosell_stop(struct gcp_cosell *bench);
/* Ends the service and starts it anew; the tokens are new ones. */
void gcp_cosell_restart(struct gcp_cosell *bench, const struct sandbox_options *options);
/* A token for a week; `subject` and `scopes` as gcp_access_make() has them. */
const char *gcp_cosell_token(struct gcp_cosell *bench, const char *subject, const char *scopes);

/* One call with a token (NULL: none); `target` may hold a query, `body` is JSON text with ' for "
 * if it holds no ", NULL: none. Returns the status. */
int gcp_cosell_send(struct gcp_cosell *bench, const char *token, const char *method,
                    const char *target, const char *body);
/* Calls of Cloud Channel; `below` is what follows the path: ":query?…", "/ID". */
int gcp_cosell_call(struct gcp_cosell *bench, const char *method, const char *below,
                    const char *body);
/* An opportunity that the service takes. Set members with drive_put(). */
struct json *gcp_cosell_sample(struct gcp_cosell *bench, const char *type, const char *state);
int gcp_cosell_post(struct gcp_cosell *bench, const struct json *deal);
/* Creates it and returns the id. */
const char *gcp_cosell_create(struct gcp_cosell *bench, const char *type, const char *state);
/* The same, and accepts it. */
const char *gcp_cosell_accepted(struct gcp_cosell *bench);
int gcp_cosell_patch(struct gcp_cosell *bench, const char *id, const char *mask, const char *body);
/* A control endpoint of Google's with {'id':ID,…}; `more` is what follows the id: ",'word':'X'". */
int gcp_cosell_control(struct gcp_cosell *bench, const char *name, const char *id,
                       const char *more);
/* The canonical code of the last refusal, "" if there is none; and its first field violation. */
const char *gcp_cosell_error(const struct gcp_cosell *bench);
const char *gcp_cosell_field(const struct gcp_cosell *bench);
/* A text of the stored document, "" if absent. */
const char *gcp_cosell_member(const struct gcp_cosell *bench, const char *id, const char *path);
/* Moves the business clock. */
void gcp_cosell_wait(struct gcp_cosell *bench, int64_t ms);

#endif
