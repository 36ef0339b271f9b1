#include "tests/sandbox/azure/referrals.h"

#include <string.h>

#include "tests/sandbox/control.h"
#include "tests/sandbox/identity.h"

/* ---- How it says no. */
static void report(struct azure_call *call, struct sandbox_response *response)
{
    const struct failure *failure = call->failure;
    struct arena *arena = call->arena;
    struct json *body = json_object(arena), *error = json_object(arena);
    if (failure->status == 429) { /* the gateway's, not the service's */
        json_set(arena, body, "statusCode", json_int(arena, 429));
        json_set_text(arena, body, "message", failure->message);
    } else {
        json_set_text(arena, error, "code", failure->type);
        json_set_text(arena, error, "message", failure->message);
        json_set_text(arena, error, "target", "referral");
        if (failure->reason) {
            struct json *inner = json_object(arena);
            json_set_text(arena, inner, "code", failure->reason);
            json_set_text(arena, inner, "message",
                          failure->resource ? failure->resource : failure->message);
            json_set(arena, error, "innerError", inner);
        }
        json_set(arena, body, "error", error);
    }
    answer_body(response, failure->status, json_print(arena, body));
}

const struct azure_surface azure_referrals = {
    .base = "/v1.0",
    .audience = "https://api.partner.microsoft.com",
    .identities = AZURE_USER,
    .link = "@odata.nextLink",
    .link_base = "http://api.partner.microsoft.com/v1.0/referrals",
    .report = report,
};
const struct azure_surface azure_webhooks = {
    .base = "/webhooks/v1/registration",
    .audience = "https://api.partnercenter.microsoft.com",
    .identities = AZURE_APP | AZURE_USER,
    .report = report,
};
const struct azure_routes azure_referral_routes = {&azure_referrals, NULL, 0};
const struct azure_routes azure_webhook_routes = {&azure_webhooks, NULL, 0};
const struct control_rows azure_deal_controls = {NULL, 0};

/* ---- The part. */
static void open_part(struct azure *azure)
{
    azure->parts.deals = memory_alloc(sizeof *azure->parts.deals);
}

static void close_part(struct azure *azure)
{
    azure_table_free(&azure->parts.deals->referrals);
    azure_table_free(&azure->parts.deals->hooks);
    free(azure->parts.deals);
}

static void seed_part(struct sandbox *sandbox)
{
    (void)sandbox;
}

static void run_part(struct sandbox *sandbox)
{
    (void)sandbox;
}

static struct json *describe_part(const struct azure *azure, struct arena *arena)
{
    struct json *root = json_object(arena);
    json_set(arena, root, "referrals", azure_table_describe(arena, &azure->parts.deals->referrals));
    json_set(arena, root, "hooks", azure_table_describe(arena, &azure->parts.deals->hooks));
    return root;
}

static int read_part(struct azure *azure, const struct json *root, struct error *error)
{
    (void)error;
    azure_table_read(&azure->parts.deals->referrals, json_get(root, "referrals"));
    azure_table_read(&azure->parts.deals->hooks, json_get(root, "hooks"));
    return 0;
}

const struct azure_part azure_deal_part = {
    "deals", open_part, close_part, seed_part, run_part, describe_part, read_part,
};
