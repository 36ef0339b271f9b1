/* Invitations: what AWS proposes, for fifteen days, and what the partner answers. */
#include <stdlib.h>
#include <string.h>

#include "tests/sandbox/engagements.h"
#include "tests/sandbox/fields.h"
#include "tests/sandbox/listing.h"
#include "tests/sandbox/words.h"

#define DEFAULT_PAGE 20
#define TITLE_MAX    40 /* of an engagement */

/* What an invitation shows of the opportunity before it is accepted. */
static const struct {
    const char *from, *to;
} shown[] = {
    {"Customer.Account.CompanyName", "Payload.OpportunityInvitation.Customer.CompanyName"},
    {"Customer.Account.Industry", "Payload.OpportunityInvitation.Customer.Industry"},
    {"Customer.Account.WebsiteUrl", "Payload.OpportunityInvitation.Customer.WebsiteUrl"},
    {"Customer.Account.Address.CountryCode", "Payload.OpportunityInvitation.Customer.CountryCode"},
    {"Project.Title", "Payload.OpportunityInvitation.Project.Title"},
    {"Project.CustomerBusinessProblem", "Payload.OpportunityInvitation.Project.BusinessProblem"},
    {"LifeCycle.TargetCloseDate", "Payload.OpportunityInvitation.Project.TargetCompletionDate"},
    {"Project.ExpectedCustomerSpend",
     "Payload.OpportunityInvitation.Project.ExpectedCustomerSpend"},
};

static void put_payload(struct arena *arena, struct json *document, const struct json *offered)
{
    static const char sender[] =
        "{\"ReceiverResponsibilities\":[\"Software Partner\"],\"SenderContacts\":[{\"FirstName\":"
        "\"Field\",\"LastName\":\"Seller\",\"Email\":\"field.seller@aws.example\","
        "\"BusinessTitle\":\"AWSSalesRep\"}]}";
    struct json *payload = json_object(arena), *invitation = NULL;
    json_parse(arena, sender, sizeof sender - 1, &invitation, NULL);
    json_set(arena, payload, "OpportunityInvitation", invitation);
    json_set(arena, document, "Payload", payload);
    for (size_t i = 0; i < COUNT(shown); i++) {
        const struct json *value = json_find(offered, shown[i].from);
        if (value)
            json_put(arena, document, shown[i].to, json_clone(arena, value), NULL);
    }
}

static struct json *make_document(struct arena *arena, const struct invitation *invitation,
                                  const struct json *offered)
{
    char invited[INSTANT_TEXT], expires[INSTANT_TEXT];
    const char *company = "AWS";
    char *title = arena_copy(arena, json_text(json_find(offered, "Project.Title")));
    utf8_truncate(title, TITLE_MAX);
    const struct {
        const char *name, *value;
    } members[] = {
        {"Catalog", invitation->catalog},
        {"Id", invitation->id},
        {"Arn", arena_printf(arena,
                             "arn:aws:partnercentral:" SANDBOX_HOST_REGION
                             "::catalog/%s/engagement-invitation/%s",
                             invitation->catalog, invitation->id)},
        {"EngagementId", invitation->engagement},
        {"EngagementTitle", title},
        {"PayloadType", "OpportunityInvitation"},
        {"Status", "PENDING"},
        {"InvitationDate", instant_print(invitation->invited_ms, invited)},
        {"ExpirationDate", instant_print(invitation->invited_ms + INVITATION_MS, expires)},
        {"SenderAwsAccountId", "aws"},
        {"SenderCompanyName", company},
    };
    struct json *document = json_object(arena), *receiver = json_object(arena);
    for (size_t i = 0; i < COUNT(members); i++)
        json_set_text(arena, document, members[i].name, members[i].value);
    json_set(arena, receiver, "Account", json_object(arena));
    json_set_text(arena, json_get(receiver, "Account"), "AwsAccountId", SANDBOX_ACCOUNT);
    json_set(arena, document, "Receiver", receiver);
    struct json *existing = json_array(arena), *aws = json_object(arena);
    json_set_text(arena, aws, "CompanyName", company);
    json_append(arena, existing, aws);
    json_set(arena, document, "ExistingMembers", existing);
    put_payload(arena, document, offered);
    return document;
}

static struct invitation *append(struct sandbox *sandbox)
{
    struct invitation *invitation = memory_alloc(sizeof *invitation);
    ARRAY_GROW(sandbox->invitations, &sandbox->invitation_capacity, sandbox->invitation_count + 1);
    sandbox->invitations[sandbox->invitation_count++] = invitation;
    invitation->arena = arena_new();
    invitation->task = memory_copy("");
    return invitation;
}

struct invitation *invitation_add(struct sandbox *sandbox, const char *catalog,
                                  const struct json *offered, const char *opportunity)
{
    size_t number = sandbox->invitation_count;
    struct invitation *invitation = append(sandbox);
    struct arena *arena = invitation->arena;
    const char *seed = arena_printf(arena, "invitation %llu %zu %s",
                                    (unsigned long long)sandbox->options.seed, number, catalog);
    invitation->catalog = memory_copy(catalog);
    invitation->id = memory_copy(make_id(arena, "engi", 13, seed));
    invitation->engagement = memory_copy(make_id(arena, "eng", 14, seed));
    invitation->opportunity = memory_copy(opportunity);
    invitation->invited_ms = sandbox_now(sandbox);
    invitation->offered = json_clone(arena, offered);
    invitation->document = make_document(arena, invitation, offered);
    sandbox->dirty = true;
    return invitation;
}

struct invitation *invitation_find(const struct sandbox *sandbox, const char *catalog,
                                   const char *id)
{
    const char *slash = id && text_starts(id, "arn:") ? strrchr(id, '/') : NULL;
    for (size_t i = 0; i < sandbox->invitation_count; i++) {
        struct invitation *invitation = sandbox->invitations[i];
        if (text_equal(invitation->id, slash ? slash + 1 : id) &&
            text_equal(invitation->catalog, catalog))
            return invitation;
    }
    return NULL;
}

const char *invitation_status(const struct invitation *invitation)
{
    return json_get_text(invitation->document, "Status");
}

static bool has_status(const struct invitation *invitation, const char *status)
{
    return !strcmp(invitation_status(invitation), status);
}

/* AWS's opportunity, in the partner's account. What the partner calls it nobody knows yet. */
static struct opportunity *make_opportunity(struct sandbox *sandbox, struct invitation *invitation)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct json *document = json_object(arena);
    char created[INSTANT_TEXT];
    struct opportunity *record =
        record_add(sandbox, invitation->catalog,
                   invitation->opportunity[0] ? invitation->opportunity : NULL, "AWS Referral");
    text_replace(&invitation->opportunity, record->id);
    json_set_text(arena, document, "Catalog", record->catalog);
    json_set_text(arena, document, "Id", record->id);
    json_set_text(arena, document, "Arn",
                  arena_printf(arena,
                               "arn:aws:partnercentral:" SANDBOX_HOST_REGION ":" SANDBOX_ACCOUNT
                               ":catalog/%s/opportunity/%s",
                               record->catalog, record->id));
    json_set_text(arena, document, "CreatedDate", instant_print(sandbox_now(sandbox), created));
    json_set_text(arena, document, "LastModifiedDate", "");
    const struct json *offered = invitation->offered;
    for (size_t i = 0; i < offered->count; i++)
        json_set(arena, document, offered->names[i], json_clone(arena, offered->items[i]));
    json_remove(document, "PartnerOpportunityIdentifier");
    struct json *lifecycle = json_object(arena);
    json_set_text(arena, lifecycle, "Stage", "Prospect");
    json_set_text(arena, lifecycle, "TargetCloseDate",
                  json_text(json_find(offered, "LifeCycle.TargetCloseDate")));
    json_set_text(arena, lifecycle, "ReviewStatus", "Approved");
    json_set(arena, document, "LifeCycle", lifecycle);
    json_set(arena, document, "RelatedEntityIdentifiers", json_object(arena));
    text_replace(&record->involvement, "Co-Sell");
    engage(sandbox, record, invitation->engagement);
    record_write(sandbox, record, document);
    return record;
}

void invitation_answer(struct sandbox *sandbox, struct invitation *invitation, const char *status,
                       const char *reason)
{
    struct arena *arena = invitation->arena;
    bool accepts = !strcmp(status, "ACCEPTED") && !has_status(invitation, "ACCEPTED");
    json_set_text(arena, invitation->document, "Status", arena_copy(arena, status));
    if (reason)
        json_set_text(arena, invitation->document, "RejectionReason", reason);
    if (accepts)
        make_opportunity(sandbox, invitation);
    sandbox->dirty = true;
}

void invitations_expire(struct sandbox *sandbox)
{
    int64_t now = sandbox_now(sandbox);
    for (size_t i = 0; i < sandbox->invitation_count; i++) {
        struct invitation *invitation = sandbox->invitations[i];
        if (has_status(invitation, "PENDING") && !invitation->task[0] &&
            now - invitation->invited_ms >= INVITATION_MS)
            invitation_answer(sandbox, invitation, "EXPIRED", NULL);
    }
}

void invitations_free(struct sandbox *sandbox)
{
    for (size_t i = 0; i < sandbox->invitation_count; i++) {
        struct invitation *invitation = sandbox->invitations[i];
        char *texts[] = {invitation->catalog, invitation->id, invitation->engagement,
                         invitation->opportunity, invitation->task};
        for (size_t t = 0; t < COUNT(texts); t++)
            free(texts[t]);
        arena_free(invitation->arena);
        free(invitation);
    }
    free(sandbox->invitations);
}

/* ---- Snapshot. */
struct json *invitation_describe(struct arena *arena, const struct invitation *invitation)
{
    struct json *row = json_object(arena);
    json_set_text(arena, row, "catalog", invitation->catalog);
    json_set_text(arena, row, "id", invitation->id);
    json_set_text(arena, row, "engagement", invitation->engagement);
    json_set_text(arena, row, "opportunity", invitation->opportunity);
    json_set_text(arena, row, "task", invitation->task);
    json_set(arena, row, "invited_ms", json_int(arena, invitation->invited_ms));
    json_set(arena, row, "document", invitation->document); /* borrowed: only printed */
    json_set(arena, row, "offered", invitation->offered);
    return row;
}

bool invitation_read(struct sandbox *sandbox, const struct json *row)
{
    const struct json *document = json_get(row, "document"), *offered = json_get(row, "offered");
    if (!document || !offered)
        return false;
    struct invitation *invitation = append(sandbox);
    const struct {
        char **slot;
        const char *name;
    } texts[] = {
        {&invitation->catalog, "catalog"},
        {&invitation->id, "id"},
        {&invitation->engagement, "engagement"},
        {&invitation->opportunity, "opportunity"},
        {&invitation->task, "task"},
    };
    for (size_t i = 0; i < COUNT(texts); i++) {
        const char *text = json_get_text(row, texts[i].name);
        text_replace(texts[i].slot, text ? text : "");
    }
    invitation->invited_ms = json_get_int(row, "invited_ms", 0);
    invitation->document = json_clone(invitation->arena, document);
    invitation->offered = json_clone(invitation->arena, offered);
    return true;
}

/* ---- Calls. */
static bool wanted(const struct json *request, const char *filter, const char *value)
{
    const struct json *list = json_get(request, filter);
    if (!list || !list->count)
        return true;
    for (size_t i = 0; i < list->count; i++) {
        const char *slash =
            text_starts(list->items[i]->text, "arn:") ? strrchr(list->items[i]->text, '/') : NULL;
        if (!strcmp(slash ? slash + 1 : list->items[i]->text, value))
            return true;
    }
    return false;
}

static struct json *summary(struct arena *arena, const struct invitation *invitation)
{
    static const char *const members[] = {
        "Arn",
        "PayloadType",
        "Id",
        "EngagementId",
        "EngagementTitle",
        "Status",
        "InvitationDate",
        "ExpirationDate",
        "SenderAwsAccountId",
        "SenderCompanyName",
        "Receiver",
        "Catalog",
    };
    struct json *row = json_object(arena);
    for (size_t i = 0; i < COUNT(members); i++)
        json_set(arena, row, members[i],
                 json_clone(arena, json_get(invitation->document, members[i])));
    json_set_text(arena, row, "ParticipantType", "RECEIVER");
    return row;
}

/* Those that this account sends belong to its submissions; nobody asked for them so far. */
int handle_list_invitations(struct call_context *call, struct json **ret_answer)
{
    const struct sandbox *sandbox = call->sandbox;
    const struct json *request = call->request;
    struct listing listing = {.entries = arena_array(call->arena, sandbox->invitation_count + 1,
                                                     sizeof *listing.entries)};
    bool receives = text_equal(json_get_text(request, "ParticipantType"), "RECEIVER");
    for (size_t i = 0; i < sandbox->invitation_count && receives; i++) {
        const struct invitation *invitation = sandbox->invitations[i];
        if (!strcmp(invitation->catalog, call->catalog) &&
            wanted(request, "Status", invitation_status(invitation)) &&
            wanted(request, "PayloadType", "OpportunityInvitation") &&
            wanted(request, "EngagementIdentifier", invitation->engagement) &&
            wanted(request, "SenderAwsAccountId", "aws"))
            listing.entries[listing.count++] = (struct entry){
                json_get_text(invitation->document, "InvitationDate"), invitation->id, invitation};
    }
    const char *token;
    const char *order = json_text(json_find(request, "Sort.SortOrder"));
    size_t size = (size_t)json_get_int(request, "MaxResults", DEFAULT_PAGE);
    int result = listing_cut(call, &listing, !text_equal(order, "ASCENDING"), size, &token);
    if (result < 0)
        return result;
    struct json *summaries = json_array(call->arena), *answer = json_object(call->arena);
    for (size_t i = 0; i < listing.count; i++)
        json_append(call->arena, summaries, summary(call->arena, listing.entries[i].thing));
    json_set(call->arena, answer, "EngagementInvitationSummaries", summaries);
    if (token)
        json_set_text(call->arena, answer, "NextToken", token);
    *ret_answer = answer;
    return 0;
}

static int find_named(struct call_context *call, struct invitation **ret_invitation)
{
    const char *id = json_get_text(call->request, "Identifier");
    *ret_invitation = invitation_find(call->sandbox, call->catalog, id);
    return *ret_invitation ? 0 : fail_not_found(call->failure, "engagement invitation", id);
}

int handle_get_invitation(struct call_context *call, struct json **ret_answer)
{
    struct invitation *invitation;
    int result = find_named(call, &invitation);
    if (result == 0)
        *ret_answer = json_clone(call->arena, invitation->document);
    return result;
}

static int check_pending(struct call_context *call, const struct invitation *invitation,
                         const char *what)
{
    if (has_status(invitation, "PENDING"))
        return 0;
    fail_field(call->failure, "INVALID_RESOURCE_STATE", "identifier",
               "an invitation that is '%s' cannot be %s", invitation_status(invitation), what);
    return fail_validation(call->failure, REASON_BUSINESS);
}

int handle_reject_invitation(struct call_context *call, struct json **ret_answer)
{
    struct invitation *invitation;
    int result = find_named(call, &invitation);
    if (result == 0 && invitation->task[0])
        result = fail(call->failure, 409, "ConflictException",
                      "An acceptance of this invitation is under way.");
    if (result == 0)
        result = check_pending(call, invitation, "rejected");
    if (result < 0)
        return result;
    invitation_answer(call->sandbox, invitation, "REJECTED",
                      json_get_text(call->request, "RejectionReason"));
    *ret_answer = NULL; /* the operation has no output */
    return 0;
}

int handle_accept_task(struct call_context *call, struct json **ret_answer)
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
    struct invitation *invitation;
    int result = find_named(call, &invitation);
    if (result == 0 && invitation->task[0])
        result = fail(call->failure, 409, "ConflictException",
                      "An acceptance of this invitation is under way.");
    if (result == 0)
        result = check_pending(call, invitation, "accepted");
    if (result < 0)
        return result;
    struct task *task = task_add(call, TASK_ACCEPTS, "");
    text_replace(&task->invitation, invitation->id);
    text_replace(&invitation->task, task->id);
    *ret_answer = task_answer(call, task);
    token_keep(call, token, *ret_answer);
    return 0;
}

void invitation_end_task(struct sandbox *sandbox, struct task *task)
{
    struct invitation *invitation = invitation_find(sandbox, task->catalog, task->invitation);
    CLEANUP_ARENA struct arena *arena = arena_new();
    text_replace(&invitation->task, "");
    sandbox->dirty = true;
    if (task->reason[0]) {
        text_replace(&task->status, "FAILED");
        text_replace(&task->message, "The task could not be completed.");
        return;
    }
    invitation_answer(sandbox, invitation, "ACCEPTED", NULL);
    text_replace(&task->status, "COMPLETE");
    text_replace(&task->opportunity, invitation->opportunity);
    text_replace(&task->job, make_id(arena, "job", 13, task->id));
}
