#include "crema/load/compare/guard.h"

#include <fmt/format.h>

#include <array>
#include <string_view>

namespace crema::load {
namespace {

struct Rule {
  std::string_view code;
  std::string_view what;  // of a number with its unit
  std::string_view hint;
  double factor;  // from the fact to what is shown
  std::string_view unit;
  double (*measured)(const RunFacts&);
  double (*limit)(const GuardLimits&);
};

double dropped_share(const RunFacts& facts) {
  const auto due = static_cast<double>(facts.iterations) + static_cast<double>(facts.dropped);
  return due > 0 ? static_cast<double>(facts.dropped) / due : 0;
}

constexpr std::array kRules{
    Rule{"load/generator-busy", "the load generator used {}{} of its CPU time, more than {}{}",
         "give the generator more cores, ask for less load, or simplify the script", 100, " %",
         [](const RunFacts& facts) { return facts.generator_cpu_share; },
         [](const GuardLimits& limits) { return limits.generator_cpu_share; }},
    Rule{"load/generator-late",
         "one in a hundred turns of the generator's loop was {}{} late, more than {}{}",
         "leave a core free for the generator, or move the server to another machine", 1, " ms",
         [](const RunFacts& facts) { return facts.loop_lag_p99_ms; },
         [](const GuardLimits& limits) { return limits.loop_lag_p99_ms; }},
    Rule{"load/dropped", "{}{} of the iterations that were due never started, more than {}{}",
         "raise preAllocatedVUs and maxVUs, or lower the rate", 100, " %", dropped_share,
         [](const GuardLimits& limits) { return limits.dropped_share; }},
    Rule{"load/steal", "the hypervisor took {}{} of the machine's time, more than {}{}",
         "run on a machine of its own, or compare interleaved with `crema load ab`", 100, " %",
         [](const RunFacts& facts) { return facts.steal_share; },
         [](const GuardLimits& limits) { return limits.steal_share; }},
};

// The model's two or three significant digits: 0.052 %, 83.4 %.
std::string shown(double value) { return fmt::format("{:.3g}", value); }

// Nobody has measured it: an agent was lost, and with it what it knew of itself.
Breach unknown(const Rule& rule, double measured, double limit) {
  return {.code = std::string(rule.code),
          .measured = measured,
          .limit = limit,
          .message = "it is not known how a part of the load generator fared: it was lost",
          .hint = "run it again with all of its agents"};
}

Breach differs(std::string code, std::string_view what, std::string_view base,
               std::string_view fresh, std::string hint) {
  return {.code = std::move(code),
          .measured = 0,
          .limit = 0,
          .message = fmt::format("the {} differs: `{}` in the base, `{}` in the new run", what,
                                 base, fresh),
          .hint = std::move(hint)};
}

}  // namespace

std::vector<Breach> check_run(const RunFacts& facts, const GuardLimits& limits) {
  std::vector<Breach> breaches;
  for (const auto& rule : kRules) {
    const double measured = rule.measured(facts);
    const double limit = rule.limit(limits);
    // Written so that what is no number is a breach.
    if (measured >= 0 && measured <= limit) continue;
    if (!(measured >= 0)) {
      breaches.push_back(unknown(rule, measured, limit));
      continue;
    }
    breaches.push_back(
        {.code = std::string(rule.code),
         .measured = measured,
         .limit = limit,
         .message = fmt::format(fmt::runtime(rule.what), shown(measured * rule.factor), rule.unit,
                                shown(limit * rule.factor), rule.unit),
         .hint = std::string(rule.hint)});
  }
  return breaches;
}

std::vector<Breach> check_pair(const RunFacts& base, const RunFacts& fresh) {
  std::vector<Breach> breaches;
  if (base.cpu_model != fresh.cpu_model) {
    breaches.push_back(differs("load/other-cpu", "CPU model", base.cpu_model, fresh.cpu_model,
                               "run both on the same kind of machine"));
  }
  if (base.cores != fresh.cores) {
    breaches.push_back(differs("load/other-cores", "number of cores", std::to_string(base.cores),
                               std::to_string(fresh.cores),
                               "run both on the same kind of machine"));
  }
  if (base.script_hash != fresh.script_hash) {
    breaches.push_back(differs("load/other-script", "script's digest", base.script_hash,
                               fresh.script_hash, "run the base again with the new script"));
  }
  return breaches;
}

}  // namespace crema::load
