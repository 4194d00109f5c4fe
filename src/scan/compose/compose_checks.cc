#include "compose_checks.h"

#include "crema/base/strings.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <map>
#include <set>
#include <vector>

namespace crema::scan {
namespace {

using formats::YamlKind;
using formats::YamlNode;

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

std::vector<RuleHit> sensitive_host_path(const RuleScope& scope) {
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
    if (is_sensitive(path))
      hits.push_back({place, fmt::format("{} can {} `{}` of the machine", scope.place.key->text,
                                         mount.read_only ? "read" : "change", path)});
  }
  return hits;
}

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

struct Published {
  std::string address;  // "" for all of the machine's
  bool is_published = false;
  std::uint32_t host = 0, container = 0;  // the first of a range; 0 where nobody knows
  std::string text;
};

std::uint32_t first_port(std::string_view text) {
  std::uint32_t port = 0;
  std::from_chars(text.data(), text.data() + text.size(), port);
  return port;
}

// "[[ADDRESS:]HOST:]CONTAINER[/PROTOCOL]", after Compose's specification.
Published port_of_text(std::string_view text) {
  Published port{.text = std::string(text)};
  text = text.substr(0, text.find('/'));
  const auto last = text.rfind(':');
  port.container = first_port(text.substr(last == std::string_view::npos ? 0 : last + 1));
  if (last == std::string_view::npos) {
    port.is_published = true;  // to a port that is free
    return port;
  }
  const auto rest = text.substr(0, last);
  const auto colon = rest.rfind(':');
  port.is_published = true;
  port.host = first_port(rest.substr(colon == std::string_view::npos ? 0 : colon + 1));
  if (colon != std::string_view::npos) port.address = rest.substr(0, colon);
  return port;
}

std::vector<Published> ports_of(const YamlPlace& service) {
  std::vector<Published> ports;
  const auto list = child(*service.value, "ports").value;
  if (!list) return ports;
  for (const auto& item : list->items) {
    if (item->kind == YamlKind::scalar) {
      ports.push_back(port_of_text(item->text));
      continue;
    }
    auto published = text_at(item, "published");
    auto address = text_at(item, "host_ip");
    // Some write the address here, which the specification does not have.
    if (published.find('.') != std::string_view::npos) {
      address = published.substr(0, published.find(':'));
      published.remove_prefix(std::min(address.size() + 1, published.size()));
    }
    const auto target = text_at(item, "target");
    ports.push_back({.address = std::string(address),
                     .is_published = !published.empty() || !address.empty(),
                     .host = first_port(published),
                     .container = first_port(target),
                     .text = fmt::format("{}:{}", published, target)});
  }
  return ports;
}

std::vector<RuleHit> hit_at_ports(const RuleScope& scope, const std::vector<std::string>& ports,
                                  std::string_view what) {
  if (ports.empty()) return {};
  return {{child(*scope.place.value, "ports"),
           fmt::format("{} publishes {}: {}", scope.place.key->text, join(ports, ", "), what)}};
}

std::vector<RuleHit> published_everywhere(const RuleScope& scope) {
  std::vector<std::string> ports;
  for (const auto& port : ports_of(scope.place))
    if (port.is_published && (port.address.empty() || port.address == "0.0.0.0") &&
        port.container != 0)
      ports.push_back(port.text);
  return hit_at_ports(scope, ports, "whoever reaches the machine reaches the service");
}

std::vector<RuleHit> privileged_port(const RuleScope& scope) {
  constexpr std::uint32_t kFirstFree = 1024;
  const auto drops = child(*scope.place.value, "cap_drop").value;
  if (drops && std::ranges::any_of(
                   drops->items, [](const auto& item) { return item->text == "NET_BIND_SERVICE"; }))
    return {};
  std::vector<std::string> ports;
  for (const auto& port : ports_of(scope.place))
    if ((port.host != 0 && port.host < kFirstFree) ||
        (port.container != 0 && port.container < kFirstFree))
      ports.push_back(port.text);
  return hit_at_ports(scope, ports, "ports below 1024 are those of system services");
}

// The variables of a mapping or a list: with their places.
struct Variable {
  YamlPlace place;
  std::string name, value;
};

void add_variables(const formats::YamlPtr& node, std::vector<Variable>& variables) {
  if (!node) return;
  for (const auto& [key, value] : node->entries)
    if (value->kind == YamlKind::scalar)
      variables.push_back({{key, value}, key->text, value->text});
  for (const auto& item : node->items) {
    const auto equals = item->text.find('=');
    if (item->kind == YamlKind::scalar && equals != std::string::npos)
      variables.push_back(
          {{nullptr, item}, item->text.substr(0, equals), item->text.substr(equals + 1)});
  }
}

bool is_secret_name(std::string_view name) {
  constexpr std::string_view kWords[] = {
      "password",    "passwd",     "secret",         "token",      "api_key",    "apikey",
      "private_key", "access_key", "encryption_key", "credential", "passphrase", "signing_key"};
  constexpr std::string_view kHarmless[] = {"_file",    "_path",       "_url",  "_ttl",
                                            "_expiry",  "_expires_in", "_name", "_length",
                                            "_enabled", "_policy",     "_type", "_expiration"};
  const auto lower = to_lower(name);
  return std::ranges::none_of(kHarmless, [&](auto end) { return lower.ends_with(end); }) &&
         std::ranges::any_of(kWords,
                             [&](auto word) { return lower.find(word) != std::string::npos; });
}

bool is_given_later(std::string_view value) {
  static constexpr std::string_view kNone[] = {"", "true", "false", "yes", "no", "0", "1", "null"};
  return value.find("${") != std::string_view::npos || value.starts_with('$') ||
         value.starts_with("/run/secrets/") ||
         std::ranges::find(kNone, to_lower(value)) != std::end(kNone);
}

std::vector<RuleHit> plain_secret(const RuleScope& scope) {
  std::vector<Variable> variables;
  add_variables(child(*scope.place.value, "environment").value, variables);
  if (const auto build = child(*scope.place.value, "build").value)
    add_variables(child(*build, "args").value, variables);
  std::vector<RuleHit> hits;
  for (const auto& [place, name, value] : variables)
    if (is_secret_name(name) && !is_given_later(value))
      hits.push_back(
          {place, fmt::format("`{}` of {} stands in the file, for everybody who can read "
                              "the repository",
                              name, scope.place.key->text)});
  return hits;
}

std::vector<RuleHit> open_door(const RuleScope& scope) {
  struct Door {
    std::string_view name, value, what;
  };
  constexpr Door kDoors[] = {
      {"POSTGRES_HOST_AUTH_METHOD", "trust", "PostgreSQL asks nobody for a password"},
      {"ALLOW_EMPTY_PASSWORD", "yes", "it starts without a password"},
      {"MYSQL_ALLOW_EMPTY_PASSWORD", "yes", "MySQL's root has no password"},
      {"MARIADB_ALLOW_EMPTY_ROOT_PASSWORD", "yes", "MariaDB's root has no password"},
      {"ALLOW_ANONYMOUS_LOGIN", "yes", "everybody may log in"},
      {"xpack.security.enabled", "false", "Elasticsearch asks nobody for a password"},
      {"DISABLE_SECURITY_PLUGIN", "true", "OpenSearch asks nobody for a password"},
      {"GF_AUTH_ANONYMOUS_ENABLED", "true", "Grafana lets everybody in"},
      {"NEO4J_AUTH", "none", "Neo4j asks nobody for a password"},
  };
  std::vector<Variable> variables;
  add_variables(child(*scope.place.value, "environment").value, variables);
  std::vector<RuleHit> hits;
  for (const auto& [place, name, value] : variables)
    for (const auto& door : kDoors) {
      const auto lower = to_lower(value);
      const bool same =
          lower == door.value || (door.value == "yes" && (lower == "true" || lower == "1"));
      if (name == door.name && same)
        hits.push_back({place, fmt::format("`{}={}`: {}", name, value, door.what)});
    }
  return hits;
}

// A tag behind the last slash, or a digest.
std::vector<RuleHit> floating_image(const RuleScope& scope) {
  const auto place = child(*scope.place.value, "image");
  if (!place.value || place.value->kind != YamlKind::scalar) return {};
  const std::string_view image = place.value->text;
  if (image.empty() || image.find('@') != std::string_view::npos ||
      child(*scope.place.value, "build").value)
    return {};
  const auto name = image.substr(image.rfind('/') + 1);
  const auto colon = name.find(':');
  if (colon == std::string_view::npos && name.find('$') != std::string_view::npos) return {};
  if (colon == std::string_view::npos || name.substr(colon + 1) == "latest") return {{place, ""}};
  return {};
}

constexpr NamedCheck kChecks[] = {
    {"docker-socket", docker_socket},
    {"sensitive-host-path", sensitive_host_path},
    {"shared-propagation", shared_propagation},
    {"shared-volume", shared_volume},
    {"published-everywhere", published_everywhere},
    {"privileged-port", privileged_port},
    {"plain-secret", plain_secret},
    {"open-door", open_door},
    {"floating-image", floating_image},
};

}  // namespace

std::span<const NamedCheck> compose_checks() { return kChecks; }

}  // namespace crema::scan
