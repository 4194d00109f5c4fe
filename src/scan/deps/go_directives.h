// The lines of go.mod and go.work: words, quotes, comments and blocks.
#pragma once

#include "crema/base/result.h"
#include "crema/base/source.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace crema::scan {

struct GoWord {
  std::string text;          // without quotes
  std::uint32_t column = 0;  // in bytes, from 1
};

// One directive; those of a block each have its name.
struct GoDirective {
  std::string name;
  std::vector<GoWord> words;
  std::string_view comment;  // behind "//"
  std::uint32_t line = 0;
};

// Errors are "deps/go.mod" with a place.
Result<std::vector<GoDirective>> read_go_directives(const SourcePtr& file);

}  // namespace crema::scan
