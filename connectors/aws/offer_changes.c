/* The changes of offers, one row each, and how a change set is put together from them. */
#include "connectors/aws/offer_changes.h"

#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "connectors/aws/change_set.h"
#include "connectors/aws/offers.h"
#include "connectors/remark.h"
#include "model/value.h"

#define STANDARD_EULA "2022-07-14" /* the newest version */

/* ------------------------------------------------------------------ what is wanted */

const char *writing_value(const struct offer_writing *writing, const char *field)
{
    return record_get(writing->record, field);
}

bool writing_wants(const struct offer_writing *writing, const char *field)
{
    size_t index = kind_field(writing->record->kind, field);
    return index != FIELD_NONE && writing->wanted[index];
}

bool writing_wants_any(const struct offer_writing *writing, const char *const *fields)
{
    for (; *fields; fields++) {
        if (writing_wants(writing, *fields))
            return true;
    }
    return false;
}

/* ------------------------------------------------------------------ lists of terms */

static bool is_among(const char *text, const char *const *words)
{
    for (; *words; words++) {
        if (text_equal(text, *words))
            return true;
    }
    return false;
}

struct json *writing_terms(const struct offer_writing *writing, const char *const *types)
{
    const struct json *all = json_get(writing->details, "Terms");
    struct json *terms = json_array(writing->arena);
    for (size_t i = 0; all && all->type == JSON_ARRAY && i < all->count; i++) {
        if (!is_among(json_get_text(all->items[i], "Type"), types))
            continue;
        struct json *term = json_clone(writing->arena, all->items[i]);
        json_remove(term, "Id"); /* shown when read, unknown when written; and so are nulls */
        json_drop_nulls(term);
        json_append(writing->arena, terms, term);
    }
    return terms;
}

struct json *writing_term(const struct offer_writing *writing, struct json *terms, const char *type)
{
    for (size_t i = 0; i < terms->count; i++) {
        if (text_equal(json_get_text(terms->items[i], "Type"), type))
            return terms->items[i];
    }
    struct json *term = json_object(writing->arena);
    json_set_text(writing->arena, term, "Type", type);
    json_append(writing->arena, terms, term);
    return term;
}

void writing_drop(struct json *terms, const char *type)
{
    for (size_t i = terms->count; i-- > 0;) {
        if (text_equal(json_get_text(terms->items[i], "Type"), type))
            json_remove_at(terms, i);
    }
}

void writing_finish(const struct offer_writing *writing, const char *const *types,
                    struct json *terms, struct json **ret_details)
{
    if (json_equal(terms, writing_terms(writing, types)))
        return;
    struct json *details = json_object(writing->arena);
    json_set(writing->arena, details, "Terms", terms);
    *ret_details = details;
}

struct json *writing_list(struct arena *arena, const char *list)
{
    struct json *array = json_array(arena);
    size_t count;
    const char **items = list_items(arena, list, &count);
    for (size_t i = 0; i < count; i++)
        json_append(arena, array, json_string(arena, items[i]));
    return array;
}

/* A term of one text, which goes when the text does. */
static void finish_text(const struct offer_writing *writing, const char *type, const char *member,
                        const char *text, struct json **ret_details)
{
    const char *const types[] = {type, NULL};
    struct json *terms = writing_terms(writing, types);
    if (text)
        json_set_text(writing->arena, writing_term(writing, terms, type), member, text);
    else
        writing_drop(terms, type);
    writing_finish(writing, types, terms, ret_details);
}

/* ------------------------------------------------------------------ information */

static const char *const prior_fields[] = {"prior_channel", "prior_pricing", NULL};
static const char *const description_fields[] = {"note", FIELD_REFERENCE, NULL};

/* NULL takes it off an offer; a resale authorization keeps what was once said. */
static void put_prior(const struct offer_writing *writing, struct json *details)
{
    struct arena *arena = writing->arena;
    const char *member = writing->resale ? "PreExistingBuyerAgreement" : "PreExistingAgreement";
    const char *channel = writing_value(writing, "prior_channel");
    const char *pricing = writing_value(writing, "prior_pricing");
    const struct json *now = json_get(writing->details, member);
    if (!writing_wants_any(writing, prior_fields) || (!channel && !pricing && writing->resale))
        return;
    struct json *prior =
        now && now->type == JSON_OBJECT ? json_clone(arena, now) : json_object(arena);
    json_set_text(arena, prior, "AcquisitionChannel", channel);
    json_set_text(arena, prior, "PricingModel", pricing);
    json_set(arena, details, member, channel || pricing ? prior : json_null(arena));
}

/* What stands already need not be said. */
static void put_new(const struct offer_writing *writing, struct json *details, const char *member,
                    const char *text)
{
    if (text && !text_equal(text, json_get_text(writing->details, member)))
        json_set_text(writing->arena, details, member, text);
}

int writing_information(const struct offer_writing *writing, struct json **ret_details,
                        struct error *error)
{
    (void)error;
    struct arena *arena = writing->arena;
    struct json *details = json_object(arena);
    bool said = writing->resale && !writing->details; /* when it is made */
    if (!said && writing_wants(writing, "title"))
        put_new(writing, details, "Name", writing_value(writing, "title"));
    if (!said && writing_wants_any(writing, description_fields)) /* cannot be made empty again */
        put_new(writing, details, "Description",
                remark_make(arena, writing_value(writing, "note"),
                            writing_value(writing, FIELD_REFERENCE), writing->cancelled,
                            AWS_OFFER_DESCRIPTION));
    put_prior(writing, details);
    if (details->count)
        *ret_details = details;
    return 0;
}

/* ------------------------------------------------------------------ buyers and legal terms */

static void put_list(const struct offer_writing *writing, struct json *object, const char *member,
                     const char *field)
{
    if (!writing_wants(writing, field))
        return;
    const char *list = writing_value(writing, field);
    json_set(writing->arena, object, member, list ? writing_list(writing->arena, list) : NULL);
}

/* The buyer of a replacement is the agreement's. */
static int build_targeting(const struct offer_writing *writing, struct json **ret_details,
                           struct error *error)
{
    (void)error;
    struct arena *arena = writing->arena;
    if (writing_value(writing, "replaces"))
        return 0;
    const struct json *rule = json_find(writing->details, "Rules[Type=TargetingRule]");
    struct json *details = rule ? json_clone(arena, rule) : json_object(arena);
    struct json *positive = json_get(details, "PositiveTargeting");
    if (json_is_null(positive)) {
        positive = json_object(arena);
        json_set(arena, details, "PositiveTargeting", positive);
    }
    put_list(writing, positive, "BuyerAccounts", "buyer_accounts");
    put_list(writing, positive, "CountryCodes", "countries");
    json_drop_nulls(details);
    if (rule && json_equal(details, rule))
        return 0;
    json_remove(details, "Type");
    json_remove(details, "Id");
    *ret_details = details;
    return 0;
}

/* "standard", "standard 2019-04-24", or where the text lies. A resale authorization knows neither
 * versions nor agreements of data products. */
struct json *writing_eula(const struct offer_writing *writing)
{
    struct arena *arena = writing->arena;
    const char *eula = writing_value(writing, "eula");
    size_t word = strlen("standard");
    bool standard = text_starts(eula, "standard") && (eula[word] == '\0' || eula[word] == ' ');
    const char *family = writing->data && !writing->resale ? "Dsa" : "Eula";
    struct json *document = json_object(arena);
    json_set_text(arena, document, "Type",
                  arena_printf(arena, "%s%s", standard ? "Standard" : "Custom", family));
    if (!standard)
        json_set_text(arena, document, "Url", eula);
    else if (!writing->resale)
        json_set_text(arena, document, "Version",
                      eula[word] ? text_trim(arena_copy(arena, eula + word)) : STANDARD_EULA);
    return document;
}

static int build_legal(const struct offer_writing *writing, struct json **ret_details,
                       struct error *error)
{
    (void)error;
    static const char *const types[] = {"LegalTerm", NULL};
    if (!writing_value(writing, "eula"))
        return 0; /* there must be one */
    struct json *terms = writing_terms(writing, types);
    struct json *documents = json_array(writing->arena);
    json_append(writing->arena, documents, writing_eula(writing));
    json_set(writing->arena, writing_term(writing, terms, "LegalTerm"), "Documents", documents);
    writing_finish(writing, types, terms, ret_details);
    return 0;
}

/* ------------------------------------------------------------------ how long, and how paid */

/* Either two days, or the last one, or a duration; never both. A price by duration carries its own.
 */
static int build_validity(const struct offer_writing *writing, struct json **ret_details,
                          struct error *error)
{
    (void)error;
    static const char *const types[] = {"ValidityTerm", NULL};
    struct arena *arena = writing->arena;
    const char *start = writing_value(writing, "start_date");
    const char *end = writing_value(writing, "end_date");
    const char *duration = writing_value(writing, "duration");
    if (start || end || writing_priced_by_duration(writing))
        duration = NULL;
    struct json *terms = writing_terms(writing, types);
    if (start || end || duration) {
        struct json *term = writing_term(writing, terms, types[0]);
        json_set_text(arena, term, "AgreementDuration", duration);
        json_set_text(arena, term, "AgreementStartDate", start);
        json_set_text(arena, term, "AgreementEndDate", end);
        json_drop_nulls(term);
    } else {
        writing_drop(terms, types[0]);
    }
    writing_finish(writing, types, terms, ret_details);
    return 0;
}

static int build_support(const struct offer_writing *writing, struct json **ret_details,
                         struct error *error)
{
    (void)error;
    finish_text(writing, "SupportTerm", "RefundPolicy", writing_value(writing, "refund_policy"),
                ret_details);
    return 0;
}

static int build_net_payment(const struct offer_writing *writing, struct json **ret_details,
                             struct error *error)
{
    (void)error;
    finish_text(writing, "NetPaymentTerm", "PaymentDuePeriod",
                writing_value(writing, "payment_due"), ret_details);
    return 0;
}

/* "5", or "3-7": then the buyer sees the lower one unless somebody has chosen another before. */
static struct json *price_increase(const struct offer_writing *writing, const struct json *term,
                                   const char *increase)
{
    struct arena *arena = writing->arena;
    struct json *whole = json_object(arena), *part = json_object(arena);
    const char *dash = strchr(increase, '-');
    if (!dash) {
        json_set_text(arena, part, "Value", increase);
        json_set(arena, whole, "FixedPercentage", part);
        return whole;
    }
    char *min = text_trim(arena_copy_n(arena, increase, (size_t)(dash - increase)));
    const char *max = text_trim(arena_copy(arena, dash + 1));
    const char *usual = json_text(json_find(term, "PriceIncrease.PercentageRange.Range.Default"));
    bool inside = decimal_valid(usual) && decimal_valid(min) && decimal_valid(max) &&
                  decimal_compare(usual, min) >= 0 && decimal_compare(usual, max) <= 0;
    struct json *range = json_object(arena);
    json_set_text(arena, range, "Min", min);
    json_set_text(arena, range, "Max", max);
    json_set_text(arena, range, "Default", inside ? usual : min);
    json_set(arena, part, "Range", range);
    json_set(arena, whole, "PercentageRange", part);
    return whole;
}

static const char *const renewal_fields[] = {"renewals", "renewal_increase", "renewal_lockout",
                                             "renewal_adjustment", NULL};

static int build_renewal(const struct offer_writing *writing, struct json **ret_details,
                         struct error *error)
{
    (void)error;
    static const char *const types[] = {"RenewalTerm", NULL};
    struct arena *arena = writing->arena;
    struct json *terms = writing_terms(writing, types);
    bool any = false;
    for (size_t i = 0; renewal_fields[i]; i++)
        any = any || writing_value(writing, renewal_fields[i]);
    if (any) {
        struct json *term = writing_term(writing, terms, types[0]);
        const char *times = writing_value(writing, "renewals");
        const char *increase = writing_value(writing, "renewal_increase");
        json_set_text(arena, term, "LockoutPeriod", writing_value(writing, "renewal_lockout"));
        json_set_text(arena, term, "AdjustmentDeadline",
                      writing_value(writing, "renewal_adjustment"));
        json_set(arena, term, "MaxRenewals", times ? json_number(arena, times) : NULL);
        if (writing_wants(writing, "renewal_increase"))
            json_set(arena, term, "PriceIncrease",
                     increase ? price_increase(writing, term, increase) : NULL);
        json_drop_nulls(term);
    } else {
        writing_drop(terms, types[0]);
    }
    writing_finish(writing, types, terms, ret_details);
    return 0;
}

/* ------------------------------------------------------------------ the rest */

static int build_markup(const struct offer_writing *writing, struct json **ret_details,
                        struct error *error)
{
    (void)error;
    const char *markup = writing_value(writing, "markup");
    if (!markup)
        return 0; /* a schedule takes its place */
    *ret_details = json_object(writing->arena);
    json_set_text(writing->arena, *ret_details, "Percentage", markup);
    return 0;
}

static int build_availability(const struct offer_writing *writing, struct json **ret_details,
                              struct error *error)
{
    (void)error;
    const char *expires = writing_value(writing, "expires");
    const struct json *rule = json_find(writing->details, "Rules[Type=AvailabilityRule]");
    const char *now = json_get_text(rule, "AvailabilityEndDate");
    if (!expires || (now && text_starts(now, expires)))
        return 0; /* a private offer has a last day */
    *ret_details = json_object(writing->arena);
    json_set_text(writing->arena, *ret_details, "AvailabilityEndDate", expires);
    return 0;
}

const struct offer_change offer_changes[] = {
    {"UpdateInformation", WORDS("title", "note", FIELD_REFERENCE, "prior_channel", "prior_pricing"),
     true, writing_information},
    {"UpdateTargeting", WORDS("buyer_accounts", "countries"), false, build_targeting},
    {"UpdateLegalTerms", WORDS("eula"), false, build_legal},
    {"UpdatePricingTerms", offer_pricing_fields, false, writing_pricing},
    {"UpdatePaymentScheduleTerms", WORDS("schedule", "currency"), false, writing_schedule},
    {"UpdateValidityTerms",
     WORDS("duration", "start_date", "end_date", "pricing", "schedule", "prices", "usage_prices"),
     false, build_validity},
    {"UpdateSupportTerms", WORDS("refund_policy"), false, build_support},
    {"UpdateRenewalTerms", renewal_fields, false, build_renewal},
    {"UpdateNetPaymentTerms", WORDS("payment_due"), false, build_net_payment},
    {"UpdateMarkup", WORDS("markup"), false, build_markup},
    {"UpdateAvailability", WORDS("expires"), true, build_availability},
};
const size_t offer_change_count = COUNT(offer_changes);

/* ------------------------------------------------------------------ the set */

/* How an entity is made: the row whose conditions the record meets, and its members. */
static const struct making {
    const char *type;
    bool resale, replaces, authorised;
    const char *const *members; /* pairs member, field; NULL-ended */
} makings[] = {
    {"CreateResaleAuthorization", true, false, false,
     WORDS("ProductId", "product", "Name", "title", "ResellerAccountId", "reseller")},
    {"CreateReplacementOfferUsingResaleAuthorization", false, true, true,
     WORDS("AgreementId", "replaces", "ResaleAuthorizationId", "resale_authorization", "Name",
           "title")},
    {"CreateReplacementOffer", false, true, false,
     WORDS("AgreementId", "replaces", "Name", "title")},
    {"CreateOfferUsingResaleAuthorization", false, false, true,
     WORDS("ResaleAuthorizationId", "resale_authorization", "Name", "title", "OfferSetId",
           "offer_set")},
    {"CreateOffer", false, false, false,
     WORDS("ProductId", "product", "Name", "title", "OfferSetId", "offer_set")},
};

static const struct making *find_making(const struct offer_writing *writing)
{
    bool replaces = writing_value(writing, "replaces") != NULL;
    bool authorised = writing_value(writing, "resale_authorization") != NULL;
    const struct making *making = makings;
    for (; making < &makings[COUNT(makings) - 1]; making++) { /* the last one is the plain case */
        if (making->resale == writing->resale &&
            (making->resale || (making->replaces == replaces && making->authorised == authorised)))
            break;
    }
    return making;
}

static void add_making(const struct offer_writing *writing, struct json *changes,
                       const char *entity_type)
{
    struct arena *arena = writing->arena;
    const struct making *making = find_making(writing);
    struct json *details = json_object(arena);
    for (size_t i = 0; making->members[i]; i += 2) {
        const char *value = writing_value(writing, making->members[i + 1]);
        if (value)
            json_set_text(arena, details, making->members[i], value);
    }
    const char *description = making->resale ? remark_make(arena, writing_value(writing, "note"),
                                                           writing_value(writing, FIELD_REFERENCE),
                                                           false, AWS_OFFER_DESCRIPTION)
                                             : NULL;
    if (description)
        json_set_text(arena, details, "Description", description);
    change_set_add(arena, changes, making->type, entity_type, NULL, OFFER_NAME, details);
}

static bool is_released(const struct offer_writing *writing)
{
    const char *state = json_get_text(writing->details, writing->resale ? "Status" : "State");
    return state && strcmp(state, "Draft") != 0;
}

int offer_changes_make(const struct offer_writing *writing, const char *identifier, bool release,
                       struct json **ret_changes, struct error *error)
{
    struct arena *arena = writing->arena;
    const char *type = writing->resale ? RESALE_TYPE : OFFER_TYPE;
    const struct offer_change *rows = writing->resale ? resale_changes : offer_changes;
    size_t count = writing->resale ? resale_change_count : offer_change_count;
    struct json *changes = change_set_new(arena);
    const char *locked = identifier; /* the revision once: the set itself moves it */
    if (!identifier) {
        add_making(writing, changes, type);
        locked = identifier = "$" OFFER_NAME ".Entity.Identifier";
    }
    for (size_t i = 0; i < count; i++) {
        struct json *details = NULL;
        if (!writing_wants_any(writing, rows[i].fields))
            continue;
        int result = rows[i].build(writing, &details, error);
        if (result < 0)
            return result;
        if (!details)
            continue;
        if (!rows[i].released && is_released(writing))
            return error_set(error, ERROR_REFUSED, SCOPE_RECORD,
                             "%s: what is released takes a new title, note or last day only; make "
                             "another offer instead",
                             rows[i].type);
        change_set_add(arena, changes, rows[i].type, type, locked, NULL, details);
        locked = offer_id(arena, identifier);
    }
    if (release)
        change_set_add(arena, changes,
                       writing->resale ? "ReleaseResaleAuthorization" : "ReleaseOffer", type,
                       locked, NULL, json_object(arena));
    *ret_changes = changes;
    return 0;
}
