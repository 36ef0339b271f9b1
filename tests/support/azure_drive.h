/* Drives Microsoft's side of the sandbox: forms for the token endpoint, calls with a token. */
#ifndef TESTS_SUPPORT_AZURE_DRIVE_H
#define TESTS_SUPPORT_AZURE_DRIVE_H

#include "tests/sandbox/azure/account.h"
#include "tests/support/drive.h"

#define AZURE_DRIVE_PARTNER "https://api.partner.microsoft.com"
#define AZURE_DRIVE_CENTER  "https://api.partnercenter.microsoft.com"
#define AZURE_DRIVE_GRAPH   "https://graph.microsoft.com"
#define AZURE_DRIVE_GUID    "8f3f7c1a-0000-4000-8000-000000000001"
/* The application and its secret in a form, with what a form must encode. */
#define AZURE_DRIVE_CLIENT "client_id=" AZURE_CLIENT "&client_secret=s4n~d.b_o-x%2Bse%2Fcr%3Det"
#define AZURE_DRIVE_V2     "/" AZURE_TENANT "/oauth2/v2.0/token"
#define AZURE_DRIVE_V1     "/" AZURE_TENANT "/oauth2/token"

/* A header of the last answer, "" if it is not there. */
const char *azure_drive_header(const struct drive *drive, const char *name);
int azure_drive_form(struct drive *drive, const char *path, const char *form);
/* The code of the refusal ("AADSTS…" as a number), 0 if there is none. */
long long azure_drive_code(const struct drive *drive);
/* Access tokens: of the person by the refresh token, of the application by its secret. */
const char *azure_drive_person(struct drive *drive, const char *audience);
const char *azure_drive_application(struct drive *drive, const char *audience);

/* A call of Referrals or of the webhooks with a token, a client-request-id, and one more header
 * (`name` NULL: none). `body` is JSON text, with ' for " if it holds no ", NULL: none. */
int azure_drive_call(struct drive *drive, const char *token, const char *method, const char *target,
                     const char *name, const char *value, const char *body);

#endif
