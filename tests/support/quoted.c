#include "tests/support/quoted.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *quoted(struct arena *arena, const char *text)
{
    if (!text)
        return NULL;
    char *copy = arena_copy(arena, text);
    for (char *c = copy; (c = strchr(c, '\''));)
        *c = '"';
    return copy;
}

const char *quoted_body(struct arena *arena, const char *text)
{
    return text && strchr(text, '"') ? text : quoted(arena, text);
}

struct json *quoted_json(struct arena *arena, const char *text)
{
    struct json *json = NULL;
    struct error error = {0};
    const char *plain = quoted(arena, text);
    if (plain && json_parse(arena, plain, strlen(plain), &json, &error) < 0) {
        fprintf(stderr, "%s: %s\n", error.message, plain);
        abort();
    }
    return json;
}
