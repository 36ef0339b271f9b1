/* All sides of the sandbox that are clouds with resources: what befalls one of them each. */
#include <string.h>

#include "tests/sandbox/azure/azure.h"
#include "tests/sandbox/gcp/gcp.h"

/* A new cloud is a new folder and one line here. */
static const struct rest_side *const sides[] = {&azure_side, &gcp_side};

int rest_check_options(const struct sandbox_options *options, struct error *error)
{
    int result = 0;
    for (size_t i = 0; i < COUNT(sides) && !result; i++)
        result = sides[i]->options ? sides[i]->options(options, error) : 0;
    return result;
}

void rest_open(struct sandbox *sandbox)
{
    for (size_t i = 0; i < COUNT(sides); i++) {
        sides[i]->open(sandbox);
        for (size_t j = 0; j < sides[i]->part_count; j++)
            sides[i]->parts[j]->open(sandbox);
    }
}

static void seed_side(const struct rest_side *side, struct sandbox *sandbox)
{
    for (size_t i = 0; i < side->part_count; i++)
        side->parts[i]->seed(sandbox);
}

void rest_seed(struct sandbox *sandbox)
{
    for (size_t i = 0; i < COUNT(sides); i++)
        seed_side(sides[i], sandbox);
}

void rest_side_run(const struct rest_side *side, struct sandbox *sandbox)
{
    for (size_t i = 0; i < side->part_count; i++)
        side->parts[i]->run(sandbox);
}

void rest_run(struct sandbox *sandbox)
{
    for (size_t i = 0; i < COUNT(sides); i++)
        rest_side_run(sides[i], sandbox);
}

void rest_close(struct sandbox *sandbox)
{
    for (size_t i = 0; i < COUNT(sides); i++) {
        for (size_t j = 0; j < sides[i]->part_count; j++)
            sides[i]->parts[j]->close(sandbox);
        sides[i]->close(sandbox);
    }
}

/* ---- Snapshot. */
void rest_describe(const struct sandbox *sandbox, struct arena *arena, struct json *root)
{
    for (size_t i = 0; i < COUNT(sides); i++) {
        struct json *side = json_object(arena);
        for (size_t j = 0; j < sides[i]->part_count; j++) {
            const struct rest_part *part = sides[i]->parts[j];
            json_set(arena, side, part->name, part->describe(sandbox, arena));
        }
        json_set(arena, root, sides[i]->name, side);
    }
}

static int read_side(const struct rest_side *side, struct sandbox *sandbox,
                     const struct json *member, struct error *error)
{
    int result = 0;
    for (size_t i = 0; i < side->part_count && !result; i++)
        result = side->parts[i]->read(sandbox, json_get(member, side->parts[i]->name), error);
    return result;
}

int rest_read(struct sandbox *sandbox, const struct json *root, struct error *error)
{
    int result = 0;
    for (size_t i = 0; i < COUNT(sides) && !result; i++) {
        const struct json *member = json_get(root, sides[i]->name);
        if (member)
            result = read_side(sides[i], sandbox, member, error);
        else /* a snapshot from before that cloud moved in */
            seed_side(sides[i], sandbox);
    }
    return result;
}

/* ---- Calls. */
bool rest_handle(struct sandbox *sandbox, const struct sandbox_request *request,
                 struct arena *arena, struct sandbox_response *response)
{
    for (size_t i = 0; i < COUNT(sides); i++) {
        if (sides[i]->bare(sandbox, request, arena, response) ||
            rest_side_handle(sides[i], sandbox, request, arena, response))
            return true;
    }
    return false;
}

static bool knows_operation(const struct rest_side *side, const char *name)
{
    for (size_t i = 0; i < side->table_count; i++) {
        for (size_t j = 0; j < side->tables[i]->count; j++) {
            if (!strcmp(side->tables[i]->routes[j].operation, name))
                return true;
        }
    }
    return side->bare_operation(name);
}

bool rest_operation(const char *name)
{
    bool known = false;
    for (size_t i = 0; i < COUNT(sides) && !known; i++)
        known = knows_operation(sides[i], name);
    return known;
}

const struct control_rows *rest_controls(size_t index)
{
    for (size_t i = 0; i < COUNT(sides); i++) {
        if (index < sides[i]->part_count)
            return sides[i]->parts[index]->controls;
        index -= sides[i]->part_count;
    }
    return NULL;
}
