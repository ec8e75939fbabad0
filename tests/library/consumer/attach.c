/* attach: prints "attached". */
#include <crlite/openssl.h>
#include <stdio.h>

int main(void) {
  SSL_CTX* ctx = SSL_CTX_new(TLS_client_method());
  const int attached = ctx != NULL && crlite_attach(ctx) == 1;
  SSL_CTX_free(ctx);
  puts(attached ? "attached" : "failed");
  return !attached;
}
