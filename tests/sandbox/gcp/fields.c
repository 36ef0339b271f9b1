/* Partial answers: `fields=entitlements(name,state),nextPageToken`, which every method takes.
 *
 *   fields = path { "," path }       path = name [ "/" path | "(" fields ")" ]
 */
#include <string.h>

#include "tests/sandbox/gcp/gcp.h"

#define DEPTH 16

struct selection {
    struct arena *arena;
    const char *at;
    unsigned depth;
    bool broken;
};

static void add_fields(struct selection *selection, const struct json *from, struct json *to);

/* What of `from` the rest of a path takes; it may be taken from more than once. */
static struct json *take_rest(struct selection *selection, const struct json *from,
                              struct json *already)
{
    const char *at = selection->at;
    if (from && from->type == JSON_ARRAY) {
        struct json *out = json_array(selection->arena);
        struct selection copy = *selection;
        for (size_t i = 0; i < from->count; i++) {
            copy.at = at;
            json_append(selection->arena, out,
                        take_rest(&copy, from->items[i], json_at(already, i)));
        }
        take_rest(selection, NULL, NULL); /* passes over it, be there items or not */
        return out;
    }
    struct json *out =
        already ? json_clone(selection->arena, already) : json_object(selection->arena);
    if (++selection->depth > DEPTH)
        selection->broken = true;
    if (*at == '(' && !selection->broken) {
        selection->at++;
        add_fields(selection, from, out);
        selection->broken |= *selection->at != ')';
        selection->at += *selection->at == ')';
    } else if (*at == '/' && !selection->broken) {
        selection->at++;
        size_t length = strcspn(selection->at, ",/()");
        const char *name = arena_copy_n(selection->arena, selection->at, length);
        const struct json *value = json_get(from, name);
        selection->broken |= !length;
        selection->at += length;
        struct json *taken = take_rest(selection, value, json_get(out, name));
        if (value)
            json_set(selection->arena, out, name, taken);
    } else if (from) {
        out = json_clone(selection->arena, from);
    }
    selection->depth--;
    return out;
}

static void add_fields(struct selection *selection, const struct json *from, struct json *to)
{
    for (;;) {
        size_t length = strcspn(selection->at, ",/()");
        const char *name = arena_copy_n(selection->arena, selection->at, length);
        const struct json *value = json_get(from, name);
        selection->broken |= !length;
        selection->at += length;
        struct json *taken = take_rest(selection, value, json_get(to, name));
        if (value)
            json_set(selection->arena, to, name, taken);
        if (*selection->at != ',' || selection->broken)
            return;
        selection->at++;
    }
}

int gcp_fields_apply(struct rest_call *call)
{
    const char *fields = json_get_text(call->query, "fields");
    if (!fields || !call->answer)
        return 0;
    struct selection selection = {call->arena, fields, 0, false};
    struct json *out = json_object(call->arena);
    add_fields(&selection, call->answer, out);
    if (selection.broken || *selection.at) {
        gcp_violation(call, "fields", "Invalid field selection %s", fields);
        return gcp_fail_fields(call);
    }
    call->answer = out;
    return 0;
}
