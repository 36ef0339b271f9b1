/* Making an offer, as a draft. There is no token that would keep a repeated request from making a
 * second one, so what an earlier attempt may have left is looked for first, and after a lost answer
 * for as long as its job may be at work. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/limits.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/times.h"
#include "connectors/azure/offer_steps.h"
#include "model/value.h"

#define QUERY "/private-offer/query"

/* ------------------------------------------------------------------ the offer that it renews */

static int build_old(struct step_context *context, struct http_request *request,
                     struct error *error)
{
    const char *replaces = step_wanted(context, "replaces");
    (void)error;
    if (!replaces)
        return 1;
    azure_offer_ask(context, replaces, request);
    return 0;
}

/* A renewal only: it begins when the old one has ended. */
static enum step_result answer_old(struct step_context *context,
                                   const struct http_response *response,
                                   const struct error *failure, struct error *error)
{
    struct json *old = NULL;
    const char *replaces = step_wanted(context, "replaces");
    if (azure_offer_take(context, response, failure, &old, error) < 0) {
        error_context(error, "offer %s", replaces);
        return step_failed(error);
    }
    const struct record *record = azure_offer_now(context, old);
    const char *state = record_get(record, "state"), *end = record_get(record, "end_date");
    const char *start = step_wanted(context, "start_date");
    int64_t first, last;
    if (!text_equal(state, "accepted") && !text_equal(state, "ended")) {
        error_set(error, ERROR_REFUSED, SCOPE_RECORD,
                  "offer %s is %s: only one that was accepted can be renewed", replaces,
                  state ? state : "in no state");
        return STEP_FAIL;
    }
    if (end && day_parse(end, &last) &&
        (start ? day_parse(start, &first) && first <= last : day_of(context->now_ms) <= last)) {
        error_set(error, ERROR_REFUSED, SCOPE_RECORD,
                  "offer %s lasts until %s, and its renewal may not begin before that has ended: "
                  "set start_date",
                  replaces, end);
        return STEP_FAIL;
    }
    step_keep(context, "old_name", json_get_text(old, "name"));
    return STEP_NEXT;
}

/* ------------------------------------------------------------------ what may have been made */

static void forget_search(struct step_context *context)
{
    static const char *const names[] = {"pages", "suspects", "suspect", "found", "namesakes"};
    for (size_t i = 0; i < COUNT(names); i++)
        json_remove(context->progress, names[i]);
}

static int build_lookup(struct step_context *context, struct http_request *request,
                        struct error *error)
{
    struct arena *arena = context->arena;
    const char *next = step_text(context, "next");
    if (next)
        return azure_request_next(context->cloud, arena, AZURE_INGESTION, QUERY, next, request,
                                  error);
    forget_search(context);
    azure_request(context->cloud, arena, AZURE_INGESTION, "GET",
                  azure_versioned(arena, QUERY, azure_offer_api(context->cloud)), NULL, request);
    return 0;
}

static void add_id(struct step_context *context, const char *name, const char *id)
{
    struct json *list = json_get(context->progress, name);
    if (!list) {
        list = json_array(context->arena);
        json_set(context->arena, context->progress, arena_copy(context->arena, name), list);
    }
    json_append(context->arena, list, json_string(context->arena, id));
}

static size_t count_of(const struct step_context *context, const char *name)
{
    const struct json *list = json_get(context->progress, name);
    return list ? list->count : 0;
}

/* Only what shows another name or state is surely another offer: all fields but the id may lack. */
static bool is_suspect(const struct step_context *context, const struct json *row)
{
    const char *name = json_get_text(row, "name");
    const char *state = json_get_text(row, "state");
    return (!name || text_equal(name, step_wanted(context, "title"))) &&
           (!state || !strcasecmp(state, "draft"));
}

static int take_page(struct step_context *context, const struct json *answer, struct error *error)
{
    const struct json *rows = json_get(answer, "value");
    const char *next = json_get_text(answer, "@nextLink");
    long long pages = step_count_of(context, "pages") + 1;
    if (!rows || rows->type != JSON_ARRAY)
        return error_set(error, ERROR_TEMPORARY, SCOPE_RECORD,
                         "private-offer/query answered without value");
    if (!text_blank(next) && (text_equal(next, step_text(context, "next")) || pages >= LIMIT_PAGES))
        return error_set(error, ERROR_TEMPORARY, SCOPE_RECORD,
                         "the listing repeats itself; whether the offer was made cannot be told");
    for (size_t i = 0; i < rows->count; i++) {
        const char *id = json_get_text(rows->items[i], "id");
        if (!text_blank(id) && is_suspect(context, rows->items[i]))
            add_id(context, "suspects", azure_bare_id(context->arena, id));
    }
    step_keep_count(context, "pages", pages);
    json_remove(context->progress, "next");
    if (!text_blank(next))
        step_keep(context, "next", next);
    return 0;
}

static enum step_result several(struct step_context *context, const char *list, struct error *error)
{
    const struct json *ids = json_get(context->progress, list);
    error_set(error, ERROR_REFUSED, SCOPE_RECORD,
              "the drafts %s and %s may both be what an earlier attempt has left for %s",
              json_text(json_at(ids, 0)), json_text(json_at(ids, 1)), step_reference(context));
    snprintf(error->vendor_code, sizeof error->vendor_code, AZURE_OFFER_TWINS);
    return STEP_FAIL;
}

/* One that carries our key is ours. One that only looks like ours is, if we have asked for one. */
static enum step_result end_search(struct step_context *context, struct error *error)
{
    bool asked = step_text(context, "intent") != NULL;
    const char *list = count_of(context, "found")                ? "found"
                       : asked && count_of(context, "namesakes") ? "namesakes"
                                                                 : NULL;
    if (list && count_of(context, list) > 1)
        return several(context, list, error);
    if (list) {
        step_keep(context, "id", json_text(json_at(json_get(context->progress, list), 0)));
        return step_go_to(context, "read");
    }
    if (!azure_offer_unsettled(context))
        return step_go_to(context, "template");
    enum step_result wait =
        step_wait(context, context->cloud->patience_ms, context->cloud->job_poll_ms,
                  "an earlier attempt may still be at work");
    return wait == STEP_WAIT ? step_go_to(context, "lookup") : wait; /* the whole search anew */
}

static enum step_result answer_lookup(struct step_context *context,
                                      const struct http_response *response,
                                      const struct error *failure, struct error *error)
{
    struct json *answer = NULL;
    if (step_parse(context, response, failure, &answer, error) < 0 ||
        take_page(context, answer, error) < 0)
        return step_failed(error);
    if (step_text(context, "next"))
        return step_go_to(context, "lookup");
    return count_of(context, "suspects") ? STEP_NEXT : end_search(context, error);
}

static int build_suspect(struct step_context *context, struct http_request *request,
                         struct error *error)
{
    const struct json *suspects = json_get(context->progress, "suspects");
    size_t at = (size_t)step_count_of(context, "suspect");
    if (!suspects || at >= suspects->count)
        return error_set(error, ERROR_BUG, SCOPE_RECORD, "what was to be looked into got lost");
    azure_offer_ask(context, json_text(suspects->items[at]), request);
    return 0;
}

static bool has_same(const struct step_context *context, const struct record *record)
{
    static const char *const fields[] = {"title", "buyer_accounts", "start_date", "end_date",
                                         "expires"};
    for (size_t i = 0; i < COUNT(fields); i++)
        if (!text_equal(record_get(record, fields[i]), step_wanted(context, fields[i])))
            return false;
    return true;
}

static void judge(struct step_context *context, const struct json *offer)
{
    const struct record *record = azure_offer_now(context, offer);
    const char *reference = record_get(record, FIELD_REFERENCE);
    if (!text_equal(record_get(record, "state"), "draft"))
        return;
    if (text_equal(reference, step_reference(context)))
        add_id(context, "found", record->id);
    else if (!reference && has_same(context, record))
        add_id(context, "namesakes", record->id);
}

static enum step_result answer_suspect(struct step_context *context,
                                       const struct http_response *response,
                                       const struct error *failure, struct error *error)
{
    struct json *offer = NULL;
    bool lacking = failure && failure->http_status == 404; /* deleted since it was listed */
    if (!lacking && azure_offer_take(context, response, failure, &offer, error) < 0)
        return step_failed(error);
    if (offer)
        judge(context, offer);
    long long at = step_count_of(context, "suspect") + 1;
    step_keep_count(context, "suspect", at);
    if ((size_t)at < count_of(context, "suspects"))
        return step_go_to(context, "suspect");
    return end_search(context, error);
}

/* ------------------------------------------------------------------ the job */

static int build_start(struct step_context *context, struct http_request *request,
                       struct error *error)
{
    const struct azure_offer_writing writing = azure_offer_wanted(context, NULL);
    struct json *resources = NULL;
    int result = azure_offer_resources(&writing, NULL, "draft",
                                       json_get(context->progress, "templates"), &resources, error);
    if (result < 0)
        return result;
    const char *old_name = step_text(context, "old_name");
    struct json *upgraded = json_get(json_at(resources, resources->count - 1), "upgradedFrom");
    if (upgraded && old_name)
        json_set_text(context->arena, upgraded, "name", old_name);
    json_remove(context->progress, "templates");
    json_remove(context->progress, "plans");
    forget_search(context);
    azure_offer_intend(context);
    azure_job_start(context, resources, request);
    return 0;
}

const struct step azure_offer_create_steps[] = {
    AZURE_GRAPH_READ("old", "private-offer", build_old, answer_old),
    AZURE_GRAPH_READ("lookup", "private-offer/query", build_lookup, answer_lookup),
    {.name = "suspect",
     .operation = "private-offer",
     .family = AZURE_GRAPH,
     .repeatable = true,
     .resume = "lookup",
     .build = build_suspect,
     .answer = answer_suspect},
    AZURE_OFFER_TEMPLATE_STEP,
    AZURE_JOB_STEPS("start", "poll", "result", "lookup", build_start),
    AZURE_OFFER_READ_STEP,
};
