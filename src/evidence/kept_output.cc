#include "crema/evidence/kept_output.h"

#include <fmt/format.h>

#include <algorithm>

namespace crema::evidence {

void KeptOutput::add(std::string_view text) {
  if (begin_.size() < kHalf && end_.empty()) {
    const auto part = text.substr(0, kHalf - begin_.size());
    begin_ += part;
    text.remove_prefix(part.size());
  }
  end_ += text;
  // Cutting seldom keeps a gigabyte cheap.
  if (end_.size() > 3 * kHalf) {
    left_out_ += end_.size() - kHalf;
    end_.erase(0, end_.size() - kHalf);
  }
}

void KeptOutput::clear() {
  begin_.clear();
  end_.clear();
  left_out_ = 0;
}

std::string KeptOutput::text() const {
  if (left_out_ == 0 && begin_.size() + end_.size() <= kKeptOutput) return begin_ + end_;
  auto end = std::string_view(end_);
  const auto cut = end.size() > kHalf ? end.size() - kHalf : 0;
  end.remove_prefix(cut);
  if (const auto line = end.find('\n'); line != std::string_view::npos) end.remove_prefix(line + 1);
  const auto whole = std::string_view(begin_).substr(0, begin_.rfind('\n'));
  return fmt::format("{}\n... {} bytes left out ...\n{}", whole, left_out_ + cut, end);
}

}  // namespace crema::evidence
