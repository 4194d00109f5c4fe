// Feeds any text to the readers of durations, segments and their sequences; what they accept prints
// as what reads back as itself, and the segments of a sequence share without a rest.
#include "crema/load/schedule/duration.h"
#include "crema/load/schedule/segment.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

namespace {

using namespace crema::load;

void share(const SegmentSequence& sequence) {
  if (sequence.size() > 20) return;
  for (const auto& [from, to] : sequence) {
    if (from.denominator > 30 || to.denominator > 30) return;
  }
  if (Fraction{0, 1} < sequence.front().from || sequence.back().to < Fraction{1, 1}) return;
  std::int64_t sum = 0;
  for (const auto& segment : sequence) {
    const auto striping = Striping::make(segment, sequence);
    if (!striping) return;  // a round may be too long
    sum += striping->scale(1000);
    for (std::int64_t n = 0; n < 10; ++n) {
      if (striping->thing(n) >= striping->thing(n + 1)) std::abort();
    }
  }
  if (sum != 1000) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  if (const auto duration = parse_duration(text)) {
    if (parse_duration(format_duration(*duration), BareNumber::refused) != *duration) std::abort();
  }
  if (const auto segment = parse_segment(text)) {
    if (parse_segment(format_segment(*segment)) != *segment) std::abort();
  }
  if (const auto sequence = parse_segment_sequence(text)) {
    if (parse_segment_sequence(format_segment_sequence(*sequence)) != *sequence) std::abort();
    if (!sequence->empty()) share(*sequence);
  }
  return 0;
}
