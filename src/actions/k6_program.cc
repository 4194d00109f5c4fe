#include "k6_program.h"

namespace crema::actions {

std::vector<std::string> k6_program(const run::ActionContext& context) {
  if (context.find_program("k6")) return {"k6"};
  return {context.host().executable.string(), "load"};
}

// https://grafana.com/docs/k6/latest/misc/exit-codes/
std::string_view k6_exit_text(int code) {
  switch (code) {
    case 99:
      return ": thresholds were crossed";
    case 104:
      return ": its options are wrong";
    case 105:
      return ": it was interrupted";
    case 107:
      return ": the script threw";
    case 108:
      return ": the script aborted the test";
    default:
      return "";
  }
}

}  // namespace crema::actions
