// What a collector answers may be any bytes: reading them neither fails nor keeps much.
#include "otlp_answer.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto answer = crema::load::read_otlp_answer({reinterpret_cast<const char*>(data), size});
  if (answer.message.size() > 500) std::abort();
  return 0;
}
