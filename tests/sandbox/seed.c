/* The opportunities that a sandbox begins with. */
#include <stdio.h>
#include <string.h>

#include "tests/sandbox/deals.h"
#include "tests/sandbox/engagements.h"

#define FIRST_PROPOSAL 1000000 /* numbers of deals that no CRM has */

/* 2025-01-15T09:00:00Z and a little later. */
#define SOLUTION_MADE_MS INT64_C(1736931600000)

const struct solution solutions[] = {
    {"S-1234567", "Sandbox default solution", "Software Product", "Active", SOLUTION_MADE_MS, true},
    {"S-2000001", "Data platform", "Software Product", "Active", SOLUTION_MADE_MS + 1000, true},
    {"S-2000002", "Observability suite", "Software Product", "Active", SOLUTION_MADE_MS + 2000,
     true},
    {"S-2000003", "Migration factory", "Consulting Service", "Active", SOLUTION_MADE_MS + 3000,
     true},
    {"S-2000004", "Legacy connector", "Software Product", "Inactive", SOLUTION_MADE_MS + 4000,
     true},
    {"S-2000005", "Edge gateway", "Hardware Product", "Draft", SOLUTION_MADE_MS + 5000, false},
};
const size_t solution_count = COUNT(solutions);

struct member {
    const char *path, *value;
};

static void put_texts(struct arena *arena, struct json *root, const struct member *members,
                      size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (members[i].value && members[i].value[0])
            json_put(arena, root, members[i].path, json_string(arena, members[i].value), NULL);
    }
}

static void put_list(struct arena *arena, struct json *root, const char *path, const char *value)
{
    struct json *list = json_array(arena);
    json_append(arena, list, json_string(arena, value));
    json_put(arena, root, path, list, NULL);
}

static void put_customer(struct arena *arena, struct json *document, const struct deal *deal)
{
    const struct member members[] = {
        {"Customer.Account.CompanyName", deal->company},
        {"Customer.Account.Industry", deal->industry},
        {"Customer.Account.WebsiteUrl", deal->website},
        {"Customer.Account.Address.City", deal->place->city},
        {"Customer.Account.Address.PostalCode", deal->place->postal_code},
        {"Customer.Account.Address.StateOrRegion", deal->place->state},
        {"Customer.Account.Address.CountryCode", deal->place->code},
        {"Customer.Account.Address.StreetAddress", deal->street},
        {"Customer.Contacts[0].FirstName", deal->first_name},
        {"Customer.Contacts[0].LastName", deal->last_name},
        {"Customer.Contacts[0].Email", deal->email},
        {"Customer.Contacts[0].BusinessTitle", deal->job_title},
        {"Customer.Contacts[0].Phone", deal->phone},
    };
    struct json *customer = json_object(arena);
    json_set(arena, customer, "Account", json_object(arena));
    json_set(arena, customer, "Contacts", json_array(arena));
    json_append(arena, json_get(customer, "Contacts"), json_object(arena));
    json_set(arena, document, "Customer", customer);
    put_texts(arena, document, members, COUNT(members));
}

static void put_project(struct arena *arena, struct json *document, const struct deal *deal)
{
    static const char *const activities[] = {
        "Initialized discussions with customer", "Customer has shown interest in solution",
        "Conducted POC / Demo", "In evaluation / planning stage"};
    const struct member members[] = {
        {"Project.Title", deal->title},
        {"Project.CustomerBusinessProblem", deal->problem},
        {"Project.CustomerUseCase", deal->use_case},
        {"Project.CompetitorName", deal->competitor},
        {"Marketing.Source", "None"},
    };
    const struct member money[] = {{"Amount", deal->spend},
                                   {"CurrencyCode", "USD"},
                                   {"Frequency", "Monthly"},
                                   {"TargetCompany", "AWS"}};
    put_texts(arena, document, members, COUNT(members));
    put_list(arena, document, "Project.DeliveryModels", "SaaS or PaaS");
    unsigned activity = deal_roll(deal, "activity", COUNT(activities));
    put_list(arena, document, "Project.SalesActivities", activities[activity]);
    struct json *list = json_array(arena);
    struct json *entry = json_object(arena);
    put_texts(arena, entry, money, COUNT(money));
    json_append(arena, list, entry);
    json_put(arena, document, "Project.ExpectedCustomerSpend", list, NULL);
}

static void put_life_cycle(struct arena *arena, struct json *document, const struct deal *deal)
{
    char close[DAY_TEXT], when[INSTANT_TEXT];
    const char *status = deal->status;
    const char *comments = !strcmp(status, "Action Required")
                               ? "Please check the customer's address and website."
                           : !strcmp(status, "Rejected") ? "The customer knows of no such project."
                                                         : NULL;
    const struct member members[] = {
        {"LifeCycle.Stage", deal->stage},
        {"LifeCycle.TargetCloseDate", day_print(deal->close_day, close)},
        {"LifeCycle.NextSteps", deal->next_step},
        {"LifeCycle.ClosedLostReason", deal->lost_reason},
        {"LifeCycle.ReviewStatus", status},
        {"LifeCycle.ReviewComments", comments},
    };
    put_texts(arena, document, members, COUNT(members));
    struct json *history = json_array(arena);
    struct json *entry = json_object(arena);
    json_set_text(arena, entry, "Value", deal->next_step);
    json_set_text(arena, entry, "Time", instant_print(deal->modified_ms, when));
    json_append(arena, history, entry);
    json_put(arena, document, "LifeCycle.NextStepsHistory", history, NULL);
}

/* Members that a later version of the service might bring; numbers in forms that a careless parser
 * would print differently. */
static void put_unknown(struct arena *arena, struct json *document, const struct deal *deal)
{
    static const char future[] = "{\"Score\":1.50,\"Weight\":1e3,\"Ratio\":-0.10,"
                                 "\"Big\":12345678901234567890.000,\"Tags\":[\"a\",\"b\"],"
                                 "\"Nested\":{\"Empty\":{},\"None\":[],\"On\":true}}";
    struct json *value = NULL;
    if (deal->index % 5 != 2)
        return;
    json_parse(arena, future, sizeof future - 1, &value, NULL);
    json_set(arena, document, "FutureMember", value);
    json_put(arena, document, "Project.FutureRank", json_number(arena, "1.10"), NULL);
    json_put(arena, document, "Customer.Account.FutureSegment", json_string(arena, "Mid-market"),
             NULL);
}

static void put_rest(struct arena *arena, struct json *document, const struct deal *deal)
{
    const struct member members[] = {{"OpportunityType", deal->type}, {"NationalSecurity", "No"}};
    put_texts(arena, document, members, COUNT(members));
    put_list(arena, document, "PrimaryNeedsFromAws", "Co-Sell - Technical Consultation");
    put_customer(arena, document, deal);
    put_project(arena, document, deal);
    put_life_cycle(arena, document, deal);
}

static void add_deal(struct sandbox *sandbox, struct arena *arena, const struct deal *deal)
{
    const char *catalog = sandbox->options.catalog;
    struct opportunity *record =
        record_add(sandbox, catalog, deal->opportunity_id, "Partner Referral");
    char created[INSTANT_TEXT], modified[INSTANT_TEXT];
    struct json *document = json_object(arena);
    const struct member members[] = {
        {"Catalog", catalog},
        {"Id", deal->opportunity_id},
        {"Arn", arena_printf(arena,
                             "arn:aws:partnercentral:" SANDBOX_HOST_REGION ":" SANDBOX_ACCOUNT
                             ":catalog/%s/opportunity/%s",
                             catalog, deal->opportunity_id)},
        {"CreatedDate", instant_print(deal->created_ms, created)},
        {"LastModifiedDate", instant_print(deal->modified_ms, modified)},
        {"PartnerOpportunityIdentifier", deal->carries_reference ? deal->key : NULL},
    };
    put_texts(arena, document, members, COUNT(members));
    put_rest(arena, document, deal);
    json_set(arena, document, "RelatedEntityIdentifiers", json_object(arena));
    bool submitted = strcmp(deal->status, "Pending Submission") != 0;
    if (submitted)
        put_list(arena, document, "RelatedEntityIdentifiers.Solutions", deal->solution);
    if (sandbox->options.unknown_members)
        put_unknown(arena, document, deal);
    record->modified_ms = deal->modified_ms;
    if (submitted) {
        text_replace(&record->involvement, "Co-Sell");
        text_replace(&record->engagement, make_id(arena, "eng", 14, record->id));
        record->engaged_ms = deal->modified_ms;
    }
    record_replace(record, document);
}

struct json *seed_proposal(const struct sandbox *sandbox, struct arena *arena, size_t number)
{
    struct deal deal;
    struct json *document = json_object(arena);
    deal_make(arena, sandbox->options.seed, FIRST_PROPOSAL + number, SIZE_MAX, sandbox_now(sandbox),
              &deal);
    deal.stage = "Prospect";
    deal.lost_reason = NULL;
    if (deal.close_day <= day_of(sandbox_now(sandbox)))
        deal.close_day = day_of(sandbox_now(sandbox)) + 90;
    put_rest(arena, document, &deal);
    return document;
}

void seed_fill(struct sandbox *sandbox)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    size_t count = sandbox->options.referrals;
    for (size_t i = 0; i < count; i++) {
        struct deal deal;
        arena_reset(arena);
        deal_make(arena, sandbox->options.seed, i, count, sandbox_now(sandbox), &deal);
        add_deal(sandbox, arena, &deal);
    }
    for (size_t i = 0; i < sandbox->options.invitations; i++) {
        arena_reset(arena);
        invitation_add(sandbox, sandbox->options.catalog, seed_proposal(sandbox, arena, i), "");
    }
}
