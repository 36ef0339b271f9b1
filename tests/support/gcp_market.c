#include "tests/support/gcp_market.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "tests/sandbox/gcp/identities.h"
#include "tests/sandbox/gcp/pacific.h"

int gcp_market_call(struct drive *drive, const char *method, const char *target, const char *body)
{
    struct arena *arena = drive->arena;
    const char *text = body ? json_print(arena, rest_make(arena, "%s", body)) : NULL;
    const char *token =
        gcp_access_make(drive->sandbox, GCP_ACCOUNT, NULL, GCP_SCOPE_CLOUD, 3600)->text;
    const struct http_header headers[] = {
        {"Authorization", arena_printf(arena, "Bearer %s", token)},
        {"Content-Type", "application/json"},
        {NULL, NULL},
    };
    return drive_send(drive, method, target, headers, text);
}

int gcp_market_get(struct drive *drive, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    const char *target = arena_vprintf(drive->arena, format, list);
    va_end(list);
    return gcp_market_call(drive, "GET", target, NULL);
}

int gcp_market_control(struct drive *drive, const char *name, const char *body)
{
    return drive_control(drive, arena_printf(drive->arena, "gcp/%s", name), body);
}

void gcp_market_wait(struct drive *drive, int64_t ms)
{
    drive_control(drive, "clock", arena_printf(drive->arena, "{'advance_ms':%lld}", (long long)ms));
}

const char *gcp_market_midnight(struct drive *drive, int64_t days)
{
    struct arena *arena = drive->arena;
    int64_t day = pacific_day(sandbox_now(drive->sandbox)) + days;
    char *text = json_print(arena, pacific_write(arena, day));
    for (char *c = text; *c; c++)
        *c = *c == '"' ? '\'' : *c;
    return text;
}

/* ---- Offers. */
struct json *gcp_market_sample(struct drive *drive)
{
    return rest_make(
        drive->arena,
        "{'title':'Sandbox DB for Northwind','internalNote':'crm=0061 rid=r1','offerDealType':"
        "'NEW','partnerContact':{'contact':'Deal Desk','email':'desk@partner.example'},"
        "'customer':{'entityTitle':'Northwind','contact':'Procurement','email':"
        "'buyer@northwind.example','targetBillingAccount':'" GCP_BUYER "'},"
        "'acceptDeadlineTime':%s,'term':{'startPolicy':'IMMEDIATE','endPolicy':'AFTER_DURATION',"
        "'durationMonths':12},'singleProductOffer':{'baseStandardOffer':'" GCP_MARKET_STANDARD
        "','standardIntervalPrice':{'standardInterval':'YEARLY_NOT_PRORATED','priceModel':"
        "{'flatFee':{'flatFeeOverride':{'currencyCode':'USD','units':'48000'}},'usage':"
        "{'defaultDiscountPercent':{'value':'12.5'}}}}}}",
        gcp_market_midnight(drive, 30));
}

const char *gcp_market_offer(struct drive *drive, const char *path, const char *value)
{
    struct json *offer = gcp_market_sample(drive);
    if (path)
        drive_put(drive, offer, path, value);
    return json_print(drive->arena, offer);
}

const char *gcp_market_create(struct drive *drive, const char *offer)
{
    if (gcp_market_call(drive, "POST", GCP_MARKET_OFFERS, offer) != 200)
        return "";
    const char *slash = strrchr(drive_answer(drive, "name"), '/');
    const char *id = arena_copy(drive->arena, slash + 1);
    if (gcp_market_call(drive, "POST",
                        arena_printf(drive->arena, GCP_MARKET_OFFERS "/%s/documents", id),
                        "{'documentType':'STANDARD_END_USER_LICENSE_AGREEMENT_V2'}") != 200)
        abort();
    return id;
}

int gcp_market_act(struct drive *drive, const char *id, const char *verb, const char *body)
{
    return gcp_market_call(drive, "POST",
                           arena_printf(drive->arena, GCP_MARKET_OFFERS "/%s:%s", id, verb), body);
}

const char *gcp_market_state(struct drive *drive, const char *id)
{
    gcp_market_get(drive, GCP_MARKET_OFFERS "/%s?view=PRIVATE_OFFER_VIEW_FULL", id);
    return drive_answer(drive, "state");
}

const char *gcp_market_publish(struct drive *drive, const char *id)
{
    if (gcp_market_act(drive, id, "publish", "{}") != 200) {
        fprintf(stderr, "publishing %s: %s\n", id, drive->response.body);
        return "";
    }
    gcp_market_wait(drive, 3000);
    return gcp_market_state(drive, id);
}

const char *gcp_market_accept(struct drive *drive, const char *id, bool signed_up)
{
    if (strcmp(gcp_market_publish(drive, id), "PUBLISHED") != 0 ||
        gcp_market_control(drive, "accept-offer",
                           arena_printf(drive->arena, "{'id':'%s','signed_up':%s}", id,
                                        signed_up ? "true" : "false")) != 200)
        return "";
    return arena_copy(drive->arena, drive_answer(drive, "entitlement"));
}

const char *gcp_market_order(struct drive *drive, const char *id)
{
    gcp_market_get(drive, GCP_PROCUREMENT "/entitlements/%s", id);
    return drive_answer(drive, "state");
}

/* ---- Refusals. */
static const struct json *violations_of(const struct drive *drive)
{
    const struct json *details = json_find(drive->answer, "error.details");
    for (size_t i = 0; details && i < details->count; i++) {
        const struct json *rows = json_get(details->items[i], "fieldViolations");
        if (rows)
            return rows;
    }
    return NULL;
}

const char *gcp_market_violation(const struct drive *drive, const char *field)
{
    const struct json *rows = violations_of(drive);
    for (size_t i = 0; rows && i < rows->count; i++) {
        if (text_equal(json_get_text(rows->items[i], "field"), field))
            return json_get_text(rows->items[i], "description");
    }
    return "";
}

const char *gcp_market_violations(struct drive *drive)
{
    const struct json *rows = violations_of(drive);
    const char *out = "";
    for (size_t i = 0; rows && i < rows->count; i++)
        out = arena_printf(drive->arena, "%s%s: %s\n", out, json_get_text(rows->items[i], "field"),
                           json_get_text(rows->items[i], "description"));
    return out;
}
