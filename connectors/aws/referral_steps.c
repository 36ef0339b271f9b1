/* The procedures that carry out changes of opportunities, step by step. What a later step needs
 * stands in `progress`, which the engine keeps in its journal:
 *
 *   id, version   the opportunity and its LastModifiedDate, as the very text
 *   since         when the creation was first tried, for the lookup
 *   page, pages   where the lookup is
 *   add, remove   solutions still to associate and to take off; added, removed: how many are done
 *   document      the opportunity as freshly read, until the update is built from it
 *   task, polls   the submission's task */
#include <string.h>

#include "base/limits.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/times.h"
#include "connectors/aws/client.h"
#include "connectors/aws/referrals.h"
#include "connectors/document.h"
#include "model/value.h"

#define DAY_MS     INT64_C(86400000)
#define POLL_MS    2000 /* a task takes some seconds */
#define POLL_MAX   5000
#define POLL_LIMIT 150 /* about ten minutes; the next run goes on polling */

static const struct connector_kind *const kind = &aws_referrals;

/* ------------------------------------------------------------------ shared */

static const char *opportunity(const struct step_context *context)
{
    return context->change->remote_id ? context->change->remote_id
                                      : json_get_text(context->progress, "id");
}

/* Names and texts in `progress` are the change's arena's. */
static void keep(struct step_context *context, const char *name, const char *text)
{
    json_remove(context->progress, name);
    json_set_text(context->arena, context->progress, arena_copy(context->arena, name), text);
}

static long long count_of(const struct step_context *context, const char *name)
{
    return json_get_int(context->progress, name, 0);
}

static void keep_count(struct step_context *context, const char *name, long long count)
{
    json_remove(context->progress, name);
    json_set(context->arena, context->progress, arena_copy(context->arena, name),
             json_int(context->arena, count));
}

static enum step_result failed(const struct error *failure, struct error *error)
{
    *error = *failure;
    return failure->class == ERROR_STALE ? STEP_STALE : STEP_FAIL;
}

static enum step_result go_to(struct step_context *context, const char *step)
{
    context->goto_step = step;
    return STEP_GOTO;
}

static void send(struct step_context *context, const char *operation, struct json *body,
                 struct http_request *request)
{
    aws_request(context->cloud, context->arena, operation, body, request);
}

static int build_get(struct step_context *context, struct http_request *request,
                     struct error *error)
{
    const char *id = opportunity(context);
    if (!id)
        return error_set(error, ERROR_BUG, SCOPE_RECORD, "the opportunity's id got lost");
    struct json *body = aws_body(context->cloud, context->arena);
    json_set_text(context->arena, body, "Identifier", id);
    send(context, "GetOpportunity", body, request);
    return 0;
}

/* Reads a GetOpportunity answer. */
static int read_document(struct step_context *context, const struct http_response *response,
                         struct json **ret_document, struct error *error)
{
    struct json *document = NULL;
    int result = aws_parse(context->arena, response, &document, error);
    if (result < 0)
        return result;
    if (!json_get_text(document, "Id") || !json_get_text(document, "LastModifiedDate"))
        return error_set(error, ERROR_TEMPORARY, SCOPE_RECORD,
                         "GetOpportunity answered without Id or LastModifiedDate");
    *ret_document = document;
    return 0;
}

static struct record *decode(struct step_context *context, const struct json *document)
{
    return document_decode(context->arena, kind, json_get_text(document, "Id"),
                           json_get_text(document, "LastModifiedDate"), document, NULL, NULL);
}

/* The last step of all: the record as the cloud has it now. */
static enum step_result answer_read(struct step_context *context,
                                    const struct http_response *response,
                                    const struct error *failure, struct error *error)
{
    struct json *document = NULL;
    if (failure)
        return failed(failure, error);
    if (read_document(context, response, &document, error) < 0)
        return STEP_FAIL;
    context->after = decode(context, document);
    return STEP_DONE;
}

/* ------------------------------------------------------------------ solutions */

const char *aws_solution_type(const char *identifier)
{
    if (!text_starts(identifier, "arn:"))
        return "Solutions";
    return strstr(identifier, "/Solution/") || strstr(identifier, ":solution/")
               ? "AwsMarketplaceSolutions"
               : "AwsMarketplaceProducts";
}

static bool list_has(struct arena *arena, const char *list, const char *item)
{
    size_t count = list_count(list);
    for (size_t i = 0; i < count; i++) {
        if (text_equal(list_item(arena, list, i), item))
            return true;
    }
    return false;
}

/* Puts what `list` has and `other` has not under `name`. */
static void keep_missing(struct step_context *context, const char *name, const char *list,
                         const char *other)
{
    struct json *missing = json_array(context->arena);
    size_t count = list_count(list);
    for (size_t i = 0; i < count; i++) {
        const char *item = list_item(context->arena, list, i);
        if (!list_has(context->arena, other, item))
            json_append(context->arena, missing, json_string(context->arena, item));
    }
    json_remove(context->progress, name);
    json_set(context->arena, context->progress, arena_copy(context->arena, name), missing);
}

static int build_association(struct step_context *context, const char *operation, const char *list,
                             const char *done, struct http_request *request)
{
    const char *solution =
        json_text(json_at(json_get(context->progress, list), (size_t)count_of(context, done)));
    if (!solution)
        return 1;
    struct json *body = aws_body(context->cloud, context->arena);
    json_set_text(context->arena, body, "OpportunityIdentifier", opportunity(context));
    json_set_text(context->arena, body, "RelatedEntityType", aws_solution_type(solution));
    json_set_text(context->arena, body, "RelatedEntityIdentifier", solution);
    send(context, operation, body, request);
    return 0;
}

/* The operations have no token and are idempotent in effect: what stands already is well. */
static enum step_result answer_association(struct step_context *context, const char *step,
                                           const char *list, const char *done,
                                           const struct error *failure, bool stands,
                                           struct error *error)
{
    if (failure && !stands) {
        *error = *failure; /* a Conflict here is not about our version: none was sent */
        return STEP_FAIL;
    }
    long long count = count_of(context, done) + 1;
    keep_count(context, done, count);
    const struct json *all = json_get(context->progress, list);
    return all && (size_t)count < all->count ? go_to(context, step) : STEP_NEXT;
}

static int build_associate(struct step_context *context, struct http_request *request,
                           struct error *error)
{
    (void)error;
    return build_association(context, "AssociateOpportunity", "add", "added", request);
}

static enum step_result answer_associate(struct step_context *context,
                                         const struct http_response *response,
                                         const struct error *failure, struct error *error)
{
    (void)response;
    bool stands = failure && (strcasestr(failure->message, "already") ||
                              strstr(failure->message, "DUPLICATE_KEY_VALUE"));
    return answer_association(context, "associate", "add", "added", failure, stands, error);
}

static int build_disassociate(struct step_context *context, struct http_request *request,
                              struct error *error)
{
    (void)error;
    return build_association(context, "DisassociateOpportunity", "remove", "removed", request);
}

static enum step_result answer_disassociate(struct step_context *context,
                                            const struct http_response *response,
                                            const struct error *failure, struct error *error)
{
    (void)response;
    bool stands =
        failure && (failure->http_status == 404 || strcasestr(failure->message, "not associated"));
    return answer_association(context, "disassociate", "remove", "removed", failure, stands, error);
}

/* ------------------------------------------------------------------ create */

static const char *reference(const struct step_context *context)
{
    const struct change_field *field = change_field(context->change, FIELD_REFERENCE);
    if (field && field->new_value)
        return field->new_value;
    const char *local = context->local ? record_get(context->local, FIELD_REFERENCE) : NULL;
    return local ? local : context->change->local_key;
}

/* What the local side says of a field, for creating and submitting. */
static const char *wanted(const struct step_context *context, const char *field)
{
    const struct change_field *change = change_field(context->change, field);
    if (change)
        return change->new_value;
    return context->local ? record_get(context->local, field) : NULL;
}

static int build_lookup(struct step_context *context, struct http_request *request,
                        struct error *error)
{
    (void)error;
    struct arena *arena = context->arena;
    struct json *body = aws_body(context->cloud, arena);
    json_set(arena, body, "MaxResults", json_int(arena, 100));
    json_set_text(arena, body, "NextToken", json_get_text(context->progress, "page"));
    const char *since = json_get_text(context->progress, "since");
    int64_t ms;
    if (since && instant_parse(since, &ms)) { /* a day covers any difference of the clocks */
        char text[INSTANT_TEXT];
        struct json *filter = json_object(arena);
        json_set_text(arena, filter, "AfterCreatedDate", instant_print(ms - DAY_MS, text));
        json_set(arena, body, "CreatedDate", filter);
    }
    struct json *sort = json_object(arena);
    json_set_text(arena, sort, "SortBy", "CreatedDate");
    json_set_text(arena, sort, "SortOrder", "ASCENDING");
    json_set(arena, body, "Sort", sort);
    send(context, "ListOpportunities", body, request);
    return 0;
}

/* ListOpportunities has no filter on the partner's reference. */
static const char *find_reference(const struct step_context *context, const struct json *summaries)
{
    for (size_t i = 0; i < summaries->count; i++) {
        const struct json *summary = summaries->items[i];
        if (text_equal(json_get_text(summary, "PartnerOpportunityIdentifier"), reference(context)))
            return json_get_text(summary, "Id");
    }
    return NULL;
}

static enum step_result answer_lookup(struct step_context *context,
                                      const struct http_response *response,
                                      const struct error *failure, struct error *error)
{
    if (failure)
        return failed(failure, error);
    struct json *answer = NULL;
    if (aws_parse(context->arena, response, &answer, error) < 0)
        return STEP_FAIL;
    const struct json *summaries = json_get(answer, "OpportunitySummaries");
    if (!summaries || summaries->type != JSON_ARRAY) {
        error_set(error, ERROR_TEMPORARY, SCOPE_RECORD, "the listing has no OpportunitySummaries");
        return STEP_FAIL;
    }
    const char *id = find_reference(context, summaries);
    if (id) {
        keep(context, "id", id);
        return go_to(context, "associate");
    }
    const char *next = json_get_text(answer, "NextToken");
    const char *page = json_get_text(context->progress, "page");
    long long pages = count_of(context, "pages") + 1;
    if (text_blank(next)) {
        json_remove(context->progress, "page");
        keep_count(context, "pages", 0);
        return go_to(context, "create");
    }
    if (text_equal(next, page) || pages >= LIMIT_PAGES) {
        error_set(error, ERROR_TEMPORARY, SCOPE_RECORD,
                  "the listing repeats itself; whether the opportunity exists cannot be told");
        return STEP_FAIL;
    }
    keep(context, "page", next);
    keep_count(context, "pages", pages);
    return go_to(context, "lookup");
}

static int build_create(struct step_context *context, struct http_request *request,
                        struct error *error)
{
    struct arena *arena = context->arena;
    const struct kind *model = context->change->kind;
    if (!json_get(context->progress, "since")) {
        char text[INSTANT_TEXT];
        keep(context, "since", instant_print(context->now_ms, text));
    }
    struct json *body = aws_body(context->cloud, arena);
    json_set_text(arena, body, "ClientToken", context->token);
    json_set_text(arena, body, "Origin", "Partner Referral");
    for (size_t i = 0; i < model->field_count; i++) {
        const char *name = model->fields[i].name;
        const struct remote_field *remote = connector_field(kind, name);
        const char *value = wanted(context, name);
        if (!value || !remote || !(remote->flags & REMOTE_CREATE) || remote->flags & REMOTE_STEP)
            continue;
        int result = document_put(arena, kind, body, name, value, error);
        if (result < 0)
            return result;
    }
    json_set_text(arena, body, "PartnerOpportunityIdentifier", reference(context));
    keep_missing(context, "add", wanted(context, "solutions"), NULL);
    send(context, "CreateOpportunity", body, request);
    return 0;
}

static enum step_result answer_create(struct step_context *context,
                                      const struct http_response *response,
                                      const struct error *failure, struct error *error)
{
    /* The token was used with another body: whatever that made is looked for, once. */
    if (failure && failure->class == ERROR_STALE && !count_of(context, "conflicts")) {
        keep_count(context, "conflicts", 1);
        return go_to(context, "lookup");
    }
    if (failure) {
        *error = *failure;
        if (failure->class == ERROR_STALE)
            error->class = ERROR_REFUSED;
        return STEP_FAIL;
    }
    struct json *answer = NULL;
    if (aws_parse(context->arena, response, &answer, error) < 0)
        return STEP_FAIL;
    const char *id = json_get_text(answer, "Id");
    if (text_blank(id)) {
        error_set(error, ERROR_TEMPORARY, SCOPE_RECORD, "CreateOpportunity answered without Id");
        return STEP_FAIL;
    }
    keep(context, "id", id);
    keep(context, "version", json_get_text(answer, "LastModifiedDate"));
    return STEP_NEXT;
}

/* `lookup` is only ever gone to: from a crash, a lost answer, or a token that was used before. */
static const struct step create_steps[] = {
    {.name = "lookup",
     .operation = "ListOpportunities",
     .family = AWS_READ,
     .repeatable = true,
     .resume = "lookup",
     .build = build_lookup,
     .answer = answer_lookup},
    {.name = "create",
     .operation = "CreateOpportunity",
     .family = AWS_WRITE,
     .writes = true,
     .repeatable = true, /* ClientToken */
     .resume = "lookup",
     .build = build_create,
     .answer = answer_create},
    {.name = "associate",
     .operation = "AssociateOpportunity",
     .family = AWS_WRITE,
     .writes = true,
     .repeatable = true,
     .resume = "associate",
     .build = build_associate,
     .answer = answer_associate},
    {.name = "read",
     .operation = "GetOpportunity",
     .family = AWS_READ,
     .repeatable = true,
     .resume = "read",
     .build = build_get,
     .answer = answer_read},
};

/* ------------------------------------------------------------------ update, launch, close */

/* Members that UpdateOpportunity does not take; the rest travels back as it came. */
static const char *const not_updated[] = {
    "Id", "Arn", "CreatedDate", "OpportunityTeam", "RelatedEntityIdentifiers", NULL,
};

/* Where the record stands, as far as the change goes. */
enum standing { STANDS_OLD, STANDS_NEW, STANDS_OTHER };

static enum standing standing(const struct step_context *context, const struct record *record)
{
    bool old = true, new = true;
    for (size_t i = 0; i < context->change->field_count; i++) {
        const struct change_field *field = &context->change->fields[i];
        const char *name = context->change->kind->fields[field->field].name;
        const struct remote_field *remote = connector_field(kind, name);
        if (!remote || !(remote->flags & REMOTE_READ))
            continue;
        const char *now = record->values[field->field];
        bool ours = remote->flags & REMOTE_STEP; /* our own associations may stand half-way */
        old = old && (ours || text_equal(now, field->old_value));
        new = new &&text_equal(now, field->new_value);
    }
    return new ? STANDS_NEW : old ? STANDS_OLD : STANDS_OTHER;
}

static void keep_associations(struct step_context *context, const struct record *now)
{
    const struct change_field *field = change_field(context->change, "solutions");
    const char *have = record_get(now, "solutions");
    keep_missing(context, "add", field ? field->new_value : NULL, have);
    keep_missing(context, "remove", field ? have : NULL, field ? field->new_value : NULL);
    keep_count(context, "added", 0);
    keep_count(context, "removed", 0);
}

static void keep_document(struct step_context *context, struct json *document)
{
    json_remove(context->progress, "document");
    json_set(context->arena, context->progress, "document", document);
}

/* Promise: nothing is written over an edit that the plan has not seen. */
static enum step_result answer_get(struct step_context *context,
                                   const struct http_response *response,
                                   const struct error *failure, struct error *error)
{
    struct json *document = NULL;
    if (failure)
        return failed(failure, error);
    if (read_document(context, response, &document, error) < 0)
        return STEP_FAIL;
    struct record *now = decode(context, document);
    enum standing where = standing(context, now);
    if (where == STANDS_NEW) {
        context->after = now;
        return STEP_DONE;
    }
    /* After our own associations the version is another one; the values must be those planned on.
     */
    bool ours = count_of(context, "added") || count_of(context, "removed");
    bool same = text_equal(now->version, context->change->version);
    if (!same && !(ours && where == STANDS_OLD))
        return STEP_STALE;
    keep_document(context, document);
    keep_associations(context, now);
    return STEP_NEXT;
}

/* Only after an association: it has changed LastModifiedDate. */
static int build_refresh(struct step_context *context, struct http_request *request,
                         struct error *error)
{
    if (!count_of(context, "added") && !count_of(context, "removed") &&
        json_get(context->progress, "document"))
        return 1;
    return build_get(context, request, error);
}

static enum step_result answer_refresh(struct step_context *context,
                                       const struct http_response *response,
                                       const struct error *failure, struct error *error)
{
    struct json *document = NULL;
    if (failure)
        return failed(failure, error);
    if (read_document(context, response, &document, error) < 0)
        return STEP_FAIL;
    struct record *now = decode(context, document);
    enum standing where = standing(context, now);
    if (where == STANDS_NEW) {
        context->after = now;
        return STEP_DONE;
    }
    if (where == STANDS_OTHER)
        return STEP_STALE;
    keep_document(context, document);
    return STEP_NEXT;
}

/* True if something of the change stands in the document itself. */
static bool writes_document(const struct change *change)
{
    for (size_t i = 0; i < change->field_count; i++) {
        const struct remote_field *remote =
            connector_field(kind, change->kind->fields[change->fields[i].field].name);
        if (remote && !(remote->flags & REMOTE_STEP))
            return true;
    }
    return false;
}

static int build_update(struct step_context *context, struct http_request *request,
                        struct error *error)
{
    if (!writes_document(context->change))
        return 1;
    const struct json *fresh = json_get(context->progress, "document");
    struct json *body = NULL;
    int result =
        document_overlay(context->arena, kind, fresh, context->change, not_updated, &body, error);
    if (result < 0)
        return result;
    json_set_text(context->arena, body, "Catalog", context->cloud->catalog);
    json_set_text(context->arena, body, "Identifier", opportunity(context));
    send(context, "UpdateOpportunity", body, request);
    json_remove(context->progress, "document"); /* a resumed update starts by reading */
    return 0;
}

static enum step_result answer_update(struct step_context *context,
                                      const struct http_response *response,
                                      const struct error *failure, struct error *error)
{
    (void)context;
    (void)response; /* the new LastModifiedDate comes with the record */
    return failure ? failed(failure, error) : STEP_NEXT;
}

static const struct step update_steps[] = {
    {.name = "get",
     .operation = "GetOpportunity",
     .family = AWS_READ,
     .repeatable = true,
     .resume = "get",
     .build = build_get,
     .answer = answer_get},
    {.name = "associate",
     .operation = "AssociateOpportunity",
     .family = AWS_WRITE,
     .writes = true,
     .repeatable = true,
     .resume = "associate",
     .build = build_associate,
     .answer = answer_associate},
    {.name = "disassociate", /* afterwards: the last solution cannot be taken off */
     .operation = "DisassociateOpportunity",
     .family = AWS_WRITE,
     .writes = true,
     .repeatable = true,
     .resume = "disassociate",
     .build = build_disassociate,
     .answer = answer_disassociate},
    {.name = "refresh",
     .operation = "GetOpportunity",
     .family = AWS_READ,
     .repeatable = true,
     .resume = "get",
     .build = build_refresh,
     .answer = answer_refresh},
    {.name = "update",
     .operation = "UpdateOpportunity",
     .family = AWS_WRITE,
     .writes = true,
     .repeatable = false, /* LastModifiedDate protects it: after a lost answer, look first */
     .resume = "get",
     .build = build_update,
     .answer = answer_update},
    {.name = "read",
     .operation = "GetOpportunity",
     .family = AWS_READ,
     .repeatable = true,
     .resume = "read",
     .build = build_get,
     .answer = answer_read},
};

/* ------------------------------------------------------------------ submit */

static bool can_be_submitted(const char *status)
{
    return !status || !strcmp(status, "draft") || !strcmp(status, "action_required");
}

static enum step_result answer_submit_get(struct step_context *context,
                                          const struct http_response *response,
                                          const struct error *failure, struct error *error)
{
    struct json *document = NULL;
    if (failure)
        return failed(failure, error);
    if (read_document(context, response, &document, error) < 0)
        return STEP_FAIL;
    struct record *now = decode(context, document);
    if (!can_be_submitted(record_get(now, "status"))) {
        context->after = now; /* it is with the reviewers already */
        return STEP_DONE;
    }
    if (!text_equal(now->version, context->change->version))
        return STEP_STALE;
    keep(context, "version", now->version);
    keep_missing(context, "add", wanted(context, "solutions"), record_get(now, "solutions"));
    return STEP_NEXT;
}

static const char *native_word(const char *field, const char *value, const char *otherwise)
{
    const char *const *words = connector_field(kind, field)->words;
    for (size_t i = 0; value && words[i]; i += 2) {
        if (!strcmp(words[i], value))
            return words[i + 1];
    }
    return otherwise;
}

/* Also submits: runs the engagement, the snapshot and SubmitOpportunity on the caller's behalf. */
static int build_start(struct step_context *context, struct http_request *request,
                       struct error *error)
{
    (void)error;
    struct arena *arena = context->arena;
    struct json *body = aws_body(context->cloud, arena);
    json_set_text(arena, body, "ClientToken", context->token);
    json_set_text(arena, body, "Identifier", opportunity(context));
    struct json *submission = json_object(arena);
    json_set_text(arena, submission, "InvolvementType",
                  native_word("involvement", wanted(context, "involvement"), "Co-Sell"));
    json_set_text(arena, submission, "Visibility",
                  native_word("visibility", wanted(context, "visibility"), "Full"));
    json_set(arena, body, "AwsSubmission", submission);
    send(context, "StartEngagementFromOpportunityTask", body, request);
    return 0;
}

static bool transient(const char *reason)
{
    return text_equal(reason, "InternalError") || text_equal(reason, "RequestThrottled");
}

static enum step_result task_failed(const struct json *task, struct error *error)
{
    const char *reason = json_get_text(task, "ReasonCode");
    const char *message = json_get_text(task, "Message");
    size_t length = reason ? strlen(reason) : 0;
    bool access = length > 12 && !strcmp(reason + length - 12, "AccessDenied");
    error_set(error,
              access              ? ERROR_AUTH
              : transient(reason) ? ERROR_PERMANENT /* the task is over; only a new one may pass */
                                  : ERROR_REFUSED,
              access ? SCOPE_CLOUD : SCOPE_RECORD, "the submission failed: %s%s%s",
              reason ? reason : "no reason given", message ? ": " : "", message ? message : "");
    if (reason)
        memcpy(error->vendor_code, reason, length < sizeof error->vendor_code ? length + 1 : 0);
    return STEP_FAIL;
}

/* What a task's state means; `waiting` is for a task that still runs. */
static enum step_result follow(struct step_context *context, const struct json *task,
                               enum step_result waiting, struct error *error)
{
    const char *id = json_get_text(task, "TaskId");
    const char *status = json_get_text(task, "TaskStatus");
    if (!text_blank(id))
        keep(context, "task", id);
    if (text_equal(status, "COMPLETE"))
        return go_to(context, "read");
    if (text_equal(status, "FAILED"))
        return task_failed(task, error);
    return waiting;
}

static enum step_result answer_start(struct step_context *context,
                                     const struct http_response *response,
                                     const struct error *failure, struct error *error)
{
    if (failure && failure->class == ERROR_STALE) /* the token was used: its task is looked for */
        return count_of(context, "conflicts")
                   ? failed(failure, error)
                   : (keep_count(context, "conflicts", 1), go_to(context, "find_task"));
    if (failure)
        return failed(failure, error);
    struct json *task = NULL;
    if (aws_parse(context->arena, response, &task, error) < 0)
        return STEP_FAIL;
    return follow(context, task, STEP_NEXT, error);
}

static int build_tasks(struct step_context *context, struct http_request *request,
                       struct error *error)
{
    (void)error;
    struct arena *arena = context->arena;
    const char *task = json_get_text(context->progress, "task");
    struct json *body = aws_body(context->cloud, arena);
    struct json *ids = json_array(arena);
    json_append(arena, ids, json_string(arena, task ? task : opportunity(context)));
    json_set(arena, body, task ? "TaskIdentifier" : "OpportunityIdentifier", ids);
    send(context, "ListEngagementFromOpportunityTasks", body, request);
    return 0;
}

/* The opportunity's newest task that was started on the version that this change rests on or a
 * later one: an earlier submission may have left tasks behind. */
static const struct json *newest_task(const struct step_context *context, const struct json *answer)
{
    const struct json *tasks = json_get(answer, "TaskSummaries"), *newest = NULL;
    const char *id = json_get_text(context->progress, "task");
    int64_t start = 0, latest = INT64_MIN, since = INT64_MIN;
    const char *version = json_get_text(context->progress, "version");
    if (!version || !instant_parse(version, &since))
        since = INT64_MIN;
    for (size_t i = 0; tasks && tasks->type == JSON_ARRAY && i < tasks->count; i++) {
        const struct json *task = tasks->items[i];
        if (id && text_equal(json_get_text(task, "TaskId"), id))
            return task;
        const char *text = json_get_text(task, "StartTime");
        bool timed = text && instant_parse(text, &start);
        if (!id && timed && start >= since && start > latest) {
            newest = task;
            latest = start;
        }
    }
    return newest;
}

static enum step_result answer_find(struct step_context *context,
                                    const struct http_response *response,
                                    const struct error *failure, struct error *error)
{
    struct json *answer = NULL;
    if (failure)
        return failed(failure, error);
    if (aws_parse(context->arena, response, &answer, error) < 0)
        return STEP_FAIL;
    const struct json *task = newest_task(context, answer);
    if (!task)
        return go_to(context, "start");
    return follow(context, task, go_to(context, "poll"), error);
}

static enum step_result answer_poll(struct step_context *context,
                                    const struct http_response *response,
                                    const struct error *failure, struct error *error)
{
    struct json *answer = NULL;
    if (failure)
        return failed(failure, error);
    if (aws_parse(context->arena, response, &answer, error) < 0)
        return STEP_FAIL;
    long long polls = count_of(context, "polls") + 1;
    keep_count(context, "polls", polls);
    const struct json *task = newest_task(context, answer);
    enum step_result result = task ? follow(context, task, STEP_WAIT, error) : STEP_WAIT;
    if (result != STEP_WAIT)
        return result;
    if (polls % POLL_LIMIT == 0) {
        error_set(error, ERROR_TEMPORARY, SCOPE_RECORD, "the submission is still in progress");
        return STEP_FAIL;
    }
    int64_t wait_ms = POLL_MS + 250 * (polls - 1);
    context->wait_ms = wait_ms < POLL_MAX ? wait_ms : POLL_MAX;
    return STEP_WAIT;
}

static const struct step submit_steps[] = {
    {.name = "get",
     .operation = "GetOpportunity",
     .family = AWS_READ,
     .repeatable = true,
     .resume = "get",
     .build = build_get,
     .answer = answer_submit_get},
    {.name = "associate",
     .operation = "AssociateOpportunity",
     .family = AWS_WRITE,
     .writes = true,
     .repeatable = true,
     .resume = "associate",
     .build = build_associate,
     .answer = answer_associate},
    {.name = "start",
     .operation = "StartEngagementFromOpportunityTask",
     .family = AWS_WRITE,
     .writes = true,
     .repeatable = true, /* ClientToken */
     .resume = "find_task",
     .build = build_start,
     .answer = answer_start},
    {.name = "poll",
     .operation = "ListEngagementFromOpportunityTasks",
     .family = AWS_READ,
     .repeatable = true,
     .resume = "poll",
     .build = build_tasks,
     .answer = answer_poll},
    {.name = "read",
     .operation = "GetOpportunity",
     .family = AWS_READ,
     .repeatable = true,
     .resume = "read",
     .build = build_get,
     .answer = answer_read},
    {.name = "find_task", /* only ever gone to */
     .operation = "ListEngagementFromOpportunityTasks",
     .family = AWS_READ,
     .repeatable = true,
     .resume = "find_task",
     .build = build_tasks,
     .answer = answer_find},
};

const struct procedure aws_referral_procedures[] = {
    {ACTION_CREATE, create_steps, COUNT(create_steps), "create"},
    {ACTION_UPDATE, update_steps, COUNT(update_steps), "get"},
    {ACTION_LAUNCH, update_steps, COUNT(update_steps), "get"},
    {ACTION_CLOSE, update_steps, COUNT(update_steps), "get"},
    {ACTION_SUBMIT, submit_steps, COUNT(submit_steps), "get"},
};
