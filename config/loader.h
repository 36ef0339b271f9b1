/* Inside of config/: what the readers of the sections share. */
#ifndef CONFIG_LOADER_H
#define CONFIG_LOADER_H

#include "base/arena.h"
#include "config/config.h"
#include "config/yaml.h"

struct loader {
    struct arena *arena;   /* the config's */
    struct config *config; /* being filled */
    const struct config_schema *schema;
    struct config_fault *faults; /* malloc; sorted and reported at the end */
    size_t fault_count, fault_capacity;
    size_t errors;
};

/* Notes a fault at the node. The message must not quote what might be a secret; `remedy` (may be
 * NULL) is not copied. */
void loader_error(struct loader *loader, const struct yaml_tree *at, const char *remedy,
                  const char *format, ...) __attribute__((format(printf, 4, 5)));
void loader_warning(struct loader *loader, const struct yaml_tree *at, const char *remedy,
                    const char *format, ...) __attribute__((format(printf, 4, 5)));

struct place loader_place(const struct loader *loader, const struct yaml_tree *node);

/* The text in double quotes, safe for a terminal and cut if it is long. */
const char *loader_quote(struct loader *loader, const char *text);
/* "a, b or c"; words that are mere signs stand in quotes. */
const char *loader_list(struct loader *loader, const char *const *words, size_t count);
/* A remedy: did you mean …? NULL if none of the words is near. */
const char *loader_near(struct loader *loader, const char *text, const char *const *words,
                        size_t count);
/* The same, or which words there are, or where the manual lists them. */
const char *loader_suggest(struct loader *loader, const char *text, const char *const *words,
                           size_t count);
size_t loader_words(const char *const *words); /* NULL-ended; NULL: 0 */

/* The node if it is of that type. NULL if it is absent or broken; anything else is reported and
 * NULL. `what` names it in the message. */
const struct yaml_tree *loader_map(struct loader *loader, const struct yaml_tree *node,
                                   const char *what);
const struct yaml_tree *loader_items(struct loader *loader, const struct yaml_tree *node,
                                     const char *what);
const char *loader_text(struct loader *loader, const struct yaml_tree *node, const char *what);
/* true, yes, on; false, no, off. */
bool loader_flag(const char *text, bool *ret_flag);
/* Names of jobs and sources stand in commands, file names and metrics: letters, digits, . _ - */
void loader_check_name(struct loader *loader, const struct yaml_tree *node, const char *name,
                       const char *what);

/* jobs.c: every job under `jobs:`; clouds and sources are loaded. */
void jobs_read(struct loader *loader, const struct yaml_tree *node);
/* fields.c: the `fields:` of a job whose kind is known. */
void fields_read(struct loader *loader, const struct yaml_tree *node, struct job *job);
/* fields.c: the remedy for a name that is no field of the kind. */
const char *fields_suggest(struct loader *loader, const struct kind *kind, const char *name);
/* fields.c: reports a day format, decimal sign or currency that cannot be. Absent settings pass. */
void loader_check_style(struct loader *loader, const struct settings *settings, const char *date,
                        const char *decimal, const char *currency);
/* rules.c: fills job->rules_hash of every job. Only for a config without errors. */
void rules_fill(const struct config *config, struct job *jobs);

#endif
