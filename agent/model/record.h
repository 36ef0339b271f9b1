/* A record: one thing of a kind, as one side has it, in canonical form. Lives in an arena. */
#ifndef MODEL_RECORD_H
#define MODEL_RECORD_H

#include "base/digest.h"
#include "base/json.h"
#include "model/kind.h"
#include "model/place.h"

struct record {
    const struct kind *kind;
    const char *id;      /* remote: the cloud's id; local: the source's key */
    const char *version; /* remote: LastModifiedDate or eTag as the very text; local: row hash */
    int64_t modified_ms; /* when that side says it changed; 0: not said */
    const char **values; /* kind->field_count normal forms; NULL is absent */
    const char *raw;     /* remote: the document as JSON text; local: the row as a JSON object */
    struct place place;  /* local: where the row stands */
};

struct record *record_new(struct arena *arena, const struct kind *kind, const char *id);
const char *record_get(const struct record *record, const char *field); /* NULL if absent */
void record_set(struct record *record, const char *field,
                const char *value); /* keeps the pointer */

/* True for a draft of an offer that was deleted because a person asked for it. */
bool record_deleted(const struct record *record);
struct record *record_copy(struct arena *arena, const struct record *record); /* deep */

/* The values as a JSON object {name: text}, absent ones left out, in the kind's order; lists are
 * JSON arrays. */
struct json *record_to_json(struct arena *arena, const struct kind *kind,
                            const char *const *values);
/* The reverse; members that the kind does not have are passed over. Returns kind->field_count
 * values. */
const char **record_from_json(struct arena *arena, const struct kind *kind,
                              const struct json *json);
/* One value: a string, an array for a list, null for NULL. And back; "" and nonsense give NULL. */
struct json *value_to_json(struct arena *arena, const struct field *field, const char *value);
const char *value_from_json(struct arena *arena, const struct field *field,
                            const struct json *json);
/* SHA-256 over values and version, hex: "did anything change". */
void record_hash(const struct record *record, char hex[SHA256_HEX]);

#endif
