#include "container_engine.h"

#include "crema/base/strings.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include <array>
#include <charconv>

namespace crema::services {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kNamePrefix = "crema-";
constexpr std::chrono::seconds kAnswer{15};

std::string plain(std::string_view text) {
  std::string out;
  for (const char c : to_lower(text))
    out += (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ? c : '-';
  return out;
}

// As docker reads a name without one; podman asks for it.
std::string with_registry(const std::string& image) {
  const auto slash = image.find('/');
  const auto first = image.substr(0, slash == std::string::npos ? 0 : slash);
  if (first == "localhost" || first.find_first_of(".:") != std::string::npos) return image;
  return (slash == std::string::npos ? "docker.io/library/" : "docker.io/") + image;
}

// What it tells of every attempt comes before.
std::string_view last_line(std::string_view text) {
  text = trim(text);
  return trim(text.substr(text.rfind('\n') + 1));
}

// The engine's own program, and where it is installed: services do not bring their PATH.
sys::Command command_of(const fs::path& program, std::vector<std::string> words,
                        const sys::Host& host) {
  words.insert(words.begin(), program.string());
  sys::Command command{.argv = std::move(words), .environment = host.environment};
  command.environment["PATH"] =
      host.variable("PATH").value_or("/usr/bin:/bin") + ":/usr/sbin:/sbin";
  command.working_directory = host.working_directory;
  return command;
}

}  // namespace

std::optional<ContainerEngine> ContainerEngine::find(const sys::Host& host) {
  for (const auto* name : {"docker", "podman"}) {
    const auto program = host.find_program(name);
    if (!program) continue;
    const auto answer = sys::capture(command_of(*program, {"info"}, host), kAnswer);
    if (answer && answer->exit.ok()) return ContainerEngine(*program);
  }
  return std::nullopt;
}

Result<sys::Exit> ContainerEngine::run(std::vector<std::string> words, std::string& output,
                                       const EngineUse& use) const {
  return use.processes.run(command_of(program_, std::move(words), use.host),
                           {.stop = use.stop, .deadline = {}, .patience = {}},
                           [&](std::string_view text) { output += text; });
}

Result<> ContainerEngine::ensure_image(const std::string& image, const EngineUse& use) const {
  std::string output;
  if (CREMA_TRY(run({"image", "inspect", image}, output, use)).ok()) return {};
  use.log(fmt::format("{} is pulled by {}", image, program_.filename().string()));
  output.clear();
  if (CREMA_TRY(run({"pull", with_registry(image)}, output, use)).ok()) return {};
  return fail("service/image", fmt::format("the image {} is not here and cannot be pulled: {}",
                                           image, last_line(output)));
}

Result<std::string> ContainerEngine::build(const std::string& id, const ComposeBuild& build,
                                           const fs::path& folder, const EngineUse& use) const {
  const auto context = (folder / build.context).lexically_normal();
  auto tag = fmt::format("{}{}", kNamePrefix, plain(id));
  std::vector<std::string> words = {
      "build", "--quiet", "--tag",
      tag,     "--file",  (context / build.dockerfile).lexically_normal().string()};
  if (!build.target.empty()) words.insert(words.end(), {"--target", build.target});
  for (const auto& [name, value] : build.arguments)
    words.insert(words.end(), {"--build-arg", fmt::format("{}={}", name, value)});
  words.push_back(context.string());
  std::string output;
  if (CREMA_TRY(run(std::move(words), output, use)).ok()) return tag;
  return fail("service/image", fmt::format("its image cannot be built: {}", trim(output)));
}

std::vector<std::uint16_t> ContainerEngine::exposed_ports(const std::string& image,
                                                          const EngineUse& use) const {
  std::string output;
  const auto exit =
      run({"image", "inspect", "--format", "{{json .Config.ExposedPorts}}", image}, output, use);
  std::vector<std::uint16_t> ports;
  if (!exit || !exit->ok()) return ports;
  const auto json = nlohmann::json::parse(output, nullptr, false);
  if (!json.is_object()) return ports;
  for (const auto& [key, unused] : json.items()) {
    std::uint16_t port = 0;
    const auto end = std::from_chars(key.data(), key.data() + key.size(), port).ptr;
    const std::string_view protocol(end, key.data() + key.size());
    if (port != 0 && (protocol.empty() || protocol == "/tcp")) ports.push_back(port);
  }
  return ports;
}

void ContainerEngine::remove_abandoned(const EngineUse& use) const {
  std::string output;
  const auto listed = run({"ps", "--all", "--format", "{{.Names}}"}, output, use);
  if (!listed || !listed->ok()) return;
  std::vector<std::string> words = {"rm", "--force"};
  for (const auto line : split_lines(output)) {
    const auto name = trim(line);
    if (!name.starts_with(kNamePrefix)) continue;
    int process = 0;
    const auto* const end =
        std::from_chars(name.data() + kNamePrefix.size(), name.data() + name.size(), process).ptr;
    std::error_code ignored;
    const bool gone = !fs::exists("/proc/" + std::to_string(process), ignored);
    if (process > 0 && end != name.data() + name.size() && *end == '-' && gone)
      words.emplace_back(name);
  }
  if (words.size() == 2) return;
  std::string said;
  (void)run(std::move(words), said, use).has_value();
}

std::string container_name(const std::string& id, const sys::Host& host) {
  return fmt::format("{}{}-{}-{}", kNamePrefix, ::getpid(), plain(id), host.random_hex(8));
}

}  // namespace crema::services
