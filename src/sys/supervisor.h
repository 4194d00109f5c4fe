// The process that holds a ProcessTree together, and the words crema and it exchange.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace crema::sys {

// A request on the socket: this header, then `payload` bytes. A start request carries three file
// descriptors with its header: standard input, output (and error), and a status pipe.
enum class Operation : std::uint32_t { start, signal, kill_all };
struct RequestHeader {
  Operation operation = Operation::start;
  std::uint32_t signal = 0;
  std::uint64_t command = 0;   // start: crema's number for what is started; signal: whom it is for
  std::uint64_t announce = 0;  // start: whether the status pipe tells of it
  std::uint64_t payload = 0;
};

// What a start request asks for; `program` is a path already looked up.
struct StartRequest {
  std::string program;
  std::string directory;
  std::vector<std::string> arguments;
  std::vector<std::string> environment;  // "NAME=value"
  std::int64_t user = -1;
  std::int64_t group = -1;
};
std::string encode(const StartRequest& request);
StartRequest decode(const std::string& payload);

// What comes back through a status pipe: the start where it was asked for, then an end. kill_all
// answers on the socket.
struct StatusMessage {
  enum class What : std::uint32_t { started, not_started, ended };
  What what = What::ended;
  std::int32_t value = 0;  // started: process id; not_started: errno; ended: wait status
};

// Serves requests until the socket closes, then kills everything that descends from this process.
// Runs in a fresh fork of a program that may have had threads.
void supervise(int socket);

}  // namespace crema::sys
