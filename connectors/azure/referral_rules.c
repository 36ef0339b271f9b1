/* What Partner Center requires of a referral, and what it locks, by state: held against every write
 * before it is sent. Sources: the pages on managing co-sell opportunities, on registering deals,
 * and the guides of Microsoft's own connectors. */
#include "connectors/azure/referrals.h"
#include "connectors/rule_rows.h"

#define NEEDED(name)                                                                               \
    {                                                                                              \
        ROW(RULE_REQUIRED, "REF-001", ALWAYS, name)                                                \
    }
/* To ask Microsoft's sellers for help; to let them see the deal takes no more than it has. */
#define NEEDED_TO_SHARE(name)                                                                      \
    {                                                                                              \
        ROW(RULE_REQUIRED, "REF-002", AT_SUBMIT, name), .when = {                                  \
            WHEN("involvement", "!visibility_only")                                                \
        }                                                                                          \
    }
/* The same of an invitation to other partners, where Microsoft is not asked. */
#define NEEDED_TO_INVITE(name)                                                                     \
    {                                                                                              \
        ROW(RULE_REQUIRED, "REF-002", AT_SUBMIT, name), .when = {                                  \
            WHEN("involvement", "visibility_only"),                                                \
            WHEN("partners", "!")                                                                  \
        }                                                                                          \
    }
#define NEEDED_TO_REGISTER(name)                                                                   \
    {                                                                                              \
        ROW(RULE_REQUIRED, "REF-025", AT_REGISTER, name)                                           \
    }
#define FORMAT(at, name, pattern, remedy_)                                                         \
    {                                                                                              \
        ROW(RULE_PATTERN, "REF-009", at, name), .words = WORDS(pattern), .remedy = remedy_         \
    }
#define LOCKED(code_, name, ...)                                                                   \
    {                                                                                              \
        ROW(RULE_LOCKED, code_, AT_UPDATE, name), .when = { __VA_ARGS__ }                          \
    }
/* A registration's contract goes with it as a whole; afterwards it can be corrected when that is
 * asked for. */
#define CONTRACT(name)                                                                             \
    LOCKED("REF-026", name, WHEN("registration", "", "due")),                                      \
        LOCKED("REF-012", name, WHEN("registration", "!", "!due", "!action_required"))
#define REVENUE                                                                                    \
    "revenue_value", "revenue_start", "revenue_end", "signed", "revenue_model", "deployment"

/* 25 000 dollars; what another currency is worth Microsoft alone decides, by its monthly rates. */
#define CENTS     "(\\.[0-9]+)?"
#define ELSEWHERE "[0-9.]+ ([A-TV-Z][A-Z][A-Z]|U[A-RT-Z][A-Z]|US[A-CE-Z])"
#define LEAST     "^((2[5-9][0-9]{3}|[3-9][0-9]{4}|[1-9][0-9]{5,})" CENTS " USD|" ELSEWHERE ")$"
/* More than that in each of six years: so long a contract without an end is spread. */
#define PERPETUAL                                                                                  \
    "^((150000\\.0*[1-9][0-9]*|15000[1-9]|1500[1-9][0-9]|150[1-9][0-9]{2}|15[1-9][0-9]{3}|"        \
    "1[6-9][0-9]{4}|[2-9][0-9]{5}|[1-9][0-9]{6,})" CENTS " USD|" ELSEWHERE ")$"
#define EMAIL "^[^@ ]+@[^@ ]+\\.[^@ ]+$"

const struct rule azure_referral_rules[] = {
    NEEDED("title"),
    NEEDED("company"),
    NEEDED("country"),
    FORMAT(ALWAYS, "country", "^[A-Za-z]{2}$", "a country has two letters"),
    FORMAT(ALWAYS, "contact_email", EMAIL, "write an address as in ann@example.com"),
    FORMAT(ALWAYS, "owner_email", EMAIL, "write an address as in ann@example.com"),
    FORMAT(ALWAYS, "duns", "^[0-9]{9}$", "a D-U-N-S number has nine digits"),
    FORMAT(ALWAYS, "solutions", "^[^ ]+$", "a solution's identifier looks like SOL-12345-ABC"),
    {ROW(RULE_COUNT, "REF-023", ALWAYS, "needs"), .words = WORDS("1", "1"),
     .remedy = "Microsoft takes one kind of help for a deal"},
    {ROW(RULE_UNLIKE, "REF-009", ALWAYS, "contract_value"), .words = WORDS("^0*(\\.0*)? "),
     .remedy = "a deal of value 0 is not taken: leave the field empty until it has one"},
    {ROW(RULE_KEPT, "REF-009", AT_UPDATE, "contract_value"),
     .remedy = "a value that was said can be changed, not taken back"},
    {ROW(RULE_KEPT, "REF-001", AT_UPDATE, "owner_email"),
     .remedy = "name the team member who takes over"},

    /* What is created is open; it is won or lost later. */
    {ROW(RULE_WORDS, "REF-016", AT_CREATE | AT_SUBMIT, "stage"),
     .words =
         WORDS("prospect", "qualified", "technical_validation", "business_validation", "committed"),
     .remedy = "a deal that is over is neither created nor handed over"},

    {ROW(RULE_FORBIDDEN, "REF-010", AT_UPDATE, "lost_reason"),
     .when = {WHEN("stage", "!" STAGE_LOST)}},

    /* Asking Microsoft's sellers. */
    NEEDED_TO_SHARE("contact_first_name"),
    NEEDED_TO_SHARE("contact_last_name"),
    NEEDED_TO_SHARE("contact_email"),
    NEEDED_TO_SHARE("owner_email"),
    NEEDED_TO_SHARE("owner_last_name"),
    NEEDED_TO_SHARE("needs"),
    {ROW(RULE_REQUIRED, "REF-014", AT_SUBMIT, "solutions"),
     .when = {WHEN("involvement", "!visibility_only")},
     .remedy = "name a solution that is ready for co-sell, as in SOL-12345-ABC"},
    {ROW(RULE_PATTERN, "REF-014", AT_SUBMIT, "solutions"), .words = WORDS("^SOL-"),
     .when = {WHEN("involvement", "!visibility_only")},
     .remedy = "name a solution that is ready for co-sell, as in SOL-12345-ABC"},
    NEEDED_TO_INVITE("contact_first_name"),
    NEEDED_TO_INVITE("contact_last_name"),
    NEEDED_TO_INVITE("contact_email"),
    NEEDED_TO_INVITE("owner_email"),
    NEEDED_TO_INVITE("owner_last_name"),
    {ROW(RULE_REQUIRED, "REF-014", AT_SUBMIT, "solutions"),
     .when = {WHEN("involvement", "visibility_only"), WHEN("partners", "!")},
     .remedy = "name a solution that is ready for co-sell, as in SOL-12345-ABC"},

    /* Inviting other partners. */
    FORMAT(AT_UPDATE | AT_SUBMIT, "partners", "^[^ ]+$",
           "a partner is named by the identifier of its business profile's location"),
    {ROW(RULE_UNLIKE, "REF-009", AT_UPDATE | AT_SUBMIT, "partners"),
     .words = WORDS("^[Mm][Ss][Ff][Tt]$"),
     .remedy = "Microsoft is asked in by involvement co_sell, not as a partner"},
    {ROW(RULE_GROWS, "REF-028", AT_UPDATE | AT_SUBMIT, "partners")},
    {ROW(RULE_LOCKED, "REF-022", AT_SUBMIT, "partners"), .when = {WHEN("status", "invited")}},

    /* Locked. What is closed stays as it is, but for the contract that it is registered with. */
    LOCKED("REF-022", "*", WHEN("status", "invited")),
    LOCKED("REF-012", "*", WHEN("status", "declined", "expired")),
    {ROW(RULE_LOCKED, "REF-012", AT_UPDATE, "*"), .when = {WHEN("stage", STAGE_WON, STAGE_LOST)},
     .except = WORDS(REVENUE)},
    CONTRACT("revenue_value"),
    CONTRACT("revenue_start"),
    CONTRACT("revenue_end"),
    CONTRACT("signed"),
    CONTRACT("revenue_model"),
    CONTRACT("deployment"),
    /* Microsoft registers no deal that was won within 72 hours of its creation. */
    {ROW(RULE_AGED, "REF-027", AT_UPDATE, FIELD_STAGE), .words = WORDS("created", "72"),
     .when = {WHEN("stage", STAGE_WON), WHEN("registration", ""),
              WHEN("status", "submitted", "in_review", "approved")}},

    /* Registering. */
    NEEDED_TO_REGISTER("revenue_value"),
    NEEDED_TO_REGISTER("revenue_start"),
    NEEDED_TO_REGISTER("signed"),
    NEEDED_TO_REGISTER("solutions"),
    NEEDED_TO_REGISTER("revenue_model"),
    NEEDED_TO_REGISTER("deployment"),
    {ROW(RULE_PATTERN, "REF-025", AT_REGISTER, "revenue_value"), .words = WORDS(LEAST),
     .remedy = "contracts from 25 000 USD on are registered"},
    {ROW(RULE_PATTERN, "REF-025", AT_REGISTER, "revenue_value"), .words = WORDS(PERPETUAL),
     .when = {WHEN("revenue_end", "")},
     .remedy = "a contract without end counts as six years, of more than 25 000 USD each"},
    {ROW(RULE_PATTERN, "REF-025", AT_REGISTER, "solutions"), .words = WORDS("^SOL-"),
     .remedy = "name a solution that is eligible for Azure IP co-sell, as in SOL-12345-ABC"},
    {ROW(RULE_WITHIN, "REF-025", AT_REGISTER, "signed"), .words = WORDS("0"),
     .remedy = "a contract is registered once it is signed"},
    {ROW(RULE_RECENT, "REF-025", AT_REGISTER, "signed"), .words = WORDS("60"),
     .remedy = "a contract is registered within 60 days of its signing"},
    {ROW(RULE_NOT_BEFORE, "REF-025", AT_REGISTER, "signed"), .words = WORDS("created"),
     .remedy = "a contract that is older than the deal cannot be registered"},
    {ROW(RULE_RECENT, "REF-025", AT_REGISTER, "revenue_start"), .words = WORDS("90"),
     .remedy = "a contract began at most 90 days ago"},
    {ROW(RULE_NOT_BEFORE, "REF-025", AT_REGISTER, "revenue_end"), .words = WORDS("revenue_start"),
     .remedy = "a contract ends after it begins"},
    {ROW(RULE_WORDS, "REF-025", AT_REGISTER, "revenue_model"),
     .words = WORDS("PayAsYouGo", "Other"), .remedy = "the pricing model is PayAsYouGo or Other"},
    {ROW(RULE_WORDS, "REF-025", AT_REGISTER, "deployment"), .words = WORDS("Customer", "Partner"),
     .remedy = "the solution runs in an account of Customer or Partner"},
};

/* A deal that Microsoft sees can still be handed to its sellers while it is open. One that they are
 * only to see stays as it is, and so does one with other partners of which nothing is said: those
 * make it a shared deal, which reads as not handed over. */
const struct due_case azure_referral_due_cases[] = {
    {.action = ACTION_SUBMIT,
     .due = false,
     .when = {WHEN("cloud_involvement", "visibility_only")},
     .wanted = {WHEN("involvement", "visibility_only")}},
    {.action = ACTION_SUBMIT,
     .due = false,
     .when = {WHEN("cloud_involvement", "visibility_only"), WHEN("partners", "!")},
     .wanted = {WHEN("involvement", "!co_sell")}},
    {.action = ACTION_SUBMIT,
     .due = true,
     .when = {WHEN("status", "submitted"), WHEN("cloud_involvement", "visibility_only"),
              WHEN("stage", "!" STAGE_WON, "!" STAGE_LOST), WHEN("closed", "")},
     .wanted = {WHEN("involvement", "co_sell")}},
};

/* Whoever does not answer within 14 days has the service answer: Closed, Expired. */
const struct deadline azure_referral_deadlines[] = {
    {"expires", "status", WORDS("invited"), 14, "REF-020", "the referral expires"},
};

const struct refusal azure_referral_refusals[] = {
    {"invalidStatusTransition", "REF-012"},
    {"sign-in-lost", "RUN-009"},
};
