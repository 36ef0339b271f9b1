/* What a test or a demo does to the sign-in at Microsoft's. */
#include "tests/sandbox/control.h"

#include <string.h>

#include "tests/sandbox/azure/identities.h"

static struct azure_identities *identities_of(const struct control *control)
{
    return control->sandbox->azure->parts.identities;
}

/* How many refresh tokens were issued, the seeded one included, and the newest. */
static int get_sign_in(struct control *control, struct json **ret_answer)
{
    const struct azure_identities *identities = identities_of(control);
    const struct azure_refresh *newest = &identities->refreshes[identities->refresh_count - 1];
    struct arena *arena = control->arena;
    struct json *answer = json_object(arena);
    json_set(arena, answer, "refresh_tokens",
             json_int(arena, (long long)identities->refresh_count));
    json_set_text(arena, answer, "newest", newest->text);
    json_set_text(arena, answer, "issued", azure_instant(arena, newest->issued_ms));
    json_set(arena, answer, "revoked", json_bool(arena, newest->revoked));
    json_set(arena, answer, "needs_mfa", json_bool(arena, identities->needs_mfa));
    json_set(arena, answer, "lacks_consent", json_bool(arena, identities->lacks_consent));
    json_set_text(arena, answer, "role", identities->is_admin ? "admin" : "user");
    *ret_answer = answer;
    return 0;
}

/* Somebody resets the password: what was issued so far is void. */
static int revoke(struct control *control, struct json **ret_answer)
{
    struct azure_identities *identities = identities_of(control);
    for (size_t i = 0; i < identities->refresh_count; i++)
        identities->refreshes[i].revoked = true;
    control->sandbox->dirty = true;
    return get_sign_in(control, ret_answer);
}

/* As if nobody had used any of them for 90 days. */
static int expire(struct control *control, struct json **ret_answer)
{
    struct azure_identities *identities = identities_of(control);
    for (size_t i = 0; i < identities->refresh_count; i++)
        identities->refreshes[i].issued_ms = sandbox_now(control->sandbox) - AZURE_REFRESH_MS;
    control->sandbox->dirty = true;
    return get_sign_in(control, ret_answer);
}

/* {"need": "mfa" | "consent" | "nothing"}: what the next refresh lacks, until a person signs in. */
static int need(struct control *control, struct json **ret_answer)
{
    static const char *const words[] = {"nothing", "mfa", "consent"};
    struct azure_identities *identities = identities_of(control);
    const char *text = control_argument(control, "need");
    size_t i = 0;
    while (i < COUNT(words) && !text_equal(words[i], text))
        i++;
    if (i == COUNT(words))
        return fail(&control->failure, 400, "BadRequest", "need is nothing, mfa or consent");
    identities->needs_mfa = i == 1;
    identities->lacks_consent = i == 2;
    control->sandbox->dirty = true;
    return get_sign_in(control, ret_answer);
}

/* The person says no at the next sign-in. */
static int deny(struct control *control, struct json **ret_answer)
{
    identities_of(control)->denies = true;
    return get_sign_in(control, ret_answer);
}

static int set_role(struct control *control, struct json **ret_answer)
{
    const char *role = control_argument(control, "role");
    if (!text_equal(role, "admin") && !text_equal(role, "user"))
        return fail(&control->failure, 400, "BadRequest", "role is admin or user");
    identities_of(control)->is_admin = !strcmp(role, "admin");
    control->sandbox->dirty = true;
    return get_sign_in(control, ret_answer);
}

/* Access tokens end at once, as when an administrator ends all sessions. */
static int end_sessions(struct control *control, struct json **ret_answer)
{
    struct azure_identities *identities = identities_of(control);
    for (size_t i = 0; i < identities->access_count; i++)
        identities->accesses[i].expires_ms = 0;
    return get_sign_in(control, ret_answer);
}

static const struct control_row rows[] = {
    {"GET", "/_sandbox/azure/sign-in", get_sign_in},
    {"POST", "/_sandbox/azure/revoke", revoke},
    {"POST", "/_sandbox/azure/expire", expire},
    {"POST", "/_sandbox/azure/need", need},
    {"POST", "/_sandbox/azure/deny", deny},
    {"POST", "/_sandbox/azure/role", set_role},
    {"POST", "/_sandbox/azure/end-sessions", end_sessions},
};

const struct control_rows azure_identity_controls = {rows, COUNT(rows)};
