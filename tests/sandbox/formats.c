#include "tests/sandbox/formats.h"

#include <ctype.h>
#include <string.h>

#include "base/text.h"
#include "base/times.h"

#define DIGITS "0123456789"
#define LOWER  "abcdefghijklmnopqrstuvwxyz"

/* `prefix`, then between `min` and `max` characters of `set`, then the end. */
static bool is_tagged(const char *text, const char *prefix, const char *set, size_t min, size_t max)
{
    if (!text_starts(text, prefix))
        return false;
    text += strlen(prefix);
    size_t span = strspn(text, set);
    return span >= min && span <= max && !text[span];
}

bool is_letters(const char *text)
{
    size_t span = 0;
    while (isalpha((unsigned char)text[span]))
        span++;
    return span && !text[span];
}

bool is_opportunity_id(const char *text)
{
    return is_tagged(text, "O", DIGITS, 1, 19);
}

bool is_solution_id(const char *text)
{
    return is_tagged(text, "S-", DIGITS, 1, 19);
}

bool is_task_id(const char *text)
{
    return is_arn(text) || is_tagged(text, "task-", DIGITS LOWER, 13, 13);
}

bool is_engagement_id(const char *text)
{
    return is_arn(text) || is_tagged(text, "eng-", DIGITS LOWER, 14, 14);
}

bool is_invitation_id(const char *text)
{
    return is_arn(text) || is_tagged(text, "engi-", DIGITS LOWER, 13, 13);
}

bool is_arn(const char *text)
{
    return text_starts(text, "arn:");
}

bool is_instant(const char *text)
{
    int64_t ms;
    return instant_parse(text, &ms);
}

bool is_day(const char *text)
{
    int64_t day;
    return text[0] != '0' && day_parse(text, &day);
}

bool is_amount(const char *text)
{
    size_t whole = strspn(text, DIGITS);
    if (whole < 1 || whole > 31 || (text[0] == '0' && whole > 1))
        return false;
    if (!text[whole])
        return true;
    size_t fraction = strspn(text + whole + 1, DIGITS);
    return text[whole] == '.' && fraction <= 2 && !text[whole + 1 + fraction];
}

bool is_amount_or_empty(const char *text)
{
    return !text[0] || is_amount(text);
}

bool is_estimate_url(const char *text)
{
    static const char *const hosts[] = {"https://calculator.aws/#/estimate?id=",
                                        "https://pricing.calculator.aws.eu/#/estimate?id="};
    return is_tagged(text, hosts[0], DIGITS "abcdef", 32, 64) ||
           is_tagged(text, hosts[1], DIGITS "abcdef", 32, 64);
}

static bool is_domain(const char *text)
{
    size_t labels = 0;
    while (*text) {
        size_t span = strspn(text, DIGITS LOWER "-");
        if (!span || text[0] == '-' || text[span - 1] == '-')
            return false;
        labels++;
        text += span;
        if (*text == '.' && text[1])
            text++;
        else if (*text)
            return false;
    }
    return labels >= 2;
}

bool is_email(const char *text)
{
    const char *at = strchr(text, '@');
    if (!at || at == text || text[0] == '.' || at[-1] == '.' || strstr(text, ".."))
        return false;
    size_t span = strspn(text, DIGITS LOWER "!#$%&'*+/=?^_`{|}~-.");
    return text + span == at && is_domain(at + 1);
}

bool is_phone(const char *text)
{
    return text[0] == '+' && text[1] != '0' && is_tagged(text, "+", DIGITS, 2, 15);
}

bool is_duns(const char *text)
{
    return is_tagged(text, "", DIGITS, 9, 9);
}

bool is_aws_account(const char *text)
{
    return is_tagged(text, "", DIGITS LOWER "ABCDEFGHIJKLMNOPQRSTUVWXYZ_", 1, 12);
}

static bool is_marketplace_arn(const char *text, const char *entity)
{
    const char *region = "arn:aws:aws-marketplace:";
    if (!text_starts(text, region))
        return false;
    text += strlen(region);
    text += strspn(text, LOWER);
    for (int i = 0; i < 2; i++) {
        if (*text++ != '-')
            return false;
        text += strspn(text, i ? DIGITS : LOWER);
    }
    if (*text++ != ':' || strspn(text, DIGITS) != 12)
        return false;
    return text_starts(text + 12, entity) && text[12 + strlen(entity)];
}

bool is_offer_arn(const char *text)
{
    return is_marketplace_arn(text, ":AWSMarketplace/Offer/");
}

bool is_offer_set_arn(const char *text)
{
    return is_marketplace_arn(text, ":AWSMarketplace/OfferSet/offerset-");
}
