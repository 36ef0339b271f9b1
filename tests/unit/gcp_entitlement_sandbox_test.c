/* Answers to orders against the sandbox: each procedure to its end, killed at each call, before it
 * is sent and before its answer came. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"
#include "connectors/gcp/entitlements.h"
#include "tests/sandbox/gcp/goods.h"
#include "tests/support/errand.h"
#include "tests/support/gcp_market.h"
#include "tests/support/google_drive.h"

#define WAITING 7 /* the seeded offer that was accepted and whose order waits */

static const struct procedure procedures[] = {GCP_ANSWER_PROCEDURES};
static const struct connector_kind offers = {
    .kind = KIND_OFFER,
    .procedures = procedures,
    .procedure_count = COUNT(procedures),
};

struct shop {
    struct google google;
    struct drive drive;
    struct ground ground;
    const char *entitlement, *offer; /* ids */
};

/* As its list shows it; NULL: it is not there. */
static const struct json *order(struct shop *shop)
{
    assert_int_equal(gcp_market_get(&shop->drive, GCP_PROCUREMENT "/entitlements?pageSize=200"),
                     200);
    const struct json *list = json_get(shop->drive.answer, "entitlements");
    for (size_t i = 0; list && i < list->count; i++)
        if (text_equal(gcp_bare_id(json_get_text(list->items[i], "name")), shop->entitlement))
            return list->items[i];
    return NULL;
}

static const char *state_of(struct shop *shop)
{
    const struct json *now = order(shop);
    return now ? json_get_text(now, "state") : "gone";
}

/* The order that waits for an answer, and the private offer that it is about. */
static void find_waiting(struct shop *shop)
{
    assert_int_equal(gcp_market_get(&shop->drive, GCP_PROCUREMENT "/entitlements?pageSize=200"),
                     200);
    const struct json *list = json_get(shop->drive.answer, "entitlements");
    const struct cloud *cloud = shop->google.reading.cloud;
    for (size_t i = 0; list && i < list->count; i++)
        for (enum gcp_entitlement_part part = GCP_OFFER_NOW; part <= GCP_OFFER_NEXT; part++) {
            const char *offer = gcp_entitlement_offer_id(cloud, list->items[i], part);
            if (!offer || !gcp_entitlement_waits(list->items[i], part))
                continue;
            shop->entitlement = gcp_bare_id(json_get_text(list->items[i], "name"));
            shop->offer = offer;
        }
    assert_non_null(shop->offer);
}

static void shop_start(struct shop *shop, size_t seeded)
{
    const struct sandbox_options options = {.gcp_offers = seeded};
    memset(shop, 0, sizeof *shop);
    drive_start(&shop->drive, &options);
    google_open_drive(&shop->google, &shop->drive, GCP_LOCATION);
    shop->ground = (struct ground){.arena = shop->drive.arena,
                                   .fake = &shop->drive.fake,
                                   .cloud = shop->google.reading.cloud,
                                   .kind = &offers,
                                   .call_ms = GOOGLE_DRIVE_CALL_MS,
                                   .runs = 20,
                                   .carry = google_drive_carry,
                                   .judge = gcp_judge,
                                   .context = &shop->drive};
}

static void shop_open(struct shop *shop)
{
    shop_start(shop, WAITING + 1);
    find_waiting(shop);
}

/* An order under one private offer, whose buyer has accepted another one that amends it. */
static void shop_amend(struct shop *shop)
{
    struct drive *drive = &shop->drive;
    shop_start(shop, 0);
    const char *first = gcp_market_create(drive, gcp_market_offer(drive, NULL, NULL));
    const char *order = gcp_market_accept(drive, first, true);
    assert_int_equal(
        gcp_market_call(
            drive, "POST",
            arena_printf(drive->arena, GCP_PROCUREMENT "/entitlements/%s:approve", order), "{}"),
        200);
    gcp_market_wait(drive, 60000);
    assert_string_equal(gcp_market_order(drive, order), "ENTITLEMENT_ACTIVE");
    const char *amended = arena_printf(drive->arena, "'" GCP_PARENT "/privateOffers/%s'", first);
    const char *second = gcp_market_create(
        drive, gcp_market_offer(drive, "singleProductOffer.amendedPrivateOffer", amended));
    if (!*gcp_market_accept(drive, second, true))
        fail_msg("%s", drive->response.body);
    find_waiting(shop);
    assert_string_equal(shop->offer, second);
    assert_string_equal(shop->entitlement, order);
}

static void shop_close(struct shop *shop)
{
    google_close(&shop->google);
    drive_stop(&shop->drive);
}

/* The buyer of the order that waits. */
static void sign_up(struct shop *shop)
{
    const char *account = gcp_bare_id(json_get_text(order(shop), "account"));
    const char *target =
        arena_printf(shop->drive.arena, GCP_PROCUREMENT "/accounts/%s:approve", account);
    assert_int_equal(gcp_market_call(&shop->drive, "POST", target, "{'approvalName':'signup'}"),
                     200);
}

static void planned(struct shop *shop, struct errand *errand, enum action action)
{
    const struct errand_wish wish = {action == ACTION_REJECT ? "reject_reason" : NULL,
                                     "Not in this country"};
    errand_new(&shop->ground, errand, action, shop->offer, &wish, 1);
    errand->change.version =
        gcp_entitlement_version(shop->drive.arena, "2026-01-01T00:00:00Z", order(shop));
}

static enum outcome act(struct shop *shop, enum action action, struct errand *ret_errand)
{
    planned(shop, ret_errand, action);
    return errand_settle(&shop->ground, ret_errand);
}

/* ------------------------------------------------------------------ first purchases */

static void test_accept(void **state)
{
    (void)state;
    struct shop shop;
    struct errand errand;
    shop_open(&shop);
    sign_up(&shop);
    assert_int_equal(act(&shop, ACTION_ACCEPT, &errand), DONE);
    assert_string_equal(state_of(&shop), "ENTITLEMENT_ACTIVE");
    assert_int_equal(act(&shop, ACTION_ACCEPT, &errand), DONE); /* it stands */
    assert_int_equal(google_drive_count(&shop.drive, "ApproveGcpEntitlement", ""), 1);
    shop_close(&shop);
}

/* Until the buyer has signed up nothing is sent but looks, and the account stays as it is. */
static void test_accept_waits_for_the_account(void **state)
{
    (void)state;
    struct shop shop;
    struct errand errand;
    shop_open(&shop);
    planned(&shop, &errand, ACTION_ACCEPT);
    for (int run = 0; run < 3; run++) {
        assert_int_equal(errand_run(&shop.ground, &errand), LATER);
        assert_non_null(strstr(json_get_text(errand.context.progress, PROGRESS_NOTE), "signed up"));
    }
    assert_int_equal(google_drive_count(&shop.drive, "ApproveGcpEntitlement", ""), 0);
    assert_int_equal(google_drive_count(&shop.drive, "ApproveGcpAccount", ""), 0);
    assert_string_equal(state_of(&shop), "ENTITLEMENT_ACTIVATION_REQUESTED");
    sign_up(&shop);
    assert_int_equal(errand_settle(&shop.ground, &errand), DONE);
    assert_string_equal(state_of(&shop), "ENTITLEMENT_ACTIVE");
    shop_close(&shop);
}

static void test_reject(void **state)
{
    (void)state;
    struct shop shop;
    struct errand errand;
    shop_open(&shop);
    assert_int_equal(act(&shop, ACTION_REJECT, &errand), DONE);
    assert_string_equal(state_of(&shop), "gone");
    shop_close(&shop);
}

/* The buyer takes the order back before it is answered. */
static void test_taken_back(void **state)
{
    (void)state;
    static const struct {
        enum action action;
        enum outcome outcome;
    } rows[] = {{ACTION_ACCEPT, STALE}, {ACTION_REJECT, DONE}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct shop shop;
        struct errand errand;
        shop_open(&shop);
        planned(&shop, &errand, rows[i].action);
        assert_int_equal(
            drive_control(&shop.drive, "gcp/cancel",
                          arena_printf(shop.drive.arena, "{'id':'%s'}", shop.entitlement)),
            200);
        assert_int_equal(errand_settle(&shop.ground, &errand), rows[i].outcome);
        assert_int_equal(google_drive_count(&shop.drive, "ApproveGcpEntitlement", ""), 0);
        assert_int_equal(google_drive_count(&shop.drive, "RejectGcpEntitlement", ""), 0);
        shop_close(&shop);
    }
}

/* ------------------------------------------------------------------ changes of plan */

static void test_change_of_plan(void **state)
{
    (void)state;
    static const struct {
        enum action action;
        const char *operation, *state;
    } rows[] = {
        {ACTION_ACCEPT, "ApproveGcpPlanChange", "ENTITLEMENT_PENDING_PLAN_CHANGE"},
        {ACTION_REJECT, "RejectGcpPlanChange", "ENTITLEMENT_ACTIVE"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct shop shop;
        struct errand errand;
        shop_amend(&shop);
        if (act(&shop, rows[i].action, &errand) != DONE)
            fail_msg("%s", errand.error.message);
        const char *now = state_of(&shop);
        if (strcmp(now, rows[i].state) != 0 && strcmp(now, "ENTITLEMENT_ACTIVE") != 0)
            fail_msg("%s", now);
        const char *offer =
            gcp_entitlement_offer_id(shop.google.reading.cloud, order(&shop), GCP_OFFER_NOW);
        if (rows[i].action == ACTION_REJECT)
            assert_string_not_equal(offer, shop.offer);
        assert_int_equal(google_drive_count(&shop.drive, rows[i].operation, ""), 1);
        assert_int_equal(google_drive_count(&shop.drive, "RejectGcpEntitlement", ""), 0);
        shop_close(&shop);
    }
}

/* ------------------------------------------------------------------ killed */

struct killing {
    enum action action;
    bool amends;
    const char *operation;
};

/* What must hold at the end, whenever the process died: one answer took effect, not more. */
static void check_killed(const struct killing *killing, size_t die_at, bool sent, bool *ret_died)
{
    struct shop shop;
    struct errand errand;
    if (killing->amends)
        shop_amend(&shop);
    else
        shop_open(&shop);
    if (!killing->amends)
        sign_up(&shop);
    long long before = google_drive_count(&shop.drive, killing->operation, "200");
    shop.ground.calls = 0;
    shop.ground.die_at = die_at;
    shop.ground.sent = sent;
    enum outcome outcome = act(&shop, killing->action, &errand);
    *ret_died = shop.ground.calls >= die_at;
    if (outcome != DONE)
        fail_msg("%s, killed at call %zu: %d, %s", killing->operation, die_at, outcome,
                 errand.error.message);
    const struct json *left = order(&shop);
    assert_false(left && (gcp_entitlement_waits(left, GCP_OFFER_NOW) ||
                          gcp_entitlement_waits(left, GCP_OFFER_NEXT)));
    assert_int_equal(left == NULL, killing->action == ACTION_REJECT && !killing->amends);
    assert_int_equal(google_drive_count(&shop.drive, killing->operation, "200") - before, 1);
    shop_close(&shop);
}

static void test_killed(void **state)
{
    (void)state;
    static const struct killing rows[] = {
        {ACTION_ACCEPT, false, "ApproveGcpEntitlement"},
        {ACTION_REJECT, false, "RejectGcpEntitlement"},
        {ACTION_ACCEPT, true, "ApproveGcpPlanChange"},
        {ACTION_REJECT, true, "RejectGcpPlanChange"},
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        for (int sent = 0; sent < 2; sent++) {
            bool died = true;
            size_t at = 1;
            for (; died; at++)
                check_killed(&rows[i], at, sent, &died);
            assert_true(at > 4); /* three calls at least */
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_accept),         cmocka_unit_test(test_accept_waits_for_the_account),
        cmocka_unit_test(test_reject),         cmocka_unit_test(test_taken_back),
        cmocka_unit_test(test_change_of_plan), cmocka_unit_test(test_killed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
