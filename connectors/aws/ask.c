/* The chain's requests: one at a time, each asked for as often as it may be. */
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/times.h"
#include "connectors/aws/chain.h"
#include "connectors/aws/sign.h"
#include "connectors/aws/sts.h"

static void send(void *context);

/* What an optional source had to say is kept for the sentence that nothing was found. */
static int give_up(struct chain *chain, struct error *error)
{
    if (!chain->request.optional)
        return -(int)error->class;
    chain->note = *error;
    return CHAIN_NOTHING;
}

static void take(struct chain *chain, const struct http_response *response,
                 const struct error *failure, bool late)
{
    struct error error = {0};
    int result = chain->request.answer(chain, response, failure, late, &error);
    if (result == CHAIN_AGAIN && chain->made < chain->request.attempts) {
        chain->timer = loop_after(chain->options->loop, chain->request.pause_ms, send, chain);
        return;
    }
    if (result == CHAIN_AGAIN)
        result = give_up(chain, &error);
    else if (result == CHAIN_NOTHING && error.message[0])
        chain->note = error;
    chain_go_on(chain, result, &error);
}

static void answered(void *context, const struct http_response *response,
                     const struct error *failure)
{
    struct chain *chain = context;
    int64_t elapsed = world_ticks(chain->world) - chain->sent_ticks;
    chain->on_wire = false;
    if (chain->request.record && chain->options->har)
        har_add(chain->options->har, chain->sent_ms, &chain->sent, response);
    bool late = failure && !text_equal(failure->vendor_code, "not-sent") &&
                elapsed >= chain->sent.timeout_ms;
    take(chain, response, failure, late);
}

static void sign(struct chain *chain)
{
    const struct aws_keys keys = {.access_key_id = chain->set.access_key_id,
                                  .secret_access_key = chain->set.secret,
                                  .session_token = chain->set.token};
    const struct sigv4_scope scope = {chain->request.region, STS_SERVICE,
                                      world_now(chain->world) + chain->offset_ms};
    aws_sign(chain->wire, &chain->sent, &keys, &scope);
}

static void send(void *context)
{
    struct chain *chain = context;
    struct error error = {0};
    chain->timer = 0;
    chain->made++;
    arena_reset(chain->wire);
    chain->sent = chain->request.http;
    chain->sent_ticks = world_ticks(chain->world);
    chain->sent_ms = world_now(chain->world);
    if (chain->request.sign)
        sign(chain);
    int result = loop_http_start(chain->options->loop, &chain->sent, answered, chain, &error);
    if (result < 0)
        take(chain, NULL, &error, false);
    else
        chain->on_wire = true;
}

int chain_ask(struct chain *chain, const struct chain_request *request)
{
    chain->request = *request;
    chain->made = 0;
    chain->timer = loop_after(chain->options->loop, 0, send, chain);
    return CHAIN_WAITING;
}

/* ------------------------------------------------------------------ answers in JSON */

/* The parsed answer holds the secrets as plain text. */
static void wipe_json(struct json *json)
{
    for (size_t i = 0; json && i < json->count; i++) {
        struct json *item = json->items[i];
        if (item->text)
            secret_wipe((void *)(uintptr_t)item->text, strlen(item->text));
    }
}

static int read_keys(struct chain *chain, const struct json *json, const char *token_name,
                     bool whole, const char *source, struct error *error)
{
    const char *id = json_get_text(json, "AccessKeyId");
    const char *secret = json_get_text(json, "SecretAccessKey");
    const char *token = json_get_text(json, token_name);
    const char *expiration = json_get_text(json, "Expiration");
    int64_t expires_ms = 0;
    if (text_blank(id) || text_blank(secret))
        return error_set(error, ERROR_AUTH, SCOPE_CLOUD,
                         "the answer lacks AccessKeyId or SecretAccessKey");
    if (whole && (text_blank(token) || !expiration))
        return error_set(error, ERROR_AUTH, SCOPE_CLOUD, "the answer lacks %s or Expiration",
                         token_name);
    if (expiration && !instant_parse(expiration, &expires_ms))
        return error_set(error, ERROR_AUTH, SCOPE_CLOUD, "its Expiration is not a time");
    key_set_fill(&chain->set, id, secret, token, expires_ms, source);
    return CHAIN_FOUND;
}

int chain_take_keys(struct chain *chain, struct json *json, const char *token_name, bool whole,
                    const char *source, struct error *error)
{
    int result = read_keys(chain, json, token_name, whole, source, error);
    wipe_json(json);
    return result;
}
