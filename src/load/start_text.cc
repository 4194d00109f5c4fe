#include "start_text.h"

#include <fmt/format.h>

namespace crema::load {

std::string start_text(const std::string& execution, const std::string& script,
                       const std::string& outputs, const ExecutionPlan& plan,
                       const Striping& striping) {
  std::string text = fmt::format(
      "     execution: {}\n        script: {}\n        output: {}\n\n     scenarios: {}\n",
      execution, script, outputs.empty() ? "-" : outputs, execution_headline(plan, striping));
  for (const std::string& line : plan.descriptions)
    text += fmt::format("              * {}\n", line);
  return text + "\n";
}

}  // namespace crema::load
