/* The enums of an opportunity, in the order of their numbers: payloads were seen with the number in
 * place of the name. All are open sets: the service may have names that are not here. */
#ifndef CONNECTORS_GCP_REFERRAL_WORDS_H
#define CONNECTORS_GCP_REFERRAL_WORDS_H

#include "base/json.h"

/* One member that is an enum, or a list of one. */
struct gcp_enum {
    const char *path;         /* "qualificationInfo.budget" */
    const char *const *words; /* NULL-ended; number 0, which says nothing, is left out */
};
extern const struct gcp_enum gcp_referral_enums[];
extern const size_t gcp_referral_enum_count;

/* Those that a partner chooses from. */
extern const char *const gcp_industries[],
    *const gcp_regions[], *const gcp_support_levels[],
                              *const gcp_contract_vehicles[],
                                  *const gcp_delivery_models[],
                                      *const gcp_deal_types[],
                                          *const gcp_product_families[],
                                              *const gcp_budgets[],
                                                  *const gcp_authorities[],
                                                      *const gcp_needs[],
                                                          *const gcp_timelines[],
                                                              *const gcp_decision_phases[];

#define GCP_ISV_DEAL "ISV_SOLUTION_CONNECT"

/* The name of an enum's value: a number's by the list; NULL where nothing is said (absent, 0,
 * "…_UNSPECIFIED"); an unknown one as it came. */
const char *gcp_enum_word(const char *const *words, const struct json *value);
/* Writes names in place of numbers, and takes out what says nothing. */
void gcp_enum_regular(struct arena *arena, struct json *opportunity);

#endif
