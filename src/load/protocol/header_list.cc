#include "crema/load/protocol/header_list.h"

#include "crema/base/strings.h"

#include <algorithm>
#include <array>

namespace crema::load {
namespace {

// RFC 9110, 5.6.2.
constexpr std::array<bool, 256> kTokenCharacter = [] {
  std::array<bool, 256> table{};
  for (unsigned c = '0'; c <= '9'; ++c) table[c] = true;
  for (unsigned c = 'a'; c <= 'z'; ++c) table[c] = table[c - 'a' + 'A'] = true;
  for (const char c : std::string_view("!#$%&'*+-.^_`|~"))
    table[static_cast<unsigned char>(c)] = true;
  return table;
}();

char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

void canonicalise(char* name, std::size_t size) {
  bool first = true;
  for (std::size_t i = 0; i < size; ++i) {
    name[i] = first ? upper(name[i]) : lower(name[i]);
    first = name[i] == '-';
  }
}

}  // namespace

void HeaderList::add(std::string_view name, std::string_view value) {
  fields_.push_back({.name = static_cast<std::uint32_t>(text_.size()),
                     .name_size = static_cast<std::uint32_t>(name.size()),
                     .value = static_cast<std::uint32_t>(text_.size() + name.size()),
                     .value_size = static_cast<std::uint32_t>(value.size())});
  text_.append(name).append(value);
}

void HeaderList::add_canonical(std::string_view name, std::string_view value) {
  add(name, value);
  if (valid_header_name(name)) canonicalise(text_.data() + fields_.back().name, name.size());
}

void HeaderList::clear() {
  text_.clear();
  fields_.clear();
}

HeaderField HeaderList::operator[](std::size_t index) const {
  const auto& place = fields_[index];
  const std::string_view text = text_;
  return {text.substr(place.name, place.name_size), text.substr(place.value, place.value_size)};
}

std::string_view HeaderList::find(std::string_view name) const {
  for (std::size_t i = 0; i < size(); ++i) {
    const auto field = (*this)[i];
    if (equals_ignore_case(field.name, name)) return field.value;
  }
  return {};
}

bool HeaderList::contains(std::string_view name) const {
  for (std::size_t i = 0; i < size(); ++i) {
    if (equals_ignore_case((*this)[i].name, name)) return true;
  }
  return false;
}

std::string canonical_header_name(std::string_view name) {
  std::string result(name);
  if (valid_header_name(name)) canonicalise(result.data(), result.size());
  return result;
}

bool valid_header_name(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return kTokenCharacter[static_cast<unsigned char>(c)];
  });
}

bool valid_header_value(std::string_view value) {
  return std::none_of(value.begin(), value.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && byte != '\t') || byte == 0x7F;
  });
}

HeaderList parse_request_head(std::string_view head) {
  HeaderList fields;
  const auto lines = split_lines(head);
  for (std::size_t i = 1; i < lines.size() && !lines[i].empty(); ++i) {
    const auto colon = lines[i].find(':');
    if (colon == std::string_view::npos) continue;
    fields.add_canonical(lines[i].substr(0, colon), trim(lines[i].substr(colon + 1)));
  }
  return fields;
}

}  // namespace crema::load
