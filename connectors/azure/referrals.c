/* Reading referrals: whatever changed, oldest first, and beside it what Microsoft's side of an
 * engagement tells. */
#include "connectors/azure/referrals.h"

#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/times.h"
#include "connectors/azure/client.h"
#include "connectors/azure/probes.h"
#include "connectors/sweep.h"

/* The list lags behind: what changed may show up that much later than its date. */
#define LAG_MS INT64_C(600000)

struct reading {
    bool full, proposals;
    bool wants_engagement; /* the job maps something that other sides of a deal tell */
    struct map *deals;     /* engagement → struct deal */
    struct deal **asked;   /* those still to be asked for, in the order they were met */
    size_t count, capacity;
};

/* An engagement that is to be looked at, and the rows of ours that led to it. */
struct deal {
    const char *engagement;
    struct json *rows;
};

/* ------------------------------------------------------------------ what to keep */

/* What is only proposed is nothing yet, unless somebody waits for proposals or knows it. */
static bool is_of_interest(struct sweep *sweep, const struct json *referral, const char *id)
{
    const struct reading *reading = sweep_context(sweep);
    bool proposal = azure_referral_is_invitation(referral) ||
                    (azure_referral_has(referral, "direction", "Incoming") &&
                     (azure_referral_has(referral, "substatus", "Declined") ||
                      azure_referral_has(referral, "substatus", "Expired")));
    return !proposal || reading->proposals || sweep_known(sweep, id);
}

static void keep(struct sweep *sweep, const struct json *referral,
                 const struct azure_engagement *engagement)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    sweep_record(sweep, azure_referral_record(arena, referral, engagement, sweep_note, sweep));
}

/* ------------------------------------------------------------------ engagements */

/* `row`: of ours, or NULL. */
static void ask_later(struct sweep *sweep, const char *engagement, const struct json *row)
{
    struct reading *reading = sweep_context(sweep);
    struct arena *arena = sweep_arena(sweep);
    struct deal *deal = map_get(reading->deals, engagement);
    if (!deal) {
        deal = arena_alloc(arena, sizeof *deal);
        deal->engagement = arena_copy(arena, engagement);
        deal->rows = json_array(arena);
        map_put(reading->deals, deal->engagement, deal);
        ARRAY_GROW(reading->asked, &reading->capacity, reading->count + 1);
        reading->asked[reading->count++] = deal;
    }
    if (row)
        json_append(arena, deal->rows, json_clone(arena, row));
}

static bool has_row(const struct json *rows, const char *id)
{
    for (size_t i = 0; i < rows->count; i++) {
        if (text_equal(json_get_text(rows->items[i], "id"), id))
            return true;
    }
    return false;
}

static void keep_ours(struct sweep_fetch *fetch, const struct json *row,
                      const struct azure_engagement *engagement)
{
    const char *id = json_get_text(row, "id");
    if (!text_blank(id) && json_get_text(row, "eTag") && !azure_referral_is_anothers(row) &&
        is_of_interest(fetch->sweep, row, id))
        keep(fetch->sweep, row, engagement);
}

/* Ours of an engagement, each as a record. */
static int take_engagement(struct sweep_fetch *fetch, const struct json *answer,
                           struct error *error)
{
    const struct deal *deal = fetch->state;
    const struct json *rows = NULL;
    int result = azure_referral_sides(answer, deal->rows, &rows, error);
    if (result < 0)
        return result;
    const struct azure_engagement engagement = {.known = true, .rows = rows};
    for (size_t i = 0; rows && i < rows->count; i++)
        keep_ours(fetch, rows->items[i], &engagement);
    return 0;
}

static void ask_engagement(struct sweep *sweep, struct deal *deal)
{
    struct sweep_fetch *fetch = sweep_fetch(sweep, deal->engagement, deal);
    azure_request(sweep_cloud(sweep), fetch->arena, AZURE_REFERRALS, "GET",
                  azure_referral_engagement(fetch->arena, deal->engagement), NULL, &fetch->request);
    sweep_ask(fetch, "ListReferrals", AZURE_PARTNER, take_engagement);
}

/* ------------------------------------------------------------------ the list */

/* A row that is no whole referral is fetched. */
static int take_referral(struct sweep_fetch *fetch, const struct json *answer, struct error *error)
{
    if (!text_equal(json_get_text(answer, "id"), fetch->id) || !json_get_text(answer, "eTag"))
        return error_set(error, ERROR_TEMPORARY, SCOPE_RECORD,
                         "the referral %s was answered without id or eTag", fetch->id);
    keep(fetch->sweep, answer, NULL);
    return 0;
}

static void fetch_referral(struct sweep *sweep, const char *id)
{
    struct sweep_fetch *fetch = sweep_fetch(sweep, id, NULL);
    azure_request(sweep_cloud(sweep), fetch->arena, AZURE_REFERRALS, "GET",
                  arena_printf(fetch->arena, "/%s", azure_encode(fetch->arena, id)), NULL,
                  &fetch->request);
    sweep_ask(fetch, "GetReferral", AZURE_PARTNER, take_referral);
}

static bool is_open(const struct json *referral)
{
    return !azure_referral_has(referral, "status", "Closed");
}

static void take_row(struct sweep *sweep, const struct sweep_listing *listing, const char *id,
                     const char *version, const struct json *row)
{
    (void)listing;
    struct reading *reading = sweep_context(sweep);
    const char *engagement = json_get_text(row, "engagementId");
    bool shared = azure_referral_has(row, "type", "Shared") && reading->wants_engagement;
    if (azure_referral_is_anothers(row)) { /* no record, but it says something new of ours */
        if (reading->wants_engagement && !text_blank(engagement))
            ask_later(sweep, engagement, NULL);
        return;
    }
    if (!is_of_interest(sweep, row, id))
        return;
    bool same = version && text_equal(sweep_known(sweep, id), version);
    bool whole = version && json_get(row, "customerProfile");
    if (same && !(reading->full && shared && is_open(row))) {
        sweep_seen(sweep, id);
        return;
    }
    if (shared && whole && !text_blank(engagement))
        ask_later(sweep, engagement, row);
    else if (whole)
        keep(sweep, row, NULL);
    else
        fetch_referral(sweep, id);
}

static int page(struct sweep *sweep, struct arena *arena, const struct sweep_listing *listing,
                const struct sweep_place *place, struct http_request *ret_request,
                struct error *error)
{
    (void)listing;
    struct cloud *cloud = sweep_cloud(sweep);
    /* Of a link only its query is used: it names http and paths that do not exist. */
    if (place->token)
        return azure_request_next(cloud, arena, AZURE_REFERRALS, "", place->token, ret_request,
                                  error);
    const char *filter = "";
    int64_t ticks;
    if (place->after && instant_parse_fine(place->after, &ticks)) {
        char since[INSTANT_TEXT];
        instant_print(ticks / 10000 - LAG_MS, since);
        filter =
            arena_printf(arena, "$filter=%s&",
                         azure_encode(arena, arena_printf(arena, "updatedDateTime ge %s", since)));
    }
    azure_request(cloud, arena, AZURE_REFERRALS, "GET",
                  arena_printf(arena, "?%s$orderby=updatedDateTime%%20asc", filter), NULL,
                  ret_request);
    return 0;
}

static const struct sweep_listing referrals = {
    .operation = "ListReferrals",
    .family = AZURE_PARTNER,
    .items = "value",
    .id = "id",
    .version = "eTag",
    .date = "updatedDateTime",
    .token = "@odata.nextLink",
    .mark = "",
    .essential = true,
    .page = page,
    .item = take_row,
};

/* ------------------------------------------------------------------ the read */

/* Engagements come last: a row of ours and one of Microsoft's ask for the same one. */
static void drained(struct sweep *sweep)
{
    struct reading *reading = sweep_context(sweep);
    size_t count = reading->count;
    reading->count = 0;
    for (size_t i = 0; i < count; i++)
        ask_engagement(sweep, reading->asked[i]);
}

static void release(void *context)
{
    struct reading *reading = context;
    map_free(reading->deals);
    free(reading->asked);
    free(reading);
}

static const char *const from_engagement[] = {
    "status",     "members",      "partners", "cloud_involvement", "cloud_reference", "cloud_stage",
    "cloud_team", "registration", NULL,
};

static void read_referrals(struct cloud *cloud, const struct read_scope *scope,
                           const struct read_sink *sink)
{
    static const struct sweep_reader reader = {NULL, drained, release};
    struct reading *reading = memory_alloc(sizeof *reading);
    reading->full = scope->full;
    reading->proposals = scope->proposals;
    reading->wants_engagement = read_wants(scope, &kinds[KIND_REFERRAL], from_engagement);
    reading->deals = map_new();
    sweep_list(sweep_new(cloud, cloud->session, scope, sink, &reader, reading), &referrals);
}

/* Who is "Referrals user" and not "Referrals admin" sees only deals whose team has them in it, and
 * nothing in an answer tells so. */
static bool shows_all(const struct cloud *cloud)
{
    return text_equal(settings_text(cloud->settings, "referral_role"), "admin");
}

const char *azure_referral_engagement(struct arena *arena, const char *engagement)
{
    /* A quote inside a literal is doubled. */
    CLEANUP_TEXT struct text filter;
    text_init(&filter, 1024);
    text_add(&filter, "engagementId eq '");
    for (; *engagement; engagement++) {
        text_add_char(&filter, *engagement);
        if (*engagement == '\'')
            text_add_char(&filter, '\'');
    }
    text_add_char(&filter, '\'');
    return arena_printf(arena, "?$filter=%s&$count=true", azure_encode(arena, filter.data));
}

int azure_referral_sides(const struct json *answer, const struct json *ours,
                         const struct json **ret_rows, struct error *error)
{
    const struct json *rows = json_get(answer, "value");
    if (!rows || rows->type != JSON_ARRAY)
        return error_set(error, ERROR_TEMPORARY, SCOPE_RECORD,
                         "an engagement was listed without value");
    bool whole =
        json_get_int(answer, "@odata.count", (long long)rows->count) == (long long)rows->count &&
        text_blank(json_get_text(answer, "@odata.nextLink"));
    for (size_t i = 0; i < ours->count; i++)
        whole = whole && has_row(rows, json_get_text(ours->items[i], "id"));
    if (!whole)
        return error_set(error, ERROR_TEMPORARY, SCOPE_RECORD,
                         "an engagement was listed with some of its sides missing");
    *ret_rows = rows;
    return 0;
}

static const struct permission permissions[] = {{.name = AZURE_ROLE_REFERRALS}};

const struct connector_kind azure_referrals = {
    .kind = KIND_REFERRAL,
    .capabilities = CAN_LIST | CAN_READ | CAN_CREATE | CAN_UPDATE | CAN_CLOSE | CAN_SUBMIT |
                    CAN_INCREMENTAL | CAN_LOCK,
    .fields = azure_referral_fields,
    .field_count = AZURE_REFERRAL_FIELDS,
    .rules = azure_referral_rules,
    .rule_count = AZURE_REFERRAL_RULES,
    .procedures = azure_referral_procedures,
    .procedure_count = AZURE_REFERRAL_PROCEDURES,
    .classify = document_classify_by_stage,
    .write_family = AZURE_PARTNER,
    .writes_per_action =
        {
            [ACTION_CREATE] = 1,
            [ACTION_UPDATE] = 1,
            [ACTION_SUBMIT] = 2, /* share, invite; one more for each partner */
            [ACTION_LAUNCH] = 2, /* everything else, then the end */
            [ACTION_CLOSE] = 2,
            [ACTION_ACCEPT] = 1,
            [ACTION_REJECT] = 1,
            [ACTION_REGISTER] = 1,
        },
    .due_cases = azure_referral_due_cases,
    .due_case_count = AZURE_REFERRAL_DUE_CASES,
    .deadlines = azure_referral_deadlines,
    .deadline_count = AZURE_REFERRAL_DEADLINES,
    .refusals = azure_referral_refusals,
    .refusal_count = AZURE_REFERRAL_REFUSALS,
    .permissions = permissions,
    .permission_count = COUNT(permissions),
    .shows_all = shows_all,
    .put = azure_referral_put,
    .portal = "Partner Center",
    .read = read_referrals,
};
