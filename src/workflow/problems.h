// Collects what is wrong with a file, and knows how strict to be about it.
#pragma once

#include "crema/base/diagnostic.h"
#include "crema/workflow/parse.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace crema::workflow {

class Problems {
 public:
  Problems(Mode mode, std::size_t max_errors) : mode_(mode), max_errors_(max_errors) {}

  Mode mode() const { return mode_; }
  // An error in both modes. What was said before is not said again.
  void refuse(Diagnostic error);
  // What GitHub refuses and crema can run: an error, or when lenient a warning. Whether to go on.
  bool tolerate(Diagnostic error);
  void warn(Diagnostic warning);

  bool any_errors() const { return !errors_.empty(); }
  std::vector<Diagnostic>& errors() { return errors_; }
  std::vector<Diagnostic>& warnings() { return warnings_; }

 private:
  Mode mode_;
  std::size_t max_errors_;
  std::vector<Diagnostic> errors_;
  std::vector<Diagnostic> warnings_;
};

// The candidate that `word` was probably meant to be, or "".
std::string nearest(std::string_view word, std::span<const std::string> candidates);

// "write `x` instead" where a candidate is near, else "use one of `a`, `b`"; "" without candidates.
std::string suggest(std::string_view word, std::span<const std::string> candidates);

// "`a`, `b`, `c`"
std::string quoted_list(std::span<const std::string> words);

}  // namespace crema::workflow
