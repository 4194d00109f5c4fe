// Secrets in the history of a git repository, with a configuration of gitleaks or, where that is
// `-`, with crema's own rules: `./dev bench scan_history CONFIG REPOSITORY [RANGE] [--list]`.
#include "crema/scan/history/history_scan.h"
#include "crema/scan/secrets/secret_scanner.h"
#include "crema/sys/files.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include <chrono>
#include <cstdlib>
#include <string_view>
#include <thread>

int main(int count, char** words) {
  using namespace crema;
  if (count < 3) return 2;
  scan::SecretScanSettings settings{.key = "bench"};
  if (std::string_view(words[1]) != "-") {
    auto text = sys::read_file(words[1]);
    if (!text) return 1;
    settings.gitleaks_config = std::make_shared<SourceFile>(words[1], std::move(*text));
  }
  const auto made = scan::make_secret_scanner(std::move(settings));
  if (!made) return 1;
  const scan::Scanner* const scanners[] = {made->scanner.get()};
  const scan::HistoryRequest request{
      .root = words[2], .scanners = scanners, .threads = std::thread::hardware_concurrency()};
  std::string range;
  bool list = false;
  for (int i = 3; i < count; ++i)
    std::string_view(words[i]) == "--list" ? void(list = true) : void(range = words[i]);
  const auto begin = std::chrono::steady_clock::now();
  const auto done = range.empty() ? scan_history(request) : scan_commits(request, range);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  if (!done) {
    fmt::print(stderr, "{}\n", done.error().message);
    return 1;
  }
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  fmt::print(stderr,
             "{:.2f} s, {} commits, {} versions of files, {:.1f} MB, {} found, {} not "
             "scanned, {} MB of memory\n",
             took.count(), done->commit_count, done->files, static_cast<double>(done->bytes) / 1e6,
             done->found.size(), done->not_scanned.size(), used.ru_maxrss / 1024);
  if (!list) return 0;
  for (const auto& found : done->found)
    fmt::print(
        "{} {} {}:{} {}\n", found.commit,
        found.finding.rule.starts_with("CRM") ? found.finding.aliases[0] : found.finding.rule,
        found.finding.locations[0].path, found.finding.locations[0].line, found.finding.message);
  for (const auto& one : done->not_scanned)
    fmt::print("# {} {} {}\n", one.path, one.code, one.reason);
  return 0;
}
