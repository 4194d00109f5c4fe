#include "crema/services/interpolation.h"

#include <cctype>

namespace crema::services {
namespace {

constexpr int kDeepest = 16;  // standards may hold variables themselves

bool begins_name(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_'; }
bool in_name(char c) { return begins_name(c) || std::isdigit(static_cast<unsigned char>(c)) != 0; }

std::string_view take_name(std::string_view& text) {
  std::size_t length = 0;
  if (!text.empty() && begins_name(text.front())) {
    while (length < text.size() && in_name(text[length])) ++length;
  }
  const auto name = text.substr(0, length);
  text.remove_prefix(length);
  return name;
}

// Where the brace that is open at the beginning of `text` is closed.
std::size_t closing_brace(std::string_view text) {
  int open = 1;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text.substr(i).starts_with("${")) ++open;
    if (text[i] == '}' && --open == 0) return i;
  }
  return std::string_view::npos;
}

Result<std::string> replaced(std::string_view text, const FindVariable& find, int depth);

// What stands between ${ and }.
Result<std::string> braced(std::string_view inside, const FindVariable& find, int depth) {
  const std::string whole(inside);
  const auto name = take_name(inside);
  if (name.empty())
    return fail("compose/variable", "'${" + whole + "}' names no variable; write $$ for a dollar");
  const auto value = find(name);
  if (inside.empty()) return value.value_or("");
  const bool counts_empty = inside.front() == ':';
  if (counts_empty) inside.remove_prefix(1);
  const bool there = value && !(counts_empty && value->empty());
  const char kind = inside.empty() ? '\0' : inside.front();
  if (!inside.empty()) inside.remove_prefix(1);
  switch (kind) {
    case '-':
      return there ? *value : replaced(inside, find, depth + 1);
    case '+':
      return there ? replaced(inside, find, depth + 1) : Result<std::string>("");
    case '?': {
      if (there) return *value;
      const auto why = CREMA_TRY(replaced(inside, find, depth + 1));
      return fail("compose/variable", "the variable " + std::string(name) + " is not set" +
                                          (why.empty() ? "" : ": " + why));
    }
    default:
      return fail("compose/variable", "'${" + whole + "}' is no variable of a compose file");
  }
}

Result<std::string> replaced(std::string_view text, const FindVariable& find, int depth) {
  if (depth > kDeepest) return fail("compose/variable", "variables stand in each other too deeply");
  std::string out;
  while (!text.empty()) {
    const auto dollar = text.find('$');
    out += text.substr(0, dollar);
    if (dollar == std::string_view::npos) break;
    text.remove_prefix(dollar + 1);
    if (text.starts_with('$')) {
      out += '$';
      text.remove_prefix(1);
    } else if (text.starts_with('{')) {
      text.remove_prefix(1);
      const auto end = closing_brace(text);
      if (end == std::string_view::npos) return fail("compose/variable", "a '${' is never closed");
      out += CREMA_TRY(braced(text.substr(0, end), find, depth));
      text.remove_prefix(end + 1);
    } else if (const auto name = take_name(text); !name.empty()) {
      out += find(name).value_or("");
    } else {
      return fail("compose/variable", "a '$' names no variable; write $$ for a dollar");
    }
  }
  return out;
}

}  // namespace

Result<std::string> interpolate(std::string_view text, const FindVariable& find) {
  return replaced(text, find, 0);
}

}  // namespace crema::services
