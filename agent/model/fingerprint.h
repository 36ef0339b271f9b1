/* A SHA-256 over a sequence of texts, in constant memory. Each text is digested on its own and then
 * chained, so that no two different sequences give the same input: ("ab", "c") is not ("a", "bc"),
 * and an absent text is not an empty one. */
#ifndef MODEL_FINGERPRINT_H
#define MODEL_FINGERPRINT_H

#include <stdint.h>

#include "base/digest.h"

struct fingerprint {
    uint8_t state[SHA256_BYTES]; /* zeroed to begin with */
};

void fingerprint_add(struct fingerprint *print, const char *text); /* NULL is absent */
void fingerprint_hex(const struct fingerprint *print, char hex[SHA256_HEX]);

#endif
