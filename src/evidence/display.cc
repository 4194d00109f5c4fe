#include "crema/evidence/display.h"

#include "displays.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>

namespace crema::evidence {

std::unique_ptr<RunListener> make_display(DisplayOptions options) {
  switch (options.kind) {
    case DisplayKind::live:
      return make_live_tree(std::move(options));
    case DisplayKind::plain:
      return make_plain_log(std::move(options));
    case DisplayKind::json:
      return make_json_events(std::move(options));
  }
  return nullptr;
}

void write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto written = ::write(descriptor, bytes.data(), bytes.size());
    if (written > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN) {
      pollfd waiting{descriptor, POLLOUT, 0};
      ::poll(&waiting, 1, -1);
    } else if (errno != EINTR) {
      return;
    }
  }
}

}  // namespace crema::evidence
