// The same with libcurl: asks after the handshake, before the request, and exits with 2 if refused.
//   c++ client.cc $(pkg-config --cflags --libs crlite libcurl openssl) -o client
//   ./client https://localhost/ /etc/ssl/certs/ca-certificates.crt [SNAPSHOT]
#include <curl/curl.h>
#include <openssl/ssl.h>

#include <crlite/crlite.hpp>
#include <cstdio>

struct Transfer {
  CURL* curl;
  const crlite::store& store;
};

// Of what was verified. What the peer sent (CURLINFO_CERTINFO) would let it choose the answer.
static std::vector<std::vector<uint8_t>> VerifiedChain(CURL* curl) {
  curl_tlssessioninfo* session = nullptr;
  curl_easy_getinfo(curl, CURLINFO_TLS_SSL_PTR, &session);
  std::vector<std::vector<uint8_t>> chain;
  if (session->backend != CURLSSLBACKEND_OPENSSL) return chain;  // no SSL*; refused without a chain
  STACK_OF(X509)* verified = SSL_get0_verified_chain(static_cast<SSL*>(session->internals));
  for (int i = 0; i < sk_X509_num(verified); ++i) {
    chain.emplace_back(static_cast<size_t>(i2d_X509(sk_X509_value(verified, i), nullptr)));
    unsigned char* out = chain.back().data();
    i2d_X509(sk_X509_value(verified, i), &out);
  }
  return chain;
}

static int BeforeRequest(void* data, char*, char*, int, int) try {
  Transfer& transfer = *static_cast<Transfer*>(data);
  const auto chain = VerifiedChain(transfer.curl);
  const crlite::result result = transfer.store.check({chain.begin(), chain.end()});
  transfer.store.report(result);
  std::printf("crlite: %s (%s), %s\n", crlite_outcome_name(result.outcome()),
              crlite_reason_text(result.reason()), crlite_action_name(result.action()));
  return result.action() == CRLITE_REFUSE ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
} catch (const std::exception&) {
  return CURL_PREREQFUNC_ABORT;
}

int main(int argc, char** argv) try {
  if (argc < 3) return 64;
  const crlite::store store(argv[3]);  // argv ends with a null pointer
  Transfer transfer{curl_easy_init(), store};
  curl_easy_setopt(transfer.curl, CURLOPT_URL, argv[1]);
  curl_easy_setopt(transfer.curl, CURLOPT_PROTOCOLS_STR, "https");
  curl_easy_setopt(transfer.curl, CURLOPT_CAINFO, argv[2]);
  if (curl_easy_setopt(transfer.curl, CURLOPT_PREREQFUNCTION, BeforeRequest) != 0) return 64;
  curl_easy_setopt(transfer.curl, CURLOPT_PREREQDATA, &transfer);
  curl_easy_setopt(transfer.curl, CURLOPT_SSL_SESSIONID_CACHE, 0L);  // resumption verifies nothing
  const CURLcode code = curl_easy_perform(transfer.curl);
  if (code != CURLE_OK) std::fprintf(stderr, "client: %s\n", curl_easy_strerror(code));
  curl_easy_cleanup(transfer.curl);
  return code == CURLE_OK ? 0 : code == CURLE_ABORTED_BY_CALLBACK ? 2 : 1;
} catch (const crlite::error& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 64;
}
