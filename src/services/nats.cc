// NATS with the conventions of the image `nats`.
#include "service_driver.h"

#include "crema/sys/ports.h"

#include <array>

namespace crema::services {
namespace {

constexpr std::array<std::string_view, 2> kImages{"nats", "bitnami/nats"};

class Nats : public ServiceDriver {
 public:
  Result<sys::Command> prepare(const ServiceCase& service) override {
    std::vector<std::string> argv{
        "nats-server", "-a",          "127.0.0.1", "-p", std::to_string(service.port),
        "-sd",         service.folder};
    for (const auto& argument : service.arguments()) argv.push_back(argument);
    return sys::Command{.argv = std::move(argv),
                        .environment = service.environment(),
                        .working_directory = service.folder};
  }
  bool ready(const ServiceCase& service) override { return sys::port_answers(service.port); }
};

}  // namespace

const ServiceKind kNats{
    .name = "NATS",
    .images = kImages,
    .program = "nats-server",
    .package = "nats-server",
    .port = 4222,
    .installed =
        [](const sys::Host& host) {
          return host.find_program("nats-server").has_value() ||
                 std::filesystem::exists("/usr/sbin/nats-server");
        },
    .make = []() -> std::unique_ptr<ServiceDriver> { return std::make_unique<Nats>(); }};

}  // namespace crema::services
