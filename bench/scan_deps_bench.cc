// The scanner of dependencies alone over a tree: `./dev bench scan_deps_bench TREE [INDEX]
// [--json]`. With --json a line for each finding; else times, and how many rows become how many
// things to do.
#include "crema/base/strings.h"
#include "crema/formats/json.h"
#include "crema/scan/advisories/version_scheme.h"
#include "crema/scan/core/tree_scan.h"
#include "crema/scan/deps/dependency_scanner.h"
#include "crema/sys/files.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <set>
#include <string_view>
#include <thread>

namespace {

using namespace crema;

double seconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

template <class T>
T required(Result<T> result) {
  if (!result) {
    fmt::print(stderr, "{}\n", result.error().message);
    std::exit(1);
  }
  return std::move(*result);
}

scan::TreeScan measured(const scan::TreeScanRequest& request, std::string_view title) {
  const auto begin = std::chrono::steady_clock::now();
  auto done = required(scan::scan_tree(request));
  fmt::print(stderr, "{:<10} {:.3f} s, {} files, {} not read again\n", title, seconds_since(begin),
             done.files.size(), done.from_cache);
  return done;
}

void print_json(const scan::TreeScan& done) {
  for (const auto& found : done.found) {
    const auto& finding = found.finding;
    const nlohmann::ordered_json row = {{"manifest", finding.locations[0].path},
                                        {"line", finding.locations[0].line},
                                        {"id", finding.rule},
                                        {"aliases", finding.aliases},
                                        {"subject", finding.subject},
                                        {"reach", evidence::to_text(finding.reach)},
                                        {"severity", evidence::to_text(finding.severity)},
                                        {"fix", finding.fix.version},
                                        {"incident", finding.incident},
                                        {"message", finding.message}};
    fmt::print("{}\n", formats::json_text(row, formats::JsonLayout::compact));
  }
  for (const auto& one : done.not_scanned)
    fmt::print("{}\n",
               nlohmann::ordered_json{
                   {"manifest", one.path}, {"not_scanned", one.code}, {"message", one.reason}}
                   .dump());
}

void print_counts(const scan::TreeScan& done) {
  std::set<std::string> advisories, incidents, upgrades;
  std::map<std::string, std::size_t> reaches;
  for (const auto& found : done.found) {
    const auto& finding = found.finding;
    advisories.insert(finding.rule);
    incidents.insert(finding.incident);
    if (!finding.fix.version.empty()) upgrades.insert(finding.fix.package);
    ++reaches[std::string(evidence::to_text(finding.reach))];
  }
  fmt::print("rows {}, advisories {}, incidents {}, upgrade actions {}, not scanned {}\n",
             done.found.size(), advisories.size(), incidents.size(), upgrades.size(),
             done.not_scanned.size());
  for (const auto& [reach, count] : reaches)
    fmt::print("  {:<13} {}\n", reach.empty() ? "unknown" : reach, count);
}

int compare_lines(std::string_view ecosystem) {
  const auto scheme = scan::scheme_of(ecosystem);
  if (scheme == scan::VersionScheme::none) return 2;
  std::size_t lines = 0;
  std::size_t wrong = 0;
  std::string line;
  for (int c = std::getchar();; c = std::getchar()) {
    if (c != EOF && c != '\n') {
      line += static_cast<char>(c);
      continue;
    }
    const auto words = split(static_cast<const std::string&>(line), ' ');
    if (words.size() == 3 && words[0] != "//" && words[0] != "#") {
      const auto order = scan::compare_versions(scheme, words[0], words[2]);
      const auto* sign = order < 0 ? "<" : order > 0 ? ">" : "=";
      ++lines;
      if (words[1] != sign) {
        ++wrong;
        fmt::print("{}   # {}\n", line, sign);
      }
    }
    line.clear();
    if (c == EOF) break;
  }
  fmt::print("{} of {}\n", lines - wrong, lines);
  return wrong == 0 ? 0 : 1;
}

}  // namespace

int main(int count, char** words) {
  if (count == 3 && words[1] == std::string_view("--compare")) return compare_lines(words[2]);
  std::vector<std::string> names;
  bool json = false;
  for (int i = 1; i < count; ++i)
    if (words[i] == std::string_view("--json"))
      json = true;
    else
      names.emplace_back(words[i]);
  if (names.empty()) return 2;
  const auto host = sys::real_host();
  const auto begin = std::chrono::steady_clock::now();
  auto settings = required(scan::dependency_settings(host, names[0]));
  if (names.size() > 1)
    settings.advisories =
        std::make_shared<const scan::Advisories>(required(scan::AdvisoryIndex::open(names[1])));
  const auto scanner = required(scan::make_dependency_scanner(std::move(settings)));
  fmt::print(stderr, "{:<10} {:.3f} s\n", "loaded", seconds_since(begin));
  const scan::Scanner* const scanners[] = {scanner.get()};
  scan::TreeScanRequest request{
      .root = names[0], .scanners = scanners, .threads = std::thread::hardware_concurrency()};
  const auto done = measured(request, "first");
  if (json) {
    print_json(done);
    return 0;
  }
  const auto folder =
      sys::TemporaryDirectory::create(std::filesystem::temp_directory_path(), "bench-").value();
  request.cache = folder.path() / "cache";
  measured(request, "again");
  measured(request, "cached");
  print_counts(done);
  return 0;
}
