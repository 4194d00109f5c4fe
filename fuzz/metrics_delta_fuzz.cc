// Feeds any bytes to the reader of deltas; what it accepts can be merged, shown and written again.
#include "crema/load/metrics/summary.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace crema::load;
  Registry registry;
  const Builtins builtins(registry);
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  auto delta = parse_delta(bytes, registry);
  if (!delta) {
    if (delta.error().message.empty()) std::abort();
    return 0;
  }
  const auto once = serialise(*delta);
  auto again = parse_delta(once, registry);
  if (!again || serialise(*again) != once) std::abort();
  Collector collector(registry);
  collector.add(std::move(*delta));
  collector.add(std::move(*again));
  const ThresholdSet none;
  const SummaryFacts facts{
      .collector = collector, .thresholds = none, .duration = std::chrono::seconds(1)};
  if (summary_text(facts, {.mode = SummaryMode::full}).empty()) std::abort();
  if (!handle_summary_json(facts, {})) std::abort();
  return 0;
}
