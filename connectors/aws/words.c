/* The words of a credential_process line. */
#include <string.h>

#include "base/arena.h"
#include "connectors/aws/credentials.h"

/* Takes one word off `*line` into `out`; false on an open quote. */
static bool take_word(const char **line, char *out)
{
    char quote = '\0';
    const char *c = *line;
    for (; *c && (quote || (*c != ' ' && *c != '\t')); c++) {
        if (quote ? *c == quote : (*c == '\'' || *c == '"')) {
            quote = quote ? '\0' : *c;
            continue;
        }
        /* Inside "…" a backslash only takes away the meaning of a quote or of another one. */
        bool escape =
            *c == '\\' && c[1] && quote != '\'' && (!quote || c[1] == '"' || c[1] == '\\');
        if (escape)
            c++;
        *out++ = *c;
    }
    *out = '\0';
    *line = c;
    return !quote;
}

int aws_split_words(struct arena *arena, const char *line, char ***ret_argv, struct error *error)
{
    size_t length = strlen(line), count = 0;
    char **argv = arena_array(arena, length / 2 + 2, sizeof *argv);
    for (line += strspn(line, " \t"); *line; line += strspn(line, " \t")) {
        argv[count] = arena_alloc(arena, strlen(line) + 1);
        if (!take_word(&line, argv[count++]))
            return error_set(error, ERROR_INPUT, SCOPE_CLOUD, "a quote is not closed");
    }
    if (!count)
        return error_set(error, ERROR_INPUT, SCOPE_CLOUD, "the command is empty");
    *ret_argv = argv;
    return 0;
}
