/* The smallest program that uses OpenSSL: what a module costs at its start, and what it keeps.
 *
 * start [--hold] [ROOT CHAIN]: initialises libssl, verifies the chain once if there is one, and
 * ends; exit code 2 unless the chain is good. With --hold, says "holding" and waits for the end of
 * its input before that. */
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <string.h>
#include <unistd.h>

static void hold(void) {
  const char text[] = "holding\n";
  char c;
  if (write(STDOUT_FILENO, text, sizeof text - 1) < 0) return;
  while (read(STDIN_FILENO, &c, 1) > 0) {
  }
}

/* Leaves everything to the end of the process. */
static int verify(const char* root, const char* chain) {
  SSL_CTX* ctx = SSL_CTX_new(TLS_client_method());
  BIO* file = BIO_new_file(chain, "r");
  if (ctx == NULL || file == NULL || SSL_CTX_load_verify_file(ctx, root) != 1) return 1;
  X509* leaf = PEM_read_bio_X509(file, NULL, NULL, NULL);
  STACK_OF(X509)* untrusted = sk_X509_new_null();
  for (X509* next; (next = PEM_read_bio_X509(file, NULL, NULL, NULL)) != NULL;)
    sk_X509_push(untrusted, next);
  X509_STORE_CTX* store_ctx = X509_STORE_CTX_new();
  if (X509_STORE_CTX_init(store_ctx, SSL_CTX_get_cert_store(ctx), leaf, untrusted) != 1) return 1;
  return X509_verify_cert(store_ctx) == 1 ? 0 : 2;
}

int main(int argc, char** argv) {
  const int holds = argc > 1 && strcmp(argv[1], "--hold") == 0;
  char** const files = argv + 1 + holds;
  if (OPENSSL_init_ssl(0, NULL) != 1) return 1;
  const int status = argc - holds == 3 ? verify(files[0], files[1]) : 0;
  if (holds) hold();
  return status;
}
