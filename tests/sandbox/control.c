/* The endpoints under /_sandbox/: what a test or a demo does behind the service's back. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/sandbox/rest.h"
#include "tests/sandbox/control.h"
#include "tests/sandbox/engagements.h"
#include "tests/sandbox/fields.h"
#include "tests/sandbox/market.h"
#include "tests/sandbox/query.h"
#include "tests/sandbox/rules.h"
#include "tests/sandbox/words.h"

static const char *parameter(const struct control *control, const char *name)
{
    return json_get_text(query_parse(control->arena, control->request->query), name);
}

const char *control_argument(const struct control *control, const char *name)
{
    return control->body ? json_get_text(control->body, name) : parameter(control, name);
}

static struct json *value_like(struct arena *arena, const struct json *old,
                               const struct json *value)
{
    const char *text = value->type == JSON_STRING ? value->text : NULL;
    if (text && old && old->type == JSON_NUMBER)
        return json_number(arena, text);
    if (text && old && old->type == JSON_BOOL)
        return json_bool(arena, !strcmp(text, "true"));
    return json_clone(arena, value);
}

struct json *control_edited(struct control *control, const struct json *document)
{
    struct arena *arena = control->arena;
    const char *path = control_argument(control, "path");
    const struct json *value = json_get(control->body, "value");
    struct json *edited = json_clone(arena, document);
    struct error error;
    if (!path) {
        fail(&control->failure, 400, "BadRequest", "an edit needs a path");
        return NULL;
    }
    struct json *put =
        json_is_null(value) ? NULL : value_like(arena, json_find(document, path), value);
    if (json_put(arena, edited, path, put, &error) == 0)
        return edited;
    fail(&control->failure, 400, "BadRequest", "%s", error.message);
    return NULL;
}

/* The record that `catalog` (default: where the seeded ones are) and `id` name. */
static struct opportunity *find_record(struct control *control)
{
    const char *catalog = control_argument(control, "catalog");
    const char *id = control_argument(control, "id");
    struct opportunity *record =
        record_find(control->sandbox, catalog ? catalog : control->sandbox->options.catalog, id);
    if (!record)
        fail_not_found(&control->failure, "opportunity", id ? id : "");
    return record;
}

static int get_stats(struct control *control, struct json **ret_answer)
{
    const struct sandbox *sandbox = control->sandbox;
    const struct {
        const char *name;
        size_t count;
    } counts[] = {
        {"opportunities", sandbox->record_count},
        {"duplicates", sandbox_duplicates(sandbox)},
        {"offers", sandbox_entities(sandbox, "Offer")},
        {"agreements", sandbox_agreements(sandbox, NULL)},
        {"offer_duplicates", sandbox_offer_duplicates(sandbox)},
        {"azure_referrals", sandbox_azure_referrals(sandbox)},
        {"azure_duplicates", sandbox_azure_duplicates(sandbox)},
        {"azure_offers", sandbox_azure_offers(sandbox)},
        {"azure_offer_duplicates", sandbox_azure_offer_duplicates(sandbox)},
        {"azure_subscriptions", sandbox_azure_subscriptions(sandbox)},
        {"gcp_offers", sandbox_gcp_offers(sandbox)},
        {"gcp_offer_duplicates", sandbox_gcp_offer_duplicates(sandbox)},
        {"gcp_entitlements", sandbox_gcp_entitlements(sandbox)},
        {"gcp_opportunities", sandbox_gcp_opportunities(sandbox)},
        {"gcp_duplicates", sandbox_gcp_duplicates(sandbox)},
    };
    struct json *answer = json_object(control->arena);
    struct json *calls = json_array(control->arena);
    for (size_t i = 0; i < sandbox->call_count; i++) {
        struct json *row = json_object(control->arena);
        json_set_text(control->arena, row, "operation", sandbox->calls[i].operation);
        json_set(control->arena, row, "status", json_int(control->arena, sandbox->calls[i].status));
        json_set(control->arena, row, "count", json_int(control->arena, sandbox->calls[i].count));
        json_append(control->arena, calls, row);
    }
    json_set(control->arena, answer, "calls", calls);
    for (size_t i = 0; i < COUNT(counts); i++)
        json_set(control->arena, answer, counts[i].name,
                 json_int(control->arena, (long long)counts[i].count));
    char now[INSTANT_TEXT];
    json_set_text(control->arena, answer, "now", instant_print(sandbox_now(sandbox), now));
    *ret_answer = answer;
    return 0;
}

static int reset_stats(struct control *control, struct json **ret_answer)
{
    control->sandbox->call_count = 0;
    return get_stats(control, ret_answer);
}

static int get_opportunity(struct control *control, struct json **ret_answer)
{
    const struct opportunity *record = find_record(control);
    if (!record)
        return -ERROR_INPUT;
    struct json *answer = json_object(control->arena);
    json_set_text(control->arena, answer, "origin", record->origin);
    json_set_text(control->arena, answer, "involvement", record->involvement);
    json_set_text(control->arena, answer, "task", record->task);
    json_set(control->arena, answer, "submitted_ms",
             json_int(control->arena, record->submitted_ms));
    json_set(control->arena, answer, "document", json_clone(control->arena, record->document));
    *ret_answer = answer;
    return 0;
}

static int get_ids(struct control *control, struct json **ret_answer)
{
    const char *catalog = parameter(control, "catalog");
    const char *limit_text = parameter(control, "limit");
    long long limit = 0;
    if (limit_text && !text_to_int64(limit_text, &limit))
        return fail(&control->failure, 400, "BadRequest", "limit is no number");
    struct json *ids = json_array(control->arena);
    for (size_t i = 0; i < control->sandbox->record_count; i++) {
        const struct opportunity *record = control->sandbox->records[i];
        if (limit && ids->count >= (size_t)limit)
            break;
        if (!catalog || !strcmp(catalog, record->catalog))
            json_append(control->arena, ids, json_string(control->arena, record->id));
    }
    struct json *answer = json_object(control->arena);
    json_set(control->arena, answer, "ids", ids);
    *ret_answer = answer;
    return 0;
}

/* Holds an edited document against schema, locks and rules, as if it had come as an update. */
static int check_edit(struct control *control, const struct opportunity *record,
                      const struct json *document)
{
    static const char *const not_sent[] = {"Id", "Arn", "CreatedDate", "OpportunityTeam",
                                           "RelatedEntityIdentifiers"};
    struct json *request = json_clone(control->arena, document);
    for (size_t i = 0; i < COUNT(not_sent); i++)
        json_remove(request, not_sent[i]);
    json_set_text(control->arena, request, "Identifier", record->id);
    fields_check(operation_find("UpdateOpportunity"), request, record->document, &control->failure);
    if (fail_pending(&control->failure))
        return fail_validation(&control->failure, REASON_REQUEST);
    const struct rule_input input = {
        .document = document,
        .catalog = record->catalog,
        .today = day_of(sandbox_now(control->sandbox)),
        .moment = MOMENT_UPDATE,
    };
    rules_check_locks(record, document, &control->failure);
    rules_check(&input, &control->failure);
    return fail_pending(&control->failure) ? fail_validation(&control->failure, REASON_BUSINESS)
                                           : 0;
}

static int describe(struct control *control, const struct opportunity *record,
                    struct json **ret_answer)
{
    struct json *answer = json_object(control->arena);
    json_set_text(control->arena, answer, "id", record->id);
    json_set_text(control->arena, answer, "LastModifiedDate",
                  record_text(record, "LastModifiedDate"));
    *ret_answer = answer;
    return 0;
}

static int edit(struct control *control, struct json **ret_answer)
{
    struct opportunity *record = find_record(control);
    const char *path = control_argument(control, "path");
    const struct json *value = json_get(control->body, "value");
    if (!record)
        return -ERROR_INPUT;
    if (!path)
        return fail(&control->failure, 400, "BadRequest", "an edit needs a path");
    struct json *document = json_clone(control->arena, record->document);
    struct error error;
    bool removes = json_is_null(value);
    if (json_put(control->arena, document, path, removes ? NULL : json_clone(control->arena, value),
                 &error) < 0)
        return fail(&control->failure, 400, "BadRequest", "%s", error.message);
    int result =
        json_get_bool(control->body, "force", false) ? 0 : check_edit(control, record, document);
    if (result < 0)
        return result;
    struct json *lifecycle = json_get(document, "LifeCycle");
    if (lifecycle)
        record_remember_next_steps(control->sandbox, control->arena,
                                   json_get(record->document, "LifeCycle"), lifecycle);
    record_write(control->sandbox, record, document);
    return describe(control, record, ret_answer);
}

static int review(struct control *control, struct json **ret_answer)
{
    struct opportunity *record = find_record(control);
    const char *status = control_argument(control, "status");
    if (!record)
        return -ERROR_INPUT;
    if (!words_have(words_review_states, status))
        return fail(&control->failure, 400, "BadRequest", "there is no review state '%s'",
                    status ? status : "");
    review_set(control->sandbox, record, status, control_argument(control, "comments"));
    record->submitted_ms = 0; /* it stays there until somebody moves it */
    return describe(control, record, ret_answer);
}

static int add_fault(struct control *control, struct json **ret_answer)
{
    const char *spec = control_argument(control, "spec");
    struct error error;
    if (json_get_bool(control->body, "clear", false))
        sandbox_fault_clear(control->sandbox);
    if (spec && sandbox_fault_add(control->sandbox, spec, &error) < 0)
        return fail(&control->failure, 400, "BadRequest", "%s", error.message);
    struct json *answer = json_object(control->arena);
    json_set(control->arena, answer, "faults",
             json_int(control->arena, (long long)control->sandbox->fault_count));
    *ret_answer = answer;
    return 0;
}

static int move_clock(struct control *control, struct json **ret_answer)
{
    long long advance = json_get_int(control->body, "advance_ms", 0);
    if (advance < 0)
        return fail(&control->failure, 400, "BadRequest", "the clock goes forward only");
    control->sandbox->offset_ms += advance;
    control->sandbox->options.skew_ms =
        json_get_int(control->body, "skew_ms", control->sandbox->options.skew_ms);
    control->sandbox->dirty = true;
    review_run(control->sandbox);
    market_run(control->sandbox);
    rest_run(control->sandbox);
    return get_stats(control, ret_answer);
}

static int describe_invitation(struct control *control, const struct invitation *invitation,
                               struct json **ret_answer)
{
    struct json *answer = json_object(control->arena);
    json_set_text(control->arena, answer, "id", invitation->id);
    json_set_text(control->arena, answer, "status", invitation_status(invitation));
    json_set_text(control->arena, answer, "opportunity", invitation->opportunity);
    *ret_answer = answer;
    return 0;
}

/* AWS proposes a deal; title and company may be given. */
static int invite(struct control *control, struct json **ret_answer)
{
    struct sandbox *sandbox = control->sandbox;
    const char *catalog = control_argument(control, "catalog");
    const char *title = control_argument(control, "title"),
               *company = control_argument(control, "company");
    struct json *offered = seed_proposal(sandbox, control->arena, sandbox->invitation_count);
    if (title)
        json_set_text(control->arena, json_get(offered, "Project"), "Title", title);
    if (company)
        json_set_text(control->arena, json_find(offered, "Customer.Account"), "CompanyName",
                      company);
    return describe_invitation(
        control, invitation_add(sandbox, catalog ? catalog : sandbox->options.catalog, offered, ""),
        ret_answer);
}

/* Somebody answers an invitation in the partner portal. */
static int answer_invitation(struct control *control, struct json **ret_answer)
{
    const char *catalog = control_argument(control, "catalog"),
               *id = control_argument(control, "id");
    const char *status = control_argument(control, "status");
    struct invitation *invitation = invitation_find(
        control->sandbox, catalog ? catalog : control->sandbox->options.catalog, id);
    if (!invitation)
        return fail_not_found(&control->failure, "invitation", id ? id : "");
    if (!words_have(words_invitation_states, status))
        return fail(&control->failure, 400, "BadRequest", "there is no such status");
    invitation_answer(control->sandbox, invitation, status, control_argument(control, "reason"));
    return describe_invitation(control, invitation, ret_answer);
}

static const struct control_row own_rows[] = {
    {"GET", "/_sandbox/stats", get_stats},
    {"POST", "/_sandbox/reset-stats", reset_stats},
    {"GET", "/_sandbox/opportunity", get_opportunity},
    {"GET", "/_sandbox/ids", get_ids},
    {"POST", "/_sandbox/edit", edit},
    {"POST", "/_sandbox/review", review},
    {"POST", "/_sandbox/invite", invite},
    {"POST", "/_sandbox/answer", answer_invitation},
    {"POST", "/_sandbox/fault", add_fault},
    {"POST", "/_sandbox/clock", move_clock},
    {"GET", "/_sandbox/offers", control_offers},
    {"GET", "/_sandbox/entity", control_entity},
    {"POST", "/_sandbox/edit-entity", control_edit_entity},
    {"POST", "/_sandbox/accept", control_accept},
    {"POST", "/_sandbox/end", control_end},
};

static const struct control_rows own = {own_rows, COUNT(own_rows)};

static const struct control_row *find_row(const struct sandbox_request *request)
{
    size_t index = 0;
    for (const struct control_rows *table = &own; table; table = rest_controls(index++)) {
        for (size_t i = 0; i < table->count; i++) {
            const struct control_row *row = &table->rows[i];
            if (!strcmp(row->path, request->path) && !strcmp(row->method, request->method))
                return row;
        }
    }
    return NULL;
}

static int run(struct control *control, struct json **ret_answer)
{
    const struct sandbox_request *request = control->request;
    const struct control_row *row = find_row(request);
    struct json *body = NULL;
    struct error error;
    if (!row)
        return fail(&control->failure, 404, "NotFound", "no control endpoint %s %s",
                    request->method, request->path);
    if (!strcmp(request->method, "POST")) {
        const char *bytes = request->body_length ? request->body : "{}";
        size_t length = request->body_length ? request->body_length : 2;
        if (json_parse(control->arena, bytes, length, &body, &error) < 0)
            return fail(&control->failure, 400, "BadRequest", "%s", error.message);
    }
    control->body = body;
    return row->handle(control, ret_answer);
}

void control_handle(struct sandbox *sandbox, const struct sandbox_request *request,
                    struct arena *arena, struct sandbox_response *response)
{
    struct control control = {
        .sandbox = sandbox, .arena = arena, .request = request, .failure = {.arena = arena}};
    struct json *answer = NULL;
    response->status = 200;
    review_run(sandbox); /* what is shown is what is due by now */
    market_run(sandbox);
    rest_run(sandbox);
    if (run(&control, &answer) < 0) {
        answer = json_object(arena);
        json_set_text(arena, answer, "error", control.failure.message);
        if (control.failure.errors)
            json_set(arena, answer, "details", control.failure.errors);
        response->status = control.failure.status;
    }
    response->body = json_print(arena, answer);
    response->body_length = strlen(response->body);
    response->sent_length = response->body_length;
    response->headers[response->header_count++] =
        (struct http_header){"content-type", "application/json"};
}
