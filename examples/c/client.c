/* A TLS client that asks by itself whether the certificate that OpenSSL has verified is revoked:
 *   cc client.c $(pkg-config --cflags --libs crlite openssl) -o client
 *   ./client localhost:443 /etc/ssl/certs/ca-certificates.crt [SNAPSHOT]
 * Exit status: 0 served, 1 not connected, 2 refused, 64 wrong arguments. */
#include <crlite/crlite.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdio.h>

static int is_refused(crlite_store* store, const SSL* ssl) {
  /* The chain that was verified. In the one that the peer sent (SSL_get_peer_cert_chain), the
   * second certificate may be forged: then the peer would choose the answer. */
  STACK_OF(X509)* verified = SSL_get0_verified_chain(ssl);
  crlite_certificate chain[2];
  size_t count = 0;
  for (; count < 2 && (int)count < sk_X509_num(verified); ++count) {
    unsigned char* der = NULL;
    const int size = i2d_X509(sk_X509_value(verified, (int)count), &der);
    chain[count] = (crlite_certificate){der, size > 0 ? (size_t)size : 0};
  }
  crlite_result* result = crlite_result_new();
  const crlite_error error = crlite_check_chain(store, chain, count, CRLITE_NOW, result);
  const int refused = error != CRLITE_OK || crlite_result_action(result) == CRLITE_REFUSE;
  if (error == CRLITE_OK) {
    crlite_report(store, result);
    printf("crlite: %s (%s), %s\n", crlite_outcome_name(crlite_result_outcome(result)),
           crlite_reason_text(crlite_result_reason(result)),
           crlite_action_name(crlite_result_action(result)));
  }
  crlite_result_free(result);
  while (count > 0) OPENSSL_free((void*)chain[--count].data);
  return refused;
}

int main(int argc, char** argv) {
  crlite_store* store;
  if (argc < 3 || crlite_open(argv[3], 0, &store) != CRLITE_OK) return 64; /* argv ends with NULL */
  SSL_CTX* context = SSL_CTX_new(TLS_client_method());
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
  SSL_CTX_load_verify_locations(context, argv[2], NULL);
  BIO* bio = BIO_new_ssl_connect(context);
  SSL* ssl = NULL;
  BIO_get_ssl(bio, &ssl);
  BIO_set_conn_hostname(bio, argv[1]);
  const char* host = BIO_get_conn_hostname(bio);
  int status = 1;
  if (host != NULL && *host != 0 && SSL_set1_host(ssl, host) == 1 && /* no name, none verified */
      SSL_set_tlsext_host_name(ssl, host) == 1 && BIO_do_connect(bio) == 1) {
    status = is_refused(store, ssl) ? 2 : 0;
  }
  char text[4096];
  if (status == 0) BIO_printf(bio, "GET / HTTP/1.0\r\nHost: %s\r\n\r\n", host);
  for (int n; status == 0 && (n = BIO_read(bio, text, sizeof text)) > 0;) printf("%.*s", n, text);
  ERR_print_errors_fp(stderr);
  BIO_free_all(bio);
  SSL_CTX_free(context);
  crlite_close(store);
  return status;
}
