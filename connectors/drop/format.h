/* The formats of the files: which columns they have, and what may stand in those.
 *
 * They are our own and versioned ("cosell/1"), since no portal publishes one for import or export.
 * An export is brought to them by a map of its headings in the configuration. */
#ifndef CONNECTORS_DROP_FORMAT_H
#define CONNECTORS_DROP_FORMAT_H

#include "model/kind.h"
#include "model/settings.h"
#include "model/value.h"

enum drop_kind { DROP_COSELL, DROP_OFFER, DROP_KINDS };

/* Columns that the connector itself looks at. */
#define DROP_SCHEMA  "schema"
#define DROP_CRM     "crm_id"
#define DROP_NUMBER  "deal_number"
#define DROP_DOMAIN  "customer_domain"
#define DROP_TITLE   "display_name"
#define DROP_CLOSES  "close_date"
#define DROP_UPDATED "update_time"
#define DROP_DELETED "deleted"
/* The member of a document beside the columns; no heading is kept under that name. */
#define DROP_ASIDE "agent"
/* What we add to files of our own; not read back. */
#define DROP_OURS     "agent_"
#define DROP_REJECTED "reject_"

struct drop_column {
    const char *name;
    /* TYPE_MONEY: an amount without its currency, as decimal text; TYPE_CHOICE: a currency;
     * TYPE_FLAG: 0 or 1. Words of the cloud are texts: all its lists of words are open. */
    enum value_type type;
    /* A day that an instant may stand for: the one that it begins, or ends, where the cloud is. */
    enum drop_edge { DROP_PLAIN, DROP_BEGINS, DROP_ENDS } edge;
};

struct drop_format {
    const char *name;   /* "cosell": what schemas of any version begin with */
    const char *schema; /* "cosell/1" */
    const char *id;     /* the column with the cloud's identifier */
    const char *option; /* setting with the map of columns */
    enum kind_id kind;
    const struct drop_column *columns;
    size_t column_count;
};
extern const struct drop_format drop_formats[DROP_KINDS];

const struct drop_column *drop_column_find(const struct drop_format *format, const char *name);
/* NULL if the cell can stand in the column, else why not. `ret_text` is what is kept of it: days
 * are brought into the form YYYY-MM-DD. Both live in the arena. */
const char *drop_column_fault(struct arena *arena, const struct drop_column *column,
                              const struct value_style *style, const char *cell,
                              const char **ret_text);

/* The map of columns: "ours = theirs" a line of the setting. */
struct drop_map {
    const char **ours, **theirs; /* in the arena; settings live as long as the cloud */
    size_t count;
    char mark[9]; /* of what the map says; "" if it is empty */
};
/* ERROR_INPUT if a line is not of that form, or names a column that the format has not. */
int drop_map_read(struct arena *arena, const struct drop_format *format,
                  const struct settings *settings, struct drop_map *ret_map, struct error *error);
/* The column that a heading stands for by the map; NULL if it says nothing of it. */
const char *drop_map_column(const struct drop_map *map, const char *heading);

#endif
