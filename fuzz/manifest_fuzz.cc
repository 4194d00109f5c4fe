// A tree of manifests, kustomizations and a chart, judged by all rules: no file may break the scan.
#include "crema/scan/kubernetes/kubernetes_scanner.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace crema;

constexpr std::array<std::string_view, 5> kPaths = {"base/kustomization.yaml", "base/a.yaml",
                                                    "over/kustomization.yaml", "over/patch.yaml",
                                                    "chart/templates/b.yaml"};

const scan::Scanner& scanner() {
  static const auto kScanner =
      scan::make_kubernetes_scanner({.selection = {.only = {"*"}},
                                     .render_chart = [](const std::string&) -> Result<std::string> {
                                       return std::string(
                                           "# Source: c/templates/b.yaml\nkind: Pod\n");
                                     }})
          .value();
  return *kScanner;
}

}  // namespace

// The files, with a zero byte between them.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  std::vector<std::string> notes;
  notes.reserve(kPaths.size());
  std::vector<scan::FileNotes> all;
  constexpr std::array<std::uint32_t, 3> kLiterals = {0, 1, 2};
  for (const auto path : kPaths) {
    const auto end = std::min(rest.find('\0'), rest.size());
    const scan::TreeFile file{.path = std::string(path), .size = end};
    if (!scanner().takes(file)) continue;
    auto answer =
        scanner().look_at({.file = file, .text = rest.substr(0, end), .literals = kLiterals});
    notes.push_back(std::move(answer.notes));
    if (!notes.back().empty()) all.push_back({path, notes.back()});
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  (void)scanner().conclude(all);
  const std::string_view raw(reinterpret_cast<const char*>(data), size);
  const scan::FileNotes wild{"wild.yaml", raw};
  (void)scanner().conclude({&wild, 1});
  return 0;
}
