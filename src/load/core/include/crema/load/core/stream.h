// Stream: bytes in both directions, in the clear or through TLS, read and written by fibers.
#pragma once

#include "crema/load/core/loop.h"

#include <cstdint>
#include <span>
#include <string_view>

namespace crema::load {

enum class IoStatus : std::uint8_t {
  ok,
  closed,       // the other side ended the stream
  timeout,      // the deadline passed
  interrupted,  // the fiber was interrupted
  failed,       // see IoResult::error
};

struct IoResult {
  IoStatus status = IoStatus::ok;
  int error = 0;  // an errno where status is failed; 0 where TLS failed
  std::size_t bytes = 0;

  explicit operator bool() const { return status == IoStatus::ok; }
};

// What crossed the wire, TLS's own bytes included.
struct WireBytes {
  std::uint64_t sent = 0;
  std::uint64_t received = 0;
};

class Stream {
 public:
  virtual ~Stream() = default;
  // Waits for at least one byte. `buffer` must not be empty.
  virtual IoResult read(std::span<char> buffer, Time deadline) = 0;
  // Writes all parts, one after the other; `bytes` counts what was written of them.
  virtual IoResult write(std::span<const std::string_view> parts, Time deadline) = 0;
};

}  // namespace crema::load
