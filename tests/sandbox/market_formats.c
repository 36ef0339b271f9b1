#include "tests/sandbox/market_formats.h"

#include <ctype.h>
#include <string.h>

#include "base/text.h"
#include "base/times.h"
#include "tests/sandbox/market.h"

#define DIGITS  "0123456789"
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

const char *const words_market_catalogs[] = {MARKET_CATALOG, NULL};

/* Between `min` and `max` characters of `set`, and nothing else. */
static bool is_of(const char *text, const char *set, size_t min, size_t max)
{
    size_t span = strspn(text, set);
    return span >= min && span <= max && !text[span];
}

bool is_catalog_time(const char *text)
{
    int64_t ms;
    return strlen(text) == 20 && text[19] == 'Z' && text[10] == 'T' && instant_parse(text, &ms);
}

bool is_account(const char *text)
{
    return is_of(text, DIGITS, 12, 12);
}

bool is_resource_id(const char *text)
{
    size_t length = strlen(text);
    return is_of(text, LETTERS DIGITS "./-", 3, 255) && isalnum((unsigned char)text[0]) &&
           isalnum((unsigned char)text[length - 1]);
}

bool is_query_id(const char *text)
{
    return is_of(text, LETTERS DIGITS "_-", 1, 255);
}

bool is_offer_set_id(const char *text)
{
    return text_starts(text, "offerset-") && is_resource_id(text) && strlen(text) <= 50;
}

bool is_change_name(const char *text)
{
    return is_of(text, LETTERS DIGITS, 1, 72);
}

bool is_change_set_name(const char *text)
{
    return is_of(text, LETTERS DIGITS "_ \t+=.:@-", 1, 100);
}

bool is_request_token(const char *text)
{
    size_t length = strlen(text);
    for (size_t i = 0; i < length; i++) {
        if (text[i] < '!' || text[i] > '~')
            return false;
    }
    return length >= 1 && length <= 64;
}

bool is_filter_value(const char *text)
{
    return is_of(text, LETTERS DIGITS "+:_-", 1, 64);
}

bool is_agreement_id(const char *text)
{
    return is_of(text, LETTERS DIGITS "_/-", 1, 64);
}

bool is_named(const char *text)
{
    return text[0] && !isspace((unsigned char)text[0]);
}

bool is_contract_period(const char *text)
{
    static const char units[] = "YMD";
    size_t unit = 0;
    if (text[0] != 'P' || !text[1])
        return false;
    for (text++; *text; text++) {
        size_t digits = strspn(text, DIGITS);
        text += digits;
        const char *found = digits && *text ? strchr(units + unit, *text) : NULL;
        if (!found)
            return false;
        unit = (size_t)(found - units) + 1;
    }
    return true;
}

bool is_dimension_key(const char *text)
{
    return is_of(text, LETTERS DIGITS "_.-", 1, 100);
}

/* At most 100000000, at most `decimals` behind the point, which may be the last sign. */
static bool is_amount_of(const char *text, size_t decimals)
{
    size_t whole = strspn(text, DIGITS);
    size_t fraction = text[whole] == '.' ? strspn(text + whole + 1, DIGITS) : 0;
    const char *end = text + whole + (text[whole] == '.') + fraction;
    if (*end || !whole || fraction > decimals)
        return false;
    bool most = whole == 9 && text_starts(text, "100000000") &&
                strspn(text + whole, ".0") == strlen(text + whole);
    return whole <= 8 || most;
}

bool is_rate(const char *text)
{
    return is_amount_of(text, 8);
}

bool is_price(const char *text)
{
    return is_amount_of(text, 3);
}

bool is_charge(const char *text)
{
    return is_amount_of(text, 2);
}

bool is_percentage(const char *text)
{
    size_t whole = strspn(text, DIGITS);
    if (!text[whole])
        return whole >= 1 && whole <= 9;
    return text[whole] == '.' && is_of(text + whole + 1, DIGITS, 1, 9);
}

/* What follows the scheme: a host with a point in it, and nothing that a URL cannot hold. */
static bool is_address(const char *text)
{
    return strcspn(text, "/?#") > 3 && strchr(text, '.') && !strpbrk(text, " \t\r\n\"<>");
}

bool is_secure_link(const char *text)
{
    static const char scheme[] = "https://";
    return text_starts(text, scheme) && is_address(text + strlen(scheme));
}

bool is_link(const char *text)
{
    static const char scheme[] = "http://";
    return is_secure_link(text) || (text_starts(text, scheme) && is_address(text + strlen(scheme)));
}

bool is_refund_policy(const char *text)
{
    static const uint32_t more[] = {0xa9, 0xae, 0x2122, 0xa2, 0xa3, 0xa4, 0xa5};
    size_t length = 0;
    uint32_t code;
    for (size_t size; (size = utf8_next(text, &code)); text += size) {
        bool fits = code < 0x7f;
        for (size_t i = 0; i < COUNT(more) && !fits; i++)
            fits = code == more[i];
        if (!fits)
            return false;
        length++;
    }
    return length >= 1 && length <= 500;
}

bool is_product_id(const char *text)
{
    return is_resource_id(text) && strlen(text) <= 50;
}

int64_t scaled_number(const char *text, int decimals)
{
    int64_t number = 0;
    for (; isdigit((unsigned char)*text); text++)
        number = number * 10 + (*text - '0');
    text += *text == '.';
    for (; decimals > 0; decimals--) {
        bool digit = isdigit((unsigned char)*text);
        number = number * 10 + (digit ? *text - '0' : 0);
        text += digit;
    }
    return number;
}
