// The codec of scenarios: which members they have, by one table.
#include "executor_row.h"
#include "option_codecs.h"

#include "crema/base/strings.h"
#include "crema/formats/json.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace crema::load::codec {
namespace {

// A member of a scenario: how it is read, and how it is written, null where it was not.
struct Member {
  std::string_view name;
  bool (*read)(const JsonInput&, Scenario&);
  Json (*write)(const Scenario&);
};

template <auto Field, class Codec>
constexpr Member member(std::string_view name) {
  return {name,
          [](const JsonInput& input, Scenario& scenario) {
            return Codec::read(input, (scenario.*Field).emplace());
          },
          [](const Scenario& scenario) {
            const auto& value = scenario.*Field;
            return value ? Json(Codec::write(*value)) : Json();
          }};
}

struct StrictStages : StageList {
  static bool read(const JsonInput& input, std::vector<Stage>& value) {
    return read_strictly(input, value);
  }
};

// Only the options of the browser module, which are its own affair.
struct ScenarioOptions : AnyJson {
  static bool read(const JsonInput& input, std::string& value) {
    if (!input.value().is_object()) return input.wrong("an object");
    for (const auto& [name, json] : input.value().items()) {
      if (name != "browser") {
        return input.problem(fmt::format("`{}.{}` is no option of a scenario", input.path(), name));
      }
    }
    return AnyJson::read(input, value);
  }
};

constexpr std::array kMembers = {
    member<&Scenario::start_time, Duration>("startTime"),
    member<&Scenario::graceful_stop, Duration>("gracefulStop"),
    member<&Scenario::env, Tags>("env"),
    member<&Scenario::exec, Text>("exec"),
    member<&Scenario::tags, Tags>("tags"),
    member<&Scenario::browser, ScenarioOptions>("options"),
    member<&Scenario::vus, Integer>("vus"),
    member<&Scenario::iterations, Integer>("iterations"),
    member<&Scenario::duration, Duration>("duration"),
    member<&Scenario::max_duration, Duration>("maxDuration"),
    member<&Scenario::start_vus, Integer>("startVUs"),
    member<&Scenario::graceful_ramp_down, Duration>("gracefulRampDown"),
    member<&Scenario::rate, Integer>("rate"),
    member<&Scenario::start_rate, Integer>("startRate"),
    member<&Scenario::time_unit, Duration>("timeUnit"),
    member<&Scenario::stages, StrictStages>("stages"),
    member<&Scenario::pre_allocated_vus, Integer>("preAllocatedVUs"),
    member<&Scenario::max_vus, Integer>("maxVUs"),
};
constexpr std::size_t kCommonMembers = 6;  // every executor has the first ones

bool belongs(const Member& member, const ExecutorRow& row) {
  const auto place = static_cast<std::size_t>(&member - kMembers.data());
  return place < kCommonMembers ||
         std::find(row.members.begin(), row.members.end(), member.name) != row.members.end();
}

bool read_member(const JsonInput& input, const std::string& name, Scenario& scenario) {
  if (equals_ignore_case(name, "executor")) return true;
  const ExecutorRow& row = executor_row(scenario.executor);
  for (const Member& member : kMembers) {
    if (!equals_ignore_case(name, member.name) || !belongs(member, row)) continue;
    return input.value().is_null() || member.read(input, scenario);
  }
  return input.problem(fmt::format("`{}` is no member of the executor {}: it has {}", input.path(),
                                   executor_name(scenario.executor), fmt::join(row.members, ", ")));
}

// The member `executor`, in any case of letters; nothing when there is none.
const Json* find_executor(const Json& scenario) {
  for (const auto& [name, json] : scenario.items()) {
    if (equals_ignore_case(name, "executor")) return &json;
  }
  return nullptr;
}

bool read_executor(const JsonInput& input, Scenario& scenario) {
  const Json* json = find_executor(input.value());
  if (json == nullptr || *json == "") {
    return input.problem(fmt::format("`{}` has no executor", input.path()));
  }
  const JsonInput member = input.member("executor", *json);
  std::string name;
  if (!Text::read(member, name)) return false;
  if (name == "externally-controlled") {
    return member.problem(
        fmt::format("`{}`: k6 2.0 has removed the executor externally-controlled", member.path()));
  }
  const auto kind = executor_named(name);
  if (!kind) {
    return member.wrong(
        "one of constant-vus, ramping-vus, shared-iterations, per-vu-iterations, "
        "constant-arrival-rate and ramping-arrival-rate");
  }
  scenario.executor = *kind;
  return true;
}

bool read_scenario(const JsonInput& input, Scenario& scenario) {
  if (!input.value().is_object()) return input.wrong("an object with an executor");
  if (!read_executor(input, scenario)) return false;
  bool well = true;
  for (const auto& [name, json] : input.value().items()) {
    well = read_member(input.member(name, json), name, scenario) && well;
  }
  return well;
}

}  // namespace

bool ScenarioMap::read(const JsonInput& input, Scenarios& value) {
  if (!input.value().is_object()) return input.wrong("an object of scenarios");
  bool well = true;
  for (const auto& [name, json] : input.value().items()) {
    Scenario& scenario = value[name];
    scenario.name = name;
    scenario.document = input.document();
    well = read_scenario(input.member(name, json), scenario) && well;
  }
  return well;
}

Json ScenarioMap::write(const Scenarios& value) {
  Json scenarios = Json::object();
  for (const auto& [name, scenario] : value) {
    Json& json = scenarios[name] = {{"executor", executor_name(scenario.executor)}};
    for (const Member& member : std::span(kMembers).first(kCommonMembers)) {
      // k6 leaves this one out and writes null for the others.
      if (member.name == "options" && !scenario.browser) continue;
      json[std::string(member.name)] = member.write(scenario);
    }
    for (const std::string_view name : executor_row(scenario.executor).members) {
      const auto* const own =
          std::find_if(kMembers.begin(), kMembers.end(),
                       [&](const Member& member) { return member.name == name; });
      json[std::string(name)] = own->write(scenario);
    }
  }
  return scenarios;
}

}  // namespace crema::load::codec
