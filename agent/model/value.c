/* Values into normal form and back: one row a type. */
#include "model/value.h"

#include <ctype.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/times.h"
#include "model/country.h"

#define SHOWN         60  /* code points of an offending text in a message */
#define EMAIL_MAX     254 /* RFC 5321, 4.5.3.1.3 less the angle brackets */
#define LOCAL_MAX     64  /* RFC 5321, 4.5.3.1.1 */
#define PHONE_MIN     7   /* shorter ones are extensions, not numbers */
#define PHONE_MAX     15  /* E.164 */
#define POINT_ZERO_ID 6   /* "123456.0" is a damaged id; "1.0" may be a version */

struct reading {
    struct arena *arena;
    const struct field *field;
    const struct value_style *style;
    struct error *error;
};

typedef int read_value(struct reading *reading, char *text, const char **ret_value);

/* The offending text, short enough for a message. */
static const char *shown(struct reading *reading, const char *text)
{
    char *copy = arena_copy(reading->arena, text);
    if (utf8_length(copy) <= SHOWN)
        return copy;
    utf8_truncate(copy, SHOWN);
    return arena_printf(reading->arena, "%s…", copy);
}

#define REFUSE(reading, ...) error_set((reading)->error, ERROR_INPUT, SCOPE_RECORD, __VA_ARGS__)

static int read_text(struct reading *reading, char *text, const char **ret_value)
{
    (void)reading;
    *ret_value = text;
    return 0;
}

bool id_damaged(const char *text)
{
    if (number_scientific(text))
        return true;
    size_t digits = strspn(text, "0123456789");
    return digits >= POINT_ZERO_ID && text_equal(text + digits, ".0");
}

static int read_id(struct reading *reading, char *text, const char **ret_value)
{
    if (id_damaged(text))
        return REFUSE(reading,
                      "\"%s\" is what a spreadsheet made of an identifier: format the column as "
                      "text and enter or export the identifier again",
                      shown(reading, text));
    if (strpbrk(text, "\n\t"))
        return REFUSE(reading, "an identifier stands on one line, \"%s\" does not",
                      shown(reading, text));
    *ret_value = text;
    return 0;
}

static const char *all_words(struct arena *arena, const char *const *words)
{
    const char *all = *words;
    for (words++; *words; words++)
        all = arena_printf(arena, "%s, %s", all, *words);
    return all;
}

static int read_word(struct reading *reading, char *text, const char **ret_value)
{
    char *word = arena_copy(reading->arena, text);
    text_lower(word);
    for (char *c = word; *c; c++)
        *c = *c == ' ' || *c == '-' ? '_' : *c;
    const char *const *words = reading->field->words;
    size_t count = 0;
    for (; words[count]; count++) {
        if (!strcmp(words[count], word)) {
            *ret_value = words[count];
            return 0;
        }
    }
    const char *suggestion = text_suggest(word, words, count);
    return REFUSE(reading, "\"%s\" is not one of %s%s%s%s", shown(reading, text),
                  all_words(reading->arena, words), suggestion ? "; did you mean \"" : "",
                  suggestion ? suggestion : "", suggestion ? "\"?" : "");
}

static int read_flag(struct reading *reading, char *text, const char **ret_value)
{
    static const struct {
        const char *text;
        const char *value;
    } flags[] = {
        {"yes", "yes"}, {"y", "yes"}, {"true", "yes"}, {"1", "yes"},
        {"no", "no"},   {"n", "no"},  {"false", "no"}, {"0", "no"},
    };
    for (size_t i = 0; i < COUNT(flags); i++) {
        if (text_equal_nocase(text, flags[i].text)) {
            *ret_value = flags[i].value;
            return 0;
        }
    }
    return REFUSE(reading, "\"%s\" is neither yes nor no", shown(reading, text));
}

static int read_number(struct reading *reading, char *text, const char **ret_value)
{
    const char *number;
    int status =
        decimal_parse(reading->arena, reading->style->decimal, text, &number, reading->error);
    if (status)
        return status;
    if (strchr(number, '.'))
        return REFUSE(reading, "\"%s\" is not a whole number", shown(reading, text));
    *ret_value = number;
    return 0;
}

static int read_money(struct reading *reading, char *text, const char **ret_value)
{
    return money_parse(reading->arena, reading->style, text, ret_value, reading->error);
}

/* The day of "2026-11-02T10:00:00Z" as written: whatever the zone, the day is not moved. */
static bool parse_iso_day(struct arena *arena, const char *text, int64_t *ret_day)
{
    if (day_parse(text, ret_day))
        return true;
    if (strlen(text) < 11 || (text[10] != 'T' && text[10] != ' '))
        return false;
    char *instant = arena_copy(arena, text);
    instant[10] = 'T';
    int64_t ms;
    if (!instant_parse(instant, &ms) && !instant_parse(arena_printf(arena, "%sZ", instant), &ms))
        return false;
    instant[10] = '\0';
    return day_parse(instant, ret_day);
}

static int read_date(struct reading *reading, char *text, const char **ret_value)
{
    const char *format = reading->style->date;
    int64_t day;
    bool ok =
        format ? day_parse_format(text, format, &day) : parse_iso_day(reading->arena, text, &day);
    if (!ok) {
        size_t digits = strspn(text, "0123456789");
        bool serial = digits == 5 && !text[digits];
        return REFUSE(reading, "\"%s\" is not a real day written as %s%s", shown(reading, text),
                      format ? format : "YYYY-MM-DD",
                      serial ? ": it looks like a spreadsheet's day number; format the column as a "
                               "date and export again"
                             : "");
    }
    char buffer[DAY_TEXT];
    *ret_value = arena_copy(reading->arena, day_print(day, buffer));
    return 0;
}

static int read_instant(struct reading *reading, char *text, const char **ret_value)
{
    int64_t ms;
    if (!instant_parse(text, &ms))
        return REFUSE(reading, "\"%s\" is not an instant such as 2026-11-02T10:00:00Z",
                      shown(reading, text));
    char buffer[INSTANT_TEXT];
    *ret_value = arena_copy(reading->arena, instant_print(ms, buffer));
    return 0;
}

static bool email_sane(const char *text)
{
    const char *at = strchr(text, '@');
    if (!at || at == text || strchr(at + 1, '@') || strlen(text) > EMAIL_MAX ||
        at - text > LOCAL_MAX)
        return false;
    const char *domain = at + 1, *dot = strrchr(domain, '.');
    if (strpbrk(text, " \t\n,;<>()\"") || strstr(text, "..") || strstr(text, "\xc2\xa0"))
        return false;
    return *text != '.' && at[-1] != '.' && *domain != '.' && dot && dot[1];
}

static int read_email(struct reading *reading, char *text, const char **ret_value)
{
    if (!email_sane(text))
        return REFUSE(reading, "\"%s\" is not one e-mail address such as ann@example.com",
                      shown(reading, text));
    text_lower(text);
    *ret_value = text;
    return 0;
}

/* Length of what people put between the digits of a phone number, 0 if nothing such starts here. */
static size_t phone_filler(const char *text)
{
    static const char *const fillers[] = {
        "(0)", /* the trunk zero that is not dialled from abroad; before "(" */
        " ",   "-", "(", ")", ".", "\t", "\xc2\xa0", "\xe2\x80\x91", "\xe2\x80\x93",
    };
    for (size_t i = 0; i < COUNT(fillers); i++) {
        if (text_starts(text, fillers[i]))
            return strlen(fillers[i]);
    }
    return 0;
}

static int read_phone(struct reading *reading, char *text, const char **ret_value)
{
    char *phone = arena_alloc(reading->arena, strlen(text) + 1);
    size_t length = 0;
    for (const char *at = text; *at;) {
        size_t filler = phone_filler(at);
        if (filler)
            at += filler;
        else
            phone[length++] = *at++;
    }
    if (phone[0] == '0' && phone[1] == '0') {
        phone++;
        phone[0] = '+';
    }
    size_t digits = strspn(phone + (*phone == '+'), "0123456789");
    if (*phone != '+' || phone[1] == '0' || phone[1 + digits] || digits < PHONE_MIN ||
        digits > PHONE_MAX)
        return REFUSE(reading,
                      "\"%s\" is not an international phone number: write it with the country "
                      "code, such as +12065550100",
                      shown(reading, text));
    *ret_value = phone;
    return 0;
}

static int read_country(struct reading *reading, char *text, const char **ret_value)
{
    const char *code = country_code(text);
    if (!code) {
        const char *suggestion = country_suggest(text);
        return REFUSE(reading,
                      "\"%s\" is not a country: write its two-letter code or English name%s%s%s",
                      shown(reading, text), suggestion ? "; did you mean \"" : "",
                      suggestion ? suggestion : "", suggestion ? "\"?" : "");
    }
    *ret_value = code;
    return 0;
}

static int read_list(struct reading *reading, char *text, const char **ret_value)
{
    size_t count;
    const char *list = list_split(reading->arena, reading->style->separator, text);
    const char **items = list_items(reading->arena, list, &count);
    *ret_value = list_make(reading->arena, reading->field, items, count);
    return 0;
}

/* "seats = 12000.00" is seats=12000: the last "=" counts, so that keys may have some. */
static int read_pair(struct reading *reading, char *item, const char **ret_item)
{
    char *sign = strrchr(item, '=');
    if (!sign || sign == item)
        return REFUSE(reading, "\"%s\" is not a key, \"=\" and a number", shown(reading, item));
    *sign = '\0';
    const char *number;
    int status = decimal_parse(reading->arena, reading->style->decimal, text_trim(sign + 1),
                               &number, reading->error);
    if (!status)
        *ret_item = arena_printf(reading->arena, "%s=%s", text_trim(item), number);
    return status;
}

static int read_pairs(struct reading *reading, char *text, const char **ret_value)
{
    size_t count;
    const char *list = list_split(reading->arena, reading->style->separator, text);
    const char **items = list_items(reading->arena, list, &count);
    for (size_t i = 0; i < count; i++) {
        int status = read_pair(reading, arena_copy(reading->arena, items[i]), &items[i]);
        if (status)
            return status;
    }
    *ret_value = list_make(reading->arena, reading->field, items, count);
    return 0;
}

static const char *print_pairs(struct arena *arena, const struct value_style *style,
                               const char *value)
{
    size_t count;
    const char **items = list_items(arena, value, &count);
    for (size_t i = 0; style->decimal && i < count; i++) {
        char *item = arena_copy(arena, items[i]);
        char *sign = strrchr(item, '='), *point = sign ? strchr(sign, '.') : NULL;
        if (point)
            *point = style->decimal;
        items[i] = item;
    }
    return list_print(arena, style->separator, list_join(arena, items, count));
}

static read_value *const readers[] = {
    [TYPE_TEXT] = read_text,       [TYPE_ID] = read_id,       [TYPE_WORD] = read_word,
    [TYPE_CHOICE] = read_text,     [TYPE_FLAG] = read_flag,   [TYPE_NUMBER] = read_number,
    [TYPE_MONEY] = read_money,     [TYPE_DATE] = read_date,   [TYPE_INSTANT] = read_instant,
    [TYPE_EMAIL] = read_email,     [TYPE_PHONE] = read_phone, [TYPE_URL] = read_text,
    [TYPE_COUNTRY] = read_country, [TYPE_LIST] = read_list,   [TYPE_SET] = read_list,
    [TYPE_PAIRS] = read_pairs,
};

/* A control character that no value may hold. Lists in normal form have their separator. */
static bool forbidden(const unsigned char *at, bool list)
{
    if (*at == '\n' || *at == '\t' || (list && *at == LIST_SEPARATOR))
        return false;
    bool c1 = at[0] == 0xc2 && at[1] >= 0x80 && at[1] < 0xa0;
    return *at < 0x20 || *at == 0x7f || c1;
}

/* A trimmed copy with LF line ends, checked for what no value may hold. */
static int clean(struct reading *reading, const char *text, char **ret_text)
{
    size_t length = strlen(text), offset;
    if (!utf8_valid(text, length, &offset))
        return REFUSE(reading, "byte %zu is not UTF-8: export the file as UTF-8", offset + 1);
    char *copy = arena_alloc(reading->arena, length + 1);
    size_t used = 0;
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '\r' && text[i + 1] == '\n')
            continue;
        copy[used++] = text[i] == '\r' ? '\n' : text[i]; /* a lone one is an old line end */
    }
    copy = text_trim(copy);
    for (const char *at = copy; *at; at++) {
        if (forbidden((const unsigned char *)at, value_type_many(reading->field->type)))
            return REFUSE(reading, "control character 0x%02x at byte %zu: delete it",
                          (unsigned char)*at, (size_t)(at - copy) + 1);
    }
    *ret_text = copy;
    return 0;
}

int value_normalise(struct arena *arena, const struct field *field, const struct value_style *style,
                    const char *text, const char **ret_value, struct error *error)
{
    static const struct value_style canonical;
    struct reading reading = {arena, field, style ? style : &canonical, error};
    char *copy = NULL;
    int status = text ? clean(&reading, text, &copy) : 0;
    if (status)
        return status;
    if (text_blank(copy)) {
        *ret_value = NULL;
        return 0;
    }
    return readers[field->type](&reading, copy, ret_value);
}

const char *value_print(struct arena *arena, const struct field *field,
                        const struct value_style *style, const char *value)
{
    static const struct value_style canonical;
    style = style ? style : &canonical;
    if (!value)
        return "";
    if (field->type == TYPE_MONEY)
        return money_print(arena, style, value);
    if (field->type == TYPE_PAIRS)
        return print_pairs(arena, style, value);
    if (value_type_many(field->type))
        return list_print(arena, style->separator, value);
    int64_t day;
    char buffer[64];
    if (field->type == TYPE_DATE && style->date && day_parse(value, &day) &&
        day_print_format(day, style->date, buffer, sizeof buffer))
        return arena_copy(arena, buffer);
    return value;
}

const char *value_show(struct arena *arena, const struct field *field, const char *value)
{
    if (!value)
        return "-";
    return value_type_many(field->type) ? list_print(arena, "; ", value) : value;
}

/* ------------------------------------------------------------------ comparing */

const char *value_url_bare(struct arena *arena, const char *url)
{
    const char *scheme = strstr(url, "://");
    char *host = arena_copy(arena, scheme ? scheme + 3 : url);
    for (char *c = host; *c && *c != '/'; c++)
        *c = (char)tolower((unsigned char)*c);
    if (text_starts(host, "www."))
        host += 4;
    size_t length = strlen(host);
    while (length && host[length - 1] == '/')
        length--;
    return arena_copy_n(arena, host, length);
}

bool value_same(const struct field *field, const char *a, const char *b)
{
    if (text_equal(a, b))
        return true;
    if (!a || !b || field->type != TYPE_URL)
        return false;
    CLEANUP_ARENA struct arena *arena = arena_new();
    return text_equal(value_url_bare(arena, a), value_url_bare(arena, b));
}
