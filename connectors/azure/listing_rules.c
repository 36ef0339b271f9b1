/* What Microsoft demands of edits of a listing, held against every write before it is sent. */
#include "connectors/azure/listings.h"
#include "connectors/rule_rows.h"

#define LOCKED(code_, name, remedy_, ...)                                                          \
    {                                                                                              \
        ROW(RULE_LOCKED, code_, EDITING, name), .when = {__VA_ARGS__}, .remedy = remedy_           \
    }
#define STAYS(name)                                                                                \
    {                                                                                              \
        ROW(RULE_KEPT, "LST-006", EDITING, name)                                                   \
    }
#define FORMAT(code_, name, pattern, remedy_)                                                      \
    {                                                                                              \
        ROW(RULE_PATTERN, code_, ALWAYS, name), .words = WORDS(pattern), .remedy = remedy_         \
    }

const struct rule azure_listing_rules[] = {
    LOCKED("LST-001", "*", "restore it in the partner portal, then edit it",
           WHEN("visibility", "restricted")),
    /* Content of these is kept in an older interface, or is a kind that nobody has described. */
    LOCKED("LST-002", "*", NULL, WHEN("visibility", "!restricted"),
           WHEN("product_type", "application", "co_sell_only", "game", "")),
    {ROW(RULE_WORDS, "LST-003", ALWAYS, "visibility"),
     .words = WORDS("public", "limited", "restricted")},

    /* A member that is left out keeps what it has, or falls to a default: it is not said which. */
    STAYS("title"),
    STAYS("short_description"),
    STAYS("long_description"),
    STAYS("search_summary"),
    STAYS("visibility"),
    STAYS("support"),
    STAYS("categories"),
    STAYS("dimensions"),

    FORMAT("LST-005", "dimensions", "^[a-z0-9_-]{1,50} [|] [^|]+ [|] [^|]+ [|] [^|]+ [|] [^|]+$",
           "write plan id | name | description | billing | audience, - where there is none"),
    FORMAT("REF-009", "support", "^[^|]+ [|] [^|]+ [|] [^|]+ [|] [^|]+$",
           "write name | e-mail | phone | URL, - where there is none"),
    FORMAT("REF-009", "support", "^[^|-][^|]* [|]", "a contact has a name"),
    FORMAT("REF-009", "categories", "^[^/]+(/.+)?$", "write group/item"),
};
