#include "service_driver.h"

#include "crema/base/strings.h"

#include <algorithm>

namespace crema::services {

std::string ServiceCase::variable(std::string_view name, std::string_view fallback) const {
  for (const auto& [key, value] : spec.env) {
    if (key == name) return value;
  }
  return std::string(fallback);
}

bool ServiceCase::has_variable(std::string_view name) const {
  return std::any_of(spec.env.begin(), spec.env.end(), [&](const auto& entry) {
    return entry.first == name && !entry.second.empty();
  });
}

std::vector<std::string> ServiceCase::arguments() const {
  auto words = spec.command;
  if (!words.empty() && !words.front().starts_with('-')) words.erase(words.begin());
  return words;
}

std::string ServiceCase::tag() const {
  const auto slash = spec.image.rfind('/');
  const auto colon = spec.image.rfind(':');
  if (colon == std::string::npos || (slash != std::string::npos && colon < slash)) return "";
  return spec.image.substr(colon + 1);
}

std::vector<std::filesystem::path> ServiceCase::mounted(std::string_view container_folder) const {
  namespace fs = std::filesystem;
  std::vector<fs::path> files;
  for (const auto& volume : spec.volumes) {
    const auto parts = split(volume, ':');
    if (parts.size() < 2 || !parts[1].starts_with(container_folder)) continue;
    const fs::path source = workspace / parts[0];
    std::error_code error;
    if (fs::is_directory(source, error)) {
      for (const auto& entry : fs::directory_iterator(source, error)) files.push_back(entry.path());
    } else if (fs::exists(source, error)) {
      files.push_back(source);
    }
  }
  std::sort(files.begin(), files.end(),
            [](const auto& a, const auto& b) { return a.filename() < b.filename(); });
  return files;
}

sys::Environment ServiceCase::environment(const sys::Environment& extra) const {
  sys::Environment variables{
      {"PATH", host.variable("PATH").value_or("/usr/bin:/bin") + ":/usr/sbin:/sbin"},
      {"LANG", "C.UTF-8"},
      {"HOME", folder.string()}};
  for (const auto& [name, value] : extra) variables[name] = value;
  return variables;
}

Result<std::string> ServiceCase::run(sys::Command command, std::string_view what) const {
  std::string output;
  if (command.working_directory.empty()) command.working_directory = folder;
  const auto exit =
      CREMA_TRY(processes.run(command, {}, [&](std::string_view text) { output += text; }));
  if (exit.ok()) return output;
  return fail("service/failed", "service " + spec.id + ": " + std::string(what) +
                                    " failed: " + std::string(trim(output)));
}

}  // namespace crema::services
