/* JSON documents as a tree in an arena.
 *
 * The reader is strict: RFC 8259, one document, UTF-8 as RFC 3629 has it, no NUL inside strings, no
 * member twice, depth, size and number of values at most LIMIT_JSON_…. Numbers keep their
 * text; members keep their order; so a document that is read, changed in one place and written
 * carries everything else back as it came. Errors never quote the document (it may hold secrets).
 *
 * All nodes belong to the arena they were made in. A node may stand in one parent only.
 * Functions that take a `const struct json *` accept NULL and answer "absent". */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"

enum json_type { JSON_NULL, JSON_BOOL, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

struct json {
    enum json_type type;
    bool boolean;
    const char *text; /* string content, or the number as it was written */
    size_t count;     /* items or members */
    size_t capacity;
    struct json **items; /* JSON_ARRAY, JSON_OBJECT */
    const char **names;  /* JSON_OBJECT: names[i] belongs to items[i] */
};

int json_parse(struct arena *arena, const char *bytes, size_t length, struct json **ret_json,
               struct error *error); /* ERROR_INPUT, says line and column */

struct json *json_null(struct arena *arena);
struct json *json_bool(struct arena *arena, bool value);
struct json *json_string(struct arena *arena, const char *text); /* copies; NULL gives JSON_NULL */
/* Copies; text that is no JSON number gives a string. */
struct json *json_number(struct arena *arena, const char *text);
struct json *json_int(struct arena *arena, long long number);
struct json *json_array(struct arena *arena);
struct json *json_object(struct arena *arena);
struct json *json_clone(struct arena *arena, const struct json *json);

/* Reading. */
struct json *json_get(const struct json *object, const char *name); /* NULL if absent */
struct json *json_at(const struct json *array, size_t index);
const char *json_text(const struct json *json); /* string or number text; NULL for anything else */
const char *json_get_text(const struct json *object, const char *name);
bool json_get_bool(const struct json *object, const char *name, bool otherwise);
/* A number, or a string that is one, without fraction or exponent. */
long long json_get_int(const struct json *object, const char *name, long long otherwise);
bool json_is_null(const struct json *json); /* absent or null */
/* Member order does not matter; numbers are compared as text (1.0 is not 1). */
bool json_equal(const struct json *a, const struct json *b);

/* Paths: names joined by dots; after a name, [n] picks an item, [Key=Value] the first item whose
 * member Key is the string Value: "Customer.Contacts[0].Email",
 * "Project.ExpectedCustomerSpend[TargetCompany=AWS].Amount". */
struct json *json_find(const struct json *root, const char *path);
/* Puts `value` there, making what is missing on the way (an item asked for by [Key=Value] is made
 * with that member; [n] beyond the end appends one item). NULL removes it, and nothing else. Fails
 * with ERROR_PERMANENT if something of another type stands on the way; the document stays as is. */
int json_put(struct arena *arena, struct json *root, const char *path, struct json *value,
             struct error *error);

/* Changing. An existing member keeps its place; NULL removes it. */
void json_set(struct arena *arena, struct json *object, const char *name, struct json *value);
void json_set_text(struct arena *arena, struct json *object, const char *name, const char *text);
void json_append(struct arena *arena, struct json *array, struct json *value);
void json_remove(struct json *object, const char *name); /* absent is fine */
void json_remove_at(struct json *parent, size_t index);  /* index < count */
void json_drop_nulls(struct json *json);                 /* members that are null, at every depth */

/* Writing. */
enum json_style { JSON_COMPACT, JSON_PRETTY };
void json_write(const struct json *json, enum json_style style, struct text *out);
char *json_print(struct arena *arena, const struct json *json); /* compact */

#endif
