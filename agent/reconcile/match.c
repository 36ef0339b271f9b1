#include "reconcile/match.h"

#include <ctype.h>
#include <string.h>

#include "base/limits.h"
#include "base/memory.h"
#include "base/text.h"
#include "model/value.h"

/* Records that share a key of one rule. */
struct bucket {
    struct record *remote[2]; /* the second only tells that the first is not alone */
    struct record *local[2];
    size_t remotes, locals;
};

struct search {
    struct plan *plan;
    const struct match_side *remote, *local;
    struct map *taken_remote, *taken_local;
    struct matches *matches;
};

/* How a value is compared: without case; websites without scheme, "www." and a trailing slash. */
static const char *normal(struct arena *arena, enum value_type type, const char *value)
{
    char *copy = arena_copy(arena, value);
    text_lower(copy);
    if (type != TYPE_URL)
        return copy;
    return value_url_bare(arena, copy);
}

/* What a record is looked up by under the rule's exact keys, or NULL if a value is absent. A rule
 * of close keys only looks among values that begin with the same letter. */
static const char *bucket_key(struct arena *arena, const struct match_rule *rule,
                              const struct record *record)
{
    struct text key;
    text_init(&key, LIMIT_CELL_BYTES);
    bool exact = false;
    for (size_t i = 0; i < rule->key_count; i++) {
        const struct match_key *part = &rule->keys[i];
        const char *value = record->values[part->field];
        if (!value) {
            text_free(&key);
            return NULL;
        }
        if (part->close)
            continue;
        exact = true;
        text_add(&key, normal(arena, record->kind->fields[part->field].type, value));
        text_add_char(&key, LIST_SEPARATOR);
    }
    if (!exact) {
        const char *first = record->values[rule->keys[0].field];
        text_add_char(&key, (char)tolower((unsigned char)first[0]));
    }
    char *copy = arena_copy(arena, key.data);
    text_free(&key);
    return copy;
}

static bool close_enough(const struct match_rule *rule, const struct record *remote,
                         const struct record *local)
{
    for (size_t i = 0; i < rule->key_count; i++) {
        const struct match_key *key = &rule->keys[i];
        if (key->close &&
            text_likeness(remote->values[key->field], local->values[key->field]) < MATCH_CLOSE)
            return false;
    }
    return true;
}

static const char *evidence(struct arena *arena, const struct match_rule *rule,
                            const struct record *remote, const struct record *local)
{
    struct text out;
    text_init(&out, LIMIT_CELL_BYTES);
    for (size_t i = 0; i < rule->key_count; i++) {
        const struct match_key *key = &rule->keys[i];
        const char *value = remote->values[key->field], *other = local->values[key->field];
        text_addf(&out, "%s%s %s \"%s\"", i ? ", " : "", remote->kind->fields[key->field].name,
                  key->close ? "close to" : "=", other);
        if (key->close)
            text_addf(&out, " (%u of 100)", text_likeness(value, other));
    }
    const char *copy = arena_copy(arena, out.data);
    text_free(&out);
    return copy;
}

static void take(struct search *search, struct record *remote, struct record *local,
                 const char *how)
{
    struct matches *matches = search->matches;
    ARRAY_GROW(matches->pairs, &matches->capacity, matches->count + 1);
    matches->pairs[matches->count++] =
        (struct match_pair){.remote = remote, .local = local, .how = how};
    map_put(search->taken_remote, remote->id, remote);
    map_put(search->taken_local, local->id, local);
}

/* A record that an earlier, stronger rule has paired or left in doubt takes part in no later one.
 */
static bool free_remote(const struct search *search, const struct record *record)
{
    return !map_has(search->taken_remote, record->id) &&
           !map_has(search->matches->unsure_remote, record->id);
}

static bool free_local(const struct search *search, const struct record *record)
{
    return !map_has(search->taken_local, record->id) &&
           !map_has(search->matches->unsure_local, record->id);
}

typedef const char *key_of(const struct record *record);

static const char *own_id(const struct record *record)
{
    return record->id;
}

static const char *said_id(const struct record *record)
{
    return record_get(record, FIELD_ID);
}

/* A record that became another one is only looked for by its own id: what its fields say, the other
 * one says, too. */
static bool superseded(const struct record *remote)
{
    return record_get(remote, FIELD_BECAME);
}

static const char *said_reference(const struct record *record)
{
    return superseded(record) ? NULL : record_get(record, FIELD_REFERENCE);
}

static bool contested(const struct bucket *bucket)
{
    return bucket && bucket->locals && (bucket->remotes > 1 || bucket->locals > 1);
}

/* Everyone who has a contested text is in doubt, also those whom the finding does not name. */
static void doubt(const struct match_side *side, key_of *key_of_side, const struct map *by_key,
                  const struct map *taken, struct map *unsure)
{
    for (size_t i = 0; i < side->count; i++) {
        struct record *record = side->records[i];
        const char *key = map_has(taken, record->id) ? NULL : key_of_side(record);
        if (key && contested(map_get(by_key, key)))
            map_put(unsure, record->id, record);
    }
}

/* Pairs records by one text of each side; a text that stands on a side twice is a finding. */
static void match_by_text(struct search *search, key_of *remote_key, key_of *local_key,
                          const char *field)
{
    CLEANUP_MAP struct map *by_key = map_new();
    struct arena *arena = search->plan->arena;
    for (size_t i = 0; i < search->remote->count; i++) {
        struct record *record = search->remote->records[i];
        const char *key = free_remote(search, record) ? remote_key(record) : NULL;
        if (!key)
            continue;
        struct bucket *bucket = map_get(by_key, key);
        if (!bucket)
            map_put(by_key, key, bucket = arena_alloc(arena, sizeof *bucket));
        if (bucket->remotes++ < 2)
            bucket->remote[bucket->remotes - 1] = record;
    }
    for (size_t i = 0; i < search->local->count; i++) {
        struct record *record = search->local->records[i];
        const char *key = free_local(search, record) ? local_key(record) : NULL;
        struct bucket *bucket = key ? map_get(by_key, key) : NULL;
        if (bucket && bucket->locals++ < 2)
            bucket->local[bucket->locals - 1] = record;
    }
    for (size_t i = 0; i < map_count(by_key); i++) {
        struct bucket *bucket = map_value_at(by_key, i);
        const char *key = map_key_at(by_key, i);
        if (bucket->remotes == 1 && bucket->locals == 1) {
            take(search, bucket->remote[0], bucket->local[0],
                 arena_printf(arena, "%s = \"%s\"", field, key));
        } else if (contested(bucket)) {
            plan_add_finding(search->plan, "MAT-002", bucket->remote[0]->id, bucket->local[0]->id,
                             field, "%zu remote and %zu local records share %s \"%s\"",
                             bucket->remotes, bucket->locals, field, key);
        }
    }
    struct matches *matches = search->matches;
    doubt(search->remote, remote_key, by_key, search->taken_remote, matches->unsure_remote);
    doubt(search->local, local_key, by_key, search->taken_local, matches->unsure_local);
}

/* The candidates that one record has under a rule of fields. */
struct candidates {
    struct record *first;
    size_t count;
    struct text names; /* the first few, for the finding */
};

struct group {
    struct record **records;
    size_t count, capacity;
};

static void add_candidate(struct candidates *candidates, struct record *record)
{
    if (!candidates->count++)
        candidates->first = record;
    if (candidates->count <= 5)
        text_addf(&candidates->names, "%s%s", candidates->count > 1 ? ", " : "", record->id);
}

static struct map *group_locals(const struct search *search, const struct match_rule *rule)
{
    struct map *groups = map_new();
    struct arena *arena = search->plan->arena;
    for (size_t i = 0; i < search->local->count; i++) {
        struct record *record = search->local->records[i];
        const char *key = free_local(search, record) ? bucket_key(arena, rule, record) : NULL;
        if (!key)
            continue;
        struct group *group = map_get(groups, key);
        if (!group)
            map_put(groups, key, group = arena_alloc(arena, sizeof *group));
        ARRAY_GROW(group->records, &group->capacity, group->count + 1);
        group->records[group->count++] = record;
    }
    return groups;
}

static void free_groups(struct map *groups)
{
    for (size_t i = 0; i < map_count(groups); i++)
        free(((struct group *)map_value_at(groups, i))->records);
    map_free(groups);
}

/* Notes how many remote records want each local one, so that a pair is made only if it is the
 * only one from both sides. */
static void match_by_fields(struct search *search, const struct match_rule *rule)
{
    struct arena *arena = search->plan->arena;
    struct map *groups = group_locals(search, rule);
    CLEANUP_MAP struct map *wanted = map_new(); /* local id → struct candidates over remotes */
    struct candidates *found = memory_alloc((search->remote->count + 1) * sizeof *found);

    for (size_t i = 0; i < search->remote->count; i++) {
        struct record *remote = search->remote->records[i];
        text_init(&found[i].names, 1024);
        bool usable = free_remote(search, remote) && !superseded(remote);
        const char *key = usable ? bucket_key(arena, rule, remote) : NULL;
        struct group *group = key ? map_get(groups, key) : NULL;
        for (size_t j = 0; group && j < group->count; j++) {
            struct record *local = group->records[j];
            if (!close_enough(rule, remote, local))
                continue;
            add_candidate(&found[i], local);
            struct candidates *claims = map_get(wanted, local->id);
            if (!claims) {
                map_put(wanted, local->id, claims = arena_alloc(arena, sizeof *claims));
                text_init(&claims->names, 1024);
            }
            add_candidate(claims, remote);
            if (found[i].count > 1)
                map_put(search->matches->unsure_local, local->id, local);
        }
    }
    for (size_t i = 0; i < search->remote->count; i++) {
        struct record *remote = search->remote->records[i];
        struct candidates *mine = &found[i];
        struct candidates *claims = mine->count ? map_get(wanted, mine->first->id) : NULL;
        if (mine->count == 1 && claims->count == 1) {
            take(search, remote, mine->first, evidence(arena, rule, remote, mine->first));
        } else if (mine->count) {
            plan_add_finding(search->plan, "MAT-001", remote->id,
                             mine->count == 1 ? mine->first->id : NULL, NULL,
                             mine->count == 1 ? "%zu remote records fit the same local one: %s"
                                              : "%zu local records fit: %s",
                             mine->count == 1 ? claims->count : mine->count,
                             mine->count == 1 ? claims->names.data : mine->names.data);
            map_put(search->matches->unsure_remote, remote->id, remote);
            map_put(search->matches->unsure_local, mine->first->id, mine->first);
        }
    }
    for (size_t i = 0; i < search->remote->count; i++)
        text_free(&found[i].names);
    for (size_t i = 0; i < map_count(wanted); i++)
        text_free(&((struct candidates *)map_value_at(wanted, i))->names);
    free(found);
    free_groups(groups);
}

void match_find(struct plan *plan, const struct match_side *remote, const struct match_side *local,
                struct matches *ret_matches)
{
    CLEANUP_MAP struct map *taken_remote = map_new(), *taken_local = map_new();
    *ret_matches = (struct matches){.unsure_remote = map_new(), .unsure_local = map_new()};
    struct search search = {.plan = plan,
                            .remote = remote,
                            .local = local,
                            .taken_remote = taken_remote,
                            .taken_local = taken_local,
                            .matches = ret_matches};
    for (size_t i = 0; i < plan->job->match_count; i++) {
        const struct match_rule *rule = &plan->job->match[i];
        if (rule->type == MATCH_ID)
            match_by_text(&search, own_id, said_id, FIELD_ID);
        else if (rule->type == MATCH_REFERENCE)
            match_by_text(&search, said_reference, own_id, FIELD_REFERENCE);
        else
            match_by_fields(&search, rule);
    }
}

void matches_free(struct matches *matches)
{
    free(matches->pairs);
    map_free(matches->unsure_remote);
    map_free(matches->unsure_local);
    *matches = (struct matches){0};
}
