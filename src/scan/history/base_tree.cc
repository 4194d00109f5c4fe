#include "crema/scan/history/base_tree.h"

#include "git.h"

#include <fmt/format.h>

#include <memory>
#include <utility>

namespace crema::scan {
namespace {

using AnyObject = std::unique_ptr<git_object, GitRelease<git_object_free>>;

auto wrong(std::string message, std::string hint) {
  auto error = make_error("scan/base", std::move(message));
  error.hint = std::move(hint);
  error.exit_code = ExitCode::usage;
  return fail(std::move(error));
}

std::string reason() {
  const auto* error = git_error_last();
  return error == nullptr ? "git does not say why" : error->message;
}

Result<GitRepository> open(const std::filesystem::path& root) {
  auto repository = open_repository(root);
  if (!repository)
    return wrong(fmt::format("{} is in no git repository", root.string()),
                 "leave --base out, or name a baseline file");
  return std::move(*repository);
}

Result<AnyObject> commit_of(git_repository* repository, const std::string& revision) {
  git_object* found = nullptr;
  const auto spec = revision + "^{commit}";
  if (git_revparse_single(&found, repository, spec.c_str()) != 0)
    return wrong(fmt::format("there is no revision '{}': {}", revision, reason()),
                 "name a branch, a tag or a commit; in a fresh clone the base may have to be "
                 "fetched first (actions/checkout with fetch-depth: 0)");
  return AnyObject(found);
}

}  // namespace

Result<std::string> merge_base(const std::filesystem::path& root, const std::string& revision) {
  const GitLibrary library;
  const auto repository = CREMA_TRY(open(root));
  const auto head = CREMA_TRY(commit_of(repository.get(), "HEAD"));
  const auto other = CREMA_TRY(commit_of(repository.get(), revision));
  git_oid meeting;
  if (git_merge_base(&meeting, repository.get(), git_object_id(head.get()),
                     git_object_id(other.get())) != 0)
    return wrong(fmt::format("HEAD and '{}' have no history in common", revision),
                 "a shallow clone lacks it: fetch the whole history");
  return ObjectId::of(meeting).hex();
}

Result<BaseTree> export_commit(const std::filesystem::path& root, const std::string& commit) {
  const GitLibrary library;
  const auto repository = CREMA_TRY(open(root));
  const auto object = CREMA_TRY(commit_of(repository.get(), commit));
  BaseTree base{.folder = CREMA_TRY(sys::TemporaryDirectory::create(
                    std::filesystem::temp_directory_path(), "crema-base-"))};
  git_checkout_options options;
  git_checkout_options_init(&options, GIT_CHECKOUT_OPTIONS_VERSION);
  options.checkout_strategy = GIT_CHECKOUT_FORCE | GIT_CHECKOUT_DONT_UPDATE_INDEX;
  const auto folder = base.folder.path().string();
  options.target_directory = folder.c_str();
  options.disable_filters = 1;
  if (git_checkout_tree(repository.get(), object.get(), &options) != 0)
    return wrong(fmt::format("cannot write the files of {}: {}", commit, reason()),
                 "leave --base out to scan the tree alone");
  std::error_code error;
  const auto* top = git_repository_workdir(repository.get());
  const auto below = top == nullptr
                         ? std::filesystem::path(".")
                         : std::filesystem::relative(std::filesystem::canonical(root, error),
                                                     std::filesystem::canonical(top, error), error);
  base.root = (base.folder.path() / below).lexically_normal();
  return base;
}

}  // namespace crema::scan
