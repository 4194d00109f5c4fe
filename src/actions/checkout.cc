// actions/checkout: the run already works on a copy of the user's working tree, uncommitted changes
// included; only another ref, another folder or another repository needs git.
#include "builtins.h"
#include "git_checkout.h"
#include "inputs.h"

#include "crema/base/strings.h"
#include "crema/sys/files.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace crema::actions {
namespace {

namespace fs = std::filesystem;

constexpr std::array kInputs = std::to_array<run::InputSpec>({
    {"repository"},
    {"ref"},
    {"token"},
    {"ssh-key"},
    {"ssh-known-hosts"},
    {"ssh-strict", "true"},
    {"ssh-user", "git"},
    {"persist-credentials", "true"},
    {"path"},
    {"clean", "true"},
    {"filter"},
    {"sparse-checkout"},
    {"sparse-checkout-cone-mode", "true"},
    {"fetch-depth", "1"},
    {"fetch-tags", "false"},
    {"show-progress", "true"},
    {"lfs", "false"},
    {"submodules", "false"},
    {"set-safe-directory", "true"},
    {"github-server-url"},
    {"allow-unsafe-pr-checkout", "false"},
});

constexpr std::string_view kLocal = "nothing is fetched over the network";
constexpr std::array kAlwaysWithoutEffect = std::to_array<WithoutEffect>({
    {"token", kLocal},
    {"ssh-key", kLocal},
    {"ssh-known-hosts", kLocal},
    {"ssh-strict", kLocal},
    {"ssh-user", kLocal},
    {"persist-credentials", "no credentials are written"},
    {"filter", "all objects are there already"},
    {"fetch-depth", "the history is as deep as that of the repository on this machine"},
    {"fetch-tags", "all tags of the repository on this machine are there"},
    {"show-progress", "there is no transfer to show"},
    {"github-server-url", kLocal},
    {"allow-unsafe-pr-checkout", "only this machine's own code is checked out"},
});
constexpr std::array kWorkingTreeWithoutEffect = std::to_array<WithoutEffect>({
    {"clean", "the working tree is used as it is"},
    {"sparse-checkout", "the working tree is used as it is, whole"},
    {"sparse-checkout-cone-mode", "the working tree is used as it is, whole"},
    {"lfs", "the working tree is used as it is"},
});

// The refs the run itself is for: asking for one of them is asking for the working tree.
bool is_runs_own(const run::ActionContext& context, std::string_view ref) {
  if (ref.empty()) return true;
  return std::ranges::any_of(std::array{"ref", "ref_name", "sha", "head_ref"}, [&](auto name) {
    const auto own = github_text(context, name);
    return !own.empty() && (own == ref || own == fmt::format("refs/heads/{}", ref));
  });
}

// git refuses a repository that belongs to somebody else; the answer is given through the
// environment, so that no configuration file is touched.
void allow_foreign_owner(run::ActionContext& context, const fs::path& folder) {
  struct stat status{};
  if (::stat(folder.c_str(), &status) != 0 || status.st_uid == ::geteuid()) return;
  int count = 0;
  const auto before = context.variable("GIT_CONFIG_COUNT");
  std::from_chars(before.data(), before.data() + before.size(), count);
  context.export_variable("GIT_CONFIG_COUNT", std::to_string(count + 1));
  context.export_variable(fmt::format("GIT_CONFIG_KEY_{}", count), "safe.directory");
  context.export_variable(fmt::format("GIT_CONFIG_VALUE_{}", count), folder.string());
  context.log(fmt::format("{} belongs to another user: told git that it is safe", folder.string()));
}

void say_empty_submodules(run::ActionContext& context, const fs::path& folder) {
  const auto status = git(context, folder, {"submodule", "status"});
  if (!status) return;
  for (const auto line : split_lines(*status)) {
    if (!line.starts_with('-')) continue;
    const auto words = split(line, ' ');
    if (words.size() < 2) continue;
    context.annotate(evidence::AnnotationLevel::warning,
                     fmt::format("submodule {} is empty in your working tree: run `git submodule "
                                 "update --init` there",
                                 words[1]));
  }
}

Result<> use_working_tree(run::ActionContext& context, const fs::path& target) {
  const auto source = context.repository();
  if (target != context.workspace()) {
    CREMA_TRY(sys::make_directories(target));
    const auto copied = CREMA_TRY(sys::copy_tree(source, target, [&](const fs::path& path) {
      return path == ".crema" || source / path == target;
    }));
    context.log(
        fmt::format("Copied the working tree to {} ({} files)", target.string(), copied.files));
  }
  say_without_effect(context, kInputs, kWorkingTreeWithoutEffect);

  std::string commit;
  if (const auto head = git(context, source, {"rev-parse", "--verify", "--quiet", "HEAD"})) {
    commit = *head;
    const auto branch =
        git(context, source, {"rev-parse", "--abbrev-ref", "HEAD"}).value_or("HEAD");
    const auto status = git(context, source, {"status", "--porcelain", "--untracked-files=normal"});
    const auto dirty = status ? split_lines(*status).size() : 0;
    context.log(fmt::format("Working tree of {}: {}, commit {}, {}", source.string(),
                            branch == "HEAD" ? "no branch" : "branch " + branch,
                            commit.substr(0, 12),
                            dirty == 0   ? std::string("no uncommitted changes")
                            : dirty == 1 ? std::string("1 uncommitted change")
                                         : fmt::format("{} uncommitted changes", dirty)));
    if (!equals_ignore_case(context.input("submodules"), "false")) {
      say_empty_submodules(context, source);
    }
  } else {
    commit = github_text(context, "sha");
    context.log(fmt::format("Working tree of {}: not a git repository", source.string()));
  }
  const auto ref = context.input("ref");
  context.set_output("ref", ref.empty() ? github_text(context, "ref") : ref);
  context.set_output("commit", commit);
  return {};
}

Result<> check_out_ref(run::ActionContext& context, const fs::path& source, const fs::path& target,
                       const std::string& ref) {
  const CheckoutRequest request{
      .source = source,
      .target = target,
      .ref = ref,
      .clean = context.input_flag("clean"),
      .sparse = context.input_lines("sparse-checkout"),
      .sparse_cone = context.input_flag("sparse-checkout-cone-mode"),
      .submodules = !equals_ignore_case(context.input("submodules"), "false"),
      .nested_submodules = equals_ignore_case(context.input("submodules"), "recursive"),
      .lfs = context.input_flag("lfs"),
  };
  const auto commit = CREMA_TRY(check_out(context, request));
  context.set_output("ref", ref);
  context.set_output("commit", commit);
  return {};
}

Result<> checkout(run::ActionContext& context) {
  const auto workspace = context.workspace();
  const auto target = resolve_path(context, context.input("path"));
  if (target != workspace && !target.native().starts_with(workspace.native() + "/")) {
    return fail("actions/outside-workspace", fmt::format("Repository path '{}' is not under '{}'",
                                                         target.string(), workspace.string()));
  }
  say_without_effect(context, kInputs, kAlwaysWithoutEffect);

  const auto repository = context.input("repository");
  const auto own = github_text(context, "repository");
  const auto ref = context.input("ref");
  if (!repository.empty() && !equals_ignore_case(repository, own)) {
    const auto source = CREMA_TRY(find_local_clone(context, repository));
    CREMA_TRY(check_out_ref(context, source, target, ref));
  } else if (is_runs_own(context, ref)) {
    CREMA_TRY(use_working_tree(context, target));
  } else {
    CREMA_TRY(check_out_ref(context, context.repository(), target, ref));
  }
  if (context.input_flag("set-safe-directory")) allow_foreign_owner(context, target);
  return {};
}

}  // namespace

const run::BuiltinAction kCheckout{
    .name = "actions/checkout",
    .versions = "v1-v7",
    .inputs = kInputs,
    .main = checkout,
};

}  // namespace crema::actions
