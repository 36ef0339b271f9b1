#include "net/jwt.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <string.h>
#include <time.h>

#include "base/digest.h"
#include "base/memory.h"

const char *jwt_base64url(struct arena *arena, const void *bytes, size_t length)
{
    char *text = arena_alloc(arena, (length + 2) / 3 * 4 + 1);
    EVP_EncodeBlock((unsigned char *)text, bytes, (int)length);
    text[strcspn(text, "=")] = '\0';
    for (char *sign = text; (sign = strpbrk(sign, "+/")); sign++)
        *sign = *sign == '+' ? '-' : '_';
    return text;
}

#define CLAIMS_MAX 65536 /* bytes, encoded */

struct json *jwt_claims(struct arena *arena, const char *token)
{
    const char *start = strchr(token, '.');
    const char *end = start ? strchr(start + 1, '.') : NULL;
    size_t length = end ? (size_t)(end - start) - 1 : 0;
    if (!length || length > CLAIMS_MAX || length % 4 == 1)
        return NULL;
    size_t padding = (4 - length % 4) % 4;
    char *text = arena_printf(arena, "%.*s%.*s", (int)length, start + 1, (int)padding, "==");
    for (char *sign = text; (sign = strpbrk(sign, "-_")); sign++)
        *sign = *sign == '-' ? '+' : '/';
    char *bytes = arena_alloc(arena, length);
    int count =
        EVP_DecodeBlock((unsigned char *)bytes, (unsigned char *)text, (int)(length + padding));
    struct json *claims = NULL;
    if (count <= (int)padding ||
        json_parse(arena, bytes, (size_t)count - padding, &claims, NULL) < 0)
        return NULL;
    return claims->type == JSON_OBJECT ? claims : NULL;
}

/* Nobody is there to type a passphrase. */
static int no_passphrase(char *buffer, int size, int writing, void *context)
{
    (void)buffer, (void)size, (void)writing, (void)context;
    return -1;
}

static void free_key(EVP_PKEY **key)
{
    EVP_PKEY_free(*key);
}

static void free_digest(EVP_MD_CTX **context)
{
    EVP_MD_CTX_free(*context);
}

static void free_certificate(X509 **certificate)
{
    X509_free(*certificate);
}

static void free_bio(BIO **bio)
{
    BIO_free(*bio);
}

static int read_key(const char *pem, EVP_PKEY **ret_key, struct error *error)
{
    CLEANUP(free_bio) BIO *bio = BIO_new_mem_buf(pem, -1);
    CLEANUP(free_key)
    EVP_PKEY *key = bio ? PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL) : NULL;
    if (!key)
        return error_set(error, ERROR_INPUT, SCOPE_CLOUD,
                         "there is no unencrypted private key in PEM form");
    if (EVP_PKEY_get_base_id(key) != EVP_PKEY_RSA || EVP_PKEY_get_bits(key) < 2048)
        return error_set(error, ERROR_INPUT, SCOPE_CLOUD,
                         "the private key is not RSA of 2048 bits or more");
    *ret_key = take_ptr(&key);
    return 0;
}

static bool prepare(EVP_MD_CTX *context, enum jwt_algorithm algorithm, EVP_PKEY *key)
{
    EVP_PKEY_CTX *options = NULL;
    if (EVP_DigestSignInit(context, &options, EVP_sha256(), NULL, key) != 1)
        return false;
    if (algorithm == JWT_RS256)
        return EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PADDING) == 1;
    return EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING) == 1 &&
           EVP_PKEY_CTX_set_rsa_pss_saltlen(options, RSA_PSS_SALTLEN_DIGEST) == 1 &&
           EVP_PKEY_CTX_set_rsa_mgf1_md(options, EVP_sha256()) == 1;
}

static const char *part(struct arena *arena, const struct json *json)
{
    const char *text = json_print(arena, json);
    return jwt_base64url(arena, text, strlen(text));
}

int jwt_sign(struct arena *arena, enum jwt_algorithm algorithm, const char *key_pem,
             const struct json *header, const struct json *claims, const char **ret_token,
             struct error *error)
{
    CLEANUP(free_key) EVP_PKEY *key = NULL;
    int result = read_key(key_pem, &key, error);
    if (result < 0)
        return result;
    struct json *full = json_clone(arena, header);
    json_set_text(arena, full, "alg", algorithm == JWT_RS256 ? "RS256" : "PS256");
    const char *input = arena_printf(arena, "%s.%s", part(arena, full), part(arena, claims));
    CLEANUP(free_digest) EVP_MD_CTX *context = EVP_MD_CTX_new();
    size_t length = (size_t)EVP_PKEY_get_size(key);
    unsigned char *signature = arena_alloc(arena, length);
    if (!context || !prepare(context, algorithm, key) ||
        EVP_DigestSign(context, signature, &length, (const unsigned char *)input, strlen(input)) !=
            1)
        return error_set(error, ERROR_PERMANENT, SCOPE_CLOUD, "the key cannot sign");
    *ret_token = arena_printf(arena, "%s.%s", input, jwt_base64url(arena, signature, length));
    return 0;
}

int jwt_thumbprint(struct arena *arena, const char *certificate_pem, const char **ret_thumbprint,
                   int64_t *ret_expires_ms, struct error *error)
{
    CLEANUP(free_bio) BIO *bio = BIO_new_mem_buf(certificate_pem, -1);
    CLEANUP(free_certificate)
    X509 *certificate = bio ? PEM_read_bio_X509(bio, NULL, no_passphrase, NULL) : NULL;
    unsigned char *der = NULL;
    int length = certificate ? i2d_X509(certificate, &der) : -1;
    if (length <= 0)
        return error_set(error, ERROR_INPUT, SCOPE_CLOUD, "there is no certificate in PEM form");
    uint8_t digest[SHA256_BYTES];
    sha256(der, (size_t)length, digest);
    OPENSSL_free(der);
    struct tm end = {0};
    int64_t expires_ms = ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &end) == 1
                             ? (int64_t)timegm(&end) * 1000
                             : 0;
    *ret_thumbprint = jwt_base64url(arena, digest, sizeof digest);
    *ret_expires_ms = expires_ms;
    return 0;
}
