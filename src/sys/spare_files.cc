#include "crema/sys/spare_files.h"

#include "crema/sys/files.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>
#include <utility>

namespace crema::sys {
namespace {

constexpr std::size_t kMadeAtOnce = 4;  // a short job needs no thread
// The more were asked for, the more are made at a time: to wake the thread costs the one who asks.
constexpr std::size_t kMostAhead = 8;

std::size_t ahead(std::size_t asked) { return std::min(asked, kMostAhead); }

Descriptor make_now(const std::filesystem::path& file) {
  return Descriptor(::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
}

}  // namespace

SpareFiles::~SpareFiles() {
  if (!maker_.joinable()) return;
  maker_ = {};  // stops and joins
  (void)remove_tree(folder_).has_value();
}

Descriptor SpareFiles::make(const std::filesystem::path& file) {
  Spare spare;
  bool wanted = false;
  {
    const std::lock_guard lock(mutex_);
    if (++asked_ > kMadeAtOnce && !maker_.joinable())
      maker_ = std::jthread([this](const std::stop_token& stop) { make_ahead(stop); });
    if (!ready_.empty()) {
      spare = std::move(ready_.back());
      ready_.pop_back();
    }
    wanted = !low_ && ready_.size() <= ahead(asked_) / 4;
    low_ = low_ || wanted;
  }
  if (wanted) wanted_.notify_one();
  // No second open(2): ext4 writes a file that was opened with O_TRUNC to the disk when it closes.
  if (spare.file.open() && ::rename(spare.path.c_str(), file.c_str()) == 0)
    return std::move(spare.file);
  return make_now(file);
}

Result<> SpareFiles::write(const std::filesystem::path& file, std::string_view bytes) {
  const auto made = make(file);
  while (made.open() && !bytes.empty()) {
    const auto written = ::write(made.get(), bytes.data(), bytes.size());
    if (written < 0 && errno != EINTR) break;
    if (written > 0) bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  if (made.open() && bytes.empty()) return {};
  return fail(make_error("sys/cannot-write",
                         "cannot write " + file.string() + ": " + std::strerror(errno)));
}

void SpareFiles::make_ahead(const std::stop_token& stop) {
  if (!make_directories(folder_)) return;
  std::unique_lock lock(mutex_);
  while (wanted_.wait(lock, stop, [&] { return low_; })) {
    Spare spare{folder_ / std::to_string(++count_), {}};
    lock.unlock();
    spare.file = make_now(spare.path);
    lock.lock();
    if (!spare.file.open()) return;  // whoever asks makes its own, and says what is wrong
    ready_.push_back(std::move(spare));
    low_ = ready_.size() < ahead(asked_);
  }
}

}  // namespace crema::sys
