// The exit codes of `crema load`: k6's own (https://grafana.com/docs/k6/latest/misc/exit-codes/).
#pragma once

namespace crema::load {

enum class LoadExit : int {
  ok = 0,
  thresholds_failed = 99,
  setup_timeout = 100,
  teardown_timeout = 101,
  generic = 102,
  stopped_by_api = 103,
  invalid_options = 104,
  interrupted = 105,
  cannot_start_api = 106,
  script_exception = 107,
  script_aborted = 108,
  marked_as_failed = 110,
  other = 255,
};

}  // namespace crema::load
