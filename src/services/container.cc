// A service as a container, where an engine is there: for images that no program of this machine
// stands for. It shares this machine's network, so that services find each other as programs do.
#include "container_engine.h"
#include "service_driver.h"

#include "crema/sys/files.h"
#include "crema/sys/ports.h"

#include <fmt/format.h>

#include <algorithm>

namespace crema::services {
namespace {

namespace fs = std::filesystem;

class ContainerDriver : public ServiceDriver {
 public:
  Result<sys::Command> prepare(const ServiceCase& service) override {
    const auto& spec = service.spec;
    if (!spec.container) return fail("service/failed", spec.id + " is not run by an engine");
    const auto& container = *spec.container;
    engine_ = container.engine.string();
    name_ = container_name(spec.id, service.host);
    std::vector<std::string> words = {engine_, "run", "--rm", "--name", name_};
    add_network(words, container, spec.ports);
    CREMA_TRY(add_variables(words, service));
    for (const auto& volume : spec.volumes)
      words.insert(words.end(), {"--volume", volume_of(volume, service.workspace)});
    if (!container.working_directory.empty())
      words.insert(words.end(), {"--workdir", container.working_directory});
    if (!container.entrypoint.empty())
      words.insert(words.end(), {"--entrypoint", container.entrypoint.front()});
    words.push_back(spec.image);
    if (!container.entrypoint.empty())
      words.insert(words.end(), container.entrypoint.begin() + 1, container.entrypoint.end());
    words.insert(words.end(), spec.command.begin(), spec.command.end());
    return command(std::move(words), service);
  }

  bool ready(const ServiceCase& service) override {
    const auto& ports = service.spec.ports;
    return std::ranges::all_of(ports, [](const PortMapping& mapping) {
      return sys::port_answers(mapping.host.value_or(mapping.container));
    });
  }

  std::optional<sys::Command> health_command(const ServiceCase& service) override {
    return command({engine_, "exec", name_, "sh", "-c", service.spec.health.command}, service);
  }

  // Its first process may ignore signals, and the engine may keep it when its client ends.
  std::optional<sys::Command> stop_command(const ServiceCase& service) override {
    return command({engine_, "rm", "--force", name_}, service);
  }

 private:
  static sys::Command command(std::vector<std::string> words, const ServiceCase& service) {
    auto environment = service.host.environment;
    environment["PATH"] = service.environment()["PATH"];
    return {.argv = std::move(words),
            .environment = std::move(environment),
            .working_directory = service.folder};
  }

  static void add_network(std::vector<std::string>& words, const Container& container,
                          std::span<const PortMapping> ports) {
    if (!container.own_network) {
      words.insert(words.end(), {"--network", "host"});
      return;
    }
    for (const auto& mapping : ports) {
      const auto host = mapping.host.value_or(mapping.container);
      words.insert(words.end(),
                   {"--publish", fmt::format("127.0.0.1:{}:{}", host, mapping.container)});
    }
  }

  // A file, so that no password stands in the list of processes; it knows no line breaks.
  static Result<> add_variables(std::vector<std::string>& words, const ServiceCase& service) {
    std::string lines;
    for (const auto& [name, value] : service.spec.env) {
      if (value.find('\n') == std::string::npos)
        lines += fmt::format("{}={}\n", name, value);
      else
        words.insert(words.end(), {"--env", fmt::format("{}={}", name, value)});
    }
    if (lines.empty()) return {};
    const auto file = service.folder / "environment";
    CREMA_TRY(sys::write_file(file, lines));
    std::error_code ignored;
    fs::permissions(file, fs::perms(0600), ignored);
    words.insert(words.end(), {"--env-file", file.string()});
    return {};
  }

  // "./data:/data:ro" with the whole path; a volume with a name is new for every run.
  static std::string volume_of(const std::string& volume, const fs::path& workspace) {
    const auto colon = volume.find(':');
    if (colon == std::string::npos || volume.starts_with('/')) return volume;
    if (!volume.starts_with('.') && !volume.starts_with('~')) return volume.substr(colon + 1);
    return (workspace / volume.substr(0, colon)).lexically_normal().string() + volume.substr(colon);
  }

  std::string engine_, name_;
};

}  // namespace

const ServiceKind kContainer{
    .name = "container",
    .images = {},
    .program = "",
    .package = "",
    .port = 0,
    .installed = [](const sys::Host&) { return true; },
    .make = []() -> std::unique_ptr<ServiceDriver> { return std::make_unique<ContainerDriver>(); }};

}  // namespace crema::services
