/* The steps that lead from a credential to a token: which, what each asks, and what its answer
 * means. Inside tokens.c's affairs. */
#ifndef CONNECTORS_GCP_GRANT_H
#define CONNECTORS_GCP_GRANT_H

#include "connectors/gcp/credentials.h"
#include "net/oauth.h"

/* Each makes what the next carries: a token, somebody else's token, or an assertion. */
enum gcp_step_kind {
    GCP_STEP_SELF,        /* the key's own signature is the token: no call */
    GCP_STEP_ASSERT,      /* an assertion signed by the key, for a token */
    GCP_STEP_REFRESH,     /* a person's refresh token, for a token */
    GCP_STEP_METADATA,    /* the metadata server's token */
    GCP_STEP_SUBJECT,     /* somebody else's token, from where the file says */
    GCP_STEP_EXCHANGE,    /* somebody else's token, for a token */
    GCP_STEP_IMPERSONATE, /* a token, for a service account's token */
    GCP_STEP_SIGN,        /* a token, for an assertion that IAM signs */
    GCP_STEP_REDEEM,      /* that assertion, for a token */
};

struct gcp_step {
    enum gcp_step_kind kind;
    const struct gcp_credentials *by;
    const char *scope;
    const char *account;          /* e-mail that is impersonated or signed for */
    const struct json *delegates; /* the chain to it; may be NULL */
    const char *subject;          /* whom an assertion acts for; may be NULL */
};

/* The longest way: subject, exchange, impersonate twice, sign, redeem. */
#define GCP_STEPS 6
struct gcp_plan {
    struct gcp_step steps[GCP_STEPS];
    size_t count;
};

/* The way to a token for the audience. ERROR_INPUT: the settings or the credential leave none. */
int gcp_grant_plan(const struct gcp_tokens_options *options,
                   const struct gcp_credentials *credentials, enum gcp_audience audience,
                   struct gcp_plan *ret_plan, struct error *error);

/* What is known when a step is done. */
struct gcp_moment {
    int64_t now_ms;    /* Google's clock as far as it is known */
    const char *carry; /* what the step before made; NULL: it is the first */
    int64_t carry_ms;  /* how long that lives; 0: not said */
};
/* Without a call. No access_token in it: the step needs one (gcp_grant_request). */
int gcp_grant_make(struct arena *arena, const struct gcp_tokens_options *options,
                   const struct gcp_step *step, const struct gcp_moment *moment,
                   struct oauth_grant *ret_made, struct error *error);
/* In the arena; the body is to be wiped (oauth_wipe). */
int gcp_grant_request(struct arena *arena, const struct gcp_tokens_options *options,
                      const struct gcp_step *step, const struct gcp_moment *moment,
                      struct http_request *ret_request, struct error *error);
/* Whether the exchange may go into the HAR. */
bool gcp_grant_recorded(const struct gcp_step *step);
/* What an answer of status 200 gives: access_token is what the next step carries. */
int gcp_grant_read(const struct gcp_step *step, const struct http_response *response,
                   const struct gcp_moment *moment, struct oauth_grant *ret_grant,
                   struct error *error);
/* Another answer, by OAuth's words or google.rpc.Status, with the remedy. vendor_code is the
 * error's word; GCP_CLOCK if a signed assertion's times were refused. */
#define GCP_CLOCK "clock"
/* No answer came at all: adds to the error what that means. */
void gcp_grant_unanswered(const struct gcp_tokens_options *options, const struct gcp_step *step,
                          struct error *error);
int gcp_grant_refused(const struct gcp_step *step, const struct http_response *response,
                      struct error *error);

#endif
