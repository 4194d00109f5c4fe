#include "crema/evidence/event.h"

namespace crema::evidence {

std::string_view to_text(Outcome outcome) {
  switch (outcome) {
    case Outcome::success:
      return "success";
    case Outcome::failure:
      return "failure";
    case Outcome::cancelled:
      return "cancelled";
    case Outcome::skipped:
      return "skipped";
  }
  return "";
}

}  // namespace crema::evidence
