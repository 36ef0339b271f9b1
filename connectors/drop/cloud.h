/* An open drop: its folder, its maps of columns, and what its files have said. */
#ifndef CONNECTORS_DROP_CLOUD_H
#define CONNECTORS_DROP_CLOUD_H

#include "connectors/connector.h"
#include "connectors/drop/state.h"

struct cloud {
    const struct settings *settings;
    struct session *session; /* carries nothing */
    struct arena *arena;
    struct drop_folder folder;
    struct drop_map maps[DROP_KINDS];
    struct value_style style; /* how days are written */
    /* For the steps, of which many look one after the other: the state as it was last seen, and
     * what the inbox was then. */
    struct drop_shelf {
        struct drop_state *state;
        struct file_state stamp, inbox;
    } shelves[DROP_KINDS];
    bool told[DROP_KINDS]; /* what the last read rested on was said by some file */
};

struct drop_shelf *drop_cloud_shelf(struct cloud *cloud, const struct drop_format *format);

#endif
