/* The client half: what scripts do to a running sandbox. Output is plain text, one thing a line. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/times.h"
#include "tests/sandbox/query.h"
#include "tests/sandbox/server.h"

#define SHOW_MAX (4u * 1024 * 1024)

struct ctl {
    struct arena *arena;
    struct http *http;
    const char *url;
    char **arguments; /* behind the command's name */
    int count;
    bool done;
    int status;
    struct json *answer;
    struct error error;
};

static void received(void *context, const struct http_response *response, const struct error *error)
{
    struct ctl *ctl = context;
    ctl->done = true;
    if (error)
        ctl->error = *error;
    else if (json_parse(ctl->arena, response->body, response->body_length, &ctl->answer,
                        &ctl->error) == 0)
        ctl->status = response->status;
}

/* Sends and waits; the answer is in ctl->answer. */
static int call(struct ctl *ctl, const char *method, const char *path, const struct json *body)
{
    struct http_request request = {
        .method = method,
        .url = arena_printf(ctl->arena, "%s/_sandbox/%s", ctl->url, path),
        .body = body ? json_print(ctl->arena, body) : NULL,
    };
    request.body_length = request.body ? strlen(request.body) : 0;
    if (ctl->http->ops->start(ctl->http, &request, received, ctl, &ctl->error) < 0)
        return -1;
    while (!ctl->done) {
        if (ctl->http->ops->wait(ctl->http, 1000, NULL, 0, &ctl->error) < 0)
            return -1;
    }
    if (!ctl->status)
        return -1;
    if (ctl->status == 200)
        return 0;
    const struct json *details = json_get(ctl->answer, "details");
    error_set(&ctl->error, ERROR_REFUSED, SCOPE_RUN, "%s%s%s", json_get_text(ctl->answer, "error"),
              details ? " " : "", details ? json_print(ctl->arena, details) : "");
    return -1;
}

static const char *shown(const char *text)
{
    return text ? text : "";
}

static int stats_of(struct ctl *ctl, const char *method, const char *path, const struct json *body)
{
    if (call(ctl, method, path, body) < 0)
        return -1;
    const struct json *calls = json_get(ctl->answer, "calls");
    for (size_t i = 0; calls && i < calls->count; i++) {
        const struct json *row = calls->items[i];
        printf("%s %s %s\n", shown(json_get_text(row, "operation")),
               shown(json_get_text(row, "status")), shown(json_get_text(row, "count")));
    }
    static const char *const counts[] = {"opportunities",
                                         "duplicates",
                                         "offers",
                                         "agreements",
                                         "offer_duplicates",
                                         "azure_referrals",
                                         "azure_duplicates",
                                         "azure_offers",
                                         "azure_offer_duplicates",
                                         "azure_subscriptions",
                                         "gcp_opportunities",
                                         "gcp_duplicates",
                                         "gcp_offers",
                                         "gcp_offer_duplicates",
                                         "gcp_entitlements",
                                         "now"};
    for (size_t i = 0; i < COUNT(counts); i++)
        printf("%s %s\n", counts[i], shown(json_get_text(ctl->answer, counts[i])));
    return 0;
}

static int do_stats(struct ctl *ctl)
{
    return stats_of(ctl, "GET", "stats", NULL);
}

static int do_reset(struct ctl *ctl)
{
    return stats_of(ctl, "POST", "reset-stats", json_object(ctl->arena));
}

static int show_of(struct ctl *ctl, const char *path)
{
    if (call(ctl, "GET", arena_printf(ctl->arena, "%s?id=%s", path, ctl->arguments[0]), NULL) < 0)
        return -1;
    CLEANUP_TEXT struct text out;
    text_init(&out, SHOW_MAX);
    json_write(ctl->answer, JSON_PRETTY, &out);
    printf("%s\n", out.data);
    return 0;
}

static int do_show(struct ctl *ctl)
{
    return show_of(ctl, "opportunity");
}

static int do_entity(struct ctl *ctl)
{
    return show_of(ctl, "entity");
}

/* One line an offer: id, state, agreement and its state, name, description. */
static int do_offers(struct ctl *ctl)
{
    const char *type = ctl->count > 0 ? ctl->arguments[0] : "Offer";
    if (call(ctl, "GET", arena_printf(ctl->arena, "offers?type=%s", type), NULL) < 0)
        return -1;
    const struct json *offers = json_get(ctl->answer, "offers");
    for (size_t i = 0; offers && i < offers->count; i++) {
        static const char *const columns[] = {"id",     "state", "agreement",
                                              "status", "name",  "description"};
        for (size_t j = 0; j < COUNT(columns); j++) {
            const char *text = json_get_text(offers->items[i], columns[j]);
            printf("%s%s", j ? "\t" : "", text && text[0] ? text : "-");
        }
        printf("\n");
    }
    return 0;
}

static int do_ids(struct ctl *ctl)
{
    const char *limit = ctl->count > 0 ? ctl->arguments[0] : "0";
    if (call(ctl, "GET", arena_printf(ctl->arena, "ids?limit=%s", limit), NULL) < 0)
        return -1;
    const struct json *ids = json_get(ctl->answer, "ids");
    for (size_t i = 0; ids && i < ids->count; i++)
        printf("%s\n", ids->items[i]->text);
    return 0;
}

/* A value is text unless it is a whole JSON list or object; the word null removes. */
static struct json *edit_value(struct ctl *ctl, const char *text)
{
    struct json *value = NULL;
    if (!strcmp(text, "null"))
        return json_null(ctl->arena);
    if ((text[0] == '{' || text[0] == '[') &&
        json_parse(ctl->arena, text, strlen(text), &value, NULL) == 0)
        return value;
    return json_string(ctl->arena, text);
}

static int edit(struct ctl *ctl, const char *endpoint, bool force)
{
    struct json *body = json_object(ctl->arena);
    json_set_text(ctl->arena, body, "id", ctl->arguments[0]);
    json_set_text(ctl->arena, body, "path", ctl->arguments[1]);
    json_set(ctl->arena, body, "value", edit_value(ctl, ctl->arguments[2]));
    json_set(ctl->arena, body, "force", json_bool(ctl->arena, force));
    if (call(ctl, "POST", endpoint, body) < 0)
        return -1;
    printf("%s %s\n", shown(json_get_text(ctl->answer, "id")),
           shown(json_get_text(ctl->answer, "LastModifiedDate")));
    return 0;
}

static int do_edit(struct ctl *ctl)
{
    return edit(ctl, "edit", false);
}

static int do_force_edit(struct ctl *ctl)
{
    return edit(ctl, "edit", true);
}

static int do_edit_entity(struct ctl *ctl)
{
    return edit(ctl, "edit-entity", true);
}

/* Both answer with the agreement. */
static int change_agreement(struct ctl *ctl, const char *endpoint, const char *second)
{
    struct json *body = json_object(ctl->arena);
    json_set_text(ctl->arena, body, "id", ctl->arguments[0]);
    if (ctl->count > 1)
        json_set_text(ctl->arena, body, second, ctl->arguments[1]);
    if (call(ctl, "POST", endpoint, body) < 0)
        return -1;
    printf("%s %s\n", shown(json_get_text(ctl->answer, "agreementId")),
           shown(json_get_text(ctl->answer, "status")));
    return 0;
}

static int do_accept(struct ctl *ctl)
{
    return change_agreement(ctl, "accept", "account");
}

static int do_end(struct ctl *ctl)
{
    return change_agreement(ctl, "end", "status");
}

static int do_review(struct ctl *ctl)
{
    struct json *body = json_object(ctl->arena);
    json_set_text(ctl->arena, body, "id", ctl->arguments[0]);
    json_set_text(ctl->arena, body, "status", ctl->arguments[1]);
    if (ctl->count > 2)
        json_set_text(ctl->arena, body, "comments", ctl->arguments[2]);
    if (call(ctl, "POST", "review", body) < 0)
        return -1;
    printf("%s %s\n", shown(json_get_text(ctl->answer, "id")),
           shown(json_get_text(ctl->answer, "LastModifiedDate")));
    return 0;
}

/* Prints the invitation's id. */
static int invitation_call(struct ctl *ctl, const char *path, const char *const names[2])
{
    struct json *body = json_object(ctl->arena);
    for (int i = 0; i < ctl->count && i < 2; i++)
        json_set_text(ctl->arena, body, names[i], ctl->arguments[i]);
    if (call(ctl, "POST", path, body) < 0)
        return -1;
    printf("%s %s %s\n", shown(json_get_text(ctl->answer, "id")),
           shown(json_get_text(ctl->answer, "status")),
           shown(json_get_text(ctl->answer, "opportunity")));
    return 0;
}

static int do_invite(struct ctl *ctl)
{
    return invitation_call(ctl, "invite", (const char *const[]){"title", "company"});
}

static int do_answer(struct ctl *ctl)
{
    return invitation_call(ctl, "answer", (const char *const[]){"id", "status"});
}

static int do_fault(struct ctl *ctl)
{
    struct json *body = json_object(ctl->arena);
    json_set_text(ctl->arena, body, "spec", ctl->arguments[0]);
    if (call(ctl, "POST", "fault", body) < 0)
        return -1;
    printf("faults %s\n", shown(json_get_text(ctl->answer, "faults")));
    return 0;
}

static int do_no_faults(struct ctl *ctl)
{
    struct json *body = json_object(ctl->arena);
    json_set(ctl->arena, body, "clear", json_bool(ctl->arena, true));
    if (call(ctl, "POST", "fault", body) < 0)
        return -1;
    printf("faults 0\n");
    return 0;
}

static int move_clock(struct ctl *ctl, const char *member, long long ms)
{
    struct json *body = json_object(ctl->arena);
    json_set(ctl->arena, body, member, json_int(ctl->arena, ms));
    if (call(ctl, "POST", "clock", body) < 0)
        return -1;
    printf("now %s\n", shown(json_get_text(ctl->answer, "now")));
    return 0;
}

static int do_advance(struct ctl *ctl)
{
    int64_t ms;
    if (!duration_parse(ctl->arguments[0], &ms))
        return error_set(&ctl->error, ERROR_INPUT, SCOPE_RUN, "\"%s\" is no duration, e.g. 1h",
                         ctl->arguments[0]);
    return move_clock(ctl, "advance_ms", ms);
}

static int do_skew(struct ctl *ctl)
{
    long long ms;
    if (!text_to_int64(ctl->arguments[0], &ms))
        return error_set(&ctl->error, ERROR_INPUT, SCOPE_RUN, "\"%s\" is no number",
                         ctl->arguments[0]);
    return move_clock(ctl, "skew_ms", ms);
}

/* ---- The sides of other clouds: the endpoints below azure/ and gcp/, by name, with members as
 * MEMBER=VALUE. */
static struct json *members_given(struct ctl *ctl)
{
    struct json *members = json_object(ctl->arena);
    for (int i = 1; i < ctl->count; i++) {
        char *name = arena_copy(ctl->arena, ctl->arguments[i]);
        char *value = strchr(name, '=');
        if (!value) {
            error_set(&ctl->error, ERROR_INPUT, SCOPE_RUN, "\"%s\" is not MEMBER=VALUE", name);
            return NULL;
        }
        *value++ = '\0';
        json_set(ctl->arena, members, name, edit_value(ctl, value));
    }
    return members;
}

static int show_side(struct ctl *ctl, const char *side)
{
    const struct json *members = members_given(ctl);
    CLEANUP_TEXT struct text path, out;
    text_init(&path, SHOW_MAX);
    text_init(&out, SHOW_MAX);
    text_addf(&path, "%s/%s", side, ctl->arguments[0]);
    for (size_t i = 0; members && i < members->count; i++) {
        text_addf(&path, "%c%s=", i ? '&' : '?', members->names[i]);
        query_encode(&path, shown(json_text(members->items[i])));
    }
    if (!members || call(ctl, "GET", path.data, NULL) < 0)
        return -1;
    json_write(ctl->answer, JSON_PRETTY, &out);
    printf("%s\n", out.data);
    return 0;
}

/* One member of the answer a line. */
static int do_at_side(struct ctl *ctl, const char *side)
{
    const struct json *members = members_given(ctl);
    const char *path = arena_printf(ctl->arena, "%s/%s", side, ctl->arguments[0]);
    if (!members || call(ctl, "POST", path, members) < 0)
        return -1;
    for (size_t i = 0; i < ctl->answer->count; i++) {
        const char *text = json_text(ctl->answer->items[i]);
        printf("%s %s\n", ctl->answer->names[i],
               text ? text : json_print(ctl->arena, ctl->answer->items[i]));
    }
    return 0;
}

static int azure_show(struct ctl *ctl)
{
    return show_side(ctl, "azure");
}

static int azure_do(struct ctl *ctl)
{
    return do_at_side(ctl, "azure");
}

static int gcp_show(struct ctl *ctl)
{
    return show_side(ctl, "gcp");
}

static int gcp_do(struct ctl *ctl)
{
    return do_at_side(ctl, "gcp");
}

/* ---- A person's browser: follows where it is sent, as far as this host. */
#define REDIRECTS_MAX 5

struct page {
    struct arena *arena;
    bool done;
    int status;
    const char *location, *text;
    struct error error;
};

static void loaded(void *context, const struct http_response *response, const struct error *error)
{
    struct page *page = context;
    page->done = true;
    if (error) {
        page->error = *error;
        return;
    }
    page->status = response->status;
    page->location = arena_copy(page->arena, http_response_get(response, "location"));
    page->text = arena_copy_n(page->arena, response->body, response->body_length);
}

static int load(struct ctl *ctl, const char *url, struct page *page)
{
    const struct http_request request = {.method = "GET", .url = url};
    *page = (struct page){.arena = ctl->arena};
    if (ctl->http->ops->start(ctl->http, &request, loaded, page, &ctl->error) < 0)
        return -1;
    while (!page->done) {
        if (ctl->http->ops->wait(ctl->http, 1000, NULL, 0, &ctl->error) < 0)
            return -1;
    }
    ctl->error = page->error;
    return page->status ? 0 : -1;
}

static int do_browse(struct ctl *ctl)
{
    const char *url = ctl->arguments[0];
    struct page page;
    for (int i = 0; i < REDIRECTS_MAX; i++) {
        if (load(ctl, url, &page) < 0)
            return -1;
        if (!page.location)
            break;
        url = page.location;
    }
    printf("%d %s", page.status, page.text);
    return 0;
}

#define MEMBERS_MAX 32

static const struct {
    const char *name;
    int least, most; /* arguments */
    int (*run)(struct ctl *ctl);
} commands[] = {
    {"stats", 0, 0, do_stats},
    {"reset-stats", 0, 0, do_reset},
    {"show", 1, 1, do_show},
    {"ids", 0, 1, do_ids},
    {"edit", 3, 3, do_edit},
    {"force-edit", 3, 3, do_force_edit},
    {"review", 2, 3, do_review},
    {"fault", 1, 1, do_fault},
    {"no-faults", 0, 0, do_no_faults},
    {"advance", 1, 1, do_advance},
    {"skew", 1, 1, do_skew},
    {"invite", 2, 2, do_invite},
    {"answer", 2, 2, do_answer},
    {"offers", 0, 1, do_offers},
    {"entity", 1, 1, do_entity},
    {"edit-entity", 3, 3, do_edit_entity},
    {"accept", 1, 2, do_accept},
    {"end", 2, 2, do_end},
    {"browse", 1, 1, do_browse},
    {"azure", 1, MEMBERS_MAX, azure_do},
    {"azure-show", 1, MEMBERS_MAX, azure_show},
    {"gcp", 1, MEMBERS_MAX, gcp_do},
    {"gcp-show", 1, MEMBERS_MAX, gcp_show},
};

static int run(struct ctl *ctl, const char *command)
{
    for (size_t i = 0; i < COUNT(commands); i++) {
        if (strcmp(commands[i].name, command) != 0)
            continue;
        if (ctl->count < commands[i].least || ctl->count > commands[i].most)
            return error_set(&ctl->error, ERROR_INPUT, SCOPE_RUN, "%s: wrong number of arguments",
                             command);
        return commands[i].run(ctl);
    }
    return error_set(&ctl->error, ERROR_INPUT, SCOPE_RUN, "there is no command \"%s\"", command);
}

int ctl_main(int argc, char **argv)
{
    if (argc < 3) {
        fprintf(stderr, "sandbox: ctl needs an address and a command; see sandbox --help\n");
        return 2;
    }
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct ctl ctl = {.arena = arena, .url = argv[1], .arguments = argv + 3, .count = argc - 3};
    const struct http_options options = {.user_agent = "sandbox-ctl"};
    int result = http_curl_new(&options, &world_real, &ctl.http, &ctl.error);
    if (result == 0) {
        result = run(&ctl, argv[2]);
        ctl.http->ops->close(ctl.http);
    }
    if (result < 0)
        fprintf(stderr, "sandbox: %s\n", ctl.error.message);
    return result < 0 ? 1 : 0;
}
