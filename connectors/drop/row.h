/* What a row says of which deal it speaks of: rows are JSON objects whose members are named after
 * the columns, texts all of them, empty cells left out. */
#ifndef CONNECTORS_DROP_ROW_H
#define CONNECTORS_DROP_ROW_H

#include "base/json.h"

/* A cell; NULL if it is absent or blank. */
const char *drop_row_text(const struct json *row, const char *column);
/* The partner's own key: its column, else the tag at the end of the description. */
const char *drop_row_reference(struct arena *arena, const struct json *row);
/* Customer's domain, name and close date, as one text to compare by; NULL if one of them is
 * missing. */
const char *drop_row_deal(struct arena *arena, const struct json *row);

/* Portals have no place for the partner's key. "[crm:0061]" at the end of the description is one
 * that survives the portal: ret_plain is what stands before it; ret_reference NULL: no tag. */
/* -1, 0, 1: which of two update_times is later. One that is not there comes before all others. */
int drop_row_order(const char *left, const char *right);

void drop_tag_split(struct arena *arena, const char *description, const char **ret_plain,
                    const char **ret_reference);
/* And back; without the tag if the two are longer than `most` characters. */
const char *drop_tag_make(struct arena *arena, const char *plain, const char *reference,
                          size_t most);

#endif
