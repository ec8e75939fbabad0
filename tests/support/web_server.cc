#include "tests/support/web_server.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

namespace crlite {
namespace {

constexpr int kPollMs = 20;
constexpr char kEndOfHead[] = "\r\n\r\n";

bool IsReadable(int fd) {
  pollfd waiting = {fd, POLLIN, 0};
  return poll(&waiting, 1, kPollMs) == 1;
}

std::string LowerCase(std::string text) {
  for (char& c : text) c = static_cast<char>(tolower(c));
  return text;
}

}  // namespace

std::string WebRequest::Header(const std::string& name) const {
  const auto header = headers.find(name);
  return header == headers.end() ? "" : header->second;
}

bool WebConnection::Send(std::string_view bytes) {
  while (!bytes.empty() && !*stopped_) {
    const ssize_t sent = tls_ != nullptr
                             ? SSL_write(tls_, bytes.data(), static_cast<int>(bytes.size()))
                             : send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
  return !*stopped_;
}

void WebConnection::WaitForTheEnd() {
  char byte;
  while (!*stopped_) {
    if (IsReadable(fd_) && recv(fd_, &byte, 1, MSG_PEEK) <= 0) return;
  }
}

bool WebConnection::Receive(std::string* text) {
  while (!*stopped_) {
    if ((tls_ == nullptr || SSL_pending(tls_) == 0) && !IsReadable(fd_)) continue;
    char buffer[4096];
    const ssize_t got = tls_ != nullptr ? SSL_read(tls_, buffer, sizeof buffer)
                                        : recv(fd_, buffer, sizeof buffer, 0);
    if (got <= 0) return false;
    text->append(buffer, static_cast<size_t>(got));
    return true;
  }
  return false;
}

bool WebConnection::ReadRequest(WebRequest* out) {
  size_t end;
  while ((end = received_.find(kEndOfHead)) == std::string::npos) {
    if (!Receive(&received_)) return false;
  }
  const std::string head = received_.substr(0, end + 2);
  received_.erase(0, end + 4);
  size_t at = head.find(' ') + 1;
  out->target = head.substr(at, head.find(' ', at) - at);
  at = head.find("\r\n") + 2;
  while (at < head.size()) {
    const size_t line_end = head.find("\r\n", at), colon = head.find(": ", at);
    out->headers[LowerCase(head.substr(at, colon - at))] =
        head.substr(colon + 2, line_end - colon - 2);
    at = line_end + 2;
  }
  return true;
}

WebServer::WebServer(Handler handler, SSL_CTX* tls)
    : handler_(std::move(handler)),
      tls_(tls),
      listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  signal(SIGPIPE, SIG_IGN);  // libssl writes without MSG_NOSIGNAL
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  EXPECT_EQ(bind(listener_, generic, size), 0);
  EXPECT_EQ(listen(listener_, 64), 0);
  EXPECT_EQ(getsockname(listener_, generic, &size), 0);
  url_ = (tls_ != nullptr ? "https://localhost:" : "http://127.0.0.1:") +
         std::to_string(ntohs(address.sin_port));
  acceptor_ = std::thread([this] { Accept(); });
}

WebServer::~WebServer() {
  stopped_ = true;
  acceptor_.join();
  close(listener_);
}

std::vector<WebRequest> WebServer::requests() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return requests_;
}

void WebServer::Accept() {
  while (!stopped_) {
    if (!IsReadable(listener_)) continue;
    const int fd = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) continue;
    ++connections_;
    servants_.emplace_back([this, fd] { Serve(fd); });
  }
  for (std::thread& servant : servants_) servant.join();
}

void WebServer::Serve(int fd) {
  WebConnection connection;
  connection.fd_ = fd;
  connection.stopped_ = &stopped_;
  if (tls_ != nullptr) {
    connection.tls_ = SSL_new(tls_);
    SSL_set_fd(connection.tls_, fd);
  }
  if (tls_ == nullptr || SSL_accept(connection.tls_) == 1) {
    for (WebRequest request; connection.ReadRequest(&request); request = {}) {
      if (!Answer(request, &connection)) break;
    }
  }
  SSL_free(connection.tls_);
  close(fd);
}

bool WebServer::Answer(const WebRequest& request, WebConnection* connection) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    requests_.push_back(request);
    most_at_once_ = std::max<int>(most_at_once_, ++at_once_);
  }
  const bool stays = handler_(request, connection);
  --at_once_;
  return stays;
}

std::string WebAnswer(int status, const std::string& headers, const std::string& body) {
  return "HTTP/1.1 " + std::to_string(status) + " Status\r\n" + headers +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

}  // namespace crlite
