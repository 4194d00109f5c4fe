// One service on its way from a description to a healthy server.
#pragma once

#include "service_driver.h"

#include "crema/sys/files.h"

namespace crema::services {

class StartingService {
 public:
  StartingService(ServiceSpec spec, const ServiceKind& kind)
      : spec(std::move(spec)), kind(kind), driver_(kind.make()) {}

  ServiceSpec spec;
  const ServiceKind& kind;
  std::uint16_t port = 0;          // of the service itself, on this machine
  sys::TemporaryDirectory folder;  // none before it is given one
  std::filesystem::path log_file;
  pid_t process = 0;

  // Starts it in `folder` and waits until it answers, is set up, and its health check passes.
  Result<> start(ServicesRequest& request);
  // At once: no waiting for clients.
  void stop(const sys::Host& host, sys::ProcessTree& processes,
            const std::filesystem::path& workspace);
  std::string last_lines(std::size_t count) const;  // of what it said

 private:
  Result<> wait_until(ServicesRequest& request, sys::MonotonicTime begin, std::string_view what,
                      const std::function<bool()>& condition);
  Result<> wait_for_the_end(ServicesRequest& request);
  Result<sys::Command> health_check(const ServiceCase& service);

  std::unique_ptr<ServiceDriver> driver_;
  std::string health_output_;
};

}  // namespace crema::services
