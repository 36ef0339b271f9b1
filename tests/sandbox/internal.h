/* What the files of the sandbox share. Nothing outside this folder includes it. */
#ifndef SANDBOX_INTERNAL_H
#define SANDBOX_INTERNAL_H

#include "base/map.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/times.h"
#include "tests/sandbox/sandbox.h"

/* ---- Answers. A handler either returns 0 and the answer's body, or a negative number after it
 * has filled the failure. */
enum fault_reason { REASON_NONE, REASON_REQUEST, REASON_BUSINESS };

struct service;
struct failure {
    struct arena *arena;
    const struct service *service;
    int status;
    const char *type; /* "ConflictException" */
    const char *message;
    const char *reason;   /* member Reason; NULL: none */
    struct json *errors;  /* ErrorList; NULL: none */
    const char *resource; /* what was not found, for services that say it; NULL: none */
    int64_t retry_after_s;
};

int fail(struct failure *failure, int status, const char *type, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
int fail_not_found(struct failure *failure, const char *what, const char *id);
/* Adds an entry to ErrorList; fail_validation() then ends the call if there is any. */
void fail_field(struct failure *failure, const char *code, const char *field, const char *format,
                ...) __attribute__((format(printf, 4, 5)));
bool fail_pending(const struct failure *failure);
int fail_validation(struct failure *failure, enum fault_reason reason);

/* ---- Records. */
struct opportunity {
    struct arena *arena;   /* of the document; made anew with each write */
    struct json *document; /* what GetOpportunity shows */
    char *catalog;
    char *id;
    char *origin;
    char *involvement;    /* "" until submitted */
    int64_t modified_ms;  /* the instant behind LastModifiedDate */
    int64_t submitted_ms; /* 0: not in the reviewers' hands */
    char *task;           /* running submission task, "" if none */
    char *engagement;     /* "" until submitted, or accepted */
    int64_t engaged_ms;   /* since when AWS's sellers have it */
};

struct task {
    char *kind; /* TASK_ACCEPTS, or "" for a submission */
    char *id, *catalog, *opportunity, *involvement;
    char *engagement, *invitation, *job; /* "" until the task is complete */
    char *reason, *message;              /* of a task that failed or is to fail */
    char *status;                        /* words_task_states */
    int64_t start_ms;
};

struct solution {
    const char *id, *name, *category, *status;
    int64_t created_ms;
    bool in_sandbox;
};

struct client_token {
    char *key;    /* operation, catalog and token */
    char *body;   /* the request's document, compact */
    char *answer; /* "" if the call failed: a token is bound to its body even then */
    int64_t made_ms;
};

struct page_token {
    char text[72];
    char operation[48];
    char parameters[65]; /* digest of the request without its token */
    char *after_key;     /* of the last record shown */
    char *after_id;
    int64_t made_ms;
};
#define PAGE_TOKENS     1024
#define PAGE_TOKEN_MS   (60 * 60 * 1000)     /* not published; an hour outlives any sweep */
#define CLIENT_TOKEN_MS (8 * 60 * 60 * 1000) /* the one lifetime that a sister service told */

struct fault {
    char kind[24];
    char operation[48];  /* "" any */
    long long nth;       /* 0: every call */
    bool repeat;         /* each nth */
    long long parameter; /* -1: not given */
    long long seen;
};

struct quota_state {
    int64_t millicalls; /* in the bucket: thousandths of a call */
    int64_t filled_ms;
    struct {
        int64_t minute;
        uint32_t calls;
    } day[24 * 60];
    uint32_t day_calls;
};
enum quota_class {
    QUOTA_READ, /* of Partner Central: per class of operations */
    QUOTA_WRITE,
    QUOTA_LIST_ENTITIES, /* of the marketplace: per operation */
    QUOTA_DESCRIBE_ENTITY,
    QUOTA_START_SET,
    QUOTA_LIST_SETS,
    QUOTA_DESCRIBE_SET,
    QUOTA_CANCEL_SET,
    QUOTA_SEARCH_AGREEMENTS,
    QUOTA_DESCRIBE_AGREEMENT,
    QUOTA_AGREEMENT_TERMS,
    QUOTA_COUNT
};

struct call_count {
    char operation[48];
    int status; /* 0: no answer */
    long long count;
};

struct sandbox {
    const struct world *world;
    struct sandbox_options options; /* texts owned */
    int64_t offset_ms;              /* business clock minus the world's */
    struct opportunity **records;
    size_t record_count, record_capacity;
    struct map *by_id; /* "AWS/O123" to record */
    uint64_t next_id;
    struct task *tasks;
    size_t task_count, task_capacity;
    struct invitation **invitations; /* engagements.h */
    size_t invitation_count, invitation_capacity;
    struct client_token *tokens;
    size_t token_count, token_capacity;
    struct page_token pages[PAGE_TOKENS];
    size_t page_next;
    struct fault *faults;
    size_t fault_count, fault_capacity;
    struct quota_state quotas[QUOTA_COUNT];
    struct call_count *calls;
    size_t call_count, call_capacity;
    struct identity *identities; /* the account's own, then the temporary ones */
    size_t identity_count, identity_capacity;
    struct market *market; /* products, offers, change sets, agreements: market.h */
    struct azure *azure;   /* Microsoft's side: azure/azure.h */
    struct gcp *gcp;       /* Google's: gcp/gcp.h */
    bool dirty;            /* to be written to the snapshot */
};

/* ---- One call. */
struct call_context {
    struct sandbox *sandbox;
    const struct operation *operation;
    struct arena *arena;
    const struct json *request;
    const char *catalog;
    struct failure *failure;
    const char *doom;         /* a fault: the reason for which the task that is started will fail */
    const struct fault *fate; /* a fault: what becomes of the change set that is started */
};

struct field;
struct operation {
    const char *name;
    enum quota_class quota;
    const struct field *fields; /* rows of the request */
    size_t field_count;
    unsigned use; /* FIELD_… bits that rows must have; 0: all rows */
    int (*handle)(struct call_context *call, struct json **ret_answer);
};
const struct operation *operation_find(const char *name); /* of whatever service */
const struct operation *selling_operation_find(const char *name);

int handle_create(struct call_context *call, struct json **ret_answer);
int handle_get(struct call_context *call, struct json **ret_answer);
int handle_update(struct call_context *call, struct json **ret_answer);
int handle_list(struct call_context *call, struct json **ret_answer);
int handle_list_solutions(struct call_context *call, struct json **ret_answer);
int handle_associate(struct call_context *call, struct json **ret_answer);
int handle_disassociate(struct call_context *call, struct json **ret_answer);
int handle_start_engagement(struct call_context *call, struct json **ret_answer);
int handle_list_tasks(struct call_context *call, struct json **ret_answer);
int handle_list_accept_tasks(struct call_context *call, struct json **ret_answer);
int handle_accept_task(struct call_context *call, struct json **ret_answer);
int handle_list_invitations(struct call_context *call, struct json **ret_answer);
int handle_get_invitation(struct call_context *call, struct json **ret_answer);
int handle_reject_invitation(struct call_context *call, struct json **ret_answer);
int handle_get_summary(struct call_context *call, struct json **ret_answer);
int handle_list_associations(struct call_context *call, struct json **ret_answer);
int handle_list_members(struct call_context *call, struct json **ret_answer);
int handle_assign(struct call_context *call, struct json **ret_answer);

/* Client tokens. Returns 1 and the first answer for a repeated call, 0 for a new one, negative if
 * the token stands for another body. token_keep() stores the answer of a call that passed. */
int token_check(struct call_context *call, const char *token, struct json **ret_answer);
void token_keep(struct call_context *call, const char *token, const struct json *answer);

/* ---- Signatures (auth.c). */
/* `service` as it is signed for; `ret_caller` may be NULL. */
struct identity;
int auth_check(const struct sandbox *sandbox, const struct sandbox_request *request,
               const char *service, const struct identity **ret_caller, struct failure *failure);
const char *request_header(const struct sandbox_request *request, const char *name);

/* ---- Quotas (quota.c). False: over the limit; `ret_daily` tells which one. */
bool quota_take(struct sandbox *sandbox, enum quota_class class, bool *ret_daily);

/* ---- Records (records.c). */
struct opportunity *record_find(const struct sandbox *sandbox, const char *catalog, const char *id);
/* Adds a record; the document is copied. `id` NULL takes the next free one. */
struct opportunity *record_add(struct sandbox *sandbox, const char *catalog, const char *id,
                               const char *origin);
/* Replaces the document (copied) and moves LastModifiedDate, which never stands still. */
void record_write(struct sandbox *sandbox, struct opportunity *record, const struct json *document);
/* The same without moving the date: for seeding and snapshots, which bring their own. */
void record_replace(struct opportunity *record, const struct json *document);
void record_free(struct opportunity *record);
/* What was said as next step before goes into NextStepsHistory, newest first. */
void record_remember_next_steps(const struct sandbox *sandbox, struct arena *arena,
                                const struct json *old_lifecycle, struct json *lifecycle);
const char *record_text(const struct opportunity *record, const char *path);
bool record_has_solution(const struct json *document);
void text_replace(char **slot, const char *text); /* frees the old, copies the new */

/* ---- The clock's work (review.c): tasks end, reviewers decide. */
void review_run(struct sandbox *sandbox);
/* Puts a record into a review state, whatever its state was. */
void review_set(struct sandbox *sandbox, struct opportunity *record, const char *status,
                const char *comments);

/* ---- Faults (fault.c): the first one that is due for this call, or NULL. */
const struct fault *fault_due(struct sandbox *sandbox, const char *operation);
bool fault_is(const struct fault *fault, const char *kind); /* NULL is of no kind */
/* What a fault does to the way there, and to an answer that is whole. */
void fault_delay(const struct fault *fault, struct sandbox_response *response);
void fault_spoil(const struct fault *fault, struct arena *arena, struct sandbox_response *response);

/* ---- Pages (pages.c). */
struct page_cursor {
    const char *after_key, *after_id; /* NULL: from the start */
};
int page_open(struct call_context *call, struct page_cursor *ret_cursor);
const char *page_issue(struct call_context *call, const char *key, const char *id);

/* ---- Control endpoints (control.c), snapshot (state.c), first data (seed.c). */
void control_handle(struct sandbox *sandbox, const struct sandbox_request *request,
                    struct arena *arena, struct sandbox_response *response);
int state_load(struct sandbox *sandbox, bool *ret_found, struct error *error);
int state_save(struct sandbox *sandbox, struct error *error);
void seed_fill(struct sandbox *sandbox);
extern const struct solution solutions[];
extern const size_t solution_count;
const struct solution *solution_find(const char *catalog, const char *id);

#endif
