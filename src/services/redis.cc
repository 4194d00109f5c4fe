// Redis with the conventions of the images `redis` and `bitnami/redis`.
#include "service_driver.h"

#include "crema/base/strings.h"

#include <array>

namespace crema::services {
namespace {

constexpr std::array<std::string_view, 5> kImages{
    "redis", "bitnami/redis", "redis/redis-stack-server", "valkey/valkey", "cimg/redis"};

class Redis : public ServiceDriver {
 public:
  Result<sys::Command> prepare(const ServiceCase& service) override {
    // Options of the workflow come last: there they win over these.
    std::vector<std::string> argv{"redis-server", "--port",    std::to_string(service.port),
                                  "--bind",       "127.0.0.1", "-::1",
                                  "--save",       "",          "--appendonly",
                                  "no",           "--dir",     service.folder,
                                  "--daemonize",  "no"};
    if (service.has_variable("REDIS_PASSWORD")) {
      password_ = service.variable("REDIS_PASSWORD");
      argv.insert(argv.end(), {"--requirepass", password_});
    }
    const auto arguments = service.arguments();
    for (std::size_t i = 0; i + 1 < arguments.size(); ++i) {
      if (arguments[i] == "--requirepass") password_ = arguments[i + 1];
    }
    argv.insert(argv.end(), arguments.begin(), arguments.end());
    return sys::Command{.argv = std::move(argv),
                        .environment = service.environment(),
                        .working_directory = service.folder};
  }

  bool ready(const ServiceCase& service) override {
    sys::Environment extra;
    if (!password_.empty()) extra["REDISCLI_AUTH"] = password_;
    const auto answer =
        service.run({.argv = {"redis-cli", "-p", std::to_string(service.port), "ping"},
                     .environment = service.environment(extra)},
                    "ping");
    return answer && answer->find("PONG") != std::string::npos;
  }

  std::map<std::string, std::string> client_wrappers(const ServiceCase& service) override {
    const auto real = service.host.find_program("redis-cli");
    if (!real) return {};
    return {{"redis-cli", real->string() + " -p " + std::to_string(service.port)}};
  }

 private:
  std::string password_;
};

}  // namespace

const ServiceKind kRedis{
    .name = "Redis",
    .images = kImages,
    .program = "redis-server",
    .package = "redis-server",
    .port = 6379,
    .installed =
        [](const sys::Host& host) { return host.find_program("redis-server").has_value(); },
    .make = []() -> std::unique_ptr<ServiceDriver> { return std::make_unique<Redis>(); }};

}  // namespace crema::services
