/* Partial answers: `fields=entitlements(name,state),nextPageToken`, which every method takes.
 *
 *   fields = path { "," path }       path = name [ "/" path | "(" fields ")" ]
 *
 * A name that the answer's message does not have is refused, as far as the message stands in a
 * shape; of the others any name is taken. */
#include <string.h>

#include "tests/sandbox/gcp/deals.h"
#include "tests/sandbox/gcp/market.h"

#define DEPTH 16

struct selection {
    struct arena *arena;
    const char *at;
    unsigned depth;
    bool broken;
    const char *unknown; /* a name that no member has; NULL: all were found */
};

/* ---- What answers are made of. */
static const struct gcp_member offers_rows[] = {
    {"privateOffers", GCP_OBJECT, GCP_REPEATED, &gcp_offer_shape, NULL, 0},
    {"nextPageToken", GCP_TEXT, 0, NULL, NULL, 0},
};
static const struct gcp_shape offers_shape = GCP_SHAPE(offers_rows);
static const struct gcp_member documents_rows[] = {
    {"privateOfferDocuments", GCP_OBJECT, GCP_REPEATED, &gcp_document_shape, NULL, 0},
    {"nextPageToken", GCP_TEXT, 0, NULL, NULL, 0},
};
static const struct gcp_shape documents_shape = GCP_SHAPE(documents_rows);
static const struct gcp_member deals_rows[] = {
    {"opportunities", GCP_OBJECT, GCP_REPEATED, &gcp_opportunity_shape, NULL, 0},
    {"nextPageToken", GCP_TEXT, 0, NULL, NULL, 0},
};
static const struct gcp_shape deals_shape = GCP_SHAPE(deals_rows);
static const struct gcp_shape nothing_shape = {NULL, 0};

static const struct {
    const char *operation;
    const struct gcp_shape *shape;
} answers[] = {
    {"ListGcpOffers", &offers_shape},
    {"GetGcpOffer", &gcp_offer_shape},
    {"CreateGcpOffer", &gcp_offer_shape},
    {"UpdateGcpOffer", &gcp_offer_shape},
    {"PublishGcpOffer", &gcp_offer_shape},
    {"CancelGcpOffer", &gcp_offer_shape},
    {"DeleteGcpOffer", &nothing_shape},
    {"ListGcpDocuments", &documents_shape},
    {"GetGcpDocument", &gcp_document_shape},
    {"CreateGcpDocument", &gcp_document_shape},
    {"UpdateGcpDocument", &gcp_document_shape},
    {"DeleteGcpDocument", &nothing_shape},
    {"ListDeals", &deals_shape},
    {"GetDeal", &gcp_opportunity_shape},
    {"CreateDeal", &gcp_opportunity_shape},
};

/* NULL: whatever members. */
static const struct gcp_shape *answer_shape(const struct rest_call *call)
{
    for (size_t i = 0; call->route && i < COUNT(answers); i++) {
        if (!strcmp(answers[i].operation, call->route->operation))
            return answers[i].shape;
    }
    return NULL;
}

/* ---- Walking over the parameter. */
static void add_fields(struct selection *selection, const struct gcp_shape *shape,
                       const struct json *from, struct json *to);

/* The message below a member that the selection names; a bare value has nothing below it. */
static const struct gcp_shape *step_into(struct selection *selection, const struct gcp_shape *shape,
                                         const char *name)
{
    const struct gcp_member *member = gcp_shape_member(shape, name, strlen(name));
    if (shape && !member)
        selection->unknown = name;
    return !member ? NULL : member->type == GCP_OBJECT ? member->inner : &nothing_shape;
}

/* What of `from` the rest of a path takes; it may be taken from more than once. */
static struct json *take_rest(struct selection *selection, const struct gcp_shape *shape,
                              const struct json *from, struct json *already)
{
    const char *at = selection->at;
    if (from && from->type == JSON_ARRAY) {
        struct json *out = json_array(selection->arena);
        struct selection copy = *selection;
        for (size_t i = 0; i < from->count; i++) {
            copy.at = at;
            json_append(selection->arena, out,
                        take_rest(&copy, shape, from->items[i], json_at(already, i)));
        }
        take_rest(selection, shape, NULL, NULL); /* passes over it, be there items or not */
        return out;
    }
    struct json *out =
        already ? json_clone(selection->arena, already) : json_object(selection->arena);
    if (++selection->depth > DEPTH)
        selection->broken = true;
    if (*at == '(' && !selection->broken) {
        selection->at++;
        add_fields(selection, shape, from, out);
        selection->broken |= *selection->at != ')';
        selection->at += *selection->at == ')';
    } else if (*at == '/' && !selection->broken) {
        selection->at++;
        size_t length = strcspn(selection->at, ",/()");
        const char *name = arena_copy_n(selection->arena, selection->at, length);
        const struct json *value = json_get(from, name);
        selection->broken |= !length;
        selection->at += length;
        struct json *taken =
            take_rest(selection, step_into(selection, shape, name), value, json_get(out, name));
        if (value)
            json_set(selection->arena, out, name, taken);
    } else if (from) {
        out = json_clone(selection->arena, from);
    }
    selection->depth--;
    return out;
}

static void add_fields(struct selection *selection, const struct gcp_shape *shape,
                       const struct json *from, struct json *to)
{
    for (;;) {
        size_t length = strcspn(selection->at, ",/()");
        const char *name = arena_copy_n(selection->arena, selection->at, length);
        const struct json *value = json_get(from, name);
        selection->broken |= !length;
        selection->at += length;
        struct json *taken =
            take_rest(selection, step_into(selection, shape, name), value, json_get(to, name));
        if (value)
            json_set(selection->arena, to, name, taken);
        if (*selection->at != ',' || selection->broken)
            return;
        selection->at++;
    }
}

/* What of `answer` the parameter takes. */
static int select_fields(struct rest_call *call, const char *fields, const struct json *answer,
                         struct json **ret_answer)
{
    struct selection selection = {.arena = call->arena, .at = fields};
    struct json *out = json_object(call->arena);
    add_fields(&selection, answer_shape(call), answer, out);
    if (selection.broken || *selection.at)
        gcp_violation(call, "fields", "Invalid field selection %s", fields);
    else if (selection.unknown)
        gcp_violation(call, selection.unknown,
                      "Error expanding 'fields' parameter. Cannot find matching fields for path "
                      "'%s'.",
                      selection.unknown);
    *ret_answer = out;
    return gcp_fail_fields(call);
}

int gcp_fields_check(struct rest_call *call)
{
    const char *fields = json_get_text(call->query, "fields");
    struct json *nothing;
    return fields ? select_fields(call, fields, NULL, &nothing) : 0;
}

int gcp_fields_apply(struct rest_call *call)
{
    const char *fields = json_get_text(call->query, "fields");
    return fields && call->answer ? select_fields(call, fields, call->answer, &call->answer) : 0;
}
