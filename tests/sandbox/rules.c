#include "tests/sandbox/rules.h"

#include <string.h>

#include "tests/sandbox/fields.h"
#include "tests/sandbox/words.h"

#define ALWAYS       (MOMENT_CREATE | MOMENT_UPDATE | MOMENT_SUBMIT)
#define COUNTRY      "Customer.Account.Address.CountryCode"
#define STATE        "Customer.Account.Address.StateOrRegion"
#define POSTAL       "Customer.Account.Address.PostalCode"
#define SPEND        "Project.ExpectedCustomerSpend"
#define FROZEN_STAGE "You can not update the stage when Opportunity status is Pending Submission"

static const char *get(const struct rule_input *input, const char *path)
{
    const char *text = json_text(json_find(input->document, path));
    return text ? text : "";
}

static bool is(const struct rule_input *input, const char *path, const char *word)
{
    return !strcmp(get(input, path), word);
}

/* ---- When a rule applies. */
static bool open_deal(const struct rule_input *input)
{
    return !is(input, "NationalSecurity", "Yes");
}

static bool postal_country(const struct rule_input *input)
{
    return open_deal(input) && !words_have(words_no_postal_code, get(input, COUNTRY));
}

static bool in_us(const struct rule_input *input)
{
    return open_deal(input) && is(input, COUNTRY, "US");
}

static bool other_industry(const struct rule_input *input)
{
    return is(input, "Customer.Account.Industry", "Other");
}

static bool other_competitor(const struct rule_input *input)
{
    return is(input, "Project.CompetitorName", "*Other");
}

static bool no_other_competitor(const struct rule_input *input)
{
    return !other_competitor(input);
}

static bool renewal(const struct rule_input *input)
{
    return is(input, "OpportunityType", "Flat Renewal");
}

static bool lost(const struct rule_input *input)
{
    return is(input, "LifeCycle.Stage", "Closed Lost");
}

static bool not_lost(const struct rule_input *input)
{
    return !lost(input);
}

static bool co_sell(const struct rule_input *input)
{
    return text_equal(input->involvement, "Co-Sell");
}

static bool from_marketing(const struct rule_input *input)
{
    return is(input, "Marketing.Source", "Marketing Activity");
}

static bool no_campaign(const struct rule_input *input)
{
    return is(input, "Marketing.Source", "None") || is(input, "Marketing.AwsFundingUsed", "No");
}

enum rule_type { NEEDED, UNWANTED };

static const struct presence_rule {
    const char *path;
    enum rule_type type;
    unsigned moments;
    bool (*applies)(const struct rule_input *input); /* NULL: always */
} presence_rules[] = {
    {"Customer.Account.CompanyName", NEEDED, ALWAYS, open_deal},
    {"Customer.Account.Industry", NEEDED, ALWAYS, NULL},
    {"Customer.Account.OtherIndustry", NEEDED, ALWAYS, other_industry},
    {"Customer.Account.WebsiteUrl", NEEDED, ALWAYS, open_deal},
    {COUNTRY, NEEDED, ALWAYS, NULL},
    {POSTAL, NEEDED, ALWAYS, postal_country},
    {STATE, NEEDED, ALWAYS, in_us},
    {"Project.Title", NEEDED, ALWAYS, NULL},
    {"Project.CustomerBusinessProblem", NEEDED, ALWAYS, NULL},
    {"Project.CustomerUseCase", NEEDED, ALWAYS, NULL},
    {"Project.DeliveryModels", NEEDED, ALWAYS, NULL},
    {SPEND "[TargetCompany=AWS].Amount", NEEDED, ALWAYS, NULL},
    {"Project.OtherCompetitorNames", NEEDED, ALWAYS, other_competitor},
    {"Project.OtherCompetitorNames", UNWANTED, ALWAYS, no_other_competitor},
    {"Project.RelatedOpportunityIdentifier", NEEDED, ALWAYS, renewal},
    {"LifeCycle.TargetCloseDate", NEEDED, ALWAYS, NULL},
    {"LifeCycle.Stage", NEEDED, MOMENT_UPDATE | MOMENT_SUBMIT, NULL},
    {"LifeCycle.ClosedLostReason", NEEDED, ALWAYS, lost},
    {"LifeCycle.ClosedLostReason", UNWANTED, ALWAYS, not_lost},
    {"Marketing.CampaignName", UNWANTED, ALWAYS, no_campaign},
    {"Marketing.Channels", UNWANTED, ALWAYS, no_campaign},
    {"Marketing.UseCases", UNWANTED, ALWAYS, no_campaign},
    {"PrimaryNeedsFromAws", NEEDED, MOMENT_SUBMIT, co_sell},
    {"Project.SalesActivities", NEEDED, MOMENT_SUBMIT, NULL},
    {"Marketing.Source", NEEDED, MOMENT_SUBMIT, NULL},
    {"Marketing.AwsFundingUsed", NEEDED, MOMENT_SUBMIT, from_marketing},
};

static bool present(const struct json *value)
{
    if (!value || value->type == JSON_NULL)
        return false;
    if (value->type == JSON_STRING)
        return !text_blank(value->text);
    return (value->type != JSON_ARRAY && value->type != JSON_OBJECT) || value->count > 0;
}

/* "Project.ExpectedCustomerSpend[TargetCompany=AWS].Amount" to the service's way of naming it. */
static const char *field_name(struct arena *arena, const char *path)
{
    char *name = arena_copy(arena, path);
    char *out = name;
    bool first = true;
    for (const char *in = path; *in; in++) {
        if (*in == '[') {
            in = strchr(in, ']');
            continue;
        }
        *out++ = (char)(first && *in >= 'A' && *in <= 'Z' ? *in + ('a' - 'A') : *in);
        first = *in == '.';
    }
    *out = '\0';
    return name;
}

static void check_presence(const struct rule_input *input, struct failure *failure)
{
    for (size_t i = 0; i < COUNT(presence_rules); i++) {
        const struct presence_rule *rule = &presence_rules[i];
        if (!(rule->moments & input->moment) || (rule->applies && !rule->applies(input)))
            continue;
        bool there = present(json_find(input->document, rule->path));
        const char *name = field_name(failure->arena, rule->path);
        if (rule->type == NEEDED && !there)
            fail_field(failure, "REQUIRED_FIELD_MISSING", name, "is required");
        else if (rule->type == UNWANTED && there)
            fail_field(failure, "INVALID_VALUE", name, "must not be given with these values");
    }
}

/* ---- Rules about values. */
static void check_dates(const struct rule_input *input, struct failure *failure)
{
    int64_t day;
    if (day_parse(get(input, "LifeCycle.TargetCloseDate"), &day) && day < input->today)
        fail_field(failure, "INVALID_VALUE", "lifeCycle.targetCloseDate",
                   "the target close date must not be in the past");
}

static void check_customer(const struct rule_input *input, struct failure *failure)
{
    const char *state = get(input, STATE);
    if (in_us(input) && state[0] && !words_have(words_us_states, state))
        fail_field(failure, "INVALID_VALUE", "customer.account.address.stateOrRegion",
                   "'%.80s' is not the full name of a state", state);
    if (!open_deal(input) && !is(input, "Customer.Account.Industry", "Government"))
        fail_field(failure, "INVALID_VALUE", "nationalSecurity",
                   "only deals of the industry Government concern national security");
}

static void check_spend(const struct rule_input *input, struct failure *failure)
{
    const struct json *list = json_find(input->document, SPEND);
    const struct json *duration =
        json_find(input->document, "Project.ExpectedContractDuration.Value");
    for (size_t i = 0; list && i < list->count; i++) {
        const char *currency = json_get_text(list->items[i], "CurrencyCode");
        const char *target = json_get_text(list->items[i], "TargetCompany");
        const char *where = arena_printf(failure->arena, "project.expectedCustomerSpend[%zu]", i);
        if (!text_equal(currency, "USD") && !text_equal(currency, "EUR"))
            fail_field(failure, "INVALID_VALUE", where, "the currency must be USD or EUR");
        if (duration && !text_equal(target, "AWS") && !text_equal(target, "Self"))
            fail_field(failure, "INVALID_VALUE", where, "the target company is AWS or Self");
    }
    long long months;
    if (duration && (!text_to_int64(duration->text, &months) || months < 1 || months > 144))
        fail_field(failure, "VALUE_OUT_OF_RANGE", "project.expectedContractDuration.value",
                   "must be from 1 to 144 months");
}

static void check_solution(const struct rule_input *input, struct failure *failure)
{
    if (record_has_solution(input->document))
        return;
    bool late =
        is(input, "LifeCycle.Stage", "Committed") || is(input, "LifeCycle.Stage", "Launched");
    if (input->moment == MOMENT_UPDATE && late)
        fail_field(failure, "REQUIRED_FIELD_MISSING", "relatedEntityIdentifiers",
                   "a solution must be associated from the stage Committed on");
    if (input->moment != MOMENT_SUBMIT)
        return;
    /* Accounts without the default solution rehearse with AWS products and a description. */
    bool rehearsal = !strcmp(input->catalog, "Sandbox") &&
                     present(json_find(input->document, "RelatedEntityIdentifiers.AwsProducts")) &&
                     present(json_find(input->document, "Project.OtherSolutionDescription"));
    if (!rehearsal)
        fail_field(failure, "REQUIRED_FIELD_MISSING", "relatedEntityIdentifiers",
                   "associate a solution or a marketplace product before the submission");
}

static void check_submission_stage(const struct rule_input *input, struct failure *failure)
{
    if (input->moment != MOMENT_SUBMIT)
        return;
    bool early = is(input, "LifeCycle.Stage", "Prospect") && !strcmp(input->catalog, "AWS");
    if (early || lost(input))
        fail_field(failure, "INVALID_VALUE", "lifeCycle.stage",
                   "an opportunity is submitted at Qualified or later, and not when it is lost");
}

void rules_check(const struct rule_input *input, struct failure *failure)
{
    static void (*const checks[])(const struct rule_input *, struct failure *) = {
        check_presence, check_dates,    check_customer,
        check_spend,    check_solution, check_submission_stage,
    };
    for (size_t i = 0; i < COUNT(checks); i++)
        checks[i](input, failure);
}

/* ---- Locks. */
enum lock_state { LOCK_DRAFT, LOCK_REVIEW, LOCK_ACTION, LOCK_APPROVED, LOCK_LATE, LOCK_FINAL };

struct lock_check {
    enum lock_state state;
    bool sandbox;
    const char *review; /* the state that the update asks for */
    struct failure *failure;
};

static enum lock_state lock_state(const struct json *document)
{
    const char *status = json_text(json_find(document, "LifeCycle.ReviewStatus"));
    const char *stage = json_text(json_find(document, "LifeCycle.Stage"));
    if (text_equal(status, "Submitted") || text_equal(status, "In review"))
        return LOCK_REVIEW;
    if (text_equal(status, "Action Required"))
        return LOCK_ACTION;
    if (text_equal(status, "Rejected"))
        return LOCK_FINAL;
    if (!text_equal(status, "Approved"))
        return LOCK_DRAFT;
    bool late = text_equal(stage, "Launched") || text_equal(stage, "Closed Lost");
    return late ? LOCK_LATE : LOCK_APPROVED;
}

/* In the catalog Sandbox an update plays the reviewer of a submitted record. */
static bool plays_reviewer(const struct lock_check *check)
{
    return check->sandbox && check->state == LOCK_REVIEW &&
           (text_equal(check->review, "Approved") || text_equal(check->review, "Rejected") ||
            text_equal(check->review, "Action Required"));
}

static void check_lock(void *context, const struct field *field, const char *path)
{
    const struct lock_check *check = context;
    bool allowed = false;
    if (field->flags & FIELD_REVIEW)
        allowed = plays_reviewer(check);
    else if (field->flags & FIELD_KEPT)
        allowed = false;
    else if (check->state == LOCK_DRAFT)
        allowed = strcmp(field->path, "LifeCycle.Stage") != 0;
    else if (check->state == LOCK_APPROVED)
        allowed = !(field->flags & FIELD_FROZEN);
    else if (check->state == LOCK_ACTION)
        allowed = field->flags & FIELD_ACTION;
    else if (check->state == LOCK_LATE)
        allowed = field->flags & FIELD_LATE;
    if (allowed)
        return;
    bool stage = check->state == LOCK_DRAFT && !strcmp(field->path, "LifeCycle.Stage");
    fail_field(check->failure, "ACTION_NOT_PERMITTED", path, "%s",
               stage ? FROZEN_STAGE : "cannot be changed in the present state");
}

void rules_check_locks(const struct opportunity *record, const struct json *after,
                       struct failure *failure)
{
    struct lock_check check = {
        .state = lock_state(record->document),
        .sandbox = !strcmp(record->catalog, "Sandbox"),
        .review = json_text(json_find(after, "LifeCycle.ReviewStatus")),
        .failure = failure,
    };
    bool closed = check.state == LOCK_REVIEW || check.state == LOCK_FINAL;
    if (closed && !plays_reviewer(&check))
        fail_field(failure, "ACTION_NOT_PERMITTED", "lifeCycle.reviewStatus",
                   "an opportunity that is '%s' cannot be updated",
                   record_text(record, "LifeCycle.ReviewStatus"));
    else
        fields_compare(failure->arena, record->document, after, check_lock, &check);
}

void rules_normalise(struct arena *arena, struct json *document)
{
    struct json *spend = json_find(document, SPEND);
    bool contract = json_find(document, "Project.ExpectedContractDuration") != NULL;
    for (size_t i = 0; !contract && spend && i < spend->count; i++)
        json_set_text(arena, spend->items[i], "TargetCompany", "AWS");

    struct json *account = json_find(document, "Customer.Account");
    if (!text_equal(json_get_text(document, "NationalSecurity"), "Yes") || !account)
        return;
    json_set_text(arena, account, "CompanyName", "");
    json_remove(account, "WebsiteUrl");
    struct json *address = json_get(account, "Address");
    if (!address) {
        address = json_object(arena);
        json_set(arena, account, "Address", address);
    }
    json_remove(address, "PostalCode");
    json_remove(address, "StateOrRegion");
    json_set_text(arena, address, "CountryCode", "US");
}
