/* Permissions: the table has what the procedures call, and the policy allows no more. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/memory.h"
#include "connectors/aws/aws.h"

static const struct permission *find(const struct connector_kind *kind, const char *operation)
{
    for (size_t i = 0; i < kind->permission_count; i++) {
        const char *name = strchr(kind->permissions[i].name, ':');
        if (name && !strcmp(name + 1, operation))
            return &kind->permissions[i];
    }
    return NULL;
}

static void every_step_is_allowed(void **state)
{
    (void)state;
    for (const struct connector_kind *const *kind = connector_aws.kinds; *kind; kind++) {
        for (size_t p = 0; p < (*kind)->procedure_count; p++) {
            const struct procedure *procedure = &(*kind)->procedures[p];
            for (size_t s = 0; s < procedure->count; s++) {
                const char *operation = procedure->steps[s].operation;
                const struct permission *permission = find(*kind, operation);
                if (!permission)
                    fail_msg("no permission for %s", operation);
                if (permission->actions && !(permission->actions & 1u << procedure->action))
                    fail_msg("%s is not allowed for action %d", operation, procedure->action);
            }
        }
    }
}

static void every_probe_is_of_a_permission(void **state)
{
    (void)state;
    for (size_t i = 0; i < connector_aws.probe_count; i++) {
        const struct probe *probe = &connector_aws.probes[i];
        if (!probe->permission)
            continue;
        const struct permission *permission = NULL;
        for (const struct connector_kind *const *kind = connector_aws.kinds; *kind; kind++) {
            if (!permission)
                permission = find(*kind, strchr(probe->permission, ':') + 1);
        }
        if (!permission || strcmp(permission->name, probe->permission) != 0)
            fail_msg("no kind needs %s", probe->permission);
        assert_non_null(probe->purpose);
    }
}

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_step_is_allowed),
        cmocka_unit_test(every_probe_is_of_a_permission),
        cmocka_unit_test(the_policy_allows_no_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
