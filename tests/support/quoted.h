/* JSON written for people: ' for ". */
#ifndef TESTS_SUPPORT_QUOTED_H
#define TESTS_SUPPORT_QUOTED_H

#include "base/json.h"

/* In the arena; NULL stays NULL. */
const char *quoted(struct arena *arena, const char *text);
/* The same, but what holds a " is JSON already. */
const char *quoted_body(struct arena *arena, const char *text);
/* quoted(), parsed; what is no JSON ends the program. */
struct json *quoted_json(struct arena *arena, const char *text);

#endif
