// The scanners of Dockerfiles and compose files over a tree, every rule on: one JSON object a line
// for what they find and for what they could not read. `scan_docker_bench TREE
// [.hadolint.yaml]`; scan_docker_accuracy.py holds it against other tools. Times go to standard
// error.
#include "crema/scan/compose/compose_scanner.h"
#include "crema/scan/core/tree_scan.h"
#include "crema/scan/dockerfile/dockerfile_scanner.h"
#include "crema/sys/files.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <cstdlib>
#include <memory>
#include <string>
#include <thread>
#include <utility>

namespace {

using namespace crema;

template <typename Value>
Value value_or_exit(Result<Value> result) {
  if (result) return std::move(*result);
  fmt::print(stderr, "{}\n", result.error().message);
  std::exit(1);
}

void print(const scan::TreeScan& done) {
  for (const auto& one : done.found) {
    const auto& finding = one.finding;
    const auto& place = finding.locations.front();
    nlohmann::json more = nlohmann::json::array();
    for (const auto& location : finding.locations) more.push_back(location.line);
    fmt::print("{}\n", nlohmann::json{{"path", place.path},
                                      {"line", place.line},
                                      {"first_line", one.first_line},
                                      {"lines", more},
                                      {"rule", finding.rule},
                                      {"aliases", finding.aliases},
                                      {"severity", evidence::to_text(finding.severity)},
                                      {"subject", one.subject},
                                      {"message", finding.message}}
                           .dump());
  }
  for (const auto& one : done.not_scanned)
    fmt::print(
        "{}\n",
        nlohmann::json{{"path", one.path}, {"code", one.code}, {"reason", one.reason}}.dump());
}

}  // namespace

int main(int count, char** words) {
  if (count < 2) return 2;
  const auto begin = std::chrono::steady_clock::now();
  scan::DockerfileSettings settings{.selection = {.only = {"CRM-DOCKER-*"}}};
  if (count > 2) {
    const auto source =
        std::make_shared<SourceFile>(words[2], value_or_exit(sys::read_file(words[2])));
    if (const auto read = scan::read_hadolint_settings(source, settings); !read) return 1;
  }
  const auto dockerfiles = value_or_exit(scan::make_dockerfile_scanner(std::move(settings)));
  const auto composes =
      value_or_exit(scan::make_compose_scanner({.selection = {.only = {"CRM-COMPOSE-*"}}}));
  const std::chrono::duration<double> made = std::chrono::steady_clock::now() - begin;
  const scan::Scanner* const scanners[] = {dockerfiles.get(), composes.get()};
  const auto done =
      value_or_exit(scan::scan_tree({.root = words[1],
                                     .scanners = scanners,
                                     .walk = {.use_ignore_files = false},
                                     .threads = std::thread::hardware_concurrency()}));
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  fmt::print(stderr, "{:.3f} s to make, {:.3f} s in all, {} files, {} found\n", made.count(),
             took.count(), done.files.size(), done.found.size());
  print(done);
  return 0;
}
