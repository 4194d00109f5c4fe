// How tests are to run, as a user says it once for every framework.
#pragma once

#include <chrono>
#include <string>

namespace crema::testing {

// What a framework has no word for, it does not look at.
struct TestOptions {
  bool cover = true;                  // measure coverage
  unsigned retries = 0;               // how often what failed runs again
  std::chrono::seconds timeout{600};  // of what a framework runs in one go: a package, a project
  std::string run;                    // only tests whose name matches, as the framework takes it
  // Of Go alone.
  bool race = true;      // needs cgo; left out, and said, where there is no C compiler
  std::string coverpkg;  // `-coverpkg`: by all tests, e.g. "./..."; links them into each test
  bool shuffle = true;   // a cached result is never taken then
  bool short_mode = false;
  std::string tags;
};

}  // namespace crema::testing
