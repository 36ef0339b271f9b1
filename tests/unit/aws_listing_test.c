/* Listings of AWS: what is read of a product's document, what an edit becomes, and the steps that
 * carry it out. JSON is written with ' for ". */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"
#include "connectors/aws/change_set.h"
#include "connectors/aws/listings.h"
#include "connectors/document.h"

#define V1 "2026-10-01T08:00:00Z"
#define V2 "2026-10-01T09:00:00Z"

static char *quoted(struct arena *arena, const char *text)
{
    char *copy = arena_copy(arena, text);
    for (char *at = copy; (at = strchr(at, '\'')); at++)
        *at = '"';
    return copy;
}

static struct json *json_of(struct arena *arena, const char *text)
{
    struct json *json = NULL;
    struct error error = {0};
    const char *copy = quoted(arena, text);
    if (json_parse(arena, copy, strlen(copy), &json, &error) < 0)
        fail_msg("%s: %s", error.message, copy);
    return json;
}

#define ENTITY(type, version, details)                                                             \
    "{'EntityType':'" type "@1.0','EntityIdentifier':'prod-1@7','EntityArn':'arn:x',"              \
    "'LastModifiedDate':'" version "','Details':'{}','DetailsDocument':{" details "}}"

#define SAAS_WITH(title, visibility)                                                               \
    "'Description':{'ProductTitle':'" title "','ProductCode':'code25','ShortDescription':'Short'," \
    "'LongDescription':'Long','Sku':'EX-1','Highlights':['One','Two'],'AssociatedProducts':null,"  \
    "'SearchKeywords':['b','a'],'Visibility':'" visibility "','ProductState':'Active',"            \
    "'ReplacementProductId':null,'Categories':['Log Analysis'],'Manufacturer':'Example'},"         \
    "'PromotionalResources':{'LogoUrl':'https://example.com/l.png',"                               \
    "'Videos':[{'Type':'Link','Title':'T','Url':'https://example.com/v'}],"                        \
    "'AdditionalResources':[{'Type':'Link','Text':'Docs','Url':'https://example.com/d'}],"         \
    "'PromotionalMedia':null},"                                                                    \
    "'SupportInformation':{'Description':'Call us','Other':1.50},"                                 \
    "'Dimensions':[{'Name':'Basic','Description':'Tier','Key':'basic','Unit':'Units',"             \
    "'Types':['Entitled']},{'Name':'In','Description':'GB | month','Key':'gb','Unit':'GB',"        \
    "'Types':['ExternallyMetered','Metered']},{'Name':'Old','Key':'old','Unit':'U','Types':[]}],"  \
    "'Versions':[{'Id':'v-1','DeliveryOptions':[{'Id':'do-1','Type':'SoftwareRegistration',"       \
    "'FulfillmentUrl':'https://example.com/register'},{'Type':'Api','Endpoints':"                  \
    "[{'EndpointUrl':'https://example.com/api'}]}]}],"                                             \
    "'Targeting':{'PositiveTargeting':{'BuyerAccounts':['012345678901']}}"
#define SAAS    SAAS_WITH("Analytics", "Limited")
#define BASIC   "basic | Basic | Tier | Units | Entitled"
#define INGEST  "gb | In | GB | month | GB | Metered, ExternallyMetered"
#define IS      "\x1f" /* between items */
#define DRAFTED "'Description':{'ProductTitle':'Analytics','Visibility':'Draft'}"

/* ------------------------------------------------------------------ reading */

struct reports {
    size_t count;
    char field[64];
};

static void count_report(void *context, const struct finding *finding)
{
    struct reports *reports = context;
    assert_non_null(finding->type);
    reports->count++;
    snprintf(reports->field, sizeof reports->field, "%s", finding->field ? finding->field : "");
}

static struct json *document_of(struct arena *arena, const char *entity)
{
    struct json *document = NULL;
    struct error error = {0};
    if (listing_document(arena, "prod-1", json_of(arena, entity), &document, &error) < 0)
        fail_msg("%s", error.message);
    return document;
}

static void test_decode(void **state)
{
    (void)state;
    static const struct {
        const char *title, *entity;
        size_t reports;
        const char *values[20][2];
    } cases[] = {
        {"SaaS",
         ENTITY("SaaSProduct", V1, SAAS),
         0,
         {{"id", "prod-1"},
          {"title", "Analytics"},
          {"short_description", "Short"},
          {"long_description", "Long"},
          {"highlights", "One" IS "Two"},
          {"visibility", "limited"},
          {"sku", "EX-1"},
          {"support", "Call us"},
          {"categories", "Log Analysis"},
          {"keywords", "a" IS "b"},
          {"dimensions", BASIC IS INGEST},
          {"buyer_accounts", "012345678901"},
          {"product_type", "saas"},
          {"product_code", "code25"},
          {"manufacturer", "Example"},
          {"fulfilment",
           "Api https://example.com/api" IS "SoftwareRegistration https://example.com/register"},
          {"modified", "2026-10-01T08:00:00.000Z"},
          {"regions", NULL},
          {"partner_reference", NULL}}},
        {"AMI",
         ENTITY("AmiProduct", V1,
                "'Description':{'ProductTitle':'Image','Visibility':'Public'},"
                "'RegionAvailability':{'Regions':['us-east-1','eu-west-1','us-west-2'],"
                "'Restrict':['us-west-2'],'FutureRegionSupport':'All'},"
                "'Versions':[{'Id':'a','DeliveryOptions':[{'Type':'AmazonMachineImage',"
                "'AmiAlias':'/aws/service/x'},{'Type':'AmazonMachineImage','Title':'Old',"
                "'Visibility':'Restricted'}]},{'Id':'b','DeliveryOptions':"
                "[{'Type':'AmazonMachineImage','Title':'Image 2'}]}]"),
         0,
         {{"title", "Image"},
          {"visibility", "public"},
          {"product_type", "ami"},
          {"regions", "eu-west-1" IS "us-east-1"},
          {"fulfilment", "AmazonMachineImage /aws/service/x" IS "AmazonMachineImage Image 2"}}},
        {"container",
         ENTITY("ContainerProduct", V1,
                "'Description':{'ProductTitle':'Box','Visibility':'Restricted'},"
                "'Repositories':[{'Url':'u','Type':'ECR'}],"
                "'Versions':[{'DeliveryOptions':[{'Type':'Helm','Title':'Chart',"
                "'isRecommended':true}]}]"),
         0,
         {{"product_type", "container"},
          {"visibility", "restricted"},
          {"fulfilment", "Helm Chart"}}},
        {"bare machine learning",
         ENTITY("MachineLearningProduct", V1, ""),
         0,
         {{"id", "prod-1"},
          {"product_type", "machine_learning"},
          {"title", NULL},
          {"dimensions", NULL}}},
        {"data, not to be had any more",
         ENTITY("DataProduct", V1, "'Description':{'Visibility':'Unavailable'}"),
         0,
         {{"product_type", "data"}, {"visibility", "restricted"}}},
        {"nulls everywhere",
         ENTITY("SaaSProduct", V1,
                "'Description':null,'PromotionalResources':null,'SupportInformation':null,"
                "'Dimensions':null,'Versions':null,'Targeting':{'PositiveTargeting':null},"
                "'RegionAvailability':null"),
         0,
         {{"title", NULL}, {"dimensions", NULL}, {"fulfilment", NULL}, {"buyer_accounts", NULL}}},
        {"other types than expected",
         ENTITY("SaaSProduct", V1,
                "'Description':{'ProductTitle':['x'],'Visibility':'Hidden','Highlights':'one',"
                "'Categories':[null,7,'c']},'Dimensions':{'Key':'x'},"
                "'Versions':['x',{'DeliveryOptions':[null,{'Type':5}]}],"
                "'RegionAvailability':['x'],'SupportInformation':'x'"),
         3,
         {{"title", NULL},
          {"visibility", NULL},
          {"highlights", NULL},
          {"categories", "7" IS "c"},
          {"dimensions", NULL},
          {"fulfilment", "5"},
          {"support", NULL}}},
        {"odd dimensions",
         ENTITY("SaaSProduct", V1,
                "'Dimensions':[null,'x',{'Name':'no key','Types':['Metered']},"
                "{'Key':'k','Types':null},{'Key':'a','Types':['New','Entitled',null]}]"),
         0,
         {{"dimensions", "a |  |  |  | Entitled, New"}}},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        CLEANUP_ARENA struct arena *arena = arena_new();
        struct reports reports = {0};
        print_message("  %s\n", cases[i].title);
        const struct record *record =
            listing_record(arena, document_of(arena, cases[i].entity), count_report, &reports);
        assert_string_equal(record->id, "prod-1");
        assert_string_equal(record->version, V1);
        assert_null(strstr(record->raw, "\"Details\"")); /* the document once, not twice */
        for (size_t j = 0; j < COUNT(cases[i].values) && cases[i].values[j][0]; j++) {
            const char *value = record_get(record, cases[i].values[j][0]);
            if (!text_equal(value, cases[i].values[j][1]))
                fail_msg("%s is %s", cases[i].values[j][0], value ? value : "absent");
        }
        assert_int_equal(reports.count, cases[i].reports);
    }
}

static void test_not_a_product(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "{}",
        "{'EntityIdentifier':'prod-2@1','LastModifiedDate':'" V1 "','DetailsDocument':{}}",
        "{'EntityIdentifier':'prod-11@1','LastModifiedDate':'" V1 "','DetailsDocument':{}}",
        "{'EntityIdentifier':'prod-1@1','DetailsDocument':{}}",
        "{'EntityIdentifier':'prod-1@1','LastModifiedDate':'" V1 "'}",
        "{'EntityIdentifier':'prod-1@1','LastModifiedDate':'" V1 "','DetailsDocument':'{}'}",
        "{'EntityIdentifier':null,'LastModifiedDate':null,'DetailsDocument':null}",
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        CLEANUP_ARENA struct arena *arena = arena_new();
        struct json *document = NULL;
        assert_int_equal(
            listing_document(arena, "prod-1", json_of(arena, cases[i]), &document, NULL),
            -ERROR_TEMPORARY);
        assert_null(document);
    }
}

/* ------------------------------------------------------------------ edits to change sets */

struct wish {
    const char *field, *value;
};

static struct change *change_of(struct arena *arena, const struct record *now,
                                const struct wish *wishes, size_t count)
{
    struct change *change = arena_alloc(arena, sizeof *change);
    change->kind = &kinds[KIND_LISTING];
    change->action = ACTION_UPDATE;
    change->job = "job";
    change->remote_id = "prod-1";
    change->version = V1;
    change->fields = arena_array(arena, count, sizeof *change->fields);
    for (size_t i = 0; i < count && wishes[i].field; i++) {
        struct change_field *field = &change->fields[change->field_count++];
        field->field = kind_field(change->kind, wishes[i].field);
        assert_int_not_equal(field->field, FIELD_NONE);
        field->old_value = now ? now->values[field->field] : NULL;
        field->new_value = wishes[i].value;
    }
    change_identify(change);
    return change;
}

#define INFORMATION(title, short, highlights)                                                      \
    "{'ProductTitle':'" title                                                                      \
    "','ShortDescription':'" short "','LongDescription':'Long','Sku':'EX-1','LogoUrl':'https://"   \
                                   "example.com/l.png',"                                           \
                                   "'VideoUrls':['https://example.com/"                            \
                                   "v'],'Highlights':" highlights ",'AdditionalResources':"        \
                                   "[{'Text':'Docs','Url':'https://example.com/"                   \
                                   "d'}],'SupportDescription':'Call us',"                          \
                                   "'Categories':['Log Analysis'],'SearchKeywords':['b','a']}"
#define EDIT(type, details)                                                                        \
    "{'ChangeType':'" type "','Entity':{'Type':'SaaSProduct@1.0','Identifier':'prod-1@7'},"        \
    "'DetailsDocument':" details "}"

static void test_changes(void **state)
{
    (void)state;
    static const struct {
        const char *title;
        struct wish wishes[4];
        const char *changes; /* the items, or how the refusal says it */
        bool refused;
        const char *entity; /* NULL: the SaaS product */
    } cases[] = {
        {.title = "title",
         .wishes = {{"title", "New"}},
         .changes = EDIT("UpdateInformation", INFORMATION("New", "Short", "['One','Two']"))},
        {.title = "two texts and the list emptied",
         .wishes = {{"title", "New"}, {"short_description", "Other"}, {"highlights", NULL}},
         .changes = EDIT("UpdateInformation", INFORMATION("New", "Other", "[]"))},
        {.title = "a sparse draft stays sparse",
         .wishes = {{"support", "Mail us"}},
         .changes = EDIT("UpdateInformation",
                         "{'ProductTitle':'Analytics','SupportDescription':'Mail us'}"),
         .entity = ENTITY("SaaSProduct", V1, DRAFTED)},
        {.title = "visibility",
         .wishes = {{"visibility", "public"}},
         .changes = EDIT("UpdateVisibility", "{'TargetVisibility':'Public'}")},
        {.title = "off sale",
         .wishes = {{"visibility", "restricted"}},
         .changes = EDIT("UpdateVisibility", "{'TargetVisibility':'Restricted'}")},
        {.title = "buyers",
         .wishes = {{"buyer_accounts", "000000000001" IS "999999999999"}},
         .changes = EDIT("UpdateTargeting", "{'PositiveTargeting':{'BuyerAccounts':"
                                            "['000000000001','999999999999']}}")},
        {.title = "no buyers any more",
         .wishes = {{"buyer_accounts", NULL}},
         .changes = EDIT("UpdateTargeting", "{'PositiveTargeting':{'BuyerAccounts':[]}}")},
        {.title = "dimension added",
         .wishes = {{"dimensions",
                     BASIC IS INGEST IS "seat | Seat | One | Units | Entitled, Metered"}},
         .changes = EDIT("AddDimensions",
                         "[{'Key':'seat','Name':'Seat','Description':'One','Unit':'Units',"
                         "'Types':['Entitled','Metered']}]")},
        {.title = "dimension renamed: all that stay go along",
         .wishes = {{"dimensions", "basic | Base | Tier | Units | Entitled" IS INGEST}},
         .changes = EDIT("UpdateDimensions",
                         "[{'Key':'basic','Name':'Base','Description':'Tier','Types':['Entitled']},"
                         "{'Key':'gb','Name':'In','Description':'GB | month',"
                         "'Types':['Metered','ExternallyMetered']}]")},
        {.title = "dimension taken off",
         .wishes = {{"dimensions", BASIC}},
         .changes =
             EDIT("RestrictDimensions", "[{'Key':'gb','Types':['ExternallyMetered','Metered']}]")},
        {.title = "a type less",
         .wishes = {{"dimensions", BASIC IS "gb | In | GB | month | GB | Metered"}},
         .changes = EDIT("RestrictDimensions", "[{'Key':'gb','Types':['ExternallyMetered']}]")},
        {.title = "a type more",
         .wishes = {{"dimensions", "basic | Basic | Tier | Units | Entitled, Metered"}},
         .changes =
             EDIT("UpdateDimensions",
                  "[{'Key':'basic','Name':'Basic','Description':'Tier',"
                  "'Types':['Entitled','Metered']}]") "," EDIT("RestrictDimensions",
                                                               "[{'Key':'gb','Types':['"
                                                               "ExternallyMetered','Metered']}]")},
        {.title = "everything at once, in one set",
         .wishes = {{"title", "New"},
                    {"dimensions", BASIC IS INGEST IS "n | N | D | U | Metered"},
                    {"buyer_accounts", "000000000001"},
                    {"visibility", "public"}},
         .changes =
             EDIT("UpdateInformation", INFORMATION("New", "Short", "['One','Two']")) "," EDIT(
                 "AddDimensions",
                 "[{'Key':'n','Name':'N','Description':'D','Unit':'U',"
                 "'Types':['Metered']}]") "," EDIT("UpdateTargeting",
                                                   "{'PositiveTargeting':{'BuyerAccounts':['"
                                                   "000000000001']}}") "," EDIT("UpdateVisibility",
                                                                                "{'"
                                                                                "TargetVisibility':"
                                                                                "'Public'}")},
        {.title = "the same dimensions",
         .wishes = {{"dimensions", INGEST IS BASIC}},
         .changes = ""},
        {.title = "unit changed",
         .wishes = {{"dimensions", "basic | Basic | Tier | Hosts | Entitled" IS INGEST}},
         .changes = "never changes a unit",
         .refused = true},
        {.title = "key named twice",
         .wishes = {{"dimensions", BASIC IS "basic | B | Tier | Units | Metered"}},
         .changes = "named twice",
         .refused = true},
        {.title = "new without a description",
         .wishes = {{"dimensions", BASIC IS INGEST IS "n | N |  | U | Metered"}},
         .changes = "needs a name",
         .refused = true},
        {.title = "no dimension at all",
         .wishes = {{"dimensions", BASIC IS "gibberish"}},
         .changes = "write key",
         .refused = true},
        {.title = "an AMI's dimension is not renamed",
         .wishes = {{"dimensions", "a | B | D | U | Metered"}},
         .changes = "UpdateDimensions for a product of type AmiProduct",
         .refused = true,
         .entity = ENTITY("AmiProduct", V1,
                          "'Dimensions':[{'Key':'a','Name':'A','Description':'D','Unit':'U',"
                          "'Types':['Metered']}]")},
        {.title = "a container's is not taken off",
         .wishes = {{"dimensions", NULL}},
         .changes = "RestrictDimensions for a product of type ContainerProduct",
         .refused = true,
         .entity = ENTITY("ContainerProduct", V1,
                          "'Dimensions':[{'Key':'a','Name':'A','Description':'D','Unit':'U',"
                          "'Types':['Metered']}]")},
        {.title = "what was taken off comes back as an edit",
         .wishes = {{"dimensions", BASIC IS INGEST IS "old | Old | Back | U | Metered"}},
         .changes =
             EDIT("UpdateDimensions",
                  "[{'Key':'basic','Name':'Basic','Description':'Tier','Types':['Entitled']},"
                  "{'Key':'gb','Name':'In','Description':'GB | month',"
                  "'Types':['Metered','ExternallyMetered']},"
                  "{'Key':'old','Name':'Old','Description':'Back','Types':['Metered']}]")},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        CLEANUP_ARENA struct arena *arena = arena_new();
        struct error error = {0};
        struct json *changes = NULL;
        print_message("  %s\n", cases[i].title);
        const struct json *document =
            document_of(arena, cases[i].entity ? cases[i].entity : ENTITY("SaaSProduct", V1, SAAS));
        const char *before = json_print(arena, document);
        const struct change *change =
            change_of(arena, NULL, cases[i].wishes, COUNT(cases[i].wishes));
        int result = listing_changes(arena, document, change, &changes, &error);
        assert_string_equal(json_print(arena, document), before); /* not touched */
        if (cases[i].refused) {
            assert_int_equal(result, -ERROR_REFUSED);
            assert_null(changes);
            if (!strstr(error.message, cases[i].changes))
                fail_msg("%s", error.message);
            continue;
        }
        if (result < 0)
            fail_msg("%s", error.message);
        assert_string_equal(json_print(arena, changes),
                            quoted(arena, arena_printf(arena, "[%s]", cases[i].changes)));
    }
}

static void test_classify(void **state)
{
    (void)state;
#define SEATS "seats | Seats | Who works with it | Units | Entitled"
#define USE   "gb | Gigabytes | Taken in | Units | Metered, ExternallyMetered"
    static const struct {
        struct wish wish;
        enum action action;
        const char *old_value;
    } cases[] = {
        {{"visibility", "public"}, ACTION_PUBLISH, NULL},
        {{"visibility", "restricted"}, ACTION_CANCEL, NULL},
        {{"visibility", "limited"}, ACTION_UPDATE, NULL},
        {{"title", "public"}, ACTION_UPDATE, NULL},
        /* What can no longer be bought is taken off sale; all else is an edit. */
        {{"dimensions", SEATS "\x1f" USE}, ACTION_UPDATE, SEATS},
        {{"dimensions", SEATS}, ACTION_CANCEL, SEATS "\x1f" USE},
        {{"dimensions", SEATS "\x1fgb | GB | Now | Units | Metered"},
         ACTION_CANCEL,
         SEATS "\x1f" USE},
        {{"dimensions", "seats | Places | Who sits | Units | Entitled, Metered"},
         ACTION_UPDATE,
         SEATS},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        CLEANUP_ARENA struct arena *arena = arena_new();
        struct change *change = change_of(arena, NULL, &cases[i].wish, 1);
        change->fields[0].old_value = cases[i].old_value;
        assert_int_equal(aws_listings.classify(change, NULL, 0), cases[i].action);
        assert_non_null(connector_procedure(&aws_listings, cases[i].action));
    }
}

/* ------------------------------------------------------------------ rules */

struct faults {
    struct arena *arena;
    const char *text; /* "LST-003 visibility; …" */
};

static void take_fault(void *context, const struct finding *finding)
{
    struct faults *faults = context;
    faults->text = arena_printf(faults->arena, "%s%s%s %s", faults->text, *faults->text ? "; " : "",
                                finding->type->code, finding->field);
}

static const char *repeat(struct arena *arena, const char *item, size_t count, const char *between)
{
    const char *text = "";
    for (size_t i = 0; i < count; i++)
        text = arena_printf(arena, "%s%s%s", text, i ? between : "", item);
    return text;
}

static void test_rules(void **state)
{
    (void)state;
    CLEANUP_ARENA struct arena *texts = arena_new();
    const char *dim = " | D | Units | Metered";
    const struct {
        const char *title;
        struct wish before[2]; /* beside the SaaS product */
        struct wish after[2];
        const char *faults;
    } cases[] = {
        {"all is well", {{0}}, {{"title", "New"}, {"visibility", "public"}}, ""},
        {"title of 72", {{0}}, {{"title", repeat(texts, "é", 72, "")}}, ""},
        {"title of 73", {{0}}, {{"title", repeat(texts, "é", 73, "")}}, "REF-007 title"},
        {"short of 1001",
         {{0}},
         {{"short_description", repeat(texts, "x", 1001, "")}},
         "REF-007 short_description"},
        {"long of 5001",
         {{0}},
         {{"long_description", repeat(texts, "x", 5001, "")}},
         "REF-007 long_description"},
        {"support of 2001", {{0}}, {{"support", repeat(texts, "x", 2001, "")}}, "REF-007 support"},
        {"restricted",
         {{"visibility", "restricted"}},
         {{"title", "New"}, {"visibility", "public"}},
         "LST-001 title; LST-001 visibility"},
        {"machine learning",
         {{"product_type", "machine_learning"}},
         {{"title", "New"}},
         "LST-002 title"},
        {"unknown type", {{"product_type", NULL}}, {{"sku", "New"}}, "LST-002 sku"},
        {"restricted, of an unknown type: said once",
         {{"product_type", NULL}, {"visibility", "restricted"}},
         {{"sku", "New"}},
         "LST-001 sku"},
        {"a draft's texts may be edited", {{"visibility", "draft"}}, {{"title", "New"}}, ""},
        {"a draft is not released",
         {{"visibility", "draft"}},
         {{"visibility", "public"}},
         "LST-003 visibility"},
        {"back to draft", {{0}}, {{"visibility", "draft"}}, "LST-003 visibility"},
        {"emptied", {{0}}, {{"sku", NULL}, {"keywords", NULL}}, "LST-006 sku; LST-006 keywords"},
        {"emptied dimensions", {{0}}, {{"dimensions", NULL}}, "LST-006 dimensions"},
        {"highlights may go", {{0}}, {{"highlights", NULL}, {"buyer_accounts", NULL}}, ""},
        {"four categories",
         {{0}},
         {{"categories", "a" IS "b" IS "c" IS "d"}},
         "LST-004 categories"},
        {"50 keywords", {{0}}, {{"keywords", repeat(texts, "k", 50, IS)}}, ""},
        {"51 keywords", {{0}}, {{"keywords", repeat(texts, "k", 51, IS)}}, "LST-004 keywords"},
        {"account cut", {{0}}, {{"buyer_accounts", "12345678901"}}, "LST-007 buyer_accounts"},
        {"dimension", {{0}}, {{"dimensions", BASIC IS INGEST}}, ""},
        {"dimension without blanks",
         {{0}},
         {{"dimensions", "a|b|c|d|Metered"}},
         "LST-005 dimensions; LST-005 dimensions; LST-005 dimensions; LST-005 dimensions"},
        {"unknown type of dimension",
         {{0}},
         {{"dimensions", "a | b | c | d | Sold"}},
         "LST-005 dimensions"},
        {"types in another order",
         {{0}},
         {{"dimensions", "a | b | c | d | Metered, Entitled"}},
         "LST-005 dimensions"},
        {"key with a blank",
         {{0}},
         {{"dimensions", "a b | b | c | d | Metered"}},
         "LST-005 dimensions"},
        {"unit of 21",
         {{0}},
         {{"dimensions",
           arena_printf(texts, "a | b | c | %s | Metered", repeat(texts, "u", 21, ""))}},
         "LST-005 dimensions"},
        {"name of 81 for SaaS",
         {{0}},
         {{"dimensions", arena_printf(texts, "a | %s%s", repeat(texts, "n", 81, ""), dim)}},
         "LST-005 dimensions"},
        {"name of 81 for AMI",
         {{"product_type", "ami"}},
         {{"dimensions", arena_printf(texts, "a | %s%s", repeat(texts, "n", 81, ""), dim)}},
         ""},
        {"name of 501 for AMI",
         {{"product_type", "ami"}},
         {{"dimensions", arena_printf(texts, "a | %s%s", repeat(texts, "n", 501, ""), dim)}},
         "LST-005 dimensions"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        CLEANUP_ARENA struct arena *arena = arena_new();
        struct faults faults = {arena, ""};
        struct record *before =
            listing_record(arena, document_of(arena, ENTITY("SaaSProduct", V1, SAAS)), NULL, NULL);
        for (size_t j = 0; j < 2 && cases[i].before[j].field; j++)
            record_set(before, cases[i].before[j].field, cases[i].before[j].value);
        struct record *after = record_copy(arena, before);
        for (size_t j = 0; j < 2 && cases[i].after[j].field; j++)
            record_set(after, cases[i].after[j].field, cases[i].after[j].value);
        document_check(&aws_listings, AT_UPDATE, before, after, 0, take_fault, &faults);
        if (strcmp(faults.text, cases[i].faults) != 0)
            fail_msg("%s: %s", cases[i].title, faults.text);
    }
}

/* Every row names what is there: one too few in a table would be an empty row. */
static void test_tables(void **state)
{
    (void)state;
    const struct kind *kind = &kinds[KIND_LISTING];
    for (size_t i = 0; i < aws_listings.rule_count; i++) {
        const struct rule *rule = &aws_listings.rules[i];
        assert_non_null(rule->field);
        assert_non_null(finding_type(rule->code));
        assert_true(!strcmp(rule->field, "*") || connector_field(&aws_listings, rule->field));
    }
    for (size_t i = 0; i < aws_listings.field_count; i++) {
        assert_non_null(aws_listings.fields[i].vendor);
        assert_int_not_equal(kind_field(kind, aws_listings.fields[i].field), FIELD_NONE);
    }
    /* AWS has no place for the reference, and nothing like what other clouds call so. */
    static const char *const foreign[] = {FIELD_REFERENCE, "search_summary", "prices",
                                          "publication",   "pending",        "plans"};
    for (size_t i = 0; i < kind->field_count; i++) {
        bool known = connector_field(&aws_listings, kind->fields[i].name) != NULL;
        for (size_t j = 0; j < COUNT(foreign); j++)
            known = known || !strcmp(kind->fields[i].name, foreign[j]);
        assert_true(known);
    }
}

/* ------------------------------------------------------------------ steps */

struct reply {
    int status; /* 0: lost */
    const char *body;
};

struct scene {
    const char *title;
    struct wish wishes[2];
    const char *resume, *progress; /* NULL: undisturbed */
    struct reply replies[8];
    const char *trail;
    enum step_result ending;
    enum error_class class;
    const char *after; /* title of the record at the end; NULL: not known */
};

#define BEFORE             ENTITY("SaaSProduct", V1, SAAS)
#define MOVED              ENTITY("SaaSProduct", V2, SAAS_WITH("Else", "Limited"))
#define AFTER              ENTITY("SaaSProduct", V2, SAAS_WITH("New", "Limited"))
#define STARTED            "{'ChangeSetId':'cs-1','ChangeSetArn':'arn:cs'}"
#define SET(status)        "{'ChangeSetId':'cs-1','Status':'" status "','ChangeSet':[]}"
#define REFUSED(code, why) "{'__type':'" code "','Message':'" why "'}"
#define TITLE                                                                                      \
    {                                                                                              \
        {                                                                                          \
            "title", "New"                                                                         \
        }                                                                                          \
    }

static const struct scene scenes[] = {
    {.title = "edited",
     .wishes = TITLE,
     .replies = {{200, BEFORE}, {200, STARTED}, {200, SET("SUCCEEDED")}, {200, AFTER}},
     .trail = "get start poll read",
     .ending = STEP_DONE,
     .after = "New"},
    {.title = "it takes a while",
     .wishes = TITLE,
     .replies = {{200, BEFORE},
                 {200, STARTED},
                 {200, SET("PREPARING")},
                 {200, SET("APPLYING")},
                 {200, SET("SUCCEEDED")},
                 {200, AFTER}},
     .trail = "get start poll poll poll read",
     .ending = STEP_DONE,
     .after = "New"},
    {.title = "it has the value already",
     .wishes = TITLE,
     .replies = {{200, AFTER}},
     .trail = "get",
     .ending = STEP_DONE,
     .after = "New"},
    {.title = "the same dimensions in another order",
     .wishes = {{"dimensions", INGEST IS BASIC}},
     .replies = {{200, BEFORE}},
     .trail = "get",
     .ending = STEP_DONE,
     .after = "Analytics"},
    {.title = "edited by somebody since the plan",
     .wishes = TITLE,
     .replies = {{200, MOVED}},
     .trail = "get",
     .ending = STEP_STALE},
    {.title = "edited by somebody between two calls",
     .wishes = TITLE,
     .replies = {{200, BEFORE},
                 {422, REFUSED("ValidationException", "Requested revision 7, current revision 8")}},
     .trail = "get start",
     .ending = STEP_STALE},
    {.title = "not there",
     .wishes = TITLE,
     .replies = {{404, REFUSED("ResourceNotFoundException", "no")}},
     .trail = "get",
     .ending = STEP_FAIL,
     .class = ERROR_REFUSED},
    {.title = "another entity",
     .wishes = TITLE,
     .replies = {{200, "{'EntityIdentifier':'prod-2@1'}"}},
     .trail = "get",
     .ending = STEP_FAIL,
     .class = ERROR_TEMPORARY},
    {.title = "no change for it",
     .wishes = {{"dimensions", "basic | Basic | Tier | Hosts | Entitled"}},
     .replies = {{200, BEFORE}},
     .trail = "get",
     .ending = STEP_FAIL,
     .class = ERROR_REFUSED},
    {.title = "busy, then free",
     .wishes = TITLE,
     .replies = {{200, BEFORE},
                 {423, REFUSED("ResourceInUseException", "cs-0")},
                 {200, STARTED},
                 {200, SET("SUCCEEDED")},
                 {200, AFTER}},
     .trail = "get start start poll read",
     .ending = STEP_DONE,
     .after = "New"},
    {.title = "busy for long: a later run goes on",
     .wishes = TITLE,
     .replies = {{200, BEFORE},
                 {423, REFUSED("ResourceInUseException", "cs-0")},
                 {423, REFUSED("ResourceInUseException", "cs-0")},
                 {423, REFUSED("ResourceInUseException", "cs-0")}},
     .trail = "get start start start",
     .ending = STEP_LATER},
    {.title = "failed by the data",
     .wishes = TITLE,
     .replies = {{200, BEFORE},
                 {200, STARTED},
                 {200, "{'ChangeSetId':'cs-1','Status':'FAILED','FailureCode':'CLIENT_ERROR',"
                       "'ChangeSet':[{'ChangeType':'UpdateInformation','ErrorDetailList':"
                       "[{'ErrorCode':'INVALID_TITLE','ErrorMessage':'bad'}]}]}"}},
     .trail = "get start poll",
     .ending = STEP_FAIL,
     .class = ERROR_REFUSED},
    {.title = "answer lost, and it had happened",
     .wishes = TITLE,
     .resume = "start",
     .progress = "{'set_name':'prod-1 x','since':'2026-10-01T08:00:00.000Z','changes':[{}]}",
     .replies = {{200, "{'ChangeSetSummaryList':[{'ChangeSetId':'cs-1','Status':'APPLYING',"
                       "'ChangeSetName':'prod-1 x'}]}"},
                 {200, SET("SUCCEEDED")},
                 {200, AFTER}},
     .trail = "find poll read",
     .ending = STEP_DONE,
     .after = "New"},
    {.title = "answer lost, and it had not happened",
     .wishes = TITLE,
     .resume = "start",
     .progress = "{'set_name':'prod-1 x','since':'2026-10-01T08:00:00.000Z','changes':[{}]}",
     .replies = {{200, "{'ChangeSetSummaryList':[]}"},
                 {200, STARTED},
                 {200, SET("SUCCEEDED")},
                 {200, AFTER}},
     .trail = "find start poll read",
     .ending = STEP_DONE,
     .after = "New"},
    {.title = "ended while reading back",
     .wishes = TITLE,
     .resume = "read",
     .replies = {{200, AFTER}},
     .trail = "read",
     .ending = STEP_DONE,
     .after = "New"},
};

static const struct step *step_of(const struct procedure *procedure, const char *name)
{
    for (size_t i = 0; i < procedure->count; i++) {
        if (!strcmp(procedure->steps[i].name, name))
            return &procedure->steps[i];
    }
    fail_msg("there is no step %s", name);
    return NULL;
}

/* One answer to one step, as the session hands it over. */
static enum step_result play(struct step_context *context, const struct step *step,
                             const struct reply *reply, struct error *error)
{
    struct http_response response = {.status = reply->status};
    struct error failure = {0};
    bool refresh;
    response.body = quoted(context->arena, reply->body ? reply->body : "");
    response.body_length = strlen(response.body);
    int result = aws_judge(context->cloud, &response, &refresh, &failure);
    return step->answer(context, &response, result < 0 ? &failure : NULL, error);
}

static void check_request(const struct scene *scene, const struct step *step,
                          const struct http_request *request, struct arena *arena)
{
    assert_true(step->repeatable);
    assert_int_equal(step->writes, !strcmp(step->operation, "StartChangeSet"));
    if (!strcmp(step->operation, "DescribeEntity")) {
        assert_string_equal(request->method, "GET");
        assert_non_null(strstr(request->url, "entityId=prod-1"));
        assert_null(strchr(request->url, '@')); /* without revision */
    }
    if (step->writes && !scene->resume) {
        const struct json *body = json_of(arena, request->body);
        assert_string_equal(json_text(json_find(body, "ClientRequestToken")), "token-1");
        assert_string_equal(json_text(json_find(body, "ChangeSet[0].Entity.Identifier")),
                            "prod-1@7");
    }
}

static void run_scene(const struct scene *scene)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct cloud cloud = {.catalog = "AWS", .change_set_poll_ms = 30000, .patience_ms = 60000};
    cloud.urls[AWS_CATALOG] = "https://example.com/";
    struct record *now = listing_record(arena, document_of(arena, BEFORE), NULL, NULL);
    struct step_context context = {
        .cloud = &cloud,
        .arena = arena,
        .change = change_of(arena, now, scene->wishes, COUNT(scene->wishes)),
        .progress = json_of(arena, scene->progress ? scene->progress : "{}"),
        .token = "token-1",
    };
    const struct procedure *procedure = connector_procedure(&aws_listings, ACTION_UPDATE);
    const struct step *step = step_of(procedure, scene->resume ? scene->resume : procedure->first);
    if (scene->resume)
        step = step_of(procedure, step->resume);
    const char *trail = "";
    struct error error = {0};
    enum step_result result = STEP_NEXT;
    for (size_t i = 0; i < COUNT(scene->replies); i++) {
        struct http_request request = {0};
        assert_int_equal(step->build(&context, &request, &error), 0);
        check_request(scene, step, &request, arena);
        trail = arena_printf(arena, "%s%s%s", trail, i ? " " : "", step->name);
        assert_true(scene->replies[i].status); /* the script is long enough */
        result = play(&context, step, &scene->replies[i], &error);
        if (result == STEP_WAIT)
            context.now_ms += context.wait_ms;
        else if (result == STEP_NEXT)
            step++;
        else if (result == STEP_GOTO)
            step = step_of(procedure, context.goto_step);
        else
            break;
    }
    assert_string_equal(trail, scene->trail);
    assert_int_equal(result, scene->ending);
    if (result == STEP_FAIL)
        assert_int_equal(error.class, scene->class);
    if (result == STEP_LATER)
        assert_non_null(json_get_text(context.progress, "note"));
    assert_int_equal(context.after != NULL, scene->after != NULL);
    if (scene->after)
        assert_string_equal(record_get(context.after, "title"), scene->after);
}

static void test_steps(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(scenes); i++) {
        print_message("  %s\n", scenes[i].title);
        run_scene(&scenes[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_decode),  cmocka_unit_test(test_not_a_product),
        cmocka_unit_test(test_changes), cmocka_unit_test(test_classify),
        cmocka_unit_test(test_rules),   cmocka_unit_test(test_tables),
        cmocka_unit_test(test_steps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
