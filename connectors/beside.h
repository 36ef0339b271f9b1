/* What procedures read on this side beside the change, as a text: see struct connector_kind. */
#ifndef CONNECTORS_BESIDE_H
#define CONNECTORS_BESIDE_H

#include "base/arena.h"

/* `others` (NULL: nothing yet) and a file under its name, with its size and time; it need not be
 * there. `path` NULL: it is a word only. */
const char *beside_file(struct arena *arena, const char *others, const char *name,
                        const char *path);

#endif
