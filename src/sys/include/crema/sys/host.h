// Host: the one door to the outside world. Environment, clock, random bytes and signals come in
// through this struct, passed by reference; tests pass a fake twin. No other room calls getenv,
// system_clock::now or the like.
#pragma once

#include "crema/base/result.h"

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace crema::sys {

using Environment = std::map<std::string, std::string>;
using WallTime = std::chrono::system_clock::time_point;
using MonotonicTime = std::chrono::steady_clock::time_point;

class Clock {
 public:
  virtual ~Clock() = default;
  virtual WallTime wall() const = 0;
  virtual MonotonicTime monotonic() const = 0;
};

struct Host {
  Environment environment;
  std::filesystem::path working_directory;
  const Clock* clock = nullptr;                        // never null; outlives the Host
  std::function<std::string(std::size_t)> random_hex;  // that many random hex digits
  std::filesystem::path executable;                    // crema itself, for processes it starts
  std::filesystem::path temporary_directory;

  std::optional<std::string> variable(std::string_view name) const;
  // The first executable file of that name on PATH.
  std::optional<std::filesystem::path> find_program(std::string_view name) const;
};

// The real host of this process.
Host real_host();

// For tests: a clock that stands still until it is told to move, random digits from a seed.
class FakeClock : public Clock {
 public:
  WallTime wall() const override { return wall_; }
  MonotonicTime monotonic() const override { return monotonic_; }
  void advance(std::chrono::nanoseconds by);

 private:
  WallTime wall_{std::chrono::seconds(1'700'000'000)};
  MonotonicTime monotonic_{};
};
Host fake_host(const Clock& clock, Environment environment = {}, unsigned seed = 1);

}  // namespace crema::sys
