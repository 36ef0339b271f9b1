/* Items of several parts in one text, for lists that people read and compare:
 * "gold | Gold plan | P12M | 2026-05-01 | -". No part has a bar or a line break of its own, so that
 * the text can be taken apart again; "-" stands for nothing, since blanks at the end of a value do
 * not last. */
#ifndef CONNECTORS_BARS_H
#define CONNECTORS_BARS_H

#include <stddef.h>

#include "base/arena.h"

#define BARS_BETWEEN " | "
#define BARS_NOTHING "-"

/* One part as it stands in an item. NULL: nothing. */
const char *bars_part(struct arena *arena, const char *text);
/* The item. */
const char *bars_join(struct arena *arena, const char *const *parts, size_t count);

#endif
