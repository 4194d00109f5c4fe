// Feeds any bytes to the reader of an index, with a checksum that holds: whatever its numbers say,
// nothing outside of it is read.
#include "index_format.h"

#include "crema/scan/advisories/advisory_index.h"

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace {

using namespace crema;

void ask(const scan::AdvisoryIndex& index) {
  for (const auto& facts : index.ecosystems()) {
    for (const auto* name : {"", "m", "golang.org/x/net"})
      for (const auto& package : index.of_package(facts.name, name)) {
        (void)package.advisory();
        (void)package.affects("1.0.0");
        (void)package.fix_of("1.0.0");
        (void)package.imports();
      }
    std::size_t count = 0;
    index.each_import(
        facts.name, [&](const scan::VulnerableImport& import) { count += import.symbols.size(); });
  }
  (void)index.is_exploited("CVE-2024-1");
  (void)index.exploited_day();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string bytes(reinterpret_cast<const char*>(data), size);
  (void)scan::AdvisoryIndex::from_bytes(bytes, "fuzz").has_value();
  scan::index::Head head;
  if (size < sizeof(head)) return 0;
  std::memcpy(&head, bytes.data(), sizeof(head));
  head.magic = scan::index::kMagic;
  head.format = scan::index::kFormat;
  head.byte_order = scan::index::kByteOrder;
  head.bytes = size;
  head.checksum = scan::index::checksum_of(head, std::string_view(bytes).substr(sizeof(head)));
  std::memcpy(bytes.data(), &head, sizeof(head));
  if (const auto index = scan::AdvisoryIndex::from_bytes(std::move(bytes), "fuzz")) ask(*index);
  return 0;
}
