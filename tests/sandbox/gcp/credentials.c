/* Credential files for whoever calls the sandbox, and what a test or a demo does to identities at
 * Google's. */
#include <string.h>

#include "tests/sandbox/control.h"
#include "tests/sandbox/gcp/identities.h"

/* ---- Files. */
static const char *url(struct control *control, const char *path)
{
    const char *host = request_header(control->request, "host");
    return arena_printf(control->arena, "http://%s%s", host ? host : "", path);
}

static const char *impersonation(struct control *control)
{
    return url(control, "/v1/projects/-/serviceAccounts/" GCP_ACCOUNT ":generateAccessToken");
}

static void add_service_account(struct control *control, struct json *file)
{
    struct arena *arena = control->arena;
    json_set_text(arena, file, "project_id", GCP_PROJECT);
    json_set_text(arena, file, "private_key_id", GCP_KEY_ID);
    json_set_text(arena, file, "private_key", gcp_sandbox_key);
    json_set_text(arena, file, "client_email", GCP_ACCOUNT);
    json_set_text(arena, file, "client_id", GCP_ACCOUNT_ID);
    json_set_text(arena, file, "token_uri", url(control, "/token"));
    json_set_text(arena, file, "universe_domain", "googleapis.com");
}

static void add_authorized_user(struct control *control, struct json *file)
{
    struct arena *arena = control->arena;
    json_set_text(arena, file, "client_id", GCP_CLIENT);
    json_set_text(arena, file, "client_secret", GCP_CLIENT_SECRET);
    json_set_text(arena, file, "refresh_token", GCP_REFRESH_TOKEN);
    json_set_text(arena, file, "quota_project_id", GCP_PROJECT);
}

/* `source` is file or executable, with what it names in `path`; else the sandbox's own address. */
static struct json *foreign_source(struct control *control)
{
    struct arena *arena = control->arena;
    const char *source = control_argument(control, "source");
    const char *path = control_argument(control, "path");
    struct json *root = json_object(arena), *format = json_object(arena);
    struct json *headers = json_object(arena), *program = json_object(arena);
    if (text_equal(source, "file")) {
        json_set_text(arena, root, "file", path ? path : "");
    } else if (text_equal(source, "executable")) {
        json_set_text(arena, program, "command", path ? path : "");
        json_set(arena, root, "executable", program);
    } else {
        json_set_text(arena, headers, GCP_FOREIGN_HEADER, "sandbox");
        json_set_text(arena, format, "type", "json");
        json_set_text(arena, format, "subject_token_field_name", "value");
        json_set_text(arena, root, "url", url(control, GCP_FOREIGN_PATH));
        json_set(arena, root, "headers", headers);
        json_set(arena, root, "format", format);
    }
    return root;
}

static void add_external_account(struct control *control, struct json *file)
{
    struct arena *arena = control->arena;
    json_set_text(arena, file, "audience", GCP_POOL_AUDIENCE);
    json_set_text(arena, file, "subject_token_type", GCP_FOREIGN_TYPE);
    json_set_text(arena, file, "token_url", url(control, "/v1/token"));
    json_set(arena, file, "credential_source", foreign_source(control));
    if (!text_equal(control_argument(control, "impersonate"), "no"))
        json_set_text(arena, file, "service_account_impersonation_url", impersonation(control));
}

static void add_impersonated(struct control *control, struct json *file)
{
    struct arena *arena = control->arena;
    struct json *source = json_object(arena), *delegates = json_array(arena);
    json_set_text(arena, source, "type", "authorized_user");
    add_authorized_user(control, source);
    json_set(arena, file, "source_credentials", source);
    json_set_text(arena, file, "service_account_impersonation_url", impersonation(control));
    if (text_equal(control_argument(control, "delegate"), "yes"))
        json_append(arena, delegates, json_string(arena, "projects/-/serviceAccounts/" GCP_BROKER));
    json_set(arena, file, "delegates", delegates);
}

/* ?type=…: the content of a credential file that leads here. */
static int get_credentials(struct control *control, struct json **ret_answer)
{
    static const struct {
        const char *type;
        void (*add)(struct control *control, struct json *file);
    } types[] = {
        {"service_account", add_service_account},
        {"authorized_user", add_authorized_user},
        {"external_account", add_external_account},
        {"impersonated_service_account", add_impersonated},
    };
    const char *type = control_argument(control, "type");
    struct json *file = json_object(control->arena);
    for (size_t i = 0; i < COUNT(types); i++) {
        if (!text_equal(types[i].type, type))
            continue;
        json_set_text(control->arena, file, "type", type);
        types[i].add(control, file);
        *ret_answer = file;
        return 0;
    }
    return fail(&control->failure, 400, "BadRequest", "there is no type \"%s\"", type ? type : "");
}

/* ---- What befalls identities. */
static int show(struct control *control, struct json **ret_answer)
{
    *ret_answer = gcp_identity_part.describe(control->sandbox, control->arena);
    return 0;
}

/* Access tokens end at once, as when an administrator ends all sessions. */
static int end_sessions(struct control *control, struct json **ret_answer)
{
    struct gcp_identities *identities = control->sandbox->gcp->identities;
    for (size_t i = 0; i < identities->access_count; i++)
        identities->accesses[i].expires_ms = 0;
    return show(control, ret_answer);
}

/* {"key": "revoked", "sign_in": "ended", "channel": "no", …}: what is given changes. */
static int set(struct control *control, struct json **ret_answer)
{
    struct gcp_identities *identities = control->sandbox->gcp->identities;
    const struct {
        const char *name;
        bool *flag;
        const char *yes, *no;
    } rows[] = {
        {"key", &identities->key_revoked, "revoked", "good"},
        {"sign_in", &identities->sign_in_ended, "ended", "good"},
        {"channel", &identities->channel_granted, "granted", "missing"},
        {"crm", &identities->crm_granted, "granted", "missing"},
        {"roles", &identities->roles_granted, "granted", "missing"},
        {"pool", &identities->pool_disabled, "disabled", "enabled"},
        {"ends", &identities->ends_unsaid, "unsaid", "said"},
    };
    for (size_t i = 0; i < control->body->count; i++) {
        const char *name = control->body->names[i], *word = json_text(control->body->items[i]);
        size_t row = 0;
        while (row < COUNT(rows) && strcmp(rows[row].name, name) != 0)
            row++;
        long long seconds = 0;
        if (!strcmp(name, "metadata_life") && text_to_int64(word ? word : "", &seconds))
            identities->metadata_life = seconds;
        else if (row == COUNT(rows) ||
                 (!text_equal(word, rows[row].yes) && !text_equal(word, rows[row].no)))
            return fail(&control->failure, 400, "BadRequest", "%s cannot be %s", name,
                        word ? word : "that");
        else
            *rows[row].flag = text_equal(word, rows[row].yes);
    }
    control->sandbox->dirty = true;
    return show(control, ret_answer);
}

static const struct control_row rows[] = {
    {"GET", "/_sandbox/gcp/credentials", get_credentials},
    {"GET", "/_sandbox/gcp/identities", show},
    {"POST", "/_sandbox/gcp/identities", set},
    {"POST", "/_sandbox/gcp/end-sessions", end_sessions},
};

const struct control_rows gcp_identity_controls = {rows, COUNT(rows)};
