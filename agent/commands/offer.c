/* agent offer: private offers by hand, and a look at what buyers do with them. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/map.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/times.h"
#include "commands/output.h"
#include "commands/verbs.h"
#include "model/value.h"

#define OFFSET(member) offsetof(struct arguments, member)

static const struct command_option offer_options[] = {
    {"job", 'j', "JOB", "only of this job", OFFSET(job)},
    {"to", 0, "DATE", "extend: last day on which the offer can be accepted", OFFSET(to)},
    {"from", 0, "KEY", "amend: the local record with the new terms", OFFSET(from)},
    {"reason", 0, "TEXT", "reject: why", OFFSET(reason)},
    {"state", 0, "WORD", "list: only offers in this state", OFFSET(state)},
    {"every", 0, "TIME", "watch: how often to look, 1m if not said", OFFSET(every)},
    {"dry-run", 'n', NULL, "show what would be done, write nothing", OFFSET(dry_run)},
    {"force", 0, NULL, "create and amend: also against what is doubtful", OFFSET(force)},
    {"har", 0, "FILE", "record the HTTP exchanges, without secrets", OFFSET(har)},
    {NULL, 0, NULL, NULL, 0},
};

static int list_offers(struct asking *asking)
{
    static const char *const fields[] = {"state", "title",   "product",   "buyer_accounts",
                                         "value", "expires", "agreement", NULL};
    return verb_list(asking, fields, "state");
}

static int show_offer(struct asking *asking)
{
    struct arguments arguments = *asking->arguments;
    arguments.words = asking->words;
    arguments.word_count = asking->word_count;
    return command_show.run(asking->context.world, &arguments);
}

static int plain_wish(struct asking *asking)
{
    return wish_each(asking, (const char *const[]){NULL});
}

static int extend_offer(struct asking *asking)
{
    return wish_each(asking, (const char *const[]){"expires", asking->arguments->to, NULL});
}

static int reject_orders(struct asking *asking)
{
    return wish_each(asking,
                     (const char *const[]){"reject_reason", asking->arguments->reason, NULL});
}

/* True if the offer, or that of the local record, was a draft when it was last read, and the cloud
 * lets it be deleted. Who asks for the end of an offer that was out then shall not lose it for
 * having become a draft since. */
static int is_draft(struct asking *asking, const char *subject, bool *ret_draft)
{
    struct store *store = asking->context.store;
    struct store_record *offer = NULL;
    struct store_link *link = NULL;
    struct error error = {0};
    const struct job *job = NULL;
    int code = verb_find(asking, subject, &job, &offer);
    *ret_draft = false;
    if (code)
        return code;
    int r = offer ? 0
                  : store->ops->link_get(store, job->name, job->kind, SIDE_LOCAL, subject,
                                         asking->arena, &link, &error);
    if (r == 0 && link)
        r = store->ops->record_get(store, job->name, job->kind, SIDE_REMOTE, link->remote_id,
                                   asking->arena, &offer, &error);
    if (r < 0) {
        output_failure(NULL, &error);
        return EXIT_FAILED;
    }
    const struct connector *connector = connector_find(job->cloud);
    const struct connector_kind *kind = connector ? connector_kind(connector, job->kind->id) : NULL;
    *ret_draft = kind && kind->capabilities & CAN_DISCARD && offer && !offer->gone &&
                 text_equal(record_get(offer->record, FIELD_STATE), STATE_DRAFT);
    return 0;
}

/* The last day of an offer that is taken back is yesterday: UTC, which is behind no buyer's day. */
static int cancel_offers(struct asking *asking)
{
    struct wish_draft *drafts = arena_array(asking->arena, asking->word_count, sizeof *drafts);
    char day[DAY_TEXT];
    int code = 0;
    day_print(day_of(world_now(asking->context.world)) - 1, day);
    for (size_t i = 0; !code && i < asking->word_count; i++) {
        bool draft = false;
        drafts[i].wish = (struct wish){.action = ACTION_CANCEL, .subject = asking->words[i]};
        code = is_draft(asking, asking->words[i], &draft);
        if (!code && draft)
            code = wish_set(asking, &drafts[i], FIELD_STATE, STATE_DELETED);
        else if (!code)
            code = wish_set(asking, &drafts[i], "expires", day);
    }
    return code ? code : wishes_run(asking, drafts, asking->word_count);
}

/* What an offer that replaces this one names: its agreement, or the offer itself. */
static const char *replaced_by(const struct job *job, const struct record *offer)
{
    const struct connector *connector = connector_find(job->cloud);
    const struct connector_kind *kind = connector ? connector_kind(connector, job->kind->id) : NULL;
    if (!kind || !kind->replaced_by)
        return record_get(offer, "agreement");
    const char *state = record_get(offer, FIELD_STATE);
    bool taken = text_equal(state, "accepted") || text_equal(state, "ended");
    return taken ? record_get(offer, kind->replaced_by) : NULL;
}

/* An amendment is a new offer that replaces an agreement; its terms come from a local record. */
static int amend_agreement(struct asking *asking)
{
    const char *subject = asking->words[0], *agreement = subject;
    const struct job *job = NULL;
    struct store_record *offer = NULL;
    struct wish_draft draft = {
        .wish = {.action = ACTION_CREATE, .subject = asking->arguments->from}};
    if (verb_find(asking, subject, &job, &offer) == 0 && offer) {
        agreement = replaced_by(job, offer->record);
        if (!agreement) {
            output_error("%s has not been accepted: there is no agreement to amend", subject);
            return EXIT_FAILED;
        }
    }
    int code = wish_set(asking, &draft, "form", "replacement");
    if (!code)
        code = wish_set(asking, &draft, "replaces", agreement);
    return code ? code : wishes_run(asking, &draft, 1);
}

/* ---- watch ---- */

#define WATCH_MS INT64_C(60000)

struct watching {
    struct asking *asking;
    struct arena *states; /* of the map's texts */
    struct map *known;    /* offer → its state when we last looked */
    size_t open;          /* offers whose end is not known yet */
    bool first;
    struct error error;
};

static bool is_final(const char *state)
{
    static const char *const words[] = {"draft", "publishing", "with_partner", "open"};
    for (size_t i = 0; i < COUNT(words); i++)
        if (text_equal(state, words[i]))
            return false;
    return state;
}

static bool is_watched(const struct asking *asking, const char *id)
{
    for (size_t i = 0; i < asking->word_count; i++)
        if (text_equal(asking->words[i], id))
            return true;
    return !asking->word_count;
}

static void tell(struct watching *watching, const struct record *record, const char *old)
{
    struct asking *asking = watching->asking;
    CLEANUP_ARENA struct arena *arena = arena_new();
    const char *agreement = record_get(record, "agreement"), *title = record_get(record, "title");
    const char *state = record_get(record, "state");
    if (asking->arguments->output == OUTPUT_JSON) {
        struct json *line = json_object(arena);
        json_set_text(arena, line, "offer", record->id);
        json_set_text(arena, line, "was", old);
        json_set_text(arena, line, "state", state);
        json_set_text(arena, line, "agreement", agreement);
        printf("%s\n", json_print(arena, line));
    } else {
        printf("%s  %s  %s%s%s%s%s  %s\n", output_instant(arena, world_now(asking->context.world)),
               output_safe(arena, record->id), old ? output_safe(arena, old) : "",
               old ? " -> " : "", output_safe(arena, state), agreement ? "  " : "",
               agreement ? output_safe(arena, agreement) : "", output_safe(arena, title));
    }
    fflush(stdout);
}

static int look_at(void *context, const struct store_record *stored)
{
    struct watching *watching = context;
    const struct record *record = stored->record;
    const char *state = record_get(record, "state");
    if (stored->gone || !state || !is_watched(watching->asking, record->id))
        return 0;
    const char *old = map_get(watching->known, record->id);
    watching->open += !is_final(state);
    if (text_equal(old, state))
        return 0;
    if (!watching->first || !is_final(state))
        tell(watching, record, old);
    map_put(watching->known, record->id, arena_copy(watching->states, state));
    return 0;
}

static int look(struct watching *watching)
{
    struct context *context = &watching->asking->context;
    const struct engine_options options = {0};
    struct engine_result *results = memory_alloc((context->work_count + 1) * sizeof *results);
    int r = engine_run(context->loop, context->works, context->work_count, &options, results,
                       &watching->error);
    watching->open = 0;
    for (size_t i = 0; i < context->work_count; i++) {
        const struct work *work = &context->works[i];
        CLEANUP_ARENA struct arena *arena = arena_new();
        if (results[i].error.class != ERROR_NONE)
            output_failure(work->job->name, &results[i].error);
        if (r == 0)
            r = work->store->ops->record_each(work->store, work->job->name, work->job->kind,
                                              SIDE_REMOTE, FILTER_PRESENT, arena, look_at, watching,
                                              &watching->error);
        engine_result_free(&results[i]);
    }
    free(results);
    return r;
}

static void wake(void *context)
{
    *(bool *)context = true;
}

static int watch_offers(struct asking *asking)
{
    struct context *context = &asking->context;
    int64_t every = WATCH_MS;
    const char *text = asking->arguments->every;
    if (text && (!duration_parse(text, &every) || every < 1000)) {
        output_error("--every is a time of at least 1s, such as 30s or 5m, not \"%s\"", text);
        return EXIT_USAGE;
    }
    const char **names = arena_array(asking->arena, context->config->job_count + 1, sizeof *names);
    size_t count = 0;
    for (size_t i = 0; i < context->config->job_count; i++) {
        const struct job *job = &context->config->jobs[i];
        if (job->kind == asking->kind &&
            (!asking->arguments->job || text_equal(asking->arguments->job, job->name)))
            names[count++] = job->name;
    }
    if (!count) {
        output_error("no job is about offers");
        return EXIT_FAILED;
    }
    int r = 0, code = context_open_jobs(context, names, count);
    if (code)
        return code;
    CLEANUP_MAP struct map *known = map_new();
    struct watching watching = {
        .asking = asking, .states = asking->arena, .known = known, .open = 1, .first = true};
    while (r == 0 && (r = look(&watching)) == 0 && watching.open) {
        bool due = false;
        watching.first = false;
        loop_after(context->loop, every, wake, &due);
        r = loop_run(context->loop, &due, &watching.error);
    }
    if (r < 0)
        output_failure(NULL, &watching.error);
    return r < 0 ? EXIT_FAILED : EXIT_OK;
}

#define MANY SIZE_MAX
static const struct verb verbs[] = {
    {"list", "", 0, 0, TAKES_STATE, 0, ACTION_COUNT, list_offers},
    {"show", "OFFER", 1, 1, 0, 0, ACTION_COUNT, show_offer},
    {"create", "KEY...", 1, MANY, TAKES_RUN, 0, ACTION_CREATE, plain_wish},
    {"publish", "OFFER...", 1, MANY, TAKES_RUN, 0, ACTION_PUBLISH, plain_wish},
    {"extend", "OFFER... --to DATE", 1, MANY, TAKES_RUN | TAKES_TO, TAKES_TO, ACTION_EXTEND,
     extend_offer},
    {"cancel", "OFFER...", 1, MANY, TAKES_RUN, 0, ACTION_CANCEL, cancel_offers},
    {"accept", "OFFER...", 1, MANY, TAKES_RUN, 0, ACTION_ACCEPT, plain_wish},
    {"reject", "OFFER... [--reason TEXT]", 1, MANY, TAKES_RUN | TAKES_REASON, 0, ACTION_REJECT,
     reject_orders},
    {"amend", "OFFER|AGREEMENT --from KEY", 1, 1, TAKES_RUN | TAKES_FROM, TAKES_FROM, ACTION_CREATE,
     amend_agreement},
    {"watch", "[OFFER...]", 0, MANY, TAKES_EVERY, 0, ACTION_COUNT, watch_offers},
};

static int run_offer(const struct world *world, const struct arguments *arguments)
{
    return verbs_run(world, arguments, &kinds[KIND_OFFER], verbs, COUNT(verbs));
}

const struct command command_offer = {
    .name = "offer",
    .usage =
        "list | show | create | publish | extend | cancel | accept | reject | amend | watch ...",
    .summary =
        "private offers: list, create, publish, extend, cancel, accept, reject, amend, watch",
    .help =
        "  list                          the offers that the last runs saw\n"
        "  show OFFER                    one offer, both sides\n"
        "  create KEY...                 make a draft from the local record KEY\n"
        "  publish OFFER...              release a draft to its buyer\n"
        "  extend OFFER... --to DATE     let it be accepted longer\n"
        "  cancel OFFER...               take it back: nobody can accept it any more; a draft\n"
        "                                is deleted for good, where the cloud lets it be\n"
        "  accept OFFER...               accept what its buyer ordered, where the cloud waits for\n"
        "                                that\n"
        "  reject OFFER...               turn the order down, with a --reason\n"
        "  amend OFFER --from KEY        make an offer that replaces its agreement, with the\n"
        "                                terms of the local record KEY; an agreement's id will\n"
        "                                do, too\n"
        "  watch [OFFER...]              tell when an offer changes its state, until all have\n"
        "                                come to an end\n\n"
        "What is asked for here needs no further approval. It goes through the same plan, guard\n"
        "and journal as a reconcile; nothing else is written. What the cloud's rules refuse, or\n"
        "what is doubtful (see --force), is not done, and the exit code is 1.",
    .options = offer_options,
    .min_words = 1,
    .max_words = SIZE_MAX,
    .run = run_offer,
};
