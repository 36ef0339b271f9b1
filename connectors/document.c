#include "connectors/document.h"

#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/times.h"
#include "model/value.h"

#define UNKNOWN_VALUE "CLD-001"

/* ------------------------------------------------------------------ reading */

struct decoding {
    struct arena *arena;
    const char *id;
    const struct field *field;
    const struct remote_field *remote;
    document_report *report;
    void *context;
};

static void report_value(const struct decoding *decoding, const char *detail)
{
    if (!decoding->report)
        return;
    struct finding finding = {
        .type = finding_type(UNKNOWN_VALUE),
        .subject = decoding->id ? decoding->id : "",
        .field = decoding->field->name,
        .detail = detail,
        .remote_id = decoding->id,
    };
    decoding->report(decoding->context, &finding);
}

static const char *decode_word(const struct decoding *decoding, const struct json *node)
{
    const char *const *words = decoding->remote->words;
    if (!words && node->type == JSON_BOOL)
        return node->boolean ? "yes" : "no";
    const char *native = json_text(node);
    if (text_blank(native))
        return NULL;
    for (size_t i = 0; words && words[i]; i += 2) {
        if (!strcmp(words[i + 1], native))
            return words[i];
    }
    report_value(decoding,
                 arena_printf(decoding->arena, "%s is \"%s\"", decoding->remote->vendor, native));
    return NULL;
}

static const char *tail(const struct decoding *decoding, const char *text)
{
    const char *slash = text && decoding->remote->flags & REMOTE_TAIL ? strrchr(text, '/') : NULL;
    return slash ? slash + 1 : text;
}

static const char *decode_list(const struct decoding *decoding, const struct json *node)
{
    if (node->type != JSON_ARRAY) {
        report_value(decoding,
                     arena_printf(decoding->arena, "%s is not a list", decoding->remote->vendor));
        return NULL;
    }
    const char **items = arena_array(decoding->arena, node->count + 1, sizeof *items);
    for (size_t i = 0; i < node->count; i++)
        items[i] = tail(decoding, json_text(node->items[i]));
    return list_make(decoding->arena, decoding->field, items, node->count);
}

static const char *decode_money(const struct decoding *decoding, const struct json *node)
{
    const char *amount = json_get_text(node, decoding->remote->amount);
    const char *value = NULL;
    if (text_blank(amount))
        return NULL;
    /* "100." is a number to the cloud and to nobody else. */
    size_t length = strlen(amount);
    if (amount[length - 1] == '.')
        amount = arena_copy_n(decoding->arena, amount, length - 1);
    struct error error = {0};
    const char *currency = json_get_text(node, decoding->remote->currency);
    if (money_make(decoding->arena, amount, currency, &value, &error) < 0)
        report_value(decoding, arena_printf(decoding->arena, "%s: %s", decoding->remote->vendor,
                                            error.message));
    return value;
}

static const char *decode_plain(const struct decoding *decoding, const struct json *node)
{
    static const struct value_style canonical;
    const char *text = tail(decoding, json_text(node));
    if (!text) {
        report_value(decoding,
                     arena_printf(decoding->arena, "%s is not a text", decoding->remote->vendor));
        return NULL;
    }
    if (text_blank(text))
        return NULL;
    /* What the cloud calls itself is right by definition; spreadsheet damage is not looked for. */
    if (decoding->field->type == TYPE_ID)
        return text_trim(arena_copy(decoding->arena, text));
    struct error error = {0};
    const char *value = NULL;
    if (value_normalise(decoding->arena, decoding->field, &canonical, text, &value, &error) < 0)
        report_value(decoding, arena_printf(decoding->arena, "%s: %s", decoding->remote->vendor,
                                            error.message));
    return value;
}

static const char *decode(const struct decoding *decoding, const struct json *node)
{
    switch (decoding->field->type) {
    case TYPE_WORD:
    case TYPE_FLAG:
        return decode_word(decoding, node);
    case TYPE_LIST:
    case TYPE_SET:
    case TYPE_PAIRS:
        return decode_list(decoding, node);
    case TYPE_MONEY:
        return decode_money(decoding, node);
    default:
        return decode_plain(decoding, node);
    }
}

/* Lists that the cloud keeps apart and people see as one: "A.X|A.Y". */
static struct json *gather(struct arena *arena, const struct json *document, const char *paths)
{
    struct json *all = json_array(arena);
    for (;;) {
        size_t length = strcspn(paths, "|");
        const struct json *part = json_find(document, arena_copy_n(arena, paths, length));
        for (size_t i = 0; part && part->type == JSON_ARRAY && i < part->count; i++)
            json_append(arena, all, json_clone(arena, part->items[i]));
        if (!paths[length])
            return all->count ? all : NULL;
        paths += length + 1;
    }
}

struct record *document_decode(struct arena *arena, const struct connector_kind *kind,
                               const char *id, const char *version, const struct json *document,
                               document_report *report, void *context)
{
    const struct kind *model = &kinds[kind->kind];
    struct record *record = record_new(arena, model, arena_copy(arena, id));
    record->version = arena_copy(arena, version);
    record->raw = json_print(arena, document);
    for (size_t i = 0; i < kind->field_count; i++) {
        const struct remote_field *remote = &kind->fields[i];
        size_t index = kind_field(model, remote->field);
        if (index == FIELD_NONE || !(remote->flags & REMOTE_READ) || !remote->path)
            continue;
        const struct json *node = strchr(remote->path, '|') ? gather(arena, document, remote->path)
                                                            : json_find(document, remote->path);
        if (json_is_null(node))
            continue;
        const struct decoding decoding = {arena,  id,     &model->fields[index],
                                          remote, report, context};
        record->values[index] = decode(&decoding, node);
    }
    const char *modified = record_get(record, "modified");
    if (modified && !instant_parse(modified, &record->modified_ms))
        record->modified_ms = 0;
    return record;
}

/* ------------------------------------------------------------------ writing */

struct writing {
    struct arena *arena;
    struct json *document;
    const struct field *field;
    const struct remote_field *remote;
    struct error *error;
};

/* The path of what holds the member that `path` names last; "" for the document itself. */
static const char *parent_path(struct arena *arena, const char *path)
{
    const char *end = path + strlen(path);
    while (end > path && *end != '.' && *end != '[')
        end--;
    return arena_copy_n(arena, path, (size_t)(end - path));
}

static struct json *node_at(const struct writing *writing, const char *path)
{
    return *path ? json_find(writing->document, path) : writing->document;
}

/* True if an object has no members but those that only ever stand beside a value of ours. */
static bool only_fixed(const struct json *node, const char *const *fixed)
{
    for (size_t i = 0; i < node->count; i++) {
        bool known = false;
        for (size_t j = 0; fixed && fixed[j]; j += 2)
            known = known || !strcmp(node->names[i], fixed[j]);
        if (!known)
            return false;
    }
    return true;
}

/* True if removing the item that the path ends in would move others into its place. */
static bool moves_others(const struct writing *writing, const char *path)
{
    size_t length = strlen(path);
    if (path[length - 1] != ']' || strchr(strrchr(path, '['), '='))
        return false;
    const struct json *list = node_at(writing, parent_path(writing->arena, path));
    return list && list->count > 1;
}

/* Removes a value, and what is left empty by that: an empty object may be refused where an absent
 * one is not. */
static int remove_value(const struct writing *writing)
{
    const char *path = writing->remote->path;
    if (!node_at(writing, path))
        return 0;
    const char *const *fixed = writing->remote->fixed;
    for (;;) {
        int result = json_put(writing->arena, writing->document, path, NULL, writing->error);
        if (result < 0)
            return result;
        path = parent_path(writing->arena, path);
        const struct json *parent = node_at(writing, path);
        if (!*path || !parent || moves_others(writing, path))
            return 0;
        bool empty = parent->type == JSON_OBJECT ? only_fixed(parent, fixed) : !parent->count;
        if (!empty)
            return 0;
        fixed = NULL;
    }
}

static int put_member(const struct writing *writing, const char *object, const char *name,
                      const char *text)
{
    const char *path = *object ? arena_printf(writing->arena, "%s.%s", object, name) : name;
    return json_put(writing->arena, writing->document, path, json_string(writing->arena, text),
                    writing->error);
}

static int put_fixed(const struct writing *writing, const char *object)
{
    const char *const *fixed = writing->remote->fixed;
    for (size_t i = 0; fixed && fixed[i]; i += 2) {
        int result = put_member(writing, object, fixed[i], fixed[i + 1]);
        if (result < 0)
            return result;
    }
    return 0;
}

static int put_money(const struct writing *writing, const char *value)
{
    const struct remote_field *remote = writing->remote;
    const char *amount, *currency;
    if (!money_split(writing->arena, value, &amount, &currency))
        return error_set(writing->error, ERROR_BUG, SCOPE_RECORD, "%s: \"%s\" is no amount",
                         remote->field, value);
    int result = put_member(writing, remote->path, remote->amount, amount);
    if (!result)
        result = put_member(writing, remote->path, remote->currency, currency);
    return result ? result : put_fixed(writing, remote->path);
}

const char *document_word(const struct remote_field *remote, const char *value)
{
    const char *const *words = remote->words;
    for (size_t i = 0; value && words && words[i]; i += 2) {
        if (!strcmp(words[i], value))
            return words[i + 1];
    }
    return NULL;
}

static struct json *native_word(const struct writing *writing, const char *value)
{
    if (!writing->remote->words && writing->field->type == TYPE_FLAG)
        return json_bool(writing->arena, !strcmp(value, "yes"));
    const char *word = document_word(writing->remote, value);
    return word ? json_string(writing->arena, word) : NULL;
}

static struct json *native_list(const struct writing *writing, const char *value)
{
    struct json *list = json_array(writing->arena);
    size_t count = list_count(value);
    for (size_t i = 0; i < count; i++)
        json_append(writing->arena, list,
                    json_string(writing->arena, list_item(writing->arena, value, i)));
    return list;
}

static struct json *native(const struct writing *writing, const char *value)
{
    switch (writing->field->type) {
    case TYPE_WORD:
    case TYPE_FLAG:
        return native_word(writing, value);
    case TYPE_LIST:
    case TYPE_SET:
    case TYPE_PAIRS:
        return native_list(writing, value);
    case TYPE_NUMBER: {
        const struct json *now = json_find(writing->document, writing->remote->path);
        return now && now->type == JSON_NUMBER ? json_number(writing->arena, value)
                                               : json_string(writing->arena, value);
    }
    default:
        return json_string(writing->arena, value);
    }
}

int document_put(struct arena *arena, const struct connector_kind *kind, struct json *document,
                 const char *field, const char *value, struct error *error)
{
    const struct kind *model = &kinds[kind->kind];
    size_t index = kind_field(model, field);
    const struct remote_field *remote = connector_field(kind, field);
    int own = kind->put ? kind->put(arena, document, field, value, error) : 1;
    if (own != 1)
        return own;
    if (index == FIELD_NONE || !remote || !remote->path || remote->flags & REMOTE_STEP)
        return error_set(error, ERROR_BUG, SCOPE_RECORD, "%s has no place in the document", field);
    const struct writing writing = {arena, document, &model->fields[index], remote, error};
    if (!value)
        return remove_value(&writing);
    if (model->fields[index].type == TYPE_MONEY)
        return put_money(&writing, value);
    struct json *node = native(&writing, value);
    if (!node)
        return error_set(error, ERROR_BUG, SCOPE_RECORD, "%s: \"%s\" has no word at the cloud",
                         field, value);
    int result = json_put(arena, document, remote->path, node, error);
    return result ? result : put_fixed(&writing, parent_path(arena, remote->path));
}

int document_overlay(struct arena *arena, const struct connector_kind *kind,
                     const struct json *fresh, const struct change *change, const char *const *drop,
                     struct json **ret_document, struct error *error)
{
    if (!fresh || fresh->type != JSON_OBJECT)
        return error_set(error, ERROR_PERMANENT, SCOPE_RECORD, "the document is no object");
    struct json *document = json_clone(arena, fresh);
    json_drop_nulls(document);
    for (size_t i = 0; drop && drop[i]; i++) {
        int result = json_put(arena, document, drop[i], NULL, error);
        if (result < 0)
            return result;
    }
    for (size_t i = 0; i < change->field_count; i++) {
        const struct change_field *field = &change->fields[i];
        const char *name = change->kind->fields[field->field].name;
        const struct remote_field *remote = connector_field(kind, name);
        if (remote && remote->flags & REMOTE_STEP)
            continue;
        int result = document_put(arena, kind, document, name, field->new_value, error);
        if (result < 0)
            return result;
    }
    *ret_document = document;
    return 0;
}

/* ------------------------------------------------------------------ answers */

int document_parse(struct arena *arena, const struct http_response *response,
                   struct json **ret_json, struct error *error)
{
    struct json *json = NULL;
    int result = json_parse(arena, response->body, response->body_length, &json, error);
    if (result < 0 || json->type != JSON_OBJECT) {
        const char *why = result < 0 && error ? arena_copy(arena, error->message) : "no object";
        return error_set(error, ERROR_TEMPORARY, SCOPE_RECORD, "the answer cannot be read: %s",
                         why);
    }
    *ret_json = json;
    return 0;
}
