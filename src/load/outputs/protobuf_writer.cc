#include "protobuf_writer.h"

namespace crema::load {

void ProtobufWriter::varint(std::uint64_t value) {
  while (value >= 0x80) {
    bytes_ += static_cast<char>((value & 0x7FU) | 0x80U);
    value >>= 7U;
  }
  bytes_ += static_cast<char>(value);
}

void ProtobufWriter::eight_bytes(std::uint64_t value) {
  for (int i = 0; i < 8; ++i) {
    bytes_ += static_cast<char>(value & 0xFFU);
    value >>= 8U;
  }
}

// The length stands before what it counts, and is known after it.
void ProtobufWriter::insert_length(std::size_t start) {
  ProtobufWriter length;
  length.varint(bytes_.size() - start);
  bytes_.insert(start, length.bytes_);
}

}  // namespace crema::load
