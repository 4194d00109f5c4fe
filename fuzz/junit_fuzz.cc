// Feeds any bytes to the reader of JUnit XML. What was written from what was read is read the same.
#include "crema/evidence/junit.h"
#include "crema/evidence/record.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>

namespace {

using Suites = std::vector<crema::evidence::TestSuite>;

std::optional<Suites> read(std::string text) {
  auto suites = crema::evidence::read_junit(
      std::make_shared<crema::SourceFile>("out/junit.xml", std::move(text)));
  if (!suites) return std::nullopt;
  return std::move(*suites);
}

std::string records(const Suites& suites) {
  std::string lines;
  for (const auto& suite : suites)
    lines += crema::evidence::to_json({.origin = {}, .evidence = suite}) + "\n";
  return lines;
}

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto first = read(std::string(reinterpret_cast<const char*>(data), size));
  if (!first) return 0;
  (void)records(*first);
  // Attempts and attachments are not written, and what XML cannot say is replaced: from the second
  // time on nothing changes.
  const auto second = read(crema::evidence::junit_xml(*first));
  require(second.has_value());
  const auto third = read(crema::evidence::junit_xml(*second));
  require(third.has_value() && records(*third) == records(*second));
  return 0;
}
