#include "net/har_redact.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "base/limits.h"
#include "base/memory.h"
#include "base/text.h"

#define REDACTED     "REDACTED"
#define KEY_ID_SHOWN 4 /* "AKIA": the kind of key, not which */

/* Members of documents, fields of forms and of queries, without regard to case. */
static const char *const secret_names[] = {
    "access_token",
    "refresh_token",
    "id_token",
    "client_secret",
    "password",
    "assertion",
    "secret",
    "SecretKey",
    "client_assertion",
    "SecretAccessKey",
    "SessionToken",
    "Token",
    "private_key",
    "api_key",
    "subject_token",
    "actor_token",
    "device_code",
    "signature",
    "WebIdentityToken",
    "sasUrl",
    "termsAndConditionsDocSasUrl",
    "reportAccessSecureLink",
    "signedJwt",
    "saml_response",
    "accessToken",
    "inlineContent", /* what two parties sign, in megabytes */
};
/* Short words that are secrets in forms and queries but not in documents. */
static const char *const secret_parameters[] = {
    "code",
    "sig",
    "key",
    "code_verifier",
    "X-Amz-Signature",
    "X-Amz-Security-Token",
    "X-Goog-Signature",
};
static const char *const secret_headers[] = {
    "cookie", "set-cookie", "x-api-key", "api-key", "x-goog-api-key", "x-ms-token-aad-access-token",
};

static bool listed(const char *const *names, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (text_equal_nocase(names[i], name)) {
            return true;
        }
    }
    return false;
}

static bool secret_name(const char *name)
{
    return listed(secret_names, COUNT(secret_names), name);
}

static const char *short_key_id(struct arena *arena, const char *id, size_t length)
{
    return arena_printf(arena, "%.*s" REDACTED,
                        (int)(length < KEY_ID_SHOWN ? length : KEY_ID_SHOWN), id);
}

/* ---- headers ---- */

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text);
    size_t end_length = strlen(end);
    return length >= end_length && strcasecmp(text + length - end_length, end) == 0;
}

/* AWS4-HMAC-SHA256 Credential=ID/scope, SignedHeaders=…, Signature=… */
static const char *redact_sigv4(struct arena *arena, const char *scheme_end, const char *value)
{
    CLEANUP_TEXT struct text out;
    text_init(&out, LIMIT_ERROR_BODY_BYTES);
    text_add_n(&out, value, (size_t)(scheme_end - value));
    for (const char *at = scheme_end; *at != '\0';) {
        size_t gap = strspn(at, " ,");
        text_add_n(&out, at, gap);
        at += gap;
        size_t length = strcspn(at, " ,");
        if (strncmp(at, "Credential=", 11) == 0) {
            size_t id = strcspn(at + 11, "/, ");
            text_addf(&out, "Credential=%s", short_key_id(arena, at + 11, id));
            text_add_n(&out, at + 11 + id, length - 11 - id);
        } else if (strncmp(at, "SignedHeaders=", 14) == 0) {
            text_add_n(&out, at, length);
        } else if (length > 0) { /* the signature, and whatever we do not know */
            size_t name = strcspn(at, "= ,");
            text_add_n(&out, at, name < length ? name : 0);
            text_add(&out, name < length ? "=" REDACTED : REDACTED);
        }
        at += length;
    }
    return arena_copy(arena, out.data);
}

static const char *redact_authorization(struct arena *arena, const char *value)
{
    const char *end = value + strcspn(value, " ");
    if (strncmp(value, "AWS4-", 5) == 0 && *end == ' ') {
        return redact_sigv4(arena, end, value);
    }
    if (*end != ' ') {
        return REDACTED; /* no scheme: all of it is the secret */
    }
    return arena_printf(arena, "%.*s " REDACTED, (int)(end - value), value);
}

const char *redact_header(struct arena *arena, const char *name, const char *value)
{
    if (text_equal_nocase(name, "authorization") ||
        text_equal_nocase(name, "proxy-authorization")) {
        return redact_authorization(arena, value);
    }
    if (listed(secret_headers, COUNT(secret_headers), name) || ends_with(name, "-token") ||
        strcasestr(name, "secret") != NULL || strcasestr(name, "password") != NULL) {
        return REDACTED;
    }
    if (text_equal_nocase(name, "location") || text_equal_nocase(name, "referer")) {
        return redact_url(arena, value);
    }
    return value;
}

/* ---- forms and queries ---- */

static int hex_digit(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

char *redact_decode(char *text)
{
    char *to = text;
    for (const char *at = text; *at != '\0'; at++) {
        if (*at == '%' && hex_digit(at[1]) >= 0 && hex_digit(at[2]) >= 0) {
            *to++ = (char)(hex_digit(at[1]) * 16 + hex_digit(at[2]));
            at += 2;
        } else {
            *to++ = *at == '+' ? ' ' : *at;
        }
    }
    *to = '\0';
    return text;
}

/* Adds name=value pairs with the secret values replaced; stops at the end or at '#'. */
static void add_pairs(struct arena *arena, const char *at, struct text *out)
{
    while (*at != '\0' && *at != '#') {
        size_t length = strcspn(at, "&#");
        size_t name_length = strcspn(at, "=&#");
        const char *name = redact_decode(arena_copy_n(arena, at, name_length));
        bool secret =
            secret_name(name) || listed(secret_parameters, COUNT(secret_parameters), name);
        if (name_length < length && secret) {
            text_add_n(out, at, name_length);
            text_add(out, "=" REDACTED);
        } else if (name_length < length && text_equal_nocase(name, "X-Amz-Credential")) {
            const char *value = at + name_length + 1;
            size_t id = strcspn(value, "/%&#");
            text_add_n(out, at, name_length + 1);
            text_add(out, short_key_id(arena, value, id));
            text_add_n(out, value + id, length - name_length - 1 - id);
        } else {
            text_add_n(out, at, length);
        }
        at += length;
        if (*at == '&') {
            text_add_char(out, *at++);
        }
    }
    text_add(out, at);
}

static const char *redact_pairs(struct arena *arena, const char *before, size_t before_length,
                                const char *pairs)
{
    CLEANUP_TEXT struct text out;
    text_init(&out, 2 * LIMIT_RESPONSE_BYTES);
    text_add_n(&out, before, before_length);
    add_pairs(arena, pairs, &out);
    return text_failed(&out) ? REDACTED : arena_copy(arena, out.data);
}

const char *redact_url(struct arena *arena, const char *url)
{
    const char *query = strpbrk(url, "?#");
    if (query == NULL || *query == '#') {
        return url;
    }
    return redact_pairs(arena, url, (size_t)(query + 1 - url), query + 1);
}

/* ---- documents ---- */

/* True if something was replaced. The depth is bounded by the parser. */
static bool redact_json(struct arena *arena, struct json *json)
{
    bool changed = false;
    for (size_t i = 0; i < json->count; i++) {
        struct json *item = json->items[i];
        const char *name = json->type == JSON_OBJECT ? json->names[i] : "";
        if (secret_name(name) && !json_is_null(item)) {
            json->items[i] = json_string(arena, REDACTED);
            changed = true;
        } else if (text_equal_nocase(name, "AccessKeyId") && json_text(item) != NULL) {
            const char *id = json_text(item);
            json->items[i] = json_string(arena, short_key_id(arena, id, strlen(id)));
            changed = true;
        } else if (item->type == JSON_OBJECT || item->type == JSON_ARRAY) {
            changed = redact_json(arena, item) || changed;
        }
    }
    return changed;
}

/* <SecretAccessKey>…</SecretAccessKey>, as token services that answer in XML write it. */
static const char *redact_xml(struct arena *arena, const char *text)
{
    CLEANUP_TEXT struct text out;
    text_init(&out, 2 * LIMIT_RESPONSE_BYTES);
    bool changed = false;
    for (const char *at = text; *at != '\0';) {
        size_t plain = strcspn(at, ">");
        plain += at[plain] == '>' ? 1 : 0;
        text_add_n(&out, at, plain);
        const char *tag = memrchr(at, '<', plain);
        at += plain;
        if (tag == NULL || tag[1] == '/') {
            continue;
        }
        const char *name = arena_copy_n(arena, tag + 1, strcspn(tag + 1, " \t\r\n/>"));
        size_t value = strcspn(at, "<");
        if (value > 0 && text_equal_nocase(name, "AccessKeyId")) {
            text_add(&out, short_key_id(arena, at, value));
            at += value;
            changed = true;
        } else if (secret_name(name)) {
            text_add(&out, value > 0 ? REDACTED : "");
            at += value;
            changed = true;
        }
    }
    return changed ? (text_failed(&out) ? REDACTED : arena_copy(arena, out.data)) : text;
}

const char *redact_unknown(const char *text)
{
    for (size_t i = 0; i < COUNT(secret_names); i++) {
        const char *at = text;
        while ((at = strcasestr(at, secret_names[i])) != NULL) {
            at += strlen(secret_names[i]);
            if (*at != '\0' && strchr("\"'=:", *at) != NULL) {
                return REDACTED " (a secret's name stands in it)";
            }
        }
    }
    return text;
}

const char *redact_body(struct arena *arena, const char *type, const char *text)
{
    if (type != NULL && strcasestr(type, "x-www-form-urlencoded") != NULL) {
        return redact_pairs(arena, "", 0, text);
    }
    const char *start = text + strspn(text, " \t\r\n");
    struct json *json;
    if (*start == '{' || *start == '[') {
        if (json_parse(arena, text, strlen(text), &json, NULL) == 0) {
            return redact_json(arena, json) ? json_print(arena, json) : text;
        }
    } else if (*start == '<') {
        return redact_xml(arena, text);
    }
    return redact_unknown(text);
}
