/* What the wire refuses before the service looks at the request. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "tests/support/drive.h"

/* A whole signed request that a test then damages. */
struct wire {
    struct http_header headers[16];
    struct sandbox_request request;
};

static void make_wire(struct drive *drive, const struct sandbox_signer *signer, struct wire *wire)
{
    static const char body[] = "{\"Catalog\":\"AWS\"}";
    static const struct http_header headers[] = {
        {"Host", "127.0.0.1:8080"},
        {"Content-Type", "application/x-amz-json-1.0"},
        {"X-Amz-Target", SANDBOX_TARGET "ListOpportunities"},
    };
    struct sandbox_request request = {
        .method = "POST",
        .path = "/",
        .headers = headers,
        .header_count = COUNT(headers),
        .body = body,
        .body_length = sizeof body - 1,
    };
    struct sandbox_signer own = *signer;
    if (!own.now_ms)
        own.now_ms = drive->fake.now_ms;
    sandbox_sign(drive->arena, &own, &request);
    memcpy(wire->headers, request.headers, request.header_count * sizeof *request.headers);
    wire->request = request;
    wire->request.headers = wire->headers;
}

static void send_wire(struct drive *drive, const struct wire *wire)
{
    fake_advance(&drive->fake, 1000);
    sandbox_handle(drive->sandbox, &wire->request, drive->arena, &drive->response);
    drive->answer = NULL;
    json_parse(drive->arena, drive->response.body, drive->response.body_length, &drive->answer,
               NULL);
}

/* The tests ask for headers that are there. */
static struct http_header *wire_header(struct wire *wire, const char *name)
{
    size_t i = 0;
    while (i + 1 < wire->request.header_count && !text_equal_nocase(wire->headers[i].name, name))
        i++;
    return &wire->headers[i];
}

static void assert_refused(struct drive *drive, const char *type)
{
    if (strcmp(drive_error(drive), type) != 0)
        fail_msg("wanted %s, got %d %s", type, drive->response.status, drive->response.body);
    assert_in_range(drive->response.status, 400, 499);
}

static void test_good_signature_passes(void **state)
{
    (void)state;
    struct drive drive;
    struct wire wire;
    drive_start(&drive, NULL);
    make_wire(&drive, &drive.signer, &wire);
    send_wire(&drive, &wire);
    assert_int_equal(drive.response.status, 200);
    drive_stop(&drive);
}

static void test_signers_refused(void **state)
{
    (void)state;
    static const struct {
        struct sandbox_signer signer;
        int64_t apart_ms;
        const char *type;
    } cases[] = {
        {{.access_key = "AKIDOTHER"}, 0, "UnrecognizedClientException"},
        {{.session_token = "unwanted"}, 0, "UnrecognizedClientException"},
        {{.secret = "wrong"}, 0, "InvalidSignatureException"},
        {{.region = "eu-west-1"}, 0, "InvalidSignatureException"},
        {{.service = "aws-marketplace"}, 0, "InvalidSignatureException"},
        {{0}, 302 * 1000, "InvalidSignatureException"},
        {{0}, -300 * 1000, "InvalidSignatureException"},
        {{0}, 300 * 1000, ""},
        {{0}, -298 * 1000, ""},
    };
    struct drive drive;
    drive_start(&drive, NULL);
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct sandbox_signer signer = cases[i].signer;
        struct wire wire;
        signer.now_ms = drive.fake.now_ms + cases[i].apart_ms;
        make_wire(&drive, &signer, &wire);
        send_wire(&drive, &wire);
        if (cases[i].type[0])
            assert_refused(&drive, cases[i].type);
        else
            assert_int_equal(drive.response.status, 200);
    }
    drive_stop(&drive);
}

static void test_skewed_server_tells_its_time(void **state)
{
    (void)state;
    const struct sandbox_options options = {.skew_ms = 3600 * 1000};
    struct drive drive;
    struct wire wire;
    drive_start(&drive, &options);
    make_wire(&drive, &drive.signer, &wire);
    send_wire(&drive, &wire);
    assert_refused(&drive, "InvalidSignatureException");
    const char *date = "";
    for (size_t i = 0; i < drive.response.header_count; i++) {
        if (!strcmp(drive.response.headers[i].name, "date"))
            date = drive.response.headers[i].value;
    }
    assert_string_equal(date, "Thu, 01 Jan 2026 01:00:01 GMT");
    struct sandbox_signer corrected = {.now_ms = drive.fake.now_ms + options.skew_ms};
    make_wire(&drive, &corrected, &wire);
    send_wire(&drive, &wire);
    assert_int_equal(drive.response.status, 200);
    drive_stop(&drive);
}

static void test_session_tokens(void **state)
{
    (void)state;
    const struct sandbox_options options = {.session_token = "tok",
                                            .expires_ms = FAKE_START_MS + 60 * 1000};
    struct drive drive;
    struct wire wire;
    drive_start(&drive, &options);
    make_wire(&drive, &drive.signer, &wire);
    send_wire(&drive, &wire);
    assert_refused(&drive, "UnrecognizedClientException");

    drive.signer.session_token = "other";
    make_wire(&drive, &drive.signer, &wire);
    send_wire(&drive, &wire);
    assert_refused(&drive, "UnrecognizedClientException");

    drive.signer.session_token = "tok";
    make_wire(&drive, &drive.signer, &wire);
    send_wire(&drive, &wire);
    assert_int_equal(drive.response.status, 200);

    fake_advance(&drive.fake, 60 * 1000);
    make_wire(&drive, &drive.signer, &wire);
    send_wire(&drive, &wire);
    assert_refused(&drive, "ExpiredTokenException");
    drive_stop(&drive);
}

static void drop(struct wire *wire, const char *name)
{
    struct http_header *header = wire_header(wire, name);
    size_t at = (size_t)(header - wire->headers);
    wire->request.header_count--;
    memmove(header, header + 1, (wire->request.header_count - at) * sizeof *header);
}

static void test_damaged_requests(void **state)
{
    (void)state;
    static const struct {
        const char *header, *value; /* NULL: dropped */
        const char *type;
    } cases[] = {
        {"authorization", NULL, "MissingAuthenticationTokenException"},
        {"authorization", "Basic abc", "IncompleteSignatureException"},
        {"authorization", "AWS4-HMAC-SHA256 Credential=x", "IncompleteSignatureException"},
        {"x-amz-date", NULL, "IncompleteSignatureException"},
        {"x-amz-date", "2026-01-01T00:00:00Z", "IncompleteSignatureException"},
        {"host", "example.com", "InvalidSignatureException"},
        {"content-type", "application/x-amz-json-1.1", "InvalidSignatureException"},
        {"x-amz-target", SANDBOX_TARGET "GetOpportunity", "InvalidSignatureException"},
        {"x-amz-target", NULL, "InvalidSignatureException"},
    };
    struct drive drive;
    drive_start(&drive, NULL);
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct wire wire;
        make_wire(&drive, &drive.signer, &wire);
        if (cases[i].value)
            wire_header(&wire, cases[i].header)->value = cases[i].value;
        else
            drop(&wire, cases[i].header);
        send_wire(&drive, &wire);
        assert_refused(&drive, cases[i].type);
    }
    struct wire wire; /* a body that was not the one signed */
    make_wire(&drive, &drive.signer, &wire);
    wire.request.body = "{\"Catalog\":\"Sandbox\"}";
    wire.request.body_length = strlen(wire.request.body);
    send_wire(&drive, &wire);
    assert_refused(&drive, "InvalidSignatureException");

    make_wire(&drive, &drive.signer, &wire); /* a header that slipped past the signature */
    wire.headers[wire.request.header_count++] = (struct http_header){"x-amz-meta", "1"};
    send_wire(&drive, &wire);
    assert_refused(&drive, "InvalidSignatureException");
    drive_stop(&drive);
}

static void test_unknown_targets(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"application/json", SANDBOX_TARGET "ListOpportunities"},
        {"application/x-amz-json-1.0; charset=utf-8", SANDBOX_TARGET "ListOpportunities"},
        {"application/x-amz-json-1.0", SANDBOX_TARGET "DeleteOpportunity"},
        {"application/x-amz-json-1.0", "AWSPartnerCentralAccount.ListOpportunities"},
    };
    struct drive drive;
    drive_start(&drive, NULL);
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct http_header headers[] = {
            {"host", "h"}, {"content-type", rows[i][0]}, {"x-amz-target", rows[i][1]}};
        struct wire wire = {.request = {.method = "POST",
                                        .path = "/",
                                        .headers = headers,
                                        .header_count = COUNT(headers),
                                        .body = "{}",
                                        .body_length = 2}};
        const struct sandbox_signer signer = {.now_ms = drive.fake.now_ms};
        sandbox_sign(drive.arena, &signer, &wire.request);
        send_wire(&drive, &wire);
        assert_refused(&drive, "UnknownOperationException");
    }
    drive_stop(&drive);
}

static void test_catalogs(void **state)
{
    (void)state;
    const struct sandbox_options options = {.unregistered = "Sandbox"};
    struct drive drive;
    drive_start(&drive, &options);
    assert_int_equal(drive_text(&drive, "ListOpportunities", "{'Catalog':'AWS'}"), 200);
    assert_int_equal(drive_text(&drive, "ListOpportunities", "{'Catalog':'Sandbox'}"), 403);
    assert_refused(&drive, "AccessDeniedException");
    assert_string_equal(drive_answer(&drive, "Reason"), "INCOMPATIBLE_BENEFIT_AWS_PARTNER_STATE");
    assert_int_equal(drive_text(&drive, "ListOpportunities", "{'Catalog':'AWSMarketplace'}"), 400);
    assert_string_equal(drive_answer(&drive, "Reason"), "REQUEST_VALIDATION_FAILED");
    drive_stop(&drive);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good_signature_passes),
        cmocka_unit_test(test_signers_refused),
        cmocka_unit_test(test_skewed_server_tells_its_time),
        cmocka_unit_test(test_session_tokens),
        cmocka_unit_test(test_damaged_requests),
        cmocka_unit_test(test_unknown_targets),
        cmocka_unit_test(test_catalogs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
