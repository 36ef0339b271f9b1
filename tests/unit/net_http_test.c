/* The libcurl transport against a server that misbehaves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <signal.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/memory.h"
#include "base/text.h"
#include "net/loop.h"
#include "tests/support/fake.h"
#include "tests/support/rude.h"

static struct rude rude;

static int open_servers(void **state)
{
    (void)state;
    rude_start(&rude);
    return 0;
}

static int close_servers(void **state)
{
    (void)state;
    rude_stop();
    return 0;
}

/* ---- the client ---- */

struct got {
    struct arena *arena;
    bool done;
    int status;
    const char *body;
    size_t body_length;
    struct http_header headers[32];
    struct http_response response; /* with copies */
    struct error error;
};

struct client {
    struct fake fake; /* curl has a clock of its own */
    struct http *http;
    struct arena *arena;
};

static void open_client(struct client *client, const struct http_options *options)
{
    static const struct http_options plain = {.user_agent = "agent/test"};
    struct error error = {0};
    fake_init(&client->fake, 1);
    client->arena = arena_new();
    assert_int_equal(http_curl_new(options == NULL ? &plain : options, &client->fake.world,
                                   &client->http, &error),
                     0);
}

static void close_client(struct client *client)
{
    client->http->ops->close(client->http);
    arena_free(client->arena);
    fake_free(&client->fake);
}

static void keep(void *context, const struct http_response *response, const struct error *error)
{
    struct got *got = context;
    assert_false(got->done);
    got->done = true;
    assert_true((response == NULL) != (error == NULL));
    if (error != NULL) {
        got->error = *error;
        return;
    }
    got->response = *response;
    for (size_t i = 0; i < response->header_count && i < COUNT(got->headers); i++) {
        got->headers[i].name = arena_copy(got->arena, response->headers[i].name);
        got->headers[i].value = arena_copy(got->arena, response->headers[i].value);
    }
    got->status = response->status;
    got->body = arena_copy_n(got->arena, response->body, response->body_length);
    got->body_length = response->body_length;
}

static void finish(struct client *client, struct got *got)
{
    struct error error = {0};
    for (int i = 0; i < 2000 && !got->done; i++) {
        assert_int_equal(client->http->ops->wait(client->http, 50, NULL, 0, &error), 0);
    }
    assert_true(got->done);
    got->response.headers = got->headers;
}

static void fetch(struct client *client, const struct http_request *request, struct got *got)
{
    *got = (struct got){.arena = client->arena};
    if (client->http->ops->start(client->http, request, keep, got, &got->error) == 0) {
        assert_false(got->done);
        finish(client, got);
    }
}

static const char *url(struct client *client, const char *path)
{
    return arena_printf(client->arena, "http://127.0.0.1:%u%s", rude.port, path);
}

static void get(struct client *client, const char *path, struct got *got)
{
    struct http_request request = {.method = "GET", .url = url(client, path), .timeout_ms = 10000};
    fetch(client, &request, got);
}

static void expect(const char *what, const struct got *got, int status, enum error_class class,
                   const char *code)
{
    if (got->status != status || got->error.class != class ||
        !text_equal(got->error.vendor_code, code)) {
        fail_msg("%s: status %d, %s, '%s', %s", what, got->status,
                 error_class_name(got->error.class), got->error.vendor_code, got->error.message);
    }
}

/* ---- what is sent ---- */

static void test_request_as_given(void **state)
{
    (void)state;
    static const struct {
        const char *method;
        const char *body;
        const char *want[8];
        const char *never[6];
    } cases[] = {
        {"GET",
         NULL,
         {"GET /echo?x=%20y HTTP/1.1\r\n", "\r\nX-Mine: a, b\r\n", "\r\nX-Empty:\r\n",
          "\r\nUser-Agent: agent/test\r\n", "\r\nAccept-Encoding: "},
         {"Content-Type", "Expect", "\r\nAccept: ", "Cookie", "Content-Length"}},
        {"POST",
         "{\"a\":\"\xc3\xa9\"}",
         {"POST /echo", "\r\nContent-Length: 10\r\n", "\r\n\r\n{\"a\":\"\xc3\xa9\"}"},
         {"Content-Type", "Expect", "chunked", "\r\nAccept: "}},
        {"POST", "", {"POST /echo", "\r\nContent-Length: 0\r\n"}, {"Content-Type", "Expect"}},
        {"PUT", "x", {"PUT /echo", "\r\nContent-Length: 1\r\n", "\r\n\r\nx"}, {"Content-Type"}},
        {"PATCH", "x", {"PATCH /echo", "\r\n\r\nx"}, {"Expect"}},
        {"DELETE", NULL, {"DELETE /echo"}, {"Content-Length", "Content-Type"}},
        {"DELETE", "x", {"DELETE /echo", "\r\n\r\nx"}, {"Content-Type"}},
    };
    struct client client;
    open_client(&client, NULL);
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct http_request request = {
            .method = cases[i].method,
            .url = url(&client, "/echo?x=%20y"),
            .headers = {{"X-Mine", "a, b"}, {"X-Empty", ""}},
            .header_count = 2,
            .body = cases[i].body,
            .body_length = cases[i].body == NULL ? 0 : strlen(cases[i].body),
        };
        struct got got;
        fetch(&client, &request, &got);
        expect(cases[i].method, &got, 200, ERROR_NONE, "");
        assert_string_equal(http_response_get(&got.response, "x-echo"), "yes");
        for (size_t j = 0; j < COUNT(cases[i].want) && cases[i].want[j] != NULL; j++) {
            if (strstr(got.body, cases[i].want[j]) == NULL) {
                fail_msg("%s: no '%s' in\n%s", cases[i].method, cases[i].want[j], got.body);
            }
        }
        for (size_t j = 0; j < COUNT(cases[i].never) && cases[i].never[j] != NULL; j++) {
            if (strstr(got.body, cases[i].never[j]) != NULL) {
                fail_msg("%s: '%s' in\n%s", cases[i].method, cases[i].never[j], got.body);
            }
        }
    }
    close_client(&client);
}

/* What was signed, or held against the account's own addresses, is what goes out. */
static void test_paths_as_given(void **state)
{
    (void)state;
    struct client client;
    struct got got;
    open_client(&client, NULL);
    get(&client, "/echo/a/../b/./c", &got);
    expect("dots", &got, 200, ERROR_NONE, "");
    assert_non_null(strstr(got.body, "GET /echo/a/../b/./c HTTP/1.1\r\n"));
    close_client(&client);
}

static void test_large_body(void **state)
{
    (void)state;
    struct client client;
    open_client(&client, NULL);
    size_t length = 300000;
    char *body = arena_alloc(client.arena, length + 1);
    memset(body, 'x', length);
    struct http_request request = {
        .method = "POST", .url = url(&client, "/echo"), .body = body, .body_length = length};
    struct got got;
    fetch(&client, &request, &got);
    expect("large", &got, 200, ERROR_NONE, "");
    assert_true(got.body_length > length);
    assert_non_null(strstr(got.body, "\r\n\r\nxxxx"));
    close_client(&client);
}

static void test_no_smuggling(void **state)
{
    (void)state;
    static const struct http_header headers[] = {
        {"X-A", "b\r\nX-Evil: 1"}, {"X-A\r\nX-Evil", "1"}, {"X A", "1"}, {"X-A", "\x7f"}};
    struct client client;
    open_client(&client, NULL);
    for (size_t i = 0; i < COUNT(headers); i++) {
        struct http_request request = {.method = "GET",
                                       .url = url(&client, "/echo"),
                                       .headers = {headers[i]},
                                       .header_count = 1};
        struct got got;
        fetch(&client, &request, &got);
        expect("smuggled", &got, 0, ERROR_INPUT, "not-sent");
    }
    close_client(&client);
}

/* http without TLS goes to this host and to the few addresses that serve credentials, under no
 * spelling to any other. */
static void test_places(void **state)
{
    (void)state;
    static const struct {
        const char *url;
        enum http_place place;
    } cases[] = {
        {"http://127.0.0.1/x", HTTP_LOOPBACK},
        {"https://127.9.9.9:8/x", HTTP_LOOPBACK},
        {"http://[::1]:80/", HTTP_LOOPBACK},
        {"http://LOCALHOST", HTTP_LOOPBACK},
        {"http://169.254.170.2/v2/x", HTTP_CONTAINER},
        {"http://169.254.170.23/v1/credentials", HTTP_CONTAINER},
        {"http://[fd00:ec2::23]/v1/credentials", HTTP_CONTAINER},
        {"http://[FD00:0EC2:0:0::23]/v1/credentials", HTTP_CONTAINER},
        {"http://169.254.169.254/latest/", HTTP_INSTANCE},
        {"http://169.254.169.254:80/latest/", HTTP_INSTANCE},
        {"http://[fd00:ec2::254]/latest/", HTTP_INSTANCE},
        {"http://169.254.169.253/", HTTP_FAR},
        {"http://169.254.170.3/", HTTP_FAR},
        {"http://169.254.170.2.evil.example/", HTTP_FAR},
        {"http://169.254.170.2@evil.example/", HTTP_FAR},
        {"http://evil.example\\@169.254.170.2/", HTTP_FAR},
        {"http://0251.0376.0252.02/", HTTP_FAR},
        {"http://2852039166/", HTTP_FAR},
        {"http://[fd00:ec2::24]/", HTTP_FAR},
        {"http://[::ffff:169.254.170.2]/", HTTP_FAR},
        {"http://[fd00:ec2::23", HTTP_FAR},
        {"http://example.com/169.254.170.2", HTTP_FAR},
        {"ftp://169.254.170.2/", HTTP_FAR},
        {"169.254.170.2", HTTP_FAR},
        {"", HTTP_FAR},
        {NULL, HTTP_FAR},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        print_message("  %s\n", cases[i].url ? cases[i].url : "NULL");
        assert_int_equal(http_place(cases[i].url), cases[i].place);
        assert_int_equal(http_is_local(cases[i].url), cases[i].place != HTTP_FAR);
        assert_int_equal(http_is_loopback(cases[i].url), cases[i].place == HTTP_LOOPBACK);
    }
}

static void test_never_sent(void **state)
{
    (void)state;
    unsigned closed_port;
    close(rude_listen(&closed_port));
    unsigned deaf_port;
    int deaf = rude_listen(&deaf_port); /* connects, but nobody speaks TLS */
    struct client client;
    open_client(&client, NULL);
    const struct {
        const char *url;
        enum error_class class;
    } cases[] = {
        {arena_printf(client.arena, "http://127.0.0.1:%u/", closed_port), ERROR_TEMPORARY},
        {arena_printf(client.arena, "https://127.0.0.1:%u/", deaf_port), ERROR_TEMPORARY},
        {arena_printf(client.arena, "https://127.0.0.1:%u/close", rude.port), ERROR_TEMPORARY},
        {"https://no-such-host.invalid/", ERROR_TEMPORARY},
        {"http://example.com/", ERROR_INPUT},
        {"http://127.0.0.1@example.com/", ERROR_INPUT},
        {"https://user:pass@127.0.0.1/", ERROR_INPUT},
        {"ftp://127.0.0.1/", ERROR_INPUT},
        {"file:///etc/passwd", ERROR_INPUT},
        {"https://", ERROR_INPUT},
        {"https://127.0.0.1:99999/", ERROR_INPUT},
        {"https://127.0.0.1/a b", ERROR_INPUT},
        {"https://127.0.0.1/a\r\nX: y", ERROR_INPUT},
        {"", ERROR_INPUT},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct http_request request = {.method = "POST",
                                       .url = cases[i].url,
                                       .body = "x",
                                       .body_length = 1,
                                       .timeout_ms = 300};
        struct got got;
        fetch(&client, &request, &got);
        expect(cases[i].url, &got, 0, cases[i].class, "not-sent");
    }
    close_client(&client);
    close(deaf);
}

/* When a kept connection dies under a request, the request is not sent a second time. */
static void test_not_sent_twice(void **state)
{
    (void)state;
    static const struct {
        const char *method;
        const char *body;
    } cases[] = {{"POST", "write"}, {"PUT", "write"}, {"POST", NULL}, {"DELETE", NULL}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct client client;
        struct got got;
        open_client(&client, NULL);
        get(&client, "/once", &got);
        expect("first", &got, 200, ERROR_NONE, "");
        int before = rude_requests();
        struct http_request request = {
            .method = cases[i].method,
            .url = url(&client, "/once"),
            .body = cases[i].body,
            .body_length = cases[i].body == NULL ? 0 : strlen(cases[i].body),
        };
        fetch(&client, &request, &got);
        if (cases[i].body != NULL) {
            expect(cases[i].method, &got, 0, ERROR_TEMPORARY, "");
        } else {
            expect(cases[i].method, &got, 200, ERROR_NONE, ""); /* on a connection of its own */
        }
        assert_int_equal(rude_requests() - before, 1);
        close_client(&client);
    }
}

static void test_connections_are_kept(void **state)
{
    (void)state;
    struct client client;
    open_client(&client, NULL);
    int before = rude_connections();
    for (int i = 0; i < 20; i++) {
        struct http_request request = {
            .method = "POST", .url = url(&client, "/echo"), .body = "x", .body_length = 1};
        struct got got;
        fetch(&client, &request, &got);
        expect("kept", &got, 200, ERROR_NONE, "");
    }
    assert_int_equal(rude_connections() - before, 1);
    close_client(&client);
}

/* ---- what comes back ---- */

static void test_answers(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        int status;
        const char *body;
        const char *name; /* of a header that is there */
        const char *value;
        const char *absent;
    } cases[] = {
        {"/redirect", 302, "", "location", "/echo", NULL}, /* shown, not followed */
        {"/early", 200, "ok", "x-late", "2", "x-early"},
        {"/trailer", 200, "ok", NULL, NULL, "x-tail"},
        {"/twice", 200, "", "x-a", "1", NULL},
        {"/none", 204, "", NULL, NULL, NULL},
        {"/500", 500, "oops", NULL, NULL, NULL},
    };
    struct client client;
    struct got got;
    open_client(&client, NULL);
    for (size_t i = 0; i < COUNT(cases); i++) {
        get(&client, cases[i].path, &got);
        expect(cases[i].path, &got, cases[i].status, ERROR_NONE, "");
        assert_string_equal(got.body, cases[i].body);
        if (cases[i].name != NULL) {
            assert_string_equal(http_response_get(&got.response, cases[i].name), cases[i].value);
        }
        if (cases[i].absent != NULL) {
            assert_null(http_response_get(&got.response, cases[i].absent));
        }
    }
    get(&client, "/nul", &got);
    assert_int_equal(got.body_length, 3);
    assert_memory_equal(got.body, "a\0b", 4);
    get(&client, "/echo", &got); /* the cookie of /redirect was not kept */
    assert_null(strcasestr(got.body, "cookie"));
    close_client(&client);
}

/* None of them reads as an answer, nor as a request that was not sent. */
static void test_broken_answers(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        enum error_class class;
    } cases[] = {
        {"/short", ERROR_TEMPORARY},     {"/chunk-cut", ERROR_TEMPORARY},
        {"/chunk-mid", ERROR_TEMPORARY}, {"/chunk-bad", ERROR_TEMPORARY},
        {"/head-cut", ERROR_TEMPORARY},  {"/endless", ERROR_TEMPORARY},
        {"/garbage", ERROR_TEMPORARY},   {"/close", ERROR_TEMPORARY},
        {"/reset", ERROR_TEMPORARY},     {"/headers", ERROR_PERMANENT},
        {"/huge", ERROR_PERMANENT},      {"/bomb", ERROR_PERMANENT},
    };
    struct client client;
    open_client(&client, NULL);
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct got got;
        get(&client, cases[i].path, &got);
        expect(cases[i].path, &got, 0, cases[i].class, "");
        assert_true(got.error.message[0] != '\0');
    }
    close_client(&client);
}

static void test_timeouts(void **state)
{
    (void)state;
    static const char *const paths[] = {"/silent", "/stall"};
    struct client client;
    open_client(&client, NULL);
    for (size_t i = 0; i < COUNT(paths); i++) {
        struct http_request request = {
            .method = "GET", .url = url(&client, paths[i]), .timeout_ms = 150};
        struct got got;
        fetch(&client, &request, &got);
        expect(paths[i], &got, 0, ERROR_TEMPORARY, ""); /* the server had the request */
    }
    close_client(&client);
}

/* ---- the surroundings ---- */

static void test_environment_is_not_asked(void **state)
{
    (void)state;
    static const char *const names[] = {"http_proxy", "https_proxy", "ALL_PROXY"};
    static const char *const proxies[] = {NULL, "", "http://127.0.0.1:1"};
    for (size_t i = 0; i < COUNT(names); i++) {
        setenv(names[i], "http://127.0.0.1:1", 1);
    }
    for (size_t i = 0; i < COUNT(proxies); i++) {
        struct client client;
        struct got got;
        open_client(&client,
                    &(struct http_options){.user_agent = "agent/test", .proxy = proxies[i]});
        get(&client, "/echo", &got); /* loopback never goes through one */
        expect("proxy", &got, 200, ERROR_NONE, "");
        close_client(&client);
    }
    for (size_t i = 0; i < COUNT(names); i++) {
        unsetenv(names[i]);
    }
}

static void test_tls(void **state)
{
    (void)state;
    const struct {
        const char *host;
        const char *path;
        const char *ca_file;
        int status;
        enum error_class class;
        const char *code;
    } cases[] = {
        {"localhost", "/", rude.ca_path, 200, ERROR_NONE, ""},
        {"localhost", "/", NULL, 0, ERROR_PERMANENT, "not-sent"},
        {"127.0.0.1", "/", rude.ca_path, 0, ERROR_PERMANENT, "not-sent"}, /* not its name */
        {"localhost", "/", "/nowhere/ca.pem", 0, ERROR_PERMANENT, "not-sent"},
        {"localhost", "/cut", rude.ca_path, 0, ERROR_TEMPORARY, ""},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct client client;
        open_client(&client, &(struct http_options){.user_agent = "agent/test",
                                                    .ca_file = cases[i].ca_file});
        struct http_request request = {
            .method = "POST",
            .url = arena_printf(client.arena, "https://%s:%u%s", cases[i].host, rude.tls_port,
                                cases[i].path),
            .body = "x",
            .body_length = 1,
        };
        struct got got;
        fetch(&client, &request, &got);
        expect(cases[i].path, &got, cases[i].status, cases[i].class, cases[i].code);
        close_client(&client);
    }
}

static void test_many_at_once_and_dropped(void **state)
{
    (void)state;
    struct client client;
    open_client(&client, NULL);
    static struct got got[20];
    static struct http_request requests[20];
    struct error error = {0};
    for (size_t i = 0; i < COUNT(got); i++) {
        got[i] = (struct got){.arena = client.arena};
        requests[i] = (struct http_request){.method = "GET",
                                            .url = url(&client, i % 4 == 3 ? "/silent" : "/echo")};
        assert_int_equal(client.http->ops->start(client.http, &requests[i], keep, &got[i], &error),
                         0);
    }
    for (size_t i = 0; i < COUNT(got); i++) {
        if (i % 4 != 3) {
            finish(&client, &got[i]);
            expect("many", &got[i], 200, ERROR_NONE, "");
        }
    }
    close_client(&client); /* drops the silent ones */
    for (size_t i = 3; i < COUNT(got); i += 4) {
        assert_false(got[i].done);
    }
}

/* Waits until the descriptor shows something. */
static short watch(struct client *client, int fd)
{
    struct pollfd watched = {.fd = fd, .events = POLLIN};
    struct error error = {0};
    for (int i = 0; i < 20 && watched.revents == 0; i++) {
        assert_int_equal(client->http->ops->wait(client->http, 10000, &watched, 1, &error), 0);
    }
    return watched.revents;
}

/* A descriptor wakes the wait for a transfer, a hang-up included. */
static void test_descriptors(void **state)
{
    (void)state;
    struct client client;
    open_client(&client, NULL);
    struct got got = {.arena = client.arena};
    struct http_request request = {.method = "GET", .url = url(&client, "/silent")};
    struct error error = {0};
    assert_int_equal(client.http->ops->start(client.http, &request, keep, &got, &error), 0);
    int fds[2];
    char byte;
    assert_int_equal(pipe(fds), 0);
    struct pollfd watched = {.fd = fds[0], .events = POLLIN};
    assert_int_equal(client.http->ops->wait(client.http, 0, &watched, 1, &error), 0);
    assert_int_equal(watched.revents, 0);
    assert_int_equal(write(fds[1], "x", 1), 1);
    assert_true((watch(&client, fds[0]) & POLLIN) != 0);
    assert_int_equal(read(fds[0], &byte, 1), 1);
    close(fds[1]);
    assert_true((watch(&client, fds[0]) & POLLHUP) != 0);
    close(fds[0]);
    close_client(&client);
}

static void test_keys_are_not_logged(void **state)
{
    (void)state;
    CLEANUP_FREE char *path = memory_copy("/tmp/agent-keys-XXXXXX");
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(setenv("SSLKEYLOGFILE", path, 1), 0);
    struct client client;
    open_client(&client,
                &(struct http_options){.user_agent = "agent/test", .ca_file = rude.ca_path});
    struct http_request request = {
        .method = "GET",
        .url = arena_printf(client.arena, "https://localhost:%u/cut", rude.tls_port),
    };
    struct got got;
    fetch(&client, &request, &got);
    close_client(&client);
    assert_int_equal(lseek(fd, 0, SEEK_END), 0);
    close(fd);
    unlink(path);
}

static void test_reset_in_upload(void **state)
{
    (void)state;
    struct client client;
    open_client(&client,
                &(struct http_options){.user_agent = "agent/test", .ca_file = rude.ca_path});
    size_t length = 8 << 20;
    char *body = arena_alloc(client.arena, length);
    struct http_request request = {
        .method = "POST",
        .url = arena_printf(client.arena, "https://localhost:%u/cut", rude.tls_port),
        .body = body,
        .body_length = length,
    };
    for (int i = 0; i < 3; i++) {
        struct got got;
        fetch(&client, &request, &got);
        expect("upload", &got, 0, ERROR_TEMPORARY, "");
    }
    close_client(&client);
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN); /* as the program does */
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_request_as_given),
        cmocka_unit_test(test_paths_as_given),
        cmocka_unit_test(test_large_body),
        cmocka_unit_test(test_no_smuggling),
        cmocka_unit_test(test_places),
        cmocka_unit_test(test_never_sent),
        cmocka_unit_test(test_not_sent_twice),
        cmocka_unit_test(test_connections_are_kept),
        cmocka_unit_test(test_answers),
        cmocka_unit_test(test_broken_answers),
        cmocka_unit_test(test_timeouts),
        cmocka_unit_test(test_environment_is_not_asked),
        cmocka_unit_test(test_tls),
        cmocka_unit_test(test_many_at_once_and_dropped),
        cmocka_unit_test(test_descriptors),
        cmocka_unit_test(test_keys_are_not_logged),
        cmocka_unit_test(test_reset_in_upload),
    };
    return cmocka_run_group_tests(tests, open_servers, close_servers) ? 1 : 0;
}
