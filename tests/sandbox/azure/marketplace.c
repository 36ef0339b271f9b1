/* What Microsoft's marketplace keeps: its tables, their place in the snapshot, the clock's work. */
#include <stdlib.h>
#include <string.h>

#include "tests/sandbox/azure/ingestion.h"

/* ---- JSON and texts. */
bool ingestion_is(const struct json *object, const char *name, const char *word)
{
    const char *text = json_get_text(object, name);
    return text && text_equal_nocase(text, word);
}

int64_t ingestion_today(const struct sandbox *sandbox)
{
    return day_of(sandbox_now(sandbox));
}

const char *ingestion_day(struct arena *arena, int64_t day)
{
    char text[DAY_TEXT];
    return arena_copy(arena, day_print(day, text));
}

const char *ingestion_bare(const char *durable)
{
    const char *slash = durable ? strchr(durable, '/') : NULL;
    return slash ? slash + 1 : durable;
}

const char *ingestion_part(struct arena *arena, const char *durable, size_t part)
{
    for (size_t i = 0; durable && i < part; i++) {
        durable = strchr(durable, '/');
        durable = durable ? durable + 1 : NULL;
    }
    return durable ? arena_copy_n(arena, durable, strcspn(durable, "/")) : NULL;
}

/* ---- The part. */
struct slot {
    const char *name;
    struct rest_table *table;
};

#define SLOTS 8
static void get_slots(struct azure_market *market, struct slot slots[SLOTS])
{
    const struct slot rows[SLOTS] = {
        {"resources", &market->resources},
        {"trees", &market->trees},
        {"submissions", &market->submissions},
        {"offers", &market->offers},
        {"jobs", &market->jobs},
        {"subscriptions", &market->subscriptions},
        {"queries", &market->queries},
        {"reports", &market->reports},
    };
    memcpy(slots, rows, sizeof rows);
}

static void open_part(struct sandbox *sandbox)
{
    sandbox->azure->parts.market = memory_alloc(sizeof *sandbox->azure->parts.market);
}

static void close_part(struct sandbox *sandbox)
{
    struct slot slots[SLOTS];
    if (!sandbox->azure->parts.market)
        return;
    get_slots(sandbox->azure->parts.market, slots);
    for (size_t i = 0; i < SLOTS; i++)
        rest_table_free(slots[i].table);
    free(sandbox->azure->parts.market);
}

/* A submission ends in the midst of the job that waits for it. */
static void run_part(struct sandbox *sandbox)
{
    for (size_t i = 0; i < 2; i++) {
        jobs_run(sandbox);
        submissions_run(sandbox);
    }
    jobs_run(sandbox);
}

static struct json *describe_part(const struct sandbox *sandbox, struct arena *arena)
{
    struct json *row = json_object(arena);
    struct slot slots[SLOTS];
    get_slots(sandbox->azure->parts.market, slots);
    for (size_t i = 0; i < SLOTS; i++)
        json_set(arena, row, slots[i].name, rest_table_describe(arena, slots[i].table));
    return row;
}

static int read_part(struct sandbox *sandbox, const struct json *row, struct error *error)
{
    struct slot slots[SLOTS];
    (void)error;
    get_slots(sandbox->azure->parts.market, slots);
    for (size_t i = 0; i < SLOTS; i++)
        rest_table_read(slots[i].table, json_get(row, slots[i].name));
    return 0;
}

const struct rest_part azure_market_part = {
    "market", open_part,     close_part, marketplace_seed,
    run_part, describe_part, read_part,  &azure_market_controls,
};

/* ---- For tests. */
size_t sandbox_azure_offers(const struct sandbox *sandbox)
{
    return ingestion_market(sandbox)->offers.count;
}

const struct json *sandbox_azure_offer(const struct sandbox *sandbox, const char *guid)
{
    const struct rest_record *record = rest_find(&ingestion_market(sandbox)->offers, guid);
    return record ? offer_shown(record) : NULL;
}

size_t sandbox_azure_subscriptions(const struct sandbox *sandbox)
{
    return ingestion_market(sandbox)->subscriptions.count;
}

static const char *text_of(const struct json *shown, const char *path)
{
    const char *text = json_text(json_find(shown, path));
    return text ? text : "";
}

static bool is_same_offer(const struct json *a, const struct json *b)
{
    static const char *const paths[] = {"name", "beneficiaries[0].id", "start", "end", "acceptBy"};
    if (text_of(a, "notes")[0] && !strcmp(text_of(a, "notes"), text_of(b, "notes")))
        return true;
    for (size_t i = 0; i < COUNT(paths); i++) {
        if (strcmp(text_of(a, paths[i]), text_of(b, paths[i])) != 0)
            return false;
    }
    return true;
}

size_t sandbox_azure_offer_duplicates(const struct sandbox *sandbox)
{
    const struct rest_table *offers = &ingestion_market(sandbox)->offers;
    size_t duplicates = 0;
    for (size_t i = 0; i < offers->count; i++) {
        bool found = false;
        for (size_t j = 0; j < i && !found; j++)
            found = is_same_offer(offer_shown(offers->records[i]), offer_shown(offers->records[j]));
        duplicates += found;
    }
    return duplicates;
}
