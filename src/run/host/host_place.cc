#include "host_place.h"

#include "crema/base/strings.h"
#include "crema/run/shims.h"
#include "crema/services/service_options.h"
#include "crema/sys/files.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <chrono>

namespace crema::run {
namespace {

namespace fs = std::filesystem;

// Tools that setup actions install are for all runs of this machine.
fs::path tool_cache_of(const sys::Host& host) {
  if (const auto given = host.variable("RUNNER_TOOL_CACHE")) return *given;
  if (const auto given = host.variable("AGENT_TOOLSDIRECTORY")) return *given;
  const auto cache = host.variable("XDG_CACHE_HOME");
  const fs::path base = cache && !cache->empty()
                            ? fs::path(*cache)
                            : fs::path(host.variable("HOME").value_or("/tmp")) / ".cache";
  return base / "crema" / "tools";
}

// A link to this very program in a folder at the end of a job's PATH: steps say `crema test` and
// leave their evidence to the run, whatever is installed. Jobs begin at the same moment, in this
// and in other processes: each makes the link in its own place and moves it.
Result<> offer_crema(const fs::path& link, const fs::path& executable, const fs::path& place) {
  std::error_code error;
  if (fs::read_symlink(link, error) == executable) return {};
  CREMA_TRY(sys::make_directories(link.parent_path()));
  const auto fresh = place / "crema-link";
  fs::remove(fresh, error);
  fs::create_symlink(executable, fresh, error);
  if (!error) fs::rename(fresh, link, error);
  if (error) return fail("run/place", "cannot link " + link.string() + ": " + error.message());
  return {};
}

Result<services::ServiceSpec> spec_of(const workflow::ServiceSpec& service, const PlaceLog& log) {
  auto options = CREMA_TRY(services::parse_service_options(service.options));
  for (const auto& ignored : options.without_effect)
    log(fmt::format("{}: the option {} has no effect on this machine", service.id, ignored));
  services::ServiceSpec spec{.id = service.id,
                             .image = service.image,
                             .env = service.env,
                             .volumes = service.volumes,
                             .health = std::move(options.health),
                             .span = service.span};
  for (const auto& port : service.ports)
    spec.ports.push_back(CREMA_TRY(services::parse_port(port)));
  spec.command = CREMA_TRY(services::split_words(service.command));
  return spec;
}

// `job.services`: id, network and the ports on this machine by those in the container.
expr::Value context_of(const services::RunningServices& services) {
  expr::Object all;
  for (const auto& service : services.addresses()) {
    expr::Object ports;
    for (const auto& [inside, here] : service.ports)
      ports.set(std::to_string(inside), std::to_string(here));
    all.set(service.id,
            expr::Object{
                {"id", service.id}, {"network", "host"}, {"ports", expr::Value(std::move(ports))}});
  }
  return expr::Value(std::move(all));
}

}  // namespace

HostPlace::HostPlace(HostExecutor& executor, const PlaceRequest& request, PlaceFolder folder)
    : executor_(executor),
      repository_(request.repository),
      lease_(std::move(folder)),
      folder_(lease_.path()),
      in_place_(request.in_place),
      filled_(request.in_place || lease_.kept()),
      remarks_(executor.base().remarks) {
  // A part of a repository stands in the copy where it stands in the repository.
  const auto part = WorkingTree::place_of(repository_);
  folders_.workspace = in_place_ ? repository_.root : folder_ / "work" / repository_.name;
  if (!in_place_ && !part.empty()) folders_.workspace /= part;
  folders_.temp = folder_ / "temp";
  folders_.home = folder_ / "home";
  folders_.tool_cache = tool_cache_of(executor.host());
}

Result<std::unique_ptr<Place>> HostPlace::open(HostExecutor& executor,
                                               const PlaceRequest& request) {
  auto folder = CREMA_TRY(PlaceFolder::take({.shared = request.shared,
                                             .name = request.name,
                                             .own = request.folder,
                                             .keep = request.keep}));
  std::unique_ptr<HostPlace> place(new HostPlace(executor, request, std::move(folder)));
  if (!place->filled_) executor.working_tree().look_ahead(request.repository);
  const auto& folders = place->folders_;
  CREMA_TRY(sys::remove_tree(folders.temp));
  CREMA_TRY(sys::make_directories(folders.workspace));
  CREMA_TRY(sys::make_directories(folders.temp));
  CREMA_TRY(sys::make_directories(folders.home));
  CREMA_TRY(sys::make_directories(folders.tool_cache));
  if (!place->kept()) {
    CREMA_TRY(furnish_home(folders.home, folders.workspace, executor.host()));
  }
  place->environment_ = executor.base().variables;
  place->environment_["HOME"] = folders.home.string();
  const auto programs = request.shared.parent_path() / "bin";
  const auto& executable = executor.host().executable;
  CREMA_TRY(offer_crema(programs / "crema", executable, place->folder_));
  place->environment_["PATH"] += ":" + programs.string();
  if (request.shims) {
    const auto stand_ins = request.shared.parent_path() / "shims";
    for (const auto& shim : shims())
      CREMA_TRY(offer_crema(stand_ins / shim.name, executable, place->folder_));
    place->environment_["PATH"] += ":" + stand_ins.string();
  }
  place->environment_["AGENT_TOOLSDIRECTORY"] = folders.tool_cache.string();
  place->processes_ = CREMA_TRY(sys::ProcessTree::create(executor.host()));
  return std::unique_ptr<Place>(std::move(place));
}

std::string_view HostPlace::arch() const {
#if defined(__aarch64__)
  return "ARM64";
#elif defined(__arm__)
  return "ARM";
#elif defined(__i386__)
  return "X86";
#else
  return "X64";
#endif
}

Result<> HostPlace::prepare_workspace(const PlaceLog& log) {
  if (filled_) return {};
  const auto& clock = *executor_.host().clock;
  const auto begin = clock.monotonic();
  const auto count =
      CREMA_TRY(executor_.working_tree().copy(repository_, folder_ / "work" / repository_.name));
  filled_ = true;
  const auto took =
      std::chrono::duration_cast<std::chrono::milliseconds>(clock.monotonic() - begin);
  if (took.count() >= 100) {
    log(fmt::format("Copied the working tree: {} files in {} ms", count.files, took.count()));
  }
  return {};
}

Result<expr::Value> HostPlace::start_services(const std::vector<workflow::ServiceSpec>& services,
                                              const PlaceLog& log, std::stop_token stop) {
  std::vector<services::ServiceSpec> specs;
  specs.reserve(services.size());
  for (const auto& service : services) specs.push_back(CREMA_TRY(spec_of(service, log)));
  // Init scripts are mounted from the workspace, which then must be there before any checkout.
  const bool mounts = std::any_of(services.begin(), services.end(),
                                  [](const auto& service) { return !service.volumes.empty(); });
  if (mounts) CREMA_TRY(prepare_workspace(log));
  services_ = CREMA_TRY(
      services::start_services(specs, {.host = executor_.host(),
                                       .processes = *processes_,
                                       .ports = executor_.ports(),
                                       .workspace = mounts ? folders_.workspace : repository_.root,
                                       .log = log,
                                       .stop = std::move(stop)}));
  return context_of(*services_);
}

std::vector<std::pair<std::string, std::string>> HostPlace::service_logs() const {
  return services_ == nullptr ? std::vector<std::pair<std::string, std::string>>()
                              : services_->logs();
}

Result<sys::Exit> HostPlace::run(const sys::Command& command, const sys::RunLimits& limits,
                                 const sys::OutputSink& output) {
  return processes_->run(command, limits, output);
}

std::optional<fs::path> HostPlace::find_program(std::string_view name,
                                                std::string_view path) const {
  if (name.find('/') != std::string_view::npos) {
    if (::access(std::string(name).c_str(), X_OK) == 0) return fs::path(name);
    return std::nullopt;
  }
  const std::lock_guard lock(found_mutex_);
  auto& known = found_[{std::string(name), std::string(path)}];
  if (!known.empty() && ::access(known.c_str(), X_OK) == 0) return known;
  for (const auto folder : split(path, ':')) {
    auto candidate = fs::path(folder) / name;
    struct stat facts{};
    if (::stat(candidate.c_str(), &facts) == 0 && S_ISREG(facts.st_mode) &&
        ::access(candidate.c_str(), X_OK) == 0) {
      known = candidate;
      return candidate;
    }
  }
  return std::nullopt;
}

std::size_t HostPlace::close() {
  if (processes_ == nullptr) return 0;
  if (services_ != nullptr) services_->stop();
  const auto left = processes_->kill_all();
  services_.reset();
  return left;
}

void HostPlace::remove() {
  processes_.reset();
  services_.reset();
  executor_.sweeper().remove(folder_);
}

}  // namespace crema::run
