/* Drives Google's side of the sandbox: forms for the token endpoint, calls with a token. */
#ifndef TESTS_SUPPORT_GCP_DRIVE_H
#define TESTS_SUPPORT_GCP_DRIVE_H

#include "tests/sandbox/gcp/account.h"
#include "tests/support/drive.h"

#define GCP_DRIVE_HOST  "127.0.0.1:8080"
#define GCP_DRIVE_TOKEN "http://" GCP_DRIVE_HOST "/token" /* the audience of assertions */
#define GCP_DRIVE_SCOPE "https://www.googleapis.com/auth/"

/* These return the status, 0 if the connection was dropped. */
int gcp_drive_form(struct drive *drive, const char *path, const char *form);
/* A call with a token (NULL: none); `body` is JSON text, with ' for " if it holds no ", NULL: none.
 */
int gcp_drive_call(struct drive *drive, const char *token, const char *method, const char *target,
                   const char *body);

/* An assertion of the service account for the token endpoint, good now: `scope` without what
 * GCP_DRIVE_SCOPE has, `subject` NULL: nobody's. */
struct json *gcp_drive_claims(struct drive *drive, const char *scope, const char *subject);
const char *gcp_drive_sign(struct drive *drive, const struct json *claims);
int gcp_drive_redeem(struct drive *drive, const char *assertion);
/* An access token, "" if it is refused. "cloud-platform", NULL: the account's own;
 * "apps.order", GCP_ADMIN: Cloud Channel's. */
const char *gcp_drive_token(struct drive *drive, const char *scope, const char *subject);

#endif
