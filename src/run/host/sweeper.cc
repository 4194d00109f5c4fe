#include "sweeper.h"

#include "crema/sys/files.h"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <utility>

namespace crema::run {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kGone = ".gone-";

// The next job makes its folders just now: to remove others beside it would hold it up.
constexpr std::chrono::milliseconds kRest{50};

}  // namespace

Sweeper::~Sweeper() = default;  // the thread ends when it is asked to and nothing waits

void Sweeper::remove(const fs::path& folder) {
  const std::lock_guard lock(mutex_);
  const auto shared = folder.parent_path();
  if (!worker_.joinable()) {
    std::error_code ignored;
    for (auto entry = fs::directory_iterator(shared, ignored);
         !ignored && entry != fs::directory_iterator(); entry.increment(ignored)) {
      if (entry->path().filename().string().starts_with(kGone)) waiting_.push_back(entry->path());
    }
    worker_ = std::jthread([this](const std::stop_token& stop) { work(stop); });
  }
  const auto gone = shared / fmt::format("{}{}-{}", kGone, ::getpid(), ++count_);
  std::error_code error;
  fs::rename(folder, gone, error);
  waiting_.push_back(error ? folder : gone);
  wanted_.notify_one();
}

void Sweeper::work(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (true) {
    wanted_.wait(lock, stop, [&] { return !waiting_.empty(); });
    if (waiting_.empty()) return;
    wanted_.wait_for(lock, stop, kRest, [] { return false; });
    auto folders = std::exchange(waiting_, {});
    lock.unlock();
    for (const auto& folder : folders) (void)sys::remove_tree(folder).has_value();
    lock.lock();
  }
}

}  // namespace crema::run
