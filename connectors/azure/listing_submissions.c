/* Submissions of a product: what is live, what holds it, what has moved. The last part of their ids
 * exceeds 2^53 and stays text. */
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/times.h"
#include "connectors/azure/listings.h"
#include "model/value.h"

static const char *target_of(const struct json *submission)
{
    return json_get_text(json_get(submission, "target"), "targetType");
}

static bool is_completed(const struct json *submission)
{
    return azure_listing_word(json_get_text(submission, "status"), "completed");
}

static bool has_succeeded(const struct json *submission)
{
    return is_completed(submission) &&
           azure_listing_word(json_get_text(submission, "result"), "succeeded");
}

/* The draft is always there, and has no status. */
static bool is_draft(const struct json *submission)
{
    return azure_listing_word(target_of(submission), "draft") ||
           text_blank(json_get_text(submission, "status"));
}

static bool is_later(const struct json *submission, const struct json *other)
{
    int64_t ms, other_ms;
    const char *created = json_get_text(submission, "created");
    const char *other_created = json_get_text(other, "created");
    if (!other)
        return true;
    return instant_parse(created ? created : "", &ms) &&
           (!instant_parse(other_created ? other_created : "", &other_ms) || ms >= other_ms);
}

static const struct json *item(const struct json *submissions, size_t index)
{
    return submissions && submissions->type == JSON_ARRAY && index < submissions->count
               ? submissions->items[index]
               : NULL;
}

void azure_listing_submissions(const struct json *submissions,
                               struct listing_submissions *ret_submissions)
{
    struct listing_submissions found = {0};
    const struct json *each;
    for (size_t i = 0; (each = item(submissions, i)); i++) {
        if (each->type != JSON_OBJECT || is_draft(each))
            continue;
        const char *target = target_of(each);
        if (!is_completed(each))
            found.running = each;
        if (azure_listing_word(target, "live") && has_succeeded(each) && is_later(each, found.live))
            found.live = each;
        if (azure_listing_word(target, "preview") && is_later(each, found.preview))
            found.preview = each;
    }
    found.deprecated =
        found.live && azure_listing_word(json_get_text(found.live, "lifecycleState"), "deprecated");
    *ret_submissions = found;
}

static const char *tail(const char *id)
{
    const char *slash = id ? strrchr(id, '/') : NULL;
    return slash ? slash + 1 : id ? id : "";
}

static const char *lower(struct arena *arena, const char *word)
{
    char *copy = text_trim(arena_copy(arena, word ? word : ""));
    text_lower(copy);
    return copy;
}

static const char *sign_one(struct arena *arena, const struct json *submission)
{
    const char *state = lower(arena, json_get_text(submission, "lifecycleState"));
    bool sold = !*state || !strcmp(state, "generallyavailable");
    return arena_printf(
        arena, "%s:%s:%s:%s%s%s", lower(arena, target_of(submission)),
        tail(json_get_text(submission, "id")), lower(arena, json_get_text(submission, "status")),
        lower(arena, json_get_text(submission, "result")), sold ? "" : ":", sold ? "" : state);
}

const char *azure_listing_signature(struct arena *arena, const struct json *submissions)
{
    static const struct field any = {.name = "submissions", .type = TYPE_SET};
    size_t count = submissions && submissions->type == JSON_ARRAY ? submissions->count : 0;
    const char **items = arena_array(arena, count + 1, sizeof *items);
    size_t used = 0;
    for (size_t i = 0; i < count; i++) {
        const struct json *each = submissions->items[i];
        if (each->type == JSON_OBJECT && !is_draft(each))
            items[used++] = sign_one(arena, each);
    }
    const char *list = list_make(arena, &any, items, used);
    if (!list)
        return "draft";
    char *text = arena_copy(arena, list);
    for (char *at = text; (at = strchr(at, LIST_SEPARATOR)); at++)
        *at = ' ';
    return text;
}

/* The latest of all that were sent. */
static const struct json *latest(const struct json *submissions)
{
    const struct json *each, *found = NULL;
    for (size_t i = 0; (each = item(submissions, i)); i++) {
        if (each->type == JSON_OBJECT && !is_draft(each) && is_later(each, found))
            found = each;
    }
    return found;
}

const char *azure_listing_publication(const struct json *submissions)
{
    struct listing_submissions found;
    azure_listing_submissions(submissions, &found);
    const struct json *last = latest(submissions);
    if (found.running)
        return "in_progress";
    if (!last)
        return "draft";
    if (!has_succeeded(last))
        return "failed";
    /* After it went live the same submission may stand under preview, too. */
    bool live =
        found.live && text_equal(json_get_text(last, "id"), json_get_text(found.live, "id"));
    return live ? "live" : "preview";
}
