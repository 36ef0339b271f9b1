/* An HTTP server on loopback, in processes of its own, that misbehaves by the path asked for. */
#ifndef TESTS_SUPPORT_RUDE_H
#define TESTS_SUPPORT_RUDE_H

struct rude {
    unsigned port;       /* http://127.0.0.1 */
    unsigned tls_port;   /* https://localhost, by a certificate of our own making */
    const char *ca_path; /* a temporary file with that certificate */
};

/* Starts both servers. Every answer of the plain one is by its path:
 *   /echo      the request itself as the body; the connection stays
 *   /once      the same for the first request of a connection; later ones are read and not answered
 *   /short /chunk-cut /chunk-mid /chunk-bad /head-cut /endless /garbage /close /reset
 *              answers that are cut off, damaged or missing
 *   /headers /huge /bomb     more than anybody wants; the last one small on the wire
 *   /silent /stall           no answer, and one that does not go on
 *   /redirect /early /trailer /twice /none /nul /500     odd but whole
 * The TLS server answers a request with the one-byte body "x": 200 "ok"; with /cut in the path the
 * connection breaks without TLS's closing message. Any other body it leaves in the middle. */
void rude_start(struct rude *ret_rude);
void rude_stop(void);
int rude_requests(void);             /* that were read to their end, so far */
int rude_connections(void);          /* to the plain server, so far */
int rude_listen(unsigned *ret_port); /* a listening socket on loopback */

#endif
