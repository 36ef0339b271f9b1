#include "tests/support/azure_market.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "tests/sandbox/azure/identities.h"
#include "tests/sandbox/azure/ingestion.h"
#include "tests/support/quoted.h"

int azure_market_call(struct drive *drive, const char *audience, const char *method,
                      const char *target, const char *body)
{
    struct arena *arena = drive->arena;
    struct http_header headers[4] = {{"host", "127.0.0.1:8080"}};
    size_t count = 1;
    if (audience)
        headers[count++] = (struct http_header){
            "authorization",
            arena_printf(arena, "Bearer %s",
                         azure_access_make(drive->sandbox, audience, AZURE_APP, 3600)->text)};
    if (body)
        headers[count++] = (struct http_header){"content-type", "application/json"};
    return drive_send(drive, method, target, headers, quoted(arena, body));
}

bool azure_market_carry(struct drive *drive, const char *audience,
                        const struct http_request *request, struct http_response *ret_response)
{
    struct arena *arena = drive->arena;
    struct http_header headers[24];
    size_t count = 0;
    const char *host = strstr(request->url, "://");
    const char *path = host ? strchr(host + 3, '/') : NULL;
    const char *query = path ? strchr(path, '?') : NULL;
    if (!path || request->header_count + 2 > COUNT(headers))
        abort();
    for (size_t i = 0; i < request->header_count; i++) {
        char *name = arena_copy(arena, request->headers[i].name);
        text_lower(name);
        if (!audience || strcmp(name, "authorization") != 0)
            headers[count++] = (struct http_header){name, request->headers[i].value};
    }
    headers[count++] = (struct http_header){"host", "127.0.0.1:8080"};
    if (audience)
        headers[count++] = (struct http_header){
            "authorization",
            arena_printf(arena, "Bearer %s",
                         azure_access_make(drive->sandbox, audience, AZURE_APP, 3600)->text)};
    const struct sandbox_request sent = {
        .method = request->method,
        .path = query ? arena_copy_n(arena, path, (size_t)(query - path)) : path,
        .query = query ? query + 1 : NULL,
        .headers = headers,
        .header_count = count,
        .body = request->body,
        .body_length = request->body ? request->body_length : 0,
    };
    struct sandbox_response response = {0};
    sandbox_handle(drive->sandbox, &sent, arena, &response);
    struct http_header *answered = arena_array(arena, response.header_count + 1, sizeof *answered);
    memcpy(answered, response.headers, response.header_count * sizeof *answered);
    *ret_response = (struct http_response){.status = response.status,
                                           .headers = answered,
                                           .header_count = response.header_count,
                                           .body = response.body,
                                           .body_length = response.body_length};
    return !response.dropped;
}

int azure_market_get(struct drive *drive, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    const char *rest = arena_vprintf(drive->arena, format, list);
    va_end(list);
    return azure_market_call(drive, AZURE_MARKET_GRAPH, "GET",
                             arena_printf(drive->arena, INGESTION_BASE "/%s%c$version=2023-07-15",
                                          rest, strchr(rest, '?') ? '&' : '?'),
                             NULL);
}

const char *azure_market_text(const struct drive *drive, const char *path)
{
    const char *text = json_text(json_find(drive->answer, path));
    return text ? text : "";
}

const char *azure_market_post(struct drive *drive, const char *resources)
{
    const char *body = arena_printf(
        drive->arena,
        "{'$schema':'https://schema.mp.microsoft.com/schema/configure/2022-07-01','resources':%s}",
        resources);
    int status = azure_market_call(drive, AZURE_MARKET_GRAPH, "POST",
                                   INGESTION_BASE "/configure?$version=2022-07-01", body);
    return status == 202 ? arena_copy(drive->arena, azure_market_text(drive, "jobId")) : NULL;
}

const char *azure_market_job(struct drive *drive, const char *resources)
{
    const char *id = azure_market_post(drive, resources);
    if (!id)
        return "";
    for (size_t i = 0; i < 10; i++) {
        fake_advance(&drive->fake, 60000);
        azure_market_get(drive, "configure/%s/status", id);
        if (!strcmp(azure_market_text(drive, "jobStatus"), "completed"))
            break;
    }
    return azure_market_text(drive, "jobResult");
}

const char *azure_market_error(const struct drive *drive)
{
    return azure_market_text(drive, "errors[0].code");
}

const char *azure_market_offer(struct drive *drive, const char *path, const char *value)
{
    static const char sample[] =
        "{'$schema':'https://schema.mp.microsoft.com/schema/private-offer/2023-07-15',"
        "'resourceName':'offer1','name':'Fabrikam renewal','state':'live','privateOfferType':"
        "'customerPromotion','offerPricingType':'editExistingOfferPricingOnly',"
        "'variableStartDate':true,'end':'%s','acceptBy':'%s','preparedBy':'deals@contoso.com',"
        "'notificationContacts':['deals@contoso.com'],'beneficiaries':[{'id':"
        "'" INGESTION_ACCOUNT "','description':'Fabrikam'}],'pricing':[{'product':"
        "'product/" INGESTION_SAAS "','plan':'plan/" INGESTION_SAAS "/" INGESTION_STANDARD "',"
        "'discountType':'percentage','discountPercentage':12.5}],'notes':'CRM 42'}";
    int64_t today = day_of(sandbox_now(drive->sandbox));
    struct json *offer = rest_make(drive->arena, sample, ingestion_day(drive->arena, today + 300),
                                   ingestion_day(drive->arena, today + 30));
    struct json *part = path && value ? quoted_json(drive->arena, value) : NULL;
    struct error error;
    if (path && json_put(drive->arena, offer, path, part, &error) < 0)
        abort();
    return arena_printf(drive->arena, "[%s]", json_print(drive->arena, offer));
}

const char *azure_market_create(struct drive *drive, const char *offer)
{
    const char *result = azure_market_job(drive, offer);
    if (strcmp(result, "succeeded") != 0) {
        fprintf(stderr, "offer refused: %s\n", drive->response.body);
        abort();
    }
    const char *job = arena_copy(drive->arena, azure_market_text(drive, "jobId"));
    azure_market_get(drive, "configure/%s", job);
    const struct json *resources = json_get(drive->answer, "resources");
    const struct json *last = json_at(resources, resources->count - 1);
    return arena_copy(drive->arena, ingestion_bare(json_get_text(last, "id")));
}

const char *azure_market_day(struct drive *drive, int days)
{
    int64_t today = day_of(sandbox_now(drive->sandbox));
    return arena_printf(drive->arena, "'%s'", ingestion_day(drive->arena, today + days));
}

const char *azure_market_bare(const char *durable)
{
    return ingestion_bare(durable);
}

/* ---- what became of listings ---- */

static const struct json *resource_of(const struct json *rows, const char *id)
{
    for (size_t i = 0; rows && i < rows->count; i++)
        if (text_equal(json_get_text(rows->items[i], "id"), id))
            return rows->items[i];
    return NULL;
}

static const char *tell_tree(const struct sandbox *sandbox, struct arena *arena, const char *guid,
                             const char *target)
{
    const struct json *rows = ingestion_tree(arena, sandbox, guid, target);
    const struct json *listing =
        resource_of(rows, arena_printf(arena, "listing/%s/public/main/default/en-us", guid));
    const struct json *property =
        resource_of(rows, arena_printf(arena, "property/%s/public/main", guid));
    const struct json *product = resource_of(rows, arena_printf(arena, "product/%s", guid));
    const char *title = json_get_text(listing, "title");
    const char *summary = json_get_text(listing, "searchResultSummary");
    const char *state = json_get_text(product, "lifecycleState");
    const struct json *categories = json_get(property, "categories");
    return arena_printf(arena, "%s: %s | %s | %s | %s", target, title ? title : "-",
                        summary ? summary : "-", state ? state : "-",
                        categories ? json_print(arena, categories) : "-");
}

static const char *tell_submissions(const struct sandbox *sandbox, struct arena *arena,
                                    const char *guid)
{
    const struct json *rows = submission_list(arena, sandbox, guid, NULL);
    const char *text = "";
    for (size_t i = 0; i < rows->count; i++) {
        const struct json *row = rows->items[i];
        const char *status = json_get_text(row, "status"), *result = json_get_text(row, "result");
        text =
            arena_printf(arena, "%s %s/%s/%s", text, json_text(json_find(row, "target.targetType")),
                         status ? status : "-", result ? result : "-");
    }
    return text;
}

size_t azure_market_publications(const struct sandbox *sandbox, const char *target)
{
    const struct rest_table *jobs = &ingestion_market(sandbox)->jobs;
    size_t count = 0;
    for (size_t i = 0; i < jobs->count; i++) {
        const struct json *job = jobs->records[i]->document;
        const struct json *item = json_at(json_get(job, "resources"), 0);
        const struct json *made = json_get(job, "made");
        count += made && made->count && !text_equal(json_get_text(job, "fate"), "fails") &&
                 !json_get(item, "lifecycleState") &&
                 text_equal(json_text(json_find(item, "target.targetType")), target);
    }
    return count;
}

const char *azure_market_listing(const struct sandbox *sandbox, struct arena *arena,
                                 const char *guid)
{
    static const char *const targets[] = {"draft", "preview", "live"};
    const char *text = arena_printf(arena, "%s:%s\n", guid, tell_submissions(sandbox, arena, guid));
    for (size_t i = 0; i < COUNT(targets); i++)
        text = arena_printf(arena, "%s  %s\n", text, tell_tree(sandbox, arena, guid, targets[i]));
    return text;
}
