#include "report.h"

#include <fmt/format.h>

namespace crema::scan {
namespace {

std::string words_of(const shell::Command& command) {
  std::string text = command.name.text;
  for (const auto& argument : command.arguments) text += " " + argument.text;
  return text;
}

}  // namespace

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
  if (place.line == 0) place = step.instruction->place_of(0);
  found_.back().finding.locations.push_back({.path = std::string(path_),
                                             .line = place.line,
                                             .column = place.column,
                                             .message = std::move(message)});
}

void DockerfileReport::add_line(const BuildStep& step, std::uint32_t line, std::string message) {
  add_at(step, {line, 1}, {line, 1}, std::move(message), "");
  found_.back().first_line = found_.back().last_line = line;
}

void DockerfileReport::add_stage(std::size_t stage, std::string message) {
  const auto& step = build_.steps()[build_.stages()[stage].from_step];
  const auto& text = step.instruction->text;
  add_at(step, text.place_of(0), text.place_of(text.text().size()), std::move(message), "");
}

void DockerfileReport::add_at(const BuildStep& step, dockerfile::Place begin, dockerfile::Place end,
                              std::string message, std::string what) {
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
            .content = std::move(what),
            .first_line = step.instruction->line,
            .last_line = step.instruction->last_line};
  if (!rule_.references.empty()) one.finding.help_uri = rule_.references.front();
  found_.push_back(std::move(one));
}

}  // namespace crema::scan
