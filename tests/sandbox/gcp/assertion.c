/* JSON Web Tokens that a service account signs: what Google's token endpoint looks at, looked at
 * strictly. */
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <string.h>

#include "net/jwt.h"
#include "tests/sandbox/assertion.h"
#include "tests/sandbox/gcp/identities.h"
#include "tests/sandbox/identity.h"

#define LIFE_S 3600
#define SKEW_S 30 /* not published */

static EVP_PKEY *read_key(void)
{
    BIO *bio = BIO_new_mem_buf(gcp_sandbox_key, -1);
    EVP_PKEY *key = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
    BIO_free(bio);
    return key;
}

static bool signature_holds(const struct assertion *assertion)
{
    EVP_PKEY *key = read_key();
    bool holds = assertion_signed_by(assertion, key, false);
    EVP_PKEY_free(key);
    return holds;
}

const char *gcp_assertion_sign(struct arena *arena, const char *account, const struct json *claims)
{
    const char *token = NULL;
    struct json *header = json_object(arena);
    json_set_text(arena, header, "typ", "JWT");
    /* Others have keys of their own, which nothing here is signed with. */
    json_set_text(arena, header, "kid", text_equal(account, GCP_ACCOUNT) ? GCP_KEY_ID : account);
    jwt_sign(arena, JWT_RS256, gcp_sandbox_key, header, claims, &token, NULL);
    return token;
}

/* Header, signature and issuer; then the claims can be looked at. */
static enum gcp_objection open_jwt(const struct sandbox *sandbox, struct arena *arena,
                                   const char *jwt, const struct json **ret_claims,
                                   const char **ret_why)
{
    struct assertion assertion;
    *ret_why = "Bad Request";
    if (!assertion_read(arena, jwt, &assertion))
        return GCP_NO_JWT;
    const struct json *header = assertion.header, *claims = assertion.claims;
    *ret_why = "Invalid grant: account not found";
    if (!text_equal(json_get_text(claims, "iss"), GCP_ACCOUNT))
        return GCP_BAD_KEY;
    *ret_why = "Invalid JWT Signature.";
    const char *kid = json_get_text(header, "kid");
    bool right = text_equal(json_get_text(header, "alg"), "RS256") &&
                 text_equal(json_get_text(header, "typ"), "JWT") && text_equal(kid, GCP_KEY_ID);
    if (!right || sandbox->gcp->identities->key_revoked || !signature_holds(&assertion))
        return GCP_BAD_KEY;
    *ret_claims = claims;
    return GCP_HOLDS;
}

/* ---- Claims. */
static bool is_seconds(const struct json *node)
{
    return node && node->type == JSON_NUMBER &&
           strspn(node->text, "0123456789") == strlen(node->text);
}

static enum gcp_objection check_times(const struct sandbox *sandbox, const struct json *claims,
                                      const char **ret_why)
{
    int64_t now_s = identity_now(sandbox) / 1000;
    long long start = json_get_int(claims, "iat", 0), end = json_get_int(claims, "exp", 0);
    *ret_why = "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable "
               "timeframe. Check your iat and exp values in the JWT claim.";
    bool right = is_seconds(json_get(claims, "iat")) && is_seconds(json_get(claims, "exp")) &&
                 start <= now_s + SKEW_S && end > now_s && end > start && end - start <= LIFE_S;
    return right ? GCP_HOLDS : GCP_BAD_TIMES;
}

bool gcp_scopes_known(const char *scopes)
{
    static const char *const known[] = {GCP_SCOPE_CLOUD, GCP_SCOPE_CHANNEL, GCP_SCOPE_CRM};
    size_t words = 0;
    for (const char *at = scopes; at && *at; words++) {
        size_t length = strcspn(at, " ");
        bool found = false;
        for (size_t i = 0; i < COUNT(known); i++)
            found = found || (strlen(known[i]) == length && !strncmp(known[i], at, length));
        if (!found)
            return false;
        at += length + (at[length] == ' ');
    }
    return words > 0;
}

/* The super admin of the partner's domain, and each scope by itself. */
static enum gcp_objection check_person(const struct sandbox *sandbox, const char *person,
                                       const char *scopes, const char **ret_why)
{
    const struct gcp_identities *identities = sandbox->gcp->identities;
    *ret_why = "Invalid email or User ID";
    if (strcmp(person, GCP_ADMIN) != 0)
        return GCP_NO_PERSON;
    *ret_why = "Client is unauthorized to retrieve access tokens using this method, or client not "
               "authorized for any of the scopes requested.";
    bool granted = !strstr(scopes, GCP_SCOPE_CLOUD) &&
                   (identities->channel_granted || !strstr(scopes, GCP_SCOPE_CHANNEL)) &&
                   (identities->crm_granted || !strstr(scopes, GCP_SCOPE_CRM));
    return granted ? GCP_HOLDS : GCP_NOT_GRANTED;
}

enum gcp_objection gcp_assertion_check(const struct sandbox *sandbox, struct arena *arena,
                                       const char *jwt, const char *audience,
                                       struct gcp_assertion *ret_assertion, const char **ret_why)
{
    const struct json *claims = NULL;
    enum gcp_objection objection = open_jwt(sandbox, arena, jwt, &claims, ret_why);
    if (objection == GCP_HOLDS)
        objection = check_times(sandbox, claims, ret_why);
    if (objection != GCP_HOLDS)
        return objection;
    const char *scopes = json_get_text(claims, "scope"), *person = json_get_text(claims, "sub");
    *ret_why = "Invalid JWT: Failed audience check.";
    if (!text_equal(json_get_text(claims, "aud"), audience))
        return GCP_BAD_CLAIMS;
    *ret_why = "Invalid OAuth scope or ID token audience provided.";
    if (!gcp_scopes_known(scopes))
        return GCP_BAD_SCOPE;
    *ret_assertion = (struct gcp_assertion){.principal = GCP_ACCOUNT, .scopes = scopes};
    if (!person || !strcmp(person, GCP_ACCOUNT))
        return GCP_HOLDS;
    ret_assertion->subject = person;
    return check_person(sandbox, person, scopes, ret_why);
}

/* google.aip.dev/auth/4111: the account for itself, and one of audience and scope. */
bool gcp_assertion_is_token(const struct sandbox *sandbox, struct arena *arena, const char *jwt,
                            struct gcp_assertion *ret_assertion, int64_t *ret_expires_ms)
{
    const struct json *claims = NULL;
    const char *why = NULL;
    if (open_jwt(sandbox, arena, jwt, &claims, &why) != GCP_HOLDS ||
        check_times(sandbox, claims, &why) != GCP_HOLDS)
        return false;
    const char *scopes = json_get_text(claims, "scope"), *audience = json_get_text(claims, "aud");
    if (!text_equal(json_get_text(claims, "sub"), GCP_ACCOUNT) || !scopes == !audience)
        return false;
    if (scopes && !gcp_scopes_known(scopes))
        return false;
    *ret_assertion = (struct gcp_assertion){
        .principal = GCP_ACCOUNT, .scopes = scopes ? scopes : GCP_SCOPE_CLOUD, .host = audience};
    *ret_expires_ms = (int64_t)json_get_int(claims, "exp", 0) * 1000;
    return true;
}
