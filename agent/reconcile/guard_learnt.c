/* What runs remember about changes: under which subject it is kept, and the creations that were
 * refused when their record was made already. */
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "model/value.h"
#include "reconcile/guard.h"

#define UNFINISHED "unfinished" /* the verdict is the creation's id; "": it is finished */

const char *guard_refusal_code(struct arena *arena, const char **refusal)
{
    size_t length = strcspn(*refusal, " ");
    const char *code = arena_printf(arena, "%.*s", (int)length, *refusal);
    if (!finding_type(code))
        return "REF-019";
    *refusal += length + strspn(*refusal + length, " ");
    return code;
}

const char *guard_subject(struct arena *arena, const struct change *change, const char *version)
{
    /* Once a row was handed over, what the cloud changes meanwhile does not make it a second one:
     * it is pulled when the source has taken the row over. */
    if (change->action == ACTION_IMPORT)
        return arena_printf(arena, "import %s %s", change->job, change->remote_id);
    if (!action_writes_cloud(change->action))
        version = NULL;
    return arena_printf(arena, "%s@%s", change->id, version ? version : "-");
}

int guard_about(const struct work *work, struct arena *arena, const struct change *change,
                const char *version, const char **ret_subject, struct error *error)
{
    const char *subject = guard_subject(arena, change, version), *beside = NULL;
    struct store_record *local = NULL;
    bool asks = work->kind->beside && action_writes_cloud(change->action);
    int r = asks && change->local_key
                ? work->store->ops->record_get(work->store, work->job->name, work->job->kind,
                                               SIDE_LOCAL, change->local_key, arena, &local, error)
                : 0;
    if (r < 0)
        return r;
    if (asks)
        beside = work->kind->beside(work->cloud, arena, change, local ? local->record : NULL);
    *ret_subject = beside ? arena_printf(arena, "%s with %s", subject, beside) : subject;
    return 0;
}

/* ---- unfinished creations ---- */

static const char *unfinished_subject(const struct work *work, struct arena *arena,
                                      const char *remote_id)
{
    return arena_printf(arena, UNFINISHED " %s %s", work->job->name, remote_id);
}

int guard_note_unfinished(const struct work *work, const struct change *create,
                          const char *remote_id, struct error *error)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    return work->store->ops->verdict_put(work->store, unfinished_subject(work, arena, remote_id),
                                         create->id, "agent", error);
}

static int keep_change(void *context, const struct journal_row *row)
{
    *(const struct change **)context = row->change;
    return 0;
}

/* NULL: none is unfinished. */
static int find_creation(const struct work *work, struct arena *arena, const char *remote_id,
                         const struct change **ret_create, struct error *error)
{
    struct store *store = work->store;
    const char *id = NULL, *who = NULL;
    int r = store->ops->verdict_get(store, unfinished_subject(work, arena, remote_id), arena, &id,
                                    &who, error);
    if (r < 0 || text_blank(id))
        return r;
    return store->ops->journal_find(store, id, arena, keep_change, ret_create, error);
}

/* What the cloud does not show is as it was. */
static bool has_all(const struct connector_kind *kind, const struct change *create,
                    const struct record *record)
{
    for (size_t i = 0; i < create->field_count; i++) {
        const struct change_field *wanted = &create->fields[i];
        const struct field *field = &create->kind->fields[wanted->field];
        const struct remote_field *remote = connector_field(kind, field->name);
        if (!remote || !(remote->flags & REMOTE_READ) ||
            !value_same(field, record->values[wanted->field], wanted->new_value))
            return false;
    }
    return true;
}

int guard_note_done(const struct work *work, const struct change *change,
                    const struct record *after, struct error *error)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    const struct change *create = NULL;
    bool ends = change->action == ACTION_SUBMIT || change->action == ACTION_PUBLISH ||
                change->action == ACTION_CANCEL;
    if (!change->remote_id)
        return 0;
    int r = find_creation(work, arena, change->remote_id, &create, error);
    if (r < 0 || !create || !(ends || (after && has_all(work->kind, create, after))))
        return r;
    return work->store->ops->verdict_put(
        work->store, unfinished_subject(work, arena, change->remote_id), "", "agent", error);
}

/* What a command or the source's key said does not stand in the local record. */
static bool is_edited(const struct change *create, const struct record *local)
{
    for (size_t i = 0; i < create->field_count; i++) {
        const struct change_field *wanted = &create->fields[i];
        const char *now = local->values[wanted->field];
        bool aside = create->asked_by || text_equal(wanted->new_value, local->id);
        if (now ? !text_equal(now, wanted->new_value) : !aside)
            return true;
    }
    return false;
}

int guard_unfinished(const struct work *work, struct arena *arena, const char *remote_id,
                     const struct record *local, const struct change **ret_create,
                     const char **ret_refusal, struct error *error)
{
    struct store *store = work->store;
    const struct change *create = NULL;
    const char *subject = NULL, *word = NULL, *who = NULL;
    int r = find_creation(work, arena, remote_id, &create, error);
    if (r < 0 || !create || is_edited(create, local))
        return r;
    r = guard_about(work, arena, create, create->version, &subject, error);
    if (r == 0)
        r = store->ops->verdict_get(store, subject, arena, &word, &who, error);
    if (r < 0 || !word || !text_starts(word, GUARD_REFUSED))
        return r;
    *ret_create = create;
    *ret_refusal = word + sizeof GUARD_REFUSED - 1;
    return 0;
}
