/* Assertions signed with the key of the application's certificate. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "tests/support/azure_drive.h"
#include "tests/support/folder.h"

#define AUDIENCE "http://127.0.0.1:8080" AZURE_DRIVE_V2

struct bench {
    struct drive drive;
    char folder[64], path[96];
    EVP_PKEY *key, *other;
    X509 *certificate;
};

static X509 *make_certificate(EVP_PKEY *key)
{
    X509 *certificate = X509_new();
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), 0);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    X509_set_pubkey(certificate, key);
    assert_int_not_equal(X509_sign(certificate, key, EVP_sha256()), 0);
    return certificate;
}

static int start(void **state)
{
    struct bench *bench = memory_alloc(sizeof *bench);
    folder_make(bench->folder, sizeof bench->folder, "azure-assertion");
    snprintf(bench->path, sizeof bench->path, "%s/certificate.pem", bench->folder);
    bench->key = EVP_RSA_gen(2048);
    bench->other = EVP_RSA_gen(2048);
    bench->certificate = make_certificate(bench->key);
    FILE *file = fopen(bench->path, "we");
    assert_non_null(file);
    assert_int_equal(PEM_write_X509(file, bench->certificate), 1);
    fclose(file);
    const struct sandbox_options options = {.azure_certificate = bench->path};
    drive_start(&bench->drive, &options);
    *state = bench;
    return 0;
}

static int stop(void **state)
{
    struct bench *bench = *state;
    drive_stop(&bench->drive);
    X509_free(bench->certificate);
    EVP_PKEY_free(bench->key);
    EVP_PKEY_free(bench->other);
    folder_remove(bench->folder);
    free(bench);
    return 0;
}

static char *encode(struct arena *arena, const void *bytes, size_t length)
{
    unsigned char *coded = arena_alloc(arena, length / 3 * 4 + 5);
    EVP_EncodeBlock(coded, bytes, (int)length);
    char *text = arena_copy(arena, (const char *)coded);
    for (char *c = text; *c; c++)
        *c = *c == '+' ? '-' : *c == '/' ? '_' : *c == '=' ? '\0' : *c;
    return text;
}

static const char *thumbprint(struct bench *bench, const EVP_MD *digest)
{
    unsigned char print[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    X509_digest(bench->certificate, digest, print, &length);
    return encode(bench->drive.arena, print, length);
}

static const char *sign(struct bench *bench, EVP_PKEY *key, bool pss, const char *text)
{
    unsigned char signature[512];
    size_t length = sizeof signature;
    EVP_PKEY_CTX *padding = NULL;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    EVP_DigestSignInit(context, &padding, EVP_sha256(), NULL, key);
    if (pss) {
        EVP_PKEY_CTX_set_rsa_padding(padding, RSA_PKCS1_PSS_PADDING);
        EVP_PKEY_CTX_set_rsa_pss_saltlen(padding, RSA_PSS_SALTLEN_DIGEST);
    }
    assert_int_equal(
        EVP_DigestSign(context, signature, &length, (const unsigned char *)text, strlen(text)), 1);
    EVP_MD_CTX_free(context);
    return encode(bench->drive.arena, signature, length);
}

/* What an assertion is made of; zeroed is one that holds. */
struct recipe {
    const char *algorithm, *print, *audience, *issuer, *subject, *jti, *type;
    long long start_s, end_s; /* from now */
    bool other_key;           /* signed by another one than the certificate's */
    bool wrong_padding, old_digest, tampered;
};

static const char *or_else(const char *text, const char *otherwise)
{
    return text ? text : otherwise;
}

static const char *make(struct bench *bench, const struct recipe *recipe)
{
    struct arena *arena = bench->drive.arena;
    const char *algorithm = or_else(recipe->algorithm, "PS256");
    long long now = bench->drive.fake.now_ms / 1000;
    const char *header =
        arena_printf(arena, "{\"alg\":\"%s\",\"typ\":\"%s\",\"%s\":\"%s\"}", algorithm,
                     or_else(recipe->type, "JWT"), or_else(recipe->print, "x5t#S256"),
                     thumbprint(bench, recipe->old_digest ? EVP_sha1() : EVP_sha256()));
    const char *claims = arena_printf(
        arena,
        "{\"aud\":\"%s\",\"iss\":\"%s\",\"sub\":\"%s\",\"jti\":\"%s\",\"nbf\":%lld,\"exp\":%lld}",
        or_else(recipe->audience, AUDIENCE), or_else(recipe->issuer, AZURE_CLIENT),
        or_else(recipe->subject, AZURE_CLIENT), or_else(recipe->jti, "jti-1"),
        now + (recipe->start_s ? recipe->start_s : -60),
        now + (recipe->end_s ? recipe->end_s : 300));
    const char *text = arena_printf(arena, "%s.%s", encode(arena, header, strlen(header)),
                                    encode(arena, claims, strlen(claims)));
    bool pss = !strcmp(algorithm, "PS256") != recipe->wrong_padding;
    const char *signature = sign(bench, recipe->other_key ? bench->other : bench->key, pss, text);
    char *jwt = arena_printf(arena, "%s.%s", text, signature);
    if (recipe->tampered)
        jwt[strlen(text) - 3] ^= 1;
    return jwt;
}

static int send_assertion(struct bench *bench, const char *jwt)
{
    const char *form =
        arena_printf(bench->drive.arena,
                     "grant_type=client_credentials&client_id=%s&scope=%s&client_assertion_type=%s&"
                     "client_assertion=%s",
                     AZURE_CLIENT, "https%3A%2F%2Fgraph.microsoft.com%2F.default",
                     "urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer", jwt);
    return azure_drive_form(&bench->drive, AZURE_DRIVE_V2, form);
}

static void test_forms_that_hold(void **state)
{
    static const struct recipe recipes[] = {
        {.jti = "a"},
        {.jti = "b", .algorithm = "RS256"},
        {.jti = "c", .algorithm = "RS256", .print = "x5t", .old_digest = true},
        {.jti = "d", .audience = "https://login.microsoftonline.com" AZURE_DRIVE_V2},
        {.jti = "e", .start_s = 250},
    };
    for (size_t i = 0; i < COUNT(recipes); i++) {
        if (send_assertion(*state, make(*state, &recipes[i])) != 200)
            fail_msg("recipe %zu: %s", i, ((struct bench *)*state)->drive.response.body);
    }
}

static void test_forms_refused(void **state)
{
    static const struct recipe recipes[] = {
        {.other_key = true},
        {.tampered = true},
        {.wrong_padding = true},
        {.algorithm = "RS256", .wrong_padding = true},
        {.print = "x5t", .old_digest = true}, /* PS256 goes with SHA-256 only */
        {.old_digest = true},
        {.print = "x5t"},
        {.print = "kid"},
        {.algorithm = "none"},
        {.algorithm = "HS256"},
        {.type = "at+jwt"},
        {.audience = "http://127.0.0.1:8080" AZURE_DRIVE_V1},
        {.audience = "https://evil.example" AZURE_DRIVE_V2},
        {.audience = "https://login.microsoftonline.com"},
        {.issuer = "other"},
        {.subject = "other"},
        {.jti = ""},
        {.end_s = -1},
        {.start_s = 400, .end_s = 700},
        {.end_s = 90000},
    };
    struct bench *bench = *state;
    for (size_t i = 0; i < COUNT(recipes); i++) {
        int status = send_assertion(bench, make(bench, &recipes[i]));
        if (status != 401 || azure_drive_code(&bench->drive) != 700027)
            fail_msg("recipe %zu: %d %s", i, status, bench->drive.response.body);
    }
    static const char *const texts[] = {
        "a", "a.b", "a.b.c", "e30.e30.e30", "e30.e30.e30.e30", "%FF.e30.e30", "....", "."};
    for (size_t i = 0; i < COUNT(texts); i++)
        assert_int_equal(send_assertion(bench, texts[i]), 401);
}

static void test_an_assertion_serves_once(void **state)
{
    const struct recipe recipe = {.jti = "once"};
    const char *jwt = make(*state, &recipe);
    assert_int_equal(send_assertion(*state, jwt), 200);
    assert_int_equal(send_assertion(*state, jwt), 401);
    assert_int_equal(send_assertion(*state, make(*state, &recipe)), 401);
}

static void test_without_a_certificate_none_holds(void **state)
{
    struct bench *bench = *state;
    const struct recipe recipe = {0};
    const char *jwt = make(bench, &recipe);
    drive_restart(&bench->drive, NULL);
    assert_int_equal(send_assertion(bench, jwt), 401);
}

static void test_a_file_without_certificate_is_refused(void **state)
{
    struct bench *bench = *state;
    const struct sandbox_options options = {.azure_certificate = bench->folder};
    struct sandbox *sandbox = NULL;
    struct error error;
    assert_int_equal(sandbox_new(&options, &bench->drive.fake.world, &sandbox, &error),
                     -ERROR_INPUT);
    assert_null(sandbox);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_forms_that_hold, start, stop),
        cmocka_unit_test_setup_teardown(test_forms_refused, start, stop),
        cmocka_unit_test_setup_teardown(test_an_assertion_serves_once, start, stop),
        cmocka_unit_test_setup_teardown(test_without_a_certificate_none_holds, start, stop),
        cmocka_unit_test_setup_teardown(test_a_file_without_certificate_is_refused, start, stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
