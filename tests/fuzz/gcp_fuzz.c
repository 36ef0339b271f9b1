/* What Google's services answer, and credential files, over any bytes: each is taken or refused,
 * what is taken reads the same after it was written, and no credential file leads to a host that is
 * none of Google's. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "connectors/gcp/entitlements.h"
#include "connectors/gcp/grant.h"
#include "connectors/gcp/referrals.h"
#include "connectors/gcp/values.h"

#define NOW_MS INT64_C(1767225600000)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

/* ---- values ---- */

static void check_money(struct arena *arena, const struct json *document)
{
    const char *value = gcp_money_read(arena, document);
    if (value)
        require(text_equal(gcp_money_read(arena, gcp_money_write(arena, value)), value));
}

static void check_times(struct arena *arena, const struct json *document)
{
    const char *date = gcp_date_read(arena, document), *day = gcp_datetime_day(arena, document);
    if (date)
        require(text_equal(gcp_date_read(arena, gcp_date_write(arena, date)), date));
    struct json *midnight = gcp_datetime_write(arena, day, 0);
    if (midnight)
        require(text_equal(gcp_datetime_day(arena, midnight), day));
    gcp_datetime_last_day(arena, document);
}

/* ---- answers ---- */

static void check_status(const char *bytes, size_t size)
{
    static const int statuses[] = {400, 401, 403, 409, 429, 503};
    for (size_t i = 0; i < COUNT(statuses); i++) {
        const struct http_response response = {
            .status = statuses[i], .body = bytes, .body_length = size};
        struct error error = {0};
        bool refresh;
        require(gcp_judge(NULL, &response, &refresh, &error) < 0);
        require(error.class != ERROR_NONE && *error.message && error.retry_after_ms >= 0);
    }
}

/* The bytes are the answer, and what was exchanged for it. */
static void check_tokens(const char *bytes, size_t size)
{
    static const enum gcp_step_kind steps[] = {GCP_STEP_ASSERT, GCP_STEP_EXCHANGE,
                                               GCP_STEP_IMPERSONATE, GCP_STEP_SIGN};
    static const struct gcp_credentials by = {.type = GCP_EXTERNAL_ACCOUNT, .place = "file"};
    const struct http_response response = {.status = 200, .body = bytes, .body_length = size};
    const struct gcp_moment moment = {.now_ms = NOW_MS, .carry = bytes};
    for (size_t i = 0; i < COUNT(steps); i++) {
        const struct gcp_step step = {.kind = steps[i], .by = &by, .account = "a@b.example"};
        struct oauth_grant grant = {0};
        struct error error = {0};
        if (gcp_grant_read(&step, &response, &moment, &grant, &error) == 0)
            require(grant.access_token && grant.life_ms > 0);
        oauth_grant_clear(&grant);
        require(gcp_grant_refused(&step, &response, &error) < 0 && *error.message);
    }
}

static void check_records(struct arena *arena, const struct json *document)
{
    static const struct settings settings;
    const struct cloud cloud = {.arena = arena, .settings = &settings, .project = "acme"};
    struct json *offer = json_object(arena);
    if (!json_get_text(document, "name"))
        return;
    require(gcp_referral_record(arena, document, NULL, NULL)->raw != NULL);
    gcp_entitlement_say(&cloud, arena, document, document, "o-1", offer);
    require(json_find(offer, "agent.Entitlement") != NULL);
}

/* ---- credentials ---- */

static void check_credentials(struct arena *arena, const struct json *file)
{
    static const struct settings settings;
    const struct gcp_tokens_options options = {
        .settings = &settings,
        .token_url = "https://oauth2.googleapis.com/token",
        .sts_url = "https://sts.googleapis.com/v1/token",
        .iam_url = "https://iamcredentials.googleapis.com/v1/",
    };
    struct error error = {0};
    const struct gcp_reading in = {
        .arena = arena, .options = &options, .origin = "file", .place = "file", .error = &error};
    struct gcp_credentials credentials = {0};
    if (gcp_credentials_parse(&in, file, &credentials) < 0) {
        require(*error.message);
        gcp_credentials_wipe(&credentials);
        return;
    }
    require(gcp_credentials_is_google(arena, &options, credentials.token_url));
    require(gcp_credentials_is_google(arena, &options, credentials.sts_url));
    for (size_t i = 0; i < GCP_AUDIENCES; i++) {
        struct gcp_plan plan = {0};
        if (gcp_grant_plan(&options, &credentials, (enum gcp_audience)i, &plan, &error) == 0)
            require(plan.count > 0 && plan.count <= GCP_STEPS);
    }
    gcp_credentials_wipe(&credentials);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    CLEANUP_FREE char *bytes = memory_alloc(size + 1);
    struct json *document = NULL;
    int64_t ms;
    if (size > 0)
        memcpy(bytes, data, size);
    gcp_duration_read(bytes, &ms);
    check_status(bytes, size);
    check_tokens(bytes, size);
    if (json_parse(arena, bytes, size, &document, NULL) < 0)
        return 0;
    check_money(arena, document);
    check_times(arena, document);
    check_records(arena, document);
    check_credentials(arena, document); /* the last: it wipes the secrets in it */
    return 0;
}
