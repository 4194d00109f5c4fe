#include "lcov_report.h"

#include "crema/evidence/lcov.h"
#include "crema/sys/files.h"

#include <algorithm>
#include <set>

namespace crema::testing {
namespace {

namespace fs = std::filesystem;

// Tests cover themselves whole: counting them would tell nothing about the program.
bool is_of_tests(const std::string& path, const std::set<std::string>& suites) {
  const auto name = path.substr(path.rfind('/') + 1);
  return suites.contains(path) || name == "conftest.py" || name.starts_with("test_") ||
         name.find(".test.") != std::string::npos || name.find(".spec.") != std::string::npos;
}

}  // namespace

void take_lcov(ProjectReport& report, const fs::path& file, const fs::path& root,
               const std::string& folder) {
  auto text = sys::read_file(file);
  if (!text) {
    if (!report.suites.empty() && report.error.empty())
      report.remarks.emplace_back("there is no coverage: the framework wrote none");
    return;
  }
  auto coverage =
      evidence::read_lcov(std::make_shared<SourceFile>(file.string(), std::move(*text)));
  if (!coverage) {
    report.remarks.push_back("coverage could not be read: " + coverage.error().message);
    return;
  }
  std::set<std::string> suites;
  for (const auto& suite : report.suites) suites.insert(suite.name);
  for (auto& one : coverage->files)
    one.path = (root / folder / one.path).lexically_normal().lexically_relative(root).string();
  std::erase_if(coverage->files, [&](const auto& one) {
    return one.path.starts_with("..") || is_of_tests(one.path, suites);
  });
  normalize(*coverage);
  report.coverage = std::move(*coverage);
}

}  // namespace crema::testing
