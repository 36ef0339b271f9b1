/* $filter, as far as it is documented: comparisons of some properties, joined by "and". Whatever
 * else OData knows is refused. */
#include <ctype.h>
#include <string.h>

#include "tests/sandbox/azure/referrals.h"
#include "tests/sandbox/words.h"

#define TERMS_MAX 16

enum comparison { EQUAL, AT_LEAST, ABOVE, AT_MOST, BELOW, COMPARISONS };
static const char *const operators[COMPARISONS] = {"eq", "ge", "gt", "le", "lt"};

struct property {
    const char *name, *path; /* in the query; in the document */
    const char *const *words;
    bool is_instant;
    bool is_team; /* team/any(x:x/email eq '…') */
};
static const struct property properties[] = {
    {"engagementId", "engagementId", NULL, false, false},
    {"status", "status", referral_statuses, false, false},
    {"substatus", "substatus", referral_substatuses, false, false},
    {"qualification", "qualification", referral_qualifications, false, false},
    {"type", "type", referral_types, false, false},
    {"direction", "direction", referral_directions, false, false},
    {"updatedDateTime", "updatedDateTime", NULL, true, false},
    {"customerProfile/address/country", "customerProfile.address.country", NULL, false, false},
    {"team/any", "team", NULL, false, true},
};

struct term {
    const struct property *property;
    enum comparison comparison;
    const char *text;
    int64_t ticks;
};
struct referral_filter {
    struct term terms[TERMS_MAX];
    size_t count;
};

struct reader {
    struct arena *arena;
    struct failure *failure;
    const char *at;
};

static int refuse(struct reader *reader, const char *what)
{
    return referral_refuse(reader->failure, "invalidFilter", "$filter: %s at '%.40s'", what,
                           reader->at);
}

static bool take(struct reader *reader, const char *text)
{
    if (!text_starts(reader->at, text))
        return false;
    reader->at += strlen(text);
    return true;
}

static bool take_blanks(struct reader *reader)
{
    size_t count = strspn(reader->at, " ");
    reader->at += count;
    return count > 0;
}

static int read_operator(struct reader *reader, bool is_instant, enum comparison *ret_comparison)
{
    if (!take_blanks(reader))
        return refuse(reader, "a blank and an operator are missing");
    for (size_t i = 0; i < COMPARISONS; i++) {
        if (!take(reader, operators[i]))
            continue;
        if (!take_blanks(reader))
            return refuse(reader, "a blank is missing");
        *ret_comparison = (enum comparison)i;
        return i == EQUAL || is_instant ? 0 : refuse(reader, "only eq is there for texts");
    }
    return refuse(reader, "there is no such operator");
}

/* 'it''s' */
static int read_text(struct reader *reader, const char **ret_text)
{
    CLEANUP_TEXT struct text out;
    text_init(&out, 1000);
    if (!take(reader, "'"))
        return refuse(reader, "a text in quotes is missing");
    for (; *reader->at; reader->at++) {
        if (*reader->at == '\'' && *++reader->at != '\'') {
            *ret_text = arena_copy(reader->arena, out.data);
            return 0;
        }
        text_add_char(&out, *reader->at);
    }
    return refuse(reader, "a quote is missing");
}

static int read_instant(struct reader *reader, int64_t *ret_ticks)
{
    size_t length = strcspn(reader->at, " ");
    const char *text = arena_copy_n(reader->arena, reader->at, length);
    int64_t ms;
    if (!instant_parse(text, &ms) || !referral_ticks(text, ret_ticks))
        return refuse(reader, "an instant is missing");
    reader->at += length;
    return 0;
}

/* The (t:t/email eq '…') behind team/any. */
static int read_member(struct reader *reader, struct term *term)
{
    if (!take(reader, "("))
        return refuse(reader, "a parenthesis is missing");
    size_t length = strspn(reader->at, "abcdefghijklmnopqrstuvwxyz");
    const char *name = arena_copy_n(reader->arena, reader->at, length);
    const char *rest = arena_printf(reader->arena, "%s:%s/email", name, name);
    if (!length || !take(reader, rest))
        return refuse(reader, "only the e-mail of a member can be asked for, not this,");
    int result = read_operator(reader, false, &term->comparison);
    if (result == 0)
        result = read_text(reader, &term->text);
    return result < 0 || take(reader, ")") ? result : refuse(reader, "a parenthesis is missing");
}

static int read_term(struct reader *reader, struct term *term)
{
    for (size_t i = 0; i < COUNT(properties) && !term->property; i++) {
        size_t length = strlen(properties[i].name);
        char next = text_starts(reader->at, properties[i].name) ? reader->at[length] : 'x';
        if (next == ' ' || next == '(')
            term->property = &properties[i];
    }
    if (!term->property)
        return refuse(reader, "there is no property to be filtered by");
    reader->at += strlen(term->property->name);
    if (term->property->is_team)
        return read_member(reader, term);
    bool is_instant = term->property->is_instant;
    int result = read_operator(reader, is_instant, &term->comparison);
    if (result == 0)
        result = is_instant ? read_instant(reader, &term->ticks) : read_text(reader, &term->text);
    if (result == 0 && term->property->words && !words_have(term->property->words, term->text))
        return refuse(reader, "there is no such word");
    return result;
}

int referral_filter_parse(struct arena *arena, struct failure *failure, const char *text,
                          struct referral_filter **ret_filter)
{
    struct reader reader = {arena, failure, text ? text : ""};
    struct referral_filter *filter = arena_alloc(arena, sizeof *filter);
    if (text && !text[0])
        return refuse(&reader, "nothing is asked for");
    while (*reader.at) {
        if (filter->count == TERMS_MAX)
            return refuse(&reader, "too many terms");
        if (filter->count &&
            !(take_blanks(&reader) && take(&reader, "and") && take_blanks(&reader)))
            return refuse(&reader, "only \"and\" joins");
        int result = read_term(&reader, &filter->terms[filter->count++]);
        if (result < 0)
            return result;
    }
    *ret_filter = filter;
    return 0;
}

/* ---- On a document. */
bool referral_has_member(const struct json *document, const char *email)
{
    const struct json *team = json_get(document, "team");
    if (team && team->type == JSON_OBJECT)
        return text_equal_nocase(json_get_text(team, "email"), email);
    for (size_t i = 0; team && i < team->count; i++) {
        if (text_equal_nocase(json_get_text(team->items[i], "email"), email))
            return true;
    }
    return false;
}

static bool fits_instant(const struct term *term, const char *text)
{
    int64_t ticks;
    if (!text || !referral_ticks(text, &ticks))
        return false;
    switch (term->comparison) {
    case AT_LEAST:
        return ticks >= term->ticks;
    case ABOVE:
        return ticks > term->ticks;
    case AT_MOST:
        return ticks <= term->ticks;
    case BELOW:
        return ticks < term->ticks;
    case EQUAL:
    case COMPARISONS:
        break;
    }
    return ticks == term->ticks;
}

bool referral_filter_fits(const struct referral_filter *filter, const struct json *document)
{
    for (size_t i = 0; i < filter->count; i++) {
        const struct term *term = &filter->terms[i];
        const struct json *value = json_find(document, term->property->path);
        bool fits = term->property->is_team      ? referral_has_member(document, term->text)
                    : term->property->is_instant ? fits_instant(term, json_text(value))
                                                 : text_equal(json_text(value), term->text);
        if (!fits)
            return false;
    }
    return true;
}
