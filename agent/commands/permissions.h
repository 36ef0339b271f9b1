/* Which permissions the configured jobs need at a cloud. */
#ifndef COMMANDS_PERMISSIONS_H
#define COMMANDS_PERMISSIONS_H

#include <stdbool.h>

#include "base/arena.h"
#include "config/config.h"
#include "connectors/connector.h"

struct needed {
    const char *name;
    bool writes; /* nothing harmless can try it */
};

/* In the connectors' order, each once. A job needs what it reads with, and what it writes with
 * unless it only observes or `read_only` leaves that out. A cloud without jobs needs what reading
 * all its kinds takes. Returns how many; the list is in the arena. */
size_t permissions_needed(struct arena *arena, const struct config *config,
                          const struct connector *connector, bool read_only,
                          const struct needed **ret_needed);

#endif
