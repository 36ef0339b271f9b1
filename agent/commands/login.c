/* agent login */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/text.h"
#include "commands/context.h"
#include "daemon/listener.h"
#include "commands/output.h"
#include "net/har_redact.h"

#define OFFSET(member) offsetof(struct arguments, member)
#define PORT           8400
#define PATIENCE_MS    (15 * 60 * 1000) /* a person looks for a phone */
#define ADDRESS_MAX    8192

static const struct command_option login_options[] = {
    {"port", 'p', "PORT", "of this host, where the browser comes back to (8400)", OFFSET(port)},
    {"har", 0, "FILE", "record every HTTP exchange, redacted, as HAR 1.2", OFFSET(har)},
    {NULL, 0, NULL, NULL, 0},
};

/* A sign-in while the person is at it. */
struct visit {
    struct cloud *cloud;
    const struct connector_login *login;
    struct loop *loop;
    const char *state;
    struct text typed; /* the line on standard input so far */
    bool exchanging, over;
    int result;
    struct error error;
};

static void fail(struct visit *visit, const char *why)
{
    visit->result = error_set(&visit->error, ERROR_AUTH, SCOPE_CLOUD, "%s", why);
    visit->over = true;
}

static void exchanged(void *context, const struct error *failure)
{
    struct visit *visit = context;
    visit->over = true;
    if (!failure)
        return;
    visit->error = *failure;
    visit->result = -(int)failure->class;
}

/* Whoever comes without the state that we sent is somebody else's redirect. */
static const char *heard(void *context, const char *code, const char *state, const char *failure)
{
    struct visit *visit = context;
    if (!text_equal(state, visit->state))
        return "This is not the answer to the sign-in that agent waits for.\n";
    if (visit->exchanging)
        return "The sign-in is under way already; see the terminal.\n";
    if (failure || text_blank(code)) {
        fail(visit, "the sign-in was refused or given up in the browser");
        return "The sign-in was not completed; see the terminal.\n";
    }
    visit->exchanging = true;
    visit->login->finish(visit->cloud, code, exchanged, visit);
    return "Signed in. The terminal tells whether all went well; this page can be closed.\n";
}

static const char *parameter(struct arena *arena, const char *query, const char *name)
{
    size_t length = strlen(name);
    for (const char *at = query; at && *at; at += strspn(at, "&")) {
        size_t part = strcspn(at, "&#");
        if (part > length && !strncmp(at, name, length) && at[length] == '=')
            return redact_decode(arena_copy_n(arena, at + length + 1, part - length - 1));
        at += part;
        if (*at == '#')
            break;
    }
    return NULL;
}

/* A browser on another host cannot come back to this one: the person pastes the address where it
 * ended. */
static void typed(struct visit *visit)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    const char *query = strchr(visit->typed.data, '?');
    query = query ? query + 1 : NULL;
    const char *said = heard(visit, parameter(arena, query, "code"),
                             parameter(arena, query, "state"), parameter(arena, query, "error"));
    if (!visit->exchanging && !visit->over)
        fprintf(stderr, "%s", said);
    text_clear(&visit->typed);
}

static void input_ready(void *context)
{
    struct visit *visit = context;
    char bytes[1024];
    ssize_t count = read(STDIN_FILENO, bytes, sizeof bytes);
    if (count <= 0) { /* nobody types: the browser may still come */
        loop_unwatch(visit->loop, STDIN_FILENO);
        return;
    }
    for (ssize_t i = 0; i < count; i++) {
        if (bytes[i] == '\n')
            typed(visit);
        else
            text_add_char(&visit->typed, bytes[i]);
    }
}

static void too_late(void *context)
{
    fail(context, "nobody signed in within a quarter of an hour");
}

static int wait_for_person(struct visit *visit, const char *url, const char *redirect)
{
    printf("Open this address in a browser, and sign in as the person whose role the cloud asks "
           "for:\n\n%s\n\nThe browser comes back to %s. If it runs on another host and finds "
           "nothing there,\npaste the address where it ended here:\n",
           url, redirect);
    fflush(stdout);
    text_init_secret(&visit->typed, ADDRESS_MAX);
    loop_watch(visit->loop, STDIN_FILENO, input_ready, visit);
    uint64_t timer = loop_after(visit->loop, PATIENCE_MS, too_late, visit);
    int result = loop_run(visit->loop, &visit->over, &visit->error);
    loop_cancel(visit->loop, timer);
    loop_unwatch(visit->loop, STDIN_FILENO);
    text_free(&visit->typed);
    return result < 0 ? result : visit->result;
}

static int sign_in(struct context *context, const struct connector *connector, long long port)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct visit visit = {.login = connector->login, .loop = context->loop};
    struct listener *listener = NULL;
    const char *redirect = NULL, *url = NULL;
    int result = context_open_cloud(context, connector->name, &visit.cloud, &visit.error);
    if (!result)
        result =
            listener_open(context->loop, (uint16_t)port, heard, &visit, &listener, &visit.error);
    if (!result) {
        redirect = arena_printf(arena, "http://localhost:%u", listener_port(listener));
        result = visit.login->url(visit.cloud, arena, redirect, &url, &visit.state, &visit.error);
    }
    if (!result)
        result = wait_for_person(&visit, url, redirect);
    listener_close(listener);
    if (result < 0)
        output_failure(NULL, &visit.error);
    else
        printf("Signed in; `agent doctor %s` shows what that opens.\n", connector->name);
    return result < 0 ? EXIT_FAILED : EXIT_OK;
}

static int run_login(const struct world *world, const struct arguments *arguments)
{
    CLEANUP_CONTEXT struct context context = {0};
    const struct connector *connector = connector_find(arguments->words[0]);
    long long port = PORT;
    if (!connector || !connector->login) {
        output_error(connector ? "%s knows no sign-in of a person" : "there is no cloud %s",
                     arguments->words[0]);
        return EXIT_USAGE;
    }
    if (arguments->port && (!text_to_int64(arguments->port, &port) || (port && port < 1024) ||
                            port < 0 || port > 65535)) {
        output_error("--port is a number from 1024 to 65535, or 0 for a free one, not \"%s\"",
                     arguments->port);
        return EXIT_USAGE;
    }
    int code = context_load(world, arguments, &context);
    if (!code)
        code = context_prepare(&context, context_har_path(&context));
    return code ? code : sign_in(&context, connector, port);
}

const struct command command_login = {
    .name = "login",
    .usage = "CLOUD",
    .summary = "sign in as a person, where a cloud asks for one",
    .help = "Some services take no application alone but want a person who has signed in once,\n"
            "with a second factor. Prints an address for the browser, waits until it comes back,\n"
            "and keeps the sign-in in the file that the cloud's section names. Nothing else is\n"
            "written; the password goes to the cloud's own page only.\n\n"
            "Exit code: 0 signed in, 1 not.",
    .options = login_options,
    .min_words = 1,
    .max_words = 1,
    .run = run_login,
};
