// What a test says while it runs: console.log of the script, and warnings of the engine itself.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace crema::load {

enum class LogLevel : std::uint8_t { debug, info, warning, error };

struct LogEntry {
  LogLevel level = LogLevel::info;
  std::string message;
  // "source" -> "console" and the like, in the order in which they are written.
  std::vector<std::pair<std::string, std::string>> fields;
};

// Called from any thread of the engine.
using LogSink = std::function<void(const LogEntry&)>;

}  // namespace crema::load
