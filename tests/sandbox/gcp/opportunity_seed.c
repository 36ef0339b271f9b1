/* The opportunities that the sandbox begins with, and those that Google shares later. The first of
 * them are one of each kind; deal n of a seed is always the same, and the same that the CRM's
 * export knows. */
#include <stdio.h>
#include <string.h>

#include "tests/sandbox/deals.h"
#include "tests/sandbox/gcp/deals.h"
#include "tests/sandbox/gcp/words.h"

#define DAY_MS (INT64_C(24) * 3600 * 1000)

static const struct kind {
    const char *type, *source, *state;
    const char *stage; /* of an accepted one */
    const char *asked; /* partnerReadyToClose */
    bool half;         /* a draft that lacks what a registration needs */
    bool limited;
    unsigned share; /* in a hundred, behind the first one of each */
} kinds[] = {
    {"ISV_SOLUTION_CONNECT", "PARTNER", "DRAFT", NULL, NULL, false, false, 9},
    {"REGULAR", "PARTNER", "DRAFT", NULL, NULL, true, false, 5},
    {"ISV_SOLUTION_CONNECT", "PARTNER", "SUBMITTED", NULL, NULL, false, false, 4},
    {"ISV_SOLUTION_CONNECT", "PARTNER", "ACCEPTED", "QUALIFY", NULL, false, false, 20},
    {"ISV_SOLUTION_CONNECT", "PARTNER", "ACCEPTED", "REFINE", NULL, false, false, 10},
    {"ISV_SOLUTION_CONNECT", "PARTNER", "ACCEPTED", "PROPOSAL_NEGOTIATION", NULL, false, false, 10},
    {"REGULAR", "PARTNER", "ACCEPTED", "TECH_EVAL_SOL_DEV", NULL, false, false, 5},
    {"TWO_TIER", "PARTNER", "ACCEPTED", "REFINE", NULL, false, false, 3},
    {"ISV_SOLUTION_CONNECT", "PARTNER", "NOT_ACCEPTED", NULL, NULL, false, false, 6},
    {"ISV_SOLUTION_CONNECT", "PARTNER", "ACCEPTED", "MIGRATION_IMPL", "MIGRATION_IMPL", false,
     false, 9},
    {"ISV_SOLUTION_CONNECT", "PARTNER", "ACCEPTED", "CLOSED_LOST", "CLOSED_LOST", false, false, 6},
    {"ISV_SOLUTION_CONNECT", "PARTNER", "ACCEPTED", "CLOSED_ADMIN", NULL, false, false, 1},
    {"ISV_SOLUTION_CONNECT", "GOOGLE", "ACCEPTED", "QUALIFY", NULL, false, false, 5},
    {"REGULAR", "GOOGLE_BDR", "ACCEPTED", "REFINE", NULL, false, true, 3},
    {"ISV_SOLUTION_CONNECT", "GOOGLE_PROGRAMMATIC", "ACCEPTED", "QUALIFY", NULL, false, false, 4},
};

struct seed {
    struct arena *arena;
    struct deal deal;
    const struct kind *kind;
    int64_t made_ms, moved_ms;
    struct json *document;
};

static const struct kind *kind_of(const struct deal *deal)
{
    unsigned roll = deal_roll(deal, "gcp kind", 100);
    size_t kind = 0;
    if (deal->index < COUNT(kinds))
        return &kinds[deal->index];
    while (roll >= kinds[kind].share)
        roll -= kinds[kind++].share;
    return &kinds[kind];
}

static bool is_type(const struct seed *seed, const char *type)
{
    return !strcmp(seed->kind->type, type);
}

static bool is_own(const struct seed *seed)
{
    return !strcmp(seed->kind->source, "PARTNER");
}

static void put(const struct seed *seed, const char *path, const char *text)
{
    gcp_deal_put(seed->arena, seed->document, path, text);
}

static void put_json(const struct seed *seed, const char *path, struct json *value)
{
    json_put(seed->arena, seed->document, path, value, NULL);
}

static void put_words(const struct seed *seed, const char *path, const char *word)
{
    struct json *list = json_array(seed->arena);
    json_append(seed->arena, list, json_string(seed->arena, word));
    put_json(seed, path, list);
}

static void put_info(struct seed *seed)
{
    static const char *const categories[] = {"GCP_ANALYTICS", "GCP_COMPUTE", "GCP_DATABASES"};
    const struct deal *deal = &seed->deal;
    bool tagged = is_own(seed) && deal->carries_reference;
    bool tiers = is_type(seed, "TWO_TIER");
    put(seed, "opportunityInfo.partnerEntity", tiers ? "partners/C0distributor" : GCP_PARTNER);
    if (tiers)
        put(seed, "opportunityInfo.indirectPartnerEntity", GCP_PARTNER);
    put(seed, "opportunityInfo.displayName", deal->title);
    put(seed, "opportunityInfo.description",
        tagged ? arena_printf(seed->arena, "%s [crm:%s]", deal->problem, deal->key)
               : deal->problem);
    if (is_type(seed, "ISV_SOLUTION_CONNECT"))
        put_words(seed, "opportunityInfo.productFamily", "GOOGLE_CLOUD_PLATFORM");
    else
        put_words(seed, "opportunityInfo.productCategory",
                  categories[deal_roll(deal, "gcp category", COUNT(categories))]);
}

static void put_qualification(struct seed *seed)
{
    static const char *const operations[] = {"NEW", "NEW", "EXPANSION", "RENEWAL", "ADD_ON"};
    const struct deal *deal = &seed->deal;
    struct json *money = json_object(seed->arena);
    json_set_text(seed->arena, money, "currencyCode", "USD");
    json_set_text(
        seed->arena, money, "units",
        arena_copy_n(seed->arena, deal->contract_value, strcspn(deal->contract_value, ".")));
    if (deal_roll(deal, "gcp cents", 3) == 0)
        json_set(seed->arena, money, "nanos", json_int(seed->arena, 500000000));
    put(seed, "qualificationInfo.operationType",
        operations[deal_roll(deal, "gcp operation", COUNT(operations))]);
    put_json(seed, "qualificationInfo.contractLengthMonths",
             json_int(seed->arena, deal->contract_months));
    put_json(seed, "qualificationInfo.quantity", json_int(seed->arena, 1));
    put_json(seed, "qualificationInfo.dealSize", money);
    put_json(seed, "qualificationInfo.estimatedCloseDate",
             gcp_deal_date(seed->arena, deal->close_day));
    if (!is_type(seed, "ISV_SOLUTION_CONNECT"))
        put(seed, "qualificationInfo.budget", "BUDGET_EXISTS_NOT_SPECIFIED");
    put_json(seed, "qualificationInfo.legalLanguageAccepted", json_bool(seed->arena, true));
}

static void put_customer(struct seed *seed)
{
    const struct deal *deal = &seed->deal;
    static const char details[] = "customerInfo.customerDetails.";
    const struct {
        const char *member, *text;
    } texts[] = {
        {"organizationName", deal->company},
        {"domain", deal->website + strlen("https://www.")},
        {"industry", gcp_deal_industry(deal)},
        {"address.regionCode", deal->place->code},
        {"address.postalCode", deal->place->postal_code},
        {"address.administrativeArea", deal->place->state},
        {"address.locality", deal->place->city},
    };
    for (size_t i = 0; i < COUNT(texts); i++)
        put(seed, arena_printf(seed->arena, "%s%s", details, texts[i].member), texts[i].text);
    put_words(seed, "customerInfo.customerDetails.address.addressLines", deal->street);
    put_json(seed, "customerInfo.customerDetails.employeeCount",
             json_int(seed->arena, deal->employees));
    put(seed, "customerInfo.contact.givenName", deal->first_name);
    put(seed, "customerInfo.contact.familyName", deal->last_name);
    put(seed, "customerInfo.contact.email", deal->email);
    put(seed, "customerInfo.contact.phone.e164Number", deal->phone);
    put(seed, "customerInfo.region", gcp_deal_region(deal));
}

static void put_connect(struct seed *seed)
{
    static const char *const levels[] = {"ALIGN_SALES_ACCOUNT", "TECH", "TRANSACTION"};
    const struct deal *deal = &seed->deal;
    if (!is_type(seed, "ISV_SOLUTION_CONNECT"))
        return;
    put_json(seed, "isvSolutionConnectInfo.isvSolutionConnectDeal", json_bool(seed->arena, true));
    put_json(seed, "isvSolutionConnectInfo.customerContactRequested", json_bool(seed->arena, true));
    put(seed, "isvSolutionConnectInfo.supportLevel",
        levels[deal_roll(deal, "gcp support", COUNT(levels))]);
    put(seed, "isvSolutionConnectInfo.contractVehicle",
        deal_roll(deal, "gcp vehicle", 3) ? "CLOUD_MARKETPLACE" : "PARTNER_CONTRACT");
    put(seed, "isvSolutionConnectInfo.deliveryModel", "SAAS_ON_GOOGLE_CLOUD");
    put(seed, "isvSolutionConnectInfo.nextStep", deal->next_step);
}

static void put_state(struct seed *seed)
{
    const struct kind *kind = seed->kind;
    put(seed, "opportunityType", kind->type);
    put(seed, "source", kind->source);
    put(seed, "state", kind->state);
    put(seed, "creatorEmail", is_own(seed) ? GCP_ACCOUNT : "field.seller@google.example");
    put(seed, "partnerInfo.partnerViewType", kind->limited ? "LIMITED" : "FULL");
    if (is_own(seed) && strcmp(kind->state, "DRAFT") != 0)
        put(seed, "partnerInfo.submitTime", gcp_instant(seed->arena, seed->made_ms));
    if (!strcmp(kind->state, "ACCEPTED")) {
        gcp_opportunity_accept(seed->arena, seed->document, seed->made_ms + DAY_MS);
        put(seed, "stage", kind->stage);
    }
    if (!strcmp(kind->state, "NOT_ACCEPTED"))
        put(seed, "stateDescription",
            "The customer is already being worked with by another partner.");
    if (kind->asked)
        put(seed, "salesCycle.partnerReadyToClose", kind->asked);
    if (text_equal(kind->stage, "MIGRATION_IMPL"))
        put(seed, "winLossInfo.wonReason", "Product fit");
    if (text_equal(kind->stage, "CLOSED_LOST"))
        put(seed, "winLossInfo.lostReason", "Price");
}

/* What somebody typed in the portal and left. */
static void halve(struct seed *seed)
{
    static const char *const missing[] = {
        "qualificationInfo.dealSize", "qualificationInfo.legalLanguageAccepted",
        "qualificationInfo.budget", "customerInfo.customerDetails.employeeCount",
        "customerInfo.region"};
    for (size_t i = 0; i < COUNT(missing); i++)
        put_json(seed, missing[i], NULL);
}

/* What a partner with a LIMITED view does not see. */
static void limit(struct seed *seed)
{
    static const char *const hidden[] = {"qualificationInfo.dealSize",
                                         "opportunityInfo.opportunityAmount",
                                         "customerInfo.contact", "opportunityTeamMembers"};
    for (size_t i = 0; i < COUNT(hidden); i++)
        put_json(seed, hidden[i], NULL);
}

static void make_seed(struct seed *seed, const char *id, const struct kind *kind)
{
    seed->kind = kind;
    seed->made_ms = seed->deal.created_ms;
    seed->moved_ms =
        seed->deal.modified_ms > seed->made_ms ? seed->deal.modified_ms : seed->made_ms;
    seed->document = json_object(seed->arena);
    put(seed, "name", arena_printf(seed->arena, "opportunities/%s", id));
    put_info(seed);
    put_qualification(seed);
    put_customer(seed);
    put_connect(seed);
    put_state(seed);
    if (kind->half)
        halve(seed);
    if (kind->limited)
        limit(seed);
}

/* What no published model has, and the forms that older data has. */
static void make_odd(struct seed *seed, size_t index)
{
    if (index % 4 == 0) {
        put(seed, "dealInsights.state", "PLANNED");
        put_json(seed, "dealInsights.weight", json_number(seed->arena, "0.10"));
    }
    if (index % 5 == 3) {
        put_json(seed, "creationDate", gcp_deal_date(seed->arena, day_of(seed->made_ms)));
        put_json(seed, "partnerInfo.submittedDate",
                 gcp_deal_date(seed->arena, day_of(seed->made_ms)));
        put_json(seed, "opportunityType", json_int(seed->arena, 3));
        if (json_get(seed->document, "opportunityTeamMembers"))
            put_json(seed, "opportunityTeamMembers[0].accessLevel", json_int(seed->arena, 2));
    }
    if (index % 7 == 5)
        put(seed, "isvSolutionConnectInfo.supportLevel", "EXECUTIVE_SPONSORSHIP");
}

void gcp_opportunity_seed(struct sandbox *sandbox)
{
    const struct sandbox_options *options = &sandbox->options;
    for (size_t i = 0; i < options->gcp_opportunities; i++) {
        CLEANUP_ARENA struct arena *arena = arena_new();
        struct seed seed = {.arena = arena};
        deal_make(arena, options->seed, i, options->gcp_opportunities, sandbox_now(sandbox),
                  &seed.deal);
        make_seed(&seed, arena_printf(arena, "SxSeed%06zu", i), kind_of(&seed.deal));
        if (options->unknown_members)
            make_odd(&seed, i);
        gcp_opportunity_add(sandbox, seed.document, seed.made_ms, seed.moved_ms);
    }
    sandbox->dirty = false; /* there is nothing yet that a snapshot must keep */
}

struct rest_record *gcp_opportunity_share(struct sandbox *sandbox, struct arena *arena,
                                          const char *source, const char *title,
                                          const char *company, bool limited)
{
    struct kind kind = {
        "ISV_SOLUTION_CONNECT", source, "ACCEPTED", "QUALIFY", NULL, false, limited, 0};
    struct seed seed = {.arena = arena};
    int64_t now = sandbox_now(sandbox);
    const char *id = arena_printf(arena, "Sx%s", gcp_deal_id(sandbox, arena));
    /* Deals that no seed has made. */
    deal_make(arena, sandbox->options.seed, 2000000 + (size_t)gcp_deals_of(sandbox)->made, 0, now,
              &seed.deal);
    if (title)
        seed.deal.title = title;
    if (company)
        seed.deal.company = company;
    make_seed(&seed, id, &kind);
    return gcp_opportunity_add(sandbox, seed.document, now, now);
}
