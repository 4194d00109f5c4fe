// The executor of this machine: a job is a folder, a clean environment and a tree of processes.
#pragma once

#include "base_environment.h"
#include "sweeper.h"
#include "working_tree.h"

#include "crema/run/executor.h"
#include "crema/services/running_services.h"

#include <string>

namespace crema::run {

class HostExecutor : public Executor {
 public:
  explicit HostExecutor(const sys::Host& host);

  Result<std::unique_ptr<Place>> open(const PlaceRequest& request) override;
  std::string machine() const override { return "this machine (" + system_name_ + ")"; }
  std::string unsupported(const workflow::Settings& settings) const override;

  const sys::Host& host() const { return host_; }
  const BaseEnvironment& base() const { return base_; }
  WorkingTree& working_tree() { return working_tree_; }
  services::PortReservations& ports() { return ports_; }
  Sweeper& sweeper() { return sweeper_; }

 private:
  const sys::Host& host_;
  BaseEnvironment base_;
  WorkingTree working_tree_;
  services::PortReservations ports_;
  Sweeper sweeper_;
  std::string system_name_;  // "Debian GNU/Linux 12 (bookworm)"
};

}  // namespace crema::run
