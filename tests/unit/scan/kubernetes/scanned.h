// A small tree that is written, scanned, and gone.
#pragma once

#include "crema/base/strings.h"
#include "crema/scan/core/tree_scan.h"
#include "crema/scan/kubernetes/kubernetes_scanner.h"
#include "crema/sys/files.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace crema::scan {

inline TreeScan scanned_by(const Scanner& scanner,
                           const std::map<std::string, std::string>& files) {
  const auto folder =
      sys::TemporaryDirectory::create(std::filesystem::temp_directory_path(), "kubernetes-")
          .value();
  for (const auto& [path, text] : files) {
    EXPECT_TRUE(sys::make_directories((folder.path() / path).parent_path()));
    EXPECT_TRUE(sys::write_file(folder.path() / path, text));
  }
  const Scanner* const scanners[] = {&scanner};
  auto done = scan_tree({.root = folder.path(), .scanners = scanners, .threads = 2});
  EXPECT_TRUE(done);
  return done ? std::move(*done) : TreeScan();
}

inline TreeScan scanned(const std::map<std::string, std::string>& files,
                        KubernetesSettings settings = {}) {
  const auto scanner = make_kubernetes_scanner(std::move(settings));
  EXPECT_TRUE(scanner) << scanner.error().message << " at " << scanner.error().span.line;
  return scanner ? scanned_by(**scanner, files) : TreeScan();
}

// "CRM-K8S-001 pod.yaml:7" of each finding that is not taken back.
inline std::vector<std::string> places(const TreeScan& scan) {
  std::vector<std::string> all;
  for (const auto& found : scan.found) {
    if (found.finding.state == evidence::FindingState::suppressed) continue;
    const auto& place = found.finding.locations.at(0);
    all.push_back(found.finding.rule + " " + place.path + ":" + std::to_string(place.line));
  }
  return all;
}

inline KubernetesSettings only(std::vector<std::string> rules) {
  return {.selection = {.only = std::move(rules)}};
}

}  // namespace crema::scan
