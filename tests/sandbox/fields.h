/* The shape of requests and of the opportunity document as rows: one per member. The same rows
 * refuse malformed requests, pick what a list summary shows, and say what is locked in which review
 * state. */
#ifndef SANDBOX_FIELDS_H
#define SANDBOX_FIELDS_H

#include "tests/sandbox/internal.h"

enum field_type { FIELD_TEXT, FIELD_NUMBER, FIELD_OBJECT, FIELD_LIST, FIELD_BOOL, FIELD_ANY };

enum field_flags {
    FIELD_CREATE = 1 << 0,   /* CreateOpportunity takes it */
    FIELD_UPDATE = 1 << 1,   /* UpdateOpportunity takes it */
    FIELD_REQUIRED = 1 << 2, /* by the schema, wherever its parent is */
    FIELD_SUMMARY = 1 << 3,  /* ListOpportunities shows it */
    FIELD_FROZEN = 1 << 4,   /* locked once approved */
    FIELD_ACTION = 1 << 5,   /* may change in Action Required */
    FIELD_LATE = 1 << 6,     /* may still change when launched or lost */
    FIELD_KEPT = 1 << 7,     /* the service keeps it; a caller may only repeat it */
    FIELD_REVIEW = 1 << 8,   /* kept in AWS, but writable in Sandbox to play the reviewer */
    FIELD_NULL = 1 << 9,     /* may be null */
};

struct field {
    const char *path; /* "Customer.Contacts[].Email": [] stands for the items of a list */
    enum field_type type;
    unsigned min, max; /* characters, items, members or value; max 0: no limit */
    const char *const *words;
    bool (*fits)(const char *text);
    unsigned flags;
};

extern const struct field opportunity_fields[];
extern const size_t opportunity_field_count;

/* Adds an entry per fault of the request. A member without a row passes only if `known` (the stored
 * document; may be NULL) has one of the same shape at the same place: the service knows it, our
 * table does not. */
void fields_check(const struct operation *operation, const struct json *request,
                  const struct json *known, struct failure *failure);

/* The same for any document and its rows; `shown` is what it is called. */
void fields_check_rows(const struct field *rows, size_t count, const char *shown,
                       const struct json *document, struct failure *failure);

/* A copy of the document with those members only whose row has `flag`. */
struct json *fields_pick(struct arena *arena, const struct json *document, unsigned flag);

/* Calls back for each member that differs, with its row and its path as shown to callers. */
typedef void fields_changed(void *context, const struct field *field, const char *path);
void fields_compare(struct arena *arena, const struct json *before, const struct json *after,
                    fields_changed *changed, void *context);

#endif
