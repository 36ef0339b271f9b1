/* The gates of a job: which action each opens, for which kinds, and in which state of a record that
 * action is due. One row a gate; the planner, the configuration and the manual walk over them. */
#ifndef MODEL_GATE_H
#define MODEL_GATE_H

#include "model/change.h"

struct gate_type {
    const char *name; /* "submit" */
    enum action action;
    unsigned kinds;           /* 1u << KIND_…: those that have it */
    const char *field;        /* canonical; NULL: not about a record that is at the cloud already */
    const char *const *words; /* the action is due while `field` is one of these; NULL-ended */
    const char *help;         /* one line, for the manual */
};

extern const struct gate_type gate_types[GATE_COUNT];

#endif
