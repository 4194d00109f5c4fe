// Reads what `go test -json` prints while it prints it (cmd/internal/test2json describes the
// events), at the speed of a disk and in the memory of one package.
#pragma once

#include "crema/evidence/suite_listener.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace crema::evidence {

class GoTestReader {
 public:
  explicit GoTestReader(SuiteListener listener);
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
