// A Dockerfile as rules look at it: its steps with the commands they run, and its stages with what
// they are built upon.
#pragma once

#include "crema/dockerfile/dockerfile.h"
#include "crema/scan/dockerfile/dockerfile_scanner.h"
#include "crema/shell/script.h"

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace crema::scan {

inline constexpr std::size_t kNoStage = static_cast<std::size_t>(-1);

struct BuildStep {
  const dockerfile::Instruction* instruction = nullptr;  // of ONBUILD the one it triggers
  std::size_t stage = kNoStage;                          // before the first FROM there is none
  bool on_build = false;
  // Of RUN, and the shell it is for: commands of a shell that is none of POSIX's are not looked at.
  dockerfile::PlacedText script;
  shell::Script commands;
  bool has_pipefail = false;  // the shell was told to by SHELL

  bool is(dockerfile::Verb verb) const { return instruction->verb == verb; }
};

struct BuildStage {
  const dockerfile::Stage* stage = nullptr;
  std::string image;                // with the defaults of ARG; variables nobody knows stay
  std::string name;                 // "" without one
  std::optional<std::size_t> base;  // the stage it is built upon; none for an image
  bool kept = false;                // the last one, or what a later one is built upon
  std::size_t from_step = 0;        // its FROM among the steps
};

class Build {
 public:
  // Both must outlive it.
  Build(const dockerfile::Dockerfile& file, const DockerfileSettings& settings);

  const dockerfile::Dockerfile& file() const { return file_; }
  const DockerfileSettings& settings() const { return settings_; }
  const std::vector<BuildStep>& steps() const { return steps_; }
  const std::vector<BuildStage>& stages() const { return stages_; }
  // The word without quotes, with the defaults of ARG and ENV where they are known.
  std::string expanded(std::string_view word) const;
  // Whether a variable in the word is named by an ARG, or by an ENV that a stage sees.
  bool is_set(std::string_view word, std::size_t stage) const;
  // What a stage is called in messages and fingerprints: its name or its image.
  std::string stage_name(std::size_t stage) const;
  // Whether what a step leaves behind ends in an image: its stage is kept, or others run it later.
  bool is_kept(const BuildStep& step) const;
  // Whether the stage, or one it is built upon, has such an instruction before the step `end`.
  bool has_before(std::size_t stage, std::size_t end, dockerfile::Verb verb) const;

 private:
  const dockerfile::Dockerfile& file_;
  const DockerfileSettings& settings_;
  std::vector<BuildStep> steps_;
  std::vector<BuildStage> stages_;
  std::map<std::string, std::string, std::less<>> defaults_;         // of ARG and ENV
  std::map<std::string, std::set<std::size_t>, std::less<>> names_;  // with the stages of their ENV

  void add_stages();
  void add_steps();
};

}  // namespace crema::scan
