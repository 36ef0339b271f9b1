#include "connectors/aws/access.h"

#include "base/text.h"
#include "connectors/aws/client.h"
#include "connectors/aws/sts.h"

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

/* ------------------------------------------------------------------ probes */

static int build_identity(struct probe_context *context, struct http_request *request,
                          struct error *error)
{
    (void)error;
    sts_identity_request(context->arena, context->cloud->sts_url, request);
    return 0;
}

static int answer_identity(struct probe_context *context, const struct http_response *response,
                           struct error *error)
{
    return sts_identity(context->arena, response, &context->detail, error);
}

static int build_list(struct probe_context *context, struct http_request *request,
                      struct error *error)
{
    (void)error;
    struct json *body = aws_body(context->cloud, context->arena);
    json_set(context->arena, body, "MaxResults", json_int(context->arena, 1));
    aws_request(context->cloud, context->arena, "ListOpportunities", body, request);
    return 0;
}

static int answer_list(struct probe_context *context, const struct http_response *response,
                       struct error *error)
{
    struct json *answer = NULL;
    int result = aws_parse(context->arena, response, &answer, error);
    if (result < 0)
        return result;
    const char *id = json_get_text(json_at(json_get(answer, "OpportunitySummaries"), 0), "Id");
    if (id)
        json_set_text(context->arena, context->progress, "id", id);
    context->detail = id ? NULL : "there are no opportunities yet";
    return 0;
}

static int build_get(struct probe_context *context, struct http_request *request,
                     struct error *error)
{
    (void)error;
    const char *id = json_get_text(context->progress, "id");
    context->detail = "there is no opportunity to read";
    if (!id)
        return 1;
    context->detail = id;
    struct json *body = aws_body(context->cloud, context->arena);
    json_set_text(context->arena, body, "Identifier", id);
    aws_request(context->cloud, context->arena, "GetOpportunity", body, request);
    return 0;
}

static int build_tasks(struct probe_context *context, struct http_request *request,
                       struct error *error)
{
    (void)error;
    struct json *body = aws_body(context->cloud, context->arena);
    json_set(context->arena, body, "MaxResults", json_int(context->arena, 1));
    aws_request(context->cloud, context->arena, "ListEngagementFromOpportunityTasks", body,
                request);
    return 0;
}

static int answer_any(struct probe_context *context, const struct http_response *response,
                      struct error *error)
{
    struct json *answer = NULL;
    return aws_parse(context->arena, response, &answer, error);
}

const struct probe aws_probes[AWS_PROBES] = {
    {
        .name = "GetCallerIdentity",
        .purpose = "who the keys belong to",
        .family = AWS_IDENTITY,
        .build = build_identity,
        .answer = answer_identity,
    },
    {
        .name = "ListOpportunities",
        .permission = "partnercentral:ListOpportunities",
        .purpose = "to see which referrals there are",
        .family = AWS_READ,
        .build = build_list,
        .answer = answer_list,
    },
    {
        .name = "GetOpportunity",
        .permission = "partnercentral:GetOpportunity",
        .purpose = "to read a referral",
        .family = AWS_READ,
        .build = build_get,
        .answer = answer_any,
    },
    {
        .name = "ListEngagementFromOpportunityTasks",
        .permission = "partnercentral:ListEngagementFromOpportunityTasks",
        .purpose = "to follow a submission",
        .family = AWS_READ,
        .build = build_tasks,
        .answer = answer_any,
    },
};

/* ------------------------------------------------------------------ policy */

static void add_condition(struct arena *arena, struct json *statement, const char *key,
                          const char *value)
{
    struct json *equals = json_object(arena);
    struct json *condition = json_object(arena);
    json_set_text(arena, equals, key, value);
    json_set(arena, condition, "StringEquals", equals);
    json_set(arena, statement, "Condition", condition);
}

/* The permissions with that prefix, pinned by a condition if there is one. */
static void add_statement(struct arena *arena, struct json *statements, const char *prefix,
                          const char *const *permissions, size_t count, const char *condition[3])
{
    struct json *actions = json_array(arena);
    for (size_t i = 0; i < count; i++) {
        if (text_starts(permissions[i], prefix))
            json_append(arena, actions, json_string(arena, permissions[i]));
    }
    if (!actions->count)
        return;
    struct json *statement = json_object(arena);
    json_set_text(arena, statement, "Sid", condition[0]);
    json_set_text(arena, statement, "Effect", "Allow");
    json_set(arena, statement, "Action", actions);
    json_set_text(arena, statement, "Resource",
                  text_equal(prefix, "iam:") ? "arn:aws:iam::*:role/*" : "*");
    if (condition[1])
        add_condition(arena, statement, condition[1], condition[2]);
    json_append(arena, statements, statement);
}

struct json *aws_policy(struct arena *arena, const struct settings *settings,
                        const char *const *permissions, size_t count)
{
    const char *catalog[] = {"CoSell", "partnercentral:Catalog",
                             settings_text(settings, "catalog")};
    const char *snapshots[] = {"SnapshotJobRole", "iam:PassedToService",
                               "resource-snapshot-job.partnercentral-selling.amazonaws.com"};
    const char *marketplace[] = {"Marketplace", NULL, NULL};
    struct json *policy = json_object(arena);
    struct json *statements = json_array(arena);
    json_set_text(arena, policy, "Version", "2012-10-17");
    add_statement(arena, statements, "partnercentral:", permissions, count, catalog);
    add_statement(arena, statements, "aws-marketplace:", permissions, count, marketplace);
    add_statement(arena, statements, "iam:", permissions, count, snapshots);
    json_set(arena, policy, "Statement", statements);
    return policy;
}
