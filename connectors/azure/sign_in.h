/* The sign-in of a person, which Microsoft's referrals need beside the application: a refresh token
 * in a file of its own, because every use of it gives another one, and only the newest keeps the
 * ninety days running (learn.microsoft.com, entra/identity-platform/refresh-tokens).
 *
 * Whoever uses the token holds the file's lock from before it is read until its successor is on the
 * disk: two processes would otherwise leave the older one there. */
#ifndef CONNECTORS_AZURE_SIGN_IN_H
#define CONNECTORS_AZURE_SIGN_IN_H

#include "base/arena.h"
#include "base/error.h"
#include "base/secret.h"
#include "base/world.h"

#define SIGN_IN_DAYS 90 /* from when a token was issued; confidential clients, not configurable */

struct sign_in {
    struct secret *token;
    int64_t issued_ms;           /* of this token */
    int64_t signed_in_ms;        /* when the person was there */
    const char *tenant, *client; /* that it was made for */
};

/* The lock; ERROR_TEMPORARY if somebody else has it. The descriptor is the caller's to close, which
 * unlocks. */
int sign_in_lock(const char *path, int *ret_fd, struct error *error);
/* ERROR_AUTH with the remedy if there is none, ERROR_INPUT if the file is damaged or not for this
 * tenant and application. Texts live in the arena; the token is the caller's. */
int sign_in_read(struct arena *arena, const char *path, const char *tenant, const char *client,
                 struct sign_in *ret_sign_in, struct error *error);
/* Durable (0600) when it returns; the old file stands if it cannot be written. */
int sign_in_write(const char *path, const struct sign_in *sign_in, struct error *error);

#endif
