/* The market as a whole: its life, its snapshot, what of it stands in sandbox.h. */
#include "tests/sandbox/market.h"

#include <stdlib.h>
#include <string.h>

struct market *market_new(void)
{
    struct market *market = memory_alloc(sizeof *market);
    market->by_id = map_new();
    return market;
}

static void free_texts(char *const *texts, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(texts[i]);
}

static void free_entity(struct entity *entity)
{
    char *const texts[] = {entity->id, entity->owner, entity->agreement, entity->source};
    free_texts(texts, COUNT(texts));
    arena_free(entity->arena);
    free(entity);
}

static void free_agreement(struct agreement *agreement)
{
    char *const texts[] = {agreement->id,       agreement->offer,        agreement->offer_set,
                           agreement->product,  agreement->product_type, agreement->acceptor,
                           agreement->currency, agreement->value,        agreement->status};
    free_texts(texts, COUNT(texts));
    arena_free(agreement->arena);
    free(agreement);
}

void market_free(struct market *market)
{
    if (!market)
        return;
    for (size_t i = 0; i < market->entity_count; i++)
        free_entity(market->entities[i]);
    for (size_t i = 0; i < market->set_count; i++)
        set_free(market->sets[i]);
    for (size_t i = 0; i < market->agreement_count; i++)
        free_agreement(market->agreements[i]);
    map_free(market->by_id);
    free(market->entities);
    free(market->sets);
    free(market->agreements);
    free(market);
}

void market_keep_set(struct market *market, struct change_set *set)
{
    ARRAY_GROW(market->sets, &market->set_capacity, market->set_count + 1);
    market->sets[market->set_count++] = set;
}

struct agreement *market_add_agreement(struct market *market)
{
    struct agreement *agreement = memory_alloc(sizeof *agreement);
    agreement->arena = arena_new();
    ARRAY_GROW(market->agreements, &market->agreement_capacity, market->agreement_count + 1);
    return market->agreements[market->agreement_count++] = agreement;
}

void market_run(struct sandbox *sandbox)
{
    sets_run(sandbox);
    agreements_run(sandbox);
}

/* ---- For tests. */
const struct json *sandbox_entity(const struct sandbox *sandbox, const char *id)
{
    const struct entity *entity = entity_find(sandbox, id);
    return entity ? entity->document : NULL;
}

size_t sandbox_entities(const struct sandbox *sandbox, const char *type)
{
    size_t count = 0;
    for (size_t i = 0; i < sandbox->market->entity_count; i++)
        count += text_equal(sandbox->market->entities[i]->type->name, type);
    return count;
}

size_t sandbox_agreements(const struct sandbox *sandbox, const char *offer)
{
    size_t count = 0;
    for (size_t i = 0; i < sandbox->market->agreement_count; i++)
        count += !offer || text_equal(sandbox->market->agreements[i]->offer, offer);
    return count;
}

/* An offer that was taken back leaves its deal free for another one, and each amendment of an
 * agreement has an offer of its own. */
size_t sandbox_offer_duplicates(const struct sandbox *sandbox)
{
    static char once, counted; /* marks in the map */
    CLEANUP_MAP struct map *seen = map_new();
    CLEANUP_ARENA struct arena *arena = arena_new();
    size_t duplicates = 0;
    for (size_t i = 0; i < sandbox->market->entity_count; i++) {
        const struct entity *entity = sandbox->market->entities[i];
        const char *reference = market_reference(arena, entity_text(entity, "Description"));
        if (entity->type->kind != ENTITY_OFFER || !reference)
            continue;
        const char *key = arena_printf(arena, "%s/%s", entity->agreement, reference);
        const void *mark = map_get(seen, key);
        duplicates += mark == &once;
        map_put(seen, key, mark ? &counted : &once);
    }
    return duplicates;
}

const char *market_reference(struct arena *arena, const char *description)
{
    static const char taken_back[] = " cancelled";
    size_t length = strlen(description);
    const char *open = strrchr(description, '[');
    if (!open || length < 3 || description[length - 1] != ']')
        return NULL;
    char *inside = arena_copy_n(arena, open + 1, length - 2 - (size_t)(open - description));
    size_t size = strlen(inside), mark = sizeof taken_back - 1;
    bool gone =
        !strcmp(inside, "cancelled") || (size > mark && !strcmp(inside + size - mark, taken_back));
    return gone || !inside[0] ? NULL : inside;
}
