/* Making an offer, as a draft. There is no request key that would keep a repeated POST from making
 * a second one: after a lost answer the offer is looked for by the token in its note, twice, and
 * only what neither look has found is asked for again. */
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/times.h"
#include "connectors/gcp/offer_steps.h"
#include "model/value.h"

#define OVERLAP_MS INT64_C(600000) /* that clocks may differ by: five minutes pass unnoticed */
#define PAGE       "pageSize=500&orderBy=update_time&filter="

/* ------------------------------------------------------------------ what it amends */

static int build_target(struct step_context *context, struct http_request *request,
                        struct error *error)
{
    struct arena *arena = context->arena;
    const char *parent = gcp_parent(context->cloud, arena);
    const char *service = step_wanted(context, "product"), *plan = step_wanted(context, "plan");
    const char *accounts = step_wanted(context, "buyer_accounts");
    if (!parent)
        return error_set(error, ERROR_BUG, SCOPE_RECORD, "the location got lost");
    if (!service || !plan || !accounts)
        return 1;
    const char *account = arena_printf(arena, "billingAccounts/%s", list_item(arena, accounts, 0));
    const char *base =
        arena_printf(arena, "%s/services/%s/standardOffers/%s", parent, service, plan);
    gcp_request(context->cloud, arena, GCP_PRODUCER, "GET",
                arena_printf(arena, "%s/privateOffers:resolveAmendmentTarget", parent),
                arena_printf(arena, "targetBillingAccount=%s&baseStandardOffer=%s",
                             gcp_encode(arena, account), gcp_encode(arena, base)),
                NULL, request);
    return 0;
}

/* As `replaces` names it. */
static const char *replaced_name(struct arena *arena, const char *name)
{
    const char *service =
        name && strstr(name, "/standardOffers/") ? gcp_offer_service(arena, name) : NULL;
    return service ? arena_printf(arena, "%s/%s", service, gcp_bare_id(name)) : gcp_bare_id(name);
}

static bool is_optional(const struct json *offers, const char *id)
{
    for (size_t i = 0; offers && offers->type == JSON_ARRAY && i < offers->count; i++)
        if (text_equal(gcp_bare_id(json_text(offers->items[i])), id))
            return true;
    return false;
}

static enum step_result refuse(struct error *error, const char *code)
{
    error_name(error->vendor_code, sizeof error->vendor_code, code);
    return STEP_FAIL;
}

/* Whether an offer amends another is the seller's to say: nothing running is superseded unasked. */
static enum step_result judge_target(struct step_context *context, const struct json *answer,
                                     struct error *error)
{
    const char *wanted = step_wanted(context, "replaces");
    bool amends = wanted || text_equal(step_wanted(context, "form"), "replacement");
    const char *required = json_get_text(answer, "requiredPrivateOffer");
    if (text_blank(required))
        required = json_get_text(answer, "requiredStandardOffer");
    if (!text_blank(required)) {
        const char *name = replaced_name(context->arena, required);
        if (amends && (!wanted || text_equal(wanted, name))) {
            step_keep(context, "target", name);
            return STEP_NEXT;
        }
        error_set(error, ERROR_REFUSED, SCOPE_RECORD,
                  "the buyer has an order under the offer %s: only an offer that replaces it can "
                  "be accepted; set form to replacement and replaces to %s",
                  name, name);
        return refuse(error, GCP_OFFER_IN_FORCE);
    }
    const struct json *optional = json_find(answer, "optionalOffers.privateOffers");
    if (!amends || (wanted && is_optional(optional, wanted)))
        return STEP_NEXT;
    error_set(error, ERROR_REFUSED, SCOPE_RECORD,
              "%s%s is not in force for the buyer and the product, so nothing can replace it",
              wanted ? "the offer " : "no offer", wanted ? wanted : "");
    return refuse(error, GCP_OFFER_NO_TARGET);
}

static enum step_result answer_target(struct step_context *context,
                                      const struct http_response *response,
                                      const struct error *failure, struct error *error)
{
    struct json *answer = NULL;
    if (step_parse(context, response, failure, &answer, error) < 0)
        return step_failed(error);
    return judge_target(context, answer, error);
}

/* ------------------------------------------------------------------ the offer */

static void forget_search(struct step_context *context)
{
    static const char *const names[] = {"page", "pages", "suspects", "suspect"};
    for (size_t i = 0; i < COUNT(names); i++)
        json_remove(context->progress, names[i]);
}

static int build_create(struct step_context *context, struct http_request *request,
                        struct error *error)
{
    char text[INSTANT_TEXT];
    struct json *offer = NULL;
    const char *parent = gcp_parent(context->cloud, context->arena);
    struct gcp_offer_writing writing = gcp_offer_wanted(context, NULL);
    const char *target = step_text(context, "target");
    if (!parent)
        return error_set(error, ERROR_BUG, SCOPE_RECORD, "the location got lost");
    if (target) {
        struct record *record = record_copy(context->arena, writing.record);
        bool *wanted = arena_array(context->arena, record->kind->field_count, sizeof *wanted);
        memcpy(wanted, writing.wanted, record->kind->field_count * sizeof *wanted);
        record_set(record, "replaces", target);
        wanted[kind_field(record->kind, "replaces")] = true;
        writing.record = record;
        writing.wanted = wanted;
    }
    int result = gcp_offer_write(&writing, NULL, &offer, error);
    if (result < 0)
        return result;
    forget_search(context);
    json_remove(context->progress, "looked");
    step_keep(context, "parent", parent);
    if (!step_text(context, "intent"))
        step_keep(context, "intent", instant_print(context->now_ms, text));
    gcp_request(context->cloud, context->arena, GCP_PRODUCER, "POST",
                arena_printf(context->arena, "%s/privateOffers", parent), NULL, offer, request);
    return 0;
}

static void keep_offer(struct step_context *context, const char *name)
{
    step_keep(context, "name", name);
    step_keep(context, "id", gcp_bare_id(name));
}

static enum step_result answer_create(struct step_context *context,
                                      const struct http_response *response,
                                      const struct error *failure, struct error *error)
{
    struct json *offer = NULL;
    if (step_parse(context, response, failure, &offer, error) < 0)
        return step_failed(error);
    const char *name = json_get_text(offer, "name");
    if (text_blank(gcp_bare_id(name))) {
        error_set(error, ERROR_TEMPORARY, SCOPE_RECORD, "the answer does not name the new offer");
        return STEP_FAIL;
    }
    keep_offer(context, name);
    return STEP_NEXT;
}

/* ------------------------------------------------------------------ what may have been made */

static int build_lookup(struct step_context *context, struct http_request *request,
                        struct error *error)
{
    char text[INSTANT_TEXT];
    struct arena *arena = context->arena;
    const char *parent = step_text(context, "parent"), *page = step_text(context, "page");
    int64_t intent_ms;
    if (!parent || !step_text(context, "intent") ||
        !instant_parse(step_text(context, "intent"), &intent_ms))
        return error_set(error, ERROR_BUG, SCOPE_RECORD, "when it was asked for got lost");
    if (!page)
        forget_search(context);
    const char *filter =
        arena_printf(arena, "update_time > \"%s\"", instant_print(intent_ms - OVERLAP_MS, text));
    gcp_request(context->cloud, arena, GCP_PRODUCER, "GET",
                arena_printf(arena, "%s/privateOffers", parent),
                arena_printf(arena, PAGE "%s%s%s", gcp_encode(arena, filter),
                             page ? "&pageToken=" : "", page ? gcp_encode(arena, page) : ""),
                NULL, request);
    return 0;
}

/* Only what shows another title or state is surely another offer: a listing shows some members. */
static bool is_suspect(const struct step_context *context, const struct json *row)
{
    const char *title = json_get_text(row, "title"), *state = json_get_text(row, "state");
    return json_get_text(row, "name") &&
           (!title || text_equal(title, step_wanted(context, "title"))) &&
           (!state || !strcmp(state, "DRAFT"));
}

static int take_page(struct step_context *context, const struct json *answer, struct error *error)
{
    struct arena *arena = context->arena;
    const struct json *rows = json_get(answer, "privateOffers");
    const char *next = json_get_text(answer, "nextPageToken");
    long long pages = step_count_of(context, "pages") + 1;
    struct json *suspects = json_get(context->progress, "suspects");
    if (!text_blank(next) && (text_equal(next, step_text(context, "page")) || pages >= LIMIT_PAGES))
        return error_set(error, ERROR_TEMPORARY, SCOPE_RECORD,
                         "the listing repeats itself; whether the offer was made cannot be told");
    if (!suspects) {
        suspects = json_array(arena);
        json_set(arena, context->progress, "suspects", suspects);
    }
    for (size_t i = 0; rows && rows->type == JSON_ARRAY && i < rows->count; i++)
        if (is_suspect(context, rows->items[i]))
            json_append(arena, suspects, json_string(arena, json_get_text(rows->items[i], "name")));
    json_remove(context->progress, "page");
    step_keep_count(context, "pages", pages);
    if (!text_blank(next))
        step_keep(context, "page", next);
    return 0;
}

/* Nothing was found: once more after a while, and if it is the second time it was never made. */
static enum step_result end_search(struct step_context *context)
{
    char text[INSTANT_TEXT];
    int64_t looked_ms, least = gcp_offer_look_ms(context->cloud);
    forget_search(context);
    if (!step_text(context, "looked") || !instant_parse(step_text(context, "looked"), &looked_ms)) {
        step_keep(context, "looked", instant_print(context->now_ms, text));
        looked_ms = context->now_ms;
    }
    if (context->now_ms - looked_ms >= least)
        return step_go_to(context, "locate");
    enum step_result wait =
        step_wait(context, context->cloud->patience_ms, least - (context->now_ms - looked_ms),
                  "an answer got lost; whether the offer was made is looked up once more");
    return wait == STEP_WAIT ? step_go_to(context, "lookup") : wait;
}

static enum step_result answer_lookup(struct step_context *context,
                                      const struct http_response *response,
                                      const struct error *failure, struct error *error)
{
    struct json *answer = NULL;
    /* A page's token may be too old when a later run comes back: then from the beginning, once. */
    if (failure && failure->class == ERROR_REFUSED && step_text(context, "page")) {
        bool again = step_count_of(context, "restarts") > 0;
        forget_search(context);
        step_keep_count(context, "restarts", again ? 0 : 1);
        if (!again)
            return step_go_to(context, "lookup");
        error_set(error, ERROR_TEMPORARY, SCOPE_RECORD,
                  "the listing cannot be read to its end (%s); whether the offer was made cannot "
                  "be told",
                  failure->message);
        return STEP_FAIL;
    }
    if (step_parse(context, response, failure, &answer, error) < 0 ||
        take_page(context, answer, error) < 0)
        return step_failed(error);
    if (step_text(context, "page"))
        return step_go_to(context, "lookup");
    return json_get(context->progress, "suspects")->count ? STEP_NEXT : end_search(context);
}

static const struct json *suspect_of(const struct step_context *context)
{
    return json_at(json_get(context->progress, "suspects"),
                   (size_t)step_count_of(context, "suspect"));
}

static int build_suspect(struct step_context *context, struct http_request *request,
                         struct error *error)
{
    const struct json *suspect = suspect_of(context);
    if (!suspect)
        return error_set(error, ERROR_BUG, SCOPE_RECORD, "what was to be looked into got lost");
    gcp_offer_ask(context, json_text(suspect), request);
    return 0;
}

static enum step_result answer_suspect(struct step_context *context,
                                       const struct http_response *response,
                                       const struct error *failure, struct error *error)
{
    struct json *offer = NULL;
    bool lacking = failure && failure->http_status == 404; /* deleted since it was listed */
    if (!lacking && gcp_offer_take(context, response, failure, &offer, error) < 0)
        return step_failed(error);
    const struct gcp_offer_tag tag =
        gcp_offer_tag_read(context->arena, json_get_text(offer, "internalNote"));
    if (offer && tag.token && !strcmp(tag.token, context->token)) {
        keep_offer(context, json_get_text(offer, "name"));
        forget_search(context);
        return step_go_to(context, "papers");
    }
    step_keep_count(context, "suspect", step_count_of(context, "suspect") + 1);
    return suspect_of(context) ? step_go_to(context, "suspect") : end_search(context);
}

const struct step gcp_offer_create_steps[] = {
    GCP_LOCATE,
    GCP_OFFER_READS("target", "privateOffers.resolveAmendmentTarget", "locate", build_target,
                    answer_target),
    GCP_OFFER_WRITES("create", "privateOffers.create", "lookup", build_create, answer_create),
    GCP_OFFER_READS("papers", "documents.list", "papers", gcp_offer_build_papers,
                    gcp_offer_answer_papers),
    GCP_OFFER_WRITES("paper", "documents.create", "papers", gcp_offer_build_paper,
                     gcp_offer_answer_paper),
    GCP_OFFER_READS("read", "privateOffers.get", "read", gcp_offer_build_read,
                    gcp_offer_answer_read),
    GCP_OFFER_READS("lookup", "privateOffers.list", "lookup", build_lookup, answer_lookup),
    GCP_OFFER_READS("suspect", "privateOffers.get", "lookup", build_suspect, answer_suspect),
};
