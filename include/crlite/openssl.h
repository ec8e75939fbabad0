/* Revocation checks in programs that use OpenSSL but cannot use its configuration file: that link
 * it statically, refuse openssl.cnf, or want the check in their own hands.
 *
 * C99. Link with `pkg-config --libs crlite-openssl`. A program that contains an OpenSSL of its own
 * links libcrlite-openssl.a instead, before its libssl.a: the shared library would bring a second
 * libcrypto, which must not see the structures of the first. Programs that load openssl.cnf need
 * none of this: the module (provider-crlite(7)) checks for them. Both together decide the same.
 *
 * What is done with a revoked certificate, or with missing data that the policy denies, is what the
 * module does: the program's own verify callback is called with ok = 0, X509_V_ERR_CERT_REVOKED (or
 * X509_V_ERR_UNABLE_TO_GET_CRL) and depth 0, and keeps its say, unless the policy insists; a line
 * in the system's journal tells (crlite_report). */
#ifndef CRLITE_OPENSSL_H
#define CRLITE_OPENSSL_H

#include <crlite/crlite.h>
#include <openssl/ssl.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#pragma GCC visibility push(default)
#endif

/* From now on, every chain that is verified with the certificate store of `ctx` (or with the one of
 * SSL_CTX_set1_verify_cert_store) is checked against the machine's snapshot, after libcrypto has
 * verified it. Composes with whatever verify callback the program has set or sets later, on `ctx`
 * or on a connection, and with the verify function that the X509_STORE has. The check belongs to
 * the X509_STORE that `ctx` has now: call it after SSL_CTX_set_cert_store. Calling it again changes
 * nothing. Returns 1, or 0 when there is no memory or no X509_STORE, or when an
 * X509_STORE_set_verify of the program's has taken the check away since. */
int crlite_attach(SSL_CTX* ctx);

/* The same with a store of the program's, of which a reference is kept until the X509_STORE is
 * freed or another store is attached to it. */
int crlite_attach_store(SSL_CTX* ctx, crlite_store* store);

/* An SSL_verify_cb, for SSL_CTX_set_verify, SSL_set_verify or X509_STORE_set_verify_cb, or to be
 * called as the last thing by the program's own callback: `return crlite_verify_callback(ok,
 * ctx);`. Returns `ok` untouched, but for a chain that is verified (ok = 1 at depth 0) and to be
 * refused: then it sets the error and returns 0. Answers from the store that was attached to the
 * X509_STORE, else from the machine's snapshot, which is opened at the first use and stays open. */
int crlite_verify_callback(int ok, X509_STORE_CTX* ctx);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#ifdef __cplusplus
}
#endif

#endif
