#include "connectors/sweep.h"

#include <string.h>

#include "base/limits.h"
#include "base/map.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/times.h"
#include "connectors/document.h"

#define SECOND 1000 /* ms */

struct sweep {
    struct cloud *cloud;
    struct session *session;
    struct read_sink sink;
    const struct sweep_reader *reader;
    void *context;
    struct arena *arena;
    bool full;
    const char *watermark;      /* of the read before; NULL: none */
    struct sweep_chain *chains; /* in the order they were started */
    size_t listing;             /* chains with pages to come */
    size_t pages;               /* read, of all chains */
    size_t waiting;             /* calls under way */
    enum read_outcome outcome;
    struct error error;
};

/* A listing under way. */
struct sweep_chain {
    struct sweep *sweep;
    const struct sweep_listing *listing;
    struct sweep_chain *next;
    const char *after; /* NULL: everything */
    const char *mark;  /* greatest date received or known from before; NULL: none */
    int64_t mark_ticks;
    struct map *versions; /* id → version as listed */
    struct map *tokens;   /* those used */
    size_t pages;         /* asked for */
};

/* ------------------------------------------------------------------ beginning and end */

struct sweep *sweep_new(struct cloud *cloud, struct session *session,
                        const struct read_scope *scope, const struct read_sink *sink,
                        const struct sweep_reader *reader, void *context)
{
    struct sweep *sweep = memory_alloc(sizeof *sweep);
    sweep->cloud = cloud;
    sweep->session = session;
    sweep->sink = *sink;
    sweep->reader = reader;
    sweep->context = context;
    sweep->arena = arena_new();
    sweep->full = scope->full;
    sweep->watermark = arena_copy(sweep->arena, scope->watermark);
    sweep->outcome = READ_COMPLETE;
    return sweep;
}

struct cloud *sweep_cloud(const struct sweep *sweep)
{
    return sweep->cloud;
}

struct arena *sweep_arena(const struct sweep *sweep)
{
    return sweep->arena;
}

void *sweep_context(const struct sweep *sweep)
{
    return sweep->context;
}

int64_t sweep_now(const struct sweep *sweep)
{
    return world_now(loop_world(session_loop(sweep->session)));
}

/* The parts "name=date" of all listings; one without a name is the whole. */
static const char *join_marks(const struct sweep *sweep)
{
    const char *text = NULL;
    for (const struct sweep_chain *chain = sweep->chains; chain; chain = chain->next) {
        const char *name = chain->listing->mark;
        if (!name || !chain->mark)
            continue;
        const char *part =
            *name ? arena_printf(sweep->arena, "%s=%s", name, chain->mark) : chain->mark;
        text = text ? arena_printf(sweep->arena, "%s %s", text, part) : part;
    }
    return text;
}

static const char *old_mark(const struct sweep *sweep, const char *name)
{
    const char *text = sweep->watermark;
    if (!name || !*name)
        return name ? text : NULL;
    size_t length = strlen(name);
    for (; text && *text; text += strspn(text, " ")) {
        size_t part = strcspn(text, " ");
        if (part > length && !strncmp(text, name, length) && text[length] == '=')
            return arena_copy_n(sweep->arena, text + length + 1, part - length - 1);
        text += part;
    }
    return NULL;
}

static void end(struct sweep *sweep)
{
    /* What was partial is failed if it is no part at all. */
    if (sweep->outcome == READ_PARTIAL && !sweep->pages)
        sweep->outcome = READ_FAILED;
    bool complete = sweep->outcome == READ_COMPLETE;
    if (sweep->reader->release)
        sweep->reader->release(sweep->context);
    sweep->sink.done(sweep->sink.context, sweep->outcome, complete ? join_marks(sweep) : NULL,
                     complete ? NULL : &sweep->error);
    for (struct sweep_chain *chain = sweep->chains; chain; chain = chain->next) {
        map_free(chain->versions);
        map_free(chain->tokens);
    }
    arena_free(sweep->arena);
    free(sweep);
}

static void worsen(struct sweep *sweep, enum read_outcome outcome, const struct error *error)
{
    if (outcome <= sweep->outcome)
        return;
    sweep->outcome = outcome;
    sweep->error = *error;
}

static bool failed(const struct sweep *sweep)
{
    return sweep->outcome == READ_FAILED;
}

static struct sweep_fetch *fetch_new(struct sweep *sweep)
{
    struct sweep_fetch *fetch = memory_alloc(sizeof *fetch);
    fetch->sweep = sweep;
    fetch->arena = arena_new();
    sweep->waiting++;
    return fetch;
}

static void listed(struct sweep *sweep)
{
    if (!sweep->listing && !failed(sweep) && sweep->reader->listed)
        sweep->reader->listed(sweep);
}

/* Every callback ends here; the last one ends the read. */
static void fetch_free(struct sweep_fetch *fetch)
{
    struct sweep *sweep = fetch->sweep;
    arena_free(fetch->arena);
    free(fetch);
    sweep->waiting--;
    listed(sweep);
    if (!sweep->waiting && !failed(sweep) && sweep->reader->drained) {
        sweep->reader->drained(sweep);
        listed(sweep);
    }
    if (!sweep->waiting)
        end(sweep);
}

static void send(struct sweep_fetch *fetch, const char *operation, const char *family,
                 session_done *done)
{
    const struct call call = {
        .family = family,
        .operation = operation,
        .repeatable = !fetch->once,
        .bare = fetch->file,
        .request = &fetch->request,
        .done = done,
        .context = fetch,
    };
    session_send(fetch->sweep->session, &call);
}

/* The answer's object; what the session ended with is an error like what cannot be read. */
static int parse(struct sweep_fetch *fetch, const struct http_response *response,
                 const struct error *failure, struct json **ret_answer, struct error *error)
{
    if (!failure && fetch->file)
        return 0;
    if (!failure)
        return document_parse(fetch->arena, response, ret_answer, error);
    *error = *failure;
    return -(int)failure->class;
}

/* ------------------------------------------------------------------ the sink */

const char *sweep_known(struct sweep *sweep, const char *id)
{
    return sweep->sink.version(sweep->sink.context, id);
}

bool sweep_same_second(const char *a, const char *b)
{
    int64_t left, right;
    return instant_parse(a ? a : "", &left) && instant_parse(b ? b : "", &right) &&
           left / SECOND == right / SECOND;
}

void sweep_record(struct sweep *sweep, const struct record *record)
{
    struct error error = {0};
    if (failed(sweep) || sweep->sink.record(sweep->sink.context, record) >= 0)
        return;
    error_set(&error, ERROR_PERMANENT, SCOPE_RUN, "the record %s could not be kept", record->id);
    worsen(sweep, READ_FAILED, &error);
}

void sweep_seen(struct sweep *sweep, const char *id)
{
    struct error error = {0};
    if (failed(sweep) || sweep->sink.seen(sweep->sink.context, id) >= 0)
        return;
    error_set(&error, ERROR_PERMANENT, SCOPE_RUN, "%s could not be marked as seen", id);
    worsen(sweep, READ_FAILED, &error);
}

void sweep_note(void *sweep, const struct finding *finding)
{
    const struct read_sink *sink = &((struct sweep *)sweep)->sink;
    sink->finding(sink->context, finding);
}

/* What ends the whole cloud fails the read; one record leaves it partial. */
void sweep_missed(struct sweep *sweep, const char *id, const struct error *error)
{
    worsen(sweep, error->class == ERROR_AUTH ? READ_FAILED : READ_PARTIAL, error);
    if (!id)
        return;
    const struct finding finding = {
        .type = finding_type("RUN-002"),
        .subject = id,
        .remote_id = id,
        .detail = error->message,
    };
    sweep_note(sweep, &finding);
}

/* ------------------------------------------------------------------ pages */

static int fetch_page(struct sweep_chain *chain, const char *token, struct error *error);

/* The greatest date received, as the very text; never the own clock. */
static void raise_mark(struct sweep_chain *chain, const char *date)
{
    int64_t ticks;
    if (!date || !instant_parse_fine(date, &ticks) || (chain->mark && ticks <= chain->mark_ticks))
        return;
    chain->mark = arena_copy(chain->sweep->arena, date);
    chain->mark_ticks = ticks;
}

/* Returns true if the item told something new. What changes while it is listed moves to the end and
 * comes again with a later date. */
static bool take_item(struct sweep_chain *chain, const struct json *item)
{
    struct sweep *sweep = chain->sweep;
    const struct sweep_listing *listing = chain->listing;
    const char *id = json_get_text(item, listing->id);
    const char *version = listing->version ? json_get_text(item, listing->version) : NULL;
    if (text_blank(id)) {
        struct error error = {0};
        error_set(&error, ERROR_TEMPORARY, SCOPE_COLLECTION, "%s listed something without %s",
                  listing->operation, listing->id);
        worsen(sweep, READ_PARTIAL, &error);
        return true;
    }
    const char *key = version ? version : "";
    if (text_equal(map_get(chain->versions, id), key))
        return false;
    map_put(chain->versions, id, arena_copy(sweep->arena, key));
    raise_mark(chain, listing->date ? json_get_text(item, listing->date) : version);
    listing->item(sweep, listing, id, version, item);
    return true;
}

/* Decides on the next page; a listing can repeat or loop while it is read. */
static int next_page(struct sweep_chain *chain, const struct json *answer, bool news, size_t count,
                     bool *ret_more, struct error *error)
{
    const char *token = json_get_text(answer, chain->listing->token);
    if (text_blank(token))
        return 0;
    if (map_has(chain->tokens, token))
        return error_set(error, ERROR_TEMPORARY, SCOPE_COLLECTION,
                         "the listing gave the same page token again");
    if (count && !news)
        return error_set(error, ERROR_TEMPORARY, SCOPE_COLLECTION,
                         "the listing gave the same page again");
    if (chain->pages >= LIMIT_PAGES)
        return error_set(error, ERROR_PERMANENT, SCOPE_COLLECTION,
                         "the listing did not end after %d pages", LIMIT_PAGES);
    map_put(chain->tokens, token, chain);
    int result = fetch_page(chain, token, error);
    *ret_more = !result;
    return result;
}

static int take_page(struct sweep_fetch *fetch, const struct http_response *response,
                     const struct error *failure, bool *ret_more, struct error *error)
{
    struct sweep_chain *chain = fetch->chain;
    struct json *answer = NULL;
    if (!failure && !response->body_length && chain->listing->may_be_blank) {
        chain->sweep->pages++;
        return 0;
    }
    int result = parse(fetch, response, failure, &answer, error);
    if (result < 0)
        return result;
    const struct json *items = json_get(answer, chain->listing->items);
    if (!items && chain->listing->omits_empty)
        items = json_array(fetch->arena);
    if (!items || items->type != JSON_ARRAY)
        return error_set(error, ERROR_TEMPORARY, SCOPE_COLLECTION, "%s answered without %s",
                         chain->listing->operation, chain->listing->items);
    chain->sweep->pages++;
    bool news = false;
    for (size_t i = 0; i < items->count && !failed(chain->sweep); i++)
        news |= take_item(chain, items->items[i]);
    struct error odd = {0};
    if (!failed(chain->sweep) && next_page(chain, answer, news, items->count, ret_more, &odd) < 0) {
        if (chain->listing->broken)
            chain->listing->broken(chain->sweep, &odd);
        worsen(chain->sweep, READ_PARTIAL, &odd); /* what was read so far is true */
    }
    return 0;
}

/* A page that cannot be read: nothing is known about what it would have held. Where a whole listing
 * is refused, others may still tell of their parts. */
static void got_page(void *context, const struct http_response *response,
                     const struct error *failure)
{
    struct sweep_fetch *fetch = context;
    struct sweep *sweep = fetch->sweep;
    struct error error = {0};
    bool more = false;
    if (!failed(sweep) && take_page(fetch, response, failure, &more, &error) < 0) {
        bool passing = error.class == ERROR_TEMPORARY || error.class == ERROR_THROTTLED;
        bool first = fetch->chain->pages == 1;
        bool part = failure && (passing || (first && error.class != ERROR_AUTH)) &&
                    !(first && fetch->chain->listing->essential);
        if (fetch->chain->listing->broken) {
            fetch->chain->listing->broken(sweep, &error);
            part = true;
        }
        worsen(sweep, part ? READ_PARTIAL : READ_FAILED, &error);
    }
    if (!more)
        sweep->listing--;
    fetch_free(fetch);
}

static int fetch_page(struct sweep_chain *chain, const char *token, struct error *error)
{
    struct sweep *sweep = chain->sweep;
    const struct sweep_listing *listing = chain->listing;
    const struct sweep_place place = {chain->after, token};
    struct sweep_fetch *fetch = fetch_new(sweep);
    fetch->chain = chain;
    int result = listing->page(sweep, fetch->arena, listing, &place, &fetch->request, error);
    if (result < 0) { /* nothing was sent: the read goes on without it */
        arena_free(fetch->arena);
        free(fetch);
        sweep->waiting--;
        return result;
    }
    chain->pages++;
    send(fetch, listing->operation, listing->family, got_page);
    return 0;
}

void sweep_list(struct sweep *sweep, const struct sweep_listing *listing)
{
    struct sweep_chain *chain = arena_alloc(sweep->arena, sizeof *chain);
    struct sweep_chain **last = &sweep->chains;
    while (*last)
        last = &(*last)->next;
    *last = chain;
    chain->sweep = sweep;
    chain->listing = listing;
    chain->versions = map_new();
    chain->tokens = map_new();
    raise_mark(chain, old_mark(sweep, listing->mark)); /* stays if nothing newer comes */
    chain->after = sweep->full ? NULL : chain->mark;
    sweep->listing++;
    struct error error = {0};
    if (fetch_page(chain, NULL, &error) < 0) {
        sweep->listing--;
        worsen(sweep, READ_FAILED, &error);
    }
}

/* ------------------------------------------------------------------ details */

static void missed(struct sweep_fetch *fetch, const struct error *error)
{
    if (fetch->missed)
        fetch->missed(fetch, error);
    else
        sweep_missed(fetch->sweep, fetch->id, error);
}

static void got_detail(void *context, const struct http_response *response,
                       const struct error *failure)
{
    struct sweep_fetch *fetch = context;
    struct error error = {0};
    struct json *answer = NULL;
    bool lacking = failure && fetch->may_lack && failure->http_status == 404;
    fetch->may_lack = false;
    int result = 0;
    if (!failed(fetch->sweep)) {
        result = lacking ? 0 : parse(fetch, response, failure, &answer, &error);
        fetch->response = failure ? NULL : response;
        fetch->once = fetch->file = false;
        if (!result)
            result = fetch->answer(fetch, answer, &error);
        fetch->response = NULL;
        if (result < 0)
            missed(fetch, &error);
    }
    if (result != 1)
        fetch_free(fetch);
}

struct sweep_fetch *sweep_fetch(struct sweep *sweep, const char *id, void *state)
{
    struct sweep_fetch *fetch = fetch_new(sweep);
    fetch->id = arena_copy(fetch->arena, id);
    fetch->state = state;
    return fetch;
}

int sweep_ask(struct sweep_fetch *fetch, const char *operation, const char *family,
              sweep_answer *answer)
{
    fetch->answer = answer;
    send(fetch, operation, family, got_detail);
    return 1;
}
