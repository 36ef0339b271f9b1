/* Listings of Microsoft: what is read of a product's resources, what an edit becomes, and the steps
 * that carry it from the draft through preview to live. JSON is written with ' for ". */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"
#include "connectors/azure/listings.h"
#include "model/value.h"
#include "tests/support/account.h"
#include "tests/unit/azure_listing_fixture.h"

#define IS       "\x1f" /* between items */
#define DAY_MS   INT64_C(86400000)
#define JOB      "{'jobId':'j-1','jobStatus':'notStarted','jobResult':'pending','errors':[]}"
#define RUNNING  "{'jobId':'j-1','jobStatus':'Running','jobResult':'pending','errors':[]}"
#define OK       "{'jobID':'j-1','jobStatus':'completed','jobResult':'Succeeded','resourceUri':'x'}"
#define OK_EMPTY "{'jobId':'j-1','jobStatus':'completed','jobResult':'succeeded'}"
#define FAILED(code, message)                                                                      \
    "{'jobId':'j-1','jobStatus':'completed','jobResult':'failed','errors':[{'code':'invalidState'" \
    ",'message':'The submission was cancelled.','details':[{'code':'" code "','message':'" message \
    "'}]}]}"
#define MADE(id) "{'resources':[{'id':'" id "'}]}"

static struct json *document_of(struct arena *arena, const char *tree, const char *submissions,
                                const char *target)
{
    const struct listing_parts parts = {.tree = account_json(arena, tree),
                                        .submissions =
                                            json_get(account_json(arena, submissions), "value"),
                                        .guid = GUID,
                                        .target = target};
    return azure_listing_document(arena, &parts);
}

#define LIVE_NOW LIST(DRAFT "," DONE("live", LIVE_1, "25"))

/* ------------------------------------------------------------------ reading */

static void count_report(void *context, const struct finding *finding)
{
    assert_non_null(finding->type);
    ++*(size_t *)context;
}

static void test_decode(void **state)
{
    (void)state;
    static const struct {
        const char *title, *tree, *submissions;
        size_t reports;
        const char *values[18][2];
    } cases[] = {
        {"all",
         TREE("Analytics", "a"),
         LIVE_NOW,
         0,
         {{"id", GUID},
          {"title", "Analytics"},
          {"short_description", "Short."},
          {"long_description", "<p>Long.</p>"},
          {"search_summary", "For warehouses"},
          {"visibility", "public"},
          {"publication", "live"},
          {"sku", "analytics"},
          {"support", "Help | help@example.com | - | -"},
          {"categories", "ai" IS "developer-tools/devService"},
          {"dimensions", GOLD_TEXT("Gold")},
          {"buyer_accounts", "t-1"},
          {"product_type", "saas"},
          {"regions", "gb" IS "us"},
          {"prices", "gold | flat | 0.10 USD"},
          {"pending", NULL},
          {"partner_reference", NULL}}},
        {"private plans",
         TREE_OF(RESOURCES("A", "Gold", "Private", "a")),
         LIVE_NOW,
         0,
         {{"visibility", "limited"}}},
        {"deprecated",
         TREE("A", "a"),
         LIST("{'id':'submission/x/1','target':{'targetType':'Live'},'status':'Completed','result':"
              "'Succeeded','lifecycleState':'Deprecated'}"),
         0,
         {{"visibility", "restricted"}}},
        {"in preview",
         TREE("A", "a"),
         LIST(DRAFT "," DONE("live", LIVE_1, "25") "," DONE("preview", PREVIEW_2, "26")),
         0,
         {{"visibility", "public"}, {"publication", "preview"}}},
        {"one submission for both",
         TREE("A", "a"),
         LIST(DONE("live", LIVE_1, "25") "," DONE("preview", LIVE_1, "25")),
         0,
         {{"publication", "live"}}},
        {"in progress",
         TREE("A", "a"),
         LIST(DONE("live", LIVE_1, "25") "," SUBMISSION("preview", PREVIEW_2, "running", "pending",
                                                        "2026-02-01T00:00:00Z")),
         0,
         {{"publication", "in_progress"}}},
        {"refused",
         TREE("A", "a"),
         LIST(DONE("live", LIVE_1, "25") "," SUBMISSION("preview", PREVIEW_2, "completed", "failed",
                                                        "2026-02-01T00:00:00Z")),
         0,
         {{"publication", "failed"}, {"visibility", "public"}}},
        {"another language",
         TREE_OF("{'$schema':' " NEW "listing/9999-01-01 ','id':'listing/b','languageId':'fr-fr',"
                 "'title':'B'},{'$schema':'" NEW "listing/1','id':'listing/a','languageId':'de-de',"
                 "'title':'A'}"),
         LIVE_NOW,
         0,
         {{"title", "A"}, {"dimensions", NULL}, {"product_type", NULL}}},
        {"nothing known",
         "{'resources':[null,5,[],{},{'$schema':7,'id':[]},{'$schema':'x'},"
         "{'$schema':'" NEW "listing/1','title':{}},{'$schema':'" NEW "plan/1','identity':5},"
         "{'$schema':'" NEW "product/1','type':'teleporter'},"
         "{'$schema':'" NEW "property/1','categories':[1]}]}",
         "{'value':[null,{},{'target':7,'status':'completed','result':1},[]]}",
         2,
         {{"title", NULL}, {"visibility", "draft"}, {"product_type", NULL}}},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        CLEANUP_ARENA struct arena *arena = arena_new();
        print_message("  %s\n", cases[i].title);
        size_t reports = 0;
        struct json *document = document_of(arena, cases[i].tree, cases[i].submissions, "live");
        struct record *record = azure_listing_record(arena, document, count_report, &reports);
        for (size_t j = 0; cases[i].values[j][0]; j++) {
            const char *value = record_get(record, cases[i].values[j][0]);
            const char *wanted = cases[i].values[j][1];
            if (!text_equal(value, wanted))
                fail_msg("%s is %s, not %s", cases[i].values[j][0], value ? value : "NULL",
                         wanted ? wanted : "NULL");
        }
        assert_int_equal(reports, cases[i].reports);
    }
}

/* Everything that no field shows is kept, number text included; ids never pass through numbers. */
static void test_kept(void **state)
{
    (void)state;
    CLEANUP_ARENA struct arena *arena = arena_new();
    const struct json *document = document_of(arena, TREE("A", "x"), LIVE_NOW, "live");
    const struct record *record = azure_listing_record(arena, document, NULL, NULL);
    assert_non_null(strstr(record->raw, "\"unknown\":1.50"));
    assert_non_null(strstr(record->raw, "\"price\":0.10"));
    assert_non_null(strstr(record->raw, "azureLogoLarge"));
    assert_non_null(strstr(record->raw, "\"leadDestination\":\"table\""));
    assert_string_equal(record->version, "live:" LIVE_1 ":completed:succeeded");
    assert_null(strstr(record->raw, "blob.example"));
    assert_null(strstr(record->raw, "ConnectionString"));
    const struct json *other = document_of(arena, TREE("A", "y"), LIVE_NOW, "live");
    assert_true(azure_listing_same(arena, document, other, NULL));
    assert_string_equal(record->raw, azure_listing_record(arena, other, NULL, NULL)->raw);
}

static void test_prices(void **state)
{
    (void)state;
#define PRICED(pricing)                                                                            \
    TREE_OF(GOLD_PLAN ",{'$schema':'" NEW "price-and-availability-plan/1','id':'p','plan':"        \
                      "{'externalId':'GOLD'},'audience':'public','visibility':'hidden',"           \
                      "'customerMarkets':'allMarkets','pricing':" pricing "}")
    static const struct {
        const char *tree, *prices;
    } cases[] = {
        {PRICED("{'corePricing':{'priceInputOption':'perCore','pricePerCore':0.05}}"),
         "gold | core | 0.05 USD"},
        {PRICED("{'corePricing':{'pricePerCoreSize':{'2':0.1,'4':0.20}}}"),
         "gold | 2 | 0.1 USD" IS "gold | 4 | 0.20 USD"},
        {PRICED("{'corePricing':{'prices':[{'markets':['de','fr'],'currency':'EUR','prices':"
                "{'2':9}}]}}"),
         "gold | 2 in de fr | 9 EUR"},
        {PRICED("{'recurrentPrice':{'recurrentPriceMode':'flatRate','prices':[{'billingTerm':"
                "{'type':'year','value':1},'paymentOption':{'type':'month','value':1},"
                "'pricePerPaymentInUsd':100}]}}"),
         "gold | 1 year, paid per 1 month | 100 USD"},
        {PRICED("[]"), NULL},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        CLEANUP_ARENA struct arena *arena = arena_new();
        const struct json *document = document_of(arena, cases[i].tree, LIVE_NOW, "live");
        const struct record *record = azure_listing_record(arena, document, NULL, NULL);
        if (cases[i].prices)
            assert_string_equal(record_get(record, "prices"), cases[i].prices);
        else
            assert_null(record_get(record, "prices"));
        assert_string_equal(record_get(record, "regions"), "allMarkets");
        assert_non_null(strstr(record_get(record, "dimensions"), "public, hidden"));
    }
}

/* ------------------------------------------------------------------ changes */

static struct change *change_of(struct arena *arena, enum action action, const char *version,
                                const char *const (*values)[2])
{
    struct change *change = arena_alloc(arena, sizeof *change);
    *change = (struct change){.job = "j",
                              .kind = &kinds[KIND_LISTING],
                              .action = action,
                              .remote_id = GUID,
                              .local_key = "L-1",
                              .version = version,
                              .fields = arena_array(arena, 8, sizeof *change->fields)};
    for (size_t i = 0; values && values[i][0]; i++)
        change->fields[change->field_count++] = (struct change_field){
            .field = kind_field(change->kind, values[i][0]), .new_value = values[i][1]};
    return change;
}

/* A resource travels whole, with what is owned changed only; others do not travel. */
static void test_overlay(void **state)
{
    (void)state;
    static const struct {
        const char *title;
        const char *values[3][2];
        const char *sent; /* "id path=value"; "": refused */
        size_t count;
    } cases[] = {
        {"title", {{"title", "New"}}, "title=New", 1},
        {"the same", {{"title", "Analytics"}}, NULL, 0},
        {"search line", {{"search_summary", "S"}}, "searchResultSummary=S", 1},
        {"two of one", {{"title", "N"}, {"long_description", "D"}}, "description=D", 1},
        {"contact", {{"support", "Help | - | +1 | -"}}, "supportContact.phone=+1", 1},
        {"contact kept",
         {{"support", "Desk | help@example.com | - | -"}},
         "supportContact.unknown=1.50",
         1},
        {"contact cut", {{"support", "Help"}}, "", 0},
        {"category", {{"categories", "ai" IS "web/sites"}}, "categories.web[0]=sites", 1},
        {"category without group", {{"categories", "/sites"}}, "", 0},
        {"plan name", {{"dimensions", GOLD_TEXT("Golden")}}, "name=Golden", 1},
        {"plan as it is", {{"dimensions", GOLD_TEXT("Gold")}}, NULL, 0},
        {"plan text kept in its form",
         {{"dimensions", GOLD_TEXT("Golden")}},
         "description=Gold | plan.\nYearly.",
         1},
        {"plan more", {{"dimensions", GOLD_TEXT("Gold") IS "silver | S | - | - | -"}}, "", 0},
        {"plan gone", {{"dimensions", "silver | S | - | - | -"}}, "", 0},
        {"no plan", {{"dimensions", NULL}}, "", 0},
        {"audience",
         {{"dimensions", "gold | Gold | Gold plan. Yearly. | payAsYouGo, flat | private"}},
         "",
         0},
        {"plan without name",
         {{"dimensions", "gold | - | Gold plan. Yearly. | payAsYouGo, flat | public"}},
         "",
         0},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        CLEANUP_ARENA struct arena *arena = arena_new();
        print_message("  %s\n", cases[i].title);
        struct json *before = document_of(arena, TREE("Analytics", "a"), LIVE_NOW, "draft");
        const char *old = json_print(arena, before);
        struct json *after = NULL;
        struct error error = {0};
        int result = azure_listing_overlay(
            arena, before, change_of(arena, ACTION_UPDATE, "", cases[i].values), &after, &error);
        assert_string_equal(json_print(arena, before), old);
        if (cases[i].sent && !*cases[i].sent) {
            assert_int_equal(result, -ERROR_REFUSED);
            assert_string_equal(error.vendor_code, "notEditable");
            assert_null(after);
            continue;
        }
        assert_int_equal(result, 0);
        const struct json *list = azure_listing_resources(arena, before, after);
        assert_int_equal(list->count, cases[i].count);
        if (!cases[i].sent)
            continue;
        const char *sign = strchr(cases[i].sent, '=');
        const char *path = arena_copy_n(arena, cases[i].sent, (size_t)(sign - cases[i].sent));
        const struct json *sent = list->items[0];
        assert_string_equal(json_text(json_find(sent, path)), sign + 1);
        assert_non_null(json_get_text(sent, "id"));
        assert_non_null(json_get_text(sent, "$schema"));
        assert_non_null(json_get_text(sent, "product"));
        assert_non_null(json_get_text(sent, "resourceName"));
        assert_null(json_get(sent, "validations"));
    }
}

/* What has no texts at the cloud gets none made up. */
static void test_nothing_made_up(void **state)
{
    (void)state;
    static const char *const fields[] = {"title", "support", "categories"};
    for (size_t i = 0; i < COUNT(fields); i++) {
        CLEANUP_ARENA struct arena *arena = arena_new();
        const char *const values[][2] = {{fields[i], "N | - | - | -"}, {NULL}};
        struct json *before = document_of(arena, TREE_OF(PRODUCT_ITEM), LIVE_NOW, "draft");
        struct json *after = NULL;
        assert_int_equal(azure_listing_overlay(arena, before,
                                               change_of(arena, ACTION_UPDATE, "", values), &after,
                                               NULL),
                         -ERROR_REFUSED);
    }
}

static void test_classify(void **state)
{
    (void)state;
    static const struct {
        const char *before;
        const char *values[2][2];
        enum action action;
    } cases[] = {
        {"public", {{"title", "N"}}, ACTION_PUBLISH},
        {"limited", {{"title", "N"}}, ACTION_PUBLISH},
        {"draft", {{"title", "N"}}, ACTION_UPDATE},
        {"draft", {{"visibility", "public"}}, ACTION_PUBLISH},
        {"public", {{"visibility", "restricted"}}, ACTION_CANCEL},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        CLEANUP_ARENA struct arena *arena = arena_new();
        struct record *before = record_new(arena, &kinds[KIND_LISTING], GUID);
        record_set(before, "visibility", cases[i].before);
        assert_int_equal(azure_listings.classify(
                             change_of(arena, ACTION_UPDATE, "", cases[i].values), before, 0),
                         cases[i].action);
    }
}

static void note_code(void *context, const struct finding *finding)
{
    char *text = context;
    size_t length = strlen(text);
    snprintf(text + length, 128 - length, "%s%s %s", length ? "," : "", finding->type->code,
             finding->field);
}

static void test_rules(void **state)
{
    (void)state;
    static const struct {
        const char *before[2], *after[2], *faults;
    } cases[] = {
        {{NULL}, {"title", "N"}, ""},
        {{"visibility", "restricted"}, {"title", "N"}, "LST-001 title"},
        {{"product_type", "application"}, {"title", "N"}, "LST-002 title"},
        {{"product_type", NULL}, {"title", "N"}, "LST-002 title"},
        {{NULL}, {"visibility", "draft"}, "LST-003 visibility"},
        {{NULL}, {"visibility", "restricted"}, ""},
        {{NULL}, {"title", NULL}, "LST-006 title"},
        {{NULL}, {"dimensions", GOLD_TEXT("Golden")}, ""},
        {{NULL}, {"dimensions", "gold"}, "LST-005 dimensions"},
        {{NULL}, {"dimensions", "GOLD | a | b | c | d"}, "LST-005 dimensions"},
        {{NULL}, {"support", "Desk | - | - | -"}, ""},
        {{NULL}, {"support", "Call us"}, "REF-009 support,REF-009 support"},
        {{NULL}, {"support", "- | a@b.example | - | -"}, "REF-009 support"},
        {{NULL}, {"categories", "ai/"}, "REF-009 categories"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        CLEANUP_ARENA struct arena *arena = arena_new();
        struct record *before = azure_listing_record(
            arena, document_of(arena, TREE("Analytics", "a"), LIVE_NOW, "live"), NULL, NULL);
        if (cases[i].before[0])
            record_set(before, cases[i].before[0], cases[i].before[1]);
        struct record *after = record_copy(arena, before);
        record_set(after, cases[i].after[0], cases[i].after[1]);
        char text[128] = "";
        document_check(&azure_listings, AT_UPDATE, before, after, 0, note_code, text);
        assert_string_equal(text, cases[i].faults);
    }
}

/* ------------------------------------------------------------------ procedures */

/* What a step meets: its name, and the answer. A body of NULL is an error of that class. */
struct turn {
    const char *step, *body;
    enum error_class class;
};

struct walk {
    struct account account;
    struct step_context context;
    const struct procedure *procedure;
    struct error error;
    struct json *sent[4]; /* bodies of what was posted */
    size_t sent_count;
};

static void no_answer(void *context, struct arena *arena, const struct http_request *request,
                      struct fake_answer *ret_answer)
{
    (void)context, (void)arena, (void)request;
    ret_answer->status = 500;
}

static void walk_open(struct walk *walk, enum action action, const char *version,
                      const char *const (*values)[2])
{
    memset(walk, 0, sizeof *walk);
    account_open(&walk->account, no_answer, NULL, NULL);
    struct arena *arena = walk->account.arena;
    walk->procedure = connector_procedure(&azure_listings, action);
    assert_non_null(walk->procedure);
    walk->context = (struct step_context){.cloud = walk->account.cloud,
                                          .arena = arena,
                                          .change = change_of(arena, action, version, values),
                                          .progress = json_object(arena),
                                          .token = "token",
                                          .now_ms = FAKE_START_MS,
                                          .began_ms = FAKE_START_MS};
}

static size_t step_index(const struct procedure *procedure, const char *name)
{
    for (size_t i = 0; i < procedure->count; i++) {
        if (!strcmp(procedure->steps[i].name, name))
            return i;
    }
    fail_msg("there is no step %s", name);
    return 0;
}

static enum step_result take_turn(struct walk *walk, const struct step *step,
                                  const struct turn *turn)
{
    struct step_context *context = &walk->context;
    struct error failure = {.class = turn->class, .http_status = turn->class ? 400 : 0};
    const char *text = turn->body ? account_text(context->arena, turn->body) : "";
    const struct http_response response = {
        .status = 200, .body = text, .body_length = strlen(text)};
    return step->answer(context, turn->body ? &response : NULL, turn->body ? NULL : &failure,
                        &walk->error);
}

static void note_sent(struct walk *walk, const struct http_request *request)
{
    struct json *body = NULL;
    assert_non_null(strstr(request->url, "/rp/product-ingestion/configure?$version=2022-07-01"));
    assert_true(walk->sent_count < COUNT(walk->sent));
    assert_int_equal(
        json_parse(walk->context.arena, request->body, request->body_length, &body, NULL), 0);
    walk->sent[walk->sent_count++] = body;
}

/* From the step on; each turn must be at the step that it names. */
static enum step_result walk_on(struct walk *walk, const char *from, const struct turn *turns)
{
    size_t at = step_index(walk->procedure, from);
    enum step_result result = STEP_NEXT;
    for (size_t i = 0; at < walk->procedure->count;) {
        const struct step *step = &walk->procedure->steps[at];
        struct http_request request = {0};
        int built = step->build(&walk->context, &request, &walk->error);
        assert_true(built >= 0);
        if (built) {
            at++;
            continue;
        }
        if (!turns[i].step)
            fail_msg("nothing is scripted for step %s", step->name);
        assert_string_equal(step->name, turns[i].step);
        assert_int_equal(!strcmp(request.method, "POST"), step->writes);
        if (step->writes)
            note_sent(walk, &request);
        result = take_turn(walk, step, &turns[i++]);
        if (result == STEP_NEXT)
            at++;
        else if (result == STEP_GOTO)
            at = step_index(walk->procedure, walk->context.goto_step);
        else if (result == STEP_WAIT)
            walk->context.now_ms += walk->context.wait_ms;
        else
            return result;
    }
    return result;
}

static const char *sent(const struct walk *walk, size_t index, const char *path)
{
    assert_true(index < walk->sent_count);
    const char *text = json_text(json_find(walk->sent[index], path));
    return text ? text : "";
}

#define PREVIEWED LIST(DRAFT "," DONE("live", LIVE_1, "25") "," DONE("preview", PREVIEW_2, "26"))
#define PUBLISHED LIST(DRAFT "," DONE("live", PREVIEW_2, "26"))
#define CERTIFYING                                                                                 \
    LIST(DONE("live", LIVE_1, "25") "," SUBMISSION("preview", PREVIEW_2, "running", "pending",     \
                                                   "2026-01-26T00:00:00Z"))
#define VERSION "live:" LIVE_1 ":completed:succeeded"

static const char *const new_title[][2] = {{"title", "New"}, {NULL}};

static void test_publish(void **state)
{
    (void)state;
    static const struct turn turns[] = {
        {"look", LIVE_NOW, 0},
        {"live", TREE("Analytics", "a"), 0},
        {"draft", TREE("Analytics", "b"), 0},
        {"start", JOB, 0},
        {"poll", RUNNING, 0},
        {"poll", OK, 0},
        {"result", MADE("listing/x"), 0},
        {"preview_look", LIVE_NOW, 0},
        {"preview_start", JOB, 0},
        {"preview_poll", OK, 0},
        {"preview_result", MADE("submission/" GUID "/" PREVIEW_2), 0},
        {"live_look", PREVIEWED, 0},
        {"live_start", JOB, 0},
        {"live_poll", OK, 0},
        {"live_result", MADE("submission/" GUID "/" PREVIEW_2), 0},
        {"read_look", PUBLISHED, 0},
        {"read", TREE("New", "c"), 0},
        {NULL, NULL, 0},
    };
    struct walk walk;
    walk_open(&walk, ACTION_PUBLISH, VERSION, new_title);
    assert_int_equal(walk_on(&walk, "look", turns), STEP_DONE);
    assert_int_equal(walk.sent_count, 3);
    assert_string_equal(sent(&walk, 0, "resources[0].title"), "New");
    assert_string_equal(sent(&walk, 0, "resources[0].supportContact.unknown"), "1.50");
    assert_string_equal(sent(&walk, 0, "resources[1].id"), "");
    assert_string_equal(sent(&walk, 1, "resources[0].target.targetType"), "preview");
    assert_string_equal(sent(&walk, 1, "resources[0].product"), PRODUCT);
    assert_string_equal(sent(&walk, 1, "resources[0].id"), "");
    assert_string_equal(sent(&walk, 2, "resources[0].target.targetType"), "live");
    assert_string_equal(sent(&walk, 2, "resources[0].id"), "submission/" GUID "/" PREVIEW_2);
    assert_string_equal(record_get(walk.context.after, "title"), "New");
    assert_string_equal(walk.context.after->version, "live:" PREVIEW_2 ":completed:succeeded");
    account_close(&walk.account);
}

/* How each procedure ends otherwise. */
static void test_endings(void **state)
{
    (void)state;
    static const char *const off_sale[][2] = {{"visibility", "restricted"}, {NULL}};
    static const char *const limited[][2] = {{"visibility", "limited"}, {NULL}};
#define OLD_SUBMISSIONS LIST(DRAFT "," DONE("live", "7", "01"))
    const struct {
        const char *title;
        enum action action;
        const char *const (*values)[2];
        const char *from;
        struct turn turns[8];
        enum step_result result;
        const char *code; /* vendor_code of the error; NULL: any */
        size_t sent;
    } cases[] = {
        {"moved",
         ACTION_PUBLISH,
         new_title,
         "look",
         {{"look", OLD_SUBMISSIONS, 0}},
         STEP_STALE,
         NULL,
         0},
        {"live already has it",
         ACTION_PUBLISH,
         new_title,
         "look",
         {{"look", LIVE_NOW, 0}, {"live", TREE("New", "a"), 0}},
         STEP_DONE,
         NULL,
         0},
        {"the draft has edits of others",
         ACTION_PUBLISH,
         new_title,
         "look",
         {{"look", LIVE_NOW, 0},
          {"live", TREE("Analytics", "a"), 0},
          {"draft", TREE_OF(RESOURCES("Analytics", "Golden", "public", "b")), 0}},
         STEP_FAIL,
         "draftDiffers",
         0},
        {"a resource of others is in the draft",
         ACTION_PUBLISH,
         new_title,
         "look",
         {{"look", LIVE_NOW, 0},
          {"live", TREE("Analytics", "a"), 0},
          {"draft",
           TREE_OF("{'$schema':'" NEW "reseller/1','id':'reseller/" GUID
                   "'}," RESOURCES("Analytics", "Gold", "public", "b")),
           0}},
         STEP_FAIL,
         "draftDiffers",
         0},
        {"the draft has it: it is published only",
         ACTION_PUBLISH,
         new_title,
         "look",
         {{"look", LIVE_NOW, 0},
          {"live", TREE("Analytics", "a"), 0},
          {"draft", TREE("New", "b"), 0},
          {"preview_look", LIVE_NOW, 0},
          {"preview_start", NULL, ERROR_TEMPORARY}},
         STEP_FAIL,
         NULL,
         1},
        {"limited is not to be had",
         ACTION_PUBLISH,
         limited,
         "look",
         {{"look", LIVE_NOW, 0},
          {"live", TREE("Analytics", "a"), 0},
          {"draft", TREE("Analytics", "b"), 0}},
         STEP_FAIL,
         "notEditable",
         0},
        {"certification refuses",
         ACTION_PUBLISH,
         new_title,
         "preview_poll",
         {{"preview_poll", FAILED("invalidState", "Certification failed. See the report."), 0}},
         STEP_FAIL,
         "certification",
         0},
        {"data refused",
         ACTION_PUBLISH,
         new_title,
         "poll",
         {{"poll", FAILED("businessValidationError", "Too long"), 0}},
         STEP_FAIL,
         NULL,
         0},
        {"locked",
         ACTION_PUBLISH,
         new_title,
         "poll",
         {{"poll", FAILED("productLocked", "A submission is in progress"), 0}},
         STEP_OVER,
         NULL,
         0},
        {"lost answer: preview was sent",
         ACTION_PUBLISH,
         new_title,
         "preview_look",
         {{"preview_look", PREVIEWED, 0},
          {"live_look", PREVIEWED, 0},
          {"live_start", NULL, ERROR_TEMPORARY}},
         STEP_FAIL,
         NULL,
         1},
        {"lost answer: it went live",
         ACTION_PUBLISH,
         new_title,
         "preview_look",
         {{"preview_look", PREVIEWED, 0},
          {"live_look", PUBLISHED, 0},
          {"read_look", PUBLISHED, 0},
          {"read", TREE("New", "c"), 0}},
         STEP_DONE,
         NULL,
         0},
        {"preview failed",
         ACTION_PUBLISH,
         new_title,
         "preview_look",
         {{"preview_look",
           LIST(DONE("live", LIVE_1, "25") "," SUBMISSION("preview", PREVIEW_2, "completed",
                                                          "failed", "2026-01-26T00:00:00Z")),
           0}},
         STEP_FAIL,
         "certification",
         0},
        {"somebody else's preview",
         ACTION_PUBLISH,
         new_title,
         "preview_look",
         {{"preview_look", PREVIEWED, 0},
          {"live_look",
           LIST(DONE("live", LIVE_1, "25") "," DONE("preview", "1152921515689899999", "27")), 0}},
         STEP_STALE,
         NULL,
         0},
        {"off sale",
         ACTION_CANCEL,
         off_sale,
         "look",
         {{"look", LIVE_NOW, 0},
          {"start", JOB, 0},
          {"poll", OK_EMPTY, 0},
          {"read_look", LIVE_NOW, 0},
          {"read", TREE("Analytics", "a"), 0}},
         STEP_DONE,
         NULL,
         1},
        {"off sale already",
         ACTION_CANCEL,
         off_sale,
         "look",
         {{"look",
           LIST("{'id':'submission/" GUID "/" LIVE_1 "','target':{'targetType':'live'},'status':"
                "'completed','result':'succeeded','lifecycleState':'deprecated'}"),
           0},
          {"read_look", LIVE_NOW, 0},
          {"read", TREE("Analytics", "a"), 0}},
         STEP_DONE,
         NULL,
         0},
        {"off sale before it was on",
         ACTION_CANCEL,
         off_sale,
         "look",
         {{"look", LIST(DRAFT), 0}},
         STEP_FAIL,
         "notEditable",
         0},
        {"off sale, moved",
         ACTION_CANCEL,
         off_sale,
         "look",
         {{"look", OLD_SUBMISSIONS, 0}},
         STEP_STALE,
         NULL,
         0},
        {"a tree without resources",
         ACTION_PUBLISH,
         new_title,
         "look",
         {{"look", LIVE_NOW, 0}, {"live", "{'resources':[]}", 0}},
         STEP_FAIL,
         NULL,
         0},
        {"submissions unreadable",
         ACTION_PUBLISH,
         new_title,
         "look",
         {{"look", "{}", 0}},
         STEP_FAIL,
         NULL,
         0},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct walk walk;
        print_message("  %s\n", cases[i].title);
        walk_open(&walk, cases[i].action, VERSION, cases[i].values);
        step_keep(&walk.context, "former", "");
        step_keep(&walk.context, "job", "j-1");
        assert_int_equal(walk_on(&walk, cases[i].from, cases[i].turns), cases[i].result);
        assert_int_equal(walk.sent_count, cases[i].sent);
        if (cases[i].code)
            assert_string_equal(walk.error.vendor_code, cases[i].code);
        if (cases[i].action == ACTION_CANCEL && walk.sent_count) {
            assert_string_equal(sent(&walk, 0, "resources[0].lifecycleState"), "deprecated");
            assert_string_equal(sent(&walk, 0, "resources[0].id"), "submission/" GUID "/" LIVE_1);
            assert_string_equal(sent(&walk, 0, "resources[0].status"), "");
        }
        account_close(&walk.account);
    }
}

/* A submission that is not completed holds the product: this run waits a while, later ones go on,
 * and in the end a person is told. */
static void test_held(void **state)
{
    (void)state;
    static const struct turn turns[] = {{"look", CERTIFYING, 0}, {"look", CERTIFYING, 0},
                                        {"look", CERTIFYING, 0}, {"look", CERTIFYING, 0},
                                        {"look", CERTIFYING, 0}, {NULL, NULL, 0}};
    struct walk walk;
    walk_open(&walk, ACTION_PUBLISH, VERSION, new_title);
    assert_int_equal(walk_on(&walk, "look", turns), STEP_LATER);
    assert_non_null(strstr(step_text(&walk.context, "note"), PREVIEW_2));
    walk.context.now_ms += 15 * DAY_MS;
    walk.context.began_ms = walk.context.now_ms;
    assert_int_equal(walk_on(&walk, "look", turns), STEP_FAIL);
    assert_string_equal(walk.error.vendor_code, "held");
    assert_int_equal(walk.sent_count, 0);
    account_close(&walk.account);
}

/* A draft that was never live: the edit ends there, under the version of its content. */
static void test_update(void **state)
{
    (void)state;
    static const struct turn turns[] = {{"look", LIST(DRAFT), 0},
                                        {"draft", TREE("Analytics", "b"), 0},
                                        {"start", JOB, 0},
                                        {"poll", OK_EMPTY, 0},
                                        {"read_look", LIST(DRAFT), 0},
                                        {"read", TREE("New", "c"), 0},
                                        {NULL, NULL, 0}};
    static const struct turn moved[] = {
        {"look", LIST(DRAFT), 0}, {"draft", TREE("Mine", "b"), 0}, {NULL, NULL, 0}};
    static const struct turn stands[] = {
        {"look", LIST(DRAFT), 0}, {"draft", TREE("New", "b"), 0}, {NULL, NULL, 0}};
    CLEANUP_ARENA struct arena *arena = arena_new();
    const char *version =
        azure_listing_record(
            arena, document_of(arena, TREE("Analytics", "a"), LIST(DRAFT), "draft"), NULL, NULL)
            ->version;
    struct walk walk;
    walk_open(&walk, ACTION_UPDATE, version, new_title);
    assert_int_equal(walk_on(&walk, "look", turns), STEP_DONE);
    assert_int_equal(walk.sent_count, 1);
    assert_string_equal(record_get(walk.context.after, "title"), "New");
    assert_string_equal(record_get(walk.context.after, "visibility"), "draft");
    assert_false(text_equal(walk.context.after->version, version));
    account_close(&walk.account);
    walk_open(&walk, ACTION_UPDATE, version, new_title);
    assert_int_equal(walk_on(&walk, "look", moved), STEP_STALE); /* never over a newer edit */
    assert_int_equal(walk.sent_count, 0);
    account_close(&walk.account);
    walk_open(&walk, ACTION_UPDATE, version, new_title); /* the answer got lost, the edit did not */
    assert_int_equal(walk_on(&walk, "look", stands), STEP_DONE);
    assert_int_equal(walk.sent_count, 0);
    account_close(&walk.account);
}

/* Every row can be gone on with after a crash, and only POSTs are journalled as writes. */
static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < azure_listings.procedure_count; i++) {
        const struct procedure *procedure = &azure_listings.procedures[i];
        for (size_t j = 0; j < procedure->count; j++)
            step_index(procedure, procedure->steps[j].resume);
        step_index(procedure, procedure->first);
    }
    for (size_t i = 0; i < azure_listings.refusal_count; i++)
        assert_non_null(finding_type(azure_listings.refusals[i].code));
    for (size_t i = 0; i < azure_listings.rule_count; i++)
        assert_non_null(finding_type(azure_listings.rules[i].code));
    for (size_t i = 0; i < azure_listings.field_count; i++)
        assert_int_not_equal(kind_field(&kinds[KIND_LISTING], azure_listings.fields[i].field),
                             FIELD_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_decode),          cmocka_unit_test(test_kept),
        cmocka_unit_test(test_prices),          cmocka_unit_test(test_overlay),
        cmocka_unit_test(test_nothing_made_up), cmocka_unit_test(test_classify),
        cmocka_unit_test(test_rules),           cmocka_unit_test(test_publish),
        cmocka_unit_test(test_endings),         cmocka_unit_test(test_held),
        cmocka_unit_test(test_update),          cmocka_unit_test(test_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
