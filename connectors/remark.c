#include "connectors/remark.h"

#include <string.h>

#include "base/text.h"

#define CANCELLED "cancelled"

/* The bracket that the last one closes, so that a reference may have brackets of its own; NULL if
 * there is none. */
static char *last_bracket(char *text)
{
    size_t at = strlen(text), open = 0;
    if (!at || text[at - 1] != ']')
        return NULL;
    while (at-- > 0) {
        open += text[at] == ']';
        open -= text[at] == '[';
        if (!open)
            return text + at;
    }
    return strrchr(text, '[');
}

void remark_split(struct arena *arena, const char *remark, const char **ret_note,
                  const char **ret_reference, bool *ret_cancelled)
{
    char *note = remark ? text_trim(arena_copy(arena, remark)) : NULL;
    char *reference = NULL;
    bool cancelled = false;
    char *open = note ? last_bracket(note) : NULL;
    if (open) {
        note[strlen(note) - 1] = '\0';
        *open = '\0';
        reference = text_trim(open + 1);
        size_t rest = strlen(reference), mark = strlen(CANCELLED);
        if (rest >= mark && !strcmp(reference + rest - mark, CANCELLED) &&
            (rest == mark || reference[rest - mark - 1] == ' ')) {
            cancelled = true;
            reference[rest - mark] = '\0';
            reference = text_trim(reference);
        }
        note = text_trim(note);
    }
    *ret_note = text_blank(note) ? NULL : note;
    *ret_reference = text_blank(reference) ? NULL : reference;
    *ret_cancelled = cancelled;
}

const char *remark_make(struct arena *arena, const char *note, const char *reference,
                        bool cancelled, size_t most)
{
    char *text = text_blank(note) ? NULL : text_trim(arena_copy(arena, note));
    bool named = !text_blank(reference);
    /* A note that ends in a bracket of its own would read as a reference. */
    bool shielded = text && text[strlen(text) - 1] == ']';
    if (!named && !cancelled && !shielded) {
        if (text)
            utf8_truncate(text, most);
        return text;
    }
    char *inside = arena_printf(arena, "[%s%s%s]", named ? reference : "",
                                named && cancelled ? " " : "", cancelled ? CANCELLED : "");
    size_t length = utf8_length(inside);
    if (!text || length + 2 > most)
        return inside;
    utf8_truncate(text, most - length - 1);
    return arena_printf(arena, "%s %s", text_trim(text), inside);
}
