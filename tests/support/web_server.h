// A web server on loopback whose answers a test writes, byte for byte.
#pragma once

#include <openssl/ssl.h>

#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace crlite {

struct WebRequest {
  std::string target;                          // "/x"
  std::map<std::string, std::string> headers;  // names in lower case

  std::string Header(const std::string& name) const;  // empty: none
};

// One connection of a WebServer, for the thread that serves it.
class WebConnection {
 public:
  // False when the client has gone or the server is about to end.
  bool Send(std::string_view bytes);
  // Returns then.
  void WaitForTheEnd();

 private:
  friend class WebServer;
  bool Receive(std::string* text);  // appends
  bool ReadRequest(WebRequest* out);

  int fd_ = -1;
  SSL* tls_ = nullptr;
  const std::atomic<bool>* stopped_ = nullptr;
  std::string received_;
};

class WebServer {
 public:
  // Answers one request, in a thread of the connection's own. Returns whether the connection stays
  // open for the next one.
  using Handler = std::function<bool(const WebRequest&, WebConnection*)>;

  // With `tls`, which must outlive this, the server is https://localhost:PORT.
  explicit WebServer(Handler handler, SSL_CTX* tls = nullptr);
  WebServer(const WebServer&) = delete;
  WebServer& operator=(const WebServer&) = delete;
  ~WebServer();

  // Without a slash at the end.
  const std::string& url() const { return url_; }
  int connections() const { return connections_; }
  // Those so far.
  std::vector<WebRequest> requests() const;
  // Requests that were being answered at the same time.
  int most_at_once() const { return most_at_once_; }

 private:
  void Accept();
  void Serve(int fd);
  bool Answer(const WebRequest& request, WebConnection* connection);

  const Handler handler_;
  SSL_CTX* const tls_;
  const int listener_;
  std::string url_;
  std::atomic<bool> stopped_{false};
  std::atomic<int> connections_{0}, at_once_{0}, most_at_once_{0};
  mutable std::mutex mutex_;  // guards requests_
  std::vector<WebRequest> requests_;
  std::vector<std::thread> servants_;  // of the accepting thread
  std::thread acceptor_;
};

// A whole answer with Content-Length; `headers` are lines that end in \r\n.
std::string WebAnswer(int status, const std::string& headers, const std::string& body);

}  // namespace crlite
