// Options as JSON again, as k6 shows them.
#include "option_table.h"

#include "crema/formats/json.h"
#include "crema/load/schedule/execution_plan.h"
#include "crema/load/schedule/options_reading.h"

#include <utility>

namespace crema::load {
namespace {

Json as_json(const Options& options, UnwrittenOptions unwritten) {
  Json json = Json::object();
  for (const OptionRow& row : option_table()) {
    if (row.place != OptionPlace::anywhere) continue;
    Json value = row.written(options) || shows_default(row) ? row.write(options) : Json();
    if (unwritten == UnwrittenOptions::null) {
      // DNS is an object of nulls where others are null; k6 leaves out the settings of its cloud.
      if (row.key == "dns") value = row.write(options);
      if (row.key == "cloud" && value.is_null()) continue;
    } else if (value.is_null()) {
      continue;
    }
    json[std::string(row.key)] = std::move(value);
  }
  return json;
}

}  // namespace

std::string options_json(const Options& options, UnwrittenOptions unwritten) {
  return formats::json_text(as_json(options, unwritten), formats::JsonLayout::pretty);
}

std::string options_json_with_requirements(const Options& options, const Striping& striping) {
  Json json = as_json(options, UnwrittenOptions::null);
  const Scenarios none;
  const ExecutionPlan plan =
      plan_execution(options.scenarios ? *options.scenarios : none, striping);
  json["totalDuration"] = format_duration(plan.total_duration);
  json["maxVUs"] = plan.max_vus;
  return formats::json_text(json, formats::JsonLayout::pretty);
}

}  // namespace crema::load
