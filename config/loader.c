#include "config/loader.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "base/text.h"

#define SHOWN_CHARACTERS 60  /* of a text from the file, in a message */
#define SUGGEST_BYTES    64  /* a longer key is no slip of the pen */
#define LISTED_WORDS     16  /* more than this belongs into the manual */
#define SUGGEST_FAULTS   200 /* in a file with more, nobody reads on to the suggestions */
#define NAME_BYTES       64

struct place loader_place(const struct loader *loader, const struct yaml_tree *node)
{
    return (struct place){
        .file = loader->config->path,
        .line = node ? node->line : 0,
        .column = node ? node->column : 0,
    };
}

__attribute__((format(printf, 5, 0))) static void note(struct loader *loader,
                                                       const struct yaml_tree *at, bool warning,
                                                       const char *remedy, const char *format,
                                                       va_list arguments)
{
    ARRAY_GROW(loader->faults, &loader->fault_capacity, loader->fault_count + 1);
    loader->faults[loader->fault_count++] = (struct config_fault){
        .place = loader_place(loader, at),
        .message = arena_vprintf(loader->arena, format, arguments),
        .remedy = remedy,
        .warning = warning,
    };
    loader->errors += !warning;
}

void loader_error(struct loader *loader, const struct yaml_tree *at, const char *remedy,
                  const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    note(loader, at, false, remedy, format, arguments);
    va_end(arguments);
}

void loader_warning(struct loader *loader, const struct yaml_tree *at, const char *remedy,
                    const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    note(loader, at, true, remedy, format, arguments);
    va_end(arguments);
}

const char *loader_quote(struct loader *loader, const char *text)
{
    char *cut = arena_copy_n(loader->arena, text, strnlen(text, SHOWN_CHARACTERS * 4 + 1));
    /* Cutting bytes may have split the last character; the second cut drops it again. */
    utf8_truncate(cut, SHOWN_CHARACTERS);
    CLEANUP_TEXT struct text shown;
    text_init(&shown, 4096);
    text_add(&shown, "\"");
    log_safe(&shown, cut);
    text_add(&shown, strlen(cut) < strlen(text) ? "…\"" : "\"");
    return arena_copy(loader->arena, shown.data);
}

const char *loader_list(struct loader *loader, const char *const *words, size_t count)
{
    CLEANUP_TEXT struct text list;
    text_init(&list, 64 * 1024);
    for (size_t i = 0; i < count; i++) {
        bool sign = !isalnum((unsigned char)*words[i]);
        text_add(&list, i == 0 ? "" : i + 1 == count ? " or " : ", ");
        text_add(&list, sign ? "\"" : "");
        log_safe(&list, words[i]);
        text_add(&list, sign ? "\"" : "");
    }
    return arena_copy(loader->arena, list.data);
}

const char *loader_near(struct loader *loader, const char *text, const char *const *words,
                        size_t count)
{
    if (loader->fault_count > SUGGEST_FAULTS || strlen(text) > SUGGEST_BYTES)
        return NULL;
    const char *near = text_suggest(text, words, count);
    return near ? arena_printf(loader->arena, "did you mean %s?", loader_quote(loader, near))
                : NULL;
}

const char *loader_suggest(struct loader *loader, const char *text, const char *const *words,
                           size_t count)
{
    const char *near = loader_near(loader, text, words, count);
    if (near)
        return near;
    if (!count)
        return NULL;
    if (count > LISTED_WORDS)
        return "agent.yaml(5) lists them all";
    return arena_printf(loader->arena, "known here: %s", loader_list(loader, words, count));
}

size_t loader_words(const char *const *words)
{
    size_t count = 0;
    while (words && words[count])
        count++;
    return count;
}

const struct yaml_tree *loader_map(struct loader *loader, const struct yaml_tree *node,
                                   const char *what)
{
    if (!node || node->type == YAML_TREE_BROKEN)
        return NULL;
    if (node->type == YAML_TREE_MAP)
        return node;
    loader_error(loader, node, "write `key: value` lines below it, or {key: value}",
                 "%s must be a mapping of keys to values", what);
    return NULL;
}

const struct yaml_tree *loader_items(struct loader *loader, const struct yaml_tree *node,
                                     const char *what)
{
    if (!node || node->type == YAML_TREE_BROKEN)
        return NULL;
    if (node->type == YAML_TREE_LIST)
        return node;
    loader_error(loader, node, "write one `- item` a line below it, or [item, item]",
                 "%s must be a list", what);
    return NULL;
}

const char *loader_text(struct loader *loader, const struct yaml_tree *node, const char *what)
{
    if (!node || node->type == YAML_TREE_BROKEN)
        return NULL;
    if (node->type != YAML_TREE_TEXT) {
        loader_error(loader, node, NULL, "%s must be a single text", what);
        return NULL;
    }
    if (!*node->text || yaml_tree_empty(node)) {
        loader_error(loader, node, "give it a value or remove the line", "%s is empty", what);
        return NULL;
    }
    return node->text;
}

bool loader_flag(const char *text, bool *ret_flag)
{
    static const char *const words[] = {"false", "true", "no", "yes", "off", "on"};
    for (size_t i = 0; i < COUNT(words); i++) {
        if (!strcasecmp(text, words[i])) {
            *ret_flag = i % 2;
            return true;
        }
    }
    return false;
}

void loader_check_name(struct loader *loader, const struct yaml_tree *node, const char *name,
                       const char *what)
{
    static const char allowed[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
    size_t length = strlen(name);
    if (strspn(name, allowed) != length || length > NAME_BYTES || name[0] == '-' || name[0] == '.')
        loader_error(loader, node, "use letters, digits, - and _, at most 64",
                     "%s is no name for a %s", loader_quote(loader, name), what);
}
