#include "secret_request.h"

#include "json_path.h"
#include "json_scan.h"

#include "crema/base/strings.h"
#include "crema/load/protocol/header_list.h"

#include <fmt/format.h>

#include <cmath>

namespace crema::load {
namespace {

constexpr std::size_t kMostBytes = std::size_t{24} * 1024;

struct Answer {
  Result<std::string> secret;
  bool again = false;  // another try may help
};

auto refuse(std::string why) { return fail("load/secrets", std::move(why)); }

Result<std::string> secret_in(const std::string& body, const std::string& path) {
  if (body.size() > kMostBytes)
    return refuse(
        fmt::format("failed to extract secret: secret response exceeds maximum size of "
                    "{} bytes",
                    kMostBytes));
  if (path.empty()) return body;
  const auto selected = CREMA_TRY(select_json(body, path));
  if (!selected)
    return refuse(fmt::format("failed to extract secret: path \"{}\" not found in response", path));
  if (kind_of_json(*selected) != JsonKind::string)
    return refuse(
        fmt::format("failed to extract secret: secret value at path \"{}\" is not a string", path));
  return unquote_json(*selected);
}

Answer ask(HttpContext& context, const SecretAddress& source, const std::string& url) {
  std::vector<HeaderField> headers;
  for (const auto& [name, value] : source.headers) headers.push_back({name, value});
  HttpClient client(context);
  HttpResponse response;
  client.send({.method = source.method, .url = url, .headers = headers, .timeout = source.timeout},
              response);
  if (response.error)
    return {refuse(fmt::format("failed to get secret: {}", response.error.message)),
            !response.error.interrupted};
  if (response.status != 200)
    return {refuse(fmt::format("status code {}: failed to get secret", response.status)),
            response.status >= 500 || response.status == 429};
  return {secret_in(response.body, source.response_path), false};
}

// As k6: the base to the power of the tries so far, in whole seconds.
Duration wait_before(const SecretAddress& source, std::int64_t tries) {
  const double base = std::chrono::duration<double>(source.backoff).count();
  return std::chrono::seconds(
      static_cast<std::int64_t>(std::min(std::pow(base, static_cast<double>(tries)), 3600.0)));
}

}  // namespace

Result<std::string> request_secret(const UserLinks& links, const SecretSources::Source& source,
                                   const std::string& key) {
  Loop& loop = *links.loop;
  // The test's own `hosts`, proxies and certificates are for the system that is tested.
  const auto resolver = CREMA_TRY(Resolver::create({}));
  HttpContext context(loop, *links.clock, *resolver, CREMA_TRY(TlsContext::create({})), {});
  const std::string url = replace_all(source.address->address, "{key}", key);
  if (loop.sleep_until(links.secrets->next_request(source, loop.now())) == WakeReason::interrupted)
    return refuse("interrupted");
  Answer answer = ask(context, *source.address, url);
  for (std::int64_t tries = 1; answer.again && tries <= source.address->retries; ++tries) {
    if (loop.sleep_until(loop.now() + wait_before(*source.address, tries)) ==
        WakeReason::interrupted)
      break;
    answer = ask(context, *source.address, url);
  }
  return std::move(answer.secret);
}

}  // namespace crema::load
