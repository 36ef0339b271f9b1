#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/sandbox/internal.h"

static void make_key(char *key, size_t size, const char *catalog, const char *id)
{
    snprintf(key, size, "%s/%s", catalog, id);
}

void text_replace(char **slot, const char *text)
{
    char *copy = memory_copy(text);
    free(*slot);
    *slot = copy;
}

struct opportunity *record_find(const struct sandbox *sandbox, const char *catalog, const char *id)
{
    char key[64];
    make_key(key, sizeof key, catalog ? catalog : "", id ? id : "");
    return map_get(sandbox->by_id, key);
}

struct opportunity *record_add(struct sandbox *sandbox, const char *catalog, const char *id,
                               const char *origin)
{
    struct opportunity *record = memory_alloc(sizeof *record);
    char number[32];
    snprintf(number, sizeof number, "O%llu", (unsigned long long)sandbox->next_id);
    if (!id) {
        sandbox->next_id++;
        id = number;
    }
    record->catalog = memory_copy(catalog);
    record->id = memory_copy(id);
    record->origin = memory_copy(origin);
    record->involvement = memory_copy("");
    record->task = memory_copy("");
    record->engagement = memory_copy("");
    char key[64];
    make_key(key, sizeof key, catalog, id);
    map_put(sandbox->by_id, key, record);
    ARRAY_GROW(sandbox->records, &sandbox->record_capacity, sandbox->record_count + 1);
    sandbox->records[sandbox->record_count++] = record;
    return record;
}

void record_replace(struct opportunity *record, const struct json *document)
{
    struct arena *arena = arena_new();
    struct json *copy = json_clone(arena, document);
    arena_free(record->arena);
    record->arena = arena;
    record->document = copy;
}

void record_write(struct sandbox *sandbox, struct opportunity *record, const struct json *document)
{
    int64_t now = sandbox_now(sandbox);
    record->modified_ms = now > record->modified_ms ? now : record->modified_ms + 1;
    record_replace(record, document);
    char text[INSTANT_TEXT];
    json_set_text(record->arena, record->document, "LastModifiedDate",
                  instant_print(record->modified_ms, text));
    sandbox->dirty = true;
}

void record_free(struct opportunity *record)
{
    arena_free(record->arena);
    free(record->catalog);
    free(record->id);
    free(record->origin);
    free(record->involvement);
    free(record->task);
    free(record->engagement);
    free(record);
}

const char *record_text(const struct opportunity *record, const char *path)
{
    const char *text = json_text(json_find(record->document, path));
    return text ? text : "";
}

bool record_has_solution(const struct json *document)
{
    static const char *const kinds[] = {"Solutions", "AwsMarketplaceSolutions",
                                        "AwsMarketplaceProducts"};
    const struct json *related = json_get(document, "RelatedEntityIdentifiers");
    for (size_t i = 0; i < COUNT(kinds); i++) {
        const struct json *list = json_get(related, kinds[i]);
        if (list && list->count)
            return true;
    }
    return false;
}

const struct json *sandbox_document(const struct sandbox *sandbox, const char *catalog,
                                    const char *id)
{
    const struct opportunity *record = record_find(sandbox, catalog, id);
    return record ? record->document : NULL;
}

size_t sandbox_count(const struct sandbox *sandbox, const char *catalog)
{
    size_t count = 0;
    for (size_t i = 0; i < sandbox->record_count; i++)
        count += text_equal(sandbox->records[i]->catalog, catalog);
    return count;
}

size_t sandbox_duplicates(const struct sandbox *sandbox)
{
    static char once, counted; /* marks in the map */
    CLEANUP_MAP struct map *seen = map_new();
    size_t duplicates = 0;
    for (size_t i = 0; i < sandbox->record_count; i++) {
        const struct opportunity *record = sandbox->records[i];
        const char *partner = record_text(record, "PartnerOpportunityIdentifier");
        if (!partner[0])
            continue;
        char key[600];
        snprintf(key, sizeof key, "%s/%s", record->catalog, partner);
        const void *mark = map_get(seen, key);
        duplicates += mark == &once;
        map_put(seen, key, mark ? &counted : &once);
    }
    return duplicates;
}
