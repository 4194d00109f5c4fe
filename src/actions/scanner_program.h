// The scanners that actions run: the program on the job's PATH, else `crema scan-as` in its place.
#pragma once

#include "crema/run/action.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace crema::actions {

// How an input becomes part of a command line.
struct InputFlag {
  enum class How : std::uint8_t { value, when_true, each_line };
  std::string_view input;
  std::string_view flag;
  How how = How::value;
};

// The flags of those inputs that are set, in the order of the table.
std::vector<std::string> flags_of(const run::ActionContext& context,
                                  std::span<const InputFlag> table);

// Where the output of a scanner goes that has no flag for it; "" for the log.
struct ScannerRun {
  std::string_view tool;
  std::vector<std::string> words;
  std::string output;  // a path as an action takes it
};

// Fails with "actions/findings" and the exit code where the scanner does not end with 0.
Result<> run_scanner(run::ActionContext& context, const ScannerRun& run);

}  // namespace crema::actions
