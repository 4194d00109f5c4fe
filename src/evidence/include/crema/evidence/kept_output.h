// Output as it comes, of which the beginning and the end are kept.
#pragma once

#include "crema/evidence/test_suite.h"

#include <string>
#include <string_view>

namespace crema::evidence {

class KeptOutput {
 public:
  void add(std::string_view text);
  void clear();
  bool empty() const { return begin_.empty(); }
  // As shortened_output() gives it.
  std::string text() const;

 private:
  static constexpr std::size_t kHalf = kKeptOutput / 2;
  std::string begin_;
  std::string end_;
  std::size_t left_out_ = 0;
};

}  // namespace crema::evidence
