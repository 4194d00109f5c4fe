// The scanner of Kubernetes alone over a tree: `./dev bench scan_kubernetes TREE... [--all]
// [--json]`.
// `--all` asks for the rules that are off by default too, `--json` prints a finding a line. Without
// it, times: cold, then with the cache.
#include "crema/base/strings.h"
#include "crema/formats/json.h"
#include "crema/scan/core/tree_scan.h"
#include "crema/scan/kubernetes/kubernetes_scanner.h"
#include "crema/sys/files.h"
#include "crema/sys/host.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <cstdlib>
#include <string_view>
#include <thread>
#include <vector>

namespace {

using namespace crema;

scan::TreeScan measured(const std::string& root, bool all, const std::filesystem::path& cache,
                        std::string_view title) {
  const auto begin = std::chrono::steady_clock::now();
  scan::KubernetesSettings settings;
  if (all) settings.selection.only = {"*"};
  if (const auto helm = sys::real_host().find_program("helm"))
    settings.render_chart = scan::helm_at(*helm, std::filesystem::absolute(root));
  const auto scanner = scan::make_kubernetes_scanner(std::move(settings));
  if (!scanner) {
    const auto& error = scanner.error();
    fmt::print(stderr, "{}:{}:{}: {}\n", error.span.source ? error.span.source->path() : "",
               error.span.line, error.span.column, error.message);
    std::exit(1);
  }
  const std::chrono::duration<double> made = std::chrono::steady_clock::now() - begin;
  const scan::Scanner* const scanners[] = {scanner->get()};
  auto done = scan::scan_tree({.root = root,
                               .scanners = scanners,
                               .cache = cache,
                               .threads = std::thread::hardware_concurrency()});
  if (!done) {
    fmt::print(stderr, "{}\n", done.error().message);
    std::exit(1);
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  if (!title.empty())
    fmt::print("{:<8} {:.3f} s ({:.3f} s for the rules), {} files, {} found, {} not scanned\n",
               title, took.count(), made.count(), done->files.size(), done->found.size(),
               done->not_scanned.size());
  return std::move(*done);
}

void print_json(const std::string& root, const scan::TreeScan& done) {
  for (const auto& found : done.found) {
    const auto& finding = found.finding;
    const auto& place = finding.locations.front();
    fmt::print("{}\n", formats::json_text({{"root", root},
                                           {"rule", finding.rule},
                                           {"aliases", finding.aliases},
                                           {"severity", to_text(finding.severity)},
                                           {"state", to_text(finding.state)},
                                           {"path", place.path},
                                           {"line", place.line},
                                           {"resource_line", found.first_line},
                                           {"subject", found.subject},
                                           {"content", found.content},
                                           {"message", finding.message}},
                                          formats::JsonLayout::compact));
  }
  for (const auto& one : done.not_scanned)
    fmt::print("{}\n", formats::json_text({{"root", root},
                                           {"not_scanned", one.path},
                                           {"code", one.code},
                                           {"message", one.reason}},
                                          formats::JsonLayout::compact));
}

}  // namespace

int main(int count, char** words) {
  bool all = false;
  bool json = false;
  std::vector<std::string> roots;
  for (int i = 1; i < count; ++i) {
    const std::string_view word(words[i]);
    if (word == "--all")
      all = true;
    else if (word == "--json")
      json = true;
    else
      roots.emplace_back(word);
  }
  const auto folder =
      sys::TemporaryDirectory::create(std::filesystem::temp_directory_path(), "bench-").value();
  for (const auto& root : roots) {
    if (json) {
      print_json(root, measured(root, all, {}, ""));
      continue;
    }
    measured(root, all, folder.path() / "cache", "cold");
    measured(root, all, folder.path() / "cache", "cached");
  }
  return 0;
}
