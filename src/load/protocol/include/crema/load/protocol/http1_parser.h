// ResponseParser: reads HTTP/1.x responses from pieces of any size (RFC 9112, as Go's net/http
// reads them where the two differ).
#pragma once

#include "crema/load/protocol/header_list.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace crema::load {

struct ResponseLimits {
  std::size_t head_bytes = std::size_t{1024} * 1024;  // status line and fields; so of trailers
  std::size_t fields = 2000;
  std::size_t chunk_line_bytes = 4096;  // with its extensions
  unsigned informational = 5;           // responses of 1xx before the one that counts
};

class ResponseParser {
 public:
  enum class Step : std::uint8_t {
    need_more,  // all input was taken
    head,       // status and fields are there; of a final response
    body,       // body() is the next piece of it
    complete,   // the response has ended; what is left of the input is no part of it
    failed,     // see error()
  };

  explicit ResponseParser(ResponseLimits limits = {}) : limits_(limits) {}

  // A new response begins. That to HEAD has no body, and that to CONNECT none when it is a 2xx.
  void begin(std::string_view method);
  // Takes from the front of `input`. What the fields and body() show lies in `input` or in the
  // parser: it is valid until the next call, and as long as the input is.
  Step next(std::string_view& input);
  // The connection has ended: `complete` where that ends the body, `failed` else.
  Step end_of_stream();

  int status() const { return status_; }
  std::string_view reason() const { return reason_; }                 // "OK"
  int minor_version() const { return minor_version_; }                // of HTTP/1
  const std::vector<HeaderField>& fields() const { return fields_; }  // names as they were sent
  std::string_view field(std::string_view name) const;                // the first; "" for none
  // -1 where only the end tells.
  std::int64_t content_length() const { return content_length_; }
  bool chunked() const { return framing_ == Framing::chunked; }
  std::string_view body() const { return body_; }
  // Whether the connection can take another request once this response is complete.
  bool keeps_alive() const { return keep_alive_ && framing_ != Framing::until_close; }
  // Whether any byte of a response was seen.
  bool started() const { return started_; }
  // What is wrong, as a sentence without a full stop; for Step::failed.
  const std::string& error() const { return error_; }

 private:
  enum class Framing : std::uint8_t { none, length, chunked, until_close };
  enum class State : std::uint8_t {
    head,
    body,
    chunk_line,
    chunk_data,
    chunk_end,
    trailer,
    complete,
    failed,
  };

  Step fail(std::string message);
  Step read_head(std::string_view& input);
  Step parse_head(std::string_view head);
  bool parse_status_line(std::string_view line);
  bool parse_field(std::string_view line);
  bool choose_framing();
  bool read_content_length();
  bool read_keep_alive();
  Step read_length_body(std::string_view& input);
  Step read_chunk_line(std::string_view& input);
  Step read_chunk_data(std::string_view& input);
  Step read_chunk_end(std::string_view& input);
  Step read_trailer(std::string_view& input);
  bool take_line(std::string_view& input, std::string_view& line, std::size_t limit);

  ResponseLimits limits_;
  State state_ = State::head;
  Framing framing_ = Framing::none;
  bool head_request_ = false;
  bool connect_request_ = false;
  bool started_ = false;
  bool keep_alive_ = false;
  bool pending_used_ = false;
  int status_ = 0;
  int minor_version_ = 1;
  unsigned informational_ = 0;
  std::int64_t content_length_ = -1;
  std::uint64_t left_ = 0;   // of the body or the chunk
  std::size_t scanned_ = 0;  // of pending_: no line ends before it
  std::size_t trailer_bytes_ = 0;
  std::string pending_;  // a head or a line that came in more than one piece
  std::string_view reason_;
  std::string_view body_;
  std::vector<HeaderField> fields_;
  std::string error_;
};

}  // namespace crema::load
