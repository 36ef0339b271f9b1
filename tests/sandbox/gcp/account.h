/* The fixed facts of Google's side, for the sandbox and for whoever calls it. */
#ifndef SANDBOX_GCP_ACCOUNT_H
#define SANDBOX_GCP_ACCOUNT_H

/* The project that owns the products, the provider of procurement, the partner of Cloud Channel,
 * the super admin who accepted its terms, and the service account that acts for all of them. */
#define GCP_PROJECT        "sandbox-partner"
#define GCP_PROJECT_NUMBER "123456789012"
#define GCP_LOCATION       "global"
#define GCP_PROVIDER       "DEMO-sandbox-partner"
#define GCP_PARTNER        "partners/C0sandbox1"
#define GCP_ADMIN          "admin@sandbox.example"
#define GCP_ACCOUNT        "agent@sandbox-partner.iam.gserviceaccount.com"

#endif
