// What a user sees of a run while it goes on: a live tree on a terminal, prefixed lines elsewhere,
// or one JSON event a line; and the summary at its end.
#pragma once

#include "crema/evidence/event.h"
#include "crema/evidence/style.h"

#include <functional>
#include <memory>
#include <string_view>

namespace crema::evidence {

enum class DisplayKind : std::uint8_t { live, plain, json };

struct DisplayOptions {
  DisplayKind kind = DisplayKind::plain;
  Style style;
  std::function<void(std::string_view)> write;                // to standard output; never fails
  std::function<Time()> now;                                  // for the times of what still runs
  std::function<std::pair<std::size_t, std::size_t>()> size;  // columns and rows of the terminal
};

// A listener that draws; its destructor takes the live part off the screen.
std::unique_ptr<RunListener> make_display(DisplayOptions options);

// `write` on a file descriptor: complete, EINTR and EAGAIN handled; a closed pipe is ignored.
void write_all(int descriptor, std::string_view bytes);

}  // namespace crema::evidence
