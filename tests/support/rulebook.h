/* The tables of a connector's kinds, and tables of cases for their rules: records made of cells,
 * what is reported of them, and players of the tables. A case that does not hold fails the test. */
#ifndef TESTS_SUPPORT_RULEBOOK_H
#define TESTS_SUPPORT_RULEBOOK_H

#include "connectors/connector.h"

struct cell {
    const char *field, *value; /* as a file has it; lists with ";"; "-": emptied */
};
/* Until `count`, or a cell without field. */
void cells_put(struct arena *arena, struct record *record, const struct cell *cells, size_t count);

/* The same, but values as a record has them; NULL: none. */
void cells_set(struct record *record, const struct cell *cells, size_t count);

/* What was reported; what comes after the sixteenth is only counted. */
struct heard {
    size_t count;
    char codes[16][8], fields[16][32], details[16][400];
};
void heard_note(void *heard, const struct finding *finding); /* a report; the context is heard */
bool heard_has(const struct heard *heard, const char *code, const char *field);

/* Every row of the kind's tables says where it stands, and names fields and codes that there are.
 */
void rulebook_check_tables(const struct connector_kind *kind);

/* A record that is right at every moment, edited: the one rule that is broken. */
struct rulebook_case {
    unsigned at;
    struct cell before[4], after[10]; /* as a record has them; before: only of an update */
    const char *code, *field;         /* NULL: nothing is wrong */
};
void rulebook_cases(const struct connector_kind *kind, int64_t now_ms, const struct cell *right,
                    size_t right_count, const struct rulebook_case *cases, size_t count);

/* Offers that are right, by a number each, and the day of all tables. */
struct rulebook {
    const struct connector_kind *kind;
    const struct cell *bases; /* `width` cells each */
    size_t width;
    int64_t now_ms;
};
struct record *rulebook_record(const struct rulebook *book, struct arena *arena, const char *id,
                               size_t base);

/* Cells that break the rule `code` at `field`. */
struct rulebook_fault {
    size_t base;
    struct cell cells[3];
    const char *code, *field;
    unsigned at; /* moments; 0: AT_CREATE | AT_SUBMIT */
};
void rulebook_faults(const struct rulebook *book, const struct rulebook_fault *faults,
                     size_t count);

/* An edit of an offer in some state: what it comes to, and the rule against it (NULL: none). The
 * rules are not asked where it comes to taking the offer back. */
struct rulebook_edit {
    const char *state;
    struct cell cell;
    const char *code;
    enum action action;
};
/* `also`: what the offer of that base has besides; NULL: nothing. */
void rulebook_edits(const struct rulebook *book, size_t base, const struct cell *also,
                    const struct rulebook_edit *edits, size_t count);

/* A new offer beside one of the first base: the only doubt that there is, NULL: none. */
struct rulebook_doubt {
    size_t base;
    struct cell own[2], peer[3];
    const char *code;
};
void rulebook_doubts(const struct rulebook *book, const struct rulebook_doubt *doubts,
                     size_t count);

#endif
