// Feeds any text to the reader of OSV's JSON. What was read can be compiled, and the index answers.
#include "crema/scan/advisories/advisory_index.h"
#include "crema/scan/advisories/cvss.h"
#include "crema/scan/advisories/index_builder.h"
#include "crema/scan/advisories/osv.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>

namespace {

using namespace crema;

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  if (const auto score = scan::cvss_base_score(text)) require(*score >= 0 && *score <= 10);
  auto advisory = scan::parse_osv(std::make_shared<SourceFile>("a.json", text));
  if (!advisory) {
    require(advisory.error().span.known());
    return 0;
  }
  scan::IndexBuilder builder({});
  const auto copy = *advisory;
  builder.add(std::move(*advisory));
  const auto index = scan::AdvisoryIndex::from_bytes(builder.build(), "fuzz");
  require(index.has_value() && index->size() == 1);
  for (const auto& affected : copy.affected)
    for (const auto& package : index->of_package(affected.ecosystem, affected.package)) {
      require(package.advisory().id == copy.id);
      for (const auto& range : affected.ranges)
        for (const auto& event : range) {
          (void)package.affects(event.version);
          (void)package.fix_of(event.version);
        }
      (void)package.imports();
    }
  return 0;
}
