// Reads what `go test -json` prints while it prints it (cmd/internal/test2json describes the
// events), at the speed of a disk and in the memory of one package.
#pragma once

#include "crema/evidence/test_suite.h"

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace crema::evidence {

struct GoTestListener {
  // A case begins: a suite's name and its own.
  std::function<void(std::string_view suite, std::string_view name)> on_run;
  // A case has ended, for this attempt.
  std::function<void(const TestSuite& suite, const TestCase& test)> on_case;
  // A package has ended; it is the caller's from now on.
  std::function<void(TestSuite&& suite)> on_suite;
};

class GoTestReader {
 public:
  explicit GoTestReader(GoTestListener listener);
  ~GoTestReader();
  GoTestReader(const GoTestReader&) = delete;
  GoTestReader& operator=(const GoTestReader&) = delete;

  void feed(std::string_view bytes);
  // The stream has ended; packages that had not are failures ("crash"), and so are packages that
  // only the compiler spoke of.
  void finish();

  // Packages the compiler refused: "example.org/a", and "example.org/a [example.org/a.test]" where
  // only its tests are to blame.
  const std::vector<std::string>& failed_builds() const;
  // Lines that were no events, kKeptOutput bytes at most: what go itself had to say.
  std::string other_output() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

// Whether a whole text looks like such a stream: for importers that are given any file.
bool looks_like_go_test(std::string_view text);

}  // namespace crema::evidence
