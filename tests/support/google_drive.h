/* An account at Google before the sandbox, which has a clock and tokens of its own: whatever a
 * connector asks is asked there by the service account. */
#ifndef TESTS_SUPPORT_GOOGLE_DRIVE_H
#define TESTS_SUPPORT_GOOGLE_DRIVE_H

#include "tests/support/gcp_drive.h"
#include "tests/support/google.h"

#define GOOGLE_DRIVE_CALL_MS 1000 /* what a call takes, so that quotas hold */

/* The drive was started; `location` NULL: it is asked for. */
void google_open_drive(struct google *google, struct drive *drive, const char *location);
/* For struct ground; the context is the drive. */
bool google_drive_carry(void *drive, const struct http_request *request,
                        struct http_response *ret_response);
/* How many calls of an operation were answered with the status; "": with any. */
long long google_drive_count(struct drive *drive, const char *operation, const char *status);

#endif
