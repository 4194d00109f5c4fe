// ScriptGrpcStream: one Stream of k6/net/grpc: a fiber of its own reads, another one writes, events
// go to the user's.
#pragma once

#include "grpc_client.h"

#include <array>
#include <deque>
#include <memory>
#include <string>
#include <vector>

namespace crema::load {

enum class GrpcEvent : std::uint8_t { data, error, end, status };
inline constexpr std::array<std::string_view, 4> kGrpcEvents{"data", "error", "end", "status"};

// Handlers are held until the end was told.
struct ScriptGrpcStream : std::enable_shared_from_this<ScriptGrpcStream> {
  ScriptGrpcStream(UserState& owner, GrpcClientPtr of, const ProtoMethod& called)
      : user(owner), client(std::move(of)), method(called), call(client->channel) {}

  // Begins the call on the fiber that runs, which waits for that; then it goes on by itself, and
  // the user's call does not end before it has. False where it could not begin.
  bool start(const GrpcMetadata& metadata, Duration timeout);
  // Puts a message behind what waits to be sent.
  void write(std::string message);
  // No message will follow.
  void end();
  // The script's own mistake: the call is given up, and the handlers hear of it.
  void fail(std::string text);

  UserState& user;
  GrpcClientPtr client;
  const ProtoMethod& method;
  GrpcCall call;
  const TagSet* tags = nullptr;
  bool discard = false;
  bool writable = true;
  std::array<std::vector<Value>, kGrpcEvents.size()> handlers;

 private:
  struct Arrival;
  void run();
  bool wait_for_room();
  void flush();
  void count(const Metric* metric);
  void post(std::shared_ptr<Arrival> arrival, bool last);
  bool deliver(const Arrival& arrival);
  bool deliver_message(const Arrival& arrival);
  bool deliver_end(const Arrival& arrival);
  bool tell(GrpcEvent event, Value given);
  bool tell_error(const GrpcStatus& status);

  Fiber reader_;
  bool reader_waits_ = false;
  bool writing_ = false;
  bool closing_ = false;  // end() was called
  std::deque<std::string> unsent_;
  std::string mistake_;  // see fail()
  std::size_t undelivered_ = 0;
  Time begin_{};
};

// Gives back what a stream holds of its script: after its end.
void drop_grpc_stream(UserState& user, ScriptGrpcStream& stream);

}  // namespace crema::load
