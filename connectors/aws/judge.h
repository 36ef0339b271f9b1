/* What an answer of an AWS service means; one table of codes for all of them. */
#ifndef CONNECTORS_AWS_JUDGE_H
#define CONNECTORS_AWS_JUDGE_H

#include <stdbool.h>

#include "base/error.h"

struct aws_failure {
    int status;
    const char *code;    /* as the service wrote it; NULL: none, the status alone decides */
    const char *message; /* NULL: none */
    const char *request_id;
    bool explained; /* the message says what to do: no remedy of ours */
};
/* Class and remedy by the code. The vendor's code and request id are kept as far as they are
 * printable. */
int aws_judge_failure(const struct aws_failure *failure, bool *ret_auth_refresh,
                      struct error *error);

#endif
