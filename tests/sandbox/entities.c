#include "tests/sandbox/market.h"

#include <stdio.h>
#include <string.h>

#include "base/digest.h"

const struct entity_type entity_types[] = {
    {ENTITY_SAAS, "SaaSProduct", "prod-"},
    {ENTITY_AMI, "AmiProduct", "prod-"},
    {ENTITY_CONTAINER, "ContainerProduct", "prod-"},
    {ENTITY_MODEL, "MachineLearningProduct", "prod-"},
    {ENTITY_DATA, "DataProduct", "prod-"},
    {ENTITY_OFFER, "Offer", "offer-"},
    {ENTITY_OFFER_SET, "OfferSet", "offerset-"},
    {ENTITY_RESALE, "ResaleAuthorization", "resaleauthz-"},
    {ENTITY_OTHER, "Solution", "solution-"},
    {ENTITY_OTHER, "Seller", "seller-"},
    {ENTITY_OTHER, "ProcurementPolicy", "policy-"},
    {ENTITY_OTHER, "Experience", "exp-"},
    {ENTITY_OTHER, "Audience", "audience-"},
    {ENTITY_OTHER, "BrandingSettings", "branding-"},
};
const size_t entity_type_count = COUNT(entity_types);

const struct entity_type *entity_type_find(const char *name, bool versioned)
{
    size_t length = strlen(name);
    if (versioned) {
        if (length < 4 || strcmp(name + length - 4, "@1.0") != 0)
            return NULL;
        length -= 4;
    }
    for (size_t i = 0; i < entity_type_count; i++) {
        if (strlen(entity_types[i].name) == length && !strncmp(entity_types[i].name, name, length))
            return &entity_types[i];
    }
    return NULL;
}

struct entity *entity_find(const struct sandbox *sandbox, const char *id)
{
    return map_get(sandbox->market->by_id, id ? id : "");
}

void entity_replace(struct entity *entity, const struct json *document)
{
    struct arena *arena = arena_new();
    struct json *copy = json_clone(arena, document);
    arena_free(entity->arena);
    entity->arena = arena;
    entity->document = copy;
}

struct entity *entity_add(struct sandbox *sandbox, const struct entity_type *type, const char *id,
                          const struct json *document)
{
    struct market *market = sandbox->market;
    struct entity *entity = memory_alloc(sizeof *entity);
    entity->type = type;
    entity->id = memory_copy(id);
    entity->owner = memory_copy(SANDBOX_ACCOUNT);
    entity->agreement = memory_copy("");
    entity->source = memory_copy("Seller");
    entity->revision = 1;
    entity->created_ms = entity->modified_ms = sandbox_now(sandbox);
    entity_replace(entity, document);
    ARRAY_GROW(market->entities, &market->entity_capacity, market->entity_count + 1);
    market->entities[market->entity_count++] = entity;
    map_put(market->by_id, id, entity);
    sandbox->dirty = true;
    return entity;
}

void entity_write(struct sandbox *sandbox, struct entity *entity, const struct json *document,
                  int64_t when_ms)
{
    entity_replace(entity, document);
    entity->revision++;
    entity->modified_ms = when_ms;
    sandbox->dirty = true;
}

const char *entity_text(const struct entity *entity, const char *path)
{
    const char *text = entity ? json_text(json_find(entity->document, path)) : NULL;
    return text ? text : "";
}

bool entity_own(const struct entity *entity)
{
    return !strcmp(entity->owner, SANDBOX_ACCOUNT);
}

const char *entity_new_id(struct sandbox *sandbox, struct arena *arena, const char *prefix,
                          size_t length)
{
    static const char signs[] = "abcdefghijklmnopqrstuvwxyz234567";
    uint8_t digest[SHA256_BYTES];
    char seed[96], id[SHA256_BYTES + 1];
    int size = snprintf(seed, sizeof seed, "%s %llu %lld", prefix,
                        (unsigned long long)sandbox->options.seed, sandbox->market->made++);
    sha256(seed, (size_t)size, digest);
    for (size_t i = 0; i < length; i++)
        id[i] = signs[digest[i] % (sizeof signs - 1)];
    id[length] = '\0';
    sandbox->dirty = true;
    return arena_printf(arena, "%s%s", prefix, id);
}

const char *entity_arn(struct arena *arena, const struct entity *entity)
{
    return arena_printf(
        arena, "arn:aws:aws-marketplace:" SANDBOX_HOST_REGION ":%s:" MARKET_CATALOG "/%s/%s",
        entity->owner, entity->type->name, entity->id);
}

const char *entity_time(struct arena *arena, int64_t ms)
{
    char text[INSTANT_TEXT];
    return ms ? arena_printf(arena, "%.19sZ", instant_print(ms, text)) : NULL;
}

bool offer_is_private(const struct json *document)
{
    const struct json *accounts =
        json_find(document, "Rules[Type=TargetingRule].PositiveTargeting.BuyerAccounts");
    return accounts && accounts->count;
}

int64_t offer_end_ms(const struct json *document)
{
    const char *end =
        json_text(json_find(document, "Rules[Type=AvailabilityRule].AvailabilityEndDate"));
    int64_t ms;
    return end && instant_parse(end, &ms) ? ms : INT64_MAX;
}

struct entity *entity_public_offer(const struct sandbox *sandbox, const char *product)
{
    const struct market *market = sandbox->market;
    for (size_t i = 0; i < market->entity_count; i++) {
        struct entity *entity = market->entities[i];
        if (entity->type->kind == ENTITY_OFFER && entity->released_ms && !entity->agreement[0] &&
            !offer_is_private(entity->document) &&
            !strcmp(entity_text(entity, "ProductId"), product))
            return entity;
    }
    return NULL;
}

/* ---- Rows of ListEntities. */
static struct json *copy_text(struct arena *arena, const struct entity *entity, const char *path)
{
    return json_string(arena, json_text(json_find(entity->document, path)));
}

static struct json *summary_time(struct arena *arena, int64_t ms)
{
    return json_string(arena, entity_time(arena, ms));
}

static struct json *offer_targeting(struct arena *arena, const struct entity *entity)
{
    static const char *const rows[][2] = {
        {"BuyerAccounts", "Rules[Type=TargetingRule].PositiveTargeting.BuyerAccounts"},
        {"CountryCodes", "Rules[Type=TargetingRule].PositiveTargeting.CountryCodes"},
        {"CountryCodes", "Rules[Type=TargetingRule].NegativeTargeting.CountryCodes"},
    };
    struct json *list = json_array(arena);
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct json *values = json_find(entity->document, rows[i][1]);
        const struct json *last = json_at(list, list->count ? list->count - 1 : 0);
        if (values && values->count && !text_equal(json_text(last), rows[i][0]))
            json_append(arena, list, json_string(arena, rows[i][0]));
    }
    if (!list->count)
        json_append(arena, list, json_string(arena, "None"));
    return list;
}

static void summarise_offer(struct arena *arena, const struct entity *entity, struct json *out)
{
    int64_t end = offer_end_ms(entity->document);
    const struct json *accounts =
        json_find(entity->document, "Rules[Type=TargetingRule].PositiveTargeting.BuyerAccounts");
    bool replaces = entity->agreement[0];
    bool renews = replaces && !strcmp(entity->source, "AwsMarketplace");
    json_set(arena, out, "Name", copy_text(arena, entity, "Name"));
    json_set(arena, out, "ProductId", copy_text(arena, entity, "ProductId"));
    json_set(arena, out, "ResaleAuthorizationId",
             copy_text(arena, entity, "ResaleAuthorizationId"));
    json_set(arena, out, "ReleaseDate", summary_time(arena, entity->released_ms));
    json_set(arena, out, "AvailabilityEndDate", summary_time(arena, end == INT64_MAX ? 0 : end));
    json_set(arena, out, "BuyerAccounts",
             accounts ? json_clone(arena, accounts) : json_array(arena));
    json_set(arena, out, "State", copy_text(arena, entity, "State"));
    json_set(arena, out, "Targeting", offer_targeting(arena, entity));
    json_set(arena, out, "OfferSetId", copy_text(arena, entity, "OfferSetId"));
    json_set(arena, out, "TargetAgreementId",
             json_string(arena, replaces ? entity->agreement : NULL));
    json_set(arena, out, "TargetAgreementIntent", json_string(arena, renews ? "Renew" : NULL));
    json_set_text(arena, out, "CreatedBySource", entity->source);
}

static void summarise_offer_set(struct arena *arena, const struct entity *entity, struct json *out)
{
    const struct json *offers = json_get(entity->document, "Offers");
    struct json *ids = json_array(arena);
    for (size_t i = 0; offers && i < offers->count; i++)
        json_append(arena, ids, json_string(arena, json_get_text(offers->items[i], "OfferId")));
    json_set(arena, out, "Name", copy_text(arena, entity, "Name"));
    json_set(arena, out, "State", copy_text(arena, entity, "State"));
    json_set(arena, out, "ReleaseDate", summary_time(arena, entity->released_ms));
    json_set(arena, out, "AssociatedOfferIds", ids);
    json_set(arena, out, "SolutionId", json_null(arena));
}

static void summarise_resale(struct arena *arena, const struct entity *entity, struct json *out)
{
    static const char *const rows[][2] = {
        {"Name", "Name"},
        {"ProductId", "ProductId"},
        {"ProductName", "ProductName"},
        {"ManufacturerAccountId", "ManufacturerAccountId"},
        {"ManufacturerLegalName", "ManufacturerLegalName"},
        {"ResellerAccountID", "Rules[Type=PartnerTargetingRule].ResellerAccountId"},
        {"ResellerLegalName", "Rules[Type=PartnerTargetingRule].ResellerLegalName"},
        {"Status", "Status"},
        {"OfferExtendedStatus", "OfferDetails.OfferExtendedStatus"},
    };
    int64_t end = offer_end_ms(entity->document);
    for (size_t i = 0; i < COUNT(rows); i++)
        json_set(arena, out, rows[i][0], copy_text(arena, entity, rows[i][1]));
    json_set(arena, out, "CreatedDate", summary_time(arena, entity->created_ms));
    json_set(arena, out, "AvailabilityEndDate", summary_time(arena, end == INT64_MAX ? 0 : end));
    json_set_text(arena, out, "ResellerRole", "ChannelPartner");
}

static void summarise_product(struct arena *arena, const struct entity *entity, struct json *out)
{
    json_set(arena, out, "ProductTitle", copy_text(arena, entity, "Description.ProductTitle"));
    json_set(arena, out, "Visibility", copy_text(arena, entity, "Description.Visibility"));
}

/* What the row itself says under Name and Visibility. */
static const char *shown_name(const struct entity *entity)
{
    const char *path = entity->type->kind & ENTITY_PRODUCT ? "Description.ProductTitle" : "Name";
    return json_text(json_find(entity->document, path));
}

static const char *shown_visibility(const struct entity *entity)
{
    if (entity->type->kind & ENTITY_PRODUCT)
        return json_text(json_find(entity->document, "Description.Visibility"));
    if (entity->type->kind != ENTITY_OFFER)
        return NULL;
    return offer_is_private(entity->document) ? "Private" : "Public";
}

struct json *entity_summary(struct arena *arena, const struct entity *entity)
{
    struct json *row = json_object(arena);
    struct json *inner = json_object(arena);
    json_set(arena, row, "Name", json_string(arena, shown_name(entity)));
    json_set_text(arena, row, "EntityType", entity->type->name);
    json_set_text(arena, row, "EntityId", entity->id);
    json_set_text(arena, row, "EntityArn", entity_arn(arena, entity));
    json_set_text(arena, row, "LastModifiedDate", entity_time(arena, entity->modified_ms));
    json_set(arena, row, "Visibility", json_string(arena, shown_visibility(entity)));
    for (size_t i = 0; i < entity_type_count; i++) {
        if (entity_types[i].kind != ENTITY_OTHER)
            json_set(arena, row, arena_printf(arena, "%sSummary", entity_types[i].name),
                     &entity_types[i] == entity->type ? inner : json_null(arena));
    }
    switch (entity->type->kind) {
    case ENTITY_OFFER:
        summarise_offer(arena, entity, inner);
        break;
    case ENTITY_OFFER_SET:
        summarise_offer_set(arena, entity, inner);
        break;
    case ENTITY_RESALE:
        summarise_resale(arena, entity, inner);
        break;
    default:
        summarise_product(arena, entity, inner);
        break;
    }
    return row;
}
