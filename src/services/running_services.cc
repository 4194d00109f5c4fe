#include "crema/services/running_services.h"

#include "container_engine.h"
#include "service_driver.h"
#include "starting_service.h"

#include "crema/sys/files.h"
#include "crema/sys/ports.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <mutex>
#include <thread>

namespace crema::services {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using Services = std::vector<std::unique_ptr<StartingService>>;

constexpr milliseconds kPause{50};
constexpr std::string_view kFolderPrefix = "crema-service-";

// Folders of services whose crema was killed stay behind: /tmp/crema-service-PID-....
void remove_abandoned_folders(const fs::path& parent) {
  std::error_code error;
  std::vector<fs::path> abandoned;
  for (const auto& entry : fs::directory_iterator(parent, error)) {
    const auto name = entry.path().filename().string();
    if (!name.starts_with(kFolderPrefix)) continue;
    int process = 0;
    std::from_chars(name.data() + kFolderPrefix.size(), name.data() + name.size(), process);
    std::error_code ignored;
    if (process > 0 && !fs::exists("/proc/" + std::to_string(process), ignored))
      abandoned.push_back(entry.path());
  }
  for (const auto& folder : abandoned) (void)sys::remove_tree(folder).has_value();
}

Diagnostic cannot_run(const ServiceSpec& spec, const std::string& why, const std::string& hint) {
  auto error = make_error("service/failed",
                          fmt::format("service {} ({}): {}", spec.id, spec.image, why), spec.span);
  error.hint = hint;
  error.exit_code = ExitCode::failed;
  return error;
}

// The same service by an engine; nothing where none is there.
Result<std::optional<ServiceSpec>> in_a_container(ServiceSpec spec,
                                                  const ServicesRequest& request) {
  const auto engine = ContainerEngine::find(request.host);
  if (!engine) return std::nullopt;
  const EngineUse use{request.host, request.processes, request.log, request.stop};
  engine->remove_abandoned(use);
  CREMA_TRY(engine->ensure_image(spec.image, use));
  spec.container = Container{.engine = engine->program()};
  if (spec.ports.empty()) {
    for (const auto port : engine->exposed_ports(spec.image, use))
      spec.ports.push_back({.container = port, .host = {}});
  }
  return std::optional(std::move(spec));
}

Result<std::unique_ptr<StartingService>> describe(const ServiceSpec& spec,
                                                  const ServicesRequest& request) {
  if (spec.program) return std::make_unique<StartingService>(spec, kProgram);
  if (spec.container) return std::make_unique<StartingService>(spec, kContainer);
  const auto* kind = find_service_kind(spec.image);
  if (kind == nullptr || !kind->installed(request.host)) {
    auto contained = in_a_container(spec, request);
    if (!contained) return fail(cannot_run(spec, contained.error().message, ""));
    if (auto& other = *contained)
      return std::make_unique<StartingService>(std::move(*other), kContainer);
  }
  if (kind == nullptr) {
    std::string known;
    for (const auto& other : service_kinds())
      known += fmt::format("{}{}", known.empty() ? "" : ", ", other.images.front());
    return fail(cannot_run(
        spec, "this image needs a container engine, and neither docker nor podman answers here",
        "services crema runs on this machine without one: " + known));
  }
  if (!kind->installed(request.host)) {
    return fail(cannot_run(spec,
                           fmt::format("{} is not installed here ({})", kind->name, kind->program),
                           fmt::format("install it: apt-get install {}", kind->package)));
  }
  return std::make_unique<StartingService>(spec, *kind);
}

// Published where a port is to be another one here; else the container has this machine's network.
void choose_container_ports(Container& container, std::vector<PortMapping>& ports,
                            std::set<std::uint16_t>& fixed) {
  container.own_network = std::ranges::any_of(ports, [](const PortMapping& mapping) {
    return mapping.host && *mapping.host != mapping.container;
  });
  for (auto& mapping : ports) {
    if (!mapping.host) mapping.host = mapping.container;
    fixed.insert(*mapping.host);
  }
}

// The ports of this machine that a service must have: the mapped one; of a program, those it
// listens on.
Result<> choose_ports(StartingService& service, std::set<std::uint16_t>& fixed) {
  if (service.spec.container) {
    choose_container_ports(*service.spec.container, service.spec.ports, fixed);
    return {};
  }
  for (auto& mapping : service.spec.ports) {
    if (service.spec.program) {
      fixed.insert(mapping.container);
      mapping.host = mapping.container;
      continue;
    }
    if (mapping.container != service.kind.port) {
      return fail(cannot_run(service.spec,
                             fmt::format("not supported: port {} ({} listens on {} only)",
                                         mapping.container, service.kind.name, service.kind.port),
                             "map only that port"));
    }
    if (mapping.host) {
      service.port = *mapping.host;
      fixed.insert(*mapping.host);
    }
  }
  return {};
}

class Running : public RunningServices {
 public:
  Running(const ServicesRequest& request, std::set<std::uint16_t> ports)
      : request_(request), ports_(std::move(ports)) {}
  void hold(Services services) { services_ = std::move(services); }
  ~Running() override { request_.ports.give_back(ports_); }

  void stop() override {
    for (auto service = services_.rbegin(); service != services_.rend(); ++service)
      (*service)->stop(request_.host, request_.processes, request_.workspace);
  }

  std::vector<ServiceAddress> addresses() const override {
    std::vector<ServiceAddress> all;
    for (const auto& service : services_) {
      ServiceAddress address{service->spec.id, {}};
      for (const auto& mapping : service->spec.ports)
        address.ports.emplace_back(mapping.container, mapping.host.value_or(service->port));
      all.push_back(std::move(address));
    }
    return all;
  }

  std::vector<std::pair<std::string, std::string>> logs() const override {
    std::vector<std::pair<std::string, std::string>> logs;
    for (const auto& service : services_)
      logs.emplace_back(service->spec.id, service->last_lines(50));
    return logs;
  }

 private:
  ServicesRequest request_;
  Services services_;
  std::set<std::uint16_t> ports_;
};

Result<> need_free_ports(const std::set<std::uint16_t>& ports) {
  for (const auto port : ports) {
    if (sys::port_is_free(port)) continue;
    auto error = make_error("service/port-taken",
                            fmt::format("port {} is taken by {}", port, sys::port_holder(port)));
    error.hint =
        fmt::format("stop it, or map another port and use job.services.<id>.ports to find it");
    error.exit_code = ExitCode::failed;
    return fail(std::move(error));
  }
  return {};
}

Result<> give_folders(Services& services, const fs::path& parent) {
  remove_abandoned_folders(parent);
  for (auto& service : services) {
    if (service->port == 0 && !service->spec.program && !service->spec.container)
      service->port = CREMA_TRY(sys::free_port());
    service->folder = CREMA_TRY(
        sys::TemporaryDirectory::create(parent, fmt::format("{}{}-", kFolderPrefix, ::getpid())));
    std::error_code ignored;
    fs::permissions(service->folder.path(), fs::perms(0755), ignored);
  }
  return {};
}

std::string up_text(const StartingService& service, double seconds) {
  const auto& spec = service.spec;
  if (spec.completes()) return fmt::format("{}: done after {:.1f} s", spec.id, seconds);
  std::string ports = service.port == 0 ? "" : std::to_string(service.port);
  if (spec.program || spec.container) {
    for (const auto& mapping : spec.ports)
      ports +=
          (ports.empty() ? "" : ", ") + std::to_string(mapping.host.value_or(mapping.container));
  }
  return fmt::format("{}: {} runs{}{}, {} after {:.1f} s", spec.id,
                     spec.program     ? spec.program->executable.filename().string()
                     : spec.container ? "the container of " + spec.image
                                      : std::string(service.kind.name),
                     ports.empty() ? "" : " on port ", ports,
                     spec.health.command.empty() ? "answering" : "healthy", seconds);
}

// Each in a thread of its own, all to the end.
Result<> start_all(Services& services, ServicesRequest& request) {
  std::mutex lock;
  std::optional<Diagnostic> failure;
  {
    std::vector<std::jthread> starters;
    for (auto& service : services) {
      starters.emplace_back([&service = *service, &request, &lock, &failure] {
        const auto begin = request.host.clock->monotonic();
        const auto started = service.start(request);
        const std::lock_guard guard(lock);
        if (!started) {
          if (!failure) failure = started.error();
          return;
        }
        const auto took = request.host.clock->monotonic() - begin;
        request.log(up_text(service, std::chrono::duration<double>(took).count()));
      });
    }
  }
  if (failure) return fail(*failure);
  return {};
}

}  // namespace

bool PortReservations::take(const std::set<std::uint16_t>& ports, const ServiceLog& log,
                            const std::stop_token& stop) {
  bool said = false;
  while (!stop.stop_requested()) {
    {
      auto taken = taken_.lock();
      const auto busy = std::find_if(ports.begin(), ports.end(),
                                     [&](auto port) { return taken->contains(port); });
      if (busy == ports.end()) {
        taken->insert(ports.begin(), ports.end());
        return true;
      }
      if (!said)
        log(fmt::format("waiting for another job of this run to give back port {}", *busy));
      said = true;
    }
    std::this_thread::sleep_for(kPause);
  }
  return false;
}

void PortReservations::give_back(const std::set<std::uint16_t>& ports) {
  auto taken = taken_.lock();
  for (const auto port : ports) taken->erase(port);
}

Result<std::unique_ptr<RunningServices>> start_services(const std::vector<ServiceSpec>& specs,
                                                        ServicesRequest request) {
  Services services;
  std::set<std::uint16_t> fixed;
  for (const auto& spec : specs) {
    if (spec.image.empty() && !spec.program) {
      request.log(spec.id + ": skipped, its image is empty");
      continue;
    }
    services.push_back(CREMA_TRY(describe(spec, request)));
    CREMA_TRY(choose_ports(*services.back(), fixed));
  }
  if (!request.ports.take(fixed, request.log, request.stop))
    return fail("run/cancelled", "cancelled while waiting for a port");
  auto running = std::make_unique<Running>(request, fixed);  // from here on ports are given back
  CREMA_TRY(need_free_ports(fixed));
  CREMA_TRY(give_folders(services, request.host.temporary_directory));
  const auto started = start_all(services, request);
  running->hold(std::move(services));
  if (!started) {
    running->stop();
    return fail(started.error());
  }
  return running;
}

}  // namespace crema::services
