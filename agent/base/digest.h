/* Digests and encodings, on OpenSSL's EVP. */
#ifndef BASE_DIGEST_H
#define BASE_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#define SHA256_BYTES 32
#define SHA256_HEX   65 /* NUL included */

void sha256(const void *bytes, size_t length, uint8_t digest[SHA256_BYTES]);
const char *sha256_hex(const void *bytes, size_t length, char hex[SHA256_HEX]);
void hmac_sha256(const void *key, size_t key_length, const void *bytes, size_t length,
                 uint8_t digest[SHA256_BYTES]);
const char *hex_encode(const uint8_t *bytes, size_t length, char *hex); /* 2 × length + 1 bytes */

#endif
