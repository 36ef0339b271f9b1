/* Canonical values into an offer, and the mask of what differs. What a write does not name stays as
 * the service has it, unknown members included. */
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "connectors/document.h"
#include "connectors/gcp/offers.h"
#include "connectors/gcp/values.h"
#include "model/value.h"

static const struct kind *const kind = &kinds[KIND_OFFER];

bool gcp_offer_wants(const struct gcp_offer_writing *writing, const char *field)
{
    return writing->wanted[kind_field(kind, field)];
}

const char *gcp_offer_value(const struct gcp_offer_writing *writing, const char *field)
{
    return record_get(writing->record, field);
}

static bool wants_any(const struct gcp_offer_writing *writing, const char *const *fields)
{
    for (; *fields; fields++)
        if (gcp_offer_wants(writing, *fields))
            return true;
    return false;
}

/* A value that is absent takes the member out. */
static int put(const struct gcp_offer_writing *writing, struct json *offer, const char *path,
               struct json *value, struct error *error)
{
    if (!value && !json_find(offer, path))
        return 0;
    return json_put(writing->arena, offer, path, value, error);
}

static int put_text(const struct gcp_offer_writing *writing, struct json *offer, const char *path,
                    const char *text, struct error *error)
{
    return put(writing, offer, path, text ? json_string(writing->arena, text) : NULL, error);
}

/* ------------------------------------------------------------------ plain members */

static const struct {
    const char *field, *path;
} plain[] = {
    {"title", "title"},
    {"buyer_note", "customerNote"},
    {"company", "customer.entityTitle"},
    {"buyer_contact", "customer.contact"},
    {"buyer_email", "customer.email"},
    {"prepared_by", "partnerContact.email"},
    {"prepared_by_name", "partnerContact.contact"},
};

static int put_plain(const struct gcp_offer_writing *writing, struct json *offer,
                     struct error *error)
{
    int result = 0;
    for (size_t i = 0; i < COUNT(plain) && !result; i++)
        if (gcp_offer_wants(writing, plain[i].field))
            result = put_text(writing, offer, plain[i].path,
                              gcp_offer_value(writing, plain[i].field), error);
    if (!result && gcp_offer_wants(writing, "deal_type"))
        result = put_text(writing, offer, "offerDealType",
                          document_word(connector_field(&gcp_offers, "deal_type"),
                                        gcp_offer_value(writing, "deal_type")),
                          error);
    return result;
}

static int put_note(const struct gcp_offer_writing *writing, struct json *offer,
                    struct error *error)
{
    static const char *const fields[] = {"note", FIELD_REFERENCE, NULL};
    if (!wants_any(writing, fields))
        return 0;
    struct gcp_offer_tag tag =
        gcp_offer_tag_read(writing->arena, json_get_text(offer, "internalNote"));
    tag.note = gcp_offer_value(writing, "note");
    tag.reference = gcp_offer_value(writing, FIELD_REFERENCE);
    if (!tag.token)
        tag.token = writing->token;
    return put_text(writing, offer, "internalNote", gcp_offer_tag_write(writing->arena, &tag),
                    error);
}

static int put_account(const struct gcp_offer_writing *writing, struct json *offer,
                       struct error *error)
{
    const char *accounts = gcp_offer_value(writing, "buyer_accounts");
    if (!gcp_offer_wants(writing, "buyer_accounts"))
        return 0;
    return put_text(writing, offer, "customer.targetBillingAccount",
                    accounts ? arena_printf(writing->arena, "billingAccounts/%s",
                                            list_item(writing->arena, accounts, 0))
                             : NULL,
                    error);
}

/* ------------------------------------------------------------------ what is sold */

/* An id that becomes a part of a resource name must be no path itself. */
static int check_id(const char *field, const char *id, struct error *error)
{
    return id && (strpbrk(id, "/?#%\\ ") || !strcmp(id, ".."))
               ? error_set(error, ERROR_REFUSED, SCOPE_RECORD, "%s: \"%s\" is no id", field, id)
               : 0;
}

static int put_base(const struct gcp_offer_writing *writing, struct json *offer,
                    struct error *error)
{
    static const char *const fields[] = {"product", "plan", NULL};
    const char *service = gcp_offer_value(writing, "product");
    const char *plan = gcp_offer_value(writing, "plan");
    int result = check_id("product", service, error);
    if (!result)
        result = check_id("plan", plan, error);
    if (result || !wants_any(writing, fields))
        return result;
    const char *name = service && plan
                           ? arena_printf(writing->arena, "%s/services/%s/standardOffers/%s",
                                          gcp_parent(writing->cloud, writing->arena), service, plan)
                           : NULL;
    return put_text(writing, offer, "singleProductOffer.baseStandardOffer", name, error);
}

/* Another private offer by its id, a list offer as "<service>/<id>". */
static int put_replaced(const struct gcp_offer_writing *writing, struct json *offer,
                        struct error *error)
{
    struct arena *arena = writing->arena;
    const char *replaces = gcp_offer_value(writing, "replaces");
    const char *parent = gcp_parent(writing->cloud, arena);
    const char *slash = replaces ? strchr(replaces, '/') : NULL;
    if (!replaces || !gcp_offer_wants(writing, "replaces"))
        return 0;
    if (!slash)
        return put_text(writing, offer, "singleProductOffer.amendedPrivateOffer",
                        arena_printf(arena, "%s/privateOffers/%s", parent, replaces), error);
    return put_text(writing, offer, "singleProductOffer.amendedStandardOffer",
                    arena_printf(arena, "%s/services/%.*s/standardOffers/%s", parent,
                                 (int)(slash - replaces), replaces, slash + 1),
                    error);
}

static int put_features(const struct gcp_offer_writing *writing, struct json *offer,
                        struct error *error)
{
    struct arena *arena = writing->arena;
    size_t count;
    const char **items = list_items(arena, gcp_offer_value(writing, "features"), &count);
    if (!gcp_offer_wants(writing, "features"))
        return 0;
    struct json *list = json_array(arena);
    for (size_t i = 0; i < count; i++) {
        const char *colon = strstr(items[i], ": ");
        struct json *feature = json_object(arena);
        json_set_text(arena, feature, "displayName",
                      colon ? arena_copy_n(arena, items[i], (size_t)(colon - items[i])) : items[i]);
        if (colon)
            json_set_text(arena, feature, "value", colon + 2);
        json_append(arena, list, feature);
    }
    return put(writing, offer, "singleProductOffer.features", count ? list : NULL, error);
}

static int put_additional(const struct gcp_offer_writing *writing, struct json *offer,
                          struct error *error)
{
#define ADDITIONAL "singleProductOffer.additionalContractValue"
    struct arena *arena = writing->arena;
    const char *value = gcp_offer_value(writing, "additional_value");
    const char *service = gcp_offer_value(writing, "product");
    size_t count;
    const char **items = list_items(arena, gcp_offer_value(writing, "additional_skus"), &count);
    int result = 0;
    if (gcp_offer_wants(writing, "additional_value"))
        result =
            put(writing, offer, ADDITIONAL ".contractValue", gcp_money_write(arena, value), error);
    if (result || !gcp_offer_wants(writing, "additional_skus"))
        return result;
    struct json *skus = json_array(arena);
    for (size_t i = 0; i < count; i++)
        json_append(arena, skus,
                    json_string(arena, strchr(items[i], '/')
                                           ? items[i]
                                           : arena_printf(arena, "%s/services/%s/skus/%s",
                                                          gcp_parent(writing->cloud, arena),
                                                          service ? service : "-", items[i])));
    return put(writing, offer, ADDITIONAL ".eligibleSkus", count ? skus : NULL, error);
}

/* ------------------------------------------------------------------ days */

/* Without a first day the contract begins when it is accepted. */
static int put_start(const struct gcp_offer_writing *writing, struct json *offer, bool fresh,
                     struct error *error)
{
    const char *start = gcp_offer_value(writing, "start_date");
    if (!fresh && !gcp_offer_wants(writing, "start_date"))
        return 0;
    int result = put_text(writing, offer, "term.startPolicy",
                          start ? "SCHEDULED_START_TIME" : "IMMEDIATE", error);
    return result ? result
                  : put(writing, offer, "term.scheduledStartTime",
                        gcp_datetime_write(writing->arena, start, 0), error);
}

static struct json *months_of(struct arena *arena, const char *duration)
{
    size_t digits = duration && *duration == 'P' ? strspn(duration + 1, "0123456789") : 0;
    return digits && !strcmp(duration + 1 + digits, "M")
               ? json_number(arena, arena_copy_n(arena, duration + 1, digits))
               : NULL;
}

/* A last day, or a length. */
static int put_end(const struct gcp_offer_writing *writing, struct json *offer, struct error *error)
{
    static const char *const fields[] = {"end_date", "duration", NULL};
    const char *end = gcp_offer_value(writing, "end_date");
    struct json *months = months_of(writing->arena, gcp_offer_value(writing, "duration"));
    if (!wants_any(writing, fields))
        return 0;
    const char *policy = end ? "SCHEDULED_END_TIME" : months ? "AFTER_DURATION" : NULL;
    int result = put_text(writing, offer, "term.endPolicy", policy, error);
    if (!result)
        result = put(writing, offer, "term.scheduledEndTime",
                     gcp_datetime_write(writing->arena, end, 1), error);
    return result ? result : put(writing, offer, "term.durationMonths", end ? NULL : months, error);
}

static int put_days(const struct gcp_offer_writing *writing, struct json *offer, bool fresh,
                    struct error *error)
{
    const char *renewals = gcp_offer_value(writing, "renewals");
    int result = 0;
    if (gcp_offer_wants(writing, "expires")) /* until the end of that day */
        result =
            put(writing, offer, "acceptDeadlineTime",
                gcp_datetime_write(writing->arena, gcp_offer_value(writing, "expires"), 1), error);
    if (!result)
        result = put_start(writing, offer, fresh, error);
    if (!result)
        result = put_end(writing, offer, error);
    if (!result && gcp_offer_wants(writing, "renewals"))
        result = put(writing, offer, "term.maxRenewalCount",
                     renewals ? json_number(writing->arena, renewals) : NULL, error);
    return result;
}

int gcp_offer_write(const struct gcp_offer_writing *writing, const struct json *fresh,
                    struct json **ret_offer, struct error *error)
{
    static int (*const parts[])(const struct gcp_offer_writing *writing, struct json *offer,
                                struct error *error) = {
        put_plain,    put_note,     put_account,    put_base,
        put_replaced, put_features, put_additional, gcp_offer_put_price,
    };
    struct json *offer = fresh ? json_clone(writing->arena, fresh) : json_object(writing->arena);
    json_drop_nulls(offer);
    int result = put_days(writing, offer, !fresh, error);
    for (size_t i = 0; i < COUNT(parts) && !result; i++)
        result = parts[i](writing, offer, error);
    if (!result)
        *ret_offer = offer;
    return result;
}

/* ------------------------------------------------------------------ masks */

struct masking {
    struct arena *arena;
    const char *mask;
    struct json *body;
};

/* Values of google/type: replaced as a whole. */
static bool is_whole(const struct json *json)
{
    return json->type != JSON_OBJECT || json_get(json, "currencyCode") || json_get(json, "year") ||
           json_get(json, "value");
}

/* Setting one of these clears the other. */
static bool is_cleared_by_other(const struct json *after, const char *name)
{
    static const char *const either[][2] = {
        {"standardIntervalPrice", "customIntervalPrice"},
        {"durationMonths", "scheduledEndTime"},
        {"amendedPrivateOffer", "amendedStandardOffer"},
        {"flatFee", "commitment"},
    };
    for (size_t i = 0; i < COUNT(either); i++)
        for (size_t j = 0; j < 2; j++)
            if (!strcmp(either[i][j], name) && json_get(after, either[i][1 - j]))
                return true;
    return false;
}

static void compare(struct masking *masking, const struct json *before, const struct json *after,
                    const char *path);

static void differ(struct masking *masking, const char *path, const struct json *value)
{
    masking->mask =
        arena_printf(masking->arena, "%s%s%s", masking->mask, *masking->mask ? "," : "", path);
    if (value)
        (void)json_put(masking->arena, masking->body, path, json_clone(masking->arena, value),
                       NULL);
}

static void compare_member(struct masking *masking, const struct json *before,
                           const struct json *after, const char *name, const char *path)
{
    const struct json *old = json_get(before, name), *now = json_get(after, name);
    const char *full = arena_printf(masking->arena, "%s%s%s", path, *path ? "." : "", name);
    if (old && now && json_equal(old, now))
        return;
    if (old && now && !is_whole(old) && !is_whole(now))
        compare(masking, old, now, full);
    else if (now || !is_cleared_by_other(after, name))
        differ(masking, full, now);
}

static void compare(struct masking *masking, const struct json *before, const struct json *after,
                    const char *path)
{
    for (size_t i = 0; i < before->count; i++)
        if (!json_get(after, before->names[i]))
            compare_member(masking, before, after, before->names[i], path);
    for (size_t i = 0; i < after->count; i++)
        compare_member(masking, before, after, after->names[i], path);
}

void gcp_offer_mask(struct arena *arena, const struct json *before, const struct json *after,
                    const char **ret_mask, struct json **ret_body)
{
    struct masking masking = {arena, "", json_object(arena)};
    compare(&masking, before, after, "");
    *ret_mask = masking.mask;
    *ret_body = masking.body;
}
