/* Signing a request, against the digests alone that a signature is made of. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "connectors/aws/sigv4.h"
#include "tests/bench/bench.h"

#define SIGNATURES 5000
#define KEY        "an example of a secret key, 40 letters.."

struct task {
    struct arena *arena;
    struct secret *secret;
    struct sigv4_request request;
    char body[1024];
};

static void sign(void *context)
{
    struct task *task = context;
    struct sigv4_scope scope = {.region = "us-east-1", .service = "partnercentral-selling"};
    for (int i = 0; i < SIGNATURES; i++) {
        struct sigv4 signature;
        scope.time_ms = INT64_C(1767225600000) + i * INT64_C(1000);
        arena_reset(task->arena);
        sigv4_sign(task->arena, &task->request, &scope, "AKIDEXAMPLE", task->secret, &signature);
    }
}

/* Four HMACs derive the key, one signs; the body and the canonical request are hashed. */
static void digests(void *context)
{
    struct task *task = context;
    uint8_t digest[SHA256_BYTES];
    for (int i = 0; i < SIGNATURES; i++) {
        hmac_sha256(KEY, strlen(KEY), "20260101", 8, digest);
        for (int step = 0; step < 4; step++)
            hmac_sha256(digest, sizeof digest, "us-east-1", 9, digest);
        sha256(task->body, task->request.body_length, digest);
        sha256(task->body, 320, digest);
    }
}

int main(void)
{
    static const struct http_header headers[] = {
        {"content-type", "application/x-amz-json-1.0"},
        {"host", "partnercentral-selling.us-east-1.api.aws"},
        {"x-amz-date", "20260101T000000Z"},
        {"x-amz-target", "AWSPartnerCentralSelling.UpdateOpportunity"},
    };
    struct task task = {.arena = arena_new(), .secret = secret_new(KEY, strlen(KEY))};
    memset(task.body, 'x', sizeof task.body);
    task.request = (struct sigv4_request){
        .method = "POST",
        .path = "/",
        .headers = headers,
        .header_count = COUNT(headers),
        .body = task.body,
        .body_length = sizeof task.body,
    };
    bench_speed("sigv4: sign a request", SIGNATURES / bench_best(sign, &task),
                SIGNATURES / bench_best(digests, &task), "a second, digests alone");
    secret_free(task.secret);
    arena_free(task.arena);
    return 0;
}
