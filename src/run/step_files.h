// The files a step writes to talk to crema ($GITHUB_ENV and its like): made cheaply, read once.
// Files that a step left untouched serve the next one; any other is new for every step.
#pragma once

#include "crema/base/result.h"

#include <array>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace crema::run {

enum class StepFile : std::uint8_t { env, output, path, state, step_summary };
inline constexpr std::array kStepFiles{StepFile::env, StepFile::output, StepFile::path,
                                       StepFile::state, StepFile::step_summary};
std::string_view context_name(StepFile file);   // "step_summary", of the github context
std::string_view variable_name(StepFile file);  // "GITHUB_STEP_SUMMARY"

// The five files of one running step.
class StepFiles {
 public:
  const std::string& path(StepFile file) const { return paths_[static_cast<std::size_t>(file)]; }
  // What the step wrote; "" for an empty file, without opening it. The file is gone afterwards.
  Result<std::string> take(StepFile file);

 private:
  friend class StepFilePool;
  std::array<std::string, kStepFiles.size()> paths_;
};

// Safe to use from several threads.
class StepFilePool {
 public:
  explicit StepFilePool(std::filesystem::path folder, std::string token)
      : folder_(std::move(folder)), token_(std::move(token)) {}
  Result<StepFiles> lend();
  void give_back(StepFiles files);

 private:
  std::filesystem::path folder_;
  std::string token_;  // makes names unguessable
  std::mutex mutex_;
  bool made_ = false;
  std::uint64_t count_ = 0;
  std::vector<StepFiles> free_;
};

}  // namespace crema::run
