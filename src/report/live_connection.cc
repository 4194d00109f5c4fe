#include "live_connection.h"

#include "page_request.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>

namespace crema::report {
namespace {

constexpr std::size_t kLargestHead = 16 * 1024;
constexpr std::size_t kMostUnsent = 32 * 1024 * 1024;

// Nothing is kept by the browser, embedded elsewhere, or taken for another type than it is.
constexpr std::string_view kFields =
    "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nX-Frame-Options: DENY\r\n"
    "Referrer-Policy: no-referrer\r\nCross-Origin-Resource-Policy: same-origin\r\n";

std::string response(std::string_view status, std::string_view type, std::string_view body) {
  return fmt::format(
      "HTTP/1.1 {}\r\nContent-Type: {}\r\nContent-Length: {}\r\nConnection: close\r\n{}\r\n{}",
      status, type, body.size(), kFields, body);
}

std::string refusal(std::string_view status) {
  return response(status, "text/plain; charset=utf-8", fmt::format("{}\n", status));
}

}  // namespace

short LiveConnection::wanted() const {
  return static_cast<short>(sent_ < out_.size() ? POLLIN | POLLOUT : POLLIN);
}

void LiveConnection::turn(std::string_view html) {
  read_request(html);
  write();
}

void LiveConnection::read_request(std::string_view html) {
  std::array<char, 4096> buffer;
  while (socket_.open()) {
    const auto count = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (count <= 0) return socket_.close();
    if (answered_ || listens_) continue;  // whatever it says now, it has its answer
    in_.append(buffer.data(), static_cast<std::size_t>(count));
    if (in_.find("\r\n\r\n") != std::string::npos) {
      answer(html);
    } else if (in_.size() > kLargestHead) {
      out_ = refusal("431 Request Header Fields Too Large");
      answered_ = true;
    }
  }
}

void LiveConnection::answer(std::string_view html) {
  answered_ = true;
  switch (read_page_request(std::string_view(in_).substr(0, in_.find("\r\n\r\n") + 2), loopback_)) {
    case PageRequest::page:
      out_ = response("200 OK", "text/html; charset=utf-8", html);
      return;
    case PageRequest::events:
      out_ = fmt::format(
          "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n{}\r\n"
          "retry: 1000\n\n",
          kFields);
      answered_ = false;
      listens_ = begins_ = true;
      return;
    case PageRequest::unknown:
      out_ = refusal("404 Not Found");
      return;
    case PageRequest::other_method:
      out_ = refusal("405 Method Not Allowed");
      return;
    case PageRequest::other_host:
      out_ = refusal("421 Misdirected Request");
      return;
    case PageRequest::malformed:
      out_ = refusal("400 Bad Request");
      return;
  }
}

void LiveConnection::send(std::string_view text) {
  if (out_.size() - sent_ + text.size() > kMostUnsent) return socket_.close();
  out_ += text;
}

void LiveConnection::write() {
  while (socket_.open() && sent_ < out_.size()) {
    const auto count =
        ::send(socket_.get(), out_.data() + sent_, out_.size() - sent_, MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EAGAIN) return;
    if (count <= 0) return socket_.close();
    sent_ += static_cast<std::size_t>(count);
  }
  out_.clear();
  sent_ = 0;
  if (answered_) {
    ::shutdown(socket_.get(), SHUT_WR);
    socket_.close();
  }
}

}  // namespace crema::report
