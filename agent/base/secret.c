#include "base/secret.h"

#include <openssl/crypto.h>
#include <string.h>

#include "base/memory.h"

struct secret {
    size_t length;
    char bytes[];
};

struct secret *secret_new(const char *bytes, size_t length)
{
    struct secret *secret = memory_alloc(sizeof *secret + length + 1);
    secret->length = length;
    if (length > 0)
        memcpy(secret->bytes, bytes, length);
    return secret;
}

void secret_free(struct secret *secret)
{
    if (!secret)
        return;
    OPENSSL_cleanse(secret->bytes, secret->length);
    free(secret);
}

const char *secret_reveal(const struct secret *secret)
{
    return secret->bytes;
}

void secret_wipe(void *bytes, size_t length)
{
    OPENSSL_cleanse(bytes, length);
}
