/* Change sets of private offers for the sandbox, as text with ' for ". */
#ifndef TESTS_SUPPORT_OFFERS_H
#define TESTS_SUPPORT_OFFERS_H

#include "tests/support/drive.h"

#define OFFER_REF "$New.Entity.Identifier" /* the offer that the set makes */

/* The changes of a private offer that the service takes: a contract of twelve months that is paid
 * in two parts. */
struct offer_piece {
    const char *type, *details;
};
enum { OFFER_PIECES = 9 };
extern const struct offer_piece offer_pieces[OFFER_PIECES];

/* One change. */
const char *offer_change(struct drive *drive, const char *entity, const char *identifier,
                         const char *type, const char *details);
/* The whole set with the details of one type replaced (`details` NULL: left out; `type` NULL: as it
 * is), and an extra change (NULL: none). */
const char *offer_set(struct drive *drive, const char *type, const char *details,
                      const char *extra);
/* Makes that offer and returns its id. */
const char *offer_make(struct drive *drive);
/* A set of one change to an entity that is there; returns its status as drive_set() does. */
const char *offer_update(struct drive *drive, const char *entity, const char *id, const char *type,
                         const char *details);

#endif
