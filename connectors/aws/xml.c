#include "connectors/aws/xml.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/text.h"

#define PATH_BYTES 512 /* the deepest answer has five elements of some dozen letters */

struct reader {
    struct arena *arena;
    const char *at;
    struct xml_value *values;
    size_t count;
    char path[PATH_BYTES];
    size_t length;    /* of the path */
    const char *text; /* where the text of the innermost element starts; NULL: it has elements */
    bool root;        /* there was one */
    const char *problem;
};

static bool refuse(struct reader *reader, const char *problem)
{
    reader->problem = problem;
    return false;
}

static bool is_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.' || c == ':';
}

static size_t add_utf8(char *out, uint32_t code)
{
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    size_t more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    static const unsigned char leads[] = {0, 0xc0, 0xe0, 0xf0};
    out[0] = (char)(leads[more] | (code >> (6 * more)));
    for (size_t i = 1; i <= more; i++)
        out[i] = (char)(0x80 | ((code >> (6 * (more - i))) & 0x3f));
    return more + 1;
}

/* "#38" and "#x26". A character takes no more bytes than its number. */
static bool number_of(const char *name, size_t length, uint32_t *ret_code)
{
    bool hex = length > 2 && name[1] == 'x';
    uint32_t code = 0;
    for (size_t i = hex ? 2 : 1; i < length; i++) {
        char c = name[i];
        int digit = c >= '0' && c <= '9'          ? c - '0'
                    : hex && c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : hex && c >= 'A' && c <= 'F' ? c - 'A' + 10
                                                  : -1;
        if (digit < 0 || code > 0x10ffff)
            return false;
        code = code * (hex ? 16 : 10) + (uint32_t)digit;
    }
    *ret_code = code;
    return length > 1 && code > 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
}

static bool entity_of(const char *name, size_t length, uint32_t *ret_code)
{
    static const struct {
        const char *name;
        uint32_t code;
    } known[] = {{"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}};
    if (length && *name == '#')
        return number_of(name, length, ret_code);
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (strlen(known[i].name) == length && !strncmp(known[i].name, name, length)) {
            *ret_code = known[i].code;
            return true;
        }
    }
    return false;
}

/* Decodes in place: nothing grows. */
static bool decode(struct reader *reader, char *text)
{
    char *out = text;
    for (const char *at = text; *at;) {
        if (*at != '&') {
            *out++ = *at++;
            continue;
        }
        size_t length = strcspn(at + 1, ";");
        uint32_t code;
        if (!at[1 + length] || !entity_of(at + 1, length, &code))
            return refuse(reader, "an entity that is not known");
        out += add_utf8(out, code);
        at += length + 2;
    }
    *out = '\0';
    return true;
}

/* A leaf ends: is it one that is asked for? */
static bool take_leaf(struct reader *reader, const char *until)
{
    for (size_t i = 0; i < reader->count; i++) {
        struct xml_value *value = &reader->values[i];
        if (strcmp(value->path, reader->path) != 0)
            continue;
        if (value->text)
            return refuse(reader, "an element stands twice");
        char *text = arena_copy_n(reader->arena, reader->text, (size_t)(until - reader->text));
        if (!decode(reader, text))
            return false;
        value->text = text_trim(text);
    }
    return true;
}

static void leave(struct reader *reader)
{
    while (reader->length && reader->path[reader->length - 1] != '/')
        reader->length--;
    reader->length -= reader->length > 0;
    reader->path[reader->length] = '\0';
}

static bool enter(struct reader *reader, const char *name, size_t length)
{
    if (!reader->length && reader->root)
        return refuse(reader, "more than one document");
    if (reader->length + length + 2 > sizeof reader->path)
        return refuse(reader, "it is nested too deep");
    if (reader->length)
        reader->path[reader->length++] = '/';
    memcpy(reader->path + reader->length, name, length);
    reader->length += length;
    reader->path[reader->length] = '\0';
    reader->root = true;
    return true;
}

/* `</Name>`; `open` is where its "<" stands. */
static bool close_tag(struct reader *reader, const char *open, const char *name, size_t length)
{
    const char *last = strrchr(reader->path, '/');
    last = last ? last + 1 : reader->path;
    if (!length || strlen(last) != length || strncmp(last, name, length) != 0)
        return refuse(reader, "an element ends that was not open");
    reader->at = name + length;
    reader->at += strspn(reader->at, " \t\r\n");
    if (*reader->at++ != '>')
        return refuse(reader, "an end tag is malformed");
    if (reader->text && !take_leaf(reader, open))
        return false;
    reader->text = NULL;
    leave(reader);
    return true;
}

static bool open_tag(struct reader *reader, const char *name, size_t length)
{
    const char *at = name + length;
    if (!length || !enter(reader, name, length))
        return length ? false : refuse(reader, "an element has no name");
    while (*at && *at != '>' && *at != '/') {
        if (*at == '<')
            return refuse(reader, "a tag is malformed");
        if (*at == '"' || *at == '\'') {
            const char *quote = strchr(at + 1, *at);
            if (!quote)
                return refuse(reader, "a quote is open");
            at = quote;
        }
        at++;
    }
    bool empty = *at == '/';
    at += empty;
    if (*at != '>')
        return refuse(reader, "a tag is malformed");
    reader->at = at + 1;
    reader->text = empty ? NULL : reader->at;
    if (empty)
        leave(reader);
    return true;
}

static bool skip_to(struct reader *reader, const char *end)
{
    const char *found = strstr(reader->at, end);
    if (!found)
        return refuse(reader, "it is cut off");
    reader->at = found + strlen(end);
    return true;
}

static bool next_tag(struct reader *reader)
{
    const char *open = reader->at + strcspn(reader->at, "<");
    if (!reader->length && open != reader->at + strspn(reader->at, " \t\r\n"))
        return refuse(reader, "text stands outside of the document");
    reader->at = open;
    if (!*open)
        return true;
    if (!reader->length && text_starts(open, "<?"))
        return skip_to(reader, "?>");
    if (!reader->length && text_starts(open, "<!--"))
        return skip_to(reader, "-->");
    if (open[1] == '!' || open[1] == '?')
        return refuse(reader, "it holds what is no element");
    const char *name = open + 1 + (open[1] == '/');
    size_t length = 0;
    while (is_name(name[length]))
        length++;
    return open[1] == '/' ? close_tag(reader, open, name, length) : open_tag(reader, name, length);
}

int xml_read(struct arena *arena, const char *bytes, size_t length, struct xml_value *values,
             size_t count, struct error *error)
{
    struct reader reader = {.arena = arena, .values = values, .count = count};
    reader.at = arena_copy_n(arena, bytes, length);
    for (size_t i = 0; i < count; i++)
        values[i].text = NULL;
    bool good = utf8_valid(bytes, length, NULL) || refuse(&reader, "it is not UTF-8");
    while (good && *reader.at)
        good = next_tag(&reader);
    if (good && (!reader.root || reader.length))
        good = refuse(&reader, "it is cut off");
    if (good)
        return 0;
    return error_set(error, ERROR_TEMPORARY, SCOPE_CLOUD, "the answer is not the XML expected: %s",
                     reader.problem);
}
