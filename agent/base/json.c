/* The reader over yajl's callbacks, the tree, and the writer over yajl_gen. What yajl lets pass is
 * refused here: see check_bytes() and the callbacks. */
#include "base/json.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <yajl/yajl_gen.h>
#include <yajl/yajl_parse.h>

#include "base/limits.h"
#include "base/map.h"
#include "base/memory.h"

/* ---- The tree ---------------------------------------------------------------------------- */

static struct json *make(struct arena *arena, enum json_type type)
{
    struct json *json = arena_alloc(arena, sizeof *json);
    json->type = type;
    return json;
}

struct json *json_null(struct arena *arena)
{
    return make(arena, JSON_NULL);
}

struct json *json_bool(struct arena *arena, bool value)
{
    struct json *json = make(arena, JSON_BOOL);
    json->boolean = value;
    return json;
}

static struct json *make_text(struct arena *arena, enum json_type type, const char *bytes,
                              size_t length)
{
    struct json *json = make(arena, type);
    json->text = arena_copy_n(arena, bytes, length);
    return json;
}

struct json *json_string(struct arena *arena, const char *text)
{
    return text ? make_text(arena, JSON_STRING, text, strlen(text)) : json_null(arena);
}

static size_t digits(const char *text)
{
    return strspn(text, "0123456789");
}

static bool is_number(const char *text)
{
    text += *text == '-';
    size_t whole = digits(text);
    if (whole == 0 || (whole > 1 && *text == '0'))
        return false;
    text += whole;
    if (*text == '.') {
        size_t fraction = digits(++text);
        if (fraction == 0)
            return false;
        text += fraction;
    }
    if (*text == 'e' || *text == 'E') {
        text++;
        text += *text == '+' || *text == '-';
        size_t exponent = digits(text);
        if (exponent == 0)
            return false;
        text += exponent;
    }
    return *text == '\0';
}

struct json *json_number(struct arena *arena, const char *text)
{
    /* What is no number goes out as a string: the other side may refuse it, but the document
     * around it stays a document. */
    if (!text || !is_number(text))
        return json_string(arena, text);
    return make_text(arena, JSON_NUMBER, text, strlen(text));
}

struct json *json_int(struct arena *arena, long long number)
{
    struct json *json = make(arena, JSON_NUMBER);
    json->text = arena_printf(arena, "%lld", number);
    return json;
}

struct json *json_array(struct arena *arena)
{
    return make(arena, JSON_ARRAY);
}

struct json *json_object(struct arena *arena)
{
    return make(arena, JSON_OBJECT);
}

/* Makes room for one more item. The arena keeps the outgrown arrays: together they are no larger
 * than the one that is used. */
static void make_room(struct arena *arena, struct json *parent)
{
    if (parent->count < parent->capacity)
        return;
    size_t capacity = parent->capacity ? parent->capacity * 2 : 4;
    struct json **items = arena_array(arena, capacity, sizeof *items);
    if (parent->count > 0)
        memcpy(items, parent->items, parent->count * sizeof *items);
    parent->items = items;
    if (parent->type == JSON_OBJECT) {
        const char **names = arena_array(arena, capacity, sizeof *names);
        for (size_t i = 0; i < parent->count; i++)
            names[i] = parent->names[i];
        parent->names = names;
    }
    parent->capacity = capacity;
}

/* `name` must be in the arena; NULL for an array. */
static void add_item(struct arena *arena, struct json *parent, const char *name, struct json *value)
{
    make_room(arena, parent);
    if (parent->type == JSON_OBJECT)
        parent->names[parent->count] = name;
    parent->items[parent->count++] = value;
}

struct json *json_clone(struct arena *arena, const struct json *json)
{
    if (!json)
        return NULL;
    struct json *clone = make(arena, json->type);
    clone->boolean = json->boolean;
    clone->text = arena_copy(arena, json->text);
    for (size_t i = 0; i < json->count; i++) {
        const char *name = json->names ? arena_copy(arena, json->names[i]) : NULL;
        add_item(arena, clone, name, json_clone(arena, json->items[i]));
    }
    return clone;
}

/* The member's index, or the count of members if it is absent. */
static size_t find_member(const struct json *object, const char *name)
{
    size_t i = 0;
    while (i < object->count && strcmp(object->names[i], name) != 0)
        i++;
    return i;
}

struct json *json_get(const struct json *object, const char *name)
{
    if (!object || object->type != JSON_OBJECT)
        return NULL;
    size_t i = find_member(object, name);
    return i < object->count ? object->items[i] : NULL;
}

struct json *json_at(const struct json *array, size_t index)
{
    if (!array || array->type != JSON_ARRAY || index >= array->count)
        return NULL;
    return array->items[index];
}

const char *json_text(const struct json *json)
{
    if (!json || (json->type != JSON_STRING && json->type != JSON_NUMBER))
        return NULL;
    return json->text;
}

const char *json_get_text(const struct json *object, const char *name)
{
    return json_text(json_get(object, name));
}

bool json_get_bool(const struct json *object, const char *name, bool otherwise)
{
    const struct json *json = json_get(object, name);
    return json && json->type == JSON_BOOL ? json->boolean : otherwise;
}

long long json_get_int(const struct json *object, const char *name, long long otherwise)
{
    long long number = otherwise;
    text_to_int64(json_get_text(object, name), &number);
    return number;
}

bool json_is_null(const struct json *json)
{
    return !json || json->type == JSON_NULL;
}

bool json_equal(const struct json *a, const struct json *b)
{
    if (!a || !b)
        return a == b;
    if (a->type != b->type || a->count != b->count)
        return false;
    if (a->type == JSON_BOOL)
        return a->boolean == b->boolean;
    if (!text_equal(a->text, b->text))
        return false;
    for (size_t i = 0; i < a->count; i++) {
        const struct json *other = a->names ? json_get(b, a->names[i]) : b->items[i];
        if (!other || !json_equal(a->items[i], other))
            return false;
    }
    return true;
}

void json_set(struct arena *arena, struct json *object, const char *name, struct json *value)
{
    if (!value) {
        json_remove(object, name);
        return;
    }
    size_t i = find_member(object, name);
    if (i < object->count)
        object->items[i] = value;
    else
        add_item(arena, object, arena_copy(arena, name), value);
}

void json_set_text(struct arena *arena, struct json *object, const char *name, const char *text)
{
    json_set(arena, object, name, text ? json_string(arena, text) : NULL);
}

void json_append(struct arena *arena, struct json *array, struct json *value)
{
    add_item(arena, array, NULL, value);
}

void json_remove_at(struct json *parent, size_t index)
{
    size_t behind = parent->count - index - 1;
    memmove(&parent->items[index], &parent->items[index + 1], behind * sizeof *parent->items);
    if (parent->names)
        for (size_t i = index; i < index + behind; i++)
            parent->names[i] = parent->names[i + 1];
    parent->count--;
}

void json_remove(struct json *object, const char *name)
{
    size_t i = find_member(object, name);
    if (i < object->count)
        json_remove_at(object, i);
}

void json_drop_nulls(struct json *json)
{
    if (!json)
        return;
    size_t kept = 0;
    for (size_t i = 0; i < json->count; i++) {
        if (json->type == JSON_OBJECT && json->items[i]->type == JSON_NULL)
            continue;
        json_drop_nulls(json->items[i]);
        if (json->names)
            json->names[kept] = json->names[i];
        json->items[kept++] = json->items[i];
    }
    json->count = kept;
}

/* ---- The reader -------------------------------------------------------------------------- */

/* From this many members on, an object that is being read looks its names up in a map: comparing
 * each with each would take a hostile document's square of time. */
enum { MEMBERS_TO_INDEX = 32 };

struct frame {
    struct json *node;
    const char *name;  /* of the member whose value comes next */
    struct map *names; /* from MEMBERS_TO_INDEX on */
};

struct reader {
    struct arena *arena;
    struct json *root;
    struct frame frames[LIMIT_JSON_DEPTH];
    size_t depth;
    size_t values;
    const char *problem; /* why a callback stopped yajl */
};

static int take_value(struct reader *reader, struct json *value)
{
    if (++reader->values > LIMIT_JSON_VALUES) { /* "[0,0,…" takes forty times its size */
        reader->problem = "too many values";
        return 0;
    }
    if (reader->depth == 0) {
        reader->root = value;
        return 1;
    }
    struct frame *frame = &reader->frames[reader->depth - 1];
    add_item(reader->arena, frame->node, frame->name, value);
    return 1;
}

static int on_null(void *context)
{
    struct reader *reader = context;
    return take_value(reader, json_null(reader->arena));
}

static int on_boolean(void *context, int value)
{
    struct reader *reader = context;
    return take_value(reader, json_bool(reader->arena, value != 0));
}

static int on_number(void *context, const char *bytes, size_t length)
{
    struct reader *reader = context;
    return take_value(reader, make_text(reader->arena, JSON_NUMBER, bytes, length));
}

static int on_string(void *context, const unsigned char *bytes, size_t length)
{
    struct reader *reader = context;
    return take_value(reader, make_text(reader->arena, JSON_STRING, (const char *)bytes, length));
}

static int open_frame(struct reader *reader, enum json_type type)
{
    if (reader->depth == LIMIT_JSON_DEPTH) {
        reader->problem = "nested too deeply";
        return 0;
    }
    struct json *node = make(reader->arena, type);
    if (!take_value(reader, node))
        return 0;
    reader->frames[reader->depth++] = (struct frame){.node = node};
    return 1;
}

static int close_frame(struct reader *reader)
{
    map_free(reader->frames[--reader->depth].names);
    return 1;
}

static int on_start_map(void *context)
{
    return open_frame(context, JSON_OBJECT);
}

static int on_start_array(void *context)
{
    return open_frame(context, JSON_ARRAY);
}

static int on_end(void *context)
{
    return close_frame(context);
}

static bool name_seen(struct frame *frame, const char *name)
{
    const struct json *object = frame->node;
    if (object->count < MEMBERS_TO_INDEX)
        return find_member(object, name) < object->count;
    if (!frame->names) {
        frame->names = map_new();
        for (size_t i = 0; i < object->count; i++)
            map_put(frame->names, object->names[i], NULL);
    }
    if (map_has(frame->names, name))
        return true;
    map_put(frame->names, name, NULL);
    return false;
}

static int on_map_key(void *context, const unsigned char *bytes, size_t length)
{
    struct reader *reader = context;
    struct frame *frame = &reader->frames[reader->depth - 1];
    frame->name = arena_copy_n(reader->arena, (const char *)bytes, length);
    if (!name_seen(frame, frame->name))
        return 1;
    reader->problem = "a member appears twice in one object";
    return 0;
}

static void *yajl_memory_alloc(void *context, size_t size)
{
    (void)context;
    return memory_alloc(size);
}

static void *yajl_memory_resize(void *context, void *old, size_t size)
{
    (void)context;
    return memory_resize(old, size, 1);
}

static void yajl_memory_free(void *context, void *memory)
{
    (void)context;
    free(memory);
}

static yajl_alloc_funcs yajl_memory = {
    .malloc = yajl_memory_alloc,
    .realloc = yajl_memory_resize,
    .free = yajl_memory_free,
};

/* Refuses with the place of the problem, never with the text around it. */
static int refuse(const char *bytes, size_t offset, const char *problem, struct error *error)
{
    size_t line = 1;
    size_t column = 1;
    for (size_t i = 0; i < offset; i++) {
        if (bytes[i] == '\n') {
            line++;
            column = 1;
        } else if (((unsigned char)bytes[i] & 0xc0) != 0x80) {
            column++;
        }
    }
    return error_set(error, ERROR_INPUT, SCOPE_RECORD,
                     "not a valid JSON document: line %zu, column %zu: %s", line, column, problem);
}

/* The code unit of the escape \uXXXX at `bytes`, or -1 if no complete one stands there. */
static int escaped_unit(const char *bytes, size_t length)
{
    if (length < 6 || bytes[0] != '\\' || bytes[1] != 'u')
        return -1;
    int unit = 0;
    for (size_t i = 2; i < 6; i++) {
        char c = bytes[i];
        int digit = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : -1;
        if (digit < 0)
            return -1;
        unit = unit * 16 + digit;
    }
    return unit;
}

/* How many bytes the escape at `bytes` takes; 0 if it stands for something that is no character.
 * Broken escapes are left to yajl. */
static size_t escape_bytes(const char *bytes, size_t length)
{
    int unit = escaped_unit(bytes, length);
    if (unit < 0)
        return length < 2 ? length : 2;
    if (unit == 0 || (unit >= 0xdc00 && unit <= 0xdfff))
        return 0;
    if (unit < 0xd800 || unit > 0xdbff)
        return 6;
    int low = escaped_unit(bytes + 6, length - 6);
    return low >= 0xdc00 && low <= 0xdfff ? 12 : 0;
}

/* What yajl lets pass or repairs silently: half a surrogate pair becomes "?", NUL ends our texts
 * early, vertical tab and form feed count as white space. */
static const char *check_escapes(const char *bytes, size_t length, size_t *ret_offset)
{
    bool in_string = false;
    for (size_t i = 0; i < length;) {
        unsigned char c = (unsigned char)bytes[i];
        size_t step = 1;
        *ret_offset = i;
        if (c == '"')
            in_string = !in_string;
        else if (in_string && c == '\\')
            step = escape_bytes(bytes + i, length - i);
        else if (!in_string && (c == '\v' || c == '\f' || c >= 0x80))
            return "a character that may only stand in a string";
        if (step == 0)
            return "an escape that stands for no character (NUL or half a surrogate pair)";
        i += step;
    }
    return NULL;
}

static size_t skip_blanks(const char *bytes, size_t length)
{
    size_t at = 0;
    while (at < length && memchr(" \t\r\n", bytes[at], 4))
        at++;
    return at;
}

static int check_bytes(const char *bytes, size_t length, struct error *error)
{
    if (length > LIMIT_JSON_BYTES)
        return error_set(error, ERROR_INPUT, SCOPE_RECORD,
                         "JSON document of %zu bytes: at most %u are read", length,
                         LIMIT_JSON_BYTES);
    if (skip_blanks(bytes, length) == length)
        return error_set(error, ERROR_INPUT, SCOPE_RECORD, "not a JSON document: it is empty");
    size_t offset = 0;
    if (!utf8_valid(bytes, length, &offset))
        return refuse(bytes, offset, "not UTF-8, or a NUL", error);
    const char *problem = check_escapes(bytes, length, &offset);
    return problem ? refuse(bytes, offset, problem, error) : 0;
}

static const yajl_callbacks callbacks = {
    .yajl_null = on_null,
    .yajl_boolean = on_boolean,
    .yajl_number = on_number,
    .yajl_string = on_string,
    .yajl_start_map = on_start_map,
    .yajl_map_key = on_map_key,
    .yajl_end_map = on_end,
    .yajl_start_array = on_start_array,
    .yajl_end_array = on_end,
};

int json_parse(struct arena *arena, const char *bytes, size_t length, struct json **ret_json,
               struct error *error)
{
    int result = check_bytes(bytes, length, error);
    if (result < 0)
        return result;
    struct reader reader = {.arena = arena};
    yajl_handle yajl = yajl_alloc(&callbacks, &yajl_memory, &reader);
    yajl_config(yajl, yajl_dont_validate_strings, 1); /* check_bytes() did, and more strictly */
    /* Left to itself yajl overlooks a token behind the document that is not complete. */
    yajl_config(yajl, yajl_allow_trailing_garbage, 1);
    yajl_status status = yajl_parse(yajl, (const unsigned char *)bytes, length);
    size_t offset = yajl_get_bytes_consumed(yajl);
    if (status == yajl_status_ok)
        status = yajl_complete_parse(yajl);
    yajl_free(yajl);
    while (reader.depth > 0)
        close_frame(&reader);
    if (reader.problem)
        return refuse(bytes, offset, reader.problem, error);
    if (status != yajl_status_ok)
        return refuse(bytes, offset, offset == length ? "the document is cut off" : "syntax error",
                      error);
    offset += skip_blanks(bytes + offset, length - offset);
    if (offset < length)
        return refuse(bytes, offset, "something follows the document", error);
    *ret_json = reader.root;
    return 0;
}

/* ---- The writer -------------------------------------------------------------------------- */

static void print(void *context, const char *bytes, size_t length)
{
    text_add_n(context, bytes, length);
}

/* Bytes that are not UTF-8 can only come from this side; they go out as U+FFFD, because a document
 * with them in it is not JSON. */
static yajl_gen_status write_string(yajl_gen gen, const char *string)
{
    size_t length = strlen(string);
    size_t valid;
    if (utf8_valid(string, length, &valid))
        return yajl_gen_string(gen, (const unsigned char *)string, length);
    CLEANUP_TEXT struct text mended;
    text_init(&mended, SIZE_MAX);
    while (!utf8_valid(string, length, &valid)) {
        text_add_n(&mended, string, valid);
        text_add(&mended, "\xef\xbf\xbd");
        string += valid + 1;
        length -= valid + 1;
    }
    text_add(&mended, string);
    return yajl_gen_string(gen, (const unsigned char *)mended.data, mended.length);
}

static yajl_gen_status write_node(yajl_gen gen, const struct json *json)
{
    switch (json->type) {
    case JSON_NULL:
        return yajl_gen_null(gen);
    case JSON_BOOL:
        return yajl_gen_bool(gen, json->boolean);
    case JSON_NUMBER:
        return yajl_gen_number(gen, json->text, strlen(json->text));
    case JSON_STRING:
        return write_string(gen, json->text);
    case JSON_ARRAY:
    case JSON_OBJECT:
        break;
    }
    bool object = json->type == JSON_OBJECT;
    /* yajl_gen would spread an empty one over three lines; it copies a number as it is. */
    if (json->count == 0)
        return yajl_gen_number(gen, object ? "{}" : "[]", 2);
    yajl_gen_status status = object ? yajl_gen_map_open(gen) : yajl_gen_array_open(gen);
    for (size_t i = 0; i < json->count && status == yajl_gen_status_ok; i++) {
        if (object)
            status = write_string(gen, json->names[i]);
        if (status == yajl_gen_status_ok)
            status = write_node(gen, json->items[i]);
    }
    if (status != yajl_gen_status_ok)
        return status;
    return object ? yajl_gen_map_close(gen) : yajl_gen_array_close(gen);
}

void json_write(const struct json *json, enum json_style style, struct text *out)
{
    yajl_gen gen = yajl_gen_alloc(&yajl_memory);
    yajl_gen_config(gen, yajl_gen_print_callback, print, out);
    yajl_gen_config(gen, yajl_gen_beautify, style == JSON_PRETTY);
    yajl_gen_config(gen, yajl_gen_indent_string, "  ");
    yajl_gen_status status = json ? write_node(gen, json) : yajl_gen_null(gen);
    if (status != yajl_gen_status_ok && status != yajl_gen_generation_complete)
        out->failed = true; /* deeper than yajl_gen goes */
    yajl_gen_free(gen);
}

char *json_print(struct arena *arena, const struct json *json)
{
    CLEANUP_TEXT struct text out;
    text_init(&out, SIZE_MAX);
    json_write(json, JSON_COMPACT, &out);
    return arena_copy_n(arena, out.data, out.length);
}
