#include "crema/services/compose.h"

#include "crema/base/strings.h"
#include "crema/formats/dotenv.h"
#include "crema/formats/yaml.h"
#include "crema/services/service_options.h"
#include "crema/sys/files.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace crema::services {
namespace {

using formats::YamlKind;
using formats::YamlNode;
using formats::YamlPtr;
using Entries = std::vector<std::pair<std::string, YamlPtr>>;

constexpr int kDeepestMerge = 32;

class ComposeReader {
 public:
  ComposeReader(SourcePtr source, std::filesystem::path folder, FindVariable find)
      : source_(std::move(source)), folder_(std::move(folder)), find_(std::move(find)) {}

  Result<ComposeFile> read() {
    const auto root = CREMA_TRY(formats::parse_yaml(source_));
    CREMA_TRY(read_dotenv());
    ComposeFile file;
    for (const auto& [key, value] : CREMA_TRY(entries_of(*root))) {
      if (key == "name") file.name = CREMA_TRY(text_of(*value));
      if (key == "include") return fail(wrong(*value, "not supported: include"));
      if (key != "services") continue;
      for (const auto& [id, node] : CREMA_TRY(entries_of(*value)))
        file.services.push_back(CREMA_TRY(read_service(id, *node)));
    }
    if (file.services.empty()) return fail(wrong(*root, "the file has no services"));
    return file;
  }

 private:
  Span place(const YamlNode& node) const {
    return {source_, node.line, node.column, node.end_column};
  }
  Diagnostic wrong(const YamlNode& node, std::string message, std::string hint = {}) const {
    auto error = make_error("compose/syntax", std::move(message), place(node));
    error.hint = std::move(hint);
    return error;
  }

  Result<> read_dotenv() {
    const auto path = folder_ / ".env";
    std::error_code error;
    if (!std::filesystem::exists(path, error)) return {};
    const auto text = CREMA_TRY(sys::read_file(path));
    for (auto& [name, value] :
         CREMA_TRY(formats::parse_dotenv(std::make_shared<SourceFile>(path.string(), text))))
      dotenv_[name] = value;
    return {};
  }
  std::optional<std::string> variable(std::string_view name) const {
    if (auto value = find_(name)) return value;
    const auto entry = dotenv_.find(name);
    if (entry == dotenv_.end()) return std::nullopt;
    return entry->second;
  }

  // A scalar with its variables replaced.
  Result<std::string> text_of(const YamlNode& node) const {
    if (node.kind != YamlKind::scalar) return fail(wrong(node, "a text is expected"));
    auto text = interpolate(node.text, [this](std::string_view name) { return variable(name); });
    if (text) return text;
    auto error = text.error();
    error.span = place(node);
    return fail(std::move(error));
  }
  static bool is_null(const YamlNode& node) {
    return node.kind == YamlKind::scalar && node.style == formats::YamlStyle::plain &&
           (node.text.empty() || node.text == "null" || node.text == "~");
  }

  // Of a mapping, with what `<<` merges into it; its own entries win.
  Result<Entries> entries_of(const YamlNode& node, int depth = 0) const {
    Entries entries;
    if (is_null(node)) return entries;
    if (node.kind != YamlKind::mapping) return fail(wrong(node, "a mapping is expected"));
    if (depth > kDeepestMerge) return fail(wrong(node, "merged too deeply"));
    const auto add = [&](const std::string& key, const YamlPtr& value) {
      const bool there = std::ranges::any_of(entries, [&](auto& one) { return one.first == key; });
      if (!there) entries.emplace_back(key, value);
    };
    for (const auto& [key, value] : node.entries) {
      if (key->text != "<<") add(key->text, value);
    }
    for (const auto& [key, value] : node.entries) {
      if (key->text != "<<") continue;
      const auto merged =
          value->kind == YamlKind::sequence ? value->items : std::vector<YamlPtr>{value};
      for (const auto& one : merged) {
        for (const auto& [name, inner] : CREMA_TRY(entries_of(*one, depth + 1))) add(name, inner);
      }
    }
    return entries;
  }

  Result<std::vector<std::string>> texts_of(const YamlNode& node) const {
    std::vector<std::string> texts;
    if (is_null(node)) return texts;
    if (node.kind != YamlKind::sequence) {
      texts.push_back(CREMA_TRY(text_of(node)));
      return texts;
    }
    for (const auto& item : node.items) texts.push_back(CREMA_TRY(text_of(*item)));
    return texts;
  }
  // A list of words, or one text that is split as a shell does.
  Result<std::vector<std::string>> words_of(const YamlNode& node) const {
    if (node.kind == YamlKind::sequence || is_null(node)) return texts_of(node);
    auto words = split_words(CREMA_TRY(text_of(node)));
    if (!words) return fail(wrong(node, words.error().message));
    return words;
  }
  // `{A: 1}` or `["A=1", "B"]`: B is the caller's own.
  Result<std::vector<std::pair<std::string, std::string>>> pairs_of(const YamlNode& node) const {
    std::vector<std::pair<std::string, std::string>> pairs;
    if (node.kind == YamlKind::sequence) {
      for (const auto& item : node.items) {
        const auto text = CREMA_TRY(text_of(*item));
        const auto equals = text.find('=');
        if (equals != std::string::npos)
          pairs.emplace_back(text.substr(0, equals), text.substr(equals + 1));
        else if (auto value = variable(text))
          pairs.emplace_back(text, *std::move(value));
      }
      return pairs;
    }
    for (const auto& [key, value] : CREMA_TRY(entries_of(node))) {
      if (!is_null(*value))
        pairs.emplace_back(key, CREMA_TRY(text_of(*value)));
      else if (auto own = variable(key))
        pairs.emplace_back(key, *std::move(own));
    }
    return pairs;
  }

  Result<ComposeService> read_service(const std::string& id, const YamlNode& node) {
    ComposeService service;
    auto& spec = service.spec;
    spec.id = id;
    spec.span = place(node);
    std::vector<std::pair<std::string, std::string>> from_files;
    for (const auto& [key, pointer] : CREMA_TRY(entries_of(node))) {
      const auto& value = *pointer;
      if (key == "image")
        spec.image = CREMA_TRY(text_of(value));
      else if (key == "environment")
        spec.env = CREMA_TRY(pairs_of(value));
      else if (key == "env_file")
        from_files = CREMA_TRY(read_env_files(value));
      else if (key == "command")
        spec.command = CREMA_TRY(words_of(value));
      else if (key == "entrypoint")
        service.entrypoint = CREMA_TRY(words_of(value));
      else if (key == "ports")
        CREMA_TRY(read_ports(value, spec));
      else if (key == "volumes")
        CREMA_TRY(read_volumes(value, spec));
      else if (key == "healthcheck")
        CREMA_TRY(read_health(value, service));
      else if (key == "depends_on")
        CREMA_TRY(read_dependencies(value, service));
      else if (key == "build")
        service.build = CREMA_TRY(read_build(value));
      else if (key == "profiles")
        service.profiles = CREMA_TRY(texts_of(value));
      else if (key == "working_dir")
        service.working_directory = CREMA_TRY(text_of(value));
      else if (key == "container_name" || key == "hostname")
        service.aliases.push_back(CREMA_TRY(text_of(value)));
      else if (key == "networks")
        CREMA_TRY(read_aliases(value, service));
      else if (key == "extends")
        return fail(wrong(value, "not supported: extends"));
      else if (!means_nothing_here(key))
        service.without_effect.push_back(key);
    }
    for (auto& [name, value] : from_files) {
      const bool there = std::ranges::any_of(spec.env, [&](auto& e) { return e.first == name; });
      if (!there) spec.env.emplace_back(std::move(name), std::move(value));
    }
    if (spec.image.empty() && !service.build)
      return fail(wrong(node, fmt::format("service {} has neither image nor build", id)));
    return service;
  }

  // Keys about the container around the program: nobody would miss them here.
  static bool means_nothing_here(std::string_view key) {
    constexpr std::array<std::string_view, 18> kKeys = {
        "restart",  "read_only", "cap_drop",    "cap_add", "security_opt", "stop_grace_period",
        "tmpfs",    "labels",    "logging",     "init",    "stdin_open",   "tty",
        "platform", "expose",    "pull_policy", "user",    "stop_signal",  "shm_size"};
    return key.starts_with("x-") || std::ranges::find(kKeys, key) != kKeys.end();
  }

  Result<std::vector<std::pair<std::string, std::string>>> read_env_files(const YamlNode& node) {
    std::vector<std::pair<std::string, std::string>> variables;
    const auto items =
        node.kind == YamlKind::sequence ? node.items : std::vector<YamlPtr>{as_pointer(node)};
    for (const auto& item : items) {
      std::string name;
      bool required = true;
      if (item->kind == YamlKind::mapping) {
        for (const auto& [key, value] : CREMA_TRY(entries_of(*item))) {
          if (key == "path") name = CREMA_TRY(text_of(*value));
          if (key == "required") required = CREMA_TRY(text_of(*value)) != "false";
        }
      } else {
        name = CREMA_TRY(text_of(*item));
      }
      const auto text = sys::read_file(folder_ / name);
      if (!text && !required) continue;
      if (!text) return fail(wrong(*item, "cannot read the env_file " + name));
      const auto source = std::make_shared<SourceFile>((folder_ / name).string(), *text);
      for (auto& pair : CREMA_TRY(formats::parse_dotenv(source)))
        variables.push_back(std::move(pair));
    }
    return variables;
  }
  static YamlPtr as_pointer(const YamlNode& node) { return std::make_shared<YamlNode>(node); }

  Result<> read_ports(const YamlNode& node, ServiceSpec& spec) {
    if (node.kind != YamlKind::sequence) return fail(wrong(node, "a list is expected"));
    for (const auto& item : node.items) {
      std::string text;
      if (item->kind == YamlKind::mapping) {
        std::string target, published;
        for (const auto& [key, value] : CREMA_TRY(entries_of(*item))) {
          if (key == "target") target = CREMA_TRY(text_of(*value));
          if (key == "published") published = CREMA_TRY(text_of(*value));
        }
        text = published.empty() ? target : fmt::format("{}:{}", published, target);
      } else {
        text = CREMA_TRY(text_of(*item));
      }
      const auto mapping = parse_port(text);
      if (!mapping) return fail(wrong(*item, mapping.error().message));
      spec.ports.push_back(*mapping);
    }
    return {};
  }

  Result<> read_volumes(const YamlNode& node, ServiceSpec& spec) {
    if (node.kind != YamlKind::sequence) return fail(wrong(node, "a list is expected"));
    for (const auto& item : node.items) {
      if (item->kind != YamlKind::mapping) {
        spec.volumes.push_back(CREMA_TRY(text_of(*item)));
        continue;
      }
      std::string from, target;
      for (const auto& [key, value] : CREMA_TRY(entries_of(*item))) {
        if (key == "source") from = CREMA_TRY(text_of(*value));
        if (key == "target") target = CREMA_TRY(text_of(*value));
      }
      spec.volumes.push_back(fmt::format("{}:{}", from, target));
    }
    return {};
  }

  Result<> read_health(const YamlNode& node, ComposeService& service) {
    auto& health = service.spec.health;
    for (const auto& [key, value] : CREMA_TRY(entries_of(node))) {
      if (key == "test") {
        CREMA_TRY(read_health_test(*value, service));
      } else if (key == "disable") {
        service.no_health_check = CREMA_TRY(text_of(*value)) == "true";
      } else if (key == "retries") {
        health.retries = std::max(1, std::atoi(CREMA_TRY(text_of(*value)).c_str()));
      } else if (key == "interval" || key == "timeout" || key == "start_period") {
        const auto duration = parse_duration(CREMA_TRY(text_of(*value)));
        if (!duration) return fail(wrong(*value, duration.error().message));
        (key == "interval"  ? health.interval
         : key == "timeout" ? health.timeout
                            : health.start_period) = *duration;
      }
    }
    if (service.no_health_check) health.command.clear();
    return {};
  }
  Result<> read_health_test(const YamlNode& node, ComposeService& service) {
    auto words = CREMA_TRY(texts_of(node));
    if (node.kind == YamlKind::scalar) {
      service.spec.health.command = words.empty() ? "" : words.front();
    } else if (words.empty() || words.front() == "NONE") {
      service.no_health_check = true;
    } else if (words.front() == "CMD") {
      service.spec.health.command = shell_command(std::span(words).subspan(1));
    } else if (words.front() == "CMD-SHELL" && words.size() == 2) {
      service.spec.health.command = words[1];
    } else {
      return fail(wrong(node, "a health check begins with CMD, CMD-SHELL or NONE"));
    }
    return {};
  }

  Result<> read_dependencies(const YamlNode& node, ComposeService& service) {
    if (node.kind == YamlKind::sequence) {
      for (const auto& item : node.items)
        service.depends_on.push_back({.service = CREMA_TRY(text_of(*item))});
      return {};
    }
    for (const auto& [id, value] : CREMA_TRY(entries_of(node))) {
      ComposeDependency dependency{.service = id};
      for (const auto& [key, inner] : CREMA_TRY(entries_of(*value))) {
        const auto text = CREMA_TRY(text_of(*inner));
        if (key == "required") dependency.required = text != "false";
        if (key != "condition") continue;
        if (text == "service_healthy")
          dependency.condition = DependencyCondition::healthy;
        else if (text == "service_completed_successfully")
          dependency.condition = DependencyCondition::completed;
        else if (text != "service_started")
          return fail(wrong(*inner, "unknown condition '" + text + "'",
                            "there are service_started, service_healthy and "
                            "service_completed_successfully"));
      }
      service.depends_on.push_back(std::move(dependency));
    }
    return {};
  }

  Result<> read_aliases(const YamlNode& node, ComposeService& service) {
    if (node.kind != YamlKind::mapping) return {};
    for (const auto& [network, value] : CREMA_TRY(entries_of(node))) {
      for (const auto& [key, inner] : CREMA_TRY(entries_of(*value))) {
        if (key != "aliases") continue;
        for (auto& alias : CREMA_TRY(texts_of(*inner))) service.aliases.push_back(std::move(alias));
      }
    }
    return {};
  }

  Result<ComposeBuild> read_build(const YamlNode& node) {
    ComposeBuild build{.context = ".", .dockerfile = "Dockerfile"};
    if (node.kind == YamlKind::scalar) {
      build.context = CREMA_TRY(text_of(node));
      return build;
    }
    for (const auto& [key, value] : CREMA_TRY(entries_of(node))) {
      if (key == "context") build.context = CREMA_TRY(text_of(*value));
      if (key == "dockerfile") build.dockerfile = CREMA_TRY(text_of(*value));
      if (key == "target") build.target = CREMA_TRY(text_of(*value));
      if (key == "args") build.arguments = CREMA_TRY(pairs_of(*value));
    }
    return build;
  }

  SourcePtr source_;
  std::filesystem::path folder_;
  FindVariable find_;
  std::map<std::string, std::string, std::less<>> dotenv_;
};

}  // namespace

Result<ComposeFile> read_compose(const SourcePtr& source, const std::filesystem::path& folder,
                                 const FindVariable& find) {
  return ComposeReader(source, folder, find).read();
}

}  // namespace crema::services
