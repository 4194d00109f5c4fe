// Rules about what is built, published and signed.
#include "checks.h"

#include "crema/base/strings.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

namespace crema::scan {
namespace {

using evidence::Confidence;
using evidence::FindingSeverity;
using formats::YamlNode;

// An action that restores a cache, and the input that tells it to or not to.
struct CacheUser {
  std::string_view action;
  std::string_view input;   // "" : it always does
  bool turns_off = false;   // the input's true means no cache
  bool by_default = false;  // without the input it caches
  bool any_text = false;    // any text turns it on, not only true
};

// Source: the actions' manifests.
constexpr auto kCacheUsers = std::to_array<CacheUser>({
    {"actions/cache", "lookup-only", true, true},
    {"actions/cache/restore", "lookup-only", true, true},
    {"actions/setup-go", "cache", false, true},
    {"actions/setup-java", "cache", false, false, true},
    {"actions/setup-python", "cache", false, false, true},
    {"actions/setup-dotnet", "cache", false, false},
    {"swatinem/rust-cache", "lookup-only", true, true},
    {"ruby/setup-ruby", "bundler-cache", false, false},
    {"pyo3/maturin-action", "sccache", false, false},
    {"mlugg/setup-zig", "use-cache", false, true},
    {"oven-sh/setup-bun", "no-cache", true, true},
    {"determinatesystems/magic-nix-cache-action", "use-gha-cache", false, true},
    {"graalvm/setup-graalvm", "cache", false, false, true},
    {"gradle/actions/setup-gradle", "cache-disabled", true, true},
    {"actions-rust-lang/setup-rust-toolchain", "cache", false, true},
    {"mozilla-actions/sccache-action", ""},
    {"nix-community/cache-nix-action", ""},
    {"jdx/mise-action", "cache", false, true},
    {"ramsey/composer-install", "ignore-cache", true, true},
    {"awalsh128/cache-apt-pkgs-action", ""},
});

constexpr auto kPublishers = std::to_array<std::string_view>({
    "pypa/gh-action-pypi-publish",
    "rubygems/release-gem",
    "jreleaser/release-action",
    "goreleaser/goreleaser-action",
    "softprops/action-gh-release",
    "release-drafter/release-drafter",
    "googleapis/release-please-action",
    "redhat-actions/push-to-registry",
    "aws-actions/amazon-ecs-deploy-task-definition",
    "aws-actions/aws-cloudformation-github-deploy",
    "azure/aci-deploy",
    "azure/container-apps-deploy-action",
    "azure/functions-action",
    "azure/sql-action",
    "cloudflare/wrangler-action",
    "google-github-actions/deploy-appengine",
    "google-github-actions/deploy-cloudrun",
    "google-github-actions/deploy-cloud-functions",
});

bool publishes(const Step& step) {
  if (step.uses.is("docker/build-push-action")) {
    const auto* push = step.input("push");
    return push != nullptr && !is_false(push);
  }
  return std::ranges::any_of(kPublishers, [&](auto one) { return step.uses.is(one); });
}

bool has_release_branch(const WorkflowFile& file) {
  const auto push = file.triggers.find("push");
  if (push == file.triggers.end()) return false;
  return std::ranges::any_of(texts_of(find(push->second, "branches")), [](const auto& branch) {
    return to_lower(branch).find("release") != std::string::npos;
  });
}

// What makes the workflow one that publishes: "a release starts it".
std::string_view release_trigger(const WorkflowFile& file) {
  if (file.has_trigger("release")) return "a release starts this workflow";
  const auto push = file.triggers.find("push");
  if (push == file.triggers.end()) return {};
  if (find(push->second, "tags") != nullptr) return "a tag starts this workflow";
  return has_release_branch(file) ? "a release branch starts this workflow" : std::string_view();
}

// Whether a value of `with` counts as true when a tag is pushed; none where nobody can tell.
std::optional<bool> truth_for_tag(std::string_view text) {
  text = trim(text);
  const auto compact = replace_all(to_lower(text), " ", "");
  if (compact == "true" || compact == "${{true}}" || compact == "yes" || compact == "1")
    return true;
  if (compact == "false" || compact == "${{false}}" || compact == "no" || compact == "0" ||
      compact.empty())
    return false;
  const bool asks_tag = compact.find("startswith(github.ref,'refs/tags/')") != std::string::npos ||
                        compact.find("github.ref_type=='tag'") != std::string::npos;
  if (asks_tag) return compact.find("${{!") == std::string::npos;
  return std::nullopt;
}

int major_of(std::string_view version) {
  if (version.starts_with('v')) version.remove_prefix(1);
  int major = 0;
  std::size_t digits = 0;
  for (; digits < version.size() && version[digits] >= '0' && version[digits] <= '9' && digits < 4;
       ++digits)
    major = major * 10 + (version[digits] - '0');
  return digits == 0 ? -1 : major;
}

// Whether setup-node, setup-uv and setup-buildx cache, each by a rule of its own.
std::optional<bool> special_cache(const WorkflowFile& file, const Step& step) {
  if (step.uses.is("actions/setup-node")) {
    if (const auto text = trim(text_of(step.input("cache")));
        text == "npm" || text == "yarn" || text == "pnpm")
      return true;
    const auto* automatic = step.input("package-manager-cache");
    return automatic == nullptr || !is_false(automatic);
  }
  if (step.uses.is("astral-sh/setup-uv")) {
    // From version 10 on it leaves caching off where a release is made.
    const bool by_itself = major_of(version_of(*file.source, step.uses)) < 10;
    const auto* enabled = step.input("enable-cache");
    if (enabled == nullptr || text_of(enabled) == "auto") return by_itself;
    if (is_true(enabled)) return true;
    if (is_false(enabled)) return false;
    const auto truth = truth_for_tag(text_of(enabled));
    return truth.value_or(true);
  }
  if (step.uses.is("docker/setup-buildx-action"))
    return !is_false(step.input("cache-binary")) && !trim(text_of(step.input("version"))).empty();
  return std::nullopt;
}

bool uses_cache(const WorkflowFile& file, const Step& step, bool only_tags) {
  if (const auto special = special_cache(file, step); special) return *special;
  const auto user = std::ranges::find_if(
      kCacheUsers, [&](const CacheUser& one) { return step.uses.is(one.action); });
  if (user == kCacheUsers.end()) return false;
  const auto* input = user->input.empty() ? nullptr : step.input(user->input);
  if (input == nullptr) return user->input.empty() || user->by_default;
  const auto text = trim(text_of(input));
  if (user->any_text) return !text.empty() && text != "false";
  const auto truth = truth_for_tag(text);
  const bool computed = text.find("${{") != std::string_view::npos;
  // What is computed may turn it on; where only tags start the workflow, it can be known.
  if (!truth || (computed && !only_tags)) return true;
  return *truth != user->turns_off;
}

bool is_publish(const ShellCommand& command) {
  const auto words = command.arguments();
  const auto has = [&](std::string_view word) {
    return std::ranges::find(words, word) != words.end();
  };
  const bool dry = has("--dry-run") || has("-n");
  const auto name = command.name();
  const auto begins = [&](std::string_view start) {
    return std::ranges::any_of(words, [&](auto word) { return word.starts_with(start); });
  };
  if (name == "cargo" || name == "npm" || name == "pnpm" || name == "bun" || name == "poetry" ||
      name == "yarn")
    return has("publish") && !dry;
  if (name == "hatch" || name == "pdm") return has("publish");
  if (name == "twine") return has("upload");
  if (name == "uv")
    return (has("publish") && !dry) || (has("run") && has("twine") && has("upload"));
  if (name == "uvx" || name == "pipx") return begins("twine") && has("upload");
  if (name.starts_with("twine@")) return has("upload");
  if (name.starts_with("python")) return has("-m") && has("twine") && has("upload");
  if (name == "gem") return has("push");
  if (name == "bundle") return has("exec") && has("gem") && has("push");
  if (name == "nuget" || name == "nuget.exe") return has("push");
  if (name == "dotnet") return has("nuget") && has("push");
  return name.starts_with("npm@") && has("publish") && !dry;
}

// A token made for the run instead of a stored one.
bool has_id_token(const WorkflowFile& file, const Job& job) {
  const auto* permissions = job.find("permissions");
  if (permissions == nullptr) permissions = file.find("permissions");
  return text_of(permissions) == "write-all" || text_of(find(permissions, "id-token")) == "write";
}

constexpr std::string_view kStored =
    "a stored token publishes here, where one made for the run would do";

const YamlNode* stored_credential(const Step& step) {
  const auto empty = [&](std::string_view input) {
    return trim(text_of(step.input(input))).empty();
  };
  if (step.uses.is("pypa/gh-action-pypi-publish")) {
    for (const auto name : {"repository-url", "repository_url"}) {
      const auto url = trim(text_of(step.input(name)));
      if (!url.empty() && url.find("pypi.org/legacy") == std::string_view::npos) return nullptr;
    }
    return empty("password") ? nullptr : step.input("password");
  }
  if (step.uses.is("rubygems/release-gem"))
    return is_false(step.input("setup-trusted-publisher")) ? step.input("setup-trusted-publisher")
                                                           : nullptr;
  if (step.uses.is("rubygems/configure-rubygems-credentials")) {
    const auto server = trim(text_of(step.input("gem-server")));
    return !empty("api-token") && (server.empty() || server == "https://rubygems.org")
               ? step.input("api-token")
               : nullptr;
  }
  if (step.uses.is("actions/setup-node")) {
    const auto url = trim(text_of(step.input("registry-url")));
    const bool npmjs = url.empty() || url.starts_with("https://registry.npmjs.org");
    const auto* always = step.input("always-auth");
    return npmjs && always != nullptr && !is_false(always) ? always : nullptr;
  }
  return nullptr;
}

// checkov's idea of a build: these words in a script, these parts of an action's name.
constexpr std::array<std::string_view, 7> kBuildWords = {
    "docker build", "ko build",           "buildah bud",  "buildah build",
    "podman build", "podman image build", "nerdctl build"};
constexpr std::array<std::string_view, 2> kBuildActions = {"docker/build-push-action",
                                                           "docker/bake-action"};

void check_behind_build(const WorkflowFile& file, WorkflowReport& report,
                        std::initializer_list<std::string_view> words, std::string_view message) {
  const Step* build = nullptr;
  for (const Job& job : file.jobs) {
    for (const Step& step : job.steps) {
      const auto script = step.script();
      const auto in_script = [&](std::string_view word) {
        return script.find(word) != std::string_view::npos;
      };
      if (build != nullptr) {
        if (std::ranges::all_of(words, in_script)) return;
      } else if (std::ranges::any_of(kBuildWords, in_script) ||
                 std::ranges::any_of(kBuildActions, [&](auto one) {
                   return to_lower(step.uses.written).find(one) != std::string::npos;
                 })) {
        build = &step;
      }
    }
  }
  if (build != nullptr) report.add(*build, place_of(*build->node), std::string(message), "build");
}

}  // namespace

void check_cache_poisoning(const WorkflowFile& file, const CheckSettings&, WorkflowReport& report) {
  if (file.kind != WorkflowFileKind::workflow) return;
  const auto trigger = release_trigger(file);
  const bool only_tags = !trigger.empty() && !has_release_branch(file);
  for (const Job& job : file.jobs) {
    const auto publisher = std::ranges::find_if(job.steps, publishes);
    if (trigger.empty() && publisher == job.steps.end()) continue;
    for (const Step& step : job.steps) {
      if (!uses_cache(file, step, only_tags)) continue;
      const auto why = trigger.empty()
                           ? fmt::format("`{}` publishes in this job", publisher->title())
                           : std::string(trigger);
      auto& found =
          report.add(step, place_of(*step.uses.node),
                     fmt::format("{} brings back what any branch could put into the cache, and {}",
                                 step.uses.repository(), why),
                     step.uses.repository());
      found.finding.confidence = Confidence::low;
    }
  }
}

void check_trusted_publishing(const WorkflowFile& file, const CheckSettings&,
                              WorkflowReport& report) {
  for (const Job& job : file.jobs) {
    for (const Step& step : job.steps) {
      if (const auto* at = stored_credential(step); at != nullptr)
        report.add(step, place_of(*at), std::string(kStored), step.uses.repository());
      if (step.script().empty() || has_id_token(file, job)) continue;
      for (const auto& command : shell_commands(step.script()))
        if (is_publish(command))
          report.add(step, line_in_script(file, step, command), std::string(kStored), command.text);
    }
  }
}

void check_signed_artifacts(const WorkflowFile& file, const CheckSettings&,
                            WorkflowReport& report) {
  check_behind_build(file, report, {"cosign sign"},
                     "an image is built here, and no later step signs it");
}

void check_attested_artifacts(const WorkflowFile& file, const CheckSettings&,
                              WorkflowReport& report) {
  check_behind_build(file, report, {"cosign", "sbom"},
                     "an image is built here, and no later step attests what is in it");
}

}  // namespace crema::scan
