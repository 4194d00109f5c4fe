#include "crema/load/remote/channel.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <poll.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace crema::load {
namespace {

constexpr auto kAliveEvery = std::chrono::seconds(1);
constexpr auto kLastWords = std::chrono::seconds(1);
constexpr std::size_t kFrameHead = 4;  // the length of what follows, in network order
constexpr int kPoll = 200;             // milliseconds

std::string frame_of(const std::string& body) {
  const auto size = static_cast<std::uint32_t>(body.size());
  std::string frame;
  frame.reserve(kFrameHead + body.size());
  for (int shift = 24; shift >= 0; shift -= 8)
    frame.push_back(static_cast<char>(size >> static_cast<unsigned>(shift)));
  return frame += body;
}

std::size_t size_in(std::string_view head) {
  std::size_t size = 0;
  for (const char byte : head.substr(0, kFrameHead))
    size = size << 8U | static_cast<std::uint8_t>(byte);
  return size;
}

}  // namespace

void Mailbox::put(Letter letter) {
  auto letters = letters_.lock();
  letters->push_back(std::move(letter));
  arrived_.notify_one();
}

std::optional<Mailbox::Letter> Mailbox::take(std::chrono::nanoseconds wait) {
  auto letters = letters_.lock();
  if (!letters.wait_for(arrived_, wait, [](const auto& all) { return !all.empty(); }))
    return std::nullopt;
  Letter letter = std::move(letters->front());
  letters->pop_front();
  return letter;
}

// The connection as its thread sees it.
struct Channel::Connection {
  explicit Connection(Channel& of) : channel(of), ssl(SSL_new(of.tls_->context()), SSL_free) {
    const auto now = of.clock_.monotonic();
    last_received = now;
    last_sent = now;
    if (!ssl || SSL_set_fd(ssl.get(), of.socket_.get()) != 1) return;
    if (of.tls_->side() == Side::agent)
      SSL_set_accept_state(ssl.get());
    else
      SSL_set_connect_state(ssl.get());
  }

  Diagnostic lost(std::string_view why) const {
    auto error = make_error("load/agent-lost", fmt::format("the connection to {} is lost: {}",
                                                           channel.settings_.peer, why));
    error.hint = "look at the log of the other side and at the network between";
    return error;
  }

  // Why OpenSSL gives up; nothing where it only waits.
  std::optional<Diagnostic> problem(int result) {
    switch (SSL_get_error(ssl.get(), result)) {
      case SSL_ERROR_WANT_READ:
        return std::nullopt;
      case SSL_ERROR_WANT_WRITE:
        wants_write = true;
        return std::nullopt;
      case SSL_ERROR_ZERO_RETURN:
        return lost("it was closed");
      case SSL_ERROR_SYSCALL:
        return lost(errno == 0 ? "it was closed" : strerror(errno));
      default:
        break;
    }
    const unsigned long code = ERR_get_error();
    const char* reason = ERR_reason_error_string(code);
    if (ERR_GET_REASON(code) == SSL_R_UNEXPECTED_EOF_WHILE_READING) return lost("it was closed");
    auto error =
        make_error("load/agent-tls", fmt::format("{} is not talked to: {}", channel.settings_.peer,
                                                 reason == nullptr ? "TLS failed" : reason));
    if (const long verified = SSL_get_verify_result(ssl.get()); verified != X509_V_OK)
      error.message += fmt::format(" ({})", X509_verify_cert_error_string(verified));
    error.hint =
        "give both sides certificates of one authority: `crema load agent "
        "--make-certificates DIR`";
    return error;
  }

  // Reads all that is there, and hands on the messages in it.
  std::optional<Diagnostic> receive() {
    std::array<char, 64 * 1024> piece{};
    while (true) {
      ERR_clear_error();
      const int count = SSL_read(ssl.get(), piece.data(), piece.size());
      if (count <= 0) return problem(count);
      last_received = channel.clock_.monotonic();
      in.append(piece.data(), static_cast<std::size_t>(count));
      if (auto bad = deliver()) return bad;
    }
  }

  std::optional<Diagnostic> deliver() {
    std::size_t at = 0;
    while (in.size() - at >= kFrameHead) {
      const auto rest = std::string_view(in).substr(at);
      const std::size_t size = size_in(rest);
      if (size > channel.settings_.largest)
        return make_error("load/message",
                          fmt::format("{} sends a message of {} bytes, more than {}",
                                      channel.settings_.peer, size, channel.settings_.largest));
      if (rest.size() - kFrameHead < size) break;
      auto message = decode(rest.substr(kFrameHead, size));
      if (!message) return message.error();
      at += kFrameHead + size;
      if (!std::holds_alternative<Alive>(*message))
        channel.mailbox_.put({channel.settings_.number, std::move(*message)});
    }
    in.erase(0, at);
    return std::nullopt;
  }

  std::optional<Diagnostic> write() {
    while (true) {
      if (at == out.size()) {
        out.clear();
        at = 0;
        std::swap(out, channel.outgoing_.lock()->bytes);
        if (out.empty()) return std::nullopt;
      }
      ERR_clear_error();
      const auto left = std::min<std::size_t>(out.size() - at, std::size_t{1} << 20U);
      const int count = SSL_write(ssl.get(), out.data() + at, static_cast<int>(left));
      if (count <= 0) return problem(count);
      at += static_cast<std::size_t>(count);
      last_sent = channel.clock_.monotonic();
    }
  }

  bool idle() const { return at == out.size(); }

  Channel& channel;
  std::unique_ptr<SSL, void (*)(SSL*)> ssl;
  std::string in;
  std::string out;
  std::size_t at = 0;  // so much of `out` is written
  bool wants_write = false;
  sys::MonotonicTime last_received{};
  sys::MonotonicTime last_sent{};
};

Channel::Channel(sys::Descriptor socket, std::shared_ptr<const ChannelTls> tls,
                 const sys::Clock& clock, Mailbox& mailbox, Settings settings)
    : tls_(std::move(tls)),
      clock_(clock),
      mailbox_(mailbox),
      settings_(std::move(settings)),
      socket_(std::move(socket)),
      wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      thread_([this] { run(); }) {}

Channel::~Channel() {
  outgoing_.lock()->closing = true;
  wake();
  thread_.join();
}

void Channel::wake() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(wake_.get(), &one, sizeof(one));
}

bool Channel::send(Message message) {
  const std::string frame = frame_of(encode(std::move(message)));
  {
    auto outgoing = outgoing_.lock();
    if (outgoing->closed) return false;
    outgoing->bytes += frame;
  }
  wake();
  return true;
}

std::size_t Channel::waiting() const { return outgoing_.lock()->bytes.size(); }

void Channel::run() {
  Connection connection(*this);
  std::optional<Diagnostic> end;
  std::optional<sys::MonotonicTime> last;  // until when last words may be written
  while (!end) {
    std::array<pollfd, 2> wait{{{.fd = socket_.get(), .events = POLLIN, .revents = 0},
                                {.fd = wake_.get(), .events = POLLIN, .revents = 0}}};
    if (connection.wants_write) wait[0].events |= POLLOUT;
    connection.wants_write = false;
    ::poll(wait.data(), wait.size(), kPoll);
    std::uint64_t count = 0;
    if ((wait[1].revents & POLLIN) != 0) [[maybe_unused]]
      const auto got = ::read(wake_.get(), &count, sizeof(count));
    end = connection.receive();
    if (!end) end = connection.write();
    const auto now = clock_.monotonic();
    if (outgoing_.lock()->closing) {
      if (!last) last = now + kLastWords;
      if (connection.idle() || now >= *last) break;
    }
    if (!end && now - connection.last_received > settings_.silence)
      end = connection.lost(fmt::format("nothing came for {} seconds",
                                        std::chrono::duration<double>(settings_.silence).count()));
    if (now - connection.last_sent > kAliveEvery && connection.idle()) send(Alive{});
  }
  outgoing_.lock()->closed = true;
  if (end)
    mailbox_.put({settings_.number, *end});
  else
    SSL_shutdown(connection.ssl.get());
  socket_.close();
}

}  // namespace crema::load
