// The scanner of secrets alone over a tree, with a configuration of gitleaks or, where that is `-`,
// with crema's own rules: `./dev bench scan_secrets CONFIG TREE [--list]`. Twice without a cache
// and once with one.
#include "crema/scan/core/tree_scan.h"
#include "crema/scan/secrets/secret_scanner.h"
#include "crema/sys/files.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <chrono>
#include <cstdlib>
#include <ctime>
#include <string_view>
#include <thread>

namespace {

using namespace crema;

scan::TreeScan measured(const scan::TreeScanRequest& request, std::string_view title) {
  const auto begin = std::chrono::steady_clock::now();
  const auto busy = std::clock();
  auto done = scan::scan_tree(request);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  if (!done) {
    fmt::print(stderr, "{}\n", done.error().message);
    std::exit(1);
  }
  fmt::print(
      stderr,
      "{:<10} {:.3f} s ({:.3f} s of all cores), {} files, {:.1f} MB, {} found, {} not read again\n",
      title, took.count(), static_cast<double>(std::clock() - busy) / CLOCKS_PER_SEC,
      done->files.size(), static_cast<double>(done->bytes) / 1e6, done->found.size(),
      done->from_cache);
  return std::move(*done);
}

}  // namespace

int main(int count, char** words) {
  if (count < 3) return 2;
  scan::SecretScanSettings settings{.key = "bench"};
  if (std::string_view(words[1]) != "-") {
    auto text = sys::read_file(words[1]);
    if (!text) return 1;
    settings.gitleaks_config = std::make_shared<SourceFile>(words[1], std::move(*text));
  }
  const auto made = std::chrono::steady_clock::now();
  const auto scanner = scan::make_secret_scanner(std::move(settings));
  if (!scanner) {
    fmt::print(stderr, "{}:{}: {}\n", words[1], scanner.error().span.line, scanner.error().message);
    return 1;
  }
  const std::chrono::duration<double> making = std::chrono::steady_clock::now() - made;
  fmt::print(stderr, "rules      {:.3f} s\n", making.count());
  const scan::Scanner* const scanners[] = {scanner->scanner.get()};
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
      fmt::print("{} {} {}:{} {}\n", found.finding.rule, fmt::join(found.finding.aliases, ","),
                 found.finding.locations[0].path, found.finding.locations[0].line,
                 found.finding.message);
  return 0;
}
