/* Bodies held against messages as proto3 JSON has them: which members there are and what may be in
 * them; field masks (AIP-134, AIP-161); answers without defaults. */
#ifndef SANDBOX_GCP_SHAPE_H
#define SANDBOX_GCP_SHAPE_H

#include "tests/sandbox/gcp/gcp.h"

enum gcp_type {
    GCP_TEXT, /* `limit`: characters, 0: any */
    GCP_INT,  /* int32 */
    GCP_LONG, /* int64: a text in answers, text or number in requests */
    GCP_NUMBER,
    GCP_BOOL,
    GCP_WORD,  /* enum: `words`; a request with another word is refused */
    GCP_TIME,  /* google.protobuf.Timestamp */
    GCP_BYTES, /* base64; `limit`: bytes */
    GCP_OBJECT,
};
enum gcp_flags {
    GCP_OUTPUT = 1 << 0,   /* output only: no write may carry it */
    GCP_REPEATED = 1 << 1, /* a list */
    GCP_PRESENT = 1 << 2,  /* that it is there says something: shown even if empty or zero */
    GCP_ONE = 1 << 3,      /* of a oneof: of these, a message has one at most; shown as above */
    GCP_OTHER = 1 << 4,    /* of the message's second oneof */
};

struct gcp_shape;
struct gcp_member {
    const char *name; /* lowerCamelCase */
    enum gcp_type type;
    unsigned flags;
    const struct gcp_shape *inner; /* GCP_OBJECT; NULL: of whatever members */
    const char *const *words;      /* the first is the default, which answers omit; NULL-ended */
    size_t limit;
};
struct gcp_shape {
    const struct gcp_member *members;
    size_t count;
};
#define GCP_SHAPE(rows)                                                                            \
    {                                                                                              \
        (rows), sizeof(rows) / sizeof((rows)[0])                                                   \
    }

/* The member of that name; NULL: there is none, or `shape` is NULL. */
const struct gcp_member *gcp_shape_member(const struct gcp_shape *shape, const char *name,
                                          size_t length);

/* google.type: units int64, nanos int32; day parts; a wall time with zone or offset; text. */
extern const struct gcp_shape gcp_money_shape, gcp_date_shape, gcp_datetime_shape,
    gcp_decimal_shape;

/* Refuses the call (INVALID_ARGUMENT with field violations) for unknown and output-only members and
 * values of another type. `body` NULL is an empty message. 0 or a failure. */
int gcp_shape_check(struct rest_call *call, const struct gcp_shape *shape, const struct json *body);
/* The same for a body that stands for the member `path` of the request ("private_offer"). */
int gcp_shape_check_at(struct rest_call *call, const struct gcp_shape *shape, const char *path,
                       const struct json *body);
/* Takes what the mask names from the body into the document, and clears what the body lacks there;
 * who sets one member of a oneof clears the others.
 * Refuses an empty mask, "*", paths that the shape has not, that pass through a list, or that are
 * output only. The body must have passed gcp_shape_check(). */
int gcp_mask_apply(struct rest_call *call, const struct gcp_shape *shape, const char *mask,
                   const struct json *body, struct json *document);
/* True if the mask names the path or something above or below it. */
bool gcp_mask_has(const char *mask, const char *path);
/* The document as an answer has it: no defaults, int64 as text; empty messages and lists that a
 * mask left are gone. What the shape has not stays. */
struct json *gcp_shape_tidy(struct arena *arena, const struct gcp_shape *shape,
                            const struct json *document);

#endif
