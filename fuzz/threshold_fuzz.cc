// Feeds any text to the reader of threshold expressions; what it accepts reads as the same again.
#include "crema/load/metrics/threshold.h"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace crema::load;
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto made = parse_threshold(text);
  if (!made) {
    if (made.error().message.empty() || made.error().span.column > size + 1) std::abort();
  } else {
    if (!std::isfinite(made->limit) || made->percentile < 0 || made->percentile > 100) std::abort();
    const auto again = parse_threshold(" " + made->source + " ");
    if (!again || again->limit != made->limit) std::abort();
  }
  // Sub-metrics stand beside them in the options.
  Registry registry;
  const Builtins builtins(registry);
  const auto set =
      ThresholdSet::create(registry, {{text, {{"rate<1"}}}, {"checks{a:b}", {{text}}}});
  if (set && set->metrics().size() != 2) std::abort();
  return 0;
}
