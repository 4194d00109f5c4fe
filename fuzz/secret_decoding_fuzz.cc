// Encoded texts in texts: what is decoded is never longer, and every place is within the text.
#include "crema/scan/secrets/decoding.h"
#include "crema/scan/secrets/secret_match.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <deque>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace crema::scan;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  std::deque<DecodedText> passes;
  for (int depth = 0; depth < 8; ++depth) {
    auto next = passes.empty() ? DecodedText::first(text) : passes.back().next();
    if (!next) break;
    const auto before = passes.empty() ? text.size() : passes.back().text().size();
    passes.push_back(std::move(*next));
    const auto& pass = passes.back();
    if (pass.text().size() >= before) std::abort();
    for (const auto& segment : pass.segments()) {
      const auto place = pass.original_of(segment.decoded);
      if (place.begin > place.end || place.end > text.size()) std::abort();
      (void)pass.lines_of(segment.decoded);
      (void)pass.encodings_of(segment.decoded);
    }
  }
  for (const auto& value : kubernetes_secret_values(text))
    if (value.place.begin > value.place.end || value.place.end > text.size()) std::abort();
  return 0;
}
