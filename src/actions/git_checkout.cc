#include "git_checkout.h"

#include "inputs.h"

#include "crema/base/strings.h"
#include "crema/sys/files.h"

#include <fmt/format.h>

#include <array>
#include <system_error>

namespace crema::actions {
namespace {

namespace fs = std::filesystem;

// Where the commit of a ref is, and what it is called once checked out.
struct Resolved {
  std::string commit;
  std::string branch;  // "" for tags and commits
};

// The order of actions/checkout ref-helper: a full ref as it is, else branch, then tag, then
// commit.
Result<Resolved> resolve(run::ActionContext& context, const CheckoutRequest& request) {
  const auto commit_of = [&](const std::string& name) {
    return git(context, request.source, {"rev-parse", "--verify", "--quiet", name + "^{commit}"});
  };
  const std::string& ref = request.ref;
  if (ref.empty()) {
    const auto branch =
        git(context, request.source, {"symbolic-ref", "--short", "--quiet", "HEAD"});
    return Resolved{CREMA_TRY(commit_of("HEAD")), branch.value_or("")};
  }
  constexpr std::string_view kHeads = "refs/heads/";
  const std::string short_name = ref.starts_with(kHeads) ? ref.substr(kHeads.size()) : ref;
  for (const auto* place : {"refs/heads/", "refs/remotes/origin/"}) {
    if (auto commit = commit_of(place + short_name))
      return Resolved{std::move(*commit), short_name};
  }
  for (const auto& name : {"refs/tags/" + ref, ref}) {
    if (auto commit = commit_of(name)) return Resolved{std::move(*commit), ""};
  }
  return fail(
      "actions/no-such-ref",
      fmt::format("A branch, tag or commit '{}' could not be found in {}: fetch it there first",
                  ref, request.source.string()));
}

// Brings a commit that no branch or tag of the source reaches.
Result<> fetch_commit(run::ActionContext& context, const CheckoutRequest& request,
                      const std::string& commit) {
  if (git(context, request.target, {"cat-file", "-e", commit + "^{commit}"})) return {};
  CREMA_TRY(git(
      context, request.target,
      {"fetch", "--quiet", "--upload-pack", "git -c uploadpack.allowAnySHA1InWant=true upload-pack",
       request.source.string(), commit}));
  return {};
}

// Gives the target a .git folder of its own. One that is only a file belongs to a linked working
// tree and would lead git back into the user's repository.
Result<> own_git_folder(run::ActionContext& context, const CheckoutRequest& request) {
  const auto git_folder = request.target / ".git";
  if (fs::is_directory(fs::symlink_status(git_folder))) return {};
  const auto bare = CREMA_TRY(sys::TemporaryDirectory::create(context.temp(), "checkout-"));
  const auto clone = bare.path() / "clone";
  CREMA_TRY(output_of(context, {"git", "clone", "--quiet", "--no-checkout", request.source.string(),
                                clone.string()}));
  if (auto url = git(context, request.source, {"remote", "get-url", "origin"})) {
    CREMA_TRY(git(context, clone, {"remote", "set-url", "origin", *url}));
  }
  CREMA_TRY(sys::make_directories(request.target));
  CREMA_TRY(sys::remove_tree(git_folder));
  std::error_code error;
  fs::rename(clone / ".git", git_folder, error);
  if (error) CREMA_TRY(sys::copy_tree(clone / ".git", git_folder));
  return {};
}

Result<> set_sparse(run::ActionContext& context, const CheckoutRequest& request) {
  if (request.sparse.empty()) return {};
  std::vector<std::string> arguments{"sparse-checkout", "set"};
  if (!request.sparse_cone) arguments.emplace_back("--no-cone");
  arguments.insert(arguments.end(), request.sparse.begin(), request.sparse.end());
  CREMA_TRY(git(context, request.target, std::move(arguments)));
  return {};
}

Result<> update_submodules(run::ActionContext& context, const CheckoutRequest& request) {
  if (!request.submodules) return {};
  std::vector<std::string> arguments{"git", "submodule", "update", "--init", "--force"};
  if (request.nested_submodules) arguments.emplace_back("--recursive");
  const auto ended = CREMA_TRY(context.execute(std::move(arguments), request.target));
  if (ended.ok()) return {};
  return fail("actions/command-failed",
              "git submodule update failed in " + request.target.string());
}

Result<> pull_lfs(run::ActionContext& context, const CheckoutRequest& request) {
  if (!request.lfs) return {};
  if (!context.find_program("git-lfs")) {
    return fail("actions/program-not-found", "input lfs needs git-lfs, which is not installed");
  }
  const auto ended = CREMA_TRY(context.execute({"git", "lfs", "pull"}, request.target));
  if (ended.ok()) return {};
  return fail("actions/command-failed", "git lfs pull failed in " + request.target.string());
}

bool remote_is(run::ActionContext& context, const fs::path& folder, std::string_view repository) {
  const auto url = git(context, folder, {"remote", "get-url", "origin"});
  if (!url) return false;
  std::string_view text = *url;
  if (text.ends_with('/')) text.remove_suffix(1);
  if (text.ends_with(".git")) text.remove_suffix(4);
  if (text.size() <= repository.size()) return false;
  const auto before = text[text.size() - repository.size() - 1];
  return (before == '/' || before == ':') &&
         equals_ignore_case(text.substr(text.size() - repository.size()), repository);
}

}  // namespace

Result<std::string> git(run::ActionContext& context, const fs::path& folder,
                        std::vector<std::string> arguments) {
  // The copy of a repository may belong to somebody else; asking it is harmless.
  std::vector<std::string> argv{"git", "-c", "safe.directory=*", "-C", folder.string()};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  return output_of(context, std::move(argv));
}

Result<fs::path> find_local_clone(run::ActionContext& context, std::string_view repository) {
  const auto slash = repository.find('/');
  if (slash == std::string_view::npos || slash == 0 || slash + 1 == repository.size() ||
      repository.find('/', slash + 1) != std::string_view::npos) {
    return fail(
        "actions/bad-repository",
        fmt::format("Invalid repository '{}'. Expected format {{owner}}/{{repo}}.", repository));
  }
  const auto name = repository.substr(slash + 1);
  const auto beside = context.repository().parent_path();
  const std::array places{beside / name, beside / repository, beside.parent_path() / repository};
  std::string looked;
  for (const auto& place : places) {
    if (fs::exists(place / ".git") && remote_is(context, place, repository)) return place;
    looked += (looked.empty() ? "" : ", ") + place.string();
  }
  auto problem =
      make_error("actions/not-supported",
                 fmt::format("not supported: checkout of another repository, {}, of which "
                             "there is no clone on this machine (looked at {})",
                             repository, looked));
  problem.hint = fmt::format("clone {} to {}", repository, places[0].string());
  return fail(std::move(problem));
}

Result<std::string> check_out(run::ActionContext& context, const CheckoutRequest& request) {
  std::error_code error;
  if (fs::equivalent(request.target, request.source, error)) {
    return fail("actions/not-supported",
                fmt::format("not supported: checkout of '{}' while the job runs in the user's own "
                            "working tree, which would be overwritten",
                            request.ref));
  }
  const auto [commit, branch] = CREMA_TRY(resolve(context, request));
  CREMA_TRY(own_git_folder(context, request));
  CREMA_TRY(fetch_commit(context, request, commit));
  CREMA_TRY(set_sparse(context, request));
  std::vector<std::string> arguments{"checkout", "--quiet", "--force"};
  if (branch.empty()) {
    arguments.insert(arguments.end(), {"--detach", commit});
  } else {
    arguments.insert(arguments.end(), {"-B", branch, commit});
  }
  CREMA_TRY(git(context, request.target, std::move(arguments)));
  if (request.clean) CREMA_TRY(git(context, request.target, {"clean", "-ffdxq"}));
  CREMA_TRY(update_submodules(context, request));
  CREMA_TRY(pull_lfs(context, request));
  context.log(fmt::format("Checked out {} at {} of {} into {}",
                          request.ref.empty() ? "HEAD" : request.ref, commit.substr(0, 12),
                          request.source.string(), request.target.string()));
  return commit;
}

}  // namespace crema::actions
