// How tests did in earlier runs, for what is said of them now.
#pragma once

#include "crema/evidence/test_suite.h"
#include "crema/store/store.h"

#include <map>
#include <string>
#include <tuple>

namespace crema::cli {

class TestPast {
 public:
  TestPast() = default;  // nothing is known
  // Of the newest runs that are kept of each test.
  static Result<TestPast> read(store::Store& store);

  // "failed in 3 of its last 20 runs", "passed in all of its last 20 runs"; "" for a new test.
  std::string text(const evidence::TestSuite& suite, const evidence::TestCase& test) const;

 private:
  struct Rate {
    std::size_t runs = 0, failed = 0;  // a run in which it was flaky counts as failed
  };
  std::map<std::tuple<std::string, std::string, std::string>, Rate> rates_;
};

}  // namespace crema::cli
