/* What holds for each value of an offer by itself, in a draft already: forms of names, addresses,
 * amounts, percentages and times (private_offer.proto). */
#include <ctype.h>
#include <string.h>

#include "tests/sandbox/gcp/market.h"
#include "tests/sandbox/gcp/pacific.h"

#define MOST_CENTS  (INT64_C(1000000000) * 100)
#define MOST_CREDIT (INT64_C(1000000) * 100)
#define INSTALLMENT ".single_product_offer.custom_interval_price.installments[%zu]"

static void check_amount(struct rest_call *call, const char *path, const struct json *money,
                         int64_t most_cents)
{
    int64_t cents;
    if (!money)
        return;
    if (!offer_cents(money, &cents))
        gcp_violation(call, path,
                      "Must be a non-negative amount of USD with a precision of cents.");
    else if (cents > most_cents)
        gcp_violation(call, path, "Must not exceed %lld USD.", (long long)most_cents / 100);
}

static void check_percent(struct rest_call *call, const char *path, const struct json *decimal)
{
    int hundredths;
    if (decimal && !offer_percent(decimal, &hundredths))
        gcp_violation(call, path, "Must match ^([0-9]{1,2}(\\.\\d{1,2})?|100(\\.0{1,2})?)$.");
}

static void check_model(struct rest_call *call, const char *path, const struct json *model)
{
    struct arena *arena = call->arena;
    const struct json *commitment = json_get(model, "commitment");
    const struct json *discounts = json_find(model, "usage.skuDiscounts");
    check_amount(call, arena_printf(arena, "%s.flat_fee.flat_fee_override", path),
                 json_find(model, "flatFee.flatFeeOverride"), MOST_CENTS);
    check_amount(call, arena_printf(arena, "%s.commitment.commitment_amount", path),
                 json_get(commitment, "commitmentAmount"), MOST_CENTS);
    check_amount(call, arena_printf(arena, "%s.commitment.additional_credit", path),
                 json_get(commitment, "additionalCredit"), MOST_CREDIT);
    check_percent(call, arena_printf(arena, "%s.commitment.discount_percent", path),
                  json_get(commitment, "discountPercent"));
    check_percent(call, arena_printf(arena, "%s.usage.default_discount_percent", path),
                  json_find(model, "usage.defaultDiscountPercent"));
    for (size_t i = 0; discounts && i < discounts->count; i++)
        check_percent(call,
                      arena_printf(arena, "%s.usage.sku_discounts[%zu].discount_percent", path, i),
                      json_get(discounts->items[i], "discountPercent"));
}

/* ---- Texts. */
/* "well-formed": one @, something before it, a dot in the host. */
static bool is_email(const char *text)
{
    const char *at = strchr(text, '@'), *dot = at && at[1] ? strchr(at + 2, '.') : NULL;
    return dot && at > text && dot[1] && !strchr(at + 1, '@') && !strpbrk(text, " <>,;");
}

static bool is_billing_account(const char *text)
{
    const char *at = text + strlen("billingAccounts/");
    if (!text_starts(text, "billingAccounts/") || strlen(at) != 20)
        return false;
    for (size_t i = 0; i < 20; i++) {
        bool dash = i % 7 == 6;
        if (dash ? at[i] != '-' : !strchr("0123456789ABCDEF", at[i]))
            return false;
    }
    return true;
}

static bool is_standard_name(const char *text)
{
    return text_starts(text, "projects/") && strstr(text, "/services/") &&
           strstr(text, "/standardOffers/");
}

static bool is_private_name(const char *text)
{
    return text_starts(text, "projects/") && strstr(text, "/privateOffers/");
}

static const struct text_rule {
    const char *path, *field;
    bool (*fits)(const char *text);
    const char *form;
} text_rules[] = {
    {"customer.email", "customer.email", is_email, "Must be a well-formed email address."},
    {"customer.targetBillingAccount", "customer.target_billing_account", is_billing_account,
     "Must be of the form billingAccounts/XXXXXX-XXXXXX-XXXXXX."},
    {"singleProductOffer.baseStandardOffer", "single_product_offer.base_standard_offer",
     is_standard_name, "Must be the name of a standard offer."},
    {"singleProductOffer.amendedStandardOffer", "single_product_offer.amended_standard_offer",
     is_standard_name, "Must be the name of a standard offer."},
    {"singleProductOffer.amendedPrivateOffer", "single_product_offer.amended_private_offer",
     is_private_name, "Must be the name of a private offer."},
};

/* ---- Times. */
static void check_time(struct rest_call *call, const char *path, const struct json *datetime)
{
    int64_t ms;
    if (datetime && !pacific_read(datetime, &ms))
        gcp_violation(call, path, "Must be a time of the calendar with a known time zone.");
}

static void check_counts(struct rest_call *call, const struct json *term)
{
    const struct json *months = json_get(term, "durationMonths");
    if (months && json_get_int(term, "durationMonths", 0) <= 0)
        gcp_violation(call, "private_offer.term.duration_months", "Must be positive.");
    if (json_get_int(term, "maxRenewalCount", 0) < 0)
        gcp_violation(call, "private_offer.term.max_renewal_count", "Must be non-negative.");
}

void offer_check_values(struct rest_call *call, const struct json *body)
{
    struct arena *arena = call->arena;
    const struct json *single = json_get(body, "singleProductOffer");
    const struct json *term = json_get(body, "term");
    const struct json *installments = json_find(single, "customIntervalPrice.installments");
    for (size_t i = 0; i < COUNT(text_rules); i++) {
        const struct text_rule *rule = &text_rules[i];
        const char *text = json_text(json_find(body, rule->path));
        if (text && *text && !rule->fits(text))
            gcp_violation(call, arena_printf(arena, "private_offer.%s", rule->field), "%s",
                          rule->form);
    }
    check_time(call, "private_offer.accept_deadline_time", json_get(body, "acceptDeadlineTime"));
    check_time(call, "private_offer.term.scheduled_start_time",
               json_get(term, "scheduledStartTime"));
    check_time(call, "private_offer.term.scheduled_end_time", json_get(term, "scheduledEndTime"));
    check_counts(call, term);
    check_amount(call,
                 "private_offer.single_product_offer.additional_contract_value.contract_value",
                 json_find(single, "additionalContractValue.contractValue"), MOST_CENTS);
    check_model(call, "private_offer.single_product_offer.standard_interval_price.price_model",
                json_find(single, "standardIntervalPrice.priceModel"));
    for (size_t i = 0; installments && i < installments->count; i++) {
        const struct json *row = installments->items[i];
        check_time(call, arena_printf(arena, "private_offer" INSTALLMENT ".start_time", i),
                   json_get(row, "startTime"));
        check_model(call, arena_printf(arena, "private_offer" INSTALLMENT ".price_model", i),
                    json_get(row, "priceModel"));
    }
}
