// Workflows made by hand, for tests of the engine that need no YAML.
#pragma once

#include "crema/workflow/model.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace crema::run {

inline workflow::Token text_token(std::string text) {
  workflow::Token token;
  token.kind = workflow::Token::Kind::string;
  token.text = std::move(text);
  return token;
}

inline workflow::Token boolean_token(bool value) {
  workflow::Token token;
  token.kind = workflow::Token::Kind::boolean;
  token.boolean = value;
  return token;
}

inline workflow::Token number_token(double value) {
  workflow::Token token;
  token.kind = workflow::Token::Kind::number;
  token.number = value;
  token.text = std::to_string(static_cast<int>(value));
  return token;
}

// `${{ text }}`, with every context and function GitHub has.
inline workflow::Token expression_token(const std::string& text) {
  static const expr::Vocabulary kWords{
      .contexts = {"github", "needs", "inputs", "vars", "steps", "env", "job", "runner", "matrix",
                   "strategy", "secrets", "jobs"},
      .functions = {{"always", 0, 0},
                    {"cancelled", 0, 0},
                    {"failure", 0, 255},
                    {"success", 0, 255},
                    {"hashFiles", 1, 255}}};
  workflow::Token token;
  token.kind = workflow::Token::Kind::expression;
  token.text = text;
  token.expression = *expr::Expression::parse(text, kWords);
  return token;
}

inline workflow::Token mapping_token(std::vector<std::pair<std::string, workflow::Token>> entries) {
  workflow::Token token;
  token.kind = workflow::Token::Kind::mapping;
  for (auto& [key, value] : entries) token.entries.push_back({text_token(key), std::move(value)});
  return token;
}

inline workflow::Token matrix_token(int legs) {
  workflow::Token values;
  values.kind = workflow::Token::Kind::sequence;
  for (int i = 0; i < legs; ++i) values.items.push_back(number_token(i));
  return mapping_token({{"n", std::move(values)}});
}

inline workflow::Step run_step(const std::string& script, std::string id = "__run") {
  workflow::Step step;
  step.id = std::move(id);
  step.action = workflow::RunStep{text_token(script), {}, {}};
  return step;
}

inline workflow::Job job(std::string id, std::vector<workflow::Step> steps,
                         std::vector<std::string> needs = {}) {
  workflow::Job made;
  made.id = std::move(id);
  made.runs_on = text_token("ubuntu-latest");
  made.steps = std::move(steps);
  made.needs = std::move(needs);
  return made;
}

inline std::shared_ptr<workflow::Workflow> workflow_of(std::vector<workflow::Job> jobs) {
  auto made = std::make_shared<workflow::Workflow>();
  made->path = ".github/workflows/made.yml";
  made->name = "made";
  made->jobs = std::move(jobs);
  return made;
}

}  // namespace crema::run
