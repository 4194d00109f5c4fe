// What integration and end-to-end tests run against: the services of the repository's compose file,
// on this machine, and the variables that tell tests where they are.
#pragma once

#include "crema/base/result.h"
#include "crema/sys/host.h"
#include "crema/testing/test_settings.h"

#include <filesystem>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace crema::testing {

struct EnvironmentRequest {
  const sys::Host& host;
  std::filesystem::path root;
  std::string part;  // "integration", "e2e"
  PartSettings settings;
  std::function<void(std::string_view line)> log;
  std::stop_token stop;
};

class TestEnvironment {
 public:
  virtual ~TestEnvironment() = default;  // ends the services
  // Names and values, for tests; those that the caller's environment has already are not in it.
  virtual const std::vector<std::pair<std::string, std::string>>& variables() const = 0;
  virtual std::string compose_file() const = 0;  // relative to the repository; "": no services
  // Service id and the last lines of what it said.
  virtual std::vector<std::pair<std::string, std::string>> logs() const = 0;
};

// Where there is no compose file, an environment without services. Fails when one of its services
// can run on this machine and does not come up.
Result<std::unique_ptr<TestEnvironment>> start_environment(EnvironmentRequest request);

}  // namespace crema::testing
