/* What went wrong, how far it reaches, and whether trying again helps.
 *
 * Functions of this program return 0 or a negative error class (`-ERROR_…`) and describe the
 * failure in a `struct error` of the caller's. The struct owns nothing and may be copied. A message
 * is logged once, by whoever ends the operation; library code neither prints nor exits. */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include <stddef.h>
#include <stdint.h>

/* Whether and how trying again helps. */
enum error_class {
    ERROR_NONE = 0,
    ERROR_TEMPORARY, /* network, 5xx: the same call may pass later */
    ERROR_THROTTLED, /* quota: the same call passes after a wait */
    ERROR_AUTH,      /* credentials or permission: a person must act */
    ERROR_REFUSED,   /* the other side understood and said no: the data must change */
    ERROR_STALE,     /* the record moved under us: read again, plan again */
    ERROR_INPUT,     /* config or data on this side is wrong: has place and remedy */
    ERROR_PERMANENT, /* anything else that trying again does not mend */
    ERROR_BUG,       /* this program's fault */
};

/* How much of the work the failure ends. */
enum error_scope { SCOPE_RECORD, SCOPE_COLLECTION, SCOPE_CLOUD, SCOPE_RUN };

struct error {
    enum error_class class;
    enum error_scope scope;
    int http_status;        /* 0: no answer came */
    int64_t retry_after_ms; /* 0: not said; clamped to LIMIT_RETRY_AFTER_MS */
    char vendor_code[96];   /* e.g. "ValidationException", "" if none */
    char request_id[96];    /* the vendor's, for support; "" if none */
    char message[1024];     /* one line, safe for a terminal */
};

/* Fills `error` (may be NULL) and returns -class. The message passes log_safe(). */
int error_set(struct error *error, enum error_class class, enum error_scope scope,
              const char *format, ...) __attribute__((format(printf, 4, 5)));

/* The same from errno: class PERMANENT (EACCES, ENOSPC, …) or TEMPORARY (EINTR, EAGAIN), the text
 * of errno appended. */
int error_errno(struct error *error, enum error_scope scope, int number, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Puts "context: " in front of the message; returns -error->class. */
int error_context(struct error *error, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

const char *error_class_name(enum error_class class);

/* A vendor's code or id into one of the fixed texts: printable ASCII only, cut to fit. */
void error_name(char *buffer, size_t size, const char *text);

#endif
