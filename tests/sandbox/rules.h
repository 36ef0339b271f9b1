/* The business rules of the service: what a document must hold when it is created, updated or
 * submitted, and what may change in which review state. */
#ifndef SANDBOX_RULES_H
#define SANDBOX_RULES_H

#include "tests/sandbox/internal.h"

enum rule_moment { MOMENT_CREATE = 1 << 0, MOMENT_UPDATE = 1 << 1, MOMENT_SUBMIT = 1 << 2 };

struct rule_input {
    const struct json *document;
    const char *catalog;
    const char *involvement; /* of a submission; NULL else */
    int64_t today;
    unsigned moment;
};

/* Adds an entry per broken rule. */
void rules_check(const struct rule_input *input, struct failure *failure);

/* Adds an entry per change that the record's state forbids. */
void rules_check_locks(const struct opportunity *record, const struct json *after,
                       struct failure *failure);

/* What the service does to a document by itself: without a contract duration every spend is AWS's,
 * and a national-security deal loses what could identify the customer. */
void rules_normalise(struct arena *arena, struct json *document);

#endif
