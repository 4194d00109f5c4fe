#include "crema/sys/spare_files.h"

#include "descriptor.h"

#include "crema/sys/files.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <string>

namespace crema::sys {
namespace {

constexpr std::size_t kMadeAtOnce = 4;  // a short job needs no thread
constexpr std::size_t kAhead = 3;

int make_now(const std::filesystem::path& file) {
  const Descriptor made(::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  return made.open() ? 0 : errno;
}

}  // namespace

SpareFiles::~SpareFiles() {
  if (!maker_.joinable()) return;
  maker_ = {};  // stops and joins
  (void)remove_tree(folder_);
}

int SpareFiles::make(const std::filesystem::path& file) {
  std::filesystem::path spare;
  {
    const std::lock_guard lock(mutex_);
    if (++asked_ > kMadeAtOnce && !maker_.joinable())
      maker_ = std::jthread([this](const std::stop_token& stop) { make_ahead(stop); });
    if (!ready_.empty()) {
      spare = std::move(ready_.back());
      ready_.pop_back();
    }
  }
  wanted_.notify_one();
  if (!spare.empty() && ::rename(spare.c_str(), file.c_str()) == 0) return 0;
  return make_now(file);
}

void SpareFiles::make_ahead(const std::stop_token& stop) {
  if (!make_directories(folder_)) return;
  std::unique_lock lock(mutex_);
  while (wanted_.wait(lock, stop, [&] { return ready_.size() < kAhead; })) {
    auto file = folder_ / std::to_string(++count_);
    lock.unlock();
    const bool made = make_now(file) == 0;
    lock.lock();
    if (!made) return;  // whoever asks makes its own, and says what is wrong
    ready_.push_back(std::move(file));
  }
}

}  // namespace crema::sys
