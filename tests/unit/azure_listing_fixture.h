/* Answers of Product Ingestion about one product, shared by the tests of listings. The ids are
 * made up. */
#ifndef TESTS_UNIT_AZURE_LISTING_FIXTURE_H
#define TESTS_UNIT_AZURE_LISTING_FIXTURE_H

#define GUID    "4f0c6d2e-0000-4a55-8f0e-000000000001"
#define PRODUCT "product/" GUID
#define GOLD    "plan/" GUID "/0a9d2f31-0000-4f0b-9d7e-000000000002"
#define NEW     "https://schema.mp.microsoft.com/schema/"
#define OLD     "https://product-ingestion.azureedge.net/schema/"

#define PRODUCT_ITEM                                                                               \
    "{'$schema':'" NEW "product/2022-07-01','id':'" PRODUCT "','identity':{'externalId':"          \
    "'analytics'},'type':'softwareAsAService','alias':'Analytics (alias)',"                        \
    "'lifecycleState':'generallyAvailable'}"
#define LISTING(title)                                                                             \
    "{'$schema':'" NEW "listing/2022-03-01-preview5','id':'listing/" GUID                          \
    "/public/main/default/en-us','product':'" PRODUCT "','kind':'azureSaaS','languageId':'en-us'," \
    "'title':'" title "','searchResultSummary':'For warehouses','shortDescription':'Short.',"      \
    "'description':'<p>Long.</p>','supportContact':{'name':'Help','email':'help@example.com',"     \
    "'unknown':1.50},'generalLinks':[],'validations':[{'code':'x','level':'warning'}]}"
#define PROPERTY                                                                                   \
    "{'$schema':'" NEW "property/2022-03-01-preview5','id':'property/" GUID                        \
    "/public/main','product':'" PRODUCT "','kind':'azureSaaS',"                                    \
    "'categories':{'developer-tools':['devService'],'ai':[]}}"
#define GOLD_PLAN                                                                                  \
    "{'$schema':'" NEW "plan/2022-07-01','id':'" GOLD "','product':'" PRODUCT                      \
    "','identity':{'externalID':'gold'},'alias':'Gold, annual'}"
#define GOLD_LISTING(name)                                                                         \
    "{'$schema':'" NEW "plan-listing/2022-03-01-preview5','id':'plan-listing/" GUID                \
    "/public/main/0a9d/en-us','product':'" PRODUCT "','plan':'" GOLD                               \
    "','kind':'azureSaaS-plan','languageId':'en-us','name':'" name                                 \
    "','description':'Gold | plan.\\nYearly.'}"
#define GOLD_PRICE(audience)                                                                       \
    "{'$schema':'" NEW "price-and-availability-plan/2022-03-01-preview4','id':"                    \
    "'price-and-availability-plan/" GUID "/0a9d','product':'" PRODUCT "','plan':'" GOLD            \
    "','visibility':'visible','audience':'" audience "','customerMarkets':'customMarkets',"        \
    "'markets':['us','gb'],'privateAudiences':[{'type':'tenant','id':'t-1'}],"                     \
    "'pricing':{'licenseModel':'payAsYouGo','corePricing':{'priceInputOption':'flat',"             \
    "'price':0.10}}}"
#define ASSET(signature)                                                                           \
    "{'$schema':'" NEW "listing-asset/2022-03-01-preview5','id':'listing-asset/" GUID              \
    "/logo/1','url':'https://blob.example/l.png?sv=1&sig=" signature "','type':'azureLogoLarge'}"
#define TRAILER(signature)                                                                         \
    "{'$schema':'" OLD "listing-trailer/2022-03-01-preview5','id':'listing-trailer/" GUID          \
    "/1','assets':{'en-us':{'title':'T','imageList':[{'url':'https://blob.example/"                \
    "t.png?sig=" signature "'}]}}}"
#define LEADS                                                                                      \
    "{'$schema':'" OLD "customer-leads/2022-03-01-preview3','id':'customer-leads/" GUID            \
    "','product':'" PRODUCT "','leadDestination':'table','tableLeadConfiguration':"                \
    "{'storageAccountConnectionString':'*********','contactEmail':['lead@example.com']}}"
#define TREE_SUBMISSION                                                                            \
    "{'$schema':'" NEW "submission/2022-07-01','id':'submission/" GUID "/9','target':"             \
    "{'targetType':'live'}}"
#define RESOURCES(title, name, audience, signature)                                                \
    LEADS "," PRODUCT_ITEM                                                                         \
          "," GOLD_PRICE(audience) "," LISTING(title) "," PROPERTY "," GOLD_PLAN "," GOLD_LISTING( \
              name) "," ASSET(signature) "," TRAILER(signature) "," TREE_SUBMISSION
#define TREE_OF(resources)                                                                         \
    "{'$schema':'" NEW "resource-tree/2022-07-01','root':'" PRODUCT "','resources':[" resources "]}"
#define TREE(title, signature) TREE_OF(RESOURCES(title, "Gold", "public", signature))

#define SUBMISSION(target, number, status, result, created)                                        \
    "{'$schema':'" NEW "submission/2022-07-01','id':'submission/" GUID "/" number                  \
    "','product':'" PRODUCT "','target':{'targetType':'" target "'},'status':'" status             \
    "','result':'" result "','created':'" created "'}"
#define DONE(target, number, day)                                                                  \
    SUBMISSION(target, number, "completed", "succeeded", "2026-01-" day "T07:13:06.4408032Z")
#define DRAFT                                                                                      \
    "{'$schema':'" NEW "submission/2022-07-01','id':'submission/" GUID "/0','product':'" PRODUCT   \
    "','target':{'targetType':'draft'}}"
#define LIVE_1      "1152921515689847470"
#define PREVIEW_2   "1152921515689848683"
#define LIST(items) "{'value':[" items "]}"

#define GOLD_TEXT(name) "gold | " name " | Gold plan. Yearly. | payAsYouGo, flat | public"

#endif
