// Feeds any bytes to the reader of SARIF. What was written from what was read is read the same.
#include "crema/evidence/sarif.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

auto read(std::string text) {
  return crema::evidence::read_sarif(
      std::make_shared<crema::SourceFile>("a.sarif", std::move(text)));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto first = read(std::string(reinterpret_cast<const char*>(data), size));
  if (!first) return 0;
  const auto second = read(crema::evidence::sarif_json(*first));
  require(second.has_value());
  const auto third = read(crema::evidence::sarif_json(*second));
  require(third.has_value());
  require(crema::evidence::sarif_json(*third) == crema::evidence::sarif_json(*second));
  return 0;
}
