/* Accounts and entitlements as the Partner Procurement API shows them. */
#include <string.h>

#include "tests/sandbox/gcp/market.h"

#define ACCOUNTS_PAGE     25
#define ACCOUNTS_MOST     200
#define ENTITLEMENTS_PAGE 200
#define REASON_BYTES      256 /* "Longer strings will be truncated" */

const struct rest_surface gcp_procurement_surface = {
    .base = "/v1/providers",
    .audience = GCP_SCOPE_CLOUD,
    .identities = GCP_ALONE | GCP_DELEGATED,
    GCP_SURFACE,
};

static int check_provider(struct rest_call *call)
{
    return text_equal(call->segments[0], GCP_PROVIDER)
               ? 0
               : gcp_fail(call, "PERMISSION_DENIED", "The caller does not have permission");
}

/* What comes without a word of why. */
static int refuse_state(struct rest_call *call)
{
    return gcp_fail(call, "FAILED_PRECONDITION", "Precondition check failed.");
}

static void add_times(struct arena *arena, struct json *out, const struct rest_record *record)
{
    json_set_text(arena, out, "createTime", gcp_instant(arena, record->made_ms));
    json_set_text(arena, out, "updateTime", gcp_instant(arena, record->moved_ms));
}

/* ---- Accounts. */
static struct json *show_account(struct arena *arena, const struct rest_record *account, bool full)
{
    struct json *out = json_clone(arena, market_shown(account));
    json_set_text(arena, out, "name",
                  arena_printf(arena, "providers/" GCP_PROVIDER "/accounts/%s", account->id));
    json_set_text(arena, out, "provider", GCP_PROVIDER);
    if (full && text_equal(json_get_text(market_hold(account), "billing"), GCP_BUYER_BELOW))
        json_set_text(arena, out, "resellerParentBillingAccount", GCP_BUYER_PARENT);
    add_times(arena, out, account);
    return out;
}

static struct rest_record *find_account(struct rest_call *call)
{
    if (check_provider(call) < 0)
        return NULL;
    struct rest_record *account = rest_find(&market_of(call->sandbox)->accounts, call->segments[1]);
    if (!account)
        gcp_fail(call, "NOT_FOUND", "Requested entity was not found.");
    return account;
}

static int list_accounts(struct rest_call *call)
{
    const struct rest_table *accounts = &market_of(call->sandbox)->accounts;
    size_t from = 0, to = 0;
    int result = check_provider(call);
    call->answer = json_object(call->arena);
    if (!result)
        result = gcp_page(call, accounts->count, ACCOUNTS_PAGE, ACCOUNTS_MOST, &from, &to);
    if (result < 0)
        return result;
    struct json *rows = json_array(call->arena);
    for (size_t i = from; i < to; i++)
        json_append(call->arena, rows, show_account(call->arena, accounts->records[i], false));
    if (rows->count)
        json_set(call->arena, call->answer, "accounts", rows);
    return 0;
}

static int get_account(struct rest_call *call)
{
    bool full = false;
    const struct rest_record *account = find_account(call);
    int result = account ? market_read_view(call, "ACCOUNT_VIEW_", &full) : -ERROR_REFUSED;
    if (!result)
        call->answer = show_account(call->arena, account, full);
    return result;
}

/* Cut at a whole character. */
static const char *cut_reason(struct arena *arena, const char *reason)
{
    size_t length = strlen(reason);
    if (length <= REASON_BYTES)
        return reason;
    length = REASON_BYTES;
    while (length && ((unsigned char)reason[length] & 0xc0) == 0x80)
        length--;
    return arena_copy_n(arena, reason, length);
}

static int decide_account(struct rest_call *call, const struct gcp_shape *shape, const char *from,
                          const char *state)
{
    struct rest_record *account = find_account(call);
    int result = account ? gcp_shape_check(call, shape, call->body) : -ERROR_REFUSED;
    if (result < 0)
        return result;
    const char *name = json_get_text(call->body, "approvalName");
    const char *reason = json_get_text(call->body, "reason");
    struct json *pair = market_copy(call->arena, account);
    struct json *approval = json_at(json_find(pair, "shown.approvals"), 0);
    const char *is = json_get_text(approval, "state");
    if (!text_blank(name) && !text_equal(name, json_get_text(approval, "name")))
        return gcp_fail(call, "INVALID_ARGUMENT", "There is no approval '%s'.", name);
    if (!text_equal(is, "PENDING") && !text_equal(is, from))
        return refuse_state(call);
    json_set_text(call->arena, approval, "state", state);
    json_remove(approval, "reason");
    if (!text_blank(reason))
        json_set_text(call->arena, approval, "reason", cut_reason(call->arena, reason));
    json_set_text(call->arena, approval, "updateTime",
                  gcp_instant(call->arena, sandbox_now(call->sandbox)));
    market_store(call->sandbox, account, pair);
    call->answer = json_object(call->arena);
    return 0;
}

static int approve_account(struct rest_call *call)
{
    static const struct gcp_member rows[] = {
        {"approvalName", GCP_TEXT, 0, NULL, NULL, 0},
        {"reason", GCP_TEXT, 0, NULL, NULL, 0},
        {"properties", GCP_OBJECT, 0, NULL, NULL, 0},
    };
    static const struct gcp_shape shape = GCP_SHAPE(rows);
    return decide_account(call, &shape, "REJECTED", "APPROVED");
}

static int reject_account(struct rest_call *call)
{
    static const struct gcp_member rows[] = {
        {"approvalName", GCP_TEXT, 0, NULL, NULL, 0},
        {"reason", GCP_TEXT, 0, NULL, NULL, 0},
    };
    static const struct gcp_shape shape = GCP_SHAPE(rows);
    return decide_account(call, &shape, "PENDING", "REJECTED");
}

/* Test accounts only; their entitlements go with them, without an event. */
static int reset_account(struct rest_call *call)
{
    static const struct gcp_shape nothing = {NULL, 0};
    struct gcp_market *market = market_of(call->sandbox);
    struct rest_record *account = find_account(call);
    int result = account ? gcp_shape_check(call, &nothing, call->body) : -ERROR_REFUSED;
    if (result < 0)
        return result;
    if (!json_get_bool(market_hold(account), "test", false))
        return refuse_state(call);
    for (size_t i = market->entitlements.count; i--;) {
        const struct rest_record *order = market->entitlements.records[i];
        if (text_equal(json_get_text(market_hold(order), "account"), account->id))
            rest_remove(&market->entitlements, order->id);
    }
    rest_remove(&market->accounts, account->id);
    call->answer = json_object(call->arena);
    return 0;
}

/* ---- Entitlements. */
static struct rest_record *find_order(struct rest_call *call)
{
    if (check_provider(call) < 0)
        return NULL;
    struct rest_record *order =
        rest_find(&market_of(call->sandbox)->entitlements, call->segments[1]);
    if (!order)
        gcp_fail(call, "NOT_FOUND", "Requested entity was not found.");
    return order;
}

static bool is(const struct rest_record *order, const char *state)
{
    return text_equal(json_get_text(market_shown(order), "state"), state);
}

static int list_entitlements(struct rest_call *call)
{
    const struct rest_table *orders = &market_of(call->sandbox)->entitlements;
    const struct rest_record **chosen = arena_array(call->arena, orders->count + 1, sizeof(void *));
    const struct entitlement_filter *filter = NULL;
    size_t count = 0, from = 0, to = 0;
    int result = check_provider(call);
    if (!result)
        result = entitlement_filter_read(call, json_get_text(call->query, "filter"), &filter);
    if (result < 0)
        return result;
    for (size_t i = 0; i < orders->count; i++) {
        if (!filter ||
            entitlement_filter_fits(filter, call->sandbox, call->arena, orders->records[i]))
            chosen[count++] = orders->records[i];
    }
    call->answer = json_object(call->arena);
    result = gcp_page(call, count, ENTITLEMENTS_PAGE, ENTITLEMENTS_PAGE, &from, &to);
    if (result < 0)
        return result;
    struct json *rows = json_array(call->arena);
    for (size_t i = from; i < to; i++)
        json_append(call->arena, rows, entitlement_show(call->arena, call->sandbox, chosen[i]));
    if (rows->count)
        json_set(call->arena, call->answer, "entitlements", rows);
    return 0;
}

static int get_entitlement(struct rest_call *call)
{
    const struct rest_record *order = find_order(call);
    if (!order)
        return -ERROR_REFUSED;
    call->answer = entitlement_show(call->arena, call->sandbox, order);
    return 0;
}

static bool awaits_approval(const struct rest_record *order)
{
    return is(order, "ENTITLEMENT_ACTIVATION_REQUESTED") &&
           !json_get_bool(market_hold(order), "approved", false);
}

static int patch_entitlement(struct rest_call *call)
{
    static const struct gcp_member rows[] = {{"messageToUser", GCP_TEXT, 0, NULL, NULL, 0}};
    static const struct gcp_shape shape = GCP_SHAPE(rows);
    struct rest_record *order = find_order(call);
    int result = order ? gcp_shape_check(call, &shape, call->body) : -ERROR_REFUSED;
    if (result < 0)
        return result;
    struct json *pair = market_copy(call->arena, order);
    result = gcp_mask_apply(call, &shape, json_get_text(call->query, "updateMask"), call->body,
                            json_get(pair, "shown"));
    if (!result && !awaits_approval(order) &&
        !is(order, "ENTITLEMENT_PENDING_PLAN_CHANGE_APPROVAL"))
        result = refuse_state(call);
    if (result < 0)
        return result;
    market_store(call->sandbox, order, pair);
    call->answer = entitlement_show(call->arena, call->sandbox, order);
    return 0;
}

/* The order that a verb is for, its body checked. */
static int begin(struct rest_call *call, const struct gcp_shape *shape,
                 struct rest_record **ret_order)
{
    struct rest_record *order = find_order(call);
    int result = order ? gcp_shape_check(call, shape, call->body) : -ERROR_REFUSED;
    call->answer = json_object(call->arena);
    *ret_order = order;
    return result;
}

static int approve_entitlement(struct rest_call *call)
{
    static const struct gcp_member rows[] = {
        {"properties", GCP_OBJECT, 0, NULL, NULL, 0},
        {"entitlementMigrated", GCP_TEXT, 0, NULL, NULL, 0},
    };
    static const struct gcp_shape shape = GCP_SHAPE(rows);
    static const char prefix[] = "providers/" GCP_PROVIDER "/entitlements/";
    struct rest_record *order = NULL;
    int result = begin(call, &shape, &order);
    const char *migrated = json_get_text(call->body, "entitlementMigrated");
    if (result < 0)
        return result;
    if (!text_blank(migrated) &&
        (!text_starts(migrated, prefix) ||
         !rest_find(&market_of(call->sandbox)->entitlements, migrated + strlen(prefix))))
        return gcp_fail(call, "INVALID_ARGUMENT", "There is no entitlement '%s'.", migrated);
    if (!awaits_approval(order) || !order_account_approved(call->sandbox, order))
        return refuse_state(call);
    order_approve(call->sandbox, order);
    return 0;
}

static const struct gcp_member reason_rows[] = {{"reason", GCP_TEXT, 0, NULL, NULL, 0}};
static const struct gcp_shape reason_shape = GCP_SHAPE(reason_rows);

/* What is rejected vanishes. */
static int reject_entitlement(struct rest_call *call)
{
    struct rest_record *order = NULL;
    int result = begin(call, &reason_shape, &order);
    if (result < 0)
        return result;
    if (!awaits_approval(order))
        return refuse_state(call);
    order_cancel(call->sandbox, order, "unknown");
    rest_remove(&market_of(call->sandbox)->entitlements, order->id);
    return 0;
}

static int decide_change(struct rest_call *call, const struct gcp_shape *shape,
                         struct rest_record **ret_order)
{
    int result = begin(call, shape, ret_order);
    const char *plan = json_get_text(call->body, "pendingPlanName");
    if (result < 0)
        return result;
    if (text_blank(plan)) {
        gcp_violation(call, "pending_plan_name", "Required.");
        return gcp_fail_fields(call);
    }
    const struct json *pending = json_get(market_hold(*ret_order), "pending");
    return is(*ret_order, "ENTITLEMENT_PENDING_PLAN_CHANGE_APPROVAL") &&
                   text_equal(json_get_text(pending, "plan"), plan)
               ? 0
               : refuse_state(call);
}

static int approve_change(struct rest_call *call)
{
    static const struct gcp_member rows[] = {{"pendingPlanName", GCP_TEXT, 0, NULL, NULL, 0}};
    static const struct gcp_shape shape = GCP_SHAPE(rows);
    struct rest_record *order = NULL;
    int result = decide_change(call, &shape, &order);
    if (!result)
        order_approve_change(call->sandbox, order);
    return result;
}

static int reject_change(struct rest_call *call)
{
    static const struct gcp_member rows[] = {
        {"pendingPlanName", GCP_TEXT, 0, NULL, NULL, 0},
        {"reason", GCP_TEXT, 0, NULL, NULL, 0},
    };
    static const struct gcp_shape shape = GCP_SHAPE(rows);
    struct rest_record *order = NULL;
    int result = decide_change(call, &shape, &order);
    if (!result)
        order_reject_change(call->sandbox, order);
    return result;
}

static int suspend(struct rest_call *call)
{
    struct rest_record *order = NULL;
    int result = begin(call, &reason_shape, &order);
    return result < 0 ? result
                      : gcp_fail(call, "UNIMPLEMENTED",
                                 "Operation is not implemented, or supported, or enabled.");
}

#define ACCOUNTS     "/{}/accounts"
#define ENTITLEMENTS "/{}/entitlements"
static const struct rest_route routes[] = {
    {"GET", ACCOUNTS, "ListGcpAccounts", list_accounts, "pageSize pageToken"},
    {"GET", ACCOUNTS "/{}", "GetGcpAccount", get_account, "view"},
    {"POST", ACCOUNTS "/{}:approve", "ApproveGcpAccount", approve_account, NULL},
    {"POST", ACCOUNTS "/{}:reject", "RejectGcpAccount", reject_account, NULL},
    {"POST", ACCOUNTS "/{}:reset", "ResetGcpAccount", reset_account, NULL},
    {"GET", ENTITLEMENTS, "ListGcpEntitlements", list_entitlements, "pageSize pageToken filter"},
    {"GET", ENTITLEMENTS "/{}", "GetGcpEntitlement", get_entitlement, NULL},
    {"PATCH", ENTITLEMENTS "/{}", "UpdateGcpEntitlement", patch_entitlement, "updateMask"},
    {"POST", ENTITLEMENTS "/{}:approve", "ApproveGcpEntitlement", approve_entitlement, NULL},
    {"POST", ENTITLEMENTS "/{}:reject", "RejectGcpEntitlement", reject_entitlement, NULL},
    {"POST", ENTITLEMENTS "/{}:approvePlanChange", "ApproveGcpPlanChange", approve_change, NULL},
    {"POST", ENTITLEMENTS "/{}:rejectPlanChange", "RejectGcpPlanChange", reject_change, NULL},
    {"POST", ENTITLEMENTS "/{}:suspend", "SuspendGcpEntitlement", suspend, NULL},
};
const struct rest_routes gcp_procurement_routes = {&gcp_procurement_surface, routes, COUNT(routes)};
