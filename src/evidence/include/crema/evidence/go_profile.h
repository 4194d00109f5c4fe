// Go's coverage profiles (`go test -coverprofile`): "mode: atomic" and a line for each block,
//   example.org/app/menu.go:12.34,15.2 3 1
// that is file:line.column,line.column statements count.
#pragma once

#include "crema/base/result.h"
#include "crema/base/source.h"
#include "crema/evidence/coverage.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace crema::evidence {

// Profiles that were joined as they are (`cat a.out b.out`) are one. Fails with
// "coverage/go-profile" and the place; an empty file is a profile without blocks.
Result<Coverage> read_go_profile(const SourcePtr& source);
std::string go_profile_text(const Coverage& coverage);

// The import path of a module and its folder, relative to the repository ("" is the root).
using GoModulePath = std::pair<std::string, std::string>;
// Turns import paths of files into paths of the repository, by the longest module that fits; what
// belongs to no module stays as it is.
void place_go_files(Coverage& coverage, const std::vector<GoModulePath>& modules);

struct GoFunction {
  std::string name;                                                  // "Price", "(*Menu).Price"
  std::uint32_t line = 0, column = 0, end_line = 0, end_column = 0;  // of the declaration
};
// The functions that a Go file declares with a body, in order; function literals belong to the one
// they stand in, as `go tool cover -func` has it. Text that is no Go gives what could be made out.
std::vector<GoFunction> go_functions(std::string_view source);

// Fills `file.functions` from its source: covered when a block in it ran.
void add_go_functions(FileCoverage& file, std::string_view source);

// "// Code generated ... DO NOT EDIT." before the package clause (https://go.dev/s/generatedcode).
bool is_generated_go(std::string_view source);

}  // namespace crema::evidence
