// What services mount.
#include "compose_checks.h"

#include "crema/base/strings.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <vector>

namespace crema::scan {
namespace {

using formats::YamlKind;

// A volume of a service in either syntax.
struct Mount {
  YamlPlace place;  // where its source stands
  std::string source;
  bool read_only = false;
  bool is_bind = false;  // a path of the host
};

bool is_path(std::string_view source) {
  return source.starts_with('/') || source.starts_with('.') || source.starts_with('~') ||
         source.starts_with("${") || source.find(":\\") != std::string_view::npos;
}

// "SOURCE:TARGET[:MODE]"; a path alone is the target of a volume without a name.
Mount mount_of_text(const YamlPlace& place) {
  const std::string_view text = place.value->text;
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) return {.place = place};
  Mount mount{.place = place, .source = std::string(text.substr(0, colon))};
  const auto mode = text.substr(text.rfind(':') + 1);
  mount.read_only = mode == "ro" || mode.starts_with("ro,") || mode.ends_with(",ro");
  mount.is_bind = is_path(mount.source);
  return mount;
}

std::vector<Mount> mounts_of(const YamlPlace& service) {
  std::vector<Mount> mounts;
  const auto volumes = child(*service.value, "volumes").value;
  if (!volumes) return mounts;
  for (const auto& item : volumes->items) {
    if (item->kind == YamlKind::scalar) {
      mounts.push_back(mount_of_text({nullptr, item}));
      continue;
    }
    const auto source = child(*item, "source");
    if (!source.value || source.value->kind != YamlKind::scalar) continue;
    const auto read_only = child(*item, "read_only").value;
    mounts.push_back({.place = source,
                      .source = source.value->text,
                      .read_only = read_only && is_true(*read_only),
                      .is_bind = text_at(item, "type") == "bind" || is_path(source.value->text)});
  }
  return mounts;
}

std::vector<RuleHit> docker_socket(const RuleScope& scope) {
  std::vector<RuleHit> hits;
  for (const auto& mount : mounts_of(scope.place)) {
    const auto& source = mount.source;
    if (source.ends_with("docker.sock") || source.ends_with("containerd.sock") ||
        source.ends_with("podman.sock") || source.ends_with("crio.sock"))
      hits.push_back(
          {mount.place, fmt::format("`{}` gives {} the machine: who can start containers "
                                    "can start one with all rights",
                                    source, scope.place.key->text)});
  }
  return hits;
}

// What every program may read.
constexpr std::string_view kHarmlessPaths[] = {"/etc/localtime", "/etc/timezone", "/etc/ssl/certs",
                                               "/usr/share/zoneinfo", "/usr/share/ca-certificates"};
constexpr std::string_view kSensitivePaths[] = {"/bin", "/sbin",  "/boot", "/dev",  "/etc", "/home",
                                                "/lib", "/lib64", "/proc", "/root", "/run", "/srv",
                                                "/sys", "/usr",   "/var",  "/media"};

bool is_or_below(std::string_view path, std::string_view folder) {
  return path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/');
}

bool is_sensitive(std::string_view path) {
  if (path == "/") return true;
  const auto below = [&](std::string_view folder) { return is_or_below(path, folder); };
  return !path.ends_with(".sock") && std::ranges::none_of(kHarmlessPaths, below) &&
         std::ranges::any_of(kSensitivePaths, below);
}

// The document around a service.
formats::YamlPtr root_of(const RuleScope& scope) {
  for (const auto& [name, root] : scope.beginnings)
    if (name == "$") return root.value;
  return nullptr;
}

// The folders of the host that volumes with names stand for.
std::map<std::string_view, YamlPlace> devices_of(const RuleScope& scope) {
  std::map<std::string_view, YamlPlace> devices;
  const auto root = root_of(scope);
  const auto volumes = root ? child(*root, "volumes").value : nullptr;
  if (!volumes) return devices;
  for (const auto& [name, volume] : volumes->entries) {
    const auto options = child(*volume, "driver_opts").value;
    for (const std::string_view key : {"mountpoint", "device"})
      if (const auto place = options ? child(*options, key) : YamlPlace(); place.value)
        devices[name->text] = place;
  }
  return devices;
}

std::vector<RuleHit> host_paths(const RuleScope& scope, bool read_only) {
  std::vector<RuleHit> hits;
  const auto mounts = mounts_of(scope.place);
  if (mounts.empty()) return hits;
  const auto devices = devices_of(scope);
  for (const auto& mount : mounts) {
    auto place = mount.place;
    auto path = mount.source;
    if (!mount.is_bind) {
      const auto device = devices.find(mount.source);
      if (device == devices.end()) continue;
      place = device->second;
      path = place.value->text;
    }
    if (mount.read_only == read_only && is_sensitive(path))
      hits.push_back({place, fmt::format("{} can {} `{}` of the machine", scope.place.key->text,
                                         mount.read_only ? "read" : "change", path)});
  }
  return hits;
}

std::vector<RuleHit> sensitive_host_path(const RuleScope& scope) {
  return host_paths(scope, false);
}

std::vector<RuleHit> readable_host_path(const RuleScope& scope) { return host_paths(scope, true); }

std::vector<RuleHit> shared_propagation(const RuleScope& scope) {
  constexpr std::string_view kModes[] = {"shared", "rshared", "slave", "rslave"};
  const auto is_mode = [&](std::string_view text) {
    return std::ranges::find(kModes, text) != std::end(kModes);
  };
  std::vector<RuleHit> hits;
  const auto volumes = child(*scope.place.value, "volumes").value;
  if (!volumes) return hits;
  for (const auto& item : volumes->items) {
    if (const auto bind = child(*item, "bind").value) {
      if (const auto mode = child(*bind, "propagation"); mode.value && is_mode(mode.value->text))
        hits.push_back({mode, ""});
    } else if (item->kind == YamlKind::scalar) {
      const auto text = std::string_view(item->text);
      for (const auto mode : split(text.substr(text.rfind(':') + 1), ','))
        if (text.find(':') != std::string_view::npos && is_mode(mode))
          hits.push_back({{nullptr, item}, ""});
    }
  }
  return hits;
}

// The sources that two services or more mount; of the file.
std::vector<RuleHit> shared_volume(const RuleScope& scope) {
  const auto services = child(*scope.place.value, "services").value;
  if (!services) return {};
  std::map<std::string, std::vector<YamlPlace>, std::less<>> places;
  for (const auto& [key, service] : services->entries) {
    std::set<std::string> own;
    for (auto& mount : mounts_of({key, service}))
      if (!mount.source.empty() && own.insert(mount.source).second)
        places[mount.source].push_back(mount.place);
  }
  std::vector<RuleHit> hits;
  for (const auto& [source, mounted] : places)
    for (const auto& place : mounted)
      if (mounted.size() > 1)
        hits.push_back({place, fmt::format("{} services mount `{}`", mounted.size(), source)});
  return hits;
}

constexpr NamedCheck kChecks[] = {
    {"docker-socket", docker_socket},           {"sensitive-host-path", sensitive_host_path},
    {"readable-host-path", readable_host_path}, {"shared-propagation", shared_propagation},
    {"shared-volume", shared_volume},
};

}  // namespace

std::span<const NamedCheck> volume_checks() { return kChecks; }

}  // namespace crema::scan
