// What a rule found in a Dockerfile, on its way to become findings.
#pragma once

#include "build.h"

#include "crema/scan/core/fingerprint.h"
#include "crema/scan/core/rule.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace crema::scan {

// The arguments of a command for people: on one line, not too long, without what looks like a
// password, a token or a header that holds one.
std::string shown_arguments(const shell::Command& command);

class DockerfileReport {
 public:
  // All must outlive it; `found` is what it adds to.
  DockerfileReport(const Build& build, const Rule& rule, std::string_view path,
                   std::vector<Found>& found)
      : build_(build), rule_(rule), path_(path), found_(found) {}

  // At offsets of the instruction's text; `what` is what is wrong, and is what the finding is known
  // by when lines move.
  void add(const BuildStep& step, std::size_t begin, std::size_t end, std::string message,
           std::string_view what);
  void add(const BuildStep& step, const dockerfile::Word& word, std::string message) {
    add(step, word.begin, word.end, std::move(message), word.text);
  }
  void add(const BuildStep& step, const dockerfile::Flag& flag, std::string message) {
    add(step, flag.begin, flag.end, std::move(message), flag.name + "=" + flag.value);
  }
  // The whole instruction, from its keyword on.
  void add(const BuildStep& step, std::string message);
  // A command, or words of it.
  void add_command(const BuildStep& step, const shell::Command& command, std::string message);
  void add_command(const BuildStep& step, const shell::Command& command, const shell::Word& word,
                   std::string message);
  // One more place of the finding that was added last, and why it is named.
  void also(const BuildStep& step, dockerfile::Place place, std::string message);
  // A line that is no instruction's; the finding is told of the step's stage.
  void add_line(const BuildStep& step, std::uint32_t line, std::string message);
  // A stage that lacks something, at its FROM.
  void add_stage(std::size_t stage, std::string message);

  // Whether there was more than a file of people would have: what was too much is left out.
  bool is_full() const { return added_ > kMost; }
  static constexpr std::size_t kMost = 1000;

 private:
  const Build& build_;
  const Rule& rule_;
  std::string_view path_;
  std::vector<Found>& found_;
  std::size_t added_ = 0;

  void add_at(const BuildStep& step, dockerfile::Place begin, dockerfile::Place end,
              std::string message, std::string what);
};

}  // namespace crema::scan
