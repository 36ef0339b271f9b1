/* Changes that are open in the journal: what the cloud still works on, and what an interrupted run
 * left to be found out. */
#ifndef COMMANDS_UNDER_WAY_H
#define COMMANDS_UNDER_WAY_H

#include "commands/context.h"

struct under_way {
    struct journal_row *rows; /* oldest first; their texts are in the arena */
    size_t count, capacity;
};

/* Of the job; `ret_list` is to be freed. */
int under_way_load(struct store *store, const char *job, struct arena *arena,
                   struct under_way *ret_list, struct error *error);
void under_way_free(struct under_way *list);
#define CLEANUP_UNDER_WAY __attribute__((cleanup(under_way_free)))

/* True if all is well and the cloud is waited for. */
bool under_way_waits(const struct journal_row *row);
/* What it waits for, or what the next run does about it, in words. */
const char *under_way_note(struct arena *arena, const struct journal_row *row);
/* id, job, action, remote_id, local_key, title, note, since: all of them texts. */
struct json *under_way_json(struct arena *arena, const struct journal_row *row);

#endif
