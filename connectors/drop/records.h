/* What the state holds as records, and the read that gives all of them to the engine. */
#ifndef CONNECTORS_DROP_RECORDS_H
#define CONNECTORS_DROP_RECORDS_H

#include "connectors/drop/inbox.h"

/* How the rows of a format become records of a kind. */
struct drop_records {
    const struct connector_kind *kind;
    const struct drop_format *format;
    /* What the field table cannot read off the columns, as an object: the document has it as the
     * member "agent" beside them. */
    struct json *(*aside)(struct arena *arena, const struct json *row);
};
extern const struct drop_records drop_referrals, drop_offers;
extern const struct connector_kind drop_referral_kind, drop_offer_kind;

/* The row's document: its columns, and what stands aside. */
struct json *drop_document(struct arena *arena, const struct drop_records *records,
                           const struct json *row);
struct record *drop_record(struct arena *arena, const struct drop_records *records,
                           const struct drop_entry *entry, document_report *report, void *context);
void drop_records_read(struct cloud *cloud, const struct drop_records *records,
                       const struct read_scope *scope, const struct read_sink *sink);

/* "Not accepted", as a portal may show a word, is "NOT_ACCEPTED". */
const char *drop_word(struct arena *arena, const char *text);
/* A cell of several texts, set apart by ';', as a list; NULL if it is blank. */
struct json *drop_list(struct arena *arena, const char *cell);
/* An amount with the currency beside it; NULL if one is missing. */
struct json *drop_money(struct arena *arena, const struct json *row, const char *column);

#endif
