#include "model/job.h"

#include <string.h>

#include "base/memory.h"

static const char *const mode_names[] = {
    [MODE_OBSERVE] = "observe",
    [MODE_PROPOSE] = "propose",
    [MODE_APPLY] = "apply",
};

enum mode mode_parse(const char *text, bool *ret_ok)
{
    for (size_t i = 0; text && i < COUNT(mode_names); i++) {
        if (!strcmp(text, mode_names[i])) {
            *ret_ok = true;
            return (enum mode)i;
        }
    }
    *ret_ok = false;
    return MODE_OBSERVE;
}

const char *mode_name(enum mode mode)
{
    return mode_names[mode];
}

const char *owner_name(enum owner owner)
{
    static const char *const names[] = {
        [OWNER_ASK] = "ask",
        [OWNER_LOCAL] = "local",
        [OWNER_CLOUD] = "cloud",
        [OWNER_NEWEST] = "newest",
    };
    return names[owner];
}

const struct field_map *job_field(const struct job *job, size_t field)
{
    for (size_t i = 0; i < job->field_count; i++) {
        if (job->fields[i].field == field)
            return &job->fields[i];
    }
    return NULL;
}
