#include "connectors/aws/sigv4.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "base/times.h"

#define ALGORITHM "AWS4-HMAC-SHA256"

/* What a proxy or the HTTP library may touch is never signed. */
static bool may_sign(const char *name)
{
    static const char *const unsigned_names[] = {
        "authorization", "connection",        "expect",  "keep-alive", "te",
        "trailer",       "transfer-encoding", "upgrade", "user-agent", "x-amzn-trace-id",
    };
    if (text_starts(name, "proxy-"))
        return false;
    for (size_t i = 0; i < sizeof(unsigned_names) / sizeof(unsigned_names[0]); i++) {
        if (!strcmp(name, unsigned_names[i]))
            return false;
    }
    return true;
}

static bool unreserved(unsigned char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.' || c == '~';
}

static void add_encoded(struct text *out, const char *bytes, size_t length, bool keep_slash)
{
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)bytes[i];
        if (unreserved(c) || (keep_slash && c == '/'))
            text_add_char(out, (char)c);
        else
            text_addf(out, "%%%02X", c);
    }
}

const char *sigv4_encode(struct arena *arena, const char *text)
{
    CLEANUP_TEXT struct text out;
    text_init(&out, 3 * strlen(text));
    add_encoded(&out, text, strlen(text), false);
    return arena_copy(arena, out.data);
}

/* Folds empty, "." and ".." segments of an absolute path; a last slash stays. */
static const char *fold_path(struct arena *arena, const char *path)
{
    size_t length = strlen(path);
    char *folded = arena_alloc(arena, length + 2);
    size_t end = 0; /* folded[0..end) is "/a/b" without a last slash */
    bool slash = true;
    for (const char *from = path; *from;) {
        from += strspn(from, "/");
        size_t size = strcspn(from, "/");
        bool dot = size == 1 && from[0] == '.';
        bool dots = size == 2 && from[0] == '.' && from[1] == '.';
        if (dots) {
            while (end > 0 && folded[--end] != '/')
                ;
        } else if (size && !dot) {
            folded[end++] = '/';
            memcpy(folded + end, from, size);
            end += size;
        }
        slash = dot || dots || from[size] == '/' || !size;
        from += size;
    }
    if (slash || end == 0)
        folded[end++] = '/';
    folded[end] = '\0';
    return folded;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return -1;
}

/* Brings one half of a query pair into the canonical encoding, whatever was encoded before. */
static const char *recode(struct arena *arena, const char *bytes, size_t length)
{
    char *plain = arena_alloc(arena, length + 1);
    size_t count = 0;
    for (size_t i = 0; i < length; i++) {
        int high = i + 2 < length && bytes[i] == '%' ? hex_digit(bytes[i + 1]) : -1;
        int low = high >= 0 ? hex_digit(bytes[i + 2]) : -1;
        plain[count++] = low >= 0 ? (char)(high * 16 + low) : bytes[i];
        if (low >= 0)
            i += 2;
    }
    CLEANUP_TEXT struct text out;
    text_init(&out, 3 * length + 1);
    add_encoded(&out, plain, count, false);
    return arena_copy(arena, out.data);
}

struct pair {
    const char *name, *value;
    size_t order;
};

static int by_name_and_value(const void *a, const void *b)
{
    const struct pair *left = a, *right = b;
    int order = strcmp(left->name, right->name);
    return order ? order : strcmp(left->value, right->value);
}

static int by_name_and_order(const void *a, const void *b)
{
    const struct pair *left = a, *right = b;
    int order = strcmp(left->name, right->name);
    return order ? order : (left->order > right->order) - (left->order < right->order);
}

static void add_query(struct text *out, struct arena *arena, const char *query)
{
    if (!query || !*query)
        return;
    size_t count = 0, most = 1;
    for (const char *c = query; *c; c++)
        most += *c == '&';
    struct pair *pairs = arena_array(arena, most, sizeof *pairs);
    for (const char *from = query; *from; from += *from == '&') {
        size_t length = strcspn(from, "&");
        size_t name = strcspn(from, "=&");
        if (length) {
            const char *value = name < length ? from + name + 1 : "";
            size_t value_length = name < length ? length - name - 1 : 0;
            pairs[count++] = (struct pair){.name = recode(arena, from, name),
                                           .value = recode(arena, value, value_length)};
        }
        from += length;
    }
    qsort(pairs, count, sizeof *pairs, by_name_and_value);
    for (size_t i = 0; i < count; i++)
        text_addf(out, "%s%s=%s", i ? "&" : "", pairs[i].name, pairs[i].value);
}

/* Trims, and collapses runs of white space (folded lines included) into one space. */
static const char *squeeze(struct arena *arena, const char *value)
{
    char *out = arena_alloc(arena, strlen(value) + 1);
    size_t length = 0;
    for (const char *c = value; *c; c++) {
        bool space = *c == ' ' || *c == '\t' || *c == '\r' || *c == '\n';
        if (!space)
            out[length++] = *c;
        else if (length && out[length - 1] != ' ')
            out[length++] = ' ';
    }
    while (length && out[length - 1] == ' ')
        length--;
    out[length] = '\0';
    return out;
}

static bool named(const char *list, const char *name)
{
    size_t length = strlen(name);
    for (const char *from = list; *from; from += *from == ';') {
        size_t size = strcspn(from, ";");
        if (size == length && !memcmp(from, name, length))
            return true;
        from += size;
    }
    return false;
}

/* Adds "name:value" lines and returns "name;name". */
static const char *add_headers(struct text *out, struct arena *arena,
                               const struct sigv4_request *request, const char *only)
{
    struct pair *pairs = arena_array(arena, request->header_count + 1, sizeof *pairs);
    size_t count = 0;
    for (size_t i = 0; i < request->header_count; i++) {
        char *name = arena_copy(arena, request->headers[i].name);
        text_lower(name);
        if (only ? named(only, name) : may_sign(name))
            pairs[count++] = (struct pair){name, squeeze(arena, request->headers[i].value), i};
    }
    qsort(pairs, count, sizeof *pairs, by_name_and_order);
    CLEANUP_TEXT struct text names;
    text_init(&names, LIMIT_JSON_BYTES);
    for (size_t i = 0; i < count; i++) {
        if (i && !strcmp(pairs[i].name, pairs[i - 1].name)) {
            text_addf(out, ",%s", pairs[i].value);
            continue;
        }
        text_addf(out, "%s%s:%s", i ? "\n" : "", pairs[i].name, pairs[i].value);
        text_addf(&names, "%s%s", i ? ";" : "", pairs[i].name);
    }
    text_add(out, "\n\n");
    return arena_copy(arena, names.data);
}

const char *sigv4_canonical(struct arena *arena, const struct sigv4_request *request,
                            const char *signed_headers, const char **ret_signed_headers)
{
    const char *path = request->path && *request->path ? request->path : "/";
    if (!request->keep_path)
        path = fold_path(arena, path);
    CLEANUP_TEXT struct text out;
    text_init(&out, LIMIT_JSON_BYTES);
    text_addf(&out, "%s\n", request->method);
    add_encoded(&out, path, strlen(path), true);
    text_add_char(&out, '\n');
    add_query(&out, arena, request->query);
    text_add_char(&out, '\n');
    const char *names = add_headers(&out, arena, request, signed_headers);
    char hash[SHA256_HEX];
    sha256_hex(request->body ? request->body : "", request->body ? request->body_length : 0, hash);
    text_addf(&out, "%s\n%s", names, hash);
    if (ret_signed_headers)
        *ret_signed_headers = names;
    return arena_copy(arena, out.data);
}

const char *sigv4_credential_scope(struct arena *arena, const struct sigv4_scope *scope)
{
    char time[INSTANT_TEXT];
    instant_print_basic(scope->time_ms, time);
    return arena_printf(arena, "%.8s/%s/%s/aws4_request", time, scope->region, scope->service);
}

const char *sigv4_string_to_sign(struct arena *arena, const char *canonical,
                                 const struct sigv4_scope *scope)
{
    char time[INSTANT_TEXT], hash[SHA256_HEX];
    return arena_printf(arena, ALGORITHM "\n%s\n%s\n%s", instant_print_basic(scope->time_ms, time),
                        sigv4_credential_scope(arena, scope),
                        sha256_hex(canonical, strlen(canonical), hash));
}

void sigv4_signature(const struct secret *secret, const char *string_to_sign,
                     const struct sigv4_scope *scope, char ret_hex[SHA256_HEX])
{
    char time[INSTANT_TEXT];
    instant_print_basic(scope->time_ms, time);
    CLEANUP_TEXT struct text first;
    text_init_secret(&first, LIMIT_SECRET_BYTES);
    text_addf(&first, "AWS4%s", secret_reveal(secret));
    uint8_t key[SHA256_BYTES];
    hmac_sha256(first.data, first.length, time, strlen("yyyymmdd"), key);
    const char *const parts[] = {scope->region, scope->service, "aws4_request", string_to_sign};
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        uint8_t next[SHA256_BYTES];
        hmac_sha256(key, sizeof key, parts[i], strlen(parts[i]), next);
        memcpy(key, next, sizeof key);
        secret_wipe(next, sizeof next);
    }
    hex_encode(key, sizeof key, ret_hex);
    secret_wipe(key, sizeof key);
}

void sigv4_sign(struct arena *arena, const struct sigv4_request *request,
                const struct sigv4_scope *scope, const char *access_key_id,
                const struct secret *secret, struct sigv4 *ret_sigv4)
{
    struct sigv4 result = {0};
    result.canonical = sigv4_canonical(arena, request, NULL, &result.signed_headers);
    result.credential_scope = sigv4_credential_scope(arena, scope);
    result.string_to_sign = sigv4_string_to_sign(arena, result.canonical, scope);
    char hex[SHA256_HEX];
    sigv4_signature(secret, result.string_to_sign, scope, hex);
    result.signature = arena_copy(arena, hex);
    result.authorization = arena_printf(
        arena, ALGORITHM " Credential=%s/%s, SignedHeaders=%s, Signature=%s", access_key_id,
        result.credential_scope, result.signed_headers, result.signature);
    *ret_sigv4 = result;
}
