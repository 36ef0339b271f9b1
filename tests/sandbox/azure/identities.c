#include "tests/sandbox/azure/identities.h"

#include <string.h>

#include "tests/sandbox/identity.h"

#define CODE_MS   (10 * 60 * 1000) /* codes expire within ten minutes */
#define CODES_MAX 16               /* sign-ins under way */

static char *random_text(const struct sandbox *sandbox, const char *start, size_t length)
{
    static const char signs[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    size_t before = strlen(start);
    char *text = memory_alloc(before + length + 1);
    memcpy(text, start, before);
    for (size_t i = 0; i < length; i++)
        text[before + i] = signs[world_random(sandbox->world, sizeof signs - 1)];
    return text;
}

static struct azure_identities *identities_of(const struct sandbox *sandbox)
{
    return sandbox->azure->parts.identities;
}

/* ---- Access tokens. */
const struct azure_access *azure_access_find(const struct sandbox *sandbox, const char *text)
{
    const struct azure_identities *identities = identities_of(sandbox);
    for (size_t i = 0; i < identities->access_count; i++) {
        if (!strcmp(identities->accesses[i].text, text))
            return &identities->accesses[i];
    }
    return NULL;
}

/* Forgets those that are long expired; a fresh corpse is still told from an unknown token. */
static void bury_accesses(struct azure_identities *identities, int64_t now_ms)
{
    size_t kept = 0;
    for (size_t i = 0; i < identities->access_count; i++) {
        if (identities->accesses[i].expires_ms + AZURE_MANAGED_S * 1000 < now_ms)
            free(identities->accesses[i].text);
        else
            identities->accesses[kept++] = identities->accesses[i];
    }
    identities->access_count = kept;
}

const struct azure_access *azure_access_make(struct sandbox *sandbox, const char *audience,
                                             enum azure_identity identity, int64_t seconds)
{
    struct azure_identities *identities = identities_of(sandbox);
    int64_t now = identity_now(sandbox);
    bury_accesses(identities, now);
    ARRAY_GROW(identities->accesses, &identities->access_capacity, identities->access_count + 1);
    struct azure_access *access = &identities->accesses[identities->access_count++];
    *access = (struct azure_access){
        .text = random_text(sandbox, "eyJhbGciOiJub25lIn0.", 160),
        .audience = audience,
        .identity = identity,
        .expires_ms =
            now + (sandbox->options.session_ms ? sandbox->options.session_ms : seconds * 1000),
    };
    return access;
}

/* ---- Refresh tokens. */
const struct azure_refresh *azure_refresh_find(const struct sandbox *sandbox, const char *text)
{
    const struct azure_identities *identities = identities_of(sandbox);
    for (size_t i = 0; i < identities->refresh_count; i++) {
        if (!strcmp(identities->refreshes[i].text, text))
            return &identities->refreshes[i];
    }
    return NULL;
}

static struct azure_refresh *add_refresh(struct azure_identities *identities, char *text,
                                         int64_t issued_ms)
{
    ARRAY_GROW(identities->refreshes, &identities->refresh_capacity, identities->refresh_count + 1);
    struct azure_refresh *refresh = &identities->refreshes[identities->refresh_count++];
    *refresh = (struct azure_refresh){.text = text, .issued_ms = issued_ms};
    return refresh;
}

const struct azure_refresh *azure_refresh_make(struct sandbox *sandbox)
{
    sandbox->dirty = true;
    return add_refresh(identities_of(sandbox), random_text(sandbox, "0.", 120),
                       sandbox_now(sandbox));
}

/* ---- Codes. */
const char *azure_code_make(struct sandbox *sandbox, const char *redirect, const char *challenge,
                            const char *scope)
{
    struct azure_identities *identities = identities_of(sandbox);
    if (identities->code_count == CODES_MAX) { /* the oldest sign-in was given up */
        azure_code_free(&identities->codes[0]);
        identities->code_count--;
        memmove(identities->codes, identities->codes + 1,
                identities->code_count * sizeof *identities->codes);
    }
    ARRAY_GROW(identities->codes, &identities->code_capacity, identities->code_count + 1);
    struct azure_code *code = &identities->codes[identities->code_count++];
    *code = (struct azure_code){
        .text = random_text(sandbox, "1.", 80),
        .redirect = memory_copy(redirect),
        .challenge = memory_copy(challenge),
        .scope = memory_copy(scope),
        .expires_ms = identity_now(sandbox) + CODE_MS,
    };
    return code->text;
}

bool azure_code_take(struct sandbox *sandbox, const char *text, struct azure_code *ret_code)
{
    struct azure_identities *identities = identities_of(sandbox);
    for (size_t i = 0; i < identities->code_count; i++) {
        struct azure_code code = identities->codes[i];
        if (strcmp(code.text, text) != 0)
            continue;
        identities->code_count--;
        memmove(&identities->codes[i], &identities->codes[i + 1],
                (identities->code_count - i) * sizeof code);
        if (code.expires_ms > identity_now(sandbox)) {
            *ret_code = code;
            return true;
        }
        azure_code_free(&code);
        return false;
    }
    return false;
}

void azure_code_free(struct azure_code *code)
{
    free(code->text);
    free(code->redirect);
    free(code->challenge);
    free(code->scope);
}

/* ---- The part. */
static void open_part(struct sandbox *sandbox)
{
    sandbox->azure->parts.identities = memory_alloc(sizeof *sandbox->azure->parts.identities);
    sandbox->azure->parts.identities->assertions = map_new();
}

static void close_part(struct sandbox *sandbox)
{
    struct azure_identities *identities = sandbox->azure->parts.identities;
    for (size_t i = 0; i < identities->access_count; i++)
        free(identities->accesses[i].text);
    for (size_t i = 0; i < identities->refresh_count; i++)
        free(identities->refreshes[i].text);
    for (size_t i = 0; i < identities->code_count; i++)
        azure_code_free(&identities->codes[i]);
    free(identities->accesses);
    free(identities->refreshes);
    free(identities->codes);
    map_free(identities->assertions);
    free(identities);
}

static void seed_part(struct sandbox *sandbox)
{
    struct azure_identities *identities = identities_of(sandbox);
    add_refresh(identities, memory_copy(AZURE_REFRESH_TOKEN), sandbox_now(sandbox));
    identities->is_admin = text_equal(sandbox->options.user_role, "admin");
}

/* Tokens grow old by being looked at: the clock has nothing to do. */
static void run_part(struct sandbox *sandbox)
{
    (void)sandbox;
}

static struct json *describe_part(const struct sandbox *sandbox, struct arena *arena)
{
    const struct azure_identities *identities = sandbox->azure->parts.identities;
    struct json *root = json_object(arena), *rows = json_array(arena);
    for (size_t i = 0; i < identities->refresh_count; i++) {
        struct json *row = json_object(arena);
        json_set_text(arena, row, "text", identities->refreshes[i].text);
        json_set(arena, row, "issued_ms", json_int(arena, identities->refreshes[i].issued_ms));
        json_set(arena, row, "revoked", json_bool(arena, identities->refreshes[i].revoked));
        json_append(arena, rows, row);
    }
    json_set(arena, root, "made", json_int(arena, sandbox->azure->made));
    json_set(arena, root, "refresh_tokens", rows);
    json_set(arena, root, "needs_mfa", json_bool(arena, identities->needs_mfa));
    json_set(arena, root, "lacks_consent", json_bool(arena, identities->lacks_consent));
    json_set(arena, root, "is_admin", json_bool(arena, identities->is_admin));
    return root;
}

static int read_part(struct sandbox *sandbox, const struct json *root, struct error *error)
{
    struct azure_identities *identities = sandbox->azure->parts.identities;
    const struct json *rows = json_get(root, "refresh_tokens");
    for (size_t i = 0; rows && i < rows->count; i++) {
        const char *text = json_get_text(rows->items[i], "text");
        if (!text)
            return error_set(error, ERROR_INPUT, SCOPE_RUN, "refresh token %zu is damaged", i);
        add_refresh(identities, memory_copy(text), json_get_int(rows->items[i], "issued_ms", 0))
            ->revoked = json_get_bool(rows->items[i], "revoked", false);
    }
    if (!identities->refresh_count)
        return error_set(error, ERROR_INPUT, SCOPE_RUN, "the snapshot holds no refresh token");
    sandbox->azure->made = json_get_int(root, "made", 0);
    identities->needs_mfa = json_get_bool(root, "needs_mfa", false);
    identities->lacks_consent = json_get_bool(root, "lacks_consent", false);
    identities->is_admin = json_get_bool(root, "is_admin", true);
    return 0;
}

const struct rest_part azure_identity_part = {
    "identities", open_part,     close_part, seed_part,
    run_part,     describe_part, read_part,  &azure_identity_controls,
};
