#include "connectors/azure/grant.h"

#include <stdio.h>
#include <string.h>

#include "base/digest.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/memory.h"
#include "base/times.h"
#include "net/jwt.h"
#include "net/oauth.h"

#define ASSERTION_TYPE "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
#define EXCHANGE       "api://AzureADTokenExchange" /* the audience of a foreign assertion */
#define INSTANCE_URL   "http://169.254.169.254/metadata/identity/oauth2/token"
#define SKEW_S         60
#define ASSERTION_S    300

/* The two names of each API (learn.microsoft.com, entra/identity-platform): v2 has scopes. */
static const struct {
    const char *scope, *resource;
} audiences[AZURE_AUDIENCES] = {
    [AZURE_FOR_GRAPH] = {"https://graph.microsoft.com/.default", "https://graph.microsoft.com/"},
    [AZURE_FOR_PARTNER] = {"https://api.partner.microsoft.com/.default",
                           "https://api.partner.microsoft.com"},
    [AZURE_FOR_CENTER] = {"https://api.partnercenter.microsoft.com/.default",
                          "https://api.partnercenter.microsoft.com"},
    [AZURE_FOR_MARKETPLACE] = {"20e940b3-4c77-4b0b-9a53-9e16a1b010a7/.default",
                               "20e940b3-4c77-4b0b-9a53-9e16a1b010a7"},
};

static const char *env_get(const struct azure_tokens_options *options, const char *name)
{
    const char *value = options->env ? options->env(options->env_context, name) : NULL;
    return value && *value ? value : NULL;
}

static const char *setting(const struct azure_tokens_options *options, const char *name)
{
    return settings_text(options->settings, name);
}

static const struct secret_source *secret_setting(const struct azure_tokens_options *options,
                                                  const char *name)
{
    const struct setting *found = settings_find(options->settings, name);
    return found ? found->secret : NULL;
}

/* ------------------------------------------------------------------ which way */

static bool is_name(const char *text)
{
    return text && *text && strlen(text) <= 128 &&
           strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-.") ==
               strlen(text);
}

static int need(const char *name, const char *value, struct error *error)
{
    if (is_name(value))
        return 0;
    return error_set(error, ERROR_INPUT, SCOPE_CLOUD,
                     value ? "clouds.azure.%s: a guid or a domain is expected"
                           : "clouds.azure: %s is missing",
                     name);
}

/* Exactly one way; the environment's only where the settings are silent. */
static int choose(struct grant_setup *setup, struct error *error)
{
    const struct azure_tokens_options *options = setup->options;
    const struct {
        const char *name;
        bool given;
        enum grant_proof proof;
    } ways[] = {
        {"client_secret", secret_setting(options, "client_secret") != NULL, PROOF_SECRET},
        {"certificate", setting(options, "certificate") != NULL, PROOF_CERTIFICATE},
        {"federated_token_file", setting(options, "federated_token_file") != NULL, PROOF_FEDERATED},
        {"managed_identity", setup->managed != NULL,
         setup->client ? PROOF_MANAGED_FEDERATED : PROOF_MANAGED},
    };
    const char *first = NULL;
    for (size_t i = 0; i < COUNT(ways); i++) {
        if (!ways[i].given)
            continue;
        if (first)
            return error_set(error, ERROR_INPUT, SCOPE_CLOUD,
                             "clouds.azure: %s and %s are two ways to prove the same: keep one",
                             first, ways[i].name);
        first = ways[i].name;
        setup->proof = ways[i].proof;
    }
    if (first)
        return 0;
    setup->federated = env_get(options, "AZURE_FEDERATED_TOKEN_FILE");
    setup->proof = PROOF_FEDERATED;
    if (setup->federated)
        return 0;
    return error_set(error, ERROR_INPUT, SCOPE_CLOUD,
                     "clouds.azure: nothing proves the application: give client_secret, "
                     "certificate, federated_token_file or managed_identity");
}

int grant_setup(struct arena *arena, const struct azure_tokens_options *options,
                struct grant_setup *ret_setup, struct error *error)
{
    struct grant_setup setup = {
        .options = options,
        .authority = options->authority,
        .tenant = setting(options, "tenant"),
        .client = setting(options, "client_id"),
        .v1 = text_equal(setting(options, "token_endpoint"), "v1"),
        .federated = setting(options, "federated_token_file"),
        .managed = setting(options, "managed_identity"),
        .saas_client = setting(options, "saas_client_id"),
    };
    if (!setup.tenant)
        setup.tenant = arena_copy(arena, env_get(options, "AZURE_TENANT_ID"));
    if (!setup.client && !setup.managed)
        setup.client = arena_copy(arena, env_get(options, "AZURE_CLIENT_ID"));
    int result = choose(&setup, error);
    if (!result)
        result = need("tenant", setup.tenant, error);
    if (!result && text_equal_nocase(setup.tenant, "common"))
        result = error_set(error, ERROR_INPUT, SCOPE_CLOUD,
                           "clouds.azure.tenant: \"common\" is no tenant");
    if (!result && setup.proof != PROOF_MANAGED)
        result = need("client_id", setup.client, error);
    if (result < 0)
        return result;
    setup.federated = arena_copy(arena, setup.federated);
    setup.identity_url = arena_copy(arena, env_get(options, "IDENTITY_ENDPOINT"));
    setup.identity_header = arena_copy(arena, env_get(options, "IDENTITY_HEADER"));
    if (!setup.identity_url || !setup.identity_header)
        setup.identity_url = setup.identity_header = NULL;
    *ret_setup = setup;
    return 0;
}

/* ------------------------------------------------------------------ proofs */

static int read_file(struct text *out, const char *path, struct error *error)
{
    text_init_secret(out, LIMIT_SECRET_BYTES);
    int result = file_read(path, out, NULL, error);
    return result < 0 ? -ERROR_AUTH : 0;
}

static int add_secret(struct text *form, const struct grant_setup *setup, const char *name,
                      struct error *error)
{
    CLEANUP_SECRET struct secret *secret = NULL;
    const struct secret_source *source = secret_setting(setup->options, name);
    if (!source)
        return error_set(error, ERROR_INPUT, SCOPE_CLOUD, "clouds.azure: %s is missing", name);
    int result = secret_fetch(source, &secret, error);
    if (result < 0)
        return error_context(error, "clouds.azure.%s", name);
    oauth_field(form, "client_secret", secret_reveal(secret));
    return 0;
}

static void add_assertion(struct text *form, const char *assertion)
{
    oauth_field(form, "client_assertion_type", ASSERTION_TYPE);
    oauth_field(form, "client_assertion", assertion);
}

static const char *token_url(struct arena *arena, const struct grant_setup *setup)
{
    return arena_printf(arena, "%s%s/oauth2/%stoken", setup->authority, setup->tenant,
                        setup->v1 ? "" : "v2.0/");
}

/* The audience of an assertion is the address that takes it. */
static int sign_assertion(struct arena *arena, struct text *form, const struct grant_setup *setup,
                          const struct grant_wish *wish, struct error *error)
{
    CLEANUP_TEXT struct text certificate;
    CLEANUP_TEXT struct text key;
    const char *path = setting(setup->options, "certificate");
    const char *key_path = setting(setup->options, "certificate_key");
    const char *algorithm = setting(setup->options, "certificate_algorithm");
    struct json *header = json_object(arena), *claims = json_object(arena);
    const char *thumbprint, *assertion;
    int64_t ends_ms;
    text_init_secret(&key, LIMIT_SECRET_BYTES);
    int result = read_file(&certificate, path, error);
    if (!result)
        result = read_file(&key, key_path ? key_path : path, error);
    if (!result)
        result = jwt_thumbprint(arena, certificate.data, &thumbprint, &ends_ms, error);
    if (result < 0)
        return error_context(error, "clouds.azure.certificate");
    int64_t now = wish->now_ms / 1000;
    json_set_text(arena, header, "typ", "JWT");
    json_set_text(arena, header, "x5t#S256", thumbprint);
    json_set_text(arena, claims, "aud", token_url(arena, setup));
    json_set_text(arena, claims, "iss", setup->client);
    json_set_text(arena, claims, "sub", setup->client);
    json_set_text(arena, claims, "jti", wish->jti);
    json_set(arena, claims, "nbf", json_int(arena, now - SKEW_S));
    json_set(arena, claims, "iat", json_int(arena, now));
    json_set(arena, claims, "exp", json_int(arena, now + ASSERTION_S));
    result = jwt_sign(arena, text_equal(algorithm, "RS256") ? JWT_RS256 : JWT_PS256, key.data,
                      header, claims, &assertion, error);
    if (result < 0)
        return error_context(error, "clouds.azure.certificate_key");
    add_assertion(form, assertion);
    return 0;
}

static int add_federated(struct text *form, const struct grant_setup *setup, struct error *error)
{
    CLEANUP_TEXT struct text assertion;
    int result = read_file(&assertion, setup->federated, error);
    if (result < 0)
        return error_context(error, "the federated token");
    add_assertion(form, text_trim(assertion.data));
    return 0;
}

static int add_proof(struct arena *arena, struct text *form, const struct grant_setup *setup,
                     const struct grant_wish *wish, struct error *error)
{
    if (wish->audience == AZURE_FOR_MARKETPLACE && setup->saas_client)
        return add_secret(form, setup, "saas_client_secret", error);
    switch (setup->proof) {
    case PROOF_SECRET:
        return add_secret(form, setup, "client_secret", error);
    case PROOF_CERTIFICATE:
        return sign_assertion(arena, form, setup, wish, error);
    case PROOF_FEDERATED:
        return add_federated(form, setup, error);
    default:
        add_assertion(form, wish->assertion);
        return 0;
    }
}

const char *grant_describe(struct arena *arena, const struct grant_setup *setup,
                           int64_t *ret_ends_ms)
{
    static const char *const names[] = {
        [PROOF_SECRET] = "client secret",
        [PROOF_CERTIFICATE] = "certificate",
        [PROOF_FEDERATED] = "federated token",
        [PROOF_MANAGED] = "managed identity",
        [PROOF_MANAGED_FEDERATED] = "managed identity, federated",
    };
    CLEANUP_TEXT struct text certificate;
    const char *thumbprint;
    const char *path = setting(setup->options, "certificate");
    text_init_secret(&certificate, LIMIT_SECRET_BYTES);
    *ret_ends_ms = 0;
    if (setup->proof == PROOF_CERTIFICATE && !file_read(path, &certificate, NULL, NULL))
        jwt_thumbprint(arena, certificate.data, &thumbprint, ret_ends_ms, NULL);
    return names[setup->proof];
}

/* ------------------------------------------------------------------ requests */

/* Of the machine's own identity; never through a proxy. */
static int managed_request(struct arena *arena, const struct grant_setup *setup,
                           const char *resource, struct http_request *ret_request,
                           struct error *error)
{
    struct http_request request = {.method = "GET", .timeout_ms = 10000, .direct = true};
    const char *url = setup->identity_url ? setup->identity_url : INSTANCE_URL;
    if (!http_is_local(url) && !text_starts(url, "https://"))
        return error_set(error, ERROR_INPUT, SCOPE_CLOUD,
                         "IDENTITY_ENDPOINT may name this host only: it names another");
    bool user = setup->managed && !text_equal(setup->managed, "system");
    request.url = arena_printf(arena, "%s?api-version=%s&resource=%s%s%s", url,
                               setup->identity_url ? "2019-08-01" : "2018-02-01",
                               oauth_encode(arena, resource), user ? "&client_id=" : "",
                               user ? oauth_encode(arena, setup->managed) : "");
    if (setup->identity_url)
        http_request_set(arena, &request, "X-IDENTITY-HEADER", setup->identity_header);
    else
        http_request_set(arena, &request, "Metadata", "true");
    *ret_request = request;
    return 0;
}

static void add_grant(struct arena *arena, struct text *form, const struct grant_setup *setup,
                      const struct grant_wish *wish)
{
    bool person = wish->code || wish->refresh_token;
    const char *scope = audiences[wish->audience].scope;
    oauth_field(form, "grant_type",
                wish->code            ? "authorization_code"
                : wish->refresh_token ? "refresh_token"
                                      : "client_credentials");
    bool saas = wish->audience == AZURE_FOR_MARKETPLACE && setup->saas_client;
    oauth_field(form, "client_id", saas ? setup->saas_client : setup->client);
    if (setup->v1)
        oauth_field(form, "resource", audiences[wish->audience].resource);
    else
        oauth_field(form, "scope",
                    person ? arena_printf(arena, "%s offline_access", scope) : scope);
    oauth_field(form, "refresh_token", wish->refresh_token);
    oauth_field(form, "code", wish->code);
    oauth_field(form, "redirect_uri", wish->redirect);
    oauth_field(form, "code_verifier", wish->verifier);
}

int grant_request(struct arena *arena, const struct grant_setup *setup,
                  const struct grant_wish *wish, struct http_request *ret_request, bool *ret_vouch,
                  struct error *error)
{
    CLEANUP_TEXT struct text form;
    text_init_secret(&form, LIMIT_SECRET_BYTES * 4);
    bool vouch = setup->proof == PROOF_MANAGED_FEDERATED && !wish->assertion;
    *ret_vouch = vouch;
    if (setup->proof == PROOF_MANAGED || vouch)
        return managed_request(arena, setup, vouch ? EXCHANGE : audiences[wish->audience].resource,
                               ret_request, error);
    add_grant(arena, &form, setup, wish);
    int result = add_proof(arena, &form, setup, wish, error);
    if (!result)
        oauth_post(arena, token_url(arena, setup), &form, ret_request);
    return result;
}

/* ------------------------------------------------------------------ refusals */

/* By number, since the texts change (learn.microsoft.com, entra/identity-platform/
 * reference-error-codes). `person`: only somebody who signs in again mends it. */
static const struct refusal_row {
    long long number;
    bool person;
    const char *remedy;
} refusals[] = {
    {7000215, false, "the client secret is wrong; it is the secret's value, not its id"},
    {7000222, false, "the client secret has expired: make another one for the application"},
    {700027, false, "the certificate is not the one that the application has, or its key is not"},
    {700016, false, "there is no such application in the tenant: check tenant and client_id"},
    {700024, false, "set this host's clock"},
    {90002, false, "there is no such tenant"},
    {500011, false, "the API is not known in the tenant: consent has to be given for it"},
    {70021, false,
     "no federated credential of the application fits the token's issuer and subject"},
    {700082, true, "nobody has used the sign-in for 90 days"},
    {700084, true, "the sign-in has ended"},
    {50173, true, "the person's password or sign-in was reset"},
    {50076, true, "multi-factor sign-in is wanted"},
    {50079, true, "multi-factor sign-in is wanted"},
    {50158, true, "an additional sign-in rule is not met"},
    {53003, true, "a conditional access rule blocks the sign-in"},
    {50034, true, "the person has no account in the tenant any more"},
    {50057, true, "the person's account is disabled"},
    {65001, true, "consent for the API is missing"},
};

static const struct refusal_row *find_row(long long number)
{
    for (size_t i = 0; i < COUNT(refusals); i++) {
        if (refusals[i].number == number)
            return &refusals[i];
    }
    return NULL;
}

/* The description's first sentence: trace ids follow. */
static const char *sentence(struct arena *arena, const char *description)
{
    const char *end = description ? strstr(description, " Trace ID") : NULL;
    return end ? arena_copy_n(arena, description, (size_t)(end - description)) : description;
}

int grant_refused(const struct http_response *response, bool by_person, struct error *error)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct json *body = NULL;
    int status = response->status;
    if (json_parse(arena, response->body, response->body_length, &body, NULL) < 0)
        body = NULL;
    const char *first = json_text(json_at(json_get(body, "error_codes"), 0));
    long long number = 0;
    text_to_int64(first ? first : "", &number);
    const struct refusal_row *row = find_row(number);
    const char *code = json_get_text(body, "error");
    bool person = (row && row->person) || text_equal(code, "interaction_required") ||
                  (by_person && text_equal(code, "invalid_grant"));
    bool busy = status == 429 || text_equal(code, "temporarily_unavailable");
    bool passing = status == 404 || status == 408 || status == 410 || status >= 500;
    enum error_class class = busy ? ERROR_THROTTLED : passing ? ERROR_TEMPORARY : ERROR_AUTH;
    const char *said = sentence(arena, json_get_text(body, "error_description"));
    int result = error_set(error, class, SCOPE_CLOUD, "%s%s%s%s%s%s",
                           said   ? said
                           : code ? code
                                  : "no token",
                           said || code ? "" : arena_printf(arena, ": HTTP status %d", status),
                           row ? "; " : "", row ? row->remedy : "",
                           person ? ": somebody who is Referrals admin in Partner Center has to "
                                    "run `agent login azure`"
                                  : "",
                           "");
    if (!error)
        return result;
    error->http_status = status;
    if (person)
        snprintf(error->vendor_code, sizeof error->vendor_code, "sign-in-lost");
    else if (number)
        snprintf(error->vendor_code, sizeof error->vendor_code, "AADSTS%lld", number);
    if (status == 410) /* being upgraded: that takes up to 70 s */
        error->retry_after_ms = 35000;
    return result;
}
