/* The changes of resale authorizations. Their documents have shapes of their own: accounts are
 * objects when read and texts when written, and one list holds the legal terms of buyer and
 * reseller. */
#include "base/memory.h"
#include "base/text.h"
#include "connectors/aws/offer_changes.h"

static int build_buyer_legal(const struct offer_writing *writing, struct json **ret_details,
                             struct error *error)
{
    (void)error;
    static const char *const types[] = {"BuyerLegalTerm", "ResaleLegalTerm", NULL};
    if (!writing_value(writing, "eula"))
        return 0;
    struct json *terms = writing_terms(writing, types);
    struct json *documents = json_array(writing->arena);
    json_append(writing->arena, documents, writing_eula(writing));
    json_set(writing->arena, writing_term(writing, terms, types[0]), "Documents", documents);
    writing_finish(writing, types, terms, ret_details);
    return 0;
}

static int build_buyer_targeting(const struct offer_writing *writing, struct json **ret_details,
                                 struct error *error)
{
    (void)error;
    static const char *const types[] = {"BuyerTargetingTerm", NULL};
    struct arena *arena = writing->arena;
    const char *accounts = writing_value(writing, "buyer_accounts");
    if (!accounts)
        return 0; /* any buyer; a list once given cannot be emptied */
    struct json *terms = writing_terms(writing, types);
    struct json *term = writing_term(writing, terms, types[0]);
    struct json *positive = json_get(term, "PositiveTargeting");
    if (json_is_null(positive)) {
        positive = json_object(arena);
        json_set(arena, term, "PositiveTargeting", positive);
    }
    json_set(arena, positive, "BuyerAccounts", writing_list(arena, accounts));
    writing_finish(writing, types, terms, ret_details);
    return 0;
}

/* The latest day on which a buyer's contract may begin. */
static int build_buyer_validity(const struct offer_writing *writing, struct json **ret_details,
                                struct error *error)
{
    (void)error;
    static const char *const types[] = {"BuyerValidityTerm", NULL};
    const char *start = writing_value(writing, "start_date");
    if (!start)
        return 0;
    struct json *terms = writing_terms(writing, types);
    json_set_text(writing->arena, writing_term(writing, terms, types[0]),
                  "MaximumAgreementStartDate", start);
    writing_finish(writing, types, terms, ret_details);
    return 0;
}

/* Until a day, or else for one offer: the smallest right that can be given. */
static int build_availability(const struct offer_writing *writing, struct json **ret_details,
                              struct error *error)
{
    (void)error;
    struct arena *arena = writing->arena;
    const struct json *rule = json_find(writing->details, "Rules[Type=AvailabilityRule]");
    const struct json *quantity = json_get(rule, "OffersMaxQuantity");
    const char *expires = writing_value(writing, "expires");
    struct json *details = json_object(arena);
    json_set_text(arena, details, "AvailabilityEndDate", expires);
    if (!json_is_null(quantity))
        json_set(arena, details, "OffersMaxQuantity", json_clone(arena, quantity));
    else if (!expires)
        json_set(arena, details, "OffersMaxQuantity", json_int(arena, 1));
    json_drop_nulls(details);
    *ret_details = details;
    return 0;
}

const struct offer_change resale_changes[] = {
    {"UpdateInformation", WORDS("title", "note", FIELD_REFERENCE, "prior_channel", "prior_pricing"),
     true, writing_information},
    {"UpdatePricingTerms", offer_pricing_fields, false, writing_pricing},
    {"UpdatePaymentScheduleTerms", WORDS("schedule", "currency"), false, writing_schedule},
    {"UpdateLegalTerms", WORDS("eula"), false, build_buyer_legal},
    {"UpdateBuyerTargetingTerms", WORDS("buyer_accounts"), false, build_buyer_targeting},
    {"UpdateBuyerValidityTerms", WORDS("start_date"), false, build_buyer_validity},
    /* A new one has neither day nor number; its form is always there. */
    {"UpdateAvailability", WORDS("expires", "form"), true, build_availability},
};
const size_t resale_change_count = COUNT(resale_changes);
