#include "reconcile/plan.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/times.h"

#define PLAN_FORMAT 1 /* version of plan_to_json(), see agent(1) */

struct change *plan_add_change(struct plan *plan, enum action action, const char *remote_id,
                               const char *local_key)
{
    struct change *change = arena_alloc(plan->arena, sizeof *change);
    change->job = plan->job->name;
    change->kind = plan->job->kind;
    change->action = action;
    change->remote_id = arena_copy(plan->arena, remote_id);
    change->local_key = arena_copy(plan->arena, local_key);
    change->fields = arena_array(plan->arena, plan->job->kind->field_count, sizeof *change->fields);
    ARRAY_GROW(plan->changes, &plan->change_capacity, plan->change_count + 1);
    plan->changes[plan->change_count++] = change;
    return change;
}

void plan_add_field(struct plan *plan, struct change *change, size_t field, const char *old_value,
                    const char *new_value, const char *base, const char *rule)
{
    change->fields[change->field_count++] =
        (struct change_field){.field = field,
                              .old_value = arena_copy(plan->arena, old_value),
                              .new_value = arena_copy(plan->arena, new_value),
                              .base = arena_copy(plan->arena, base),
                              .rule = rule};
}

void plan_add_finding(struct plan *plan, const char *code, const char *remote_id,
                      const char *local_key, const char *field, const char *format, ...)
{
    struct text detail;
    text_init(&detail, LIMIT_CELL_BYTES);
    char buffer[2048];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(buffer, sizeof buffer, format, arguments);
    va_end(arguments);
    log_safe(&detail, buffer);

    const char *subject = remote_id ? remote_id : local_key ? local_key : plan->job->name;
    ARRAY_GROW(plan->findings, &plan->finding_capacity, plan->finding_count + 1);
    plan->findings[plan->finding_count++] =
        (struct finding){.type = finding_type(code),
                         .job = plan->job->name,
                         .subject = arena_copy(plan->arena, subject),
                         .field = field,
                         .detail = arena_copy(plan->arena, detail.data),
                         .remote_id = arena_copy(plan->arena, remote_id),
                         .local_key = arena_copy(plan->arena, local_key)};
    text_free(&detail);
}

void plan_free(struct plan *plan)
{
    if (!plan)
        return;
    free(plan->changes);
    free(plan->conflicts);
    free(plan->findings);
    free(plan->pairs);
    free(plan->settled_remote);
    free(plan->settled_local);
    arena_free(plan->arena); /* the plan itself is in it */
}

size_t plan_open_count(const struct plan *plan)
{
    size_t count = 0;
    for (size_t i = 0; i < plan->change_count; i++)
        count += plan->changes[i]->hold == HOLD_NONE;
    return count;
}

int64_t plan_estimate_ms(const struct plan *plan, const struct work *work)
{
    const struct quota *quota = NULL;
    for (size_t i = 0; i < work->connector->quota_count; i++)
        if (text_equal(work->connector->quotas[i].family, work->kind->write_family))
            quota = &work->connector->quotas[i];
    if (!quota || !quota->per_minute)
        return 0;
    int64_t calls = 0;
    for (size_t i = 0; i < plan->change_count; i++)
        if (plan->changes[i]->hold == HOLD_NONE)
            calls += work->kind->writes_per_action[plan->changes[i]->action];
    return calls * 60000 / quota->per_minute;
}

static void set_value(struct arena *arena, struct json *object, const char *name,
                      const struct field *field, const char *value)
{
    json_set_text(arena, object, name, value ? value_show(arena, field, value) : NULL);
}

static struct json *conflict_to_json(struct arena *arena, const struct plan *plan,
                                     const struct conflict *conflict)
{
    const struct field *field = &plan->job->kind->fields[conflict->field];
    struct json *object = json_object(arena);
    json_set_text(arena, object, "id", conflict->id);
    json_set_text(arena, object, "remote_id", conflict->remote_id);
    json_set_text(arena, object, "local_key", conflict->local_key);
    json_set_text(arena, object, "title", conflict->title);
    json_set_text(arena, object, "field", field->name);
    set_value(arena, object, "base", field, conflict->base);
    set_value(arena, object, "local", field, conflict->local);
    set_value(arena, object, "cloud", field, conflict->cloud);
    json_set_text(arena, object, "rule", conflict->rule);
    return object;
}

static struct json *finding_to_json(struct arena *arena, const struct finding *finding)
{
    struct json *object = json_object(arena);
    json_set_text(arena, object, "code", finding->type->code);
    json_set_text(arena, object, "severity", severity_name(finding->type->severity));
    json_set_text(arena, object, "subject", finding->subject);
    json_set_text(arena, object, "field", finding->field);
    json_set_text(arena, object, "title", finding->type->title);
    json_set_text(arena, object, "detail", finding->detail);
    json_set_text(arena, object, "remedy", finding->type->remedy);
    return object;
}

struct json *plan_to_json(struct arena *arena, const struct plan *plan)
{
    char at[INSTANT_TEXT];
    struct json *root = json_object(arena);
    json_set(arena, root, "format", json_int(arena, PLAN_FORMAT));
    json_set_text(arena, root, "job", plan->job->name);
    json_set_text(arena, root, "cloud", plan->job->cloud);
    json_set_text(arena, root, "kind", plan->job->kind->name);
    json_set_text(arena, root, "mode", mode_name(plan->job->mode));
    json_set_text(arena, root, "at", instant_print(plan->at_ms, at));
    json_set_text(arena, root, "read", read_outcome_name(plan->read));
    json_set_text(arena, root, "read_message", plan->read_message);
    json_set(arena, root, "drift", json_int(arena, (long long)plan->drift));
    struct json *changes = json_array(arena), *conflicts = json_array(arena);
    struct json *findings = json_array(arena);
    for (size_t i = 0; i < plan->change_count; i++)
        json_append(arena, changes, change_to_json(arena, plan->changes[i]));
    for (size_t i = 0; i < plan->conflict_count; i++)
        json_append(arena, conflicts, conflict_to_json(arena, plan, &plan->conflicts[i]));
    for (size_t i = 0; i < plan->finding_count; i++)
        json_append(arena, findings, finding_to_json(arena, &plan->findings[i]));
    json_set(arena, root, "changes", changes);
    json_set(arena, root, "conflicts", conflicts);
    json_set(arena, root, "findings", findings);
    return root;
}
