// Feeds any bytes to the reader of HTTP/1 responses: whole, byte by byte and in pieces it must tell
// the same. The first byte chooses the method and the pieces.
#include "crema/load/protocol/http1_parser.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

namespace {

using crema::load::ResponseParser;
using Step = ResponseParser::Step;

std::string told(std::string_view stream, std::size_t piece, std::string_view method) {
  // Small limits, so that they are reached.
  ResponseParser parser(
      {.head_bytes = 400, .fields = 8, .chunk_line_bytes = 40, .informational = 3});
  parser.begin(method);
  std::string text;
  std::string body;
  while (!stream.empty()) {
    auto input = stream.substr(0, piece);
    stream.remove_prefix(input.size());
    auto step = parser.next(input);
    for (; step != Step::need_more; step = parser.next(input)) {
      if (step == Step::body) {
        body += parser.body();
      } else if (step == Step::head) {
        text += std::to_string(parser.status()).append(parser.reason());
        for (const auto& [name, value] : parser.fields()) text.append(name).append(value);
      } else {
        break;
      }
    }
    if (step == Step::failed) return text + body + parser.error();
    if (step == Step::complete) {
      return text + body + std::to_string(stream.size() + input.size()) +
             (parser.keeps_alive() ? "keep" : "");
    }
  }
  const auto end = parser.end_of_stream();
  return text + body + (end == Step::failed ? parser.error() : "");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view method = data[0] % 4 == 0 ? "HEAD" : data[0] % 4 == 1 ? "CONNECT" : "GET";
  const std::string stream(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto whole = told(stream, stream.size() + 1, method);
  if (told(stream, 1, method) != whole) std::abort();
  if (told(stream, 2 + data[0] / 4, method) != whole) std::abort();
  return 0;
}
