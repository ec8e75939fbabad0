/* A program that loads no openssl.cnf: verifies the server at localhost:PORT against the roots in
 * CA_FILE and SNAPSHOT ("none": no revocation check), and prints what a GET of / gives, or why it
 * did not connect. Usage: client SNAPSHOT CA_FILE PORT */
#include <crlite/openssl.h>
#include <stdio.h>
#include <string.h>

static int attach(SSL_CTX* ctx, const char* snapshot) {
  crlite_store* store = NULL;
  int attached = 0;
  if (strcmp(snapshot, "none") == 0) return 1;
  if (crlite_open(snapshot, 0, &store) == CRLITE_OK) attached = crlite_attach_store(ctx, store);
  crlite_close(store);
  return attached;
}

int main(int argc, char** argv) {
  SSL_CTX* ctx;
  SSL* ssl = NULL;
  BIO* bio;
  char answer[4096];
  int size;
  if (argc != 4) return 64;
  OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
  ctx = SSL_CTX_new(TLS_client_method());
  SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
  if (!attach(ctx, argv[1]) || !SSL_CTX_load_verify_file(ctx, argv[2])) return 2;

  bio = BIO_new_ssl_connect(ctx);
  BIO_get_ssl(bio, &ssl);
  SSL_set1_host(ssl, "localhost");
  BIO_set_conn_hostname(bio, "localhost");
  BIO_set_conn_port(bio, argv[3]);
  if (BIO_do_connect(bio) != 1) {
    printf("%s\n", X509_verify_cert_error_string(SSL_get_verify_result(ssl)));
    return 1;
  }
  BIO_puts(bio, "GET / HTTP/1.0\r\n\r\n");
  while ((size = BIO_read(bio, answer, sizeof answer)) > 0) {
    fwrite(answer, 1, (size_t)size, stdout);
  }
  BIO_free_all(bio);
  SSL_CTX_free(ctx);
  return 0;
}
