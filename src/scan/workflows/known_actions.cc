#include "known_actions.h"

#include "crema/base/strings.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

namespace crema::scan {
namespace {

struct CodeInputs {
  std::string_view action;
  std::array<std::string_view, 3> inputs;
};

// Source: the actions' own manifests; CodeQL models most of them as sinks as well.
constexpr auto kCodeInputs = std::to_array<CodeInputs>({
    {"actions/github-script", {"script"}},
    {"appleboy/ssh-action", {"script"}},
    {"azure/cli", {"inlinescript"}},
    {"azure/powershell", {"inlinescript"}},
    {"mikefarah/yq", {"cmd"}},
    {"sergeysova/jq-action", {"cmd"}},
    {"devorbitus/yq-action-output", {"cmd"}},
    {"8398a7/action-slack", {"custom_payload"}},
    {"gautamkrishnar/blog-post-workflow", {"item_exec"}},
    {"amadevus/pwsh-script", {"script"}},
    {"jannekem/run-python-script-action", {"script"}},
    {"cardinalby/js-eval-action", {"expression"}},
    {"addnab/docker-run-action", {"options", "run"}},
    {"skitionek/notify-microsoft-teams", {"overwrite"}},
    {"imjohnbo/issue-bot",
     {"body", "linked-comments-previous-issue-text", "linked-comments-new-issue-text"}},
    {"lucasbento/auto-close-issues", {"issue-close-message"}},
    {"roots/issue-closer-action", {"issue-close-message", "pr-close-message"}},
    {"nick-fields/retry", {"command", "on_retry_command"}},
    {"nick-invision/retry", {"command", "on_retry_command"}},
    {"coactions/setup-xvfb", {"run"}},
    {"gabrielbb/xvfb-action", {"run"}},
    {"docker/bake-action", {"set"}},
    {"tibdex/backport", {"body_template", "head_template", "title_template"}},
});

// What GitHub shows as archived: read-only, and never mended again.
constexpr auto kArchived = std::to_array<std::string_view>({
    "8398a7/action-slack",
    "actions-rs/audit-check",
    "actions-rs/cargo",
    "actions-rs/clippy-check",
    "actions-rs/components-nightly",
    "actions-rs/grcov",
    "actions-rs/install",
    "actions-rs/tarpaulin",
    "actions-rs/toolchain",
    "actions/create-release",
    "actions/setup-elixir",
    "actions/setup-haskell",
    "actions/setup-ruby",
    "actions/upload-release-asset",
    "aquasecurity/cfsec",
    "artichoke/setup-rust",
    "azure/appservice-actions",
    "azure/container-actions",
    "azure/container-scan",
    "azure/get-keyvault-secrets",
    "azure/k8s-actions",
    "azure/webapps-container-deploy",
    "cedrickring/golang-action",
    "cirrus-actions/rebase",
    "contributor-assistant/github-action",
    "crazy-max/ghaction-docker-buildx",
    "datreeio/datree",
    "delaguardo/setup-graalvm",
    "facebook/pysa-action",
    "google/mirror-branch-action",
    "gradle/gradle-build-action",
    "grafana/k6-action",
    "helaili/github-graphql-action",
    "helaili/jekyll-action",
    "ilshidur/action-slack",
    "jakejarvis/cloudflare-purge-action",
    "jakejarvis/firebase-deploy-action",
    "jakejarvis/hugo-build-action",
    "jakejarvis/lighthouse-action",
    "jakejarvis/s3-sync-action",
    "marvinpinto/action-automatic-releases",
    "marvinpinto/actions",
    "maxheld83/ghpages",
    "paambaati/codeclimate-action",
    "repo-sync/pull-request",
    "repo-sync/repo-sync",
    "scottbrenner/generate-changelog-action",
    "secrethub/actions",
    "semgrep/semgrep-action",
    "returntocorp/semgrep-action",
    "sonarsource/sonarcloud-github-action",
    "stefanprodan/kube-tools",
    "swiftdocorg/github-wiki-publish-action",
    "technote-space/auto-cancel-redundant-workflow",
    "technote-space/get-diff-action",
    "tenable/terrascan",
    "tibdex/github-app-token",
    "verygoodopensource/very_good_coverage",
    "whelk-io/maven-settings-xml-action",
    "youyo/aws-cdk-github-actions",
    "z0al/dependent-issues",
});

// Facts of the advisories of GitHub's database.
constexpr auto kVulnerable = std::to_array<KnownVulnerability>({
    {"tj-actions/changed-files", "GHSA-mrrh-fwg8-r2c3", "CVE-2025-30066", "", "46.0.1",
     "its tags were moved to code that printed the runner's secrets into the log"},
    {"tj-actions/changed-files", "GHSA-mcph-m25j-8j63", "CVE-2023-51664", "", "41.0.0",
     "names of changed files were run as commands"},
    {"tj-actions/branch-names", "GHSA-gq52-6phf-x2r6", "CVE-2025-54416", "", "9.0.0",
     "a branch's name was run as a command"},
    {"tj-actions/branch-names", "GHSA-8v8w-v8xg-79rf", "CVE-2023-49291", "", "7.0.7",
     "a branch's name was run as a command"},
    {"tj-actions/verify-changed-files", "GHSA-ghm2-rq8q-wrhc", "CVE-2023-52137", "", "17.0.0",
     "names of changed files were run as commands"},
    {"reviewdog/action-setup", "GHSA-qmg3-hpqr-gqvc", "CVE-2025-30154", "", "1.3.2",
     "its tag was moved to code that printed the runner's secrets into the log"},
    {"aquasecurity/trivy-action", "GHSA-69fq-xp46-6x23", "CVE-2026-33634", "", "0.35.0",
     "its tags were moved to code that stole credentials, in March 2026"},
    {"aquasecurity/setup-trivy", "GHSA-69fq-xp46-6x23", "CVE-2026-33634", "", "0.2.6",
     "its tags were moved to code that stole credentials, in March 2026"},
    {"actions/download-artifact", "GHSA-cxww-7g56-2vh6", "CVE-2024-42471", "4.0.0", "4.1.3",
     "an artifact could write files outside of its folder"},
    {"rlespinasse/github-slug-action", "GHSA-6q4m-7476-932w", "CVE-2023-27581", "4.0.0", "4.4.1",
     "a branch's name was run as a command"},
    {"sonarsource/sonarqube-scan-action", "GHSA-f79p-9c5r-xg88", "CVE-2025-58178", "4.0.0", "5.3.1",
     "its arguments were run as commands"},
    {"gradle/gradle-build-action", "GHSA-h3qr-39j9-4r5v", "CVE-2023-30853", "2.0.0", "2.4.2",
     "secrets could get into the cache"},
    {"azure/setup-kubectl", "GHSA-p756-rfxh-x63h", "CVE-2023-23939", "", "3.0.0",
     "it left its programs writable for everybody"},
    {"check-spelling/check-spelling", "GHSA-g86g-chm8-7r2p", "CVE-2021-32724", "", "0.0.19",
     "a pull request could read the token"},
    {"atlassian/gajira-create", "GHSA-4xqx-pqpj-9fqw", "CVE-2020-14188", "", "2.0.1",
     "an issue's text was run as a template"},
    {"hashicorp/vault-action", "GHSA-4mgv-m5cm-f9h7", "CVE-2021-32074", "", "2.2.0",
     "secrets of several lines were not hidden in logs"},
    {"embano1/wip", "GHSA-rg3q-prf8-qxmp", "CVE-2023-30623", "", "2.0.0",
     "a pull request's title was run as a command"},
    {"kartverket/github-workflows", "GHSA-f9qj-7gh3-mhj4", "CVE-2022-39326", "", "2.7.5",
     "a pull request could run code in a reusable workflow"},
    {"lycheeverse/lychee-action", "GHSA-65rg-554r-9j5x", "CVE-2024-48908", "", "2.0.2",
     "its version input was run as a command"},
    {"dawidd6/action-download-artifact", "GHSA-5xr6-xhww-33m4", "", "", "6.0.0",
     "artifacts of forks were taken for the repository's own"},
    {"pypa/gh-action-pypi-publish", "GHSA-vxmw-7h4f-hqxh", "", "", "1.13.0",
     "its inputs became part of a script"},
    {"step-security/harden-runner", "GHSA-mxr3-8whj-j74r", "CVE-2025-32955", "0.12.0", "2.12.0",
     "a user of the docker group got round its ban of sudo"},
});

constexpr auto kPopular = std::to_array<std::string_view>({
    "actions/cache",
    "actions/checkout",
    "actions/configure-pages",
    "actions/create-github-app-token",
    "actions/dependency-review-action",
    "actions/deploy-pages",
    "actions/download-artifact",
    "actions/github-script",
    "actions/labeler",
    "actions/setup-dotnet",
    "actions/setup-go",
    "actions/setup-java",
    "actions/setup-node",
    "actions/setup-python",
    "actions/stale",
    "actions/upload-artifact",
    "actions/upload-pages-artifact",
    "aquasecurity/trivy-action",
    "astral-sh/setup-uv",
    "aws-actions/configure-aws-credentials",
    "azure/login",
    "bridgecrewio/checkov-action",
    "codecov/codecov-action",
    "dependabot/fetch-metadata",
    "docker/build-push-action",
    "docker/login-action",
    "docker/metadata-action",
    "docker/setup-buildx-action",
    "docker/setup-qemu-action",
    "dorny/paths-filter",
    "github/codeql-action",
    "gitleaks/gitleaks-action",
    "golangci/golangci-lint-action",
    "google-github-actions/auth",
    "google-github-actions/setup-gcloud",
    "goreleaser/goreleaser-action",
    "gradle/actions",
    "hadolint/hadolint-action",
    "hashicorp/setup-terraform",
    "ncipollo/release-action",
    "peaceiris/actions-gh-pages",
    "peter-evans/create-pull-request",
    "pnpm/action-setup",
    "pre-commit/action",
    "pypa/gh-action-pypi-publish",
    "release-drafter/release-drafter",
    "ruby/setup-ruby",
    "securego/gosec",
    "shivammathur/setup-php",
    "slackapi/slack-github-action",
    "softprops/action-gh-release",
    "step-security/harden-runner",
    "swatinem/rust-cache",
    "tj-actions/changed-files",
    "zaproxy/action-baseline",
});

struct Superfluous {
  std::string_view action, instead;
};
constexpr auto kSuperfluous = std::to_array<Superfluous>({
    {"ncipollo/release-action", "gh release create"},
    {"softprops/action-gh-release", "gh release create"},
    {"elgohr/github-release-action", "gh release create"},
    {"svenstaro/upload-release-action", "gh release upload"},
    {"dacbd/create-issue-action", "gh issue create"},
    {"actions-ecosystem/action-add-labels", "gh issue edit --add-label"},
    {"actions-ecosystem/action-remove-labels", "gh issue edit --remove-label"},
    {"peter-evans/create-pull-request", "gh pr create"},
    {"peter-evans/create-or-update-comment", "gh pr comment"},
    {"addnab/docker-run-action", "docker run"},
    {"sergeysova/jq-action", "jq"},
    {"dtolnay/rust-toolchain", "rustup toolchain install"},
    {"stefanzweifel/git-auto-commit-action", "git commit and git push"},
    {"endbug/add-and-commit", "git commit and git push"},
});

// The numbers of "v4.1.3"; empty where it is no version.
std::vector<int> numbers(std::string_view version) {
  if (version.starts_with('v')) version.remove_prefix(1);
  std::vector<int> out;
  for (const auto part : split(version, '.')) {
    int number = 0;
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), number);
    if (error != std::errc() || end != part.data() + part.size()) return {};
    out.push_back(number);
  }
  return out;
}

// "v4" is the newest of all 4.x: so only the parts that are given are compared.
bool is_before(const std::vector<int>& version, std::string_view limit) {
  const auto other = numbers(limit);
  for (std::size_t i = 0; i < std::min(version.size(), other.size()); ++i)
    if (version[i] != other[i]) return version[i] < other[i];
  return false;
}

// One letter too many, too few, another one, or two swapped.
bool is_one_edit_away(std::string_view a, std::string_view b) {
  if (a.size() > b.size()) std::swap(a, b);
  if (b.size() - a.size() > 1 || a == b) return false;
  const auto [x, y] = std::ranges::mismatch(a, b);
  const auto rest_a = std::string_view(x, a.end());
  const auto rest_b = std::string_view(y, b.end());
  if (a.size() != b.size()) return rest_a == rest_b.substr(1);
  if (rest_a.substr(1) == rest_b.substr(1)) return true;
  return rest_a.size() > 1 && rest_a[0] == rest_b[1] && rest_a[1] == rest_b[0] &&
         rest_a.substr(2) == rest_b.substr(2);
}

}  // namespace

std::span<const std::string_view> code_inputs(const Uses& uses) {
  const auto found =
      std::ranges::find_if(kCodeInputs, [&](const CodeInputs& one) { return uses.is(one.action); });
  if (found == kCodeInputs.end()) return {};
  const auto end = std::ranges::find(found->inputs, std::string_view());
  return {found->inputs.begin(), end};
}

bool gives_free_text(const Uses& uses, std::string_view output) {
  if (uses.is("tj-actions/changed-files") || uses.is("dorny/paths-filter"))
    return output.ends_with("files");
  if (uses.is("tj-actions/branch-names") || uses.is("xt0rted/pull-request-comment-branch"))
    return true;
  return uses.is("actions/github-script") && output == "result";
}

bool is_archived(const Uses& uses) {
  return uses.kind == Uses::Kind::repository &&
         std::ranges::find(kArchived, uses.repository()) != kArchived.end();
}

const KnownVulnerability* known_vulnerability(const Uses& uses, std::string_view version) {
  const auto parts = numbers(version);
  if (uses.kind != Uses::Kind::repository || parts.empty()) return nullptr;
  const auto found = std::ranges::find_if(kVulnerable, [&](const KnownVulnerability& one) {
    if (one.action != uses.repository() || !is_before(parts, one.fixed)) return false;
    return one.since.empty() || !is_before(parts, one.since);
  });
  return found == kVulnerable.end() ? nullptr : &*found;
}

std::string_view mistyped(const Uses& uses) {
  if (uses.kind != Uses::Kind::repository) return {};
  const auto own = uses.repository();
  for (const auto popular : kPopular) {
    if (own == popular) return {};
    // Another action of the same owner is no typing error.
    if (is_one_edit_away(own, popular) && !popular.starts_with(uses.owner + "/")) return popular;
  }
  return {};
}

std::string_view instead_of(const Uses& uses) {
  const auto found = std::ranges::find_if(
      kSuperfluous, [&](const Superfluous& one) { return uses.is(one.action); });
  return found == kSuperfluous.end() ? std::string_view() : found->instead;
}

}  // namespace crema::scan
