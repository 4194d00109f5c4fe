// What a failed Go test says about itself: where, what and why, out of its output.
#pragma once

#include "crema/evidence/test_suite.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace crema::evidence {

struct GoFailure {
  FailureKind kind = FailureKind::assertion;
  std::string message;
  std::string file;  // a base name where testing printed it, a path where the runtime did
  std::uint32_t line = 0;
};

// Of the output of one test, without its "=== RUN" and "--- FAIL" lines.
GoFailure explain_go_failure(std::string_view output);

// Whether a line is test2json's framing, which is not the test's own: "=== RUN", "--- PASS", ...
bool is_go_framing(std::string_view line);

// What go test closes a package with: "PASS", "FAIL\texample.org/p\t0.1s", "coverage: 81.2% of
// ...".
bool is_go_closing(std::string_view line);

// "menu_test.go:30: got 1" after its indentation: the file, the line, and what follows.
bool take_go_place(std::string_view line, std::string& file, std::uint32_t& number,
                   std::string_view& rest);

}  // namespace crema::evidence
