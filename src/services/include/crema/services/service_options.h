// The parts of a service's description that Docker's command line defines: ports and options.
#pragma once

#include "crema/base/result.h"
#include "crema/services/service_spec.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace crema::services {

// "5432:5432", "5432", "5432/tcp", "127.0.0.1:5432:5432". Fails on ranges and udp by name.
Result<PortMapping> parse_port(std::string_view text);

// Go's durations: "10s", "1m30s", "500ms".
Result<std::chrono::milliseconds> parse_duration(std::string_view text);

struct ServiceOptions {
  HealthCheck health;
  std::vector<std::string> without_effect;  // options that mean nothing here: "--memory"
};
// What stands in `options:` of a workflow's service, with shell quoting.
Result<ServiceOptions> parse_service_options(std::string_view text);

// Words as a shell splits them: quotes and backslashes.
Result<std::vector<std::string>> split_words(std::string_view text);
// A command of which a shell makes just these words.
std::string shell_command(std::span<const std::string> words);

}  // namespace crema::services
