#include "sync/transfer/url.h"

#include <arpa/inet.h>
#include <curl/curl.h>

#include <memory>

namespace crlite {
namespace {

using UrlHandle = std::unique_ptr<CURLU, decltype(&curl_url_cleanup)>;

// Empty when the URL has no such part.
std::string Part(CURLU* url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, 0) != CURLUE_OK) return "";
  std::string result(text);
  curl_free(text);
  return result;
}

bool IsLoopback(const std::string& host) {
  in_addr address;
  if (inet_pton(AF_INET, host.c_str(), &address) == 1) {
    return (ntohl(address.s_addr) >> 24) == 127;
  }
  return host == "[::1]" || host == "localhost";
}

}  // namespace

Status CheckUrl(const std::string& url, Vouching vouching) {
  const auto wrong = [&](const char* what) {
    return Error{ErrorCode::kConfiguration, url + ": " + what};
  };
  const UrlHandle handle(curl_url(), curl_url_cleanup);
  if (curl_url_set(handle.get(), CURLUPART_URL, url.c_str(), CURLU_NON_SUPPORT_SCHEME) !=
      CURLUE_OK) {
    return wrong("not a URL, wanted https://host/folder/");
  }
  const std::string scheme = Part(handle.get(), CURLUPART_SCHEME);
  const std::string host = Part(handle.get(), CURLUPART_HOST);
  if (host.empty()) return wrong("no host, wanted https://host/folder/");
  const bool may_be_http = vouching == Vouching::kSignature || IsLoopback(host);
  if (scheme != "https" && !(scheme == "http" && may_be_http)) {
    return wrong("only https is accepted (http for loopback addresses and signed sources)");
  }
  if (!Part(handle.get(), CURLUPART_USER).empty() ||
      !Part(handle.get(), CURLUPART_PASSWORD).empty()) {
    return wrong("a user name or password in the URL is not accepted");
  }
  if (!Part(handle.get(), CURLUPART_QUERY).empty() ||
      !Part(handle.get(), CURLUPART_FRAGMENT).empty()) {
    return wrong("a query or fragment is not accepted, file names are appended to the URL");
  }
  return Status::Ok();
}

}  // namespace crlite
