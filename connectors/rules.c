/* Holds a write against the field limits and the rule table before anything is sent. */
#include <regex.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/times.h"
#include "connectors/document.h"
#include "model/value.h"

#define TOO_SHORT    "REF-006"
#define TOO_LONG     "REF-007"
#define UNKNOWN_WORD "REF-008"

#define HOUR_MS INT64_C(3600000)

struct checking {
    const struct connector_kind *kind;
    const struct kind *model;
    unsigned at;
    const struct record *before; /* NULL when creating */
    const struct record *after;
    int64_t now_ms;
    struct arena *arena; /* for details */
    document_report *report;
    void *context;
    size_t count;
    bool locked; /* what is reported is a lock */
};

static void fault(struct checking *checking, const char *code, const char *field,
                  const char *remedy, const char *detail)
{
    checking->count++;
    if (!checking->report)
        return;
    const struct record *identity = checking->before ? checking->before : checking->after;
    struct finding finding = {
        .type = finding_type(code),
        .subject = identity->id ? identity->id : "",
        .field = field,
        .detail = remedy ? arena_printf(checking->arena, "%s; %s", detail, remedy) : detail,
        .locked = checking->locked,
    };
    checking->report(checking->context, &finding);
}

/* The day that an instant has where the cloud ends its days. */
static int64_t own_day(const struct checking *checking, int64_t instant_ms)
{
    return checking->kind->today ? checking->kind->today(instant_ms) : day_of(instant_ms);
}

static int64_t today(const struct checking *checking)
{
    return own_day(checking, checking->now_ms);
}

static const char *vendor_name(const struct checking *checking, const char *field)
{
    const struct remote_field *remote = connector_field(checking->kind, field);
    return remote && remote->vendor ? remote->vendor : field;
}

static const char *old_value(const struct checking *checking, const char *field)
{
    return checking->before ? record_get(checking->before, field) : NULL;
}

static bool changed(const struct checking *checking, const char *field)
{
    return !text_equal(old_value(checking, field), record_get(checking->after, field));
}

static bool contains(const char *const *words, const char *text)
{
    for (; *words; words++) {
        if (!strcmp(*words, text))
            return true;
    }
    return false;
}

/* ------------------------------------------------------------------ limits */

static void check_length(struct checking *checking, const struct remote_field *remote,
                         const char *value)
{
    size_t length = utf8_length(value);
    if (remote->min && length < remote->min)
        fault(checking, TOO_SHORT, remote->field, NULL,
              arena_printf(checking->arena, "%s has %zu characters, at least %u are needed",
                           remote->vendor, length, remote->min));
    if (remote->max && length > remote->max)
        fault(checking, TOO_LONG, remote->field, NULL,
              arena_printf(checking->arena, "%s has %zu characters, at most %u are taken",
                           remote->vendor, length, remote->max));
}

static void check_choice(struct checking *checking, const struct remote_field *remote,
                         const char *value)
{
    if (contains(remote->choices, value))
        return;
    size_t count = 0;
    while (remote->choices[count])
        count++;
    const char *suggestion = text_suggest(value, remote->choices, count);
    fault(checking, UNKNOWN_WORD, remote->field, NULL,
          arena_printf(checking->arena, "%s does not take \"%s\"%s%s%s", remote->vendor, value,
                       suggestion ? "; did you mean \"" : "", suggestion ? suggestion : "",
                       suggestion ? "\"?" : ""));
}

/* Clouds have words in common, but not all of them. */
static void check_word(struct checking *checking, const struct remote_field *remote,
                       const char *value)
{
    if (document_word(remote, value))
        return;
    const char *words = "";
    for (size_t i = 0; remote->words[i]; i += 2)
        words =
            arena_printf(checking->arena, "%s%s%s", words, *words ? ", " : "", remote->words[i]);
    fault(checking, UNKNOWN_WORD, remote->field, NULL,
          arena_printf(checking->arena, "%s does not take \"%s\"; it takes %s", remote->vendor,
                       value, words));
}

/* What the cloud has already is not held against the writer. */
static void check_field(struct checking *checking, const struct remote_field *remote)
{
    const char *value = record_get(checking->after, remote->field);
    if (!value || (checking->before && !changed(checking, remote->field)))
        return;
    size_t index = kind_field(checking->model, remote->field);
    bool list = index != FIELD_NONE && value_type_many(checking->model->fields[index].type);
    size_t count = list ? list_count(value) : 1;
    for (size_t i = 0; i < count; i++) {
        const char *item = list ? list_item(checking->arena, value, i) : value;
        check_length(checking, remote, item);
        if (remote->choices)
            check_choice(checking, remote, item);
        if (remote->words && remote->flags & (REMOTE_CREATE | REMOTE_UPDATE))
            check_word(checking, remote, item);
    }
}

/* ------------------------------------------------------------------ rules */

/* A plain word: the value is one of the plain words. "!word": it is none of those. */
static bool condition_holds(const struct record *record, const char *field,
                            const char *const *words)
{
    const char *value = record_get(record, field);
    bool any = false, plain = false;
    for (; *words; words++) {
        bool negate = **words == '!';
        const char *word = *words + negate;
        bool same = *word ? value && !strcmp(value, word) : !value;
        if (negate && same)
            return false;
        plain = plain || !negate;
        any = any || (!negate && same);
    }
    return any || !plain;
}

static bool applies(const struct checking *checking, const struct rule *rule)
{
    if (!(rule->at & checking->at))
        return false;
    const struct record *record = rule->type == RULE_LOCKED ? checking->before : checking->after;
    if (!record)
        return false;
    for (size_t i = 0; i < COUNT(rule->when) && rule->when[i].field; i++) {
        if (!condition_holds(record, rule->when[i].field, rule->when[i].words))
            return false;
    }
    return true;
}

/* "because stage is lost": what made the rule apply, for people. */
static const char *because(struct checking *checking, const struct rule *rule)
{
    const char *text = "";
    const struct record *record = rule->type == RULE_LOCKED ? checking->before : checking->after;
    for (size_t i = 0; i < COUNT(rule->when) && rule->when[i].field; i++) {
        const char *value = record_get(record, rule->when[i].field);
        if (value)
            text = arena_printf(checking->arena, "%s%s %s is %s", text, *text ? " and" : " because",
                                rule->when[i].field, value);
    }
    return text;
}

static void check_locked(struct checking *checking, const struct rule *rule, const char *field)
{
    if (!changed(checking, field))
        return;
    const char *old = old_value(checking, field);
    checking->locked = true;
    fault(checking, rule->code, field, rule->remedy,
          arena_printf(checking->arena, "%s stays %s%s%s%s", vendor_name(checking, field),
                       old ? "\"" : "empty", old ? old : "", old ? "\"" : "",
                       because(checking, rule)));
    checking->locked = false;
}

static void check_all_locked(struct checking *checking, const struct rule *rule)
{
    for (size_t i = 0; i < checking->kind->field_count; i++) {
        const struct remote_field *remote = &checking->kind->fields[i];
        bool free = rule->except && contains(rule->except, remote->field);
        if (!free && remote->flags & REMOTE_UPDATE)
            check_locked(checking, rule, remote->field);
    }
}

static bool fits(const struct checking *checking, const struct rule *rule, const char *value)
{
    if (rule->type == RULE_WORDS)
        return contains(rule->words, value);
    if (rule->type == RULE_FUTURE) {
        int64_t day;
        return day_parse(value, &day) && day >= today(checking);
    }
    if (rule->type == RULE_WITHIN) {
        int64_t day, most;
        long long days = 0;
        bool known = day_parse(value, &day) && text_to_int64(rule->words[0], &days);
        most = today(checking) + days;
        return !known || day <= most;
    }
    if (rule->type == RULE_RECENT) {
        int64_t day;
        long long days = 0;
        bool known = day_parse(value, &day) && text_to_int64(rule->words[0], &days);
        return !known || day >= today(checking) - days;
    }
    regex_t regex;
    if (regcomp(&regex, rule->words[0], REG_EXTENDED | REG_NOSUB))
        return false;
    bool fit = !regexec(&regex, value, 0, NULL, 0);
    regfree(&regex);
    return fit == (rule->type == RULE_PATTERN);
}

static void check_value(struct checking *checking, const struct rule *rule, const char *value)
{
    size_t index = kind_field(checking->model, rule->field);
    bool list = index != FIELD_NONE && value_type_many(checking->model->fields[index].type);
    size_t count = list ? list_count(value) : value != NULL;
    for (size_t i = 0; i < count; i++) {
        const char *item = list ? list_item(checking->arena, value, i) : value;
        if (!fits(checking, rule, item))
            fault(checking, rule->code, rule->field, rule->remedy,
                  arena_printf(checking->arena, "%s is \"%s\"%s",
                               vendor_name(checking, rule->field), item, because(checking, rule)));
    }
}

/* ------------------------------------------------------------------ two fields */

static size_t number_of(const char *word)
{
    long long number = 0;
    return text_to_int64(word, &number) && number > 0 ? (size_t)number : 0;
}

/* How many items of "date=number" are dated up to `day`. */
static size_t count_up_to(struct arena *arena, const char *pairs, int64_t day)
{
    size_t count = 0, all = list_count(pairs);
    for (size_t i = 0; i < all; i++) {
        const char *item = list_item(arena, pairs, i);
        int64_t date;
        count += day_parse(arena_copy_n(arena, item, strcspn(item, "=")), &date) && date <= day;
    }
    return count;
}

/* NULL if a number is none. */
static const char *sum_of(struct arena *arena, const char *pairs)
{
    const char *sum = "0";
    size_t count = list_count(pairs);
    for (size_t i = 0; sum && i < count; i++) {
        const char *sign = strrchr(list_item(arena, pairs, i), '=');
        sum = sign && decimal_valid(sign + 1) ? decimal_add(arena, sum, sign + 1) : NULL;
    }
    return sum;
}

/* The day of a date or an instant. */
static bool day_of_value(const char *value, int64_t *ret_day)
{
    int64_t ms;
    if (day_parse(value, ret_day))
        return true;
    if (!instant_parse(value, &ms))
        return false;
    *ret_day = day_of(ms);
    return true;
}

/* What is wrong between a value and the other one, for people; NULL: nothing. */
static const char *discord(struct checking *checking, const struct rule *rule, const char *value,
                           const char *other)
{
    struct arena *arena = checking->arena;
    const char *name = vendor_name(checking, rule->field), *amount, *currency;
    int64_t day, other_day;
    switch (rule->type) {
    case RULE_AFTER:
        return !day_parse(value, &day) || !day_parse(other, &other_day) || day > other_day
                   ? NULL
                   : arena_printf(arena, "%s is %s, which is not after %s, %s", name, value,
                                  rule->words[0], other);
    case RULE_NOT_BEFORE:
        return !day_of_value(value, &day) || !day_of_value(other, &other_day) || day >= other_day
                   ? NULL
                   : arena_printf(arena, "%s is %s, which is before %s, %s", name, value,
                                  rule->words[0], other);
    case RULE_CURRENCY:
        return !money_split(arena, value, &amount, &currency) || text_equal(currency, other)
                   ? NULL
                   : arena_printf(arena, "%s is %s, but %s is %s", name, value, rule->words[0],
                                  other);
    case RULE_SUM: {
        const char *sum = sum_of(arena, value);
        return !sum || !money_split(arena, other, &amount, &currency) ||
                       !decimal_compare(sum, amount)
                   ? NULL
                   : arena_printf(arena, "%s sums to %s, but %s is %s", name, sum, rule->words[0],
                                  other);
    }
    case RULE_UPTO: {
        size_t most = number_of(rule->words[1]);
        size_t count = day_parse(other, &other_day) ? count_up_to(arena, value, other_day) : 0;
        return count <= most
                   ? NULL
                   : arena_printf(arena, "%zu items of %s are due up to %s, %s; at most %zu may be",
                                  count, name, rule->words[0], other, most);
    }
    default:
        return NULL;
    }
}

static void check_two(struct checking *checking, const struct rule *rule, const char *value)
{
    const char *other = record_get(checking->after, rule->words[0]);
    bool due = checking->at & AT_SUBMIT || !checking->before || changed(checking, rule->field) ||
               changed(checking, rule->words[0]);
    const char *detail = due && value && other ? discord(checking, rule, value, other) : NULL;
    if (detail)
        fault(checking, rule->code, rule->field, rule->remedy, detail);
}

static void check_count(struct checking *checking, const struct rule *rule, const char *value)
{
    size_t count = list_count(value);
    size_t least = number_of(rule->words[0]), most = number_of(rule->words[1]);
    if (value && (count < least || count > most))
        fault(checking, rule->code, rule->field, rule->remedy,
              arena_printf(checking->arena, "%s has %zu items, %zu to %zu are taken%s",
                           vendor_name(checking, rule->field), count, least, most,
                           because(checking, rule)));
}

static bool list_has(struct arena *arena, const char *list, const char *item)
{
    for (size_t i = 0; i < list_count(list); i++) {
        if (text_equal(list_item(arena, list, i), item))
            return true;
    }
    return false;
}

static void check_grows(struct checking *checking, const struct rule *rule, const char *value)
{
    const char *old = old_value(checking, rule->field);
    for (size_t i = 0; i < list_count(old); i++) {
        const char *item = list_item(checking->arena, old, i);
        if (!list_has(checking->arena, value, item))
            fault(checking, rule->code, rule->field, rule->remedy,
                  arena_printf(checking->arena, "%s keeps \"%s\"%s",
                               vendor_name(checking, rule->field), item, because(checking, rule)));
    }
}

/* Says from when on it may be. */
static void check_aged(struct checking *checking, const struct rule *rule)
{
    char text[INSTANT_TEXT];
    const char *value = record_get(checking->after, rule->words[0]);
    int64_t since, due = (int64_t)number_of(rule->words[1]) * HOUR_MS;
    if (!value || !instant_parse(value, &since) || checking->now_ms - since >= due)
        return;
    fault(checking, rule->code, rule->field, rule->remedy,
          arena_printf(checking->arena, "%s is %s, less than %s hours ago; wait until %s",
                       vendor_name(checking, rule->words[0]), value, rule->words[1],
                       instant_print(since + due, text)));
}

/* ------------------------------------------------------------------ spans */

static void check_later(struct checking *checking, const struct rule *rule, const char *value)
{
    const char *old = old_value(checking, rule->field);
    int64_t day, old_day;
    if (value && old && day_parse(value, &day) && day_parse(old, &old_day) && day < old_day &&
        day >= today(checking))
        fault(checking, rule->code, rule->field, rule->remedy,
              arena_printf(checking->arena, "%s is %s, earlier than %s, which it has%s",
                           vendor_name(checking, rule->field), value, old,
                           because(checking, rule)));
}

/* The same day so many months on; the month's last where it has no such day. */
static int64_t months_after(int64_t day, size_t months)
{
    char text[DAY_TEXT];
    long long year, month, of_month;
    int64_t result = day;
    day_print(day, text);
    text[4] = text[7] = '\0';
    if (!text_to_int64(text, &year) || !text_to_int64(text + 5, &month) ||
        !text_to_int64(text + 8, &of_month))
        return day;
    month += (long long)months - 1;
    do {
        snprintf(text, sizeof text, "%04lld-%02lld-%02lld", year + month / 12, month % 12 + 1,
                 of_month);
    } while (!day_parse(text, &result) && --of_month > 27);
    return result;
}

static void check_months(struct checking *checking, const struct rule *rule, const char *value)
{
    char text[DAY_TEXT];
    const char *other = *rule->words[0] ? record_get(checking->after, rule->words[0]) : NULL;
    int64_t day, since = today(checking), ms;
    if (*rule->words[0] &&
        !(other && instant_parse(other, &ms) && (since = own_day(checking, ms), true)) &&
        !(other && day_parse(other, &since)))
        return;
    int64_t most =
        months_after(since, number_of(rule->words[1])) - (int64_t)number_of(rule->words[2]);
    if (value && day_parse(value, &day) && day > most)
        fault(checking, rule->code, rule->field, rule->remedy,
              arena_printf(
                  checking->arena, "%s is %s; it may be %s at the latest, %s months from %s%s",
                  vendor_name(checking, rule->field), value, day_print(most, text), rule->words[1],
                  other ? rule->words[0] : "today", because(checking, rule)));
}

static void check_repeated(struct checking *checking, const struct rule *rule, const char *value)
{
    const char *times = record_get(checking->after, rule->words[0]);
    size_t months = 0, digits = value && *value == 'P' ? strspn(value + 1, "0123456789") : 0;
    size_t again = times ? number_of(times) : 0, most = number_of(rule->words[1]);
    if (digits && !strcmp(value + 1 + digits, "M"))
        months = number_of(arena_copy_n(checking->arena, value + 1, digits));
    if (months > most || (months && again >= most) || months * (again + 1) > most)
        fault(checking, rule->code, rule->field, rule->remedy,
              arena_printf(checking->arena,
                           "%s is %s, and with %s %s of it that is more than %s "
                           "months",
                           vendor_name(checking, rule->field), value, times ? times : "no",
                           rule->words[0], rule->words[1]));
}

static void check_rule(struct checking *checking, const struct rule *rule)
{
    const char *value = record_get(checking->after, rule->field);
    switch (rule->type) {
    case RULE_REQUIRED:
        if (!value)
            fault(checking, rule->code, rule->field, rule->remedy,
                  arena_printf(checking->arena, "%s is needed%s",
                               vendor_name(checking, rule->field), because(checking, rule)));
        break;
    case RULE_FORBIDDEN:
        if (value)
            fault(checking, rule->code, rule->field, rule->remedy,
                  arena_printf(checking->arena, "%s must be empty%s",
                               vendor_name(checking, rule->field), because(checking, rule)));
        break;
    case RULE_LOCKED:
        if (!strcmp(rule->field, "*"))
            check_all_locked(checking, rule);
        else
            check_locked(checking, rule, rule->field);
        break;
    case RULE_KEPT:
        if (!value && old_value(checking, rule->field))
            fault(checking, rule->code, rule->field, rule->remedy,
                  arena_printf(checking->arena, "%s cannot be emptied%s",
                               vendor_name(checking, rule->field), because(checking, rule)));
        break;
    case RULE_GROWS:
        check_grows(checking, rule, value);
        break;
    case RULE_FUTURE: /* also an old value blocks the write */
        check_value(checking, rule, value);
        break;
    case RULE_WORDS: /* a submission is judged as a whole */
        if (checking->at & AT_SUBMIT || !checking->before || changed(checking, rule->field))
            check_value(checking, rule, value);
        break;
    case RULE_AGED:
        if (value && (!checking->before || changed(checking, rule->field)))
            check_aged(checking, rule);
        break;
    case RULE_PATTERN:
    case RULE_UNLIKE:
    case RULE_WITHIN:
    case RULE_RECENT:
        if (!checking->before || changed(checking, rule->field))
            check_value(checking, rule, value);
        break;
    case RULE_COUNT:
        if (!checking->before || changed(checking, rule->field))
            check_count(checking, rule, value);
        break;
    case RULE_LATER:
        check_later(checking, rule, value);
        break;
    case RULE_MONTHS: /* a submission is judged as a whole */
        if (checking->at & AT_SUBMIT || !checking->before || changed(checking, rule->field))
            check_months(checking, rule, value);
        break;
    case RULE_REPEATED:
        if (checking->at & AT_SUBMIT || !checking->before || changed(checking, rule->field) ||
            changed(checking, rule->words[0]))
            check_repeated(checking, rule, value);
        break;
    case RULE_AFTER:
    case RULE_NOT_BEFORE:
    case RULE_CURRENCY:
    case RULE_SUM:
    case RULE_UPTO:
        check_two(checking, rule, value);
        break;
    }
}

size_t document_check(const struct connector_kind *kind, unsigned at, const struct record *before,
                      const struct record *after, int64_t now_ms, document_report *report,
                      void *context)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct checking checking = {
        .kind = kind,
        .model = &kinds[kind->kind],
        .at = at,
        .before = before,
        .after = after,
        .now_ms = now_ms,
        .arena = arena,
        .report = report,
        .context = context,
    };
    for (size_t i = 0; i < kind->field_count; i++)
        check_field(&checking, &kind->fields[i]);
    for (size_t i = 0; i < kind->rule_count; i++) {
        if (applies(&checking, &kind->rules[i]))
            check_rule(&checking, &kind->rules[i]);
    }
    return checking.count;
}

static bool all_hold(const struct record *record, const struct rule_when *when, size_t count)
{
    for (size_t i = 0; i < count && when[i].field; i++) {
        if (!record || !condition_holds(record, when[i].field, when[i].words))
            return false;
    }
    return true;
}

bool document_due(const struct connector_kind *kind, enum action action,
                  const struct record *remote, const struct record *wanted, bool otherwise)
{
    for (size_t i = 0; i < kind->due_case_count; i++) {
        const struct due_case *one = &kind->due_cases[i];
        if (one->action == action && all_hold(remote, one->when, COUNT(one->when)) &&
            all_hold(wanted, one->wanted, COUNT(one->wanted)))
            return one->due;
    }
    return otherwise;
}

enum action document_classify_by_stage(const struct change *change, const struct record *before,
                                       int64_t now_ms)
{
    const struct change_field *stage = change_field(change, FIELD_STAGE);
    (void)before, (void)now_ms;
    if (stage && text_equal(stage->new_value, STAGE_LOST))
        return ACTION_CLOSE;
    if (stage && text_equal(stage->new_value, STAGE_WON))
        return ACTION_LAUNCH;
    return ACTION_UPDATE;
}
