// Modules of a test, compiled once for all of its users.
#pragma once

#include "grpc_shared.h"
#include "quickjs_fibers.h"
#include "script_error_of.h"

#include "crema/base/result.h"
#include "crema/base/sync.h"
#include "crema/load/script/module_files.h"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace crema::load {

enum class ModuleKind : std::uint8_t {
  standard,  // it imports, exports or awaits: an ECMAScript module
  common,    // CommonJS: a function of module, exports and require
  json,
};

struct Program {
  ModuleKind kind = ModuleKind::standard;
  SourcePtr source;
  std::vector<std::uint8_t> code;  // the engine's own form; empty of json
  std::uint8_t intrinsics = 0;     // that it mentions
  // Names that it imports, by the specifier they are imported from.
  std::map<std::string, std::vector<std::string>> imports;
};
using ProgramPtr = std::shared_ptr<const Program>;

// One for all threads of a test.
class Programs {
 public:
  explicit Programs(ModuleFiles& files) : files_(files) {}

  // The module of that address, compiled in `context` if nobody did before. A file that ends in
  // .json is data. Null, with an exception in the context, where it is not there or is no
  // JavaScript.
  ProgramPtr load(JSContext* context, const std::string& address);
  ModuleFiles& files() { return files_; }
  GrpcShared& grpc() { return grpc_; }
  // For the places of errors.
  SourcePtr known(const std::string& address) const { return files_.known(address); }

 private:
  ModuleFiles& files_;
  GrpcShared grpc_;
  Sync<std::map<std::string, ProgramPtr>> programs_;
};

// Throws a Diagnostic as an Error of the script: its message, and its hint in brackets.
JSValue throw_diagnostic(JSContext* context, const Diagnostic& diagnostic);

}  // namespace crema::load
