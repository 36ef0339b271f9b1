#include "connectors/aws/access.h"

#include "base/memory.h"
#include "base/text.h"

#define CREATE (1u << ACTION_CREATE)
#define UPDATE (1u << ACTION_UPDATE | 1u << ACTION_LAUNCH | 1u << ACTION_CLOSE)
#define SUBMIT (1u << ACTION_SUBMIT)
#define ACCEPT (1u << ACTION_ACCEPT)
#define REJECT (1u << ACTION_REJECT)
#define IMPORT (1u << ACTION_IMPORT) /* reading what the cloud proposes */

#define TIES  "solutions|offers|offer_sets"
#define OWNER "owner_email|owner_first_name|owner_last_name|owner_title|owner_phone"
#define SUMMARY                                                                                    \
    "origin|cloud_involvement|cloud_visibility|cloud_stage|cloud_close_date|cloud_next_steps|"     \
    "cloud_lost_reason|cloud_score|cloud_quality|cloud_actions|cloud_team"

/* The names of the co-sell API's permissions do not start with its signing name. A submission is a
 * task that makes engagement and snapshot in the caller's name. */
const struct permission aws_permissions[AWS_PERMISSIONS] = {
    {"partnercentral:ListOpportunities", 0, NULL},
    {"partnercentral:GetOpportunity", 0, NULL},
    {"partnercentral:GetAwsOpportunitySummary", 0, SUMMARY},
    {"partnercentral:ListEngagementResourceAssociations", 0, "engagement|members"},
    {"partnercentral:ListEngagementResourceAssociations", IMPORT | ACCEPT, NULL},
    {"partnercentral:ListEngagementMembers", 0, "members"},
    {"partnercentral:ListEngagementInvitations", IMPORT, NULL},
    {"partnercentral:GetEngagementInvitation", IMPORT | ACCEPT | REJECT, NULL},
    {"partnercentral:ListEngagementByAcceptingInvitationTasks", IMPORT | ACCEPT, NULL},
    {"partnercentral:StartEngagementByAcceptingInvitationTask", ACCEPT, NULL},
    {"partnercentral:AcceptEngagementInvitation", ACCEPT, NULL},
    {"partnercentral:RejectEngagementInvitation", REJECT, NULL},
    {"partnercentral:AssignOpportunity", UPDATE, OWNER},
    {"partnercentral:ListSolutions", CREATE | SUBMIT, "solutions"},
    {"aws-marketplace:DescribeEntity", CREATE | UPDATE | SUBMIT, "offers|offer_sets"},
    {"partnercentral:CreateOpportunity", CREATE, NULL},
    {"partnercentral:UpdateOpportunity", UPDATE, NULL},
    {"partnercentral:AssociateOpportunity", CREATE | UPDATE | SUBMIT, TIES},
    {"partnercentral:DisassociateOpportunity", UPDATE, TIES},
    {"partnercentral:StartEngagementFromOpportunityTask", SUBMIT, NULL},
    {"partnercentral:ListEngagementFromOpportunityTasks", SUBMIT, NULL},
    {"partnercentral:SubmitOpportunity", SUBMIT, NULL},
    {"partnercentral:CreateEngagement", SUBMIT, NULL},
    {"partnercentral:CreateEngagementInvitation", SUBMIT, NULL},
    {"partnercentral:CreateResourceSnapshot", SUBMIT, NULL},
    {"partnercentral:CreateResourceSnapshotJob", SUBMIT, NULL},
    {"partnercentral:StartResourceSnapshotJob", SUBMIT, NULL},
    {"partnercentral:GetResourceSnapshotJob", SUBMIT, NULL},
    {"iam:PassRole", SUBMIT, NULL},
};

/* Everything that a seller changes is changed by a change set. Several entities at once are read
 * with the permission for one. */
#define CHANGE_SET                                                                                 \
    (CREATE | UPDATE | 1u << ACTION_PUBLISH | 1u << ACTION_EXTEND | 1u << ACTION_CANCEL)

const struct permission aws_offer_permissions[AWS_OFFER_PERMISSIONS] = {
    {"aws-marketplace:ListEntities", 0, NULL},
    {"aws-marketplace:DescribeEntity", 0, NULL},
    {"aws-marketplace:SearchAgreements", 0, NULL},
    /* Whatever is mapped: an agreement that the search leaves out is asked for by itself. */
    {"aws-marketplace:DescribeAgreement", 0, NULL},
    {"aws-marketplace:GetAgreementTerms", 0,
     "agreement_schedule|agreement_chosen|auto_renew|replaces"},
    {"aws-marketplace:StartChangeSet", CHANGE_SET, NULL},
    {"aws-marketplace:DescribeChangeSet", CHANGE_SET, NULL},
    {"aws-marketplace:ListChangeSets", CHANGE_SET, NULL},
};

const struct permission aws_listing_permissions[AWS_LISTING_PERMISSIONS] = {
    {"aws-marketplace:ListEntities", 0, NULL},
    {"aws-marketplace:DescribeEntity", 0, NULL},
    {"aws-marketplace:StartChangeSet", CHANGE_SET, NULL},
    {"aws-marketplace:DescribeChangeSet", CHANGE_SET, NULL},
    {"aws-marketplace:ListChangeSets", CHANGE_SET, NULL},
};

/* ------------------------------------------------------------------ policy */

/* Permissions that stand in one statement, and what pins them. A permission belongs to the first
 * group that has it. */
static const struct group {
    const char *sid;
    const char *names[4]; /* the beginnings of those that it has; NULL-ended */
    const char *resource;
    const char *key, *value; /* of the condition; key NULL: none; value NULL: the catalog */
} groups[] = {
    {"CoSell", {"partnercentral:"}, "*", "partnercentral:Catalog", NULL},
    {"Agreements",
     {"aws-marketplace:SearchAgreements", "aws-marketplace:DescribeAgreement",
      "aws-marketplace:GetAgreementTerms"},
     "*",
     "aws-marketplace:PartyType",
     "Proposer"},
    {"Marketplace", {"aws-marketplace:"}, "*", NULL, NULL},
    {"SnapshotJobRole",
     {"iam:"},
     "arn:aws:iam::*:role/*",
     "iam:PassedToService",
     "resource-snapshot-job.partnercentral-selling.amazonaws.com"},
};

static const struct group *group_of(const char *permission)
{
    for (size_t i = 0; i < COUNT(groups); i++) {
        for (const char *const *name = groups[i].names; *name; name++) {
            if (text_starts(permission, *name))
                return &groups[i];
        }
    }
    return NULL;
}

static void add_condition(struct arena *arena, struct json *statement, const char *key,
                          const char *value)
{
    struct json *equals = json_object(arena);
    struct json *condition = json_object(arena);
    json_set_text(arena, equals, key, value);
    json_set(arena, condition, "StringEquals", equals);
    json_set(arena, statement, "Condition", condition);
}

static void add_statement(struct arena *arena, struct json *statements, const struct group *group,
                          const char *const *permissions, size_t count, const char *catalog)
{
    struct json *actions = json_array(arena);
    for (size_t i = 0; i < count; i++) {
        if (group_of(permissions[i]) == group)
            json_append(arena, actions, json_string(arena, permissions[i]));
    }
    if (!actions->count)
        return;
    struct json *statement = json_object(arena);
    json_set_text(arena, statement, "Sid", group->sid);
    json_set_text(arena, statement, "Effect", "Allow");
    json_set(arena, statement, "Action", actions);
    json_set_text(arena, statement, "Resource", group->resource);
    if (group->key)
        add_condition(arena, statement, group->key, group->value ? group->value : catalog);
    json_append(arena, statements, statement);
}

struct json *aws_policy(struct arena *arena, const struct settings *settings,
                        const char *const *permissions, size_t count)
{
    const char *catalog = settings_text(settings, "catalog");
    struct json *policy = json_object(arena);
    struct json *statements = json_array(arena);
    json_set_text(arena, policy, "Version", "2012-10-17");
    for (size_t i = 0; i < COUNT(groups); i++)
        add_statement(arena, statements, &groups[i], permissions, count, catalog);
    json_set(arena, policy, "Statement", statements);
    return policy;
}
