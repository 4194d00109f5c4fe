// Reads what `cargo test` prints while it prints it: the text of Rust's own test harness, which is
// all that a stable toolchain gives. Durations of single tests are not in it.
#pragma once

#include "crema/evidence/kept_output.h"
#include "crema/evidence/suite_listener.h"
#include "crema/evidence/test_suite.h"

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace crema::testing {

class LibtestReader {
 public:
  // `suite_of` gives the suite of a test executable ("target/debug/deps/shop-1f2e"), or of a
  // crate's documentation ("doc-tests shop").
  using SuiteOf = std::function<evidence::TestSuite(std::string_view executable)>;
  LibtestReader(SuiteOf suite_of, evidence::SuiteListener listener);

  void feed(std::string_view bytes);
  // Suites in their order. One whose harness did not come to its end has failed with `kind`; a test
  // that is known to have run then, too.
  std::vector<evidence::TestSuite> finish(evidence::FailureKind kind, std::string_view message);
  std::string other_output() const { return other_.text(); }  // of cargo itself

 private:
  void take_line(std::string_view line);
  bool take_framing(std::string_view line);
  void take_test(std::string_view line);
  void end_test(std::string_view name, std::string_view result);
  void take_failure_line(std::string_view line);
  void end_block();
  void begin_suite(std::string_view executable);
  void end_suite(evidence::FailureKind kind, std::string_view message);

  SuiteOf suite_of_;
  evidence::SuiteListener listener_;
  std::string line_;
  evidence::KeptOutput other_, said_, block_;
  std::vector<evidence::TestSuite> suites_;
  evidence::TestSuite suite_;
  std::unordered_map<std::string, std::size_t> places_;
  std::string block_name_, running_, died_;
  bool open_ = false, in_failures_ = false;
};

// What the output of a failed Rust test says of its failure.
struct RustFailure {
  evidence::FailureKind kind = evidence::FailureKind::assertion;
  std::string message, file;  // the file as it was compiled
  std::uint32_t line = 0;
};
RustFailure explain_rust_failure(std::string_view output);

}  // namespace crema::testing
