/* The clock's work: submission tasks end, reviewers take a record up and decide. */
#include <stdio.h>
#include <string.h>

#include "base/digest.h"
#include "tests/sandbox/engagements.h"
#include "tests/sandbox/rules.h"

static bool marked(const struct opportunity *record, const char *mark)
{
    return strstr(record_text(record, "Project.Title"), mark) ||
           strstr(record_text(record, "Customer.Account.CompanyName"), mark);
}

/* What the reviewers will say: as a mark in title or company demands, else by the seed. */
static const char *verdict(const struct sandbox *sandbox, const struct opportunity *record,
                           const char **ret_comments)
{
    uint8_t digest[SHA256_BYTES];
    char text[96];
    int length = snprintf(text, sizeof text, "review %llu %s",
                          (unsigned long long)sandbox->options.seed, record->id);
    sha256(text, (size_t)length, digest);
    unsigned chance = digest[0] % 20;
    *ret_comments = NULL;
    if (marked(record, "[reject]") || (chance == 0 && !marked(record, "[approve]"))) {
        *ret_comments = "Another partner works on this project with the customer.";
        return "Rejected";
    }
    if (marked(record, "[action]") || (chance <= 2 && !marked(record, "[approve]"))) {
        *ret_comments = "Please describe the customer's problem in more detail.";
        return "Action Required";
    }
    return "Approved";
}

void review_set(struct sandbox *sandbox, struct opportunity *record, const char *status,
                const char *comments)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct json *document = json_clone(arena, record->document);
    struct json *lifecycle = json_get(document, "LifeCycle");
    json_set_text(arena, lifecycle, "ReviewStatus", status);
    json_remove(lifecycle, "ReviewComments");
    json_remove(lifecycle, "ReviewStatusReason");
    if (comments && comments[0]) {
        json_set_text(arena, lifecycle, "ReviewComments", comments);
        json_set_text(arena, lifecycle, "ReviewStatusReason", "Other");
    }
    if (strcmp(status, "Pending Submission") != 0 && !record->engagement[0])
        engage(sandbox, record, make_id(arena, "eng", 14, record->id));
    bool waiting = !strcmp(status, "Submitted") || !strcmp(status, "In review");
    if (!waiting)
        record->submitted_ms = 0;
    else if (!record->submitted_ms)
        record->submitted_ms = sandbox_now(sandbox);
    record_write(sandbox, record, document);
}

const char *make_id(struct arena *arena, const char *prefix, size_t digits, const char *seed)
{
    char hex[SHA256_HEX];
    const char *text = arena_printf(arena, "%s of %s", prefix, seed);
    return arena_printf(arena, "%s-%.*s", prefix, (int)digits, sha256_hex(text, strlen(text), hex));
}

static void fail_task(struct task *task, const char *reason, const char *message)
{
    text_replace(&task->status, "FAILED");
    text_replace(&task->reason, reason);
    text_replace(&task->message, message);
}

static void end_task(struct sandbox *sandbox, struct task *task)
{
    struct opportunity *record = record_find(sandbox, task->catalog, task->opportunity);
    text_replace(&record->task, "");
    sandbox->dirty = true;
    if (task->reason[0]) {
        text_replace(&task->status, "FAILED");
        text_replace(&task->message, "The task could not be completed.");
        return;
    }
    /* The record may have been edited while the task ran. */
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct failure failure = {.arena = arena};
    const struct rule_input input = {
        .document = record->document,
        .catalog = task->catalog,
        .involvement = task->involvement,
        .today = day_of(sandbox_now(sandbox)),
        .moment = MOMENT_SUBMIT,
    };
    rules_check(&input, &failure);
    if (fail_pending(&failure)) {
        fail_task(task, "OpportunityValidationFailed",
                  "The opportunity lacks what a submission needs.");
        return;
    }
    text_replace(&task->status, "COMPLETE");
    text_replace(&task->engagement, make_id(arena, "eng", 14, task->id));
    text_replace(&task->invitation, make_id(arena, "engi", 13, task->id));
    text_replace(&task->job, make_id(arena, "job", 13, task->id));
    text_replace(&record->involvement, task->involvement);
    engage(sandbox, record, task->engagement);
    record->submitted_ms = 0;
    review_set(sandbox, record, "Submitted", NULL);
}

static void advance_review(struct sandbox *sandbox, struct opportunity *record)
{
    int64_t waited = sandbox_now(sandbox) - record->submitted_ms;
    const char *status = record_text(record, "LifeCycle.ReviewStatus");
    /* Nobody reviews the catalog Sandbox; there an update plays the reviewer. */
    if (!strcmp(record->catalog, "Sandbox"))
        return;
    if (waited >= sandbox->options.review_ms) {
        const char *comments;
        const char *word = verdict(sandbox, record, &comments);
        review_set(sandbox, record, word, comments);
    } else if (waited >= sandbox->options.review_ms / 2 && !strcmp(status, "Submitted")) {
        review_set(sandbox, record, "In review", NULL);
    }
}

void review_run(struct sandbox *sandbox)
{
    int64_t now = sandbox_now(sandbox);
    for (size_t i = 0; i < sandbox->task_count; i++) {
        struct task *task = &sandbox->tasks[i];
        if (!strcmp(task->status, "IN_PROGRESS") &&
            now - task->start_ms >= sandbox->options.task_ms)
            task->kind[0] ? invitation_end_task(sandbox, task) : end_task(sandbox, task);
    }
    invitations_expire(sandbox);
    for (size_t i = 0; i < sandbox->record_count; i++) {
        if (sandbox->records[i]->submitted_ms)
            advance_review(sandbox, sandbox->records[i]);
    }
}
