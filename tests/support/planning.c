#include "tests/support/planning.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "connectors/document.h"

enum { WRITTEN = REMOTE_READ | REMOTE_CREATE | REMOTE_UPDATE };
enum { ALWAYS = AT_CREATE | AT_SUBMIT | AT_UPDATE };

static const struct remote_field remote_fields[] = {
    {.field = "id", .path = "Id", .flags = REMOTE_READ, .vendor = "Id"},
    {.field = "partner_reference", .path = "Ref", .flags = WRITTEN, .max = 20, .vendor = "Ref"},
    {.field = "title", .path = "Title", .flags = WRITTEN, .max = 30, .vendor = "Title"},
    {.field = "company", .path = "Company", .flags = WRITTEN, .vendor = "Company"},
    {.field = "stage", .path = "Stage", .flags = WRITTEN, .vendor = "Stage"},
    {.field = "close_date", .path = "Close", .flags = WRITTEN, .vendor = "Close"},
    {.field = "next_steps", .path = "Next", .flags = WRITTEN, .vendor = "Next"},
    {.field = "lost_reason", .path = "Lost", .flags = WRITTEN, .vendor = "Lost"},
    {.field = "spend", .path = "Spend", .flags = WRITTEN, .vendor = "Spend"},
    {.field = "contract_value", .path = "Value", .flags = WRITTEN, .vendor = "Value"},
    {.field = "reject_reason", .path = "Why", .flags = REMOTE_CREATE, .vendor = "Why"},
    {.field = "status", .path = "Status", .flags = REMOTE_READ, .vendor = "Status"},
    {.field = "status_comments", .path = "Said", .flags = REMOTE_READ, .vendor = "Said"},
    {.field = "involvement", .flags = REMOTE_CREATE | REMOTE_STEP, .vendor = "Involvement"},
    {.field = "offers", .flags = REMOTE_READ | REMOTE_UPDATE | REMOTE_STEP, .vendor = "Offers"},
    {.field = "expires", .path = "Until", .flags = REMOTE_READ, .vendor = "Until"},
    {.field = "became", .path = "Became", .flags = REMOTE_READ, .vendor = "Became"},
};

static const struct remote_field offer_fields[] = {
    {.field = "id", .path = "Id", .flags = REMOTE_READ, .vendor = "Id"},
    {.field = "partner_reference", .path = "Ref", .flags = WRITTEN, .vendor = "Ref"},
    {.field = "title", .path = "Title", .flags = WRITTEN, .max = 30, .vendor = "Title"},
    {.field = "product", .path = "Product", .flags = WRITTEN, .vendor = "Product"},
    {.field = "value", .path = "Value", .flags = WRITTEN, .vendor = "Value"},
    {.field = "expires", .path = "Until", .flags = WRITTEN, .vendor = "Until"},
    {.field = "state", .path = "State", .flags = REMOTE_READ, .vendor = "State"},
};

static const struct rule rules[] = {
    {.type = RULE_REQUIRED, .code = "REF-001", .at = AT_CREATE, .field = "title"},
    {.type = RULE_REQUIRED, .code = "REF-002", .at = AT_SUBMIT, .field = "next_steps"},
    {.type = RULE_FUTURE, .code = "REF-005", .at = ALWAYS, .field = "close_date"},
    {.type = RULE_REQUIRED,
     .code = "REF-015",
     .at = ALWAYS,
     .field = "lost_reason",
     .when = {{"stage", WORDS("lost")}}},
    {.type = RULE_LOCKED,
     .code = "REF-003",
     .at = AT_UPDATE,
     .field = "title",
     .when = {{"status", WORDS("approved")}}},
    {.type = RULE_LOCKED,
     .code = "REF-003",
     .at = AT_UPDATE,
     .field = "company",
     .when = {{"status", WORDS("approved")}}},
    {.type = RULE_LOCKED,
     .code = "REF-004",
     .at = AT_UPDATE,
     .field = "*",
     .when = {{"status", WORDS("submitted")}}},
};

static const struct rule offer_rules[] = {
    {.type = RULE_REQUIRED, .code = "OFR-001", .at = AT_CREATE, .field = "title"},
    {.type = RULE_REQUIRED, .code = "OFR-002", .at = AT_SUBMIT, .field = "expires"},
    {.type = RULE_FUTURE, .code = "OFR-008", .at = AT_SUBMIT, .field = "expires"},
    {.type = RULE_LOCKED,
     .code = "OFR-011",
     .at = AT_UPDATE,
     .field = "value",
     .when = {{"state", WORDS("open")}}},
};

static enum action classify_offer(const struct change *change, const struct record *before,
                                  int64_t now_ms)
{
    (void)now_ms;
    bool released = !text_equal(record_get(before, "state"), "draft");
    return released && change_field(change, "expires") ? ACTION_EXTEND : ACTION_UPDATE;
}

/* What can be done at all; nobody takes the steps. */
static const struct procedure referral_procedures[] = {
    {.action = ACTION_CREATE}, {.action = ACTION_UPDATE},   {.action = ACTION_SUBMIT},
    {.action = ACTION_LAUNCH}, {.action = ACTION_CLOSE},    {.action = ACTION_ACCEPT},
    {.action = ACTION_REJECT}, {.action = ACTION_REGISTER},
};
static const struct procedure offer_procedures[] = {
    {.action = ACTION_CREATE}, {.action = ACTION_UPDATE}, {.action = ACTION_PUBLISH},
    {.action = ACTION_EXTEND}, {.action = ACTION_CANCEL}, {.action = ACTION_ACCEPT},
    {.action = ACTION_REJECT},
};

static const struct deadline referral_deadline = {.field = "expires",
                                                  .when = "status",
                                                  .words = WORDS("invited"),
                                                  .days = 3,
                                                  .code = "REF-020",
                                                  .what = "the invitation expires"};
static const struct deadline offer_deadline = {.field = "expires",
                                               .when = "state",
                                               .words = WORDS("open"),
                                               .days = 14,
                                               .code = "OFR-017",
                                               .what = "the offer expires"};

static const struct connector_kind referral_tables = {
    .kind = KIND_REFERRAL,
    .capabilities = CAN_LIST | CAN_READ | CAN_CREATE | CAN_UPDATE | CAN_CLOSE | CAN_SUBMIT,
    .fields = remote_fields,
    .field_count = COUNT(remote_fields),
    .rules = rules,
    .rule_count = COUNT(rules),
    .procedures = referral_procedures,
    .procedure_count = COUNT(referral_procedures),
    .classify = document_classify_by_stage,
    .deadlines = &referral_deadline,
    .deadline_count = 1,
};

static const struct connector_kind offer_tables = {
    .kind = KIND_OFFER,
    .capabilities = CAN_LIST | CAN_READ | CAN_CREATE | CAN_UPDATE,
    .fields = offer_fields,
    .field_count = COUNT(offer_fields),
    .rules = offer_rules,
    .rule_count = COUNT(offer_rules),
    .procedures = offer_procedures,
    .procedure_count = COUNT(offer_procedures),
    .classify = classify_offer,
    .deadlines = &offer_deadline,
    .deadline_count = 1,
};

static const struct connector connector_of_tables = {.name = "tables", .title = "Tables"};

static void add_map(struct planning *planning, const char *field, enum owner owner)
{
    planning->fields[planning->job.field_count++] = (struct field_map){
        .field = kind_field(planning->job.kind, field), .column = field, .owner = owner};
}

/* The store, the source and a job without gates or fields. */
static struct planning *start(const struct connector_kind *tables)
{
    struct planning *planning = memory_alloc(sizeof *planning);
    void *fixture = NULL;
    fixture_setup(&fixture);
    planning->store = fixture;
    planning->store->now_ms = INT64_C(1767225600000); /* 2026-01-01 */
    planning->arena = arena_new();
    planning->tables = *tables;
    planning->job = (struct job){.name = FIXTURE_JOB,
                                 .cloud = "tables",
                                 .source = "crm",
                                 .kind = &kinds[tables->kind],
                                 .mode = MODE_APPLY,
                                 .fields = planning->fields,
                                 .match = planning->rules,
                                 .match_count = 2};
    planning->rules[0] = (struct match_rule){.type = MATCH_ID};
    planning->rules[1] = (struct match_rule){.type = MATCH_REFERENCE};
    planning->write = (struct setting){.name = "write", .text = "in-place"};
    planning->settings = (struct settings){.items = &planning->write, .count = 1};
    planning->source = (struct source){.name = "crm", .settings = &planning->settings};
    planning->trust = (struct plan_trust){.remote = READ_COMPLETE, .ever_complete = true};
    planning->work = (struct work){.job = &planning->job,
                                   .connector = &connector_of_tables,
                                   .kind = &planning->tables,
                                   .source = &planning->source,
                                   .store = planning->store->store,
                                   .world = &planning->store->world};
    return planning;
}

struct planning *planning_new(void)
{
    static const char *yes[] = {"yes", NULL};
    struct planning *planning = start(&referral_tables);
    planning->job.allow = ACT_SUBMIT | ACT_CLOSE | ACT_LAUNCH;
    planning->shared = (struct condition){.column = "Share", .words = yes};
    planning_open(planning, GATE_CREATE, &planning->shared);
    planning_open(planning, GATE_SUBMIT, &planning->shared);
    add_map(planning, "id", OWNER_ASK);
    add_map(planning, "title", OWNER_LOCAL);
    add_map(planning, "company", OWNER_LOCAL);
    add_map(planning, "stage", OWNER_LOCAL);
    add_map(planning, "close_date", OWNER_ASK);
    add_map(planning, "next_steps", OWNER_ASK);
    add_map(planning, "lost_reason", OWNER_LOCAL);
    add_map(planning, "spend", OWNER_LOCAL);
    add_map(planning, "contract_value", OWNER_LOCAL);
    add_map(planning, "reject_reason", OWNER_LOCAL);
    add_map(planning, "involvement", OWNER_LOCAL);
    add_map(planning, "offers", OWNER_LOCAL);
    return planning;
}

struct planning *planning_offers_new(void)
{
    struct planning *planning = start(&offer_tables);
    add_map(planning, "id", OWNER_ASK);
    add_map(planning, "title", OWNER_LOCAL);
    add_map(planning, "product", OWNER_LOCAL);
    add_map(planning, "value", OWNER_LOCAL);
    add_map(planning, "expires", OWNER_LOCAL);
    add_map(planning, "state", OWNER_CLOUD);
    return planning;
}

void planning_open(struct planning *planning, enum gate gate, const struct condition *when)
{
    planning->job.gates[gate] = (struct gate_rule){.open = true, .when = {when, when ? 1 : 0}};
}

void planning_free(struct planning *planning)
{
    for (size_t i = 0; i < planning->plan_count; i++)
        plan_free(planning->plans[i]);
    void *fixture = planning->store;
    fixture_teardown(&fixture);
    arena_free(planning->arena);
    free(planning);
}

static struct record *make_record(struct planning *planning, const char *id,
                                  const char *const *pairs)
{
    struct record *record = record_new(planning->arena, planning->job.kind, id);
    for (size_t i = 0; pairs[i]; i += 2)
        record_set(record, pairs[i], pairs[i + 1]);
    return record;
}

static void put(struct planning *planning, enum side side, const struct record *record)
{
    struct store *store = planning->work.store;
    assert_ok(planning->store, store->ops->record_put(store, FIXTURE_JOB, side, record, 1, NULL,
                                                      &planning->store->error));
}

void planning_remote(struct planning *planning, const char *id, const char *version,
                     const char *const *pairs)
{
    struct record *record = make_record(planning, id, pairs);
    record_set(record, "id", id);
    record->version = version;
    record->raw = "{}";
    put(planning, SIDE_REMOTE, record);
}

void planning_local(struct planning *planning, const char *key, const char *share,
                    const char *const *pairs)
{
    struct record *record = make_record(planning, key, pairs);
    struct json *row = json_object(planning->arena);
    json_set_text(planning->arena, row, "Share", share ? share : "");
    for (size_t i = 0; pairs[i]; i += 2)
        json_set_text(planning->arena, row, pairs[i], pairs[i + 1]);
    record->raw = json_print(planning->arena, row);
    record->version = record->raw;
    put(planning, SIDE_LOCAL, record);
}

void planning_link(struct planning *planning, const char *id, const char *key,
                   const char *const *base)
{
    struct store *store = planning->work.store;
    struct record *agreed = make_record(planning, id, base);
    record_set(agreed, "id", id);
    const struct store_link link = {
        .remote_id = id, .local_key = key, .base = agreed->values, .how = "by the test"};
    assert_ok(planning->store, store->ops->link_put(store, FIXTURE_JOB, planning->job.kind, &link,
                                                    &planning->store->error));
}

static int see_others(void *context, const struct store_record *record)
{
    void **all = context;
    struct planning *planning = all[0];
    struct store *store = planning->work.store;
    if (!strcmp(record->record->id, all[2]) || record->gone)
        return 0;
    return store->ops->record_seen(store, FIXTURE_JOB, *(enum side *)all[1], record->record->id, 2,
                                   &planning->error);
}

/* A sweep that saw all but this one. */
void planning_gone(struct planning *planning, enum side side, const char *id)
{
    struct store *store = planning->work.store;
    void *all[] = {planning, &side, __extension__(void *)(uintptr_t) id};
    assert_ok(planning->store,
              store->ops->record_each(store, FIXTURE_JOB, planning->job.kind, side, FILTER_ALL,
                                      planning->arena, see_others, all, &planning->store->error));
    assert_ok(planning->store,
              store->ops->sweep_end(store, FIXTURE_JOB, side, 2, NULL, &planning->store->error));
}

void planning_pair(struct planning *planning, const char *id, const char *key,
                   const char *const *pairs)
{
    struct record *record = make_record(planning, key, pairs);
    planning_remote(planning, id, "v1", pairs);
    planning_link(planning, id, key, pairs);
    record_set(record, "id", id);
    struct json *row = json_object(planning->arena);
    json_set_text(planning->arena, row, "id", id);
    for (size_t i = 0; pairs[i]; i += 2)
        json_set_text(planning->arena, row, pairs[i], pairs[i + 1]);
    record->raw = json_print(planning->arena, row);
    record->version = record->raw;
    put(planning, SIDE_LOCAL, record);
}

struct field_map *planning_map(struct planning *planning, const char *field)
{
    for (size_t i = 0; i < planning->job.field_count; i++)
        if (planning->fields[i].field == kind_field(planning->job.kind, field))
            return &planning->fields[i];
    fail_msg("%s is not mapped", field);
    return NULL;
}

void planning_verdict(struct planning *planning, const char *subject, const char *verdict)
{
    struct store *store = planning->work.store;
    assert_ok(planning->store,
              store->ops->verdict_put(store, subject, verdict, "ann", &planning->store->error));
}

struct plan *planning_make(struct planning *planning)
{
    struct plan *plan = NULL;
    assert_true(planning->plan_count < COUNT(planning->plans));
    assert_ok(planning->store,
              plan_make(&planning->work, &planning->trust, &plan, &planning->store->error));
    planning->plans[planning->plan_count++] = plan;
    return plan;
}

struct plan *planning_guarded(struct planning *planning)
{
    struct plan *plan = planning_make(planning);
    assert_ok(planning->store,
              guard_apply(&planning->work, &planning->trust, plan, &planning->store->error));
    return plan;
}

const char *planning_json(struct planning *planning, const struct plan *plan)
{
    return json_print(planning->arena, plan_to_json(planning->arena, plan));
}

struct change *planning_change(const struct plan *plan, enum action action, const char *subject)
{
    for (size_t i = 0; i < plan->change_count; i++) {
        struct change *change = plan->changes[i];
        if (change->action == action &&
            (text_equal(change->remote_id, subject) || text_equal(change->local_key, subject)))
            return change;
    }
    return NULL;
}

size_t planning_findings(const struct plan *plan, const char *code)
{
    size_t count = 0;
    for (size_t i = 0; i < plan->finding_count; i++)
        count += !strcmp(plan->findings[i].type->code, code);
    return count;
}

const char *planning_value(const struct change *change, const char *field)
{
    assert_non_null(change);
    const struct change_field *found = change_field(change, field);
    return found ? found->new_value : NULL;
}

void planning_keep_books(struct planning *planning, const struct plan *plan)
{
    struct apply_counts counts = {0};
    assert_ok(planning->store,
              apply_bookkeeping(&planning->work, plan, 1, &counts, &planning->store->error));
}

void planning_spoil(struct planning *planning, const char *key)
{
    struct store *store = planning->work.store;
    const struct finding finding = {.type = finding_type("SRC-004"),
                                    .job = FIXTURE_JOB,
                                    .subject = key,
                                    .local_key = key,
                                    .field = "close_date"};
    assert_ok(planning->store,
              store->ops->finding_put(store, &finding, NULL, &planning->store->error));
}
