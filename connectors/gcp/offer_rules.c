/* What Google requires of a private offer and what its publication locks
 * (commerceproducer/v1beta/private_offer.proto): held against every write before anything is sent.
 * A draft may lack nearly anything; what it lacks is said when it is to be published. */
#include "connectors/gcp/offers.h"
#include "connectors/rule_rows.h"

#define FLAT      WHEN("pricing", "fixed", "fixed_usage")
#define COMMITTED WHEN("pricing", "commitment", "commitment_usage")
#define PAID      WHEN("pricing", "fixed", "fixed_usage", "commitment", "commitment_usage")
#define USAGE     WHEN("pricing", "usage")
#define STANDARD  WHEN("schedule", "")

#define NEEDED(at_, name)                                                                          \
    {                                                                                              \
        ROW(RULE_REQUIRED, "OFR-001", at_, name)                                                   \
    }
#define NEEDED_BY(at_, name, ...)                                                                  \
    {                                                                                              \
        ROW(RULE_REQUIRED, "OFR-002", at_, name), .when = { __VA_ARGS__ }                          \
    }
#define NOT_WITH(name, why, ...)                                                                   \
    {                                                                                              \
        ROW(RULE_FORBIDDEN, "OFR-003", MADE, name), .remedy = why, .when = { __VA_ARGS__ }         \
    }
#define FORMAT(name, pattern, remedy_)                                                             \
    {                                                                                              \
        ROW(RULE_PATTERN, "OFR-004", ALWAYS, name), .words = WORDS(pattern), .remedy = remedy_     \
    }
#define FORMAT_IF(name, pattern, remedy_, ...)                                                     \
    {                                                                                              \
        ROW(RULE_PATTERN, "OFR-004", ALWAYS, name), .words = WORDS(pattern), .remedy = remedy_,    \
                                                    .when = {                                      \
                                                        __VA_ARGS__                                \
                                                    }                                              \
    }
#define AT_MOST(name, most)                                                                        \
    {                                                                                              \
        ROW(RULE_COUNT, "OFR-006", ALWAYS, name), .words = WORDS("1", most)                        \
    }

#define ID      "^[^][/?#%\\[:space:]]+$"
#define DAY     "(start|[0-9]{4}-[0-9]{2}-[0-9]{2})"
#define CENTS   "([.][0-9]{1,2})?"
#define AMOUNT  "(1000000000|[0-9]{1,9}" CENTS ")" /* up to 1,000,000,000 */
#define CREDIT  "(1000000|[0-9]{1,6}" CENTS ")"
#define PERCENT "(100|[0-9]{1,2}" CENTS ")"
#define SKU     "([^=/]+|services/[^=/]+/skus/[^=/]+|projects/[^=]+)"

#define IN_DOLLARS "amounts are in US dollars, to the cent, up to 1000000000"

/* Only the last day moves once the offer is out; one that is over takes the offer back. */
static const char *const released[] = {"expires", NULL};

const struct rule gcp_offer_rules[] = {
    /* Needed. */
    NEEDED(MADE, "title"),
    NEEDED(MADE, "product"),
    NEEDED(MADE, "plan"),
    NEEDED(MADE, "pricing"),
    /* What the draft has is not read again: only its making tells. */
    {ROW(RULE_REQUIRED, "OFR-001", AT_CREATE, "eula"), .when = {WHEN("documents", "")},
     .remedy = "write standard, or the name of a PDF file; or name a statement of work in "
               "documents"},
    NEEDED(AT_SUBMIT, "deal_type"),
    NEEDED(AT_SUBMIT, "company"),
    NEEDED(AT_SUBMIT, "buyer_contact"),
    NEEDED(AT_SUBMIT, "buyer_accounts"),
    NEEDED(AT_SUBMIT, "prepared_by"),
    NEEDED(AT_SUBMIT, "prepared_by_name"),
    NEEDED(AT_SUBMIT, "expires"),
    NEEDED_BY(AT_SUBMIT, "duration", WHEN("end_date", "")),
    NEEDED_BY(AT_SUBMIT, "payment_period", PAID, STANDARD),
    NEEDED_BY(AT_SUBMIT, "prices", PAID, STANDARD),
    NEEDED_BY(AT_SUBMIT, "discounts", WHEN("pricing", "commitment")),
    NEEDED_BY(AT_SUBMIT, "additional_skus", WHEN("additional_value", "!")),
    NEEDED_BY(AT_SUBMIT, "additional_value", WHEN("additional_skus", "!")),
    {ROW(RULE_WORDS, "OFR-003", AT_CREATE, "form"), .words = WORDS("private", "replacement"),
     .remedy = "a reseller makes its offer itself, from a plan that is made in the Producer "
               "Portal"},

    /* What does not go together. */
    NOT_WITH("replaces", "set the form to replacement, or empty it",
             WHEN("form", "!replacement", "!channel")),
    NOT_WITH("end_date", "the contract has a length or a last day", WHEN("duration", "!")),
    NOT_WITH("end_date", "without instalments of its own an offer has a length: set duration",
             STANDARD),
    NOT_WITH("prices", "instalments have their own prices", WHEN("schedule", "!")),
    NOT_WITH("prices", "use is paid by the list, less the discounts", USAGE),
    NOT_WITH("schedule", "instalments are of a flat fee or of a commitment", USAGE),
    NOT_WITH("payment_period", "instalments have their own dates", WHEN("schedule", "!")),
    NOT_WITH("payment_period", "use is paid as it comes", USAGE),
    NOT_WITH("proration", "only a monthly price can be prorated", WHEN("payment_period", "!P1M"),
             WHEN("proration", "yes")),
    NOT_WITH("renewals", "only monthly, quarterly and yearly prices renew", WHEN("schedule", "!"),
             WHEN("renewals", "!0")),
    NOT_WITH("renewals", "only monthly, quarterly and yearly prices renew", USAGE,
             WHEN("renewals", "!0")),
    NOT_WITH("credits", "additional credit is for instalments of its own", STANDARD),
    NOT_WITH("credits", "only commitments have credit",
             WHEN("pricing", "!commitment", "!commitment_usage")),
    NOT_WITH("lapses", "credit lapses with instalments of its own", STANDARD),
    NOT_WITH("lapses", "only commitments have credit",
             WHEN("pricing", "!commitment", "!commitment_usage")),
    NOT_WITH("discounts", "a flat fee without usage has no discounts", WHEN("pricing", "fixed")),

    /* Who and what for. */
    {ROW(RULE_PATTERN, "OFR-005", ALWAYS, "buyer_accounts"),
     .words = WORDS("^[0-9A-F]{6}-[0-9A-F]{6}-[0-9A-F]{6}$"),
     .remedy = "a billing account looks like 012345-6789AB-CDEF01, without billingAccounts/"},
    AT_MOST("buyer_accounts", "1"),
    AT_MOST("documents", "1"),
    AT_MOST("prices", "1"),
    FORMAT("product", ID, "a product is named by its service: db.endpoints.project.cloud.goog"),
    FORMAT("plan", ID, "a plan is named by the id of its standard offer"),
    FORMAT("replaces", "^[^/?#%[:space:]]+(/[^/?#%[:space:]]+)?$",
           "a private offer is named by its id, a standard offer as <service>/<id>"),
    FORMAT("eula", "^[A-Za-z0-9][A-Za-z0-9._-]*$",
           "write standard, or name a PDF file in the folder that documents of the cloud tells"),
    FORMAT("documents", "^[A-Za-z0-9][A-Za-z0-9._-]*$",
           "name a PDF file in the folder that documents of the cloud tells"),
    FORMAT("features", "^[^:]{1,128}(:[^ ].*|: .{1,3000})?$",
           "write name: value, the name in 128 characters and the value in 3000"),
    FORMAT("additional_skus", "^" SKU "$", "a SKU is named by its id"),

    /* Prices. */
    {ROW(RULE_PATTERN, "OFR-009", ALWAYS, "additional_value"), .words = WORDS("^" AMOUNT " USD$"),
     .remedy = IN_DOLLARS},
    FORMAT_IF("prices", "^" GCP_OFFER_FLAT "=" AMOUNT "$", "write flat_fee=48000; " IN_DOLLARS,
              FLAT),
    FORMAT_IF("prices", "^" GCP_OFFER_COMMITMENT "=" AMOUNT "$",
              "write commitment=100000; " IN_DOLLARS, COMMITTED),
    FORMAT("schedule", "^" DAY "=" AMOUNT "$", "write 2027-01-15=6000.50; " IN_DOLLARS),
    FORMAT("credits", "^" DAY "=" CREDIT "$",
           "write 2027-01-15=500, in US dollars, to the cent, up to 1000000"),
    FORMAT("lapses", "^" DAY "$", "name the date of an instalment"),
    FORMAT_IF("discounts", "^(" DAY "/)?" GCP_OFFER_COMMITMENT "=" PERCENT "$",
              "write commitment=10, in percent from 0 to 100 with two decimals at most",
              WHEN("pricing", "commitment")),
    FORMAT_IF("discounts", "^(" DAY "/)?" SKU "=" PERCENT "$",
              "write all=12.5 or <SKU>=10, in percent from 0 to 100 with two decimals at most",
              WHEN("pricing", "usage", "fixed_usage", "commitment_usage")),
    {ROW(RULE_UNLIKE, "OFR-003", ALWAYS, "discounts"),
     .words = WORDS("^(" DAY "/)?" GCP_OFFER_COMMITMENT "="),
     .when = {WHEN("pricing", "!commitment")},
     .remedy = "what is committed to or all usage is discounted, not both"},

    /* Lengths. */
    FORMAT("duration", "^P[1-9][0-9]{0,2}M$", "write the length in months: P12M"),
    FORMAT("payment_period", "^P(1M|3M|1Y)$", "it is paid each P1M, P3M or P1Y"),
    FORMAT("renewals", "^[0-9]{1,3}$", "write how often it may renew"),
    {ROW(RULE_REPEATED, "OFR-007", ALWAYS, "duration"), .words = WORDS("renewals", "84"),
     .remedy = "a contract lasts 7 years at most, renewals included"},
    {ROW(RULE_MONTHS, "OFR-007", ALWAYS, "end_date"), .words = WORDS("start_date", "84", "1"),
     .remedy = "a contract lasts 7 years at most"},

    /* Days, which end at midnight in Los Angeles. */
    {ROW(RULE_FUTURE, "OFR-008", MADE, "expires")},
    {ROW(RULE_MONTHS, "OFR-007", AT_SUBMIT, "expires"), .words = WORDS("", "3", "1"),
     .remedy = "an offer can be accepted for 3 months at most"},
    {ROW(RULE_MONTHS, "OFR-007", AT_UPDATE, "expires"), .words = WORDS("released", "3", "1"),
     .when = {WHEN("state", "open")},
     .remedy = "an offer can be accepted for 3 months at most, from its publication on"},
    {ROW(RULE_LATER, "OFR-011", AT_UPDATE, "expires"),
     .when = {WHEN("state", "open", "publishing")},
     .remedy = "an open offer can only be accepted longer; to end it earlier take it back"},
    {ROW(RULE_FUTURE, "OFR-007", AT_SUBMIT, "start_date"),
     .remedy = "empty it, and the contract starts when it is accepted"},
    {ROW(RULE_MONTHS, "OFR-007", AT_SUBMIT, "start_date"), .words = WORDS("", "12", "0"),
     .remedy = "a contract starts within a year"},
    {ROW(RULE_AFTER, "OFR-007", ALWAYS, "start_date"), .words = WORDS("expires"),
     .remedy = "a contract cannot start while its offer can still be accepted"},
    {ROW(RULE_FUTURE, "OFR-007", AT_SUBMIT, "end_date")},
    {ROW(RULE_AFTER, "OFR-007", ALWAYS, "end_date"), .words = WORDS("start_date")},
    {ROW(RULE_NOT_BEFORE, "OFR-007", ALWAYS, "end_date"), .words = WORDS("expires")},
    {ROW(RULE_UPTO, "OFR-010", ALWAYS, "schedule"), .words = WORDS("expires", "0")},

    /* Locked. */
    {ROW(RULE_LOCKED, "OFR-011", AT_UPDATE, "*"), .when = {WHEN("state", "open", "publishing")},
     .except = released},
    {ROW(RULE_LOCKED, "OFR-011", AT_UPDATE, "*"), .when = {WHEN("state", "expired", "cancelled")}},
    {ROW(RULE_LOCKED, "OFR-012", AT_UPDATE, "*"), .when = {WHEN("state", "accepted", "ended")}},
};
