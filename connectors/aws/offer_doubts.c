/* What a person should look at before an offer is made, told from all others: the marketplace takes
 * a second offer for the same thing without a word, and the buyer who accepts both pays twice. */
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/times.h"
#include "connectors/aws/offers.h"
#include "connectors/doubt.h"
#include "model/value.h"

struct doubting {
    const struct doubt_report *to;
    struct arena *arena;
    const struct record *replaced; /* the peer whose agreement the new one replaces; may be NULL */
    const char *product, *buyers;
};

static const struct record *find_replaced(const struct newcomer *newcomer)
{
    const char *agreement = record_get(newcomer->record, "replaces");
    for (size_t i = 0; agreement && i < newcomer->peer_count; i++) {
        if (text_equal(record_get(newcomer->peers[i], "agreement"), agreement))
            return newcomer->peers[i];
    }
    return NULL;
}

/* Who has accepted, or may. */
static const char *buyers_of(const struct record *record)
{
    const char *buyer = record_get(record, "buyer");
    return buyer ? buyer : record_get(record, "buyer_accounts");
}

static void doubt_agreement(const struct doubting *doubting, const struct record *peer)
{
    const char *agreement = record_get(peer, "agreement");
    const char *buyer = doubt_common(doubting->arena, doubting->buyers, buyers_of(peer));
    if (!buyer || !text_equal(record_get(peer, "state"), "accepted") ||
        !text_equal(record_get(peer, "agreement_status"), "ACTIVE") ||
        !text_equal(record_get(peer, "product"), doubting->product) ||
        text_equal(record_get(doubting->to->newcomer->record, "replaces"), agreement))
        return;
    doubt_tell(doubting->to, "OFR-013", "buyer_accounts", peer,
               arena_printf(doubting->arena, "%s has the agreement %s for %s, from the offer %s",
                            buyer, agreement ? agreement : "", doubting->product, peer->id));
}

/* Open, a draft that may be released, or one that this plan makes, which has no state yet. */
static void doubt_open(const struct doubting *doubting, const struct record *peer)
{
    struct arena *arena = doubting->arena;
    const char *replaces = record_get(doubting->to->newcomer->record, "replaces");
    const char *state = record_get(peer, "state");
    bool same = replaces && text_equal(record_get(peer, "replaces"), replaces);
    const char *buyer = doubt_common(arena, doubting->buyers, buyers_of(peer));
    bool alike = buyer && text_equal(record_get(peer, "product"), doubting->product);
    bool open = text_equal(state, "open"), draft = text_equal(state, "draft");
    if (!(open || draft || !state) || (!same && !alike))
        return;
    const char *expires = record_get(peer, "expires");
    buyer = buyer ? buyer : "the same buyer";
    doubt_tell(doubting->to, "OFR-014", same ? "replaces" : "buyer_accounts", peer,
               open ? arena_printf(arena, "the offer %s to %s can be accepted until %s", peer->id,
                                   buyer, expires ? expires : "it is cancelled")
               : draft ? arena_printf(arena, "the offer %s to %s is a draft", peer->id, buyer)
                       : arena_printf(arena, "%s becomes an offer to %s, too", peer->id, buyer));
}

/* Nothing of the old schedule is carried over. */
static void doubt_instalments(const struct doubting *doubting)
{
    const struct record *record = doubting->to->newcomer->record;
    const char *due = record_get(doubting->replaced, "agreement_schedule");
    const char *restated = record_get(record, "schedule");
    size_t count = list_count(due);
    const char **missing = arena_array(doubting->arena, count + 1, sizeof *missing);
    size_t missed = 0;
    for (size_t i = 0; i < count; i++) {
        const char *item = list_item(doubting->arena, due, i);
        int64_t day;
        bool ahead = day_parse(arena_copy_n(doubting->arena, item, strcspn(item, "=")), &day) &&
                     day > day_of(doubting->to->newcomer->now_ms);
        if (ahead && !doubt_common(doubting->arena, item, restated))
            missing[missed++] = item;
    }
    if (missed)
        doubt_tell(doubting->to, "OFR-015", "schedule", doubting->replaced,
                   arena_printf(doubting->arena, "%s is still due of %s",
                                list_print(doubting->arena, ", ",
                                           list_join(doubting->arena, missing, missed)),
                                record_get(record, "replaces")));
}

/* Our own account, as the ARN of anything of ours tells; NULL if nothing does. */
static const char *seller_of(const struct doubting *doubting)
{
    struct json *document = NULL;
    for (size_t i = 0; i < doubting->to->newcomer->peer_count; i++) {
        const char *raw = doubting->to->newcomer->peers[i]->raw;
        if (!raw || json_parse(doubting->arena, raw, strlen(raw), &document, NULL) < 0)
            continue;
        const char *arn = json_text(json_find(document, "Entity.EntityArn"));
        for (int colon = 0; arn && colon < 4; colon++) {
            arn = strchr(arn, ':');
            arn += arn != NULL;
        }
        return arn ? arena_copy_n(doubting->arena, arn, strcspn(arn, ":")) : NULL;
    }
    return NULL;
}

static void doubt_accounts(const struct doubting *doubting)
{
    const struct record *record = doubting->to->newcomer->record;
    const char *accounts = record_get(record, "buyer_accounts");
    const char *const own[][2] = {
        {"the reseller", record_get(record, "reseller")},
        {"the seller", accounts ? seller_of(doubting) : NULL},
    };
    for (size_t i = 0; i < COUNT(own); i++) {
        const char *account = doubt_common(doubting->arena, accounts, own[i][1]);
        if (account)
            doubt_tell(
                doubting->to, "OFR-016", "buyer_accounts", NULL,
                arena_printf(doubting->arena, "%s is the account of %s", account, own[i][0]));
    }
}

void aws_offer_doubts(const struct newcomer *newcomer,
                      void (*report)(void *context, const struct finding *finding), void *context)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    const struct doubt_report to = {newcomer, report, context};
    struct doubting doubting = {
        .to = &to,
        .arena = arena,
        .replaced = find_replaced(newcomer),
        .product = record_get(newcomer->record, "product"),
        .buyers = record_get(newcomer->record, "buyer_accounts"),
    };
    doubt_accounts(&doubting);
    /* A resale authorization sells nothing by itself. */
    if (text_equal(record_get(newcomer->record, "form"), "resale_authorization"))
        return;
    if (doubting.replaced) {
        doubting.product = record_get(doubting.replaced, "product");
        doubting.buyers = buyers_of(doubting.replaced);
        doubt_instalments(&doubting);
    }
    for (size_t i = 0; i < newcomer->peer_count; i++) {
        doubt_agreement(&doubting, newcomer->peers[i]);
        doubt_open(&doubting, newcomer->peers[i]);
    }
}
