#include "command_condition.h"

#include "crema/base/strings.h"
#include "crema/dockerfile/variables.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace crema::scan {
namespace {

using formats::YamlKind;
using formats::YamlNode;
using shell::Command;
using Texts = std::vector<std::string>;

auto wrong(const YamlNode& node, std::string_view key, std::string_view what) {
  return fail("rule/condition", fmt::format("line {} of the page: `{}` {}", node.line, key, what));
}

Result<Texts> texts_of(const YamlNode& node, std::string_view key) {
  Texts texts;
  if (node.kind == YamlKind::scalar) return Texts{node.text};
  for (const auto& item : node.items) {
    if (item->kind != YamlKind::scalar)
      return wrong(*item, key, "must be a text or a list of them");
    texts.push_back(item->text);
  }
  if (texts.empty()) return wrong(node, key, "must be a text or a list of them");
  return texts;
}

// An expression that is copied with the rule it is part of.
class Pattern {
 public:
  static Result<Pattern> of(const YamlNode& node, std::string_view key) {
    Pattern pattern;
    RE2::Options options;
    options.set_log_errors(false);
    pattern.compiled_ = std::make_shared<RE2>(node.text, options);
    if (!pattern.compiled_->ok())
      return fail("rule/regex", fmt::format("line {} of the page: `{}` is no expression: {}",
                                            node.line, key, pattern.compiled_->error()));
    return pattern;
  }
  bool fits(std::string_view text) const {
    return RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *compiled_);
  }
  bool fits_all(std::string_view text) const {
    return RE2::FullMatch(re2::StringPiece(text.data(), text.size()), *compiled_);
  }

 private:
  std::shared_ptr<RE2> compiled_;
};

struct RunParts {
  Texts commands, with, flags, without;
  std::optional<Pattern> matches;
  bool kept = false;
};

struct EnvPart {
  std::string name;
  Pattern value;
};

// "y" and "yes" as flags, "-y" and "install" as arguments, "qq" and "quiet quiet" as a flag twice.
bool has(const Command& command, std::string_view name) {
  if (const auto blank = name.find(' '); blank != std::string_view::npos)
    return count_flag(command, name.substr(0, blank)) > 1;
  return has_flag(command, name) || has_argument(command, name) ||
         has_argument(command, "-" + std::string(name)) ||
         (name.size() == 2 && name[0] == name[1] && count_flag(command, name.substr(0, 1)) > 1);
}

std::string joined(const Command& command) {
  std::string text;
  for (const auto& argument : command.arguments) {
    if (!text.empty()) text += ' ';
    text += argument.text;
  }
  return text;
}

bool is_called(std::string_view pattern, std::string_view program) {
  return pattern.ends_with('*') ? program.starts_with(pattern.substr(0, pattern.size() - 1))
                                : program == pattern;
}

bool holds(const RunParts& run, const Command& command) {
  const auto program = shell::program_of(command);
  const auto named = [&](const std::string& name) { return is_called(name, program); };
  const auto argued = [&](const std::string& name) { return has_argument(command, name); };
  const auto flagged = [&](const std::string& name) { return has_flag(command, name); };
  const auto there = [&](const std::string& name) { return has(command, name); };
  return std::ranges::any_of(run.commands, named) &&
         (run.with.empty() || std::ranges::any_of(run.with, argued)) &&
         (run.flags.empty() || std::ranges::any_of(run.flags, flagged)) &&
         std::ranges::none_of(run.without, there) &&
         (!run.matches || run.matches->fits(joined(command)));
}

}  // namespace

struct CommandCondition::Parts {
  std::optional<RunParts> run;
  std::vector<EnvPart> env;
  std::string message;

  void look_at_run(const Build& build, DockerfileReport& report) const;
  void look_at_env(const Build& build, DockerfileReport& report) const;
  std::string told(const EnvPart& part, std::string_view value) const {
    return replace_all(replace_all(message, "{name}", part.name), "{value}", value);
  }
};

void CommandCondition::Parts::look_at_run(const Build& build, DockerfileReport& report) const {
  for (const auto& step : build.steps()) {
    if (run->kept && !build.is_kept(step)) continue;
    for (const auto& command : step.commands.commands) {
      if (!holds(*run, command)) continue;
      auto text = replace_all(message, "{command}", shell::program_of(command));
      report.add_command(step, command, replace_all(text, "{words}", shown_arguments(command)));
      break;
    }
  }
}

// NAME=value in front of a command, or as an argument of export.
void CommandCondition::Parts::look_at_env(const Build& build, DockerfileReport& report) const {
  const auto of = [&](std::string_view assignment) -> const EnvPart* {
    const auto equals = assignment.find('=');
    if (equals == std::string_view::npos) return nullptr;
    const auto part = std::ranges::find(env, assignment.substr(0, equals), &EnvPart::name);
    return part != env.end() && part->value.fits_all(assignment.substr(equals + 1)) ? &*part
                                                                                    : nullptr;
  };
  for (const auto& step : build.steps()) {
    if (step.is(dockerfile::Verb::arg) || step.is(dockerfile::Verb::env)) {
      for (const auto& [key, value] : step.instruction->settings) {
        if (!value) continue;
        const auto text = build.expanded(value->text);
        if (const auto* part = of(key.text + "=" + text)) report.add(step, key, told(*part, text));
      }
    }
    for (const auto& command : step.commands.commands) {
      const auto look = [&](const shell::Word& word) {
        if (const auto* part = of(word.text))
          report.add_command(step, command, word,
                             told(*part, word.text.substr(word.text.find('=') + 1)));
      };
      for (const auto& word : command.assignments) look(word);
      if (command.name.text == "export" || command.name.text == "env")
        for (const auto& word : command.arguments) look(word);
    }
  }
}

namespace {

Result<RunParts> read_run(const YamlNode& node) {
  RunParts run;
  for (const auto& [key, value] : node.entries) {
    if (key->text == "command") {
      run.commands = CREMA_TRY(texts_of(*value, key->text));
    } else if (key->text == "with") {
      run.with = CREMA_TRY(texts_of(*value, key->text));
    } else if (key->text == "flags") {
      run.flags = CREMA_TRY(texts_of(*value, key->text));
    } else if (key->text == "without") {
      run.without = CREMA_TRY(texts_of(*value, key->text));
    } else if (key->text == "matches") {
      run.matches = CREMA_TRY(Pattern::of(*value, key->text));
    } else if (key->text == "kept") {
      run.kept = value->text == "true";
    } else {
      return wrong(*key, key->text, "is none of command, with, flags, without, matches, kept");
    }
  }
  if (run.commands.empty()) return wrong(node, "run", "names no `command`");
  return run;
}

}  // namespace

Result<CommandCondition> CommandCondition::read(const Rule& rule) {
  auto parts = std::make_shared<Parts>();
  for (const auto& [key, value] : rule.metadata->entries) {
    if (key->text == "run") {
      parts->run = CREMA_TRY(read_run(*value));
    } else if (key->text == "env") {
      for (const auto& [name, pattern] : value->entries)
        parts->env.push_back({name->text, CREMA_TRY(Pattern::of(*pattern, name->text))});
    } else if (key->text == "message") {
      parts->message = value->text;
    }
  }
  if (!parts->run && parts->env.empty())
    return fail("rule/condition", fmt::format("{} has neither `check`, `run` nor `env`", rule.id));
  if (parts->message.empty())
    return fail("rule/condition", fmt::format("{} has no `message`", rule.id));
  CommandCondition condition;
  condition.parts_ = std::move(parts);
  return condition;
}

void CommandCondition::look(const Build& build, DockerfileReport& report) const {
  if (parts_->run) parts_->look_at_run(build, report);
  if (!parts_->env.empty()) parts_->look_at_env(build, report);
}

}  // namespace crema::scan
