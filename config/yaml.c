#include "config/yaml.h"

#include <stdint.h>
#include <string.h>
#include <yaml.h>

#include "base/error.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/map.h"
#include "base/memory.h"
#include "base/text.h"

#define SHOWN_BYTES 60 /* of a key, in a message */

/* A collection that is being read, and the key that waits for its value. */
struct frame {
    struct yaml_tree *node;
    struct yaml_tree *key; /* NULL: a key comes next, or `node` is a list */
    struct map *seen;      /* MAP: text of a key → its node */
};

struct reader {
    struct arena *arena;
    const char *bytes;
    size_t length;
    yaml_tree_report *report;
    void *context;
    yaml_parser_t parser;
    struct frame stack[LIMIT_YAML_DEPTH];
    size_t depth;
    struct yaml_tree *root;
    size_t documents;
};

static void cleanup_event(yaml_event_t *event)
{
    yaml_event_delete(event);
}

static void fault(const struct reader *reader, yaml_mark_t mark, const char *message,
                  const char *remedy)
{
    reader->report(reader->context, mark.line + 1, mark.column + 1, message, remedy);
}

/* libyaml gives a byte offset, not a line, for what is wrong with the bytes themselves. */
static yaml_mark_t mark_at(const char *bytes, size_t offset)
{
    yaml_mark_t mark = {.index = offset};
    for (size_t i = 0; i < offset; i++) {
        if (bytes[i] == '\n') {
            mark.line++;
            mark.column = 0;
        } else if (((unsigned char)bytes[i] & 0xc0) != 0x80) {
            mark.column++;
        }
    }
    return mark;
}

static struct yaml_tree *node_new(const struct reader *reader, enum yaml_tree_type type,
                                  yaml_mark_t mark)
{
    struct yaml_tree *node = arena_alloc(reader->arena, sizeof *node);
    node->type = type;
    node->line = mark.line + 1;
    node->column = mark.column + 1;
    return node;
}

static void node_append(struct arena *arena, struct yaml_tree *node, struct yaml_tree *key,
                        struct yaml_tree *item)
{
    if (node->count == node->capacity) {
        size_t capacity = node->capacity ? 2 * node->capacity : 8;
        struct yaml_tree **items = arena_array(arena, capacity, sizeof *items);
        struct yaml_tree **keys = arena_array(arena, capacity, sizeof *keys);
        if (node->count) {
            memcpy(items, node->items, node->count * sizeof *items);
            memcpy(keys, node->keys, node->count * sizeof *keys);
        }
        node->items = items;
        node->keys = keys;
        node->capacity = capacity;
    }
    node->keys[node->count] = key;
    node->items[node->count++] = item;
}

static bool is_merge(const struct yaml_tree *key)
{
    return key && key->type == YAML_TREE_TEXT && key->plain && !strcmp(key->text, "<<");
}

static void report_duplicate(const struct reader *reader, const struct yaml_tree *key,
                             const struct yaml_tree *first)
{
    CLEANUP_TEXT struct text message;
    text_init(&message, 512);
    text_add(&message, "the key \"");
    log_safe(&message, arena_copy_n(reader->arena, key->text, strnlen(key->text, SHOWN_BYTES)));
    text_addf(&message, "\" stands here a second time, first in line %zu", first->line);
    reader->report(reader->context, key->line, key->column, message.data, "keep one of the two");
}

/* Takes a key. One that cannot be used becomes BROKEN, so that its value is passed over. */
static void take_key(const struct reader *reader, struct frame *frame, struct yaml_tree *key,
                     yaml_mark_t mark)
{
    frame->key = key;
    if (key->type == YAML_TREE_BROKEN)
        return;
    if (key->type != YAML_TREE_TEXT) {
        fault(reader, mark, "a key must be a text", "quote the key if it holds [ or {");
        key->type = YAML_TREE_BROKEN;
        return;
    }
    if (is_merge(key)) {
        fault(reader, mark, "the merge key << is not accepted", "write the keys out");
        return;
    }
    const struct yaml_tree *first = map_get(frame->seen, key->text);
    if (first) {
        report_duplicate(reader, key, first);
        key->type = YAML_TREE_BROKEN;
        return;
    }
    map_put(frame->seen, key->text, key);
}

/* Puts a node where the document has it: into the collection that is open, or as the root. */
static void place_node(struct reader *reader, struct yaml_tree *node, yaml_mark_t mark)
{
    if (!reader->depth) {
        reader->root = node;
        return;
    }
    struct frame *frame = &reader->stack[reader->depth - 1];
    if (frame->node->type == YAML_TREE_LIST) {
        node_append(reader->arena, frame->node, NULL, node);
    } else if (!frame->key) {
        take_key(reader, frame, node, mark);
    } else {
        if (frame->key->type == YAML_TREE_TEXT && !is_merge(frame->key))
            node_append(reader->arena, frame->node, frame->key, node);
        frame->key = NULL;
    }
}

static void refuse_properties(const struct reader *reader, yaml_mark_t mark, const void *anchor,
                              const void *tag)
{
    if (anchor)
        fault(reader, mark, "anchors (&name) are not accepted",
              "write the value out where it is used");
    if (tag)
        fault(reader, mark, "tags (!name) are not accepted",
              "remove the tag; quote the text if it begins with !");
}

static void take_scalar(struct reader *reader, const yaml_event_t *event)
{
    yaml_mark_t mark = event->start_mark;
    refuse_properties(reader, mark, event->data.scalar.anchor, event->data.scalar.tag);
    const char *value = (const char *)event->data.scalar.value;
    struct yaml_tree *node = node_new(reader, YAML_TREE_TEXT, mark);
    node->text = arena_copy_n(reader->arena, value, event->data.scalar.length);
    node->plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    if (strlen(node->text) != event->data.scalar.length) {
        fault(reader, mark, "a text holds the character NUL", "remove the \\0");
        node->type = YAML_TREE_BROKEN;
    }
    place_node(reader, node, mark);
}

static void take_alias(struct reader *reader, const yaml_event_t *event)
{
    const struct frame *frame = reader->depth ? &reader->stack[reader->depth - 1] : NULL;
    if (!frame || !is_merge(frame->key))
        fault(reader, event->start_mark, "aliases (*name) are not accepted",
              "write the value out; quote the text if it begins with *");
    place_node(reader, node_new(reader, YAML_TREE_BROKEN, event->start_mark), event->start_mark);
}

static int open_collection(struct reader *reader, enum yaml_tree_type type,
                           const yaml_event_t *event)
{
    if (reader->depth == LIMIT_YAML_DEPTH) {
        fault(reader, event->start_mark, "the file is nested too deeply",
              "agent.yaml(5) shows the shape");
        return -ERROR_INPUT;
    }
    struct yaml_tree *node = node_new(reader, type, event->start_mark);
    place_node(reader, node, event->start_mark);
    /* A collection in the place of a key has become BROKEN; it is read to its end and dropped. */
    node->type = type;
    reader->stack[reader->depth++] = (struct frame){
        .node = node,
        .seen = type == YAML_TREE_MAP ? map_new() : NULL,
    };
    return 0;
}

static void close_collection(struct reader *reader)
{
    struct frame *frame = &reader->stack[--reader->depth];
    map_free(frame->seen);
    struct frame *parent = reader->depth ? &reader->stack[reader->depth - 1] : NULL;
    if (parent && parent->key == frame->node)
        parent->key->type = YAML_TREE_BROKEN;
}

/* Takes one event. 1 at the end of the stream. */
static int take_event(struct reader *reader, const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_DOCUMENT_START_EVENT:
        if (reader->documents++) {
            fault(reader, event->start_mark, "a second document begins here",
                  "keep one document; remove the line with ---");
            return -ERROR_INPUT;
        }
        return 0;
    case YAML_SCALAR_EVENT:
        take_scalar(reader, event);
        return 0;
    case YAML_ALIAS_EVENT:
        take_alias(reader, event);
        return 0;
    case YAML_SEQUENCE_START_EVENT:
        refuse_properties(reader, event->start_mark, event->data.sequence_start.anchor,
                          event->data.sequence_start.tag);
        return open_collection(reader, YAML_TREE_LIST, event);
    case YAML_MAPPING_START_EVENT:
        refuse_properties(reader, event->start_mark, event->data.mapping_start.anchor,
                          event->data.mapping_start.tag);
        return open_collection(reader, YAML_TREE_MAP, event);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        close_collection(reader);
        return 0;
    case YAML_STREAM_END_EVENT:
        return 1;
    default:
        return 0;
    }
}

/* libyaml's words are for people who know YAML's grammar; the common slips get plainer ones. */
static void report_syntax(const struct reader *reader)
{
    static const struct {
        const char *problem, *message, *remedy;
    } known[] = {
        {"mapping values are not allowed in this context", "a \": \" is not expected here",
         "quote a text that holds \": \", and check the indentation"},
        {"could not find expected ':'", "a key without its \":\" stands before this place",
         "write `key: value`"},
        {"did not find expected key", "a key is expected here",
         "check the indentation, and the commas between { and }"},
        {"did not find expected '-' indicator", "a list item is expected here",
         "check the indentation; each item begins with \"- \""},
        {"did not find expected ',' or '}'", "a \",\" or \"}\" is missing before this place", NULL},
        {"did not find expected ',' or ']'", "a \",\" or \"]\" is missing before this place", NULL},
        {"block sequence entries are not allowed in this context",
         "a list item is not expected here", "begin a list on a line of its own"},
        {"found unexpected end of stream", "a quoted text does not end", "add the closing quote"},
        {"control characters are not allowed", "the file holds a control character", "remove it"},
    };
    const yaml_parser_t *parser = &reader->parser;
    const char *problem = parser->problem ? parser->problem : "not YAML";
    bool bytes = parser->error == YAML_READER_ERROR;
    yaml_mark_t mark =
        bytes ? mark_at(reader->bytes, parser->problem_offset) : parser->problem_mark;
    for (size_t i = 0; i < COUNT(known); i++) {
        if (!strcmp(problem, known[i].problem)) {
            fault(reader, mark, known[i].message, known[i].remedy);
            return;
        }
    }
    if (!strcmp(problem, "found character that cannot start any token")) {
        bool tab = mark.index < reader->length && reader->bytes[mark.index] == '\t';
        fault(reader, mark, tab ? "a tab cannot indent" : "a text cannot begin with this character",
              tab ? "indent with spaces" : "quote the text");
        return;
    }
    fault(reader, mark, arena_printf(reader->arena, "this is not YAML: %s", problem), NULL);
}

static int read_events(struct reader *reader)
{
    for (;;) {
        yaml_event_t event __attribute__((cleanup(cleanup_event))) = {.type = YAML_NO_EVENT};
        if (!yaml_parser_parse(&reader->parser, &event)) {
            if (reader->parser.error == YAML_MEMORY_ERROR)
                memory_failed();
            report_syntax(reader);
            return -ERROR_INPUT;
        }
        int result = take_event(reader, &event);
        if (result)
            return result < 0 ? result : 0;
    }
}

static int check_bytes(const struct reader *reader)
{
    if (reader->length > LIMIT_YAML_BYTES) {
        reader->report(reader->context, 0, 0, "the file is larger than 1 MiB",
                       "a configuration is text of a few pages; is this the right file?");
        return -ERROR_INPUT;
    }
    size_t offset = 0;
    if (utf8_valid(reader->bytes, reader->length, &offset))
        return 0;
    fault(reader, mark_at(reader->bytes, offset), "the file is not UTF-8",
          "save it as UTF-8, not as UTF-16 or Latin-1");
    return -ERROR_INPUT;
}

int yaml_tree_parse(struct arena *arena, const char *bytes, size_t length, yaml_tree_report *report,
                    void *context, struct yaml_tree **ret_root)
{
    static const char mark[] = "\xef\xbb\xbf";
    bool marked = length >= 3 && !memcmp(bytes, mark, 3);
    struct reader reader = {
        .arena = arena,
        .bytes = marked ? bytes + 3 : bytes,
        .length = marked ? length - 3 : length,
        .report = report,
        .context = context,
    };
    int result = check_bytes(&reader);
    if (result < 0)
        return result;
    if (!yaml_parser_initialize(&reader.parser))
        memory_failed();
    yaml_parser_set_encoding(&reader.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&reader.parser, (const unsigned char *)reader.bytes,
                                 reader.length);
    result = read_events(&reader);
    yaml_parser_delete(&reader.parser);
    while (reader.depth)
        map_free(reader.stack[--reader.depth].seen);
    if (result < 0)
        return result;
    *ret_root = reader.root && yaml_tree_empty(reader.root) ? NULL : reader.root;
    return 0;
}

const struct yaml_tree *yaml_tree_get(const struct yaml_tree *map, const char *key)
{
    if (!map || map->type != YAML_TREE_MAP)
        return NULL;
    for (size_t i = 0; i < map->count; i++) {
        if (!strcmp(map->keys[i]->text, key))
            return map->items[i];
    }
    return NULL;
}

bool yaml_tree_empty(const struct yaml_tree *node)
{
    return node && node->type == YAML_TREE_TEXT && node->plain &&
           (!*node->text || !strcmp(node->text, "~") || !strcmp(node->text, "null"));
}
