// Stages, their names, and what is copied from one to another.
#include "checks.h"

#include "crema/base/strings.h"
#include "crema/dockerfile/variables.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace crema::scan {
namespace {

using dockerfile::Verb;

void duplicate_stage_name(const Build& build, DockerfileReport& report) {
  std::map<std::string, const BuildStage*> first;
  for (const auto& stage : build.stages()) {
    if (stage.name.empty()) continue;
    const auto [before, fresh] = first.try_emplace(to_lower(stage.name), &stage);
    if (fresh) continue;
    report.add(
        build.steps()[stage.from_step], stage.stage->name,
        fmt::format("`{}` names an earlier stage too: --from means the later one", stage.name));
    report.also(build.steps()[before->second->from_step], {}, "the earlier stage");
  }
}

void reserved_stage_name(const Build& build, DockerfileReport& report) {
  for (const auto& stage : build.stages())
    if (stage.name == "scratch" || stage.name == "context")
      report.add(build.steps()[stage.from_step], stage.stage->name,
                 fmt::format("`{}` has a meaning of its own and cannot name a stage", stage.name));
}

// Calls `look(step, flag)` for each COPY with --from.
template <typename Look>
void for_each_copy_from(const Build& build, Look look) {
  for (const auto& step : build.steps()) {
    const auto* from = step.is(Verb::copy) ? step.instruction->flag("from") : nullptr;
    if (from != nullptr) look(step, *from);
  }
}

void copy_from_itself(const Build& build, DockerfileReport& report) {
  for_each_copy_from(build, [&](const BuildStep& step, const dockerfile::Flag& from) {
    if (step.stage >= build.stages().size()) return;
    const auto& stage = build.stages()[step.stage];
    if (!stage.name.empty() && equals_ignore_case(stage.name, from.value))
      report.add(step, from, fmt::format("The stage `{}` copies from itself", stage.name));
  });
}

void copy_from_unknown(const Build& build, DockerfileReport& report) {
  for_each_copy_from(build, [&](const BuildStep& step, const dockerfile::Flag& from) {
    const auto name = dockerfile::unquoted(from.value);
    const auto before = step.stage == kNoStage ? 0 : step.stage + 1;
    if (name.find_first_of(":@") != std::string::npos || dockerfile::has_variable(name) ||
        build.file().find_stage(name, before) != nullptr)
      return;
    report.add(step, from,
               fmt::format("`{}` is no stage before this one, and no image with a tag", name));
  });
}

void copy_from_number(const Build& build, DockerfileReport& report) {
  for_each_copy_from(build, [&](const BuildStep& step, const dockerfile::Flag& from) {
    if (!from.value.empty() &&
        std::ranges::all_of(from.value, [](char c) { return c >= '0' && c <= '9'; }))
      report.add(
          step, from,
          fmt::format("Stage {} is another one when stages are added before it", from.value));
  });
}

void copy_whole_stage(const Build& build, DockerfileReport& report) {
  for_each_copy_from(build, [&](const BuildStep& step, const dockerfile::Flag& from) {
    const auto& words = step.instruction->words;
    if (words.size() < 2 || dockerfile::unquoted(words.back().text) != "/") return;
    if (std::any_of(words.begin(), words.end() - 1,
                    [](const auto& word) { return dockerfile::unquoted(word.text) == "/"; }))
      report.add(step, fmt::format("All of `{}` is copied, its tools and caches too", from.value));
  });
}

constexpr DockerfileCheck kChecks[] = {
    {"duplicate-stage-name", duplicate_stage_name}, {"reserved-stage-name", reserved_stage_name},
    {"copy-from-itself", copy_from_itself},         {"copy-from-unknown", copy_from_unknown},
    {"copy-from-number", copy_from_number},         {"copy-whole-stage", copy_whole_stage},
};

}  // namespace

std::span<const DockerfileCheck> stage_checks() { return kChecks; }

}  // namespace crema::scan
