/* Opportunities as they are kept, and what Google does to them. */
#include <stdio.h>
#include <string.h>

#include "tests/sandbox/gcp/deals.h"

#define SELLER       "Field Seller"
#define SELLER_EMAIL "field.seller@google.example"
#define REBATE_DAYS  365

/* ---- Keeping. */
bool gcp_opportunity_is_closed(const struct json *document)
{
    return gcp_deal_is(document, "stage", "MIGRATION_IMPL") ||
           text_starts(gcp_deal_text(document, "stage"), "CLOSED_");
}

/* What Google has in hand: "review", the stage that it is to close with, or "" nothing. */
static const char *awaited(const struct json *document)
{
    if (gcp_deal_is(document, "state", "SUBMITTED"))
        return "review";
    return gcp_opportunity_is_closed(document)
               ? ""
               : gcp_deal_text(document, "salesCycle.partnerReadyToClose");
}

static void remember(struct sandbox *sandbox, const struct rest_record *record)
{
    struct rest_table *table = &gcp_deals_of(sandbox)->pending;
    const struct rest_record *old = rest_find(table, record->id);
    const char *now = awaited(record->document);
    if (old && gcp_deal_is(old->document, "for", now))
        return;
    rest_remove(table, record->id);
    if (!now[0])
        return;
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct json *row = json_object(arena);
    json_set_text(arena, row, "for", now);
    rest_add(table, record->id, row, sandbox_now(sandbox));
}

struct rest_record *gcp_opportunity_add(struct sandbox *sandbox, const struct json *document,
                                        int64_t made_ms, int64_t moved_ms)
{
    struct rest_record *record =
        rest_add(&gcp_deals_of(sandbox)->opportunities,
                 strchr(gcp_deal_text(document, "name"), '/') + 1, document, made_ms);
    struct arena *arena = record->arena;
    record->moved_ms = moved_ms;
    json_set_text(arena, record->document, "createTime", gcp_instant(arena, made_ms));
    json_set_text(arena, record->document, "updateTime", gcp_instant(arena, moved_ms));
    if (!json_get(record->document, "customerDisplayName"))
        gcp_deal_put(
            arena, record->document, "customerDisplayName",
            gcp_deal_text(record->document, "customerInfo.customerDetails.organizationName"));
    record->document = gcp_shape_tidy(arena, &gcp_opportunity_shape, record->document);
    remember(sandbox, record);
    sandbox->dirty = true;
    return record;
}

void gcp_opportunity_write(struct sandbox *sandbox, struct rest_record *record,
                           const struct json *document)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    rest_write(record, gcp_shape_tidy(arena, &gcp_opportunity_shape, document),
               sandbox_now(sandbox));
    json_set_text(record->arena, record->document, "updateTime",
                  gcp_instant(record->arena, record->moved_ms));
    remember(sandbox, record);
    sandbox->dirty = true;
}

void gcp_opportunity_detach(struct sandbox *sandbox, struct rest_record *record)
{
    struct gcp_deals *deals = gcp_deals_of(sandbox);
    rest_add(&deals->detached, record->id, record->document, sandbox_now(sandbox));
    rest_remove(&deals->pending, record->id);
    rest_remove(&deals->opportunities, record->id);
    sandbox->dirty = true;
}

/* ---- The review. */
static void put_team(struct arena *arena, struct json *document)
{
    struct json *team = json_array(arena), *seller = json_object(arena);
    json_set_text(arena, seller, "name", SELLER);
    json_set_text(arena, seller, "email", SELLER_EMAIL);
    json_set_text(arena, seller, "accessLevel", "MODIFY");
    json_append(arena, team, seller);
    json_set(arena, document, "opportunityTeamMembers", team);
    json_set_text(arena, document, "owner", SELLER);
    json_set_text(arena, document, "ownerEmail", SELLER_EMAIL);
}

static void copy_member(struct arena *arena, struct json *document, const char *from,
                        const char *to)
{
    const struct json *value = json_find(document, from);
    if (value)
        json_put(arena, document, to, json_clone(arena, value), NULL);
}

void gcp_opportunity_accept(struct arena *arena, struct json *document, int64_t now_ms)
{
    const char *id = strchr(gcp_deal_text(document, "name"), '/') + 1;
    bool own = gcp_deal_is(document, "source", "PARTNER");
    json_set_text(arena, document, "state", "ACCEPTED");
    json_set_text(arena, document, "stage", "QUALIFY");
    json_remove(document, "stateDescription");
    put_team(arena, document);
    gcp_deal_put(arena, document, "qualificationInfo.dealNumber", arena_printf(arena, "DR-%s", id));
    copy_member(arena, document, "qualificationInfo.dealSize", "opportunityInfo.opportunityAmount");
    copy_member(arena, document, "qualificationInfo.estimatedCloseDate", "salesCycle.closeDate");
    gcp_deal_put(arena, document, "partnerInfo.approveTime", gcp_instant(arena, now_ms));
    json_put(arena, document, "partnerInfo.incentiveEligibility", json_bool(arena, own), NULL);
    gcp_deal_put(arena, document, "partnerInfo.incentiveType",
                 own ? "DEAL_REGISTRATION" : "DEAL_REFERRAL");
    if (own)
        json_put(arena, document, "partnerInfo.rebateExpirationDate",
                 gcp_deal_date(arena, day_of(now_ms) + REBATE_DAYS), NULL);
}

/* Google's name of a customer goes without the legal form. */
static const char *resolved_name(struct arena *arena, const char *name)
{
    static const char *const forms[] = {" Inc", " Inc.", " Corp", " Corp.",
                                        " LLC", " Ltd",  " GmbH"};
    size_t length = strlen(name);
    for (size_t i = 0; i < COUNT(forms); i++) {
        size_t tail = strlen(forms[i]);
        if (length > tail && !strcmp(name + length - tail, forms[i]))
            return arena_copy_n(arena, name, length - tail);
    }
    return name;
}

void gcp_opportunity_review(struct sandbox *sandbox, struct rest_record *record, bool accepts,
                            const char *why, const char *customer)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct json *document = json_clone(arena, record->document);
    const char *name = gcp_deal_text(document, "customerInfo.customerDetails.organizationName");
    if (accepts) {
        gcp_opportunity_accept(arena, document, sandbox_now(sandbox));
        json_set_text(arena, document, "customerDisplayName",
                      customer ? customer : resolved_name(arena, name));
    } else {
        json_set_text(arena, document, "state", "NOT_ACCEPTED");
        json_set_text(arena, document, "stateDescription",
                      why ? why : "The customer is already being worked with by another partner.");
    }
    gcp_opportunity_write(sandbox, record, document);
}

void gcp_opportunity_close(struct sandbox *sandbox, struct rest_record *record, const char *stage)
{
    static const struct {
        const char *stage, *member, *text, *main_member, *main_text;
    } reasons[] = {
        {"MIGRATION_IMPL", "wonReason", "Product fit", "winMainReason", "PRODUCT"},
        {"CLOSED_LOST", "lostReason", "Price", "lostMainReason", "PRICE"},
        {"CLOSED_ADMIN", "winLossAdditionalContext", "Closed as a duplicate", NULL, NULL},
    };
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct json *document = json_clone(arena, record->document), *info = json_object(arena);
    for (size_t i = 0; i < COUNT(reasons); i++) {
        if (strcmp(reasons[i].stage, stage) != 0)
            continue;
        json_set_text(arena, info, reasons[i].member, reasons[i].text);
        if (reasons[i].main_member)
            json_set_text(arena, info, reasons[i].main_member, reasons[i].main_text);
    }
    json_set_text(arena, document, "stage", stage);
    json_set(arena, document, "winLossInfo", info);
    json_put(arena, document, "salesCycle.closeDate",
             gcp_deal_date(arena, day_of(sandbox_now(sandbox))), NULL);
    gcp_opportunity_write(sandbox, record, document);
}

/* ---- The clock. */
static bool is_due(const struct sandbox *sandbox, const struct rest_record *waiting)
{
    bool review = gcp_deal_is(waiting->document, "for", "review");
    int64_t wait_ms = review ? sandbox->options.review_ms : sandbox->options.confirm_ms;
    return waiting->made_ms + wait_ms <= sandbox_now(sandbox);
}

void gcp_opportunity_run(struct sandbox *sandbox)
{
    const struct gcp_deals *deals = gcp_deals_of(sandbox);
    for (size_t i = deals->pending.count; i > 0; i--) { /* each one done leaves the table */
        const struct rest_record *waiting = deals->pending.records[i - 1];
        struct rest_record *record = rest_find(&deals->opportunities, waiting->id);
        if (!is_due(sandbox, waiting))
            continue;
        if (gcp_deal_is(waiting->document, "for", "review"))
            gcp_opportunity_review(sandbox, record, true, NULL, NULL);
        else
            gcp_opportunity_close(
                sandbox, record, gcp_deal_text(record->document, "salesCycle.partnerReadyToClose"));
    }
}

/* ---- For tests. */
size_t sandbox_gcp_opportunities(const struct sandbox *sandbox)
{
    const struct rest_table *table = &gcp_deals_of(sandbox)->opportunities;
    size_t count = 0;
    for (size_t i = 0; i < table->count; i++)
        count += gcp_deal_is(table->records[i]->document, "source", "PARTNER");
    return count;
}

const struct json *sandbox_gcp_opportunity(const struct sandbox *sandbox, const char *id)
{
    const char *slash = strchr(id, '/');
    const struct rest_record *record =
        rest_find(&gcp_deals_of(sandbox)->opportunities, slash ? slash + 1 : id);
    return record ? record->document : NULL;
}

/* The tag that a partner's programs leave behind, "[crm:006...]"; NULL: none. */
static const char *tag_of(struct arena *arena, const struct json *document)
{
    static const char *const paths[] = {"opportunityInfo.description",
                                        "isvSolutionConnectInfo.notes"};
    for (size_t i = 0; i < COUNT(paths); i++) {
        const char *tag = strstr(gcp_deal_text(document, paths[i]), "[crm:");
        const char *end = tag ? strchr(tag, ']') : NULL;
        if (end)
            return arena_copy_n(arena, tag, (size_t)(end - tag));
    }
    return NULL;
}

size_t sandbox_gcp_duplicates(const struct sandbox *sandbox)
{
    static char once, counted; /* marks in the map */
    const struct rest_table *table = &gcp_deals_of(sandbox)->opportunities;
    CLEANUP_ARENA struct arena *arena = arena_new();
    CLEANUP_MAP struct map *seen = map_new();
    size_t duplicates = 0;
    for (size_t i = 0; i < table->count; i++) {
        const struct json *document = table->records[i]->document;
        const char *tag =
            gcp_deal_is(document, "source", "PARTNER") ? tag_of(arena, document) : NULL;
        if (!tag)
            continue;
        const void *mark = map_get(seen, tag);
        duplicates += mark == &once;
        map_put(seen, tag, mark ? &counted : &once);
    }
    return duplicates;
}
