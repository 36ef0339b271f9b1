/* Who of the partner's team owns an opportunity: in the team when it is created, assigned later. */
#include "base/memory.h"
#include "base/text.h"
#include "connectors/aws/referral_steps.h"

#define EMAIL "owner_email"
#define TITLE "OpportunityOwner"

static const struct {
    const char *field, *member;
    bool needed; /* to assign */
    const char *otherwise;
} parts[] = {
    {EMAIL, "Email", true, NULL},
    {"owner_first_name", "FirstName", true, NULL},
    {"owner_last_name", "LastName", true, NULL},
    {"owner_title", "BusinessTitle", true, TITLE},
    {"owner_phone", "Phone", false, NULL},
};

struct json *step_team(const struct step_context *context)
{
    if (!step_wanted(context, EMAIL))
        return NULL;
    struct json *person = json_object(context->arena), *team = json_array(context->arena);
    for (size_t i = 0; i < COUNT(parts); i++) {
        const char *value = step_wanted(context, parts[i].field);
        if (value || parts[i].otherwise)
            json_set_text(context->arena, person, parts[i].member,
                          value ? value : parts[i].otherwise);
    }
    json_append(context->arena, team, person);
    return team;
}

static bool changes_owner(const struct change *change)
{
    for (size_t i = 0; i < COUNT(parts); i++) {
        if (change_field(change, parts[i].field))
            return true;
    }
    return false;
}

/* The whole person is assigned. What nobody says of a new one is not taken from the old one. */
int step_keep_assignee(struct step_context *context, const struct record *now, struct error *error)
{
    json_remove(context->progress, "assignee");
    step_keep_count(context, "assigned", 0);
    if (!changes_owner(context->change))
        return 0;
    const char *email = step_wanted(context, EMAIL);
    bool same = !email || text_equal(email, record_get(now, EMAIL));
    struct json *person = json_object(context->arena);
    for (size_t i = 0; i < COUNT(parts); i++) {
        const struct change_field *field = change_field(context->change, parts[i].field);
        const char *value = step_wanted(context, parts[i].field);
        if (!value && !field && same)
            value = record_get(now, parts[i].field);
        if (!value)
            value = parts[i].otherwise;
        if (!value && parts[i].needed)
            return error_set(error, ERROR_REFUSED, SCOPE_RECORD,
                             "AWS assigns an owner by e-mail, first and last name; %s is empty",
                             parts[i].field);
        if (value)
            json_set_text(context->arena, person, parts[i].member, value);
    }
    json_set(context->arena, context->progress, "assignee", person);
    return 0;
}

int step_build_assign(struct step_context *context, struct http_request *request,
                      struct error *error)
{
    (void)error;
    struct json *person = json_get(context->progress, "assignee");
    if (!person || step_count_of(context, "assigned"))
        return 1;
    struct json *body = aws_body(context->cloud, context->arena);
    json_set_text(context->arena, body, "Identifier", step_id(context));
    json_set(context->arena, body, "Assignee", json_clone(context->arena, person));
    step_send(context, "AssignOpportunity", body, request);
    return 0;
}

enum step_result step_answer_assign(struct step_context *context,
                                    const struct http_response *response,
                                    const struct error *failure, struct error *error)
{
    (void)response;
    if (failure) {
        *error = *failure;
        return STEP_FAIL;
    }
    step_keep_count(context, "assigned", 1);
    return STEP_NEXT;
}
