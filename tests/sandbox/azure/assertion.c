/* Client assertions: a JWT signed with the key of the application's certificate. What Entra ID
 * looks at, looked at strictly. */
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <string.h>

#include "base/digest.h"
#include "tests/sandbox/assertion.h"
#include "tests/sandbox/azure/identities.h"
#include "tests/sandbox/identity.h"

#define SKEW_S 300         /* clocks may differ by five minutes */
#define LIFE_S (24 * 3600) /* an assertion that lives longer is no proof of presence */
#define LOGIN  "https://login.microsoftonline.com"

static X509 *read_certificate(const char *path)
{
    FILE *file = path ? fopen(path, "re") : NULL;
    X509 *certificate = file ? PEM_read_X509(file, NULL, NULL, NULL) : NULL;
    if (file)
        fclose(file);
    return certificate;
}

int azure_certificate_check(const char *path, struct error *error)
{
    X509 *certificate = read_certificate(path);
    if (!certificate)
        return error_set(error, ERROR_INPUT, SCOPE_RUN, "%s holds no certificate in PEM", path);
    X509_free(certificate);
    return 0;
}

/* ---- Header and signature. */
static bool thumbprint_fits(struct arena *arena, X509 *certificate, const struct json *header,
                            const char *name, const EVP_MD *digest)
{
    unsigned char print[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    size_t count = 0;
    const char *text = json_get_text(header, name);
    const unsigned char *bytes = text ? assertion_decode(arena, text, strlen(text), &count) : NULL;
    return bytes && X509_digest(certificate, digest, print, &length) && count == length &&
           !memcmp(bytes, print, length);
}

static bool certificate_named(struct arena *arena, X509 *certificate, const struct json *header)
{
    bool old = text_equal(json_get_text(header, "alg"), "RS256");
    return thumbprint_fits(arena, certificate, header, "x5t#S256", EVP_sha256()) ||
           (old && thumbprint_fits(arena, certificate, header, "x5t", EVP_sha1()));
}

/* ---- Claims. */
/* The one audience there is: this tenant's token endpoint, under Microsoft's name or the one by
 * which the sandbox was called. */
static bool audience_fits(struct arena *arena, const struct sandbox_request *request,
                          const char *audience)
{
    static const char path[] = "/" AZURE_TENANT "/oauth2/v2.0/token";
    const char *host = request_header(request, "host");
    return text_equal(audience, arena_printf(arena, LOGIN "%s", path)) ||
           (host && text_equal(audience, arena_printf(arena, "http://%s%s", host, path)));
}

static const char *check_claims(struct sandbox *sandbox, struct arena *arena,
                                const struct sandbox_request *request, const struct json *claims)
{
    struct map *used = sandbox->azure->parts.identities->assertions;
    int64_t now_s = identity_now(sandbox) / 1000;
    long long start = json_get_int(claims, "nbf", 0), end = json_get_int(claims, "exp", 0);
    const char *jti = json_get_text(claims, "jti");
    if (!text_equal(json_get_text(claims, "iss"), AZURE_CLIENT) ||
        !text_equal(json_get_text(claims, "sub"), AZURE_CLIENT))
        return "iss and sub must be the client id.";
    if (!audience_fits(arena, request, json_get_text(claims, "aud")))
        return "aud is not the token endpoint of the tenant.";
    if (!start || start > now_s + SKEW_S)
        return "nbf is missing or lies ahead.";
    if (end <= now_s || end > now_s + LIFE_S || end <= start)
        return "exp is missing, past or too far ahead.";
    if (!jti || !jti[0] || map_has(used, jti))
        return "jti is missing or was used before.";
    map_put(used, jti, used);
    return NULL;
}

static const char *check(struct sandbox *sandbox, struct arena *arena,
                         const struct sandbox_request *request, X509 *certificate, const char *jwt)
{
    struct assertion assertion;
    if (!assertion_read(arena, jwt, &assertion))
        return "It is no JWT.";
    const struct json *header = assertion.header;
    const char *algorithm = json_get_text(header, "alg");
    bool pss = text_equal(algorithm, "PS256");
    if (!text_equal(json_get_text(header, "typ"), "JWT"))
        return "typ is not JWT.";
    if (!pss && !text_equal(algorithm, "RS256"))
        return "alg is neither PS256 nor RS256.";
    if (!certificate || !certificate_named(arena, certificate, header))
        return "The key was not found by its thumbprint.";
    if (!assertion_signed_by(&assertion, X509_get0_pubkey(certificate), pss))
        return "The signature does not hold.";
    return check_claims(sandbox, arena, request, assertion.claims);
}

bool azure_assertion_holds(struct sandbox *sandbox, const struct sandbox_request *request,
                           const char *jwt, const char **ret_why)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    X509 *certificate = read_certificate(sandbox->options.azure_certificate);
    const char *why = check(sandbox, arena, request, certificate, jwt);
    X509_free(certificate);
    if (why)
        *ret_why = why;
    return !why;
}
