#include "services.h"

#include "service_options.h"

#include "crema/base/strings.h"
#include "crema/sys/files.h"
#include "crema/sys/ports.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <mutex>
#include <thread>

namespace crema::run {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

constexpr milliseconds kShortestWait{60'000};  // for a service to come up
constexpr milliseconds kPause{50};
constexpr std::string_view kFolderPrefix = "crema-service-";

std::string last_lines(const fs::path& log, std::size_t count) {
  const auto text = sys::read_file(log).value_or("");
  const auto lines = split_lines(text);
  std::string out;
  for (std::size_t i = lines.size() > count ? lines.size() - count : 0; i < lines.size(); ++i)
    out += std::string(lines[i]) + "\n";
  return out;
}

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

// One service on its way from a description to a healthy server.
class Service {
 public:
  Service(workflow::ServiceSpec spec, const ServiceKind& kind, ServiceOptions options,
          std::vector<PortMapping> ports)
      : spec(std::move(spec)),
        kind(kind),
        options(std::move(options)),
        ports(std::move(ports)),
        driver(kind.make()) {}

  workflow::ServiceSpec spec;
  const ServiceKind& kind;
  ServiceOptions options;
  std::vector<PortMapping> ports;
  std::unique_ptr<ServiceDriver> driver;
  std::uint16_t port = 0;  // of the service itself, on this machine
  std::optional<sys::TemporaryDirectory> folder;
  std::optional<Diagnostic> failure;
  fs::path log_file;
  pid_t process = 0;

  Result<> start(ServicesRequest& request) {
    const ServiceCase service{spec,           request.host,      request.processes,
                              folder->path(), request.workspace, port};
    log_file = folder->path() / "log";
    const auto command = CREMA_TRY(driver->prepare(service));
    process = CREMA_TRY(request.processes.start(command, log_file));
    const auto begin = request.host.clock->monotonic();
    CREMA_TRY(wait_until(request, begin, "answer", [&] { return driver->ready(service); }));
    CREMA_TRY(driver->initialise(service));
    if (options.health_command.empty()) return {};
    const auto check = CREMA_TRY(health_check(service));
    return wait_until(request, begin, "be healthy", [&] {
      sys::RunLimits limits;
      limits.deadline = request.host.clock->monotonic() + options.timeout;
      limits.patience = {milliseconds(500), milliseconds(500)};
      health_output_.clear();
      const auto exit = request.processes.run(
          check, limits, [&](std::string_view text) { health_output_ += text; });
      return exit && exit->ok();
    });
  }

 private:
  template <class Condition>
  Result<> wait_until(ServicesRequest& request, sys::MonotonicTime begin, std::string_view what,
                      Condition condition) {
    const auto patience =
        std::max(kShortestWait, options.start_period + options.interval * options.retries);
    while (!condition()) {
      if (const auto end = request.processes.poll(process)) {
        return fail("run/service",
                    fmt::format("service {} ({}) ended with {} before it could {}:\n{}", spec.id,
                                spec.image, end->code, what, last_lines(log_file, 20)));
      }
      if (request.stop.stop_requested())
        return fail("run/cancelled", "cancelled while service " + spec.id + " was starting");
      if (request.host.clock->monotonic() - begin > patience) {
        return fail("run/service", fmt::format("service {} ({}) did not {} within {} s{}{}\n{}",
                                               spec.id, spec.image, what, patience.count() / 1000,
                                               health_output_.empty() ? "" : ": ",
                                               trim(health_output_), last_lines(log_file, 20)));
      }
      std::this_thread::sleep_for(kPause);
    }
    return {};
  }

  // The declared command, where the service's clients find it at the port it has here.
  Result<sys::Command> health_check(const ServiceCase& service) {
    const auto wrappers = service.folder / "bin";
    CREMA_TRY(sys::make_directories(wrappers));
    for (const auto& [name, words] : driver->client_wrappers(service)) {
      CREMA_TRY(
          sys::write_file(wrappers / name, fmt::format("#!/bin/sh\nexec {} \"$@\"\n", words)));
      fs::permissions(wrappers / name, fs::perms(0755));
    }
    auto environment = service.environment(driver->client_environment(service));
    for (const auto& [name, value] : spec.env) environment.emplace(name, value);
    environment["PATH"] = wrappers.string() + ":" + environment["PATH"];
    return sys::Command{.argv = {"sh", "-c", options.health_command},
                        .environment = std::move(environment),
                        .working_directory = service.folder};
  }

  std::string health_output_;
};

Diagnostic cannot_run(const workflow::ServiceSpec& spec, const std::string& why,
                      const std::string& hint) {
  auto error = make_error("run/service",
                          fmt::format("service {} ({}): {}", spec.id, spec.image, why), spec.span);
  error.hint = hint;
  error.exit_code = ExitCode::failed;
  return error;
}

Result<std::unique_ptr<Service>> describe(const workflow::ServiceSpec& spec,
                                          const ServicesRequest& request) {
  const auto* kind = find_service_kind(spec.image);
  if (kind == nullptr) {
    std::string known;
    for (const auto& other : service_kinds())
      known += fmt::format("{}{}", known.empty() ? "" : ", ", other.images.front());
    return fail(cannot_run(
        spec, "not supported: this image needs a container engine, which crema does not use yet",
        "services crema runs on this machine: " + known));
  }
  if (!kind->installed(request.host)) {
    return fail(cannot_run(spec,
                           fmt::format("{} is not installed here ({})", kind->name, kind->program),
                           fmt::format("install it: apt-get install {}", kind->package)));
  }
  auto options = CREMA_TRY(parse_service_options(spec.options));
  std::vector<PortMapping> ports;
  for (const auto& text : spec.ports) ports.push_back(CREMA_TRY(parse_port(text)));
  for (const auto& ignored : options.without_effect)
    request.log(fmt::format("{}: the option {} has no effect on this machine", spec.id, ignored));
  return std::make_unique<Service>(spec, *kind, std::move(options), std::move(ports));
}

// The port of this machine on which the service itself listens: the mapped one, else a free one.
Result<> choose_port(Service& service, std::set<std::uint16_t>& fixed) {
  for (auto& mapping : service.ports) {
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
  Running(sys::ProcessTree& processes, PortReservations& reservations,
          std::set<std::uint16_t> ports)
      : processes_(processes), reservations_(reservations), ports_(std::move(ports)) {}
  void hold(std::vector<std::unique_ptr<Service>> services) { services_ = std::move(services); }
  ~Running() override { reservations_.give_back(ports_); }

  void stop() override {
    // SIGINT is every server's quick way out: no waiting for clients.
    constexpr sys::StopPatience kQuick{milliseconds(1500), milliseconds(500)};
    for (auto service = services_.rbegin(); service != services_.rend(); ++service) {
      processes_.stop((*service)->process, kQuick);
    }
  }

  expr::Value context() const override {
    expr::Object all;
    for (const auto& service : services_) {
      expr::Object ports;
      for (const auto& mapping : service->ports)
        ports.set(std::to_string(mapping.container),
                  std::to_string(mapping.host.value_or(service->port)));
      all.set(service->spec.id, expr::Object{{"id", service->spec.id},
                                             {"network", "host"},
                                             {"ports", expr::Value(std::move(ports))}});
    }
    return expr::Value(std::move(all));
  }

  std::vector<std::pair<std::string, std::string>> logs() const override {
    std::vector<std::pair<std::string, std::string>> logs;
    for (const auto& service : services_)
      logs.emplace_back(service->spec.id, last_lines(service->log_file, 50));
    return logs;
  }

 private:
  sys::ProcessTree& processes_;
  PortReservations& reservations_;
  std::vector<std::unique_ptr<Service>> services_;
  std::set<std::uint16_t> ports_;
};

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

Result<std::unique_ptr<RunningServices>> start_services(
    const std::vector<workflow::ServiceSpec>& specs, ServicesRequest request) {
  std::vector<std::unique_ptr<Service>> services;
  std::set<std::uint16_t> fixed;
  for (const auto& spec : specs) {
    if (spec.image.empty()) {
      request.log(spec.id + ": skipped, its image is empty");
      continue;
    }
    services.push_back(CREMA_TRY(describe(spec, request)));
    CREMA_TRY(choose_port(*services.back(), fixed));
  }
  if (!request.ports.take(fixed, request.log, request.stop))
    return fail("run/cancelled", "cancelled while waiting for a port");
  auto running = std::make_unique<Running>(request.processes, request.ports,
                                           fixed);  // from here on ports are given back
  for (const auto port : fixed) {
    if (sys::port_is_free(port)) continue;
    auto error = make_error("run/port-taken",
                            fmt::format("port {} is taken by {}", port, sys::port_holder(port)));
    error.hint =
        fmt::format("stop it, or map another port and use job.services.<id>.ports to find it");
    error.exit_code = ExitCode::failed;
    return fail(std::move(error));
  }
  remove_abandoned_folders(request.host.temporary_directory);
  for (auto& service : services) {
    if (service->port == 0) service->port = CREMA_TRY(sys::free_port());
    service->folder = CREMA_TRY(sys::TemporaryDirectory::create(
        request.host.temporary_directory, fmt::format("{}{}-", kFolderPrefix, ::getpid())));
    std::error_code ignored;
    fs::permissions(service->folder->path(), fs::perms(0755), ignored);
  }
  std::mutex log_lock;
  {
    std::vector<std::jthread> starters;
    for (auto& service : services) {
      starters.emplace_back([&service = *service, &request, &log_lock] {
        const auto begin = request.host.clock->monotonic();
        const auto started = service.start(request);
        const std::lock_guard lock(log_lock);
        if (!started) {
          service.failure = started.error();
          return;
        }
        const auto took =
            std::chrono::duration<double>(request.host.clock->monotonic() - begin).count();
        request.log(fmt::format(
            "{}: {} runs on port {}, {} after {:.1f} s", service.spec.id, service.kind.name,
            service.port, service.options.health_command.empty() ? "answering" : "healthy", took));
      });
    }
  }
  for (const auto& service : services) {
    if (service->failure) return fail(*service->failure);
  }
  running->hold(std::move(services));
  return running;
}

}  // namespace crema::run
