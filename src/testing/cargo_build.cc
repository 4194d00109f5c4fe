#include "cargo_build.h"

#include "crema/base/strings.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace crema::testing {
namespace {

using evidence::FailureKind;
using evidence::TestOutcome;
using Json = nlohmann::json;

std::string text_of(const Json& json, const char* name) {
  const auto member = json.find(name);
  return member != json.end() && member->is_string() ? member->get<std::string>() : "";
}
Json object_of(const Json& json, const char* name) {
  const auto member = json.find(name);
  return member != json.end() && member->is_object() ? *member : Json::object();
}
Json list_of(const Json& json, const char* name) {
  const auto member = json.find(name);
  return member != json.end() && member->is_array() ? *member : Json::array();
}

bool says(const Json& json, const char* name) {
  const auto member = json.find(name);
  return member != json.end() && *member == true;
}
int number_of(const Json& json, const char* name) {
  const auto member = json.find(name);
  return member != json.end() && member->is_number_integer() ? member->get<int>() : 0;
}

// "path+file:///repo/more#0.1.0", "path+file:///repo#shop@0.1.0"; before Cargo 1.77
// "shop 0.1.0 (path+file:///repo)".
std::string package_of(std::string_view id) {
  if (const auto blank = id.find(' '); blank != std::string_view::npos)
    return std::string(id.substr(0, blank));
  const auto hash = id.rfind('#');
  if (hash == std::string_view::npos) return std::string(id);
  const auto name = id.substr(hash + 1);
  if (const auto at = name.find('@'); at != std::string_view::npos)
    return std::string(name.substr(0, at));
  const auto folder = id.substr(0, hash);
  return std::string(folder.substr(folder.rfind('/') + 1));
}

CargoTarget read_target(const Json& target, std::string package,
                        const std::filesystem::path& root) {
  CargoTarget found{.package = std::move(package),
                    .name = text_of(target, "name"),
                    .kind = {},
                    .source = text_of(target, "src_path")};
  const auto kinds = list_of(target, "kind");
  if (!kinds.empty() && kinds[0].is_string()) found.kind = kinds[0].get<std::string>();
  // "rlib", "cdylib" and "proc-macro" are chosen as --lib too.
  if (found.kind.ends_with("lib") || found.kind == "proc-macro") found.kind = "lib";
  const auto path = std::filesystem::path(found.source).lexically_relative(root).string();
  if (!path.empty() && !path.starts_with("..")) found.source = path;
  return found;
}

class BuildReader {
 public:
  explicit BuildReader(const std::filesystem::path& root) : root_(root) {}

  CargoBuild read(std::string_view output) {
    for (const auto line : split_lines(output)) {
      if (!line.starts_with('{')) continue;
      const auto message = Json::parse(line, nullptr, false);
      if (!message.is_object()) continue;
      const auto reason = text_of(message, "reason");
      if (reason == "compiler-artifact") take_artifact(message);
      if (reason == "compiler-message") take_message(message);
    }
    return std::move(build_);
  }

 private:
  CargoTarget target_of(const Json& message) const {
    return read_target(object_of(message, "target"), package_of(text_of(message, "package_id")),
                       root_);
  }

  bool is_own(const Json& message) const {
    return text_of(message, "package_id").find("path+file:") != std::string::npos;
  }

  void take_artifact(const Json& message) {
    if (!is_own(message)) return;
    const auto target = target_of(message);
    const auto executable = text_of(message, "executable");
    if (says(object_of(message, "profile"), "test") && !executable.empty())
      build_.executables[std::filesystem::path(executable).filename().string()] = target;
    const bool known = std::ranges::any_of(
        build_.documented, [&](const auto& other) { return other.package == target.package; });
    if (target.kind != "lib" || known || !says(object_of(message, "target"), "doctest")) return;
    build_.documented.push_back(
        {.package = target.package, .name = target.name, .kind = "doc", .source = target.source});
  }

  void take_message(const Json& outer) {
    const auto message = object_of(outer, "message");
    if (text_of(message, "level") != "error" || !is_own(outer)) return;
    const auto target = target_of(outer);
    auto suite = std::ranges::find(build_.broken, target.suite(), &evidence::TestSuite::name);
    if (suite == build_.broken.end()) {
      build_.broken.push_back({.name = target.suite(), .framework = "cargo"});
      suite = std::prev(build_.broken.end());
      suite->outcome = TestOutcome::failed;
      suite->kind = FailureKind::build;
      suite->message = place_of(message) + text_of(message, "message");
    }
    suite->output = evidence::shortened_output(suite->output + text_of(message, "rendered"));
  }

  // "src/lib.rs:3:5: "
  static std::string place_of(const Json& message) {
    for (const auto& span : list_of(message, "spans")) {
      if (!span.is_object() || !says(span, "is_primary")) continue;
      return fmt::format("{}:{}:{}: ", text_of(span, "file_name"), number_of(span, "line_start"),
                         number_of(span, "column_start"));
    }
    return "";
  }

  const std::filesystem::path& root_;
  CargoBuild build_;
};

}  // namespace

std::string CargoTarget::suite() const { return kind == "doc" ? "doc-tests " + package : source; }

std::vector<std::string> CargoTarget::arguments() const {
  if (kind == "doc") return {"-p", package, "--doc"};
  if (kind == "lib") return {"-p", package, "--lib"};
  return {"-p", package, "--" + kind, name};
}

std::vector<CargoTarget> read_cargo_metadata(std::string_view output,
                                             const std::filesystem::path& root) {
  std::vector<CargoTarget> found;
  const auto metadata = Json::parse(output, nullptr, false);
  if (!metadata.is_object()) return found;
  for (const auto& package : list_of(metadata, "packages")) {
    if (!package.is_object()) continue;
    for (const auto& target : list_of(package, "targets")) {
      if (!target.is_object() || !says(target, "test")) continue;
      found.push_back(read_target(target, text_of(package, "name"), root));
    }
  }
  return found;
}

CargoBuild read_cargo_build(std::string_view output, const std::filesystem::path& root) {
  return BuildReader(root).read(output);
}

}  // namespace crema::testing
