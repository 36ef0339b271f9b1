/* Google's marketplace in the sandbox: listings, lists and their parameters, documents, partial
 * answers, what one may not do, and that all of it outlives a restart. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/times.h"
#include "tests/sandbox/gcp/pacific.h"
#include "tests/support/folder.h"
#include "tests/support/gcp_market.h"

#define DAY_MS INT64_C(86400000)

static void start(struct drive *drive, size_t offers)
{
    drive_start(drive, &(struct sandbox_options){.rate = 100, .gcp_offers = offers});
}

static size_t count_of(const struct drive *drive, const char *member)
{
    const struct json *rows = json_get(drive->answer, member);
    return rows ? rows->count : 0;
}

/* ---- Listings. */
static void test_listings(void **state)
{
    (void)state;
    struct drive drive;
    start(&drive, 0);
    assert_int_equal(gcp_market_get(&drive, "/v1beta/projects/" GCP_PROJECT "/locations"), 200);
    assert_string_equal(drive_answer(&drive, "locations[0].locationId"), GCP_LOCATION);
    gcp_market_get(&drive, GCP_PRODUCER "/services");
    assert_int_equal(count_of(&drive, "services"), 4);
    assert_null(json_find(drive.answer, "services[0].title")); /* only where all is asked for */
    gcp_market_get(&drive, GCP_PRODUCER "/services/" GCP_SERVICE_DB "?view=SERVICE_VIEW_FULL");
    assert_string_equal(drive_answer(&drive, "title"), "Sandbox DB");
    gcp_market_get(&drive, GCP_PRODUCER "/services/" GCP_SERVICE_DB "/standardOffers");
    assert_int_equal(count_of(&drive, "standardOffers"), 4);
    assert_null(json_find(drive.answer, "standardOffers[0].serviceLevelTitle"));
    gcp_market_get(&drive,
                   GCP_PRODUCER "/services/" GCP_SERVICE_DB "/standardOffers/" GCP_STANDARD_DB
                                "?view=STANDARD_OFFER_VIEW_FULL");
    assert_string_equal(drive_answer(&drive, "serviceLevelTitle"), "Enterprise");
    assert_string_equal(drive_answer(&drive, "termDurationMonths"), "12");
    gcp_market_get(&drive, GCP_PRODUCER "/services/" GCP_SERVICE_DB "/skus");
    assert_int_equal(count_of(&drive, "skus"), 3);
    gcp_market_get(&drive, GCP_PRODUCER "/services/" GCP_SERVICE_DB "/skus/" GCP_SKU_DB_FEE);
    assert_int_equal(count_of(&drive, "skuPriceTimeline"), 2);
    gcp_market_get(&drive, GCP_PRODUCER "/skuGroups/" GCP_SKU_GROUP);
    assert_int_equal(count_of(&drive, "skus"), 2);
    assert_int_equal(count_of(&drive, "cloudBillingSkus"), 1);
    /* Id and number of the project are the same. */
    assert_int_equal(gcp_market_get(&drive, "/v1beta/projects/" GCP_PROJECT_NUMBER
                                            "/locations/" GCP_LOCATION "/skuGroups"),
                     200);
    /* Drift: somebody edits the listing in the portal. */
    assert_int_equal(gcp_market_control(&drive, "edit-listing",
                                        "{'id':'services/" GCP_SERVICE_DB "','path':'title',"
                                        "'value':'Sandbox Database'}"),
                     200);
    gcp_market_get(&drive, GCP_PRODUCER "/services/" GCP_SERVICE_DB "?view=SERVICE_VIEW_FULL");
    assert_string_equal(drive_answer(&drive, "title"), "Sandbox Database");
    drive_stop(&drive);
}

static void test_refused_reads(void **state)
{
    (void)state;
    static const struct {
        const char *target;
        int status;
    } cases[] = {
        {"/v1beta/projects/other/locations", 403},
        {"/v1beta/projects/" GCP_PROJECT "/locations/us/services", 404},
        {GCP_PRODUCER "/services/nothing", 404},
        {GCP_PRODUCER "/services/nothing/skus", 404},
        {GCP_PRODUCER "/services/" GCP_SERVICE_DB "?view=FULL", 400},
        {GCP_PRODUCER "/services?view=SERVICE_VIEW_FULL", 400},
        {GCP_PRODUCER "/services?pageSize=-1", 400},
        {GCP_PRODUCER "/services?pageToken=1-2", 400},
        {GCP_PRODUCER "/privateOffers?view=PRIVATE_OFFER_VIEW_FULL", 400},
        {GCP_PRODUCER "/privateOffers?filter=state%3DDRAFT", 400},
        {GCP_PRODUCER "/privateOffers?filter=update_time%3E2026-01-01T00:00:00Z", 400},
        {GCP_PRODUCER "/privateOffers?filter=update_time%3E%22yesterday%22", 400},
        {GCP_PRODUCER "/privateOffers?filter=updateTime%3E%222026-01-01T00:00:00Z%22", 400},
        {GCP_PRODUCER "/privateOffers?orderBy=title", 400},
        {GCP_PRODUCER "/privateOffers?orderBy=update_time%20up", 400},
        {GCP_PRODUCER "/privateOffers/nothing", 404},
        {GCP_PRODUCER "/privateOffers/nothing/documents", 404},
        {GCP_PRODUCER "/privateOffers:resolveAmendmentTarget", 400},
        {GCP_PRODUCER "/products", 404},
        {GCP_PRODUCER "/services?fields=services(name", 400},
        {GCP_PRODUCER "/privateOffers?fields=offers(name)", 400},
        {GCP_PRODUCER "/privateOffers?fields=privateOffers(name,titel)", 400},
        {GCP_PRODUCER "/privateOffers?fields=privateOffers(customer(mail))", 400},
        {GCP_PRODUCER "/privateOffers?fields=privateOffers/title/text", 400},
        {"/v1/providers/other/accounts", 403},
        {GCP_PROCUREMENT "/accounts?filter=x", 400},
        {GCP_PROCUREMENT "/accounts/E-1", 404},
        {GCP_PROCUREMENT "/entitlements/x", 404},
        {GCP_PROCUREMENT "/entitlements?filter=update_time%3D1", 400},
    };
    struct drive drive;
    start(&drive, 0);
    for (size_t i = 0; i < COUNT(cases); i++) {
        int status = gcp_market_get(&drive, "%s", cases[i].target);
        if (status != cases[i].status)
            fail_msg("%s: wanted %d, got %d: %s", cases[i].target, cases[i].status, status,
                     drive.response.body);
        assert_string_not_equal(drive_answer(&drive, "error.status"), "");
    }
    drive_stop(&drive);
}

/* ---- Lists of offers. */
static void test_list(void **state)
{
    (void)state;
    struct drive drive;
    start(&drive, 23);
    assert_int_equal(sandbox_gcp_offers(drive.sandbox), 23);
    assert_int_equal(sandbox_gcp_offer_duplicates(drive.sandbox), 0);
    /* In pages, each of them once. */
    const char *token = "", *middle = NULL;
    size_t seen = 0;
    do {
        gcp_market_get(&drive, GCP_MARKET_OFFERS "?orderBy=update_time&pageSize=10%s%s",
                       *token ? "&pageToken=" : "", token);
        seen += count_of(&drive, "privateOffers");
        if (!middle)
            middle = arena_copy(drive.arena, drive_answer(&drive, "privateOffers[9].updateTime"));
        assert_null(json_find(drive.answer, "privateOffers[0].customer"));
        assert_null(json_find(drive.answer, "privateOffers[0].singleProductOffer"));
        assert_null(json_find(drive.answer, "privateOffers[0].internalNote"));
        token = arena_copy(drive.arena, drive_answer(&drive, "nextPageToken"));
    } while (*token);
    assert_int_equal(seen, 23);
    /* What is later than the tenth, to the last digit of its fraction. */
    static const struct {
        const char *operator;
        size_t count;
    } cases[] = {{"%3E", 13}, {"%3E%3D", 14}, {"%3C", 9}, {"%3C%3D", 10}, {"%3D", 1}, {"!%3D", 22}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        gcp_market_get(&drive, GCP_MARKET_OFFERS "?filter=update_time%%20%s%%20%%22%s%%22",
                       cases[i].operator, middle);
        assert_int_equal(count_of(&drive, "privateOffers"), cases[i].count);
    }
    gcp_market_get(&drive, GCP_MARKET_OFFERS "?orderBy=update_time%%20desc&pageSize=1");
    const char *last = arena_copy(drive.arena, drive_answer(&drive, "privateOffers[0].updateTime"));
    gcp_market_get(&drive, GCP_MARKET_OFFERS "?orderBy=update_time&pageSize=1");
    assert_string_not_equal(drive_answer(&drive, "privateOffers[0].updateTime"), last);
    drive_stop(&drive);
}

static void test_faults(void **state)
{
    (void)state;
    struct drive drive;
    struct error error;
    start(&drive, 3);
    assert_int_equal(sandbox_fault_add(drive.sandbox, "thin-page:ListGcpOffers:1", &error), 0);
    gcp_market_get(&drive, GCP_MARKET_OFFERS);
    assert_int_equal(count_of(&drive, "privateOffers"), 0);
    assert_string_not_equal(drive_answer(&drive, "nextPageToken"), "");
    /* What is lost on the way back has happened. */
    assert_int_equal(sandbox_fault_add(drive.sandbox, "lost-after:CreateGcpOffer:1", &error), 0);
    assert_string_equal(gcp_market_create(&drive, gcp_market_offer(&drive, NULL, NULL)), "");
    assert_int_equal(sandbox_gcp_offers(drive.sandbox), 4);
    assert_string_not_equal(gcp_market_create(&drive, gcp_market_offer(&drive, NULL, NULL)), "");
    assert_int_equal(sandbox_gcp_offer_duplicates(drive.sandbox), 1);
    /* Another attempt for the same deal is no better. */
    gcp_market_create(&drive, gcp_market_offer(&drive, "internalNote", "'crm=0061 rid=r9'"));
    assert_int_equal(sandbox_gcp_offer_duplicates(drive.sandbox), 2);
    drive_stop(&drive);
}

/* ---- Documents. */
static int add_document(struct drive *drive, const char *id, const char *body)
{
    return gcp_market_call(drive, "POST",
                           arena_printf(drive->arena, GCP_MARKET_OFFERS "/%s/documents", id), body);
}

static void test_documents(void **state)
{
    (void)state;
#define PDF "'mimeType':'application/pdf','inlineContent':'JVBERi0xLjQK'"
    static const struct {
        const char *body;
        int status;
    } cases[] = {
        {"{}", 400},
        {"{'documentType':'LETTER'}", 400},
        {"{'documentType':'STANDARD_END_USER_LICENSE_AGREEMENT_V1'}", 400},
        {"{'documentType':'STANDARD_END_USER_LICENSE_AGREEMENT_V2'}", 409}, /* has one */
        {"{'documentType':'STATEMENT_OF_WORK'," PDF "}", 400},              /* not for software */
        {"{'documentType':'CUSTOM_END_USER_LICENSE_AGREEMENT'}", 400},
        {"{'documentType':'CUSTOM_END_USER_LICENSE_AGREEMENT','mimeType':'text/plain',"
         "'inlineContent':'JVBERi0xLjQK'}",
         400},
        {"{'documentType':'CUSTOM_END_USER_LICENSE_AGREEMENT','mimeType':'application/pdf',"
         "'inlineContent':'%PDF'}",
         400},
        {"{'documentType':'CUSTOM_END_USER_LICENSE_AGREEMENT'," PDF "}", 200},
        {"{'documentType':'CUSTOM_END_USER_LICENSE_AGREEMENT'," PDF "}", 409},
    };
    struct drive drive;
    start(&drive, 0);
    const char *id = gcp_market_create(&drive, gcp_market_offer(&drive, NULL, NULL));
    for (size_t i = 0; i < COUNT(cases); i++) {
        int status = add_document(&drive, id, cases[i].body);
        if (status != cases[i].status)
            fail_msg("%s: wanted %d, got %d: %s", cases[i].body, cases[i].status, status,
                     drive.response.body);
    }
    assert_int_equal(gcp_market_get(&drive, GCP_MARKET_OFFERS "/%s?fields=name,state", id), 200);
    assert_int_equal(drive.answer->count, 2);
    gcp_market_get(&drive,
                   GCP_MARKET_OFFERS "/%s/documents?pageSize=5&fields="
                                     "privateOfferDocuments(name,documentType),nextPageToken",
                   id);
    assert_int_equal(count_of(&drive, "privateOfferDocuments"), 2);
    assert_int_equal(json_find(drive.answer, "privateOfferDocuments[1]")->count, 2);
    const char *name = strchr(drive_answer(&drive, "privateOfferDocuments[1].name"), '/');
    name = arena_printf(drive.arena, "/v1beta/projects%s", name);
    gcp_market_get(&drive, "%s", name);
    assert_string_equal(drive_answer(&drive, "inlineContent"), "JVBERi0xLjQK");
    assert_int_equal(gcp_market_call(&drive, "PATCH",
                                     arena_printf(drive.arena, "%s?updateMask=inlineContent", name),
                                     "{'inlineContent':'JVBERi0xLjUK'}"),
                     200);
    static const struct {
        const char *query, *body;
    } refused[] = {
        {"", "{'inlineContent':'JVBERi0xLjUK'}"},
        {"?updateMask=inlineContent", "{'inlineContent':'JVBERi0*'}"},
        {"?updateMask=inlineContent", "{'mimeType':'application/pdf'}"}, /* it would be cleared */
        {"?updateMask=mimeType", "{'mimeType':'text/plain'}"},
        {"?updateMask=content", "{'inlineContent':'JVBERi0xLjUK'}"},
        {"?updateMask=updateTime", "{'updateTime':'2026-01-01T00:00:00Z'}"},
        {"?updateMask=inlineContent&fields=nane", "{'inlineContent':'JVBERi0xLjYK'}"},
    };
    for (size_t i = 0; i < COUNT(refused); i++)
        if (gcp_market_call(&drive, "PATCH",
                            arena_printf(drive.arena, "%s%s", name, refused[i].query),
                            refused[i].body) != 400)
            fail_msg("%s %s: %s", refused[i].query, refused[i].body, drive.response.body);
    gcp_market_get(&drive, "%s", name);
    assert_string_equal(drive_answer(&drive, "inlineContent"), "JVBERi0xLjUK");
    assert_int_equal(gcp_market_call(&drive, "DELETE", name, NULL), 200);
    assert_int_equal(gcp_market_get(&drive, "%s", name), 404);
    /* With the draft they become immutable. */
    assert_string_equal(gcp_market_publish(&drive, id), "PUBLISHED");
    assert_int_equal(
        add_document(&drive, id, "{'documentType':'CUSTOM_END_USER_LICENSE_AGREEMENT'," PDF "}"),
        400);
    assert_string_equal(drive_answer(&drive, "error.status"), "FAILED_PRECONDITION");
    drive_stop(&drive);
}

/* Without any an offer is not published, and services of people want a statement of work. */
static void test_needed_documents(void **state)
{
    (void)state;
    struct drive drive;
    start(&drive, 0);
    struct json *offer = gcp_market_sample(&drive);
    gcp_market_call(&drive, "POST", GCP_MARKET_OFFERS, json_print(drive.arena, offer));
    const char *id = arena_copy(drive.arena, strrchr(drive_answer(&drive, "name"), '/') + 1);
    assert_int_equal(gcp_market_act(&drive, id, "publish", "{}"), 400);
    assert_string_not_equal(gcp_market_violation(&drive, "private_offer"), "");
    drive_put(&drive, offer, "singleProductOffer.baseStandardOffer",
              "'" GCP_PARENT "/services/" GCP_SERVICE_ADVICE "/standardOffers/" GCP_STANDARD_ADVICE
              "'");
    drive_put(&drive, offer, "singleProductOffer.standardIntervalPrice.priceModel.usage", NULL);
    gcp_market_call(&drive, "POST", GCP_MARKET_OFFERS, json_print(drive.arena, offer));
    id = arena_copy(drive.arena, strrchr(drive_answer(&drive, "name"), '/') + 1);
    assert_int_equal(
        add_document(&drive, id, "{'documentType':'STANDARD_END_USER_LICENSE_AGREEMENT_V2'}"), 400);
    assert_int_equal(gcp_market_act(&drive, id, "publish", "{}"), 400);
    assert_int_equal(add_document(&drive, id, "{'documentType':'STATEMENT_OF_WORK'," PDF "}"), 200);
    assert_int_equal(gcp_market_act(&drive, id, "publish", "{}"), 200);
    drive_stop(&drive);
}

/* ---- Midnight in Los Angeles, on the days when the clocks change, and around them. */
static void test_midnights(void **state)
{
    (void)state;
    static const struct {
        const char *day, *midnight;
    } cases[] = {
        {"2026-03-07", "2026-03-07T08:00:00Z"}, {"2026-03-08", "2026-03-08T08:00:00Z"},
        {"2026-03-09", "2026-03-09T07:00:00Z"}, {"2026-10-31", "2026-10-31T07:00:00Z"},
        {"2026-11-01", "2026-11-01T07:00:00Z"}, {"2026-11-02", "2026-11-02T08:00:00Z"},
        {"2027-03-14", "2027-03-14T08:00:00Z"}, {"2027-03-15", "2027-03-15T07:00:00Z"},
        {"2027-11-07", "2027-11-07T07:00:00Z"}, {"2027-11-08", "2027-11-08T08:00:00Z"},
        {"2028-02-29", "2028-02-29T08:00:00Z"}, {"2028-07-04", "2028-07-04T07:00:00Z"},
    };
    struct drive drive;
    start(&drive, 0);
    for (size_t i = 0; i < COUNT(cases); i++) {
        int64_t day = 0, ms = 0, read = 0;
        assert_true(day_parse(cases[i].day, &day));
        assert_true(instant_parse(cases[i].midnight, &ms));
        assert_int_equal(pacific_midnight(day), ms);
        assert_int_equal(pacific_day(ms), day);
        assert_int_equal(pacific_day(ms - 1), day - 1);
        assert_true(pacific_is_boundary(ms));
        assert_false(pacific_is_boundary(ms + 3600000));
        assert_true(pacific_read(pacific_write(drive.arena, day), &read));
        assert_int_equal(read, ms);
        /* The same instant as Universal Time has it, and by its offset. */
        struct json *other = drive_json(
            &drive,
            arena_printf(
                drive.arena, "{'year':%.4s,'month':%d,'day':%d,'hours':%d,'utcOffset':'0s'}",
                cases[i].midnight, (cases[i].day[5] - '0') * 10 + cases[i].day[6] - '0',
                (cases[i].day[8] - '0') * 10 + cases[i].day[9] - '0', cases[i].midnight[12] - '0'));
        assert_true(pacific_read(other, &read));
        assert_int_equal(read, ms);
    }
    drive_stop(&drive);
}

/* ---- Seeds, and what is done behind the service's back. */
static size_t count_state(struct drive *drive, const char *state)
{
    size_t count = 0;
    drive_control(drive, "gcp/offers", NULL);
    const struct json *rows = json_get(drive->answer, "offers");
    for (size_t i = 0; rows && i < rows->count; i++)
        count += text_equal(json_get_text(rows->items[i], "state"), state);
    return count;
}

static const char *first_in(struct drive *drive, const char *state)
{
    drive_control(drive, "gcp/offers", NULL);
    const struct json *rows = json_get(drive->answer, "offers");
    for (size_t i = 0; rows && i < rows->count; i++) {
        if (text_equal(json_get_text(rows->items[i], "state"), state))
            return arena_copy(drive->arena, json_get_text(rows->items[i], "id"));
    }
    return "";
}

static void test_seed(void **state)
{
    (void)state;
    static const char *const states[] = {"DRAFT",     "PUBLISHING", "PUBLISHED", "ACCEPTED",
                                         "CANCELLED", "EXPIRED",    "ENDED"};
    struct drive drive;
    drive_start(&drive,
                &(struct sandbox_options){.rate = 100, .gcp_offers = 10, .unknown_members = true});
    for (size_t i = 0; i < COUNT(states); i++)
        assert_true(count_state(&drive, states[i]) > 0);
    drive_control(&drive, "stats", NULL);
    assert_string_equal(drive_answer(&drive, "gcp_offers"), "10");
    assert_string_equal(drive_answer(&drive, "gcp_offer_duplicates"), "0");
    assert_string_equal(drive_answer(&drive, "gcp_entitlements"), "4");
    /* Members that no published message has are shown like all others. */
    gcp_market_state(&drive, first_in(&drive, "ACCEPTED"));
    assert_string_equal(drive_answer(&drive, "offerProgram.level"), "GOLD");
    /* Only drafts are edited in the portal; the clock and the buyer do the rest. */
    const char *id = first_in(&drive, "PUBLISHED");
    const char *which = arena_printf(drive.arena, "{'id':'%s'}", id);
    assert_int_equal(
        gcp_market_control(&drive, "edit-offer",
                           arena_printf(drive.arena, "{'id':'%s','path':'title','value':'x'}", id)),
        409);
    assert_int_equal(gcp_market_control(&drive, "end-offer", which), 409);
    assert_int_equal(gcp_market_control(&drive, "expire", which), 200);
    assert_string_equal(gcp_market_state(&drive, id), "EXPIRED");
    id = first_in(&drive, "ACCEPTED");
    assert_int_equal(
        gcp_market_control(&drive, "end-offer", arena_printf(drive.arena, "{'id':'%s'}", id)), 200);
    const char *order = arena_copy(drive.arena, drive_answer(&drive, "entitlement"));
    assert_string_equal(gcp_market_state(&drive, id), "ENDED");
    assert_string_equal(gcp_market_order(&drive, order), "ENTITLEMENT_CANCELLED");
    drive_stop(&drive);
}

/* ---- Restarts. */
static void test_restart(void **state)
{
    (void)state;
    char folder[64], path[96];
    struct drive drive;
    folder_make(folder, sizeof folder, "gcp-market");
    snprintf(path, sizeof path, "%s/state", folder);
    const struct sandbox_options options = {.rate = 100, .gcp_offers = 9, .state_path = path};
    drive_start(&drive, &options);
    const char *id = gcp_market_create(&drive, gcp_market_offer(&drive, NULL, NULL));
    gcp_market_act(&drive, id, "publish", "{}");
    gcp_market_control(&drive, "review-offer", "{'mode':'always'}");
    gcp_market_get(&drive, GCP_PROCUREMENT "/entitlements");
    const char *before = arena_copy(drive.arena, drive.response.body);
    drive_restart(&drive, &options);
    gcp_market_get(&drive, GCP_PROCUREMENT "/entitlements");
    assert_string_equal(drive.response.body, before);
    assert_int_equal(sandbox_gcp_offers(drive.sandbox), 10);
    gcp_market_wait(&drive, 3000);
    assert_string_equal(gcp_market_state(&drive, id), "PUBLISHED"); /* it goes on */
    id = gcp_market_create(&drive, gcp_market_offer(&drive, "internalNote", "'x'"));
    assert_string_equal(gcp_market_publish(&drive, id), "PUBLISHING"); /* reviewed, as was said */
    drive_stop(&drive);
    folder_remove(folder);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_listings),  cmocka_unit_test(test_refused_reads),
    cmocka_unit_test(test_list),      cmocka_unit_test(test_faults),
    cmocka_unit_test(test_documents), cmocka_unit_test(test_needed_documents),
    cmocka_unit_test(test_midnights), cmocka_unit_test(test_seed),
    cmocka_unit_test(test_restart),
};

int main(void)
{
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
