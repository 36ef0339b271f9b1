/* Where AWS serves keys to its own machines: the container endpoints of ECS and EKS, and the
 * metadata of the instance, under their real paths. */
#include <string.h>

#include "tests/sandbox/identity.h"

#define ECS_PATH     "/v2/credentials/" SANDBOX_CONTAINER_ID
#define EKS_PATH     "/v1/credentials"
#define TOKEN_PATH   "/latest/api/token"
#define ROLE_PATH    "/latest/meta-data/iam/security-credentials/"
#define ROLE         "SandboxInstanceRole"
#define ASSUMED      "arn:aws:sts::" SANDBOX_ACCOUNT ":assumed-role/"
#define METADATA_KEY "metadata-session-of-the-sandbox=="
#define SIX_HOURS    21600

struct metadata_call {
    struct sandbox *sandbox;
    struct arena *arena;
    const struct sandbox_request *request;
    struct sandbox_response *response;
};

static const char *keys_document(struct metadata_call *call, const char *arn, bool instance)
{
    const struct identity *made = identity_make(call->sandbox, arn, SIX_HOURS);
    struct json *json = json_object(call->arena);
    char time[INSTANT_TEXT];
    instant_print(made->expires_ms, time);
    if (instance) {
        json_set_text(call->arena, json, "Code", "Success");
        json_set_text(call->arena, json, "Type", "AWS-HMAC");
    }
    json_set_text(call->arena, json, "AccessKeyId", made->access_key);
    json_set_text(call->arena, json, "SecretAccessKey", made->secret);
    json_set_text(call->arena, json, "Token", made->token);
    json_set_text(call->arena, json, "Expiration", arena_printf(call->arena, "%.19sZ", time));
    return json_print(call->arena, json);
}

static void container_keys(struct metadata_call *call)
{
    bool eks = !strcmp(call->request->path, EKS_PATH);
    if (!text_equal(request_header(call->request, "accept"), "application/json"))
        answer_body(call->response, 406, "{\"message\":\"Accept is not application/json\"}");
    else if (eks &&
             !text_equal(request_header(call->request, "authorization"), SANDBOX_CONTAINER_TOKEN))
        answer_body(call->response, 401, "{\"message\":\"the authorization token is wrong\"}");
    else
        answer_body(call->response, 200,
                    keys_document(call, ASSUMED "SandboxTaskRole/task", false));
}

static void instance_token(struct metadata_call *call)
{
    const char *text = request_header(call->request, "x-aws-ec2-metadata-token-ttl-seconds");
    long long seconds = 0;
    if (call->sandbox->options.metadata_v1)
        answer_body(call->response, 405, "");
    else if (!text || !text_to_int64(text, &seconds) || seconds < 1 || seconds > SIX_HOURS)
        answer_body(call->response, 400, "");
    else
        answer_body(call->response, 200, METADATA_KEY);
}

/* Version 2 is demanded unless version 1 was asked for. */
static bool may_read(struct metadata_call *call)
{
    const char *token = request_header(call->request, "x-aws-ec2-metadata-token");
    return call->sandbox->options.metadata_v1 ? !token : text_equal(token, METADATA_KEY);
}

static void instance_role(struct metadata_call *call)
{
    answer_body(call->response, may_read(call) ? 200 : 401, may_read(call) ? ROLE : "");
}

static void instance_keys(struct metadata_call *call)
{
    answer_body(call->response, may_read(call) ? 200 : 401,
                may_read(call) ? keys_document(call, ASSUMED ROLE "/i-0sandbox", true) : "");
}

bool metadata_handle(struct sandbox *sandbox, const struct sandbox_request *request,
                     struct arena *arena, struct sandbox_response *response)
{
    static const struct {
        const char *method, *path, *operation, *type;
        void (*handle)(struct metadata_call *call);
    } rows[] = {
        {"GET", ECS_PATH, "ContainerKeys", "application/json", container_keys},
        {"GET", EKS_PATH, "ContainerKeys", "application/json", container_keys},
        {"PUT", TOKEN_PATH, "InstanceToken", "text/plain", instance_token},
        {"GET", ROLE_PATH, "InstanceRole", "text/plain", instance_role},
        {"GET", ROLE_PATH ROLE, "InstanceKeys", "text/plain", instance_keys},
    };
    struct metadata_call call = {sandbox, arena, request, response};
    for (size_t i = 0; i < COUNT(rows); i++) {
        if (strcmp(rows[i].path, request->path) != 0 || strcmp(rows[i].method, request->method))
            continue;
        answer_begin(sandbox, arena, response, rows[i].type);
        if (!answer_fault(sandbox, rows[i].operation, response))
            rows[i].handle(&call);
        answer_count(sandbox, rows[i].operation, response->dropped ? 0 : response->status);
        return true;
    }
    return false;
}
