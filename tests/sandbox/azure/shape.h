/* Documents held against the published schemas: which members there may be, and what may be in
 * them. Rules that look at more than one member are code (offer_rules.c). */
#ifndef SANDBOX_AZURE_SHAPE_H
#define SANDBOX_AZURE_SHAPE_H

#include "tests/sandbox/internal.h"

enum shape_kind {
    SHAPE_TEXT,   /* limit: characters, 0: any */
    SHAPE_NUMBER, /* low and high: decimals */
    SHAPE_WHOLE,  /* the same without fraction */
    SHAPE_BOOL,
    SHAPE_OBJECT,    /* of `inner`; without: of whatever members */
    SHAPE_LIST,      /* of `inner`; limit: items, 0: any */
    SHAPE_TEXTS,     /* list of texts that fit; limit: items */
    SHAPE_MAP,       /* any names (that fit), values of `inner` */
    SHAPE_REFERENCE, /* durable id, {externalId} or {resourceName} */
    SHAPE_ANY,
};

struct shape;
struct shape_member {
    const char *name;
    enum shape_kind kind;
    bool needed;
    size_t limit;
    const char *const *words; /* NULL: any */
    bool (*fits)(const char *text);
    const char *low, *high; /* NULL: unbounded */
    const struct shape *inner;
};
struct shape {
    const struct shape_member *members;
    size_t count;
    bool open; /* other members are taken */
};
#define SHAPE(rows)                                                                                \
    {                                                                                              \
        (rows), sizeof(rows) / sizeof((rows)[0]), false                                            \
    }
#define SHAPE_OPEN(rows)                                                                           \
    {                                                                                              \
        (rows), sizeof(rows) / sizeof((rows)[0]), true                                             \
    }

/* Adds {code, message} to `problems` for each fault; `path` "" at the root, else "pricing/0". */
void shape_check(struct arena *arena, const struct shape *shape, const struct json *document,
                 const char *path, struct json *problems);
/* Only the members that must be there, at the root. */
void shape_check_needed(struct arena *arena, const struct shape *shape, const struct json *document,
                        struct json *problems);
void shape_problem(struct arena *arena, struct json *problems, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Forms of texts. */
bool shape_is_guid(const char *text);
bool shape_is_day(const char *text);
bool shape_is_mail(const char *text);
bool shape_is_web(const char *text); /* http or https */
bool shape_is_durable(const char *text);
bool shape_is_name(const char *text);    /* of a resource in one request */
bool shape_is_product(const char *text); /* external id of a product */
bool shape_is_plan(const char *text);    /* of a plan */
bool shape_is_digits(const char *text);
bool shape_is_core(const char *text); /* "8Core" */

#endif
