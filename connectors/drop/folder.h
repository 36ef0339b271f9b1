/* The folder of the file drop.
 *
 *   inbox/   where producers put files: they write NAME.part, beside it NAME.csv.sha256 if they
 *            like, and rename the first to NAME.csv; only *.csv is picked up
 *   done/    files that were taken in, and files of outbox/ that have been answered
 *   failed/  files that cannot be used, and NAME.rejects.csv with the rows of others that cannot
 *   outbox/  what a person is to enter in the portal, one file a registration or edit
 *   state/   what all files have said so far, and what is about to go to outbox/: ours
 *
 * All five have to be on one file system: files only ever move by rename. Each change is durable
 * when the call returns. Before each there is a point at which a test may end the process. */
#ifndef CONNECTORS_DROP_FOLDER_H
#define CONNECTORS_DROP_FOLDER_H

#include "base/arena.h"
#include "base/error.h"
#include "base/file.h"
#include "base/world.h"

struct drop_folder {
    const char *path;
    const struct world *world; /* for the points, "drop" */
};

struct drop_file {
    const char *name;
    struct file_state state; /* without its hash */
};

const char *drop_path(const struct drop_folder *folder, struct arena *arena, const char *room,
                      const char *name); /* name NULL: the room itself */
/* The folder must be there; its rooms are made if `make`. */
int drop_folder_check(const struct drop_folder *folder, bool make, struct error *error);
/* The regular files of a room whose names end in ".csv", those that begin with a dot left out, the
 * oldest first. A room that is not there is empty. */
int drop_folder_list(const struct drop_folder *folder, struct arena *arena, const char *room,
                     struct drop_file **ret_files, size_t *ret_count, struct error *error);
/* Not of links and pipes. */
bool drop_folder_is_file(const char *path);
/* Moves a file; 1 if there is none. What has the new name already is replaced. */
int drop_folder_move(const struct drop_folder *folder, const char *from, const char *to,
                     struct error *error);
/* Whoever may write into a room may not lead us out of it: a link is replaced. */
int drop_folder_write(const struct drop_folder *folder, const char *path,
                      const struct text *content, struct error *error);
/* Only one process at a time takes files in. ERROR_TEMPORARY if another one does. Closing the
 * descriptor ends it. */
int drop_folder_lock(const struct drop_folder *folder, const char *name, int *ret_fd,
                     struct error *error);

#endif
