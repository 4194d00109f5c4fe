// Services on this machine: real programs on the mapped ports, gone with the process tree that they
// are started in.
#pragma once

#include "crema/base/result.h"
#include "crema/base/sync.h"
#include "crema/services/service_spec.h"
#include "crema/sys/host.h"
#include "crema/sys/process.h"

#include <filesystem>
#include <functional>
#include <memory>
#include <set>
#include <stop_token>
#include <string_view>
#include <utility>
#include <vector>

namespace crema::services {

using ServiceLog = std::function<void(std::string_view line)>;

// Ports that jobs of this run use: on github.com each job has a machine, and so port 5432, of its
// own; here jobs that want the same port take turns.
class PortReservations {
 public:
  // Waits until all are free of other jobs; says so once through `log`. False when `stop` came
  // first.
  bool take(const std::set<std::uint16_t>& ports, const ServiceLog& log,
            const std::stop_token& stop);
  void give_back(const std::set<std::uint16_t>& ports);

 private:
  Sync<std::set<std::uint16_t>> taken_;
};

struct ServicesRequest {
  const sys::Host& host;
  sys::ProcessTree& processes;
  PortReservations& ports;
  std::filesystem::path workspace;  // relative volumes start there
  ServiceLog log;
  std::stop_token stop;
};

// Where a service is found on this machine.
struct ServiceAddress {
  std::string id;
  std::vector<std::pair<std::uint16_t, std::uint16_t>> ports;  // in the container, here
};

class RunningServices {
 public:
  // Gives ports and folders back; the processes end with the tree at the latest.
  virtual ~RunningServices() = default;
  // Ends the processes, last started first.
  virtual void stop() = 0;
  virtual std::vector<ServiceAddress> addresses() const = 0;
  // What they said, for a job that failed: service id and its last lines.
  virtual std::vector<std::pair<std::string, std::string>> logs() const = 0;
};

// Starts all at once and waits until each is healthy. Fails by name for images crema cannot run
// here, programs that are not installed, and ports that something else holds.
Result<std::unique_ptr<RunningServices>> start_services(const std::vector<ServiceSpec>& specs,
                                                        ServicesRequest request);

}  // namespace crema::services
