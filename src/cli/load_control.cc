#include "load_control.h"

#include "arguments.h"
#include "output.h"

#include "crema/load/protocol/http_client.h"
#include "crema/load/remote/endpoint.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <optional>

namespace crema::cli {
namespace {

using Json = nlohmann::ordered_json;

// A request and what its answer has as `data`.
Result<Json> ask(const sys::Host& host, const std::string& url, const std::string& method,
                 const std::string& body) {
  const auto loop = CREMA_TRY(load::Loop::create(*host.clock));
  const auto resolver = CREMA_TRY(load::Resolver::create({}));
  const auto tls = CREMA_TRY(load::TlsContext::create({}));
  load::HttpContext context(*loop, *host.clock, *resolver, tls, {});
  load::HttpResponse response;
  loop->spawn([&] {
    load::HttpClient client(context);
    client.send(
        load::HttpRequest{
            .method = method, .url = url, .body = body, .timeout = std::chrono::seconds(60)},
        response);
  });
  loop->run_until_done();
  if (response.error) {
    auto error = make_error("load/api", fmt::format("{}: {}", url, response.error.message));
    error.hint = "start the test with --address, and name the same address here";
    return error;
  }
  const Json answer = Json::parse(response.body, nullptr, false);
  if (answer.is_object() && answer.contains("data")) return answer.at("data");
  std::string detail = response.status_text;
  if (answer.is_object() && answer.contains("errors") && answer.at("errors").is_array() &&
      !answer.at("errors").empty())
    detail = answer.at("errors").front().value("detail", detail);
  return fail("load/api", fmt::format("the test at {} refuses: {}", url, detail));
}

// Attributes as lines, as k6 shows them.
std::string status_text(const Json& data) {
  std::string text;
  const Json attributes =
      data.is_object() ? data.value("attributes", Json::object()) : Json::object();
  for (const auto& [name, value] : attributes.items())
    text += fmt::format("{}: {}\n", name, value.dump());
  return text;
}

std::string stats_text(const Json& data) {
  std::string text;
  for (const Json& metric : data) {
    if (!metric.is_object()) continue;
    text += fmt::format("{}:", metric.value("id", ""));
    const Json attributes = metric.value("attributes", Json::object());
    const Json sample =
        attributes.is_object() ? attributes.value("sample", Json::object()) : Json();
    for (const auto& [name, value] : sample.items())
      text += fmt::format(" {}={}", name, value.dump());
    text += "\n";
  }
  return text;
}

}  // namespace

int control_load(CommandContext& context) {
  std::string verb;
  std::string address = fmt::format("localhost:{}", kApiPort);
  if (const auto ended = parse_arguments(context, "load", [&](CLI::App& app) {
        app.add_option("verb", verb)->required();
        app.add_option("-a,--address", address, "where the test serves its REST API");
      }))
    return *ended;
  const auto endpoint = load::parse_endpoint(address, kApiPort);
  if (!endpoint) return report(endpoint.error(), context.host);
  const auto url = fmt::format("http://{}/v1/", load::format_endpoint(*endpoint));
  const bool changes = verb == "pause" || verb == "resume";
  const Json change = {
      {"data",
       {{"type", "status"}, {"id", "default"}, {"attributes", {{"paused", verb == "pause"}}}}}};
  const auto data = verb == "stats" ? ask(context.host, url + "metrics", "GET", "")
                                    : ask(context.host, url + "status", changes ? "PATCH" : "GET",
                                          changes ? change.dump() : std::string());
  if (!data) return report(data.error(), context.host);
  print(verb == "stats" ? stats_text(*data) : status_text(*data));
  return 0;
}

}  // namespace crema::cli
