#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/sandbox/rest.h"
#include "tests/sandbox/identity.h"

static const char *const kinds[] = {
    "latency",    "429",        "500",          "503",        "401",       "403",
    "expired",    "reset",      "lost-after",   "truncate",   "html",      "html500",
    "empty-list", "short-list", "repeat-token", "task-fails", "set-fails", "set-half",
    "set-stuck",  "job-fails",  "job-half",     "job-stuck",  "thin-page", NULL};

static bool is_kind(const char *kind)
{
    for (size_t i = 0; kinds[i]; i++) {
        if (!strcmp(kinds[i], kind))
            return true;
    }
    return false;
}

static int parse_when(struct fault *fault, const char *when)
{
    if (!when[0])
        return 0;
    fault->repeat = text_starts(when, "every-");
    long long nth;
    if (!text_to_int64(when + (fault->repeat ? strlen("every-") : 0), &nth) || nth < 1)
        return -ERROR_INPUT;
    fault->nth = nth;
    return 0;
}

int sandbox_fault_add(struct sandbox *sandbox, const char *spec, struct error *error)
{
    struct fault fault = {.parameter = -1};
    char parts[4][48] = {{0}};
    const char *rest = spec;
    for (size_t i = 0; i < 4 && rest; i++) {
        const char *colon = i < 3 ? strchr(rest, ':') : NULL;
        size_t length = colon ? (size_t)(colon - rest) : strlen(rest);
        if (length >= sizeof parts[i])
            return error_set(error, ERROR_INPUT, SCOPE_RUN, "fault \"%s\": part too long", spec);
        memcpy(parts[i], rest, length);
        rest = colon ? colon + 1 : NULL;
    }
    if (!is_kind(parts[0]))
        return error_set(error, ERROR_INPUT, SCOPE_RUN, "fault \"%s\": there is no kind \"%s\"",
                         spec, parts[0]);
    snprintf(fault.kind, sizeof fault.kind, "%.23s", parts[0]);
    if (strcmp(parts[1], "*") != 0)
        snprintf(fault.operation, sizeof fault.operation, "%s", parts[1]);
    if (text_starts(fault.kind, "set-") && !fault.operation[0])
        snprintf(fault.operation, sizeof fault.operation, "StartChangeSet");
    if (text_starts(fault.kind, "job-") && !fault.operation[0])
        snprintf(fault.operation, sizeof fault.operation, "Configure");
    if (fault.operation[0] && !operation_find(fault.operation) &&
        !identity_operation(fault.operation) && !rest_operation(fault.operation))
        return error_set(error, ERROR_INPUT, SCOPE_RUN, "fault \"%s\": no operation \"%s\"", spec,
                         fault.operation);
    if (parse_when(&fault, parts[2]) < 0)
        return error_set(error, ERROR_INPUT, SCOPE_RUN,
                         "fault \"%s\": \"%s\" is neither N nor every-N", spec, parts[2]);
    if (parts[3][0] && (!text_to_int64(parts[3], &fault.parameter) || fault.parameter < 0))
        return error_set(error, ERROR_INPUT, SCOPE_RUN, "fault \"%s\": \"%s\" is no number", spec,
                         parts[3]);
    ARRAY_GROW(sandbox->faults, &sandbox->fault_capacity, sandbox->fault_count + 1);
    sandbox->faults[sandbox->fault_count++] = fault;
    return 0;
}

void sandbox_fault_clear(struct sandbox *sandbox)
{
    sandbox->fault_count = 0;
}

const struct fault *fault_due(struct sandbox *sandbox, const char *operation)
{
    const struct fault *due = NULL;
    for (size_t i = 0; i < sandbox->fault_count; i++) {
        struct fault *fault = &sandbox->faults[i];
        if (fault->operation[0] && strcmp(fault->operation, operation) != 0)
            continue;
        fault->seen++;
        bool now = !fault->nth ||
                   (fault->repeat ? fault->seen % fault->nth == 0 : fault->seen == fault->nth);
        if (now && !due)
            due = fault;
    }
    return due;
}

bool fault_is(const struct fault *fault, const char *kind)
{
    return fault && !strcmp(fault->kind, kind);
}

void fault_delay(const struct fault *fault, struct sandbox_response *response)
{
    if (fault_is(fault, "latency"))
        response->delay_ms = fault->parameter >= 0 ? fault->parameter : 1000;
}

void fault_spoil(const struct fault *fault, struct arena *arena, struct sandbox_response *response)
{
    bool broken = fault_is(fault, "html500");
    if (fault_is(fault, "lost-after"))
        response->dropped = true;
    if (fault_is(fault, "truncate"))
        response->sent_length = response->body_length / 2;
    if (!broken && !fault_is(fault, "html"))
        return;
    answer_body(response, broken ? 500 : 200,
                arena_printf(arena,
                             "<!DOCTYPE html>\n<html><head><title>%s</title></head>"
                             "<body>%s</body></html>\n",
                             broken ? "Server Error" : "Sign in",
                             broken ? "The gateway could not reach the service."
                                    : "The proxy wants you to sign in."));
    response->headers[0].value = "text/html; charset=utf-8";
}
