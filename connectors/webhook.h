/* What all clouds have in common that call an address when something happens: whose it is, and what
 * of it may be shown. */
#ifndef CONNECTORS_WEBHOOK_H
#define CONNECTORS_WEBHOOK_H

#include "connectors/connector.h"

enum webhook_state {
    WEBHOOK_NONE,   /* nothing is registered */
    WEBHOOK_OURS,   /* our address, for all events that we want */
    WEBHOOK_PARTLY, /* our address, but not for all of them */
    WEBHOOK_OTHERS, /* another address */
};

/* `url` is ours; NULL if none is set. Addresses are compared as they are written. */
enum webhook_state webhook_state(const struct connector_webhook *webhook, const char *url,
                                 const struct webhook *now);
bool webhook_has(const char *const *events, const char *event); /* events may be NULL */
/* Both lists without repeats, NULL-ended. */
const char *const *webhook_union(struct arena *arena, const char *const *a, const char *const *b);
/* The address without its query, which may hold a key: "https://host/path?…". */
const char *webhook_shown(struct arena *arena, const char *url);
/* A sentence for people. */
const char *webhook_words(struct arena *arena, const struct connector_webhook *webhook,
                          const char *url, const struct webhook *now);

#endif
