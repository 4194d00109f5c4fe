// One browser's connection to a live page, between two turns of the page's thread.
#pragma once

#include "crema/sys/descriptor.h"

#include <string>
#include <string_view>
#include <utility>

namespace crema::report {

class LiveConnection {
 public:
  LiveConnection(sys::Descriptor socket, bool loopback)
      : socket_(std::move(socket)), loopback_(loopback) {}

  int socket() const { return socket_.get(); }
  short wanted() const;  // what poll(2) is to wait for
  // Reads and writes what can be without waiting, and answers a request that is whole.
  void turn(std::string_view html);
  bool over() const { return !socket_.open(); }

  bool listens() const { return listens_; }
  // True once, when it has asked for events.
  bool begins_to_listen() { return std::exchange(begins_, false); }
  // One that does not read is dropped when too much waits for it; its browser comes again.
  void send(std::string_view text);
  // What can be written without waiting.
  void write();

 private:
  void read_request(std::string_view html);
  void answer(std::string_view html);

  sys::Descriptor socket_;
  bool loopback_;
  bool listens_ = false;
  bool begins_ = false;
  bool answered_ = false;  // closes once all is written
  std::string in_;
  std::string out_;
  std::size_t sent_ = 0;  // of `out_`
};

}  // namespace crema::report
