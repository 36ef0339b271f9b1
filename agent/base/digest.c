#include "base/digest.h"

#include <limits.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/memory.h"

/* SHA-256 is always there; OpenSSL's calls below can only fail for want of memory. */

void sha256(const void *bytes, size_t length, uint8_t digest[SHA256_BYTES])
{
    if (EVP_Digest(length ? bytes : "", length, digest, NULL, EVP_sha256(), NULL) != 1)
        memory_failed();
}

const char *sha256_hex(const void *bytes, size_t length, char hex[SHA256_HEX])
{
    uint8_t digest[SHA256_BYTES];
    sha256(bytes, length, digest);
    return hex_encode(digest, sizeof digest, hex);
}

void hmac_sha256(const void *key, size_t key_length, const void *bytes, size_t length,
                 uint8_t digest[SHA256_BYTES])
{
    /* Keys are far below INT_MAX (LIMIT_SECRET_BYTES). An empty key is still a key: HMAC() takes a
     * NULL one for "the key of last time". */
    if (key_length > INT_MAX || !HMAC(EVP_sha256(), key_length ? key : "", (int)key_length,
                                      length ? bytes : (const void *)"", length, digest, NULL))
        memory_failed();
}

const char *hex_encode(const uint8_t *bytes, size_t length, char *hex)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < length; i++) {
        hex[2 * i] = digits[bytes[i] >> 4];
        hex[2 * i + 1] = digits[bytes[i] & 0x0f];
    }
    hex[2 * length] = '\0';
    return hex;
}
