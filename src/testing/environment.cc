#include "crema/testing/environment.h"

#include "container_socket.h"

#include "crema/services/platform.h"
#include "crema/services/service_options.h"
#include "crema/sys/files.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

namespace crema::testing {
namespace {

namespace fs = std::filesystem;
using Variables = std::vector<std::pair<std::string, std::string>>;

constexpr std::array<std::string_view, 6> kTestFiles = {
    "docker-compose.test.yml", "docker-compose.test.yaml",       "compose.test.yml",
    "compose.test.yaml",       "docker-compose.integration.yml", "docker-compose.integration.yaml"};
constexpr std::array<std::string_view, 6> kEndToEndFiles = {
    "docker-compose.e2e.yml", "compose.e2e.yml", "docker-compose.yml",
    "docker-compose.yaml",    "compose.yml",     "compose.yaml"};
constexpr std::array<std::string_view, 4> kFolders = {"", "docker", "deploy", "tests"};

std::optional<std::string> find_compose_file(const EnvironmentRequest& request) {
  if (request.settings.compose) return request.settings.compose;
  const std::span<const std::string_view> names =
      request.part == "e2e" ? std::span<const std::string_view>(kEndToEndFiles) : kTestFiles;
  std::error_code error;
  for (const auto folder : kFolders) {
    for (const auto name : names) {
      const auto path = fs::path(folder) / name;
      if (fs::is_regular_file(request.root / path, error)) return path.string();
    }
  }
  return std::nullopt;
}

std::string value_of(const services::ComposeService& service, std::string_view name,
                     std::string fallback) {
  for (const auto& [key, value] : service.spec.env) {
    if (key == name && !value.empty()) return value;
  }
  return fallback;
}

bool is_image(const services::ComposeService& service, std::string_view name) {
  return service.spec.image.find(name) != std::string::npos;
}

// What tests are told when nobody else says it, as most of them look for it.
Variables usual_variables(const std::vector<const services::ComposeService*>& all) {
  Variables variables;
  for (const auto* service : all) {
    const auto& id = service->spec.id;
    if (is_image(*service, "postgres") || is_image(*service, "postgis")) {
      const auto user = value_of(*service, "POSTGRES_USER", "postgres");
      const auto password = value_of(*service, "POSTGRES_PASSWORD", "");
      const auto database = value_of(*service, "POSTGRES_DB", user);
      variables.emplace_back(
          "DATABASE_URL",
          fmt::format("postgres://{}:{}@{}:5432/{}?sslmode=disable", user, password, id, database));
      variables.emplace_back("PGHOST", id);
      variables.emplace_back("PGPORT", "5432");
      variables.emplace_back("PGUSER", user);
      variables.emplace_back("PGPASSWORD", password);
      variables.emplace_back("PGDATABASE", database);
    } else if (is_image(*service, "redis") || is_image(*service, "valkey")) {
      variables.emplace_back("REDIS_URL", fmt::format("redis://{}:6379/0", id));
      variables.emplace_back("REDIS_ADDR", fmt::format("{}:6379", id));
    } else if (is_image(*service, "nats")) {
      variables.emplace_back("NATS_URL", fmt::format("nats://{}:4222", id));
    }
  }
  return variables;
}

// The address of what a user would open: the published service that looks most like it.
std::string base_url_of(const std::vector<const services::ComposeService*>& all) {
  const services::ComposeService* best = nullptr;
  const auto looks_like_it = [](const services::ComposeService& service) {
    constexpr std::array<std::string_view, 5> kNames = {"web", "ui", "front", "app", "gateway"};
    return std::ranges::any_of(
        kNames, [&](auto name) { return service.spec.id.find(name) != std::string::npos; });
  };
  for (const auto* service : all) {
    const bool published =
        service->build && std::ranges::any_of(service->spec.ports, [](const auto& mapping) {
          return mapping.host.has_value();
        });
    if (!published) continue;
    if (best == nullptr || (looks_like_it(*service) && !looks_like_it(*best))) best = service;
  }
  return best == nullptr
             ? ""
             : fmt::format("http://{}:{}", best->spec.id, best->spec.ports.front().container);
}

class ServiceEnvironment : public TestEnvironment {
 public:
  explicit ServiceEnvironment(EnvironmentRequest request) : request_(std::move(request)) {}
  ~ServiceEnvironment() override {
    if (socket_) socket_->stop();
    if (platform_) platform_->stop();
  }

  Result<> start() {
    CREMA_TRY(open_socket());
    const auto found = find_compose_file(request_);
    if (!found || *found == "none") {
      if (!found)
        request_.log(fmt::format("there is no compose file for {} tests: no services are started",
                                 request_.part));
      for (const auto& [name, value] : request_.settings.environment) add(name, value);
      return {};
    }
    compose_file_ = *found;
    CREMA_TRY(start_services());
    for (const auto& service : platform_->left_out())
      request_.log(fmt::format("{}: left out: {}", service.id, service.why));
    collect_variables();
    return {};
  }

  const Variables& variables() const override { return variables_; }
  std::string compose_file() const override { return compose_file_; }
  std::vector<std::pair<std::string, std::string>> logs() const override {
    return platform_ ? platform_->logs() : std::vector<std::pair<std::string, std::string>>();
  }

 private:
  Result<> open_socket() {
    socket_scratch_ = CREMA_TRY(
        sys::TemporaryDirectory::create(request_.host.temporary_directory, "crema-socket-"));
    socket_ = CREMA_TRY(open_container_socket({.host = request_.host,
                                               .root = request_.root,
                                               .scratch = socket_scratch_->path(),
                                               .log = request_.log}));
    if (!socket_) return {};
    for (const auto& [name, value] : socket_->variables()) add(name, value);
    return {};
  }

  Result<> start_services() {
    const auto path = request_.root / compose_file_;
    const auto text = CREMA_TRY(sys::read_file(path));
    const auto folder = path.parent_path();
    file_ = CREMA_TRY(services::read_compose(
        std::make_shared<SourceFile>(compose_file_, text), folder,
        [this](std::string_view name) { return request_.host.variable(name); }));
    processes_ = CREMA_TRY(sys::ProcessTree::create(request_.host));
    scratch_ = CREMA_TRY(
        sys::TemporaryDirectory::create(request_.host.temporary_directory, "crema-environment-"));
    platform_ = CREMA_TRY(services::start_platform(file_, {.host = request_.host,
                                                           .processes = *processes_,
                                                           .ports = ports_,
                                                           .folder = folder,
                                                           .scratch = scratch_->path(),
                                                           .environment = request_.host.environment,
                                                           .log = request_.log,
                                                           .stop = request_.stop}));
    return {};
  }

  // The first to name a variable decides: the caller, crema.yml, the service that would run the
  // tests, custom.
  void collect_variables() {
    for (const auto& [name, value] : request_.settings.environment) add(name, value);
    for (const auto& service : file_.services) {
      if (!services::runs_tests(service)) continue;
      request_.log(fmt::format("tests get the environment of service {}", service.spec.id));
      for (const auto& [name, value] : service.spec.env) add(name, value);
    }
    for (const auto& [name, value] : usual_variables(platform_->services())) add(name, value);
    auto url = request_.settings.base_url;
    if (url.empty() && request_.part == "e2e") url = base_url_of(platform_->services());
    if (!url.empty()) {
      add("BASE_URL", url);
      add("PLAYWRIGHT_BASE_URL", url);
    }
    variables_ = platform_->addresses().translate(std::move(variables_));
  }

  void add(const std::string& name, const std::string& value) {
    const bool there =
        request_.host.variable(name) ||
        std::ranges::any_of(variables_, [&](const auto& one) { return one.first == name; });
    if (!there) variables_.emplace_back(name, value);
  }

  EnvironmentRequest request_;
  services::ComposeFile file_;
  services::PortReservations ports_;
  std::unique_ptr<sys::ProcessTree> processes_;
  std::optional<sys::TemporaryDirectory> scratch_;
  std::unique_ptr<services::Platform> platform_;
  std::optional<sys::TemporaryDirectory> socket_scratch_;
  std::unique_ptr<ContainerSocket> socket_;
  std::string compose_file_;
  Variables variables_;
};

}  // namespace

Result<std::unique_ptr<TestEnvironment>> start_environment(EnvironmentRequest request) {
  auto environment = std::make_unique<ServiceEnvironment>(std::move(request));
  CREMA_TRY(environment->start());
  return environment;
}

}  // namespace crema::testing
