/* Publishing: a submission takes the draft to preview, and the same one then goes live. While it is
 * under way, the product is locked. */
#include <stdio.h>
#include <string.h>

#include "tests/sandbox/azure/ingestion.h"

#define PUBLISHING_FACTOR 4 /* of a job's time: certification takes longer than a job */

static const struct json *shown_of(const struct rest_record *record)
{
    return json_get(record->document, "shown");
}

static bool is_of(const struct rest_record *record, const char *product)
{
    const char *bare = ingestion_bare(record->id);
    size_t length = strlen(product);
    return text_starts(bare, product) && bare[length] == '/';
}

static bool is_target(const struct rest_record *record, const char *target)
{
    return text_equal(json_text(json_find(shown_of(record), "target.targetType")), target);
}

static bool is_done(const struct rest_record *record)
{
    return ingestion_is(shown_of(record), "status", "completed");
}

struct rest_record *submission_running(const struct azure_market *market, const char *product)
{
    for (size_t i = 0; i < market->submissions.count; i++) {
        struct rest_record *record = market->submissions.records[i];
        if (is_of(record, product) && !is_done(record))
            return record;
    }
    return NULL;
}

struct rest_record *submission_done(const struct azure_market *market, const char *product,
                                    const char *target)
{
    for (size_t i = market->submissions.count; i-- > 0;) {
        struct rest_record *record = market->submissions.records[i];
        if (is_of(record, product) && is_target(record, target) && is_done(record) &&
            ingestion_is(shown_of(record), "result", "succeeded"))
            return record;
    }
    return NULL;
}

struct json *submission_list(struct arena *arena, const struct sandbox *sandbox,
                             const char *product, const char *target)
{
    const struct azure_market *market = ingestion_market(sandbox);
    struct json *rows = json_array(arena);
    if (!target || !strcmp(target, "draft"))
        json_append(arena, rows,
                    rest_make(arena,
                              "{'$schema':'" INGESTION_NEW "submission/2022-07-01',"
                              "'id':'submission/%s/0','product':'product/%s',"
                              "'target':{'targetType':'draft'}}",
                              product, product));
    for (size_t i = 0; i < market->submissions.count; i++) {
        const struct rest_record *record = market->submissions.records[i];
        if (is_of(record, product) && (!target || is_target(record, target)))
            json_append(arena, rows, json_clone(arena, shown_of(record)));
    }
    return rows;
}

/* ---- Making. */
/* Nineteen digits, beyond what a double holds. */
static const char *make_id(struct sandbox *sandbox, struct arena *arena, const char *product)
{
    return arena_printf(arena, "submission/%s/%lld", product,
                        1152921515689847000LL + ++sandbox->azure->made);
}

static struct rest_record *add(struct sandbox *sandbox, const char *product, const char *target,
                               int64_t start_ms, int64_t end_ms)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    const char *id = make_id(sandbox, arena, product);
    const struct json *document = rest_make(
        arena,
        "{'end_ms':%lld,'certified':true,'shown':{'$schema':'" INGESTION_NEW
        "submission/2022-07-01','id':'%s','product':'product/%s','target':{'targetType':'%s'},"
        "'status':'running','result':'pending','created':'%s'}}",
        (long long)end_ms, id, product, target, azure_instant(arena, start_ms));
    sandbox->dirty = true;
    return rest_add(&ingestion_market(sandbox)->submissions, id, document, start_ms);
}

void submission_lock(struct sandbox *sandbox, const char *product, int64_t hold_ms)
{
    int64_t now = sandbox_now(sandbox);
    add(sandbox, product, "preview", now, now + hold_ms);
}

/* The tree of a target as it is from now on. */
static void put_tree(struct sandbox *sandbox, const char *product, const char *target,
                     const struct json *rows, int64_t when_ms)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct rest_table *trees = &ingestion_market(sandbox)->trees;
    const char *key = arena_printf(arena, "%s/%s", target, product);
    struct json *document = json_object(arena);
    json_set(arena, document, "resources", json_clone(arena, rows));
    struct rest_record *tree = rest_find(trees, key);
    if (tree)
        rest_write(tree, document, when_ms);
    else
        rest_add(trees, key, document, when_ms);
}

static struct json *draft_rows(struct arena *arena, const struct sandbox *sandbox,
                               const char *product)
{
    struct json *rows = ingestion_tree(arena, sandbox, product, "draft");
    for (size_t i = rows->count; i-- > 0;) {
        if (text_starts(json_get_text(rows->items[i], "id"), "submission/"))
            json_remove_at(rows, i);
    }
    return rows;
}

/* What the submission shows goes to its target; the one before it is no longer listed. */
static void publish(struct sandbox *sandbox, struct rest_record *record, int64_t when_ms)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct azure_market *market = ingestion_market(sandbox);
    const char *product = ingestion_part(arena, record->id, 1);
    bool live = is_target(record, "live");
    for (size_t i = market->submissions.count; i-- > 0;) {
        struct rest_record *other = market->submissions.records[i];
        if (other != record && is_of(other, product) && is_done(other) &&
            is_target(other, live ? "live" : "preview"))
            rest_remove(&market->submissions, other->id);
    }
    const struct json *rows = json_get(record->document, "rows");
    put_tree(sandbox, product, "preview", rows, when_ms);
    if (live)
        put_tree(sandbox, product, "live", rows, when_ms);
}

static void end(struct sandbox *sandbox, struct rest_record *record)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct json *document = json_clone(arena, record->document);
    struct json *shown = json_get(document, "shown");
    bool certified = json_get_bool(document, "certified", true);
    int64_t when_ms = json_get_int(document, "end_ms", 0);
    json_set_text(arena, shown, "status", "completed");
    json_set_text(arena, shown, "result", certified ? "succeeded" : "failed");
    rest_write(record, document, when_ms);
    sandbox->dirty = true;
    if (certified && json_get(document, "rows"))
        publish(sandbox, record, when_ms);
}

void submissions_run(struct sandbox *sandbox)
{
    struct azure_market *market = ingestion_market(sandbox);
    int64_t now = sandbox_now(sandbox);
    for (size_t i = 0; i < market->submissions.count; i++) {
        struct rest_record *record = market->submissions.records[i];
        if (is_done(record) || json_get_int(record->document, "end_ms", 0) > now)
            continue;
        end(sandbox, record);
        i = (size_t)-1; /* publishing removes rows */
    }
}

void submission_seed(struct sandbox *sandbox, const char *product, int64_t when_ms)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct rest_record *record = add(sandbox, product, "live", when_ms, when_ms);
    struct json *document = json_clone(arena, record->document);
    json_set(arena, document, "rows", draft_rows(arena, sandbox, product));
    rest_write(record, document, when_ms);
    end(sandbox, record);
}

/* ---- As a resource of a job. */
static void start(struct ingestion_step *step, struct rest_record *record, const char *target,
                  const struct json *rows)
{
    struct json *document = json_clone(step->arena, record->document);
    struct json *shown = json_get(document, "shown");
    int64_t end_ms = step->now_ms + PUBLISHING_FACTOR * step->sandbox->options.job_ms;
    json_set(step->arena, document, "end_ms", json_int(step->arena, end_ms));
    json_set(step->arena, document, "certified", json_bool(step->arena, step->certified));
    json_set(step->arena, document, "rows", json_clone(step->arena, rows));
    json_set_text(step->arena, json_get(shown, "target"), "targetType", target);
    json_set_text(step->arena, shown, "status", "running");
    json_set_text(step->arena, shown, "result", "pending");
    rest_write(record, document, step->now_ms);
    step->made = step->waits = arena_copy(step->arena, record->id);
}

/* Without publishing: the state of the whole product. */
static int set_lifecycle(struct ingestion_step *step, struct rest_record *record,
                         const char *product)
{
    const char *state = json_get_text(step->item, "lifecycleState");
    const char *durable = arena_printf(step->arena, "product/%s", product);
    struct rest_record *draft = rest_find(&step->market->resources, durable);
    struct json *document = json_clone(step->arena, draft->document);
    json_set_text(step->arena, document, "lifecycleState", state);
    rest_write(draft, document, step->now_ms);
    char key[64];
    snprintf(key, sizeof key, "live/%.40s", product);
    struct rest_record *tree = rest_find(&step->market->trees, key);
    struct json *rows = json_clone(step->arena, json_get(tree->document, "resources"));
    for (size_t i = 0; i < rows->count; i++) {
        if (text_equal(json_get_text(rows->items[i], "id"), durable))
            json_set_text(step->arena, rows->items[i], "lifecycleState", state);
    }
    put_tree(step->sandbox, product, "live", rows, step->now_ms);
    step->made = arena_copy(step->arena, record->id);
    return 0;
}

static int check_draft(struct ingestion_step *step, const struct json *rows)
{
    static const char *const needed[] = {"property/", "listing/", "plan/"};
    for (size_t i = 0; i < COUNT(needed); i++) {
        bool found = false;
        for (size_t j = 0; j < rows->count && !found; j++)
            found = text_starts(json_get_text(rows->items[j], "id"), needed[i]);
        if (!found)
            return step_fail(step, "businessValidationError",
                             "The product cannot be published without a %.*s.",
                             (int)strlen(needed[i]) - 1, needed[i]);
    }
    return 0;
}

static int go_live(struct ingestion_step *step, const char *product)
{
    const char *id = json_get_text(step->item, "id");
    struct rest_record *record = rest_find(&step->market->submissions, id);
    if (!id)
        return step_fail(step, "invalidState",
                         "A product is published to preview before it goes live.");
    if (!record || !is_of(record, product))
        return step_fail(step, "resourceNotFound", "The submission %s does not exist.", id);
    bool live = is_target(record, "live");
    if (live && is_done(record) && json_get(step->item, "lifecycleState"))
        return set_lifecycle(step, record, product);
    if (live || record != submission_done(step->market, product, "preview"))
        return step_fail(step, "invalidState", "The submission %s is not in preview.", id);
    start(step, record, "live", json_get(record->document, "rows"));
    return 0;
}

int submission_apply(struct ingestion_step *step)
{
    const char *target = json_text(json_find(step->item, "target.targetType"));
    const char *durable = step_resolve(step, json_get(step->item, "product"), "product", NULL);
    if (!durable)
        return step_fail(step, "resourceNotFound", "The product does not exist.");
    const char *product = ingestion_part(step->arena, durable, 1);
    int result = step_check_lock(step, product);
    if (result < 0)
        return result;
    if (!strcmp(target, "live"))
        return go_live(step, product);
    if (json_get(step->item, "id"))
        return step_fail(step, "invalidState", "A submission to preview is a new one.");
    struct json *rows = draft_rows(step->arena, step->sandbox, product);
    if ((result = check_draft(step, rows)) < 0)
        return result;
    start(step, add(step->sandbox, product, "preview", step->now_ms, step->now_ms), "preview",
          rows);
    return 0;
}
