#include "crema/load/remote/rest_server.h"

#include <boost/asio/dispatch.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

#include <atomic>
#include <chrono>
#include <optional>

namespace crema::load {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using Failure = boost::system::error_code;

constexpr auto kPatience = std::chrono::seconds(30);
constexpr std::size_t kLargestBody = std::size_t{16} << 20U;
constexpr std::uint32_t kLargestHead = 16 * 1024;
// An answer may wait for the test (setup); others are given meanwhile.
constexpr std::size_t kThreads = 4;
constexpr int kMostConnections = 64;

struct Counted {
  explicit Counted(std::atomic<int>& count) : count_(count) { ++count_; }
  ~Counted() { --count_; }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
  std::atomic<int>& count_;
};

// One connection: requests one after the other.
class Conversation : public std::enable_shared_from_this<Conversation> {
 public:
  Conversation(asio::ip::tcp::socket socket, const RestServer::Handler& handler,
               std::atomic<int>& count)
      : stream_(std::move(socket)), handler_(handler), counted_(count) {}

  void begin() {
    asio::dispatch(stream_.get_executor(), [self = shared_from_this()] { self->read(); });
  }

 private:
  void read() {
    parser_.emplace();
    parser_->body_limit(kLargestBody);
    parser_->header_limit(kLargestHead);
    stream_.expires_after(kPatience);
    http::async_read(stream_, buffer_, *parser_,
                     [self = shared_from_this()](Failure failure, std::size_t /*bytes*/) {
                       self->answer(failure);
                     });
  }

  void answer(Failure failure) {
    if (failure == http::error::body_limit || failure == http::error::header_limit)
      return write({.status = 413, .body = {}}, false);
    if (failure) return;
    auto request = parser_->release();
    const std::string_view target(request.target().data(), request.target().size());
    const auto answer = handler_({.method = std::string(request.method_string()),
                                  .path = std::string(target.substr(0, target.find('?'))),
                                  .body = std::move(request.body())});
    write(answer, request.keep_alive());
  }

  void write(const RestAnswer& answer, bool keep) {
    response_ = {};
    response_.result(static_cast<unsigned>(answer.status));
    response_.set(http::field::content_type, answer.type);
    response_.body() = answer.body;
    response_.keep_alive(keep);
    response_.prepare_payload();
    stream_.expires_after(kPatience);
    http::async_write(stream_, response_,
                      [self = shared_from_this(), keep](Failure failure, std::size_t /*bytes*/) {
                        if (!failure && keep) return self->read();
                        Failure ignored;
                        self->stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_send,
                                                        ignored);
                      });
  }

  beast::tcp_stream stream_;
  const RestServer::Handler& handler_;
  Counted counted_;
  beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_;
  http::response<http::string_body> response_;
};

}  // namespace

struct RestServer::Impl {
  Impl(std::uint16_t at, Handler answers) : port(at), handler(std::move(answers)) {}

  void accept() {
    acceptor.async_accept(
        asio::make_strand(pool.get_executor()),
        [this](Failure failure, asio::ip::tcp::socket socket) {
          if (failure == asio::error::operation_aborted) return;
          if (!failure && connections < kMostConnections)
            std::make_shared<Conversation>(std::move(socket), handler, connections)->begin();
          accept();
        });
  }

  std::uint16_t port;
  Handler handler;
  std::atomic<int> connections{0};
  asio::thread_pool pool{kThreads};
  asio::ip::tcp::acceptor acceptor{asio::make_strand(pool.get_executor())};
};

RestServer::RestServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

RestServer::~RestServer() {
  impl_->pool.stop();
  impl_->pool.join();
}

Result<std::unique_ptr<RestServer>> RestServer::start(const Endpoint& endpoint, Handler handler) {
  const auto listening = CREMA_TRY(listen_at(endpoint));
  auto impl = std::make_unique<Impl>(port_of(listening), std::move(handler));
  Failure failure;
  int family = AF_INET;
  socklen_t size = sizeof(family);
  ::getsockopt(listening.get(), SOL_SOCKET, SO_DOMAIN, &family, &size);
  // The acceptor owns a descriptor of its own.
  impl->acceptor.assign(family == AF_INET6 ? asio::ip::tcp::v6() : asio::ip::tcp::v4(),
                        ::dup(listening.get()), failure);
  if (failure)
    return fail("load/address",
                "cannot listen at " + format_endpoint(endpoint) + ": " + failure.message());
  impl->accept();
  return std::unique_ptr<RestServer>(new RestServer(std::move(impl)));
}

std::uint16_t RestServer::port() const { return impl_->port; }

}  // namespace crema::load
