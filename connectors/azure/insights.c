#include "connectors/azure/insights.h"

#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/times.h"
#include "connectors/azure/orders.h"
#include "connectors/azure/probes.h"
#include "connectors/document.h"

#define QUERIES        "/ScheduledQueries"
#define REPORTS        "/ScheduledReport"
#define DATASETS       "/ScheduledDataset"
#define DATASET        "ISVOrder"
#define SUBJECT        "analytics"            /* of findings */
#define AHEAD_MS       (INT64_C(5) * 3600000) /* at least 4 h are wanted, by the service's clock */
#define INTERVAL_HOURS 24                     /* 4 to 2160; the data is a day old anyway */

/* ------------------------------------------------------------------ answers */

static const char *member_text(const struct json *object, const char *name)
{
    const char *text = json_text(azure_orders_member(object, name));
    return text_blank(text) ? NULL : text;
}

/* The row that has `name` as its member `key`; NULL: there is none. */
static const struct json *find_row(const struct json *answer, const char *key, const char *name)
{
    const struct json *rows = azure_orders_member(answer, "value");
    for (size_t i = 0; rows && rows->type == JSON_ARRAY && i < rows->count; i++)
        if (text_equal(member_text(rows->items[i], key), name))
            return rows->items[i];
    return NULL;
}

/* An answer without a list says nothing: then nothing is made. NULL is an empty list (404). */
static int check_rows(const struct json *answer, const char *what, struct error *error)
{
    const struct json *rows = azure_orders_member(answer, "value");
    if (!answer || (rows && rows->type == JSON_ARRAY))
        return 0;
    return error_set(error, ERROR_TEMPORARY, SCOPE_COLLECTION, "%s answered without value", what);
}

/* ------------------------------------------------------------------ asking */

static void note(struct sweep *sweep, const char *detail)
{
    const struct finding finding = {
        .type = finding_type("RUN-002"), .subject = SUBJECT, .detail = detail};
    sweep_note(sweep, &finding);
}

/* Offers are known without it: they only prove less. */
static void missed(struct sweep_fetch *fetch, const struct error *error)
{
    sweep_cloud(fetch->sweep)->makes_report = false;
    note(fetch->sweep, arena_printf(fetch->arena,
                                    "analytics cannot be read, so acceptance is told by offers and "
                                    "subscriptions alone: %s",
                                    error->message));
}

static int end(struct sweep_fetch *fetch)
{
    const struct azure_insights *insights = fetch->state;
    insights->ended(fetch->sweep);
    return 0;
}

static int ask(struct sweep_fetch *fetch, const char *operation, const char *path,
               const struct json *body, sweep_answer *answer)
{
    azure_request(sweep_cloud(fetch->sweep), fetch->arena, AZURE_INSIGHTS, body ? "POST" : "GET",
                  path, body, &fetch->request);
    fetch->once = body != NULL;
    return sweep_ask(fetch, operation, AZURE_CENTER, answer);
}

/* ------------------------------------------------------------------ the file */

bool azure_insights_may_follow(const struct cloud *cloud, struct arena *arena, const char *link)
{
    bool local = text_starts(link, "http://") && http_is_loopback(link) &&
                 http_is_loopback(cloud->bases[AZURE_INSIGHTS]);
    if (!text_starts(link, "https://") && !local)
        return false;
    for (const char *at = link; *at; at++)
        if (*at <= ' ' || *at >= 0x7f || strchr("\"<>\\^`{|}#", *at))
            return false;
    return http_host(arena, link) != NULL;
}

static void take_order(void *context, const char *offer, struct json *order)
{
    struct sweep_fetch *fetch = context;
    const struct azure_insights *insights = fetch->state;
    insights->order(fetch->sweep, offer, order);
}

static int take_file(struct sweep_fetch *fetch, const struct json *answer, char delimiter,
                     struct error *error)
{
    (void)answer;
    const struct http_response *response = fetch->response;
    const char *fault = NULL;
    int result = azure_orders_read(sweep_arena(fetch->sweep), response->body, response->body_length,
                                   delimiter, take_order, fetch, &fault, error);
    if (result < 0)
        return result;
    if (fault)
        note(fetch->sweep, fault);
    return end(fetch);
}

static int take_csv(struct sweep_fetch *fetch, const struct json *answer, struct error *error)
{
    return take_file(fetch, answer, ',', error);
}

static int take_tsv(struct sweep_fetch *fetch, const struct json *answer, struct error *error)
{
    return take_file(fetch, answer, '\t', error);
}

/* ------------------------------------------------------------------ the latest run */

/* The newest of those that have left a file. */
static const struct json *newest(const struct json *answer)
{
    const struct json *rows = azure_orders_member(answer, "value"), *best = NULL;
    int64_t best_ms = 0;
    for (size_t i = 0; rows && i < rows->count; i++) {
        const char *status = member_text(rows->items[i], "executionStatus");
        const char *made = member_text(rows->items[i], "reportGeneratedTime");
        int64_t ms = 0;
        if (!member_text(rows->items[i], "reportAccessSecureLink") ||
            (status && strcasecmp(status, "Completed") != 0))
            continue;
        if (made && !instant_parse(made, &ms))
            ms = 0;
        if (best && ms <= best_ms)
            continue;
        best = rows->items[i];
        best_ms = ms;
    }
    return best;
}

/* The link is its own proof: no token goes with it, and it is nowhere told. */
static int take_execution(struct sweep_fetch *fetch, const struct json *answer, struct error *error)
{
    int result = check_rows(answer, "GetExecution", error);
    if (result < 0)
        return result;
    const struct json *row = newest(answer);
    const char *link = member_text(row, "reportAccessSecureLink");
    if (!link) /* it has not run yet */
        return end(fetch);
    struct arena *arena = fetch->arena;
    const char *format = member_text(row, "format");
    bool tabs = format && !strcasecmp(format, "tsv");
    if (!azure_insights_may_follow(sweep_cloud(fetch->sweep), arena, link))
        return error_set(error, ERROR_PERMANENT, SCOPE_COLLECTION,
                         "the link to the report is not followed: it is not over https");
    fetch->request = (struct http_request){.method = "GET", .url = arena_copy(arena, link)};
    http_request_set(arena, &fetch->request, "Accept", "*/*");
    fetch->file = true;
    return sweep_ask(fetch, "DownloadReport", AZURE_CENTER, tabs ? take_tsv : take_csv);
}

static int ask_execution(struct sweep_fetch *fetch, const char *report)
{
    fetch->may_lack = true; /* documented: before the first run */
    return ask(fetch, "GetExecution",
               arena_printf(fetch->arena,
                            REPORTS "/execution/%s?executionStatus=Completed"
                                    "&getLatestExecution=true",
                            azure_encode(fetch->arena, report)),
               NULL, take_execution);
}

/* ------------------------------------------------------------------ making the report */

static int take_made_report(struct sweep_fetch *fetch, const struct json *answer,
                            struct error *error)
{
    if (!find_row(answer, "reportName", AZURE_INSIGHTS_NAME))
        return error_set(error, ERROR_TEMPORARY, SCOPE_COLLECTION,
                         "CreateReport answered without the report");
    return end(fetch);
}

static int make_report(struct sweep_fetch *fetch, const char *query)
{
    struct arena *arena = fetch->arena;
    char start[INSTANT_TEXT];
    struct json *body = json_object(arena);
    instant_print(sweep_now(fetch->sweep) + AHEAD_MS, start);
    json_set_text(arena, body, "ReportName", AZURE_INSIGHTS_NAME);
    json_set_text(arena, body, "QueryId", query);
    json_set_text(arena, body, "StartTime", arena_printf(arena, "%.19sZ", start));
    json_set(arena, body, "RecurrenceInterval", json_int(arena, INTERVAL_HOURS));
    json_set_text(arena, body, "Format", "csv");
    return ask(fetch, "CreateReport", REPORTS, body, take_made_report);
}

static int take_made_query(struct sweep_fetch *fetch, const struct json *answer,
                           struct error *error)
{
    const struct json *row = find_row(answer, "name", AZURE_INSIGHTS_NAME);
    const char *id = member_text(row, "queryId");
    if (!id)
        return error_set(error, ERROR_TEMPORARY, SCOPE_COLLECTION,
                         "CreateQuery answered without the query");
    return make_report(fetch, id);
}

static int take_datasets(struct sweep_fetch *fetch, const struct json *answer, struct error *error)
{
    struct arena *arena = fetch->arena;
    const struct json *dataset = find_row(answer, "datasetName", DATASET);
    const char *query = dataset ? azure_orders_query(arena, dataset) : NULL;
    if (!query)
        return error_set(error, ERROR_PERMANENT, SCOPE_COLLECTION,
                         "the dataset " DATASET " does not say which order is under which offer");
    struct json *body = json_object(arena);
    json_set_text(arena, body, "Name", AZURE_INSIGHTS_NAME);
    json_set_text(arena, body, "Description", "What was ordered under private offers");
    json_set_text(arena, body, "Query", query);
    return ask(fetch, "CreateQuery", QUERIES, body, take_made_query);
}

static int take_queries(struct sweep_fetch *fetch, const struct json *answer, struct error *error)
{
    int result = check_rows(answer, "ListQueries", error);
    if (result < 0)
        return result;
    const char *id = member_text(find_row(answer, "name", AZURE_INSIGHTS_NAME), "queryId");
    return id ? make_report(fetch, id) : ask(fetch, "ListDatasets", DATASETS, NULL, take_datasets);
}

static int take_reports(struct sweep_fetch *fetch, const struct json *answer, struct error *error)
{
    int result = check_rows(answer, "ListReports", error);
    if (result < 0)
        return result;
    struct arena *arena = fetch->arena;
    struct cloud *cloud = sweep_cloud(fetch->sweep);
    const struct json *row = find_row(answer, "reportName", AZURE_INSIGHTS_NAME);
    const char *id = member_text(row, "reportId"), *status = member_text(row, "reportStatus");
    if (id && status && strcasecmp(status, "Active") != 0)
        note(fetch->sweep, arena_printf(arena,
                                        "the report " AZURE_INSIGHTS_NAME " is %s at Partner "
                                        "Center: what is ordered from now on is not in it",
                                        status));
    if (id)
        return ask_execution(fetch, id);
    if (cloud->makes_report) /* another read of this account has; lists may lag */
        return end(fetch);
    cloud->makes_report = true;
    fetch->may_lack = true;
    return ask(fetch, "ListQueries", QUERIES "?queryName=" AZURE_INSIGHTS_NAME, NULL, take_queries);
}

void azure_insights_ask(struct sweep *sweep, const struct azure_insights *insights)
{
    struct azure_insights *own = arena_alloc(sweep_arena(sweep), sizeof *own);
    *own = *insights;
    struct sweep_fetch *fetch = sweep_fetch(sweep, SUBJECT, own);
    fetch->missed = missed;
    fetch->may_lack = true;
    ask(fetch, "ListReports", REPORTS "?reportName=" AZURE_INSIGHTS_NAME, NULL, take_reports);
}

/* ------------------------------------------------------------------ for doctor */

int azure_insights_probe(struct probe_context *context, struct http_request *request,
                         struct error *error)
{
    (void)error;
    if (!settings_flag(context->cloud->settings, "analytics")) {
        context->detail = "not asked for: analytics is off";
        return 1;
    }
    azure_request(context->cloud, context->arena, AZURE_INSIGHTS, "GET", DATASETS, NULL, request);
    return 0;
}

int azure_insights_probed(struct probe_context *context, const struct http_response *response,
                          struct error *error)
{
    struct json *answer = NULL;
    int result = document_parse(context->arena, response, &answer, error);
    if (result < 0)
        return result;
    const struct json *dataset = find_row(answer, "datasetName", DATASET);
    if (!dataset || !azure_orders_query(context->arena, dataset))
        return error_set(error, ERROR_REFUSED, SCOPE_COLLECTION,
                         "the dataset " DATASET " does not say which order is under which offer");
    return 0;
}
