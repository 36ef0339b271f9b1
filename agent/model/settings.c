#include "model/settings.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/memory.h"
#include "base/text.h"

const struct setting *settings_find(const struct settings *settings, const char *name)
{
    for (size_t i = 0; i < settings->count; i++) {
        const struct setting *item = &settings->items[i];
        if (!strcmp(item->name, name))
            return item->given || item->text || item->list || item->secret ? item : NULL;
    }
    return NULL;
}

const char *settings_text(const struct settings *settings, const char *name)
{
    const struct setting *setting = settings_find(settings, name);
    return setting ? setting->text : NULL;
}

int64_t settings_number(const struct settings *settings, const char *name)
{
    const struct setting *setting = settings_find(settings, name);
    return setting ? setting->number : 0;
}

bool settings_flag(const struct settings *settings, const char *name)
{
    return settings_number(settings, name) != 0;
}

static int fetch_env(const char *name, struct text *out, struct error *error)
{
    const char *value = getenv(name);
    if (!value)
        return error_set(error, ERROR_AUTH, SCOPE_CLOUD,
                         "environment variable %s is not set: set it, or choose another place for "
                         "the secret",
                         name);
    text_add(out, value);
    return 0;
}

/* Whatever the reason is that a secret cannot be had, it is a matter of access for a person. */
static int refuse_auth(struct error *error, const struct error *cause, const char *remedy)
{
    return error_set(error, ERROR_AUTH, SCOPE_CLOUD, "%s: %s", cause->message, remedy);
}

static int fetch_file(const char *path, const char *remedy, struct text *out, struct error *error)
{
    struct error cause = {0};
    return file_read(path, out, NULL, &cause) ? refuse_auth(error, &cause, remedy) : 0;
}

static int fetch_credential(const char *name, struct text *out, struct error *error)
{
    const char *folder = getenv("CREDENTIALS_DIRECTORY");
    if (!folder || !*folder)
        return error_set(error, ERROR_AUTH, SCOPE_CLOUD,
                         "credential %s: $CREDENTIALS_DIRECTORY is not set: run as a service with "
                         "LoadCredential=%s:…, or take the secret from a file",
                         name, name);
    if (!*name || strchr(name, '/') || !strcmp(name, ".."))
        return error_set(error, ERROR_AUTH, SCOPE_CLOUD,
                         "credential \"%s\" must be a plain name without slashes", name);
    CLEANUP_TEXT struct text path;
    text_init(&path, strlen(folder) + strlen(name) + 1);
    text_addf(&path, "%s/%s", folder, name);
    return fetch_file(path.data, "add LoadCredential= for it to the service", out, error);
}

static int fetch_command(const char **argv, struct text *out, struct error *error)
{
    /* execve(2) takes its words as char *const but does not write them. */
    size_t count = 0;
    while (argv[count])
        count++;
    CLEANUP_FREE char **words = memory_alloc((count + 1) * sizeof *words);
    memcpy(words, argv, count * sizeof *words);
    struct error cause = {0};
    if (file_run(words, LIMIT_COMMAND_MS, out, &cause))
        return refuse_auth(error, &cause, "run the command by hand to see why");
    return 0;
}

static int fetch(const struct secret_source *source, struct text *out, struct error *error)
{
    switch (source->from) {
    case SECRET_ENV:
        return fetch_env(source->text, out, error);
    case SECRET_FILE:
        return fetch_file(source->text, "make the file readable for this user", out, error);
    case SECRET_CREDENTIAL:
        return fetch_credential(source->text, out, error);
    case SECRET_COMMAND:
        return fetch_command(source->argv, out, error);
    }
    return error_set(error, ERROR_BUG, SCOPE_CLOUD, "secret from nowhere");
}

static const char *source_name(const struct secret_source *source)
{
    return source->from == SECRET_COMMAND ? source->argv[0] : source->text;
}

int secret_fetch(const struct secret_source *source, struct secret **ret_secret,
                 struct error *error)
{
    CLEANUP_TEXT struct text text;
    text_init_secret(&text, LIMIT_SECRET_BYTES);
    int status = fetch(source, &text, error);
    if (status)
        return status;
    const char *name = source_name(source);
    if (text_failed(&text))
        return error_set(error, ERROR_AUTH, SCOPE_CLOUD,
                         "the secret from %s is larger than %u bytes: this is not a secret", name,
                         LIMIT_SECRET_BYTES);
    size_t length = text.length;
    length -= length && text.data[length - 1] == '\n';
    length -= length && length < text.length && text.data[length - 1] == '\r';
    if (!length)
        return error_set(error, ERROR_AUTH, SCOPE_CLOUD,
                         "the secret from %s is empty: put the secret there", name);
    if (memchr(text.data, '\0', length))
        return error_set(error, ERROR_AUTH, SCOPE_CLOUD,
                         "the secret from %s holds a NUL byte: this is not a text", name);
    *ret_secret = secret_new(text.data, length);
    return 0;
}
