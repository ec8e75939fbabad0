/* A TLS client that was written for upki's verify callback.
 *
 *   upki_client PORT CA [config]   connects to localhost, with a config of its own or with the
 * default one; prints whether it came to a connection, and the result
 *   upki_client --own-context      prints what became of a program's own data */
#include <arpa/inet.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "library/upki/upki-openssl.h"

/* The contexts give their configs back, whichever way. */
static void set_config(SSL_CTX* ctx) {
  upki_config *first = NULL, *second = NULL;
  if (upki_config_new(NULL, &first) != UPKI_OK || upki_config_new(NULL, &second) != UPKI_OK) {
    exit(70);
  }
  upki_openssl_set_config(NULL, NULL);
  upki_openssl_set_config(ctx, NULL);
  upki_openssl_set_config(ctx, first);
  upki_openssl_set_config(ctx, second);
  upki_openssl_set_config(ctx, second);
}

/* In a library context that a program makes its own default, our index numbers are the program's.
 */
static int in_a_context_of_its_own(void) {
  static char data[] = "application data";
  upki_config *first = NULL, *second = NULL;
  SSL_CTX *shared = SSL_CTX_new(TLS_client_method()), *ctx;
  int index, kept = 1;
  if (upki_config_new(NULL, &first) != UPKI_OK || upki_config_new(NULL, &second) != UPKI_OK) {
    return 70;
  }
  upki_openssl_set_config(shared, first);
  OSSL_LIB_CTX_set0_default(OSSL_LIB_CTX_new());
  ctx = SSL_CTX_new(TLS_client_method());
  for (index = 0; index < 8; index++) SSL_CTX_set_ex_data(ctx, index, data);
  upki_openssl_set_config(ctx, second);
  upki_openssl_set_config(ctx, NULL);
  for (index = 0; index < 8; index++) kept = kept && SSL_CTX_get_ex_data(ctx, index) == data;
  printf("%s %s\n", data, kept ? "kept" : "lost");
  SSL_CTX_free(ctx);
  SSL_CTX_free(shared);
  upki_config_free(second);
  return 0;
}

int main(int argc, char** argv) {
  struct sockaddr_in address;
  SSL_CTX* ctx = SSL_CTX_new(TLS_client_method());
  SSL* ssl;
  int fd, connected;
  if (argc == 2 && strcmp(argv[1], "--own-context") == 0) return in_a_context_of_its_own();
  if (argc < 3 || ctx == NULL) return 64;
  memset(&address, 0, sizeof address);
  address.sin_family = AF_INET;
  address.sin_port = htons((uint16_t)atoi(argv[1]));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  fd = socket(AF_INET, SOCK_STREAM, 0);
  if (connect(fd, (struct sockaddr*)&address, sizeof address) != 0) return 74;
  if (SSL_CTX_load_verify_locations(ctx, argv[2], NULL) != 1) return 66;
  SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, upki_openssl_verify_callback);
  if (argc > 3) set_config(ctx);
  ssl = SSL_new(ctx);
  SSL_set_fd(ssl, fd);
  connected = SSL_connect(ssl) == 1;
  printf("%s %ld\n", connected ? "connected" : "refused", SSL_get_verify_result(ssl));
  SSL_free(ssl);
  SSL_CTX_free(ctx);
  close(fd);
  return 0;
}
