#include "tests/support/partner_ask.h"

#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "tests/sandbox/azure/identities.h"

#define AUDIENCE "https://api.partner.microsoft.com"

static struct http_header bearer(struct drive *drive, struct arena *arena)
{
    const struct azure_access *token =
        azure_access_make(drive->sandbox, AUDIENCE, AZURE_USER, 3600);
    return (struct http_header){"authorization", arena_printf(arena, "Bearer %s", token->text)};
}

void partner_ask(struct drive *drive, struct arena *arena, const struct http_request *request,
                 struct fake_answer *ret_answer)
{
    const char *path = strchr(strstr(request->url, "://") + 3, '/');
    const char *query = strchr(path, '?');
    struct http_header headers[COUNT(request->headers) + 2] = {{"host", "127.0.0.1:8080"}};
    size_t count = 1;
    for (size_t i = 0; i < request->header_count; i++) {
        char *name = arena_copy(arena, request->headers[i].name);
        text_lower(name);
        if (strcmp(name, "authorization") != 0)
            headers[count++] = (struct http_header){name, request->headers[i].value};
    }
    headers[count++] = bearer(drive, arena);
    const struct sandbox_request sent = {
        .method = request->method,
        .path = arena_copy_n(arena, path, strcspn(path, "?")),
        .query = query ? query + 1 : NULL,
        .headers = headers,
        .header_count = count,
        .body = request->body,
        .body_length = request->body_length,
    };
    sandbox_handle(drive->sandbox, &sent, drive->arena, &drive->response);
    ret_answer->status = drive->response.status;
    ret_answer->body = arena_copy_n(arena, drive->response.body ? drive->response.body : "",
                                    drive->response.body_length);
}
