/* Whether the solutions that a referral names are to be had. Accounts differ: some lack even the
 * default one of the catalog Sandbox. Only identifiers are looked up, not addresses. */
#include "base/text.h"
#include "connectors/aws/referral_steps.h"

#define PAGE_SIZE 100 /* the greatest that ListSolutions takes */
#define NAMED     10  /* in the message */

/* The identifiers among the ties that are to be made. */
static struct json *wanted(const struct step_context *context)
{
    const struct json *add = json_get(context->progress, "add");
    struct json *ids = json_array(context->arena);
    for (size_t i = 0; add && i < add->count; i++) {
        if (text_equal(json_get_text(add->items[i], "type"), "Solutions"))
            json_append(context->arena, ids,
                        json_string(context->arena, json_get_text(add->items[i], "identifier")));
    }
    return ids;
}

static struct json *active_body(const struct step_context *context)
{
    struct json *body = aws_body(context->cloud, context->arena);
    struct json *states = json_array(context->arena);
    json_append(context->arena, states, json_string(context->arena, "Active"));
    json_set(context->arena, body, "MaxResults", json_int(context->arena, PAGE_SIZE));
    json_set(context->arena, body, "Status", states);
    return body;
}

/* The first step of a creation: what is to be tied to it is planned here. */
int step_build_check(struct step_context *context, struct http_request *request,
                     struct error *error)
{
    (void)error;
    if (!json_get(context->progress, "add"))
        step_keep_new_ties(context, NULL);
    struct json *ids = wanted(context);
    if (!ids->count)
        return 1;
    struct json *body = active_body(context);
    json_set(context->arena, body, "Identifier", ids);
    step_send(context, "ListSolutions", body, request);
    return 0;
}

static bool has_solution(const struct json *summaries, const char *id)
{
    for (size_t i = 0; i < summaries->count; i++) {
        if (text_equal(json_get_text(summaries->items[i], "Id"), id))
            return true;
    }
    return false;
}

static int take_solutions(struct step_context *context, const struct http_response *response,
                          const struct error *failure, const struct json **ret_summaries,
                          struct error *error)
{
    struct json *answer = NULL;
    int result = step_parse(context, response, failure, &answer, error);
    if (result < 0)
        return result;
    *ret_summaries = json_get(answer, "SolutionSummaries");
    if (!*ret_summaries || (*ret_summaries)->type != JSON_ARRAY)
        return error_set(error, ERROR_TEMPORARY, SCOPE_RECORD,
                         "ListSolutions answered without SolutionSummaries");
    return 0;
}

enum step_result step_answer_check(struct step_context *context,
                                   const struct http_response *response,
                                   const struct error *failure, struct error *error)
{
    const struct json *summaries = NULL;
    if (take_solutions(context, response, failure, &summaries, error) < 0)
        return step_failed(error);
    const struct json *ids = wanted(context);
    for (size_t i = 0; i < ids->count; i++) {
        const char *id = json_text(ids->items[i]);
        if (has_solution(summaries, id))
            continue;
        step_keep(context, "missing", id);
        return step_go_to(context, "active");
    }
    return STEP_NEXT;
}

int step_build_active(struct step_context *context, struct http_request *request,
                      struct error *error)
{
    (void)error;
    step_send(context, "ListSolutions", active_body(context), request);
    return 0;
}

enum step_result step_answer_active(struct step_context *context,
                                    const struct http_response *response,
                                    const struct error *failure, struct error *error)
{
    const struct json *summaries = NULL;
    if (take_solutions(context, response, failure, &summaries, error) < 0)
        return step_failed(error);
    const char *names = "";
    for (size_t i = 0; i < summaries->count && i < NAMED; i++) {
        const char *id = json_get_text(summaries->items[i], "Id");
        const char *name = json_get_text(summaries->items[i], "Name");
        names = arena_printf(context->arena, "%s%s%s (%s)", names, i ? ", " : "", id ? id : "?",
                             name ? name : "without a name");
    }
    error_set(error, ERROR_REFUSED, SCOPE_RECORD, "%s is no active solution; %s%s%s",
              step_text(context, "missing"), summaries->count ? "active are " : "there is none",
              names, summaries->count > NAMED ? ", …" : "");
    return STEP_FAIL;
}
