// From scripts, config files, the environment and the command line to options: reading, merging,
// turning shortcuts into scenarios, checking.
#pragma once

#include "crema/base/diagnostic.h"
#include "crema/base/source.h"
#include "crema/load/schedule/options.h"

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace crema::load {

// The exit code of a test that is not run because its options are wrong: k6's 104.
inline constexpr ExitCode kInvalidOptions{104};

// Errors and warnings; all that can be found at once, a hundred at most.
using Problems = std::vector<Diagnostic>;
bool has_errors(const Problems& problems);

struct OptionsReading {
  Options options;
  Problems problems;
};

// A JSON object of options: what a script exports, or a config file. Wrong types and values are
// errors "load/option" with the key, its place and what was expected; keys that k6 does not have
// are warnings "load/unknown-option", but errors inside a scenario. As in k6, `null` is as if the
// key were not there, and the case of its letters does not matter.
OptionsReading read_options(const SourcePtr& json, OptionSource source);

// The K6_* variables among `environment`; empty values are as if they were not set.
OptionsReading read_environment_options(const std::map<std::string, std::string>& environment);

// A flag of the command line: what its parser needs to know.
struct OptionFlag {
  std::string_view name;  // "vus": --vus
  char letter = 0;        // 'u': -u; 0 without
  bool takes_value = true;
  std::string_view implied;  // the value of a flag without one: --http-debug is "headers"
  std::string_view text;     // what it is for
};
std::span<const OptionFlag> option_flags();

// Flags with their values, in the order of the command line; a flag that stands for itself has the
// value "true". Flags that are in no row of option_flags() are the caller's mistake, and an error.
OptionsReading read_flag_options(std::span<const std::pair<std::string, std::string>> flags);

// Puts what `higher` has over `lower`. When `higher` has any of duration, iterations, stages and
// scenarios, all four of `lower` are gone; a warning says so where those were scenarios.
void override_options(Options& lower, const Options& higher, Problems& problems);

// The readings of all sources, lowest first, over the defaults.
OptionsReading consolidate_options(std::span<const OptionsReading> readings);

// Turns vus, duration, iterations and stages into the scenario "default"; one iteration by one user
// when nothing says what to run. Pairs that cannot be together are errors "load/option-conflict".
void derive_scenarios(Options& options, Problems& problems);

// Checks options with their scenarios: all that is wrong, errors "load/option". `exported` are the
// names of the functions a script exports; without a list their existence is not checked.
void check_options(const Options& options, const std::vector<std::string>* exported,
                   Problems& problems);

// The segment and its sequence as the striping that all plans take. Fails with "load/segment".
Result<Striping> striping_of(const Options& options);

enum class UnwrittenOptions : std::uint8_t {
  null,     // every key, null where nothing was written: `inspect`, archives
  left_out  // only what was written: exec.test.options, handleSummary's data
};

// Options as a JSON object with k6's keys in k6's order, pretty-printed.
std::string options_json(const Options& options, UnwrittenOptions unwritten);
// The same, with `totalDuration` and `maxVUs`: `inspect --execution-requirements`.
std::string options_json_with_requirements(const Options& options, const Striping& striping);

}  // namespace crema::load
