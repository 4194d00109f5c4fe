#include "build.h"

#include "crema/base/strings.h"
#include "crema/dockerfile/variables.h"

#include <algorithm>

namespace crema::scan {
namespace {

using dockerfile::Instruction;
using dockerfile::Verb;

// Values that are made of others may double each time.
constexpr std::size_t kLongestDefault = 4096;

struct ShellInUse {
  bool is_posix = true;
  bool has_pipefail = false;
};

ShellInUse shell_of(const Instruction& instruction) {
  ShellInUse shell;
  if (instruction.words.empty()) return shell;
  auto name = to_lower(instruction.words.front().text);
  name = name.substr(name.find_last_of("/\\") + 1);
  shell.is_posix =
      !name.starts_with("powershell") && !name.starts_with("pwsh") && !name.starts_with("cmd");
  // The sh of Debian knows no such option.
  shell.has_pipefail = name != "sh" && std::ranges::any_of(instruction.words, [](const auto& word) {
                         return word.text == "pipefail";
                       });
  if (!shell.is_posix) shell.has_pipefail = true;  // there is nothing to set
  return shell;
}

void read_script(BuildStep& step, const ShellInUse& shell) {
  const auto& instruction = *step.instruction;
  step.has_pipefail = shell.has_pipefail;
  if (instruction.exec) {
    step.script = instruction.text;
    std::vector<shell::Word> words;
    words.reserve(instruction.words.size());
    for (const auto& word : instruction.words)
      words.push_back({.text = word.text, .begin = word.begin, .end = word.end});
    step.commands = shell::script_of(std::move(words));
    return;
  }
  step.script = dockerfile::shell_text(instruction);
  if (shell.is_posix) step.commands = shell::parse_script(step.script.text());
}

}  // namespace

Build::Build(const dockerfile::Dockerfile& file, const DockerfileSettings& settings)
    : file_(file), settings_(settings) {
  std::size_t stage = kNoStage;
  for (const auto& instruction : file_.instructions) {
    if (instruction.verb == Verb::from) stage = stage == kNoStage ? 0 : stage + 1;
    if (instruction.verb == Verb::arg || instruction.verb == Verb::env)
      for (const auto& [key, value] : instruction.settings) {
        names_[key.text].insert(instruction.verb == Verb::arg ? kNoStage : stage);
        if (!value) continue;
        auto text = expanded(value->text);
        if (text.size() <= kLongestDefault) defaults_.try_emplace(key.text, std::move(text));
      }
  }
  add_stages();
  add_steps();
}

std::string Build::expanded(std::string_view word) const {
  return dockerfile::expand(
      word,
      [this](std::string_view name) -> std::optional<std::string> {
        const auto found = defaults_.find(name);
        return found == defaults_.end() ? std::nullopt : std::optional(found->second);
      },
      file_.escape);
}

bool Build::is_set(std::string_view word, std::size_t stage) const {
  bool found = false;
  dockerfile::expand(word, [&](std::string_view name) -> std::optional<std::string> {
    const auto known = names_.find(name);
    if (known == names_.end()) return std::nullopt;
    found = found || known->second.contains(kNoStage) || known->second.contains(stage);
    for (auto one = stage; !found && one < stages_.size() && stages_[one].base;) {
      one = *stages_[one].base;
      found = known->second.contains(one);
    }
    return std::nullopt;
  });
  return found;
}

void Build::add_stages() {
  for (std::size_t i = 0; i < file_.stages.size(); ++i) {
    const auto& stage = file_.stages[i];
    BuildStage one{.stage = &stage, .image = expanded(stage.image.text), .name = stage.name.text};
    // A number names a stage for COPY only.
    const auto* base = file_.find_stage(one.image, i);
    if (base != nullptr && equals_ignore_case(base->name.text, one.image)) {
      one.base = static_cast<std::size_t>(base - file_.stages.data());
      stages_[*one.base].kept = true;
    }
    stages_.push_back(std::move(one));
  }
  if (!stages_.empty()) stages_.back().kept = true;
}

void Build::add_steps() {
  std::size_t stage = kNoStage;
  ShellInUse shell;
  std::vector<ShellInUse> last_shells;
  for (std::size_t i = 0; i < file_.instructions.size(); ++i) {
    const auto& instruction = file_.instructions[i];
    if (instruction.verb == Verb::from) {
      if (stage != kNoStage) last_shells.push_back(shell);
      stage = stage == kNoStage ? 0 : stage + 1;
      const auto& base = stages_[stage].base;
      shell = base && *base < last_shells.size() ? last_shells[*base] : ShellInUse{};
      stages_[stage].from_step = steps_.size();
    }
    BuildStep step{.instruction = &instruction, .stage = stage};
    if (instruction.verb == Verb::onbuild && !instruction.trigger.empty()) {
      steps_.push_back(step);
      step.instruction = &instruction.trigger.front();
      step.on_build = true;
    }
    if (step.is(Verb::shell)) shell = shell_of(*step.instruction);
    if (step.is(Verb::run)) read_script(step, shell);
    steps_.push_back(std::move(step));
  }
}

std::string Build::stage_name(std::size_t stage) const {
  if (stage >= stages_.size()) return "";
  const auto& one = stages_[stage];
  return one.name.empty() ? one.image : one.name;
}

bool Build::is_kept(const BuildStep& step) const {
  return step.on_build || step.stage >= stages_.size() || stages_[step.stage].kept;
}

bool Build::has_before(std::size_t stage, std::size_t end, Verb verb) const {
  std::vector<bool> wanted(stages_.size(), false);
  for (std::optional<std::size_t> one = stage; one && *one < stages_.size();
       one = stages_[*one].base)
    wanted[*one] = true;
  for (std::size_t i = 0; i < std::min(end, steps_.size()); ++i) {
    const auto& step = steps_[i];
    const bool in_chain =
        step.stage < wanted.size() ? static_cast<bool>(wanted[step.stage]) : stage == kNoStage;
    if (in_chain && step.is(verb)) return true;
  }
  return false;
}

}  // namespace crema::scan
