#include "host_executor.h"

#include "host_place.h"

#include "crema/base/strings.h"
#include "crema/sys/files.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace crema::run {
namespace {

std::string read_system_name() {
  const auto release = sys::read_file("/etc/os-release");
  if (!release) return "Linux";
  for (const auto line : split_lines(*release)) {
    constexpr std::string_view kKey = "PRETTY_NAME=";
    if (!line.starts_with(kKey)) continue;
    auto name = line.substr(kKey.size());
    if (name.starts_with('"') && name.ends_with('"') && name.size() > 1) {
      name = name.substr(1, name.size() - 2);
    }
    return std::string(name);
  }
  return "Linux";
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
      system_name_(read_system_name()) {}

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
