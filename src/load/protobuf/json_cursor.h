// JsonCursor: reads JSON text from its begin to its end, a token at a time, for readers that know
// what is to come (RFC 8259).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace crema::load {

enum class JsonToken : std::uint8_t {
  object,
  array,
  string,
  number,
  boolean,
  null,
  end,      // there is nothing more
  invalid,  // no value begins here
};

// Nothing throws: a function that returns false has left the reason in `error`.
class JsonCursor {
 public:
  explicit JsonCursor(std::string_view text) : text_(text) {}

  // What the next value is; passes over blanks only.
  JsonToken peek();
  std::size_t position() const { return at_; }
  void seek(std::size_t position) { at_ = position; }
  std::string_view text() const { return text_; }

  // The next byte that is no blank is `wanted`: passes over it.
  bool take(char wanted);
  bool expect(char wanted);
  // A string. The view is of the text itself, or of `buffer` where it has escapes.
  bool string(std::string_view& value, std::string& buffer);
  // The text of a number, which is well formed.
  bool number(std::string_view& value);
  bool boolean(bool& value);
  bool null();
  // A value of any kind and depth; what is inside of strings is not looked at.
  bool skip();
  // Fails unless nothing follows.
  bool finish();

  // For those who find something wrong with what was well formed.
  bool fail_at(std::size_t position, std::string message);
  bool syntax_at(std::size_t position, std::string message);
  bool unexpected(std::size_t position);
  // The token that begins there, as it stands in the text.
  std::string_view token_at(std::size_t position) const;

  // "(line 1:14): unknown field": columns count characters, from 1.
  std::string error() const;

 private:
  void skip_blanks() {
    while (at_ < text_.size() &&
           (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\r' || text_[at_] == '\t'))
      ++at_;
  }
  bool word(std::string_view wanted);
  bool escape(std::string& buffer);
  bool hex(std::uint32_t& code);

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t error_at_ = 0;
  bool syntax_ = false;
  std::string error_;
};

void append_utf8(std::string& out, std::uint32_t code);
bool is_utf8(std::string_view text);
// Writes a string with its quotes.
void append_json_string(std::string& out, std::string_view text);

}  // namespace crema::load
