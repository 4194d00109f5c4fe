#include "report.h"

#include "crema/base/hash.h"
#include "crema/base/strings.h"

#include <fmt/format.h>

namespace crema::scan {
namespace {

constexpr std::size_t kLongestShown = 120;
constexpr std::string_view kHidden = "***";

std::string words_of(const shell::Command& command) {
  std::string text = command.name.text;
  for (const auto& argument : command.arguments) text += " " + argument.text;
  return text;
}

bool tells_secret(std::string_view word) {
  const auto lower = to_lower(word);
  for (const std::string_view sign :
       {"authorization", "password", "passwd", "token", "secret", "api-key", "apikey", "api_key"}) {
    const auto at = lower.find(sign);
    if (at != std::string::npos && lower.find_first_of("=:", at) != std::string::npos) return true;
  }
  return false;
}

// What stands between :// and @ may be a name and a password.
std::string without_login(std::string word) {
  const auto scheme = word.find("://");
  if (scheme == std::string::npos) return word;
  const auto begin = scheme + 3;
  const auto at = word.find('@', begin);
  if (at == std::string::npos || word.find('/', begin) < at) return word;
  return word.replace(begin, at - begin, kHidden);
}

}  // namespace

std::string shown_arguments(const shell::Command& command) {
  std::string text;
  bool hide = false;
  for (const auto& argument : command.arguments) {
    if (!text.empty()) text += ' ';
    text +=
        hide || tells_secret(argument.text) ? std::string(kHidden) : without_login(argument.text);
    hide = argument.text == "-u" || argument.text == "--user" || argument.text == "--password" ||
           argument.text == "--token" || argument.text == "--http-passwd";
    if (text.size() > kLongestShown) break;
  }
  text = replace_all(std::move(text), "\n", " ");
  if (text.size() <= kLongestShown) return text;
  auto end = kLongestShown;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return text.substr(0, end) + "...";
}

void DockerfileReport::add(const BuildStep& step, std::size_t begin, std::size_t end,
                           std::string message, std::string_view what) {
  const auto& text = step.instruction->text;
  add_at(step, text.place_of(begin), text.place_of(end), std::move(message), std::string(what));
}

void DockerfileReport::add(const BuildStep& step, std::string message) {
  const auto& text = step.instruction->text;
  add_at(step, text.place_of(0), text.place_of(text.text().size()), std::move(message),
         text.text());
}

void DockerfileReport::add_command(const BuildStep& step, const shell::Command& command,
                                   std::string message) {
  add_at(step, step.script.place_of(command.begin), step.script.place_of(command.end),
         std::move(message), words_of(command));
}

void DockerfileReport::add_command(const BuildStep& step, const shell::Command& command,
                                   const shell::Word& word, std::string message) {
  add_at(step, step.script.place_of(word.begin), step.script.place_of(word.end), std::move(message),
         fmt::format("{} {}", command.name.text, word.text));
}

void DockerfileReport::also(const BuildStep& step, dockerfile::Place place, std::string message) {
  if (is_full()) return;
  if (place.line == 0) place = step.instruction->place_of(0);
  found_.back().finding.locations.push_back({.path = std::string(path_),
                                             .line = place.line,
                                             .column = place.column,
                                             .message = std::move(message)});
}

void DockerfileReport::add_line(const BuildStep& step, std::uint32_t line, std::string message) {
  add_at(step, {line, 1}, {line, 1}, std::move(message), "");
  if (!is_full()) found_.back().first_line = found_.back().last_line = line;
}

void DockerfileReport::add_stage(std::size_t stage, std::string message) {
  const auto& step = build_.steps()[build_.stages()[stage].from_step];
  const auto& text = step.instruction->text;
  add_at(step, text.place_of(0), text.place_of(text.text().size()), std::move(message), "");
}

void DockerfileReport::add_at(const BuildStep& step, dockerfile::Place begin, dockerfile::Place end,
                              std::string message, std::string what) {
  if (++added_ > kMost) return;
  const auto stage = build_.stage_name(step.stage);
  Found one{.finding = {.rule = rule_.id,
                        .rule_name = rule_.title,
                        .aliases = rule_.aliases,
                        .family = "infrastructure",
                        .severity = rule_.severity,
                        .scanner = "crema",
                        .message = std::move(message),
                        .subject = stage.empty() ? "" : "stage " + stage,
                        .fix = {.text = rule_.fix},
                        .locations = {{.path = std::string(path_),
                                       .line = begin.line,
                                       .column = begin.column,
                                       .end_line = end.line,
                                       .end_column = end.column}}},
            .subject = stage,
            // What stands in the file may be a secret, and this is kept.
            .content = what.empty() ? "" : sha256_hex(what).substr(0, 16),
            .first_line = step.instruction->line,
            .last_line = step.instruction->last_line};
  if (!rule_.references.empty()) one.finding.help_uri = rule_.references.front();
  found_.push_back(std::move(one));
}

}  // namespace crema::scan
