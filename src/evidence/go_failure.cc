#include "go_failure.h"

#include "crema/base/strings.h"

#include <charconv>
#include <vector>

namespace crema::evidence {
namespace {

constexpr std::string_view kTimedOut = "panic: test timed out";
constexpr std::string_view kRace = "WARNING: DATA RACE";

// Frames of Go's own packages are never where the mistake is.
bool is_own_frame(std::string_view path) {
  for (const std::string_view part :
       {"/src/runtime/", "/src/testing/", "_testmain.go", "/src/sync/", "/src/internal/"}) {
    if (path.find(part) != std::string_view::npos) return false;
  }
  return true;
}

// "\t/project/menu.go:7 +0x32" or "      /project/menu.go:7 +0x32": a frame of a stack.
bool take_frame(std::string_view line, GoFailure& failure) {
  const auto text = trim(line);
  const auto place = text.substr(0, text.find(' '));
  const auto colon = place.rfind(':');
  if (colon == std::string_view::npos || !place.substr(0, colon).ends_with(".go")) return false;
  if (!is_own_frame(place)) return false;
  std::uint32_t number = 0;
  const auto digits = place.substr(colon + 1);
  if (std::from_chars(digits.data(), digits.data() + digits.size(), number).ec != std::errc())
    return false;
  failure.file = place.substr(0, colon);
  failure.line = number;
  return true;
}

GoFailure explain_panic(const std::vector<std::string_view>& lines, std::size_t at) {
  GoFailure failure;
  failure.kind = lines[at].starts_with(kTimedOut) ? FailureKind::timeout : FailureKind::panic;
  auto message = lines[at];
  if (const auto note = message.find(" [recovered"); note != std::string_view::npos)
    message = message.substr(0, note);
  failure.message = message;
  if (failure.kind == FailureKind::timeout) return failure;
  // The frames above the last "panic(" are the handling of it.
  std::size_t from = at;
  for (std::size_t i = at; i < lines.size(); ++i) {
    if (lines[i].starts_with("panic(")) from = i;
  }
  for (std::size_t i = from; i < lines.size(); ++i) {
    if (lines[i].starts_with('\t') && take_frame(lines[i], failure)) break;
  }
  return failure;
}

GoFailure explain_race(const std::vector<std::string_view>& lines, std::size_t at) {
  GoFailure failure;
  failure.kind = FailureKind::race;
  failure.message = "data race";
  for (std::size_t i = at + 1; i < lines.size() && i < at + 60; ++i) {
    const auto text = trim(lines[i]);
    if (failure.message == "data race" && text.find(" at 0x") != std::string_view::npos) {
      failure.message =
          "data race: " + to_lower(text.substr(0, text.find(' '))) + " by one goroutine";
    } else if (text.starts_with("Previous ")) {
      const auto kind = split(text, ' ');
      if (kind.size() > 1) failure.message += ", " + std::string(kind[1]) + " by another";
    }
    if (failure.line == 0 && lines[i].starts_with("      ")) take_frame(lines[i], failure);
  }
  return failure;
}

// testify prints a block of labels; what matters stands under "Error:" and "Messages:".
std::string testify_message(const std::vector<std::string_view>& lines, std::size_t at) {
  std::string message;
  bool wanted = false;
  for (std::size_t i = at + 1; i < lines.size(); ++i) {
    const auto text = trim(lines[i]);
    if (text.empty()) continue;
    if (!lines[i].starts_with("        \t") && !lines[i].starts_with("\t")) break;
    const auto label = text.substr(0, text.find(':'));
    const bool labelled = label == "Error Trace" || label == "Error" || label == "Test" ||
                          label == "Messages" || label == "Diff";
    if (labelled) wanted = label == "Error" || label == "Messages";
    if (text == "Diff:") wanted = false;
    if (!wanted) continue;
    const auto part = labelled ? trim(text.substr(label.size() + 1)) : text;
    if (part.empty()) continue;
    if (!message.empty()) message += message.ends_with(':') ? " " : ", ";
    message += part;
  }
  return message;
}

}  // namespace

bool is_go_framing(std::string_view line) {
  const auto text = line.substr(std::min(line.find_first_not_of(' '), line.size()));
  for (const std::string_view begin : {"=== RUN ", "=== PAUSE ", "=== CONT ", "=== NAME ",
                                       "--- PASS: ", "--- FAIL: ", "--- SKIP: ", "--- BENCH: "}) {
    if (text.starts_with(begin)) return true;
  }
  return false;
}

bool is_go_closing(std::string_view line) {
  return line == "PASS\n" || line == "FAIL\n" || line.starts_with("FAIL\t") ||
         line.starts_with("ok  \t") || line == "program not built with -cover\n" ||
         (line.starts_with("coverage: ") && line.find(" of statements") != std::string_view::npos);
}

bool take_go_place(std::string_view line, std::string& file, std::uint32_t& number,
                   std::string_view& rest) {
  if (!line.starts_with("    ")) return false;
  const auto text = trim(line);
  const auto ending = text.find(".go:");
  if (ending == std::string_view::npos ||
      text.substr(0, ending).find(' ') != std::string_view::npos)
    return false;
  const auto digits = text.substr(ending + 4);
  std::uint32_t found = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), found);
  if (error != std::errc() || end == digits.data() + digits.size() || *end != ':') return false;
  file = text.substr(0, ending + 3);
  number = found;
  rest = trim(digits.substr(static_cast<std::size_t>(end - digits.data()) + 1));
  return true;
}

GoFailure explain_go_failure(std::string_view output) {
  const auto lines = split_lines(output);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (lines[i].starts_with(kRace)) return explain_race(lines, i);
    if (lines[i].starts_with("panic: ") || lines[i].starts_with("fatal error: "))
      return explain_panic(lines, i);
  }
  GoFailure failure;
  std::string_view rest;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (!take_go_place(lines[i], failure.file, failure.line, rest)) continue;
    failure.message = rest;
    if (rest.empty()) failure.message = testify_message(lines, i);
    // A test logs before it fails: the last place that says something is the failure, unless it
    // asserts on, and the first assertion is what matters. Logs cannot be told from errors, so the
    // first place wins where several have one.
    break;
  }
  if (failure.message.empty()) {
    for (const auto line : lines) {
      if (const auto text = trim(line); !text.empty()) {
        failure.message = text;
        break;
      }
    }
  }
  return failure;
}

}  // namespace crema::evidence
