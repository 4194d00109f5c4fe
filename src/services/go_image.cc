#include "crema/services/go_image.h"

#include "dockerfile.h"

#include "crema/base/strings.h"
#include "crema/services/interpolation.h"
#include "crema/services/service_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <optional>

namespace crema::services {
namespace {

namespace fs = std::filesystem;
using Pairs = std::vector<std::pair<std::string, std::string>>;
using Variables = std::map<std::string, std::string, std::less<>>;

// One `go build` of a stage.
struct Build {
  std::string output;  // its path in the stage
  fs::path folder;     // on this machine
  Pairs environment;
  std::vector<std::string> words;
};

struct CopyFromStage {
  std::string stage, source, target;
};

// A stage after its instructions: where it works, what it copied, built and starts.
struct StageResult {
  std::string folder = "/";                              // WORKDIR
  Variables variables;                                   // ENV and ARG
  Pairs environment;                                     // ENV
  std::vector<std::pair<std::string, fs::path>> copied;  // folder in the stage, on this machine
  std::vector<CopyFromStage> from_stages;
  std::vector<Build> builds;
  std::vector<std::string> entrypoint, command;
  std::vector<std::uint16_t> ports;
  HealthCheck health;
};

std::string absolute(const std::string& folder, const std::string& path) {
  auto full = (fs::path(folder) / path).lexically_normal().string();
  if (full.size() > 1 && full.ends_with('/')) full.pop_back();
  return full;
}

fs::path without_slash(const fs::path& path) {
  const auto normal = path.lexically_normal();
  return normal.has_filename() ? normal : normal.parent_path();
}

// Flags of go build that take a value as a word of its own.
bool takes_value(std::string_view flag) {
  constexpr std::array<std::string_view, 14> kFlags = {
      "-o",   "-p",       "-asmflags", "-buildmode", "-compiler", "-gccgoflags", "-gcflags",
      "-mod", "-modfile", "-overlay",  "-pgo",       "-pkgdir",   "-tags",       "-ldflags"};
  return std::ranges::find(kFlags, flag) != kFlags.end();
}

class StageReader {
 public:
  StageReader(const DockerfileUse& use, Variables global) : use_(use), global_(std::move(global)) {}

  // `stage` goes on where `base`, an earlier one, ended.
  Result<StageResult> read(const DockerStage& stage, const StageResult* base) {
    if (base != nullptr) result_ = *base;
    for (const auto& instruction : stage.instructions) {
      auto text = interpolate(instruction.arguments, [&](std::string_view name) {
        const auto found = result_.variables.find(name);
        return found == result_.variables.end() ? std::nullopt : std::optional(found->second);
      });
      // A shell's own variables are none of the Dockerfile's: what cannot be read stays.
      CREMA_TRY(apply(instruction, text.value_or(instruction.arguments)));
    }
    return std::move(result_);
  }

 private:
  Result<> apply(const DockerInstruction& instruction, const std::string& text) {
    const auto& name = instruction.name;
    if (name == "WORKDIR") result_.folder = absolute(result_.folder, text);
    if (name == "ARG") declare(text);
    if (name == "ENV") CREMA_TRY(set(instruction, text));
    if (name == "COPY" || name == "ADD") CREMA_TRY(copy(instruction, text));
    if (name == "RUN") run(text);
    if (name == "ENTRYPOINT") result_.entrypoint = command_words(text);
    if (name == "CMD") result_.command = command_words(text);
    if (name == "EXPOSE") expose(text);
    if (name == "HEALTHCHECK") CREMA_TRY(check_health(instruction, text));
    return {};
  }

  // ARG NAME=standard: what the caller gives, else what stands before the first FROM.
  void declare(const std::string& text) {
    const auto equals = text.find('=');
    const auto name = text.substr(0, equals);
    for (const auto& [given, value] : use_.arguments) {
      if (given == name) {
        result_.variables[name] = value;
        return;
      }
    }
    if (equals != std::string::npos)
      result_.variables[name] = unquoted(text.substr(equals + 1));
    else if (const auto found = global_.find(name); found != global_.end())
      result_.variables[name] = found->second;
  }
  static std::string unquoted(const std::string& text) {
    const auto words = split_words(text);
    return words && words->size() == 1 ? words->front() : text;
  }

  Result<> set(const DockerInstruction& instruction, const std::string& text) {
    const auto words = split_words(text);
    if (!words || words->empty())
      return fail("dockerfile/syntax", "ENV takes NAME=value", instruction.span);
    Pairs pairs;
    if (words->front().find('=') == std::string::npos) {  // ENV NAME value, the old form
      const auto blank = text.find_first_of(" \t");
      if (blank == std::string::npos)
        return fail("dockerfile/syntax", "ENV takes NAME=value", instruction.span);
      pairs.emplace_back(text.substr(0, blank), trim(std::string_view(text).substr(blank)));
    } else {
      for (const auto& word : *words) {
        const auto equals = word.find('=');
        if (equals == std::string::npos)
          return fail("dockerfile/syntax", "ENV takes NAME=value", instruction.span);
        pairs.emplace_back(word.substr(0, equals), word.substr(equals + 1));
      }
    }
    for (auto& [name, value] : pairs) {
      result_.variables[name] = value;
      std::erase_if(result_.environment, [&](const auto& one) { return one.first == name; });
      result_.environment.emplace_back(name, value);
    }
    return {};
  }

  Result<> copy(const DockerInstruction& instruction, const std::string& text) {
    auto words = text.starts_with('[') ? command_words(text)
                                       : split_words(text).value_or(std::vector<std::string>());
    if (words.size() < 2)
      return fail("dockerfile/syntax", "COPY takes a source and a target", instruction.span);
    const auto target_text = words.back();
    words.pop_back();
    const auto target = absolute(result_.folder, target_text);
    const bool into = target_text.ends_with('/') || target_text == "." || words.size() > 1;
    for (const auto& source : words) {
      const auto name = fs::path(source).filename().string();
      if (const auto stage = instruction.flag("from"); !stage.empty()) {
        result_.from_stages.push_back(
            {to_lower(stage), absolute("/", source), into ? absolute(target, name) : target});
        continue;
      }
      const auto here = use_.context / fs::path(source).relative_path();
      std::error_code error;
      if (fs::is_directory(here, error))  // its content
        result_.copied.emplace_back(target, here.lexically_normal());
      else if (into)
        result_.copied.emplace_back(target, here.parent_path().lexically_normal());
    }
    return {};
  }

  // Where a folder of the stage comes from: the longest copied folder above it.
  fs::path folder_here(const std::string& folder) const {
    std::size_t best = 0;
    const bool below = folder.starts_with(result_.folder + "/");
    auto here =
        below ? use_.context / fs::path(folder).lexically_relative(result_.folder) : use_.context;
    for (const auto& [target, source] : result_.copied) {
      const bool above = target == "/" || folder == target || folder.starts_with(target + "/");
      if (!above || target.size() < best) continue;
      best = target.size();
      here = source / fs::path(folder).lexically_relative(target);
    }
    return without_slash(here);
  }

  // The simple commands of a script, as far as `go build` in it can be told.
  void run(const std::string& script) {
    std::string folder = result_.folder;
    auto text = replace_all(replace_all(script, "&&", "\n"), "||", "\n");
    text = replace_all(std::move(text), ";", "\n");
    for (const auto line : split_lines(std::string_view(text))) {
      auto words = split_words(line).value_or(std::vector<std::string>());
      Pairs environment;
      for (const auto& [name, value] : result_.environment) {
        if (name.starts_with("CGO_") || name == "GOFLAGS" || name == "GOEXPERIMENT")
          environment.emplace_back(name, value);
      }
      while (!words.empty() && words.front().find('=') != std::string::npos) {
        const auto equals = words.front().find('=');
        const auto name = words.front().substr(0, equals);
        if (name != "GOOS" && name != "GOARCH")  // it runs here
          environment.emplace_back(name, words.front().substr(equals + 1));
        words.erase(words.begin());
      }
      if (words.size() == 2 && words[0] == "cd") folder = absolute(folder, words[1]);
      if (words.size() >= 2 && words[0] == "go" && words[1] == "build")
        add_build(folder, std::move(environment), std::span(words).subspan(2));
    }
  }

  void add_build(const std::string& folder, Pairs environment, std::span<const std::string> words) {
    Build build{.folder = folder_here(folder), .environment = std::move(environment)};
    std::string package = ".";
    std::string output;
    for (std::size_t i = 0; i < words.size(); ++i) {
      const auto& word = words[i];
      if (word == "-o" && i + 1 < words.size()) {
        output = words[++i];
      } else if (word.starts_with("-o=")) {
        output = word.substr(3);
      } else {
        if (!word.starts_with('-')) package = word;
        build.words.push_back(word);
        if (takes_value(word) && i + 1 < words.size()) build.words.push_back(words[++i]);
      }
    }
    auto name = fs::path(package).lexically_normal().filename().string();
    if (name == "." || name.empty()) name = fs::path(folder).filename().string();
    if (name.ends_with(".go")) name.resize(name.size() - 3);
    build.output = output.empty() || output.ends_with('/')
                       ? absolute(absolute(folder, output), name)
                       : absolute(folder, output);
    result_.builds.push_back(std::move(build));
  }

  void expose(const std::string& text) {
    for (const auto word : split(std::string_view(text), ' ')) {
      std::uint16_t port = 0;
      std::from_chars(word.data(), word.data() + word.size(), port);
      if (port != 0 && !word.ends_with("/udp")) result_.ports.push_back(port);
    }
  }

  Result<> check_health(const DockerInstruction& instruction, std::string_view text) {
    result_.health = {};
    if (text == "NONE") return {};
    if (!text.starts_with("CMD"))
      return fail("dockerfile/syntax", "HEALTHCHECK takes CMD or NONE", instruction.span);
    const auto words = command_words(trim(text.substr(3)));
    result_.health.command =
        words.size() == 3 && words[0] == "sh" && words[1] == "-c" ? words[2] : shell_command(words);
    for (const auto& [flag, value] : instruction.flags) {
      if (flag == "retries") result_.health.retries = std::max(1, std::atoi(value.c_str()));
      if (flag != "interval" && flag != "timeout" && flag != "start-period") continue;
      const auto duration = parse_duration(value);
      if (!duration) return fail("dockerfile/syntax", duration.error().message, instruction.span);
      (flag == "interval"  ? result_.health.interval
       : flag == "timeout" ? result_.health.timeout
                           : result_.health.start_period) = *duration;
    }
    return {};
  }

  const DockerfileUse& use_;
  Variables global_;
  StageResult result_;
};

struct Stages {
  std::vector<std::pair<std::string, StageResult>> results;  // by name

  const StageResult* find(std::string_view name) const {
    std::size_t index = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), index);
    if (error == std::errc() && end == name.data() + name.size() && index < results.size())
      return &results[index].second;
    for (const auto& [known, result] : results) {
      if (known == name) return &result;
    }
    return nullptr;
  }
};

// The build that made a file of a stage, through the stages it was copied from.
const Build* build_of(const Stages& stages, const StageResult& stage, const std::string& path,
                      int depth = 0) {
  for (auto build = stage.builds.rbegin(); build != stage.builds.rend(); ++build) {
    if (build->output == path) return &*build;
  }
  if (depth > 16) return nullptr;
  for (const auto& copy : stage.from_stages) {
    const auto* from = stages.find(copy.stage);
    if (from == nullptr) continue;
    if (copy.target == path) {
      if (const auto* found = build_of(stages, *from, copy.source, depth + 1)) return found;
    }
    // A folder that was copied as a whole.
    if (path.starts_with(copy.target + "/")) {
      const auto inside = copy.source + path.substr(copy.target.size());
      if (const auto* found = build_of(stages, *from, inside, depth + 1)) return found;
    }
  }
  return nullptr;
}

Result<Stages> read_stages(const Dockerfile& file, const DockerfileUse& use) {
  Variables global;
  for (const auto& argument : file.arguments) {
    const auto equals = argument.arguments.find('=');
    if (equals != std::string::npos)
      global[argument.arguments.substr(0, equals)] = argument.arguments.substr(equals + 1);
  }
  for (const auto& [name, value] : use.arguments) {
    if (global.contains(name)) global[name] = value;
  }
  Stages stages;
  for (const auto& stage : file.stages) {
    const auto* base = stages.find(to_lower(stage.image));
    stages.results.emplace_back(stage.name, CREMA_TRY(StageReader(use, global).read(stage, base)));
    if (!use.target.empty() && stage.name == to_lower(use.target)) break;
  }
  return stages;
}

}  // namespace

Result<GoImage> read_go_image(const SourcePtr& dockerfile, const DockerfileUse& use) {
  const auto file = CREMA_TRY(parse_dockerfile(dockerfile));
  const auto stages = CREMA_TRY(read_stages(file, use));
  const auto& last = stages.results.back().second;
  auto words = last.entrypoint;
  const auto fixed = words.size();
  words.insert(words.end(), last.command.begin(), last.command.end());
  const auto not_go = [&](std::string why) {
    auto error = make_error("dockerfile/not-go", std::move(why), {dockerfile, 1, 1, 0});
    error.hint =
        "crema builds programs on this machine where a Dockerfile makes them with `go build`";
    return error;
  };
  if (words.empty()) return fail(not_go("the image starts no program: no ENTRYPOINT, no CMD"));
  GoImage image;
  image.program = absolute(last.folder, words.front());
  const auto* build = build_of(stages, last, image.program);
  if (build == nullptr && words.front().find('/') == std::string::npos) {
    image.program = "/usr/local/bin/" + words.front();  // found on the image's PATH
    build = build_of(stages, last, image.program);
  }
  if (build == nullptr)
    return fail(
        not_go(fmt::format("no `go build` makes {}, which the image starts", words.front())));
  image.folder = build->folder;
  image.build_environment = build->environment;
  image.build = build->words;
  image.arguments.assign(words.begin() + 1, words.end());
  image.own_entrypoint = fixed > 0;
  if (fixed > 1)
    image.entry_arguments.assign(words.begin() + 1,
                                 words.begin() + static_cast<std::ptrdiff_t>(fixed));
  image.environment = last.environment;
  image.ports = last.ports;
  image.health = last.health;
  return image;
}

}  // namespace crema::services
