/* Findings: what a person must know. One registry (finding.c) holds every code with its severity,
 * text and remedy; codes are stable and never used again for something else. */
#ifndef MODEL_FINDING_H
#define MODEL_FINDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/place.h"

enum severity { SEVERITY_INFO, SEVERITY_WARNING, SEVERITY_ERROR };

struct finding_type {
    const char *code; /* "REF-014": area, dash, number */
    enum severity severity;
    const char *title;  /* "close date lies in the past" */
    const char *remedy; /* what to do, one sentence */
};

struct finding {
    const struct finding_type *type;
    const char *job;     /* NULL: not of one job */
    const char *subject; /* stable identity: a local key, a remote id, a file; never NULL */
    const char *field;   /* canonical field, or NULL */
    const char *detail;  /* this case in one sentence, values included; may be NULL */
    const char *remote_id;
    const char *local_key;
    bool locked; /* the record's state forbids the edit, whatever the value */
    struct place place;
    /* set by the store: */
    int64_t first_seen_ms, last_seen_ms;
    const char *id; /* short, stable: "f-1a2b3c4d" */
};

extern const struct finding_type finding_types[];
extern const size_t finding_type_count;
/* NULL if unknown: a bug, which a test over all uses looks for. */
const struct finding_type *finding_type(const char *code);
const char *severity_name(enum severity severity);

#endif
