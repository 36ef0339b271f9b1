/* The document of a listing, put together from a product's tree of resources. */
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/memory.h"
#include "base/text.h"
#include "connectors/azure/listings.h"
#include "model/value.h"

#define MAIN_LANGUAGE "en-us"
#define DIGEST        16 /* hex digits: enough to tell two contents of one product apart */

static bool is_list(const struct json *json)
{
    return json && json->type == JSON_ARRAY;
}

/* ------------------------------------------------------------------ what is not kept */

/* A signed link: who has it can fetch what it leads to. */
static const char *signature_of(const char *text)
{
    const char *query = text_starts(text, "http") ? strchr(text, '?') : NULL;
    return query && (strstr(query, "?sig=") || strstr(query, "&sig=")) ? query : NULL;
}

static void cut_signatures(struct arena *arena, struct json *json)
{
    const char *query = json->type == JSON_STRING ? signature_of(json->text) : NULL;
    if (query)
        json->text = arena_copy_n(arena, json->text, (size_t)(query - json->text));
    for (size_t i = 0; i < json->count; i++)
        cut_signatures(arena, json->items[i]);
}

/* The links of all images, wherever they stand. */
static void drop_images(struct json *json)
{
    for (size_t i = 0; i < json->count; i++) {
        bool images = json->type == JSON_OBJECT && !strcmp(json->names[i], "imageList");
        for (size_t j = 0; images && is_list(json->items[i]) && j < json->items[i]->count; j++)
            json_remove(json->items[i]->items[j], "url");
        drop_images(json->items[i]);
    }
}

/* Of a lead destination only what it is stays: each of the configurations may carry a secret, and
 * what is shown of one is masked. */
static struct json *leads_kept(struct arena *arena, const struct json *leads)
{
    static const char *const kept[] = {"$schema", "id", "product", "leadDestination"};
    struct json *copy = json_object(arena);
    for (size_t i = 0; i < COUNT(kept); i++) {
        const struct json *member = json_get(leads, kept[i]);
        if (member)
            json_set(arena, copy, kept[i], json_clone(arena, member));
    }
    return copy;
}

static struct json *scrubbed(struct arena *arena, const struct json *resource)
{
    const char *schema = azure_listing_schema(arena, resource);
    if (!strcmp(schema, "customer-leads"))
        return leads_kept(arena, resource);
    struct json *copy = json_clone(arena, resource);
    if (!strcmp(schema, "listing-asset"))
        json_remove(copy, "url");
    drop_images(copy);
    cut_signatures(arena, copy);
    return copy;
}

/* ------------------------------------------------------------------ the resources */

static int compare_ids(const void *a, const void *b)
{
    const char *left = json_get_text(*(struct json *const *)a, "id");
    const char *right = json_get_text(*(struct json *const *)b, "id");
    return strcmp(left ? left : "", right ? right : "");
}

/* Sorted by id; without submissions, which differ per target, and without what is no resource. */
static struct json *sorted(struct arena *arena, const struct listing_parts *parts)
{
    struct json *list = json_array(arena);
    const struct json *sources[] = {json_get(parts->tree, "resources"), parts->plans};
    for (size_t i = 0; i < COUNT(sources); i++) {
        for (size_t j = 0; is_list(sources[i]) && j < sources[i]->count; j++) {
            const struct json *each = sources[i]->items[j];
            if (each->type != JSON_OBJECT ||
                !strcmp(azure_listing_schema(arena, each), "submission"))
                continue;
            json_append(arena, list,
                        parts->whole ? json_clone(arena, each) : scrubbed(arena, each));
        }
    }
    if (list->count)
        qsort(list->items, list->count, sizeof *list->items, compare_ids);
    return list;
}

static bool is_main(struct arena *arena, const struct json *resource, const char *schema)
{
    return !strcmp(azure_listing_schema(arena, resource), schema) &&
           (strcmp(schema, "listing") != 0 ||
            azure_listing_word(json_get_text(resource, "languageId"), MAIN_LANGUAGE));
}

/* Takes one resource of the schema out of the list: of listings the one in the main language, else
 * the first. */
static struct json *take(struct arena *arena, struct json *resources, const char *schema)
{
    size_t found = resources->count;
    for (size_t i = 0; i < resources->count; i++) {
        if (strcmp(azure_listing_schema(arena, resources->items[i]), schema) != 0)
            continue;
        if (found == resources->count)
            found = i;
        if (is_main(arena, resources->items[i], schema)) {
            found = i;
            break;
        }
    }
    if (found == resources->count)
        return NULL;
    struct json *resource = resources->items[found];
    json_remove_at(resources, found);
    return resource;
}

/* ------------------------------------------------------------------ what stands in another form */

/* Enums come capitalised at times. The vendor's own spelling if it is known, else as it came. */
static const char *type_of(struct arena *arena, const struct json *product)
{
    const char *type = json_get_text(product, "type");
    for (size_t i = 0; type && i < AZURE_LISTING_FIELDS; i++) {
        const struct remote_field *field = &azure_listing_fields[i];
        if (strcmp(field->field, "product_type") != 0)
            continue;
        for (size_t j = 0; field->words[j]; j += 2) {
            if (azure_listing_word(field->words[j + 1], type))
                return field->words[j + 1];
        }
    }
    return type ? arena_copy(arena, type) : NULL;
}

/* {"group":["item"]} as "group/item"; a group without items stands alone. */
static struct json *categories(struct arena *arena, const struct json *property)
{
    struct json *list = json_array(arena);
    const struct json *groups = json_get(property, "categories");
    for (size_t i = 0; groups && groups->type == JSON_OBJECT && i < groups->count; i++) {
        const struct json *items = groups->items[i];
        for (size_t j = 0; is_list(items) && j < items->count; j++) {
            const char *item = json_text(items->items[j]);
            if (!text_blank(item))
                json_append(
                    arena, list,
                    json_string(arena, arena_printf(arena, "%s/%s", groups->names[i], item)));
        }
        if (!is_list(items) || !items->count)
            json_append(arena, list, json_string(arena, groups->names[i]));
    }
    return list;
}

static const char *support(struct arena *arena, const struct json *listing)
{
    static const char *const members[] = {"name", "email", "phone", "url"};
    const struct json *contact = json_get(listing, "supportContact");
    const char *text = NULL;
    bool any = false;
    for (size_t i = 0; i < COUNT(members); i++) {
        const char *value = json_get_text(contact, members[i]);
        bool blank = text_blank(value);
        any = any || !blank;
        text = arena_printf(arena, "%s%s%s", text ? text : "", text ? " | " : "",
                            blank ? "-" : text_trim(arena_copy(arena, value)));
    }
    return any ? text : NULL;
}

/* A product that is taken off sale says so itself, its submission, or both. */
static const char *visibility(struct arena *arena, const struct listing_parts *parts,
                              const struct json *document)
{
    struct listing_submissions found;
    azure_listing_submissions(json_get(document, "submissions"), &found);
    const struct json *product = parts->product ? parts->product : json_get(document, "product");
    const char *state = json_get_text(product, "lifecycleState");
    if (!found.live)
        return "draft";
    if (found.deprecated || azure_listing_word(state, "deprecated"))
        return "restricted";
    return azure_listing_private(arena, document) ? "limited" : "public";
}

/* Without what comes and goes: asked for twice, it is the same. */
static const char *digest(struct arena *arena, const struct json *document)
{
    static const char *const parts[] = {"product", "listing", "property", "resources"};
    struct json *content = json_array(arena);
    char hex[SHA256_HEX];
    for (size_t i = 0; i < COUNT(parts); i++) {
        const struct json *part = json_get(document, parts[i]);
        json_append(arena, content, part ? json_clone(arena, part) : json_null(arena));
    }
    const char *text = json_print(arena, content);
    sha256_hex(text, strlen(text), hex);
    return arena_printf(arena, "%.*s", DIGEST, hex);
}

const char *azure_listing_live_version(struct arena *arena, const struct json *submissions,
                                       const struct json *product)
{
    const char *signature = azure_listing_signature(arena, submissions);
    const char *state = json_get_text(product, "lifecycleState");
    return !state || azure_listing_word(state, "generallyAvailable")
               ? signature
               : arena_printf(arena, "%s product:%s", signature, state);
}

static const char *version(struct arena *arena, const struct listing_parts *parts,
                           const struct json *document)
{
    const struct json *product = parts->product ? parts->product : json_get(document, "product");
    const char *live =
        azure_listing_live_version(arena, json_get(document, "submissions"), product);
    if (text_equal(parts->target, "live"))
        return live;
    return arena_printf(arena, "%s %s:%s", live, parts->target ? parts->target : "none",
                        digest(arena, document));
}

static struct json *derived(struct arena *arena, const struct listing_parts *parts,
                            const struct json *document)
{
    struct json *agent = json_object(arena);
    const struct json *product = json_get(document, "product");
    const struct json *submissions = json_get(document, "submissions");
    struct listing_submissions found;
    azure_listing_submissions(submissions, &found);
    json_set_text(arena, agent, "id", parts->guid);
    json_set_text(arena, agent, "sku", azure_listing_external_id(product));
    json_set_text(arena, agent, "type", type_of(arena, product));
    json_set_text(arena, agent, "target", parts->target);
    json_set_text(arena, agent, "visibility", visibility(arena, parts, document));
    json_set_text(arena, agent, "publication", azure_listing_publication(submissions));
    json_set_text(arena, agent, "published", json_get_text(found.live, "created"));
    json_set_text(arena, agent, "support", support(arena, json_get(document, "listing")));
    json_set(arena, agent, "categories", categories(arena, json_get(document, "property")));
    json_set(arena, agent, "dimensions", azure_listing_dimensions(arena, document));
    json_set(arena, agent, "prices", azure_listing_prices(arena, document));
    json_set(arena, agent, "buyers", azure_listing_buyers(arena, document));
    json_set(arena, agent, "regions", azure_listing_regions(arena, document));
    json_set_text(arena, agent, "version", version(arena, parts, document));
    return agent;
}

struct json *azure_listing_document(struct arena *arena, const struct listing_parts *parts)
{
    static const char *const mains[] = {"product", "listing", "property"};
    struct json *document = json_object(arena);
    struct json *resources = sorted(arena, parts);
    for (size_t i = 0; i < COUNT(mains); i++) {
        struct json *resource = take(arena, resources, mains[i]);
        if (!resource && !i && parts->product)
            resource = json_clone(arena, parts->product);
        if (resource)
            json_set(arena, document, mains[i], resource);
    }
    json_set(arena, document, "resources", resources);
    json_set(arena, document, "submissions",
             is_list(parts->submissions) ? json_clone(arena, parts->submissions)
                                         : json_array(arena));
    json_set(arena, document, "agent", derived(arena, parts, document));
    return document;
}

struct record *azure_listing_record(struct arena *arena, const struct json *document,
                                    document_report *report, void *context)
{
    const struct json *agent = json_get(document, "agent");
    struct record *record =
        document_decode(arena, &azure_listings, json_get_text(agent, "id"),
                        json_get_text(agent, "version"), document, report, context);
    const char *alias = json_get_text(json_get(document, "product"), "alias");
    if (!record_get(record, "title") && !text_blank(alias)) /* what people know it by */
        record_set(record, "title", text_trim(arena_copy(arena, alias)));
    return record;
}

/* ------------------------------------------------------------------ comparing */

/* All resources of a document in one list, as they count for a comparison. */
static struct json *comparable(struct arena *arena, const struct json *document)
{
    static const char *const mains[] = {"product", "listing", "property"};
    static const char *const drop[] = {"$schema", "validations", "resourceName"};
    struct json *list = json_array(arena);
    for (size_t i = 0; i < COUNT(mains); i++) {
        const struct json *resource = json_get(document, mains[i]);
        if (resource)
            json_append(arena, list, scrubbed(arena, resource));
    }
    const struct json *others = json_get(document, "resources");
    for (size_t i = 0; is_list(others) && i < others->count; i++)
        json_append(arena, list, scrubbed(arena, others->items[i]));
    for (size_t i = 0; i < list->count; i++) {
        json_drop_nulls(list->items[i]);
        for (size_t j = 0; j < COUNT(drop); j++)
            json_remove(list->items[i], drop[j]);
    }
    if (list->count)
        qsort(list->items, list->count, sizeof *list->items, compare_ids);
    return list;
}

bool azure_listing_same(struct arena *arena, const struct json *a, const struct json *b,
                        const char **ret_id)
{
    const struct json *left = comparable(arena, a), *right = comparable(arena, b);
    size_t i = 0;
    while (i < left->count && i < right->count && json_equal(left->items[i], right->items[i]))
        i++;
    if (i == left->count && i == right->count)
        return true;
    const struct json *odd = i < left->count ? left->items[i] : right->items[i];
    const char *id = json_get_text(odd, "id");
    if (ret_id)
        *ret_id = id ? id : "a resource without id";
    return false;
}
