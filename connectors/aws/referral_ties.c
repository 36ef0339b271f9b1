/* What an opportunity is tied to: solutions, and the private offer of the deal. Each tie is made
 * and taken off by a call of its own. */
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "connectors/aws/referral_steps.h"
#include "model/value.h"

/* A field, and the lists in which its items stand at the cloud. */
static const struct tie {
    const char *field;
    const char *types[4]; /* NULL-ended; the first one unless the identifier tells another */
    const char *entity;   /* of Catalog: known by an id, tied by an address, and one at most */
} ties[] = {
    {"solutions", {"Solutions", "AwsMarketplaceSolutions", "AwsMarketplaceProducts"}, NULL},
    {"offers", {"AwsMarketplaceOffers"}, "offer"},
    {"offer_sets", {"AwsMarketplaceOfferSets"}, "offer set"},
};

const char *aws_solution_type(const char *identifier)
{
    if (!text_starts(identifier, "arn:"))
        return "Solutions";
    return strstr(identifier, "/Solution/") || strstr(identifier, ":solution/")
               ? "AwsMarketplaceSolutions"
               : "AwsMarketplaceProducts";
}

static const char *known_as(const struct tie *tie, const char *identifier)
{
    const char *slash = tie->entity ? strrchr(identifier, '/') : NULL;
    return slash ? slash + 1 : identifier;
}

static bool list_has(struct arena *arena, const char *list, const char *item)
{
    size_t count = list_count(list);
    for (size_t i = 0; i < count; i++) {
        if (!strcmp(list_item(arena, list, i), item))
            return true;
    }
    return false;
}

/* The ties of the kind that stand in the document, {type, identifier} each. */
static struct json *standing(struct arena *arena, const struct tie *tie,
                             const struct json *document)
{
    struct json *found = json_array(arena);
    const struct json *related = json_get(document, "RelatedEntityIdentifiers");
    for (size_t t = 0; t < COUNT(tie->types) && tie->types[t]; t++) {
        const struct json *list = json_get(related, tie->types[t]);
        for (size_t i = 0; list && list->type == JSON_ARRAY && i < list->count; i++) {
            struct json *item = json_object(arena);
            json_set_text(arena, item, "type", tie->types[t]);
            json_set_text(arena, item, "identifier", json_text(list->items[i]));
            json_append(arena, found, item);
        }
    }
    return found;
}

static bool stands(const struct tie *tie, const struct json *found, const char *id)
{
    for (size_t i = 0; i < found->count; i++) {
        const char *identifier = json_get_text(found->items[i], "identifier");
        if (identifier && !strcmp(known_as(tie, identifier), id))
            return true;
    }
    return false;
}

static void plan_additions(struct arena *arena, const struct tie *tie, const char *wanted,
                           const struct json *found, struct json *add)
{
    size_t count = list_count(wanted);
    for (size_t i = 0; i < count; i++) {
        const char *id = list_item(arena, wanted, i);
        if (stands(tie, found, id))
            continue;
        struct json *item = json_object(arena);
        json_set_text(arena, item, "type", tie->entity ? tie->types[0] : aws_solution_type(id));
        json_set_text(arena, item, "identifier", id);
        if (tie->entity)
            json_set_text(arena, item, "entity", tie->entity);
        json_append(arena, add, item);
    }
}

static void plan_removals(struct arena *arena, const struct tie *tie, const char *wanted,
                          const struct json *found, struct json *remove)
{
    for (size_t i = 0; i < found->count; i++) {
        const char *identifier = json_get_text(found->items[i], "identifier");
        if (identifier && !list_has(arena, wanted, known_as(tie, identifier)))
            json_append(arena, remove, found->items[i]);
    }
}

struct plan {
    struct json *add, *detach, *remove;
};

static void keep_plan(struct step_context *context, const struct plan *plan)
{
    static const char *const lists[] = {"add", "detach", "remove"};
    static const char *const counts[] = {"added", "detached", "removed"};
    struct json *const values[] = {plan->add, plan->detach, plan->remove};
    for (size_t i = 0; i < COUNT(lists); i++) {
        json_remove(context->progress, lists[i]);
        json_set(context->arena, context->progress, lists[i], values[i]);
        step_keep_count(context, counts[i], 0);
    }
}

static struct plan plan_new(struct arena *arena)
{
    return (struct plan){json_array(arena), json_array(arena), json_array(arena)};
}

void step_keep_new_ties(struct step_context *context, const struct json *document)
{
    struct arena *arena = context->arena;
    struct plan plan = plan_new(arena);
    bool has_offer =
        standing(arena, &ties[1], document)->count || standing(arena, &ties[2], document)->count;
    for (size_t i = 0; i < COUNT(ties); i++) {
        if (!ties[i].entity || !has_offer)
            plan_additions(arena, &ties[i], step_wanted(context, ties[i].field),
                           standing(arena, &ties[i], document), plan.add);
    }
    keep_plan(context, &plan);
}

void step_keep_changed_ties(struct step_context *context, const struct json *document)
{
    struct arena *arena = context->arena;
    struct plan plan = plan_new(arena);
    for (size_t i = 0; i < COUNT(ties); i++) {
        const struct change_field *field = change_field(context->change, ties[i].field);
        if (!field)
            continue;
        const struct json *found = standing(arena, &ties[i], document);
        plan_additions(arena, &ties[i], field->new_value, found, plan.add);
        plan_removals(arena, &ties[i], field->new_value, found,
                      ties[i].entity ? plan.detach : plan.remove);
    }
    keep_plan(context, &plan);
}

bool step_has_written(const struct step_context *context)
{
    return step_count_of(context, "added") || step_count_of(context, "detached") ||
           step_count_of(context, "removed") || step_count_of(context, "assigned");
}

/* ---- The addresses of offers. */
static struct json *next_unknown(const struct step_context *context)
{
    const struct json *add = json_get(context->progress, "add");
    for (size_t i = 0; add && i < add->count; i++) {
        if (json_get(add->items[i], "entity") && !json_get(add->items[i], "draft"))
            return add->items[i];
    }
    return NULL;
}

/* A draft is left for a later plan. Nor is another offer taken off for its sake: the deal would be
 * without any until it is released. */
static void drop_drafts(struct step_context *context)
{
    struct json *add = json_get(context->progress, "add");
    for (size_t i = add ? add->count : 0; i-- > 0;) {
        if (!json_get(add->items[i], "draft"))
            continue;
        json_remove_at(add, i);
        json_remove(context->progress, "detach");
    }
}

int step_build_describe(struct step_context *context, struct http_request *request,
                        struct error *error)
{
    (void)error;
    const struct json *item = next_unknown(context);
    if (!item) {
        drop_drafts(context);
        return 1;
    }
    aws_catalog_query(context->cloud, context->arena, "GET", "DescribeEntity", "entityId",
                      json_get_text(item, "identifier"), request);
    return 0;
}

/* The document stands there twice; some answers have it as a text only. */
static const char *entity_state(struct arena *arena, const struct json *entity)
{
    const struct json *document = json_get(entity, "DetailsDocument");
    const char *details = json_get_text(entity, "Details");
    struct json *parsed = NULL;
    if (!document && details && json_parse(arena, details, strlen(details), &parsed, NULL) == 0)
        document = parsed;
    return json_get_text(document, "State");
}

/* True if nothing but drafts is left to be done: then there is nothing to go on with. */
static bool only_waits(const struct step_context *context)
{
    const struct json *add = json_get(context->progress, "add");
    const struct json *remove = json_get(context->progress, "remove");
    bool drafts = true;
    for (size_t i = 0; add && i < add->count; i++)
        drafts = drafts && json_get(add->items[i], "draft");
    return context->change->action == ACTION_UPDATE && drafts && !(remove && remove->count) &&
           !json_get(context->progress, "assignee") && !step_writes_document(context->change);
}

/* It holds nothing else up. */
static enum step_result pass_draft(struct step_context *context, struct json *item)
{
    struct arena *arena = context->arena;
    json_set(arena, item, "draft", json_bool(arena, true));
    if (next_unknown(context) || !only_waits(context))
        return step_go_to(context, "describe");
    step_keep(context, "note",
              arena_printf(arena, "the %s %s is still a draft; it is tied once it is released",
                           json_get_text(item, "entity"), json_get_text(item, "identifier")));
    return STEP_LATER;
}

enum step_result step_answer_describe(struct step_context *context,
                                      const struct http_response *response,
                                      const struct error *failure, struct error *error)
{
    struct json *item = next_unknown(context), *entity = NULL;
    const char *id = json_get_text(item, "identifier"), *what = json_get_text(item, "entity");
    if (failure && failure->http_status == 404) {
        error_set(error, ERROR_REFUSED, SCOPE_RECORD, "the seller account has no %s %s", what, id);
        return STEP_FAIL;
    }
    if (step_parse(context, response, failure, &entity, error) < 0)
        return step_failed(error);
    const char *address = json_get_text(entity, "EntityArn");
    if (text_blank(address)) {
        error_set(error, ERROR_TEMPORARY, SCOPE_RECORD,
                  "DescribeEntity of %s answered no EntityArn", id);
        return STEP_FAIL;
    }
    if (!text_equal(entity_state(context->arena, entity), "Released"))
        return pass_draft(context, item);
    json_set_text(context->arena, item, "identifier", address);
    json_remove(item, "entity");
    return step_go_to(context, "describe");
}

/* ---- Making and taking off. */
static const struct tying {
    const char *step, *operation;
    const char *list, *done; /* in progress */
} associating = {"associate", "AssociateOpportunity", "add", "added"},
  detaching = {"detach", "DisassociateOpportunity", "detach", "detached"},
  disassociating = {"disassociate", "DisassociateOpportunity", "remove", "removed"};

static const struct json *next_tie(const struct step_context *context, const struct tying *tying)
{
    return json_at(json_get(context->progress, tying->list),
                   (size_t)step_count_of(context, tying->done));
}

static int build_tying(struct step_context *context, const struct tying *tying,
                       struct http_request *request)
{
    const struct json *tie = next_tie(context, tying);
    if (!tie)
        return 1;
    struct json *body = aws_body(context->cloud, context->arena);
    json_set_text(context->arena, body, "OpportunityIdentifier", step_id(context));
    json_set_text(context->arena, body, "RelatedEntityType", json_get_text(tie, "type"));
    json_set_text(context->arena, body, "RelatedEntityIdentifier",
                  json_get_text(tie, "identifier"));
    step_send(context, tying->operation, body, request);
    return 0;
}

/* The operations have no token and are idempotent in effect: what stands already is well. */
static bool stands_already(const struct tying *tying, const struct error *failure)
{
    if (tying == &associating)
        return strcasestr(failure->message, "already") ||
               strstr(failure->message, "DUPLICATE_KEY_VALUE");
    return failure->http_status == 404 || strcasestr(failure->message, "not associated");
}

static enum step_result answer_tying(struct step_context *context, const struct tying *tying,
                                     const struct error *failure, struct error *error)
{
    if (failure && !stands_already(tying, failure)) {
        *error = *failure; /* a Conflict here is not about our version: none was sent */
        return STEP_FAIL;
    }
    step_keep_count(context, tying->done, step_count_of(context, tying->done) + 1);
    return next_tie(context, tying) ? step_go_to(context, tying->step) : STEP_NEXT;
}

int step_build_associate(struct step_context *context, struct http_request *request,
                         struct error *error)
{
    (void)error;
    return build_tying(context, &associating, request);
}

enum step_result step_answer_associate(struct step_context *context,
                                       const struct http_response *response,
                                       const struct error *failure, struct error *error)
{
    (void)response;
    return answer_tying(context, &associating, failure, error);
}

int step_build_detach(struct step_context *context, struct http_request *request,
                      struct error *error)
{
    (void)error;
    return build_tying(context, &detaching, request);
}

enum step_result step_answer_detach(struct step_context *context,
                                    const struct http_response *response,
                                    const struct error *failure, struct error *error)
{
    (void)response;
    return answer_tying(context, &detaching, failure, error);
}

int step_build_disassociate(struct step_context *context, struct http_request *request,
                            struct error *error)
{
    (void)error;
    return build_tying(context, &disassociating, request);
}

enum step_result step_answer_disassociate(struct step_context *context,
                                          const struct http_response *response,
                                          const struct error *failure, struct error *error)
{
    (void)response;
    return answer_tying(context, &disassociating, failure, error);
}
