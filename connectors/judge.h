/* What the judges of answers share: what an HTTP status means, and web pages where none belong. */
#ifndef CONNECTORS_JUDGE_H
#define CONNECTORS_JUDGE_H

#include "base/error.h"
#include "net/http.h"

/* A row of a cloud's table. */
struct meaning {
    int status;
    enum error_class class;
    enum error_scope scope;
    bool refresh;       /* a new token may help */
    const char *remedy; /* NULL: none */
};

/* The row of the status; where there is none: from 500 on temporary, from 400 on refused, and a
 * redirect, which no service of theirs sends, permanent. */
struct meaning meaning_of(const struct meaning *rows, size_t count, int status);

/* An answer of success: 0, or ERROR_TEMPORARY where it is a web page. */
int judge_success(const struct http_response *response, struct error *error);

#endif
