/* The referrals that the sandbox begins with, and those that others send later. Deal n of a seed is
 * always the same, and the same that the CRM's export knows. */
#include <stdio.h>
#include <string.h>

#include "tests/sandbox/azure/referrals.h"
#include "tests/sandbox/deals.h"

#define DAY_MS  (INT64_C(24) * 3600 * 1000)
#define PARTNER "5b1f0c9e-0000-4c11-9a10-2f6d3c8e7a01" /* who invites, besides Microsoft */

enum seed_kind { PRIVATE, PARTNER_LED, CO_SELL, FROM_MICROSOFT, FROM_PARTNER, LEAD, WON, LOST };

struct seed {
    struct sandbox *sandbox;
    struct arena *arena;
    struct deal deal;
    enum seed_kind kind;
    int64_t made_ms, moved_ms;
    struct json *document;
};

/* Shares in a hundred, in the order of enum seed_kind. */
static enum seed_kind kind_of(const struct deal *deal)
{
    static const unsigned ends[] = {14, 40, 64, 74, 79, 88, 94, 100};
    unsigned roll = deal_roll(deal, "azure kind", 100);
    size_t kind = 0;
    while (roll >= ends[kind])
        kind++;
    return (enum seed_kind)kind;
}

static bool is_incoming(enum seed_kind kind)
{
    return kind == FROM_MICROSOFT || kind == FROM_PARTNER || kind == LEAD;
}

static void put(const struct seed *seed, const char *path, const char *text)
{
    json_put(seed->arena, seed->document, path, json_string(seed->arena, text), NULL);
}

static void put_flag(const struct seed *seed, const char *path, bool value)
{
    json_put(seed->arena, seed->document, path, json_bool(seed->arena, value), NULL);
}

static void put_empty(const struct seed *seed, const char *path)
{
    json_put(seed->arena, seed->document, path, json_array(seed->arena), NULL);
}

static void put_identity(struct seed *seed)
{
    struct arena *arena = seed->arena;
    seed->document = json_object(arena);
    put(seed, "id", azure_new_guid(seed->sandbox, arena));
    put(seed, "engagementId", azure_new_guid(seed->sandbox, arena));
    put(seed, "organizationId", AZURE_ORGANIZATION);
    put(seed, "organizationName", "Contoso");
    put(seed, "expirationDateTime", NULL);
    put(seed, "direction", is_incoming(seed->kind) ? "Incoming" : "Outgoing");
    put(seed, "registrationStatus", "None");
    put_empty(seed, "registrations");
    put(seed, "trackingInfo", NULL);
    put(seed, "mpnId", "1234567");
    put(seed, "name", seed->deal.title);
    put(seed, "externalReferenceId",
        seed->deal.carries_reference && !is_incoming(seed->kind) ? seed->deal.key : NULL);
}

static void put_customer(struct seed *seed)
{
    static const char *const sizes[] = {"10to50employees", "51to250employees", "251to1000employees",
                                        "1001to5000employees", "Morethan20000employees"};
    const struct deal *deal = &seed->deal;
    put(seed, "customerProfile.name", deal->company);
    put(seed, "customerProfile.address.addressLine1", deal->street);
    put(seed, "customerProfile.address.addressLine2", "");
    put(seed, "customerProfile.address.city", deal->place->city);
    put(seed, "customerProfile.address.state", deal->place->state);
    put(seed, "customerProfile.address.postalCode", deal->place->postal_code);
    put(seed, "customerProfile.address.country", deal->place->code);
    put(seed, "customerProfile.size", sizes[deal_roll(deal, "size", COUNT(sizes))]);
    put_empty(seed, "customerProfile.team");
    put(seed, "customerProfile.team[0].firstName", deal->first_name);
    put(seed, "customerProfile.team[0].lastName", deal->last_name);
    put(seed, "customerProfile.team[0].email", deal->email);
    put(seed, "customerProfile.team[0].phoneNumber", deal->phone);
    put_empty(seed, "customerProfile.ids");
}

static void put_details(struct seed *seed)
{
    static const char *const stages[] = {"10", "20", "40", "60", "80"};
    const struct deal *deal = &seed->deal;
    char day[DAY_TEXT];
    put(seed, "details.notes", deal->problem);
    json_put(seed->arena, seed->document, "details.dealValue",
             json_number(seed->arena, deal->spend), NULL);
    put(seed, "details.currency", "USD");
    put(seed, "details.closingDateTime",
        arena_printf(seed->arena, "%sT00:00:00Z", day_print(deal->close_day, day)));
    put_empty(seed, "details.requirements.industries");
    put_empty(seed, "details.requirements.products");
    put(seed, "details.requirements.products[0].id", "Azure");
    put_empty(seed, "details.requirements.solutions");
    put(seed, "details.requirements.solutions[0].id",
        deal_roll(deal, "azure solution", 3) ? "SOL-34104-EBB" : "SOL-20417-QXD");
    put(seed, "details.requirements.solutions[0].type", "Name");
    put_empty(seed, "target");
    put(seed, "target[0].type", "SolutionProfile");
    put(seed, "target[0].id",
        json_text(json_find(seed->document, "details.requirements.solutions[0].id")));
    put_empty(seed, "team");
    bool own = deal_roll(deal, "azure team", 3) == 0;
    put(seed, "team[0].firstName", own ? "Sandbox" : "Casey");
    put(seed, "team[0].lastName", own ? "Seller" : "Colleague");
    put(seed, "team[0].email", own ? AZURE_PERSON : "colleague@sandbox.example");
    put(seed, "team[0].phoneNumber", "+12065550100");
    put(seed, "salesStage",
        seed->kind == WON ? "100" : stages[deal_roll(deal, "azure stage", COUNT(stages))]);
}

static void put_kind(struct seed *seed)
{
    static const struct {
        const char *type, *qualification;
        bool shared;
        const char *inviter, *inviter_name;
    } kinds[] = {
        [PRIVATE] = {"Independent", "SalesQualified", false, NULL, NULL},
        [PARTNER_LED] = {"Independent", "SalesQualified", true, NULL, NULL},
        [CO_SELL] = {"Shared", "SalesQualified", true, AZURE_ORGANIZATION, "Contoso"},
        [FROM_MICROSOFT] = {"Shared", "SalesQualified", true, REFERRAL_MICROSOFT, "Microsoft"},
        [FROM_PARTNER] = {"Shared", "SalesQualified", true, PARTNER, "Another partner"},
        [LEAD] = {"Independent", "Direct", true, REFERRAL_MICROSOFT, "Microsoft"},
        [WON] = {"Independent", "SalesQualified", true, NULL, NULL},
        [LOST] = {"Independent", "SalesQualified", false, NULL, NULL},
    };
    bool marketing = seed->kind == LEAD && deal_roll(&seed->deal, "azure lead", 3) == 0;
    put(seed, "type", kinds[seed->kind].type);
    put(seed, "qualification", marketing ? "MarketingQualified" : kinds[seed->kind].qualification);
    put_flag(seed, "consent.consentToToShareInfoWithOthers", true);
    put_flag(seed, "consent.consentToContact", true);
    put_flag(seed, REFERRAL_CONSENT, kinds[seed->kind].shared);
    if (!kinds[seed->kind].inviter) {
        put(seed, "inviteContext", NULL);
        return;
    }
    put(seed, "inviteContext.notes", seed->deal.use_case);
    put(seed, "inviteContext.assistanceRequestCode",
        is_incoming(seed->kind) ? "Unknown" : "QuotesOrLicensing");
    put(seed, "inviteContext.invitedBy.organizationId", kinds[seed->kind].inviter);
    put(seed, "inviteContext.invitedBy.organizationName", kinds[seed->kind].inviter_name);
}

static void put_status(struct seed *seed, const char *status, const char *substatus)
{
    put(seed, "status", status);
    put(seed, "substatus", substatus);
    put(seed, "acceptedDateTime",
        strcmp(status, "New") ? azure_instant(seed->arena, seed->made_ms) : NULL);
    if (!strcmp(status, "Closed"))
        put(seed, "closedDateTime", azure_instant(seed->arena, seed->moved_ms));
}

static void put_state(struct seed *seed)
{
    int64_t now = sandbox_now(seed->sandbox);
    bool waits = is_incoming(seed->kind) && deal_roll(&seed->deal, "azure waits", 5) < 4;
    if (seed->kind == WON || seed->kind == LOST) {
        put_status(seed, "Closed", seed->kind == WON ? "Won" : "Lost");
        return;
    }
    if (!waits) {
        put_status(seed, "Active", "Accepted");
        return;
    }
    seed->made_ms = now - (int64_t)deal_roll(&seed->deal, "azure sent", 12) * DAY_MS -
                    (int64_t)deal_roll(&seed->deal, "azure sent at", (unsigned)DAY_MS);
    seed->moved_ms = seed->made_ms;
    bool seen = deal_roll(&seed->deal, "azure seen", 2) && seed->kind != LEAD;
    put_status(seed, "New", seen ? "Received" : "Pending");
    if (seed->kind != LEAD)
        put(seed, "expirationDateTime",
            azure_instant(seed->arena, seed->made_ms + REFERRAL_ANSWER_MS));
}

static void make_seed(struct seed *seed, enum seed_kind kind)
{
    seed->kind = kind;
    seed->made_ms = seed->deal.created_ms;
    seed->moved_ms =
        seed->deal.modified_ms > seed->made_ms ? seed->deal.modified_ms : seed->made_ms;
    put_identity(seed);
    put_customer(seed);
    put_details(seed);
    put_kind(seed);
    put_state(seed);
}

/* Microsoft's own referral in the engagement; most were accepted long ago. */
static void add_microsoft(struct seed *seed)
{
    struct sandbox *sandbox = seed->sandbox;
    struct arena *arena = seed->arena;
    struct json *side = json_clone(arena, seed->document);
    unsigned roll = deal_roll(&seed->deal, "azure answer", 10);
    bool accepted = roll < 7, waits = roll == 9;
    int64_t made_ms = seed->made_ms + 60 * 1000;
    struct seed theirs = *seed;
    if (waits) /* asked a moment ago: Microsoft's answer is still to come */
        made_ms = sandbox_now(sandbox);
    theirs.document = side;
    theirs.made_ms = made_ms;
    theirs.moved_ms = seed->moved_ms > made_ms ? seed->moved_ms : made_ms;
    put(&theirs, "id", azure_new_guid(sandbox, arena));
    put(&theirs, "organizationId", REFERRAL_MICROSOFT);
    put(&theirs, "organizationName", "Microsoft");
    json_remove(side, "externalReferenceId");
    put(&theirs, "target[0].type", "BusinessProfileLocation");
    put(&theirs, "target[0].id", REFERRAL_MICROSOFT);
    put_status(&theirs,
               accepted ? "Active"
               : waits  ? "New"
                        : "Closed",
               accepted ? "Accepted"
               : waits  ? "Received"
                        : "Declined");
    if (accepted) {
        const char *number =
            arena_printf(arena, "7-3F0%06u", deal_roll(&seed->deal, "azure msx", 1000000));
        put(&theirs, "trackingInfo", NULL);
        json_set(arena, side, "trackingInfo", json_object(arena));
        json_set_text(arena, json_get(side, "trackingInfo"), "microsoftMsxId", number);
        json_set(arena, seed->document, "trackingInfo",
                 json_clone(arena, json_get(side, "trackingInfo")));
    }
    referral_add(sandbox, side, theirs.made_ms, theirs.moved_ms);
}

/* What no published model has, and the forms that turn up besides the regular ones. */
static void make_odd(struct seed *seed, size_t index)
{
    if (index % 4 == 0) {
        put(seed, "marketplacePurchaseIntent.state", "Planned");
        json_put(seed->arena, seed->document, "marketplacePurchaseIntent.weight",
                 json_number(seed->arena, "0.10"), NULL);
    }
    if (index % 7 == 1)
        json_set(seed->arena, seed->document, "team",
                 json_clone(seed->arena, json_find(seed->document, "team[0]")));
    if (index % 7 == 2)
        put(seed, "details.dealValue", seed->deal.spend);
    if (index % 7 == 3)
        put(seed, "details.closingDateTime",
            arena_printf(seed->arena, "%.19s",
                         json_text(json_find(seed->document, "details.closingDateTime"))));
    if (index % 7 == 4)
        put(seed, "salesStage", "Qualify");
}

void referral_seed(struct sandbox *sandbox)
{
    const struct sandbox_options *options = &sandbox->options;
    for (size_t i = 0; i < options->azure_referrals; i++) {
        CLEANUP_ARENA struct arena *arena = arena_new();
        struct seed seed = {.sandbox = sandbox, .arena = arena};
        deal_make(arena, options->seed, i, options->azure_referrals, sandbox_now(sandbox),
                  &seed.deal);
        make_seed(&seed, kind_of(&seed.deal));
        if (seed.kind == CO_SELL)
            add_microsoft(&seed);
        if (options->unknown_members)
            make_odd(&seed, i);
        referral_add(sandbox, seed.document, seed.made_ms, seed.moved_ms);
    }
    sandbox->dirty = false; /* there is nothing yet that a snapshot must keep */
}

struct rest_record *referral_invite(struct sandbox *sandbox, struct arena *arena, const char *from,
                                    const char *title, const char *company)
{
    bool microsoft = !strcmp(from, REFERRAL_MICROSOFT);
    struct seed seed = {.sandbox = sandbox, .arena = arena};
    int64_t now = sandbox_now(sandbox);
    /* Deals that no seed has made. */
    deal_make(arena, sandbox->options.seed, 1000000 + referral_deals(sandbox)->referrals.count, 0,
              now, &seed.deal);
    make_seed(&seed, microsoft ? FROM_MICROSOFT : FROM_PARTNER);
    seed.made_ms = now;
    put_status(&seed, "New", "Received");
    put(&seed, "expirationDateTime", azure_instant(arena, now + REFERRAL_ANSWER_MS));
    put(&seed, "inviteContext.invitedBy.organizationId", from);
    if (title)
        put(&seed, "name", title);
    if (company)
        put(&seed, "customerProfile.name", company);
    return referral_add(sandbox, seed.document, now, now);
}
