// A program of the repository, built on this machine, in the place of its image.
#include "service_driver.h"

#include "crema/sys/ports.h"

#include <algorithm>

namespace crema::services {
namespace {

class ProgramDriver : public ServiceDriver {
 public:
  Result<sys::Command> prepare(const ServiceCase& service) override {
    if (!service.spec.program)
      return fail("service/failed", service.spec.id + " is no program of this repository");
    const auto& program = *service.spec.program;
    sys::Command command{.argv = {program.executable.string()},
                         .environment = service.environment(),
                         .working_directory = program.working_directory};
    command.argv.insert(command.argv.end(), service.spec.command.begin(),
                        service.spec.command.end());
    for (const auto& [name, value] : service.spec.env) command.environment[name] = value;
    return command;
  }

  // One that declares no port is up once it runs.
  bool ready(const ServiceCase& service) override {
    const auto& ports = service.spec.ports;
    return std::ranges::all_of(
        ports, [](const PortMapping& mapping) { return sys::port_answers(mapping.container); });
  }

  sys::Environment client_environment(const ServiceCase& service) override {
    return {service.spec.env.begin(), service.spec.env.end()};
  }
};

}  // namespace

const ServiceKind kProgram{
    .name = "program of this repository",
    .images = {},
    .program = "",
    .package = "",
    .port = 0,
    .installed = [](const sys::Host&) { return true; },
    .make = []() -> std::unique_ptr<ServiceDriver> { return std::make_unique<ProgramDriver>(); }};

}  // namespace crema::services
