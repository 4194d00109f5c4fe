// A Docker API for tests that start containers themselves (testcontainers), where the repository
// has such tests and the machine has none running.
#pragma once

#include "crema/sys/host.h"
#include "crema/sys/process.h"

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace crema::testing {

struct SocketRequest {
  const sys::Host& host;
  std::filesystem::path root;     // of the repository
  std::filesystem::path scratch;  // where a socket may be put; a short path
  std::function<void(std::string_view)> log;
};

class ContainerSocket {
 public:
  virtual ~ContainerSocket() = default;
  // DOCKER_HOST and what goes with it.
  virtual const std::vector<std::pair<std::string, std::string>>& variables() const = 0;
  // Removes the containers that tests have left behind, and ends what was started.
  virtual void stop() = 0;
};

// Null where no test of the repository starts containers, or no engine is there (which is said).
// An API that runs already is taken; else podman's is started. testcontainers' own reaper is
// switched off: it is an image that would have to be pulled, and crema removes what is left.
Result<std::unique_ptr<ContainerSocket>> open_container_socket(const SocketRequest& request);

}  // namespace crema::testing
