// A small HTTP/1.1 server for control: JSON questions and answers, no files, no TLS.
#pragma once

#include "crema/base/result.h"
#include "crema/load/remote/endpoint.h"

#include <functional>
#include <memory>
#include <string>

namespace crema::load {

struct RestRequest {
  std::string method;  // "GET"
  std::string path;    // without a query
  std::string body;    // 16 MB at most
};

struct RestAnswer {
  int status = 200;
  std::string body;
  std::string type = "application/json; charset=utf-8";
};

class RestServer {
 public:
  // Called on threads of the server, several at once; it may wait.
  using Handler = std::function<RestAnswer(const RestRequest&)>;

  // Serves until it is destroyed, which waits for the answers that are being made. Requests that
  // are not HTTP, too large or slower than 30 seconds get an error or lose their connection. Fails
  // as listen_at does.
  static Result<std::unique_ptr<RestServer>> start(const Endpoint& endpoint, Handler handler);
  ~RestServer();
  RestServer(const RestServer&) = delete;
  RestServer& operator=(const RestServer&) = delete;

  std::uint16_t port() const;

 private:
  struct Impl;
  explicit RestServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace crema::load
