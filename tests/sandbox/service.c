#include "tests/sandbox/service.h"

#include <ctype.h>
#include <string.h>

#include "tests/sandbox/fields.h"
#include "tests/sandbox/identity.h"
#include "tests/sandbox/market.h"
#include "tests/sandbox/query.h"
#include "tests/sandbox/words.h"

static const char *const words_marketplace[] = {MARKET_CATALOG, NULL};

void response_header(struct sandbox_response *response, const char *name, const char *value)
{
    if (response->header_count < COUNT(response->headers))
        response->headers[response->header_count++] = (struct http_header){name, value};
}

/* ---- How each service says no. */
static void report_selling(const struct failure *failure, struct sandbox_response *response)
{
    struct arena *arena = failure->arena;
    struct json *body = json_object(arena);
    json_set_text(arena, body, "__type",
                  arena_printf(arena, "com.amazonaws.partnercentralselling#%s", failure->type));
    json_set_text(arena, body, "Message", failure->message);
    if (failure->reason)
        json_set_text(arena, body, "Reason", failure->reason);
    if (failure->errors)
        json_set(arena, body, "ErrorList", failure->errors);
    answer_body(response, failure->status, json_print(arena, body));
}

/* "2 validation errors detected: entity.type: is required; maxResults: must be from 1 to 50" */
static const char *joined_errors(const struct failure *failure)
{
    const struct json *errors = failure->errors;
    if (!errors || !errors->count)
        return failure->message;
    CLEANUP_TEXT struct text out;
    text_init(&out, 2000);
    text_addf(&out, "%zu validation error%s detected", errors->count,
              errors->count == 1 ? "" : "s");
    for (size_t i = 0; i < errors->count; i++) {
        const char *field = json_get_text(errors->items[i], "FieldName");
        text_addf(&out, "%s %s%s%s", i ? ";" : ":", field ? field : "", field ? " " : "",
                  json_get_text(errors->items[i], "Message"));
    }
    return arena_copy(failure->arena, out.data);
}

static void report_catalog(const struct failure *failure, struct sandbox_response *response)
{
    struct json *body = json_object(failure->arena);
    bool invalid = !strcmp(failure->type, "ValidationException");
    json_set_text(failure->arena, body, "Message", joined_errors(failure));
    response_header(response, "x-amzn-errortype", failure->type);
    answer_body(response, invalid ? 422 : failure->status, json_print(failure->arena, body));
}

/* The reason that goes with a malformed member. */
static const char *agreement_reason(const struct json *error)
{
    static const struct {
        const char *end, *invalid, *missing;
    } rows[] = {
        {"catalog", "INVALID_CATALOG", "INVALID_CATALOG"},
        {"filters", "INVALID_FILTERS", "UNSUPPORTED_FILTERS"},
        {".name", "INVALID_FILTER_NAME", "MISSING_FILTER_NAME"},
        {"values", "INVALID_FILTER_VALUES", "MISSING_FILTER_VALUES"},
        {"values[0]", "INVALID_FILTER_VALUES", "MISSING_FILTER_VALUES"},
        {"sortBy", "INVALID_SORT_BY", "INVALID_SORT_BY"},
        {"sortOrder", "INVALID_SORT_ORDER", "INVALID_SORT_ORDER"},
        {"nextToken", "INVALID_NEXT_TOKEN", "INVALID_NEXT_TOKEN"},
        {"maxResults", "INVALID_MAX_RESULTS", "INVALID_MAX_RESULTS"},
        {"agreementId", "INVALID_AGREEMENT_ID", "MISSING_AGREEMENT_ID"},
    };
    const char *field = json_get_text(error, "FieldName");
    bool missing = text_equal(json_get_text(error, "Code"), "REQUIRED_FIELD_MISSING");
    size_t length = field ? strlen(field) : 0;
    for (size_t i = 0; i < COUNT(rows); i++) {
        size_t end = strlen(rows[i].end);
        if (length >= end && !strcmp(field + length - end, rows[i].end))
            return missing ? rows[i].missing : rows[i].invalid;
    }
    return "OTHER";
}

static void report_agreement(const struct failure *failure, struct sandbox_response *response)
{
    struct arena *arena = failure->arena;
    struct json *body = json_object(arena);
    const struct json *errors = failure->errors;
    const char *reason = failure->reason;
    json_set_text(arena, body, "__type",
                  arena_printf(arena, "com.amazonaws.agreement#%s", failure->type));
    for (size_t i = 0; i < response->header_count; i++) {
        if (!strcmp(response->headers[i].name, "x-amzn-requestid"))
            json_set_text(arena, body, "requestId", response->headers[i].value);
    }
    json_set_text(arena, body, "message", joined_errors(failure));
    if (errors && errors->count && !reason)
        reason = agreement_reason(errors->items[0]);
    if (reason)
        json_set_text(arena, body, "reason", reason);
    struct json *fields = json_array(arena);
    for (size_t i = 0; errors && i < errors->count; i++) {
        struct json *field = json_object(arena);
        const char *name = json_get_text(errors->items[i], "FieldName");
        json_set_text(arena, field, "name", name ? name : "");
        json_set_text(arena, field, "message", json_get_text(errors->items[i], "Message"));
        json_append(arena, fields, field);
    }
    if (fields->count)
        json_set(arena, body, "fields", fields);
    if (failure->resource) {
        json_set_text(arena, body, "resourceId", failure->resource);
        json_set_text(arena, body, "resourceType", "Agreement");
    }
    answer_body(response, failure->status, json_print(arena, body));
}

/* ---- The services. */
const struct service service_selling = {
    .signing_name = SANDBOX_SERVICE,
    .content_type = "application/x-amz-json-1.0",
    .target = SANDBOX_TARGET,
    .find = selling_operation_find,
    .catalog = "Catalog",
    .token = "NextToken",
    .catalogs = words_catalogs,
    .broken = "InternalServerException",
    .conflict_status = 409,
    .conflict = "ConflictException",
    .conflict_text = "Conflicting client token submitted for a new request body.",
    .report = report_selling,
};

const struct service service_catalog = {
    .signing_name = SANDBOX_MARKETPLACE,
    .content_type = "application/json",
    .find = catalog_operation_find,
    .catalog = "Catalog",
    .token = "NextToken",
    .catalogs = words_marketplace,
    .broken = "InternalServiceException",
    .conflict_status = 422,
    .conflict = "ValidationException",
    .conflict_text = "The ClientRequestToken was used with other parameters before.",
    .report = report_catalog,
};

const struct service service_agreement = {
    .signing_name = SANDBOX_MARKETPLACE,
    .content_type = "application/x-amz-json-1.0",
    .target = SANDBOX_AGREEMENT_TARGET,
    .find = agreement_operation_find,
    .catalog = "catalog",
    .token = "nextToken",
    .catalogs = words_marketplace,
    .broken = "InternalServerException",
    .conflict_status = 409,
    .conflict = "ConflictException",
    .conflict_text = "Conflicting client token submitted for a new request body.",
    .report = report_agreement,
};

/* ---- Which one. */
const struct operation *operation_find(const char *name)
{
    static const struct service *const services[] = {&service_selling, &service_catalog,
                                                     &service_agreement};
    const struct operation *operation = NULL;
    for (size_t i = 0; i < COUNT(services) && !operation; i++)
        operation = services[i]->find(name);
    return operation;
}

/* The method of an operation whose request is a query; NULL: it is posted with a body. */
static const char *query_method(const struct operation *operation)
{
    static const char *const rows[][2] = {
        {"DescribeEntity", "GET"}, {"DescribeChangeSet", "GET"}, {"CancelChangeSet", "PATCH"}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        if (!strcmp(rows[i][0], operation->name))
            return rows[i][1];
    }
    return NULL;
}

static const struct operation *find_target(const struct service *service,
                                           const struct sandbox_request *request,
                                           const char *target)
{
    const char *type = request_header(request, "content-type");
    bool fits = text_equal(request->method, "POST") && text_equal(type, service->content_type) &&
                text_starts(target, service->target);
    return fits ? service->find(target + strlen(service->target)) : NULL;
}

static const struct operation *find_route(const struct sandbox_request *request)
{
    const struct operation *operation = service_catalog.find(request->path + 1);
    const char *type = request_header(request, "content-type");
    const char *method = operation ? query_method(operation) : NULL;
    bool typed = text_equal(type, service_catalog.content_type) || (method && !type);
    return operation && typed && text_equal(request->method, method ? method : "POST") ? operation
                                                                                       : NULL;
}

const struct service *service_of(const struct sandbox_request *request,
                                 const struct operation **ret_operation)
{
    if (strcmp(request->path, "/") != 0) {
        *ret_operation = find_route(request);
        return &service_catalog;
    }
    const char *target = request_header(request, "x-amz-target");
    const struct service *service = text_starts(target ? target : "", SANDBOX_AGREEMENT_TARGET)
                                        ? &service_agreement
                                        : &service_selling;
    *ret_operation = find_target(service, request, target ? target : "");
    return service;
}

/* catalog=… becomes Catalog; a name that is written as a member is none of the query's. */
static struct json *query_document(struct arena *arena, const char *query)
{
    struct json *document = query_parse(arena, query);
    for (size_t i = 0; i < document->count; i++) {
        char *name = arena_copy(arena, document->names[i]);
        if (islower((unsigned char)name[0]))
            name[0] = (char)toupper((unsigned char)name[0]);
        else
            name[0] = '?';
        document->names[i] = name;
    }
    return document;
}

int service_parse(struct call_context *call, const struct sandbox_request *request)
{
    struct json *document = NULL;
    bool query = query_method(call->operation) != NULL;
    bool fits = query ? !request->body_length
                      : json_parse(call->arena, request->body ? request->body : "",
                                   request->body_length, &document, NULL) == 0;
    if (!fits)
        return fail(call->failure, 400, "SerializationException",
                    query ? "The operation takes no body." : "The body is not one JSON document.");
    call->request = query ? query_document(call->arena, request->query) : document;
    return 0;
}
