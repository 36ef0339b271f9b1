#include "connectors/beside.h"

#include <inttypes.h>

#include "base/file.h"

const char *beside_file(struct arena *arena, const char *others, const char *name, const char *path)
{
    struct file_state state = {0};
    if (path)
        file_stat(path, &state, NULL);
    return arena_printf(arena, "%s%s%s:%" PRId64 ":%" PRId64, others ? others : "",
                        others ? " " : "", name, state.size, state.modified_ns);
}
