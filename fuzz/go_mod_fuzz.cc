// Feeds any text to the readers of go.mod, go.work, go.sum and vendor/modules.txt: errors have a
// place, and what was edited is read again with the versions that were asked for.
#include "crema/scan/advisories/version_scheme.h"
#include "crema/scan/deps/build_list.h"
#include "crema/scan/deps/go_mod.h"
#include "crema/scan/deps/go_mod_edit.h"
#include "crema/scan/deps/go_sum.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>

namespace {

using namespace crema;

void require(bool holds) {
  if (!holds) std::abort();
}

void edit(const SourcePtr& file, const scan::GoMod& mod) {
  std::vector<scan::GoModEdit> edits;
  for (const auto& requirement : mod.requirements)
    if (requirement.module.path == "stdlib") return;  // means the toolchain there
  for (const auto& requirement : mod.requirements)
    edits.push_back({.module = requirement.module.path, .version = "v9.0.0"});
  const auto edited = scan::edit_go_mod(file, edits);
  require(edited.has_value());
  const auto again = scan::parse_go_mod(std::make_shared<SourceFile>("go.mod", edited->text));
  require(again.has_value());
  require(again->path == mod.path);
  for (const auto& requirement : again->requirements)
    require(scan::compare_semver(requirement.module.version, "v9.0.0") >= 0);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto file = std::make_shared<SourceFile>(
      "go.mod", std::string(reinterpret_cast<const char*>(data), size));
  if (const auto mod = scan::parse_go_mod(file)) {
    (void)scan::build_list(*mod, {});
    (void)mod->language.minimum();
    edit(file, *mod);
  } else {
    require(mod.error().span.known());
  }
  if (const auto work = scan::parse_go_work(file); !work) require(work.error().span.known());
  if (const auto sums = scan::parse_go_sum(file); !sums) require(sums.error().span.known());
  if (const auto modules = scan::parse_modules_txt(file); !modules)
    require(modules.error().span.known());
  return 0;
}
