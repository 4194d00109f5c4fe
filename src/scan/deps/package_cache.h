// What packages of modules import and mention, kept from one scan to the next: a version of a
// module never changes.
#pragma once

#include "crema/scan/deps/go_source.h"

#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace crema::scan {

// For several threads at once.
class PackageCache {
 public:
  // One that is not there, damaged or of another version is empty: it costs time, nothing else. An
  // empty path is none at all.
  PackageCache(std::filesystem::path path, std::string_view version);

  std::optional<GoSourceFacts> find(const std::string& folder);
  void add(const std::string& folder, const GoSourceFacts& facts);
  // Where something was added. That it cannot be written is no error.
  void save();

 private:
  std::filesystem::path path_;
  std::string head_;
  std::mutex mutex_;
  std::map<std::string, std::string, std::less<>> packages_;  // encoded, by folder
  bool changed_ = false;
};

}  // namespace crema::scan
