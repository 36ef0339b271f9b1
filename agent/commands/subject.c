#include "commands/subject.h"

#include <stdio.h>

#include "base/text.h"
#include "commands/output.h"

static int load_sides(struct context *context, const char *remote_id, const char *local_key,
                      struct arena *arena, struct subject *subject, struct error *error)
{
    struct store *store = context->store;
    const struct job *job = subject->job;
    int r = 0;
    if (remote_id)
        r = store->ops->record_get(store, job->name, job->kind, SIDE_REMOTE, remote_id, arena,
                                   &subject->remote, error);
    if (r == 0 && local_key)
        r = store->ops->record_get(store, job->name, job->kind, SIDE_LOCAL, local_key, arena,
                                   &subject->local, error);
    return r;
}

/* The record that a change or conflict of the last plan is about. */
static const struct json *find_in_plan(const struct json *plan, const char *id)
{
    static const char *const lists[] = {"changes", "conflicts"};
    for (size_t i = 0; i < 2; i++) {
        const struct json *items = json_get(plan, lists[i]);
        for (size_t j = 0; items && j < items->count; j++)
            if (text_equal(json_get_text(items->items[j], "id"), id))
                return items->items[j];
    }
    return NULL;
}

/* The record has no link. If it became another one, its story goes on there. */
static int follow(struct context *context, struct arena *arena, struct subject *subject,
                  struct error *error)
{
    struct store *store = context->store;
    const struct job *job = subject->job;
    const char *other = record_get(subject->remote->record, FIELD_BECAME);
    if (!other || text_equal(other, subject->remote->record->id))
        return 0;
    struct store_record *former = subject->remote;
    int r = load_sides(context, other, NULL, arena, subject, error);
    if (r < 0 || !subject->remote) { /* not listed yet */
        subject->remote = former;
        return r;
    }
    subject->former = former;
    subject->local = NULL;
    return store->ops->link_get(store, job->name, job->kind, SIDE_REMOTE, other, arena,
                                &subject->link, error);
}

static int find_subject(struct context *context, const char *id, struct arena *arena,
                        struct subject *subject, struct error *error)
{
    struct store *store = context->store;
    const struct job *job = subject->job;
    int r = store->ops->plan_get(store, job->name, arena, &subject->plan, error);
    const struct json *item = r == 0 ? find_in_plan(subject->plan, id) : NULL;
    const char *remote_id = item ? json_get_text(item, "remote_id") : id;
    const char *local_key = item ? json_get_text(item, "local_key") : id;
    if (r == 0)
        r = load_sides(context, remote_id, local_key, arena, subject, error);
    if (r == 0 && subject->remote)
        r = store->ops->link_get(store, job->name, job->kind, SIDE_REMOTE,
                                 subject->remote->record->id, arena, &subject->link, error);
    else if (r == 0 && subject->local)
        r = store->ops->link_get(store, job->name, job->kind, SIDE_LOCAL,
                                 subject->local->record->id, arena, &subject->link, error);
    if (r == 0 && subject->remote && !subject->link)
        r = follow(context, arena, subject, error);
    if (r == 0 && subject->link)
        r = load_sides(context, subject->link->remote_id, subject->link->local_key, arena, subject,
                       error);
    return r;
}

void subject_print(struct arena *arena, const struct subject *subject)
{
    const struct store_record *remote = subject->remote, *local = subject->local;
    const char *became = remote ? record_get(remote->record, FIELD_BECAME) : NULL;
    bool awaited = became && !text_equal(became, remote->record->id);
    printf("%s (%s %s)\n", subject->job->name, subject->job->cloud, subject->job->kind->name);
    if (subject->former && remote)
        printf("  cloud  %s  became %s\n", output_safe(arena, subject->former->record->id),
               output_safe(arena, remote->record->id));
    if (remote)
        printf("  cloud  %s  version %s%s\n", output_safe(arena, remote->record->id),
               output_safe(arena, remote->record->version),
               remote->gone ? "  no longer listed" : "");
    if (local)
        printf("  local  %s  %s:%zu%s\n", output_safe(arena, local->record->id),
               output_safe(arena, local->record->place.file ? local->record->place.file
                                                            : subject->job->source),
               local->record->place.line, local->gone ? "  no longer in the source" : "");
    if (subject->link)
        printf("  linked %s: %s\n", output_instant(arena, subject->link->made_ms),
               output_safe(arena, subject->link->how));
    else if (awaited)
        printf("  became %s, which the cloud does not list yet\n", output_safe(arena, became));
    else
        printf("  not linked to a record of the other side\n");
}

int subject_each(struct context *context, const char *id, struct arena *arena, subject_told *told,
                 void *told_context, struct error *error)
{
    size_t found = 0;
    int r = 0;
    for (size_t i = 0; r == 0 && i < context->config->job_count; i++) {
        struct subject subject = {.job = &context->config->jobs[i]};
        r = find_subject(context, id, arena, &subject, error);
        if (r < 0 || (!subject.remote && !subject.local))
            continue;
        found++;
        r = told(told_context, &subject, error);
    }
    if (r == 0 && !found)
        return error_set(error, ERROR_INPUT, SCOPE_RECORD,
                         "nothing is known of %s: give a record's id at the cloud, its local key, "
                         "or the id of a change or conflict",
                         id);
    return r;
}
