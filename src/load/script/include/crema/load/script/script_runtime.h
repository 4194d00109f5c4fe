// The JavaScript engine of one thread: all virtual users of the thread have their contexts in it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

struct JSRuntime;

namespace crema::load {

class ScriptUser;
struct ScriptClasses;

struct RuntimeLimits {
  // Of all users of the thread together; 0 sets none.
  std::size_t memory_bytes = 0;
  // A single piece larger than this is refused: the script gets an error it can read, and not the
  // machine a process that dies of it.
  std::size_t largest_piece = std::size_t{512} << 20;
};

// Belongs to one thread.
class ScriptRuntime {
 public:
  explicit ScriptRuntime(RuntimeLimits limits = {});
  ~ScriptRuntime();
  ScriptRuntime(const ScriptRuntime&) = delete;
  ScriptRuntime& operator=(const ScriptRuntime&) = delete;

  JSRuntime* engine() const { return engine_; }
  ScriptClasses& classes() { return *classes_; }
  // The user whose code runs now; null between turns.
  ScriptUser* current = nullptr;

 private:
  RuntimeLimits limits_;
  JSRuntime* engine_;
  std::unique_ptr<ScriptClasses> classes_;
};

}  // namespace crema::load
