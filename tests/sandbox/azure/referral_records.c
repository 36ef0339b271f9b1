#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "tests/sandbox/azure/referrals.h"

/* The documents have it misspelt, and so does the service. */
#define LINKS "https://api.partner.microsoft.com/v1.0/engagments/referrals"

struct azure_deals *referral_deals(const struct sandbox *sandbox)
{
    return sandbox->azure->parts.deals;
}

const char *referral_text(const struct rest_record *record, const char *path)
{
    const char *text = json_text(json_find(record->document, path));
    return text ? text : "";
}

bool referral_is(const struct rest_record *record, const char *path, const char *text)
{
    return !strcmp(referral_text(record, path), text);
}

bool referral_is_own(const struct rest_record *record)
{
    return referral_is(record, "organizationId", AZURE_ORGANIZATION);
}

bool referral_ticks(const char *text, int64_t *ret_ticks)
{
    int64_t ms;
    char zoned[48];
    size_t length = strlen(text);
    bool bare =
        length < sizeof zoned - 1 && length > 18 && text[10] == 'T' && !strpbrk(text + 11, "Zz+-");
    snprintf(zoned, sizeof zoned, "%.40s%s", text, bare ? "Z" : "");
    if (length >= sizeof zoned - 1 || !instant_parse(zoned, &ms))
        return false;
    /* What instant_parse() cuts off: the digits four to seven behind the point. */
    const char *point = strchr(zoned, '.');
    int64_t rest = 0;
    size_t digit = 0;
    for (; point && digit < 7 && isdigit((unsigned char)point[1 + digit]); digit++)
        rest = digit < 3 ? 0 : rest * 10 + (point[1 + digit] - '0');
    for (; point && digit < 7; digit++)
        rest *= 10;
    *ret_ticks = ms * 10000 + rest;
    return true;
}

/* What the service itself says of a record: version, instants, links. */
static void stamp(struct rest_record *record)
{
    struct arena *arena = record->arena;
    struct json *document = record->document, *links = json_object(arena);
    struct json *related = json_object(arena), *self = json_object(arena);
    json_set_text(arena, document, "updatedDateTime", azure_instant(arena, record->moved_ms));
    json_set_text(arena, document, "eTag",
                  arena_printf(arena, "\"%08llx-0000-0000-0000-%012llx\"", record->revision,
                               (unsigned long long)record->moved_ms));
    json_set_text(arena, related, "uri",
                  arena_printf(arena, LINKS "?$filter=engagementId eq '%s'",
                               referral_text(record, "engagementId")));
    json_set_text(arena, related, "method", "GET");
    json_set_text(arena, self, "uri", arena_printf(arena, LINKS "/%s", record->id));
    json_set_text(arena, self, "method", "GET");
    json_set(arena, links, "relatedReferrals", related);
    json_set(arena, links, "self", self);
    json_set(arena, document, "links", links);
}

struct rest_record *referral_add(struct sandbox *sandbox, const struct json *document,
                                 int64_t made_ms, int64_t moved_ms)
{
    struct azure_deals *deals = referral_deals(sandbox);
    struct rest_record *record =
        rest_add(&deals->referrals, json_get_text(document, "id"), document, made_ms);
    record->moved_ms = moved_ms;
    json_set_text(record->arena, record->document, "createdDateTime",
                  azure_instant(record->arena, made_ms));
    stamp(record);
    deals->due_ms = 0;
    sandbox->dirty = true;
    return record;
}

void referral_write(struct sandbox *sandbox, struct rest_record *record,
                    const struct json *document)
{
    rest_write(record, document, sandbox_now(sandbox));
    stamp(record);
    referral_deals(sandbox)->due_ms = 0;
    sandbox->dirty = true;
}

struct rest_record *referral_side(const struct sandbox *sandbox, const char *engagement,
                                  const char *organization)
{
    const struct rest_table *table = &referral_deals(sandbox)->referrals;
    const char *wanted = organization ? organization : AZURE_ORGANIZATION;
    for (size_t i = 0; i < table->count; i++) {
        if (referral_is(table->records[i], "engagementId", engagement) &&
            referral_is(table->records[i], "organizationId", wanted))
            return table->records[i];
    }
    return NULL;
}

void referral_set_status(struct sandbox *sandbox, struct arena *arena, struct json *document,
                         const char *status, const char *substatus)
{
    const char *now = azure_instant(arena, sandbox_now(sandbox));
    if (!strcmp(status, "Active") && json_is_null(json_get(document, "acceptedDateTime")))
        json_set_text(arena, document, "acceptedDateTime", now);
    if (!strcmp(status, "Closed"))
        json_set_text(arena, document, "closedDateTime", now);
    json_set_text(arena, document, "status", status);
    json_set_text(arena, document, "substatus", substatus);
}

/* ---- What others do. */
void referral_answer(struct sandbox *sandbox, struct rest_record *theirs, bool accepts)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    bool microsoft = referral_is(theirs, "organizationId", REFERRAL_MICROSOFT);
    struct json *document = json_clone(arena, theirs->document);
    struct rest_record *own = referral_side(sandbox, referral_text(theirs, "engagementId"), NULL);
    referral_set_status(sandbox, arena, document, accepts ? "Active" : "Closed",
                        accepts ? "Accepted" : "Declined");
    if (accepts && microsoft) {
        char *id = arena_copy_n(arena, theirs->id, 10);
        for (char *c = id; *c; c++)
            *c = (char)(*c == '-' ? 'X' : toupper((unsigned char)*c));
        struct json *tracking = json_object(arena);
        json_set_text(arena, tracking, "microsoftMsxId", arena_printf(arena, "7-%s", id));
        json_set(arena, document, "trackingInfo", tracking);
    }
    referral_write(sandbox, theirs, document);
    if (!own || !accepts || !microsoft)
        return;
    struct json *side = json_clone(arena, own->document);
    json_set(arena, side, "trackingInfo", json_clone(arena, json_get(document, "trackingInfo")));
    referral_write(sandbox, own, side);
}

void referral_set_registration(struct sandbox *sandbox, struct arena *arena, struct json *document,
                               const char *status)
{
    static const char *const instants[][2] = {
        {"ReviewPending", "reviewPendingDateTime"},
        {"ActionRequired", "actionRequiredDateTime"},
        {"Passed", "passedDateTime"},
        {"Failed", "failedDateTime"},
        {"Approved", "approvedDateTime"},
    };
    const char *now = azure_instant(arena, sandbox_now(sandbox));
    json_set_text(arena, document, "registrationStatus", status);
    json_put(arena, document, "registrations[0].status", json_string(arena, status), NULL);
    for (size_t i = 0; i < COUNT(instants); i++) {
        if (!strcmp(instants[i][0], status))
            json_put(arena, document,
                     arena_printf(arena, "registrations[0].statusHistory.%s", instants[i][1]),
                     json_string(arena, now), NULL);
    }
}

/* ---- The clock. */
static int64_t instant_at(const struct rest_record *record, const char *path)
{
    int64_t ms;
    return instant_parse(referral_text(record, path), &ms) ? ms : INT64_MAX;
}

/* When the record changes by itself, INT64_MAX if it does not. */
static int64_t due(const struct sandbox *sandbox, const struct rest_record *record)
{
    int64_t review_ms = sandbox->options.review_ms;
    if (referral_is(record, "status", "New") &&
        referral_is(record, "organizationId", REFERRAL_MICROSOFT))
        return record->made_ms + review_ms;
    if (referral_is(record, "status", "New"))
        return instant_at(record, "expirationDateTime");
    int64_t asked = referral_is(record, "registrationStatus", "ReviewPending")
                        ? instant_at(record, "registrations[0].statusHistory.reviewPendingDateTime")
                        : INT64_MAX;
    return asked == INT64_MAX ? asked : asked + review_ms;
}

static void move_on(struct sandbox *sandbox, struct rest_record *record)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct json *document = json_clone(arena, record->document);
    if (referral_is(record, "organizationId", REFERRAL_MICROSOFT)) {
        referral_answer(sandbox, record, true);
        return;
    }
    if (referral_is(record, "status", "New")) /* nobody answered within 14 days */
        referral_set_status(sandbox, arena, document, "Closed", "Expired");
    else
        referral_set_registration(sandbox, arena, document, "Approved");
    referral_write(sandbox, record, document);
}

void referral_run(struct sandbox *sandbox)
{
    struct azure_deals *deals = referral_deals(sandbox);
    int64_t now = sandbox_now(sandbox), next = INT64_MAX;
    if (deals->due_ms && now < deals->due_ms)
        return;
    for (size_t i = 0; i < deals->referrals.count; i++) {
        struct rest_record *record = deals->referrals.records[i];
        if (due(sandbox, record) <= now)
            move_on(sandbox, record);
        int64_t then = due(sandbox, record);
        next = then < next ? then : next;
    }
    deals->due_ms = next;
}

/* ---- For tests. */
size_t sandbox_azure_referrals(const struct sandbox *sandbox)
{
    const struct rest_table *table = &referral_deals(sandbox)->referrals;
    size_t count = 0;
    for (size_t i = 0; i < table->count; i++)
        count += referral_is_own(table->records[i]);
    return count;
}

const struct json *sandbox_azure_referral(const struct sandbox *sandbox, const char *id)
{
    const struct rest_record *record = rest_find(&referral_deals(sandbox)->referrals, id);
    return record ? record->document : NULL;
}

size_t sandbox_azure_duplicates(const struct sandbox *sandbox)
{
    static char once, counted; /* marks in the map */
    const struct rest_table *table = &referral_deals(sandbox)->referrals;
    CLEANUP_MAP struct map *seen = map_new();
    size_t duplicates = 0;
    for (size_t i = 0; i < table->count; i++) {
        const char *reference = referral_text(table->records[i], "externalReferenceId");
        if (!reference[0] || !referral_is_own(table->records[i]))
            continue;
        const void *mark = map_get(seen, reference);
        duplicates += mark == &once;
        map_put(seen, reference, mark ? &counted : &once);
    }
    return duplicates;
}
