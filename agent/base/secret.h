/* A secret: bytes that are wiped when released and that no printer of this program accepts.
 * secret_reveal() is called only where a request is signed or sent. */
#ifndef BASE_SECRET_H
#define BASE_SECRET_H

#include <stddef.h>

struct secret;

struct secret *secret_new(const char *bytes, size_t length); /* copies; the caller wipes its own */
void secret_free(struct secret *secret);                     /* wipes; NULL is fine */
const char *secret_reveal(const struct secret *secret);      /* NUL-terminated */
void secret_wipe(void *bytes, size_t length);
static inline void cleanup_secret(struct secret **secret)
{
    secret_free(*secret);
}
#define CLEANUP_SECRET __attribute__((cleanup(cleanup_secret)))

#endif
