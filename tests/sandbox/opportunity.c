#include <string.h>

#include "tests/sandbox/engagements.h"
#include "tests/sandbox/rules.h"

#define HISTORY_MAX 50 /* NextStepsHistory's own maximum */

int handle_get(struct call_context *call, struct json **ret_answer)
{
    const char *id = json_get_text(call->request, "Identifier");
    const struct opportunity *record = record_find(call->sandbox, call->catalog, id);
    if (!record)
        return fail_not_found(call->failure, "opportunity", id);
    *ret_answer = json_clone(call->arena, record->document);
    return 0;
}

void record_remember_next_steps(const struct sandbox *sandbox, struct arena *arena,
                                const struct json *old_lifecycle, struct json *lifecycle)
{
    const char *now = json_get_text(lifecycle, "NextSteps");
    const struct json *old_history = json_get(old_lifecycle, "NextStepsHistory");
    struct json *history = json_array(arena);
    if (!text_blank(now) && !text_equal(now, json_get_text(old_lifecycle, "NextSteps"))) {
        struct json *entry = json_object(arena);
        char text[INSTANT_TEXT];
        json_set_text(arena, entry, "Value", now);
        json_set_text(arena, entry, "Time", instant_print(sandbox_now(sandbox), text));
        json_append(arena, history, entry);
    }
    for (size_t i = 0; old_history && i < old_history->count && history->count < HISTORY_MAX; i++)
        json_append(arena, history, json_clone(arena, old_history->items[i]));
    if (history->count)
        json_set(arena, lifecycle, "NextStepsHistory", history);
}

static struct json *ensure_lifecycle(struct arena *arena, struct json *document)
{
    struct json *lifecycle = json_get(document, "LifeCycle");
    if (!lifecycle) {
        lifecycle = json_object(arena);
        json_set(arena, document, "LifeCycle", lifecycle);
    }
    return lifecycle;
}

static void copy_members(struct arena *arena, struct json *to, const struct json *from,
                         const char *const *names, bool listed)
{
    for (size_t i = 0; from && i < from->count; i++) {
        bool named = false;
        for (size_t n = 0; names[n]; n++)
            named = named || !strcmp(names[n], from->names[i]);
        if (named == listed)
            json_set(arena, to, from->names[i], json_clone(arena, from->items[i]));
    }
}

/* ---- Create. */
static struct json *created_document(struct call_context *call)
{
    static const char *const not_stored[] = {"Catalog", "ClientToken", "Origin", "Tags", NULL};
    struct arena *arena = call->arena;
    struct json *document = json_object(arena);
    json_set_text(arena, document, "Catalog", call->catalog);
    json_set_text(arena, document, "Id", ""); /* these four keep their place at the top */
    json_set_text(arena, document, "Arn", "");
    json_set_text(arena, document, "CreatedDate", "");
    json_set_text(arena, document, "LastModifiedDate", "");
    copy_members(arena, document, call->request, not_stored, false);
    struct json *lifecycle = ensure_lifecycle(arena, document);
    if (!json_get(lifecycle, "Stage"))
        json_set_text(arena, lifecycle, "Stage", "Prospect");
    json_set_text(arena, lifecycle, "ReviewStatus", "Pending Submission");
    json_remove(lifecycle, "NextStepsHistory");
    json_set(arena, document, "RelatedEntityIdentifiers", json_object(arena));
    rules_normalise(arena, document);
    return document;
}

static void check_create(struct call_context *call, const struct json *document)
{
    const struct rule_input input = {
        .document = document,
        .catalog = call->catalog,
        .today = day_of(sandbox_now(call->sandbox)),
        .moment = MOMENT_CREATE,
    };
    rules_check(&input, call->failure);
    const char *status = json_text(json_find(call->request, "LifeCycle.ReviewStatus"));
    if (status && strcmp(status, "Pending Submission") != 0)
        fail_field(call->failure, "ACTION_NOT_PERMITTED", "lifeCycle.reviewStatus",
                   "a new opportunity is pending submission");
    static const char *const kept[] = {"ReviewComments", "ReviewStatusReason", "NextStepsHistory"};
    for (size_t i = 0; i < COUNT(kept); i++) {
        if (json_get(json_get(call->request, "LifeCycle"), kept[i]))
            fail_field(call->failure, "ACTION_NOT_PERMITTED",
                       arena_printf(call->arena, "lifeCycle.%c%s", kept[i][0] | 0x20, kept[i] + 1),
                       "is kept by the service");
    }
    const char *origin = json_get_text(call->request, "Origin");
    if (text_equal(origin, "AWS Referral") && !strcmp(call->catalog, "AWS"))
        fail_field(call->failure, "ACTION_NOT_PERMITTED", "origin",
                   "AWS referrals are made by AWS; only the Sandbox catalog plays them");
}

/* The catalog Sandbox plays AWS: what is created so is AWS's, and proposed to the partner, whose
 * account has it under that id once the invitation is accepted. */
static int propose(struct call_context *call, const char *token, const struct json *document,
                   struct json **ret_answer)
{
    struct sandbox *sandbox = call->sandbox;
    static const char *const own[] = {"Catalog",          "Id", "Arn", "CreatedDate",
                                      "LastModifiedDate", NULL};
    char now[INSTANT_TEXT];
    const char *id = arena_printf(call->arena, "O%llu", (unsigned long long)sandbox->next_id++);
    struct json *offered = json_object(call->arena), *answer = json_object(call->arena);
    copy_members(call->arena, offered, document, own, false);
    invitation_add(sandbox, call->catalog, offered, id);
    json_set_text(call->arena, answer, "Id", id);
    json_set_text(call->arena, answer, "LastModifiedDate",
                  instant_print(sandbox_now(sandbox), now));
    token_keep(call, token, answer);
    *ret_answer = answer;
    return 0;
}

int handle_create(struct call_context *call, struct json **ret_answer)
{
    const char *token = json_get_text(call->request, "ClientToken");
    int known = token_check(call, token, ret_answer);
    if (known)
        return known < 0 ? known : 0;
    struct json *document = created_document(call);
    check_create(call, document);
    if (fail_pending(call->failure))
        return fail_validation(call->failure, REASON_BUSINESS);

    const char *origin = json_get_text(call->request, "Origin");
    if (text_equal(origin, "AWS Referral"))
        return propose(call, token, document, ret_answer);
    struct opportunity *record =
        record_add(call->sandbox, call->catalog, NULL, origin ? origin : "Partner Referral");
    char now[INSTANT_TEXT];
    json_set_text(call->arena, document, "Id", record->id);
    json_set_text(call->arena, document, "Arn",
                  arena_printf(call->arena,
                               "arn:aws:partnercentral:" SANDBOX_HOST_REGION ":" SANDBOX_ACCOUNT
                               ":catalog/%s/opportunity/%s",
                               call->catalog, record->id));
    json_set_text(call->arena, document, "CreatedDate",
                  instant_print(sandbox_now(call->sandbox), now));
    record_remember_next_steps(call->sandbox, call->arena, NULL, json_get(document, "LifeCycle"));
    record_write(call->sandbox, record, document);

    struct json *answer = json_object(call->arena);
    json_set_text(call->arena, answer, "Id", record->id);
    json_set_text(call->arena, answer, "PartnerOpportunityIdentifier",
                  json_get_text(document, "PartnerOpportunityIdentifier"));
    json_set_text(call->arena, answer, "LastModifiedDate", record_text(record, "LastModifiedDate"));
    token_keep(call, token, answer);
    *ret_answer = answer;
    return 0;
}

/* ---- Update. */
static const char *const service_members[] = {
    "Id", "Arn", "CreatedDate", "OpportunityTeam", "RelatedEntityIdentifiers", NULL};

/* The record as the update would leave it: the request, plus what only the service writes. */
static struct json *updated_document(struct call_context *call, const struct opportunity *record)
{
    static const char *const not_stored[] = {"Identifier", "Catalog", NULL};
    static const char *const kept[] = {"ReviewStatus", "ReviewComments", "ReviewStatusReason",
                                       "NextStepsHistory", NULL};
    struct arena *arena = call->arena;
    struct json *document = json_object(arena);
    json_set_text(arena, document, "Catalog", call->catalog);
    copy_members(arena, document, record->document, service_members, true);
    copy_members(arena, document, call->request, not_stored, false);
    const struct json *old = json_get(record->document, "LifeCycle");
    struct json *lifecycle = ensure_lifecycle(arena, document);
    for (size_t i = 0; kept[i]; i++) {
        const struct json *value = json_get(old, kept[i]);
        if (value && !json_get(lifecycle, kept[i]))
            json_set(arena, lifecycle, kept[i], json_clone(arena, value));
    }
    rules_normalise(arena, document);
    return document;
}

int handle_update(struct call_context *call, struct json **ret_answer)
{
    const char *id = json_get_text(call->request, "Identifier");
    struct opportunity *record = record_find(call->sandbox, call->catalog, id);
    if (!record)
        return fail_not_found(call->failure, "opportunity", id);
    if (strcmp(json_get_text(call->request, "LastModifiedDate"),
               record_text(record, "LastModifiedDate")) != 0)
        return fail(call->failure, 409, "ConflictException",
                    "The opportunity was modified after the LastModifiedDate that was given.");
    struct json *document = updated_document(call, record);
    const struct rule_input input = {
        .document = document,
        .catalog = call->catalog,
        .today = day_of(sandbox_now(call->sandbox)),
        .moment = MOMENT_UPDATE,
    };
    rules_check_locks(record, document, call->failure);
    rules_check(&input, call->failure);
    if (fail_pending(call->failure))
        return fail_validation(call->failure, REASON_BUSINESS);

    const struct json *old_lifecycle = json_get(record->document, "LifeCycle");
    record_remember_next_steps(call->sandbox, call->arena, old_lifecycle,
                               json_get(document, "LifeCycle"));
    if (strcmp(json_get_text(json_get(document, "LifeCycle"), "ReviewStatus"),
               json_get_text(old_lifecycle, "ReviewStatus")) != 0)
        record->submitted_ms = 0;
    record_write(call->sandbox, record, document);

    struct json *answer = json_object(call->arena);
    json_set_text(call->arena, answer, "Id", record->id);
    json_set_text(call->arena, answer, "LastModifiedDate", record_text(record, "LastModifiedDate"));
    *ret_answer = answer;
    return 0;
}
