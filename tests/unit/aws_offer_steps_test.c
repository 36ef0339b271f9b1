/* The procedures of offers: each scene is a script of answers and the trail of steps that must come
 * of it, from the first step or from where a crash left it. */
#include "tests/unit/aws_offer_fixture.h"

#define POLLED    "{\"set_name\":\"" NAME "\",\"since\":\"" V1 "\",\"change_set\":\"cs-1\"}"
#define NOT_FOUND "{\"__type\":\"ResourceNotFoundException\",\"Message\":\"no such change set\"}"

static const struct scene scenes[] = {
    /* Creating. */
    {"create",
     ACTION_CREATE,
     {DEAL},
     .replies = {{200, PRODUCT}, {200, NO_DRAFTS}, MADE, READ_BACK},
     .trail = "product lookup start poll read summary",
     .after = V1 " draft - -"},
    {"create, and the set takes its time",
     ACTION_CREATE,
     {DEAL},
     .replies = {{200, PRODUCT},
                 {200, NO_DRAFTS},
                 {200, STARTED},
                 {200, SET("PREPARING")},
                 {200, SET("APPLYING")},
                 {200, SET("SUCCEEDED")},
                 READ_BACK},
     .trail = "product lookup start poll poll poll read summary",
     .after = V1 " draft - -"},
    {"taken up after two months: whether it was made the records tell",
     ACTION_CREATE,
     {DEAL},
     "start",
     BEGUN,
     {{200, FIND("")}},
     "find",
     .ending = ENDS_STALE,
     .later_ms = 61 * DAY_MS},
    {"looked at after two months, and forgotten",
     ACTION_CREATE,
     {DEAL},
     "poll",
     POLLED,
     {{404, NOT_FOUND}},
     "poll",
     .ending = ENDS_STALE,
     .later_ms = 61 * DAY_MS},
    {"not to be found as yet",
     ACTION_CREATE,
     {DEAL},
     "poll",
     POLLED,
     {{404, NOT_FOUND}},
     "poll",
     .ending = ENDS_FAILED,
     .class = ERROR_TEMPORARY,
     .message = "no such change set",
     .later_ms = 59 * DAY_MS},
    {"the product has no such dimension",
     ACTION_CREATE,
     {DEAL, {"prices", NULL, "P12M/basic=12\x1fP12M/premium=24"}},
     .replies = {{200, PRODUCT}},
     .trail = "product",
     .ending = ENDS_FAILED,
     .class = ERROR_REFUSED,
     .message = "no dimension premium; those for prices are: basic, seats"},
    {"a dimension of another type",
     ACTION_CREATE,
     {DEAL, {"usage_prices", NULL, "basic=0.10"}},
     .replies = {{200, PRODUCT}},
     .trail = "product",
     .ending = ENDS_FAILED,
     .class = ERROR_REFUSED,
     .message = "the dimension basic for another use; those for usage_prices are: gb"},
    {"the product was never released",
     ACTION_CREATE,
     {DEAL},
     .replies = {{200, UNFINISHED_PRODUCT}},
     .trail = "product",
     .ending = ENDS_FAILED,
     .class = ERROR_REFUSED,
     .message = "the product prod-1 is a draft"},
    {"a replacement of what is over",
     ACTION_CREATE,
     {{"title", NULL, "Deal"}, {"replaces", NULL, "agmt-1"}},
     .replies = {{200, AGREEMENT("REPLACED")}},
     .trail = "agreement",
     .ending = ENDS_FAILED,
     .class = ERROR_REFUSED,
     .message = "agreement agmt-1 is REPLACED"},
    {"a replacement's dimensions are those of the agreement's product",
     ACTION_CREATE,
     {{"title", NULL, "Deal"}, {"replaces", NULL, "agmt-1"}, {"grants", NULL, "gold=1"}},
     .replies = {{200, AGREEMENT("ACTIVE")}, {200, PRODUCT}},
     .trail = "agreement product",
     .ending = ENDS_FAILED,
     .class = ERROR_REFUSED,
     .message = "no dimension gold"},
    {"the set is refused at once",
     ACTION_CREATE,
     {DEAL},
     .replies = {{200, PRODUCT}, {200, NO_DRAFTS}, {422, INVALID}},
     .trail = "product lookup start",
     .ending = ENDS_FAILED,
     .class = ERROR_REFUSED,
     .message = "Price is missing"},
    {"the set fails by the data, and no draft is left",
     ACTION_CREATE,
     {DEAL},
     .replies = {{200, PRODUCT},
                 {200, NO_DRAFTS},
                 {200, STARTED},
                 {200, SET_FAILED("INVALID_CHARGE_DATES")}},
     .trail = "product lookup start poll",
     .ending = ENDS_FAILED,
     .class = ERROR_REFUSED,
     .message = "INVALID_CHARGE_DATES"},
    {"the set fails by the service: another attempt may pass",
     ACTION_CREATE,
     {DEAL},
     .replies = {{200, PRODUCT},
                 {200, NO_DRAFTS},
                 {200, STARTED},
                 {200, "{\"Status\":\"FAILED\",\"FailureCode\":\"SERVER_FAULT\"}"}},
     .trail = "product lookup start poll",
     .ending = ENDS_OVER},
    {"the answer is lost",
     ACTION_CREATE,
     {DEAL},
     .replies = {{200, PRODUCT}, {200, NO_DRAFTS}, {0}},
     .trail = "product lookup start",
     .ending = ENDS_FAILED,
     .class = ERROR_TEMPORARY,
     .message = "lost"},
    {"the answer got lost: the later run finds the set and makes no second one",
     ACTION_CREATE,
     {DEAL},
     .resume = "start",
     .progress = BEGUN,
     .replies = {{200, FIND("{\"ChangeSetId\":\"cs-1\",\"ChangeSetName\":\"" NAME "\","
                            "\"Status\":\"APPLYING\"}")},
                 {200, SET("SUCCEEDED")},
                 READ_BACK},
     .trail = "find poll read summary",
     .after = V1 " draft - -"},
    {"the request got lost: nothing is known of it, so it is made",
     ACTION_CREATE,
     {DEAL},
     .resume = "start",
     .progress = BEGUN,
     .replies = {{200, FIND("")}, {200, NO_DRAFTS}, MADE, READ_BACK},
     .trail = "find lookup start poll read summary",
     .after = V1 " draft - -"},
    {"an earlier attempt left a draft with the reference: it is completed",
     ACTION_CREATE,
     {DEAL},
     .replies = {{200, PRODUCT},
                 {200, DRAFTS(LISTED("offer-1"), "null")},
                 {200, "{\"EntityDetails\":{\"offer-1\":" DRAFT "}}"},
                 MADE,
                 READ_BACK},
     .trail = "product lookup drafts start poll read summary",
     .after = V1 " draft - -"},
    {"an earlier attempt left a draft that is whole",
     ACTION_CREATE,
     {{"title", NULL, "Deal"}, {"product", NULL, "prod-1"}},
     .replies = {{200, PRODUCT},
                 {200, DRAFTS(LISTED("offer-1"), "null")},
                 {200, "{\"EntityDetails\":{\"offer-1\":" DRAFT "}}"},
                 {200, SUMMARY("")}},
     .trail = "product lookup drafts summary",
     .after = V1 " draft - -"},
    {"an earlier set ended before the draft had a description",
     ACTION_CREATE,
     {DEAL},
     .replies = {{200, PRODUCT},
                 {200, DRAFTS(LISTED("offer-1"), "null")},
                 {200, "{\"EntityDetails\":{\"offer-1\":" OFFER(
                           V1, "1", "\"State\":\"Draft\",\"Name\":\"Deal\"") "}}"},
                 MADE,
                 READ_BACK},
     .trail = "product lookup drafts start poll read summary",
     .after = V1 " draft - -"},
    {"half of a replacement was made: its buyer is the agreement's",
     ACTION_CREATE,
     {{"title", NULL, "Deal"}, {"replaces", NULL, "agmt-1"}},
     .replies = {{200, AGREEMENT("ACTIVE")},
                 {200, PRODUCT},
                 {200, DRAFTS(LISTED("offer-1"), "null")},
                 {200, "{\"EntityDetails\":{\"offer-1\":" OFFER(
                           V1, "1",
                           "\"State\":\"Draft\",\"Name\":\"Deal\",\"Rules\":[{\"Type\":"
                           "\"TargetingRule\",\"PositiveTargeting\":{\"BuyerAccounts\":["
                           "\"777788889999\"]}}]") "}}"},
                 MADE,
                 READ_BACK},
     .trail = "agreement product lookup drafts start poll read summary",
     .after = V1 " draft - -"},
    {"a draft of the same name with other buyers is somebody else's",
     ACTION_CREATE,
     {DEAL, {"buyer_accounts", NULL, "444455556666"}},
     .replies = {{200, PRODUCT},
                 {200, DRAFTS(LISTED("offer-1"), "null")},
                 {200, "{\"EntityDetails\":{\"offer-1\":" OFFER(
                           V1, "1",
                           "\"State\":\"Draft\",\"Name\":\"Deal\",\"Rules\":[{\"Type\":"
                           "\"TargetingRule\",\"PositiveTargeting\":{\"BuyerAccounts\":["
                           "\"777788889999\"]}}]") "}}"},
                 MADE,
                 READ_BACK},
     .trail = "product lookup drafts start poll read summary",
     .after = V1 " draft - -"},
    {"two drafts carry the reference",
     ACTION_CREATE,
     {DEAL},
     .replies = {{200, PRODUCT},
                 {200, DRAFTS(LISTED("offer-1") "," LISTED("offer-2"), "null")},
                 {200, "{\"EntityDetails\":{\"offer-1\":" DRAFT ",\"offer-2\":" DRAFT "}}"}},
     .trail = "product lookup drafts",
     .ending = ENDS_FAILED,
     .class = ERROR_REFUSED,
     .message = "both carry the reference CRM-1"},
    {"two namesakes, and which is ours nobody can tell",
     ACTION_CREATE,
     {DEAL},
     .replies =
         {{200, PRODUCT},
          {200, DRAFTS(LISTED("offer-1") "," LISTED("offer-2"), "null")},
          {200,
           "{\"EntityDetails\":{\"offer-1\":" OFFER(
               V1,
               "1",
               "\"State\":\"Draft\",\"Name\":\"Deal\"") ",\"offer-2\":" OFFER(V1, "1",
                                                                              "\"State\":"
                                                                              "\"Draft\","
                                                                              "\"Name\":"
                                                                              "\"Deal\"") "}"
                                                                                          "}"}},
     .trail = "product lookup drafts",
     .ending = ENDS_FAILED,
     .class = ERROR_REFUSED,
     .message = "put [CRM-1] into the description"},
    {"one with the reference counts more than namesakes",
     ACTION_CREATE,
     {DEAL},
     .replies = {{200, PRODUCT},
                 {200, DRAFTS(LISTED("offer-2"), "\"p\"")},
                 {200, "{\"EntityDetails\":{\"offer-2\":" OFFER(
                           V1, "1", "\"State\":\"Draft\",\"Name\":\"Deal\"") "}}"},
                 {200, DRAFTS(LISTED("offer-1"), "null")},
                 {200, "{\"EntityDetails\":{\"offer-1\":" DRAFT "}}"},
                 MADE,
                 READ_BACK},
     .trail = "product lookup drafts lookup drafts start poll read summary",
     .after = V1 " draft - -"},
    {"a draft that cannot be looked into proves nothing",
     ACTION_CREATE,
     {DEAL},
     .replies = {{200, PRODUCT},
                 {200, DRAFTS(LISTED("offer-1"), "null")},
                 {200, "{\"EntityDetails\":{},\"Errors\":{\"offer-1\":{\"ErrorCode\":"
                       "\"InternalServiceException\"}}}"}},
     .trail = "product lookup drafts",
     .ending = ENDS_FAILED,
     .class = ERROR_TEMPORARY,
     .message = "offer-1 cannot be looked into"},
    {"an empty page in the middle of the drafts",
     ACTION_CREATE,
     {DEAL},
     .replies = {{200, PRODUCT}, {200, DRAFTS("", "\"p\"")}, {200, NO_DRAFTS}, MADE, READ_BACK},
     .trail = "product lookup lookup start poll read summary",
     .after = V1 " draft - -"},
    {"the drafts repeat a page",
     ACTION_CREATE,
     {DEAL},
     .replies = {{200, PRODUCT}, {200, DRAFTS("", "\"p\"")}, {200, DRAFTS("", "\"p\"")}},
     .trail = "product lookup lookup",
     .ending = ENDS_FAILED,
     .class = ERROR_TEMPORARY,
     .message = "repeats itself"},
    {"a reseller cannot see the product",
     ACTION_CREATE,
     {DEAL, {"resale_authorization", NULL, "resaleauthz-1"}},
     .replies = {{200, NO_DRAFTS}, MADE, READ_BACK},
     .trail = "lookup start poll read summary",
     .after = V1 " draft - -"},

    /* Releasing. */
    {"publish",
     ACTION_PUBLISH,
     {{0}},
     .replies = {{200, DRAFT},
                 MADE,
                 {200, OFFER(V2, "2", STATE("Released", "Deal", "[CRM-1]"))},
                 {200, SUMMARY("\"ReleaseDate\":\"2026-01-01T00:00:00Z\"")},
                 {200, NO_AGREEMENT}},
     .trail = "get start poll read summary bought",
     .after = V2 " open - -"},
    {"the listing is late: the next read looks again",
     ACTION_PUBLISH,
     {{0}},
     .replies = {{200, DRAFT},
                 MADE,
                 {200, OFFER(V2, "2", STATE("Released", "Deal", "[CRM-1]"))},
                 {200, "{\"EntitySummaryList\":[{\"EntityId\":\"offer-1\",\"LastModifiedDate\":"
                       "\"" V1 "\",\"OfferSummary\":{\"State\":\"Draft\"}}]}"},
                 {200, NO_AGREEMENT}},
     .trail = "get start poll read summary bought",
     .after = V2 " - - -"},
    {"the listing is up to date",
     ACTION_PUBLISH,
     {{0}},
     .replies = {{200, DRAFT},
                 MADE,
                 {200, OFFER(V2, "2", STATE("Released", "Deal", "[CRM-1]"))},
                 {200, "{\"EntitySummaryList\":[{\"EntityId\":\"offer-1\",\"LastModifiedDate\":"
                       "\"2026-01-01T00:00:02.5Z\",\"OfferSummary\":{\"State\":\"Released\"}}]}"},
                 {200, NO_AGREEMENT}},
     .trail = "get start poll read summary bought",
     .after = V2 " open - -"},
    {"it is released already",
     ACTION_PUBLISH,
     {{0}},
     .replies = {{200, RELEASED}, {200, SUMMARY("")}, {200, NO_AGREEMENT}},
     .trail = "get summary bought",
     .after = V1 " open - -"},
    {"released and bought already: the next read brings the whole",
     ACTION_PUBLISH,
     {{0}},
     .replies = {{200, RELEASED},
                 {200, SUMMARY("")},
                 {200, "{\"agreementViewSummaries\":[{\"agreementId\":\"agmt-1\"}]}"}},
     .trail = "get summary bought"},
    {"somebody edited the draft",
     ACTION_PUBLISH,
     {{0}},
     .replies = {{200, OFFER(V2, "2", STATE("Draft", "Deal", "[CRM-1]"))}},
     .trail = "get",
     .ending = ENDS_STALE},
    {"somebody edits it between get and start",
     ACTION_PUBLISH,
     {{0}},
     .replies = {{200, DRAFT}, {422, OLD_REVISION}},
     .trail = "get start",
     .ending = ENDS_STALE},
    {"the release fails",
     ACTION_PUBLISH,
     {{0}},
     .replies = {{200, DRAFT}, {200, STARTED}, {200, SET_FAILED("MISSING_MANDATORY_TERMS")}},
     .trail = "get start poll",
     .ending = ENDS_FAILED,
     .class = ERROR_REFUSED,
     .message = "ReleaseOffer: mend it (MISSING_MANDATORY_TERMS)"},
    {"the product is under review: a later run goes on",
     ACTION_PUBLISH,
     {{0}},
     .replies = {{200, DRAFT}, {423, IN_USE}, {423, IN_USE}, {423, IN_USE}, {423, IN_USE}},
     .trail = "get start start start start",
     .ending = ENDS_LATER},

    /* Editing. */
    {"rename",
     ACTION_UPDATE,
     {{"title", "Deal", "Big deal"}},
     .replies = {{200, RELEASED},
                 MADE,
                 {200, OFFER(V2, "2", STATE("Released", "Big deal", "[CRM-1]"))},
                 {200, SUMMARY("")},
                 {200, NO_AGREEMENT}},
     .trail = "get start poll read summary bought",
     .after = V2 " open - -"},
    {"it has that name",
     ACTION_UPDATE,
     {{"title", "Old", "Deal"}},
     .replies = {{200, RELEASED}, {200, SUMMARY("")}, {200, NO_AGREEMENT}},
     .trail = "get summary bought",
     .after = V1 " open - -"},
    {"what is released keeps its buyers",
     ACTION_UPDATE,
     {{"buyer_accounts", NULL, "444455556666"}},
     .replies = {{200, RELEASED}},
     .trail = "get",
     .ending = ENDS_FAILED,
     .class = ERROR_REFUSED,
     .message = "UpdateTargeting: what is released takes"},
    {"take a draft back",
     ACTION_CANCEL,
     {{0}},
     .replies = {{200, DRAFT}},
     .trail = "get",
     .ending = ENDS_FAILED,
     .class = ERROR_REFUSED,
     .message = "offer-1 is a draft"},
};

static void test_scenes(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(scenes); i++) {
        const struct scene *scene = &scenes[i];
        struct run run;
        play_scene(&run, scene);
        print_message("  %s: %s %s\n", scene->title, run.trail, run.error.message);
        assert_string_equal(run.trail, scene->trail);
        assert_int_equal(run.ending, scene->ending);
        if (scene->ending >= ENDS_FAILED) {
            assert_int_equal(run.error.class, scene->class);
            assert_non_null(strstr(run.error.message, scene->message));
        }
        assert_int_equal(!run.context.after, !scene->after);
        if (scene->after)
            assert_string_equal(run.context.after->version, scene->after);
        arena_free(run.arena);
    }
}

static const struct scene *scene_named(const char *title)
{
    size_t i = 0;
    while (i + 1 < COUNT(scenes) && strcmp(scenes[i].title, title) != 0)
        i++;
    assert_string_equal(scenes[i].title, title);
    return &scenes[i];
}
static void test_same_request(void **state)
{
    (void)state;
    struct run first, again;
    play_scene(&first, scene_named("create"));
    assert_string_equal(json_get_text(first.context.progress, "id"), "offer-1");
    assert_string_equal(json_get_text(started(&first), "ChangeSetName"), NAME);
    struct scene scene =
        *scene_named("the request got lost: nothing is known of it, so it is made");
    scene.progress = json_print(first.arena, first.context.progress);
    play_scene(&again, &scene);
    assert_true(json_equal(started(&first), started(&again)));
    arena_free(first.arena);
    arena_free(again.arena);
}

static void test_lookup_request(void **state)
{
    (void)state;
    static const struct {
        struct wish fields[4];
        const char *body;
    } rows[] = {
        {{{"product", NULL, "prod-1"}, {"resale_authorization", NULL, "resaleauthz-1"}},
         "{\"Catalog\":\"AWSMarketplace\",\"EntityType\":\"Offer\",\"MaxResults\":20,"
         "\"EntityTypeFilters\":{\"OfferFilters\":{\"State\":{\"ValueList\":[\"Draft\"]},"
         "\"ResaleAuthorizationId\":{\"ValueList\":[\"resaleauthz-1\"]}}}}"},
        {{{"resale_authorization", NULL, "r"}, {"replaces", NULL, "agmt-1"}},
         "{\"Catalog\":\"AWSMarketplace\",\"EntityType\":\"Offer\",\"MaxResults\":20,"
         "\"EntityTypeFilters\":{\"OfferFilters\":{\"State\":{\"ValueList\":[\"Draft\"]},"
         "\"TargetAgreementId\":{\"ValueList\":[\"agmt-1\"]}}}}"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct scene scene = {.title = "lookup",
                              .action = ACTION_CREATE,
                              .resume = "lookup",
                              .replies = {{200, "{}"}}};
        memcpy(scene.fields, rows[i].fields, sizeof rows[i].fields);
        struct run run;
        play_scene(&run, &scene);
        assert_int_equal(run.error.class, ERROR_TEMPORARY); /* no list is not an empty one */
        assert_json(&run, body_of(&run, 0), rows[i].body);
        arena_free(run.arena);
    }
}

static void test_replacement_read_back(void **state)
{
    (void)state;
    for (int listed = 0; listed < 2; listed++) {
        struct scene scene = {
            .title = "replacement",
            .action = ACTION_CREATE,
            .fields = {{"title", NULL, "Deal"}, {"replaces", NULL, "agmt-1"}},
            .replies = {{200, AGREEMENT("ACTIVE")},
                        {200, PRODUCT},
                        {200, NO_DRAFTS},
                        MADE,
                        {200, DRAFT},
                        {200, listed ? SUMMARY("\"TargetAgreementId\":\"agmt-1\"") : NO_DRAFTS}}};
        struct run run;
        play_scene(&run, &scene);
        assert_int_equal(run.ending, ENDS_DONE);
        assert_string_equal(record_get(run.context.after, "replaces"), "agmt-1");
        assert_string_equal(record_get(run.context.after, "form"), "replacement");
        assert_string_equal(record_get(run.context.after, FIELD_REFERENCE), "CRM-1");
        arena_free(run.arena);
    }
}

/* ------------------------------------------------------------------ tables */

static void test_classify(void **state)
{
    (void)state;
    static const struct {
        const char *state, *old, *new;
        enum action action;
        int64_t later_ms;
    } rows[] = {
        {"open", "2026-01-10", "2026-01-11", ACTION_EXTEND, 0},
        {"open", "2026-01-10", "2026-01-09", ACTION_UPDATE, 0},
        {"open", "2026-01-10", "2026-01-01", ACTION_UPDATE, DAY_MS - 1}, /* today still counts */
        {"open", "2026-01-10", "2026-01-01", ACTION_CANCEL, DAY_MS},
        {"open", "2026-01-10", NULL, ACTION_UPDATE, 0},
        {"open", NULL, "2026-01-09", ACTION_EXTEND, 0},
        {"expired", "2025-12-01", "2026-01-01", ACTION_EXTEND, 0},
        {"expired", "2025-12-01", "2025-12-31", ACTION_UPDATE, 0},
        {"cancelled", "2025-12-01", "2026-01-01", ACTION_EXTEND, 0},
        {"draft", "2026-01-10", "2026-01-11", ACTION_UPDATE, 0},
        {"draft", "2026-01-10", "2025-01-11", ACTION_UPDATE, 0},
        {"accepted", "2026-01-10", "2026-01-11", ACTION_UPDATE, 0},
    };
    CLEANUP_ARENA struct arena *arena = arena_new();
    const struct kind *kind = &kinds[KIND_OFFER];
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct change_field field = {.field = kind_field(kind, "expires"),
                                     .old_value = rows[i].old,
                                     .new_value = rows[i].new};
        const struct change change = {.kind = kind, .fields = &field, .field_count = 1};
        struct record *before = record_new(arena, kind, "offer-1");
        record_set(before, "state", rows[i].state);
        record_set(before, "expires", rows[i].old);
        assert_int_equal(aws_offer_classify(&change, before, FAKE_START_MS + rows[i].later_ms),
                         rows[i].action);
        const struct change other = {.kind = kind};
        assert_int_equal(aws_offer_classify(&other, before, FAKE_START_MS), ACTION_UPDATE);
    }
}

/* The engine trusts these tables blindly. */
static void test_tables(void **state)
{
    (void)state;
    assert_int_equal(aws_offers.procedure_count, AWS_OFFER_PROCEDURES);
    for (size_t i = 0; i < aws_offers.procedure_count; i++) {
        const struct procedure *procedure = &aws_offers.procedures[i];
        find_step(procedure, procedure->first);
        for (size_t s = 0; s < procedure->count; s++) {
            const struct step *step = &procedure->steps[s];
            find_step(procedure, step->resume);
            assert_true(step->build && step->answer && step->operation && step->family);
            assert_true(step->repeatable);
            assert_int_equal(step->writes, !strcmp(step->operation, "StartChangeSet"));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scenes),         cmocka_unit_test(test_same_request),
        cmocka_unit_test(test_lookup_request), cmocka_unit_test(test_replacement_read_back),
        cmocka_unit_test(test_classify),       cmocka_unit_test(test_tables),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
