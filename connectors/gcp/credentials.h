/* Credential files of Google: where they are found, what they must have, and which hosts they may
 * name. Inside tokens.c's affairs. */
#ifndef CONNECTORS_GCP_CREDENTIALS_H
#define CONNECTORS_GCP_CREDENTIALS_H

#include "base/arena.h"
#include "base/json.h"
#include "connectors/gcp/tokens.h"

enum gcp_credential_type {
    GCP_SERVICE_ACCOUNT,  /* a key signs assertions */
    GCP_AUTHORIZED_USER,  /* a person's refresh token */
    GCP_EXTERNAL_ACCOUNT, /* somebody else's token, exchanged */
    GCP_IMPERSONATED,     /* another credential that may act for a service account */
    GCP_METADATA,         /* the machine's own; no file */
    GCP_CREDENTIAL_TYPES
};

/* As read; texts live in the arena, secrets until gcp_credentials_wipe(). What a type does not have
 * is NULL. */
struct gcp_credentials {
    enum gcp_credential_type type;
    const char *origin;  /* how it was found: "clouds.gcp.credentials", "gcloud's sign-in", … */
    const char *place;   /* for messages: the same, or the file */
    const char *account; /* e-mail: the key's service account, or the one to be impersonated */
    const char *key_id;
    struct secret *key;
    const char *client_id;
    struct secret *client_secret, *refresh_token;
    const char *token_url;                              /* takes assertions and refresh tokens */
    const char *sts_url;                                /* takes foreign tokens */
    const char *audience, *subject_type, *user_project; /* of a foreign token */
    const struct json *source;                          /* where it comes from (subject.h) */
    const struct json *delegates; /* resource names: the chain that leads to `account` */
    int64_t life_s;               /* of an impersonation */
    const char *quota_project;
    struct gcp_credentials *base; /* who impersonates; itself never GCP_IMPERSONATED */
};

/* Finds and reads what there is, in the order of Application Default Credentials; where there is
 * no file it is GCP_METADATA. ERROR_AUTH: cannot be read; ERROR_INPUT: is not right, with place and
 * remedy, never quoting a value that may be secret. */
int gcp_credentials_read(struct arena *arena, const struct gcp_tokens_options *options,
                         struct gcp_credentials **ret_credentials, struct error *error);
void gcp_credentials_wipe(struct gcp_credentials *credentials); /* NULL is fine */

/* "service account" and the like. */
const char *gcp_credentials_name(enum gcp_credential_type type);

/* What is being read. */
struct gcp_reading {
    struct arena *arena;
    const struct gcp_tokens_options *options;
    const char *origin, *place;
    struct error *error;
};

/* credential_files.c: one document, by its `type`. Whatever it answers, `credentials` is the
 * caller's to wipe. */
int gcp_credentials_parse(const struct gcp_reading *in, const struct json *file,
                          struct gcp_credentials *credentials);

/* A token service of Google's own, or of the universe that is set. */
bool gcp_credentials_is_google(struct arena *arena, const struct gcp_tokens_options *options,
                               const char *url);
/* An address from a credential file: https at Google's own token services, at a host of the
 * universe, or at an address that the settings gave. ERROR_INPUT otherwise. */
int gcp_credentials_pin(const struct gcp_reading *in, const char *member, const char *url);
/* A variable of the environment; NULL: not set, or empty. */
const char *gcp_credentials_env(const struct gcp_tokens_options *options, const char *name);
/* The e-mail of a service account, from whatever it is given in. */
bool gcp_credentials_is_account(const char *text);

#endif
