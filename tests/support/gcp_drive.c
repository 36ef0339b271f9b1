#include "tests/support/gcp_drive.h"

#include <string.h>

#include "base/text.h"
#include "net/jwt.h"
#include "net/oauth.h"
#include "tests/support/quoted.h"

#define BEARER_GRANT "urn:ietf:params:oauth:grant-type:jwt-bearer"

int gcp_drive_form(struct drive *drive, const char *path, const char *form)
{
    const struct http_header headers[] = {
        {"Host", GCP_DRIVE_HOST},
        {"Content-Type", "application/x-www-form-urlencoded"},
        {NULL, NULL},
    };
    return drive_send(drive, "POST", path, headers, form);
}

int gcp_drive_call(struct drive *drive, const char *token, const char *method, const char *target,
                   const char *body)
{
    struct http_header headers[4] = {{"Host", GCP_DRIVE_HOST}};
    size_t count = 1;
    if (token)
        headers[count++] =
            (struct http_header){"Authorization", arena_printf(drive->arena, "Bearer %s", token)};
    if (body)
        headers[count++] = (struct http_header){"Content-Type", "application/json"};
    return drive_send(drive, method, target, headers, quoted_body(drive->arena, body));
}

struct json *gcp_drive_claims(struct drive *drive, const char *scope, const char *subject)
{
    struct arena *arena = drive->arena;
    struct json *claims = json_object(arena);
    int64_t now_s = drive->fake.now_ms / 1000;
    json_set_text(arena, claims, "iss", GCP_ACCOUNT);
    json_set_text(arena, claims, "scope", arena_printf(arena, GCP_DRIVE_SCOPE "%s", scope));
    json_set_text(arena, claims, "aud", GCP_DRIVE_TOKEN);
    if (subject)
        json_set_text(arena, claims, "sub", subject);
    json_set(arena, claims, "iat", json_int(arena, now_s - 30));
    json_set(arena, claims, "exp", json_int(arena, now_s + 3570));
    return claims;
}

const char *gcp_drive_sign(struct drive *drive, const struct json *claims)
{
    const char *token = "";
    struct json *header = json_object(drive->arena);
    json_set_text(drive->arena, header, "typ", "JWT");
    json_set_text(drive->arena, header, "kid", GCP_KEY_ID);
    jwt_sign(drive->arena, JWT_RS256, gcp_sandbox_key, header, claims, &token, NULL);
    return token;
}

int gcp_drive_redeem(struct drive *drive, const char *assertion)
{
    const char *form = arena_printf(drive->arena, "grant_type=%s&assertion=%s",
                                    oauth_encode(drive->arena, BEARER_GRANT),
                                    oauth_encode(drive->arena, assertion));
    return gcp_drive_form(drive, "/token", form);
}

const char *gcp_drive_token(struct drive *drive, const char *scope, const char *subject)
{
    gcp_drive_redeem(drive, gcp_drive_sign(drive, gcp_drive_claims(drive, scope, subject)));
    return drive_answer(drive, "access_token");
}
