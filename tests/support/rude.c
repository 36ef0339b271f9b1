#include "tests/support/rude.h"

#include <arpa/inet.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/memory.h"
#include "base/text.h"

static struct counters {
    int requests;
    int connections;
} * counters; /* shared by the processes */

static pid_t servers[2];
static SSL_CTX *tls;
static char ca_path[40];

int rude_requests(void)
{
    return __atomic_load_n(&counters->requests, __ATOMIC_SEQ_CST);
}

int rude_connections(void)
{
    return __atomic_load_n(&counters->connections, __ATOMIC_SEQ_CST);
}

/* For what cannot fail on a machine that is in order. */
static void must(bool well, const char *what)
{
    if (!well) {
        perror(what);
        abort();
    }
}

/* ---- talking ---- */

static bool say(int fd, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t sent = send(fd, bytes, length, MSG_NOSIGNAL);
        if (sent <= 0) {
            return false;
        }
        bytes += sent;
        length -= (size_t)sent;
    }
    return true;
}

static void say_text(int fd, const char *text)
{
    say(fd, text, strlen(text));
}

/* Reads one request with its body; false at the end of the connection. */
static bool hear(int fd, char *request, size_t size)
{
    size_t length = 0;
    for (;;) {
        request[length] = '\0';
        const char *end = strstr(request, "\r\n\r\n");
        if (end != NULL) {
            const char *field = strcasestr(request, "\r\ncontent-length: ");
            size_t body = field == NULL ? 0 : strtoul(field + 18, NULL, 10);
            if (length >= (size_t)(end + 4 - request) + body) {
                __atomic_add_fetch(&counters->requests, 1, __ATOMIC_SEQ_CST);
                return true;
            }
        }
        ssize_t got = length < size - 1 ? recv(fd, request + length, size - 1 - length, 0) : 0;
        if (got <= 0) {
            return false;
        }
        length += (size_t)got;
    }
}

static void echo(int fd, const char *request)
{
    char head[128];
    snprintf(head, sizeof head, "HTTP/1.1 200 OK\r\nX-Echo:  yes \r\nContent-Length: %zu\r\n\r\n",
             strlen(request));
    say_text(fd, head);
    say_text(fd, request);
}

/* ---- misbehaving ---- */

static void endless_headers(int fd)
{
    static const char line[] = "X-More: 0123456789012345678901234567890123456789\r\n";
    say_text(fd, "HTTP/1.1 200 OK\r\n");
    while (say(fd, line, sizeof line - 1)) {
    }
}

static void huge(int fd)
{
    static char block[1 << 16];
    say_text(fd, "HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n");
    while (say(fd, block, sizeof block)) {
    }
}

/* A gzip stream of `count` times 258 letters in 13 bits each: fixed Huffman codes, one literal,
 * then matches of length 258 at distance 1. */
static void bomb(int fd, size_t count)
{
    static unsigned char out[1 << 20];
    static const unsigned char head[] = {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3};
    /* Codes go in from their highest bit: final block, fixed codes, literal 'a' = 10010001. */
    static const char start[] = "11010010001";
    static const char match[] = "1100010100000";
    memcpy(out, head, sizeof head);
    size_t bit = sizeof head * 8;
    for (size_t i = 0; i < count + 1; i++) {
        for (const char *at = i == 0 ? start : match; *at != '\0'; at++, bit++) {
            out[bit / 8] = (unsigned char)(out[bit / 8] | ((*at - '0') << bit % 8));
        }
    }
    char text[128];
    size_t length = bit / 8 + 16;
    snprintf(text, sizeof text,
             "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %zu\r\n\r\n", length);
    say_text(fd, text);
    say(fd, (const char *)out, length);
}

static void reset(int fd)
{
    const struct linger hard = {.l_onoff = 1};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
}

/* Until the client hangs up, and not for ever. */
static void keep_silent(int fd)
{
    char byte;
    alarm(60);
    while (recv(fd, &byte, 1, 0) > 0) {
    }
}

static void stall(int fd)
{
    say_text(fd, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{");
    keep_silent(fd);
}

static void gzip_bomb(int fd)
{
    bomb(fd, LIMIT_RESPONSE_BYTES / 258 + 1000);
}

static const struct behaviour {
    const char *path;
    const char *answer;    /* sent as it stands */
    bool stays;            /* the connection is kept for the next request */
    void (*act)(int conn); /* instead of an answer */
} behaviours[] = {
    {"/short", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"a\":1}", false, NULL},
    {"/chunk-cut", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7\r\n{\"a\":1}\r\n", false,
     NULL},
    {"/chunk-mid", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n70\r\n{\"a\":1}", false,
     NULL},
    {"/chunk-bad", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{\"a\":1}\r\n",
     false, NULL},
    {"/head-cut", "HTTP/1.1 200 OK\r\nContent-Le", false, NULL},
    {"/endless", "HTTP/1.1 200 OK\r\n\r\n{\"a\":1}", false, NULL},
    {"/garbage", "SSH-2.0-OpenSSH_9.2\r\n", false, NULL},
    {"/close", "", false, NULL},
    {"/redirect",
     "HTTP/1.1 302 Found\r\nLocation: /echo\r\nContent-Length: 0\r\nSet-Cookie: a=b\r\n\r\n", true,
     NULL},
    {"/early",
     "HTTP/1.1 103 Early Hints\r\nX-Early: 1\r\n\r\nHTTP/1.1 200 OK\r\nX-Late: 2\r\n"
     "Content-Length: 2\r\n\r\nok",
     true, NULL},
    {"/trailer",
     "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-Tail: 1\r\n\r\n", true,
     NULL},
    {"/twice", "HTTP/1.1 200 OK\r\nX-A: 1\r\nx-a: 2\r\nContent-Length: 0\r\n\r\n", true, NULL},
    {"/none", "HTTP/1.1 204 No Content\r\n\r\n", true, NULL},
    {"/500", "HTTP/1.1 500 Oh\r\nContent-Length: 4\r\n\r\noops", true, NULL},
    {"/headers", NULL, false, endless_headers},
    {"/huge", NULL, false, huge},
    {"/bomb", NULL, false, gzip_bomb},
    {"/reset", NULL, false, reset},
    {"/silent", NULL, false, keep_silent},
    {"/stall", NULL, false, stall},
};

/* Answers one request; false ends the connection. */
static bool answer(int fd, const char *request, int number)
{
    static const char nul[] = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\na\0b";
    const char *path = strchr(request, ' ') + 1;
    size_t length = strcspn(path, " ?");
    for (size_t i = 0; i < COUNT(behaviours); i++) {
        const struct behaviour *behaviour = &behaviours[i];
        if (strlen(behaviour->path) != length || memcmp(behaviour->path, path, length) != 0) {
            continue;
        }
        if (behaviour->act != NULL) {
            behaviour->act(fd);
        } else {
            say_text(fd, behaviour->answer);
        }
        return behaviour->stays;
    }
    if (text_starts(path, "/nul")) {
        say(fd, nul, sizeof nul - 1);
        return true;
    }
    if (text_starts(path, "/once") && number > 0) {
        return false;
    }
    echo(fd, request);
    return true;
}

static void serve(int connection)
{
    static char request[1 << 20];
    __atomic_add_fetch(&counters->connections, 1, __ATOMIC_SEQ_CST);
    for (int i = 0; hear(connection, request, sizeof request); i++) {
        if (!answer(connection, request, i)) {
            return;
        }
    }
}

/* ---- TLS ---- */

static void serve_tls(int connection)
{
    static const char whole[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    static const char no_end[] = "HTTP/1.1 200 OK\r\n\r\n{\"cut\":1}";
    char request[4096];
    int length = 0;
    bool complete = false;
    SSL *ssl = SSL_new(tls);
    SSL_set_fd(ssl, connection);
    for (int got = SSL_accept(ssl); got > 0 && !complete; length += got) {
        got = SSL_read(ssl, request + length, (int)sizeof request - 1 - length);
        request[length + (got > 0 ? got : 0)] = '\0';
        const char *end = strstr(request, "\r\n\r\n");
        complete = end != NULL && end[4] == 'x';
        if (end != NULL && strstr(request, "Content-Length: 1\r") == NULL) {
            break;
        }
    }
    if (complete) {
        bool cut = strstr(request, "/cut") != NULL;
        SSL_write(ssl, cut ? no_end : whole, (int)strlen(cut ? no_end : whole));
        if (!cut) {
            SSL_shutdown(ssl);
        }
    }
    SSL_free(ssl);
}

/* A key and a certificate for "localhost", good for an hour. */
static void make_certificate(void)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *certificate = X509_new();
    X509_set_version(certificate, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    X509_set_pubkey(certificate, key);
    X509_NAME *name = X509_get_subject_name(certificate);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"localhost", -1, -1,
                               0);
    X509_set_issuer_name(certificate, name);
    X509_EXTENSION *names = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, "DNS:localhost");
    X509_add_ext(certificate, names, -1);
    X509_EXTENSION_free(names);
    must(X509_sign(certificate, key, EVP_sha256()) > 0, "sign");

    snprintf(ca_path, sizeof ca_path, "/tmp/rude-XXXXXX");
    int fd = mkstemp(ca_path);
    must(fd >= 0, ca_path);
    FILE *file = fdopen(fd, "w");
    must(PEM_write_X509(file, certificate) == 1, "write certificate");
    fclose(file);
    tls = SSL_CTX_new(TLS_server_method());
    must(SSL_CTX_use_certificate(tls, certificate) == 1, "certificate");
    must(SSL_CTX_use_PrivateKey(tls, key) == 1, "key");
    X509_free(certificate);
    EVP_PKEY_free(key);
}

/* ---- processes ---- */

int rude_listen(unsigned *ret_port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    must(fd >= 0, "socket");
    must(bind(fd, (const struct sockaddr *)&address, sizeof address) == 0, "bind");
    must(listen(fd, 64) == 0, "listen");
    must(getsockname(fd, (struct sockaddr *)&address, &size) == 0, "getsockname");
    *ret_port = ntohs(address.sin_port);
    return fd;
}

/* A process that hands each connection to a process of its own. */
static pid_t start_server(int listener, void (*talk)(int connection))
{
    pid_t pid = fork();
    must(pid >= 0, "fork");
    if (pid > 0) {
        close(listener);
        return pid;
    }
    signal(SIGCHLD, SIG_IGN);
    for (;;) {
        int connection = accept(listener, NULL, NULL);
        if (connection >= 0 && fork() == 0) {
            close(listener);
            talk(connection);
            close(connection);
            _exit(0);
        }
        close(connection);
    }
}

void rude_start(struct rude *ret_rude)
{
    struct rude rude = {.ca_path = ca_path};
    counters =
        mmap(NULL, sizeof *counters, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    must(counters != MAP_FAILED, "mmap");
    make_certificate();
    servers[0] = start_server(rude_listen(&rude.port), serve);
    servers[1] = start_server(rude_listen(&rude.tls_port), serve_tls);
    *ret_rude = rude;
}

void rude_stop(void)
{
    for (size_t i = 0; i < COUNT(servers); i++) {
        kill(servers[i], SIGKILL);
        waitpid(servers[i], NULL, 0);
    }
    SSL_CTX_free(tls);
    unlink(ca_path);
    munmap(counters, sizeof *counters);
}
