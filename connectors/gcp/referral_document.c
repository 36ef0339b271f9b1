/* An opportunity as a record, and fields back into it. */
#include <string.h>

#include "base/digest.h"
#include "base/memory.h"
#include "base/text.h"
#include "connectors/gcp/client.h"
#include "connectors/gcp/referral_older.h"
#include "connectors/gcp/referral_words.h"
#include "connectors/gcp/referrals.h"
#include "connectors/gcp/values.h"
#include "connectors/remark.h"
#include "model/value.h"

#define ASIDE       "agent"
#define DESCRIPTION "opportunityInfo.description"
#define NOTES       "isvSolutionConnectInfo.notes"
#define ENTITY      "opportunityInfo.partnerEntity"
#define IS_ISV      "isvSolutionConnectInfo.isvSolutionConnectDeal"
#define ESTIMATED   "qualificationInfo.estimatedCloseDate"
#define CLOSE_DATE  "salesCycle.closeDate"
#define CLOSING     "salesCycle.partnerReadyToClose"
#define STREET      "customerInfo.customerDetails.address.addressLines"
#define TYPE        "opportunityType"

/* ------------------------------------------------------------------ what it is */

bool gcp_referral_is_older(const char *id)
{
    return id && text_starts(id, GCP_OLDER);
}

static bool is_older(const struct json *document)
{
    return gcp_referral_is_older(json_get_text(document, "name"));
}

bool gcp_referral_is_whole(const struct json *row)
{
    return json_get(row, "opportunityInfo") && json_get(row, "customerInfo");
}

static const char *text_at(const struct json *document, const char *path)
{
    return json_text(json_find(document, path));
}

static bool is_accepted(const struct json *document)
{
    return text_equal(json_get_text(document, "state"), "ACCEPTED") ||
           text_equal(json_get_text(document, "state"), "3");
}

static bool is_isv(const struct json *document)
{
    return text_equal(gcp_enum_word(gcp_deal_types, json_get(document, TYPE)), GCP_ISV_DEAL);
}

static const char *tag_in(struct arena *arena, const struct json *document, const char *path)
{
    const char *text, *reference;
    remark_untag(arena, text_at(document, path), &text, &reference);
    return reference;
}

/* Where the tag stands, or is to stand: the notes are for partners, but only deals with a product
 * of theirs have them. */
static const char *tag_path(const struct json *document)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    if (tag_in(arena, document, NOTES))
        return NOTES;
    if (tag_in(arena, document, DESCRIPTION))
        return DESCRIPTION;
    return is_isv(document) ? NOTES : DESCRIPTION;
}

const char *gcp_referral_reference(struct arena *arena, const struct json *document)
{
    return tag_in(arena, document, tag_path(document));
}

const char *gcp_referral_version(struct arena *arena, const struct json *document)
{
    const char *time = json_get_text(document, "updateTime");
    char hex[SHA256_HEX];
    if (text_blank(time)) {
        const char *text = json_print(arena, document);
        return arena_copy(arena, sha256_hex(text, strlen(text), hex));
    }
    const char *point = strchr(time, '.');
    size_t digits = point ? strspn(point + 1, "0123456789") : 0;
    if (!point)
        return arena_copy(arena, time);
    const char *zone = point + 1 + digits;
    while (digits && point[digits] == '0')
        digits--;
    return arena_printf(arena, "%.*s%s", (int)(digits ? point + 1 + digits - time : point - time),
                        time, zone);
}

/* ------------------------------------------------------------------ reading */

struct making {
    struct arena *arena;
    const struct json *document; /* with names in place of numbers */
    struct json *aside;
};

static void set_text(const struct making *making, const char *name, const char *text)
{
    if (!text_blank(text))
        json_set_text(making->arena, making->aside, name, text);
}

static void set_words(const struct making *making, const char *name, const char *word)
{
    struct json *list = json_array(making->arena);
    if (text_blank(word))
        return;
    json_append(making->arena, list, json_string(making->arena, word));
    json_set(making->arena, making->aside, name, list);
}

/* The canonical word for a native one; what is unknown as it came. */
static const char *translate(const char *const (*pairs)[2], size_t count, const char *native)
{
    for (size_t i = 0; i < count; i++) {
        if (text_equal(pairs[i][0], native))
            return pairs[i][1];
    }
    return native;
}

/* The page of the patch method says "rejected" of what others show as NOT_ACCEPTED. */
static const char *status_of(const struct json *document)
{
    static const char *const states[][2] = {{"DRAFT", "draft"},
                                            {"SUBMITTED", "submitted"},
                                            {"ACCEPTED", "approved"},
                                            {"NOT_ACCEPTED", "rejected"},
                                            {"REJECTED", "rejected"}};
    if (text_equal(json_get_text(document, "stage"), "CLOSED_ADMIN"))
        return "closed";
    return translate(states, COUNT(states), json_get_text(document, "state"));
}

/* What Google closed for reasons of its own is neither won nor lost. */
static const char *const stages[][2] = {
    {"QUALIFY", "prospect"},
    {"REFINE", "qualified"},
    {"TECH_EVAL_SOL_DEV", "technical_validation"},
    {"PROPOSAL_NEGOTIATION", "business_validation"},
    {"MIGRATION_IMPL", STAGE_WON},
    {"CLOSED_LOST", STAGE_LOST},
    {"CLOSED_ADMIN", NULL},
};

static const char *instant_of(const struct making *making, const char *time, const char *date)
{
    const char *text = text_at(making->document, time);
    const char *day = gcp_date_read(making->arena, json_find(making->document, date));
    return text || !day ? text : arena_printf(making->arena, "%sT00:00:00Z", day);
}

static void set_close_date(const struct making *making)
{
    const char *estimated = gcp_date_read(making->arena, json_find(making->document, ESTIMATED));
    const char *date = gcp_date_read(making->arena, json_find(making->document, CLOSE_DATE));
    set_text(making, "close_date", is_accepted(making->document) && date ? date : estimated);
}

static void set_value(const struct making *making)
{
    const char *value =
        gcp_money_read(making->arena, json_find(making->document, "qualificationInfo.dealSize"));
    const char *amount, *currency;
    if (!value || !money_split(making->arena, value, &amount, &currency))
        return;
    struct json *object = json_object(making->arena);
    json_set_text(making->arena, object, "amount", amount);
    json_set_text(making->arena, object, "currency", currency);
    json_set(making->arena, making->aside, "value", object);
}

static void set_street(const struct making *making)
{
    const struct json *lines = json_find(making->document, STREET);
    const char *text = NULL;
    for (size_t i = 0; lines && lines->type == JSON_ARRAY && i < lines->count; i++) {
        const char *line = json_text(lines->items[i]);
        if (!text_blank(line))
            text = text ? arena_printf(making->arena, "%s, %s", text, line) : line;
    }
    set_text(making, "street", text);
}

static void add_member(const struct making *making, struct json *list, const char *role,
                       const char *email, const char *name)
{
    const char *who = text_blank(email) ? name : email;
    if (!text_blank(who))
        json_append(
            making->arena, list,
            json_string(making->arena, arena_printf(making->arena, "%s%s%s", role ? role : "",
                                                    role ? " " : "", who)));
}

/* The field seller, and who else is in the team: "owner ann@example.com". */
static void set_team(const struct making *making)
{
    const struct json *document = making->document;
    const struct json *team = json_get(document, "opportunityTeamMembers");
    struct json *list = json_array(making->arena);
    add_member(making, list, "owner", json_get_text(document, "ownerEmail"),
               json_get_text(document, "owner"));
    for (size_t i = 0; team && team->type == JSON_ARRAY && i < team->count; i++)
        add_member(making, list, json_get_text(team->items[i], "accessLevel"),
                   json_get_text(team->items[i], "email"), json_get_text(team->items[i], "name"));
    if (list->count)
        json_set(making->arena, making->aside, "team", list);
}

static void set_texts(const struct making *making)
{
    const char *text, *reference;
    remark_untag(making->arena, text_at(making->document, DESCRIPTION), &text, &reference);
    set_text(making, "problem", text);
    remark_untag(making->arena, text_at(making->document, NOTES), &text, &reference);
    set_text(making, "comments", text);
    set_text(making, "reference", gcp_referral_reference(making->arena, making->document));
}

static void set_reason(const struct making *making, const char *name, const char *main_reason,
                       const char *reason)
{
    const struct json *info = json_get(making->document, "winLossInfo");
    const char *text = json_get_text(info, main_reason);
    set_text(making, name, text_blank(text) ? json_get_text(info, reason) : text);
}

static struct json *aside_of(struct arena *arena, const struct json *document)
{
    const struct making making = {arena, document, json_object(arena)};
    const char *stage = json_get_text(document, "stage");
    set_texts(&making);
    set_text(&making, "status", status_of(document));
    set_text(&making, "stage", translate(stages, COUNT(stages), stage));
    set_text(&making, "cloud_stage", stage);
    set_text(&making, "close_requested", text_at(document, CLOSING));
    set_text(&making, "interface", "current");
    set_close_date(&making);
    set_value(&making);
    set_street(&making);
    set_team(&making);
    set_words(&making, "needs", text_at(document, "isvSolutionConnectInfo.supportLevel"));
    set_words(&making, "delivery_models",
              text_at(document, "isvSolutionConnectInfo.deliveryModel"));
    set_words(&making, "partners", text_at(document, "opportunityInfo.indirectPartnerEntity"));
    set_text(&making, "accepted",
             instant_of(&making, "partnerInfo.approveTime", "partnerInfo.approvedDate"));
    set_text(&making, "submitted",
             instant_of(&making, "partnerInfo.submitTime", "partnerInfo.submittedDate"));
    set_text(&making, "created", instant_of(&making, "createTime", "creationDate"));
    set_text(&making, "incentive_ends",
             gcp_date_read(arena, json_find(document, "partnerInfo.rebateExpirationDate")));
    set_reason(&making, "lost_reason", "lostMainReason", "lostReason");
    set_reason(&making, "won_reason", "winMainReason", "wonReason");
    return making.aside;
}

/* proto3 JSON leaves out what is false, and the first of the types. Where the group of members is
 * there, so are they. */
static void add_defaults(struct arena *arena, struct json *document)
{
    static const char *const flags[][2] = {{"opportunityInfo", "confidential"},
                                           {"qualificationInfo", "publicSector"},
                                           {"qualificationInfo", "publicTenderAttestation"},
                                           {"qualificationInfo", "legalLanguageAccepted"},
                                           {"isvSolutionConnectInfo", "customerContactRequested"}};
    for (size_t i = 0; i < COUNT(flags); i++) {
        struct json *group = json_get(document, flags[i][0]);
        if (group && group->type == JSON_OBJECT && json_is_null(json_get(group, flags[i][1])))
            json_set(arena, group, flags[i][1], json_bool(arena, false));
    }
    if (!json_get(document, TYPE))
        json_set_text(arena, document, TYPE, "REGULAR");
}

struct record *gcp_referral_record(struct arena *arena, const struct json *document,
                                   document_report *report, void *context)
{
    const char *id = json_get_text(document, "name");
    struct json *regular = json_clone(arena, document), *aside;
    json_drop_nulls(regular);
    if (is_older(document)) {
        regular = older_regular(arena, document, &aside);
    } else {
        gcp_enum_regular(arena, regular);
        aside = aside_of(arena, regular);
        add_defaults(arena, regular);
    }
    json_set(arena, regular, ASIDE, aside);
    struct record *record = document_decode(
        arena, &gcp_referrals, id, gcp_referral_version(arena, document), regular, report, context);
    struct json *raw = json_clone(arena, document);
    json_set(arena, raw, ASIDE, json_clone(arena, aside));
    record->raw = json_print(arena, raw);
    return record;
}

/* ------------------------------------------------------------------ writing */

struct writing {
    struct arena *arena;
    struct json *document;
    const char *path;  /* NULL: it depends */
    const char *value; /* NULL: none */
    struct error *error;
};

static int put_node(const struct writing *writing, struct json *node)
{
    return json_put(writing->arena, writing->document, writing->path, node, writing->error);
}

static int put_text(const struct writing *writing)
{
    const char *old, *reference;
    size_t most = strcmp(writing->path, NOTES) != 0 ? GCP_DESCRIPTION : GCP_NOTES;
    remark_untag(writing->arena, text_at(writing->document, writing->path), &old, &reference);
    const char *text = remark_tag(writing->arena, writing->value, reference, most);
    return put_node(writing, text ? json_string(writing->arena, text) : NULL);
}

static int put_reference(const struct writing *writing)
{
    struct writing tag = *writing;
    const char *text, *old;
    tag.path = tag_path(writing->document);
    size_t most = strcmp(tag.path, NOTES) != 0 ? GCP_DESCRIPTION : GCP_NOTES;
    remark_untag(tag.arena, text_at(tag.document, tag.path), &text, &old);
    const char *tagged = remark_tag(tag.arena, text, tag.value, most);
    return put_node(&tag, tagged ? json_string(tag.arena, tagged) : NULL);
}

static int put_first(const struct writing *writing)
{
    const char *word = writing->value ? list_item(writing->arena, writing->value, 0) : NULL;
    return put_node(writing, word ? json_string(writing->arena, word) : NULL);
}

static int put_number(const struct writing *writing)
{
    return put_node(writing, writing->value ? json_number(writing->arena, writing->value) : NULL);
}

static int put_line(const struct writing *writing)
{
    struct json *lines = json_array(writing->arena);
    if (!writing->value)
        return put_node(writing, NULL);
    json_append(writing->arena, lines, json_string(writing->arena, writing->value));
    return put_node(writing, lines);
}

static int put_value(const struct writing *writing)
{
    struct json *money = writing->value ? gcp_money_write(writing->arena, writing->value) : NULL;
    if (writing->value && !money)
        return error_set(writing->error, ERROR_INPUT, SCOPE_RECORD,
                         "contract_value: \"%s\" does not fit nine decimals and 64 bits",
                         writing->value);
    return put_node(writing, money);
}

/* What Google plans with once it has accepted the deal is another date than what it was told. */
static const char *close_date_path(const struct json *document)
{
    return is_accepted(document) ? CLOSE_DATE : ESTIMATED;
}

static int put_close_date(const struct writing *writing)
{
    struct writing date = *writing;
    date.path = close_date_path(writing->document);
    return put_node(&date, gcp_date_write(writing->arena, writing->value));
}

/* The end of a deal is asked for: Google's seller confirms it, and only that sets the stage. */
static const char *stage_path(const char *stage)
{
    return text_equal(stage, STAGE_WON) || text_equal(stage, STAGE_LOST) ? CLOSING : "stage";
}

static int put_stage(const struct writing *writing)
{
    struct writing stage = *writing;
    stage.path = stage_path(writing->value);
    for (size_t i = 0; i < COUNT(stages); i++) {
        if (writing->value && text_equal(stages[i][1], writing->value))
            return put_node(&stage, json_string(writing->arena, stages[i][0]));
    }
    return error_set(writing->error, ERROR_BUG, SCOPE_RECORD, "stage: \"%s\" has no word at Google",
                     writing->value ? writing->value : "");
}

/* Google keeps the host alone. */
static int put_website(const struct writing *writing)
{
    if (!writing->value)
        return put_node(writing, NULL);
    const char *bare = value_url_bare(writing->arena, writing->value);
    return put_node(writing, json_string(writing->arena,
                                         arena_copy_n(writing->arena, bare, strcspn(bare, "/"))));
}

/* Fields that the table cannot write. */
static const struct putter {
    const char *field;
    int (*put)(const struct writing *writing);
    const char *path; /* NULL: it depends */
} putters[] = {
    {"partner_reference", put_reference, NULL},
    {"problem", put_text, DESCRIPTION},
    {"comments", put_text, NOTES},
    {"street", put_line, STREET},
    {"website", put_website, "customerInfo.customerDetails.domain"},
    {"employees", put_number, "customerInfo.customerDetails.employeeCount"},
    {"contract_months", put_number, "qualificationInfo.contractLengthMonths"},
    {"contract_value", put_value, "qualificationInfo.dealSize"},
    {"needs", put_first, "isvSolutionConnectInfo.supportLevel"},
    {"delivery_models", put_first, "isvSolutionConnectInfo.deliveryModel"},
    {"partners", put_first, "opportunityInfo.indirectPartnerEntity"},
    {"close_date", put_close_date, NULL},
    {"stage", put_stage, NULL},
};

int gcp_referral_put(struct arena *arena, struct json *document, const char *field,
                     const char *value, struct error *error)
{
    if (is_older(document))
        return older_put(arena, document, field, value, error);
    for (size_t i = 0; i < COUNT(putters); i++) {
        if (strcmp(putters[i].field, field) != 0)
            continue;
        const struct writing writing = {arena, document, putters[i].path, value, error};
        return putters[i].put(&writing);
    }
    return 1;
}

const char *gcp_referral_mask(const struct json *document, const char *field, const char *value)
{
    if (is_older(document))
        return older_member(field);
    if (text_equal(field, FIELD_REFERENCE))
        return tag_path(document);
    if (text_equal(field, "close_date"))
        return close_date_path(document);
    if (text_equal(field, FIELD_STAGE))
        return stage_path(value);
    const struct remote_field *remote = connector_field(&gcp_referrals, field);
    return remote && remote->flags & REMOTE_UPDATE ? remote->vendor : NULL;
}

void gcp_referral_complete(struct arena *arena, struct json *document, const char *partner)
{
    /* Nothing stands in the way of members that are absent. */
    if (partner && !text_at(document, ENTITY))
        (void)json_put(arena, document, ENTITY, json_string(arena, partner), NULL);
    if (is_isv(document) && !json_find(document, IS_ISV))
        (void)json_put(arena, document, IS_ISV, json_bool(arena, true), NULL);
}
