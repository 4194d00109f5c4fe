// What the scanner of workflows finds in a tree, a JSON object a line, and on the error output how
// long it took: scan_workflows_bench TREE [RULE...]. With rules, those alone, also ones that are
// off.
#include "crema/scan/core/tree_scan.h"
#include "crema/scan/workflows/workflow_scanner.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <filesystem>

namespace {

using namespace crema;

nlohmann::json to_json(const scan::Found& found) {
  const auto& finding = found.finding;
  const auto& place = finding.locations.at(0);
  return {{"rule", finding.rule},
          {"aliases", finding.aliases},
          {"severity", evidence::to_text(finding.severity)},
          {"confidence", evidence::to_text(finding.confidence)},
          {"path", place.path},
          {"line", place.line},
          {"column", place.column},
          {"subject", found.subject},
          {"first_line", found.first_line},
          {"last_line", found.last_line},
          {"message", finding.message}};
}

}  // namespace

int main(int count, char** words) {
  if (count < 2) return 2;
  const auto begin = std::chrono::steady_clock::now();
  scan::WorkflowSettings settings;
  for (int i = 2; i < count; ++i) settings.selection.only.emplace_back(words[i]);
  settings.exists = [root = std::filesystem::path(words[1])](const std::string& path) {
    return std::filesystem::exists(root / path);
  };
  const auto scanner = scan::make_workflow_scanner(std::move(settings));
  if (!scanner) {
    fmt::print(stderr, "{}: {}\n", scanner.error().code, scanner.error().message);
    return 1;
  }
  const std::chrono::duration<double> built = std::chrono::steady_clock::now() - begin;
  const scan::Scanner* const scanners[] = {scanner->get()};
  const auto done = scan::scan_tree(
      {.root = words[1], .scanners = scanners, .walk = {.use_ignore_files = false}, .threads = 2});
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  if (!done) return 1;
  for (const auto& found : done->found)
    fmt::print("{}\n",
               to_json(found).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  for (const auto& one : done->not_scanned)
    fmt::print(
        "{}\n",
        nlohmann::json{{"not_scanned", one.path}, {"code", one.code}, {"reason", one.reason}}.dump(
            -1, ' ', false, nlohmann::json::error_handler_t::replace));
  fmt::print(stderr, "{:.1f} ms to make the rules, {:.1f} ms in all, {} found\n",
             built.count() * 1e3, took.count() * 1e3, done->found.size());
  return 0;
}
