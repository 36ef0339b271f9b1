/* From a request to the row of its call, and back to an answer in the words of its surface. */
#include <stdio.h>
#include <string.h>

#include "tests/sandbox/rest.h"
#include "tests/sandbox/identity.h"
#include "tests/sandbox/query.h"
#include "tests/sandbox/service.h"

#define CONTENT_TYPE "application/json"

/* ---- Paths. */
/* The path below the base of the surface, NULL if it is another one's. */
static const char *below(const struct rest_surface *surface, const char *path)
{
    size_t length = strlen(surface->base);
    bool fits = text_starts(path, surface->base) && (!path[length] || strchr("/:", path[length]));
    return fits ? path + length : NULL;
}

/* Fills the segments that stand for {}. */
static bool fits_path(struct rest_call *call, const char *pattern, const char *path)
{
    size_t count = 0;
    while (*pattern && *path) {
        if (!text_starts(pattern, "{}")) {
            if (*pattern++ != *path++)
                return false;
            continue;
        }
        size_t length = strcspn(path, pattern[2] == ':' ? "/:" : "/");
        if (!length || count == REST_SEGMENTS)
            return false;
        call->segments[count++] = arena_copy_n(call->arena, path, length);
        pattern += 2;
        path += length;
    }
    return !*pattern && !*path;
}

/* Sets surface and route; `ret_known`: the path is one, even if the method is not. False: the path
 * is not Microsoft's. */
static bool find_route(struct rest_call *call, bool *ret_known)
{
    const struct rest_side *side = call->side;
    const char *path = call->request->path;
    for (size_t i = 0; i < side->table_count; i++) {
        const char *rest = below(side->tables[i]->surface, path);
        if (!rest)
            continue;
        call->surface = side->tables[i]->surface;
        for (size_t j = 0; j < side->tables[i]->count && !call->route; j++) {
            const struct rest_route *route = &side->tables[i]->routes[j];
            if (!fits_path(call, route->path, rest))
                continue;
            *ret_known = true;
            if (!strcmp(route->method, call->request->method))
                call->route = route;
        }
        if (call->route)
            return true;
    }
    return call->surface != NULL;
}

/* ---- Who calls. */
int rest_refuse_caller(struct rest_call *call, const char *message)
{
    return fail(call->failure, 401, "unauthenticated", "%s", message);
}

static int throttle(struct rest_call *call, int64_t wait_s)
{
    call->failure->retry_after_s = wait_s;
    return fail(call->failure, 429, "tooManyRequests",
                "Rate limit is exceeded. Try again in %lld seconds.", (long long)wait_s);
}

static int take_quota(struct rest_call *call)
{
    int64_t wait_s = call->side->quota(call);
    return wait_s ? throttle(call, wait_s) : 0;
}

/* ---- What it says. */
static bool is_json_type(const char *type)
{
    size_t length = strlen(CONTENT_TYPE);
    return type && text_starts(type, CONTENT_TYPE) && (!type[length] || type[length] == ';');
}

static int parse_body(struct rest_call *call)
{
    const struct sandbox_request *request = call->request;
    const char *length_text = request_header(request, "content-length");
    long long length = 0;
    struct json *body = NULL;
    struct error error;
    if (request_header(request, "transfer-encoding"))
        return fail(call->failure, 411, "invalidRequest", "The body needs a Content-Length.");
    if (length_text && (!text_to_int64(length_text, &length) || length < 0 ||
                        (size_t)length != request->body_length))
        return fail(call->failure, 400, "invalidRequest", "Content-Length is not the body's.");
    if (!request->body_length)
        return 0;
    if (!strcmp(request->method, "GET") || !strcmp(request->method, "DELETE"))
        return fail(call->failure, 400, "invalidRequest", "The method takes no body.");
    if (!is_json_type(request_header(request, "content-type")))
        return fail(call->failure, 415, "invalidRequest", "Content-Type must be " CONTENT_TYPE);
    if (json_parse(call->arena, request->body, request->body_length, &body, &error) < 0)
        return fail(call->failure, 400, "invalidRequest", "The body is not one JSON document: %s",
                    error.message);
    call->body = body;
    return 0;
}

static int run_call(struct rest_call *call, bool known)
{
    int result = call->side->check(call);
    if (result == 0)
        result = take_quota(call);
    if (result == 0 && !call->route)
        result = known ? fail(call->failure, 405, "methodNotAllowed", "The method is not allowed.")
                       : fail(call->failure, 404, "itemNotFound", "There is no such resource.");
    if (result == 0)
        result = parse_body(call);
    if (result == 0)
        result = call->route->handle(call);
    return result == 0 && call->side->finish ? call->side->finish(call) : result;
}

/* ---- Answers. */
static void begin_answer(struct rest_call *call)
{
    const struct rest_surface *surface = call->surface;
    const char *echo = surface->echo ? surface->echo : "client-request-id";
    const char *sent = *echo ? request_header(call->request, echo) : NULL;
    const char *id = surface->answer_id ? surface->answer_id : "request-id";
    response_header(call->response, "content-type", CONTENT_TYPE "; charset=utf-8");
    response_header(call->response, "date", answer_date(call->sandbox, call->arena));
    if (*id)
        response_header(call->response, id, answer_guid(call->sandbox, call->arena));
    if (sent)
        response_header(call->response, echo, sent);
}

static void report(struct rest_call *call)
{
    call->surface->report(call, call->response);
    if (call->failure->retry_after_s)
        response_header(call->response, "retry-after",
                        arena_printf(call->arena, "%lld", (long long)call->failure->retry_after_s));
}

static void send_answer(struct rest_call *call)
{
    const char *body = call->text     ? call->text
                       : call->answer ? json_print(call->arena, call->answer)
                                      : "";
    answer_body(call->response, call->status, body);
    if (call->text && call->content_type)
        call->response->headers[0].value = call->content_type;
}

/* ---- Faults. */
static const struct {
    const char *kind;
    int status;
    const char *type, *message;
    int64_t wait_s; /* Retry-After unless the fault says another one */
} instead[] = {
    {"429", 429, "tooManyRequests", NULL, 57},
    {"500", 500, "generalException", "An unspecified error has occurred.", 0},
    {"503", 503, "serviceNotAvailable", "The service is not available.", 30},
    {"401", 401, "unauthenticated", "The caller is not authenticated.", 0},
    {"expired", 401, "unauthenticated", "The caller is not authenticated.", 0},
    {"403", 403, "accessDenied", "Caller is not authorized to access the resource.", 0},
};
static const char *const others[] = {"latency", "reset",      "lost-after", "truncate",    "html",
                                     "html500", "empty-list", "short-list", "repeat-token"};

static bool is_ours(const struct fault *fault)
{
    for (size_t i = 0; i < COUNT(instead); i++) {
        if (fault_is(fault, instead[i].kind))
            return true;
    }
    for (size_t i = 0; i < COUNT(others); i++) {
        if (fault_is(fault, others[i]))
            return true;
    }
    return false;
}

/* A fault that comes instead of the service: true if the call ends here. */
static bool fault_before(struct rest_call *call, const struct fault *fault)
{
    if (fault_is(fault, "reset")) {
        call->response->dropped = true;
        return true;
    }
    for (size_t i = 0; i < COUNT(instead); i++) {
        if (!fault_is(fault, instead[i].kind))
            continue;
        int64_t wait_s = fault->parameter > 0 ? fault->parameter : instead[i].wait_s;
        throttle(call, wait_s);
        if (instead[i].message)
            fail(call->failure, instead[i].status, instead[i].type, "%s", instead[i].message);
        call->failure->retry_after_s = instead[i].wait_s ? wait_s : 0;
        report(call);
        return true;
    }
    return false;
}

/* The link that led here. */
static const char *same_page(const struct rest_call *call)
{
    const char *base = call->surface->link_base;
    return base ? arena_printf(call->arena, "%s?%s", base, call->request->query)
                : json_get_text(call->query, call->surface->token);
}

/* Listings that end too early, or go round in circles. */
static void spoil_listing(struct rest_call *call, const struct fault *fault)
{
    const char *link = call->surface->link, *query = call->request->query;
    struct json *list = NULL;
    for (size_t i = 0; call->answer && i < call->answer->count && !list; i++)
        list = call->answer->items[i]->type == JSON_ARRAY ? call->answer->items[i] : NULL;
    if (!list || !text_starts(call->route->operation, "List"))
        return;
    if (fault_is(fault, "empty-list") || fault_is(fault, "short-list")) {
        list->count = fault_is(fault, "empty-list") ? 0 : list->count / 2;
        if (link)
            json_remove(call->answer, link);
    }
    if (fault_is(fault, "repeat-token") && link && query && strcasestr(query, "token"))
        json_set_text(call->arena, call->answer, link, same_page(call));
}

static void run_and_answer(struct rest_call *call, bool known, const struct fault *fault)
{
    if (fault_before(call, fault))
        return;
    if (run_call(call, known) < 0) {
        report(call);
    } else {
        spoil_listing(call, fault);
        send_answer(call);
        /* Only reading leaves everything as it was. */
        call->sandbox->dirty |= strcmp(call->request->method, "GET") != 0;
    }
    fault_spoil(fault, call->arena, call->response);
}

bool rest_side_handle(const struct rest_side *side, struct sandbox *sandbox,
                      const struct sandbox_request *request, struct arena *arena,
                      struct sandbox_response *response)
{
    struct failure failure = {.arena = arena};
    struct rest_call call = {
        .sandbox = sandbox,
        .arena = arena,
        .request = request,
        .side = side,
        .failure = &failure,
        .status = 200,
        .response = response,
    };
    bool known = false;
    if (!find_route(&call, &known))
        return false;
    const char *name = call.route ? call.route->operation : "?";
    const struct fault *fault = fault_due(sandbox, name);
    call.fate = fault && !is_ours(fault) ? fault : NULL;
    call.query = query_parse(arena, request->query);
    rest_side_run(side, sandbox);
    begin_answer(&call);
    fault_delay(fault, response);
    run_and_answer(&call, known, fault);
    answer_count(sandbox, name, response->dropped ? 0 : response->status);
    return true;
}
