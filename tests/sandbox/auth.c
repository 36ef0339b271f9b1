/* Signature Version 4 as the server sees it. Written apart from the client's signer on purpose: two
 * readings of the same rules check each other. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/digest.h"
#include "tests/sandbox/identity.h"
#include "tests/sandbox/query.h"

#define ALGORITHM     "AWS4-HMAC-SHA256"
#define TERMINATOR    "aws4_request"
#define SKEW_MS       (5 * 60 * 1000)
#define CANONICAL_MAX (64 * 1024)

const char *request_header(const struct sandbox_request *request, const char *name)
{
    for (size_t i = 0; i < request->header_count; i++) {
        if (text_equal_nocase(request->headers[i].name, name))
            return request->headers[i].value;
    }
    return NULL;
}

/* What the Authorization header says. */
struct authorization {
    char access_key[128], date[16], region[32], service[64], terminator[32];
    char headers[512], signature[80];
};

/* Copies what stands after `name=` up to the next comma. */
static bool take_part(const char *header, const char *name, char *out, size_t size)
{
    const char *found = strstr(header, name);
    if (!found)
        return false;
    found += strlen(name);
    size_t length = strcspn(found, ", ");
    if (!length || length >= size)
        return false;
    memcpy(out, found, length);
    out[length] = '\0';
    return true;
}

static bool parse_scope(char *credential, struct authorization *ret_parsed)
{
    struct {
        char *out;
        size_t size;
    } parts[] = {
        {ret_parsed->access_key, sizeof ret_parsed->access_key},
        {ret_parsed->date, sizeof ret_parsed->date},
        {ret_parsed->region, sizeof ret_parsed->region},
        {ret_parsed->service, sizeof ret_parsed->service},
        {ret_parsed->terminator, sizeof ret_parsed->terminator},
    };
    char *save = credential;
    for (size_t i = 0; i < COUNT(parts); i++) {
        char *part = strsep(&save, "/");
        if (!part || !part[0] || strlen(part) >= parts[i].size)
            return false;
        memcpy(parts[i].out, part, strlen(part) + 1);
    }
    return !save;
}

static bool parse_authorization(const char *header, struct authorization *ret_parsed)
{
    char credential[300];
    return text_starts(header, ALGORITHM " ") &&
           take_part(header, "Credential=", credential, sizeof credential) &&
           take_part(header, "SignedHeaders=", ret_parsed->headers, sizeof ret_parsed->headers) &&
           take_part(header, "Signature=", ret_parsed->signature, sizeof ret_parsed->signature) &&
           parse_scope(credential, ret_parsed);
}

/* "20261102T100000Z" */
static bool parse_basic(const char *text, int64_t *ret_ms)
{
    if (strlen(text) != 16)
        return false;
    char iso[32];
    snprintf(iso, sizeof iso, "%.4s-%.2s-%.2sT%.2s:%.2s:%.2sZ", text, text + 4, text + 6, text + 9,
             text + 11, text + 13);
    return text[8] == 'T' && text[15] == 'Z' && instant_parse(iso, ret_ms);
}

/* Adds the value with its ends trimmed and inner runs of spaces made one. */
static void add_value(struct text *out, const char *value)
{
    size_t start = out->length;
    for (; *value; value++) {
        bool blank = *value == ' ' || *value == '\t';
        if (blank && (out->length == start || out->data[out->length - 1] == ' '))
            continue;
        text_add_char(out, blank ? ' ' : *value);
    }
    if (out->length > start && out->data[out->length - 1] == ' ')
        out->data[--out->length] = '\0';
}

static bool add_header(struct text *out, const struct sandbox_request *request, const char *name)
{
    bool found = false;
    text_addf(out, "%s:", name);
    for (size_t i = 0; i < request->header_count; i++) {
        if (!text_equal_nocase(request->headers[i].name, name))
            continue;
        if (found)
            text_add_char(out, ',');
        CLEANUP_TEXT struct text value;
        text_init(&value, CANONICAL_MAX);
        add_value(&value, request->headers[i].value);
        text_add(out, value.data);
        found = true;
    }
    text_add_char(out, '\n');
    return found;
}

/* The canonical request; false if a signed header was not sent or the names are not in order. */
static bool canonical_request(const struct sandbox_request *request, const char *signed_headers,
                              struct text *out)
{
    text_addf(out, "%s\n%s\n", request->method, request->path);
    query_canonical(request->query, out);
    text_add_char(out, '\n');
    char names[512];
    snprintf(names, sizeof names, "%s", signed_headers);
    char *rest = names;
    const char *before = "";
    for (char *name; (name = strsep(&rest, ";"));) {
        if (strcmp(name, before) <= 0 || !add_header(out, request, name))
            return false;
        before = name;
    }
    char hex[SHA256_HEX];
    text_addf(out, "\n%s\n%s", signed_headers,
              sha256_hex(request->body, request->body_length, hex));
    return !text_failed(out);
}

static void compute_signature(const struct text *canonical, const char *secret, const char *stamp,
                              const char *region, const char *service, char hex[SHA256_HEX])
{
    CLEANUP_TEXT struct text to_sign;
    text_init(&to_sign, 1024);
    char digest[SHA256_HEX];
    text_addf(&to_sign, ALGORITHM "\n%s\n%.8s/%s/%s/" TERMINATOR "\n%s", stamp, stamp, region,
              service, sha256_hex(canonical->data, canonical->length, digest));
    char start[300];
    uint8_t key[SHA256_BYTES];
    snprintf(start, sizeof start, "AWS4%s", secret);
    hmac_sha256(start, strlen(start), stamp, 8, key);
    hmac_sha256(key, sizeof key, region, strlen(region), key);
    hmac_sha256(key, sizeof key, service, strlen(service), key);
    hmac_sha256(key, sizeof key, TERMINATOR, strlen(TERMINATOR), key);
    hmac_sha256(key, sizeof key, to_sign.data, to_sign.length, key);
    hex_encode(key, sizeof key, hex);
}

static bool names_header(const char *list, const char *name)
{
    size_t length = strlen(name);
    for (const char *at = list; (at = strcasestr(at, name)); at += length) {
        if ((at == list || at[-1] == ';') && (!at[length] || at[length] == ';'))
            return true;
    }
    return false;
}

/* Host, content type and every x-amz- header must be under the signature. */
static const char *unsigned_header(const struct sandbox_request *request, const char *list)
{
    if (!names_header(list, "host"))
        return "host";
    for (size_t i = 0; i < request->header_count; i++) {
        const char *name = request->headers[i].name;
        bool must = text_equal_nocase(name, "content-type") || !strncasecmp(name, "x-amz-", 6);
        if (must && !names_header(list, name))
            return name;
    }
    return NULL;
}

static int refuse_client(struct failure *failure)
{
    return fail(failure, 403, "UnrecognizedClientException",
                "The security token included in the request is invalid.");
}

static int check_identity(const struct sandbox *sandbox, const struct sandbox_request *request,
                          const struct authorization *auth, const struct identity **ret_caller,
                          struct failure *failure)
{
    const struct identity *caller = identity_find(sandbox, auth->access_key);
    if (!caller || !text_equal(request_header(request, "x-amz-security-token"), caller->token))
        return refuse_client(failure);
    if (caller->expires_ms && identity_now(sandbox) >= caller->expires_ms)
        return fail(failure, 403, "ExpiredTokenException",
                    "The security token included in the request is expired.");
    *ret_caller = caller;
    return 0;
}

/* Partner Central and the marketplace live in one region; STS in all of them. */
static bool right_region(const char *region, const char *service)
{
    if (strcmp(service, "sts") != 0)
        return !strcmp(region, SANDBOX_HOST_REGION);
    size_t length = strlen(region);
    return length > 4 && region[length - 2] == '-' && isdigit((unsigned char)region[length - 1]);
}

static int check_scope(const struct sandbox *sandbox, const struct authorization *auth,
                       const char *service, const char *stamp, int64_t signed_ms,
                       struct failure *failure)
{
    const char *type = "InvalidSignatureException";
    if (!right_region(auth->region, service))
        return fail(failure, 403, type, "Credential should be scoped to a valid region, not '%s'.",
                    auth->region);
    if (strcmp(auth->service, service) != 0)
        return fail(failure, 403, type, "Credential should be scoped to correct service: '%s'.",
                    service);
    if (strcmp(auth->terminator, TERMINATOR) != 0)
        return fail(failure, 403, type, "Credential should be scoped with a valid terminator.");
    if (strncmp(auth->date, stamp, 8) != 0 || strlen(auth->date) != 8)
        return fail(failure, 403, type, "Date in Credential scope does not match X-Amz-Date.");
    int64_t apart = identity_now(sandbox) - signed_ms;
    if (apart > SKEW_MS)
        return fail(failure, 403, type, "Signature expired: %s is too old.", stamp);
    if (apart < -SKEW_MS)
        return fail(failure, 403, type, "Signature not yet current: %s is still to come.", stamp);
    return 0;
}

int auth_check(const struct sandbox *sandbox, const struct sandbox_request *request,
               const char *service, const struct identity **ret_caller, struct failure *failure)
{
    const struct identity *caller = NULL;
    const char *header = request_header(request, "authorization");
    if (!header)
        return fail(failure, 403, "MissingAuthenticationTokenException",
                    "Request is missing Authentication Token");
    struct authorization auth;
    const char *stamp = request_header(request, "x-amz-date");
    int64_t signed_ms;
    if (!parse_authorization(header, &auth) || !stamp || !parse_basic(stamp, &signed_ms))
        return fail(failure, 403, "IncompleteSignatureException",
                    "The request signature does not conform to AWS standards.");
    int result = check_identity(sandbox, request, &auth, &caller, failure);
    if (result == 0)
        result = check_scope(sandbox, &auth, service, stamp, signed_ms, failure);
    if (result < 0)
        return result;
    const char *missing = unsigned_header(request, auth.headers);
    if (missing)
        return fail(failure, 403, "InvalidSignatureException",
                    "'%s' must be a signed header in the Authorization header.", missing);
    CLEANUP_TEXT struct text canonical;
    text_init(&canonical, CANONICAL_MAX);
    char expected[SHA256_HEX];
    if (canonical_request(request, auth.headers, &canonical)) {
        compute_signature(&canonical, caller->secret, stamp, auth.region, auth.service, expected);
        if (!strcmp(expected, auth.signature)) {
            if (ret_caller)
                *ret_caller = caller;
            return 0;
        }
    }
    return fail(failure, 403, "InvalidSignatureException",
                "The request signature we calculated does not match the signature you provided.");
}

/* Those of the headers that a client signs which the request has. */
static void list_signed(const struct sandbox_request *request, char *out, size_t size)
{
    static const char *const names[] = {"content-type", "host", "x-amz-date",
                                        "x-amz-security-token", "x-amz-target"};
    size_t used = 0;
    for (size_t i = 0; i < COUNT(names); i++) {
        if (request_header(request, names[i]))
            used += (size_t)snprintf(out + used, size - used, "%s%s", used ? ";" : "", names[i]);
    }
}

void sandbox_sign(struct arena *arena, const struct sandbox_signer *signer,
                  struct sandbox_request *request)
{
    const char *region = signer->region ? signer->region : SANDBOX_HOST_REGION;
    const char *service = signer->service ? signer->service : SANDBOX_SERVICE;
    char stamp[INSTANT_TEXT];
    struct http_header *headers = arena_array(arena, request->header_count + 3, sizeof *headers);
    size_t count = 0;
    for (size_t i = 0; i < request->header_count; i++)
        headers[count++] = request->headers[i];
    headers[count++] = (struct http_header){
        "x-amz-date", arena_copy(arena, instant_print_basic(signer->now_ms, stamp))};
    if (signer->session_token)
        headers[count++] = (struct http_header){"x-amz-security-token", signer->session_token};
    request->headers = headers;
    request->header_count = count;
    char names[128];
    list_signed(request, names, sizeof names);
    CLEANUP_TEXT struct text canonical;
    text_init(&canonical, CANONICAL_MAX);
    char signature[SHA256_HEX];
    canonical_request(request, names, &canonical);
    compute_signature(&canonical, signer->secret ? signer->secret : SANDBOX_SECRET, stamp, region,
                      service, signature);
    headers[count++] = (struct http_header){
        "authorization", arena_printf(arena,
                                      ALGORITHM " Credential=%s/%.8s/%s/%s/" TERMINATOR
                                                ", SignedHeaders=%s, Signature=%s",
                                      signer->access_key ? signer->access_key : SANDBOX_ACCESS_KEY,
                                      stamp, region, service, names, signature)};
    request->header_count = count;
}
