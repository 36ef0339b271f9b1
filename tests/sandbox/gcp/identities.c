#include "tests/sandbox/gcp/identities.h"

#include <stdlib.h>
#include <string.h>

#include "tests/sandbox/control.h"
#include "tests/sandbox/identity.h"

static struct gcp_identities *identities_of(const struct sandbox *sandbox)
{
    return sandbox->gcp->identities;
}

/* ---- Access tokens. */
static void free_access(struct gcp_access *access)
{
    free(access->text);
    free(access->principal);
    free(access->subject);
    free(access->scopes);
    free(access->host);
}

static struct gcp_access *add_access(struct gcp_identities *identities, const char *text,
                                     const char *principal, const char *subject, const char *scopes,
                                     int64_t expires_ms)
{
    ARRAY_GROW(identities->accesses, &identities->access_capacity, identities->access_count + 1);
    struct gcp_access *access = &identities->accesses[identities->access_count++];
    *access = (struct gcp_access){
        .text = memory_copy(text),
        .principal = memory_copy(principal),
        .subject = memory_copy(subject),
        .scopes = memory_copy(scopes),
        .expires_ms = expires_ms,
    };
    return access;
}

/* A token that an account signed for itself is not known before it comes. */
static const struct gcp_access *find_signed(const struct sandbox *sandbox, const char *text)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct gcp_assertion assertion;
    int64_t expires_ms = 0;
    if (!gcp_assertion_is_token(sandbox, arena, text, &assertion, &expires_ms))
        return NULL;
    struct gcp_access *access = add_access(identities_of(sandbox), text, assertion.principal, NULL,
                                           assertion.scopes, expires_ms);
    access->host = memory_copy(assertion.host);
    return access;
}

static const struct gcp_access *find_known(const struct sandbox *sandbox, const char *text)
{
    const struct gcp_identities *identities = identities_of(sandbox);
    for (size_t i = 0; i < identities->access_count; i++) {
        if (!strcmp(identities->accesses[i].text, text))
            return &identities->accesses[i];
    }
    return NULL;
}

const struct gcp_access *gcp_access_find(const struct sandbox *sandbox, const char *text,
                                         const char *host)
{
    const struct gcp_access *access = find_known(sandbox, text);
    access = access ? access : find_signed(sandbox, text);
    return access && host && access->host && strcmp(access->host, host) != 0 ? NULL : access;
}

/* Forgets those that are long expired; a fresh corpse is still told from an unknown token. */
static void bury_accesses(struct gcp_identities *identities, int64_t now_ms)
{
    size_t kept = 0;
    for (size_t i = 0; i < identities->access_count; i++) {
        if (identities->accesses[i].expires_ms + INT64_C(3600000) < now_ms)
            free_access(&identities->accesses[i]);
        else
            identities->accesses[kept++] = identities->accesses[i];
    }
    identities->access_count = kept;
}

/* Those of foreign identities run to several KiB. */
const struct gcp_access *gcp_access_make(struct sandbox *sandbox, const char *principal,
                                         const char *subject, const char *scopes, int64_t seconds)
{
    static const char signs[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    char text[3001] = "ya29.c.";
    size_t length = text_starts(principal, "principal:") ? sizeof text - 1 : 180;
    int64_t now = identity_now(sandbox), life = sandbox->options.session_ms;
    for (size_t i = strlen(text); i < length; i++)
        text[i] = signs[world_random(sandbox->world, sizeof signs - 1)];
    bury_accesses(identities_of(sandbox), now);
    return add_access(identities_of(sandbox), text, principal, subject, scopes,
                      now + (life ? life : seconds * 1000));
}

/* ---- The part. */
static void open_part(struct sandbox *sandbox)
{
    sandbox->gcp->identities = memory_alloc(sizeof *sandbox->gcp->identities);
}

static void close_part(struct sandbox *sandbox)
{
    struct gcp_identities *identities = identities_of(sandbox);
    for (size_t i = 0; i < identities->access_count; i++)
        free_access(&identities->accesses[i]);
    free(identities->accesses);
    free(identities);
}

static void seed_part(struct sandbox *sandbox)
{
    struct gcp_identities *identities = identities_of(sandbox);
    identities->channel_granted = identities->crm_granted = identities->roles_granted = true;
}

/* Tokens grow old by being looked at: the clock has nothing to do. */
static void run_part(struct sandbox *sandbox)
{
    (void)sandbox;
}

static const struct {
    const char *name;
    size_t place;
} flags[] = {
    {"key_revoked", offsetof(struct gcp_identities, key_revoked)},
    {"sign_in_ended", offsetof(struct gcp_identities, sign_in_ended)},
    {"channel_granted", offsetof(struct gcp_identities, channel_granted)},
    {"crm_granted", offsetof(struct gcp_identities, crm_granted)},
    {"roles_granted", offsetof(struct gcp_identities, roles_granted)},
    {"pool_disabled", offsetof(struct gcp_identities, pool_disabled)},
    {"ends_unsaid", offsetof(struct gcp_identities, ends_unsaid)},
};

static bool *flag_of(struct gcp_identities *identities, size_t index)
{
    return (bool *)(void *)((char *)identities + flags[index].place);
}

static struct json *describe_part(const struct sandbox *sandbox, struct arena *arena)
{
    struct gcp_identities *identities = identities_of(sandbox);
    struct json *root = json_object(arena);
    for (size_t i = 0; i < COUNT(flags); i++)
        json_set(arena, root, flags[i].name, json_bool(arena, *flag_of(identities, i)));
    json_set(arena, root, "metadata_life", json_int(arena, identities->metadata_life));
    return root;
}

static int read_part(struct sandbox *sandbox, const struct json *root, struct error *error)
{
    (void)error;
    struct gcp_identities *identities = identities_of(sandbox);
    seed_part(sandbox);
    for (size_t i = 0; i < COUNT(flags); i++) {
        bool *flag = flag_of(identities, i);
        *flag = json_get_bool(root, flags[i].name, *flag);
    }
    identities->metadata_life = json_get_int(root, "metadata_life", 0);
    return 0;
}

const struct rest_part gcp_identity_part = {
    "identities", open_part,     close_part, seed_part,
    run_part,     describe_part, read_part,  &gcp_identity_controls,
};
