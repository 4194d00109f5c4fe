// The parts of a service's description that Docker's command line defines: ports and options.
#pragma once

#include "crema/base/result.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace crema::run {

struct PortMapping {
  std::uint16_t container = 0;
  std::optional<std::uint16_t> host;  // none: any free one
};
// "5432:5432", "5432", "5432/tcp", "127.0.0.1:5432:5432". Fails on ranges and udp by name.
Result<PortMapping> parse_port(std::string_view text);

struct ServiceOptions {
  std::string health_command;  // "" when none is declared
  std::chrono::milliseconds interval{30000}, timeout{30000}, start_period{0};
  int retries = 3;
  std::vector<std::string> without_effect;  // options that mean nothing here: "--memory"
};
// What stands in `options:`, with shell quoting. Docker's defaults.
Result<ServiceOptions> parse_service_options(std::string_view text);

// Words as a shell splits them: quotes and backslashes.
Result<std::vector<std::string>> split_words(std::string_view text);

}  // namespace crema::run
