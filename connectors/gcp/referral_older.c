#include "connectors/gcp/referral_older.h"

#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "connectors/gcp/values.h"
#include "model/value.h"

/* ------------------------------------------------------------------ reading */

/* Members that are only called otherwise. */
static const char *const moved[][2] = {
    {"name", "name"},
    {"notes", "agent.comments"},
    {"nextSteps", "isvSolutionConnectInfo.nextStep"},
    {"salesStage", "agent.cloud_stage"},
    {"termMonths", "qualificationInfo.contractLengthMonths"},
    {"isConfidential", "opportunityInfo.confidential"},
    {"decisionPhase", "qualificationInfo.decisionPhase"},
    {"externalSystemId", "agent.reference"},
    /* Of leads. */
    {"leadStatus", "agent.cloud_stage"},
    {"opportunitySummary", "agent.problem"},
    {"rejectionComments", "stateDescription"},
    {"customerContactRequested", "isvSolutionConnectInfo.customerContactRequested"},
    {"contractVehicle", "isvSolutionConnectInfo.contractVehicle"},
    {"budget", "qualificationInfo.budget"},
    {"timeline", "qualificationInfo.timeline"},
    {"authority", "qualificationInfo.authority"},
    {"need", "qualificationInfo.need"},
    {"productInterests", "opportunityInfo.productFamily"},
    {"submitterEmail", "submitterEmail"},
    {"submittedTime", "agent.submitted"},
    {"leadSource", "source"},
};

/* One word where the other interface, or the field, has a list. */
static const char *const listed[][2] = {
    {"productFamily", "opportunityInfo.productFamily"},
    {"supportLevel", "agent.needs"},
    {"deliveryModel", "agent.delivery_models"},
};

static const struct {
    const char *member, *path;
    bool instant;
} dates[] = {
    {"closeDate", "agent.close_date", false},
    {"estimatedCloseDate", "agent.close_date", false},
    {"createDate", "agent.created", true},
    {"submitDate", "agent.submitted", true},
};

/* Nothing stands in the way: the document is made here. */
static void put(struct arena *arena, struct json *document, const char *path, struct json *value)
{
    (void)json_put(arena, document, path, value, NULL);
}

static void set_value(struct arena *arena, struct json *regular, const struct json *document)
{
    const char *amount = json_get_text(document, "dealSize");
    const char *currency = json_get_text(document, "dealCurrencyCode");
    if (text_blank(amount) || text_blank(currency))
        return;
    put(arena, regular, "agent.value.amount", json_string(arena, amount));
    put(arena, regular, "agent.value.currency", json_string(arena, currency));
}

static void set_team(struct arena *arena, struct json *regular, const struct json *document)
{
    const char *email = json_get_text(json_get(document, "owner"), "email");
    struct json *list = json_array(arena);
    if (text_blank(email))
        return;
    json_append(arena, list, json_string(arena, arena_printf(arena, "owner %s", email)));
    put(arena, regular, "agent.team", list);
}

struct json *older_regular(struct arena *arena, const struct json *document,
                           struct json **ret_aside)
{
    struct json *regular = json_object(arena);
    const char *name = json_get_text(document, "name");
    for (size_t i = 0; i < COUNT(moved); i++) {
        const struct json *value = json_get(document, moved[i][0]);
        if (!json_is_null(value))
            put(arena, regular, moved[i][1], json_clone(arena, value));
    }
    for (size_t i = 0; i < COUNT(listed); i++) {
        struct json *list = json_array(arena);
        const char *word = json_get_text(document, listed[i][0]);
        if (text_blank(word))
            continue;
        json_append(arena, list, json_string(arena, word));
        put(arena, regular, listed[i][1], list);
    }
    for (size_t i = 0; i < COUNT(dates); i++) {
        const char *day = gcp_date_read(arena, json_get(document, dates[i].member));
        if (day)
            put(arena, regular, dates[i].path,
                json_string(
                    arena, arena_printf(arena, "%s%s", day, dates[i].instant ? "T00:00:00Z" : "")));
    }
    set_value(arena, regular, document);
    set_team(arena, regular, document);
    put(arena, regular, "agent.interface", json_string(arena, "older"));
    /* Nothing writes a lead once it is there. */
    put(arena, regular, "partnerInfo.partnerViewType",
        json_string(arena, name && strstr(name, "/leads/") ? "LIMITED" : "FULL"));
    *ret_aside = json_clone(arena, json_get(regular, "agent"));
    return regular;
}

/* ------------------------------------------------------------------ writing */

enum form { TEXT_FORM, FLAG_FORM, DATE_FORM, AMOUNT_FORM };

static const struct writable {
    const char *field, *member;
    enum form form;
} writables[] = {
    {"partner_reference", "externalSystemId", TEXT_FORM},
    {"comments", "notes", TEXT_FORM},
    {"next_steps", "nextSteps", TEXT_FORM},
    {"contract_months", "termMonths", TEXT_FORM}, /* int64 travels as text */
    {"decision_phase", "decisionPhase", TEXT_FORM},
    {"confidential", "isConfidential", FLAG_FORM},
    {"close_date", "closeDate", DATE_FORM},
    {"contract_value", "dealSize", AMOUNT_FORM},
};

static const struct writable *writable(const char *field)
{
    for (size_t i = 0; i < COUNT(writables); i++) {
        if (!strcmp(writables[i].field, field))
            return &writables[i];
    }
    return NULL;
}

const char *older_member(const char *field)
{
    const struct writable *row = writable(field);
    return row ? row->member : NULL;
}

/* The currency is the service's own: an amount in another one cannot be told to it. */
static int amount_of(struct arena *arena, const struct json *document, const char *value,
                     struct json **ret_node, struct error *error)
{
    const char *amount, *currency, *own = json_get_text(document, "dealCurrencyCode");
    if (!money_split(arena, value, &amount, &currency) || (own && !text_equal(own, currency)))
        return error_set(error, ERROR_INPUT, SCOPE_RECORD,
                         "contract_value: the record is kept in %s, and \"%s\" is none of it",
                         own ? own : "a currency of its own", value);
    *ret_node = json_number(arena, amount);
    return 0;
}

int older_put(struct arena *arena, struct json *document, const char *field, const char *value,
              struct error *error)
{
    const struct writable *row = writable(field);
    struct json *node = NULL;
    if (!row)
        return error_set(error, ERROR_BUG, SCOPE_RECORD, "%s: the older interface does not take it",
                         field);
    if (value && row->form == TEXT_FORM)
        node = json_string(arena, value);
    else if (value && row->form == FLAG_FORM)
        node = json_bool(arena, text_equal(value, "yes"));
    else if (value && row->form == DATE_FORM)
        node = gcp_date_write(arena, value);
    else if (value) {
        int result = amount_of(arena, document, value, &node, error);
        if (result < 0)
            return result;
    }
    json_set(arena, document, row->member, node);
    return 0;
}
