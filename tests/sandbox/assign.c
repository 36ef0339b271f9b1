/* AssignOpportunity: only people who use the partner portal can own a deal. */
#include <string.h>

#include "tests/sandbox/internal.h"

/* No operation lists them. */
static const char *const users[] = {
    "ann.lee@partner.example",
    "raj.patel@partner.example",
    "eva.lund@partner.example",
};

static bool is_user(const char *email)
{
    for (size_t i = 0; i < COUNT(users); i++) {
        if (!strcmp(users[i], email))
            return true;
    }
    return false;
}

/* The new owner stands first; who had the same part before has it no more. */
static struct json *new_team(struct arena *arena, const struct json *old,
                             const struct json *assignee)
{
    struct json *team = json_array(arena);
    json_append(arena, team, json_clone(arena, assignee));
    for (size_t i = 0; old && i < old->count; i++) {
        const struct json *person = old->items[i];
        if (!text_equal(json_get_text(person, "BusinessTitle"),
                        json_get_text(assignee, "BusinessTitle")) &&
            !text_equal(json_get_text(person, "Email"), json_get_text(assignee, "Email")))
            json_append(arena, team, json_clone(arena, person));
    }
    return team;
}

int handle_assign(struct call_context *call, struct json **ret_answer)
{
    const char *id = json_get_text(call->request, "Identifier");
    const struct json *assignee = json_get(call->request, "Assignee");
    struct opportunity *record = record_find(call->sandbox, call->catalog, id);
    if (!record)
        return fail_not_found(call->failure, "opportunity", id);
    const char *status = record_text(record, "LifeCycle.ReviewStatus");
    if (!strcmp(status, "Submitted") || !strcmp(status, "In review") || !strcmp(status, "Rejected"))
        fail_field(call->failure, "ACTION_NOT_PERMITTED", "identifier",
                   "the owner cannot be changed while the opportunity is '%s'", status);
    if (!is_user(json_get_text(assignee, "Email")))
        fail_field(call->failure, "INVALID_VALUE", "assignee.email",
                   "is not the address of a user of Partner Central");
    if (fail_pending(call->failure))
        return fail_validation(call->failure, REASON_BUSINESS);
    struct json *document = json_clone(call->arena, record->document);
    json_set(call->arena, document, "OpportunityTeam",
             new_team(call->arena, json_get(document, "OpportunityTeam"), assignee));
    record_write(call->sandbox, record, document);
    *ret_answer = NULL; /* the operation has no output */
    return 0;
}
