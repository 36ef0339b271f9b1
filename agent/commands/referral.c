/* agent referral: co-sell referrals by hand. */
#include <stdint.h>

#include "base/memory.h"
#include "commands/output.h"
#include "commands/verbs.h"

#define OFFSET(member) offsetof(struct arguments, member)

static const struct command_option referral_options[] = {
    {"job", 'j', "JOB", "only of this job", OFFSET(job)},
    {"reason", 0, "TEXT", "close and reject: why, in the cloud's words", OFFSET(reason)},
    {"won", 0, NULL, "close: the deal is won", OFFSET(won)},
    {"lost", 0, NULL, "close: it is lost, and the cloud keeps no reason", OFFSET(lost)},
    {"state", 0, "WORD", "list: only referrals with this status", OFFSET(state)},
    {"dry-run", 'n', NULL, "show what would be done, write nothing", OFFSET(dry_run)},
    {"force", 0, NULL, "also against what is doubtful", OFFSET(force)},
    {"har", 0, "FILE", "record the HTTP exchanges, without secrets", OFFSET(har)},
    {NULL, 0, NULL, NULL, 0},
};

static int list_referrals(struct asking *asking)
{
    static const char *const fields[] = {"status", "stage",      "title",   "company",
                                         "spend",  "close_date", "expires", NULL};
    return verb_list(asking, fields, "status");
}

static int plain_wish(struct asking *asking)
{
    return wish_each(asking, (const char *const[]){NULL});
}

static int reject_invitations(struct asking *asking)
{
    return wish_each(asking,
                     (const char *const[]){"reject_reason", asking->arguments->reason, NULL});
}

/* Closing is an edit of the stage; the cloud's rules say what else it takes. */
static int close_referrals(struct asking *asking)
{
    const struct arguments *arguments = asking->arguments;
    if (arguments->won + arguments->lost + (arguments->reason != NULL) != 1) {
        output_error("agent referral close needs either --won, or --reason with why it was lost, "
                     "or --lost where the cloud keeps no reason");
        return EXIT_USAGE;
    }
    return wish_each(asking,
                     (const char *const[]){FIELD_STAGE, arguments->won ? STAGE_WON : STAGE_LOST,
                                           "lost_reason", arguments->reason, NULL});
}

#define MANY SIZE_MAX
static const struct verb verbs[] = {
    {"list", "", 0, 0, TAKES_STATE, 0, ACTION_COUNT, list_referrals},
    {"submit", "REFERRAL...", 1, MANY, TAKES_RUN, 0, ACTION_SUBMIT, plain_wish},
    {"accept", "INVITATION...", 1, MANY, TAKES_RUN, 0, ACTION_ACCEPT, plain_wish},
    {"reject", "INVITATION... [--reason TEXT]", 1, MANY, TAKES_RUN | TAKES_REASON, 0, ACTION_REJECT,
     reject_invitations},
    {"register", "REFERRAL...", 1, MANY, TAKES_RUN, 0, ACTION_REGISTER, plain_wish},
    {"close", "REFERRAL... --reason TEXT | --lost | --won", 1, MANY,
     TAKES_RUN | TAKES_REASON | TAKES_WON, 0, ACTION_UPDATE, close_referrals},
};

static int run_referral(const struct world *world, const struct arguments *arguments)
{
    return verbs_run(world, arguments, &kinds[KIND_REFERRAL], verbs, COUNT(verbs));
}

const struct command command_referral = {
    .name = "referral",
    .usage = "list | submit | accept | reject | register | close ...",
    .summary = "co-sell referrals: list, submit, accept, reject, register, close",
    .help =
        "  list                            the referrals that the last runs saw\n"
        "  submit REFERRAL...              hand them to the cloud's sellers\n"
        "  accept INVITATION...            accept what the cloud's sellers propose\n"
        "  reject INVITATION...            turn it down, with a --reason\n"
        "  register REFERRAL...            register deals that were won\n"
        "  close REFERRAL... --reason TEXT close them as lost\n"
        "  close REFERRAL... --lost        the same where the cloud keeps no reason\n"
        "  close REFERRAL... --won         close them as won\n\n"
        "What is asked for here needs no further approval. It goes through the same plan, guard\n"
        "and journal as a reconcile; nothing else is written. What the cloud's rules refuse is\n"
        "not done, and the exit code is 1.",
    .options = referral_options,
    .min_words = 1,
    .max_words = SIZE_MAX,
    .run = run_referral,
};
