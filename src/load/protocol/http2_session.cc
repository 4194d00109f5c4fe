#include "http2_session.h"

#include "exchange_memory.h"

#include "crema/base/strings.h"

#include <fmt/format.h>
#include <nghttp2/nghttp2.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

namespace crema::load {
namespace {

// Go's: a stream's window, and the connection's.
constexpr std::uint32_t kStreamWindow = 4 << 20;
constexpr std::int32_t kConnectionWindow = 1 << 30;
constexpr std::size_t kMostFieldBytes = std::size_t{1024} * 1024;
constexpr std::size_t kMostFields = 2000;
constexpr std::size_t kWritten = std::size_t{64} * 1024;  // gathered for one write

std::uint16_t number_of(ErrorCode base, std::uint32_t code) {
  // Codes that HTTP/2 does not define have the number without an addition.
  return static_cast<std::uint16_t>(static_cast<std::uint32_t>(base) + (code <= 13 ? 1 + code : 0));
}

HttpError stream_error(std::uint32_t code) {
  return {static_cast<ErrorCode>(number_of(ErrorCode::http2_stream, code)),
          fmt::format("http2: stream error with http2 ErrCode {}", nghttp2_http2_strerror(code))};
}

HttpError go_away_error(std::uint32_t code) {
  return {
      static_cast<ErrorCode>(number_of(ErrorCode::http2_go_away, code)),
      fmt::format("http2: received GoAway with http2 ErrCode {}", nghttp2_http2_strerror(code))};
}

HttpError connection_error(std::uint32_t code) {
  return {
      static_cast<ErrorCode>(number_of(ErrorCode::http2_connection, code)),
      fmt::format("http2: connection error with http2 ErrCode {}", nghttp2_http2_strerror(code))};
}

nghttp2_nv field_of(std::string_view name, std::string_view value) {
  return {.name = reinterpret_cast<std::uint8_t*>(const_cast<char*>(name.data())),
          .value = reinterpret_cast<std::uint8_t*>(const_cast<char*>(value.data())),
          .namelen = name.size(),
          .valuelen = value.size(),
          .flags = NGHTTP2_NV_FLAG_NONE};
}

// The fields of a head of HTTP/1's shape as HTTP/2 has them (RFC 9113, 8.3); the strings that they
// show are in `text`.
struct RequestFields {
  std::string text;
  std::vector<nghttp2_nv> fields;

  explicit RequestFields(std::string_view head) : text(head) {
    auto lines = split_lines(std::string_view(text));
    const auto first = split(lines[0], ' ');
    fields.push_back(field_of(":method", first[0]));
    fields.push_back(field_of(":scheme", "https"));
    fields.push_back(field_of(":path", first[1]));
    for (std::size_t i = 1; i < lines.size() && !lines[i].empty(); ++i) {
      const auto colon = lines[i].find(':');
      auto* const name = text.data() + (lines[i].data() - text.data());
      for (std::size_t at = 0; at < colon; ++at) {
        if (name[at] >= 'A' && name[at] <= 'Z') name[at] = static_cast<char>(name[at] + 32);
      }
      add(lines[i].substr(0, colon), trim(lines[i].substr(colon + 1)));
    }
  }

  void add(std::string_view name, std::string_view value) {
    if (name == "host") {
      fields.insert(fields.begin() + 3, field_of(":authority", value));
    } else if (name != "connection" && name != "keep-alive" && name != "upgrade" &&
               name != "proxy-connection" && (name != "te" || value == "trailers")) {
      fields.push_back(field_of(name, value));
    }
  }
};

}  // namespace

// What nghttp2 calls while it reads and writes.
struct Http2Callbacks {
  static Http2Stream* stream_of(nghttp2_session* session, std::int32_t id) {
    return static_cast<Http2Stream*>(nghttp2_session_get_stream_user_data(session, id));
  }

  static int on_header(nghttp2_session* session, const nghttp2_frame* frame,
                       const std::uint8_t* name, std::size_t name_size, const std::uint8_t* value,
                       std::size_t value_size, std::uint8_t /*flags*/, void* /*user*/) {
    auto* const stream = stream_of(session, frame->hd.stream_id);
    if (stream == nullptr || (stream->has_head && stream->trailers == nullptr)) return 0;
    const std::string_view key(reinterpret_cast<const char*>(name), name_size);
    const std::string_view text(reinterpret_cast<const char*>(value), value_size);
    if (key == ":status") {
      std::from_chars(text.data(), text.data() + text.size(), stream->status);
      return 0;
    }
    stream->field_bytes += name_size + value_size;
    if (stream->field_bytes > kMostFieldBytes || stream->fields.size() >= kMostFields) {
      stream->error = {ErrorCode::generic, "the response's header is too long"};
      return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    }
    if (stream->trailers == nullptr)
      stream->fields.add_canonical(key, text);
    else
      (stream->has_head ? *stream->trailers : stream->fields).add(key, text);
    return 0;
  }

  static int on_frame(nghttp2_session* session, const nghttp2_frame* frame, void* user) {
    auto& self = *static_cast<Http2Session*>(user);
    if (frame->hd.type == NGHTTP2_GOAWAY) {
      self.draining_ = true;
      self.go_away_code_ = frame->goaway.error_code;
      return 0;
    }
    if (frame->hd.type == NGHTTP2_SETTINGS) self.greeted_ = true;
    auto* const stream = stream_of(session, frame->hd.stream_id);
    if (stream == nullptr) return 0;
    if (frame->hd.type == NGHTTP2_HEADERS && !stream->has_head) {
      if (stream->status < 200) {
        stream->fields.clear();
      } else {
        stream->has_head = true;
        stream->on_head();
      }
    }
    const bool ends = (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
    if (ends && (frame->hd.type == NGHTTP2_HEADERS || frame->hd.type == NGHTTP2_DATA)) {
      self.end(*stream);
    }
    return 0;
  }

  static int on_data(nghttp2_session* session, std::uint8_t /*flags*/, std::int32_t id,
                     const std::uint8_t* data, std::size_t size, void* user) {
    auto* const stream = stream_of(session, id);
    if (stream == nullptr || stream->done) return 0;
    auto error = stream->on_body({reinterpret_cast<const char*>(data), size});
    if (error) {
      stream->error = std::move(error);
      static_cast<Http2Session*>(user)->give_up(*stream, NGHTTP2_CANCEL);
    } else if (stream->progress) {
      static_cast<Http2Session*>(user)->context_.loop().wake(stream->waiter);
    }
    return 0;
  }

  static int on_close(nghttp2_session* session, std::int32_t id, std::uint32_t code, void* user) {
    auto& self = *static_cast<Http2Session*>(user);
    auto* const stream = stream_of(session, id);
    if (stream == nullptr || stream->done) return 0;
    if (!stream->error) {
      stream->refused = code == NGHTTP2_REFUSED_STREAM;
      stream->error =
          self.go_away_code_ != 0 ? go_away_error(self.go_away_code_) : stream_error(code);
    }
    self.end(*stream);
    return 0;
  }

  static ssize_t take_body(nghttp2_session* session, std::int32_t id, std::uint8_t* buffer,
                           std::size_t size, std::uint32_t* flags, nghttp2_data_source* /*source*/,
                           void* user) {
    auto* const stream = stream_of(session, id);
    if (stream == nullptr) return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    if (stream->body_open && stream->body_taken == stream->body.size()) return NGHTTP2_ERR_DEFERRED;
    const auto piece = stream->body.substr(stream->body_taken, size);
    std::memcpy(buffer, piece.data(), piece.size());
    stream->body_taken += piece.size();
    if (stream->body_taken == stream->body.size() && !stream->body_open) {
      *flags |= NGHTTP2_DATA_FLAG_EOF;
      stream->sent = static_cast<Http2Session*>(user)->context_.loop().now();
    }
    return static_cast<ssize_t>(piece.size());
  }

  // Leaves the number of the stream, or a negative one of nghttp2's errors, in `stream.id`.
  static void submit(nghttp2_session* session, Http2Stream& stream,
                     std::span<const nghttp2_nv> fields) {
    const nghttp2_data_provider body{.source = {}, .read_callback = take_body};
    const bool has_body = !stream.body.empty() || stream.body_open;
    stream.id = nghttp2_submit_request(session, nullptr, fields.data(), fields.size(),
                                       has_body ? &body : nullptr, &stream);
  }
};

Http2Session::Http2Session(HttpContext& context, std::unique_ptr<Connection> connection)
    : context_(context), connection_(std::move(connection)) {
  nghttp2_session_callbacks* callbacks = nullptr;
  nghttp2_session_callbacks_new(&callbacks);
  nghttp2_session_callbacks_set_on_header_callback(callbacks, Http2Callbacks::on_header);
  nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, Http2Callbacks::on_frame);
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, Http2Callbacks::on_data);
  nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, Http2Callbacks::on_close);
  nghttp2_session_client_new(&session_, callbacks, this);
  nghttp2_session_callbacks_del(callbacks);
  const std::array settings = {
      nghttp2_settings_entry{NGHTTP2_SETTINGS_ENABLE_PUSH, 0},
      nghttp2_settings_entry{NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, kStreamWindow},
  };
  nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, settings.data(), settings.size());
  nghttp2_session_set_local_window_size(session_, NGHTTP2_FLAG_NONE, 0, kConnectionWindow);
}

Http2Session::~Http2Session() { nghttp2_session_del(session_); }

bool Http2Session::usable() {
  // What came while nobody waited: a ping, settings, a farewell. One piece is enough to tell.
  if (!lost_ && !reading_ && streams_.empty() && !connection_->reusable()) {
    reading_ = true;
    pump(context_.loop().now());
    reading_ = false;
  }
  return !lost_ && !draining_ && nghttp2_session_check_request_allowed(session_) != 0;
}

HttpError Http2Session::start(Http2Stream& stream, std::string_view head, Time deadline) {
  const RequestFields request(head);
  Http2Callbacks::submit(session_, stream, request.fields);
  return begin(stream, deadline);
}

HttpError Http2Session::start(Http2Stream& stream, std::span<const HeaderField> fields,
                              Time deadline) {
  std::vector<nghttp2_nv> all;
  all.reserve(fields.size());
  for (const auto& [name, value] : fields) all.push_back(field_of(name, value));
  Http2Callbacks::submit(session_, stream, all);
  return begin(stream, deadline);
}

HttpError Http2Session::begin(Http2Stream& stream, Time deadline) {
  if (stream.id < 0) return {ErrorCode::generic, nghttp2_strerror(stream.id)};
  streams_.push_back(&stream);
  auto error = flush(deadline);
  if (error && !stream.done) {
    stream.error = error;
    give_up(stream, NGHTTP2_CANCEL);
  }
  return stream.error;
}

HttpError Http2Session::resume(Http2Stream& stream, Time deadline) {
  if (stream.done || lost_) return stream.error;
  nghttp2_session_resume_data(session_, stream.id);
  return flush(deadline);
}

void Http2Session::cancel(Http2Stream& stream) {
  if (stream.done) return;
  stream.error = {ErrorCode::none, "", true};
  give_up(stream, NGHTTP2_CANCEL);
  flush(context_.loop().now());
}

HttpError Http2Session::greet(Time deadline) {
  if (auto error = flush(deadline)) return error;
  while (!greeted_) {
    const auto status = pump(deadline);
    if (status == IoStatus::ok) continue;
    if (status == IoStatus::failed) return connection_error(NGHTTP2_PROTOCOL_ERROR);
    return error_of(IoResult{.status = status}, "read");
  }
  return {};
}

void Http2Session::close() {
  if (!lost_) lose({ErrorCode::generic, "use of closed network connection"});
  connection_->close();
}

HttpError Http2Session::finish(Http2Stream& stream, Time deadline) {
  auto& loop = context_.loop();
  while (!stream.done && !stream.progress) {
    auto status = IoStatus::ok;
    if (!reading_) {
      reading_ = true;
      status = pump(deadline);
      reading_ = false;
    } else {
      stream.waiter = loop.current();
      const auto reason = loop.park(deadline);
      stream.waiter = {};
      if (reason == WakeReason::timeout) status = IoStatus::timeout;
      if (reason == WakeReason::interrupted) status = IoStatus::interrupted;
    }
    if (!stream.done && (status == IoStatus::timeout || status == IoStatus::interrupted)) {
      stream.error = error_of(IoResult{.status = status}, "read");
      give_up(stream, NGHTTP2_CANCEL);
      flush(loop.now());
    }
  }
  hand_over();
  return stream.error;
}

IoStatus Http2Session::pump(Time deadline) {
  const auto reason = connection_->wait_readable(deadline);
  if (reason == WakeReason::timeout) return IoStatus::timeout;
  if (reason == WakeReason::interrupted) return IoStatus::interrupted;
  Lent<ExchangeMemory::Buffer> buffer(context_.memory_->buffers);
  const auto result = connection_->read(*buffer, deadline);
  if (!result) {
    if (result.status != IoStatus::timeout && result.status != IoStatus::interrupted) {
      lose(go_away_code_ != 0 ? go_away_error(go_away_code_) : error_of(result, "read"));
    }
    return result.status;
  }
  const auto taken = nghttp2_session_mem_recv(
      session_, reinterpret_cast<const std::uint8_t*>(buffer->data()), result.bytes);
  if (taken < 0) {
    lose(connection_error(NGHTTP2_PROTOCOL_ERROR));
    return IoStatus::failed;
  }
  if (const auto error = flush(deadline)) {
    return error.interrupted ? IoStatus::interrupted : IoStatus::failed;
  }
  // A session that wants neither has found an error of the server's, and said so.
  if (nghttp2_session_want_read(session_) == 0 && nghttp2_session_want_write(session_) == 0) {
    lose(connection_error(NGHTTP2_PROTOCOL_ERROR));
  }
  return IoStatus::ok;
}

// One fiber writes at a time; what another adds meanwhile goes with it.
HttpError Http2Session::flush(Time deadline) {
  if (writing_ || lost_) return {};
  writing_ = true;
  HttpError error;
  std::string text;
  while (!error) {
    const std::uint8_t* data = nullptr;
    const auto size = nghttp2_session_mem_send(session_, &data);
    if (size > 0) text.append(reinterpret_cast<const char*>(data), static_cast<std::size_t>(size));
    if (size > 0 && text.size() < kWritten) continue;
    if (text.empty()) break;
    const std::string_view part = text;
    const auto written = connection_->write(std::span(&part, 1), deadline);
    if (!written) error = error_of(written, "write");
    text.clear();
  }
  writing_ = false;
  // What was written in part cannot be gone on with.
  if (error) lose(error);
  return error;
}

void Http2Session::lose(const HttpError& error) {
  lost_ = true;
  const auto streams = streams_;
  for (auto* const stream : streams) {
    if (!stream->error) stream->error = error;
    // Who was interrupted is not who else was on this connection.
    if (error.interrupted) stream->error = {ErrorCode::generic, "unexpected EOF"};
    end(*stream);
  }
}

void Http2Session::end(Http2Stream& stream) {
  stream.done = true;
  std::erase(streams_, &stream);
  // An answer that came before the body was sent whole: the rest need not be sent.
  if (!lost_ && (stream.body_taken < stream.body.size() || stream.body_open)) {
    nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, stream.id, NGHTTP2_NO_ERROR);
  }
  nghttp2_session_set_stream_user_data(session_, stream.id, nullptr);
  context_.loop().wake(stream.waiter);
}

void Http2Session::give_up(Http2Stream& stream, std::uint32_t code) {
  if (stream.done) return;
  stream.body_taken = stream.body.size();
  stream.body_open = false;
  if (!lost_) nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, stream.id, code);
  end(stream);
}

void Http2Session::hand_over() {
  if (reading_) return;
  for (auto* const stream : streams_) {
    if (context_.loop().wake(stream->waiter)) return;
  }
}

}  // namespace crema::load
