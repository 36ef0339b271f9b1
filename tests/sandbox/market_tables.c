/* The shapes of the requests to Catalog and Agreement, and their operations. */
#include "tests/sandbox/fields.h"
#include "tests/sandbox/market.h"
#include "tests/sandbox/market_formats.h"
#include "tests/sandbox/rows.h"
#include "tests/sandbox/words.h"

/* ---- Words. */
static const char *const words_ownership[] = {"SELF", "SHARED", NULL};
static const char *const words_intents[] = {"APPLY", "VALIDATE", NULL};
static const char *const words_states[] = {"Draft", "Released", NULL};
static const char *const words_targetings[] = {"BuyerAccounts", "ParticipatingPrograms",
                                               "CountryCodes", "None", NULL};
static const char *const words_renew[] = {"Renew", NULL};
static const char *const words_sources[] = {"Seller", "AwsMarketplace", NULL};
static const char *const words_visible[] = {"Limited", "Public", "Restricted", "Draft", NULL};
static const char *const words_data_visible[] = {"Limited",     "Public", "Restricted",
                                                 "Unavailable", "Draft",  NULL};
static const char *const words_resale_states[] = {"Draft", "Active", "Restricted", NULL};
static const char *const words_roles[] = {"ChannelPartner", "Distributor", NULL};
static const char *const words_product_sorts[] = {"EntityId", "ProductTitle", "Visibility",
                                                  "LastModifiedDate", NULL};
static const char *const words_saas_sorts[] = {
    "EntityId", "ProductTitle", "Visibility", "LastModifiedDate", "DeliveryOptionTypes", NULL};
static const char *const words_container_sorts[] = {
    "EntityId", "ProductTitle", "Visibility", "LastModifiedDate", "CompatibleAWSServices", NULL};
static const char *const words_offer_sorts[] = {"EntityId",
                                                "Name",
                                                "ProductId",
                                                "ResaleAuthorizationId",
                                                "ReleaseDate",
                                                "AvailabilityEndDate",
                                                "BuyerAccounts",
                                                "State",
                                                "Targeting",
                                                "LastModifiedDate",
                                                "OfferSetId",
                                                "TargetAgreementId",
                                                "TargetAgreementIntent",
                                                "CreatedBySource",
                                                NULL};
static const char *const words_offer_set_sorts[] = {
    "Name", "State", "ReleaseDate", "SolutionId", "EntityId", "LastModifiedDate", NULL};
static const char *const words_resale_sorts[] = {"EntityId",
                                                 "Name",
                                                 "ProductId",
                                                 "ProductName",
                                                 "ManufacturerAccountId",
                                                 "ManufacturerLegalName",
                                                 "ResellerAccountID",
                                                 "ResellerLegalName",
                                                 "Status",
                                                 "OfferExtendedStatus",
                                                 "CreatedDate",
                                                 "AvailabilityEndDate",
                                                 "LastModifiedDate",
                                                 NULL};
static const char *const words_old_sorts[] = {"LastModifiedDate", "EntityId", NULL};
static const char *const words_entity_id[] = {"EntityId", NULL};
static const char *const words_set_sorts[] = {"StartTime", "EndTime", NULL};
static const char *const words_set_filters[] = {
    "EntityId",       "ChangeSetName", "Status",       "BeforeStartTime",
    "AfterStartTime", "BeforeEndTime", "AfterEndTime", NULL};
static const char *const words_end_time[] = {"EndTime", NULL};

/* ---- Requests of the Catalog. */
#define FILTERS "EntityTypeFilters."
#define SORTS   "EntityTypeSort."

/* One typed filter: by values, by part of a text, by range of time. */
#define BY_VALUES(path, most)                                                                      \
    OBJECT(path, 0), LIST(path ".ValueList", 1, most, 0), TEXT(path ".ValueList[]", 1, 255, 0)
#define BY_FORM(path, form)                                                                        \
    OBJECT(path, 0), LIST(path ".ValueList", 1, 10, 0), FORM(path ".ValueList[]", form, 0)
#define BY_WORDS(path, most, words)                                                                \
    OBJECT(path, 0), LIST(path ".ValueList", 1, most, 0), WORD(path ".ValueList[]", words, 0)
#define BY_PART(path) TEXT(path ".WildCardValue", 1, 255, 0)
#define BY_RANGE(path)                                                                             \
    OBJECT(path, 0), OBJECT(path ".DateRange", 0),                                                 \
        FORM(path ".DateRange.AfterValue", is_catalog_time, 0),                                    \
        FORM(path ".DateRange.BeforeValue", is_catalog_time, 0)
#define BY_TIMES(path)                                                                             \
    BY_RANGE(path), LIST(path ".ValueList", 1, 10, 0), FORM(path ".ValueList[]", is_catalog_time, 0)
#define SORT(type, words)                                                                          \
    OBJECT(SORTS type "Sort", 0), WORD(SORTS type "Sort.SortBy", words, 0),                        \
        WORD(SORTS type "Sort.SortOrder", words_sort_orders, 0)
#define PRODUCT_FILTERS(type, words)                                                               \
    OBJECT(FILTERS type "Filters", 0), BY_FORM(FILTERS type "Filters.EntityId", is_resource_id),   \
        BY_VALUES(FILTERS type "Filters.ProductTitle", 10),                                        \
        BY_PART(FILTERS type "Filters.ProductTitle"),                                              \
        BY_WORDS(FILTERS type "Filters.Visibility", 10, words),                                    \
        BY_RANGE(FILTERS type "Filters.LastModifiedDate")

#define OFFER  FILTERS "OfferFilters"
#define SET    FILTERS "OfferSetFilters"
#define RESALE FILTERS "ResaleAuthorizationFilters"

/* clang-format off */
static const struct field list_entities_fields[] = {
    TEXT("Catalog", 1, 64, NEEDED),
    TEXT("EntityType", 1, 255, NEEDED),
    NUMBER("MaxResults", 1, 50, 0),
    TEXT("NextToken", 1, 2048, 0),
    WORD("OwnershipType", words_ownership, 0),
    LIST("FilterList", 1, 8, 0),
    OBJECT("FilterList[]", 0),
    WORD("FilterList[].Name", words_entity_id, NEEDED),
    LIST("FilterList[].ValueList", 1, 10, NEEDED),
    TEXT("FilterList[].ValueList[]", 1, 255, 0),
    OBJECT("Sort", 0),
    WORD("Sort.SortBy", words_old_sorts, 0),
    WORD("Sort.SortOrder", words_sort_orders, 0),

    UNION("EntityTypeFilters", 0),
    PRODUCT_FILTERS("SaaSProduct", words_visible),
    PRODUCT_FILTERS("AmiProduct", words_visible),
    PRODUCT_FILTERS("ContainerProduct", words_visible),
    PRODUCT_FILTERS("MachineLearningProduct", words_visible),
    PRODUCT_FILTERS("DataProduct", words_data_visible),
    OBJECT(OFFER, 0),
    BY_FORM(OFFER ".EntityId", is_resource_id),
    BY_VALUES(OFFER ".Name", 10), BY_PART(OFFER ".Name"),
    BY_VALUES(OFFER ".ProductId", 10),
    BY_FORM(OFFER ".ResaleAuthorizationId", is_resource_id),
    BY_RANGE(OFFER ".ReleaseDate"),
    BY_RANGE(OFFER ".AvailabilityEndDate"),
    OBJECT(OFFER ".BuyerAccounts", 0), BY_PART(OFFER ".BuyerAccounts"),
    BY_WORDS(OFFER ".State", 2, words_states),
    BY_WORDS(OFFER ".Targeting", 4, words_targetings),
    BY_RANGE(OFFER ".LastModifiedDate"),
    BY_FORM(OFFER ".OfferSetId", is_offer_set_id),
    BY_VALUES(OFFER ".TargetAgreementId", 10),
    BY_WORDS(OFFER ".TargetAgreementIntent", 2, words_renew),
    BY_WORDS(OFFER ".CreatedBySource", 2, words_sources),
    OBJECT(SET, 0),
    BY_FORM(SET ".EntityId", is_offer_set_id),
    BY_VALUES(SET ".Name", 10),
    BY_WORDS(SET ".State", 2, words_states),
    BY_RANGE(SET ".ReleaseDate"),
    BY_FORM(SET ".AssociatedOfferIds", is_resource_id),
    BY_FORM(SET ".SolutionId", is_resource_id),
    BY_RANGE(SET ".LastModifiedDate"),
    OBJECT(RESALE, 0),
    BY_FORM(RESALE ".EntityId", is_resource_id),
    BY_VALUES(RESALE ".Name", 10), BY_PART(RESALE ".Name"),
    BY_VALUES(RESALE ".ProductId", 10), BY_PART(RESALE ".ProductId"),
    BY_TIMES(RESALE ".CreatedDate"),
    BY_TIMES(RESALE ".AvailabilityEndDate"),
    BY_FORM(RESALE ".ManufacturerAccountId", is_account), BY_PART(RESALE ".ManufacturerAccountId"),
    BY_VALUES(RESALE ".ProductName", 10), BY_PART(RESALE ".ProductName"),
    BY_VALUES(RESALE ".ManufacturerLegalName", 10), BY_PART(RESALE ".ManufacturerLegalName"),
    BY_FORM(RESALE ".ResellerAccountID", is_account), BY_PART(RESALE ".ResellerAccountID"),
    BY_VALUES(RESALE ".ResellerLegalName", 10), BY_PART(RESALE ".ResellerLegalName"),
    BY_WORDS(RESALE ".Status", 10, words_resale_states),
    BY_VALUES(RESALE ".OfferExtendedStatus", 10),
    BY_RANGE(RESALE ".LastModifiedDate"),
    BY_WORDS(RESALE ".ResellerRole", 10, words_roles),

    UNION("EntityTypeSort", 0),
    SORT("SaaSProduct", words_saas_sorts),
    SORT("AmiProduct", words_product_sorts),
    SORT("ContainerProduct", words_container_sorts),
    SORT("MachineLearningProduct", words_product_sorts),
    SORT("DataProduct", words_product_sorts),
    SORT("Offer", words_offer_sorts),
    SORT("OfferSet", words_offer_set_sorts),
    SORT("ResaleAuthorization", words_resale_sorts),
};

static const struct field describe_entity_fields[] = {
    TEXT("Catalog", 1, 64, NEEDED),
    FORM("EntityId", is_query_id, NEEDED),
};

static const struct field batch_fields[] = {
    LIST("EntityRequestList", 1, 20, NEEDED),
    OBJECT("EntityRequestList[]", 0),
    WORD("EntityRequestList[].Catalog", words_market_catalogs, NEEDED),
    FORM("EntityRequestList[].EntityId", is_resource_id, NEEDED),
};

static const struct field start_set_fields[] = {
    TEXT("Catalog", 1, 64, NEEDED),
    LIST("ChangeSet", 1, 20, NEEDED),
    OBJECT("ChangeSet[]", 0),
    TEXT("ChangeSet[].ChangeType", 1, 255, NEEDED),
    OBJECT("ChangeSet[].Entity", NEEDED),
    TEXT("ChangeSet[].Entity.Type", 1, 255, NEEDED),
    TEXT("ChangeSet[].Entity.Identifier", 1, 255, 0),
    LIST("ChangeSet[].EntityTags", 1, 200, 0),
    OBJECT("ChangeSet[].EntityTags[]", 0),
    TEXT("ChangeSet[].EntityTags[].Key", 1, 128, NEEDED),
    TEXT("ChangeSet[].EntityTags[].Value", 0, 256, NEEDED),
    TEXT("ChangeSet[].Details", 2, 16384, 0),
    ANY("ChangeSet[].DetailsDocument", 0),
    FORM("ChangeSet[].ChangeName", is_change_name, 0),
    FORM("ChangeSetName", is_change_set_name, 0),
    FORM("ClientRequestToken", is_request_token, 0),
    LIST("ChangeSetTags", 1, 200, 0),
    OBJECT("ChangeSetTags[]", 0),
    TEXT("ChangeSetTags[].Key", 1, 128, NEEDED),
    TEXT("ChangeSetTags[].Value", 0, 256, NEEDED),
    WORD("Intent", words_intents, 0),
};

static const struct field one_set_fields[] = {
    TEXT("Catalog", 1, 64, NEEDED),
    FORM("ChangeSetId", is_query_id, NEEDED),
};

static const struct field list_sets_fields[] = {
    TEXT("Catalog", 1, 64, NEEDED),
    LIST("FilterList", 1, 8, 0),
    OBJECT("FilterList[]", 0),
    WORD("FilterList[].Name", words_set_filters, NEEDED),
    LIST("FilterList[].ValueList", 1, 10, NEEDED),
    TEXT("FilterList[].ValueList[]", 1, 255, 0),
    OBJECT("Sort", 0),
    WORD("Sort.SortBy", words_set_sorts, 0),
    WORD("Sort.SortOrder", words_sort_orders, 0),
    NUMBER("MaxResults", 1, 20, 0),
    TEXT("NextToken", 1, 2048, 0),
};

/* ---- Requests of Agreement. */
static const struct field search_fields[] = {
    TEXT("catalog", 1, 64, 0),
    LIST("filters", 1, 10, 0),
    OBJECT("filters[]", 0),
    TEXT("filters[].name", 1, 32, NEEDED),
    LIST("filters[].values", 1, 1, NEEDED),
    FORM("filters[].values[]", is_filter_value, 0),
    OBJECT("sort", 0),
    WORD("sort.sortBy", words_end_time, 0),
    WORD("sort.sortOrder", words_sort_orders, 0),
    NUMBER("maxResults", 1, 50, 0),
    TEXT("nextToken", 0, 8192, 0),
};

static const struct field one_agreement_fields[] = {
    FORM("agreementId", is_agreement_id, NEEDED),
};

static const struct field terms_fields[] = {
    FORM("agreementId", is_agreement_id, NEEDED),
    NUMBER("maxResults", 1, 50, 0),
    TEXT("nextToken", 0, 8192, 0),
};

#define ROWS(table) table, COUNT(table), 0
static const struct operation catalog_operations[] = {
    {"ListEntities", QUOTA_LIST_ENTITIES, ROWS(list_entities_fields), handle_list_entities},
    {"DescribeEntity", QUOTA_DESCRIBE_ENTITY, ROWS(describe_entity_fields),
     handle_describe_entity},
    {"BatchDescribeEntities", QUOTA_DESCRIBE_ENTITY, ROWS(batch_fields), handle_batch_describe},
    {"StartChangeSet", QUOTA_START_SET, ROWS(start_set_fields), handle_start_set},
    {"DescribeChangeSet", QUOTA_DESCRIBE_SET, ROWS(one_set_fields), handle_describe_set},
    {"ListChangeSets", QUOTA_LIST_SETS, ROWS(list_sets_fields), handle_list_sets},
    {"CancelChangeSet", QUOTA_CANCEL_SET, ROWS(one_set_fields), handle_cancel_set},
};

static const struct operation agreement_operations[] = {
    {"SearchAgreements", QUOTA_SEARCH_AGREEMENTS, ROWS(search_fields), handle_search_agreements},
    {"DescribeAgreement", QUOTA_DESCRIBE_AGREEMENT, ROWS(one_agreement_fields),
     handle_describe_agreement},
    {"GetAgreementTerms", QUOTA_AGREEMENT_TERMS, ROWS(terms_fields), handle_agreement_terms},
};
/* clang-format on */

static const struct operation *find(const struct operation *rows, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (text_equal(rows[i].name, name))
            return &rows[i];
    }
    return NULL;
}

const struct operation *catalog_operation_find(const char *name)
{
    return find(catalog_operations, COUNT(catalog_operations), name);
}

const struct operation *agreement_operation_find(const char *name)
{
    return find(agreement_operations, COUNT(agreement_operations), name);
}
