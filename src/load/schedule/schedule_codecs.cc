// Codecs of stages, segments and thresholds.
#include "option_codecs.h"

#include "crema/base/strings.h"

#include <fmt/format.h>

namespace crema::load::codec {
namespace {

// Each place costs a pass over the document; a document of thousands of thresholds gets by with
// those of the first ones.
constexpr std::size_t kMostPlaces = 100;

bool read_stage(const JsonInput& input, Stage& stage, bool strictly) {
  if (!input.value().is_object()) return input.wrong("an object with duration and target");
  bool well = true;
  for (const auto& [name, json] : input.value().items()) {
    const JsonInput member = input.member(name, json);
    if (equals_ignore_case(name, "duration")) {
      if (json.is_null()) continue;
      well = Duration::read(member, stage.duration.emplace()) && well;
    } else if (equals_ignore_case(name, "target")) {
      if (json.is_null()) continue;
      well = Integer::read(member, stage.target.emplace()) && well;
    } else if (strictly) {
      well = member.problem(
          fmt::format("`{}` is no member of a stage: it has duration and target", member.path()));
    }
  }
  return well;
}

bool read_stages(const JsonInput& input, std::vector<Stage>& value, bool strictly) {
  if (!input.value().is_array()) return input.wrong("a list of stages");
  bool well = true;
  for (std::size_t i = 0; i < input.value().size(); ++i) {
    const JsonInput item = input.item(i);
    Stage stage;
    well = read_stage(item, stage, strictly) && well;
    if (!strictly && !stage.duration) {
      item.warning("load/option", fmt::format("`{}` has no duration and is left out", item.path()));
      continue;
    }
    value.push_back(stage);
  }
  return well;
}

bool read_threshold(const JsonInput& input, ThresholdSetting& threshold) {
  const Json& json = input.value();
  if (json.is_string()) return Text::read(input, threshold.condition);
  if (!json.is_object()) return input.wrong("a condition, or an object with one");
  bool well = true;
  for (const auto& [name, value] : json.items()) {
    if (value.is_null()) continue;
    const JsonInput member = input.member(name, value);
    if (equals_ignore_case(name, "threshold")) {
      well = Text::read(member, threshold.condition) && well;
    } else if (equals_ignore_case(name, "abortOnFail")) {
      well = Boolean::read(member, threshold.abort_on_fail) && well;
    } else if (equals_ignore_case(name, "delayAbortEval")) {
      well = Duration::read(member, threshold.delay_abort_eval.emplace()) && well;
    } else {
      member.warning("load/unknown-option",
                     fmt::format("`{}` is no member of a threshold", member.path()));
    }
  }
  return well;
}

Json write_threshold(const ThresholdSetting& threshold) {
  if (!threshold.abort_on_fail) return threshold.condition;
  Json json = {{"threshold", threshold.condition}, {"abortOnFail", true}, {"delayAbortEval", {}}};
  if (threshold.delay_abort_eval) {
    json["delayAbortEval"] = format_duration(*threshold.delay_abort_eval);
  }
  return json;
}

template <class T>
bool accept(const JsonInput& input, const Result<T>& result, T& value) {
  if (!result) return input.problem("`" + input.path() + "`: " + result.error().message);
  value = *result;
  return true;
}

}  // namespace

bool StageList::read(const JsonInput& input, std::vector<Stage>& value) {
  return read_stages(input, value, false);
}

bool StageList::read_strictly(const JsonInput& input, std::vector<Stage>& value) {
  return read_stages(input, value, true);
}

bool StageList::read(const TextInput& input, std::vector<Stage>& value) {
  for (const std::string& text : input.list()) {
    const auto colon = text.find(':');
    const auto duration = parse_duration(text.substr(0, colon), BareNumber::refused);
    if (!duration) return input.wrong(text, "duration:target, as in 30s:10");
    Stage stage{.duration = *duration};
    if (colon != std::string::npos && colon + 1 < text.size()) {
      Problems ignored;
      const TextInput target("", {text.substr(colon + 1)}, true, ignored);
      if (!Integer::read(target, stage.target.emplace())) {
        return input.wrong(text, "duration:target, as in 30s:10");
      }
    }
    value.push_back(stage);
  }
  return true;
}

Json StageList::write(const std::vector<Stage>& value) {
  Json stages = Json::array();
  for (const Stage& stage : value) {
    Json json = {{"duration", {}}, {"target", {}}};
    if (stage.duration) json["duration"] = format_duration(*stage.duration);
    if (stage.target) json["target"] = *stage.target;
    stages.push_back(std::move(json));
  }
  return stages;
}

bool Segment::read(const JsonInput& input, ExecutionSegment& value) {
  std::string text;
  return Text::read(input, text) && accept(input, parse_segment(text), value);
}

bool Segment::read(const TextInput& input, ExecutionSegment& value) {
  const auto segment = parse_segment(input.value());
  if (!segment) return input.problem(segment.error().message);
  value = *segment;
  return true;
}

bool Sequence::read(const JsonInput& input, SegmentSequence& value) {
  std::string text;
  return Text::read(input, text) && accept(input, parse_segment_sequence(text), value);
}

bool Sequence::read(const TextInput& input, SegmentSequence& value) {
  const auto sequence = parse_segment_sequence(input.value());
  if (!sequence) return input.problem(sequence.error().message);
  value = *sequence;
  return true;
}

bool ThresholdMap::read(const JsonInput& input, ThresholdSettings& value) {
  if (!input.value().is_object()) return input.wrong("an object of lists of conditions");
  bool well = true;
  std::size_t places = kMostPlaces;
  for (const auto& [name, json] : input.value().items()) {
    const JsonInput member = input.member(name, json);
    auto& thresholds = value[name];
    if (json.is_null()) continue;
    if (!json.is_array()) {
      well = member.wrong("a list of conditions");
      continue;
    }
    for (std::size_t i = 0; i < json.size(); ++i) {
      well = read_threshold(member.item(i), thresholds.emplace_back()) && well;
      if (places == 0) continue;
      --places;
      thresholds.back().place = member.item(i).place();
    }
  }
  return well;
}

Json ThresholdMap::write(const ThresholdSettings& value) {
  Json json = Json::object();
  for (const auto& [metric, thresholds] : value) {
    Json& list = json[metric] = Json::array();
    for (const auto& threshold : thresholds) list.push_back(write_threshold(threshold));
  }
  return json;
}

}  // namespace crema::load::codec
