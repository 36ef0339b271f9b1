#include "model/relation.h"

#include "base/memory.h"
#include "base/text.h"

const struct relation relations[] = {
    {KIND_REFERRAL, "offers", KIND_OFFER, "state", WORDS("draft")},
};
const size_t relation_count = COUNT(relations);

bool relation_unready(const struct relation *relation, const struct record *named)
{
    for (const char *const *word = relation->unready; *word; word++) {
        if (text_equal(record_get(named, relation->state), *word))
            return true;
    }
    return false;
}
