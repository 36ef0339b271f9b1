/* The words that the service takes, spelled as on the wire. Every list ends with NULL. */
#ifndef SANDBOX_WORDS_H
#define SANDBOX_WORDS_H

#include <stdbool.h>

extern const char *const words_catalogs[];
extern const char *const words_yes_no[];
extern const char *const words_origins[];
extern const char *const words_opportunity_types[];
extern const char *const words_needs[];
extern const char *const words_industries[];
extern const char *const words_countries[];
extern const char *const words_currencies[];
extern const char *const words_frequencies[];
extern const char *const words_delivery_models[];
extern const char *const words_terms[];
extern const char *const words_activities[];
extern const char *const words_competitors[];
extern const char *const words_partitions[];
extern const char *const words_stages[];
extern const char *const words_review_states[];
extern const char *const words_lost_reasons[];
extern const char *const words_marketing_sources[];
extern const char *const words_channels[];
extern const char *const words_revenue_models[];
extern const char *const words_involvements[];
extern const char *const words_visibilities[];
extern const char *const words_entity_types[];
extern const char *const words_task_states[];
extern const char *const words_solution_states[];
extern const char *const words_sort_orders[];
extern const char *const words_opportunity_sorts[];
extern const char *const words_solution_sorts[];
extern const char *const words_task_sorts[];
extern const char *const words_participants[];
extern const char *const words_payload_types[];
extern const char *const words_invitation_states[];
extern const char *const words_invitation_sorts[];
extern const char *const words_associated_types[];
extern const char *const words_reject_reasons[];
extern const char *const words_us_states[];
extern const char *const words_use_cases[];
extern const char *const words_no_postal_code[];

bool words_have(const char *const *words, const char *word); /* NULL: false */

#endif
