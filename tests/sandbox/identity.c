#include "tests/sandbox/identity.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const operations[] = {
    "AssumeRole",        "AssumeRoleWithWebIdentity",
    "GetCallerIdentity", "ContainerKeys",
    "InstanceToken",     "InstanceRole",
    "InstanceKeys",
};

bool identity_operation(const char *name)
{
    for (size_t i = 0; i < COUNT(operations); i++) {
        if (!strcmp(operations[i], name))
            return true;
    }
    return false;
}

int64_t identity_now(const struct sandbox *sandbox)
{
    return world_now(sandbox->world) + sandbox->options.skew_ms;
}

const struct identity *identity_find(const struct sandbox *sandbox, const char *access_key)
{
    for (size_t i = 0; i < sandbox->identity_count; i++) {
        if (!strcmp(sandbox->identities[i].access_key, access_key))
            return &sandbox->identities[i];
    }
    return NULL;
}

static char *random_text(const struct sandbox *sandbox, const char *start, size_t length)
{
    static const char signs[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    size_t before = strlen(start);
    char *text = memory_alloc(before + length + 1);
    memcpy(text, start, before);
    for (size_t i = 0; i < length; i++)
        text[before + i] = signs[world_random(sandbox->world, sizeof signs - 1)];
    return text;
}

const struct identity *identity_make(struct sandbox *sandbox, const char *arn, long long seconds)
{
    if (sandbox->options.session_ms)
        seconds = sandbox->options.session_ms / 1000;
    ARRAY_GROW(sandbox->identities, &sandbox->identity_capacity, sandbox->identity_count + 1);
    struct identity *identity = &sandbox->identities[sandbox->identity_count++];
    *identity = (struct identity){
        .access_key = random_text(sandbox, "ASIA", 16),
        .secret = random_text(sandbox, "temporary/", 30),
        .token = random_text(sandbox, "session+token/", 80),
        .arn = memory_copy(arn),
        /* The services tell whole seconds. */
        .expires_ms = identity_now(sandbox) / 1000 * 1000 + seconds * 1000,
    };
    return identity;
}

void identity_free_all(struct sandbox *sandbox)
{
    for (size_t i = 0; i < sandbox->identity_count; i++) {
        free(sandbox->identities[i].access_key);
        free(sandbox->identities[i].secret);
        free(sandbox->identities[i].token);
        free(sandbox->identities[i].arn);
    }
    free(sandbox->identities);
}
