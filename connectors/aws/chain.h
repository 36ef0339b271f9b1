/* One round of asking where keys come from, as the providers see it; see credentials.h for what the
 * program sees. A provider may need the network: then it starts a request, says CHAIN_WAITING, and
 * the chain goes on when the answer came. Nothing here blocks but credential_process. */
#ifndef CONNECTORS_AWS_CHAIN_H
#define CONNECTORS_AWS_CHAIN_H

#include "base/arena.h"
#include "base/json.h"
#include "connectors/aws/credentials.h"
#include "connectors/aws/ini.h"
#include "net/http.h"

/* What a provider and the handler of an answer return, if it is no negative error, which ends the
 * search: a stated source that does not work is no reason to try the next one. */
enum chain_result {
    CHAIN_FOUND,   /* the keys are in chain->set */
    CHAIN_NOTHING, /* this source has nothing to say */
    CHAIN_WAITING, /* a request is under way */
    CHAIN_AGAIN,   /* answers only: ask once more if that is allowed, else end with the error */
};

struct chain;
typedef int chain_get(struct chain *chain, struct error *error);
struct chain_provider {
    const char *name;
    chain_get *get;
};

/* One set of keys, owned. */
struct key_set {
    char *access_key_id;
    struct secret *secret;
    struct secret *token;
    int64_t expires_ms;
    char *source;
};
void key_set_clear(struct key_set *set);
/* Takes the place of what was there. */
void key_set_fill(struct key_set *set, const char *id, const char *secret, const char *token,
                  int64_t expires_ms, const char *source);

/* A role to take on, as a profile or the environment describes it. */
struct chain_role {
    const char *profile; /* "" for the environment */
    const char *arn;
    const char *session_name;
    const char *external_id; /* NULL: none */
    const char *duration;    /* seconds; NULL: the service's default */
    struct chain_role *next; /* the one that is taken on with its keys */
};

/* A request and what is to be made of its answer. */
struct chain_request {
    struct http_request http;
    unsigned attempts;
    int64_t pause_ms;
    bool optional; /* that nobody answers is CHAIN_NOTHING, and noted */
    bool record;   /* a call of a service, for the HAR; what a metadata address says is none */
    /* Calls of AWS STS. */
    const char *operation, *region;
    const struct chain_role *role;
    bool sign; /* with the keys of chain->set */
    /* Exactly one of `response` and `failure` is NULL; `late`: it was sent and not answered in
     * time. With a negative result, CHAIN_NOTHING and CHAIN_AGAIN `error` may tell why. */
    int (*answer)(struct chain *chain, const struct http_response *response,
                  const struct error *failure, bool late, struct error *error);
};

struct chain {
    struct aws_credentials *credentials;
    const struct aws_credentials_options *options;
    const struct world *world;
    struct arena *arena;
    void (*end)(struct chain *chain, int result, struct error *error);
    struct key_set set;
    /* The providers at work: first those of the vendor's order; those of a role's source, once a
     * profile named one. */
    const struct chain_provider *providers;
    size_t count, next;
    struct chain_role *roles; /* still to be taken on, the next one first */
    bool sourced;             /* the providers are those of a source */
    struct error note;        /* why a source had nothing, if there is something to say */
    /* Shared files: read once, and only when it gets to them. */
    bool loaded;
    struct ini *shared, *config;
    const char *chosen;  /* profile: "default" unless named */
    bool named;          /* by our own configuration or the environment */
    const char *profile; /* whose keys are looked for: `chosen`, or a source */
    /* The request under way. */
    struct chain_request request;
    struct http_request sent;
    struct arena *wire; /* of one attempt */
    unsigned made;
    uint64_t timer; /* of the next attempt; 0: none */
    bool on_wire;
    int64_t sent_ticks, sent_ms;
    int64_t offset_ms; /* server clock minus ours, where a refused signature showed it */
    /* Instance metadata, from one request to the next. */
    const char *metadata_token; /* NULL: version 1 */
    const char *metadata_role;
};

/* The surroundings. Empty is NULL. */
const char *chain_env(const struct chain *chain, const char *name);
const char *chain_option(const struct chain *chain, const char *name);

/* Runs what is next, from what the last provider or answer returned. */
void chain_go_on(struct chain *chain, int result, struct error *error);
/* Starts a request; CHAIN_WAITING. Its texts live in chain->arena. */
int chain_ask(struct chain *chain, const struct chain_request *request);
/* A document with the members AccessKeyId, SecretAccessKey, Expiration and `token_name`; only the
 * first two must be there unless `whole`. Fills chain->set and wipes the document. */
int chain_take_keys(struct chain *chain, struct json *json, const char *token_name, bool whole,
                    const char *source, struct error *error);

/* ---- profile.c: the shared files. */
int profile_load(struct chain *chain, struct error *error);
bool profile_has(const struct chain *chain, const char *profile);
/* The credentials file goes before the config file. */
const char *profile_get(const struct chain *chain, const char *profile, const char *key);
bool profile_has_keys(const struct chain *chain, const char *profile); /* or half of them */
const char *profile_origin(const struct chain *chain, const char *what);
chain_get chain_from_shared_file, chain_from_config_file, chain_from_process;

/* ---- role.c: roles of profiles, and tokens of a foreign identity. */
chain_get chain_from_role, chain_from_web_identity;
/* Takes on the first of chain->roles with the keys of chain->set. */
int role_assume(struct chain *chain, struct error *error);

/* ---- sts.c */
int sts_assume_role(struct chain *chain, const struct chain_role *role, struct error *error);
int sts_web_identity(struct chain *chain, const struct chain_role *role, const char *token,
                     struct error *error);

/* ---- credentials.c, container.c, imds.c */
chain_get chain_from_environment, chain_from_container, chain_from_instance;

#endif
