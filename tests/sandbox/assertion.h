/* JSON Web Tokens that clients sign, for the sides that look at them strictly. */
#ifndef SANDBOX_ASSERTION_H
#define SANDBOX_ASSERTION_H

#include <openssl/evp.h>

#include "base/json.h"

#define ASSERTION_MAX 16384

struct assertion {
    const struct json *header, *claims; /* objects */
    const char *text;                   /* the token; its first bytes are signed */
    size_t signed_bytes;
    const unsigned char *signature;
    size_t signature_bytes;
};

/* False: the text is no token of three parts, or one of more than ASSERTION_MAX bytes. */
bool assertion_read(struct arena *arena, const char *text, struct assertion *ret_assertion);
/* RS256; `pss`: PS256. */
bool assertion_signed_by(const struct assertion *assertion, EVP_PKEY *key, bool pss);
/* Base64url without padding; NULL: it is none, or empty. */
unsigned char *assertion_decode(struct arena *arena, const char *text, size_t length,
                                size_t *ret_length);

#endif
