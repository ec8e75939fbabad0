// The copies of libcrypto in this process, and the functions of each that we call.
//
// A process may hold several copies (a shared one, one inside a static program, ...), and a module
// linked against libcrypto would bind to the wrong one or load another: so we look up every
// function in the very object that called us.
#pragma once

#include <openssl/crypto.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

#include <atomic>

namespace crlite {

// All of them are public API of OpenSSL 3.0 to 4.0.
#define CRLITE_LIBCRYPTO_FUNCTIONS(X) \
  X(ASN1_STRING_get0_data)            \
  X(ASN1_STRING_length)               \
  X(ASN1_STRING_type)                 \
  X(CRYPTO_get_ex_new_index)          \
  X(CRYPTO_set_ex_data)               \
  X(OBJ_get0_data)                    \
  X(OBJ_length)                       \
  X(OPENSSL_sk_num)                   \
  X(OPENSSL_sk_value)                 \
  X(X509_ALGOR_get0)                  \
  X(X509_EXTENSION_get_data)          \
  X(X509_PUBKEY_get0_param)           \
  X(X509_STORE_CTX_free)              \
  X(X509_STORE_CTX_get0_chain)        \
  X(X509_STORE_CTX_get0_param)        \
  X(X509_STORE_CTX_get0_parent_ctx)   \
  X(X509_STORE_CTX_get_error)         \
  X(X509_STORE_CTX_get_ex_data)       \
  X(X509_STORE_CTX_get_verify)        \
  X(X509_STORE_CTX_get_verify_cb)     \
  X(X509_STORE_CTX_init)              \
  X(X509_STORE_CTX_new)               \
  X(X509_STORE_CTX_set_current_cert)  \
  X(X509_STORE_CTX_set_error)         \
  X(X509_STORE_CTX_set_error_depth)   \
  X(X509_STORE_CTX_set_ex_data)       \
  X(X509_STORE_CTX_set_verify)        \
  X(X509_VERIFY_PARAM_get_flags)      \
  X(X509_VERIFY_PARAM_get_time)       \
  X(X509_get0_notAfter)               \
  X(X509_get0_notBefore)              \
  X(X509_get0_pubkey_bitstr)          \
  X(X509_get0_serialNumber)           \
  X(X509_get_X509_PUBKEY)             \
  X(X509_get_ext)                     \
  X(X509_get_ext_by_NID)              \
  X(i2d_ASN1_BIT_STRING)              \
  X(i2d_X509_PUBKEY)

// One copy's functions under their own names.
struct Libcrypto {
#define CRLITE_MEMBER(name) decltype(&::name) name;
  CRLITE_LIBCRYPTO_FUNCTIONS(CRLITE_MEMBER)
#undef CRLITE_MEMBER
};

// Finds the object that `function` belongs to and fills *out with that object's functions. False
// when it does not export one of them (a static program linked without -rdynamic, or one that
// exports only some). *object identifies the object, also after a failure; null when there is none.
// On success the object stays loaded for the rest of the process: we will call into it.
[[nodiscard]] bool BindLibcrypto(void* function, Libcrypto* out, const void** object);

// What *object would be, without binding.
const void* ObjectOf(const void* address);

}  // namespace crlite
