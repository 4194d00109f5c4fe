#include "document.h"

#include "crema/report/run_json.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <map>
#include <utility>

namespace crema::report {
namespace {

using Json = nlohmann::ordered_json;
using evidence::TestOutcome;

constexpr int kSchema = 1;
constexpr std::size_t kPassedOutput = 1024;
constexpr std::size_t kCrowdedOutput = 2048;

std::string text_of(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

struct Counts {
  std::uint64_t passed = 0, failed = 0, skipped = 0, flaky = 0;
};

// Tests of earlier runs are known by their results alone.
std::map<store::RunNumber, Counts> counts_by_run(const std::vector<store::TestHistory>& history) {
  std::map<store::RunNumber, Counts> counts;
  for (const auto& test : history) {
    for (const auto& result : test.results) {
      auto& of_run = counts[result.run];
      if (result.flaky) ++of_run.flaky;
      if (result.outcome == TestOutcome::passed)
        ++of_run.passed;
      else
        ++(result.outcome == TestOutcome::failed ? of_run.failed : of_run.skipped);
    }
  }
  return counts;
}

Json recent_json(const Material& material) {
  auto json = Json::array();
  const auto counts = counts_by_run(material.history);
  for (const auto& run : material.recent) {
    json.push_back(run_json(run, false));
    if (const auto found = counts.find(run.number); found != counts.end()) {
      json.back()["tests"] = {{"passed", found->second.passed},
                              {"failed", found->second.failed},
                              {"skipped", found->second.skipped},
                              {"flaky", found->second.flaky}};
    }
  }
  return json;
}

std::string_view letter_of(const store::TestResult& result) {
  if (result.outcome == TestOutcome::failed) return "f";
  if (result.outcome == TestOutcome::skipped) return "s";
  return result.flaky ? "k" : "p";
}

// A test that nobody has run before has no history worth its bytes.
Json history_json(const std::vector<store::TestHistory>& history) {
  auto json = Json::array();
  for (const auto& test : history) {
    if (test.results.size() < 2) continue;
    auto results = Json::array();
    for (const auto& result : test.results) {
      const auto whole = std::chrono::duration_cast<std::chrono::milliseconds>(result.duration);
      results.push_back({result.run, letter_of(result), static_cast<double>(whole.count()) / 1e3,
                         result.commit.substr(0, 8)});
    }
    json.push_back({{"project", test.project},
                    {"suite", test.suite},
                    {"name", test.name},
                    {"results", std::move(results)}});
  }
  return json;
}

// Which part of the page has which document: that at the same place.
Json loads_json(const Material& material) {
  auto json = Json::array();
  for (const auto& load : material.loads)
    json.push_back({{"document", load.name}, {"baseline", !load.baseline.empty()}});
  return json;
}

// What a test printed is kept where it failed; that of the others is in the logs.
class OutputBudget {
 public:
  void apply(evidence::TestSuite& suite) {
    shorten(suite.output, suite.outcome == TestOutcome::failed);
    for (auto& test : suite.cases) {
      const bool wanted = test.outcome == TestOutcome::failed || test.flaky();
      shorten(test.output, wanted);
      for (auto& attempt : test.earlier) shorten(attempt.output, wanted);
    }
  }

 private:
  void shorten(std::string& output, bool wanted) {
    const auto most = !wanted                    ? kPassedOutput
                      : taken_ < kMostTestOutput ? evidence::kKeptOutput
                                                 : kCrowdedOutput;
    if (output.size() > most) output = evidence::shortened_output(output, most);
    taken_ += output.size();
  }

  std::uint64_t taken_ = 0;
};

void write_records(PageWriter& page, const Material& material) {
  OutputBudget budget;
  std::string_view separator = "";
  for (const auto& record : material.records) {
    if (std::holds_alternative<evidence::Coverage>(record.evidence)) continue;
    page.json(separator);
    separator = ",";
    if (const auto* suite = std::get_if<evidence::TestSuite>(&record.evidence)) {
      auto copy = *suite;
      budget.apply(copy);
      page.json(evidence::to_json({record.origin, std::move(copy)}));
    } else {
      page.json(evidence::to_json(record));
    }
  }
}

}  // namespace

void write_document(PageWriter& page, const Material& material, const Members& members) {
  const auto member = [&page](std::string_view name, std::string_view json) {
    page.json(fmt::format(",\"{}\":", name));
    page.json(json);
  };
  page.begin_json("crema-report");
  page.json(fmt::format("{{\"schema\":{}", kSchema));
  member("crema", text_of(material.version));
  member("generated", text_of(time_text(material.generated)));
  if (!material.view.empty()) member("view", text_of(material.view));
  member("repository", text_of(material.repository));
  member("run", text_of(run_json(material.run, true)));
  member("recent", text_of(recent_json(material)));
  member("history", text_of(history_json(material.history)));
  member("gate", material.verdict ? gate::verdict_json(*material.verdict) : "null");
  member("coverage", members.coverage);
  member("media", members.media);
  member("loads", text_of(loads_json(material)));
  member("notes", text_of(material.notes));
  page.json(",\"records\":[");
  write_records(page, material);
  page.json("]}");
  page.end_json();
}

}  // namespace crema::report
