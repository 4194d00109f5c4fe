// ScriptedServer: answers the requests that come on a port of 127.0.0.1 with exactly the bytes that
// a test says, and keeps what it was sent.
#pragma once

#include "crema/base/sync.h"
#include "crema/sys/descriptor.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

namespace crema::load {

// What is sent when a whole request was read.
struct Reply {
  std::vector<std::string> pieces;     // each in a packet of its own
  std::chrono::milliseconds pause{0};  // before each piece but the first
  bool closes = false;                 // the connection, after it
  bool resets = false;                 // with RST in place of FIN
};

inline Reply reply(std::string text) { return {.pieces = {std::move(text)}}; }
inline Reply closing(std::string text) { return {.pieces = {std::move(text)}, .closes = true}; }
inline std::string ok(std::string_view body) {
  return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
         std::string(body);
}

class ScriptedServer {
 public:
  // The first connection gets the first list of replies, and so on; more are refused.
  explicit ScriptedServer(std::vector<std::vector<Reply>> connections)
      : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    ::bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), size);
    ::getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    ::listen(listener_.get(), 64);
    thread_ = std::thread([this, connections = std::move(connections)] {
      std::vector<std::thread> threads;
      for (const auto& replies : connections) {
        sys::Descriptor peer(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
        if (!peer.open()) break;
        ++accepted_;
        threads.emplace_back(
            [this, &replies, peer = std::move(peer)]() mutable { serve(peer, replies); });
      }
      for (auto& thread : threads) thread.join();
    });
  }
  ~ScriptedServer() {
    ::shutdown(listener_.get(), SHUT_RDWR);
    thread_.join();
  }

  std::uint16_t port() const { return port_; }
  std::string url(std::string_view path = "/") const {
    return "http://127.0.0.1:" + std::to_string(port_) + std::string(path);
  }
  std::vector<std::string> requests() { return *requests_.lock(); }
  int accepted() const { return accepted_; }

 private:
  // A head, and as much of a body as its Content-Length says; "" at the end.
  static std::string read_request(int peer, std::string& rest) {
    std::string text = std::move(rest);
    rest.clear();
    while (true) {
      const auto end = text.find("\r\n\r\n");
      if (end != std::string::npos) {
        std::size_t length = 0;
        const auto field = text.find("Content-Length: ");
        if (field < end) length = std::stoul(text.substr(field + 16, 20));
        if (text.size() >= end + 4 + length) {
          rest = text.substr(end + 4 + length);
          text.resize(end + 4 + length);
          return text;
        }
      }
      char buffer[65536];
      const auto count = ::recv(peer, buffer, sizeof buffer, 0);
      if (count <= 0) return "";
      text.append(buffer, static_cast<std::size_t>(count));
    }
  }

  void serve(sys::Descriptor& peer, const std::vector<Reply>& replies) {
    const int yes = 1;
    ::setsockopt(peer.get(), IPPROTO_TCP, 1 /* TCP_NODELAY */, &yes, sizeof yes);
    std::string rest;
    for (const auto& reply : replies) {
      const auto request = read_request(peer.get(), rest);
      if (request.empty()) return;
      requests_.lock()->push_back(request);
      bool first = true;
      for (const auto& piece : reply.pieces) {
        if (!first) std::this_thread::sleep_for(reply.pause);
        first = false;
        ::send(peer.get(), piece.data(), piece.size(), MSG_NOSIGNAL);
      }
      if (reply.resets) {
        const linger now{.l_onoff = 1, .l_linger = 0};
        ::setsockopt(peer.get(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
      }
      if (reply.closes || reply.resets) return peer.close();
    }
    // Until the client is done with it.
    read_request(peer.get(), rest);
  }

  sys::Descriptor listener_;
  std::uint16_t port_ = 0;
  std::atomic<int> accepted_{0};
  Sync<std::vector<std::string>> requests_;
  std::thread thread_;
};

}  // namespace crema::load
