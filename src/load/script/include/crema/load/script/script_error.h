// What a script threw, and how a call of it ended.
#pragma once

#include "crema/base/diagnostic.h"

#include <cstdint>
#include <string>

namespace crema::load {

// "TypeError: cannot read property 'x' of undefined\n\tat setup (file:///tmp/load.js:3:8)\n".
struct ScriptError {
  std::string message;  // the first line: the name of the error and its text
  std::string stack;    // one line a frame, each "\tat where (file:line:column)\n"; may be empty
  Span place;           // of the innermost frame that is in a file; may be unknown

  std::string text() const { return stack.empty() ? message : message + "\n" + stack; }
};

enum class CallEnd : std::uint8_t {
  returned,
  threw,
  interrupted,  // the user was stopped
  aborted,      // exec.test.abort()
};

}  // namespace crema::load
