// From bytes in pieces to whole lines, with bounded memory.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace crema::run {

// A line without a break is given out in pieces once it is longer than this.
inline constexpr std::size_t kLongestLine = 1 << 20;

class LineSplitter {
 public:
  using Sink = std::function<void(std::string_view line)>;
  // Where an endless line may be cut: given the text and a place, the place or an earlier one.
  using Cut = std::function<std::size_t(std::string_view text, std::size_t place)>;

  LineSplitter(Sink sink, Cut cut) : sink_(std::move(sink)), cut_(std::move(cut)) {}

  void feed(std::string_view bytes);
  void finish();  // what is left is a line too

 private:
  void cut_long_line();
  Sink sink_;
  Cut cut_;
  std::string rest_;
};

}  // namespace crema::run
