#include "connectors/azure/sign_in.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/times.h"

#define VERSION 1
#define REMEDY  "a person who is Referrals admin in Partner Center has to run `agent login azure`"

int sign_in_lock(const char *path, int *ret_fd, struct error *error)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    const char *lock = arena_printf(arena, "%s.lock", path);
    int fd = open(lock, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return error_errno(error, SCOPE_CLOUD, errno, "%s", lock);
    if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
        close(fd);
        return error_set(error, ERROR_TEMPORARY, SCOPE_CLOUD,
                         "%s: another process is using the sign-in", lock);
    }
    *ret_fd = fd;
    return 0;
}

static int damaged(const char *path, struct error *error)
{
    return error_set(error, ERROR_INPUT, SCOPE_CLOUD, "%s is no sign-in of this program: %s", path,
                     REMEDY);
}

static bool read_instant(const struct json *root, const char *name, int64_t *ret_ms)
{
    const char *text = json_get_text(root, name);
    return text && instant_parse(text, ret_ms);
}

static int take(struct arena *arena, const char *path, const struct json *root,
                struct sign_in *ret_sign_in, struct error *error)
{
    struct json *token = json_get(root, "refresh_token");
    struct sign_in sign_in = {.tenant = json_get_text(root, "tenant"),
                              .client = json_get_text(root, "client_id")};
    if (json_get_int(root, "version", 0) != VERSION || !token || token->type != JSON_STRING ||
        text_blank(token->text) || !sign_in.tenant || !sign_in.client ||
        !read_instant(root, "issued", &sign_in.issued_ms) ||
        !read_instant(root, "signed_in", &sign_in.signed_in_ms))
        return damaged(path, error);
    size_t length = strlen(token->text);
    sign_in.token = secret_new(token->text, length);
    secret_wipe((void *)(uintptr_t)token->text, length);
    sign_in.tenant = arena_copy(arena, sign_in.tenant);
    sign_in.client = arena_copy(arena, sign_in.client);
    *ret_sign_in = sign_in;
    return 0;
}

int sign_in_read(struct arena *arena, const char *path, const char *tenant, const char *client,
                 struct sign_in *ret_sign_in, struct error *error)
{
    CLEANUP_TEXT struct text bytes;
    CLEANUP_ARENA struct arena *scratch = arena_new();
    struct file_state state;
    struct json *root = NULL;
    struct sign_in sign_in;
    text_init_secret(&bytes, LIMIT_SECRET_BYTES);
    int result = file_stat(path, &state, error);
    if (result < 0)
        return result;
    if (!state.exists)
        return error_set(error, ERROR_AUTH, SCOPE_CLOUD, "nobody has signed in yet (%s): %s", path,
                         REMEDY);
    result = file_read(path, &bytes, NULL, error);
    if (result < 0)
        return result;
    if (json_parse(scratch, bytes.data, bytes.length, &root, NULL) < 0)
        return damaged(path, error);
    result = take(arena, path, root, &sign_in, error);
    if (result < 0)
        return result;
    if (!text_equal_nocase(sign_in.tenant, tenant) || !text_equal_nocase(sign_in.client, client)) {
        secret_free(sign_in.token);
        return error_set(error, ERROR_INPUT, SCOPE_CLOUD,
                         "%s was made for another tenant or application: %s", path, REMEDY);
    }
    *ret_sign_in = sign_in;
    return 0;
}

int sign_in_write(const char *path, const struct sign_in *sign_in, struct error *error)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    CLEANUP_TEXT struct text out;
    char issued[INSTANT_TEXT], signed_in[INSTANT_TEXT];
    struct json *root = json_object(arena);
    json_set(arena, root, "version", json_int(arena, VERSION));
    json_set_text(arena, root, "tenant", sign_in->tenant);
    json_set_text(arena, root, "client_id", sign_in->client);
    json_set_text(arena, root, "signed_in", instant_print(sign_in->signed_in_ms, signed_in));
    json_set_text(arena, root, "issued", instant_print(sign_in->issued_ms, issued));
    json_set_text(arena, root, "refresh_token", secret_reveal(sign_in->token));
    text_init_secret(&out, LIMIT_SECRET_BYTES);
    json_write(root, JSON_PRETTY, &out);
    text_add_char(&out, '\n');
    const char *copy = json_get_text(root, "refresh_token");
    secret_wipe((void *)(uintptr_t)copy, strlen(copy));
    return text_failed(&out)
               ? error_set(error, ERROR_INPUT, SCOPE_CLOUD, "the refresh token is too long")
               : file_replace(path, out.data, out.length, 0600, error);
}
