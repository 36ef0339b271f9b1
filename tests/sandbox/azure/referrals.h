/* Referrals: leads, deals and co-sell opportunities, and the registration of webhooks for them.
 * A document is what the wire shows; what its owner may do with it follows from the document. */
#ifndef SANDBOX_AZURE_REFERRALS_H
#define SANDBOX_AZURE_REFERRALS_H

#include "tests/sandbox/azure/azure.h"

#define REFERRAL_MICROSOFT "msft" /* its organizationId, and the target that invites it */
#define REFERRAL_ANSWER_MS (INT64_C(14) * 24 * 3600 * 1000)
#define REFERRAL_CONSENT   "consent.consentToShareReferralWithMicrosoftSellers"
#define REFERRAL_PAGE      100 /* records a page */

/* Whoever can be invited beside Microsoft: a profile's location stands for its organization. */
struct referral_partner {
    const char *profile, *organization, *name;
};
const struct referral_partner *referral_partner(const char *profile); /* NULL: unknown */

/* Where a walk over pages goes on. */
struct referral_page {
    char token[32];
    char *filter, *order; /* as they were asked for */
    bool count;
    size_t left;      /* of $top; 0: no bound */
    int64_t after_ms; /* key of the last record shown, and its place in the table */
    size_t after_place;
};
#define REFERRAL_PAGES 64

struct azure_deals {
    struct rest_table referrals; /* each side of an engagement has its own */
    struct rest_table hooks;     /* the one registration, and validation events by their ids */
    struct referral_page pages[REFERRAL_PAGES];
    size_t page_next;
    int64_t due_ms; /* when the clock has something to do; 0: look */
};
struct azure_deals *referral_deals(const struct sandbox *sandbox);

/* ---- Records (referral_records.c). */
const char *referral_text(const struct rest_record *record, const char *path); /* "" if absent */
bool referral_is(const struct rest_record *record, const char *path, const char *text);
bool referral_is_own(const struct rest_record *record); /* the account's, of either direction */
/* Adds one; id and engagement as the document has them. Times, eTag and links are put in. */
struct rest_record *referral_add(struct sandbox *sandbox, const struct json *document,
                                 int64_t made_ms, int64_t moved_ms);
/* Replaces the document; updatedDateTime and eTag move on. */
void referral_write(struct sandbox *sandbox, struct rest_record *record,
                    const struct json *document);
/* The side of an organization in an engagement, NULL if it has none. `organization` NULL: own. */
struct rest_record *referral_side(const struct sandbox *sandbox, const char *engagement,
                                  const char *organization);
/* Sets both, with the instants that go with them. */
void referral_set_status(struct sandbox *sandbox, struct arena *arena, struct json *document,
                         const char *status, const char *substatus);
/* Microsoft or a partner accepts or declines: its own side, and the trackingInfo of Microsoft's and
 * ours. */
void referral_answer(struct sandbox *sandbox, struct rest_record *theirs, bool accepts);
/* Sets the state of the registration, with the instant that goes with it. */
void referral_set_registration(struct sandbox *sandbox, struct arena *arena, struct json *document,
                               const char *status);
/* Somebody invites us: a new Incoming referral. `title` and `company` may be NULL. */
struct rest_record *referral_invite(struct sandbox *sandbox, struct arena *arena, const char *from,
                                    const char *title, const char *company);
/* What the clock has brought by now. */
void referral_run(struct sandbox *sandbox);
void referral_seed(struct sandbox *sandbox);
/* Ticks of 100 ns since 1970; an instant without Z is UTC. */
bool referral_ticks(const char *text, int64_t *ret_ticks);

/* ---- Shapes (referral_shapes.c): what may stand where. */
enum referral_use {
    REFERRAL_CREATE = 1 << 0,
    REFERRAL_PATCH = 1 << 1,
    REFERRAL_NEEDED = 1 << 2,   /* in a new document, and in one that replaces another */
    REFERRAL_READ_ONLY = 1 << 3 /* the service's own */
};
struct referral_shape {
    const char *name;                     /* NULL ends a list */
    unsigned types;                       /* 1 << enum json_type */
    unsigned use;                         /* enum referral_use; only of members at the root */
    const struct referral_shape *members; /* of the object, and of each item of a list */
    const char *const *words;             /* NULL ends them; NULL: any text */
    bool (*fits)(const char *text);       /* texts and numbers */
};
extern const struct referral_shape referral_root[];
extern const struct referral_shape referral_registration[];
extern const char *const referral_statuses[],
    *const referral_substatuses[], *const referral_types[], *const referral_qualifications[],
                                                                *const referral_directions[];
const struct referral_shape *referral_row(const struct referral_shape *members, const char *name);
/* Refuses a value that has not this shape. */
int referral_check(struct failure *failure, const struct referral_shape *shape, const char *where,
                   const struct json *value);
bool referral_amount(const char *text);      /* a decimal above zero */
bool referral_solution_id(const char *text); /* "SOL-34104-EBB" */

/* ---- Rules (referral_rules.c). */
int referral_refuse(struct failure *failure, const char *code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Status and substatus of `after` as a pair, and as a way on from those of `before` (NULL: new). */
int referral_check_state(struct failure *failure, const struct json *before,
                         const struct json *after);
/* What cannot be taken back. */
int referral_check_visibility(struct failure *failure, const struct json *before,
                              const struct json *after);
/* What a seller of Microsoft's needs to begin with. */
int referral_check_cosell(struct failure *failure, const struct json *document);
/* Deal registration: the contract of `registration` on this record. */
int referral_check_registration(struct sandbox *sandbox, struct failure *failure,
                                const struct rest_record *record, const struct json *registration);

/* ---- Queries (referral_filter.c). */
struct referral_filter;
/* Negative: not within the documented grammar. NULL or "" fits everything. */
int referral_filter_parse(struct arena *arena, struct failure *failure, const char *text,
                          struct referral_filter **ret_filter);
bool referral_filter_fits(const struct referral_filter *filter, const struct json *document);
bool referral_has_member(const struct json *document, const char *email); /* of our team */

/* ---- Calls. */
int referral_begin(struct rest_call *call); /* what each call must bring */
bool referral_visible(const struct rest_call *call, const struct rest_record *record);
int referral_list(struct rest_call *call);
int referral_create(struct rest_call *call);
int referral_patch(struct rest_call *call);
int referral_put(struct rest_call *call);
/* The record that the call names, and may see. Negative: refused. */
int referral_find(struct rest_call *call, struct rest_record **ret_record);
/* The same for a write: ours, with the version that the caller has seen (412). */
int referral_find_own(struct rest_call *call, bool needs_match, struct rest_record **ret_record);
void referral_show(struct rest_call *call, const struct rest_record *record, int status);

#endif
