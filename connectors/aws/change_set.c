/* Change sets: started with a token, looked at until they end, found again by their name. */
#include "connectors/aws/change_set.h"

#include <stdio.h>
#include <string.h>

#include "base/digest.h"
#include "base/limits.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/times.h"

#define CHANGES_MAX   20 /* of one set */
#define NAME_MAX_SIZE 100
#define NAME_END      8 /* signs of the token at the name's end */
#define PAGE_SIZE     20
#define PAGES_MAX     50
#define DAY_MS        INT64_C(86400000)
#define HISTORY_DAYS  60

/* ------------------------------------------------------------------ requests */

struct json *change_set_new(struct arena *arena)
{
    return json_array(arena);
}

void change_set_add(struct arena *arena, struct json *changes, const char *type,
                    const char *entity_type, const char *identifier, const char *name,
                    struct json *details)
{
    struct json *entity = json_object(arena);
    struct json *change = json_object(arena);
    json_set_text(arena, entity, "Type", entity_type);
    if (identifier)
        json_set_text(arena, entity, "Identifier", identifier);
    json_set_text(arena, change, "ChangeType", type);
    json_set(arena, change, "Entity", entity);
    if (name)
        json_set_text(arena, change, "ChangeName", name);
    json_set(arena, change, "DetailsDocument", details);
    json_append(arena, changes, change);
}

/* "CRM-4711 1f0c9e2a": what people look for, and an end that tells this attempt's set from all
 * others of the same record. A name takes letters, digits and a few signs. */
static const char *name_of(const struct step_context *context, const char *name)
{
    static const char taken[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "_ +=.:@-";
    char hex[SHA256_HEX];
    char clean[NAME_MAX_SIZE - NAME_END];
    size_t length = 0;
    for (; *name && length + 1 < sizeof clean; name++) {
        if (((unsigned char)*name & 0xc0) != 0x80) /* one sign for each of the text's */
            clean[length++] = strchr(taken, *name) ? *name : '_';
    }
    clean[length] = '\0';
    sha256_hex(context->token, strlen(context->token), hex);
    return arena_printf(context->arena, "%s%s%.*s", clean, length ? " " : "", NAME_END, hex);
}

int change_set_start(struct step_context *context, const char *set_name, struct json *changes,
                     struct http_request *request, struct error *error)
{
    struct arena *arena = context->arena;
    if (!changes->count || changes->count > CHANGES_MAX)
        return error_set(error, ERROR_PERMANENT, SCOPE_RECORD,
                         "a change set takes 1 to %d changes, this one has %zu", CHANGES_MAX,
                         changes->count);
    if (!step_text(context, "since")) {
        char text[INSTANT_TEXT];
        step_keep(context, "set_name", name_of(context, set_name));
        step_keep(context, "since", instant_print(context->now_ms, text));
    }
    struct json *body = json_object(arena);
    json_set_text(arena, body, "Catalog", AWS_MARKETPLACE);
    json_set_text(arena, body, "ChangeSetName", step_text(context, "set_name"));
    json_set_text(arena, body, "ClientRequestToken", context->token);
    json_set(arena, body, "ChangeSet", changes);
    aws_catalog_request(context->cloud, arena, "StartChangeSet", body, request);
    return 0;
}

int change_set_build_poll(struct step_context *context, struct http_request *request,
                          struct error *error)
{
    const char *id = step_text(context, "change_set");
    if (!id)
        return error_set(error, ERROR_BUG, SCOPE_RECORD, "the change set's id got lost");
    aws_catalog_query(context->cloud, context->arena, "GET", "DescribeChangeSet", "changeSetId", id,
                      request);
    return 0;
}

static void add_filter(struct arena *arena, struct json *filters, const char *name,
                       const char *value)
{
    struct json *values = json_array(arena);
    struct json *filter = json_object(arena);
    json_append(arena, values, json_string(arena, value));
    json_set_text(arena, filter, "Name", name);
    json_set(arena, filter, "ValueList", values);
    json_append(arena, filters, filter);
}

int change_set_build_find(struct step_context *context, struct http_request *request,
                          struct error *error)
{
    struct arena *arena = context->arena;
    const char *name = step_text(context, "set_name");
    const char *since = step_text(context, "since");
    const char *page = step_text(context, "page");
    int64_t ms = 0;
    if (!name || !since || !instant_parse(since, &ms))
        return error_set(error, ERROR_BUG, SCOPE_RECORD, "the change set's name got lost");
    char text[INSTANT_TEXT];
    struct json *filters = json_array(arena);
    add_filter(arena, filters, "ChangeSetName", name);
    /* A day covers any difference of the clocks. This API takes no fractions. */
    add_filter(arena, filters, "AfterStartTime",
               arena_printf(arena, "%.19sZ", instant_print(ms - DAY_MS, text)));
    struct json *sort = json_object(arena);
    json_set_text(arena, sort, "SortBy", "StartTime");
    json_set_text(arena, sort, "SortOrder", "DESCENDING");
    struct json *body = json_object(arena);
    json_set_text(arena, body, "Catalog", AWS_MARKETPLACE);
    json_set(arena, body, "FilterList", filters);
    json_set(arena, body, "Sort", sort);
    json_set(arena, body, "MaxResults", json_int(arena, PAGE_SIZE));
    if (page)
        json_set_text(arena, body, "NextToken", page);
    aws_catalog_request(context->cloud, arena, "ListChangeSets", body, request);
    return 0;
}

/* ------------------------------------------------------------------ start */

/* What ends by itself when other work at the cloud does. */
static const char *waits_for(const struct error *failure)
{
    if (text_equal(failure->vendor_code, "ResourceInUseException") || failure->http_status == 423)
        return "another change set holds the entity";
    if (text_equal(failure->vendor_code, "ServiceQuotaExceededException"))
        return "the account has as many changes under way as it may";
    return NULL;
}

/* AWS does not say which code answers a token that was used with another body. */
static bool token_was_used(const struct error *failure)
{
    return failure->class == ERROR_STALE ||
           (failure->class == ERROR_REFUSED && (strcasestr(failure->message, "RequestToken") ||
                                                strcasestr(failure->message, "client token") ||
                                                strcasestr(failure->message, "idempoten")));
}

/* An identifier with a revision that is not the entity's any more. */
static bool is_old_revision(const struct error *failure)
{
    return text_equal(failure->vendor_code, "ValidationException") &&
           strcasestr(failure->message, "revision");
}

static enum step_result not_started(struct step_context *context, const struct error *failure,
                                    struct error *error)
{
    const char *what = waits_for(failure);
    *error = *failure;
    if (what)
        return step_wait(context, context->cloud->patience_ms, context->cloud->change_set_poll_ms,
                         arena_printf(context->arena, "waits: %s (%s)", what, failure->message));
    if (token_was_used(failure) && !step_count_of(context, "conflicts")) {
        step_keep_count(context, "conflicts", 1);
        return step_go_to(context, "find");
    }
    if (is_old_revision(failure))
        return STEP_STALE;
    if (error->class == ERROR_STALE) /* the token's fault: no record has moved */
        error->class = ERROR_REFUSED;
    return STEP_FAIL;
}

enum step_result change_set_answer_start(struct step_context *context,
                                         const struct http_response *response,
                                         const struct error *failure, struct error *error)
{
    struct json *answer = NULL;
    if (failure)
        return not_started(context, failure, error);
    if (step_parse(context, response, NULL, &answer, error) < 0)
        return STEP_FAIL;
    const char *id = json_get_text(answer, "ChangeSetId");
    if (text_blank(id)) { /* it may run: the next run looks for it */
        error_set(error, ERROR_TEMPORARY, SCOPE_RECORD,
                  "StartChangeSet answered without ChangeSetId");
        return STEP_FAIL;
    }
    step_keep(context, "change_set", id);
    step_keep(context, "note", arena_printf(context->arena, "change set %s was started", id));
    return STEP_NEXT;
}

/* Sets are remembered for sixty days. Of what was begun earlier only the records tell: the change
 * is planned afresh once they were read, since to begin again could make the same twice. */
static bool is_forgotten(const struct step_context *context)
{
    const char *since = step_text(context, "since");
    int64_t ms;
    return since && instant_parse(since, &ms) && context->now_ms - ms > HISTORY_DAYS * DAY_MS;
}

/* A look that fails tells nothing of the set, which may be at work: whatever the reason, the change
 * stays open and a later run looks again. A change that ends as refused would be started anew. */
static enum step_result look_failed(const struct step_context *context, struct error *error)
{
    if (text_equal(error->vendor_code, "ResourceNotFoundException") && is_forgotten(context))
        return STEP_STALE;
    if (error->class != ERROR_AUTH && error->class != ERROR_THROTTLED)
        error->class = ERROR_TEMPORARY;
    return STEP_FAIL;
}

/* ------------------------------------------------------------------ poll */

/* "offer-abc@3" is the third revision of offer-abc. */
static void keep_entities(struct step_context *context, const struct json *set)
{
    struct arena *arena = context->arena;
    const struct json *changes = json_get(set, "ChangeSet");
    struct json *entities = json_object(arena);
    for (size_t i = 0; changes && changes->type == JSON_ARRAY && i < changes->count; i++) {
        const char *name = json_get_text(changes->items[i], "ChangeName");
        const char *id = json_get_text(json_get(changes->items[i], "Entity"), "Identifier");
        if (name && !text_blank(id))
            json_set(arena, entities, arena_copy(arena, name),
                     json_string(arena, arena_copy_n(arena, id, strcspn(id, "@"))));
    }
    json_remove(context->progress, "entities");
    json_set(arena, context->progress, "entities", entities);
}

/* All that a change is blamed for, for people; returns its first code. */
static const char *add_blame(struct text *out, const struct json *change)
{
    const struct json *list = json_get(change, "ErrorDetailList");
    const char *type = json_get_text(change, "ChangeType");
    const char *first = NULL;
    for (size_t i = 0; list && list->type == JSON_ARRAY && i < list->count; i++) {
        const char *code = json_get_text(list->items[i], "ErrorCode");
        const char *message = json_get_text(list->items[i], "ErrorMessage");
        text_addf(out, "%s%s%s%s", out->length ? "; " : "", type ? type : "", type ? ": " : "",
                  message ? message : "");
        if (code)
            text_addf(out, message ? " (%s)" : "%s", code);
        first = first ? first : code;
    }
    return first;
}

static enum step_result set_failed(const struct step_context *context, const struct json *set,
                                   struct error *error)
{
    const char *code = json_get_text(set, "FailureCode");
    const char *description = json_get_text(set, "FailureDescription");
    const struct json *changes = json_get(set, "ChangeSet");
    const char *blamed = NULL;
    CLEANUP_TEXT struct text why;
    text_init(&why, LIMIT_ERROR_BODY_BYTES);
    text_add(&why, description);
    for (size_t i = 0; changes && changes->type == JSON_ARRAY && i < changes->count; i++) {
        const char *first = add_blame(&why, changes->items[i]);
        blamed = blamed ? blamed : first;
    }
    bool theirs = text_equal(code, "SERVER_FAULT");
    error_set(error, theirs ? ERROR_TEMPORARY : ERROR_REFUSED, SCOPE_RECORD,
              "the change set %s failed: %s", step_text(context, "change_set"),
              why.length ? why.data
              : code     ? code
                         : "no reason given");
    snprintf(error->vendor_code, sizeof error->vendor_code, "%s",
             blamed && !theirs ? blamed
             : code            ? code
                               : "");
    return theirs ? STEP_OVER : STEP_FAIL;
}

static enum step_result set_cancelled(const struct step_context *context, struct error *error)
{
    error_set(error, ERROR_REFUSED, SCOPE_RECORD, "somebody cancelled the change set %s",
              step_text(context, "change_set"));
    snprintf(error->vendor_code, sizeof error->vendor_code, "CANCELLED");
    return STEP_FAIL;
}

/* A status that is not known yet is taken for work that goes on: only SUCCEEDED proves anything. */
static enum step_result set_works(struct step_context *context, const struct json *set)
{
    const char *status = json_get_text(set, "Status");
    const char *since = json_get_text(set, "StartTime");
    const char *note = arena_printf(context->arena, "change set %s is being applied%s%s (%s)",
                                    step_text(context, "change_set"), since ? " since " : "",
                                    since ? since : "", status ? status : "no status");
    return step_wait(context, context->cloud->patience_ms, context->cloud->change_set_poll_ms,
                     note);
}

enum step_result change_set_answer_poll(struct step_context *context,
                                        const struct http_response *response,
                                        const struct error *failure, struct error *error)
{
    struct json *set = NULL;
    if (step_parse(context, response, failure, &set, error) < 0)
        return look_failed(context, error);
    const char *status = json_get_text(set, "Status");
    if (text_equal(status, "FAILED"))
        return set_failed(context, set, error);
    if (text_equal(status, "CANCELLED"))
        return set_cancelled(context, error);
    if (!text_equal(status, "SUCCEEDED"))
        return set_works(context, set);
    keep_entities(context, set);
    json_remove(context->progress, "note");
    return STEP_NEXT;
}

/* ------------------------------------------------------------------ find */

/* The newest of that name; one that failed only if none did better: a service that forgot the token
 * may have been asked twice. */
static const char *find_set(const struct step_context *context, const struct json *list,
                            const char **ret_lost)
{
    const char *name = step_text(context, "set_name");
    for (size_t i = 0; i < list->count; i++) {
        const struct json *set = list->items[i];
        const char *id = json_get_text(set, "ChangeSetId");
        const char *status = json_get_text(set, "Status");
        if (text_blank(id) || !text_equal(json_get_text(set, "ChangeSetName"), name))
            continue;
        if (!text_equal(status, "FAILED") && !text_equal(status, "CANCELLED"))
            return id;
        *ret_lost = *ret_lost ? *ret_lost : id;
    }
    return NULL;
}

/* How it went the poll tells. */
static enum step_result found(struct step_context *context, const char *id)
{
    step_keep(context, "change_set", id);
    return step_go_to(context, "poll");
}

static enum step_result next_page(struct step_context *context, const char *token,
                                  struct error *error)
{
    long long pages = step_count_of(context, "pages") + 1;
    if (text_equal(token, step_text(context, "page")) || pages >= PAGES_MAX) {
        error_set(error, ERROR_TEMPORARY, SCOPE_RECORD,
                  "the listing repeats itself; whether the change set was started cannot be told");
        return STEP_FAIL;
    }
    step_keep(context, "page", token);
    step_keep_count(context, "pages", pages);
    return step_go_to(context, "find");
}

enum step_result change_set_answer_find(struct step_context *context,
                                        const struct http_response *response,
                                        const struct error *failure, struct error *error)
{
    struct json *answer = NULL;
    if (step_parse(context, response, failure, &answer, error) < 0)
        return look_failed(context, error);
    const struct json *list = json_get(answer, "ChangeSetSummaryList");
    if (!list || list->type != JSON_ARRAY) {
        error_set(error, ERROR_TEMPORARY, SCOPE_RECORD,
                  "ListChangeSets answered without ChangeSetSummaryList");
        return STEP_FAIL;
    }
    const char *lost = step_text(context, "lost");
    const char *id = find_set(context, list, &lost);
    if (id)
        return found(context, id);
    const char *token = json_get_text(answer, "NextToken");
    if (lost)
        step_keep(context, "lost", lost);
    if (!text_blank(token))
        return next_page(context, token, error);
    json_remove(context->progress, "page");
    json_remove(context->progress, "pages");
    if (lost)
        return found(context, lost);
    return is_forgotten(context) ? STEP_STALE : step_go_to(context, "start");
}

/* ------------------------------------------------------------------ refusals */

const struct refusal change_set_refusals[CHANGE_SET_REFUSALS] = {
    {"INVALID_BUYER_ACCOUNTS", "OFR-020"},
    {"TOO_MANY_BUYER_ACCOUNTS", "OFR-020"},
    {"INVALID_TARGETING", "OFR-020"},
    {"INCOMPATIBLE_TARGETING", "OFR-020"},
    {"INVALID_LEGAL_DOCUMENTS", "OFR-021"},
    {"INVALID_AVAILABILITY_END_DATE", "OFR-022"},
    {"INVALID_AGREEMENT_DURATION", "OFR-022"},
    {"INVALID_AGREEMENT_START_DATE", "OFR-022"},
    {"INVALID_AGREEMENT_END_DATE", "OFR-022"},
    {"INVALID_CHARGE_DATES", "OFR-022"},
    {"TOO_MANY_BACKDATED_CHARGES", "OFR-022"},
    {"INCOMPATIBLE_SELLER_VERIFICATION", "OFR-023"},
    {"INCOMPATIBLE_PAYMENT_SETTINGS", "OFR-023"},
    {"INCOMPATIBLE_PRODUCT", "OFR-024"},
    {"INCOMPATIBLE_AGREEMENT", "OFR-024"},
    {"INCOMPATIBLE_TERMS", "OFR-024"},
    {"MISSING_MANDATORY_TERMS", "OFR-025"},
    {"MISSING_NAME", "OFR-025"},
    {"MISSING_DESCRIPTION", "OFR-025"},
    {"MISSING_AVAILABILITY_END_DATE", "OFR-025"},
    {"MISSING_BUYER_ACCOUNTS", "OFR-025"},
    {"MISSING_AGREEMENT_END_DATE", "OFR-025"},
    {"TOO_MANY_OFFERS", "OFR-026"},
};
