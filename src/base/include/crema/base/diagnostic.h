// What crema says when something is wrong: data with a place, a hint and an exit code. Drawing it
// is the terminal's job.
#pragma once

#include "crema/base/source.h"

#include <string>
#include <utility>
#include <vector>

namespace crema {

enum class Severity { note, warning, error };

// The process exit codes of every command (docs/exit-codes.md).
enum class ExitCode : int { ok = 0, failed = 1, usage = 2, internal = 3, interrupted = 130 };

struct Note {
  std::string message;
  Span span;
};

struct Diagnostic {
  std::string code;     // stable, never reused: "workflow/unexpected-key"
  std::string message;  // one sentence a user can act on; no trailing full stop
  Span span;
  Severity severity = Severity::error;
  std::vector<Note> notes;
  std::string hint;  // starts with a verb: "write `branches:` instead"
  ExitCode exit_code = ExitCode::usage;
};

inline Diagnostic make_error(std::string code, std::string message, Span span = {}) {
  return Diagnostic{
      .code = std::move(code), .message = std::move(message), .span = std::move(span)};
}

inline Diagnostic make_warning(std::string code, std::string message, Span span = {}) {
  return Diagnostic{.code = std::move(code),
                    .message = std::move(message),
                    .span = std::move(span),
                    .severity = Severity::warning};
}

}  // namespace crema
