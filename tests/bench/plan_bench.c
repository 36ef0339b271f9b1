/* Planning 10,000 linked records on which both sides agree: when nothing moved, and when all of
 * them must be looked at, against reading the same rows out of the store. */
#include <ftw.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/memory.h"
#include "reconcile/plan.h"
#include "tests/bench/bench.h"

#define RECORDS 10000
#define JOB     "aws-referrals"

struct task {
    struct work work;
    struct store *store;
    struct store_counts counts;
    unsigned filter;
    size_t seen;
};

static _Noreturn void give_up(const char *what, const struct error *error)
{
    fprintf(stderr, "plan_bench: %s: %s\n", what, error->message);
    exit(1);
}

/* --- the store -------------------------------------------------------------------------------- */

static const char *const mapped[] = {"title", "company", "website", "stage", "close_date"};
static const char *const columns[] = {"Title", "Account", "Website", "Stage", "Close Date"};

static struct record *make_record(struct arena *arena, int i, bool local)
{
    struct record *record = record_new(arena, &kinds[KIND_REFERRAL],
                                       arena_printf(arena, local ? "006%07d" : "O%07d", i));
    const char *const values[] = {arena_printf(arena, "Moving data centre %d", i),
                                  arena_printf(arena, "Example %d Inc.", i),
                                  arena_printf(arena, "https://example-%d.com", i), "qualified",
                                  arena_printf(arena, "2027-03-%02d", 1 + i % 28)};
    struct json *raw = json_object(arena);
    for (size_t f = 0; f < COUNT(mapped); f++) {
        record_set(record, mapped[f], values[f]);
        json_set_text(arena, raw, columns[f], values[f]);
    }
    record->version = arena_printf(arena, "2026-11-02T10:00:00.%03dZ", i % 1000);
    record->modified_ms = INT64_C(1767225600000) + i;
    record->raw = json_print(arena, raw);
    return record;
}

static int put_pair(struct store *store, struct arena *arena, int i, struct error *error)
{
    struct record *remote = make_record(arena, i, false), *local = make_record(arena, i, true);
    struct store_link link = {
        .remote_id = remote->id, .local_key = local->id, .base = remote->values, .how = "id"};
    int r = store->ops->record_put(store, JOB, SIDE_REMOTE, remote, 1, NULL, error);
    if (r == 0)
        r = store->ops->record_put(store, JOB, SIDE_LOCAL, local, 1, NULL, error);
    if (r == 0)
        r = store->ops->link_put(store, JOB, &kinds[KIND_REFERRAL], &link, error);
    if (r == 0)
        r = store->ops->record_settle(store, JOB, SIDE_REMOTE, remote->id, true, error);
    if (r == 0)
        r = store->ops->record_settle(store, JOB, SIDE_LOCAL, local->id, true, error);
    return r;
}

static void fill(struct store *store)
{
    struct error error = {0};
    CLEANUP_ARENA struct arena *arena = arena_new();
    int r = store->ops->begin(store, &error);
    for (int i = 0; r == 0 && i < RECORDS; i++) {
        r = put_pair(store, arena, i, &error);
        arena_reset(arena);
    }
    if (r == 0)
        r = store->ops->commit(store, &error);
    if (r < 0)
        give_up("filling the store", &error);
}

/* --- what is measured ------------------------------------------------------------------------- */

static void make_plan(void *context)
{
    struct task *task = context;
    struct plan_trust trust = {.remote = READ_COMPLETE, .ever_complete = true};
    struct plan *plan = NULL;
    struct error error = {0};
    if (plan_make(&task->work, &trust, &plan, &error) < 0)
        give_up("planning", &error);
    task->seen = plan->pair_count;
    if (plan->change_count > 0 || plan->conflict_count > 0) {
        fprintf(stderr, "plan_bench: %zu changes, %zu conflicts where there is nothing to do\n",
                plan->change_count, plan->conflict_count);
        exit(1);
    }
    plan_free(plan);
}

static int count_one(void *context, const struct store_record *record)
{
    size_t *count = context;
    *count += record->record->id != NULL;
    return 0;
}

static void read_rows(void *context)
{
    struct task *task = context;
    struct error error = {0};
    struct store *store = task->store;
    const enum side sides[] = {SIDE_REMOTE, SIDE_LOCAL};
    CLEANUP_ARENA struct arena *arena = arena_new();
    task->seen = 0;
    for (size_t i = 0; i < COUNT(sides); i++)
        if (store->ops->record_each(store, JOB, &kinds[KIND_REFERRAL], sides[i], task->filter,
                                    arena, count_one, &task->seen, &error) < 0)
            give_up("reading", &error);
}

static void expect(const struct task *task, size_t count, const char *what)
{
    if (task->seen == count)
        return;
    fprintf(stderr, "plan_bench: %s: %zu, not %zu\n", what, task->seen, count);
    exit(1);
}

static void measure(struct task *task)
{
    task->filter = FILTER_UNSETTLED;
    double floor = bench_best(read_rows, task) * 1e6;
    expect(task, 0, "unsettled records");
    bench_cost("plan: 10,000 pairs, nothing moved", bench_best(make_plan, task) * 1e6, floor,
               "µs, reading what moved");
    expect(task, 0, "planned pairs");

    struct error error = {0};
    if (task->store->ops->unsettle_all(task->store, JOB, &error) < 0)
        give_up("unsettling", &error);
    floor = bench_best(read_rows, task) * 1e3;
    expect(task, 2 * RECORDS, "unsettled records");
    double before = bench_peak();
    bench_cost("plan: 10,000 pairs, each looked at", bench_best(make_plan, task) * 1e3, floor,
               "ms, reading the rows");
    expect(task, RECORDS, "planned pairs");
    bench_cost("plan: the most memory", bench_peak(), before, "MiB, reading the rows");
}

static int remove_one(const char *path, const struct stat *about, int type, struct FTW *where)
{
    (void)about;
    (void)type;
    (void)where;
    return remove(path);
}

int main(void)
{
    char folder[] = "/tmp/plan-bench-XXXXXX", path[64];
    if (!mkdtemp(folder))
        return 1;
    snprintf(path, sizeof path, "%s/state/agent.db", folder);

    struct field_map fields[COUNT(mapped)] = {0};
    const struct kind *kind = &kinds[KIND_REFERRAL];
    for (size_t f = 0; f < COUNT(mapped); f++)
        fields[f] = (struct field_map){
            .field = kind_field(kind, mapped[f]), .column = columns[f], .owner = OWNER_NEWEST};
    const struct job job = {.name = JOB,
                            .cloud = "aws",
                            .source = "crm",
                            .kind = kind,
                            .mode = MODE_APPLY,
                            .fields = fields,
                            .field_count = COUNT(fields)};
    const struct settings settings = {0};
    struct source source = {.name = "crm", .settings = &settings};
    const struct connector *connector = connector_find("aws");
    struct task task = {.work = {.job = &job,
                                 .connector = connector,
                                 .kind = connector_kind(connector, KIND_REFERRAL),
                                 .source = &source,
                                 .world = &world_real}};
    struct error error = {0};
    if (store_open(path, &world_real, &task.store, &error) < 0)
        give_up("opening the store", &error);
    task.work.store = task.store;
    fill(task.store);
    measure(&task);
    store_close(task.store);
    nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    return 0;
}
