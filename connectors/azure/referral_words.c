#include "connectors/azure/referral_words.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"

bool azure_word_is(const char *text, const char *word)
{
    return text && word && text_same_word(text, word);
}

/* ------------------------------------------------------------------ stages */

/* Percent from which on a deal is that far; words where the connectors' contract has one. 100 says
 * that a deal is won, but it is only once it is closed so: until then that is still to be done. */
static const struct {
    const char *stage, *word;
    long long percent;
} stages[] = {
    {"prospect", NULL, 10},
    {"qualified", "Qualify", 20},
    {"technical_validation", "Develop", 40},
    {"business_validation", "Propose", 60},
    {"committed", "Close", 80},
};

/* "20", "20%", "20.0" to 20. */
static bool percent_parse(struct arena *arena, const char *text, long long *ret_percent)
{
    char *number = text_trim(arena_copy(arena, text));
    size_t length = strlen(number);
    if (length && number[length - 1] == '%')
        number[length - 1] = '\0';
    number[strcspn(number, ".")] = '\0';
    return text_to_int64(text_trim(number), ret_percent) && *ret_percent >= 0 &&
           *ret_percent <= 100;
}

static const char *open_stage(struct arena *arena, const char *native)
{
    long long percent;
    for (size_t i = 0; i < COUNT(stages); i++) {
        if (stages[i].word && azure_word_is(native, stages[i].word))
            return stages[i].stage;
    }
    if (!percent_parse(arena, native, &percent))
        return native;
    const char *stage = stages[0].stage;
    for (size_t i = 0; i < COUNT(stages) && stages[i].percent <= percent; i++)
        stage = stages[i].stage;
    return stage;
}

const char *azure_stage_read(struct arena *arena, const struct json *referral)
{
    if (azure_referral_has(referral, "status", "Closed") &&
        azure_referral_has(referral, "substatus", "Won"))
        return STAGE_WON;
    if (azure_referral_has(referral, "status", "Closed") &&
        azure_referral_has(referral, "substatus", "Lost"))
        return STAGE_LOST;
    const char *native = json_get_text(referral, "salesStage");
    return text_blank(native) ? NULL : open_stage(arena, native);
}

struct json *azure_stage_write(struct arena *arena, const struct json *referral, const char *stage)
{
    const struct json *now = json_get(referral, "salesStage");
    const char *text = json_text(now);
    long long percent;
    bool words = !text_blank(text) && !percent_parse(arena, text, &percent);
    for (size_t i = 0; i < COUNT(stages); i++) {
        if (strcmp(stages[i].stage, stage) != 0)
            continue;
        if (words && stages[i].word)
            return json_string(arena, stages[i].word);
        if (now && now->type == JSON_NUMBER)
            return json_int(arena, stages[i].percent);
        const char *sign = text && strchr(text, '%') ? "%" : "";
        return json_string(arena, arena_printf(arena, "%lld%s", stages[i].percent, sign));
    }
    return NULL;
}

/* ------------------------------------------------------------------ states */

bool azure_state_is_known(const struct json *referral)
{
    static const char *const pairs[][2] = {
        {"New", "Pending"}, {"New", "Received"},    {"Active", "Accepted"}, {"Closed", "Won"},
        {"Closed", "Lost"}, {"Closed", "Declined"}, {"Closed", "Expired"},
    };
    for (size_t i = 0; i < COUNT(pairs); i++) {
        if (azure_referral_has(referral, "status", pairs[i][0]) &&
            azure_referral_has(referral, "substatus", pairs[i][1]))
            return true;
    }
    return false;
}

/* Letters only, in lower case: "Review (Passed)" and "ReviewPassed" are one. */
static char *letters(struct arena *arena, const char *text)
{
    char *bare = arena_alloc(arena, strlen(text) + 1);
    size_t length = 0;
    for (; *text; text++) {
        if (isalpha((unsigned char)*text))
            bare[length++] = (char)tolower((unsigned char)*text);
    }
    return bare;
}

const char *azure_registration_word(struct arena *arena, const char *native)
{
    static const char *const words[][2] = {
        {"registrationpending", "pending"},
        {"pending", "pending"},
        {"review", "review"},
        {"reviewpending", "review"},
        {"reviewpassed", "approved"},
        {"reviewfailed", "failed"},
        {"passed", "approved"},
        {"failed", "failed"},
        {"actionrequired", "action_required"},
        {"approved", "approved"},
        {"closed", "closed"},
        {"marketplacevalidation", "review"},
        {"marketplacevalidationpending", "review"},
        {"marketplacevalidationpassed", "approved"},
        {"marketplacevalidationfailed", "failed"},
    };
    const char *bare = letters(arena, native);
    for (size_t i = 0; i < COUNT(words); i++) {
        if (!strcmp(words[i][0], bare))
            return words[i][1];
    }
    return native;
}

bool azure_solution_is_named(const struct json *solution)
{
    const char *type = json_get_text(solution, "type");
    if (text_blank(type))
        type = json_get_text(solution, "solutionType"); /* some page calls it so */
    const char *id = json_get_text(solution, "id");
    return text_blank(type) ? id && text_starts(id, "SOL-") : azure_word_is(type, "Name");
}
