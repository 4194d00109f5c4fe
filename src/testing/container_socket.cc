#include "container_socket.h"

#include "crema/base/strings.h"
#include "crema/sys/files.h"
#include "crema/testing/go_module.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <set>
#include <thread>

namespace crema::testing {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kLabel = "label=org.testcontainers=true";
constexpr std::chrono::seconds kComesUp{10};

bool names_testcontainers(const fs::path& file) {
  const auto text = sys::read_file(file);
  return text && text->find("testcontainers") != std::string::npos;
}

bool starts_containers(const fs::path& root) {
  constexpr std::array<std::string_view, 3> kOthers = {"package.json", "pyproject.toml",
                                                       "requirements.txt"};
  const auto modules = find_go_modules(root);
  return std::ranges::any_of(modules,
                             [&](const GoModule& module) {
                               return names_testcontainers(root / module.folder / "go.mod");
                             }) ||
         std::ranges::any_of(kOthers, [&](auto name) { return names_testcontainers(root / name); });
}

// Where one that runs already listens; "" for none.
std::string running_api(const sys::Host& host) {
  if (const auto given = host.variable("DOCKER_HOST")) return *given;
  std::vector<fs::path> places = {"/var/run/docker.sock"};
  if (const auto own = host.variable("XDG_RUNTIME_DIR"))
    places.push_back(fs::path(*own) / "podman/podman.sock");
  places.emplace_back("/run/podman/podman.sock");
  for (const auto& place : places) {
    std::error_code error;
    if (fs::is_socket(place, error)) return "unix://" + place.string();
  }
  return "";
}

class Socket : public ContainerSocket {
 public:
  Socket(const sys::Host& host, std::string address, std::optional<fs::path> client)
      : host_(host), client_(std::move(client)) {
    variables_ = {{"DOCKER_HOST", std::move(address)}, {"TESTCONTAINERS_RYUK_DISABLED", "true"}};
  }
  ~Socket() override { stop(); }

  Result<> serve(const fs::path& socket, const fs::path& log) {
    processes_ = CREMA_TRY(sys::ProcessTree::create(host_));
    auto command = client({"system", "service", "--time=0", "unix://" + socket.string()});
    server_ = CREMA_TRY(processes_->start(command, log));
    const auto begin = host_.clock->monotonic();
    std::error_code error;
    while (!fs::is_socket(socket, error)) {
      if (processes_->poll(server_) || host_.clock->monotonic() - begin > kComesUp)
        return fail("testing/socket", "podman's API does not come up: " +
                                          sys::read_file(log).value_or("it says nothing"));
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    return {};
  }

  void remember_what_is_there() { before_ = left_behind(); }

  const std::vector<std::pair<std::string, std::string>>& variables() const override {
    return variables_;
  }

  void stop() override {
    if (stopped_) return;
    stopped_ = true;
    std::vector<std::string> words = {"rm", "--force", "--volumes"};
    for (const auto& id : left_behind()) {
      if (!before_.contains(id)) words.push_back(id);
    }
    constexpr std::size_t kWordsAlone = 3;
    if (words.size() > kWordsAlone)
      (void)sys::capture(client(std::move(words)), std::chrono::seconds(30)).has_value();
    processes_.reset();
  }

 private:
  sys::Command client(std::vector<std::string> words) const {
    words.insert(words.begin(), client_ ? client_->string() : "podman");
    auto environment = host_.environment;
    environment["PATH"] = host_.variable("PATH").value_or("/usr/bin:/bin") + ":/usr/sbin:/sbin";
    if (client_ && client_->filename() == "docker")
      environment["DOCKER_HOST"] = variables_.front().second;
    return {.argv = std::move(words),
            .environment = std::move(environment),
            .working_directory = host_.working_directory};
  }

  std::set<std::string> left_behind() const {
    std::set<std::string> ids;
    if (!client_) return ids;
    const auto listed =
        sys::capture(client({"ps", "--all", "--quiet", "--filter", std::string(kLabel)}),
                     std::chrono::seconds(10));
    if (!listed || !listed->exit.ok()) return ids;
    for (const auto line : split_lines(listed->output)) {
      if (const auto id = trim(line); !id.empty()) ids.emplace(id);
    }
    return ids;
  }

  const sys::Host& host_;
  std::optional<fs::path> client_;
  std::vector<std::pair<std::string, std::string>> variables_;
  std::unique_ptr<sys::ProcessTree> processes_;
  pid_t server_ = 0;
  std::set<std::string> before_;
  bool stopped_ = false;
};

}  // namespace

Result<std::unique_ptr<ContainerSocket>> open_container_socket(const SocketRequest& request) {
  std::unique_ptr<ContainerSocket> none;
  if (!starts_containers(request.root)) return none;
  const auto podman = request.host.find_program("podman");
  auto address = running_api(request.host);
  const bool served = address.empty();
  if (served && !podman) {
    request.log(
        "tests that start containers will fail: no Docker API runs here, and there is no podman");
    return none;
  }
  const auto path = request.scratch / "docker.sock";
  if (served) address = "unix://" + path.string();
  const bool by_docker = address.find("podman") == std::string::npos && !served;
  auto client = by_docker ? request.host.find_program("docker") : podman;
  auto socket = std::make_unique<Socket>(request.host, address, std::move(client));
  if (served) CREMA_TRY(socket->serve(path, request.scratch / "podman.log"));
  socket->remember_what_is_there();
  request.log(fmt::format("tests start containers by {}", served ? "podman" : address));
  return std::unique_ptr<ContainerSocket>(std::move(socket));
}

}  // namespace crema::testing
