/* Making an offer, up to its draft: what it rests on is looked at first, then whether an earlier
 * attempt has left a draft, which is completed instead of another one being made. */
#include <string.h>

#include "base/limits.h"
#include "base/memory.h"
#include "base/text.h"
#include "connectors/aws/offer_changes.h"
#include "connectors/aws/offer_steps.h"
#include "connectors/remark.h"
#include "model/value.h"

/* ------------------------------------------------------------------ the agreement it replaces */

static int build_agreement(struct step_context *context, struct http_request *request,
                           struct error *error)
{
    (void)error;
    const char *replaces = step_wanted(context, "replaces");
    if (!replaces)
        return 1;
    struct json *body = json_object(context->arena);
    json_set_text(context->arena, body, "agreementId", replaces);
    aws_agreement_request(context->cloud, context->arena, "DescribeAgreement", body, request);
    return 0;
}

static enum step_result answer_agreement(struct step_context *context,
                                         const struct http_response *response,
                                         const struct error *failure, struct error *error)
{
    const char *replaces = step_wanted(context, "replaces");
    struct json *agreement = NULL;
    if (step_parse(context, response, failure, &agreement, error) < 0) {
        error_context(error, "agreement %s", replaces);
        return step_failed(error);
    }
    const char *status = json_get_text(agreement, "status");
    if (status && strcmp(status, "ACTIVE") != 0) {
        error_set(error, ERROR_REFUSED, SCOPE_RECORD,
                  "agreement %s is %s: only an ACTIVE one can be replaced", replaces, status);
        return STEP_FAIL;
    }
    const char *product = json_text(json_find(agreement, "proposalSummary.resources[0].id"));
    if (product)
        step_keep(context, "product", product);
    return STEP_NEXT;
}

/* ------------------------------------------------------------------ the product */

/* Fields that name dimensions, and the endings of the types that fit. */
static const struct use {
    const char *field, *type;
} uses[] = {{"prices", "Entitled"}, {"grants", "Entitled"}, {"usage_prices", "Metered"}};

static bool has_type(const struct json *dimension, const char *ending)
{
    const struct json *types = json_get(dimension, "Types");
    if (!types || types->type != JSON_ARRAY)
        return true; /* not said */
    for (size_t i = 0; i < types->count; i++) {
        const char *type = json_text(types->items[i]);
        size_t length = type ? strlen(type) : 0, size = strlen(ending);
        if (length >= size && !strcmp(type + length - size, ending))
            return true;
    }
    return false;
}

static const struct json *find_dimension(const struct json *dimensions, const char *key)
{
    for (size_t i = 0; i < dimensions->count; i++) {
        if (text_equal(json_get_text(dimensions->items[i], "Key"), key))
            return dimensions->items[i];
    }
    return NULL;
}

/* Those that would fit, for people. */
static const char *fitting(struct arena *arena, const struct json *dimensions, const char *ending)
{
    CLEANUP_TEXT struct text out;
    text_init(&out, 600);
    for (size_t i = 0; i < dimensions->count; i++) {
        const char *key = json_get_text(dimensions->items[i], "Key");
        if (key && has_type(dimensions->items[i], ending))
            text_addf(&out, "%s%s", out.length ? ", " : "", key);
    }
    return arena_copy(arena, out.length ? out.data : "none");
}

static int check_use(struct step_context *context, const struct use *use, const char *product,
                     const struct json *dimensions, struct error *error)
{
    struct arena *arena = context->arena;
    size_t count;
    const char **items = list_items(arena, step_wanted(context, use->field), &count);
    for (size_t i = 0; i < count; i++) {
        const char *key, *value, *duration;
        if (!offer_split_item(arena, items[i], &key, &value))
            continue; /* its own refusal follows */
        offer_split_duration(arena, key, &duration, &key);
        const struct json *dimension = find_dimension(dimensions, key);
        if (dimension && has_type(dimension, use->type))
            continue;
        return error_set(error, ERROR_REFUSED, SCOPE_RECORD,
                         "%s: the product %s has %s dimension %s%s; those for %s are: %s",
                         use->field, product, dimension ? "the" : "no", key,
                         dimension ? " for another use" : "", use->field,
                         fitting(arena, dimensions, use->type));
    }
    return 0;
}

/* The product of a resale authorization of somebody else's cannot be seen. */
static int build_product(struct step_context *context, struct http_request *request,
                         struct error *error)
{
    (void)error;
    const char *wanted = step_wanted(context, "product");
    const char *product = wanted ? wanted : step_text(context, "product");
    if (!product || step_wanted(context, "resale_authorization"))
        return 1;
    step_keep(context, "product", product);
    aws_catalog_query(context->cloud, context->arena, "GET", "DescribeEntity", "entityId", product,
                      request);
    return 0;
}

static enum step_result answer_product(struct step_context *context,
                                       const struct http_response *response,
                                       const struct error *failure, struct error *error)
{
    struct json *entity = NULL;
    const char *product = step_text(context, "product");
    if (offer_take_entity(context, response, failure, &entity, error) < 0) {
        error_context(error, "product %s", product);
        return step_failed(error);
    }
    const struct json *details = json_get(entity, "DetailsDocument");
    const char *type = json_get_text(entity, "EntityType");
    if (text_equal(json_text(json_find(details, "Description.Visibility")), "Draft") ||
        text_equal(json_text(json_find(details, "Description.ProductState")), "Draft")) {
        error_set(
            error, ERROR_REFUSED, SCOPE_RECORD,
            "the product %s is a draft: a private offer needs its public offer to be released "
            "first",
            product);
        return STEP_FAIL;
    }
    json_remove(context->progress, "data");
    json_set(context->arena, context->progress, "data",
             json_bool(context->arena, type && text_starts(type, "DataProduct")));
    const struct json *dimensions = json_get(details, "Dimensions");
    bool listed = dimensions && dimensions->type == JSON_ARRAY;
    for (size_t i = 0; listed && i < COUNT(uses); i++) {
        if (check_use(context, &uses[i], product, dimensions, error) < 0)
            return STEP_FAIL;
    }
    return STEP_NEXT;
}

/* ------------------------------------------------------------------ what an earlier attempt left
 */

/* The narrowest filter that the deal allows: drafts can never be deleted, and pile up. */
static void filter_drafts(struct step_context *context, struct json *filters)
{
    static const struct {
        const char *field, *offer, *resale;
    } rows[] = {
        {"replaces", "TargetAgreementId", NULL},
        {"resale_authorization", "ResaleAuthorizationId", NULL},
        {"reseller", NULL, "ResellerAccountID"},
        {"product", "ProductId", "ProductId"},
    };
    bool resale = offer_is_resale(context);
    offer_filter(context, filters, resale ? "Status" : "State", "Draft");
    for (size_t i = 0; i < COUNT(rows); i++) {
        const char *name = resale ? rows[i].resale : rows[i].offer;
        const char *value = step_wanted(context, rows[i].field);
        if (!name || !value)
            continue;
        offer_filter(context, filters, name, value);
        if (!resale)
            return;
    }
}

static int build_lookup(struct step_context *context, struct http_request *request,
                        struct error *error)
{
    (void)error;
    static const char *const findings[] = {"found", "namesakes", "sweeps"};
    const char *next = step_text(context, "next");
    for (size_t i = 0; !next && i < COUNT(findings); i++)
        json_remove(context->progress, findings[i]); /* of an earlier search */
    struct json *filters = json_object(context->arena);
    filter_drafts(context, filters);
    offer_list_request(context, filters, next, request);
    return 0;
}

/* The page is kept; a token that repeats, or pages without end, prove nothing. */
static int keep_page(struct step_context *context, const struct json *answer, struct error *error)
{
    const struct json *list = json_get(answer, "EntitySummaryList");
    const char *next = json_get_text(answer, "NextToken");
    long long sweeps = step_count_of(context, "sweeps") + 1;
    if (!list || list->type != JSON_ARRAY)
        return error_set(error, ERROR_TEMPORARY, SCOPE_RECORD,
                         "ListEntities answered without EntitySummaryList");
    if (!text_blank(next) &&
        (text_equal(next, step_text(context, "next")) || sweeps >= LIMIT_PAGES))
        return error_set(error, ERROR_TEMPORARY, SCOPE_RECORD,
                         "the listing repeats itself; whether a draft was left cannot be told");
    struct json *drafts = json_array(context->arena);
    for (size_t i = 0; i < list->count; i++) {
        const char *id = json_get_text(list->items[i], "EntityId");
        if (!text_blank(id))
            json_append(context->arena, drafts, json_string(context->arena, id));
    }
    offer_keep(context, "drafts", drafts);
    step_keep_count(context, "sweeps", sweeps);
    json_remove(context->progress, "next");
    if (!text_blank(next))
        step_keep(context, "next", next);
    return 0;
}

/* A draft that an earlier attempt left is completed. */
static enum step_result end_search(struct step_context *context, struct error *error)
{
    struct json *found = json_get(context->progress, "found");
    if (step_count_of(context, "namesakes") > 1) {
        error_set(error, ERROR_REFUSED, SCOPE_RECORD,
                  "several drafts without a description are named \"%s\", %s among them, and an "
                  "earlier attempt may have left any: put [%s] into the description of the right "
                  "one, or rename them",
                  step_wanted(context, "title"),
                  offer_id(context->arena, json_get_text(found, "EntityIdentifier")),
                  step_reference(context));
        return STEP_FAIL;
    }
    if (!found)
        return step_go_to(context, "start");
    const char *identifier = json_get_text(found, "EntityIdentifier");
    step_keep(context, "id", offer_id(context->arena, identifier));
    offer_keep(context, "entity", found);
    if (offer_keep_changes(context, found, error) < 0)
        return STEP_FAIL;
    return offer_go_on(context);
}

/* After a page: the next one, or what the search has found. */
static enum step_result search_on(struct step_context *context, struct error *error)
{
    return step_text(context, "next") ? step_go_to(context, "lookup") : end_search(context, error);
}

static enum step_result answer_lookup(struct step_context *context,
                                      const struct http_response *response,
                                      const struct error *failure, struct error *error)
{
    struct json *answer = NULL;
    if (step_parse(context, response, failure, &answer, error) < 0 ||
        keep_page(context, answer, error) < 0)
        return step_failed(error);
    return json_get(context->progress, "drafts")->count ? STEP_NEXT : search_on(context, error);
}

static int build_drafts(struct step_context *context, struct http_request *request,
                        struct error *error)
{
    (void)error;
    struct arena *arena = context->arena;
    const struct json *drafts = json_get(context->progress, "drafts");
    struct json *body = json_object(arena), *list = json_array(arena);
    for (size_t i = 0; drafts && i < drafts->count; i++) {
        struct json *one = json_object(arena);
        json_set_text(arena, one, "Catalog", AWS_MARKETPLACE);
        json_set_text(arena, one, "EntityId", json_text(drafts->items[i]));
        json_append(arena, list, one);
    }
    json_set(arena, body, "EntityRequestList", list);
    aws_catalog_request(context->cloud, arena, "BatchDescribeEntities", body, request);
    return 0;
}

/* Whose draft it is: ours by its reference; perhaps ours if the set ended before it got a
 * description, it has our name and nobody else's buyers. */
enum whose { SOMEBODY, NAMESAKE, OURS };

static enum whose whose_is(struct step_context *context, const struct json *entity)
{
    const struct json *details = json_get(entity, "DetailsDocument");
    const char *description = json_get_text(details, "Description");
    const char *note, *reference;
    bool cancelled;
    remark_split(context->arena, description, &note, &reference, &cancelled);
    if (reference)
        return text_equal(reference, step_reference(context)) ? OURS : SOMEBODY;
    const char *buyers = step_wanted(context, "replaces") /* then they are the agreement's */
                             ? NULL
                             : record_get(offer_now(context, entity), "buyer_accounts");
    bool same = text_equal(json_get_text(details, "Name"), step_wanted(context, "title")) &&
                (!buyers || text_equal(buyers, step_wanted(context, "buyer_accounts")));
    return text_blank(description) && same ? NAMESAKE : SOMEBODY;
}

/* One of ours counts more than namesakes; two of ours are not guessed between. */
static int take_draft(struct step_context *context, const char *id, const struct json *entity,
                      struct error *error)
{
    const struct json *found = json_get(context->progress, "found");
    long long namesakes = step_count_of(context, "namesakes"); /* if any, `found` is the first */
    enum whose whose = whose_is(context, entity);
    if (whose == OURS && found && !namesakes)
        return error_set(
            error, ERROR_REFUSED, SCOPE_RECORD,
            "the drafts %s and %s both carry the reference %s: take it off one of them",
            offer_id(context->arena, json_get_text(found, "EntityIdentifier")), id,
            step_reference(context));
    if (whose == SOMEBODY || (whose == NAMESAKE && found && !namesakes))
        return 0;
    step_keep_count(context, "namesakes", whose == OURS ? 0 : namesakes + 1);
    if (whose == OURS || !found)
        offer_keep(context, "found", entity);
    return 0;
}

static int take_drafts(struct step_context *context, const struct json *answer, struct error *error)
{
    const struct json *drafts = json_get(context->progress, "drafts");
    int result = 0;
    for (size_t i = 0; !result && i < drafts->count; i++) {
        const char *id = json_text(drafts->items[i]);
        const struct json *entity = json_get(json_get(answer, "EntityDetails"), id);
        const struct json *fault = json_get(json_get(answer, "Errors"), id);
        const char *code = json_get_text(fault, "ErrorCode");
        if (entity)
            result = take_draft(context, id, entity, error);
        else if (!code || !text_starts(code, "ResourceNotFound"))
            result =
                error_set(error, ERROR_TEMPORARY, SCOPE_RECORD,
                          "the draft %s cannot be looked into (%s)", id, code ? code : "no answer");
    }
    return result;
}

static enum step_result answer_drafts(struct step_context *context,
                                      const struct http_response *response,
                                      const struct error *failure, struct error *error)
{
    struct json *answer = NULL;
    if (step_parse(context, response, failure, &answer, error) < 0)
        return step_failed(error);
    if (take_drafts(context, answer, error) < 0)
        return step_failed(error);
    return search_on(context, error);
}

/* No set of ours is known: before one is started it is looked for what it may have left. */
static enum step_result answer_find(struct step_context *context,
                                    const struct http_response *response,
                                    const struct error *failure, struct error *error)
{
    enum step_result result = change_set_answer_find(context, response, failure, error);
    if (result == STEP_GOTO && text_equal(context->goto_step, "start"))
        context->goto_step = "lookup";
    return result;
}

const struct step aws_offer_create_steps[] = {
    CATALOG_READ_STEP("agreement", "DescribeAgreement", AWS_DESCRIBE_AGREEMENT, build_agreement,
                      answer_agreement),
    CATALOG_READ_STEP("product", "DescribeEntity", AWS_DESCRIBE_ENTITY, build_product,
                      answer_product),
    CATALOG_READ_STEP("lookup", "ListEntities", AWS_LIST_ENTITIES, build_lookup, answer_lookup),
    CATALOG_READ_STEP("drafts", "BatchDescribeEntities", AWS_DESCRIBE_ENTITY, build_drafts,
                      answer_drafts),
    OFFER_SET_STEPS,
    CATALOG_READ_STEP("find", "ListChangeSets", AWS_LIST_CHANGE_SETS, change_set_build_find,
                      answer_find), /* only ever gone to */
};
