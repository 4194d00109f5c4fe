#include "test_text.h"

#include "test_parts.h"

#include "crema/base/strings.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <tuple>
#include <vector>

namespace crema::cli {
namespace {

using evidence::FailureKind;
using evidence::Style;
using evidence::TestCase;
using evidence::TestOutcome;
using evidence::TestSuite;
using evidence::Tone;
using testing::ProjectReport;

constexpr std::size_t kShownLines = 40;

std::string kind_text(FailureKind kind) {
  switch (kind) {
    case FailureKind::none:
    case FailureKind::assertion:
      return "";
    case FailureKind::panic:
      return "panic";
    case FailureKind::race:
      return "data race";
    case FailureKind::timeout:
      return "did not end in time";
    case FailureKind::build:
      return "cannot be built";
    case FailureKind::setup:
      return "failed around its tests";
    case FailureKind::crash:
      return "the process ended";
  }
  return "";
}

// Indented, its end left out when it is long: the first lines say what is wrong.
std::string output_block(const std::string& output, const Style& style) {
  std::string out;
  std::size_t shown = 0;
  const auto lines = split_lines(output);
  for (const auto line : lines) {
    if (shown == kShownLines && lines.size() > kShownLines + 5) {
      out += style.paint(Tone::dim, fmt::format("      {} more lines\n", lines.size() - shown));
      break;
    }
    ++shown;
    out += fmt::format("    {} {}\n", style.paint(Tone::dim, style.bar()),
                       evidence::strip_escapes(line));
  }
  return out;
}

// A parent that failed because of its subtests adds nothing.
bool only_for_its_subtests(const TestSuite& suite, const TestCase& test) {
  if (test.message != "a subtest failed") return false;
  return std::ranges::any_of(suite.cases, [&](const TestCase& other) {
    return other.outcome == TestOutcome::failed && other.name.starts_with(test.name + "/");
  });
}

std::string case_text(const TestSuite& suite, const TestCase& test, const Style& style,
                      const TestPast& past) {
  auto out = fmt::format("\n{} {}  {}", style.glyph(evidence::Outcome::failure),
                         style.paint(Tone::bold, test.name), style.paint(Tone::dim, suite.name));
  if (const auto kind = kind_text(test.kind); !kind.empty())
    out += "  " + style.paint(Tone::red, kind);
  if (!test.earlier.empty())
    out += style.paint(Tone::dim, fmt::format("  {} attempts", test.earlier.size() + 1));
  if (const auto before = past.text(suite, test); !before.empty())
    out += style.paint(Tone::dim, "  " + before);
  out += "\n";
  if (test.line != 0)
    out += fmt::format("    {}\n",
                       style.paint(Tone::cyan, fmt::format("{}:{}", test.file, test.line)));
  const bool said_below = test.output.find(test.message) != std::string::npos;
  if (!test.message.empty() && !said_below) out += fmt::format("    {}\n", test.message);
  return out + output_block(test.output, style);
}

std::string suite_text(const TestSuite& suite, const Style& style, const TestPast& past) {
  std::string out;
  for (const auto& test : suite.cases) {
    if (test.outcome == TestOutcome::failed && !only_for_its_subtests(suite, test))
      out += case_text(suite, test, style, past);
  }
  if (suite.kind == FailureKind::none || !out.empty()) return out;
  out = fmt::format("\n{} {}  {}\n", style.glyph(evidence::Outcome::failure),
                    style.paint(Tone::bold, suite.name),
                    style.paint(Tone::red, kind_text(suite.kind)));
  return out + output_block(suite.output.empty() ? suite.message : suite.output, style);
}

std::string project_name(const ProjectReport& project) {
  return project.folder.empty() ? "." : project.folder;
}

}  // namespace

bool any_failed(std::span<const ProjectReport> projects) {
  return std::ranges::any_of(projects, &ProjectReport::failed);
}

std::string failures_text(std::span<const ProjectReport> projects, const Style& style,
                          const TestPast& past) {
  std::string out;
  std::string flaky;
  for (const auto& project : projects) {
    if (!project.error.empty()) {
      out += fmt::format("\n{} {}  {}\n", style.glyph(evidence::Outcome::failure),
                         style.paint(Tone::bold, project_name(project)),
                         style.paint(Tone::red, "could not be tested"));
      out += output_block(project.error, style);
    }
    for (const auto& suite : project.suites) {
      out += suite_text(suite, style, past);
      for (const auto& test : suite.cases) {
        if (!test.flaky()) continue;
        const auto before = past.text(suite, test);
        flaky += fmt::format("  {}  {}  passed at attempt {}{}\n", test.name,
                             style.paint(Tone::dim, suite.name), test.earlier.size() + 1,
                             before.empty() ? "" : ", " + before);
      }
    }
  }
  if (!flaky.empty()) out += "\n" + style.paint(Tone::yellow, "Flaky") + "\n" + flaky;
  return out;
}

std::string slowest_text(std::span<const ProjectReport> projects, std::size_t most,
                         const Style& style) {
  struct Slow {
    const TestSuite* suite;
    const TestCase* test;
  };
  std::vector<Slow> slow;
  for (const auto& project : projects) {
    for (const auto& suite : project.suites) {
      if (suite.cached) continue;
      for (const auto& test : suite.cases) {
        // A parent takes as long as its subtests: only they are named.
        const bool leaf = std::ranges::none_of(suite.cases, [&](const auto& other) {
          return other.name.size() > test.name.size() && other.name.starts_with(test.name + "/");
        });
        if (leaf && test.duration >= std::chrono::milliseconds(100))
          slow.push_back({&suite, &test});
      }
    }
  }
  std::ranges::sort(slow, {}, [](const Slow& entry) {
    return std::tuple(-entry.test->duration.count(), std::string_view(entry.suite->name),
                      std::string_view(entry.test->name));
  });
  if (slow.size() > most) slow.resize(most);
  if (slow.empty()) return "";
  auto out = "\n" + style.paint(Tone::bold, "Slowest") + "\n";
  for (const auto& [suite, test] : slow) {
    out += fmt::format("  {:>7}  {}  {}\n", evidence::duration_text(test->duration), test->name,
                       style.paint(Tone::dim, suite->name));
  }
  return out;
}

std::string annotations_text(std::span<const ProjectReport> projects) {
  const auto escaped = [](std::string text, bool property) {
    text = replace_all(replace_all(replace_all(std::move(text), "%", "%25"), "\r", "%0D"), "\n",
                       "%0A");
    if (property) text = replace_all(replace_all(std::move(text), ":", "%3A"), ",", "%2C");
    return text;
  };
  std::string out;
  for (const auto& project : projects) {
    for (const auto& suite : project.suites) {
      for (const auto& test : suite.cases) {
        if (test.outcome != TestOutcome::failed || only_for_its_subtests(suite, test)) continue;
        const auto place =
            test.line == 0 ? std::string()
                           : fmt::format("file={},line={},", escaped(test.file, true), test.line);
        out +=
            fmt::format("::error {}title={}::{}\n", place, escaped(test.name + " failed", true),
                        escaped(test.message.empty() ? kind_text(test.kind) : test.message, false));
      }
      if (suite.kind != FailureKind::none && suite.outcome == TestOutcome::failed)
        out += fmt::format("::error title={}::{}\n",
                           escaped(suite.name + " " + kind_text(suite.kind), true),
                           escaped(suite.message, false));
    }
  }
  return out;
}

std::string percent_text(const evidence::CoverageTotal& total) {
  if (total.statements == 0) return "-";
  return fmt::format("{:.2f}", std::floor(total.percent() * 100) / 100);
}

std::string coverage_text(std::span<const ProjectReport> projects, const Style& style) {
  std::string out;
  evidence::Coverage all;
  std::size_t measured = 0;
  const auto line = [&](const evidence::CoverageTotal& total, const std::string& name) {
    return fmt::format("  {:>6} %  {}  {}\n", percent_text(total), name,
                       style.paint(Tone::dim, fmt::format("{} of {} statements", total.covered,
                                                          total.statements)));
  };
  for (const auto& project : projects) {
    if (!project.coverage) continue;
    const auto total = evidence::total_of(*project.coverage);
    if (total.statements == 0 && projects.size() > 1) continue;
    merge_into(all, *project.coverage);
    ++measured;
    out += line(total, job_name(project));
  }
  if (measured == 0) return "";
  if (measured > 1) out += line(evidence::total_of(all), style.paint(Tone::bold, "all together"));
  return "\n" + style.paint(Tone::bold, "Coverage") + "\n" + out;
}

std::string totals_text(std::span<const ProjectReport> projects, std::chrono::nanoseconds took,
                        const Style& style) {
  evidence::TestCounts counts;
  for (const auto& project : projects) {
    for (const auto& suite : project.suites) add_to(counts, suite);
  }
  const auto all = counts.passed + counts.failed + counts.skipped;
  auto tests = fmt::format("{} test{}: {} passed", all, all == 1 ? "" : "s", counts.passed);
  if (counts.failed > 0)
    tests += ", " + style.paint(Tone::red, fmt::format("{} failed", counts.failed));
  if (counts.skipped > 0) tests += fmt::format(", {} skipped", counts.skipped);
  if (counts.flaky > 0)
    tests += ", " + style.paint(Tone::yellow, fmt::format("{} flaky", counts.flaky));
  const bool only_go = std::ranges::all_of(projects, [](const auto& project) {
    return project.framework == "Go" || project.framework == "services";
  });
  auto packages = fmt::format("{} {}{}: {} ok", counts.suites, only_go ? "package" : "suite",
                              counts.suites == 1 ? "" : "s",
                              counts.suites - counts.failed_suites - counts.empty_suites);
  if (counts.failed_suites > 0)
    packages += ", " + style.paint(Tone::red, fmt::format("{} failed", counts.failed_suites));
  if (counts.empty_suites > 0) packages += fmt::format(", {} without tests", counts.empty_suites);
  return fmt::format(
      "\n{} {}\n  {}\n  {}\n",
      style.glyph(any_failed(projects) ? evidence::Outcome::failure : evidence::Outcome::success),
      tests, packages, style.paint(Tone::dim, evidence::duration_text(took)));
}

}  // namespace crema::cli
