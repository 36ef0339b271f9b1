/* A referral as a record: the forms that Microsoft's documents come in, brought into the one that
 * the field table knows. */
#include "connectors/azure/referrals.h"

#include <ctype.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/times.h"
#include "connectors/azure/referral_words.h"
#include "model/value.h"

#define ASIDE   "agent"
#define PROFILE "BusinessProfileLocation"

/* ------------------------------------------------------------------ what it is */

bool azure_referral_has(const struct json *referral, const char *member, const char *word)
{
    return azure_word_is(json_get_text(referral, member), word);
}

static bool is_array(const struct json *json)
{
    return json && json->type == JSON_ARRAY;
}

static bool has_target(const struct json *referral, const char *id)
{
    const struct json *targets = json_get(referral, "target");
    for (size_t i = 0; is_array(targets) && i < targets->count; i++) {
        if (azure_referral_has(targets->items[i], "id", id))
            return true;
    }
    return false;
}

bool azure_referral_is_microsofts(const struct json *referral)
{
    return azure_referral_has(referral, "organizationId", AZURE_MICROSOFT) ||
           has_target(referral, AZURE_MICROSOFT);
}

static bool is_incoming(const struct json *referral)
{
    return azure_referral_has(referral, "direction", "Incoming");
}

static const char *inviter_of(const struct json *referral)
{
    return json_get_text(json_get(json_get(referral, "inviteContext"), "invitedBy"),
                         "organizationId");
}

/* What we see as outgoing was sent by us: to ourselves, or to whom it names. */
bool azure_referral_is_anothers(const struct json *referral)
{
    const char *organization = json_get_text(referral, "organizationId");
    const char *inviter = inviter_of(referral);
    return azure_referral_is_microsofts(referral) ||
           (!is_incoming(referral) && !text_blank(organization) && !text_blank(inviter) &&
            !azure_word_is(inviter, organization));
}

/* Whom a side belongs to: a profile is invited, an organisation answers. */
static const char *profile_of(const struct json *side)
{
    const struct json *targets = json_get(side, "target");
    for (size_t i = 0; is_array(targets) && i < targets->count; i++) {
        const char *id = json_get_text(targets->items[i], "id");
        if (azure_referral_has(targets->items[i], "type", PROFILE) && !text_blank(id))
            return id;
    }
    return json_get_text(side, "organizationId");
}

bool azure_referral_is_side_of(const struct json *referral, const char *partner)
{
    return azure_word_is(profile_of(referral), partner) ||
           azure_referral_has(referral, "organizationId", partner);
}

bool azure_referral_is_invitation(const struct json *referral)
{
    return is_incoming(referral) && azure_referral_has(referral, "status", "New");
}

bool azure_referral_is_visible(const struct json *referral)
{
    return json_get_bool(json_get(referral, "consent"),
                         "consentToShareReferralWithMicrosoftSellers", false);
}

static bool is_shared(const struct json *referral)
{
    return azure_referral_has(referral, "type", "Shared");
}

static bool is_closed_as(const struct json *referral, const char *substatus)
{
    return azure_referral_has(referral, "status", "Closed") &&
           azure_referral_has(referral, "substatus", substatus);
}

/* ------------------------------------------------------------------ one form for many */

/* "team" is one member in the tables and a list in traffic. */
static void list_team(struct arena *arena, struct json *holder)
{
    struct json *team = json_get(holder, "team");
    if (!team || team->type != JSON_OBJECT)
        return;
    struct json *list = json_array(arena);
    json_append(arena, list, json_clone(arena, team));
    json_set(arena, holder, "team", list);
}

/* Instants without a zone are UTC. */
static void add_zone(struct arena *arena, struct json *object, const char *name)
{
    const char *text = json_get_text(object, name);
    int64_t ms, ticks;
    if (text && !instant_parse(text, &ms) && instant_parse_fine(text, &ticks))
        json_set_text(arena, object, name, arena_printf(arena, "%sZ", text));
}

/* 0 is what a deal has of which no value was said. */
static void drop_zero(struct json *object, const char *name)
{
    const char *text = json_get_text(object, name);
    if (text && decimal_valid(text) && !decimal_compare(text, "0"))
        json_remove(object, name);
}

static const char *without_mark(const char *name)
{
    static const char *const marks[] = {"\u2705", "\u274c", "\u2714", "\u2716", "\u2713",
                                        "\u2717", "\u2611", "\u2612", "\u274e"};
    for (size_t i = 0; i < COUNT(marks); i++) {
        if (!text_starts(name, marks[i]))
            continue;
        name += strlen(marks[i]);
        if (text_starts(name, "\ufe0f")) /* to be drawn in colours */
            name += strlen("\ufe0f");
        return name + strspn(name, " ");
    }
    return name;
}

/* The connectors that Microsoft gives to its partners put a check or a cross in front. */
static void strip_mark(struct arena *arena, struct json *referral)
{
    const char *name = json_get_text(referral, "name");
    if (name && *without_mark(name))
        json_set_text(arena, referral, "name", without_mark(name));
}

/* Numbers without a country's code are usual there, and say nothing that could be compared. */
static void drop_national_phone(struct json *person)
{
    const char *phone = json_get_text(person, "phoneNumber");
    if (phone && !text_starts(phone, "+") && !text_starts(phone, "00"))
        json_remove(person, "phoneNumber");
}

/* The table asks for the identifier by this very spelling of its type. */
static void spell_duns(struct arena *arena, struct json *customer)
{
    struct json *ids = json_get(customer, "ids");
    for (size_t i = 0; is_array(ids) && i < ids->count; i++) {
        if (azure_referral_has(ids->items[i], "profileType", "Duns"))
            json_set_text(arena, ids->items[i], "profileType", "Duns");
    }
}

/* Amounts come as numbers and as texts. */
static void make_number(struct arena *arena, struct json *object, const char *name)
{
    const char *text = json_get_text(object, name);
    if (text && decimal_valid(text))
        json_set(arena, object, name, json_number(arena, text));
}

/* As ISO 4217 has it. */
static void raise_currency(struct arena *arena, struct json *object)
{
    char *code = arena_copy(arena, json_get_text(object, "currency"));
    for (char *c = code; c && *c; c++)
        *c = (char)toupper((unsigned char)*c);
    if (code)
        json_set_text(arena, object, "currency", code);
}

struct json *azure_referral_tidy(struct arena *arena, const struct json *referral)
{
    static const char *const instants[] = {"createdDateTime", "updatedDateTime",
                                           "expirationDateTime", "acceptedDateTime",
                                           "closedDateTime"};
    struct json *document = json_clone(arena, referral);
    struct json *details = json_get(document, "details");
    for (size_t i = 0; i < COUNT(instants); i++)
        add_zone(arena, document, instants[i]);
    add_zone(arena, details, "closingDateTime");
    list_team(arena, document);
    list_team(arena, json_get(document, "customerProfile"));
    drop_zero(details, "dealValue");
    make_number(arena, details, "dealValue");
    return document;
}

static struct json *regular(struct arena *arena, const struct json *referral)
{
    struct json *document = azure_referral_tidy(arena, referral);
    struct json *customer = json_get(document, "customerProfile");
    drop_national_phone(json_at(json_get(document, "team"), 0));
    drop_national_phone(json_at(json_get(customer, "team"), 0));
    raise_currency(arena, json_get(document, "details"));
    raise_currency(arena, json_find(document, "registrations[0].contract"));
    spell_duns(arena, customer);
    strip_mark(arena, document);
    drop_zero(json_find(document, "registrations[0].contract"), "value");
    return document;
}

/* ------------------------------------------------------------------ what is made of it */

struct making {
    struct arena *arena;
    const struct json *referral;
    const struct azure_engagement *engagement;
    const struct json *cloud; /* Microsoft's side; NULL: none, or not known */
    struct json *aside;
};

static void set_text(const struct making *making, const char *name, const char *text)
{
    if (!text_blank(text))
        json_set_text(making->arena, making->aside, name, text);
}

static const struct json *microsofts_side(const struct azure_engagement *engagement)
{
    const struct json *rows = engagement ? engagement->rows : NULL;
    const struct json *found = NULL;
    for (size_t i = 0; is_array(rows) && i < rows->count; i++) {
        const struct json *row = rows->items[i];
        /* Microsoft may have been asked before, and have let it pass. */
        if (azure_referral_is_microsofts(row) &&
            (!found || azure_referral_has(found, "status", "Closed")))
            found = row;
    }
    return found;
}

static const char *states(struct arena *arena, const struct json *referral)
{
    const char *status = json_get_text(referral, "status");
    const char *substatus = json_get_text(referral, "substatus");
    return text_blank(substatus) ? status
                                 : arena_printf(arena, "%s/%s", status ? status : "", substatus);
}

/* What became of something that others sent. */
static const char *incoming_status(const struct making *making)
{
    const struct json *referral = making->referral;
    if (azure_referral_has(referral, "status", "New"))
        return "invited";
    if (azure_referral_has(referral, "status", "Active"))
        return "accepted";
    if (!azure_referral_has(referral, "status", "Closed"))
        return states(making->arena, referral);
    return is_closed_as(referral, "Declined")  ? "declined"
           : is_closed_as(referral, "Expired") ? "expired"
                                               : "accepted";
}

/* How Microsoft takes a deal of ours. What it lets expire is as good as declined: `expired` would
 * be said of the deal itself. */
static const char *shared_status(const struct making *making)
{
    const struct json *cloud = making->cloud;
    if (azure_referral_has(cloud, "status", "New"))
        return "in_review";
    return is_closed_as(cloud, "Declined") || is_closed_as(cloud, "Expired") ? "rejected"
                                                                             : "approved";
}

/* NULL: it depends on an engagement that was not asked for. A Shared deal without Microsoft's side
 * is one whose second half never came to be, whoever else is there: as good as not submitted. */
static const char *status_of(const struct making *making)
{
    if (is_incoming(making->referral))
        return incoming_status(making);
    if (making->cloud)
        return shared_status(making);
    const struct azure_engagement *engagement = making->engagement;
    bool shared = is_shared(making->referral);
    if (shared && !(engagement && engagement->known))
        return NULL;
    if (!shared && azure_referral_is_visible(making->referral))
        return "submitted";
    return azure_referral_has(making->referral, "status", "Closed") ? "closed" : "draft";
}

/* Marketplace leads and qualified leads are told apart by these three, not by their source. */
static const char *origin_of(const struct json *referral)
{
    const char *by = inviter_of(referral);
    bool microsoft = azure_word_is(by, AZURE_MICROSOFT);
    bool independent = azure_referral_has(referral, "type", "Independent");
    if (independent && azure_referral_has(referral, "qualification", "Direct") &&
        (microsoft || text_blank(by)))
        return "Marketplace lead";
    if (independent && microsoft &&
        (azure_referral_has(referral, "qualification", "SalesQualified") ||
         azure_referral_has(referral, "qualification", "MarketingQualified")))
        return "Qualified lead";
    if (!is_incoming(referral))
        return "Own deal";
    return microsoft ? "Microsoft referral" : "Partner referral";
}

static const char *involvement_of(const struct making *making)
{
    if (making->cloud)
        return "co_sell";
    if (is_shared(making->referral) && !(making->engagement && making->engagement->known))
        return NULL;
    return azure_referral_is_visible(making->referral) ? "visibility_only" : NULL;
}

/* The texts of a list: of a member of each item, or the items themselves. */
static void set_ids(const struct making *making, const char *name, const char *path, bool solutions)
{
    const struct json *items = json_find(making->referral, path);
    struct json *list = json_array(making->arena);
    for (size_t i = 0; is_array(items) && i < items->count; i++) {
        const struct json *item = items->items[i];
        const char *id = item->type == JSON_OBJECT ? json_get_text(item, "id") : json_text(item);
        if (!text_blank(id) && (!solutions || azure_solution_is_named(item)))
            json_append(making->arena, list, json_string(making->arena, id));
    }
    if (list->count)
        json_set(making->arena, making->aside, name, list);
}

static void set_needs(const struct making *making)
{
    const char *code =
        json_get_text(json_get(making->referral, "inviteContext"), "assistanceRequestCode");
    if (text_blank(code))
        return;
    struct json *list = json_array(making->arena);
    json_append(making->arena, list, json_string(making->arena, code));
    json_set(making->arena, making->aside, "needs", list);
}

/* "title e-mail" each; a name where there is no address. */
static void set_team(const struct making *making)
{
    const struct json *team = json_get(regular(making->arena, making->cloud), "team");
    struct json *list = json_array(making->arena);
    for (size_t i = 0; is_array(team) && i < team->count; i++) {
        const struct json *person = team->items[i];
        const char *parts[] = {json_get_text(person, "title"), json_get_text(person, "email"), NULL,
                               NULL};
        if (text_blank(parts[1])) {
            parts[2] = json_get_text(person, "firstName");
            parts[3] = json_get_text(person, "lastName");
        }
        const char *text = "";
        for (size_t k = 0; k < COUNT(parts); k++) {
            if (!text_blank(parts[k]))
                text = arena_printf(making->arena, "%s%s%s", text, *text ? " " : "", parts[k]);
        }
        if (*text)
            json_append(making->arena, list, json_string(making->arena, text));
    }
    if (list->count)
        json_set(making->arena, making->aside, "cloud_team", list);
}

static bool is_own_side(const struct making *making, const struct json *side)
{
    const char *own = json_get_text(making->referral, "organizationId");
    return text_equal(json_get_text(side, "id"), json_get_text(making->referral, "id")) ||
           (!text_blank(own) && azure_referral_has(side, "organizationId", own));
}

/* What became of a partner's invitation; Microsoft's answer is a field of its own. */
static const char *answer_of(const struct json *side)
{
    if (azure_referral_is_microsofts(side) || !azure_referral_is_anothers(side))
        return "";
    return azure_referral_has(side, "status", "New") ? " (invited)"
           : is_closed_as(side, "Declined")          ? " (declined)"
           : is_closed_as(side, "Expired")           ? " (expired)"
                                                     : "";
}

static void add_member(const struct making *making, struct json *members, const struct json *side)
{
    const char *name = json_get_text(side, "organizationName");
    if (text_blank(name))
        name = json_get_text(side, "organizationId");
    if (!text_blank(name) &&
        !azure_word_is(name, json_get_text(making->referral, "organizationName")))
        json_append(
            making->arena, members,
            json_string(making->arena, arena_printf(making->arena, "%s%s", name, answer_of(side))));
}

static void add_partner(const struct making *making, struct json *partners, const struct json *side)
{
    const char *profile = profile_of(side);
    if (!text_blank(profile) && !azure_referral_is_microsofts(side))
        json_append(making->arena, partners, json_string(making->arena, profile));
}

static void set_members(const struct making *making)
{
    const struct json *rows = making->engagement ? making->engagement->rows : NULL;
    struct json *members = json_array(making->arena), *partners = json_array(making->arena);
    for (size_t i = 0; is_array(rows) && i < rows->count; i++) {
        if (is_own_side(making, rows->items[i]))
            continue;
        add_member(making, members, rows->items[i]);
        add_partner(making, partners, rows->items[i]);
    }
    if (members->count)
        json_set(making->arena, making->aside, "members", members);
    if (partners->count)
        json_set(making->arena, making->aside, "partners", partners);
}

static void set_cloud(const struct making *making)
{
    const char *path = "trackingInfo.microsoftMsxId";
    const char *reference = json_text(json_find(making->referral, path));
    if (text_blank(reference))
        reference = json_text(json_find(making->cloud, path));
    set_text(making, "reference", reference);
    if (!making->cloud)
        return;
    set_text(making, "cloud_stage", states(making->arena, making->cloud));
    set_team(making);
}

/* Due: won, seen or accepted by Microsoft, and not registered. NULL: not to be, or not known. */
static const char *registration_of(const struct making *making)
{
    const struct json *referral = making->referral;
    const struct json *list = json_get(referral, "registrations");
    const struct json *last = is_array(list) && list->count ? json_at(list, list->count - 1) : NULL;
    const char *native = json_get_text(last, "status");
    if (text_blank(native))
        native = json_get_text(referral, "registrationStatus");
    if (!text_blank(native) && !azure_word_is(native, "None"))
        return azure_registration_word(making->arena, native);
    if (last)
        return "pending";
    const char *status = status_of(making);
    bool taken = text_equal(status, "submitted") || text_equal(status, "approved") ||
                 text_equal(status, "accepted");
    return is_closed_as(referral, "Won") && taken ? "due" : NULL;
}

static struct json *aside_of(struct making *making)
{
    struct arena *arena = making->arena;
    making->aside = json_object(arena);
    set_text(making, "stage", azure_stage_read(arena, making->referral));
    set_text(making, "status", status_of(making));
    set_text(making, "origin", origin_of(making->referral));
    set_text(making, "involvement", involvement_of(making));
    set_text(making, "registration", registration_of(making));
    if (is_closed_as(making->referral, "Lost"))
        set_text(making, "lost_reason", json_get_text(making->referral, "statusReason"));
    set_ids(making, "solutions", "details.requirements.solutions", true);
    set_ids(making, "products", "details.requirements.products", false);
    set_ids(making, "services", "details.requirements.services", false);
    set_needs(making);
    set_members(making);
    set_cloud(making);
    return making->aside;
}

/* A state that is on no list: what it is taken for is a guess that somebody should know of. */
static void report_state(struct arena *arena, const struct json *referral, document_report *report,
                         void *context)
{
    const char *id = json_get_text(referral, "id");
    if (!report || azure_state_is_known(referral))
        return;
    const struct finding finding = {
        .type = finding_type("CLD-001"),
        .subject = id ? id : "",
        .field = "status",
        .detail = arena_printf(arena, "status and substatus are \"%s\"", states(arena, referral)),
        .remote_id = id,
    };
    report(context, &finding);
}

struct record *azure_referral_record(struct arena *arena, const struct json *referral,
                                     const struct azure_engagement *engagement,
                                     document_report *report, void *context)
{
    struct making making = {.arena = arena,
                            .referral = referral,
                            .engagement = engagement,
                            .cloud = microsofts_side(engagement)};
    struct json *document = regular(arena, referral);
    struct json *aside = aside_of(&making);
    json_set(arena, document, ASIDE, aside);
    report_state(arena, referral, report, context);
    struct record *record =
        document_decode(arena, &azure_referrals, json_get_text(referral, "id"),
                        json_get_text(referral, "eTag"), document, report, context);
    struct json *raw = json_clone(arena, referral);
    json_set(arena, raw, ASIDE, json_clone(arena, aside));
    record->raw = json_print(arena, raw);
    return record;
}
