#include "step_files.h"

#include "crema/sys/files.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace crema::run {

std::string_view context_name(StepFile file) {
  switch (file) {
    case StepFile::env:
      return "env";
    case StepFile::output:
      return "output";
    case StepFile::path:
      return "path";
    case StepFile::state:
      return "state";
    case StepFile::step_summary:
      return "step_summary";
  }
  return "";
}

std::string_view variable_name(StepFile file) {
  switch (file) {
    case StepFile::env:
      return "GITHUB_ENV";
    case StepFile::output:
      return "GITHUB_OUTPUT";
    case StepFile::path:
      return "GITHUB_PATH";
    case StepFile::state:
      return "GITHUB_STATE";
    case StepFile::step_summary:
      return "GITHUB_STEP_SUMMARY";
  }
  return "";
}

Result<std::string> StepFiles::take(StepFile file) {
  auto& path = paths_[static_cast<std::size_t>(file)];
  struct stat facts{};
  if (path.empty() || ::stat(path.c_str(), &facts) != 0) {
    path.clear();  // the step removed it
    return std::string();
  }
  if (facts.st_size == 0) return std::string();
  auto text = sys::read_file(path);
  ::unlink(path.c_str());
  path.clear();
  return text;
}

Result<StepFiles> StepFilePool::lend() {
  const std::lock_guard lock(mutex_);
  if (!made_) {
    CREMA_TRY(sys::make_directories(folder_));
    made_ = true;
  }
  StepFiles files;
  if (!free_.empty()) {
    files = std::move(free_.back());
    free_.pop_back();
  }
  for (const auto file : kStepFiles) {
    auto& path = files.paths_[static_cast<std::size_t>(file)];
    if (!path.empty()) continue;
    path = fmt::format("{}/{}_{}_{}", folder_.string(), context_name(file), token_, ++count_);
    CREMA_TRY(sys::write_file(path, ""));
  }
  return files;
}

void StepFilePool::give_back(StepFiles files) {
  const std::lock_guard lock(mutex_);
  free_.push_back(std::move(files));
}

}  // namespace crema::run
