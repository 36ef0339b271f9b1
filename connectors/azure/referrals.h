/* Referrals of Partner Center: leads, co-sell deals and their registration. The parts of the kind's
 * struct, each from its own file.
 *
 * One deal is an engagement of several referrals, one for each organisation that takes part. Ours
 * is the record; Microsoft's own side of it is none, but tells what its sellers do. */
#ifndef CONNECTORS_AZURE_REFERRALS_H
#define CONNECTORS_AZURE_REFERRALS_H

#include "connectors/connector.h"
#include "connectors/document.h"

/* Sizes that the kind's constant struct needs; a row too many does not compile, one too few fails
 * the tests. */
enum {
    AZURE_REFERRAL_FIELDS = 60,
    AZURE_REFERRAL_RULES = 64,
    AZURE_REFERRAL_DUE_CASES = 3,
    AZURE_REFERRAL_PROCEDURES = 8,
    AZURE_REFERRAL_DEADLINES = 1,
    AZURE_REFERRAL_REFUSALS = 2,
};

extern const struct remote_field azure_referral_fields[AZURE_REFERRAL_FIELDS];
extern const struct rule azure_referral_rules[AZURE_REFERRAL_RULES];
extern const struct due_case azure_referral_due_cases[AZURE_REFERRAL_DUE_CASES]; /* …_rules.c */
extern const struct deadline azure_referral_deadlines[AZURE_REFERRAL_DEADLINES]; /* …_rules.c */
extern const struct refusal azure_referral_refusals[AZURE_REFERRAL_REFUSALS];    /* …_rules.c */
extern const struct procedure azure_referral_procedures[AZURE_REFERRAL_PROCEDURES]; /* …_steps.c */

extern const struct connector_kind azure_referrals; /* referrals.c */

/* The query that lists an engagement. */
const char *azure_referral_engagement(struct arena *arena, const char *engagement);
/* The rows of its answer. ERROR_TEMPORARY if some are missing: one of `ours` (a list of referrals),
 * or so many as the answer itself says. A deal whose other side is not shown would look as if
 * Microsoft had never been asked. */
int azure_referral_sides(const struct json *answer, const struct json *ours,
                         const struct json **ret_rows, struct error *error);

/* What the rest of the engagement tells of a referral; lives as long as what is made of it. */
struct azure_engagement {
    bool known;              /* it was asked for: what is not there does not exist */
    const struct json *rows; /* array of its referrals, ours among them; NULL: none */
};

/* ---- The document (referral_document.c). What is read in a form that the field table cannot
 * decode stands beside the referral's members under "agent", which no answer has and no request
 * carries:
 *
 *   stage, status, origin, involvement, registration   canonical words; an unknown one as it came
 *   lost_reason                                         why a deal ended as lost
 *   solutions, needs, products, services                lists of texts
 *   reference, cloud_stage, cloud_team                  of Microsoft's side
 *   members                                             the other organisations' names, of partners
 *                                                       with what became of their invitation
 *   partners                                            their identifiers, without Microsoft's
 *
 * `report` (may be NULL) hears of unknown states. The record's raw text is the referral as it
 * came, with "agent". */
struct record *azure_referral_record(struct arena *arena, const struct json *referral,
                                     const struct azure_engagement *engagement,
                                     document_report *report, void *context);
/* The referral in the one form of several that is safe to send: dates with their zone, teams as
 * lists, the value as a number or not at all. Nothing else is touched. */
struct json *azure_referral_tidy(struct arena *arena, const struct json *referral);
/* For struct connector_kind. */
int azure_referral_put(struct arena *arena, struct json *document, const char *field,
                       const char *value, struct error *error);
#define AZURE_MICROSOFT "msft" /* its organization, and the profile that it is asked by */
/* True of Microsoft's own side of an engagement. */
bool azure_referral_is_microsofts(const struct json *referral);
/* True of a side that is not ours: Microsoft's, or that of a partner whom somebody invited. */
bool azure_referral_is_anothers(const struct json *referral);
/* True of the side of that partner: by its business profile's location, else its organization. */
bool azure_referral_is_side_of(const struct json *referral, const char *partner);
/* Members compared without case, as Microsoft's words are. */
bool azure_referral_has(const struct json *referral, const char *member, const char *word);
/* Something that was sent to us, and is not answered yet. */
bool azure_referral_is_invitation(const struct json *referral);
/* True if Microsoft's sellers may see it; only ever from false to true. */
bool azure_referral_is_visible(const struct json *referral);

/* ---- A difference as an RFC 6902 document (referral_patch.c), of `add` and `replace` only, as
 * the service takes nothing else: what is gone is replaced by null. Returns the operations, an
 * empty array where the documents are equal; false if an item was taken from a list, which those
 * two cannot say. Items of lists are told apart by their place: If-Match keeps that true. */
bool azure_referral_patch(struct arena *arena, const struct json *from, const struct json *to,
                          struct json **ret_operations);
/* Appends one operation. */
void azure_referral_patch_add(struct arena *arena, struct json *operations, const char *operation,
                              const char *path, struct json *value);

#endif
