/* What Microsoft requires of a private offer, by form and pricing, and what its publication locks:
 * held against every write before anything is sent. A job that fails takes a minute to say so. */
#include "connectors/azure/offers.h"
#include "connectors/rule_rows.h"

/* An offer without a form is one to a customer. */
#define CUSTOMER      WHEN("form", "!margin", "!resale_authorization", "!channel")
#define MARGIN        WHEN("form", "margin")
#define AUTHORIZATION WHEN("form", "resale_authorization")
#define CHANNEL       WHEN("form", "channel")
#define OWN           WHEN("form", "!channel") /* whose terms are ours */
#define BOUGHT        WHEN("form", "!margin", "!channel")

#define NEEDED(at_, name)                                                                          \
    {                                                                                              \
        ROW(RULE_REQUIRED, "OFR-001", at_, name)                                                   \
    }
#define NEEDED_IF(at_, name, ...)                                                                  \
    {                                                                                              \
        ROW(RULE_REQUIRED, "OFR-001", at_, name), .when = { __VA_ARGS__ }                          \
    }
#define NEEDED_BY(name, ...)                                                                       \
    {                                                                                              \
        ROW(RULE_REQUIRED, "OFR-002", MADE, name), .when = { __VA_ARGS__ }                         \
    }
#define NOT_WITH(name, ...)                                                                        \
    {                                                                                              \
        ROW(RULE_FORBIDDEN, "OFR-003", MADE, name), .when = { __VA_ARGS__ }                        \
    }
#define FORMAT(name, pattern, remedy_)                                                             \
    {                                                                                              \
        ROW(RULE_PATTERN, "OFR-004", ALWAYS, name), .words = WORDS(pattern), .remedy = remedy_     \
    }
#define AT_MOST(name, most)                                                                        \
    {                                                                                              \
        ROW(RULE_COUNT, "OFR-006", ALWAYS, name), .words = WORDS("1", most)                        \
    }
#define AFTER(name, other)                                                                         \
    {                                                                                              \
        ROW(RULE_AFTER, "OFR-007", ALWAYS, name), .words = WORDS(other)                            \
    }

#define HEX     "[0-9a-fA-F]"
#define GUID    HEX "{8}-" HEX "{4}-" HEX "{4}-" HEX "{4}-" HEX "{12}"
#define PLAN    "(" GUID "/)?" GUID
#define NUMBER  "[0-9]+([.][0-9]+)?"
#define TERM    "P[1-9][0-9]{0,2}[MY]"
#define PERCENT "(100|[1-9]?[0-9]([.][0-9]{1,8})?)"
#define CORES   "[1-9][0-9]*[cC]ore"

#define NAMES_A_PLAN "name the plan by its identifier, and before it the product if it is another"

/* What is out can only be taken back; with another last day it is published anew. */
static const char *const released[] = {"expires", NULL};
/* The originator's offer, which its seller completes. */
static const char *const sellers[] = {"markup", "prepared_by",       "notify",
                                      "note",   "partner_reference", NULL};

const struct rule azure_offer_rules[] = {
    /* Needed. */
    NEEDED(MADE, "title"),
    NEEDED_IF(MADE, "product", OWN),
    NEEDED_IF(MADE, "end_date", BOUGHT),
    NEEDED_IF(AT_SUBMIT, "end_date", MARGIN),
    NEEDED_IF(MADE, "expires", BOUGHT),
    NEEDED_IF(MADE, "pricing", BOUGHT),
    NEEDED(AT_SUBMIT, "buyer_accounts"),
    NEEDED_IF(AT_SUBMIT, "prepared_by", WHEN("form", "!resale_authorization")),
    NEEDED_IF(AT_SUBMIT, "notify", CUSTOMER),
    NEEDED_BY("replaces", WHEN("form", "replacement")),
    NEEDED_BY("reseller", AUTHORIZATION),
    NEEDED_IF(AT_SUBMIT, "markup", CHANNEL),
    {ROW(RULE_WORDS, "OFR-003", AT_CREATE, "form"),
     .words = WORDS("private", "replacement", "margin", "resale_authorization"),
     .remedy = "the software's publisher makes it: complete the draft that you are shown"},

    /* Prices. */
    NEEDED_BY("discounts", WHEN("pricing", "discount")),
    NEEDED_BY("discounts", MARGIN),
    NEEDED_BY("prices", WHEN("pricing", "plan_price"), WHEN("usage_prices", "")),
    NEEDED_BY("prices", WHEN("pricing", "custom_plan", "reservation")),
    NEEDED_BY("plan_name", WHEN("pricing", "custom_plan")),
    NEEDED_BY("plan_description", WHEN("pricing", "custom_plan")),
    NEEDED_BY("grants", WHEN("pricing", "reservation")),
    NEEDED_BY("duration", WHEN("pricing", "reservation")),
    NOT_WITH("discounts", WHEN("pricing", "custom_plan", "reservation")),
    NOT_WITH("prices", WHEN("pricing", "discount")),
    NOT_WITH("prices", MARGIN),
    NOT_WITH("usage_prices", WHEN("pricing", "discount", "reservation")),
    NOT_WITH("usage_prices", MARGIN),
    NOT_WITH("plan_name", WHEN("pricing", "!custom_plan")),
    NOT_WITH("plan_description", WHEN("pricing", "!custom_plan")),
    NOT_WITH("user_limits", WHEN("pricing", "!custom_plan")),
    NOT_WITH("grants", WHEN("pricing", "!reservation")),
    NOT_WITH("duration", WHEN("pricing", "!reservation")),
    NOT_WITH("payment_period", WHEN("pricing", "!reservation")),
    {ROW(RULE_WORDS, "OFR-003", MADE, "pricing"), .when = {MARGIN}, .words = WORDS("discount"),
     .remedy = "partners get a margin in percent only"},

    /* Who and what for. */
    NOT_WITH("expires", MARGIN),
    NOT_WITH("note", MARGIN),
    NOT_WITH("prepared_by", AUTHORIZATION),
    {ROW(RULE_FORBIDDEN, "OFR-003", MADE, "replaces"),
     .when = {WHEN("form", "!replacement", "!resale_authorization")},
     .remedy = "set the form to replacement, or empty it"},
    {ROW(RULE_FORBIDDEN, "OFR-003", MADE, "reseller"),
     .when = {WHEN("form", "!resale_authorization", "!channel")},
     .remedy = "set the form to resale_authorization, or empty it"},
    NOT_WITH("markup", OWN),
    {ROW(RULE_PATTERN, "OFR-005", ALWAYS, "buyer_accounts"), .when = {BOUGHT},
     .words = WORDS("^(" GUID ":" GUID "_[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{1,20})$"),
     .remedy = "the buyer's billing account, <guid>:<guid>_2019-05-31 or an enrollment number; not "
               "a tenant, nor a subscription"},
    {ROW(RULE_PATTERN, "OFR-005", ALWAYS, "buyer_accounts"), .when = {MARGIN},
     .words = WORDS("^" GUID "$"), .remedy = "a partner's tenant, an identifier with four dashes"},
    {ROW(RULE_COUNT, "OFR-006", ALWAYS, "buyer_accounts"), .words = WORDS("1", "1"),
     .when = {BOUGHT}},
    {ROW(RULE_COUNT, "OFR-006", ALWAYS, "buyer_accounts"), .words = WORDS("1", "400"),
     .when = {MARGIN}},
    AT_MOST("notify", "5"),
    AT_MOST("discounts", "10"),
    {ROW(RULE_COUNT, "OFR-006", ALWAYS, "documents"), .words = WORDS("1", "1"),
     .when = {WHEN("form", "!resale_authorization", "!channel")}},
    AT_MOST("documents", "5"),

    /* Dates. */
    {ROW(RULE_FUTURE, "OFR-008", MADE, "expires")},
    {ROW(RULE_FUTURE, "OFR-007", AT_SUBMIT, "end_date")},
    {ROW(RULE_FUTURE, "OFR-007", AT_SUBMIT, "start_date"), .when = {OWN},
     .remedy = "empty it, and the contract starts when it is accepted"},
    AFTER("end_date", "start_date"),
    AFTER("end_date", "expires"),

    /* Formats. */
    FORMAT("product", "^" GUID "$", "a product is named by its identifier, without product/"),
    FORMAT("replaces", "^" GUID "$", "an offer is named by its identifier"),
    FORMAT("reseller", "^[^[:space:]]+$", "a partner is named by its seller id"),
    FORMAT("discounts", "^((" GUID "/)?all|" PLAN ")=" PERCENT "$",
           "write all=12.5 for the whole product, or <plan>=12.5; from 0.01 to 100"),
    {ROW(RULE_UNLIKE, "OFR-004", ALWAYS, "discounts"), .words = WORDS("=0([.]00.*)?$"),
     .remedy = "the least discount is 0.01 percent"},
    {ROW(RULE_PATTERN, "OFR-004", ALWAYS, "prices"),
     .words = WORDS("^" PLAN "/" TERM "(/" TERM ")?=" NUMBER "$"),
     .when = {WHEN("pricing", "plan_price", "custom_plan")},
     .remedy = "write <plan>/P1Y=9600, or <plan>/P1Y/P1M=800 if it is paid by the month"},
    {ROW(RULE_PATTERN, "OFR-004", ALWAYS, "prices"),
     .words = WORDS("^" PLAN "/" CORES "=" NUMBER "$"), .when = {WHEN("pricing", "reservation")},
     .remedy = "write <plan>/8Core=1200"},
    FORMAT("usage_prices", "^" PLAN "/[^=]+=" NUMBER "$", "write <plan>/dimension=0.002"),
    FORMAT("grants", "^" PLAN "/" CORES "=[1-9][0-9]*$", "write <plan>/8Core=4: how many machines"),
    FORMAT("duration", "^P[13]Y$", "machines are reserved for P1Y or P3Y"),
    FORMAT("payment_period", "^" TERM "$", "write it as P1M or P1Y"),
    FORMAT("user_limits", "^[1-9][0-9]{0,8}-[1-9][0-9]{0,8}$",
           "write the least and the most: 20-100"),
    FORMAT("markup", "^" PERCENT "$", "percent, with eight decimals at most"),
    {ROW(RULE_UNLIKE, "OFR-004", ALWAYS, "markup"), .words = WORDS("^0([.]0*)?$"),
     .remedy = "what is added is more than nothing"},
    FORMAT("documents", "^[A-Za-z0-9][A-Za-z0-9._-]*$",
           "name a file in the folder that document_links of the cloud tells"),
    FORMAT("notify", "^[^@[:space:]]+@[^@[:space:]]+$", "these are e-mail addresses"),

    /* Locked. */
    {ROW(RULE_LOCKED, "OFR-011", AT_UPDATE, "*"),
     .when = {WHEN("state", "open", "with_partner", "expired")}, .except = released},
    {ROW(RULE_LOCKED, "OFR-012", AT_UPDATE, "*"), .when = {WHEN("state", "accepted", "ended")}},
    {ROW(RULE_LOCKED, "OFR-011", AT_UPDATE, "*"), .when = {CHANNEL, WHEN("state", "draft")},
     .except = sellers, .remedy = "these are the originator's"},
};
