/* Fields whose values name records of another kind at the same cloud: the ties between records. */
#ifndef MODEL_RELATION_H
#define MODEL_RELATION_H

#include "model/record.h"

struct relation {
    enum kind_id holder;
    const char *field; /* of the holder; an identifier, or several */
    enum kind_id named;
    const char *state;          /* of the named record … */
    const char *const *unready; /* … which cannot be named yet while it has one of these words */
};

extern const struct relation relations[];
extern const size_t relation_count;

/* True if the record cannot be named by the relation's field yet. */
bool relation_unready(const struct relation *relation, const struct record *named);

#endif
