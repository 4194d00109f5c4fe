// How often `crema load compare` cries wolf, and how often it misses one, on simulated servers:
// `./dev bench load_compare [PAIRS]`. A server whose latency wanders, drifts, pauses and suffers
// from neighbours is measured at 1,000 requests a second, for 30 s and for longer where that does
// not decide: against itself, and against itself made 10 % slower.
#include "crema/load/compare/verdict.h"
#include "crema/load/compare/verdict_text.h"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <random>
#include <span>
#include <string>
#include <vector>

namespace {

using namespace crema::load;

constexpr double kFirst = 30;  // seconds before the first look
constexpr int kRate = 1000;
constexpr double kStep = 0.1;  // seconds between changes of state

// What a server shares with all that runs beside it: speed that wanders, drifts and suffers from
// neighbours. All in the logarithm of latency.
class Machine {
 public:
  explicit Machine(std::uint64_t seed, double offset = 0) : random_(seed), offset_(offset) {
    drift_ = kDrift * normal_(random_);
    wander_ = kWander * normal_(random_);
    neighbour_ = wait(kNeighbourEvery);
  }

  void step() {
    clock_ += kStep;
    drift_ = autoregressive(drift_, kDrift, 60);
    wander_ = autoregressive(wander_, kWander, 1);
    if (clock_ < neighbour_) return;
    neighbour_end_ = wait(kNeighbourFor);
    neighbour_ = neighbour_end_ + (wait(kNeighbourEvery) - clock_);
  }
  double slowness() const {
    return offset_ + drift_ + wander_ + (clock_ < neighbour_end_ ? kNeighbour : 0);
  }

 private:
  static constexpr double kDrift = 0.01;   // forgotten in a minute
  static constexpr double kWander = 0.04;  // forgotten in a second
  static constexpr double kNeighbourEvery = 20;
  static constexpr double kNeighbourFor = 2;
  static constexpr double kNeighbour = 0.14;  // 15 % slower

  std::mt19937_64 random_;
  std::normal_distribution<double> normal_;
  std::uniform_real_distribution<double> uniform_{0, 1};
  double offset_ = 0;
  double clock_ = 0;
  double drift_ = 0;
  double wander_ = 0;
  double neighbour_ = 0;  // when the next one starts
  double neighbour_end_ = 0;

  double wait(double mean) { return clock_ - mean * std::log1p(-uniform_(random_)); }
  // The next value of an AR(1) process of this standard deviation.
  double autoregressive(double value, double deviation, double memory) {
    const double keeps = std::exp(-kStep / memory);
    return keeps * value + deviation * std::sqrt(1 - keeps * keeps) * normal_(random_);
  }
};

// One server under constant load, a second after another. Its median is 10 ms, its latency
// log-normal, with a wandering of its own and pauses that hold up all requests.
class Server {
 public:
  Server(Machine& machine, std::uint64_t seed, double slower)
      : machine_(machine), random_(seed), shift_(std::log(0.010 * slower)), slower_(slower) {
    next_pause_ = pause_after();
  }

  TimeBlock second() {
    std::vector<std::uint64_t> latencies;
    std::uint64_t failures = 0;
    for (int i = 0; i < kRate; ++i) {
      if (i % static_cast<int>(kRate * kStep) == 0) step();
      clock_ += 1.0 / kRate;
      const double logarithm = shift_ + machine_.slowness() + wander_ + kSpread * normal_(random_);
      const double paused = std::max(0.0, pause_end_ - clock_);
      latencies.push_back(static_cast<std::uint64_t>((std::exp(logarithm) + paused) * 1e9));
      if (uniform_(random_) < 0.0005) ++failures;
    }
    return time_block(latencies, failures);
  }

 private:
  static constexpr double kWander = 0.03;
  static constexpr double kSpread = 0.35;  // of single requests
  static constexpr double kPauseEvery = 4;

  Machine& machine_;
  std::mt19937_64 random_;
  std::normal_distribution<double> normal_;
  std::uniform_real_distribution<double> uniform_{0, 1};
  double shift_ = 0;
  double slower_ = 1;
  double wander_ = 0;
  double clock_ = 0;
  double next_pause_ = 0;
  double pause_end_ = 0;

  double pause_after() { return clock_ - kPauseEvery * std::log1p(-uniform_(random_)); }
  void step() {
    machine_.step();
    const double keeps = std::exp(-kStep);
    wander_ = keeps * wander_ + kWander * std::sqrt(1 - keeps * keeps) * normal_(random_);
    if (clock_ < next_pause_) return;
    pause_end_ = clock_ + (0.02 + 0.04 * uniform_(random_)) * slower_;
    next_pause_ = pause_after();
  }
};

struct Tally {
  std::map<Verdict, int> first;  // after the first look
  std::map<Verdict, int> last;
  double seconds = 0;
  std::map<CompareMetric, std::map<Verdict, int>> by_metric;
  int pairs = 0;
};

RunRecord record_of() { return {.series = {{.name = "http_req_duration"}}}; }

void extend(RunRecord& record, Server& server, double seconds) {
  auto& blocks = record.series.front().blocks;
  while (static_cast<double>(blocks.size()) < seconds) blocks.push_back(server.second());
}

RunRecord first_of(const RunRecord& record, double seconds) {
  auto shorter = record_of();
  const auto& blocks = record.series.front().blocks;
  shorter.series.front().blocks.assign(blocks.begin(),
                                       blocks.begin() + static_cast<std::ptrdiff_t>(seconds));
  return shorter;
}

// Both runs have been made as long as they may become; they are looked at as they grow.
void compare_pair(Tally& tally, const RunRecord& base, const RunRecord& fresh,
                  CompareSettings settings) {
  double length = kFirst;
  for (;; ++settings.look) {
    const auto comparison = compare_runs(first_of(base, length), first_of(fresh, length), settings);
    if (!comparison) std::abort();
    if (settings.look == 1) {
      ++tally.first[comparison->verdict];
      for (const auto& metric : comparison->metrics)
        ++tally.by_metric[metric.metric][metric.verdict];
    }
    if (const auto next = next_length(*comparison, settings)) {
      length = std::ceil(*next);
      continue;
    }
    ++tally.last[comparison->verdict];
    tally.seconds += length;
    ++tally.pairs;
    return;
  }
}

struct Scenario {
  std::string title;
  double slower = 1;
  CompareSettings settings;
  Tally tally = {};
};

void run_pairs(std::vector<Scenario>& scenarios, int pairs) {
  const auto limit = CompareSettings{}.limit_seconds;
  for (int pair = 0; pair < pairs; ++pair) {
    const auto seed = 4 * static_cast<std::uint64_t>(pair);
    auto base = record_of();
    Machine first(seed);
    Server a(first, seed + 2, 1);
    extend(base, a, limit);
    std::map<double, RunRecord> fresh;
    for (auto& scenario : scenarios) {
      auto& run = fresh.try_emplace(scenario.slower, record_of()).first->second;
      Machine second(seed + 1);
      Server b(second, seed + 3, scenario.slower);
      if (run.series.front().blocks.empty()) extend(run, b, limit);
      compare_pair(scenario.tally, base, run, scenario.settings);
    }
  }
}

// A runner that is some percent faster or slower in every run: one run after another, and both in
// turns of two seconds, A B B A.
void compare_on_runner(Tally& tally, std::uint64_t seed, double slower, bool turns) {
  constexpr double kRunner = 0.05;
  std::mt19937_64 random(seed);
  std::normal_distribution<double> normal(0, kRunner);
  Machine first(4 * seed, normal(random));
  Machine later(4 * seed + 1, normal(random));
  Server a(first, 4 * seed + 2, 1);
  Server b(turns ? first : later, 4 * seed + 3, slower);
  auto base = record_of();
  auto fresh = record_of();
  for (int second = 0; second < 2 * kFirst; ++second) {
    const bool is_base = turns ? (second / 2 + 1) / 2 % 2 == 0 : second < kFirst;
    auto& blocks = (is_base ? base : fresh).series.front().blocks;
    blocks.push_back((is_base ? a : b).second());
  }
  CompareSettings settings;
  if (turns) settings.bootstrap.pairing = Pairing::interleaved;
  const auto comparison = compare_runs(base, fresh, settings);
  if (!comparison) std::abort();
  ++tally.first[comparison->verdict];
  ++tally.last[comparison->verdict];
  for (const auto& metric : comparison->metrics) ++tally.by_metric[metric.metric][metric.verdict];
  ++tally.pairs;
  tally.seconds += kFirst;
}

std::string shares(const std::map<Verdict, int>& counts, int pairs) {
  std::string text;
  for (const auto verdict :
       {Verdict::fine, Verdict::improvement, Verdict::inconclusive, Verdict::regression}) {
    const auto found = counts.find(verdict);
    const int count = found == counts.end() ? 0 : found->second;
    text += fmt::format("  {} {:5.1f} %", to_text(verdict), 100.0 * count / pairs);
  }
  return text;
}

void print(std::string_view title, const Tally& tally) {
  fmt::print("{}\n  after {:g} s:{}\n", title, kFirst, shares(tally.first, tally.pairs));
  for (const auto& [metric, counts] : tally.by_metric)
    fmt::print("    {:<10}{}\n", to_text(metric), shares(counts, tally.pairs));
  fmt::print("  in the end:{}  ({:.0f} s on average)\n", shares(tally.last, tally.pairs),
             tally.seconds / tally.pairs);
  std::fflush(stdout);
}

void run_runner(std::string_view title, int pairs, double slower, bool turns) {
  Tally tally;
  for (int pair = 0; pair < pairs; ++pair)
    compare_on_runner(tally, static_cast<std::uint64_t>(pair), slower, turns);
  print(title, tally);
}

// How often the interval for 95 % holds the truth, which is no change.
void coverage(int pairs, double seconds, std::span<const double> block_lengths) {
  constexpr std::array kNames{"p50", "p95", "p99", "mean"};
  const std::array statistics{Statistic{.kind = StatisticKind::quantile, .quantile = 0.5},
                              Statistic{.kind = StatisticKind::quantile, .quantile = 0.95},
                              Statistic{.kind = StatisticKind::quantile, .quantile = 0.99},
                              Statistic{.kind = StatisticKind::mean}};
  std::vector<std::array<int, 4>> held(block_lengths.size());
  std::vector<std::array<double, 4>> width(block_lengths.size());
  for (int pair = 0; pair < pairs; ++pair) {
    const auto seed = static_cast<std::uint64_t>(4 * pair);
    Machine first(seed);
    Machine second(seed + 1);
    Server a(first, seed + 2, 1);
    Server b(second, seed + 3, 1);
    auto base = record_of();
    auto fresh = record_of();
    extend(base, a, seconds);
    extend(fresh, b, seconds);
    for (std::size_t length = 0; length < block_lengths.size(); ++length) {
      const auto estimates = bootstrap(base.series.front(), fresh.series.front(), 1, statistics,
                                       {.block_seconds = block_lengths[length]});
      for (std::size_t i = 0; i < statistics.size(); ++i) {
        const auto& estimate = (*estimates)[i];
        held[length][i] += estimate.low(0.025) <= 0 && estimate.high(0.025) >= 0 ? 1 : 0;
        width[length][i] += estimate.high(0.025) - estimate.log_ratio;
      }
    }
  }
  fmt::print("Coverage of the 95 % interval (and its half width), {:g} s\n", seconds);
  for (std::size_t length = 0; length < block_lengths.size(); ++length) {
    fmt::print("  blocks of {:>4g} s (0: as usual):", block_lengths[length]);
    for (std::size_t i = 0; i < statistics.size(); ++i)
      fmt::print("  {} {:5.1f} % ({:.1f} %)", kNames[i], 100.0 * held[length][i] / pairs,
                 100 * width[length][i] / pairs);
    fmt::print("\n");
  }
}

void speed() {
  Machine machine(1);
  Server a(machine, 2, 1);
  Server b(machine, 3, 1.1);
  auto base = record_of();
  auto fresh = record_of();
  extend(base, a, 60);
  extend(fresh, b, 60);
  const auto begin = std::chrono::steady_clock::now();
  const auto comparison = compare_runs(base, fresh, {});
  const auto took = std::chrono::steady_clock::now() - begin;
  fmt::print("{}\n2 runs of 60 s, 5 metrics, 2,000 resamples: {:.0f} ms\n\n",
             comparison_text(*comparison), std::chrono::duration<double>(took).count() * 1e3);
}

}  // namespace

int main(int argc, char** argv) {
  const int pairs = argc > 1 ? std::atoi(argv[1]) : 200;
  if (pairs <= 0) {
    fmt::print(stderr, "how many pairs? a number above 0\n");
    return 2;
  }
  speed();
  coverage(pairs, 30, std::array{2.0, 3.0, 5.0, 7.0, 0.0});
  coverage(pairs, 120, std::array{2.0, 5.0, 10.0, 20.0, 0.0});
  CompareSettings growing{.looks = 2};
  CompareSettings wider = growing;
  wider.metrics[2].margin = 0.15;
  std::vector<Scenario> scenarios{
      {"A/A, 30 s only", 1, {}},
      {"10 % slower, 30 s only", 1.1, {}},
      {"A/A, up to 300 s in 2 looks", 1, growing},
      {"5 % slower, which is the margin, up to 300 s in 2 looks", 1.05, growing},
      {"10 % slower, up to 300 s in 2 looks", 1.1, growing},
      {"A/A, the same with a margin of 15 % for p99", 1, wider},
      {"10 % slower, the same", 1.1, wider},
  };
  run_pairs(scenarios, pairs);
  for (const auto& scenario : scenarios) print(scenario.title, scenario.tally);
  run_runner("A/A, a runner that is off by 5 % in every run", pairs, 1, false);
  run_runner("A/A, the same runner, in turns", pairs, 1, true);
  run_runner("10 % slower, the same runner, in turns", pairs, 1.1, true);
  return 0;
}
