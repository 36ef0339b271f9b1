/* YAML as a small tree in which every node knows where it stands. It is the part of YAML that a
 * person can read without knowing YAML: mappings, lists and texts. Anchors, aliases, tags, merge
 * keys, keys twice and a second document are faults. No scalar is ever taken for a number, a date
 * or a truth value here; the option tables decide what a text is.
 *
 * Nodes belong to the arena that they were made in. */
#ifndef CONFIG_YAML_H
#define CONFIG_YAML_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

enum yaml_tree_type {
    YAML_TREE_TEXT,
    YAML_TREE_LIST,
    YAML_TREE_MAP,
    YAML_TREE_BROKEN, /* something that is not accepted and has been reported: be silent about it */
};

struct yaml_tree {
    enum yaml_tree_type type;
    bool plain;             /* TEXT: written without quotes */
    const char *text;       /* TEXT */
    size_t line, column;    /* from 1, in characters */
    size_t count, capacity; /* LIST, MAP */
    struct yaml_tree **items;
    struct yaml_tree **keys; /* MAP: keys[i] is the TEXT of items[i]; no text twice */
};

/* Called for each fault; the texts live for the call or longer. `remedy` may be NULL. */
typedef void yaml_tree_report(void *context, size_t line, size_t column, const char *message,
                              const char *remedy);

/* Reads one document of UTF-8 (a byte order mark is passed over), at most LIMIT_YAML_BYTES long
 * and LIMIT_YAML_DEPTH deep. Returns 0 with the tree, even if faults were reported that left a tree
 * worth checking, NULL for an empty document; -ERROR_INPUT if what was reported left none. */
int yaml_tree_parse(struct arena *arena, const char *bytes, size_t length, yaml_tree_report *report,
                    void *context, struct yaml_tree **ret_root);

/* The value under a key; NULL if absent, or if `map` is NULL or no mapping. */
const struct yaml_tree *yaml_tree_get(const struct yaml_tree *map, const char *key);
/* Nothing, `~` or `null`, written without quotes. */
bool yaml_tree_empty(const struct yaml_tree *node);

#endif
