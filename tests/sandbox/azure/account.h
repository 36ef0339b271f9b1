/* The fixed facts of Microsoft's side, for the sandbox and for whoever calls it. */
#ifndef SANDBOX_AZURE_ACCOUNT_H
#define SANDBOX_AZURE_ACCOUNT_H

/* The one account: tenant, application, and what proves it. The secret holds all that a form must
 * encode. The refresh token is that of a Referrals admin who has signed in already. */
#define AZURE_TENANT          "11111111-2222-4333-8444-555555555555"
#define AZURE_CLIENT          "aaaaaaaa-0000-4000-8000-000000000001"
#define AZURE_SECRET          "s4n~d.b_o-x+se/cr=et"
#define AZURE_FEDERATED_TOKEN "sandbox.federated.assertion"
#define AZURE_REFRESH_TOKEN   "0.sandbox-refresh-1"
#define AZURE_IDENTITY_HEADER "sandbox-identity-header"
#define AZURE_ORGANIZATION    "7d23e5ca-0000-4eaa-aac8-5e6b559f0d1d"
#define AZURE_PERSON          "seller@sandbox.example"               /* who signed in */
#define AZURE_MANAGED_CLIENT  "aaaaaaaa-0000-4000-8000-0000000000ff" /* the managed identity */

#endif
