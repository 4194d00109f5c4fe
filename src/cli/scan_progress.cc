#include "scan_progress.h"

#include <fmt/format.h>
#include <unistd.h>

namespace crema::cli {
namespace {

constexpr auto kQuiet = std::chrono::seconds(1);
constexpr auto kBetween = std::chrono::milliseconds(100);

}  // namespace

ScanProgress::ScanProgress(const sys::Host& host)
    : host_(host), begin_(host.clock->monotonic()), on_terminal_(::isatty(STDERR_FILENO) == 1) {}

ScanProgress::~ScanProgress() {
  if (drawn_) fmt::print(stderr, "\r\x1b[K");
}

void ScanProgress::update(std::size_t done, std::size_t all) {
  if (!on_terminal_) return;
  const auto now = host_.clock->monotonic();
  if (now - begin_ < kQuiet || now - shown_ < kBetween) return;
  shown_ = now;
  drawn_ = true;
  fmt::print(stderr, "\r\x1b[Kscanning: {} of {} files", done, all);
}

}  // namespace crema::cli
