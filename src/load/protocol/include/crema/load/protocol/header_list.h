// HeaderList: the fields of a message's head, in their order, in one piece of memory.
#pragma once

#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

namespace crema::load {

struct HeaderField {
  std::string_view name;
  std::string_view value;
};

class HeaderList {
 public:
  void add(std::string_view name, std::string_view value);
  // As add, with the name in Go's canonical form.
  void add_canonical(std::string_view name, std::string_view value);
  // Keeps its memory.
  void clear();
  std::size_t size() const { return fields_.size(); }
  bool empty() const { return fields_.empty(); }
  // The views are valid until something is added.
  HeaderField operator[](std::size_t index) const;
  // The first of that name, whatever its case; "" when there is none, or it is empty.
  std::string_view find(std::string_view name) const;
  bool contains(std::string_view name) const;

 private:
  struct Place {
    std::uint32_t name;
    std::uint32_t name_size;
    std::uint32_t value;
    std::uint32_t value_size;
  };
  std::string text_;
  std::vector<Place> fields_;
};

// "content-type" -> "Content-Type"; a name with a character that names may not have stays as it is
// (Go's CanonicalMIMEHeaderKey).
std::string canonical_header_name(std::string_view name);
// RFC 9110, 5.1 and 5.5: a token; no control characters but the tabulator.
bool valid_header_name(std::string_view name);
bool valid_header_value(std::string_view value);
// The fields of a request's head, such as Exchange::head, whose first line is passed over.
HeaderList parse_request_head(std::string_view head);

}  // namespace crema::load
