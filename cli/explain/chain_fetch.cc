#include "cli/explain/chain_fetch.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <string_view>

#include "cascade/base/text.h"

namespace crlite {
namespace {

constexpr long kTimeoutSeconds = 15;
constexpr std::string_view kCertificateEntry = "Cert:";

using Easy = std::unique_ptr<CURL, decltype(&curl_easy_cleanup)>;
using Url = std::unique_ptr<CURLU, decltype(&curl_url_cleanup)>;

Error BadHost(const std::string& host) {
  return {ErrorCode::kUsage,
          fmt::format("--host: '{}', wanted HOST or HOST:PORT, without https:// and path; try "
                      "'crlite explain --help'",
                      host)};
}

// A bare IPv6 address has colons of its own.
std::string AuthorityOf(const std::string& host) {
  const bool is_bare_ipv6 = !host.starts_with('[') && std::count(host.begin(), host.end(), ':') > 1;
  return is_bare_ipv6 ? "[" + host + "]" : host;
}

// "https://<authority>/", if `host` is nothing but a host and a port.
Result<std::string> UrlOf(const std::string& host) {
  if (host.empty() || host.find_first_of("/?#@\\ ") != std::string::npos) return BadHost(host);
  const std::string url = "https://" + AuthorityOf(host) + "/";
  const Url parsed(curl_url(), curl_url_cleanup);
  if (curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK) return BadHost(host);
  return url;
}

const char* AdviceFor(CURLcode code) {
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
      return "check the name";
    case CURLE_COULDNT_CONNECT:
      return "check name and port, and whether the server runs";
    case CURLE_OPERATION_TIMEDOUT:
      return "try again, or save the chain where the server can be reached and name the file";
    case CURLE_SSL_CONNECT_ERROR:
      return "name a port on which TLS comes first (443, 853, 993, ...)";
    default:
      return "save the chain by other means and name the file";
  }
}

// The certificates among what libcurl tells of them.
std::string PemOf(const curl_certinfo& info) {
  std::string pem;
  for (int i = 0; i < info.num_of_certs; ++i) {
    for (const curl_slist* entry = info.certinfo[i]; entry != nullptr; entry = entry->next) {
      const std::string_view text = entry->data;
      if (!text.starts_with(kCertificateEntry)) continue;
      pem.append(text.substr(kCertificateEntry.size())).append("\n");
    }
  }
  return pem;
}

}  // namespace

Result<std::string> FetchPemChain(const std::string& host) {
  const Result<std::string> url = UrlOf(host);
  if (!url.ok()) return url.error();
  const Easy easy(curl_easy_init(), curl_easy_cleanup);
  char why[CURL_ERROR_SIZE] = "";
  curl_easy_setopt(easy.get(), CURLOPT_URL, url->c_str());
  curl_easy_setopt(easy.get(), CURLOPT_ERRORBUFFER, why);
  curl_easy_setopt(easy.get(), CURLOPT_CONNECT_ONLY, 1L);
  curl_easy_setopt(easy.get(), CURLOPT_CERTINFO, 1L);
  curl_easy_setopt(easy.get(), CURLOPT_SSL_VERIFYPEER, 0L);
  curl_easy_setopt(easy.get(), CURLOPT_SSL_VERIFYHOST, 0L);
  curl_easy_setopt(easy.get(), CURLOPT_TIMEOUT, kTimeoutSeconds);
  curl_easy_setopt(easy.get(), CURLOPT_NOSIGNAL, 1L);
  const CURLcode code = curl_easy_perform(easy.get());
  if (code != CURLE_OK) {
    const std::string text = WithoutControls(why[0] != 0 ? why : curl_easy_strerror(code));
    return Error{ErrorCode::kIo, fmt::format("{}: {}; {}", host, text, AdviceFor(code))};
  }
  curl_certinfo* info = nullptr;
  const CURLcode told = curl_easy_getinfo(easy.get(), CURLINFO_CERTINFO, &info);
  std::string pem = told == CURLE_OK && info != nullptr ? PemOf(*info) : std::string();
  if (!pem.empty()) return pem;
  return Error{ErrorCode::kIo,
               host + ": the server showed no certificate; " + AdviceFor(CURLE_SSL_CONNECT_ERROR)};
}

}  // namespace crlite
