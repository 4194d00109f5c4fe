#include "program.h"

#include "intrinsics.h"
#include "type_stripping.h"
#include "value.h"

#include "crema/load/script/programs.h"

#include <fmt/format.h>

#include <utility>

namespace crema::load {
namespace {

// The function that a CommonJS file becomes. It starts on the file's first line, so that lines
// count as they are written.
constexpr std::string_view kCommonHead = "(function(module, exports, require) {";
constexpr std::string_view kCommonTail = "\n})";

std::vector<std::uint8_t> written(JSContext* context, JSValueConst compiled) {
  std::size_t size = 0;
  std::uint8_t* bytes =
      JS_WriteObject(context, &size, compiled, JS_WRITE_OBJ_BYTECODE | JS_WRITE_OBJ_STRIP_SOURCE);
  if (bytes == nullptr) return {};
  std::vector<std::uint8_t> code(bytes, bytes + size);
  js_free(context, bytes);
  return code;
}

void note_import(JSContext*, const char* specifier, const char* name, void* opaque) {
  auto& imports = *static_cast<std::map<std::string, std::vector<std::string>>*>(opaque);
  imports[specifier].emplace_back(name);
}

bool compile_standard(JSContext* context, const std::string& address, const std::string& text,
                      Program& program) {
  Value compiled(context,
                 crema_js_compile_module(context, text.c_str(), text.size(), address.c_str()));
  if (compiled.threw()) return false;
  if (crema_js_has_module_syntax(compiled.get()) != 0) {
    crema_js_each_import(context, compiled.get(), note_import, &program.imports);
    program.code = written(context, compiled.get());
  }
  // Every user reads its own copy from the code, this context too.
  const JSValue module = compiled.release();
  JS_FreeValue(context, module);
  crema_js_drop_module(context, module);
  return true;
}

bool compile_common(JSContext* context, const std::string& address, const std::string& code,
                    Program& program) {
  const std::string text = fmt::format("{}{}{}", kCommonHead, code, kCommonTail);
  const Value compiled(context, JS_Eval(context, text.c_str(), text.size(), address.c_str(),
                                        JS_EVAL_TYPE_GLOBAL | JS_EVAL_FLAG_COMPILE_ONLY));
  if (compiled.threw()) return false;
  program.kind = ModuleKind::common;
  program.code = written(context, compiled.get());
  return true;
}

bool is_typescript(std::string_view address) {
  return address.substr(0, address.find_first_of("?#")).ends_with(".ts");
}

// As the engine itself throws one, with the place of the diagnostic.
void throw_syntax_error(JSContext* context, const std::string& address,
                        const Diagnostic& diagnostic) {
  JS_ThrowSyntaxError(context, "%s", diagnostic.message.c_str());
  const JSValue error = JS_GetException(context);
  JS_DefinePropertyValueStr(
      context, error, "stack",
      new_string(context, fmt::format("    at {}:{}:{}\n", address, diagnostic.span.line,
                                      diagnostic.span.column)),
      JS_PROP_CONFIGURABLE | JS_PROP_WRITABLE);
  JS_Throw(context, error);
}

bool compile(JSContext* context, const std::string& address, Program& program) {
  if (address.ends_with(".json")) {
    program.kind = ModuleKind::json;
    return true;
  }
  std::string text(program.source->text());
  if (is_typescript(address)) {
    auto stripped = strip_types(program.source);
    if (!stripped) {
      throw_syntax_error(context, address, stripped.error());
      return false;
    }
    text = std::move(*stripped);
  }
  if (compile_standard(context, address, text, program)) {
    if (!program.code.empty()) return true;
    return compile_common(context, address, text, program);
  }
  // Only sloppy code may have `with` and octal numbers: it may still be CommonJS. If it is not,
  // what was wrong with it as a module is the better message.
  const Value first(context, JS_GetException(context));
  if (compile_common(context, address, text, program)) return true;
  JS_FreeValue(context, JS_GetException(context));
  JS_Throw(context, JS_DupValue(context, first.get()));
  return false;
}

}  // namespace

ProgramPtr Programs::load(JSContext* context, const std::string& address) {
  {
    auto programs = programs_.lock();
    const auto found = programs->find(address);
    if (found != programs->end()) {
      need_intrinsics(context, found->second->intrinsics);
      return found->second;
    }
  }
  auto source = files_.module(address);
  if (!source) {
    throw_diagnostic(context, source.error());
    return nullptr;
  }
  Program program{.source = *source, .intrinsics = mentioned_intrinsics((*source)->text())};
  need_intrinsics(context, program.intrinsics);
  if (!compile(context, address, program)) return nullptr;
  auto shared = std::make_shared<const Program>(std::move(program));
  programs_.lock()->try_emplace(address, shared);
  return shared;
}

std::unique_ptr<Programs, void (*)(Programs*)> make_programs(ModuleFiles& files) {
  return {std::make_unique<Programs>(files).release(),
          [](Programs* programs) { std::unique_ptr<Programs>(programs).reset(); }};
}

JSValue throw_diagnostic(JSContext* context, const Diagnostic& diagnostic) {
  const std::string text = diagnostic.hint.empty()
                               ? diagnostic.message
                               : fmt::format("{} ({})", diagnostic.message, diagnostic.hint);
  return JS_ThrowPlainError(context, "%s", text.c_str());
}

}  // namespace crema::load
