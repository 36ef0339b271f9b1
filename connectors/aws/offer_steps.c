/* What the procedures of offers share, and their table. */
#include "connectors/aws/offer_steps.h"

#include <string.h>

#include "base/text.h"
#include "base/times.h"
#include "connectors/aws/offer_changes.h"
#include "connectors/aws/sweeps.h"
#include "connectors/remark.h"

#define PAGE 20 /* as many as BatchDescribeEntities takes */

static const struct kind *const kind = &kinds[KIND_OFFER];

bool offer_is_resale(const struct step_context *context)
{
    const char *type = json_get_text(json_get(context->progress, "entity"), "EntityType");
    return type ? text_starts(type, "ResaleAuthorization")
                : text_equal(step_wanted(context, "form"), "resale_authorization");
}

void offer_keep(struct step_context *context, const char *name, const struct json *json)
{
    json_remove(context->progress, name);
    json_set(context->arena, context->progress, arena_copy(context->arena, name),
             json_clone(context->arena, json));
}

struct record *offer_now(struct step_context *context, const struct json *entity)
{
    struct json *document = offer_document(context->arena, entity, NULL, NULL, context->now_ms);
    return offer_record(context->arena, document, NULL, NULL);
}

/* ------------------------------------------------------------------ requests */

void offer_filter(struct step_context *context, struct json *filters, const char *name,
                  const char *value)
{
    struct json *filter = json_object(context->arena), *list = json_array(context->arena);
    json_append(context->arena, list, json_string(context->arena, value));
    json_set(context->arena, filter, "ValueList", list);
    json_set(context->arena, filters, name, filter);
}

void offer_list_request(struct step_context *context, struct json *filters, const char *page,
                        struct http_request *ret_request)
{
    struct arena *arena = context->arena;
    const char *type = offer_is_resale(context) ? "ResaleAuthorization" : "Offer";
    struct json *body = json_object(arena), *typed = json_object(arena);
    json_set_text(arena, body, "Catalog", AWS_MARKETPLACE);
    json_set_text(arena, body, "EntityType", type);
    json_set(arena, body, "MaxResults", json_int(arena, PAGE));
    if (page)
        json_set_text(arena, body, "NextToken", page);
    json_set(arena, typed, arena_printf(arena, "%sFilters", type), filters);
    json_set(arena, body, "EntityTypeFilters", typed);
    aws_catalog_request(context->cloud, arena, "ListEntities", body, ret_request);
}

static const char *entity_id(struct step_context *context)
{
    const char *made = json_get_text(json_get(context->progress, "entities"), OFFER_NAME);
    const char *kept = step_text(context, "id");
    const char *id = context->change->remote_id ? context->change->remote_id : kept ? kept : made;
    if (id)
        step_keep(context, "id", id); /* the engine links what was made by it */
    return id;
}

int offer_build_describe(struct step_context *context, struct http_request *request,
                         struct error *error)
{
    const char *id = entity_id(context);
    if (!id)
        return error_set(error, ERROR_BUG, SCOPE_RECORD, "the change set told no entity's id");
    aws_catalog_query(context->cloud, context->arena, "GET", "DescribeEntity", "entityId", id,
                      request);
    return 0;
}

/* ------------------------------------------------------------------ what is to be said */

/* An offer is taken back by a last day that has passed, in the zone of the cloud's days: one that
 * the change names, the one it has, or yesterday. */
static void cancel(struct step_context *context, struct record *after,
                   struct offer_writing *writing)
{
    char text[DAY_TEXT];
    const char *expires = record_get(after, "expires");
    int64_t today = day_of(context->now_ms), day;
    if (expires && day_parse(expires, &day) && day < today)
        return;
    record_set(after, "expires", arena_copy(context->arena, day_print(today - 1, text)));
    writing->wanted[kind_field(kind, "expires")] = true;
}

/* The mark of an offer that was taken back is part of its description. */
static void mark(struct step_context *context, const struct json *details,
                 struct offer_writing *writing)
{
    const char *note, *reference;
    bool marked = false;
    enum action action = context->change->action;
    remark_split(context->arena, json_get_text(details, "Description"), &note, &reference, &marked);
    writing->cancelled = action == ACTION_CANCEL || (marked && action != ACTION_EXTEND);
    if (writing->cancelled != marked)
        writing->wanted[kind_field(kind, "note")] = true;
}

static void want(struct step_context *context, struct record *after, struct offer_writing *writing)
{
    bool create = context->change->action == ACTION_CREATE;
    for (size_t i = 0; i < kind->field_count; i++) {
        const char *field = kind->fields[i].name;
        const struct change_field *change = change_field(context->change, field);
        const char *value = create   ? step_wanted(context, field)
                            : change ? change->new_value
                                     : NULL;
        if (!value && (create || !change))
            continue;
        after->values[i] = value;
        writing->wanted[i] = true;
    }
    if (!create)
        return;
    record_set(after, FIELD_REFERENCE, step_reference(context));
    writing->wanted[kind_field(kind, FIELD_REFERENCE)] = true;
}

static int restrict_resale(struct step_context *context, const char *identifier,
                           struct json **ret_changes)
{
    *ret_changes = change_set_new(context->arena);
    change_set_add(context->arena, *ret_changes, "RestrictResaleAuthorization", RESALE_TYPE,
                   identifier, NULL, json_object(context->arena));
    return 0;
}

int offer_keep_changes(struct step_context *context, const struct json *entity, struct error *error)
{
    struct arena *arena = context->arena;
    enum action action = context->change->action;
    const char *type = json_get_text(entity, "EntityType");
    const char *identifier = json_get_text(entity, "EntityIdentifier");
    struct record *after = entity ? offer_now(context, entity) : record_new(arena, kind, NULL);
    struct offer_writing writing = {
        .arena = arena,
        .record = after,
        .wanted = arena_array(arena, kind->field_count, sizeof *writing.wanted),
        .details = json_get(entity, "DetailsDocument"),
        .resale = type ? text_starts(type, "ResaleAuthorization") : offer_is_resale(context),
        .data = json_get_bool(context->progress, "data", false),
    };
    struct json *changes = NULL;
    want(context, after, &writing);
    mark(context, writing.details, &writing);
    if (action == ACTION_CANCEL)
        cancel(context, after, &writing);
    int result =
        action == ACTION_CANCEL && writing.resale
            ? restrict_resale(context, identifier, &changes)
            : offer_changes_make(&writing, identifier, action == ACTION_PUBLISH, &changes, error);
    if (!result)
        offer_keep(context, "changes", changes);
    return result;
}

enum step_result offer_go_on(struct step_context *context)
{
    const struct json *changes = json_get(context->progress, "changes");
    return step_go_to(context, changes && changes->count ? "start" : "summary");
}

/* ------------------------------------------------------------------ the set */

int offer_build_start(struct step_context *context, struct http_request *request,
                      struct error *error)
{
    int result = 0;
    if (!json_get(context->progress, "changes"))
        result = offer_keep_changes(context, json_get(context->progress, "entity"), error);
    if (result < 0)
        return result;
    json_remove(context->progress, "entity"); /* the set moves it; need not be journalled */
    struct json *changes = json_clone(context->arena, json_get(context->progress, "changes"));
    const char *reference = step_reference(context);
    return change_set_start(context, reference ? reference : context->change->remote_id, changes,
                            request, error);
}

/* ------------------------------------------------------------------ reading back */

int offer_take_entity(struct step_context *context, const struct http_response *response,
                      const struct error *failure, struct json **ret_entity, struct error *error)
{
    struct json *entity = NULL;
    int result = step_parse(context, response, failure, &entity, error);
    if (result < 0)
        return result;
    const struct json *details = json_get(entity, "DetailsDocument");
    if (!details || details->type != JSON_OBJECT || !json_get_text(entity, "EntityIdentifier") ||
        !json_get_text(entity, "LastModifiedDate"))
        return error_set(error, ERROR_TEMPORARY, SCOPE_RECORD,
                         "DescribeEntity answered without a whole document");
    json_remove(entity, "Details"); /* the same once more, as a text */
    *ret_entity = entity;
    return 0;
}

enum step_result offer_answer_read(struct step_context *context,
                                   const struct http_response *response,
                                   const struct error *failure, struct error *error)
{
    struct json *entity = NULL;
    if (offer_take_entity(context, response, failure, &entity, error) < 0)
        return step_failed(error);
    offer_keep(context, "entity", entity);
    return STEP_NEXT;
}

/* When it was released and which agreement it replaces only the listing tells. */
int offer_build_summary(struct step_context *context, struct http_request *request,
                        struct error *error)
{
    (void)error;
    const char *identifier =
        json_get_text(json_get(context->progress, "entity"), "EntityIdentifier");
    struct json *filters = json_object(context->arena);
    offer_filter(context, filters, "EntityId", offer_id(context->arena, identifier));
    offer_list_request(context, filters, NULL, request);
    return 0;
}

/* A listing may lag behind: what this change knows itself must not seem to be gone. */
static struct json *own_summary(struct step_context *context)
{
    const char *replaces = step_wanted(context, "replaces");
    struct json *summary = json_object(context->arena);
    if (replaces)
        json_set_text(context->arena, summary, "TargetAgreementId", replaces);
    return summary;
}

/* The record as it was read. What only the listing says is missing if that was late: then the
 * version has a state that no offer has, so that the next read fetches it again. */
static struct record *read_back(struct step_context *context)
{
    const struct json *entity = json_get(context->progress, "entity");
    struct record *record = offer_now(context, entity);
    if (json_get_bool(context->progress, "late", false))
        record->version =
            offer_version(context->arena, json_get_text(entity, "LastModifiedDate"), "-", NULL);
    return record;
}

enum step_result offer_answer_summary(struct step_context *context,
                                      const struct http_response *response,
                                      const struct error *failure, struct error *error)
{
    struct json *answer = NULL;
    if (step_parse(context, response, failure, &answer, error) < 0)
        return step_failed(error);
    struct json *entity = json_get(context->progress, "entity");
    const struct json *listed = json_at(json_get(answer, "EntitySummaryList"), 0);
    const char *member = offer_is_resale(context) ? "ResaleAuthorizationSummary" : "OfferSummary";
    const struct json *summary = json_get(listed, member);
    const char *dated = json_get_text(listed, "LastModifiedDate");
    bool late = json_is_null(summary) ||
                (dated && !sweep_same_second(dated, json_get_text(entity, "LastModifiedDate")));
    json_set(context->arena, entity, "Summary",
             json_is_null(summary) ? own_summary(context) : json_clone(context->arena, summary));
    json_remove(context->progress, "late");
    json_set(context->arena, context->progress, "late", json_bool(context->arena, late));
    /* Only what is released can have been bought; a resale authorization never is. */
    if (text_equal(json_text(json_find(entity, "DetailsDocument.State")), "Released"))
        return STEP_NEXT;
    context->after = read_back(context);
    return STEP_DONE;
}

int offer_build_bought(struct step_context *context, struct http_request *request,
                       struct error *error)
{
    (void)error;
    struct arena *arena = context->arena;
    const struct json *entity = json_get(context->progress, "entity");
    const struct json *body = aws_agreement_search(
        arena, "OfferId", offer_id(arena, json_get_text(entity, "EntityIdentifier")));
    aws_agreement_request(context->cloud, arena, "SearchAgreements", body, request);
    return 0;
}

/* The record of an offer that was bought has more to it than was asked for here: the next read
 * brings the whole. */
enum step_result offer_answer_bought(struct step_context *context,
                                     const struct http_response *response,
                                     const struct error *failure, struct error *error)
{
    struct json *answer = NULL;
    if (step_parse(context, response, failure, &answer, error) < 0)
        return step_failed(error);
    const struct json *found = json_get(answer, "agreementViewSummaries");
    if (!found || !found->count)
        context->after = read_back(context);
    return STEP_DONE;
}

/* ------------------------------------------------------------------ which action it is */

enum action aws_offer_classify(const struct change *change, const struct record *before,
                               int64_t now_ms)
{
    const struct change_field *expires = change_field(change, "expires");
    const char *state = record_get(before, "state");
    const char *old = record_get(before, "expires");
    int64_t day, old_day, today = day_of(now_ms);
    bool open = text_equal(state, "open");
    bool over = text_equal(state, "expired") || text_equal(state, "cancelled");
    if (!(open || over) || !expires || !expires->new_value || !day_parse(expires->new_value, &day))
        return ACTION_UPDATE;
    if (open && day < today)
        return ACTION_CANCEL;
    bool later = !old || !day_parse(old, &old_day) || day > old_day;
    return later && day >= today ? ACTION_EXTEND : ACTION_UPDATE;
}

const struct procedure aws_offer_procedures[] = {
    {ACTION_CREATE, aws_offer_create_steps, AWS_OFFER_CREATE_STEPS, "agreement"},
    {ACTION_PUBLISH, aws_offer_write_steps, AWS_OFFER_WRITE_STEPS, "get"},
    {ACTION_UPDATE, aws_offer_write_steps, AWS_OFFER_WRITE_STEPS, "get"},
    {ACTION_EXTEND, aws_offer_write_steps, AWS_OFFER_WRITE_STEPS, "get"},
    {ACTION_CANCEL, aws_offer_write_steps, AWS_OFFER_WRITE_STEPS, "get"},
};
