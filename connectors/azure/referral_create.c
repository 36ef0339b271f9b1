/* Creating a referral: always as a private deal, which Microsoft does not see; to show it is
 * another action. */
#include "base/text.h"
#include "base/times.h"
#include "connectors/azure/referral_steps.h"

#define DAY_MS        INT64_C(86400000)
#define GRACE_MS      INT64_C(2000) /* what was just made may not be there at once */
#define GRACES        15
#define QUALIFICATION "SalesQualified"

static const struct connector_kind *const kind = &azure_referrals;

/* ------------------------------------------------------------------ looking for the twin */

/* A day covers any difference of the clocks. Neither the reference nor the name can be asked for.
 */
static int build_lookup(struct step_context *context, struct http_request *request,
                        struct error *error)
{
    struct arena *arena = context->arena;
    const char *page = step_text(context, "page"), *since = step_text(context, "since");
    const char *filter = "direction eq 'Outgoing'";
    int64_t ms;
    if (page)
        return azure_request_next(context->cloud, arena, AZURE_REFERRALS, "", page, request, error);
    if (since && instant_parse(since, &ms)) {
        char text[INSTANT_TEXT];
        filter = arena_printf(arena, "%s and updatedDateTime ge %s", filter,
                              instant_print(ms - DAY_MS, text));
    }
    azure_request(context->cloud, arena, AZURE_REFERRALS, "GET",
                  arena_printf(arena, "?$filter=%s&$orderby=updatedDateTime%%20asc",
                               azure_encode(arena, filter)),
                  NULL, request);
    return 0;
}

static const char *find_twin(const struct step_context *context, const struct json *rows)
{
    for (size_t i = 0; i < rows->count; i++) {
        if (!azure_referral_is_anothers(rows->items[i]) &&
            text_equal(json_get_text(rows->items[i], "externalReferenceId"),
                       step_reference(context)))
            return json_get_text(rows->items[i], "id");
    }
    return NULL;
}

static enum step_result answer_lookup(struct step_context *context,
                                      const struct http_response *response,
                                      const struct error *failure, struct error *error)
{
    static const struct step_search search = {.items = "value",
                                              .next = "@odata.nextLink",
                                              .what = "referral",
                                              .found = "read",
                                              .match = find_twin};
    return step_search(context, &search, response, failure, error);
}

/* ------------------------------------------------------------------ making it */

/* Consents as the portal gives them to a private deal. The member's doubled "To" is its name. */
static struct json *consent(struct arena *arena)
{
    struct json *object = json_object(arena);
    json_set(arena, object, "consentToToShareInfoWithOthers", json_bool(arena, true));
    json_set(arena, object, "consentToContact", json_bool(arena, true));
    json_set(arena, object, "consentToShareReferralWithMicrosoftSellers", json_bool(arena, false));
    return object;
}

/* What the deal is about: its solutions. */
static struct json *targets(struct arena *arena, const struct json *body)
{
    const struct json *solutions = json_find(body, "details.requirements.solutions");
    struct json *list = json_array(arena);
    for (size_t i = 0; solutions && i < solutions->count; i++) {
        struct json *target = json_object(arena);
        json_set_text(arena, target, "type", "SolutionProfile");
        json_set_text(arena, target, "id", json_get_text(solutions->items[i], "id"));
        json_append(arena, list, target);
    }
    return list;
}

static struct json *skeleton(struct step_context *context)
{
    struct arena *arena = context->arena;
    struct json *body = json_object(arena), *customer = json_object(arena);
    json_set_text(arena, body, "externalReferenceId", step_reference(context));
    json_set_text(arena, body, "status", "New");
    json_set_text(arena, body, "substatus", "Pending");
    json_set_text(arena, body, "qualification", QUALIFICATION);
    json_set_text(arena, body, "type", "Independent");
    json_set(arena, customer, "address", json_object(arena));
    json_set(arena, body, "customerProfile", customer);
    json_set(arena, body, "consent", consent(arena));
    json_set(arena, body, "details", json_object(arena));
    return body;
}

static int build_create(struct step_context *context, struct http_request *request,
                        struct error *error)
{
    struct arena *arena = context->arena;
    const struct kind *model = context->change->kind;
    if (!step_text(context, "since")) {
        char text[INSTANT_TEXT];
        step_keep(context, "since", instant_print(context->now_ms, text));
    }
    struct json *body = skeleton(context);
    for (size_t i = 0; i < model->field_count; i++) {
        const char *name = model->fields[i].name;
        const struct remote_field *remote = connector_field(kind, name);
        const char *value = step_wanted(context, name);
        if (!value || !remote || !(remote->flags & REMOTE_CREATE) || remote->flags & REMOTE_STEP)
            continue;
        int result = document_put(arena, kind, body, name, value, error);
        if (result < 0)
            return result;
    }
    json_set(arena, body, "target", targets(arena, body));
    azure_request(context->cloud, arena, AZURE_REFERRALS, "POST", "", body, request);
    return 0;
}

static enum step_result answer_create(struct step_context *context,
                                      const struct http_response *response,
                                      const struct error *failure, struct error *error)
{
    struct json *answer = NULL;
    if (step_parse(context, response, failure, &answer, error) < 0) {
        if (error->class == ERROR_STALE) /* there is no record that could have moved */
            error->class = ERROR_REFUSED;
        return STEP_FAIL;
    }
    const char *id = json_get_text(answer, "id");
    if (text_blank(id)) {
        error_set(error, ERROR_TEMPORARY, SCOPE_RECORD, "the new referral was answered without id");
        return STEP_FAIL;
    }
    step_keep(context, "id", id);
    return STEP_NEXT;
}

/* Its states are the service's: what was sent as New may be Active. */
static enum step_result answer_read(struct step_context *context,
                                    const struct http_response *response,
                                    const struct error *failure, struct error *error)
{
    long long absent = step_count_of(context, "absent");
    if (failure && failure->http_status == 404 && absent < GRACES) {
        step_keep_count(context, "absent", absent + 1);
        return step_wait(context, context->cloud->patience_ms, GRACE_MS,
                         "the new referral does not show up yet");
    }
    return azure_step_answer_read(context, response, failure, error);
}

/* `lookup` is only ever gone to: from a crash or a lost answer. */
const struct step azure_create_steps[] = {
    READ_STEP("lookup", "ListReferrals", "lookup", build_lookup, answer_lookup),
    WRITE_STEP("create", "CreateReferral", "lookup", build_create, answer_create),
    READ_STEP("read", "GetReferral", "read", azure_step_build_get, answer_read),
};
