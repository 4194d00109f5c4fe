// TlsServer: HTTP/1 and HTTP/2 through TLS on a port of 127.0.0.1, for as many connections as a
// test asks for.
#pragma once

#include "load/core/test_certificate.h"

#include "crema/base/sync.h"
#include "crema/sys/descriptor.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <nghttp2/nghttp2.h>
#include <sys/socket.h>

#include <atomic>
#include <csignal>
#include <cstring>
#include <map>
#include <string>
#include <thread>
#include <vector>

namespace crema::load {

// Over HTTP/1 every request gets "plain". Over HTTP/2 the path says what it gets: "/echo" its own
// body,
// "/large" a megabyte, "/never" nothing, "/reset" RST_STREAM, "/refuse" REFUSED_STREAM once,
// "/away" GOAWAY and the end of the connection.
class TlsServer {
 public:
  TlsServer(const TestCertificate& certificate, int connections, bool http2)
      : certificate_(certificate),
        http2_(http2),
        listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    ::signal(SIGPIPE, SIG_IGN);  // OpenSSL's own socket raises it
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    ::bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), size);
    ::getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    ::listen(listener_.get(), 16);
    thread_ = std::thread([this, connections] { accept_all(connections); });
  }
  ~TlsServer() {
    ::shutdown(listener_.get(), SHUT_RDWR);
    thread_.join();
  }
  TlsServer(const TlsServer&) = delete;
  TlsServer& operator=(const TlsServer&) = delete;

  std::string url(const std::string& path) const {
    return "https://localhost:" + std::to_string(port_) + path;
  }
  int accepted() const { return accepted_; }
  // The fields of HTTP/2 requests, "name: value" a line.
  std::string fields() { return *fields_.lock(); }

 private:
  struct Stream {
    std::string path;
    std::string body;
    std::string answer;
    std::size_t sent = 0;
  };
  struct Session {
    TlsServer* server = nullptr;
    std::map<std::int32_t, Stream> streams;
    bool leaves = false;
  };

  static int choose(SSL* /*ssl*/, const unsigned char** out, unsigned char* size,
                    const unsigned char* in, unsigned in_size, void* self) {
    const std::string_view offered(reinterpret_cast<const char*>(in), in_size);
    const bool http2 =
        static_cast<TlsServer*>(self)->http2_ && offered.find("\x02h2") != std::string_view::npos;
    *out = reinterpret_cast<const unsigned char*>(http2 ? "h2" : "http/1.1");
    *size = http2 ? 2 : 8;
    return SSL_TLSEXT_ERR_OK;
  }

  void accept_all(int connections) {
    std::vector<std::thread> threads;
    for (int i = 0; i < connections; ++i) {
      sys::Descriptor peer(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      if (!peer.open()) break;
      ++accepted_;
      threads.emplace_back([this, peer = std::move(peer)] { serve(peer.get()); });
    }
    for (auto& thread : threads) thread.join();
  }

  void serve(int peer) {
    auto* const context = SSL_CTX_new(TLS_server_method());
    SSL_CTX_use_certificate(context, certificate_.certificate);
    SSL_CTX_use_PrivateKey(context, certificate_.key);
    SSL_CTX_set_alpn_select_cb(context, choose, this);
    auto* const ssl = SSL_new(context);
    SSL_set_fd(ssl, peer);
    if (SSL_accept(ssl) == 1) {
      const unsigned char* agreed = nullptr;
      unsigned size = 0;
      SSL_get0_alpn_selected(ssl, &agreed, &size);
      size == 2 ? serve_http2(ssl) : serve_http1(ssl);
    }
    SSL_free(ssl);
    SSL_CTX_free(context);
  }

  static void serve_http1(SSL* ssl) {
    std::string text(4096, '\0');
    while (SSL_read(ssl, text.data(), static_cast<int>(text.size())) > 0) {
      const std::string_view answer = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nplain";
      SSL_write(ssl, answer.data(), static_cast<int>(answer.size()));
    }
  }

  void serve_http2(SSL* ssl) {
    Session state{.server = this};
    nghttp2_session_callbacks* callbacks = nullptr;
    nghttp2_session_callbacks_new(&callbacks);
    nghttp2_session_callbacks_set_on_header_callback(callbacks, on_header);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, on_data);
    nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, on_frame);
    nghttp2_session* session = nullptr;
    nghttp2_session_server_new(&session, callbacks, &state);
    nghttp2_session_callbacks_del(callbacks);
    nghttp2_submit_settings(session, NGHTTP2_FLAG_NONE, nullptr, 0);
    std::string buffer(65536, '\0');
    while (true) {
      const std::uint8_t* data = nullptr;
      for (auto size = nghttp2_session_mem_send(session, &data); size > 0;
           size = nghttp2_session_mem_send(session, &data)) {
        SSL_write(ssl, data, static_cast<int>(size));
      }
      if (state.leaves) break;
      const int count = SSL_read(ssl, buffer.data(), static_cast<int>(buffer.size()));
      if (count <= 0) break;
      nghttp2_session_mem_recv(session, reinterpret_cast<const std::uint8_t*>(buffer.data()),
                               static_cast<std::size_t>(count));
    }
    nghttp2_session_del(session);
  }

  static int on_header(nghttp2_session* /*session*/, const nghttp2_frame* frame,
                       const std::uint8_t* name, std::size_t name_size, const std::uint8_t* value,
                       std::size_t value_size, std::uint8_t /*flags*/, void* user) {
    auto& state = *static_cast<Session*>(user);
    const std::string key(reinterpret_cast<const char*>(name), name_size);
    const std::string text(reinterpret_cast<const char*>(value), value_size);
    if (key == ":path") state.streams[frame->hd.stream_id].path = text;
    state.server->fields_.lock()->append(key + ": " + text + "\n");
    return 0;
  }

  static int on_data(nghttp2_session* /*session*/, std::uint8_t /*flags*/, std::int32_t id,
                     const std::uint8_t* data, std::size_t size, void* user) {
    static_cast<Session*>(user)->streams[id].body.append(reinterpret_cast<const char*>(data), size);
    return 0;
  }

  static ssize_t give(nghttp2_session* /*session*/, std::int32_t id, std::uint8_t* buffer,
                      std::size_t size, std::uint32_t* flags, nghttp2_data_source* /*source*/,
                      void* user) {
    auto& stream = static_cast<Session*>(user)->streams[id];
    const auto piece = std::string_view(stream.answer).substr(stream.sent, size);
    std::memcpy(buffer, piece.data(), piece.size());
    stream.sent += piece.size();
    if (stream.sent == stream.answer.size()) *flags |= NGHTTP2_DATA_FLAG_EOF;
    return static_cast<ssize_t>(piece.size());
  }

  static int on_frame(nghttp2_session* session, const nghttp2_frame* frame, void* user) {
    auto& state = *static_cast<Session*>(user);
    const auto id = frame->hd.stream_id;
    if (id == 0 || (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) == 0) return 0;
    auto& stream = state.streams[id];
    const auto& path = stream.path;
    if (path == "/never") return 0;
    if (path == "/reset" || (path == "/refuse" && !state.server->refused_.exchange(true))) {
      return nghttp2_submit_rst_stream(
          session, NGHTTP2_FLAG_NONE, id,
          path == "/reset" ? NGHTTP2_INTERNAL_ERROR : NGHTTP2_REFUSED_STREAM);
    }
    if (path == "/away") {
      state.leaves = true;
      return nghttp2_submit_goaway(session, NGHTTP2_FLAG_NONE, id, NGHTTP2_ENHANCE_YOUR_CALM,
                                   nullptr, 0);
    }
    stream.answer = path == "/large" ? std::string(1'000'000, 'L') : stream.body;
    const auto field = [](std::string_view name, std::string_view value) {
      return nghttp2_nv{reinterpret_cast<std::uint8_t*>(const_cast<char*>(name.data())),
                        reinterpret_cast<std::uint8_t*>(const_cast<char*>(value.data())),
                        name.size(), value.size(), NGHTTP2_NV_FLAG_NONE};
    };
    const nghttp2_nv fields[] = {field(":status", "200"), field("x-answer", "yes")};
    const nghttp2_data_provider body{.source = {}, .read_callback = give};
    return nghttp2_submit_response(session, id, fields, 2, &body);
  }

  const TestCertificate& certificate_;
  const bool http2_;
  sys::Descriptor listener_;
  std::uint16_t port_ = 0;
  std::atomic<int> accepted_{0};
  std::atomic<bool> refused_{false};
  Sync<std::string> fields_;
  std::thread thread_;
};

}  // namespace crema::load
