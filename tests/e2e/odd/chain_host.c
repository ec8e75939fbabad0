/* Verifies many chains in one process, each in a fresh context, as any client would.
 *
 * chain_host: one chain a line on standard input, "NAME TRUSTED CHAIN FLAGS TIME": the files of the
 * trusted certificates and of the chain (PEM, leaf first), X509_V_FLAG_... as a number, the
 * verification time in seconds (0: now). Prints for each "NAME RESULT ERROR DEPTH LENGTH", with
 * the length of the chain that was built. */
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>

static void die(const char* what, const char* name) {
  fprintf(stderr, "chain_host: %s: %s\n", name, what);
  ERR_print_errors_fp(stderr);
  exit(1);
}

static STACK_OF(X509) * read_all(const char* path) {
  STACK_OF(X509)* certificates = sk_X509_new_null();
  BIO* file = BIO_new_file(path, "r");
  if (file == NULL || certificates == NULL) die("cannot open", path);
  for (X509* next; (next = PEM_read_bio_X509(file, NULL, NULL, NULL)) != NULL;)
    sk_X509_push(certificates, next);
  if (ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE) die("cannot decode", path);
  ERR_clear_error();
  BIO_free(file);
  return certificates;
}

static void verify(const char* name, const char* trusted_path, const char* chain_path,
                   unsigned long flags, long long at) {
  STACK_OF(X509)* trusted = read_all(trusted_path);
  STACK_OF(X509)* chain = read_all(chain_path);
  X509_STORE* store = X509_STORE_new();
  X509_STORE_CTX* ctx = X509_STORE_CTX_new();
  for (int i = 0; i < sk_X509_num(trusted); i++) {
    if (X509_STORE_add_cert(store, sk_X509_value(trusted, i)) != 1) die("cannot trust", name);
  }
  X509* leaf = sk_X509_value(chain, 0);
  if (X509_STORE_CTX_init(ctx, store, leaf, chain) != 1) die("no context", name);
  X509_VERIFY_PARAM* param = X509_STORE_CTX_get0_param(ctx);
  X509_VERIFY_PARAM_set_flags(param, flags);
  if (at != 0) X509_VERIFY_PARAM_set_time(param, (time_t)at);
  int result = X509_verify_cert(ctx);
  printf("%s %d %d %d %d\n", name, result, X509_STORE_CTX_get_error(ctx),
         X509_STORE_CTX_get_error_depth(ctx), sk_X509_num(X509_STORE_CTX_get0_chain(ctx)));
  X509_STORE_CTX_free(ctx);
  X509_STORE_free(store);
  sk_X509_pop_free(chain, X509_free);
  sk_X509_pop_free(trusted, X509_free);
}

int main(void) {
  char name[200], trusted[2000], chain[2000];
  unsigned long flags;
  long long at;
  while (scanf("%199s %1999s %1999s %lu %lld", name, trusted, chain, &flags, &at) == 5)
    verify(name, trusted, chain, flags, at);
  return 0;
}
