#include "tests/sandbox/assertion.h"

#include <openssl/rsa.h>
#include <string.h>

unsigned char *assertion_decode(struct arena *arena, const char *text, size_t length,
                                size_t *ret_length)
{
    size_t whole = (length + 3) / 4 * 4;
    if (!length || length % 4 == 1 || whole > ASSERTION_MAX)
        return NULL;
    char *padded = arena_alloc(arena, whole + 1);
    unsigned char *bytes = arena_alloc(arena, whole / 4 * 3 + 1);
    for (size_t i = 0; i < whole; i++) {
        char c = i < length ? text[i] : '=';
        if (i < length && strchr("+/=", c))
            return NULL;
        padded[i] = c == '-' ? '+' : c;
        if (c == '_')
            padded[i] = '/';
    }
    int count = EVP_DecodeBlock(bytes, (const unsigned char *)padded, (int)whole);
    if (count < 0)
        return NULL;
    *ret_length = (size_t)count - (whole - length);
    return bytes;
}

static struct json *decode_object(struct arena *arena, const char *text, size_t length)
{
    size_t count = 0;
    struct json *json = NULL;
    const unsigned char *bytes = assertion_decode(arena, text, length, &count);
    bool fits = bytes && json_parse(arena, (const char *)bytes, count, &json, NULL) == 0;
    return fits && json->type == JSON_OBJECT ? json : NULL;
}

bool assertion_read(struct arena *arena, const char *text, struct assertion *ret_assertion)
{
    size_t first = strcspn(text, ".");
    size_t second = text[first] ? first + 1 + strcspn(text + first + 1, ".") : first;
    if (!text[first] || !text[second] || strchr(text + second + 1, '.') ||
        strlen(text) > ASSERTION_MAX)
        return false;
    const char *last = text + second + 1;
    struct assertion assertion = {
        .header = decode_object(arena, text, first),
        .claims = decode_object(arena, text + first + 1, second - first - 1),
        .text = text,
        .signed_bytes = second,
    };
    assertion.signature = assertion_decode(arena, last, strlen(last), &assertion.signature_bytes);
    if (!assertion.header || !assertion.claims || !assertion.signature)
        return false;
    *ret_assertion = assertion;
    return true;
}

bool assertion_signed_by(const struct assertion *assertion, EVP_PKEY *key, bool pss)
{
    EVP_PKEY_CTX *padding = NULL;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool holds = key && EVP_DigestVerifyInit(context, &padding, EVP_sha256(), NULL, key) == 1;
    if (holds && pss)
        holds = EVP_PKEY_CTX_set_rsa_padding(padding, RSA_PKCS1_PSS_PADDING) == 1 &&
                EVP_PKEY_CTX_set_rsa_pss_saltlen(padding, RSA_PSS_SALTLEN_DIGEST) == 1 &&
                EVP_PKEY_CTX_set_rsa_mgf1_md(padding, EVP_sha256()) == 1;
    holds = holds &&
            EVP_DigestVerify(context, assertion->signature, assertion->signature_bytes,
                             (const unsigned char *)assertion->text, assertion->signed_bytes) == 1;
    EVP_MD_CTX_free(context);
    return holds;
}
