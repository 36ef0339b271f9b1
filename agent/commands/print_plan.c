#include "commands/print_plan.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "commands/output.h"

/* Links and pulls come in hundreds at first contact; a person reads the first few. */
#define SHOWN_EACH  10
#define VALUE_WIDTH 60

struct printer {
    const struct arguments *arguments;
    const struct plan *plan;
    struct arena *arena;
};

static enum tint tint_of(const struct change *change)
{
    if (change->hold != HOLD_NONE)
        return TINT_DIM;
    switch (change->action) {
    case ACTION_CREATE:
    case ACTION_SUBMIT:
    case ACTION_PUBLISH:
    case ACTION_ACCEPT:
    case ACTION_REGISTER:
    case ACTION_IMPORT:
        return TINT_ADD;
    case ACTION_CLOSE:
    case ACTION_CANCEL:
    case ACTION_REJECT:
        return TINT_REMOVE;
    default:
        return TINT_CHANGE;
    }
}

static const char *shown(struct printer *printer, size_t field, const char *value)
{
    const struct field *named = &printer->plan->job->kind->fields[field];
    char *text = arena_copy(printer->arena,
                            output_safe(printer->arena, value_show(printer->arena, named, value)));
    if (utf8_length(text) > VALUE_WIDTH && !printer->arguments->verbose) {
        utf8_truncate(text, VALUE_WIDTH - 1);
        return arena_printf(printer->arena, "%s…", text);
    }
    return text;
}

/* Actions that say something new rather than change something. */
static bool adds(enum action action)
{
    return action == ACTION_CREATE || action == ACTION_SUBMIT || action == ACTION_ACCEPT ||
           action == ACTION_REJECT || action == ACTION_REGISTER || action == ACTION_IMPORT;
}

static void print_field(struct printer *printer, const struct change *change,
                        const struct change_field *field)
{
    const char *name = change->kind->fields[field->field].name;
    const char *new_value = shown(printer, field->field, field->new_value);
    if (!field->old_value && adds(change->action))
        printf("        %-20s %s\n", name, new_value);
    else
        printf("        %-20s %s → %s   %s(%s)%s\n", name,
               shown(printer, field->field, field->old_value), new_value,
               output_tint(printer->arguments, TINT_DIM), output_safe(printer->arena, field->rule),
               output_tint(printer->arguments, TINT_PLAIN));
}

static void print_change(struct printer *printer, const struct change *change)
{
    struct arena *arena = printer->arena;
    const struct arguments *arguments = printer->arguments;
    printf("%s  %c %-7s%s %s%s%s  %s  %s%s%s\n", output_tint(arguments, tint_of(change)),
           action_sign(change->action), action_name(change->action),
           output_tint(arguments, TINT_PLAIN),
           change->remote_id ? output_safe(arena, change->remote_id) : "",
           change->remote_id && change->local_key ? " = " : "",
           change->local_key ? output_safe(arena, change->local_key) : "",
           output_safe(arena, change->title), output_tint(arguments, TINT_DIM), change->id,
           output_tint(arguments, TINT_PLAIN));
    if (change->hold != HOLD_NONE)
        printf("        %sheld (%s): %s%s\n", output_tint(arguments, TINT_WARN),
               hold_name(change->hold),
               change->hold_reason ? output_safe(arena, change->hold_reason) : "",
               output_tint(arguments, TINT_PLAIN));
    if (change->asked_by)
        printf("        asked for by %s\n", output_safe(arena, change->asked_by));
    if (change->note)
        printf("        %s\n", output_safe(arena, change->note));
    for (size_t i = 0; i < change->field_count; i++)
        print_field(printer, change, &change->fields[i]);
}

static void print_changes(struct printer *printer)
{
    size_t printed[ACTION_COUNT] = {0}, left = 0;
    for (size_t i = 0; i < printer->plan->change_count; i++) {
        const struct change *change = printer->plan->changes[i];
        bool many = change->action == ACTION_ADOPT || change->action == ACTION_PULL ||
                    change->action == ACTION_IMPORT;
        if (many && printed[change->action] >= SHOWN_EACH && !printer->arguments->verbose) {
            left++;
            continue;
        }
        printed[change->action]++;
        print_change(printer, change);
    }
    if (left)
        printf("  … and %zu more links, pulls and imports (--verbose shows all)\n", left);
}

static void print_conflicts(struct printer *printer)
{
    for (size_t i = 0; i < printer->plan->conflict_count; i++) {
        const struct conflict *conflict = &printer->plan->conflicts[i];
        printf(
            "%s  ! conflict%s %s = %s  %s  %s%s%s\n", output_tint(printer->arguments, TINT_REMOVE),
            output_tint(printer->arguments, TINT_PLAIN),
            output_safe(printer->arena, conflict->remote_id),
            output_safe(printer->arena, conflict->local_key),
            output_safe(printer->arena, conflict->title), output_tint(printer->arguments, TINT_DIM),
            conflict->id, output_tint(printer->arguments, TINT_PLAIN));
        printf("        %-20s local %s | cloud %s | last agreed %s\n",
               printer->plan->job->kind->fields[conflict->field].name,
               shown(printer, conflict->field, conflict->local),
               shown(printer, conflict->field, conflict->cloud),
               shown(printer, conflict->field, conflict->base));
    }
}

/* "12 to create, 3 to update": one entry per action that occurs. */
static const char *count_actions(struct printer *printer, bool held)
{
    static const char *const verbs[ACTION_COUNT] = {
        [ACTION_ADOPT] = "to link",      [ACTION_CREATE] = "to create",
        [ACTION_UPDATE] = "to update",   [ACTION_SUBMIT] = "to submit",
        [ACTION_LAUNCH] = "to launch",   [ACTION_CLOSE] = "to close",
        [ACTION_PUBLISH] = "to publish", [ACTION_EXTEND] = "to extend",
        [ACTION_CANCEL] = "to cancel",   [ACTION_ACCEPT] = "to accept",
        [ACTION_REJECT] = "to reject",   [ACTION_REGISTER] = "to register",
        [ACTION_PULL] = "to write back", [ACTION_IMPORT] = "to add to the source"};
    size_t counts[ACTION_COUNT] = {0};
    CLEANUP_TEXT struct text out;
    text_init(&out, 1024);
    for (size_t i = 0; i < printer->plan->change_count; i++)
        counts[printer->plan->changes[i]->action] +=
            (printer->plan->changes[i]->hold != HOLD_NONE) == held;
    for (size_t i = 0; i < ACTION_COUNT; i++)
        if (counts[i])
            text_addf(&out, "%s%zu %s", out.length ? ", " : "", counts[i], verbs[i]);
    return out.length ? arena_copy(printer->arena, out.data) : NULL;
}

/* "2 for approval, 1 rejected by a person": one entry per reason that occurs. */
static const char *count_holds(struct printer *printer)
{
    static const char *const reasons[HOLD_COUNT] = {[HOLD_MODE] = "by the job's mode",
                                                    [HOLD_APPROVAL] = "for approval",
                                                    [HOLD_REJECTED] = "rejected by a person",
                                                    [HOLD_LIMIT] = "by a limit of the job",
                                                    [HOLD_READ] = "until the cloud is fully read",
                                                    [HOLD_RULE] = "because the cloud would refuse",
                                                    [HOLD_BUSY] = "behind an unfinished change",
                                                    [HOLD_DELIVERED] =
                                                        "delivered, until the source shows it"};
    size_t counts[HOLD_COUNT] = {0};
    CLEANUP_TEXT struct text out;
    text_init(&out, 1024);
    for (size_t i = 0; i < printer->plan->change_count; i++)
        counts[printer->plan->changes[i]->hold]++;
    for (size_t i = HOLD_NONE + 1; i < HOLD_COUNT; i++)
        if (counts[i])
            text_addf(&out, "%s%zu %s", out.length ? ", " : "", counts[i], reasons[i]);
    return out.length ? arena_copy(printer->arena, out.data) : NULL;
}

static void print_summary(struct printer *printer, const struct engine_result *result)
{
    const struct plan *plan = printer->plan;
    const char *open = count_actions(printer, false), *holds = count_holds(printer);
    printf("Plan for %s: %s.\n", plan->job->name,
           open    ? open
           : holds ? "nothing to do for now"
                   : "nothing to do");
    if (holds)
        printf("  Held back: %s.\n", holds);
    if (plan->conflict_count)
        printf("  %zu conflict%s: `agent conflicts` shows them, `agent resolve` decides.\n",
               plan->conflict_count, plan->conflict_count == 1 ? "" : "s");
    if (result->findings)
        printf("  %zu finding%s: `agent findings` lists them with what to do.\n", result->findings,
               result->findings == 1 ? "" : "s");
    if (result->local.review_path)
        printf("  %lld row%s could not be used, see %s\n", result->local.rejected,
               result->local.rejected == 1 ? "" : "s", result->local.review_path);
    int64_t estimate = plan_estimate_ms(plan, result->work);
    if (estimate >= 1000)
        printf("  Writing takes at least %s at the cloud's published rate.\n",
               output_duration(printer->arena, estimate));
}

static void print_head(struct printer *printer, const struct engine_result *result)
{
    const struct plan *plan = printer->plan;
    const struct job *job = plan->job;
    printf("%s  %s %s ⇄ %s  mode %s  %lld at the cloud, %lld local, %lld linked\n", job->name,
           job->cloud, job->kind->name, job->source, mode_name(job->mode), plan->counts.remote,
           plan->counts.local, plan->counts.links);
    if (plan->read != READ_COMPLETE)
        printf("%s  the cloud could not be read %s: %s%s\n",
               output_tint(printer->arguments, TINT_WARN),
               plan->read == READ_FAILED ? "at all" : "completely",
               output_safe(printer->arena, plan->read_message),
               output_tint(printer->arguments, TINT_PLAIN));
    if (result->local.outcome != READ_COMPLETE)
        printf("%s  the source looks incomplete: %s%s\n",
               output_tint(printer->arguments, TINT_WARN),
               output_safe(printer->arena, result->local.message),
               output_tint(printer->arguments, TINT_PLAIN));
}

void print_plan(const struct arguments *arguments, const struct engine_result *result)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct printer printer = {.arguments = arguments, .plan = result->plan, .arena = arena};
    print_head(&printer, result);
    if (!arguments->quiet) {
        print_changes(&printer);
        print_conflicts(&printer);
    }
    print_summary(&printer, result);
}

void print_outcome(const struct arguments *arguments, const struct engine_result *result)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    const struct apply_counts *counts = &result->counts;
    const struct plan *left = result->left ? result->left : result->plan;
    struct printer printer = {.arguments = arguments, .plan = left, .arena = arena};
    printf("Done: %s: %zu applied", result->work->job->name, counts->applied);
    if (counts->created)
        printf(" (%zu created)", counts->created);
    if (counts->failed)
        printf(", %zu refused", counts->failed);
    if (counts->open)
        printf(", %zu not finished and taken up by the next run", counts->open);
    if (counts->waiting)
        printf(", %zu under way at the cloud", counts->waiting);
    const char *holds = count_holds(&printer);
    printf("%s%s; %lld calls%s%s in %s.\n", holds ? "; held back: " : "", holds ? holds : "",
           result->stats.calls, result->shared ? " by all jobs of " : "",
           result->shared ? result->work->job->cloud : "",
           output_duration(arena, result->elapsed_ms));
    if (counts->failed || counts->open)
        printf("  `agent findings` tells why.\n");
}
