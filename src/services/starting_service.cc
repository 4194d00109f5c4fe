#include "starting_service.h"

#include "crema/base/strings.h"

#include <fmt/format.h>

#include <algorithm>
#include <thread>

namespace crema::services {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

namespace {

constexpr milliseconds kShortestWait{60'000};  // for a service to come up
constexpr milliseconds kPause{50};

std::string in_words(const ServiceSpec& spec) {
  return spec.program ? spec.id : fmt::format("{} ({})", spec.id, spec.image);
}

}  // namespace

std::string StartingService::last_lines(std::size_t count) const {
  const auto text = sys::read_file(log_file).value_or("");
  const auto lines = split_lines(text);
  std::string out;
  for (std::size_t i = lines.size() > count ? lines.size() - count : 0; i < lines.size(); ++i)
    out += std::string(lines[i]) + "\n";
  return out;
}

Result<> StartingService::start(ServicesRequest& request) {
  const ServiceCase service{spec,          request.host,      request.processes,
                            folder.path(), request.workspace, port};
  log_file = folder.path() / "log";
  const auto command = CREMA_TRY(driver_->prepare(service));
  process = CREMA_TRY(request.processes.start(command, log_file));
  if (spec.completes()) return wait_for_the_end(request);
  const auto begin = request.host.clock->monotonic();
  CREMA_TRY(wait_until(request, begin, "answer", [&] { return driver_->ready(service); }));
  CREMA_TRY(driver_->initialise(service));
  if (spec.health.command.empty()) return {};
  const auto check = CREMA_TRY(health_check(service));
  return wait_until(request, begin, "be healthy", [&] {
    sys::RunLimits limits;
    limits.deadline = request.host.clock->monotonic() + spec.health.timeout;
    limits.patience = {milliseconds(500), milliseconds(500)};
    health_output_.clear();
    const auto exit = request.processes.run(check, limits,
                                            [&](std::string_view text) { health_output_ += text; });
    return exit && exit->ok();
  });
}

void StartingService::stop(const sys::Host& host, sys::ProcessTree& processes,
                           const fs::path& workspace) {
  if (process == 0) return;
  const ServiceCase service{spec, host, processes, folder.path(), workspace, port};
  if (const auto command = driver_->stop_command(service)) {
    sys::RunLimits limits;
    limits.deadline = host.clock->monotonic() + std::chrono::seconds(20);
    (void)processes.run(*command, limits, [](std::string_view) {}).has_value();
  }
  // SIGINT is every server's quick way out.
  constexpr sys::StopPatience kQuick{milliseconds(1500), milliseconds(500)};
  processes.stop(process, kQuick);
}

Result<> StartingService::wait_until(ServicesRequest& request, sys::MonotonicTime begin,
                                     std::string_view what,
                                     const std::function<bool()>& condition) {
  const auto patience = std::max(
      kShortestWait, spec.health.start_period + spec.health.interval * spec.health.retries);
  while (!condition()) {
    if (const auto end = request.processes.poll(process)) {
      return fail("service/failed", fmt::format("service {} ended with {} before it could {}:\n{}",
                                                in_words(spec), end->code, what, last_lines(20)));
    }
    if (request.stop.stop_requested())
      return fail("run/cancelled", "cancelled while service " + spec.id + " was starting");
    if (request.host.clock->monotonic() - begin > patience) {
      return fail("service/failed",
                  fmt::format("service {} did not {} within {} s{}{}\n{}", in_words(spec), what,
                              patience.count() / 1000, health_output_.empty() ? "" : ": ",
                              trim(health_output_), last_lines(20)));
    }
    std::this_thread::sleep_for(kPause);
  }
  return {};
}

Result<> StartingService::wait_for_the_end(ServicesRequest& request) {
  while (true) {
    if (const auto end = request.processes.poll(process)) {
      if (end->ok()) return {};
      return fail("service/failed", fmt::format("service {} ended with {}:\n{}", in_words(spec),
                                                end->code, last_lines(20)));
    }
    if (request.stop.stop_requested())
      return fail("run/cancelled", "cancelled while service " + spec.id + " was running");
    std::this_thread::sleep_for(kPause);
  }
}

// The declared command, where the service's clients find it at the port it has here.
Result<sys::Command> StartingService::health_check(const ServiceCase& service) {
  if (auto own = driver_->health_command(service)) return std::move(*own);
  const auto wrappers = service.folder / "bin";
  CREMA_TRY(sys::make_directories(wrappers));
  for (const auto& [name, words] : driver_->client_wrappers(service)) {
    CREMA_TRY(sys::write_file(wrappers / name, fmt::format("#!/bin/sh\nexec {} \"$@\"\n", words)));
    fs::permissions(wrappers / name, fs::perms(0755));
  }
  auto environment = service.environment(driver_->client_environment(service));
  for (const auto& [name, value] : spec.env) environment.emplace(name, value);
  environment["PATH"] = wrappers.string() + ":" + environment["PATH"];
  return sys::Command{.argv = {"sh", "-c", spec.health.command},
                      .environment = std::move(environment),
                      .working_directory = service.folder};
}

}  // namespace crema::services
