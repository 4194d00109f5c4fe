// The scanner of secrets alone over a tree, with a configuration of gitleaks:
// `./dev bench scan_secrets CONFIG TREE [--list]`. Twice without a cache and once with one.
#include "crema/scan/core/tree_scan.h"
#include "crema/scan/secrets/secret_scanner.h"
#include "crema/sys/files.h"

#include <fmt/format.h>

#include <chrono>
#include <cstdlib>
#include <string_view>
#include <thread>

namespace {

using namespace crema;

scan::TreeScan measured(const scan::TreeScanRequest& request, std::string_view title) {
  const auto begin = std::chrono::steady_clock::now();
  auto done = scan::scan_tree(request);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  if (!done) {
    fmt::print(stderr, "{}\n", done.error().message);
    std::exit(1);
  }
  fmt::print(stderr, "{:<10} {:.3f} s, {} files, {:.1f} MB, {} found, {} not read again\n", title,
             took.count(), done->files.size(), static_cast<double>(done->bytes) / 1e6, done->found.size(),
             done->from_cache);
  return std::move(*done);
}

}  // namespace

int main(int count, char** words) {
  if (count < 3) return 2;
  auto text = sys::read_file(words[1]);
  if (!text) return 1;
  const auto config = scan::parse_gitleaks_config(
      std::make_shared<SourceFile>(words[1], std::move(*text)), {.read = {}});
  if (!config) {
    fmt::print(stderr, "{}:{}: {}\n", words[1], config.error().span.line, config.error().message);
    return 1;
  }
  const scan::SecretScanner scanner(
      {.rules = std::make_shared<scan::SecretRules>(config->rules), .key = "bench"});
  const scan::Scanner* const scanners[] = {&scanner};
  const auto folder =
      sys::TemporaryDirectory::create(std::filesystem::temp_directory_path(), "bench-").value();
  scan::TreeScanRequest request{
      .root = words[2], .scanners = scanners, .threads = std::thread::hardware_concurrency()};
  measured(request, "first");
  const auto done = measured(request, "again");
  request.cache = folder.path() / "cache";
  measured(request, "with hash");
  measured(request, "cached");
  if (count > 3)
    for (const auto& found : done.found)
      fmt::print("{} {}:{}\n", found.finding.rule, found.finding.locations[0].path,
                 found.finding.locations[0].line);
  return 0;
}
