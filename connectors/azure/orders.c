/* The dataset ISVOrder: which of its columns we want, and what stands in them. Its columns have
 * changed over the years, so the names are asked for before a query is made. */
#include "connectors/azure/orders.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/csv.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/times.h"
#include "connectors/azure/client.h"
#include "net/har_redact.h"

#define KEY       "order:" /* where the version of an offer has a subscription's plan */
#define VALUE_MAX 200      /* bytes of a cell that goes into a version */

enum column { OFFER, ORDER, STATUS, START, END, BUYER, COLUMNS };

/* The names of a column, the best first. */
static const struct {
    const char *member; /* of an order */
    const char *names[3];
    bool needed;
} columns[COLUMNS] = {
    [OFFER] = {NULL, {"PrivateOfferId"}, true},
    [ORDER] = {"order", {"AssetId", "OrderId"}, true},
    [STATUS] = {"status", {"OrderStatus"}, false},
    [START] = {"start", {"TermStartDate", "OrderPurchaseDate"}, false},
    [END] = {"end", {"TermEndDate", "OrderCancelDate"}, false},
    [BUYER] = {"buyer", {"BillingAccountId"}, false},
};

/* ------------------------------------------------------------------ orders */

bool azure_order_is(const struct json *purchase)
{
    return json_get_text(purchase, "order") != NULL;
}

bool azure_order_ended(const struct json *order)
{
    return azure_offer_says(order, "status", "Cancelled") ||
           azure_offer_says(order, "status", "Canceled");
}

static const char *text_in(const struct json *order, const char *name)
{
    const char *text = json_get_text(order, name);
    return text ? text : "";
}

bool azure_order_better(const struct json *one, const struct json *other)
{
    if (!other)
        return true;
    bool same = text_equal(json_get_text(one, "order"), json_get_text(other, "order"));
    if (azure_order_ended(one) != azure_order_ended(other))
        return azure_order_ended(one) == same;
    int order = strcmp(text_in(one, "start"), text_in(other, "start")); /* days compare as text */
    if (!order)
        order = strcmp(text_in(one, "order"), text_in(other, "order"));
    return order > 0;
}

/* ------------------------------------------------------------------ in a version */

const char *azure_order_id(struct arena *arena, const struct json *order)
{
    return azure_encode(arena, text_in(order, "order"));
}

const char *azure_order_key(struct arena *arena, const struct json *order)
{
    const char *key = KEY;
    for (enum column i = STATUS; i < COLUMNS; i++)
        key = arena_printf(arena, "%s%s%s", key, i == STATUS ? "" : ",",
                           azure_encode(arena, text_in(order, columns[i].member)));
    return key;
}

static void put(struct arena *arena, struct json *order, enum column column, const char *text)
{
    if (!text_blank(text))
        json_set_text(arena, order, columns[column].member, text);
}

struct json *azure_order_of(struct arena *arena, const struct azure_offer_version *version)
{
    if (!version->subscription || !version->key || !text_starts(version->key, KEY))
        return NULL;
    struct json *order = json_object(arena);
    put(arena, order, ORDER, redact_decode(arena_copy(arena, version->subscription)));
    const char *at = version->key + strlen(KEY);
    for (enum column i = STATUS; i < COLUMNS; i++) {
        size_t length = strcspn(at, ",");
        put(arena, order, i, redact_decode(arena_copy_n(arena, at, length)));
        at += length + (at[length] == ',');
    }
    return order;
}

/* ------------------------------------------------------------------ the query */

const struct json *azure_orders_member(const struct json *object, const char *name)
{
    for (size_t i = 0; object && object->type == JSON_OBJECT && i < object->count; i++)
        if (!strcasecmp(object->names[i], name))
            return object->items[i];
    return NULL;
}

static bool offers(const struct json *dataset, const char *member, const char *name)
{
    const struct json *list = azure_orders_member(dataset, member);
    for (size_t i = 0; list && list->type == JSON_ARRAY && i < list->count; i++)
        if (text_equal(json_text(list->items[i]), name))
            return true;
    return false;
}

const char *azure_orders_query(struct arena *arena, const struct json *dataset)
{
    static const char *const ranges[] = {"LIFETIME", "LAST_1_YEAR", "LAST_6_MONTHS"};
    const char *query = "SELECT";
    const char *range = ranges[COUNT(ranges) - 1];
    bool first = true;
    for (size_t i = 0; i < COLUMNS; i++) {
        bool found = false;
        for (size_t n = 0; n < COUNT(columns[i].names) && columns[i].names[n]; n++) {
            const char *name = columns[i].names[n];
            if (!offers(dataset, "selectableColumns", name))
                continue;
            query = arena_printf(arena, "%s%s %s", query, first ? "" : ",", name);
            found = true;
            first = false;
        }
        if (columns[i].needed && !found)
            return NULL;
    }
    for (size_t i = COUNT(ranges); i-- > 0;)
        if (offers(dataset, "availableDateRanges", ranges[i]))
            range = ranges[i];
    return arena_printf(arena, "%s FROM ISVOrder WHERE IsPrivateOffer = '1' TIMESPAN %s", query,
                        range);
}

/* ------------------------------------------------------------------ the report */

/* Where the columns are: index + 1 of each name, 0: not there. */
struct layout {
    size_t at[COLUMNS][COUNT(columns[0].names)];
};

static bool lay_out(const struct csv_record *header, struct layout *ret_layout)
{
    *ret_layout = (struct layout){0};
    for (size_t i = 0; i < COLUMNS; i++) {
        bool found = false;
        for (size_t n = 0; n < COUNT(columns[i].names) && columns[i].names[n]; n++) {
            for (size_t c = 0; c < header->count && !ret_layout->at[i][n]; c++)
                if (!strcasecmp(header->cells[c].text, columns[i].names[n]))
                    ret_layout->at[i][n] = c + 1;
            found = found || ret_layout->at[i][n];
        }
        if (columns[i].needed && !found)
            return false;
    }
    return true;
}

/* "2026-03-02" of a day or an instant. */
static const char *day_in(struct arena *arena, const char *text)
{
    int64_t day;
    const char *start = arena_copy_n(arena, text, strcspn(text, "T "));
    return day_parse(start, &day) && !text_starts(start, "0001-") ? start : NULL;
}

/* The first of the column's cells that says something; NULL: none does. */
static const char *value_of(struct arena *arena, const struct csv_record *record,
                            const struct layout *layout, enum column column)
{
    for (size_t n = 0; n < COUNT(columns[0].names); n++) {
        size_t at = layout->at[column][n];
        if (!at || at > record->count)
            continue;
        const char *text = text_trim(arena_copy(arena, record->cells[at - 1].text));
        size_t length = strlen(text);
        if (!length || length > VALUE_MAX || !utf8_valid(text, length, NULL))
            continue;
        if (column == START || column == END)
            text = day_in(arena, text);
        if (text)
            return text;
    }
    return NULL;
}

/* False if the row is no order under an offer. */
static bool read_row(struct arena *arena, const struct csv_record *record,
                     const struct layout *layout, const char **ret_offer, struct json **ret_order)
{
    const char *offer = value_of(arena, record, layout, OFFER);
    const char *id = value_of(arena, record, layout, ORDER);
    if (!offer || !id)
        return false;
    struct json *order = json_object(arena);
    for (enum column i = ORDER; i < COLUMNS; i++)
        put(arena, order, i, value_of(arena, record, layout, i));
    char *bare = arena_copy(arena, azure_bare_id(arena, offer));
    text_lower(bare);
    *ret_offer = bare;
    *ret_order = order;
    return true;
}

int azure_orders_read(struct arena *arena, const char *bytes, size_t length, char delimiter,
                      void (*each)(void *context, const char *offer, struct json *order),
                      void *context, const char **ret_fault, struct error *error)
{
    CLEANUP_ARENA struct arena *scratch = arena_new();
    struct csv_reader reader;
    struct csv_record record;
    struct layout layout;
    const char *fault = NULL;
    csv_start(&reader, bytes, length, delimiter);
    if (!csv_next(&reader, scratch, &record) || record.fault || !lay_out(&record, &layout))
        return error_set(error, ERROR_TEMPORARY, SCOPE_COLLECTION,
                         "the report has no header with PrivateOfferId and AssetId");
    reader.most = record.count;
    size_t count = record.count;
    for (; csv_next(&reader, scratch, &record); arena_reset(scratch)) {
        const char *offer;
        struct json *order;
        const char *wrong = record.fault            ? record.fault
                            : record.count != count ? "another number of cells than the header"
                                                    : NULL;
        if (wrong && !fault)
            fault = arena_printf(arena, "line %zu of the report: %s", record.line, wrong);
        if (!wrong && read_row(arena, &record, &layout, &offer, &order))
            each(context, offer, order);
    }
    *ret_fault = fault;
    return 0;
}
