// Memcached with the conventions of the image `memcached`.
#include "service_driver.h"

#include "crema/sys/ports.h"

#include <array>

namespace crema::services {
namespace {

constexpr std::array<std::string_view, 2> kImages{"memcached", "bitnami/memcached"};

class Memcached : public ServiceDriver {
 public:
  Result<sys::Command> prepare(const ServiceCase& service) override {
    std::vector<std::string> argv{
        "memcached", "-l", "127.0.0.1", "-p", std::to_string(service.port), "-u", "nobody"};
    for (const auto& argument : service.arguments()) argv.push_back(argument);
    return sys::Command{.argv = std::move(argv),
                        .environment = service.environment(),
                        .working_directory = service.folder};
  }
  bool ready(const ServiceCase& service) override { return sys::port_answers(service.port); }
};

}  // namespace

const ServiceKind kMemcached{
    .name = "Memcached",
    .images = kImages,
    .program = "memcached",
    .package = "memcached",
    .port = 11211,
    .installed = [](const sys::Host& host) { return host.find_program("memcached").has_value(); },
    .make = []() -> std::unique_ptr<ServiceDriver> { return std::make_unique<Memcached>(); }};

}  // namespace crema::services
