/* What AWS requires of a private offer, by form and pricing, and what its release locks: held
 * against every write before anything is sent. A change set that fails takes minutes to say so, and
 * says it in codes. */
#include "connectors/aws/offers.h"
#include "connectors/rule_rows.h"

/* An offer without a form is a private one. */
#define REPLACEMENT   WHEN("form", "replacement")
#define CHANNEL       WHEN("form", "channel")
#define AUTHORIZATION WHEN("form", "resale_authorization")
#define NOT_CHANNEL   WHEN("form", "!channel") /* whose terms are the authorization's */
#define OFFERED       WHEN("form", "!resale_authorization")

#define NEEDED(name)                                                                               \
    {                                                                                              \
        ROW(RULE_REQUIRED, "OFR-001", MADE, name)                                                  \
    }
#define NEEDED_IF(name, ...)                                                                       \
    {                                                                                              \
        ROW(RULE_REQUIRED, "OFR-001", MADE, name), .when = { __VA_ARGS__ }                         \
    }
#define NEEDED_BY(name, ...)                                                                       \
    {                                                                                              \
        ROW(RULE_REQUIRED, "OFR-002", MADE, name), .when = { __VA_ARGS__ }                         \
    }
#define NOT_WITH(name, ...)                                                                        \
    {                                                                                              \
        ROW(RULE_FORBIDDEN, "OFR-003", MADE, name), .when = { __VA_ARGS__ }                        \
    }
#define FORM_OF(name, remedy_, ...)                                                                \
    {                                                                                              \
        ROW(RULE_FORBIDDEN, "OFR-003", MADE, name), .remedy = remedy_, .when = { __VA_ARGS__ }     \
    }
#define FORMAT(name, pattern, remedy_)                                                             \
    {                                                                                              \
        ROW(RULE_PATTERN, "OFR-004", ALWAYS, name), .words = WORDS(pattern), .remedy = remedy_     \
    }
#define ACCOUNT(name)                                                                              \
    {ROW(RULE_PATTERN, "OFR-005", ALWAYS, name), .words = WORDS("^[0-9]{12}$"),                    \
     .remedy = "an AWS account has twelve digits, leading zeros included"},                        \
    {                                                                                              \
        ROW(RULE_UNLIKE, "OFR-005", ALWAYS, name),                                                 \
            .words = WORDS(SAME_DIGITS), .remedy = "this is a placeholder, not an account"         \
    }
#define AT_MOST(name, most)                                                                        \
    {                                                                                              \
        ROW(RULE_COUNT, "OFR-006", ALWAYS, name), .words = WORDS("1", most)                        \
    }
#define OF_TWO(type_, code_, name, ...)                                                            \
    {                                                                                              \
        ROW(type_, code_, ALWAYS, name), .words = WORDS(__VA_ARGS__)                               \
    }

#define SAME_DIGITS     "^(0{12}|1{12}|2{12}|3{12}|4{12}|5{12}|6{12}|7{12}|8{12}|9{12})$"
#define DURATION        "^P([0-9]+Y([0-9]+M)?([0-9]+D)?|[0-9]+M([0-9]+D)?|[0-9]+D)$"
#define FOR_A_DURATION  "^P[0-9][^/]*/"
#define UP_TO(decimals) "(100000000([.]0+)?|[0-9]{1,8}([.][0-9]{1," decimals "})?)"
#define RATE            "^[^=]+=" UP_TO("8") "$"
#define PERCENT         "(0|[1-9][0-9]*)([.][0-9]{0,8}[1-9])?"
/* ASCII, and the signs for copyright, trademarks and currencies. */
#define PLAIN "^([\x01-\x7e]|©|®|™|¢|£|¤|¥)+$"

#define AS_A_DURATION "write it as P12M or P365D"
#define SHORTEST      "write the percentage without zeros at its end, as in 5 or 7.5"

/* After the release the buyer may count on all but the name and the last day. */
static const char *const released[] = {"title", "note", "partner_reference", "expires", NULL};
/* After acceptance only what the buyer does not see. */
static const char *const accepted[] = {"note", "partner_reference", NULL};

const struct rule aws_offer_rules[] = {
    /* Needed. */
    NEEDED("title"),
    NEEDED_IF("product", WHEN("form", "!replacement", "!channel")),
    NEEDED_IF("buyer_accounts", WHEN("form", "!replacement", "!resale_authorization")),
    NEEDED_IF("expires", OFFERED),
    NEEDED_IF("pricing", NOT_CHANNEL),
    /* What the draft has is not read again: only its making tells. */
    {ROW(RULE_REQUIRED, "OFR-001", AT_CREATE, "eula"), .when = {NOT_CHANNEL}},
    NEEDED_BY("replaces", REPLACEMENT),
    NEEDED_BY("end_date", REPLACEMENT),
    NEEDED_BY("resale_authorization", CHANNEL),
    NEEDED_BY("markup", CHANNEL, WHEN("schedule", "")),
    NEEDED_BY("reseller", AUTHORIZATION),

    /* Prices. */
    NEEDED_BY("currency", WHEN("pricing", "fixed", "configurable", "usage"), WHEN("value", "")),
    NEEDED_BY("value", WHEN("pricing", "fixed"), WHEN("schedule", "")),
    NEEDED_BY("grants", WHEN("pricing", "fixed")),
    NEEDED_BY("prices", WHEN("pricing", "configurable")),
    NEEDED_BY("usage_prices", WHEN("pricing", "usage")),
    /* One duration for all prices, or one for each: what is said twice would never be read so. */
    {ROW(RULE_PATTERN, "OFR-002", MADE, "prices"), .words = WORDS(FOR_A_DURATION),
     .when = {WHEN("pricing", "configurable"), WHEN("duration", "")},
     .remedy = "set duration; where there are several, write P12M/seats=12.50"},
    {ROW(RULE_UNLIKE, "OFR-003", AT_CREATE, "prices"), .words = WORDS(FOR_A_DURATION),
     .when = {WHEN("duration", ANY)},
     .remedy = "empty duration, or take the durations off the prices"},
    NEEDED_BY("duration", WHEN("pricing", "fixed", "usage"), WHEN("end_date", ""), OFFERED),
    NOT_WITH("value", WHEN("pricing", "usage", "free")),
    NOT_WITH("value", WHEN("pricing", "byol"), WHEN("grants", "")), /* it would have no place */
    NOT_WITH("schedule", WHEN("pricing", "usage", "free")),
    NOT_WITH("prices", WHEN("pricing", "fixed", "usage", "byol")),
    NOT_WITH("usage_prices", WHEN("pricing", "byol")),
    NOT_WITH("grants", WHEN("pricing", "configurable", "usage", "free")),
    {ROW(RULE_COUNT, "OFR-009", MADE, "prices"), .words = WORDS("1", "1"),
     .when = {WHEN("pricing", "configurable"), WHEN("value", ANY), WHEN("schedule", "")},
     .remedy = "where the buyer chooses between prices nobody knows the value: empty it"},
    OF_TWO(RULE_CURRENCY, "OFR-009", "value", "currency"),
    OF_TWO(RULE_SUM, "OFR-009", "schedule", "value"),
    {ROW(RULE_SUM, "OFR-009", ALWAYS, "prices"), .words = WORDS("value"),
     .when = {WHEN("pricing", "configurable"), WHEN("schedule", "")}},
    {ROW(RULE_WORDS, "OFR-009", MADE, "currency"), .when = {AUTHORIZATION},
     .words = WORDS("USD", "EUR", "GBP", "AUD", "JPY"),
     .remedy = "resale authorizations know USD, EUR, GBP, AUD and JPY"},

    /* Who and what for. */
    NOT_WITH("buyer_accounts", REPLACEMENT),
    NOT_WITH("countries", WHEN("form", "replacement", "resale_authorization")),
    NOT_WITH("offer_set", WHEN("form", "replacement", "resale_authorization")),
    /* A resale authorization has no change that would say these. */
    NOT_WITH("end_date", AUTHORIZATION),
    NOT_WITH("refund_policy", AUTHORIZATION),
    NOT_WITH("payment_due", AUTHORIZATION),
    NOT_WITH("renewals", AUTHORIZATION),
    NOT_WITH("renewal_increase", AUTHORIZATION),
    NOT_WITH("renewal_lockout", AUTHORIZATION),
    NOT_WITH("renewal_adjustment", AUTHORIZATION),
    FORM_OF("replaces", "set the form to replacement, or empty it", WHEN("form", "!replacement")),
    FORM_OF("reseller", "set the form to resale_authorization, or empty it", OFFERED),
    FORM_OF("resale_authorization", "set the form to channel, or empty it",
            WHEN("form", "!channel", "!replacement")),
    NOT_WITH("markup", WHEN("form", "!channel", "!replacement")),
    NOT_WITH("markup", WHEN("schedule", ANY)),
    ACCOUNT("buyer_accounts"),
    ACCOUNT("reseller"),
    {ROW(RULE_COUNT, "OFR-006", ALWAYS, "buyer_accounts"), .words = WORDS("1", "26"),
     .when = {WHEN("form", "!channel", "!resale_authorization")}},
    {ROW(RULE_COUNT, "OFR-006", ALWAYS, "buyer_accounts"), .words = WORDS("1", "25"),
     .when = {WHEN("form", "channel", "resale_authorization")}},
    AT_MOST("countries", "244"),
    AT_MOST("prices", "800"),
    AT_MOST("usage_prices", "800"),
    AT_MOST("grants", "800"),
    AT_MOST("schedule", "60"),

    /* Dates. */
    {ROW(RULE_FUTURE, "OFR-008", MADE, "expires")},
    NEEDED_BY("end_date", WHEN("start_date", ANY), OFFERED),
    NOT_WITH("end_date", WHEN("start_date", ""),
             WHEN("form", "!replacement", "!resale_authorization")),
    NOT_WITH("end_date", WHEN("duration", ANY), WHEN("pricing", "!configurable")),
    {ROW(RULE_AFTER, "OFR-007", ALWAYS, "start_date"), .words = WORDS("expires"),
     .when = {OFFERED}},
    OF_TWO(RULE_AFTER, "OFR-007", "end_date", "start_date"),
    OF_TWO(RULE_AFTER, "OFR-007", "end_date", "expires"),
    {ROW(RULE_WITHIN, "OFR-007", ALWAYS, "start_date"), .words = WORDS("1095"),
     .remedy = "a contract starts within three years"},
    OF_TWO(RULE_UPTO, "OFR-010", "schedule", "expires", "1"),

    /* Formats. */
    {ROW(RULE_PATTERN, "OFR-004", ALWAYS, "title"), .words = WORDS("^.{1,100}$"),
     .when = {AUTHORIZATION}, .remedy = "the name of a resale authorization has 100 characters"},
    FORMAT("product", "^[a-zA-Z0-9][.a-zA-Z0-9/-]+[a-zA-Z0-9]$",
           "a product's identifier looks like prod-abcdefghijklm"),
    FORMAT("replaces", "^[^[:space:]]+$", "an agreement's identifier looks like agmt-abc"),
    FORMAT("value", "^" UP_TO("3") " [A-Z]{3}$",
           "AWS takes amounts up to 100000000, with three decimals at most"),
    FORMAT("prices", RATE, "write dimension=price, with eight decimals at most"),
    FORMAT("usage_prices", RATE, "write dimension=price, with eight decimals at most"),
    FORMAT("grants", "^[^=]+=[1-9][0-9]{0,9}$", "write dimension=quantity, from 1 on"),
    FORMAT("schedule", "^[0-9]{4}-[0-9]{2}-[0-9]{2}=" UP_TO("2") "$",
           "write 2027-01-15=6000.50, with two decimals at most"),
    FORMAT("duration", DURATION, AS_A_DURATION),
    FORMAT("renewal_lockout", DURATION, AS_A_DURATION),
    FORMAT("renewal_adjustment", DURATION, AS_A_DURATION),
    FORMAT("payment_due", "^P(15|30|45|60|90|120)D$",
           "AWS takes P15D, P30D, P45D, P60D, P90D and P120D"),
    FORMAT("eula", "^(standard( (2022-07-14|2019-12-12|2019-04-24))?|https?://[^[:space:]]+)$",
           "write standard, standard and its version as in \"standard 2022-07-14\", or a URL"),
    {ROW(RULE_PATTERN, "OFR-004", ALWAYS, "eula"), .words = WORDS("^(standard|https?://.*)$"),
     .when = {AUTHORIZATION},
     .remedy = "resale authorizations know no versions of the standard EULA: write standard"},
    FORMAT("refund_policy", PLAIN, "AWS takes plain ASCII text there"),
    FORMAT("markup", "^" PERCENT "$", SHORTEST),
    FORMAT("renewal_increase", "^" PERCENT "(-" PERCENT ")?$", SHORTEST),

    /* Both or none. */
    NEEDED_BY("renewal_increase", WHEN("renewals", ANY)),
    NEEDED_BY("prior_pricing", WHEN("prior_channel", ANY)),
    NEEDED_BY("prior_channel", WHEN("prior_pricing", ANY)),

    /* Locked. An expired offer can be offered again by a later last day. */
    {ROW(RULE_LOCKED, "OFR-011", AT_UPDATE, "*"),
     .when = {WHEN("state", "open", "expired", "cancelled")}, .except = released},
    {ROW(RULE_LOCKED, "OFR-012", AT_UPDATE, "*"), .when = {WHEN("state", "accepted", "replaced")},
     .except = accepted},
};
