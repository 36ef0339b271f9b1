/* The clock's work on private offers: publishing ends, Google reviews, deadlines pass. */
#include <string.h>

#include "tests/sandbox/gcp/market.h"
#include "tests/sandbox/gcp/pacific.h"

#define PUBLISH_MS 3000
#define REVIEW_MS  60000

#define REVIEW "publishRequirementGoogleReview"

void offer_move(struct sandbox *sandbox, struct rest_record *offer, const char *state,
                int64_t when_ms)
{
    static const char *const times[][2] = {{"PUBLISHED", "publishTime"},
                                           {"ACCEPTED", "acceptTime"},
                                           {"CANCELLED", "cancelTime"},
                                           {"ENDED", "endTime"}};
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct json *pair = market_copy(arena, offer), *shown = json_get(pair, "shown");
    json_set_text(arena, shown, "state", state);
    for (size_t i = 0; i < COUNT(times); i++) {
        if (!strcmp(times[i][0], state))
            json_set_text(arena, shown, times[i][1], gcp_instant(arena, when_ms));
    }
    market_store(sandbox, offer, pair);
}

static bool needs_review(const struct sandbox *sandbox, const struct rest_record *offer)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    int wanted = market_of(sandbox)->review;
    int64_t total = offer_total_cents(arena, market_shown(offer), market_hold(offer));
    return wanted ? wanted > 0 : total >= INT64_C(100) * GCP_REVIEW_FROM;
}

void offer_begin_publishing(struct sandbox *sandbox, struct rest_record *offer)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    const struct sandbox_options *options = &sandbox->options;
    int64_t now = sandbox_now(sandbox);
    struct json *pair = market_copy(arena, offer), *shown = json_get(pair, "shown");
    struct json *hold = json_get(pair, "hold"), *single = json_get(shown, "singleProductOffer");
    const struct json *standard =
        market_shown(listing_find(sandbox, json_get_text(single, "baseStandardOffer")));
    json_set_text(arena, shown, "state", "PUBLISHING");
    json_set_text(arena, single, "serviceLevel", json_get_text(standard, "serviceLevel"));
    json_set(arena, hold, "publish_due",
             json_int(arena, now + (options->publish_ms ? options->publish_ms : PUBLISH_MS)));
    if (needs_review(sandbox, offer)) {
        json_set(arena, hold, "review_due",
                 json_int(arena, now + (options->review_ms ? options->review_ms : REVIEW_MS)));
        json_set(arena, shown, REVIEW, json_object(arena));
    }
    market_store(sandbox, offer, pair);
}

void offer_approve_review(struct sandbox *sandbox, struct rest_record *offer, int64_t when_ms)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct json *pair = market_copy(arena, offer);
    struct json *review = json_find(pair, "shown." REVIEW), *hold = json_get(pair, "hold");
    if (!review)
        return;
    json_set_text(arena, review, "reviewApproveTime", gcp_instant(arena, when_ms));
    json_remove(hold, "review_due");
    if (json_get_int(hold, "publish_due", 0) < when_ms)
        json_set(arena, hold, "publish_due", json_int(arena, when_ms));
    market_store(sandbox, offer, pair);
}

static void run_publishing(struct sandbox *sandbox, struct rest_record *offer, int64_t now)
{
    int64_t review = market_held(offer, "review_due", 0);
    if (review && review <= now)
        offer_approve_review(sandbox, offer, review);
    int64_t due = market_held(offer, "publish_due", 0);
    if (!market_held(offer, "review_due", 0) && due <= now)
        offer_move(sandbox, offer, "PUBLISHED", due);
}

void offers_run(struct sandbox *sandbox)
{
    const struct rest_table *offers = &market_of(sandbox)->offers;
    int64_t now = sandbox_now(sandbox), deadline;
    for (size_t i = 0; i < offers->count; i++) {
        struct rest_record *offer = offers->records[i];
        if (offer_in(offer, "PUBLISHING"))
            run_publishing(sandbox, offer, now);
        if (offer_in(offer, "PUBLISHED") &&
            pacific_read(json_get(market_shown(offer), "acceptDeadlineTime"), &deadline) &&
            deadline <= now)
            offer_move(sandbox, offer, "EXPIRED", deadline);
    }
}
