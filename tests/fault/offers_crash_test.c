/* Kills the program at every journal write of what offers, invitations, ties and listings take, and
 * takes the answer of each write away. Whatever happens, a restart ends where an undisturbed run
 * ends: one offer, one tie, one opportunity, one row. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "tests/support/trial.h"

/* ---- the jobs ---- */

#define HEAD                                                                                       \
    "version: 1\n"                                                                                 \
    "store: {path: state/agent.db}\n"                                                              \
    "clouds:\n"                                                                                    \
    "  aws: {catalog: AWS, change_set_poll: 2s}\n"                                                 \
    "sources:\n"                                                                                   \
    "  crm: {type: csv, path: crm.csv, key: Key, write: in-place, currency: USD}\n"                \
    "jobs:\n"                                                                                      \
    "  - cloud: aws\n"                                                                             \
    "    source: crm\n"                                                                            \
    "    mode: apply\n"                                                                            \
    "    limits: {max_share: 100%}\n"

static const char offers_yaml[] = HEAD "    name: offers\n"
                                       "    kind: offer\n"
                                       "    only: {column: Sell, equals: \"yes\"}\n"
                                       "    create: yes\n"
                                       "    publish: yes\n"
                                       "    allow: [publish, cancel]\n"
                                       "    fields:\n"
                                       "      id: {column: OfferId}\n"
                                       "      state: {column: OfferState}\n"
                                       "      agreement: {column: Agreement}\n"
                                       "      agreement_status: {column: AgreementState}\n"
                                       "      title: {column: Title, owner: local}\n"
                                       "      product: {column: Product, owner: local}\n"
                                       "      form: {column: Form, owner: local}\n"
                                       "      buyer_accounts: {column: Buyers, owner: local}\n"
                                       "      pricing: {value: fixed}\n"
                                       "      currency: {value: USD}\n"
                                       "      value: {column: Value, owner: local}\n"
                                       "      duration: {column: Term, owner: local}\n"
                                       "      grants: {value: users=100}\n"
                                       "      end_date: {column: Ends, owner: local}\n"
                                       "      expires: {column: Expires, owner: local}\n"
                                       "      eula: {value: standard}\n"
                                       "      replaces: {column: Replaces, owner: local}\n";

static const char deals_yaml[] = HEAD "    name: deals\n"
                                      "    kind: referral\n"
                                      "    create: {when: {column: Share, equals: \"yes\"}}\n"
                                      "    submit: {when: {column: Share, equals: \"yes\"}}\n"
                                      "    import: {when: {field: status, equals: invited}}\n"
                                      "    accept: {when: {column: Answer, equals: \"yes\"}}\n"
                                      "    reject: {when: {column: Answer, equals: \"no\"}}\n"
                                      "    allow: [submit, accept, reject]\n"
                                      "    fields:\n"
                                      "      id: {column: OppId}\n"
                                      "      status: {column: Status}\n"
                                      "      title: {column: Name}\n"
                                      "      company: {column: Company}\n"
                                      "      website: {column: Website}\n"
                                      "      country: {column: Country}\n"
                                      "      state: {column: State}\n"
                                      "      postal_code: {column: Zip}\n"
                                      "      industry: {column: Industry}\n"
                                      "      problem: {column: Problem}\n"
                                      "      use_case: {column: UseCase}\n"
                                      "      delivery_models: {value: SaaS or PaaS}\n"
                                      "      spend: {column: Spend}\n"
                                      "      stage: {column: Stage}\n"
                                      "      close_date: {column: Close}\n"
                                      "      needs: {value: Co-Sell - Deal Support}\n"
                                      "      sales_activities: {value: Conducted POC / Demo}\n"
                                      "      marketing_source: {value: None}\n"
                                      "      solutions: {column: Solution}\n"
                                      "      offers: {column: OfferId}\n"
                                      "      owner_email: {column: Owner}\n"
                                      "      owner_first_name: {column: OwnerFirst}\n"
                                      "      owner_last_name: {column: OwnerLast}\n"
                                      "      reject_reason: {column: Reason}\n";

static const char listings_yaml[] = HEAD "    name: listings\n"
                                         "    kind: listing\n"
                                         "    fields:\n"
                                         "      id: {column: ProductId}\n"
                                         "      title: {column: Title, owner: local}\n"
                                         "      short_description: {column: Short, owner: local}\n"
                                         "      support: {column: Support, owner: local}\n";

/* ---- the rows ---- */

#define SALE_COLUMNS                                                                               \
    "OfferId,OfferState,Agreement,AgreementState,Title,Product,Form,Buyers,Value,Term,Ends,"       \
    "Expires,Replaces,Sell\n"
#define DEAL_COLUMNS                                                                               \
    "OppId,Status,Name,Company,Website,Country,State,Zip,Industry,Problem,UseCase,Spend,Stage,"    \
    "Close,Solution,Share,Answer,Reason,Owner,OwnerFirst,OwnerLast"
#define NO_DEAL ",,,,,,,,,,,,,,,,,,,,"

static const char *sale_cells(struct arena *arena, const char *key, unsigned number)
{
    return arena_printf(arena,
                        ",,,,Sale %s," SANDBOX_PRODUCT ",private,44445555%04u,12000.00 USD,P12M,,"
                        "2026-03-01,,yes\n",
                        key, number);
}

static const char *sale(struct rig *rig, const char *key, unsigned number)
{
    return arena_printf(rig->arena, "%s," NO_DEAL ",%s", key, sale_cells(rig->arena, key, number));
}

static const char *deal(struct rig *rig, const char *key, const char *cells)
{
    return arena_printf(
        rig->arena,
        "%s,,,Deal %s [approve],Company %s,https://%s.example.com,US,Texas,78701,Retail,The "
        "customer wants to leave the data center.,Migration,4000.00 USD,qualified,2026-12-31,"
        "S-2000001,yes,,,,,,%s",
        key, key, key, key, cells);
}

static void add_row(struct rig *rig, const char *row)
{
    rig_csv_put(rig, arena_printf(rig->arena, "%s%s", rig_csv(rig), row));
}

/* ---- the scenes: what has been done, and what the doomed run has before it ---- */

/* Two offers to make and release; one each to extend, to take back, to rename, to replace. */
static void prepare_offers(struct rig *rig)
{
    static const char *const keys[] = {"S1", "S2", "S3", "S4"};
    rig_csv_put(rig, "Key," DEAL_COLUMNS "," SALE_COLUMNS);
    for (unsigned i = 0; i < COUNT(keys); i++)
        add_row(rig, sale(rig, keys[i], i));
    trial_finish(rig);
    const char *agreement = rig_accept(rig, rig_offer_of(rig, "S4"));
    trial_finish(rig);
    rig_set_cell(rig, "S1", "Expires", "2026-05-01");
    rig_set_cell(rig, "S2", "Expires", "2025-12-30");
    rig_set_cell(rig, "S3", "Title", "Another name");
    add_row(rig, sale(rig, "S5", 5));
    add_row(rig, sale(rig, "S6", 6));
    add_row(rig, arena_printf(rig->arena,
                              "S7," NO_DEAL ",,,,,Sale S7,,replacement,,24000.00 USD,,2027-06-30,"
                              "2026-03-01,%s,yes\n",
                              agreement));
}

/* A deal whose offer was released, to be tied and to get an owner; three proposals of AWS's: one to
 * take in, one to accept, one to reject. */
static void prepare_deals(struct rig *rig)
{
    rig_csv_put(rig, "Key," DEAL_COLUMNS "," SALE_COLUMNS);
    add_row(rig, deal(rig, "D1", sale_cells(rig->arena, "D1", 1)));
    const char *accepted = rig_invite(rig, "To accept", "Northwind Couriers");
    const char *rejected = rig_invite(rig, "To reject", "Southwind Couriers");
    trial_finish(rig);
    rig_configure(rig, offers_yaml);
    trial_finish(rig);
    rig_set_cell(rig, accepted, "Answer", "yes");
    rig_set_cell(rig, rejected, "Answer", "no");
    rig_set_cell(rig, rejected, "Reason", "Other");
    rig_set_cell(rig, "D1", "Owner", "ann.lee@partner.example");
    rig_set_cell(rig, "D1", "OwnerFirst", "Ann");
    rig_set_cell(rig, "D1", "OwnerLast", "Lee");
    rig_invite(rig, "To take in", "Eastwind Couriers");
}

/* Two listings, each with edits. */
static void prepare_listings(struct rig *rig)
{
    rig_csv_put(rig, "Key,ProductId,Title,Short,Support\n"
                     "P1," SANDBOX_PRODUCT ",,,By mail\n"
                     "P2," SANDBOX_AMI ",,,By mail\n");
    trial_finish(rig);
    rig_set_cell(rig, "P1", "Short", "Reports that are right when they come.");
    rig_set_cell(rig, "P1", "Support", "By phone");
    rig_set_cell(rig, "P2", "Title", "Another gateway");
}

static const struct scene {
    const char *name, *yaml;
    void (*prepare)(struct rig *rig);
    size_t points; /* journal writes of one kind, at least */
    size_t opportunities, offers;
    const char *keys[8]; /* of the rows with offers of ours */
    const char *entities[3], *members[4];
    const char *writes[5]; /* operations */
    const char *shows[8];  /* what the end must tell: that all of it was done */
} scenes[] = {
    {.name = "offers",
     .yaml = offers_yaml,
     .prepare = prepare_offers,
     .points = 14,
     .offers = 7,
     .keys = {"S1", "S2", "S3", "S4", "S5", "S6", "S7"},
     .writes = {"StartChangeSet"},
     .shows = {"S1: Released, Sale S1, 2026-05-01", "\"state\":\"cancelled\"",
               "S3: Released, Another name", "S5: Released", "S6: Released", "S7: Released"}},
    {.name = "deals",
     .yaml = deals_yaml,
     .prepare = prepare_deals,
     .points = 8,
     .opportunities = 2,
     .offers = 1,
     .keys = {"D1"},
     .writes = {"StartEngagementByAcceptingInvitationTask", "RejectEngagementInvitation",
                "AssignOpportunity", "AssociateOpportunity"},
     .shows = {"\"Email\":\"ann.lee@partner.example\"", "\"AwsMarketplaceOffers\":[\"",
               ",invited,To take in,", ",approved,To accept,", ",declined,To reject,"}},
    {.name = "listings",
     .yaml = listings_yaml,
     .prepare = prepare_listings,
     .points = 4,
     .entities = {SANDBOX_PRODUCT, SANDBOX_AMI},
     .members = {"Description.ProductTitle", "Description.ShortDescription",
                 "SupportInformation.Description"},
     .writes = {"StartChangeSet"},
     .shows = {"ShortDescription: Reports that are right",
               "SupportInformation.Description: By phone", "ProductTitle: Another gateway"}},
};

/* ---- trials ---- */

struct stage {
    const struct scene *scene;
    size_t seeded; /* offers that the marketplace begins with */
};

static const struct scene *scene_of(const struct trial *trial)
{
    return ((const struct stage *)trial->stage)->scene;
}

/* Offers and listings as they stand; ids differ with the order of making, so the key stands for
 * them. */
static const char *tell(const struct trial *trial, struct rig *rig)
{
    const struct scene *scene = scene_of(trial);
    const char *text = rig_state(rig);
    for (size_t i = 0; scene->keys[i]; i++) {
        const char *key = scene->keys[i], *offer = rig_offer_of(rig, key);
        if (!offer)
            continue;
        text = trial_tell_id(rig, text, offer, arena_printf(rig->arena, "<offer of %s>", key));
        text = arena_printf(
            rig->arena, "%s%s: %s, %s, %s\n", text, key, rig_entity(rig, offer, "State"),
            rig_entity(rig, offer, "Name"),
            rig_entity(rig, offer, "Rules[Type=AvailabilityRule].AvailabilityEndDate"));
    }
    for (size_t i = 0; scene->entities[i]; i++)
        for (size_t j = 0; scene->members[j]; j++)
            text = arena_printf(rig->arena, "%s%s %s: %s\n", text, scene->entities[i],
                                scene->members[j],
                                rig_entity(rig, scene->entities[i], scene->members[j]));
    return text;
}

static const char *complain(const struct trial *trial, struct rig *rig)
{
    const struct stage *stage = trial->stage;
    const struct scene *scene = stage->scene;
    struct sandbox *sandbox = rig->sandbox;
    size_t offers = sandbox_entities(sandbox, "Offer") - stage->seeded;
    size_t opportunities = sandbox_count(sandbox, "AWS");
    size_t twice = sandbox_offer_duplicates(sandbox) + sandbox_duplicates(sandbox);
    return twice || offers != scene->offers || opportunities != scene->opportunities
               ? arena_printf(rig->arena, "%s: %zu offers, %zu opportunities, %zu twice",
                              scene->name, offers, opportunities, twice)
               : NULL;
}

static struct trial *open_trial(struct stage *stage, const struct scene *scene)
{
    *stage = (struct stage){.scene = scene};
    struct trial *trial = trial_new(
        &(struct trial){.yaml = scene->yaml, .stage = stage, .tell = tell, .complain = complain},
        "offers-crash-test");
    struct rig *rig = rig_new(
        &(struct rig_options){.folder = trial->folder, .yaml = scene->yaml, .persistent = true});
    stage->seeded = sandbox_entities(rig->sandbox, "Offer");
    scene->prepare(rig);
    rig_free(rig);
    trial_expect(trial, scene->shows);
    return trial;
}

static void each_scene(void (*play)(const struct trial *trial, const char *what), const char *what)
{
    for (size_t i = 0; i < COUNT(scenes); i++) {
        struct stage stage;
        struct trial *trial = open_trial(&stage, &scenes[i]);
        print_message("%s\n", scenes[i].name);
        play(trial, what);
        trial_free(trial);
    }
}

static void kill_at_each(const struct trial *trial, const char *point)
{
    size_t count = trial_kill_at_each(trial, point, 1);
    assert_true(count >= scene_of(trial)->points); /* the points were really passed */
}

static void test_killed_before_journal(void **state)
{
    (void)state;
    each_scene(kill_at_each, "journal-before");
}

static void test_killed_after_journal(void **state)
{
    (void)state;
    each_scene(kill_at_each, "journal-after");
}

/* The run that cleans up is killed, too. */
static void kill_again(const struct trial *trial, const char *what)
{
    (void)what;
    trial_kill_again(trial, 4);
}

static void test_killed_again_while_recovering(void **state)
{
    (void)state;
    each_scene(kill_again, NULL);
}

/* Each call of a writing operation in turn meets the fault; the program runs on. */
static void fault_at_each(const struct trial *trial, const char *fault)
{
    trial_fault_at_each(trial, fault, scene_of(trial)->writes, rig_calls);
}

static void test_lost_answers(void **state)
{
    (void)state;
    each_scene(fault_at_each, "lost-after");
}

static void test_resets(void **state)
{
    (void)state;
    each_scene(fault_at_each, "reset");
}

static void test_server_errors(void **state)
{
    (void)state;
    each_scene(fault_at_each, "500");
}

/* No answer comes at all: every write happens, and is found when the line is back. */
static void lose_all(const struct trial *trial, const char *what)
{
    (void)what;
    trial_lose_all(trial, scene_of(trial)->writes);
}

static void test_all_answers_lost(void **state)
{
    (void)state;
    each_scene(lose_all, NULL);
}

/* The first set ends half-way, its offer there and not told of; and the program is killed at each
 * journal write. */
static void leave_half(struct rig *rig)
{
    rig_fault(rig, "set-half:StartChangeSet:1");
}

static void leave_unreleased(struct rig *rig)
{
    rig_fault(rig, "set-half:StartChangeSet:1:1");
}

static void test_killed_while_sets_end_half_way(void **state)
{
    (void)state;
    void (*const faults[])(struct rig * rig) = {leave_half, leave_unreleased};
    struct stage stage;
    struct trial *trial = open_trial(&stage, &scenes[0]);
    for (size_t i = 0; i < COUNT(faults); i++) {
        trial->meddle = faults[i];
        trial_kill_at_each(trial, NULL, 3);
    }
    trial_free(trial);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_killed_before_journal),
        cmocka_unit_test(test_killed_after_journal),
        cmocka_unit_test(test_killed_again_while_recovering),
        cmocka_unit_test(test_lost_answers),
        cmocka_unit_test(test_resets),
        cmocka_unit_test(test_server_errors),
        cmocka_unit_test(test_all_answers_lost),
        cmocka_unit_test(test_killed_while_sets_end_half_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
