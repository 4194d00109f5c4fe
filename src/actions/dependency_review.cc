// actions/dependency-review-action: vulnerable dependencies that a pull request brings in.
#include "builtins.h"
#include "inputs.h"

#include "crema/expr/value.h"

#include <fmt/format.h>

#include <array>

namespace crema::actions {
namespace {

constexpr std::array kInputs = std::to_array<run::InputSpec>({
    {"repo-token"},
    {"fail-on-severity", "low"},
    {"fail-on-scopes", "runtime"},
    {"base-ref"},
    {"head-ref"},
    {"config-file"},
    {"allow-licenses"},
    {"deny-licenses"},
    {"allow-dependencies-licenses"},
    {"allow-ghsas"},
    {"external-repo-token"},
    {"license-check"},
    {"vulnerability-check"},
    {"comment-summary-in-pr"},
    {"deny-packages"},
    {"deny-groups"},
    {"retry-on-snapshot-warnings"},
    {"retry-on-snapshot-warnings-timeout"},
    {"warn-only"},
    {"show-openssf-scorecard"},
    {"warn-on-openssf-scorecard-level"},
    {"show-patched-versions"},
});

constexpr std::array kWithoutEffect = std::to_array<WithoutEffect>({
    {"allow-licenses", "licences are not looked at yet"},
    {"deny-licenses", "licences are not looked at yet"},
    {"allow-ghsas", "write a waiver into crema.yml: waivers end, and have a reason"},
    {"deny-packages", "only vulnerabilities are looked for"},
    {"deny-groups", "only vulnerabilities are looked for"},
    {"config-file", "write the settings as inputs"},
    {"comment-summary-in-pr", "there are no comments here; the summary has it"},
    {"head-ref", "what is checked out is looked at"},
});

// Where the pull request goes to; "" where the run is none.
std::string base_of(const run::ActionContext& context) {
  if (auto base = context.input("base-ref"); !base.empty()) return base;
  const auto sha =
      context.github().member("event").member("pull_request").member("base").member("sha");
  if (!sha.is_null()) return sha.to_text();
  const auto branch = github_text(context, "base_ref");
  return branch.empty() ? "" : "origin/" + branch;
}

Result<> run_review(run::ActionContext& context) {
  say_without_effect(context, kInputs, kWithoutEffect);
  const auto base = base_of(context);
  if (base.empty())
    return fail(
        "actions/input-required",
        "no pull request, and no base-ref: there is nothing to compare the dependencies with");
  auto severity = context.input("fail-on-severity");
  if (severity == "moderate") severity = "medium";
  std::vector<std::string> words{context.host().executable.string(),
                                 "scan",
                                 "deps",
                                 "--base",
                                 base,
                                 "--new",
                                 "--fail-on",
                                 severity};
  if (context.input_flag("warn-only")) words.emplace_back("--no-fail");
  const auto ended = CREMA_TRY(context.execute(std::move(words)));
  if (ended.ok()) return {};
  if (ended.code == 1) return fail("actions/findings", "vulnerable dependencies would come in");
  return fail("actions/command-failed",
              fmt::format("crema scan ended with exit code {}", ended.code));
}

}  // namespace

const run::BuiltinAction kDependencyReview{
    .name = "actions/dependency-review-action",
    .versions = "v2-v4, vulnerabilities only",
    .inputs = kInputs,
    .main = run_review,
};

}  // namespace crema::actions
