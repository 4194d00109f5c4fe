// The commands of a script, as far as rules need them: words, what they are joined by, where they
// write. It reads what sh and bash have in common; other shells' scripts come out as words as well.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace crema::scan {

struct ShellWord {
  std::string text;     // without quotes and backslashes
  bool literal = true;  // nothing in it is expanded
};

struct ShellCommand {
  std::vector<ShellWord> words;            // the assignments before it left out
  std::vector<std::string> redirected_to;  // targets of > and >>
  std::uint32_t line = 0;                  // in the script, from 0
  std::string text;                        // its first line, as written
  std::size_t pipeline = 0;                // commands of one pipeline have the same number
  bool takes_pipe = false;                 // reads what the command before it writes
  bool feeds_pipe = false;                 // something reads what it writes
  bool failure_ignored = false;            // `|| true` or the like behind it
  bool is_condition = false;               // behind if, while, until or !
  bool substituted = false;                // in $( ) of another one

  std::string_view name() const;  // without a folder and `sudo`, `env`, `npx -y` and the like
  // The words behind the name.
  std::vector<std::string_view> arguments() const;
  bool has_argument(std::string_view word) const;
  // The value of `--flag value` or `--flag=value`; "" without one.
  std::string_view value_of(std::string_view flag) const;

 private:
  std::size_t name_at() const;
};

// Heredocs and comments are left out. Depth and number are bounded: what is beyond is not there.
std::vector<ShellCommand> shell_commands(std::string_view script);

// Whether a script says what bash is to do when a part of a pipeline fails: `set -o pipefail`.
bool sets_pipefail(const std::vector<ShellCommand>& commands);

}  // namespace crema::scan
