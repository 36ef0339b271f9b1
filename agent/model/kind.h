/* The three kinds of record and their canonical fields: the vocabulary in which both sides of a
 * reconciliation speak. A connector maps a cloud's document to it, a job maps a source's columns to
 * it. A new field is one row in kind.c. */
#ifndef MODEL_KIND_H
#define MODEL_KIND_H

#include <stdbool.h>
#include <stddef.h>

enum kind_id { KIND_LISTING, KIND_OFFER, KIND_REFERRAL, KIND_COUNT };

/* What a value is; decides its normal form (see value.h). */
enum value_type {
    TYPE_TEXT,    /* free text, white space trimmed */
    TYPE_ID,      /* an identifier: text, never a number; spreadsheet damage is looked for */
    TYPE_WORD,    /* one of the field's own canonical words */
    TYPE_CHOICE,  /* one of a cloud's words; which ones the connector's table says */
    TYPE_FLAG,    /* "yes" or "no" */
    TYPE_NUMBER,  /* a whole number, decimal text without leading zeros */
    TYPE_MONEY,   /* "1234.50 USD" */
    TYPE_DATE,    /* "2027-03-31" */
    TYPE_INSTANT, /* "2026-11-02T10:00:00.123Z" */
    TYPE_EMAIL,   /* lower case */
    TYPE_PHONE,   /* E.164: "+12065550100" */
    TYPE_URL,     /* as written, trimmed */
    TYPE_COUNTRY, /* ISO 3166-1 alpha-2, upper case; English names are understood when read */
    TYPE_LIST,    /* texts in order, joined by LIST_SEPARATOR */
    TYPE_SET,     /* a list whose order means nothing: sorted, each text once */
    TYPE_PAIRS, /* a set of key=number: "2027-01-15=6000.50"; the numbers in their shortest form */
};

/* Who can ever write the field. */
enum field_direction {
    FIELD_BOTH,
    FIELD_FROM_CLOUD, /* the cloud keeps it; only ever pulled */
    FIELD_TO_CLOUD,   /* used when creating or submitting; the cloud does not show it again */
};

struct field {
    const char *name; /* "close_date" */
    enum value_type type;
    enum field_direction direction;
    const char *const *words; /* TYPE_WORD: canonical words, NULL-ended */
    const char *help;         /* one line, for the manual */
};

struct kind {
    enum kind_id id;
    const char *name; /* "referral" */
    const struct field *fields;
    size_t field_count; /* ≤ LIMIT_FIELDS */
};

extern const struct kind kinds[KIND_COUNT];

/* Fields that the engine itself looks at; every kind has the first two. */
#define FIELD_ID        "id"                /* the cloud's identifier */
#define FIELD_REFERENCE "partner_reference" /* the local key, as the cloud carries it */
#define FIELD_STAGE     "stage"
#define STAGE_WON       "won"
#define STAGE_LOST      "lost"
#define FIELD_STATE     "state" /* of an offer */
#define STATE_CANCELLED "cancelled"
#define STATE_DRAFT     "draft"
#define STATE_DELETED   "deleted" /* a draft that is no more, because a person wanted it so */
#define FIELD_BECAME    "became"  /* the record that this one turned into, another id */

const struct kind *kind_by_name(const char *name); /* NULL if unknown */
#define FIELD_NONE ((size_t)-1)
size_t kind_field(const struct kind *kind, const char *name); /* index, or FIELD_NONE */
const char *value_type_name(enum value_type type);
bool value_type_many(
    enum value_type type); /* TYPE_LIST and those after it: several texts in one value */

#endif
