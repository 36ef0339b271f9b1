/* What the doubts of every cloud about a new record share: how one is told, and lists that meet. */
#ifndef CONNECTORS_DOUBT_H
#define CONNECTORS_DOUBT_H

#include "connectors/connector.h"

struct doubt_report {
    const struct newcomer *newcomer;
    void (*report)(void *context, const struct finding *finding);
    void *context;
};

/* `peer`: the record that gives cause to it; NULL: none. */
void doubt_tell(const struct doubt_report *to, const char *code, const char *field,
                const struct record *peer, const char *detail);
/* The row's key stands in the title, which the buyer sees (OFR-032). */
void doubt_title(const struct doubt_report *to, struct arena *arena);
/* The first text that stands in both lists; NULL: none. */
const char *doubt_common(struct arena *arena, const char *left, const char *right);

#endif
