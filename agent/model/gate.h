/* The gates of a job: which action each opens, for which kinds, and in which state of a record of
 * the kind that action is due. One row a gate; the planner, the configuration and the manual walk
 * over them. */
#ifndef MODEL_GATE_H
#define MODEL_GATE_H

#include "model/change.h"
#include "model/record.h"

/* What a gate is for one kind. */
struct gate_kind {
    const char *help;         /* one line, for the manual; NULL: the kind does not have the gate */
    const char *field;        /* canonical; NULL: not about a record that is at the cloud already */
    const char *const *words; /* the action is due while `field` is one of these; NULL-ended */
    const char *const *goes;  /* fields that go along; NULL-ended, NULL: none */
    const char *const *tells; /* what of the record a person wants to see with it; or NULL */
};

struct gate_type {
    const char *name; /* "submit" */
    enum action action;
    struct gate_kind of[KIND_COUNT];
    bool alone; /* also for records that have no local partner */
};

extern const struct gate_type gate_types[GATE_COUNT];

/* The gate of a record that opens the action; NULL if there is none. */
const struct gate_type *gate_of(enum action action);
/* What it is for the kind; NULL if the kind does not have it, or `type` is NULL. */
const struct gate_kind *gate_kind(const struct gate_type *type, const struct kind *kind);
/* True if the record at the cloud is in a state in which the action is due, by the words alone. */
bool gate_due(const struct gate_type *type, const struct record *remote);

#endif
