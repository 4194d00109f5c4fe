// Problem matchers: patterns that find errors in the output of tools.
// Reference: actions/runner IssueMatcher and its ADR 0276.
#pragma once

#include "crema/base/result.h"
#include "crema/evidence/event.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace crema::run {

struct Problem {
  std::string file, from_path, line, column, severity, code, message;
};

// One owner's matcher with its state: a pattern may span lines, and its last line may repeat.
class ProblemMatcher {
 public:
  ~ProblemMatcher();
  ProblemMatcher(ProblemMatcher&&) noexcept;
  ProblemMatcher& operator=(ProblemMatcher&&) noexcept;

  const std::string& owner() const;
  const std::string& default_severity() const;
  // Feeds a line without colours; a problem when one is complete.
  std::optional<Problem> match(std::string_view line);
  void reset();

 private:
  friend Result<std::vector<ProblemMatcher>> parse_problem_matchers(std::string_view json,
                                                                    const std::string& path);
  struct State;
  explicit ProblemMatcher(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// The matchers of a file {"problemMatcher": [...]}. Regular expressions are JavaScript's; what RE2
// cannot do (look-around, back references) fails with "run/problem-matcher".
Result<std::vector<ProblemMatcher>> parse_problem_matchers(std::string_view json,
                                                           const std::string& path);

// The matchers of a job, newest first; adding one replaces that of the same owner.
class ProblemMatchers {
 public:
  void add(std::vector<ProblemMatcher> matchers);
  void remove(std::string_view owner);
  bool empty() const { return matchers_.empty(); }
  // The first problem the line completes; the other matchers start again then.
  std::optional<Problem> match(std::string_view line);

 private:
  std::vector<ProblemMatcher> matchers_;
};

// The annotation of a problem, its file relative to the workspace; nullopt where its severity or
// message makes it none. Job and step are left to the caller.
std::optional<evidence::Annotation> to_annotation(const Problem& problem,
                                                  std::string_view workspace);

}  // namespace crema::run
