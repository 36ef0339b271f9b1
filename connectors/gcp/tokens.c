#include "connectors/gcp/tokens.h"

#include <string.h>

#include "base/memory.h"
#include "connectors/gcp/credentials.h"
#include "connectors/gcp/grant.h"
#include "net/session_retry.h"

#define EARLY_MS INT64_C(300000) /* before its end a token is fetched anew */
#define SPARE_MS INT64_C(10000)  /* not sooner than this after it came */
#define CLOCK_MS INT64_C(5000)   /* dates of answers are whole seconds, and on their way a while */
#define AGAIN_MS INT64_C(30000)  /* after a fetch failed while the old token lives */

/* One audience. */
struct token {
    struct secret *access;
    int64_t due_ticks, ends_ticks;
    struct fetch *fetch; /* under way */
};

struct gcp_tokens {
    struct gcp_tokens_options options;
    struct arena *arena;
    const struct world *world;
    struct token tokens[GCP_AUDIENCES];
    int64_t offset_ms; /* Google's clock minus ours, as a refusal showed it */
    const char *method, *quota_project;
};

/* A token on its way. */
struct fetch {
    struct gcp_tokens *tokens;
    struct token *token;
    struct arena *arena;
    struct gcp_credentials *credentials;
    struct gcp_plan plan;
    size_t at; /* the step */
    struct secret *carry;
    int64_t carry_ms;
    bool on_wire, clock_tried;
    struct http_request request;
    int64_t sent_ms, sent_ticks;
    session_ready *ready; /* NULL: nobody waits, the old token still serves */
    void *ready_context;
};

/* ------------------------------------------------------------------ the end of a fetch */

static void fetch_free(void *context)
{
    struct fetch *fetch = context;
    oauth_wipe(&fetch->request);
    secret_free(fetch->carry);
    gcp_credentials_wipe(fetch->credentials);
    arena_free(fetch->arena);
    free(fetch);
}

static bool lives(const struct gcp_tokens *tokens, const struct token *token)
{
    return token->access && world_ticks(tokens->world) < token->ends_ticks;
}

/* While the old token lives a failure is nobody's yet: it is tried again later, at a time of
 * chance, lest all of a fleet come back at once. */
static void end(struct fetch *fetch, const struct error *failure)
{
    struct gcp_tokens *tokens = fetch->tokens;
    struct token *token = fetch->token;
    session_ready *ready = fetch->ready;
    void *context = fetch->ready_context;
    token->fetch = NULL;
    if (failure && lives(tokens, token)) {
        token->due_ticks =
            world_ticks(tokens->world) + AGAIN_MS + (int64_t)world_random(tokens->world, AGAIN_MS);
        if (tokens->options.log)
            log_event(tokens->options.log, LOG_LEVEL_WARNING,
                      "no new token from Google; the old one serves on", "error", failure->message,
                      NULL);
        failure = NULL;
    }
    fetch_free(fetch);
    if (ready)
        ready(context, failure);
}

/* A metadata server gives what it has: of a short life half is used before the next is asked for.
 */
static void keep(struct fetch *fetch, struct oauth_grant *grant)
{
    struct token *token = fetch->token;
    int64_t life = grant->life_ms, half = life / 2 > SPARE_MS ? life / 2 : SPARE_MS;
    secret_free(token->access);
    token->access = take_ptr(&grant->access_token);
    token->ends_ticks = fetch->sent_ticks + life;
    token->due_ticks = fetch->sent_ticks + (life >= 2 * EARLY_MS ? life - EARLY_MS : half);
    oauth_grant_clear(grant);
}

/* ------------------------------------------------------------------ steps */

static void advance(struct fetch *fetch);

static void take(struct fetch *fetch, struct oauth_grant *grant)
{
    if (++fetch->at == fetch->plan.count) {
        keep(fetch, grant);
        end(fetch, NULL);
        return;
    }
    secret_free(fetch->carry);
    fetch->carry = take_ptr(&grant->access_token);
    fetch->carry_ms = grant->life_ms;
    oauth_grant_clear(grant);
    advance(fetch);
}

/* An assertion's times were refused: the answer's own date tells by how much this clock is off.
 * True if it is worth one more try. */
static bool set_clock(struct fetch *fetch, const struct http_response *response,
                      struct error *error)
{
    struct gcp_tokens *tokens = fetch->tokens;
    int64_t difference_ms = 0;
    bool told = retry_clock_difference(response, fetch->sent_ms, &difference_ms);
    int64_t wrong_ms = llabs(difference_ms - tokens->offset_ms);
    bool again = told && !fetch->clock_tried && wrong_ms > CLOCK_MS;
    if (again) {
        fetch->clock_tried = true;
        tokens->offset_ms = difference_ms;
    } else if (llabs(difference_ms) > CLOCK_MS) {
        error_context(error, "set this host's clock, it differs by %lld s from Google's",
                      (long long)(difference_ms / 1000));
    }
    return again;
}

static void refused(struct fetch *fetch, const struct http_response *response)
{
    struct error error = {0};
    const struct gcp_step *step = &fetch->plan.steps[fetch->at];
    gcp_grant_refused(step, response, &error);
    if (!error.retry_after_ms)
        error.retry_after_ms = retry_after(response, fetch->sent_ms);
    if (!strcmp(error.vendor_code, GCP_CLOCK) && set_clock(fetch, response, &error)) {
        if (step->kind == GCP_STEP_REDEEM) { /* signed elsewhere, from the start */
            fetch->at = 0;
            secret_free(fetch->carry);
            fetch->carry = NULL;
        }
        advance(fetch);
        return;
    }
    end(fetch, &error);
}

static struct gcp_moment moment_of(const struct fetch *fetch)
{
    return (struct gcp_moment){
        .now_ms = fetch->sent_ms + fetch->tokens->offset_ms,
        .carry = fetch->carry ? secret_reveal(fetch->carry) : NULL,
        .carry_ms = fetch->carry_ms,
    };
}

static void answered(void *context, const struct http_response *response,
                     const struct error *failure)
{
    struct fetch *fetch = context;
    const struct gcp_step *step = &fetch->plan.steps[fetch->at];
    struct gcp_moment moment = moment_of(fetch);
    struct oauth_grant grant = {0};
    struct error error = {0};
    fetch->on_wire = false;
    if (fetch->tokens->options.har && gcp_grant_recorded(step))
        har_add(fetch->tokens->options.har, fetch->sent_ms, &fetch->request, response);
    if (failure) {
        error = *failure;
        gcp_grant_unanswered(&fetch->tokens->options, step, &error);
        end(fetch, &error);
    } else if (response->status != 200) {
        refused(fetch, response);
    } else if (gcp_grant_read(step, response, &moment, &grant, &error) < 0) {
        end(fetch, &error);
    } else {
        take(fetch, &grant);
    }
}

static void advance(struct fetch *fetch)
{
    struct gcp_tokens *tokens = fetch->tokens;
    const struct gcp_step *step = &fetch->plan.steps[fetch->at];
    struct oauth_grant made = {0};
    struct error error = {0};
    fetch->sent_ms = world_now(tokens->world);
    fetch->sent_ticks = world_ticks(tokens->world);
    struct gcp_moment moment = moment_of(fetch);
    oauth_wipe(&fetch->request);
    fetch->request = (struct http_request){0};
    int result = gcp_grant_make(fetch->arena, &tokens->options, step, &moment, &made, &error);
    if (!result && made.access_token) {
        take(fetch, &made);
        return;
    }
    if (!result)
        result = gcp_grant_request(fetch->arena, &tokens->options, step, &moment, &fetch->request,
                                   &error);
    if (!result)
        result = loop_http_start(tokens->options.loop, &fetch->request, answered, fetch, &error);
    if (result < 0)
        end(fetch, &error);
    else
        fetch->on_wire = true;
}

/* ------------------------------------------------------------------ the interface */

static void learn(struct gcp_tokens *tokens, const struct gcp_credentials *credentials)
{
    const char *name = gcp_credentials_name(credentials->type);
    bool machine = credentials->type == GCP_METADATA;
    tokens->method =
        arena_printf(tokens->arena, "%s%s%s%s%s%s", name, credentials->account ? " " : "",
                     credentials->account ? credentials->account : "", machine ? "" : " (",
                     machine ? "" : credentials->origin, machine ? "" : ")");
    if (!settings_text(tokens->options.settings, "quota_project"))
        tokens->quota_project = arena_copy(tokens->arena, credentials->quota_project);
}

void gcp_tokens_fetch(struct gcp_tokens *tokens, enum gcp_audience audience, session_ready *ready,
                      void *context)
{
    struct token *token = &tokens->tokens[audience];
    bool waits = !lives(tokens, token);
    struct error error = {0};
    if (!waits)
        ready(context, NULL);
    if (token->fetch) { /* begun while the old token lived */
        if (waits) {
            token->fetch->ready = ready;
            token->fetch->ready_context = context;
        }
        return;
    }
    struct fetch *fetch = memory_alloc(sizeof *fetch);
    token->fetch = fetch;
    fetch->tokens = tokens;
    fetch->token = token;
    fetch->arena = arena_new();
    fetch->ready = waits ? ready : NULL;
    fetch->ready_context = context;
    int result = gcp_credentials_read(fetch->arena, &tokens->options, &fetch->credentials, &error);
    if (!result)
        result =
            gcp_grant_plan(&tokens->options, fetch->credentials, audience, &fetch->plan, &error);
    if (result < 0) {
        end(fetch, &error);
        return;
    }
    if (!tokens->method)
        learn(tokens, fetch->credentials);
    advance(fetch);
}

int gcp_tokens_new(const struct gcp_tokens_options *options, struct gcp_tokens **ret_tokens,
                   struct error *error)
{
    (void)error;
    struct gcp_tokens *tokens = memory_alloc(sizeof *tokens);
    tokens->options = *options;
    tokens->arena = arena_new();
    tokens->world = loop_world(options->loop);
    tokens->quota_project = settings_text(options->settings, "quota_project");
    *ret_tokens = tokens;
    return 0;
}

/* A request that is on its way lives on until the transport is through with it. */
static void fetch_drop(struct gcp_tokens *tokens, struct fetch *fetch)
{
    if (fetch && fetch->on_wire)
        loop_http_drop(tokens->options.loop, fetch, fetch_free);
    else if (fetch)
        fetch_free(fetch);
}

void gcp_tokens_free(struct gcp_tokens *tokens)
{
    if (!tokens)
        return;
    for (size_t i = 0; i < GCP_AUDIENCES; i++) {
        fetch_drop(tokens, tokens->tokens[i].fetch);
        secret_free(tokens->tokens[i].access);
    }
    arena_free(tokens->arena);
    free(tokens);
}

const struct secret *gcp_tokens_get(const struct gcp_tokens *tokens, enum gcp_audience audience)
{
    return tokens->tokens[audience].access;
}

/* A token that was refused is not kept: not even a failing fetch makes it good again. */
bool gcp_tokens_due(struct gcp_tokens *tokens, enum gcp_audience audience, int64_t now_ms,
                    bool force)
{
    struct token *token = &tokens->tokens[audience];
    int64_t off_ms = now_ms - world_now(tokens->world);
    if (force) {
        secret_free(token->access);
        token->access = NULL;
    }
    if (force && llabs(off_ms) > CLOCK_MS) /* for one that is signed here and used at once */
        tokens->offset_ms = off_ms;
    if (!lives(tokens, token))
        return true;
    return !token->fetch && world_ticks(tokens->world) >= token->due_ticks;
}

const char *gcp_tokens_quota_project(const struct gcp_tokens *tokens)
{
    return tokens->quota_project;
}

const char *gcp_tokens_method(struct gcp_tokens *tokens)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct gcp_credentials *credentials = NULL;
    if (tokens->method)
        return tokens->method;
    if (gcp_credentials_read(arena, &tokens->options, &credentials, NULL) < 0)
        return NULL;
    learn(tokens, credentials);
    gcp_credentials_wipe(credentials);
    return tokens->method;
}
