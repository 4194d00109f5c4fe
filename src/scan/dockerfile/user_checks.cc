// Whom the container runs as, and who may write to its files.
#include "checks.h"

#include "crema/dockerfile/variables.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace crema::scan {
namespace {

using dockerfile::Verb;

std::string_view user_part(std::string_view user) { return user.substr(0, user.find(':')); }

bool is_root(std::string_view user) {
  const auto name = user_part(user);
  return name == "root" || name == "0";
}

// The last USER that counts in the image of a stage: its own, or that of what it is built upon.
const BuildStep* last_user(const Build& build, std::size_t stage) {
  for (std::optional<std::size_t> one = stage; one; one = build.stages()[*one].base) {
    const BuildStep* last = nullptr;
    for (const auto& step : build.steps())
      if (step.stage == *one && step.is(Verb::user) && !step.on_build) last = &step;
    if (last != nullptr) return last;
  }
  return nullptr;
}

std::string user_of(const Build& build, const BuildStep& step) {
  return step.instruction->words.empty() ? ""
                                         : build.expanded(step.instruction->words.front().text);
}

void last_user_is_root(const Build& build, DockerfileReport& report) {
  if (build.stages().empty()) return;
  const auto* last = last_user(build, build.stages().size() - 1);
  if (last == nullptr) return;
  const auto user = user_of(build, *last);
  if (is_root(user)) report.add(*last, fmt::format("The container runs as `{}`", user));
}

void no_user(const Build& build, DockerfileReport& report) {
  if (build.stages().empty()) return;
  const auto stage = build.stages().size() - 1;
  if (last_user(build, stage) != nullptr) return;
  auto base = stage;
  while (build.stages()[base].base) base = *build.stages()[base].base;
  const auto& image = build.stages()[base].image;
  if (image.find("nonroot") != std::string::npos || image.find("rootless") != std::string::npos)
    return;
  report.add_stage(stage, fmt::format("No USER: the container runs as the user of `{}`, which is "
                                      "root for most images",
                                      image));
}

void named_user(const Build& build, DockerfileReport& report) {
  for (const auto& step : build.steps()) {
    if (!step.is(Verb::user) || step.instruction->words.empty()) continue;
    const auto user = user_of(build, step);
    const auto name = user_part(user);
    if (dockerfile::has_variable(name) ||
        std::ranges::all_of(name, [](char c) { return c >= '0' && c <= '9'; }))
      continue;
    report.add(step, step.instruction->words.front(),
               fmt::format("Nobody outside the image knows which id `{}` has", name));
  }
}

bool is_octal_for_all(std::string_view mode) {
  return mode.size() >= 3 && mode.ends_with("777") &&
         std::ranges::all_of(mode, [](char c) { return c >= '0' && c <= '7'; });
}

void world_writable(const Build& build, DockerfileReport& report) {
  for (const auto& step : build.steps()) {
    const auto* chmod = step.instruction->flag("chmod");
    if (chmod != nullptr && is_octal_for_all(chmod->value))
      report.add(step, *chmod, fmt::format("Mode {} lets everybody write", chmod->value));
    for (const auto& command : step.commands.commands) {
      if (shell::program_of(command) != "chmod") continue;
      for (const auto& word : command.arguments)
        if (is_octal_for_all(word.text) || word.text == "a+rwx" || word.text == "ugo+rwx")
          report.add_command(step, command, fmt::format("Mode {} lets everybody write", word.text));
    }
  }
}

void chown_flag(const Build& build, DockerfileReport& report) {
  for (const auto& step : build.steps())
    if (const auto* chown = step.instruction->flag("chown"); chown != nullptr)
      report.add(step, *chown, fmt::format("`{}` may change what is copied", chown->value));
}

// useradd writes /var/log/lastlog up to the place of the id: sparse on a disk, full in a layer.
void useradd_log(const Build& build, DockerfileReport& report) {
  constexpr std::size_t kHarmlessDigits = 5;
  for (const auto& step : build.steps()) {
    for (const auto& command : step.commands.commands) {
      if (shell::program_of(command) != "useradd" || shell::has_flag(command, "l") ||
          shell::has_flag(command, "no-log-init"))
        continue;
      auto uid = shell::value_of_flag(command, "u");
      if (uid.empty()) uid = shell::value_of_flag(command, "uid");
      if (uid.size() <= kHarmlessDigits || dockerfile::has_variable(uid)) continue;
      report.add_command(step, command,
                         fmt::format("The id {} makes the log of logins gigabytes long", uid));
    }
  }
}

constexpr DockerfileCheck kChecks[] = {
    {"last-user-is-root", last_user_is_root},
    {"no-user", no_user},
    {"named-user", named_user},
    {"world-writable", world_writable},
    {"chown-flag", chown_flag},
    {"useradd-log", useradd_log},
};

}  // namespace

std::span<const DockerfileCheck> user_checks() { return kChecks; }

}  // namespace crema::scan
