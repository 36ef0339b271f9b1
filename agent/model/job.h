/* A job: one cloud × one kind × one source, with its rules. Filled by the config loader, read by
 * everybody else, never changed. Lives as long as the config it came from. */
#ifndef MODEL_JOB_H
#define MODEL_JOB_H

#include "model/kind.h"
#include "model/settings.h"
#include "base/digest.h"
#include "model/value.h"

enum mode {
    MODE_OBSERVE, /* read and report; no plan is ever applied */
    MODE_PROPOSE, /* plan; changes go out only after `agent approve` */
    MODE_APPLY,   /* what guard and approvals allow is applied */
};

enum owner {
    OWNER_ASK,    /* one side moved: it wins; both moved: a conflict for a person */
    OWNER_LOCAL,  /* the local record rules */
    OWNER_CLOUD,  /* the cloud rules */
    OWNER_NEWEST, /* one side moved: it wins; both moved: the later one wins */
};

struct word_pair {
    const char *local;     /* as the source writes it; compared without case, trimmed */
    const char *canonical; /* normal form of the field */
};

/* One line under `fields:`. */
struct field_map {
    size_t field;         /* index in job->kind->fields */
    const char *column;   /* NULL if `constant` */
    const char *constant; /* `value:`, in normal form; used for every record */
    const char *fallback; /* `default:`, normal form, when the cell is empty */
    enum owner owner;
    bool clear; /* `empty: clear`: an emptied cell empties the cloud's field */
    const struct word_pair *words;
    size_t word_count;
    struct value_style style;    /* field's own, else the source's */
    const char *currency_column; /* column with the currency of the amount, or NULL */
    struct place place;
};

/* One entry of `match:`. */
struct match_rule {
    enum match_type { MATCH_ID, MATCH_REFERENCE, MATCH_FIELDS } type;
    struct match_key {
        size_t field;
        bool close; /* likeness of at least MATCH_CLOSE instead of equality */
    } keys[8];
    size_t key_count;
    struct place place;
};
#define MATCH_CLOSE 85 /* of 100, see text_likeness() */

/* `{column: C, equals: X}`, X a text or a list; `{column: C, not: X}`; `{field: F, …}` the same
 * over a canonical field. All of a list must hold. */
struct condition {
    const char *column; /* of the source; NULL: `field` is looked at instead */
    const char **words; /* NULL-ended; compared without case, trimmed */
    bool negate;
    size_t field; /* of the record: the cloud's where there is one, else the local one */
};

struct conditions {
    const struct condition *items;
    size_t count; /* 0: always true */
};

/* What a job does by itself where its conditions hold: `create:`, `submit:`, … Without the gate it
 * does not. Which action each opens: see gate.h. */
enum gate {
    GATE_CREATE,
    GATE_SUBMIT,
    GATE_PUBLISH,
    GATE_CANCEL,
    GATE_ACCEPT,
    GATE_REJECT,
    GATE_REGISTER,
    GATE_IMPORT,
    GATE_COUNT
};

struct gate_rule {
    bool open; /* it is there */
    struct conditions when;
};

/* Acts that need an approval each, unless `allow:` names them. Bits. */
enum irreversible {
    ACT_CLOSE = 1 << 0,    /* close as lost */
    ACT_LAUNCH = 1 << 1,   /* close as won */
    ACT_SUBMIT = 1 << 2,   /* hand a referral to the cloud's sellers */
    ACT_PUBLISH = 1 << 3,  /* release an offer or a listing */
    ACT_CANCEL = 1 << 4,   /* take a released offer or a listing back */
    ACT_ACCEPT = 1 << 5,   /* accept an invitation */
    ACT_REJECT = 1 << 6,   /* reject an invitation */
    ACT_REGISTER = 1 << 7, /* register a deal that was won */
};

struct limits {
    unsigned max_share;     /* percent of the linked records; 0: no limit */
    unsigned max_changes;   /* 0: no limit */
    const char *max_amount; /* money: sum of |new - old| over all changes; NULL: no limit */
    unsigned floor;         /* max_share does not apply below this many linked records */
};

struct job {
    const char *name;
    const char *cloud;  /* "aws" */
    const char *source; /* name of the source */
    const struct kind *kind;
    enum mode mode;
    int64_t every_ms;
    int64_t full_every_ms; /* a full read at least this often */
    const struct field_map *fields;
    size_t field_count;
    const struct match_rule *match;
    size_t match_count;
    struct gate_rule gates[GATE_COUNT];
    struct conditions only_when; /* `only:`: rows that the job looks at at all */
    unsigned allow;              /* enum irreversible */
    struct limits limits;
    char rules_hash[SHA256_HEX]; /* over everything above that changes a plan */
    struct place place;
};

enum mode mode_parse(const char *text, bool *ret_ok);
const char *mode_name(enum mode mode);
const char *owner_name(enum owner owner);
const struct field_map *job_field(const struct job *job, size_t field); /* NULL: not mapped */

#endif
