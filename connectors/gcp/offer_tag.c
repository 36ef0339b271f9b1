#include <string.h>

#include "base/text.h"
#include "connectors/gcp/offers.h"

#define REFERENCE "crm="
#define TOKEN     " rid="

/* The text behind the last mark of a line; NULL: there is none. */
static char *behind_last(char *line, const char *mark)
{
    char *last = NULL;
    for (char *at = strstr(line, mark); at; at = strstr(at + 1, mark))
        last = at;
    return last;
}

/* "crm=REF rid=TOKEN more": what follows the token is note. Without a token the reference ends at
 * the first blank: somebody has typed it. */
static const char *take_line(struct gcp_offer_tag *tag, char *line)
{
    char *reference = line + strlen(REFERENCE), *token = behind_last(line, TOKEN);
    char *rest = token ? token + strlen(TOKEN) : reference;
    rest += strcspn(rest, " ");
    if (token) {
        *token = '\0';
        token += strlen(TOKEN);
    }
    if (*rest)
        *rest++ = '\0';
    tag->reference = text_blank(reference) ? NULL : text_trim(reference);
    tag->token = text_blank(token) ? NULL : token;
    return rest;
}

struct gcp_offer_tag gcp_offer_tag_read(struct arena *arena, const char *text)
{
    struct gcp_offer_tag tag = {0};
    const char *note = "";
    bool found = false;
    while (text) {
        size_t length = strcspn(text, "\n");
        char *line = arena_copy_n(arena, text, length);
        const char *rest = line;
        bool is_tag = !found && text_starts(line, REFERENCE);
        if (is_tag)
            rest = take_line(&tag, line);
        found = found || is_tag;
        if (!is_tag || *rest)
            note = arena_printf(arena, "%s%s%s", note, *note ? "\n" : "", rest);
        text = text[length] ? text + length + 1 : NULL;
    }
    char *trimmed = text_trim(arena_copy(arena, note));
    tag.note = *trimmed ? trimmed : NULL;
    return tag;
}

const char *gcp_offer_tag_write(struct arena *arena, const struct gcp_offer_tag *tag)
{
    bool tagged = tag->reference || tag->token;
    if (!tagged)
        return tag->note;
    return arena_printf(arena, REFERENCE "%s%s%s%s%s", tag->reference ? tag->reference : "",
                        tag->token ? TOKEN : "", tag->token ? tag->token : "",
                        tag->note ? "\n" : "", tag->note ? tag->note : "");
}
