// Conditions that no workflow file holds: those of post steps, kept as text.
#include "job_run.h"
#include "step.h"

#include "crema/base/strings.h"

namespace crema::run {
namespace {

// GitHub's contexts of a step's `if`, and its functions.
const expr::Vocabulary& vocabulary() {
  static const expr::Vocabulary words{.contexts = {"github", "inputs", "vars", "needs", "strategy",
                                                   "matrix", "steps", "job", "runner", "env"},
                                      .functions = {{"always", 0, 0},
                                                    {"cancelled", 0, 0},
                                                    {"failure", 0, 0},
                                                    {"success", 0, 0},
                                                    {"hashFiles", 1, 255}}};
  return words;
}

}  // namespace

Result<workflow::Decision> decide_condition(const StepFrame& frame, const std::string& condition) {
  std::string_view text = trim(condition);
  if (text.starts_with("${{") && text.ends_with("}}")) text = trim(text.substr(3, text.size() - 5));
  if (text.empty()) text = "success()";
  workflow::Token token;
  token.kind = workflow::Token::Kind::expression;
  token.text = text;
  token.expression = CREMA_TRY(expr::Expression::parse(text, vocabulary()));
  auto view = frame.job.status_view(frame.level);
  view.action.reset();  // post steps look at the job
  return workflow::decide_step_condition(token, condition, frame.scope, view);
}

}  // namespace crema::run
