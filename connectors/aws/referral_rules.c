/* What AWS requires of an opportunity, and what it locks, by state: held against every write before
 * it is sent. A field that AWS refuses takes the whole update down with it, so one row here saves
 * the others. */
#include "connectors/aws/referrals.h"
#include "connectors/rule_rows.h"

/* For national security AWS itself blanks company, website, state and postal code. */
#define UNLESS_SECRET WHEN("national_security", "!yes")

#define NEEDED(name)                                                                               \
    {                                                                                              \
        ROW(RULE_REQUIRED, "REF-001", ALWAYS, name)                                                \
    }
#define NEEDED_IF(name, ...)                                                                       \
    {                                                                                              \
        ROW(RULE_REQUIRED, "REF-001", ALWAYS, name), .when = { __VA_ARGS__ }                       \
    }
#define NEEDED_TO_SUBMIT(name)                                                                     \
    {                                                                                              \
        ROW(RULE_REQUIRED, "REF-002", AT_SUBMIT, name)                                             \
    }
#define NEEDED_TO_SUBMIT_IF(name, ...)                                                             \
    {                                                                                              \
        ROW(RULE_REQUIRED, "REF-002", AT_SUBMIT, name), .when = { __VA_ARGS__ }                    \
    }
#define NEEDED_BY(name, ...)                                                                       \
    {                                                                                              \
        ROW(RULE_REQUIRED, "REF-015", ALWAYS, name), .when = { __VA_ARGS__ }                       \
    }
#define NOT_WITH(name, ...)                                                                        \
    {                                                                                              \
        ROW(RULE_FORBIDDEN, "REF-016", ALWAYS, name), .when = { __VA_ARGS__ }                      \
    }
#define FORMAT(name, pattern, remedy_)                                                             \
    {                                                                                              \
        ROW(RULE_PATTERN, "REF-009", ALWAYS, name), .words = WORDS(pattern), .remedy = remedy_     \
    }
#define AT_MOST(name, number, remedy_)                                                             \
    {                                                                                              \
        ROW(RULE_COUNT, "REF-023", ALWAYS, name), .words = WORDS("1", number), .remedy = remedy_   \
    }
#define LOCKED(code_, name, ...)                                                                   \
    {                                                                                              \
        ROW(RULE_LOCKED, code_, AT_UPDATE, name), .when = { __VA_ARGS__ }                          \
    }
#define LOCKED_APPROVED(name) LOCKED("REF-003", name, WHEN("status", "approved"))

/* Of these AWS knows no postal codes; AN is retired and still met. */
static const char *const with_postal_code[] = {
    "!AE", "!AG", "!AN", "!AO", "!AW", "!BF", "!BI", "!BJ", "!BO", "!BQ", "!BS", "!BW",
    "!BZ", "!CF", "!CG", "!CI", "!CK", "!CM", "!CW", "!DJ", "!DM", "!ER", "!FJ", "!GD",
    "!GH", "!GM", "!GQ", "!GY", "!HK", "!HM", "!KI", "!KM", "!KN", "!LY", "!ML", "!MO",
    "!MR", "!MW", "!NR", "!NU", "!QA", "!RW", "!SB", "!SC", "!SH", "!SL", "!SR", "!ST",
    "!SY", "!TF", "!TG", "!TK", "!TL", "!TO", "!TV", "!UG", "!VU", "!YE", "!ZW", NULL,
};

/* The picklist's own spelling, "Dist. of Columbia" included. */
static const char *const us_states[] = {
    "Alabama",
    "Alaska",
    "American Samoa",
    "Arizona",
    "Arkansas",
    "California",
    "Colorado",
    "Connecticut",
    "Delaware",
    "Dist. of Columbia",
    "Federated States of Micronesia",
    "Florida",
    "Georgia",
    "Guam",
    "Hawaii",
    "Idaho",
    "Illinois",
    "Indiana",
    "Iowa",
    "Kansas",
    "Kentucky",
    "Louisiana",
    "Maine",
    "Marshall Islands",
    "Maryland",
    "Massachusetts",
    "Michigan",
    "Minnesota",
    "Mississippi",
    "Missouri",
    "Montana",
    "Nebraska",
    "Nevada",
    "New Hampshire",
    "New Jersey",
    "New Mexico",
    "New York",
    "North Carolina",
    "North Dakota",
    "Northern Mariana Islands",
    "Ohio",
    "Oklahoma",
    "Oregon",
    "Palau",
    "Pennsylvania",
    "Puerto Rico",
    "Rhode Island",
    "South Carolina",
    "South Dakota",
    "Tennessee",
    "Texas",
    "Utah",
    "Vermont",
    "Virginia",
    "Virgin Islands",
    "Washington",
    "West Virginia",
    "Wisconsin",
    "Wyoming",
    "APO/AE",
    "AFO/FPO",
    "FPO, AP",
    NULL,
};

/* Ties and owner go by calls of their own. */
#define BY_OWN_CALL                                                                                \
    "solutions", "offers", "offer_sets", "owner_email", "owner_first_name", "owner_last_name",     \
        "owner_title", "owner_phone"

/* What may still change when reviewers ask for an action. */
static const char *const correctable[] = {
    "city",       "country", "postal_code",       "state",     "street", "website", "spend",
    "close_date", "problem", "partner_reference", BY_OWN_CALL, NULL,
};

/* After the end nearly everything is locked. */
static const char *const afterwards[] = {
    "delivery_models", "comments",    "revenue_model", "revenue_value",
    "revenue_start",   "revenue_end", BY_OWN_CALL,     NULL,
};

#define AMOUNT "(0|[1-9][0-9]{0,30})(\\.[0-9]{1,2})?"
#define ATOM   "[a-z0-9!#$%&'*+/=?^_`{|}~-]+"
#define LABEL  "[a-z0-9]([a-z0-9-]*[a-z0-9])?"
#define PHONE  "^[+][1-9][0-9]{1,14}$"
#define EMAIL  "^" ATOM "(\\." ATOM ")*@(" LABEL "\\.)+" LABEL "$"

const struct rule aws_referral_rules[] = {
    /* Needed always. */
    NEEDED("title"),
    NEEDED_IF("company", UNLESS_SECRET),
    NEEDED("industry"),
    NEEDED("country"),
    NEEDED_IF("website", UNLESS_SECRET),
    {ROW(RULE_REQUIRED, "REF-001", ALWAYS, "postal_code"),
     .when = {{"country", with_postal_code}, WHEN("country", ANY), UNLESS_SECRET}},
    NEEDED_IF("state", WHEN("country", "US"), UNLESS_SECRET),
    NEEDED("problem"),
    NEEDED("use_case"),
    NEEDED("delivery_models"),
    NEEDED("spend"),
    NEEDED("close_date"),

    /* Needed to submit. */
    NEEDED_TO_SUBMIT_IF("needs", WHEN("involvement", "!visibility_only")),
    NEEDED_TO_SUBMIT("sales_activities"),
    NEEDED_TO_SUBMIT("marketing_source"),
    {ROW(RULE_REQUIRED, "REF-014", AT_SUBMIT, "solutions")},
    {ROW(RULE_WORDS, "REF-016", AT_SUBMIT, "stage"),
     .words = WORDS("qualified", "technical_validation", "business_validation", "committed"),
     .remedy = "set the stage to qualified or later before the referral is created: it is frozen "
               "until the review ends"},

    /* Needed because of another value. */
    NEEDED_BY("other_industry", WHEN("industry", "Other")),
    NEEDED_BY("other_competitors", WHEN("competitor", "*Other")),
    NEEDED_BY("related", WHEN("opportunity_type", "renewal")),
    NEEDED_BY("lost_reason", WHEN("stage", STAGE_LOST)),
    NEEDED_BY("contract_months", WHEN("contract_value", ANY)),
    {ROW(RULE_REQUIRED, "REF-015", AT_SUBMIT, "marketing_funded"),
     .when = {WHEN("marketing_source", "Marketing Activity")}},
    {ROW(RULE_REQUIRED, "REF-014", AT_UPDATE, "solutions"),
     .when = {WHEN("stage", "committed", STAGE_WON)},
     .remedy =
         "from committed on a described solution is not enough: name a solution's identifier"},
    {ROW(RULE_KEPT, "REF-014", AT_UPDATE, "solutions"),
     .when = {WHEN("status", "action_required", "approved"),
              WHEN("stage", "!committed", "!" STAGE_WON)},
     .remedy = "name the solution that comes in its place"},

    /* Not allowed because of another value. */
    NOT_WITH("other_competitors", WHEN("competitor", "!*Other")),
    NOT_WITH("offer_sets", WHEN("offers", ANY)),
    {ROW(RULE_FORBIDDEN, "REF-010", ALWAYS, "lost_reason"),
     .when = {WHEN("stage", "!" STAGE_LOST)}},
    NOT_WITH("marketing_campaign", WHEN("marketing_source", "None")),
    NOT_WITH("marketing_channels", WHEN("marketing_source", "None")),
    NOT_WITH("marketing_use_cases", WHEN("marketing_source", "None")),
    NOT_WITH("marketing_campaign", WHEN("marketing_funded", "no"),
             WHEN("marketing_source", "!None")),
    NOT_WITH("marketing_channels", WHEN("marketing_funded", "no"),
             WHEN("marketing_source", "!None")),
    NOT_WITH("marketing_use_cases", WHEN("marketing_funded", "no"),
             WHEN("marketing_source", "!None")),
    {ROW(RULE_WORDS, "REF-016", ALWAYS, "national_security"), .words = WORDS("no"),
     .when = {WHEN("industry", "!Government")},
     .remedy = "national security goes with the industry Government only"},
    {ROW(RULE_WORDS, "REF-016", ALWAYS, "industry"), .words = WORDS("Government"),
     .when = {WHEN("national_security", "yes")},
     .remedy = "national security goes with the industry Government only"},

    /* Forms. */
    {ROW(RULE_FUTURE, "REF-005", ALWAYS, "close_date")},
    {ROW(RULE_WORDS, "REF-013", ALWAYS, "state"), .words = us_states,
     .when = {WHEN("country", "US")}},
    {ROW(RULE_FORBIDDEN, "REF-008", ALWAYS, "country"), .when = {WHEN("country", "KP")},
     .remedy = "AWS has no such country"},
    FORMAT("duns", "^[0-9]{9}$", "a D-U-N-S number has nine digits"),
    /* An alias may stand there, too; digits alone are an account, and zeros get lost in front. */
    FORMAT("cloud_account", "^([0-9]{12}|[0-9]{0,11}[A-Za-z_][A-Za-z0-9_]{0,11})$",
           "an AWS account has twelve digits, leading zeros included"),
    FORMAT("contact_email", EMAIL, "AWS takes plain ASCII addresses, as in ann@example.com"),
    FORMAT("owner_email", EMAIL, "AWS takes plain ASCII addresses, as in ann@example.com"),
    FORMAT("contact_phone", PHONE, "write the number as in +12065550100"),
    FORMAT("owner_phone", PHONE, "write the number as in +12065550100"),
    FORMAT("related", "^O[0-9]{1,19}$", "an opportunity's identifier looks like O1234567"),
    FORMAT("solutions", "^(S-[0-9]+|arn:.+)$",
           "a solution's identifier looks like S-0012345, a marketplace solution's is its ARN"),
    FORMAT("offers", "^offer-[A-Za-z0-9]+$", "an offer's identifier looks like offer-abc123"),
    FORMAT("offer_sets", "^offerset-[A-Za-z0-9]+$",
           "an offer set's identifier looks like offerset-abc123"),
    AT_MOST("solutions", "10", NULL),
    AT_MOST("offers", "1", "tie several offers together as an offer set"),
    AT_MOST("offer_sets", "1", NULL),
    FORMAT("contract_months", "^([1-9]|[1-9][0-9]|1[0-3][0-9]|14[0-4])$",
           "a contract lasts 1 to 144 months"),
    FORMAT("spend", "^" AMOUNT " (USD|EUR)$", "AWS takes USD and EUR, with two decimals at most"),
    FORMAT("contract_value", "^" AMOUNT " (USD|EUR)$",
           "AWS takes USD and EUR, with two decimals at most"),
    FORMAT("revenue_value", "^" AMOUNT " [A-Z]{3}$", "AWS takes two decimals at most"),

    /* An invitation is answered, not edited; its opportunity is another record. */
    LOCKED("REF-022", "*", WHEN("status", "invited", "accepted", "declined", "expired")),

    /* Locked. In review nothing moves; a draft's stage is set when it is created. */
    LOCKED("REF-004", "*", WHEN("status", "submitted", "in_review")),
    LOCKED("REF-012", "*", WHEN("status", "rejected")),
    {ROW(RULE_LOCKED, "REF-012", AT_UPDATE, "*"),
     .when = {WHEN("stage", STAGE_WON, STAGE_LOST),
              WHEN("status", "!submitted", "!in_review", "!rejected")},
     .except = afterwards},
    LOCKED("REF-011", FIELD_STAGE, WHEN("status", "draft")),
    {ROW(RULE_LOCKED, "REF-003", AT_UPDATE, "*"), .when = {WHEN("status", "action_required")},
     .except = correctable},
    LOCKED_APPROVED("partner_reference"),
    LOCKED_APPROVED("title"),
    LOCKED_APPROVED("company"),
    LOCKED_APPROVED("website"),
    LOCKED_APPROVED("industry"),
    LOCKED_APPROVED("other_industry"),
    LOCKED_APPROVED("country"),
    LOCKED_APPROVED("state"),
    LOCKED_APPROVED("postal_code"),
    LOCKED_APPROVED("problem"),
    LOCKED_APPROVED("national_security"),
};

/* Pending invitations end after 15 days, and nobody but AWS can renew them. */
const struct deadline aws_referral_deadlines[] = {
    {"expires", "status", WORDS("invited"), 15, "REF-020", "the invitation expires"},
};
