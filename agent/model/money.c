/* Currencies, money, and reading amounts as people and spreadsheets write them. Nothing is guessed:
 * what could be read in two ways is refused with the remedy. */
#include "model/value.h"

#include <string.h>

#include "base/memory.h"
#include "base/text.h"

#define SHOWN 48 /* bytes of an offending amount in a message */

/* ISO 4217 by number of decimals. Withdrawn codes that clouds still send are kept. */
static const struct {
    int decimals;
    const char *codes; /* four bytes each */
} currencies[] = {
    {2, "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP "
        "BYN BZD CAD CDF CHE CHF CHW CNY COP COU CRC CUC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR "
        "FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HRK HTG HUF IDR ILS INR IRR JMD KES KGS KHR "
        "KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR "
        "MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK "
        "SGD SHP SLE SLL SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN "
        "UYU UZS VED VEF VES WST XCD XCG XDR XSU XUA YER ZAR ZMW ZWG ZWL "},
    {0, "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF "},
    {3, "BHD IQD JOD KWD LYD OMR TND "},
    {4, "CLF UYW "},
};

/* Symbols and what they may mean; the longer ones first. */
static const struct symbol {
    const char *text;
    const char *codes;
} symbols[] = {
    {"US$", "USD "},
    {"$", "USD ARS AUD BBD BMD BND BSD BZD CAD CLP COP DOP FJD GYD HKD JMD KYD LRD MXN NAD NZD SBD "
          "SGD SRD TTD TWD UYU XCD "},
    {"€", "EUR "},
    {"£", "GBP EGP FKP GIP LBP SDG SHP SSP SYP "},
    {"¥", "JPY CNY "},
    {"₹", "INR "},
};

/* Group signs; which of "." and "," is one depends on the decimal sign. */
static const char *const group_signs[] = {".",           ",", " ", "'", "\xc2\xa0", "\xe2\x80\xaf",
                                          "\xe2\x80\x99"};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static bool listed(const char *codes, const char *code)
{
    for (; *codes; codes += 4) {
        if (!strncmp(codes, code, 3))
            return true;
    }
    return false;
}

int currency_decimals(const char *code)
{
    if (!code || strlen(code) != 3)
        return -1;
    for (size_t i = 0; i < COUNT(currencies); i++) {
        if (listed(currencies[i].codes, code))
            return currencies[i].decimals;
    }
    return -1;
}

int money_make(struct arena *arena, const char *amount, const char *currency,
               const char **ret_value, struct error *error)
{
    if (!decimal_valid(amount))
        return error_set(error, ERROR_INPUT, SCOPE_RECORD,
                         "\"%.*s\" is not an amount of at most 38 digits", SHOWN,
                         amount ? amount : "");
    char code[4] = "";
    if (currency && strlen(currency) == 3) {
        memcpy(code, currency, sizeof code);
        for (char *c = code; *c; c++)
            *c = *c >= 'a' && *c <= 'z' ? (char)(*c - 'a' + 'A') : *c;
    }
    int decimals = currency_decimals(code);
    if (decimals < 0)
        return error_set(error, ERROR_INPUT, SCOPE_RECORD,
                         "\"%.*s\" is not a currency: an ISO 4217 code such as USD is needed",
                         SHOWN, currency ? currency : "");

    /* Adding zero brings the amount into its shortest form; 38 digits stay 38. */
    const char *shortest = decimal_add(arena, amount, "0");
    const char *point = strchr(shortest, '.');
    int have = point ? (int)strlen(point + 1) : 0;
    int missing = have < decimals ? decimals - have : 0;
    const char *padded =
        arena_printf(arena, "%s%s%.*s", shortest, have || !missing ? "" : ".", missing, "0000");
    if (!decimal_valid(padded))
        return error_set(error, ERROR_INPUT, SCOPE_RECORD, "\"%.*s\" has too many digits for %s",
                         SHOWN, amount, code);
    *ret_value = arena_printf(arena, "%s %s", padded, code);
    return 0;
}

bool money_split(struct arena *arena, const char *value, const char **ret_amount,
                 const char **ret_currency)
{
    const char *space = value ? strchr(value, ' ') : NULL;
    if (!space || currency_decimals(space + 1) < 0)
        return false;
    const char *amount = arena_copy_n(arena, value, (size_t)(space - value));
    if (!decimal_valid(amount))
        return false;
    *ret_amount = amount;
    *ret_currency = arena_copy(arena, space + 1);
    return true;
}

bool number_scientific(const char *text)
{
    text += *text == '-' || *text == '+';
    size_t whole = strspn(text, "0123456789");
    text += whole;
    bool fraction = *text == '.' || *text == ',';
    if (fraction)
        text += 1 + strspn(text + 1, "0123456789");
    if (!whole || (*text != 'e' && *text != 'E'))
        return false;
    bool sign = *++text == '-' || *text == '+';
    text += sign;
    size_t exponent = strspn(text, "0123456789");
    /* A bare "12E5" may be a real id; spreadsheets write a sign, other programs a fraction. */
    return exponent && !text[exponent] && (sign || fraction);
}

/* Length of the group sign at `text`, 0 if there is none; `decimal` is not one. */
static size_t group_sign(const char *text, char decimal)
{
    for (size_t i = 0; i < COUNT(group_signs); i++) {
        if (group_signs[i][0] != decimal && text_starts(text, group_signs[i]))
            return strlen(group_signs[i]);
    }
    return 0;
}

/* Reads digits with group signs up to the decimal sign or the end into `out`. NULL if the groups
 * are not of three digits, or not all set apart by the same sign. */
static const char *read_whole(const char *text, char decimal, char *out)
{
    const char *sign = NULL;
    size_t sign_length = 0, group = 0, used = 0;
    for (;;) {
        if (is_digit(*text)) {
            out[used++] = *text++;
            group++;
            continue;
        }
        if (sign ? group != 3 : !group)
            return NULL;
        size_t length = group_sign(text, decimal);
        if (!length)
            break;
        bool same = !sign || (length == sign_length && !memcmp(sign, text, length));
        if (!same || (!sign && (group > 3 || out[0] == '0')))
            return NULL;
        sign = text;
        sign_length = length;
        text += length;
        group = 0;
    }
    out[used] = '\0';
    return text;
}

int decimal_parse(struct arena *arena, char decimal, const char *text, const char **ret_value,
                  struct error *error)
{
    decimal = decimal ? decimal : '.';
    if (number_scientific(text))
        return error_set(error, ERROR_INPUT, SCOPE_RECORD,
                         "\"%.*s\" was shortened by a spreadsheet and has lost digits: format the "
                         "column as a number with all digits and export again",
                         SHOWN, text);
    const char *rest = text;
    bool brackets = *rest == '(' && rest[strlen(rest) - 1] == ')'; /* bookkeepers' minus */
    rest += brackets;
    bool minus = *rest == '-' || text_starts(rest, "\xe2\x88\x92");
    rest += minus && *rest != '-' ? 3 : *rest == '-' || *rest == '+';
    rest += strspn(rest, " ");

    char *digits = arena_alloc(arena, strlen(text) + 3);
    if (minus || brackets)
        *digits = '-';
    const char *end = read_whole(rest, decimal, digits + strlen(digits));
    if (end && *end == decimal) {
        size_t fraction = strspn(end + 1, "0123456789");
        size_t used = strlen(digits);
        memcpy(digits + used, end, fraction + 1);
        digits[used] = '.';
        end = fraction ? end + 1 + fraction : NULL;
    }
    if (!end || (minus && brackets) || strcmp(end, brackets ? ")" : "") != 0)
        return error_set(error, ERROR_INPUT, SCOPE_RECORD,
                         "\"%.*s\" is not a clear number: the decimal sign here is \"%c\" and "
                         "thousands are set apart by one sign, three digits each; see `decimal`",
                         SHOWN, text, decimal);
    if (!decimal_valid(digits))
        return error_set(error, ERROR_INPUT, SCOPE_RECORD, "\"%.*s\" has more than 38 digits",
                         SHOWN, text);
    *ret_value = decimal_add(arena, digits, "0");
    return 0;
}

/* Takes a code or symbol off either end of `text`; NULL if there is none. */
static const char *take_code(struct arena *arena, char **text)
{
    char *start = *text, *end = start + strlen(start);
    const char *code = NULL;
    if (end - start > 3 && is_letter(start[0]) && is_letter(start[1]) && is_letter(start[2]) &&
        !is_letter(start[3]) && start[3] != '$') {
        code = arena_copy_n(arena, start, 3);
        *text = text_trim(start + 3);
    } else if (end - start > 3 && is_letter(end[-1]) && is_letter(end[-2]) && is_letter(end[-3]) &&
               !is_letter(end[-4])) {
        code = arena_copy_n(arena, end - 3, 3);
        end[-3] = '\0';
        *text = text_trim(start);
    }
    return code;
}

static const struct symbol *take_symbol(struct arena *arena, char **text)
{
    for (size_t i = 0; i < COUNT(symbols); i++) {
        size_t length = strlen(symbols[i].text), all = strlen(*text);
        size_t sign = **text == '-' || **text == '('; /* "-$5", "($5)" */
        if (all < length + sign)
            continue;
        if (text_starts(*text + sign, symbols[i].text)) {
            *text = text_trim(
                arena_printf(arena, "%.*s%s", (int)sign, *text, text_trim(*text + sign + length)));
            return &symbols[i];
        }
        if (text_equal(*text + all - length, symbols[i].text)) {
            (*text)[all - length] = '\0';
            *text = text_trim(*text);
            return &symbols[i];
        }
    }
    return NULL;
}

/* Decides between what the amount carries and what the style says; NULL if that is not clear. */
static const char *choose_currency(struct arena *arena, const struct symbol *symbol,
                                   const char *code, const char *style_currency)
{
    if (!symbol)
        return code ? code : style_currency;
    if (code)
        return listed(symbol->codes, code) ? code : NULL;
    if (style_currency && listed(symbol->codes, style_currency))
        return style_currency;
    return symbol->codes[4] ? NULL : arena_copy_n(arena, symbol->codes, 3);
}

int money_parse(struct arena *arena, const struct value_style *style, const char *text,
                const char **ret_value, struct error *error)
{
    char *amount = arena_copy(arena, text);
    char *code = NULL;
    const char *taken = take_code(arena, &amount);
    if (taken) {
        code = arena_copy(arena, taken);
        for (char *c = code; *c; c++)
            *c = (char)(*c & ~0x20); /* ASCII letters only: upper case */
    }
    const struct symbol *symbol = take_symbol(arena, &amount);
    const char *currency = choose_currency(arena, symbol, code, style->currency);
    if (!currency && symbol)
        return error_set(error, ERROR_INPUT, SCOPE_RECORD,
                         "\"%.*s\": \"%s\" does not tell the currency: write its code, e.g. \"1200 "
                         "USD\", or set `currency`",
                         SHOWN, text, symbol->text);
    const char *number;
    int status = decimal_parse(arena, style->decimal, amount, &number, error);
    if (status)
        return status;
    if (!currency)
        return error_set(error, ERROR_INPUT, SCOPE_RECORD,
                         "\"%.*s\" has no currency: write its code, e.g. \"1200 USD\", or set "
                         "`currency`",
                         SHOWN, text);
    return money_make(arena, number, currency, ret_value, error);
}

const char *money_print(struct arena *arena, const struct value_style *style, const char *value)
{
    const char *amount, *currency;
    if (!money_split(arena, value, &amount, &currency))
        return value;
    char *text = arena_copy(arena, amount);
    char *point = strchr(text, '.');
    if (point && style->decimal)
        *point = style->decimal;
    if (text_equal(currency, style->currency))
        return text;
    return arena_printf(arena, "%s %s", text, currency);
}
