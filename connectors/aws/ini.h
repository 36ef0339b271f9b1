/* The shared files of the AWS tools: "[section]", "key = value", comment lines with # or ;, and
 * indented lines that belong to the key above (passed over: no key of ours nests). Messages never
 * quote a line, since it may hold a secret. */
#ifndef CONNECTORS_AWS_INI_H
#define CONNECTORS_AWS_INI_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/error.h"

struct ini;

/* `file` is for messages. `text` is not kept. ERROR_INPUT with file and line. */
int ini_parse(struct arena *arena, const char *file, const char *text, struct ini **ret_ini,
              struct error *error);
/* Sections of the same name count as one; the last value of a key wins. */
bool ini_has(const struct ini *ini, const char *section);
const char *ini_get(const struct ini *ini, const char *section, const char *key); /* or NULL */
/* Overwrites every value. */
void ini_wipe(struct ini *ini);

#endif
