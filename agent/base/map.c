#include "base/map.h"

#include <stdint.h>
#include <string.h>

#include "base/memory.h"
#include "base/world.h"

/* Entries stand in order of insertion; `slots` is the hash table over them, open addressing with
 * linear probing, at most half full. A slot holds an entry's index + 1; 0 is free. */
struct entry {
    char *key;
    void *value;
    uint64_t hash;
};

struct map {
    struct entry *entries;
    size_t count;
    size_t capacity;
    size_t *slots;
    size_t slot_count; /* a power of two */
    uint64_t key[2];
};

enum { FIRST_SLOTS = 16 };

struct map *map_new(void)
{
    static uint64_t process_key[2];
    static bool has_key;
    if (!has_key) {
        world_real.random(NULL, process_key, sizeof process_key);
        has_key = true;
    }
    struct map *map = memory_alloc(sizeof *map);
    map->slot_count = FIRST_SLOTS;
    map->slots = memory_alloc(map->slot_count * sizeof *map->slots);
    memcpy(map->key, process_key, sizeof map->key);
    return map;
}

void map_free(struct map *map)
{
    if (!map)
        return;
    for (size_t i = 0; i < map->count; i++)
        free(map->entries[i].key);
    free(map->entries);
    free(map->slots);
    free(map);
}

size_t map_count(const struct map *map)
{
    return map->count;
}

static uint64_t rotate(uint64_t word, unsigned bits)
{
    return word << bits | word >> (64 - bits);
}

static void sip_round(uint64_t v[4])
{
    v[0] += v[1];
    v[2] += v[3];
    v[1] = rotate(v[1], 13) ^ v[0];
    v[3] = rotate(v[3], 16) ^ v[2];
    v[0] = rotate(v[0], 32);
    v[2] += v[1];
    v[0] += v[3];
    v[1] = rotate(v[1], 17) ^ v[2];
    v[3] = rotate(v[3], 21) ^ v[0];
    v[2] = rotate(v[2], 32);
}

/* SipHash-1-3, which is what hash tables with hostile keys use. */
static uint64_t hash_text(const uint64_t key[2], const char *text)
{
    size_t length = strlen(text);
    uint64_t v[4] = {
        key[0] ^ 0x736f6d6570736575u,
        key[1] ^ 0x646f72616e646f6du,
        key[0] ^ 0x6c7967656e657261u,
        key[1] ^ 0x7465646279746573u,
    };
    for (size_t at = 0; at <= length; at += sizeof(uint64_t)) {
        bool last = length - at < sizeof(uint64_t);
        uint64_t word = last ? (uint64_t)length << 56 : 0;
        size_t bytes = last ? length - at : sizeof word;
        for (size_t i = 0; i < bytes; i++)
            word |= (uint64_t)(unsigned char)text[at + i] << (8 * i);
        v[3] ^= word;
        sip_round(v);
        v[0] ^= word;
    }
    v[2] ^= 0xff;
    for (int i = 0; i < 3; i++)
        sip_round(v);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}

/* The slot that holds the key, or the free one where it belongs. */
static size_t *find_slot(const struct map *map, const char *key, uint64_t hash)
{
    size_t mask = map->slot_count - 1;
    for (size_t at = (size_t)hash & mask;; at = (at + 1) & mask) {
        size_t *slot = &map->slots[at];
        if (*slot == 0)
            return slot;
        const struct entry *entry = &map->entries[*slot - 1];
        if (entry->hash == hash && strcmp(entry->key, key) == 0)
            return slot;
    }
}

static struct entry *find_entry(const struct map *map, const char *key)
{
    size_t slot = *find_slot(map, key, hash_text(map->key, key));
    return slot ? &map->entries[slot - 1] : NULL;
}

void *map_get(const struct map *map, const char *key)
{
    const struct entry *entry = find_entry(map, key);
    return entry ? entry->value : NULL;
}

bool map_has(const struct map *map, const char *key)
{
    return find_entry(map, key) != NULL;
}

static void double_slots(struct map *map)
{
    free(map->slots);
    map->slot_count *= 2;
    map->slots = memory_resize(NULL, map->slot_count, sizeof *map->slots);
    memset(map->slots, 0, map->slot_count * sizeof *map->slots);
    for (size_t i = 0; i < map->count; i++)
        *find_slot(map, map->entries[i].key, map->entries[i].hash) = i + 1;
}

void map_put(struct map *map, const char *key, void *value)
{
    uint64_t hash = hash_text(map->key, key);
    size_t *slot = find_slot(map, key, hash);
    if (*slot) {
        map->entries[*slot - 1].value = value;
        return;
    }
    ARRAY_GROW(map->entries, &map->capacity, map->count + 1);
    map->entries[map->count++] =
        (struct entry){.key = memory_copy(key), .value = value, .hash = hash};
    *slot = map->count;
    if (map->count * 2 > map->slot_count)
        double_slots(map);
}

const char *map_key_at(const struct map *map, size_t index)
{
    return map->entries[index].key;
}

void *map_value_at(const struct map *map, size_t index)
{
    return map->entries[index].value;
}
