/* The one text of an offer that only the seller sees: it carries the partner's reference, at its
 * end in brackets, together with the mark of an offer that was taken back.
 *
 *   remark = [note " "] ["[" inside "]"]
 *   inside = reference | reference " cancelled" | "cancelled"
 *
 * "Renewal for Northwind [0061234567]", "Renewal for Northwind [0061234567 cancelled]". */
#ifndef CONNECTORS_REMARK_H
#define CONNECTORS_REMARK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

/* In its parts; note and reference may be NULL. */
void remark_split(struct arena *arena, const char *remark, const char **ret_note,
                  const char **ret_reference, bool *ret_cancelled);
/* And back, cut to `most` characters at the note's cost; NULL if there is nothing to say. */
const char *remark_make(struct arena *arena, const char *note, const char *reference,
                        bool cancelled, size_t most);

/* A text that the cloud's people read and write, too: there the reference is a tag,
 * "Two data stores become one. [crm:0061234567]", at the end where this program wrote it, anywhere
 * where somebody went on writing. The text comes without any tag; of several the last one counts.
 * NULL for what is not there. */
void remark_untag(struct arena *arena, const char *tagged, const char **ret_text,
                  const char **ret_reference);
/* And back, cut to `most` characters at the text's cost; NULL if there is nothing to say. */
const char *remark_tag(struct arena *arena, const char *text, const char *reference, size_t most);

#endif
