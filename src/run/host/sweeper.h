// Removes folders beside the work: a job is over before its thousand files are gone.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <thread>
#include <vector>

namespace crema::run {

// Safe to use from several threads.
class Sweeper {
 public:
  ~Sweeper();  // waits until everything is gone

  // Moves the folder out of the way at once and removes it soon; what a crema that was killed left
  // half removed beside it goes with it. A folder that cannot be removed is not worth a failed job:
  // it is tried again after the next run.
  void remove(const std::filesystem::path& folder);

 private:
  void work(const std::stop_token& stop);

  std::mutex mutex_;
  std::condition_variable_any wanted_;
  std::vector<std::filesystem::path> waiting_;
  std::uint64_t count_ = 0;
  std::jthread worker_;  // last: it uses the rest
};

}  // namespace crema::run
