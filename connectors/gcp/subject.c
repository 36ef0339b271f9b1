#include "connectors/gcp/subject.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/memory.h"

#define HEADERS_MAX 12
#define WORDS_MAX   64    /* of a program's command line */
#define RUN_MS      30000 /* google.aip.dev/auth/4117: the default of timeout_millis */
#define RUN_MIN_MS  5000
#define RUN_MAX_MS  120000
#define RUN_BYTES   LIMIT_SECRET_BYTES
#define ENV_PREFIX  "GOOGLE_EXTERNAL_ACCOUNT_"
#define LIFE_MAX_S  43200 /* no token of Google's lives longer */

/* ------------------------------------------------------------------ what a source must be */

static int refuse(const struct gcp_reading *in, const char *what)
{
    return error_set(in->error, ERROR_INPUT, SCOPE_CLOUD, "%s: credential_source: %s", in->place,
                     what);
}

static int check_format(const struct gcp_reading *in, const struct json *source)
{
    const struct json *format = json_get(source, "format");
    const char *type = json_get_text(format, "type");
    if (!format || text_equal(type, "text"))
        return 0;
    if (!text_equal(type, "json"))
        return refuse(in, "format.type is neither text nor json");
    return json_get_text(format, "subject_token_field_name")
               ? 0
               : refuse(in, "format json wants subject_token_field_name");
}

static int check_url(const struct gcp_reading *in, const struct json *source)
{
    const char *url = json_get_text(source, "url");
    const struct json *headers = json_get(source, "headers");
    if (!url || !http_host(in->arena, url) || strpbrk(url, " \t\r\n"))
        return refuse(in, "url is no address");
    if (!text_starts(url, "https://") && !http_is_local(url))
        return refuse(in, "url wants https, or an address of this host or its own link");
    if (headers && headers->count > HEADERS_MAX)
        return refuse(in, "there are too many headers");
    for (size_t i = 0; headers && i < headers->count; i++) {
        const char *value = json_text(headers->items[i]);
        if (headers->type != JSON_OBJECT || !value || strpbrk(value, "\r\n") ||
            strpbrk(headers->names[i], ": \t\r\n"))
            return refuse(in, "headers are no texts by name");
    }
    return 0;
}

static int check_executable(const struct gcp_reading *in, const struct json *source)
{
    const struct json *program = json_get(source, "executable");
    long long timeout = json_get_int(program, "timeout_millis", RUN_MS);
    if (!settings_flag(in->options->settings, "executable_source"))
        return refuse(in, "the file names a program; it is run only if "
                          "clouds.gcp.executable_source is yes");
    if (text_blank(json_get_text(program, "command")))
        return refuse(in, "executable.command is missing");
    if (timeout < RUN_MIN_MS || timeout > RUN_MAX_MS)
        return refuse(in, "executable.timeout_millis is not from 5000 to 120000");
    return 0;
}

int gcp_subject_check(const struct gcp_reading *in, const struct json *source)
{
    if (!source || source->type != JSON_OBJECT)
        return refuse(in, "it is missing");
    if (json_get(source, "environment_id"))
        return refuse(in, "environment_id (AWS) is not taken here: use file, url or executable");
    if (json_get(source, "certificate"))
        return refuse(in, "certificate is not taken here: use file, url or executable");
    bool file = json_get_text(source, "file"), url = json_get(source, "url");
    bool program = json_get(source, "executable");
    if (file + url + program != 1)
        return refuse(in, "one of file, url and executable is expected");
    int result = check_format(in, source);
    if (!result && url)
        result = check_url(in, source);
    if (!result && program)
        result = check_executable(in, source);
    return result;
}

/* ------------------------------------------------------------------ text or JSON */

int64_t gcp_subject_life_ms(long long ends_s, int64_t now_ms)
{
    if (ends_s <= now_ms / 1000)
        return 0;
    return ends_s - now_ms / 1000 > LIFE_MAX_S ? LIFE_MAX_S * INT64_C(1000)
                                               : ends_s * 1000 - now_ms;
}

static int no_token(const struct gcp_credentials *credentials, struct error *error,
                    const char *what)
{
    return error_set(error, ERROR_AUTH, SCOPE_CLOUD, "%s: the foreign token: %s",
                     credentials->place, what);
}

static struct secret *take(const char *text)
{
    CLEANUP_FREE char *copy = memory_copy(text);
    size_t length = strlen(copy);
    const char *trimmed = text_trim(copy);
    struct secret *secret = *trimmed ? secret_new(trimmed, strlen(trimmed)) : NULL;
    secret_wipe(copy, length);
    return secret;
}

int gcp_subject_read(const struct gcp_credentials *credentials, const char *body, size_t length,
                     struct oauth_grant *ret_made, struct error *error)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    const struct json *format = json_get(credentials->source, "format");
    const char *text = body;
    if (text_equal(json_get_text(format, "type"), "json")) {
        const char *name = json_get_text(format, "subject_token_field_name");
        struct json *answer = NULL;
        if (json_parse(arena, body, length, &answer, NULL) < 0)
            return no_token(credentials, error, "what holds it is not JSON");
        const struct json *member = json_get(answer, name);
        text = member && member->type == JSON_STRING ? member->text : NULL;
    } else if (memchr(body, '\0', length)) {
        return no_token(credentials, error, "there is a NUL byte in it");
    }
    struct secret *token = text ? take(text) : NULL;
    if (text != body && text)
        secret_wipe((void *)(uintptr_t)text, strlen(text));
    if (!token)
        return no_token(credentials, error, "there is none");
    *ret_made = (struct oauth_grant){.access_token = token};
    return 0;
}

static int from_file(const struct gcp_credentials *credentials, struct oauth_grant *ret_made,
                     struct error *error)
{
    CLEANUP_TEXT struct text bytes;
    text_init_secret(&bytes, LIMIT_SECRET_BYTES);
    int result = file_read(json_get_text(credentials->source, "file"), &bytes, NULL, error);
    if (result < 0) {
        if (error)
            error->class = ERROR_AUTH;
        return error_context(error, "%s: the foreign token", credentials->place);
    }
    return gcp_subject_read(credentials, bytes.data, bytes.length, ret_made, error);
}

/* ------------------------------------------------------------------ an address */

int gcp_subject_request(struct arena *arena, const struct gcp_credentials *credentials,
                        struct http_request *ret_request, struct error *error)
{
    (void)error;
    const struct json *headers = json_get(credentials->source, "headers");
    struct http_request request = {
        .method = "GET",
        .url = json_get_text(credentials->source, "url"),
        .timeout_ms = 30000,
        .direct = http_is_local(json_get_text(credentials->source, "url")),
    };
    for (size_t i = 0; headers && i < headers->count; i++)
        http_request_set(arena, &request, headers->names[i], json_text(headers->items[i]));
    *ret_request = request;
    return 0;
}

/* ------------------------------------------------------------------ a program */

/* What a program printed, or left in its output file (google.aip.dev/auth/4117). */
static int read_report(const struct gcp_credentials *credentials, const struct text *printed,
                       int64_t now_ms, struct oauth_grant *ret_made, struct error *error)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct json *report = NULL;
    if (json_parse(arena, printed->data, printed->length, &report, NULL) < 0)
        return no_token(credentials, error, "the program printed no JSON");
    const char *type = json_get_text(report, "token_type");
    bool saml = text_equal(type, "urn:ietf:params:oauth:token-type:saml2");
    bool known = saml || text_equal(type, "urn:ietf:params:oauth:token-type:id_token") ||
                 text_equal(type, "urn:ietf:params:oauth:token-type:jwt");
    long long ends_s = json_get_int(report, "expiration_time", 0);
    if (json_get_int(report, "version", 0) != 1)
        return no_token(credentials, error, "the program's version is not 1");
    if (!json_get_bool(report, "success", false)) {
        const char *code = json_get_text(report, "code"), *said = json_get_text(report, "message");
        return error_set(error, ERROR_AUTH, SCOPE_CLOUD,
                         "%s: the program gave no token: %.80s%s%.300s", credentials->place,
                         code ? code : "no code", said ? ": " : "", said ? said : "");
    }
    if (!known || !text_equal(type, credentials->subject_type))
        return no_token(credentials, error, "the program's token_type is not subject_token_type");
    int64_t life_ms = gcp_subject_life_ms(ends_s, now_ms);
    if (ends_s && !life_ms)
        return no_token(credentials, error, "what the program gave has expired");
    const struct json *token = json_get(report, saml ? "saml_response" : "id_token");
    const char *text = token && token->type == JSON_STRING ? token->text : "";
    struct secret *secret = take(text);
    secret_wipe((void *)(uintptr_t)text, strlen(text));
    if (!secret)
        return no_token(credentials, error, "the program printed none");
    *ret_made = (struct oauth_grant){.access_token = secret, .life_ms = life_ms};
    return 0;
}

/* Words at blanks; "…" keeps them together. No shell. */
static bool split(struct arena *arena, const char *command, char *words[WORDS_MAX + 1])
{
    size_t count = 0;
    char *out = arena_copy(arena, command);
    for (const char *at = command + strspn(command, " \t"); *at; at += strspn(at, " \t")) {
        if (count == WORDS_MAX)
            return false;
        words[count++] = out;
        for (bool quoted = false; *at && (quoted || !strchr(" \t", *at)); at++) {
            if (*at == '"')
                quoted = !quoted;
            else
                *out++ = *at;
        }
        bool last = !*at;
        *out++ = '\0';
        if (last)
            break;
    }
    words[count] = NULL;
    return count > 0;
}

static size_t set_variable(struct arena *arena, char **variables, size_t count, const char *name,
                           const char *value)
{
    if (value)
        variables[count++] = arena_printf(arena, ENV_PREFIX "%s=%s", name, value);
    return count;
}

/* Ours, with what the program is to know in place of whatever had those names. */
static char **make_environment(struct arena *arena, const struct gcp_credentials *credentials,
                               const char *output)
{
    size_t count = 0, kept = 0;
    while (environ[count])
        count++;
    char **variables = arena_array(arena, count + 8, sizeof *variables);
    for (size_t i = 0; i < count; i++) {
        if (!text_starts(environ[i], ENV_PREFIX))
            variables[kept++] = environ[i];
    }
    kept = set_variable(arena, variables, kept, "AUDIENCE", credentials->audience);
    kept = set_variable(arena, variables, kept, "TOKEN_TYPE", credentials->subject_type);
    kept = set_variable(arena, variables, kept, "INTERACTIVE", "0");
    kept = set_variable(arena, variables, kept, "IMPERSONATED_EMAIL", credentials->account);
    kept = set_variable(arena, variables, kept, "OUTPUT_FILE", output);
    variables[kept] = NULL;
    return variables;
}

static bool from_output(const struct gcp_credentials *credentials, const char *path, int64_t now_ms,
                        struct oauth_grant *ret_made)
{
    CLEANUP_TEXT struct text bytes;
    struct oauth_grant made = {0};
    text_init_secret(&bytes, RUN_BYTES);
    if (!path || file_read(path, &bytes, NULL, NULL) < 0 ||
        read_report(credentials, &bytes, now_ms, &made, NULL) < 0)
        return false;
    if (made.life_ms > 0)
        *ret_made = made;
    else
        oauth_grant_clear(&made); /* without an end it is good for one use */
    return made.life_ms > 0;
}

static int from_program(struct arena *arena, const struct gcp_credentials *credentials,
                        int64_t now_ms, struct oauth_grant *ret_made, struct error *error)
{
    CLEANUP_TEXT struct text printed;
    const struct json *program = json_get(credentials->source, "executable");
    const char *output = json_get_text(program, "output_file");
    char *words[WORDS_MAX + 1];
    text_init_secret(&printed, RUN_BYTES);
    if (from_output(credentials, output, now_ms, ret_made))
        return 0;
    if (!split(arena, json_get_text(program, "command"), words))
        return no_token(credentials, error, "executable.command is too long");
    int result = file_run_with(words, make_environment(arena, credentials, output),
                               json_get_int(program, "timeout_millis", RUN_MS), &printed, error);
    if (result < 0) {
        if (error && error->scope == SCOPE_RUN)
            error->scope = SCOPE_CLOUD;
        return error_context(error, "%s: the foreign token", credentials->place);
    }
    return read_report(credentials, &printed, now_ms, ret_made, error);
}

int gcp_subject_make(struct arena *arena, const struct gcp_tokens_options *options,
                     const struct gcp_credentials *credentials, int64_t now_ms,
                     struct oauth_grant *ret_made, struct error *error)
{
    const struct json *source = credentials->source;
    if (json_get(source, "url"))
        return 0;
    if (json_get(source, "file"))
        return from_file(credentials, ret_made, error);
    if (!settings_flag(options->settings, "executable_source"))
        return error_set(error, ERROR_BUG, SCOPE_CLOUD, "no program may be run");
    return from_program(arena, credentials, now_ms, ret_made, error);
}
