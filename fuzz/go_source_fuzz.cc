// Feeds any text to the reader of Go's imports, constraints and names. What was noted is read again
// the same.
#include "crema/scan/deps/go_source.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace crema;
  static const scan::SymbolsByPackage kSymbols = {
      {"a", {"F", "T.M", "T.Close"}}, {"a/b.v2", {"F"}}, {"go-c/v3", {"F"}}};
  const std::string text(reinterpret_cast<const char*>(data), size);
  (void)scan::is_built("a_linux_test.go", text, {});
  (void)scan::is_built(text.substr(0, 40), text, {});
  const auto facts = scan::read_go_source(text, kSymbols);
  const auto notes = scan::encode(facts);
  if (scan::encode(scan::decode_go_source(notes)) != notes) std::abort();
  return 0;
}
