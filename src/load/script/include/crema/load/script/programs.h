// The compiled modules of a test, shared by its threads; made by load/script, kept by the engine.
#pragma once

#include "crema/load/script/module_files.h"

#include <memory>
#include <string>
#include <string_view>

namespace crema::load {

class Programs;
std::unique_ptr<Programs, void (*)(Programs*)> make_programs(ModuleFiles& files);

// "/tmp/load.js" -> "file:///tmp/load.js".
std::string address_of_path(std::string_view path);
// "file:///tmp/a%20b.js" -> "/tmp/a b.js"; "" for addresses of another scheme.
std::string path_of_address(std::string_view address);

}  // namespace crema::load
