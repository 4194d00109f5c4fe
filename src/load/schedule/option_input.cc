#include "option_input.h"

#include "crema/base/strings.h"
#include "crema/formats/json.h"

#include <fmt/format.h>

#include <algorithm>

namespace crema::load {
namespace {

constexpr std::size_t kMostProblems = 100;
constexpr std::size_t kMostShown = 60;

// The value as an error shows it: on one line, and not all of it where that is long.
std::string shown(const Json& value) {
  if (value.is_object()) return "an object";
  if (value.is_array()) return "a list";
  std::string text = formats::json_text(value, formats::JsonLayout::compact);
  if (text.size() > kMostShown) text = text.substr(0, kMostShown) + "...";
  return text;
}

}  // namespace

void add_problem(Problems& problems, Diagnostic problem) {
  if (problems.size() < kMostProblems) problems.push_back(std::move(problem));
}

Diagnostic option_error(std::string code, std::string message, Span place) {
  Diagnostic problem = make_error(std::move(code), std::move(message), std::move(place));
  problem.exit_code = kInvalidOptions;
  return problem;
}

bool has_errors(const Problems& problems) {
  return std::any_of(problems.begin(), problems.end(),
                     [](const Diagnostic& problem) { return problem.severity == Severity::error; });
}

std::vector<JsonStep> JsonInput::steps() const {
  std::vector<JsonStep> steps;
  for (const JsonInput* input = this; input->parent_ != nullptr; input = input->parent_) {
    steps.push_back(input->step_);
  }
  std::reverse(steps.begin(), steps.end());
  return steps;
}

std::string JsonInput::path() const {
  std::string path;
  for (const JsonStep& step : steps()) {
    if (const auto* index = std::get_if<std::size_t>(&step)) {
      path += fmt::format("[{}]", *index);
    } else {
      path += (path.empty() ? "" : ".") + std::get<std::string>(step);
    }
  }
  return path.empty() ? "options" : path;
}

Span JsonInput::place() const {
  // Finding a place costs a pass over the document: none for a problem that nobody sees.
  return problems_.size() < kMostProblems ? json_place(source_, steps()) : Span{};
}

bool JsonInput::wrong(std::string_view expected) const {
  return problem(fmt::format("`{}` must be {}, but is {}", path(), expected, shown(value_)));
}

bool JsonInput::problem(std::string message) const {
  add_problem(problems_, option_error("load/option", std::move(message), place()));
  return false;
}

void JsonInput::warning(std::string code, std::string message) const {
  add_problem(problems_, make_warning(std::move(code), std::move(message), place()));
}

std::vector<std::string> TextInput::list() const {
  std::vector<std::string> all;
  for (const std::string& value : values_) {
    if (value.empty()) continue;
    for (std::string_view part : split(value, ',')) {
      // A shell's way to an empty list: --system-tags '""'.
      if (part.size() >= 2 && part.front() == '"' && part.back() == '"') {
        part = part.substr(1, part.size() - 2);
      }
      all.emplace_back(part);
    }
  }
  return all;
}

bool TextInput::wrong(std::string_view value, std::string_view expected) const {
  std::string text(value);
  if (text.size() > kMostShown) text = text.substr(0, kMostShown) + "...";
  return problem(
      fmt::format("`{}` must be {}, but is {}", name_, expected, formats::json_string(text)));
}

bool TextInput::problem(std::string message) const {
  add_problem(problems_, option_error("load/option", std::move(message)));
  return false;
}

}  // namespace crema::load
