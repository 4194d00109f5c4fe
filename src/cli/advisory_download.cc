#include "advisory_download.h"

#include "crema/load/protocol/http_client.h"

#include <fmt/format.h>

#include <chrono>

namespace crema::cli {
namespace {

// npm's archive has some hundred megabytes.
constexpr auto kTimeout = std::chrono::minutes(10);

Diagnostic refused(const std::string& address, std::string_view why) {
  auto error = make_error("db/download", fmt::format("cannot fetch {}: {}", address, why));
  error.hint =
      "what was there before stays in use; `crema db build FILE` takes a copy from elsewhere";
  error.exit_code = ExitCode::internal;
  return error;
}

}  // namespace

Result<std::string> download(const sys::Host& host, const std::string& address) {
  if (host.variable("CREMA_OFFLINE")) return refused(address, "CREMA_OFFLINE is set");
  const auto loop = CREMA_TRY(load::Loop::create(*host.clock));
  const auto resolver = CREMA_TRY(load::Resolver::create({}));
  const auto tls = CREMA_TRY(load::TlsContext::create({}));
  load::HttpOptions options;
  options.user_agent = "crema";
  options.proxies = CREMA_TRY(load::ProxySettings::from(host.environment));
  load::HttpContext context(*loop, *host.clock, *resolver, tls, options);
  load::HttpResponse response;
  loop->spawn([&] {
    load::HttpClient client(context);
    client.send(load::HttpRequest{.url = address, .timeout = kTimeout}, response);
  });
  loop->run_until_done();
  if (response.error) return refused(address, response.error.message);
  if (response.status != 200)
    return refused(address, fmt::format("the server answers {}", response.status_text));
  return std::move(response.body);
}

}  // namespace crema::cli
