/* The JSON reader takes any bytes; and what it takes comes back from the writer unchanged. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/limits.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void check(bool promise)
{
    if (!promise)
        abort();
}

/* A refusal has a message of one printable line. */
static void check_error(const struct error *error)
{
    size_t length = strnlen(error->message, sizeof error->message);
    check(error->class == ERROR_INPUT && length > 0 && length < sizeof error->message);
    check(utf8_valid(error->message, length, NULL) && !strchr(error->message, '\n'));
}

/* What was taken is one document: brackets and quotes are in pairs, and once the outermost pair is
 * closed only blanks follow. Counted here without knowing more of the grammar. */
static void check_one_document(const char *bytes, size_t length)
{
    size_t depth = 0;
    bool in_string = false;
    bool closed = false;
    for (size_t i = 0; i < length; i++) {
        char c = bytes[i];
        if (in_string) {
            i += c == '\\';
            in_string = c != '"';
            closed = !in_string && depth == 0;
            continue;
        }
        check(!closed || c == ' ' || c == '\t' || c == '\r' || c == '\n');
        in_string = c == '"';
        depth += c == '{' || c == '[';
        if (c == '}' || c == ']') {
            check(depth > 0);
            closed = --depth == 0;
        }
    }
    check(depth == 0 && !in_string);
}

static void check_round_trip(struct arena *arena, const struct json *json, enum json_style style)
{
    CLEANUP_TEXT struct text out;
    text_init(&out, SIZE_MAX);
    json_write(json, style, &out);
    check(!text_failed(&out) && utf8_valid(out.data, out.length, NULL));
    /* Escapes make a document longer; one that outgrew the limit is not read again. */
    if (out.length > LIMIT_JSON_BYTES)
        return;
    struct json *again = NULL;
    check(json_parse(arena, out.data, out.length, &again, NULL) == 0);
    check(json_equal(json, again));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct json *json = NULL;
    struct error error = {0};
    int result = json_parse(arena, (const char *)bytes, length, &json, &error);
    if (result < 0) {
        check(result == -ERROR_INPUT && !json);
        check_error(&error);
        return 0;
    }
    check(json != NULL);
    check_one_document((const char *)bytes, length);
    check_round_trip(arena, json, JSON_COMPACT);
    check_round_trip(arena, json, JSON_PRETTY);
    struct json *clone = json_clone(arena, json);
    check(json_equal(json, clone));
    json_drop_nulls(clone);
    if (json->type != JSON_OBJECT || json->count == 0)
        return 0;
    /* Any name is a path, or is refused as one; neither harms the document. */
    if (json_put(arena, clone, json->names[0], json_null(arena), NULL) == 0)
        check(json_is_null(json_find(clone, json->names[0])));
    json_remove(clone, json->names[0]);
    check(!json_get(clone, json->names[0]));
    return 0;
}
