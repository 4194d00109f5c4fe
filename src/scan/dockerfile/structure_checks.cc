// Instructions that are missing, repeated, out of place or without effect.
#include "checks.h"

#include "crema/base/strings.h"
#include "crema/dockerfile/variables.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <set>

namespace crema::scan {
namespace {

using dockerfile::Verb;

void no_healthcheck(const Build& build, DockerfileReport& report) {
  if (build.stages().empty()) return;
  const auto last = build.stages().size() - 1;
  if (build.has_before(last, build.steps().size(), Verb::healthcheck)) return;
  report.add_stage(last,
                   "No HEALTHCHECK: nobody notices when the process is there and does not answer");
}

// All but the last of an instruction in a stage are without effect.
void repeated(const Build& build, DockerfileReport& report, Verb verb) {
  std::map<std::size_t, const BuildStep*> last;
  for (const auto& step : build.steps())
    if (step.is(verb) && !step.on_build) last[step.stage] = &step;
  for (const auto& step : build.steps()) {
    if (!step.is(verb) || step.on_build || last[step.stage] == &step) continue;
    const auto name = dockerfile::to_text(verb);
    report.add(step, fmt::format("This {} has no effect: a later one of the stage counts", name));
    report.also(*last[step.stage], {}, fmt::format("the {} that counts", name));
  }
}

void several_cmds(const Build& build, DockerfileReport& report) {
  repeated(build, report, Verb::cmd);
}
void several_entrypoints(const Build& build, DockerfileReport& report) {
  repeated(build, report, Verb::entrypoint);
}
void several_healthchecks(const Build& build, DockerfileReport& report) {
  repeated(build, report, Verb::healthcheck);
}

void shell_form(const Build& build, DockerfileReport& report) {
  for (const auto& step : build.steps()) {
    const auto& instruction = *step.instruction;
    if ((!step.is(Verb::cmd) && !step.is(Verb::entrypoint)) || instruction.exec ||
        instruction.words.empty())
      continue;
    report.add(step, fmt::format("{} in shell form: the shell gets the signals, not the program",
                                 dockerfile::to_text(instruction.verb)));
  }
}

void healthcheck_in_shell(const Build& build, DockerfileReport& report) {
  for (const auto& step : build.steps()) {
    const auto& instruction = *step.instruction;
    if (step.is(Verb::healthcheck) && !instruction.exec && !instruction.words.empty() &&
        to_upper(instruction.rest_text()).starts_with("CMD"))
      report.add(step, "HEALTHCHECK in shell form needs a shell in the image");
  }
}

void maintainer(const Build& build, DockerfileReport& report) {
  for (const auto& step : build.steps())
    if (step.is(Verb::maintainer)) report.add(step, "MAINTAINER is deprecated");
}

// The first and the last number of "80", "80/tcp", "8000-8080".
std::vector<std::uint64_t> ports_of(std::string_view text) {
  std::vector<std::uint64_t> ports;
  text = text.substr(0, text.find('/'));
  for (const auto part : split(text, '-')) {
    std::uint64_t port = 0;
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), port);
    if (error == std::errc::result_out_of_range) port = UINT64_MAX;
    if (part.empty() || end != part.data() + part.size()) return {};
    ports.push_back(port);
  }
  return ports;
}

// Calls `look(step, word, ports)` for each word of EXPOSE that is a number.
template <typename Look>
void for_each_port(const Build& build, Look look) {
  for (const auto& step : build.steps()) {
    if (!step.is(Verb::expose)) continue;
    for (const auto& word : step.instruction->words) {
      const auto text = build.expanded(word.text);
      for (const auto part : split(text, ' '))
        if (const auto ports = ports_of(part); !ports.empty()) look(step, word, ports);
    }
  }
}

void exposed_ssh(const Build& build, DockerfileReport& report) {
  for_each_port(build, [&](const BuildStep& step, const dockerfile::Word& word, const auto& ports) {
    if (ports.front() <= 22 && ports.back() >= 22)
      report.add(step, word, "Port 22 is exposed: a container is not logged in to");
  });
}

void impossible_port(const Build& build, DockerfileReport& report) {
  constexpr std::uint64_t kLargest = 65535;
  for_each_port(build, [&](const BuildStep& step, const dockerfile::Word& word, const auto& ports) {
    if (std::ranges::any_of(ports, [](auto port) { return port > kLargest; }))
      report.add(step, word,
                 fmt::format("`{}` is no port: the largest is {}", word.text, kLargest));
  });
}

void impossible_trigger(const Build& build, DockerfileReport& report) {
  for (const auto& step : build.steps())
    if (step.on_build &&
        (step.is(Verb::onbuild) || step.is(Verb::from) || step.is(Verb::maintainer)))
      report.add(step, fmt::format("ONBUILD cannot trigger {}",
                                   dockerfile::to_text(step.instruction->verb)));
}

void before_from(const Build& build, DockerfileReport& report) {
  for (const auto& step : build.steps()) {
    if (step.stage != kNoStage || step.is(Verb::arg)) continue;
    const auto name = dockerfile::to_text(step.instruction->verb);
    if (build.stages().empty()) {
      report.add(step, fmt::format("There is no FROM, and {} stands where it should", name));
      return;
    }
    report.add(step, fmt::format("{} stands before the first FROM", name));
  }
}

// The variables in a text: $NAME, ${NAME...}.
std::vector<std::string_view> references_in(std::string_view text) {
  const auto is_name = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  std::vector<std::string_view> names;
  for (auto at = text.find('$'); at != std::string_view::npos; at = text.find('$', at + 1)) {
    if (at > 0 && text[at - 1] == '\\') continue;
    auto rest = text.substr(at + 1);
    if (rest.starts_with('{')) rest.remove_prefix(1);
    names.push_back(rest.substr(
        0, static_cast<std::size_t>(std::ranges::find_if_not(rest, is_name) - rest.begin())));
  }
  return names;
}

// In one ENV every value sees the variables as they were before it.
void env_refers_to_itself(const Build& build, DockerfileReport& report) {
  std::set<std::string_view> known;
  for (const auto& step : build.steps()) {
    if (!step.is(Verb::env) && !step.is(Verb::arg)) continue;
    const auto& settings = step.instruction->settings;
    std::map<std::string_view, const dockerfile::Setting*> fresh;
    for (const auto& setting : settings)
      if (!known.contains(setting.key.text)) fresh.try_emplace(setting.key.text, &setting);
    for (const auto& setting : settings) {
      if (!step.is(Verb::env) || !setting.value) continue;
      for (const auto name : references_in(setting.value->text)) {
        const auto found = fresh.find(name);
        if (found == fresh.end() || found->second == &setting) continue;
        report.add(step, *setting.value,
                   fmt::format("`{}` is set by this very ENV: here it is still empty", name));
        break;
      }
    }
    for (const auto& setting : settings) known.insert(setting.key.text);
  }
}

// The comment that takes findings back, for those who want none.
void inline_ignore(const Build& build, DockerfileReport& report) {
  if (build.steps().empty()) return;
  for (const auto& comment : build.file().comments)
    if (trim(comment.text).starts_with("hadolint ignore="))
      report.add_line(build.steps().front(), comment.line, "A comment takes findings back");
}

constexpr DockerfileCheck kChecks[] = {
    {"no-healthcheck", no_healthcheck},
    {"several-cmds", several_cmds},
    {"several-entrypoints", several_entrypoints},
    {"several-healthchecks", several_healthchecks},
    {"shell-form", shell_form},
    {"healthcheck-in-shell", healthcheck_in_shell},
    {"maintainer", maintainer},
    {"exposed-ssh", exposed_ssh},
    {"impossible-port", impossible_port},
    {"impossible-trigger", impossible_trigger},
    {"before-from", before_from},
    {"env-refers-to-itself", env_refers_to_itself},
    {"inline-ignore", inline_ignore},
};

}  // namespace

std::span<const DockerfileCheck> structure_checks() { return kChecks; }

}  // namespace crema::scan
