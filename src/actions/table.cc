#include "crema/actions/table.h"

#include "builtins.h"

#include "crema/base/strings.h"

#include <array>
#include <utility>

namespace crema::actions {
namespace {

constexpr std::array kBuiltins{
    &kCheckout,
    &kCache,
    &kCacheRestore,
    &kCacheSave,
    &kUploadArtifact,
    &kDownloadArtifact,
    &kSetupGo,
    &kSetupNode,
    &kSetupPython,
    &kCodecov,
    &kStaticcheck,
    &kGolangciLint,
    &kUploadSarif,
    &kCodeqlInit,
    &kCodeqlAnalyze,
    &kCodeqlAutobuild,
    &kTestReporter,
    &kJunitReport,
    &kPublishTestResults,
    &kPublishTestResultsLinux,
    &kPublishTestResultsComposite,
    &kSetupK6,
    &kRunK6,
    &kK6,
    &kGate,
    &kTrivy,
    &kGitleaks,
    &kCheckov,
    &kSnykGolang,
    &kSnykNode,
    &kSnykPython,
    &kSnykMaven,
    &kSnykGradle,
    &kSnykPhp,
    &kSnykRuby,
    &kSnykDotnet,
    &kSnykIac,
    &kSnykDocker,
    &kSnykSetup,
    &kOsvScanner,
    &kGovulncheck,
    &kHadolint,
    &kKubeLinter,
    &kDependencyReview,
    &kSlack,
    &kSendMail,
};

struct Hint {
  std::string_view name;  // ends in / for all actions of an owner
  std::string_view text;
};

constexpr std::string_view kImages =
    "build and push with a `run:` step: `docker build` or `podman build`, `push` after `login`";
constexpr std::string_view kToolchain =
    "install the tool on this machine and take the step out, or guard it with `if: ${{ !env.CREMA "
    "}}`";

constexpr std::array kHints = std::to_array<Hint>({
    {"docker/login-action", "use a `run:` step: `docker login -u USER --password-stdin REGISTRY`"},
    {"docker/", kImages},
    {"securecodewarrior/github-action-gosec",
     "use a `run:` step: `go run github.com/securego/gosec/v2/cmd/gosec@latest ./...`"},
    {"securego/gosec",
     "use a `run:` step: `go run github.com/securego/gosec/v2/cmd/gosec@latest ./...`"},
    {"snyk/actions/", "use snyk/actions/setup and a `run:` step: `snyk test`"},
    {"zaproxy/", "use a `run:` step that calls an installed `zap.sh -cmd`"},
    {"github/codeql-action/",
     "CodeQL itself runs on github.com only; keep its SARIF and show it with "
     "github/codeql-action/upload-sarif"},
    {"actions/github-script", "use a `run:` step with `node -e` or `gh api`"},
    {"actions/setup-java", kToolchain},
    {"actions/setup-dotnet", kToolchain},
    {"ruby/setup-ruby", kToolchain},
    {"hashicorp/setup-terraform", kToolchain},
    {"terraform-linters/setup-tflint", kToolchain},
    {"azure/setup-helm", kToolchain},
    {"azure/setup-kubectl", kToolchain},
    {"pnpm/action-setup", kToolchain},
    {"astral-sh/setup-uv", kToolchain},
    {"oven-sh/setup-bun", kToolchain},
    {"dtolnay/rust-toolchain", kToolchain},
    {"actions-rs/", kToolchain},
    {"swatinem/rust-cache", "use actions/cache with the paths ~/.cargo and target"},
    {"aws-actions/configure-aws-credentials",
     "set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the job's `env:`"},
    {"azure/login", "log in with `az login` on this machine; the job sees what it left"},
    {"google-github-actions/auth", "set GOOGLE_APPLICATION_CREDENTIALS in the job's `env:`"},
    {"goreleaser/goreleaser-action",
     "use a `run:` step: `go run github.com/goreleaser/goreleaser/v2@latest release --snapshot`"},
    {"softprops/action-gh-release",
     "a release is made on github.com; use `gh release create` in a `run:` step"},
    {"peter-evans/create-pull-request",
     "a pull request is made on github.com; use `gh pr create` in a `run:` step"},
    {"actions/stale", "it works on issues of github.com only; skip the job here"},
    {"actions/deploy-pages", "GitHub Pages exist on github.com only; skip the job here"},
    {"helm/kind-action", "start the cluster beforehand with `kind create cluster`"},
    {"tj-actions/changed-files", "use a `run:` step: `git diff --name-only HEAD^`"},
});

}  // namespace

std::span<const run::BuiltinAction* const> all_builtins() { return kBuiltins; }

const run::BuiltinAction* find_builtin(std::string_view name) {
  for (const auto* action : kBuiltins) {
    if (equals_ignore_case(action->name, name)) return action;
  }
  return nullptr;
}

std::string_view hint_for(std::string_view name) {
  for (const auto& hint : kHints) {
    const bool owner = hint.name.ends_with('/');
    const auto compared = owner ? name.substr(0, hint.name.size()) : name;
    if (equals_ignore_case(compared, hint.name)) return hint.text;
  }
  return {};
}

}  // namespace crema::actions
