#include "commands/permissions.h"

#include <string.h>

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

#define READS_PROPOSALS (1u << ACTION_IMPORT)

static unsigned actions_of(const struct job *job)
{
    bool proposals = job->gates[GATE_ACCEPT].open || job->gates[GATE_REJECT].open ||
                     job->gates[GATE_IMPORT].open;
    unsigned reads = proposals ? READS_PROPOSALS : 0;
    if (job->mode == MODE_OBSERVE)
        return reads;
    return reads |
           (writes_fields(job) ? 1u << ACTION_UPDATE | 1u << ACTION_LAUNCH | 1u << ACTION_CLOSE
                               : 0) |
           (job->gates[GATE_CREATE].open ? 1u << ACTION_CREATE : 0) |
           (job->gates[GATE_SUBMIT].open ? 1u << ACTION_SUBMIT : 0) |
           (job->gates[GATE_ACCEPT].open ? 1u << ACTION_ACCEPT : 0) |
           (job->gates[GATE_REJECT].open ? 1u << ACTION_REJECT : 0);
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
            bool known = false;
            for (size_t k = 0; k < count; k++)
                known |= !strcmp(list[k].name, permission->name);
            if (!known && needs(config, connector, *kind, permission, read_only))
                list[count++] =
                    (struct needed){permission->name, permission->actions &&
                                                          !(permission->actions & READS_PROPOSALS)};
        }
    }
    *ret_needed = list;
    return count;
}
