// A job's services on this machine: real programs on the mapped ports, gone with the job.
#pragma once

#include "service_driver.h"

#include "crema/base/sync.h"
#include "crema/expr/value.h"

#include <memory>
#include <set>
#include <stop_token>
#include <vector>

namespace crema::run {

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
  std::filesystem::path workspace;
  ServiceLog log;
  std::stop_token stop;
};

class RunningServices {
 public:
  // Gives ports and folders back; the processes end with the tree at the latest.
  virtual ~RunningServices() = default;
  // Ends the processes, last started first.
  virtual void stop() = 0;
  // `job.services`: id, network and the ports on this machine by those in the container.
  virtual expr::Value context() const = 0;
  // What they said, for a job that failed: service id and its last lines.
  virtual std::vector<std::pair<std::string, std::string>> logs() const = 0;
};

// Starts all at once and waits until each is healthy. Fails by name for images crema cannot run
// here, programs that are not installed, and ports that something else holds.
Result<std::unique_ptr<RunningServices>> start_services(
    const std::vector<workflow::ServiceSpec>& specs, ServicesRequest request);

}  // namespace crema::run
