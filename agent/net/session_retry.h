/* The session's judgement on failed attempts: pure functions of the error and what is known of the
 * call. */
#ifndef NET_SESSION_RETRY_H
#define NET_SESSION_RETRY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/world.h"
#include "net/http.h"

/* vendor_code of errors after which the request surely was not carried out. */
#define RETRY_NOT_SENT "not-sent"

/* Clouds refuse signatures made more than 5 minutes off; below 4 a clock is taken as right. */
#define RETRY_CLOCK_MS (4 * 60 * 1000)

/* What a failed attempt left open at the other side. */
enum retry_trace {
    RETRY_UNTOUCHED, /* nothing: never arrived, or was turned away at the door */
    RETRY_UNCERTAIN, /* it may have been carried out, wholly or in part */
};
/* `answered`: an HTTP answer came. A server cannot claim that a request was not sent. */
enum retry_trace retry_trace(const struct error *error, bool answered);

/* True if one more attempt may follow the `made` ones (of `attempts`). */
bool retry_may(const struct error *error, enum retry_trace trace, bool repeatable, unsigned made,
               unsigned attempts);

/* How long to wait before the attempt after `made` ones: full jitter, not shorter than what the
 * vendor asked for. */
int64_t retry_delay(const struct world *world, unsigned made, int64_t retry_after_ms);

/* The Retry-After header (seconds or a date) in milliseconds, 0 if there is none or it is not
 * understood; at most LIMIT_RETRY_AFTER_MS. */
int64_t retry_after(const struct http_response *response, int64_t now_ms);
int64_t retry_after_clamp(int64_t ms);

/* The Date header of an answer: server clock minus ours. False if there is none. */
bool retry_clock_difference(const struct http_response *response, int64_t now_ms,
                            int64_t *ret_difference_ms);

/* An answer that no judge knew better: by the status alone. 0 below 300. */
int retry_judge_status(const struct http_response *response, struct error *error);

/* A store of trust that retries draw on and successes pay back, so that an outage does not double
 * and triple the traffic. The numbers are those of the AWS SDKs' standard retry mode. */
#define RETRY_BUDGET_FULL 500
struct retry_budget {
    int tokens;
};
/* Takes the price of one retry and says it (`ret_price`); false if there is not enough left. */
bool retry_budget_take(struct retry_budget *budget, bool answered, int *ret_price);
/* After a success; `price` is that of the call's last retry, 0 if it needed none. */
void retry_budget_refund(struct retry_budget *budget, int price);

#endif
