#include "connectors/remark.h"

#include <string.h>

#include "base/text.h"

#define CANCELLED "cancelled"
#define TAG       "[crm:"

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

/* ------------------------------------------------------------------ tags */

/* The bracket that closes the tag; a reference may have pairs of its own, but no end of line. NULL:
 * that is no tag. */
static char *tag_end(char *tag)
{
    size_t open = 0;
    for (char *c = tag; *c && *c != '\n' && *c != '\r'; c++) {
        open += *c == '[';
        open -= *c == ']';
        if (!open)
            return c;
    }
    return NULL;
}

static char *find_tag(char *text, char **ret_end)
{
    for (char *at = strstr(text, TAG); at; at = strstr(at + 1, TAG)) {
        *ret_end = tag_end(at);
        if (*ret_end)
            return at;
    }
    return NULL;
}

void remark_untag(struct arena *arena, const char *tagged, const char **ret_text,
                  const char **ret_reference)
{
    char *text = tagged ? text_trim(arena_copy(arena, tagged)) : NULL;
    const char *reference = NULL;
    char *end, *tag;
    while (text && (tag = find_tag(text, &end))) {
        const char *inside = tag + strlen(TAG);
        reference = text_trim(arena_copy_n(arena, inside, (size_t)(end - inside)));
        *tag = '\0';
        char *rest = end + 1, *before = text_trim(text);
        bool joined = *before && *rest && !strchr(" \n\r\t", *rest);
        text = text_trim(arena_printf(arena, "%s%s%s", before, joined ? " " : "", rest));
    }
    *ret_text = text_blank(text) ? NULL : text;
    *ret_reference = text_blank(reference) ? NULL : reference;
}

const char *remark_tag(struct arena *arena, const char *text, const char *reference, size_t most)
{
    char *bare = text_blank(text) ? NULL : text_trim(arena_copy(arena, text));
    if (text_blank(reference)) {
        if (bare)
            utf8_truncate(bare, most);
        return bare;
    }
    char *tag = arena_printf(arena, TAG "%s]", reference);
    size_t length = utf8_length(tag);
    if (!bare || length + 2 > most)
        return tag;
    utf8_truncate(bare, most - length - 1);
    return arena_printf(arena, "%s %s", text_trim(bare), tag);
}
