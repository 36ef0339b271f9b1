/* What AWS demands of edits of a listing, held against every write before it is sent. How long a
 * text may be stands with the fields. */
#include "connectors/aws/listings.h"
#include "connectors/rule_rows.h"

#define LOCKED(code_, name, remedy_, ...)                                                          \
    {                                                                                              \
        ROW(RULE_LOCKED, code_, EDITING, name), .when = {__VA_ARGS__}, .remedy = remedy_           \
    }
#define STAYS(name)                                                                                \
    {                                                                                              \
        ROW(RULE_KEPT, "LST-006", EDITING, name)                                                   \
    }
#define AT_MOST(name, count)                                                                       \
    {                                                                                              \
        ROW(RULE_COUNT, "LST-004", ALWAYS, name), .words = WORDS("1", count)                       \
    }
#define FORMAT(code_, name, pattern, remedy_)                                                      \
    {                                                                                              \
        ROW(RULE_PATTERN, code_, ALWAYS, name), .words = WORDS(pattern), .remedy = remedy_         \
    }

/* "key | name | description | unit | types"; the types in this order. */
#define KEY "[A-Za-z0-9_.-]{1,100}"
#define TYPES                                                                                      \
    "(Entitled(, Metered)?(, ExternallyMetered)?|Metered(, ExternallyMetered)?|ExternallyMetered)"

const struct rule aws_listing_rules[] = {
    /* Nothing of a restricted listing moves, nor of one whose changes nobody has described. */
    LOCKED("LST-001", "*", NULL, WHEN("visibility", "restricted")),
    LOCKED("LST-002", "*", NULL, WHEN("visibility", "!restricted"),
           WHEN("product_type", "machine_learning", "data", "")),
    LOCKED("LST-003", "visibility", "a draft is released in the portal; it is limited then",
           WHEN("visibility", "draft")),
    {ROW(RULE_WORDS, "LST-003", ALWAYS, "visibility"),
     .words = WORDS("public", "limited", "restricted")},

    /* There is no way to send an empty one. */
    STAYS("title"),
    STAYS("short_description"),
    STAYS("long_description"),
    STAYS("visibility"),
    STAYS("sku"),
    STAYS("support"),
    STAYS("categories"),
    STAYS("keywords"),
    STAYS("dimensions"),

    AT_MOST("categories", "3"),
    AT_MOST("keywords", "50"),
    AT_MOST("dimensions", "200"),
    AT_MOST("buyer_accounts", "100"),

    FORMAT("LST-005", "dimensions", "^" KEY " [|] .* [|] .* [|] .* [|] " TYPES "$",
           "write key | name | description | unit | types, the types of Entitled, Metered, "
           "ExternallyMetered in this order"),
    FORMAT("LST-005", "dimensions", " [|] [^|]{1,20} [|] [A-Za-z, ]+$",
           "a unit has 1 to 20 characters"),
    FORMAT("LST-005", "dimensions", "^[^|]+ [|] [^|]{1,500} [|] ",
           "a name has 1 to 500 characters"),
    {ROW(RULE_PATTERN, "LST-005", ALWAYS, "dimensions"),
     .words = WORDS("^[^|]+ [|] [^|]{1,80} [|] "), .when = {WHEN("product_type", "saas")},
     .remedy = "a dimension of a SaaS product has a name of 1 to 80 characters"},
    FORMAT("LST-007", "buyer_accounts", "^[0-9]{12}$",
           "an AWS account has twelve digits, leading zeros included"),
};
