// SharedArray: data that a test reads once, and all users of a thread share.
#pragma once

#include "crema/base/sync.h"

#include <map>
#include <memory>
#include <string>

namespace crema::load {

class ScriptRuntime;

// The JSON texts of a test's shared arrays, by name; one for all threads. The function that makes
// an array runs once, in the first user that asks for it.
class SharedArrayTexts {
 public:
  std::shared_ptr<const std::string> find(const std::string& name) const;
  // Keeps the first text of a name, and gives it.
  std::shared_ptr<const std::string> put(const std::string& name, std::string json);

 private:
  mutable Sync<std::map<std::string, std::shared_ptr<const std::string>>> texts_;
};

// The arrays themselves, of one thread: deeply frozen, in a context of their own. k6 parses an
// element anew on every access; here it is there.
class SharedArrays {
 public:
  SharedArrays(ScriptRuntime& runtime, SharedArrayTexts& texts);
  ~SharedArrays();
  SharedArrays(const SharedArrays&) = delete;
  SharedArrays& operator=(const SharedArrays&) = delete;

  struct Arrays;
  Arrays& arrays() { return *arrays_; }
  SharedArrayTexts& texts() { return texts_; }

 private:
  std::unique_ptr<Arrays> arrays_;
  SharedArrayTexts& texts_;
};

}  // namespace crema::load
