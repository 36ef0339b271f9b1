/* From a source's row to a canonical record and back, by the job's field maps. Pure. */
#ifndef MODEL_MAPPING_H
#define MODEL_MAPPING_H

#include "model/finding.h"
#include "model/job.h"
#include "model/record.h"
#include "model/row.h"

/* Called for the row's fault or for each cell that cannot be understood. `finding` lives for the
 * call; its texts live in the arena, the row and the job. */
typedef void mapping_report(void *context, const struct finding *finding);

/* Makes the local record of a row (id = key, raw = the row as JSON, version = hash of the cells).
 * Every bad cell is reported. Returns 0 with the record, or -ERROR_INPUT when the row must be left
 * out (no key, a fault of its own, a bad value in a mapped cell); it has been reported then. */
int mapping_record(struct arena *arena, const struct job *job, const struct row *row,
                   mapping_report *report, void *context, struct record **ret_record);

/* How the row's cell is to be written so that it means `value` (normal form, NULL: empty). If the
 * present cell already means it, that very text comes back. With `currency_column` the amount comes
 * without its currency: mapping_currency_cell() must be written beside it. */
const char *mapping_cell(struct arena *arena, const struct job *job, const struct field_map *map,
                         const char *present, const char *value);

/* The code that belongs into the map's currency column with an amount; NULL if it has none, or
 * there is no amount. */
const char *mapping_currency_cell(struct arena *arena, const struct field_map *map,
                                  const char *value);

/* What conditions are asked about. Columns: the cells as they are written, null words included; a
 * missing cell is a blank one, but without any row no condition on a column holds. Fields: the
 * values of the record; of a list or set one item is enough. */
struct condition_view {
    const struct row *row;       /* as a source hands it out, … */
    const struct json *raw;      /* … or as the store keeps it; both NULL: there is none */
    const struct record *record; /* NULL: no condition on a field holds */
};
bool conditions_hold_for(const struct conditions *conditions, const struct condition_view *view);
/* The same for conditions on columns only, before there is a record. */
bool conditions_hold(const struct conditions *conditions, const struct row *row);

#endif
