// The commands of a shell script with their words and places, as POSIX's "Shell Command Language"
// has them: through lists, pipes, subshells, compound commands, functions and substitutions, and
// inside what other commands start (`sudo`, `env`, `sh -c '...'`).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace crema::shell {

struct Word {
  std::string text;  // without its quotes; variables and substitutions as they are written
  // Offsets in the script. What stands in the text of `sh -c '...'` has those of that text.
  std::size_t begin = 0, end = 0;
};

struct Redirection {
  std::string sign;  // "<", ">>", "2>", "<<", "<<<", "&>"
  Word target;       // of "<<" the delimiter
  std::string text;  // what stands in a here-document, as it is written
};

struct Command {
  std::vector<Word> assignments;  // NAME=value in front of the name
  Word name;                      // "" where there are only assignments
  std::vector<Word> arguments;
  std::vector<Redirection> redirections;
  std::string started_by;  // the command that starts it: "sudo", "sh"; "" for the shell itself
  bool piped = false;      // its output goes into a pipe
  bool from_pipe = false;  // its input comes from one
  std::size_t begin = 0, end = 0;
};

struct Script {
  std::vector<Command> commands;  // in their order; those of a substitution follow the one around
  bool has_pipe = false;
};

// Any text is a script: quotes that do not end run to its end. What is nested deeper than 16 levels
// is not looked into. Takes linear time for each level.
Script parse_script(std::string_view text);
// A command given as words, and what it starts.
Script script_of(std::vector<Word> words);

// "--name", "--name=value" or one letter of "-abc": `name` without its dashes.
bool has_flag(const Command& command, std::string_view name);
std::size_t count_flag(const Command& command, std::string_view name);
bool has_argument(const Command& command, std::string_view text);
// The last part of the command's path: "bash" for "/usr/bin/bash".
std::string_view program_of(const Command& command);
// The arguments that are no flags. Those of `with_value` (without dashes) take the next argument
// with them, unless they have theirs behind "=".
std::vector<const Word*> operands(const Command& command,
                                  const std::vector<std::string_view>& with_value = {});
// What follows a flag: "--uid 5", "--uid=5"; "" where it is not there.
std::string_view value_of_flag(const Command& command, std::string_view name);

}  // namespace crema::shell
