/* What Google requires of an opportunity, and what it locks, by state: held against every write
 * before it is sent. Sources: the pages of Cloud Channel v1alpha1's opportunities, and the forms of
 * vendors that mirror them. */
#include "base/text.h"
#include "connectors/doubt.h"
#include "connectors/gcp/referral_words.h"
#include "connectors/gcp/referrals.h"
#include "connectors/rule_rows.h"
#include "model/value.h"

/* Already of a draft. */
#define NEEDED(name)                                                                               \
    {ROW(RULE_REQUIRED, "REF-001", MADE, name)},                                                   \
    {                                                                                              \
        ROW(RULE_KEPT, "REF-001", AT_UPDATE, name)                                                 \
    }
#define NEEDED_TO_SUBMIT(name)                                                                     \
    {ROW(RULE_REQUIRED, "REF-002", AT_SUBMIT, name)},                                              \
    {                                                                                              \
        ROW(RULE_KEPT, "REF-002", AT_UPDATE, name), .when = { WHEN("status", "approved") }         \
    }
/* Of deals with a product of the partner's own, which is what a new one is if nothing else is said,
 * and of those that resell Google's. */
#define ISV    WHEN("deal_type", "", GCP_ISV_DEAL)
#define RESALE WHEN("deal_type", "!", "!" GCP_ISV_DEAL)
#define NEEDED_OF(type, name)                                                                      \
    {                                                                                              \
        ROW(RULE_REQUIRED, "REF-002", AT_SUBMIT, name), .when = { type }                           \
    }
#define ISV_ONLY(name)                                                                             \
    {                                                                                              \
        ROW(RULE_FORBIDDEN, "REF-016", AT_CREATE, name), .when = { RESALE }                        \
    }
#define FORMAT(name, pattern, remedy_)                                                             \
    {                                                                                              \
        ROW(RULE_PATTERN, "REF-009", ALWAYS, name), .words = WORDS(pattern), .remedy = remedy_     \
    }
#define ONE(name, remedy_)                                                                         \
    {                                                                                              \
        ROW(RULE_COUNT, "REF-023", ALWAYS, name), .words = WORDS("1", "1"), .remedy = remedy_      \
    }
#define LOCKED(code_, name, ...)                                                                   \
    {                                                                                              \
        ROW(RULE_LOCKED, code_, AT_UPDATE, name), .when = { __VA_ARGS__ }                          \
    }
/* While Google's own stage is one of these, ours does not become an earlier one. */
#define FORWARD(earlier, ...)                                                                      \
    {                                                                                              \
        ROW(RULE_UNLIKE, "REF-033", AT_UPDATE, FIELD_STAGE), .words = WORDS("^" earlier "$"),      \
                                                             .when = {                             \
                                                                 WHEN("cloud_stage", __VA_ARGS__)  \
                                                             }                                     \
    }
#define REQUESTED(end)                                                                             \
    {                                                                                              \
        ROW(RULE_UNLIKE, "REF-030", AT_UPDATE, FIELD_STAGE), .words = WORDS("^" end "$"),          \
                                                             .when = {                             \
                                                                 WHEN("close_requested", end)      \
                                                             }                                     \
    }

#define EMAIL "^[^@ ]+@[^@ ]+\\.[^@ ]+$"
#define LEGAL                                                                                      \
    "Google takes a deal only from a partner who accepts its legal terms for it: once somebody "   \
    "who may has read them, set legal_accepted to yes, by a column or as a constant of the job"
#define CONTACT_WANTED                                                                             \
    "Google accepts such a deal only if its sellers may get in touch with the customer: set "      \
    "contact_wanted to yes if they may"
/* What the older interface takes of an opportunity. */
#define OF_OLDER                                                                                   \
    "partner_reference", "comments", "next_steps", "contract_months", "decision_phase",            \
        "confidential", "close_date", "contract_value"

const struct rule gcp_referral_rules[] = {
    NEEDED("company"),
    NEEDED("website"),
    NEEDED("country"),
    NEEDED("employees"),
    NEEDED("contract_value"),
    NEEDED("contract_months"),
    NEEDED("close_date"),
    {ROW(RULE_REQUIRED, "REF-029", MADE, "legal_accepted"), .remedy = LEGAL},
    {ROW(RULE_WORDS, "REF-029", MADE, "legal_accepted"), .words = WORDS("yes"), .remedy = LEGAL},
    NEEDED_TO_SUBMIT("title"),
    NEEDED_TO_SUBMIT("problem"),
    NEEDED_TO_SUBMIT("industry"),
    NEEDED_TO_SUBMIT("sales_region"),
    NEEDED_TO_SUBMIT("opportunity_type"),
    NEEDED_OF(ISV, "cloud_products"),
    NEEDED_OF(ISV, "needs"),
    NEEDED_OF(ISV, "contract_vehicle"),
    NEEDED_OF(ISV, "delivery_models"),
    {ROW(RULE_REQUIRED, "REF-002", AT_SUBMIT, "contact_wanted"), .when = {ISV},
     .remedy = CONTACT_WANTED},
    {ROW(RULE_WORDS, "REF-002", AT_SUBMIT, "contact_wanted"), .words = WORDS("yes"), .when = {ISV},
     .remedy = CONTACT_WANTED},
    NEEDED_OF(RESALE, "services"),
    NEEDED_OF(RESALE, "budget"),
    {ROW(RULE_REQUIRED, "REF-015", AT_SUBMIT, "public_tender"),
     .when = {WHEN("public_sector", "yes")}},
    {ROW(RULE_WORDS, "REF-015", AT_SUBMIT, "public_tender"), .words = WORDS("yes"),
     .when = {WHEN("public_sector", "yes")},
     .remedy = "what is asked of public tenders is to be attested"},
    ISV_ONLY("comments"),
    ISV_ONLY("next_steps"),
    {ROW(RULE_FORBIDDEN, "REF-016", AT_CREATE, "partners"),
     .when = {WHEN("deal_type", "!TWO_TIER")},
     .remedy = "only a deal of two tiers has a reseller beside the distributor"},

    FORMAT("country", "^[A-Za-z]{2}$", "a country has two letters"),
    FORMAT("website", "^([a-z]+://)?[A-Za-z0-9-]+(\\.[A-Za-z0-9-]+)+/*$",
           "Google takes the domain alone, as in example.com"),
    FORMAT("employees", "^[1-9][0-9]{0,8}$", "a number of people, as in 250"),
    FORMAT("contract_months", "^[1-9][0-9]{0,3}$", "a number of months, as in 12"),
    FORMAT("contract_value", "^[0-9]{1,18}(\\.[0-9]{1,9})? ",
           "an amount of at most nine decimals that is not negative"),
    {ROW(RULE_UNLIKE, "REF-009", ALWAYS, "contract_value"), .words = WORDS("^0*(\\.0*)? "),
     .remedy = "a deal is worth something"},
    FORMAT("contact_email", EMAIL, "write an address as in ann@example.com"),
    FORMAT("contact_phone", "^\\+[1-9][0-9]+$",
           "write a number with its country, as in +12065550100"),
    FORMAT("owner_email", EMAIL, "write an address as in ann@example.com"),
    FORMAT("partner_reference", "^[^][]*(\\[[^][]*\\][^][]*)*$",
           "the key stands in a tag of brackets: it takes only pairs of them"),
    FORMAT("services", "^[A-Z][A-Z0-9_]+$", "write Google's words, as in GCP_COMPUTE"),
    FORMAT("partners", "^partners/[^ /]+$", "a partner is named as in partners/P123"),
    ONE("partners", "Google takes one reseller beside the distributor"),
    ONE("needs", "Google takes one kind of help for a deal"),
    ONE("delivery_models", "Google takes one way of delivery for a deal"),
    {ROW(RULE_FUTURE, "REF-005", MADE, "close_date")},

    /* What is created is open; it is won or lost later. */
    {ROW(RULE_UNLIKE, "REF-016", AT_CREATE, FIELD_STAGE),
     .words = WORDS("^(" STAGE_WON "|" STAGE_LOST ")$"),
     .remedy = "a deal that is over is not created"},

    /* Locked. */
    {ROW(RULE_LOCKED, "REF-036", AT_UPDATE, "*"),
     .when = {WHEN("interface", "older"), WHEN("access", "!limited")}, .except = WORDS(OF_OLDER)},
    LOCKED("REF-032", "*", WHEN("access", "limited")),
    LOCKED("REF-016", "comments", RESALE),
    LOCKED("REF-016", "next_steps", RESALE),
    LOCKED("REF-012", "*", WHEN("stage", STAGE_WON, STAGE_LOST)),
    LOCKED("REF-012", "*", WHEN("status", "closed")),
    LOCKED("REF-004", "*", WHEN("status", "submitted")),
    LOCKED("REF-031", FIELD_STAGE, WHEN("status", "draft", "rejected")),
    LOCKED("REF-003", "deal_type", WHEN("status", "approved")),
    LOCKED("REF-003", "legal_accepted", WHEN("status", "approved")),
    LOCKED("REF-003", "partners", WHEN("status", "approved")),
    {ROW(RULE_KEPT, "REF-003", AT_UPDATE, "legal_accepted")},
    {ROW(RULE_KEPT, "REF-011", AT_UPDATE, FIELD_STAGE)},

    /* Nothing moves a stage backwards by itself, and an end is asked for once. */
    FORWARD("prospect", "REFINE", "TECH_EVAL_SOL_DEV", "PROPOSAL_NEGOTIATION"),
    FORWARD("qualified", "TECH_EVAL_SOL_DEV", "PROPOSAL_NEGOTIATION"),
    FORWARD("technical_validation", "PROPOSAL_NEGOTIATION"),
    REQUESTED(STAGE_WON),
    REQUESTED(STAGE_LOST),
};

/* ------------------------------------------------------------------ what a person should look at
 */

static bool is_open(const struct record *record)
{
    const char *stage = record_get(record, FIELD_STAGE), *status = record_get(record, "status");
    return !text_equal(stage, STAGE_WON) && !text_equal(stage, STAGE_LOST) &&
           !text_equal(status, "closed") && !text_equal(status, "rejected");
}

static const struct field *website(void)
{
    const struct kind *kind = &kinds[KIND_REFERRAL];
    return &kind->fields[kind_field(kind, "website")];
}

/* An open deal of the same customer that Google brought, or one of much the same name. */
static bool may_be_same(const struct record *record, const struct record *peer)
{
    const char *site = record_get(record, "website"), *title = record_get(record, "title");
    const char *other = record_get(peer, "title"), *origin = record_get(peer, "origin");
    if (!site || !value_same(website(), site, record_get(peer, "website")) || !is_open(peer))
        return false;
    bool shared = origin && text_starts(origin, "GOOGLE");
    return shared || (title && other && text_likeness(title, other) >= MATCH_CLOSE);
}

void gcp_referral_doubts(const struct newcomer *newcomer,
                         void (*report)(void *context, const struct finding *finding),
                         void *context)
{
    const struct doubt_report to = {newcomer, report, context};
    for (size_t i = 0; i < newcomer->peer_count; i++) {
        const struct record *peer = newcomer->peers[i];
        CLEANUP_ARENA struct arena *arena = arena_new();
        const char *title = record_get(peer, "title"), *origin = record_get(peer, "origin");
        if (may_be_same(newcomer->record, peer))
            doubt_tell(&to, "REF-034", "website", peer,
                       arena_printf(arena, "%s%s%s is an open deal of the same customer%s%s",
                                    peer->id, title ? ", " : "", title ? title : "",
                                    origin ? ", from " : "", origin ? origin : ""));
    }
}
