#include "connectors/drop/format.h"

#include <string.h>

#include "base/digest.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/times.h"
#include "connectors/los_angeles.h"

static const struct drop_column cosell_columns[] = {
    {DROP_SCHEMA, TYPE_TEXT, DROP_PLAIN},
    {"deal_id", TYPE_ID, DROP_PLAIN},
    {DROP_NUMBER, TYPE_ID, DROP_PLAIN},
    {DROP_CRM, TYPE_ID, DROP_PLAIN},
    {"state", TYPE_TEXT, DROP_PLAIN},
    {"stage", TYPE_TEXT, DROP_PLAIN},
    {"source", TYPE_TEXT, DROP_PLAIN},
    {"customer_name", TYPE_TEXT, DROP_PLAIN},
    {DROP_DOMAIN, TYPE_TEXT, DROP_PLAIN},
    {"country", TYPE_COUNTRY, DROP_PLAIN},
    {DROP_TITLE, TYPE_TEXT, DROP_PLAIN},
    {"description", TYPE_TEXT, DROP_PLAIN},
    {"currency", TYPE_CHOICE, DROP_PLAIN},
    {"amount", TYPE_MONEY, DROP_PLAIN},
    {"contract_months", TYPE_NUMBER, DROP_PLAIN},
    {DROP_CLOSES, TYPE_DATE, DROP_PLAIN},
    {"operation_type", TYPE_TEXT, DROP_PLAIN},
    {"product_family", TYPE_TEXT, DROP_PLAIN},
    {"support_level", TYPE_TEXT, DROP_PLAIN},
    {"contract_vehicle", TYPE_TEXT, DROP_PLAIN},
    {"delivery_model", TYPE_TEXT, DROP_PLAIN},
    {"owner_email", TYPE_TEXT, DROP_PLAIN},
    {"decline_reason", TYPE_TEXT, DROP_PLAIN},
    {"next_step", TYPE_TEXT, DROP_PLAIN},
    {"create_time", TYPE_INSTANT, DROP_PLAIN},
    {DROP_UPDATED, TYPE_INSTANT, DROP_PLAIN},
    {DROP_DELETED, TYPE_FLAG, DROP_PLAIN},
};

static const struct drop_column offer_columns[] = {
    {DROP_SCHEMA, TYPE_TEXT, DROP_PLAIN},      {"offer_id", TYPE_ID, DROP_PLAIN},
    {DROP_CRM, TYPE_ID, DROP_PLAIN},           {"product", TYPE_ID, DROP_PLAIN},
    {"plan", TYPE_TEXT, DROP_PLAIN},           {"state", TYPE_TEXT, DROP_PLAIN},
    {"title", TYPE_TEXT, DROP_PLAIN},          {"customer_name", TYPE_TEXT, DROP_PLAIN},
    {"billing_account", TYPE_ID, DROP_PLAIN},  {"currency", TYPE_CHOICE, DROP_PLAIN},
    {"tcv", TYPE_MONEY, DROP_PLAIN},           {"start_date", TYPE_DATE, DROP_BEGINS},
    {"end_date", TYPE_DATE, DROP_ENDS},        {"term_months", TYPE_NUMBER, DROP_PLAIN},
    {"accept_deadline", TYPE_DATE, DROP_ENDS}, {"publish_time", TYPE_INSTANT, DROP_PLAIN},
    {"accept_time", TYPE_INSTANT, DROP_PLAIN}, {"reseller_plan_id", TYPE_ID, DROP_PLAIN},
    {DROP_UPDATED, TYPE_INSTANT, DROP_PLAIN},
};

const struct drop_format drop_formats[DROP_KINDS] = {
    [DROP_COSELL] = {"cosell", "cosell/1", "deal_id", "cosell_columns", KIND_REFERRAL,
                     cosell_columns, COUNT(cosell_columns)},
    [DROP_OFFER] = {"offer", "offer/1", "offer_id", "offer_columns", KIND_OFFER, offer_columns,
                    COUNT(offer_columns)},
};

const struct drop_column *drop_column_find(const struct drop_format *format, const char *name)
{
    for (size_t i = 0; i < format->column_count; i++) {
        if (text_equal_nocase(format->columns[i].name, name))
            return &format->columns[i];
    }
    return NULL;
}

static const char *amount_fault(const char *cell)
{
    return decimal_valid(cell) ? NULL : "is no decimal number as in 1234.50";
}

static const char *currency_fault(const char *cell)
{
    return currency_decimals(cell) >= 0 ? NULL : "is no currency as in USD";
}

static const char *flag_fault(const char *cell)
{
    return text_equal(cell, "0") || text_equal(cell, "1") ? NULL : "is neither 0 nor 1";
}

/* What ends at midnight there is over with the day before. */
static const char *day_at_edge(struct arena *arena, enum drop_edge edge, const char *cell)
{
    char text[DAY_TEXT];
    int64_t instant_ms, day;
    if (edge == DROP_PLAIN || day_parse(cell, &day) || !instant_parse(cell, &instant_ms))
        return NULL;
    day = los_angeles_day_of(instant_ms - (edge == DROP_ENDS));
    return arena_copy(arena, day_print(day, text));
}

const char *drop_column_fault(struct arena *arena, const struct drop_column *column,
                              const struct value_style *style, const char *cell,
                              const char **ret_text)
{
    const struct field field = {.name = column->name, .type = column->type};
    struct error error = {0};
    const char *why = NULL, *value = NULL;
    *ret_text = cell;
    switch (column->type) {
    case TYPE_TEXT:
        return NULL;
    case TYPE_MONEY:
        why = amount_fault(cell);
        break;
    case TYPE_CHOICE:
        why = currency_fault(cell);
        break;
    case TYPE_FLAG:
        why = flag_fault(cell);
        break;
    default:
        value = day_at_edge(arena, column->edge, cell);
        if (value) {
            *ret_text = value;
            return NULL;
        }
        if (value_normalise(arena, &field, style, cell, &value, &error) < 0)
            return arena_printf(arena, "%s: %s", column->name, error.message);
        if (column->type == TYPE_DATE)
            *ret_text = value;
        return NULL;
    }
    return why ? arena_printf(arena, "%s: \"%s\" %s", column->name, cell, why) : NULL;
}

/* ---- the map ---- */

/* "display_name = Deal name" */
static int map_line(struct arena *arena, const struct drop_format *format, const char *line,
                    const char **ret_ours, const char **ret_theirs, struct error *error)
{
    const char *equals = strchr(line, '=');
    if (!equals)
        return error_set(error, ERROR_INPUT, SCOPE_CLOUD,
                         "%s: \"%s\" is not of the form column = heading", format->option, line);
    const char *ours = text_trim(arena_copy_n(arena, line, (size_t)(equals - line)));
    const char *theirs = text_trim(arena_copy(arena, equals + 1));
    const struct drop_column *column = drop_column_find(format, ours);
    if (!column)
        return error_set(error, ERROR_INPUT, SCOPE_CLOUD, "%s: %s has no column \"%s\"",
                         format->option, format->schema, ours);
    if (!*theirs)
        return error_set(error, ERROR_INPUT, SCOPE_CLOUD, "%s: \"%s\" names no heading",
                         format->option, line);
    *ret_ours = column->name;
    *ret_theirs = theirs;
    return 0;
}

static void mark_map(struct drop_map *map)
{
    CLEANUP_TEXT struct text all;
    char hex[SHA256_HEX];
    text_init(&all, SIZE_MAX);
    for (size_t i = 0; i < map->count; i++)
        text_addf(&all, "%s=%s\n", map->ours[i], map->theirs[i]);
    if (map->count)
        memcpy(map->mark, sha256_hex(all.data, all.length, hex), sizeof map->mark - 1);
}

int drop_map_read(struct arena *arena, const struct drop_format *format,
                  const struct settings *settings, struct drop_map *ret_map, struct error *error)
{
    const struct setting *setting = settings_find(settings, format->option);
    struct drop_map map = {0};
    size_t count = 0;
    while (setting && setting->list && setting->list[count])
        count++;
    map.ours = arena_array(arena, count + 1, sizeof *map.ours);
    map.theirs = arena_array(arena, count + 1, sizeof *map.theirs);
    for (; map.count < count; map.count++) {
        size_t i = map.count;
        int r = map_line(arena, format, setting->list[i], &map.ours[i], &map.theirs[i], error);
        if (r < 0)
            return r;
    }
    mark_map(&map);
    *ret_map = map;
    return 0;
}

const char *drop_map_column(const struct drop_map *map, const char *heading)
{
    for (size_t i = 0; i < map->count; i++) {
        if (text_same_word(map->theirs[i], heading))
            return map->ours[i];
    }
    return NULL;
}
