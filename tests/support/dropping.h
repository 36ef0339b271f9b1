/* A rig whose cloud is a file drop, in the folder "drop" beside its file. */
#ifndef TESTS_SUPPORT_DROPPING_H
#define TESTS_SUPPORT_DROPPING_H

#include "tests/support/rig.h"

extern const char dropping_yaml[];
#define DROPPING_HEADER "Key,Deal,Status,Name,Account,Web,Close,Amount,Share,Stage\n"

/* As rig_new(); the folder is made. */
struct rig *dropping_new(const struct rig_options *options);

/* Paths are below the drop: "inbox/a.csv". */
void dropping_put(struct rig *rig, const char *path, const char *content);
void dropping_remove(struct rig *rig, const char *path);
void dropping_move(struct rig *rig, const char *path, const char *room);
size_t dropping_count(struct rig *rig, const char *room);      /* CSV files */
const char *dropping_first(struct rig *rig, const char *room); /* "outbox/x.csv"; NULL if none */
/* A cell of the first row of a file. */
const char *dropping_cell(struct rig *rig, const char *path, const char *column);
/* A person enters what the file asks for: its row comes back with identifier, time and state.
 */
void dropping_answer(struct rig *rig, const char *path, const char *id, const char *updated,
                     const char *review);
/* What the first change that is under way waits for. */
const char *dropping_note(struct rig *rig);

#endif
