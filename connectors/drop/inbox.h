/* Taking in what lies in inbox/.
 *
 * A file is read, held against its checksum if one lies beside it, folded into the state, and moved
 * away: rows that cannot be used are written to failed/ first, then the state is replaced, which
 * has the file's digest in it, then the file goes to done/. Killed in between, the next one finds
 * the digest, or does it all again with the same result. */
#ifndef CONNECTORS_DROP_INBOX_H
#define CONNECTORS_DROP_INBOX_H

#include "connectors/document.h"
#include "connectors/drop/cloud.h"

#define DROP_FILE_BYTES (32u * 1024 * 1024) /* 30 000 deals and more; parsed as a whole */

#define DROP_ROWS      "CLD-010" /* rows of a file cannot be used */
#define DROP_FILE      "CLD-011" /* a file cannot be used */
#define DROP_UNMATCHED "CLD-012" /* rows without identifier fit no record */

struct drop_intake {
    struct cloud *cloud;
    const struct drop_format *format;
    bool takes;              /* false: everything stays where it lies, and nothing is written */
    document_report *report; /* may be NULL */
    void *context;
};

/* The state after all files of the inbox. Where one could not be read that is left there, and
 * `ret_trouble` tells of it (class ERROR_NONE: nothing to tell). The caller frees the state. */
int drop_inbox_take(const struct drop_intake *intake, struct drop_state **ret_state,
                    struct error *ret_trouble, struct error *error);

/* For steps: the same with everything taken, from the cloud's shelf if nothing has moved since. The
 * state is the shelf's, and indexed. */
int drop_inbox_look(struct cloud *cloud, const struct drop_format *format,
                    struct drop_state **ret_state, struct error *error);
/* Writes the partner's key into a record of that state which has none, so that nobody else takes it
 * for his. */
int drop_inbox_claim(struct cloud *cloud, const struct drop_format *format,
                     struct drop_entry *entry, const char *reference, struct error *error);

#endif
