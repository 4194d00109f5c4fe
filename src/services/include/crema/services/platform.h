// The services of a compose file as processes of this machine: known images as the real programs,
// services that are built with Go as those programs; all gone with the process tree.
#pragma once

#include "crema/services/addresses.h"
#include "crema/services/compose.h"
#include "crema/services/running_services.h"

#include <memory>
#include <span>
#include <string>
#include <vector>

namespace crema::services {

struct PlatformRequest {
  const sys::Host& host;
  sys::ProcessTree& processes;
  PortReservations& ports;
  std::filesystem::path folder;   // of the compose file: relative paths start there
  std::filesystem::path scratch;  // a folder for the programs that are built
  sys::Environment environment;   // of builds
  ServiceLog log;
  std::stop_token stop;
};

// Of a service that this machine cannot run: which, and why; those that depend on it are named too.
struct LeftOutService {
  std::string id, why;
};

class Platform {
 public:
  virtual ~Platform() = default;
  virtual const Addresses& addresses() const = 0;
  // Services that run, with what they are found by from outside: the published port.
  virtual const std::vector<const ComposeService*>& services() const = 0;
  virtual const std::vector<LeftOutService>& left_out() const = 0;
  // Service id and the last lines of what it said.
  virtual std::vector<std::pair<std::string, std::string>> logs() const = 0;
  virtual void stop() = 0;  // last started first
};

// A service whose task is to run tests ("go test", "npm test", ...): its environment is what tests
// want, and crema runs them itself.
bool runs_tests(const ComposeService& service);

// Whether crema can run it on this machine: a known image whose program is installed, or a program
// built with Go. "" or why not.
std::string cannot_run_here(const ComposeService& service, const std::filesystem::path& folder,
                            const sys::Host& host);

// Builds, then starts level by level, and waits until everything is up. Services that run tests,
// and those of a profile, are left alone. `file` outlives the platform. Fails where one that can
// run here does not come up.
Result<std::unique_ptr<Platform>> start_platform(const ComposeFile& file, PlatformRequest request);

}  // namespace crema::services
