#include "tests/sandbox/azure/referrals.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "tests/sandbox/identity.h"
#include "tests/sandbox/service.h"

#define LINK "http://api.partner.microsoft.com/v1.0/referrals"

/* ---- How it says no. */
static void report(struct rest_call *call, struct sandbox_response *response)
{
    const struct failure *failure = call->failure;
    struct arena *arena = call->arena;
    struct json *body = json_object(arena), *error = json_object(arena);
    if (failure->status == 429) { /* the gateway's, not the service's */
        json_set(arena, body, "statusCode", json_int(arena, 429));
        json_set_text(arena, body, "message", failure->message);
    } else {
        json_set_text(arena, error, "code", failure->type);
        json_set_text(arena, error, "message", failure->message);
        json_set_text(arena, error, "target", "referral");
        if (failure->reason) {
            struct json *inner = json_object(arena);
            json_set_text(arena, inner, "code", failure->reason);
            json_set_text(arena, inner, "message",
                          failure->resource ? failure->resource
                                            : "Application-only authentication");
            json_set(arena, error, "innerError", inner);
        }
        json_set(arena, body, "error", error);
    }
    answer_body(response, failure->status, json_print(arena, body));
}

const struct rest_surface azure_referrals_surface = {
    .base = "/v1.0",
    .audience = "https://api.partner.microsoft.com",
    .identities = AZURE_USER,
    .link = "@odata.nextLink",
    .link_base = LINK,
    .report = report,
};

/* ---- Of each call. */
static bool is_guid(const char *text)
{
    static const char form[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    size_t i = 0;
    while (form[i] && (form[i] == 'x' ? isxdigit((unsigned char)text[i]) : text[i] == '-'))
        i++;
    return !form[i] && !text[i];
}

int referral_begin(struct rest_call *call)
{
    const char *id = request_header(call->request, "client-request-id");
    return id && is_guid(id) ? 0
                             : referral_refuse(call->failure, "missingHeader",
                                               "client-request-id must be there, and a guid");
}

bool referral_visible(const struct rest_call *call, const struct rest_record *record)
{
    return call->admin || referral_has_member(record->document, AZURE_PERSON);
}

static int refuse_person(struct rest_call *call)
{
    call->failure->reason = "innerErrorCode";
    call->failure->resource = "Unauthorized referral access";
    return fail(call->failure, 403, "accessDenied",
                "Caller is not authorized to access the resource.");
}

int referral_find(struct rest_call *call, struct rest_record **ret_record)
{
    const struct rest_table *table = &referral_deals(call->sandbox)->referrals;
    struct rest_record *record = rest_find(table, call->segments[0]);
    int result = referral_begin(call);
    if (result < 0)
        return result;
    if (!record)
        return fail(call->failure, 404, "itemNotFound", "The resource could not be found.");
    if (!referral_visible(call, record))
        return refuse_person(call);
    *ret_record = record;
    return 0;
}

int referral_find_own(struct rest_call *call, bool needs_match, struct rest_record **ret_record)
{
    struct rest_record *record = NULL;
    const char *match = request_header(call->request, "if-match");
    int result = referral_find(call, &record);
    if (result < 0)
        return result;
    if (!referral_is_own(record))
        return refuse_person(call);
    if (!match && needs_match)
        return fail(call->failure, 428, "preconditionFailed", "If-Match is missing.");
    if (match && strcmp(match, "*") != 0 && !referral_is(record, "eTag", match))
        return fail(call->failure, 412, "preconditionFailed",
                    "A precondition provided in the request does not match the current state of "
                    "the resource.");
    *ret_record = record;
    return 0;
}

void referral_show(struct rest_call *call, const struct rest_record *record, int status)
{
    call->status = status;
    call->answer = record->document; /* borrowed until it is printed */
    response_header(call->response, "etag", arena_copy(call->arena, referral_text(record, "eTag")));
}

static int get_one(struct rest_call *call)
{
    struct rest_record *record = NULL;
    int result = referral_find(call, &record);
    if (result == 0)
        referral_show(call, record, 200);
    return result;
}

static const struct rest_route routes[] = {
    {"GET", "/engagements/referrals", "ListReferrals", referral_list, NULL},
    {"POST", "/engagements/referrals", "CreateReferral", referral_create, NULL},
    {"GET", "/engagements/referrals/{}", "GetReferral", get_one, NULL},
    {"PATCH", "/engagements/referrals/{}", "PatchReferral", referral_patch, NULL},
    {"PUT", "/engagements/referrals/{}", "PutReferral", referral_put, NULL},
};
const struct rest_routes azure_referral_routes = {&azure_referrals_surface, routes, COUNT(routes)};

/* ---- The part. */
static void open_part(struct sandbox *sandbox)
{
    sandbox->azure->parts.deals = memory_alloc(sizeof *sandbox->azure->parts.deals);
}

static void close_part(struct sandbox *sandbox)
{
    struct azure_deals *deals = sandbox->azure->parts.deals;
    rest_table_free(&deals->referrals);
    rest_table_free(&deals->hooks);
    for (size_t i = 0; i < REFERRAL_PAGES; i++) {
        free(deals->pages[i].filter);
        free(deals->pages[i].order);
    }
    free(deals);
}

static struct json *describe_part(const struct sandbox *sandbox, struct arena *arena)
{
    struct json *root = json_object(arena);
    json_set(arena, root, "referrals",
             rest_table_describe(arena, &sandbox->azure->parts.deals->referrals));
    json_set(arena, root, "hooks", rest_table_describe(arena, &sandbox->azure->parts.deals->hooks));
    return root;
}

static int read_part(struct sandbox *sandbox, const struct json *root, struct error *error)
{
    (void)error;
    rest_table_read(&sandbox->azure->parts.deals->referrals, json_get(root, "referrals"));
    rest_table_read(&sandbox->azure->parts.deals->hooks, json_get(root, "hooks"));
    return 0;
}

const struct rest_part azure_deal_part = {
    "deals",      open_part,     close_part, referral_seed,
    referral_run, describe_part, read_part,  &azure_deal_controls,
};
