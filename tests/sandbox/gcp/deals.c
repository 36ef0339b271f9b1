#include "tests/sandbox/gcp/deals.h"

#include <string.h>

#include "tests/sandbox/identity.h"

#define PAGE      50
#define PAGE_MOST 100

/* ---- What both surfaces share. */
struct gcp_deals *gcp_deals_of(const struct sandbox *sandbox)
{
    return sandbox->gcp->deals;
}

int gcp_revision_of(const char *word)
{
    static const char *const words[] = {"current", "older", "newer"};
    for (size_t i = 0; i < COUNT(words); i++) {
        if (text_equal(word, words[i]))
            return (int)i;
    }
    return -1;
}

const char *gcp_deal_id(struct sandbox *sandbox, struct arena *arena)
{
    struct gcp_deals *deals = gcp_deals_of(sandbox);
    uint64_t number = (uint64_t)++deals->made;
    uint64_t mixed = (number + sandbox->options.seed) * UINT64_C(0x9e3779b97f4a7c15);
    return arena_printf(arena, "%08X%04llu", (unsigned)(mixed >> 32), (unsigned long long)number);
}

const char *gcp_deal_text(const struct json *document, const char *path)
{
    const char *text = json_text(json_find(document, path));
    return text ? text : "";
}

bool gcp_deal_is(const struct json *document, const char *path, const char *text)
{
    return !strcmp(gcp_deal_text(document, path), text);
}

void gcp_deal_put(struct arena *arena, struct json *document, const char *path, const char *text)
{
    json_put(arena, document, path, json_string(arena, text), NULL);
}

struct json *gcp_deal_date(struct arena *arena, int64_t day)
{
    static const struct {
        const char *name;
        size_t from, length;
    } parts[] = {{"year", 0, 4}, {"month", 5, 2}, {"day", 8, 2}};
    char text[DAY_TEXT];
    struct json *date = json_object(arena);
    day_print(day, text);
    for (size_t i = 0; i < COUNT(parts); i++) {
        long long number = 0;
        text_to_int64(arena_copy_n(arena, text + parts[i].from, parts[i].length), &number);
        json_set(arena, date, parts[i].name, json_int(arena, number));
    }
    return date;
}

bool gcp_deal_day(const struct json *date, int64_t *ret_day)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    return day_parse(arena_printf(arena, "%04lld-%02lld-%02lld", json_get_int(date, "year", 0),
                                  json_get_int(date, "month", 0), json_get_int(date, "day", 0)),
                     ret_day);
}

/* ---- Of each call. */
const struct gcp_access *gcp_opportunity_caller(const struct rest_call *call)
{
    static const char scheme[] = "Bearer ";
    return gcp_access_find(
        call->sandbox, request_header(call->request, "authorization") + sizeof scheme - 1, NULL);
}

int gcp_opportunity_begin(struct rest_call *call, bool wants)
{
    const char *partner = json_get_text(call->query, "partner");
    if (!text_equal(gcp_opportunity_caller(call)->subject, GCP_ADMIN))
        return gcp_fail(call, "PERMISSION_DENIED",
                        "The caller is no super admin of the partner's domain.");
    if (!wants && partner)
        gcp_violation(call, "",
                      "Invalid JSON payload received. Unknown name \"partner\": Cannot bind query "
                      "parameter. Field 'partner' could not be found in request message.");
    else if (wants && text_blank(partner))
        gcp_violation(call, "partner", "partner is required.");
    else if (wants && (!text_starts(partner, "partners/") || strchr(partner + 9, '/')))
        gcp_violation(call, "partner", "partner must be partners/{partner}: %.80s", partner);
    else if (wants && strcmp(partner, GCP_PARTNER) != 0)
        return gcp_fail(call, "PERMISSION_DENIED", "The caller does not act for %.80s.", partner);
    return gcp_fail_fields(call);
}

int gcp_opportunity_find(struct rest_call *call, struct rest_record **ret_record)
{
    const struct gcp_deals *deals = gcp_deals_of(call->sandbox);
    struct rest_record *record = rest_find(&deals->opportunities, call->segments[0]);
    if (rest_find(&deals->detached, call->segments[0]))
        return gcp_fail(call, "PERMISSION_DENIED",
                        "The caller does not have permission for opportunities/%.60s.",
                        call->segments[0]);
    if (!record)
        return gcp_fail(call, "NOT_FOUND", "opportunities/%.60s was not found.", call->segments[0]);
    *ret_record = record;
    return 0;
}

/* ---- Reading. */
/* Which fields may be filtered and sorted by is published nowhere. */
static int check_order(struct rest_call *call)
{
    static const char *const names[][2] = {{"filter", "filter"}, {"orderBy", "order_by"}};
    for (size_t i = 0; i < COUNT(names); i++) {
        const char *text = json_get_text(call->query, names[i][0]);
        if (!text_blank(text))
            gcp_violation(call, names[i][1], "%s: no field is supported in '%.80s'.", names[i][1],
                          text);
    }
    return gcp_fail_fields(call);
}

/* Borrowed until it is printed, as all documents below. */
static struct json *row_of(struct rest_call *call, const struct rest_record *record)
{
    static const char *const shown[] = {"name", "updateTime"};
    struct json *row = json_object(call->arena);
    if (!gcp_deals_of(call->sandbox)->names_only)
        return record->document;
    for (size_t i = 0; i < COUNT(shown); i++)
        json_set_text(call->arena, row, shown[i], gcp_deal_text(record->document, shown[i]));
    return row;
}

int gcp_opportunity_query(struct rest_call *call)
{
    const struct rest_table *table = &gcp_deals_of(call->sandbox)->opportunities;
    size_t from = 0, to = 0;
    int result = gcp_opportunity_begin(call, true);
    if (result == 0)
        result = check_order(call);
    call->answer = json_object(call->arena);
    struct json *rows = json_array(call->arena);
    if (result == 0)
        result = gcp_page(call, table->count, PAGE, PAGE_MOST, &from, &to);
    for (size_t i = from; result == 0 && i < to; i++)
        json_append(call->arena, rows, row_of(call, table->records[i]));
    if (rows->count)
        json_set(call->arena, call->answer, "opportunities", rows);
    return result;
}

static int get_one(struct rest_call *call)
{
    const struct gcp_deals *deals = gcp_deals_of(call->sandbox);
    struct rest_record *record = NULL;
    int result = gcp_opportunity_begin(call, deals->revision == GCP_REVISION_NEWER);
    if (result == 0)
        result = gcp_opportunity_find(call, &record);
    if (result == 0)
        call->answer = record->document;
    return result;
}

/* ---- The surface. */
const struct rest_surface gcp_channel_surface = {
    .base = "/v1alpha1/opportunities",
    .audience = GCP_SCOPE_CHANNEL,
    .identities = GCP_DELEGATED,
    GCP_SURFACE,
};

/* get and patch name `partner` for the revisions that take it; the others refuse it themselves. */
static const struct rest_route routes[] = {
    {"GET", ":query", "ListDeals", gcp_opportunity_query,
     "partner pageSize pageToken filter orderBy"},
    {"GET", "/{}", "GetDeal", get_one, "partner"},
    {"POST", "", "CreateDeal", gcp_opportunity_create, NULL},
    {"PATCH", "/{}", "PatchDeal", gcp_opportunity_patch, "updateMask partner"},
};
const struct rest_routes gcp_channel_routes = {&gcp_channel_surface, routes, COUNT(routes)};

/* ---- The part. */
static const struct {
    const char *name;
    size_t offset;
} tables[] = {
    {"opportunities", offsetof(struct gcp_deals, opportunities)},
    {"detached", offsetof(struct gcp_deals, detached)},
    {"pending", offsetof(struct gcp_deals, pending)},
    {"leads", offsetof(struct gcp_deals, leads)},
    {"crm", offsetof(struct gcp_deals, crm)},
};

static struct rest_table *table_at(const struct sandbox *sandbox, size_t index)
{
    return (struct rest_table *)((char *)gcp_deals_of(sandbox) + tables[index].offset);
}

static void open_part(struct sandbox *sandbox)
{
    struct gcp_deals *deals = memory_alloc(sizeof *deals);
    deals->revision = sandbox->options.gcp_older ? GCP_REVISION_OLDER : GCP_REVISION_CURRENT;
    sandbox->gcp->deals = deals;
}

static void close_part(struct sandbox *sandbox)
{
    for (size_t i = 0; i < COUNT(tables); i++)
        rest_table_free(table_at(sandbox, i));
    free(sandbox->gcp->deals);
}

static void seed_part(struct sandbox *sandbox)
{
    gcp_opportunity_seed(sandbox);
    gcp_crm_seed(sandbox);
}

static void run_part(struct sandbox *sandbox)
{
    gcp_opportunity_run(sandbox);
    gcp_crm_run(sandbox);
}

static struct json *describe_part(const struct sandbox *sandbox, struct arena *arena)
{
    const struct gcp_deals *deals = gcp_deals_of(sandbox);
    struct json *root = json_object(arena);
    for (size_t i = 0; i < COUNT(tables); i++)
        json_set(arena, root, tables[i].name, rest_table_describe(arena, table_at(sandbox, i)));
    json_set(arena, root, "made", json_int(arena, deals->made));
    json_set(arena, root, "revision", json_int(arena, deals->revision));
    json_set(arena, root, "names_only", json_bool(arena, deals->names_only));
    return root;
}

static int read_part(struct sandbox *sandbox, const struct json *root, struct error *error)
{
    struct gcp_deals *deals = gcp_deals_of(sandbox);
    (void)error;
    for (size_t i = 0; i < COUNT(tables); i++)
        rest_table_read(table_at(sandbox, i), json_get(root, tables[i].name));
    deals->made = json_get_int(root, "made", 0);
    deals->names_only = json_get_bool(root, "names_only", false);
    deals->revision = (enum gcp_revision)json_get_int(root, "revision", GCP_REVISION_CURRENT);
    return 0;
}

const struct rest_part gcp_deal_part = {
    "deals",  open_part,     close_part, seed_part,
    run_part, describe_part, read_part,  &gcp_deal_controls,
};
