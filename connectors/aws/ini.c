#include "connectors/aws/ini.h"

#include <string.h>

#include "base/memory.h"
#include "base/secret.h"
#include "base/text.h"

/* Sections and values in one list: the files hold some dozen lines. */
struct entry {
    const char *section;
    const char *key; /* NULL: the section's own line */
    char *value;
    struct entry *next; /* the one above it in the file */
};

struct ini {
    struct entry *last;
};

/* `[profile "my name"]` and `[profile   my name]` are the same section. */
static char *section_name(struct arena *arena, const char *inner, size_t length)
{
    char *name = text_trim(arena_copy_n(arena, inner, length));
    size_t word = strcspn(name, " \t");
    if (!name[word])
        return name;
    char *rest = text_trim(arena_copy(arena, name + word));
    size_t size = strlen(rest);
    if (size >= 2 && (*rest == '"' || *rest == '\'') && rest[size - 1] == *rest)
        rest = arena_copy_n(arena, rest + 1, size - 2);
    return arena_printf(arena, "%.*s %s", (int)word, name, rest);
}

static void add(struct arena *arena, struct ini *ini, const char *section, const char *key,
                char *value)
{
    struct entry *entry = arena_alloc(arena, sizeof *entry);
    *entry = (struct entry){section, key, value, ini->last};
    ini->last = entry;
}

static int parse_line(struct arena *arena, struct ini *ini, const char **section, const char *line,
                      size_t length, const char **ret_problem)
{
    size_t blank = strspn(line, " \t\r");
    if (blank >= length || line[blank] == '#' || line[blank] == ';' || blank > 0)
        return 0;
    if (*line == '[') {
        const char *end = memchr(line, ']', length);
        if (!end) {
            *ret_problem = "a section's name must end with \"]\"";
            return -ERROR_INPUT;
        }
        *section = section_name(arena, line + 1, (size_t)(end - line - 1));
        add(arena, ini, *section, NULL, NULL);
        return 0;
    }
    const char *equals = memchr(line, '=', length);
    if (!equals || equals == line) {
        *ret_problem = "expected \"key = value\"";
        return -ERROR_INPUT;
    }
    if (!*section) {
        *ret_problem = "a key stands before the first [section]";
        return -ERROR_INPUT;
    }
    char *key = text_trim(arena_copy_n(arena, line, (size_t)(equals - line)));
    text_lower(key);
    size_t value = (size_t)(line + length - equals - 1);
    add(arena, ini, *section, key, text_trim(arena_copy_n(arena, equals + 1, value)));
    return 0;
}

int ini_parse(struct arena *arena, const char *file, const char *text, struct ini **ret_ini,
              struct error *error)
{
    struct ini *ini = arena_alloc(arena, sizeof *ini);
    const char *section = NULL;
    size_t number = 1;
    if (text_starts(text, "\xef\xbb\xbf"))
        text += 3;
    for (const char *line = text; *line; number++) {
        size_t length = strcspn(line, "\n");
        const char *problem = NULL;
        if (parse_line(arena, ini, &section, line, length, &problem) < 0) {
            ini_wipe(ini);
            return error_set(error, ERROR_INPUT, SCOPE_CLOUD, "%s:%zu: %s", file, number, problem);
        }
        line += length + (line[length] == '\n');
    }
    *ret_ini = ini;
    return 0;
}

bool ini_has(const struct ini *ini, const char *section)
{
    for (const struct entry *entry = ini ? ini->last : NULL; entry; entry = entry->next) {
        if (!strcmp(entry->section, section))
            return true;
    }
    return false;
}

const char *ini_get(const struct ini *ini, const char *section, const char *key)
{
    for (const struct entry *entry = ini ? ini->last : NULL; entry; entry = entry->next) {
        if (entry->key && !strcmp(entry->section, section) && !strcmp(entry->key, key))
            return *entry->value ? entry->value : NULL;
    }
    return NULL;
}

void ini_wipe(struct ini *ini)
{
    for (struct entry *entry = ini ? ini->last : NULL; entry; entry = entry->next) {
        if (entry->value)
            secret_wipe(entry->value, strlen(entry->value));
    }
}
