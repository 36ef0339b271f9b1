#include <string.h>

#include "tests/sandbox/fields.h"
#include "tests/sandbox/listing.h"

#define DEFAULT_PAGE 20

/* Identifiers are numbers in text: the longer one is the later one. */
static const char *number_key(struct arena *arena, const char *id)
{
    return arena_printf(arena, "%04zu%s", strlen(id), id);
}

/* True if the filter is absent or holds one of the value's spellings. */
static bool wanted(const struct json *request, const char *filter, const char *value)
{
    const struct json *list = json_get(request, filter);
    if (!list || !list->count)
        return true;
    for (size_t i = 0; i < list->count; i++) {
        if (!strcmp(list->items[i]->text, value))
            return true;
    }
    return false;
}

/* After is inclusive, before is not. */
static bool within_instants(const struct json *request, const char *after, const char *before,
                            const char *value)
{
    int64_t bound, instant;
    if (!instant_parse(value, &instant))
        return false;
    const char *from = json_text(json_find(request, after));
    const char *to = json_text(json_find(request, before));
    return (!from || !instant_parse(from, &bound) || instant >= bound) &&
           (!to || !instant_parse(to, &bound) || instant < bound);
}

static bool within_days(const struct json *request, const char *value)
{
    const char *from = json_text(json_find(request, "TargetCloseDate.AfterTargetCloseDate"));
    const char *to = json_text(json_find(request, "TargetCloseDate.BeforeTargetCloseDate"));
    return (!from || strcmp(value, from) >= 0) && (!to || (value[0] && strcmp(value, to) < 0));
}

static bool record_wanted(const struct json *request, const struct opportunity *record)
{
    return wanted(request, "Identifier", record->id) &&
           wanted(request, "LifeCycleStage", record_text(record, "LifeCycle.Stage")) &&
           wanted(request, "LifeCycleReviewStatus",
                  record_text(record, "LifeCycle.ReviewStatus")) &&
           wanted(request, "CustomerCompanyName",
                  record_text(record, "Customer.Account.CompanyName")) &&
           within_instants(request, "LastModifiedDate.AfterLastModifiedDate",
                           "LastModifiedDate.BeforeLastModifiedDate",
                           record_text(record, "LastModifiedDate")) &&
           within_instants(request, "CreatedDate.AfterCreatedDate", "CreatedDate.BeforeCreatedDate",
                           record_text(record, "CreatedDate")) &&
           within_days(request, record_text(record, "LifeCycle.TargetCloseDate"));
}

static const char *record_key(struct arena *arena, const struct opportunity *record,
                              const char *sort)
{
    static const struct {
        const char *name, *path;
    } keys[] = {
        {"CustomerCompanyName", "Customer.Account.CompanyName"},
        {"CreatedDate", "CreatedDate"},
        {"TargetCloseDate", "LifeCycle.TargetCloseDate"},
    };
    if (text_equal(sort, "Identifier"))
        return number_key(arena, record->id);
    for (size_t i = 0; i < COUNT(keys); i++) {
        if (text_equal(sort, keys[i].name))
            return record_text(record, keys[i].path);
    }
    return record_text(record, "LastModifiedDate");
}

/* The page that the request asks for. */
static int cut_page(struct call_context *call, struct listing *listing, bool descending,
                    const char **ret_token)
{
    size_t size = (size_t)json_get_int(call->request, "MaxResults", DEFAULT_PAGE);
    return listing_cut(call, listing, descending, size, ret_token);
}

static struct json *list_answer(struct call_context *call, const char *name, struct json *summaries,
                                const char *token)
{
    struct json *answer = json_object(call->arena);
    json_set(call->arena, answer, name, summaries);
    if (token)
        json_set_text(call->arena, answer, "NextToken", token);
    return answer;
}

int handle_list(struct call_context *call, struct json **ret_answer)
{
    const struct sandbox *sandbox = call->sandbox;
    const char *sort = json_text(json_find(call->request, "Sort.SortBy"));
    const char *order = json_text(json_find(call->request, "Sort.SortOrder"));
    struct listing listing = {
        .entries = arena_array(call->arena, sandbox->record_count + 1, sizeof *listing.entries)};
    for (size_t i = 0; i < sandbox->record_count; i++) {
        const struct opportunity *record = sandbox->records[i];
        if (!strcmp(record->catalog, call->catalog) && record_wanted(call->request, record))
            listing.entries[listing.count++] =
                (struct entry){record_key(call->arena, record, sort), record->id, record};
    }
    const char *token;
    int result = cut_page(call, &listing, !text_equal(order, "ASCENDING"), &token);
    if (result < 0)
        return result;
    struct json *summaries = json_array(call->arena);
    for (size_t i = 0; i < listing.count; i++) {
        const struct opportunity *record = listing.entries[i].thing;
        json_append(call->arena, summaries,
                    fields_pick(call->arena, record->document, FIELD_SUMMARY));
    }
    *ret_answer = list_answer(call, "OpportunitySummaries", summaries, token);
    return 0;
}

/* ---- Solutions. */
const struct solution *solution_find(const char *catalog, const char *id)
{
    for (size_t i = 0; i < solution_count; i++) {
        bool here = strcmp(catalog, "Sandbox") != 0 || solutions[i].in_sandbox;
        if (here && !strcmp(solutions[i].id, id))
            return &solutions[i];
    }
    return NULL;
}

static const char *solution_key(struct arena *arena, const struct solution *solution,
                                const char *sort)
{
    if (text_equal(sort, "Name"))
        return solution->name;
    if (text_equal(sort, "Status"))
        return solution->status;
    if (text_equal(sort, "Category"))
        return solution->category;
    if (text_equal(sort, "CreatedDate"))
        return arena_printf(arena, "%020lld", (long long)solution->created_ms);
    return number_key(arena, solution->id);
}

static struct json *solution_summary(struct call_context *call, const struct solution *solution)
{
    char created[INSTANT_TEXT];
    struct json *summary = json_object(call->arena);
    json_set_text(call->arena, summary, "Catalog", call->catalog);
    json_set_text(call->arena, summary, "Id", solution->id);
    json_set_text(call->arena, summary, "Name", solution->name);
    json_set_text(call->arena, summary, "Status", solution->status);
    json_set_text(call->arena, summary, "Category", solution->category);
    json_set_text(call->arena, summary, "CreatedDate",
                  instant_print(solution->created_ms, created));
    return summary;
}

int handle_list_solutions(struct call_context *call, struct json **ret_answer)
{
    const char *sort = json_text(json_find(call->request, "Sort.SortBy"));
    const char *order = json_text(json_find(call->request, "Sort.SortOrder"));
    const struct json *arns = json_get(call->request, "AwsMarketplaceSolutionArn");
    struct listing listing = {
        .entries = arena_array(call->arena, solution_count + 1, sizeof *listing.entries)};
    for (size_t i = 0; i < solution_count; i++) {
        const struct solution *solution = &solutions[i];
        if (solution_find(call->catalog, solution->id) &&
            wanted(call->request, "Identifier", solution->id) &&
            wanted(call->request, "Status", solution->status) &&
            wanted(call->request, "Category", solution->category) && !(arns && arns->count))
            listing.entries[listing.count++] =
                (struct entry){solution_key(call->arena, solution, sort), solution->id, solution};
    }
    const char *token;
    int result = cut_page(call, &listing, !text_equal(order, "ASCENDING"), &token);
    if (result < 0)
        return result;
    struct json *summaries = json_array(call->arena);
    for (size_t i = 0; i < listing.count; i++)
        json_append(call->arena, summaries, solution_summary(call, listing.entries[i].thing));
    *ret_answer = list_answer(call, "SolutionSummaries", summaries, token);
    return 0;
}
