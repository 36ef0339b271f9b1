/* Co-sell at Google: opportunities of Cloud Channel v1alpha1, and leads and opportunities of the
 * older CRM Partners API. A document is what the wire shows; what may be done with it follows from
 * the document. The clock plays Google: it reviews what was submitted, and closes what the partner
 * is ready to close. */
#ifndef SANDBOX_GCP_DEALS_H
#define SANDBOX_GCP_DEALS_H

#include "tests/sandbox/gcp/gcp.h"
#include "tests/sandbox/gcp/shape.h"

/* Which revision of v1alpha1 answers: they differ in who takes the parameter `partner`. The current
 * one wants it of query and patch; the older one does not know it at patch; the newer one wants it
 * of get, too. */
enum gcp_revision { GCP_REVISION_CURRENT, GCP_REVISION_OLDER, GCP_REVISION_NEWER };
/* "current", "older", "newer"; -1: none of them. */
int gcp_revision_of(const char *word);

struct gcp_deals {
    struct rest_table opportunities; /* by the id behind "opportunities/" */
    struct rest_table detached;      /* those that the partner has lost */
    struct rest_table pending; /* made_ms: since when Google has one in hand; by the same id */
    struct rest_table leads;   /* of CRM Partners, by the last part of their names */
    struct rest_table crm;     /* its opportunities, the same way */
    enum gcp_revision revision;
    bool names_only; /* whether queries show whole opportunities is not published */
    long long made;  /* ids made so far */
};
struct gcp_deals *gcp_deals_of(const struct sandbox *sandbox);
const char *gcp_deal_id(struct sandbox *sandbox, struct arena *arena);    /* a new one */
const char *gcp_deal_text(const struct json *document, const char *path); /* "" if absent */
bool gcp_deal_is(const struct json *document, const char *path, const char *text);
/* Sets the text at a path, making what is missing on the way. */
void gcp_deal_put(struct arena *arena, struct json *document, const char *path, const char *text);
/* google.type.Date of a day; true if it is one: year, month and day, in the calendar. */
struct json *gcp_deal_date(struct arena *arena, int64_t day);
bool gcp_deal_day(const struct json *date, int64_t *ret_day);

/* ---- Opportunities. */
extern const struct gcp_shape gcp_opportunity_shape; /* opportunity_shapes.c */

int gcp_opportunity_query(struct rest_call *call);  /* deals.c */
int gcp_opportunity_create(struct rest_call *call); /* opportunity_writes.c */
int gcp_opportunity_patch(struct rest_call *call);
/* What each call must bring, `partner` included if `wants`, which otherwise is refused. */
int gcp_opportunity_begin(struct rest_call *call, bool wants);
/* Whose token the call bears; side.c has found it good. */
const struct gcp_access *gcp_opportunity_caller(const struct rest_call *call);
int gcp_opportunity_find(struct rest_call *call, struct rest_record **ret_record);

/* Values and their company, in the document as it would be (opportunity_rules.c). `before` NULL: a
 * new one. */
int gcp_opportunity_check(struct rest_call *call, const struct json *before,
                          const struct json *after);

/* opportunity_records.c */
/* Adds one; `name` gives the id. Instants and customerDisplayName are put in. */
struct rest_record *gcp_opportunity_add(struct sandbox *sandbox, const struct json *document,
                                        int64_t made_ms, int64_t moved_ms);
/* Replaces the document; updateTime moves on. What Google then has in hand is remembered. */
void gcp_opportunity_write(struct sandbox *sandbox, struct rest_record *record,
                           const struct json *document);
bool gcp_opportunity_is_closed(const struct json *document);
/* The word of Google's reviewers; `why` is stateDescription, `customer` the name as Google has it;
 * both may be NULL. */
void gcp_opportunity_review(struct sandbox *sandbox, struct rest_record *record, bool accepts,
                            const char *why, const char *customer);
/* Puts in what an accepted opportunity has: number, seller, team, stage. */
void gcp_opportunity_accept(struct arena *arena, struct json *document, int64_t now_ms);
/* Google's seller closes it: the stage, with the reasons that go with it. */
void gcp_opportunity_close(struct sandbox *sandbox, struct rest_record *record, const char *stage);
void gcp_opportunity_detach(struct sandbox *sandbox, struct rest_record *record);
void gcp_opportunity_run(struct sandbox *sandbox); /* what the clock has brought by now */

/* opportunity_seed.c */
void gcp_opportunity_seed(struct sandbox *sandbox);
/* Google shares one; `source`, `title` and `company` may be NULL. */
struct rest_record *gcp_opportunity_share(struct sandbox *sandbox, struct arena *arena,
                                          const char *source, const char *title,
                                          const char *company, bool limited);

/* ---- CRM Partners (crm_calls.c, crm_records.c). */
extern const struct gcp_shape gcp_crm_lead_shape, gcp_crm_opportunity_shape;
void gcp_crm_seed(struct sandbox *sandbox);
void gcp_crm_run(struct sandbox *sandbox);
/* Approves or rejects a lead; an approved one becomes an opportunity of the same id. */
void gcp_crm_decide(struct sandbox *sandbox, struct rest_record *lead, bool approves,
                    const char *why);

/* What others do: sellers of Google's, reviewers (opportunity_control.c). */
extern const struct control_rows gcp_deal_controls;

#endif
