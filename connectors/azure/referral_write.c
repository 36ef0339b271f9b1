/* Fields that have no plain place in a referral: amounts are numbers, days are instants, lists hold
 * objects of which only some are ours, the end of a deal is a pair of states. */
#include "base/memory.h"
#include "base/text.h"
#include "connectors/azure/referral_words.h"
#include "model/value.h"

#define MIDNIGHT "T00:00:00Z"

struct putting {
    struct arena *arena;
    struct json *document;
    const char *value; /* NULL: taken out */
    struct error *error;
};

static int put(const struct putting *putting, const char *path, struct json *value)
{
    return json_put(putting->arena, putting->document, path, value, putting->error);
}

/* What is written is a list of members, whatever was read. */
static void list_people(const struct putting *putting, const char *path)
{
    const struct json *team = json_find(putting->document, path);
    if (!team || team->type != JSON_OBJECT)
        return;
    struct json *list = json_array(putting->arena);
    json_append(putting->arena, list, json_clone(putting->arena, team));
    json_put(putting->arena, putting->document, path, list, NULL);
}

/* What stands as null on the way is as good as absent. */
static void clear_way(const struct putting *putting, const char *path)
{
    const struct json *node = json_find(putting->document, path);
    if (node && node->type == JSON_NULL)
        json_put(putting->arena, putting->document, path, NULL, NULL);
}

/* The table knows the type of an identifier by this spelling. */
static void spell_duns(const struct putting *putting)
{
    struct json *ids = json_find(putting->document, "customerProfile.ids");
    for (size_t i = 0; ids && ids->type == JSON_ARRAY && i < ids->count; i++) {
        if (azure_referral_has(ids->items[i], "profileType", "Duns"))
            json_set_text(putting->arena, ids->items[i], "profileType", "Duns");
    }
}

static int put_amount(const struct putting *putting, const char *object, const char *amount_member,
                      const char *field)
{
    const char *amount, *currency;
    /* A deal of no value is not to be had: 0 and nothing must not be sent. */
    if (!putting->value || !money_split(putting->arena, putting->value, &amount, &currency) ||
        !decimal_compare(amount, "0"))
        return error_set(putting->error, ERROR_REFUSED, SCOPE_RECORD,
                         "%s cannot be emptied or become 0", field);
    clear_way(putting, object);
    int result = put(putting, arena_printf(putting->arena, "%s.%s", object, amount_member),
                     json_number(putting->arena, amount));
    return result ? result
                  : put(putting, arena_printf(putting->arena, "%s.currency", object),
                        json_string(putting->arena, currency));
}

static int put_day(const struct putting *putting, const char *path)
{
    return put(putting, path,
               putting->value
                   ? json_string(putting->arena,
                                 arena_printf(putting->arena, "%s" MIDNIGHT, putting->value))
                   : NULL);
}

/* ------------------------------------------------------------------ lists */

static bool list_holds(struct arena *arena, const char *list, const char *text)
{
    for (size_t i = 0; i < list_count(list); i++) {
        if (text_equal(list_item(arena, list, i), text))
            return true;
    }
    return false;
}

static bool array_holds(const struct json *items, const char *id)
{
    for (size_t i = 0; i < items->count; i++) {
        if (text_equal(json_get_text(items->items[i], "id"), id))
            return true;
    }
    return false;
}

/* Those of the list that are not ours, or stay, keep their place and all that they hold. */
static int put_tags(const struct putting *putting, const char *path, bool solutions)
{
    struct arena *arena = putting->arena;
    const struct json *now = json_find(putting->document, path);
    struct json *list = json_array(arena);
    for (size_t i = 0; now && now->type == JSON_ARRAY && i < now->count; i++) {
        const struct json *item = now->items[i];
        bool ours = !solutions || azure_solution_is_named(item);
        if (!ours || list_holds(arena, putting->value, json_get_text(item, "id")))
            json_append(arena, list, json_clone(arena, item));
    }
    for (size_t i = 0; i < list_count(putting->value); i++) {
        const char *id = list_item(arena, putting->value, i);
        if (array_holds(list, id))
            continue;
        struct json *item = json_object(arena);
        json_set_text(arena, item, "id", id);
        if (solutions)
            json_set_text(arena, item, "type", "Name");
        json_append(arena, list, item);
    }
    clear_way(putting, "details");
    clear_way(putting, "details.requirements");
    clear_way(putting, path);
    return put(putting, path, list);
}

/* The first of several; its name belongs to its id. */
static int put_industry(const struct putting *putting)
{
    static const char *const path = "details.requirements.industries";
    struct json *list = json_find(putting->document, path);
    if (!putting->value) {
        if (list && list->type == JSON_ARRAY && list->count)
            json_remove_at(list, 0);
        return 0;
    }
    struct json *industry = json_object(putting->arena);
    json_set_text(putting->arena, industry, "id", putting->value);
    clear_way(putting, "details");
    clear_way(putting, "details.requirements");
    clear_way(putting, path);
    return put(putting, arena_printf(putting->arena, "%s[0]", path), industry);
}

/* ------------------------------------------------------------------ states and people */

static int put_stage(const struct putting *putting)
{
    const char *value = putting->value;
    if (text_equal(value, STAGE_WON) || text_equal(value, STAGE_LOST)) {
        json_set_text(putting->arena, putting->document, "status", "Closed");
        json_set_text(putting->arena, putting->document, "substatus",
                      text_equal(value, STAGE_WON) ? "Won" : "Lost");
        return 0;
    }
    struct json *stage = value ? azure_stage_write(putting->arena, putting->document, value) : NULL;
    if (value && !stage)
        return error_set(putting->error, ERROR_BUG, SCOPE_RECORD, "stage: \"%s\" has no word",
                         value);
    json_set(putting->arena, putting->document, "salesStage", stage);
    return 0;
}

/* "needs" is a set of at most one. */
static int put_needs(const struct putting *putting)
{
    clear_way(putting, "inviteContext");
    return put(putting, "inviteContext.assistanceRequestCode",
               putting->value
                   ? json_string(putting->arena, list_item(putting->arena, putting->value, 0))
                   : NULL);
}

/* The value of what was sold goes with the contract's, which it must not exceed. */
static int put_revenue(const struct putting *putting)
{
    static const char *const sold = "registrations[0].solutionDetails[0].value";
    const char *before = json_text(json_find(putting->document, "registrations[0].contract.value"));
    const char *part = json_text(json_find(putting->document, sold));
    int result = put_amount(putting, "registrations[0].contract", "value", "revenue_value");
    const struct json *now = json_find(putting->document, "registrations[0].contract.value");
    if (result || !part || !now)
        return result;
    bool whole = text_equal(part, before);
    bool above = decimal_valid(part) && decimal_compare(part, now->text) > 0;
    return whole || above ? put(putting, sold, json_number(putting->arena, now->text)) : 0;
}

enum form {
    FORM_AMOUNT,
    FORM_DAY,
    FORM_TAGS,
    FORM_SOLUTIONS,
    FORM_INDUSTRY,
    FORM_STAGE,
    FORM_NEEDS,
    FORM_REVENUE,
    FORM_DUNS,    /* and those below: as the table says, once the type is spelt as it wants */
    FORM_PERSON,  /* as the table says, once the team is a list */
    FORM_OBJECTS, /* as the table says, once nothing stands as null on the way */
};

static const struct {
    const char *field;
    enum form form;
    const char *path;
} forms[] = {
    {"contract_value", FORM_AMOUNT, "details"},
    {"close_date", FORM_DAY, "details.closingDateTime"},
    {"revenue_start", FORM_DAY, "registrations[0].contract.startDateTime"},
    {"revenue_end", FORM_DAY, "registrations[0].contract.endDateTime"},
    {"signed", FORM_DAY, "registrations[0].contract.signDateTime"},
    {"revenue_value", FORM_REVENUE, NULL},
    {"solutions", FORM_SOLUTIONS, "details.requirements.solutions"},
    {"cloud_products", FORM_TAGS, "details.requirements.products"},
    {"services", FORM_TAGS, "details.requirements.services"},
    {"industry", FORM_INDUSTRY, NULL},
    {"stage", FORM_STAGE, NULL},
    {"needs", FORM_NEEDS, NULL},
    {"needs_notes", FORM_OBJECTS, "inviteContext"},
    {"comments", FORM_OBJECTS, "details"},
    {"street", FORM_OBJECTS, "customerProfile.address"},
    {"city", FORM_OBJECTS, "customerProfile.address"},
    {"state", FORM_OBJECTS, "customerProfile.address"},
    {"country", FORM_OBJECTS, "customerProfile.address"},
    {"postal_code", FORM_OBJECTS, "customerProfile.address"},
    {"duns", FORM_DUNS, "customerProfile.ids"},
    {"contact_first_name", FORM_PERSON, "customerProfile.team"},
    {"contact_last_name", FORM_PERSON, "customerProfile.team"},
    {"contact_email", FORM_PERSON, "customerProfile.team"},
    {"contact_phone", FORM_PERSON, "customerProfile.team"},
    {"contact_title", FORM_PERSON, "customerProfile.team"},
    {"owner_first_name", FORM_PERSON, "team"},
    {"owner_last_name", FORM_PERSON, "team"},
    {"owner_email", FORM_PERSON, "team"},
    {"owner_phone", FORM_PERSON, "team"},
    {"owner_title", FORM_PERSON, "team"},
};

int azure_referral_put(struct arena *arena, struct json *document, const char *field,
                       const char *value, struct error *error)
{
    const struct putting putting = {arena, document, value, error};
    const struct remote_field *remote = connector_field(&azure_referrals, field);
    size_t i = 0;
    while (i < COUNT(forms) && !text_equal(forms[i].field, field))
        i++;
    bool plain = i == COUNT(forms) || forms[i].form >= FORM_DUNS;
    /* Only the member goes: what held it (details, address) is not ours to take away. */
    if (plain && !value && remote && remote->path)
        return json_put(arena, document, remote->path, NULL, error);
    if (i == COUNT(forms))
        return 1;
    const char *path = forms[i].path;
    switch (forms[i].form) {
    case FORM_AMOUNT:
        return put_amount(&putting, path, "dealValue", field);
    case FORM_DAY:
        return put_day(&putting, path);
    case FORM_TAGS:
        return put_tags(&putting, path, false);
    case FORM_SOLUTIONS:
        return put_tags(&putting, path, true);
    case FORM_INDUSTRY:
        return put_industry(&putting);
    case FORM_STAGE:
        return put_stage(&putting);
    case FORM_NEEDS:
        return put_needs(&putting);
    case FORM_REVENUE:
        return put_revenue(&putting);
    case FORM_PERSON:
        list_people(&putting, path);
        clear_way(&putting, path);
        return 1;
    case FORM_DUNS:
        spell_duns(&putting);
        clear_way(&putting, path);
        return 1;
    case FORM_OBJECTS:
        clear_way(&putting, path);
        return 1;
    }
    return 1;
}
