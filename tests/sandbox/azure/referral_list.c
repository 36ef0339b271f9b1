/* Listing: filter, order, pages. */
#include <stdio.h>
#include <string.h>

#include "tests/sandbox/azure/referrals.h"
#include "tests/sandbox/identity.h"

#define CONTEXT  "http://api.partner.microsoft.com/v1.0/$metadata#Referrals"
#define TOP_MOST 10000

enum order { AS_MADE, BY_CREATION, BY_UPDATE };

struct listing {
    struct rest_call *call;
    const char *filter_text, *order_text; /* NULL: not asked for */
    struct referral_filter *filter;
    enum order order;
    bool descending, count;
    size_t left, skip;                /* `left` 0: no bound */
    const struct referral_page *page; /* where to go on; NULL: from the start */
};

/* A record with what it is sorted by. */
struct place {
    const struct rest_record *record;
    int64_t key;
    size_t place;
};

/* ---- The query. */
static int check_names(const struct rest_call *call)
{
    static const char *const known[] = {"$filter", "$orderby", "$top",
                                        "$skip",   "$count",   "$skiptoken"};
    for (size_t i = 0; i < call->query->count; i++) {
        size_t j = 0;
        while (j < COUNT(known) && strcmp(known[j], call->query->names[i]) != 0)
            j++;
        if (j == COUNT(known))
            return referral_refuse(call->failure, "invalidQuery", "%.60s is not supported",
                                   call->query->names[i]);
    }
    return 0;
}

static int read_number(const struct rest_call *call, const char *name, long long least,
                       size_t *ret_number)
{
    const char *text = json_get_text(call->query, name);
    long long number = 0;
    if (text && (!text_to_int64(text, &number) || number < least || number > TOP_MOST))
        return referral_refuse(call->failure, "invalidQuery", "%s is not from %lld to %d", name,
                               least, TOP_MOST);
    *ret_number = (size_t)number;
    return 0;
}

static int read_order(struct listing *listing)
{
    static const struct {
        const char *text;
        enum order order;
        bool descending;
    } orders[] = {
        {"createdDateTime", BY_CREATION, false},     {"createdDateTime asc", BY_CREATION, false},
        {"createdDateTime desc", BY_CREATION, true}, {"updatedDateTime", BY_UPDATE, false},
        {"updatedDateTime asc", BY_UPDATE, false},   {"updatedDateTime desc", BY_UPDATE, true},
    };
    size_t i = 0;
    if (!listing->order_text)
        return 0;
    while (i < COUNT(orders) && strcmp(orders[i].text, listing->order_text) != 0)
        i++;
    if (i == COUNT(orders))
        return referral_refuse(listing->call->failure, "invalidQuery",
                               "$orderby takes createdDateTime or updatedDateTime, asc or desc");
    listing->order = orders[i].order;
    listing->descending = orders[i].descending;
    return 0;
}

static int read_count(struct listing *listing)
{
    const char *text = json_get_text(listing->call->query, "$count");
    if (text && strcmp(text, "true") != 0 && strcmp(text, "false") != 0)
        return referral_refuse(listing->call->failure, "invalidQuery", "$count is true or false");
    listing->count = text_equal(text, "true");
    return 0;
}

/* A token brings the question that it goes on with; who repeats it must not change it. */
static int read_token(struct listing *listing, const char *token)
{
    const struct azure_deals *deals = referral_deals(listing->call->sandbox);
    const struct json *query = listing->call->query;
    for (size_t i = 0; i < REFERRAL_PAGES && !listing->page; i++) {
        if (token[0] && !strcmp(deals->pages[i].token, token))
            listing->page = &deals->pages[i];
    }
    const struct referral_page *page = listing->page;
    if (!page || json_get(query, "$top") || json_get(query, "$skip") ||
        (listing->filter_text && !text_equal(listing->filter_text, page->filter)) ||
        (listing->order_text && !text_equal(listing->order_text, page->order)))
        return referral_refuse(listing->call->failure, "invalidSkipToken",
                               "$skiptoken is unknown, or belongs to another query");
    listing->filter_text = page->filter;
    listing->order_text = page->order;
    listing->count = page->count;
    listing->left = page->left;
    return 0;
}

static int read_query(struct listing *listing)
{
    const struct rest_call *call = listing->call;
    const char *token = json_get_text(call->query, "$skiptoken");
    listing->filter_text = json_get_text(call->query, "$filter");
    listing->order_text = json_get_text(call->query, "$orderby");
    int result = check_names(call);
    if (result == 0)
        result = read_number(call, "$top", 1, &listing->left);
    if (result == 0)
        result = read_number(call, "$skip", 0, &listing->skip);
    if (result == 0)
        result = read_count(listing);
    if (result == 0 && token)
        result = read_token(listing, token);
    if (result == 0)
        result = read_order(listing);
    return result < 0 ? result
                      : referral_filter_parse(call->arena, call->failure, listing->filter_text,
                                              &listing->filter);
}

/* ---- Records. */
static int64_t key_of(const struct listing *listing, const struct rest_record *record)
{
    return listing->order == AS_MADE       ? 0
           : listing->order == BY_CREATION ? record->made_ms
                                           : record->moved_ms;
}

static int compare(const void *a, const void *b)
{
    const struct place *left = a;
    const struct place *right = b;
    if (left->key != right->key)
        return left->key < right->key ? -1 : 1;
    return left->place < right->place ? -1 : left->place > right->place;
}

static int compare_descending(const void *a, const void *b)
{
    return compare(b, a);
}

/* What fits, in order. */
static struct place *collect(const struct listing *listing, size_t *ret_count)
{
    const struct rest_table *table = &referral_deals(listing->call->sandbox)->referrals;
    struct place *places = arena_array(listing->call->arena, table->count + 1, sizeof *places);
    size_t count = 0;
    for (size_t i = 0; i < table->count; i++) {
        const struct rest_record *record = table->records[i];
        if (referral_visible(listing->call, record) &&
            referral_filter_fits(listing->filter, record->document))
            places[count++] = (struct place){record, key_of(listing, record), i};
    }
    qsort(places, count, sizeof *places, listing->descending ? compare_descending : compare);
    *ret_count = count;
    return places;
}

/* Where the page begins: behind the last record shown, even if that has moved meanwhile. */
static size_t first_of(const struct listing *listing, const struct place *places, size_t count)
{
    size_t i = 0;
    if (!listing->page)
        return listing->skip < count ? listing->skip : count;
    const struct place last = {NULL, listing->page->after_ms, listing->page->after_place};
    while (i < count && (listing->descending ? compare_descending(&places[i], &last)
                                             : compare(&places[i], &last)) <= 0)
        i++;
    return i;
}

static void add_link(const struct listing *listing, const struct place *last, size_t left,
                     struct json *answer)
{
    struct rest_call *call = listing->call;
    struct azure_deals *deals = referral_deals(call->sandbox);
    struct referral_page *page = &deals->pages[deals->page_next++ % REFERRAL_PAGES];
    /* Read before the slot is used again: it may be the very one. */
    char *filter = memory_copy(listing->filter_text), *order = memory_copy(listing->order_text);
    free(page->filter);
    free(page->order);
    *page = (struct referral_page){
        .filter = filter,
        .order = order,
        .count = listing->count,
        .left = left,
        .after_ms = last->key,
        .after_place = last->place,
    };
    const char *guid = answer_guid(call->sandbox, call->arena);
    snprintf(page->token, sizeof page->token, "k%.8s%.4s%.12s", guid, guid + 9, guid + 24);
    json_set_text(
        call->arena, answer, call->surface->link,
        arena_printf(call->arena, "%s?$skiptoken=%s", call->surface->link_base, page->token));
}

int referral_list(struct rest_call *call)
{
    struct listing listing = {.call = call};
    struct json *answer = json_object(call->arena), *value = json_array(call->arena);
    int result = referral_begin(call);
    if (result == 0)
        result = read_query(&listing);
    if (result < 0)
        return result;
    size_t count = 0;
    const struct place *places = collect(&listing, &count);
    size_t first = first_of(&listing, places, count), rest = count - first;
    size_t wanted = listing.left && listing.left < rest ? listing.left : rest;
    size_t shown = wanted < REFERRAL_PAGE ? wanted : REFERRAL_PAGE;
    for (size_t i = 0; i < shown; i++)
        json_append(call->arena, value, places[first + i].record->document);
    json_set_text(call->arena, answer, "@odata.context", CONTEXT);
    if (listing.count)
        json_set(call->arena, answer, "@odata.count", json_int(call->arena, (long long)count));
    json_set(call->arena, answer, "value", value);
    if (shown && shown < wanted)
        add_link(&listing, &places[first + shown - 1], listing.left ? listing.left - shown : 0,
                 answer);
    call->answer = answer;
    return 0;
}
