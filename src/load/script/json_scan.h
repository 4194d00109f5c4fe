// Walks through JSON text without building a tree: the texts of a value's members, one by one.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace crema::load {

enum class JsonKind : std::uint8_t { none, null, yes, no, number, string, array, object };

// By its first character; the text of a value has no blanks before it.
JsonKind kind_of_json(std::string_view value);

// Whether the text is one JSON value (RFC 8259) and blanks around it. Takes no more of the stack
// for deep texts; those deeper than 10,000 levels are refused.
bool valid_json(std::string_view text);

// The text of the first value in `text`. "" where there is none. Of text that is no JSON it gives
// some part of it.
std::string_view first_json_value(std::string_view text);

// The members of an array or an object. Other values have none.
class JsonMembers {
 public:
  explicit JsonMembers(std::string_view value);
  // Goes to the next member; false at the end. Keys are with their quotes; "" in arrays.
  bool next();
  std::string_view key() const { return key_; }
  std::string_view value() const { return value_; }

 private:
  void skip_blanks();

  std::string_view rest_;
  bool object_ = false;
  std::string_view key_;
  std::string_view value_;
};

// "\"a\\n\"" -> "a\n". A half of a pair that stands alone becomes U+FFFD.
std::string unquote_json(std::string_view quoted);

}  // namespace crema::load
