/* Reading offers: neither an acceptance nor an expiry is missed, though neither touches the offer,
 * and what is not known is never told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/limits.h"
#include "base/memory.h"
#include "base/text.h"
#include "connectors/aws/offers.h"
#include "tests/support/reading.h"
#include "tests/support/quoted.h"

struct bench {
    struct reading reading;
    /* the cloud: summaries by listing, documents by id, agreements */
    const char *changed, *ended, *related, *authorizations; /* items; NULL: none */
    const char *agreements;                                 /* items */
    struct fake_answer search;                              /* if it has a status */
    const char *gone;        /* id that BatchDescribeEntities has an error for */
    const char *description; /* of all documents */
    const char *details_end;
    const bool *mapped;
    size_t describes, values, terms;
    bool endless; /* terms */
};

static struct json *body_of(struct arena *arena, const struct http_request *request)
{
    struct json *body = NULL;
    assert_int_equal(json_parse(arena, request->body, request->body_length, &body, NULL), 0);
    return body;
}

static const char *list_of(const struct bench *bench, const struct json *body)
{
    const char *type = json_get_text(body, "EntityType");
    const struct json *filters = json_find(body, "EntityTypeFilters.OfferFilters");
    assert_true(json_get_int(body, "MaxResults", 0) <= 50);
    if (!strcmp(type, "ResaleAuthorization"))
        return bench->authorizations;
    if (json_get(filters, "EntityId"))
        return bench->related;
    return json_get(filters, "AvailabilityEndDate") ? bench->ended : bench->changed;
}

static const char *documents_of(struct bench *bench, struct arena *arena, const struct json *body)
{
    const struct json *asked = json_get(body, "EntityRequestList");
    const char *list = "", *errors = "";
    assert_in_range(asked->count, 1, 20);
    for (size_t i = 0; i < asked->count; i++) {
        const char *id = json_get_text(asked->items[i], "EntityId");
        bench->describes++;
        if (text_equal(id, bench->gone)) {
            errors = arena_printf(arena, "\"%s\":{\"ErrorCode\":\"ResourceNotFound\"}", id);
            continue;
        }
        bool draft = text_starts(id, "draft");
        list = arena_printf(
            arena,
            "%s%s\"%s\":{\"EntityType\":\"Offer@1.0\",\"EntityIdentifier\":\"%s@1\","
            "\"LastModifiedDate\":\"2025-12-01T10:00:00.5Z\",\"DetailsDocument\":{\"Id\":\"%s\","
            "\"State\":\"%s\",\"Name\":\"%s\",\"Description\":\"%s\",\"Rules\":[{\"Type\":"
            "\"AvailabilityRule\",\"AvailabilityEndDate\":\"%s\"}]}}",
            list, *list ? "," : "", id, id, id, draft ? "Draft" : "Released", id,
            bench->description ? bench->description : "",
            bench->details_end ? bench->details_end : "2026-06-30");
    }
    return arena_printf(arena, "{\"EntityDetails\":{%s},\"Errors\":{%s}}", list, errors);
}

static void handle(void *context, struct arena *arena, const struct http_request *request,
                   struct fake_answer *ret_answer)
{
    struct bench *bench = context;
    const char *target = http_request_get(request, "x-amz-target");
    const struct json *body = body_of(arena, request);
    if (strstr(request->url, "/ListEntities")) {
        const char *items = list_of(bench, body);
        ret_answer->body = arena_printf(arena, "{\"EntitySummaryList\":[%s],\"NextToken\":null}",
                                        items ? quoted(arena, items) : "");
    } else if (strstr(request->url, "/BatchDescribeEntities")) {
        ret_answer->body = documents_of(bench, arena, body);
    } else if (strstr(target, ".SearchAgreements")) {
        *ret_answer = bench->search;
        if (!bench->search.status)
            ret_answer->body =
                arena_printf(arena, "{\"agreementViewSummaries\":[%s]}",
                             bench->agreements ? quoted(arena, bench->agreements) : "");
    } else if (strstr(target, ".DescribeAgreement")) {
        bench->values++;
        ret_answer->body =
            arena_printf(arena,
                         "{\"agreementId\":\"%s\",\"status\":\"EXPIRED\",\"estimatedCharges\":"
                         "{\"currencyCode\":\"USD\",\"agreementValue\":\"77\"}}",
                         json_get_text(body, "agreementId"));
    } else {
        assert_non_null(strstr(target, ".GetAgreementTerms"));
        bool second = json_get(body, "nextToken") != NULL;
        bench->terms++;
        if (bench->endless) {
            ret_answer->body = arena_printf(arena, "{\"acceptedTerms\":[],\"nextToken\":\"%zu\"}",
                                            bench->terms % 3);
            return;
        }
        ret_answer->body =
            second ? "{\"acceptedTerms\":[{\"paymentScheduleTerm\":{\"schedule\":[{\"chargeDate\":"
                     "1768435200,\"chargeAmount\":\"5.0\"}]}}],\"nextToken\":null}"
                   : "{\"acceptedTerms\":[],\"nextToken\":\"more\"}";
    }
}

static void bench_open(struct bench *bench)
{
    static bool nothing[LIMIT_FIELDS];
    memset(bench, 0, sizeof *bench);
    bench->mapped = nothing;
    reading_open(&bench->reading, handle, bench);
}

static void bench_close(struct bench *bench)
{
    reading_close(&bench->reading);
}

static void bench_read(struct bench *bench, const char *watermark)
{
    const struct read_scope scope = {
        .full = !watermark, .watermark = watermark, .mapped = bench->mapped};
    reading_run(&bench->reading, KIND_OFFER, &scope);
}

static void know(struct bench *bench, const char *id, const char *text)
{
    map_put(bench->reading.known, id, arena_copy(bench->reading.arena, text));
}

static const char *value(struct bench *bench, const char *id, const char *field)
{
    const struct record *record = map_get(bench->reading.records, id);
    assert_non_null(record);
    return record_get(record, field);
}

#define ENDS(id, state, end, more)                                                                 \
    "{'EntityId':'" id                                                                             \
    "','LastModifiedDate':'2025-12-01T10:00:00Z','OfferSummary':{'State':'" state                  \
    "','AvailabilityEndDate':'" end "'," more "}}"
#define SUMMARY(id) ENDS(id, "Released", "2026-06-30T23:59:59Z", "'Targeting':['BuyerAccounts']")
#define AGREED(id, offer, when, status)                                                            \
    "{'agreementId':'" id "','acceptanceTime':" when ",'status':'" status "','acceptor':"          \
    "{'accountId':'013579246801'},'proposalSummary':{'offerId':'" offer "'}}"
#define STAMP "2025-12-01T10:00:00Z"
#define SINCE "Offer=" STAMP

static void test_full(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench);
    bench.changed = SUMMARY("o-open") "," SUMMARY("o-sold") "," SUMMARY(
        "o-same") ","
                  "{'EntityId':'o-public','LastModifiedDate':'2025-11-01T10:00:00Z','Visibility':'"
                  "Public',"
                  "'OfferSummary':{'State':'Released','Targeting':['None']}}," ENDS(
                      "o-amend", "Released", "2026-06-30T23:59:59Z",
                      "'Targeting':['None'],'TargetAgreementId':'agmt-1'");
    /* several buyers accepted o-sold: the latest agreement speaks */
    bench.agreements = AGREED("agmt-2", "o-sold", "1765000002.5", "ACTIVE") "," AGREED(
        "agmt-1", "o-sold", "1765000001", "REPLACED") "," AGREED("agmt-9", "o-public", "1765000001",
                                                                 "ACTIVE");
    know(&bench, "o-same", "2025-12-01T10:00:00.5Z open - -");
    bench_read(&bench, NULL);
    assert_int_equal(bench.reading.outcome, READ_COMPLETE);
    assert_string_equal(bench.reading.watermark, SINCE);
    assert_int_equal(map_count(bench.reading.records), 3);
    assert_true(map_has(bench.reading.seen, "o-same"));
    assert_string_equal(value(&bench, "o-open", "state"), "open");
    assert_string_equal(value(&bench, "o-sold", "state"), "accepted");
    assert_string_equal(value(&bench, "o-sold", "agreement"), "agmt-2");
    assert_string_equal(value(&bench, "o-amend", "form"), "replacement");
    assert_string_equal(value(&bench, "o-amend", "replaces"), "agmt-1");
    const struct record *sold = map_get(bench.reading.records, "o-sold");
    assert_string_equal(sold->version, "2025-12-01T10:00:00.5Z accepted agmt-2 ACTIVE");
    assert_int_equal(bench.describes, 3);
    assert_int_equal(bench.values + bench.terms, 0); /* nobody maps them */
    bench_close(&bench);
}

/* Nothing new costs the listings and nothing else. */
static void test_nothing_new(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench);
    bench.changed = SUMMARY("o-1");
    bench.ended = ENDS("o-2", "Released", "2025-12-31T23:59:59Z", "'Targeting':['BuyerAccounts']");
    bench.agreements = AGREED("agmt-1", "o-3", "1765000001", "ACTIVE");
    know(&bench, "o-1", "2025-12-01T10:00:00Z open - -");
    know(&bench, "o-2", "2025-12-01T10:00:00Z cancelled - -");
    know(&bench, "o-3", "2025-12-01T10:00:00Z accepted agmt-1 ACTIVE");
    bench_read(&bench, SINCE);
    assert_int_equal(bench.reading.outcome, READ_COMPLETE);
    assert_string_equal(bench.reading.watermark, SINCE);
    assert_int_equal(map_count(bench.reading.records), 0);
    assert_int_equal(fake_http_count(bench.reading.http), 3);
    size_t ended = 0;
    for (size_t i = 0; i < 3; i++) {
        const struct json *body =
            body_of(bench.reading.arena, &fake_http_at(bench.reading.http, i)->request);
        const struct json *range =
            json_find(body, "EntityTypeFilters.OfferFilters.AvailabilityEndDate.DateRange");
        if (!range)
            continue;
        ended++;
        assert_string_equal(json_get_text(range, "AfterValue"), "2025-11-30T10:00:00Z");
        assert_int_equal(strlen(json_get_text(range, "BeforeValue")), 20);
    }
    assert_int_equal(ended, 1);
    bench_close(&bench);
}

/* What does not touch the offer: expiry, acceptance, the end of an agreement. */
static void test_untouched(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench);
    bench.ended =
        ENDS("o-late", "Released", "2025-12-31T23:59:59Z", "'Targeting':['BuyerAccounts']");
    bench.details_end = "2025-12-31T23:59:59Z";
    bench.related = SUMMARY("o-sold") "," SUMMARY("o-over");
    bench.agreements = AGREED("agmt-1", "o-sold", "1765000001", "ACTIVE") "," AGREED(
        "agmt-2", "o-over", "1765000001", "REPLACED") "," AGREED("agmt-3", "o-public", "1765000001",
                                                                 "ACTIVE");
    know(&bench, "o-late", "2025-12-01T10:00:00Z open - -");
    know(&bench, "o-sold", "2025-12-01T10:00:00Z open - -");
    know(&bench, "o-over", "2025-12-01T10:00:00Z accepted agmt-2 ACTIVE");
    bench_read(&bench, SINCE);
    assert_int_equal(bench.reading.outcome, READ_COMPLETE);
    assert_int_equal(map_count(bench.reading.records), 3);
    assert_string_equal(value(&bench, "o-late", "state"), "expired");
    assert_string_equal(value(&bench, "o-sold", "state"), "accepted");
    assert_string_equal(value(&bench, "o-over", "state"), "replaced");
    bool asked = false;
    for (size_t i = 0; i < fake_http_count(bench.reading.http); i++) {
        const struct json *body =
            body_of(bench.reading.arena, &fake_http_at(bench.reading.http, i)->request);
        const struct json *ids =
            json_find(body, "EntityTypeFilters.OfferFilters.EntityId.ValueList");
        asked = asked || ids;
        if (ids)
            assert_int_equal(ids->count, 2);
    }
    assert_true(asked);
    bench_close(&bench);
}

static void test_details(void **state)
{
    (void)state;
    struct bench bench;
    bool mapped[LIMIT_FIELDS] = {false};
    mapped[kind_field(&kinds[KIND_OFFER], "agreement_value")] = true;
    mapped[kind_field(&kinds[KIND_OFFER], "replaces")] = true;
    bench_open(&bench);
    bench.mapped = mapped;
    bench.changed = SUMMARY("o-sold") "," SUMMARY("o-open");
    bench.agreements = AGREED("agmt-1", "o-sold", "1765000001", "ACTIVE");
    bench_read(&bench, NULL);
    assert_int_equal(bench.reading.outcome, READ_COMPLETE);
    assert_int_equal(bench.values, 1);
    assert_int_equal(bench.terms, 2); /* two pages */
    assert_string_equal(value(&bench, "o-sold", "agreement_value"), "77.00 USD");
    assert_string_equal(value(&bench, "o-sold", "agreement_schedule"), "2026-01-15=5");
    assert_int_equal(map_count(bench.reading.records), 2);
    bench_close(&bench);
}

/* Terms that never end are no reason to ask for ever. */
static void test_endless_terms(void **state)
{
    (void)state;
    struct bench bench;
    bool mapped[LIMIT_FIELDS] = {false};
    mapped[kind_field(&kinds[KIND_OFFER], "auto_renew")] = true;
    bench_open(&bench);
    bench.mapped = mapped;
    bench.endless = true;
    bench.changed = SUMMARY("o-sold") "," SUMMARY("o-open");
    bench.agreements = AGREED("agmt-1", "o-sold", "1765000001", "ACTIVE");
    bench_read(&bench, NULL);
    assert_int_equal(bench.reading.outcome, READ_PARTIAL);
    assert_in_range(bench.terms, 2, 1000);
    assert_int_equal(bench.reading.findings, 1);
    assert_int_equal(map_count(bench.reading.records), 1);
    bench_close(&bench);
}

/* What an accepted offer's read may ask is in the policy, whatever the job maps. */
static void test_former_agreement_is_allowed(void **state)
{
    (void)state;
    bool allowed = false;
    for (size_t i = 0; i < aws_offers.permission_count; i++) {
        const struct permission *permission = &aws_offers.permissions[i];
        allowed = allowed || (!strcmp(permission->name, "aws-marketplace:DescribeAgreement") &&
                              !permission->actions && !permission->field);
    }
    assert_true(allowed);
}

/* Agreements that a search leaves out are asked for, not forgotten. */
static void test_former_agreement(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench);
    bench.changed = SUMMARY("o-old") "," SUMMARY("o-same");
    know(&bench, "o-old", "2025-11-01T10:00:00Z accepted agmt-1 ACTIVE");
    know(&bench, "o-same", "2025-12-01T10:00:00Z accepted agmt-2 ACTIVE");
    bench_read(&bench, NULL);
    assert_int_equal(bench.reading.outcome, READ_COMPLETE);
    assert_int_equal(bench.values, 1);
    assert_string_equal(value(&bench, "o-old", "agreement_status"), "EXPIRED");
    assert_string_equal(value(&bench, "o-old", "state"), "accepted");
    assert_true(map_has(bench.reading.seen, "o-same"));
    bench_close(&bench);
}

/* Without the agreements nobody knows what a released offer is; drafts and their errors are. */
static void test_agreements_denied(void **state)
{
    (void)state;
    static const struct fake_answer faults[] = {
        {.status = 403, .body = "{\"__type\":\"AccessDeniedException\",\"message\":\"no\"}"},
        {.status = 500},
        {.status = 400, .body = "{\"__type\":\"ValidationException\"}"},
        {.status = 200, .body = "{}"},
        {.status = 200, .body = "{\"agreementViewSummaries\":[],\"nextToken\":\"round\"}"},
    };
    for (size_t i = 0; i < COUNT(faults); i++) {
        struct bench bench;
        bench_open(&bench);
        bench.search = faults[i];
        bench.changed = SUMMARY("o-sold") "," SUMMARY("o-new") "," ENDS(
            "draft-1", "Draft", "2026-06-30T23:59:59Z", "'Targeting':['BuyerAccounts']");
        know(&bench, "o-sold", "2025-11-01T10:00:00Z accepted agmt-1 ACTIVE");
        bench_read(&bench, NULL);
        assert_int_equal(bench.reading.outcome, READ_PARTIAL);
        assert_string_equal(bench.reading.watermark, "");
        assert_non_null(strstr(bench.reading.error.message, "agreements cannot be read"));
        assert_int_equal(map_count(bench.reading.records), 1);
        assert_string_equal(value(&bench, "draft-1", "state"), "draft");
        bench_close(&bench);
    }
}

static void test_missing_document(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench);
    bench.changed = SUMMARY("o-1") "," SUMMARY("o-gone");
    bench.gone = "o-gone";
    bench_read(&bench, NULL);
    assert_int_equal(bench.reading.outcome, READ_PARTIAL);
    assert_int_equal(bench.reading.findings, 1);
    assert_int_equal(map_count(bench.reading.records), 1);
    bench_close(&bench);
}

static void test_authorizations(void **state)
{
    (void)state;
    struct bench bench;
    bool mapped[LIMIT_FIELDS] = {false};
    mapped[kind_field(&kinds[KIND_OFFER], "reseller")] = true;
    bench_open(&bench);
    bench.authorizations =
        "{'EntityId':'ra-1','LastModifiedDate':'2025-12-02T10:00:00Z',"
        "'ResaleAuthorizationSummary':{'Status':'Active','AvailabilityEndDate':null}},"
        "{'EntityId':'ra-2','LastModifiedDate':'2025-12-01T10:00:00Z',"
        "'ResaleAuthorizationSummary':{'Status':'Restricted'}}";
    know(&bench, "ra-1", "2025-12-02T10:00:00Z open - -");
    know(&bench, "ra-2", "2025-12-01T10:00:00Z cancelled - -");
    bench_read(&bench, NULL); /* the job does not map them */
    assert_int_equal(fake_http_count(bench.reading.http), 2);
    assert_int_equal(map_count(bench.reading.seen), 0);
    bench.mapped = mapped;
    bench_read(&bench, NULL);
    assert_int_equal(bench.reading.outcome, READ_COMPLETE);
    assert_int_equal(map_count(bench.reading.seen), 2);
    assert_string_equal(bench.reading.watermark, "ResaleAuthorization=2025-12-02T10:00:00Z");
    bench_close(&bench);
}

/* More acceptances than one filter takes, more documents than one batch. */
static void test_many(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench);
    const char *agreements = NULL, *related = NULL;
    for (int i = 0; i < 45; i++) {
        const char *comma = i ? "," : "";
        const char *id = arena_printf(bench.reading.arena, "o-%d", i);
        agreements = arena_printf(bench.reading.arena,
                                  "%s%s{'agreementId':'a-%d','acceptanceTime':1,'status':'ACTIVE',"
                                  "'proposalSummary':{'offerId':'%s'}}",
                                  agreements ? agreements : "", comma, i, id);
        related = arena_printf(bench.reading.arena,
                               "%s%s{'EntityId':'%s','LastModifiedDate':'" STAMP "',"
                               "'OfferSummary':{'State':'Released','Targeting':['BuyerAccounts']}}",
                               related ? related : "", comma, id);
        know(&bench, id, STAMP " open - -");
    }
    bench.agreements = agreements;
    bench.related = related; /* a server that passes over the filter does no harm */
    bench_read(&bench, SINCE);
    assert_int_equal(bench.reading.outcome, READ_COMPLETE);
    assert_int_equal(map_count(bench.reading.records), 45);
    assert_int_equal(bench.describes, 45);
    bench_close(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_full),
        cmocka_unit_test(test_nothing_new),
        cmocka_unit_test(test_untouched),
        cmocka_unit_test(test_details),
        cmocka_unit_test(test_endless_terms),
        cmocka_unit_test(test_former_agreement_is_allowed),
        cmocka_unit_test(test_former_agreement),
        cmocka_unit_test(test_agreements_denied),
        cmocka_unit_test(test_missing_document),
        cmocka_unit_test(test_authorizations),
        cmocka_unit_test(test_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
