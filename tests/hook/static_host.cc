// A program with its own libcrypto inside. Prints whether the provider says that it is active, and
// whether it is: "status=1 hooked=1". Usage: static_host OPENSSL_CNF
#include <openssl/params.h>
#include <openssl/provider.h>
#include <openssl/x509_vfy.h>
#include <stdio.h>

namespace {

X509_STORE_CTX_verify_fn FreshVerifier() {
  X509_STORE_CTX* const ctx = X509_STORE_CTX_new();
  X509_STORE_CTX_init(ctx, nullptr, nullptr, nullptr);
  const X509_STORE_CTX_verify_fn function = X509_STORE_CTX_get_verify(ctx);
  X509_STORE_CTX_free(ctx);
  return function;
}

}  // namespace

int main(int argc, char** argv) {
  OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, nullptr);
  const X509_STORE_CTX_verify_fn before = FreshVerifier();
  if (argc != 2 || OSSL_LIB_CTX_load_config(nullptr, argv[1]) != 1) return 1;
  OSSL_PROVIDER* const provider = OSSL_PROVIDER_load(nullptr, "crlite");
  if (provider == nullptr) return 2;
  int status = -1;
  OSSL_PARAM params[] = {OSSL_PARAM_construct_int("status", &status), OSSL_PARAM_construct_end()};
  if (OSSL_PROVIDER_get_params(provider, params) != 1) return 3;
  printf("status=%d hooked=%d\n", status, FreshVerifier() != before ? 1 : 0);
  OSSL_PROVIDER_unload(provider);
  return 0;
}
