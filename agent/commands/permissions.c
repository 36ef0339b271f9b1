#include "commands/permissions.h"

#include <string.h>

#include "model/gate.h"

#define READS_PROPOSALS (1u << ACTION_IMPORT)
#define ANSWERS         (1u << ACTION_ACCEPT | 1u << ACTION_REJECT)
/* What an edit of a field may amount to. */
#define EDITS                                                                                      \
    (1u << ACTION_UPDATE | 1u << ACTION_LAUNCH | 1u << ACTION_CLOSE | 1u << ACTION_PUBLISH |       \
     1u << ACTION_EXTEND | 1u << ACTION_CANCEL)

/* Whether some field's value may go to the cloud once the record is there. */
static bool writes_fields(const struct job *job)
{
    for (size_t i = 0; i < job->field_count; i++) {
        const struct field_map *map = &job->fields[i];
        if (map->owner != OWNER_CLOUD &&
            job->kind->fields[map->field].direction != FIELD_FROM_CLOUD)
            return true;
    }
    return false;
}

static unsigned actions_of(const struct job *job)
{
    unsigned actions = writes_fields(job) ? EDITS : 0;
    for (size_t i = 0; i < GATE_COUNT; i++)
        actions |= job->gates[i].open ? 1u << gate_types[i].action : 0;
    if (actions & ANSWERS)
        actions |= READS_PROPOSALS;
    return job->mode == MODE_OBSERVE ? actions & READS_PROPOSALS : actions;
}

/* `fields`: "a|b|c", or NULL for a permission that is needed whatever is mapped. */
static bool maps(const struct job *job, const char *fields)
{
    for (size_t i = 0; fields && i < job->field_count; i++) {
        const char *name = job->kind->fields[job->fields[i].field].name;
        for (const char *at = fields; *at; at += strspn(at, "|")) {
            size_t length = strcspn(at, "|");
            if (!strncmp(name, at, length) && !name[length])
                return true;
            at += length;
        }
    }
    return !fields;
}

static bool job_needs(const struct job *job, const struct permission *permission, bool read_only)
{
    unsigned actions = actions_of(job) & (read_only ? READS_PROPOSALS : ~0u);
    return (!permission->actions || permission->actions & actions) && maps(job, permission->field);
}

static bool needs(const struct config *config, const struct connector *connector,
                  const struct connector_kind *kind, const struct permission *permission,
                  bool read_only)
{
    bool jobs = false, needed = false;
    for (size_t i = 0; i < config->job_count; i++) {
        const struct job *job = &config->jobs[i];
        if (strcmp(job->cloud, connector->name) != 0)
            continue;
        jobs = true;
        needed |= job->kind->id == kind->kind && job_needs(job, permission, read_only);
    }
    return jobs ? needed : !permission->actions;
}

static bool only_writes(const struct permission *permission)
{
    return permission->actions && !(permission->actions & READS_PROPOSALS);
}

/* Once, however many rows want it; reading it is the stronger word. */
static size_t add(struct needed *list, size_t count, const struct permission *permission)
{
    for (size_t i = 0; i < count; i++) {
        if (!strcmp(list[i].name, permission->name)) {
            list[i].writes = list[i].writes && only_writes(permission);
            return count;
        }
    }
    list[count] = (struct needed){permission->name, only_writes(permission)};
    return count + 1;
}

size_t permissions_needed(struct arena *arena, const struct config *config,
                          const struct connector *connector, bool read_only,
                          const struct needed **ret_needed)
{
    size_t count = 0, most = 0;
    for (const struct connector_kind *const *kind = connector->kinds; *kind; kind++)
        most += (*kind)->permission_count;
    struct needed *list = arena_array(arena, most + 1, sizeof *list);
    for (const struct connector_kind *const *kind = connector->kinds; *kind; kind++) {
        for (size_t i = 0; i < (*kind)->permission_count; i++) {
            const struct permission *permission = &(*kind)->permissions[i];
            if (needs(config, connector, *kind, permission, read_only))
                count = add(list, count, permission);
        }
    }
    *ret_needed = list;
    return count;
}
