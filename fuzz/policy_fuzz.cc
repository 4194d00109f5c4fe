// Feeds any bytes to the reader of crema.yml's gate; what it accepts can be evaluated and shown.
#include "crema/gate/verdict.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto policy =
      crema::gate::parse_policy(std::make_shared<crema::SourceFile>("crema.yml", text));
  if (!policy) {
    if (policy.error().message.empty()) std::abort();
    return 0;
  }
  const auto verdict =
      crema::gate::evaluate(*policy, {}, {.today = std::chrono::year(2026) / 11 / 23});
  if (crema::gate::verdict_text(verdict, {}).empty()) std::abort();
  return 0;
}
