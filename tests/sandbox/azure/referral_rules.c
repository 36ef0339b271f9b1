/* What the service demands of a referral as a whole. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "model/value.h"
#include "tests/sandbox/azure/referrals.h"
#include "tests/sandbox/words.h"

#define DAY_MS (INT64_C(24) * 3600 * 1000)
#define LEAST  "25000" /* USD, from which a deal may be registered */
#define PERPETUAL                                                                                  \
    "150000" /* the same for each of the six years that a perpetual one counts for                 \
              */

int referral_refuse(struct failure *failure, const char *code, const char *format, ...)
{
    char message[400];
    va_list list;
    va_start(list, format);
    vsnprintf(message, sizeof message, format, list);
    va_end(list);
    failure->reason = code;
    failure->resource = arena_copy(failure->arena, message);
    return fail(failure, 400, "invalidRequest", "%s",
                !strcmp(code, "invalidStatusTransition") ? "The status transition is not allowed."
                                                         : "The request is not valid.");
}

/* ---- States. */
static const struct {
    const char *status;
    const char *const next[4], *const substatuses[5];
} states[] = {
    {"New", {"New", "Active", "Closed"}, {"Pending", "Received"}},
    {"Active", {"Active", "Closed"}, {"Accepted"}},
    {"Closed", {"Closed"}, {"Won", "Lost", "Declined", "Expired"}},
};

static size_t find_state(const char *status)
{
    size_t i = 0;
    while (i < COUNT(states) && !text_equal(states[i].status, status))
        i++;
    return i;
}

int referral_check_state(struct failure *failure, const struct json *before,
                         const struct json *after)
{
    static const char code[] = "invalidStatusTransition";
    const char *status = json_get_text(after, "status"),
               *substatus = json_get_text(after, "substatus");
    const char *old = json_get_text(before, "status"),
               *old_substatus = json_get_text(before, "substatus");
    size_t state = find_state(status), old_state = find_state(old);
    if (state == COUNT(states) || !words_have(states[state].substatuses, substatus))
        return referral_refuse(failure, code, "%s with %s", status ? status : "no status",
                               substatus ? substatus : "no substatus");
    if (!before || (text_equal(status, old) && text_equal(substatus, old_substatus)))
        return 0;
    bool closed = text_equal(old, "Closed");
    if (closed || old_state == COUNT(states) || !words_have(states[old_state].next, status))
        return referral_refuse(failure, code, "%s to %s", old ? old : "nothing", status);
    if (!strcmp(substatus, "Expired"))
        return referral_refuse(failure, code, "Only the service lets a referral expire");
    return 0;
}

static bool is_shared_with_sellers(const struct json *document)
{
    const struct json *flag = json_find(document, REFERRAL_CONSENT);
    return flag && flag->type == JSON_BOOL && flag->boolean;
}

int referral_check_visibility(struct failure *failure, const struct json *before,
                              const struct json *after)
{
    if (is_shared_with_sellers(before) && !is_shared_with_sellers(after))
        return referral_refuse(failure, "visibilityLocked",
                               "What Microsoft has seen cannot be hidden again");
    if (text_equal(json_get_text(before, "type"), "Shared") &&
        !text_equal(json_get_text(after, "type"), "Shared"))
        return referral_refuse(failure, "visibilityLocked", "A shared deal stays shared");
    return 0;
}

/* ---- Co-sell. */
static const struct json *first_of(const struct json *list)
{
    return list && list->type == JSON_ARRAY ? json_at(list, 0) : list;
}

static bool has_contact(const struct json *team)
{
    const struct json *member = first_of(team);
    return !text_blank(json_get_text(member, "email")) &&
           !text_blank(json_get_text(member, "lastName"));
}

static bool has_solution(const struct json *document)
{
    const struct json *list = json_find(document, "details.requirements.solutions");
    for (size_t i = 0; list && i < list->count; i++) {
        const char *id = json_get_text(list->items[i], "id");
        if (text_equal(json_get_text(list->items[i], "type"), "Name") && id &&
            referral_solution_id(id))
            return true;
    }
    return false;
}

int referral_check_cosell(struct failure *failure, const struct json *document)
{
    static const char code[] = "coSellRequirement";
    if (!has_contact(json_find(document, "customerProfile.team")))
        return referral_refuse(failure, code, "Co-sell needs a contact at the customer");
    if (!has_contact(json_get(document, "team")))
        return referral_refuse(failure, code, "Co-sell needs a seller in the team");
    if (!has_solution(document))
        return referral_refuse(failure, code, "Co-sell needs a solution of type Name");
    if (text_blank(json_text(json_find(document, "customerProfile.address.country"))))
        return referral_refuse(failure, code, "Co-sell needs the customer's country");
    return 0;
}

/* ---- Registration. */
static const char registration[] = "registrationNotAllowed";

static bool microsoft_took_part(const struct sandbox *sandbox, const struct rest_record *record)
{
    const struct rest_record *side =
        referral_side(sandbox, referral_text(record, "engagementId"), REFERRAL_MICROSOFT);
    return side && (referral_is(side, "status", "Active") || referral_is(side, "substatus", "Won"));
}

static int check_deal(const struct sandbox *sandbox, struct failure *failure,
                      const struct rest_record *record)
{
    int64_t closed = 0;
    if (!referral_is(record, "substatus", "Won"))
        return referral_refuse(failure, registration, "Only a deal that was won is registered");
    if (!is_shared_with_sellers(record->document) ||
        (referral_is(record, "type", "Shared") && !microsoft_took_part(sandbox, record)))
        return referral_refuse(failure, registration,
                               "Only a partner-led deal, or one that Microsoft accepted");
    if (!instant_parse(referral_text(record, "closedDateTime"), &closed) ||
        closed - record->made_ms < 3 * DAY_MS)
        return referral_refuse(failure, registration,
                               "72 hours must lie between creating and winning");
    return 0;
}

static int check_dates(const struct sandbox *sandbox, struct failure *failure,
                       const struct rest_record *record, const struct json *contract)
{
    int64_t sign = 0, start = 0, end = 0, now = sandbox_now(sandbox);
    const char *sign_text = json_get_text(contract, "signDateTime"),
               *start_text = json_get_text(contract, "startDateTime"),
               *end_text = json_get_text(contract, "endDateTime");
    bool finite = text_equal(json_get_text(contract, "term"), "Finite");
    if (!sign_text || !start_text || !instant_parse(sign_text, &sign) ||
        !instant_parse(start_text, &start))
        return referral_refuse(failure, registration, "signDateTime and startDateTime are needed");
    if (sign > now || day_of(sign) < day_of(record->made_ms))
        return referral_refuse(failure, registration,
                               "Signed in the future, or before the deal was there");
    if (now - sign > 60 * DAY_MS)
        return referral_refuse(failure, registration, "Signed more than 60 days ago");
    if (now - start > 90 * DAY_MS)
        return referral_refuse(failure, registration, "Begun more than 90 days ago");
    bool has_end = end_text && instant_parse(end_text, &end);
    if ((finite && !has_end) || (has_end && end < start))
        return referral_refuse(failure, registration,
                               "endDateTime is missing, or before the start");
    return 0;
}

static int check_contract(struct failure *failure, const struct json *contract)
{
    const char *value = json_get_text(contract, "value"), *term = json_get_text(contract, "term");
    if (!value || !term || !json_get_text(contract, "currency"))
        return referral_refuse(failure, registration, "The contract needs value, currency, term");
    bool perpetual = !strcmp(term, "Perpetual");
    if (decimal_compare(value, LEAST) < 0 || (perpetual && decimal_compare(value, PERPETUAL) <= 0))
        return referral_refuse(failure, registration, "The contract's value is too low");
    return 0;
}

static int check_solutions(struct failure *failure, const struct json *document)
{
    static const char *const needed[] = {"id", "value", "currency", "primaryDeploymentOn",
                                         "pricingModel"};
    const struct json *list = json_get(document, "solutionDetails");
    const char *most = json_text(json_find(document, "contract.value"));
    if (!list || !list->count)
        return referral_refuse(failure, registration, "solutionDetails are needed");
    for (size_t i = 0; i < list->count; i++) {
        for (size_t j = 0; j < COUNT(needed); j++) {
            if (text_blank(json_get_text(list->items[i], needed[j])))
                return referral_refuse(failure, registration, "solutionDetails/%zu needs %s", i,
                                       needed[j]);
        }
        if (decimal_compare(json_get_text(list->items[i], "value"), most) > 0)
            return referral_refuse(failure, registration,
                                   "A solution is worth more than the contract");
    }
    return 0;
}

int referral_check_registration(struct sandbox *sandbox, struct failure *failure,
                                const struct rest_record *record, const struct json *document)
{
    const struct json *contract = json_get(document, "contract");
    int result = check_deal(sandbox, failure, record);
    if (result == 0 && (!contract || !json_get(document, "type")))
        result = referral_refuse(failure, registration, "type and contract are needed");
    if (result == 0)
        result = check_contract(failure, contract);
    if (result == 0)
        result = check_dates(sandbox, failure, record, contract);
    return result < 0 ? result : check_solutions(failure, document);
}
