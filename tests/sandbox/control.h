/* The endpoints under /_sandbox/. */
#ifndef SANDBOX_CONTROL_H
#define SANDBOX_CONTROL_H

#include "tests/sandbox/internal.h"

struct control {
    struct sandbox *sandbox;
    struct arena *arena;
    const struct sandbox_request *request;
    const struct json *body; /* of a POST */
    struct failure failure;
};

/* One endpoint a row; each file that has some has a table of them. */
struct control_row {
    const char *method, *path; /* "/_sandbox/stats" */
    int (*handle)(struct control *control, struct json **ret_answer);
};
struct control_rows {
    const struct control_row *rows;
    size_t count;
};

/* A text of the body, or of the query if there is none; NULL: absent. */
const char *control_argument(const struct control *control, const char *name);

/* The document with what {"path": "a.b", "value"} asks for; null removes. A text becomes what
 * stands there already, for the command line knows only texts. NULL: refused. */
struct json *control_edited(struct control *control, const struct json *document);

/* market_control.c */
int control_offers(struct control *control, struct json **ret_answer);
int control_entity(struct control *control, struct json **ret_answer);
int control_edit_entity(struct control *control, struct json **ret_answer);
int control_accept(struct control *control, struct json **ret_answer);
int control_end(struct control *control, struct json **ret_answer);

#endif
