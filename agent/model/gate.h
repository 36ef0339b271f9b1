/* The gates of a job: which action each opens, for which kinds, and in which state of a record that
 * action is due. One row a gate; the planner, the configuration and the manual walk over them. */
#ifndef MODEL_GATE_H
#define MODEL_GATE_H

#include "model/change.h"
#include "model/record.h"

struct gate_type {
    const char *name; /* "submit" */
    enum action action;
    unsigned kinds;           /* 1u << KIND_…: those that have it */
    const char *field;        /* canonical; NULL: not about a record that is at the cloud already */
    const char *const *words; /* the action is due while `field` is one of these; NULL-ended */
    const char *const *goes;  /* fields that go along; NULL-ended, NULL: none */
    const char *const *tells; /* what of the record a person wants to see with it; or NULL */
    bool alone;               /* also for records that have no local partner */
    const char *help;         /* one line, for the manual */
};

extern const struct gate_type gate_types[GATE_COUNT];

/* The gate of a record that opens the action; NULL if there is none. */
const struct gate_type *gate_of(enum action action);
/* True if the record at the cloud is in a state in which the action is due, by the words alone. */
bool gate_due(const struct gate_type *type, const struct record *remote);

#endif
