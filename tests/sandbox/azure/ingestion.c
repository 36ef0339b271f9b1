/* Product Ingestion: its calls, how it says no, and everything that only reads. */
#include "tests/sandbox/azure/ingestion.h"

#include <string.h>

#include "tests/sandbox/identity.h"
#include "tests/sandbox/query.h"

#define PAGE_SIZE 50 /* not published; small enough that an account of some size sees pages */

/* ---- How it says no. The front of the gateway has words of its own. */
static struct json *front_error(struct rest_call *call, const char *code, const char *message)
{
    struct arena *arena = call->arena;
    const char *id = answer_guid(call->sandbox, arena);
    struct json *inner = json_object(arena);
    char date[INSTANT_TEXT];
    instant_print(sandbox_now(call->sandbox), date);
    json_set_text(arena, inner, "date", arena_printf(arena, "%.19s", date));
    json_set_text(arena, inner, "request-id", id);
    json_set_text(arena, inner, "client-request-id", id);
    struct json *error = json_object(arena);
    json_set_text(arena, error, "code", code);
    json_set_text(arena, error, "message", message);
    json_set(arena, error, "innerError", inner);
    return error;
}

static void report(struct rest_call *call, struct sandbox_response *response)
{
    static const struct {
        int status;
        const char *code, *message; /* NULL: as it was said */
    } fronts[] = {
        {401, "InvalidAuthenticationToken", "Access token has expired or is not yet valid."},
        {403, "Forbidden", NULL},
        {429, "TooManyRequests", "Too many requests."},
    };
    const struct failure *failure = call->failure;
    struct arena *arena = call->arena;
    struct json *body = json_object(arena), *error = NULL;
    for (size_t i = 0; i < COUNT(fronts) && !error; i++) {
        if (fronts[i].status == failure->status)
            error = front_error(call, fronts[i].code,
                                fronts[i].message ? fronts[i].message : failure->message);
    }
    if (!error) {
        const char *code = failure->type;
        if (failure->status == 404)
            code = "notFound";
        else if (failure->status >= 500)
            code = "internalServerError";
        else if (!strcmp(code, "invalidRequest"))
            code = "badRequest";
        error = json_object(arena);
        json_set_text(arena, error, "code", code);
        json_set_text(arena, error, "message",
                      failure->status == 404 ? "Resource not found." : failure->message);
        json_set(arena, error, "details", failure->errors ? failure->errors : json_array(arena));
    }
    json_set(arena, body, "error", error);
    answer_body(response, failure->status, json_print(arena, body));
}

const struct rest_surface azure_ingestion_surface = {
    .base = INGESTION_BASE,
    .audience = INGESTION_HOST,
    .identities = AZURE_APP,
    .link = "@nextLink",
    .link_base = INGESTION_HOST INGESTION_BASE "/product",
    .report = report,
};

/* ---- Parameters. */
static const char *query_text(const struct rest_call *call, const char *name)
{
    return json_get_text(call->query, name);
}

static int check_version(struct rest_call *call)
{
    const char *version = query_text(call, "$version");
    if (!version)
        return fail(call->failure, 400, "badRequest", "The query parameter $version is required.");
    if (!ingestion_version_known(version))
        return fail(call->failure, 400, "badRequest", "The $version %s is not supported.", version);
    return 0;
}

static int refuse_absent(struct rest_call *call)
{
    return fail(call->failure, 404, "notFound", "Resource not found.");
}

/* NULL: none was asked for. A sample quotes the word. */
static int target_of(struct rest_call *call, const char **ret_target)
{
    static const char *const targets[] = {"draft", "preview", "live"};
    const char *text = query_text(call, "targetType");
    *ret_target = NULL;
    if (!text)
        return 0;
    for (size_t i = 0; i < COUNT(targets); i++) {
        if (!strcmp(text, targets[i]) ||
            !strcmp(text, arena_printf(call->arena, "\"%s\"", targets[i])))
            *ret_target = targets[i];
    }
    return *ret_target ? 0
                       : fail(call->failure, 400, "badRequest", "There is no targetType %s.", text);
}

/* ---- Pages. */
static const char *next_link(struct rest_call *call, size_t after)
{
    struct text link;
    text_init(&link, 4000);
    text_addf(&link, "%s%s?", INGESTION_HOST, call->request->path);
    for (size_t i = 0; i < call->query->count; i++) {
        const char *name = call->query->names[i];
        if (!strcmp(name, "continuationToken") || !strcmp(name, "$version"))
            continue;
        text_addf(&link, "%s=", name);
        query_encode(&link, json_text(call->query->items[i]));
        text_add_char(&link, '&');
    }
    text_addf(&link, "continuationToken=%%5B%%7B%%22t%%22%%3A%zu%%7D%%5D&$version=%s", after,
              query_text(call, "$version"));
    const char *copy = arena_copy(call->arena, link.data);
    text_free(&link);
    return copy;
}

static int page_start(struct rest_call *call, size_t count, size_t *ret_start)
{
    const char *token = query_text(call, "continuationToken");
    long long number = 0;
    *ret_start = 0;
    if (!token)
        return 0;
    size_t length = strlen(token);
    if (!text_starts(token, "[{\"t\":") || length < 9 ||
        !text_to_int64(arena_copy_n(call->arena, token + 6, length - 8), &number) || number < 1)
        return fail(call->failure, 400, "badRequest", "The continuationToken is invalid.");
    *ret_start = (size_t)number < count ? (size_t)number : count;
    return 0;
}

static int page_size(struct rest_call *call, size_t *ret_size)
{
    const char *text = query_text(call, "$maxpagesize");
    long long number = PAGE_SIZE;
    if (text && (!text_to_int64(text, &number) || number < 1))
        return fail(call->failure, 400, "badRequest", "$maxpagesize is a positive number.");
    *ret_size = number < PAGE_SIZE ? (size_t)number : PAGE_SIZE;
    return 0;
}

/* The page of `rows` that the call asks for, as its $version shows them. */
static int answer_page(struct rest_call *call, const struct json *rows)
{
    size_t start, size = PAGE_SIZE;
    int result = page_start(call, rows->count, &start);
    if (result == 0)
        result = page_size(call, &size);
    if (result < 0)
        return result;
    struct json *value = json_array(call->arena);
    size_t end = rows->count - start > size ? start + size : rows->count;
    for (size_t i = start; i < end; i++)
        json_append(call->arena, value,
                    ingestion_view(call->arena, call->sandbox, rows->items[i],
                                   query_text(call, "$version")));
    call->answer = json_object(call->arena);
    json_set(call->arena, call->answer, "value", value);
    if (end < rows->count)
        json_set_text(call->arena, call->answer, "@nextLink", next_link(call, end));
    else if (call->sandbox->options.unknown_members)
        json_set(call->arena, call->answer, "@nextLink", json_null(call->arena));
    return 0;
}

/* ---- Products, plans, trees. */
static bool fits_filters(const struct rest_call *call, const struct json *row)
{
    const char *external = query_text(call, "externalId"), *type = query_text(call, "type");
    return (!external || text_equal(json_text(json_find(row, "identity.externalId")), external)) &&
           (!type || ingestion_is(row, "type", type));
}

static int answer_resources(struct rest_call *call, const char *prefix)
{
    const struct rest_table *table = &call->sandbox->azure->parts.market->resources;
    struct json *rows = json_array(call->arena);
    for (size_t i = 0; i < table->count; i++) {
        if (text_starts(table->records[i]->id, prefix) &&
            fits_filters(call, table->records[i]->document))
            json_append(call->arena, rows, json_clone(call->arena, table->records[i]->document));
    }
    return answer_page(call, rows);
}

static int list_products(struct rest_call *call)
{
    int result = check_version(call);
    return result < 0 ? result : answer_resources(call, "product/");
}

static bool has_product(const struct rest_call *call, const char *guid)
{
    return rest_find(&call->sandbox->azure->parts.market->resources,
                     arena_printf(call->arena, "product/%s", guid)) != NULL;
}

static int list_plans(struct rest_call *call)
{
    const char *product = query_text(call, "product");
    int result = check_version(call);
    if (result < 0)
        return result;
    if (!product || !text_starts(product, "product/"))
        return fail(call->failure, 400, "badRequest", "The query parameter product is required.");
    if (!has_product(call, ingestion_bare(product)))
        return refuse_absent(call);
    return answer_resources(call, arena_printf(call->arena, "plan/%s/", ingestion_bare(product)));
}

static int list_submissions(struct rest_call *call)
{
    const char *target;
    int result = check_version(call);
    if (result == 0)
        result = target_of(call, &target);
    if (result < 0)
        return result;
    if (!has_product(call, call->segments[0]))
        return refuse_absent(call);
    return answer_page(call,
                       submission_list(call->arena, call->sandbox, call->segments[0], target));
}

static int get_tree(struct rest_call *call)
{
    const char *target, *product = call->segments[0];
    int result = check_version(call);
    if (result == 0)
        result = target_of(call, &target);
    if (result < 0)
        return result;
    if (!has_product(call, product))
        return refuse_absent(call);
    target = target ? target : "draft";
    struct arena *arena = call->arena;
    const struct json *rows = ingestion_tree(arena, call->sandbox, product, target);
    if (!rows)
        return fail(call->failure, 400, "badRequest", "No %s submission exists for this product.",
                    target);
    struct json *answer =
        rest_make(arena,
                  "{'$schema':'" INGESTION_NEW "resource-tree/2022-07-01',"
                  "'root':'product/%s','target':{'targetType':'%s'},'resources':[]}",
                  product, target);
    for (size_t i = 0; i < rows->count; i++)
        json_append(
            arena, json_get(answer, "resources"),
            ingestion_view(arena, call->sandbox, rows->items[i], query_text(call, "$version")));
    call->answer = answer;
    return 0;
}

/* Of a durable id there is the draft only. */
static int get_resource(struct rest_call *call)
{
    const char *durable = call->request->path + strlen(INGESTION_BASE) + 1;
    int result = check_version(call);
    if (result < 0)
        return result;
    const struct json *resource = ingestion_current(call->arena, call->sandbox, durable);
    if (!resource)
        return refuse_absent(call);
    call->answer =
        ingestion_view(call->arena, call->sandbox, resource, query_text(call, "$version"));
    return 0;
}

static int get_plan_price(struct rest_call *call)
{
    const char *plan = query_text(call, "plan");
    int result = check_version(call);
    if (result < 0)
        return result;
    if (!plan)
        return fail(call->failure, 400, "badRequest", "The query parameter plan is required.");
    call->answer = ingestion_list_price(call->arena, call->sandbox->azure->parts.market,
                                        call->segments[0], plan);
    return call->answer ? 0 : refuse_absent(call);
}

static int list_offers(struct rest_call *call)
{
    const struct rest_table *offers = &call->sandbox->azure->parts.market->offers;
    struct json *rows = json_array(call->arena);
    int result = check_version(call);
    for (size_t i = 0; result == 0 && i < offers->count; i++)
        json_append(call->arena, rows, offer_summary(call->arena, offer_shown(offers->records[i])));
    return result < 0 ? result : answer_page(call, rows);
}

/* ---- Jobs need a $version, too. */
#define VERSIONED(name, handle)                                                                    \
    static int name(struct rest_call *call)                                                        \
    {                                                                                              \
        int result = check_version(call);                                                          \
        return result < 0 ? result : handle(call);                                                 \
    }
VERSIONED(post_job, job_post)
VERSIONED(get_status, job_status)
VERSIONED(get_detail, job_detail)
VERSIONED(cancel_job, job_cancel)

static const struct rest_route routes[] = {
    {"GET", "/product", "ListProducts", list_products, NULL},
    {"GET", "/plan", "ListPlans", list_plans, NULL},
    {"GET", "/private-offer/query", "ListPrivateOffers", list_offers, NULL},
    {"GET", "/private-offer/{}", "GetPrivateOffer", get_resource, NULL},
    {"GET", "/submission/{}", "ListSubmissions", list_submissions, NULL},
    {"GET", "/resource-tree/product/{}", "GetResourceTree", get_tree, NULL},
    {"GET", "/price-and-availability-private-offer-plan/{}", "GetPlanPrice", get_plan_price, NULL},
    {"POST", "/configure", "Configure", post_job, NULL},
    {"GET", "/configure/{}/status", "GetJobStatus", get_status, NULL},
    {"POST", "/configure/{}/cancel", "CancelJob", cancel_job, NULL},
    {"GET", "/configure/{}", "GetJob", get_detail, NULL},
    {"GET", "/product/{}", "GetResource", get_resource, NULL},
    {"GET", "/commercial-marketplace-setup/{}", "GetResource", get_resource, NULL},
    {"GET", "/price-and-availability-offer/{}", "GetResource", get_resource, NULL},
    {"GET", "/reseller/{}", "GetResource", get_resource, NULL},
    {"GET", "/customer-leads/{}", "GetResource", get_resource, NULL},
    {"GET", "/plan/{}/{}", "GetResource", get_resource, NULL},
    {"GET", "/submission/{}/{}", "GetResource", get_resource, NULL},
    {"GET", "/price-and-availability-plan/{}/{}", "GetResource", get_resource, NULL},
    {"GET", "/price-and-availability-private-offer-plan/{}/{}", "GetResource", get_resource, NULL},
    {"GET", "/property/{}/public/main", "GetResource", get_resource, NULL},
    {"GET", "/listing/{}/public/main/default/{}", "GetResource", get_resource, NULL},
    {"GET", "/plan-listing/{}/public/main/{}/{}", "GetResource", get_resource, NULL},
    {"GET", "/listing-asset/{}/public/main/default/{}/{}/{}", "GetResource", get_resource, NULL},
};
const struct rest_routes azure_ingestion_routes = {&azure_ingestion_surface, routes, COUNT(routes)};
