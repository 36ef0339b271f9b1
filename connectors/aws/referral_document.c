/* The document of a referral, put together from the answers of several calls. */
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "connectors/aws/referrals.h"

#define ASIDE "agent"

/* Where what an invitation shows stands in an opportunity. */
static const struct {
    const char *from, *to;
} places[] = {
    {"EngagementTitle", "Project.Title"}, /* unless the payload has the whole one */
    {"Payload.OpportunityInvitation.Project.Title", "Project.Title"},
    {"Payload.OpportunityInvitation.Project.BusinessProblem", "Project.CustomerBusinessProblem"},
    {"Payload.OpportunityInvitation.Project.ExpectedCustomerSpend",
     "Project.ExpectedCustomerSpend"},
    {"Payload.OpportunityInvitation.Project.TargetCompletionDate", "LifeCycle.TargetCloseDate"},
    {"Payload.OpportunityInvitation.Customer.CompanyName", "Customer.Account.CompanyName"},
    {"Payload.OpportunityInvitation.Customer.Industry", "Customer.Account.Industry"},
    {"Payload.OpportunityInvitation.Customer.WebsiteUrl", "Customer.Account.WebsiteUrl"},
    {"Payload.OpportunityInvitation.Customer.CountryCode", "Customer.Account.Address.CountryCode"},
    {"InvitationDate", "CreatedDate"},
    {"Status", "LifeCycle.ReviewStatus"},
    {"RejectionReason", "LifeCycle.ReviewStatusReason"},
};

static struct json *team(struct arena *arena, const struct json *people)
{
    struct json *list = json_array(arena);
    for (size_t i = 0; people && people->type == JSON_ARRAY && i < people->count; i++) {
        const char *role = json_get_text(people->items[i], "BusinessTitle");
        const char *email = json_get_text(people->items[i], "Email");
        const char *both = role && email ? " " : "";
        if (role || email)
            json_append(arena, list,
                        json_string(arena, arena_printf(arena, "%s%s%s", role ? role : "", both,
                                                        email ? email : "")));
    }
    return list;
}

const char *referral_member(const struct json *member)
{
    const char *company = json_get_text(member, "CompanyName");
    return text_blank(company) ? json_get_text(member, "AccountId") : company;
}

struct json *referral_document(struct arena *arena, const struct json *opportunity,
                               const struct referral_aside *aside)
{
    struct json *document = json_clone(arena, opportunity);
    struct json *beside = json_object(arena);
    if (aside->summary) {
        json_set(arena, beside, "Summary", json_clone(arena, aside->summary));
        json_set(arena, beside, "Team", team(arena, json_get(aside->summary, "OpportunityTeam")));
    }
    if (aside->engagement)
        json_set_text(arena, beside, "EngagementId", aside->engagement);
    if (aside->members)
        json_set(arena, beside, "Members", json_clone(arena, aside->members));
    if (beside->count)
        json_set(arena, document, ASIDE, beside);
    return document;
}

static struct json *companies(struct arena *arena, const struct json *members)
{
    struct json *list = json_array(arena);
    for (size_t i = 0; members && members->type == JSON_ARRAY && i < members->count; i++)
        json_append(arena, list, json_string(arena, referral_member(members->items[i])));
    return list;
}

struct json *referral_of_invitation(struct arena *arena, const struct json *invitation,
                                    const char *became)
{
    struct json *document = json_object(arena);
    struct json *beside = json_object(arena);
    json_set_text(arena, document, "Id", json_get_text(invitation, "Id"));
    for (size_t i = 0; i < COUNT(places); i++) {
        const struct json *value = json_find(invitation, places[i].from);
        if (!json_is_null(value))
            json_put(arena, document, places[i].to, json_clone(arena, value), NULL);
    }
    json_set(arena, beside, "Invitation", json_clone(arena, invitation));
    json_set_text(arena, beside, "EngagementId", json_get_text(invitation, "EngagementId"));
    json_set(arena, beside, "Members", companies(arena, json_get(invitation, "ExistingMembers")));
    if (became)
        json_set_text(arena, beside, "Became", became);
    /* Other partners invite, too. */
    if (text_equal(json_get_text(invitation, "SenderAwsAccountId"), "aws")) {
        struct json *summary = json_object(arena);
        json_set_text(arena, summary, "Origin", "AWS Referral");
        json_set(arena, beside, "Summary", summary);
        json_set(
            arena, beside, "Team",
            team(arena, json_find(invitation, "Payload.OpportunityInvitation.SenderContacts")));
    }
    json_set(arena, document, ASIDE, beside);
    return document;
}

const char *referral_invitation_version(struct arena *arena, const struct json *invitation)
{
    const char *status = json_get_text(invitation, "Status");
    const char *date = json_get_text(invitation, "InvitationDate");
    return status && date ? arena_printf(arena, "%s %s", status, date) : NULL;
}
