/* Names that tests need, too: what Microsoft's marketplace begins with, and where it is. */
#ifndef SANDBOX_AZURE_GOODS_H
#define SANDBOX_AZURE_GOODS_H

#define INGESTION_BASE "/rp/product-ingestion"

/* What the marketplace begins with, in whatever seed. */
#define INGESTION_SAAS       "50000000-0000-4000-8000-000000000001" /* live */
#define INGESTION_VM         "50000000-0000-4000-8000-000000000002" /* live */
#define INGESTION_DRAFT      "50000000-0000-4000-8000-000000000003" /* never published */
#define INGESTION_DEPRECATED "50000000-0000-4000-8000-000000000004"
#define INGESTION_LEADS      "50000000-0000-4000-8000-000000000005" /* live, not sold by Microsoft */
#define INGESTION_STANDARD   "60000000-0000-4000-8000-000000000011" /* flat rate, public */
#define INGESTION_SEATS      "60000000-0000-4000-8000-000000000012" /* per user, public */
#define INGESTION_PRIVATE    "60000000-0000-4000-8000-000000000013" /* for an audience only */
#define INGESTION_TRIAL      "60000000-0000-4000-8000-000000000014" /* public, with a trial */
#define INGESTION_VM_PLAN    "60000000-0000-4000-8000-000000000021"
#define INGESTION_OLD_PLAN   "60000000-0000-4000-8000-000000000041"
#define INGESTION_LEAD_PLAN  "60000000-0000-4000-8000-000000000051"
#define INGESTION_ACCOUNT                                                                          \
    "70000000-0000-4000-8000-000000000001:80000000-0000-4000-8000-000000000001_2019-05-31"
#define INGESTION_RESELLER "12345678"

#endif
