/* What a person should look at before an offer is made, told from all others: the marketplace takes
 * a second offer to a customer without a word, and where the product allows one order only, the
 * second one can only be accepted if it replaces the first. */
#include "base/memory.h"
#include "base/text.h"
#include "connectors/doubt.h"
#include "connectors/gcp/offers.h"

struct doubting {
    const struct doubt_report *to;
    struct arena *arena;
};

static bool is_waiting(const char *state)
{
    static const char *const words[] = {"draft", "publishing", "open"};
    for (size_t i = 0; i < COUNT(words); i++)
        if (text_equal(state, words[i]))
            return true;
    return !state; /* this plan makes it */
}

static void doubt_peer(const struct doubting *doubting, const struct record *peer)
{
    struct arena *arena = doubting->arena;
    const struct record *record = doubting->to->newcomer->record;
    const char *state = record_get(peer, FIELD_STATE), *product = record_get(record, "product");
    const char *buyer = doubt_common(arena, record_get(record, "buyer_accounts"),
                                     record_get(peer, "buyer_accounts"));
    bool accepted = text_equal(state, "accepted");
    if (!buyer || !(accepted || is_waiting(state)) ||
        !text_equal(record_get(peer, "product"), product) ||
        text_equal(record_get(record, "replaces"), peer->id))
        return;
    doubt_tell(doubting->to, accepted ? "OFR-013" : "OFR-014", "buyer_accounts", peer,
               arena_printf(arena, "%s has the offer %s for %s, which is %s", buyer, peer->id,
                            product ? product : "the product", state ? state : "being made, too"));
}

void gcp_offer_doubts(const struct newcomer *newcomer,
                      void (*report)(void *context, const struct finding *finding), void *context)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    const struct doubt_report to = {newcomer, report, context};
    const struct doubting doubting = {&to, arena};
    doubt_title(&to, arena);
    for (size_t i = 0; i < newcomer->peer_count; i++)
        doubt_peer(&doubting, newcomer->peers[i]);
}
