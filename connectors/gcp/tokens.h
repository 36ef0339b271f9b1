/* Access tokens for Google's APIs: one per principal, subject and scope, each fetched when it is
 * first needed.
 *
 * Credentials are found in the order of Application Default Credentials: the setting `credentials`,
 * the file that GOOGLE_APPLICATION_CREDENTIALS names, gcloud's well-known file, the metadata
 * server. A credential file is dispatched by its `type`; the hosts that it names are pinned to
 * Google's own, those of `universe_domain`, and the addresses that the settings give. */
#ifndef CONNECTORS_GCP_TOKENS_H
#define CONNECTORS_GCP_TOKENS_H

#include "base/log.h"
#include "base/secret.h"
#include "model/settings.h"
#include "net/har.h"
#include "net/loop.h"
#include "net/session.h"

/* What a token is for. The scopes are fixed per API; the last two act for a person (`subject`). */
enum gcp_audience {
    GCP_FOR_CLOUD,   /* …/auth/cloud-platform: producer, procurement */
    GCP_FOR_CHANNEL, /* …/auth/apps.order, with `sub` (domain-wide delegation) */
    GCP_FOR_CRM,     /* …/auth/cloudcrmpartners, with `sub` where `subject` is set */
    GCP_AUDIENCES
};

struct gcp_tokens_options {
    const struct settings *settings; /* of clouds.gcp */
    const char *token_url;           /* "https://oauth2.googleapis.com/token" */
    const char *sts_url;             /* "https://sts.googleapis.com/v1/token" */
    const char *iam_url;             /* "https://iamcredentials.googleapis.com/v1/" */
    const char *(*env)(void *context, const char *name);
    void *env_context;
    struct loop *loop;
    const struct log *log; /* may be NULL */
    struct har *har;       /* may be NULL */
};

struct gcp_tokens;

/* Credential files are read when a token is first wanted, and again for each exchange where they
 * rotate; here only what the settings say is checked. The options' pointers must outlive the
 * tokens. */
int gcp_tokens_new(const struct gcp_tokens_options *options, struct gcp_tokens **ret_tokens,
                   struct error *error);
/* NULL is fine. A fetch that is under way ends without calling back. */
void gcp_tokens_free(struct gcp_tokens *tokens);

/* To sign with; NULL before the first fetch. */
const struct secret *gcp_tokens_get(const struct gcp_tokens *tokens, enum gcp_audience audience);
/* True if a fetch should come before the next call: none yet, near the end of its life (five
 * minutes; of a short life half), or `force`, since it was refused. `now_ms`: the time as the
 * service has it, as far as it is known. */
bool gcp_tokens_due(struct gcp_tokens *tokens, enum gcp_audience audience, int64_t now_ms,
                    bool force);
/* One fetch per audience at a time; calls `ready`, possibly at once: while the old token lives it
 * serves on, and a failure then is only logged. With `force` above the old one is dropped. */
void gcp_tokens_fetch(struct gcp_tokens *tokens, enum gcp_audience audience, session_ready *ready,
                      void *context);

/* What goes into x-goog-user-project: the setting `quota_project`, else what credentials of a
 * person name; NULL: the header is left out. */
const char *gcp_tokens_quota_project(const struct gcp_tokens *tokens);
/* For people: "service account reader@… (GOOGLE_APPLICATION_CREDENTIALS)", "metadata server", …;
 * reads the file if that was not done yet, never calls. NULL: it cannot be read. */
const char *gcp_tokens_method(struct gcp_tokens *tokens);

#endif
