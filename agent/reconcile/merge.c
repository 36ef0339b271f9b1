#include "reconcile/merge.h"

#include "base/text.h"

static struct merge_result result(enum merge_verdict verdict, const char *rule)
{
    return (struct merge_result){.verdict = verdict, .rule = rule};
}

/* Writes towards the cloud, if that can be and would not empty or overwrite what it must not. */
static struct merge_result to_cloud(const struct merge_input *in, const char *rule)
{
    static const char *const barred = "the cloud does not take this field on an update";
    if (!in->local && !in->clear)
        return result(MERGE_KEPT, "an empty local value does not clear the cloud's");
    if (in->weak && in->cloud)
        return result(MERGE_KEPT, "a default fills what is empty and never overwrites");
    if (!in->cloud_writable) /* nobody misses a default */
        return result(in->weak ? MERGE_KEPT : MERGE_BARRED, barred);
    return result(MERGE_TO_CLOUD, rule);
}

static struct merge_result to_local(const struct merge_input *in, const char *rule)
{
    if (!in->local_writable)
        return result(MERGE_KEPT, "the local side cannot be written");
    if (!in->cloud && !in->clear)
        return result(MERGE_KEPT, "an empty value at the cloud does not clear the local one");
    return result(MERGE_TO_LOCAL, rule);
}

/* Both sides have a claim: a person's decision, the clock, or nobody. */
static struct merge_result contested(const struct merge_input *in, const char *both)
{
    if (text_equal(in->decision, "local"))
        return to_cloud(in, "resolved by a person: local");
    if (text_equal(in->decision, "cloud"))
        return to_local(in, "resolved by a person: cloud");
    if (in->owner != OWNER_NEWEST)
        return result(MERGE_CONFLICT, both);
    if (in->local_ms > in->cloud_ms && in->cloud_ms)
        return to_cloud(in, "owner newest: the local edit is later");
    if (in->cloud_ms > in->local_ms && in->local_ms)
        return to_local(in, "owner newest: the cloud's edit is later");
    return result(MERGE_CONFLICT, "owner newest, but the times do not tell which is later");
}

/* No base: an empty side is filled, differing values go by owner. */
static struct merge_result first_contact(const struct merge_input *in)
{
    if (!in->local)
        return to_local(in, "first contact: the local side is empty");
    if (!in->cloud && in->owner == OWNER_CLOUD)
        return result(MERGE_KEPT, "owner cloud, and the cloud has no value");
    if (!in->cloud)
        return to_cloud(in, "first contact: the cloud is empty");
    if (in->owner == OWNER_LOCAL)
        return to_cloud(in, "first contact: owner local");
    if (in->owner == OWNER_CLOUD)
        return to_local(in, "first contact: owner cloud");
    return contested(in, "first contact with different values: owner ask");
}

struct merge_result merge_field(const struct merge_input *in)
{
    if (text_equal(in->local, in->cloud))
        return result(MERGE_AGREED, "both sides have the same value");
    if (in->direction == FIELD_TO_CLOUD)
        return result(MERGE_KEPT, "used only when a record is created or submitted");
    if (in->direction == FIELD_FROM_CLOUD)
        return to_local(in, "the cloud keeps this field");
    if (in->weak)
        return in->cloud && !in->local ? to_local(in, "the local side is empty")
                                       : to_cloud(in, "a default fills the cloud's empty value");
    if (!in->base)
        return first_contact(in);
    if (in->owner == OWNER_LOCAL)
        return to_cloud(in, "owner local");
    if (in->owner == OWNER_CLOUD)
        return to_local(in, "owner cloud");

    /* An emptied side has moved only where `empty: clear` says so. */
    bool local_moved = !text_equal(in->local, in->base) && (in->local || in->clear);
    bool cloud_moved = !text_equal(in->cloud, in->base) && (in->cloud || in->clear);
    if (local_moved && cloud_moved)
        return contested(in, "both sides moved since they last agreed: owner ask");
    if (local_moved)
        return to_cloud(in, "only the local side moved");
    if (cloud_moved)
        return to_local(in, "only the cloud moved");
    return result(MERGE_KEPT, "a side was emptied, which does not clear the other");
}

const char *merge_verdict_name(enum merge_verdict verdict)
{
    static const char *const names[] = {"agreed",   "to-cloud", "to-local",
                                        "conflict", "kept",     "barred"};
    return names[verdict];
}
