/* What others do to opportunities: colleagues in the portal, Google's reviewers and sellers. */
#include <string.h>

#include "tests/sandbox/gcp/deals.h"
#include "tests/sandbox/control.h"

static int refuse(struct control *control, const char *message)
{
    return fail(&control->failure, 400, "BadRequest", "%s", message);
}

/* By what the argument `id` names, with or without the collection before it. */
static struct rest_record *find_in(struct control *control, const struct rest_table *table)
{
    const char *id = control_argument(control, "id");
    const char *slash = id ? strrchr(id, '/') : NULL;
    struct rest_record *record = rest_find(table, slash ? slash + 1 : id);
    if (!record)
        fail_not_found(&control->failure, "record of Google's", id ? id : "");
    return record;
}

static struct rest_record *find_record(struct control *control)
{
    return find_in(control, &gcp_deals_of(control->sandbox)->opportunities);
}

static int describe(struct control *control, const struct rest_record *record,
                    struct json **ret_answer)
{
    static const char *const shown[] = {"state", "stage", "source", "updateTime"};
    struct json *answer = json_object(control->arena);
    json_set_text(control->arena, answer, "id", record->id);
    for (size_t i = 0; i < COUNT(shown); i++)
        json_set_text(control->arena, answer, shown[i], gcp_deal_text(record->document, shown[i]));
    *ret_answer = answer;
    return 0;
}

static int list_ids(struct control *control, const struct rest_table *table,
                    struct json **ret_answer)
{
    const char *state = control_argument(control, "state");
    struct json *ids = json_array(control->arena), *answer = json_object(control->arena);
    for (size_t i = 0; i < table->count; i++) {
        if (!state || gcp_deal_is(table->records[i]->document, "state", state))
            json_append(control->arena, ids, json_string(control->arena, table->records[i]->id));
    }
    json_set(control->arena, answer, "ids", ids);
    *ret_answer = answer;
    return 0;
}

static int show_document(struct control *control, const struct rest_table *table,
                         struct json **ret_answer)
{
    const struct rest_record *record = find_in(control, table);
    if (!record)
        return -ERROR_INPUT;
    *ret_answer = json_clone(control->arena, record->document);
    return 0;
}

/* All ids; with `state` only those in it. */
static int list_opportunities(struct control *control, struct json **ret_answer)
{
    return list_ids(control, &gcp_deals_of(control->sandbox)->opportunities, ret_answer);
}

static int get_opportunity(struct control *control, struct json **ret_answer)
{
    return show_document(control, &gcp_deals_of(control->sandbox)->opportunities, ret_answer);
}

static int list_leads(struct control *control, struct json **ret_answer)
{
    return list_ids(control, &gcp_deals_of(control->sandbox)->leads, ret_answer);
}

static int get_lead(struct control *control, struct json **ret_answer)
{
    return show_document(control, &gcp_deals_of(control->sandbox)->leads, ret_answer);
}

static int list_crm(struct control *control, struct json **ret_answer)
{
    return list_ids(control, &gcp_deals_of(control->sandbox)->crm, ret_answer);
}

static int get_crm(struct control *control, struct json **ret_answer)
{
    return show_document(control, &gcp_deals_of(control->sandbox)->crm, ret_answer);
}

/* {"id", "path": "opportunityInfo.displayName", "value"}: as Google's seller does. */
static int edit_opportunity(struct control *control, struct json **ret_answer)
{
    struct rest_record *record = find_record(control);
    struct json *document = record ? control_edited(control, record->document) : NULL;
    if (!document)
        return -ERROR_INPUT;
    gcp_opportunity_write(control->sandbox, record, document);
    return describe(control, record, ret_answer);
}

static int edit_crm(struct control *control, struct json **ret_answer)
{
    struct rest_record *record = find_in(control, &gcp_deals_of(control->sandbox)->crm);
    struct json *document = record ? control_edited(control, record->document) : NULL;
    if (!document)
        return -ERROR_INPUT;
    rest_write(record, document, sandbox_now(control->sandbox));
    control->sandbox->dirty = true;
    return describe(control, record, ret_answer);
}

/* {"id", "word": "ACCEPTED" | "NOT_ACCEPTED", "why", "customer": its name as Google has it} */
static int review(struct control *control, struct json **ret_answer)
{
    struct rest_record *record = find_record(control);
    const char *word = control_argument(control, "word");
    if (!record)
        return -ERROR_INPUT;
    if (!gcp_deal_is(record->document, "state", "SUBMITTED"))
        return refuse(control, "there is nothing to review");
    if (!text_equal(word, "ACCEPTED") && !text_equal(word, "NOT_ACCEPTED"))
        return refuse(control, "word is ACCEPTED or NOT_ACCEPTED");
    gcp_opportunity_review(control->sandbox, record, !strcmp(word, "ACCEPTED"),
                           control_argument(control, "why"), control_argument(control, "customer"));
    return describe(control, record, ret_answer);
}

/* Google's seller does what the partner asked for. */
static int confirm_close(struct control *control, struct json **ret_answer)
{
    struct rest_record *record = find_record(control);
    if (!record)
        return -ERROR_INPUT;
    const char *asked = gcp_deal_text(record->document, "salesCycle.partnerReadyToClose");
    if (!asked[0] || gcp_opportunity_is_closed(record->document))
        return refuse(control, "the partner has not asked to close it");
    gcp_opportunity_close(control->sandbox, record, asked);
    return describe(control, record, ret_answer);
}

static int close_admin(struct control *control, struct json **ret_answer)
{
    struct rest_record *record = find_record(control);
    if (!record)
        return -ERROR_INPUT;
    if (!gcp_deal_is(record->document, "state", "ACCEPTED"))
        return refuse(control, "only what was accepted is closed");
    gcp_opportunity_close(control->sandbox, record, "CLOSED_ADMIN");
    return describe(control, record, ret_answer);
}

/* The partner loses its access. */
static int detach(struct control *control, struct json **ret_answer)
{
    struct rest_record *record = find_record(control);
    if (!record)
        return -ERROR_INPUT;
    describe(control, record, ret_answer);
    gcp_opportunity_detach(control->sandbox, record);
    return 0;
}

/* {"source": "GOOGLE" (default) …, "title", "company", "view": "FULL" (default) | "LIMITED"} */
static int share(struct control *control, struct json **ret_answer)
{
    const char *source = control_argument(control, "source");
    source = source ? source : "GOOGLE";
    if (!text_starts(source, "GOOGLE"))
        return refuse(control, "source is GOOGLE, GOOGLE_BDR or GOOGLE_PROGRAMMATIC");
    return describe(control,
                    gcp_opportunity_share(control->sandbox, control->arena, source,
                                          control_argument(control, "title"),
                                          control_argument(control, "company"),
                                          text_equal(control_argument(control, "view"), "LIMITED")),
                    ret_answer);
}

/* {"word": "current" | "older" | "newer"}: the revision of the service that answers. */
static int set_revision(struct control *control, struct json **ret_answer)
{
    struct gcp_deals *deals = gcp_deals_of(control->sandbox);
    const char *word = control_argument(control, "word");
    int revision = gcp_revision_of(word);
    if (revision < 0)
        return refuse(control, "word is current, older or newer");
    deals->revision = (enum gcp_revision)revision;
    control->sandbox->dirty = true;
    *ret_answer = json_object(control->arena);
    json_set_text(control->arena, *ret_answer, "revision", word);
    return 0;
}

/* {"word": "full" | "names"}: what a query shows of each opportunity. */
static int set_listing(struct control *control, struct json **ret_answer)
{
    const char *word = control_argument(control, "word");
    if (!text_equal(word, "full") && !text_equal(word, "names"))
        return refuse(control, "word is full or names");
    gcp_deals_of(control->sandbox)->names_only = !strcmp(word, "names");
    control->sandbox->dirty = true;
    *ret_answer = json_object(control->arena);
    json_set_text(control->arena, *ret_answer, "listing", word);
    return 0;
}

/* {"id", "word": "APPROVED" | "REJECTED", "why"} */
static int review_lead(struct control *control, struct json **ret_answer)
{
    struct rest_record *record = find_in(control, &gcp_deals_of(control->sandbox)->leads);
    const char *word = control_argument(control, "word");
    if (!record)
        return -ERROR_INPUT;
    if (!gcp_deal_is(record->document, "leadApprovalStatus", "PENDING"))
        return refuse(control, "there is nothing to review");
    if (!text_equal(word, "APPROVED") && !text_equal(word, "REJECTED"))
        return refuse(control, "word is APPROVED or REJECTED");
    gcp_crm_decide(control->sandbox, record, !strcmp(word, "APPROVED"),
                   control_argument(control, "why"));
    return show_document(control, &gcp_deals_of(control->sandbox)->leads, ret_answer);
}

static const struct control_row rows[] = {
    {"GET", "/_sandbox/gcp/opportunities", list_opportunities},
    {"GET", "/_sandbox/gcp/opportunity", get_opportunity},
    {"POST", "/_sandbox/gcp/edit-opportunity", edit_opportunity},
    {"POST", "/_sandbox/gcp/review", review},
    {"POST", "/_sandbox/gcp/confirm-close", confirm_close},
    {"POST", "/_sandbox/gcp/close-admin", close_admin},
    {"POST", "/_sandbox/gcp/detach", detach},
    {"POST", "/_sandbox/gcp/share", share},
    {"POST", "/_sandbox/gcp/revision", set_revision},
    {"POST", "/_sandbox/gcp/listing", set_listing},
    {"GET", "/_sandbox/gcp/leads", list_leads},
    {"GET", "/_sandbox/gcp/lead", get_lead},
    {"POST", "/_sandbox/gcp/review-lead", review_lead},
    {"GET", "/_sandbox/gcp/crm-opportunities", list_crm},
    {"GET", "/_sandbox/gcp/crm-opportunity", get_crm},
    {"POST", "/_sandbox/gcp/edit-crm-opportunity", edit_crm},
};

const struct control_rows gcp_deal_controls = {rows, COUNT(rows)};
