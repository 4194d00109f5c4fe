// Any bytes are read as the body of a gRPC response, and as its trailers: byte by byte gives what
// the whole gives.
#include "crema/load/protocol/grpc_frame.h"
#include "crema/load/protocol/grpc_status.h"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

using namespace crema::load;

std::string read(std::string_view bytes, std::size_t piece) {
  GrpcFrameReader reader(std::size_t{64} * 1024);
  std::string all;
  while (!bytes.empty()) {
    auto input = bytes.substr(0, piece);
    bytes.remove_prefix(input.size());
    auto step = reader.next(input);
    for (; step == GrpcFrameReader::Step::message; step = reader.next(input))
      all += (reader.compressed() ? "z" : "p") + reader.message() + "\n";
    if (step != GrpcFrameReader::Step::need_more) return all + "failed";
  }
  return all + (reader.between() ? "" : "cut");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (read(bytes, size) != read(bytes, 1)) std::abort();
  HeaderList trailers;
  trailers.add("grpc-status", "5");
  trailers.add("grpc-message", bytes);
  trailers.add("grpc-status-details-bin", bytes);
  trailers.add("x-bin", bytes);
  if (grpc_status_of(trailers).message.size() > size) std::abort();
  if (grpc_metadata_of(trailers).size() > trailers.size()) std::abort();
  HeaderList odd;
  odd.add("grpc-status", bytes);
  grpc_status_of(odd);
  return 0;
}
