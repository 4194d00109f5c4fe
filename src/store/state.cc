#include "crema/store/store.h"

namespace crema::store {

std::string_view to_text(RunState state) {
  switch (state) {
    case RunState::running:
      return "running";
    case RunState::success:
      return "success";
    case RunState::failure:
      return "failure";
    case RunState::cancelled:
      return "cancelled";
    case RunState::interrupted:
      return "interrupted";
  }
  return "";
}

}  // namespace crema::store
