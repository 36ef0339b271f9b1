/* Registering a deal that was won, for Microsoft's incentives: its contract and what was sold. */
#include "base/text.h"
#include "connectors/azure/referral_steps.h"
#include "model/value.h"

static bool is_registered(const struct json *referral)
{
    const struct json *list = json_get(referral, "registrations");
    return list && list->type == JSON_ARRAY && list->count;
}

static enum step_result answer_get(struct step_context *context,
                                   const struct http_response *response,
                                   const struct error *failure, struct error *error)
{
    struct json *document = NULL;
    struct record *now = NULL;
    if (azure_step_take(context, response, failure, &document, &now, error) < 0)
        return step_failed(error);
    if (is_registered(document)) {
        context->after = now;
        return STEP_DONE;
    }
    if (!azure_referral_has(document, "status", "Closed") ||
        !azure_referral_has(document, "substatus", "Won")) {
        error_set(error, ERROR_REFUSED, SCOPE_RECORD, "only a deal that was won is registered");
        return STEP_FAIL;
    }
    if (!text_equal(now->version, context->change->version))
        return STEP_STALE;
    step_keep_json(context, "document", document);
    return azure_step_rest(context, document);
}

static void set_day(struct arena *arena, struct json *object, const char *name, const char *day)
{
    if (day)
        json_set_text(arena, object, name, arena_printf(arena, "%sT00:00:00Z", day));
}

static int set_money(struct step_context *context, struct json *object, struct error *error)
{
    const char *amount, *currency, *value = step_wanted(context, "revenue_value");
    if (!value || !money_split(context->arena, value, &amount, &currency))
        return error_set(error, ERROR_REFUSED, SCOPE_RECORD,
                         "a deal is registered with the value of its contract");
    json_set(context->arena, object, "value", json_number(context->arena, amount));
    json_set_text(context->arena, object, "currency", currency);
    return 0;
}

static int make_contract(struct step_context *context, struct json **ret_contract,
                         struct error *error)
{
    struct arena *arena = context->arena;
    struct json *contract = json_object(arena);
    const char *end = step_wanted(context, "revenue_end");
    int result = set_money(context, contract, error);
    if (result < 0)
        return result;
    set_day(arena, contract, "startDateTime", step_wanted(context, "revenue_start"));
    set_day(arena, contract, "endDateTime", end);
    set_day(arena, contract, "signDateTime", step_wanted(context, "signed"));
    json_set_text(arena, contract, "term", end ? "Finite" : "Perpetual");
    *ret_contract = contract;
    return 0;
}

/* The catalogue's solution of the deal; NULL if it names none. */
static const struct json *solution_of(const struct json *referral)
{
    const struct json *list = json_find(referral, "details.requirements.solutions");
    for (size_t i = 0; list && list->type == JSON_ARRAY && i < list->count; i++) {
        const char *id = json_get_text(list->items[i], "id");
        if (id && text_starts(id, "SOL-"))
            return list->items[i];
    }
    return NULL;
}

/* The whole contract counts for the first solution: how it would be shared among several nobody
 * says. A deal that went through the marketplace needs no registration. */
static int make_solution(struct step_context *context, struct json **ret_solution,
                         struct error *error)
{
    struct arena *arena = context->arena;
    struct json *sold = json_object(arena), *transaction = json_object(arena);
    const struct json *solution = solution_of(step_document(context));
    if (!solution)
        return error_set(error, ERROR_REFUSED, SCOPE_RECORD,
                         "a deal is registered with a solution of the catalogue, and names none");
    json_set_text(arena, sold, "id", json_get_text(solution, "id"));
    json_set_text(arena, sold, "name", json_get_text(solution, "name"));
    int result = set_money(context, sold, error);
    if (result < 0)
        return result;
    json_set(arena, sold, "isDeployedOnAzure", json_bool(arena, true));
    json_set_text(arena, sold, "primaryDeploymentOn", step_wanted(context, "deployment"));
    json_set_text(arena, sold, "pricingModel", step_wanted(context, "revenue_model"));
    json_set(arena, transaction, "isMarketplaceTransacted", json_bool(arena, false));
    json_set(arena, sold, "marketplaceTransactionDetails", transaction);
    *ret_solution = sold;
    return 0;
}

static int build_register(struct step_context *context, struct http_request *request,
                          struct error *error)
{
    struct arena *arena = context->arena;
    struct json *contract = NULL, *solution = NULL;
    int result = make_contract(context, &contract, error);
    if (result == 0)
        result = make_solution(context, &solution, error);
    if (result < 0)
        return result;
    struct json *registration = json_object(arena), *details = json_array(arena);
    json_set_text(arena, registration, "type", "AzureIPCoSell");
    json_set(arena, registration, "contract", contract);
    json_append(arena, details, solution);
    json_set(arena, registration, "solutionDetails", details);
    struct json *operations = json_array(arena);
    if (json_is_null(json_get(step_document(context), "registrations"))) {
        struct json *list = json_array(arena);
        json_append(arena, list, registration);
        azure_step_replace(context, operations, "registrations", list);
    } else {
        azure_referral_patch_add(arena, operations, "add", "/registrations/-", registration);
    }
    return azure_step_write(context, "PATCH", operations, request, error);
}

const struct step azure_register_steps[] = {
    GET_STEP(answer_get),
    WRITE_STEP("register", "PatchReferral", "get", build_register, azure_step_answer_last),
    READ_BACK_STEP,
};
