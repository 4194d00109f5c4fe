// Socket: one non-blocking TCP connection of a fiber.
#pragma once

#include "crema/load/core/address.h"
#include "crema/load/core/stream.h"
#include "crema/sys/descriptor.h"

namespace crema::load {

// It stays where it was made: the loop holds its address.
class Socket : public Stream {
 public:
  explicit Socket(Loop& loop) : loop_(loop) {}
  ~Socket() override { close(); }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  // Connects, with TCP_NODELAY. `local` is the address it comes from; an empty one leaves that to
  // the kernel. A refused connection is `failed` with ECONNREFUSED.
  IoResult connect(const Address& to, const Address& local, Time deadline);
  // Where the last read left nothing, this waits before it asks the kernel: an answer that comes
  // in one piece costs one recv.
  IoResult read(std::span<char> buffer, Time deadline) override;
  // Tries first and waits only when the kernel has no room.
  IoResult write(std::span<const std::string_view> parts, Time deadline) override;
  // At once, without a wait; `failed` with EAGAIN where it had to wait. For TLS.
  IoResult try_read(std::span<char> buffer);
  IoResult try_write(std::string_view data);
  WakeReason wait_readable(Time deadline) { return loop_.wait_readable(readiness_, deadline); }
  WakeReason wait_writable(Time deadline) { return loop_.wait_writable(readiness_, deadline); }
  // False when the other side has closed, or sent what nobody asked for: such a connection cannot
  // take another request. Costs no system call; as true as the loop's last turn.
  bool quiet() const { return descriptor_.open() && !readiness_.readable && !readiness_.hung_up; }
  bool hung_up() const { return readiness_.hung_up; }
  bool readable() const { return readiness_.readable; }
  bool open() const { return descriptor_.open(); }
  void close();

  Loop& loop() const { return loop_; }
  const Address& remote() const { return remote_; }
  const WireBytes& wire() const { return wire_; }

 private:
  Loop& loop_;
  sys::Descriptor descriptor_;
  Readiness readiness_;
  Address remote_;
  WireBytes wire_;
};

}  // namespace crema::load
