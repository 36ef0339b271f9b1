/* What a person is to enter in the portal: a file in outbox/ for each registration or edit.
 *
 * It is written into state/prepared/ first and its name journalled; then it is moved. So whoever
 * comes back after a crash knows that a file which is no longer prepared was handed out, even if
 * somebody has taken it from outbox/ meanwhile: none is handed out twice. After that the change
 * waits for a file in inbox/ that shows what was asked for. Who will not enter it moves the file to
 * failed/, which refuses the change. */
#ifndef CONNECTORS_DROP_OUTBOX_H
#define CONNECTORS_DROP_OUTBOX_H

#include "connectors/connector.h"

extern const struct procedure drop_procedures[];
#define DROP_PROCEDURES 5

#endif
