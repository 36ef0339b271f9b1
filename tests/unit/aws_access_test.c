/* Permissions: the table has what the procedures call, and the policy allows no more. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "connectors/aws/access.h"
#include "connectors/aws/aws.h"
#include "connectors/aws/client.h"

/* Several entities at once are read with the permission for one. */
static const char *permission_of(const char *operation)
{
    return strcmp(operation, "BatchDescribeEntities") ? operation : "DescribeEntity";
}

static bool is_for(const struct permission *permission, const char *operation)
{
    const char *name = strchr(permission->name, ':');
    return name && !strcmp(name + 1, permission_of(operation));
}

/* Some row of it holds for the action. */
static bool allowed(const struct connector_kind *kind, const char *operation, enum action action)
{
    for (size_t i = 0; i < kind->permission_count; i++) {
        const struct permission *permission = &kind->permissions[i];
        if (is_for(permission, operation) &&
            (!permission->actions || permission->actions & 1u << action))
            return true;
    }
    return false;
}

static void every_step_is_allowed(void **state)
{
    (void)state;
    for (const struct connector_kind *const *kind = connector_aws.kinds; *kind; kind++) {
        for (size_t p = 0; p < (*kind)->procedure_count; p++) {
            const struct procedure *procedure = &(*kind)->procedures[p];
            for (size_t s = 0; s < procedure->count; s++) {
                const char *operation = procedure->steps[s].operation;
                if (!allowed(*kind, operation, procedure->action))
                    fail_msg("no permission for %s to %s", operation,
                             action_name(procedure->action));
            }
        }
    }
}

static const struct table {
    const struct permission *rows;
    size_t count;
    enum kind_id kind;
} tables[] = {
    {aws_permissions, AWS_PERMISSIONS, KIND_REFERRAL},
    {aws_offer_permissions, AWS_OFFER_PERMISSIONS, KIND_OFFER},
    {aws_listing_permissions, AWS_LISTING_PERMISSIONS, KIND_LISTING},
};

static void every_row_is_sound(void **state)
{
    (void)state;
    for (size_t t = 0; t < COUNT(tables); t++) {
        for (size_t i = 0; i < tables[t].count; i++) {
            const struct permission *permission = &tables[t].rows[i];
            assert_non_null(permission->name);
            char fields[512] = "", *rest = fields, *name;
            if (permission->field)
                snprintf(fields, sizeof fields, "%s", permission->field);
            while (fields[0] && (name = strsep(&rest, "|")))
                if (kind_field(&kinds[tables[t].kind], name) == FIELD_NONE)
                    fail_msg("%s: there is no field %s", permission->name, name);
        }
    }
}

static void every_probe_is_of_a_permission(void **state)
{
    (void)state;
    for (size_t i = 0; i < connector_aws.probe_count; i++) {
        const struct probe *probe = &connector_aws.probes[i];
        bool found = !probe->permission;
        for (size_t t = 0; t < COUNT(tables); t++)
            for (size_t k = 0; k < tables[t].count; k++)
                found |= probe->permission && !strcmp(tables[t].rows[k].name, probe->permission);
        if (!found)
            fail_msg("%s: nobody needs it", probe->name);
        assert_non_null(probe->purpose);
    }
}

/* ------------------------------------------------------------------ probes */

/* What the cloud answers to each probe, in the table's order, and what is made of it. */
static const struct sight {
    const char *probe, *answer;
    const char *url, *body; /* what is asked */
    const char *detail;
} sights[] = {
    {"ListOpportunities", "{\"OpportunitySummaries\":[{\"Id\":\"O7\"}]}", "http://s/",
     "{\"Catalog\":\"AWS\",\"MaxResults\":1}", NULL},
    {"GetOpportunity", "{}", "http://s/", "{\"Catalog\":\"AWS\",\"Identifier\":\"O7\"}", "O7"},
    {"ListEngagementInvitations", "{}", "http://s/",
     "{\"Catalog\":\"AWS\",\"MaxResults\":1,\"ParticipantType\":\"RECEIVER\"}", NULL},
    {"ListEntities",
     "{\"EntitySummaryList\":[{\"EntityId\":\"offer-a/b@1\",\"EntityArn\":"
     "\"arn:aws:aws-marketplace:us-east-1:012345678901:AWSMarketplace/Offer/offer-a\"}]}",
     "http://c/ListEntities",
     "{\"Catalog\":\"AWSMarketplace\",\"EntityType\":\"Offer\",\"MaxResults\":1}",
     "seller account 012345678901"},
    {"DescribeEntity", "{}",
     "http://c/DescribeEntity?catalog=AWSMarketplace&entityId=offer-a%2Fb%401", NULL,
     "offer-a/b@1"},
    {"ListChangeSets", "{\"ChangeSetSummaryList\":[{\"ChangeSetId\":\"cs-1\"}]}",
     "http://c/ListChangeSets", "{\"Catalog\":\"AWSMarketplace\",\"MaxResults\":1}", NULL},
    {"DescribeChangeSet", "{}",
     "http://c/DescribeChangeSet?catalog=AWSMarketplace&changeSetId=cs-1", NULL, "cs-1"},
    {"SearchAgreements", "{\"agreementViewSummaries\":[{\"agreementId\":\"agmt-1\"}]}", "http://a/",
     "{\"catalog\":\"AWSMarketplace\",\"filters\":[{\"name\":\"PartyType\",\"values\":"
     "[\"Proposer\"]},{\"name\":\"AgreementType\",\"values\":[\"PurchaseAgreement\"]}],"
     "\"maxResults\":1}",
     NULL},
    {"DescribeAgreement", "{}", "http://a/", "{\"agreementId\":\"agmt-1\"}", "agmt-1"},
    {"GetAgreementTerms", "{}", "http://a/", "{\"agreementId\":\"agmt-1\"}", "agmt-1"},
};

static const struct probe *find_probe(const char *name)
{
    for (size_t i = 0; i < connector_aws.probe_count; i++)
        if (!strcmp(connector_aws.probes[i].name, name))
            return &connector_aws.probes[i];
    fail_msg("there is no probe %s", name);
    return NULL;
}

static int look(struct probe_context *context, const struct probe *probe, const char *body,
                struct http_request *ret_request)
{
    struct error error = {0};
    const struct http_response response = {
        .status = 200, .body = body, .body_length = strlen(body)};
    int result = probe->build(context, ret_request, &error);
    return result ? result : probe->answer(context, &response, &error);
}

static struct cloud bare_cloud(void)
{
    return (struct cloud){.catalog = "AWS",
                          .urls = {[AWS_SELLING] = "http://s/",
                                   [AWS_CATALOG] = "http://c/",
                                   [AWS_AGREEMENT] = "http://a/"}};
}

static void probes_read_what_the_lists_showed(void **state)
{
    (void)state;
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct cloud cloud = bare_cloud();
    struct probe_context context = {&cloud, arena, json_object(arena), NULL};
    for (size_t i = 0; i < COUNT(sights); i++) {
        const struct sight *sight = &sights[i];
        struct http_request request = {0};
        context.detail = NULL;
        print_message("  %s\n", sight->probe);
        assert_int_equal(look(&context, find_probe(sight->probe), sight->answer, &request), 0);
        assert_string_equal(request.url, sight->url);
        assert_string_equal(request.method, sight->body ? "POST" : "GET");
        assert_true(sight->body ? !strcmp(request.body, sight->body) : !request.body);
        if (sight->detail)
            assert_string_equal(context.detail, sight->detail);
        else
            assert_null(context.detail);
    }
}

/* Nothing there, or nothing that could be understood: what would read one is skipped, with a word
 * why. */
static void probes_of_an_empty_account(void **state)
{
    (void)state;
    static const char *const answers[] = {
        "{}",
        "{\"OpportunitySummaries\":[],\"EntitySummaryList\":[],\"ChangeSetSummaryList\":null,"
        "\"agreementViewSummaries\":[null]}",
    };
    static const char *const lists[] = {"ListOpportunities", "ListEntities", "ListChangeSets",
                                        "SearchAgreements"};
    static const char *const reads[] = {"GetOpportunity", "DescribeEntity", "DescribeChangeSet",
                                        "DescribeAgreement", "GetAgreementTerms"};
    for (size_t a = 0; a < COUNT(answers); a++) {
        CLEANUP_ARENA struct arena *arena = arena_new();
        struct cloud cloud = bare_cloud();
        struct probe_context context = {&cloud, arena, json_object(arena), NULL};
        struct http_request request = {0};
        for (size_t i = 0; i < COUNT(lists); i++)
            assert_int_equal(look(&context, find_probe(lists[i]), answers[a], &request), 0);
        for (size_t i = 0; i < COUNT(reads); i++) {
            context.detail = NULL;
            assert_int_equal(look(&context, find_probe(reads[i]), "{}", &request), 1);
            assert_non_null(context.detail);
        }
    }
}

/* ------------------------------------------------------------------ policy */

static void the_policy_allows_no_more(void **state)
{
    (void)state;
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct setting items[] = {{.name = "catalog", .text = "AWS", .given = true}};
    const struct settings settings = {.items = items, .count = 1};
    static const char *const names[] = {"partnercentral:GetOpportunity", "iam:PassRole"};
    assert_string_equal(
        json_print(arena, connector_aws.policy(arena, &settings, names, 1)),
        "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Sid\":\"CoSell\",\"Effect\":\"Allow\","
        "\"Action\":[\"partnercentral:GetOpportunity\"],\"Resource\":\"*\",\"Condition\":"
        "{\"StringEquals\":{\"partnercentral:Catalog\":\"AWS\"}}}]}");
    const struct json *policy = connector_aws.policy(arena, &settings, names, 2);
    assert_string_equal(json_text(json_find(policy, "Statement[1].Action[0]")), "iam:PassRole");
    assert_null(json_find(policy, "Statement[1].Action[1]"));
    assert_null(json_find(policy, "Statement[0].Action[1]"));
    assert_non_null(json_find(policy, "Statement[1].Condition.StringEquals"));
}

/* Each statement holds what its condition may pin, and nothing is in two. */
static void the_policy_has_a_statement_for_each_service(void **state)
{
    (void)state;
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct setting items[] = {{.name = "catalog", .text = "Sandbox", .given = true}};
    const struct settings settings = {.items = items, .count = 1};
    static const char *const names[] = {
        "aws-marketplace:ListEntities", "partnercentral:GetOpportunity",
        "aws-marketplace:GetAgreementTerms", "aws-marketplace:StartChangeSet",
        "aws-marketplace:SearchAgreements"};
    assert_string_equal(
        json_print(arena, connector_aws.policy(arena, &settings, names, COUNT(names))),
        "{\"Version\":\"2012-10-17\",\"Statement\":["
        "{\"Sid\":\"CoSell\",\"Effect\":\"Allow\",\"Action\":[\"partnercentral:GetOpportunity\"],"
        "\"Resource\":\"*\",\"Condition\":{\"StringEquals\":{\"partnercentral:Catalog\":"
        "\"Sandbox\"}}},"
        "{\"Sid\":\"Agreements\",\"Effect\":\"Allow\",\"Action\":["
        "\"aws-marketplace:GetAgreementTerms\",\"aws-marketplace:SearchAgreements\"],"
        "\"Resource\":\"*\",\"Condition\":{\"StringEquals\":{\"aws-marketplace:PartyType\":"
        "\"Proposer\"}}},"
        "{\"Sid\":\"Marketplace\",\"Effect\":\"Allow\",\"Action\":["
        "\"aws-marketplace:ListEntities\",\"aws-marketplace:StartChangeSet\"],"
        "\"Resource\":\"*\"}]}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_step_is_allowed),
        cmocka_unit_test(every_probe_is_of_a_permission),
        cmocka_unit_test(every_row_is_sound),
        cmocka_unit_test(probes_read_what_the_lists_showed),
        cmocka_unit_test(probes_of_an_empty_account),
        cmocka_unit_test(the_policy_allows_no_more),
        cmocka_unit_test(the_policy_has_a_statement_for_each_service),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
