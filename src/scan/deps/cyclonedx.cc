#include "crema/scan/deps/cyclonedx.h"

#include "crema/base/hash.h"
#include "crema/base/strings.h"
#include "crema/formats/json.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <array>
#include <map>
#include <optional>
#include <set>
#include <utility>

namespace crema::scan {
namespace {

using Json = nlohmann::ordered_json;

struct Component {
  std::string name;
  std::string version;
  std::string hash_name;  // "SHA-256"
  std::string hash;       // in hexadecimal
  bool optional = true;   // only of development, in all projects
  std::map<std::string, std::string> properties;
};

// The bytes of base64 in hexadecimal; "" for what is none.
std::string hex_of(std::string_view base64) {
  std::string bytes;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : base64) {
    constexpr std::string_view kDigits =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    if (c == '=') break;
    const auto digit = kDigits.find(c);
    if (digit == std::string_view::npos) return "";
    bits = bits << 6U | static_cast<std::uint32_t>(digit);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes += static_cast<char>(bits >> static_cast<unsigned>(count));
    bits &= (1U << static_cast<unsigned>(count)) - 1;
  }
  return to_hex(bytes);
}

// "h1:..." of go.sum is SHA-256; npm names its own.
void set_hash(Component& component, std::string_view integrity) {
  struct Kind {
    std::string_view prefix, name;
    std::size_t digits;
  };
  constexpr std::array kKinds = {Kind{"h1:", "SHA-256", 64}, Kind{"sha512-", "SHA-512", 128},
                                 Kind{"sha384-", "SHA-384", 96}, Kind{"sha256-", "SHA-256", 64},
                                 Kind{"sha1-", "SHA-1", 40}};
  integrity = integrity.substr(0, integrity.find(' '));
  for (const auto& [prefix, name, digits] : kKinds) {
    if (!integrity.starts_with(prefix)) continue;
    auto hash = hex_of(integrity.substr(prefix.size()));
    if (hash.size() != digits) return;
    component.hash_name = name;
    component.hash = std::move(hash);
    return;
  }
}

class Bom {
 public:
  explicit Bom(const BomSettings& settings) : settings_(settings) {}
  void add(const GoProject& project);
  void add(const LockProject& project);
  std::string write() const;

 private:
  const BomSettings& settings_;
  std::map<std::string, Component> projects_;    // by reference
  std::map<std::string, Component> components_;  // so
  std::map<std::string, std::set<std::string>> edges_;

  Component& component(const std::string& reference, std::string name, std::string version) {
    auto& one = components_[reference];
    one.name = std::move(name);
    one.version = std::move(version);
    return one;
  }
  static Json to_json(const std::string& reference, const Component& component, bool project);
};

void Bom::add(const GoProject& project) {
  const auto own = "project:" + project.path;
  projects_[own] = {.name = project.mod.path, .properties = {{"crema:manifest", project.path}}};
  std::map<std::string_view, std::string> references;  // by required path
  for (const auto& module : project.list.modules) {
    if (!module.folder.empty()) continue;
    const auto reference = package_url("Go", module.used.path, module.used.version);
    references.emplace(module.required.path, reference);
    auto& one = component(reference, module.used.path, module.used.version);
    one.optional = false;
    if (const auto sum = project.sums.find(module.used); sum != project.sums.end())
      set_hash(one, sum->second);
    if (module.used.path != module.required.path)
      one.properties["crema:replaces"] = module.required.path;
    if (module.direct) edges_[own].insert(reference);
  }
  for (const auto& module : project.list.modules) {
    const auto mod = settings_.cache == nullptr || !module.folder.empty()
                         ? nullptr
                         : settings_.cache->mod_of(module.used);
    if (mod == nullptr) continue;
    for (const auto& requirement : mod->requirements)
      if (const auto known = references.find(requirement.module.path); known != references.end())
        edges_[references.at(module.required.path)].insert(known->second);
  }
  if (const auto version = project.mod.language.minimum(); !version.empty()) {
    const auto reference = package_url("Go", "std", version);
    auto& one = component(reference, "std", version);
    one.optional = false;
    one.properties["crema:version"] = "the lowest that go.mod allows";
    edges_[own].insert(reference);
  }
}

void Bom::add(const LockProject& project) {
  const auto own = "project:" + project.path;
  projects_[own] = {.name = project.lock.name.empty() ? project.path : project.lock.name,
                    .version = project.lock.version,
                    .properties = {{"crema:manifest", project.path}}};
  std::map<std::string_view, std::string> references;
  for (const auto& package : project.lock.packages) {
    if (package.version.empty()) {
      // Of no release: named, but without an address that others would know.
      const auto reference = fmt::format("{}#{}", own, package.place);
      references.emplace(package.place, reference);
      auto& one = component(reference, package.name, "");
      one.properties["crema:from"] = package.from;
      one.optional = package.development;
    } else {
      const auto reference = package_url("npm", package.name, package.version);
      references.emplace(package.place, reference);
      auto& one = component(reference, package.name, package.version);
      set_hash(one, package.integrity);
      one.optional = one.optional && package.development;
    }
    if (package.direct) edges_[own].insert(references.at(package.place));
  }
  for (const auto& package : project.lock.packages)
    for (const auto& need : package.needs)
      if (const auto known = references.find(need); known != references.end())
        edges_[references.at(package.place)].insert(known->second);
}

Json Bom::to_json(const std::string& reference, const Component& component, bool project) {
  Json json = {{"type", project ? "application" : "library"},
               {"bom-ref", reference},
               {"name", component.name}};
  if (!component.version.empty()) json["version"] = component.version;
  if (!project) json["scope"] = component.optional ? "optional" : "required";
  if (!component.hash.empty())
    json["hashes"] = Json::array({{{"alg", component.hash_name}, {"content", component.hash}}});
  if (reference.starts_with("pkg:")) json["purl"] = reference;
  for (const auto& [name, value] : component.properties)
    json["properties"].push_back({{"name", name}, {"value", value}});
  return json;
}

// A UUID of the kind that is made of a name (RFC 9562, version 8).
std::string serial_of(std::string_view contents) {
  auto digits = sha256_hex(contents).substr(0, 32);
  digits[12] = '8';
  digits[16] = "89ab"[static_cast<unsigned char>(digits[16]) % 4];
  return fmt::format("urn:uuid:{}-{}-{}-{}-{}", digits.substr(0, 8), digits.substr(8, 4),
                     digits.substr(12, 4), digits.substr(16, 4), digits.substr(20));
}

std::string Bom::write() const {
  constexpr const char* kWhole = "project";
  Json components = Json::array();
  Json dependencies = Json::array();
  Json whole = {{"ref", kWhole}, {"dependsOn", Json::array()}};
  for (const auto& [reference, project] : projects_) {
    components.push_back(to_json(reference, project, true));
    whole["dependsOn"].push_back(reference);
  }
  for (const auto& [reference, one] : components_)
    components.push_back(to_json(reference, one, false));
  dependencies.push_back(std::move(whole));
  for (const auto& [from, to] : edges_) {
    Json row = {{"ref", from}, {"dependsOn", Json::array()}};
    for (const auto& one : to)
      if (one != from) row["dependsOn"].push_back(one);
    dependencies.push_back(std::move(row));
  }
  const auto contents =
      settings_.name + components.dump(-1, ' ', false, Json::error_handler_t::replace);
  const Json json = {
      {"$schema", "http://cyclonedx.org/schema/bom-1.6.schema.json"},
      {"bomFormat", "CycloneDX"},
      {"specVersion", "1.6"},
      {"serialNumber", serial_of(contents)},
      {"version", 1},
      {"metadata",
       {{"timestamp", settings_.time},
        {"tools",
         {{"components", Json::array({{{"type", "application"},
                                       {"name", "crema"},
                                       {"version", settings_.tool_version}}})}}},
        {"component", {{"type", "application"}, {"bom-ref", kWhole}, {"name", settings_.name}}}}},
      {"components", std::move(components)},
      {"dependencies", std::move(dependencies)}};
  return formats::json_text(json, formats::JsonLayout::pretty) + "\n";
}

// As the specification of package URLs wants it.
std::string encoded(std::string_view text, std::string_view kept) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
                       (byte >= '0' && byte <= '9') || kept.find(c) != std::string_view::npos;
    out += plain ? std::string(1, c) : fmt::format("%{:02X}", byte);
  }
  return out;
}

}  // namespace

std::string package_url(std::string_view ecosystem, std::string_view name,
                        std::string_view version) {
  const bool go = ecosystem == "Go";
  return fmt::format("pkg:{}/{}@{}", go ? "golang" : to_lower(ecosystem),
                     encoded(to_lower(name), "-._~/"), encoded(version, "-._~"));
}

std::string cyclonedx_json(const Inventory& inventory, const BomSettings& settings) {
  Bom bom(settings);
  for (const auto& project : inventory.go) bom.add(project);
  for (const auto& project : inventory.locks) bom.add(project);
  return bom.write();
}

}  // namespace crema::scan
