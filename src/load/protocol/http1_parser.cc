#include "crema/load/protocol/http1_parser.h"

#include "crema/base/strings.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace crema::load {
namespace {

// The text with what cannot be printed replaced, short enough for a message.
std::string shown(std::string_view text) {
  std::string result;
  for (const char c : text.substr(0, 60)) {
    const auto byte = static_cast<unsigned char>(c);
    result += byte < 0x20 || byte >= 0x7F ? '?' : c;
  }
  return result;
}

// Blanks and tabulators only, as headers have them (RFC 9110, 5.6.3).
std::string_view trim_blanks(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// Where the head that begins `text` ends, its empty line included; 0 when it is not there. The
// search begins at `from`.
std::size_t head_end(std::string_view text, std::size_t from) {
  for (auto line = text.find('\n', from); line != std::string_view::npos;
       line = text.find('\n', line + 1)) {
    if (line == 0) return 1;
    if (text[line - 1] == '\n') return line + 1;
    if (text[line - 1] == '\r' && line >= 2 && text[line - 2] == '\n') return line + 1;
    if (text[line - 1] == '\r' && line == 1) return 2;
  }
  return 0;
}

// RFC 9112, 5.2: a field continued on the next line is one line with blanks in between.
std::string unfolded(std::string_view head) {
  std::string result;
  for (std::size_t i = 0; i < head.size(); ++i) {
    const bool crlf = head[i] == '\r' && i + 1 < head.size() && head[i + 1] == '\n';
    const std::size_t after = i + (crlf ? 2 : 1);
    const bool folds = (crlf || head[i] == '\n') && after < head.size() && i > 0 &&
                       (head[after] == ' ' || head[after] == '\t');
    result += folds ? ' ' : head[i];
    if (folds && crlf) ++i;
  }
  return result;
}

bool has_token(std::string_view list, std::string_view token) {
  const auto parts = split(list, ',');
  return std::any_of(parts.begin(), parts.end(), [&](std::string_view part) {
    return equals_ignore_case(trim_blanks(part), token);
  });
}

}  // namespace

void ResponseParser::begin(std::string_view method) {
  state_ = State::head;
  framing_ = Framing::none;
  head_request_ = method == "HEAD";
  connect_request_ = method == "CONNECT";
  started_ = false;
  informational_ = 0;
  pending_.clear();
  scanned_ = 0;
  pending_used_ = false;
  fields_.clear();
  error_.clear();
}

ResponseParser::Step ResponseParser::fail(std::string message) {
  error_ = std::move(message);
  state_ = State::failed;
  return Step::failed;
}

std::string_view ResponseParser::field(std::string_view name) const {
  for (const auto& one : fields_) {
    if (equals_ignore_case(one.name, name)) return one.value;
  }
  return {};
}

ResponseParser::Step ResponseParser::next(std::string_view& input) {
  body_ = {};
  while (true) {
    Step step = Step::need_more;
    switch (state_) {
      case State::head:
        step = read_head(input);
        break;
      case State::body:
        step = read_length_body(input);
        break;
      case State::chunk_line:
        step = read_chunk_line(input);
        break;
      case State::chunk_data:
        step = read_chunk_data(input);
        break;
      case State::chunk_end:
        step = read_chunk_end(input);
        break;
      case State::trailer:
        step = read_trailer(input);
        break;
      case State::complete:
        return Step::complete;
      case State::failed:
        return Step::failed;
    }
    if (step != Step::need_more) return step;
    if (input.empty() && state_ != State::complete) return Step::need_more;
  }
}

ResponseParser::Step ResponseParser::end_of_stream() {
  if (state_ == State::complete) return Step::complete;
  if (state_ == State::failed) return Step::failed;
  if (state_ == State::body && framing_ == Framing::until_close) {
    state_ = State::complete;
    return Step::complete;
  }
  return fail(started_ ? "unexpected EOF" : "EOF");
}

ResponseParser::Step ResponseParser::read_head(std::string_view& input) {
  if (pending_used_) {
    // Of the informational response before.
    pending_.clear();
    pending_used_ = false;
    scanned_ = 0;
  }
  if (input.empty()) return Step::need_more;
  started_ = true;
  if (pending_.empty()) {
    const auto end = head_end(input, 0);
    if (end > limits_.head_bytes || (end == 0 && input.size() > limits_.head_bytes)) {
      return fail(fmt::format("the response's header is longer than {} bytes", limits_.head_bytes));
    }
    if (end > 0) {
      const auto head = input.substr(0, end);
      input.remove_prefix(end);
      return parse_head(head);
    }
  }
  const auto before = pending_.size();
  // No more than the limit needs: what is no head may be a whole body.
  const auto room = limits_.head_bytes + 1 - std::min(before, limits_.head_bytes + 1);
  const auto taken = std::min(input.size(), room);
  pending_.append(input.substr(0, taken));
  const auto end = head_end(pending_, scanned_);
  if (end > limits_.head_bytes || (end == 0 && pending_.size() > limits_.head_bytes)) {
    return fail(fmt::format("the response's header is longer than {} bytes", limits_.head_bytes));
  }
  if (end == 0) {
    scanned_ = pending_.size();
    input.remove_prefix(taken);
    return Step::need_more;
  }
  input.remove_prefix(end - before);
  pending_.resize(end);
  pending_used_ = true;
  return parse_head(pending_);
}

ResponseParser::Step ResponseParser::parse_head(std::string_view head) {
  if (head.find("\n ") != std::string_view::npos || head.find("\n\t") != std::string_view::npos) {
    pending_ = unfolded(head);
    pending_used_ = true;
    head = pending_;
  }
  fields_.clear();
  content_length_ = -1;
  bool first = true;
  while (true) {
    const auto end = head.find('\n');
    auto line = head.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (first) {
      if (!parse_status_line(line)) return Step::failed;
    } else {
      if (line.empty()) break;
      if (!parse_field(line)) return Step::failed;
    }
    first = false;
    if (end == std::string_view::npos || end + 1 == head.size()) break;
    head.remove_prefix(end + 1);
  }
  if (status_ < 200 && status_ != 101) {
    if (++informational_ > limits_.informational) {
      return fail("too many responses of 1xx before the one that counts");
    }
    return Step::need_more;  // the next head follows
  }
  if (!choose_framing()) return Step::failed;
  return Step::head;
}

// "HTTP/1.1 200 OK"; the reason and the blank before it may be missing.
bool ResponseParser::parse_status_line(std::string_view line) {
  const bool shaped = line.size() >= 12 && line.starts_with("HTTP/1.") && line[8] == ' ' &&
                      (line[7] == '0' || line[7] == '1') && (line.size() == 12 || line[12] == ' ');
  int status = 0;
  if (shaped) {
    const auto [end, error] = std::from_chars(line.data() + 9, line.data() + 12, status);
    if (error == std::errc() && end == line.data() + 12 && status >= 100) {
      minor_version_ = line[7] - '0';
      status_ = status;
      reason_ = line.size() > 13 ? line.substr(13) : std::string_view();
      return true;
    }
  }
  fail(fmt::format("malformed HTTP response \"{}\"", shown(line)));
  return false;
}

bool ResponseParser::parse_field(std::string_view line) {
  const auto colon = line.find(':');
  const auto name = line.substr(0, colon);
  if (colon == std::string_view::npos || !valid_header_name(name)) {
    fail(fmt::format("malformed MIME header line: {}", shown(line)));
    return false;
  }
  const auto value = trim_blanks(line.substr(colon + 1));
  if (!valid_header_value(value)) {
    fail(fmt::format("the value of the header {} has a control character", name));
    return false;
  }
  if (fields_.size() >= limits_.fields) {
    fail(fmt::format("the response has more than {} headers", limits_.fields));
    return false;
  }
  fields_.push_back({name, value});
  return true;
}

bool ResponseParser::read_content_length() {
  bool seen = false;
  for (const auto& one : fields_) {
    if (one.name.size() != 14 || !equals_ignore_case(one.name, "Content-Length")) continue;
    std::int64_t length = 0;
    const auto [end, error] =
        std::from_chars(one.value.data(), one.value.data() + one.value.size(), length);
    if (one.value.empty() || one.value[0] == '-' || error != std::errc() ||
        end != one.value.data() + one.value.size()) {
      fail(fmt::format("bad Content-Length \"{}\"", shown(one.value)));
      return false;
    }
    if (seen && length != content_length_) {
      fail("the response has two values of Content-Length");
      return false;
    }
    seen = true;
    content_length_ = length;
  }
  return true;
}

bool ResponseParser::read_keep_alive() {
  bool keep = minor_version_ >= 1;
  for (const auto& one : fields_) {
    if (one.name.size() != 10 || !equals_ignore_case(one.name, "Connection")) continue;
    if (has_token(one.value, "close")) return false;
    if (minor_version_ == 0 && has_token(one.value, "keep-alive")) keep = true;
  }
  return keep;
}

// RFC 9112, 6.3.
bool ResponseParser::choose_framing() {
  bool chunked = false;
  for (const auto& one : fields_) {
    if (one.name.size() != 17 || !equals_ignore_case(one.name, "Transfer-Encoding")) continue;
    // HTTP/1.0 has none: what stands there says nothing.
    if (minor_version_ == 0) continue;
    if (chunked || !equals_ignore_case(one.value, "chunked")) {
      fail(fmt::format("unsupported transfer encoding \"{}\"", shown(one.value)));
      return false;
    }
    chunked = true;
  }
  // Beside chunks a length says nothing, but one that is none is an error all the same.
  if (!read_content_length()) return false;
  keep_alive_ = read_keep_alive();
  const bool bodiless = head_request_ || status_ == 204 || status_ == 304 || status_ == 101 ||
                        (connect_request_ && status_ / 100 == 2);
  if (bodiless) {
    framing_ = Framing::none;
    state_ = State::complete;
  } else if (chunked) {
    content_length_ = -1;
    framing_ = Framing::chunked;
    state_ = State::chunk_line;
  } else if (content_length_ >= 0) {
    framing_ = Framing::length;
    left_ = static_cast<std::uint64_t>(content_length_);
    state_ = left_ == 0 ? State::complete : State::body;
  } else {
    framing_ = Framing::until_close;
    state_ = State::body;
  }
  return true;
}

ResponseParser::Step ResponseParser::read_length_body(std::string_view& input) {
  if (input.empty()) return Step::need_more;
  body_ = framing_ == Framing::until_close ? input : input.substr(0, left_);
  input.remove_prefix(body_.size());
  if (framing_ == Framing::length) {
    left_ -= body_.size();
    if (left_ == 0) state_ = State::complete;
  }
  return Step::body;
}

// A line in one piece lies in `input`, one in several in pending_. False: it is not whole yet, or
// longer than the limit (then the state is failed).
bool ResponseParser::take_line(std::string_view& input, std::string_view& line, std::size_t limit) {
  if (pending_used_) {
    pending_.clear();
    pending_used_ = false;
  }
  const auto end = input.find('\n');
  const auto count = end == std::string_view::npos ? input.size() : end + 1;
  if (pending_.size() + count > limit) {
    fail(fmt::format("a line of the chunked body is longer than {} bytes", limit));
    return false;
  }
  const auto piece = input.substr(0, count);
  input.remove_prefix(count);
  if (end == std::string_view::npos) {
    pending_.append(piece);
    return false;
  }
  line = piece;
  if (!pending_.empty()) {
    pending_.append(piece);
    pending_used_ = true;
    line = pending_;
  }
  line.remove_suffix(1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return true;
}

ResponseParser::Step ResponseParser::read_chunk_line(std::string_view& input) {
  std::string_view line;
  if (!take_line(input, line, limits_.chunk_line_bytes)) {
    return state_ == State::failed ? Step::failed : Step::need_more;
  }
  const auto digits = trim_blanks(line.substr(0, line.find(';')));
  std::uint64_t size = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), size, 16);
  if (digits.empty() || digits.size() > 16 || error != std::errc() ||
      end != digits.data() + digits.size()) {
    return fail(fmt::format("invalid size of a chunk: \"{}\"", shown(digits)));
  }
  left_ = size;
  trailer_bytes_ = 0;
  state_ = size == 0 ? State::trailer : State::chunk_data;
  return Step::need_more;
}

ResponseParser::Step ResponseParser::read_chunk_data(std::string_view& input) {
  if (input.empty()) return Step::need_more;
  body_ = input.substr(0, left_);
  input.remove_prefix(body_.size());
  left_ -= body_.size();
  if (left_ == 0) state_ = State::chunk_end;
  return Step::body;
}

ResponseParser::Step ResponseParser::read_chunk_end(std::string_view& input) {
  std::string_view line;
  if (!take_line(input, line, 2)) {
    if (state_ != State::failed) return Step::need_more;
    return fail("malformed chunked encoding: a chunk is longer than it says");
  }
  if (!line.empty()) return fail("malformed chunked encoding: a chunk is longer than it says");
  state_ = State::chunk_line;
  return Step::need_more;
}

// Read and dropped, as Go keeps them apart from the headers.
ResponseParser::Step ResponseParser::read_trailer(std::string_view& input) {
  std::string_view line;
  const auto before = input.size();
  const bool whole = take_line(input, line, limits_.head_bytes);
  trailer_bytes_ += before - input.size();
  if (state_ == State::failed || trailer_bytes_ > limits_.head_bytes) {
    return fail(fmt::format("the response's trailer is longer than {} bytes", limits_.head_bytes));
  }
  if (!whole) return Step::need_more;
  if (line.empty()) {
    state_ = State::complete;
    return Step::complete;
  }
  const auto colon = line.find(':');
  const bool continues = line[0] == ' ' || line[0] == '\t';
  if (!continues &&
      (colon == std::string_view::npos || !valid_header_name(line.substr(0, colon)))) {
    return fail(fmt::format("malformed MIME header line: {}", shown(line)));
  }
  return Step::need_more;
}

}  // namespace crema::load
