#include "connectors/bars.h"

#include <string.h>

#include "base/text.h"

const char *bars_part(struct arena *arena, const char *text)
{
    char *copy = arena_copy(arena, text ? text : ""), *to = copy;
    for (const char *at = copy; *at; at++) {
        bool blank = strchr(" \t\r\n|", *at);
        if (blank && (to == copy || to[-1] == ' '))
            continue;
        *to++ = blank ? ' ' : *at;
    }
    *to = '\0';
    copy = text_trim(copy);
    return *copy ? copy : BARS_NOTHING;
}

const char *bars_join(struct arena *arena, const char *const *parts, size_t count)
{
    const char *text = "";
    for (size_t i = 0; i < count; i++)
        text =
            arena_printf(arena, "%s%s%s", text, i ? BARS_BETWEEN : "", bars_part(arena, parts[i]));
    return text;
}
