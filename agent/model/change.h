/* A change: one intended write, with everything that explains it. */
#ifndef MODEL_CHANGE_H
#define MODEL_CHANGE_H

#include "base/json.h"
#include "model/job.h"
#include "model/kind.h"
#include "model/record.h"

enum action {
    ACTION_ADOPT,    /* record the pair and its base; no write outside */
    ACTION_CREATE,   /* make it at the cloud from the local record */
    ACTION_UPDATE,   /* write fields at the cloud */
    ACTION_SUBMIT,   /* hand a referral to the cloud's sellers */
    ACTION_LAUNCH,   /* update whose stage becomes won */
    ACTION_CLOSE,    /* update whose stage becomes lost */
    ACTION_PUBLISH,  /* release an offer to its buyer, a listing to everybody */
    ACTION_EXTEND,   /* let a released offer be accepted longer */
    ACTION_CANCEL,   /* take a released offer, a resale authorization or a listing back; with the
                        state "deleted", which only a person can ask for, delete a draft */
    ACTION_ACCEPT,   /* accept what the cloud's sellers propose */
    ACTION_REJECT,   /* turn it down */
    ACTION_REGISTER, /* register a deal that was won, for the cloud's incentives */
    ACTION_PULL,     /* write fields at the local side */
    ACTION_IMPORT,   /* add a local record for what only the cloud has */
    ACTION_COUNT
};

/* Why a change is not applied now. */
enum hold {
    HOLD_NONE,
    HOLD_MODE,      /* the job observes or proposes */
    HOLD_APPROVAL,  /* irreversible: needs `agent approve` */
    HOLD_REJECTED,  /* a person said no */
    HOLD_LIMIT,     /* share, count or money limit of the job */
    HOLD_READ,      /* the read it rests on is not to be trusted */
    HOLD_RULE,      /* the cloud would refuse it; see the finding */
    HOLD_BUSY,      /* an earlier change of the record is not finished */
    HOLD_DELIVERED, /* written to the changes file; waits until the local side shows it */
    HOLD_COUNT
};

struct change_field {
    size_t field;          /* index in the kind */
    const char *old_value; /* what the written side has now; NULL is absent */
    const char *new_value;
    const char *base; /* what both agreed on last; NULL: none */
    const char *rule; /* which rule decided, in words: "owner local", "only cloud moved", … */
    bool weak;        /* a default, which nobody misses where it is not taken */
};

struct change {
    char id[24]; /* "c-" and 12 hex digits: over job, action, ids, fields, values */
    const char *job;
    const struct kind *kind;
    enum action action;
    const char *remote_id; /* NULL before it is created */
    const char *local_key; /* NULL if there is no local record */
    const char *version;   /* remote version it was planned on; NULL for create */
    const char *title;     /* for people: the record's title or company */
    const char *note; /* ADOPT: how the pair was found; CREATE: what follows; of a gate: what is
                         told, for which alone an approval holds; or NULL */
    struct change_field *fields;
    size_t field_count;
    enum hold hold;
    const char *hold_reason; /* in words, or NULL */
    const char *asked_by;    /* who asked for exactly this in a command; NULL: the job's rules */
};

const char *action_name(enum action action); /* "create" */
/* True if a person asked for a draft to be deleted: no rule of a job makes such a change. */
bool change_deletes(const struct change *change);
char action_sign(enum action action); /* + ~ = < > ! for tables */
const char *hold_name(enum hold hold);
bool action_writes_cloud(enum action action);
/* The enum irreversible bit of the action, or 0. */
unsigned action_irreversible(enum action action);

void change_identify(struct change *change); /* fills id */
const struct change_field *change_field(const struct change *change, const char *field);
/* True if the record has every new value of the change. */
bool change_stands(const struct change *change, const struct record *record);
struct json *change_to_json(struct arena *arena, const struct change *change);
struct change *change_from_json(struct arena *arena, const struct json *json); /* NULL: damaged */

#endif
