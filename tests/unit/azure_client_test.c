/* Calls of Microsoft's services: links that are not followed, addresses that get no token, and what
 * answers mean. */
#include "tests/unit/azure_bench.h"
#include "tests/support/judging.h"

/* ------------------------------------------------------------------ links */

static void test_links(void **state)
{
    (void)state;
    static const struct {
        enum azure_surface surface;
        const char *path, *link, *url; /* NULL: refused */
    } cases[] = {
        {AZURE_INGESTION, "/product",
         "https://graph.microsoft.com/rp/product-ingestion/product?continuationToken=a%2Fb",
         BASE "/rp/product-ingestion/product?continuationToken=a%2Fb"},
        {AZURE_INGESTION, "/product", "https://proxy.example/elsewhere?t=1",
         BASE "/rp/product-ingestion/product?t=1"},
        {AZURE_INGESTION, "/product", "http://graph.microsoft.com/product?t=1", NULL},
        {AZURE_INGESTION, "/product", "https://evil.example/product?t=1", NULL},
        {AZURE_INGESTION, "/product", "https://graph.microsoft.com@evil.example/?t=1", NULL},
        {AZURE_INGESTION, "/product", "https://graph.microsoft.com.evil.example/?t=1", NULL},
        {AZURE_INGESTION, "/product", "https://graph.microsoft.com:444/p?t=1", NULL},
        {AZURE_INGESTION, "/product", "https://graph.microsoft.com/p?t=1 HTTP/1.1", NULL},
        {AZURE_INGESTION, "/product", "https://graph.microsoft.com/p?", NULL},
        {AZURE_INGESTION, "/product", "https://graph.microsoft.com/p", NULL},
        {AZURE_INGESTION, "/product", "//graph.microsoft.com/p?t=1", NULL},
        {AZURE_INGESTION, "/product", "?t=1", NULL},
        {AZURE_REFERRALS, "", "http://api.partner.microsoft.com/v1.0/referrals?$skiptoken=k18",
         BASE "/v1.0/engagements/referrals?$skiptoken=k18"},
        {AZURE_REFERRALS, "",
         "https://api.partner.microsoft.com/v1.0/engagements/referrals?$skiptoken=k%2B&$orderby="
         "updatedDateTime%20asc",
         BASE "/v1.0/engagements/referrals?$skiptoken=k%2B&$orderby=updatedDateTime%20asc"},
        {AZURE_REFERRALS, "", "http://evil.example/v1.0/engagements/referrals?$skiptoken=k", NULL},
    };
    struct bench bench;
    bench_ordinary(&bench);
    for (size_t i = 0; i < COUNT(cases); i++) {
        CLEANUP_ARENA struct arena *arena = arena_new();
        struct http_request request = {0};
        struct error error = {0};
        print_message("  %s\n", cases[i].link);
        int result = azure_request_next(bench.cloud, arena, cases[i].surface, cases[i].path,
                                        cases[i].link, &request, &error);
        assert_int_equal(result, cases[i].url ? 0 : -ERROR_PERMANENT);
        if (cases[i].url)
            assert_string_equal(request.url, cases[i].url);
        else
            assert_null(request.url);
    }
    bench_close(&bench);
}

/* Whoever builds a request to another address: no token goes there. */
static void test_no_token_goes_elsewhere(void **state)
{
    (void)state;
    static const char *const urls[] = {"https://evil.example/rp/product-ingestion/x",
                                       BASE "/rp/product-ingestionx/y", BASE ".evil.example/"};
    for (size_t i = 0; i < COUNT(urls); i++) {
        struct bench bench;
        bench_ordinary(&bench);
        struct http_request request = {.method = "GET", .url = urls[i]};
        const struct call call = {.family = AZURE_GRAPH,
                                  .operation = "Test",
                                  .request = &request,
                                  .done = take_answer,
                                  .context = &bench};
        session_send(bench.cloud->session, &call);
        assert_int_equal(loop_run(bench.loop, &bench.done, NULL), 0);
        assert_int_equal(bench.error.class, ERROR_BUG);
        for (size_t k = 0; k < fake_http_count(bench.http); k++)
            assert_true(text_starts(sent(&bench, k)->url, BASE "/" TENANT "/oauth2/"));
        bench_close(&bench);
    }
}

/* ------------------------------------------------------------------ judge */

static void test_judge(void **state)
{
    (void)state;
    static const struct judging_case cases[] = {
        {200, "application/json", "{}", ERROR_NONE, false, "", "", 0},
        {204, NULL, "", ERROR_NONE, false, "", "", 0},
        {200, NULL, "", ERROR_NONE, false, "", "", 0}, /* no subscriptions */
        {200, "text/csv", "a,b\n", ERROR_NONE, false, "", "", 0},
        {200, "text/html", "<p>", ERROR_TEMPORARY, false, "", "web page", 0},
        {200, NULL, " <!DOCTYPE html>", ERROR_TEMPORARY, false, "", "web page", 0},
        {400, NULL,
         "{\"error\":{\"code\":\"invalidRequest\",\"message\":\"m\",\"innerError\":{\"code\":"
         "\"deep\",\"message\":\"why\"}}}",
         ERROR_REFUSED, false, "deep", "why", 0},
        {400, NULL,
         "{\"error\":{\"code\":\"BadRequest\",\"message\":\"m\",\"details\":[{\"code\":"
         "\"schemaValidationError\",\"message\":\"bad\"}]}}",
         ERROR_REFUSED, false, "schemaValidationError", "bad", 0},
        {401, NULL,
         "{\"error\":{\"code\":\"InvalidAuthenticationToken\",\"message\":\"x\",\"innerError\":"
         "{\"date\":\"d\",\"request-id\":\"1\"}}}",
         ERROR_AUTH, true, "InvalidAuthenticationToken", "associated", 0},
        {403, NULL, "{\"code\":900329,\"description\":\"app only\",\"source\":\"s\"}", ERROR_AUTH,
         false, "900329", "app only", 0},
        {403, NULL, "", ERROR_AUTH, false, "", "403", 0},
        {404, NULL, "{\"error\":{\"code\":\"itemNotFound\",\"message\":\"m\"}}", ERROR_REFUSED,
         false, "itemNotFound", "m", 0},
        {409, NULL, "", ERROR_TEMPORARY, false, "", "409", 0},
        {412, NULL, "{\"error\":{\"code\":\"preconditionFailed\",\"message\":\"m\"}}", ERROR_STALE,
         false, "preconditionFailed", "m", 0},
        {423, NULL, "", ERROR_TEMPORARY, false, "", "423", 0},
        {429, NULL,
         "{\"statusCode\":429,\"message\":\"Rate limit is exceeded. Try again in 57 seconds.\"}",
         ERROR_THROTTLED, false, "", "Rate limit", 57000},
        {429, NULL, "{\"message\":\"Try again in 99999999999999999999 seconds.\"}", ERROR_THROTTLED,
         false, "", "", -1},
        {500, "text/html", "<html><body>oops</body></html>", ERROR_TEMPORARY, false, "", "500", 0},
        {502, NULL, "", ERROR_TEMPORARY, false, "", "502", 0},
        {503, NULL, "{\"error\":{\"code\":\"serviceNotAvailable\",\"message\":\"m\"}}",
         ERROR_TEMPORARY, false, "serviceNotAvailable", "m", 0},
        {302, NULL, "", ERROR_PERMANENT, false, "", "302", 0},
        {415, NULL, "", ERROR_REFUSED, false, "", "415", 0},
    };
    judging_play(azure_judge, "req-1", cases, COUNT(cases));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_links),
        cmocka_unit_test(test_no_token_goes_elsewhere),
        cmocka_unit_test(test_judge),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
