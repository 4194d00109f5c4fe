// What crema knows of one kind of service: which images mean it, and how its program is started
// here with the image's conventions. Adding a kind is one file and one line in service_table.cc.
#pragma once

#include "crema/base/result.h"
#include "crema/services/running_services.h"
#include "crema/sys/host.h"
#include "crema/sys/process.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace crema::services {

// One service on its way up.
struct ServiceCase {
  const ServiceSpec& spec;
  const sys::Host& host;
  sys::ProcessTree& processes;
  std::filesystem::path folder;     // its own; short, so that sockets in it have legal names
  std::filesystem::path workspace;  // relative volumes start there
  std::uint16_t port = 0;           // on this machine

  std::string variable(std::string_view name, std::string_view fallback = "") const;
  bool has_variable(std::string_view name) const;
  std::vector<std::string> arguments() const;  // `command` without the program's own name
  std::string tag() const;                     // of the image: "15-alpine"
  // Files mounted below a folder of the container, by name ("init.sql").
  std::vector<std::filesystem::path> mounted(std::string_view container_folder) const;
  // The environment of its programs: PATH and locale, plus `extra`.
  sys::Environment environment(const sys::Environment& extra = {}) const;
  // Runs a program to its end; its output is the Diagnostic's when it fails.
  Result<std::string> run(sys::Command command, std::string_view what) const;
};

class ServiceDriver {
 public:
  virtual ~ServiceDriver() = default;
  // Prepares the data folder and gives the server's command.
  virtual Result<sys::Command> prepare(const ServiceCase& service) = 0;
  // Whether it answers; asked until it does.
  virtual bool ready(const ServiceCase& service) = 0;
  // Users, databases, init scripts; once it answers.
  virtual Result<> initialise(const ServiceCase&) { return {}; }
  // Lets client programs in health commands find this server.
  virtual sys::Environment client_environment(const ServiceCase&) { return {}; }
  // Client programs that health commands must start in another way than by their name (one that
  // takes the port by an argument only): name -> the words that start it.
  virtual std::map<std::string, std::string> client_wrappers(const ServiceCase&) { return {}; }
  // The health command where the service is; none: on this machine, with the above.
  virtual std::optional<sys::Command> health_command(const ServiceCase&) { return std::nullopt; }
  // What ends it beside a signal to its process.
  virtual std::optional<sys::Command> stop_command(const ServiceCase&) { return std::nullopt; }
};

struct ServiceKind {
  std::string_view name;                     // "PostgreSQL"
  std::span<const std::string_view> images;  // without registry and tag
  std::string_view program;                  // that must be installed
  std::string_view package;                  // Debian's, that has it
  std::uint16_t port = 0;                    // inside the container
  bool (*installed)(const sys::Host&) = nullptr;
  std::unique_ptr<ServiceDriver> (*make)() = nullptr;
};

std::span<const ServiceKind> service_kinds();
const ServiceKind* find_service_kind(std::string_view image);

// The kinds, one file each.
// A program of the repository: of no image.
extern const ServiceKind kProgram;
// Any image, by a container engine.
extern const ServiceKind kContainer;
extern const ServiceKind kPostgres, kRedis, kMysql, kNats, kMemcached, kRabbitmq;

}  // namespace crema::services
