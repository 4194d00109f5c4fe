// Any bytes as a workflow, an action and Dependabot's settings: every check looks at them, and none
// may crash, hang or say that something is where the file has no line.
#include "crema/scan/workflows/workflow_scanner.h"

#include <algorithm>
#include <cstdlib>

namespace {

const crema::scan::Scanner& scanner() {
  static const auto made = crema::scan::make_workflow_scanner(
      {.selection = {.only = {"CRM-*"}}, .forbidden_uses = {"example/*"}});
  return **made;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const auto path : {".github/workflows/x.yml", "action.yml", ".github/dependabot.yml"}) {
    const crema::scan::TreeFile file{.path = path, .size = size};
    const auto answer = scanner().look_at({.file = file, .text = text, .literals = {}});
    const auto lines = 1 + std::ranges::count(text, '\n');
    for (const auto& found : answer.found)
      if (found.finding.locations.empty() || found.finding.locations[0].line > lines) std::abort();
  }
  return 0;
}
