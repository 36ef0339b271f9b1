/* Reading private offers of Google: the whole offer only where its updateTime moved, entitlements
 * joined by what both services have in common, and nothing lost that could not be asked. */
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
#include "connectors/gcp/offer_steps.h"
#include "tests/support/google.h"

#define SERVICE "db.endpoints.isv.cloud.goog"
#define OFFERS  "/privateOffers"
#define T1      "2026-01-10T00:00:01.100Z"
#define T2      "2026-01-10T00:00:02Z"
#define T3      "2026-01-11T00:00:00Z"

struct fact {
    const char *id, *state, *time, *rest; /* rest: further members, each after a comma */
};

struct bench {
    struct google google;
    struct fact offers[4], entitlements[4], accounts[2];
    const char *joined; /* what is asked for by its billing account: ids of entitlements */
    const char *papers;
    const char
        *more; /* what follows an empty page of documents, or of what is joined; NULL: none */
    size_t lists, details, listed_entitlements, asked, listed_accounts, got_accounts, documents,
        locations;
    const char *filter; /* of the last list of offers, encoded; NULL: none */
    const char *broken; /* calls with this in their address fail */
    int status;         /* so */
    const char *watermark;
};

/* ------------------------------------------------------------------ the services */

static const char *offer_text(struct arena *arena, const struct fact *fact, bool full)
{
    return arena_printf(arena,
                        "{'name':'" GOOGLE_PARENT OFFERS "/%s','state':'%s','updateTime':"
                        "'%s','title':'T-%s'%s}",
                        fact->id, fact->state, fact->time, fact->id,
                        full && fact->rest ? fact->rest : "");
}

static const char *entitlement_text(struct arena *arena, const struct fact *fact)
{
    return arena_printf(arena,
                        "{'name':'providers/acme/entitlements/%s','account':"
                        "'providers/acme/accounts/A-1','state':'ENTITLEMENT_%s','updateTime':'%s',"
                        "'productExternalName':'" SERVICE "'%s}",
                        fact->id, fact->state, fact->time, fact->rest ? fact->rest : "");
}

static const char *list_of(struct bench *bench, struct arena *arena, const struct fact *facts,
                           size_t count, const char *name)
{
    const char *text = "";
    bool offers = !strcmp(name, "privateOffers");
    for (size_t i = 0; i < count && facts[i].id; i++) {
        /* As the service: later than the instant of the filter. */
        if (offers && bench->filter && strcmp(facts[i].time, bench->filter) <= 0)
            continue;
        text = arena_printf(arena, "%s%s%s", text, *text ? "," : "",
                            offers ? offer_text(arena, &facts[i], false)
                                   : entitlement_text(arena, &facts[i]));
    }
    /* proto3 JSON leaves out what is empty. */
    return *text ? arena_printf(arena, "{'%s':[%s]}", name, text) : "{}";
}

static const char *one_offer(struct bench *bench, struct arena *arena, const char *id)
{
    for (size_t i = 0; i < COUNT(bench->offers) && bench->offers[i].id; i++)
        if (text_starts(id, bench->offers[i].id) && id[strlen(bench->offers[i].id)] == '?')
            return offer_text(arena, &bench->offers[i], true);
    return NULL;
}

static const char *joined(struct bench *bench, struct arena *arena)
{
    const char *text = "";
    for (size_t i = 0; i < COUNT(bench->entitlements) && bench->entitlements[i].id; i++)
        if (bench->joined && strstr(bench->joined, bench->entitlements[i].id))
            text = arena_printf(arena, "%s%s%s", text, *text ? "," : "",
                                entitlement_text(arena, &bench->entitlements[i]));
    return arena_printf(arena, "{'entitlements':[%s]}", text);
}

#define FILTER "filter=update_time%20%3E%20%22"

static const char *list_offers(struct bench *bench, struct arena *arena, const char *url)
{
    const char *filter = strstr(url, FILTER);
    assert_non_null(strstr(url, "pageSize=500&orderBy=update_time"));
    bench->lists++;
    bench->filter = NULL;
    if (filter) { /* 2026-01-10T00%3A00%3A02.000Z%22 */
        char *text = arena_copy(arena, filter + strlen(FILTER)), *to = text;
        for (char *from = text; *from && *from != '&'; from++) {
            bool colon = text_starts(from, "%3A");
            *to++ = colon ? ':' : *from;
            from += colon ? 2 : 0;
        }
        *to = '\0';
        text[strcspn(text, "%")] = '\0';
        bench->filter = arena_copy(bench->google.reading.arena, text);
    }
    return list_of(bench, arena, bench->offers, COUNT(bench->offers), "privateOffers");
}

#define EMPTY_PAGE "{'nextPageToken':'p 2'}"

static const char *list_papers(struct bench *bench, const char *path)
{
    if (++bench->documents > 12)
        fail_msg("the listing is read without end");
    if (!bench->more)
        return bench->papers ? bench->papers : "{}";
    return strstr(path, "&pageToken=p%202") ? bench->more : EMPTY_PAGE;
}

static const char *procure(struct bench *bench, struct arena *arena, const char *path)
{
    if (text_starts(path, "accounts/")) {
        assert_string_equal(path, "accounts/A-1?view=ACCOUNT_VIEW_FULL");
        bench->got_accounts++;
        return "{'name':'providers/acme/accounts/A-1','approvals':[{'name':'signup','state':"
               "'PENDING'}]}";
    }
    assert_non_null(strstr(path, "pageSize=200"));
    if (text_starts(path, "accounts")) {
        bench->listed_accounts++;
        return "{'accounts':[{'name':'providers/acme/accounts/A-1','approvals':[{'name':'signup',"
               "'state':'APPROVED'}]}]}";
    }
    if (strstr(path, "filter=")) {
        assert_non_null(strstr(path, "customer_billing_account%3D%22billingAccounts%2F0-0-1%22"));
        bench->asked++;
        return bench->more && !strstr(path, "pageToken=") ? EMPTY_PAGE : joined(bench, arena);
    }
    bench->listed_entitlements++;
    return list_of(bench, arena, bench->entitlements, COUNT(bench->entitlements), "entitlements");
}

static void handle(void *context, struct arena *arena, const struct http_request *request,
                   struct fake_answer *ret_answer)
{
    struct bench *bench = context;
    const char *path = strstr(request->url, GOOGLE_PARENT OFFERS), *body = NULL;
    const char *bought = strstr(request->url, "providers/acme/");
    assert_string_equal(request->method, "GET");
    if (bench->broken && strstr(request->url, bench->broken)) {
        ret_answer->status = bench->status;
        ret_answer->body = bench->status == 403 ? "{\"error\":{\"code\":403,\"status\":"
                                                  "\"PERMISSION_DENIED\",\"message\":\"no\"}}"
                                                : "";
        return;
    }
    if (bought)
        body = procure(bench, arena, bought + strlen("providers/acme/"));
    else if (!path)
        bench->locations++, body = "{'locations':[{'name':'" GOOGLE_PARENT "','locationId':'us'}]}";
    else if (strstr(path, "/documents?"))
        body = list_papers(bench, path);
    else if (path[strlen(GOOGLE_PARENT OFFERS)] == '?')
        body = list_offers(bench, arena, request->url);
    else
        bench->details++, body = one_offer(bench, arena, path + strlen(GOOGLE_PARENT OFFERS "/"));
    ret_answer->status = body ? 200 : 404;
    ret_answer->body = body ? google_text(arena, body) : "";
}

/* ------------------------------------------------------------------ reads */

static void bench_open(struct bench *bench, const char *const *changed)
{
    memset(bench, 0, sizeof *bench);
    google_open(&bench->google, handle, bench, changed);
}

static void bench_close(struct bench *bench)
{
    google_close(&bench->google);
}

/* A later read; what those before have brought is what the engine has. */
static void bench_read(struct bench *bench, bool full, const bool *mapped)
{
    struct reading *reading = &bench->google.reading;
    const struct read_scope scope = {.full = full, .watermark = bench->watermark, .mapped = mapped};
    reading_again(reading);
    bench->lists = bench->details = bench->listed_entitlements = bench->asked = 0;
    bench->listed_accounts = bench->got_accounts = bench->documents = bench->locations = 0;
    fake_advance(&reading->fake, 600000);
    reading_run_kind(reading, &gcp_offers, &scope);
    if (reading->outcome == READ_COMPLETE && *reading->watermark)
        bench->watermark = arena_copy(reading->arena, reading->watermark);
}

static void assert_value(const struct bench *bench, const char *id, const char *field,
                         const char *wanted)
{
    const struct record *record = map_get(bench->google.reading.records, id);
    if (!record)
        fail_msg("no record %s", id);
    const char *value = record_get(record, field);
    if (!text_equal(value, wanted))
        fail_msg("%s of %s is \"%s\"", field, id, value ? value : "(absent)");
}

static void assert_read(const struct bench *bench, size_t details, size_t records, size_t seen)
{
    const struct reading *reading = &bench->google.reading;
    if (reading->outcome != READ_COMPLETE)
        fail_msg("%s", reading->error.message);
    if (bench->details != details || map_count(reading->records) != records ||
        map_count(reading->seen) != seen)
        fail_msg("%zu details, %zu records, %zu seen", bench->details, map_count(reading->records),
                 map_count(reading->seen));
}

static const bool *mapping(struct bench *bench, const char *const *fields)
{
    const struct kind *kind = &kinds[KIND_OFFER];
    bool *mapped = arena_array(bench->google.reading.arena, kind->field_count, sizeof *mapped);
    for (; *fields; fields++)
        mapped[kind_field(kind, *fields)] = true;
    return mapped;
}

#define OF(offer)   ",'offer':'projects/acme-public/services/" SERVICE "/privateOffers/" offer "'"
#define NEXT(offer) ",'newPendingOffer':'projects/123456789012/services/s/privateOffers/" offer "'"

/* ------------------------------------------------------------------ tests */

static void test_updates(void **state)
{
    (void)state;
    struct bench bench;
    static const char *const plain[] = {"title", NULL};
    bench_open(&bench, NULL);
    const bool *mapped = mapping(&bench, plain);
    bench.offers[0] = (struct fact){"o-1", "DRAFT", T1, NULL};
    bench.offers[1] = (struct fact){"o-2", "EXPIRED", T2, NULL};
    bench_read(&bench, true, mapped);
    assert_read(&bench, 2, 2, 0);
    assert_null(bench.filter);
    assert_int_equal(bench.listed_entitlements, 0); /* nobody asked */
    assert_string_equal(bench.watermark, T2);
    assert_value(&bench, "o-2", "state", "expired");
    /* Five minutes back: both are listed, and nothing has moved. */
    bench_read(&bench, false, mapped);
    assert_read(&bench, 0, 0, 2);
    assert_string_equal(bench.filter, "2026-01-09T23:55:02.000Z");
    /* In full, too: what did not move is not asked for. */
    bench_read(&bench, true, mapped);
    assert_read(&bench, 0, 0, 2);
    bench.offers[0].time = T3;
    bench.offers[0].state = "PUBLISHED";
    bench_read(&bench, false, mapped);
    assert_read(&bench, 1, 1, 1);
    assert_value(&bench, "o-1", "state", "open");
    assert_string_equal(bench.watermark, T3);
    bench_read(&bench, false, mapped);
    assert_read(&bench, 0, 0, 1); /* the other one is older than the filter */
    /* What a procedure has left is read once more: it knows nothing of what is aside. */
    map_put(bench.google.reading.known, "o-1", (void *)(uintptr_t)(T3 GCP_OFFER_MORE));
    bench_read(&bench, false, mapped);
    assert_read(&bench, 1, 1, 0);
    bench_read(&bench, false, mapped);
    assert_read(&bench, 0, 0, 1);
    /* A draft that was deleted between list and look. */
    bench.offers[2] = (struct fact){"o-3", "DRAFT", T3, NULL};
    bench.broken = "/o-3?";
    bench.status = 404;
    bench_read(&bench, false, mapped);
    assert_read(&bench, 0, 0, 1);
    bench_close(&bench);
}

static void test_nothing(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, NULL);
    bench_read(&bench, true, NULL);
    assert_read(&bench, 0, 0, 0);
    bench_close(&bench);
}

static void test_location(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, (const char *const[]){"location", NULL, NULL});
    bench.offers[0] = (struct fact){"o-1", "DRAFT", T1, NULL};
    bench_read(&bench, true, NULL);
    assert_read(&bench, 1, 1, 0);
    assert_int_equal(bench.locations, 1);
    bench_read(&bench, true, NULL); /* asked once */
    assert_int_equal(bench.locations, 0);
    bench_close(&bench);
    bench_open(&bench, (const char *const[]){"location", NULL, NULL});
    bench.broken = "/locations";
    bench.status = 403;
    bench_read(&bench, true, NULL);
    assert_int_equal(bench.google.reading.outcome, READ_FAILED);
    bench_close(&bench);
}

/* What becomes of an order is seen of an offer that did not change. */
static void test_entitlements(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, NULL);
    bench.offers[0] = (struct fact){"o-1", "ACCEPTED", T1, NULL};
    bench.offers[1] = (struct fact){"o-2", "ACCEPTED", T3, NULL};
    bench.entitlements[0] = (struct fact){"e-1", "ACTIVATION_REQUESTED", T1, OF("o-1")};
    bench_read(&bench, true, NULL);
    assert_read(&bench, 2, 2, 0);
    assert_int_equal(bench.listed_entitlements, 1);
    assert_int_equal(bench.listed_accounts, 1);
    assert_value(&bench, "o-1", "agreement", "e-1");
    assert_value(&bench, "o-1", "agreement_stage", "subscribed");
    assert_value(&bench, "o-1", "buyer_approval", "approved");
    assert_value(&bench, "o-2", "agreement", NULL);
    assert_value(&bench, "o-2", "agreement_stage", "accepted");
    static const char *const few[] = {"agreement", NULL}; /* not the account */
    const bool *mapped = mapping(&bench, few);
    bench_read(&bench, false, mapped);
    assert_read(&bench, 0, 0, 2); /* o-1 is not listed any more, but its order is */
    bench.entitlements[0].time = T2;
    bench.entitlements[0].state = "ACTIVE";
    bench_read(&bench, false, mapped);
    assert_read(&bench, 1, 1, 1);
    assert_value(&bench, "o-1", "agreement_stage", "activated");
    /* Of another offer it is only to be next. */
    bench.entitlements[0].rest = OF("o-1") NEXT("o-2");
    bench.entitlements[0].state = "PENDING_PLAN_CHANGE_APPROVAL";
    bench.entitlements[0].time = T3;
    bench_read(&bench, false, mapped);
    assert_read(&bench, 2, 2, 0);
    assert_value(&bench, "o-2", "agreement", "e-1");
    assert_value(&bench, "o-2", "agreement_approval", "due");
    assert_value(&bench, "o-1", "agreement_approval", "given");
    /* Two under one offer: the one that is not over. */
    bench.entitlements[0] = (struct fact){"e-1", "CANCELLED", T3, OF("o-1")};
    bench.entitlements[1] = (struct fact){"e-0", "ACTIVE", T1, OF("o-1")};
    bench_read(&bench, true, mapped);
    assert_value(&bench, "o-1", "agreement", "e-0");
    bench_close(&bench);
}

/* Only the account tells whether its signup was approved: it is looked at while that counts. */
static void test_accounts(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, NULL);
    bench.offers[0] = (struct fact){"o-1", "ACCEPTED", T1, NULL};
    bench.entitlements[0] = (struct fact){"e-1", "ACTIVATION_REQUESTED", T1, OF("o-1")};
    bench_read(&bench, true, NULL);
    bench_read(&bench, false, NULL);
    assert_read(&bench, 1, 1, 0);
    assert_int_equal(bench.listed_accounts, 0);
    assert_int_equal(bench.got_accounts, 1);
    assert_value(&bench, "o-1", "buyer_approval", "pending");
    bench.entitlements[0].state = "ACTIVE";
    bench.entitlements[0].time = T2;
    bench_read(&bench, false, NULL);
    bench_read(&bench, false, NULL);
    assert_read(&bench, 0, 0, 1);
    assert_int_equal(bench.got_accounts, 0);
    bench_close(&bench);
}

static void test_no_provider(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, (const char *const[]){"provider", NULL, NULL});
    bench.offers[0] = (struct fact){"o-1", "ACCEPTED", T1, NULL};
    bench_read(&bench, true, NULL);
    assert_read(&bench, 1, 1, 0);
    assert_int_equal(bench.listed_entitlements + bench.listed_accounts, 0);
    bench_close(&bench);
}

/* What could not be asked is not lost, and nothing is gone for it. */
static void test_denied(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, NULL);
    bench.offers[0] = (struct fact){"o-1", "ACCEPTED", T1, NULL};
    bench.offers[1] = (struct fact){"o-2", "DRAFT", T1, NULL};
    bench.entitlements[0] = (struct fact){"e-1", "ACTIVE", T1, OF("o-1")};
    bench_read(&bench, true, NULL);
    assert_read(&bench, 2, 2, 0);
    struct reading *reading = &bench.google.reading;
    bench.offers[0].time = bench.offers[1].time = T3;
    bench.broken = "/entitlements?";
    bench.status = 403;
    bench_read(&bench, false, NULL);
    assert_int_equal(reading->outcome, READ_PARTIAL);
    assert_string_equal(reading->watermark, "");
    assert_non_null(strstr(reading->error.message, "entitlements cannot be listed"));
    assert_int_equal(map_count(reading->records), 1); /* the draft; the other stays as it was */
    assert_value(&bench, "o-2", "state", "draft");
    bench.broken = "/accounts?";
    bench_read(&bench, true, NULL);
    assert_int_equal(reading->outcome, READ_PARTIAL);
    assert_value(&bench, "o-1", "agreement", "e-1");
    assert_value(&bench, "o-1", "buyer_approval", NULL);
    bench.broken = "privateOffers?";
    bench_read(&bench, true, NULL);
    assert_int_equal(reading->outcome, READ_PARTIAL);
    assert_non_null(strstr(reading->error.message, "offers cannot be listed"));
    assert_int_equal(map_count(reading->records), 0);
    bench.broken = NULL;
    bench_read(&bench, false, NULL);
    assert_read(&bench, 1, 1, 1); /* the draft, for its documents */
    bench_close(&bench);
}

#define ACCEPTED                                                                                   \
    ",'acceptTime':'2026-01-10T12:00:00Z','customer':{'targetBillingAccount':"                     \
    "'billingAccounts/0-0-1'},'singleProductOffer':{'baseStandardOffer':'" GOOGLE_PARENT           \
    "/services/" SERVICE "/standardOffers/so'}"

/* Where both services know the offer by other ids: account, product and time, if one fits alone. */
static void test_joined(void **state)
{
    (void)state;
    static const struct {
        const char *made, *rest, *joined, *agreement;
        size_t asked;
    } cases[] = {
        {"2026-01-10T12:03:00Z", "", "e-1", "e-1", 1},
        {"2026-01-10T11:50:00Z", "", "e-1", "e-1", 1},
        {"2026-01-10T12:10:01Z", "", "e-1", NULL, 0}, /* too late */
        {"2026-01-10T12:03:00Z", "", "", NULL, 1},    /* another billing account's */
        {"2026-01-10T12:03:00Z", OF("o-9"), "e-1", "e-1", 1},
        {"2026-01-10T12:03:00Z", OF("o-2"), "e-1", NULL, 0}, /* that is another one's */
        {"2026-01-10T12:03:00Z", "", "e-1 e-2", NULL, 1},    /* which of the two? */
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct bench bench;
        bench_open(&bench, NULL);
        struct arena *arena = bench.google.reading.arena;
        const char *rest =
            arena_printf(arena, ",'createTime':'%s'%s", cases[i].made, cases[i].rest);
        bench.offers[0] = (struct fact){"o-1", "ACCEPTED", T1, ACCEPTED};
        bench.offers[1] = (struct fact){"o-2", "DRAFT", T1, NULL};
        bench.entitlements[0] = (struct fact){"e-1", "ACTIVE", T1, rest};
        bench.entitlements[1] = (struct fact){"e-2", "ACTIVE", T1, rest};
        bench.joined = cases[i].joined;
        bench_read(&bench, true, NULL);
        if (bench.asked != cases[i].asked)
            fail_msg("case %zu: asked %zu times", i, bench.asked);
        assert_value(&bench, "o-1", "agreement", cases[i].agreement);
        /* Found once it stays found; else each full read looks again. */
        bench_read(&bench, true, NULL);
        assert_int_equal(bench.asked, cases[i].agreement ? 0 : cases[i].asked);
        if (cases[i].agreement) {
            bench.entitlements[0].time = T2;
            bench_read(&bench, true, NULL);
            assert_value(&bench, "o-1", "agreement", "e-1");
        }
        bench_close(&bench);
    }
}

/* The offer is read when it was accepted, and its order comes later. */
static void test_joined_later(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, NULL);
    bench.offers[0] = (struct fact){"o-1", "ACCEPTED", T1, ACCEPTED};
    bench.joined = "e-1";
    bench_read(&bench, true, NULL);
    assert_value(&bench, "o-1", "agreement", NULL);
    bench.entitlements[0] =
        (struct fact){"e-1", "ACTIVE", T1, ",'createTime':'2026-01-10T12:03:00Z'"};
    bench_read(&bench, true, NULL);
    assert_value(&bench, "o-1", "agreement", "e-1");
    bench_close(&bench);
}

static void test_documents(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, NULL);
    bench.offers[0] = (struct fact){"o-1", "DRAFT", T1, NULL};
    bench.offers[1] = (struct fact){"o-2", "PUBLISHED", T1, NULL};
    bench.papers = "{'privateOfferDocuments':[{'name':'d','documentType':'STATEMENT_OF_WORK',"
                   "'inlineContent':'AAAA'},{'documentType':"
                   "'STANDARD_END_USER_LICENSE_AGREEMENT_V2'},{'documentType':'NEW_KIND'}]}";
    bench_read(&bench, true, NULL);
    assert_read(&bench, 2, 2, 0);
    assert_int_equal(bench.documents, 2);
    assert_value(&bench, "o-1", "attached", "NEW_KIND\x1fstandard_eula\x1fstatement_of_work");
    const struct record *record = map_get(bench.google.reading.records, "o-1");
    assert_null(strstr(record->raw, "AAAA"));
    /* Whether a document moves its offer is not said: of a draft they are looked at each time. */
    bench_read(&bench, false, NULL);
    assert_read(&bench, 1, 1, 1);
    assert_int_equal(bench.documents, 1);
    bench_close(&bench);
}

#define SOME_PAPER "'privateOfferDocuments':[{'documentType':'STATEMENT_OF_WORK'}]"

/* A page may be empty and not the last; and a list that repeats itself has no end. */
static void test_pages(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, NULL);
    bench.offers[0] = (struct fact){"o-1", "DRAFT", T1, NULL};
    bench.more = "{" SOME_PAPER "}";
    bench_read(&bench, true, NULL);
    assert_int_equal(bench.google.reading.outcome, READ_COMPLETE);
    assert_value(&bench, "o-1", "attached", "statement_of_work");
    bench.more = "{" SOME_PAPER ",'nextPageToken':'p 2'}";
    bench_read(&bench, true, NULL);
    assert_int_equal(bench.google.reading.outcome, READ_PARTIAL);
    assert_int_equal(bench.documents, 2);
    bench_close(&bench);

    bench_open(&bench, NULL);
    bench.offers[0] = (struct fact){"o-1", "ACCEPTED", T1, ACCEPTED};
    bench.entitlements[0] =
        (struct fact){"e-1", "ACTIVE", T1, ",'createTime':'2026-01-10T12:03:00Z'"};
    bench.joined = "e-1";
    bench.more = "{}";
    bench_read(&bench, true, NULL);
    assert_value(&bench, "o-1", "agreement", "e-1");
    assert_int_equal(bench.asked, 2);
    bench_close(&bench);
}

/* An answer about something else proves nothing. */
static void test_odd(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, NULL);
    bench.offers[0] = (struct fact){"o-1", "DRAFT", T1, NULL};
    bench.offers[1] = (struct fact){"o-2", "DRAFT", T2, NULL};
    bench.broken = "/o-1?";
    bench.status = 500;
    bench_read(&bench, true, NULL);
    assert_int_equal(bench.google.reading.outcome, READ_PARTIAL);
    assert_int_equal(bench.google.reading.findings, 1);
    assert_value(&bench, "o-2", "state", "draft");
    bench_close(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_updates),      cmocka_unit_test(test_nothing),
        cmocka_unit_test(test_location),     cmocka_unit_test(test_entitlements),
        cmocka_unit_test(test_accounts),     cmocka_unit_test(test_no_provider),
        cmocka_unit_test(test_denied),       cmocka_unit_test(test_joined),
        cmocka_unit_test(test_joined_later), cmocka_unit_test(test_documents),
        cmocka_unit_test(test_pages),        cmocka_unit_test(test_odd),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
