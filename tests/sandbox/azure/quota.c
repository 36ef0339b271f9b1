/* A bucket per host. No rate is published; throttling is counted per tenant, and an immediate retry
 * counts against the caller (partner-center/developer/api-throttling-guidance). */
#include "tests/sandbox/azure/azure.h"

#define PER_SECOND 10
#define AT_ONCE    20
#define CALL       1000 /* in thousandths: a millisecond at a call a second brings one */

static struct azure_quota *find_quota(struct azure *azure, const char *audience)
{
    size_t i = 0;
    while (i + 1 < AZURE_QUOTAS && azure->quotas[i].audience &&
           !text_equal(azure->quotas[i].audience, audience))
        i++;
    azure->quotas[i].audience = audience;
    return &azure->quotas[i];
}

int64_t azure_quota_take(struct sandbox *sandbox, const char *audience)
{
    struct azure_quota *quota = find_quota(sandbox->azure, audience);
    int64_t now = sandbox_now(sandbox);
    int64_t rate = (int64_t)PER_SECOND * sandbox->options.rate;
    int64_t full = (int64_t)AT_ONCE * CALL * sandbox->options.rate;
    int64_t passed = now - quota->filled_ms;
    /* From the deepest debt to the brim takes twice the time of a full bucket. */
    if (!quota->filled_ms || passed < 0 || passed > 2 * full / rate)
        quota->millicalls = full;
    else
        quota->millicalls += passed * rate;
    if (quota->millicalls > full)
        quota->millicalls = full;
    quota->filled_ms = now;
    quota->millicalls -= CALL;
    if (quota->millicalls >= -1) /* a thousandth is forgiven to the rounding of milliseconds */
        return 0;
    if (quota->millicalls < -full)
        quota->millicalls = -full;
    return (CALL - quota->millicalls) / (rate * 1000) + 1;
}
