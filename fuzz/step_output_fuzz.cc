// Feeds any bytes, in pieces, through what reads the output of steps: lines, workflow commands,
// masking. Lines lose nothing; no secret survives masking, however the text is cut.
#include "command.h"
#include "line_splitter.h"
#include "masking.h"

#include "crema/base/utf8.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

namespace {

constexpr std::string_view kSecret = "hunter2/\"pass word\"";

void require(bool holds) {
  if (!holds) std::abort();
}

void check_command(std::string_view line) {
  const auto command = crema::run::parse_command(line);
  if (!command) return;
  require(!command->name.empty());
  for (const auto& [name, value] : command->properties) require(!value.empty());
}

const crema::run::Masker& masker() {
  static const auto kMasker = [] {
    auto made = std::make_unique<crema::run::Masker>();
    made->add(kSecret);
    return made;
  }();
  return *kMasker;
}

// The input chooses where the secret stands in the text: at every | of it.
std::string with_secret(std::string_view text) {
  std::string made;
  for (const char c : text) {
    if (c == '|') {
      made += kSecret;
    } else {
      made += c;
    }
  }
  return made;
}

void check_masking(const std::string& text, std::size_t cut) {
  require(masker().mask(text).find(kSecret) == std::string::npos);
  const auto safe = masker().safe_cut(text, cut % (text.size() + 1));
  require(safe <= cut % (text.size() + 1));
  const auto parts = masker().mask(std::string_view(text).substr(0, safe)) +
                     masker().mask(std::string_view(text).substr(safe));
  require(parts.find(kSecret) == std::string::npos);
  require(masker().contains_secret(text) == (masker().mask(text) != text));
}

void check_lines(std::string_view bytes, std::size_t piece) {
  std::string joined;
  crema::run::LineSplitter splitter(
      [&](std::string_view line) {
        joined += line;
        std::string buffer;
        check_command(crema::valid_utf8(line, buffer));
      },
      [](std::string_view, std::size_t place) { return place; });
  for (std::size_t at = 0; at < bytes.size(); at += piece) splitter.feed(bytes.substr(at, piece));
  splitter.finish();
  std::string expected;
  for (const char c : bytes) {
    if (c != '\n' && c != '\r') expected += c;
  }
  std::erase(joined, '\r');
  require(joined == expected);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 2, size - 2);
  check_lines(text, 1 + data[0]);
  check_masking(with_secret(text), data[1]);
  return 0;
}
