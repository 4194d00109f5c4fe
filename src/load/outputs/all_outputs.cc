#include "crema/load/outputs/all_outputs.h"

#include "outputs.h"

#include <array>
#include <vector>

namespace crema::load {
namespace {

Diagnostic missing(std::string what, std::string hint) {
  auto error = make_error("load/output", "not supported: " + std::move(what));
  error.hint = std::move(hint);
  return error;
}

Result<std::unique_ptr<Output>> no_cloud(const std::string&, const OutputSettings&) {
  return missing("the output cloud", "use -o opentelemetry or -o prometheus-rw");
}

Result<std::unique_ptr<Output>> no_dashboard(const std::string&, const OutputSettings&) {
  return missing("the output web-dashboard", "use --web, a page that shows the test as it runs");
}

constexpr std::array kSending = {
    OutputKind{"cloud", no_cloud, true},
    OutputKind{"experimental-opentelemetry", make_opentelemetry_output},
    OutputKind{"experimental-prometheus-rw", make_prometheus_output},
    OutputKind{"influxdb", make_influxdb_output},
    OutputKind{"opentelemetry", make_opentelemetry_output},
    OutputKind{"prometheus-rw", make_prometheus_output},
    OutputKind{"web-dashboard", no_dashboard, true},
};

}  // namespace

std::span<const OutputKind> all_outputs() {
  static const std::vector<OutputKind> all = [] {
    std::vector<OutputKind> kinds(file_outputs().begin(), file_outputs().end());
    kinds.insert(kinds.end(), kSending.begin(), kSending.end());
    return kinds;
  }();
  return all;
}

}  // namespace crema::load
