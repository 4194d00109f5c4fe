#include "rest_api.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <optional>
#include <string_view>

namespace crema::load {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kDeepest = 100;

RestAnswer of(const Json& json, int status = 200) {
  return {.status = status, .body = json.dump(-1, ' ', false, Json::error_handler_t::replace)};
}

RestAnswer error(int status, std::string_view title, std::string_view detail) {
  return of(
      {{"errors",
        Json::array({{{"status", std::to_string(status)}, {"title", title}, {"detail", detail}}})}},
      status);
}

// Not deeper than anything that is asked here; none where it is no JSON.
std::optional<Json> parsed(const std::string& text) {
  bool too_deep = false;
  const auto watch = [&](int depth, Json::parse_event_t /*event*/, Json& /*value*/) {
    too_deep = too_deep || depth > kDeepest;
    return !too_deep;
  };
  Json json = Json::parse(text, watch, false);
  if (json.is_discarded() || too_deep) return std::nullopt;
  return json;
}

Json resource(std::string_view type, std::string_view id, Json attributes) {
  return {{"type", type}, {"id", id}, {"attributes", std::move(attributes)}};
}

RestAnswer status_answer(const ControlledTest& test) {
  const auto status = test.status();
  return of({{"data", resource("status", "default",
                               {{"status", static_cast<int>(status.stage)},
                                {"paused", status.paused},
                                {"vus", status.vus},
                                {"vus-max", status.vus_max},
                                {"stopped", status.stopped},
                                {"running", status.running},
                                {"tainted", status.tainted}})}});
}

const Json* member(const Json& json, const char* name) {
  if (!json.is_object()) return nullptr;
  const auto found = json.find(name);
  return found == json.end() || found->is_null() ? nullptr : &*found;
}

RestAnswer change_status(ControlledTest& test, const std::string& body) {
  const auto json = parsed(body);
  const Json* data = json ? member(*json, "data") : nullptr;
  const Json* attributes = data == nullptr ? nullptr : member(*data, "attributes");
  if (!json) return error(400, "Invalid data", "the body is no JSON");
  if (attributes == nullptr) return error(400, "Invalid data", "there are no data.attributes");
  const Json* stopped = member(*attributes, "stopped");
  const Json* paused = member(*attributes, "paused");
  for (const Json* flag : {stopped, paused})
    if (flag != nullptr && !flag->is_boolean())
      return error(400, "Invalid data", "paused and stopped are true or false");
  if (stopped != nullptr && stopped->get<bool>()) {
    test.stop();
    return status_answer(test);
  }
  if (paused != nullptr)
    if (const auto set = test.set_paused(paused->get<bool>()); !set)
      return error(500, "Pause error", set.error().message);
  if (member(*attributes, "vus") != nullptr || member(*attributes, "vus-max") != nullptr)
    return error(500, "Execution config error",
                 "an externally-controlled executor needs to be configured for live configuration "
                 "updates");
  return status_answer(test);
}

// A whole number without a point, as Go writes it.
Json number(double value) {
  constexpr double kExact = 9007199254740992;  // 2^53
  if (std::trunc(value) == value && std::abs(value) < kExact)
    return static_cast<std::int64_t>(value);
  return value;
}

Json sample_of(const Sink* sink, MetricType type, double seconds) {
  switch (type) {
    case MetricType::counter: {
      const auto* counter = sink == nullptr ? nullptr : std::get_if<CounterSink>(sink);
      const double sum = counter == nullptr ? 0 : counter->sum();
      return {{"count", number(sum)}, {"rate", number(seconds > 0 ? sum / seconds : 0)}};
    }
    case MetricType::gauge: {
      const auto* gauge = sink == nullptr ? nullptr : std::get_if<GaugeSink>(sink);
      return {{"value", number(gauge == nullptr ? 0 : gauge->last)}};
    }
    case MetricType::rate: {
      const auto* rate = sink == nullptr ? nullptr : std::get_if<RateSink>(sink);
      return {{"rate", number(rate == nullptr ? 0 : rate->rate())}};
    }
    case MetricType::trend:
      break;
  }
  const TrendSink none;
  const auto* found = sink == nullptr ? nullptr : std::get_if<TrendSink>(sink);
  const TrendSink& trend = found == nullptr ? none : *found;
  return {{"avg", number(trend.average())},       {"max", number(trend.max())},
          {"med", number(trend.median())},        {"min", number(trend.min())},
          {"p(90)", number(trend.quantile(0.9))}, {"p(95)", number(trend.quantile(0.95))}};
}

Json metric_resource(const std::string& name, const Metric& metric, const Sink* sink,
                     const ThresholdSet& thresholds, double seconds) {
  const auto* judged = thresholds.find(name);
  return resource("metrics", name,
                  {{"type", to_text(metric.type)},
                   {"contains", to_text(metric.contains)},
                   {"tainted", judged == nullptr ? Json() : Json(!judged->passed())},
                   {"sample", sample_of(sink, metric.type, seconds)}});
}

// Those that have samples or thresholds, in the order of their declaration.
Json metrics_of(const Collector& collector, const ThresholdSet& thresholds,
                std::chrono::nanoseconds elapsed) {
  Json all = Json::array();
  const double seconds = std::chrono::duration<double>(elapsed).count();
  for (const Metric* metric : collector.registry().metrics()) {
    const Sink* sink = collector.total(*metric);
    if (sink != nullptr || thresholds.find(metric->name) != nullptr)
      all.push_back(metric_resource(metric->name, *metric, sink, thresholds, seconds));
    for (const SubMetric* sub : collector.registry().sub_metrics(*metric)) {
      const Sink* own = collector.total(*sub);
      if (own != nullptr || thresholds.find(sub->name) != nullptr)
        all.push_back(metric_resource(sub->name, *metric, own, thresholds, seconds));
    }
  }
  return all;
}

Json group_reference(const Group& group) {
  return {{"type", "groups"}, {"id", path_id(group.path())}};
}

void add_group(Json& all, const Group& group, const Group* parent) {
  Json checks;  // null where there are none
  for (const auto& check : group.checks()) {
    const auto path = group.path_of(*check);
    checks.push_back({{"id", path_id(path)},
                      {"path", path},
                      {"name", check->name},
                      {"passes", check->passes},
                      {"fails", check->fails}});
  }
  Json inner = Json::array();
  for (const auto& child : group.groups()) inner.push_back(group_reference(*child));
  Json made = resource("groups", path_id(group.path()),
                       {{"path", group.path()}, {"name", group.name()}, {"checks", checks}});
  made["relationships"] = {
      {"groups", {{"data", inner}}},
      {"parent", {{"data", parent == nullptr ? Json() : group_reference(*parent)}}}};
  all.push_back(std::move(made));
  for (const auto& child : group.groups()) add_group(all, *child, &group);
}

// A list, or of that list the one with the id.
RestAnswer listed(const Json& all, std::string_view id, std::string_view what) {
  if (id.empty()) return of({{"data", all}});
  for (const Json& one : all)
    if (one.at("id").get_ref<const std::string&>() == id) return of({{"data", one}});
  return error(404, "Not Found", fmt::format("No {} with that ID was found", what));
}

RestAnswer metrics_answer(ControlledTest& test, std::string_view id) {
  Json all;
  test.measured(
      [&](const Collector& collector, const ThresholdSet& thresholds,
          std::chrono::nanoseconds elapsed) { all = metrics_of(collector, thresholds, elapsed); });
  return listed(all, id, "metric");
}

RestAnswer groups_answer(ControlledTest& test, std::string_view id) {
  Json all = Json::array();
  test.measured([&](const Collector& collector, const ThresholdSet& /*thresholds*/,
                    std::chrono::nanoseconds /*elapsed*/) {
    add_group(all, collector.root_group(), nullptr);
  });
  return listed(all, id, "group");
}

RestAnswer setup_answer(const ControlledTest& test) {
  const auto data = test.setup_data();
  Json attributes = Json::object();
  if (!data.empty()) attributes["data"] = parsed(data).value_or(Json());
  return of({{"data", resource("setupData", "default", attributes)}});
}

RestAnswer answer_setup(ControlledTest& test, const RestRequest& request) {
  if (request.method == "POST") {
    if (const auto run = test.run_setup(); !run)
      return error(500, "Error executing setup", run.error().message);
  } else if (request.method == "PUT") {
    // What is no value at all is no data.
    if (!request.body.empty() && !parsed(request.body))
      return error(400, "Error parsing request body", "the body is no JSON");
    if (const auto set = test.set_setup_data(request.body); !set)
      return error(500, "Error setting setup data", set.error().message);
  }
  return setup_answer(test);
}

RestAnswer answer_teardown(ControlledTest& test) {
  if (const auto run = test.run_teardown(); !run)
    return error(500, "Error executing teardown", run.error().message);
  return {};
}

// "%7B" -> "{"; what is no such code stays.
std::string decoded(std::string_view path) {
  std::string text;
  for (std::size_t i = 0; i < path.size(); ++i) {
    unsigned value = 0;
    const auto code = path.substr(i + 1, 2);
    const auto end = std::from_chars(code.data(), code.data() + code.size(), value, 16).ptr;
    if (path[i] == '%' && code.size() == 2 && end == code.data() + 2) {
      text.push_back(static_cast<char>(value));
      i += 2;
    } else {
      text.push_back(path[i]);
    }
  }
  return text;
}

struct Route {
  std::string_view path;  // one that ends in / takes what comes behind it
  std::string_view methods;
  RestAnswer (*answer)(ControlledTest&, const RestRequest&, std::string_view rest);
};
constexpr std::array kRoutes = {
    Route{"/v1/status", "GET PATCH",
          [](ControlledTest& test, const RestRequest& request, std::string_view /*rest*/) {
            return request.method == "GET" ? status_answer(test)
                                           : change_status(test, request.body);
          }},
    Route{"/v1/metrics", "GET",
          [](ControlledTest& test, const RestRequest& /*request*/, std::string_view rest) {
            return metrics_answer(test, rest);
          }},
    Route{"/v1/metrics/", "GET",
          [](ControlledTest& test, const RestRequest& /*request*/, std::string_view rest) {
            return metrics_answer(test, rest);
          }},
    Route{"/v1/groups", "GET",
          [](ControlledTest& test, const RestRequest& /*request*/, std::string_view rest) {
            return groups_answer(test, rest);
          }},
    Route{"/v1/groups/", "GET",
          [](ControlledTest& test, const RestRequest& /*request*/, std::string_view rest) {
            return groups_answer(test, rest);
          }},
    Route{"/v1/setup", "GET PUT POST",
          [](ControlledTest& test, const RestRequest& request, std::string_view /*rest*/) {
            return answer_setup(test, request);
          }},
    Route{"/v1/teardown", "POST",
          [](ControlledTest& test, const RestRequest& /*request*/, std::string_view /*rest*/) {
            return answer_teardown(test);
          }},
};

bool takes(const Route& route, std::string_view path) {
  return route.path.ends_with('/') ? path.starts_with(route.path) && path.size() > route.path.size()
                                   : path == route.path;
}

}  // namespace

RestAnswer answer_rest(ControlledTest& test, const RestRequest& request) {
  if (request.path == "/" || request.path == "/ping")
    return {.status = 200, .body = "ok", .type = "text/plain; charset=utf-8"};
  for (const Route& route : kRoutes) {
    if (!takes(route, request.path)) continue;
    if (route.methods.find(request.method) == std::string_view::npos)
      return {.status = 405, .body = {}};
    const auto rest = decoded(std::string_view(request.path).substr(route.path.size()));
    return route.answer(test, request, rest);
  }
  return {.status = 404, .body = "404 page not found\n", .type = "text/plain; charset=utf-8"};
}

}  // namespace crema::load
