/* The three-way merge of one field. Pure: sees no network, file or store. */
#ifndef RECONCILE_MERGE_H
#define RECONCILE_MERGE_H

#include "model/job.h"

enum merge_verdict {
    MERGE_AGREED,   /* both sides have the same */
    MERGE_TO_CLOUD, /* the local value is to be written at the cloud */
    MERGE_TO_LOCAL, /* the cloud's value is to be written at the local side */
    MERGE_CONFLICT, /* both moved and the rules do not decide */
    MERGE_KEPT,     /* the sides differ and stay as they are */
    MERGE_BARRED,   /* the local value is to be at the cloud, which takes no edit of it */
};

struct merge_input {
    enum owner owner;
    enum field_direction direction;
    bool clear;          /* an emptied side may empty the other */
    bool weak;           /* the local value is a constant or a default: fills, never overwrites */
    bool cloud_writable; /* the cloud takes this field on an update */
    bool local_writable; /* there is a column, and the source takes writes */
    const char *base, *local, *cloud; /* normal forms; NULL is absent. base NULL: never agreed */
    int64_t local_ms, cloud_ms;       /* when each side last moved, for OWNER_NEWEST; 0 unknown */
    const char *decision; /* a person's word on exactly this conflict: "local", "cloud" or NULL */
};

struct merge_result {
    enum merge_verdict verdict;
    const char *rule; /* static text: which rule decided */
};

struct merge_result merge_field(const struct merge_input *input);
const char *merge_verdict_name(enum merge_verdict verdict);

#endif
