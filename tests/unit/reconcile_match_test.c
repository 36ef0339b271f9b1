/* Matching: what pairs, what is left alone, and what becomes a question. The sides are made by
 * hand; nothing is stored. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "reconcile/match.h"
#include "tests/support/chance.h"

#define RECORDS 4096

struct bench {
    struct arena *arena;
    struct plan plan;
    struct job job;
    struct match_rule rules[4];
    struct record *remote_list[RECORDS], *local_list[RECORDS];
    struct match_side remote, local;
    struct matches matches;
};

static size_t field(const char *name)
{
    return kind_field(&kinds[KIND_REFERRAL], name);
}

static struct bench *bench_new(void)
{
    struct bench *bench = memory_alloc(sizeof *bench);
    bench->arena = arena_new();
    bench->job = (struct job){.name = "deals", .kind = &kinds[KIND_REFERRAL]};
    bench->job.match = bench->rules;
    bench->plan.arena = arena_new();
    bench->plan.job = &bench->job;
    bench->remote.records = bench->remote_list;
    bench->local.records = bench->local_list;
    return bench;
}

static void bench_free(struct bench *bench)
{
    matches_free(&bench->matches);
    free(bench->plan.findings);
    arena_free(bench->plan.arena);
    arena_free(bench->arena);
    free(bench);
}

static void rule_type(struct bench *bench, enum match_type type)
{
    bench->rules[bench->job.match_count++] = (struct match_rule){.type = type};
}

/* "website", "~title" for close; up to two keys. */
static void rule_fields(struct bench *bench, const char *first, const char *second)
{
    struct match_rule *rule = &bench->rules[bench->job.match_count++];
    const char *const names[] = {first, second};
    *rule = (struct match_rule){.type = MATCH_FIELDS};
    for (size_t i = 0; i < 2 && names[i]; i++) {
        bool close = names[i][0] == '~';
        rule->keys[rule->key_count++] =
            (struct match_key){.field = field(names[i] + close), .close = close};
    }
}

/* Up to three pairs of field and value; "id" of a local record is what it says the id is. */
static struct record *add(struct bench *bench, struct match_side *side, const char *id,
                          const char *const values[6])
{
    struct record *record = record_new(bench->arena, bench->job.kind, arena_copy(bench->arena, id));
    for (size_t i = 0; i < 6 && values[i]; i += 2)
        record_set(record, values[i], arena_copy(bench->arena, values[i + 1]));
    assert_true(side->count < RECORDS);
    return side->records[side->count++] = record;
}

#define VALUES(...)            ((const char *const[6]){__VA_ARGS__})
#define REMOTE(bench, id, ...) add(bench, &(bench)->remote, id, VALUES(__VA_ARGS__))
#define LOCAL(bench, id, ...)  add(bench, &(bench)->local, id, VALUES(__VA_ARGS__))

static void find(struct bench *bench)
{
    matches_free(&bench->matches);
    bench->plan.finding_count = 0;
    match_find(&bench->plan, &bench->remote, &bench->local, &bench->matches);
}

static const char *partner_of(const struct bench *bench, const char *remote_id)
{
    for (size_t i = 0; i < bench->matches.count; i++)
        if (!strcmp(bench->matches.pairs[i].remote->id, remote_id))
            return bench->matches.pairs[i].local->id;
    return NULL;
}

static size_t findings(const struct bench *bench, const char *code)
{
    size_t count = 0;
    for (size_t i = 0; i < bench->plan.finding_count; i++)
        count += !strcmp(bench->plan.findings[i].type->code, code);
    return count;
}

/* ---- texts: id and reference ---- */

static void test_by_id(void **state)
{
    (void)state;
    struct bench *bench = bench_new();
    rule_type(bench, MATCH_ID);
    REMOTE(bench, "O1", NULL);
    REMOTE(bench, "O2", NULL);
    REMOTE(bench, "o3", NULL);
    LOCAL(bench, "L1", "id", "O2");
    LOCAL(bench, "L2", "id", "O9");
    LOCAL(bench, "L3", NULL);
    LOCAL(bench, "L4", "id", "O3"); /* ids are compared letter by letter */
    find(bench);
    assert_int_equal(bench->matches.count, 1);
    assert_string_equal(partner_of(bench, "O2"), "L1");
    assert_string_equal(bench->matches.pairs[0].how, "id = \"O2\"");
    assert_int_equal(bench->plan.finding_count, 0);
    bench_free(bench);
}

static void test_by_reference(void **state)
{
    (void)state;
    struct bench *bench = bench_new();
    rule_type(bench, MATCH_REFERENCE);
    REMOTE(bench, "O1", "partner_reference", "L2");
    REMOTE(bench, "O2", NULL);
    REMOTE(bench, "O3", "partner_reference", "L7");
    LOCAL(bench, "L1", NULL);
    LOCAL(bench, "L2", NULL);
    find(bench);
    assert_int_equal(bench->matches.count, 1);
    assert_string_equal(partner_of(bench, "O1"), "L2");
    bench_free(bench);
}

/* However many share a text, none of them is paired, by this rule or a later one. */
static void check_contested_texts(size_t remotes, size_t locals)
{
    struct bench *bench = bench_new();
    rule_type(bench, locals > 1 ? MATCH_ID : MATCH_REFERENCE);
    rule_fields(bench, "title", NULL);
    for (size_t i = 0; i < remotes; i++) {
        char id[32], title[32];
        snprintf(id, sizeof id, locals > 1 ? "O1" : "O%zu", i + 1);
        snprintf(title, sizeof title, "Title %zu", i);
        REMOTE(bench, id, "partner_reference", "L1", "title", title);
    }
    for (size_t i = 0; i < locals; i++) {
        char id[32], title[32];
        snprintf(id, sizeof id, "L%zu", i + 1);
        snprintf(title, sizeof title, "Title %zu", i);
        LOCAL(bench, id, "id", "O1", "title", title);
    }
    LOCAL(bench, "L77", "title", "Title 2"); /* fits a contested one by its title */
    REMOTE(bench, "O77", "title", "Title 2");
    find(bench);
    bool contested = remotes > 1 || locals > 1;
    assert_int_equal(findings(bench, "MAT-002"), contested);
    if (contested) {
        for (size_t i = 0; i < bench->remote.count - 1; i++)
            assert_true(map_has(bench->matches.unsure_remote, bench->remote_list[i]->id));
        for (size_t i = 0; i < locals; i++)
            assert_true(map_has(bench->matches.unsure_local, bench->local_list[i]->id));
    }
    /* The two that nobody contests still find each other. */
    assert_string_equal(partner_of(bench, "O77"), "L77");
    assert_int_equal(bench->matches.count, contested ? 1 : 2);
    bench_free(bench);
}

static void test_contested_texts(void **state)
{
    (void)state;
    for (size_t count = 1; count <= 5; count++) {
        check_contested_texts(count, 1);
        check_contested_texts(1, count);
    }
}

/* A text that only stands twice on the other side concerns nobody. */
static void test_repeated_text_without_a_claim(void **state)
{
    (void)state;
    struct bench *bench = bench_new();
    rule_type(bench, MATCH_REFERENCE);
    REMOTE(bench, "O1", "partner_reference", "L9");
    REMOTE(bench, "O2", "partner_reference", "L9");
    LOCAL(bench, "L1", NULL);
    find(bench);
    assert_int_equal(bench->matches.count + bench->plan.finding_count, 0);
    assert_int_equal(map_count(bench->matches.unsure_remote), 0);
    bench_free(bench);
}

/* ---- fields ---- */

struct fields_row {
    const char *name, *first, *second; /* the rule */
    const char *remote[2], *local[2];  /* website, title */
    bool pairs;
};

static void test_keys(void **state)
{
    (void)state;
    static const struct fields_row rows[] = {
        {"exact", "website", NULL, {"a.com"}, {"a.com"}, true},
        {"without case", "website", NULL, {"https://Acme.com"}, {"HTTPS://ACME.COM"}, true},
        {"without scheme", "website", NULL, {"https://a.com"}, {"http://a.com"}, true},
        {"without www and slash", "website", NULL, {"https://www.a.com/"}, {"a.com"}, true},
        {"another path", "website", NULL, {"a.com/x"}, {"a.com/y"}, false},
        {"another host", "website", NULL, {"a.com"}, {"b.com"}, false},
        {"www only ahead", "website", NULL, {"a.www.com"}, {"a.com"}, false},
        {"title without case", "title", NULL, {NULL, "Big Deal"}, {NULL, "big deal"}, true},
        {"title is no url", "title", NULL, {NULL, "www.deal/"}, {NULL, "deal"}, false},
        {"both exact", "website", "title", {"a.com", "T"}, {"a.com", "T"}, true},
        {"one differs", "website", "title", {"a.com", "T"}, {"a.com", "U"}, false},
        {"close",
         "~title",
         NULL,
         {NULL, "Acme Data Migration"},
         {NULL, "ACME data migration!"},
         true},
        {"not close", "~title", NULL, {NULL, "Acme Data Migration"}, {NULL, "Acme Backup"}, false},
        {"other numbers", "~title", NULL, {NULL, "Renewal 2025"}, {NULL, "Renewal 2026"}, false},
        {"exact and close",
         "website",
         "~title",
         {"a.com", "Acme migration, Inc."},
         {"https://a.com", "ACME migration"},
         true},
        {"close, other website",
         "website",
         "~title",
         {"a.com", "Acme migration"},
         {"b.com", "Acme migration"},
         false},
        {"absent both", "website", NULL, {NULL}, {NULL}, false},
        {"absent remote", "website", NULL, {NULL}, {"a.com"}, false},
        {"absent local", "website", NULL, {"a.com"}, {NULL}, false},
        {"second absent both", "website", "title", {"a.com", NULL}, {"a.com", NULL}, false},
        {"second close absent", "website", "~title", {"a.com", NULL}, {"a.com", NULL}, false},
        {"close absent both", "~title", NULL, {NULL}, {NULL}, false},
        /* The keys of several parts are told apart. */
        {"parts", "website", "title", {"a.com", "b"}, {"a.comb", ""}, false},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct bench *bench = bench_new();
        const struct fields_row *row = &rows[i];
        rule_fields(bench, row->first, row->second);
        struct record *remote = REMOTE(bench, "O1", NULL);
        struct record *local = LOCAL(bench, "L1", NULL);
        record_set(remote, "website", row->remote[0]);
        record_set(remote, "title", row->remote[1]);
        record_set(local, "website", row->local[0]);
        record_set(local, "title", row->local[1]);
        find(bench);
        if ((bench->matches.count == 1) != row->pairs)
            fail_msg("%s: %zu pairs", row->name, bench->matches.count);
        assert_int_equal(bench->plan.finding_count, 0);
        bench_free(bench);
    }
}

/* Two candidates on either side are a question, and all of them wait. */
static void check_ambiguity(size_t remotes, size_t locals, const char *key)
{
    struct bench *bench = bench_new();
    rule_fields(bench, key, NULL);
    char id[32];
    for (size_t i = 0; i < remotes; i++) {
        snprintf(id, sizeof id, "O%zu", i);
        REMOTE(bench, id, "title", "Acme migration");
    }
    for (size_t i = 0; i < locals; i++) {
        snprintf(id, sizeof id, "L%zu", i);
        LOCAL(bench, id, "title", "Acme migration");
    }
    REMOTE(bench, "O99", "title", "Something else");
    LOCAL(bench, "L99", "title", "Something else");
    find(bench);
    assert_int_equal(bench->matches.count, 1);
    assert_string_equal(partner_of(bench, "O99"), "L99");
    assert_int_equal(findings(bench, "MAT-001"), remotes);
    assert_int_equal(map_count(bench->matches.unsure_remote), remotes);
    assert_int_equal(map_count(bench->matches.unsure_local), locals);
    bench_free(bench);
}

static void test_ambiguity(void **state)
{
    (void)state;
    static const size_t sizes[][2] = {{1, 2}, {2, 1}, {2, 2}, {1, 5}, {5, 1}, {7, 7}};
    for (size_t i = 0; i < COUNT(sizes); i++) {
        check_ambiguity(sizes[i][0], sizes[i][1], "title");
        check_ambiguity(sizes[i][0], sizes[i][1], "~title");
    }
}

/* One remote record fits two local ones, another remote one fits only the second: no chain of
 * guesses resolves that. */
static void test_ambiguity_in_a_chain(void **state)
{
    (void)state;
    struct bench *bench = bench_new();
    rule_fields(bench, "~title", NULL);
    REMOTE(bench, "O1", "title", "acme data migration");
    REMOTE(bench, "O2", "title", "acme data migrations");
    LOCAL(bench, "L1", "title", "acme data migration");
    LOCAL(bench, "L2", "title", "acme data migrations");
    find(bench);
    assert_int_equal(bench->matches.count, 0);
    assert_int_equal(map_count(bench->matches.unsure_remote), 2);
    assert_int_equal(map_count(bench->matches.unsure_local), 2);
    bench_free(bench);
}

static void test_stronger_rules_come_first(void **state)
{
    (void)state;
    struct bench *bench = bench_new();
    rule_type(bench, MATCH_ID);
    rule_type(bench, MATCH_REFERENCE);
    rule_fields(bench, "website", NULL);
    REMOTE(bench, "O1", "partner_reference", "L2", "website", "c.com");
    REMOTE(bench, "O2", "partner_reference", "L3", "website", "b.com");
    REMOTE(bench, "O3", "website", "c.com");
    LOCAL(bench, "L1", "id", "O1", "website", "x.com"); /* the id beats the reference */
    LOCAL(bench, "L2", "website", "c.com");
    LOCAL(bench, "L3", "website", "c.com"); /* the reference beats the website */
    find(bench);
    assert_string_equal(partner_of(bench, "O1"), "L1");
    assert_string_equal(partner_of(bench, "O2"), "L3");
    assert_string_equal(partner_of(bench, "O3"), "L2"); /* nobody else is left with c.com */
    assert_int_equal(bench->plan.finding_count, 0);
    bench_free(bench);
}

/* A word for "nothing" became absent when the row was read: 1,425 such deals are 1,425 deals. */
static void test_many_absent_companies(void **state)
{
    (void)state;
    struct bench *bench = bench_new();
    rule_fields(bench, "company", NULL);
    rule_fields(bench, "~company", "~title");
    for (size_t i = 0; i < 1425; i++) {
        char id[32];
        snprintf(id, sizeof id, "L%zu", i);
        LOCAL(bench, id, "title", "GTX Basic");
        snprintf(id, sizeof id, "O%zu", i);
        REMOTE(bench, id, "title", "GTX Basic");
    }
    REMOTE(bench, "O9000", "company", "Acme", "title", "GTX Basic");
    LOCAL(bench, "L9000", "company", "Acme", "title", "GTX Basic");
    find(bench);
    assert_int_equal(bench->matches.count, 1);
    assert_string_equal(partner_of(bench, "O9000"), "L9000");
    assert_int_equal(bench->plan.finding_count, 0);
    assert_int_equal(map_count(bench->matches.unsure_local), 0);
    assert_int_equal(map_count(bench->matches.unsure_remote), 0);
    bench_free(bench);
}

static void test_empty_sides(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        struct bench *bench = bench_new();
        rule_type(bench, MATCH_ID);
        rule_type(bench, MATCH_REFERENCE);
        rule_fields(bench, "title", NULL);
        if (i == 1)
            REMOTE(bench, "O1", "title", "T");
        if (i == 2)
            LOCAL(bench, "L1", "title", "T");
        find(bench);
        assert_int_equal(bench->matches.count + bench->plan.finding_count, 0);
        bench_free(bench);
    }
}

/* ---- order ---- */

static void shuffle(struct chance *chance, struct match_side *side)
{
    for (size_t i = side->count; i > 1; i--) {
        size_t other = chance_below(chance, i);
        struct record *swapped = side->records[i - 1];
        side->records[i - 1] = side->records[other];
        side->records[other] = swapped;
    }
}

static int compare_lines(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Pairs with their evidence, and who is in doubt; sorted. */
static const char *describe(struct bench *bench)
{
    const struct matches *matches = &bench->matches;
    size_t count = 0, room = matches->count + map_count(matches->unsure_remote) +
                             map_count(matches->unsure_local) + 1;
    const char **lines = arena_array(bench->arena, room, sizeof *lines);
    for (size_t i = 0; i < matches->count; i++)
        lines[count++] = arena_printf(bench->arena, "%s %s %s", matches->pairs[i].remote->id,
                                      matches->pairs[i].local->id, matches->pairs[i].how);
    for (size_t i = 0; i < map_count(matches->unsure_remote); i++)
        lines[count++] = arena_printf(bench->arena, "? %s", map_key_at(matches->unsure_remote, i));
    for (size_t i = 0; i < map_count(matches->unsure_local); i++)
        lines[count++] = arena_printf(bench->arena, "? %s", map_key_at(matches->unsure_local, i));
    qsort(lines, count, sizeof *lines, compare_lines);
    struct text out;
    text_init(&out, 1024 * 1024);
    for (size_t i = 0; i < count; i++)
        text_addf(&out, "%s\n", lines[i]);
    const char *copy = arena_copy(bench->arena, out.data);
    text_free(&out);
    return copy;
}

static void check_one_to_one(struct bench *bench)
{
    CLEANUP_MAP struct map *seen = map_new();
    for (size_t i = 0; i < bench->matches.count; i++) {
        const struct match_pair *pair = &bench->matches.pairs[i];
        assert_false(map_has(seen, pair->remote->id));
        assert_false(map_has(seen, pair->local->id));
        assert_false(map_has(bench->matches.unsure_remote, pair->remote->id));
        assert_false(map_has(bench->matches.unsure_local, pair->local->id));
        map_put(seen, pair->remote->id, bench);
        map_put(seen, pair->local->id, bench);
    }
}

static void fill_at_random(struct bench *bench, struct chance *chance)
{
    static const char *const words[] = {NULL, "a.com", "b.com", "https://www.a.com/", "c.com"};
    static const char *const titles[] = {NULL, "acme data", "Acme Data!", "other", "other 2"};
    for (size_t i = 0; i < 12; i++) {
        char id[32], other[32];
        snprintf(id, sizeof id, "O%zu", i);
        snprintf(other, sizeof other, "L%zu", chance_below(chance, 30));
        struct record *remote = REMOTE(bench, id, "partner_reference", other);
        record_set(remote, "website", words[chance_below(chance, COUNT(words))]);
        record_set(remote, "title", titles[chance_below(chance, COUNT(titles))]);
        snprintf(id, sizeof id, "L%zu", i);
        snprintf(other, sizeof other, "O%zu", chance_below(chance, 30));
        struct record *local = LOCAL(bench, id, "id", other);
        record_set(local, "website", words[chance_below(chance, COUNT(words))]);
        record_set(local, "title", titles[chance_below(chance, COUNT(titles))]);
    }
}

static void test_order_does_not_matter(void **state)
{
    (void)state;
    struct chance chance = chance_start("match");
    for (size_t round = 0; round < 300; round++) {
        struct bench *bench = bench_new();
        rule_type(bench, MATCH_ID);
        rule_type(bench, MATCH_REFERENCE);
        rule_fields(bench, "website", "~title");
        rule_fields(bench, "~title", NULL);
        fill_at_random(bench, &chance);
        find(bench);
        check_one_to_one(bench);
        const char *first = describe(bench);
        size_t count = bench->plan.finding_count;
        for (int again = 0; again < 3; again++) {
            shuffle(&chance, &bench->remote);
            shuffle(&chance, &bench->local);
            find(bench);
            assert_string_equal(describe(bench), first);
            assert_int_equal(bench->plan.finding_count, count);
        }
        bench_free(bench);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_by_id),
        cmocka_unit_test(test_by_reference),
        cmocka_unit_test(test_contested_texts),
        cmocka_unit_test(test_repeated_text_without_a_claim),
        cmocka_unit_test(test_keys),
        cmocka_unit_test(test_ambiguity),
        cmocka_unit_test(test_ambiguity_in_a_chain),
        cmocka_unit_test(test_stronger_rules_come_first),
        cmocka_unit_test(test_many_absent_companies),
        cmocka_unit_test(test_empty_sides),
        cmocka_unit_test(test_order_does_not_matter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
