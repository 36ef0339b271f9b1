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
#define GCP_ACCOUNT_ID     "104857600000000000001"
#define GCP_KEY_ID         "5a9db0c0ffee00000000000000000000000000d1"

extern const char gcp_sandbox_key[]; /* the account's: PEM, PKCS #8 (key.c) */

/* Who else may call: the machine's own account, a person who signed in with gcloud, somebody of a
 * pool of foreign identities. All may act for GCP_ACCOUNT and for GCP_BROKER, and GCP_BROKER for
 * GCP_ACCOUNT. */
#define GCP_BROKER        "broker@sandbox-partner.iam.gserviceaccount.com"
#define GCP_MACHINE       "machine@sandbox-partner.iam.gserviceaccount.com"
#define GCP_PERSON        "developer@sandbox.example"
#define GCP_CLIENT        "764086051850-sandbox.apps.googleusercontent.com"
#define GCP_CLIENT_SECRET "d-sandbox+/=&secret"
#define GCP_REFRESH_TOKEN "1//0sandbox-refresh"
#define GCP_POOL          "projects/" GCP_PROJECT_NUMBER "/locations/global/workloadIdentityPools/sandbox"
#define GCP_POOL_AUDIENCE "//iam.googleapis.com/" GCP_POOL "/providers/ci"
#define GCP_FOREIGN       "principal://iam.googleapis.com/" GCP_POOL "/subject/ci"
/* What the pool takes: somebody else's token, and the kind that it is. The sandbox also serves it
 * under GCP_FOREIGN_PATH to those who bring the header. */
#define GCP_FOREIGN_TOKEN  "sandbox.foreign.token"
#define GCP_FOREIGN_TYPE   "urn:ietf:params:oauth:token-type:jwt"
#define GCP_FOREIGN_PATH   "/foreign/token"
#define GCP_FOREIGN_HEADER "x-foreign-runner"

/* What the CRM Partners API has from the beginning, for it lists nothing: the last part of the
 * names of a lead and of the opportunity that it became. */
#define GCP_CRM_KNOWN "Cx0000000001"

#endif
