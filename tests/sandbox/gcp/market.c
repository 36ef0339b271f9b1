/* What Google's marketplace keeps: its tables, their place in the snapshot, the clock's work; names
 * and what lists have in common. */
#include "tests/sandbox/gcp/market.h"

#include <stdlib.h>
#include <string.h>

#include "tests/sandbox/control.h"
#include "tests/sandbox/words.h"

/* ---- Records. */
const struct json *market_shown(const struct rest_record *record)
{
    return record ? json_get(record->document, "shown") : NULL;
}

const struct json *market_hold(const struct rest_record *record)
{
    return record ? json_get(record->document, "hold") : NULL;
}

long long market_held(const struct rest_record *record, const char *name, long long otherwise)
{
    return json_get_int(market_hold(record), name, otherwise);
}

struct json *market_pair(struct arena *arena, struct json *shown, struct json *hold)
{
    struct json *pair = json_object(arena);
    json_set(arena, pair, "shown", shown);
    json_set(arena, pair, "hold", hold ? hold : json_object(arena));
    return pair;
}

struct json *market_copy(struct arena *arena, const struct rest_record *record)
{
    return json_clone(arena, record->document);
}

void market_store(struct sandbox *sandbox, struct rest_record *record, const struct json *document)
{
    rest_write(record, document, sandbox_now(sandbox));
    sandbox->dirty = true;
}

static uint64_t mix(uint64_t value)
{
    value += UINT64_C(0x9e3779b97f4a7c15);
    value = (value ^ (value >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    value = (value ^ (value >> 27)) * UINT64_C(0x94d049bb133111eb);
    return value ^ (value >> 31);
}

const char *market_new_id(struct sandbox *sandbox, struct arena *arena)
{
    uint64_t number = (uint64_t)++market_of(sandbox)->made;
    uint64_t high = mix(mix(sandbox->options.seed + 1) ^ number), low = mix(high);
    return arena_printf(arena, "%08x-%04x-4%03x-%04x-%012llx", (unsigned)(high >> 32),
                        (unsigned)(high >> 16 & 0xffff), (unsigned)(high & 0xfff),
                        (unsigned)(0x8000 | (low >> 48 & 0x3fff)),
                        (unsigned long long)(low & UINT64_C(0xffffffffffff)));
}

/* ---- Names. */
const char *market_name(struct arena *arena, const char *id)
{
    unsigned sum = 0;
    for (const char *c = id; *c; c++)
        sum += (unsigned char)*c;
    return arena_printf(arena, "projects/%s/locations/" GCP_LOCATION "/%s",
                        sum % 3 ? GCP_PROJECT : GCP_PROJECT_NUMBER, id);
}

const char *market_below(const char *name)
{
    static const char *const parents[] = {GCP_PARENT "/", "projects/" GCP_PROJECT_NUMBER
                                                          "/locations/" GCP_LOCATION "/"};
    for (size_t i = 0; name && i < COUNT(parents); i++) {
        if (text_starts(name, parents[i]))
            return name + strlen(parents[i]);
    }
    return NULL;
}

int market_check_parent(struct rest_call *call)
{
    if (!text_equal(call->segments[0], GCP_PROJECT) &&
        !text_equal(call->segments[0], GCP_PROJECT_NUMBER))
        return gcp_fail(call, "PERMISSION_DENIED",
                        "Permission denied on resource project %s (or it may not exist).",
                        call->segments[0]);
    if (call->segments[1] && !text_equal(call->segments[1], GCP_LOCATION))
        return gcp_fail(call, "NOT_FOUND", "Location %s is not found.", call->segments[1]);
    return 0;
}

/* ---- Instants. */
static const char *fraction_of(const char *instant)
{
    const char *point = strchr(instant, '.');
    return point ? point + 1 : "";
}

static int compare_fractions(const char *a, const char *b)
{
    for (size_t i = 0; i < 9; i++) {
        char x = *a >= '0' && *a <= '9' ? *a++ : '0', y = *b >= '0' && *b <= '9' ? *b++ : '0';
        if (x != y)
            return x < y ? -1 : 1;
    }
    return 0;
}

int market_compare_instants(const char *a, const char *b)
{
    int64_t left = 0, right = 0;
    instant_parse(a, &left);
    instant_parse(b, &right);
    left /= 1000;
    right /= 1000;
    return left != right ? (left < right ? -1 : 1)
                         : compare_fractions(fraction_of(a), fraction_of(b));
}

/* ---- Filters and orders of lists. */
static const char *skip_blanks(const char *at)
{
    return at + strspn(at, " ");
}

/* One comparison; NULL: it is none. */
static const char *read_comparison(struct rest_call *call, const char *at,
                                   const char *const *fields, struct market_filter *ret_filter)
{
    static const char *const operators[] = {"<=", ">=", "!=", "<", ">", "="};
    size_t length = strspn(at, "abcdefghijklmnopqrstuvwxyz_"), number = 0;
    struct market_filter filter = {.field = arena_copy_n(call->arena, at, length)};
    int64_t ms;
    at = skip_blanks(at + length);
    while (number < COUNT(operators) && !text_starts(at, operators[number]))
        number++;
    if (!words_have(fields, filter.field) || number == COUNT(operators))
        return NULL;
    filter.operator= operators[number];
    at = skip_blanks(at + strlen(operators[number]));
    length = *at == '"' ? strcspn(at + 1, "\"") : 0;
    if (!length || at[length + 1] != '"')
        return NULL;
    filter.value = arena_copy_n(call->arena, at + 1, length);
    if (!instant_parse(filter.value, &ms))
        return NULL;
    *ret_filter = filter;
    return skip_blanks(at + length + 2);
}

int market_read_filter(struct rest_call *call, const char *const *fields,
                       struct market_filter filters[MARKET_FILTERS], size_t *ret_count)
{
    const char *text = json_get_text(call->query, "filter"), *at = text ? skip_blanks(text) : "";
    size_t count = 0;
    while (at && *at) {
        if (count && (!text_starts(at, "AND ") || count == MARKET_FILTERS))
            break;
        at = read_comparison(call, skip_blanks(count ? at + 4 : at), fields, &filters[count]);
        count++;
    }
    if (!at || *at) {
        gcp_violation(call, "filter", "Invalid filter: %s", text);
        return gcp_fail_fields(call);
    }
    *ret_count = count;
    return 0;
}

bool market_fits(const struct market_filter *filter, const char *instant)
{
    int order = instant ? market_compare_instants(instant, filter->value) : -1;
    switch (filter->operator[0]) {
    case '<':
        return order < 0 || (filter->operator[1] && !order);
    case '>':
        return order > 0 || (filter->operator[1] && !order);
    case '!':
        return order != 0;
    default:
        return order == 0;
    }
}

int market_read_order(struct rest_call *call, const char *const *fields, const char **ret_field,
                      bool *ret_descending)
{
    const char *text = json_get_text(call->query, "orderBy");
    if (text_blank(text))
        return 0;
    size_t length = strcspn(text, " ");
    const char *field = arena_copy_n(call->arena, text, length), *way = skip_blanks(text + length);
    if (!words_have(fields, field) || (*way && strcmp(way, "desc") != 0)) {
        gcp_violation(call, "order_by", "Invalid order_by: %s", text);
        return gcp_fail_fields(call);
    }
    *ret_field = field;
    *ret_descending = *way != '\0';
    return 0;
}

int market_read_view(struct rest_call *call, const char *prefix, bool *ret_full)
{
    const char *view = json_get_text(call->query, "view");
    const char *word = view && text_starts(view, prefix) ? view + strlen(prefix) : NULL;
    bool known = text_equal(word, "UNSPECIFIED") || text_equal(word, "BASIC");
    if (view && !known && !text_equal(word, "FULL")) {
        gcp_violation(call, "view", "Invalid value at 'view' (%s)", view);
        return gcp_fail_fields(call);
    }
    *ret_full = word && !known;
    return 0;
}

/* ---- The part. */
struct slot {
    const char *name;
    struct rest_table *table;
};

#define SLOTS 5
static void get_slots(struct gcp_market *market, struct slot slots[SLOTS])
{
    const struct slot rows[SLOTS] = {
        {"goods", &market->goods},
        {"offers", &market->offers},
        {"documents", &market->documents},
        {"accounts", &market->accounts},
        {"entitlements", &market->entitlements},
    };
    memcpy(slots, rows, sizeof rows);
}

static void open_part(struct sandbox *sandbox)
{
    sandbox->gcp->market = memory_alloc(sizeof *sandbox->gcp->market);
}

static void close_part(struct sandbox *sandbox)
{
    struct slot slots[SLOTS];
    if (!market_of(sandbox))
        return;
    get_slots(market_of(sandbox), slots);
    for (size_t i = 0; i < SLOTS; i++)
        rest_table_free(slots[i].table);
    free(market_of(sandbox));
}

static void run_part(struct sandbox *sandbox)
{
    offers_run(sandbox);
    orders_run(sandbox);
}

static struct json *describe_part(const struct sandbox *sandbox, struct arena *arena)
{
    struct json *row = json_object(arena);
    struct slot slots[SLOTS];
    get_slots(market_of(sandbox), slots);
    for (size_t i = 0; i < SLOTS; i++)
        json_set(arena, row, slots[i].name, rest_table_describe(arena, slots[i].table));
    json_set(arena, row, "made", json_int(arena, market_of(sandbox)->made));
    json_set(arena, row, "review", json_int(arena, market_of(sandbox)->review));
    return row;
}

static int read_part(struct sandbox *sandbox, const struct json *row, struct error *error)
{
    struct slot slots[SLOTS];
    (void)error;
    if (!row) { /* a snapshot from before the marketplace was there */
        gcp_market_seed(sandbox);
        return 0;
    }
    get_slots(market_of(sandbox), slots);
    for (size_t i = 0; i < SLOTS; i++)
        rest_table_read(slots[i].table, json_get(row, slots[i].name));
    market_of(sandbox)->made = json_get_int(row, "made", 0);
    market_of(sandbox)->review = (int)json_get_int(row, "review", 0);
    return 0;
}

const struct rest_part gcp_market_part = {
    "market", open_part,     close_part, gcp_market_seed,
    run_part, describe_part, read_part,  &gcp_market_controls,
};

/* ---- For tests. */
size_t sandbox_gcp_offers(const struct sandbox *sandbox)
{
    return market_of(sandbox)->offers.count;
}

const struct json *sandbox_gcp_offer(const struct sandbox *sandbox, struct arena *arena,
                                     const char *id)
{
    const struct rest_record *offer = rest_find(&market_of(sandbox)->offers, id);
    return offer ? offer_full(arena, offer) : NULL;
}

size_t sandbox_gcp_entitlements(const struct sandbox *sandbox)
{
    return market_of(sandbox)->entitlements.count;
}

/* The word behind `mark` in the note; NULL: there is none. */
static const char *tag_of(struct arena *arena, const struct json *shown, const char *mark)
{
    const char *note = json_get_text(shown, "internalNote");
    const char *at = note ? strstr(note, mark) : NULL;
    size_t length = at ? strcspn(at + strlen(mark), " \n") : 0;
    return length ? arena_copy_n(arena, at + strlen(mark), length) : NULL;
}

static bool is_over(const struct rest_record *offer)
{
    return offer_in(offer, "CANCELLED") || offer_in(offer, "EXPIRED") || offer_in(offer, "ENDED");
}

/* Made twice by one change, or alive twice for one deal. */
static bool is_same_offer(struct arena *arena, const struct rest_record *a,
                          const struct rest_record *b)
{
    const struct json *left = market_shown(a), *right = market_shown(b);
    const char *token = tag_of(arena, left, "rid="), *deal = tag_of(arena, left, "crm=");
    if (token && text_equal(token, tag_of(arena, right, "rid=")))
        return true;
    return deal && !is_over(a) && !is_over(b) && text_equal(deal, tag_of(arena, right, "crm="));
}

size_t sandbox_gcp_offer_duplicates(const struct sandbox *sandbox)
{
    const struct rest_table *offers = &market_of(sandbox)->offers;
    size_t duplicates = 0;
    CLEANUP_ARENA struct arena *arena = arena_new();
    for (size_t i = 0; i < offers->count; i++) {
        bool found = false;
        for (size_t j = 0; j < i && !found; j++)
            found = is_same_offer(arena, offers->records[i], offers->records[j]);
        duplicates += found;
    }
    return duplicates;
}
