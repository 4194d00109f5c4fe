// RabbitMQ with the conventions of the image `rabbitmq`.
#include "service_driver.h"

#include "crema/sys/ports.h"
#include "crema/sys/users.h"

#include <array>

namespace crema::services {
namespace {

constexpr std::array<std::string_view, 2> kImages{"rabbitmq", "bitnami/rabbitmq"};

class Rabbitmq : public ServiceDriver {
 public:
  Result<sys::Command> prepare(const ServiceCase& service) override {
    distribution_port_ = CREMA_TRY(sys::free_port());
    if (sys::is_root()) {
      owner_ = sys::find_user("rabbitmq");
      if (!owner_)
        return fail("service/failed",
                    "service " + service.spec.id + ": there is no user 'rabbitmq' to run it as");
      CREMA_TRY(sys::give_to(service.folder, *owner_));
    }
    return command(service, {program("rabbitmq-server")});
  }

  bool ready(const ServiceCase& service) override {
    return sys::port_answers(service.port) &&
           service
               .run(command(service, {program("rabbitmqctl"), "await_startup", "--timeout", "1"}),
                    "await_startup")
               .has_value();
  }

  Result<> initialise(const ServiceCase& service) override {
    const auto user = service.variable("RABBITMQ_DEFAULT_USER");
    if (user.empty()) return {};
    CREMA_TRY(service.run(command(service, {program("rabbitmqctl"), "add_user", user,
                                            service.variable("RABBITMQ_DEFAULT_PASS", "guest")}),
                          "adding the user"));
    CREMA_TRY(service.run(
        command(service, {program("rabbitmqctl"), "set_user_tags", user, "administrator"}),
        "adding the user"));
    const auto host = service.variable("RABBITMQ_DEFAULT_VHOST", "/");
    if (host != "/")
      CREMA_TRY(service.run(command(service, {program("rabbitmqctl"), "add_vhost", host}),
                            "adding the virtual host"));
    CREMA_TRY(service.run(command(service, {program("rabbitmqctl"), "set_permissions", "-p", host,
                                            user, ".*", ".*", ".*"}),
                          "setting permissions"));
    return {};
  }

  sys::Environment client_environment(const ServiceCase& service) override {
    const auto folder = service.folder.string();
    return {{"RABBITMQ_NODENAME", "crema-" + std::to_string(service.port) + "@localhost"},
            {"RABBITMQ_NODE_IP_ADDRESS", "127.0.0.1"},
            {"RABBITMQ_NODE_PORT", std::to_string(service.port)},
            {"RABBITMQ_DIST_PORT", std::to_string(distribution_port_)},
            {"RABBITMQ_MNESIA_BASE", folder + "/mnesia"},
            {"RABBITMQ_LOG_BASE", folder + "/logs"},
            {"RABBITMQ_PID_FILE", folder + "/pid"},
            {"RABBITMQ_CONFIG_FILE", folder + "/none"},
            {"RABBITMQ_ENABLED_PLUGINS_FILE", folder + "/plugins"},
            {"HOME", folder}};
  }

  std::map<std::string, std::string> client_wrappers(const ServiceCase&) override {
    std::map<std::string, std::string> wrappers;
    for (const auto* name : {"rabbitmqctl", "rabbitmq-diagnostics", "rabbitmq-plugins"}) {
      if (const auto direct = program(name); direct != name) wrappers[name] = direct;
    }
    return wrappers;
  }

 private:
  // Debian's wrappers in /usr/sbin change to the rabbitmq user by themselves, which fails for it.
  static std::string program(const std::string& name) {
    const std::string direct = "/usr/lib/rabbitmq/bin/" + name;
    return std::filesystem::exists(direct) ? direct : name;
  }

  sys::Command command(const ServiceCase& service, std::vector<std::string> argv) {
    sys::Command command{.argv = std::move(argv),
                         .environment = service.environment(client_environment(service)),
                         .working_directory = service.folder};
    if (owner_) {
      command.user = owner_->id;
      command.group = owner_->group;
    }
    return command;
  }

  std::uint16_t distribution_port_ = 0;
  std::optional<sys::User> owner_;
};

}  // namespace

const ServiceKind kRabbitmq{
    .name = "RabbitMQ",
    .images = kImages,
    .program = "rabbitmq-server",
    .package = "rabbitmq-server",
    .port = 5672,
    .installed =
        [](const sys::Host& host) {
          return host.find_program("rabbitmq-server").has_value() ||
                 std::filesystem::exists("/usr/sbin/rabbitmq-server");
        },
    .make = []() -> std::unique_ptr<ServiceDriver> { return std::make_unique<Rabbitmq>(); }};

}  // namespace crema::services
