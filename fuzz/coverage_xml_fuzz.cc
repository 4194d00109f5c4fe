// Feeds any bytes to the readers of coverage in XML: Cobertura and JaCoCo. What was written from
// what was read is read the same.
#include "crema/evidence/cobertura.h"
#include "crema/evidence/jacoco.h"
#include "crema/evidence/record.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>

namespace {

using crema::evidence::Coverage;

std::string record(const Coverage& coverage) {
  return crema::evidence::to_json({.origin = {}, .evidence = coverage});
}

void require(bool holds) {
  if (!holds) std::abort();
}

auto source(std::string text) {
  return std::make_shared<crema::SourceFile>("coverage.xml", std::move(text));
}

void check(const Coverage& coverage) {
  const auto write = [](const Coverage& it) { return crema::evidence::cobertura_xml(it, {}); };
  const auto second = crema::evidence::read_cobertura(source(write(coverage)));
  require(second.has_value());
  const auto third = crema::evidence::read_cobertura(source(write(*second)));
  require(third.has_value() && record(*third) == record(*second));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  if (const auto coverage = crema::evidence::read_cobertura(source(text))) check(*coverage);
  if (const auto coverage = crema::evidence::read_jacoco(source(text))) check(*coverage);
  return 0;
}
