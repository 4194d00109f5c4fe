// Feeds any bytes as a chunked body to the reader of HTTP/1 responses; byte by byte it must tell
// the same.
#include "crema/load/protocol/http1_parser.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

namespace {

using crema::load::ResponseParser;
using Step = ResponseParser::Step;

std::string told(std::string_view body, std::size_t piece) {
  ResponseParser parser({.head_bytes = 200, .chunk_line_bytes = 40});
  parser.begin("GET");
  std::string_view head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  if (parser.next(head) != Step::head) std::abort();
  std::string text;
  while (!body.empty()) {
    auto input = body.substr(0, piece);
    body.remove_prefix(input.size());
    auto step = parser.next(input);
    for (; step == Step::body; step = parser.next(input)) text += parser.body();
    if (step == Step::failed) return text + parser.error();
    if (step == Step::complete) return text + std::to_string(body.size() + input.size());
  }
  return text + (parser.end_of_stream() == Step::failed ? parser.error() : "");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  if (told(body, 1) != told(body, size + 1)) std::abort();
  return 0;
}
