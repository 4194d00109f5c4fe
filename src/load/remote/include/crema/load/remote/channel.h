// One connection between a coordinator and an agent: messages both ways over mutual TLS, by a
// thread of its own.
#pragma once

#include "crema/base/sync.h"
#include "crema/load/remote/certificates.h"
#include "crema/load/remote/message.h"
#include "crema/sys/descriptor.h"
#include "crema/sys/host.h"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <thread>

namespace crema::load {

// What arrives over several channels, for one reader.
class Mailbox {
 public:
  struct Letter {
    std::size_t from = 0;     // the channel's number
    Result<Message> message;  // an error is the last letter of its channel: it is closed
  };
  void put(Letter letter);
  // The oldest letter; none where none comes within `wait`.
  std::optional<Letter> take(std::chrono::nanoseconds wait);

 private:
  Sync<std::deque<Letter>> letters_;
  std::condition_variable arrived_;
};

class Channel {
 public:
  struct Settings {
    std::size_t number = 0;  // that its letters have
    std::string peer;        // how errors call the other side
    std::size_t largest = kLargestMessage;
    std::chrono::nanoseconds silence = std::chrono::seconds(10);  // after that it is lost
  };
  // Both must outlive it. Handshakes on its own thread: what fails is the error of its last letter,
  // "load/agent-tls" or "load/agent-lost".
  Channel(sys::Descriptor socket, std::shared_ptr<const ChannelTls> tls, const sys::Clock& clock,
          Mailbox& mailbox, Settings settings);
  // What was sent before is still written, for a second at most.
  ~Channel();
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  // From any thread; does not wait. False when the channel is closed.
  bool send(Message message);
  // Bytes that were sent and not yet written.
  std::size_t waiting() const;

 private:
  struct Connection;
  struct Outgoing {
    std::string bytes;
    bool closing = false;
    bool closed = false;
  };
  void run();
  void wake();

  std::shared_ptr<const ChannelTls> tls_;
  const sys::Clock& clock_;
  Mailbox& mailbox_;
  Settings settings_;
  sys::Descriptor socket_;
  sys::Descriptor wake_;
  mutable Sync<Outgoing> outgoing_;
  std::thread thread_;
};

}  // namespace crema::load
