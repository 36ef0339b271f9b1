/* Plans of a product, as dimensions: what is sold, by plan id. A plan is spread over resources: the
 * plan itself, its texts per language (plan-listing), its prices and audience
 * (price-and-availability-plan). As values they are one text each: "plan id | name | description |
 * billing | audience". */
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "connectors/azure/listings.h"
#include "connectors/bars.h"
#include "model/value.h"

#define MAIN_LANGUAGE "en-us"
#define LISTING       "plan-listing"
#define PRICES        "price-and-availability-plan"

struct plan {
    const char *key; /* external id */
    const struct json *plan, *price;
    struct json *listing; /* NULL: none */
};

static const struct json *list_of(const struct json *object, const char *name)
{
    const struct json *list = json_get(object, name);
    return list && list->type == JSON_ARRAY ? list : NULL;
}

/* A reference is a durable id, or {"externalId": …}. */
static bool names_plan(const struct json *reference, const struct json *plan)
{
    const char *external = json_get_text(reference, "externalId");
    if (external)
        return azure_listing_word(external, azure_listing_external_id(plan));
    return json_text(reference) &&
           azure_listing_word(json_text(reference), json_get_text(plan, "id"));
}

/* Of several languages the main one, else the first. */
static struct json *part_of(struct arena *arena, const struct json *resources, const char *schema,
                            const struct json *plan)
{
    struct json *first = NULL;
    for (size_t i = 0; i < resources->count; i++) {
        struct json *each = resources->items[i];
        if (strcmp(azure_listing_schema(arena, each), schema) != 0 ||
            !names_plan(json_get(each, "plan"), plan))
            continue;
        if (azure_listing_word(json_get_text(each, "languageId"), MAIN_LANGUAGE))
            return each;
        first = first ? first : each;
    }
    return first;
}

/* The next plan from `*index` on; false at the end. */
static bool next_plan(struct arena *arena, const struct json *document, size_t *index,
                      struct plan *ret_plan)
{
    const struct json *resources = list_of(document, "resources");
    for (; resources && *index < resources->count; (*index)++) {
        const struct json *each = resources->items[*index];
        const char *key = azure_listing_external_id(each);
        if (strcmp(azure_listing_schema(arena, each), "plan") != 0 || text_blank(key) ||
            azure_listing_word(json_get_text(each, "lifecycleState"), "deleted"))
            continue;
        *ret_plan = (struct plan){.key = key,
                                  .plan = each,
                                  .price = part_of(arena, resources, PRICES, each),
                                  .listing = part_of(arena, resources, LISTING, each)};
        (*index)++;
        return true;
    }
    return false;
}

/* ------------------------------------------------------------------ as texts */

static const char *text_of(const struct json *object, const char *path)
{
    return json_text(json_find(object, path));
}

static const char *name_of(struct arena *arena, const struct plan *plan)
{
    const char *name = json_get_text(plan->listing, "name");
    return bars_part(arena, text_blank(name) ? json_get_text(plan->plan, "alias") : name);
}

static const char *description_of(struct arena *arena, const struct plan *plan)
{
    return bars_part(arena, json_get_text(plan->listing, "description"));
}

/* How customers pay, in the vendor's words: the licence, then how the price is put together. */
static const char *billing_of(struct arena *arena, const struct plan *plan)
{
    static const char *const paths[] = {"pricing.licenseModel",
                                        "pricing.corePricing.priceInputOption",
                                        "pricing.recurrentPrice.recurrentPriceMode"};
    const char *text = "";
    for (size_t i = 0; i < COUNT(paths); i++) {
        const char *word = text_of(plan->price, paths[i]);
        if (!text_blank(word))
            text = arena_printf(arena, "%s%s%s", text, *text ? ", " : "", word);
    }
    return bars_part(arena, text);
}

/* "public", "private", hidden ones and those off sale marked. */
static const char *audience_of(struct arena *arena, const struct plan *plan)
{
    const char *audience = json_get_text(plan->price, "audience");
    bool hidden = azure_listing_word(json_get_text(plan->price, "visibility"), "hidden");
    bool off = azure_listing_word(json_get_text(plan->plan, "lifecycleState"), "deprecated");
    return bars_part(arena, arena_printf(arena, "%s%s%s", audience ? audience : "",
                                         hidden ? ", hidden" : "", off ? ", deprecated" : ""));
}

static const char *dimension_text(struct arena *arena, const struct plan *plan)
{
    const char *const parts[] = {plan->key, name_of(arena, plan), description_of(arena, plan),
                                 billing_of(arena, plan), audience_of(arena, plan)};
    return bars_join(arena, parts, COUNT(parts));
}

struct json *azure_listing_dimensions(struct arena *arena, const struct json *document)
{
    struct json *list = json_array(arena);
    struct plan plan;
    for (size_t i = 0; next_plan(arena, document, &i, &plan);)
        json_append(arena, list, json_string(arena, dimension_text(arena, &plan)));
    return list;
}

/* ------------------------------------------------------------------ prices */

struct prices {
    struct arena *arena;
    struct json *list;
    const char *key;
};

static void add_price(const struct prices *prices, const char *what, const char *price,
                      const char *currency)
{
    if (!text_blank(price))
        json_append(
            prices->arena, prices->list,
            json_string(prices->arena,
                        arena_printf(prices->arena, "%s" BARS_BETWEEN "%s" BARS_BETWEEN "%s%s%s",
                                     prices->key, what, price, currency ? " " : "",
                                     currency ? currency : "")));
}

/* {"2Core": 0.1}: by size of the machine. */
static void add_sizes(const struct prices *prices, const struct json *sizes, const char *where,
                      const char *currency)
{
    for (size_t i = 0; sizes && sizes->type == JSON_OBJECT && i < sizes->count; i++) {
        const char *what =
            arena_printf(prices->arena, "%s%s%s", sizes->names[i], *where ? " in " : "", where);
        add_price(prices, what, json_text(sizes->items[i]), currency);
    }
}

static const char *joined(struct arena *arena, const struct json *list)
{
    const char *text = "";
    for (size_t i = 0; list && i < list->count; i++) {
        const char *item = json_text(list->items[i]);
        if (!text_blank(item))
            text = arena_printf(arena, "%s%s%s", text, *text ? " " : "", item);
    }
    return text;
}

static void add_core_prices(const struct prices *prices, const struct json *core)
{
    const struct json *markets = list_of(core, "prices");
    add_price(prices, "flat", json_get_text(core, "price"), "USD");
    add_price(prices, "core", json_get_text(core, "pricePerCore"), "USD");
    add_sizes(prices, json_get(core, "pricePerCoreSize"), "", "USD");
    for (size_t i = 0; markets && i < markets->count; i++)
        add_sizes(prices, json_get(markets->items[i], "prices"),
                  joined(prices->arena, list_of(markets->items[i], "markets")),
                  json_get_text(markets->items[i], "currency"));
}

static const char *term(struct arena *arena, const struct json *term)
{
    const char *value = json_get_text(term, "value"), *type = json_get_text(term, "type");
    return arena_printf(arena, "%s%s%s", value ? value : "", value && type ? " " : "",
                        type ? type : "");
}

static void add_recurrent_prices(const struct prices *prices, const struct json *recurrent)
{
    const struct json *list = list_of(recurrent, "prices");
    for (size_t i = 0; list && i < list->count; i++) {
        const struct json *each = list->items[i];
        const char *paid = term(prices->arena, json_get(each, "paymentOption"));
        const char *what = arena_printf(prices->arena, "%s%s%s",
                                        term(prices->arena, json_get(each, "billingTerm")),
                                        *paid ? ", paid per " : "", paid);
        add_price(prices, what, json_get_text(each, "pricePerPaymentInUsd"), "USD");
    }
}

struct json *azure_listing_prices(struct arena *arena, const struct json *document)
{
    struct json *list = json_array(arena);
    struct plan plan;
    for (size_t i = 0; next_plan(arena, document, &i, &plan);) {
        const struct prices prices = {arena, list, plan.key};
        add_core_prices(&prices, json_find(plan.price, "pricing.corePricing"));
        add_recurrent_prices(&prices, json_find(plan.price, "pricing.recurrentPrice"));
    }
    return list;
}

/* ------------------------------------------------------------------ who and where */

struct json *azure_listing_buyers(struct arena *arena, const struct json *document)
{
    struct json *list = json_array(arena);
    struct plan plan;
    for (size_t i = 0; next_plan(arena, document, &i, &plan);) {
        const struct json *audiences = list_of(plan.price, "privateAudiences");
        for (size_t j = 0; audiences && j < audiences->count; j++) {
            const char *id = json_get_text(audiences->items[j], "id");
            if (!text_blank(id))
                json_append(arena, list, json_string(arena, id));
        }
    }
    return list;
}

struct json *azure_listing_regions(struct arena *arena, const struct json *document)
{
    struct json *list = json_array(arena);
    struct plan plan;
    for (size_t i = 0; next_plan(arena, document, &i, &plan);) {
        const char *choice = json_get_text(plan.price, "customerMarkets");
        const struct json *markets = list_of(plan.price, "markets");
        if (!text_blank(choice) && !azure_listing_word(choice, "customMarkets"))
            json_append(arena, list, json_string(arena, choice));
        for (size_t j = 0; markets && j < markets->count; j++) {
            if (json_text(markets->items[j]))
                json_append(arena, list, json_clone(arena, markets->items[j]));
        }
    }
    return list;
}

bool azure_listing_private(struct arena *arena, const struct json *document)
{
    size_t count = 0, private_count = 0;
    struct plan plan;
    for (size_t i = 0; next_plan(arena, document, &i, &plan); count++)
        private_count += azure_listing_word(json_get_text(plan.price, "audience"), "private");
    return count && private_count == count;
}

/* ------------------------------------------------------------------ writing */

static char *cut(char *at)
{
    *at = '\0';
    return at + strlen(BARS_BETWEEN);
}

/* The parts of a text: five, none with a bar of its own. */
static bool parse(struct arena *arena, const char *text, const char *ret_parts[5])
{
    char *rest = arena_copy(arena, text);
    for (size_t i = 0; i < 5; i++) {
        char *bar = strstr(rest, BARS_BETWEEN);
        ret_parts[i] = rest;
        if (!bar != (i == 4))
            return false;
        rest = bar ? cut(bar) : rest;
    }
    return true;
}

static int refused(struct error *error, const char *what, const char *text)
{
    return azure_listing_refuse(error, AZURE_LISTING_NOT_EDITABLE, "%s: \"%s\"", what, text);
}

/* Only what was edited is written: a text that is shown in another form than it has there would
 * lose by being sent back. */
static int put_text(struct arena *arena, const struct plan *plan, const char *member,
                    const char *now, const char *wanted, struct error *error)
{
    if (text_equal(now, bars_part(arena, wanted)))
        return 0;
    if (!plan->listing)
        return refused(error, "the plan has no texts in the portal yet", plan->key);
    if (text_equal(wanted, BARS_NOTHING))
        return refused(error, "a text of a plan cannot be emptied", plan->key);
    json_set_text(arena, plan->listing, member, wanted);
    return 0;
}

static int put_plan(struct arena *arena, const struct plan *plan, const char *const parts[5],
                    struct error *error)
{
    if (!text_equal(parts[3], billing_of(arena, plan)) ||
        !text_equal(parts[4], audience_of(arena, plan)))
        return refused(error, "billing and audience of a plan are edited in the portal", plan->key);
    int result = put_text(arena, plan, "name", name_of(arena, plan), parts[1], error);
    if (!result)
        result = put_text(arena, plan, "description", description_of(arena, plan), parts[2], error);
    return result;
}

int azure_listing_put_dimensions(struct arena *arena, struct json *document,
                                 const struct json *wanted, struct error *error)
{
    size_t found = 0, count = wanted && wanted->type == JSON_ARRAY ? wanted->count : 0;
    const char *parts[5];
    struct plan plan;
    for (size_t i = 0; next_plan(arena, document, &i, &plan);) {
        bool named = false;
        for (size_t j = 0; j < count && !named; j++) {
            const char *text = json_text(wanted->items[j]);
            if (!text || !parse(arena, text, parts))
                return refused(error, "this is no text of a plan", text ? text : "");
            named = azure_listing_word(parts[0], plan.key);
        }
        if (!named)
            return refused(error, "a plan is taken off sale in the portal", plan.key);
        int result = put_plan(arena, &plan, parts, error);
        if (result < 0)
            return result;
        found++;
    }
    return found < count ? refused(error, "plans are added in the portal", "more than there are")
                         : 0;
}
