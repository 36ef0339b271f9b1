/* Co-sell deals as files tell of them, and what the portal wants of one. The portal's words are
 * open lists: none of them is held against a value but those of stages.
 *
 * Only in the raw document: columns that the format does not have. */
#include <string.h>

#include "base/memory.h"
#include "connectors/drop/outbox.h"
#include "connectors/drop/records.h"
#include "connectors/rule_rows.h"

enum { WRITTEN = REMOTE_READ | REMOTE_CREATE | REMOTE_UPDATE };

#define KEPT(name, at)                                                                             \
    {                                                                                              \
        .field = name, .path = at, .flags = REMOTE_READ, .vendor = at                              \
    }
#define TEXT(name, at)                                                                             \
    {                                                                                              \
        .field = name, .path = at, .flags = WRITTEN, .vendor = at                                  \
    }
/* Read off the member that aside() makes, written by put(). */
#define ASIDE(name, at, flags_, vendor_)                                                           \
    .field = name, .path = "agent." at, .flags = flags_, .vendor = vendor_

/* A deal that Google closed for reasons of its own is neither won nor lost. */
#define CLOSED "CLOSED_ADMIN"

/* As Google's deal registration counts them; deals are closed by Google, too. */
static const char *const stages[] = {
    "prospect",
    "QUALIFY",
    "qualified",
    "REFINE",
    "technical_validation",
    "TECH_EVAL_SOL_DEV",
    "business_validation",
    "PROPOSAL_NEGOTIATION",
    "won",
    "MIGRATION_IMPL",
    "lost",
    "CLOSED_LOST",
    NULL,
};

static const char *const statuses[] = {
    "draft",        "DRAFT",    "submitted", "SUBMITTED", "approved", "ACCEPTED", "rejected",
    "NOT_ACCEPTED", "rejected", "REJECTED",  "closed",    CLOSED,     NULL,
};

static const char *const types[] = {
    "new", "NEW", "renewal", "RENEWAL", "expansion", "EXPANSION", "add_on", "ADD_ON", NULL,
};

static const struct remote_field fields[] = {
    {.field = "id", .path = "deal_id", .flags = REMOTE_READ | REMOTE_TAIL, .vendor = "deal_id"},
    {ASIDE("partner_reference", "reference", REMOTE_READ | REMOTE_CREATE, DROP_CRM)},
    {.field = "title", .path = DROP_TITLE, .flags = WRITTEN, .max = 120, .vendor = DROP_TITLE},
    TEXT("company", "customer_name"),
    TEXT("website", DROP_DOMAIN),
    TEXT("country", "country"),
    {ASIDE("problem", "description", WRITTEN, "description"), .max = 1000},
    {ASIDE("contract_value", "value", WRITTEN, "amount"), .amount = "amount",
     .currency = "currency"},
    TEXT("contract_months", "contract_months"),
    TEXT("close_date", DROP_CLOSES),
    {ASIDE("opportunity_type", "type", WRITTEN, "operation_type"), .words = types},
    {ASIDE("cloud_products", "products", WRITTEN, "product_family")},
    {ASIDE("needs", "needs", WRITTEN, "support_level")},
    TEXT("contract_vehicle", "contract_vehicle"),
    {ASIDE("delivery_models", "models", WRITTEN, "delivery_model")},
    {.field = "next_steps",
     .path = "next_step",
     .flags = WRITTEN,
     .max = 255,
     .vendor = "next_step"},
    {ASIDE("stage", "stage", REMOTE_READ | REMOTE_UPDATE, "stage"), .words = stages},
    {ASIDE("status", "status", REMOTE_READ, "state"), .words = statuses},
    KEPT("status_comments", "decline_reason"),
    KEPT("origin", "source"),
    KEPT("cloud_reference", DROP_NUMBER),
    {ASIDE("cloud_team", "team", REMOTE_READ, "owner_email")},
    KEPT("created", "create_time"),
    KEPT("modified", DROP_UPDATED),
};

static struct json *aside(struct arena *arena, const struct json *row)
{
    struct json *agent = json_object(arena);
    const char *plain, *tagged, *stage = drop_word(arena, drop_row_text(row, "stage"));
    bool over = text_equal(stage, CLOSED);
    drop_tag_split(arena, drop_row_text(row, "description"), &plain, &tagged);
    json_set_text(arena, agent, "reference", drop_row_reference(arena, row));
    json_set_text(arena, agent, "description", plain);
    json_set(arena, agent, "value", drop_money(arena, row, "amount"));
    json_set_text(arena, agent, "type", drop_word(arena, drop_row_text(row, "operation_type")));
    json_set_text(arena, agent, "stage", over ? NULL : stage);
    json_set_text(arena, agent, "status",
                  over ? stage : drop_word(arena, drop_row_text(row, "state")));
    json_set(arena, agent, "products", drop_list(arena, drop_row_text(row, "product_family")));
    json_set(arena, agent, "needs", drop_list(arena, drop_row_text(row, "support_level")));
    json_set(arena, agent, "models", drop_list(arena, drop_row_text(row, "delivery_model")));
    json_set(arena, agent, "team", drop_list(arena, drop_row_text(row, "owner_email")));
    return agent;
}

/* ---- writing ---- */

static void put_money(struct arena *arena, struct json *row, const char *value)
{
    const char *amount = NULL, *currency = NULL;
    if (value)
        money_split(arena, value, &amount, &currency);
    json_set_text(arena, row, "amount", amount);
    json_set_text(arena, row, "currency", currency);
}

/* Columns whose form the field table cannot tell. */
static int put(struct arena *arena, struct json *row, const char *field, const char *value,
               struct error *error)
{
    const struct remote_field *remote = connector_field(&drop_referral_kind, field);
    const struct kind *model = &kinds[KIND_REFERRAL];
    size_t index = kind_field(model, field);
    if (!remote || index == FIELD_NONE || !text_starts(remote->path, "agent."))
        return 1;
    if (model->fields[index].type == TYPE_MONEY) {
        put_money(arena, row, value);
        return 0;
    }
    const char *text = value;
    if (value && remote->words)
        text = document_word(remote, value);
    else if (value && value_type_many(model->fields[index].type))
        text = list_print(arena, NULL, value);
    if (value && !text)
        return error_set(error, ERROR_BUG, SCOPE_RECORD, "%s: \"%s\" has no word in the portal",
                         field, value);
    json_set_text(arena, row, remote->vendor, text);
    return 0;
}

/* ---- rules ---- */

/* What a deal is found again by when the portal's export comes back. */
#define NEEDED(name)                                                                               \
    {                                                                                              \
        ROW(RULE_REQUIRED, "REF-001", AT_CREATE, name)                                             \
    }
#define NEEDED_TO_SUBMIT(name)                                                                     \
    {                                                                                              \
        ROW(RULE_REQUIRED, "REF-002", AT_SUBMIT, name)                                             \
    }

static const struct rule rules[] = {
    NEEDED("title"),
    NEEDED("company"),
    NEEDED("website"),
    NEEDED("close_date"),
    NEEDED_TO_SUBMIT("problem"),
    NEEDED_TO_SUBMIT("country"),
    NEEDED_TO_SUBMIT("contract_value"),
    NEEDED_TO_SUBMIT("contract_months"),
    NEEDED_TO_SUBMIT("opportunity_type"),
    NEEDED_TO_SUBMIT("cloud_products"),
    NEEDED_TO_SUBMIT("needs"),
    {ROW(RULE_FUTURE, "REF-005", MADE, "close_date")},
    {ROW(RULE_COUNT, "REF-023", ALWAYS, "needs"), .words = WORDS("1", "1"),
     .remedy = "the portal takes one level of support for a deal"},
    {ROW(RULE_COUNT, "REF-023", ALWAYS, "delivery_models"), .words = WORDS("1", "1"),
     .remedy = "the portal takes one delivery model for a deal"},
    /* A deal in review is frozen; one that was closed takes no more edits. */
    {ROW(RULE_LOCKED, "REF-004", AT_UPDATE, "*"), .when = {WHEN("status", "submitted")}},
    {ROW(RULE_LOCKED, "REF-012", AT_UPDATE, "*"), .when = {WHEN("stage", STAGE_WON, STAGE_LOST)}},
    {ROW(RULE_LOCKED, "REF-012", AT_UPDATE, "*"), .when = {WHEN("status", "closed")}},
    {ROW(RULE_LOCKED, "REF-011", AT_UPDATE, "stage"),
     .when = {WHEN("status", "!approved", "!submitted")}},
};

/* ---- the kind ---- */

static void read_referrals(struct cloud *cloud, const struct read_scope *scope,
                           const struct read_sink *sink)
{
    drop_records_read(cloud, &drop_referrals, scope, sink);
}

/* Before any file has come nobody has said that there are none. */
static bool shows_all(const struct cloud *cloud)
{
    return cloud->told[DROP_COSELL];
}

const struct connector_kind drop_referral_kind = {
    .kind = KIND_REFERRAL,
    .capabilities = CAN_LIST | CAN_CREATE | CAN_UPDATE | CAN_CLOSE | CAN_SUBMIT,
    .fields = fields,
    .field_count = COUNT(fields),
    .rules = rules,
    .rule_count = COUNT(rules),
    .procedures = drop_procedures,
    .procedure_count = DROP_PROCEDURES,
    .classify = document_classify_by_stage,
    .shows_all = shows_all,
    .put = put,
    .read = read_referrals,
};

const struct drop_records drop_referrals = {&drop_referral_kind, &drop_formats[DROP_COSELL], aside};
