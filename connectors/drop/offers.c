/* Private offers as files tell of them. They are made and released in the portal: the format has
 * neither prices nor instalments, so that an offer cannot be made from it. */
#include "base/memory.h"
#include "connectors/drop/records.h"

#define KEPT(name, at)                                                                             \
    {                                                                                              \
        .field = name, .path = at, .flags = REMOTE_READ, .vendor = at                              \
    }
#define MADE(name, at, vendor_)                                                                    \
    {                                                                                              \
        .field = name, .path = "agent." at, .flags = REMOTE_READ, .vendor = vendor_                \
    }

/* The portal's words. */
static const char *const states[] = {
    "draft",   "DRAFT",   "publishing", "PUBLISHING", "open",  "PUBLISHED", "accepted", "ACCEPTED",
    "expired", "EXPIRED", "cancelled",  "CANCELLED",  "ended", "ENDED",     NULL,
};

static const struct remote_field fields[] = {
    {.field = "id", .path = "offer_id", .flags = REMOTE_READ | REMOTE_TAIL, .vendor = "offer_id"},
    KEPT("partner_reference", DROP_CRM),
    KEPT("title", "title"),
    KEPT("company", "customer_name"),
    KEPT("product", "product"),
    KEPT("plan", "plan"),
    {.field = "state",
     .path = "agent.state",
     .flags = REMOTE_READ,
     .words = states,
     .vendor = "state"},
    MADE("buyer_accounts", "accounts", "billing_account"),
    KEPT("currency", "currency"),
    {.field = "value",
     .path = "agent.value",
     .flags = REMOTE_READ,
     .amount = "amount",
     .currency = "currency",
     .vendor = "tcv"},
    KEPT("start_date", "start_date"),
    KEPT("end_date", "end_date"),
    MADE("duration", "duration", "term_months"),
    KEPT("expires", "accept_deadline"),
    KEPT("released", "publish_time"),
    KEPT("accepted", "accept_time"),
    KEPT("resale_authorization", "reseller_plan_id"),
    KEPT("modified", DROP_UPDATED),
};

static struct json *aside(struct arena *arena, const struct json *row)
{
    struct json *agent = json_object(arena);
    const char *months = drop_row_text(row, "term_months");
    json_set_text(arena, agent, "state", drop_word(arena, drop_row_text(row, "state")));
    json_set(arena, agent, "accounts", drop_list(arena, drop_row_text(row, "billing_account")));
    json_set(arena, agent, "value", drop_money(arena, row, "tcv"));
    if (months)
        json_set_text(arena, agent, "duration", arena_printf(arena, "P%sM", months));
    return agent;
}

static void read_offers(struct cloud *cloud, const struct read_scope *scope,
                        const struct read_sink *sink)
{
    drop_records_read(cloud, &drop_offers, scope, sink);
}

/* Before any file has come nobody has said that there are none. */
static bool shows_all(const struct cloud *cloud)
{
    return cloud->told[DROP_OFFER];
}

const struct connector_kind drop_offer_kind = {
    .kind = KIND_OFFER,
    .capabilities = CAN_LIST,
    .fields = fields,
    .field_count = COUNT(fields),
    .shows_all = shows_all,
    .read = read_offers,
};

const struct drop_records drop_offers = {&drop_offer_kind, &drop_formats[DROP_OFFER], aside};
