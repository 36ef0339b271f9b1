/* What a person asks for in a command: one change of one record, made from the same records and
 * held against the same rules as all others. The rest of the plan steps back for it. */
#include <stdlib.h>

#include "base/memory.h"
#include "base/text.h"
#include "reconcile/guard.h"
#include "reconcile/plan_private.h"

/* The record that a wish is about, as far as it is there. */
struct aim {
    const struct wish *wish;
    const struct store_record *remote, *local;
    const char *const *base;      /* NULL: never agreed */
    const struct plan_pair *pair; /* matched in this plan, not linked yet */
    bool released;                /* the journal knows that it was once */
    const char *why;              /* it cannot be done, or NULL */
};

#define SAY(...) arena_printf(planner->plan->arena, __VA_ARGS__)

/* ---- finding the record ---- */

static const struct plan_pair *new_pair(const struct plan *plan, const char *subject)
{
    for (size_t i = 0; i < plan->pair_count; i++) {
        const struct plan_pair *pair = &plan->pairs[i];
        if (pair->adopt &&
            (text_equal(pair->remote_id, subject) || text_equal(pair->local_key, subject) ||
             text_equal(pair->replaces[SIDE_REMOTE], subject) ||
             text_equal(pair->replaces[SIDE_LOCAL], subject)))
            return pair;
    }
    return NULL;
}

static int get_side(struct planner *planner, enum side side, const char *id,
                    const struct store_record **ret_record, struct error *error)
{
    struct store_record *record = NULL;
    int r = plan_get(planner, side, id, &record, error);
    *ret_record = record;
    return r;
}

static int take_pair(struct planner *planner, struct aim *aim, const char *remote_id,
                     const char *local_key, struct error *error)
{
    int r = get_side(planner, SIDE_REMOTE, remote_id, &aim->remote, error);
    return r < 0 ? r : get_side(planner, SIDE_LOCAL, local_key, &aim->local, error);
}

static bool unsure(const struct map *ids, const struct store_record *record)
{
    return ids && record && map_has(ids, record->record->id);
}

/* A record that became another one stands for that one. */
static int follow(struct planner *planner, struct aim *aim, struct error *error)
{
    const char *other = aim->remote ? plan_became(aim->remote->record) : NULL;
    const struct store_record *successor = NULL;
    int r = other ? get_side(planner, SIDE_REMOTE, other, &successor, error) : 0;
    if (successor && !successor->gone)
        aim->remote = successor;
    return r;
}

/* By the remote id or the local key, along the link if there is one. */
static int find_linked(struct planner *planner, struct aim *aim, struct error *error)
{
    const char *subject = aim->wish->subject;
    struct store_link *link = NULL;
    int r = take_pair(planner, aim, subject, subject, error);
    if (r == 0)
        r = follow(planner, aim, error);
    const struct store_record *record = aim->remote ? aim->remote : aim->local;
    if (r < 0 || !record)
        return r;
    r = plan_link(planner, aim->remote ? SIDE_REMOTE : SIDE_LOCAL, record->record->id, &link,
                  error);
    if (r < 0)
        return r;
    bool both = aim->remote && aim->local;
    if (both && !(link && text_equal(link->local_key, subject)) && !aim->local->gone)
        aim->why = "the cloud and the source each have a record of that name, which are not one";
    else if (both && !link)
        aim->local = NULL; /* a row that is gone names nothing any more */
    if (!link || aim->why)
        return 0;
    aim->base = (const char *const *)link->base;
    return take_pair(planner, aim, link->remote_id, link->local_key, error);
}

/* What was deleted is no more: another one may be made. */
static bool is_there(const struct aim *aim)
{
    return aim->remote &&
           !(aim->wish->action == ACTION_CREATE && record_deleted(aim->remote->record));
}

static int find(struct planner *planner, struct aim *aim, struct error *error)
{
    aim->pair = new_pair(planner->plan, aim->wish->subject);
    if (aim->pair) {
        aim->base = (const char *const *)aim->pair->base;
        return take_pair(planner, aim, aim->pair->remote_id, aim->pair->local_key, error);
    }
    int r = find_linked(planner, aim, error);
    if (r < 0 || aim->why)
        return r;
    if (!aim->remote && !aim->local)
        aim->why = "neither the cloud nor the source has such a record";
    else if (unsure(planner->unsure_remote, aim->remote) ||
             unsure(planner->unsure_local, aim->local))
        aim->why = "it is not clear which records belong together; see its finding";
    return 0;
}

/* ---- what this run has done already ---- */

struct history {
    struct aim *aim;
    struct plan *plan;
    int64_t run;
    bool over;
};

/* An edit may have become another action, and leaves out what the cloud had already; what tells it
 * is that it wrote at least one of the values, and no other for any of the fields. */
static bool same_wish(const struct wish *wish, const struct change *change)
{
    bool edit = wish->action == ACTION_UPDATE, wrote = false;
    if (!text_equal(change->asked_by, wish->who) || (change->action != wish->action && !edit))
        return false;
    for (size_t i = 0; i < wish->field_count; i++) {
        const struct field *field = &change->kind->fields[wish->fields[i].field];
        const struct change_field *done = change_field(change, field->name);
        if (done && !text_equal(done->new_value, wish->fields[i].new_value))
            return false;
        wrote |= done != NULL;
    }
    return wrote || !edit;
}

static bool releases(enum action action)
{
    return action == ACTION_PUBLISH || action == ACTION_EXTEND || action == ACTION_CANCEL;
}

/* A refusal is repeated to people, and not tried again before they ask once more. */
static int note_done(void *context, const struct journal_row *row)
{
    struct history *history = context;
    const struct change *change = row->change;
    history->aim->released |= row->state == JOURNAL_DONE && releases(change->action);
    if (row->run != history->run || !same_wish(history->aim->wish, change) ||
        (row->state != JOURNAL_DONE && row->state != JOURNAL_FAILED))
        return 0;
    history->over = true;
    if (row->state == JOURNAL_FAILED) {
        const char *refusal = row->result ? row->result : "refused";
        const char *code = guard_refusal_code(history->plan->arena, &refusal);
        plan_add_finding(history->plan, code, change->remote_id, change->local_key, NULL,
                         "%s %s: %s", change->id, action_name(change->action), refusal);
    }
    return 0;
}

/* A run plans several times; what was asked for is carried out in it once. */
static int carried_out(struct planner *planner, struct aim *aim, bool *ret_over,
                       struct error *error)
{
    struct store *store = planner->work->store;
    struct arena *arena = planner->plan->arena;
    struct run_row *run = NULL;
    int r = store->ops->run_last(store, planner->plan->job->name, arena, &run, error);
    if (r < 0 || !run)
        return r;
    struct history history = {.aim = aim, .plan = planner->plan, .run = run->id};
    r = store->ops->journal_find(store, aim->wish->subject, arena, note_done, &history, error);
    if (r == 0 && aim->remote && !text_equal(aim->remote->record->id, aim->wish->subject))
        r = store->ops->journal_find(store, aim->remote->record->id, arena, note_done, &history,
                                     error);
    *ret_over = history.over;
    return r;
}

/* ---- making the change ---- */

/* Why the cloud cannot take the value by this action, or NULL. */
static const char *refuses(const struct planner *planner, const struct wish *wish, size_t index)
{
    const struct field *field = &planner->plan->job->kind->fields[index];
    const struct remote_field *remote = connector_field(planner->work->kind, field->name);
    unsigned flags = wish->action == ACTION_CREATE   ? REMOTE_CREATE
                     : wish->action == ACTION_UPDATE ? REMOTE_UPDATE | REMOTE_STEP
                                                     : ~0u;
    if (field->direction == FIELD_FROM_CLOUD)
        return SAY("only the cloud sets %s", field->name);
    if (!remote || !(remote->flags & flags) ||
        (wish->action == ACTION_UPDATE && remote->flags & REMOTE_SHOWS))
        return SAY("the cloud does not take %s here", field->name);
    return NULL;
}

static const char *refused_field(const struct planner *planner, const struct wish *wish)
{
    const char *why = NULL;
    for (size_t i = 0; !why && i < wish->field_count; i++)
        why = refuses(planner, wish, wish->fields[i].field);
    return why;
}

static void drop_index(struct change *change, size_t field)
{
    size_t kept = 0;
    for (size_t i = 0; i < change->field_count; i++)
        if (change->fields[i].field != field)
            change->fields[kept++] = change->fields[i];
    change->field_count = kept;
}

/* What is asked for goes before what the local side says. */
static void add_fields(struct planner *planner, const struct aim *aim, struct change *change)
{
    const struct wish *wish = aim->wish;
    const char *rule = SAY("asked for by %s", wish->who);
    for (size_t i = 0; i < wish->field_count; i++) {
        size_t field = wish->fields[i].field;
        const char *old = aim->remote->record->values[field], *value = wish->fields[i].new_value;
        drop_index(change, field);
        if (!text_equal(old, value))
            plan_add_field(planner->plan, change, field, old, value,
                           aim->base ? aim->base[field] : NULL, rule);
    }
}

/* What a submission is for is still to be shown to somebody. */
static bool shows_more(const struct planner *planner, const struct change *change)
{
    for (size_t i = 0; i < change->field_count; i++)
        if (plan_shows(planner, change->fields[i].field))
            return change->action == ACTION_SUBMIT;
    return false;
}

static const char *not_due(const struct planner *planner, const struct gate_type *type,
                           const struct record *remote, const struct change *change)
{
    const struct gate_kind *of = gate_kind(type, remote->kind);
    if (!of || !of->field || shows_more(planner, change) ||
        plan_due(planner, type, remote, plan_after(planner->plan->arena, remote, change)))
        return NULL;
    const char *value = record_get(remote, of->field);
    return SAY("its %s is %s, and this is for %s%s%s", of->field, value ? value : "not known",
               of->words[0], of->words[1] ? " and " : "", of->words[1] ? of->words[1] : "");
}

static bool is_usable(const struct planner *planner, const struct store_record *local)
{
    return local && !local->gone && !map_has(planner->blocked, local->record->id);
}

/* Why the next run would write the field back, or NULL: a field that the local side owns is edited
 * there. Taking an offer back is no edit of its last day. */
static const char *undone(const struct planner *planner, const struct aim *aim)
{
    const struct wish *wish = aim->wish;
    const struct job *job = planner->plan->job;
    if (wish->action == ACTION_CANCEL || !is_usable(planner, aim->local))
        return NULL;
    for (size_t i = 0; i < wish->field_count; i++) {
        const struct field_map *map = job_field(job, wish->fields[i].field);
        const char *local = aim->local->record->values[wish->fields[i].field];
        if (map && map->column && map->owner == OWNER_LOCAL && local &&
            job->kind->fields[map->field].direction == FIELD_BOTH &&
            !text_equal(local, wish->fields[i].new_value))
            return SAY("%s is the local side's (owner: local), which says %s: change it there, or "
                       "the next run would undo this",
                       job->kind->fields[map->field].name,
                       value_show(planner->plan->arena, &job->kind->fields[map->field], local));
    }
    return NULL;
}

/* ---- deleting a draft ---- */

static bool wants_deletion(const struct planner *planner, const struct wish *wish)
{
    size_t state = kind_field(planner->plan->job->kind, FIELD_STATE);
    for (size_t i = 0; wish->action == ACTION_CANCEL && i < wish->field_count; i++)
        if (wish->fields[i].field == state)
            return text_equal(wish->fields[i].new_value, STATE_DELETED);
    return false;
}

/* Why the record is not deleted, or NULL: it is a draft that was never released, and the cloud can.
 */
static const char *kept(const struct planner *planner, const struct aim *aim)
{
    const char *state = record_get(aim->remote->record, FIELD_STATE);
    if (!(planner->work->kind->capabilities & CAN_DISCARD))
        return SAY("%s does not let drafts be deleted", planner->work->connector->title);
    if (!text_equal(state, STATE_DRAFT))
        return SAY("its state is %s now, and only a draft is deleted: ask once more to cancel it",
                   state ? state : "not known");
    return aim->released ? "it was released before, and only a draft that never was is deleted"
                         : NULL;
}

/* What can be done with a draft instead, where it was not known to be one when this was asked. */
static const char *unknown_draft(const struct planner *planner, const struct aim *aim)
{
    bool draft = text_equal(record_get(aim->remote->record, FIELD_STATE), STATE_DRAFT);
    if (aim->wish->action != ACTION_CANCEL || !draft ||
        !(planner->work->kind->capabilities & CAN_DISCARD))
        return NULL;
    return "it turns out to be a draft: ask once more to have it deleted";
}

/* The change, still without its id; NULL with the reason in aim->why. */
static struct change *start(struct planner *planner, struct aim *aim)
{
    const struct wish *wish = aim->wish;
    const struct record *remote = aim->remote->record;
    const struct gate_type *type = gate_of(wish->action);
    bool deletes = wants_deletion(planner, wish);
    struct change *change = plan_add_change(planner->plan, wish->action, remote->id,
                                            aim->local ? aim->local->record->id : NULL);
    change->version = remote->version;
    change->title = plan_title(remote);
    change->asked_by = arena_copy(planner->plan->arena, wish->who);
    if (type)
        plan_gate_fields(planner, change, type, remote,
                         is_usable(planner, aim->local) ? aim->local->record : NULL);
    add_fields(planner, aim, change);
    aim->why = deletes ? kept(planner, aim) : unknown_draft(planner, aim);
    if (!aim->why && !deletes)
        aim->why = not_due(planner, type, remote, change);
    if (!aim->why && !deletes)
        aim->why = refused_field(planner, wish);
    if (!aim->why)
        aim->why = undone(planner, aim);
    if (aim->why)
        return NULL;
    if (wish->action == ACTION_UPDATE)
        change->action = plan_classify(planner, change, remote);
    if (!type && !change->field_count)
        aim->why = wish->field_count ? "the cloud has these values already" : "no value is given";
    else if (!connector_procedure(planner->work->kind, change->action))
        aim->why = SAY("%s has no %s for a %s", planner->work->connector->title,
                       action_name(change->action), planner->plan->job->kind->name);
    return change;
}

/* The values say what it comes to: an earlier last day extends nothing, one that is over takes the
 * record back. */
static const char *misnamed(const struct planner *planner, const struct aim *aim,
                            const struct change *change)
{
    enum action comes_to = plan_classify(planner, change, aim->remote->record);
    if (change->action != ACTION_EXTEND || comes_to == ACTION_EXTEND)
        return NULL;
    return SAY("with this value, of a record that is %s, it comes to: %s",
               record_get(aim->remote->record, FIELD_STATE), action_name(comes_to));
}

static void wish_existing(struct planner *planner, struct aim *aim)
{
    struct plan *plan = planner->plan;
    size_t before = plan->change_count;
    if (!aim->remote)
        aim->why = "it is not at the cloud yet";
    else if (record_deleted(aim->remote->record))
        aim->why = "it was deleted";
    else if (aim->remote->gone)
        aim->why = "the cloud no longer lists it";
    struct change *change = aim->why ? NULL : start(planner, aim);
    if (aim->why) {
        plan->change_count = before;
        return;
    }
    const struct record *remote = aim->remote->record;
    bool held = plan_check(planner, change, plan_moment(change->action), remote,
                           plan_after(plan->arena, remote, change));
    aim->why = held ? NULL : misnamed(planner, aim, change);
    if (aim->why) {
        plan->change_count = before;
        return;
    }
    change->note =
        plan_tell(planner, gate_of(change->action), remote, aim->local ? aim->local->record : NULL);
    if (change_deletes(change))
        change->note = SAY("the draft is deleted; this cannot be undone%s%s",
                           change->note ? ": " : "", change->note ? change->note : "");
    change_identify(change);
}

static int wish_create(struct planner *planner, struct aim *aim, struct error *error)
{
    bool said = false;
    size_t before = planner->plan->change_count;
    if (is_there(aim))
        aim->why = SAY("it is at the cloud already, as %s", aim->remote->record->id);
    else if (!aim->local)
        aim->why = "the source has no record of that name";
    else if (aim->local->gone)
        aim->why = "the source no longer has it";
    else if (map_has(planner->blocked, aim->local->record->id))
        aim->why = "its row in the source cannot be used; see its finding";
    else
        aim->why = refused_field(planner, aim->wish);
    if (aim->why)
        return 0;
    int r = plan_create(planner, aim->local, aim->wish, &said, error);
    if (r == 0 && planner->plan->change_count == before)
        aim->why = said ? "it was created before, or its reference is taken; see its finding"
                        : SAY("%s creates no %s", planner->work->connector->title,
                              planner->plan->job->kind->name);
    return r;
}

static void report_vain(struct planner *planner, const struct aim *aim)
{
    const struct wish *wish = aim->wish;
    bool remote = aim->remote && text_equal(aim->remote->record->id, wish->subject);
    plan_add_finding(planner->plan, "RUN-010", remote ? wish->subject : NULL,
                     remote ? NULL : wish->subject, NULL, "%s %s: %s", action_name(wish->action),
                     wish->subject, aim->why);
}

/* Asked twice for the same, in the same breath. */
static void drop_twin(struct plan *plan)
{
    const struct change *last = plan->changes[plan->change_count - 1];
    for (size_t i = 0; i + 1 < plan->change_count; i++) {
        if (text_equal(plan->changes[i]->id, last->id)) {
            plan->change_count--;
            return;
        }
    }
}

static void keep_change(struct plan *plan, const struct plan_pair *pair, struct change **changes,
                        size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (changes[i] != pair->adopt)
            continue;
        ARRAY_GROW(plan->changes, &plan->change_capacity, plan->change_count + 1);
        plan->changes[plan->change_count++] = changes[i];
        drop_twin(plan);
    }
}

static int plan_wish(struct planner *planner, const struct wish *wish, struct change **all,
                     size_t all_count, struct error *error)
{
    struct plan *plan = planner->plan;
    struct aim aim = {.wish = wish};
    size_t before = plan->change_count;
    bool over = false;
    int r = find(planner, &aim, error);
    if (r == 0)
        r = carried_out(planner, &aim, &over, error);
    if (r < 0 || over)
        return r;
    if (!aim.why && wish->action == ACTION_CREATE)
        r = wish_create(planner, &aim, error);
    else if (!aim.why)
        wish_existing(planner, &aim);
    if (r < 0)
        return r;
    if (aim.why)
        report_vain(planner, &aim);
    if (plan->change_count > before)
        drop_twin(plan);
    if (plan->change_count > before && aim.pair)
        keep_change(plan, aim.pair, all, all_count);
    return 0;
}

static bool in_plan(const struct plan *plan, const struct change *change)
{
    for (size_t i = 0; i < plan->change_count; i++)
        if (plan->changes[i] == change)
            return true;
    return false;
}

/* A pair whose link is not made in this run has no base to write down. */
static void drop_pairs(struct plan *plan)
{
    size_t kept = 0;
    for (size_t i = 0; i < plan->pair_count; i++)
        if (!plan->pairs[i].adopt || in_plan(plan, plan->pairs[i].adopt))
            plan->pairs[kept++] = plan->pairs[i];
    plan->pair_count = kept;
}

int plan_wishes(struct planner *planner, struct error *error)
{
    struct plan *plan = planner->plan;
    CLEANUP_FREE struct change **all = plan->changes;
    size_t all_count = plan->change_count;
    int r = 0;
    plan->changes = NULL;
    plan->change_count = plan->change_capacity = 0;
    /* What else there is to say about the job is for its next run. */
    plan->conflict_count = plan->finding_count = 0;
    for (size_t i = 0; r == 0 && i < planner->work->wish_count; i++)
        r = plan_wish(planner, &planner->work->wishes[i], all, all_count, error);
    drop_pairs(plan);
    return r;
}
