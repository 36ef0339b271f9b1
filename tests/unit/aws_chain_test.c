/* The part of the chain that needs the network: who is asked, in which order, how often, and what
 * each wrong answer leads to; all under the virtual clock. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/times.h"
#include "connectors/aws/credentials.h"
#include "connectors/aws/xml.h"
#include "tests/support/fake.h"

#define MINUTE INT64_C(60000)
#define SECOND 1000

struct pair {
    const char *name, *value;
};

/* One request that is expected, and its answer. */
struct exchange {
    const char *method, *url;
    struct pair header;    /* that must be there; a value of NULL: must not */
    const char *body_part; /* in the request's body */
    struct fake_answer answer;
};

struct attempt {
    const char *title;
    struct pair env[6];
    const char *profile;
    const char *config;
    struct exchange exchanges[8];
    const char *id, *source; /* id NULL: it fails */
    const char *message;     /* part of the failure's message */
    enum error_class class;  /* of the failure; 0: ERROR_AUTH */
    int64_t pauses_ms;       /* that were made in all */
};

#define LATER "2026-01-01T02:00:00Z"
#define ROLE  "arn:aws:iam::111122223333:role/Deal"
#define STS   "https://sts.us-east-1.amazonaws.com/"
#define IMDS  "http://169.254.169.254/latest/"
#define ROLES IMDS "meta-data/iam/security-credentials/"
#define TOKEN                                                                                      \
    {                                                                                              \
        "x-aws-ec2-metadata-token", "TOK=="                                                        \
    }
#define KEYS(e)                                                                                    \
    "{\"AccessKeyId\":\"ASIAK\",\"SecretAccessKey\":\"s\",\"Token\":\"t\",\"Expiration\":\"" e "\"}"
#define STATIC "aws_access_key_id = AKIAS\naws_secret_access_key = TOPSECRET\n"
#define XML_KEYS(op, id)                                                                           \
    "<" op "Response xmlns=\"https://x/\"><" op "Result><Credentials><AccessKeyId>" id             \
    "</AccessKeyId><SecretAccessKey>s&amp;&#x2b;</SecretAccessKey><SessionToken>t</SessionToken>"  \
    "<Expiration>" LATER "</Expiration></Credentials></" op "Result></" op "Response>"
#define XML_ERROR(code)                                                                            \
    "<ErrorResponse><Error><Type>Sender</Type><Code>" code "</Code><Message>a &lt;b&gt; &amp; "    \
    "c</Message></Error><RequestId>r</RequestId></ErrorResponse>"
#define XML_HEADERS .headers = {{"content-type", "text/xml"}}
#define ASSUME(op, id)                                                                             \
    {                                                                                              \
        .method = "POST", .url = STS, .answer = {.body = XML_KEYS(op, id) }                        \
    }

static const struct attempt attempts[] = {
    /* --- roles --- */
    {.title = "a role by keys of another profile",
     .config = "[default]\nrole_arn=" ROLE "\nsource_profile=s\nexternal_id=x/1\n"
               "duration_seconds=900\nrole_session_name=jo\n[profile s]\n" STATIC,
     .exchanges = {{.method = "POST",
                    .url = STS,
                    .body_part = "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%"
                                 "3A111122223333%3Arole%2FDeal&RoleSessionName=jo&"
                                 "DurationSeconds=900&ExternalId=x%2F1",
                    .answer = {.body = XML_KEYS("AssumeRole", "ASIAR")}}},
     .id = "ASIAR",
     .source = "profile default (role Deal)"},
    {.title = "a role in the environment's region",
     .env = {{"AWS_DEFAULT_REGION", "eu-west-1"}},
     .config = "[default]\nregion=ap-south-1\nrole_arn=" ROLE "\nsource_profile=default\n" STATIC,
     .exchanges = {{.method = "POST",
                    .url = "https://sts.eu-west-1.amazonaws.com/",
                    .answer = {.body = XML_KEYS("AssumeRole", "ASIAR")}}},
     .id = "ASIAR",
     .source = "profile default (role Deal)"},
    {.title = "a role in the profile's region",
     .config = "[default]\nregion=ap-south-1\nrole_arn=" ROLE "\nsource_profile=default\n" STATIC,
     .exchanges = {{.method = "POST",
                    .url = "https://sts.ap-south-1.amazonaws.com/",
                    .answer = {.body = XML_KEYS("AssumeRole", "ASIAR")}}},
     .id = "ASIAR",
     .source = "profile default (role Deal)"},
    {.title = "an endpoint of STS alone goes before the one of all",
     .env = {{"AWS_ENDPOINT_URL", "https://all.example"},
             {"AWS_ENDPOINT_URL_STS", "https://sts.example"}},
     .config = "[default]\nrole_arn=" ROLE "\nsource_profile=default\n" STATIC,
     .exchanges = {{.method = "POST",
                    .url = "https://sts.example/",
                    .answer = {.body = XML_KEYS("AssumeRole", "ASIAR")}}},
     .id = "ASIAR",
     .source = "profile default (role Deal)"},
    {.title = "roles in a row, the last one first",
     .profile = "a",
     .config = "[profile a]\nrole_arn=" ROLE "A\nsource_profile=b\n[profile b]\nrole_arn=" ROLE
               "B\nsource_profile=c\n[profile c]\n" STATIC,
     .exchanges = {{.method = "POST",
                    .url = STS,
                    .body_part = "DealB&",
                    .answer = {.body = XML_KEYS("AssumeRole", "ASIAB")}},
                   {.method = "POST",
                    .url = STS,
                    .header = {"x-amz-security-token", "t"},
                    .body_part = "DealA&",
                    .answer = {.body = XML_KEYS("AssumeRole", "ASIAA")}}},
     .id = "ASIAA",
     .source = "profile a (role DealA)"},
    {.title = "the source's own keys end the row, though it has a role as well",
     .profile = "a",
     .config = "[profile a]\nrole_arn=" ROLE "A\nsource_profile=b\n[profile b]\nrole_arn=" ROLE
               "B\nsource_profile=c\n" STATIC,
     .exchanges = {ASSUME("AssumeRole", "ASIAA")},
     .id = "ASIAA",
     .source = "profile a (role DealA)"},
    {.title = "a role by a process",
     .config = "[default]\nrole_arn=" ROLE "\nsource_profile=p\n[profile p]\ncredential_process="
               "/bin/echo '{\"Version\":1,\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"s\"}'\n",
     .exchanges = {ASSUME("AssumeRole", "ASIAP")},
     .id = "ASIAP",
     .source = "profile default (role Deal)"},
    {.title = "a role of our own profile, by keys of the environment",
     .env = {{"AWS_ACCESS_KEY_ID", "AKIAENV"}, {"AWS_SECRET_ACCESS_KEY", "s"}},
     .profile = "p",
     .config = "[profile p]\nrole_arn=" ROLE "\ncredential_source=Environment\n",
     .exchanges = {ASSUME("AssumeRole", "ASIAE")},
     .id = "ASIAE",
     .source = "profile p (role Deal)"},
    {.title = "the environment goes before a role",
     .env = {{"AWS_ACCESS_KEY_ID", "AKIAENV"}, {"AWS_SECRET_ACCESS_KEY", "s"}},
     .config = "[default]\nrole_arn=" ROLE "\ncredential_source=Environment\n",
     .id = "AKIAENV",
     .source = "environment"},
    {.title = "a role goes before the profile's keys",
     .config = "[default]\nrole_arn=" ROLE "\nsource_profile=default\n" STATIC,
     .exchanges = {ASSUME("AssumeRole", "ASIAR")},
     .id = "ASIAR",
     .source = "profile default (role Deal)"},
    {.title = "a circle",
     .profile = "a",
     .config = "[profile a]\nrole_arn=" ROLE "\nsource_profile=b\n[profile b]\nrole_arn=" ROLE
               "\nsource_profile=c\n[profile c]\nrole_arn=" ROLE "\nsource_profile=b\n",
     .message = "a → b → c → b"},
    {.title = "a profile that names itself without keys",
     .config = "[default]\nrole_arn=" ROLE "\nsource_profile=default\n",
     .message = "default → default"},
    {.title = "a source that is not there",
     .config = "[default]\nrole_arn=" ROLE "\nsource_profile=ghost\n",
     .message = "\"ghost\""},
    {.title = "a source without keys",
     .config = "[default]\nrole_arn=" ROLE "\nsource_profile=s\n[profile s]\nregion=x\n",
     .message = "its source (profile \"s\") has no keys"},
    {.title = "a source with half of its keys",
     .config = "[default]\nrole_arn=" ROLE "\nsource_profile=s\n[profile s]\n"
               "aws_access_key_id=AKIA\n",
     .message = "no aws_secret_access_key"},
    {.title = "no source",
     .config = "[default]\nrole_arn=" ROLE "\n",
     .message = "needs source_pro"},
    {.title = "two sources",
     .config = "[default]\nrole_arn=" ROLE "\nsource_profile=s\ncredential_source=Environment\n",
     .message = "keep one"},
    {.title = "an unknown source",
     .config = "[default]\nrole_arn=" ROLE "\ncredential_source=Lambda\n",
     .message = "not \"Lambda\""},
    {.title = "a device's code",
     .config = "[default]\nrole_arn=" ROLE "\nsource_profile=default\nmfa_serial=x\n" STATIC,
     .message = "mfa_serial"},
    {.title = "a role that is none",
     .config = "[default]\nrole_arn=arn:x\nsource_profile=default\n" STATIC,
     .message = "ARN"},
    {.title = "a session name that is none",
     .config =
         "[default]\nrole_arn=" ROLE "\nsource_profile=default\nrole_session_name=a b\n" STATIC,
     .message = "role_session_name"},
    {.title = "a duration that is none",
     .config = "[default]\nrole_arn=" ROLE "\nsource_profile=default\nduration_seconds=60\n" STATIC,
     .message = "duration_seconds"},
    {.title = "an external id that is none",
     .config = "[default]\nrole_arn=" ROLE "\nsource_profile=default\nexternal_id=a b\n" STATIC,
     .message = "external_id"},
    {.title = "a region that is none",
     .env = {{"AWS_REGION", "x.evil.example/"}},
     .config = "[default]\nrole_arn=" ROLE "\nsource_profile=default\n" STATIC,
     .message = "name of a region",
     .class = ERROR_INPUT},
    {.title = "denied",
     .config = "[default]\nrole_arn=" ROLE "\nsource_profile=default\n" STATIC,
     .exchanges = {{"POST", STS,
                    .answer = {.status = 403, XML_HEADERS, .body = XML_ERROR("AccessDenied")}}},
     .message = "AccessDenied: a <b> & c; look at the role's trust policy"},
    {.title = "throttled, then not",
     .config = "[default]\nrole_arn=" ROLE "\nsource_profile=default\n" STATIC,
     .exchanges = {{"POST", STS,
                    .answer = {.status = 400, XML_HEADERS, .body = XML_ERROR("Throttling")}},
                   {"POST", STS, .answer = {.fate = FAKE_LOST}},
                   ASSUME("AssumeRole", "ASIAR")},
     .id = "ASIAR",
     .source = "profile default (role Deal)",
     .pauses_ms = 2 * SECOND},
    {.title = "down",
     .config = "[default]\nrole_arn=" ROLE "\nsource_profile=default\n" STATIC,
     .exchanges = {{"POST", STS, .answer = {.status = 503, .body = "<html>"}},
                   {"POST", STS, .answer = {.status = 500}},
                   {"POST", STS, .answer = {.fate = FAKE_NOT_SENT}}},
     .message = "AWS STS, AssumeRole of " ROLE,
     .class = ERROR_TEMPORARY,
     .pauses_ms = 2 * SECOND},
    {.title = "an answer without a secret",
     .config = "[default]\nrole_arn=" ROLE "\nsource_profile=default\n" STATIC,
     .exchanges = {{"POST", STS, .answer = {.body = "<AssumeRoleResponse/>"}},
                   {"POST", STS, .answer = {.body = "<AssumeRoleResponse><Ass"}},
                   {"POST", STS, .answer = {.body = "{}"}}},
     .message = "the answer is not the XML expected",
     .class = ERROR_TEMPORARY,
     .pauses_ms = 2 * SECOND},
    {.title = "an answer of another operation",
     .config = "[default]\nrole_arn=" ROLE "\nsource_profile=default\n" STATIC,
     .exchanges = {ASSUME("GetFederationToken", "X"), ASSUME("GetFederationToken", "X"),
                   ASSUME("GetFederationToken", "X")},
     .message = "lacks AccessKeyId",
     .class = ERROR_TEMPORARY,
     .pauses_ms = 2 * SECOND},
    {.title = "a clock that is off is corrected for the signature",
     .config = "[default]\nrole_arn=" ROLE "\nsource_profile=default\n" STATIC,
     .exchanges = {{"POST", STS,
                    .answer = {.status = 403,
                               .headers = {{"content-type", "text/xml"},
                                           {"date", "Thu, 01 Jan 2026 00:30:00 GMT"}},
                               .body = XML_ERROR("SignatureDoesNotMatch")}},
                   {"POST", STS, .header = {"x-amz-date", "20260101T003001Z"},
                    .answer = {.body = XML_KEYS("AssumeRole", "ASIAR")}}},
     .id = "ASIAR",
     .source = "profile default (role Deal)",
     .pauses_ms = SECOND},
    {.title = "a wrong secret is not asked about twice",
     .config = "[default]\nrole_arn=" ROLE "\nsource_profile=default\n" STATIC,
     .exchanges = {{"POST", STS,
                    .answer = {.status = 403,
                               .headers = {{"content-type", "text/xml"},
                                           {"date", "Thu, 01 Jan 2026 00:00:01 GMT"}},
                               .body = XML_ERROR("SignatureDoesNotMatch")}}},
     .message = "check the secret key"},
    /* --- web identity --- */
    {.title = "web identity by the environment",
     .env = {{"AWS_WEB_IDENTITY_TOKEN_FILE", "%/token"}, {"AWS_ROLE_ARN", ROLE}},
     .exchanges = {{.method = "POST",
                    .url = STS,
                    .header = {"authorization", NULL},
                    .body_part = "RoleSessionName=agent-1767225600&WebIdentityToken=a.b%2Bc",
                    .answer = {.body = XML_KEYS("AssumeRoleWithWebIdentity", "ASIAW")}}},
     .id = "ASIAW",
     .source = "web identity (role Deal)"},
    {.title = "a role's name without its token is nothing",
     .env = {{"AWS_ROLE_ARN", ROLE}, {"AWS_EC2_METADATA_DISABLED", "true"}},
     .message = "no AWS credentials"},
    {.title = "a token without a role",
     .env = {{"AWS_WEB_IDENTITY_TOKEN_FILE", "%/token"}},
     .message = "AWS_ROLE_ARN"},
    {.title = "a token's file that is not there",
     .env = {{"AWS_WEB_IDENTITY_TOKEN_FILE", "%/nowhere"}, {"AWS_ROLE_ARN", ROLE}},
     .message = "nowhere"},
    {.title = "our own profile passes by the environment's web identity",
     .env = {{"AWS_WEB_IDENTITY_TOKEN_FILE", "%/token"}, {"AWS_ROLE_ARN", ROLE}},
     .profile = "p",
     .config = "[profile p]\n" STATIC,
     .id = "AKIAS",
     .source = "profile p (config file)"},
    {.title = "web identity goes before the files",
     .env = {{"AWS_WEB_IDENTITY_TOKEN_FILE", "%/token"}, {"AWS_ROLE_ARN", ROLE}},
     .config = "[default]\n" STATIC,
     .exchanges = {ASSUME("AssumeRoleWithWebIdentity", "ASIAW")},
     .id = "ASIAW",
     .source = "web identity (role Deal)"},
    {.title = "the identity provider is away for a moment",
     .env = {{"AWS_WEB_IDENTITY_TOKEN_FILE", "%/token"}, {"AWS_ROLE_ARN", ROLE}},
     .exchanges =
         {{"POST", STS,
           .answer = {.status = 400, XML_HEADERS, .body = XML_ERROR("IDPCommunicationError")}},
          ASSUME("AssumeRoleWithWebIdentity", "ASIAW")},
     .id = "ASIAW",
     .source = "web identity (role Deal)",
     .pauses_ms = SECOND},
    {.title = "a token that is refused",
     .env = {{"AWS_WEB_IDENTITY_TOKEN_FILE", "%/token"}, {"AWS_ROLE_ARN", ROLE}},
     .exchanges = {{"POST", STS,
                    .answer = {.status = 403, XML_HEADERS, .body = XML_ERROR("IDPRejectedClaim")}}},
     .message = "IDPRejectedClaim"},
    /* --- container --- */
    {.title = "container, relative",
     .env = {{"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/c"},
             {"AWS_CONTAINER_CREDENTIALS_FULL_URI", "https://other.example/"},
             {"AWS_CONTAINER_AUTHORIZATION_TOKEN", "Basic x"}},
     .exchanges = {{"GET",
                    "http://169.254.170.2/v2/c",
                    {"authorization", "Basic x"},
                    .answer = {.body = KEYS(LATER)}}},
     .id = "ASIAK",
     .source = "container endpoint"},
    {.title = "container of EKS; the token's file wins",
     .env = {{"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://[fd00:ec2::23]/v1/c"},
             {"AWS_CONTAINER_AUTHORIZATION_TOKEN", "env"},
             {"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "%/bearer"}},
     .exchanges = {{"GET",
                    "http://[fd00:ec2::23]/v1/c",
                    {"authorization", "bearer"},
                    .answer = {.body = KEYS(LATER)}}},
     .id = "ASIAK",
     .source = "container endpoint"},
    {.title = "container behind TLS",
     .env = {{"AWS_CONTAINER_CREDENTIALS_FULL_URI", "https://keys.example/c"}},
     .exchanges = {{"GET",
                    "https://keys.example/c",
                    {"authorization", NULL},
                    .answer = {.body = KEYS(LATER)}}},
     .id = "ASIAK",
     .source = "container endpoint"},
    {.title = "files go before a container",
     .env = {{"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/c"}},
     .config = "[default]\n" STATIC,
     .id = "AKIAS",
     .source = "profile default (config file)"},
    {.title = "container: the third time is the last",
     .env = {{"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/c"}},
     .exchanges = {{"GET", "http://169.254.170.2/c", .answer = {.status = 500}},
                   {"GET", "http://169.254.170.2/c", .answer = {.latency_ms = 5 * SECOND}},
                   {"GET", "http://169.254.170.2/c", .answer = {.status = 503}}},
     .message = "container's credential endpoint: HTTP status 503",
     .class = ERROR_TEMPORARY,
     .pauses_ms = 4 * SECOND}, /* two pauses, and two seconds without an answer */
    {.title = "container: the third time is good enough",
     .env = {{"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/c"}},
     .exchanges = {{"GET", "http://169.254.170.2/c", .answer = {.fate = FAKE_NOT_SENT}},
                   {"GET", "http://169.254.170.2/c", .answer = {.body = "half {"}},
                   {"GET", "http://169.254.170.2/c", .answer = {.body = KEYS(LATER)}}},
     .id = "ASIAK",
     .source = "container endpoint",
     .pauses_ms = 2 * SECOND},
    {.title = "container: no token in the answer",
     .env = {{"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/c"}},
     .exchanges =
         {{"GET", "http://169.254.170.2/c",
           .answer = {.body = "{\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"TOPSECRET\"}"}},
          {"GET", "http://169.254.170.2/c", .answer = {.body = "[]"}},
          {"GET", "http://169.254.170.2/c",
           .answer = {.body = "{\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"TOPSECRET\"}"}}},
     .message = "lacks Token or Expiration",
     .pauses_ms = 2 * SECOND},
    {.title = "container: a line break in the token",
     .env = {{"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/c"},
             {"AWS_CONTAINER_AUTHORIZATION_TOKEN", "TOPSECRET\nx: y"}},
     .message = "line break"},
    {.title = "container: a relative address that is another host",
     .env = {{"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", ".evil.example/c"}},
     .message = "start with"},
    {.title = "container: another host without TLS",
     .env = {{"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://169.254.170.2.evil.example/c"}},
     .message = "another host"},
    {.title = "container: not the instance's address",
     .env = {{"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://169.254.169.254/c"}},
     .message = "another host"},
    /* --- instance --- */
    {.title = "instance",
     .exchanges = {{"PUT",
                    IMDS "api/token",
                    {"x-aws-ec2-metadata-token-ttl-seconds", "21600"},
                    .answer = {.body = "TOK=="}},
                   {"GET", ROLES, TOKEN, .answer = {.body = "Seller-1\nOther\n"}},
                   {"GET", ROLES "Seller-1", TOKEN, .answer = {.body = KEYS(LATER)}}},
     .id = "ASIAK",
     .source = "instance metadata (role Seller-1)"},
    {.title = "instance, version 6 of the address",
     .env = {{"AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "IPv6"}},
     .exchanges = {{"PUT", "http://[fd00:ec2::254]/latest/api/token",
                    .answer = {.fate = FAKE_NOT_SENT}}},
     .message = "connection refused"},
    {.title = "instance, version 1 where there is no other",
     .exchanges =
         {{"PUT", IMDS "api/token", .answer = {.status = 404}},
          {"GET", ROLES, {"x-aws-ec2-metadata-token", NULL}, .answer = {.body = "R"}},
          {"GET", ROLES "R", {"x-aws-ec2-metadata-token", NULL}, .answer = {.body = KEYS(LATER)}}},
     .id = "ASIAK",
     .source = "instance metadata (role R)"},
    {.title = "instance: no answer in time is version 1 too",
     .exchanges = {{"PUT", IMDS "api/token", .answer = {.latency_ms = 5 * SECOND}},
                   {"GET", ROLES, .answer = {.body = "R"}},
                   {"GET", ROLES "R", .answer = {.body = KEYS(LATER)}}},
     .id = "ASIAK",
     .source = "instance metadata (role R)",
     .pauses_ms = SECOND},
    {.title = "instance: version 1 is disabled",
     .env = {{"AWS_EC2_METADATA_V1_DISABLED", "true"}},
     .exchanges = {{"PUT", IMDS "api/token", .answer = {.status = 405}}},
     .message = "version 1 is disabled"},
    {.title = "instance: other failures are not version 1",
     .exchanges = {{"PUT", IMDS "api/token", .answer = {.status = 400}}},
     .message = "HTTP status 400"},
    {.title = "instance: as often and as long as the environment says",
     .env = {{"AWS_METADATA_SERVICE_NUM_ATTEMPTS", "3"}, {"AWS_METADATA_SERVICE_TIMEOUT", "4"}},
     .exchanges = {{"PUT", IMDS "api/token", .answer = {.status = 500}},
                   {"PUT", IMDS "api/token", .answer = {.fate = FAKE_NOT_SENT}},
                   {"PUT", IMDS "api/token", .answer = {.body = "TOK==", .latency_ms = 3 * SECOND}},
                   {"GET", ROLES, TOKEN, .answer = {.body = "R"}},
                   {"GET", ROLES "R", TOKEN, .answer = {.body = KEYS(LATER)}}},
     .id = "ASIAK",
     .source = "instance metadata (role R)",
     .pauses_ms = 3 * SECOND},
    {.title = "instance: disabled",
     .env = {{"AWS_EC2_METADATA_DISABLED", "TRUE"}},
     .message = "no AWS credentials"},
    {.title = "instance without a role",
     .exchanges = {{"PUT", IMDS "api/token", .answer = {.body = "TOK=="}},
                   {"GET", ROLES, TOKEN, .answer = {.status = 404}}},
     .message = "the instance has no role"},
    {.title = "instance: a role's name that would be a path",
     .exchanges = {{"PUT", IMDS "api/token", .answer = {.body = "TOK=="}},
                   {"GET", ROLES, TOKEN, .answer = {.body = "../../x"}}},
     .message = "is none"},
    {.title = "instance: a token of two lines",
     .exchanges = {{"PUT", IMDS "api/token", .answer = {.body = "TOK\r\nx: y"}}},
     .message = "a token"},
    {.title = "instance: an error with status 200",
     .exchanges = {{"PUT", IMDS "api/token", .answer = {.body = "TOK=="}},
                   {"GET", ROLES, TOKEN, .answer = {.body = "R"}},
                   {"GET", ROLES "R", TOKEN,
                    .answer = {.body = "{\"Code\":\"AssumeRoleUnauthorizedAccess\",\"Message\":"
                                       "\"EC2 cannot assume the role\"}"}}},
     .message = "AssumeRoleUnauthorizedAccess: EC2 cannot assume"},
    {.title = "instance: down",
     .exchanges = {{"PUT", IMDS "api/token", .answer = {.body = "TOK=="}},
                   {"GET", ROLES, TOKEN, .answer = {.status = 503}}},
     .message = "HTTP status 503",
     .class = ERROR_TEMPORARY},
    {.title = "instance: another host without TLS",
     .env = {{"AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://evil.example/"}},
     .message = "another host"},
    {.title = "a container goes before the instance, and its failure ends the search",
     .env = {{"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/c"}},
     .exchanges = {{"GET", "http://169.254.170.2/c", .answer = {.status = 404}},
                   {"GET", "http://169.254.170.2/c", .answer = {.status = 404}},
                   {"GET", "http://169.254.170.2/c", .answer = {.status = 404}}},
     .message = "HTTP status 404",
     .pauses_ms = 2 * SECOND},
    {.title = "a profile without keys leaves it to the instance",
     .profile = "p",
     .config = "[profile p]\nregion=eu-west-1\n",
     .exchanges = {{"PUT", IMDS "api/token", .answer = {.body = "TOK=="}},
                   {"GET", ROLES, TOKEN, .answer = {.body = "R"}},
                   {"GET", ROLES "R", TOKEN, .answer = {.body = KEYS(LATER)}}},
     .id = "ASIAK",
     .source = "instance metadata (role R)"},
    {.title = "a role by the instance's keys",
     .config = "[default]\nrole_arn=" ROLE "\ncredential_source=Ec2InstanceMetadata\n",
     .exchanges = {{"PUT", IMDS "api/token", .answer = {.body = "TOK=="}},
                   {"GET", ROLES, TOKEN, .answer = {.body = "R"}},
                   {"GET", ROLES "R", TOKEN, .answer = {.body = KEYS(LATER)}},
                   ASSUME("AssumeRole", "ASIAR")},
     .id = "ASIAR",
     .source = "profile default (role Deal)"},
    {.title = "a role by the instance's keys, of which there are none",
     .config = "[default]\nrole_arn=" ROLE "\ncredential_source=Ec2InstanceMetadata\n" STATIC,
     .exchanges = {{"PUT", IMDS "api/token", .answer = {.fate = FAKE_NOT_SENT}}},
     .message = "its source (Ec2InstanceMetadata) has no keys"},
};

/* ------------------------------------------------------------------ the bench */

struct bench {
    struct fake fake;
    struct http *http;
    struct loop *loop;
    struct arena *arena;
    char folder[64];
    const struct attempt *attempt;
    size_t exchanges; /* that took place */
    struct aws_credentials *credentials;
    unsigned ready;
    struct error error;
};

static const char *bench_env(void *context, const char *name)
{
    const struct bench *bench = context;
    const struct attempt *attempt = bench->attempt;
    if (!strcmp(name, "HOME"))
        return bench->folder;
    for (size_t i = 0; i < COUNT(attempt->env) && attempt->env[i].name; i++) {
        const char *value = attempt->env[i].value;
        if (strcmp(attempt->env[i].name, name) != 0)
            continue;
        return *value == '%' ? arena_printf(bench->arena, "%s%s", bench->folder, value + 1) : value;
    }
    return NULL;
}

static void play(void *context, struct arena *arena, const struct http_request *request,
                 struct fake_answer *ret_answer)
{
    (void)arena;
    struct bench *bench = context;
    const struct exchange *exchange = &bench->attempt->exchanges[bench->exchanges++];
    if (bench->exchanges > COUNT(bench->attempt->exchanges) || !exchange->method)
        fail_msg("an unexpected %s %s", request->method, request->url);
    assert_string_equal(request->method, exchange->method);
    assert_string_equal(request->url, exchange->url);
    assert_true(text_starts(request->url, "https://sts.") || request->direct);
    const struct pair *header = &exchange->header;
    const char *value = header->name ? http_request_get(request, header->name) : NULL;
    if (header->name && !text_equal(value, header->value))
        fail_msg("%s is \"%s\"", header->name, value ? value : "absent");
    bool is_signed = http_request_get(request, "authorization") != NULL;
    if (text_starts(request->url, "https://sts.") && !header->name)
        assert_int_equal(is_signed, !strstr(request->body, "WithWebIdentity"));
    if (exchange->body_part && !strstr(request->body, exchange->body_part))
        fail_msg("\"%s\" lacks \"%s\"", request->body, exchange->body_part);
    *ret_answer = exchange->answer;
}

static void put_file(struct bench *bench, const char *name, const char *content)
{
    const char *path = arena_printf(bench->arena, "%s/%s", bench->folder, name);
    unlink(path);
    if (content)
        assert_int_equal(file_replace(path, content, strlen(content), 0600, NULL), 0);
}

static void bench_open(struct bench *bench, const struct attempt *attempt)
{
    *bench = (struct bench){.folder = "/tmp/aws_chain_XXXXXX", .attempt = attempt};
    assert_non_null(mkdtemp(bench->folder));
    fake_init(&bench->fake, 7);
    bench->http = fake_http_new(&bench->fake, play, bench);
    bench->loop = loop_new(&bench->fake.world, bench->http);
    bench->arena = arena_new();
    assert_int_equal(
        file_make_folder(arena_printf(bench->arena, "%s/.aws", bench->folder), 0700, NULL), 0);
    put_file(bench, ".aws/config", attempt->config);
    put_file(bench, "token", "a.b+c\n");
    put_file(bench, "bearer", "bearer");
    const struct aws_credentials_options options = {.profile = attempt->profile,
                                                    .env = bench_env,
                                                    .env_context = bench,
                                                    .loop = bench->loop,
                                                    .log = &bench->fake.log};
    bench->credentials = aws_credentials_new(&options);
}

static void bench_close(struct bench *bench)
{
    aws_credentials_free(bench->credentials);
    put_file(bench, ".aws/config", NULL);
    put_file(bench, "token", NULL);
    put_file(bench, "bearer", NULL);
    rmdir(arena_printf(bench->arena, "%s/.aws", bench->folder));
    rmdir(bench->folder);
    loop_free(bench->loop);
    bench->http->ops->close(bench->http);
    arena_free(bench->arena);
    fake_free(&bench->fake);
}

static void on_ready(void *context, const struct error *error)
{
    struct bench *bench = context;
    bench->ready++;
    bench->error = error ? *error : (struct error){0};
}

static void refresh(struct bench *bench)
{
    bench->ready = 0;
    bench->exchanges = 0;
    aws_credentials_refresh(bench->credentials, on_ready, bench);
    assert_int_equal(loop_run(bench->loop, NULL, NULL), 0);
    assert_int_equal(bench->ready, 1);
}

/* ------------------------------------------------------------------ tests */

static void test_attempts(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(attempts); i++) {
        const struct attempt *attempt = &attempts[i];
        struct bench bench;
        print_message("  %s\n", attempt->title);
        bench_open(&bench, attempt);
        int64_t before = bench.fake.ticks_ms;
        refresh(&bench);
        const struct aws_keys *keys = aws_credentials_keys(bench.credentials);
        size_t expected = 0;
        while (expected < COUNT(attempt->exchanges) && attempt->exchanges[expected].method)
            expected++;
        assert_int_equal(bench.exchanges, expected);
        assert_int_equal(bench.fake.ticks_ms - before, attempt->pauses_ms);
        if (attempt->id) {
            if (bench.error.class)
                fail_msg("%s", bench.error.message);
            assert_string_equal(keys->access_key_id, attempt->id);
            assert_string_equal(keys->source, attempt->source);
        } else {
            assert_null(keys);
            assert_int_equal(bench.error.class, attempt->class ? attempt->class : ERROR_AUTH);
            assert_int_equal(bench.error.scope, SCOPE_CLOUD);
            if (!strstr(bench.error.message, attempt->message))
                fail_msg("\"%s\" lacks \"%s\"", bench.error.message, attempt->message);
            assert_null(strstr(bench.error.message, "TOPSECRET"));
        }
        bench_close(&bench);
    }
}

static void test_secret_is_decoded(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, &attempts[0]);
    refresh(&bench);
    const struct aws_keys *keys = aws_credentials_keys(bench.credentials);
    assert_string_equal(secret_reveal(keys->secret_access_key), "s&+");
    assert_string_equal(secret_reveal(keys->session_token), "t");
    assert_int_equal(keys->expires_ms, FAKE_START_MS + 120 * MINUTE);
    bench_close(&bench);
}

/* The end is told by the cloud's clock and kept by ours. */
static void test_end_by_own_clock(void **state)
{
    (void)state;
    static const struct attempt attempt = {
        .config = "[default]\nrole_arn=" ROLE "\nsource_profile=default\n" STATIC,
        .exchanges = {{"POST", STS,
                       .answer = {.status = 403,
                                  .headers = {{"content-type", "text/xml"},
                                              {"date", "Thu, 01 Jan 2026 00:30:00 GMT"}},
                                  .body = XML_ERROR("RequestExpired")}},
                      ASSUME("AssumeRole", "ASIAR")}};
    struct bench bench;
    bench_open(&bench, &attempt);
    refresh(&bench);
    assert_int_equal(aws_credentials_keys(bench.credentials)->expires_ms,
                     FAKE_START_MS + 90 * MINUTE);
    bench_close(&bench);
}

/* Which answers to the request for a token mean that there is only version 1. */
static void test_version_1(void **state)
{
    (void)state;
    static const struct {
        int status;
        bool falls_back;
    } cases[] = {{403, true},  {404, true},  {405, true},  {400, false},
                 {401, false}, {500, false}, {503, false}, {204, false}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct attempt attempt = {
            .exchanges = {{"PUT", IMDS "api/token", .answer = {.status = cases[i].status}},
                          {"GET", ROLES, .answer = {.status = 404}}}};
        struct bench bench;
        bench_open(&bench, &attempt);
        refresh(&bench);
        assert_int_equal(bench.exchanges, cases[i].falls_back ? 2 : 1);
        bench_close(&bench);
    }
}

/* From 15 minutes before the end a failure is only logged; from 10 minutes on it counts. The token
 * is read anew each time. */
static void test_renewal(void **state)
{
    (void)state;
    struct attempt attempt = {
        .env = {{"AWS_WEB_IDENTITY_TOKEN_FILE", "%/token"}, {"AWS_ROLE_ARN", ROLE}},
        .exchanges = {ASSUME("AssumeRoleWithWebIdentity", "ASIA1")}};
    struct bench bench;
    bench_open(&bench, &attempt);
    refresh(&bench);
    const int64_t end = FAKE_START_MS + 120 * MINUTE;
    assert_false(aws_credentials_due(bench.credentials, end - 17 * MINUTE));
    assert_true(aws_credentials_due(bench.credentials, end - 15 * MINUTE));

    put_file(&bench, "token", "renewed");
    attempt.exchanges[0].body_part = "WebIdentityToken=renewed";
    attempt.exchanges[0].answer.status = 403;
    fake_advance(&bench.fake, end - 14 * MINUTE - bench.fake.now_ms);
    refresh(&bench);
    assert_int_equal(bench.error.class, ERROR_NONE);
    assert_string_equal(aws_credentials_keys(bench.credentials)->access_key_id, "ASIA1");
    assert_false(aws_credentials_due(bench.credentials, bench.fake.now_ms));
    fake_advance(&bench.fake, MINUTE);
    assert_true(aws_credentials_due(bench.credentials, bench.fake.now_ms));
    fake_advance(&bench.fake, end - 9 * MINUTE - bench.fake.now_ms);
    refresh(&bench);
    assert_int_equal(bench.error.class, ERROR_AUTH);
    bench_close(&bench);
}

/* Keys that the instance's service keeps although they have expired serve on, for a time that
 * differs from host to host. */
static void test_expired_instance_keys(void **state)
{
    (void)state;
    static const struct attempt attempt = {
        .exchanges = {{"PUT", IMDS "api/token", .answer = {.body = "TOK=="}},
                      {"GET", ROLES, TOKEN, .answer = {.body = "R"}},
                      {"GET", ROLES "R", TOKEN, .answer = {.body = KEYS("2025-12-31T23:00:00Z")}}}};
    int64_t least = INT64_MAX, most = 0;
    for (uint64_t seed = 0; seed < 64; seed++) {
        struct bench bench;
        bench_open(&bench, &attempt);
        bench.fake.chance = seed;
        refresh(&bench);
        assert_int_equal(bench.error.class, ERROR_NONE);
        int64_t left = aws_credentials_keys(bench.credentials)->expires_ms - bench.fake.now_ms;
        assert_true(left >= 17 * MINUTE && left < 25 * MINUTE);
        least = left < least ? left : least;
        most = left > most ? left : most;
        assert_false(aws_credentials_due(bench.credentials, bench.fake.now_ms));
        assert_true(aws_credentials_due(bench.credentials, bench.fake.now_ms + 11 * MINUTE));
        bench_close(&bench);
    }
    assert_true(most - least > 4 * MINUTE);
}

static void stop_now(void *context)
{
    *(bool *)context = true;
}

/* Whoever goes away while something is under way is not called any more. */
static void test_freed_under_way(void **state)
{
    (void)state;
    static const struct attempt attempt = {
        .exchanges = {{"PUT", IMDS "api/token", .answer = {.body = "TOK==", .latency_ms = 500}}}};
    for (int sent = 0; sent < 2; sent++) {
        struct bench bench;
        bool stop = false;
        bench_open(&bench, &attempt);
        aws_credentials_refresh(bench.credentials, on_ready, &bench);
        if (sent) {
            loop_after(bench.loop, 100, stop_now, &stop);
            assert_int_equal(loop_run(bench.loop, &stop, NULL), 0);
            assert_int_equal(bench.exchanges, 1);
        }
        aws_credentials_free(bench.credentials);
        bench.credentials = NULL;
        assert_int_equal(loop_run(bench.loop, NULL, NULL), 0);
        assert_int_equal(bench.exchanges, sent);
        assert_int_equal(bench.ready, 0);
        bench_close(&bench);
    }
}

static void test_xml(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *value; /* of a/b; NULL: there is none; "!": refused */
    } cases[] = {
        {"<a><b>x</b></a>", "x"},
        {"<?xml version='1.0'?>\n<!-- c -->\n<a x='>' y=\"/>\">\n <b>\n x y\n</b> </a>\n", "x y"},
        {"<a><b>&lt;&amp;&gt;&quot;&apos;&#65;&#x20AC;</b></a>", "<&>\"'A\xe2\x82\xac"},
        {"<a><b/></a>", NULL},
        {"<a><b></b></a>", ""},
        {"<a><c><b>x</b></c></a>", NULL},
        {"<a><b><c>x</c></b></a>", NULL},
        {"<b>x</b>", NULL},
        {"<a><b>x</b><b>y</b></a>", "!"},
        {"<a><b>x</b></a><a/>", "!"},
        {"<a><b>x</a></b>", "!"},
        {"<a><b>x</b>", "!"},
        {"<a><b>x", "!"},
        {"<a", "!"},
        {"", "!"},
        {"x<a/>", "!"},
        {"<a><b>&nbsp;</b></a>", "!"},
        {"<a><b>&amp</b></a>", "!"},
        {"<a><b>&#0;</b></a>", "!"},
        {"<a><b>&#xD800;</b></a>", "!"},
        {"<a><b>&#99999999999999999999;</b></a>", "!"},
        {"<!DOCTYPE a [<!ENTITY x \"y\">]><a><b>&x;</b></a>", "!"},
        {"<a><b><![CDATA[x]]></b></a>", "!"},
        {"<a><b x=\"y>z</b></a>", "!"},
        {"<a><></a>", "!"},
        {"<a>\xff</a>", "!"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        CLEANUP_ARENA struct arena *arena = arena_new();
        struct xml_value value = {.path = "a/b"};
        int result = xml_read(arena, cases[i].text, strlen(cases[i].text), &value, 1, NULL);
        print_message("  %s\n", cases[i].text);
        assert_int_equal(result < 0, cases[i].value && !strcmp(cases[i].value, "!"));
        if (result == 0 && !text_equal(value.text, cases[i].value))
            fail_msg("read \"%s\"", value.text ? value.text : "nothing");
    }
    CLEANUP_ARENA struct arena *arena = arena_new();
    CLEANUP_TEXT struct text deep;
    text_init(&deep, 100000);
    for (int i = 0; i < 10000; i++)
        text_add(&deep, "<a>");
    assert_true(xml_read(arena, deep.data, deep.length, NULL, 0, NULL) < 0);
    assert_true(xml_read(arena, "<a>\0</a>", 8, NULL, 0, NULL) < 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_attempts),        cmocka_unit_test(test_secret_is_decoded),
        cmocka_unit_test(test_renewal),         cmocka_unit_test(test_end_by_own_clock),
        cmocka_unit_test(test_version_1),       cmocka_unit_test(test_expired_instance_keys),
        cmocka_unit_test(test_freed_under_way), cmocka_unit_test(test_xml),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
