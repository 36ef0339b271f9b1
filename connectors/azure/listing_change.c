/* Editing a listing, publishing it and taking it off sale. The draft is edited by one job and sent
 * to preview and from there to live by one each; every job may take days, and all of it is the
 * change's progress:
 *
 *   submissions   of the product, as last read
 *   live          the live document, until the draft was held against it
 *   edits         resources to be sent
 *   former        id of the submission that was under preview before ours; "" if none was
 *   preview       id of ours
 *   waits_since   since when something else holds the product
 *   tries         how often preview was asked for
 *   blame         why the last try failed, if it may pass
 *
 * The steps that look decide where to go on after a lost answer: an edit that has had its effect
 * leaves nothing to send, and a submission is found among the product's. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/times.h"
#include "connectors/azure/listings.h"

#define HELD_MAX_MS (INT64_C(14) * 24 * 3600 * 1000) /* certification takes days, not weeks */
#define TRIES_MAX   2

enum action azure_listing_classify(const struct change *change, const struct record *before,
                                   int64_t now_ms)
{
    (void)now_ms;
    const struct change_field *field = change_field(change, "visibility");
    bool draft = text_equal(record_get(before, "visibility"), "draft");
    if (field && text_equal(field->new_value, "restricted"))
        return ACTION_CANCEL;
    /* Of what customers see every edit is a publication. */
    return field || !draft ? ACTION_PUBLISH : ACTION_UPDATE;
}

int azure_listing_refuse(struct error *error, const char *code, const char *format, ...)
{
    char message[512];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    int result = error_set(error, ERROR_REFUSED, SCOPE_RECORD, "%s", message);
    if (error)
        snprintf(error->vendor_code, sizeof error->vendor_code, "%s", code);
    return result;
}

/* ------------------------------------------------------------------ what the steps share */

static void keep_json(struct step_context *context, const char *name, struct json *value)
{
    json_remove(context->progress, name);
    if (value)
        json_set(context->arena, context->progress, name, value);
}

static const char *guid(const struct step_context *context)
{
    return context->change->remote_id;
}

static void submissions_of(const struct step_context *context, struct listing_submissions *ret)
{
    azure_listing_submissions(json_get(context->progress, "submissions"), ret);
}

static const char *id_of(const struct json *submission)
{
    const char *id = json_get_text(submission, "id");
    return id ? id : "";
}

static int build_submissions(struct step_context *context, struct http_request *request,
                             struct error *error)
{
    (void)error;
    azure_listing_ask_submissions(context->cloud, context->arena, guid(context), request);
    return 0;
}

static int take_submissions(struct step_context *context, const struct http_response *response,
                            const struct error *failure, struct listing_submissions *ret_found,
                            struct error *error)
{
    struct json *answer = NULL;
    int result = step_parse(context, response, failure, &answer, error);
    if (result < 0)
        return result;
    const struct json *list = json_get(answer, "value");
    if (!list || list->type != JSON_ARRAY)
        return error_set(error, ERROR_TEMPORARY, SCOPE_RECORD, "submission answered without value");
    keep_json(context, "submissions", json_clone(context->arena, list));
    submissions_of(context, ret_found);
    if (!ret_found->running)
        json_remove(context->progress, "waits_since");
    return 0;
}

static int take_tree(struct step_context *context, const struct http_response *response,
                     const struct error *failure, const char *target, bool whole,
                     struct json **ret_document, struct error *error)
{
    struct json *answer = NULL;
    int result = step_parse(context, response, failure, &answer, error);
    if (result < 0)
        return result;
    const struct json *resources = json_get(answer, "resources");
    if (!resources || resources->type != JSON_ARRAY || !resources->count)
        return error_set(error, ERROR_TEMPORARY, SCOPE_RECORD,
                         "resource-tree answered without resources");
    const struct listing_parts parts = {.tree = answer,
                                        .submissions = json_get(context->progress, "submissions"),
                                        .guid = guid(context),
                                        .target = target,
                                        .whole = whole};
    *ret_document = azure_listing_document(context->arena, &parts);
    return 0;
}

static int ask_tree(struct step_context *context, const char *target, struct http_request *request)
{
    azure_listing_ask_tree(context->cloud, context->arena, guid(context), target, request);
    return 0;
}

/* A submission that is not completed blocks edits: for days, if it is certified. */
static enum step_result held(struct step_context *context, const struct json *running,
                             struct error *error)
{
    char text[INSTANT_TEXT];
    int64_t since_ms;
    if (!step_text(context, "waits_since"))
        step_keep(context, "waits_since", instant_print(context->now_ms, text));
    const char *since = step_text(context, "waits_since");
    if (instant_parse(since, &since_ms) && context->now_ms - since_ms > HELD_MAX_MS) {
        azure_listing_refuse(error, AZURE_LISTING_HELD, "%s holds the product since %s or longer",
                             id_of(running), since);
        return STEP_FAIL;
    }
    return step_wait(context, context->cloud->patience_ms, context->cloud->job_poll_ms,
                     arena_printf(context->arena, "waits: %s is not completed", id_of(running)));
}

static enum step_result stale(struct error *error, const char *what)
{
    error_set(error, ERROR_STALE, SCOPE_RECORD, "%s", what);
    return STEP_STALE;
}

/* ------------------------------------------------------------------ look */

static enum step_result answer_look(struct step_context *context,
                                    const struct http_response *response,
                                    const struct error *failure, struct error *error)
{
    struct listing_submissions found = {0};
    const char *version = context->change->version;
    if (take_submissions(context, response, failure, &found, error) < 0)
        return step_failed(error);
    if (found.running)
        return held(context, found.running, error);
    step_keep(context, "former", id_of(found.preview));
    const char *signature =
        azure_listing_signature(context->arena, json_get(context->progress, "submissions"));
    return text_starts(version ? version : "", signature)
               ? STEP_NEXT
               : stale(error, "the product's submissions moved");
}

static enum step_result answer_look_cancel(struct step_context *context,
                                           const struct http_response *response,
                                           const struct error *failure, struct error *error)
{
    struct listing_submissions found = {0};
    const char *version = context->change->version;
    if (take_submissions(context, response, failure, &found, error) < 0)
        return step_failed(error);
    if (found.deprecated)
        return step_go_to(context, "read_look");
    if (found.running)
        return held(context, found.running, error);
    if (!found.live) {
        azure_listing_refuse(error, AZURE_LISTING_NOT_EDITABLE,
                             "a product that is not live cannot be taken off sale");
        return STEP_FAIL;
    }
    const char *signature =
        azure_listing_signature(context->arena, json_get(context->progress, "submissions"));
    return text_starts(version ? version : "", signature)
               ? STEP_NEXT
               : stale(error, "the product's submissions moved");
}

/* ------------------------------------------------------------------ edit the draft */

static int build_live(struct step_context *context, struct http_request *request,
                      struct error *error)
{
    struct listing_submissions found = {0};
    (void)error;
    submissions_of(context, &found);
    return found.live ? ask_tree(context, "live", request) : 1;
}

static enum step_result answer_live(struct step_context *context,
                                    const struct http_response *response,
                                    const struct error *failure, struct error *error)
{
    struct json *document = NULL;
    if (take_tree(context, response, failure, "live", false, &document, error) < 0)
        return step_failed(error);
    struct record *now = azure_listing_record(context->arena, document, NULL, NULL);
    if (change_stands(context->change, now)) {
        context->after = now;
        return STEP_DONE;
    }
    keep_json(context, "live", document);
    return STEP_NEXT;
}

static int build_draft(struct step_context *context, struct http_request *request,
                       struct error *error)
{
    (void)error;
    return ask_tree(context, "draft", request);
}

/* Who sees a listing is the audience of its plans: a wish for another one cannot be met. */
static int check_visibility(struct step_context *context, const struct json *document,
                            struct error *error)
{
    const struct change_field *field = change_field(context->change, "visibility");
    const char *comes = azure_listing_private(context->arena, document) ? "limited" : "public";
    if (!field || text_equal(field->new_value, comes))
        return 0;
    return azure_listing_refuse(error, AZURE_LISTING_NOT_EDITABLE,
                                "published, it would be %s: the audience of plans is edited in the "
                                "portal",
                                comes);
}

/* Nobody's edits go out unasked: but for ours the draft must be what is live. */
static int check_draft(struct step_context *context, const struct json *wanted, struct error *error)
{
    const struct json *live = json_get(context->progress, "live");
    struct json *expected = NULL;
    const char *id = NULL;
    if (!live)
        return 0;
    int result = azure_listing_overlay(context->arena, live, context->change, &expected, error);
    if (result < 0 || azure_listing_same(context->arena, expected, wanted, &id))
        return result;
    return azure_listing_refuse(error, AZURE_LISTING_DRAFT_DIFFERS,
                                "%s is not what is live, and not by this change", id);
}

/* Leads to the edit; `ret_count` tells of how many resources. */
static int take_draft(struct step_context *context, const struct json *draft, size_t *ret_count,
                      struct error *error)
{
    struct json *wanted = NULL;
    int result = azure_listing_overlay(context->arena, draft, context->change, &wanted, error);
    if (!result)
        result = check_visibility(context, wanted, error);
    if (!result)
        result = check_draft(context, wanted, error);
    if (result < 0)
        return result;
    struct json *edits = azure_listing_resources(context->arena, draft, wanted);
    *ret_count = edits->count;
    keep_json(context, "edits", edits);
    keep_json(context, "live", NULL);
    return 0;
}

static enum step_result answer_draft(struct step_context *context,
                                     const struct http_response *response,
                                     const struct error *failure, struct error *error)
{
    struct json *draft = NULL, *kept = NULL;
    size_t count = 0;
    bool live = json_get(context->progress, "live") != NULL;
    bool publishes = context->change->action == ACTION_PUBLISH;
    if (take_tree(context, response, failure, "draft", true, &draft, error) < 0 ||
        take_tree(context, response, failure, "draft", false, &kept, error) < 0)
        return step_failed(error);
    struct record *now = azure_listing_record(context->arena, kept, NULL, NULL);
    if (!publishes && change_stands(context->change, now)) {
        context->after = now;
        return STEP_DONE;
    }
    if (!live && !text_equal(now->version, context->change->version))
        return stale(error, "the draft moved");
    if (take_draft(context, draft, &count, error) < 0)
        return STEP_FAIL;
    if (count)
        return STEP_NEXT;
    if (publishes)
        return step_go_to(context, "preview_look");
    context->after = now; /* the same in other words */
    return STEP_DONE;
}

static int build_start(struct step_context *context, struct http_request *request,
                       struct error *error)
{
    const struct json *edits = json_get(context->progress, "edits");
    if (!edits || !edits->count)
        return error_set(error, ERROR_BUG, SCOPE_RECORD, "the edits of the draft got lost");
    azure_job_start(context, json_clone(context->arena, edits), request);
    return 0;
}

/* ------------------------------------------------------------------ publish */

static struct json *submission_to_send(struct step_context *context, const char *id,
                                       const char *target)
{
    struct arena *arena = context->arena;
    struct json *resource = json_object(arena), *where = json_object(arena);
    json_set_text(arena, resource, "$schema",
                  azure_schema(arena, "submission", azure_product_api(context->cloud)));
    if (id)
        json_set_text(arena, resource, "id", id);
    json_set_text(arena, resource, "resourceName", "submission");
    json_set_text(arena, resource, "product", arena_printf(arena, "product/%s", guid(context)));
    json_set_text(arena, where, "targetType", target);
    json_set(arena, resource, "target", where);
    return resource;
}

static void send_submission(struct step_context *context, struct json *resource,
                            struct http_request *request)
{
    struct json *resources = json_array(context->arena);
    json_append(context->arena, resources, resource);
    azure_job_start(context, resources, request);
}

static enum step_result not_certified(struct error *error, const struct json *submission)
{
    azure_listing_refuse(error, AZURE_LISTING_CERTIFICATION,
                         "%s ended as failed; the report is in the portal", id_of(submission));
    return STEP_FAIL;
}

static bool has_failed(const struct json *submission)
{
    return azure_listing_word(json_get_text(submission, "status"), "completed") &&
           !azure_listing_word(json_get_text(submission, "result"), "succeeded");
}

/* Whether preview was asked for already, by an attempt whose answer got lost. */
static enum step_result answer_preview_look(struct step_context *context,
                                            const struct http_response *response,
                                            const struct error *failure, struct error *error)
{
    struct listing_submissions found = {0};
    if (take_submissions(context, response, failure, &found, error) < 0)
        return step_failed(error);
    if (found.running)
        return held(context, found.running, error);
    if (found.preview && !text_equal(id_of(found.preview), step_text(context, "former"))) {
        if (has_failed(found.preview))
            return not_certified(error, found.preview);
        step_keep(context, "preview", id_of(found.preview));
        return step_go_to(context, "live_look");
    }
    if (step_count_of(context, "tries") < TRIES_MAX)
        return STEP_NEXT;
    const char *blame = step_text(context, "blame");
    error_set(error, ERROR_TEMPORARY, SCOPE_RECORD,
              "the product was sent to preview, and no submission came of it%s%s",
              blame ? ": " : "", blame ? blame : "");
    return STEP_OVER;
}

static int build_preview_start(struct step_context *context, struct http_request *request,
                               struct error *error)
{
    (void)error;
    step_keep_count(context, "tries", step_count_of(context, "tries") + 1);
    send_submission(context, submission_to_send(context, NULL, "preview"), request);
    return 0;
}

/* The code of a refusal by the reviewers is that of many others: only the text tells. */
static enum step_result answer_publication(struct step_context *context,
                                           const struct http_response *response,
                                           const struct error *failure, struct error *error)
{
    enum step_result result = azure_job_answer_poll(context, response, failure, error);
    if (result == STEP_FAIL && error->class == ERROR_REFUSED &&
        strcasestr(error->message, "certification"))
        snprintf(error->vendor_code, sizeof error->vendor_code, AZURE_LISTING_CERTIFICATION);
    return result;
}

/* A job that ended by the service's own fault may have sent the product nevertheless: another
 * attempt would not know the submission for its own, and send a second one. */
static enum step_result answer_preview_poll(struct step_context *context,
                                            const struct http_response *response,
                                            const struct error *failure, struct error *error)
{
    enum step_result result = answer_publication(context, response, failure, error);
    if (result != STEP_OVER)
        return result;
    step_keep(context, "blame", error->message);
    context->wait_ms = context->cloud->job_poll_ms;
    return step_go_to(context, "preview_look");
}

static enum step_result answer_preview_result(struct step_context *context,
                                              const struct http_response *response,
                                              const struct error *failure, struct error *error)
{
    enum step_result result = azure_job_answer_result(context, response, failure, error);
    const char *id = result == STEP_NEXT ? azure_job_made(context, "submission") : NULL;
    if (result != STEP_NEXT)
        return result;
    if (!id) /* it is among the product's */
        return step_go_to(context, "preview_look");
    step_keep(context, "preview", id);
    return STEP_NEXT;
}

static enum step_result answer_live_look(struct step_context *context,
                                         const struct http_response *response,
                                         const struct error *failure, struct error *error)
{
    struct listing_submissions found = {0};
    const char *ours = step_text(context, "preview");
    if (take_submissions(context, response, failure, &found, error) < 0)
        return step_failed(error);
    if (found.live && text_equal(id_of(found.live), ours))
        return step_go_to(context, "read_look");
    if (found.running)
        return held(context, found.running, error);
    if (!ours) /* the job did not tell */
        return step_go_to(context, "preview_look");
    if (!found.preview || !text_equal(id_of(found.preview), ours))
        return stale(error, "something else was sent to preview");
    return has_failed(found.preview) ? not_certified(error, found.preview) : STEP_NEXT;
}

static int build_live_start(struct step_context *context, struct http_request *request,
                            struct error *error)
{
    const char *ours = step_text(context, "preview");
    if (!ours)
        return error_set(error, ERROR_BUG, SCOPE_RECORD, "the submission's id got lost");
    send_submission(context, submission_to_send(context, ours, "live"), request);
    return 0;
}

/* ------------------------------------------------------------------ take off sale */

/* The live submission as it is, but for its state: that takes effect without a publication. */
static int build_cancel(struct step_context *context, struct http_request *request,
                        struct error *error)
{
    static const char *const read_only[] = {"status", "result", "created", "validations"};
    struct listing_submissions found = {0};
    submissions_of(context, &found);
    if (!found.live)
        return error_set(error, ERROR_BUG, SCOPE_RECORD, "the live submission got lost");
    struct json *resource = json_clone(context->arena, found.live);
    for (size_t i = 0; i < COUNT(read_only); i++)
        json_remove(resource, read_only[i]);
    json_set_text(context->arena, resource, "resourceName", "submission");
    json_set_text(context->arena, resource, "lifecycleState", "deprecated");
    send_submission(context, resource, request);
    return 0;
}

/* ------------------------------------------------------------------ what came of it */

static enum step_result answer_read_look(struct step_context *context,
                                         const struct http_response *response,
                                         const struct error *failure, struct error *error)
{
    struct listing_submissions found = {0};
    return take_submissions(context, response, failure, &found, error) < 0 ? step_failed(error)
                                                                           : STEP_NEXT;
}

static const char *target_now(const struct step_context *context)
{
    struct listing_submissions found = {0};
    submissions_of(context, &found);
    return found.live ? "live" : "draft";
}

static int build_read(struct step_context *context, struct http_request *request,
                      struct error *error)
{
    (void)error;
    return ask_tree(context, target_now(context), request);
}

static enum step_result answer_read(struct step_context *context,
                                    const struct http_response *response,
                                    const struct error *failure, struct error *error)
{
    struct json *document = NULL;
    if (take_tree(context, response, failure, target_now(context), false, &document, error) < 0)
        return step_failed(error);
    context->after = azure_listing_record(context->arena, document, NULL, NULL);
    return STEP_DONE;
}

#define LOOK(name, answer)        AZURE_GRAPH_READ(name, "submission", build_submissions, answer)
#define TREE(name, build, answer) AZURE_GRAPH_READ(name, "resource-tree", build, answer)
/* A publication: looked for, started, waited for. */
#define PUBLICATION(start_, poll_, result_, look_, build_, answer_poll_, answer_result_)           \
    {.name = start_,                                                                               \
     .operation = "configure",                                                                     \
     .family = AZURE_GRAPH,                                                                        \
     .writes = true,                                                                               \
     .resume = look_,                                                                              \
     .build = build_,                                                                              \
     .answer = azure_job_answer_start},                                                            \
        AZURE_GRAPH_READ(poll_, "configure-status", azure_job_build_poll, answer_poll_),           \
        AZURE_GRAPH_READ(result_, "configure-detail", azure_job_build_result, answer_result_)

static const struct step update_steps[] = {
    LOOK("look", answer_look),
    TREE("draft", build_draft, answer_draft),
    AZURE_JOB_STEPS("start", "poll", "result", "look", build_start),
    LOOK("read_look", answer_read_look),
    TREE("read", build_read, answer_read),
};

static const struct step publish_steps[] = {
    LOOK("look", answer_look),
    TREE("live", build_live, answer_live),
    TREE("draft", build_draft, answer_draft),
    AZURE_JOB_STEPS("start", "poll", "result", "look", build_start),
    LOOK("preview_look", answer_preview_look),
    PUBLICATION("preview_start", "preview_poll", "preview_result", "preview_look",
                build_preview_start, answer_preview_poll, answer_preview_result),
    LOOK("live_look", answer_live_look),
    PUBLICATION("live_start", "live_poll", "live_result", "live_look", build_live_start,
                answer_publication, azure_job_answer_result),
    LOOK("read_look", answer_read_look),
    TREE("read", build_read, answer_read),
};

static const struct step cancel_steps[] = {
    LOOK("look", answer_look_cancel),
    AZURE_JOB_STEPS("start", "poll", "result", "look", build_cancel),
    LOOK("read_look", answer_read_look),
    TREE("read", build_read, answer_read),
};

const struct procedure azure_listing_procedures[] = {
    {ACTION_UPDATE, update_steps, COUNT(update_steps), "look"},
    {ACTION_PUBLISH, publish_steps, COUNT(publish_steps), "look"},
    {ACTION_CANCEL, cancel_steps, COUNT(cancel_steps), "look"},
};
