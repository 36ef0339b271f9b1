#include "net/session_retry.h"

#include "base/limits.h"
#include "base/text.h"
#include "base/times.h"

#define BACKOFF_FIRST_MS   1000
#define BACKOFF_LONGEST_MS 20000
#define PRICE_ANSWERED     5
#define PRICE_UNANSWERED   10 /* no answer at all is the surer sign of an outage */
#define REFUND_FIRST_TRY   1

enum retry_trace retry_trace(const struct error *error, bool answered)
{
    if (!answered) {
        return text_equal(error->vendor_code, RETRY_NOT_SENT) ? RETRY_UNTOUCHED : RETRY_UNCERTAIN;
    }
    switch (error->class) {
    case ERROR_THROTTLED:
    case ERROR_AUTH:
    case ERROR_REFUSED:
    case ERROR_STALE:
        return RETRY_UNTOUCHED;
    default:
        return RETRY_UNCERTAIN;
    }
}

bool retry_may(const struct error *error, enum retry_trace trace, bool repeatable, unsigned made,
               unsigned attempts)
{
    if (error->class != ERROR_TEMPORARY && error->class != ERROR_THROTTLED) {
        return false;
    }
    return made < attempts && (repeatable || trace == RETRY_UNTOUCHED);
}

int64_t retry_delay(const struct world *world, unsigned made, int64_t retry_after_ms)
{
    int64_t longest = BACKOFF_FIRST_MS;
    for (unsigned i = 1; i < made && longest < BACKOFF_LONGEST_MS; i++) {
        longest *= 2;
    }
    longest = longest < BACKOFF_LONGEST_MS ? longest : BACKOFF_LONGEST_MS;
    int64_t jitter = (int64_t)world_random(world, (uint64_t)longest + 1);
    return jitter > retry_after_ms ? jitter : retry_after_ms;
}

int64_t retry_after_clamp(int64_t ms)
{
    if (ms < 0) {
        return 0;
    }
    return ms < LIMIT_RETRY_AFTER_MS ? ms : LIMIT_RETRY_AFTER_MS;
}

bool retry_clock_difference(const struct http_response *response, int64_t now_ms,
                            int64_t *ret_difference_ms)
{
    const char *date = http_response_get(response, "date");
    int64_t server_ms;
    if (date == NULL || !instant_parse_http(date, &server_ms)) {
        return false;
    }
    *ret_difference_ms = server_ms - now_ms;
    return true;
}

int64_t retry_after(const struct http_response *response, int64_t now_ms)
{
    const char *value = http_response_get(response, "retry-after");
    long long seconds;
    int64_t until_ms;
    if (value == NULL) {
        return 0;
    }
    if (text_to_int64(value, &seconds)) {
        bool huge = seconds > LIMIT_RETRY_AFTER_MS / 1000;
        return retry_after_clamp(huge ? LIMIT_RETRY_AFTER_MS : seconds < 0 ? 0 : seconds * 1000);
    }
    if (!instant_parse_http(value, &until_ms)) {
        return 0;
    }
    /* The date is the server's; so is the clock that it is read by, if the answer shows it. */
    int64_t difference_ms = 0;
    retry_clock_difference(response, now_ms, &difference_ms);
    return retry_after_clamp(until_ms - now_ms - difference_ms);
}

int retry_judge_status(const struct http_response *response, struct error *error)
{
    static const struct {
        int status;
        enum error_class class;
    } classes[] = {
        {401, ERROR_AUTH},  {403, ERROR_AUTH},      {408, ERROR_TEMPORARY},
        {412, ERROR_STALE}, {429, ERROR_THROTTLED}, {0, ERROR_REFUSED},
    };
    int status = response->status;
    if (status < 300) {
        return 0;
    }
    enum error_class class = ERROR_PERMANENT;
    if (status >= 500) {
        class = ERROR_TEMPORARY;
    } else if (status >= 400) {
        size_t i = 0;
        while (classes[i].status != 0 && classes[i].status != status) {
            i++;
        }
        class = classes[i].class;
    }
    int result =
        error_set(error, class, SCOPE_COLLECTION, "the server answered with status %d", status);
    error->http_status = status;
    return result;
}

bool retry_budget_take(struct retry_budget *budget, bool answered, int *ret_price)
{
    int price = answered ? PRICE_ANSWERED : PRICE_UNANSWERED;
    if (budget->tokens < price) {
        return false;
    }
    budget->tokens -= price;
    *ret_price = price;
    return true;
}

void retry_budget_refund(struct retry_budget *budget, int price)
{
    budget->tokens += price > 0 ? price : REFUND_FIRST_TRY;
    budget->tokens = budget->tokens < RETRY_BUDGET_FULL ? budget->tokens : RETRY_BUDGET_FULL;
}
