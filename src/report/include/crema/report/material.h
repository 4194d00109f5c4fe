// What a report is made of: one run, whole, and what is known of earlier ones. Gathered from the
// store; what the store does not know (the gate's verdict, coverage by service, what has changed
// since) is added by whoever knows it.
#pragma once

#include "crema/gate/verdict.h"
#include "crema/store/store.h"
#include "crema/testing/coverage_report.h"

#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace crema::report {

// What a load run of the records has measured second by second, and what it is compared with: texts
// of JSON, as docs/load.md has them.
struct LoadDocument {
  std::string name;  // as the record has it
  std::string document;
  std::string baseline;  // "" for none
};

struct Material {
  store::RunRecord run;
  std::vector<evidence::Record> records;
  std::vector<store::TestHistory> history;  // of the tests of this run, up to it
  std::vector<store::RunRecord> recent;     // of the same workflow, this one the last

  std::optional<gate::Verdict> verdict;
  std::optional<testing::CoverageReport> coverage;
  std::vector<LoadDocument> loads;
  std::filesystem::path root;  // sources are read below it
  // Paths that are not as the run's commit has them; nullopt where nobody can tell.
  std::optional<std::set<std::string>> differing;
  std::string view;        // what is shown first: "coverage"; "" is the overview
  std::string repository;  // its name
  std::string version;     // crema's
  evidence::Time generated;
  std::vector<std::string> notes;  // what the report could not look at, a sentence each
};

Result<Material> gather(store::Store& store, const store::RunRecord& run);

}  // namespace crema::report
