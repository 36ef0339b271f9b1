/* Signature Version 4, as a pure function. Every intermediate text is handed out, so that a
 * signature that does not match can be traced to the step that differs; the sandbox verifies with
 * the same functions. */
#ifndef CONNECTORS_AWS_SIGV4_H
#define CONNECTORS_AWS_SIGV4_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/secret.h"
#include "net/http.h"

struct sigv4_request {
    const char *method;
    const char
        *path; /* as on the request line, without the query; encoded once more, as AWS does */
    const char *query;                 /* without "?"; NULL or "" if there is none */
    const struct http_header *headers; /* host and x-amz-date among them */
    size_t header_count;
    const char *body; /* may be NULL */
    size_t body_length;
    bool keep_path; /* do not fold "//", "." and ".." */
};

struct sigv4_scope {
    const char *region;
    const char *service;
    int64_t time_ms;
};

struct sigv4 {
    const char *canonical;
    const char *signed_headers;   /* "host;x-amz-date" */
    const char *credential_scope; /* "20261102/us-east-1/service/aws4_request" */
    const char *string_to_sign;
    const char *signature;     /* 64 hex digits */
    const char *authorization; /* the header's value */
};

/* As a query carries it: unreserved signs stay, all others are written as %XX. */
const char *sigv4_encode(struct arena *arena, const char *text);

/* The canonical request over the headers that `signed_headers` names ("a;b;c", sorted), or over
 * all that may be signed when it is NULL; `ret_signed_headers` (may be NULL) tells which. */
const char *sigv4_canonical(struct arena *arena, const struct sigv4_request *request,
                            const char *signed_headers, const char **ret_signed_headers);
const char *sigv4_credential_scope(struct arena *arena, const struct sigv4_scope *scope);
const char *sigv4_string_to_sign(struct arena *arena, const char *canonical,
                                 const struct sigv4_scope *scope);
void sigv4_signature(const struct secret *secret, const char *string_to_sign,
                     const struct sigv4_scope *scope, char ret_hex[SHA256_HEX]);

/* All of it. The caller adds the authorization header itself. */
void sigv4_sign(struct arena *arena, const struct sigv4_request *request,
                const struct sigv4_scope *scope, const char *access_key_id,
                const struct secret *secret, struct sigv4 *ret_sigv4);

#endif
