/* agent show, agent why: one record, and its story. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "commands/context.h"
#include "commands/output.h"

static const struct command_option no_options[] = {{NULL, 0, NULL, NULL, 0}};

/* What an id of the command line stands for, in one job. */
struct subject {
    const struct job *job;
    struct store_record *remote, *local;
    struct store_link *link;
    struct json *plan; /* the job's last one */
};

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
    if (r == 0 && subject->link)
        r = load_sides(context, subject->link->remote_id, subject->link->local_key, arena, subject,
                       error);
    return r;
}

static const char *value_of(struct arena *arena, const struct subject *subject,
                            const struct store_record *record, size_t field)
{
    const char *value = record ? record->record->values[field] : NULL;
    return value ? value_show(arena, &subject->job->kind->fields[field], value) : NULL;
}

/* ---- show ---- */

static void show_head(struct arena *arena, const struct subject *subject)
{
    const struct store_record *remote = subject->remote, *local = subject->local;
    printf("%s (%s %s)\n", subject->job->name, subject->job->cloud, subject->job->kind->name);
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
    else
        printf("  not linked to a record of the other side\n");
}

static void show_fields(struct arena *arena, const struct subject *subject,
                        const struct arguments *arguments)
{
    static const char *const columns[] = {"field",       "owner",   "local", "cloud",
                                          "last_agreed", "differs", NULL};
    struct listing *listing = listing_new(columns);
    for (size_t i = 0; i < subject->job->kind->field_count; i++) {
        const struct field_map *map = job_field(subject->job, i);
        const char *local = value_of(arena, subject, subject->local, i);
        const char *cloud = value_of(arena, subject, subject->remote, i);
        const char *base = subject->link ? subject->link->base[i] : NULL;
        if (!local && !cloud)
            continue;
        const char *const cells[] = {
            subject->job->kind->fields[i].name,
            map ? owner_name(map->owner) : NULL,
            local,
            cloud,
            base ? value_show(arena, &subject->job->kind->fields[i], base) : NULL,
            map && subject->local && subject->remote && !text_equal(local, cloud) ? "yes" : NULL};
        listing_add(listing, cells);
    }
    listing_print(listing, arguments, "No values.");
    listing_free(listing);
}

/* ---- why ---- */

static struct json *own_items(struct arena *arena, const struct subject *subject, const char *list)
{
    struct json *own = json_array(arena);
    const struct json *items = json_get(subject->plan, list);
    const char *remote = subject->remote ? subject->remote->record->id : NULL;
    const char *local = subject->local ? subject->local->record->id : NULL;
    for (size_t i = 0; items && i < items->count; i++) {
        const struct json *item = items->items[i];
        if ((remote && text_equal(json_get_text(item, "remote_id"), remote)) ||
            (local && text_equal(json_get_text(item, "local_key"), local)))
            json_append(arena, own, json_clone(arena, item));
    }
    return own;
}

static const char *or_nothing(struct arena *arena, const struct json *object, const char *name)
{
    const struct json *member = json_get(object, name);
    if (member && member->type == JSON_ARRAY) {
        struct text joined;
        text_init(&joined, 1024 * 1024);
        for (size_t i = 0; i < member->count; i++)
            text_addf(&joined, "%s%s", i ? "; " : "", json_text(member->items[i]));
        const char *copy = output_safe(arena, joined.data);
        text_free(&joined);
        return copy;
    }
    const char *text = json_text(member);
    return text ? output_safe(arena, text) : "nothing";
}

static void tell_fields(struct arena *arena, const struct json *change, const char *indent)
{
    const struct json *fields = json_get(change, "fields");
    for (size_t i = 0; fields && i < fields->count; i++) {
        const struct json *field = fields->items[i];
        printf("%s%s: %s → %s, last agreed on %s: %s\n", indent,
               output_safe(arena, json_get_text(field, "field")), or_nothing(arena, field, "old"),
               or_nothing(arena, field, "new"), or_nothing(arena, field, "base"),
               output_safe(arena, json_get_text(field, "rule")));
    }
}

static void tell_plan(struct arena *arena, const struct subject *subject)
{
    const struct json *changes = own_items(arena, subject, "changes");
    const struct json *conflicts = own_items(arena, subject, "conflicts");
    printf("  In the last plan (%s):\n", output_safe(arena, json_get_text(subject->plan, "at")));
    for (size_t i = 0; i < changes->count; i++) {
        const struct json *change = changes->items[i];
        const char *hold = json_get_text(change, "hold");
        bool held = hold && !text_equal(hold, hold_name(HOLD_NONE));
        printf("    %s  %s%s%s%s%s\n", json_get_text(change, "id"),
               output_safe(arena, json_get_text(change, "action")), held ? ", held (" : "",
               held ? hold : "", held ? "): " : "",
               held ? output_safe(arena, json_get_text(change, "hold_reason")) : "");
        if (json_get_text(change, "note"))
            printf("      %s\n", output_safe(arena, json_get_text(change, "note")));
        tell_fields(arena, change, "      ");
    }
    for (size_t i = 0; i < conflicts->count; i++) {
        const struct json *conflict = conflicts->items[i];
        printf("    %s  conflict over %s: local %s, cloud %s, last agreed on %s: %s\n",
               json_get_text(conflict, "id"), output_safe(arena, json_get_text(conflict, "field")),
               or_nothing(arena, conflict, "local"), or_nothing(arena, conflict, "cloud"),
               or_nothing(arena, conflict, "base"),
               output_safe(arena, json_get_text(conflict, "rule")));
        printf("      decide: agent resolve %s --take local, or --take cloud\n",
               json_get_text(conflict, "id"));
    }
    if (!changes->count && !conflicts->count)
        printf("    nothing to do\n");
}

struct teller {
    struct arena *arena;
    const struct subject *subject;
    struct json *list; /* JSON output, else NULL */
    size_t count;
};

static int tell_audit(void *context, const struct audit_row *row)
{
    struct teller *teller = context;
    struct arena *arena = teller->arena;
    const struct json *change = json_get(row->detail, "change");
    if (teller->list) {
        struct json *object = json_object(arena);
        json_set_text(arena, object, "at", output_instant(arena, row->at_ms));
        json_set_text(arena, object, "event", row->event);
        json_set_text(arena, object, "change", row->change_id);
        json_set(arena, object, "detail", json_clone(arena, row->detail));
        json_append(arena, teller->list, object);
        return 0;
    }
    if (!teller->count++)
        printf("  What was done:\n");
    const char *verdict = json_get_text(row->detail, "verdict");
    if (verdict) {
        printf("    %s  %s: %s by %s\n", output_instant(arena, row->at_ms),
               output_safe(arena, row->change_id), output_safe(arena, verdict),
               output_safe(arena, json_get_text(row->detail, "who")));
        return 0;
    }
    const char *version = json_get_text(row->detail, "version");
    const char *result = json_get_text(row->detail, "result");
    printf("    %s  %s  %s: %s%s%s%s%s\n", output_instant(arena, row->at_ms),
           output_safe(arena, row->change_id), output_safe(arena, row->event),
           output_safe(arena, json_get_text(row->detail, "outcome")), version ? ", version " : "",
           version ? output_safe(arena, version) : "", result ? ": " : "",
           result ? output_safe(arena, result) : "");
    tell_fields(arena, change, "      ");
    return 0;
}

static int tell_finding(void *context, const struct finding *finding)
{
    struct teller *teller = context;
    struct arena *arena = teller->arena;
    const struct subject *subject = teller->subject;
    bool ours = (subject->remote && text_equal(finding->remote_id, subject->remote->record->id)) ||
                (subject->local && text_equal(finding->local_key, subject->local->record->id));
    if (!ours)
        return 0;
    if (teller->list) {
        struct json *object = json_object(arena);
        json_set_text(arena, object, "code", finding->type->code);
        json_set_text(arena, object, "field", finding->field);
        json_set_text(arena, object, "detail", finding->detail);
        json_set_text(arena, object, "remedy", finding->type->remedy);
        json_append(arena, teller->list, object);
        return 0;
    }
    if (!teller->count++)
        printf("  Findings:\n");
    printf("    %s %s%s%s: %s\n      %s\n", finding->type->code, finding->type->title,
           finding->field ? " in " : "", finding->field ? finding->field : "",
           output_safe(arena, finding->detail), finding->type->remedy);
    return 0;
}

/* Both ids of a pair have a history: before the link, and after it. */
static int each_audit(struct context *context, const struct subject *subject, struct teller *teller,
                      struct error *error)
{
    struct store *store = context->store;
    const char *about = subject->remote  ? subject->remote->record->id
                        : subject->local ? subject->local->record->id
                                         : NULL;
    return store->ops->audit_each(store, about, teller->arena, tell_audit, teller, error);
}

static int why_json(struct context *context, const struct subject *subject, struct arena *arena,
                    struct json *all, struct error *error)
{
    struct json *object = json_object(arena);
    struct teller audit = {.arena = arena, .subject = subject, .list = json_array(arena)};
    struct teller findings = {.arena = arena, .subject = subject, .list = json_array(arena)};
    json_set_text(arena, object, "job", subject->job->name);
    json_set_text(arena, object, "remote_id", subject->remote ? subject->remote->record->id : NULL);
    json_set_text(arena, object, "local_key", subject->local ? subject->local->record->id : NULL);
    json_set_text(arena, object, "linked", subject->link ? subject->link->how : NULL);
    json_set(arena, object, "changes", own_items(arena, subject, "changes"));
    json_set(arena, object, "conflicts", own_items(arena, subject, "conflicts"));
    int r = each_audit(context, subject, &audit, error);
    if (r == 0)
        r = context->store->ops->finding_each(context->store, subject->job->name, arena,
                                              tell_finding, &findings, error);
    json_set(arena, object, "history", audit.list);
    json_set(arena, object, "findings", findings.list);
    json_append(arena, all, object);
    return r;
}

static int why_text(struct context *context, const struct subject *subject, struct arena *arena,
                    struct error *error)
{
    struct teller audit = {.arena = arena, .subject = subject};
    struct teller findings = {.arena = arena, .subject = subject};
    show_head(arena, subject);
    tell_plan(arena, subject);
    int r = context->store->ops->finding_each(context->store, subject->job->name, arena,
                                              tell_finding, &findings, error);
    return r == 0 ? each_audit(context, subject, &audit, error) : r;
}

/* ---- both ---- */

static int show_one(struct context *context, const struct subject *subject, struct arena *arena,
                    struct json *all, struct error *error)
{
    (void)all;
    (void)error;
    if (context->arguments->output == OUTPUT_TABLE)
        show_head(arena, subject);
    show_fields(arena, subject, context->arguments);
    return 0;
}

static int why_one(struct context *context, const struct subject *subject, struct arena *arena,
                   struct json *all, struct error *error)
{
    return all ? why_json(context, subject, arena, all, error)
               : why_text(context, subject, arena, error);
}

typedef int tell_one(struct context *context, const struct subject *subject, struct arena *arena,
                     struct json *all, struct error *error);

static int tell(struct context *context, tell_one *one, struct arena *arena, struct json *all,
                struct error *error)
{
    size_t found = 0;
    int r = 0;
    for (size_t i = 0; r == 0 && i < context->config->job_count; i++) {
        struct subject subject = {.job = &context->config->jobs[i]};
        r = find_subject(context, context->arguments->words[0], arena, &subject, error);
        if (r < 0 || (!subject.remote && !subject.local))
            continue;
        found++;
        r = one(context, &subject, arena, all, error);
    }
    if (r == 0 && !found)
        return error_set(error, ERROR_INPUT, SCOPE_RECORD,
                         "nothing is known of %s: give a record's id at the cloud, its local key, "
                         "or the id of a change or conflict",
                         context->arguments->words[0]);
    return r;
}

static int run(const struct world *world, const struct arguments *arguments, tell_one *one,
               bool gather)
{
    CLEANUP_CONTEXT struct context context = {0};
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct error error = {0};
    int code = context_load_store(world, arguments, true, &context);
    if (code)
        return code;
    struct json *all = gather && arguments->output == OUTPUT_JSON ? json_array(arena) : NULL;
    if (tell(&context, one, arena, all, &error) < 0) {
        output_failure(NULL, &error);
        return EXIT_FAILED;
    }
    if (all)
        output_json(all);
    return EXIT_OK;
}

static int run_show(const struct world *world, const struct arguments *arguments)
{
    return run(world, arguments, show_one, false);
}

static int run_why(const struct world *world, const struct arguments *arguments)
{
    return run(world, arguments, why_one, true);
}

const struct command command_show = {
    .name = "show",
    .usage = "ID",
    .summary = "one record, both sides side by side",
    .help = "Shows a record and its partner field by field: what each side has, what both last\n"
            "agreed on, and who owns the field. ID is the cloud's id, the local key, or the id\n"
            "of a change or conflict.",
    .options = no_options,
    .min_words = 1,
    .max_words = 1,
    .run = run_show,
};

const struct command command_why = {
    .name = "why",
    .usage = "ID",
    .summary = "the story of a record: what was decided, by which rule, with what answer",
    .help =
        "Tells how the pair was found, what the last plan says about it and which rule decided,\n"
        "what was done, under which version and token, and what people decided. ID is the\n"
        "cloud's id, the local key, or the id of a change or conflict.",
    .options = no_options,
    .min_words = 1,
    .max_words = 1,
    .run = run_why,
};
