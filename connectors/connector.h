/* The one interface between the engine and a cloud. Everything the engine knows of a cloud stands
 * in a `struct connector`; it never asks which cloud it talks to.
 *
 * A connector never writes the store, never sees a local record, keeps no state between the steps
 * of a procedure but what it puts into the step's `progress`, and never retries: the session does.
 */
#ifndef CONNECTORS_CONNECTOR_H
#define CONNECTORS_CONNECTOR_H

#include "base/json.h"
#include "model/change.h"
#include "model/finding.h"
#include "model/record.h"
#include "model/settings.h"
#include "net/session.h"

struct cloud; /* a connector's open account; defined by each connector */

enum capability {
    CAN_LIST = 1 << 0,
    CAN_READ = 1 << 1, /* read one */
    CAN_CREATE = 1 << 2,
    CAN_UPDATE = 1 << 3,
    CAN_CLOSE = 1 << 4,
    CAN_SUBMIT = 1 << 5,
    CAN_INCREMENTAL = 1 << 6,
    CAN_LOCK = 1 << 7,    /* writes carry the version they rest on */
    CAN_TOKEN = 1 << 8,   /* creates carry an idempotency token */
    CAN_DISCARD = 1 << 9, /* CANCEL of a draft deletes it, see change_deletes() */
};

/* How a canonical field stands in the cloud's document. One row serves decoding, overlaying,
 * linting and the manual. */
enum remote_flags {
    REMOTE_READ = 1 << 0,
    REMOTE_CREATE = 1 << 1, /* may be set when creating */
    REMOTE_UPDATE = 1 << 2, /* may be set when updating */
    REMOTE_STEP = 1 << 3,   /* written by a step of its own (an association), not in the document */
    REMOTE_TAIL = 1 << 4,   /* only what stands behind the last '/' counts: the id in an address */
    REMOTE_ASIDE = 1 << 5,  /* read by a call of its own: what a procedure leaves as `after` has it
                               not, and the engine keeps what it read last */
    REMOTE_SHOWS = 1 << 6,  /* shows the record to more people: no edit, it goes with a submission,
                               and is one of its own once that was made */
    REMOTE_TOLD = 1 << 7,   /* the cloud works it out: what the local side says is compared with it
                               and never written, nor is it lacking where the cloud has none yet */
};

struct remote_field {
    const char *field; /* canonical name */
    /* In the document, see json_find(). With REMOTE_STEP it is only read: NULL, or several lists
     * that are read as one, "A.X|A.Y". */
    const char *path;
    unsigned flags;                /* enum remote_flags */
    const char *const *words;      /* pairs canonical, native, …, NULL: TYPE_WORD and TYPE_FLAG */
    const char *const *choices;    /* native words that the cloud takes, NULL-ended: TYPE_CHOICE,
                                      TYPE_LIST, TYPE_SET; NULL: any */
    unsigned min, max;             /* characters; 0: no limit */
    const char *amount, *currency; /* TYPE_MONEY: member names inside the object at `path` */
    const char *const *fixed;      /* pairs member, value set beside a written value; NULL-ended */
    const char *vendor; /* the vendor's name of the field, for messages, e.g. "Project.Title" */
};

/* Rules: what the cloud requires or locks in which state, as rows; checked before anything is sent.
 */
enum rule_type {
    RULE_REQUIRED,  /* the field must have a value */
    RULE_FORBIDDEN, /* the field must have none */
    RULE_LOCKED,    /* the field keeps the value it has at the cloud */
    RULE_KEPT,      /* the field may change, but not lose the value it has at the cloud */
    RULE_GROWS,     /* a list may gain items, but not lose those it has at the cloud */
    RULE_FUTURE,    /* a date, today or later */
    RULE_WORDS,     /* the value is one of `words` */
    RULE_PATTERN,   /* the value fits `words[0]`, a POSIX extended regular expression */
    RULE_UNLIKE,    /* the value does not */
    RULE_COUNT,     /* a list of words[0] to words[1] items */
    /* Of a field and another one, words[0]; where either is absent there is nothing to say. */
    RULE_AFTER,      /* a date, later than the other */
    RULE_CURRENCY,   /* an amount in the currency that the other names */
    RULE_SUM,        /* pairs whose numbers sum to the other, an amount */
    RULE_UPTO,       /* pairs of a date, of which at most words[1] are not later than the other */
    RULE_NOT_BEFORE, /* a date, not earlier than the other, a date or an instant */
    RULE_AGED,       /* any value, once the other, an instant, is words[1] hours past or more */
    RULE_WITHIN,     /* a date at most words[0] days ahead: days, not a field */
    RULE_RECENT,     /* a date at most words[0] days past */
    /* The date may move, but not to an earlier day than it has at the cloud; one that is over is
     * another matter: it takes the record back. */
    RULE_LATER,
    /* A date at most words[1] months after the other, a date or an instant ("": today), less
     * words[2] days. */
    RULE_MONTHS,
    /* A duration in months ("P12M"), once and as often as the other, a number, says: at most
     * words[1] months in all. Without the other: once. */
    RULE_REPEATED,
};
enum rule_moment {
    AT_CREATE = 1 << 0,
    AT_SUBMIT = 1 << 1, /* handing a referral over, publishing an offer */
    AT_UPDATE = 1 << 2,
    AT_REGISTER = 1 << 3,
};

struct rule {
    enum rule_type type;
    const char *code;  /* of the finding */
    unsigned at;       /* enum rule_moment */
    const char *field; /* canonical; "*" with RULE_LOCKED: every field but `except` */
    /* All must hold for the rule to apply; looked up in the record as it would be after the write
     * (RULE_LOCKED: as it is before). A word starting with "!" negates; "" stands for absent. */
    struct rule_when {
        const char *field;
        const char *const *words; /* NULL-ended */
    } when[3];
    const char *const *words;
    const char *const *except; /* fields, NULL-ended */
    const char *remedy;        /* NULL: the registry's */
};

/* One read. The connector calls `version` to skip details it need not fetch, `record` for each
 * record, `seen` for each id that was listed but not fetched, `finding` for oddities, and `done`
 * exactly once at the end. */
enum read_outcome { READ_COMPLETE, READ_PARTIAL, READ_FAILED };
const char *read_outcome_name(enum read_outcome outcome); /* "complete" */

struct read_scope {
    bool full;             /* list everything; else what changed since `watermark` */
    const char *watermark; /* as the last complete read gave it; NULL: full */
    /* Per field of the kind whether the job maps it: what costs calls of its own is only read if
     * somebody wants it. NULL: all. */
    const bool *mapped;
    bool proposals; /* also what the cloud proposes and nobody has accepted yet */
    /* Where the kind has `by_name`: the ids of that form that local records name, or are linked to;
     * NULL-ended. NULL: none. */
    const char *const *named;
    /* The run applies. Where reading takes something away from where it lies (files of an inbox), a
     * plan only looks at it. */
    bool takes;
};
/* True if the job maps any of the fields, NULL-ended. */
bool read_wants(const struct read_scope *scope, const struct kind *kind, const char *const *fields);

struct read_sink {
    void *context;
    /* The version that is stored of a present record; NULL if there is none. Lives until the next
     * call. */
    const char *(*version)(void *context, const char *id);
    /* Takes what it needs during the call. A negative result ends the read as failed. */
    int (*record)(void *context, const struct record *record);
    int (*seen)(void *context, const char *id);
    void (*finding)(void *context, const struct finding *finding);
    /* `watermark` NULL: keep the old one. `error` NULL with READ_COMPLETE only. */
    void (*done)(void *context, enum read_outcome outcome, const char *watermark,
                 const struct error *error);
};

/* Procedures: the steps that carry out one action. */
struct step_context {
    struct cloud *cloud;
    struct arena *arena; /* lives as long as the change is worked on */
    const struct change *change;
    const struct record *local; /* all canonical values the local side has for the change, for
                                   creates; may be NULL */
    struct json *progress;      /* object; what later steps need; journalled after each step */
    const char *token; /* idempotency token of the attempt, stable over restarts; ≤ 64 ASCII */
    int64_t now_ms;
    int64_t began_ms;      /* when this run took the change up, to bound its patience */
    int64_t wait_ms;       /* how long to wait before the step that comes next, or this one */
    const char *goto_step; /* STEP_GOTO: name of the step to go on with */
    struct record *after;  /* STEP_DONE: the record as the cloud has it now, if known */
    bool deleted;          /* STEP_DONE: the cloud has it no more, as the change wants it */
};

/* Member of `progress`: what a change waits for, in words for people. */
#define PROGRESS_NOTE "note"

enum step_result {
    STEP_NEXT,  /* go on with the next row, after wait_ms if that is set */
    STEP_GOTO,  /* go on with goto_step, after wait_ms if that is set */
    STEP_WAIT,  /* do this step again after wait_ms */
    STEP_LATER, /* the cloud works on it, or something there blocks it: a later run goes on with
                   this step. `progress` has a member "note" that tells people what is waited for */
    STEP_DONE,  /* the procedure has had its effect; `after` may be another record than the
                   change's, which the pair then goes on with (an invitation that was accepted) */
    STEP_STALE, /* the record moved: give the change up and plan the record afresh */
    STEP_OVER,  /* this attempt is over without effect and another one may pass: a later run starts
                   the procedure anew, with another token; the error tells why */
    STEP_FAIL,  /* give up; the error tells why */
};

struct step {
    const char *name;
    const char *operation; /* the vendor's */
    const char *family;    /* quota */
    bool writes;           /* the engine journals the intent durably before sending */
    bool repeatable;
    const char *resume; /* step to restart at when a crash or a lost answer leaves this one open */
    /* Builds the request. Returns 1 to skip the step (nothing to do), 0, or a negative error. */
    int (*build)(struct step_context *context, struct http_request *request, struct error *error);
    /* Reads the answer. `failure` is NULL or what the session ended with; a step may know that a
     * failure is as good as success. With STEP_OVER and STEP_FAIL `error` is to be filled. */
    enum step_result (*answer)(struct step_context *context, const struct http_response *response,
                               const struct error *failure, struct error *error);
    /* Instead of the two, where no call is needed: does the step's work before it returns, and
     * tells what comes next. Done again after a crash it must find out what it did before. */
    enum step_result (*perform)(struct step_context *context, struct error *error);
};

struct procedure {
    enum action action;
    const struct step *steps;
    size_t count;
    const char *first; /* step that an undisturbed run starts with */
};

/* What the vendor's access control must allow. */
struct permission {
    const char *name; /* the vendor's: "partnercentral:GetOpportunity" */
    /* 1u << ACTION_…: which of them need it; ACTION_IMPORT: reading proposals; 0: reading does */
    unsigned actions;
    const char *field; /* only jobs that map this field, or one of "a|b|c", need it; NULL: all */
};

/* Harmless reads that tell what an account may do, made one after the other. */
struct probe_context {
    struct cloud *cloud;
    struct arena *arena;   /* lives as long as all probes of the cloud */
    struct json *progress; /* object; what later probes need */
    const char *detail;    /* what a person may like to know of this one; may be NULL */
};

struct probe {
    const char *name;       /* "ListOpportunities" */
    const char *permission; /* NULL: it needs none */
    const char *purpose;    /* what the permission is for */
    const char *family;     /* quota */
    /* Returns 1 to skip the probe, with the reason in `detail`, 0, or a negative error. */
    int (*build)(struct probe_context *context, struct http_request *request, struct error *error);
    /* Reads an answer that is no error. NULL: there is no call to make, `build` sees to everything
     * and gets no request. */
    int (*answer)(struct probe_context *context, const struct http_response *response,
                  struct error *error);
};

/* A day or instant after which something at the cloud is lost. While it lies ahead the record stays
 * in sight of every plan; within `days` of it there is a finding. */
struct deadline {
    const char *field;        /* TYPE_DATE or TYPE_INSTANT */
    const char *when;         /* a field … */
    const char *const *words; /* … that has one of these words; NULL-ended */
    unsigned days;
    const char *code; /* of the finding */
    const char *what; /* "the offer expires": the detail adds the day and the days left */
};

/* Where the state of a record does not tell alone whether an action is due, because what is wanted
 * of it counts, too: the first row whose conditions all hold decides, before the gate's words. */
struct due_case {
    enum action action;
    bool due;
    struct rule_when when[4];   /* of the record at the cloud */
    struct rule_when wanted[1]; /* of what goes along with the action */
};

/* Which finding a refusal, or a read that failed, becomes, by the vendor's code. */
struct refusal {
    const char *vendor_code;
    const char *code;
};

/* A new record as it would be made, among all others of the job at the cloud and those that the
 * same plan makes before it. These have the local key for an id. */
struct newcomer {
    const struct record *record;
    const struct record *const *peers;
    size_t peer_count;
    int64_t now_ms;
};

struct connector_kind {
    enum kind_id kind;
    unsigned capabilities;
    const struct remote_field *fields;
    size_t field_count;
    const struct rule *rules;
    size_t rule_count;
    const struct procedure *procedures;
    size_t procedure_count;
    /* How many calls of a quota family an action costs at least: for the plan's estimate. */
    const char *write_family;
    unsigned writes_per_action[ACTION_COUNT];
    const struct permission *permissions;
    size_t permission_count;
    /* What an edit of these fields amounts to: UPDATE, or an action of its own (LAUNCH, CLOSE,
     * EXTEND, CANCEL, PUBLISH). NULL: always UPDATE. */
    enum action (*classify)(const struct change *change, const struct record *before,
                            int64_t now_ms);
    /* What a person should have looked at before the record is made, each as a finding; the
     * creation then waits for approval. NULL: nothing. */
    void (*doubts)(const struct newcomer *newcomer,
                   void (*report)(void *context, const struct finding *finding), void *context);
    const struct deadline *deadlines;
    size_t deadline_count;
    const struct due_case *due_cases; /* none: the gates' words alone decide */
    size_t due_case_count;
    const struct refusal *refusals; /* others are REF-019 */
    size_t refusal_count;
    unsigned max_in_flight; /* changes that the cloud may be working on at once; 0: no limit */
    /* False where a full read may leave records out without a word, because not all are shown to
     * the account: then absence means nothing, and no record becomes "gone". NULL: never. */
    bool (*shows_all)(const struct cloud *cloud);
    /* Puts a field into the document whose place or form the table's rows cannot tell: 0, a
     * negative error, or 1 for a field that the table serves. `value` NULL takes it out. NULL: the
     * table serves all. */
    int (*put)(struct arena *arena, struct json *document, const char *field, const char *value,
               struct error *error);
    /* What ids begin with that no listing shows: such a record is read if it is named. NULL: all
     * are listed. */
    const char *by_name;
    /* Of a REMOTE_TOLD field on which both sides differ: whether they can be meant to say the same.
     * NULL: never. */
    bool (*agrees)(struct arena *arena, const struct record *remote, const char *field,
                   const char *local);
    /* What the procedure of the change reads on this side beside the change: values of the local
     * record (NULL: there is none) and files that these name, as a text that differs when any of it
     * does; NULL: nothing. A change that was refused is tried again when it differs. */
    const char *(*beside)(const struct cloud *cloud, struct arena *arena,
                          const struct change *change, const struct record *local);
    /* The day that it is where the cloud ends its days: "today" in the rules. NULL: UTC's. */
    int64_t (*today)(int64_t now_ms);
    /* Of an offer: the field that a replacement of it has as `replaces`. NULL: agreement. */
    const char *replaced_by;
    const char *portal; /* where people edit what cannot be edited from here; NULL: not said */
    /* Starts a read; everything else comes through the sink, which lives until `done`. */
    void (*read)(struct cloud *cloud, const struct read_scope *scope, const struct read_sink *sink);
};

struct connector_env {
    struct loop *loop;
    const struct log *log;
    struct har *har; /* may be NULL */
    /* Percent of the vendor's published quotas that may be used; 0: 80. Above 100 is refused for
     * any endpoint that is not on this host. */
    unsigned quota_share;
    /* Environment variables; injectable. NULL if unset. */
    const char *(*env)(void *context, const char *name);
    void *env_context;
};

struct cloud_status {
    char realm[64]; /* whose records these are, e.g. "catalog Sandbox": what was linked in one realm
                       means nothing in another */
    char identity[128];            /* who we are there, without secrets; "" unknown */
    char credential_source[160];   /* "environment", "profile alliance (credential_process)", … */
    int64_t credential_expires_ms; /* 0: unknown or never */
};

/* The one-time sign-in of a person, where a cloud's services want one beside the application. */
struct connector_login {
    /* The address for the person's browser, which comes back to `redirect` with the parameters code
     * and state; `ret_state` is what the latter has to be. */
    int (*url)(struct cloud *cloud, struct arena *arena, const char *redirect, const char **ret_url,
               const char **ret_state, struct error *error);
    /* Exchanges the code and keeps the sign-in durably, then calls `done`: NULL or the failure. */
    void (*finish)(struct cloud *cloud, const char *code, session_ready *done, void *context);
};

/* An address that a cloud calls when something happens there. It only shortens the time until a
 * poll finds it; what receives the calls is another program's matter. */
struct webhook {
    const char *url;           /* NULL: none is registered */
    const char *const *events; /* NULL-ended; NULL: none */
};
struct connector_webhook {
    const char *setting;       /* option of the cloud's section that names our address */
    const char *const *events; /* those worth hearing of, NULL-ended */
    const char *family;        /* quota */
    /* Asks what is registered. */
    int (*check)(struct cloud *cloud, struct arena *arena, struct http_request *ret_request,
                 struct error *error);
    /* Reads the answer; `failure` is NULL or what the session ended with, which may mean that
     * nothing is registered. Texts live in the arena. */
    int (*read)(struct arena *arena, const struct http_response *response,
                const struct error *failure, struct webhook *ret_now, struct error *error);
    /* Registers our address for our events, and for those that `now` has. The answer is read with
     * `read`. It overwrites what was registered: the caller has asked. */
    int (*enlist)(struct cloud *cloud, struct arena *arena, const struct webhook *now,
                  const char *url, struct http_request *ret_request, struct error *error);
};

struct connector {
    const char *name;                 /* "aws" */
    const char *title;                /* "AWS Partner Central" */
    const struct option_row *options; /* of the section clouds.<name> */
    size_t option_count;
    const struct quota *quotas;
    size_t quota_count;
    const struct connector_kind *const *kinds; /* those it serves, NULL-ended */
    /* Opens the account; no call is made. Settings and env live as long as the cloud. */
    int (*open)(const struct connector_env *env, const struct settings *settings,
                struct cloud **ret_cloud, struct error *error);
    void (*close)(struct cloud *cloud);
    /* Of a connector that is offline it has the loop and carries nothing. */
    struct session *(*session)(struct cloud *cloud);
    bool offline; /* it makes no calls: there are no keys, no clock and no network to look at */
    void (*status)(struct cloud *cloud, struct cloud_status *ret_status);
    const struct probe *probes;
    size_t probe_count;
    const struct connector_login *login;     /* NULL: none is needed */
    const struct connector_webhook *webhook; /* NULL: the cloud calls nobody, or we do not ask it */
    /* What an account with these settings cannot do, in a sentence for people; NULL: nothing is
     * missing. Or what is wrong with them that no option's type tells. May be NULL. */
    const char *(*remark)(struct arena *arena, const struct settings *settings);
    /* A document for the vendor's access control that allows these permissions and no more. NULL:
     * there is no such document there; the permissions are roles. */
    struct json *(*policy)(struct arena *arena, const struct settings *settings,
                           const char *const *permissions, size_t count);
};

extern const struct connector *const connectors[];
extern const size_t connector_count;
const struct connector *connector_find(const char *name);
const struct connector_kind *connector_kind(const struct connector *connector, enum kind_id kind);
const struct remote_field *connector_field(const struct connector_kind *kind, const char *field);
/* The finding that the kind's table has for a failure, by its vendor_code; else `otherwise`. */
const char *connector_refusal(const struct connector_kind *kind, const struct error *failure,
                              const char *otherwise);
const struct procedure *connector_procedure(const struct connector_kind *kind, enum action action);

#endif
