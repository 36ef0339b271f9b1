/* JSON Web Tokens that this program signs (RFC 7515, 7518), with RSA keys in PEM. */
#ifndef NET_JWT_H
#define NET_JWT_H

#include "base/arena.h"
#include "base/error.h"
#include "base/json.h"

enum jwt_algorithm {
    JWT_RS256, /* RSASSA-PKCS1-v1_5, SHA-256 */
    JWT_PS256, /* RSASSA-PSS, SHA-256, MGF1-SHA-256, salt of 32 bytes */
};

/* `header` (without "alg", which is added) and `claims` as compact JSON, signed: three parts in
 * base64url. The key is unencrypted PEM, of RSA; anything else is ERROR_INPUT, which never quotes
 * it. */
int jwt_sign(struct arena *arena, enum jwt_algorithm algorithm, const char *key_pem,
             const struct json *header, const struct json *claims, const char **ret_token,
             struct error *error);

/* SHA-256 over the DER of the first certificate in the PEM text, in base64url (43 characters): the
 * header "x5t#S256". And the instant at which it ends, UTC milliseconds. */
int jwt_thumbprint(struct arena *arena, const char *certificate_pem, const char **ret_thumbprint,
                   int64_t *ret_expires_ms, struct error *error);

/* The claims of a token, whoever signed it: nothing is verified. NULL: it is no JSON Web Token. */
struct json *jwt_claims(struct arena *arena, const char *token);

/* Base64url without padding (RFC 4648, section 5). */
const char *jwt_base64url(struct arena *arena, const void *bytes, size_t length);

#endif
