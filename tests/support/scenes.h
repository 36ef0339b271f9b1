/* Plays the procedures of a kind: each scene is a script of answers and the trail of steps
 * that must come of it, from the first step or from where a crash left it. */
#ifndef TESTS_SUPPORT_SCENES_H
#define TESTS_SUPPORT_SCENES_H

#include "connectors/connector.h"
#include "tests/support/fake.h"

#define V1 "2026-01-01T00:00:01.100Z"
#define V2 "2026-01-01T00:00:02.200Z"

/* One answer. Status 0: the answer got lost. */
struct reply {
    int status;
    const char *body;
};

struct wish {
    const char *name, *old_value, *new_value;
};

enum ending { ENDS_DONE, ENDS_STALE, ENDS_LATER, ENDS_OVER, ENDS_FAILED };

struct scene {
    const char *title;
    enum action action;
    struct wish fields[6];
    struct wish local[3]; /* name and new_value */
    const char *resume;   /* step that was open; NULL: undisturbed */
    const char *progress; /* as the journal had it; NULL: {} */
    struct reply replies[10];
    const char *trail; /* operations in order, by step name */
    enum ending ending;
    enum error_class class;
    const char *after; /* version of the record at the end; NULL: not known */
};

/* What one run leaves for a test to look at. */
struct run {
    struct arena *arena;
    struct step_context context;
    struct error error;
    enum ending ending;
    char trail[256];
    const char *bodies[16]; /* what was sent */
    struct http_request requests[16];
    size_t sent;
    int64_t waited_ms;
};

/* Where scenes play. */
struct theatre {
    const struct connector_kind *kind;
    struct cloud *cloud;
    int (*judge)(void *cloud, const struct http_response *response, bool *ret_auth_refresh,
                 struct error *error);
    const char *record, *invitation; /* the ids of what changes are about */
    const char *version;             /* of it; NULL: V1 */
    /* What must hold of each request. May be NULL. */
    void (*check)(const struct step *step, const struct http_request *request);
};

/* The engine in small: the same moves, without journal and network. The caller frees the arena. */
void theatre_play(const struct theatre *theatre, struct run *run, const struct scene *scene);
/* Plays each scene and holds trail, ending and record to it. */
void theatre_check(const struct theatre *theatre, const struct scene *scenes, size_t count);

/* The same at AWS. */
void scene_play(struct run *run, const struct scene *scene);
void scenes_check(const struct scene *scenes, size_t count);
const struct scene *scene_find(const struct scene *scenes, size_t count, const char *title,
                               enum action action);
const struct step *scene_step(const struct procedure *procedure, const char *name);
struct json *scene_body(struct run *run, size_t index); /* what was sent with a call */

#endif
