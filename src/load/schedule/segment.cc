#include "crema/load/schedule/segment.h"

#include "fraction.h"

#include "crema/base/strings.h"

#include <fmt/format.h>

namespace crema::load {
namespace {

Result<ExecutionSegment> checked(const Fraction& from, const Fraction& to, std::string_view text) {
  if (from < Fraction{0, 1} || Fraction{1, 1} < to) {
    return fail("load/segment", fmt::format("the segment \"{}\" is not between 0 and 1", text));
  }
  if (!(from < to)) {
    return fail("load/segment",
                fmt::format("the start of segment \"{}\" is not before its end", text));
  }
  return ExecutionSegment{from, to};
}

}  // namespace

Result<ExecutionSegment> parse_segment(std::string_view text) {
  if (text.empty()) return ExecutionSegment{};
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) {
    return checked({0, 1}, CREMA_TRY(parse_fraction(text)), text);
  }
  const Fraction from = CREMA_TRY(parse_fraction(text.substr(0, colon)));
  const Fraction to = CREMA_TRY(parse_fraction(text.substr(colon + 1)));
  return checked(from, to, text);
}

Result<Fraction> segment_length(const ExecutionSegment& segment) {
  return subtract(segment.to, segment.from);
}

std::string format_segment(const ExecutionSegment& segment) {
  return format_fraction(segment.from) + ":" + format_fraction(segment.to);
}

Result<ExecutionSegment> sub_segment(const ExecutionSegment& parent,
                                     const ExecutionSegment& child) {
  const Fraction length = CREMA_TRY(segment_length(parent));
  const auto within = [&](const Fraction& point) -> Result<Fraction> {
    return add(parent.from, CREMA_TRY(multiply(length, point)));
  };
  const Fraction from = CREMA_TRY(within(child.from));
  return ExecutionSegment{from, CREMA_TRY(within(child.to))};
}

Result<std::vector<ExecutionSegment>> split_segment(const ExecutionSegment& segment,
                                                    std::int64_t parts) {
  std::vector<ExecutionSegment> result;
  for (std::int64_t i = 0; i < parts; ++i) {
    const Fraction from = CREMA_TRY(fraction(i, parts));
    const Fraction to = CREMA_TRY(fraction(i + 1, parts));
    result.push_back(CREMA_TRY(sub_segment(segment, {from, to})));
  }
  return result;
}

Result<SegmentSequence> parse_segment_sequence(std::string_view text) {
  SegmentSequence sequence;
  if (text.empty()) return sequence;
  const auto points = split(text, ',');
  if (points.size() < 2) {
    return fail("load/segment", fmt::format("the sequence \"{}\" has one point, and a sequence of "
                                            "segments has two at least",
                                            text));
  }
  Fraction from = CREMA_TRY(parse_fraction(points.front()));
  for (std::size_t i = 1; i < points.size(); ++i) {
    const Fraction to = CREMA_TRY(parse_fraction(points[i]));
    sequence.push_back(
        CREMA_TRY(checked(from, to, fmt::format("{}:{}", points[i - 1], points[i]))));
    from = to;
  }
  return sequence;
}

std::string format_segment_sequence(const SegmentSequence& sequence) {
  std::string text;
  for (const auto& segment : sequence) {
    if (text.empty()) text = format_fraction(segment.from);
    text += "," + format_fraction(segment.to);
  }
  return text;
}

}  // namespace crema::load
