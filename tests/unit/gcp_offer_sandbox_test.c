/* The procedures of private offers at Google against the sandbox, which refuses what the service
 * refuses: every kind of price from draft to its end, and killed at each call, before it is sent
 * and before its answer came. */
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
#include "connectors/document.h"
#include "connectors/gcp/offer_steps.h"
#include "tests/sandbox/gcp/goods.h"
#include "tests/support/errand.h"
#include "tests/support/folder.h"
#include "tests/support/gcp_drive.h"

#define HOST  "http://127.0.0.1:8080"
#define TITLE "Sandbox DB for Northwind"
#define BUYER "012345-567890-ABCDEF"

struct shop {
    struct drive drive;
    struct setting items[1];
    struct settings settings;
    const char *token;
    struct cloud cloud;
    struct ground ground;
    char folder[96];
    bool deaf; /* the answer to the next write gets lost */
};

static bool carry(void *context, const struct http_request *request,
                  struct http_response *ret_response)
{
    struct shop *shop = context;
    assert_true(text_starts(request->url, HOST));
    int status = gcp_drive_call(&shop->drive, shop->token, request->method,
                                request->url + strlen(HOST), request->body);
    *ret_response = (struct http_response){.status = status,
                                           .body = shop->drive.response.body,
                                           .body_length = shop->drive.response.body_length};
    bool lost = shop->deaf && strcmp(request->method, "GET") != 0;
    shop->deaf = shop->deaf && !lost;
    return status && !lost;
}

static void put_file(const struct shop *shop, const char *name, const char *content)
{
    char path[160];
    snprintf(path, sizeof path, "%s/%s", shop->folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(content, file);
    fclose(file);
}

static void shop_open(struct shop *shop)
{
    memset(shop, 0, sizeof *shop);
    drive_start(&shop->drive, &(struct sandbox_options){.rate = 100});
    folder_make(shop->folder, sizeof shop->folder, "gcp-offer-sandbox");
    put_file(shop, "eula.pdf", "%PDF-1.7 what holds");
    put_file(shop, "work.pdf", "%PDF-1.7 what is done");
    shop->items[0] = (struct setting){.name = "documents", .text = shop->folder, .given = true};
    shop->settings = (struct settings){shop->items, COUNT(shop->items)};
    shop->token =
        arena_copy(shop->drive.arena, gcp_drive_token(&shop->drive, "cloud-platform", NULL));
    assert_string_not_equal(shop->token, "");
    shop->cloud = (struct cloud){.arena = shop->drive.arena,
                                 .settings = &shop->settings,
                                 .project = GCP_PROJECT,
                                 .poll_ms = 30000,
                                 .patience_ms = 240000};
    for (size_t i = 0; i < GCP_SURFACES; i++) /* the first one only is called */
        shop->cloud.bases[i] = HOST "/v1beta/";
    shop->ground = (struct ground){.arena = shop->drive.arena,
                                   .fake = &shop->drive.fake,
                                   .cloud = &shop->cloud,
                                   .kind = &gcp_offers,
                                   .call_ms = 300,
                                   .runs = 20,
                                   .carry = carry,
                                   .judge = gcp_judge,
                                   .context = shop};
}

static void shop_close(struct shop *shop)
{
    folder_remove(shop->folder);
    drive_stop(&shop->drive);
}

/* ------------------------------------------------------------------ what there is */

static int ask(struct shop *shop, const char *path)
{
    return gcp_drive_call(
        &shop->drive, shop->token, "GET",
        arena_printf(shop->drive.arena,
                     "/v1beta/projects/" GCP_PROJECT "/locations/" GCP_LOCATION "/%s", path),
        NULL);
}

static const struct json *shown(struct shop *shop, const char *id)
{
    assert_non_null(id);
    assert_int_equal(ask(shop, arena_printf(shop->drive.arena,
                                            "privateOffers/%s?view=PRIVATE_OFFER_VIEW_FULL", id)),
                     200);
    return shop->drive.answer;
}

static struct record *record_of(struct shop *shop, const char *id)
{
    struct arena *arena = shop->drive.arena;
    return gcp_offer_record(
        arena, gcp_offer_document(&shop->cloud, arena, shown(shop, id), NULL, NULL, NULL), NULL,
        NULL);
}

static size_t offers_named(struct shop *shop, const char *title)
{
    size_t count = 0;
    assert_int_equal(drive_control(&shop->drive, "gcp/offers", NULL), 200);
    const struct json *list = json_get(shop->drive.answer, "offers");
    for (size_t i = 0; i < list->count; i++)
        count += text_equal(json_get_text(list->items[i], "title"), title);
    return count;
}

static void control(struct shop *shop, const char *name, const char *body)
{
    if (drive_control(&shop->drive, arena_printf(shop->drive.arena, "gcp/%s", name), body) != 200)
        fail_msg("%s: %s", name, shop->drive.response.body);
}

static enum outcome act(struct shop *shop, enum action action, const char *id,
                        const struct errand_wish *wishes, size_t count, struct errand *ret_errand)
{
    errand_new(&shop->ground, ret_errand, action, id, wishes, count);
    if (id)
        ret_errand->change.version = record_of(shop, id)->version;
    shop->cloud.location = NULL; /* a new process */
    enum outcome outcome = errand_settle(&shop->ground, ret_errand);
    shop->cloud.location = GCP_LOCATION;
    return outcome;
}

/* ------------------------------------------------------------------ kinds of prices */

#define WHO                                                                                        \
    {"title", TITLE}, {"deal_type", "new"}, {"buyer_accounts", BUYER}, {"company", "Northwind"},   \
        {"buyer_contact", "Procurement"}, {"buyer_email", "buyer@northwind.example"},              \
        {"prepared_by", "desk@partner.example"}, {"prepared_by_name", "Deal Desk"},                \
        {"expires", "2026-02-28"}, /* the sandbox begins on 2026-01-01 */                          \
    {                                                                                              \
        "note", "Ask Ann"                                                                          \
    }
#define OF(service, standard)                                                                      \
    {"product", service},                                                                          \
    {                                                                                              \
        "plan", standard                                                                           \
    }
#define DB    OF(GCP_SERVICE_DB, GCP_STANDARD_DB)
#define METER OF(GCP_SERVICE_METER, GCP_STANDARD_METER)
#define YEARLY                                                                                     \
    {"payment_period", "P1Y"},                                                                     \
    {                                                                                              \
        "duration", "P12M"                                                                         \
    }
#define EULA                                                                                       \
    {                                                                                              \
        "eula", "standard"                                                                         \
    }

static const struct form {
    const char *title;
    struct errand_wish wishes[24];
} forms[] = {
    {"a flat fee with usage",
     {WHO,
      DB,
      YEARLY,
      EULA,
      {"pricing", "fixed_usage"},
      {"prices", "flat_fee=48000.5"},
      {"discounts", GCP_SKU_DB_USAGE "=20\x1f"
                                     "all=12.5"},
      {"renewals", "2"},
      {"buyer_note", "Thank you"},
      {"features", "Support: 24x7\x1fSSO"}}},
    {"a flat fee, by the month and prorated",
     {WHO,
      OF(GCP_SERVICE_DB, GCP_STANDARD_DB_TEAM),
      EULA,
      {"payment_period", "P1M"},
      {"proration", "yes"},
      {"duration", "P6M"},
      {"pricing", "fixed"},
      {"prices", "flat_fee=100"},
      {"start_date", "2026-03-15"}}},
    {"instalments of its own",
     {WHO,
      DB,
      {"eula", "eula.pdf"},
      {"pricing", "fixed"},
      {"schedule", "2026-04-01=100\x1f"
                   "2026-11-02=0.01"},
      {"start_date", "2026-04-01"},
      {"end_date", "2027-03-31"}}},
    {"instalments from the acceptance on",
     {WHO,
      METER,
      EULA,
      {"pricing", "commitment"},
      {"schedule", "2026-11-02=200\x1fstart=100"},
      {"credits", "2026-11-02=5.25"},
      {"lapses", "2026-11-02"},
      {"discounts", "2026-11-02/commitment=20\x1fstart/commitment=10"},
      {"duration", "P12M"}}},
    {"usage only",
     {WHO,
      METER,
      EULA,
      {"duration", "P12M"},
      {"pricing", "usage"},
      {"discounts", GCP_SKU_ROWS "=7.25\x1f"
                                 "all=10"},
      {"additional_value", "1000.00 USD"},
      {"additional_skus", GCP_SKU_ROWS}}},
    {"a commitment",
     {WHO,
      METER,
      EULA,
      {"duration", "P12M"},
      {"payment_period", "P3M"},
      {"pricing", "commitment"},
      {"prices", "commitment=1000"},
      {"discounts", "commitment=10"}}},
    {"a commitment with all usage discounted",
     {WHO,
      METER,
      EULA,
      {"duration", "P12M"},
      {"payment_period", "P1M"},
      {"proration", "no"},
      {"pricing", "commitment_usage"},
      {"prices", "commitment=1000"},
      {"discounts", "all=10"}}},
    {"services that people render",
     {WHO,
      OF(GCP_SERVICE_ADVICE, GCP_STANDARD_ADVICE),
      {"documents", "work.pdf"},
      {"pricing", "fixed"},
      {"schedule", "start=500"},
      {"duration", "P3M"}}},
};

/* What was wanted is what is there, and what the rules let through is taken. */
static void check_form(const struct form *form)
{
    struct shop shop;
    struct errand errand;
    shop_open(&shop);
    errand_allowed(&shop.ground, form->wishes, COUNT(form->wishes));
    assert_int_equal(act(&shop, ACTION_CREATE, NULL, form->wishes, COUNT(form->wishes), &errand),
                     DONE);
    assert_string_equal(errand_field(&errand, "state"), "draft");
    for (size_t i = 0; i < COUNT(form->wishes) && form->wishes[i].name; i++) {
        const struct remote_field *field = connector_field(&gcp_offers, form->wishes[i].name);
        if (field->flags & REMOTE_READ &&
            strcmp(errand_field(&errand, field->field), form->wishes[i].value) != 0)
            fail_msg("%s: %s is \"%s\"", form->title, field->field,
                     errand_field(&errand, field->field));
    }
    assert_string_equal(errand_field(&errand, "partner_reference"), "CRM-1");
    const char *id = errand_made_id(&errand);
    if (act(&shop, ACTION_PUBLISH, id, NULL, 0, &errand) != DONE)
        fail_msg("%s: %s", form->title, errand.error.message);
    assert_string_equal(errand_field(&errand, "state"), "open");
    assert_string_not_equal(errand_field(&errand, "revenue_share"), "");
    static const struct errand_wish why[] = {{"cancel_reason", "Other budget"}};
    assert_int_equal(act(&shop, ACTION_CANCEL, id, why, 1, &errand), DONE);
    assert_string_equal(errand_field(&errand, "state"), "cancelled");
    assert_string_equal(errand_field(&errand, "cancel_reason"), "Other budget");
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

/* The life of an offer in five changes; whenever it dies, the same comes of it. */
static const char *live(struct shop *shop)
{
    static const struct errand_wish more[] = {{"prices", "flat_fee=50000"}, {"note", "Ask Bo"}};
    static const struct errand_wish later[] = {{"expires", "2026-03-15"}};
    struct errand errand;
    assert_int_equal(
        act(shop, ACTION_CREATE, NULL, forms[0].wishes, COUNT(forms[0].wishes), &errand), DONE);
    const char *id = errand_made_id(&errand);
    assert_int_equal(act(shop, ACTION_UPDATE, id, more, COUNT(more), &errand), DONE);
    assert_int_equal(act(shop, ACTION_PUBLISH, id, NULL, 0, &errand), DONE);
    assert_int_equal(act(shop, ACTION_EXTEND, id, later, COUNT(later), &errand), DONE);
    assert_string_equal(errand_field(&errand, "expires"), "2026-03-15");
    assert_string_equal(errand_field(&errand, "state"), "open");
    assert_int_equal(act(shop, ACTION_CANCEL, id, NULL, 0, &errand), DONE);
    assert_int_equal(offers_named(shop, TITLE), 1);
    struct json *offer = json_clone(shop->drive.arena, shown(shop, id));
    static const char *const moving[] = {"name",        "createTime", "updateTime",
                                         "publishTime", "cancelTime", "internalNote"};
    for (size_t i = 0; i < COUNT(moving); i++)
        json_remove(offer, moving[i]);
    assert_int_equal(ask(shop, arena_printf(shop->drive.arena, "privateOffers/%s/documents", id)),
                     200);
    const struct json *papers = json_get(shop->drive.answer, "privateOfferDocuments");
    assert_int_equal(papers->count, 1);
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
    errand_die_at_each(live_and_die, 20);
}

/* ------------------------------------------------------------------ other contracts */

/* What the row names has changed since the draft was made: whenever it dies, the offer goes out
 * with the one contract that the row names now. */
static const struct turn {
    const char *title, *before, *after, *type, *content;
} turns[] = {
    {"a file for the standard contract", "standard", "eula.pdf",
     "CUSTOM_END_USER_LICENSE_AGREEMENT", "JVBERi0xLjcgd2hhdCBob2xkcw=="},
    {"the standard contract for a file", "eula.pdf", "standard",
     "STANDARD_END_USER_LICENSE_AGREEMENT_V2", ""},
    {"another file", "work.pdf", "eula.pdf", "CUSTOM_END_USER_LICENSE_AGREEMENT",
     "JVBERi0xLjcgd2hhdCBob2xkcw=="},
    {"nothing new", "eula.pdf", "eula.pdf", "CUSTOM_END_USER_LICENSE_AGREEMENT",
     "JVBERi0xLjcgd2hhdCBob2xkcw=="},
    {"a row that says nothing", "work.pdf", NULL, "CUSTOM_END_USER_LICENSE_AGREEMENT",
     "JVBERi0xLjcgd2hhdCBpcyBkb25l"},
};

/* The only document of the offer must be the turn's. */
static void check_contract(struct shop *shop, const char *id, const struct turn *turn)
{
    struct arena *arena = shop->drive.arena;
    assert_int_equal(ask(shop, arena_printf(arena, "privateOffers/%s/documents", id)), 200);
    const struct json *papers = json_get(shop->drive.answer, "privateOfferDocuments");
    assert_int_equal(papers ? papers->count : 0, 1);
    const char *content = json_get_text(papers->items[0], "inlineContent");
    assert_string_equal(json_get_text(papers->items[0], "documentType"), turn->type);
    assert_string_equal(content ? content : "", turn->content);
}

static size_t take_turn(const struct turn *turn, size_t die_at, bool sent, bool deaf)
{
    struct shop shop;
    struct errand errand;
    struct errand_wish wishes[COUNT(forms[0].wishes)];
    const struct errand_wish now[] = {{"eula", turn->after}};
    memcpy(wishes, forms[0].wishes, sizeof wishes);
    for (size_t i = 0; i < COUNT(wishes) && wishes[i].name; i++)
        if (!strcmp(wishes[i].name, "eula"))
            wishes[i].value = turn->before;
    shop_open(&shop);
    assert_int_equal(act(&shop, ACTION_CREATE, NULL, wishes, COUNT(wishes), &errand), DONE);
    const char *id = errand_made_id(&errand);
    size_t before = shop.ground.calls;
    shop.ground.die_at = die_at ? before + die_at : 0;
    shop.ground.sent = sent;
    shop.deaf = deaf;
    assert_int_equal(act(&shop, ACTION_PUBLISH, id, now, turn->after ? 1 : 0, &errand), DONE);
    assert_string_equal(errand_field(&errand, "state"), "open");
    check_contract(&shop, id, turn);
    size_t calls = shop.ground.calls - before;
    shop_close(&shop);
    return calls;
}

static void test_turns(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(turns); i++) {
        print_message("  %s\n", turns[i].title);
        size_t calls = take_turn(&turns[i], 0, false, false);
        take_turn(&turns[i], 0, false, true);
        for (size_t at = 1; at <= calls; at++) {
            take_turn(&turns[i], at, false, false);
            take_turn(&turns[i], at, true, false);
        }
    }
}

/* A person attached another contract while the change lay in the journal: the later run looks. */
static void test_meddled(void **state)
{
    (void)state;
    struct shop shop;
    struct errand errand;
    static const struct errand_wish now[] = {{"eula", "standard"}};
    shop_open(&shop);
    assert_int_equal(
        act(&shop, ACTION_CREATE, NULL, forms[2].wishes, COUNT(forms[2].wishes), &errand), DONE);
    const char *id = errand_made_id(&errand);
    errand_new(&shop.ground, &errand, ACTION_PUBLISH, id, now, 1);
    errand.change.version = record_of(&shop, id)->version;
    shop.ground.die_at = shop.ground.calls + 4; /* location, get, list, delete */
    shop.ground.sent = true;
    shop.cloud.location = NULL;
    assert_int_equal(errand_run(&shop.ground, &errand), DIED);
    shop.cloud.location = GCP_LOCATION;
    assert_int_equal(
        gcp_drive_call(&shop.drive, shop.token, "POST",
                       arena_printf(shop.drive.arena,
                                    "/v1beta/projects/" GCP_PROJECT "/locations/" GCP_LOCATION
                                    "/privateOffers/%s/documents",
                                    id),
                       "{\"documentType\":\"CUSTOM_END_USER_LICENSE_AGREEMENT\",\"mimeType\":"
                       "\"application/pdf\",\"inlineContent\":\"JVBERi0=\"}"),
        200);
    assert_int_equal(errand_settle(&shop.ground, &errand), DONE);
    check_contract(&shop, id, &turns[1]);
    shop_close(&shop);
}

/* ------------------------------------------------------------------ others at work */

/* Nothing is written over an edit that was not planned on. */
static void test_foreign_edits(void **state)
{
    (void)state;
    struct shop shop;
    struct errand errand;
    static const struct errand_wish wishes[] = {{"company", "Northwind Ltd"}};
    shop_open(&shop);
    assert_int_equal(
        act(&shop, ACTION_CREATE, NULL, forms[0].wishes, COUNT(forms[0].wishes), &errand), DONE);
    const char *id = errand_made_id(&errand), *old = errand.context.after->version;
    fake_advance(&shop.drive.fake, 1000);
    control(&shop, "edit-offer",
            arena_printf(shop.drive.arena, "{'id':'%s','path':'title','value':'Theirs'}", id));
    errand_new(&shop.ground, &errand, ACTION_UPDATE, id, wishes, COUNT(wishes));
    errand.change.version = old;
    assert_int_equal(errand_settle(&shop.ground, &errand), STALE);
    assert_int_equal(act(&shop, ACTION_UPDATE, id, wishes, COUNT(wishes), &errand), DONE);
    assert_string_equal(errand_field(&errand, "company"), "Northwind Ltd");
    assert_string_equal(errand_field(&errand, "title"), "Theirs");
    assert_string_equal(errand_field(&errand, "prices"), "flat_fee=48000.5");
    shop_close(&shop);
}

/* What lacks is said by a try that publishes nothing. */
static void test_violations(void **state)
{
    (void)state;
    struct shop shop;
    struct errand errand;
    static const struct errand_wish wishes[] = {
        WHO, DB, {"pricing", "fixed"}, {"payment_period", "P1Y"}, {"duration", "P12M"}};
    shop_open(&shop);
    assert_int_equal(act(&shop, ACTION_CREATE, NULL, wishes, COUNT(wishes), &errand), DONE);
    const char *id = errand_made_id(&errand);
    assert_int_equal(act(&shop, ACTION_PUBLISH, id, NULL, 0, &errand), FAILED);
    assert_non_null(strstr(errand.error.message, "cannot be published yet"));
    assert_non_null(strstr(errand.error.message, "private_offer."));
    assert_string_equal(json_get_text(shown(&shop, id), "state"), "DRAFT");
    shop_close(&shop);
}

/* A review takes business days: the run ends, and a later one goes on. */
static void test_review(void **state)
{
    (void)state;
    struct shop shop;
    struct errand errand;
    shop_open(&shop);
    control(&shop, "review-offer", "{'mode':'always'}");
    assert_int_equal(
        act(&shop, ACTION_CREATE, NULL, forms[0].wishes, COUNT(forms[0].wishes), &errand), DONE);
    const char *id = errand_made_id(&errand);
    errand_new(&shop.ground, &errand, ACTION_PUBLISH, id, NULL, 0);
    errand.change.version = record_of(&shop, id)->version;
    assert_int_equal(errand_run(&shop.ground, &errand), LATER);
    assert_non_null(strstr(json_get_text(errand.progress, PROGRESS_NOTE), "reviews"));
    assert_string_equal(record_get(record_of(&shop, id), "state"), "publishing");
    assert_string_equal(record_get(record_of(&shop, id), "review"), "pending");
    assert_int_equal(errand_run(&shop.ground, &errand), LATER);
    control(&shop, "review-offer", arena_printf(shop.drive.arena, "{'id':'%s'}", id));
    assert_int_equal(errand_settle(&shop.ground, &errand), DONE);
    assert_string_equal(errand_field(&errand, "state"), "open");
    assert_string_equal(errand_field(&errand, "review"), "approved");
    shop_close(&shop);
}

/* A write whose answer gets lost is not made twice, nor is one that never was made taken for done.
 */
static void test_lost_answers(void **state)
{
    (void)state;
    struct shop shop;
    struct errand errand;
    shop_open(&shop);
    shop.deaf = true;
    assert_int_equal(
        act(&shop, ACTION_CREATE, NULL, forms[0].wishes, COUNT(forms[0].wishes), &errand), DONE);
    const char *id = errand_made_id(&errand);
    shop.deaf = true;
    static const struct errand_wish title[] = {{"company", "N"}};
    assert_int_equal(act(&shop, ACTION_UPDATE, id, title, 1, &errand), DONE);
    shop.deaf = true;
    assert_int_equal(act(&shop, ACTION_PUBLISH, id, NULL, 0, &errand), DONE);
    shop.deaf = true;
    assert_int_equal(act(&shop, ACTION_CANCEL, id, NULL, 0, &errand), DONE);
    assert_int_equal(offers_named(&shop, TITLE), 1);
    shop_close(&shop);
}

/* An order in force can only be amended; what amends it is named, not guessed. */
static void test_amendment(void **state)
{
    (void)state;
    struct shop shop;
    struct errand errand;
    shop_open(&shop);
    assert_int_equal(
        act(&shop, ACTION_CREATE, NULL, forms[0].wishes, COUNT(forms[0].wishes), &errand), DONE);
    const char *id = errand_made_id(&errand);
    assert_int_equal(act(&shop, ACTION_PUBLISH, id, NULL, 0, &errand), DONE);
    control(&shop, "accept-offer",
            arena_printf(shop.drive.arena, "{'id':'%s','signed_up':true}", id));
    const char *order = arena_copy(shop.drive.arena, drive_answer(&shop.drive, "entitlement"));
    if (*order) /* this product wants its orders approved */
        gcp_drive_call(
            &shop.drive, shop.token, "POST",
            arena_printf(shop.drive.arena, GCP_PROCUREMENT "/entitlements/%s:approve", order),
            "{}");
    assert_string_equal(record_get(record_of(&shop, id), "state"), "accepted");
    assert_int_equal(
        act(&shop, ACTION_CREATE, NULL, forms[0].wishes, COUNT(forms[0].wishes), &errand), FAILED);
    assert_string_equal(connector_refusal(&gcp_offers, &errand.error, ""), "OFR-013");
    assert_non_null(strstr(errand.error.message, id));
    struct errand_wish wishes[COUNT(forms[0].wishes) + 2];
    memcpy(wishes, forms[0].wishes, sizeof forms[0].wishes);
    size_t count = 0;
    while (wishes[count].name)
        count++;
    wishes[count++] = (struct errand_wish){"form", "replacement"};
    wishes[count++] = (struct errand_wish){"replaces", id};
    assert_int_equal(act(&shop, ACTION_CREATE, NULL, wishes, count, &errand), DONE);
    assert_string_equal(errand_field(&errand, "form"), "replacement");
    assert_string_equal(errand_field(&errand, "replaces"), id);
    assert_int_equal(act(&shop, ACTION_PUBLISH, errand_made_id(&errand), NULL, 0, &errand), DONE);
    shop_close(&shop);
}

/* A draft goes with its documents, if a person asks for it. */
static void test_delete(void **state)
{
    (void)state;
    struct shop shop;
    struct errand errand;
    static const struct errand_wish wishes[] = {{"state", "deleted"}};
    shop_open(&shop);
    assert_int_equal(
        act(&shop, ACTION_CREATE, NULL, forms[0].wishes, COUNT(forms[0].wishes), &errand), DONE);
    const char *id = errand_made_id(&errand);
    errand_new(&shop.ground, &errand, ACTION_CANCEL, id, wishes, 1);
    errand.change.asked_by = "agent offer cancel";
    errand.change.version = record_of(&shop, id)->version;
    assert_int_equal(errand_settle(&shop.ground, &errand), DONE);
    assert_true(errand.context.deleted);
    assert_int_equal(offers_named(&shop, TITLE), 0);
    shop_close(&shop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forms),         cmocka_unit_test(test_deaths),
        cmocka_unit_test(test_turns),         cmocka_unit_test(test_meddled),
        cmocka_unit_test(test_foreign_edits), cmocka_unit_test(test_violations),
        cmocka_unit_test(test_review),        cmocka_unit_test(test_lost_answers),
        cmocka_unit_test(test_amendment),     cmocka_unit_test(test_delete),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
