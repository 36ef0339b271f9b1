#include "tests/sandbox/sandbox.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/sandbox/rest.h"
#include "tests/sandbox/engagements.h"
#include "tests/sandbox/fields.h"
#include "tests/sandbox/identity.h"
#include "tests/sandbox/market.h"
#include "tests/sandbox/service.h"
#include "tests/sandbox/words.h"

#define REVIEW_MS    (60 * 1000)
#define CONFIRM_MS   (60 * 1000)
#define TASK_MS      2000
#define SET_MS       3000
#define JOB_MS       3000
#define PRODUCTS     5                 /* one of each type */
#define FIRST_NEW_ID UINT64_C(9000000) /* above all seeded ones */

int64_t sandbox_now(const struct sandbox *sandbox)
{
    return world_now(sandbox->world) + sandbox->offset_ms;
}

/* ---- Failures. */
int fail(struct failure *failure, int status, const char *type, const char *format, ...)
{
    va_list list;
    char message[512];
    va_start(list, format);
    vsnprintf(message, sizeof message, format, list);
    va_end(list);
    failure->status = status;
    failure->type = type;
    failure->message = arena_copy(failure->arena, message);
    return -ERROR_REFUSED;
}

int fail_not_found(struct failure *failure, const char *what, const char *id)
{
    return fail(failure, 404, "ResourceNotFoundException", "There is no %s '%s'.", what, id);
}

void fail_field(struct failure *failure, const char *code, const char *field, const char *format,
                ...)
{
    va_list list;
    char message[256];
    va_start(list, format);
    vsnprintf(message, sizeof message, format, list);
    va_end(list);
    if (!failure->errors)
        failure->errors = json_array(failure->arena);
    struct json *entry = json_object(failure->arena);
    if (field[0])
        json_set_text(failure->arena, entry, "FieldName", field);
    /* A quoted value may have been cut inside a character. */
    size_t length = strlen(message);
    while (length && !utf8_valid(message, length, NULL))
        message[--length] = '\0';
    json_set_text(failure->arena, entry, "Message", message);
    json_set_text(failure->arena, entry, "Code", code);
    json_append(failure->arena, failure->errors, entry);
}

bool fail_pending(const struct failure *failure)
{
    return failure->errors && failure->errors->count;
}

int fail_validation(struct failure *failure, enum fault_reason reason)
{
    bool request = reason == REASON_REQUEST;
    if (!failure->service || failure->service == &service_selling)
        failure->reason = request ? "REQUEST_VALIDATION_FAILED" : "BUSINESS_VALIDATION_FAILED";
    return fail(failure, 400, "ValidationException", "The request contains %s validation errors.",
                request ? "schema" : "business");
}

/* ---- Answers. */
void answer_body(struct sandbox_response *response, int status, const char *body)
{
    response->status = status;
    response->body = body;
    response->body_length = strlen(body);
    response->sent_length = response->body_length;
}

static void answer_failure(const struct failure *failure, struct sandbox_response *response)
{
    failure->service->report(failure, response);
    if (failure->retry_after_s)
        response_header(response, "retry-after",
                        arena_printf(failure->arena, "%lld", (long long)failure->retry_after_s));
}

static const char *http_date(struct arena *arena, int64_t ms)
{
    static const char *const days[] = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    char iso[INSTANT_TEXT];
    instant_print(ms, iso);
    int month = (iso[5] - '0') * 10 + iso[6] - '0';
    return arena_printf(arena, "%s, %.2s %s %.4s %.8s GMT", days[day_of(ms) % 7], iso + 8,
                        months[(month + 11) % 12], iso, iso + 11);
}

const char *answer_date(struct sandbox *sandbox, struct arena *arena)
{
    return http_date(arena, world_now(sandbox->world) + sandbox->options.skew_ms);
}

const char *answer_guid(struct sandbox *sandbox, struct arena *arena)
{
    uint8_t bytes[16];
    char hex[2 * sizeof bytes + 1];
    sandbox->world->random(sandbox->world->context, bytes, sizeof bytes);
    for (size_t i = 0; i < sizeof bytes; i++)
        snprintf(hex + 2 * i, 3, "%02x", bytes[i]);
    return arena_printf(arena, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16,
                        hex + 20);
}

void answer_begin(struct sandbox *sandbox, struct arena *arena, struct sandbox_response *response,
                  const char *content_type)
{
    response_header(response, "content-type", content_type);
    response_header(response, "x-amzn-requestid", answer_guid(sandbox, arena));
    response_header(response, "date", answer_date(sandbox, arena));
}

/* ---- One call. */
static int check_catalog(struct call_context *call)
{
    const char *catalog = call->catalog;
    if (!catalog) /* the rows ask for one where it is needed */
        return 0;
    if (!words_have(call->failure->service->catalogs, catalog)) {
        fail_field(call->failure, "INVALID_ENUM_VALUE", "catalog", "there is no catalog '%.80s'",
                   catalog);
        return fail_validation(call->failure, REASON_REQUEST);
    }
    if (text_equal(catalog, call->sandbox->options.unregistered)) {
        call->failure->reason = "INCOMPATIBLE_BENEFIT_AWS_PARTNER_STATE";
        return fail(call->failure, 403, "AccessDeniedException",
                    "The account is not registered as a partner in the catalog %s.", catalog);
    }
    return 0;
}

static const struct json *stored_document(const struct call_context *call)
{
    if (call->operation->use != FIELD_UPDATE)
        return NULL;
    return sandbox_document(call->sandbox, json_get_text(call->request, "Catalog"),
                            json_get_text(call->request, "Identifier"));
}

static int parse_request(struct call_context *call, const struct sandbox_request *request)
{
    int result = service_parse(call, request);
    if (result < 0)
        return result;
    fields_check(call->operation, call->request, stored_document(call), call->failure);
    if (fail_pending(call->failure))
        return fail_validation(call->failure, REASON_REQUEST);
    call->catalog = json_get_text(call->request, call->failure->service->catalog);
    return check_catalog(call);
}

static int take_quota(struct call_context *call)
{
    bool daily;
    if (quota_take(call->sandbox, call->operation->quota, &daily))
        return 0;
    return fail(call->failure, 429, "ThrottlingException",
                daily ? "Rate exceeded: the calls of 24 hours are used up" : "Rate exceeded");
}

static int run_call(struct call_context *call, const struct sandbox_request *request,
                    struct json **ret_answer)
{
    int result = auth_check(call->sandbox, request, call->failure->service->signing_name, NULL,
                            call->failure);
    if (result < 0)
        return result;
    if (!call->operation)
        return fail(call->failure, 404, "UnknownOperationException",
                    "Method, path, content type and X-Amz-Target name no operation.");
    result = take_quota(call);
    if (result == 0)
        result = parse_request(call, request);
    if (result == 0)
        result = call->operation->handle(call, ret_answer);
    return result;
}

/* ---- Faults. */
/* Faults that come instead of the service. True if the call ends here. */
static bool fault_before(const struct fault *fault, struct failure *failure,
                         struct sandbox_response *response)
{
    static const struct {
        const char *kind;
        int status;
        const char *type, *message;
    } rows[] = {
        {"429", 429, "ThrottlingException", "Rate exceeded"},
        {"500", 500, "InternalServerException", "An internal error occurred."},
        {"503", 503, "ServiceUnavailableException", "The service is not available."},
        {"401", 401, "UnrecognizedClientException", "The security token is invalid."},
        {"403", 403, "AccessDeniedException", "Not authorized to perform this action."},
        {"expired", 403, "ExpiredTokenException", "The security token is expired."},
    };
    if (fault_is(fault, "reset")) {
        response->dropped = true;
        return true;
    }
    for (size_t i = 0; fault && i < COUNT(rows); i++) {
        if (strcmp(fault->kind, rows[i].kind) != 0)
            continue;
        if (rows[i].status == 429 && fault->parameter > 0)
            failure->retry_after_s = fault->parameter;
        fail(failure, rows[i].status,
             rows[i].status == 500 ? failure->service->broken : rows[i].type, "%s",
             rows[i].message);
        answer_failure(failure, response);
        return true;
    }
    return false;
}

bool answer_fault(struct sandbox *sandbox, const char *operation, struct sandbox_response *response)
{
    const struct fault *fault = fault_due(sandbox, operation);
    long long status = 0;
    fault_delay(fault, response);
    response->dropped = fault_is(fault, "reset");
    if (fault && text_to_int64(fault->kind, &status))
        answer_body(response, (int)status, "");
    return response->dropped || status;
}

/* Faults that spoil a listing that passed. */
static void spoil_listing(const struct fault *fault, const struct call_context *call,
                          struct json *answer)
{
    struct json *list = NULL;
    for (size_t i = 0; answer && i < answer->count && !list; i++)
        list = answer->items[i]->type == JSON_ARRAY ? answer->items[i] : NULL;
    if (!list || (!text_starts(call->operation->name, "List") &&
                  !text_starts(call->operation->name, "Search")))
        return;
    const char *member = call->failure->service->token;
    const char *asked = json_get_text(call->request, member);
    if (fault_is(fault, "repeat-token") && asked) {
        json_set_text(call->arena, answer, member, asked);
        return;
    }
    bool empty = fault_is(fault, "empty-list");
    if (!empty && !fault_is(fault, "short-list"))
        return;
    list->count = empty ? 0 : list->count / 2;
    json_remove(answer, member);
}

void answer_count(struct sandbox *sandbox, const char *operation, int status)
{
    struct call_count *slot = NULL;
    for (size_t i = 0; i < sandbox->call_count && !slot; i++) {
        struct call_count *count = &sandbox->calls[i];
        if (count->status == status && !strcmp(count->operation, operation))
            slot = count;
    }
    if (!slot) {
        ARRAY_GROW(sandbox->calls, &sandbox->call_capacity, sandbox->call_count + 1);
        slot = &sandbox->calls[sandbox->call_count++];
        *slot = (struct call_count){.status = status};
        snprintf(slot->operation, sizeof slot->operation, "%s", operation);
    }
    slot->count++;
}

static void handle_call(struct sandbox *sandbox, const struct sandbox_request *request,
                        struct arena *arena, struct sandbox_response *response)
{
    struct failure failure = {.arena = arena};
    struct call_context call = {
        .sandbox = sandbox,
        .arena = arena,
        .failure = &failure,
    };
    failure.service = service_of(request, &call.operation);
    const char *name = call.operation ? call.operation->name : "?";
    const struct fault *fault = fault_due(sandbox, name);
    if (fault_is(fault, "task-fails"))
        call.doom = fault->parameter > 0 ? "OpportunityValidationFailed" : "InternalError";
    if (fault && text_starts(fault->kind, "set-"))
        call.fate = fault;
    answer_begin(sandbox, arena, response, failure.service->content_type);
    fault_delay(fault, response);
    review_run(sandbox);
    market_run(sandbox);
    if (!fault_before(fault, &failure, response)) {
        struct json *answer = NULL;
        if (run_call(&call, request, &answer) < 0) {
            answer_failure(&failure, response);
        } else {
            spoil_listing(fault, &call, answer);
            answer_body(response, 200, answer ? json_print(arena, answer) : "");
        }
        fault_spoil(fault, arena, response);
    }
    answer_count(sandbox, name, response->dropped ? 0 : response->status);
}

void sandbox_handle(struct sandbox *sandbox, const struct sandbox_request *request,
                    struct arena *arena, struct sandbox_response *ret_response)
{
    struct sandbox_response response = {.body = ""};
    if (text_starts(request->path, "/_sandbox/"))
        control_handle(sandbox, request, arena, &response);
    else if (!sts_handle(sandbox, request, arena, &response) &&
             !rest_handle(sandbox, request, arena, &response) &&
             !metadata_handle(sandbox, request, arena, &response))
        handle_call(sandbox, request, arena, &response);
    struct error error;
    if (sandbox->dirty && sandbox->options.state_path && state_save(sandbox, &error) < 0) {
        /* What is not durable did not happen as far as the caller can know. */
        response.header_count = 0;
        answer_begin(sandbox, arena, &response, "text/plain");
        answer_body(&response, 500, arena_copy(arena, error.message));
    }
    sandbox->dirty = false;
    *ret_response = response;
}

/* ---- Life. */
static void copy_options(struct sandbox_options *to, const struct sandbox_options *from)
{
    *to = *from;
    to->catalog = memory_copy(from->catalog ? from->catalog : "AWS");
    to->unregistered = memory_copy(from->unregistered);
    to->access_key = memory_copy(from->access_key ? from->access_key : SANDBOX_ACCESS_KEY);
    to->secret = memory_copy(from->secret ? from->secret : SANDBOX_SECRET);
    to->session_token = memory_copy(from->session_token);
    to->state_path = memory_copy(from->state_path);
    to->azure_certificate = memory_copy(from->azure_certificate);
    to->user_role = memory_copy(from->user_role ? from->user_role : "admin");
    to->job_ms = from->job_ms ? from->job_ms : JOB_MS;
    to->rate = from->rate ? from->rate : 1;
    to->review_ms = from->review_ms ? from->review_ms : REVIEW_MS;
    to->confirm_ms = from->confirm_ms ? from->confirm_ms : CONFIRM_MS;
    to->task_ms = from->task_ms ? from->task_ms : TASK_MS;
    to->set_ms = from->set_ms ? from->set_ms : SET_MS;
    to->products = from->products ? from->products : PRODUCTS;
}

/* The account's own keys. */
static void add_account(struct sandbox *sandbox)
{
    const struct sandbox_options *options = &sandbox->options;
    ARRAY_GROW(sandbox->identities, &sandbox->identity_capacity, 1);
    sandbox->identities[sandbox->identity_count++] = (struct identity){
        .access_key = memory_copy(options->access_key),
        .secret = memory_copy(options->secret),
        .token = memory_copy(options->session_token),
        .arn = memory_copy("arn:aws:iam::" SANDBOX_ACCOUNT ":user/sandbox"),
        .expires_ms = options->expires_ms,
    };
}

int sandbox_new(const struct sandbox_options *options, const struct world *world,
                struct sandbox **ret_sandbox, struct error *error)
{
    if (options->catalog && !words_have(words_catalogs, options->catalog))
        return error_set(error, ERROR_INPUT, SCOPE_RUN, "there is no catalog \"%s\"",
                         options->catalog);
    if (rest_check_options(options, error) < 0)
        return -ERROR_INPUT;
    struct sandbox *sandbox = memory_alloc(sizeof *sandbox);
    sandbox->world = world;
    sandbox->by_id = map_new();
    sandbox->market = market_new();
    sandbox->next_id = FIRST_NEW_ID;
    copy_options(&sandbox->options, options);
    add_account(sandbox);
    if (options->now_ms)
        sandbox->offset_ms = options->now_ms - world_now(world);
    rest_open(sandbox);
    bool found = false;
    int result = options->state_path ? state_load(sandbox, &found, error) : 0;
    if (result < 0) {
        sandbox_free(sandbox);
        return result;
    }
    if (!found) {
        seed_fill(sandbox);
        market_seed(sandbox);
        rest_seed(sandbox);
        result = options->state_path ? state_save(sandbox, error) : 0;
    }
    if (result < 0)
        sandbox_free(sandbox);
    else
        *ret_sandbox = sandbox;
    return result;
}

static void free_options(struct sandbox_options *options)
{
    const char *texts[] = {options->catalog,   options->unregistered,     options->access_key,
                           options->secret,    options->session_token,    options->state_path,
                           options->user_role, options->azure_certificate};
    for (size_t i = 0; i < COUNT(texts); i++) {
        char *text;
        memcpy(&text, &texts[i], sizeof text);
        free(text);
    }
}

static void free_task(struct task *task)
{
    char *texts[] = {task->id,         task->catalog, task->opportunity, task->involvement,
                     task->engagement, task->job,     task->reason,      task->invitation,
                     task->message,    task->status,  task->kind};
    for (size_t i = 0; i < COUNT(texts); i++)
        free(texts[i]);
}

void sandbox_free(struct sandbox *sandbox)
{
    if (!sandbox)
        return;
    for (size_t i = 0; i < sandbox->record_count; i++)
        record_free(sandbox->records[i]);
    for (size_t i = 0; i < sandbox->task_count; i++)
        free_task(&sandbox->tasks[i]);
    for (size_t i = 0; i < sandbox->token_count; i++) {
        free(sandbox->tokens[i].key);
        free(sandbox->tokens[i].body);
        free(sandbox->tokens[i].answer);
    }
    for (size_t i = 0; i < PAGE_TOKENS; i++) {
        free(sandbox->pages[i].after_key);
        free(sandbox->pages[i].after_id);
    }
    free_options(&sandbox->options);
    invitations_free(sandbox);
    identity_free_all(sandbox);
    market_free(sandbox->market);
    rest_close(sandbox);
    map_free(sandbox->by_id);
    free(sandbox->records);
    free(sandbox->tasks);
    free(sandbox->tokens);
    free(sandbox->faults);
    free(sandbox->calls);
    free(sandbox);
}
