/* Analytics: queries, reports on a schedule, and the files that they leave behind a link. */
#include "tests/sandbox/azure/insights.h"

#include <string.h>

#include "tests/sandbox/azure/ingestion.h"
#include "tests/sandbox/azure/shape.h"
#include "tests/sandbox/identity.h"
#include "tests/sandbox/service.h"

#define FILES       "/_sandbox-report/"
#define HOUR_MS     INT64_C(3600000)
#define QUERIES_MAX 100
#define REPORTS_MAX 50
#define EXECUTE_MAX 5 /* ExecuteNow, per hour */

static const char *const columns[] = {
    "AssetId",        "OrderStatus",      "OfferName",         "SKU",
    "PlanId",         "Quantity",         "OrderPurchaseDate", "IsPrivateOffer",
    "PrivateOfferId", "PrivateOfferName", "MultiParty",        "PartnerInfo",
    "SalesNotes",     "BillingAccountId", "TermStartDate",     "TermEndDate"};

/* ---- How it says no. */
static void report(struct rest_call *call, struct sandbox_response *response)
{
    struct json *body = json_object(call->arena);
    const struct failure *failure = call->failure;
    json_set(call->arena, body, "value", json_array(call->arena));
    json_set(call->arena, body, "totalCount", json_int(call->arena, 0));
    json_set_text(call->arena, body, "message", failure->message);
    json_set(call->arena, body, "statusCode", json_int(call->arena, failure->status));
    answer_body(response, failure->status, json_print(call->arena, body));
}

const struct rest_surface azure_insights_surface = {
    .base = "/insights/v1/cmp",
    .audience = "https://api.partnercenter.microsoft.com",
    .identities = AZURE_APP,
    .report = report,
};

static int refuse(struct rest_call *call, const char *message)
{
    return fail(call->failure, 400, "badRequest", "%s", message);
}

/* The envelope; some calls spell its members with a capital. */
static void answer_list(struct rest_call *call, struct json *value, const char *message,
                        bool capital)
{
    struct arena *arena = call->arena;
    call->answer = json_object(arena);
    json_set(arena, call->answer, capital ? "Value" : "value", value);
    json_set(arena, call->answer, capital ? "TotalCount" : "totalCount",
             json_int(arena, (long long)value->count));
    json_set_text(arena, call->answer, capital ? "Message" : "message", message);
    json_set(arena, call->answer, capital ? "StatusCode" : "statusCode", json_int(arena, 200));
}

static void answer(struct rest_call *call, struct json *row, const char *message, bool capital)
{
    struct json *value = json_array(call->arena);
    json_append(call->arena, value, row);
    answer_list(call, value, message, capital);
}

/* Members with a capital, as the lists have them: "QueryId". */
static struct json *capitals(struct arena *arena, const struct json *row)
{
    struct json *copy = json_object(arena);
    for (size_t i = 0; i < row->count; i++) {
        char *name = arena_copy(arena, row->names[i]);
        name[0] = (char)(name[0] - 'a' + 'A');
        json_set(arena, copy, name, json_clone(arena, row->items[i]));
    }
    return copy;
}

static const char *seconds(struct arena *arena, int64_t ms)
{
    char text[INSTANT_TEXT];
    instant_print(ms, text);
    return arena_printf(arena, "%.19sZ", text);
}

/* ---- Datasets and queries. */
static int list_datasets(struct rest_call *call)
{
    struct arena *arena = call->arena;
    struct json *row = rest_make(
        arena, "{'datasetName':'ISVOrder','selectableColumns':[],'availableMetrics':[],"
               "'availableDateRanges':['LAST_MONTH','LAST_3_MONTHS','LAST_6_MONTHS','LAST_1_YEAR',"
               "'LIFETIME'],'minimumRecurrenceInterval':4}");
    for (size_t i = 0; i < COUNT(columns); i++)
        json_append(arena, json_get(row, "selectableColumns"), json_string(arena, columns[i]));
    answer(call, row, "Dataset fetched successfully", false);
    return 0;
}

static bool is_column(const char *name)
{
    for (size_t i = 0; i < COUNT(columns); i++) {
        if (!strcmp(columns[i], name))
            return true;
    }
    return false;
}

/* The columns of "SELECT a, b FROM ISVOrder …"; NULL: not such a query. */
static struct json *selected(struct arena *arena, const char *query)
{
    const char *from = strstr(query, " FROM ISVOrder");
    struct json *names = json_array(arena);
    if (!text_starts(query, "SELECT ") || !from || !strstr(from, " TIMESPAN "))
        return NULL;
    const char *place = query + strlen("SELECT ");
    while (place < from) {
        size_t length = strcspn(place, ",");
        if (place + length > from)
            length = (size_t)(from - place);
        const char *name = text_trim(arena_copy_n(arena, place, length));
        if (!is_column(name))
            return NULL;
        json_append(arena, names, json_string(arena, name));
        place += length + 1;
    }
    return names;
}

static int create_query(struct rest_call *call)
{
    struct arena *arena = call->arena;
    struct rest_table *queries = &call->sandbox->azure->parts.market->queries;
    const char *name = json_get_text(call->body, "Name"),
               *query = json_get_text(call->body, "Query");
    if (text_blank(name) || text_blank(query))
        return refuse(call, "Name and Query are required");
    if (queries->count >= QUERIES_MAX)
        return refuse(call, "The limit of 100 queries is reached");
    struct json *names = selected(arena, query);
    if (!names || !names->count)
        return refuse(call, "The query is not valid");
    const char *id = azure_new_guid(call->sandbox, arena);
    struct json *row = json_object(arena);
    json_set_text(arena, row, "queryId", id);
    json_set_text(arena, row, "name", name);
    json_set_text(arena, row, "description", json_get_text(call->body, "Description"));
    json_set_text(arena, row, "query", query);
    json_set_text(arena, row, "type", "userDefined");
    json_set_text(arena, row, "user", "142344300");
    json_set_text(arena, row, "createdTime", seconds(arena, sandbox_now(call->sandbox)));
    rest_add(queries, id, row, sandbox_now(call->sandbox));
    answer(call, row, "Query created successfully", false);
    return 0;
}

static int list_queries(struct rest_call *call)
{
    const struct rest_table *queries = &call->sandbox->azure->parts.market->queries;
    const char *wanted = json_get_text(call->query, "queryName");
    struct json *value = json_array(call->arena);
    for (size_t i = 0; i < queries->count; i++) {
        const struct json *row = queries->records[i]->document;
        if (!wanted || text_equal(json_get_text(row, "name"), wanted))
            json_append(call->arena, value, capitals(call->arena, row));
    }
    answer_list(call, value, "Queries fetched successfully", true);
    return 0;
}

/* ---- Reports. */
static int list_reports(struct rest_call *call)
{
    const struct rest_table *reports = &call->sandbox->azure->parts.market->reports;
    const char *wanted = json_get_text(call->query, "reportName");
    struct json *value = json_array(call->arena);
    for (size_t i = 0; i < reports->count; i++) {
        const struct json *row = json_get(reports->records[i]->document, "shown");
        if (!wanted || text_equal(json_get_text(row, "reportName"), wanted))
            json_append(call->arena, value, capitals(call->arena, row));
    }
    answer_list(call, value, "Reports fetched successfully", true);
    return 0;
}

static size_t executed_lately(const struct rest_call *call)
{
    const struct rest_table *reports = &call->sandbox->azure->parts.market->reports;
    size_t count = 0;
    for (size_t i = 0; i < reports->count; i++)
        count += json_get_bool(reports->records[i]->document, "now", false) &&
                 reports->records[i]->made_ms > sandbox_now(call->sandbox) - HOUR_MS;
    return count;
}

static int check_schedule(struct rest_call *call, bool at_once, int64_t *ret_start_ms)
{
    const char *start = json_get_text(call->body, "StartTime");
    int64_t now = sandbox_now(call->sandbox);
    long long interval = json_get_int(call->body, "RecurrenceInterval", 0);
    *ret_start_ms = now;
    if (at_once)
        return executed_lately(call) < EXECUTE_MAX
                   ? 0
                   : fail(call->failure, 429, "tooManyRequests",
                          "ExecuteNow is limited to 5 reports in 60 minutes");
    if (!start || strlen(start) != 20 || start[19] != 'Z' || !instant_parse(start, ret_start_ms))
        return refuse(call, "StartTime must be of the form yyyy-MM-ddTHH:mm:ssZ");
    if (*ret_start_ms < now + 4 * HOUR_MS)
        return refuse(call, "StartTime must be at least 4 hours ahead");
    if (interval < 4 || interval > 2160)
        return refuse(call, "RecurrenceInterval must be between 4 and 2160 hours");
    return 0;
}

static int create_report(struct rest_call *call)
{
    struct arena *arena = call->arena;
    struct azure_market *market = call->sandbox->azure->parts.market;
    const char *query = json_get_text(call->body, "QueryId");
    const char *name = json_get_text(call->body, "ReportName");
    const char *format = json_get_text(call->body, "Format");
    bool at_once = json_get_bool(call->body, "ExecuteNow", false);
    int64_t start_ms = 0, now = sandbox_now(call->sandbox);
    if (text_blank(name) || !rest_find(&market->queries, query))
        return refuse(call, "ReportName and the QueryId of a query are required");
    if (format && !text_equal_nocase(format, "csv") && !text_equal_nocase(format, "tsv"))
        return refuse(call, "Format must be csv or tsv");
    if (market->reports.count >= REPORTS_MAX)
        return refuse(call, "The limit of 50 active reports is reached");
    int result = check_schedule(call, at_once, &start_ms);
    if (result < 0)
        return result;
    const char *id = azure_new_guid(call->sandbox, arena);
    struct json *row = rest_make(
        arena,
        "{'reportId':'%s','reportName':null,'queryId':'%s','createdTime':'%s',"
        "'modifiedTime':null,'startTime':'%s','reportStatus':'Active','recurrenceInterval':%lld,"
        "'recurrenceCount':null,'callbackUrl':null,'format':'%s'}",
        id, query, seconds(arena, now), seconds(arena, start_ms),
        json_get_int(call->body, "RecurrenceInterval", 24), format ? format : "csv");
    json_set_text(arena, row, "reportName", name);
    struct json *document = json_object(arena);
    json_set(arena, document, "shown", json_clone(arena, row));
    json_set(arena, document, "start_ms", json_int(arena, start_ms));
    json_set(arena, document, "now", json_bool(arena, at_once));
    json_set_text(arena, document, "execution", azure_new_guid(call->sandbox, arena));
    rest_add(&market->reports, id, document, now);
    answer(call, row, "Report created successfully", true);
    return 0;
}

/* The link is to the host that was asked: there is no storage account beside it. */
static const char *file_link(struct rest_call *call, const struct rest_record *record)
{
    const char *host = request_header(call->request, "host");
    return arena_printf(call->arena, "http://%s" FILES "%s.csv?sig=%.8s", host ? host : "127.0.0.1",
                        record->id, json_get_text(record->document, "execution"));
}

static int get_execution(struct rest_call *call)
{
    struct arena *arena = call->arena;
    const struct rest_record *record =
        rest_find(&call->sandbox->azure->parts.market->reports, call->segments[0]);
    const char *status = json_get_text(call->query, "executionStatus");
    int64_t start_ms = record ? json_get_int(record->document, "start_ms", 0) : 0;
    bool wanted = !status || text_equal_nocase(status, "Completed");
    if (!record || !wanted || sandbox_now(call->sandbox) < start_ms)
        return fail(call->failure, 404, "notFound",
                    "There are no executions that have occurred for the given filter conditions. "
                    "Please recheck the reportId or executionId and retry the API after the "
                    "report's scheduled execution time");
    struct json *row = rest_make(
        arena,
        "{'executionId':'%s','reportId':'%s','recurrenceInterval':%lld,'recurrenceCount':null,"
        "'callbackUrl':null,'format':'%s','executionStatus':'Completed',"
        "'reportAccessSecureLink':null,'reportExpiryTime':null,'reportGeneratedTime':'%s'}",
        json_get_text(record->document, "execution"), record->id,
        json_get_int(json_get(record->document, "shown"), "recurrenceInterval", 24),
        json_text(json_find(record->document, "shown.format")), seconds(arena, start_ms));
    json_set_text(arena, row, "reportAccessSecureLink", file_link(call, record));
    answer(call, row, NULL, false);
    json_set(arena, call->answer, "message", json_null(arena));
    return 0;
}

static const struct rest_route routes[] = {
    {"GET", "/ScheduledDataset", "ListDatasets", list_datasets, NULL},
    {"GET", "/ScheduledQueries", "ListQueries", list_queries, NULL},
    {"POST", "/ScheduledQueries", "CreateQuery", create_query, NULL},
    {"GET", "/ScheduledReport", "ListReports", list_reports, NULL},
    {"POST", "/ScheduledReport", "CreateReport", create_report, NULL},
    {"GET", "/ScheduledReport/execution/{}", "GetExecution", get_execution, NULL},
};
const struct rest_routes azure_insight_routes = {&azure_insights_surface, routes, COUNT(routes)};

/* ---- Files. */
/* Of a purchase: {shown, offer}, where what is shown is like a subscription. */
static const char *column_value(struct arena *arena, const struct sandbox *sandbox,
                                const struct json *purchase, const char *column)
{
    const struct json *shown = json_get(purchase, "shown");
    const char *guid = json_get_text(purchase, "offer");
    const struct json *offer = guid ? sandbox_azure_offer(sandbox, guid) : NULL;
    bool parties = ingestion_is(offer, "privateOfferType", "multipartyPromotionOriginator");
    const struct {
        const char *column, *value;
    } values[] = {
        {"AssetId", json_get_text(shown, "id")},
        {"OrderStatus",
         ingestion_is(shown, "saasSubscriptionStatus", "Unsubscribed") ? "Cancelled" : "Active"},
        {"OfferName", json_get_text(shown, "name")},
        {"SKU", json_get_text(shown, "planId")},
        {"PlanId", json_get_text(shown, "planId")},
        {"Quantity", json_get_text(shown, "quantity")},
        {"OrderPurchaseDate", json_get_text(shown, "created")},
        {"IsPrivateOffer", guid ? "1" : "0"},
        {"PrivateOfferId", guid},
        {"PrivateOfferName", json_get_text(offer, "name")},
        {"MultiParty", parties ? "1" : "0"},
        {"PartnerInfo", json_text(json_find(offer, "partners[0].partnerName"))},
        {"SalesNotes", json_get_text(offer, "notes")},
        {"BillingAccountId", json_text(json_find(offer, "beneficiaries[0].id"))},
        {"TermStartDate", json_text(json_find(shown, "term.startDate"))},
        {"TermEndDate", json_text(json_find(shown, "term.endDate"))},
    };
    for (size_t i = 0; i < COUNT(values); i++) {
        if (!strcmp(values[i].column, column) && values[i].value)
            return arena_copy(arena, values[i].value);
    }
    return "";
}

static void add_cell(struct text *out, const char *value, char separator, bool first)
{
    if (!first)
        text_add_char(out, separator);
    if (!strpbrk(value, ",;\"\r\n\t")) {
        text_add(out, value);
        return;
    }
    text_add_char(out, '"');
    for (const char *c = value; *c; c++) {
        if (*c == '"')
            text_add_char(out, '"');
        text_add_char(out, *c);
    }
    text_add_char(out, '"');
}

/* A row of a report: its columns, and what is written into. */
struct report {
    struct arena *arena;
    const struct sandbox *sandbox;
    const struct json *names;
    char separator;
    struct text out;
};

static void add_row(struct report *report, const struct json *purchase)
{
    for (size_t i = 0; i < report->names->count; i++)
        add_cell(&report->out,
                 column_value(report->arena, report->sandbox, purchase,
                              json_text(report->names->items[i])),
                 report->separator, !i);
    text_add(&report->out, "\r\n");
}

static const char *make_file(struct arena *arena, const struct sandbox *sandbox,
                             const struct rest_record *record)
{
    const struct azure_market *market = ingestion_market(sandbox);
    const char *format = json_text(json_find(record->document, "shown.format"));
    const struct rest_record *query =
        rest_find(&market->queries, json_text(json_find(record->document, "shown.queryId")));
    const char *text = json_get_text(query->document, "query");
    struct report report = {.arena = arena,
                            .sandbox = sandbox,
                            .names = selected(arena, text),
                            .separator = text_equal_nocase(format, "tsv") ? '\t' : ','};
    bool only_private = strstr(text, "IsPrivateOffer = '1'") != NULL;
    text_init(&report.out, 4 << 20);
    for (size_t i = 0; i < report.names->count; i++)
        add_cell(&report.out, json_text(report.names->items[i]), report.separator, !i);
    text_add(&report.out, "\r\n");
    for (size_t i = 0; i < market->subscriptions.count; i++) {
        const struct json *bought = market->subscriptions.records[i]->document;
        if (!only_private || json_get_text(bought, "offer"))
            add_row(&report, bought);
    }
    for (size_t i = 0; i < market->offers.count; i++) {
        const struct json *order = json_get(market->offers.records[i]->document, "order");
        if (order)
            add_row(&report, order);
    }
    const char *copy = arena_copy(arena, report.out.data);
    text_free(&report.out);
    return copy;
}

bool insights_download(struct sandbox *sandbox, const struct sandbox_request *request,
                       struct arena *arena, struct sandbox_response *response)
{
    if (!text_starts(request->path, FILES))
        return false;
    const char *name = request->path + strlen(FILES);
    size_t length = strcspn(name, ".");
    const struct rest_record *record =
        rest_find(&ingestion_market(sandbox)->reports, arena_copy_n(arena, name, length));
    const char *signature =
        record ? arena_printf(arena, "sig=%.8s", json_get_text(record->document, "execution")) : "";
    bool signed_well = record && text_equal(request->query, signature);
    response_header(response, "content-type", signed_well ? "text/csv" : "application/xml");
    if (request_header(request, "authorization"))
        answer_body(response, 400, "<Error><Code>InvalidAuthenticationInfo</Code></Error>");
    else if (!signed_well)
        answer_body(response, 403, "<Error><Code>AuthenticationFailed</Code></Error>");
    else
        answer_body(response, 200, make_file(arena, sandbox, record));
    answer_count(sandbox, "DownloadReport", response->status);
    return true;
}
