/* Keys of the instance: its metadata service, version 2 (a session's token first, then the role's
 * name, then its keys); version 1, without a token, only where version 2 is plainly not there. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "base/times.h"
#include "connectors/aws/chain.h"

#define MINUTE_MS     INT64_C(60000)
#define TOKEN_PATH    "latest/api/token"
#define ROLE_PATH     "latest/meta-data/iam/security-credentials/"
#define TOKEN_SECONDS "21600"
#define ROLE_MAX      64

static int no_keys(struct error *error, const char *why)
{
    error_set(error, ERROR_AUTH, SCOPE_CLOUD, "instance metadata: %s", why);
    return CHAIN_NOTHING;
}

static bool is_true(const char *text)
{
    return text && text_equal_nocase(text, "true");
}

/* A number from the environment, in [1, max]; anything else is as if it were not there. */
static int64_t number(const struct chain *chain, const char *name, int64_t max, int64_t otherwise)
{
    const char *text = chain_env(chain, name);
    long long value = 0;
    return text && text_to_int64(text, &value) && value >= 1 && value <= max ? value : otherwise;
}

static int base_url(const struct chain *chain, const char **ret_url, struct error *error)
{
    const char *url = chain_env(chain, "AWS_EC2_METADATA_SERVICE_ENDPOINT");
    const char *mode = chain_env(chain, "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE");
    if (!url)
        url = mode && text_equal_nocase(mode, "ipv6") ? "http://[fd00:ec2::254]/"
                                                      : "http://169.254.169.254/";
    if (!text_starts(url, "https://") && !(text_starts(url, "http://") && http_is_local(url)))
        return error_set(error, ERROR_AUTH, SCOPE_CLOUD,
                         "AWS_EC2_METADATA_SERVICE_ENDPOINT may name https, this host, or the "
                         "metadata address; it names another host");
    *ret_url = arena_printf(chain->arena, "%s%s", url, url[strlen(url) - 1] == '/' ? "" : "/");
    return 0;
}

typedef int metadata_answer(struct chain *chain, const struct http_response *response,
                            const struct error *failure, bool late, struct error *error);

static int ask(struct chain *chain, const char *method, const char *path, metadata_answer *answer,
               struct error *error)
{
    struct chain_request request = {
        .attempts = (unsigned)number(chain, "AWS_METADATA_SERVICE_NUM_ATTEMPTS", 10, 1),
        .pause_ms = 0,
        .optional = true,
        .answer = answer,
        .http = {.method = method, .direct = true},
    };
    const char *url = NULL;
    int result = base_url(chain, &url, error);
    if (result < 0)
        return result;
    request.http.timeout_ms = number(chain, "AWS_METADATA_SERVICE_TIMEOUT", 60, 1) * 1000;
    request.http.url = arena_printf(chain->arena, "%s%s", url, path);
    if (chain->metadata_token)
        http_request_set(chain->arena, &request.http, "x-aws-ec2-metadata-token",
                         chain->metadata_token);
    else if (!strcmp(method, "PUT"))
        http_request_set(chain->arena, &request.http, "x-aws-ec2-metadata-token-ttl-seconds",
                         TOKEN_SECONDS);
    return chain_ask(chain, &request);
}

/* The keys are not to be had here. Whether asking again helps decides the class. */
static int nothing(const struct http_response *response, const struct error *failure,
                   const char *what, struct error *error)
{
    bool again = !response || response->status >= 500;
    if (response)
        error_set(error, again ? ERROR_TEMPORARY : ERROR_AUTH, SCOPE_CLOUD,
                  "instance metadata: %s: HTTP status %d", what, response->status);
    else
        error_set(error,
                  text_equal(failure->vendor_code, "not-sent") ? ERROR_AUTH : ERROR_TEMPORARY,
                  SCOPE_CLOUD, "instance metadata: %s: %s", what, failure->message);
    return again ? CHAIN_AGAIN : CHAIN_NOTHING;
}

/* ------------------------------------------------------------------ the role's keys */

/* The service hands out old keys while it cannot get new ones, and the cloud takes them for a
 * while: they serve on, and are asked for again soon, not by all hosts at once. */
static void extend(struct chain *chain)
{
    int64_t now_ms = world_now(chain->world);
    if (chain->set.expires_ms > now_ms)
        return;
    int64_t jitter = 2 * MINUTE_MS + (int64_t)world_random(chain->world, (uint64_t)(8 * MINUTE_MS));
    chain->set.expires_ms = now_ms + 15 * MINUTE_MS + jitter;
    if (chain->options->log)
        log_event(chain->options->log, LOG_LEVEL_WARNING,
                  "the instance metadata gave keys that have expired; they are used for a while",
                  NULL);
}

static int got_keys(struct chain *chain, const struct http_response *response,
                    const struct error *failure, bool late, struct error *error)
{
    (void)late;
    struct json *json = NULL;
    if (!response || response->status != 200)
        return nothing(response, failure, "the keys of its role", error);
    if (json_parse(chain->arena, response->body, response->body_length, &json, NULL) < 0)
        return no_keys(error, "the answer is not JSON");
    const char *code = json_get_text(json, "Code");
    if (code && strcmp(code, "Success") != 0) { /* an error, with status 200 */
        const char *message = json_get_text(json, "Message");
        return no_keys(error, arena_printf(chain->arena, "%s%s%s", code, message ? ": " : "",
                                           message ? message : ""));
    }
    const char *source =
        arena_printf(chain->arena, "instance metadata (role %s)", chain->metadata_role);
    if (chain_take_keys(chain, json, "Token", true, source, error) < 0)
        return no_keys(error, arena_copy(chain->arena, error->message));
    extend(chain);
    return CHAIN_FOUND;
}

/* The first line; it becomes a part of a path. */
static const char *role_name(struct arena *arena, const char *body)
{
    char *name = text_trim(arena_copy_n(arena, body, strcspn(body, "\r\n")));
    size_t length = strlen(name);
    size_t good = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                               "_+=,.@-");
    return length && length <= ROLE_MAX && good == length ? name : NULL;
}

static int got_role(struct chain *chain, const struct http_response *response,
                    const struct error *failure, bool late, struct error *error)
{
    (void)late;
    if (response && response->status == 404)
        return no_keys(error, "the instance has no role");
    if (!response || response->status != 200)
        return nothing(response, failure, "the name of its role", error);
    const char *name = role_name(chain->arena, response->body);
    if (!name)
        return no_keys(error, "what should be the name of its role is none");
    chain->metadata_role = name;
    return ask(chain, "GET", arena_printf(chain->arena, ROLE_PATH "%s", name), got_keys, error);
}

/* ------------------------------------------------------------------ the token */

/* Inside a container the token's answer may be one hop too far away; so this is never silent. */
static int version_1(struct chain *chain, const char *why, struct error *error)
{
    if (is_true(chain_env(chain, "AWS_EC2_METADATA_V1_DISABLED")))
        return no_keys(error, arena_printf(chain->arena,
                                           "version 2 gives no token (%s), and version 1 is "
                                           "disabled; in a container the hop limit may have to "
                                           "be 2",
                                           why));
    if (chain->options->log)
        log_event(chain->options->log, LOG_LEVEL_WARNING,
                  "instance metadata gives no token of version 2; trying version 1", "reason", why,
                  NULL);
    return ask(chain, "GET", ROLE_PATH, got_role, error);
}

static int got_token(struct chain *chain, const struct http_response *response,
                     const struct error *failure, bool late, struct error *error)
{
    if (late)
        return version_1(chain, "no answer in time", error);
    if (!response)
        return nothing(response, failure, "a token", error);
    int status = response->status;
    if (status == 403 || status == 404 || status == 405) {
        char why[32];
        snprintf(why, sizeof why, "HTTP status %d", status);
        return version_1(chain, why, error);
    }
    bool good = status == 200 && response->body_length && !strpbrk(response->body, " \t\r\n");
    if (!good)
        return nothing(response, failure, "a token", error);
    chain->metadata_token = arena_copy(chain->arena, response->body);
    return ask(chain, "GET", ROLE_PATH, got_role, error);
}

int chain_from_instance(struct chain *chain, struct error *error)
{
    if (is_true(chain_env(chain, "AWS_EC2_METADATA_DISABLED")))
        return CHAIN_NOTHING;
    return ask(chain, "PUT", TOKEN_PATH, got_token, error);
}
