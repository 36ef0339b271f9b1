/* agent why: the story of a record. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "commands/output.h"
#include "commands/subject.h"
#include "commands/under_way.h"

static const struct command_option no_options[] = {{NULL, 0, NULL, NULL, 0}};

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
        if (json_get_text(change, "asked_by"))
            printf("      asked for by %s\n",
                   output_safe(arena, json_get_text(change, "asked_by")));
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

static bool is_about(const struct subject *subject, const char *remote_id, const char *local_key)
{
    return (subject->remote && text_equal(remote_id, subject->remote->record->id)) ||
           (subject->local && text_equal(local_key, subject->local->record->id));
}

/* Changes of the record that are open in the journal: `list` takes them, or they are printed. */
static int tell_under_way(struct context *context, const struct subject *subject,
                          struct arena *arena, struct json *list, struct error *error)
{
    CLEANUP_UNDER_WAY struct under_way open = {0};
    int r = under_way_load(context->store, subject->job->name, arena, &open, error);
    for (size_t i = 0; r == 0 && i < open.count; i++) {
        const struct change *change = open.rows[i].change;
        if (!is_about(subject, change->remote_id, change->local_key))
            continue;
        if (list)
            json_append(arena, list, under_way_json(arena, &open.rows[i]));
        else
            printf("  Under way since %s: %s  %s: %s\n",
                   output_instant(arena, open.rows[i].made_ms), change->id,
                   action_name(change->action),
                   output_safe(arena, under_way_note(arena, &open.rows[i])));
    }
    return r;
}

struct teller {
    struct arena *arena;
    const struct subject *subject;
    struct json *list; /* JSON output, else NULL */
    const char *only;  /* audit lines of this remote id; NULL: all */
    size_t count;
};

static int tell_audit(void *context, const struct audit_row *row)
{
    struct teller *teller = context;
    struct arena *arena = teller->arena;
    const struct json *change = json_get(row->detail, "change");
    if (teller->only && !text_equal(teller->only, row->remote_id))
        return 0;
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
    if (!is_about(subject, finding->remote_id, finding->local_key))
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

/* Both ids of a pair have a history: before the link, and after it. So has the record that became
 * this one, whose lines may name the same row. */
static int each_audit(struct context *context, const struct subject *subject, struct teller *teller,
                      struct error *error)
{
    struct store *store = context->store;
    const char *about = subject->remote  ? subject->remote->record->id
                        : subject->local ? subject->local->record->id
                                         : NULL;
    int r = 0;
    if (subject->former) {
        teller->only = subject->former->record->id;
        r = store->ops->audit_each(store, teller->only, teller->arena, tell_audit, teller, error);
        teller->only = NULL;
    }
    return r < 0 ? r
                 : store->ops->audit_each(store, about, teller->arena, tell_audit, teller, error);
}

static int why_json(struct context *context, const struct subject *subject, struct arena *arena,
                    struct json *all, struct error *error)
{
    struct json *object = json_object(arena);
    struct teller audit = {.arena = arena, .subject = subject, .list = json_array(arena)};
    struct teller findings = {.arena = arena, .subject = subject, .list = json_array(arena)};
    json_set_text(arena, object, "job", subject->job->name);
    json_set_text(arena, object, "remote_id", subject->remote ? subject->remote->record->id : NULL);
    if (subject->former)
        json_set_text(arena, object, "became_of", subject->former->record->id);
    json_set_text(arena, object, "local_key", subject->local ? subject->local->record->id : NULL);
    json_set_text(arena, object, "linked", subject->link ? subject->link->how : NULL);
    json_set(arena, object, "changes", own_items(arena, subject, "changes"));
    json_set(arena, object, "conflicts", own_items(arena, subject, "conflicts"));
    struct json *open = json_array(arena);
    int r = each_audit(context, subject, &audit, error);
    if (r == 0)
        r = tell_under_way(context, subject, arena, open, error);
    if (r == 0)
        r = context->store->ops->finding_each(context->store, subject->job->name, arena,
                                              tell_finding, &findings, error);
    json_set(arena, object, "under_way", open);
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
    subject_print(arena, subject);
    tell_plan(arena, subject);
    int r = tell_under_way(context, subject, arena, NULL, error);
    if (r == 0)
        r = context->store->ops->finding_each(context->store, subject->job->name, arena,
                                              tell_finding, &findings, error);
    return r == 0 ? each_audit(context, subject, &audit, error) : r;
}

struct story {
    struct context *context;
    struct arena *arena;
    struct json *all; /* JSON output, else NULL */
};

static int why_one(void *context, const struct subject *subject, struct error *error)
{
    struct story *story = context;
    return story->all ? why_json(story->context, subject, story->arena, story->all, error)
                      : why_text(story->context, subject, story->arena, error);
}

static int run_why(const struct world *world, const struct arguments *arguments)
{
    CLEANUP_CONTEXT struct context context = {0};
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct error error = {0};
    int code = context_load_store(world, arguments, true, &context);
    if (code)
        return code;
    struct story story = {.context = &context,
                          .arena = arena,
                          .all = arguments->output == OUTPUT_JSON ? json_array(arena) : NULL};
    if (subject_each(&context, arguments->words[0], arena, why_one, &story, &error) < 0) {
        output_failure(NULL, &error);
        return EXIT_FAILED;
    }
    if (story.all)
        output_json(story.all);
    return EXIT_OK;
}

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
