/* Services of the Commerce Producer API, as listings: read-only, since nothing of a listing can be
 * written through a public interface. What is declared locally is compared, and people edit in the
 * Producer Portal. Marketing texts, categories, audience and publication are shown nowhere.
 *
 * The record of a service is decoded from a document:
 *
 *   service         the resource, in full
 *   standardOffers  its list offers, sorted by name; in full if the plans are mapped
 *   skus            what usage and fees are charged against, sorted by name
 *   skuGroups       those that its offers name, or that hold SKUs of its own
 *   agent           what stands there in another form: Id (last segment of the name), Type, Plans
 *                   ("plan | name | term | from | until | SKUs"), Dimensions ("SKU | description |
 *                   what is measured | unit | kind"), Prices ("SKU | per what | price"), Regions
 *
 * A price is the one that is active at the time of the read (skuPriceTimeline). Days are those of
 * Los Angeles, where offers begin and end.
 *
 * A service has neither a date nor an etag: its version is a digest of all that lists show of it,
 * of its title, and of what is derived, so that a price that comes into force is news, too. The
 * titles of plans are behind a call for each list offer, and nothing says that an offer's date
 * moves with its plan's title: they are asked for where that digest moved, and once a day (UTC),
 * which then stands in the version: "…digest… 2026-05-01". */
#ifndef CONNECTORS_GCP_LISTINGS_H
#define CONNECTORS_GCP_LISTINGS_H

#include "connectors/document.h"
#include "connectors/gcp/client.h"

extern const struct connector_kind gcp_listings; /* listings.c */

/* ---- listing_document.c */

struct gcp_listing_parts {
    const struct json *service;                /* in full */
    const struct json *offers, *skus, *groups; /* lists, in any order; of groups all there are */
};
/* The document. Oddities (kinds of price that are not known, amounts that cannot be read) are
 * reported with `now_ms` as the time of the read. */
struct json *gcp_listing_document(struct arena *arena, const struct gcp_listing_parts *parts,
                                  int64_t now_ms, document_report *report, void *context);
/* Of a document whose list offers are as listed; `day` is when the titles are asked for, NULL: they
 * are not. */
const char *gcp_listing_version(struct arena *arena, const struct json *document, const char *day);
struct record *gcp_listing_record(struct arena *arena, const struct json *document,
                                  const char *version, document_report *report, void *context);

/* ---- listing_prices.c */

struct gcp_pricing {
    struct arena *arena;
    int64_t now_ms;
    const char *service; /* its id, for reports */
    document_report *report;
    void *context;
    struct json *dimensions, *prices, *regions; /* lists of texts, added to */
};
/* What the SKU charges for now. */
void gcp_listing_price(const struct gcp_pricing *pricing, const struct json *sku);

/* ---- listings_read.c */

void gcp_listings_read(struct cloud *cloud, const struct read_scope *scope,
                       const struct read_sink *sink);

#endif
