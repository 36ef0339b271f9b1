#include "connectors/judge.h"

struct meaning meaning_of(const struct meaning *rows, size_t count, int status)
{
    for (size_t i = 0; i < count; i++) {
        if (rows[i].status == status)
            return rows[i];
    }
    struct meaning other = {.status = status, .class = ERROR_REFUSED, .scope = SCOPE_RECORD};
    if (status >= 500)
        other.class = ERROR_TEMPORARY;
    else if (status < 400)
        other.class = ERROR_PERMANENT;
    return other;
}

int judge_success(const struct http_response *response, struct error *error)
{
    if (!response->body_length || !http_is_page(response))
        return 0;
    return error_set(error, ERROR_TEMPORARY, SCOPE_RECORD,
                     "the answer is a web page: something on the way answered for the cloud");
}
