#include "tests/support/google_drive.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"

bool google_drive_carry(void *drive, const struct http_request *request,
                        struct http_response *ret_response)
{
    struct drive *to = drive;
    const char *host = strstr(request->url, "://") + 3;
    const char *token = gcp_drive_token(to, "cloud-platform", NULL);
    int status =
        gcp_drive_call(to, token, request->method, host + strcspn(host, "/"), request->body);
    *ret_response = (struct http_response){.status = status,
                                           .body = to->response.body ? to->response.body : "",
                                           .body_length = to->response.body_length};
    return status != 0;
}

static void forward(void *context, struct arena *arena, const struct http_request *request,
                    struct fake_answer *ret_answer)
{
    struct drive *drive = context;
    struct http_response response;
    fake_advance(&drive->fake, GOOGLE_DRIVE_CALL_MS);
    if (!google_drive_carry(drive, request, &response))
        ret_answer->fate = FAKE_LOST;
    ret_answer->status = response.status;
    ret_answer->body = arena_copy_n(arena, response.body, response.body_length);
}

void google_open_drive(struct google *google, struct drive *drive, const char *location)
{
    const char *const settings[] = {"project",          GCP_PROJECT, "project_number",
                                    GCP_PROJECT_NUMBER, "provider",  GCP_PROVIDER,
                                    "location",         location,    NULL};
    google_open(google, forward, drive, settings);
}

long long google_drive_count(struct drive *drive, const char *operation, const char *status)
{
    long long count = 0;
    assert_int_equal(drive_control(drive, "stats", NULL), 200);
    const struct json *calls = json_get(drive->answer, "calls");
    for (size_t i = 0; calls && i < calls->count; i++)
        if (text_equal(json_get_text(calls->items[i], "operation"), operation) &&
            (!*status || text_equal(json_get_text(calls->items[i], "status"), status)))
            count += json_get_int(calls->items[i], "count", 0);
    return count;
}
