/* Harmless reads of each service: lists of one item, and what they showed. */
#include <string.h>

#include "base/text.h"
#include "connectors/aws/access.h"
#include "connectors/aws/client.h"
#include "connectors/aws/sts.h"
#include "connectors/document.h"

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

/* The first item of the list keeps its id under `name`, for the probes that read one. */
static int keep_first(struct probe_context *context, const struct http_response *response,
                      const char *list, const char *member, const char *name,
                      const struct json **ret_first, struct error *error)
{
    struct json *answer = NULL;
    int result = document_parse(context->arena, response, &answer, error);
    if (result < 0)
        return result;
    const struct json *first = json_at(json_get(answer, list), 0);
    json_set_text(context->arena, context->progress, name, json_get_text(first, member));
    *ret_first = first;
    return 0;
}

static const char *kept(struct probe_context *context, const char *name, const char *none)
{
    const char *id = json_get_text(context->progress, name);
    context->detail = id ? id : none;
    return id;
}

static int answer_any(struct probe_context *context, const struct http_response *response,
                      struct error *error)
{
    struct json *answer = NULL;
    return document_parse(context->arena, response, &answer, error);
}

/* ------------------------------------------------------------------ Partner Central */

static struct json *one(struct probe_context *context)
{
    struct json *body = aws_body(context->cloud, context->arena);
    json_set(context->arena, body, "MaxResults", json_int(context->arena, 1));
    return body;
}

static int build_opportunities(struct probe_context *context, struct http_request *request,
                               struct error *error)
{
    (void)error;
    aws_request(context->cloud, context->arena, "ListOpportunities", one(context), request);
    return 0;
}

static int answer_opportunities(struct probe_context *context, const struct http_response *response,
                                struct error *error)
{
    const struct json *first = NULL;
    int result =
        keep_first(context, response, "OpportunitySummaries", "Id", "opportunity", &first, error);
    context->detail = result || first ? NULL : "there are no opportunities yet";
    return result;
}

static int build_opportunity(struct probe_context *context, struct http_request *request,
                             struct error *error)
{
    (void)error;
    const char *id = kept(context, "opportunity", "there is no opportunity to read");
    if (!id)
        return 1;
    struct json *body = aws_body(context->cloud, context->arena);
    json_set_text(context->arena, body, "Identifier", id);
    aws_request(context->cloud, context->arena, "GetOpportunity", body, request);
    return 0;
}

static int build_tasks(struct probe_context *context, struct http_request *request,
                       struct error *error)
{
    (void)error;
    aws_request(context->cloud, context->arena, "ListEngagementFromOpportunityTasks", one(context),
                request);
    return 0;
}

static int build_invitations(struct probe_context *context, struct http_request *request,
                             struct error *error)
{
    (void)error;
    struct json *body = one(context);
    json_set_text(context->arena, body, "ParticipantType", "RECEIVER");
    aws_request(context->cloud, context->arena, "ListEngagementInvitations", body, request);
    return 0;
}

static int build_solutions(struct probe_context *context, struct http_request *request,
                           struct error *error)
{
    (void)error;
    aws_request(context->cloud, context->arena, "ListSolutions", one(context), request);
    return 0;
}

/* ------------------------------------------------------------------ Catalog */

static int build_entities(struct probe_context *context, struct http_request *request,
                          struct error *error)
{
    (void)error;
    struct json *body = json_object(context->arena);
    json_set_text(context->arena, body, "Catalog", AWS_MARKETPLACE);
    json_set_text(context->arena, body, "EntityType", "Offer");
    json_set(context->arena, body, "MaxResults", json_int(context->arena, 1));
    aws_catalog_request(context->cloud, context->arena, "ListEntities", body, request);
    return 0;
}

/* "arn:aws:aws-marketplace:us-east-1:111122223333:…" names the account: the seller's keys may be
 * others than those that were asked for their owner. */
static const char *account_of(struct arena *arena, const char *arn)
{
    for (int colon = 0; arn && colon < 4; colon++) {
        arn = strchr(arn, ':');
        arn = arn ? arn + 1 : NULL;
    }
    size_t length = arn ? strspn(arn, "0123456789") : 0;
    return length == 12 && arn[length] == ':' ? arena_copy_n(arena, arn, length) : NULL;
}

static int answer_entities(struct probe_context *context, const struct http_response *response,
                           struct error *error)
{
    const struct json *first = NULL;
    int result =
        keep_first(context, response, "EntitySummaryList", "EntityId", "entity", &first, error);
    if (result < 0)
        return result;
    const char *account = account_of(context->arena, json_get_text(first, "EntityArn"));
    context->detail = account ? arena_printf(context->arena, "seller account %s", account)
                      : first ? NULL
                              : "there are no offers yet";
    return 0;
}

static int build_entity(struct probe_context *context, struct http_request *request,
                        struct error *error)
{
    (void)error;
    const char *id = kept(context, "entity", "no offer was listed that could be read");
    if (!id)
        return 1;
    aws_catalog_query(context->cloud, context->arena, "GET", "DescribeEntity", "entityId", id,
                      request);
    return 0;
}

static int build_change_sets(struct probe_context *context, struct http_request *request,
                             struct error *error)
{
    (void)error;
    struct json *body = json_object(context->arena);
    json_set_text(context->arena, body, "Catalog", AWS_MARKETPLACE);
    json_set(context->arena, body, "MaxResults", json_int(context->arena, 1));
    aws_catalog_request(context->cloud, context->arena, "ListChangeSets", body, request);
    return 0;
}

static int answer_change_sets(struct probe_context *context, const struct http_response *response,
                              struct error *error)
{
    const struct json *first = NULL;
    int result = keep_first(context, response, "ChangeSetSummaryList", "ChangeSetId", "change_set",
                            &first, error);
    context->detail = result || first ? NULL : "there are no change sets yet";
    return result;
}

static int build_change_set(struct probe_context *context, struct http_request *request,
                            struct error *error)
{
    (void)error;
    const char *id = kept(context, "change_set", "there is no change set to read");
    if (!id)
        return 1;
    aws_catalog_query(context->cloud, context->arena, "GET", "DescribeChangeSet", "changeSetId", id,
                      request);
    return 0;
}

/* ------------------------------------------------------------------ Agreement */

static int build_agreements(struct probe_context *context, struct http_request *request,
                            struct error *error)
{
    (void)error;
    struct arena *arena = context->arena;
    struct json *body = aws_agreement_search(arena, NULL, NULL);
    json_set(arena, body, "maxResults", json_int(arena, 1));
    aws_agreement_request(context->cloud, arena, "SearchAgreements", body, request);
    return 0;
}

static int answer_agreements(struct probe_context *context, const struct http_response *response,
                             struct error *error)
{
    const struct json *first = NULL;
    int result = keep_first(context, response, "agreementViewSummaries", "agreementId", "agreement",
                            &first, error);
    context->detail = result || first ? NULL : "there are no agreements yet";
    return result;
}

static int ask_agreement(struct probe_context *context, const char *operation,
                         struct http_request *request)
{
    const char *id = kept(context, "agreement", "there is no agreement to read");
    if (!id)
        return 1;
    struct json *body = json_object(context->arena);
    json_set_text(context->arena, body, "agreementId", id);
    aws_agreement_request(context->cloud, context->arena, operation, body, request);
    return 0;
}

static int build_agreement(struct probe_context *context, struct http_request *request,
                           struct error *error)
{
    (void)error;
    return ask_agreement(context, "DescribeAgreement", request);
}

static int build_terms(struct probe_context *context, struct http_request *request,
                       struct error *error)
{
    (void)error;
    return ask_agreement(context, "GetAgreementTerms", request);
}

/* ------------------------------------------------------------------ the table */

#define PROBE(prefix, operation, purpose_, family_, build_, answer_)                               \
    {                                                                                              \
        .name = operation, .permission = prefix ":" operation, .purpose = purpose_,                \
        .family = family_, .build = build_, .answer = answer_                                      \
    }

const struct probe aws_probes[AWS_PROBES] = {
    {
        .name = "GetCallerIdentity",
        .purpose = "who the keys belong to",
        .family = AWS_IDENTITY,
        .build = build_identity,
        .answer = answer_identity,
    },
    PROBE("partnercentral", "ListOpportunities", "to see which referrals there are", AWS_READ,
          build_opportunities, answer_opportunities),
    PROBE("partnercentral", "GetOpportunity", "to read a referral", AWS_READ, build_opportunity,
          answer_any),
    PROBE("partnercentral", "ListEngagementFromOpportunityTasks", "to follow a submission",
          AWS_READ, build_tasks, answer_any),
    PROBE("partnercentral", "ListEngagementInvitations", "to see what AWS proposes", AWS_READ,
          build_invitations, answer_any),
    PROBE("partnercentral", "ListSolutions", "to know which solutions can be offered", AWS_READ,
          build_solutions, answer_any),
    PROBE("aws-marketplace", "ListEntities", "to see which listings and offers there are",
          AWS_LIST_ENTITIES, build_entities, answer_entities),
    PROBE("aws-marketplace", "DescribeEntity", "to read a listing or an offer", AWS_DESCRIBE_ENTITY,
          build_entity, answer_any),
    PROBE("aws-marketplace", "ListChangeSets", "to find a change set again", AWS_LIST_CHANGE_SETS,
          build_change_sets, answer_change_sets),
    PROBE("aws-marketplace", "DescribeChangeSet", "to follow a change set", AWS_DESCRIBE_SET,
          build_change_set, answer_any),
    PROBE("aws-marketplace", "SearchAgreements", "to see which offers were accepted",
          AWS_SEARCH_AGREEMENTS, build_agreements, answer_agreements),
    PROBE("aws-marketplace", "DescribeAgreement", "to read an agreement's value",
          AWS_DESCRIBE_AGREEMENT, build_agreement, answer_any),
    PROBE("aws-marketplace", "GetAgreementTerms", "to read an agreement's terms",
          AWS_AGREEMENT_TERMS, build_terms, answer_any),
};
