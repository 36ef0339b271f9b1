/* The procedures of private offers against the sandbox, which refuses what the service refuses:
 * every form from draft to its end, and killed at each call, before it is sent and before its
 * answer came. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/times.h"
#include "connectors/azure/offer_steps.h"
#include "connectors/document.h"
#include "tests/support/azure_market.h"
#include "tests/support/errand.h"
#include "tests/support/folder.h"

#define GRAPH "https://graph.microsoft.com" INGESTION_BASE

struct shop {
    struct drive drive;
    struct settings settings;
    struct http *http;
    struct cloud cloud;
    struct ground ground;
};

static bool carry(void *context, const struct http_request *request,
                  struct http_response *ret_response)
{
    struct shop *shop = context;
    return azure_market_carry(&shop->drive, AZURE_MARKET_GRAPH, request, ret_response);
}

static void shop_open_with(struct shop *shop, size_t offers)
{
    memset(shop, 0, sizeof *shop);
    drive_start(&shop->drive, &(struct sandbox_options){.rate = 100, .azure_offers = offers});
    shop->cloud = (struct cloud){.arena = shop->drive.arena,
                                 .settings = &shop->settings,
                                 .correlation = "00000000-0000-4000-8000-000000000001",
                                 .job_poll_ms = 60000,
                                 .patience_ms = 240000};
    /* Client requests get their guids from the world's chance. */
    shop->http = fake_http_new(&shop->drive.fake, NULL, NULL);
    shop->cloud.loop = loop_new(&shop->drive.fake.world, shop->http);
    for (size_t i = 0; i < AZURE_SURFACES; i++) {
        shop->cloud.bases[i] = GRAPH;
        shop->cloud.hosts[i] = "graph.microsoft.com";
    }
    shop->ground = (struct ground){.arena = shop->drive.arena,
                                   .fake = &shop->drive.fake,
                                   .cloud = &shop->cloud,
                                   .kind = &azure_offers,
                                   .call_ms = 300,
                                   .runs = 20,
                                   .carry = carry,
                                   .judge = azure_judge,
                                   .context = shop};
}

static void shop_open(struct shop *shop)
{
    shop_open_with(shop, 0);
}

static void shop_close(struct shop *shop)
{
    loop_free(shop->cloud.loop);
    shop->http->ops->close(shop->http);
    drive_stop(&shop->drive);
}

/* ------------------------------------------------------------------ what there is */

static const struct json *shown(struct shop *shop, const char *id)
{
    assert_non_null(id);
    assert_int_equal(azure_market_get(&shop->drive, "private-offer/%s", id), 200);
    return shop->drive.answer;
}

static struct record *record_of(struct shop *shop, const char *id)
{
    struct arena *arena = shop->drive.arena;
    return azure_offer_record(
        arena, azure_offer_document(arena, shown(shop, id), NULL, NULL, shop->drive.fake.now_ms),
        NULL, NULL);
}

static size_t offers_named(struct shop *shop, const char *name)
{
    size_t count = 0;
    assert_int_equal(azure_market_get(&shop->drive, "private-offer/query"), 200);
    const struct json *list = json_get(shop->drive.answer, "value");
    for (size_t i = 0; i < list->count; i++)
        count += text_equal(json_get_text(list->items[i], "name"), name);
    return count;
}

static enum outcome act(struct shop *shop, enum action action, const char *id,
                        const struct errand_wish *wishes, size_t count, struct errand *ret_errand)
{
    errand_new(&shop->ground, ret_errand, action, id, wishes, count);
    if (id)
        ret_errand->change.version = record_of(shop, id)->version;
    return errand_settle(&shop->ground, ret_errand);
}

/* ------------------------------------------------------------------ forms */

#define WISHES(...)                                                                                \
    (const struct errand_wish[])                                                                   \
    {                                                                                              \
        __VA_ARGS__                                                                                \
    }
#define TITLE "Analytics for Northwind"
/* The sandbox begins on 2026-01-01. */
#define COMMON                                                                                     \
    {"title", TITLE}, {"end_date", "2027-01-31"}, {"expires", "2026-02-28"},                       \
        {"notify", "a@contoso.com\x1f"                                                             \
                   "deals@contoso.com"},                                                           \
        {"buyer_accounts", INGESTION_ACCOUNT}, {"company", "Northwind"},                           \
    {                                                                                              \
        "product", INGESTION_SAAS                                                                  \
    }
#define BY                                                                                         \
    {                                                                                              \
        "prepared_by", "deals@contoso.com"                                                         \
    }
#define DISCOUNT                                                                                   \
    {"pricing", "discount"},                                                                       \
    {                                                                                              \
        "discounts", INGESTION_STANDARD "=12.5"                                                    \
    }

static const struct form {
    const char *title;
    struct errand_wish wishes[16];
} forms[] = {
    {"a discount on one plan", {COMMON, BY, DISCOUNT, {"note", "For Northwind"}}},
    {"a discount on all",
     {COMMON, BY, {"pricing", "discount"}, {"discounts", "all=10"}, {"start_date", "2026-03-01"}}},
    {"prices of its own",
     {COMMON,
      BY,
      {"pricing", "plan_price"},
      {"prices", INGESTION_STANDARD "/P1M=90\x1f" INGESTION_STANDARD "/P1Y=900"}}},
    {"a plan of its own",
     {COMMON,
      BY,
      {"pricing", "custom_plan"},
      {"prices", INGESTION_SEATS "/P1Y=180"},
      {"user_limits", "20-100"},
      {"plan_name", "Seats for Northwind"},
      {"plan_description", "20 to 100 seats"}}},
    {"machines reserved",
     {{"title", TITLE},
      {"end_date", "2027-01-31"},
      {"expires", "2026-02-28"},
      {"notify", "deals@contoso.com"},
      {"buyer_accounts", INGESTION_ACCOUNT},
      {"product", INGESTION_VM},
      BY,
      {"pricing", "reservation"},
      {"prices", INGESTION_VM_PLAN "/8Core=1200"},
      {"grants", INGESTION_VM_PLAN "/8Core=4"},
      {"duration", "P1Y"}}},
    {"a margin",
     {{"title", TITLE},
      {"form", "margin"},
      {"end_date", "2026-06-30"},
      {"start_date", "2026-02-01"},
      {"notify", "deals@contoso.com"},
      {"buyer_accounts", "5d1c7a40-0a32-4b44-b904-000000000001"},
      {"product", INGESTION_SAAS},
      BY,
      {"discounts", INGESTION_STANDARD "=20"}}},
    {"an authorization",
     {COMMON, DISCOUNT, {"form", "resale_authorization"}, {"reseller", INGESTION_RESELLER}}},
};

/* What was wanted is what is there, and what the rules let through is taken. */
static void check_form(const struct form *form)
{
    struct shop shop;
    struct errand errand;
    shop_open(&shop);
    struct record *wanted = errand_allowed(&shop.ground, form->wishes, COUNT(form->wishes));
    assert_int_equal(act(&shop, ACTION_CREATE, NULL, form->wishes, COUNT(form->wishes), &errand),
                     DONE);
    assert_string_equal(errand_field(&errand, "state"), "draft");
    for (size_t i = 0; i < COUNT(form->wishes) && form->wishes[i].name; i++) {
        const struct remote_field *field = connector_field(&azure_offers, form->wishes[i].name);
        if (field->flags & REMOTE_ASIDE && !*errand_field(&errand, field->field))
            continue; /* a price is asked for by a call of its own */
        if (strcmp(errand_field(&errand, field->field), form->wishes[i].value) != 0)
            fail_msg("%s: %s is \"%s\"", form->title, field->field,
                     errand_field(&errand, field->field));
    }
    bool margin = text_equal(record_get(wanted, "form"), "margin");
    assert_string_equal(errand_field(&errand, "partner_reference"), margin ? "" : "CRM-1");
    const char *id = errand_made_id(&errand);
    assert_int_equal(act(&shop, ACTION_PUBLISH, id, NULL, 0, &errand), DONE);
    bool resold = text_equal(record_get(wanted, "form"), "resale_authorization");
    assert_string_equal(errand_field(&errand, "state"), resold ? "with_partner" : "open");
    assert_int_equal(*errand_field(&errand, "acceptance_link") == 0, margin || resold);
    assert_int_equal(act(&shop, ACTION_CANCEL, id, NULL, 0, &errand), DONE);
    assert_string_equal(errand_field(&errand, "state"),
                        margin ? errand_field(&errand, "state") : "cancelled");
    assert_int_equal(offers_named(&shop, TITLE), 1);
    shop_close(&shop);
}

static void test_forms(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(forms); i++) {
        print_message("  %s\n", forms[i].title);
        check_form(&forms[i]);
    }
}

/* ------------------------------------------------------------------ dying */

/* The life of an offer in four changes; whenever it dies, the same comes of it. */
static const char *live(struct shop *shop)
{
    static const struct errand_wish more[] = {
        {"discounts", INGESTION_STANDARD "=15"},
        {"prices", INGESTION_SEATS "/P1Y=99"},
    };
    static const struct errand_wish later[] = {{"expires", "2026-03-31"}};
    struct errand errand;
    assert_int_equal(
        act(shop, ACTION_CREATE, NULL, forms[0].wishes, COUNT(forms[0].wishes), &errand), DONE);
    const char *id = errand_made_id(&errand);
    assert_int_equal(act(shop, ACTION_UPDATE, id, more, 1, &errand), DONE);
    assert_int_equal(act(shop, ACTION_PUBLISH, id, NULL, 0, &errand), DONE);
    assert_int_equal(act(shop, ACTION_EXTEND, id, later, COUNT(later), &errand), DONE);
    assert_string_equal(errand_field(&errand, "expires"), "2026-03-31");
    assert_string_equal(errand_field(&errand, "state"), "open");
    assert_int_equal(act(shop, ACTION_CANCEL, id, NULL, 0, &errand), DONE);
    assert_int_equal(offers_named(shop, TITLE), 1);
    struct json *offer = json_clone(shop->drive.arena, shown(shop, id));
    json_remove(offer, "id");
    json_remove(offer, "eTag");
    json_remove(offer, "lastModified");
    json_remove(offer, "acceptanceLinks");
    return json_print(shop->drive.arena, offer);
}

static size_t live_and_die(size_t die_at, bool sent, char **ret_end)
{
    struct shop shop;
    shop_open(&shop);
    shop.ground.die_at = die_at;
    shop.ground.sent = sent;
    *ret_end = memory_copy(live(&shop));
    size_t calls = shop.ground.calls;
    assert_true(calls >= die_at);
    shop_close(&shop);
    return calls;
}

static void test_deaths(void **state)
{
    (void)state;
    errand_die_at_each(live_and_die, 15);
}

/* ------------------------------------------------------------------ edits and refusals */

/* A draft with prices of its own: what is not edited stays, and what is keeps the rest. */
static void test_price_edits(void **state)
{
    (void)state;
    struct shop shop;
    struct errand errand;
    shop_open(&shop);
    static const struct errand_wish made[] = {COMMON,
                                              BY,
                                              {"pricing", "plan_price"},
                                              {"prices", INGESTION_STANDARD
                                               "/P1M=90\x1f" INGESTION_STANDARD
                                               "/P1Y=900\x1f" INGESTION_SEATS
                                               "/P1M=18\x1f" INGESTION_SEATS "/P1Y=180"},
                                              {"usage_prices", INGESTION_STANDARD "/events=0.001"}};
    assert_int_equal(act(&shop, ACTION_CREATE, NULL, made, COUNT(made), &errand), DONE);
    const char *id = errand_made_id(&errand);
    /* Only a discount: the priced items stay with their prices. */
    struct json *before = json_clone(shop.drive.arena, json_get(shown(&shop, id), "pricing"));
    assert_int_equal(before->count, 2);
    static const struct errand_wish title[] = {{"title", "Another name"}};
    assert_int_equal(act(&shop, ACTION_UPDATE, id, title, 1, &errand), DONE);
    assert_true(json_equal(before, json_get(shown(&shop, id), "pricing")));
    /* One price: the other plan's, and the meter's, stay. */
    static const struct errand_wish price[] = {{"prices", INGESTION_STANDARD
                                                "/P1M=90\x1f" INGESTION_STANDARD
                                                "/P1Y=900\x1f" INGESTION_SEATS
                                                "/P1M=17\x1f" INGESTION_SEATS "/P1Y=180"}};
    assert_int_equal(act(&shop, ACTION_UPDATE, id, price, 1, &errand), DONE);
    assert_int_equal(json_get(shown(&shop, id), "pricing")->count, 2);
    for (size_t i = 0; i < 2; i++) {
        const struct json *item = json_get(shown(&shop, id), "pricing")->items[i];
        bool seats = strstr(json_get_text(item, "plan"), INGESTION_SEATS) != NULL;
        assert_int_equal(azure_market_get(&shop.drive, "%s", json_get_text(item, "priceDetails")),
                         200);
        const struct json *terms = json_find(shop.drive.answer, "pricing.recurrentPrice.prices");
        assert_string_equal(json_get_text(json_at(terms, 0), "pricePerPaymentInUsd"),
                            seats ? "17" : "90");
        assert_int_equal(terms->count, 2);
        if (!seats)
            assert_string_equal(
                azure_market_text(&shop.drive,
                                  "pricing.customMeters.meters.events.pricePerPaymentInUsd"),
                "0.001");
    }
    /* What the plan has not cannot be added. */
    static const struct errand_wish other[] = {{"prices", INGESTION_STANDARD "/P3Y=17"}};
    assert_int_equal(act(&shop, ACTION_UPDATE, id, other, 1, &errand), FAILED);
    assert_int_equal(errand.error.class, ERROR_REFUSED);
    assert_non_null(strstr(errand.error.message, "has P1M, too, now at 90: name all of them"));
    static const struct errand_wish more[] = {{"prices", INGESTION_STANDARD
                                               "/P1M=17\x1f" INGESTION_STANDARD
                                               "/P1Y=17\x1f" INGESTION_STANDARD "/P3Y=17"}};
    assert_int_equal(act(&shop, ACTION_UPDATE, id, more, 1, &errand), FAILED);
    assert_non_null(strstr(errand.error.message, "has no term P3Y"));
    shop_close(&shop);
}

/* Nothing is written over an edit that was not planned on, and nothing of what is not owned goes.
 */
static void test_foreign_edits(void **state)
{
    (void)state;
    struct shop shop;
    struct errand errand;
    shop_open(&shop);
    assert_int_equal(
        act(&shop, ACTION_CREATE, NULL, forms[5].wishes, COUNT(forms[5].wishes), &errand), DONE);
    const char *id = errand_made_id(&errand), *old = errand.context.after->version;
    assert_int_equal(
        drive_control(&shop.drive, "azure/edit-offer",
                      arena_printf(shop.drive.arena,
                                   "{'id':'%s','path':'beneficiaries[0].beneficiaryRecipients',"
                                   "'value':[{'id':'7e2d8b51-48b4-4f80-af80-000000000001',"
                                   "'recipientType':'cspCustomer'}]}",
                                   id)),
        200);
    static const struct errand_wish wishes[] = {{"title", "Margin"},
                                                {"discounts", INGESTION_STANDARD "=22.5"}};
    errand_new(&shop.ground, &errand, ACTION_UPDATE, id, wishes, COUNT(wishes));
    errand.change.version = old;
    assert_int_equal(errand_settle(&shop.ground, &errand), STALE);
    assert_int_equal(act(&shop, ACTION_UPDATE, id, wishes, COUNT(wishes), &errand), DONE);
    const struct json *offer = shown(&shop, id);
    assert_string_equal(json_get_text(offer, "name"), "Margin");
    assert_non_null(json_find(offer, "beneficiaries[0].beneficiaryRecipients[0].id"));
    assert_string_equal(json_text(json_find(offer, "pricing[0].discountPercentage")), "22.5");
    /* Published behind our back: only drafts are edited. */
    assert_int_equal(act(&shop, ACTION_PUBLISH, id, NULL, 0, &errand), DONE);
    static const struct errand_wish late[] = {{"title", "Too late"}};
    assert_int_equal(act(&shop, ACTION_UPDATE, id, late, 1, &errand), FAILED);
    shop_close(&shop);
}

/* The seller's part of an offer that another publisher made. */
static void test_seller(void **state)
{
    (void)state;
    struct shop shop;
    struct errand errand;
    shop_open_with(&shop, 9);
    assert_int_equal(azure_market_get(&shop.drive, "private-offer/query"), 200);
    const char *id = arena_copy(shop.drive.arena,
                                azure_market_bare(azure_market_text(&shop.drive, "value[8].id")));
    assert_string_equal(record_get(record_of(&shop, id), "form"), "channel");
    static const struct errand_wish wishes[] = {{"markup", "1.5"},
                                                {"prepared_by", "sales@reseller.example"}};
    assert_int_equal(act(&shop, ACTION_UPDATE, id, wishes, COUNT(wishes), &errand), DONE);
    assert_string_equal(errand_field(&errand, "markup"), "1.5");
    assert_int_equal(act(&shop, ACTION_PUBLISH, id, NULL, 0, &errand), DONE);
    assert_string_equal(errand_field(&errand, "state"), "open");
    shop_close(&shop);
}

/* A renewal names the old offer, and waits for its end. */
static void test_upgrade(void **state)
{
    (void)state;
    struct shop shop;
    struct errand errand;
    shop_open(&shop);
    assert_int_equal(
        act(&shop, ACTION_CREATE, NULL, forms[0].wishes, COUNT(forms[0].wishes), &errand), DONE);
    const char *old = errand_made_id(&errand);
    struct errand_wish wishes[] = {{"title", "Renewal for Northwind"},
                                   {"form", "replacement"},
                                   {"replaces", old},
                                   {"start_date", "2027-02-01"},
                                   {"end_date", "2028-01-31"},
                                   {"expires", "2027-01-31"},
                                   {"notify", "deals@contoso.com"},
                                   {"buyer_accounts", INGESTION_ACCOUNT},
                                   {"product", INGESTION_SAAS},
                                   BY,
                                   {"pricing", "discount"},
                                   {"discounts", INGESTION_STANDARD "=20"}};
    assert_int_equal(act(&shop, ACTION_CREATE, NULL, wishes, COUNT(wishes), &errand), FAILED);
    assert_non_null(strstr(errand.error.message, "only one that was accepted can be renewed"));
    assert_int_equal(act(&shop, ACTION_PUBLISH, old, NULL, 0, &errand), DONE);
    assert_int_equal(drive_control(&shop.drive, "azure/accept-offer",
                                   arena_printf(shop.drive.arena, "{'id':'%s'}", old)),
                     200);
    wishes[3].value = "2027-01-31";
    assert_int_equal(act(&shop, ACTION_CREATE, NULL, wishes, COUNT(wishes), &errand), FAILED);
    assert_non_null(strstr(errand.error.message, "set start_date"));
    wishes[3].value = "2027-02-01";
    assert_int_equal(act(&shop, ACTION_CREATE, NULL, wishes, COUNT(wishes), &errand), DONE);
    assert_string_equal(errand_field(&errand, "replaces"), old);
    assert_string_equal(
        json_text(json_find(shown(&shop, errand_made_id(&errand)), "upgradedFrom.name")), TITLE);
    shop_close(&shop);
}

/* Drafts that an attempt may have left are taken up, and never guessed between. */
static void test_twins(void **state)
{
    (void)state;
    struct shop shop;
    struct errand errand;
    shop_open(&shop);
    assert_int_equal(
        act(&shop, ACTION_CREATE, NULL, forms[0].wishes, COUNT(forms[0].wishes), &errand), DONE);
    const char *first = errand_made_id(&errand);
    assert_int_equal(
        act(&shop, ACTION_CREATE, NULL, forms[0].wishes, COUNT(forms[0].wishes), &errand), DONE);
    assert_string_equal(errand_made_id(&errand), first);
    assert_int_equal(offers_named(&shop, TITLE), 1);
    /* The same once more, by another hand. */
    const char *twin =
        azure_market_create(&shop.drive, azure_market_offer(&shop.drive, "state", "'draft'"));
    twin = arena_copy(shop.drive.arena, twin);
    static const char *const edits[][2] = {{"name", TITLE}, {"notes", "By hand [CRM-1]"}};
    for (size_t i = 0; i < COUNT(edits); i++)
        assert_int_equal(
            drive_control(&shop.drive, "azure/edit-offer",
                          arena_printf(shop.drive.arena, "{'id':'%s','path':'%s','value':'%s'}",
                                       twin, edits[i][0], edits[i][1])),
            200);
    assert_int_equal(
        act(&shop, ACTION_CREATE, NULL, forms[0].wishes, COUNT(forms[0].wishes), &errand), FAILED);
    assert_string_equal(errand.error.vendor_code, AZURE_OFFER_TWINS);
    assert_string_equal(connector_refusal(&azure_offers, &errand.error, ""), "OFR-031");
    shop_close(&shop);
}

/* What a failed job becomes. */
static void test_refusals(void **state)
{
    (void)state;
    static const struct {
        struct errand_wish wish;
        const char *code;
    } cases[] = {
        {{"product", INGESTION_DRAFT}, "OFR-030"},
        {{"product", "00000000-0000-4000-8000-000000000000"}, "OFR-029"},
        {{"end_date", "2026-02-27"}, "OFR-027"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct shop shop;
        struct errand errand;
        struct errand_wish wishes[] = {{"title", TITLE},          {"end_date", "2027-01-31"},
                                       {"expires", "2026-02-28"}, {"product", INGESTION_SAAS},
                                       {"pricing", "discount"},   {"discounts", "all=10"}};
        shop_open(&shop);
        for (size_t j = 0; j < COUNT(wishes); j++)
            if (text_equal(wishes[j].name, cases[i].wish.name))
                wishes[j] = cases[i].wish;
        assert_int_equal(act(&shop, ACTION_CREATE, NULL, wishes, COUNT(wishes), &errand), FAILED);
        assert_int_equal(errand.error.class, ERROR_REFUSED);
        if (strcmp(connector_refusal(&azure_offers, &errand.error, ""), cases[i].code) != 0)
            fail_msg("%s: %s", cases[i].code, errand.error.vendor_code);
        shop_close(&shop);
    }
}

/* An accepted offer cannot be taken back, and says so; a draft need not be. */
static void test_too_late(void **state)
{
    (void)state;
    struct shop shop;
    struct errand errand;
    shop_open(&shop);
    assert_int_equal(
        act(&shop, ACTION_CREATE, NULL, forms[0].wishes, COUNT(forms[0].wishes), &errand), DONE);
    const char *id = errand_made_id(&errand);
    assert_int_equal(act(&shop, ACTION_CANCEL, id, NULL, 0, &errand), FAILED);
    assert_non_null(strstr(errand.error.message, "is a draft"));
    assert_int_equal(act(&shop, ACTION_PUBLISH, id, NULL, 0, &errand), DONE);
    /* Accepted after it was planned: the eTag has moved. */
    errand_new(&shop.ground, &errand, ACTION_CANCEL, id, NULL, 0);
    errand.change.version = record_of(&shop, id)->version;
    assert_int_equal(drive_control(&shop.drive, "azure/accept-offer",
                                   arena_printf(shop.drive.arena, "{'id':'%s'}", id)),
                     200);
    assert_int_equal(errand_settle(&shop.ground, &errand), STALE);
    assert_int_equal(act(&shop, ACTION_CANCEL, id, NULL, 0, &errand), FAILED);
    assert_string_equal(connector_refusal(&azure_offers, &errand.error, ""), "OFR-028");
    shop_close(&shop);
}

/* Taken back to be published anew, and then the product is locked: that is said, not hidden. */
static void test_half_extended(void **state)
{
    (void)state;
    static const struct errand_wish later[] = {{"expires", "2026-03-31"}};
    struct shop shop;
    struct errand errand;
    shop_open(&shop);
    assert_int_equal(
        act(&shop, ACTION_CREATE, NULL, forms[0].wishes, COUNT(forms[0].wishes), &errand), DONE);
    const char *id = errand_made_id(&errand);
    assert_int_equal(act(&shop, ACTION_PUBLISH, id, NULL, 0, &errand), DONE);
    assert_int_equal(
        drive_control(&shop.drive, "azure/lock", "{'product':'" INGESTION_SAAS "','hours':72}"),
        200);
    assert_int_equal(act(&shop, ACTION_EXTEND, id, later, COUNT(later), &errand), FAILED);
    assert_int_equal(errand.error.class, ERROR_REFUSED);
    assert_non_null(strstr(errand.error.message, "was taken back, but could not be published"));
    /* A draft that is locked waits instead: nothing was lost. */
    static const struct errand_wish edit[] = {{"discounts", INGESTION_STANDARD "=15"}};
    errand_new(&shop.ground, &errand, ACTION_UPDATE, id, edit, COUNT(edit));
    errand.change.version = record_of(&shop, id)->version;
    assert_int_equal(errand_run(&shop.ground, &errand), OVER);
    assert_int_equal(errand.error.class, ERROR_TEMPORARY);
    shop_close(&shop);
}

/* A signed link goes to the service and nowhere else; a name leads to no other file. */
static void test_papers(void **state)
{
    (void)state;
    static const struct {
        const char *name, *content, *error; /* content NULL: no such file; error NULL: it is sent */
    } cases[] = {
        {"terms.url", "https://s.example/terms.pdf?sig=abc\n", NULL},
        {"none.url", NULL, "none.url"},
        {"plain.url", "http://s.example/terms.pdf", "does not hold one link"},
        {"two.url", "https://a.example/\nhttps://b.example/", "does not hold one link"},
        {"../papers", NULL, "is no file's name"},
        {".hidden", "https://s.example/terms.pdf?sig=abc", "is no file's name"},
    };
    char folder[96];
    folder_make(folder, sizeof folder, "papers");
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct shop shop;
        struct errand errand;
        struct errand_wish wishes[] = {COMMON, DISCOUNT, {"documents", cases[i].name}};
        const struct setting setting = {.name = "document_links", .text = folder, .given = true};
        shop_open(&shop);
        FILE *file =
            cases[i].content
                ? fopen(arena_printf(shop.drive.arena, "%s/%s", folder, cases[i].name), "w")
                : NULL;
        if (file) {
            fputs(cases[i].content, file);
            fclose(file);
        }
        assert_int_equal(act(&shop, ACTION_CREATE, NULL, wishes, COUNT(wishes), &errand), FAILED);
        assert_non_null(strstr(errand.error.message, "document_links"));
        shop.settings = (struct settings){.items = &setting, .count = 1};
        enum outcome outcome = act(&shop, ACTION_CREATE, NULL, wishes, COUNT(wishes), &errand);
        assert_int_equal(outcome, cases[i].error ? FAILED : DONE);
        if (cases[i].error) {
            assert_int_equal(errand.error.class, ERROR_REFUSED);
            if (!strstr(errand.error.message, cases[i].error))
                fail_msg("%s: %s", cases[i].name, errand.error.message);
            assert_null(strstr(errand.error.message, "sig="));
        } else {
            assert_null(strstr(errand.context.after->raw, "sig="));
        }
        shop_close(&shop);
    }
    folder_remove(folder);
}

/* What was refused is tried again when the file is another one. */
static void test_beside(void **state)
{
    (void)state;
    static const char *const contents[] = {"http://s.example/terms.pdf",
                                           "https://s.example/terms.pdf?sig=abc"};
    struct shop shop;
    struct errand errand;
    struct errand_wish wishes[] = {COMMON, DISCOUNT, {"documents", "terms.url"}};
    char folder[96];
    folder_make(folder, sizeof folder, "papers");
    const struct setting setting = {.name = "document_links", .text = folder, .given = true};
    shop_open(&shop);
    shop.settings = (struct settings){.items = &setting, .count = 1};
    errand_new(&shop.ground, &errand, ACTION_CREATE, NULL, wishes, COUNT(wishes));
    const char *last = azure_offers.beside(&shop.cloud, shop.drive.arena, &errand.change, NULL);
    assert_string_equal(last, "terms.url:0:0");
    for (size_t i = 0; i < COUNT(contents); i++) {
        FILE *file = fopen(arena_printf(shop.drive.arena, "%s/terms.url", folder), "w");
        assert_non_null(file);
        fputs(contents[i], file);
        fclose(file);
        const char *now = azure_offers.beside(&shop.cloud, shop.drive.arena, &errand.change, NULL);
        assert_string_not_equal(now, last);
        assert_null(strstr(now, "sig="));
        last = now;
    }
    errand_new(&shop.ground, &errand, ACTION_CREATE, NULL, wishes, COUNT(wishes) - 1);
    assert_null(azure_offers.beside(&shop.cloud, shop.drive.arena, &errand.change, NULL));
    shop_close(&shop);
    folder_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forms),       cmocka_unit_test(test_deaths),
        cmocka_unit_test(test_price_edits), cmocka_unit_test(test_foreign_edits),
        cmocka_unit_test(test_seller),      cmocka_unit_test(test_upgrade),
        cmocka_unit_test(test_twins),       cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_too_late),    cmocka_unit_test(test_half_extended),
        cmocka_unit_test(test_papers),      cmocka_unit_test(test_beside),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
