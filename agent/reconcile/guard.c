#include "reconcile/guard.h"

#include <string.h>

#include "base/memory.h"
#include "base/text.h"

#define ORPHANS_PERCENT 10 /* of the local records that name one at the cloud */

struct guard {
    const struct work *work;
    const struct plan_trust *trust;
    struct plan *plan;
    bool *approved;   /* per change */
    struct map *busy; /* records with a change that is open in the journal → struct busy */
};

/* A change that is open in the journal. */
struct busy {
    const struct change *change;
    bool waits; /* for the cloud, which has taken it: its outcome is not unknown, only not there */
    const struct busy *next; /* of the same record */
};

static void hold(struct change *change, enum hold why, const char *reason)
{
    change->hold = why;
    change->hold_reason = reason;
}

/* What people say about exactly this change. Whoever asks for it has said the last word, but has
 * not answered the doubts about it: that takes an approval, or force. */
static int person_verdict(struct guard *guard, size_t index, struct error *error)
{
    struct change *change = guard->plan->changes[index];
    struct store *store = guard->work->store;
    const char *word = NULL, *who = NULL;
    int r = store->ops->verdict_get(store, change->id, guard->plan->arena, &word, &who, error);
    bool approved = r == 0 && text_equal(word, "approve");
    guard->approved[index] = approved || change->asked_by;
    if (approved && change->hold == HOLD_APPROVAL)
        hold(change, HOLD_NONE, NULL);
    if (r == 0 && text_equal(word, "reject") && !change->asked_by)
        hold(change, HOLD_REJECTED, arena_printf(guard->plan->arena, "rejected by %s", who));
    return r;
}

/* What earlier runs learnt about it. A person's approval makes it go out once more. */
static int run_verdict(struct guard *guard, struct change *change, struct error *error)
{
    struct arena *arena = guard->plan->arena;
    struct store *store = guard->work->store;
    const char *subject = NULL, *word = NULL, *who = NULL;
    int r = guard_about(guard->work, arena, change, change->version, &subject, error);
    if (r == 0)
        r = store->ops->verdict_get(store, subject, arena, &word, &who, error);
    if (r < 0 || !word)
        return r;
    if (text_equal(word, GUARD_DELIVERED)) {
        hold(change, HOLD_DELIVERED, "in the changes file; waits until the source shows it");
    } else if (text_equal(word, GUARD_NOT_KEPT)) {
        hold(change, HOLD_RULE, "the cloud took this write before and kept another value");
        plan_add_finding(guard->plan, "MRG-003", change->remote_id, change->local_key, NULL,
                         "%s: %s", change->id, change->hold_reason);
    } else if (text_starts(word, GUARD_REFUSED)) {
        const char *refusal = word + sizeof GUARD_REFUSED - 1;
        hold(change, HOLD_RULE, word);
        const char *code = guard_refusal_code(arena, &refusal);
        plan_add_finding(guard->plan, code, change->remote_id, change->local_key, NULL, "%s: %s",
                         change->id, refusal);
    }
    return 0;
}

static void mark_busy(struct guard *guard, const char *id, const struct journal_row *row)
{
    struct busy *busy = arena_alloc(guard->plan->arena, sizeof *busy);
    if (!id)
        return;
    *busy = (struct busy){row->change, row->answered && json_get_text(row->progress, PROGRESS_NOTE),
                          map_get(guard->busy, id)};
    map_put(guard->busy, id, busy);
}

static int note_busy(void *context, const struct journal_row *row)
{
    struct guard *guard = context;
    if (row->state != JOURNAL_RUNNING) /* pulls are simply planned again */
        return 0;
    mark_busy(guard, row->change->remote_id, row);
    mark_busy(guard, row->change->local_key, row);
    return 0;
}

/* NULL: nothing of its record is open. */
static const struct busy *find_busy(const struct guard *guard, const struct change *change)
{
    const struct busy *busy = change->remote_id ? map_get(guard->busy, change->remote_id) : NULL;
    return !busy && change->local_key ? map_get(guard->busy, change->local_key) : busy;
}

static bool is_written(const struct busy *busy, size_t field)
{
    for (; busy; busy = busy->next)
        for (size_t i = 0; i < busy->change->field_count; i++)
            if (busy->change->fields[i].field == field)
                return true;
    return false;
}

/* Of a pull, what the changes that only wait for the cloud do not write: it reaches the local side
 * meanwhile, which touches nothing of theirs. The rest is planned again when they have ended. True
 * if there is any. */
static bool leave_free(const struct guard *guard, const struct busy *busy, struct change *pull)
{
    size_t kept = 0;
    for (const struct busy *one = busy; one; one = one->next)
        if (!one->waits)
            return false;
    struct change_field *fields =
        arena_array(guard->plan->arena, pull->field_count + 1, sizeof *fields);
    for (size_t i = 0; i < pull->field_count; i++)
        if (!is_written(busy, pull->fields[i].field))
            fields[kept++] = pull->fields[i];
    if (!kept)
        return false;
    if (kept < pull->field_count) {
        pull->fields = fields;
        pull->field_count = kept;
        change_identify(pull);
    }
    return true;
}

/* While the outcome of an earlier change is open, nothing else happens to its record. */
static void hold_if_busy(const struct guard *guard, struct change *change)
{
    const struct busy *busy = find_busy(guard, change);
    if (busy && !(change->action == ACTION_PULL && leave_free(guard, busy, change)))
        hold(change, HOLD_BUSY,
             arena_printf(guard->plan->arena, "waits for %s (%s), whose outcome is open",
                          busy->change->id, action_name(busy->change->action)));
}

/* The cloud forgets nothing: where many local records name records that it does not list, the list
 * is short or the account is another one, and what seems to be missing is most likely there. */
static bool list_looks_short(const struct plan *plan)
{
    size_t named = (size_t)plan->counts.links + plan->orphans;
    for (size_t i = 0; i < plan->change_count; i++)
        named += plan->changes[i]->action == ACTION_ADOPT;
    return plan->orphans * 100 > named * ORPHANS_PERCENT;
}

static void hold_by_trust(const struct guard *guard, struct change *change, bool approved)
{
    const struct plan *plan = guard->plan;
    bool create = change->action == ACTION_CREATE;
    bool complete = guard->trust->remote == READ_COMPLETE;
    if (create && (!complete || !guard->trust->ever_complete))
        hold(change, HOLD_READ, "nothing is created while the cloud's records are not fully read");
    else if (create && !plan->counts.remote && plan->orphans)
        hold(change, HOLD_READ,
             "the cloud lists nothing at all, though local records name records there");
    else if (create && !approved && list_looks_short(plan))
        hold(change, HOLD_APPROVAL,
             arena_printf(plan->arena,
                          "%zu local records name records that the cloud does not list: is it the "
                          "right account, was all of it listed?",
                          plan->orphans));
    else if (guard->trust->remote == READ_FAILED && action_writes_cloud(change->action))
        hold(change, HOLD_READ, "the cloud could not be read in this run");
    else if (!complete && action_irreversible(change->action))
        hold(change, HOLD_READ,
             "what cannot be undone waits until the cloud's records are fully read");
}

static void hold_by_mode(const struct guard *guard, struct change *change, bool approved)
{
    enum mode mode = guard->plan->job->mode;
    if (mode == MODE_OBSERVE)
        hold(change, HOLD_MODE, "the job only observes");
    else if (mode == MODE_PROPOSE && change->action != ACTION_ADOPT && !approved)
        hold(change, HOLD_MODE, "the job proposes: waits for agent approve");
}

static void hold_by_act(const struct guard *guard, struct change *change, bool approved)
{
    unsigned act = action_irreversible(change->action);
    if (!act || approved || guard->plan->job->allow & act)
        return;
    hold(change, HOLD_APPROVAL, "cannot be undone: waits for agent approve");
}

/* Changes that count against the limits: new writes at the cloud that no person released. */
static bool counts(const struct guard *guard, size_t index)
{
    const struct change *change = guard->plan->changes[index];
    return change->hold == HOLD_NONE && !guard->approved[index] &&
           action_writes_cloud(change->action);
}

/* `sum` plus |new - old| of a money field. NULL: it is in another currency, or too large. */
static const char *add_distance(struct arena *arena, const char *sum,
                                const struct change_field *field, const char *currency)
{
    const char *old_amount = "0", *new_amount = "0", *old_code = currency, *new_code = currency;
    if (field->old_value)
        money_split(arena, field->old_value, &old_amount, &old_code);
    if (field->new_value)
        money_split(arena, field->new_value, &new_amount, &new_code);
    if (!text_equal(old_code, currency) || !text_equal(new_code, currency))
        return NULL;
    const char *distance = decimal_distance(arena, old_amount, new_amount);
    return distance ? decimal_add(arena, sum, distance) : NULL;
}

/* Over all money fields that count, in the limit's currency. NULL: it cannot be told. */
static const char *amount_moved(struct guard *guard, const char *currency)
{
    const char *sum = "0";
    for (size_t i = 0; sum && i < guard->plan->change_count; i++) {
        const struct change *change = guard->plan->changes[i];
        size_t fields = counts(guard, i) ? change->field_count : 0;
        for (size_t j = 0; sum && j < fields; j++)
            if (change->kind->fields[change->fields[j].field].type == TYPE_MONEY)
                sum = add_distance(guard->plan->arena, sum, &change->fields[j], currency);
    }
    return sum;
}

static bool hands_over(const struct change *change)
{
    return change->action == ACTION_SUBMIT || change->action == ACTION_PUBLISH;
}

/* A record that an earlier change of ours made: handing it over ends what its creation began, and
 * that was counted then. */
static int made_here(const struct guard *guard, const struct change *change, bool *ret_made,
                     struct error *error)
{
    const struct work *work = guard->work;
    struct store_link *link = NULL;
    int r = work->store->ops->link_get(work->store, work->job->name, work->job->kind, SIDE_REMOTE,
                                       change->remote_id, guard->plan->arena, &link, error);
    *ret_made = r == 0 && link && text_equal(link->how, LINK_CREATED);
    return r;
}

/* How many linked records the plan would change: each once, however many changes it has. */
static int count_existing(struct guard *guard, size_t *ret_count, struct error *error)
{
    CLEANUP_MAP struct map *records = map_new();
    int r = 0;
    for (size_t i = 0; r == 0 && i < guard->plan->change_count; i++) {
        struct change *change = guard->plan->changes[i];
        bool made = false;
        if (!counts(guard, i) || !change->remote_id || !change->local_key)
            continue;
        if (hands_over(change))
            r = made_here(guard, change, &made, error);
        if (!made)
            map_put(records, change->remote_id, change);
    }
    *ret_count = map_count(records);
    return r;
}

/* The limit that the plan exceeds, in words, or NULL. */
static const char *exceeded(struct guard *guard, size_t existing)
{
    const struct limits *limits = &guard->plan->job->limits;
    struct arena *arena = guard->plan->arena;
    size_t all = 0;
    for (size_t i = 0; i < guard->plan->change_count; i++)
        all += counts(guard, i);
    size_t links = (size_t)guard->plan->counts.links;
    if (limits->max_changes && all > limits->max_changes)
        return arena_printf(arena, "%zu changes, more than max_changes %u", all,
                            limits->max_changes);
    if (limits->max_share && links >= limits->floor && existing * 100 > links * limits->max_share)
        return arena_printf(arena, "%zu of %zu linked records, more than max_share %u%%", existing,
                            links, limits->max_share);
    if (limits->max_amount) {
        const char *amount, *currency;
        money_split(arena, limits->max_amount, &amount, &currency);
        const char *moved = amount_moved(guard, currency);
        if (!moved)
            return arena_printf(arena, "amounts in another currency than max_amount %s",
                                limits->max_amount);
        if (decimal_compare(moved, amount) > 0)
            return arena_printf(arena, "amounts move by %s %s, more than max_amount %s", moved,
                                currency, limits->max_amount);
    }
    return NULL;
}

static int hold_by_limits(struct guard *guard, struct error *error)
{
    size_t existing = 0;
    int r = count_existing(guard, &existing, error);
    const char *why = r == 0 ? exceeded(guard, existing) : NULL;
    if (!why)
        return r;
    for (size_t i = 0; i < guard->plan->change_count; i++)
        if (counts(guard, i))
            hold(guard->plan->changes[i], HOLD_LIMIT, why);
    plan_add_finding(guard->plan, "RUN-004", NULL, NULL, NULL, "%s", why);
    return 0;
}

/* What rests on a held change waits with it: everything about a pair that is not made, and a
 * submission whose correction does not go out. */
static void hold_followers(struct guard *guard)
{
    CLEANUP_MAP struct map *held = map_new(); /* remote id → the first that is held */
    for (size_t i = 0; i < guard->plan->change_count; i++) {
        struct change *change = guard->plan->changes[i];
        bool adopt = change->action == ACTION_ADOPT;
        if (!change->remote_id)
            continue;
        const struct change *first = map_get(held, change->remote_id);
        if (!first && change->hold && (adopt || action_writes_cloud(change->action)))
            map_put(held, change->remote_id, change);
        if (first && !change->hold && (first->action == ACTION_ADOPT || hands_over(change)))
            hold(change, first->hold,
                 arena_printf(guard->plan->arena, "waits for %s (%s): %s", first->id,
                              action_name(first->action), first->hold_reason));
    }
}

static int hold_each(struct guard *guard, struct error *error)
{
    struct plan *plan = guard->plan;
    for (size_t i = 0; i < plan->change_count; i++) {
        struct change *change = plan->changes[i];
        /* A rule of the cloud is no matter of opinion; a request for correction is. */
        if (change->hold == HOLD_RULE)
            continue;
        if (change->action == ACTION_PULL && find_busy(guard, change)) /* it is to be known by */
            leave_free(guard, find_busy(guard, change), change);
        int r = person_verdict(guard, i, error);
        if (r == 0 && change->hold == HOLD_NONE && !guard->approved[i])
            r = run_verdict(guard, change, error);
        if (r < 0)
            return r;
        if (change->hold == HOLD_NONE)
            hold_if_busy(guard, change);
        if (change->hold == HOLD_NONE)
            hold_by_trust(guard, change, guard->approved[i]);
        if (change->hold == HOLD_NONE)
            hold_by_mode(guard, change, guard->approved[i]);
        if (change->hold == HOLD_NONE)
            hold_by_act(guard, change, guard->approved[i]);
    }
    return 0;
}

int guard_apply(const struct work *work, const struct plan_trust *trust, struct plan *plan,
                struct error *error)
{
    CLEANUP_MAP struct map *busy = map_new();
    struct guard guard = {.work = work,
                          .trust = trust,
                          .plan = plan,
                          .approved = arena_array(plan->arena, plan->change_count + 1, 1),
                          .busy = busy};
    int r = work->store->ops->journal_open(work->store, plan->job->name, plan->arena, note_busy,
                                           &guard, error);
    if (r == 0)
        r = hold_each(&guard, error);
    if (r < 0)
        return r;
    hold_followers(&guard);
    r = hold_by_limits(&guard, error);
    if (r < 0)
        return r;
    hold_followers(&guard);
    for (size_t i = 0; i < plan->change_count; i++)
        if (plan->changes[i]->hold == HOLD_APPROVAL)
            plan_add_finding(plan, "APV-001", plan->changes[i]->remote_id,
                             plan->changes[i]->local_key, NULL, "%s %s of %s: %s",
                             plan->changes[i]->id, action_name(plan->changes[i]->action),
                             plan->changes[i]->title, plan->changes[i]->hold_reason);
    return 0;
}
