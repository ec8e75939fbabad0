/* The binary interface of libupki_openssl; see upki.h. C99. */
#ifndef CRLITE_LIBRARY_UPKI_UPKI_OPENSSL_H
#define CRLITE_LIBRARY_UPKI_UPKI_OPENSSL_H

#include <openssl/ssl.h>

#include "library/upki/upki.h"

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#pragma GCC visibility push(default)
#endif

/* `config` belongs to `ctx` from now on, and the one before is freed; NULL for none. Nothing
 * happens if `ctx` is NULL. */
void upki_openssl_set_config(SSL_CTX* ctx, const upki_config* config);

/* An SSL_verify_cb. 0 if `ok` is 0. At depth 0 the leaf and its verified issuer are asked about,
 * with the config of the connection's SSL_CTX, else with one that is opened at the first use and
 * stays open. Revoked is X509_V_ERR_CERT_REVOKED and 0, an error (no issuer, no data, ...) is
 * X509_V_ERR_APPLICATION_VERIFICATION and 0, all else `ok`. */
int upki_openssl_verify_callback(int ok, X509_STORE_CTX* ctx);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#ifdef __cplusplus
}
#endif

#endif
