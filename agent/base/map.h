/* A hash map from text to pointer. Keys are copied; values are the caller's. Iteration is in order
 * of insertion, so that what is built from a map is the same each time. The hash is keyed at random
 * per process, so that hostile keys cannot make it slow. */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include <stdbool.h>
#include <stddef.h>

struct map;

struct map *map_new(void);
void map_free(struct map *map); /* NULL is fine */
size_t map_count(const struct map *map);
void *map_get(const struct map *map, const char *key); /* NULL if absent */
bool map_has(const struct map *map, const char *key);
void map_put(struct map *map, const char *key, void *value); /* replaces */
/* The i-th entry in order of insertion; i < map_count(). */
const char *map_key_at(const struct map *map, size_t index);
void *map_value_at(const struct map *map, size_t index);
static inline void cleanup_map(struct map **map)
{
    map_free(*map);
}
#define CLEANUP_MAP __attribute__((cleanup(cleanup_map)))

#endif
