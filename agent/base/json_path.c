/* Paths into JSON trees: "Project.ExpectedCustomerSpend[TargetCompany=AWS].Amount". */
#include <string.h>

#include "base/json.h"
#include "base/memory.h"

/* Our longest path has five steps; the tables that hold them are constant. */
enum { MAX_STEPS = 24, MAX_INDEX = 1000000 };

enum step_type { STEP_NAME, STEP_INDEX, STEP_MATCH };

struct step {
    enum step_type type;
    const char *name; /* STEP_NAME, STEP_MATCH: the member */
    size_t name_length;
    const char *value; /* STEP_MATCH: what the member is */
    size_t value_length;
    size_t index; /* STEP_INDEX */
};

struct path {
    struct step steps[MAX_STEPS];
    size_t count;
};

/* Reads "[…]" at `text`; returns what stands behind it, or NULL. */
static const char *compile_bracket(const char *text, struct step *ret_step)
{
    const char *inner = text + 1;
    const char *end = strchr(inner, ']');
    if (!end || end == inner)
        return NULL;
    size_t length = (size_t)(end - inner);
    const char *equals = memchr(inner, '=', length);
    if (equals) {
        if (equals == inner)
            return NULL;
        *ret_step = (struct step){.type = STEP_MATCH,
                                  .name = inner,
                                  .name_length = (size_t)(equals - inner),
                                  .value = equals + 1,
                                  .value_length = (size_t)(end - equals - 1)};
        return end + 1;
    }
    size_t index = 0;
    for (const char *digit = inner; digit < end; digit++) {
        if (*digit < '0' || *digit > '9' || index > MAX_INDEX)
            return NULL;
        index = index * 10 + (size_t)(*digit - '0');
    }
    *ret_step = (struct step){.type = STEP_INDEX, .index = index};
    return end + 1;
}

static bool compile(const char *text, struct path *path)
{
    path->count = 0;
    for (;;) {
        size_t length = strcspn(text, ".[");
        if (length == 0 || path->count == MAX_STEPS)
            return false;
        path->steps[path->count++] =
            (struct step){.type = STEP_NAME, .name = text, .name_length = length};
        text += length;
        while (*text == '[') {
            if (path->count == MAX_STEPS)
                return false;
            text = compile_bracket(text, &path->steps[path->count++]);
            if (!text)
                return false;
        }
        if (*text == '\0')
            return true;
        if (*text++ != '.')
            return false;
    }
}

static bool same(const char *text, const char *bytes, size_t length)
{
    return text && strncmp(text, bytes, length) == 0 && text[length] == '\0';
}

/* The type of node that a step goes into. */
static enum json_type container(const struct step *step)
{
    return step->type == STEP_NAME ? JSON_OBJECT : JSON_ARRAY;
}

static bool item_matches(const struct json *item, const struct step *step)
{
    for (size_t i = 0; item->type == JSON_OBJECT && i < item->count; i++) {
        if (same(item->names[i], step->name, step->name_length))
            return item->items[i]->type == JSON_STRING &&
                   same(item->items[i]->text, step->value, step->value_length);
    }
    return false;
}

/* The index of the step's child in `node`, or node->count. The node is the step's container. */
static size_t find_child(const struct json *node, const struct step *step)
{
    if (step->type == STEP_INDEX)
        return step->index < node->count ? step->index : node->count;
    size_t i = 0;
    while (i < node->count &&
           (step->type == STEP_NAME ? !same(node->names[i], step->name, step->name_length)
                                    : !item_matches(node->items[i], step)))
        i++;
    return i;
}

struct json *json_find(const struct json *root, const char *path)
{
    struct path compiled;
    if (!root || !path || !compile(path, &compiled))
        return NULL;
    const struct json *node = root;
    struct json *child = NULL;
    for (size_t i = 0; i < compiled.count; i++, node = child) {
        const struct step *step = &compiled.steps[i];
        if (node->type != container(step))
            return NULL;
        size_t index = find_child(node, step);
        if (index == node->count)
            return NULL;
        child = node->items[index];
    }
    return child;
}

static void attach(struct arena *arena, struct json *node, const struct step *step,
                   struct json *value)
{
    size_t index = find_child(node, step);
    if (index < node->count)
        node->items[index] = value;
    else if (step->type == STEP_NAME)
        json_set(arena, node, arena_copy_n(arena, step->name, step->name_length), value);
    else
        json_append(arena, node, value);
}

/* What the steps from `first` to the last make, with `value` at the end; stands in no tree yet. */
static struct json *build(struct arena *arena, const struct path *path, size_t first,
                          struct json *value)
{
    for (size_t i = path->count; i-- > first;) {
        const struct step *step = &path->steps[i];
        const struct step *before = &path->steps[i - 1]; /* the first step is never built */
        struct json *node = step->type == STEP_NAME ? json_object(arena) : json_array(arena);
        if (before->type == STEP_MATCH && step->type == STEP_NAME) {
            struct json *key =
                json_string(arena, arena_copy_n(arena, before->value, before->value_length));
            json_set(arena, node, arena_copy_n(arena, before->name, before->name_length), key);
        }
        attach(arena, node, step, value);
        value = node;
    }
    return value;
}

int json_put(struct arena *arena, struct json *root, const char *path, struct json *value,
             struct error *error)
{
    struct path compiled;
    if (!compile(path, &compiled))
        return error_set(error, ERROR_BUG, SCOPE_RUN, "\"%s\" is not a path", path);
    struct json *node = root;
    for (size_t i = 0;; i++) {
        const struct step *step = &compiled.steps[i];
        if (node->type != container(step))
            return error_set(error, ERROR_PERMANENT, SCOPE_RECORD,
                             "cannot set %s: step %zu of the path is not an %s in the document",
                             path, i, container(step) == JSON_OBJECT ? "object" : "array");
        bool last = i + 1 == compiled.count;
        size_t index = find_child(node, step);
        if (!value && (index == node->count || (!last && json_is_null(node->items[index]))))
            return 0; /* not there: nothing to remove */
        if (!value && last) {
            json_remove_at(node, index);
            return 0;
        }
        /* A null on the way holds nothing: it gives room like an absent member. */
        if (last || index == node->count || json_is_null(node->items[index])) {
            attach(arena, node, step, build(arena, &compiled, i + 1, value));
            return 0;
        }
        node = node->items[index];
    }
}
