/* The filter of entitlements: comparisons with AND (which may be left out), OR, NOT or "-", and
 * parentheses. As in AIP-160, OR binds tighter than AND.
 *
 *   filter = all { ["AND"] all }      all = one { "OR" one }
 *   one    = ["NOT" | "-"] ( "(" filter ")" | attribute operator value )
 */
#include <ctype.h>
#include <string.h>

#include "tests/sandbox/gcp/market.h"

#define DEPTH 32

enum node_kind { NODE_AND, NODE_OR, NODE_NOT, NODE_COMPARE };
struct entitlement_filter {
    enum node_kind kind;
    const struct entitlement_filter *left, *right;
    const char *attribute, *value;
    bool differs; /* != */
};

struct parser {
    struct arena *arena;
    const char *at;
    unsigned depth;
};

/* Of the last two `:` asks for one of several; all others are compared. */
static const struct attribute {
    const char *name, *path; /* in what is shown; NULL: see value_fits() */
    bool repeated;
} attributes[] = {
    {"account", "account", false},
    {"customer_billing_account", NULL, false},
    {"product_external_name", "productExternalName", false},
    {"quote_external_name", "quoteExternalName", false},
    {"offer", "offer", false},
    {"new_pending_offer", "newPendingOffer", false},
    {"plan", "plan", false},
    {"newPendingPlan", "newPendingPlan", false},
    {"new_pending_plan", "newPendingPlan", false},
    {"state", "state", false},
    {"services", "productExternalName", false},
    {"consumers.project", NULL, true},
    {"change_history.new_offer", NULL, true},
};

static const struct attribute *find_attribute(const char *name)
{
    for (size_t i = 0; i < COUNT(attributes); i++) {
        if (!strcmp(attributes[i].name, name))
            return &attributes[i];
    }
    return NULL;
}

/* ---- Reading. */
static void skip(struct parser *parser)
{
    parser->at += strspn(parser->at, " \t");
}

static bool take_word(struct parser *parser, const char *word)
{
    size_t length = strlen(word);
    skip(parser);
    if (!text_starts(parser->at, word) || isalnum((unsigned char)parser->at[length]) ||
        (parser->at[length] && strchr("_.=!:", parser->at[length])))
        return false;
    parser->at += length;
    return true;
}

static const struct entitlement_filter *read_filter(struct parser *parser);

static const struct entitlement_filter *make(struct parser *parser, enum node_kind kind,
                                             const struct entitlement_filter *left,
                                             const struct entitlement_filter *right)
{
    struct entitlement_filter *node = arena_alloc(parser->arena, sizeof *node);
    *node = (struct entitlement_filter){.kind = kind, .left = left, .right = right};
    return node;
}

/* In quotes, or of letters, digits, underscores and what resource names are made of. */
static const char *read_value(struct parser *parser)
{
    const char *at = parser->at;
    bool quoted = *at == '"';
    size_t length = quoted ? strcspn(++at, "\"") : 0;
    while (!quoted &&
           (isalnum((unsigned char)at[length]) || (at[length] && strchr("_-/", at[length]))))
        length++;
    if (!length || (quoted && at[length] != '"'))
        return NULL;
    parser->at = at + length + quoted;
    return arena_copy_n(parser->arena, at, length);
}

static const struct entitlement_filter *read_comparison(struct parser *parser)
{
    size_t length = 0;
    while (isalpha((unsigned char)parser->at[length]) ||
           (parser->at[length] && strchr("_.", parser->at[length])))
        length++;
    const struct attribute *attribute =
        find_attribute(arena_copy_n(parser->arena, parser->at, length));
    struct entitlement_filter *node = arena_alloc(parser->arena, sizeof *node);
    parser->at += length;
    skip(parser);
    if (!attribute)
        return NULL;
    node->kind = NODE_COMPARE;
    node->attribute = attribute->name;
    node->differs = *parser->at == '!';
    const char *operator= attribute->repeated ? ":" : node->differs ? "!=" : "=";
    if (!text_starts(parser->at, operator))
        return NULL;
    parser->at += strlen(operator);
    skip(parser);
    node->value = read_value(parser);
    return node->value ? node : NULL;
}

static const struct entitlement_filter *read_one(struct parser *parser)
{
    const struct entitlement_filter *inner;
    skip(parser);
    if (++parser->depth > DEPTH)
        return NULL;
    if (*parser->at == '-' || take_word(parser, "NOT")) {
        parser->at += *parser->at == '-';
        inner = read_one(parser);
        return inner ? make(parser, NODE_NOT, inner, NULL) : NULL;
    }
    if (*parser->at != '(')
        return read_comparison(parser);
    parser->at++;
    inner = read_filter(parser);
    skip(parser);
    if (!inner || *parser->at != ')')
        return NULL;
    parser->at++;
    return inner;
}

static const struct entitlement_filter *read_any(struct parser *parser)
{
    const struct entitlement_filter *left = read_one(parser);
    while (left && take_word(parser, "OR")) {
        const struct entitlement_filter *right = read_one(parser);
        left = right ? make(parser, NODE_OR, left, right) : NULL;
    }
    return left;
}

static const struct entitlement_filter *read_filter(struct parser *parser)
{
    const struct entitlement_filter *left = read_any(parser);
    for (;;) {
        bool joined = left && take_word(parser, "AND");
        skip(parser);
        if (!left || (!joined && (!*parser->at || *parser->at == ')')))
            return left;
        const struct entitlement_filter *right = read_any(parser);
        left = right ? make(parser, NODE_AND, left, right) : NULL;
    }
}

int entitlement_filter_read(struct rest_call *call, const char *text,
                            const struct entitlement_filter **ret_filter)
{
    struct parser parser = {call->arena, text, 0};
    const struct entitlement_filter *filter = NULL;
    if (text_blank(text))
        return 0;
    filter = read_filter(&parser);
    skip(&parser);
    if (!filter || *parser.at)
        return gcp_fail(call, "INVALID_ARGUMENT", "Invalid filter: %s", text);
    *ret_filter = filter;
    return 0;
}

/* ---- Judging. */
/* "active" is "ENTITLEMENT_ACTIVE". */
static bool is_state(const char *state, const char *value)
{
    return text_equal_nocase(state, value) ||
           text_equal_nocase(state + strlen("ENTITLEMENT_"), value);
}

/* Whatever the project is called in it. */
static bool is_offer(const char *a, const char *b)
{
    const char *left = a ? strstr(a, "/services/") : NULL, *right = strstr(b, "/services/");
    return left && right && !strcmp(left, right);
}

static bool has_consumer(const struct json *shown, const char *value)
{
    const struct json *consumers = json_get(shown, "consumers");
    for (size_t i = 0; consumers && i < consumers->count; i++) {
        if (text_equal(json_get_text(consumers->items[i], "project"), value))
            return true;
    }
    return false;
}

static bool had_offer(const struct rest_record *order, const char *value)
{
    const struct json *history = json_get(market_hold(order), "history");
    const char *slash = strrchr(value, '/');
    for (size_t i = 0; slash && history && i < history->count; i++) {
        if (!strcmp(history->items[i]->text, slash + 1))
            return true;
    }
    return false;
}

static bool value_fits(const struct entitlement_filter *filter, const struct rest_record *order,
                       const struct json *shown)
{
    const struct attribute *attribute = find_attribute(filter->attribute);
    const char *value = filter->value;
    if (!attribute) /* the filter was parsed against the same table */
        return false;
    const char *own = attribute->path ? json_get_text(shown, attribute->path) : NULL;
    if (!strcmp(attribute->name, "customer_billing_account"))
        return text_equal(json_get_text(market_hold(order), "billing"), value);
    if (!strcmp(attribute->name, "consumers.project"))
        return has_consumer(shown, value);
    if (!strcmp(attribute->name, "change_history.new_offer"))
        return had_offer(order, value);
    if (!strcmp(attribute->name, "state"))
        return is_state(own, value);
    if (!strcmp(attribute->name, "account"))
        return text_equal(own, value) || text_equal(strrchr(own, '/') + 1, value);
    return text_equal(own, value) || is_offer(own, value);
}

bool entitlement_filter_fits(const struct entitlement_filter *filter, const struct sandbox *sandbox,
                             struct arena *arena, const struct rest_record *order)
{
    switch (filter->kind) {
    case NODE_AND:
        return entitlement_filter_fits(filter->left, sandbox, arena, order) &&
               entitlement_filter_fits(filter->right, sandbox, arena, order);
    case NODE_OR:
        return entitlement_filter_fits(filter->left, sandbox, arena, order) ||
               entitlement_filter_fits(filter->right, sandbox, arena, order);
    case NODE_NOT:
        return !entitlement_filter_fits(filter->left, sandbox, arena, order);
    default:
        return value_fits(filter, order, entitlement_show(arena, sandbox, order)) !=
               filter->differs;
    }
}
