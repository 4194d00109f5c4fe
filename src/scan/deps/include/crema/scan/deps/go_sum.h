// go.sum and vendor/modules.txt: which modules were fetched, and which are kept in the repository.
#pragma once

#include "crema/base/result.h"
#include "crema/base/source.h"
#include "crema/scan/deps/go_mod.h"

#include <map>
#include <string>
#include <vector>

namespace crema::scan {

// The hashes of modules' contents ("h1:..."); lines about a go.mod alone are left out, so that what
// is there gave packages to some build. An error is "deps/go.sum" with a place: a line of other
// than three words, as a merge leaves one.
Result<std::map<GoModule, std::string>> parse_go_sum(const SourcePtr& file);

struct VendoredModule {
  GoModule module;
  GoModule replacement;  // path "" where it is not replaced
  bool explicitly = false;
  std::vector<std::string> packages;
  std::uint32_t line = 0;
};
// Lines that are neither a module, a remark on it nor a package are an error, "deps/modules.txt".
Result<std::vector<VendoredModule>> parse_modules_txt(const SourcePtr& file);

}  // namespace crema::scan
