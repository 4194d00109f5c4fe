// Feeds any bytes to the reader of LCOV's tracefiles. What was written from what was read is read
// the same.
#include "crema/evidence/lcov.h"
#include "crema/evidence/record.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>

namespace {

std::string record(const crema::evidence::Coverage& coverage) {
  return crema::evidence::to_json({.origin = {}, .evidence = coverage});
}

void require(bool holds) {
  if (!holds) std::abort();
}

auto read(std::string text) {
  return crema::evidence::read_lcov(
      std::make_shared<crema::SourceFile>("lcov.info", std::move(text)));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto first = read(std::string(reinterpret_cast<const char*>(data), size));
  if (!first) return 0;
  const auto second = read(crema::evidence::lcov_text(*first));
  require(second.has_value());
  const auto third = read(crema::evidence::lcov_text(*second));
  require(third.has_value() && record(*third) == record(*second));
  return 0;
}
