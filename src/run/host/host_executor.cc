#include "host_executor.h"

#include "host_place.h"

#include "crema/base/strings.h"
#include "crema/sys/files.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace crema::run {
namespace {

// The value of a line of /etc/os-release, without its quotes.
std::string release_value(std::string_view key) {
  const auto release = sys::read_file("/etc/os-release");
  if (!release) return "";
  for (const auto line : split_lines(*release)) {
    if (!line.starts_with(key) || line.size() <= key.size() || line[key.size()] != '=') continue;
    auto value = line.substr(key.size() + 1);
    if (value.starts_with('"') && value.ends_with('"') && value.size() > 1) {
      value = value.substr(1, value.size() - 2);
    }
    return std::string(value);
  }
  return "";
}

std::string read_system_name() {
  auto name = release_value("PRETTY_NAME");
  return name.empty() ? "Linux" : name;
}

// The machine a label asks for, where it is another kind than this one.
std::string_view foreign_machine(std::string_view label) {
  struct Kind {
    std::string_view start;
    std::string_view machine;
  };
  constexpr std::array kKinds = std::to_array<Kind>({
      {"windows", "a Windows machine"},
      {"win-", "a Windows machine"},
      {"macos", "a macOS machine"},
      {"osx", "a macOS machine"},
  });
  const auto lower = to_lower(label);
  const auto found =
      std::ranges::find_if(kKinds, [&](const Kind& kind) { return lower.starts_with(kind.start); });
  return found == kKinds.end() ? std::string_view{} : found->machine;
}

}  // namespace

HostExecutor::HostExecutor(const sys::Host& host)
    : host_(host),
      base_(base_environment(host)),
      working_tree_(host),
      system_name_(read_system_name()) {
  // "debian12", as GitHub's images say "ubuntu24".
  const auto version = release_value("VERSION_ID");
  base_.variables["ImageOS"] = release_value("ID") + version.substr(0, version.find('.'));
}

std::string HostExecutor::unsupported(const workflow::Settings& settings) const {
  for (const auto& label : settings.runs_on) {
    if (const auto machine = foreign_machine(label); !machine.empty()) {
      return fmt::format("'{}' needs {}", label, machine);
    }
  }
  return "";
}

Result<std::unique_ptr<Place>> HostExecutor::open(const PlaceRequest& request) {
  if (!request.settings.container_image.empty()) {
    return fail("run/not-supported",
                fmt::format("not supported: container: {} needs a container engine, and jobs run "
                            "on this machine itself",
                            request.settings.container_image));
  }
  return HostPlace::open(*this, request);
}

std::unique_ptr<Executor> make_host_executor(const sys::Host& host) {
  return std::make_unique<HostExecutor>(host);
}

}  // namespace crema::run
