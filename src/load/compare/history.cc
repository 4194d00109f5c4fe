#include "crema/load/compare/history.h"

#include "distribution.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

namespace crema::load {
namespace {

using Values = std::span<const double>;
constexpr std::size_t kLeastWindow = 4;

struct Moments {
  double count = 0;
  double mean = 0;
  double variance = 0;  // unbiased; 0 for a single value
};

Moments moments_of(Values values) {
  const auto count = static_cast<double>(values.size());
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / count;
  double squares = 0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  return {.count = count, .mean = mean, .variance = count > 1 ? squares / (count - 1) : 0};
}

// Student's t-test of equal means, two-sided, with one variance for both: so that a side may have
// one run only.
double t_test(Values left, Values right) {
  const auto a = moments_of(left);
  const auto b = moments_of(right);
  const double degrees = a.count + b.count - 2;
  if (degrees < 1) return 1;
  const double pooled = ((a.count - 1) * a.variance + (b.count - 1) * b.variance) / degrees;
  const double error = std::sqrt(pooled * (1 / a.count + 1 / b.count));
  if (error <= 0) return a.mean == b.mean ? 1 : 0;
  return std::min(1.0, 2 * student_tail(std::abs(a.mean - b.mean) / error, degrees));
}

// Where the energy distance between both sides is largest: the first run of the right side. Sides
// have two runs at least, for a single one has no distance within.
std::size_t best_split(Values values) {
  const auto size = values.size();
  const auto distances_to = [&](double value, std::size_t from, std::size_t to) {
    double sum = 0;
    for (std::size_t i = from; i < to; ++i) sum += std::abs(values[i] - value);
    return sum;
  };
  double within_left = 0;
  double between = 0;
  double within_right = 0;
  for (std::size_t i = 0; i < size; ++i) within_right += distances_to(values[i], i, size);
  std::size_t best = 0;
  double best_distance = -std::numeric_limits<double>::infinity();
  for (std::size_t split = 1; split + 1 < size; ++split) {
    // One value moves from the right side to the left.
    const double moved = values[split - 1];
    const double to_left = distances_to(moved, 0, split - 1);
    const double to_right = distances_to(moved, split, size);
    within_left += to_left;
    within_right -= to_right;
    between += to_right - to_left;
    if (split < 2) continue;
    const auto m = static_cast<double>(split);
    const auto n = static_cast<double>(size - split);
    const double energy =
        2 * between / (m * n) - within_left / (m * (m - 1) / 2) - within_right / (n * (n - 1) / 2);
    const double distance = energy * m * n / (m + n);
    if (distance > best_distance) {
      best_distance = distance;
      best = split;
    }
  }
  return best;
}

// Splits a window, and its parts again, while the t-test believes the split.
void split_window(Values values, std::size_t from, std::size_t to, double p_value,
                  std::vector<std::size_t>& found) {
  std::vector<std::pair<std::size_t, std::size_t>> open{{from, to}};
  while (!open.empty()) {
    const auto [start, end] = open.back();
    open.pop_back();
    if (end - start < kLeastWindow) continue;
    const auto part = values.subspan(start, end - start);
    const auto split = best_split(part);
    if (t_test(part.first(split), part.subspan(split)) > p_value) continue;
    found.push_back(start + split);
    open.emplace_back(start, start + split);
    open.emplace_back(start + split, end);
  }
}

// Windows overlap by half, so that no change stands at the edge of all windows it is in.
std::vector<std::size_t> candidates(Values values, const HistorySettings& settings) {
  const auto window = std::max(settings.window, kLeastWindow);
  std::vector<std::size_t> found;
  for (std::size_t from = 0;; from += window / 2) {
    const auto to = std::min(values.size(), from + window);
    split_window(values, from, to, settings.p_value * settings.looser_first_pass, found);
    if (to == values.size()) break;
  }
  std::ranges::sort(found);
  found.erase(std::ranges::unique(found).begin(), found.end());
  return found;
}

// A change point between its neighbours; `at` counts the points, of which there may be none left.
ChangePoint judged(Values values, const std::vector<std::size_t>& points, std::size_t at) {
  const auto from = at == 0 ? 0 : points[at - 1];
  const auto to = at + 1 == points.size() ? values.size() : points[at + 1];
  const auto left = values.subspan(from, points[at] - from);
  const auto right = values.subspan(points[at], to - points[at]);
  return {.index = points[at],
          .before = moments_of(left).mean,
          .after = moments_of(right).mean,
          .p_value = t_test(left, right)};
}

}  // namespace

std::vector<ChangePoint> change_points(std::span<const double> values,
                                       const HistorySettings& settings) {
  if (values.size() < kShortestHistory) return {};
  auto points = candidates(values, settings);
  std::vector<ChangePoint> judgements;
  for (std::size_t at = 0; at < points.size(); ++at)
    judgements.push_back(judged(values, points, at));
  const auto holds = [&](const ChangePoint& point) {
    return point.p_value <= settings.p_value &&
           std::abs(point.change()) >= settings.smallest_change;
  };
  while (!std::ranges::all_of(judgements, holds)) {
    // The least believable of those that do not hold; its neighbours are then judged anew.
    auto weakest = judgements.end();
    for (auto point = judgements.begin(); point != judgements.end(); ++point) {
      if (!holds(*point) && (weakest == judgements.end() || point->p_value > weakest->p_value))
        weakest = point;
    }
    const auto at = static_cast<std::size_t>(weakest - judgements.begin());
    judgements.erase(weakest);
    points.erase(points.begin() + static_cast<std::ptrdiff_t>(at));
    if (at > 0) judgements[at - 1] = judged(values, points, at - 1);
    if (at < points.size()) judgements[at] = judged(values, points, at);
  }
  return judgements;
}

}  // namespace crema::load
