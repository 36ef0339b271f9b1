#include "commands/ties.h"

#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "commands/output.h"
#include "model/relation.h"

/* How records of a kind stand, for people. */
static const char *const *const told_of[KIND_COUNT] = {
    [KIND_LISTING] = WORDS("visibility"),
    [KIND_OFFER] = WORDS("state", "agreement", "agreement_status"),
    [KIND_REFERRAL] = WORDS("stage", "status"),
};

struct search {
    struct context *context;
    const struct subject *subject;
    struct arena *arena;
    tied_told *told;
    void *told_context;
    struct error *error;
    /* of the job at hand */
    const struct job *job;
    const struct relation *relation;
    size_t field;
};

static int tell(const struct search *search, const struct record *record)
{
    struct store *store = search->context->store;
    struct store_link *link = NULL;
    int r = store->ops->link_get(store, search->job->name, search->job->kind, SIDE_REMOTE,
                                 record->id, search->arena, &link, search->error);
    if (r < 0)
        return r;
    const struct tied tied = {.id = record->id,
                              .kind = search->job->kind,
                              .job = search->job,
                              .record = record,
                              .local_key = link ? link->local_key : NULL,
                              .told = told_of[search->job->kind->id]};
    search->told(search->told_context, &tied);
    return 0;
}

static bool same_cloud(const struct search *search, const struct job *job)
{
    return text_equal(job->cloud, search->subject->job->cloud);
}

/* A record that the subject names: as each job has it, or as no more than an id. */
static int tell_named(struct search *search, const char *id)
{
    const struct config *config = search->context->config;
    struct store *store = search->context->store;
    bool known = false;
    for (size_t i = 0; i < config->job_count; i++) {
        struct store_record *found = NULL;
        search->job = &config->jobs[i];
        if (!same_cloud(search, search->job) || search->job->kind->id != search->relation->named)
            continue;
        int r = store->ops->record_get(store, search->job->name, search->job->kind, SIDE_REMOTE, id,
                                       search->arena, &found, search->error);
        if (r == 0 && found)
            r = tell(search, found->record);
        if (r < 0)
            return r;
        known |= found != NULL;
    }
    if (!known)
        search->told(search->told_context,
                     &(struct tied){.id = id, .kind = &kinds[search->relation->named]});
    return 0;
}

static int find_named(struct search *search)
{
    const struct subject *subject = search->subject;
    const struct store_record *own = subject->remote ? subject->remote : subject->local;
    size_t field = kind_field(subject->job->kind, search->relation->field), count;
    if (field == FIELD_NONE || !own)
        return 0;
    const char **ids = list_items(search->arena, own->record->values[field], &count);
    int r = 0;
    for (size_t i = 0; r == 0 && i < count; i++)
        r = tell_named(search, ids[i]);
    return r;
}

static int tell_holder(void *context, const struct store_record *record)
{
    const struct search *search = context;
    const char *own = search->subject->remote->record->id;
    size_t count;
    const char **ids = list_items(search->arena, record->record->values[search->field], &count);
    for (size_t i = 0; i < count; i++)
        if (!strcmp(ids[i], own))
            return tell(search, record->record);
    return 0;
}

static int find_holders(struct search *search)
{
    const struct config *config = search->context->config;
    struct store *store = search->context->store;
    int r = 0;
    if (search->subject->job->kind->id != search->relation->named || !search->subject->remote)
        return 0;
    for (size_t i = 0; r == 0 && i < config->job_count; i++) {
        search->job = &config->jobs[i];
        search->field = kind_field(search->job->kind, search->relation->field);
        if (same_cloud(search, search->job) && search->field != FIELD_NONE)
            r = store->ops->record_each(store, search->job->name, search->job->kind, SIDE_REMOTE,
                                        FILTER_PRESENT, search->arena, tell_holder, search,
                                        search->error);
    }
    return r;
}

int ties_each(struct context *context, const struct subject *subject, struct arena *arena,
              tied_told *told, void *told_context, struct error *error)
{
    struct search search = {.context = context,
                            .subject = subject,
                            .arena = arena,
                            .told = told,
                            .told_context = told_context,
                            .error = error};
    int r = 0;
    for (size_t i = 0; r == 0 && i < relation_count; i++) {
        search.relation = &relations[i];
        r = find_named(&search);
        if (r == 0)
            r = find_holders(&search);
    }
    return r;
}

const char *tied_print(struct arena *arena, const struct tied *tied)
{
    CLEANUP_TEXT struct text out;
    text_init(&out, 64 * 1024);
    text_addf(&out, "%s, ", output_safe(arena, tied->id));
    if (!tied->job)
        text_addf(&out, "%s that no job knows", tied->kind->name);
    else
        text_addf(&out, "%s of %s", tied->kind->name, tied->job->name);
    if (tied->local_key)
        text_addf(&out, ", local key %s", output_safe(arena, tied->local_key));
    for (size_t i = 0; tied->record && tied->told[i]; i++) {
        const char *value = record_get(tied->record, tied->told[i]);
        if (value)
            text_addf(&out, ", %s %s", tied->told[i], output_safe(arena, value));
    }
    return arena_copy(arena, out.data);
}
