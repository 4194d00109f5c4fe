#include "crema/testing/sharding.h"

#include <algorithm>
#include <tuple>

namespace crema::testing {
namespace {

using std::chrono::nanoseconds;

constexpr nanoseconds kStart = std::chrono::milliseconds(50);  // of a suite's process
constexpr nanoseconds kUnknown = std::chrono::seconds(1);      // of a suite that never ran

struct Piece {
  std::string suite;
  std::string test;  // "" : what of the suite is not in pieces of its own
  nanoseconds weight{0};
};

// A suite as one piece, or as its tests where it is longer than half a shard's share.
void add_pieces(std::vector<Piece>& pieces, const std::string& suite, const SuiteTimes& times,
                nanoseconds share, bool divisible) {
  const auto known = times.find(suite);
  if (known == times.end()) {
    pieces.push_back({suite, "", kUnknown});
    return;
  }
  auto rest = known->second.duration;
  if (divisible && rest > share / 2 && known->second.tests.size() > 1) {
    for (const auto& [test, took] : known->second.tests) {
      pieces.push_back({suite, test, took});
      rest -= std::min(rest, took);
    }
    rest = std::min(rest, share / 10);  // around its tests: once in each shard that has some
  }
  pieces.push_back({suite, "", rest + kStart});
}

}  // namespace

std::vector<std::vector<ShardPart>> divide(std::span<const std::string> suites,
                                           const SuiteTimes& times, unsigned count,
                                           bool divisible) {
  nanoseconds sum{0};
  for (const auto& suite : suites) {
    const auto known = times.find(suite);
    sum += known == times.end() ? kUnknown : known->second.duration + kStart;
  }
  std::vector<Piece> pieces;
  for (const auto& suite : suites) add_pieces(pieces, suite, times, sum / count, divisible);
  std::ranges::sort(pieces, [](const Piece& a, const Piece& b) {
    return std::tuple(-a.weight.count(), std::string_view(a.suite), std::string_view(a.test)) <
           std::tuple(-b.weight.count(), std::string_view(b.suite), std::string_view(b.test));
  });
  // The longest first, each to the shard that has least.
  std::vector<nanoseconds> loads(count);
  std::vector<std::map<std::string, std::vector<std::string>>> chosen(count);
  std::map<std::string, std::size_t> rest_in;
  std::map<std::string, std::vector<std::string>> named;
  for (const auto& piece : pieces) {
    const auto least = static_cast<std::size_t>(std::ranges::min_element(loads) - loads.begin());
    loads[least] += piece.weight;
    auto& tests = chosen[least][piece.suite];
    if (piece.test.empty()) {
      rest_in[piece.suite] = least;
    } else {
      tests.push_back(piece.test);
      named[piece.suite].push_back(piece.test);
    }
  }
  std::vector<std::vector<ShardPart>> shards(count);
  for (std::size_t shard = 0; shard < count; ++shard) {
    for (auto& [suite, tests] : chosen[shard]) {
      ShardPart part{.suite = suite, .only = {}, .without = {}};
      std::ranges::sort(tests);
      if (rest_in.at(suite) != shard) {
        part.only = std::move(tests);
      } else {
        for (const auto& test : named[suite]) {
          if (!std::ranges::binary_search(tests, test)) part.without.push_back(test);
        }
        std::ranges::sort(part.without);
      }
      shards[shard].push_back(std::move(part));
    }
  }
  return shards;
}

}  // namespace crema::testing
