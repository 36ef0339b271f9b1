#include <stdlib.h>
#include <string.h>

#include "tests/sandbox/engagements.h"
#include "tests/sandbox/formats.h"
#include "tests/sandbox/market.h"
#include "tests/sandbox/rules.h"

/* ---- Associations. */
static const struct association_kind {
    const char *name;
    size_t limit;
    const char *excludes; /* another kind that may not be there too */
} association_kinds[] = {
    {"Solutions", 10, NULL},
    {"AwsProducts", 20, NULL},
    {"AwsMarketplaceOffers", 1, "AwsMarketplaceOfferSets"},
    {"AwsMarketplaceOfferSets", 1, "AwsMarketplaceOffers"},
    {"AwsMarketplaceSolutions", 10, NULL},
    {"AwsMarketplaceProducts", 10, NULL},
};

/* The schema takes no other names than these. */
static const struct association_kind *find_kind(const char *name)
{
    size_t i = 0;
    while (i + 1 < COUNT(association_kinds) && !text_equal(association_kinds[i].name, name))
        i++;
    return &association_kinds[i];
}

static bool is_product_code(const char *text)
{
    size_t span = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");
    return span >= 2 && !text[span];
}

/* "arn:…:AWSMarketplace/SaaSProduct/prod-x": the entity's type ends with `kind`. */
static bool is_seller_arn(const char *text, const char *kind)
{
    static const char mark[] = ":AWSMarketplace/";
    const char *type = strstr(text, mark);
    if (!type || !text_starts(text, "arn:aws:aws-marketplace:"))
        return false;
    type += strlen(mark);
    size_t length = strcspn(type, "/"), size = strlen(kind);
    return length >= size && !strncmp(type + length - size, kind, size) && type[length] == '/' &&
           type[length + 1];
}

/* An offer or offer set must be one of the account's, and released. */
static int check_offer(struct call_context *call, const char *arn)
{
    const struct entity *entity = entity_find(call->sandbox, strrchr(arn, '/') + 1);
    if (!entity || strcmp(entity_arn(call->arena, entity), arn) != 0)
        return fail_not_found(call->failure, "offer", arn);
    if (!entity->released_ms)
        fail_field(call->failure, "INVALID_RESOURCE_STATE", "relatedEntityIdentifier",
                   "the offer is not released");
    return 0;
}

/* Whether the entity is one that this partner may name. */
static int check_entity(struct call_context *call, const char *kind, const char *entity)
{
    struct failure *failure = call->failure;
    const char *field = "relatedEntityIdentifier";
    if (!strcmp(kind, "Solutions")) {
        const struct solution *solution = solution_find(call->catalog, entity);
        if (!solution)
            return fail_not_found(failure, "solution", entity);
        if (strcmp(solution->status, "Active") != 0)
            fail_field(failure, "INVALID_RESOURCE_STATE", field, "the solution is not active");
        return 0;
    }
    bool fits = !strcmp(kind, "AwsProducts")               ? is_product_code(entity)
                : !strcmp(kind, "AwsMarketplaceOffers")    ? is_offer_arn(entity)
                : !strcmp(kind, "AwsMarketplaceOfferSets") ? is_offer_set_arn(entity)
                : !strcmp(kind, "AwsMarketplaceSolutions") ? is_seller_arn(entity, "Solution")
                                                           : is_seller_arn(entity, "Product");
    if (!fits)
        fail_field(failure, "INVALID_STRING_FORMAT", field, "is no identifier of that kind");
    else if (text_starts(kind, "AwsMarketplaceOffer"))
        return check_offer(call, entity);
    return 0;
}

static void check_association_state(const struct opportunity *record, struct failure *failure)
{
    static const char *const closed[] = {"Submitted", "In review", "Rejected"};
    const char *status = record_text(record, "LifeCycle.ReviewStatus");
    for (size_t i = 0; i < COUNT(closed); i++) {
        if (!strcmp(status, closed[i]))
            fail_field(failure, "ACTION_NOT_PERMITTED", "opportunityIdentifier",
                       "associations cannot be changed while the opportunity is '%s'", status);
    }
}

static size_t position(const struct json *list, const char *entity)
{
    for (size_t i = 0; list && i < list->count; i++) {
        if (text_equal(list->items[i]->text, entity))
            return i;
    }
    return SIZE_MAX;
}

struct association {
    struct opportunity *record;
    const struct association_kind *kind;
    const char *entity;
    struct json *document; /* a copy to work on */
    struct json *related, *list;
};

static int open_association(struct call_context *call, struct association *ret_association)
{
    const char *id = json_get_text(call->request, "OpportunityIdentifier");
    struct opportunity *record = record_find(call->sandbox, call->catalog, id);
    if (!record)
        return fail_not_found(call->failure, "opportunity", id);
    check_association_state(record, call->failure);
    const struct association_kind *kind =
        find_kind(json_get_text(call->request, "RelatedEntityType"));
    struct json *document = json_clone(call->arena, record->document);
    struct json *related = json_get(document, "RelatedEntityIdentifiers");
    *ret_association = (struct association){
        .record = record,
        .kind = kind,
        .entity = json_get_text(call->request, "RelatedEntityIdentifier"),
        .document = document,
        .related = related,
        .list = json_get(related, kind->name),
    };
    return 0;
}

int handle_associate(struct call_context *call, struct json **ret_answer)
{
    struct association association;
    int result = open_association(call, &association);
    if (result < 0)
        return result;
    const struct association_kind *kind = association.kind;
    result = check_entity(call, kind->name, association.entity);
    if (result < 0)
        return result;
    if (position(association.list, association.entity) != SIZE_MAX)
        fail_field(call->failure, "DUPLICATE_KEY_VALUE", "relatedEntityIdentifier",
                   "is associated already");
    else if (association.list && association.list->count >= kind->limit)
        fail_field(call->failure, "TOO_MANY_VALUES", "relatedEntityIdentifier",
                   "an opportunity takes %zu of that kind", kind->limit);
    const struct json *other =
        kind->excludes ? json_get(association.related, kind->excludes) : NULL;
    if (other && other->count)
        fail_field(call->failure, "ACTION_NOT_PERMITTED", "relatedEntityType",
                   "an offer and an offer set exclude each other");
    if (fail_pending(call->failure))
        return fail_validation(call->failure, REASON_BUSINESS);

    if (!association.list) {
        association.list = json_array(call->arena);
        json_set(call->arena, association.related, kind->name, association.list);
    }
    json_append(call->arena, association.list, json_string(call->arena, association.entity));
    record_write(call->sandbox, association.record, association.document);
    *ret_answer = NULL; /* the operation has no output */
    return 0;
}

int handle_disassociate(struct call_context *call, struct json **ret_answer)
{
    struct association association;
    int result = open_association(call, &association);
    if (result < 0)
        return result;
    size_t at = position(association.list, association.entity);
    if (at == SIZE_MAX)
        return fail_not_found(call->failure, "association with", association.entity);
    struct json *rest = json_array(call->arena);
    for (size_t i = 0; i < association.list->count; i++) {
        if (i != at)
            json_append(call->arena, rest,
                        json_string(call->arena, association.list->items[i]->text));
    }
    if (rest->count)
        json_set(call->arena, association.related, association.kind->name, rest);
    else
        json_remove(association.related, association.kind->name);
    const char *status = record_text(association.record, "LifeCycle.ReviewStatus");
    if (strcmp(status, "Pending Submission") != 0 &&
        record_has_solution(association.record->document) &&
        !record_has_solution(association.document))
        fail_field(call->failure, "ACTION_NOT_PERMITTED", "relatedEntityIdentifier",
                   "the last solution of a submitted opportunity cannot be removed");
    if (fail_pending(call->failure))
        return fail_validation(call->failure, REASON_BUSINESS);
    record_write(call->sandbox, association.record, association.document);
    *ret_answer = NULL;
    return 0;
}

/* ---- Submission. */
struct task *task_find(struct sandbox *sandbox, const char *id)
{
    for (size_t i = 0; i < sandbox->task_count; i++) {
        if (text_equal(sandbox->tasks[i].id, id))
            return &sandbox->tasks[i];
    }
    return NULL;
}

struct json *task_answer(struct call_context *call, const struct task *task)
{
    struct arena *arena = call->arena;
    struct json *answer = json_object(arena);
    char start[INSTANT_TEXT];
    bool failed = !strcmp(task->status, "FAILED");
    const char *kind = task->kind[0] ? "engagement-by-accepting-invitation-task"
                                     : "engagement-from-opportunity-task";
    const struct {
        const char *name, *value;
    } members[] = {
        {"TaskId", task->id},
        {"TaskArn",
         arena_printf(arena, "arn:aws:partnercentral:" SANDBOX_HOST_REGION "::catalog/%s/%s/%s",
                      task->catalog, kind, task->id)},
        {"StartTime", instant_print(task->start_ms, start)},
        {"TaskStatus", task->status},
        {"Message", task->message},
        {"ReasonCode", failed ? task->reason : ""},
        {"OpportunityId", task->opportunity},
        {"ResourceSnapshotJobId", task->job},
        {"EngagementId", task->engagement},
        {"EngagementInvitationId", task->invitation},
    };
    for (size_t i = 0; i < COUNT(members); i++) {
        if (members[i].value[0])
            json_set_text(arena, answer, members[i].name, members[i].value);
    }
    return answer;
}

static void check_submission(struct call_context *call, const struct opportunity *record,
                             const char *involvement)
{
    const struct rule_input input = {
        .document = record->document,
        .catalog = call->catalog,
        .involvement = involvement,
        .today = day_of(sandbox_now(call->sandbox)),
        .moment = MOMENT_SUBMIT,
    };
    const char *status = record_text(record, "LifeCycle.ReviewStatus");
    if (strcmp(status, "Pending Submission") != 0 && strcmp(status, "Action Required") != 0)
        fail_field(call->failure, "INVALID_RESOURCE_STATE", "identifier",
                   "an opportunity that is '%s' cannot be submitted", status);
    else
        rules_check(&input, call->failure);
}

struct task *task_add(struct call_context *call, const char *kind, const char *opportunity)
{
    struct sandbox *sandbox = call->sandbox;
    const char *seed =
        arena_printf(call->arena, "task %llu %zu %s", (unsigned long long)sandbox->options.seed,
                     sandbox->task_count, opportunity);
    ARRAY_GROW(sandbox->tasks, &sandbox->task_capacity, sandbox->task_count + 1);
    struct task *task = &sandbox->tasks[sandbox->task_count++];
    *task = (struct task){
        .kind = memory_copy(kind),
        .id = memory_copy(make_id(call->arena, "task", 13, seed)),
        .catalog = memory_copy(call->catalog),
        .opportunity = memory_copy(opportunity),
        .involvement = memory_copy(""),
        .engagement = memory_copy(""),
        .invitation = memory_copy(""),
        .job = memory_copy(""),
        .reason = memory_copy(call->doom ? call->doom : ""),
        .message = memory_copy(""),
        .status = memory_copy("IN_PROGRESS"),
        .start_ms = sandbox_now(sandbox),
    };
    sandbox->dirty = true;
    return task;
}

int handle_start_engagement(struct call_context *call, struct json **ret_answer)
{
    const char *token = json_get_text(call->request, "ClientToken");
    int known = token_check(call, token, ret_answer);
    if (known < 0)
        return known;
    if (known) { /* a repeated call is told how far its task is by now */
        const struct task *old = task_find(call->sandbox, json_get_text(*ret_answer, "TaskId"));
        if (old)
            *ret_answer = task_answer(call, old);
        return 0;
    }
    const char *id = json_get_text(call->request, "Identifier");
    struct opportunity *record = record_find(call->sandbox, call->catalog, id);
    if (!record)
        return fail_not_found(call->failure, "opportunity", id);
    if (record->task[0])
        return fail(call->failure, 409, "ConflictException",
                    "A submission of this opportunity is under way.");
    const char *involvement = json_text(json_find(call->request, "AwsSubmission.InvolvementType"));
    check_submission(call, record, involvement);
    if (fail_pending(call->failure))
        return fail_validation(call->failure, REASON_BUSINESS);
    struct task *task = task_add(call, "", record->id);
    text_replace(&task->involvement, involvement);
    text_replace(&record->task, task->id);
    *ret_answer = task_answer(call, task);
    token_keep(call, token, *ret_answer);
    return 0;
}

/* ---- Tasks. */
static bool wanted(const struct json *request, const char *filter, const char *value)
{
    const struct json *list = json_get(request, filter);
    if (!list || !list->count)
        return true;
    for (size_t i = 0; i < list->count; i++) {
        const char *word = list->items[i]->text;
        const char *slash = text_starts(word, "arn:") ? strrchr(word, '/') : NULL;
        if (!strcmp(slash ? slash + 1 : word, value))
            return true;
    }
    return false;
}

static int list_tasks(struct call_context *call, const char *kind, struct json **ret_answer)
{
    struct page_cursor cursor;
    int result = page_open(call, &cursor);
    if (result < 0)
        return result;
    const struct sandbox *sandbox = call->sandbox;
    const struct json *request = call->request;
    size_t limit = (size_t)json_get_int(request, "MaxResults", 20);
    bool descending = text_equal(json_text(json_find(request, "Sort.SortOrder")), "DESCENDING");
    struct json *summaries = json_array(call->arena);
    const char *next = NULL;
    bool started = !cursor.after_id;
    for (size_t i = 0; i < sandbox->task_count && !next; i++) {
        /* Tasks stand in the order of their start. */
        const struct task *task = &sandbox->tasks[descending ? sandbox->task_count - 1 - i : i];
        if (strcmp(task->catalog, call->catalog) != 0 || strcmp(task->kind, kind) != 0 ||
            !wanted(request, "TaskStatus", task->status) ||
            !wanted(request, "TaskIdentifier", task->id) ||
            !wanted(request, "OpportunityIdentifier", task->opportunity) ||
            !wanted(request, "EngagementInvitationIdentifier", task->invitation) ||
            !wanted(request, "EngagementIdentifier", task->engagement))
            continue;
        if (!started) {
            started = !strcmp(task->id, cursor.after_id);
            continue;
        }
        if (summaries->count == limit)
            next = json_get_text(summaries->items[limit - 1], "TaskId");
        else
            json_append(call->arena, summaries, task_answer(call, task));
    }
    struct json *answer = json_object(call->arena);
    json_set(call->arena, answer, "TaskSummaries", summaries);
    if (next)
        json_set_text(call->arena, answer, "NextToken", page_issue(call, "", next));
    *ret_answer = answer;
    return 0;
}

int handle_list_tasks(struct call_context *call, struct json **ret_answer)
{
    return list_tasks(call, "", ret_answer);
}

int handle_list_accept_tasks(struct call_context *call, struct json **ret_answer)
{
    return list_tasks(call, TASK_ACCEPTS, ret_answer);
}
