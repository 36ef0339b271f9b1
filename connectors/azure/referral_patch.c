/* The difference of two documents as an RFC 6902 document. */
#include <string.h>

#include "base/text.h"
#include "connectors/azure/referrals.h"

struct patching {
    struct arena *arena;
    struct json *operations;
};

void azure_referral_patch_add(struct arena *arena, struct json *operations, const char *operation,
                              const char *path, struct json *value)
{
    struct json *object = json_object(arena);
    json_set_text(arena, object, "op", operation);
    json_set_text(arena, object, "path", path);
    json_set(arena, object, "value", value);
    json_append(arena, operations, object);
}

/* RFC 6901: "~" and "/" inside a name are "~0" and "~1". */
static const char *below(struct arena *arena, const char *path, const char *name)
{
    char *pointer = arena_alloc(arena, strlen(path) + 2 * strlen(name) + 2);
    size_t length = strlen(path);
    memcpy(pointer, path, length);
    pointer[length++] = '/';
    for (; *name; name++) {
        if (*name == '~' || *name == '/') {
            pointer[length++] = '~';
            pointer[length++] = *name == '~' ? '0' : '1';
        } else {
            pointer[length++] = *name;
        }
    }
    return pointer;
}

static bool difference(const struct patching *patching, const char *path, const struct json *from,
                       const struct json *to);

static void add(const struct patching *patching, const char *operation, const char *path,
                const struct json *value)
{
    azure_referral_patch_add(patching->arena, patching->operations, operation, path,
                             json_clone(patching->arena, value));
}

static bool members(const struct patching *patching, const char *path, const struct json *from,
                    const struct json *to)
{
    struct arena *arena = patching->arena;
    for (size_t i = 0; i < from->count; i++) {
        const char *place = below(arena, path, from->names[i]);
        const struct json *value = json_get(to, from->names[i]);
        const struct json *nothing = json_null(arena);
        if (!difference(patching, place, from->items[i], value ? value : nothing))
            return false;
    }
    for (size_t i = 0; i < to->count; i++) {
        if (!json_get(from, to->names[i]) && to->items[i]->type != JSON_NULL)
            add(patching, "add", below(arena, path, to->names[i]), to->items[i]);
    }
    return true;
}

static bool items(const struct patching *patching, const char *path, const struct json *from,
                  const struct json *to)
{
    struct arena *arena = patching->arena;
    if (to->count < from->count)
        return false;
    for (size_t i = 0; i < to->count; i++) {
        if (i >= from->count)
            add(patching, "add", below(arena, path, "-"), to->items[i]);
        else if (!difference(patching, arena_printf(arena, "%s/%zu", path, i), from->items[i],
                             to->items[i]))
            return false;
    }
    return true;
}

static bool difference(const struct patching *patching, const char *path, const struct json *from,
                       const struct json *to)
{
    if (json_equal(from, to))
        return true;
    if (from->type == JSON_OBJECT && to->type == JSON_OBJECT)
        return members(patching, path, from, to);
    if (from->type == JSON_ARRAY && to->type == JSON_ARRAY)
        return items(patching, path, from, to);
    add(patching, "replace", path, to);
    return true;
}

bool azure_referral_patch(struct arena *arena, const struct json *from, const struct json *to,
                          struct json **ret_operations)
{
    const struct patching patching = {arena, json_array(arena)};
    if (!members(&patching, "", from, to))
        return false;
    *ret_operations = patching.operations;
    return true;
}
