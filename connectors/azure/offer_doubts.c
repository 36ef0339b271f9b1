/* What a person should look at before an offer is made, told from all others: the marketplace takes
 * a second offer to a customer without a word, and refuses it once a reseller has a part in either.
 */
#include "base/memory.h"
#include "base/text.h"
#include "base/times.h"
#include "connectors/azure/offers.h"
#include "connectors/doubt.h"
#include "model/value.h"

struct doubting {
    const struct doubt_report *to;
    struct arena *arena;
};

static int64_t day_in(const struct record *record, const char *field, int64_t otherwise)
{
    const char *text = record_get(record, field);
    int64_t day = otherwise;
    return text && day_parse(text, &day) ? day : otherwise;
}

/* An offer without a first day may start any day. */
static bool overlap(const struct record *a, const struct record *b, int64_t today)
{
    return day_in(a, "start_date", today) <= day_in(b, "end_date", INT64_MAX) &&
           day_in(b, "start_date", today) <= day_in(a, "end_date", INT64_MAX);
}

/* A partner's margin is for whatever it sells: it takes nothing from a customer's offer. */
static bool is_margin(const struct record *record)
{
    return text_equal(record_get(record, "form"), "margin");
}

static bool is_resold(const struct record *record)
{
    const char *form = record_get(record, "form");
    return text_equal(form, "resale_authorization") || text_equal(form, "channel");
}

static void doubt_peer(const struct doubting *doubting, const struct record *peer)
{
    struct arena *arena = doubting->arena;
    const struct record *record = doubting->to->newcomer->record;
    const char *state = record_get(peer, "state"), *product = record_get(record, "product");
    const char *buyer = doubt_common(arena, record_get(record, "buyer_accounts"),
                                     record_get(peer, "buyer_accounts"));
    bool accepted = text_equal(state, "accepted");
    bool alive = accepted || !state || text_equal(state, "open") || text_equal(state, "draft") ||
                 text_equal(state, "with_partner");
    if (!buyer || !alive || is_margin(peer) != is_margin(record) ||
        !text_equal(record_get(peer, "product"), product) ||
        text_equal(record_get(record, "replaces"), peer->id) ||
        !overlap(record, peer, day_of(doubting->to->newcomer->now_ms)))
        return;
    const char *refused = is_resold(record) || is_resold(peer)
                              ? "; where a reseller has a part, the cloud refuses that"
                              : "";
    doubt_tell(doubting->to, accepted ? "OFR-013" : "OFR-014", "buyer_accounts", peer,
               arena_printf(arena, "%s has the offer %s for %s at the same time, which is %s%s",
                            buyer, peer->id, product ? product : "the product",
                            state ? state : "being made, too", refused));
}

void azure_offer_doubts(const struct newcomer *newcomer,
                        void (*report)(void *context, const struct finding *finding), void *context)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    const struct doubt_report to = {newcomer, report, context};
    const struct doubting doubting = {&to, arena};
    doubt_title(&to, arena);
    for (size_t i = 0; i < newcomer->peer_count; i++)
        doubt_peer(&doubting, newcomer->peers[i]);
}
