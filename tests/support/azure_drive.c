#include "tests/support/azure_drive.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "tests/support/quoted.h"

const char *azure_drive_header(const struct drive *drive, const char *name)
{
    for (size_t i = 0; i < drive->response.header_count; i++) {
        if (!strcmp(drive->response.headers[i].name, name))
            return drive->response.headers[i].value;
    }
    return "";
}

int azure_drive_form(struct drive *drive, const char *path, const char *form)
{
    const struct http_header headers[] = {
        {"Host", "127.0.0.1:8080"},
        {"Content-Type", "application/x-www-form-urlencoded"},
        {NULL, NULL},
    };
    return drive_send(drive, "POST", path, headers, form);
}

long long azure_drive_code(const struct drive *drive)
{
    const struct json *code = json_find(drive->answer, "error_codes[0]");
    long long number = 0;
    return code && text_to_int64(json_text(code), &number) ? number : 0;
}

static const char *token_of(struct drive *drive, const char *form)
{
    azure_drive_form(drive, AZURE_DRIVE_V2, form);
    return drive_answer(drive, "access_token");
}

const char *azure_drive_person(struct drive *drive, const char *audience)
{
    return token_of(drive, arena_printf(drive->arena,
                                        "grant_type=refresh_token&refresh_token=%s&%s"
                                        "&scope=%s/.default+offline_access",
                                        AZURE_REFRESH_TOKEN, AZURE_DRIVE_CLIENT, audience));
}

const char *azure_drive_application(struct drive *drive, const char *audience)
{
    return token_of(drive,
                    arena_printf(drive->arena, "grant_type=client_credentials&%s&scope=%s/.default",
                                 AZURE_DRIVE_CLIENT, audience));
}

int azure_drive_call(struct drive *drive, const char *token, const char *method, const char *target,
                     const char *name, const char *value, const char *body)
{
    const struct http_header headers[] = {
        {"Authorization", arena_printf(drive->arena, "Bearer %s", token)},
        {"client-request-id", AZURE_DRIVE_GUID},
        {"Content-Type", "application/json"},
        {name, value},
        {NULL, NULL},
    };
    return drive_send(drive, method, target, headers, quoted_body(drive->arena, body));
}
