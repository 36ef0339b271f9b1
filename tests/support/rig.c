#include "tests/support/rig.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/times.h"
#include "tests/sandbox/azure/account.h"
#include "tests/sandbox/gcp/account.h"
#include "tests/support/folder.h"

#define LATENCY_MS 20

const char rig_yaml[] =
    "version: 1\n"
    "store: {path: state/agent.db}\n"
    "clouds:\n"
    "  aws: {catalog: AWS}\n"
    "sources:\n"
    "  crm: {type: csv, path: crm.csv, key: Key, write: in-place, currency: USD}\n"
    "jobs:\n"
    "  - name: deals\n"
    "    cloud: aws\n"
    "    kind: referral\n"
    "    source: crm\n"
    "    mode: apply\n"
    "    fields:\n"
    "      id: {column: OppId}\n"
    "      title: {column: Name, owner: local}\n"
    "      company: {column: Company, owner: local}\n"
    "      website: {column: Website, owner: local}\n"
    "      country: {column: Country}\n"
    "      state: {column: State}\n"
    "      postal_code: {column: Zip}\n"
    "      industry: {column: Industry}\n"
    "      problem: {column: Problem, owner: local}\n"
    "      use_case: {column: UseCase, owner: local}\n"
    "      delivery_models: {column: Delivery}\n"
    "      spend: {column: Spend}\n"
    "      stage: {column: Stage, owner: newest}\n"
    "      close_date: {column: Close}\n"
    "      next_steps: {column: NextStep}\n"
    "      lost_reason: {column: LostReason}\n"
    "      needs: {column: Needs}\n"
    "      sales_activities: {column: Activities}\n"
    "      marketing_source: {column: Marketing}\n"
    "      solutions: {column: Solution}\n"
    "    match: [id, partner_reference]\n"
    "    create: {when: {column: Share, equals: \"yes\"}}\n"
    "    submit: {when: {column: Share, equals: \"yes\"}}\n"
    "    allow: [submit]\n"
    "    limits: {max_share: 100%}\n";

void rig_ok(struct rig *rig, int result, const char *call, const char *file, int line)
{
    if (result < 0)
        print_error("%s gave %d: %s\n", call, result, rig->error.message);
    _assert_true(result >= 0, call, file, line);
}

/* ---- the transport: the sandbox's core ---- */

/* What follows the host in a URL: "/", "/DescribeEntity?catalog=…". */
static const char *route_of(const struct http_request *request)
{
    const char *host = strstr(request->url, "://");
    const char *route = host ? strchr(host + strlen("://"), '/') : NULL;
    return route ? route : "/";
}

/* By target, or by path. */
static const char *operation_of(struct arena *arena, const struct http_request *request)
{
    const char *target = http_request_get(request, "X-Amz-Target");
    const char *dot = target ? strchr(target, '.') : NULL;
    const char *route = route_of(request);
    if (dot)
        return dot + 1;
    return route[1] ? arena_copy_n(arena, route + 1, strcspn(route + 1, "?")) : "?";
}

/* As they go over the wire: with the host, whom assertions name. */
static const struct http_header *headers_of(struct arena *arena, const struct http_request *request,
                                            size_t *ret_count)
{
    struct http_header *headers = arena_array(arena, request->header_count + 1, sizeof *headers);
    for (size_t i = 0; i < request->header_count; i++)
        headers[i] = request->headers[i];
    *ret_count = request->header_count;
    if (!http_request_get(request, "Host"))
        headers[(*ret_count)++] = (struct http_header){"Host", "127.0.0.1:1"};
    return headers;
}

static void answer_call(void *context, struct arena *arena, const struct http_request *request,
                        struct fake_answer *ret_answer)
{
    struct rig *rig = context;
    struct sandbox_response response;
    const char *route = route_of(request), *query = strchr(route, '?');
    size_t header_count;
    const struct http_header *headers = headers_of(arena, request, &header_count);
    const struct sandbox_request call = {.method = request->method,
                                         .path = arena_copy_n(arena, route, strcspn(route, "?")),
                                         .query = query ? query + 1 : NULL,
                                         .headers = headers,
                                         .header_count = header_count,
                                         .body = request->body,
                                         .body_length = request->body_length};
    if (rig->before_call)
        rig->before_call(rig, operation_of(arena, request));
    sandbox_handle(rig->sandbox, &call, arena, &response);
    bool cut = response.dropped || response.sent_length < response.body_length;
    ret_answer->fate = cut ? FAKE_LOST : FAKE_ANSWERED;
    ret_answer->status = response.status;
    ret_answer->body = response.body;
    ret_answer->body_length = response.body_length;
    ret_answer->latency_ms = LATENCY_MS + response.delay_ms;
    for (size_t i = 0; i < response.header_count; i++)
        ret_answer->headers[i] = response.headers[i];
}

static const char *environment(void *context, const char *name)
{
    (void)context;
    if (!strcmp(name, "AWS_ACCESS_KEY_ID"))
        return SANDBOX_ACCESS_KEY;
    return strcmp(name, "AWS_SECRET_ACCESS_KEY") ? NULL : SANDBOX_SECRET;
}

/* ---- life ---- */

static void pass_point(void *context, const char *name)
{
    struct rig *rig = context;
    const struct rig_options *options = &rig->options;
    bool counts =
        options->die_point ? !strcmp(name, options->die_point) : text_starts(name, "journal-");
    rig->points += counts;
    if (counts && options->die_at && rig->points == options->die_at)
        kill(getpid(), SIGKILL);
}

static void report_fault(void *context, const struct config_fault *fault)
{
    (void)context;
    print_error("%zu:%zu: %s\n", fault->place.line, fault->place.column, fault->message);
}

static void open_config(struct rig *rig, const char *yaml)
{
    static struct config_section_type clouds[8], sources[8];
    struct config_schema schema = {.clouds = clouds, .sources = sources};
    for (size_t i = 0; i < connector_count; i++)
        clouds[schema.cloud_count++] = (struct config_section_type){
            connectors[i]->name, connectors[i]->options, connectors[i]->option_count};
    for (size_t i = 0; i < source_type_count; i++)
        sources[schema.source_count++] = (struct config_section_type){
            source_types[i]->name, source_types[i]->options, source_types[i]->option_count};
    rig_assert_ok(rig, config_parse(rig->yaml_path, yaml, strlen(yaml), &schema, report_fault, NULL,
                                    &rig->config));
}

static void open_program(struct rig *rig)
{
    struct error *error = &rig->error;
    rig->http = fake_http_new(&rig->fake, answer_call, rig);
    rig->loop = loop_new(&rig->fake.world, rig->http);
    open_config(rig, rig->options.yaml ? rig->options.yaml : rig_yaml);
    const struct job *job = &rig->config->jobs[0];
    const struct connector *connector = connector_find(job->cloud);
    const struct connector_env env = {.loop = rig->loop, .log = &rig->fake.log, .env = environment};
    const struct config_section *source = config_source(rig->config, job->source);
    rig_assert_ok(rig, store_open(rig->store_path, &rig->fake.world, &rig->store, error));
    rig_assert_ok(rig, source_open(job->source, source_type_find(source->type), &source->settings,
                                   &rig->fake.world, &rig->source, error));
    rig_assert_ok(rig, connector->open(&env, &config_cloud(rig->config, job->cloud)->settings,
                                       &rig->cloud, error));
    rig->work = (struct work){.job = job,
                              .jobs = rig->config->jobs,
                              .job_count = rig->config->job_count,
                              .connector = connector,
                              .kind = connector_kind(connector, job->kind->id),
                              .cloud = rig->cloud,
                              .source = rig->source,
                              .store = rig->store,
                              .world = &rig->fake.world,
                              .log = &rig->fake.log};
}

static void close_program(struct rig *rig)
{
    engine_result_free(&rig->result);
    if (rig->cloud)
        rig->work.connector->close(rig->cloud);
    source_close(rig->source);
    store_close(rig->store);
    if (rig->config)
        config_free(rig->config);
    loop_free(rig->loop);
    rig->http->ops->close(rig->http);
    rig->cloud = NULL;
    rig->source = NULL;
    rig->store = NULL;
    rig->config = NULL;
}

static void open_sandbox(struct rig *rig)
{
    const struct rig_options *options = &rig->options;
    const struct sandbox_options sandbox = {.seed = options->seed,
                                            .referrals = options->referrals,
                                            .unknown_members = options->unknown_members,
                                            .offers = options->offers,
                                            .azure_referrals = options->azure_referrals,
                                            .azure_offers = options->azure_offers,
                                            .gcp_opportunities = options->gcp_opportunities,
                                            .gcp_offers = options->gcp_offers,
                                            .rate = options->slow ? 1 : 100,
                                            .state_path =
                                                options->persistent ? rig->state_path : NULL};
    rig_assert_ok(rig, sandbox_new(&sandbox, &rig->fake.world, &rig->sandbox, &rig->error));
}

/* What an account at Microsoft is proved with. A sign-in that is there goes on: it has been used.
 */
static void put_credentials(const struct rig *rig)
{
    char path[160], text[512];
    struct error error;
    snprintf(path, sizeof path, "%s/sign-in.json", rig->folder);
    setenv("RIG_SECRET", AZURE_SECRET, 1);
    if (access(path, F_OK) == 0)
        return;
    snprintf(text, sizeof text,
             "{\"version\":1,\"tenant\":\"" AZURE_TENANT "\",\"client_id\":\"" AZURE_CLIENT
             "\",\"signed_in\":\"2026-01-01T00:00:00.000Z\",\"issued\":"
             "\"2026-01-01T00:00:00.000Z\",\"refresh_token\":\"" AZURE_REFRESH_TOKEN "\"}");
    if (file_replace(path, text, strlen(text), 0600, &error) < 0)
        fail_msg("%s", error.message);
}

/* The key file of the service account at Google. */
static void put_key_file(const struct rig *rig)
{
    char path[160];
    struct error error;
    snprintf(path, sizeof path, "%s/gcp.json", rig->folder);
    struct json *file = json_object(rig->arena);
    json_set_text(rig->arena, file, "type", "service_account");
    json_set_text(rig->arena, file, "project_id", GCP_PROJECT);
    json_set_text(rig->arena, file, "private_key_id", GCP_KEY_ID);
    json_set_text(rig->arena, file, "private_key", gcp_sandbox_key);
    json_set_text(rig->arena, file, "client_email", GCP_ACCOUNT);
    json_set_text(rig->arena, file, "client_id", GCP_ACCOUNT_ID);
    json_set_text(rig->arena, file, "token_uri", "http://127.0.0.1:1/token");
    const char *text = json_print(rig->arena, file);
    if (file_replace(path, text, strlen(text), 0600, &error) < 0)
        fail_msg("%s", error.message);
}

struct rig *rig_new(const struct rig_options *options)
{
    struct rig *rig = memory_alloc(sizeof *rig);
    rig->options = *options;
    rig->arena = arena_new();
    snprintf(rig->folder, sizeof rig->folder, "%s", options->folder ? options->folder : "");
    if (!options->folder)
        folder_make(rig->folder, sizeof rig->folder, "rig-test");
    snprintf(rig->yaml_path, sizeof rig->yaml_path, "%s/agent.yaml", rig->folder);
    snprintf(rig->csv_path, sizeof rig->csv_path, "%s/crm.csv", rig->folder);
    snprintf(rig->store_path, sizeof rig->store_path, "%s/state/agent.db", rig->folder);
    snprintf(rig->state_path, sizeof rig->state_path, "%s/cloud.json", rig->folder);
    fake_init(&rig->fake, options->seed);
    fake_advance(&rig->fake, options->later_ms);
    if (options->csv || access(rig->csv_path, F_OK) < 0)
        rig_csv_put(rig, options->csv ? options->csv : RIG_HEADER);
    put_credentials(rig);
    put_key_file(rig);
    open_sandbox(rig);
    open_program(rig);
    rig->fake.on_point = pass_point;
    rig->fake.point_context = rig;
    return rig;
}

void rig_free(struct rig *rig)
{
    close_program(rig);
    sandbox_free(rig->sandbox);
    if (!rig->options.folder)
        folder_remove(rig->folder);
    arena_free(rig->arena);
    fake_free(&rig->fake);
    free(rig);
}

void rig_restart(struct rig *rig)
{
    close_program(rig);
    open_program(rig);
}

void rig_configure(struct rig *rig, const char *yaml)
{
    rig->options.yaml = yaml;
    rig_restart(rig);
}

const char *rig_replace(struct rig *rig, const char *text, const char *old, const char *new)
{
    const char *at = strstr(text, old);
    assert_non_null(at);
    return arena_printf(rig->arena, "%.*s%s%s", (int)(at - text), text, new, at + strlen(old));
}

/* ---- runs ---- */

const struct engine_result *rig_run_with(struct rig *rig, const struct engine_options *options)
{
    engine_result_free(&rig->result);
    fake_advance(&rig->fake, 60 * 1000);
    rig_assert_ok(rig, engine_run(rig->loop, &rig->work, 1, options, &rig->result, &rig->error));
    return &rig->result;
}

const struct engine_result *rig_run(struct rig *rig)
{
    return rig_run_with(rig, &(struct engine_options){.apply = true, .control = &rig->control});
}

const struct engine_result *rig_plan(struct rig *rig)
{
    return rig_run_with(rig, &(struct engine_options){.control = &rig->control});
}

size_t rig_changes(const struct rig *rig)
{
    assert_non_null(rig->result.plan);
    return rig->result.plan->change_count;
}

void rig_settle(struct rig *rig, size_t runs)
{
    for (size_t i = 0; i < runs; i++) {
        rig_run(rig);
        if (rig->result.plan && !rig->result.plan->change_count &&
            rig->result.outcome == READ_COMPLETE)
            return;
    }
    const struct plan *plan = rig->result.plan;
    for (size_t i = 0; plan && i < plan->change_count; i++)
        print_error("left: %s\n",
                    json_print(rig->arena, change_to_json(rig->arena, plan->changes[i])));
    fail_msg("still not settled after %zu runs: %s", runs, rig->result.error.message);
}

/* ---- the file ---- */

const char *rig_row(struct rig *rig, const char *key, const char *share)
{
    return arena_printf(rig->arena,
                        "%s,,Deal %s [approve],Company %s,https://%s.example.com,US,Texas,78701,"
                        "Retail,The customer wants to leave the data center.,Migration,"
                        "SaaS or PaaS,4000.00 USD,qualified,2026-12-31,Call them,,"
                        "Co-Sell - Deal Support,Conducted POC / Demo,None,S-2000001,%s,\n",
                        key, key, key, key, share);
}

void rig_csv_put(struct rig *rig, const char *content)
{
    FILE *file = fopen(rig->csv_path, "w");
    assert_non_null(file);
    assert_true(fputs(content, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

const char *rig_csv(struct rig *rig)
{
    CLEANUP_TEXT struct text content;
    text_init(&content, 16 * 1024 * 1024);
    rig_assert_ok(rig, file_read(rig->csv_path, &content, NULL, &rig->error));
    return arena_copy(rig->arena, content.data);
}

/* Cells in these files hold neither commas nor quotes. */
static size_t column_index(const char *csv, const char *column)
{
    size_t index = 0;
    const char *at = csv;
    for (size_t length = strlen(column);
         strncmp(at, column, length) || (at[length] != ',' && at[length] != '\n'); index++) {
        at += strcspn(at, ",\n");
        assert_int_equal(*at, ',');
        at++;
    }
    return index;
}

/* Where the cell begins and ends; false if there is no such row. */
static bool find_cell(const char *csv, const char *key, const char *column, const char **ret_start,
                      const char **ret_end)
{
    size_t length = strlen(key);
    for (const char *line = csv; line && *line; line = strchr(line, '\n') + 1) {
        if (strncmp(line, key, length) || line[length] != ',')
            continue;
        for (size_t index = column_index(csv, column); index; index--)
            line += strcspn(line, ",") + 1;
        *ret_start = line;
        *ret_end = line + strcspn(line, ",\r\n");
        return true;
    }
    return false;
}

const char *rig_cell(struct rig *rig, const char *key, const char *column)
{
    const char *start, *end;
    if (!find_cell(rig_csv(rig), key, column, &start, &end))
        return NULL;
    return arena_copy_n(rig->arena, start, (size_t)(end - start));
}

void rig_set_cell(struct rig *rig, const char *key, const char *column, const char *value)
{
    const char *csv = rig_csv(rig), *start, *end;
    assert_true(find_cell(csv, key, column, &start, &end));
    rig_csv_put(rig, arena_printf(rig->arena, "%.*s%s%s", (int)(start - csv), csv, value, end));
}

/* ---- the cloud ---- */

struct json *rig_control(struct rig *rig, const char *path, struct json *body)
{
    const char *text = body ? json_print(rig->arena, body) : NULL;
    const struct sandbox_request request = {.method = body ? "POST" : "GET",
                                            .path = path,
                                            .body = text,
                                            .body_length = text ? strlen(text) : 0};
    struct sandbox_response response;
    struct json *answer = NULL;
    sandbox_handle(rig->sandbox, &request, rig->arena, &response);
    rig_assert_ok(
        rig, json_parse(rig->arena, response.body, response.body_length, &answer, &rig->error));
    if (response.status != 200)
        fail_msg("%s: %s", path, response.body);
    return answer;
}

struct json *rig_post(struct rig *rig, const char *path, const char *const *pairs)
{
    struct json *body = json_object(rig->arena);
    for (; *pairs; pairs += 2)
        json_set_text(rig->arena, body, pairs[0], pairs[1]);
    return rig_control(rig, path, body);
}

const char **rig_ids(struct rig *rig, size_t *ret_count)
{
    const struct json *ids = json_get(rig_control(rig, "/_sandbox/ids", NULL), "ids");
    const char **list = arena_array(rig->arena, ids->count + 1, sizeof *list);
    for (size_t i = 0; i < ids->count; i++)
        list[i] = json_text(ids->items[i]);
    *ret_count = ids->count;
    return list;
}

const char *rig_member(struct rig *rig, const char *id, const char *path)
{
    const char *text = json_text(json_find(sandbox_document(rig->sandbox, "AWS", id), path));
    return text ? arena_copy(rig->arena, text) : "";
}

const char *rig_id_of(struct rig *rig, const char *reference)
{
    size_t count;
    const char **ids = rig_ids(rig, &count);
    for (size_t i = 0; i < count; i++)
        if (!strcmp(rig_member(rig, ids[i], "PartnerOpportunityIdentifier"), reference))
            return ids[i];
    return NULL;
}

void rig_edit(struct rig *rig, const char *id, const char *path, const char *value)
{
    struct json *body = json_object(rig->arena);
    json_set_text(rig->arena, body, "id", id);
    json_set_text(rig->arena, body, "path", path);
    if (value)
        json_set_text(rig->arena, body, "value", value);
    json_set(rig->arena, body, "force", json_bool(rig->arena, true));
    rig_control(rig, "/_sandbox/edit", body);
}

void rig_review(struct rig *rig, const char *id, const char *status)
{
    rig_post(rig, "/_sandbox/review", (const char *const[]){"id", id, "status", status, NULL});
}

const char *rig_invite(struct rig *rig, const char *title, const char *company)
{
    const char *const pairs[] = {"title", title, "company", company, NULL};
    return json_get_text(rig_post(rig, "/_sandbox/invite", pairs), "id");
}

const char *rig_entity(struct rig *rig, const char *id, const char *path)
{
    const char *text = json_text(json_find(sandbox_entity(rig->sandbox, id), path));
    return text ? arena_copy(rig->arena, text) : "";
}

const char *rig_accept(struct rig *rig, const char *offer)
{
    struct json *body = json_object(rig->arena);
    json_set_text(rig->arena, body, "id", offer);
    return json_get_text(rig_control(rig, "/_sandbox/accept", body), "agreementId");
}

const char *rig_offer_of(struct rig *rig, const char *reference)
{
    const struct json *offers = json_get(rig_control(rig, "/_sandbox/offers", NULL), "offers");
    const char *wanted = arena_printf(rig->arena, "[%s]", reference);
    const char *found = NULL;
    for (size_t i = 0; i < offers->count; i++) {
        const char *description = json_get_text(offers->items[i], "description");
        if (description && strstr(description, wanted))
            found = json_get_text(offers->items[i], "id");
    }
    return found;
}

void rig_fault(struct rig *rig, const char *spec)
{
    rig_assert_ok(rig, sandbox_fault_add(rig->sandbox, spec, &rig->error));
}

void rig_clear_faults(struct rig *rig)
{
    sandbox_fault_clear(rig->sandbox);
}

void rig_advance(struct rig *rig, int64_t ms)
{
    fake_advance(&rig->fake, ms);
}

size_t rig_calls(const struct rig *rig, const char *operation)
{
    size_t count = 0;
    for (size_t i = 0; i < fake_http_count(rig->http); i++)
        count += !operation ||
                 !strcmp(operation_of(rig->arena, &fake_http_at(rig->http, i)->request), operation);
    return count;
}

size_t rig_sent(const struct rig *rig, const char *method, const char *part)
{
    size_t count = 0;
    for (size_t i = 0; i < fake_http_count(rig->http); i++) {
        const struct http_request *request = &fake_http_at(rig->http, i)->request;
        count += !strcmp(request->method, method) && strstr(request->url, part) != NULL;
    }
    return count;
}

/* ---- the store ---- */

struct store_link *rig_link(struct rig *rig, const char *key)
{
    struct store_link *link = NULL;
    rig_assert_ok(rig,
                  rig->store->ops->link_get(rig->store, rig->work.job->name, rig->work.job->kind,
                                            SIDE_LOCAL, key, rig->arena, &link, &rig->error));
    return link;
}

struct count_code {
    const char *code;
    size_t count;
};

static int count_finding(void *context, const struct finding *finding)
{
    struct count_code *count = context;
    count->count += !count->code || !strcmp(finding->type->code, count->code);
    return 0;
}

size_t rig_finding_count(struct rig *rig, const char *code)
{
    struct count_code count = {.code = code};
    rig_assert_ok(rig, rig->store->ops->finding_each(rig->store, rig->work.job->name, rig->arena,
                                                     count_finding, &count, &rig->error));
    return count.count;
}

void rig_decide(struct rig *rig, const char *subject, const char *verdict)
{
    rig_assert_ok(rig,
                  rig->store->ops->verdict_put(rig->store, subject, verdict, "test", &rig->error));
}

struct store_counts rig_counts(struct rig *rig)
{
    struct store_counts counts;
    rig_assert_ok(rig,
                  rig->store->ops->counts(rig->store, rig->work.job->name, &counts, &rig->error));
    return counts;
}

/* ---- comparing ---- */

static void remove_times(struct json *json)
{
    static const char *const names[] = {"Id", "Arn", "CreatedDate", "LastModifiedDate", "Time"};
    for (size_t i = 0; i < COUNT(names) && json->type == JSON_OBJECT; i++)
        json_remove(json, names[i]);
    for (size_t i = 0; i < json->count; i++)
        remove_times(json->items[i]);
}

static int compare_texts(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

struct lines {
    struct rig *rig;
    const char **items;
    size_t count, capacity;
};

static void add_line(struct lines *lines, const char *line)
{
    ARRAY_GROW(lines->items, &lines->capacity, lines->count + 1);
    lines->items[lines->count++] = line;
}

/* Ids differ with the order of making: the reference stands for them. */
static const char *nameless(struct rig *rig, const char *text)
{
    size_t count;
    const char **ids = rig_ids(rig, &count);
    for (size_t i = 0; i < count; i++) {
        const char *reference = rig_member(rig, ids[i], "PartnerOpportunityIdentifier");
        while (strstr(text, ids[i]))
            text = rig_replace(rig, text, ids[i], arena_printf(rig->arena, "<of %s>", reference));
    }
    return text;
}

static int add_link(void *context, const struct store_link *link)
{
    struct lines *lines = context;
    struct arena *arena = lines->rig->arena;
    const struct kind *kind = lines->rig->work.job->kind;
    const char *base =
        json_print(arena, record_to_json(arena, kind, (const char *const *)link->base));
    add_line(lines, arena_printf(arena, "link %s %s %s", link->local_key, link->remote_id, base));
    return 0;
}

const char *rig_state(struct rig *rig)
{
    struct lines lines = {.rig = rig};
    size_t count;
    const char **ids = rig_ids(rig, &count);
    for (size_t i = 0; i < count; i++) {
        struct json *document =
            json_clone(rig->arena, sandbox_document(rig->sandbox, "AWS", ids[i]));
        remove_times(document);
        add_line(&lines, arena_printf(rig->arena, "cloud %s %s",
                                      rig_member(rig, ids[i], "PartnerOpportunityIdentifier"),
                                      json_print(rig->arena, document)));
    }
    rig_assert_ok(rig,
                  rig->store->ops->link_each(rig->store, rig->work.job->name, rig->work.job->kind,
                                             rig->arena, add_link, &lines, &rig->error));
    qsort(lines.items, lines.count, sizeof *lines.items, compare_texts);
    CLEANUP_TEXT struct text out;
    text_init(&out, 64 * 1024 * 1024);
    for (size_t i = 0; i < lines.count; i++)
        text_addf(&out, "%s\n", lines.items[i]);
    free(lines.items);
    text_add(&out, rig_csv(rig));
    return nameless(rig, arena_copy(rig->arena, out.data));
}
