#include "tests/support/offers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static _Noreturn void offers_broken(const char *what)
{
    fprintf(stderr, "offers: %s\n", what);
    abort();
}

const struct offer_piece offer_pieces[OFFER_PIECES] = {
    {"CreateOffer", "{'ProductId':'" SANDBOX_PRODUCT "'}"},
    {"UpdateInformation", "{'Name':'Twelve months','Description':'For a deal [CRM-1]'}"},
    {"UpdateTargeting", "{'PositiveTargeting':{'BuyerAccounts':['444455556666']}}"},
    {"UpdateLegalTerms", "{'Terms':[{'Type':'LegalTerm','Documents':[{'Type':'StandardEula',"
                         "'Version':'2022-07-14'}]}]}"},
    {"UpdateAvailability", "{'AvailabilityEndDate':'2026-03-31'}"},
    {"UpdatePricingTerms", "{'PricingModel':'Contract','Terms':[{'Type':'FixedUpfrontPricingTerm',"
                           "'CurrencyCode':'USD','Price':'0.0','Grants':[{'DimensionKey':"
                           "'basic_service','MaxQuantity':10}]}]}"},
    {"UpdateValidityTerms", "{'Terms':[{'Type':'ValidityTerm','AgreementDuration':'P12M'}]}"},
    {"UpdatePaymentScheduleTerms",
     "{'Terms':[{'Type':'PaymentScheduleTerm','CurrencyCode':'USD','Schedule':[{'ChargeDate':"
     "'2026-04-15','ChargeAmount':'6000.00'},{'ChargeDate':'2026-10-15','ChargeAmount':"
     "'6000.00'}]}]}"},
    {"ReleaseOffer", "{}"},
};

const char *offer_change(struct drive *drive, const char *entity, const char *identifier,
                         const char *type, const char *details)
{
    return arena_printf(drive->arena,
                        "{'ChangeType':'%s','Entity':{'Type':'%s@1.0','Identifier':'%s'},"
                        "'DetailsDocument':%s}",
                        type, entity, identifier, details);
}

/* The set with the details of one type replaced (`details` NULL: left out), and an extra change. */
const char *offer_set(struct drive *drive, const char *type, const char *details, const char *extra)
{
    const char *list = "";
    for (size_t i = 0; i < OFFER_PIECES; i++) {
        bool bent = type && !strcmp(type, offer_pieces[i].type);
        const char *text = bent ? details : offer_pieces[i].details;
        const char *one =
            text ? offer_change(drive, "Offer", OFFER_REF, offer_pieces[i].type, text) : "";
        if (i == 0)
            one = arena_printf(drive->arena,
                               "{'ChangeType':'CreateOffer','ChangeName':'New','Entity':"
                               "{'Type':'Offer@1.0'},'DetailsDocument':%s}",
                               text);
        list = arena_printf(drive->arena, "%s%s%s", list, one[0] && list[0] ? "," : "", one);
    }
    return arena_printf(drive->arena, "[%s%s%s]", list, extra ? "," : "", extra ? extra : "");
}

const char *offer_make(struct drive *drive)
{
    const char *status = drive_set(drive, offer_set(drive, NULL, NULL, NULL));
    if (strcmp(status, "SUCCEEDED") != 0)
        offers_broken(drive->response.body);
    return drive_set_entity(drive, 0);
}

const char *offer_update(struct drive *drive, const char *entity, const char *id, const char *type,
                         const char *details)
{
    return drive_set(
        drive, arena_printf(drive->arena, "[%s]", offer_change(drive, entity, id, type, details)));
}
