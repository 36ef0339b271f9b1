#include "tests/support/judging.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

void judging_play(int (*judge)(void *cloud, const struct http_response *response,
                               bool *ret_auth_refresh, struct error *error),
                  const char *request_id, const struct judging_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct http_header headers[] = {{"request-id", "req-1"},
                                              {"content-type", cases[i].type}};
        const struct http_response response = {
            .status = cases[i].status,
            .headers = headers,
            .header_count = cases[i].type ? 2 : 1,
            .body = cases[i].body,
            .body_length = strlen(cases[i].body),
        };
        struct error error = {0};
        bool refresh = true;
        int result = judge(NULL, &response, &refresh, &error);
        print_message("  %d %s\n", cases[i].status, error.message);
        assert_int_equal(result, -(int)cases[i].class);
        assert_int_equal(refresh, cases[i].refresh);
        assert_string_equal(error.vendor_code, cases[i].code);
        assert_non_null(strstr(error.message, cases[i].message));
        if (cases[i].wait_ms >= 0)
            assert_true(error.retry_after_ms == cases[i].wait_ms);
        assert_int_equal(error.http_status, result ? cases[i].status : 0);
        assert_string_equal(error.request_id, result ? request_id : "");
    }
}
