// A Dockerfile as its instructions and stages, after BuildKit's reference
// (https://docs.docker.com/reference/dockerfile/).
#pragma once

#include "crema/base/result.h"
#include "crema/base/source.h"
#include "crema/dockerfile/placed_text.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace crema::dockerfile {

enum class Verb : std::uint8_t {
  add,
  arg,
  cmd,
  copy,
  entrypoint,
  env,
  expose,
  from,
  healthcheck,
  label,
  maintainer,
  onbuild,
  run,
  shell,
  stopsignal,
  user,
  volume,
  workdir
};
std::string_view to_text(Verb verb);                    // "RUN"
std::optional<Verb> verb_of(std::string_view keyword);  // in any case

struct Word {
  std::string text;  // as it is written, quotes and variables and all; of the exec form
                     // what its JSON says
  std::size_t begin = 0, end = 0;  // in Instruction::text
};

// ENV, LABEL and ARG. An ARG without a default has no `value`.
struct Setting {
  Word key;
  std::optional<Word> value;
};

struct Flag {
  std::string name;   // "from"
  std::string value;  // "" where it has none
  std::size_t begin = 0, end = 0;
};

struct HereDocument {
  std::string name;     // the delimiter
  bool expands = true;  // its delimiter was not quoted
  PlacedText text;      // its lines, each with its line break
};

struct Instruction {
  Verb verb = Verb::run;
  PlacedText text;       // the keyword to the end, continued lines joined, comments left out
  std::size_t rest = 0;  // where what follows the keyword and the flags begins
  std::vector<Flag> flags;
  bool exec = false;  // ["a", "b"]: JSON
  // What follows the flags: split at blanks, or the parts of the exec form. USER, WORKDIR,
  // MAINTAINER and STOPSIGNAL have one word, the rest of the line, and so has the shell form of
  // RUN, CMD and ENTRYPOINT. HEALTHCHECK has its command's.
  std::vector<Word> words;
  std::vector<Setting> settings;
  std::vector<HereDocument> documents;
  std::vector<Instruction> trigger;  // ONBUILD: the one it is about
  std::uint32_t line = 0, last_line = 0;

  const Flag* flag(std::string_view name) const;
  std::string_view rest_text() const { return std::string_view(text.text()).substr(rest); }
  Place place_of(std::size_t offset) const { return text.place_of(offset); }
};

// FROM and what follows it.
struct Stage {
  Word image;                       // "golang:${VERSION}"
  Word name;                        // behind AS; "" without one
  std::size_t from = 0;             // its FROM among the instructions
  std::size_t first = 0, last = 0;  // [first, last) of the instructions are its own
};

struct Comment {
  std::uint32_t line = 0;
  std::string text;  // behind the #
};

struct Dockerfile {
  char escape = '\\';
  std::string syntax;  // of the directive `# syntax=`; "" without one
  std::vector<Instruction> instructions;
  std::vector<Stage> stages;
  std::vector<Comment> comments;
  // What BuildKit would refuse, by line: "dockerfile/unknown-instruction", "dockerfile/no-stage",
  // "dockerfile/arguments", "dockerfile/document", "dockerfile/onbuild". The instruction concerned
  // is there as far as it could be read, one that is unknown is not.
  std::vector<Diagnostic> problems;

  // The stage of this name, in any case, or number; of the first `before` stages.
  const Stage* find_stage(std::string_view name, std::size_t before) const;
};

struct DockerfileLimits {
  std::size_t bytes = 1 << 20;
  std::size_t instructions = 5000;  // an image has 127 layers at most
  std::size_t problems = 20;        // further ones are not told
};

// An error is "dockerfile/too-large" only.
Result<Dockerfile> parse_dockerfile(const SourcePtr& source, const DockerfileLimits& limits = {});

// The commands of RUN and of other instructions in shell form, for a reader of shell scripts: the
// rest of the line and the here-documents behind it; where the line is a here-document alone, its
// text.
PlacedText shell_text(const Instruction& instruction);

}  // namespace crema::dockerfile
