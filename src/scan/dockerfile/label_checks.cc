// Labels: their keys, and where the team says which ones an image must have, their values.
#include "checks.h"
#include "label_kind.h"

#include "crema/base/strings.h"
#include "crema/dockerfile/variables.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace crema::scan {
namespace {

using dockerfile::Verb;

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

// As Docker's "Object labels" has keys.
bool is_label_key(std::string_view key) {
  if (key.empty() || !is_lower(key.front()) || !(is_lower(key.back()) || is_digit(key.back())))
    return false;
  if (key.starts_with("com.docker.") || key.starts_with("io.docker.") ||
      key.starts_with("org.dockerproject.") || key.find("..") != std::string_view::npos ||
      key.find("--") != std::string_view::npos)
    return false;
  return std::ranges::all_of(key, [](char c) {
    return is_lower(c) || is_digit(c) || c == '.' || c == '-' || c == '_' || c == '/';
  });
}

// Calls `look(step, key, value)` for each label; keys without quotes.
template <typename Look>
void for_each_label(const Build& build, Look look) {
  for (const auto& step : build.steps())
    if (step.is(Verb::label))
      for (const auto& setting : step.instruction->settings)
        look(step, setting, dockerfile::unquoted(setting.key.text));
}

void odd_label_key(const Build& build, DockerfileReport& report) {
  for_each_label(build, [&](const BuildStep& step, const dockerfile::Setting& setting,
                            const std::string& key) {
    if (!is_label_key(key) && !dockerfile::has_variable(key))
      report.add(step, setting.key, fmt::format("`{}` is no key for a label", key));
  });
}

void missing_label(const Build& build, DockerfileReport& report) {
  if (build.stages().empty() || build.settings().labels.empty()) return;
  const auto last = build.stages().size() - 1;
  std::set<std::size_t> chain;
  for (std::optional<std::size_t> one = last; one; one = build.stages()[*one].base)
    chain.insert(*one);
  std::set<std::string, std::less<>> there;
  for_each_label(build,
                 [&](const BuildStep& step, const dockerfile::Setting&, const std::string& key) {
                   if (chain.contains(step.stage)) there.insert(key);
                 });
  for (const auto& [key, kind] : build.settings().labels)
    if (!there.contains(key))
      report.add_stage(last, fmt::format("The image has no label `{}`", key));
}

void superfluous_label(const Build& build, DockerfileReport& report) {
  if (!build.settings().strict_labels) return;
  for_each_label(build, [&](const BuildStep& step, const dockerfile::Setting& setting,
                            const std::string& key) {
    if (!build.settings().labels.contains(key))
      report.add(step, setting.key, fmt::format("The label `{}` is none of those agreed on", key));
  });
}

void empty_label(const Build& build, DockerfileReport& report) {
  for_each_label(build, [&](const BuildStep& step, const dockerfile::Setting& setting,
                            const std::string& key) {
    if (build.settings().labels.contains(key) &&
        (!setting.value || dockerfile::unquoted(setting.value->text).empty()))
      report.add(step, setting.key, fmt::format("The label `{}` is empty", key));
  });
}

void wrong_label(const Build& build, DockerfileReport& report, LabelKind kind) {
  for_each_label(build, [&](const BuildStep& step, const dockerfile::Setting& setting,
                            const std::string& key) {
    const auto found = build.settings().labels.find(key);
    if (found == build.settings().labels.end() || found->second != kind || !setting.value) return;
    const auto value = build.expanded(setting.value->text);
    if (dockerfile::has_variable(value) || is_label_value(value, kind)) return;
    report.add(step, *setting.value,
               fmt::format("`{}` in the label `{}` is no {}", value, key, to_text(kind)));
  });
}

template <LabelKind kind>
void wrong(const Build& build, DockerfileReport& report) {
  wrong_label(build, report, kind);
}

constexpr DockerfileCheck kChecks[] = {
    {"odd-label-key", odd_label_key},
    {"missing-label", missing_label},
    {"superfluous-label", superfluous_label},
    {"empty-label", empty_label},
    {"label-no-url", wrong<LabelKind::url>},
    {"label-no-time", wrong<LabelKind::rfc3339>},
    {"label-no-licence", wrong<LabelKind::spdx>},
    {"label-no-hash", wrong<LabelKind::hash>},
    {"label-no-version", wrong<LabelKind::semver>},
    {"label-no-address", wrong<LabelKind::email>},
};

}  // namespace

std::span<const DockerfileCheck> label_checks() { return kChecks; }

}  // namespace crema::scan
