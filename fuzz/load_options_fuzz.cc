// Feeds any bytes to the readers of a load test's options, as JSON, as a variable and as a flag;
// what is accepted can be planned, and reads back as itself.
#include "crema/load/schedule/execution_plan.h"
#include "crema/load/schedule/options_reading.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

namespace {

using namespace crema;
using namespace crema::load;

// Plans that are as large as their options ask for say nothing new and take long.
bool is_small(const Options& options) {
  for (const auto& [name, scenario] : *options.scenarios) {
    if (vus_of(scenario) > 1000 || max_vus_of(scenario) > 1000 || start_vus_of(scenario) > 1000) {
      return false;
    }
    if (!scenario.stages) continue;
    if (scenario.stages->size() > 20) return false;
    for (const Stage& stage : *scenario.stages) {
      if (stage.target.value_or(0) > 1000) return false;
    }
  }
  for (const auto& [from, to] : options.execution_segment_sequence.value_or(SegmentSequence{})) {
    if (from.denominator > 50 || to.denominator > 50) return false;
  }
  const ExecutionSegment segment = options.execution_segment.value_or(ExecutionSegment{});
  return segment.from.denominator <= 50 && segment.to.denominator <= 50;
}

void use(OptionsReading reading) {
  for (const auto& problem : reading.problems) {
    if (problem.message.empty()) std::abort();
  }
  OptionsReading all = consolidate_options(std::vector<OptionsReading>{std::move(reading)});
  if (!has_errors(all.problems)) derive_scenarios(all.options, all.problems);
  if (has_errors(all.problems) || !is_small(all.options)) return;
  check_options(all.options, nullptr, all.problems);
  if (has_errors(all.problems)) return;
  const auto striping = striping_of(all.options);
  const ExecutionPlan plan = plan_execution(*all.options.scenarios, *striping);
  Nanoseconds last{0};
  for (const VuStep& step : plan.users) {
    if (step.at < last || step.planned < 0 || step.unplanned < 0) std::abort();
    last = step.at;
  }
  if (!plan.users.empty() && plan.users.back().planned != 0) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto document = std::make_shared<SourceFile>("options", text);
  OptionsReading reading = read_options(document, OptionSource::script);
  if (!has_errors(reading.problems)) {
    const std::string written = options_json(reading.options, UnwrittenOptions::null);
    const auto again =
        read_options(std::make_shared<SourceFile>("again", written), OptionSource::script);
    if (has_errors(again.problems) ||
        options_json(again.options, UnwrittenOptions::null) != written) {
      std::abort();
    }
  }
  use(std::move(reading));
  // As text, one variable and one flag a time: which ones depends on the text.
  constexpr std::array<const char*, 5> kVariables = {"K6_STAGES", "K6_DNS", "K6_TAGS",
                                                     "K6_DURATION", "K6_LOCAL_IPS"};
  const std::size_t choice = size == 0 ? 0 : data[0] + size;
  use(read_environment_options({{kVariables[choice % kVariables.size()], text}}));
  const auto flags = option_flags();
  const std::vector<std::pair<std::string, std::string>> flag = {
      {std::string(flags[choice % flags.size()].name), text}};
  use(read_flag_options(flag));
  return 0;
}
