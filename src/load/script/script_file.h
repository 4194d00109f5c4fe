// A file that k6/experimental/fs has opened: bytes that all users share, and a place of its own in
// them.
#pragma once

#include "value.h"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace crema::load {

struct ScriptFile {
  std::string path;
  std::shared_ptr<const std::string> bytes;
  std::size_t at = 0;

  std::string_view rest() const { return std::string_view(*bytes).substr(at); }
};

// Null where the value is no File; no exception then.
ScriptFile* script_file_of(JSContext* context, JSValueConst value);

}  // namespace crema::load
