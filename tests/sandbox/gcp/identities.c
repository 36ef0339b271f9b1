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
const struct gcp_access *gcp_access_find(const struct sandbox *sandbox, const char *text)
{
    const struct gcp_identities *identities = identities_of(sandbox);
    for (size_t i = 0; i < identities->access_count; i++) {
        if (!strcmp(identities->accesses[i].text, text))
            return &identities->accesses[i];
    }
    return NULL;
}

const struct gcp_access *gcp_access_make(struct sandbox *sandbox, const char *principal,
                                         const char *subject, const char *scopes, int64_t seconds)
{
    struct gcp_identities *identities = identities_of(sandbox);
    CLEANUP_ARENA struct arena *arena = arena_new();
    ARRAY_GROW(identities->accesses, &identities->access_capacity, identities->access_count + 1);
    struct gcp_access *access = &identities->accesses[identities->access_count++];
    *access = (struct gcp_access){
        .text = memory_copy(arena_printf(arena, "ya29.%s", answer_guid(sandbox, arena))),
        .principal = memory_copy(principal),
        .subject = memory_copy(subject),
        .scopes = memory_copy(scopes),
        .expires_ms = identity_now(sandbox) + seconds * 1000,
    };
    return access;
}

/* ---- Endpoints. */
bool gcp_identity_operation(const char *name)
{
    (void)name;
    return false;
}

bool gcp_identity_handle(struct sandbox *sandbox, const struct sandbox_request *request,
                         struct arena *arena, struct sandbox_response *response)
{
    (void)sandbox;
    (void)request;
    (void)arena;
    (void)response;
    return false;
}

/* ---- The part. */
static void open_part(struct sandbox *sandbox)
{
    sandbox->gcp->identities = memory_alloc(sizeof *sandbox->gcp->identities);
}

static void close_part(struct sandbox *sandbox)
{
    struct gcp_identities *identities = identities_of(sandbox);
    for (size_t i = 0; i < identities->access_count; i++) {
        free(identities->accesses[i].text);
        free(identities->accesses[i].principal);
        free(identities->accesses[i].subject);
        free(identities->accesses[i].scopes);
    }
    free(identities->accesses);
    free(identities);
}

static void do_nothing(struct sandbox *sandbox)
{
    (void)sandbox;
}

static struct json *describe_part(const struct sandbox *sandbox, struct arena *arena)
{
    (void)sandbox;
    return json_object(arena);
}

static int read_part(struct sandbox *sandbox, const struct json *root, struct error *error)
{
    (void)sandbox;
    (void)root;
    (void)error;
    return 0;
}

static const struct control_rows no_controls = {NULL, 0};

const struct rest_part gcp_identity_part = {
    "identities", open_part,     close_part, do_nothing,
    do_nothing,   describe_part, read_part,  &no_controls,
};
