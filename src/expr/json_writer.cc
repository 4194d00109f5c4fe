// toJSON(): the form actions/runner ToJson writes, escapes as Newtonsoft.Json's default.
#include "crema/expr/value.h"

#include <fmt/format.h>

namespace crema::expr {
namespace {

void write_string(std::string& out, std::string_view text) {
  out += '"';
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\b':
        out += "\\b";
        break;
      case '\f':
        out += "\\f";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          out += fmt::format("\\u{:04x}", c);
        } else if (text.substr(i).starts_with("\xC2\x85")) {  // next line
          out += "\\u0085";
          i += 1;
        } else if (text.substr(i).starts_with("\xE2\x80\xA8")) {  // line separator
          out += "\\u2028";
          i += 2;
        } else if (text.substr(i).starts_with("\xE2\x80\xA9")) {  // paragraph separator
          out += "\\u2029";
          i += 2;
        } else {
          out += c;
        }
    }
  }
  out += '"';
}

void write(std::string& out, const Value& value, std::size_t level);

void new_line(std::string& out, std::size_t level) {
  out += '\n';
  out.append(level * 2, ' ');
}

void write_array(std::string& out, const Array& items, std::size_t level) {
  if (items.empty()) {
    out += "[]";
    return;
  }
  out += '[';
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (i > 0) out += ',';
    new_line(out, level + 1);
    write(out, items[i], level + 1);
  }
  new_line(out, level);
  out += ']';
}

void write_object(std::string& out, const Object& object, std::size_t level) {
  if (object.empty()) {
    out += "{}";
    return;
  }
  out += '{';
  bool first = true;
  for (const auto& [name, value] : object.members()) {
    if (!first) out += ',';
    first = false;
    new_line(out, level + 1);
    write_string(out, name);
    out += ": ";
    write(out, value, level + 1);
  }
  new_line(out, level);
  out += '}';
}

void write(std::string& out, const Value& value, std::size_t level) {
  switch (value.kind()) {
    case Kind::null:
      out += "null";
      break;
    case Kind::string:
      write_string(out, value.as_string());
      break;
    case Kind::array:
      write_array(out, value.as_array(), level);
      break;
    case Kind::object:
      write_object(out, value.as_object(), level);
      break;
    default:
      out += value.to_text();
  }
}

}  // namespace

std::string to_json(const Value& value) {
  std::string out;
  write(out, value, 0);
  return out;
}

}  // namespace crema::expr
