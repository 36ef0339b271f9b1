#include "connectors/drop/format.h"

#include <string.h>

#include "base/digest.h"
#include "base/memory.h"
#include "base/text.h"

static const struct drop_column cosell_columns[] = {
    {DROP_SCHEMA, TYPE_TEXT},
    {"deal_id", TYPE_ID},
    {DROP_NUMBER, TYPE_ID},
    {DROP_CRM, TYPE_ID},
    {"state", TYPE_TEXT},
    {"stage", TYPE_TEXT},
    {"source", TYPE_TEXT},
    {"customer_name", TYPE_TEXT},
    {DROP_DOMAIN, TYPE_TEXT},
    {"country", TYPE_COUNTRY},
    {DROP_TITLE, TYPE_TEXT},
    {"description", TYPE_TEXT},
    {"currency", TYPE_CHOICE},
    {"amount", TYPE_MONEY},
    {"contract_months", TYPE_NUMBER},
    {DROP_CLOSES, TYPE_DATE},
    {"operation_type", TYPE_TEXT},
    {"product_family", TYPE_TEXT},
    {"support_level", TYPE_TEXT},
    {"contract_vehicle", TYPE_TEXT},
    {"delivery_model", TYPE_TEXT},
    {"owner_email", TYPE_TEXT},
    {"decline_reason", TYPE_TEXT},
    {"next_step", TYPE_TEXT},
    {"create_time", TYPE_INSTANT},
    {DROP_UPDATED, TYPE_INSTANT},
    {DROP_DELETED, TYPE_FLAG},
};

static const struct drop_column offer_columns[] = {
    {DROP_SCHEMA, TYPE_TEXT},       {"offer_id", TYPE_ID},         {DROP_CRM, TYPE_ID},
    {"product", TYPE_ID},           {"plan", TYPE_TEXT},           {"state", TYPE_TEXT},
    {"title", TYPE_TEXT},           {"customer_name", TYPE_TEXT},  {"billing_account", TYPE_ID},
    {"currency", TYPE_CHOICE},      {"tcv", TYPE_MONEY},           {"start_date", TYPE_DATE},
    {"end_date", TYPE_DATE},        {"term_months", TYPE_NUMBER},  {"accept_deadline", TYPE_DATE},
    {"publish_time", TYPE_INSTANT}, {"accept_time", TYPE_INSTANT}, {"reseller_plan_id", TYPE_ID},
    {DROP_UPDATED, TYPE_INSTANT},
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
