#include "connectors/drop/row.h"

#include <string.h>

#include "base/text.h"
#include "base/times.h"
#include "connectors/drop/format.h"

#define TAG "[crm:"

const char *drop_row_text(const struct json *row, const char *column)
{
    const char *text = json_get_text(row, column);
    return text_blank(text) ? NULL : text;
}

const char *drop_row_reference(struct arena *arena, const struct json *row)
{
    const char *reference = drop_row_text(row, DROP_CRM), *plain;
    if (!reference)
        drop_tag_split(arena, drop_row_text(row, "description"), &plain, &reference);
    return reference;
}

/* "https://www.Northwind.example/de" and "northwind.example" are one. */
static const char *host_of(struct arena *arena, const char *domain)
{
    const char *scheme = strstr(domain, "://");
    const char *from = scheme ? scheme + 3 : domain;
    char *host = arena_copy_n(arena, from, strcspn(from, "/?#:"));
    text_lower(host);
    return text_starts(host, "www.") ? host + 4 : host;
}

const char *drop_row_deal(struct arena *arena, const struct json *row)
{
    const char *domain = drop_row_text(row, DROP_DOMAIN);
    const char *title = drop_row_text(row, DROP_TITLE);
    const char *closes = drop_row_text(row, DROP_CLOSES);
    if (!domain || !title || !closes)
        return NULL;
    return arena_printf(arena, "%s\n%s\n%s", host_of(arena, domain),
                        text_trim(arena_copy(arena, title)), closes);
}

int drop_row_order(const char *left, const char *right)
{
    int64_t a = INT64_MIN, b = INT64_MIN;
    if (left && !instant_parse_fine(left, &a))
        a = INT64_MIN;
    if (right && !instant_parse_fine(right, &b))
        b = INT64_MIN;
    return a < b ? -1 : a > b;
}

void drop_tag_split(struct arena *arena, const char *description, const char **ret_plain,
                    const char **ret_reference)
{
    char *text = text_trim(arena_copy(arena, description ? description : ""));
    size_t length = strlen(text);
    char *tag = NULL;
    *ret_reference = NULL;
    for (char *at = strstr(text, TAG); at; at = strstr(at + 1, TAG))
        tag = at;
    if (tag && text[length - 1] == ']' && !strchr(tag, '\n')) {
        text[length - 1] = '\0';
        const char *reference = text_trim(arena_copy(arena, tag + strlen(TAG)));
        *ret_reference = *reference ? reference : NULL;
        *tag = '\0';
        text_trim(text);
    }
    *ret_plain = *text ? text : NULL;
}

const char *drop_tag_make(struct arena *arena, const char *plain, const char *reference,
                          size_t most)
{
    if (!reference)
        return plain;
    const char *tagged =
        arena_printf(arena, "%s%s" TAG "%s]", plain ? plain : "", plain ? " " : "", reference);
    return utf8_length(tagged) <= most ? tagged : plain;
}
