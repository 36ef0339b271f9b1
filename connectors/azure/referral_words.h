/* The words of a referral that a plain table cannot translate (referral_words.c): stages come as
 * words, percents or anything, registrations as sentences. */
#ifndef CONNECTORS_AZURE_REFERRAL_WORDS_H
#define CONNECTORS_AZURE_REFERRAL_WORDS_H

#include "connectors/azure/referrals.h"

/* Without case and white space around; NULL is no word. */
bool azure_word_is(const char *text, const char *word);
/* The canonical stage; what is unknown as it came; NULL: none is said. */
const char *azure_stage_read(struct arena *arena, const struct json *referral);
/* The stage as salesStage, in the form that the referral has it, percent for a new one. NULL for
 * one that is none of an open deal. */
struct json *azure_stage_write(struct arena *arena, const struct json *referral, const char *stage);
/* True if the pair of status and substatus is a documented one. */
bool azure_state_is_known(const struct json *referral);
/* The canonical word of a registration's state; what is unknown as it came. */
const char *azure_registration_word(struct arena *arena, const char *native);
/* True of a solution of the catalogue, which has an identifier, not of a mere category. */
bool azure_solution_is_named(const struct json *solution);

#endif
