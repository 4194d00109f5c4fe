// At which of many runs a metric changed: E-divisive splits, kept where a t-test believes them.
//
// The method of Hunter (Fleming et al., arXiv 2301.03034), after Matteson and James (JASA 109,
// 2014): the best split of a window is where the energy distance between both sides is largest.
// Hunter asks Student's t-test instead of random permutations whether it is real, so the answer is
// the same every time. A first pass with a looser threshold finds candidates, for a strong change
// can hide behind a weaker one beside it; then the weakest are merged away until all hold.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace crema::load {

struct HistorySettings {
  std::size_t window = 50;        // runs looked at together; at least 4
  double p_value = 0.001;         // a change point's is below
  double looser_first_pass = 10;  // times p_value
  double smallest_change = 0.0;   // a share of the mean before; smaller ones are merged away
};

// Fewer runs than this have no history: nothing is found in them.
constexpr std::size_t kShortestHistory = 10;

struct ChangePoint {
  std::size_t index = 0;  // the first run that is different
  double before = 0;      // mean since the change point before, or the start
  double after = 0;       // mean to the next change point, or the end
  double p_value = 1;

  double change() const { return before == 0 ? 0 : after / before - 1; }
};

// The values of one metric, oldest first; those that are no finite number must be left out before.
std::vector<ChangePoint> change_points(std::span<const double> values,
                                       const HistorySettings& settings = {});

}  // namespace crema::load
