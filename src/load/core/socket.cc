#include "crema/load/core/socket.h"

#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace crema::load {
namespace {

IoResult failed(int error) { return {.status = IoStatus::failed, .error = error}; }

IoResult unready(WakeReason reason) {
  return {.status = reason == WakeReason::timeout ? IoStatus::timeout : IoStatus::interrupted};
}

}  // namespace

IoResult Socket::connect(const Address& to, const Address& local, Time deadline) {
  close();
  const int family = to.ipv6() ? AF_INET6 : AF_INET;
  descriptor_ =
      sys::Descriptor(::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP));
  if (!descriptor_.open()) return failed(errno);
  remote_ = to;
  readiness_ = {};
  const int yes = 1;
  ::setsockopt(descriptor_.get(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  if (!local.empty()) {
    // Else the kernel keeps a port for this address alone, and runs out of them early.
    ::setsockopt(descriptor_.get(), IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &yes, sizeof yes);
    if (::bind(descriptor_.get(), local.data(), local.size()) != 0) return failed(errno);
  }
  if (::connect(descriptor_.get(), to.data(), to.size()) == 0) {
    readiness_.writable = true;
    const int error = loop_.watch(descriptor_.get(), readiness_);
    return error == 0 ? IoResult{} : failed(error);
  }
  if (errno != EINPROGRESS) return failed(errno);
  if (const int error = loop_.watch(descriptor_.get(), readiness_); error != 0) {
    return failed(error);
  }
  const auto reason = loop_.wait_writable(readiness_, deadline);
  if (reason != WakeReason::ready) return unready(reason);
  int error = 0;
  socklen_t size = sizeof error;
  if (::getsockopt(descriptor_.get(), SOL_SOCKET, SO_ERROR, &error, &size) != 0) error = errno;
  return error == 0 ? IoResult{} : failed(error);
}

IoResult Socket::try_read(std::span<char> buffer) {
  while (true) {
    const auto count = ::recv(descriptor_.get(), buffer.data(), buffer.size(), 0);
    if (count > 0) {
      const auto bytes = static_cast<std::size_t>(count);
      wire_.received += bytes;
      // A read that got less than it asked for has found the end of what was there: whatever
      // comes later makes an edge of its own. The end of the stream that came already does not.
      if (bytes < buffer.size() && !readiness_.hung_up) readiness_.readable = false;
      return {.bytes = bytes};
    }
    if (count == 0) return {.status = IoStatus::closed};
    if (errno == EINTR) continue;
    if (errno == EAGAIN) readiness_.readable = false;
    return failed(errno);
  }
}

IoResult Socket::read(std::span<char> buffer, Time deadline) {
  while (true) {
    const auto reason = loop_.wait_readable(readiness_, deadline);
    if (reason != WakeReason::ready) return unready(reason);
    const auto result = try_read(buffer);
    if (result.status != IoStatus::failed || result.error != EAGAIN) return result;
  }
}

IoResult Socket::try_write(std::string_view data) {
  while (true) {
    const auto count = ::send(descriptor_.get(), data.data(), data.size(), MSG_NOSIGNAL);
    if (count >= 0) {
      wire_.sent += static_cast<std::size_t>(count);
      return {.bytes = static_cast<std::size_t>(count)};
    }
    if (errno == EINTR) continue;
    if (errno == EAGAIN) readiness_.writable = false;
    return failed(errno);
  }
}

IoResult Socket::write(std::span<const std::string_view> parts, Time deadline) {
  IoResult result;
  std::size_t part = 0;
  std::size_t offset = 0;  // in the first part that is not written whole
  while (true) {
    std::array<iovec, 8> pieces{};
    std::size_t count = 0;
    for (std::size_t i = part; i < parts.size() && count < pieces.size(); ++i) {
      const auto piece = i == part ? parts[i].substr(offset) : parts[i];
      if (piece.empty()) continue;
      pieces[count++] = {.iov_base = const_cast<char*>(piece.data()), .iov_len = piece.size()};
    }
    if (count == 0) return result;
    msghdr message{};
    message.msg_iov = pieces.data();
    message.msg_iovlen = count;
    const auto sent =
        count == 1 ? ::send(descriptor_.get(), pieces[0].iov_base, pieces[0].iov_len, MSG_NOSIGNAL)
                   : ::sendmsg(descriptor_.get(), &message, MSG_NOSIGNAL);
    if (sent < 0) {
      if (errno == EINTR) continue;
      result.status = IoStatus::failed;
      result.error = errno;
      if (errno != EAGAIN) return result;
      readiness_.writable = false;
      const auto reason = loop_.wait_writable(readiness_, deadline);
      if (reason != WakeReason::ready) {
        const auto bytes = result.bytes;
        result = unready(reason);
        result.bytes = bytes;
        return result;
      }
      result.status = IoStatus::ok;
      result.error = 0;
      continue;
    }
    auto left = static_cast<std::size_t>(sent);
    wire_.sent += left;
    result.bytes += left;
    while (part < parts.size() && left >= parts[part].size() - offset) {
      left -= parts[part].size() - offset;
      offset = 0;
      ++part;
    }
    offset += left;
  }
}

void Socket::close() {
  if (!descriptor_.open()) return;
  loop_.unwatch(descriptor_.get(), readiness_);
  descriptor_.close();
}

}  // namespace crema::load
