/* AWS STS: three operations of its query protocol. What it does not know it refuses. */
#include <stdio.h>
#include <string.h>

#include "net/har_redact.h"
#include "tests/sandbox/identity.h"

#define CONTENT_TYPE "application/x-www-form-urlencoded; charset=utf-8"
#define NAMESPACE    "https://sts.amazonaws.com/doc/2011-06-15/"
#define FIELDS_MAX   16

struct field_value {
    const char *name, *value;
};

struct sts_call {
    struct sandbox *sandbox;
    struct arena *arena;
    const struct sandbox_request *request;
    struct field_value fields[FIELDS_MAX];
    size_t count;
    const struct identity *caller;
    struct failure failure;
};

static const char *field(const struct sts_call *call, const char *name)
{
    for (size_t i = 0; i < call->count; i++) {
        if (!strcmp(call->fields[i].name, name))
            return call->fields[i].value;
    }
    return NULL;
}

static int refuse(struct sts_call *call, const char *format, const char *what)
{
    char message[300];
    snprintf(message, sizeof message, "%s %.200s", format, what ? what : "");
    return fail(&call->failure, 400, "ValidationError", "%s", message);
}

static int parse_form(struct sts_call *call)
{
    const struct sandbox_request *request = call->request;
    char *rest =
        arena_copy_n(call->arena, request->body ? request->body : "", request->body_length);
    for (char *pair; (pair = strsep(&rest, "&"));) {
        char *value = strchr(pair, '=');
        if (!value || call->count == FIELDS_MAX)
            return refuse(call, "the form is malformed at", pair);
        *value++ = '\0';
        redact_decode(pair);
        redact_decode(value);
        if (field(call, pair))
            return refuse(call, "there are two of", pair);
        call->fields[call->count++] = (struct field_value){pair, value};
    }
    return 0;
}

static int check_fields(struct sts_call *call, const char *const *known)
{
    for (size_t i = 0; i < call->count; i++) {
        bool found = false;
        for (const char *const *name = known; *name && !found; name++)
            found = !strcmp(*name, call->fields[i].name);
        if (!found)
            return refuse(call, "there is no parameter", call->fields[i].name);
    }
    return 0;
}

static bool fits(const char *text, size_t min, size_t max, const char *signs)
{
    size_t length = text ? strlen(text) : 0;
    return text && length >= min && length <= max && strspn(text, signs) == length;
}

#define WORD "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_"

/* The role's name, in the account that there is. */
static int check_role(struct sts_call *call, const char **ret_role)
{
    static const char start[] = "arn:aws:iam::" SANDBOX_ACCOUNT ":role/";
    const char *arn = field(call, "RoleArn");
    if (!arn || !text_starts(arn, start) || !fits(arn + strlen(start), 1, 64, WORD "+=,.@-/"))
        return refuse(call, "RoleArn is no role of this account:", arn);
    if (!fits(field(call, "RoleSessionName"), 2, 64, WORD "+=,.@-"))
        return refuse(call,
                      "RoleSessionName is missing or malformed:", field(call, "RoleSessionName"));
    *ret_role = arn + strlen(start);
    return 0;
}

static int check_duration(struct sts_call *call, bool chained, long long *ret_seconds)
{
    const char *text = field(call, "DurationSeconds");
    long long seconds = 3600;
    if (text && (!text_to_int64(text, &seconds) || seconds < 900 || seconds > 43200))
        return refuse(call, "DurationSeconds is not from 900 to 43200:", text);
    if (chained && seconds > 3600)
        return refuse(call, "DurationSeconds is at most 3600 when a role assumes a role:", text);
    *ret_seconds = seconds;
    return 0;
}

static const char *envelope(struct sts_call *call, const char *operation, const char *inner)
{
    return arena_printf(call->arena,
                        "<%sResponse xmlns=\"" NAMESPACE "\">\n <%sResult>\n%s </%sResult>\n"
                        " <ResponseMetadata><RequestId>11111111-2222-3333-4444-555555555555"
                        "</RequestId></ResponseMetadata>\n</%sResponse>\n",
                        operation, operation, inner, operation, operation);
}

static const char *give_keys(struct sts_call *call, const char *operation, const char *role,
                             long long seconds)
{
    const char *arn =
        arena_printf(call->arena, "arn:aws:sts::" SANDBOX_ACCOUNT ":assumed-role/%s/%s", role,
                     field(call, "RoleSessionName"));
    const struct identity *made = identity_make(call->sandbox, arn, seconds);
    char time[INSTANT_TEXT];
    instant_print(made->expires_ms, time);
    return envelope(call, operation,
                    arena_printf(call->arena,
                                 "  <Credentials>\n   <AccessKeyId>%s</AccessKeyId>\n"
                                 "   <SecretAccessKey>%s</SecretAccessKey>\n"
                                 "   <SessionToken>%s</SessionToken>\n"
                                 "   <Expiration>%.19sZ</Expiration>\n  </Credentials>\n"
                                 "  <AssumedRoleUser><Arn>%s</Arn><AssumedRoleId>AROASANDBOX:%s"
                                 "</AssumedRoleId></AssumedRoleUser>\n",
                                 made->access_key, made->secret, made->token, time, arn,
                                 field(call, "RoleSessionName")));
}

/* Roles that behave in a way of their own: "Denied" trusts nobody, "External" wants an id. */
static int assume_role(struct sts_call *call, const char **ret_body)
{
    static const char *const known[] = {
        "Action", "Version", "RoleArn", "RoleSessionName", "ExternalId", "DurationSeconds", NULL};
    const char *role = NULL;
    long long seconds = 0;
    int result = check_fields(call, known);
    if (result == 0)
        result = check_role(call, &role);
    if (result == 0)
        result = check_duration(call, strstr(call->caller->arn, ":assumed-role/"), &seconds);
    if (result < 0)
        return result;
    const char *external = field(call, "ExternalId");
    if (external && !fits(external, 2, 1224, WORD "+=,.@:/-"))
        return refuse(call, "ExternalId is malformed:", external);
    if (!strcmp(role, "Denied") ||
        (!strcmp(role, "External") && !text_equal(external, SANDBOX_EXTERNAL_ID)))
        return fail(&call->failure, 403, "AccessDenied",
                    "User: %s is not authorized to perform: sts:AssumeRole on resource: %s & "
                    "<nobody> else's",
                    call->caller->arn, field(call, "RoleArn"));
    *ret_body = give_keys(call, "AssumeRole", role, seconds);
    return 0;
}

static int assume_with_token(struct sts_call *call, const char **ret_body)
{
    static const char *const known[] = {
        "Action",           "Version",         "RoleArn", "RoleSessionName",
        "WebIdentityToken", "DurationSeconds", NULL};
    const char *role = NULL;
    long long seconds = 0;
    int result = check_fields(call, known);
    if (result == 0)
        result = check_role(call, &role);
    if (result == 0)
        result = check_duration(call, false, &seconds);
    if (result < 0)
        return result;
    const char *token = field(call, "WebIdentityToken");
    if (!token || strlen(token) < 4 || strlen(token) > 20000)
        return refuse(call, "WebIdentityToken is missing or malformed", NULL);
    if (text_starts(token, "expired"))
        return fail(&call->failure, 400, "ExpiredTokenException", "Token expired");
    if (strcmp(token, SANDBOX_WEB_TOKEN) != 0)
        return fail(&call->failure, 400, "InvalidIdentityToken",
                    "The token's signature cannot be verified");
    *ret_body = give_keys(call, "AssumeRoleWithWebIdentity", role, seconds);
    return 0;
}

static int caller_identity(struct sts_call *call, const char **ret_body)
{
    static const char *const known[] = {"Action", "Version", NULL};
    int result = check_fields(call, known);
    if (result < 0)
        return result;
    *ret_body = envelope(call, "GetCallerIdentity",
                         arena_printf(call->arena,
                                      "  <Arn>%s</Arn>\n  <UserId>AIDASANDBOX</UserId>\n"
                                      "  <Account>" SANDBOX_ACCOUNT "</Account>\n",
                                      call->caller->arn));
    return 0;
}

static const struct sts_operation {
    const char *name;
    bool is_signed;
    int (*handle)(struct sts_call *call, const char **ret_body);
} sts_operations[] = {
    {"AssumeRole", true, assume_role},
    {"AssumeRoleWithWebIdentity", false, assume_with_token},
    {"GetCallerIdentity", true, caller_identity},
};

static const struct sts_operation *find_operation(const struct sts_call *call)
{
    const char *action = field(call, "Action");
    for (size_t i = 0; action && i < COUNT(sts_operations); i++) {
        if (!strcmp(sts_operations[i].name, action))
            return &sts_operations[i];
    }
    return NULL;
}

static int run(struct sts_call *call, const struct sts_operation *operation, const char **ret_body)
{
    if (!text_equal(field(call, "Version"), "2011-06-15"))
        return refuse(call, "Version is not 2011-06-15:", field(call, "Version"));
    if (operation->is_signed) {
        int result = auth_check(call->sandbox, call->request, "sts", &call->caller, &call->failure);
        if (result < 0)
            return result;
    } else if (request_header(call->request, "authorization")) {
        return refuse(call, "this operation takes no signature", NULL);
    }
    return operation->handle(call, ret_body);
}

static const char *escape(struct arena *arena, const char *text)
{
    CLEANUP_TEXT struct text out;
    text_init(&out, 8192);
    for (; *text; text++) {
        if (*text == '&' || *text == '<' || *text == '>')
            text_addf(&out, *text == '&' ? "&amp;" : "&#%d;", *text);
        else
            text_add_char(&out, *text);
    }
    return arena_copy(arena, out.data);
}

/* The same failures have other names in the query protocol. */
static const char *error_code(struct arena *arena, const char *type)
{
    static const char *const pairs[][2] = {
        {"UnrecognizedClientException", "InvalidClientTokenId"},
        {"InvalidSignatureException", "SignatureDoesNotMatch"},
        {"ExpiredTokenException", "ExpiredTokenException"},
        {"MissingAuthenticationTokenException", "MissingAuthenticationToken"},
        {"IncompleteSignatureException", "IncompleteSignature"},
    };
    for (size_t i = 0; i < COUNT(pairs); i++) {
        if (!strcmp(pairs[i][0], type))
            return pairs[i][1];
    }
    return arena_copy(arena, type);
}

static const char *failure_body(struct sts_call *call)
{
    struct arena *arena = call->arena;
    return arena_printf(arena,
                        "<ErrorResponse xmlns=\"" NAMESPACE "\">\n <Error><Type>Sender</Type>"
                        "<Code>%s</Code><Message>%s</Message></Error>\n"
                        " <RequestId>11111111-2222-3333-4444-555555555555</RequestId>\n"
                        "</ErrorResponse>\n",
                        error_code(arena, call->failure.type),
                        escape(arena, call->failure.message));
}

bool sts_handle(struct sandbox *sandbox, const struct sandbox_request *request, struct arena *arena,
                struct sandbox_response *response)
{
    bool ours = text_equal(request->method, "POST") && text_equal(request->path, "/") &&
                !request_header(request, "x-amz-target") &&
                text_equal(request_header(request, "content-type"), CONTENT_TYPE);
    if (!ours)
        return false;
    struct sts_call call = {
        .sandbox = sandbox, .arena = arena, .request = request, .failure = {.arena = arena}};
    const char *body = NULL;
    int result = parse_form(&call);
    const struct sts_operation *operation = result < 0 ? NULL : find_operation(&call);
    const char *name = operation ? operation->name : "?";
    answer_begin(sandbox, arena, response, "text/xml");
    if (answer_fault(sandbox, name, response)) {
        answer_count(sandbox, name, response->dropped ? 0 : response->status);
        return true;
    }
    if (result == 0 && !operation)
        result = fail(&call.failure, 400, "InvalidAction", "Could not find operation");
    if (result == 0)
        result = run(&call, operation, &body);
    answer_body(response, result < 0 ? call.failure.status : 200,
                result < 0 ? failure_body(&call) : body);
    answer_count(sandbox, name, response->status);
    return true;
}
