/* Which records `agent show` says belong together: from the deal to its offers and back, within one
 * cloud, known or not. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "commands/ties.h"
#include "model/value.h"
#include "tests/support/store_fixture.h"

static struct job jobs[] = {
    {.name = "deals", .cloud = "aws", .kind = &kinds[KIND_REFERRAL]},
    {.name = "offers", .cloud = "aws", .kind = &kinds[KIND_OFFER]},
    {.name = "elsewhere", .cloud = "azure", .kind = &kinds[KIND_OFFER]},
};

static struct record *put(struct fixture *f, const struct job *job, const char *id,
                          const char *const *pairs)
{
    struct record *record = record_new(f->arena, job->kind, id);
    for (size_t i = 0; pairs[i]; i += 2)
        record_set(record, pairs[i], pairs[i + 1]);
    record->version = "v1";
    record->raw = "{}";
    assert_ok(
        f, f->store->ops->record_put(f->store, job->name, SIDE_REMOTE, record, 1, NULL, &f->error));
    return record;
}
#define PAIRS(...) ((const char *const[]){__VA_ARGS__, NULL})

static void link_to(struct fixture *f, const struct job *job, const struct record *record,
                    const char *key)
{
    const struct store_link link = {
        .remote_id = record->id, .local_key = key, .base = record->values, .how = "id"};
    assert_ok(f, f->store->ops->link_put(f->store, job->name, job->kind, &link, &f->error));
}

struct told {
    struct arena *arena;
    struct text *lines;
};

static void tell(void *context, const struct tied *tied)
{
    const struct told *told = context;
    text_addf(told->lines, "%s\n", tied_print(told->arena, tied));
}

/* The lines about a remote record of a job. */
static const char *ties_of(struct fixture *f, const struct job *job, struct record *record)
{
    struct config config = {.jobs = jobs, .job_count = COUNT(jobs)};
    struct context context = {.config = &config, .store = f->store};
    struct store_record stored = {.record = record};
    const struct subject subject = {.job = job, .remote = &stored};
    CLEANUP_TEXT struct text lines;
    text_init(&lines, 10000);
    struct told told = {.arena = f->arena, .lines = &lines};
    assert_ok(f, ties_each(&context, &subject, f->arena, tell, &told, &f->error));
    return arena_copy(f->arena, lines.data);
}

static void deals_and_offers_name_each_other(void **state)
{
    struct fixture *f = *state;
    const char *two = list_join(f->arena, PAIRS("offer-1", "offer-9"), 2);
    struct record *deal = put(f, &jobs[0], "O1", PAIRS("offers", two, "stage", "qualified"));
    struct record *other = put(f, &jobs[0], "O2", PAIRS("offers", "offer-12"));
    struct record *offer =
        put(f, &jobs[1], "offer-1", PAIRS("state", "accepted", "agreement", "agmt-7"));
    put(f, &jobs[2], "offer-9", PAIRS("state", "open")); /* another cloud's */
    link_to(f, &jobs[0], deal, "D-1");
    assert_string_equal(ties_of(f, &jobs[0], deal),
                        "offer-1, offer of offers, state accepted, agreement agmt-7\n"
                        "offer-9, offer that no job knows\n");
    assert_string_equal(ties_of(f, &jobs[1], offer),
                        "O1, referral of deals, local key D-1, stage qualified\n");
    link_to(f, &jobs[1], offer, "A-1");
    assert_true(text_starts(ties_of(f, &jobs[0], deal), "offer-1, offer of offers, local key A-1"));
    assert_string_equal(ties_of(f, &jobs[0], other), "offer-12, offer that no job knows\n");
    assert_string_equal(ties_of(f, &jobs[0], put(f, &jobs[0], "O3", PAIRS("stage", "won"))), "");
    struct record *lonely = put(f, &jobs[1], "offer", PAIRS("state", "draft"));
    assert_string_equal(ties_of(f, &jobs[1], lonely), ""); /* not a part of an id */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(deals_and_offers_name_each_other, fixture_setup,
                                        fixture_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
