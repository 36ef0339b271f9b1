#include "tests/sandbox/query.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAIRS_MAX 32
#define QUERY_MAX (16 * 1024)

void query_encode(struct text *out, const char *text)
{
    for (; *text; text++) {
        if (isalnum((unsigned char)*text) || strchr("-_.~", *text))
            text_add_char(out, *text);
        else
            text_addf(out, "%%%02X", (unsigned char)*text);
    }
}

static int hex_digit(char c)
{
    return isdigit((unsigned char)c)    ? c - '0'
           : isxdigit((unsigned char)c) ? tolower((unsigned char)c) - 'a' + 10
                                        : -1;
}

/* In place. A plus sign stays one: only forms write blanks that way. */
static void decode(char *text)
{
    char *out = text;
    for (const char *in = text; *in; in++) {
        bool coded = in[0] == '%' && hex_digit(in[1]) >= 0 && hex_digit(in[2]) >= 0;
        *out++ = coded ? (char)(hex_digit(in[1]) * 16 + hex_digit(in[2])) : *in;
        in += coded ? 2 : 0;
    }
    *out = '\0';
}

struct pair {
    const char *name, *value;
};

/* The decoded pairs; `copy` is cut up for them. */
static size_t split(char *copy, struct pair pairs[PAIRS_MAX])
{
    size_t count = 0;
    for (char *part; count < PAIRS_MAX && (part = strsep(&copy, "&"));) {
        if (!part[0])
            continue;
        char *value = strchr(part, '=');
        if (value)
            *value++ = '\0';
        decode(part);
        if (value)
            decode(value);
        pairs[count++] = (struct pair){part, value ? value : ""};
    }
    return count;
}

struct json *query_parse(struct arena *arena, const char *query)
{
    struct pair pairs[PAIRS_MAX];
    size_t count = split(arena_copy(arena, query ? query : ""), pairs);
    struct json *object = json_object(arena);
    for (size_t i = 0; i < count; i++) {
        if (!json_get(object, pairs[i].name))
            json_set_text(arena, object, pairs[i].name, pairs[i].value);
    }
    return object;
}

/* False: a percent sign begins no code. */
static bool decode_form(char *text)
{
    for (char *c = text; *c; c++) {
        if (*c == '%' && (hex_digit(c[1]) < 0 || hex_digit(c[2]) < 0))
            return false;
        if (*c == '+')
            *c = ' ';
    }
    decode(text);
    return true;
}

struct json *query_parse_form(struct arena *arena, const char *bytes, size_t length)
{
    struct json *object = json_object(arena);
    char *rest = arena_copy_n(arena, bytes ? bytes : "", length);
    for (char *name; (name = strsep(&rest, "&"));) {
        char *value = strchr(name, '=');
        if (!value)
            return NULL;
        *value++ = '\0';
        if (!decode_form(name) || !decode_form(value) || json_get(object, name))
            return NULL;
        json_set_text(arena, object, name, value);
    }
    return object;
}

static int order_pairs(const void *a, const void *b)
{
    const struct pair *left = a;
    const struct pair *right = b;
    int order = strcmp(left->name, right->name);
    return order ? order : strcmp(left->value, right->value);
}

void query_canonical(const char *query, struct text *out)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct pair pairs[PAIRS_MAX];
    size_t count = split(arena_copy(arena, query ? query : ""), pairs);
    for (size_t i = 0; i < count; i++) {
        CLEANUP_TEXT struct text name, value;
        text_init(&name, QUERY_MAX);
        text_init(&value, QUERY_MAX);
        query_encode(&name, pairs[i].name);
        query_encode(&value, pairs[i].value);
        pairs[i] = (struct pair){arena_copy(arena, name.data), arena_copy(arena, value.data)};
    }
    qsort(pairs, count, sizeof *pairs, order_pairs);
    for (size_t i = 0; i < count; i++)
        text_addf(out, "%s%s=%s", i ? "&" : "", pairs[i].name, pairs[i].value);
}
