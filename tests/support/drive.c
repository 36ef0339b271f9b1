#include "tests/support/drive.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "tests/support/quoted.h"

#define TEXT_MAX (256 * 1024)

/* A mistake of the test itself. */
static _Noreturn void broken(const char *what, const char *detail)
{
    fprintf(stderr, "drive: %s: %s\n", what, detail);
    abort();
}

static void open_sandbox(struct drive *drive, const struct sandbox_options *options)
{
    const struct sandbox_options defaults = {0};
    struct error error;
    if (sandbox_new(options ? options : &defaults, &drive->fake.world, &drive->sandbox, &error) < 0)
        broken("sandbox_new", error.message);
}

void drive_start(struct drive *drive, const struct sandbox_options *options)
{
    memset(drive, 0, sizeof *drive);
    fake_init(&drive->fake, 7);
    drive->arena = arena_new();
    drive->pace_ms = 1000;
    open_sandbox(drive, options);
}

void drive_stop(struct drive *drive)
{
    sandbox_free(drive->sandbox);
    arena_free(drive->arena);
    fake_free(&drive->fake);
}

void drive_restart(struct drive *drive, const struct sandbox_options *options)
{
    sandbox_free(drive->sandbox);
    drive->sandbox = NULL;
    open_sandbox(drive, options);
}

static int handle(struct drive *drive, const struct sandbox_request *request)
{
    sandbox_handle(drive->sandbox, request, drive->arena, &drive->response);
    drive->answer = NULL;
    if (drive->response.dropped)
        return 0;
    json_parse(drive->arena, drive->response.body, drive->response.body_length, &drive->answer,
               NULL);
    return drive->response.status;
}

int drive_send(struct drive *drive, const char *method, const char *target,
               const struct http_header *headers, const char *body)
{
    size_t length = strcspn(target, "?"), count = 0;
    while (headers[count].name)
        count++;
    const struct sandbox_request request = {
        .method = method,
        .path = arena_copy_n(drive->arena, target, length),
        .query = target[length] ? target + length + 1 : NULL,
        .headers = headers,
        .header_count = count,
        .body = body,
        .body_length = body ? strlen(body) : 0,
    };
    fake_advance(&drive->fake, drive->pace_ms);
    return handle(drive, &request);
}

/* Signs and sends; `service` is whom it is signed for unless the signer says another one. */
static int send_signed(struct drive *drive, const char *service, struct sandbox_request *request)
{
    fake_advance(&drive->fake, drive->pace_ms);
    struct sandbox_signer signer = drive->signer;
    signer.service = signer.service ? signer.service : service;
    signer.now_ms = drive->fake.now_ms;
    sandbox_sign(drive->arena, &signer, request);
    return handle(drive, request);
}

/* An operation that a target names. */
static int call_target(struct drive *drive, const char *service, const char *target,
                       const struct json *body)
{
    const char *text = json_print(drive->arena, body);
    const struct http_header headers[] = {
        {"host", "127.0.0.1:8080"},
        {"content-type", "application/x-amz-json-1.0"},
        {"x-amz-target", target},
    };
    struct sandbox_request request = {
        .method = "POST",
        .path = "/",
        .headers = headers,
        .header_count = COUNT(headers),
        .body = text,
        .body_length = strlen(text),
    };
    return send_signed(drive, service, &request);
}

int drive_call(struct drive *drive, const char *operation, const struct json *body)
{
    const char *target = arena_printf(drive->arena, SANDBOX_TARGET "%s", operation);
    return call_target(drive, SANDBOX_SERVICE, target, body);
}

static int call_route(struct drive *drive, const char *method, const char *operation,
                      const char *query, const struct json *body)
{
    const char *text = body ? json_print(drive->arena, body) : "";
    const struct http_header headers[] = {
        {"host", "127.0.0.1:8080"},
        {"content-type", "application/json"},
    };
    struct sandbox_request request = {
        .method = method,
        .path = arena_printf(drive->arena, "/%s", operation),
        .query = query,
        .headers = headers,
        .header_count = body ? 2 : 1,
        .body = text,
        .body_length = strlen(text),
    };
    return send_signed(drive, SANDBOX_MARKETPLACE, &request);
}

struct json *drive_json(struct drive *drive, const char *text)
{
    return quoted_json(drive->arena, text);
}

static struct json *body_of(struct drive *drive, const char *format, va_list list)
    __attribute__((format(printf, 2, 0)));
static struct json *body_of(struct drive *drive, const char *format, va_list list)
{
    char *text = memory_alloc(TEXT_MAX);
    vsnprintf(text, TEXT_MAX, format, list);
    struct json *body = drive_json(drive, text);
    free(text);
    return body;
}

int drive_text(struct drive *drive, const char *operation, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    struct json *body = body_of(drive, format, list);
    va_end(list);
    return drive_call(drive, operation, body);
}

int drive_catalog(struct drive *drive, const char *operation, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    struct json *body = body_of(drive, format, list);
    va_end(list);
    return call_route(drive, "POST", operation, NULL, body);
}

int drive_agreement(struct drive *drive, const char *operation, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    struct json *body = body_of(drive, format, list);
    va_end(list);
    const char *target = arena_printf(drive->arena, SANDBOX_AGREEMENT_TARGET "%s", operation);
    return call_target(drive, SANDBOX_MARKETPLACE, target, body);
}

int drive_query(struct drive *drive, const char *method, const char *operation, const char *name,
                const char *value)
{
    const char *query = arena_printf(drive->arena, "catalog=AWSMarketplace&%s=%s", name, value);
    return call_route(drive, method, operation, query, NULL);
}

const char *drive_set(struct drive *drive, const char *changes)
{
    if (drive_catalog(drive, "StartChangeSet", "{'Catalog':'AWSMarketplace','ChangeSet':%s}",
                      changes) != 200)
        return "";
    const char *id = drive_answer(drive, "ChangeSetId");
    fake_advance(&drive->fake, 3000);
    if (drive_query(drive, "GET", "DescribeChangeSet", "changeSetId", id) != 200)
        broken("DescribeChangeSet", drive->response.body);
    return drive_answer(drive, "Status");
}

const char *drive_set_entity(struct drive *drive, size_t index)
{
    char *id = arena_copy(
        drive->arena,
        drive_answer(drive, arena_printf(drive->arena, "ChangeSet[%zu].Entity.Identifier", index)));
    id[strcspn(id, "@")] = '\0';
    return id;
}

const char *drive_set_error(const struct drive *drive)
{
    const struct json *changes = json_get(drive->answer, "ChangeSet");
    for (size_t i = 0; changes && i < changes->count; i++) {
        const char *code = json_text(json_find(changes->items[i], "ErrorDetailList[0].ErrorCode"));
        if (code)
            return code;
    }
    return "";
}

int drive_control(struct drive *drive, const char *target, const char *body)
{
    char *path = arena_printf(drive->arena, "/_sandbox/%s", target);
    char *query = strchr(path, '?');
    if (query)
        *query++ = '\0';
    const char *text = body ? json_print(drive->arena, drive_json(drive, body)) : "";
    const struct sandbox_request request = {
        .method = body ? "POST" : "GET",
        .path = path,
        .query = query,
        .body = text,
        .body_length = strlen(text),
    };
    return handle(drive, &request);
}

void drive_put(struct drive *drive, struct json *document, const char *path, const char *value)
{
    struct error error;
    struct json *json = value ? drive_json(drive, value) : NULL;
    if (json_put(drive->arena, document, path, json, &error) < 0)
        broken(path, error.message);
}

struct json *drive_sample(struct drive *drive, const char *catalog, const char *token)
{
    struct json *sample = drive_json(
        drive,
        "{'Catalog':'AWS','ClientToken':'t','PartnerOpportunityIdentifier':'CRM-1',"
        "'Origin':'Partner Referral','OpportunityType':'Net New Business','NationalSecurity':'No',"
        "'PrimaryNeedsFromAws':['Co-Sell - Deal Support'],"
        "'Customer':{'Account':{'CompanyName':'Example Corp','Industry':'Software and Internet',"
        "'WebsiteUrl':'https://www.example.com','Address':{'City':'Seattle','PostalCode':'98101',"
        "'StateOrRegion':'Washington','CountryCode':'US','StreetAddress':'1 Way'}},"
        "'Contacts':[{'FirstName':'A','LastName':'B','Email':'a.b@example.com',"
        "'Phone':'+12065550100'}]},"
        "'Project':{'Title':'Log search [approve]',"
        "'CustomerBusinessProblem':'Logs of four sites are looked through by hand.',"
        "'CustomerUseCase':'Monitoring & Observability','DeliveryModels':['SaaS or PaaS'],"
        "'SalesActivities':['SOW Signed'],'CompetitorName':'No Competition',"
        "'ExpectedCustomerSpend':[{'Amount':'4000.00','CurrencyCode':'USD','Frequency':'Monthly',"
        "'TargetCompany':'AWS'}]},"
        "'LifeCycle':{'Stage':'Qualified','TargetCloseDate':'2026-09-30','NextSteps':'Demo'},"
        "'Marketing':{'Source':'None'}}");
    json_set_text(drive->arena, sample, "Catalog", catalog);
    json_set_text(drive->arena, sample, "ClientToken", token);
    return sample;
}

const char *drive_create(struct drive *drive, const char *catalog, const char *token)
{
    if (drive_call(drive, "CreateOpportunity", drive_sample(drive, catalog, token)) != 200)
        broken("CreateOpportunity", drive->response.body);
    return json_get_text(drive->answer, "Id");
}

void drive_submit(struct drive *drive, const char *catalog, const char *id)
{
    const char *member = drive_member(drive, catalog, id, "RelatedEntityIdentifiers.Solutions[0]");
    if (!member[0] &&
        drive_text(drive, "AssociateOpportunity",
                   "{'Catalog':'%s','OpportunityIdentifier':'%s','RelatedEntityType':'Solutions',"
                   "'RelatedEntityIdentifier':'S-1234567'}",
                   catalog, id) != 200)
        broken("AssociateOpportunity", drive->response.body);
    if (drive_text(drive, "StartEngagementFromOpportunityTask",
                   "{'Catalog':'%s','ClientToken':'submit %s %lld','Identifier':'%s',"
                   "'AwsSubmission':{'InvolvementType':'Co-Sell','Visibility':'Full'}}",
                   catalog, id, (long long)drive->fake.now_ms, id) != 200)
        broken("StartEngagementFromOpportunityTask", drive->response.body);
    fake_advance(&drive->fake, 2000);
    drive_control(drive, "stats", NULL); /* any look lets the service catch up with its clock */
}

void drive_review(struct drive *drive, const char *catalog, const char *id, const char *status)
{
    const char *body =
        arena_printf(drive->arena, "{'catalog':'%s','id':'%s','status':'%s'}", catalog, id, status);
    if (drive_control(drive, "review", body) != 200)
        broken("review", drive->response.body);
}

struct json *drive_update_of(struct drive *drive, const char *catalog, const char *id)
{
    static const char *const not_sent[] = {"Id", "Arn", "CreatedDate", "OpportunityTeam",
                                           "RelatedEntityIdentifiers"};
    struct json *update = json_clone(drive->arena, sandbox_document(drive->sandbox, catalog, id));
    for (size_t i = 0; i < COUNT(not_sent); i++)
        json_remove(update, not_sent[i]);
    json_set_text(drive->arena, update, "Identifier", id);
    return update;
}

const char *drive_member(struct drive *drive, const char *catalog, const char *id, const char *path)
{
    const char *text = json_text(json_find(sandbox_document(drive->sandbox, catalog, id), path));
    return text ? arena_copy(drive->arena, text) : "";
}

const char *drive_answer(const struct drive *drive, const char *path)
{
    const char *text = json_text(json_find(drive->answer, path));
    return text ? text : "";
}

const char *drive_error(const struct drive *drive)
{
    const char *type = json_get_text(drive->answer, "__type");
    const char *hash = type ? strrchr(type, '#') : NULL;
    return hash ? hash + 1 : type ? type : "";
}

bool drive_has_error(const struct drive *drive, const char *code, const char *field)
{
    const struct json *list = json_get(drive->answer, "ErrorList");
    for (size_t i = 0; list && i < list->count; i++) {
        if (text_equal(json_get_text(list->items[i], "Code"), code) &&
            (!field || text_equal(json_get_text(list->items[i], "FieldName"), field)))
            return true;
    }
    return false;
}

size_t drive_error_count(const struct drive *drive)
{
    const struct json *list = json_get(drive->answer, "ErrorList");
    return list ? list->count : 0;
}
