#include "grpc_stream.h"

#include "grpc_message.h"

#include <fmt/format.h>

#include <algorithm>

namespace crema::load {
namespace {

// Beyond it the stream is not read: what a slow script does not take stays in the network.
constexpr std::size_t kMostUndelivered = 64;
// k6's words, and its code, where a call was cancelled.
constexpr std::string_view kCanceled = "canceled by client (k6)";

}  // namespace

struct ScriptGrpcStream::Arrival {
  bool last = false;
  std::string message;
  sys::WallTime time{};
};

bool ScriptGrpcStream::start(const GrpcMetadata& metadata, Duration timeout) {
  Loop& loop = *user.links.loop;
  begin_ = loop.now();
  bool started = false;
  {
    const Waiting waiting(user);
    started = call.start({.path = method.path, .metadata = &metadata, .timeout = timeout}, nullptr);
  }
  if (!started) {
    take_grpc_bytes(user, *client->channel);
    if (!loop.interrupted()) record_grpc_call(user, tags, call.status().code, loop.now() - begin_);
    return false;
  }
  count(user.links.builtins->grpc_streams);
  user.begin_pending();
  reader_ = loop.spawn([self = shared_from_this(), &loop] {
    self->run();
    std::erase(self->user.helpers, loop.current());
  });
  user.helpers.push_back(reader_);
  return true;
}

void ScriptGrpcStream::count(const Metric* metric) {
  Recorder& recorder = *user.links.recorder;
  recorder.add(recorder.series(*metric, tags), 1, user.wall(), user.metadata);
}

void ScriptGrpcStream::run() {
  const auto channel = client->channel;
  while (true) {
    auto arrival = std::make_shared<Arrival>();
    const auto read = wait_for_room() ? call.read(arrival->message) : GrpcCall::Read::interrupted;
    arrival->time = user.wall();
    if (read == GrpcCall::Read::message) {
      count(user.links.builtins->grpc_streams_msgs_received);
      post(std::move(arrival), false);
      continue;
    }
    call.cancel();
    if (channel != nullptr) take_grpc_bytes(user, *channel);
    if (read == GrpcCall::Read::interrupted) return;
    record_grpc_call(user, tags, call.status().code, user.links.loop->now() - begin_);
    arrival->last = true;
    return post(std::move(arrival), true);
  }
}

bool ScriptGrpcStream::wait_for_room() {
  while (undelivered_ >= kMostUndelivered) {
    reader_waits_ = true;
    const auto reason = user.links.loop->park();
    reader_waits_ = false;
    if (reason == WakeReason::interrupted) return false;
  }
  return true;
}

void ScriptGrpcStream::post(std::shared_ptr<Arrival> arrival, bool last) {
  if (!last) user.begin_pending();
  ++undelivered_;
  user.end_pending([self = shared_from_this(), arrival = std::move(arrival)] {
    --self->undelivered_;
    if (self->reader_waits_) self->user.links.loop->wake(self->reader_);
    return self->deliver(*arrival);
  });
}

void ScriptGrpcStream::write(std::string message) {
  unsent_.push_back(std::move(message));
  flush();
}

void ScriptGrpcStream::end() {
  writable = false;
  closing_ = true;
  flush();
}

void ScriptGrpcStream::fail(std::string text) {
  writable = false;
  if (mistake_.empty()) mistake_ = std::move(text);
  unsent_.clear();
  call.cancel();
}

// One fiber writes at a time; what is put there meanwhile goes with it.
void ScriptGrpcStream::flush() {
  if (std::exchange(writing_, true)) return;
  Loop& loop = *user.links.loop;
  const Fiber writer = loop.spawn([self = shared_from_this(), &loop] {
    while (!self->unsent_.empty()) {
      const std::string message = std::move(self->unsent_.front());
      self->unsent_.pop_front();
      if (self->call.send(message)) self->count(self->user.links.builtins->grpc_streams_msgs_sent);
    }
    if (self->closing_) self->call.finish_sending();
    self->writing_ = false;
    std::erase(self->user.helpers, loop.current());
  });
  user.helpers.push_back(writer);
}

bool ScriptGrpcStream::deliver(const Arrival& arrival) {
  return arrival.last ? deliver_end(arrival) : deliver_message(arrival);
}

bool ScriptGrpcStream::deliver_message(const Arrival& arrival) {
  if (!mistake_.empty()) return true;
  JSContext* context = user.context;
  Value message(context, JS_NewObject(context));
  if (!discard) {
    const auto json = decode_message(*method.output, arrival.message, client->types);
    if (!json) {
      fail("failed to marshal the message: " + json.error().message);
      return true;
    }
    message = Value(context, value_of_json(context, *json));
    if (message.threw()) return false;
  }
  return tell(GrpcEvent::data, std::move(message));
}

bool ScriptGrpcStream::deliver_end(const Arrival&) {
  GrpcStatus status = call.status();
  if (status.code == GrpcCode::canceled) status = {GrpcCode::unknown, std::string(kCanceled), ""};
  if (!mistake_.empty()) status = {GrpcCode::unknown, mistake_, ""};
  writable = false;
  const bool fine = (status.code == GrpcCode::ok || tell_error(status)) &&
                    tell(GrpcEvent::end, Value(user.context, JS_NewObject(user.context)));
  drop_grpc_stream(user, *this);
  return fine;
}

bool ScriptGrpcStream::tell_error(const GrpcStatus& status) {
  if (handlers[static_cast<std::size_t>(GrpcEvent::error)].empty() && user.links.log)
    user.links.log(
        LogEntry{LogLevel::warning,
                 "no handlers for error registered, but an error happened: " + status.text(),
                 {{"streamMethod", method.path}}});
  return tell(GrpcEvent::error,
              Value(user.context, error_object(user.context, status, client->types)));
}

// Each handler gets what happened, and when, in seconds since 1970.
bool ScriptGrpcStream::tell(GrpcEvent event, Value given) {
  JSContext* context = user.context;
  std::vector<Value> called;
  for (const Value& handler : handlers[static_cast<std::size_t>(event)])
    called.push_back(Value::copy_of(context, handler.get()));
  const Value facts(context, JS_NewObject(context));
  const auto now = std::chrono::floor<std::chrono::seconds>(user.wall().time_since_epoch());
  JS_DefinePropertyValueStr(context, facts.get(), "ts", JS_NewInt64(context, now.count()),
                            JS_PROP_C_W_E);
  for (const Value& handler : called) {
    JSValueConst arguments[] = {given.get(), facts.get()};
    const Value result(context, JS_Call(context, handler.get(), JS_UNDEFINED, 2, arguments));
    if (result.threw() || !user.run_jobs()) return false;
  }
  return true;
}

void drop_grpc_stream(UserState& user, ScriptGrpcStream& stream) {
  stream.writable = false;
  stream.handlers = {};
  std::erase_if(user.grpc_streams, [&](const auto& held) { return held.get() == &stream; });
}

void drop_grpc_streams(UserState& user) {
  while (!user.grpc_streams.empty()) {
    const auto stream = user.grpc_streams.back();
    drop_grpc_stream(user, *stream);
  }
}

}  // namespace crema::load
