/* The option tables of the configuration's own sections, and the one function that reads a section
 * against a table. The manual prints the same rows. */
#ifndef CONFIG_OPTIONS_H
#define CONFIG_OPTIONS_H

#include "config/loader.h"
#include "model/settings.h"

struct option_table {
    const struct option_row *rows;
    size_t count;
};

extern const struct option_table top_options;       /* the file itself */
extern const struct option_table store_options;     /* store: */
extern const struct option_table log_options;       /* log: */
extern const struct option_table net_options;       /* net: */
extern const struct option_table daemon_options;    /* daemon: */
extern const struct option_table job_options;       /* an item of jobs: */
extern const struct option_table field_options;     /* a line under fields: */
extern const struct option_table limit_options;     /* limits: */
extern const struct option_table condition_options; /* an item of when: and only: */

/* Reads a mapping against the rows: unknown and missing keys, types and bounds. What is given or
 * has a default is in `ret_settings`, in the order of the rows. `others` (NULL-ended, may be NULL)
 * are keys that the caller reads itself. `where` names the section in messages ("clouds.aws").
 * `node` may be NULL or broken: then there are only defaults, and nothing is reported.
 *
 * A NUMBER whose default is written with % is a share and may be given with it. */
void options_read(struct loader *loader, const struct yaml_tree *node, const char *where,
                  const struct option_table *table, const char *const *others,
                  struct settings *ret_settings);

#endif
