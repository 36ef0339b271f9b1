/* agent webhook */
#include <stdio.h>

#include "base/memory.h"
#include "base/text.h"
#include "commands/context.h"
#include "commands/output.h"
#include "connectors/webhook.h"

#define OFFSET(member) offsetof(struct arguments, member)

static const struct command_option webhook_options[] = {
    {"replace", 0, NULL, "register: take another integration's place", OFFSET(replace)},
    {"har", 0, "FILE", "record every HTTP exchange, redacted, as HAR 1.2", OFFSET(har)},
    {NULL, 0, NULL, NULL, 0},
};

struct asking {
    struct context *context;
    const struct connector *connector;
    struct cloud *cloud;
    struct arena *arena;
    const char *url; /* ours; NULL: none is set */
    struct webhook now;
    struct error error;
};

/* One call, waited for. */
struct waiting {
    struct asking *asking;
    bool done;
    int result;
};

static void answered(void *context, const struct http_response *response,
                     const struct error *failure)
{
    struct waiting *waiting = context;
    struct asking *asking = waiting->asking;
    waiting->done = true;
    waiting->result = asking->connector->webhook->read(asking->arena, response, failure,
                                                       &asking->now, &asking->error);
}

static int send(struct asking *asking, struct http_request *request, const char *operation,
                bool repeatable)
{
    struct waiting waiting = {.asking = asking};
    const struct call call = {
        .family = asking->connector->webhook->family,
        .operation = operation,
        .repeatable = repeatable,
        .request = request,
        .done = answered,
        .context = &waiting,
    };
    session_send(asking->connector->session(asking->cloud), &call);
    int r = loop_run(asking->context->loop, &waiting.done, &asking->error);
    return r < 0 ? r : waiting.result;
}

static int look(struct asking *asking)
{
    struct http_request request = {0};
    int r =
        asking->connector->webhook->check(asking->cloud, asking->arena, &request, &asking->error);
    return r < 0 ? r : send(asking, &request, "webhook registration", true);
}

static const char *state_name(enum webhook_state state)
{
    static const char *const names[] = {
        [WEBHOOK_NONE] = "none",
        [WEBHOOK_OURS] = "ours",
        [WEBHOOK_PARTLY] = "partly",
        [WEBHOOK_OTHERS] = "others",
    };
    return names[state];
}

static struct json *state_json(const struct asking *asking)
{
    struct arena *arena = asking->arena;
    const struct connector_webhook *webhook = asking->connector->webhook;
    struct json *json = json_object(arena), *events = json_array(arena);
    for (const char *const *each = asking->now.events; each && *each; each++)
        json_append(arena, events, json_string(arena, *each));
    json_set_text(arena, json, "cloud", asking->connector->name);
    json_set_text(arena, json, "state",
                  state_name(webhook_state(webhook, asking->url, &asking->now)));
    if (asking->now.url)
        json_set_text(arena, json, "url", webhook_shown(arena, asking->now.url));
    json_set(arena, json, "events", events);
    return json;
}

static int report(const struct asking *asking)
{
    static const char *const columns[] = {"cloud", "state", "url", NULL};
    const struct arguments *arguments = asking->context->arguments;
    const struct connector_webhook *webhook = asking->connector->webhook;
    enum webhook_state state = webhook_state(webhook, asking->url, &asking->now);
    if (arguments->output == OUTPUT_JSON) {
        output_json(state_json(asking));
    } else if (arguments->output == OUTPUT_CSV) {
        const char *url = asking->now.url ? webhook_shown(asking->arena, asking->now.url) : "";
        const char *const cells[] = {asking->connector->name, state_name(state), url};
        struct listing *listing = listing_new(columns);
        listing_add(listing, cells);
        listing_print(listing, arguments, "");
        listing_free(listing);
    } else {
        const char *words = webhook_words(asking->arena, webhook, asking->url, &asking->now);
        printf("%s: %s\n", asking->connector->name, output_safe(asking->arena, words));
    }
    return state == WEBHOOK_OURS ? EXIT_OK : EXIT_FAILED;
}

/* What was there, and what is to be; before anything is sent. */
static int note(struct asking *asking)
{
    struct store *store = asking->context->store;
    struct json *detail = json_object(asking->arena);
    json_set(asking->arena, detail, "before", state_json(asking));
    json_set_text(asking->arena, detail, "url", webhook_shown(asking->arena, asking->url));
    json_set_text(asking->arena, detail, "who", context_user());
    const struct audit_row audit = {
        .at_ms = world_now(asking->context->world), .event = "webhook", .detail = detail};
    int r = store->ops->begin(store, &asking->error);
    if (r == 0)
        r = store->ops->audit_add(store, &audit, &asking->error);
    if (r == 0)
        r = store->ops->commit(store, &asking->error);
    if (r < 0)
        store->ops->rollback(store);
    return r;
}

static int enlist(struct asking *asking)
{
    struct http_request request = {0};
    const struct connector_webhook *webhook = asking->connector->webhook;
    if (webhook_state(webhook, asking->url, &asking->now) == WEBHOOK_OURS)
        return 0;
    int r = webhook->enlist(asking->cloud, asking->arena, &asking->now, asking->url, &request,
                            &asking->error);
    if (r == 0)
        r = note(asking);
    if (r == 0)
        r = send(asking, &request, "webhook registration", false);
    return r < 0 ? r : look(asking); /* what counts is what is registered now */
}

static bool may_register(const struct asking *asking)
{
    const struct connector_webhook *webhook = asking->connector->webhook;
    if (text_blank(asking->url)) {
        output_error("set %s in the section of %s first", webhook->setting,
                     asking->connector->name);
        return false;
    }
    if (webhook_state(webhook, asking->url, &asking->now) == WEBHOOK_OTHERS &&
        !asking->context->arguments->replace) {
        output_error("%s; it would hear of nothing any more: say --replace if that is meant",
                     output_safe(asking->arena,
                                 webhook_words(asking->arena, webhook, asking->url, &asking->now)));
        return false;
    }
    return true;
}

static const struct settings *settings_of(const struct config *config, const char *cloud)
{
    for (size_t i = 0; i < config->cloud_count; i++) {
        if (text_equal(config->clouds[i].name, cloud))
            return &config->clouds[i].settings;
    }
    return NULL;
}

static int work(struct asking *asking, bool registers)
{
    int r = context_open_cloud(asking->context, asking->connector->name, &asking->cloud,
                               &asking->error);
    if (r == 0)
        r = look(asking);
    if (r == 0 && registers) {
        if (!may_register(asking))
            return EXIT_FAILED;
        r = enlist(asking);
    }
    if (r == 0)
        return report(asking);
    output_failure(NULL, &asking->error);
    return EXIT_FAILED;
}

static int run_webhook(const struct world *world, const struct arguments *arguments)
{
    CLEANUP_CONTEXT struct context context = {0};
    CLEANUP_ARENA struct arena *arena = arena_new();
    bool registers = text_equal(arguments->words[1], "register");
    struct asking asking = {
        .context = &context, .connector = connector_find(arguments->words[0]), .arena = arena};
    if (!registers && !text_equal(arguments->words[1], "check")) {
        output_error("webhook is followed by a cloud and check or register, not \"%s\"",
                     arguments->words[1]);
        return EXIT_USAGE;
    }
    if (!asking.connector || !asking.connector->webhook) {
        output_error(asking.connector ? "%s calls no address" : "there is no cloud %s",
                     arguments->words[0]);
        return EXIT_USAGE;
    }
    int code = registers ? context_load_store(world, arguments, false, &context)
                         : context_load(world, arguments, &context);
    if (!code)
        code = context_prepare(&context, context_har_path(&context));
    if (code)
        return code;
    const struct settings *settings = settings_of(context.config, asking.connector->name);
    if (!settings) {
        output_error("the configuration has no cloud %s", asking.connector->name);
        return EXIT_USAGE;
    }
    asking.url = settings_text(settings, asking.connector->webhook->setting);
    return work(&asking, registers);
}

const struct command command_webhook = {
    .name = "webhook",
    .usage = "CLOUD check|register",
    .summary = "have a cloud call an address when something changes there",
    .help = "check tells which address the cloud calls; register has it call the one that the\n"
            "cloud's section names. A cloud keeps one address: that of another integration is\n"
            "only replaced with --replace. What listens at the address is another program.\n\n"
            "Exit code: 0 our address is registered for all events, 1 it is not.",
    .options = webhook_options,
    .min_words = 2,
    .max_words = 2,
    .run = run_webhook,
};
