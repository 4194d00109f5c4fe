#include "sender.h"

#include "crema/base/strings.h"
#include "crema/load/protocol/http_client.h"

#include <fmt/format.h>

namespace crema::load {
namespace {

constexpr std::string_view kUserAgent = "crema/0.1";
constexpr std::size_t kLargestAnswer = std::size_t{1} << 20U;
constexpr std::size_t kShownAnswer = 200;

// 429 and the 5xx that say "later": both protocols want those sent again.
bool can_be_repeated(int status) { return status == 429 || status >= 500; }

class HttpSender : public Sender {
 public:
  // Its parts are made in the order they stand in: each refers to those before it.
  HttpSender(const sys::Clock& clock, std::unique_ptr<Loop> loop,
             std::unique_ptr<Resolver> resolver, std::shared_ptr<const TlsContext> tls,
             SenderOptions options, std::string address)
      : options_(std::move(options)),
        address_(std::move(address)),
        loop_(std::move(loop)),
        resolver_(std::move(resolver)),
        context_(*loop_, clock, *resolver_, std::move(tls), http_options()),
        client_(context_) {
    for (const auto& [name, value] : options_.headers) fields_.push_back({name, value});
  }

  Receipt send(std::string_view message) override {
    HttpResponse response;
    loop_->spawn([&] {
      client_.send(HttpRequest{.method = "POST",
                               .url = options_.url,
                               .headers = fields_,
                               .body = message,
                               .timeout = options_.timeout},
                   response);
    });
    loop_->run_until_done();
    if (response.error) {
      const bool clear = response.error.code == ErrorCode::tls_header;
      return {.delivery = Delivery::failed,
              .why = response.error.message,
              .hint = clear ? options_.without_tls : ""};
    }
    Receipt receipt{.content = std::move(response.body)};
    if (response.status >= 200 && response.status < 300) return receipt;
    receipt.delivery = can_be_repeated(response.status) ? Delivery::failed : Delivery::refused;
    receipt.why = fmt::format("the server answers {}", response.status_text);
    const auto said = trim(receipt.content).substr(0, kShownAnswer);
    if (!said.empty()) receipt.why += fmt::format(": {}", said);
    return receipt;
  }

  const std::string& address() const override { return address_; }

 private:
  HttpOptions http_options() const {
    HttpOptions http;
    http.user_agent = kUserAgent;
    http.largest_body = kLargestAnswer;
    http.dial_timeout = options_.timeout;
    http.proxies = options_.proxies;
    return http;
  }

  SenderOptions options_;
  std::string address_;
  std::unique_ptr<Loop> loop_;
  std::unique_ptr<Resolver> resolver_;
  HttpContext context_;
  HttpClient client_;
  std::vector<HeaderField> fields_;
};

}  // namespace

Result<std::unique_ptr<Sender>> make_http_sender(const sys::Clock& clock, SenderOptions options) {
  const auto url = CREMA_TRY(Url::parse(options.url));
  auto loop = CREMA_TRY(Loop::create(clock));
  auto resolver = CREMA_TRY(Resolver::create({}));
  auto tls = CREMA_TRY(TlsContext::create(options.tls));
  return std::make_unique<HttpSender>(clock, std::move(loop), std::move(resolver), std::move(tls),
                                      std::move(options), url.without_credentials());
}

}  // namespace crema::load
