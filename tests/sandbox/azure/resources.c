/* The kinds of resource that configure takes, what their published schemas allow, and how they are
 * shown: one by one, and as the tree of a product. */
#include <stdio.h>
#include <string.h>

#include "tests/sandbox/azure/ingestion.h"
#include "tests/sandbox/azure/schemas.h"
#include "tests/sandbox/azure/shape.h"
#include "tests/sandbox/words.h"

/* A resource's id is made of its product's guid (%p), its plan's (%k), language (%l), type (%t). */
const struct ingestion_type ingestion_types[] = {
    {"product", "2022-07-01", &schema_product, NULL, true, resource_apply},
    {"plan", "2022-07-01", &schema_plan, NULL, true, resource_apply},
    {"commercial-marketplace-setup", "2022-03-01-preview2", &schema_setup,
     "commercial-marketplace-setup/%p", true, resource_apply},
    {"property", "2022-03-01-preview5", &schema_property, "property/%p/public/main", true,
     resource_apply},
    {"listing", "2022-03-01-preview5", &schema_listing, "listing/%p/public/main/default/%l", true,
     resource_apply},
    {"listing-asset", "2022-03-01-preview5", &schema_asset,
     "listing-asset/%p/public/main/default/%l/%t/1", true, resource_apply},
    {"plan-listing", "2022-03-01-preview5", &schema_plan_listing,
     "plan-listing/%p/public/main/%k/%l", true, resource_apply},
    {"price-and-availability-offer", "2022-03-01-preview3", &schema_offer_price,
     "price-and-availability-offer/%p", true, resource_apply},
    {"price-and-availability-plan", "2022-03-01-preview4", &schema_plan_price,
     "price-and-availability-plan/%p/%k", true, resource_apply},
    {"reseller", "2022-03-01-preview2", &schema_reseller, "reseller/%p", true, resource_apply},
    {"customer-leads", "2022-03-01-preview3", &schema_leads, "customer-leads/%p", true,
     resource_apply},
    {"submission", "2022-07-01", &schema_submission, NULL, false, submission_apply},
    {"price-and-availability-private-offer-plan", "2023-07-15", &schema_price, NULL, false,
     price_apply},
    {"private-offer", "2023-07-15", &schema_offer, NULL, false, offer_apply},
    {"private-offer-mpo-originator", "2023-07-15", &schema_offer, NULL, false, offer_apply},
    {"private-offer-mpo-channel-partner", "2023-07-15", &schema_offer, NULL, false, offer_apply},
};
const size_t ingestion_type_count = COUNT(ingestion_types);

/* Oldest first. */
static const char *const versions[] = {"2022-03-01-preview2",
                                       "2022-03-01-preview3",
                                       "2022-03-01-preview4",
                                       "2022-03-01-preview5",
                                       "2022-07-01",
                                       "2023-07-15",
                                       NULL};

bool ingestion_version_known(const char *version)
{
    return words_have(versions, version);
}

const struct ingestion_type *ingestion_type_find(const char *name)
{
    for (size_t i = 0; name && i < ingestion_type_count; i++) {
        if (!strcmp(ingestion_types[i].name, name))
            return &ingestion_types[i];
    }
    return NULL;
}

const struct ingestion_type *ingestion_type_of(struct arena *arena, const char *schema)
{
    static const char *const hosts[] = {INGESTION_NEW, INGESTION_OLD};
    for (size_t i = 0; schema && i < COUNT(hosts); i++) {
        if (!text_starts(schema, hosts[i]))
            continue;
        const char *name = schema + strlen(hosts[i]), *slash = strchr(name, '/');
        if (!slash || !ingestion_version_known(slash + 1))
            return NULL;
        return ingestion_type_find(arena_copy_n(arena, name, (size_t)(slash - name)));
    }
    return NULL;
}

/* ---- Showing. */
static size_t version_rank(const char *version)
{
    size_t rank = 0;
    while (versions[rank] && !text_equal(versions[rank], version))
        rank++;
    return rank;
}

/* Secrets of lead destinations are never shown again. */
static void mask_secrets(struct arena *arena, struct json *document)
{
    static const char *const secrets[] = {"storageAccountConnectionString", "applicationKey",
                                          "password"};
    for (size_t i = 0; i < document->count; i++) {
        struct json *inner = document->items[i];
        for (size_t j = 0; inner->type == JSON_OBJECT && j < COUNT(secrets); j++) {
            if (json_get(inner, secrets[j]))
                json_set_text(arena, inner, secrets[j], "**********");
        }
    }
}

/* What one of the service's forms does that the documents do not say. */
static void make_odd(struct arena *arena, struct json *shown, const char *type)
{
    static const char *const words[] = {"state", "privateOfferType", "offerPricingType"};
    if (strcmp(type, "private-offer") != 0)
        return;
    for (size_t i = 0; i < COUNT(words); i++) {
        const char *word = json_get_text(shown, words[i]);
        if (word && word[0] >= 'a')
            json_set_text(arena, shown, words[i],
                          arena_printf(arena, "%c%s", word[0] - 'a' + 'A', word + 1));
    }
    json_set(arena, shown, "somethingNew", rest_make(arena, "{'a':1}"));
}

struct json *ingestion_view(struct arena *arena, const struct sandbox *sandbox,
                            const struct json *resource, const char *version)
{
    struct json *shown = json_clone(arena, resource);
    const char *name = ingestion_part(arena, json_get_text(resource, "id"), 0);
    const struct ingestion_type *type = ingestion_type_find(name);
    if (!type)
        return shown;
    size_t newest = version_rank(type->version), ceiling = version_rank(version);
    const char *seen = ceiling < newest ? versions[ceiling] : type->version;
    bool old = strstr(seen, "preview") && !strstr(seen, "preview5");
    json_set_text(arena, shown, "$schema",
                  arena_printf(arena, "%s%s/%s", old ? INGESTION_OLD : INGESTION_NEW, name, seen));
    if (!strcmp(name, "customer-leads"))
        mask_secrets(arena, shown);
    if (ceiling < newest && json_get(shown, "eTag")) {
        json_set_text(arena, shown, "_etag", json_get_text(shown, "eTag"));
        json_remove(shown, "eTag");
    }
    if (sandbox->options.unknown_members)
        make_odd(arena, shown, name);
    return shown;
}

const struct json *ingestion_live(const struct azure_market *market, const char *product,
                                  const char *durable)
{
    char key[64];
    snprintf(key, sizeof key, "live/%.40s", ingestion_bare(product));
    const struct rest_record *tree = rest_find(&market->trees, key);
    const struct json *rows = tree ? json_get(tree->document, "resources") : NULL;
    for (size_t i = 0; rows && i < rows->count; i++) {
        if (text_equal(json_get_text(rows->items[i], "id"), durable))
            return rows->items[i];
    }
    return NULL;
}

static bool belongs(struct arena *arena, const struct json *resource, const char *product)
{
    const char *id = json_get_text(resource, "id");
    const struct ingestion_type *type = ingestion_type_find(ingestion_part(arena, id, 0));
    return type && type->of_tree && text_equal(ingestion_part(arena, id, 1), product);
}

/* The submission that stands for the target, as its tree shows it. */
static struct json *tree_submission(struct arena *arena, const struct sandbox *sandbox,
                                    const char *product, const char *target)
{
    const struct json *rows = submission_list(arena, sandbox, product, target);
    return rows->count ? rows->items[rows->count - 1] : NULL;
}

struct json *ingestion_tree(struct arena *arena, const struct sandbox *sandbox, const char *product,
                            const char *target)
{
    const struct azure_market *market = ingestion_market(sandbox);
    struct json *rows = json_array(arena);
    if (!strcmp(target, "draft")) {
        for (size_t i = 0; i < market->resources.count; i++) {
            const struct json *document = market->resources.records[i]->document;
            if (belongs(arena, document, product))
                json_append(arena, rows, json_clone(arena, document));
        }
    } else {
        const struct rest_record *tree =
            rest_find(&market->trees, arena_printf(arena, "%s/%s", target, product));
        if (!tree)
            return NULL;
        rows = json_clone(arena, json_get(tree->document, "resources"));
    }
    struct json *submission = tree_submission(arena, sandbox, product, target);
    if (submission)
        json_append(arena, rows, json_clone(arena, submission));
    return rows;
}

struct json *ingestion_current(struct arena *arena, const struct sandbox *sandbox,
                               const char *durable)
{
    const struct azure_market *market = ingestion_market(sandbox);
    if (text_starts(durable, "private-offer/")) {
        const struct rest_record *offer = rest_find(&market->offers, ingestion_bare(durable));
        return offer ? json_clone(arena, offer_shown(offer)) : NULL;
    }
    if (text_starts(durable, "submission/")) {
        const struct json *rows =
            submission_list(arena, sandbox, ingestion_part(arena, durable, 1), NULL);
        for (size_t i = 0; i < rows->count; i++) {
            if (text_equal(json_get_text(rows->items[i], "id"), durable))
                return json_clone(arena, rows->items[i]);
        }
        return NULL;
    }
    const struct rest_record *record = rest_find(&market->resources, durable);
    return record ? json_clone(arena, record->document) : NULL;
}

/* ---- Writing. */
static bool never_published(const struct ingestion_step *step, const char *durable)
{
    const char *guid = ingestion_part(step->arena, durable, 1);
    return !ingestion_live(step->market, guid, durable);
}

static bool external_taken(const struct ingestion_step *step, const struct json *wanted,
                           const char *product, const char *own)
{
    const char *external = json_text(json_find(wanted, "identity.externalId"));
    const char *prefix = product ? arena_printf(step->arena, "plan/%s/", product) : "product/";
    for (size_t i = 0; i < step->market->resources.count; i++) {
        const struct rest_record *other = step->market->resources.records[i];
        if (text_starts(other->id, prefix) && !text_equal(other->id, own) &&
            text_equal(json_text(json_find(other->document, "identity.externalId")), external))
            return true;
    }
    return false;
}

/* What the id of a new resource is made of. */
static const char *make_id(const struct ingestion_step *step, const char *product, const char *plan)
{
    const char *language = json_get_text(step->item, "languageId");
    const char *kind = json_get_text(step->item, "type");
    struct text id;
    text_init(&id, 300);
    for (const char *c = step->type->id; *c; c++) {
        if (*c != '%') {
            text_add_char(&id, *c);
            continue;
        }
        c++;
        text_add(&id, *c == 'p' ? product : *c == 'k' ? plan : *c == 'l' ? language : kind);
    }
    char *made = arena_copy(step->arena, id.data);
    text_free(&id);
    text_lower(made);
    return made;
}

static int new_id(struct ingestion_step *step, const char *product, const char *plan,
                  const char **ret_id)
{
    const char *name = step->type->name;
    if (!strcmp(name, "product"))
        *ret_id =
            arena_printf(step->arena, "product/%s", azure_new_guid(step->sandbox, step->arena));
    else if (!strcmp(name, "plan"))
        *ret_id = arena_printf(step->arena, "plan/%s/%s", product,
                               azure_new_guid(step->sandbox, step->arena));
    else
        *ret_id = make_id(step, product, plan);
    if (rest_find(&step->market->resources, *ret_id))
        return step_fail(step, "Conflict", "The resource %s already exists.", *ret_id);
    return 0;
}

static int check_fixed(struct ingestion_step *step, const struct json *before)
{
    static const char *const fixed[] = {"identity.externalId", "type", "kind", "product", "plan",
                                        "languageId"};
    for (size_t i = 0; before && i < COUNT(fixed); i++) {
        const struct json *now = json_find(step->item, fixed[i]);
        const struct json *old = json_find(before, fixed[i]);
        if (now && old && now->type == JSON_STRING && !json_equal(now, old))
            return step_fail(step, "businessValidationError", "%s cannot be changed.", fixed[i]);
    }
    return 0;
}

static bool is_masked(const struct json *value)
{
    return value->type == JSON_STRING && text_starts(value->text, "***");
}

/* What was read of a lead destination is no secret, and would overwrite it. */
static int check_secrets(struct ingestion_step *step)
{
    for (size_t i = 0; i < step->item->count; i++) {
        const struct json *inner = step->item->items[i];
        for (size_t j = 0; inner->type == JSON_OBJECT && j < inner->count; j++) {
            if (is_masked(inner->items[j]))
                return step_fail(step, "businessValidationError", "%s/%s holds a masked secret.",
                                 step->item->names[i], inner->names[j]);
        }
    }
    return 0;
}

static int check_markets(struct ingestion_step *step)
{
    const char *which = json_get_text(step->item, "customerMarkets");
    if (which && strcmp(which, "customMarkets") != 0 && json_get(step->item, "markets"))
        return step_fail(step, "schemaValidationError", "markets is not allowed with %s.", which);
    return 0;
}

static int remove_resource(struct ingestion_step *step, const char *id)
{
    if (!never_published(step, id))
        return step_fail(step, "invalidState", "%s has been published and cannot be deleted.", id);
    const char *guid = ingestion_part(step->arena, id, 1);
    bool whole = !strcmp(step->type->name, "product");
    for (size_t i = step->market->resources.count; whole && i-- > 0;) {
        const struct rest_record *other = step->market->resources.records[i];
        if (belongs(step->arena, other->document, guid) && strcmp(other->id, id) != 0)
            rest_remove(&step->market->resources, other->id);
    }
    rest_remove(&step->market->resources, id);
    step->made = id;
    return 0;
}

static void write_resource(struct ingestion_step *step, struct rest_record *record, const char *id,
                           const char *product, const char *plan)
{
    struct json *document = json_clone(step->arena, step->item);
    json_remove(document, "resourceName");
    json_remove(document, "validations");
    json_set_text(step->arena, document, "id", id);
    if (product)
        json_set_text(step->arena, document, "product",
                      arena_printf(step->arena, "product/%s", product));
    if (plan)
        json_set_text(step->arena, document, "plan",
                      arena_printf(step->arena, "plan/%s/%s", product, plan));
    bool states = !strcmp(step->type->name, "product") || !strcmp(step->type->name, "plan");
    if (states && !json_get(document, "lifecycleState"))
        json_set_text(step->arena, document, "lifecycleState", "generallyAvailable");
    if (record)
        rest_write(record, document, step->now_ms);
    else
        rest_add(&step->market->resources, id, document, step->now_ms);
    step->made = id;
}

/* Product and plan that the item names; both may stay NULL. */
static int resolve_place(struct ingestion_step *step, const char **ret_product,
                         const char **ret_plan)
{
    const struct json *product = json_get(step->item, "product");
    const struct json *plan = json_get(step->item, "plan");
    const char *id = json_get_text(step->item, "id");
    const char *durable = product ? step_resolve(step, product, "product", NULL) : id;
    *ret_product = *ret_plan = NULL;
    if (product && !durable)
        return step_fail(step, "resourceNotFound", "The product does not exist.");
    if (durable)
        *ret_product = ingestion_part(step->arena, durable, 1);
    if (!plan)
        return 0;
    durable = step_resolve(step, plan, "plan", *ret_product);
    if (!durable)
        return step_fail(step, "resourceNotFound", "The plan does not exist in this product.");
    *ret_plan = ingestion_part(step->arena, durable, 2);
    return 0;
}

int resource_apply(struct ingestion_step *step)
{
    const char *id = json_get_text(step->item, "id"), *product, *plan;
    int result = resolve_place(step, &product, &plan);
    if (result < 0)
        return result;
    struct rest_record *record = id ? rest_find(&step->market->resources, id) : NULL;
    if (id && !record)
        return step_fail(step, "resourceNotFound", "The resource %s does not exist.", id);
    if (product && (result = step_check_lock(step, product)) < 0)
        return result;
    if ((result = check_fixed(step, record ? record->document : NULL)) < 0 ||
        (result = check_secrets(step)) < 0 || (result = check_markets(step)) < 0)
        return result;
    bool is_plan = !strcmp(step->type->name, "plan");
    if ((is_plan || !strcmp(step->type->name, "product")) &&
        external_taken(step, step->item, is_plan ? product : NULL, id))
        return step_fail(step, "Conflict", "The external id is taken.");
    if (!id && (result = new_id(step, product, plan, &id)) < 0)
        return result;
    if (ingestion_is(step->item, "lifecycleState", "deleted"))
        return record ? remove_resource(step, id)
                      : step_fail(step, "resourceNotFound", "There is nothing to delete.");
    write_resource(step, record, id,
                   is_plan                           ? product
                   : json_get(step->item, "product") ? product
                                                     : NULL,
                   is_plan ? NULL : plan);
    return 0;
}
