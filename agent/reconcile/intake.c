#include "reconcile/intake.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/times.h"
#include "model/gate.h"
#include "model/mapping.h"

#define CURSOR_WATERMARK "watermark" /* remote: as the last complete read gave it */
#define CURSOR_FULL      "full-read" /* remote: instant of the last complete full read */
#define CURSOR_RULES     "rules"     /* hash of the rules that the stored records went through */
#define CURSOR_STATE     "source-state"
#define CURSOR_SCOPE     "scope" /* remote: what the last complete read looked at, see wanted() */

/* A side that lost more than this share of its records at once is not believed. */
#define SHRUNK_PERCENT 50

static bool looks_shrunk(const struct work *work, long long now, long long before)
{
    return !work->accept_shrunk && before >= work->job->limits.floor &&
           now * 100 < before * (100 - SHRUNK_PERCENT);
}

/* ---- the local side ---- */

struct local_intake {
    const struct work *work;
    struct arena *arena;  /* of the run: review rows, messages */
    struct arena *record; /* of one row */
    struct intake_result *result;
    struct review_row *review;
    size_t review_count, review_capacity;
    int64_t sweep;
    const char *row_code, *row_reason; /* first fault of the row at hand */
    bool unusable;                     /* a column that the job needs is not there */
    struct error *error;
};

static struct row *copy_row(struct arena *arena, const struct row *row)
{
    struct row *copy = arena_alloc(arena, sizeof *copy);
    *copy = *row;
    copy->key = arena_copy(arena, row->key);
    copy->cells = arena_array(arena, row->column_count, sizeof *copy->cells);
    copy->raw = arena_array(arena, row->column_count, sizeof *copy->raw);
    const char **columns = arena_array(arena, row->column_count, sizeof *columns);
    for (size_t i = 0; i < row->column_count; i++) {
        columns[i] = arena_copy(arena, row->columns[i]);
        copy->cells[i] = arena_copy(arena, row->cells[i]);
        copy->raw[i] = arena_copy(arena, row->raw[i]);
    }
    copy->columns = columns;
    return copy;
}

static void note_fault(void *context, const struct finding *finding)
{
    struct local_intake *intake = context;
    struct finding stored = *finding;
    if (text_starts(finding->type->code, "CFG-")) { /* no row's fault: all would be left out */
        intake->unusable = true;
        error_set(intake->error, ERROR_INPUT, SCOPE_COLLECTION, "%s", finding->detail);
        return;
    }
    stored.job = intake->work->job->name;
    struct store *store = intake->work->store;
    /* A store that cannot take the finding fails the record's own write right after. */
    store->ops->finding_put(store, &stored, NULL, intake->error);
    if (!intake->row_code) {
        intake->row_code = finding->type->code;
        intake->row_reason = arena_copy(intake->arena, finding->detail);
    }
}

static int keep_for_review(struct local_intake *intake, const struct row *row)
{
    struct store *store = intake->work->store;
    ARRAY_GROW(intake->review, &intake->review_capacity, intake->review_count + 1);
    intake->review[intake->review_count++] =
        (struct review_row){.row = copy_row(intake->arena, row),
                            .code = intake->row_code,
                            .reason = intake->row_reason};
    intake->result->rejected++;
    /* The record is there, only its row is not usable: it must not count as gone. */
    if (!row->key)
        return 0;
    return store->ops->record_seen(store, intake->work->job->name, SIDE_LOCAL, row->key,
                                   intake->sweep, intake->error);
}

static int take_row(void *context, const struct row *row)
{
    struct local_intake *intake = context;
    const struct work *work = intake->work;
    struct record *record = NULL;
    bool changed = false;
    arena_reset(intake->record);
    intake->row_code = intake->row_reason = NULL;
    if (!row->fault_code && !conditions_hold(&work->job->only_when, row))
        return 0;
    intake->result->records++;
    if (mapping_record(intake->record, work->job, row, note_fault, intake, &record) < 0)
        return intake->unusable ? -ERROR_INPUT : keep_for_review(intake, row);
    int r = work->store->ops->record_put(work->store, work->job->name, SIDE_LOCAL, record,
                                         intake->sweep, &changed, intake->error);
    intake->result->changed += changed;
    return r;
}

/* What the source was when it was last read, and when that was. */
struct last_read {
    struct file_state state;
    int64_t at_ms;
};

/* An edit so soon after the one before may carry the same time: file systems count in steps of up
 * to two seconds. */
#define SAME_TIME_NS INT64_C(2000000000)

static bool tells_apart(const struct last_read *last)
{
    return last->at_ms * 1000000 - last->state.modified_ns > SAME_TIME_NS;
}

static const char *last_read_print(struct arena *arena, const struct last_read *last)
{
    return arena_printf(arena, "%" PRId64 " %" PRId64 " %" PRIu64 " %s %" PRId64, last->state.size,
                        last->state.modified_ns, last->state.inode, last->state.hash, last->at_ms);
}

static bool last_read_scan(const char *text, struct last_read *ret_last)
{
    struct last_read last = {.state.exists = true};
    if (!text ||
        sscanf(text, "%" SCNd64 " %" SCNd64 " %" SCNu64 " %64s %" SCNd64, &last.state.size,
               &last.state.modified_ns, &last.state.inode, last.state.hash, &last.at_ms) != 5)
        return false;
    *ret_last = last;
    return true;
}

static int keep_last_read(const struct work *work, struct arena *arena,
                          const struct file_state *state, struct error *error)
{
    const struct last_read last = {.state = *state, .at_ms = world_now(work->world)};
    return work->store->ops->cursor_put(work->store, work->job->name, CURSOR_STATE,
                                        last_read_print(arena, &last), error);
}

/* True if the source is what it was: size, time and inode say so, and where the time cannot tell,
 * the content. */
static int source_unchanged(const struct work *work, struct arena *arena,
                            struct file_state *ret_state, bool *ret_unchanged, struct error *error)
{
    struct file_state now = {0};
    struct last_read last;
    const char *text = NULL;
    *ret_unchanged = false;
    int r = work->source->type->look(work->source, &now, error);
    if (r == 0)
        r = work->store->ops->cursor_get(work->store, work->job->name, CURSOR_STATE, arena, &text,
                                         error);
    if (r < 0 || !last_read_scan(text, &last) || !file_same(&last.state, &now))
        return r;
    *ret_state = last.state;
    *ret_unchanged = true;
    if (tells_apart(&last))
        return 0;
    CLEANUP_TEXT struct text content;
    text_init(&content, LIMIT_SOURCE_BYTES);
    r = file_read(work->source->path, &content, &now, error);
    if (r == 0 && file_same(&last.state, &now) && text_equal(last.state.hash, now.hash))
        return keep_last_read(work, arena, &now, error);
    *ret_unchanged = false;
    return r;
}

/* Marks what the rules made of the records as outdated if the rules changed. The source is read
 * again, however often that fails: what is kept of its state goes together with the old rules. */
static int check_rules(const struct work *work, struct arena *arena, bool *ret_changed,
                       struct error *error)
{
    struct store *store = work->store;
    const char *known = NULL;
    int r = store->ops->cursor_get(store, work->job->name, CURSOR_RULES, arena, &known, error);
    *ret_changed = !text_equal(known, work->job->rules_hash);
    if (r < 0 || !*ret_changed)
        return r;
    r = store->ops->begin(store, error);
    if (r < 0)
        return r;
    r = store->ops->unsettle_all(store, work->job->name, error);
    if (r == 0)
        r = store->ops->cursor_put(store, work->job->name, CURSOR_STATE, NULL, error);
    if (r == 0)
        r = store->ops->cursor_put(store, work->job->name, CURSOR_RULES, work->job->rules_hash,
                                   error);
    if (r == 0)
        r = store->ops->commit(store, error);
    if (r < 0)
        store->ops->rollback(store);
    return r;
}

/* Ends the sweep, unless the source looks as if it had been emptied by accident. */
static int end_sweep(struct local_intake *intake, long long before, struct error *error)
{
    const struct work *work = intake->work;
    struct intake_result *result = intake->result;
    long long gone = 0;
    if (looks_shrunk(work, result->records, before)) {
        result->outcome = READ_PARTIAL;
        result->message =
            arena_printf(intake->arena, "%lld rows where there were %lld", result->records, before);
        return work_put_finding(work, "RUN-003", result->message, error);
    }
    return work->store->ops->sweep_end(work->store, work->job->name, SIDE_LOCAL, intake->sweep,
                                       &gone, error);
}

/* What is odd about the source as a whole. */
static int put_notice(const struct work *work, const struct source_notice *notice,
                      struct error *error)
{
    const struct finding finding = {.type = finding_type(notice->code),
                                    .job = work->job->name,
                                    .subject = work->job->source,
                                    .detail = notice->detail,
                                    .place = notice->place};
    return work->store->ops->finding_put(work->store, &finding, NULL, error);
}

static int read_source(struct local_intake *intake, struct error *error)
{
    const struct work *work = intake->work;
    struct store *store = work->store;
    struct store_counts counts;
    int64_t started = world_now(work->world);
    int r = store->ops->counts(store, work->job->name, &counts, error);
    if (r == 0)
        r = store->ops->begin(store, error);
    if (r < 0)
        return r;
    r = work->source->type->read(work->source, take_row, intake, &intake->result->state, error);
    for (size_t i = 0; r == 0 && i < work->source->notice_count; i++)
        r = put_notice(work, &work->source->notices[i], error);
    if (r == 0)
        r = end_sweep(intake, counts.local, error);
    if (r == 0)
        r = store->ops->finding_sweep(store, work->job->name, "SRC-", started, error);
    /* A source that looks incomplete is looked at again, and reported again, by the next run. */
    if (r == 0 && intake->result->outcome == READ_COMPLETE)
        r = keep_last_read(work, intake->arena, &intake->result->state, error);
    if (r == 0)
        r = store->ops->commit(store, error);
    if (r < 0) {
        store->ops->rollback(store);
        return r;
    }
    return source_review(work->source, work->job->name, intake->review, intake->review_count,
                         intake->arena, &intake->result->review_path, error);
}

int intake_local(const struct work *work, struct arena *arena, struct intake_result *ret_result,
                 struct error *error)
{
    struct intake_result result = {.outcome = READ_COMPLETE};
    bool rules_changed = false;
    int r = check_rules(work, arena, &rules_changed, error);
    if (r == 0 && !rules_changed)
        r = source_unchanged(work, arena, &result.state, &result.skipped, error);
    if (r < 0)
        return r;
    if (result.skipped) {
        *ret_result = result;
        return 0;
    }
    CLEANUP_ARENA struct arena *scratch = arena_new();
    struct local_intake intake = {.work = work,
                                  .arena = arena,
                                  .record = scratch,
                                  .result = &result,
                                  .sweep = world_now(work->world),
                                  .error = error};
    r = read_source(&intake, error);
    free(intake.review);
    if (r == 0)
        *ret_result = result;
    return r;
}

/* ---- the cloud's side ---- */

/* Something that was read and is not in the store yet: exactly one of these is set. */
struct pending {
    struct record *record;
    const char *seen;
    struct finding *finding;
};

#define BATCH 200 /* reads per transaction: what a crash loses is read again in seconds */

struct intake {
    const struct work *work;
    struct arena *arena;   /* of the run */
    struct arena *batch;   /* of the pending reads */
    struct arena *scratch; /* of one question */
    struct pending pending[BATCH];
    size_t pending_count;
    struct intake_result result;
    struct error error; /* of the store, if that is what ended the read */
    const char *watermark;
    const char *finding; /* of a read that is not complete: its code */
    const char *wanted;  /* what this read looks at: a list of names */
    bool full;
    bool afresh; /* what is stored lacks fields that are wanted now */
    int64_t sweep;
    void (*ended)(void *context);
    void *ended_context;
    struct read_sink sink;
};

static int put_pending(struct intake *intake, const struct pending *pending)
{
    const struct work *work = intake->work;
    const struct store_ops *ops = work->store->ops;
    bool changed = false;
    if (pending->finding)
        return ops->finding_put(work->store, pending->finding, NULL, &intake->error);
    if (pending->seen)
        return ops->record_seen(work->store, work->job->name, SIDE_REMOTE, pending->seen,
                                intake->sweep, &intake->error);
    int r = ops->record_put(work->store, work->job->name, SIDE_REMOTE, pending->record,
                            intake->sweep, &changed, &intake->error);
    intake->result.changed += changed;
    return r;
}

/* One transaction from start to end: other jobs read into the same store between callbacks. */
static int flush(struct intake *intake)
{
    struct store *store = intake->work->store;
    if (!intake->pending_count)
        return 0;
    int r = store->ops->begin(store, &intake->error);
    bool begun = r == 0;
    for (size_t i = 0; r == 0 && i < intake->pending_count; i++)
        r = put_pending(intake, &intake->pending[i]);
    if (r == 0)
        r = store->ops->commit(store, &intake->error);
    if (r < 0 && begun)
        store->ops->rollback(store);
    intake->pending_count = 0; /* also after a failure: what follows must find room */
    arena_reset(intake->batch);
    return r;
}

static int add_pending(struct intake *intake, struct pending pending)
{
    intake->pending[intake->pending_count++] = pending;
    return intake->pending_count == BATCH ? flush(intake) : 0;
}

static const char *sink_version(void *context, const char *id)
{
    struct intake *intake = context;
    struct store *store = intake->work->store;
    const char *known = NULL;
    arena_reset(intake->scratch);
    if (intake->afresh)
        return NULL;
    if (store->ops->record_version(store, intake->work->job->name, SIDE_REMOTE, id, intake->scratch,
                                   &known, NULL) < 0)
        return NULL; /* then it is read once more than needed */
    return known;
}

static int sink_record(void *context, const struct record *record)
{
    struct intake *intake = context;
    intake->result.records++;
    return add_pending(intake, (struct pending){.record = record_copy(intake->batch, record)});
}

static int sink_seen(void *context, const char *id)
{
    struct intake *intake = context;
    intake->result.records++;
    if (!intake->full) /* only a full read asks which records are gone */
        return 0;
    return add_pending(intake, (struct pending){.seen = arena_copy(intake->batch, id)});
}

static void sink_finding(void *context, const struct finding *finding)
{
    struct intake *intake = context;
    struct finding *copy = arena_alloc(intake->batch, sizeof *copy);
    *copy = *finding;
    copy->job = intake->work->job->name;
    copy->subject = arena_copy(intake->batch, finding->subject);
    copy->field = arena_copy(intake->batch, finding->field);
    copy->detail = arena_copy(intake->batch, finding->detail);
    copy->remote_id = arena_copy(intake->batch, finding->remote_id);
    copy->local_key = arena_copy(intake->batch, finding->local_key);
    add_pending(intake, (struct pending){.finding = copy});
}

static void sink_done(void *context, enum read_outcome outcome, const char *watermark,
                      const struct error *error)
{
    struct intake *intake = context;
    intake->result.outcome = outcome;
    intake->watermark = arena_copy(intake->arena, watermark);
    if (error) {
        intake->result.message = arena_copy(intake->arena, error->message);
        intake->finding = connector_refusal(intake->work->kind, error,
                                            outcome == READ_FAILED ? "RUN-001" : "RUN-002");
    }
    intake->ended(intake->ended_context);
}

struct intake *intake_new(const struct work *work, struct arena *arena)
{
    struct intake *intake = memory_alloc(sizeof *intake);
    intake->work = work;
    intake->arena = arena;
    intake->batch = arena_new();
    intake->scratch = arena_new();
    intake->result.outcome = READ_FAILED; /* until the connector says otherwise */
    intake->finding = "RUN-001";
    intake->sink = (struct read_sink){.context = intake,
                                      .version = sink_version,
                                      .record = sink_record,
                                      .seen = sink_seen,
                                      .finding = sink_finding,
                                      .done = sink_done};
    return intake;
}

void intake_free(struct intake *intake)
{
    if (!intake)
        return;
    arena_free(intake->batch);
    arena_free(intake->scratch);
    free(intake);
}

/* ---- what is asked for ---- */

static void want_conditions(const struct conditions *conditions, bool *mapped)
{
    for (size_t i = 0; i < conditions->count; i++)
        if (!conditions->items[i].column)
            mapped[conditions->items[i].field] = true;
}

static void want_gate(const struct job *job, enum gate gate, bool *mapped)
{
    const struct gate_kind *of = gate_kind(&gate_types[gate], job->kind);
    size_t field = of ? kind_field(job->kind, of->field) : FIELD_NONE;
    if (!job->gates[gate].open)
        return;
    if (field != FIELD_NONE)
        mapped[field] = true;
    want_conditions(&job->gates[gate].when, mapped);
}

/* The fields that the job maps, matches by, or decides by. */
static const bool *wanted_fields(const struct job *job, struct arena *arena)
{
    bool *mapped = arena_array(arena, job->kind->field_count, sizeof *mapped);
    for (size_t i = 0; i < job->field_count; i++)
        mapped[job->fields[i].field] = true;
    for (size_t i = 0; i < job->match_count; i++)
        for (size_t k = 0; k < job->match[i].key_count; k++)
            mapped[job->match[i].keys[k].field] = true;
    for (size_t i = 0; i < GATE_COUNT; i++)
        want_gate(job, (enum gate)i, mapped);
    want_conditions(&job->only_when, mapped);
    return mapped;
}

static bool wants_proposals(const struct work *work)
{
    const struct gate_rule *gates = work->job->gates;
    bool wanted = gates[GATE_IMPORT].open || gates[GATE_ACCEPT].open || gates[GATE_REJECT].open;
    for (size_t i = 0; i < work->wish_count; i++)
        wanted |=
            work->wishes[i].action == ACTION_ACCEPT || work->wishes[i].action == ACTION_REJECT;
    return wanted;
}

#define PROPOSALS "+proposals" /* beside the fields' names */

static const char *wanted(const struct kind *kind, const struct read_scope *scope,
                          struct arena *arena)
{
    const char **names = arena_array(arena, kind->field_count + 1, sizeof *names);
    size_t count = 0;
    for (size_t i = 0; i < kind->field_count; i++)
        if (scope->mapped[i])
            names[count++] = kind->fields[i].name;
    if (scope->proposals)
        names[count++] = PROPOSALS;
    return list_join(arena, names, count);
}

static bool list_has(const char *const *items, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (!strcmp(items[i], name))
            return true;
    return false;
}

/* What an earlier read was not asked for is nowhere in the store: then everything is read, and for
 * a field also what has not changed since. */
static void widen(struct intake *intake, struct read_scope *scope)
{
    const struct work *work = intake->work;
    const char *known = NULL;
    size_t known_count, count;
    intake->wanted = wanted(work->job->kind, scope, intake->arena);
    if (work->store->ops->cursor_get(work->store, work->job->name, CURSOR_SCOPE, intake->arena,
                                     &known, &intake->error) < 0)
        return; /* the store's failure ends the read when it has to write */
    const char **old = list_items(intake->arena, known, &known_count);
    const char **names = list_items(intake->arena, intake->wanted, &count);
    for (size_t i = 0; i < count; i++) {
        if (list_has(old, known_count, names[i]))
            continue;
        scope->full = true;
        intake->afresh |= strcmp(names[i], PROPOSALS) != 0;
    }
}

/* ---- what only local records know of ---- */

struct naming {
    const char *prefix;
    struct map *ids;
};

static void name_id(struct naming *naming, const char *id)
{
    if (id && text_starts(id, naming->prefix) && !map_has(naming->ids, id))
        map_put(naming->ids, id, naming);
}

static int name_of_record(void *context, const struct store_record *record)
{
    name_id(context, record_get(record->record, FIELD_ID));
    return 0;
}

static int name_of_link(void *context, const struct store_link *link)
{
    name_id(context, link->remote_id);
    return 0;
}

/* A store that cannot tell fails the read at its end. */
static const char *const *named(struct intake *intake)
{
    const struct work *work = intake->work;
    const struct store_ops *ops = work->store->ops;
    const struct kind *kind = work->job->kind;
    CLEANUP_MAP struct map *ids = map_new();
    CLEANUP_ARENA struct arena *scratch = arena_new();
    struct naming naming = {work->kind->by_name, ids};
    if (!naming.prefix || !job_field(work->job, kind_field(kind, FIELD_ID)) ||
        ops->record_each(work->store, work->job->name, kind, SIDE_LOCAL, FILTER_PRESENT, scratch,
                         name_of_record, &naming, &intake->error) < 0 ||
        ops->link_each(work->store, work->job->name, kind, scratch, name_of_link, &naming,
                       &intake->error) < 0)
        return NULL;
    const char **list = arena_array(intake->arena, map_count(ids) + 1, sizeof *list);
    for (size_t i = 0; i < map_count(ids); i++)
        list[i] = arena_copy(intake->arena, map_key_at(ids, i));
    return list;
}

void intake_start(struct intake *intake, bool full, bool takes, void (*ended)(void *context),
                  void *context)
{
    const struct work *work = intake->work;
    struct read_scope scope = {.full = full,
                               .mapped = wanted_fields(work->job, intake->arena),
                               .proposals = wants_proposals(work),
                               .takes = takes,
                               .named = named(intake)};
    intake->ended = ended;
    intake->ended_context = context;
    intake->sweep = world_now(work->world);
    widen(intake, &scope);
    if (!scope.full &&
        work->store->ops->cursor_get(work->store, work->job->name, CURSOR_WATERMARK, intake->arena,
                                     &scope.watermark, &intake->error) < 0)
        scope.watermark = NULL;
    scope.full = intake->full = scope.full || !scope.watermark;
    work->kind->read(work->cloud, &scope, &intake->sink);
}

/* A complete full read decides what is gone, unless it shows nothing where there was a lot, or may
 * leave records out at any time. */
static int finish_full(struct intake *intake, struct error *error)
{
    const struct work *work = intake->work;
    struct store *store = work->store;
    struct store_counts counts;
    char at[INSTANT_TEXT];
    long long gone = 0;
    int r = store->ops->counts(store, work->job->name, &counts, error);
    if (r < 0)
        return r;
    if (looks_shrunk(work, intake->result.records, counts.remote)) {
        intake->result.outcome = READ_PARTIAL;
        intake->finding = "RUN-002";
        intake->result.message =
            arena_printf(intake->arena, "the cloud lists %lld records where there were %lld",
                         intake->result.records, counts.remote);
        return work_put_finding(work, "RUN-003", intake->result.message, error);
    }
    bool shows_all = !work->kind->shows_all || work->kind->shows_all(work->cloud);
    if (shows_all)
        r = store->ops->sweep_end(store, work->job->name, SIDE_REMOTE, intake->sweep, &gone, error);
    if (r == 0)
        r = store->ops->cursor_put(store, work->job->name, CURSOR_FULL,
                                   instant_print(intake->sweep, at), error);
    return r;
}

int intake_finish(struct intake *intake, struct intake_result *ret_result, struct error *error)
{
    const struct work *work = intake->work;
    struct store *store = work->store;
    int r = flush(intake);
    if (r < 0 || intake->error.class != ERROR_NONE) {
        *error = intake->error;
        return -(int)error->class;
    }
    r = store->ops->begin(store, error);
    if (r < 0)
        return r;
    if (intake->result.outcome == READ_COMPLETE && intake->full)
        r = finish_full(intake, error);
    if (r == 0 && intake->result.outcome == READ_COMPLETE && intake->watermark)
        r = store->ops->cursor_put(store, work->job->name, CURSOR_WATERMARK, intake->watermark,
                                   error);
    if (r == 0 && intake->result.outcome == READ_COMPLETE)
        r = store->ops->cursor_put(store, work->job->name, CURSOR_SCOPE, intake->wanted, error);
    if (r == 0 && intake->result.outcome == READ_COMPLETE && intake->full)
        r = store->ops->finding_sweep(store, work->job->name, "CLD-", intake->sweep, error);
    if (r == 0 && intake->result.outcome != READ_COMPLETE)
        r = work_put_finding(work, intake->finding, intake->result.message, error);
    if (r == 0)
        r = store->ops->commit(store, error);
    if (r < 0) {
        store->ops->rollback(store);
        return r;
    }
    *ret_result = intake->result;
    return 0;
}

int intake_full_due(const struct work *work, bool *ret_due, bool *ret_ever, struct error *error)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct store *store = work->store;
    const char *text = NULL;
    int64_t at = 0;
    int r = store->ops->cursor_get(store, work->job->name, CURSOR_FULL, arena, &text, error);
    if (r < 0)
        return r;
    *ret_ever = text && instant_parse(text, &at);
    *ret_due = !*ret_ever || world_now(work->world) - at >= work->job->full_every_ms;
    return 0;
}
