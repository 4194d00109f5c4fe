#include "script_socket.h"

#include "blob.h"

#include <fmt/format.h>

#include <algorithm>

namespace crema::load {
namespace {

using Kind = WebSocketSamples::Kind;

constexpr std::uint16_t kGoingAway = 1001;
// Beyond it the socket is not read: what a slow script does not take stays in the network.
constexpr std::size_t kMostUndelivered = 64;

}  // namespace

struct ScriptSocket::Arrival {
  enum class What : std::uint8_t { opened, message, ended } what = What::opened;
  WebSocketMessage message;
  WebSocket::Read how = WebSocket::Read::message;  // it ended; `message` where by a close
};

void ScriptSocket::start() {
  user.begin_pending();
  Loop& loop = *user.links.loop;
  begin_ = loop.now();
  reader_ = loop.spawn([self = shared_from_this(), &loop] {
    self->run();
    std::erase(self->user.helpers, loop.current());
  });
  user.helpers.push_back(reader_);
}

void ScriptSocket::run() {
  socket.connect(call.request(), handshake);
  samples.begin(user, call, handshake);
  if (!handshake.opened) {
    user.http->add_wire_bytes(socket.take_wire_bytes());
    if (handshake.error.interrupted) return;
    auto arrival = std::make_shared<Arrival>();
    arrival->what = Arrival::What::ended;
    return post(std::move(arrival), true);
  }
  post(std::make_shared<Arrival>(), false);
  end(read_all());
}

WebSocket::Read ScriptSocket::read_all() {
  while (true) {
    WebSocketMessage message;
    const auto read = wait_for_room() ? socket.read(message) : WebSocket::Read::interrupted;
    if (read != WebSocket::Read::message) return read;
    const bool last = message.kind == WebSocketKind::close;
    auto arrival = std::make_shared<Arrival>();
    arrival->what = last ? Arrival::What::ended : Arrival::What::message;
    take(message);
    arrival->message = std::move(message);
    if (last) {
      samples.add(user, Kind::duration, user.links.loop->now() - begin_);
      post(std::move(arrival), true);
      return read;
    }
    post(std::move(arrival), false);
  }
}

bool ScriptSocket::wait_for_room() {
  while (undelivered_ >= kMostUndelivered) {
    reader_waits_ = true;
    const auto reason = user.links.loop->park();
    reader_waits_ = false;
    if (reason == WakeReason::interrupted) return false;
  }
  return true;
}

// The samples of a message.
void ScriptSocket::take(const WebSocketMessage& message) {
  if (message.kind == WebSocketKind::text || message.kind == WebSocketKind::binary)
    samples.add(user, Kind::received, 1.0);
  if (message.kind != WebSocketKind::pong) return;
  const auto sent = std::ranges::find(pings_, message.data, &std::pair<std::string, Time>::first);
  if (sent == pings_.end()) return;
  samples.add(user, Kind::ping, user.links.loop->now() - sent->second);
  pings_.erase(sent);
}

void ScriptSocket::end(WebSocket::Read how) {
  if (how == WebSocket::Read::interrupted) {
    socket.put_close(kGoingAway);
    socket.flush();
  }
  socket.disconnect();
  user.http->add_wire_bytes(socket.take_wire_bytes());
  if (how == WebSocket::Read::message) return;
  samples.add(user, Kind::duration, user.links.loop->now() - begin_);
  if (how == WebSocket::Read::interrupted) return;
  auto arrival = std::make_shared<Arrival>();
  arrival->what = Arrival::What::ended;
  arrival->how = how;
  post(std::move(arrival), true);
}

void ScriptSocket::post(std::shared_ptr<Arrival> arrival, bool last) {
  if (!last) user.begin_pending();
  ++undelivered_;
  user.end_pending([self = shared_from_this(), arrival = std::move(arrival)] {
    --self->undelivered_;
    if (self->reader_waits_) self->user.links.loop->wake(self->reader_);
    return self->deliver(*arrival);
  });
}

void ScriptSocket::flush() {
  if (std::exchange(writing_, true)) return;
  Loop& loop = *user.links.loop;
  const Fiber writer = loop.spawn([self = shared_from_this(), &loop] {
    self->socket.flush();
    self->writing_ = false;
    std::erase(self->user.helpers, loop.current());
  });
  user.helpers.push_back(writer);
}

void ScriptSocket::send(WebSocketKind kind, std::string_view payload) {
  socket.put(kind, payload);
  samples.add(user, Kind::sent, 1.0);
  flush();
}

void ScriptSocket::ping() {
  const std::string name = fmt::format("{}", next_ping_++);
  pings_.emplace_back(name, user.links.loop->now());
  send(WebSocketKind::ping, name);
}

void ScriptSocket::close(std::uint16_t code, std::string_view reason) {
  close_code_ = code;
  close_reason_ = reason;
  const bool connected = state == SocketState::open;
  state = SocketState::closing;
  if (!connected) return;
  socket.put_close(code, reason);
  samples.add(user, Kind::sent, 1.0);
  flush();
}

bool ScriptSocket::deliver(Arrival& arrival) {
  JSContext* context = user.context;
  if (arrival.what == Arrival::What::opened) return deliver_open();
  if (arrival.what == Arrival::What::ended) return deliver_end(arrival);
  WebSocketMessage& message = arrival.message;
  if (message.kind == WebSocketKind::ping) return tell(SocketEvent::ping);
  if (message.kind == WebSocketKind::pong) return tell(SocketEvent::pong);
  Value data;
  if (message.kind == WebSocketKind::text)
    data = text_value(message.data);
  else if (wants_blob)
    data = Value(context, make_blob(context, std::move(message.data)));
  else
    data = Value(context, JS_NewArrayBufferCopy(
                              context, reinterpret_cast<const std::uint8_t*>(message.data.data()),
                              message.data.size()));
  if (data.threw()) return false;
  std::vector<std::pair<const char*, Value>> members;
  members.emplace_back("data", std::move(data));
  members.emplace_back("origin", text_value(call.url));
  return tell(SocketEvent::message, std::move(members));
}

bool ScriptSocket::deliver_open() {
  if (state == SocketState::connecting) {
    state = SocketState::open;
    return tell(SocketEvent::open);
  }
  state = SocketState::open;
  close(close_code_, close_reason_);
  return true;
}

// The error, where it is one, and the close.
bool ScriptSocket::deliver_end(const Arrival& arrival) {
  state = SocketState::closed;
  std::string error;
  std::uint16_t code = 0;
  std::string reason = arrival.message.data;
  if (!handshake.opened) {
    error = handshake.error ? handshake.error.message : "websocket: bad handshake";
  } else if (arrival.how == WebSocket::Read::ended) {
    code = 1006;
    reason = "unexpected EOF";
  } else if (arrival.how == WebSocket::Read::message) {
    code = arrival.message.code;
  }
  if (code != 0 && unexpected_close(code)) error = close_text(code, reason);
  bool fine = true;
  if (!error.empty()) {
    std::vector<std::pair<const char*, Value>> members;
    members.emplace_back("error", text_value(error));
    fine = tell(SocketEvent::error, std::move(members));
  }
  std::vector<std::pair<const char*, Value>> members;
  if (code != 0) members.emplace_back("code", Value(user.context, JS_NewInt32(user.context, code)));
  members.emplace_back("reason", text_value(reason));
  fine = fine && tell(SocketEvent::close, std::move(members));
  drop_socket(user, *this);
  return fine;
}

Value ScriptSocket::text_value(std::string_view text) const {
  return {user.context, new_string(user.context, text)};
}

bool ScriptSocket::tell(SocketEvent event, std::vector<std::pair<const char*, Value>> members) {
  JSContext* context = user.context;
  const auto index = static_cast<std::size_t>(event);
  std::vector<Value> called;
  if (JS_IsFunction(context, handlers[index].own.get()))
    called.push_back(Value::copy_of(context, handlers[index].own.get()));
  for (const Value& listener : handlers[index].listeners)
    called.push_back(Value::copy_of(context, listener.get()));
  if (called.empty()) return true;
  const Value told(context, JS_NewObject(context));
  const auto put = [&](const char* name, JSValue value) {
    JS_DefinePropertyValueStr(context, told.get(), name, value, JS_PROP_C_W_E);
  };
  put("type", new_string(context, kSocketEvents[index]));
  put("target", JS_DupValue(context, object.get()));
  const auto since =
      std::chrono::duration_cast<std::chrono::milliseconds>(user.wall().time_since_epoch());
  put("timestamp", JS_NewInt64(context, since.count()));
  for (auto& [name, value] : members) put(name, value.release());
  for (const Value& handler : called) {
    JSValueConst given[] = {told.get()};
    const Value result(context, JS_Call(context, handler.get(), object.get(), 1, given));
    if (result.threw() || !user.run_jobs()) return false;
  }
  return true;
}

void drop_socket(UserState& user, ScriptSocket& socket) {
  socket.state = SocketState::closed;
  socket.handlers = {};
  socket.object = {};
  socket.call.jar_object = {};
  std::erase_if(user.sockets, [&](const auto& held) { return held.get() == &socket; });
}

void drop_sockets(UserState& user) {
  while (!user.sockets.empty()) {
    const auto socket = user.sockets.back();
    drop_socket(user, *socket);
  }
}

}  // namespace crema::load
